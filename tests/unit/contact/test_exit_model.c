#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "attempt_model.h"
#include "exit_model.h"
#include "person.h"
#include "plan_model.h"

/* How time leads out of strategies, of tests/unit/contact/exits.yaml. Broken once to see it fail: days counted from
 * when the account came into the strategy, an exit that is taken again, a class said again that takes the account back.
 */

#define BEGIN "2026-06-01T14:00:00Z"

struct fixture {
    struct sop *sop;
    struct contact_book *book;
    struct account *account;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct error err = {0};
    if (sop_load("tests/unit/contact/exits.yaml", &fixture->sop, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    fixture->book = contact_book_new();
    fixture->account = test_account(fixture->book, "account");
    (void)test_phone(fixture->book, fixture->account, "phone", "America/New_York");
    fixture->account->placed_at_us = at(BEGIN).us;
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    sop_free(fixture->sop);
    contact_book_free(fixture->book);
    free(fixture);
    return 0;
}

static void enter(const struct fixture *fixture, const char *strategy, const char *when)
{
    plan_enter_strategy(fixture->book, fixture->account, strategy, at(when).us);
}

static void done(const struct fixture *fixture, const char *step, const char *when)
{
    plan_mark_done(fixture->book, fixture->account, step, at(when).us);
}

/* NULL: time leads nowhere. */
static void expect(const struct fixture *fixture, enum sop_exit_event on, const char *when)
{
    const struct strategy_exit exit = exit_next(fixture->sop, fixture->account);
    char text[INSTANT_TEXT_SIZE];
    if (when == NULL) {
        assert_int_equal(exit.on, 0);
        assert_int_equal(exit.due_at_us, 0);
        return;
    }
    assert_int_equal(exit.on, on);
    assert_string_equal(instant_format((struct instant){exit.due_at_us}, text), when);
}

static bool take_next(const struct fixture *fixture)
{
    const struct strategy_exit exit = exit_next(fixture->sop, fixture->account);
    assert_int_not_equal(exit.on, 0);
    return exit_take(fixture->book, fixture->account, &exit, exit.due_at_us);
}

static void counts_from_the_last_step(void **state)
{
    const struct fixture *fixture = *state;
    expect(fixture, 0, NULL); /* in no strategy */
    enter(fixture, "early", BEGIN);
    expect(fixture, 0, NULL);
    done(fixture, "call-1", "2026-06-03T15:00:00Z");
    expect(fixture, SOP_EXIT_STEPS_DONE, "2026-06-13T15:00:00Z");
    assert_int_equal(exit_next(fixture->sop, fixture->account).to, SOP_TO_STRATEGY);
    enter(fixture, "no-such-strategy", "2026-06-04T15:00:00Z");
    expect(fixture, 0, NULL);
}

static void steps_that_come_anew_take_it_back(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "early", BEGIN);
    done(fixture, "call-1", "2026-06-03T15:00:00Z");
    fixture->account->promise_broken_at_us = at("2026-06-05T00:00:00Z").us;
    plan_rearm(fixture->book, fixture->account, fixture->sop, SOP_ANCHOR_PROMISE_BROKEN);
    expect(fixture, 0, NULL);
    done(fixture, "broken-1", "2026-06-06T15:00:00Z");
    expect(fixture, SOP_EXIT_STEPS_DONE, "2026-06-16T15:00:00Z");
    plan_mark_undone(fixture->book, fixture->account, "call-1"); /* it was not placed after all */
    expect(fixture, 0, NULL);
}

static void is_taken_once_until_steps_come_anew(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "last", BEGIN);
    done(fixture, "call-1", "2026-06-01T15:00:00Z");
    expect(fixture, SOP_EXIT_STEPS_DONE, "2026-07-01T15:00:00Z");
    assert_false(take_next(fixture));
    assert_string_equal(fixture->account->strategy, "last");
    expect(fixture, 0, NULL);
    plan_mark_undone(fixture->book, fixture->account, "call-1");
    done(fixture, "call-1", "2026-07-02T15:00:00Z");
    expect(fixture, SOP_EXIT_STEPS_DONE, "2026-08-01T15:00:00Z");
}

