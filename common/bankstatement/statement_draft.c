#include "bankstatement/statement_draft.h"

#include <inttypes.h>
#include <string.h>

#include "bankstatement/statement_values.h"

struct statement_draft *statement_draft_new(int64_t line)
{
    struct statement_draft *draft = g_new0(struct statement_draft, 1);

    draft->statement = (struct bank_statement){.line = line,
                                               .id = "",
                                               .sequence_number = BANK_NO_SEQUENCE_NUMBER,
                                               .legal_sequence_number = BANK_NO_SEQUENCE_NUMBER,
                                               .page = 1,
                                               .is_last_page = true,
                                               .account = "",
                                               .doubt = ""};
    draft->booked = g_array_new(FALSE, FALSE, sizeof(struct bank_entry));
    draft->unbooked = g_array_new(FALSE, FALSE, sizeof(struct bank_entry));
    return draft;
}

void entry_fini(struct bank_entry *entry)
{
    for (size_t i = 0; i < entry->n_details; i++)
        g_free(entry->details[i].references);
    g_free(entry->details);
    entry->details = NULL;
    entry->n_details = 0;
}

static void free_entries(struct bank_entry *entries, size_t n)
{
    for (size_t i = 0; i < n; i++)
        entry_fini(&entries[i]);
    g_free(entries);
}

static struct bank_entry *take_entries(GArray **entries, size_t *ret_n)
{
    if (!*entries)
        return NULL;
    *ret_n = (*entries)->len;
    return (struct bank_entry *)(void *)g_array_free(TAKE(*entries), FALSE);
}

void statement_draft_free(struct statement_draft *draft)
{
    size_t n = 0;

    if (!draft)
        return;
    struct bank_entry *entries = take_entries(&draft->booked, &n);
    free_entries(entries, n);
    entries = take_entries(&draft->unbooked, &n);
    free_entries(entries, n);
    g_free(draft);
}

void statement_draft_freep(struct statement_draft **draft)
{
    statement_draft_free(*draft);
    *draft = NULL;
}

void statement_draft_add(struct statement_draft *draft, struct bank_entry *entry)
{
    g_array_append_vals(entry->status == BANK_ENTRY_BOOKED ? draft->booked : draft->unbooked, entry, 1);
    entry->details = NULL;
    entry->n_details = 0;
}

static bool add_signed(int64_t *sum, bool is_credit, int64_t minor)
{
    return is_credit ? !__builtin_add_overflow(*sum, minor, sum) : !__builtin_sub_overflow(*sum, minor, sum);
}

static struct money money_of(int64_t minor, const char *currency)
{
    struct money money = {.minor = minor};

    memcpy(money.currency, currency, sizeof(money.currency));
    return money;
}

static void forget_amounts(struct bank_entry *entry)
{
    for (size_t i = 0; i < entry->n_details; i++) {
        entry->details[i].has_amount = false;
        entry->details[i].money = money_of(0, entry->money.currency);
    }
}

/* A detail's amount in another currency is the payer's, not what was booked: it counts as not given. One detail alone
 * is the entry, unless the bank says that it stands for several. Where it says that it lists fewer transactions than
 * there are, amounts are kept only if they add up all the same. */
enum status entry_split(struct bank_entry *entry, struct error *err)
{
    const bool is_whole = entry->n_batched <= (int64_t)entry->n_details;
    char has[MONEY_TEXT_SIZE], should[MONEY_TEXT_SIZE];
    size_t n_given = 0;
    int64_t sum = 0;
    int64_t wanted = 0;
    bool fits = true;

