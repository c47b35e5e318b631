/* A plan's life: payments, returns, what is overdue, when it breaks, holds, another plan in its place.
 *
 * Broken once to see it fail: payments filled from the last instalment, a return taken from the first, an instalment
 * missed on the last day of grace, a hold that breaks the plan on its last day, a plan that asks for more than is owed,
 * a discount for a plan that was not kept, a missed instalment forgotten once its payment came back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "plan_model.h"
#include "plan_standing.h"

#define GRACE 5

static struct date on(const char *text)
{
    struct date date;
    assert_int_equal(date_parse(text, "YYYY-MM-DD", &date, NULL), STATUS_OK);
    return date;
}

static struct id numbered(uint8_t number)
{
    return (struct id){{number, [15] = 7}};
}

/* Three instalments of 100.00, on 31 January, 29 February and 31 March 2024; broken by two in a row or three in all. */
static struct plan proposed(int64_t owed_minor, int64_t discount_minor)
{
    const struct id plan_id = numbered(1), account_id = numbered(2);
    const struct plan_terms terms = {.owed_minor = owed_minor,
                                     .discount_minor = discount_minor,
                                     .rhythm = {PLAN_MONTHLY, on("2024-01-31"), 0, 0},
                                     .amounts = PLAN_BY_NUMBER,
                                     .number = 3};
    const struct plan_policy policy = {{TOLERANCE_MINOR, 100}, GRACE, 2, 3};
    struct plan plan;
    assert_int_equal(plan_propose(&plan_id, &account_id, &terms, &policy, &plan, NULL), STATUS_OK);
    return plan;
}

static struct plan active(int64_t owed_minor, int64_t discount_minor)
{
    struct plan plan = proposed(owed_minor, discount_minor);
    assert_int_equal(plan_move(&plan, PLAN_EVENT_AGREE, NULL, NULL), STATUS_OK);
    return plan;
}

static void pay(struct plan *plan, int64_t amount_minor, const char *day)
{
    assert_int_equal(plan_pay(plan, amount_minor, on(day), NULL, NULL), STATUS_OK);
}

static void take_back(struct plan *plan, int64_t amount_minor, const char *day)
{
    assert_int_equal(plan_take_back(plan, amount_minor, on(day), NULL, NULL), STATUS_OK);
}

static void assert_paid(const struct plan *plan, int64_t first, int64_t second, int64_t third)
{
    assert_int_equal(plan->schedule.instalments[0].paid_minor, first);
    assert_int_equal(plan->schedule.instalments[1].paid_minor, second);
    assert_int_equal(plan->schedule.instalments[2].paid_minor, third);
}

static void moves_only_where_there_is_a_row(void **state)
{
    static const char *const MOVES[PLAN_STATES_END] = {
        /* agree, decline, payment, fulfil, paid in full, return, miss, break, hold, resume, renegotiate, recall, cancel
         */
        [PLAN_PROPOSED] = "26--6-----666",  [PLAN_ACTIVE] = "--2442253-666", [PLAN_ON_HOLD] = "--3443---2666",
        [PLAN_COMPLETED] = "-----2-------", [PLAN_BROKEN] = "----------5--", [PLAN_CANCELLED] = "-------------",
    };
    (void)state;
    for (int from = PLAN_PROPOSED; from < PLAN_STATES_END; from++)
        for (int event = 0; event < PLAN_EVENTS_END; event++) {
            struct plan plan = {.state = (enum plan_state)from};
            const char to = MOVES[from][event];
            const char *text = NULL;
            struct error err = {0};
            const enum status st = plan_move(&plan, (enum plan_event)event, &text, &err);
            assert_int_equal(st, to == '-' ? STATUS_FAILED_PRECONDITION : STATUS_OK);
            assert_int_equal(plan.state, to == '-' ? from : to - '0');
            assert_true((text != NULL) == (to != '-'));
            if (to == '-')
                assert_non_null(strstr(err.text, plan_state_name((enum plan_state)from)));
        }
}

