#ifndef DUNLIN_STATUS_STATUS_H
#define DUNLIN_STATUS_STATUS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "status/scope.h"

/* The one set of result codes: inside a process and on the wire (values and meanings are gRPC's canonical ones, so that
 * any client library knows them). Chosen by remedy: what should the caller do next? */
enum status {
    STATUS_OK = 0,
    STATUS_CANCELLED = 1,
    STATUS_UNKNOWN = 2,
    STATUS_INVALID_ARGUMENT = 3,  /* names the field and the value; never retry unchanged */
    STATUS_DEADLINE_EXCEEDED = 4, /* outcome unknown; retry only what is idempotent */
    STATUS_NOT_FOUND = 5,
    STATUS_ALREADY_EXISTS = 6,
    STATUS_PERMISSION_DENIED = 7,
    STATUS_RESOURCE_EXHAUSTED = 8,  /* a limit or a full queue; retry later, slower */
    STATUS_FAILED_PRECONDITION = 9, /* the state forbids it; retry only after the state has changed */
    STATUS_ABORTED = 10,            /* lost a race (deadlock, epoch, serialisation); re-read and retry at once */
    STATUS_OUT_OF_RANGE = 11,
    STATUS_UNIMPLEMENTED = 12,
    STATUS_INTERNAL = 13,    /* our bug */
    STATUS_UNAVAILABLE = 14, /* peer or server gone; retry with backoff */
    STATUS_DATA_LOSS = 15,
    STATUS_UNAUTHENTICATED = 16,
};

#define ERROR_TEXT_MAX 512

/* Why it failed, for a human. Lives on the caller's stack; no allocation, no thread-local. `text` is a chain read from
 * the outermost attempt to the innermost cause: "place account 'A-7': insert account: connection lost". Cut at
 * ERROR_TEXT_MAX. */
struct error {
    enum status code;
    char text[ERROR_TEXT_MAX];
};

/* Sets code and text; returns `code`, so that `return error_set(...)` reads well. `err` may be NULL: the text is then
 * dropped. */
enum status error_set(struct error *err, enum status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum status error_vset(struct error *err, enum status code, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* Puts "<formatted>: " before the text that stands there; returns `code` and stores it. */
enum status error_wrap(struct error *err, enum status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A refused text as an error may quote it: cut, and '?' for bytes that a log line cannot carry. Fits any amount, date
 * or number that is one. Returns `buffer`. */
#define ERROR_SHOWN_SIZE 48
const char *error_shown(const char *text, char buffer[ERROR_SHOWN_SIZE]);

/* "OK", "INVALID_ARGUMENT", ... ; "UNKNOWN" for a number that is none. Static storage. */
const char *status_name(enum status code);

/* From a number off the wire: unknown numbers become STATUS_UNKNOWN. */
enum status status_from_wire(int number);

/* True where the same request may be sent again as it is, after a pause (UNAVAILABLE, ABORTED, RESOURCE_EXHAUSTED). */
bool status_is_transient(enum status code);

#endif
