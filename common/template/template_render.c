#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "template/template.h"
#include "template/template_format.h"
#include "template/template_words.h"

/* LRE, RLE, PDF, LRO, RLO; LRI, RLI, FSI, PDI: one of them in a name would turn the amount after it around. */
static bool turns_direction(gunichar c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static bool ends_line(gunichar c)
{
    return c == 0x85 || c == 0x2028 || c == 0x2029 || g_unichar_iscntrl(c);
}

/* Nothing of a value may become anything but visible text. */
static void write_plain(FILE *out, const char *value, bool keeps_lines)
{
    for (const char *at = value; *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar c = g_utf8_get_char(at);
        if (turns_direction(c) || (keeps_lines && c == '\r'))
            continue;
        if (ends_line(c))
            (void)fputc(keeps_lines && c == '\n' ? '\n' : ' ', out);
        else
            (void)fwrite(at, 1, (size_t)(g_utf8_next_char(at) - at), out);
    }
}

static enum status write_text(FILE *out, const char *text, bool keeps_lines, struct error *err)
{
    const size_t len = strnlen(text, TEMPLATE_VALUE_MAX_BYTES + 1);
    if (len > TEMPLATE_VALUE_MAX_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "longer than %d bytes", TEMPLATE_VALUE_MAX_BYTES);
    if (!g_utf8_validate(text, (gssize)len, NULL))
        return error_set(err, STATUS_INVALID_ARGUMENT, "not UTF-8");
    write_plain(out, text, keeps_lines);
    return STATUS_OK;
}

/* What the template itself says of a field, out of other values; rounded in favour of who owes. */
static struct template_value derive(const struct template *template, const struct template_values *values,
                                    enum template_field field)
{
    const struct template_value *day = &values->of[TEMPLATE_LETTER_DATE];
    const struct template_value *balance = &values->of[TEMPLATE_BALANCE];
    struct template_value value = values->of[field];
    if (!value.is_set && field == TEMPLATE_PAY_BY_DATE && day->is_set) {
        value.is_set = true;
        value.date.days = day->date.days + template->pay_within_days;
    } else if (!value.is_set && field == TEMPLATE_SETTLEMENT_AMOUNT && balance->is_set) {
        const int64_t kept_percent = 100 - template->discount_percent;
        value.is_set = true;
        value.money = balance->money;
        value.money.minor = balance->money.minor / 100 * kept_percent + balance->money.minor % 100 * kept_percent / 100;
    }
    return value;
}

static enum status write_value(FILE *out, const struct template *template, const struct template_values *values,
                               enum template_field field, bool keeps_lines, struct error *err)
{
    const struct template_field_row *row = template_field_row(field);
    const struct template_value value = derive(template, values, field);
    char formatted[TEMPLATE_FORMATTED_SIZE];
    if (!value.is_set)
        return error_set(err, STATUS_INVALID_ARGUMENT, "no value");
    if (row->kind == TEMPLATE_TEXT || row->kind == TEMPLATE_LINES)
        return write_text(out, value.text, keeps_lines && row->kind == TEMPLATE_LINES, err);
    enum status st = template_format(template->locale, row->kind, &value, formatted, err);
    if (st == STATUS_OK)
        (void)fputs(formatted, out);
    return st;
}

static void free_text(char **text)
{
    free(*text);
}

static enum status write_pieces(FILE *out, const struct template *template, const char *text,
                                const struct template_values *values, bool keeps_lines, struct error *err)
{
    struct template_piece piece;
    const char *wrong = NULL;
    size_t at = 0;
    while (template_next_piece(text, &at, &piece, &wrong)) {
        if (!piece.is_field) {
            (void)fwrite(text + piece.start, 1, piece.end - piece.start, out);
            continue;
        }
        enum status st = write_value(out, template, values, piece.field, keeps_lines, err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "template %s.%s: {{%.*s}}", template->name, template->language,
                              (int)piece.name_len, text + piece.name_start);
    }
    return STATUS_OK;
}

static enum status render(const struct template *template, const char *text, const struct template_values *values,
                          bool keeps_lines, char **ret_text, struct error *err)
{
    SCOPED(free_text) char *made = NULL; /* set by closing the stream: freed after it */
    size_t size = 0;
    FILE *out = open_memstream(&made, &size);
    enum status st = STATUS_OK;
    if (out != NULL)
        st = write_pieces(out, template, text, values, keeps_lines, err);
    const bool is_written = out != NULL && ferror(out) == 0;
    const bool is_closed = out != NULL && fclose(out) == 0;
    if (st == STATUS_OK && !(is_written && is_closed))
        st = error_set(err, STATUS_RESOURCE_EXHAUSTED, "template %s.%s: out of memory", template->name,
                       template->language);
    if (st == STATUS_OK)
        *ret_text = TAKE(made);
    return st;
}

void template_text_fini(struct template_text *text)
{
    free(text->subject);
    free(text->body);
    *text = (struct template_text){0};
}

enum status template_render(const struct template *template, const struct template_values *values,
                            struct template_text *ret_text, struct error *err)
{
    SCOPED(template_text_fini) struct template_text text = {0};
    enum status st = render(template, template->subject, values, false, &text.subject, err);
    if (st == STATUS_OK)
        st = render(template, template->body, values, true, &text.body, err);
    if (st != STATUS_OK)
        return st;
    *ret_text = text;
    text = (struct template_text){0};
    return STATUS_OK;
}
