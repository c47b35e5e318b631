#include <inttypes.h>
#include <string.h>

#include "bankstatement/camt053_fields.h"
#include "bankstatement/statement_draft.h"
#include "bankstatement/statement_values.h"
#include "bankstatement/statement_xml.h"

#define NAMESPACE "urn:iso:std:iso:20022:tech:xsd:camt.053.001."

static const struct money_format ISO_MONEY = {.decimal_separator = '.'};

/* An element's text as it stood. Not there: line 0. */
struct raw {
    const char *text;
    const char *currency;
    int64_t line;
};

struct reading {
    const char *name;
    enum bank_demand demand;
    struct bank_statements *result;
    GStringChunk *texts; /* the result's */
    struct raw raw[CAMT_FIELD_COUNT];
    int64_t lines[CAMT_SECTION_COUNT];           /* of each section's beginning */
    GStringChunk *raw_texts[CAMT_SECTION_COUNT]; /* of the section at hand */
    struct statement_draft *draft;
    size_t n_balances;
    bool has_opening;        /* an OPBD */
    struct bank_entry entry; /* its details are in `details` until it ends */
    GArray *details;         /* struct bank_detail */
    GArray *references;      /* struct bank_reference, of the detail at hand */
    GString *remittance;
    GString *return_text;
    size_t n_details; /* of the file */
};

static enum status refuse(const struct reading *reading, int64_t line, const char *path, struct error *err,
                          const char *format, ...) __attribute__((format(printf, 5, 6)));
static enum status refuse(const struct reading *reading, int64_t line, const char *path, struct error *err,
                          const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)error_vset(err, STATUS_INVALID_ARGUMENT, format, args);
    va_end(args);
    return error_wrap(err, STATUS_INVALID_ARGUMENT, "%s:%" PRId64 ": %s", reading->name, line, path);
}

/* What a value's reader said, with the place before it. */
static enum status refuse_value(const struct reading *reading, enum camt_field field, enum status st, struct error *err)
{
    return error_wrap(err, st, "%s:%" PRId64 ": %s", reading->name, reading->raw[field].line, camt_path(field));
}

static bool is_there(const struct reading *reading, enum camt_field field)
{
    return reading->raw[field].line > 0;
}

static enum status need(const struct reading *reading, enum camt_field field, struct error *err)
{
    const enum camt_section section = camt_section_of(field);
    const char *base = camt_section_path(section);

    if (is_there(reading, field))
        return STATUS_OK;
    return refuse(reading, reading->lines[section], base, err, "no %s", camt_path(field) + strlen(base) + 1);
}

static const char *text_of(const struct reading *reading, enum camt_field field)
{
    return is_there(reading, field) ? value_text(reading->raw[field].text, reading->texts) : "";
}

static const char *reference_of(const struct reading *reading, enum camt_field field)
{
    const char *text = text_of(reading, field);
    return value_is_no_reference(text) ? "" : text;
}

/* A raw text without the blanks at its ends, which XML Schema drops from all but texts. */
static const char *bare(const struct reading *reading, enum camt_field field)
{
    return value_text(reading->raw[field].text, reading->raw_texts[camt_section_of(field)]);
}

static enum status read_amount(const struct reading *reading, enum camt_field field, struct money *ret_money,
                               struct error *err)
{
    const struct raw *raw = &reading->raw[field];
    char shown[ERROR_SHOWN_SIZE];
    enum status st = need(reading, field, err);

    if (st != STATUS_OK)
        return st;
    if (!raw->currency)
        return refuse(reading, raw->line, camt_path(field), err, "no attribute Ccy");
    const char *text = bare(reading, field);
    /* Stricter than Dunlin's own reading of amounts, which knows signs, parentheses and "$". */
    if (text[strspn(text, "0123456789.")] != '\0')
        return refuse(reading, raw->line, camt_path(field), err, "amount '%s': digits and a decimal point are allowed",
                      error_shown(text, shown));
    st = value_amount(text, raw->currency, &ISO_MONEY, ret_money, err);
    return st == STATUS_OK ? st : refuse_value(reading, field, st, err);
}

