#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "recordfile/recordfile.h"

#define MAX_EXPECTED 8

struct fixture {
    char *path;
    struct recordfile *file;
};

static int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    int fd = g_file_open_tmp("recordfile-XXXXXX", &fixture->path, NULL);

    *state = fixture;
    return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    recordfile_free(fixture->file);
    (void)g_unlink(fixture->path);
    g_free(fixture->path);
    g_free(fixture);
    return 0;
}

static void open_with(struct fixture *fixture, const char *bytes, size_t len, enum recordfile_format format)
{
    struct error err = {0};

    recordfile_freep(&fixture->file);
    assert_true(g_file_set_contents(fixture->path, bytes, (gssize)len, NULL));
    if (recordfile_open(fixture->path, format, '"', &fixture->file, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

static void expect_record(struct recordfile *file, int64_t line, const char *bytes, size_t len)
{
    struct recordfile_record record = {0};
    struct error err = {0};

    assert_int_equal(recordfile_next(file, &record, &err), STATUS_OK);
    assert_int_equal(record.line, line);
    assert_int_equal(record.len, len);
    assert_memory_equal(record.bytes, bytes, len);
}

static void expect_end(struct recordfile *file)
{
    struct recordfile_record record;
    struct error err = {0};

    for (int i = 0; i < 2; i++)
        assert_int_equal(recordfile_next(file, &record, &err), STATUS_OUT_OF_RANGE);
    assert_string_equal(err.text, "");
    assert_int_equal(recordfile_position_bytes(file), recordfile_size_bytes(file));
}

struct expected {
    int64_t line;
    const char *bytes;
    bool is_unterminated;
};

static void cuts_csv_at_line_ends_outside_quotes(void **state)
{
    static const struct {
        const char *file;
        struct expected records[MAX_EXPECTED];
    } rows[] = {
        {"", {{0}}},
        {"\n\n\r\n\n", {{0}}},
        {"a,b", {{1, "a,b", false}}},
        {"a,b\n", {{1, "a,b", false}}},
        {"a,b\r\n1,2\r\n", {{1, "a,b", false}, {2, "1,2", false}}},
        {"a,b\r1,2\r", {{1, "a,b", false}, {2, "1,2", false}}},
        {"a\n\n\r\nb\n", {{1, "a", false}, {4, "b", false}}},
        {"a\n \nb", {{1, "a", false}, {2, " ", false}, {3, "b", false}}},
        {"\xef\xbb\xbf"
         "a,b\n1,2\n",
         {{1, "a,b", false}, {2, "1,2", false}}},
        {"a\n\xef\xbb\xbf"
         "b\n",
         {{1, "a", false},
          {2,
           "\xef\xbb\xbf"
           "b",
           false}}},
        {"\"x\ny\",2\nz\n", {{1, "\"x\ny\",2", false}, {3, "z", false}}},
        {"\"x\r\ny\r\",2\r\nz", {{1, "\"x\r\ny\r\",2", false}, {4, "z", false}}},
        {"1,\"x \"\"y\"\"\n\",2\nz\n", {{1, "1,\"x \"\"y\"\"\n\",2", false}, {3, "z", false}}},
        {"\"\",\"\"\nz\n", {{1, "\"\",\"\"", false}, {2, "z", false}}},
        {"\"\"\"\n\"\"\"\nz\n", {{1, "\"\"\"\n\"\"\"", false}, {3, "z", false}}},
        {"1, \"x\ny\"\nz\n", {{1, "1, \"x\ny\"", false}, {3, "z", false}}},
        {"1,'x\ny'\n", {{1, "1,'x", false}, {2, "y'", false}}},
        /* Stray quotes in cells without quotes: each line is a record, and the reader of cells refuses it. */
        {"1,5\" pipe\n2,x\n", {{1, "1,5\" pipe", false}, {2, "2,x", false}}},
        {"1,5\"\" pipe\n2,x\n", {{1, "1,5\"\" pipe", false}, {2, "2,x", false}}},
        {"1,\xc3\xa9\"x\n2,y\n", {{1, "1,\xc3\xa9\"x", false}, {2, "2,y", false}}},
        {"1,\"x\"y\n2,\"z\"\n", {{1, "1,\"x\"y", false}, {2, "2,\"z\"", false}}},
        /* Open quotes: one line is lost, the ones below it are not. */
        {"1,\"x\n2,y\n3,z\n", {{1, "1,\"x", true}, {2, "2,y", false}, {3, "3,z", false}}},
        {"1,\"x", {{1, "1,\"x", true}}},
        {"\"", {{1, "\"", true}}},
        {"1,\"x\r\n2,\"y\"\r\n3,z\r\n", {{1, "1,\"x", true}, {2, "2,\"y\"", false}, {3, "3,z", false}}},
        {"1,\"x\n2,\"y\",\"y\ny\"\n3,z\n", {{1, "1,\"x", true}, {2, "2,\"y\",\"y\ny\"", false}, {4, "3,z", false}}},
        {"1,\"x\n2,\"(y)\"\n3,z\n", {{1, "1,\"x", true}, {2, "2,\"(y)\"", false}, {3, "3,z", false}}},
        {"1,\"x\n2,\"y\n3,z\n", {{1, "1,\"x", true}, {2, "2,\"y", true}, {3, "3,z", false}}},
        {"1,\"x\n\n2,y\n", {{1, "1,\"x", true}, {3, "2,y", false}}},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        open_with(fixture, rows[i].file, strlen(rows[i].file), RECORDFILE_CSV);
        for (size_t j = 0; j < MAX_EXPECTED && rows[i].records[j].bytes; j++) {
            const struct expected *expected = &rows[i].records[j];
            struct recordfile_record record = {0};
            if (recordfile_next(fixture->file, &record, NULL) != STATUS_OK || record.len != strlen(expected->bytes) ||
                memcmp(record.bytes, expected->bytes, record.len) != 0 || record.line != expected->line ||
                record.is_unterminated != expected->is_unterminated || record.is_oversize)
                fail_msg("row %zu, record %zu: line %d, '%.*s'", i, j, (int)record.line, (int)record.len,
                         (const char *)record.bytes);
        }
        expect_end(fixture->file);
    }
}

static void cuts_json_at_every_line_end(void **state)
{
    static const char text[] = "{\"a\":\"x\"}\n\n{\"b\":\"\\\"\"}\r\n\"\n{";
    struct fixture *fixture = *state;

    open_with(fixture, text, sizeof(text) - 1, RECORDFILE_JSONL);
    expect_record(fixture->file, 1, "{\"a\":\"x\"}", 9);
    expect_record(fixture->file, 3, "{\"b\":\"\\\"\"}", 10);
    expect_record(fixture->file, 4, "\"", 1);
    expect_record(fixture->file, 5, "{", 1);
    expect_end(fixture->file);
}

static void knows_any_quote_and_none(void **state)
{
    static const char text[] = "'x\ny'\n\"z\nw\n";
    struct fixture *fixture = *state;

    open_with(fixture, text, sizeof(text) - 1, RECORDFILE_CSV);
    recordfile_freep(&fixture->file);
    assert_int_equal(recordfile_open(fixture->path, RECORDFILE_CSV, '\'', &fixture->file, NULL), STATUS_OK);
    expect_record(fixture->file, 1, "'x\ny'", 5);
    expect_record(fixture->file, 3, "\"z", 2);
    recordfile_freep(&fixture->file);
    assert_int_equal(recordfile_open(fixture->path, RECORDFILE_CSV, '\0', &fixture->file, NULL), STATUS_OK);
    expect_record(fixture->file, 1, "'x", 2);
    expect_record(fixture->file, 2, "y'", 2);
}

static void passes_nul_bytes_on_unchanged(void **state)
{
    struct fixture *fixture = *state;

    open_with(fixture, "a\0b\nc", 5, RECORDFILE_CSV);
    expect_record(fixture->file, 1, "a\0b", 3);
    expect_record(fixture->file, 2, "c", 1);
    expect_end(fixture->file);
}

/* Around the maximum every byte counts: with each line end, quoted or not, at the end of the file or not. */
static void reports_a_record_as_oversize_from_the_first_byte_too_many(void **state)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    struct fixture *fixture = *state;

    for (int quoted = 0; quoted < 2; quoted++)
        for (size_t e = 0; e < ARRAY_SIZE(ends); e++)
            for (size_t len = RECORD_MAX_BYTES - 2; len < RECORD_MAX_BYTES + 5; len++) {
                g_autoptr(GString) text = g_string_new("first\n");
                struct recordfile_record record = {0};
                size_t shown = len < RECORD_MAX_BYTES ? len : RECORD_MAX_BYTES;
                for (size_t i = 0; i < len; i++)
                    g_string_append_c(text, quoted && (i == 0 || i == 5) ? '"' : ',');
                g_string_append_printf(text, "%slast", ends[e]);
                open_with(fixture, text->str, text->len, RECORDFILE_CSV);
                expect_record(fixture->file, 1, "first", 5);
                assert_int_equal(recordfile_next(fixture->file, &record, NULL), STATUS_OK);
                assert_int_equal(record.line, 2);
                assert_int_equal(record.len, shown);
                assert_int_equal(record.is_oversize, len > RECORD_MAX_BYTES);
                assert_false(record.is_unterminated);
                assert_memory_equal(record.bytes, text->str + 6, shown);
                expect_record(fixture->file, 3, "last", 4);
                expect_end(fixture->file);
            }
}

/* The longest record with the longest line end, wherever the reader's buffer happens to end: it holds four such
 * records. */
static void finds_the_line_end_behind_the_end_of_its_buffer(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *longest = g_strnfill(RECORD_MAX_BYTES, 'x');

    for (size_t shift = 0; shift < 8; shift++) {
        g_autoptr(GString) text = g_string_new(NULL);
        struct recordfile_record record = {0};
        for (size_t len = 3 * RECORD_MAX_BYTES - shift; text->len + 1024 < len;)
            g_string_append_printf(text, "%01023d\n", 0);
        g_string_append_printf(text, "%0*d\n", (int)(3 * RECORD_MAX_BYTES - shift - text->len - 1), 0);
        size_t prefix = text->len;
        g_string_append_printf(text, "%s\r\nlast\n%s", longest, longest);
        open_with(fixture, text->str, text->len, RECORDFILE_CSV);
        while (recordfile_position_bytes(fixture->file) < (int64_t)prefix)
            assert_int_equal(recordfile_next(fixture->file, &record, NULL), STATUS_OK);
        int64_t line = record.line;
        expect_record(fixture->file, line + 1, longest, RECORD_MAX_BYTES);
        expect_record(fixture->file, line + 2, "last", 4);
        expect_record(fixture->file, line + 3, longest, RECORD_MAX_BYTES);
        expect_end(fixture->file);
    }
}

static void skips_a_line_of_any_length(void **state)
{
    struct fixture *fixture = *state;
    g_autoptr(GString) text = g_string_new(NULL);
    struct recordfile_record record = {0};

    for (size_t i = 0; i < 300000; i++)
        g_string_append(text, "0123456789");
    g_string_append(text, "\nnext\n");
    for (int format = RECORDFILE_CSV; format <= RECORDFILE_JSONL; format++) {
        open_with(fixture, text->str, text->len, (enum recordfile_format)format);
        assert_int_equal(recordfile_next(fixture->file, &record, NULL), STATUS_OK);
        assert_true(record.is_oversize);
        assert_int_equal(record.len, RECORD_MAX_BYTES);
        expect_record(fixture->file, 2, "next", 4);
        expect_end(fixture->file);
    }
    open_with(fixture, text->str, 3000000, RECORDFILE_CSV);
    assert_int_equal(recordfile_next(fixture->file, &record, NULL), STATUS_OK);
    assert_true(record.is_oversize);
    expect_end(fixture->file);
}

/* A quote left open in a big file neither loses the lines below it nor makes the reader hold them. */
static void an_open_quote_costs_one_line_of_a_big_file(void **state)
{
    static const struct {
        const char *first;
        const char *format;
    } rows[] = {{"0,\"open", "%d,plain,line"}, {"0,\"open", "%d,\"quoted, line\",\"\""}};
    struct fixture *fixture = *state;

    for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
        const int n_lines = 100000;
        g_autoptr(GString) text = g_string_new(rows[r].first);
        struct recordfile_record record = {0};
        for (int i = 1; i < n_lines; i++) {
            g_string_append_c(text, '\n');
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            g_string_append_printf(text, rows[r].format, i);
#pragma GCC diagnostic pop
        }
        open_with(fixture, text->str, text->len, RECORDFILE_CSV);
        assert_int_equal(recordfile_next(fixture->file, &record, NULL), STATUS_OK);
        assert_true(record.is_unterminated);
        assert_int_equal(record.len, strlen(rows[r].first));
        assert_true(recordfile_position_bytes(fixture->file) < RECORD_MAX_BYTES);
        for (int i = 1; i < n_lines; i++) {
            assert_int_equal(recordfile_next(fixture->file, &record, NULL), STATUS_OK);
            assert_int_equal(record.line, i + 1);
            assert_false(record.is_unterminated);
        }
        expect_end(fixture->file);
    }
}

static void an_open_quote_in_an_endless_line_is_oversize_too(void **state)
{
    struct fixture *fixture = *state;
    g_autoptr(GString) text = g_string_new("\"");
    struct recordfile_record record = {0};

    for (size_t i = 0; i < 200000; i++)
        g_string_append_c(text, 'x');
    g_string_append(text, "\nnext");
    open_with(fixture, text->str, text->len, RECORDFILE_CSV);
    assert_int_equal(recordfile_next(fixture->file, &record, NULL), STATUS_OK);
    assert_true(record.is_unterminated && record.is_oversize);
    assert_int_equal(record.len, RECORD_MAX_BYTES);
    expect_record(fixture->file, 2, "next", 4);
    expect_end(fixture->file);
}

/* The bytes of all records, put together again, are the file: through every refill of the buffer. */
static void loses_no_byte_of_a_big_file(void **state)
{
    struct fixture *fixture = *state;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) again = g_string_new(NULL);
    struct recordfile_record record;
    int64_t line = 1;

    for (unsigned i = 0; i < 40000; i++) {
        g_string_append_printf(text, "%u,\"", i);
        for (unsigned j = 0; j < i * 7919 % 97; j++)
            g_string_append(text, j % 13 == 5 ? "\n" : j % 11 == 3 ? "\"\"" : "x");
        g_string_append(text, "\",end\n");
    }
    open_with(fixture, text->str, text->len, RECORDFILE_CSV);
    while (recordfile_next(fixture->file, &record, NULL) == STATUS_OK) {
        assert_int_equal(record.line, line);
        assert_false(record.is_oversize || record.is_unterminated);
        g_string_append_len(again, (const char *)record.bytes, (gssize)record.len);
        g_string_append_c(again, '\n');
        for (size_t i = 0; i < record.len; i++)
            line += record.bytes[i] == '\n';
        line++;
    }
    assert_true(g_string_equal(text, again));
    expect_end(fixture->file);
}

