#include "contact_fixture.h"

#include "dunlin/contact/v1/strategy.pb-c.h"

/* Time leads accounts out of their strategies, of tests/unit/contact/exits.yaml; and what a debtor says of his means.
 * All times are in New York: UTC - 4. Broken once to see it fail: the timer not cancelled by a payment, an exit that is
 * not kept with the account, the claim of each report recorded anew. */

/* Business time only goes on, from test to test. */
#define NOON(day) "2026-" day "T16:00:00Z"

static int open_exits(void **state)
{
    struct error err = {0};
    int failed = contact_open(state);
    sop_free(context.sop);
    context.sop = NULL;
    if (sop_load("tests/unit/contact/exits.yaml", &context.sop, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return failed;
}

static int64_t timers(struct unit_fixture *fixture)
{
    return fixture_number(fixture, "SELECT count(*) FROM platform.timer WHERE kind = 'strategy_exit'");
}

static void expect_strategy(struct unit_fixture *fixture, const char *account, const char *strategy)
{
    Dunlin__Contact__V1__GetAccountReply *reply = get(fixture, account);
    assert_string_equal(reply->strategy, strategy);
    fixture_free_reply(reply);
}

static void begin(struct unit_fixture *fixture, const char *strategy, const char *when)
{
    drive(when);
    place(fixture, "d1", "a1");
    classify(fixture, "d1", "a1", strategy, 100);
}

static void leads_into_the_next_strategy_and_back(void **state)
{
    struct unit_fixture *fixture = *state;
    begin(fixture, "early", NOON("06-01"));
    assert_int_equal(timers(fixture), 0); /* its step is not done */
    call_in_vain(fixture, "a1", "d1-phone", 1);
    assert_int_equal(timers(fixture), 1);
    (void)fixture_emitted(fixture);
    drive("2026-06-11T15:59:59Z");
    assert_int_equal(fixture_fire(fixture, clock_now()), 0);
    drive(NOON("06-11"));
    assert_int_equal(fixture_fire(fixture, clock_now()), 1);
    assert_string_equal(fixture_emitted(fixture), "StrategyExited ContactPlanned");
    Dunlin__Contact__V1__StrategyExited *exited =
        fixture_last_event(fixture, &dunlin__contact__v1__strategy_exited__descriptor);
    assert_string_equal(exited->strategy, "early");
    assert_string_equal(exited->to_strategy, "aged");
    assert_int_equal(exited->on, DUNLIN__CONTACT__V1__STRATEGY_EXIT_ON__STRATEGY_EXIT_ON_STEPS_DONE);
    assert_int_equal(exited->days, 10);
    assert_true(exited->since_us == at(NOON("06-01")).us && exited->last_step_at_us == at(NOON("06-01")).us);
    fixture_free_reply(exited);
    expect_strategy(fixture, "a1", "aged");
    classify(fixture, "d1", "a1", "early", 200); /* the class that it had, of another priority */
    expect_strategy(fixture, "a1", "aged");
    call_in_vain(fixture, "a1", "d1-phone", 1);
    drive(NOON("06-16"));
    assert_int_equal(fixture_fire(fixture, clock_now()), 1);
    expect_strategy(fixture, "a1", "early");
    classify(fixture, "d1", "a1", "last", 200);
    expect_strategy(fixture, "a1", "last");
}

static void says_what_a_person_is_to_do_once(void **state)
{
    struct unit_fixture *fixture = *state;
    begin(fixture, "last", NOON("07-01"));
    call_in_vain(fixture, "a1", "d1-phone", 1);
    (void)fixture_emitted(fixture);
    drive(NOON("07-31"));
    assert_int_equal(fixture_fire(fixture, clock_now()), 1);
    assert_string_equal(fixture_emitted(fixture), "StrategyExited");
    Dunlin__Contact__V1__StrategyExited *exited =
        fixture_last_event(fixture, &dunlin__contact__v1__strategy_exited__descriptor);
    assert_int_equal(exited->to, DUNLIN__CONTACT__V1__STRATEGY_EXIT_TO__STRATEGY_EXIT_TO_REVIEW);
    assert_string_equal(exited->to_strategy, "");
    fixture_free_reply(exited);
    classify(fixture, "d1", "a1", "last", 300);
    assert_int_equal(timers(fixture), 0);
}

static void a_payment_takes_the_timer_away(void **state)
{
    struct unit_fixture *fixture = *state;
    Dunlin__Payment__V1__BalanceChanged balance;
    begin(fixture, "last", NOON("08-01"));
    call_in_vain(fixture, "a1", "d1-phone", 1);
    assert_int_equal(timers(fixture), 1);
    dunlin__payment__v1__balance_changed__init(&balance);
    apply_ok(fixture, &balance.base, "d1", "a1");
    assert_int_equal(timers(fixture), 0);
    balance.balance_minor = 10000; /* it came back, after the days are over */
    drive(NOON("09-15"));
    apply_ok(fixture, &balance.base, "d1", "a1");
    assert_int_equal(timers(fixture), 1);
    (void)fixture_emitted(fixture);
    assert_int_equal(fixture_fire(fixture, clock_now()), 1);
    assert_string_equal(fixture_emitted(fixture), "StrategyExited");
}

/* Broken once: the timer taken away by the report. */
static void waits_for_the_ledger_to_take_in_what_was_reported(void **state)
{
    struct unit_fixture *fixture = *state;
    Dunlin__Intake__V1__PaymentReported reported;
    Dunlin__Payment__V1__BalanceChanged balance;
    begin(fixture, "last", NOON("09-16"));
    call_in_vain(fixture, "a1", "d1-phone", 1);
    dunlin__intake__v1__payment_reported__init(&reported);
    apply_ok(fixture, &reported.base, "d1", "a1");
    assert_int_equal(timers(fixture), 1); /* nothing is written for a payment that leaves it as it is */
    drive("2026-10-16T16:00:00Z");
    (void)fixture_emitted(fixture);
    assert_int_equal(fixture_fire(fixture, clock_now()), 1);
    assert_string_equal(fixture_emitted(fixture), "");
    dunlin__payment__v1__balance_changed__init(&balance);
    balance.balance_minor = 5000;
    balance.cause_seq = fixture->seq;
    apply_ok(fixture, &balance.base, "d1", "a1");
    assert_int_equal(fixture_fire(fixture, clock_now()), 1);
    assert_string_equal(fixture_emitted(fixture), "StrategyExited");
}

/* --- hardship --- */

static size_t facts(struct unit_fixture *fixture, const char *account)
{
    const struct id account_id = named(account);
    Dunlin__Contact__V1__ListFactsRequest request;
    dunlin__contact__v1__list_facts_request__init(&request);
    request.account_id = wire_id(&account_id);
    Dunlin__Contact__V1__ListFactsReply *reply = call_as(fixture, "operator", "ListFacts", &request.base, STATUS_OK);
    const size_t n = reply->n_facts;
    for (size_t i = 0; i < n; i++) {
        const Dunlin__Contact__V1__Fact *fact = reply->facts[i]->fact;
        assert_int_equal(fact->kind, DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_HARDSHIP);
        assert_int_equal(fact->n_account_ids, 1);
        assert_memory_equal(fact->account_ids[0].data, account_id.bytes, ID_BYTES);
    }
    fixture_free_reply(reply);
    return n;
}

static void what_he_says_of_his_means_on_a_call_is_one_fact(void **state)
{
    struct unit_fixture *fixture = *state;
    begin(fixture, "plain", NOON("10-18"));
    const struct id id = permit(fixture, "a1", "d1-phone");
    Dunlin__Contact__V1__AttemptReport talked = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    talked.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    talked.is_conversation = true;
    assert_int_equal(report(fixture, &talked), STATUS_OK); /* the dialer */
    assert_int_equal(facts(fixture, "a1"), 0);
    (void)fixture_emitted(fixture);
    talked.claims_hardship = true;
    talked.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_REFUSED_TO_PAY;
    assert_int_equal(report(fixture, &talked), STATUS_OK); /* and the agent */
    assert_string_equal(fixture_emitted(fixture), "FactRecorded");
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "");
    assert_int_equal(facts(fixture, "a1"), 1);
    Dunlin__Contact__V1__FactRecorded *recorded =
        fixture_last_event(fixture, &dunlin__contact__v1__fact_recorded__descriptor);
    assert_int_equal(recorded->fact->channel, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL);
    fixture_free_reply(recorded);
}

static void nobody_says_so_where_nobody_was_reached(void **state)
{
    struct unit_fixture *fixture = *state;
    begin(fixture, "plain", NOON("10-20"));
    const struct id id = permit(fixture, "a1", "d1-phone");
    Dunlin__Contact__V1__AttemptReport busy = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_BUSY);
    busy.claims_hardship = true;
    assert_int_equal(report(fixture, &busy), STATUS_INVALID_ARGUMENT);
    assert_int_equal(facts(fixture, "a1"), 0);
}

