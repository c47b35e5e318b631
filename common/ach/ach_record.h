#ifndef DUNLIN_ACH_ACH_RECORD_H
#define DUNLIN_ACH_ACH_RECORD_H

#include "ach/ach_layout.h"
#include "calendar/calendar.h"
#include "status/status.h"

/* A file cut into records, and what one of them holds. No business of the module's callers. */
struct ach_line {
    const char *bytes; /* ACH_RECORD_BYTES of them, each allowed; lent by the file */
    size_t number;     /* in the file, from 1 */
};

struct ach_lines {
    const char *bytes;
    size_t len, at;
    size_t number;      /* of the record before `at` */
    bool has_line_ends; /* else records follow each other; only the last may have a line end */
};
struct ach_lines ach_lines_of(const void *bytes, size_t len);

/* The next record; OUT_OF_RANGE, without text, after the last. Fails with INVALID_ARGUMENT where it is no record. */
enum status ach_lines_next(struct ach_lines *lines, struct ach_line *ret_line, struct error *err);

/* Whether each field holds what the layout says. Fails with INVALID_ARGUMENT. */
enum status ach_line_check(const struct ach_line *line, enum ach_record record, struct error *err);

/* The refusal of one field: "record 4, check digit (12): " and what `format` says. Returns `code`. */
enum status ach_line_error(const struct ach_line *line, enum ach_record record, int at, enum status code,
                           struct error *err, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Of a record that was checked. `ret_text` has room for the field and a NUL; blanks at its end are dropped. An optional
 * date that is not there is days 0, an optional day 0, an optional minute -1. */
void ach_line_text(const struct ach_line *line, enum ach_record record, int at, char *ret_text);
uint64_t ach_line_number(const struct ach_line *line, enum ach_record record, int at);
struct date ach_line_date(const struct ach_line *line, enum ach_record record, int at);
int ach_line_day(const struct ach_line *line, enum ach_record record, int at);
int ach_line_minute(const struct ach_line *line, enum ach_record record, int at);

#endif
