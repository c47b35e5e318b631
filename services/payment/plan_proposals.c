#include "plan_proposals.h"

#include "plan_authority.h"

__extension__ typedef __int128 wide;

const char *plan_misfit_text(enum plan_misfit misfit)
{
    switch (misfit) {
    case PLAN_FITS:
        return "it fits";
    case PLAN_MISFIT_NOTHING_OWED:
        return "nothing is owed";
    case PLAN_MISFIT_NO_PLANS:
        return "no plan may be granted";
    case PLAN_MISFIT_BELOW_MINIMUM:
        return "less than the smallest instalment that may be accepted";
    case PLAN_MISFIT_TOO_LONG:
        return "it would take longer than may be granted";
    }
    return "";
}

static enum status check_wish(const struct plan_wish *wish, struct error *err)
{
    struct date ignored;
    enum status st = plan_due_date(&wish->rhythm, 0, &ignored, err);
    if (st != STATUS_OK)
        return st;
    if (wish->budget_minor < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "budget_minor: %lld is negative", (long long)wish->budget_minor);
    if (wish->rhythm.first_due.days < wish->agreed_on.days)
        return error_set(err, STATUS_INVALID_ARGUMENT, "first_due: before the day of the agreement");
    if (wish->pay_by.days < wish->agreed_on.days || plan_term_months(wish->agreed_on, wish->pay_by) > 1)
        return error_set(err, STATUS_INVALID_ARGUMENT, "pay_by: not within a month of the agreement");
    if (wish->settlement_percent < 0 || wish->settlement_percent > 99)
        return error_set(err, STATUS_INVALID_ARGUMENT, "settlement_percent: %d is not between 0 and 99",
                         wish->settlement_percent);
    return STATUS_OK;
}

static enum status add(struct plan_proposals *proposals, enum plan_proposal_kind kind, const struct plan_terms *terms,
                       struct error *err)
{
    struct plan_proposal *proposal = &proposals->proposals[proposals->n];
    enum status st = plan_schedule_make(terms, &proposal->schedule, err);
    if (st != STATUS_OK)
        return st;
    proposal->kind = kind;
    proposal->discount_minor = terms->discount_minor;
    proposal->ends_on = proposal->schedule.instalments[proposal->schedule.n - 1].due;
    proposals->n++;
    return STATUS_OK;
}

static enum status add_at_once(struct plan_proposals *proposals, const struct plan_wish *wish,
                               const struct sop_authority *authority, struct error *err)
{
    const int32_t percent = wish->settlement_percent < authority->largest_discount_percent
                                ? wish->settlement_percent
                                : authority->largest_discount_percent;
    const struct plan_terms terms = {
        .owed_minor = wish->owed_minor,
        .discount_minor = (int64_t)((wide)wish->owed_minor * percent / 100),
        .rhythm = {PLAN_MONTHLY, wish->pay_by, 0, 0},
        .amounts = PLAN_BY_NUMBER,
        .number = 1,
    };
    return add(proposals, PLAN_AT_ONCE, &terms, err);
}

/* How many due dates lie within the term that may be granted. */
static int32_t count_due_dates(const struct plan_wish *wish, const struct sop_authority *authority)
{
    struct date due;
    int32_t n = 0;
    while (n < PLAN_INSTALMENTS_MAX && plan_due_date(&wish->rhythm, n, &due, NULL) == STATUS_OK) {
        const int32_t months = plan_term_months(wish->agreed_on, due);
        if (months > authority->longest_plan_months && !(n == 0 && months <= 1))
            break;
        n++;
    }
    return n;
}

/* The smallest instalment that keeps to the term and the minimum; a balance smaller than that is one instalment. */
static int64_t smallest_instalment(const struct plan_wish *wish, const struct sop_authority *authority, int32_t n_dates)
{
    int64_t smallest = wish->owed_minor / n_dates + (wish->owed_minor % n_dates != 0);
    if (smallest < authority->minimum_payment_minor)
        smallest = authority->minimum_payment_minor;
    return smallest < wish->owed_minor ? smallest : wish->owed_minor;
}

static enum status add_instalments(struct plan_proposals *proposals, const struct plan_wish *wish,
                                   int64_t smallest_minor, struct error *err)
{
    struct plan_terms terms = {
        .owed_minor = wish->owed_minor,
        .rhythm = wish->rhythm,
        .amounts = PLAN_BY_AMOUNT,
        .amount_minor = wish->budget_minor < wish->owed_minor ? wish->budget_minor : wish->owed_minor,
    };
    enum status st = add(proposals, PLAN_SHORTEST, &terms, err);
    if (st != STATUS_OK)
        return st;
    terms.amount_minor = smallest_minor;
    st = add(proposals, PLAN_LONGEST, &terms, err);
    if (st == STATUS_OK &&
        proposals->proposals[proposals->n - 1].schedule.n == proposals->proposals[proposals->n - 2].schedule.n)
        proposals->n--;
    return st;
}

static enum status propose(struct plan_proposals *proposals, const struct plan_wish *wish,
                           const struct sop_authority *authority, struct error *err)
{
    const int32_t n_dates = count_due_dates(wish, authority);
    enum status st = add_at_once(proposals, wish, authority, err);
    proposals->misfit = PLAN_MISFIT_NO_PLANS;
    if (st != STATUS_OK || n_dates == 0)
        return st;
    const int64_t smallest = smallest_instalment(wish, authority, n_dates);
    if (wish->budget_minor >= smallest) {
        proposals->misfit = PLAN_FITS;
        return add_instalments(proposals, wish, smallest, err);
    }
    proposals->needed_minor = smallest;
    if (authority->longest_plan_months > 0)
        proposals->misfit =
            wish->budget_minor < authority->minimum_payment_minor ? PLAN_MISFIT_BELOW_MINIMUM : PLAN_MISFIT_TOO_LONG;
    return STATUS_OK;
}

enum status plan_proposals_make(const struct plan_wish *wish, const struct sop_authority *authority,
                                struct plan_proposals *ret_proposals, struct error *err)
{
    struct plan_proposals proposals = {.misfit = PLAN_MISFIT_NOTHING_OWED};
    enum status st = check_wish(wish, err);
    if (st == STATUS_OK && wish->owed_minor > 0)
        st = propose(&proposals, wish, authority, err);
    if (st == STATUS_OK)
        *ret_proposals = proposals;
    return st;
}
