#include "letter/letter.h"

#include <stdlib.h>
#include <string.h>

#include "letter/letter_layout.h"
#include "letter/letter_type.h"

static enum status draw(const void *what, cairo_t *cairo, unsigned *ret_n_pages, struct error *err)
{
    struct letter_layout *layout = NULL;
    const enum status st = letter_layout_new(what, cairo, &layout, err);
    if (st == STATUS_OK) {
        letter_layout_paint(layout, cairo);
        *ret_n_pages = letter_layout_pages(layout);
    }
    letter_layout_free(layout);
    return st;
}

enum status letter_render(const struct letter *letter, struct letter_document *ret_document, struct error *err)
{
    const enum status st = letter_check(letter, err);
    if (st != STATUS_OK)
        return st;
    const struct letter_area sheet = letter_sheet(letter->paper);
    const struct type_document properties = {.width = sheet.width,
                                             .height = sheet.height,
                                             .title = letter->title,
                                             .author = letter->sender_name,
                                             .date = letter->date};
    return type_print(&properties, draw, letter, ret_document, err);
}

char *letter_amount(struct money amount)
{
    char text[MONEY_TEXT_SIZE];
    const bool is_negative = amount.minor < 0;
    GString *out = g_string_new(money_format_amount(amount, text) + (is_negative ? 1 : 0));
    const char *dot = strchr(out->str, '.');
    for (gssize at = (dot ? dot - out->str : (gssize)out->len) - 3; at > 0; at -= 3)
        g_string_insert_c(out, at, ',');
    if (is_negative)
        g_string_prepend(out, LETTER_MINUS);
    return g_string_free(out, FALSE);
}

void letter_document_fini(struct letter_document *document)
{
    free(document->bytes);
    *document = (struct letter_document){0};
}
