#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "attempt_model.h"
#include "notice_model.h"
#include "permit_model.h"
#include "person.h"
#include "plan_model.h"

struct fixture {
    struct contact_rules *rules;
    struct sop *sop;
    struct contact_book *book;
    struct account *account;
    hold_set blocking[CHANNEL_END];
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->rules = test_rules();
    fixture->sop = test_sop();
    fixture->book = contact_book_new();
    fixture->account = test_account(fixture->book, "account");
    (void)test_phone(fixture->book, fixture->account, "phone", "America/New_York");
    for (int channel = CHANNEL_CALL; channel < CHANNEL_END; channel++)
        fixture->blocking[channel] = permit_blocking_holds(fixture->rules->selection, MATTER_CONSUMER,
                                                           (enum channel)channel, at("2026-06-01T10:00:00Z"));
    fixture->account->placed_at_us = at("2026-06-01T10:00:00Z").us;
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    contact_rules_free(fixture->rules);
    sop_free(fixture->sop);
    contact_book_free(fixture->book);
    free(fixture);
    return 0;
}

static void expect_plan(const struct fixture *fixture, const char *step, const char *due)
{
    struct plan plan;
    char text[INSTANT_TEXT_SIZE];
    plan_next(fixture->sop, fixture->rules->selection, fixture->blocking, fixture->account, &plan);
    if (step == NULL) {
        assert_null(plan.step);
        assert_int_equal(plan.due_at_us, 0);
        return;
    }
    assert_non_null(plan.step);
    assert_string_equal(plan.step->code, step);
    assert_string_equal(instant_format((struct instant){plan.due_at_us}, text), due);
}

static void enter(const struct fixture *fixture, const char *strategy, const char *when)
{
    plan_enter_strategy(fixture->book, fixture->account, strategy, at(when).us);
}

static void done(const struct fixture *fixture, const char *step, const char *when)
{
    plan_mark_done(fixture->book, fixture->account, step, at(when).us);
}

static void send_notice(const struct fixture *fixture, const char *when)
{
    done(fixture, "notice", when);
    (void)notice_sent(fixture->account, at(when).us);
}

static void plans_nothing_without_a_strategy(void **state)
{
    const struct fixture *fixture = *state;
    expect_plan(fixture, NULL, NULL);
    enter(fixture, "no-such-strategy", "2026-06-01T10:00:00Z");
    expect_plan(fixture, NULL, NULL);
}

static void reminds_days_before_the_due_date(void **state)
{
    const struct fixture *fixture = *state;
    struct date due = {0};
    assert_true(date_from_ymd(2026, 6, 20, &due));
    fixture->account->due_on_days = due.days;
    enter(fixture, "goodwill", "2026-06-01T10:00:00Z");
    expect_plan(fixture, "remind-1", "2026-06-17T12:00:00Z");
    done(fixture, "remind-1", "2026-06-17T15:00:00Z");
    expect_plan(fixture, "remind-2", "2026-06-20T12:00:00Z");
    done(fixture, "remind-2", "2026-06-20T15:00:00Z");
    expect_plan(fixture, NULL, NULL);
}

static void follows_a_due_date_that_moves(void **state)
{
    const struct fixture *fixture = *state;
    struct date due = {0};
    assert_true(date_from_ymd(2026, 6, 20, &due));
    fixture->account->due_on_days = due.days;
    enter(fixture, "goodwill", "2026-06-01T10:00:00Z");
    fixture->account->due_on_days += 10;
    expect_plan(fixture, "remind-1", "2026-06-27T12:00:00Z");
}

static void takes_steps_from_when_the_account_was_classified(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "early", "2026-06-02T03:00:00Z"); /* June 1 in New York */
    expect_plan(fixture, "call-1", "2026-06-01T12:00:00Z");
    done(fixture, "call-1", "2026-06-02T14:00:00Z");
    expect_plan(fixture, "call-2", "2026-06-04T12:00:00Z");
    done(fixture, "call-2", "2026-06-04T14:00:00Z");
    expect_plan(fixture, "call-3", "2026-06-08T12:00:00Z");
    done(fixture, "call-3", "2026-06-08T14:00:00Z");
    expect_plan(fixture, "call-3.2", "2026-06-15T12:00:00Z");
}

