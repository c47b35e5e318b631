#include "intake_model.h"

#include <string.h>

static const char *const STAGE_NAMES[] = {
    [STAGE_CHECKING] = "checking",
    [STAGE_PLACING] = "placing",
    [STAGE_COMPLETED] = "completed",
    [STAGE_REFUSED] = "refused",
};

const char *placement_stage_name(enum placement_stage stage)
{
    return stage >= STAGE_CHECKING && stage <= STAGE_REFUSED ? STAGE_NAMES[stage] : "unknown";
}

static bool has_totals(const struct control_totals *totals)
{
    return totals->has_count || totals->has_sum;
}

static bool totals_are_equal(const struct control_totals *a, const struct control_totals *b)
{
    return a->has_count == b->has_count && (!a->has_count || a->count == b->count) && a->has_sum == b->has_sum &&
           (!a->has_sum || a->sum_minor == b->sum_minor);
}

enum placement_stage placement_open(const struct control_totals *given)
{
    return has_totals(given) ? STAGE_CHECKING : STAGE_PLACING;
}

enum status placement_reopen(enum placement_stage *stage, struct control_totals *stored,
                             const struct control_totals *given, bool has_placed_rows, struct error *err)
{
    if (!has_totals(given) || *stage == STAGE_COMPLETED || totals_are_equal(stored, given))
        return STATUS_OK;
    if (has_placed_rows)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "control totals: rows of this file are placed already %s; send it without totals, or with "
                         "those, to place the rest",
                         has_totals(stored) ? "under other totals" : "without totals");
    *stored = *given;
    *stage = STAGE_CHECKING;
    return STATUS_OK;
}

enum status placement_may_check(enum placement_stage stage, struct error *err)
{
    switch (stage) {
    case STAGE_CHECKING:
        return STATUS_OK;
    case STAGE_PLACING:
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "nothing to check: the file is being placed; PlaceRows is next");
    case STAGE_COMPLETED:
        return error_set(err, STATUS_FAILED_PRECONDITION, "nothing to check: the file is placed");
    case STAGE_REFUSED:
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "the file is refused, its control totals were not met; open it with the right totals");
    }
    return error_set(err, STATUS_INTERNAL, "stage %d", stage);
}

enum status placement_may_place(enum placement_stage stage, struct error *err)
{
    switch (stage) {
    case STAGE_CHECKING:
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "the file's control totals are not confirmed yet: CheckRows and ConfirmTotals come first");
    case STAGE_PLACING:
        return STATUS_OK;
    case STAGE_COMPLETED:
        return error_set(err, STATUS_FAILED_PRECONDITION, "the file is placed and closed; it takes no more rows");
    case STAGE_REFUSED:
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "the file is refused, its control totals were not met; open it with the right totals");
    }
    return error_set(err, STATUS_INTERNAL, "stage %d", stage);
}

void row_counts_add_amount(struct row_counts *counts, const struct money *amount)
{
    if (counts->has_several_currencies)
        return;
    if (counts->has_amount && strcmp(counts->currency, amount->currency) != 0) {
        counts->has_several_currencies = true;
        counts->amount_minor = 0;
        counts->currency[0] = '\0';
        return;
    }
    counts->has_amount = true;
    memcpy(counts->currency, amount->currency, sizeof(counts->currency));
    /* ROW_AMOUNT_MAX_MINOR leaves room for 900,000 of the largest rows; a sum beyond is pinned, and meets no total. */
    if (__builtin_add_overflow(counts->amount_minor, amount->minor, &counts->amount_minor))
        counts->amount_minor = INT64_MAX;
}

void row_counts_add(struct row_counts *sum, const struct row_counts *counts)
{
    sum->accepted += counts->accepted;
    sum->rejected += counts->rejected;
    sum->skipped += counts->skipped;
    if (counts->has_several_currencies) {
        sum->has_amount = true;
        sum->has_several_currencies = true;
        sum->amount_minor = 0;
        sum->currency[0] = '\0';
    } else if (counts->has_amount) {
        struct money amount = {.minor = counts->amount_minor};
        memcpy(amount.currency, counts->currency, sizeof(amount.currency));
        row_counts_add_amount(sum, &amount);
    }
}