static void names_the_path_that_it_cannot_open(void **state)
{
    static const struct {
        const char *path;
        enum status status;
    } rows[] = {
        {"/nowhere/file.csv", STATUS_NOT_FOUND},
        {"/etc/passwd/file.csv", STATUS_NOT_FOUND},
        {"/", STATUS_NOT_FOUND},
        {"/dev/null", STATUS_NOT_FOUND},
        {"", STATUS_NOT_FOUND},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct recordfile *file = NULL;
        uint8_t hash[RECORDFILE_HASH_BYTES];
        struct error err = {0};
        assert_int_equal(recordfile_open(rows[i].path, RECORDFILE_CSV, '"', &file, &err), rows[i].status);
        assert_null(file);
        assert_non_null(strstr(err.text, rows[i].path));
        assert_int_equal(recordfile_hash(rows[i].path, hash, &err), rows[i].status);
    }
}

static void refuses_a_file_that_it_may_not_read(void **state)
{
    struct fixture *fixture = *state;
    struct recordfile *file = NULL;

    if (geteuid() == 0) {
        print_message("root may read every file\n");
        skip();
    }
    assert_int_equal(g_chmod(fixture->path, 0), 0);
    assert_int_equal(recordfile_open(fixture->path, RECORDFILE_CSV, '"', &file, NULL), STATUS_PERMISSION_DENIED);
}