static enum status read_side(const struct reading *reading, enum camt_field field, bool *ret_is_credit,
                             struct error *err)
{
    char shown[ERROR_SHOWN_SIZE];
    enum status st = need(reading, field, err);

    if (st != STATUS_OK)
        return st;
    const char *text = bare(reading, field);
    if (strcmp(text, "CRDT") != 0 && strcmp(text, "DBIT") != 0)
        return refuse(reading, reading->raw[field].line, camt_path(field), err, "'%s' is neither CRDT nor DBIT",
                      error_shown(text, shown));
    *ret_is_credit = *text == 'C';
    return STATUS_OK;
}

/* Untouched where it is not there. */
static enum status read_truth(const struct reading *reading, enum camt_field field, bool *ret_is_true,
                              struct error *err)
{
    char shown[ERROR_SHOWN_SIZE];

    if (!is_there(reading, field))
        return STATUS_OK;
    const char *text = bare(reading, field);
    const bool is_true = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    if (!is_true && strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
        return refuse(reading, reading->raw[field].line, camt_path(field), err, "'%s' is neither true nor false",
                      error_shown(text, shown));
    *ret_is_true = is_true;
    return STATUS_OK;
}

static enum status read_number(const struct reading *reading, enum camt_field field, int64_t *ret_number,
                               struct error *err)
{
    if (!is_there(reading, field))
        return STATUS_OK;
    enum status st = value_number(bare(reading, field), ret_number, err);
    return st == STATUS_OK ? st : refuse_value(reading, field, st, err);
}

static enum status read_date(const struct reading *reading, enum camt_field field, struct date *ret_date,
                             bool *ret_is_there, struct error *err)
{
    if (!is_there(reading, field))
        return STATUS_OK;
    enum status st = value_iso_date(bare(reading, field), ret_date, err);
    if (st != STATUS_OK)
        return refuse_value(reading, field, st, err);
    *ret_is_there = true;
    return STATUS_OK;
}

/* The statement's page, or where it says nothing the message's, among whose pages its statements may be split. */
static enum status read_pages(struct reading *reading, struct bank_statement *statement, struct error *err)
{
    const bool has_own = is_there(reading, CAMT_PAGE) || is_there(reading, CAMT_IS_LAST);
    enum status st = read_number(reading, has_own ? CAMT_PAGE : CAMT_MESSAGE_PAGE, &statement->page, err);

    if (st == STATUS_OK)
        st = read_truth(reading, has_own ? CAMT_IS_LAST : CAMT_MESSAGE_IS_LAST, &statement->is_last_page, err);
    return st;
}

static enum status read_account(struct reading *reading, struct bank_statement *statement, struct error *err)
{
    char shown[ERROR_SHOWN_SIZE];

    statement->is_iban = is_there(reading, CAMT_IBAN);
    enum status st =
        statement->is_iban || !is_there(reading, CAMT_OTHER_ACCOUNT) ? need(reading, CAMT_IBAN, err) : STATUS_OK;
    if (st != STATUS_OK)
        return st;
    statement->account = text_of(reading, statement->is_iban ? CAMT_IBAN : CAMT_OTHER_ACCOUNT);
    if (!is_there(reading, CAMT_ACCOUNT_CURRENCY))
        return STATUS_OK;
    const char *currency = bare(reading, CAMT_ACCOUNT_CURRENCY);
    if (currency_exponent(currency) < 0)
        return refuse(reading, reading->raw[CAMT_ACCOUNT_CURRENCY].line, camt_path(CAMT_ACCOUNT_CURRENCY), err,
                      "unknown currency '%s'", error_shown(currency, shown));
    memcpy(statement->currency, currency, sizeof(statement->currency));
    return STATUS_OK;
}

static enum status finish_statement(struct reading *reading, struct error *err)
{
    struct bank_statement *statement = &reading->draft->statement;
    struct bank_statement done;
    const char *where = camt_section_path(CAMT_STATEMENT);
    enum status st = need(reading, CAMT_ID, err);

