#include "logging/logging.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "clock/clock.h"

/* A write to a pipe is one piece for its readers only up to PIPE_BUF (4096 on Linux), and standard error is mostly a
 * pipe. So a line never gets longer: a text that does not fit is cut and the line says "cut":true. It is also why no
 * memory is allocated: logging works without any. */
#define LINE_MAX_BYTES PIPE_BUF

/* What must always fit behind the last field. */
static const char TAIL_CUT[] = ",\"cut\":true}\n";
static const char TAIL[] = "}\n";

#define NAME_SIZE 128

static _Atomic int current_level = LOG_LEVEL_INFO;

/* Written once, before threads exist (logging_init). */
static char service_name[NAME_SIZE] = "-";
static char instance_name[NAME_SIZE] = "-";

static const char *const LEVEL_NAMES[] = {
    [LOG_LEVEL_DEBUG] = "debug",
    [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_WARN] = "warn",
    [LOG_LEVEL_ERROR] = "error",
};

struct line {
    char text[LINE_MAX_BYTES];
    size_t len;
    bool is_cut;
};

static size_t room(const struct line *line)
{
    return sizeof(line->text) - (sizeof(TAIL_CUT) - 1) - line->len;
}

static bool put_bytes(struct line *line, const char *bytes, size_t len)
{
    if (len > room(line)) {
        line->is_cut = true;
        return false;
    }
    memcpy(line->text + line->len, bytes, len);
    line->len += len;
    return true;
}

static bool put(struct line *line, const char *text)
{
    return put_bytes(line, text, strlen(text));
}

