#ifndef DUNLIN_PAYMENT_DEBTOR_PAYMENT_MODEL_H
#define DUNLIN_PAYMENT_DEBTOR_PAYMENT_MODEL_H

#include "payment_model.h"
#include "suspense_model.h"

/* How one payment is split over several debts of a debtor. No I/O.
 *
 * As he directs: each debt gets what he says, up to what is owed on it; what he directs beyond that goes to no other
 * debt. The rest over his debts in the order that the agreements say, but never to one that he disputes (15 USC 1692h,
 * 12 CFR 1006.30(c)): not to the undisputed part of one either, since the law speaks of the debt. */

#define DEBTOR_DEBTS_MAX 1000 /* of one payment */

/* Why a debt gets nothing of what is not directed. Numbers are stored, and are those of the wire. */
enum debt_left_out {
    DEBT_NOT_LEFT_OUT = 0,
    DEBT_DISPUTED = 1,
    DEBT_RECALLED = 2, /* the agency collects it no more */
    DEBT_CURRENCY = 3,
    DEBT_NOTHING_OWED = 4,
};

struct debt {
    struct account *account; /* borrowed */
    int32_t due_on_days;
    enum agreement_order order; /* as its client's agreement says for the value date */
    int64_t directed_minor;     /* 0: he did not say */
    int64_t share_minor;        /* that it gets: the split's to say, as the next */
    enum debt_left_out left_out;
};

/* Splits `paid` over the debts; *ret_rest_minor is what none of them takes. The agreements' order holds where they all
 * have the same; else the oldest comes first. Of equal ones the older, then the one with the smaller id comes first.
 * Fails with INVALID_ARGUMENT naming field and value (debts of several debtors, one twice, another currency directed
 * to, more directed than paid). */
MUST_USE enum status debtor_payment_split(const struct money *paid, struct debt *debts, size_t n,
                                          int64_t *ret_rest_minor, struct error *err);

/* Id of what the debt `account_id` gets of a payment, and of what none takes. */
struct id debtor_payment_posting_id(const struct id *payment_id, const struct id *account_id);
struct id debtor_payment_rest_id(const struct id *payment_id);

#endif
