#include "debit_fixture.h"
#include "dispute_fixture.h"
#include "plan_fixture.h"

/* A plan collects its instalments by debits.
 *
 * Broken once: a held plan that goes on drawing, an instalment drawn that was paid by other ways, no next debit after
 * one has settled, a return that leaves the plan as it was, a return of a held plan presented again, debits of paid
 * instalments not loaded, a plan that is open again and left as it was. */

#define TRACE "121042880000001"

static int empty(void **state)
{
    struct unit_fixture *fixture = *state;

    fixture_empty(fixture, "payment.account, payment.posting, payment.promise, payment.trust_account, "
                           "payment.trust_entry, payment.suspense, payment.instrument, payment.debit, "
                           "payment.presentment, payment.debit_file_part, payment.debit_file, payment.plan, "
                           "payment.plan_instalment");
    allow_plans();
    return 0;
}

static void expect(struct unit_fixture *fixture, const char *events)
{
    assert_string_equal(fixture_emitted(fixture), events);
}

/* The debits of the plan by their instalments: "1 scheduled 250, 2 cancelled 250". */
static void expect_debits(struct unit_fixture *fixture, const char *expected)
{
    static const char *const STATES[] = {"", "scheduled", "reserved", "sent", "settled", "returned", "cancelled"};
    Dunlin__Payment__V1__ListDebitsReply *reply = list_debits(fixture, NULL);
    g_autoptr(GString) found = g_string_new(NULL);

    for (int32_t number = 1; number <= 4; number++)
        for (size_t state = 1; state < ARRAY_SIZE(STATES); state++)
            for (size_t i = 0; i < reply->n_debits; i++)
                if (reply->debits[i]->instalment == number && (size_t)reply->debits[i]->state == state)
                    g_string_append_printf(found, "%s%d %s %lld", found->len > 0 ? ", " : "", number, STATES[state],
                                           (long long)reply->debits[i]->amount_minor);
    fixture_free_reply(reply);
    assert_string_equal(found->str, expected);
}

static struct id debit_of_instalment(struct unit_fixture *fixture, int32_t number)
{
    Dunlin__Payment__V1__ListDebitsReply *reply = list_debits(fixture, NULL);
    struct id found = {0};

    for (size_t i = 0; i < reply->n_debits; i++)
        if (reply->debits[i]->instalment == number &&
            reply->debits[i]->state == DUNLIN__PAYMENT__V1__DEBIT_STATE__DEBIT_STATE_SCHEDULED)
            found = wire_known_id(&reply->debits[i]->debit_id);
    fixture_free_reply(reply);
    return found;
}

/* A plan of four weekly instalments of 250, by an instrument. */
static struct drawn collected(struct unit_fixture *fixture, const char *name)
{
    struct drawn drawn = drawn_of(fixture, name, 1000);
    struct wanted wanted;

    want(&wanted, &drawn.ids, name);
    wanted.request.instrument_id = wire_id(&drawn.instrument);
    agree(fixture, &wanted, STATUS_OK);
    expect(fixture, "PlanAgreed DebitScheduled DebitScheduled DebitScheduled");
    expect_debits(fixture, "1 scheduled 250, 2 scheduled 250, 3 scheduled 250");
    return drawn;
}

/* Its first debit is sent, and settles. */
static struct id settle_first(struct unit_fixture *fixture, const struct drawn *drawn)
{
    const struct id debit_id = debit_of_instalment(fixture, 1);

    assert_int_equal(reserve_for(fixture, &drawn->file, today() + 7), 1);
    mark_sent(fixture, &drawn->file, &debit_id, TRACE, STATUS_OK);
    Dunlin__Payment__V1__ListDebitsReply *listed = list_debits(fixture, &drawn->file);
    pass_to(fixture, listed->debits[0]->effective_on_days);
    fixture_free_reply(listed);
    /* Which notices are due until then depends on the days of banks. */
    assert_true(g_str_has_suffix(fixture_emitted(fixture), "PaymentPosted BalanceChanged DebitScheduled"));
    return debit_id;
}

static void instalments_are_drawn_one_after_the_other(void **state)
{
    struct unit_fixture *fixture = *state;
    struct drawn drawn = collected(fixture, "drawn");

    (void)settle_first(fixture, &drawn);
    expect_debits(fixture, "1 settled 250, 2 scheduled 250, 3 scheduled 250, 4 scheduled 250");
    assert_int_equal(fixture_number(fixture, "SELECT balance_minor FROM payment.account"), 750);
}

