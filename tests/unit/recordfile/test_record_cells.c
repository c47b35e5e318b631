#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "recordfile/recordfile.h"

#define MAX_EXPECTED 8

static enum status from_csv(const char *text, size_t len, char delimiter, char quote, struct record_cells **ret_cells,
                            struct error *err)
{
    return record_cells_from_csv((const uint8_t *)text, len, delimiter, quote, ret_cells, err);
}

static enum status from_json(const char *text, size_t len, struct record_cells **ret_cells, struct error *err)
{
    return record_cells_from_json((const uint8_t *)text, len, ret_cells, err);
}

static void reads_csv_cells_by_position(void **state)
{
    static const struct {
        const char *record;
        char delimiter, quote;
        const char *cells[MAX_EXPECTED];
    } rows[] = {
        {"a", ',', '"', {"a"}},
        {"a,b,c", ',', '"', {"a", "b", "c"}},
        {"a,,c,", ',', '"', {"a", "", "c", ""}},
        {",", ',', '"', {"", ""}},
        {"\"\"", ',', '"', {""}},
        {"\"a,b\",c", ',', '"', {"a,b", "c"}},
        {"\"a \"\"b\"\" c\",\"\"\"\"", ',', '"', {"a \"b\" c", "\""}},
        {"\"a\nb\r\nc\",d", ',', '"', {"a\nb\r\nc", "d"}},
        {"\" a \",b", ',', '"', {" a ", "b"}},
        {" a , b c ,\td", ',', '"', {"a", "b c", "d"}},
        {" \"a\" ,b", ',', '"', {"a", "b"}},
        {"a;b,c;d", ';', '"', {"a", "b,c", "d"}},
        {"a|'b|c'|d", '|', '\'', {"a", "b|c", "d"}},
        {"a\t\tc\t", '\t', '"', {"a", "", "c", ""}},
        {"a,\"b\",c\"d", ',', '\0', {"a", "\"b\"", "c\"d"}},
        {"Ren\xc3\xa9,M\xfcller", ',', '"', {"Ren\xc3\xa9", "M\xfcller"}},
        {"a,b\r\n", ',', '"', {"a", "b"}},
        {"007,1.50,1e5,NULL,null", ',', '"', {"007", "1.50", "1e5", "NULL", "null"}},
        {"", ',', '"', {NULL}},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        SCOPED(record_cells_freep) struct record_cells *cells = NULL;
        struct error err = {0};
        if (from_csv(rows[i].record, strlen(rows[i].record), rows[i].delimiter, rows[i].quote, &cells, &err) !=
            STATUS_OK)
            fail_msg("row %zu: %s", i, err.text);
        for (size_t j = 0; j < MAX_EXPECTED; j++)
            if (g_strcmp0(record_cells_at(cells, j), rows[i].cells[j]) != 0)
                fail_msg("row %zu, cell %zu: '%s'", i, j, record_cells_at(cells, j));
        assert_null(record_cells_named(cells, "a"));
    }
}