enum status control_totals_compare(const struct control_totals *totals, const struct row_counts *counted,
                                   const char *currency, struct error *err)
{
    int64_t count = counted->accepted + counted->rejected + counted->skipped;
    bool is_count_wrong = totals->has_count && totals->count != count;
    bool is_sum_wrong = totals->has_sum && totals->sum_minor != counted->amount_minor;
    g_autoptr(GString) text = g_string_new(NULL);

    if (is_count_wrong)
        g_string_append_printf(text, "%" G_GINT64_FORMAT " records where %" G_GINT64_FORMAT " are announced", count,
                               totals->count);
    if (is_sum_wrong) {
        struct money is = {.minor = counted->amount_minor};
        struct money ought = {.minor = totals->sum_minor};
        char is_text[MONEY_TEXT_SIZE], ought_text[MONEY_TEXT_SIZE];
        (void)g_strlcpy(is.currency, currency ? currency : "", sizeof(is.currency));
        memcpy(ought.currency, is.currency, sizeof(ought.currency));
        g_string_append_printf(text, "%samounts add up to %s where %s is announced", text->len > 0 ? "; " : "",
                               money_format_text(is, is_text), money_format_text(ought, ought_text));
    }
    if (text->len == 0)
        return STATUS_OK;
    return error_set(err, STATUS_FAILED_PRECONDITION, "control totals: the file has %s; nothing of it is placed",
                     text->str);
}

struct debtor *debtor_new(const struct id *id, int32_t agency_id)
{
    struct debtor *debtor = g_new0(struct debtor, 1);

    debtor->id = *id;
    debtor->agency_id = agency_id;
    debtor->name = "";
    debtor->is_natural_person = true;
    debtor->contacts = g_array_new(FALSE, TRUE, sizeof(struct contact_point));
    return debtor;
}

void debtor_free(struct debtor *debtor)
{
    if (!debtor)
        return;
    (void)g_array_free(debtor->contacts, TRUE);
    g_free(debtor);
}

void debtor_load_contact(struct debtor *debtor, const struct contact *contact)
{
    struct contact_point point = {.id = contact_point_id(&debtor->id, contact), .contact = *contact};
    g_array_append_val(debtor->contacts, point);
}

void debtor_describe(struct debtor *debtor, const char *name, bool is_natural_person)
{
    if (*name && strcmp(debtor->name, name) != 0) {
        debtor->name = name;
        debtor->is_changed = true;
    }
    if (debtor->is_natural_person != is_natural_person) {
        debtor->is_natural_person = is_natural_person;
        debtor->is_changed = true;
    }
}

static struct contact_point *find_contact(const struct debtor *debtor, const struct id *id, size_t *ret_index)
{
    for (guint i = 0; i < debtor->contacts->len; i++) {
        struct contact_point *point = &g_array_index(debtor->contacts, struct contact_point, i);
        if (id_equal(&point->id, id)) {
            *ret_index = i;
            return point;
        }
    }
    return NULL;
}

enum contact_change debtor_add_contact(struct debtor *debtor, const struct contact *contact, GStringChunk *texts,
                                       size_t *ret_index)
{
    struct contact_point point = {.id = contact_point_id(&debtor->id, contact), .contact = *contact};
    struct contact_point *known = find_contact(debtor, &point.id, ret_index);

    if (known) {
        const char *zones = known->contact.zones;
        if (strcmp(zones, contact->zones) != 0)
            zones = zones_union(zones, contact->zones, texts);
        if (strcmp(zones, known->contact.zones) == 0)
            return CONTACT_KNOWN;
        known->contact.zones = zones;
        debtor->is_changed = true;
        return CONTACT_MORE_ZONES;
    }
    g_array_append_val(debtor->contacts, point);
    debtor->is_changed = true;
    *ret_index = debtor->contacts->len - 1;
    return CONTACT_NEW;
}

