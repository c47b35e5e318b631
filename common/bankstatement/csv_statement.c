#include <inttypes.h>
#include <string.h>

#include "bankstatement/csv_mapping.h"
#include "bankstatement/statement_draft.h"
#include "bankstatement/statement_values.h"
#include "recordfile/recordfile.h"

#define NO_COLUMN        SIZE_MAX
#define CSV_ACCOUNTS_MAX 100 /* they are looked for one by one */

struct reading {
    const char *name;
    const struct bank_csv_mapping *mapping;
    struct bank_statements *result;
    GStringChunk *texts; /* the result's */
    GPtrArray *header;   /* names of columns */
    size_t positions[CSV_FIELD_COUNT][CSV_COLUMNS_MAX];
    GPtrArray *drafts; /* struct statement_draft, in the order of their first rows */
    size_t n_rows;
    /* The row at hand. */
    int64_t line;
    struct record_cells *cells;
};

static enum status refuse(const struct reading *reading, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static enum status refuse(const struct reading *reading, struct error *err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)error_vset(err, STATUS_INVALID_ARGUMENT, format, args);
    va_end(args);
    return error_wrap(err, STATUS_INVALID_ARGUMENT, "%s:%" PRId64, reading->name, reading->line);
}

/* What a value's reader said, with place and column before it. */
static enum status refuse_value(const struct reading *reading, enum csv_field field, struct error *err)
{
    const struct csv_source *source = &reading->mapping->fields[field];

    if (source->n_columns > 0)
        (void)error_wrap(err, STATUS_INVALID_ARGUMENT, "column '%s'", source->columns[0]);
    else
        (void)error_wrap(err, STATUS_INVALID_ARGUMENT, "%s", csv_field_name(field));
    return error_wrap(err, STATUS_INVALID_ARGUMENT, "%s:%" PRId64, reading->name, reading->line);
}

/* NULL where the cell's bytes are none of the encoding. */
static const char *cell_text(const struct reading *reading, size_t position)
{
    const char *cell = record_cells_at(reading->cells, position);
    g_autofree char *converted = NULL;

    if (reading->mapping->encoding && !g_str_is_ascii(cell)) {
        converted = g_convert(cell, -1, "UTF-8", reading->mapping->encoding, NULL, NULL, NULL);
        cell = converted;
    }
    if (!cell || !g_utf8_validate(cell, -1, NULL))
        return NULL;
    return value_text(cell, reading->texts);
}

static enum status refuse_text(const struct reading *reading, size_t position, struct error *err)
{
    return refuse(reading, err, "cell %zu is not %s", position + 1,
                  reading->mapping->encoding ? reading->mapping->encoding : "UTF-8");
}

static enum status read_cells(struct reading *reading, const struct recordfile_record *record, struct error *err)
{
    const struct bank_csv_mapping *mapping = reading->mapping;

    record_cells_freep(&reading->cells);
    reading->line = record->line;
    if (record->is_oversize)
        return refuse(reading, err, "a record longer than %d bytes", RECORD_MAX_BYTES);
    if (record->is_unterminated)
        return refuse(reading, err, "a quote is not closed");
    enum status st =
        record_cells_from_csv(record->bytes, record->len, mapping->delimiter, mapping->quote, &reading->cells, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "%s:%" PRId64, reading->name, reading->line);
}

static enum status find_column(struct reading *reading, const char *column, int line, size_t *ret_position,
                               struct error *err)
{
    const GPtrArray *header = reading->header;
    g_autoptr(GString) list = g_string_new(NULL);

    *ret_position = NO_COLUMN;
    for (guint i = 0; i < header->len; i++) {
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "", (const char *)header->pdata[i]);
        if (strcmp(header->pdata[i], column) != 0)
            continue;
        if (*ret_position != NO_COLUMN)
            return refuse(reading, err, "two columns named '%s': which one is meant?", column);
        *ret_position = i;
    }
    if (*ret_position != NO_COLUMN)
        return STATUS_OK;
    return refuse(reading, err, "no column '%s', which %s:%d wants; its columns are: %s", column,
                  reading->mapping->name, line, list->str);
}

static enum status find_columns(struct reading *reading, struct error *err)
{
    for (enum csv_field field = 0; field < CSV_FIELD_COUNT; field++) {
        const struct csv_source *source = &reading->mapping->fields[field];
        for (size_t i = 0; i < source->n_columns; i++) {
            enum status st = find_column(reading, source->columns[i], source->line, &reading->positions[field][i], err);
            if (st != STATUS_OK)
                return st;
        }
    }
    return STATUS_OK;
}

