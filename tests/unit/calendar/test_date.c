#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "calendar/calendar.h"

static void counts_days_from_1970(void **state)
{
    static const struct {
        int year, month, day;
        int32_t days;
        int weekday;
    } rows[] = {
        {1970, 1, 1, 0, 4},         {1969, 12, 31, -1, 3},   {2000, 2, 29, 11016, 2},  {2000, 3, 1, 11017, 3},
        {2026, 11, 22, 20779, 7},   {1900, 1, 1, -25567, 1}, {2199, 12, 31, 84005, 2}, {1, 1, 1, -719162, 1},
        {9999, 12, 31, 2932896, 5}, {2100, 3, 1, 47541, 1},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct date date;
        int year, month, day;
        assert_true(date_from_ymd(rows[i].year, rows[i].month, rows[i].day, &date));
        assert_int_equal(date.days, rows[i].days);
        assert_int_equal(date_weekday(date), rows[i].weekday);
        date_to_ymd(date, &year, &month, &day);
        assert_int_equal(year, rows[i].year);
        assert_int_equal(month, rows[i].month);
        assert_int_equal(day, rows[i].day);
    }
}

static void every_day_of_800_years_follows_the_one_before(void **state)
{
    struct date date;
    int expected = 0;
    (void)state;

    assert_true(date_from_ymd(1600, 1, 1, &date));
    expected = date.days;
    for (int year = 1600; year < 2400; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; date_from_ymd(year, month, day, &date); day++) {
                int y, m, d;
                assert_int_equal(date.days, expected++);
                date_to_ymd(date, &y, &m, &d);
                assert_true(y == year && m == month && d == day);
            }
    assert_true(date_from_ymd(2400, 1, 1, &date));
    assert_int_equal(date.days, expected);
}

static void refuses_days_that_do_not_exist(void **state)
{
    static const int rows[][3] = {
        {2023, 2, 29}, {1900, 2, 29}, {2100, 2, 29}, {2024, 2, 30}, {2024, 4, 31}, {2024, 13, 1},
        {2024, 0, 1},  {2024, 1, 0},  {2024, 1, 32}, {2024, -1, 1}, {0, 1, 1},     {10000, 1, 1},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct date date = {.days = 77};
        assert_false(date_from_ymd(rows[i][0], rows[i][1], rows[i][2], &date));
        assert_int_equal(date.days, 77);
    }
}