    if (st == STATUS_OK)
        st = read_pages(reading, statement, err);
    if (st == STATUS_OK)
        st = read_number(reading, CAMT_SEQUENCE_NUMBER, &statement->sequence_number, err);
    if (st == STATUS_OK)
        st = read_number(reading, CAMT_LEGAL_SEQUENCE_NUMBER, &statement->legal_sequence_number, err);
    if (st == STATUS_OK)
        st = read_account(reading, statement, err);
    if (st != STATUS_OK)
        return st;
    if (reading->n_balances == 0)
        return refuse(reading, statement->line, where, err, "no Bal");
    if (reading->result->n_statements == BANK_STATEMENTS_MAX)
        return refuse(reading, statement->line, where, err, "more than %d statements", BANK_STATEMENTS_MAX);
    statement->id = text_of(reading, CAMT_ID);
    st = statement_draft_finish(reading->draft, reading->name, where, reading->demand, reading->texts, &done, err);
    if (st == STATUS_OK)
        bank_statements_add(reading->result, &done);
    statement_draft_freep(&reading->draft);
    return st;
}

static enum status read_balance(const struct reading *reading, struct bank_balance *ret_balance, struct error *err)
{
    bool is_credit = false;
    enum status st = read_amount(reading, CAMT_BALANCE_AMOUNT, &ret_balance->money, err);

    if (st == STATUS_OK)
        st = read_side(reading, CAMT_BALANCE_SIDE, &is_credit, err);
    if (st == STATUS_OK)
        st = need(reading, CAMT_BALANCE_DATE, err);
    if (st == STATUS_OK)
        st = read_date(reading, CAMT_BALANCE_DATE, &ret_balance->date, &ret_balance->is_there, err);
    if (!is_credit)
        ret_balance->money.minor = -ret_balance->money.minor;
    return st;
}

/* OPBD is the opening balance; banks that write none begin with PRCD, the balance at which the statement before closed.
 * All other kinds (available, interim, forward) say nothing of what was booked in between and are not read. */
static enum status finish_balance(struct reading *reading, struct error *err)
{
    struct bank_statement *statement = &reading->draft->statement;
    const char *code = is_there(reading, CAMT_BALANCE_CODE) ? bare(reading, CAMT_BALANCE_CODE) : "";
    const bool is_opening = strcmp(code, "OPBD") == 0;
    const bool is_closing = strcmp(code, "CLBD") == 0;
    struct bank_balance balance = {.is_there = false};

    reading->n_balances++;
    if (!is_opening && !is_closing && strcmp(code, "PRCD") != 0)
        return STATUS_OK;
    if ((is_opening && reading->has_opening) || (is_closing && statement->closing.is_there))
        return refuse(reading, reading->lines[CAMT_BALANCE], camt_section_path(CAMT_BALANCE), err, "a second %s", code);
    enum status st = read_balance(reading, &balance, err);
    if (st != STATUS_OK)
        return st;
    if (is_closing)
        statement->closing = balance;
    else if (is_opening || !reading->has_opening)
        statement->opening = balance;
    reading->has_opening = reading->has_opening || is_opening;
    return STATUS_OK;
}

/* The other side of a payment. In what came back the parties are those of the payment as it was first made, so that
 * they stand the other way round; but not every bank does so, and who has the statement's own account is never it. */
static void read_counterparty(const struct reading *reading, struct bank_detail *detail)
{
    const char *own = is_there(reading, CAMT_IBAN)            ? bare(reading, CAMT_IBAN)
                      : is_there(reading, CAMT_OTHER_ACCOUNT) ? bare(reading, CAMT_OTHER_ACCOUNT)
                                                              : "";
    const bool is_back = detail->is_return || reading->entry.is_reversal;
    bool is_debtor = detail->is_credit != is_back;
    const char *account = text_of(reading, is_debtor ? CAMT_DEBTOR_ACCOUNT : CAMT_CREDITOR_ACCOUNT);
    const char *other = text_of(reading, is_debtor ? CAMT_CREDITOR_ACCOUNT : CAMT_DEBTOR_ACCOUNT);

    if (*account && strcmp(account, own) == 0 && strcmp(other, own) != 0) {
        is_debtor = !is_debtor;
        account = other;
    }
    detail->counterparty_account = account;
    detail->counterparty_name = text_of(reading, is_debtor ? CAMT_DEBTOR_NAME : CAMT_CREDITOR_NAME);
}

static enum status read_detail_amount(const struct reading *reading, struct bank_detail *detail, struct error *err)
{
    const enum camt_field field = is_there(reading, CAMT_DETAIL_AMOUNT) ? CAMT_DETAIL_AMOUNT : CAMT_TRANSACTION_AMOUNT;
    enum status st = STATUS_OK;

