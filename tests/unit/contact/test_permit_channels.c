#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "permit_fixture.h"

/* What holds for each channel, and for all of them together. */

static const struct {
    enum channel channel;
    enum contact_point_kind kind;
} CHANNELS[] = {
    {CHANNEL_CALL, CONTACT_POINT_PHONE},     {CHANNEL_TEXT, CONTACT_POINT_PHONE},  {CHANNEL_EMAIL, CONTACT_POINT_EMAIL},
    {CHANNEL_LETTER, CONTACT_POINT_ADDRESS}, {CHANNEL_PORTAL, CONTACT_POINT_NONE},
};

static const struct contact_point *point_for(const struct permit_fixture *fixture, enum contact_point_kind kind)
{
    if (kind == CONTACT_POINT_NONE)
        return NULL;
    return kind == CONTACT_POINT_PHONE
               ? fixture->phone
               : test_point(fixture->book, fixture->account, kind == CONTACT_POINT_EMAIL ? "mail" : "home", kind, "");
}

static void keeps_hours_for_what_reaches_somebody_at_an_hour(void **state)
{
    struct permit_fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(CHANNELS); i++) {
        const struct contact_point *point = point_for(fixture, CHANNELS[i].kind);
        ask_for(fixture, CHANNELS[i].channel, CONTACT_PURPOSE_COLLECTION, point, at("2026-07-15T10:00:00Z"));
        assert_int_equal(n_blocking(fixture) == 0, CHANNELS[i].channel == CHANNEL_LETTER);
        ask_for(fixture, CHANNELS[i].channel, CONTACT_PURPOSE_COLLECTION, point, at("2026-07-15T16:00:00Z"));
        assert_int_equal(n_blocking(fixture), 0);
    }
}

static void holds_every_channel_but_for_what_is_of_calls(void **state)
{
    struct permit_fixture *fixture = *state;
    const struct instant noon = at("2026-07-15T16:00:00Z");
    for (size_t i = 0; i < ARRAY_SIZE(CHANNELS); i++) {
        const struct contact_point *point = point_for(fixture, CHANNELS[i].kind);
        for (unsigned hold = 0; hold < HOLD_COUNT; hold++) {
            if (hold == HOLD_OPT_OUT_CONTACT_POINT || hold == HOLD_WRONG_NUMBER)
                continue; /* of the point */
            fixture->account->holds = HOLD_BIT(hold);
            ask_for(fixture, CHANNELS[i].channel, CONTACT_PURPOSE_COLLECTION, point, noon);
            const bool is_free = hold == HOLD_OPT_OUT_CALLS && CHANNELS[i].channel != CHANNEL_CALL;
            if ((n_blocking(fixture) == 0) != is_free)
                fail_msg("channel %d, hold %s", CHANNELS[i].channel, hold_set_name(hold));
        }
        fixture->account->holds = 0;
    }
}

static void says_to_an_excluded_number_only_that_it_is(void **state)
{
    struct permit_fixture *fixture = *state;
    const struct instant noon = at("2026-07-15T16:00:00Z");
    fixture->phone->is_opted_out = true;
    ask_for(fixture, CHANNEL_TEXT, CONTACT_PURPOSE_COLLECTION, fixture->phone, noon);
    expect_only(fixture, "REGF-14H-MEDIA-POINT", NULL);
    ask_for(fixture, CHANNEL_TEXT, CONTACT_PURPOSE_OPT_OUT_CONFIRMATION, fixture->phone, noon);
    assert_int_equal(n_blocking(fixture), 0);
    ask_for(fixture, CHANNEL_CALL, CONTACT_PURPOSE_OPT_OUT_CONFIRMATION, fixture->phone, noon);
    expect_only(fixture, "REGF-14H-MEDIA-POINT", NULL);
}

static void sends_notices_that_collect_nothing_while_money_or_a_dispute_holds(void **state)
{
    struct permit_fixture *fixture = *state;
    const struct contact_point *home = point_for(fixture, CONTACT_POINT_ADDRESS);
    const struct instant noon = at("2026-07-15T16:00:00Z");
    fixture->account->holds = HOLD_BIT(HOLD_PROMISE) | HOLD_BIT(HOLD_DISPUTE);
    ask_for(fixture, CHANNEL_LETTER, CONTACT_PURPOSE_VALIDATION_NOTICE, home, noon);
    assert_int_equal(n_blocking(fixture), 0);
    fixture->account->holds = HOLD_BIT(HOLD_CEASE);
    ask_for(fixture, CHANNEL_LETTER, CONTACT_PURPOSE_VALIDATION_NOTICE, home, noon);
    expect_only(fixture, "REGF-6C-CEASE", NULL);
    ask_for(fixture, CHANNEL_LETTER, CONTACT_PURPOSE_TERMINATE_EFFORTS, home, noon);
    assert_int_equal(n_blocking(fixture), 0);
}

