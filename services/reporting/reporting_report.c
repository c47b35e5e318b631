#include "reporting_report.h"

#include <string.h>

#include "reporting_kpi.h"
#include "reporting_model.h"
#include "service/wire.h"

static void *keep(struct report *report, size_t size)
{
    void *memory = g_malloc0(size);
    g_ptr_array_add(report->memory, memory);
    return memory;
}

/* The list that a repeated field needs. */
static void *keep_list(struct report *report, size_t n)
{
    return keep(report, (n + 1) * sizeof(void *));
}

static void add_kpi(struct report *report, const struct kpi *kpi, const struct figures *figures, const char *currency)
{
    Dunlin__Reporting__V1__Kpi *wire = keep(report, sizeof(*wire));
    const struct kpi_value value = kpi_of(kpi, figures, currency);
    dunlin__reporting__v1__kpi__init(wire);
    wire->name = wire_text(kpi->name);
    wire->title = wire_text(kpi->title);
    wire->definition = wire_text(kpi->definition);
    wire->unit = wire_text(kpi->unit);
    wire->currency = wire_text(currency ? currency : "");
    wire->numerator = value.numerator;
    wire->denominator = value.denominator;
    wire->has_value = value.has_value;
    wire->value = value.value;
    report->message.kpis[report->message.n_kpis++] = wire;
}

/* A KPI that is per currency has a row for each; where no account was placed yet it has one without a currency. */
static void add_kpis(struct report *report, const struct figures *figures, const GPtrArray *currencies)
{
    size_t n_kpis = 0;
    while (KPIS[n_kpis].name)
        n_kpis++;
    report->message.kpis = keep_list(report, n_kpis * (currencies->len + 1));
    for (const struct kpi *kpi = KPIS; kpi->name; kpi++) {
        if (!kpi->is_per_currency || currencies->len == 0)
            add_kpi(report, kpi, figures, NULL);
        for (guint i = 0; kpi->is_per_currency && i < currencies->len; i++)
            add_kpi(report, kpi, figures, g_ptr_array_index(currencies, i));
    }
}

/* The only currency there is; empty: several, or none. */
static const char *only_currency(const GPtrArray *currencies)
{
    return currencies->len == 1 ? g_ptr_array_index(currencies, 0) : "";
}

static void add_funnel(struct report *report, const struct figures *figures, const char *currency)
{
    report->message.funnel = keep_list(report, STAGE_END);
    for (enum stage stage = 0; stage < STAGE_END; stage++) {
        Dunlin__Reporting__V1__FunnelStage *wire = keep(report, sizeof(*wire));
        dunlin__reporting__v1__funnel_stage__init(wire);
        wire->stage = wire_text(stage_name(stage));
        wire->accounts = figures_n(figures, MEASURE_STAGE, stage_name(stage), NULL);
        wire->amount_minor = currency[0] ? figures_amount(figures, MEASURE_STAGE, stage_name(stage), currency) : 0;
        wire->currency = wire_text(currency);
        report->message.funnel[report->message.n_funnel++] = wire;
    }
}

static Dunlin__Reporting__V1__CountBy *new_count(struct report *report, const char *key, const char *label)
{
    Dunlin__Reporting__V1__CountBy *wire = keep(report, sizeof(*wire));
    dunlin__reporting__v1__count_by__init(wire);
    wire->key = wire_text(key);
    wire->label = wire_text(label);
    return wire;
}

static int compare_counts(const void *x, const void *y)
{
    const Dunlin__Reporting__V1__CountBy *a = *(Dunlin__Reporting__V1__CountBy *const *)x;
    const Dunlin__Reporting__V1__CountBy *b = *(Dunlin__Reporting__V1__CountBy *const *)y;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return strcmp(a->key, b->key);
}

static void add_refusals(struct report *report, const struct figures *figures)
{
    Dunlin__Reporting__V1__Report *message = &report->message;
    message->refusals_by_rule = keep_list(report, figures->counters->len);
    for (guint i = 0; i < figures->counters->len; i++) {
        const struct figure *figure = &g_array_index(figures->counters, struct figure, i);
        if (figure->measure != MEASURE_REFUSED_BY_RULE)
            continue;
        Dunlin__Reporting__V1__CountBy *wire = new_count(report, figure->key, figure->label);
        wire->count = figure->n;
        message->refusals_by_rule[message->n_refusals_by_rule++] = wire;
    }
    qsort(message->refusals_by_rule, message->n_refusals_by_rule, sizeof(void *), compare_counts);
}

static const char *class_title(const struct sop *sop, const char *code)
{
    for (size_t i = 0; i < sop->n_classes; i++)
        if (strcmp(sop->classes[i].code, code) == 0)
            return sop->classes[i].title;
    return strcmp(code, "closed") == 0 ? "Nothing left to collect: paid, recalled or dispute upheld" : code;
}

static Dunlin__Reporting__V1__CountBy *class_of(struct report *report, const struct sop *sop, const char *code)
{
    Dunlin__Reporting__V1__Report *message = &report->message;
    for (size_t i = 0; i < message->n_classes; i++)
        if (strcmp(message->classes[i]->key, code) == 0)
            return message->classes[i];
    Dunlin__Reporting__V1__CountBy *wire = new_count(report, code, class_title(sop, code));
    message->classes[message->n_classes++] = wire;
    return wire;
}

