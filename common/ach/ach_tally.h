#ifndef DUNLIN_ACH_ACH_TALLY_H
#define DUNLIN_ACH_ACH_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "ach/ach.h"

/* What the control records say of the entries above them. At most ACH_RECORDS_MAX entries of ACH_AMOUNT_MAX_MINOR are
 * added up: nothing overflows. No business of the module's callers. */
struct ach_tally {
    size_t n_records;  /* entries and addenda */
    uint64_t rdfi_sum; /* of the first eight digits of routing numbers */
    int64_t debit_minor, credit_minor;
};

static inline void ach_tally_entry(struct ach_tally *tally, const struct ach_transaction *transaction, uint64_t rdfi,
                                   int64_t amount_minor)
{
    tally->n_records++;
    tally->rdfi_sum += rdfi;
    if (transaction->is_debit)
        tally->debit_minor += amount_minor;
    else
        tally->credit_minor += amount_minor;
}

static inline void ach_tally_add(struct ach_tally *tally, const struct ach_tally *other)
{
    tally->n_records += other->n_records;
    tally->rdfi_sum += other->rdfi_sum;
    tally->debit_minor += other->debit_minor;
    tally->credit_minor += other->credit_minor;
}

/* What does not fit ten digits is cut off at the left. A file's hash is that of its batches' hashes: the same. */
static inline uint64_t ach_tally_hash(const struct ach_tally *tally)
{
    return tally->rdfi_sum % ACH_HASH_MODULUS;
}

#endif
