#include "accrual_model.h"

#include <string.h>

#define HOURS_PER_DAY 24

_Static_assert((int)DAY_COUNT_ACT_365 == AGREEMENT_ACTUAL_365, "as in agreements");
_Static_assert((int)DAY_COUNT_ACT_360 == AGREEMENT_ACTUAL_360, "as in agreements");
_Static_assert((int)DAY_COUNT_ACT_ACT == AGREEMENT_ACTUAL_ACTUAL, "as in agreements");
_Static_assert((int)DAY_COUNT_30E_360 == AGREEMENT_30_360, "as in agreements");

struct accrual_move accrual_move_of(const struct posting *posting)
{
    return (struct accrual_move){
        .number = posting->number,
        .kind = posting->draft.kind,
        .value_on = {posting->draft.effective_on_days},
        .change_minor = posting->draft.change.minor,
        .charges = posting->draft.charges,
    };
}

static int64_t principal_of(const struct accrual_move *move)
{
    return bucket_of(move->change_minor, &move->charges, AGREEMENT_PRINCIPAL);
}

static bool is_statutory(enum agreement_basis basis)
{
    return basis == AGREEMENT_BASIS_STATUTE_EU || basis == AGREEMENT_BASIS_STATUTE_UK;
}

bool accrual_open(const struct agreements *agreements, const struct accrual_facts *facts, struct accrual *ret_accrual)
{
    const struct agreement_interest *interest = agreements_find(agreements, facts->client, facts->placed_on)->interest;

    if (!interest || interest->from == AGREEMENT_FROM_JUDGMENT || interest->basis == AGREEMENT_BASIS_JUDGMENT)
        return false;
    if (is_statutory(interest->basis) && !facts->is_commercial)
        return false;
    const struct date starts =
        interest->from == AGREEMENT_FROM_DUE ? (struct date){facts->due_on.days + 1} : facts->placed_on;
    *ret_accrual = (struct accrual){
        .series = 1,
        .basis = interest->basis,
        .day_count = (enum day_count)interest->day_count,
        .starts = starts,
        .cap_minor = agreement_interest_cap(interest, facts->principal_minor),
        .posted_through = {starts.days - 1},
        .stops = {ACCRUAL_GOES_ON},
    };
    return true;
}

struct accrual accrual_of_judgment(const struct accrual *before, const struct judgment *judgment, int32_t number)
{
    return (struct accrual){
        .series = (int16_t)(before->series + 1),
        .basis = AGREEMENT_BASIS_JUDGMENT,
        .day_count = judgment->day_count,
        .starts = judgment->entered,
        .cap_minor = INT64_MAX,
        .posted_through = {judgment->entered.days - 1},
        .stops = {ACCRUAL_GOES_ON},
        .has_timer = before->has_timer,
        .judgment_minor = judgment->amount_minor,
        .judgment_number = number,
    };
}

/* The rate of one day: 0 where the agreement of that day has none. A judgment's is known from its first day. */
static enum status rate_on(const struct agreements *agreements, const char *client, const struct accrual *accrual,
                           struct date day, struct rate *ret_rate, struct error *err)
{
    const struct agreement_interest *interest = agreements_find(agreements, client, day)->interest;

    *ret_rate = (struct rate){0};
    if (!interest || interest->basis != accrual->basis)
        return STATUS_OK;
    return agreement_rate(agreements, interest, accrual->starts, day, ret_rate, err);
}

struct date accrual_learn(const struct agreements *agreements, const char *client, const struct accrual *accrual,
                          struct date known, GArray *rates, struct date through, struct error *ret_why)
{
    struct date day = {MAX(known.days, accrual->starts.days - 1)};
    struct rate rate;

