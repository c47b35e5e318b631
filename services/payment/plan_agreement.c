#include "plan_agreement.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "plan_standing.h"

struct plan_policy plan_policy_of(const struct sop_plans *plans)
{
    return (struct plan_policy){
        .tolerance = tolerance_of(plans->tolerance),
        .grace_days = plans->grace_days,
        .breaks_in_a_row = plans->breaks_in_a_row,
        .breaks_in_total = plans->breaks_in_total,
    };
}

static enum status refuse_second(const struct plan_agreement *other, struct error *err)
{
    char text[ID_TEXT_SIZE];

    if (other->plan.state == PLAN_PROPOSED)
        return error_set(err, STATUS_FAILED_PRECONDITION, "plan %s of the account waits for approval",
                         id_format(&other->plan.plan_id, text));
    return error_set(err, STATUS_FAILED_PRECONDITION,
                     "plan %s of the account is %s: another one replaces it, or it is cancelled first",
                     id_format(&other->plan.plan_id, text), plan_state_name(other->plan.state));
}

enum status plan_check_room(const struct account *account, const struct plan_agreement *running,
                            const struct plan_agreement *proposed, const struct plan_agreement *replaces,
                            struct error *err)
{
    if (account->is_recalled)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the client has taken the account back");
    if (account->balance.minor <= 0)
        return error_set(err, STATUS_FAILED_PRECONDITION, "nothing is owed on the account");
    const enum status st = account_check_held(account, 1, err);
    if (st != STATUS_OK)
        return st;
    if (proposed)
        return refuse_second(proposed, err);
    if (running && running != replaces && running->plan.state != PLAN_COMPLETED)
        return refuse_second(running, err);
    return STATUS_OK;
}

enum status plan_check_begin(const struct plan *plan, struct date agreed_on, struct error *err)
{
    const struct date first = plan->schedule.instalments[0].due;
    char due[DATE_TEXT_SIZE], today[DATE_TEXT_SIZE];

    if (first.days >= agreed_on.days - 1)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "the first instalment is due on %s, before today, %s",
                     date_format(first, due), date_format(agreed_on, today));
}

enum status plan_refuse(const struct plan_verdict *verdict, const struct sop_authority *authorities, size_t n,
                        enum sop_role role, struct error *err)
{
    const struct sop_authority *authority = plan_authority_of(authorities, n, role);
    char minimum[64] = "", term[48] = "", discount[48] = "", who[64] = "nobody may";

    if (verdict->approval_by != 0)
        (void)snprintf(who, sizeof(who), "a %s may approve it", sop_role_name(verdict->approval_by));
    if (!authority)
        return error_set(err, STATUS_PERMISSION_DENIED, "role: a %s may agree to no plan; %s", sop_role_name(role),
                         who);
    if (verdict->beyond & PLAN_LIMIT_MINIMUM)
        (void)snprintf(minimum, sizeof(minimum), ", instalments of at least %" PRId64 " minor units",
                       authority->minimum_payment_minor);
    if (verdict->beyond & PLAN_LIMIT_TERM)
        (void)snprintf(term, sizeof(term), ", at most %" PRId32 " months", authority->longest_plan_months);
    if (verdict->beyond & PLAN_LIMIT_DISCOUNT)
        (void)snprintf(discount, sizeof(discount), ", a discount of at most %" PRId32 " %%",
                       authority->largest_discount_percent);
    return error_set(err, STATUS_PERMISSION_DENIED, "role: beyond what a %s may agree to%s%s%s; %s",
                     sop_role_name(role), minimum, term, discount, who);
}

static struct date day_of(struct instant at)
{
    return (struct date){(int32_t)(at.us / US_PER_DAY)};
}

/* What was paid while it waited stands in unapplied_minor; capped, as what is worth more is paid long since. */
static void note_while_proposed(struct plan *plan, int64_t paid_minor)
{
    int64_t sum;

    if (__builtin_add_overflow(plan->unapplied_minor, paid_minor, &sum))
        sum = INT64_MAX;
    plan->unapplied_minor = sum > 0 ? sum : 0;
}

