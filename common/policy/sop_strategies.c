#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/sop_make.h"

/* Strategies: their steps, and the exits by which accounts leave them. */

#define STEP_DAY_MAX     3650 /* ten years either way */
#define REPEAT_TIMES_MAX 366

/* What is sent or played has a template; an agent speaks himself, with a script at most. */
static enum status check_texts(const struct sop_maker *maker, const struct step_values *step, size_t s, size_t i)
{
    const bool is_call = step->channel == SOP_CHANNEL_CALL;
    const struct policy_path template = policy_path("strategies[%zu].steps[%zu].template", s, i);
    const struct policy_path script = policy_path("strategies[%zu].steps[%zu].script", s, i);
    if (is_call && step->template != NULL)
        return policy_refuse(maker->file, maker->err, template, "a call has none: an agent speaks, by a 'script'");
    if (!is_call && step->template == NULL)
        return policy_refuse(maker->file, maker->err, template, "missing: what does channel '%s' say?",
                             sop_channel_name(step->channel));
    if (!is_call && step->script != NULL)
        return policy_refuse(maker->file, maker->err, script, "only a call has one");
    if (step->script != NULL)
        return policy_check_code(maker->file, script, step->script, maker->err);
    return step->template == NULL ? STATUS_OK : policy_check_code(maker->file, template, step->template, maker->err);
}

static enum status check_step(const struct sop_maker *maker, const struct step_values *step, size_t s, size_t i)
{
    enum status st =
        policy_check_code(maker->file, policy_path("strategies[%zu].steps[%zu].code", s, i), step->code, maker->err);
    if (st != STATUS_OK)
        return st;
    st = sop_check_range(maker, policy_path("strategies[%zu].steps[%zu].day", s, i), step->day, -STEP_DAY_MAX,
                         STEP_DAY_MAX);
    if (st != STATUS_OK)
        return st;
    if (step->day < 0 && step->from != SOP_ANCHOR_DUE)
        return policy_refuse(
            maker->file, maker->err, policy_path("strategies[%zu].steps[%zu].day", s, i),
            "%" PRId32 " is before a fact that is not known ahead: only steps from 'due' may be negative", step->day);
    st = check_texts(maker, step, s, i);
    if (st != STATUS_OK || step->repeat == NULL)
        return st;
    st = sop_check_range(maker, policy_path("strategies[%zu].steps[%zu].repeat.every_days", s, i),
                         step->repeat->every_days, 1, STEP_DAY_MAX);
    if (st != STATUS_OK)
        return st;
    return sop_check_range(maker, policy_path("strategies[%zu].steps[%zu].repeat.times", s, i), step->repeat->times, 1,
                           REPEAT_TIMES_MAX);
}

/* False for what check_step has refused, where the reading goes on. */
static bool is_repeated_well(const struct step_values *step)
{
    return step->repeat == NULL || (step->repeat->times >= 1 && step->repeat->times <= REPEAT_TIMES_MAX);
}

static size_t step_times(const struct step_values *step)
{
    return step->repeat == NULL ? 1 : (size_t)step->repeat->times;
}

/* Appends a step and its repeats. The codes of repeats get a number: "call-2.2". */
static enum status expand_step(const struct sop_maker *maker, struct sop_strategy *strategy, size_t s, size_t i)
{
    const struct step_values *values = &maker->values->strategies[s].steps[i];
    for (size_t time = 0; time < step_times(values); time++) {
        struct sop_step *step = &strategy->steps[strategy->n_steps];
        step->source = i;
        step->times = (int32_t)step_times(values);
        step->every_days = values->repeat == NULL ? 0 : values->repeat->every_days;
        step->anchor = values->from;
        step->day = values->day + (values->repeat == NULL ? 0 : (int32_t)time * values->repeat->every_days);
        step->channel = values->channel;
        step->purpose = values->purpose == 0 ? SOP_PURPOSE_COLLECTION : values->purpose;
        maker->sop->sends_notices = maker->sop->sends_notices || step->purpose == SOP_PURPOSE_VALIDATION_NOTICE;
        (void)snprintf(step->template, sizeof(step->template), "%s", values->template == NULL ? "" : values->template);
        (void)snprintf(step->script, sizeof(step->script), "%s", values->script == NULL ? "" : values->script);
        int len = time == 0 ? snprintf(step->code, sizeof(step->code), "%s", values->code)
                            : snprintf(step->code, sizeof(step->code), "%s.%zu", values->code, time + 1);
        if (len < 0 || (size_t)len >= sizeof(step->code))
            return policy_refuse(maker->file, maker->err, policy_path("strategies[%zu].steps[%zu].code", s, i),
                                 "too long for a repeated step");
        for (size_t j = 0; j < strategy->n_steps; j++)
            if (strcmp(strategy->steps[j].code, step->code) == 0)
                return policy_refuse(maker->file, maker->err, policy_path("strategies[%zu].steps[%zu].code", s, i),
                                     "'%s' is there twice in strategy '%s'", step->code, strategy->code);
        strategy->n_steps++;
    }
    return STATUS_OK;
}