    detail->has_amount = is_there(reading, field);
    if (detail->has_amount)
        st = read_amount(reading, field, &detail->money, err);
    if (st != STATUS_OK)
        return st;
    /* The schemas put it before the details. */
    const enum camt_field side = is_there(reading, CAMT_DETAIL_SIDE) ? CAMT_DETAIL_SIDE : CAMT_ENTRY_SIDE;
    return read_side(reading, side, &detail->is_credit, err);
}

static void read_texts(struct reading *reading, struct bank_detail *detail)
{
    detail->bank_reference = reference_of(reading, CAMT_DETAIL_BANK_REFERENCE);
    detail->end_to_end_id = reference_of(reading, CAMT_END_TO_END_ID);
    detail->information = text_of(reading, CAMT_DETAIL_INFORMATION);
    detail->text = value_text(reading->remittance->str, reading->texts);
    detail->is_return = is_there(reading, CAMT_RETURN);
    detail->return_code = text_of(reading, CAMT_RETURN_CODE);
    detail->return_text = value_text(reading->return_text->str, reading->texts);
}

static enum status finish_detail(struct reading *reading, struct error *err)
{
    struct bank_detail detail = {.line = reading->lines[CAMT_DETAIL]};

    if (++reading->n_details > BANK_DETAILS_MAX)
        return refuse(reading, detail.line, camt_section_path(CAMT_DETAIL), err, "more than %d transactions",
                      BANK_DETAILS_MAX);
    enum status st = read_truth(reading, CAMT_REVERSAL, &reading->entry.is_reversal, err);
    if (st == STATUS_OK)
        st = read_detail_amount(reading, &detail, err);
    if (st != STATUS_OK)
        return st;
    read_texts(reading, &detail);
    read_counterparty(reading, &detail);
    detail.n_references = reading->references->len;
    detail.references = (struct bank_reference *)(void *)g_array_free(reading->references, FALSE);
    reading->references = g_array_new(FALSE, FALSE, sizeof(struct bank_reference));
    g_array_append_val(reading->details, detail);
    return STATUS_OK;
}

static enum status read_status(const struct reading *reading, enum bank_entry_status *ret_status, struct error *err)
{
    char shown[ERROR_SHOWN_SIZE];

