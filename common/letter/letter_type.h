#ifndef DUNLIN_LETTER_LETTER_TYPE_H
#define DUNLIN_LETTER_LETTER_TYPE_H

#include <pango/pangocairo.h>

#include "letter/letter.h"

/* How everything that this module prints is set, and how it becomes a file. Internal to this module. */

/* No line is as wide, no page as long. */
#define TYPE_ENDLESS 1.0e9

/* Shapes as the paper has them, not as a screen would round them: the same on every machine. `language` as in struct
 * letter. *ret_context is owned by the caller (g_object_unref). Fails with NOT_FOUND where no font is installed. */
MUST_USE enum status type_context_new(const char *language, cairo_t *cairo, PangoContext **ret_context,
                                      struct error *err);

/* "" or "Bold", and points. Owned by the caller. */
PangoFontDescription *type_font(const char *style, double size);

/* Text in a column `width` wide, TYPE_ENDLESS for one line. Owned by the caller. */
PangoLayout *type_set(PangoContext *context, const PangoFontDescription *font, double width, const char *text);

double type_height(PangoLayout *set);
double type_width(PangoLayout *set);

/* "Page 1 of 2" in a language; g_free. */
char *type_page(const char *language, unsigned page, unsigned n_pages);

/* What is drawn becomes the bytes of a PDF of this size. The date is the document's: the time of making would make two
 * of the same differ. *ret_n_pages by the drawer. */
struct type_document {
    double width, height; /* points */
    const char *title, *author;
    struct date date;
};
typedef enum status type_draw_fn(const void *what, cairo_t *cairo, unsigned *ret_n_pages, struct error *err);
MUST_USE enum status type_print(const struct type_document *properties, type_draw_fn *draw, const void *what,
                                struct letter_document *ret_document, struct error *err);

#endif