static void hardship_in_a_letter_stops_nothing(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct id account_id = named("a1");
    ProtobufCBinaryData accounts[] = {wire_id(&account_id)};
    Dunlin__Contact__V1__Fact claimed = FACT(HARDSHIP);
    begin(fixture, "plain", NOON("11-01"));
    claimed.account_ids = accounts;
    claimed.n_account_ids = 1;
    claimed.note = wire_text("lost the job");
    (void)fixture_emitted(fixture);
    (void)record(fixture, "a1", &claimed);
    assert_string_equal(fixture_emitted(fixture), "FactRecorded");
    (void)permit(fixture, "a1", "d1-phone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(leads_into_the_next_strategy_and_back, clear),
        cmocka_unit_test_setup(says_what_a_person_is_to_do_once, clear),
        cmocka_unit_test_setup(a_payment_takes_the_timer_away, clear),
        cmocka_unit_test_setup(waits_for_the_ledger_to_take_in_what_was_reported, clear),
        cmocka_unit_test_setup(what_he_says_of_his_means_on_a_call_is_one_fact, clear),
        cmocka_unit_test_setup(nobody_says_so_where_nobody_was_reached, clear),
        cmocka_unit_test_setup(hardship_in_a_letter_stops_nothing, clear),
    };
    return cmocka_run_group_tests(tests, open_exits, contact_close);
}
