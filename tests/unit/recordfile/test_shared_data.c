#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "recordfile/recordfile.h"
#include "test_shared_data.h"

/* Other people's awkward files: csv-spectrum and the big list of naughty strings. They are no part of the repository.
 */

static struct record_cells *next_cells(struct recordfile *file)
{
    struct recordfile_record record;
    struct record_cells *cells = NULL;
    struct error err = {0};
    enum status st = recordfile_next(file, &record, &err);

    if (st == STATUS_OUT_OF_RANGE)
        return NULL;
    if (st != STATUS_OK || record.is_oversize || record.is_unterminated ||
        record_cells_from_csv(record.bytes, record.len, ',', '"', &cells, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return cells;
}

static void expect_rows(struct recordfile *file, const json_t *rows)
{
    SCOPED(record_cells_freep) struct record_cells *header = next_cells(file);
    size_t n_rows = 0;

    for (;; n_rows++) {
        SCOPED(record_cells_freep) struct record_cells *cells = next_cells(file);
        if (!cells)
            break;
        const json_t *row = json_array_get(rows, n_rows);
        assert_int_equal(json_object_size(row), record_cells_count(header));
        for (size_t i = 0; i < record_cells_count(header); i++)
            assert_string_equal(record_cells_at(cells, i),
                                json_string_value(json_object_get(row, record_cells_at(header, i))));
    }
    assert_int_equal(n_rows, json_array_size(rows));
}

static void reads_csv_spectrum_as_it_says(void **state)
{
    static const char *const names[] = {"comma_in_quotes",
                                        "empty",
                                        "empty_crlf",
                                        "escaped_quotes",
                                        "json",
                                        "newlines",
                                        "newlines_crlf",
                                        "quotes_and_newlines",
                                        "simple",
                                        "simple_crlf",
                                        "utf8"};
    g_autofree char *folder = test_shared_data("csv-spectrum");
    (void)state;

    if (!folder)
        skip();
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        SCOPED(recordfile_freep) struct recordfile *file = NULL;
        g_autofree char *csv = g_strdup_printf("%s/csvs/%s.csv", folder, names[i]);
        g_autofree char *json = g_strdup_printf("%s/json/%s.json", folder, names[i]);
        json_t *rows = json_load_file(json, 0, NULL);
        /* A file of one row is an object in some of them. */
        if (json_is_object(rows))
            rows = json_pack("[o]", rows);
        assert_non_null(rows);
        assert_int_equal(recordfile_open(csv, RECORDFILE_CSV, '"', &file, NULL), STATUS_OK);
        expect_rows(file, rows);
        json_decref(rows);
    }
}

/* csv-spectrum reads 37°36'37.8"N as it stands; RFC 4180 forbids the quote, and Dunlin would rather ask the sender than
 * guess. The record is cut right and refused alone. */
static void refuses_the_bare_quotes_of_csv_spectrum(void **state)
{
    g_autofree char *path = test_shared_data("csv-spectrum/csvs/location_coordinates.csv");
    SCOPED(recordfile_freep) struct recordfile *file = NULL;
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    struct recordfile_record record;
    struct error err = {0};
    (void)state;

    if (!path)
        skip();
    assert_int_equal(recordfile_open(path, RECORDFILE_CSV, '"', &file, NULL), STATUS_OK);
    assert_int_equal(recordfile_next(file, &record, NULL), STATUS_OK);
    assert_int_equal(recordfile_next(file, &record, NULL), STATUS_OK);
    assert_false(record.is_unterminated);
    assert_int_equal(record_cells_from_csv(record.bytes, record.len, ',', '"', &cells, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "misplaced quote"));
}

static void expect_through_csv(const char *text)
{
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    g_auto(GStrv) parts = g_strsplit(text, "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", parts);
    g_autofree char *record = g_strdup_printf("before,\"%s\",after", doubled);
    struct error err = {0};

    if (record_cells_from_csv((const uint8_t *)record, strlen(record), ',', '"', &cells, &err) != STATUS_OK)
        fail_msg("%s: %s", record, err.text);
    assert_int_equal(record_cells_count(cells), 3);
    assert_string_equal(record_cells_at(cells, 1), text);
    assert_string_equal(record_cells_at(cells, 2), "after");
}

static void expect_through_json(const json_t *string)
{
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    json_t *object = json_pack("{s:O, s:i}", "text", string, "after", 1);
    char *record = json_dumps(object, JSON_COMPACT);
    struct error err = {0};

    if (record_cells_from_json((const uint8_t *)record, strlen(record), &cells, &err) != STATUS_OK)
        fail_msg("%s: %s", record, err.text);
    assert_string_equal(record_cells_named(cells, "text"), json_string_value(string));
    assert_string_equal(record_cells_named(cells, "after"), "1");
    free(record);
    json_decref(object);
}

static void naughty_strings_come_through_unchanged(void **state)
{
    g_autofree char *path = test_shared_data("naughty/blns.json");
    json_t *strings = NULL;
    json_t *string;
    size_t i;
    (void)state;

    if (!path)
        skip();
    strings = json_load_file(path, 0, NULL);
    assert_true(json_array_size(strings) > 500);
    json_array_foreach(strings, i, string)
    {
        expect_through_csv(json_string_value(string));
        expect_through_json(string);
    }
    json_decref(strings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_csv_spectrum_as_it_says),
        cmocka_unit_test(refuses_the_bare_quotes_of_csv_spectrum),
        cmocka_unit_test(naughty_strings_come_through_unchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