static void waits_while_something_else_holds_the_account(void **state)
{
    static const struct {
        enum hold hold;
        bool waits;
    } HOLDS[] = {
        {HOLD_PAID, true},          {HOLD_RECALLED, true},        {HOLD_PROMISE, true},     {HOLD_PLAN, true},
        {HOLD_CEASE, true},         {HOLD_COMPLAINT, true},       {HOLD_HANDED_OVER, true}, {HOLD_DISPUTE_UPHELD, true},
        {HOLD_ATTORNEY, true},      {HOLD_BANKRUPTCY, true},      {HOLD_DECEASED, true},    {HOLD_OPT_OUT_CALLS, false},
        {HOLD_WRONG_NUMBER, false}, {HOLD_NOTICE_OVERDUE, false},
    };
    const struct fixture *fixture = *state;
    enter(fixture, "last", BEGIN);
    done(fixture, "call-1", "2026-06-01T15:00:00Z");
    for (size_t i = 0; i < ARRAY_SIZE(HOLDS); i++) {
        (void)account_set_hold(fixture->account, HOLDS[i].hold, true);
        expect(fixture, SOP_EXIT_STEPS_DONE, HOLDS[i].waits ? NULL : "2026-07-01T15:00:00Z");
        (void)account_set_hold(fixture->account, HOLDS[i].hold, false);
    }
    (void)dispute_claim(fixture->account);
    expect(fixture, 0, NULL);
    fixture->account->is_dispute_claimed = false;
    fixture->account->unposted_seq = 5; /* what is owed is not known */
    expect(fixture, 0, NULL);
}

static void leads_on_and_back_to_where_the_class_leads(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "early", BEGIN);
    done(fixture, "call-1", "2026-06-03T15:00:00Z");
    assert_true(take_next(fixture));
    assert_string_equal(fixture->account->strategy, "aged");
    assert_false(plan_is_done(fixture->account, "call-1"));
    exit_classified(fixture->book, fixture->account, "early", at("2026-06-20T00:00:00Z").us); /* a bucket on */
    assert_string_equal(fixture->account->strategy, "aged");
    done(fixture, "call-1", "2026-06-21T15:00:00Z");
    expect(fixture, SOP_EXIT_STEPS_DONE, "2026-06-26T15:00:00Z");
    assert_true(take_next(fixture));
    assert_string_equal(fixture->account->strategy, "early");
    assert_string_equal(fixture->account->left_strategy, "");
    exit_classified(fixture->book, fixture->account, "last", at("2026-07-20T00:00:00Z").us);
    assert_string_equal(fixture->account->strategy, "last");
}

static void another_class_goes_before(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "early", BEGIN);
    done(fixture, "call-1", "2026-06-03T15:00:00Z");
    assert_true(take_next(fixture));
    done(fixture, "call-1", "2026-06-21T15:00:00Z");
    exit_classified(fixture->book, fixture->account, "aged", at("2026-06-22T00:00:00Z").us); /* it is there */
    assert_true(plan_is_done(fixture->account, "call-1"));
    assert_false(take_next(fixture)); /* steps_done, to: class */
    assert_string_equal(fixture->account->strategy, "aged");
    exit_classified(fixture->book, fixture->account, "", at("2026-06-23T00:00:00Z").us);
    assert_string_equal(fixture->account->strategy, "");
}

static void days_in_the_strategy_count_whatever_was_done(void **state)
{
    const struct fixture *fixture = *state;
    enter(fixture, "aged", BEGIN);
    expect(fixture, SOP_EXIT_DAYS_IN_STRATEGY, "2026-07-31T14:00:00Z");
    done(fixture, "call-1", "2026-06-03T15:00:00Z");
    expect(fixture, SOP_EXIT_STEPS_DONE, "2026-06-08T15:00:00Z");
    assert_false(take_next(fixture)); /* it is where its class leads */
    expect(fixture, SOP_EXIT_DAYS_IN_STRATEGY, "2026-07-31T14:00:00Z");
    assert_false(exit_has_left(fixture->account));
    assert_false(take_next(fixture)); /* to the client: nothing more is planned */
    expect(fixture, 0, NULL);
    assert_true(exit_has_left(fixture->account));
    exit_classified(fixture->book, fixture->account, "early", at("2026-08-02T00:00:00Z").us);
    assert_false(exit_has_left(fixture->account));
}

static void is_told_at_once_where_only_escalations_ask(void **state)
{
    struct fixture *fixture = *state;
    struct sop_escalation rule = {.code = "done", .on = SOP_ON_STEPS_DONE};
    enter(fixture, "plain", BEGIN);
    done(fixture, "call-1", "2026-06-03T15:00:00Z");
    expect(fixture, 0, NULL);
    struct sop asking = *fixture->sop;
    asking.escalations = &rule;
    asking.n_escalations = 1;
    const struct strategy_exit exit = exit_next(&asking, fixture->account);
    assert_int_equal(exit.on, SOP_EXIT_STEPS_DONE);
    assert_int_equal(exit.to, 0);
    assert_int_equal(exit.due_at_us, at("2026-06-03T15:00:00Z").us);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(counts_from_the_last_step),
        TEST(steps_that_come_anew_take_it_back),
        TEST(is_taken_once_until_steps_come_anew),
        TEST(waits_while_something_else_holds_the_account),
        TEST(leads_on_and_back_to_where_the_class_leads),
        TEST(another_class_goes_before),
        TEST(days_in_the_strategy_count_whatever_was_done),
        TEST(is_told_at_once_where_only_escalations_ask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