static enum status read_header(struct reading *reading, struct error *err)
{
    for (size_t i = 0; i < record_cells_count(reading->cells); i++) {
        const char *text = cell_text(reading, i);
        if (!text)
            return refuse_text(reading, i, err);
        g_ptr_array_add(reading->header, g_strdup(text));
    }
    return find_columns(reading, err);
}

/* "" where the field is not mapped or its cells are empty. */
static enum status read_text(const struct reading *reading, enum csv_field field, const char **ret_text,
                             struct error *err)
{
    const struct csv_source *source = &reading->mapping->fields[field];
    g_autoptr(GString) joined = g_string_new(NULL);

    *ret_text = source->value ? source->value : "";
    for (size_t i = 0; i < source->n_columns; i++) {
        const size_t position = reading->positions[field][i];
        const char *text = cell_text(reading, position);
        if (!text)
            return refuse_text(reading, position, err);
        if (source->n_columns == 1)
            *ret_text = text;
        else if (*text)
            g_string_append_printf(joined, "%s%s", joined->len > 0 ? " " : "", text);
    }
    if (joined->len > BANK_TEXT_MAX_BYTES || strlen(*ret_text) > BANK_TEXT_MAX_BYTES)
        return refuse(reading, err, "%s: longer than %d bytes", csv_field_name(field), BANK_TEXT_MAX_BYTES);
    if (source->n_columns > 1)
        *ret_text = g_string_chunk_insert(reading->texts, joined->str);
    return STATUS_OK;
}

static enum status read_reference(const struct reading *reading, enum csv_field field, const char **ret_text,
                                  struct error *err)
{
    enum status st = read_text(reading, field, ret_text, err);

    if (st == STATUS_OK && value_is_no_reference(*ret_text))
        *ret_text = "";
    return st;
}

static enum status need_text(const struct reading *reading, enum csv_field field, const char **ret_text,
                             struct error *err)
{
    enum status st = read_text(reading, field, ret_text, err);

    if (st != STATUS_OK || **ret_text)
        return st;
    (void)error_set(err, STATUS_INVALID_ARGUMENT, "empty");
    return refuse_value(reading, field, err);
}

static enum status read_date(const struct reading *reading, enum csv_field field, struct date *ret_date,
                             bool *ret_is_there, struct error *err)
{
    const char *text = "";
    enum status st =
        field == CSV_BOOKING_DATE ? need_text(reading, field, &text, err) : read_text(reading, field, &text, err);

    if (st != STATUS_OK || !*text)
        return st;
    st = date_parse(text, reading->mapping->dates, ret_date, err);
    if (st != STATUS_OK)
        return refuse_value(reading, field, err);
    *ret_is_there = true;
    return STATUS_OK;
}

/* Zero where the cell is empty. */
static enum status read_money(const struct reading *reading, enum csv_field field, const char *currency,
                              struct money *ret_money, struct error *err)
{
    struct money_format format = reading->mapping->money;
    const char *text = "";
    enum status st =
        field == CSV_AMOUNT ? need_text(reading, field, &text, err) : read_text(reading, field, &text, err);

    if (st != STATUS_OK)
        return st;
    format.allows_negative = field == CSV_AMOUNT;
    /* Where debits have a minus, some banks give credits a plus. */
    if (format.allows_negative && text[0] == '+' && g_ascii_isdigit(text[1]))
        text++;
    st = value_amount(*text ? text : "0", currency, &format, ret_money, err);
    return st == STATUS_OK ? st : refuse_value(reading, field, err);
}

static enum status read_signed(const struct reading *reading, const char *currency, struct bank_entry *entry,
                               struct error *err)
{
    enum status st = read_money(reading, CSV_AMOUNT, currency, &entry->money, err);

    if (st != STATUS_OK)
        return st;
    entry->is_credit = entry->money.minor >= 0;
    if (entry->is_credit)
        return STATUS_OK;
    if (__builtin_sub_overflow(0, entry->money.minor, &entry->money.minor)) {
        (void)error_set(err, STATUS_INVALID_ARGUMENT, "does not fit 64 bits");
        return refuse_value(reading, CSV_AMOUNT, err);
    }
    return STATUS_OK;
}