/* Bytes of the well-formed UTF-8 character that `s` begins with (Unicode 15, table 3-7), 0 where there is none. */
static size_t character_len(const unsigned char *s)
{
    static const struct {
        unsigned char lead_min, lead_max;     /* of the first byte */
        unsigned char second_min, second_max; /* no overlong forms, no surrogates, nothing above U+10FFFF */
        size_t len;
    } FORMS[] = {
        {0x01, 0x7F, 0x00, 0x00, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < ARRAY_SIZE(FORMS); i++) {
        if (s[0] < FORMS[i].lead_min || s[0] > FORMS[i].lead_max)
            continue;
        if (FORMS[i].len > 1 && (s[1] < FORMS[i].second_min || s[1] > FORMS[i].second_max))
            return 0;
        /* A NUL is no continuation byte, so that this stops at the end of the text. */
        for (size_t k = 2; k < FORMS[i].len; k++)
            if ((s[k] & 0xC0) != 0x80)
                return 0;
        return FORMS[i].len;
    }
    return 0;
}

/* One character escaped as JSON (RFC 8259 §7) wants it; a byte that is no UTF-8 becomes U+FFFD. `*text` moves behind
 * it. */
static bool put_character(struct line *line, const char **text)
{
    unsigned char c = (unsigned char)**text;
    size_t len = character_len((const unsigned char *)*text);
    const char *from = *text;
    *text += len == 0 ? 1 : len;
    if (len == 0)
        return put(line, "\xEF\xBF\xBD");
    if (c == '"' || c == '\\')
        return put_bytes(line, (const char[]){'\\', (char)c}, 2);
    if (c >= 0x20 && c != 0x7F)
        return put_bytes(line, from, len);
    char escape[8];
    (void)snprintf(escape, sizeof(escape), "\\u%04x", c);
    return put(line, escape);
}

/* A JSON string; one that is too long is cut between characters. The closing quote is always room: it is reserved
 * before. */
static bool put_string(struct line *line, const char *text)
{
    if (room(line) < 2) {
        line->is_cut = true;
        return false;
    }
    line->text[line->len++] = '"';
    const char *at = text;
    size_t end = line->len;
    while (*at != '\0' && put_character(line, &at)) {
        if (room(line) < 1) {
            line->len = end;
            line->is_cut = true;
            break;
        }
        end = line->len;
    }
    line->text[line->len++] = '"';
    return true;
}

static bool put_number(struct line *line, int64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    return put(line, text);
}

static bool put_id(struct line *line, const struct id *id)
{
    char text[ID_TEXT_SIZE];
    return put_string(line, id_format(id, text));
}

static bool put_value(struct line *line, const struct log_field *field)
{
    switch (field->kind) {
    case LOG_FIELD_TEXT:
        return field->value.text == NULL ? put(line, "null") : put_string(line, field->value.text);
    case LOG_FIELD_NUMBER:
        return put_number(line, field->value.number);
    case LOG_FIELD_BOOL:
        return put(line, field->value.flag ? "true" : "false");
    case LOG_FIELD_ID:
        return put_id(line, &field->value.id);
    case LOG_FIELD_ERROR:
        return put_string(line, field->value.error->text);
    }
    return false;
}

/* The whole member, or nothing of it. */
static void put_field(struct line *line, const struct log_field *field)
{
    size_t start = line->len;
    if (!put(line, ",") || !put_string(line, field->key) || !put(line, ":") || !put_value(line, field))
        line->len = start;
}

static struct log_field error_code_field(const struct log_field *field)
{
    return log_text("code", status_name(field->value.error->code));
}

static void put_head(struct line *line, enum log_level level, const char *message)
{
    int64_t now_us = clock_wall_us();
    time_t now_s = (time_t)(now_us / US_PER_S);
    struct tm tm;
    char ts[48];
    (void)gmtime_r(&now_s, &tm);
    size_t len = strftime(ts, sizeof(ts), "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(ts + len, sizeof(ts) - len, ".%06dZ", (int)(now_us % US_PER_S));
    (void)put(line, "{\"ts\":");
    (void)put_string(line, ts);
    (void)put(line, ",\"level\":");
    (void)put_string(line, LEVEL_NAMES[level]);
    (void)put(line, ",\"service\":");
    (void)put_string(line, service_name);
    (void)put(line, ",\"instance\":");
    (void)put_string(line, instance_name);
    (void)put(line, ",\"msg\":");
    (void)put_string(line, message);
}

static void write_out(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        /* There is no place left to complain to; the service must go on. */
        if (n <= 0)
            return;
        bytes += n;
        len -= (size_t)n;
    }
}

void logging_write(enum log_level level, const char *message, const struct log_field *fields)
{
    if ((int)level < atomic_load_explicit(&current_level, memory_order_relaxed))
        return;
    int saved_errno = errno;
    struct line line;
    line.len = 0;
    line.is_cut = false;
    put_head(&line, level, message);
    for (const struct log_field *field = fields; field->key != NULL; field++) {
        if (field->kind == LOG_FIELD_ERROR) {
            struct log_field code = error_code_field(field);
            put_field(&line, &code);
        }
        put_field(&line, field);
    }
    const char *tail = line.is_cut ? TAIL_CUT : TAIL;
    memcpy(line.text + line.len, tail, strlen(tail));
    write_out(line.text, line.len + strlen(tail));
    errno = saved_errno;
}

void logging_init(const char *service, const char *instance, enum log_level level)
{
    (void)snprintf(service_name, sizeof(service_name), "%s", service);
    (void)snprintf(instance_name, sizeof(instance_name), "%s", instance);
    logging_set_level(level);
}

void logging_set_level(enum log_level level)
{
    atomic_store_explicit(&current_level, (int)level, memory_order_relaxed);
}

enum status logging_parse_level(const char *text, enum log_level *ret_level, struct error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(LEVEL_NAMES); i++) {
        if (strcasecmp(text, LEVEL_NAMES[i]) == 0) {
            *ret_level = (enum log_level)i;
            return STATUS_OK;
        }
    }
    return error_set(err, STATUS_INVALID_ARGUMENT, "log level '%.32s': debug, info, warn or error is expected", text);
}

struct log_field log_text(const char *key, const char *value)
{
    return (struct log_field){.key = key, .kind = LOG_FIELD_TEXT, .value.text = value};
}

struct log_field log_number(const char *key, int64_t value)
{
    return (struct log_field){.key = key, .kind = LOG_FIELD_NUMBER, .value.number = value};
}

struct log_field log_flag(const char *key, bool value)
{
    return (struct log_field){.key = key, .kind = LOG_FIELD_BOOL, .value.flag = value};
}

struct log_field log_id(const char *key, const struct id *value)
{
    return (struct log_field){.key = key, .kind = LOG_FIELD_ID, .value.id = *value};
}

struct log_field log_error_text(const struct error *err)
{
    return (struct log_field){.key = "error", .kind = LOG_FIELD_ERROR, .value.error = err};
}
