#include "statement_items.h"

#include <string.h>

#define TEXT_KEPT_BYTES      500
#define REFERENCE_KEPT_BYTES 140 /* four times what ISO 20022 allows */
#define MASKED_CHARACTERS    4

static const char *const OUTCOME_NAMES[STATEMENT_OUTCOMES_END] = {
    [STATEMENT_UNDECIDED] = "undecided", [STATEMENT_POSTED] = "posted",   [STATEMENT_HELD] = "held",
    [STATEMENT_REVERSED] = "reversed",   [STATEMENT_IGNORED] = "ignored", [STATEMENT_FAILED] = "failed",
};

const char *statement_outcome_name(enum statement_outcome outcome)
{
    return OUTCOME_NAMES[outcome];
}

char *statement_clip(const char *text, size_t max)
{
    size_t len = strlen(text);

    if (len > max)
        for (len = max; len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80;)
            len--;
    return g_strndup(text, len);
}

static enum statement_kind kind_of(const struct bank_entry *entry, const struct bank_detail *detail, bool is_credit)
{
    const bool is_back = entry->is_reversal || detail->is_return;

    if (is_credit)
        return is_back ? STATEMENT_CAME_BACK : STATEMENT_PAYMENT;
    return is_back ? STATEMENT_TAKEN_BACK : STATEMENT_DEBIT;
}

static const char *best_reference(const struct bank_entry *entry, const struct bank_detail *detail)
{
    if (*detail->text)
        return detail->text;
    if (*detail->end_to_end_id)
        return detail->end_to_end_id;
    return *detail->bank_reference ? detail->bank_reference : entry->bank_reference;
}

static void add_item(struct statement_items *to, const struct bank_entry *entry, const struct bank_detail *detail,
                     const struct money *money, bool is_credit)
{
    struct statement_item *item = g_new0(struct statement_item, 1);

    item->kind = kind_of(entry, detail, is_credit);
    item->entry = entry;
    item->detail = detail;
    item->money = *money;
    item->credit_id = id_derive(&to->bank_account_id, "statement/credit", detail->id, strlen(detail->id));
    item->end_to_end_id = statement_clip(detail->end_to_end_id, REFERENCE_KEPT_BYTES);
    item->reference = statement_clip(best_reference(entry, detail), TEXT_KEPT_BYTES);
    item->payer = statement_clip(detail->counterparty_name, TEXT_KEPT_BYTES);
    item->tokens = match_tokens(detail);
    item->candidates = g_array_new(FALSE, FALSE, sizeof(struct match_candidate));
    g_ptr_array_add(to->items, item);
}

static void free_item(gpointer pointer)
{
    struct statement_item *item = pointer;

    g_free(item->end_to_end_id);
    g_free(item->reference);
    g_free(item->payer);
    g_free(item->judgement.reason);
    g_free(item->reason);
    g_array_unref(item->tokens);
    g_array_unref(item->candidates);
    g_free(item);
}

/* Where the bank does not say how an entry is split, it is one payment: nobody guesses. */
static void add_entry(struct statement_items *to, const struct bank_entry *entry)
{
    if (!entry->details[0].has_amount && entry->money.minor > 0) {
        add_item(to, entry, &entry->details[0], &entry->money, entry->is_credit);
        return;
    }
    for (size_t i = 0; i < entry->n_details; i++)
        if (entry->details[i].money.minor > 0)
            add_item(to, entry, &entry->details[i], &entry->details[i].money, entry->details[i].is_credit);
}

/* A statement without balances may say anything. */
static int64_t add_capped(int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static void count_entry(struct statement_items *to, const struct bank_entry *entry)
{
    const int32_t day = entry->booking_date.days;

    to->first_on_days = to->first_on_days == 0 ? day : MIN(to->first_on_days, day);
    to->last_on_days = to->last_on_days == 0 ? day : MAX(to->last_on_days, day);
    if (entry->is_credit) {
        to->credit_minor = add_capped(to->credit_minor, entry->money.minor);
    } else {
        to->debits++;
        to->debit_minor = add_capped(to->debit_minor, entry->money.minor);
    }
}

static void append(GByteArray *key, const char *text)
{
    g_byte_array_append(key, (const guint8 *)text, (guint)strlen(text) + 1);
}

static void identify_account(struct statement_items *to, const char *agency)
{
    g_autoptr(GByteArray) key = g_byte_array_new();
    const char *account = to->statement->account;
    const size_t len = strlen(account);

    append(key, agency);
    append(key, account);
    append(key, to->statement->currency);
    to->bank_account_id =
        id_derive_root(id_partition_of_debtor(0, key->data, key->len), "bank account", key->data, key->len);
    /* The end of an account number tells it among one's own, and nobody else can use it. */
    const char *tail = len > 2 * MASKED_CHARACTERS ? account + len - MASKED_CHARACTERS : "";
    g_snprintf(to->bank_account, sizeof(to->bank_account), "...%s", g_utf8_validate(tail, -1, NULL) ? tail : "");
}

/* By all that is on it: what a bank sends again in another shape is another statement, whose payments are known. */
static void identify_statement(struct statement_items *to)
{
    const struct bank_statement *statement = to->statement;
    g_autoptr(GByteArray) key = g_byte_array_new();
    g_autofree char *numbers =
        g_strdup_printf("%lld/%lld", (long long)statement->page, (long long)statement->sequence_number);

    append(key, statement->id);
    append(key, numbers);
    for (size_t i = 0; i < statement->n_entries; i++)
        for (size_t j = 0; j < statement->entries[i].n_details; j++)
            append(key, statement->entries[i].details[j].id);
    to->statement_id = id_derive(&to->bank_account_id, "statement", key->data, key->len);
}

struct statement_items *statement_items_new(const struct bank_statement *statement, const char *agency)
{
    struct statement_items *to = g_new0(struct statement_items, 1);

    to->statement = statement;
    to->name = statement_clip(statement->id, REFERENCE_KEPT_BYTES);
    to->items = g_ptr_array_new_with_free_func(free_item);
    identify_account(to, agency);
    identify_statement(to);
    for (size_t i = 0; i < statement->n_entries; i++) {
        count_entry(to, &statement->entries[i]);
        add_entry(to, &statement->entries[i]);
    }
    return to;
}

void statement_items_free(struct statement_items *items)
{
    if (!items)
        return;
    g_ptr_array_unref(items->items);
    g_free(items->name);
    g_free(items);
}

struct id statement_payment_id(const struct id *credit_id, const struct id *account_id)
{
    return id_derive(account_id, "payment/statement", credit_id->bytes, sizeof(credit_id->bytes));
}

struct id statement_suspense_id(const struct id *credit_id)
{
    return id_derive(credit_id, "suspense/statement", NULL, 0);
}
