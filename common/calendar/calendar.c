#include "calendar/calendar.h"

#include <stdio.h>
#include <string.h>

#define FIRST_YEAR  1
#define LAST_YEAR   9999
#define FIRST_READ  1900 /* date_parse: a year outside is a slip of the sender's, not a date of a debt */
#define LAST_READ   2199
#define S_PER_DAY   86400
#define DAYS_ERA    146097 /* 400 years */
#define DAYS_TO_ERA 719468 /* from 0000-03-01, where the eras begin, to 1970-01-01 */

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : DAYS[month - 1];
}

/* Counting years from March puts the leap day last, which makes the day of the year a linear formula: (153 m + 2) / 5
 * days lie before the m-th month from March. Algorithm and proof: Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms". */
bool date_from_ymd(int year, int month, int day, struct date *ret_date)
{
    if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    ret_date->days = era * DAYS_ERA + day_of_era - DAYS_TO_ERA;
    return true;
}

void date_to_ymd(struct date date, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t days = (int64_t)date.days + DAYS_TO_ERA;
    int64_t era = (days >= 0 ? days : days - (DAYS_ERA - 1)) / DAYS_ERA;
    int64_t day_of_era = days - era * DAYS_ERA;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;

    *ret_day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *ret_month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2 ? 1 : 0));
}

const char *date_format(struct date date, char text[static DATE_TEXT_SIZE])
{
    int year, month, day;

    date_to_ymd(date, &year, &month, &day);
    (void)snprintf(text, DATE_TEXT_SIZE, "%04d-%02d-%02d", year, month, day);
    return text;
}

int date_weekday(struct date date)
{
    /* 1970-01-01 was a Thursday. */
    int from_monday = (int)(((int64_t)date.days + 3) % 7);

    return (from_monday < 0 ? from_monday + 7 : from_monday) + 1;
}

/* One element of a pattern: a field of a date, or one character for itself. */
struct element {
    enum { LITERAL, YEAR, MONTH, DAY } field;
    enum { EXACTLY_2, EXACTLY_4, ONE_OR_TWO, MONTH_NAME } form;
    char literal;
};

static size_t run_length(const char *pattern)
{
    size_t len = 1;

    while (pattern[len] == pattern[0])
        len++;
    return len;
}

/* The element at the head of `*pattern`, which moves past it. False where a field has a length that means nothing
 * ("YYY"). */
static bool next_element(const char **pattern, struct element *ret_element)
{
    static const struct {
        char letter;
        size_t len;
        struct element element;
    } FIELDS[] = {
        {'Y', 4, {YEAR, EXACTLY_4, 0}},  {'Y', 2, {YEAR, EXACTLY_2, 0}},   {'M', 3, {MONTH, MONTH_NAME, 0}},
        {'M', 2, {MONTH, EXACTLY_2, 0}}, {'M', 1, {MONTH, ONE_OR_TWO, 0}}, {'D', 2, {DAY, EXACTLY_2, 0}},
        {'D', 1, {DAY, ONE_OR_TWO, 0}},
    };
    char letter = **pattern;
    size_t len = run_length(*pattern);

    if (!strchr("YMD", letter)) {
        *ret_element = (struct element){LITERAL, EXACTLY_2, letter};
        *pattern += 1;
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(FIELDS); i++)
        if (FIELDS[i].letter == letter && FIELDS[i].len == len) {
            *ret_element = FIELDS[i].element;
            *pattern += len;
            return true;
        }
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool reads_digits(const struct element *element)
{
    return element->field == LITERAL ? is_digit(element->literal) : element->form != MONTH_NAME;
}

bool date_pattern_is_valid(const char *pattern)
{
    int n_fields[] = {[YEAR] = 0, [MONTH] = 0, [DAY] = 0};
    bool was_one_or_two = false;

    while (*pattern) {
        struct element element;
        if (!next_element(&pattern, &element))
            return false;
        /* "MDD" would read 112 as 1/12 or as 11/2. */
        if (was_one_or_two && reads_digits(&element))
            return false;
        was_one_or_two = element.field != LITERAL && element.form == ONE_OR_TWO;
        n_fields[element.field]++;
    }
    return n_fields[YEAR] == 1 && n_fields[MONTH] == 1 && n_fields[DAY] == 1;
}

/* Reads `n_min` to `n_max` digits at `*text`, which moves past them. */
static bool read_number(const char **text, int n_min, int n_max, int *ret_number)
{
    int number = 0;
    int n = 0;

    for (; n < n_max && is_digit((*text)[n]); n++)
        number = number * 10 + ((*text)[n] - '0');
    if (n < n_min)
        return false;
    *text += n;
    *ret_number = number;
    return true;
}

static bool read_month_name(const char **text, int *ret_month)
{
    static const char *const NAMES[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};

    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        size_t n = 0;
        /* Letters differ from their capitals by one bit, in every locale. */
        while (n < 3 && ((*text)[n] | 0x20) == NAMES[i][n])
            n++;
        if (n == 3) {
            *text += 3;
            *ret_month = (int)i + 1;
            return true;
        }
    }
    return false;
}

