#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "attempt_model.h"
#include "balance_model.h"
#include "person.h"

static void moves_a_permit_only_as_its_table_says(void **state)
{
    (void)state;
    static const enum permit_state states[] = {PERMIT_GRANTED, PERMIT_REPORTED, PERMIT_EXPIRED};
    static const enum permit_event events[] = {PERMIT_EVENT_REPORT, PERMIT_EVENT_EXPIRE};
    static const enum permit_state expected[ARRAY_SIZE(states)][ARRAY_SIZE(events)] = {
        {PERMIT_REPORTED, PERMIT_EXPIRED},
        {0, 0},
        {PERMIT_REPORTED, 0}, /* a late report says what came of it after all */
    };
    for (size_t s = 0; s < ARRAY_SIZE(states); s++) {
        for (size_t e = 0; e < ARRAY_SIZE(events); e++) {
            struct permit permit = {.state = states[s]};
            struct error err = {0};
            enum status st = permit_move(&permit, events[e], &err);
            assert_int_equal(st, expected[s][e] == 0 ? STATUS_FAILED_PRECONDITION : STATUS_OK);
            assert_int_equal(permit.state, expected[s][e] == 0 ? states[s] : expected[s][e]);
            assert_int_equal(permit.is_changed, expected[s][e] != 0);
        }
    }
}

static void counts_what_connected_or_rang(void **state)
{
    (void)state;
    static const struct {
        enum telephony telephony;
        bool counts, is_attempt;
    } rows[] = {
        {TELEPHONY_NOT_PLACED, false, false},    {TELEPHONY_BUSY, false, false},
        {TELEPHONY_NO_ANSWER, true, true},       {TELEPHONY_ANSWERED, true, true},
        {TELEPHONY_MACHINE, true, true},         {TELEPHONY_MESSAGE_LEFT, true, true},
        {TELEPHONY_NOT_IN_SERVICE, false, true}, {TELEPHONY_ABANDONED, true, true},
        {TELEPHONY_FAILED, false, false},
    };
    assert_int_equal(ARRAY_SIZE(rows), TELEPHONY_END - 1);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct report report = {.telephony = rows[i].telephony};
        assert_int_equal(report_counts(&report), rows[i].counts);
        assert_int_equal(report_is_attempt(&report), rows[i].is_attempt);
    }
}

static void counts_what_was_sent(void **state)
{
    (void)state;
    for (int delivery = DELIVERY_NOT_SENT; delivery < DELIVERY_END; delivery++) {
        const struct report report = {.delivery = (enum delivery)delivery};
        assert_int_equal(report_counts(&report), delivery != DELIVERY_NOT_SENT);
        assert_int_equal(report_is_attempt(&report), delivery != DELIVERY_NOT_SENT);
    }
}

static void wants_of_each_channel_what_it_has(void **state)
{
    (void)state;
    const struct report call = {.telephony = TELEPHONY_BUSY};
    const struct report letter = {.delivery = DELIVERY_SENT};
    struct error err = {0};
    for (int channel = CHANNEL_CALL; channel < CHANNEL_END; channel++) {
        const bool is_written = channel >= (int)CHANNEL_TEXT;
        assert_int_equal(report_check_channel(&call, (enum channel)channel, &err),
                         is_written ? STATUS_INVALID_ARGUMENT : STATUS_OK);
        assert_int_equal(report_check_channel(&letter, (enum channel)channel, &err),
                         is_written ? STATUS_OK : STATUS_INVALID_ARGUMENT);
    }
}

