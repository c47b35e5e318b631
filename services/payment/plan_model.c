#include "plan_model.h"

#include <assert.h>

#include "plan_standing.h"

static const char *const STATE_NAMES[PLAN_STATES_END] = {
    [PLAN_PROPOSED] = "proposed",   [PLAN_ACTIVE] = "active", [PLAN_ON_HOLD] = "on hold",
    [PLAN_COMPLETED] = "completed", [PLAN_BROKEN] = "broken", [PLAN_CANCELLED] = "cancelled",
};

/* All that may happen to a plan: where there is no row, it is refused. */
static const struct plan_rule {
    enum plan_state from;
    enum plan_event event;
    enum plan_state to;
    const char *text;
} MOVES[] = {
    {PLAN_PROPOSED, PLAN_EVENT_AGREE, PLAN_ACTIVE, "agreed on"},
    {PLAN_PROPOSED, PLAN_EVENT_DECLINE, PLAN_CANCELLED, "not agreed on"},
    {PLAN_PROPOSED, PLAN_EVENT_PAID_IN_FULL, PLAN_CANCELLED, "nothing is owed any more"},
    {PLAN_PROPOSED, PLAN_EVENT_RENEGOTIATE, PLAN_CANCELLED, "another plan stands in its place"},
    {PLAN_PROPOSED, PLAN_EVENT_RECALL, PLAN_CANCELLED, "the client took the account back"},
    {PLAN_PROPOSED, PLAN_EVENT_CANCEL, PLAN_CANCELLED, "taken back without fault of the debtor"},

    {PLAN_ACTIVE, PLAN_EVENT_PAYMENT, PLAN_ACTIVE, "a payment"},
    {PLAN_ACTIVE, PLAN_EVENT_FULFIL, PLAN_COMPLETED, "every instalment is paid"},
    {PLAN_ACTIVE, PLAN_EVENT_PAID_IN_FULL, PLAN_COMPLETED, "nothing is owed any more"},
    {PLAN_ACTIVE, PLAN_EVENT_RETURN, PLAN_ACTIVE, "a payment came back"},
    {PLAN_ACTIVE, PLAN_EVENT_MISS, PLAN_ACTIVE, "an instalment is missed"},
    {PLAN_ACTIVE, PLAN_EVENT_BREAK, PLAN_BROKEN, "too many instalments are missed"},
    {PLAN_ACTIVE, PLAN_EVENT_HOLD, PLAN_ON_HOLD, "held"},
    {PLAN_ACTIVE, PLAN_EVENT_RENEGOTIATE, PLAN_CANCELLED, "another plan stands in its place"},
    {PLAN_ACTIVE, PLAN_EVENT_RECALL, PLAN_CANCELLED, "the client took the account back"},
    {PLAN_ACTIVE, PLAN_EVENT_CANCEL, PLAN_CANCELLED, "taken back without fault of the debtor"},

    {PLAN_ON_HOLD, PLAN_EVENT_PAYMENT, PLAN_ON_HOLD, "a payment"},
    {PLAN_ON_HOLD, PLAN_EVENT_FULFIL, PLAN_COMPLETED, "every instalment is paid"},
    {PLAN_ON_HOLD, PLAN_EVENT_PAID_IN_FULL, PLAN_COMPLETED, "nothing is owed any more"},
    {PLAN_ON_HOLD, PLAN_EVENT_RETURN, PLAN_ON_HOLD, "a payment came back"},
    {PLAN_ON_HOLD, PLAN_EVENT_RESUME, PLAN_ACTIVE, "resumed"},
    {PLAN_ON_HOLD, PLAN_EVENT_RENEGOTIATE, PLAN_CANCELLED, "another plan stands in its place"},
    {PLAN_ON_HOLD, PLAN_EVENT_RECALL, PLAN_CANCELLED, "the client took the account back"},
    {PLAN_ON_HOLD, PLAN_EVENT_CANCEL, PLAN_CANCELLED, "taken back without fault of the debtor"},

    {PLAN_COMPLETED, PLAN_EVENT_RETURN, PLAN_ACTIVE, "a payment came back, and it is open again"},
    {PLAN_BROKEN, PLAN_EVENT_RENEGOTIATE, PLAN_BROKEN, "another plan follows it"},
};

const char *plan_state_name(enum plan_state state)
{
    return STATE_NAMES[state];
}

enum status plan_move(struct plan *plan, enum plan_event event, const char **ret_text, struct error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(MOVES); i++) {
        if (MOVES[i].from != plan->state || MOVES[i].event != event)
            continue;
        plan->state = MOVES[i].to;
        if (ret_text != NULL)
            *ret_text = MOVES[i].text;
        return STATUS_OK;
    }
    return error_set(err, STATUS_FAILED_PRECONDITION, "the plan is %s", STATE_NAMES[plan->state]);
}

