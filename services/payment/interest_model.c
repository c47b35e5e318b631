#include "interest_model.h"

#include <glib.h>
#include <stdlib.h>

#include "payment_model.h"

#define PARTS_OF_WHOLE (100 * (int64_t)RATE_SCALE) /* a rate's number is millionths of a percent */

int64_t interest_denominator(enum day_count day_count)
{
    return PARTS_OF_WHOLE * day_count_year(day_count);
}

static bool is_date_known(struct date date)
{
    return date.days >= EFFECTIVE_ON_MIN && date.days <= EFFECTIVE_ON_MAX;
}

static enum status check_rates(const struct interest_terms *terms, struct error *err)
{
    if (terms->n_rates == 0 || terms->rates[0].from.days > terms->first.days)
        return error_set(err, STATUS_INVALID_ARGUMENT, "no rate on the first day of interest");
    for (size_t i = 0; i < terms->n_rates; i++) {
        const int64_t rate = terms->rates[i].rate.millionths;
        if (!is_date_known(terms->rates[i].from))
            return error_set(err, STATUS_INVALID_ARGUMENT, "rate %zu: its day is not between 1900 and 2199", i + 1);
        if (rate < 0 || rate > INTEREST_RATE_MAX.millionths)
            return error_set(err, STATUS_INVALID_ARGUMENT, "rate %zu is not between 0 and 1,000 percent", i + 1);
        if (i > 0 && terms->rates[i].from.days <= terms->rates[i - 1].from.days)
            return error_set(err, STATUS_INVALID_ARGUMENT, "rate %zu does not begin after the one before", i + 1);
    }
    return STATUS_OK;
}

static enum status check_terms(const struct interest_terms *terms, struct date through, struct error *err)
{
    const struct interest_cap *cap = &terms->cap;
    if (!day_count_is_known(terms->day_count))
        return error_set(err, STATUS_INVALID_ARGUMENT, "day_count: there is no %d", (int)terms->day_count);
    if (!is_date_known(terms->first) || !is_date_known(through))
        return error_set(err, STATUS_INVALID_ARGUMENT, "interest: a day that is not between 1900 and 2199");
    if ((cap->has_amount && cap->amount_minor < 0) || (cap->has_share && cap->share.millionths < 0) ||
        (cap->has_share && cap->share.millionths > INTEREST_RATE_MAX.millionths))
        return error_set(err, STATUS_INVALID_ARGUMENT, "cap: below zero, or above 1,000 percent");
    return check_rates(terms, err);
}

static int by_value_date(const void *a, const void *b)
{
    const struct principal_change *one = a, *other = b;
    return (one->value_on.days > other->value_on.days) - (one->value_on.days < other->value_on.days);
}

/* Walks over the days in spans of one principal and one rate. */
struct walk {
    const struct interest_terms *terms;
    struct date at; /* everything before it is in the sum */
    size_t rate;    /* that holds at `at` */
    interest_numerator sum;
    interest_span_fn *each;
    void *data;
};

static void walk_span(struct walk *walk, struct date end, int64_t principal_minor)
{
    const struct interest_terms *terms = walk->terms;
    const struct interest_span span = {
        .from = walk->at,
        .through = {end.days - 1},
        .principal_minor = principal_minor,
        .rate = terms->rates[walk->rate].rate,
        .numerator = (interest_numerator)principal_minor * terms->rates[walk->rate].rate.millionths *
                     day_count_units(terms->day_count, walk->at, end),
    };
    walk->sum += span.numerator;
    if (walk->each)
        walk->each(&span, walk->data);
}

/* One principal from where the walk stands up to the beginning of `until`. */
static void walk_to(struct walk *walk, struct date until, int64_t principal_minor)
{
    const struct interest_terms *terms = walk->terms;
    while (walk->at.days < until.days) {
        while (walk->rate + 1 < terms->n_rates && terms->rates[walk->rate + 1].from.days <= walk->at.days)
            walk->rate++;
        struct date end = until;
        if (walk->rate + 1 < terms->n_rates && terms->rates[walk->rate + 1].from.days < end.days)
            end = terms->rates[walk->rate + 1].from;
        if (principal_minor > 0)
            walk_span(walk, end, principal_minor);
        walk->at = end;
    }
}

/* All changes of one value date are one: the principal between them is nobody's. The sum of a day may therefore leave
 * 64 bits for a while, whatever the order, and must be back at its end. */
static enum status change_principal(const struct principal_change *changes, size_t n, size_t *at, int64_t *principal,
                                    struct error *err)
{
    const struct date day = changes[*at].value_on;
    interest_numerator sum = *principal;
    if (!is_date_known(day))
        return error_set(err, STATUS_INVALID_ARGUMENT, "value date: day %d is not between 1900 and 2199", day.days);
    for (; *at < n && changes[*at].value_on.days == day.days; ++*at)
        sum += changes[*at].change_minor;
    if (sum > INT64_MAX || sum < INT64_MIN)
        return error_set(err, STATUS_OUT_OF_RANGE, "the principal does not fit 64 bits");
    *principal = (int64_t)sum;
    return STATUS_OK;
}

