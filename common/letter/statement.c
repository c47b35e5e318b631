#include "letter/statement.h"

#include <string.h>

#include "letter/letter_layout.h"
#include "letter/letter_type.h"

/* All lengths in points, 72 to the inch, from the sheet's upper left corner. */
#define MARGIN      42.0
#define HEAD_TOP    36.0
#define NEXT_TOP    48.0 /* of the table on all pages but the first */
#define FOOT        30.0 /* above the sheet's lower edge */
#define BOTTOM      44.0 /* of tables, above the sheet's lower edge */
#define GAP         16.0
#define CELL_GAP    8.0
#define LABEL_WIDTH 86.0
#define FACT_HEIGHT 12.5
#define SUM_HEIGHT  13.5
#define SUM_WIDTH   300.0
#define HEADER_ROW  17.0
#define ROW         22.0
#define TOTALS_ROW  18.0
#define NOTE_GAP    4.0
#define GREY        0.42
#define HAIRLINE    0.78

enum face {
    FACE_TITLE,
    FACE_SENDER,
    FACE_TEXT,
    FACE_STRONG,
    FACE_CELL,
    FACE_CELL_STRONG,
    FACE_SMALL,
    FACE_SMALL_STRONG,
    FACES_END,
};

static const struct {
    const char *style;
    double size;
} FACES[FACES_END] = {
    [FACE_TITLE] = {"Bold", 15}, [FACE_SENDER] = {"Bold", 13},
    [FACE_TEXT] = {"", 9},       [FACE_STRONG] = {"Bold", 9},
    [FACE_CELL] = {"", 8},       [FACE_CELL_STRONG] = {"Bold", 8},
    [FACE_SMALL] = {"", 6.5},    [FACE_SMALL_STRONG] = {"Bold", 6.5},
};

struct drawing {
    const struct statement *statement;
    cairo_t *cairo;
    PangoContext *context;
    PangoFontDescription *fonts[FACES_END];
    double width, height;
    double columns[STATEMENT_COLUMNS_MAX + 1]; /* x of each column, and of the table's end */
    unsigned page, n_pages;
    double y;
};

static double body_bottom(const struct drawing *drawing)
{
    return drawing->height - BOTTOM;
}

static void set_grey(const struct drawing *drawing, double grey)
{
    cairo_set_source_rgb(drawing->cairo, grey, grey, grey);
}

static void rule(const struct drawing *drawing, double x, double y, double width, double weight, double grey)
{
    set_grey(drawing, grey);
    cairo_set_line_width(drawing->cairo, weight);
    cairo_move_to(drawing->cairo, x, y);
    cairo_rel_line_to(drawing->cairo, width, 0);
    cairo_stroke(drawing->cairo);
    set_grey(drawing, 0);
}

static PangoLayout *line_of(const struct drawing *drawing, enum face face, double width, const char *text)
{
    PangoLayout *set = type_set(drawing->context, drawing->fonts[face], width, text);
    pango_layout_set_single_paragraph_mode(set, TRUE);
    pango_layout_set_ellipsize(set, PANGO_ELLIPSIZE_END);
    return set;
}

/* One line, its baseline at `y`, in a field from `x` on; to the right of it where `is_right`. */
static void put(const struct drawing *drawing, enum face face, double x, double y, double width, bool is_right,
                const char *text)
{
    if (!text || text[0] == '\0')
        return;
    PangoLayout *set = line_of(drawing, face, width, text);
    const double left = is_right ? x + width - type_width(set) : x;
    cairo_move_to(drawing->cairo, left, y);
    pango_cairo_show_layout_line(drawing->cairo, pango_layout_get_line_readonly(set, 0));
    g_object_unref(set);
}

/* A paragraph from drawing->y on. */
static void put_paragraph(struct drawing *drawing, enum face face, double x, double width, const char *text)
{
    PangoLayout *set = type_set(drawing->context, drawing->fonts[face], width, text);
    cairo_move_to(drawing->cairo, x, drawing->y);
    pango_cairo_show_layout(drawing->cairo, set);
    drawing->y += type_height(set);
    g_object_unref(set);
}

static double paragraph_height(const struct drawing *drawing, enum face face, double width, const char *text)
{
    PangoLayout *set = type_set(drawing->context, drawing->fonts[face], width, text);
    const double height = type_height(set);
    g_object_unref(set);
    return height;
}

/* --- the first page's head */

static void put_letterhead(struct drawing *drawing)
{
    const struct statement *statement = drawing->statement;
    const double width = drawing->width - 2 * MARGIN;
    double y = HEAD_TOP + 12;
    put(drawing, FACE_SENDER, MARGIN, y, width / 2, false, statement->sender_name);
    put(drawing, FACE_TITLE, MARGIN + width / 2, y, width / 2, true, statement->title);
    set_grey(drawing, GREY);
    for (size_t i = 0; i < LETTER_LINES_MAX && statement->sender_lines[i]; i++)
        put(drawing, FACE_CELL, MARGIN, y += 11, width / 2, false, statement->sender_lines[i]);
    drawing->y = MAX(y, HEAD_TOP + 23) + 9;
    rule(drawing, MARGIN, drawing->y, width, 0.8, 0);
    drawing->y += GAP;
}