bool debtor_has_room(const struct debtor *debtor, const struct row *row)
{
    size_t n = debtor->contacts->len;

    if (n + row->n_contacts <= DEBTOR_CONTACTS_MAX)
        return true;
    for (size_t i = 0; i < row->n_contacts; i++) {
        struct id id = contact_point_id(&debtor->id, &row->contacts[i]);
        size_t index = 0;
        if (!find_contact(debtor, &id, &index))
            n++;
    }
    return n <= DEBTOR_CONTACTS_MAX;
}

struct account account_from_row(const struct row *row, const struct id *account_id, const struct id *debtor_id,
                                int32_t agency_id, const struct provenance *provenance, struct instant now)
{
    const struct row_value *opened = &row->values[FIELD_OPENED_DATE];

    return (struct account){
        .id = *account_id,
        .debtor_id = *debtor_id,
        .agency_id = agency_id,
        .client = row->values[FIELD_CLIENT].text,
        .client_reference = row->values[FIELD_CLIENT_REFERENCE].text,
        .balance = row->values[FIELD_BALANCE].money,
        .due_on = row->values[FIELD_DUE_DATE].date,
        .opened_on = opened->has_value ? opened->date : row->values[FIELD_DUE_DATE].date,
        .is_disputed = row->values[FIELD_DISPUTED].has_value && row->values[FIELD_DISPUTED].truth,
        .provenance = *provenance,
        .placed_at_us = now.us,
        .debt_kind = row->values[FIELD_DEBT_KIND].debt_kind,
    };
}

static bool check_recalled(const struct account *account, struct row *row, GStringChunk *texts)
{
    if (account->is_recalled)
        row_reject(row, texts, FIELD_CLIENT_REFERENCE, REJECT_ALREADY_RECALLED, "the account is recalled");
    return !account->is_recalled;
}

static bool check_currency(const struct account *account, enum field field, struct row *row, GStringChunk *texts)
{
    const struct row_value *value = &row->values[field];

    if (!value->has_value || strcmp(value->money.currency, account->balance.currency) == 0)
        return true;
    row_reject(row, texts, (int)field, REJECT_CURRENCY_MISMATCH, "in %s, the account is in %s", value->money.currency,
               account->balance.currency);
    return false;
}

bool account_update(struct account *account, struct row *row, GStringChunk *texts, struct account_changes *ret_changes)
{
    const struct row_value *balance = &row->values[FIELD_BALANCE];
    const struct row_value *due = &row->values[FIELD_DUE_DATE];

    if (!check_recalled(account, row, texts) || !check_currency(account, FIELD_BALANCE, row, texts))
        return false;
    ret_changes->has_balance = balance->has_value && balance->money.minor != account->balance.minor;
    ret_changes->has_due_on = due->has_value && due->date.days != account->due_on.days;
    if (ret_changes->has_balance)
        account->balance = balance->money;
    if (ret_changes->has_due_on)
        account->due_on = due->date;
    account->is_changed |= ret_changes->has_balance || ret_changes->has_due_on;
    return true;
}

bool account_recall(struct account *account, struct row *row, GStringChunk *texts)
{
    if (!check_recalled(account, row, texts))
        return false;
    account->is_recalled = true;
    account->is_changed = true;
    return true;
}

bool account_takes_payment(const struct account *account, struct row *row, GStringChunk *texts)
{
    return check_currency(account, FIELD_AMOUNT, row, texts);
}

struct id payment_id_of_row(const struct id *account_id, const struct row *row, const void *file_hash,
                            size_t file_hash_len)
{
    const char *reference = row->values[FIELD_PAYMENT_REFERENCE].text;
    g_autoptr(GString) key = g_string_new(NULL);

    if (*reference)
        return id_derive(account_id, "payment/reference", reference, strlen(reference));
    g_string_append_len(key, file_hash, (gssize)file_hash_len);
    g_string_append_printf(key, "%" G_GINT64_FORMAT, row->raw.line);
    return id_derive(account_id, "payment/line", key->str, key->len);
}
