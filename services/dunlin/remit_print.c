#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "calendar/calendar.h"
#include "csv.h"
#include "letter/statement.h"
#include "remit_statement.h"

/* Statements of remittances as files: CSV for machines, PDF for people. Both say the same. */

/* --- CSV */

static void csv_amount(FILE *out, const struct remit_statement *statement, int64_t minor)
{
    char text[MONEY_TEXT_SIZE];
    csv_cell(out, money_format_amount(remit_money(statement, minor), text), false);
}

static void csv_number(FILE *out, int64_t number, bool is_last)
{
    g_autofree char *text = number == 0 ? g_strdup("") : g_strdup_printf("%" G_GINT64_FORMAT, number);
    csv_cell(out, text, is_last);
}

static void csv_id(FILE *out, const ProtobufCBinaryData *bytes)
{
    struct id id;
    char text[ID_TEXT_SIZE] = "";
    if (id_from_bytes(bytes->data, bytes->len, "id", &id, NULL) == STATUS_OK)
        (void)id_format(&id, text);
    csv_cell(out, text, false);
}

static void csv_line(FILE *out, const struct remit_statement *statement, const struct remit_line *line)
{
    const Dunlin__Payment__V1__RemittanceLine *wire = line->wire;
    char day[DATE_TEXT_SIZE];
    csv_cell(out, statement->run->run_key, false);
    csv_cell(out, statement->run->client, false);
    csv_cell(out, statement->run->currency, false);
    csv_cell(out, date_format((struct date){wire->effective_on_days}, day), false);
    csv_cell(out, line->account->client_reference, false);
    csv_cell(out, remit_movement(line), false);
    csv_cell(out, remit_collector(line), false);
    csv_amount(out, statement, wire->amount_minor);
    csv_amount(out, statement, wire->fee_minor);
    csv_amount(out, statement, wire->payable_minor);
    csv_cell(out, line->account->is_disputed ? "disputed" : "", false);
    csv_cell(out, line->account->file_name, false);
    csv_number(out, line->account->line, false);
    csv_cell(out, wire->reference, false);
    csv_cell(out, wire->file_name, false);
    csv_number(out, wire->line, false);
    csv_id(out, &wire->account_id);
    csv_id(out, &wire->posting_id);
    csv_number(out, wire->entry, true);
}

static enum status open_file(const char *path, FILE **ret_out, struct error *err)
{
    *ret_out = fopen(path, "we");
    return *ret_out ? STATUS_OK : error_set(err, STATUS_PERMISSION_DENIED, "'%s': %s", path, g_strerror(errno));
}

static enum status close_file(FILE *out, const char *path, struct error *err)
{
    const bool is_written = ferror(out) == 0;
    if (fclose(out) == 0 && is_written)
        return STATUS_OK;
    return error_set(err, STATUS_UNAVAILABLE, "'%s': %s", path, g_strerror(errno));
}

enum status remit_write_csv(const struct remit_statement *statement, const char *path, struct error *err)
{
    FILE *out = NULL;
    const enum status st = open_file(path, &out, err);
    if (st != STATUS_OK)
        return st;
    (void)fputs("run,client,currency,value_date,client_reference,movement,collected_by,amount,fee,payable,disputed,"
                "placement_file,placement_line,reference,reported_file,reported_line,account_id,posting_id,entry\r\n",
                out);
    for (guint i = 0; i < statement->lines->len; i++)
        csv_line(out, statement, &g_array_index(statement->lines, struct remit_line, i));
    return close_file(out, path, err);
}

/* --- PDF */

enum {
    COLUMN_DAY,
    COLUMN_ACCOUNT,
    COLUMN_MOVEMENT,
    COLUMN_SOURCE,
    COLUMN_TO_US,
    COLUMN_ELSEWHERE,
    COLUMN_FEE,
    COLUMN_PAYABLE,
    COLUMNS_END,
};

static const struct statement_column NET_COLUMNS[COLUMNS_END] = {
    [COLUMN_DAY] = {"Value date", 58, false},     [COLUMN_ACCOUNT] = {"Your reference", 112, false},
    [COLUMN_MOVEMENT] = {"Movement", 128, false}, [COLUMN_SOURCE] = {"Placed by", 138, false},
    [COLUMN_TO_US] = {"Paid to us", 68, true},    [COLUMN_ELSEWHERE] = {"Paid elsewhere", 68, true},
    [COLUMN_FEE] = {"Our fee", 62, true},         [COLUMN_PAYABLE] = {"Due to you", 72, true},
};

/* Fees that are invoiced are not kept back: what is left after them is not what is paid. */
#define AFTER_FEE "After our fee"

/* What is printed now; texts of one row, or of the whole, live until the next. */
struct print {
    const struct remit_statement *statement;
    GStringChunk *texts;
    GStringChunk *row_texts;
};

static const char *amount_in(const struct print *print, GStringChunk *texts, int64_t minor)
{
    g_autofree char *text = letter_amount(remit_money(print->statement, minor));
    return g_string_chunk_insert(texts, text);
}