static void neither_skips_a_late_step_nor_takes_two_on_one_day(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "early", "2026-06-01T14:00:00Z");
    done(fixture, "call-1", "2026-06-20T14:00:00Z"); /* nobody dialed for weeks */
    expect_plan(fixture, "call-2", "2026-06-21T12:00:00Z");
    done(fixture, "call-2", "2026-06-21T14:00:00Z");
    expect_plan(fixture, "call-3", "2026-06-22T12:00:00Z");
}

static void opens_in_all_zones(void **state)
{
    const struct fixture *fixture = *state;
    (void)test_phone(fixture->book, fixture->account, "west", "America/Los_Angeles");
    enter(fixture, "early", "2026-06-02T03:00:00Z"); /* June 1 in both */
    expect_plan(fixture, "call-1", "2026-06-01T15:00:00Z");
    enter(fixture, "early", "2026-06-02T04:30:00Z"); /* June 2 in New York, June 1 in Los Angeles: never early */
    expect_plan(fixture, "call-1", "2026-06-02T15:00:00Z");
}

static void plans_for_noon_where_no_zone_is_known(void **state)
{
    const struct fixture *fixture = *state;
    struct contact_point *point = g_ptr_array_index(fixture->account->debtor->points, 0);
    point->zones = "";
    debtor_update_zones(fixture->account->debtor);
    enter(fixture, "early", "2026-06-02T03:00:00Z");
    expect_plan(fixture, "call-1", "2026-06-02T12:00:00Z");
}

static void skips_steps_whose_fact_never_happened(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "firm", "2026-06-01T14:00:00Z");
    for (int i = 0; i < 8; i++) {
        struct plan plan;
        plan_next(fixture->sop, fixture->rules->selection, fixture->blocking, fixture->account, &plan);
        assert_non_null(plan.step);
        assert_int_equal(plan.step->anchor, SOP_ANCHOR_CLASSIFIED);
        plan_mark_done(fixture->book, fixture->account, plan.step->code, plan.due_at_us);
    }
    expect_plan(fixture, NULL, NULL);
}

static void calls_again_after_every_broken_promise(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "firm", "2026-06-01T14:00:00Z");
    done(fixture, "call-1", "2026-06-01T15:00:00Z");
    fixture->account->promise_broken_at_us = at("2026-06-02T14:00:00Z").us;
    expect_plan(fixture, "broken-1", "2026-06-03T12:00:00Z");
    done(fixture, "broken-1", "2026-06-03T15:00:00Z");
    expect_plan(fixture, "call-1.2", "2026-06-05T12:00:00Z");
    fixture->account->promise_broken_at_us = at("2026-06-03T16:00:00Z").us;
    plan_rearm(fixture->book, fixture->account, fixture->sop, SOP_ANCHOR_PROMISE_BROKEN);
    expect_plan(fixture, "broken-1", "2026-06-04T12:00:00Z");
    assert_true(plan_is_done(fixture->account, "call-1"));
}

static void waits_for_what_a_refusal_or_failure_said(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "early", "2026-06-01T14:00:00Z");
    fixture->account->not_before_us[CHANNEL_CALL] = at("2026-06-09T12:00:00Z").us;
    expect_plan(fixture, "call-1", "2026-06-09T12:00:00Z");
    fixture->account->not_before_us[CHANNEL_CALL] =
        at("2026-06-09T02:00:00Z").us; /* at night: calls open in the morning */
    expect_plan(fixture, "call-1", "2026-06-09T12:00:00Z");
    done(fixture, "call-1",
         "2026-06-08T13:00:00Z"); /* by another permit: what the rules said holds for the next step too */
    expect_plan(fixture, "call-2", "2026-06-09T12:00:00Z");
}