static void what_was_paid_by_other_ways_is_not_drawn(void **state)
{
    struct unit_fixture *fixture = *state;
    struct drawn drawn = collected(fixture, "paid otherwise");

    fixture_free_reply(pay(fixture, &drawn.ids, 300)); /* a part of the second too */
    expect_debits(fixture, "1 cancelled 250, 2 scheduled 200, 2 cancelled 250, 3 scheduled 250, 4 scheduled 250");
    fixture_free_reply(pay(fixture, &drawn.ids, 700));
    expect_debits(fixture, "1 cancelled 250, 2 cancelled 250, 2 cancelled 200, 3 cancelled 250, 4 cancelled 250");
    (void)fixture_emitted(fixture);
}

static void what_was_paid_by_other_ways_and_came_back_is_drawn_after_all(void **state)
{
    struct unit_fixture *fixture = *state;
    struct drawn drawn = collected(fixture, "paid in advance");
    Dunlin__Payment__V1__PostingView *paid = pay(fixture, &drawn.ids, 500);

    expect_debits(fixture, "1 cancelled 250, 2 cancelled 250, 3 scheduled 250, 4 scheduled 250");
    take_back(fixture, paid->posting_id, STATUS_OK);
    fixture_free_reply(paid);
    expect_debits(fixture, "1 scheduled 250, 1 cancelled 250, 2 scheduled 250, 2 cancelled 250, 3 scheduled 250, "
                           "4 scheduled 250");
    (void)fixture_emitted(fixture);
}

static void a_plan_on_hold_draws_nothing(void **state)
{
    struct unit_fixture *fixture = *state;

    (void)collected(fixture, "held");
    hold(fixture, "held", STATUS_OK);
    expect(fixture, "PlanHeld DebitCancelled DebitCancelled DebitCancelled");
    resume(fixture, "held", STATUS_OK);
    expect(fixture, "PlanResumed DebitScheduled DebitScheduled DebitScheduled");
    cancel(fixture, "held", STATUS_OK);
    expect(fixture, "PlanCancelled DebitCancelled DebitCancelled DebitCancelled");
}

static void nothing_is_drawn_while_the_debt_is_disputed(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct drawn drawn = collected(fixture, "disputed");
    const struct id dispute_id = named("disputed: dispute");

    open_dispute(fixture, &drawn.ids, &dispute_id, 0);
    expect(fixture, "DebitCancelled DebitCancelled DebitCancelled PlanHeld");
    const Dunlin__Payment__V1__ScheduleDebitRequest request = debit_on(&drawn, 100, today() + 2);
    assert_null(fixture_call(fixture, "ScheduleDebit", &request.base, STATUS_FAILED_PRECONDITION));
    assert_non_null(strstr(fixture->last_error, "disputed"));
    answer_dispute(fixture, &drawn.ids, &dispute_id);
    expect(fixture, "PlanResumed DebitScheduled DebitScheduled DebitScheduled");
    fixture_free_reply(fixture_call(fixture, "ScheduleDebit", &request.base, STATUS_OK));
    open_dispute(fixture, &drawn.ids, &dispute_id, 500); /* the instalments that are due next fit into the rest; */
    (void)fixture_emitted(fixture);
    expect_debits(fixture, "1 cancelled 250, 1 cancelled 250, 2 cancelled 250, 2 cancelled 250, 3 cancelled 250, "
                           "3 cancelled 250"); /* the plan, which asks for all of it, does not */
}

static void a_single_debit_that_came_back_is_not_presented_again_while_the_debt_is_disputed(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct drawn drawn = drawn_of(fixture, "single", 1000);
    const struct id dispute_id = named("single: dispute");
    const Dunlin__Payment__V1__ScheduleDebitRequest request = debit_on(&drawn, 100, today() + 2);

    fixture_free_reply(fixture_call(fixture, "ScheduleDebit", &request.base, STATUS_OK));
    assert_int_equal(reserve_for(fixture, &drawn.file, today() + 7), 1);
    mark_sent(fixture, &drawn.file, &drawn.debit, TRACE, STATUS_OK);
    open_dispute(fixture, &drawn.ids, &dispute_id, 0); /* what is at the bank is there */
    fixture_free_reply(come_back(fixture, &drawn.debit, TRACE, "R01", 100, 3, STATUS_OK));
    assert_true(g_str_has_suffix(fixture_emitted(fixture), "DebitSent DebitReturned"));
    represent(fixture, &drawn.debit, today() + 2, false, STATUS_FAILED_PRECONDITION);
    answer_dispute(fixture, &drawn.ids, &dispute_id);
    represent(fixture, &drawn.debit, today() + 2, false, STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "DebitRepresented");
}

