#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "permit_fixture.h"

/* Calls: hours, limits, and what holds them. */

static void allows_calls_only_from_8_to_21_in_every_zone(void **state)
{
    (void)state;
    static const struct {
        const char *zones; /* of a phone; after '|' of an address */
        const char *now;
        const char *next; /* NULL: allowed */
    } rows[] = {
        {"America/Chicago", "2026-07-15T13:00:00Z", NULL},
        {"America/Chicago", "2026-07-15T12:59:59Z", "2026-07-15T13:00:00Z"},
        {"America/Chicago", "2026-07-15T12:59:59.999999Z", "2026-07-15T13:00:00Z"},
        {"America/Chicago", "2026-07-16T01:59:59.999999Z", NULL},
        {"America/Chicago", "2026-07-16T02:00:00Z", "2026-07-16T13:00:00Z"},
        {"Pacific/Honolulu", "2026-07-16T06:59:59Z", NULL},
        /* comment 6(b)(1)(i)-2.i: Eastern mobile and Pacific home: 11:00 to 21:00 Eastern */
        {"America/New_York|America/Los_Angeles", "2026-06-10T14:59:59Z", "2026-06-10T15:00:00Z"},
        {"America/New_York|America/Los_Angeles", "2026-06-10T15:00:00Z", NULL},
        {"America/New_York|America/Los_Angeles", "2026-06-11T00:59:59Z", NULL},
        {"America/New_York|America/Los_Angeles", "2026-06-11T01:00:00Z", "2026-06-11T15:00:00Z"},
        /* a prefix that straddles zones stands for both */
        {"America/New_York,America/Chicago", "2026-06-10T12:30:00Z", "2026-06-10T13:00:00Z"},
        /* the clocks changed in the night: 8:00 is at 13:00 UTC from then on */
        {"America/New_York", "2026-11-01T12:30:00Z", "2026-11-01T13:00:00Z"},
        {"America/New_York", "2026-03-08T11:30:00Z", "2026-03-08T12:00:00Z"},
        /* half an hour is enough of a zone */
        {"America/St_Johns", "2026-07-15T10:29:59Z", "2026-07-15T10:30:00Z"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        void *inner = NULL;
        (void)permit_setup(&inner);
        struct permit_fixture *fixture = inner;
        g_auto(GStrv) parts = g_strsplit(rows[i].zones, "|", 2);
        fixture->phone->zones = contact_text(fixture->book, parts[0]);
        (void)test_point(fixture->book, fixture->account, "address", CONTACT_POINT_ADDRESS,
                         parts[1] == NULL ? parts[0] : parts[1]);
        ask(fixture, at(rows[i].now));
        if (rows[i].next == NULL && n_blocking(fixture) != 0)
            fail_msg("row %zu: refused: %s", i, fixture->verdict.hits[0].detail);
        if (rows[i].next != NULL)
            expect_only(fixture, "REGF-6B1I-TIME", rows[i].next);
        (void)permit_teardown(&inner);
    }
}

static void never_opens_where_the_hours_of_two_zones_do_not_meet(void **state)
{
    struct permit_fixture *fixture = *state;
    (void)test_phone(fixture->book, fixture->account, "far", "Asia/Shanghai");
    (void)test_phone(fixture->book, fixture->account, "farther", "America/Los_Angeles");
    (void)test_phone(fixture->book, fixture->account, "farthest", "Europe/Berlin");
    ask(fixture, at("2026-07-15T13:00:00Z"));
    const struct rule_hit *hit = verdict_hit(&fixture->verdict, "REGF-6B1I-TIME");
    assert_true(hit != NULL && !hit->has_next);
}

static void names_the_time_and_the_zone_that_block(void **state)
{
    struct permit_fixture *fixture = *state;
    ask(fixture, at("2026-07-15T11:59:59Z"));
    assert_string_equal(fixture->verdict.hits[0].detail,
                        "it is 07:59:59 in America/New_York; calls are allowed from 08:00 to 21:00");
    assert_string_equal(fixture->verdict.hits[0].rule->citation, "12 CFR 1006.6(b)(1)(i)");
}

static void refuses_where_no_zone_is_known(void **state)
{
    struct permit_fixture *fixture = *state;
    fixture->phone->zones = "";
    debtor_update_zones(fixture->account->debtor);
    ask(fixture, at("2026-07-15T19:00:00Z")); /* in no zone of the country is it too early or too late */
    expect_only(fixture, "DUNLIN-UNKNOWN-ZONE", NULL);
    ask(fixture, at("2026-07-15T16:00:00Z")); /* in some it is */
    assert_int_equal(n_blocking(fixture), 2);
    assert_non_null(verdict_hit(&fixture->verdict, "REGF-6B1I-TIME"));
}

static void refuses_where_a_zone_cannot_be_read(void **state)
{
    struct permit_fixture *fixture = *state;
    (void)test_phone(fixture->book, fixture->account, "odd", "America/Atlantis");
    ask(fixture, at("2026-07-15T16:00:00Z"));
    expect_only(fixture, "DUNLIN-UNKNOWN-ZONE", NULL);
}

static void leaves_wrong_numbers_out_of_the_zones_but_not_excluded_ones(void **state)
{
    struct permit_fixture *fixture = *state;
    struct contact_point *other = test_phone(fixture->book, fixture->account, "other", "Pacific/Honolulu");
    ask(fixture, at("2026-07-15T16:00:00Z")); /* noon in New York, 6:00 in Honolulu */
    assert_int_equal(n_blocking(fixture), 1);
    other->is_opted_out = true;
    debtor_update_zones(fixture->account->debtor);
    ask(fixture, at("2026-07-15T16:00:00Z"));
    assert_int_equal(n_blocking(fixture), 1);
    other->is_wrong = true;
    debtor_update_zones(fixture->account->debtor);
    ask(fixture, at("2026-07-15T16:00:00Z"));
    assert_int_equal(n_blocking(fixture), 0);
}

static void ends_a_permit_with_the_hours_of_the_first_zone_to_close(void **state)
{
    struct permit_fixture *fixture = *state;
    (void)test_phone(fixture->book, fixture->account, "west", "America/Los_Angeles");
    ask(fixture, at("2026-07-16T00:30:00Z"));
    assert_int_equal(valid_until(fixture, US_PER_MIN).us, at("2026-07-16T00:31:00Z").us);
    ask(fixture, at("2026-07-16T00:59:30Z")); /* 20:59:30 in New York */
    assert_int_equal(n_blocking(fixture), 0);
    assert_int_equal(valid_until(fixture, US_PER_MIN).us, at("2026-07-16T01:00:00Z").us);
}

static void refuses_eighth_call_in_seven_days(void **state)
{
    struct permit_fixture *fixture = *state;
    static const char *const calls[] = {
        "2026-06-01T14:00:00Z", "2026-06-02T14:00:00Z", "2026-06-02T18:00:00Z", "2026-06-03T14:00:00Z",
        "2026-06-04T14:00:00Z", "2026-06-05T14:00:00Z", "2026-06-06T14:00:00Z",
    };
    for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
        ask(fixture, at("2026-06-07T14:00:00Z"));
        assert_int_equal(n_blocking(fixture), 0); /* this one is the (i+1)-th */
        test_attempt(fixture->account, fixture->phone, at(calls[i]), true, false);
    }
    ask(fixture, at("2026-06-07T14:00:00Z"));
    expect_only(fixture, "REGF-14B2A-7IN7", "2026-06-08T12:00:00Z");
    assert_string_equal(fixture->verdict.hits[0].detail, "7 attempts since 2026-06-01; the limit is 7 in 7 days");
    assert_int_equal(permit_attempts_in_window(&fixture->verdict), 7);
    ask(fixture, at("2026-06-08T12:00:00Z")); /* the call of June 1 has dropped out, though it is not 168 hours yet */
    assert_int_equal(n_blocking(fixture), 0);
}