static enum status make_steps(const struct sop_maker *maker, struct sop_strategy *strategy, size_t s)
{
    const struct strategy_values *values = &maker->values->strategies[s];
    size_t n = 0;
    for (size_t i = 0; i < values->n_steps; i++) {
        enum status st = check_step(maker, &values->steps[i], s, i);
        if (st != STATUS_OK && !policy_goes_on(maker->file, st))
            return st;
        n += is_repeated_well(&values->steps[i]) ? step_times(&values->steps[i]) : 0;
    }
    strategy->steps = calloc(n == 0 ? 1 : n, sizeof(*strategy->steps));
    if (strategy->steps == NULL)
        return sop_out_of_memory(maker);
    for (size_t i = 0; i < values->n_steps; i++) {
        if (!is_repeated_well(&values->steps[i]))
            continue;
        enum status st = expand_step(maker, strategy, s, i);
        if (st != STATUS_OK && !policy_goes_on(maker->file, st))
            return st;
    }
    return STATUS_OK;
}

static enum status check_exit(const struct sop_maker *maker, const struct exit_values *values, const char *path)
{
    const struct policy_path days = policy_path("%s.days", path);
    const struct policy_path strategy = policy_path("%s.strategy", path);
    const bool counts_days = values->on == SOP_EXIT_DAYS_IN_STRATEGY || values->on == SOP_EXIT_STEPS_DONE;
    const bool names_strategy = values->to == SOP_TO_STRATEGY;
    if (values->days != NULL && !counts_days)
        return policy_refuse(maker->file, maker->err, days, "'%s' has none: the account leaves at once",
                             sop_exit_event_name(values->on));
    if (values->on == SOP_EXIT_DAYS_IN_STRATEGY && values->days == NULL)
        return policy_refuse(maker->file, maker->err, days, "missing: after how many?");
    if (names_strategy && values->strategy == NULL)
        return policy_refuse(maker->file, maker->err, strategy, "missing: to which one?");
    if (!names_strategy && values->strategy != NULL)
        return policy_refuse(maker->file, maker->err, strategy, "only where it goes 'to: strategy'");
    if (values->days == NULL)
        return STATUS_OK;
    return sop_check_range(maker, days, *values->days, values->on == SOP_EXIT_STEPS_DONE ? 0 : 1, STEP_DAY_MAX);
}

/* Checks the exits of a list and appends them to the strategy's. An event has one way out: the first, which is the
 * strategy's own. */
static enum status add_exits(const struct sop_maker *maker, struct sop_strategy *strategy, const char *path,
                             const struct exit_values *values, size_t n_values)
{
    const bool is_common = path[0] == 'e';
    for (size_t i = 0; i < n_values; i++) {
        struct sop_exit *exit = &strategy->exits[strategy->n_exits++];
        enum status st = check_exit(maker, &values[i], policy_path("%s[%zu]", path, i).text);
        for (size_t j = 0; j < i && st == STATUS_OK; j++)
            if (values[j].on == values[i].on)
                st = policy_refuse(maker->file, maker->err, policy_path("%s[%zu].on", path, i), "'%s' is there twice",
                                   sop_exit_event_name(values[i].on));
        if (st != STATUS_OK && !policy_goes_on(maker->file, st))
            return st;
        exit->on = values[i].on;
        exit->to = values[i].to;
        exit->days = values[i].days == NULL ? 0 : *values[i].days;
        exit->is_common = is_common;
        (void)snprintf(exit->strategy, sizeof(exit->strategy), "%s",
                       values[i].strategy == NULL ? "" : values[i].strategy);
    }
    return STATUS_OK;
}