    if (is_there(reading, CAMT_STATUS_OF_BANK))
        return refuse(reading, reading->raw[CAMT_STATUS_OF_BANK].line, camt_path(CAMT_STATUS_OF_BANK), err,
                      "'%s' is a status of the bank's own, which does not say whether it is booked",
                      error_shown(bare(reading, CAMT_STATUS_OF_BANK), shown));
    enum status st = need(reading, CAMT_STATUS, err);
    if (st != STATUS_OK)
        return st;
    const char *text = bare(reading, CAMT_STATUS);
    for (enum bank_entry_status status = BANK_ENTRY_BOOKED; status <= BANK_ENTRY_FUTURE; status++)
        if (strcmp(text, bank_entry_status_name(status)) == 0) {
            *ret_status = status;
            return STATUS_OK;
        }
    return refuse(reading, reading->raw[CAMT_STATUS].line, camt_path(CAMT_STATUS), err,
                  "'%s' is none of BOOK, PDNG, INFO, FUTR", error_shown(text, shown));
}

static enum status read_entry(struct reading *reading, struct bank_entry *entry, struct error *err)
{
    enum status st = read_amount(reading, CAMT_ENTRY_AMOUNT, &entry->money, err);

    if (st == STATUS_OK)
        st = read_side(reading, CAMT_ENTRY_SIDE, &entry->is_credit, err);
    if (st == STATUS_OK)
        st = read_truth(reading, CAMT_REVERSAL, &entry->is_reversal, err);
    if (st == STATUS_OK)
        st = read_status(reading, &entry->status, err);
    if (st == STATUS_OK)
        st = read_date(reading, CAMT_BOOKING_DATE, &entry->booking_date, &entry->has_booking_date, err);
    if (st == STATUS_OK)
        st = read_date(reading, CAMT_VALUE_DATE, &entry->value_date, &entry->has_value_date, err);
    /* The schemas let it be left out, since an expected entry may have none. */
    if (st == STATUS_OK && entry->status == BANK_ENTRY_BOOKED)
        st = need(reading, CAMT_BOOKING_DATE, err);
    entry->bank_reference = reference_of(reading, CAMT_BANK_REFERENCE);
    entry->entry_reference = reference_of(reading, CAMT_ENTRY_REFERENCE);
    entry->information = text_of(reading, CAMT_ENTRY_INFORMATION);
    return st;
}

/* What stands for an entry whose transactions the bank does not list. */
static struct bank_detail detail_of(const struct bank_entry *entry)
{
    return (struct bank_detail){.line = entry->line,
                                .is_credit = entry->is_credit,
                                .bank_reference = "",
                                .end_to_end_id = "",
                                .text = "",
                                .information = "",
                                .counterparty_name = "",
                                .counterparty_account = "",
                                .return_code = "",
                                .return_text = ""};
}

static enum status finish_entry(struct reading *reading, struct error *err)
{
    struct bank_entry *entry = &reading->entry;
    enum status st = read_entry(reading, entry, err);

    if (st != STATUS_OK)
        return st;
    if (reading->details->len == 0) {
        const struct bank_detail detail = detail_of(entry);
        g_array_append_val(reading->details, detail);
        reading->n_details++;
    }
    entry->n_details = reading->details->len;
    entry->details = (struct bank_detail *)(void *)g_array_free(reading->details, FALSE);
    reading->details = g_array_new(FALSE, FALSE, sizeof(struct bank_detail));
    st = entry_split(entry, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "%s:%" PRId64 ": %s", reading->name, entry->line, camt_section_path(CAMT_ENTRY));
    if (reading->n_details > BANK_DETAILS_MAX)
        return refuse(reading, entry->line, camt_section_path(CAMT_ENTRY), err, "more than %d transactions",
                      BANK_DETAILS_MAX);
    statement_draft_add(reading->draft, entry);
    return STATUS_OK;
}

static void forget_section(struct reading *reading, enum camt_section section)
{
    for (enum camt_field field = 0; field < CAMT_FIELD_COUNT; field++)
        if (camt_section_of(field) == section)
            reading->raw[field] = (struct raw){.line = 0};
    g_string_chunk_clear(reading->raw_texts[section]);
}

static enum status on_begin(void *context, const struct xml_place *place, struct error *err)
{
    struct reading *reading = context;
    const enum camt_section section = camt_section_at(place->path);