/* A proposed plan names what it is to stand in for; only from now on it does. */
static enum status take_place(struct plan *plan, struct plan *replaces, struct error *err)
{
    const struct id named = plan->replaces;

    plan->replaces = (struct id){0};
    enum status st = plan_replace(replaces, plan, NULL, err);
    if (st != STATUS_OK)
        plan->replaces = named;
    return st;
}

enum status plan_agree(struct plan_agreement *agreement, struct plan_agreement *replaces, int64_t owed_minor,
                       struct date on, struct error *err)
{
    struct plan *plan = &agreement->plan;
    const int64_t paid_minor = plan->unapplied_minor;
    enum status st = STATUS_OK;

    if (plan->state == PLAN_PROPOSED && replaces)
        st = take_place(plan, &replaces->plan, err);
    if (st == STATUS_OK)
        st = plan_move(plan, PLAN_EVENT_AGREE, NULL, err);
    if (st != STATUS_OK)
        return st;
    plan->unapplied_minor = 0;
    if (paid_minor > 0) {
        st = plan_pay(plan, paid_minor, on, NULL, NULL);
        /* An active plan takes any payment, and nothing stands beside its instalments yet. */
        assert(st == STATUS_OK);
        (void)st;
    }
    plan_fit(plan, owed_minor, on);
    return STATUS_OK;
}

bool plan_counts_back(const struct plan_agreement *agreement, const struct posting *posting)
{
    return posting->draft.kind == POSTING_REVERSAL && posting->draft.reverses_number > agreement->made_after;
}

static void settle_proposed(struct plan_agreement *agreement, const struct posting *posting, int64_t owed_minor)
{
    if (posting->draft.kind == POSTING_PAYMENT || plan_counts_back(agreement, posting))
        note_while_proposed(&agreement->plan, -posting->draft.change.minor);
    if (owed_minor > 0)
        return;
    enum status st = plan_move(&agreement->plan, PLAN_EVENT_PAID_IN_FULL, NULL, NULL);
    assert(st == STATUS_OK);
    (void)st;
    agreement->reason = "nothing is owed any more";
}

void plan_settle(struct plan_agreement *agreement, const struct posting *posting, int64_t owed_minor)
{
    struct plan *plan = &agreement->plan;
    const struct date posted_on = day_of(posting->draft.posted_at);

    if (plan->state == PLAN_PROPOSED) {
        settle_proposed(agreement, posting, owed_minor);
        return;
    }
    enum status st = STATUS_OK;
    if (posting->draft.kind == POSTING_PAYMENT)
        st = plan_pay(plan, -posting->draft.change.minor, (struct date){posting->draft.effective_on_days}, NULL, NULL);
    else if (plan_counts_back(agreement, posting))
        st = plan_take_back(plan, posting->draft.change.minor, posted_on, NULL, NULL);
    /* What it refuses does not move it: a payment of a completed plan, beyond all that was asked for. */
    (void)st;
    plan_fit(plan, owed_minor, posted_on);
}

int64_t plan_paid(const struct plan *plan)
{
    int64_t paid_minor = 0;

    for (int32_t i = 0; i < plan->schedule.n; i++)
        paid_minor += plan->schedule.instalments[i].paid_minor;
    return paid_minor;
}

bool plan_next_look(const struct plan *plan, struct instant *ret_at)
{
    if (plan->state == PLAN_PROPOSED) {
        ret_at->us = ((int64_t)plan->schedule.instalments[0].due.days + 1) * US_PER_DAY;
        return true;
    }
    if (plan->state != PLAN_ACTIVE)
        return false;
    /* From the last review on: what was missed since is looked at even where another change comes before the timer. */
    const struct plan_standing standing = plan_standing_on(plan, plan->reviewed_on);
    ret_at->us = (int64_t)standing.review_on.days * US_PER_DAY;
    return standing.has_review;
}
