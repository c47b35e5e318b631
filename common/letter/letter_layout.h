#ifndef DUNLIN_LETTER_LETTER_LAYOUT_H
#define DUNLIN_LETTER_LETTER_LAYOUT_H

#include <pango/pangocairo.h>

#include "letter/letter.h"

/* Where everything of a letter goes, before anything is drawn: only then is it known how many pages there are. Internal
 * to this module. */
struct letter_layout;

/* Texts, counts and the order of blocks. Fails with INVALID_ARGUMENT naming the field. */
MUST_USE enum status letter_check(const struct letter *letter, struct error *err);

struct letter_area letter_sheet(enum letter_paper paper);

/* `cairo` says how large letters are; borrowed for the call, `letter` until letter_layout_free. */
MUST_USE enum status letter_layout_new(const struct letter *letter, cairo_t *cairo, struct letter_layout **ret_layout,
                                       struct error *err);
void letter_layout_free(struct letter_layout *layout);
unsigned letter_layout_pages(const struct letter_layout *layout);
void letter_layout_paint(const struct letter_layout *layout, cairo_t *cairo);

#endif
