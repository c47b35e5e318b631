#ifndef DUNLIN_PAYMENT_BUCKET_MODEL_H
#define DUNLIN_PAYMENT_BUCKET_MODEL_H

#include <stdint.h>

#include "policy/agreement.h"
#include "status/status.h"

/* What is owed, by what it is owed for. No I/O. Minor units of the account's currency. */

/* The buckets are enum agreement_bucket. Another one is a row there and a column of payment.account and
 * payment.posting. */
#define CHARGES (AGREEMENT_BUCKET_COUNT - 1)

/* What is owed beside principal, or how it changes: principal is what is left of the whole, so that no sum of buckets
 * can be another than the balance. */
struct charges {
    int64_t minor[CHARGES]; /* of bucket - 1 */
};

int64_t bucket_of(int64_t whole_minor, const struct charges *charges, enum agreement_bucket bucket);
int64_t charges_sum(const struct charges *charges);

/* Fails with OUT_OF_RANGE; `charges` is untouched then. */
MUST_USE enum status charges_add(struct charges *charges, const struct charges *change, struct error *err);

/* The opposite. */
struct charges charges_negate(const struct charges *charges);

/* How a payment of `paid_minor` (positive) lowers the buckets of what is owed: in the order of the client's waterfall,
 * none below zero; what is more than all of it falls on principal, which it overpays. */
struct charges buckets_pay(int64_t owed_minor, const struct charges *owed,
                           const enum agreement_bucket order[static AGREEMENT_BUCKET_COUNT], int64_t paid_minor);

/* How buckets change that were paid more than they are, so that none is below zero while another is not: what is too
 * much in one pays the others, in that order. The whole stays as it is. */
struct charges buckets_even(int64_t owed_minor, const struct charges *owed,
                            const enum agreement_bucket order[static AGREEMENT_BUCKET_COUNT]);

#endif
