#ifndef DUNLIN_PAYMENT_PAYMENT_TOLERANCE_H
#define DUNLIN_PAYMENT_PAYMENT_TOLERANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/sop.h"
#include "status/status.h"

/* How much less than agreed still counts as paid: a policy's say, for promises and for instalments alike. */

enum tolerance_kind {
    TOLERANCE_NONE = 0,
    TOLERANCE_MINOR,   /* `value` minor units */
    TOLERANCE_PERCENT, /* `value` percent of what was agreed, rounded down to the minor unit */
};

struct tolerance {
    enum tolerance_kind kind;
    int64_t value;
};

/* Fails with INVALID_ARGUMENT: no such kind, a negative value, or one above 100 percent. */
MUST_USE enum status tolerance_check(struct tolerance tolerance, struct error *err);

/* As an SOP says it. */
struct tolerance tolerance_of(struct sop_tolerance tolerance);

/* True where `paid_minor` is enough for `agreed_minor`. Nothing paid is never enough, however wide the tolerance. */
bool tolerance_is_enough(struct tolerance tolerance, int64_t agreed_minor, int64_t paid_minor);

/* What became of a promise at its end. */
enum promise_outcome {
    PROMISE_OUTCOME_KEPT = 1,
    PROMISE_OUTCOME_PARTIAL, /* something was paid, and not enough */
    PROMISE_OUTCOME_BROKEN,
};

/* By its amount (above 0) and what was paid towards it, less reversals: below zero counts as nothing. */
enum promise_outcome promise_outcome(int64_t promised_minor, int64_t paid_minor, struct tolerance tolerance);

#endif