static void waits_until_enough_attempts_drop_out(void **state)
{
    struct permit_fixture *fixture = *state;
    for (int i = 0; i < 3; i++)
        test_attempt(fixture->account, fixture->phone, at("2026-06-01T14:00:00Z"), true, false);
    for (int i = 0; i < 9; i++) /* more than allowed, as from a dialer that went wrong */
        test_attempt(fixture->account, fixture->phone, at("2026-06-04T14:00:00Z"), true, false);
    ask(fixture, at("2026-06-05T14:00:00Z"));
    expect_only(fixture, "REGF-14B2A-7IN7", "2026-06-11T12:00:00Z");
}

static void counts_days_in_every_zone(void **state)
{
    struct permit_fixture *fixture = *state;
    (void)test_phone(fixture->book, fixture->account, "west", "America/Los_Angeles");
    /* 00:30 on June 2 in New York is 21:30 on June 1 in Los Angeles: in New York it stays in the window a day longer.
     */
    for (int i = 0; i < 7; i++)
        test_attempt(fixture->account, fixture->phone, at("2026-06-02T04:30:00Z"), true, false);
    ask(fixture, at("2026-06-08T16:00:00Z"));
    expect_only(fixture, "REGF-14B2A-7IN7", "2026-06-09T15:00:00Z");
}

