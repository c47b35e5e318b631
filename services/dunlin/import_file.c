#include "import_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "config/nearest.h"
#include "csv.h"
#include "progress.h"
#include "recordfile/recordfile.h"
#include "table.h"

#define COLUMNS_MAX 32

struct import {
    struct cli *cli;
    const struct import_kind *kind;
    struct recordfile *file;
    size_t n_columns;
    size_t column[COLUMNS_MAX]; /* of the file: which of the kind's it is */
    FILE *rejects;              /* NULL: nobody wants them */
    json_t *rejected;           /* the first ones, for people */
    int64_t n_rows, n_rejected;
};
#define REJECTS_SHOWN 20

struct import_row {
    const struct import_kind *kind;
    const char *cells[COLUMNS_MAX]; /* by the kind's columns */
};

static size_t column_count(const struct import_kind *kind)
{
    size_t n = 0;
    while (kind->columns[n] != NULL)
        n++;
    return n;
}

static size_t find_column(const struct import_kind *kind, const char *name)
{
    size_t i = 0;
    while (kind->columns[i] != NULL && strcmp(kind->columns[i], name) != 0)
        i++;
    return i;
}

const char *import_cell(const struct import_row *row, const char *column)
{
    const char *cell = row->cells[find_column(row->kind, column)];
    return cell == NULL ? "" : cell;
}

enum status import_refuse(struct error *err, const char *column, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %s", column, why);
}

/* --- the first line --- */

static enum status refuse_column(const struct import *import, const char *name, struct error *err)
{
    const char *found = NULL;
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; import->kind->columns[i] != NULL; i++)
        if (nearest_improves(&nearest, import->kind->columns[i]))
            found = import->kind->columns[i];
    g_autofree char *all = g_strjoinv(", ", (char **)(uintptr_t)import->kind->columns);
    g_autofree char *shown = cli_plain(g_utf8_make_valid(name, -1));
    if (found != NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "no column '%.64s': is '%s' meant?", shown, found);
    return error_set(err, STATUS_INVALID_ARGUMENT, "no column '%.64s'; there are: %s", shown, all);
}

static enum status take_column(struct import *import, const char *name, struct error *err)
{
    const size_t column = find_column(import->kind, name);
    if (import->kind->columns[column] == NULL)
        return refuse_column(import, name, err);
    for (size_t i = 0; i < import->n_columns; i++)
        if (import->column[i] == column)
            return error_set(err, STATUS_INVALID_ARGUMENT, "the column '%s' is there twice", name);
    import->column[import->n_columns++] = column;
    return STATUS_OK;
}

static bool has_column(const struct import *import, size_t column)
{
    for (size_t i = 0; i < import->n_columns; i++)
        if (import->column[i] == column)
            return true;
    return false;
}

static enum status take_columns(struct import *import, const struct record_cells *cells, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; i < record_cells_count(cells) && st == STATUS_OK; i++)
        st = take_column(import, record_cells_at(cells, i), err);
    for (size_t i = 0; i < import->kind->n_needed && st == STATUS_OK; i++)
        if (!has_column(import, i))
            st = error_set(err, STATUS_INVALID_ARGUMENT, "the column '%s' is missing", import->kind->columns[i]);
    return st;
}

static enum status read_header(struct import *import, const char *path, struct error *err)
{
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    struct recordfile_record record;
    enum status st = recordfile_next(import->file, &record, err);
    if (st == STATUS_OUT_OF_RANGE)
        return error_set(err, STATUS_INVALID_ARGUMENT, "'%s' is empty: its first line must name the columns", path);
    if (st == STATUS_OK && (record.is_oversize || record.is_unterminated))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "the first line, which names the columns, does not end");
    if (st == STATUS_OK)
        st = record_cells_from_csv(record.bytes, record.len, ',', '"', &cells, err);
    if (st == STATUS_OK)
        st = take_columns(import, cells, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "'%s'", path);
}

/* --- rows --- */

/* What a text such as "OpenDispute of dispute-1: amount_minor: must be positive" is about; "" where it says no field.
 */
static char *field_of(const char *text)
{
    while (text != NULL) {
        const size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz_");
        if (n > 0 && text[n] == ':')
            return g_strndup(text, n);
        text = strstr(text, ": ");
        text = text == NULL ? NULL : text + strlen(": ");
    }
    return g_strdup("");
}

static void reject(struct import *import, int64_t line, const struct error *why)
{
    g_autofree char *field = field_of(why->text);
    g_autofree char *reason = cli_plain(g_utf8_make_valid(why->text, -1));
    import->n_rejected++;
    if (import->rejects != NULL) {
        (void)fprintf(import->rejects, "%" PRId64 ",", line);
        csv_cell(import->rejects, field, false);
        csv_cell(import->rejects, status_name(why->code), false);
        csv_cell(import->rejects, reason, true);
    }
    if (import->n_rejected <= REJECTS_SHOWN)
        (void)json_array_append_new(import->rejected,
                                    json_pack("{s:I, s:s, s:s, s:s}", "line", (json_int_t)line, "field", field, "code",
                                              status_name(why->code), "reason", reason));
}

