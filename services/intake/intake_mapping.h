#ifndef DUNLIN_INTAKE_MAPPING_H
#define DUNLIN_INTAKE_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "intake_fields.h"
#include "money/money.h"
#include "recordfile/recordfile.h"
#include "status/status.h"

#define MAPPING_HASH_BYTES 32
#define MAPPING_NO_COLUMN  SIZE_MAX

/* Where one of Dunlin's fields comes from. */
enum mapping_origin {
    MAPPING_ABSENT,
    MAPPING_COLUMN,
    MAPPING_VALUE, /* the same for every row */
};

/* What a column says, and which of our words it means. */
struct mapping_word {
    const char *said;
    enum debt_kind meant;
};

struct mapping_source {
    enum mapping_origin origin;
    const char *text;   /* the column's name, or the value */
    size_t position;    /* CSV: the column's, from 0 */
    int line;           /* of the mapping file */
    const char *dates;  /* pattern of a date */
    char **true_values; /* NULL: the usual ones */
    char **false_values;
    GArray *words; /* struct mapping_word, by what is said; NULL: our own names */
};

/* A filter on rows: those that do not pass are skipped, neither accepted nor rejected. */
enum mapping_test {
    MAPPING_EQUALS,     /* one of `values` */
    MAPPING_NOT_EQUALS, /* none of them */
    MAPPING_EMPTY,
    MAPPING_NOT_EMPTY,
};

struct mapping_condition {
    const char *column;
    size_t position;
    int line;
    enum mapping_test test;
    char **values;
};

/* How to read a client's file. Read once, then immutable; may be shared between threads. */
struct mapping {
    enum file_kind kind;
    enum recordfile_format format;
    char delimiter;
    char quote;
    const char *encoding; /* an iconv name; NULL: UTF-8 */
    char region[3];       /* of phone numbers without country code, and of addresses without country; empty: none */
    const char *dates;    /* pattern where a field has none of its own; NULL: none */
    struct money_format money;
    struct mapping_source fields[FIELD_COUNT];
    struct mapping_condition *conditions; /* all must hold */
    size_t n_conditions;
    size_t n_columns;                 /* CSV: of the header */
    uint8_t hash[MAPPING_HASH_BYTES]; /* of its meaning: comments, order and spelling of defaults do not count */
    GStringChunk *texts;
};

/* Reads a mapping file's text and finds its columns in the header.
 *
 * name    for messages; header  the raw first record (CSV), ignored for JSON lines.
 * Fails with INVALID_ARGUMENT naming file, line, field and what is allowed; for a column that the file lacks it lists
 * the file's columns. */
MUST_USE enum status mapping_read(const char *name, const char *text, const void *header, size_t header_len,
                                  struct mapping **ret_mapping, struct error *err);
void mapping_free(struct mapping *mapping);
void mapping_freep(struct mapping **mapping);

/* The field that the file's control sum adds up: balance or amount; FIELD_NONE where the kind has none. */
int mapping_amount_field(const struct mapping *mapping);

/* The one currency of the file; NULL where it comes from a column or there is none. */
const char *mapping_currency(const struct mapping *mapping);

/* The one client of the file; "" where it comes from a column. */
const char *mapping_client(const struct mapping *mapping);

#endif