/* A later delivery stands where it is further, whichever came first. */
static void takes_the_farthest_delivery(void **state)
{
    (void)state;
    for (int first = DELIVERY_NOT_SENT; first < DELIVERY_END; first++) {
        for (int second = DELIVERY_NOT_SENT; second < DELIVERY_END; second++) {
            struct permit permit = {.granted_at_us = 1000};
            struct report report = {.delivery = (enum delivery)first, .party = PARTY_NONE, .outcome = OUTCOME_NONE};
            struct report_news news;
            report_apply_to_permit(&report, 2000, &permit, &news);
            report.delivery = (enum delivery)second;
            report_correct_permit(&report, 3000, &permit, &news);
            assert_int_equal(news.is_any, second > first);
            assert_int_equal(permit.delivery, MAX(first, second));
            assert_int_equal(permit.counts, MAX(first, second) != DELIVERY_NOT_SENT);
            assert_int_equal(news.ends_step, first == DELIVERY_NOT_SENT && second > first);
        }
    }
}

static void refuses_reports_that_contradict_themselves(void **state)
{
    (void)state;
    static const struct {
        struct report report;
        const char *field; /* NULL: fine */
    } rows[] = {
        {{.telephony = TELEPHONY_NO_ANSWER, .party = PARTY_NONE, .outcome = OUTCOME_NONE}, NULL},
        {{.telephony = TELEPHONY_ANSWERED, .party = PARTY_RIGHT, .outcome = OUTCOME_DISPUTE, .is_conversation = true},
         NULL},
        {{.telephony = TELEPHONY_ANSWERED, .party = PARTY_UNVERIFIED, .outcome = OUTCOME_NONE, .is_conversation = true},
         NULL},
        {{.telephony = TELEPHONY_MACHINE, .party = PARTY_WRONG, .outcome = OUTCOME_NONE}, NULL},
        {{.telephony = TELEPHONY_NOT_PLACED, .party = PARTY_NONE, .outcome = OUTCOME_NONE, .is_conversation = true},
         "telephony"},
        {{.telephony = TELEPHONY_BUSY, .party = PARTY_RIGHT, .outcome = OUTCOME_NONE}, "telephony"},
        {{.telephony = TELEPHONY_FAILED, .party = PARTY_NONE, .outcome = OUTCOME_CALLBACK}, "telephony"},
        {{.telephony = TELEPHONY_NO_ANSWER, .party = PARTY_WRONG, .outcome = OUTCOME_NONE}, "party"},
        {{.telephony = TELEPHONY_ANSWERED, .party = PARTY_WRONG, .outcome = OUTCOME_NONE, .is_conversation = true},
         "is_conversation"},
        {{.telephony = TELEPHONY_ANSWERED, .party = PARTY_RIGHT, .outcome = OUTCOME_PROMISE}, "promise"},
        {{.telephony = TELEPHONY_ANSWERED,
          .party = PARTY_RIGHT,
          .outcome = OUTCOME_NONE,
          .has_promise = true,
          .promise_minor = 5},
         "promise"},
        {{.telephony = TELEPHONY_ANSWERED, .party = PARTY_RIGHT, .outcome = OUTCOME_PROMISE, .has_promise = true},
         "promise.amount_minor"},
        {{.telephony = TELEPHONY_NO_ANSWER, .party = PARTY_NONE, .outcome = OUTCOME_NONE, .started_at_us = -1},
         "started_at_us"},
        {{.telephony = TELEPHONY_NO_ANSWER, .party = PARTY_NONE, .outcome = OUTCOME_NONE, .duration_s = -1},
         "duration_s"},
        {{.delivery = DELIVERY_UNDELIVERABLE, .party = PARTY_NONE, .outcome = OUTCOME_NONE}, NULL},
        {{.delivery = DELIVERY_DELIVERED, .party = PARTY_WRONG, .outcome = OUTCOME_NONE}, NULL},
        {{.party = PARTY_NONE, .outcome = OUTCOME_NONE}, "telephony"},
        {{.telephony = TELEPHONY_ANSWERED, .delivery = DELIVERY_SENT, .party = PARTY_NONE, .outcome = OUTCOME_NONE},
         "telephony"},
        {{.delivery = DELIVERY_NOT_SENT, .party = PARTY_RIGHT, .outcome = OUTCOME_NONE}, "delivery"},
        {{.delivery = DELIVERY_SENT, .party = PARTY_RIGHT, .outcome = OUTCOME_NONE, .is_conversation = true},
         "is_conversation"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct error err = {0};
        enum status st = report_check(&rows[i].report, &err);
        if (rows[i].field == NULL && st != STATUS_OK)
            fail_msg("row %zu: %s", i, err.text);
        if (rows[i].field != NULL &&
            (st != STATUS_INVALID_ARGUMENT || strncmp(err.text, rows[i].field, strlen(rows[i].field)) != 0))
            fail_msg("row %zu: '%s', expected %s", i, err.text, rows[i].field);
    }
}

static void dates_an_attempt_by_its_start_but_never_before_its_permit(void **state)
{
    (void)state;
    const int64_t granted = at("2026-06-01T14:05:00Z").us;
    const int64_t now = at("2026-06-03T14:00:00Z").us;
    assert_int_equal(attempt_occurred_at(granted, at("2026-05-01T00:00:00Z").us, now), granted);
    assert_int_equal(attempt_occurred_at(granted, granted + 30 * US_PER_S, now),
                     granted); /* the same quarter of an hour */
    assert_int_equal(attempt_occurred_at(granted, at("2026-06-02T14:05:00Z").us, now), at("2026-06-02T14:05:00Z").us);
    assert_int_equal(attempt_occurred_at(granted, at("2027-01-01T00:00:00Z").us, now), now);
    assert_int_equal(attempt_occurred_at(granted, 0, now), now);
}

static void counts_a_call_toward_what_was_discussed(void **state)
{
    const struct person_fixture *fixture = *state;
    struct permit permit = {.account_id = fixture->account->id, .granted_at_us = 1000};
    struct report report = {
        .telephony = TELEPHONY_ANSWERED, .party = PARTY_RIGHT, .outcome = OUTCOME_NONE, .is_conversation = true};
    const struct id *others[REPORT_DISCUSSED_MAX];
    struct report_news news;
    report_apply_to_permit(&report, 2000, &permit, &news);
    assert_true(permit.counts);
    assert_true(permit.is_conversation); /* nothing said: about the permit's own debt */
    assert_int_equal(report_others(&report, &permit.account_id, others), 0);

    report.discussed[0] = report.discussed[1] = test_id("other-account");
    report.n_discussed = 2;
    report_apply_to_permit(&report, 2000, &permit, &news);
    assert_true(permit.counts); /* it was placed for this debt all the same */
    assert_false(permit.is_conversation);
    assert_int_equal(report_others(&report, &permit.account_id, others), 1);

    report.discussed[1] = fixture->account->id;
    report_apply_to_permit(&report, 2000, &permit, &news);
    assert_true(permit.is_conversation);
    assert_int_equal(report_others(&report, &permit.account_id, others), 1);
}

/* Two reports of one permit, in either order: what is known afterwards is the stricter of each fact. */
static void takes_the_stricter_reading_of_two_reports(void **state)
{
    static const struct {
        struct report report;
        bool counts, is_conversation, is_disputed;
    } readings[] = {
        {{.telephony = TELEPHONY_NOT_PLACED, .party = PARTY_NONE, .outcome = OUTCOME_NONE}, false, false, false},
        {{.telephony = TELEPHONY_BUSY, .party = PARTY_NONE, .outcome = OUTCOME_NONE}, false, false, false},
        {{.telephony = TELEPHONY_NO_ANSWER, .party = PARTY_NONE, .outcome = OUTCOME_NONE}, true, false, false},
        {{.telephony = TELEPHONY_ANSWERED, .party = PARTY_RIGHT, .outcome = OUTCOME_NONE, .is_conversation = true},
         true,
         true,
         false},
        {{.telephony = TELEPHONY_ANSWERED, .party = PARTY_RIGHT, .outcome = OUTCOME_DISPUTE}, true, false, true},
    };
    const struct person_fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(readings); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(readings); j++) {
            struct permit permit = {.account_id = fixture->account->id, .granted_at_us = 1000};
            struct report_news news;
            report_apply_to_permit(&readings[i].report, 2000, &permit, &news);
            report_correct_permit(&readings[j].report, 3000, &permit, &news);
            bool counts = readings[i].counts || readings[j].counts;
            bool is_conversation = readings[i].is_conversation || readings[j].is_conversation;
            bool is_disputed = readings[i].is_disputed || readings[j].is_disputed;
            assert_int_equal(permit.counts, counts);
            assert_int_equal(permit.is_conversation, is_conversation);
            assert_int_equal(permit.outcome == OUTCOME_DISPUTE, is_disputed);
            assert_int_equal(news.is_conversation, is_conversation && !readings[i].is_conversation);
            assert_int_equal(news.is_disputed, is_disputed && !readings[i].is_disputed);
            assert_int_equal(news.is_any, counts != readings[i].counts ||
                                              is_conversation != readings[i].is_conversation ||
                                              is_disputed != readings[i].is_disputed);
            assert_int_equal(news.ends_step, counts && !readings[i].counts);
            report_correct_permit(&readings[j].report, 4000, &permit, &news);
            assert_false(news.is_any); /* the same again */
        }
    }
}