static void leaves_uncounted_and_misdirected_calls_out(void **state)
{
    struct permit_fixture *fixture = *state;
    struct contact_point *wrong = test_phone(fixture->book, fixture->account, "wrong", "America/New_York");
    for (int i = 0; i < 6; i++)
        test_attempt(fixture->account, fixture->phone, at("2026-06-05T14:00:00Z"), true, false);
    test_attempt(fixture->account, fixture->phone, at("2026-06-05T15:00:00Z"), false, false); /* busy */
    test_attempt(fixture->account, wrong, at("2026-06-05T16:00:00Z"), true, true);
    ask(fixture, at("2026-06-06T14:00:00Z"));
    assert_non_null(verdict_hit(&fixture->verdict, "REGF-14B2A-7IN7"));
    assert_non_null(verdict_hit(&fixture->verdict, "REGF-14B2B-CONVO7"));
    wrong->is_wrong = true;
    ask(fixture, at("2026-06-06T14:00:00Z"));
    assert_int_equal(n_blocking(fixture), 0);
    assert_int_equal(permit_attempts_in_window(&fixture->verdict), 6);
}

static void refuses_calls_for_seven_days_from_a_conversation(void **state)
{
    struct permit_fixture *fixture = *state;
    test_attempt(fixture->account, fixture->phone, at("2026-08-13T15:00:00Z"), false,
                 true); /* it need not count as a call of ours */
    static const struct {
        const char *now;
        bool is_allowed;
    } rows[] = {
        {"2026-08-13T15:01:00Z", false},
        {"2026-08-19T14:00:00Z", false},
        {"2026-08-20T00:59:59Z", false}, /* still Aug 19 in New York */
        {"2026-08-20T12:00:00Z", true},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ask(fixture, at(rows[i].now));
        if (rows[i].is_allowed)
            assert_int_equal(n_blocking(fixture), 0);
        else
            expect_only(fixture, "REGF-14B2B-CONVO7", "2026-08-20T12:00:00Z");
    }
    ask(fixture, at("2026-08-19T14:00:00Z"));
    assert_string_equal(fixture->verdict.hits[0].detail,
                        "a conversation about this debt on 2026-08-13; no call for 7 days");
    assert_int_equal(permit_conversation_on_days(&fixture->facts), 20678);
}

static void refuses_while_anything_holds(void **state)
{
    struct permit_fixture *fixture = *state;
    const struct instant noon = at("2026-07-15T16:00:00Z");
    for (unsigned hold = 0; hold < HOLD_COUNT; hold++) {
        fixture->account->holds = 0;
        if (hold == HOLD_OPT_OUT_CONTACT_POINT)
            fixture->phone->is_opted_out = true;
        else if (hold == HOLD_WRONG_NUMBER)
            fixture->phone->is_wrong = true; /* without updating the zones, so that only the hold speaks */
        else
            fixture->account->holds = HOLD_BIT(hold);
        ask(fixture, noon);
        assert_int_equal(n_blocking(fixture), 1);
        assert_false(fixture->verdict.hits[0].has_next);
        assert_non_null(strstr(fixture->verdict.hits[0].detail, hold_set_name(hold)));
        fixture->phone->is_opted_out = fixture->phone->is_wrong = false;
    }
}

static void refuses_a_debtor_with_a_parked_event(void **state)
{
    struct permit_fixture *fixture = *state;
    const struct permit_subject subject = {fixture->account, fixture->phone, CHANNEL_CALL, CONTACT_PURPOSE_COLLECTION};
    permit_gather(fixture->rules->selection, &subject, true, at("2026-07-15T16:00:00Z"), fixture->storage,
                  &fixture->facts);
    permit_evaluate(fixture->rules->selection, &fixture->facts, &fixture->verdict);
    expect_only(fixture, "DUNLIN-INCOMPLETE", NULL);
}