static bool read_element(const char **text, const struct element *element, int fields[static 4])
{
    int *field = &fields[element->field];

    if (element->field == LITERAL)
        return *(*text)++ == element->literal;
    switch (element->form) {
    case EXACTLY_4:
        return read_number(text, 4, 4, field);
    case EXACTLY_2:
        if (!read_number(text, 2, 2, field))
            return false;
        *field += element->field == YEAR ? 2000 : 0;
        return true;
    case ONE_OR_TWO:
        return read_number(text, 1, 2, field);
    case MONTH_NAME:
        return read_month_name(text, field);
    }
    return false;
}

static bool read_fields(const char *text, const char *pattern, int fields[static 4])
{
    while (*pattern) {
        struct element element;
        if (!*text || !next_element(&pattern, &element) || !read_element(&text, &element, fields))
            return false;
    }
    return *text == '\0';
}

enum status date_parse(const char *text, const char *pattern, struct date *ret_date, struct error *err)
{
    int fields[] = {[LITERAL] = 0, [YEAR] = 0, [MONTH] = 0, [DAY] = 0};
    char buffer[ERROR_SHOWN_SIZE];

    if (!date_pattern_is_valid(pattern))
        return error_set(err, STATUS_INVALID_ARGUMENT, "no date pattern: '%s'", error_shown(pattern, buffer));
    if (!*text)
        return error_set(err, STATUS_INVALID_ARGUMENT, "date is empty");
    if (!read_fields(text, pattern, fields)) {
        char pattern_buffer[ERROR_SHOWN_SIZE];
        return error_set(err, STATUS_INVALID_ARGUMENT, "not a date of the form %s: '%s'",
                         error_shown(pattern, pattern_buffer), error_shown(text, buffer));
    }
    if (fields[YEAR] < FIRST_READ || fields[YEAR] > LAST_READ)
        return error_set(err, STATUS_INVALID_ARGUMENT, "year is not within %d to %d: %04d-%02d-%02d", FIRST_READ,
                         LAST_READ, fields[YEAR], fields[MONTH], fields[DAY]);
    if (!date_from_ymd(fields[YEAR], fields[MONTH], fields[DAY], ret_date))
        return error_set(err, STATUS_INVALID_ARGUMENT, "no such day: %04d-%02d-%02d", fields[YEAR], fields[MONTH],
                         fields[DAY]);
    return STATUS_OK;
}

/* Rounds towards the past, as calendars do, where C's division rounds towards 1970. */
static int64_t divide_down(int64_t dividend, int64_t divisor, int64_t *ret_rest)
{
    int64_t quotient = dividend / divisor;
    int64_t rest = dividend % divisor;

    if (rest < 0) {
        rest += divisor;
        quotient--;
    }
    *ret_rest = rest;
    return quotient;
}

