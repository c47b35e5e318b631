#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <glib.h>

#include "clock/clock.h"
#include "table.h"

static void writes_numbers_with_thousands_apart(void **state)
{
    (void)state;
    static const struct {
        int64_t number;
        const char *text;
    } ROWS[] = {{0, "0"},
                {7, "7"},
                {999, "999"},
                {1000, "1,000"},
                {-1234567, "-1,234,567"},
                {100000, "100,000"},
                {INT64_MIN, "-9,223,372,036,854,775,808"}};
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        g_autofree char *text = table_number(ROWS[i].number);
        assert_string_equal(text, ROWS[i].text);
    }
}

static void writes_durations_in_the_unit_that_fits(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        const char *text;
    } ROWS[] = {{0, "0 us"},
                {999, "999 us"},
                {1000, "1 ms"},
                {US_PER_S, "1.0 s"},
                {90 * US_PER_S, "2 min"},
                {US_PER_HOUR, "60 min"},
                {3 * US_PER_HOUR, "3 h"},
                {12 * US_PER_DAY, "12 days"}};
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        g_autofree char *text = table_duration(ROWS[i].us);
        assert_string_equal(text, ROWS[i].text);
    }
}

static void shows_each_kind_of_cell(void **state)
{
    (void)state;
    static const struct {
        const char *why, *row;
        struct column column;
        const char *cell;
    } ROWS[] = {
        {"text", "{\"a\": \"x\"}", {"A", "a", COLUMN_TEXT}, "x"},
        {"missing", "{}", {"A", "a", COLUMN_TEXT}, ""},
        {"null", "{\"a\": null}", {"A", "a", COLUMN_TEXT}, ""},
        {"true", "{\"a\": true}", {"A", "a", COLUMN_TEXT}, "yes"},
        {"false", "{\"a\": false}", {"A", "a", COLUMN_TEXT}, ""},
        {"money", "{\"a_minor\": -1250, \"currency\": \"USD\"}", {"A", "a", COLUMN_MONEY}, "-12.50 USD"},
        {"money without decimals", "{\"a_minor\": 1250, \"currency\": \"JPY\"}", {"A", "a", COLUMN_MONEY}, "1250 JPY"},
        {"money of no currency", "{\"a_minor\": 1250}", {"A", "a", COLUMN_MONEY}, "1,250"},
        {"instant", "{\"a\": \"2026-11-22T16:00:00.5Z\"}", {"A", "a", COLUMN_INSTANT}, "2026-11-22 16:00:00Z"},
        {"no instant", "{\"a\": null}", {"A", "a", COLUMN_INSTANT}, ""},
        {"list", "{\"a\": [\"x\", 2]}", {"A", "a", COLUMN_LIST}, "x, 2"},
        {"an address of several lines", "{\"a\": \"1 Road\\nTown\"}", {"A", "a", COLUMN_TEXT}, "1 Road, Town"},
        {"an escape sequence", "{\"a\": \"x\\u001b[2Jy\"}", {"A", "a", COLUMN_TEXT}, "x\xEF\xBF\xBD[2Jy"},
        {"one inside a list",
         "{\"a\": [\"\\u009b1m\"]}",
         {"A", "a", COLUMN_LIST},
         "\xEF\xBF\xBD"
         "1m"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        json_t *row = json_loads(ROWS[i].row, 0, NULL);
        g_autofree char *cell = table_cell(row, &ROWS[i].column);
        json_decref(row);
        if (strcmp(cell, ROWS[i].cell) != 0)
            fail_msg("%s: '%s' instead of '%s'", ROWS[i].why, cell, ROWS[i].cell);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_numbers_with_thousands_apart),
        cmocka_unit_test(writes_durations_in_the_unit_that_fits),
        cmocka_unit_test(shows_each_kind_of_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