/* Beside each other: whom it is for and facts, and to the right the figures. */
static double put_facts(const struct drawing *drawing, double y)
{
    const struct statement *statement = drawing->statement;
    const double width = drawing->width - 2 * MARGIN - SUM_WIDTH - 2 * GAP;
    put(drawing, FACE_STRONG, MARGIN, y + 3, width, false, statement->addressee);
    y += 19;
    for (const struct statement_fact *fact = statement->facts; fact->label; fact++) {
        set_grey(drawing, GREY);
        put(drawing, FACE_CELL, MARGIN, y, LABEL_WIDTH, false, fact->label);
        set_grey(drawing, 0);
        put(drawing, FACE_CELL, MARGIN + LABEL_WIDTH, y, width - LABEL_WIDTH, false, fact->value);
        y += FACT_HEIGHT;
    }
    return y;
}

static double put_figures(const struct drawing *drawing, double y)
{
    const double x = drawing->width - MARGIN - SUM_WIDTH, amount = 110;
    for (size_t i = 0; i < drawing->statement->n_figures; i++) {
        const struct statement_figure *figure = &drawing->statement->figures[i];
        const enum face face = figure->is_total ? FACE_STRONG : FACE_TEXT;
        if (figure->is_total)
            rule(drawing, x, y - 7, SUM_WIDTH, 0.6, 0);
        y += figure->is_total ? 4 : 0;
        put(drawing, face, x, y, SUM_WIDTH - amount, false, figure->words);
        put(drawing, face, x + SUM_WIDTH - amount, y, amount, true, figure->amount);
        y += SUM_HEIGHT + (figure->is_total ? 3 : 0);
    }
    return y;
}

/* --- pages */

static void put_foot(const struct drawing *drawing)
{
    const struct statement *statement = drawing->statement;
    const double y = drawing->height - FOOT, half = (drawing->width - 2 * MARGIN) / 2;
    g_autofree char *page = type_page(statement->language, drawing->page, drawing->n_pages);
    set_grey(drawing, GREY);
    put(drawing, FACE_SMALL, MARGIN, y, half, false, statement->sender_name);
    put(drawing, FACE_SMALL, MARGIN + half, y, half, true, page);
    set_grey(drawing, 0);
}

/* Pages that may come apart say whose they are. */
static void begin_page(struct drawing *drawing)
{
    const struct statement *statement = drawing->statement;
    drawing->page++;
    put_foot(drawing);
    if (drawing->page == 1)
        return;
    g_autofree char *head =
        g_strconcat(statement->title, "   ·   ", statement->addressee, "   ·   ", statement->reference, NULL);
    set_grey(drawing, GREY);
    put(drawing, FACE_CELL, MARGIN, HEAD_TOP, drawing->width - 2 * MARGIN, false, head);
    set_grey(drawing, 0);
    drawing->y = NEXT_TOP;
}

static void next_page(struct drawing *drawing)
{
    cairo_show_page(drawing->cairo);
    begin_page(drawing);
}

/* --- the table */

static void place_columns(struct drawing *drawing)
{
    const struct statement *statement = drawing->statement;
    double sum = 0, x = MARGIN;
    for (size_t i = 0; i < statement->n_columns; i++)
        sum += statement->columns[i].width;
    for (size_t i = 0; i < statement->n_columns; i++) {
        drawing->columns[i] = x;
        x += (drawing->width - 2 * MARGIN) * statement->columns[i].width / sum;
    }
    drawing->columns[statement->n_columns] = drawing->width - MARGIN;
}

/* Columns stand apart; the last one reaches to the table's end. */
static void put_cell(const struct drawing *drawing, enum face face, size_t column, double y, const char *text)
{
    const bool is_last = column + 1 == drawing->statement->n_columns;
    const double x = drawing->columns[column];
    const double width = drawing->columns[column + 1] - x - (is_last ? 0 : CELL_GAP);
    put(drawing, face, x, y, width, drawing->statement->columns[column].is_amount, text);
}

static void put_header_row(struct drawing *drawing)
{
    const struct statement *statement = drawing->statement;
    for (size_t i = 0; i < statement->n_columns; i++)
        put_cell(drawing, FACE_CELL_STRONG, i, drawing->y + 10, statement->columns[i].title);
    drawing->y += HEADER_ROW;
    rule(drawing, MARGIN, drawing->y - 2, drawing->width - 2 * MARGIN, 0.6, 0);
}