static void refuses_a_policy_that_makes_no_sense(void **state)
{
    static const struct plan_policy BAD[] = {
        {{TOLERANCE_PERCENT, 101}, 0, 0, 0},
        {{TOLERANCE_NONE, 0}, -1, 0, 0},
        {{TOLERANCE_NONE, 0}, PLAN_GRACE_MAX_DAYS + 1, 0, 0},
        {{TOLERANCE_NONE, 0}, 0, -1, 0},
        {{TOLERANCE_NONE, 0}, 0, 0, -1},
    };
    const struct id id = numbered(1);
    struct plan_terms terms = {
        .owed_minor = 100, .rhythm = {PLAN_MONTHLY, on("2024-01-31"), 0, 0}, .amounts = PLAN_BY_NUMBER, .number = 1};
    struct plan plan = {.state = PLAN_BROKEN};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(BAD); i++)
        assert_int_equal(plan_propose(&id, &id, &terms, &BAD[i], &plan, NULL), STATUS_INVALID_ARGUMENT);
    terms.number = 0;
    assert_int_equal(plan_propose(&id, &id, &terms, &BAD[0], &plan, NULL), STATUS_INVALID_ARGUMENT);
    assert_int_equal(plan.state, PLAN_BROKEN);
}

static void payments_fill_instalments_in_order_of_their_dates(void **state)
{
    struct plan plan = active(30000, 0);
    (void)state;
    pay(&plan, 4000, "2024-01-20");
    assert_paid(&plan, 4000, 0, 0);
    pay(&plan, 10000, "2024-01-31");
    assert_paid(&plan, 10000, 4000, 0);
    pay(&plan, 15000, "2024-02-01");
    assert_paid(&plan, 10000, 10000, 9000);
    assert_int_equal(plan.state, PLAN_ACTIVE);
    pay(&plan, 1200, "2024-02-02");
    assert_paid(&plan, 10000, 10000, 10000);
    assert_int_equal(plan.unapplied_minor, 200);
    assert_int_equal(plan.state, PLAN_COMPLETED);
    assert_int_equal(plan_pay(&plan, 1, on("2024-02-03"), NULL, NULL), STATUS_FAILED_PRECONDITION);
}

static void says_how_each_instalment_was_paid(void **state)
{
    static const struct {
        int64_t minor;
        const char *day;
        enum plan_paid how;
    } ROWS[] = {
        {10000, "2024-01-30", PLAN_PAID_EARLY},      {10000, "2024-01-31", PLAN_PAID_ON_DUE_DATE},
        {9900, "2024-01-31", PLAN_PAID_ON_DUE_DATE}, /* within tolerance */
        {9899, "2024-01-31", PLAN_PAID_PART},        {10000, "2024-02-01", PLAN_PAID_IN_GRACE},
        {10000, "2024-02-05", PLAN_PAID_IN_GRACE},   {10000, "2024-02-06", PLAN_PAID_LATE},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct plan plan = active(30000, 0);
        assert_int_equal(plan_paid_how(&plan, &plan.schedule.instalments[0]), PLAN_PAID_NOT);
        pay(&plan, ROWS[i].minor, ROWS[i].day);
        assert_int_equal(plan_paid_how(&plan, &plan.schedule.instalments[0]), ROWS[i].how);
    }
}

static void what_the_tolerance_forgave_is_filled_up_and_the_day_stays(void **state)
{
    struct plan plan = active(30000, 0);
    (void)state;
    pay(&plan, 9900, "2024-01-31");
    pay(&plan, 10000, "2024-03-31");
    assert_paid(&plan, 10000, 9900, 0);
    assert_int_equal(plan_paid_how(&plan, &plan.schedule.instalments[0]), PLAN_PAID_ON_DUE_DATE);
    pay(&plan, 10000, "2024-03-31");
    assert_paid(&plan, 10000, 10000, 9900);
    assert_int_equal(plan.state, PLAN_COMPLETED); /* one tolerance in all, not one an instalment */
}

