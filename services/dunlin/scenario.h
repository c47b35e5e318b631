#ifndef DUNLIN_CLI_SCENARIO_H
#define DUNLIN_CLI_SCENARIO_H

#include <glib.h>
#include <jansson.h>

#include "rules/facts_fold.h"
#include "rules/rules.h"
#include "status/status.h"

/* One compliance scenario, a line of JSON: facts about a consumer and his debts, a question, and what the rules are
 * expected to say. SCENARIOS.md has the vocabulary. */

/* What is asked beside questions to the rules: a value that the law's arithmetic gives, or one that only the rules know
 * (when, how many), which the runner asks them for. */
enum scenario_asks {
    SCENARIO_ASKS_VERDICT,
    SCENARIO_ASKS_VALUE,     /* `value` has it already */
    SCENARIO_ASKS_NEXT_DATE, /* the local date at which it would be allowed */
    SCENARIO_ASKS_NEXT_TIME, /* the instant */
    SCENARIO_ASKS_COUNT,     /* calls counted toward the debt, the proposed one included */
    SCENARIO_ASKS_ALLOWED,
    SCENARIO_ASKS_SAFE_HARBOR,
};

#define SCENARIO_RULES_MAX  16
#define SCENARIO_VALUE_SIZE 64

/* What must be so; what is not said is not looked at. Texts are lent by the scenario's JSON. */
struct scenario_expected {
    bool has_allowed, is_allowed;
    const char *rule;
    const char *also[SCENARIO_RULES_MAX]; /* reported as well */
    size_t n_also;
    const char *warn[SCENARIO_RULES_MAX]; /* reported as warnings */
    size_t n_warn;
    bool has_warning, is_warned; /* any rule warns */
    bool has_count;
    int64_t count;
    bool has_safe_harbor, is_safe_harbor;
    bool has_overridable, is_overridable; /* `rule`'s hit */
    char value[SCENARIO_VALUE_SIZE];      /* empty: none expected */
};

struct scenario {
    char place[256]; /* "scenarios.jsonl:12" */
    json_t *json;
    const char *id, *section, *jurisdiction, *why; /* lent by `json` */
    struct facts_book *book;                       /* who and what there is; events are not applied yet */
    GArray *events;                                /* struct fact_event, ascending */
    const struct zone *zone;                       /* in which dates are the consumer's */
    enum scenario_asks asks;
    struct question question;
    char value[SCENARIO_VALUE_SIZE];
    struct scenario_expected expected;
};

/* Reads one line. Fails with INVALID_ARGUMENT "<path>:<line>: <where in it>: <why>" where it is no scenario: an event,
 * a field or a word that the vocabulary does not have, a value of another type, events out of order. With `is_lenient`
 * fields that it does not have are passed over and named in `ret_ignored` (may be NULL; g_free). */
MUST_USE enum status scenario_read(const char *path, size_t line, const char *text, size_t len, bool is_lenient,
                                   struct scenario **ret_scenario, char **ret_ignored, struct error *err);
void scenario_free(struct scenario *scenario);
void scenario_freep(struct scenario **scenario);

#endif
