/* Who may agree to a plan, and what is proposed within his authority.
 *
 * Broken once to see it fail: the last instalment held to the minimum, the term counted in whole months only, the
 * discount compared after rounding, approvals that stop at the first role, a proposal that takes more than he can pay,
 * a longest plan one due date too long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan_authority.h"
#include "plan_proposals.h"

static const struct sop_authority AUTHORITIES[] = {
    {SOP_ROLE_COLLECTOR, 2500, 6, 0, SOP_ROLE_SUPERVISOR},
    {SOP_ROLE_SUPERVISOR, 1000, 12, 20, SOP_ROLE_MANAGER},
    {SOP_ROLE_MANAGER, 500, 24, 40, SOP_ROLE_CLIENT},
};

static struct date on(const char *text)
{
    struct date date;
    assert_int_equal(date_parse(text, "YYYY-MM-DD", &date, NULL), STATUS_OK);
    return date;
}

static struct plan_schedule monthly(int64_t to_pay_minor, int64_t amount_minor, const char *first_due)
{
    const struct plan_terms terms = {.owed_minor = to_pay_minor,
                                     .rhythm = {PLAN_MONTHLY, on(first_due), 0, 0},
                                     .amounts = PLAN_BY_AMOUNT,
                                     .amount_minor = amount_minor};
    struct plan_schedule schedule;
    assert_int_equal(plan_schedule_make(&terms, &schedule, NULL), STATUS_OK);
    return schedule;
}

static void says_which_limits_are_passed_and_who_may_instead(void **state)
{
    static const struct {
        enum sop_role role;
        int64_t owed_minor, discount_minor, amount_minor;
        const char *first_due;
        unsigned beyond;
        enum sop_role approval_by;
        const char *why;
    } ROWS[] = {
        {SOP_ROLE_COLLECTOR, 15000, 0, 2500, "2024-02-15", 0, 0, "six months to the day"},
        {SOP_ROLE_COLLECTOR, 15000, 0, 2500, "2024-02-16", PLAN_LIMIT_TERM, SOP_ROLE_SUPERVISOR, "and a day"},
        {SOP_ROLE_COLLECTOR, 5001, 0, 2500, "2024-02-15", 0, 0, "only the last is small"},
        {SOP_ROLE_COLLECTOR, 4998, 0, 2499, "2024-02-15", PLAN_LIMIT_MINIMUM, SOP_ROLE_SUPERVISOR, "the first is"},
        {SOP_ROLE_COLLECTOR, 10000, 1, 5000, "2024-02-15", PLAN_LIMIT_DISCOUNT, SOP_ROLE_SUPERVISOR, "no discount"},
        {SOP_ROLE_SUPERVISOR, 9999, 1999, 5000, "2024-02-15", 0, 0, "19.99 percent"},
        {SOP_ROLE_SUPERVISOR, 9999, 2000, 5000, "2024-02-15", PLAN_LIMIT_DISCOUNT, SOP_ROLE_MANAGER, "20.002"},
        {SOP_ROLE_COLLECTOR, 10000, 4000, 5000, "2024-02-15", PLAN_LIMIT_DISCOUNT, SOP_ROLE_MANAGER, "two steps up"},
        {SOP_ROLE_COLLECTOR, 10000, 4001, 5000, "2024-02-15", PLAN_LIMIT_DISCOUNT, SOP_ROLE_CLIENT, "three steps up"},
        {SOP_ROLE_COLLECTOR, 7500, 1, 499, "2024-02-15", PLAN_LIMIT_MINIMUM | PLAN_LIMIT_TERM | PLAN_LIMIT_DISCOUNT,
         SOP_ROLE_CLIENT, "everything at once"},
        {SOP_ROLE_CLIENT, 7500, 7000, 100, "2024-02-15", 0, 0, "a client's own decision"},
        {SOP_ROLE_COMPLIANCE, 5000, 0, 5000, "2024-02-15", PLAN_LIMIT_NONE, SOP_ROLE_COLLECTOR, "no authority"},
        {SOP_ROLE_COMPLIANCE, 5000, 2500, 5000, "2024-02-15", PLAN_LIMIT_NONE, 0, "no authority, and nobody's"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct plan_schedule schedule =
            monthly(ROWS[i].owed_minor - ROWS[i].discount_minor, ROWS[i].amount_minor, ROWS[i].first_due);
        const struct plan_request request = {&schedule, ROWS[i].owed_minor, ROWS[i].discount_minor, on("2024-01-15")};
        const struct plan_verdict verdict =
            plan_authority_judge(AUTHORITIES, ARRAY_SIZE(AUTHORITIES), ROWS[i].role, &request);
        if (verdict.beyond != ROWS[i].beyond || verdict.approval_by != ROWS[i].approval_by)
            fail_msg("%s: beyond %u, by %d", ROWS[i].why, verdict.beyond, (int)verdict.approval_by);
    }
}

static void one_payment_within_a_month_is_no_plan(void **state)
{
    static const struct sop_authority NO_PLANS[] = {{SOP_ROLE_COLLECTOR, 0, 0, 10, 0}};
    static const struct {
        int64_t amount_minor;
        const char *due;
        unsigned beyond;
    } ROWS[] = {
        {5000, "2024-02-15", 0},
        {5000, "2024-02-16", PLAN_LIMIT_TERM},
        {2500, "2024-01-20", PLAN_LIMIT_TERM},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct plan_schedule schedule = monthly(5000, ROWS[i].amount_minor, ROWS[i].due);
        const struct plan_request request = {&schedule, 5000, 0, on("2024-01-15")};
        const struct plan_verdict verdict = plan_authority_judge(NO_PLANS, 1, SOP_ROLE_COLLECTOR, &request);
        assert_int_equal(verdict.beyond, ROWS[i].beyond);
        assert_int_equal(verdict.approval_by, 0);
    }
}

static void approvals_that_go_round_end(void **state)
{
    static const struct sop_authority ROUND[] = {{SOP_ROLE_COLLECTOR, 500, 1, 0, SOP_ROLE_SUPERVISOR},
                                                 {SOP_ROLE_SUPERVISOR, 500, 1, 0, SOP_ROLE_COLLECTOR}};
    const struct plan_schedule schedule = monthly(5000, 1000, "2024-02-15");
    const struct plan_request request = {&schedule, 5000, 0, on("2024-01-15")};
    (void)state;
    assert_int_equal(plan_authority_judge(ROUND, 2, SOP_ROLE_COLLECTOR, &request).approval_by, 0);
    assert_int_equal(plan_authority_judge(ROUND, 1, SOP_ROLE_COLLECTOR, &request).approval_by, 0);
}

static struct plan_wish wish(int64_t owed_minor, int64_t budget_minor)
{
    return (struct plan_wish){.owed_minor = owed_minor,
                              .budget_minor = budget_minor,
                              .rhythm = {PLAN_MONTHLY, on("2024-02-01"), 0, 0},
                              .agreed_on = on("2024-01-15"),
                              .pay_by = on("2024-01-29"),
                              .settlement_percent = 30};
}

static struct plan_proposals propose(const struct plan_wish *wanted, const struct sop_authority *authority)
{
    struct plan_proposals proposals;
    struct error err;
    if (plan_proposals_make(wanted, authority, &proposals, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return proposals;
}

static void offers_all_at_once_the_shortest_and_the_longest(void **state)
{
    const struct plan_wish wanted = wish(10001, 3000);
    const struct plan_proposals proposals = propose(&wanted, &AUTHORITIES[1]);
    const struct plan_proposal *offered = proposals.proposals;
    (void)state;
    assert_int_equal(proposals.n, 3);
    assert_int_equal(proposals.misfit, PLAN_FITS);
    assert_int_equal(offered[0].kind, PLAN_AT_ONCE);
    assert_int_equal(offered[0].discount_minor, 2000); /* the supervisor's 20 percent, rounded down */
    assert_int_equal(offered[0].schedule.n, 1);
    assert_int_equal(offered[0].schedule.instalments[0].amount_minor, 8001);
    assert_int_equal(offered[0].ends_on.days, on("2024-01-29").days);
    assert_int_equal(offered[1].kind, PLAN_SHORTEST);
    assert_int_equal(offered[1].schedule.n, 4);
    assert_int_equal(offered[1].schedule.instalments[3].amount_minor, 1001);
    assert_int_equal(offered[1].ends_on.days, on("2024-05-01").days);
    assert_int_equal(offered[2].kind, PLAN_LONGEST);
    assert_int_equal(offered[2].schedule.n, 11); /* of 1,000, the minimum; twelve due dates lie within the term */
    assert_int_equal(offered[2].ends_on.days, on("2024-12-01").days);
    for (int32_t i = 0; i < proposals.n; i++) {
        const struct plan_request request = {&offered[i].schedule, 10001, offered[i].discount_minor, wanted.agreed_on};
        assert_int_equal(plan_authority_judge(AUTHORITIES, 3, SOP_ROLE_SUPERVISOR, &request).beyond, 0);
    }
}

