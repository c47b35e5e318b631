#include "metrics/metrics.h"

#include <assert.h>
#include <glib.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Metrics of one process: every service has some dozens. A power of two; the table is never more than half full. */
#define METRICS_MAX     256
#define SLOT_COUNT      (2 * METRICS_MAX)
#define LABEL_VALUE_MAX 64
#define LABEL_MAX_BYTES 128

static const char OTHER[] = "other";

/* Upper bounds of the buckets, as numbers and as the page writes them: %g of a double would have to be trusted to write
 * the same text for ever. */
static const struct {
    int64_t us;
    const char *seconds;
} BUCKETS[] = {
    {100, "0.0001"},  {250, "0.00025"}, {500, "0.0005"},  {1000, "0.001"},    {2500, "0.0025"}, {5000, "0.005"},
    {10000, "0.01"},  {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},    {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1.0"}, {2500000, "2.5"}, {5000000, "5.0"}, {10000000, "10.0"},
};

/* One line of the page, or one histogram. Lives as long as the process. */
struct series {
    _Atomic int64_t value;                              /* counter, gauge */
    _Atomic int64_t sum_us;                             /* histogram */
    _Atomic int64_t in_bucket[ARRAY_SIZE(BUCKETS) + 1]; /* histogram; not cumulative, the last is +Inf */
    char label_value[];                                 /* "" where the metric has no label */
};

/* A metric's series fill up from the front and never move: a reader stops at the first NULL. The one behind the last is
 * "other". */
struct family {
    const struct metric *metric;
    _Atomic(struct series *) series[LABEL_VALUE_MAX];
    _Atomic(struct series *) other;
};

/* Open addressing by the metric's address; slots are set once and never cleared, so that nobody needs a lock. */
static _Atomic(struct family *) families[SLOT_COUNT];

/* Values */

/* What stands in `place`, made by the first that needs it. Of two racing makers one wins and both use its series. */
static struct series *ensure_series(_Atomic(struct series *) *place, const char *label_value)
{
    struct series *found = atomic_load(place);
    if (found != NULL)
        return found;
    size_t len = strlen(label_value);
    struct series *made = calloc(1, sizeof(*made) + len + 1);
    if (made == NULL)
        return NULL;
    memcpy(made->label_value, label_value, len + 1);
    if (atomic_compare_exchange_strong(place, &found, made))
        return made;
    free(made);
    return found;
}

static bool is_fit_for_label(const char *label_value)
{
    return strlen(label_value) <= LABEL_MAX_BYTES && g_utf8_validate(label_value, -1, NULL) &&
           strcmp(label_value, OTHER) != 0;
}

/* NULL where memory is out, or nothing is there and `makes` is false. */
static struct series *find_series(struct family *family, const char *label_value, bool makes)
{
    const char *wanted = family->metric->label != NULL && label_value != NULL ? label_value : "";
    bool is_fit = false;
    for (size_t i = 0; i < LABEL_VALUE_MAX; i++) {
        struct series *series = atomic_load_explicit(&family->series[i], memory_order_acquire);
        if (series == NULL) {
            /* Checked here only: values that are there already are the hot path. */
            is_fit = is_fit || is_fit_for_label(wanted);
            if (!is_fit)
                break;
            if (!makes)
                return NULL;
            series = ensure_series(&family->series[i], wanted);
        }
        /* Another thread may have put a different value here meanwhile: then the next place is tried. */
        if (series == NULL || strcmp(series->label_value, wanted) == 0)
            return series;
    }
    return makes ? ensure_series(&family->other, OTHER) : atomic_load(&family->other);
}

static size_t first_slot(const struct metric *metric)
{
    /* Fibonacci hashing; the lowest bits of an address are always the same. */
    return (size_t)(((uint64_t)(uintptr_t)metric * UINT64_C(0x9E3779B97F4A7C15)) >> 32) % SLOT_COUNT;
}

static struct family *make_family(_Atomic(struct family *) *slot, const struct metric *metric)
{
    struct family *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return NULL;
    made->metric = metric;
    struct family *found = NULL;
    if (atomic_compare_exchange_strong(slot, &found, made))
        return made;
    free(made);
    return found;
}

static struct family *find_family(const struct metric *metric, bool makes)
{
    size_t first = first_slot(metric);
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        _Atomic(struct family *) *slot = &families[(first + i) % SLOT_COUNT];
        struct family *family = atomic_load_explicit(slot, memory_order_acquire);
        if (family == NULL) {
            if (!makes)
                return NULL;
            family = make_family(slot, metric);
        }
        if (family == NULL || family->metric == metric)
            return family;
    }
    /* Metrics are rows of static tables: a program with more of them than METRICS_MAX must raise it. */
    assert(false);
    return NULL;
}