static void a_returned_payment_is_taken_from_the_latest_paid(void **state)
{
    struct plan plan = active(30000, 0);
    (void)state;
    pay(&plan, 25000, "2024-01-31");
    take_back(&plan, 5001, "2024-02-01");
    assert_paid(&plan, 10000, 9999, 0);
    assert_true(plan.schedule.instalments[1].is_satisfied); /* within tolerance still */
    take_back(&plan, 9999, "2024-02-01");
    assert_paid(&plan, 10000, 0, 0);
    assert_false(plan.schedule.instalments[1].is_satisfied);
    take_back(&plan, 99999, "2024-02-01");
    assert_paid(&plan, 0, 0, 0);
    assert_int_equal(plan_take_back(&plan, 0, on("2024-02-01"), NULL, NULL), STATUS_INVALID_ARGUMENT);
    assert_int_equal(plan_pay(&plan, 0, on("2024-02-01"), NULL, NULL), STATUS_INVALID_ARGUMENT);
    assert_int_equal(plan_pay(&plan, -1, on("2024-02-01"), NULL, NULL), STATUS_INVALID_ARGUMENT);
}

static void a_completed_plan_is_open_again_when_its_payment_comes_back(void **state)
{
    struct plan plan = active(40000, 10000);
    const char *text;
    (void)state;
    pay(&plan, 30050, "2024-01-31");
    assert_int_equal(plan_discount_granted(&plan, 9950), 9950);
    assert_int_equal(plan_take_back(&plan, 150, on("2024-02-01"), &text, NULL), STATUS_OK);
    assert_int_equal(plan.unapplied_minor, 0);
    assert_int_equal(plan.state, PLAN_COMPLETED); /* what was left over, and what the tolerance forgives */
    take_back(&plan, 1, "2024-02-01");
    assert_int_equal(plan.state, PLAN_ACTIVE);
    assert_int_equal(plan_discount_granted(&plan, 10101), 0);
}

static void a_returned_payment_leaves_grace_from_its_return_and_remembers_what_was_missed(void **state)
{
    struct plan plan = active(30000, 0);
    struct plan_standing standing;
    (void)state;
    pay(&plan, 10000, "2024-02-10"); /* late */
    take_back(&plan, 10000, "2024-02-20");
    standing = plan_standing_on(&plan, on("2024-02-25"));
    assert_int_equal(standing.n_missed_in_row, 0);
    assert_int_equal(standing.n_missed, 1);
    assert_int_equal(standing.overdue_minor, 10000);
    assert_int_equal(plan_standing_on(&plan, on("2024-02-26")).n_missed_in_row, 1);
    assert_int_equal(plan_standing_on(&plan, on("2024-02-26")).n_missed, 1); /* one instalment, once */
}

static void says_what_is_overdue_next_and_when_to_look_again(void **state)
{
    static const struct {
        const char *day;
        int64_t overdue_minor;
        int32_t n_overdue, n_missed;
        const char *next, *review;
    } ROWS[] = {
        {"2024-01-30", 0, 0, 0, "2024-01-31", "2024-02-06"},    {"2024-01-31", 0, 0, 0, "2024-01-31", "2024-02-06"},
        {"2024-02-01", 6000, 1, 0, "2024-02-29", "2024-02-06"}, {"2024-02-05", 6000, 1, 0, "2024-02-29", "2024-02-06"},
        {"2024-02-06", 6000, 1, 1, "2024-02-29", "2024-03-06"}, {"2024-03-01", 16000, 2, 1, "2024-03-31", "2024-03-06"},
        {"2024-04-05", 26000, 3, 2, NULL, "2024-04-06"},        {"2024-04-06", 26000, 3, 3, NULL, NULL},
    };
    struct plan plan = active(30000, 0);
    (void)state;
    pay(&plan, 4000, "2024-01-15");
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct plan_standing standing = plan_standing_on(&plan, on(ROWS[i].day));
        assert_int_equal(standing.open_minor, 26000);
        assert_int_equal(standing.overdue_minor, ROWS[i].overdue_minor);
        assert_int_equal(standing.n_overdue, ROWS[i].n_overdue);
        assert_int_equal(standing.n_missed, ROWS[i].n_missed);
        assert_int_equal(standing.n_missed_in_row, ROWS[i].n_missed);
        assert_int_equal(standing.has_next, ROWS[i].next != NULL);
        assert_int_equal(standing.has_review, ROWS[i].review != NULL);
        if (ROWS[i].next != NULL)
            assert_int_equal(standing.next_due.days, on(ROWS[i].next).days);
        if (ROWS[i].review != NULL)
            assert_int_equal(standing.review_on.days, on(ROWS[i].review).days);
        assert_false(standing.is_kept);
    }
    assert_int_equal(plan_standing_on(&plan, on("2024-01-30")).next_minor, 6000);
}

