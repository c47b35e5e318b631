#include "plan_standing.h"

int64_t plan_missed_from(const struct plan *plan, const struct plan_instalment *instalment)
{
    return (int64_t)instalment->grace_from.days + plan->policy.grace_days + 1;
}

bool plan_is_missed(const struct plan *plan, const struct plan_instalment *instalment, struct date day)
{
    return (instalment->is_satisfied ? instalment->satisfied_on.days : day.days) >= plan_missed_from(plan, instalment);
}

enum plan_paid plan_paid_how(const struct plan *plan, const struct plan_instalment *instalment)
{
    if (instalment->paid_minor == 0)
        return PLAN_PAID_NOT;
    if (!instalment->is_satisfied)
        return PLAN_PAID_PART;
    if (instalment->satisfied_on.days <= instalment->due.days)
        return instalment->satisfied_on.days < instalment->due.days ? PLAN_PAID_EARLY : PLAN_PAID_ON_DUE_DATE;
    return plan_is_missed(plan, instalment, instalment->satisfied_on) ? PLAN_PAID_LATE : PLAN_PAID_IN_GRACE;
}

bool plan_is_newly_missed(const struct plan *plan, const struct plan_instalment *instalment, struct date day)
{
    return !instalment->is_satisfied && plan_is_missed(plan, instalment, day) &&
           plan_missed_from(plan, instalment) > plan->reviewed_on.days;
}

/* What an instalment that is not satisfied adds. */
static void stand_open(const struct plan *plan, const struct plan_instalment *instalment, struct date day,
                       struct plan_standing *standing)
{
    const int64_t missed_on = plan_missed_from(plan, instalment);
    standing->is_kept = false;
    standing->n_missed_in_row += plan_is_missed(plan, instalment, day);
    if (instalment->due.days < day.days) {
        standing->overdue_minor += plan_instalment_open(instalment);
        standing->n_overdue++;
    } else if (!standing->has_next) {
        standing->has_next = true;
        standing->next_due = instalment->due;
        standing->next_minor = plan_instalment_open(instalment);
    }
    if (missed_on > day.days && (!standing->has_review || missed_on < standing->review_on.days)) {
        standing->has_review = true;
        standing->review_on.days = (int32_t)missed_on;
    }
}

static bool is_reached(int32_t n, int32_t limit)
{
    return limit > 0 && n >= limit;
}

struct plan_standing plan_standing_on(const struct plan *plan, struct date day)
{
    struct plan_standing standing = {.is_kept = true};
    for (int32_t i = 0; i < plan->schedule.n; i++) {
        const struct plan_instalment *instalment = &plan->schedule.instalments[i];
        standing.open_minor += plan_instalment_open(instalment);
        standing.n_missed += instalment->was_missed || plan_is_missed(plan, instalment, day);
        if (!instalment->is_satisfied)
            stand_open(plan, instalment, day, &standing);
    }
    standing.breaks =
        plan->state == PLAN_ACTIVE && (is_reached(standing.n_missed_in_row, plan->policy.breaks_in_a_row) ||
                                       is_reached(standing.n_missed, plan->policy.breaks_in_total));
    return standing;
}
