#include "reporting_figures.h"

#include <string.h>

struct figures *figures_new(void)
{
    struct figures *figures = g_new0(struct figures, 1);
    figures->counters = g_array_new(FALSE, TRUE, sizeof(struct figure));
    figures->aging = g_array_new(FALSE, TRUE, sizeof(struct aging_row));
    for (enum span span = 0; span < SPAN_END; span++)
        figures->spans[span] = g_array_new(FALSE, TRUE, sizeof(struct bar));
    return figures;
}

void figures_free(struct figures *figures)
{
    if (!figures)
        return;
    g_array_free(figures->counters, TRUE);
    g_array_free(figures->aging, TRUE);
    for (enum span span = 0; span < SPAN_END; span++)
        g_array_free(figures->spans[span], TRUE);
    g_free(figures);
}

void figures_freep(struct figures **figures)
{
    figures_free(*figures);
    *figures = NULL;
}

static bool is_asked(const struct figure *figure, enum measure measure, const char *key, const char *currency)
{
    return figure->measure == measure && (!key || strcmp(key, figure->key) == 0) &&
           (!currency || strcmp(currency, figure->currency) == 0);
}

int64_t figures_n(const struct figures *figures, enum measure measure, const char *key, const char *currency)
{
    int64_t n = 0;
    for (guint i = 0; i < figures->counters->len; i++) {
        const struct figure *figure = &g_array_index(figures->counters, struct figure, i);
        if (is_asked(figure, measure, key, currency))
            n += figure->n;
    }
    return n;
}

int64_t figures_amount(const struct figures *figures, enum measure measure, const char *key, const char *currency)
{
    int64_t amount = 0;
    for (guint i = 0; i < figures->counters->len; i++) {
        const struct figure *figure = &g_array_index(figures->counters, struct figure, i);
        if (is_asked(figure, measure, key, currency))
            amount += figure->amount_minor;
    }
    return amount;
}

const struct bar *figures_bars(const struct figures *figures, enum span span, size_t *ret_n)
{
    *ret_n = figures->spans[span]->len;
    return (const struct bar *)(void *)figures->spans[span]->data;
}

GPtrArray *figures_currencies(const struct figures *figures)
{
    GPtrArray *currencies = g_ptr_array_new();
    for (guint i = 0; i < figures->counters->len; i++) {
        struct figure *figure = &g_array_index(figures->counters, struct figure, i);
        /* sorted by currency within a key: every account is placed */
        if (is_asked(figure, MEASURE_STAGE, "placed", NULL) && figure->currency[0] != '\0')
            g_ptr_array_add(currencies, figure->currency);
    }
    return currencies;
}
