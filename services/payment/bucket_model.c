#include "bucket_model.h"

#include <stddef.h>

int64_t charges_sum(const struct charges *charges)
{
    int64_t sum = 0;

    for (size_t i = 0; i < CHARGES; i++)
        sum += charges->minor[i];
    return sum;
}

int64_t bucket_of(int64_t whole_minor, const struct charges *charges, enum agreement_bucket bucket)
{
    return bucket == AGREEMENT_PRINCIPAL ? whole_minor - charges_sum(charges) : charges->minor[bucket - 1];
}

/* An eighth of the range each: their sum, and the principal beside them, fit. */
#define CHARGE_MAX (INT64_MAX / 8)

enum status charges_add(struct charges *charges, const struct charges *change, struct error *err)
{
    struct charges sum;

    for (size_t i = 0; i < CHARGES; i++)
        if (__builtin_add_overflow(charges->minor[i], change->minor[i], &sum.minor[i]) || sum.minor[i] > CHARGE_MAX ||
            sum.minor[i] < -CHARGE_MAX)
            return error_set(err, STATUS_OUT_OF_RANGE, "%s: the sum does not fit",
                             agreement_bucket_name((enum agreement_bucket)(i + 1)));
    *charges = sum;
    return STATUS_OK;
}

struct charges charges_negate(const struct charges *charges)
{
    struct charges opposite;

    for (size_t i = 0; i < CHARGES; i++)
        opposite.minor[i] = -charges->minor[i];
    return opposite;
}

struct charges buckets_pay(int64_t owed_minor, const struct charges *owed,
                           const enum agreement_bucket order[static AGREEMENT_BUCKET_COUNT], int64_t paid_minor)
{
    struct charges change = {0};

    for (size_t i = 0; i < AGREEMENT_BUCKET_COUNT && paid_minor > 0; i++) {
        const int64_t due = bucket_of(owed_minor, owed, order[i]);
        const int64_t taken = due <= 0 ? 0 : due < paid_minor ? due : paid_minor;

        if (order[i] != AGREEMENT_PRINCIPAL)
            change.minor[order[i] - 1] = -taken;
        paid_minor -= taken;
    }
    return change;
}

struct charges buckets_even(int64_t owed_minor, const struct charges *owed,
                            const enum agreement_bucket order[static AGREEMENT_BUCKET_COUNT])
{
    const int64_t principal = bucket_of(owed_minor, owed, AGREEMENT_PRINCIPAL);
    int64_t excess = principal < 0 ? -principal : 0;
    struct charges raised = *owed;

    for (size_t i = 0; i < CHARGES; i++)
        if (owed->minor[i] < 0) {
            excess -= owed->minor[i];
            raised.minor[i] = 0;
        }
    struct charges change = buckets_pay(owed_minor + excess, &raised, order, excess);
    for (size_t i = 0; i < CHARGES; i++)
        change.minor[i] += raised.minor[i] - owed->minor[i];
    return change;
}
