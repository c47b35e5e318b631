#include "letter/letter_layout.h"

#include <math.h>
#include <string.h>

#include "letter/letter_type.h"

/* All lengths in points, 72 to the inch, from the sheet's upper left corner. */
#define IN(inches) ((inches)*72.0)
#define MM(mm)     ((mm)*72.0 / 25.4)

enum face {
    FACE_TEXT,
    FACE_STRONG,
    FACE_HEADING,
    FACE_SMALL,
    FACE_RETURN_LINE,
    FACE_SENDER,
    FACE_ADDRESSEE,
};

static const struct {
    const char *style;
    double size;
} FACES[] = {
    [FACE_TEXT] = {"", 9},         [FACE_STRONG] = {"Bold", 9},    [FACE_HEADING] = {"Bold", 10.5},
    [FACE_SMALL] = {"", 8},        [FACE_RETURN_LINE] = {"", 6.5}, [FACE_SENDER] = {"Bold", 14},
    [FACE_ADDRESSEE] = {"", 10.5},
};
/* An address that is too long for the window is set smaller, down to what can still be read by machines. */
#define ADDRESSEE_SIZE_MIN 8.0
#define ADDRESSEE_STEP     0.5

#define PARAGRAPH_GAP  4.5
#define HEADING_GAP    8.0
#define HEADING_NEEDS  40.0 /* of room below a heading, or it goes to the next page with what follows */
#define ROW_GAP        3.0
#define AMOUNT_GAP     10.0
#define INDENT         16.0
#define COLUMN_GAP     22.0
#define BOX_SIZE       8.0
#define FILL_IN_HEIGHT 17.0
#define TEAR_OFF_GAP   12.0

struct frame {
    struct letter_area sheet;
    struct letter_area reach, sure; /* of the window */
    struct letter_area address;     /* where the addressee stands */
    double left, right;             /* margins, as x */
    double head_top, body_top;      /* of the first page */
    double next_top;                /* of the body of the others */
    double bottom;                  /* of every body */
    double info_x, info_y;
    double folds[3]; /* y; 0: no more */
};

/* How the numbers of LETTER_PAPER_US come about. The window reaches from 2 1/2 to 3 5/8 in below the envelope's upper
 * edge (4 1/8 - 1/2 - 1 1/8). A panel of 3 7/8 in has 1/4 in of play: lying at the bottom, the window shows its 2 1/4
 * to 3 3/8 in; at the top, 2 1/2 to 3 5/8 in. Across, the sheet has 1 in of play in 9 1/2 in: -1/8 to 4 3/8 in, or 7/8
 * to 5 3/8 in. Reach is the union, sure the intersection. LETTER_PAPER_DIN: a DL envelope is 220 x 110 mm, its window
 * 90 x 45 mm, 20 mm from the left, 15 mm from the bottom; a panel of 105 mm has 5 mm of play, the sheet 10 mm across.
 */
static const struct frame FRAMES[] = {
    [LETTER_PAPER_US] = {.sheet = {0, 0, IN(8.5), IN(11)},
                         .reach = {0, IN(2.25), IN(5.375), IN(1.375)},
                         .sure = {IN(0.875), IN(2.5), IN(3.5), IN(0.875)},
                         .address = {IN(0.95), IN(2.52), IN(3.35), IN(0.83)},
                         .left = IN(0.875),
                         .right = IN(8.5 - 0.75),
                         .head_top = IN(0.55),
                         .body_top = IN(3.75),
                         .next_top = IN(0.95),
                         .bottom = IN(11 - 0.62),
                         .info_x = IN(5.5),
                         .info_y = IN(1.75),
                         .folds = {IN(3.875), IN(7.75)}},
    [LETTER_PAPER_DIN] = {.sheet = {0, 0, MM(210), MM(297)},
                          .reach = {MM(10), MM(45), MM(100), MM(50)},
                          .sure = {MM(20), MM(50), MM(80), MM(40)},
                          .address = {MM(25), MM(62.7), MM(74), MM(27.3)},
                          .left = MM(25),
                          .right = MM(190),
                          .head_top = MM(14),
                          .body_top = MM(102),
                          .next_top = MM(25),
                          .bottom = MM(297 - 17),
                          .info_x = MM(125),
                          .info_y = MM(50),
                          .folds = {MM(105), MM(148.5), MM(210)}},
};