static void starts_over_in_another_strategy(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "early", "2026-06-01T14:00:00Z");
    done(fixture, "call-1", "2026-06-01T15:00:00Z");
    enter(fixture, "middle", "2026-07-01T14:00:00Z");
    expect_plan(fixture, "call-1", "2026-07-01T12:00:00Z");
}

static void finishes_and_reopens_steps_of_the_same_run_only(void **state)
{
    const struct fixture *fixture = *state;
    const struct permit permit = {
        .strategy = "early",
        .step = "call-1",
        .granted_at_us = at("2026-06-01T15:00:00Z").us,
        .occurred_at_us = at("2026-06-01T15:00:00Z").us,
    };
    enter(fixture, "early", "2026-06-01T14:00:00Z");
    plan_finish_step(fixture->book, fixture->account, &permit);
    assert_true(plan_is_done(fixture->account, "call-1"));
    plan_reopen_step(fixture->book, fixture->account, &permit);
    assert_false(plan_is_done(fixture->account, "call-1"));
    enter(fixture, "middle", "2026-06-01T14:30:00Z");
    plan_finish_step(fixture->book, fixture->account, &permit);
    assert_false(plan_is_done(fixture->account, "call-1"));
    enter(fixture, "early", "2026-06-01T16:00:00Z"); /* back again, but after that permit */
    plan_finish_step(fixture->book, fixture->account, &permit);
    assert_false(plan_is_done(fixture->account, "call-1"));
}

static void keeps_steps_apart_whose_codes_begin_alike(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "early", "2026-06-01T14:00:00Z");
    done(fixture, "call-3.2", "2026-06-01T15:00:00Z");
    assert_false(plan_is_done(fixture->account, "call-3"));
    done(fixture, "call-3", "2026-06-01T15:00:00Z");
    plan_mark_undone(fixture->book, fixture->account, "call-3.2");
    assert_true(plan_is_done(fixture->account, "call-3"));
    assert_false(plan_is_done(fixture->account, "call-3.2"));
}

/* --- through several channels */