static struct series *series_of(const struct metric *metric, const char *label_value)
{
    assert((metric->label == NULL) == (label_value == NULL));
    struct family *family = find_family(metric, true);
    return family == NULL ? NULL : find_series(family, label_value, true);
}

void metrics_register(const struct metric *table)
{
    for (const struct metric *metric = table; metric->name != NULL; metric++) {
        struct family *family = find_family(metric, true);
        if (family != NULL && metric->label == NULL)
            (void)find_series(family, NULL, true);
    }
}

/* A measurement that finds no memory is dropped: metrics never stop a service. */
void metrics_add(const struct metric *metric, const char *label_value, int64_t amount)
{
    assert(metric->kind == METRIC_GAUGE || (metric->kind == METRIC_COUNTER && amount >= 0));
    struct series *series = series_of(metric, label_value);
    if (series != NULL)
        (void)atomic_fetch_add_explicit(&series->value, amount, memory_order_relaxed);
}

void metrics_set(const struct metric *metric, const char *label_value, int64_t value)
{
    assert(metric->kind == METRIC_GAUGE);
    struct series *series = series_of(metric, label_value);
    if (series != NULL)
        atomic_store_explicit(&series->value, value, memory_order_relaxed);
}

void metrics_observe_us(const struct metric *metric, const char *label_value, int64_t duration_us)
{
    assert(metric->kind == METRIC_HISTOGRAM);
    struct series *series = series_of(metric, label_value);
    if (series == NULL)
        return;
    /* Business time can be driven between two readings; a negative duration would let the sum, a counter, run
     * backwards. */
    int64_t us = duration_us < 0 ? 0 : duration_us;
    size_t bucket = 0;
    while (bucket < ARRAY_SIZE(BUCKETS) && us > BUCKETS[bucket].us)
        bucket++;
    (void)atomic_fetch_add_explicit(&series->in_bucket[bucket], 1, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&series->sum_us, us, memory_order_relaxed);
}

static int64_t count_of(struct series *series)
{
    int64_t count = 0;
    for (size_t i = 0; i < ARRAY_SIZE(series->in_bucket); i++)
        count += atomic_load_explicit(&series->in_bucket[i], memory_order_relaxed);
    return count;
}

int64_t metrics_value(const struct metric *metric, const char *label_value)
{
    struct family *family = find_family(metric, false);
    struct series *series = family == NULL ? NULL : find_series(family, label_value, false);
    if (series == NULL)
        return 0;
    if (metric->kind == METRIC_HISTOGRAM)
        return count_of(series);
    return atomic_load_explicit(&series->value, memory_order_relaxed);
}

/* Page */

/* HELP escapes backslash and line feed; a label value the quote as well. */
static void print_escaped(const char *text, bool is_quoted, FILE *out)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\n')
            (void)fputs("\\n", out);
        else if (*at == '\\' || (is_quoted && *at == '"'))
            (void)fprintf(out, "\\%c", *at);
        else
            (void)fputc(*at, out);
    }
}