/* One thing at its place. */
struct item {
    enum { ITEM_LINE, ITEM_RULE, ITEM_DASHES, ITEM_BOX } kind;
    int page;
    double x, y;           /* of a line of text: its baseline */
    double width;          /* of rules */
    PangoLayout *set;      /* of the line; owned: the PDF's text comes from it */
    PangoLayoutLine *line; /* of `set` */
};

struct letter_layout {
    const struct letter *letter;
    const struct frame *frame;
    PangoContext *context;
    GArray *items; /* struct item */
    int n_pages;
};

/* Where the next thing goes. In the response part, which is measured before its place is known, pages do not end. */
struct pen {
    double x, width;
    int page;
    double y;
    bool is_endless;
};

static void item_clear(gpointer data)
{
    struct item *item = data;
    if (item->set)
        g_object_unref(item->set);
}

static PangoLayout *set_text(const struct letter_layout *layout, enum face face, double size, double width,
                             const char *text)
{
    PangoFontDescription *font = type_font(FACES[face].style, size);
    PangoLayout *set = type_set(layout->context, font, width, text);
    pango_font_description_free(font);
    return set;
}

/* The first character of the text that no font can show; 0 where all are fine. */
static gunichar unknown_character(const struct letter_layout *layout, const char *text)
{
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        char one[8] = {0};
        (void)g_unichar_to_utf8(g_utf8_get_char(at), one);
        PangoLayout *set = set_text(layout, FACE_TEXT, FACES[FACE_TEXT].size, TYPE_ENDLESS, one);
        const int n = pango_layout_get_unknown_glyphs_count(set);
        g_object_unref(set);
        if (n > 0)
            return g_utf8_get_char(at);
    }
    return 0;
}

static enum status check_glyphs(const struct letter_layout *layout, PangoLayout *set, const char *what,
                                struct error *err)
{
    if (pango_layout_get_unknown_glyphs_count(set) == 0)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s: no installed font has U+%04X", what,
                     unknown_character(layout, pango_layout_get_text(set)));
}

static void add_mark(struct letter_layout *layout, struct item item)
{
    g_array_append_val(layout->items, item);
    layout->n_pages = MAX(layout->n_pages, item.page + 1);
}