const char *instant_format(struct instant instant, char text[static INSTANT_TEXT_SIZE])
{
    int64_t us_of_day, us;
    struct date date = {.days = (int32_t)divide_down(instant.us, US_PER_DAY, &us_of_day)};
    int second = (int)divide_down(us_of_day, US_PER_S, &us);
    char date_text[DATE_TEXT_SIZE];
    int len = snprintf(text, INSTANT_TEXT_SIZE, "%sT%02d:%02d:%02d", date_format(date, date_text), second / 3600,
                       second / 60 % 60, second % 60);

    if (us != 0)
        len += snprintf(text + len, INSTANT_TEXT_SIZE - (size_t)len, ".%06d", (int)us);
    (void)snprintf(text + len, INSTANT_TEXT_SIZE - (size_t)len, "Z");
    return text;
}

/* What RFC 3339 calls partial-time and time-offset. */
struct time_of_day {
    int hour, minute, second;
    int us;
    int offset_s;
};

static bool read_char(const char **text, const char *any_of)
{
    if (!**text || !strchr(any_of, **text))
        return false;
    (*text)++;
    return true;
}

/* One digit or more, of which microseconds are kept: some senders write nanoseconds. */
static bool read_fraction(const char **text, int *ret_us)
{
    int us = 0;
    int n = 0;

    for (; is_digit(**text); (*text)++, n++)
        if (n < 6)
            us = us * 10 + (**text - '0');
    for (int i = n; i < 6; i++)
        us *= 10;
    *ret_us = us;
    return n > 0;
}

static bool read_offset(const char **text, int *ret_offset_s)
{
    int hours, minutes;
    bool is_west = **text == '-';

    if (read_char(text, "Zz")) {
        *ret_offset_s = 0;
        return true;
    }
    if (!read_char(text, "+-") || !read_number(text, 2, 2, &hours) || !read_char(text, ":") ||
        !read_number(text, 2, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret_offset_s = (hours * 60 + minutes) * (is_west ? -60 : 60);
    return true;
}

static bool read_time(const char **text, struct time_of_day *ret_time)
{
    struct time_of_day time = {0};

    if (!read_char(text, "Tt") || !read_number(text, 2, 2, &time.hour) || !read_char(text, ":") ||
        !read_number(text, 2, 2, &time.minute) || !read_char(text, ":") || !read_number(text, 2, 2, &time.second))
        return false;
    if (read_char(text, ".") && !read_fraction(text, &time.us))
        return false;
    if (!read_offset(text, &time.offset_s) || time.hour > 23 || time.minute > 59 || time.second > 60)
        return false;
    *ret_time = time;
    return true;
}

enum status instant_parse(const char *text, struct instant *ret_instant, struct error *err)
{
    struct time_of_day time = {0};
    int year, month, day;
    const char *at = text;
    char buffer[ERROR_SHOWN_SIZE];
    struct date date;

    if (!read_number(&at, 4, 4, &year) || !read_char(&at, "-") || !read_number(&at, 2, 2, &month) ||
        !read_char(&at, "-") || !read_number(&at, 2, 2, &day) || (*at && !read_time(&at, &time)) || *at)
        return error_set(err, STATUS_INVALID_ARGUMENT, "not an RFC 3339 time: '%s'", error_shown(text, buffer));
    if (!date_from_ymd(year, month, day, &date))
        return error_set(err, STATUS_INVALID_ARGUMENT, "no such day: %04d-%02d-%02d", year, month, day);
    int64_t second = (int64_t)date.days * S_PER_DAY + time.hour * 3600 + time.minute * 60 + time.second - time.offset_s;
    /* A leap second is the last of a UTC day; UTC microseconds since 1970 have no room for it and it becomes the
     * midnight that follows. */
    if (time.second == 60 && second % S_PER_DAY != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "no leap second there: '%s'", error_shown(text, buffer));
    ret_instant->us = second * US_PER_S + (time.second == 60 ? 0 : time.us);
    return STATUS_OK;
}