static void reads_dates_by_pattern(void **state)
{
    static const struct {
        const char *text, *pattern, *iso;
    } rows[] = {
        {"2026-11-22", "YYYY-MM-DD", "2026-11-22"},
        {"20261122", "YYYYMMDD", "2026-11-22"},
        {"1/2/2026", "M/D/YYYY", "2026-01-02"},
        {"12/31/2026", "M/D/YYYY", "2026-12-31"},
        {"01/02/2026", "M/D/YYYY", "2026-01-02"},
        {"31.12.2026", "DD.MM.YYYY", "2026-12-31"},
        {"1.2.26", "D.M.YY", "2026-02-01"},
        {"311299", "DDMMYY", "2099-12-31"},
        {"22-Nov-2026", "DD-MMM-YYYY", "2026-11-22"},
        {"22 NOV 26", "DD MMM YY", "2026-11-22"},
        {"may 1 2026", "MMM D YYYY", "2026-05-01"},
        {"29Feb2024", "DMMMYYYY", "2024-02-29"},
        {"1900-01-01", "YYYY-MM-DD", "1900-01-01"},
        {"2199-12-31", "YYYY-MM-DD", "2199-12-31"},
        {"on 2026-11-22T", "on YYYY-MM-DDT", "2026-11-22"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct date date;
        struct error err = {0};
        char text[DATE_TEXT_SIZE];
        if (date_parse(rows[i].text, rows[i].pattern, &date, &err) != STATUS_OK)
            fail_msg("'%s': %s", rows[i].text, err.text);
        assert_string_equal(date_format(date, text), rows[i].iso);
    }
}

static void refuses_what_does_not_match_its_pattern_and_says_why(void **state)
{
    static const struct {
        const char *text, *pattern, *why;
    } rows[] = {
        {"2024-02-30", "YYYY-MM-DD", "no such day: 2024-02-30"},
        {"2023-02-29", "YYYY-MM-DD", "no such day: 2023-02-29"},
        {"2024-13-01", "YYYY-MM-DD", "no such day: 2024-13-01"},
        {"0/1/2024", "M/D/YYYY", "no such day: 2024-00-01"},
        {"13/1/2024", "M/D/YYYY", "no such day: 2024-13-01"},
        {"1899-12-31", "YYYY-MM-DD", "not within 1900 to 2199"},
        {"2200-01-01", "YYYY-MM-DD", "not within 1900 to 2199"},
        {"0000-00-00", "YYYY-MM-DD", "not within 1900 to 2199"},
        {"", "YYYY-MM-DD", "empty"},
        {"2024-1-01", "YYYY-MM-DD", "not a date of the form YYYY-MM-DD"},
        {"2024-01-1", "YYYY-MM-DD", "not a date of the form"},
        {"24-01-01", "YYYY-MM-DD", "not a date of the form"},
        {"2024-01-01 ", "YYYY-MM-DD", "not a date of the form"},
        {" 2024-01-01", "YYYY-MM-DD", "not a date of the form"},
        {"2024-01-011", "YYYY-MM-DD", "not a date of the form"},
        {"2024-01-01T00:00:00Z", "YYYY-MM-DD", "not a date of the form"},
        {"2024/01/01", "YYYY-MM-DD", "not a date of the form"},
        {"2024-01", "YYYY-MM-DD", "not a date of the form"},
        {"2024-01-", "YYYY-MM-DD", "not a date of the form"},
        {"2024-0a-01", "YYYY-MM-DD", "not a date of the form"},
        {"٢٠٢٤-٠١-٠١", "YYYY-MM-DD", "not a date of the form"},
        {"-024-01-01", "YYYY-MM-DD", "not a date of the form"},
        {"+024-01-01", "YYYY-MM-DD", "not a date of the form"},
        {"123/1/2024", "M/D/YYYY", "not a date of the form"},
        {"/1/2024", "M/D/YYYY", "not a date of the form"},
        {"22-Nob-2026", "DD-MMM-YYYY", "not a date of the form"},
        {"22-No", "DD-MMM-YYYY", "not a date of the form"},
        {"2024\xff", "YYYY-MM-DD", "'2024?'"},
        {"2024-01-01", "YYYY-MM", "no date pattern"},
        {"2024-01-01", "", "no date pattern"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct date date = {.days = 77};
        struct error err = {0};
        enum status st = date_parse(rows[i].text, rows[i].pattern, &date, &err);
        if (st != STATUS_INVALID_ARGUMENT || !strstr(err.text, rows[i].why))
            fail_msg("'%s': %s '%s', expected '%s'", rows[i].text, status_name(st), err.text, rows[i].why);
        assert_int_equal(date.days, 77);
    }
}

static void knows_which_patterns_name_a_day_without_doubt(void **state)
{
    static const struct {
        const char *pattern;
        bool is_valid;
    } rows[] = {
        {"YYYY-MM-DD", true}, {"M/D/YYYY", true},   {"YYMMDD", true},       {"D. MMM YYYY", true},
        {"DMMMYY", true},     {"", false},          {"YYYY-MM", false},     {"MM-DD", false},
        {"YYYY-DD", false},   {"YYY-MM-DD", false}, {"Y-MM-DD", false},     {"YYYYY-M-D", false},
        {"MMMM-D-YY", false}, {"DDD-M-YY", false},  {"YY-MM-DD-DD", false}, {"YYYY-YY-MM-DD", false},
        {"MDYYYY", false},    {"YYYYMDD", false},   {"D1/M/YYYY", false},   {"yyyy-mm-dd", false},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (date_pattern_is_valid(rows[i].pattern) != rows[i].is_valid)
            fail_msg("%s", rows[i].pattern);
}

static void formats_the_ends_of_time_within_the_buffer(void **state)
{
    char date_text[DATE_TEXT_SIZE];
    char text[INSTANT_TEXT_SIZE];
    (void)state;

    assert_string_equal(date_format((struct date){INT32_MAX}, date_text), "5881580-07-11");
    assert_string_equal(date_format((struct date){INT32_MIN}, date_text), "-5877641-06-23");
    assert_int_equal(date_weekday((struct date){INT32_MIN}), 2);
    assert_string_equal(instant_format((struct instant){INT64_MAX}, text), "294247-01-10T04:00:54.775807Z");
    assert_string_equal(instant_format((struct instant){INT64_MIN}, text), "-290308-12-21T19:59:05.224192Z");
}

static void writes_instants_in_utc(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {1, "1970-01-01T00:00:00.000001Z"},
        {INT64_C(1795363200000000), "2026-11-22T16:00:00Z"},
        {INT64_C(1795363200500000), "2026-11-22T16:00:00.500000Z"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char text[INSTANT_TEXT_SIZE];
        struct instant again;
        assert_string_equal(instant_format((struct instant){rows[i].us}, text), rows[i].text);
        assert_int_equal(instant_parse(text, &again, NULL), STATUS_OK);
        assert_true(again.us == rows[i].us);
    }
}

static void reads_instants_with_any_offset(void **state)
{
    static const struct {
        const char *text, *utc;
    } rows[] = {
        {"2026-11-22T16:00:00Z", "2026-11-22T16:00:00Z"},
        {"2026-11-22t16:00:00z", "2026-11-22T16:00:00Z"},
        {"2026-11-22T16:00:00+00:00", "2026-11-22T16:00:00Z"},
        {"2026-11-22T16:00:00-00:00", "2026-11-22T16:00:00Z"},
        {"2026-11-22T16:00:00-05:00", "2026-11-22T21:00:00Z"},
        {"2026-11-22T01:00:00+05:45", "2026-11-21T19:15:00Z"},
        {"2026-11-22T23:59:59.123456789-23:59", "2026-11-23T23:58:59.123456Z"},
        {"2026-11-22T16:00:00.5Z", "2026-11-22T16:00:00.500000Z"},
        {"2026-11-22", "2026-11-22T00:00:00Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
        {"2016-12-31T23:59:60.999Z", "2017-01-01T00:00:00Z"},
        {"2016-12-31T18:59:60-05:00", "2017-01-01T00:00:00Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct instant instant;
        struct error err = {0};
        char text[INSTANT_TEXT_SIZE];
        if (instant_parse(rows[i].text, &instant, &err) != STATUS_OK)
            fail_msg("'%s': %s", rows[i].text, err.text);
        assert_string_equal(instant_format(instant, text), rows[i].utc);
    }
}

static void refuses_what_is_no_instant(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "not an RFC 3339 time"},
        {"now", "not an RFC 3339 time"},
        {"2026-11-22T16:00:00", "not an RFC 3339 time"}, /* no offset: whose clock? */
        {"2026-11-22 16:00:00Z", "not an RFC 3339 time"},
        {"2026-11-22T16:00Z", "not an RFC 3339 time"},
        {"2026-11-22T", "not an RFC 3339 time"},
        {"2026-11-22Z", "not an RFC 3339 time"},
        {"2026-11-22T24:00:00Z", "not an RFC 3339 time"},
        {"2026-11-22T16:60:00Z", "not an RFC 3339 time"},
        {"2026-11-22T16:00:61Z", "not an RFC 3339 time"},
        {"2026-11-22T16:00:60Z", "no leap second there"},
        {"2026-11-22T16:00:00.Z", "not an RFC 3339 time"},
        {"2026-11-22T16:00:00,5Z", "not an RFC 3339 time"},
        {"2026-11-22T16:00:00+5:00", "not an RFC 3339 time"},
        {"2026-11-22T16:00:00+0500", "not an RFC 3339 time"},
        {"2026-11-22T16:00:00+24:00", "not an RFC 3339 time"},
        {"2026-11-22T16:00:00+05:60", "not an RFC 3339 time"},
        {"2026-11-22T16:00:00Z ", "not an RFC 3339 time"},
        {"2026-11-22T16:00:00ZZ", "not an RFC 3339 time"},
        {"26-11-22T16:00:00Z", "not an RFC 3339 time"},
        {"2026-02-29T16:00:00Z", "no such day: 2026-02-29"},
        {"0000-01-01", "no such day"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct instant instant = {.us = 77};
        struct error err = {0};
        enum status st = instant_parse(rows[i].text, &instant, &err);
        if (st != STATUS_INVALID_ARGUMENT || !strstr(err.text, rows[i].why))
            fail_msg("'%s': %s '%s', expected '%s'", rows[i].text, status_name(st), err.text, rows[i].why);
        assert_true(instant.us == 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_days_from_1970),
        cmocka_unit_test(every_day_of_800_years_follows_the_one_before),
        cmocka_unit_test(refuses_days_that_do_not_exist),
        cmocka_unit_test(reads_dates_by_pattern),
        cmocka_unit_test(refuses_what_does_not_match_its_pattern_and_says_why),
        cmocka_unit_test(knows_which_patterns_name_a_day_without_doubt),
        cmocka_unit_test(formats_the_ends_of_time_within_the_buffer),
        cmocka_unit_test(writes_instants_in_utc),
        cmocka_unit_test(reads_instants_with_any_offset),
        cmocka_unit_test(refuses_what_is_no_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