/* Lines [first, last) of the text, the first one's upper edge at `y`. */
static void add_lines(struct letter_layout *layout, PangoLayout *set, int first, int last, int page, double x, double y)
{
    PangoLayoutIter *iter = pango_layout_get_iter(set);
    double top = 0;
    int i = 0;
    do {
        PangoRectangle logical;
        int line_top, line_bottom;
        pango_layout_iter_get_line_extents(iter, NULL, &logical);
        pango_layout_iter_get_line_yrange(iter, &line_top, &line_bottom);
        if (i == first)
            top = (double)line_top / PANGO_SCALE;
        if (i >= first && i < last)
            add_mark(layout, (struct item){.kind = ITEM_LINE,
                                           .page = page,
                                           .x = x + (double)logical.x / PANGO_SCALE,
                                           .y = y + (double)pango_layout_iter_get_baseline(iter) / PANGO_SCALE - top,
                                           .set = g_object_ref(set),
                                           .line = pango_layout_iter_get_line_readonly(iter)});
        i++;
    } while (i < last && pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
}

static void add_all_lines(struct letter_layout *layout, PangoLayout *set, int page, double x, double y)
{
    add_lines(layout, set, 0, pango_layout_get_line_count(set), page, x, y);
}

/* Text of the frame, which is short and stays on its page: returns its height. */
static enum status put_fixed(struct letter_layout *layout, enum face face, const struct letter_area *area, int page,
                             const char *text, const char *what, double *ret_height, struct error *err)
{
    PangoLayout *set = set_text(layout, face, FACES[face].size, area->width, text);
    const enum status st = check_glyphs(layout, set, what, err);
    if (st == STATUS_OK)
        add_all_lines(layout, set, page, area->x, area->y);
    if (ret_height)
        *ret_height = type_height(set);
    g_object_unref(set);
    return st;
}

/* The body: pages. */

static void next_page(const struct letter_layout *layout, struct pen *pen)
{
    pen->page++;
    pen->y = layout->frame->next_top;
}

static double room(const struct letter_layout *layout, const struct pen *pen)
{
    return pen->is_endless ? TYPE_ENDLESS : layout->frame->bottom - pen->y;
}

static void need(const struct letter_layout *layout, struct pen *pen, double height)
{
    if (room(layout, pen) < height && pen->y > layout->frame->next_top)
        next_page(layout, pen);
}

/* How many lines from `first` on fit, and how high they are. */
static int lines_that_fit(PangoLayout *set, int first, double available, double *ret_height)
{
    PangoLayoutIter *iter = pango_layout_get_iter(set);
    double top = 0, height = 0;
    int i = 0, n = 0;
    do {
        int line_top, line_bottom;
        pango_layout_iter_get_line_yrange(iter, &line_top, &line_bottom);
        if (i == first)
            top = (double)line_top / PANGO_SCALE;
        if (i >= first) {
            const double bottom = (double)line_bottom / PANGO_SCALE - top;
            if (bottom > available)
                break;
            height = bottom;
            n++;
        }
        i++;
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    *ret_height = height;
    return n;
}

/* No line of a paragraph stands alone on a page, neither its first nor its last. */
static int lines_to_leave(int n_fit, int n_left)
{
    if (n_fit >= n_left)
        return n_left;
    if (n_left - n_fit == 1)
        n_fit--;
    return n_fit < 2 ? 0 : n_fit;
}

static void flow(struct letter_layout *layout, struct pen *pen, PangoLayout *set, double indent)
{
    const int n = pango_layout_get_line_count(set);
    int first = 0;
    while (first < n) {
        double height = 0;
        const int n_fit = lines_that_fit(set, first, room(layout, pen), &height);
        int n_here = lines_to_leave(n_fit, n - first);
        if (n_here == 0 && pen->y > layout->frame->next_top) {
            next_page(layout, pen);
            continue;
        }
        n_here = MAX(n_here, 1);
        if (n_here < n_fit || height <= 0)
            (void)lines_that_fit(set, first, TYPE_ENDLESS, &height);
        add_lines(layout, set, first, first + n_here, pen->page, pen->x + indent, pen->y);
        first += n_here;
        if (first < n)
            next_page(layout, pen);
        else
            pen->y += height;
    }
}

/* The body: blocks. */

typedef enum status put_fn(struct letter_layout *layout, struct pen *pen, const struct letter_block *block,
                           const char *what, struct error *err);

static double indent_of(const struct letter_block *block)
{
    return (double)block->indent * INDENT;
}

static enum status put_text(struct letter_layout *layout, struct pen *pen, enum face face, double indent,
                            const char *text, const char *what, struct error *err)
{
    PangoLayout *set = set_text(layout, face, FACES[face].size, pen->width - indent, text ? text : "");
    const enum status st = check_glyphs(layout, set, what, err);
    if (st == STATUS_OK)
        flow(layout, pen, set, indent);
    g_object_unref(set);
    return st;
}

static enum status put_paragraph(struct letter_layout *layout, struct pen *pen, const struct letter_block *block,
                                 const char *what, struct error *err)
{
    const enum face face = block->kind == LETTER_STRONG ? FACE_STRONG : FACE_TEXT;
    const enum status st = put_text(layout, pen, face, indent_of(block), block->text, what, err);
    pen->y += PARAGRAPH_GAP;
    return st;
}

static enum status put_heading(struct letter_layout *layout, struct pen *pen, const struct letter_block *block,
                               const char *what, struct error *err)
{
    need(layout, pen, HEADING_NEEDS);
    if (pen->y > layout->frame->next_top)
        pen->y += HEADING_GAP / 2;
    const enum status st = put_text(layout, pen, FACE_HEADING, indent_of(block), block->text, what, err);
    pen->y += HEADING_GAP / 2;
    return st;
}

/* A mark in the margin of the block's indent, on the page where its text begins. */
static enum status put_marked(struct letter_layout *layout, struct pen *pen, const struct letter_block *block,
                              const char *what, struct error *err)
{
    PangoLayout *set = set_text(layout, FACE_TEXT, FACES[FACE_TEXT].size, pen->width - indent_of(block) - INDENT,
                                block->text ? block->text : "");
    const enum status st = check_glyphs(layout, set, what, err);
    if (st == STATUS_OK) {
        need(layout, pen, MIN(type_height(set), 2 * FACES[FACE_TEXT].size + PARAGRAPH_GAP));
        const double x = pen->x + indent_of(block);
        if (block->kind == LETTER_CHECKBOX) {
            add_mark(layout, (struct item){.kind = ITEM_BOX, .page = pen->page, .x = x, .y = pen->y + 2});
        } else {
            PangoLayout *dot = set_text(layout, FACE_TEXT, FACES[FACE_TEXT].size, TYPE_ENDLESS, "•");
            add_all_lines(layout, dot, pen->page, x + 3, pen->y);
            g_object_unref(dot);
        }
        flow(layout, pen, set, indent_of(block) + INDENT);
    }
    pen->y += PARAGRAPH_GAP;
    g_object_unref(set);
    return st;
}

static enum status put_fill_in(struct letter_layout *layout, struct pen *pen, const struct letter_block *block,
                               const char *what, struct error *err)
{
    PangoLayout *set = set_text(layout, FACE_TEXT, FACES[FACE_TEXT].size, TYPE_ENDLESS, block->text ? block->text : "");
    const enum status st = check_glyphs(layout, set, what, err);
    if (st == STATUS_OK) {
        need(layout, pen, FILL_IN_HEIGHT);
        const double x = pen->x + indent_of(block);
        const double words = type_width(set) > 0 ? type_width(set) + 4 : 0;
        add_all_lines(layout, set, pen->page, x, pen->y + 3);
        if (words < pen->width - indent_of(block))
            add_mark(layout, (struct item){.kind = ITEM_RULE,
                                           .page = pen->page,
                                           .x = x + words,
                                           .y = pen->y + FILL_IN_HEIGHT - 3,
                                           .width = pen->width - indent_of(block) - words});
        pen->y += FILL_IN_HEIGHT;
    }
    g_object_unref(set);
    return st;
}

static enum status put_lines(struct letter_layout *layout, struct pen *pen, const struct letter_block *block,
                             const char *what, struct error *err)
{
    PangoLayout *set = set_text(layout, FACE_TEXT, FACES[FACE_TEXT].size, pen->width - indent_of(block),
                                block->text ? block->text : "");
    const enum status st = check_glyphs(layout, set, what, err);
    if (st == STATUS_OK) {
        need(layout, pen, type_height(set));
        flow(layout, pen, set, indent_of(block));
    }
    pen->y += PARAGRAPH_GAP;
    g_object_unref(set);
    return st;
}

static enum status put_row(struct letter_layout *layout, struct pen *pen, const struct letter_block *block,
                           const struct letter_row *row, const char *what, struct error *err)
{
    const enum face face = row->is_total ? FACE_STRONG : FACE_TEXT;
    const double x = pen->x + indent_of(block), width = pen->width - indent_of(block);
    PangoLayout *amount = set_text(layout, face, FACES[face].size, TYPE_ENDLESS, row->amount ? row->amount : "");
    const double amount_width = type_width(amount);
    PangoLayout *words = set_text(layout, face, FACES[face].size, MAX(width - amount_width - AMOUNT_GAP, width / 3),
                                  row->words ? row->words : "");
    enum status st = check_glyphs(layout, words, what, err);
    if (st == STATUS_OK)
        st = check_glyphs(layout, amount, what, err);
    if (st == STATUS_OK) {
        const double height = MAX(type_height(words), type_height(amount)) + ROW_GAP;
        need(layout, pen, height);
        if (row->is_total)
            add_mark(layout,
                     (struct item){.kind = ITEM_RULE, .page = pen->page, .x = x, .y = pen->y - 1, .width = width});
        add_all_lines(layout, words, pen->page, x, pen->y);
        /* The amount stands beside the last line of its words. */
        add_all_lines(layout, amount, pen->page, x + width - amount_width,
                      pen->y + height - ROW_GAP - type_height(amount));
        pen->y += height;
    }
    g_object_unref(words);
    g_object_unref(amount);
    return st;
}

static enum status put_table(struct letter_layout *layout, struct pen *pen, const struct letter_block *block,
                             const char *what, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; i < block->n_rows && st == STATUS_OK; i++)
        st = put_row(layout, pen, block, &block->rows[i], what, err);
    pen->y += PARAGRAPH_GAP;
    return st;
}

static enum status put_blocks(struct letter_layout *layout, struct pen *pen, const struct letter_block *blocks,
                              size_t n, const char *where, struct error *err);

static enum status put_columns(struct letter_layout *layout, struct pen *pen, const struct letter_block *block,
                               const char *what, struct error *err)
{
    struct pen left = *pen, right = *pen;
    left.width = right.width = (pen->width - COLUMN_GAP) / 2;
    right.x = pen->x + left.width + COLUMN_GAP;
    (void)what;
    enum status st = put_blocks(layout, &left, block->left, block->n_left, "left", err);
    if (st == STATUS_OK)
        st = put_blocks(layout, &right, block->right, block->n_right, "right", err);
    const struct pen *longer =
        left.page != right.page ? (left.page > right.page ? &left : &right) : (left.y > right.y ? &left : &right);
    pen->page = longer->page;
    pen->y = longer->y;
    return st;
}

static put_fn *const PUT[] = {
    [LETTER_PARAGRAPH] = put_paragraph, [LETTER_STRONG] = put_paragraph, [LETTER_HEADING] = put_heading,
    [LETTER_BULLET] = put_marked,       [LETTER_CHECKBOX] = put_marked,  [LETTER_FILL_IN] = put_fill_in,
    [LETTER_LINES] = put_lines,         [LETTER_TABLE] = put_table,      [LETTER_COLUMNS] = put_columns,
};

/* All that follows it, at the foot of this page or, where it has not enough room, of the next. */
static enum status put_tear_off(struct letter_layout *layout, struct pen *pen, const struct letter_block *blocks,
                                size_t n, struct error *err)
{
    const guint first = layout->items->len;
    const int n_pages = layout->n_pages;
    struct pen part = {.x = pen->x, .width = pen->width, .page = 0, .y = TEAR_OFF_GAP, .is_endless = true};
    const enum status st = put_blocks(layout, &part, blocks, n, "response", err);
    if (st != STATUS_OK)
        return st;
    if (part.y > layout->frame->bottom - layout->frame->next_top)
        return error_set(err, STATUS_INVALID_ARGUMENT, "the response part is longer than a page");
    if (room(layout, pen) < part.y)
        next_page(layout, pen);
    const double top = layout->frame->bottom - part.y;
    layout->n_pages = n_pages;
    for (guint i = first; i < layout->items->len; i++) {
        struct item *item = &g_array_index(layout->items, struct item, i);
        item->page = pen->page;
        item->y += top;
    }
    add_mark(
        layout,
        (struct item){.kind = ITEM_DASHES, .page = pen->page, .x = 0, .y = top, .width = layout->frame->sheet.width});
    pen->y = layout->frame->bottom;
    return STATUS_OK;
}

static enum status put_blocks(struct letter_layout *layout, struct pen *pen, const struct letter_block *blocks,
                              size_t n, const char *where, struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        char what[32];
        if (blocks[i].kind == LETTER_TEAR_OFF)
            return put_tear_off(layout, pen, &blocks[i + 1], n - i - 1, err);
        (void)g_snprintf(what, sizeof(what), "%s[%zu]", where, i);
        const enum status st = PUT[blocks[i].kind](layout, pen, &blocks[i], what, err);
        if (st != STATUS_OK)
            return st;
        if (pen->page >= LETTER_PAGES_MAX)
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: the letter has more than %d pages", what,
                             LETTER_PAGES_MAX);
    }
    return STATUS_OK;
}