    if (accrual->basis == AGREEMENT_BASIS_JUDGMENT)
        return through;
    if (rates->len > 0) /* a rate is known from its day on */
        day.days = MAX(day.days, g_array_index(rates, struct accrual_rate, rates->len - 1).rate.from.days);
    while (day.days < through.days) {
        const struct date next = {day.days + 1};
        const struct accrual_rate *last =
            rates->len > 0 ? &g_array_index(rates, struct accrual_rate, rates->len - 1) : NULL;
        if (rate_on(agreements, client, accrual, next, &rate, ret_why) != STATUS_OK)
            return day;
        if (!last || last->rate.rate.millionths != rate.millionths) {
            const struct accrual_rate one = {{next, rate}, agreements->version, true};
            g_array_append_val(rates, one);
        }
        day = next;
    }
    return through;
}

struct date accrual_last_day(const struct accrual *accrual, struct date today)
{
    const int32_t last = MIN(today.days, accrual->stops.days) - 1;

    return (struct date){MAX(last, accrual->starts.days - 1)};
}

/* A claim stands from the first day that bears interest on, though it was placed later: interest that runs from the due
 * day. */
static GArray *changes_of_claim(const struct accrual *accrual, const GArray *moves)
{
    GArray *changes = g_array_new(FALSE, FALSE, sizeof(struct principal_change));

    for (guint i = 0; i < moves->len; i++) {
        const struct accrual_move *move = &g_array_index(moves, struct accrual_move, i);
        struct principal_change change = {move->value_on, principal_of(move)};
        if (move->kind == POSTING_PLACEMENT)
            change.value_on.days = MIN(change.value_on.days, accrual->starts.days);
        g_array_append_val(changes, change);
    }
    return changes;
}

/* What was posted until the judgment, and its own posting, is merged in it, but for what was paid on its day and later.
 * What comes after it counts from its day on: a payment of before that nobody told the court of is for the debtor from
 * then. */
static GArray *changes_of_judgment(const struct accrual *accrual, const GArray *moves)
{
    GArray *changes = g_array_new(FALSE, FALSE, sizeof(struct principal_change));

    for (guint i = 0; i < moves->len; i++) {
        const struct accrual_move *move = &g_array_index(moves, struct accrual_move, i);
        struct principal_change change = {move->value_on, principal_of(move)};
        const bool is_before = move->number <= accrual->judgment_number;
        const bool is_claim = move->kind == POSTING_PLACEMENT || move->kind == POSTING_INTEREST;
        if (is_before &&
            (is_claim || move->number == accrual->judgment_number || change.value_on.days < accrual->starts.days))
            continue;
        change.value_on.days = MAX(change.value_on.days, accrual->starts.days);
        g_array_append_val(changes, change);
    }
    return changes;
}

/* The rate of a day; 0 before the first. */
static struct rate rate_at(const GArray *series, struct date day)
{
    struct rate rate = {0};

    for (guint i = 0; i < series->len; i++) {
        const struct law_rate_from *each = &g_array_index(series, struct law_rate_from, i);
        if (each->from.days <= day.days)
            rate = each->rate;
    }
    return rate;
}

/* No rate on the days of a stop, and after it what holds then. */
static GArray *without_days(const GArray *series, const struct stop *stop)
{
    GArray *rest = g_array_new(FALSE, FALSE, sizeof(struct law_rate_from));
    const struct law_rate_from none = {stop->from, {0}};
    guint i = 0;

    for (; i < series->len && g_array_index(series, struct law_rate_from, i).from.days < stop->from.days; i++)
        g_array_append_vals(rest, &g_array_index(series, struct law_rate_from, i), 1);
    g_array_append_val(rest, none);
    if (stop->last.days == STOP_STANDS)
        return rest;
    const struct date after = {stop->last.days + 1};
    const struct law_rate_from again = {after, rate_at(series, after)};
    g_array_append_val(rest, again);
    for (; i < series->len; i++)
        if (g_array_index(series, struct law_rate_from, i).from.days > after.days)
            g_array_append_vals(rest, &g_array_index(series, struct law_rate_from, i), 1);
    return rest;
}

