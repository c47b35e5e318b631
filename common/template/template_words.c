#include "template/template_words.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* From "{{" on. */
static void read_field(const char *text, size_t *at, struct template_piece *piece, const char **ret_wrong)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    const char *start = text + piece->start + 2;
    while (is_blank(*start))
        start++;
    const size_t len = strspn(start, letters);
    const char *end = start + len;
    while (is_blank(*end))
        end++;
    piece->is_field = true;
    piece->name_start = (size_t)(start - text);
    piece->name_len = len;
    piece->field = template_field_find(start, len);
    if (strncmp(end, "}}", 2) == 0 && len > 0) {
        *at = (size_t)(end - text) + 2;
        return;
    }
    *at = strlen(text);
    const char *closing = strstr(start, "}}");
    if (closing == NULL)
        *ret_wrong = "'{{' is not closed by '}}'";
    else if (*start != '\0' && strchr("{#^/>!&=", *start) != NULL)
        *ret_wrong = "'{{' may be followed by the name of a field only: no sections, no partials, no comments";
    else
        *ret_wrong = "'{{' is not followed by the name of a field and '}}'";
}

bool template_next_piece(const char *text, size_t *at, struct template_piece *piece, const char **ret_wrong)
{
    const char *start = text + *at;
    *ret_wrong = NULL;
    if (*start == '\0')
        return false;
    *piece = (struct template_piece){.start = *at, .field = TEMPLATE_FIELD_COUNT};
    if (strncmp(start, "{{", 2) == 0) {
        read_field(text, at, piece, ret_wrong);
        piece->end = *at;
        return true;
    }
    const char *opening = strstr(start, "{{");
    const char *closing = strstr(start, "}}");
    piece->end = opening == NULL ? *at + strlen(start) : (size_t)(opening - text);
    if (closing != NULL && (opening == NULL || closing < opening)) {
        piece->start = (size_t)(closing - text);
        *ret_wrong = "'}}' without '{{' before it";
    }
    *at = piece->end;
    return true;
}
