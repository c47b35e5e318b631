#include <string.h>

#include "policy_check.h"

/* What a day shows to be wrong with agreements that are well by themselves. */

/* The rate that interest would be charged at today, where it stands on another's. */
static void check_reference(struct policy_files *files, const struct policy_entry *entry, size_t i, struct date today)
{
    char half[AGREEMENT_HALF_SIZE];
    const struct agreement *agreement = &entry->agreements->all[i];
    const bool is_in_force = today.days >= agreement->valid_from.days && today.days <= agreement->valid_until.days;
    if (!is_in_force || agreement->interest == NULL || agreement->interest->reference[0] == '\0' ||
        agreements_reference(entry->agreements, agreement->interest->reference, today) != NULL)
        return;
    policy_files_find(files, entry, true, policy_path("agreements[%zu].interest.reference", i),
                      "no rate of '%s' for %s among reference_rates", agreement->interest->reference,
                      agreement_half_format(agreement_half_of(today), half));
}

/* The last terms of a client are over, and nobody made new ones. */
static void check_end(struct policy_files *files, const struct policy_entry *entry, size_t i, struct date today)
{
    char day[DATE_TEXT_SIZE];
    const struct agreement *agreement = &entry->agreements->all[i];
    if (agreement->valid_until.days >= today.days)
        return;
    for (size_t k = 0; k < entry->agreements->n; k++)
        if (strcmp(entry->agreements->all[k].client, agreement->client) == 0 &&
            entry->agreements->all[k].valid_until.days > agreement->valid_until.days)
            return;
    policy_files_find(files, entry, true, policy_path("agreements[%zu].valid_until", i),
                      "the terms of '%s' ended on %s: those of '*' hold", agreement->client,
                      date_format(agreement->valid_until, day));
}

void policy_check_agreements(struct policy_files *files, const struct policy_entry *entry, struct date today)
{
    policy_check_review(files, entry, entry->agreements->owner, entry->agreements->review_by, today);
    for (size_t i = 0; i < entry->agreements->n; i++) {
        check_reference(files, entry, i, today);
        check_end(files, entry, i, today);
    }
}