/* struct law_rate_from: the rates as they hold, on the days of a bankruptcy none. */
static GArray *rates_in_force(const GArray *rates, const struct stops *stops)
{
    GArray *series = g_array_new(FALSE, FALSE, sizeof(struct law_rate_from));

    for (guint i = 0; i < rates->len; i++)
        g_array_append_val(series, g_array_index(rates, struct accrual_rate, i).rate);
    for (guint i = 0; stops && i < stops->all->len; i++) {
        const struct stop *stop = &g_array_index(stops->all, struct stop, i);
        if (stop->cause != STOP_BANKRUPTCY)
            continue;
        GArray *rest = without_days(series, stop);
        g_array_free(series, TRUE);
        series = rest;
    }
    return series;
}

static enum status reckon_judgment(const struct accrual *accrual, const GArray *series, const GArray *moves,
                                   struct date through, interest_span_fn *each, void *data,
                                   struct interest *ret_interest, struct error *err)
{
    const struct judgment judgment = {
        .entered = accrual->starts,
        .amount_minor = accrual->judgment_minor,
        .day_count = accrual->day_count,
    };
    g_autoptr(GArray) changes = changes_of_judgment(accrual, moves);

    return interest_on_judgment(&judgment, (const struct law_rate_from *)(const void *)series->data, series->len,
                                (const struct principal_change *)(const void *)changes->data, changes->len, through,
                                each, data, ret_interest, err);
}

static enum status reckon_claim(const struct accrual *accrual, const GArray *series, const GArray *moves,
                                struct date through, interest_span_fn *each, void *data, struct interest *ret_interest,
                                struct error *err)
{
    g_autoptr(GArray) changes = changes_of_claim(accrual, moves);
    const struct interest_terms terms = {
        .day_count = accrual->day_count,
        .first = accrual->starts,
        .rates = (const struct law_rate_from *)(const void *)series->data,
        .n_rates = series->len,
        .cap = {.has_amount = accrual->cap_minor != INT64_MAX, .amount_minor = accrual->cap_minor},
    };

    return interest_accrue_each(&terms, (const struct principal_change *)(const void *)changes->data, changes->len,
                                through, each, data, ret_interest, err);
}

enum status accrual_reckon(const struct accrual *accrual, const GArray *rates, const struct stops *stops,
                           const GArray *moves, struct date through, interest_span_fn *each, void *data,
                           struct interest *ret_interest, struct error *err)
{
    const bool is_judgment = accrual->judgment_number > 0;

    *ret_interest = (struct interest){.denominator = 1};
    if (through.days < accrual->starts.days || rates->len == 0 || (is_judgment && accrual->judgment_minor <= 0))
        return STATUS_OK;
    g_autoptr(GArray) series = rates_in_force(rates, stops);
    return is_judgment ? reckon_judgment(accrual, series, moves, through, each, data, ret_interest, err)
                       : reckon_claim(accrual, series, moves, through, each, data, ret_interest, err);
}

struct owed accrual_owed_before(const struct owed *now, const GArray *moves, struct date day)
{
    struct owed owed = *now;

    for (guint i = 0; i < moves->len; i++) {
        const struct accrual_move *move = &g_array_index(moves, struct accrual_move, i);
        if (move->kind == POSTING_INTEREST || move->kind == POSTING_PLACEMENT || move->value_on.days < day.days)
            continue;
        owed.whole_minor -= move->change_minor;
        for (size_t k = 0; k < CHARGES; k++)
            owed.charges.minor[k] -= move->charges.minor[k];
    }
    return owed;
}

struct instant accrual_next_at(const struct id *account_id, struct date from)
{
    int year, month, day;
    struct date first = from;

    date_to_ymd(from, &year, &month, &day);
    (void)date_from_ymd(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1, &first);
    const int64_t hour = account_id->bytes[ID_BYTES / 2] % HOURS_PER_DAY;
    return (struct instant){first.days * US_PER_DAY + hour * US_PER_HOUR};
}
