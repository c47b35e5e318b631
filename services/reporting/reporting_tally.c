#include "reporting_tally.h"

#include <string.h>

#include "reporting_words.h"

static const char *const MEASURE_NAMES[MEASURE_END] = {
    [MEASURE_STAGE] = "stage",
    [MEASURE_CLASS] = "class",
    [MEASURE_OPEN] = "open",
    [MEASURE_SETTLED] = "settled",
    [MEASURE_SETTLED_LATE] = "settled_late",
    [MEASURE_RECALLED] = "recalled",
    [MEASURE_DISPUTE_OPEN] = "dispute_open",
    [MEASURE_COLLECTED] = "collected",
    [MEASURE_PERMIT_GRANTED] = "permit_granted",
    [MEASURE_PERMIT_REFUSED] = "permit_refused",
    [MEASURE_PERMIT_EXPIRED] = "permit_expired",
    [MEASURE_REFUSED_BY_RULE] = "refused_by_rule",
    [MEASURE_ATTEMPT_REPORTED] = "attempt_reported",
    [MEASURE_ATTEMPT_IN_PERMIT] = "attempt_in_permit",
    [MEASURE_ATTEMPT_TELEPHONY] = "attempt_telephony",
    [MEASURE_ATTEMPT_PARTY] = "attempt_party",
    [MEASURE_ATTEMPT_OUTCOME] = "attempt_outcome",
    [MEASURE_CONVERSATION] = "conversation",
    [MEASURE_PROMISE] = "promise",
    [MEASURE_DISPUTE] = "dispute",
    [MEASURE_STOP] = "stop",
    [MEASURE_ROW] = "row",
    [MEASURE_NOTICE_OVERDUE] = "notice_overdue",
    [MEASURE_CLIENT_PLACED] = "client_placed",
    [MEASURE_CLIENT_DISPUTES] = "client_disputes",
    [MEASURE_CLIENT_COMPLAINTS] = "client_complaints",
    [MEASURE_COLLECTOR_CONTACTS] = "collector_contacts",
    [MEASURE_COLLECTOR_COMPLAINTS] = "collector_complaints",
    [MEASURE_CAMPAIGN_COMPLAINTS] = "campaign_complaints",
    [MEASURE_PLAN] = "plan",
    [MEASURE_INSTALMENT_MISSED] = "instalment_missed",
    [MEASURE_COLLECTOR_DISPUTES] = "collector_disputes",
    [MEASURE_CAMPAIGN_CONTACTS] = "campaign_contacts",
    [MEASURE_CAMPAIGN_DISPUTES] = "campaign_disputes",
};

const struct span_kind SPANS[SPAN_END] = {
    [SPAN_PLACED_TO_CLASSIFIED] = {"placed_to_classified", "placed to classified", true},
    [SPAN_CLASSIFIED_TO_PLANNED] = {"classified_to_planned", "classified to planned", true},
    [SPAN_PERMIT_TO_REPORT] = {"permit_to_report", "permit to report", false},
    [SPAN_DISPUTE_TO_RESOLVED] = {"dispute_to_resolved", "dispute opened to resolved", false},
    [SPAN_PROMISE_TO_KEPT] = {"promise_to_kept", "promise made to kept", false},
    [SPAN_DAYS_TO_RESOLVE] = {"days_to_resolve", NULL, false},
    [SPAN_DAYS_TO_PAY] = {"days_to_pay", NULL, false},
};

const char *measure_name(enum measure measure)
{
    return MEASURE_NAMES[measure];
}

bool measure_find(const char *name, enum measure *ret_measure)
{
    for (enum measure measure = 0; measure < MEASURE_END; measure++) {
        if (strcmp(MEASURE_NAMES[measure], name) == 0) {
            *ret_measure = measure;
            return true;
        }
    }
    return false;
}

bool span_find(const char *name, enum span *ret_span)
{
    for (enum span span = 0; span < SPAN_END; span++) {
        if (strcmp(SPANS[span].name, name) == 0) {
            *ret_span = span;
            return true;
        }
    }
    return false;
}

static guint mix(guint hash, int64_t number)
{
    const uint64_t product = ((uint64_t)hash ^ (uint64_t)number) * UINT64_C(0x9E3779B97F4A7C15);
    return (guint)(product >> 32);
}

static guint mix_place(const struct place *place)
{
    return mix(place->partition, place->agency_id);
}

static bool is_same_place(const struct place *a, const struct place *b)
{
    return a->partition == b->partition && a->agency_id == b->agency_id;
}

static guint counter_hash(gconstpointer data)
{
    const struct counter *counter = data;
    return mix(mix(mix_place(&counter->place), counter->measure), g_str_hash(counter->key));
}

static gboolean counter_is_same(gconstpointer x, gconstpointer y)
{
    const struct counter *a = x, *b = y;
    return is_same_place(&a->place, &b->place) && a->measure == b->measure && strcmp(a->key, b->key) == 0 &&
           strcmp(a->currency, b->currency) == 0;
}