static void use_channels(struct fixture *fixture)
{
    struct error err = {0};
    sop_free(fixture->sop);
    fixture->sop = NULL;
    if (sop_load("tests/unit/contact/channels.yaml", &fixture->sop, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    enter(fixture, "mixed", "2026-06-01T14:00:00Z");
}

static void passes_over_steps_for_which_there_is_no_contact_point(void **state)
{
    struct fixture *fixture = *state;
    use_channels(fixture);
    expect_plan(fixture, "call-1", "2026-06-01T12:00:00Z"); /* there is no address */
    (void)test_point(fixture->book, fixture->account, "home", CONTACT_POINT_ADDRESS, "America/New_York");
    expect_plan(fixture, "notice", "2026-06-01T04:00:00Z"); /* mail has no hours */
    send_notice(fixture, "2026-06-01T15:00:00Z");
    expect_plan(fixture, "call-1", "2026-06-02T12:00:00Z");
    done(fixture, "call-1", "2026-06-02T15:00:00Z");
    expect_plan(fixture, "call-2", "2026-06-04T12:00:00Z");
    done(fixture, "call-2", "2026-06-04T15:00:00Z");
    expect_plan(fixture, "portal-1", "2026-06-06T12:00:00Z");
}

static void sends_a_notice_again_where_it_came_back_and_not_for_another_strategy(void **state)
{
    struct fixture *fixture = *state;
    use_channels(fixture);
    (void)test_point(fixture->book, fixture->account, "home", CONTACT_POINT_ADDRESS, "America/New_York");
    done(fixture, "notice", "2026-06-01T15:00:00Z"); /* it was tried, and never known to have been sent */
    expect_plan(fixture, "notice", "2026-06-02T04:00:00Z");
    send_notice(fixture, "2026-06-02T15:00:00Z");
    enter(fixture, "mixed", "2026-06-02T16:00:00Z");
    expect_plan(fixture, "call-1", "2026-06-03T12:00:00Z");
    const struct instant back = at("2026-06-03T15:00:00Z");
    assert_true(notice_returned(fixture->account, back.us, back.us));
    (void)account_set_hold(fixture->account, HOLD_NOTICE_OVERDUE, true);
    expect_plan(fixture, "notice", "2026-06-03T04:00:00Z"); /* late, and all that is left to do */
}

static void plans_what_is_written_while_calls_are_held(void **state)
{
    struct fixture *fixture = *state;
    use_channels(fixture);
    (void)test_point(fixture->book, fixture->account, "home", CONTACT_POINT_ADDRESS, "America/New_York");
    send_notice(fixture, "2026-06-01T15:00:00Z");
    fixture->account->debtor->holds = HOLD_BIT(HOLD_OPT_OUT_CALLS);
    expect_plan(fixture, "portal-1", "2026-06-06T12:00:00Z");
    fixture->account->debtor->holds = HOLD_BIT(HOLD_ATTORNEY);
    expect_plan(fixture, NULL, NULL);
    fixture->account->debtor->holds = 0;
    expect_plan(fixture, "call-1", "2026-06-02T12:00:00Z"); /* released: what was passed over is due again */
}

static void does_not_hold_a_letter_up_for_what_calls_wait_for(void **state)
{
    struct fixture *fixture = *state;
    use_channels(fixture);
    (void)test_point(fixture->book, fixture->account, "mail", CONTACT_POINT_EMAIL, "");
    done(fixture, "call-1", "2026-06-01T15:00:00Z");
    fixture->account->not_before_us[CHANNEL_CALL] = at("2026-06-08T12:00:00Z").us; /* a conversation */
    expect_plan(fixture, "email-1", "2026-06-03T12:00:00Z");
    fixture->account->not_before_us[CHANNEL_EMAIL] = at("2026-06-12T12:00:00Z").us;
    expect_plan(fixture, "portal-1", "2026-06-06T12:00:00Z");
    fixture->account->not_before_us[CHANNEL_PORTAL] = at("2026-06-08T13:00:00Z").us; /* not a day later than the call */
    expect_plan(fixture, "call-2", "2026-06-08T12:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plans_nothing_without_a_strategy, setup, teardown),
        cmocka_unit_test_setup_teardown(reminds_days_before_the_due_date, setup, teardown),
        cmocka_unit_test_setup_teardown(follows_a_due_date_that_moves, setup, teardown),
        cmocka_unit_test_setup_teardown(takes_steps_from_when_the_account_was_classified, setup, teardown),
        cmocka_unit_test_setup_teardown(neither_skips_a_late_step_nor_takes_two_on_one_day, setup, teardown),
        cmocka_unit_test_setup_teardown(opens_in_all_zones, setup, teardown),
        cmocka_unit_test_setup_teardown(plans_for_noon_where_no_zone_is_known, setup, teardown),
        cmocka_unit_test_setup_teardown(skips_steps_whose_fact_never_happened, setup, teardown),
        cmocka_unit_test_setup_teardown(calls_again_after_every_broken_promise, setup, teardown),
        cmocka_unit_test_setup_teardown(waits_for_what_a_refusal_or_failure_said, setup, teardown),
        cmocka_unit_test_setup_teardown(starts_over_in_another_strategy, setup, teardown),
        cmocka_unit_test_setup_teardown(passes_over_steps_for_which_there_is_no_contact_point, setup, teardown),
        cmocka_unit_test_setup_teardown(sends_a_notice_again_where_it_came_back_and_not_for_another_strategy, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(plans_what_is_written_while_calls_are_held, setup, teardown),
        cmocka_unit_test_setup_teardown(does_not_hold_a_letter_up_for_what_calls_wait_for, setup, teardown),
        cmocka_unit_test_setup_teardown(finishes_and_reopens_steps_of_the_same_run_only, setup, teardown),
        cmocka_unit_test_setup_teardown(keeps_steps_apart_whose_codes_begin_alike, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
