#include "policy/sop_reach.h"

#include <stdlib.h>
#include <string.h>

/* All values of each fact between two bounds. SOP_UNKNOWN_FACT is INT64_MIN: a value like others here, of which no
 * condition holds. */
struct box {
    int64_t min[SOP_FACT_COUNT], max[SOP_FACT_COUNT];
};

struct boxes {
    struct box *all;
    size_t n, size;
};

static void boxes_fini(struct boxes *boxes)
{
    free(boxes->all);
}

static bool add_box(struct boxes *boxes, const struct box *box)
{
    if (boxes->n == boxes->size) {
        const size_t size = boxes->size == 0 ? 16 : boxes->size * 2;
        struct box *grown = realloc(boxes->all, size * sizeof(*grown));
        if (grown == NULL)
            return false;
        boxes->all = grown;
        boxes->size = size;
    }
    boxes->all[boxes->n++] = *box;
    return true;
}

/* What an account can be at all: nobody paid, and no day of a payment is known; or somebody did, and it is. */
static struct box possible(bool has_paid)
{
    struct box box;
    for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++) {
        box.min[fact] = fact == SOP_DAYS_PAST_DUE || fact == SOP_BALANCE_MINOR ? INT64_MIN + 1 : 0;
        box.max[fact] = INT64_MAX;
    }
    box.min[SOP_DEBTOR_ACCOUNTS] = 1;
    box.min[SOP_PAYMENTS] = has_paid ? 1 : 0;
    box.max[SOP_PAYMENTS] = has_paid ? INT64_MAX : 0;
    if (!has_paid)
        box.min[SOP_DAYS_SINCE_PAYMENT] = box.max[SOP_DAYS_SINCE_PAYMENT] = SOP_UNKNOWN_FACT;
    return box;
}

static bool is_empty(const struct box *box)
{
    for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++)
        if (box->min[fact] > box->max[fact])
            return true;
    return false;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static struct box both(const struct box *a, const struct box *b)
{
    struct box box;
    for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++) {
        box.min[fact] = larger(a->min[fact], b->min[fact]);
        box.max[fact] = smaller(a->max[fact], b->max[fact]);
    }
    return box;
}

static struct box box_of(const struct sop_condition *conditions, size_t n)
{
    struct box box;
    for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++) {
        box.min[fact] = INT64_MIN;
        box.max[fact] = INT64_MAX;
    }
    for (size_t i = 0; i < n; i++) {
        const struct sop_condition *condition = &conditions[i];
        box.min[condition->fact] =
            larger(box.min[condition->fact], larger(condition->min, SOP_UNKNOWN_FACT + 1)); /* the unknown is not met */
        box.max[condition->fact] = smaller(box.max[condition->fact], condition->max);
    }
    return box;
}

bool sop_conditions_can_hold(const struct sop_condition *conditions, size_t n)
{
    const struct box wanted = box_of(conditions, n);
    for (int has_paid = 0; has_paid <= 1; has_paid++) {
        const struct box accounts = possible(has_paid != 0);
        const struct box met = both(&accounts, &wanted);
        if (!is_empty(&met))
            return true;
    }
    return false;
}

/* Adds to `rest` what of `box` is outside of `taken`: a slice off each side that sticks out. */
static bool subtract(const struct box *box, const struct box *taken, struct boxes *rest)
{
    struct box inner = *box;
    const struct box common = both(box, taken);
    if (is_empty(&common))
        return add_box(rest, box);
    for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++) {
        struct box slice = inner;
        if (inner.min[fact] < taken->min[fact]) {
            slice.max[fact] = taken->min[fact] - 1;
            if (!add_box(rest, &slice))
                return false;
            inner.min[fact] = taken->min[fact];
        }
        slice = inner;
        if (inner.max[fact] > taken->max[fact]) {
            slice.min[fact] = taken->max[fact] + 1;
            if (!add_box(rest, &slice))
                return false;
            inner.max[fact] = taken->max[fact];
        }
    }
    return true;
}