static const char *place_of(const struct print *print, const char *before, const char *file_name, int64_t line)
{
    g_autofree char *text = g_strdup_printf("%s%s, line %" G_GINT64_FORMAT, before, file_name, line);
    return file_name[0] == '\0' ? NULL : g_string_chunk_insert(print->row_texts, text);
}

static const char *movement_words(const struct remit_line *line)
{
    const bool is_back = line->wire->is_reversal;
    switch (line->wire->collected_by) {
    case DUNLIN__PAYMENT__V1__COLLECTED_BY__COLLECTED_BY_CLIENT:
        return is_back ? "Payment to you, taken back" : "Payment to you";
    case DUNLIN__PAYMENT__V1__COLLECTED_BY__COLLECTED_BY_OTHER_AGENCY:
        return is_back ? "To another agency, taken back" : "Payment to another agency";
    default:
        return is_back ? "Payment, taken back" : "Payment";
    }
}

static bool is_elsewhere(const struct remit_line *line)
{
    return line->wire->collected_by != DUNLIN__PAYMENT__V1__COLLECTED_BY__COLLECTED_BY_AGENCY;
}

static void fill_row(void *source, size_t i, struct statement_cell *cells)
{
    struct print *print = source;
    const struct remit_line *line = &g_array_index(print->statement->lines, struct remit_line, i);
    char day[DATE_TEXT_SIZE];
    g_string_chunk_clear(print->row_texts);
    cells[COLUMN_DAY].text =
        g_string_chunk_insert(print->row_texts, date_format((struct date){line->wire->effective_on_days}, day));
    cells[COLUMN_ACCOUNT].text = line->account->client_reference;
    cells[COLUMN_ACCOUNT].note = line->account->is_disputed ? "DISPUTED" : NULL;
    cells[COLUMN_ACCOUNT].is_strong = true;
    cells[COLUMN_MOVEMENT].text = movement_words(line);
    cells[COLUMN_MOVEMENT].note = line->wire->reference;
    cells[COLUMN_SOURCE].text = place_of(print, "", line->account->file_name, line->account->line);
    cells[COLUMN_SOURCE].note = place_of(print, "reported by ", line->wire->file_name, line->wire->line);
    cells[is_elsewhere(line) ? COLUMN_ELSEWHERE : COLUMN_TO_US].text =
        amount_in(print, print->row_texts, line->wire->amount_minor);
    cells[COLUMN_FEE].text = amount_in(print, print->row_texts, line->wire->fee_minor);
    cells[COLUMN_PAYABLE].text = amount_in(print, print->row_texts, line->wire->payable_minor);
}

static void fill_totals(const struct print *print, struct statement_cell *totals)
{
    const Dunlin__Payment__V1__RemittanceFigures *figures = print->statement->run->figures;
    totals[COLUMN_DAY].text = "Total";
    totals[COLUMN_TO_US].text = amount_in(print, print->texts, figures->collected_minor - figures->reversed_minor);
    totals[COLUMN_ELSEWHERE].text =
        amount_in(print, print->texts, figures->collected_elsewhere_minor - figures->reversed_elsewhere_minor);
    totals[COLUMN_FEE].text = amount_in(print, print->texts, figures->fees_minor);
    totals[COLUMN_PAYABLE].text = amount_in(print, print->texts, figures->payable_minor);
}

static bool is_gross(const struct print *print)
{
    return print->statement->run->method == DUNLIN__PAYMENT__V1__REMITTANCE_METHOD__REMITTANCE_METHOD_GROSS;
}

#define FIGURES_MAX 8

/* From what was collected down to what is paid; returns how many. */
static size_t fill_figures(const struct print *print, struct statement_figure *figures)
{
    const Dunlin__Payment__V1__RemittanceFigures *run = print->statement->run->figures;
    const bool is_due_from = run->remitted_minor < 0;
    const int64_t elsewhere_minor = run->collected_elsewhere_minor - run->reversed_elsewhere_minor;
    size_t n = 0;
    figures[n++] = (struct statement_figure){"Opening balance", amount_in(print, print->texts, 0), false};
    figures[n++] =
        (struct statement_figure){"Collected by us", amount_in(print, print->texts, run->collected_minor), false};
    figures[n++] = (struct statement_figure){"Taken back of what we had collected",
                                             amount_in(print, print->texts, -run->reversed_minor), false};
    if (!is_gross(print))
        figures[n++] = (struct statement_figure){"Our fees", amount_in(print, print->texts, -run->fees_minor), false};
    figures[n++] = (struct statement_figure){
        is_due_from ? "Due from you" : "Paid to you",
        amount_in(print, print->texts, is_due_from ? -run->remitted_minor : run->remitted_minor), true};
    if (is_gross(print)) {
        figures[n++] = (struct statement_figure){run->invoiced_minor < 0 ? "Our fees, credited" : "Our fees, invoiced",
                                                 amount_in(print, print->texts, run->invoiced_minor), false};
        figures[n++] = (struct statement_figure){AFTER_FEE, amount_in(print, print->texts, run->payable_minor), false};
    }
    figures[n++] = (struct statement_figure){"Beside it: paid to you or another agency",
                                             amount_in(print, print->texts, elsewhere_minor), false};
    return n;
}

