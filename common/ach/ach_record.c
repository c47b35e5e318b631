#include "ach/ach_record.h"

#include <stdio.h>
#include <string.h>

#include "ach/ach.h"

#define FIRST_YEAR   2000 /* years have two digits */
#define DAYS_A_YEAR  366
#define HOURS_A_DAY  24
#define MINUTES_HOUR 60
#define FIELD_SIZE   (ACH_RECORD_BYTES + 1)

/* --- cutting --------------------------------------------------------------------------------------------------------
 */

/* One line end, and that at the end of the file, does not make lines of records that follow each other. */
struct ach_lines ach_lines_of(const void *bytes, size_t len)
{
    const char *line_end = len > 0 ? memchr(bytes, '\n', len) : NULL;
    struct ach_lines lines = {.bytes = bytes, .len = len};

    if (line_end == NULL)
        return lines;
    const size_t first = (size_t)(line_end - lines.bytes);
    lines.has_line_ends = first + 1 < len || first < 2 * (size_t)ACH_RECORD_BYTES;
    if (!lines.has_line_ends)
        lines.len = first - (lines.bytes[first - 1] == '\r');
    return lines;
}

/* The bytes of the record at `at`, and of its line end. */
static size_t record_bytes(const struct ach_lines *lines, size_t *ret_line_end_bytes)
{
    const char *from = lines->bytes + lines->at;
    const size_t left = lines->len - lines->at;
    const char *line_end = lines->has_line_ends ? memchr(from, '\n', left) : NULL;

    *ret_line_end_bytes = 0;
    if (line_end == NULL)
        return lines->has_line_ends || left < ACH_RECORD_BYTES ? left : ACH_RECORD_BYTES;
    const size_t n = (size_t)(line_end - from);
    *ret_line_end_bytes = n > 0 && from[n - 1] == '\r' ? 2 : 1;
    return n + 1 - *ret_line_end_bytes;
}

enum status ach_lines_next(struct ach_lines *lines, struct ach_line *ret_line, struct error *err)
{
    size_t line_end_bytes = 0;

    if (lines->at == lines->len)
        return STATUS_OUT_OF_RANGE;
    const struct ach_line line = {.bytes = lines->bytes + lines->at, .number = lines->number + 1};
    const size_t n = record_bytes(lines, &line_end_bytes);
    if (line.number > ACH_RECORDS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "has more than %d records", ACH_RECORDS_MAX);
    if (n != ACH_RECORD_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "record %zu: %zu bytes long instead of %d", line.number, n,
                         ACH_RECORD_BYTES);
    for (size_t i = 0; i < n; i++)
        if (!ach_is_allowed((unsigned char)line.bytes[i]))
            return error_set(err, STATUS_INVALID_ARGUMENT, "record %zu, position %zu: 0x%02x is no printable ASCII",
                             line.number, i + 1, (unsigned)(unsigned char)line.bytes[i]);
    lines->at += n + line_end_bytes;
    lines->number = line.number;
    *ret_line = line;
    return STATUS_OK;
}

/* --- fields ---------------------------------------------------------------------------------------------------------
 */

static const char *field_bytes(const struct ach_line *line, const struct ach_field *field)
{
    return line->bytes + field->first - 1;
}

enum status ach_line_error(const struct ach_line *line, enum ach_record record, int at, enum status code,
                           struct error *err, const char *format, ...)
{
    const struct ach_field *field = ach_field_at(record, at);
    va_list args;

    va_start(args, format);
    (void)error_vset(err, code, format, args);
    va_end(args);
    if (field->first == field->last)
        return error_wrap(err, code, "record %zu, %s (%d)", line->number, field->name, field->first);
    return error_wrap(err, code, "record %zu, %s (%d-%d)", line->number, field->name, field->first, field->last);
}

static bool is_all(const char *bytes, size_t n, char byte)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != byte)
            return false;
    return true;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_number(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_digit(bytes[i]))
            return false;
    return true;
}

static int number_of(const char *bytes, size_t n)
{
    int number = 0;

    for (size_t i = 0; i < n; i++)
        number = number * 10 + (bytes[i] - '0');
    return number;
}

static bool read_date(const char *bytes, struct date *ret_date)
{
    return is_number(bytes, 6) &&
           date_from_ymd(FIRST_YEAR + number_of(bytes, 2), number_of(bytes + 2, 2), number_of(bytes + 4, 2), ret_date);
}

static bool read_day(const char *bytes, int *ret_day)
{
    *ret_day = is_number(bytes, 3) ? number_of(bytes, 3) : 0;
    return *ret_day >= 1 && *ret_day <= DAYS_A_YEAR;
}

