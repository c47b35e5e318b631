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
    enum { LOG_FIELD_TEXT, LOG_FIELD_NUMBER, LOG_FIELD_BOOL, LOG_FIELD_ID } kind;
    union {
        const char *text;
        int64_t number;
        bool flag;
        struct id id;
    } value;
};

struct log_field log_text(const char *key, const char *value);
struct log_field log_number(const char *key, int64_t value);
struct log_field log_flag(const char *key, bool value);
struct log_field log_id(const char *key, const struct id *value);
/* "error": the whole chain; its code goes along as "code". */
struct log_field log_error_text(const struct error *err);

/* Once, before the first line; the strings are copied. */
void logging_init(const char *service, const char *instance, enum log_level level);
/* The level may be changed at any time, from any thread. */
void logging_set_level(enum log_level level);
MUST_USE enum status logging_parse_level(const char *text, enum log_level *ret_level, struct error *err);

/* Fields up to the one whose key is NULL. One write(2) a line: lines of several threads never mix. Thread-safe. */
void logging_write(enum log_level level, const char *message, const struct log_field *fields);

/* log_info("placed", log_number("accounts", n), log_id("placement", &id)); */
#define LOGGING_FIELDS(...) ((const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ) { 0 }})
#define log_debug(message, ...) logging_write(LOG_LEVEL_DEBUG, message, LOGGING_FIELDS(__VA_ARGS__))
#define log_info(message, ...)  logging_write(LOG_LEVEL_INFO, message, LOGGING_FIELDS(__VA_ARGS__))
#define log_warn(message, ...)  logging_write(LOG_LEVEL_WARN, message, LOGGING_FIELDS(__VA_ARGS__))
#define log_error(message, ...) logging_write(LOG_LEVEL_ERROR, message, LOGGING_FIELDS(__VA_ARGS__))

#endif
