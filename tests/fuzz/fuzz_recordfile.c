#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "place_file.h"
#include "recordfile/recordfile.h"

/* A client's file, read under every dialect that a mapping can name. What must hold for every file:
 * - its records, one after the other, are its bytes: nothing between them but line ends, the line numbers right;
 * - where records lie in the reader's buffer, and how they are sent in batches, changes none of them;
 * - cells that were read, quoted by the book, are read back the same from a file of their own. */

#define FILE_MAX_BYTES     (150 * 1024) /* twice the longest record */
#define READER_BUFFER      (4 * RECORD_MAX_BYTES)
#define RECORDS_WITH_CELLS 8    /* of a file: the others are cut only */
#define READ_BACK_MAX      4096 /* and of those the small ones are read back */
#define SHIFT_LINE_BYTES   50000
#define SHIFT_BYTES        (READER_BUFFER - 100)

static const char DELIMITERS[] = ",;|\t";
static const char QUOTES[] = {'"', '\'', '\0'};

struct input {
    const uint8_t *bytes;
    size_t len;
    enum recordfile_format format;
    char quote;
};

static bool is_line_end(uint8_t byte)
{
    return byte == '\n' || byte == '\r';
}

static size_t line_end_at(const struct input *input, size_t at)
{
    if (at >= input->len || !is_line_end(input->bytes[at]))
        return 0;
    return input->bytes[at] == '\r' && at + 1 < input->len && input->bytes[at + 1] == '\n' ? 2 : 1;
}

static size_t past_line(const struct input *input, size_t at)
{
    while (at < input->len && !is_line_end(input->bytes[at]))
        at++;
    return at;
}

static struct recordfile *open_file(const struct input *input, unsigned slot, const uint8_t *bytes, size_t len)
{
    struct recordfile *file = NULL;
    struct error err = {0};

    FUZZ_CHECK(recordfile_open(fuzz_file(slot, bytes, len), input->format, input->quote, &file, &err) == STATUS_OK,
               "%s", err.text);
    return file;
}

/* Quoted by the book, each cell closed by its quote. */
static GString *quoted(const struct record_cells *cells, char delimiter, char quote)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < record_cells_count(cells); i++) {
        if (i > 0)
            g_string_append_c(text, delimiter);
        g_string_append_c(text, quote);
        for (const char *c = record_cells_at(cells, i); *c != '\0'; c++) {
            if (*c == quote)
                g_string_append_c(text, quote);
            g_string_append_c(text, *c);
        }
        g_string_append_c(text, quote);
    }
    return text;
}

static void check_same_cells(const struct record_cells *a, const struct record_cells *b)
{
    FUZZ_CHECK(record_cells_count(a) == record_cells_count(b), "%zu and %zu cells", record_cells_count(a),
               record_cells_count(b));
    for (size_t i = 0; i < record_cells_count(a); i++)
        FUZZ_CHECK(strcmp(record_cells_at(a, i), record_cells_at(b, i)) == 0, "cell %zu", i);
    FUZZ_CHECK(record_cells_at(a, record_cells_count(a)) == NULL, "a cell behind the last");
}

static void check_read_back(const struct record_cells *cells, char delimiter, char quote)
{
    SCOPED(record_cells_freep) struct record_cells *again = NULL;
    struct error err = {0};
    struct recordfile_record record = {0};
    GString *text = quoted(cells, delimiter, quote);
    const struct input input = {(const uint8_t *)text->str, text->len, RECORDFILE_CSV, quote};

    if (text->len <= READ_BACK_MAX) {
        SCOPED(recordfile_freep) struct recordfile *file = open_file(&input, 1, input.bytes, input.len);
        FUZZ_CHECK(recordfile_next(file, &record, &err) == STATUS_OK, "%s", err.text);
        FUZZ_CHECK(record.len == text->len && memcmp(record.bytes, text->str, text->len) == 0, "cut at %zu of %zu",
                   record.len, text->len);
        FUZZ_CHECK(!record.is_oversize && !record.is_unterminated, "cut as broken");
        FUZZ_CHECK(recordfile_next(file, &record, &err) == STATUS_OUT_OF_RANGE, "a second record");
        FUZZ_CHECK(record_cells_from_csv(input.bytes, input.len, delimiter, quote, &again, &err) == STATUS_OK, "%s",
                   err.text);
        check_same_cells(cells, again);
    }
    g_string_free(text, TRUE);
}