static enum status make_exits(const struct sop_maker *maker, struct sop_strategy *strategy, size_t s)
{
    const struct strategy_values *values = &maker->values->strategies[s];
    const size_t n = (size_t)values->n_exits + maker->values->n_exits;
    strategy->exits = calloc(n == 0 ? 1 : n, sizeof(*strategy->exits));
    if (strategy->exits == NULL)
        return sop_out_of_memory(maker);
    enum status st =
        add_exits(maker, strategy, policy_path("strategies[%zu].exits", s).text, values->exits, values->n_exits);
    if ((st != STATUS_OK && !policy_goes_on(maker->file, st)) || maker->values->n_exits == 0)
        return st;
    const size_t n_own = strategy->n_exits;
    st = add_exits(maker, strategy, "exits", maker->values->exits, maker->values->n_exits);
    /* Of the common ones those stay whose event the strategy has no answer of its own to. */
    size_t n_kept = n_own;
    for (size_t i = n_own; i < strategy->n_exits; i++) {
        bool is_own = false;
        for (size_t j = 0; j < n_own; j++)
            is_own = is_own || strategy->exits[j].on == strategy->exits[i].on;
        if (!is_own)
            strategy->exits[n_kept++] = strategy->exits[i];
    }
    strategy->n_exits = n_kept;
    return st;
}

static enum status check_exit_to(const struct sop_maker *maker, const char *path, const struct exit_values *values)
{
    if (values->strategy == NULL || sop_strategy(maker->sop, values->strategy) != NULL)
        return STATUS_OK;
    return sop_refuse_strategy(maker, policy_path("%s.strategy", path), values->strategy);
}

/* Once all strategies are there. */
static enum status check_exits(const struct sop_maker *maker)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; i < maker->values->n_exits && (st == STATUS_OK || policy_goes_on(maker->file, st)); i++)
        st = check_exit_to(maker, policy_path("exits[%zu]", i).text, &maker->values->exits[i]);
    for (size_t s = 0; s < maker->values->n_strategies; s++) {
        const struct strategy_values *values = &maker->values->strategies[s];
        for (size_t i = 0; i < values->n_exits && (st == STATUS_OK || policy_goes_on(maker->file, st)); i++)
            st = check_exit_to(maker, policy_path("strategies[%zu].exits[%zu]", s, i).text, &values->exits[i]);
    }
    return st;
}

static enum status make_strategy(const struct sop_maker *maker, size_t s)
{
    const struct strategy_values *values = &maker->values->strategies[s];
    enum status st = policy_check_code(maker->file, policy_path("strategies[%zu].code", s), values->code, maker->err);
    if (st != STATUS_OK)
        return st;
    if (sop_strategy(maker->sop, values->code) != NULL)
        return policy_refuse(maker->file, maker->err, policy_path("strategies[%zu].code", s), "'%s' is there twice",
                             values->code);
    struct sop_strategy *strategy = &maker->sop->strategies[maker->sop->n_strategies];
    (void)snprintf(strategy->code, sizeof(strategy->code), "%s", values->code);
    (void)snprintf(strategy->title, sizeof(strategy->title), "%s", values->title);
    maker->sop->n_strategies++;
    st = make_steps(maker, strategy, s);
    return st == STATUS_OK || policy_goes_on(maker->file, st) ? make_exits(maker, strategy, s) : st;
}

enum status sop_make_strategies(const struct sop_maker *maker)
{
    maker->sop->strategies = calloc(maker->values->n_strategies, sizeof(*maker->sop->strategies));
    if (maker->sop->strategies == NULL)
        return sop_out_of_memory(maker);
    for (size_t s = 0; s < maker->values->n_strategies; s++) {
        enum status st = make_strategy(maker, s);
        if (st != STATUS_OK && !policy_goes_on(maker->file, st))
            return st;
    }
    return check_exits(maker);
}
