#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "place_file.h"

static int make_folder(void **state)
{
    *state = g_dir_make_tmp("dunlin-place-XXXXXX", NULL);
    return *state == NULL;
}

static int remove_folder(void **state)
{
    g_autofree char *path = g_build_filename(*state, "file", NULL);
    (void)g_unlink(path);
    (void)g_rmdir(*state);
    g_free(*state);
    return 0;
}

static char *write_file(void *const *state, const char *text, size_t len)
{
    char *path = g_build_filename(*state, "file", NULL);
    assert_true(g_file_set_contents(path, text, (gssize)len, NULL));
    return path;
}

static void finds_format_and_quote_in_the_mapping(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum recordfile_format format;
        char quote;
    } ROWS[] = {
        {"kind: placement\n", RECORDFILE_CSV, '"'},
        {"# comment\nformat: csv\nquote: \"'\"\n", RECORDFILE_CSV, '\''},
        {"format: jsonl # one a line\n", RECORDFILE_JSONL, '"'},
        {"fields:\n  format: jsonl\n", RECORDFILE_CSV, '"'},
        {"format: [jsonl]\n", RECORDFILE_CSV, '"'},
        {"quote: ab\n", RECORDFILE_CSV, '"'},
        {"{ not: yaml", RECORDFILE_CSV, '"'},
        {"", RECORDFILE_CSV, '"'},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct place_cut cut = place_cut_from_mapping(ROWS[i].text);
        if (cut.format != ROWS[i].format || cut.quote != ROWS[i].quote)
            fail_msg("'%s' became format %d, quote %c", ROWS[i].text, (int)cut.format, cut.quote);
    }
}

/* "number:first line-last line" of each batch. */
static char *cut_up(const char *path, enum recordfile_format format, uint32_t batch_rows)
{
    const struct place_cut cut = {.format = format, .quote = '"'};
    struct place_file file;
    struct error err;
    GString *text = g_string_new(NULL);
    assert_int_equal(place_file_open(path, &cut, &file, &err), STATUS_OK);
    file.batch_rows = batch_rows;
    struct place_batch *batch = NULL;
    enum status st;
    while ((st = place_file_next(&file, &batch, &err)) == STATUS_OK) {
        const Dunlin__Intake__V1__Row *first = batch->request.rows[0];
        const Dunlin__Intake__V1__Row *last = batch->request.rows[batch->request.n_rows - 1];
        assert_int_equal(batch->request.batch, batch->number);
        g_string_append_printf(text, "%u:%d-%d ", batch->number, (int)first->line, (int)last->line);
        place_batch_free(batch);
    }
    assert_int_equal(st, STATUS_OUT_OF_RANGE);
    assert_int_equal(place_file_next(&file, &batch, &err), STATUS_OUT_OF_RANGE);
    place_file_close(&file);
    return g_string_free(text, FALSE);
}

static void cuts_a_file_into_batches_by_rows(void **state)
{
    static const char TEXT[] = "head\na\nb\n\n\"c\nc\"\nd\ne\n";
    static const struct {
        uint32_t batch_rows;
        enum recordfile_format format;
        const char *batches;
    } ROWS[] = {
        {2, RECORDFILE_CSV, "0:2-3 1:5-7 2:8-8 "},
        {5, RECORDFILE_CSV, "0:2-8 "},
        {1000, RECORDFILE_CSV, "0:2-8 "},
        {4, RECORDFILE_JSONL, "0:1-5 1:6-8 "},
    };
    g_autofree char *path = write_file(state, TEXT, sizeof(TEXT) - 1);
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        g_autofree char *batches = cut_up(path, ROWS[i].format, ROWS[i].batch_rows);
        assert_string_equal(batches, ROWS[i].batches);
    }
}

/* A frame of the bus takes 4 MiB: long records must not make a batch that cannot be sent, and a second run must cut the
 * same. */
static void cuts_a_batch_short_where_records_are_long(void **state)
{
    g_autoptr(GString) text = g_string_new("head\n");
    for (int i = 0; i < 120; i++) {
        for (int k = 0; k < 60000; k++)
            g_string_append_c(text, 'x');
        g_string_append_c(text, '\n');
    }
    g_autofree char *path = write_file(state, text->str, text->len);
    g_autofree char *first = cut_up(path, RECORDFILE_CSV, 1000);
    g_autofree char *second = cut_up(path, RECORDFILE_CSV, 1000);
    assert_string_equal(first, "0:2-53 1:54-105 2:106-121 ");
    assert_string_equal(first, second);
}

static void keeps_the_header_and_the_bytes_as_they_are(void **state)
{
    static const char TEXT[] = "a;b\r\n1;\"x\"\"y\"\r\n";
    const struct place_cut cut = {.format = RECORDFILE_CSV, .quote = '"'};
    g_autofree char *path = write_file(state, TEXT, sizeof(TEXT) - 1);
    struct place_file file;
    struct place_batch *batch = NULL;
    struct error err;
    assert_int_equal(place_file_open(path, &cut, &file, &err), STATUS_OK);
    file.batch_rows = 10;
    assert_memory_equal(file.header->data, "a;b", 3);
    assert_int_equal(file.header->len, 3);
    assert_int_equal(place_file_next(&file, &batch, &err), STATUS_OK);
    assert_int_equal(batch->request.rows[0]->record.len, strlen("1;\"x\"\"y\""));
    assert_memory_equal(batch->request.rows[0]->record.data, "1;\"x\"\"y\"", strlen("1;\"x\"\"y\""));
    place_batch_free(batch);
    place_file_close(&file);
}

static void refuses_files_without_a_header(void **state)
{
    const struct place_cut cut = {.format = RECORDFILE_CSV, .quote = '"'};
    struct place_file file;
    struct error err;
    g_autofree char *path = write_file(state, "", 0);
    assert_int_equal(place_file_open(path, &cut, &file, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "is empty"));
    (void)g_unlink(path);
    assert_int_equal(place_file_open(path, &cut, &file, &err), STATUS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_format_and_quote_in_the_mapping),
        cmocka_unit_test_setup_teardown(cuts_a_file_into_batches_by_rows, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(cuts_a_batch_short_where_records_are_long, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(keeps_the_header_and_the_bytes_as_they_are, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(refuses_files_without_a_header, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