static void put_row(struct drawing *drawing, const struct statement_cell *cells)
{
    for (size_t i = 0; i < drawing->statement->n_columns; i++) {
        put_cell(drawing, FACE_CELL, i, drawing->y + 9, cells[i].text);
        if (!cells[i].is_strong)
            set_grey(drawing, GREY);
        put_cell(drawing, cells[i].is_strong ? FACE_SMALL_STRONG : FACE_SMALL, i, drawing->y + 17, cells[i].note);
        set_grey(drawing, 0);
    }
    drawing->y += ROW;
    rule(drawing, MARGIN, drawing->y - 1, drawing->width - 2 * MARGIN, 0.3, HAIRLINE);
}

static void put_totals(struct drawing *drawing)
{
    const struct statement_cell *totals = drawing->statement->totals;
    if (!totals)
        return;
    rule(drawing, MARGIN, drawing->y - 1, drawing->width - 2 * MARGIN, 0.8, 0);
    for (size_t i = 0; i < drawing->statement->n_columns; i++)
        put_cell(drawing, FACE_CELL_STRONG, i, drawing->y + 11, totals[i].text);
    drawing->y += TOTALS_ROW;
}

static void put_table(struct drawing *drawing)
{
    const struct statement *statement = drawing->statement;
    struct statement_cell cells[STATEMENT_COLUMNS_MAX];
    put_header_row(drawing);
    for (size_t i = 0; i < statement->n_rows; i++) {
        /* The last row keeps the totals company. */
        const double needed = ROW + (i + 1 == statement->n_rows && statement->totals ? TOTALS_ROW : 0);
        if (drawing->y + needed > body_bottom(drawing)) {
            next_page(drawing);
            put_header_row(drawing);
        }
        memset(cells, 0, sizeof(cells));
        statement->row(statement->source, i, cells);
        put_row(drawing, cells);
    }
    put_totals(drawing);
}

static void put_notes(struct drawing *drawing)
{
    const double width = drawing->width - 2 * MARGIN;
    drawing->y += GAP / 2;
    for (size_t i = 0; i < STATEMENT_NOTES_MAX && drawing->statement->notes[i]; i++) {
        const char *note = drawing->statement->notes[i];
        if (drawing->y + paragraph_height(drawing, FACE_CELL, width, note) > body_bottom(drawing))
            next_page(drawing);
        put_paragraph(drawing, FACE_CELL, MARGIN, width, note);
        drawing->y += NOTE_GAP;
    }
}

static void put_all(struct drawing *drawing)
{
    drawing->page = 0;
    drawing->y = 0;
    begin_page(drawing);
    put_letterhead(drawing);
    const double facts = put_facts(drawing, drawing->y + 4), figures = put_figures(drawing, drawing->y + 4 + 3);
    drawing->y = MAX(facts, figures) + GAP / 2;
    put_table(drawing);
    put_notes(drawing);
    cairo_show_page(drawing->cairo);
}

/* How many pages there are is known once all is placed: first where nothing is kept of it. Rows take the same room
 * whatever they hold, so that none is asked for. */
static void no_row(void *source, size_t i, struct statement_cell *cells)
{
    (void)source;
    (void)i;
    (void)cells;
}

static void count_pages(struct drawing *drawing)
{
    const struct statement *statement = drawing->statement;
    struct statement blank = *statement;
    cairo_t *cairo = drawing->cairo;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    blank.row = no_row;
    drawing->statement = &blank;
    drawing->cairo = cairo_create(surface);
    put_all(drawing);
    cairo_destroy(drawing->cairo);
    cairo_surface_destroy(surface);
    drawing->cairo = cairo;
    drawing->statement = statement;
    drawing->n_pages = drawing->page;
}

static enum status draw(const void *what, cairo_t *cairo, unsigned *ret_n_pages, struct error *err)
{
    const struct statement *statement = what;
    const struct letter_area sheet = letter_sheet(statement->paper);
    struct drawing drawing = {.statement = statement, .cairo = cairo, .width = sheet.height, .height = sheet.width};
    const enum status st = type_context_new(statement->language, cairo, &drawing.context, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < FACES_END; i++)
        drawing.fonts[i] = type_font(FACES[i].style, FACES[i].size);
    place_columns(&drawing);
    count_pages(&drawing);
    put_all(&drawing);
    *ret_n_pages = drawing.n_pages;
    for (size_t i = 0; i < FACES_END; i++)
        pango_font_description_free(drawing.fonts[i]);
    g_object_unref(drawing.context);
    return STATUS_OK;
}

enum status statement_render(const struct statement *statement, struct letter_document *ret_document, struct error *err)
{
    const struct letter_area sheet = letter_sheet(statement->paper);
    const struct type_document properties = {.width = sheet.height,
                                             .height = sheet.width,
                                             .title = statement->title,
                                             .author = statement->sender_name,
                                             .date = statement->date};
    if (statement->n_columns == 0 || statement->n_columns > STATEMENT_COLUMNS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "columns: %zu are not between 1 and %d", statement->n_columns,
                         STATEMENT_COLUMNS_MAX);
    return type_print(&properties, draw, statement, ret_document, err);
}