static void lets_a_correction_move_an_attempt_to_a_later_day_only(void **state)
{
    const struct person_fixture *fixture = *state;
    const int64_t granted = at("2026-06-01T14:00:00Z").us;
    const int64_t first = at("2026-06-02T14:00:00Z").us, second = at("2026-06-03T14:00:00Z").us;
    struct permit permit = {.account_id = fixture->account->id, .granted_at_us = granted};
    struct report report = {.telephony = TELEPHONY_ANSWERED, .party = PARTY_NONE, .outcome = OUTCOME_NONE};
    struct report_news news;
    report_apply_to_permit(&report, first, &permit, &news);
    report.party = PARTY_RIGHT;
    report.is_conversation = true;
    report.started_at_us = granted;
    report_correct_permit(&report, second, &permit, &news);
    assert_true(news.is_conversation);
    assert_true(permit.occurred_at_us == first);

    permit = (struct permit){.account_id = fixture->account->id, .granted_at_us = granted};
    report = (struct report){.telephony = TELEPHONY_NOT_PLACED, .party = PARTY_NONE, .outcome = OUTCOME_NONE};
    report_apply_to_permit(&report, first, &permit, &news);
    report.telephony = TELEPHONY_NO_ANSWER;
    report_correct_permit(&report, second, &permit, &news);
    assert_true(permit.occurred_at_us == second);
}