static void the_longest_ends_within_the_term_and_stands_only_where_it_is_longer(void **state)
{
    struct plan_wish wanted = wish(60000, 10000);
    const struct plan_proposals both = propose(&wanted, &AUTHORITIES[0]);
    (void)state;
    assert_int_equal(both.n, 2); /* six of 10,000 either way */
    assert_int_equal(both.proposals[1].schedule.n, 6);
    wanted.budget_minor = 20000;
    const struct plan_proposals longer = propose(&wanted, &AUTHORITIES[0]);
    assert_int_equal(longer.n, 3);
    assert_int_equal(longer.proposals[1].schedule.n, 3);
    assert_int_equal(longer.proposals[2].schedule.n, 6);
    assert_int_equal(longer.proposals[2].ends_on.days, on("2024-07-01").days);
}

static void says_why_no_instalments_fit(void **state)
{
    static const struct sop_authority NO_PLANS = {SOP_ROLE_COLLECTOR, 500, 0, 10, 0};
    static const struct {
        int64_t owed_minor, budget_minor;
        const struct sop_authority *authority;
        int32_t n;
        enum plan_misfit misfit;
        int64_t needed_minor;
    } ROWS[] = {
        {0, 100, &AUTHORITIES[0], 0, PLAN_MISFIT_NOTHING_OWED, 0},
        {-5, 100, &AUTHORITIES[0], 0, PLAN_MISFIT_NOTHING_OWED, 0},
        {60000, 9999, &AUTHORITIES[0], 1, PLAN_MISFIT_TOO_LONG, 10000},
        {6000, 2499, &AUTHORITIES[0], 1, PLAN_MISFIT_BELOW_MINIMUM, 2500},
        {6000, 0, &AUTHORITIES[0], 1, PLAN_MISFIT_BELOW_MINIMUM, 2500},
        {600000, 0, &AUTHORITIES[0], 1, PLAN_MISFIT_BELOW_MINIMUM, 100000},
        {2000, 1999, &AUTHORITIES[0], 1, PLAN_MISFIT_BELOW_MINIMUM, 2000},
        {2000, 2000, &AUTHORITIES[0], 2, PLAN_FITS, 0},
        {6000, 5999, &NO_PLANS, 1, PLAN_MISFIT_NO_PLANS, 6000},
        {6000, 6000, &NO_PLANS, 2, PLAN_FITS, 0},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct plan_wish wanted = wish(ROWS[i].owed_minor, ROWS[i].budget_minor);
        const struct plan_proposals proposals = propose(&wanted, ROWS[i].authority);
        if (proposals.n != ROWS[i].n || proposals.misfit != ROWS[i].misfit ||
            proposals.needed_minor != ROWS[i].needed_minor)
            fail_msg("row %zu: %d, %s, %lld", i, proposals.n, plan_misfit_text(proposals.misfit),
                     (long long)proposals.needed_minor);
    }
    struct plan_wish late = wish(6000, 6000);
    late.rhythm.first_due = on("2024-08-01");
    assert_int_equal(propose(&late, &AUTHORITIES[0]).misfit, PLAN_MISFIT_NO_PLANS);
    assert_string_equal(plan_misfit_text((enum plan_misfit)99), "");
}

static void refuses_wishes_that_make_no_sense(void **state)
{
    struct plan_wish bad[7];
    struct plan_proposals proposals = {.n = 77};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        bad[i] = wish(6000, 6000);
    bad[0].budget_minor = -1;
    bad[1].rhythm.first_due = on("2024-01-14");
    bad[2].pay_by = on("2024-01-14");
    bad[3].pay_by = on("2024-02-16");
    bad[4].settlement_percent = 100;
    bad[5].settlement_percent = -1;
    bad[6].rhythm.day = 2;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (plan_proposals_make(&bad[i], &AUTHORITIES[0], &proposals, NULL) != STATUS_INVALID_ARGUMENT)
            fail_msg("row %zu was accepted", i);
    assert_int_equal(proposals.n, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_which_limits_are_passed_and_who_may_instead),
        cmocka_unit_test(one_payment_within_a_month_is_no_plan),
        cmocka_unit_test(approvals_that_go_round_end),
        cmocka_unit_test(offers_all_at_once_the_shortest_and_the_longest),
        cmocka_unit_test(the_longest_ends_within_the_term_and_stands_only_where_it_is_longer),
        cmocka_unit_test(says_why_no_instalments_fit),
        cmocka_unit_test(refuses_wishes_that_make_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
