#include "plan_authority.h"

__extension__ typedef __int128 wide;

const struct sop_authority *plan_authority_of(const struct sop_authority *authorities, size_t n, enum sop_role role)
{
    for (size_t i = 0; i < n; i++)
        if (authorities[i].role == role)
            return &authorities[i];
    return NULL;
}

int32_t plan_term_of(const struct plan_schedule *schedule, struct date agreed_on)
{
    const int32_t months = plan_term_months(agreed_on, schedule->instalments[schedule->n - 1].due);
    return schedule->n == 1 && months <= 1 ? 0 : months;
}

static unsigned limits_passed(const struct sop_authority *authority, const struct plan_request *request)
{
    const struct plan_schedule *schedule = request->schedule;
    unsigned beyond = 0;
    for (int32_t i = 0; i + 1 < schedule->n; i++)
        if (schedule->instalments[i].amount_minor < authority->minimum_payment_minor)
            beyond |= PLAN_LIMIT_MINIMUM;
    if (plan_term_of(schedule, request->agreed_on) > authority->longest_plan_months)
        beyond |= PLAN_LIMIT_TERM;
    if ((wide)request->discount_minor * 100 > (wide)request->owed_minor * authority->largest_discount_percent)
        beyond |= PLAN_LIMIT_DISCOUNT;
    return beyond;
}

static enum sop_role first_that_may(const struct sop_authority *authorities, size_t n,
                                    const struct plan_request *request)
{
    for (size_t i = 0; i < n; i++)
        if (limits_passed(&authorities[i], request) == 0)
            return authorities[i].role;
    return 0;
}

struct plan_verdict plan_authority_judge(const struct sop_authority *authorities, size_t n, enum sop_role role,
                                         const struct plan_request *request)
{
    struct plan_verdict verdict = {0};
    const struct sop_authority *authority = plan_authority_of(authorities, n, role);
    if (role == SOP_ROLE_CLIENT)
        return verdict;
    if (authority == NULL)
        return (struct plan_verdict){PLAN_LIMIT_NONE, first_that_may(authorities, n, request)};
    verdict.beyond = limits_passed(authority, request);
    if (verdict.beyond == 0)
        return verdict;
    /* No more steps than there are roles: approvals may go round between two who may do the same. */
    for (size_t i = 0; i < n && authority != NULL && authority->approval_by != 0; i++) {
        const enum sop_role next = authority->approval_by;
        authority = plan_authority_of(authorities, n, next);
        if (next == SOP_ROLE_CLIENT || (authority != NULL && limits_passed(authority, request) == 0)) {
            verdict.approval_by = next;
            break;
        }
    }
    return verdict;
}