/* A move for which the caller has seen that there is a row. */
static void move_surely(struct plan *plan, enum plan_event event, const char **ret_text)
{
    enum status st = plan_move(plan, event, ret_text, NULL);
    assert(st == STATUS_OK);
    (void)st;
}

enum status plan_propose(const struct id *plan_id, const struct id *account_id, const struct plan_terms *terms,
                         const struct plan_policy *policy, struct plan *ret_plan, struct error *err)
{
    struct plan_schedule schedule;
    enum status st = plan_schedule_make(terms, &schedule, err);
    if (st == STATUS_OK)
        st = tolerance_check(policy->tolerance, err);
    if (st != STATUS_OK)
        return st;
    if (policy->grace_days < 0 || policy->grace_days > PLAN_GRACE_MAX_DAYS || policy->breaks_in_a_row < 0 ||
        policy->breaks_in_total < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "policy: numbers below zero, or more than %d days of grace",
                         PLAN_GRACE_MAX_DAYS);
    *ret_plan = (struct plan){
        .plan_id = *plan_id,
        .account_id = *account_id,
        .state = PLAN_PROPOSED,
        .policy = *policy,
        .discount_minor = terms->discount_minor,
        .reviewed_on = {INT32_MIN},
        .schedule = schedule,
    };
    return STATUS_OK;
}

static struct plan_instalment *first_of(struct plan *plan)
{
    return plan->schedule.instalments;
}

static bool is_running(const struct plan *plan)
{
    return plan->state == PLAN_ACTIVE || plan->state == PLAN_ON_HOLD;
}

static void satisfy(const struct plan *plan, struct plan_instalment *instalment, struct date on)
{
    if (instalment->is_satisfied ||
        !tolerance_is_enough(plan->policy.tolerance, instalment->amount_minor, instalment->paid_minor))
        return;
    instalment->is_satisfied = true;
    instalment->satisfied_on = on;
}

static bool is_all_satisfied(const struct plan *plan)
{
    for (int32_t i = 0; i < plan->schedule.n; i++)
        if (!plan->schedule.instalments[i].is_satisfied)
            return false;
    return true;
}

enum status plan_pay(struct plan *plan, int64_t amount_minor, struct date on, const char **ret_text, struct error *err)
{
    int64_t most;
    if (amount_minor <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "a payment of %lld minor units", (long long)amount_minor);
    if (__builtin_add_overflow(plan->unapplied_minor, amount_minor, &most))
        return error_set(err, STATUS_OUT_OF_RANGE, "what is paid beyond the plan does not fit 64 bits");
    enum status st = plan_move(plan, PLAN_EVENT_PAYMENT, ret_text, err);
    if (st != STATUS_OK)
        return st;
    for (int32_t i = 0; i < plan->schedule.n && amount_minor > 0; i++) {
        struct plan_instalment *instalment = first_of(plan) + i;
        const int64_t open = plan_instalment_open(instalment);
        const int64_t part = open < amount_minor ? open : amount_minor;
        instalment->paid_minor += part;
        amount_minor -= part;
        satisfy(plan, instalment, on);
    }
    plan->unapplied_minor += amount_minor;
    if (is_all_satisfied(plan))
        move_surely(plan, PLAN_EVENT_FULFIL, ret_text);
    return STATUS_OK;
}

static void take_from(const struct plan *plan, struct plan_instalment *instalment, int64_t part_minor, struct date on)
{
    instalment->paid_minor -= part_minor;
    if (!instalment->is_satisfied ||
        tolerance_is_enough(plan->policy.tolerance, instalment->amount_minor, instalment->paid_minor))
        return;
    instalment->was_missed = instalment->was_missed || plan_is_missed(plan, instalment, on);
    instalment->is_satisfied = false;
    if (on.days > instalment->grace_from.days)
        instalment->grace_from = on;
}

/* What fell due while nothing was asked of him, since `held_on`, has its grace from `on`. */
static void give_grace(struct plan *plan, struct date on)
{
    for (int32_t i = 0; i < plan->schedule.n; i++) {
        struct plan_instalment *instalment = first_of(plan) + i;
        if (!instalment->is_satisfied && !plan_is_missed(plan, instalment, plan->held_on) &&
            instalment->grace_from.days < on.days)
            instalment->grace_from = on;
    }
}

