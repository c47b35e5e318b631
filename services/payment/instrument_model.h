#ifndef DUNLIN_PAYMENT_INSTRUMENT_MODEL_H
#define DUNLIN_PAYMENT_INSTRUMENT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "clock/clock.h"
#include "id/id.h"
#include "status/status.h"

/* Tokens of a payment provider that stand for debtors' bank accounts, and what a debtor has authorized with each. No
 * I/O, no clock.
 *
 * Card and account numbers are secrets that do not come in here: a token that could be one is refused, and no error
 * quotes it. */

#define INSTRUMENT_TOKEN_MAX           17 /* the account number's field in a Nacha file, where the provider swaps it */
#define INSTRUMENT_LAST_DIGITS         4
#define INSTRUMENT_HOLDER_MAX          200
#define INSTRUMENT_AUTHORIZATION_BYTES 32 /* SHA-256 */

/* Numbers are stored, and are those of the wire; so of the next two. */
enum instrument_state {
    INSTRUMENT_ACTIVE = 1,
    INSTRUMENT_STOPPED = 2, /* for good */
};

enum instrument_kind {
    INSTRUMENT_CHECKING = 1,
    INSTRUMENT_SAVINGS = 2,
};
#define INSTRUMENT_KINDS_END 3

/* How debits were authorized: Nacha's standard entry class. */
enum debit_class {
    DEBIT_PPD = 1,
    DEBIT_WEB = 2,
    DEBIT_TEL = 3,
};
#define DEBIT_CLASSES_END 4

/* Texts and bytes are borrowed. */
struct instrument {
    struct id instrument_id;
    struct id account_id; /* with which it was registered */
    struct id debtor_id;
    int32_t agency_id;
    enum instrument_state state;
    enum instrument_kind kind;
    const char *routing;
    const char *token;
    const char *last4; /* may be "" */
    const char *holder;
    enum debit_class class;
    const uint8_t *authorization_hash; /* INSTRUMENT_AUTHORIZATION_BYTES */
    int32_t authorized_on_days;
    struct instant registered_at;
    const char *reason; /* why it was stopped; "" */
};

/* All that may be refused of a new one by itself: kind and class, a routing number with a wrong check digit, a token or
 * a last4 or a holder that holds a card number or could be a bank account's, an authorization to come or without its
 * day. Fails with INVALID_ARGUMENT naming the field and quoting nothing of it. */
MUST_USE enum status instrument_check(const struct instrument *instrument, int32_t today, struct error *err);

/* True where the same was registered under that id: everything but state and reason. */
bool instrument_is_same(const struct instrument *a, const struct instrument *b);

/* Stops it. False where it was stopped before: its first reason stays. */
bool instrument_stop(struct instrument *instrument, const char *reason);

const char *instrument_class_name(enum debit_class class); /* "PPD" */

#endif