static void counts_what_later_reports_say_of_another_debt(void **state)
{
    const struct person_fixture *fixture = *state;
    struct permit permit = {.account_id = fixture->account->id, .counts = true, .occurred_at_us = 2000};
    struct report report = {.telephony = TELEPHONY_ANSWERED, .party = PARTY_RIGHT, .outcome = OUTCOME_NONE};
    struct report_news news;
    const struct id other = test_id("other-account");
    assert_null(permit_find_discussion(&permit, &other));
    struct discussion *discussion = permit_add_discussion(&permit, &other);
    report_apply_to_discussion(&report, &permit, discussion, &news);
    assert_true(news.is_any && !news.is_conversation && !news.is_disputed);
    assert_true(discussion->counts && discussion->is_changed && discussion->occurred_at_us == 2000);
    report.is_conversation = true;
    report.outcome = OUTCOME_DISPUTE;
    report_apply_to_discussion(&report, &permit, permit_add_discussion(&permit, &other), &news);
    assert_true(news.is_any && news.is_conversation && news.is_disputed);
    report.is_conversation = false;
    report_apply_to_discussion(&report, &permit, discussion, &news);
    assert_false(news.is_any);
    assert_true(permit_find_discussion(&permit, &other)->is_conversation);
    g_array_unref(permit.discussions);
}