/* libcsv reads nothing in a line of blanks, not even an empty cell. */
static bool is_blank(const struct recordfile_record *record)
{
    size_t at = 0;

    while (at < record->len && (record->bytes[at] == ' ' || record->bytes[at] == '\t'))
        at++;
    return at == record->len;
}

static void check_csv_cells(const struct recordfile_record *record, char quote)
{
    for (const char *delimiter = DELIMITERS; *delimiter != '\0'; delimiter++) {
        SCOPED(record_cells_freep) struct record_cells *cells = NULL;
        struct error err = {0};
        const enum status st = record_cells_from_csv(record->bytes, record->len, *delimiter, quote, &cells, &err);
        FUZZ_CHECK((st == STATUS_OK) == (cells != NULL), "%s", status_name(st));
        if (st != STATUS_OK) {
            FUZZ_CHECK(st == STATUS_INVALID_ARGUMENT && err.text[0] != '\0', "%s '%s'", status_name(st), err.text);
            continue;
        }
        FUZZ_CHECK(record_cells_count(cells) <= RECORD_MAX_CELLS, "%zu cells", record_cells_count(cells));
        if (record_cells_count(cells) == 0) {
            FUZZ_CHECK(is_blank(record), "nothing read of %zu bytes", record->len);
            continue;
        }
        if (quote != '\0')
            check_read_back(cells, *delimiter, quote);
    }
}

/* A text that came as one JSON string is the cell. */
static void check_json_text(const uint8_t *bytes, size_t len)
{
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    struct error err = {0};
    json_t *object = json_pack("{s:s%, s:i}", "t", (const char *)bytes, len, "n", 7);
    char *line = object ? json_dumps(object, JSON_COMPACT) : NULL;

    if (line && memchr(bytes, '\0', len) == NULL) {
        FUZZ_CHECK(record_cells_from_json((const uint8_t *)line, strlen(line), &cells, &err) == STATUS_OK, "%s",
                   err.text);
        const char *cell = record_cells_named(cells, "t");
        FUZZ_CHECK(cell && strlen(cell) == len && memcmp(cell, bytes, len) == 0, "%s", line);
        FUZZ_CHECK(strcmp(record_cells_named(cells, "n"), "7") == 0, "%s", line);
    }
    free(line);
    json_decref(object);
}

static void check_json_cells(const struct recordfile_record *record)
{
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    struct error err = {0};
    const enum status st = record_cells_from_json(record->bytes, record->len, &cells, &err);

    FUZZ_CHECK((st == STATUS_OK) == (cells != NULL), "%s", status_name(st));
    if (st != STATUS_OK)
        FUZZ_CHECK(st == STATUS_INVALID_ARGUMENT && err.text[0] != '\0', "%s '%s'", status_name(st), err.text);
    check_json_text(record->bytes, record->len);
}

/* What is at `at` is the record; the result is where its line, or its last one, ends. */
static size_t check_record(const struct input *input, size_t at, const struct recordfile_record *record)
{
    FUZZ_CHECK(record->len > 0 && at + record->len <= input->len, "%zu bytes at %zu of %zu", record->len, at,
               input->len);
    FUZZ_CHECK(memcmp(record->bytes, input->bytes + at, record->len) == 0, "other bytes at %zu", at);
    const size_t end = at + record->len;
    if (record->is_oversize) {
        FUZZ_CHECK(record->len == RECORD_MAX_BYTES, "%zu bytes", record->len);
        return past_line(input, end);
    }
    FUZZ_CHECK(record->len <= RECORD_MAX_BYTES, "%zu bytes", record->len);
    FUZZ_CHECK(end == input->len || line_end_at(input, end) > 0, "cut in the middle of a line, at %zu", end);
    const bool may_hold_lines = input->format == RECORDFILE_CSV && input->quote != '\0' && !record->is_unterminated &&
                                memchr(record->bytes, input->quote, record->len) != NULL;
    FUZZ_CHECK(may_hold_lines || past_line(input, at) == end, "several lines at %zu without a quote", at);
    return end;
}

