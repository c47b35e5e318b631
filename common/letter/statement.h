#ifndef DUNLIN_LETTER_STATEMENT_H
#define DUNLIN_LETTER_STATEMENT_H

#include "letter/letter.h"

/* Statements to clients as PDF: letterhead, whom it is for, facts, a summary of figures, and a table over as many pages
 * as it takes, its header on each of them. On the agency's paper, broadside. Pure like letters: the same description
 * gives the same bytes. Of unlimited length: rows are asked for as they are drawn and none is kept. */
struct statement_fact {
    const char *label, *value; /* label NULL ends a list */
};

struct statement_figure {
    const char *words, *amount;
    bool is_total; /* a line above it, and bold */
};

#define STATEMENT_COLUMNS_MAX 12
struct statement_column {
    const char *title;
    double width;   /* parts of the sum of all */
    bool is_amount; /* stands to the right */
};

/* One line of text each: what is wider than its column ends in dots, control characters are spaces. What no installed
 * font can show appears as a box: others have written it, and a statement does not fail for that. */
struct statement_cell {
    const char *text; /* may be NULL */
    const char *note; /* in small print below; may be NULL */
    bool is_strong;   /* the note: bold */
};

/* Fills the cells of row i, a cell a column; they are looked at before the next row is asked for. */
typedef void statement_row_fn(void *source, size_t i, struct statement_cell *cells);

#define STATEMENT_NOTES_MAX 8

/* All texts are borrowed for the call. */
struct statement {
    enum letter_paper paper;
    const char *language; /* of "Page 1 of 2"; NULL: "en" */
    const char *title;    /* "Remittance statement" */
    const char *sender_name;
    const char *sender_lines[LETTER_LINES_MAX];
    const char *addressee; /* one line */
    const char *reference; /* with the title at the head of every page but the first */
    struct date date;      /* of the document */
    const struct statement_fact *facts;
    const struct statement_figure *figures;
    size_t n_figures;
    const struct statement_column *columns;
    size_t n_columns, n_rows;
    statement_row_fn *row;
    void *source;
    const struct statement_cell *totals;    /* a cell a column, below the last row; NULL: none */
    const char *notes[STATEMENT_NOTES_MAX]; /* paragraphs below the table; NULL ends them */
};

/* Fails as letter_render does. */
MUST_USE enum status statement_render(const struct statement *statement, struct letter_document *ret_document,
                                      struct error *err);

#endif
