#ifndef DUNLIN_ACH_ACH_DRAFT_H
#define DUNLIN_ACH_ACH_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ach/ach_tally.h"
#include "ach/ach_writer.h"

/* What a draft may hold, and what follows from it. No business of the module's callers. */

/* All that ach_write may refuse: what passes can be written. */
enum status ach_draft_check(const struct ach_draft *draft, struct error *err);

/* A checked batch with its offset. */
struct ach_draft_sum {
    struct ach_tally tally;
    bool has_debits, has_credits; /* by the codes of the entries: prenotes have no amount */
    bool has_offset;
    struct ach_draft_entry offset; /* as it is written: its amount worked out */
};
struct ach_draft_sum ach_draft_add_up(const struct ach_draft_batch *batch);

/* The first eight digits of a routing number that is one, or of an ODFI's identification. */
uint64_t ach_rdfi(const char *routing);

static inline bool ach_has_addendum(const struct ach_draft_entry *entry)
{
    return entry->payment_information != NULL && entry->payment_information[0] != '\0';
}

#endif
