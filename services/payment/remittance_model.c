#include "remittance_model.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

/* The terminating NUL parts the client from the currency. */
struct id remittance_account_id(const struct remittance_subject *subject)
{
    g_autoptr(GByteArray) key = g_byte_array_new();

    g_byte_array_append(key, (const guint8 *)&subject->agency_id, sizeof(subject->agency_id));
    g_byte_array_append(key, (const guint8 *)subject->client, (guint)strlen(subject->client) + 1);
    g_byte_array_append(key, (const guint8 *)subject->currency, (guint)strlen(subject->currency));
    return id_derive_root(subject->partition, "trust account", key->data, key->len);
}

struct id remittance_part_id(const struct id *account_id, const char *run_key)
{
    return id_derive(account_id, "remittance", run_key, strlen(run_key));
}

void remittance_settle(struct remittance_figures *figures, enum agreement_method method)
{
    figures->invoiced_minor = method == AGREEMENT_GROSS ? figures->fees_minor : 0;
    figures->remitted_minor = figures->payable_minor + figures->invoiced_minor;
}

bool remittance_is_below(const struct remittance_figures *figures, int64_t minimum_minor)
{
    return llabs(figures->remitted_minor) < minimum_minor && llabs(figures->invoiced_minor) < minimum_minor;
}

static bool adds_up(const struct remittance_head *head)
{
    const struct remittance_figures *since = &head->since;

    return since->payable_minor == since->collected_minor - since->reversed_minor - since->fees_minor &&
           since->payable_minor == head->payable_minor && since->fees_minor == head->earned_minor;
}

enum status remittance_make(struct remittance_head *head, struct remittance_part *part, struct error *err)
{
    if (!adds_up(head))
        return error_set(err, STATUS_INTERNAL,
                         "trust of '%s' in partition %u: %lld payable and %lld earned, but its lines since entry %lld "
                         "say %lld and %lld",
                         part->subject.client, part->subject.partition, (long long)head->payable_minor,
                         (long long)head->earned_minor, (long long)head->last_entry,
                         (long long)head->since.payable_minor, (long long)head->since.fees_minor);
    part->number = ++head->n_parts;
    part->first_entry = head->last_entry + 1;
    part->figures = head->since;
    remittance_settle(&part->figures, part->method);
    if (part->figures.n_lines > 0)
        head->n_entries++; /* the remittance's own */
    part->last_entry = head->last_entry = head->n_entries;
    head->payable_minor = head->earned_minor = 0;
    head->since = (struct remittance_figures){0};
    return STATUS_OK;
}

bool trust_of_remittance(const struct remittance_part *part, struct trust_entry *ret_entry)
{
    const struct remittance_figures *figures = &part->figures;

    if (figures->n_lines == 0)
        return false;
    *ret_entry = (struct trust_entry){
        .kind = TRUST_REMITTANCE,
        .agency_id = part->subject.agency_id,
        .client = part->subject.client,
        .item_id = part->part_id,
        .effective_on_days = (int32_t)(part->remitted_at.us / US_PER_DAY),
        .posted_at = part->remitted_at,
        .amounts = {.cash_minor = -figures->payable_minor - figures->fees_minor,
                    .payable_minor = -figures->payable_minor,
                    .earned_minor = -figures->fees_minor},
    };
    g_strlcpy(ret_entry->currency, part->subject.currency, sizeof(ret_entry->currency));
    return true;
}
