#include "intake_text.h"

#include <string.h>

#include "status/scope.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_line_or_tab(gunichar c)
{
    return c == '\t' || c == '\r' || c == '\n';
}

static bool turns_direction(gunichar c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_noncharacter(gunichar c)
{
    return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

static bool is_forbidden(gunichar c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || turns_direction(c) ||
           is_noncharacter(c);
}

static size_t trimmed_length(const char *text)
{
    size_t len = strlen(text);
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    return len;
}

/* Copies `text` without its blanks at both ends into `clean`, runs of line ends and tabs (and the blanks beside them)
 * as one space. */
static int clean_up(const char *text, enum text_use use, GString *clean)
{
    while (is_blank(*text))
        text++;
    const char *end = text + trimmed_length(text);
    while (text < end) {
        gunichar c = g_utf8_get_char(text);
        if (is_line_or_tab(c) && use == TEXT_FOR_PEOPLE) {
            while (is_blank(*text))
                text++;
            while (clean->len > 0 && clean->str[clean->len - 1] == ' ')
                g_string_truncate(clean, clean->len - 1);
            g_string_append_c(clean, ' ');
            continue;
        }
        if (is_forbidden(c))
            return REJECT_BAD_CHARACTER;
        const char *next = g_utf8_next_char(text);
        g_string_append_len(clean, text, next - text);
        text = next;
    }
    return TEXT_OK;
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/* What most cells are: ASCII without a control character between its blanks. It is the same in every encoding, and
 * there is nothing to look at more closely. */
static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] >= 0x7F)
            return false;
    return true;
}

int text_read(const char *cell, const char *encoding, enum text_use use, GStringChunk *chunk, const char **ret_text)
{
    while (is_blank(*cell))
        cell++;
    size_t plain_len = trimmed_length(cell);
    if (is_plain(cell, plain_len)) {
        *ret_text = plain_len == 0 ? "" : g_string_chunk_insert_len(chunk, cell, (gssize)plain_len);
        return TEXT_OK;
    }
    g_autofree char *converted = NULL;
    const char *text = cell;

    if (encoding && !is_ascii(cell)) {
        converted = g_convert(cell, -1, "UTF-8", encoding, NULL, NULL, NULL);
        text = converted;
    }
    if (!text || !g_utf8_validate(text, -1, NULL))
        return REJECT_BAD_ENCODING;
    g_autoptr(GString) clean = g_string_sized_new(64);
    int code = clean_up(text, use, clean);
    if (code == TEXT_OK)
        *ret_text = g_string_chunk_insert_len(chunk, clean->str, (gssize)clean->len);
    return code;
}

bool text_is_placeholder(const char *text)
{
    static const char *const PLACEHOLDERS[] = {
        "n/a", "na",        "n.a.",    "#n/a", "none", "null", "(null)", "nil",
        "nan", "undefined", "unknown", "tbd",  "-",    "--",   ".",      "?",
    };

    for (size_t i = 0; i < ARRAY_SIZE(PLACEHOLDERS); i++)
        if (g_ascii_strcasecmp(text, PLACEHOLDERS[i]) == 0)
            return true;
    return text[strspn(text, "0")] == '\0';
}