static void refuses_bad_csv_and_says_where_but_not_what(void **state)
{
    static const struct {
        const char *record;
        size_t len; /* 0: strlen */
        char delimiter, quote;
        const char *why;
    } rows[] = {
        {"secret,\"x", 0, ',', '"', "quote of cell 2 is not closed"},
        {"\"secret", 0, ',', '"', "quote of cell 1 is not closed"},
        {"secret,5\" pipe", 0, ',', '"', "misplaced quote at byte 9, cell 2"},
        {"\"secret\"x,1", 0, ',', '"', "misplaced quote at byte 9, cell 1"},
        {"secret,\"a\" \"b\"", 0, ',', '"', "misplaced quote"},
        {"se\0cret", 7, ',', '"', "NUL at byte 3"},
        {"secret\0", 7, ',', '"', "NUL at byte 7"},
        {"secret\nb", 0, ',', '"', "line end outside quotes"},
        {"secret\rb", 0, ',', '"', "line end outside quotes"},
        {"secret", 0, '"', '"', "delimiter and quote"},
        {"secret", 0, '\0', '"', "delimiter and quote"},
        {"secret", 0, '\n', '"', "delimiter and quote"},
        {"secret", 0, ',', '\r', "delimiter and quote"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        SCOPED(record_cells_freep) struct record_cells *cells = NULL;
        struct error err = {0};
        size_t len = rows[i].len ? rows[i].len : strlen(rows[i].record);
        enum status st = from_csv(rows[i].record, len, rows[i].delimiter, rows[i].quote, &cells, &err);
        if (st != STATUS_INVALID_ARGUMENT || !strstr(err.text, rows[i].why))
            fail_msg("row %zu: %s '%s', expected '%s'", i, status_name(st), err.text, rows[i].why);
        assert_null(strstr(err.text, "secret"));
        assert_null(cells);
    }
}

static void takes_256_csv_cells_and_no_more(void **state)
{
    g_autoptr(GString) text = g_string_new(NULL);
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    SCOPED(record_cells_freep) struct record_cells *none = NULL;
    struct error err = {0};
    (void)state;

    for (int i = 0; i < RECORD_MAX_CELLS - 1; i++)
        g_string_append(text, "x,");
    assert_int_equal(from_csv(text->str, text->len, ',', '"', &cells, NULL), STATUS_OK);
    assert_int_equal(record_cells_count(cells), RECORD_MAX_CELLS);
    g_string_append_c(text, ',');
    assert_int_equal(from_csv(text->str, text->len, ',', '"', &none, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "more than 256 cells"));
}

static void reads_json_members_by_name_with_numbers_to_the_letter(void **state)
{
    static const struct {
        const char *record;
        size_t n_cells;
        const char *name, *value;
    } rows[] = {
        {"{}", 0, "a", NULL},
        {" { } ", 0, "a", NULL},
        {"{\"a\":\"x\"}", 1, "a", "x"},
        {"{\"a\":\"x\"}", 1, "A", NULL},
        {"{\"a\":\"\"}", 1, "a", ""},
        {"{\"a\":null}", 0, "a", NULL},
        {"{\"a\":null,\"b\":1}", 1, "b", "1"},
        {"{\"a\":true,\"b\":false}", 2, "a", "true"},
        {"{\"a\":true,\"b\":false}", 2, "b", "false"},
        {"{\"a\":100.10}", 1, "a", "100.10"},
        {"{\"a\":0.1e-7 }", 1, "a", "0.1e-7"},
        {"{\"a\":-0}", 1, "a", "-0"},
        {"{\"a\":1E+2}", 1, "a", "1E+2"},
        {"{\"a\":92233720368547758079223372036854775807.99}", 1, "a", "92233720368547758079223372036854775807.99"},
        {"{\"a\":12345678901234567890123}", 1, "a", "12345678901234567890123"},
        {" \t{ \"b\" : \"}\" ,\r\n\t\"a\"\t:\n1.50\r\n, \"c\":\"{,:\" } ", 3, "a", "1.50"},
        {"{\"a\\\"\\\\\":1,\"b\":\"\\\\\",\"c\":\"\\\\\\\"\",\"d\":2.0}", 4, "d", "2.0"},
        {"{\"a\\\"\\\\\":1,\"b\":\"\\\\\",\"c\":\"\\\\\\\"\",\"d\":2.0}", 4, "c", "\\\""},
        {"{\"a\\\"\\\\\":1,\"b\":\"\\\\\",\"c\":\"\\\\\\\"\",\"d\":2.0}", 4, "a\"\\", "1"},
        {"{\"\\u0061\":\"\\u00e9\\n\\ud83d\\ude00\"}", 1, "a", "\xc3\xa9\n\xf0\x9f\x98\x80"},
        {"{\"\":1}", 1, "", "1"},
        {"{\"z\":1,\"y\":2,\"x\":3,\"w\":4,\"v\":5,\"u\":6,\"t\":7,\"s\":8,\"r\":9,\"q\":10}", 10, "u", "6"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        SCOPED(record_cells_freep) struct record_cells *cells = NULL;
        struct error err = {0};
        if (from_json(rows[i].record, strlen(rows[i].record), &cells, &err) != STATUS_OK)
            fail_msg("%s: %s", rows[i].record, err.text);
        if (record_cells_count(cells) != rows[i].n_cells ||
            g_strcmp0(record_cells_named(cells, rows[i].name), rows[i].value) != 0)
            fail_msg("%s: %zu cells, '%s'", rows[i].record, record_cells_count(cells),
                     record_cells_named(cells, rows[i].name));
    }
}

static void refuses_bad_json_and_says_where_but_not_what(void **state)
{
    static const struct {
        const char *record;
        size_t len; /* 0: strlen */
        const char *why;
    } rows[] = {
        {"", 0, "JSON: "},
        {" ", 0, "JSON: "},
        {"secret", 0, "not JSON, at byte"},
        {"{\"a\":\"secret\"", 0, "ends too early, at byte 13"},
        {"{\"a\":\"secret", 0, "ends too early"},
        {"{\"a\":\"secret\"}{}", 0, "something after its end"},
        {"{\"a\":\"secret\",}", 0, "not JSON"},
        {"{'a':'secret'}", 0, "not JSON"},
        {"{\"a\":01}", 0, "not JSON"},
        {"{\"a\":+1}", 0, "not JSON"},
        {"{\"a\":.5}", 0, "not JSON"},
        {"{\"a\":NaN}", 0, "not JSON"},
        {"{\"a\":1e999}", 0, "a number too large"},
        {"{\"secret\":1,\"secret\":2}", 0, "a name stands twice"},
        {"{\"a\":1,\"\\u0061\":2}", 0, "a name stands twice"},
        {"{\"a\":\"secret\\u0000\"}", 0, "a NUL"},
        {"{\"secret\\u0000\":1}", 0, "a NUL"},
        {"{\"a\":\"secret\"}\0", 15, "a NUL"},
        {"{\"a\":\"\xff\"}", 0, "not UTF-8"},
        {"{\"a\":\"\xed\xa0\x80\"}", 0, "not UTF-8"},
        {"{\"a\":1,\"b\":{\"secret\":1}}", 0, "member 2 is not a plain value"},
        {"{\"a\":[\"secret\"]}", 0, "member 1 is not a plain value"},
        {"[\"secret\"]", 0, "not an object"},
        {"[]", 0, "not an object"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        SCOPED(record_cells_freep) struct record_cells *cells = NULL;
        struct error err = {0};
        enum status st = from_json(rows[i].record, rows[i].len ? rows[i].len : strlen(rows[i].record), &cells, &err);
        if (st != STATUS_INVALID_ARGUMENT || !strstr(err.text, rows[i].why))
            fail_msg("%s: %s '%s', expected '%s'", rows[i].record, status_name(st), err.text, rows[i].why);
        assert_null(strstr(err.text, "secret"));
        assert_null(cells);
    }
}

static void refuses_json_nested_to_any_depth(void **state)
{
    g_autofree char *text = g_strnfill(RECORD_MAX_BYTES, '[');
    struct record_cells *cells = NULL;
    (void)state;

    assert_int_equal(from_json(text, RECORD_MAX_BYTES, &cells, NULL), STATUS_INVALID_ARGUMENT);
}

static void takes_256_json_members_and_no_more(void **state)
{
    g_autoptr(GString) text = g_string_new("{\"absent\":null");
    SCOPED(record_cells_freep) struct record_cells *cells = NULL;
    SCOPED(record_cells_freep) struct record_cells *none = NULL;
    struct error err = {0};
    (void)state;

    for (int i = 0; i < RECORD_MAX_CELLS; i++)
        g_string_append_printf(text, ",\"name%d\":%d.%d", i, i, i);
    g_string_append_c(text, '}');
    assert_int_equal(from_json(text->str, text->len, &cells, NULL), STATUS_OK);
    assert_int_equal(record_cells_count(cells), RECORD_MAX_CELLS);
    for (int i = 0; i < RECORD_MAX_CELLS; i++) {
        char name[24], value[32];
        (void)snprintf(name, sizeof(name), "name%d", i);
        (void)snprintf(value, sizeof(value), "%d.%d", i, i);
        assert_string_equal(record_cells_named(cells, name), value);
        assert_string_equal(record_cells_at(cells, (size_t)i), value);
    }
    g_string_truncate(text, text->len - 1);
    g_string_append(text, ",\"one more\":1}");
    assert_int_equal(from_json(text->str, text->len, &none, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "more than 256 members"));
}

static void frees_nothing_without_harm(void **state)
{
    struct record_cells *none = NULL;
    (void)state;

    record_cells_free(NULL);
    record_cells_freep(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_csv_cells_by_position),
        cmocka_unit_test(refuses_bad_csv_and_says_where_but_not_what),
        cmocka_unit_test(takes_256_csv_cells_and_no_more),
        cmocka_unit_test(reads_json_members_by_name_with_numbers_to_the_letter),
        cmocka_unit_test(refuses_bad_json_and_says_where_but_not_what),
        cmocka_unit_test(refuses_json_nested_to_any_depth),
        cmocka_unit_test(takes_256_json_members_and_no_more),
        cmocka_unit_test(frees_nothing_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