/* The frame. */

static char *join_lines(const char *const lines[static LETTER_LINES_MAX])
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < LETTER_LINES_MAX && lines[i]; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "", lines[i]);
    return g_string_free(text, FALSE);
}

static enum status put_sender(struct letter_layout *layout, struct error *err)
{
    const struct frame *frame = layout->frame;
    struct letter_area area = {frame->left, frame->head_top, frame->right - frame->left, 0};
    g_autofree char *lines = join_lines(layout->letter->sender_lines);
    double height = 0;
    enum status st = put_fixed(layout, FACE_SENDER, &area, 0, layout->letter->sender_name, "sender_name", &height, err);
    area.y += height + 2;
    if (st == STATUS_OK)
        st = put_fixed(layout, FACE_SMALL, &area, 0, lines, "sender_lines", &height, err);
    if (st == STATUS_OK && area.y + height > frame->reach.y)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "sender_lines: the letterhead reaches into the envelope's window");
    return st;
}

static enum status put_info(struct letter_layout *layout, struct error *err)
{
    const struct frame *frame = layout->frame;
    const struct letter_area area = {frame->info_x, frame->info_y, frame->right - frame->info_x, 0};
    g_autofree char *lines = join_lines(layout->letter->info);
    double height = 0;
    const enum status st = put_fixed(layout, FACE_TEXT, &area, 0, lines, "info", &height, err);
    if (st == STATUS_OK && area.y + height > frame->body_top)
        return error_set(err, STATUS_INVALID_ARGUMENT, "info: reaches into the letter's text");
    return st;
}