static void check_cells(const struct input *input, const struct recordfile_record *record, size_t n)
{
    if (record->is_oversize || record->is_unterminated || n >= RECORDS_WITH_CELLS)
        return;
    if (input->format == RECORDFILE_JSONL)
        check_json_cells(record);
    else
        check_csv_cells(record, input->quote);
}

/* The records are the file; the result is how many there are. */
static size_t check_records(const struct input *input)
{
    SCOPED(recordfile_freep) struct recordfile *file = open_file(input, 0, input->bytes, input->len);
    struct recordfile_record record = {0};
    struct error err = {0};
    size_t at = input->len >= 3 && memcmp(input->bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    size_t counted = 0, n = 0;
    int64_t line = 1;
    enum status st;

    for (; (st = recordfile_next(file, &record, &err)) == STATUS_OK; n++) {
        while (line_end_at(input, at) > 0)
            at += line_end_at(input, at);
        line += fuzz_line_at(input->bytes + counted, at - counted) - 1;
        counted = at;
        FUZZ_CHECK(record.line == line, "line %" G_GINT64_FORMAT " is said to be %" G_GINT64_FORMAT, line, record.line);
        at = check_record(input, at, &record);
        FUZZ_CHECK(record.is_oversize || recordfile_position_bytes(file) == (int64_t)(at + line_end_at(input, at)),
                   "stands at %" G_GINT64_FORMAT " instead of %zu", recordfile_position_bytes(file), at);
        check_cells(input, &record, n);
    }
    FUZZ_CHECK(st == STATUS_OUT_OF_RANGE, "%s", err.text);
    while (line_end_at(input, at) > 0)
        at += line_end_at(input, at);
    FUZZ_CHECK(at == input->len, "the last record ends at %zu of %zu", at, input->len);
    FUZZ_CHECK(recordfile_size_bytes(file) == (int64_t)input->len, "size");
    return n;
}

/* The same bytes behind some long lines: its records lie across the end of the reader's buffer. */
static GByteArray *put_behind_lines(const struct input *input, size_t mark, int64_t *ret_n_lines)
{
    const size_t shift = SHIFT_BYTES + (input->len > 0 ? input->bytes[0] : 0);
    GByteArray *moved = g_byte_array_sized_new((guint)(shift + input->len + 1));

    g_byte_array_set_size(moved, (guint)shift);
    memset(moved->data, 'x', shift);
    *ret_n_lines = 0;
    for (size_t end = shift; end > 0; end -= MIN(end, SHIFT_LINE_BYTES), ++*ret_n_lines)
        moved->data[end - 1] = '\n';
    if (input->len > mark)
        g_byte_array_append(moved, input->bytes + mark, (guint)(input->len - mark));
    return moved;
}

static void check_shifted(const struct input *input)
{
    const size_t mark = input->len >= 3 && memcmp(input->bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    int64_t n_lines = 0;
    GByteArray *moved = put_behind_lines(input, mark, &n_lines);
    SCOPED(recordfile_freep) struct recordfile *file = open_file(input, 0, input->bytes, input->len);
    SCOPED(recordfile_freep) struct recordfile *far = open_file(input, 1, moved->data, moved->len);
    struct recordfile_record a = {0}, b = {0};
    struct error err = {0};
    enum status st;

    g_byte_array_unref(moved);
    do
        FUZZ_CHECK(recordfile_next(far, &b, &err) == STATUS_OK, "%s", err.text);
    while (b.line < n_lines);
    do {
        st = recordfile_next(file, &a, &err);
        FUZZ_CHECK(recordfile_next(far, &b, &err) == st, "one ends before the other");
        if (st != STATUS_OK)
            return;
        FUZZ_CHECK(a.len == b.len && memcmp(a.bytes, b.bytes, a.len) == 0, "line %" G_GINT64_FORMAT, a.line);
        FUZZ_CHECK(a.line + n_lines == b.line, "line %" G_GINT64_FORMAT, a.line);
        FUZZ_CHECK(a.is_oversize == b.is_oversize && a.is_unterminated == b.is_unterminated, "line %" G_GINT64_FORMAT,
                   a.line);
    } while (true);
}

/* The next row of a file that is sent in batches; NULL after the last. Lent until the next call. */
static const Dunlin__Intake__V1__Row *next_row(struct place_file *file, struct place_batch **batch, size_t *i)
{
    struct error err = {0};

    if (!*batch || *i == (*batch)->rows->len) {
        place_batch_free(TAKE(*batch));
        *i = 0;
        const enum status st = place_file_next(file, batch, &err);
        FUZZ_CHECK(st == STATUS_OK || st == STATUS_OUT_OF_RANGE, "%s", err.text);
        if (st != STATUS_OK)
            return NULL;
    }
    return g_ptr_array_index((*batch)->rows, (*i)++);
}

static bool open_batches(const struct input *input, const char *path, uint32_t batch_rows, struct place_file *file)
{
    const struct place_cut cut = {.format = input->format, .quote = input->quote};
    struct error err = {0};

    if (place_file_open(path, &cut, file, &err) != STATUS_OK) {
        FUZZ_CHECK(err.text[0] != '\0', "no word");
        return false;
    }
    file->batch_rows = batch_rows;
    return true;
}

static void check_batches(const struct input *input, size_t n_records)
{
    const char *path = fuzz_file(0, input->bytes, input->len);
    struct place_file ones = {0}, many = {0};
    struct place_batch *of_one = NULL, *of_many = NULL;
    size_t i = 0, j = 0, n = input->format == RECORDFILE_CSV;
    const bool is_open = open_batches(input, path, 1, &ones);

    FUZZ_CHECK(open_batches(input, path, 7, &many) == is_open, "one opens, the other does not");
    while (is_open) {
        const Dunlin__Intake__V1__Row *a = next_row(&ones, &of_one, &i), *b = next_row(&many, &of_many, &j);
        FUZZ_CHECK((a == NULL) == (b == NULL), "row %zu is in one only", n);
        if (!a)
            break;
        n++;
        FUZZ_CHECK(a->line == b->line && a->is_oversize == b->is_oversize && a->is_unterminated == b->is_unterminated &&
                       a->record.len == b->record.len && memcmp(a->record.data, b->record.data, a->record.len) == 0,
                   "row %zu", n);
    }
    FUZZ_CHECK(!is_open || n == n_records, "%zu rows of %zu records", n, n_records);
    place_batch_free(of_one);
    place_batch_free(of_many);
    place_file_close(&ones);
    place_file_close(&many);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    GByteArray *file = fuzz_stretch(bytes, len, FILE_MAX_BYTES);

    for (size_t i = 0; i <= G_N_ELEMENTS(QUOTES); i++) {
        const bool is_csv = i < G_N_ELEMENTS(QUOTES);
        const struct input input = {.bytes = file->data,
                                    .len = file->len,
                                    .format = is_csv ? RECORDFILE_CSV : RECORDFILE_JSONL,
                                    .quote = is_csv ? QUOTES[i] : '"'};
        check_batches(&input, check_records(&input));
        if (i == len % (G_N_ELEMENTS(QUOTES) + 1)) /* dear, and one dialect is as good as another */
            check_shifted(&input);
    }
    g_byte_array_unref(file);
    return 0;
}