    for (size_t i = 0; i < entry->n_details; i++) {
        struct bank_detail *detail = &entry->details[i];
        if (detail->has_amount && strcmp(detail->money.currency, entry->money.currency) != 0)
            detail->has_amount = false;
        if (!detail->has_amount && entry->n_details == 1 && is_whole) {
            detail->money = entry->money;
            detail->has_amount = true;
        }
        n_given += detail->has_amount;
        fits = fits && (!detail->has_amount || add_signed(&sum, detail->is_credit, detail->money.minor));
    }
    const bool adds_up = fits && n_given == entry->n_details &&
                         add_signed(&wanted, entry->is_credit, entry->money.minor) && sum == wanted;
    if (adds_up)
        return STATUS_OK;
    if (n_given == 0 || !is_whole) {
        forget_amounts(entry);
        return STATUS_OK;
    }
    if (n_given < entry->n_details)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "%zu of its %zu transactions have an amount in %s, the others have none", n_given,
                         entry->n_details, entry->money.currency);
    if (!fits)
        return error_set(err, STATUS_INVALID_ARGUMENT, "the amounts of its transactions do not fit 64 bits");
    return error_set(err, STATUS_INVALID_ARGUMENT, "the entry is %s, its transactions add up to %s",
                     money_format_text(money_of(wanted, entry->money.currency), should),
                     money_format_text(money_of(sum, entry->money.currency), has));
}

/* The account's, or else of what is first kept in one. */
static const char *currency_of(const struct statement_draft *draft)
{
    const struct bank_statement *statement = &draft->statement;

    if (statement->currency[0] != '\0')
        return statement->currency;
    if (statement->opening.is_there)
        return statement->opening.money.currency;
    if (statement->closing.is_there)
        return statement->closing.money.currency;
    if (draft->booked->len > 0)
        return g_array_index(draft->booked, struct bank_entry, 0).money.currency;
    return draft->unbooked->len > 0 ? g_array_index(draft->unbooked, struct bank_entry, 0).money.currency : NULL;
}

static enum status check_currency(const GArray *entries, const char *currency, const char *name, struct error *err)
{
    char text[MONEY_TEXT_SIZE];

    for (guint i = 0; i < entries->len; i++) {
        const struct bank_entry *entry = &g_array_index(entries, struct bank_entry, i);
        if (strcmp(entry->money.currency, currency) != 0)
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s:%" PRId64 ": an entry of %s; the account is kept in %s",
                             name, entry->line, money_format_text(entry->money, text), currency);
    }
    return STATUS_OK;
}

static enum status check_balance(const struct bank_balance *balance, const char *which, const char *currency,
                                 struct error *err)
{
    char text[MONEY_TEXT_SIZE];

    if (!balance->is_there || strcmp(balance->money.currency, currency) == 0)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "the %s balance is %s; the account is kept in %s", which,
                     money_format_text(balance->money, text), currency);
}

static bool sum_of_booked(const GArray *entries, int64_t *ret_sum)
{
    for (guint i = 0; i < entries->len; i++) {
        const struct bank_entry *entry = &g_array_index(entries, struct bank_entry, i);
        if (!add_signed(ret_sum, entry->is_credit, entry->money.minor))
            return false;
    }
    return true;
}

static enum status compare_balances(const struct statement_draft *draft, enum bank_proof *ret_proof, struct error *err)
{
    const struct bank_statement *statement = &draft->statement;
    const bool is_page = statement->page != 1 || !statement->is_last_page;
    char opening[MONEY_TEXT_SIZE], booked[MONEY_TEXT_SIZE], made[MONEY_TEXT_SIZE], closing[MONEY_TEXT_SIZE];
    int64_t sum = 0;
    int64_t end;

    *ret_proof = BANK_PROOF_NONE;
    if (!statement->opening.is_there || !statement->closing.is_there)
        return STATUS_OK;
    if (!sum_of_booked(draft->booked, &sum) || __builtin_add_overflow(statement->opening.money.minor, sum, &end))
        return error_set(err, STATUS_INVALID_ARGUMENT, "the sum of its booked entries does not fit 64 bits");
    if (end == statement->closing.money.minor)
        *ret_proof = BANK_PROOF_MET;
    if (end == statement->closing.money.minor || is_page)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT,
                     "opening balance %s + booked %s (entries: %u) = %s, but the closing balance is %s",
                     money_format_text(statement->opening.money, opening),
                     money_format_text(money_of(sum, statement->currency), booked), draft->booked->len,
                     money_format_text(money_of(end, statement->currency), made),
                     money_format_text(statement->closing.money, closing));
}

