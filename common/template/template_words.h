#ifndef DUNLIN_TEMPLATE_TEMPLATE_WORDS_H
#define DUNLIN_TEMPLATE_TEMPLATE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "template/template_fields.h"

/* The syntax of texts: {{field}}, blanks inside allowed, as mustache writes variables; nothing else of it. A brace by
 * itself is text. Internal to this module. */

struct template_piece {
    size_t start, end;         /* bytes of the text */
    bool is_field;             /* `field` stands there */
    enum template_field field; /* TEMPLATE_FIELD_COUNT: of no known name */
    size_t name_start, name_len;
};

/* The piece that begins at `*at`, which moves behind it; false at the end of the text. *ret_wrong says what is wrong
 * with the braces from piece->start on, or becomes NULL. */
bool template_next_piece(const char *text, size_t *at, struct template_piece *piece, const char **ret_wrong);

#endif