static const char *days_covered(const struct print *print)
{
    const GArray *lines = print->statement->lines;
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    if (lines->len == 0)
        return "none";
    (void)date_format((struct date){g_array_index(lines, struct remit_line, 0).wire->effective_on_days}, first);
    (void)date_format((struct date){g_array_index(lines, struct remit_line, lines->len - 1).wire->effective_on_days},
                      last);
    g_autofree char *text = g_strdup_printf("%s to %s", first, last);
    return g_string_chunk_insert(print->texts, text);
}

#define FACTS_MAX 8

static void fill_facts(const struct print *print, struct statement_fact *facts)
{
    const Dunlin__Payment__V1__RemittanceRun *run = print->statement->run;
    char day[DATE_TEXT_SIZE];
    size_t n = 0;
    facts[n++] = (struct statement_fact){"Remittance", run->run_key};
    facts[n++] = (struct statement_fact){
        "Date", g_string_chunk_insert(print->texts, date_format(remit_day(print->statement), day))};
    facts[n++] = (struct statement_fact){"Value dates", days_covered(print)};
    facts[n++] = (struct statement_fact){"Client", run->client};
    facts[n++] = (struct statement_fact){"Reference", run->reference};
    facts[n++] = (struct statement_fact){"Currency", run->currency};
    facts[n++] =
        (struct statement_fact){"Method", is_gross(print) ? "gross: fees are invoiced" : "net: fees are kept back"};
    facts[n] = (struct statement_fact){0};
}

static bool has_disputed(const struct remit_statement *statement)
{
    for (guint i = 0; i < statement->lines->len; i++)
        if (g_array_index(statement->lines, struct remit_line, i).account->is_disputed)
            return true;
    return false;
}

static void fill_notes(const struct print *print, const char **notes)
{
    size_t n = 0;
    notes[n++] = "The last column is what was paid to us less our fee; of what was paid to you or to another agency, "
                 "our fee. \"Placed by\" is the line of your file that placed the account, \"reported by\" that of "
                 "the file that told us of the payment.";
    if (has_disputed(print->statement))
        notes[n++] = "DISPUTED: the debtor disputed this debt on the date of this statement. Whoever is told of the "
                     "debt is to be told that as well.";
    if (print->statement->run->figures->remitted_minor < 0)
        notes[n++] = "More was taken back, or earned on what was paid to you, than we have collected: please pay what "
                     "is due from you.";
    notes[n] = NULL;
}

static enum status write_document(const struct letter_document *document, const char *path, struct error *err)
{
    FILE *out = NULL;
    const enum status st = open_file(path, &out, err);
    if (st != STATUS_OK)
        return st;
    (void)fwrite(document->bytes, 1, document->len, out);
    return close_file(out, path, err);
}

static enum status render(struct print *print, const struct agency_profile *profile,
                          struct letter_document *ret_document, struct error *err)
{
    const Dunlin__Payment__V1__RemittanceRun *run = print->statement->run;
    struct statement_cell totals[COLUMNS_END] = {0};
    struct statement_figure figures[FIGURES_MAX];
    struct statement_fact facts[FACTS_MAX];
    struct statement_column columns[COLUMNS_END];
    struct statement statement = {.paper = profile->paper,
                                  .title = "Remittance statement",
                                  .sender_name = profile->name,
                                  .addressee = run->payee,
                                  .reference = run->run_key,
                                  .date = remit_day(print->statement),
                                  .facts = facts,
                                  .figures = figures,
                                  .columns = columns,
                                  .n_columns = COLUMNS_END,
                                  .n_rows = print->statement->lines->len,
                                  .row = fill_row,
                                  .source = print,
                                  .totals = totals};
    for (unsigned i = 0; i < profile->n_address && i < LETTER_LINES_MAX; i++)
        statement.sender_lines[i] = profile->address[i];
    memcpy(columns, NET_COLUMNS, sizeof(columns));
    if (is_gross(print))
        columns[COLUMN_PAYABLE].title = AFTER_FEE;
    fill_facts(print, facts);
    statement.n_figures = fill_figures(print, figures);
    fill_totals(print, totals);
    fill_notes(print, statement.notes);
    return statement_render(&statement, ret_document, err);
}

enum status remit_write_pdf(const struct remit_statement *statement, const struct agency_profile *profile,
                            const char *path, struct error *err)
{
    struct print print = {
        .statement = statement, .texts = g_string_chunk_new(1024), .row_texts = g_string_chunk_new(1024)};
    struct letter_document document = {0};
    enum status st = render(&print, profile, &document, err);
    if (st == STATUS_OK)
        st = write_document(&document, path, err);
    letter_document_fini(&document);
    g_string_chunk_free(print.texts);
    g_string_chunk_free(print.row_texts);
    return st;
}
