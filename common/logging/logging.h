#ifndef DUNLIN_LOGGING_LOGGING_H
#define DUNLIN_LOGGING_LOGGING_H

#include <stdbool.h>
#include <stdint.h>

#include "id/id.h"
#include "status/status.h"

/* Structured logs: one JSON object a line on standard error,
 * {"ts":"2026-11-22T16:00:00.123456Z","level":"info","service":"intake","instance":"…","msg":"placed","partition":7,…}.
 * Never a name, number or address of a person: fields carry ids, counts, codes and durations. */
enum log_level {
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARN,
    LOG_LEVEL_ERROR,
};

struct log_field {
    const char *key; /* NULL ends the list */
    enum { LOG_FIELD_TEXT, LOG_FIELD_NUMBER, LOG_FIELD_BOOL, LOG_FIELD_ID, LOG_FIELD_ERROR } kind;
    union {
        const char *text;
        int64_t number;
        bool flag;
        struct id id;
        const struct error *error;
    } value;
};

struct log_field log_text(const char *key, const char *value);
struct log_field log_number(const char *key, int64_t value);
struct log_field log_flag(const char *key, bool value);
struct log_field log_id(const char *key, const struct id *value);
/* "error": the whole chain; its code goes along as "code". `err` is borrowed until the line is written. */
struct log_field log_error_text(const struct error *err);

/* Once, before the first line; the strings are copied. */
void logging_init(const char *service, const char *instance, enum log_level level);
/* The level may be changed at any time, from any thread. */
void logging_set_level(enum log_level level);
MUST_USE enum status logging_parse_level(const char *text, enum log_level *ret_level, struct error *err);

/* Fields up to the one whose key is NULL; a NULL text is written as null, bytes that are no UTF-8 as U+FFFD. One
 * write(2) a line of at most 4096 bytes (what a pipe takes in one piece): lines of several threads never mix; what does
 * not fit is cut and the line has "cut":true. Works before logging_init too (service "-", level info). Leaves errno
 * alone. Thread-safe. */
void logging_write(enum log_level level, const char *message, const struct log_field *fields);

/* log_info("placed", log_number("accounts", n), log_id("placement", &id)); */
#define log_debug(...) LOGGING_LINE(LOG_LEVEL_DEBUG, __VA_ARGS__, {0})
#define log_info(...)  LOGGING_LINE(LOG_LEVEL_INFO, __VA_ARGS__, {0})
#define log_warn(...)  LOGGING_LINE(LOG_LEVEL_WARN, __VA_ARGS__, {0})
#define log_error(...) LOGGING_LINE(LOG_LEVEL_ERROR, __VA_ARGS__, {0})
/* The end of the list is passed along above, so that no macro has empty variadic arguments: strict C17 knows none. */
#define LOGGING_LINE(level, message, ...) logging_write(level, message, (const struct log_field[]){__VA_ARGS__})

#endif