static void refuses_while_a_payment_is_not_in_the_ledger(void **state)
{
    struct permit_fixture *fixture = *state;
    const struct instant noon = at("2026-07-15T16:00:00Z");
    fixture->account->unposted_seq = 17;
    ask(fixture, noon);
    expect_only(fixture, "DUNLIN-INCOMPLETE", NULL);
    assert_non_null(strstr(fixture->verdict.hits[0].detail, "not in the ledger yet"));
    fixture->account->holds = HOLD_BIT(HOLD_PROMISE);
    ask(fixture, noon);
    assert_int_equal(n_blocking(fixture), 2);
    assert_string_equal(fixture->verdict.hits[0].rule->id, "DUNLIN-INCOMPLETE");
    fixture->account->unposted_seq = 0;
    fixture->account->holds = 0;
    ask(fixture, noon);
    assert_int_equal(n_blocking(fixture), 0);
}

static void holds_every_account_of_the_person(void **state)
{
    struct permit_fixture *fixture = *state;
    struct account *other = test_account(fixture->book, "other-account");
    fixture->account->debtor->holds = HOLD_BIT(HOLD_ATTORNEY);
    assert_int_equal(account_holds(fixture->account), HOLD_BIT(HOLD_ATTORNEY));
    assert_int_equal(account_holds(other), HOLD_BIT(HOLD_ATTORNEY));
}

static void holds_the_account_once_no_phone_is_left(void **state)
{
    struct permit_fixture *fixture = *state;
    struct contact_point *second = test_phone(fixture->book, fixture->account, "second", "America/New_York");
    fixture->phone->is_opted_out = true;
    assert_int_equal(account_holds(fixture->account), 0);
    second->is_wrong = true;
    assert_int_equal(account_holds(fixture->account),
                     HOLD_BIT(HOLD_OPT_OUT_CONTACT_POINT) | HOLD_BIT(HOLD_WRONG_NUMBER));
}

static void reports_every_rule_the_longest_lasting_first(void **state)
{
    struct permit_fixture *fixture = *state;
    for (int i = 0; i < 7; i++)
        test_attempt(fixture->account, fixture->phone, at("2026-06-03T14:00:00Z"), true, false);
    test_attempt(fixture->account, fixture->phone, at("2026-06-05T14:00:00Z"), true, true);
    fixture->account->holds = HOLD_BIT(HOLD_CEASE) | HOLD_BIT(HOLD_PROMISE);
    ask(fixture, at("2026-06-06T03:00:00Z"));
    static const char *const order[] = {"REGF-6C-CEASE", "DUNLIN-PROMISE", "REGF-14B2B-CONVO7", "REGF-14B2A-7IN7",
                                        "REGF-6B1I-TIME"};
    assert_int_equal(n_blocking(fixture), ARRAY_SIZE(order));
    for (size_t i = 0; i < ARRAY_SIZE(order); i++)
        assert_string_equal(fixture->verdict.hits[i].rule->id, order[i]);
    struct instant next = {0};
    assert_false(permit_free_from(&fixture->verdict, &next));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allows_calls_only_from_8_to_21_in_every_zone),
        cmocka_unit_test_setup_teardown(never_opens_where_the_hours_of_two_zones_do_not_meet, permit_setup,
                                        permit_teardown),
        cmocka_unit_test_setup_teardown(names_the_time_and_the_zone_that_block, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(refuses_where_no_zone_is_known, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(refuses_where_a_zone_cannot_be_read, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(leaves_wrong_numbers_out_of_the_zones_but_not_excluded_ones, permit_setup,
                                        permit_teardown),
        cmocka_unit_test_setup_teardown(ends_a_permit_with_the_hours_of_the_first_zone_to_close, permit_setup,
                                        permit_teardown),
        cmocka_unit_test_setup_teardown(refuses_eighth_call_in_seven_days, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(waits_until_enough_attempts_drop_out, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(counts_days_in_every_zone, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(leaves_uncounted_and_misdirected_calls_out, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(refuses_calls_for_seven_days_from_a_conversation, permit_setup,
                                        permit_teardown),
        cmocka_unit_test_setup_teardown(refuses_while_anything_holds, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(refuses_a_debtor_with_a_parked_event, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(refuses_while_a_payment_is_not_in_the_ledger, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(holds_every_account_of_the_person, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(holds_the_account_once_no_phone_is_left, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(reports_every_rule_the_longest_lasting_first, permit_setup, permit_teardown),
    };
    return cmocka_run_group_tests(tests, permit_setup_group, permit_teardown_group);
}