static void breaks_by_so_many_in_a_row(void **state)
{
    struct plan plan = active(30000, 0);
    const char *text;
    (void)state;
    plan_review(&plan, on("2024-02-05"), &text);
    assert_null(text);
    plan_review(&plan, on("2024-02-06"), &text);
    assert_string_equal(text, "an instalment is missed");
    plan_review(&plan, on("2024-02-07"), &text);
    assert_null(text); /* said once */
    plan_review(&plan, on("2024-03-05"), &text);
    assert_int_equal(plan.state, PLAN_ACTIVE);
    plan_review(&plan, on("2024-03-06"), &text);
    assert_int_equal(plan.state, PLAN_BROKEN);
    assert_string_equal(text, "too many instalments are missed");
    plan_review(&plan, on("2024-04-06"), &text);
    assert_null(text);
    assert_int_equal(plan_pay(&plan, 1, on("2024-04-06"), NULL, NULL), STATUS_FAILED_PRECONDITION);
}

static void one_that_is_always_behind_breaks_by_the_number_in_all(void **state)
{
    struct plan plan = active(30000, 0);
    const char *text;
    (void)state;
    pay(&plan, 10000, "2024-02-10");
    pay(&plan, 10000, "2024-03-10");
    assert_int_equal(plan_standing_on(&plan, on("2024-03-31")).n_missed, 2);
    assert_int_equal(plan_standing_on(&plan, on("2024-03-31")).n_missed_in_row, 0);
    plan_review(&plan, on("2024-04-05"), &text);
    assert_int_equal(plan.state, PLAN_ACTIVE);
    plan_review(&plan, on("2024-04-06"), &text);
    assert_int_equal(plan.state, PLAN_BROKEN);

    struct plan patient = active(30000, 0);
    patient.policy.breaks_in_a_row = patient.policy.breaks_in_total = 0;
    plan_review(&patient, on("2030-01-01"), &text);
    assert_int_equal(patient.state, PLAN_ACTIVE);
}

static void a_hold_breaks_nothing_and_gives_grace_at_its_end(void **state)
{
    struct plan plan = active(30000, 0);
    const char *text;
    (void)state;
    assert_int_equal(plan_hold(&plan, on("2024-02-05"), NULL), STATUS_OK); /* the last day of grace */
    plan_review(&plan, on("2024-03-20"), &text);
    assert_null(text);
    assert_false(plan_standing_on(&plan, on("2024-04-20")).breaks);
    pay(&plan, 1000, "2024-03-01");
    assert_int_equal(plan_resume(&plan, on("2024-03-20"), NULL), STATUS_OK);
    assert_int_equal(plan_standing_on(&plan, on("2024-03-25")).n_missed, 0);
    assert_int_equal(plan_standing_on(&plan, on("2024-03-25")).overdue_minor, 19000);
    assert_int_equal(plan_standing_on(&plan, on("2024-03-26")).n_missed_in_row, 2);
    assert_int_equal(plan.schedule.instalments[2].grace_from.days, on("2024-03-31").days);

    struct plan missed = active(30000, 0);
    assert_int_equal(plan_hold(&missed, on("2024-02-06"), NULL), STATUS_OK);
    assert_int_equal(plan_resume(&missed, on("2024-02-20"), NULL), STATUS_OK);
    assert_int_equal(plan_standing_on(&missed, on("2024-02-20")).n_missed, 1); /* before the hold, and so it stays */
    assert_int_equal(plan_resume(&missed, on("2024-02-20"), NULL), STATUS_FAILED_PRECONDITION);
}