    if (section == CAMT_SECTION_COUNT)
        return STATUS_OK;
    if (section == CAMT_MESSAGE && reading->lines[section] > 0)
        return refuse(reading, place->line, place->path, err, "a second message");
    forget_section(reading, section);
    reading->lines[section] = place->line;
    if (section == CAMT_STATEMENT) {
        reading->draft = statement_draft_new(place->line);
        reading->n_balances = 0;
        reading->has_opening = false;
    } else if (section == CAMT_ENTRY) {
        entry_fini(&reading->entry);
        reading->entry = (struct bank_entry){.line = place->line};
    } else if (section == CAMT_DETAIL) {
        g_array_set_size(reading->references, 0);
        g_string_truncate(reading->remittance, 0);
        g_string_truncate(reading->return_text, 0);
    }
    return STATUS_OK;
}

static enum status join(const struct reading *reading, const struct xml_place *place, GString *joined, const char *text,
                        struct error *err)
{
    if (joined->len + strlen(text) > BANK_TEXT_MAX_BYTES)
        return refuse(reading, place->line, place->path, err, "more than %d bytes of text in one transaction",
                      BANK_TEXT_MAX_BYTES);
    g_string_append_printf(joined, "%s%s", joined->len > 0 ? " " : "", text);
    return STATUS_OK;
}

static void add_reference(struct reading *reading, bool is_document, const char *text)
{
    const char *clean = value_text(text, reading->texts);

    if (value_is_no_reference(clean))
        return;
    const struct bank_reference reference =
        is_document ? (struct bank_reference){BANK_REFERENCE_DOCUMENT, clean} : value_reference(clean, reading->texts);
    g_array_append_val(reading->references, reference);
}

/* NbOfTxs: of each batch of the entry. */
static enum status add_batch(struct reading *reading, const struct xml_place *place, const char *text,
                             struct error *err)
{
    int64_t n = 0;
    enum status st = value_number(value_text(text, reading->raw_texts[CAMT_ENTRY]), &n, err);

    if (st != STATUS_OK)
        return error_wrap(err, st, "%s:%" PRId64 ": %s", reading->name, place->line, place->path);
    if (__builtin_add_overflow(reading->entry.n_batched, n, &reading->entry.n_batched))
        return refuse(reading, place->line, place->path, err, "too many transactions");
    return STATUS_OK;
}

static enum status take_repeated(struct reading *reading, const struct camt_row *row, const struct xml_place *place,
                                 const char *text, struct error *err)
{
    if (row->field == CAMT_BATCH_COUNT)
        return add_batch(reading, place, text, err);
    if (row->field == CAMT_RETURN_TEXT)
        return join(reading, place, reading->return_text, text, err);
    if (row->field != CAMT_REMITTANCE)
        add_reference(reading, row->field == CAMT_DOCUMENT, text);
    return join(reading, place, reading->remittance, text, err);
}

/* An empty element says nothing: it counts as missing. */
static enum status take(struct reading *reading, const struct camt_row *row, const struct xml_place *place,
                        const char *text, const char *currency, struct error *err)
{
    struct raw *raw = &reading->raw[row->field];
    GStringChunk *texts = reading->raw_texts[camt_section_of(row->field)];

    if (row->field != CAMT_RETURN && (!text || text[strspn(text, " \t\r\n")] == '\0'))
        return STATUS_OK;
    if (row->repeats)
        return take_repeated(reading, row, place, text, err);
    if (raw->line > 0)
        return refuse(reading, place->line, place->path, err, "stands here twice, first in line %" PRId64, raw->line);
    *raw = (struct raw){.text = g_string_chunk_insert(texts, text ? text : ""),
                        .currency = currency ? g_string_chunk_insert(texts, currency) : NULL,
                        .line = place->line};
    return STATUS_OK;
}

static enum status finish_message(struct reading *reading, struct error *err)
{
    enum status st = need(reading, CAMT_MESSAGE_ID, err);