static void sets_and_releases_each_flag_where_it_belongs(void **state)
{
    const struct person_fixture *fixture = *state;
    static const struct {
        enum sticky_flag flag;
        enum hold hold;
        bool is_of_person;
    } rows[] = {
        {STICKY_CEASE, HOLD_CEASE, false},
        {STICKY_ATTORNEY, HOLD_ATTORNEY, true},
        {STICKY_BANKRUPTCY, HOLD_BANKRUPTCY, true},
        {STICKY_DECEASED, HOLD_DECEASED, true},
        {STICKY_OPT_OUT_CALLS, HOLD_OPT_OUT_CALLS, true},
        {STICKY_OPT_OUT_CONTACT_POINT, HOLD_OPT_OUT_CONTACT_POINT, true},
    };
    struct account *other = test_account(fixture->book, "other-account");
    assert_int_equal(ARRAY_SIZE(rows), STICKY_END - 1);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(sticky_is_of_person(rows[i].flag), rows[i].is_of_person);
        assert_true(sticky_set(rows[i].flag, fixture->account, fixture->phone));
        assert_false(sticky_set(rows[i].flag, fixture->account, fixture->phone));
        assert_int_equal(account_holds_at(fixture->account, fixture->phone), HOLD_BIT(rows[i].hold));
        assert_int_equal(account_holds_at(other, fixture->phone), rows[i].is_of_person ? HOLD_BIT(rows[i].hold) : 0);
        assert_true(sticky_release(rows[i].flag, fixture->account, fixture->phone));
        assert_false(sticky_release(rows[i].flag, fixture->account, fixture->phone));
        assert_int_equal(account_holds_at(fixture->account, fixture->phone), 0);
    }
}

static bool is_disputed(const struct person_fixture *fixture)
{
    return (account_holds(fixture->account) & HOLD_BIT(HOLD_DISPUTE)) != 0;
}

static void holds_a_claimed_dispute_until_it_is_opened_and_ended(void **state)
{
    const struct person_fixture *fixture = *state;
    const struct id dispute = test_id("dispute");
    assert_true(dispute_claim(fixture->account));
    assert_true(is_disputed(fixture));
    assert_false(dispute_verify(fixture->account, &dispute)); /* of an older one: the claim stays */
    assert_true(is_disputed(fixture));
    assert_true(dispute_open(fixture->account, &dispute, NULL));
    assert_false(dispute_open(fixture->account, &dispute, NULL));
    assert_false(dispute_claim(fixture->account)); /* nothing more will be opened for it */
    assert_true(is_disputed(fixture));
    assert_true(dispute_verify(fixture->account, &dispute));
    assert_false(is_disputed(fixture));
}

static void frees_nothing_by_the_late_end_of_an_older_dispute(void **state)
{
    const struct person_fixture *fixture = *state;
    const struct id older = test_id("older");
    const struct id newer = test_id("newer");
    assert_true(dispute_open(fixture->account, &older, NULL));
    assert_true(dispute_verify(fixture->account, &older));
    assert_true(dispute_open(fixture->account, &newer, NULL));
    assert_false(dispute_resolve(fixture->account, &older, false));
    assert_true(is_disputed(fixture));
    assert_true(dispute_resolve(fixture->account, &newer, false));
    assert_false(is_disputed(fixture));
    assert_true(dispute_resolve(fixture->account, &older, true)); /* upheld: closed for good */
    assert_int_equal(account_holds(fixture->account), HOLD_BIT(HOLD_DISPUTE_UPHELD));
}

static void expect_part(const struct person_fixture *fixture, int64_t held_minor, bool is_whole_held)
{
    assert_true(account_held_minor(fixture->account) == held_minor);
    assert_int_equal(is_disputed(fixture), is_whole_held);
}

