#ifndef DUNLIN_TESTS_SUPPORT_NTH_NTH_TALLY_H
#define DUNLIN_TESTS_SUPPORT_NTH_NTH_TALLY_H

#include "nth_budget.h"
#include "nth_failure.h"

/* What was tried of one kind of unit, "OpenDispute", or of the large ones of that kind. */
struct nth_tally {
    int64_t units, failed_calls, allocations[NTH_ENDINGS];
    size_t tried[NTH_KINDS], possible[NTH_KINDS]; /* as the walks of its units have it */
    bool is_known;                                /* every n of the calls has been tried */
    size_t executions;                            /* of the unit with the most of which that is so */
};

struct nth_tallies;

struct nth_tallies *nth_tallies_new(void);
void nth_tallies_free(struct nth_tallies *tallies);

/* Lent; made where it is new. */
struct nth_tally *nth_tally_of(struct nth_tallies *tallies, const char *what, bool is_large);
bool nth_tallies_have(const struct nth_tallies *tallies, const char *what);

void nth_tallies_print(const struct nth_tallies *tallies);

#endif
