#ifndef DUNLIN_CLI_TABLE_H
#define DUNLIN_CLI_TABLE_H

#include "cli.h"

/* Tables for people, out of the same JSON that machines get. */
enum column_kind {
    COLUMN_TEXT,
    COLUMN_NUMBER,  /* with thousands apart, to the right */
    COLUMN_MONEY,   /* "<key>_minor" and the row's "currency" */
    COLUMN_INSTANT, /* RFC 3339 text, shown to the second */
    COLUMN_US,      /* a duration in microseconds */
    COLUMN_LIST,    /* an array of texts or numbers, joined by ", " */
};

struct column {
    const char *title; /* NULL ends a list */
    const char *key;
    enum column_kind kind;
};

/* A header and a line a row of the JSON array `rows`; "(none)" for an empty one. Nothing with --json. */
void table_print(struct cli *cli, const json_t *rows, const struct column *columns);

/* The same for one JSON object, as lines of title and value; keys that are missing, null or empty are left out. */
void table_print_object(struct cli *cli, const json_t *object, const struct column *columns);

/* One cell as people read it; g_free. */
char *table_cell(const json_t *row, const struct column *column);

/* "1,234,567"; g_free. */
char *table_number(int64_t number);
/* "3 ms", "2.4 s", "5 min", "3 h", "12 days"; g_free. */
char *table_duration(int64_t us);

#endif