/* One of both columns; the other is empty or zero. */
static enum status read_debit_or_credit(const struct reading *reading, const char *currency, struct bank_entry *entry,
                                        struct error *err)
{
    const struct bank_csv_mapping *mapping = reading->mapping;
    struct money debit;
    struct money credit;
    enum status st = read_money(reading, CSV_DEBIT, currency, &debit, err);

    if (st == STATUS_OK)
        st = read_money(reading, CSV_CREDIT, currency, &credit, err);
    if (st != STATUS_OK)
        return st;
    if ((debit.minor == 0) == (credit.minor == 0))
        return refuse(reading, err, "columns '%s' and '%s': %s", mapping->fields[CSV_DEBIT].columns[0],
                      mapping->fields[CSV_CREDIT].columns[0],
                      debit.minor == 0 ? "neither has an amount" : "both have an amount");
    entry->is_credit = credit.minor != 0;
    entry->money = entry->is_credit ? credit : debit;
    return STATUS_OK;
}

static enum status read_amount(const struct reading *reading, struct bank_entry *entry, struct error *err)
{
    const char *currency = "";
    enum status st = need_text(reading, CSV_CURRENCY, &currency, err);

    if (st != STATUS_OK)
        return st;
    if (currency_exponent(currency) < 0) {
        char shown[ERROR_SHOWN_SIZE];
        (void)error_set(err, STATUS_INVALID_ARGUMENT, "unknown currency '%s'", error_shown(currency, shown));
        return refuse_value(reading, CSV_CURRENCY, err);
    }
    return reading->mapping->fields[CSV_AMOUNT].n_columns > 0 ? read_signed(reading, currency, entry, err)
                                                              : read_debit_or_credit(reading, currency, entry, err);
}

static enum status read_detail(const struct reading *reading, const struct bank_entry *entry,
                               struct bank_detail *detail, const char **ret_creditor_reference, struct error *err)
{
    *detail = (struct bank_detail){.line = reading->line,
                                   .is_credit = entry->is_credit,
                                   .bank_reference = "",
                                   .information = "",
                                   .return_code = "",
                                   .return_text = ""};
    enum status st = read_text(reading, CSV_REMITTANCE, &detail->text, err);
    if (st == STATUS_OK)
        st = read_reference(reading, CSV_END_TO_END_ID, &detail->end_to_end_id, err);
    if (st == STATUS_OK)
        st = read_text(reading, CSV_COUNTERPARTY_NAME, &detail->counterparty_name, err);
    if (st == STATUS_OK)
        st = read_text(reading, CSV_COUNTERPARTY_ACCOUNT, &detail->counterparty_account, err);
    if (st == STATUS_OK)
        st = read_reference(reading, CSV_CREDITOR_REFERENCE, ret_creditor_reference, err);
    return st;
}

static void add_detail(const struct reading *reading, struct bank_entry *entry, const struct bank_detail *detail,
                       const char *creditor_reference)
{
    entry->details = g_new(struct bank_detail, 1);
    entry->details[0] = *detail;
    entry->n_details = 1;
    if (!*creditor_reference)
        return;
    entry->details[0].references = g_new(struct bank_reference, 1);
    entry->details[0].references[0] = value_reference(creditor_reference, reading->texts);
    entry->details[0].n_references = 1;
}

static enum status draft_of(struct reading *reading, const char *account, struct statement_draft **ret_draft,
                            struct error *err)
{
    for (guint i = 0; i < reading->drafts->len; i++) {
        *ret_draft = reading->drafts->pdata[i];
        if (strcmp((*ret_draft)->statement.account, account) == 0)
            return STATUS_OK;
    }
    if (reading->drafts->len == CSV_ACCOUNTS_MAX)
        return refuse(reading, err, "more than %d accounts", CSV_ACCOUNTS_MAX);
    *ret_draft = statement_draft_new(reading->line);
    (*ret_draft)->statement.account = g_string_chunk_insert(reading->texts, account);
    g_ptr_array_add(reading->drafts, *ret_draft);
    return STATUS_OK;
}

static enum status read_row(struct reading *reading, struct error *err)
{
    struct bank_entry entry = {.line = reading->line, .status = BANK_ENTRY_BOOKED, .entry_reference = ""};
    struct bank_detail detail;
    struct statement_draft *draft = NULL;
    const char *account = "";
    const char *creditor_reference = "";

