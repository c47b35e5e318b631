#include "status/status.h"

#include <stdio.h>
#include <string.h>

/* Drops a UTF-8 character that the end of the buffer cut in two: the text goes into logs and replies, which must be
 * valid UTF-8. */
static void drop_cut_character(char *text, size_t len)
{
    size_t n_continuation = 0;
    while (n_continuation < 3 && n_continuation < len && ((unsigned char)text[len - 1 - n_continuation] & 0xC0) == 0x80)
        n_continuation++;
    if (n_continuation == len)
        return;
    size_t lead_at = len - 1 - n_continuation;
    unsigned char lead = (unsigned char)text[lead_at];
    size_t n_wanted = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (n_continuation < n_wanted)
        text[lead_at] = '\0';
}

/* `n` is what snprintf answered for the whole text. */
static void end_text(char text[static ERROR_TEXT_MAX], int n)
{
    if (n < 0)
        text[0] = '\0';
    else if (n >= ERROR_TEXT_MAX)
        drop_cut_character(text, ERROR_TEXT_MAX - 1);
}

enum status error_vset(struct error *err, enum status code, const char *format, va_list args)
{
    if (err == NULL)
        return code;
    /* Not straight into err->text: the arguments may point there. */
    char text[ERROR_TEXT_MAX];
    end_text(text, vsnprintf(text, sizeof(text), format, args));
    memcpy(err->text, text, sizeof(text));
    err->code = code;
    return code;
}

enum status error_set(struct error *err, enum status code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)error_vset(err, code, format, args);
    va_end(args);
    return code;
}

enum status error_wrap(struct error *err, enum status code, const char *format, ...)
{
    if (err == NULL)
        return code;
    struct error outer;
    va_list args;
    va_start(args, format);
    (void)error_vset(&outer, code, format, args);
    va_end(args);
    if (err->text[0] == '\0')
        return error_set(err, code, "%s", outer.text);
    return error_set(err, code, "%s: %.*s", outer.text, ERROR_TEXT_MAX - 1, err->text);
}

const char *error_shown(const char *text, char buffer[ERROR_SHOWN_SIZE])
{
    size_t len = 0;

    for (; text[len] && len < ERROR_SHOWN_SIZE - 1; len++)
        buffer[len] = text[len] >= ' ' && text[len] <= '~' ? text[len] : '?';
    buffer[len] = '\0';
    return buffer;
}

static const char *const NAMES[] = {
    [STATUS_OK] = "OK",
    [STATUS_CANCELLED] = "CANCELLED",
    [STATUS_UNKNOWN] = "UNKNOWN",
    [STATUS_INVALID_ARGUMENT] = "INVALID_ARGUMENT",
    [STATUS_DEADLINE_EXCEEDED] = "DEADLINE_EXCEEDED",
    [STATUS_NOT_FOUND] = "NOT_FOUND",
    [STATUS_ALREADY_EXISTS] = "ALREADY_EXISTS",
    [STATUS_PERMISSION_DENIED] = "PERMISSION_DENIED",
    [STATUS_RESOURCE_EXHAUSTED] = "RESOURCE_EXHAUSTED",
    [STATUS_FAILED_PRECONDITION] = "FAILED_PRECONDITION",
    [STATUS_ABORTED] = "ABORTED",
    [STATUS_OUT_OF_RANGE] = "OUT_OF_RANGE",
    [STATUS_UNIMPLEMENTED] = "UNIMPLEMENTED",
    [STATUS_INTERNAL] = "INTERNAL",
    [STATUS_UNAVAILABLE] = "UNAVAILABLE",
    [STATUS_DATA_LOSS] = "DATA_LOSS",
    [STATUS_UNAUTHENTICATED] = "UNAUTHENTICATED",
};

enum status status_from_wire(int number)
{
    if (number < 0 || (size_t)number >= ARRAY_SIZE(NAMES))
        return STATUS_UNKNOWN;
    return (enum status)number;
}

const char *status_name(enum status code)
{
    return NAMES[status_from_wire((int)code)];
}

bool status_is_transient(enum status code)
{
    return code == STATUS_UNAVAILABLE || code == STATUS_ABORTED || code == STATUS_RESOURCE_EXHAUSTED;
}
