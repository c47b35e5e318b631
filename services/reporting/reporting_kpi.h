#ifndef DUNLIN_REPORTING_KPI_H
#define DUNLIN_REPORTING_KPI_H

#include "reporting_figures.h"

/* The KPIs: one row each in reporting_kpi.c says what it is called, what it means and of what it is made. */

/* A sum of counters. */
struct kpi_term {
    enum measure measure;
    const char *key; /* NULL: any */
    bool is_amount;  /* else their number */
};
#define KPI_TERMS_MAX 3

enum kpi_shape {
    KPI_COUNT,  /* sum of `over` */
    KPI_RATIO,  /* sum of `over` / sum of `under` */
    KPI_MEAN,   /* mean of `span`, whole days */
    KPI_MEDIAN, /* its median */
};

struct kpi {
    const char *name;
    const char *title;
    const char *definition;
    const char *unit; /* "accounts", "minor", "ratio", "days", ... */
    enum kpi_shape shape;
    bool is_per_currency;
    size_t n_over, n_under;
    struct kpi_term over[KPI_TERMS_MAX];
    struct kpi_term under[KPI_TERMS_MAX];
    enum span span;
};

/* Ended by name NULL. */
extern const struct kpi KPIS[];

struct kpi_value {
    int64_t numerator, denominator;
    bool has_value; /* the denominator is not 0 */
    double value;
};

/* `currency` NULL: of all currencies; asked for by rows that are per currency. */
struct kpi_value kpi_of(const struct kpi *kpi, const struct figures *figures, const char *currency);

#endif