/* As large as fits; at the foot of its field, where the window shows it longest. */
static enum status put_addressee(struct letter_layout *layout, struct error *err)
{
    const struct letter_area *field = &layout->frame->address;
    g_autofree char *lines = join_lines(layout->letter->addressee);
    enum status st = STATUS_OK;
    bool fits = false;
    for (double size = FACES[FACE_ADDRESSEE].size; size >= ADDRESSEE_SIZE_MIN && !fits && st == STATUS_OK;
         size -= ADDRESSEE_STEP) {
        PangoLayout *set = set_text(layout, FACE_ADDRESSEE, size, field->width, lines);
        pango_layout_set_line_spacing(set, 1.0f);
        fits = type_height(set) <= field->height;
        st = check_glyphs(layout, set, "addressee", err);
        if (fits && st == STATUS_OK)
            add_all_lines(layout, set, 0, field->x, field->y + (field->height - type_height(set)) / 2);
        g_object_unref(set);
    }
    if (st == STATUS_OK && !fits)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "addressee: does not fit the envelope's window");
    return st;
}

static enum status put_return_line(struct letter_layout *layout, struct error *err)
{
    const struct letter_area *field = &layout->frame->address;
    if (layout->letter->paper != LETTER_PAPER_DIN || !layout->letter->return_line)
        return STATUS_OK;
    PangoLayout *set =
        set_text(layout, FACE_RETURN_LINE, FACES[FACE_RETURN_LINE].size, TYPE_ENDLESS, layout->letter->return_line);
    enum status st = check_glyphs(layout, set, "return_line", err);
    const double y = field->y - type_height(set) - 3;
    if (st == STATUS_OK && type_width(set) > field->width)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "return_line: is wider than the envelope's window");
    if (st == STATUS_OK) {
        add_all_lines(layout, set, 0, field->x, y);
        add_mark(layout, (struct item){.kind = ITEM_RULE, .x = field->x, .y = field->y - 2, .width = field->width});
    }
    g_object_unref(set);
    return st;
}

