#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "calendar/calendar.h"

#define HOURS(hours, minutes) (((hours)*60 + (minutes)) * 60)

static const struct zone *open_zone(const char *name)
{
    const struct zone *zone = NULL;
    struct error err = {0};

    if (zone_open(name, &zone, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return zone;
}

static struct date day(const char *iso)
{
    struct date date = {0};

    assert_int_equal(date_parse(iso, "YYYY-MM-DD", &date, NULL), STATUS_OK);
    return date;
}

static void opens_zones_once_and_lends_them(void **state)
{
    static const char *const names[] = {"America/New_York",
                                        "Europe/Berlin",
                                        "UTC",
                                        "Etc/GMT+5",
                                        "US/Eastern",
                                        "EST5EDT",
                                        "America/Argentina/ComodRivadavia",
                                        "America/Port-au-Prince"};
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const struct zone *zone = open_zone(names[i]);
        assert_string_equal(zone_name(zone), names[i]);
        assert_ptr_equal(zone, open_zone(names[i]));
    }
}

static void opens_only_names_of_the_iana_database(void **state)
{
    static const char *const names[] = {
        "",
        " ",
        "+02:00",
        "-05:00",
        "Z",
        "../x",
        "../../etc/localtime",
        "/etc/localtime",
        "/usr/share/zoneinfo/UTC",
        "America/../America/New_York",
        "America//New_York",
        "America/New_York/",
        "America",
        "XYZ5",
        "EST5EDT,M3.2.0,M11.1.0",
        "Nowhere/City",
        "america/new_york",
        "right/America/New_York",
        "posix/America/New_York",
        "localtime",
        "posixrules",
        "Factory",
        "tzdata.zi",
        "zone.tab",
        "America/New_York ",
        "America/New York",
        "Eastern Standard Time",
        "\xff",
        "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const struct zone *zone = NULL;
        struct error err = {0};
        if (zone_open(names[i], &zone, &err) != STATUS_INVALID_ARGUMENT)
            fail_msg("'%s' was opened", names[i]);
        assert_non_null(strstr(err.text, "no such time zone"));
        assert_null(zone);
    }
}

static void shows_the_wall_clock_of_each_zone(void **state)
{
    static const struct {
        const char *utc, *zone, *date;
        int32_t second_of_day;
    } rows[] = {
        {"2026-11-22T16:00:00Z", "America/New_York", "2026-11-22", HOURS(11, 0)},
        {"2026-07-22T16:00:00Z", "America/New_York", "2026-07-22", HOURS(12, 0)},
        {"2026-11-22T04:59:59.999999Z", "America/New_York", "2026-11-21", HOURS(24, 0) - 1},
        {"2026-11-22T16:00:00Z", "Asia/Kathmandu", "2026-11-22", HOURS(21, 45)},
        {"2026-11-22T18:15:00Z", "Asia/Kathmandu", "2026-11-23", 0},
        {"2026-11-22T16:00:00Z", "Pacific/Kiritimati", "2026-11-23", HOURS(6, 0)},
        {"2026-11-22T16:00:00Z", "Pacific/Pago_Pago", "2026-11-22", HOURS(5, 0)},
        {"2026-03-08T06:59:59Z", "America/New_York", "2026-03-08", HOURS(2, 0) - 1},
        {"2026-03-08T07:00:00Z", "America/New_York", "2026-03-08", HOURS(3, 0)},
        {"2026-11-01T05:59:59Z", "America/New_York", "2026-11-01", HOURS(2, 0) - 1},
        {"2026-11-01T06:00:00Z", "America/New_York", "2026-11-01", HOURS(1, 0)},
        {"2026-01-15T12:00:00Z", "America/Phoenix", "2026-01-15", HOURS(5, 0)},
        {"2026-07-15T12:00:00Z", "America/Phoenix", "2026-07-15", HOURS(5, 0)},
        {"2011-12-30T09:59:59Z", "Pacific/Apia", "2011-12-29", HOURS(24, 0) - 1},
        {"2011-12-30T10:00:00Z", "Pacific/Apia", "2011-12-31", 0},
        {"1969-12-31T23:59:59.5Z", "UTC", "1969-12-31", HOURS(24, 0) - 1},
        {"1960-07-01T00:00:00Z", "Europe/London", "1960-07-01", HOURS(1, 0)},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct instant instant;
        struct date date;
        int32_t second_of_day;
        char text[DATE_TEXT_SIZE];
        assert_int_equal(instant_parse(rows[i].utc, &instant, NULL), STATUS_OK);
        zone_local(open_zone(rows[i].zone), instant, &date, &second_of_day);
        if (strcmp(date_format(date, text), rows[i].date) != 0 || second_of_day != rows[i].second_of_day)
            fail_msg("%s in %s: %s %d s", rows[i].utc, rows[i].zone, text, second_of_day);
    }
}

static void finds_the_instant_of_a_wall_clock(void **state)
{
    static const struct {
        const char *zone, *date;
        int32_t second_of_day;
        const char *utc;
    } rows[] = {
        {"UTC", "2026-11-22", HOURS(16, 0), "2026-11-22T16:00:00Z"},
        {"UTC", "2026-11-22", HOURS(24, 0), "2026-11-23T00:00:00Z"},
        {"America/New_York", "2026-11-22", HOURS(8, 0), "2026-11-22T13:00:00Z"},
        {"America/New_York", "2026-07-22", HOURS(8, 0), "2026-07-22T12:00:00Z"},
        {"Asia/Kathmandu", "2026-11-22", HOURS(8, 0), "2026-11-22T02:15:00Z"},
        {"Asia/Kathmandu", "2026-11-22", HOURS(24, 0), "2026-11-22T18:15:00Z"},
        /* Spring forward: 02:00 to 03:00 does not exist; its end is one instant for all of it. */
        {"America/New_York", "2026-03-08", HOURS(2, 0) - 1, "2026-03-08T06:59:59Z"},
        {"America/New_York", "2026-03-08", HOURS(2, 0), "2026-03-08T07:00:00Z"},
        {"America/New_York", "2026-03-08", HOURS(2, 30), "2026-03-08T07:00:00Z"},
        {"America/New_York", "2026-03-08", HOURS(3, 0) - 1, "2026-03-08T07:00:00Z"},
        {"America/New_York", "2026-03-08", HOURS(3, 0), "2026-03-08T07:00:00Z"},
        {"America/New_York", "2026-03-08", HOURS(3, 0) + 1, "2026-03-08T07:00:01Z"},
        {"America/New_York", "2026-03-08", HOURS(24, 0), "2026-03-09T04:00:00Z"},
        /* Fall back: 01:00 to 02:00 is shown twice; the first counts. */
        {"America/New_York", "2026-11-01", HOURS(1, 0) - 1, "2026-11-01T04:59:59Z"},
        {"America/New_York", "2026-11-01", HOURS(1, 0), "2026-11-01T05:00:00Z"},
        {"America/New_York", "2026-11-01", HOURS(1, 30), "2026-11-01T05:30:00Z"},
        {"America/New_York", "2026-11-01", HOURS(2, 0) - 1, "2026-11-01T05:59:59Z"},
        {"America/New_York", "2026-11-01", HOURS(2, 0), "2026-11-01T07:00:00Z"},
        /* Half an hour of daylight saving. */
        {"Australia/Lord_Howe", "2026-10-04", HOURS(2, 0) - 1, "2026-10-03T15:29:59Z"},
        {"Australia/Lord_Howe", "2026-10-04", HOURS(2, 15), "2026-10-03T15:30:00Z"},
        {"Australia/Lord_Howe", "2026-10-04", HOURS(2, 30), "2026-10-03T15:30:00Z"},
        {"Australia/Lord_Howe", "2026-10-04", HOURS(2, 31), "2026-10-03T15:31:00Z"},
        {"Australia/Lord_Howe", "2026-04-05", HOURS(1, 30) - 1, "2026-04-04T14:29:59Z"},
        {"Australia/Lord_Howe", "2026-04-05", HOURS(1, 45), "2026-04-04T14:45:00Z"},
        {"Australia/Lord_Howe", "2026-04-05", HOURS(2, 0), "2026-04-04T15:30:00Z"},
        /* A day that did not exist, when Samoa moved over the date line. */
        {"Pacific/Apia", "2011-12-29", HOURS(23, 0), "2011-12-30T09:00:00Z"},
        {"Pacific/Apia", "2011-12-30", 0, "2011-12-30T10:00:00Z"},
        {"Pacific/Apia", "2011-12-30", HOURS(12, 0), "2011-12-30T10:00:00Z"},
        {"Pacific/Apia", "2011-12-30", HOURS(24, 0), "2011-12-30T10:00:00Z"},
        {"Pacific/Apia", "2011-12-31", HOURS(1, 0), "2011-12-30T11:00:00Z"},
        /* The date line again, and the day that Alaska had twice when it was sold, in local mean time. */
        {"Pacific/Kwajalein", "1993-08-21", HOURS(12, 0), "1993-08-21T12:00:00Z"},
        {"America/Juneau", "1867-10-19", HOURS(12, 0), "1867-10-18T20:57:41Z"},
        /* Midnight that does not exist: the day begins at 01:00. */
        {"America/Santiago", "2026-09-06", 0, "2026-09-06T04:00:00Z"},
        {"America/Santiago", "2026-09-05", HOURS(24, 0), "2026-09-06T04:00:00Z"},
        {"America/Santiago", "2026-09-06", HOURS(1, 0), "2026-09-06T04:00:00Z"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct date date = {0};
        int year = 0, month = 0, day_of_month = 0;
        char text[INSTANT_TEXT_SIZE];
        assert_int_equal(sscanf(rows[i].date, "%d-%d-%d", &year, &month, &day_of_month), 3);
        assert_true(date_from_ymd(year, month, day_of_month, &date));
        instant_format(zone_instant(open_zone(rows[i].zone), date, rows[i].second_of_day), text);
        if (strcmp(text, rows[i].utc) != 0)
            fail_msg("%s %s %d s: %s, expected %s", rows[i].zone, rows[i].date, rows[i].second_of_day, text,
                     rows[i].utc);
    }
}

/* Every quarter of an hour of the years that hold the changes: where the clock shows the time asked for, no earlier
 * instant does; where it does not, the answer is the first instant after a gap. */
static void instant_and_wall_clock_agree_through_every_change(void **state)
{
    static const struct {
        const char *zone;
        const char *from;
        int n_days;
    } rows[] = {
        {"America/New_York", "2026-01-01", 365}, {"Australia/Lord_Howe", "2026-01-01", 365},
        {"Pacific/Apia", "2011-12-01", 60},      {"Africa/Casablanca", "2026-01-01", 365},
        {"America/St_Johns", "2010-01-01", 365},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct zone *zone = open_zone(rows[i].zone);
        struct date date = day(rows[i].from);
        for (int end = date.days + rows[i].n_days; date.days < end; date.days++)
            for (int32_t second = 0; second < HOURS(24, 0); second += HOURS(0, 15)) {
                struct instant found = zone_instant(zone, date, second);
                struct instant before = {found.us - US_PER_S};
                struct date shown, shown_before;
                int32_t at, at_before;
                zone_local(zone, found, &shown, &at);
                zone_local(zone, before, &shown_before, &at_before);
                int64_t asked = (int64_t)date.days * HOURS(24, 0) + second;
                int64_t clock = (int64_t)shown.days * HOURS(24, 0) + at;
                int64_t clock_before = (int64_t)shown_before.days * HOURS(24, 0) + at_before;
                assert_true(clock == asked || (clock > asked && clock_before < asked));
            }
    }
}

/* The compiled database lists changes up to 2037 only; after that its last rule goes on. */
static void daylight_saving_goes_on_after_2037(void **state)
{
    static const struct {
        const char *zone, *date;
        const char *utc; /* of noon */
    } rows[] = {
        {"America/New_York", "2038-01-15", "2038-01-15T17:00:00Z"},
        {"America/New_York", "2038-07-15", "2038-07-15T16:00:00Z"},
        {"America/New_York", "2098-03-08", "2098-03-08T17:00:00Z"},
        {"America/New_York", "2098-03-09", "2098-03-09T16:00:00Z"},
        {"America/New_York", "2199-07-15", "2199-07-15T16:00:00Z"},
        {"Europe/Berlin", "2150-07-15", "2150-07-15T10:00:00Z"},
        {"Australia/Lord_Howe", "2100-01-15", "2100-01-15T01:00:00Z"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char text[INSTANT_TEXT_SIZE];
        instant_format(zone_instant(open_zone(rows[i].zone), day(rows[i].date), HOURS(12, 0)), text);
        if (strcmp(text, rows[i].utc) != 0)
            fail_msg("%s %s: %s, expected %s", rows[i].zone, rows[i].date, text, rows[i].utc);
    }
}

static gpointer open_many(gpointer data)
{
    static const char *const names[] = {"Europe/Paris", "Europe/Rome", "Europe/Madrid", "Asia/Tokyo", "Nowhere/City"};
    (void)data;

    for (size_t i = 0; i < 2000; i++) {
        const struct zone *zone = NULL;
        struct date date;
        int32_t second;
        if (zone_open(names[i % ARRAY_SIZE(names)], &zone, NULL) == STATUS_OK)
            zone_local(zone, (struct instant){(int64_t)i * US_PER_DAY}, &date, &second);
    }
    return NULL;
}

static void threads_share_zones(void **state)
{
    GThread *threads[4];
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
        threads[i] = g_thread_new("zones", open_many, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
        g_thread_join(threads[i]);
    assert_ptr_equal(open_zone("Europe/Paris"), open_zone("Europe/Paris"));
}

/* What is remembered of a zone must not colour what is asked next, in whatever order instants come. */
static void reads_the_clock_as_glib_does_in_any_order(void **state)
{
    static const char *const NAMES[] = {"America/New_York", "Europe/Dublin", "Africa/Casablanca", "Pacific/Apia"};
    g_autoptr(GRand) random = g_rand_new_with_seed(1);

    (void)state;
    for (int i = 0; i < 40000; i++) {
        const char *name = NAMES[g_rand_int(random) % ARRAY_SIZE(NAMES)];
        g_autoptr(GTimeZone) rules = g_time_zone_new_identifier(name);
        int64_t second = (int64_t)(g_rand_double(random) * 4e9) - 1500000000;
        int interval = g_time_zone_find_interval(rules, G_TIME_TYPE_UNIVERSAL, second);
        int64_t local = second + g_time_zone_get_offset(rules, interval);
        struct date date = {0};
        int32_t second_of_day = 0;
        zone_local(open_zone(name), (struct instant){second * US_PER_S}, &date, &second_of_day);
        if ((int64_t)date.days * 86400 + second_of_day != local)
            fail_msg("%s at %" G_GINT64_FORMAT, name, second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_zones_once_and_lends_them),
        cmocka_unit_test(opens_only_names_of_the_iana_database),
        cmocka_unit_test(shows_the_wall_clock_of_each_zone),
        cmocka_unit_test(finds_the_instant_of_a_wall_clock),
        cmocka_unit_test(instant_and_wall_clock_agree_through_every_change),
        cmocka_unit_test(daylight_saving_goes_on_after_2037),
        cmocka_unit_test(reads_the_clock_as_glib_does_in_any_order),
        cmocka_unit_test(threads_share_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