/* {label="value",le="0.5"}; either may be missing. */
static void print_labels(const struct metric *metric, const struct series *series, const char *le, FILE *out)
{
    if (metric->label == NULL && le == NULL)
        return;
    (void)fputc('{', out);
    if (metric->label != NULL) {
        (void)fprintf(out, "%s=\"", metric->label);
        print_escaped(series->label_value, true, out);
        (void)fputc('"', out);
    }
    if (le != NULL)
        (void)fprintf(out, "%sle=\"%s\"", metric->label != NULL ? "," : "", le);
    (void)fputc('}', out);
}

static void print_line(const struct metric *metric, const char *suffix, const struct series *series, const char *le,
                       int64_t value, FILE *out)
{
    (void)fprintf(out, "%s%s", metric->name, suffix);
    print_labels(metric, series, le, out);
    (void)fprintf(out, " %" PRId64 "\n", value);
}

/* The count is the sum of what was read, so that a page never contradicts itself while others count on. */
static void print_histogram(const struct metric *metric, struct series *series, FILE *out)
{
    int64_t sum_us = atomic_load_explicit(&series->sum_us, memory_order_relaxed);
    int64_t count = 0;
    for (size_t i = 0; i < ARRAY_SIZE(series->in_bucket); i++) {
        count += atomic_load_explicit(&series->in_bucket[i], memory_order_relaxed);
        print_line(metric, "_bucket", series, i < ARRAY_SIZE(BUCKETS) ? BUCKETS[i].seconds : "+Inf", count, out);
    }
    (void)fprintf(out, "%s_sum", metric->name);
    print_labels(metric, series, NULL, out);
    (void)fprintf(out, " %" PRId64 ".%06" PRId64 "\n", sum_us / 1000000, sum_us % 1000000);
    print_line(metric, "_count", series, NULL, count, out);
}

static void print_series(const struct metric *metric, struct series *series, FILE *out)
{
    if (metric->kind == METRIC_HISTOGRAM)
        print_histogram(metric, series, out);
    else
        print_line(metric, "", series, NULL, atomic_load_explicit(&series->value, memory_order_relaxed), out);
}

static const char *kind_name(enum metric_kind kind)
{
    switch (kind) {
    case METRIC_COUNTER:
        return "counter";
    case METRIC_GAUGE:
        return "gauge";
    case METRIC_HISTOGRAM:
        return "histogram";
    }
    return "untyped";
}

static void print_family(struct family *family, FILE *out)
{
    const struct metric *metric = family->metric;
    (void)fprintf(out, "# HELP %s ", metric->name);
    print_escaped(metric->help != NULL ? metric->help : "", false, out);
    (void)fprintf(out, "\n# TYPE %s %s\n", metric->name, kind_name(metric->kind));
    for (size_t i = 0; i < LABEL_VALUE_MAX; i++) {
        struct series *series = atomic_load_explicit(&family->series[i], memory_order_acquire);
        if (series == NULL)
            break;
        print_series(metric, series, out);
    }
    struct series *other = atomic_load_explicit(&family->other, memory_order_acquire);
    if (other != NULL)
        print_series(metric, other, out);
}

static int compare_names(const void *a, const void *b)
{
    const struct family *const *left = a;
    const struct family *const *right = b;
    return strcmp((*left)->metric->name, (*right)->metric->name);
}

static void print_page(FILE *out)
{
    struct family *sorted[SLOT_COUNT];
    size_t n = 0;
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        struct family *family = atomic_load_explicit(&families[i], memory_order_acquire);
        if (family != NULL)
            sorted[n++] = family;
    }
    qsort(sorted, n, sizeof(sorted[0]), compare_names);
    for (size_t i = 0; i < n; i++)
        print_family(sorted[i], out);
}

char *metrics_render(void)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&page, &size);
    if (out == NULL)
        return NULL;
    print_page(out);
    bool has_failed = ferror(out) != 0;
    if (fclose(out) != 0 || has_failed) {
        free(page);
        return NULL;
    }
    return page;
}
