#ifndef DUNLIN_LETTER_LETTER_H
#define DUNLIN_LETTER_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "money/money.h"
#include "status/status.h"

/* Letters as PDF: a plain description in, bytes out. Pure: no clock, no files but the installed fonts, and the same
 * description gives the same bytes (the date of the letter is the document's date). Fonts are embedded. Text is UTF-8
 * in any script that an installed font has; it is never markup.
 *
 * Made to be folded into a window envelope. Whatever the insert's play in the envelope, the window shows the addressee
 * and nothing else of the sheet: what else a window showed would be a disclosure (12 CFR 1006.22(f)(2)). */
enum letter_paper {
    LETTER_PAPER_US, /* 8 1/2 x 11 in for a #10 envelope: window 4 1/2 x 1 1/8 in, 7/8 in from the left, 1/2 in from the
                        bottom; the upper panel is folded at 3 7/8 in, as the marks show */
    LETTER_PAPER_DIN, /* A4 for a DL envelope, DIN 5008 form B: address field 85 x 45 mm, folded at 105 mm */
};

enum letter_block_kind {
    LETTER_PARAGRAPH,
    LETTER_STRONG,   /* a paragraph in bold */
    LETTER_HEADING,  /* stays with what follows */
    LETTER_BULLET,   /* a point of a list */
    LETTER_CHECKBOX, /* a box to tick, and what it says */
    LETTER_FILL_IN,  /* what it says, and a line to write on */
    LETTER_LINES,    /* an address: lines as they are, close together */
    LETTER_TABLE,    /* rows of words and, to the right, an amount; breaks between rows only */
    LETTER_COLUMNS,  /* two columns side by side; each breaks to its place on the next page */
    LETTER_TEAR_OFF, /* all blocks after it are the response part: kept together at the foot of a page, below a line to
                        cut along. At most one, not inside columns */
};

struct letter_row {
    const char *words;
    const char *amount; /* may be NULL */
    bool is_total;      /* a line above it, and bold */
};

struct letter_block {
    enum letter_block_kind kind;
    const char *text;              /* NULL: none */
    unsigned indent;               /* steps to the right: what belongs to the box above */
    const struct letter_row *rows; /* LETTER_TABLE */
    size_t n_rows;
    const struct letter_block *left, *right; /* LETTER_COLUMNS */
    size_t n_left, n_right;
};

#define LETTER_LINES_MAX  12
#define LETTER_BLOCKS_MAX 200
#define LETTER_ROWS_MAX   500
#define LETTER_PAGES_MAX  20
#define LETTER_TEXT_MAX   20000 /* bytes of one text */

/* All texts are borrowed for the call. Lists of lines end with NULL. */
struct letter {
    enum letter_paper paper;
    const char *language;    /* BCP 47; of "Page 1 of 2" and of how text is set. NULL: "en" */
    const char *title;       /* of the document, for whoever opens the file */
    const char *sender_name; /* the letterhead */
    const char *sender_lines[LETTER_LINES_MAX];
    const char *addressee[LETTER_LINES_MAX];
    const char *return_line;            /* DIN: in small print above the addressee, inside the window; may be NULL */
    const char *info[LETTER_LINES_MAX]; /* date and references, to the right of the window */
    struct date date;
    const struct letter_block *blocks;
    size_t n_blocks;
};

/* Owned by the caller: letter_document_fini. { 0 } is empty. */
struct letter_document {
    uint8_t *bytes;
    size_t len;
    unsigned n_pages;
};
void letter_document_fini(struct letter_document *document);

/* Fails with INVALID_ARGUMENT naming what cannot be set ("addressee: does not fit the envelope's window", "blocks[3]:
 * no installed font has U+4E2D"), NOT_FOUND where no font is installed at all, RESOURCE_EXHAUSTED without memory. */
MUST_USE enum status letter_render(const struct letter *letter, struct letter_document *ret_document,
                                   struct error *err);

/* "1,234.50" and "–1,234.50": without the currency. g_free. */
#define LETTER_MINUS "–"
char *letter_amount(struct money amount);

/* Where the window may show the sheet, over all positions of the insert, and where it always does; in points from the
 * sheet's upper left corner. For tests and for whoever designs a letterhead. */
struct letter_area {
    double x, y, width, height;
};
struct letter_area letter_window_reach(enum letter_paper paper);
struct letter_area letter_window_sure(enum letter_paper paper);

#endif