/* Takes away what an earlier class takes; too many boxes: leaves all as it is. */
static bool take_away(struct boxes *boxes, const struct box *taken)
{
    struct boxes rest = {0};
    for (size_t i = 0; i < boxes->n; i++) {
        if (!subtract(&boxes->all[i], taken, &rest)) {
            boxes_fini(&rest);
            return false;
        }
    }
    if (rest.n > SOP_REACH_BOXES_MAX) {
        boxes_fini(&rest);
        return true;
    }
    boxes_fini(boxes);
    *boxes = rest;
    return true;
}

static void bound(struct sop_reach *reach, const struct boxes *boxes)
{
    for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++) {
        reach->min[fact] = INT64_MAX;
        reach->max[fact] = INT64_MIN;
        for (size_t i = 0; i < boxes->n; i++) {
            reach->min[fact] = smaller(reach->min[fact], boxes->all[i].min[fact]);
            reach->max[fact] = larger(reach->max[fact], boxes->all[i].max[fact]);
        }
        if (reach->min[fact] == INT64_MIN + 1)
            reach->min[fact] = INT64_MIN;
    }
}

static bool covers(const struct box *outer, const struct box *inner)
{
    for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++)
        if (outer->min[fact] > inner->min[fact] || outer->max[fact] < inner->max[fact])
            return false;
    return true;
}

/* The one class that takes everything, if there is one. */
static size_t find_shadow(const struct sop *sop, size_t c, const struct boxes *wanted)
{
    for (size_t i = 0; i < c; i++) {
        const struct box earlier = box_of(sop->classes[i].conditions, sop->classes[i].n_conditions);
        size_t n = 0;
        while (n < wanted->n && covers(&earlier, &wanted->all[n]))
            n++;
        if (n == wanted->n)
            return i;
    }
    return sop->n_classes;
}

static bool reach_class(const struct sop *sop, size_t c, struct sop_reach *reach)
{
    SCOPED(boxes_fini) struct boxes wanted = {0};
    SCOPED(boxes_fini) struct boxes left = {0};
    const struct box own = box_of(sop->classes[c].conditions, sop->classes[c].n_conditions);
    for (int has_paid = 0; has_paid <= 1; has_paid++) {
        const struct box accounts = possible(has_paid != 0);
        const struct box met = both(&accounts, &own);
        if (!is_empty(&met) && (!add_box(&wanted, &met) || !add_box(&left, &met)))
            return false;
    }
    for (size_t i = 0; i < c; i++) {
        const struct box taken = box_of(sop->classes[i].conditions, sop->classes[i].n_conditions);
        if (!take_away(&left, &taken))
            return false;
    }
    reach->is_possible = wanted.n > 0;
    reach->is_reachable = left.n > 0;
    reach->shadowed_by = find_shadow(sop, c, &wanted);
    bound(reach, &left);
    return true;
}

static void free_reaches(struct sop_reach **reaches)
{
    free(*reaches);
}

enum status sop_reach_classes(const struct sop *sop, struct sop_reach **ret_reaches, struct error *err)
{
    SCOPED(free_reaches) struct sop_reach *reaches = calloc(sop->n_classes, sizeof(*reaches));
    for (size_t c = 0; c < sop->n_classes; c++)
        if (reaches == NULL || !reach_class(sop, c, &reaches[c]))
            return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", sop->name);
    *ret_reaches = TAKE(reaches);
    return STATUS_OK;
}

struct sop_reach sop_reach_strategy(const struct sop *sop, const struct sop_reach *reaches, const char *strategy)
{
    struct sop_reach whole = {.shadowed_by = sop->n_classes};
    for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++) {
        whole.min[fact] = INT64_MAX;
        whole.max[fact] = INT64_MIN;
    }
    for (size_t c = 0; c < sop->n_classes; c++) {
        if (!reaches[c].is_reachable || strcmp(sop->classes[c].strategy, strategy) != 0)
            continue;
        whole.is_possible = whole.is_reachable = true;
        for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++) {
            whole.min[fact] = smaller(whole.min[fact], reaches[c].min[fact]);
            whole.max[fact] = larger(whole.max[fact], reaches[c].max[fact]);
        }
    }
    return whole;
}