static interest_numerator lower(interest_numerator a, interest_numerator b)
{
    return a < b ? a : b;
}

static void apply_cap(const struct interest_cap *cap, int64_t first_principal_minor, struct interest *interest)
{
    interest_numerator most = (interest_numerator)INT64_MAX * 16; /* a share is at most ten times a principal */
    if (cap->has_amount)
        most = lower(most, cap->amount_minor);
    if (cap->has_share)
        most = lower(most, first_principal_minor <= 0
                               ? 0
                               : (interest_numerator)first_principal_minor * cap->share.millionths / PARTS_OF_WHOLE);
    most *= interest->denominator;
    if ((!cap->has_amount && !cap->has_share) || interest->numerator <= most)
        return;
    interest->numerator = most;
    interest->is_capped = true;
}

/* `changes` in order of their value dates; `walk` stands on the first day. */
static enum status accrue_sorted(struct walk *walk, const struct principal_change *changes, size_t n,
                                 struct date through, struct interest *ret_interest, struct error *err)
{
    const struct interest_terms *terms = walk->terms;
    const struct date end = {through.days + 1};
    int64_t principal = 0, first_principal = 0;
    size_t at = 0;
    while (at < n && changes[at].value_on.days <= through.days) {
        walk_to(walk, changes[at].value_on, principal);
        enum status st = change_principal(changes, n, &at, &principal, err);
        if (st != STATUS_OK)
            return st;
        if (changes[at - 1].value_on.days <= terms->first.days)
            first_principal = principal;
    }
    walk_to(walk, end, principal);
    struct interest interest = {walk->sum, interest_denominator(terms->day_count), false};
    apply_cap(&terms->cap, first_principal, &interest);
    *ret_interest = interest;
    return STATUS_OK;
}

enum status interest_accrue_each(const struct interest_terms *terms, const struct principal_change *changes,
                                 size_t n_changes, struct date through, interest_span_fn *each, void *data,
                                 struct interest *ret_interest, struct error *err)
{
    struct walk walk = {.terms = terms, .at = terms->first, .each = each, .data = data};
    enum status st = check_terms(terms, through, err);
    if (st != STATUS_OK)
        return st;
    g_autofree struct principal_change *sorted = g_new(struct principal_change, n_changes + 1);
    for (size_t i = 0; i < n_changes; i++)
        sorted[i] = changes[i];
    qsort(sorted, n_changes, sizeof(*sorted), by_value_date);
    return accrue_sorted(&walk, sorted, n_changes, through, ret_interest, err);
}

enum status interest_accrue(const struct interest_terms *terms, const struct principal_change *changes,
                            size_t n_changes, struct date through, struct interest *ret_interest, struct error *err)
{
    return interest_accrue_each(terms, changes, n_changes, through, NULL, NULL, ret_interest, err);
}

enum status interest_round(const struct interest *interest, int64_t *ret_minor, struct error *err)
{
    const interest_numerator rounded = (interest->numerator + interest->denominator / 2) / interest->denominator;
    if (rounded > INT64_MAX)
        return error_set(err, STATUS_OUT_OF_RANGE, "interest does not fit 64 bits");
    *ret_minor = (int64_t)rounded;
    return STATUS_OK;
}

enum status interest_to_post(const struct interest *interest, int64_t posted_minor, int64_t *ret_minor,
                             struct error *err)
{
    int64_t total = 0, change = 0;
    enum status st = interest_round(interest, &total, err);
    if (st != STATUS_OK)
        return st;
    if (__builtin_sub_overflow(total, posted_minor, &change))
        return error_set(err, STATUS_OUT_OF_RANGE, "interest to post does not fit 64 bits");
    *ret_minor = change;
    return STATUS_OK;
}

enum status interest_on_judgment(const struct judgment *judgment, const struct law_rate_from *rates, size_t n_rates,
                                 const struct principal_change *changes, size_t n_changes, struct date through,
                                 interest_span_fn *each, void *data, struct interest *ret_interest, struct error *err)
{
    const struct law_rate_from rate = {judgment->entered, judgment->rate};
    const struct interest_terms terms = {judgment->day_count, judgment->entered, rates ? rates : &rate,
                                         rates ? n_rates : 1, judgment->cap};
    size_t n = 0;
    if (judgment->amount_minor <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "a judgment of %lld minor units",
                         (long long)judgment->amount_minor);
    g_autofree struct principal_change *since = g_new(struct principal_change, n_changes + 1);
    since[n++] = (struct principal_change){judgment->entered, judgment->amount_minor};
    for (size_t i = 0; i < n_changes; i++)
        if (changes[i].value_on.days >= judgment->entered.days)
            since[n++] = changes[i];
    return interest_accrue_each(&terms, since, n, through, each, data, ret_interest, err);
}