static enum status prove(struct statement_draft *draft, enum bank_proof *ret_proof, struct error *err)
{
    const struct bank_statement *statement = &draft->statement;
    enum status st = check_balance(&statement->opening, "opening", statement->currency, err);

    if (st == STATUS_OK)
        st = check_balance(&statement->closing, "closing", statement->currency, err);
    if (st == STATUS_OK)
        st = compare_balances(draft, ret_proof, err);
    return st;
}

enum status statement_draft_finish(struct statement_draft *draft, const char *name, const char *where,
                                   enum bank_demand demand, GStringChunk *texts, struct bank_statement *ret_statement,
                                   struct error *err)
{
    struct bank_statement *statement = &draft->statement;
    const char *currency = currency_of(draft);
    struct error doubt = {0};

    if (!currency)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s:%" PRId64 ": %s: nothing says the account's currency", name,
                         statement->line, where);
    memmove(statement->currency, currency, sizeof(statement->currency));
    enum status st = check_currency(draft->booked, statement->currency, name, err);
    if (st == STATUS_OK)
        st = check_currency(draft->unbooked, statement->currency, name, err);
    if (st != STATUS_OK)
        return st;
    st = prove(draft, &statement->proof, &doubt);
    if (st != STATUS_OK && demand == BANK_MUST_ADD_UP)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s:%" PRId64 ": %s: %s", name, statement->line, where,
                         doubt.text);
    if (st != STATUS_OK) {
        statement->proof = BANK_PROOF_FAILED;
        statement->doubt = g_string_chunk_insert(texts, doubt.text);
    }
    statement->entries = take_entries(&draft->booked, &statement->n_entries);
    statement->unbooked = take_entries(&draft->unbooked, &statement->n_unbooked);
    statement_identify(statement);
    *ret_statement = *statement;
    return STATUS_OK;
}

struct bank_statements *bank_statements_new(void)
{
    struct bank_statements *statements = g_new0(struct bank_statements, 1);

    statements->message_id = "";
    statements->texts = g_new0(struct bank_texts, 1);
    statements->texts->chunk = g_string_chunk_new(64 * 1024);
    return statements;
}

void bank_statements_add(struct bank_statements *statements, const struct bank_statement *statement)
{
    const size_t n = statements->n_statements;

    /* Room for a power of two of them. */
    if ((n & (n - 1)) == 0)
        statements->statements = g_renew(struct bank_statement, statements->statements, n == 0 ? 1 : 2 * n);
    statements->statements[statements->n_statements++] = *statement;
}

void bank_statements_free(struct bank_statements *statements)
{
    if (!statements)
        return;
    for (size_t i = 0; i < statements->n_statements; i++) {
        free_entries(statements->statements[i].entries, statements->statements[i].n_entries);
        free_entries(statements->statements[i].unbooked, statements->statements[i].n_unbooked);
    }
    g_free(statements->statements);
    g_string_chunk_free(statements->texts->chunk);
    g_free(statements->texts);
    g_free(statements);
}

void bank_statements_freep(struct bank_statements **statements)
{
    bank_statements_free(*statements);
    *statements = NULL;
}

const char *bank_entry_status_name(enum bank_entry_status status)
{
    switch (status) {
    case BANK_ENTRY_BOOKED:
        return "BOOK";
    case BANK_ENTRY_PENDING:
        return "PDNG";
    case BANK_ENTRY_INFORMATION:
        return "INFO";
    case BANK_ENTRY_FUTURE:
        break;
    }
    return "FUTR";
}
