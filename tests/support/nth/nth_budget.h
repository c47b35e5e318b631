#ifndef DUNLIN_TESTS_SUPPORT_NTH_NTH_BUDGET_H
#define DUNLIN_TESTS_SUPPORT_NTH_NTH_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nth_walk.h"
#include "status/status.h"

/* How the minutes of the long form are spent. The tests run once in the short form, which says what units there are;
 * then they run again, round after round, until the time is up or everything was tried. A round tries one kind of
 * failure. Of the time that it has beyond what the tests take by themselves each unit gets a share by how many tries it
 * has left, and what a unit leaves over goes to those after it. Times are microseconds of the caller's clock. */

enum nth_kind {
    NTH_CALLS,       /* each call and statement with each failure that there is for it */
    NTH_ALLOCATIONS, /* each allocation */
    NTH_KINDS,
};

/* A unit as the tests came to it. */
struct nth_planned {
    int64_t test_us; /* that the tests took by themselves since the unit before it */
    bool is_large;   /* samples of it will do */
    struct nth_walk walks[NTH_KINDS];

    /* The caller's: */
    char what[96];
    enum status natural; /* what it ends with unharmed */
    int64_t attempt_us;
    bool is_measured; /* until then the walks have not begun, and their n is a guess */
    size_t calls;     /* whose tries are first in the walk over calls; those of statements follow */
};

struct nth_budget;

struct nth_budget *nth_budget_new(void);
void nth_budget_free(struct nth_budget *budget);

/* In the short form: another unit, at its place in the tests' order. Lent until another is added. */
struct nth_planned *nth_budget_add(struct nth_budget *budget, const struct nth_planned *unit);
size_t nth_budget_n_units(const struct nth_budget *budget);
/* NULL where there are not so many. */
struct nth_planned *nth_budget_unit(struct nth_budget *budget, size_t i);

/* Begins a round, which must then ask for the share of each unit in order. False: the time until `end_us` is too short
 * for one, or nothing is left to be tried. */
bool nth_budget_begin_round(struct nth_budget *budget, int64_t now_us, int64_t end_us, enum nth_kind *ret_kind);

/* Until when unit i may try what this round tries; now_us: not at all. A share below `least_us` would go into getting
 * ready: instead, one unit in so many gets `least_us` and the others nothing, as `dice`, from 0 to 1, decides. */
int64_t nth_budget_share_until(struct nth_budget *budget, size_t i, int64_t now_us, int64_t least_us, double dice);

/* Which try of `unit` is next, from 1; 0: none is wanted any more. */
size_t nth_budget_next(struct nth_planned *unit, enum nth_kind kind);

#endif