/* The dispute that he has won ends contact, but not before he has heard of it. */
static void answers_who_has_won_a_dispute_and_says_nothing_else(void **state)
{
    struct permit_fixture *fixture = *state;
    const struct contact_point *home = point_for(fixture, CONTACT_POINT_ADDRESS);
    const struct instant noon = at("2026-07-15T16:00:00Z");
    fixture->account->holds = HOLD_BIT(HOLD_DISPUTE_UPHELD) | HOLD_BIT(HOLD_PAID);
    ask_for(fixture, CHANNEL_LETTER, CONTACT_PURPOSE_DISPUTE_RESPONSE, home, noon);
    assert_int_equal(n_blocking(fixture), 0);
    fixture->account->holds = HOLD_BIT(HOLD_DISPUTE_UPHELD);
    ask_for(fixture, CHANNEL_LETTER, CONTACT_PURPOSE_VALIDATION_NOTICE, home, noon);
    expect_only(fixture, "DUNLIN-DISPUTE-UPHELD", NULL);
    ask_for(fixture, CHANNEL_LETTER, CONTACT_PURPOSE_COLLECTION, home, noon);
    expect_only(fixture, "DUNLIN-DISPUTE-UPHELD", NULL);
}

static void needs_consent_for_a_recorded_voice(void **state)
{
    struct permit_fixture *fixture = *state;
    ask_for(fixture, CHANNEL_PRERECORDED_CALL, CONTACT_PURPOSE_COLLECTION, fixture->phone, at("2026-07-15T16:00:00Z"));
    expect_only(fixture, "TCPA-A1III-CELL", NULL);
    ask_for(fixture, CHANNEL_RINGLESS, CONTACT_PURPOSE_COLLECTION, fixture->phone, at("2026-07-15T16:00:00Z"));
    expect_only(fixture, "TCPA-A1III-CELL", NULL);
}

static void add_attempt_by(struct account *account, enum channel channel, const char *name, struct instant when,
                           bool is_open)
{
    const struct attempt attempt = {
        .permit_id = test_id(name),
        .occurred_at_us = when.us,
        .channel = (int32_t)channel,
        .purpose = (int32_t)CONTACT_PURPOSE_COLLECTION,
        .counts = true,
        .is_open = is_open,
    };
    account_add_attempt(account, &attempt);
}

static void lets_letters_and_calls_not_wait_for_each_other(void **state)
{
    struct permit_fixture *fixture = *state;
    const struct contact_point *home = point_for(fixture, CONTACT_POINT_ADDRESS);
    const struct instant noon = at("2026-07-15T16:00:00Z");
    add_attempt_by(fixture->account, CHANNEL_LETTER, "letter", noon, true);
    ask(fixture, noon);
    assert_int_equal(n_blocking(fixture), 0);
    add_attempt_by(fixture->account, CHANNEL_CALL, "call", noon, true);
    ask(fixture, noon);
    expect_only(fixture, "REGF-14B2B-CONVO7", NULL);
    ask_for(fixture, CHANNEL_LETTER, CONTACT_PURPOSE_COLLECTION, home, noon);
    assert_int_equal(n_blocking(fixture), 0);
    for (int i = 0; i < 8; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "text-%d", i);
        add_attempt_by(fixture->account, CHANNEL_TEXT, name, at("2026-07-20T16:00:00Z"), false);
    }
    ask(fixture, at("2026-07-23T16:00:00Z")); /* seven in seven is of calls */
    assert_int_equal(n_blocking(fixture), 0);
}

/* Broken once: contacts gathered of the debt that was asked about alone ("granted" at the fourth). */
static void counts_contacts_about_all_debts_through_all_channels_where_a_state_says_so(void **state)
{
    struct permit_fixture *fixture = *state;
    struct account *other = test_account(fixture->book, "other-account");
    struct error err = {0};
    if (contact_rules_load("deploy/rules", "us-federal,us-wa,house", &fixture->rules, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    const struct contact_point *home = point_for(fixture, CONTACT_POINT_ADDRESS);
    add_attempt_by(fixture->account, CHANNEL_EMAIL, "a", at("2026-07-13T16:00:00Z"), false);
    add_attempt_by(other, CHANNEL_LETTER, "b", at("2026-07-14T16:00:00Z"), false);
    ask_for(fixture, CHANNEL_LETTER, CONTACT_PURPOSE_COLLECTION, home, at("2026-07-15T16:00:00Z"));
    assert_int_equal(n_blocking(fixture), 0);
    add_attempt_by(other, CHANNEL_CALL, "c", at("2026-07-15T15:00:00Z"), false);
    add_attempt_by(fixture->account, CHANNEL_CALL, "c", at("2026-07-15T15:00:00Z"), false); /* one call about both */
    ask_for(fixture, CHANNEL_LETTER, CONTACT_PURPOSE_COLLECTION, home, at("2026-07-15T16:00:00Z"));
    expect_only(fixture, "WA-250-3PERWEEK", "2026-07-20T04:00:00Z");
    assert_int_equal(verdict_count(&fixture->verdict, "WA-250-3PERWEEK")->count, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_hours_for_what_reaches_somebody_at_an_hour, permit_setup,
                                        permit_teardown),
        cmocka_unit_test_setup_teardown(holds_every_channel_but_for_what_is_of_calls, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(says_to_an_excluded_number_only_that_it_is, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(sends_notices_that_collect_nothing_while_money_or_a_dispute_holds, permit_setup,
                                        permit_teardown),
        cmocka_unit_test_setup_teardown(answers_who_has_won_a_dispute_and_says_nothing_else, permit_setup,
                                        permit_teardown),
        cmocka_unit_test_setup_teardown(needs_consent_for_a_recorded_voice, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(lets_letters_and_calls_not_wait_for_each_other, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(counts_contacts_about_all_debts_through_all_channels_where_a_state_says_so,
                                        permit_setup, permit_teardown),
    };
    return cmocka_run_group_tests(tests, permit_setup_group, permit_teardown_group);
}
