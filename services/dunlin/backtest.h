#ifndef DUNLIN_CLI_BACKTEST_H
#define DUNLIN_CLI_BACKTEST_H

#include <stdio.h>

#include <jansson.h>

#include "calendar/calendar.h"
#include "contact_replay.h"

/* What a policy would have changed: counts and differences between what the log says and what contact_replay answers.
 * Pure but for the rows that go to `csv`. */
struct backtest;

/* Differences are looked for among what happened within [from, to) of business time. `csv`, lent, gets a row for each
 * permit, step and class that differs; NULL: none. `rule_version`: of the candidate, for decisions that must be equal.
 * `gives_classes`: the candidate's SOP is another than the log's, and classes are made anew. */
struct backtest *backtest_new(struct instant from, struct instant to, const char *rule_version, bool gives_classes,
                              FILE *csv);
void backtest_free(struct backtest *backtest);
void backtest_freep(struct backtest **backtest);

/* Lent by the backtest; for a contact_replay of one partition after the other. */
const struct replay_observer *backtest_observer(struct backtest *backtest);

/* The class of an account, as it was said then and as the candidate has it. */
void backtest_note_class(struct backtest *backtest, const struct id *account_id, bool is_recorded, const char *code,
                         struct instant at);

/* Before another partition is begun, and after the last: compares the steps of the accounts that were seen. */
void backtest_settle(struct backtest *backtest);

/* An event that could not be folded in; it and what follows from it is not in the figures. */
void backtest_add_failure(struct backtest *backtest, const char *what);

/* Everything, for machines and for tables: {permits{...}, rules[...], steps{...}, workload[...], ...}. */
json_t *backtest_json(const struct backtest *backtest);

#endif
