#ifndef DUNLIN_PAYMENT_TRUST_MODEL_H
#define DUNLIN_PAYMENT_TRUST_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "payment_model.h"

/* The clients' money: what of the cash that came in is whose. No I/O.
 *
 * Of each client and currency, at every entry: the cash that is held for him is what he is owed, what the agency has
 * earned of it, what is in suspense, and what is on its way between partitions. A row of the database cannot be written
 * otherwise (payment.trust_entry, payment.trust_account). Cash is an asset, positive where it is held; the others are
 * what is owed out of it. What a client is owed may be below zero: he was paid himself and owes the fee. */

/* Numbers are stored. */
enum trust_kind {
    TRUST_PAYMENT = 1,    /* a posting of a payment */
    TRUST_REVERSAL = 2,   /* one taken back */
    TRUST_SUSPENSE = 3,   /* money that is nobody's yet, or more than was owed */
    TRUST_ASSIGNED = 4,   /* out of suspense, on its way to an account */
    TRUST_REFUND = 5,     /* out of suspense, back to who paid it */
    TRUST_REMITTANCE = 6, /* the client is paid out, and the agency takes what it has earned */
};

struct trust_amounts {
    int64_t cash_minor, payable_minor, earned_minor, suspense_minor, transit_minor;
};

struct trust_entry {
    enum trust_kind kind;
    int32_t agency_id;
    const char *client; /* borrowed; "": nobody knows yet */
    char currency[CURRENCY_SIZE];
    struct id account_id;   /* none: of no account */
    int32_t posting_number; /* of the account; 0: of no posting */
    struct id item_id;      /* in suspense; none */
    int32_t effective_on_days;
    struct instant posted_at;
    struct trust_amounts amounts;
};

/* What a payment, or the reversal of one, is to the client's money; false where it is nothing to it (an adjustment).
 * The fee is in the posting already. */
bool trust_of_posting(const struct account *account, const struct posting *posting, struct trust_entry *ret_entry);

bool trust_is_balanced(const struct trust_amounts *amounts);

#endif