enum status plan_take_back(struct plan *plan, int64_t amount_minor, struct date on, const char **ret_text,
                           struct error *err)
{
    if (amount_minor <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "a payment of %lld minor units", (long long)amount_minor);
    const bool was_completed = plan->state == PLAN_COMPLETED;
    enum status st = plan_move(plan, PLAN_EVENT_RETURN, ret_text, err);
    if (st != STATUS_OK)
        return st;
    const int64_t beyond = plan->unapplied_minor < amount_minor ? plan->unapplied_minor : amount_minor;
    plan->unapplied_minor -= beyond;
    amount_minor -= beyond;
    for (int32_t i = plan->schedule.n; i-- > 0 && amount_minor > 0;) {
        struct plan_instalment *instalment = first_of(plan) + i;
        const int64_t part = instalment->paid_minor < amount_minor ? instalment->paid_minor : amount_minor;
        amount_minor -= part;
        take_from(plan, instalment, part, on);
    }
    if (was_completed)
        give_grace(plan, on);
    /* Only what was left over came back, or what the tolerance forgives: it stays kept. */
    if (is_all_satisfied(plan))
        move_surely(plan, PLAN_EVENT_FULFIL, ret_text);
    return STATUS_OK;
}

static int64_t open_in_all(const struct plan *plan)
{
    int64_t open = 0;
    for (int32_t i = 0; i < plan->schedule.n; i++)
        open += plan_instalment_open(&plan->schedule.instalments[i]);
    return open;
}

void plan_fit(struct plan *plan, int64_t owed_minor, struct date on)
{
    if (!is_running(plan))
        return;
    if (owed_minor <= 0) {
        plan->held_on = on;
        move_surely(plan, PLAN_EVENT_PAID_IN_FULL, NULL);
        return;
    }
    int64_t excess = open_in_all(plan) - owed_minor;
    for (int32_t i = plan->schedule.n; i-- > 0 && excess > 0;) {
        struct plan_instalment *instalment = first_of(plan) + i;
        const int64_t cut = plan_instalment_open(instalment) < excess ? plan_instalment_open(instalment) : excess;
        instalment->amount_minor -= cut;
        excess -= cut;
        if (instalment->amount_minor == 0)
            plan->schedule.n = i;
        else
            satisfy(plan, instalment, on);
    }
    if (is_all_satisfied(plan))
        move_surely(plan, PLAN_EVENT_FULFIL, NULL);
}

enum status plan_hold(struct plan *plan, struct date on, struct error *err)
{
    enum status st = plan_move(plan, PLAN_EVENT_HOLD, NULL, err);
    if (st == STATUS_OK)
        plan->held_on = on;
    return st;
}

enum status plan_resume(struct plan *plan, struct date on, struct error *err)
{
    enum status st = plan_move(plan, PLAN_EVENT_RESUME, NULL, err);
    if (st != STATUS_OK)
        return st;
    give_grace(plan, on);
    return STATUS_OK;
}

enum status plan_replace(struct plan *earlier, struct plan *later, const char **ret_text, struct error *err)
{
    if (!id_equal(&earlier->account_id, &later->account_id) || id_equal(&earlier->plan_id, &later->plan_id))
        return error_set(err, STATUS_INVALID_ARGUMENT, "a plan is replaced by another one of the same account");
    if (!id_is_none(&earlier->replaced_by) || !id_is_none(&later->replaces))
        return error_set(err, STATUS_FAILED_PRECONDITION, "one of the plans replaces or is replaced already");
    enum status st = plan_move(earlier, PLAN_EVENT_RENEGOTIATE, ret_text, err);
    if (st != STATUS_OK)
        return st;
    earlier->replaced_by = later->plan_id;
    later->replaces = earlier->plan_id;
    return STATUS_OK;
}

int64_t plan_discount_granted(const struct plan *plan, int64_t owed_minor)
{
    if (plan->state != PLAN_COMPLETED || !is_all_satisfied(plan) || owed_minor <= 0)
        return 0;
    return owed_minor < plan->discount_minor ? owed_minor : plan->discount_minor;
}

static bool is_newly_missed(const struct plan *plan, struct date day)
{
    for (int32_t i = 0; i < plan->schedule.n; i++)
        if (plan_is_newly_missed(plan, &plan->schedule.instalments[i], day))
            return true;
    return false;
}

void plan_review(struct plan *plan, struct date day, const char **ret_text)
{
    *ret_text = NULL;
    if (plan->state != PLAN_ACTIVE)
        return;
    if (plan_standing_on(plan, day).breaks)
        move_surely(plan, PLAN_EVENT_BREAK, ret_text);
    else if (is_newly_missed(plan, day))
        move_surely(plan, PLAN_EVENT_MISS, ret_text);
    if (day.days > plan->reviewed_on.days)
        plan->reviewed_on = day;
}