static void never_collects_more_than_is_owed(void **state)
{
    static const struct {
        int64_t owed_minor; /* after 40.00 were paid, and something else was taken off the account */
        int32_t n;
        int64_t last_minor;
    } ROWS[] = {
        {99999, 3, 10000}, {26000, 3, 10000}, {25999, 3, 9999}, {16001, 3, 1},
        {16000, 2, 10000}, {6001, 2, 1},      {6000, 1, 10000}, {101, 1, 4101},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct plan plan = active(30000, 0);
        pay(&plan, 4000, "2024-01-15");
        plan_fit(&plan, ROWS[i].owed_minor, on("2024-01-15"));
        assert_int_equal(plan.schedule.n, ROWS[i].n);
        assert_int_equal(plan.schedule.instalments[ROWS[i].n - 1].amount_minor, ROWS[i].last_minor);
        assert_int_equal(plan.state, PLAN_ACTIVE);
        assert_true(plan_standing_on(&plan, on("2024-01-15")).open_minor <= ROWS[i].owed_minor);
    }
}

static void is_completed_where_nothing_is_owed_any_more(void **state)
{
    struct plan plan = active(40000, 10000);
    (void)state;
    pay(&plan, 4000, "2024-01-15");
    plan_fit(&plan, 0, on("2024-02-01"));
    assert_int_equal(plan.state, PLAN_COMPLETED);
    assert_int_equal(plan.schedule.n, 3);
    /* The payment that did so comes back: the plan goes on, and the discount is not his by that. */
    take_back(&plan, 4000, "2024-03-10");
    assert_int_equal(plan.state, PLAN_ACTIVE);
    assert_int_equal(plan_standing_on(&plan, on("2024-03-15")).n_missed, 0);
    assert_int_equal(plan_standing_on(&plan, on("2024-03-16")).n_missed, 2);

    struct plan little = active(30000, 0);
    pay(&little, 9000, "2024-01-15");
    plan_fit(&little, 100, on("2024-01-15")); /* 1.00 of the first instalment is left, and within tolerance */
    assert_int_equal(little.state, PLAN_COMPLETED);
    plan_fit(&little, 50, on("2024-01-15"));
    assert_int_equal(little.schedule.instalments[0].amount_minor, 9100);
}

static void the_discount_is_for_a_plan_that_was_kept_and_shrinks_first(void **state)
{
    struct plan plan = active(40000, 10000);
    (void)state;
    assert_int_equal(plan_discount_granted(&plan, 40000), 0);
    plan_fit(&plan, 35000, on("2024-01-15")); /* 50.00 less are owed: 300.00 were agreed on */
    assert_int_equal(plan_standing_on(&plan, on("2024-01-15")).open_minor, 30000);
    pay(&plan, 30000, "2024-01-31");
    assert_int_equal(plan.state, PLAN_COMPLETED);
    assert_int_equal(plan_discount_granted(&plan, 5000), 5000);
    assert_int_equal(plan_discount_granted(&plan, 12000), 10000); /* what came on top is owed */
    assert_int_equal(plan_discount_granted(&plan, 0), 0);

    struct plan paid = active(40000, 10000);
    plan_fit(&paid, -1, on("2024-01-15"));
    assert_int_equal(paid.state, PLAN_COMPLETED);
    assert_int_equal(plan_discount_granted(&paid, 40000), 0);
    struct plan broken = active(40000, 10000);
    assert_int_equal(plan_move(&broken, PLAN_EVENT_BREAK, NULL, NULL), STATUS_OK);
    assert_int_equal(plan_discount_granted(&broken, 10000), 0);
    plan_fit(&broken, 1, on("2024-01-15"));
    assert_int_equal(broken.schedule.n, 3); /* history */
}