static void put_folds(struct letter_layout *layout)
{
    for (size_t i = 0; i < G_N_ELEMENTS(layout->frame->folds) && layout->frame->folds[i] > 0; i++)
        add_mark(layout, (struct item){.kind = ITEM_RULE, .x = 10, .y = layout->frame->folds[i], .width = 8});
}

/* Pages that may come apart say whose they are. */
static enum status put_page_feet(struct letter_layout *layout, struct error *err)
{
    const struct frame *frame = layout->frame;
    enum status st = STATUS_OK;
    const int n_pages = layout->n_pages;
    for (int page = 0; n_pages > 1 && page < n_pages && st == STATUS_OK; page++) {
        g_autofree char *number = type_page(layout->letter->language, (unsigned)page + 1, (unsigned)n_pages);
        PangoLayout *set = set_text(layout, FACE_SMALL, FACES[FACE_SMALL].size, TYPE_ENDLESS, number);
        add_all_lines(layout, set, page, (frame->sheet.width - type_width(set)) / 2, frame->bottom + 12);
        g_object_unref(set);
        if (page == 0)
            continue;
        const char *reference = layout->letter->info[0];
        g_autofree char *head =
            g_strconcat(layout->letter->sender_name, reference ? "   ·   " : "", reference ? reference : "", NULL);
        const struct letter_area area = {frame->left, frame->head_top, frame->right - frame->left, 0};
        st = put_fixed(layout, FACE_SMALL, &area, page, head, "sender_name", NULL, err);
    }
    return st;
}

