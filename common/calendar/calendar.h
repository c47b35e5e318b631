#ifndef DUNLIN_CALENDAR_CALENDAR_H
#define DUNLIN_CALENDAR_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "clock/clock.h"
#include "status/status.h"

#define DATE_TEXT_SIZE    16
#define INSTANT_TEXT_SIZE 32

/* A civil date as days since 1970-01-01 (proleptic Gregorian): arithmetic is arithmetic on `days`. A plain value. */
struct date {
    int32_t days;
};

/* Reads `text` by `pattern`, whose letters are YYYY, YY (2000-2099), MM, DD (two digits), M, D (one or two digits), MMM
 * (Jan ... Dec, any case) and any other character for itself: "YYYY-MM-DD", "M/D/YYYY", "DD.MM.YYYY", "YYYYMMDD". The
 * whole text must match and the day must exist. Years 1900 to 2199. Fails with INVALID_ARGUMENT saying what is wrong
 * ("no such day: 2024-02-30"). */
MUST_USE enum status date_parse(const char *text, const char *pattern, struct date *ret_date, struct error *err);

/* True where date_parse understands `pattern` and it names year, month and day once each. */
bool date_pattern_is_valid(const char *pattern);

bool date_from_ymd(int year, int month, int day, struct date *ret_date);
void date_to_ymd(struct date date, int *ret_year, int *ret_month, int *ret_day);

/* ISO 8601, "2026-11-22". */
const char *date_format(struct date date, char text[static DATE_TEXT_SIZE]);

/* RFC 3339 in UTC with microseconds only where they are not zero: "2026-11-22T16:00:00Z". */
const char *instant_format(struct instant instant, char text[static INSTANT_TEXT_SIZE]);

/* RFC 3339 with offset, or a bare date (midnight UTC). Fails with INVALID_ARGUMENT. */
MUST_USE enum status instant_parse(const char *text, struct instant *ret_instant, struct error *err);

/* 1 = Monday ... 7 = Sunday (ISO 8601). */
int date_weekday(struct date date);

/* An IANA time zone. Immutable once opened and shared by the whole process (a cache keeps every zone that was ever
 * opened): lent, never freed by the caller. Thread-safe. */
struct zone;

/* Fails with INVALID_ARGUMENT where the IANA database has no such zone. */
MUST_USE enum status zone_open(const char *iana_name, const struct zone **ret_zone, struct error *err);
const char *zone_name(const struct zone *zone);

/* The civil date and the seconds since local midnight (wall clock: 0 ... 86399) that a clock on the wall shows in
 * `zone`. */
void zone_local(const struct zone *zone, struct instant instant, struct date *ret_date, int32_t *ret_second_of_day);

/* The date alone. */
struct date zone_date(const struct zone *zone, struct instant instant);

/* The instant at which the wall clock of `zone` shows `second_of_day` on `date`. In a gap (spring forward) the first
 * instant after it; in an overlap (fall back) the earlier one. `second_of_day` 86400 is midnight at the end of the day.
 */
struct instant zone_instant(const struct zone *zone, struct date date, int32_t second_of_day);

#endif
