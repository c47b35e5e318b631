/* Reads cases on stdin and answers each with a line: the name of a question and integers in, integers out, the first of
 * them the status. Dates are days since 1970. A line that is none ends the program with 1: it is of our own making. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interest_model.h"
#include "plan_model.h"
#include "plan_proposals.h"
#include "plan_standing.h"
#include "rules/law_debit_notice.h"

#define LIST_MAX 64

static int64_t next(void)
{
    int64_t number;
    if (scanf("%" SCNd64, &number) != 1)
        exit(1);
    return number;
}

static int32_t next_small(void)
{
    return (int32_t)next();
}

static struct date next_date(void)
{
    return (struct date){next_small()};
}

static size_t next_count(void)
{
    const int64_t n = next();
    if (n < 0 || n > LIST_MAX)
        exit(1);
    return (size_t)n;
}

static void say(int64_t number)
{
    printf(" %" PRId64, number);
}

static void say_wide(interest_numerator number)
{
    char digits[48];
    char *at = digits + sizeof(digits) - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + (int)(number % 10));
        number /= 10;
    } while (number > 0);
    printf(" %s", at);
}

static size_t next_changes(struct principal_change *changes)
{
    const size_t n = next_count();
    for (size_t i = 0; i < n; i++) {
        changes[i].value_on = next_date();
        changes[i].change_minor = next();
    }
    return n;
}

static struct interest_cap next_cap(void)
{
    struct interest_cap cap = {0};
    cap.has_amount = next() != 0;
    cap.amount_minor = next();
    cap.has_share = next() != 0;
    cap.share.millionths = next();
    return cap;
}

static void say_interest(enum status st, const struct interest *interest, int64_t posted_minor)
{
    int64_t total = 0, to_post = 0;
    printf("%d", (int)st);
    if (st != STATUS_OK)
        return;
    say_wide(interest->numerator);
    say(interest->denominator);
    say(interest->is_capped);
    say((int)interest_round(interest, &total, NULL));
    say(total);
    say((int)interest_to_post(interest, posted_minor, &to_post, NULL));
    say(to_post);
}

static void answer_interest(void)
{
    struct law_rate_from rates[LIST_MAX];
    struct principal_change changes[LIST_MAX];
    struct interest interest;
    struct interest_terms terms = {.rates = rates};
    const int64_t posted_minor = next();
    terms.day_count = (enum day_count)next();
    terms.first = next_date();
    const struct date through = next_date();
    terms.cap = next_cap();
    terms.n_rates = next_count();
    for (size_t i = 0; i < terms.n_rates; i++) {
        rates[i].from = next_date();
        rates[i].rate.millionths = next();
    }
    const size_t n = next_changes(changes);
    enum status st = interest_accrue(&terms, changes, n, through, &interest, NULL);
    say_interest(st, &interest, posted_minor);
}

static void answer_judgment(void)
{
    struct principal_change changes[LIST_MAX];
    struct judgment judgment = {0};
    struct interest interest;
    judgment.entered = next_date();
    judgment.amount_minor = next();
    judgment.rate.millionths = next();
    judgment.day_count = (enum day_count)next();
    const struct date through = next_date();
    const size_t n = next_changes(changes);
    enum status st = interest_on_judgment(&judgment, NULL, 0, changes, n, through, NULL, NULL, &interest, NULL);
    say_interest(st, &interest, 0);
}

static void answer_rates(void)
{
    struct law_reference references[LIST_MAX];
    struct law_rate_from rates[LIST_MAX];
    size_t n_rates;
    const enum law_late_payment law = (enum law_late_payment)next();
    const struct rate margin = {next()};
    const struct date starts = next_date();
    const struct date through = next_date();
    const size_t n = next_count();
    for (size_t i = 0; i < n; i++) {
        references[i].year = next_small();
        references[i].is_second_half = next() != 0;
        references[i].rate.millionths = next();
    }
    printf("%d",
           (int)law_late_payment_rates(law, margin, starts, through, references, n, rates, LIST_MAX, &n_rates, NULL));
    say((int64_t)n_rates);
    for (size_t i = 0; i < n_rates; i++) {
        say(rates[i].from.days);
        say(rates[i].rate.millionths);
    }
}

static struct plan_rhythm next_rhythm(void)
{
    struct plan_rhythm rhythm = {0};
    rhythm.frequency = (enum plan_frequency)next();
    rhythm.first_due = next_date();
    rhythm.day = next_small();
    rhythm.second_day = next_small();
    return rhythm;
}

static void answer_due(void)
{
    const struct plan_rhythm rhythm = next_rhythm();
    const int32_t n = next_small();
    struct date due = {0};
    printf("%d", (int)plan_due_date(&rhythm, n, &due, NULL));
    say(due.days);
}

static struct plan_terms next_terms(struct plan_step *steps)
{
    struct plan_terms terms = {.steps = steps};
    terms.owed_minor = next();
    terms.discount_minor = next();
    terms.down_payment_minor = next();
    terms.down_payment_on = next_date();
    terms.rhythm = next_rhythm();
    terms.amounts = (enum plan_amounts)next();
    terms.number = next_small();
    terms.amount_minor = next();
    terms.n_steps = next_count();
    for (size_t i = 0; i < terms.n_steps; i++) {
        steps[i].n = next_small();
        steps[i].amount_minor = next();
    }
    return terms;
}

static void say_schedule(const struct plan_schedule *schedule)
{
    say(schedule->n);
    for (int32_t i = 0; i < schedule->n; i++) {
        say(schedule->instalments[i].due.days);
        say(schedule->instalments[i].amount_minor);
    }
}

static void answer_schedule(void)
{
    struct plan_step steps[LIST_MAX];
    struct plan_schedule schedule = {0};
    const struct plan_terms terms = next_terms(steps);
    printf("%d", (int)plan_schedule_make(&terms, &schedule, NULL));
    say_schedule(&schedule);
}

static void answer_proposals(void)
{
    struct plan_wish wish = {0};
    struct sop_authority authority = {.role = SOP_ROLE_COLLECTOR};
    struct plan_proposals proposals = {0};
    wish.owed_minor = next();
    wish.budget_minor = next();
    wish.rhythm = next_rhythm();
    wish.agreed_on = next_date();
    wish.pay_by = next_date();
    wish.settlement_percent = next_small();
    authority.minimum_payment_minor = next();
    authority.longest_plan_months = next_small();
    authority.largest_discount_percent = next_small();
    printf("%d", (int)plan_proposals_make(&wish, &authority, &proposals, NULL));
    say(proposals.misfit);
    say(proposals.needed_minor);
    say(proposals.n);
    for (int32_t i = 0; i < proposals.n; i++) {
        say(proposals.proposals[i].kind);
        say(proposals.proposals[i].discount_minor);
        say_schedule(&proposals.proposals[i].schedule);
    }
}

static enum status happen(struct plan *plan, const char *event, int64_t minor, struct date day)
{
    const char *text;
    if (strcmp(event, "pay") == 0)
        return plan_pay(plan, minor, day, NULL, NULL);
    if (strcmp(event, "return") == 0)
        return plan_take_back(plan, minor, day, NULL, NULL);
    if (strcmp(event, "hold") == 0)
        return plan_hold(plan, day, NULL);
    if (strcmp(event, "resume") == 0)
        return plan_resume(plan, day, NULL);
    if (strcmp(event, "fit") == 0)
        plan_fit(plan, minor, day);
    else if (strcmp(event, "review") == 0)
        plan_review(plan, day, &text);
    else
        exit(1);
    return STATUS_OK;
}

static void say_standing(const struct plan *plan, struct date day)
{
    const struct plan_standing standing = plan_standing_on(plan, day);
    say(standing.open_minor);
    say(standing.overdue_minor);
    say(standing.n_overdue);
    say(standing.n_missed_in_row);
    say(standing.n_missed);
    say(standing.is_kept);
    say(standing.breaks);
    say(standing.has_next ? standing.next_due.days : 0);
    say(standing.next_minor);
    say(standing.has_review ? standing.review_on.days : 0);
}

static void answer_plan(void)
{
    struct plan_step steps[LIST_MAX];
    struct plan_policy policy = {0};
    struct plan plan;
    const struct id plan_id = {{1}}, account_id = {{2}};
    const struct plan_terms terms = next_terms(steps);
    policy.tolerance.kind = (enum tolerance_kind)next();
    policy.tolerance.value = next();
    policy.grace_days = next_small();
    policy.breaks_in_a_row = next_small();
    policy.breaks_in_total = next_small();
    if (plan_propose(&plan_id, &account_id, &terms, &policy, &plan, NULL) != STATUS_OK ||
        plan_move(&plan, PLAN_EVENT_AGREE, NULL, NULL) != STATUS_OK)
        exit(1);
    const size_t n = next_count();
    struct date day = {0};
    printf("0");
    for (size_t i = 0; i < n; i++) {
        char event[16];
        if (scanf("%15s", event) != 1)
            exit(1);
        const int64_t minor = next();
        day = next_date();
        say((int)happen(&plan, event, minor, day));
        say(plan.state);
        say(plan.unapplied_minor);
        say_standing(&plan, day);
        say(plan.schedule.n);
        for (int32_t j = 0; j < plan.schedule.n; j++) {
            say(plan.schedule.instalments[j].amount_minor);
            say(plan.schedule.instalments[j].paid_minor);
            say(plan_paid_how(&plan, &plan.schedule.instalments[j]));
        }
    }
}

static void answer_promise(void)
{
    struct tolerance tolerance = {0};
    const int64_t promised_minor = next();
    const int64_t paid_minor = next();
    tolerance.kind = (enum tolerance_kind)next();
    tolerance.value = next();
    printf("0");
    say(promise_outcome(promised_minor, paid_minor, tolerance));
}

static void answer_notice(void)
{
    const struct date transfer = next_date();
    printf("0");
    say(law_varying_notice_begins(transfer, next_small()).days);
}

static void answer_postdated(void)
{
    struct date send = {0};
    const struct date accepted = next_date();
    const struct date deposit = next_date();
    const struct date today = next_date();
    printf("0");
    say(law_postdated_notice_day(accepted, deposit, today, &send));
    say(send.days);
    say(law_postdated_deposit_earliest(today).days);
}

static const struct {
    const char *name;
    void (*answer)(void);
} QUESTIONS[] = {
    {"interest", answer_interest}, {"judgment", answer_judgment},
    {"rates", answer_rates},       {"due", answer_due},
    {"schedule", answer_schedule}, {"proposals", answer_proposals},
    {"plan", answer_plan},         {"promise", answer_promise},
    {"notice", answer_notice},     {"postdated", answer_postdated},
};

int main(void)
{
    char name[16];
    while (scanf("%15s", name) == 1) {
        size_t i = 0;
        while (i < ARRAY_SIZE(QUESTIONS) && strcmp(QUESTIONS[i].name, name) != 0)
            i++;
        if (i == ARRAY_SIZE(QUESTIONS))
            return 1;
        QUESTIONS[i].answer();
        printf("\n");
        (void)fflush(stdout);
    }
    return 0;
}
