#include <csv.h>
#include <string.h>

#include "recordfile/record_cells.h"

/* Errors name places, never the cells' texts: those are debtors' data and errors are logged. */

struct reading {
    struct record_cells *cells;
    size_t n_records;
    bool has_too_many_cells;
    bool has_second_record;
};

static void on_cell(void *text, size_t len, void *data)
{
    struct reading *reading = data;

    if (reading->n_records > 0)
        reading->has_second_record = true;
    else if (!record_cells_add(reading->cells, NULL, text ? text : "", len))
        reading->has_too_many_cells = true;
}

static void on_record_end(int terminator, void *data)
{
    struct reading *reading = data;

    (void)terminator;
    reading->n_records++;
}

static enum status check_separators(char delimiter, char quote, struct error *err)
{
    if (delimiter == '\0' || delimiter == '\r' || delimiter == '\n' || delimiter == quote || quote == '\r' ||
        quote == '\n')
        return error_set(err, STATUS_INVALID_ARGUMENT, "CSV: no such pair of delimiter and quote");
    return STATUS_OK;
}

/* A quote '\0' means no quotes: the parser then looks for NUL bytes, of which there are none. */
static enum status parse(struct csv_parser *parser, const uint8_t *bytes, size_t len, struct reading *reading,
                         struct error *err)
{
    size_t n_parsed = csv_parse(parser, bytes, len, on_cell, on_record_end, reading);

    if (n_parsed == len && csv_fini(parser, on_cell, on_record_end, reading) == 0)
        return STATUS_OK;
    if (csv_error(parser) != CSV_EPARSE)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "CSV: %s", csv_strerror(csv_error(parser)));
    if (n_parsed == len)
        return error_set(err, STATUS_INVALID_ARGUMENT, "CSV: the quote of cell %zu is not closed",
                         record_cells_count(reading->cells) + 1);
    return error_set(err, STATUS_INVALID_ARGUMENT, "CSV: misplaced quote at byte %zu, cell %zu", n_parsed + 1,
                     record_cells_count(reading->cells) + 1);
}

enum status record_cells_from_csv(const uint8_t *bytes, size_t len, char delimiter, char quote,
                                  struct record_cells **ret_cells, struct error *err)
{
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    SCOPED(csv_free) struct csv_parser parser = {0};
    const uint8_t *nul = len > 0 ? memchr(bytes, '\0', len) : NULL;
    enum status st = check_separators(delimiter, quote, err);

    if (st != STATUS_OK)
        return st;
    if (nul)
        return error_set(err, STATUS_INVALID_ARGUMENT, "CSV: NUL at byte %td", nul - bytes + 1);
    (void)csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&parser, (unsigned char)delimiter);
    csv_set_quote(&parser, (unsigned char)quote);
    cells = record_cells_new();
    struct reading reading = {.cells = cells};
    st = parse(&parser, bytes, len, &reading, err);
    if (st != STATUS_OK)
        return st;
    if (reading.has_second_record)
        return error_set(err, STATUS_INVALID_ARGUMENT, "CSV: a line end outside quotes");
    if (reading.has_too_many_cells)
        return error_set(err, STATUS_INVALID_ARGUMENT, "CSV: more than %d cells", RECORD_MAX_CELLS);
    *ret_cells = TAKE(cells);
    return STATUS_OK;
}
