#include "nth_budget.h"

#include <glib.h>

/* Samples of a large unit, of each kind. */
#define LARGE_TRIES 100

struct nth_budget {
    GArray *units;
    enum nth_kind kind; /* of the last round */
    int64_t end_us;     /* of this round */
    size_t tries;       /* left in this round, of the units to come */
    int64_t test_us;    /* that the tests themselves take for those */
};

static void clear_unit(void *unit)
{
    for (size_t kind = 0; kind < NTH_KINDS; kind++)
        nth_walk_fini(&((struct nth_planned *)unit)->walks[kind]);
}

struct nth_budget *nth_budget_new(void)
{
    struct nth_budget *budget = g_new0(struct nth_budget, 1);

    budget->units = g_array_new(FALSE, TRUE, sizeof(struct nth_planned));
    g_array_set_clear_func(budget->units, clear_unit);
    budget->kind = NTH_ALLOCATIONS; /* calls are first */
    return budget;
}

void nth_budget_free(struct nth_budget *budget)
{
    if (!budget)
        return;
    g_array_free(budget->units, TRUE);
    g_free(budget);
}

static struct nth_planned *unit_at(const struct nth_budget *budget, size_t i)
{
    return &g_array_index(budget->units, struct nth_planned, i);
}

struct nth_planned *nth_budget_add(struct nth_budget *budget, const struct nth_planned *unit)
{
    g_array_append_vals(budget->units, unit, 1);
    return unit_at(budget, budget->units->len - 1);
}

size_t nth_budget_n_units(const struct nth_budget *budget)
{
    return budget->units->len;
}

struct nth_planned *nth_budget_unit(struct nth_budget *budget, size_t i)
{
    return i < budget->units->len ? unit_at(budget, i) : NULL;
}

static size_t tries_left(const struct nth_planned *unit, enum nth_kind kind)
{
    const struct nth_walk *walk = &unit->walks[kind];
    const size_t wanted = unit->is_large ? MIN(walk->n, LARGE_TRIES) : walk->n;
    return wanted > walk->n_tried ? wanted - walk->n_tried : 0;
}

static size_t all_tries_left(const struct nth_budget *budget, enum nth_kind kind)
{
    size_t tries = 0;

    for (size_t i = 0; i < budget->units->len; i++)
        tries += tries_left(unit_at(budget, i), kind);
    return tries;
}

static int64_t time_of_tests(const struct nth_budget *budget)
{
    int64_t us = 0;

    for (size_t i = 0; i < budget->units->len; i++)
        us += unit_at(budget, i)->test_us;
    return us;
}

static bool begin_round_of(struct nth_budget *budget, enum nth_kind kind, int64_t now_us, int64_t end_us)
{
    budget->kind = kind;
    budget->end_us = end_us;
    budget->tries = all_tries_left(budget, kind);
    budget->test_us = time_of_tests(budget);
    return budget->tries > 0 && now_us + budget->test_us < end_us;
}

bool nth_budget_begin_round(struct nth_budget *budget, int64_t now_us, int64_t end_us, enum nth_kind *ret_kind)
{
    const bool was_calls = budget->kind == NTH_CALLS;
    /* The calls come first, but leave half of the time to the allocations, of which there are many more. */
    const int64_t half_us = now_us + (end_us - now_us) / 2;
    const bool has_others = all_tries_left(budget, NTH_ALLOCATIONS) > 0;
    const bool begins = (!was_calls && begin_round_of(budget, NTH_CALLS, now_us, has_others ? half_us : end_us)) ||
                        begin_round_of(budget, NTH_ALLOCATIONS, now_us, end_us) ||
                        begin_round_of(budget, NTH_CALLS, now_us, end_us);

    if (begins)
        *ret_kind = budget->kind;
    return begins;
}

int64_t nth_budget_share_until(struct nth_budget *budget, size_t i, int64_t now_us, int64_t least_us, double dice)
{
    const struct nth_planned *unit = unit_at(budget, i);
    const size_t own = tries_left(unit, budget->kind), all = budget->tries;

    budget->tries -= own;
    budget->test_us -= unit->test_us;
    const int64_t free_us = budget->end_us - now_us - budget->test_us;
    if (own == 0 || free_us <= 0)
        return now_us;
    const double share_us = (double)free_us * (double)own / (double)all;
    if (share_us >= (double)least_us)
        return now_us + (int64_t)share_us;
    return dice * (double)least_us < share_us ? now_us + MIN(least_us, free_us) : now_us;
}

size_t nth_budget_next(struct nth_planned *unit, enum nth_kind kind)
{
    return tries_left(unit, kind) > 0 ? nth_walk_next(&unit->walks[kind]) : 0;
}