static void holds_a_part_while_more_than_that_is_owed(void **state)
{
    static const struct {
        int64_t balance_minor, held_minor;
        bool is_whole_held;
    } rows[] = {{9000, 4000, false}, {4001, 4000, false}, {4000, 0, true}, {1, 0, true},
                {0, 0, true},        {-50, 0, true},      {4000, 0, true}, {4100, 4000, false}};
    const struct person_fixture *fixture = *state;
    const struct id dispute = test_id("dispute");
    const struct held_part part = {4000, "USD"};
    assert_true(dispute_claim(fixture->account));
    assert_true(dispute_open(fixture->account, &dispute, &part));
    expect_part(fixture, 0, true); /* what is owed is not known */
    assert_true(balance_keep(fixture->account, 10000));
    assert_false(balance_keep(fixture->account, 3000)); /* the ledger's word is newer */
    expect_part(fixture, 4000, false);
    assert_string_equal(fixture->account->part.currency, "USD");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        fixture->account->is_changed = false;
        assert_true(balance_changed(fixture->account, rows[i].balance_minor, 0));
        assert_true(fixture->account->is_changed);
        expect_part(fixture, rows[i].held_minor, rows[i].is_whole_held);
        assert_false(balance_changed(fixture->account, rows[i].balance_minor, 0));
    }
}

static void a_part_grows_and_ends_as_the_whole_does(void **state)
{
    const struct person_fixture *fixture = *state;
    const struct id dispute = test_id("dispute"), older = test_id("older");
    const struct held_part small = {4000, "USD"}, large = {7000, "USD"};
    assert_true(dispute_open(fixture->account, &dispute, &small));
    assert_true(balance_keep(fixture->account, 10000));
    assert_false(dispute_open(fixture->account, &dispute, &small));
    assert_false(dispute_claim(fixture->account)); /* said on a call: that one is open */
    expect_part(fixture, 4000, false);
    assert_true(dispute_open(fixture->account, &dispute, &large));
    expect_part(fixture, 7000, false);
    assert_true(dispute_open(fixture->account, &dispute, NULL));
    expect_part(fixture, 0, true);
    assert_true(dispute_open(fixture->account, &dispute, &small));
    assert_false(dispute_verify(fixture->account, &older));
    expect_part(fixture, 4000, false);
    assert_true(dispute_verify(fixture->account, &dispute));
    expect_part(fixture, 0, false);
    assert_true(balance_changed(fixture->account, 3000, 0)); /* still compared: the answer may come back */
    assert_true(dispute_open(fixture->account, &dispute, &small));
    expect_part(fixture, 0, true);
    assert_true(dispute_resolve(fixture->account, &dispute, false));
    expect_part(fixture, 0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_a_permit_only_as_its_table_says),
        cmocka_unit_test(counts_what_connected_or_rang),
        cmocka_unit_test(refuses_reports_that_contradict_themselves),
        cmocka_unit_test(counts_what_was_sent),
        cmocka_unit_test(wants_of_each_channel_what_it_has),
        cmocka_unit_test(takes_the_farthest_delivery),
        cmocka_unit_test(dates_an_attempt_by_its_start_but_never_before_its_permit),
        cmocka_unit_test_setup_teardown(counts_a_call_toward_what_was_discussed, person_setup, person_teardown),
        cmocka_unit_test_setup_teardown(takes_the_stricter_reading_of_two_reports, person_setup, person_teardown),
        cmocka_unit_test_setup_teardown(lets_a_correction_move_an_attempt_to_a_later_day_only, person_setup,
                                        person_teardown),
        cmocka_unit_test_setup_teardown(counts_what_later_reports_say_of_another_debt, person_setup, person_teardown),
        cmocka_unit_test_setup_teardown(sets_and_releases_each_flag_where_it_belongs, person_setup, person_teardown),
        cmocka_unit_test_setup_teardown(holds_a_claimed_dispute_until_it_is_opened_and_ended, person_setup,
                                        person_teardown),
        cmocka_unit_test_setup_teardown(holds_a_part_while_more_than_that_is_owed, person_setup, person_teardown),
        cmocka_unit_test_setup_teardown(a_part_grows_and_ends_as_the_whole_does, person_setup, person_teardown),
        cmocka_unit_test_setup_teardown(frees_nothing_by_the_late_end_of_an_older_dispute, person_setup,
                                        person_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