static guint bar_hash(gconstpointer data)
{
    const struct span_bar *bar = data;
    return mix(mix(mix_place(&bar->place), bar->span), bar->bar.bucket);
}

static gboolean bar_is_same(gconstpointer x, gconstpointer y)
{
    const struct span_bar *a = x, *b = y;
    return is_same_place(&a->place, &b->place) && a->span == b->span && a->bar.bucket == b->bar.bucket;
}

static guint cell_hash(gconstpointer data)
{
    const struct aging_cell *cell = data;
    return mix(mix(mix_place(&cell->place), cell->due_on_days), cell->effective_on_days);
}

static gboolean cell_is_same(gconstpointer x, gconstpointer y)
{
    const struct aging_cell *a = x, *b = y;
    return is_same_place(&a->place, &b->place) && a->due_on_days == b->due_on_days &&
           a->effective_on_days == b->effective_on_days && strcmp(a->currency, b->currency) == 0;
}

static guint progress_hash(gconstpointer data)
{
    return mix_place(&((const struct progress *)data)->place);
}

static gboolean progress_is_same(gconstpointer x, gconstpointer y)
{
    return is_same_place(&((const struct progress *)x)->place, &((const struct progress *)y)->place);
}

struct tally *tally_new(void)
{
    struct tally *tally = g_new0(struct tally, 1);
    tally->counters = g_hash_table_new_full(counter_hash, counter_is_same, g_free, NULL);
    tally->bars = g_hash_table_new_full(bar_hash, bar_is_same, g_free, NULL);
    tally->cells = g_hash_table_new_full(cell_hash, cell_is_same, g_free, NULL);
    tally->progress = g_hash_table_new_full(progress_hash, progress_is_same, g_free, NULL);
    return tally;
}

void tally_free(struct tally *tally)
{
    if (!tally)
        return;
    g_hash_table_destroy(tally->counters);
    g_hash_table_destroy(tally->bars);
    g_hash_table_destroy(tally->cells);
    g_hash_table_destroy(tally->progress);
    g_free(tally);
}

void tally_freep(struct tally **tally)
{
    tally_free(*tally);
    *tally = NULL;
}

/* The set's own cell with the key of `wanted`. */
static void *cell_of(GHashTable *set, const void *wanted, size_t size)
{
    void *cell = g_hash_table_lookup(set, wanted);
    if (cell)
        return cell;
    cell = g_memdup2(wanted, size);
    g_hash_table_add(set, cell);
    return cell;
}

struct counter *tally_count(struct tally *tally, const struct place *place, enum measure measure, const char *key,
                            const char *currency, int64_t n, int64_t amount_minor)
{
    struct counter wanted = {.place = *place, .measure = measure};
    text_copy(wanted.key, sizeof(wanted.key), key);
    text_copy(wanted.currency, sizeof(wanted.currency), currency);
    struct counter *counter = cell_of(tally->counters, &wanted, sizeof(wanted));
    counter->n += n;
    counter->amount_minor += amount_minor;
    return counter;
}

void tally_duration(struct tally *tally, const struct place *place, enum span span, int64_t us)
{
    const struct span_bar wanted = {.place = *place, .span = span, .bar = {.bucket = duration_bucket(us)}};
    struct span_bar *bar = cell_of(tally->bars, &wanted, sizeof(wanted));
    bar->bar.n++;
    bar->bar.max = MAX(bar->bar.max, us);
}

void tally_days(struct tally *tally, const struct place *place, enum span span, int64_t days, int64_t n)
{
    const struct span_bar wanted = {.place = *place, .span = span, .bar = {.bucket = days}};
    struct span_bar *bar = cell_of(tally->bars, &wanted, sizeof(wanted));
    bar->bar.n += n;
}

void tally_aging(struct tally *tally, const struct place *place, const char *currency, int32_t due_on_days,
                 int32_t effective_on_days, int64_t accounts, int64_t balance_minor)
{
    struct aging_cell wanted = {.place = *place, .due_on_days = due_on_days, .effective_on_days = effective_on_days};
    text_copy(wanted.currency, sizeof(wanted.currency), currency);
    struct aging_cell *cell = cell_of(tally->cells, &wanted, sizeof(wanted));
    cell->accounts += accounts;
    cell->balance_minor += balance_minor;
}

void tally_event(struct tally *tally, const struct place *place, int64_t seq, int64_t occurred_at_us)
{
    const struct progress wanted = {.place = *place, .as_of_us = INT64_MIN};
    struct progress *progress = cell_of(tally->progress, &wanted, sizeof(wanted));
    progress->last_seq = MAX(progress->last_seq, seq);
    progress->as_of_us = MAX(progress->as_of_us, occurred_at_us);
    progress->events++;
}