static void another_plan_stands_in_its_place_and_each_names_the_other(void **state)
{
    struct plan earlier = active(30000, 0), later = active(26000, 0), third = active(26000, 0);
    const char *text;
    (void)state;
    pay(&earlier, 4000, "2024-01-15");
    later.plan_id = numbered(3);
    third.plan_id = numbered(4);
    assert_int_equal(plan_replace(&earlier, &later, &text, NULL), STATUS_OK);
    assert_int_equal(earlier.state, PLAN_CANCELLED);
    assert_true(id_equal(&earlier.replaced_by, &later.plan_id));
    assert_true(id_equal(&later.replaces, &earlier.plan_id));
    assert_paid(&earlier, 4000, 0, 0);
    assert_int_equal(plan_replace(&earlier, &third, &text, NULL), STATUS_FAILED_PRECONDITION);
    assert_int_equal(plan_replace(&third, &later, &text, NULL), STATUS_FAILED_PRECONDITION);
    assert_int_equal(plan_replace(&third, &third, &text, NULL), STATUS_INVALID_ARGUMENT);
    earlier.account_id = numbered(9);
    assert_int_equal(plan_replace(&third, &earlier, &text, NULL), STATUS_INVALID_ARGUMENT);
    assert_true(id_is_none(&third.replaced_by));
}

static void a_broken_plan_stays_broken_where_another_follows(void **state)
{
    struct plan broken = active(30000, 0), later = active(30000, 0), done = active(30000, 0);
    const char *text;
    (void)state;
    later.plan_id = numbered(3);
    assert_int_equal(plan_move(&broken, PLAN_EVENT_BREAK, NULL, NULL), STATUS_OK);
    assert_int_equal(plan_replace(&broken, &later, &text, NULL), STATUS_OK);
    assert_int_equal(broken.state, PLAN_BROKEN);
    assert_string_equal(text, "another plan follows it");
    pay(&done, 30000, "2024-01-15");
    later.replaces = (struct id){0};
    assert_int_equal(plan_replace(&done, &later, &text, NULL), STATUS_FAILED_PRECONDITION);
    assert_true(id_is_none(&done.replaced_by));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_only_where_there_is_a_row),
        cmocka_unit_test(refuses_a_policy_that_makes_no_sense),
        cmocka_unit_test(payments_fill_instalments_in_order_of_their_dates),
        cmocka_unit_test(says_how_each_instalment_was_paid),
        cmocka_unit_test(what_the_tolerance_forgave_is_filled_up_and_the_day_stays),
        cmocka_unit_test(a_returned_payment_is_taken_from_the_latest_paid),
        cmocka_unit_test(a_completed_plan_is_open_again_when_its_payment_comes_back),
        cmocka_unit_test(a_returned_payment_leaves_grace_from_its_return_and_remembers_what_was_missed),
        cmocka_unit_test(says_what_is_overdue_next_and_when_to_look_again),
        cmocka_unit_test(breaks_by_so_many_in_a_row),
        cmocka_unit_test(one_that_is_always_behind_breaks_by_the_number_in_all),
        cmocka_unit_test(a_hold_breaks_nothing_and_gives_grace_at_its_end),
        cmocka_unit_test(never_collects_more_than_is_owed),
        cmocka_unit_test(is_completed_where_nothing_is_owed_any_more),
        cmocka_unit_test(the_discount_is_for_a_plan_that_was_kept_and_shrinks_first),
        cmocka_unit_test(another_plan_stands_in_its_place_and_each_names_the_other),
        cmocka_unit_test(a_broken_plan_stays_broken_where_another_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