/* Reference: b2sum -l 256. */
static void hashes_the_whole_file_with_its_mark(void **state)
{
    static const struct {
        const char *text, *hash;
    } rows[] = {
        {"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
        {"abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"},
        {"\xef\xbb\xbf"
         "abc",
         "c2f048fe9983755a08df22b1cbe990c174b4d6b0f52d17f67eae3eead4d83892"},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        uint8_t hash[RECORDFILE_HASH_BYTES];
        char hex[2 * RECORDFILE_HASH_BYTES + 1];
        assert_true(g_file_set_contents(fixture->path, rows[i].text, -1, NULL));
        assert_int_equal(recordfile_hash(fixture->path, hash, NULL), STATUS_OK);
        for (size_t j = 0; j < sizeof(hash); j++)
            (void)snprintf(hex + 2 * j, 3, "%02x", hash[j]);
        assert_string_equal(hex, rows[i].hash);
    }
}

static void frees_nothing_without_harm(void **state)
{
    struct recordfile *none = NULL;
    (void)state;

    recordfile_free(NULL);
    recordfile_freep(&none);
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILE(cuts_csv_at_line_ends_outside_quotes),
        WITH_FILE(cuts_json_at_every_line_end),
        WITH_FILE(knows_any_quote_and_none),
        WITH_FILE(passes_nul_bytes_on_unchanged),
        WITH_FILE(reports_a_record_as_oversize_from_the_first_byte_too_many),
        WITH_FILE(finds_the_line_end_behind_the_end_of_its_buffer),
        WITH_FILE(skips_a_line_of_any_length),
        WITH_FILE(an_open_quote_costs_one_line_of_a_big_file),
        WITH_FILE(an_open_quote_in_an_endless_line_is_oversize_too),
        WITH_FILE(loses_no_byte_of_a_big_file),
        cmocka_unit_test(names_the_path_that_it_cannot_open),
        WITH_FILE(refuses_a_file_that_it_may_not_read),
        WITH_FILE(hashes_the_whole_file_with_its_mark),
        cmocka_unit_test(frees_nothing_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
