#ifndef DUNLIN_TESTS_UNIT_ACH_DRAFTS_H
#define DUNLIN_TESTS_UNIT_ACH_DRAFTS_H

#include <glib.h>
#include <stdio.h>

#include "ach/ach_writer.h"

/* Drafts that the tests of writer and reader start from. */

static inline struct date day(int year, int month, int day_of_month)
{
    struct date date = {0};
    (void)date_from_ymd(year, month, day_of_month, &date);
    return date;
}

static inline struct ach_draft_entry debit(uint32_t sequence, int64_t amount_minor)
{
    return (struct ach_draft_entry){
        .transaction_code = 27,
        .routing = "231380104",
        .account = "744-5678-99",
        .amount_minor = amount_minor,
        .individual_id = "A-1009-3",
        .individual_name = "Ada Example",
        .sequence = sequence,
    };
}

static inline struct ach_draft_entry to_agency(uint32_t sequence)
{
    return (struct ach_draft_entry){
        .transaction_code = 22,
        .routing = "121042882",
        .account = "9900112233",
        .individual_name = "Harbor Recovery",
        .sequence = sequence,
    };
}

static inline struct ach_draft_batch instalments(const struct ach_draft_entry *entries, size_t n_entries)
{
    return (struct ach_draft_batch){
        .company_name = "Harbor Recovery",
        .company_discretionary = "",
        .company_id = "1912345678",
        .class = "PPD",
        .description = "PAYMENT",
        .effective_on = day(2026, 11, 25),
        .odfi = "12104288",
        .entries = entries,
        .n_entries = n_entries,
    };
}

static inline struct ach_draft file_of(const struct ach_draft_batch *batches, size_t n_batches)
{
    return (struct ach_draft){
        .destination = "121042882",
        .destination_name = "Example Bank",
        .origin = "1912345678",
        .origin_name = "Harbor Recovery Inc",
        .reference = "F-77",
        .created_on = day(2026, 11, 23),
        .created_minute = 16 * 60 + 5,
        .id_modifier = 'A',
        .batches = batches,
        .n_batches = n_batches,
    };
}

#endif