static enum status fill_row(const struct import *import, const struct record_cells *cells, struct import_row *row,
                            struct error *err)
{
    if (record_cells_count(cells) != import->n_columns)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%zu cells where the first line has %zu",
                         record_cells_count(cells), import->n_columns);
    for (size_t i = 0; i < import->n_columns; i++) {
        const size_t column = import->column[i];
        row->cells[column] = record_cells_at(cells, i);
        if (!g_utf8_validate(row->cells[column], -1, NULL))
            return import_refuse(err, import->kind->columns[column], "not UTF-8");
    }
    for (size_t i = 0; i < import->kind->n_needed; i++)
        if (row->cells[i][0] == '\0')
            return import_refuse(err, import->kind->columns[i], "missing");
    return STATUS_OK;
}

static enum status send_record(struct import *import, const struct recordfile_record *record, struct error *err)
{
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    struct import_row row = {.kind = import->kind};
    if (record->is_oversize || record->is_unterminated)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s",
                         record->is_oversize ? "the line is too long" : "a quote is left open");
    enum status st = record_cells_from_csv(record->bytes, record->len, ',', '"', &cells, err);
    if (st == STATUS_OK)
        st = fill_row(import, cells, &row, err);
    return st == STATUS_OK ? import->kind->send(import->cli, &row, err) : st;
}

/* Nobody answered, or nobody may ask: the rows after it would fare no better. */
static bool ends_all(enum status st)
{
    return status_is_transient(st) || st == STATUS_DEADLINE_EXCEEDED || st == STATUS_UNAUTHENTICATED ||
           st == STATUS_PERMISSION_DENIED;
}

static enum status send_all(struct import *import, struct error *err)
{
    struct progress progress =
        progress_begin(import->cli, import->kind->label, "bytes", recordfile_size_bytes(import->file));
    struct recordfile_record record;
    enum status st;
    while ((st = recordfile_next(import->file, &record, err)) == STATUS_OK) {
        struct error why;
        const int64_t line = record.line;
        const enum status sent = send_record(import, &record, &why);
        import->n_rows++;
        if (sent != STATUS_OK && ends_all(sent)) {
            st = error_set(err, sent, "line %" PRId64 ": %s", line, why.text);
            break;
        }
        if (sent != STATUS_OK)
            reject(import, line, &why);
        progress_show(&progress, recordfile_position_bytes(import->file));
    }
    progress_end(&progress);
    return st == STATUS_OUT_OF_RANGE ? STATUS_OK : st;
}

/* --- the whole --- */

static enum status show(struct import *import)
{
    static const struct column COLUMNS[] = {{"line", "line", COLUMN_TEXT},
                                            {"field", "field", COLUMN_TEXT},
                                            {"code", "code", COLUMN_TEXT},
                                            {"reason", "reason", COLUMN_TEXT},
                                            {0}};
    if (import->n_rejected > 0)
        cli_set_exit(import->cli, import->n_rejected == import->n_rows ? CLI_EXIT_FAILED : CLI_EXIT_PARTLY);
    json_t *summary = json_pack("{s:I, s:I, s:I, s:O}", "rows", (json_int_t)import->n_rows, "accepted",
                                (json_int_t)(import->n_rows - import->n_rejected), "rejected",
                                (json_int_t)import->n_rejected, "rejects", import->rejected);
    if (cli_emit(import->cli, summary))
        return STATUS_OK;
    cli_say(import->cli, "%" PRId64 " rows: %" PRId64 " accepted, %" PRId64 " rejected", import->n_rows,
            import->n_rows - import->n_rejected, import->n_rejected);
    if (import->n_rejected > 0)
        table_print(import->cli, import->rejected, COLUMNS);
    if (import->n_rejected > REJECTS_SHOWN)
        cli_say(import->cli, "the first %d; all of them: --rejects FILE", REJECTS_SHOWN);
    json_decref(summary);
    return STATUS_OK;
}

static enum status open_rejects(struct import *import, struct error *err)
{
    const char *path = cli_text(import->cli, "rejects");
    if (path[0] == '\0')
        return STATUS_OK;
    import->rejects = fopen(path, "we");
    if (import->rejects == NULL)
        return error_set(err, STATUS_PERMISSION_DENIED, "--rejects '%s': %s", path, g_strerror(errno));
    (void)fputs("line,field,code,reason\r\n", import->rejects);
    return STATUS_OK;
}

static enum status close_rejects(struct import *import, struct error *err)
{
    if (import->rejects != NULL && fclose(import->rejects) != 0)
        return error_set(err, STATUS_UNAVAILABLE, "--rejects: %s", g_strerror(errno));
    return STATUS_OK;
}

enum status import_run(struct cli *cli, const struct import_kind *kind, struct error *err)
{
    SCOPED(recordfile_freep) struct recordfile *file = NULL;
    const char *path = cli_operand(cli, 0);
    struct import import = {.cli = cli, .kind = kind, .rejected = json_array()};
    struct error later;
    g_assert(column_count(kind) <= COLUMNS_MAX);
    enum status st = recordfile_open(path, RECORDFILE_CSV, '"', &file, err);
    import.file = file;
    if (st == STATUS_OK)
        st = read_header(&import, path, err);
    if (st == STATUS_OK)
        st = open_rejects(&import, err);
    if (st == STATUS_OK)
        st = send_all(&import, err);
    const enum status closed = close_rejects(&import, st == STATUS_OK ? err : &later);
    if (st == STATUS_OK)
        st = closed == STATUS_OK ? show(&import) : closed;
    json_decref(import.rejected);
    return st;
}
