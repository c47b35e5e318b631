#include "reporting_rates.h"

#include <stdio.h>
#include <string.h>

#include "calendar/calendar.h"
#include "reporting_words.h"

#define NAME_AT RATE_MONTH_SIZE /* behind the month and a blank */

const char *rate_key(int64_t at_us, const char *name, char key[static TALLY_KEY_SIZE])
{
    int year, month, day;
    char prefix[32];
    date_to_ymd((struct date){(int32_t)(at_us / US_PER_DAY)}, &year, &month, &day);
    (void)snprintf(prefix, sizeof(prefix), "%04d-%02d ", year, month);
    text_copy(key, TALLY_KEY_SIZE, prefix);
    text_copy(key + NAME_AT, TALLY_KEY_SIZE - NAME_AT, name);
    return key;
}

bool rate_month_is_valid(const char *month)
{
    char day[DATE_TEXT_SIZE];
    struct date date;
    if (month[0] == '\0')
        return true;
    return (size_t)snprintf(day, sizeof(day), "%s-01", month) == strlen("2026-06-01") &&
           date_parse(day, "YYYY-MM-DD", &date, NULL) == STATUS_OK;
}

static bool is_before(const char *key, const char *month)
{
    return month[0] != '\0' && strncmp(key, month, RATE_MONTH_SIZE - 1) < 0;
}

static bool is_after(const char *key, const char *month)
{
    return month[0] != '\0' && strncmp(key, month, RATE_MONTH_SIZE - 1) > 0;
}

/* What each counter adds to, and by what it is asked for. */
static const struct rate_part {
    enum measure measure;
    enum rate_by by;
    size_t offset;      /* of the sum in struct frequency */
    bool is_up_to_then; /* since the beginning, else in the period */
} PARTS[] = {
    {MEASURE_CLIENT_PLACED, RATE_BY_CLIENT, offsetof(struct frequency, out_of), true},
    {MEASURE_CLIENT_DISPUTES, RATE_BY_CLIENT, offsetof(struct frequency, disputes), false},
    {MEASURE_CLIENT_COMPLAINTS, RATE_BY_CLIENT, offsetof(struct frequency, complaints), false},
    {MEASURE_COLLECTOR_CONTACTS, RATE_BY_COLLECTOR, offsetof(struct frequency, out_of), false},
    {MEASURE_COLLECTOR_DISPUTES, RATE_BY_COLLECTOR, offsetof(struct frequency, disputes), false},
    {MEASURE_COLLECTOR_COMPLAINTS, RATE_BY_COLLECTOR, offsetof(struct frequency, complaints), false},
    {MEASURE_CAMPAIGN_CONTACTS, RATE_BY_CAMPAIGN, offsetof(struct frequency, out_of), false},
    {MEASURE_CAMPAIGN_DISPUTES, RATE_BY_CAMPAIGN, offsetof(struct frequency, disputes), false},
    {MEASURE_CAMPAIGN_COMPLAINTS, RATE_BY_CAMPAIGN, offsetof(struct frequency, complaints), false},
};

static const struct rate_part *part_of(const struct figure *figure, const struct rate_question *question)
{
    for (size_t i = 0; i < ARRAY_SIZE(PARTS); i++)
        if (PARTS[i].measure == figure->measure && PARTS[i].by == question->by)
            return is_after(figure->key, question->to_month) ||
                           (!PARTS[i].is_up_to_then && is_before(figure->key, question->from_month))
                       ? NULL
                       : &PARTS[i];
    return NULL;
}

static struct frequency *frequency_named(GArray *rates, GHashTable *places, const char *name)
{
    gpointer place;
    if (!g_hash_table_lookup_extended(places, name, NULL, &place)) {
        struct frequency rate = {0};
        text_copy(rate.name, sizeof(rate.name), name);
        g_array_append_val(rates, rate);
        place = GUINT_TO_POINTER(rates->len - 1);
        (void)g_hash_table_insert(places, g_strdup(name), place);
    }
    return &g_array_index(rates, struct frequency, GPOINTER_TO_UINT(place));
}

static int compare_rates(const void *x, const void *y)
{
    const struct frequency *a = x, *b = y;
    const int64_t of_a = a->disputes + a->complaints, of_b = b->disputes + b->complaints;
    if (of_a != of_b)
        return of_a > of_b ? -1 : 1;
    return strcmp(a->name, b->name);
}

GArray *rates_of(const struct figures *figures, const struct rate_question *question)
{
    GArray *rates = g_array_new(FALSE, FALSE, sizeof(struct frequency));
    g_autoptr(GHashTable) places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < figures->counters->len; i++) {
        const struct figure *figure = &g_array_index(figures->counters, struct figure, i);
        const struct rate_part *part = part_of(figure, question);
        if (!part || strlen(figure->key) < NAME_AT)
            continue;
        struct frequency *rate = frequency_named(rates, places, figure->key + NAME_AT);
        *(int64_t *)(void *)((char *)rate + part->offset) += figure->n;
    }
    g_array_sort(rates, compare_rates);
    return rates;
}

double rate_per_1000(int64_t n, int64_t out_of)
{
    return out_of <= 0 ? 0 : 1000.0 * (double)n / (double)out_of;
}