static void a_return_is_presented_again_or_holds_the_plan(void **state)
{
    struct unit_fixture *fixture = *state;
    struct drawn drawn = collected(fixture, "returned");
    const struct id debit_id = settle_first(fixture, &drawn);

    fixture_free_reply(come_back(fixture, &debit_id, TRACE, "R10", 250, 3, STATUS_OK)); /* not authorised */
    expect_debits(fixture, "1 returned 250, 2 cancelled 250, 3 cancelled 250, 4 cancelled 250");
    assert_non_null(strstr(fixture_emitted(fixture), "PlanHeld"));
    Dunlin__Payment__V1__GetPlansReply *plans = plans_of(fixture, &drawn.ids);
    assert_int_equal(plans->plans[0]->state, DUNLIN__PAYMENT__V1__PLAN_STATE__PLAN_STATE_ON_HOLD);
    fixture_free_reply(plans);
}

static void what_comes_back_of_a_held_plan_waits_until_it_is_resumed(void **state)
{
    struct unit_fixture *fixture = *state;
    struct drawn drawn = collected(fixture, "held meanwhile");
    const struct id debit_id = settle_first(fixture, &drawn);

    hold(fixture, "held meanwhile", STATUS_OK);
    fixture_free_reply(come_back(fixture, &debit_id, TRACE, "R01", 250, 3, STATUS_OK)); /* no money there that day */
    expect_debits(fixture, "1 returned 250, 2 cancelled 250, 3 cancelled 250, 4 cancelled 250");
    represent(fixture, &debit_id, today() + 2, false, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(fixture->last_error, "plan"));
    resume(fixture, "held meanwhile", STATUS_OK);
    represent(fixture, &debit_id, today() + 2, false, STATUS_OK);
    assert_true(g_str_has_suffix(fixture_emitted(fixture), "DebitRepresented"));
    cancel(fixture, "held meanwhile", STATUS_OK);
    represent(fixture, &debit_id, today() + 2, false, STATUS_FAILED_PRECONDITION);
    (void)fixture_emitted(fixture);
}

static void a_plan_that_is_open_again_is_collected_again(void **state)
{
    struct unit_fixture *fixture = *state;
    struct drawn drawn = collected(fixture, "open again");
    Dunlin__Payment__V1__PostingView *paid = pay(fixture, &drawn.ids, 1000);

    expect(fixture, "PaymentPosted BalanceChanged PlanCompleted DebitCancelled DebitCancelled DebitCancelled");
    take_back(fixture, paid->posting_id, STATUS_OK);
    fixture_free_reply(paid);
    expect(fixture, "PaymentReversed BalanceChanged PlanResumed DebitScheduled DebitScheduled DebitScheduled");
}

static void an_instrument_that_makes_no_sense_is_refused(void **state)
{
    struct unit_fixture *fixture = *state;
    struct drawn drawn = drawn_of(fixture, "one", 1000), other = drawn_of(fixture, "another", 1000);
    struct wanted wanted;

    want(&wanted, &drawn.ids, "one");
    wanted.request.instrument_id = wire_id(&other.instrument);
    agree(fixture, &wanted, STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(fixture->last_error, "instrument_id: "));
    expect(fixture, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(instalments_are_drawn_one_after_the_other, empty),
        cmocka_unit_test_setup(what_was_paid_by_other_ways_is_not_drawn, empty),
        cmocka_unit_test_setup(what_was_paid_by_other_ways_and_came_back_is_drawn_after_all, empty),
        cmocka_unit_test_setup(a_plan_on_hold_draws_nothing, empty),
        cmocka_unit_test_setup(nothing_is_drawn_while_the_debt_is_disputed, empty),
        cmocka_unit_test_setup(a_single_debit_that_came_back_is_not_presented_again_while_the_debt_is_disputed, empty),
        cmocka_unit_test_setup(a_return_is_presented_again_or_holds_the_plan, empty),
        cmocka_unit_test_setup(what_comes_back_of_a_held_plan_waits_until_it_is_resumed, empty),
        cmocka_unit_test_setup(a_plan_that_is_open_again_is_collected_again, empty),
        cmocka_unit_test_setup(an_instrument_that_makes_no_sense_is_refused, empty),
    };

    return cmocka_run_group_tests(tests, open_payment, close_payment);
}