static void add_classes(struct report *report, const struct figures *figures, const struct sop *sop,
                        const char *currency)
{
    Dunlin__Reporting__V1__Report *message = &report->message;
    message->classes = keep_list(report, figures->counters->len);
    for (guint i = 0; i < figures->counters->len; i++) {
        const struct figure *figure = &g_array_index(figures->counters, struct figure, i);
        if (figure->measure != MEASURE_CLASS)
            continue;
        Dunlin__Reporting__V1__CountBy *wire = class_of(report, sop, figure->key);
        wire->count += figure->n;
        wire->amount_minor += currency[0] ? figure->amount_minor : 0;
        wire->currency = wire_text(currency);
    }
    qsort(message->classes, message->n_classes, sizeof(void *), compare_counts);
}

static void add_aging(struct report *report, Dunlin__Reporting__V1__CurrencyReport *wire, const struct figures *figures,
                      const struct sop *sop)
{
    struct aging_bucket *buckets = keep(report, (sop->n_buckets + 1) * sizeof(*buckets));
    aging_by_bucket(sop, (const struct aging_row *)(void *)figures->aging->data, figures->aging->len, wire->currency,
                    report->message.aging_as_of_days, buckets);
    wire->aging = keep_list(report, sop->n_buckets);
    for (size_t i = 0; i < sop->n_buckets; i++) {
        Dunlin__Reporting__V1__CountBy *count = new_count(report, buckets[i].bucket->code, buckets[i].bucket->code);
        count->count = buckets[i].accounts;
        count->amount_minor = buckets[i].balance_minor;
        count->currency = wire->currency;
        wire->aging[wire->n_aging++] = count;
    }
}

static void add_currencies(struct report *report, const struct figures *figures, const struct sop *sop,
                           const GPtrArray *currencies)
{
    report->message.currencies = keep_list(report, currencies->len);
    for (guint i = 0; i < currencies->len; i++) {
        const char *currency = g_ptr_array_index(currencies, i);
        Dunlin__Reporting__V1__CurrencyReport *wire = keep(report, sizeof(*wire));
        dunlin__reporting__v1__currency_report__init(wire);
        wire->currency = wire_text(currency);
        wire->placed_minor = figures_amount(figures, MEASURE_STAGE, stage_name(STAGE_PLACED), currency);
        wire->collected_minor = figures_amount(figures, MEASURE_COLLECTED, NULL, currency);
        wire->open_minor = figures_amount(figures, MEASURE_OPEN, NULL, currency);
        add_aging(report, wire, figures, sop);
        report->message.currencies[report->message.n_currencies++] = wire;
    }
}

static int compare_steps(const void *x, const void *y)
{
    const Dunlin__Reporting__V1__StepDuration *a = *(Dunlin__Reporting__V1__StepDuration *const *)x;
    const Dunlin__Reporting__V1__StepDuration *b = *(Dunlin__Reporting__V1__StepDuration *const *)y;
    if (a->p99_us != b->p99_us)
        return a->p99_us > b->p99_us ? -1 : 1;
    return strcmp(a->step, b->step);
}

static void add_steps(struct report *report, const struct figures *figures)
{
    Dunlin__Reporting__V1__Report *message = &report->message;
    message->steps = keep_list(report, SPAN_END);
    for (enum span span = 0; span < SPAN_END; span++) {
        size_t n_bars = 0;
        const struct bar *bars = figures_bars(figures, span, &n_bars);
        if (!SPANS[span].step || n_bars == 0)
            continue;
        Dunlin__Reporting__V1__StepDuration *wire = keep(report, sizeof(*wire));
        dunlin__reporting__v1__step_duration__init(wire);
        wire->step = wire_text(SPANS[span].step);
        wire->count = bars_count(bars, n_bars);
        wire->p50_us = duration_quantile_us(bars, n_bars, 500);
        wire->p99_us = duration_quantile_us(bars, n_bars, 990);
        wire->max_us = bars_max(bars, n_bars);
        wire->is_machine_time = SPANS[span].is_machine_time;
        message->steps[message->n_steps++] = wire;
    }
    qsort(message->steps, message->n_steps, sizeof(void *), compare_steps);
}

struct report *report_new(const struct figures *figures, const struct sop *sop, const char *agency,
                          int32_t aging_as_of_days)
{
    struct report *report = g_new0(struct report, 1);
    Dunlin__Reporting__V1__Report *message = &report->message;
    GPtrArray *currencies = figures_currencies(figures);
    report->memory = g_ptr_array_new_with_free_func(g_free);
    dunlin__reporting__v1__report__init(message);
    message->agency = wire_text(agency);
    message->as_of_us = figures->as_of_us;
    message->aging_as_of_days = aging_as_of_days;
    message->is_rebuilding = figures->is_rebuilding;
    message->events_applied = figures->events;
    add_kpis(report, figures, currencies);
    add_funnel(report, figures, only_currency(currencies));
    add_refusals(report, figures);
    add_classes(report, figures, sop, only_currency(currencies));
    add_currencies(report, figures, sop, currencies);
    add_steps(report, figures);
    g_ptr_array_free(currencies, TRUE);
    return report;
}

void report_free(struct report *report)
{
    if (!report)
        return;
    g_ptr_array_free(report->memory, TRUE);
    g_free(report);
}

void report_freep(struct report **report)
{
    report_free(*report);
    *report = NULL;
}