static enum status put_all(struct letter_layout *layout, struct error *err)
{
    const struct letter *letter = layout->letter;
    const struct frame *frame = layout->frame;
    struct pen pen = {.x = frame->left, .width = frame->right - frame->left, .page = 0, .y = frame->body_top};
    put_folds(layout);
    enum status st = put_sender(layout, err);
    if (st == STATUS_OK)
        st = put_return_line(layout, err);
    if (st == STATUS_OK)
        st = put_addressee(layout, err);
    if (st == STATUS_OK)
        st = put_info(layout, err);
    if (st == STATUS_OK)
        st = put_blocks(layout, &pen, letter->blocks, letter->n_blocks, "blocks", err);
    return st == STATUS_OK ? put_page_feet(layout, err) : st;
}

enum status letter_layout_new(const struct letter *letter, cairo_t *cairo, struct letter_layout **ret_layout,
                              struct error *err)
{
    struct letter_layout *layout = g_new0(struct letter_layout, 1);
    layout->letter = letter;
    layout->frame = &FRAMES[letter->paper];
    layout->items = g_array_new(FALSE, FALSE, sizeof(struct item));
    g_array_set_clear_func(layout->items, item_clear);
    layout->n_pages = 1;
    enum status st = type_context_new(letter->language, cairo, &layout->context, err);
    if (st == STATUS_OK)
        st = put_all(layout, err);
    if (st != STATUS_OK) {
        letter_layout_free(layout);
        return st;
    }
    *ret_layout = layout;
    return STATUS_OK;
}

void letter_layout_free(struct letter_layout *layout)
{
    if (!layout)
        return;
    g_array_free(layout->items, TRUE);
    g_clear_object(&layout->context);
    g_free(layout);
}

unsigned letter_layout_pages(const struct letter_layout *layout)
{
    return (unsigned)layout->n_pages;
}

/* Painting. */

static void paint_rule(cairo_t *cairo, const struct item *item)
{
    static const double DASHES[] = {4, 4};
    cairo_save(cairo);
    cairo_set_line_width(cairo, 0.5);
    if (item->kind == ITEM_DASHES)
        cairo_set_dash(cairo, DASHES, 2, 0);
    cairo_move_to(cairo, item->x, item->y);
    cairo_rel_line_to(cairo, item->width, 0);
    cairo_stroke(cairo);
    cairo_restore(cairo);
}

static void paint_item(cairo_t *cairo, const struct item *item)
{
    switch (item->kind) {
    case ITEM_LINE:
        cairo_move_to(cairo, item->x, item->y);
        pango_cairo_show_layout_line(cairo, item->line);
        break;
    case ITEM_RULE:
    case ITEM_DASHES:
        paint_rule(cairo, item);
        break;
    case ITEM_BOX:
        cairo_set_line_width(cairo, 0.7);
        cairo_rectangle(cairo, item->x, item->y, BOX_SIZE, BOX_SIZE);
        cairo_stroke(cairo);
        break;
    }
}

void letter_layout_paint(const struct letter_layout *layout, cairo_t *cairo)
{
    for (int page = 0; page < layout->n_pages; page++) {
        for (guint i = 0; i < layout->items->len; i++) {
            const struct item *item = &g_array_index(layout->items, struct item, i);
            if (item->page == page)
                paint_item(cairo, item);
        }
        cairo_show_page(cairo);
    }
}

struct letter_area letter_sheet(enum letter_paper paper)
{
    return FRAMES[paper].sheet;
}

struct letter_area letter_window_reach(enum letter_paper paper)
{
    return FRAMES[paper].reach;
}

struct letter_area letter_window_sure(enum letter_paper paper)
{
    return FRAMES[paper].sure;
}