static bool read_minute(const char *bytes, int *ret_minute)
{
    const bool is_time =
        is_number(bytes, 4) && number_of(bytes, 2) < HOURS_A_DAY && number_of(bytes + 2, 2) < MINUTES_HOUR;

    *ret_minute = is_time ? number_of(bytes, 2) * MINUTES_HOUR + number_of(bytes + 2, 2) : -1;
    return is_time;
}

static bool is_absent(const char *bytes, size_t n)
{
    return is_all(bytes, n, ' ') || is_all(bytes, n, '0');
}

/* NULL, or what is wrong. */
static const char *find_fault(const struct ach_field *field, const char *bytes)
{
    const size_t n = ach_field_bytes(field);
    struct date date;
    int number;

    switch (field->content) {
    case CONTENT_TEXT:
        return NULL;
    case CONTENT_NEEDED_TEXT:
        return is_all(bytes, n, ' ') ? "is blank" : NULL;
    case CONTENT_FIXED:
        return memcmp(bytes, field->fixed, n) != 0 ? "instead of" : NULL;
    case CONTENT_BLANK:
        return is_all(bytes, n, ' ') ? NULL : "is not blank";
    case CONTENT_NUMBER:
    case CONTENT_MASKED:
        return is_number(bytes, n) ? NULL : "is not a number";
    case CONTENT_DATE:
        return read_date(bytes, &date) ? NULL : "is no date";
    case CONTENT_OPTIONAL_DATE:
        return is_absent(bytes, n) || read_date(bytes, &date) ? NULL : "is no date";
    case CONTENT_OPTIONAL_DAY:
        return is_absent(bytes, n) || read_day(bytes, &number) ? NULL : "is no day of a year";
    case CONTENT_OPTIONAL_MINUTE:
        return is_all(bytes, n, ' ') || read_minute(bytes, &number) ? NULL : "is no time of day";
    }
    return NULL;
}

/* What stands there, as an error may quote it: not a text, which may be a debtor's, nor what is reserved and may be the
 * end of one; beside an account number the signs, and no digits. */
static bool quote(const struct ach_field *field, const char *bytes, char ret_quoted[static FIELD_SIZE])
{
    const size_t n = ach_field_bytes(field);

    if (field->content == CONTENT_TEXT || field->content == CONTENT_NEEDED_TEXT || field->content == CONTENT_BLANK)
        return false;
    for (size_t i = 0; i < n; i++)
        ret_quoted[i] = field->content == CONTENT_MASKED && is_digit(bytes[i]) ? '#' : bytes[i];
    ret_quoted[n] = '\0';
    return true;
}

enum status ach_line_check(const struct ach_line *line, enum ach_record record, struct error *err)
{
    char quoted[FIELD_SIZE];

    for (size_t i = 0; i < ACH_LAYOUTS[record].n_fields; i++) {
        const struct ach_field *field = ach_field_at(record, (int)i);
        const char *fault = find_fault(field, field_bytes(line, field));
        if (fault == NULL)
            continue;
        if (!quote(field, field_bytes(line, field), quoted))
            return ach_line_error(line, record, (int)i, STATUS_INVALID_ARGUMENT, err, "%s", fault);
        if (field->content == CONTENT_FIXED)
            return ach_line_error(line, record, (int)i, STATUS_INVALID_ARGUMENT, err, "'%s' %s '%s'", quoted, fault,
                                  field->fixed);
        return ach_line_error(line, record, (int)i, STATUS_INVALID_ARGUMENT, err, "'%s' %s", quoted, fault);
    }
    return STATUS_OK;
}

void ach_line_text(const struct ach_line *line, enum ach_record record, int at, char *ret_text)
{
    const struct ach_field *field = ach_field_at(record, at);
    size_t n = ach_field_bytes(field);

    memcpy(ret_text, field_bytes(line, field), n);
    while (n > 0 && ret_text[n - 1] == ' ')
        n--;
    ret_text[n] = '\0';
}

uint64_t ach_line_number(const struct ach_line *line, enum ach_record record, int at)
{
    const struct ach_field *field = ach_field_at(record, at);
    const char *bytes = field_bytes(line, field);
    uint64_t number = 0;

    for (size_t i = 0; i < ach_field_bytes(field); i++)
        number = number * 10 + (uint64_t)(bytes[i] - '0');
    return number;
}

struct date ach_line_date(const struct ach_line *line, enum ach_record record, int at)
{
    struct date date = {0};

    (void)read_date(field_bytes(line, ach_field_at(record, at)), &date); /* false: it is not there */
    return date;
}

int ach_line_day(const struct ach_line *line, enum ach_record record, int at)
{
    int day;

    (void)read_day(field_bytes(line, ach_field_at(record, at)), &day); /* false: it is not there, and 0 */
    return day;
}

int ach_line_minute(const struct ach_line *line, enum ach_record record, int at)
{
    int minute;

    (void)read_minute(field_bytes(line, ach_field_at(record, at)), &minute); /* false: it is not there, and -1 */
    return minute;
}