    if (record_cells_count(reading->cells) != reading->header->len)
        return refuse(reading, err, "%zu cells; the header has %u", record_cells_count(reading->cells),
                      reading->header->len);
    if (++reading->n_rows > BANK_DETAILS_MAX)
        return refuse(reading, err, "more than %d rows", BANK_DETAILS_MAX);
    entry.information = "";
    enum status st = need_text(reading, CSV_ACCOUNT, &account, err);
    if (st == STATUS_OK)
        st = read_date(reading, CSV_BOOKING_DATE, &entry.booking_date, &entry.has_booking_date, err);
    if (st == STATUS_OK)
        st = read_date(reading, CSV_VALUE_DATE, &entry.value_date, &entry.has_value_date, err);
    if (st == STATUS_OK)
        st = read_amount(reading, &entry, err);
    if (st == STATUS_OK)
        st = read_reference(reading, CSV_BANK_REFERENCE, &entry.bank_reference, err);
    if (st == STATUS_OK)
        st = read_detail(reading, &entry, &detail, &creditor_reference, err);
    if (st == STATUS_OK)
        st = draft_of(reading, account, &draft, err);
    if (st != STATUS_OK)
        return st;
    add_detail(reading, &entry, &detail, creditor_reference);
    st = entry_split(&entry, err); /* one detail without an amount of its own: it gets the entry's */
    statement_draft_add(draft, &entry);
    return st;
}

static enum status read_records(struct reading *reading, struct recordfile *file, struct error *err)
{
    struct recordfile_record record;
    enum status st;

    while ((st = recordfile_next(file, &record, err)) == STATUS_OK) {
        st = read_cells(reading, &record, err);
        if (st == STATUS_OK)
            st = reading->header->len == 0 ? read_header(reading, err) : read_row(reading, err);
        if (st != STATUS_OK)
            return st;
    }
    return st == STATUS_OUT_OF_RANGE ? STATUS_OK : st;
}

/* A file without rows is a statement without entries, where the mapping says of which account. */
static enum status check_rows(struct reading *reading, struct error *err)
{
    const struct csv_source *account = &reading->mapping->fields[CSV_ACCOUNT];
    const struct csv_source *currency = &reading->mapping->fields[CSV_CURRENCY];
    struct statement_draft *draft = NULL;

    reading->line = 1;
    if (reading->header->len == 0)
        return refuse(reading, err, "no header: its first record names its columns");
    if (reading->n_rows > 0)
        return STATUS_OK;
    if (!account->value || !currency->value)
        return refuse(reading, err, "no rows, and account and currency come from columns");
    enum status st = draft_of(reading, account->value, &draft, err);
    if (st == STATUS_OK)
        memcpy(draft->statement.currency, currency->value, sizeof(draft->statement.currency));
    return st;
}

static enum status finish(struct reading *reading, struct error *err)
{
    struct bank_statement statement;
    enum status st = check_rows(reading, err);

    for (guint i = 0; st == STATUS_OK && i < reading->drafts->len; i++) {
        st = statement_draft_finish(reading->drafts->pdata[i], reading->name, "the account", BANK_MUST_ADD_UP,
                                    reading->texts, &statement, err);
        if (st == STATUS_OK)
            bank_statements_add(reading->result, &statement);
    }
    return st;
}

static void free_draft(gpointer draft)
{
    statement_draft_free(draft);
}

enum status bank_statements_read_csv(const char *path, const struct bank_csv_mapping *mapping,
                                     struct bank_statements **ret_statements, struct error *err)
{
    SCOPED(recordfile_freep) struct recordfile *file = NULL;
    enum status st = recordfile_open(path, RECORDFILE_CSV, mapping->quote, &file, err);

    if (st != STATUS_OK)
        return st;
    if (recordfile_size_bytes(file) > BANK_FILE_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: larger than %d bytes", path, BANK_FILE_MAX_BYTES);
    struct reading reading = {.name = path, .mapping = mapping, .result = bank_statements_new()};
    reading.texts = reading.result->texts->chunk;
    reading.header = g_ptr_array_new_with_free_func(g_free);
    reading.drafts = g_ptr_array_new_with_free_func(free_draft);
    st = read_records(&reading, file, err);
    if (st == STATUS_OK)
        st = finish(&reading, err);
    if (st == STATUS_OK)
        *ret_statements = TAKE(reading.result);
    record_cells_freep(&reading.cells);
    g_ptr_array_unref(reading.header);
    g_ptr_array_unref(reading.drafts);
    bank_statements_freep(&reading.result);
    return st;
}
