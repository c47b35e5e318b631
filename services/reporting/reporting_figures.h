#ifndef DUNLIN_REPORTING_FIGURES_H
#define DUNLIN_REPORTING_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "reporting_aging.h"
#include "reporting_histogram.h"
#include "reporting_tally.h"

/* All figures of one agency at one moment, summed over the partitions: what KPIs and reports are made of. */

struct figure {
    enum measure measure;
    char key[TALLY_KEY_SIZE];
    char currency[CURRENCY_SIZE];
    int64_t n, amount_minor;
    char label[TALLY_LABEL_SIZE];
};

struct figures {
    GArray *counters;        /* struct figure, by measure, key, currency */
    GArray *spans[SPAN_END]; /* struct bar, ascending by bucket */
    GArray *aging;           /* struct aging_row */
    int64_t as_of_us, events;
    bool is_rebuilding;
};

struct figures *figures_new(void);
void figures_free(struct figures *figures);
void figures_freep(struct figures **figures);

/* Sums over all counters of a measure with this key and currency; NULL: whatever they are. */
int64_t figures_n(const struct figures *figures, enum measure measure, const char *key, const char *currency);
int64_t figures_amount(const struct figures *figures, enum measure measure, const char *key, const char *currency);

const struct bar *figures_bars(const struct figures *figures, enum span span, size_t *ret_n);

/* The currencies of all accounts placed, without doubles, as lent texts in alphabetical order; owned by the caller. */
GPtrArray *figures_currencies(const struct figures *figures);

#endif
