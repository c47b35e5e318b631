#ifndef DUNLIN_CLI_SCENARIO_RUN_H
#define DUNLIN_CLI_SCENARIO_RUN_H

#include "rules/rulebook.h"
#include "scenario.h"

/* What came of a scenario. */
struct scenario_result {
    bool has_passed;
    struct rules_verdict verdict;    /* of what was judged; empty for a value of plain arithmetic */
    char value[SCENARIO_VALUE_SIZE]; /* of what was computed */
    char *failures;                  /* what is not as expected, a line each; g_free; NULL where all is */
    struct instant next;             /* of a refusal: when it would be allowed */
    bool has_next;
};

/* Applies what happened until the question's instant, judges with the packs of the scenario's jurisdiction (and, with
 * `with_house`, those of the agency) and compares. Fails with INVALID_ARGUMENT where the scenario names a jurisdiction
 * without a pack, or its events cannot be applied. */
MUST_USE enum status scenario_run(struct scenario *scenario, const struct rules_book *book, bool with_house,
                                  struct scenario_result *ret_result, struct error *err);
void scenario_result_fini(struct scenario_result *result);

/* True where two values say the same: as texts, or as decimals ("12.5", "12.50"). */
bool scenario_values_agree(const char *a, const char *b);

/* The scenario in short lines that people read: who and what, what happened, what is asked; g_free. */
char *scenario_describe(const struct scenario *scenario);

#endif