    if (st != STATUS_OK)
        return st;
    reading->result->message_id = text_of(reading, CAMT_MESSAGE_ID);
    if (reading->result->n_statements == 0)
        return refuse(reading, reading->lines[CAMT_MESSAGE], camt_section_path(CAMT_MESSAGE), err,
                      "no Stmt: there is no statement in it");
    return STATUS_OK;
}

static enum status finish_section(struct reading *reading, enum camt_section section, struct error *err)
{
    switch (section) {
    case CAMT_MESSAGE:
        return finish_message(reading, err);
    case CAMT_STATEMENT:
        return finish_statement(reading, err);
    case CAMT_BALANCE:
        return finish_balance(reading, err);
    case CAMT_ENTRY:
        return finish_entry(reading, err);
    case CAMT_DETAIL:
        return finish_detail(reading, err);
    case CAMT_SECTION_COUNT:
        break;
    }
    return STATUS_OK;
}

static enum status on_end(void *context, const struct xml_place *place, const char *text, const char *currency,
                          struct error *err)
{
    struct reading *reading = context;
    const struct camt_row *row = camt_row_of(place->path);

    if (row)
        return take(reading, row, place, text, currency, err);
    return finish_section(reading, camt_section_at(place->path), err);
}

static enum status on_root(void *context, const char *element, const char *namespace_uri, struct error *err)
{
    static const size_t LEN = sizeof(NAMESPACE) - 1;
    char shown[ERROR_SHOWN_SIZE];
    int64_t number = 0;

    (void)context;
    if (strcmp(element, "Document") != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "the root is '%s', not Document: no bank statement",
                         error_shown(element, shown));
    if (strncmp(namespace_uri, NAMESPACE, LEN) != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "Document: its namespace '%s' is not that of camt.053",
                         error_shown(namespace_uri, shown));
    const char *version = namespace_uri + LEN;
    if (strlen(version) != 2 || value_number(version, &number, NULL) != STATUS_OK || number < 2 || number > 8)
        return error_set(err, STATUS_INVALID_ARGUMENT, "Document: camt.053.001.%s is not read; 02 to 08 are",
                         error_shown(version, shown));
    return STATUS_OK;
}

static void reading_fini(struct reading *reading)
{
    for (guint i = 0; i < reading->details->len; i++)
        g_free(g_array_index(reading->details, struct bank_detail, i).references);
    g_array_unref(reading->details);
    g_array_unref(reading->references);
    g_string_free(reading->remittance, TRUE);
    g_string_free(reading->return_text, TRUE);
    for (size_t i = 0; i < CAMT_SECTION_COUNT; i++)
        g_string_chunk_free(reading->raw_texts[i]);
    entry_fini(&reading->entry);
    statement_draft_freep(&reading->draft);
    bank_statements_freep(&reading->result);
}

enum status bank_statements_parse_camt053(const char *name, const void *bytes, size_t len, enum bank_demand demand,
                                          struct bank_statements **ret_statements, struct error *err)
{
    struct reading reading = {.name = name, .demand = demand, .result = bank_statements_new()};
    const struct xml_walk walk = {on_root, on_begin, on_end, &reading};

    reading.texts = reading.result->texts->chunk;
    for (size_t i = 0; i < CAMT_SECTION_COUNT; i++)
        reading.raw_texts[i] = g_string_chunk_new(1024);
    reading.details = g_array_new(FALSE, FALSE, sizeof(struct bank_detail));
    reading.references = g_array_new(FALSE, FALSE, sizeof(struct bank_reference));
    reading.remittance = g_string_sized_new(256);
    reading.return_text = g_string_sized_new(64);
    enum status st = xml_walk(name, bytes, len, &walk, err);
    /* A Document without the message has nothing that ended. */
    if (st == STATUS_OK && reading.result->n_statements == 0)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "%s:1: Document: no BkToCstmrStmt", name);
    if (st == STATUS_OK)
        *ret_statements = TAKE(reading.result);
    reading_fini(&reading);
    return st;
}
