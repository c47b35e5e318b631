#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "contact_codec.h"
#include "permit_model.h"
#include "person.h"

struct fixture {
    struct contact_rules *rules;
    struct contact_book *book;
    struct account *account;
    struct contact_point *phone;
    GArray *storage;
    struct permit_facts facts;
    struct rules_verdict verdict;
};

/* Loaded once: tests by the thousand ask them. */
static struct contact_rules *federal;

static int setup_group(void **state)
{
    (void)state;
    federal = test_rules();
    return 0;
}

static int teardown_group(void **state)
{
    (void)state;
    contact_rules_free(federal);
    return 0;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->rules = federal;
    fixture->book = contact_book_new();
    fixture->account = test_account(fixture->book, "account");
    fixture->phone = test_phone(fixture->book, fixture->account, "phone", "America/New_York");
    fixture->storage = g_array_new(FALSE, FALSE, sizeof(struct permit_contact));
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    if (fixture->rules != federal)
        contact_rules_free(fixture->rules);
    contact_book_free(fixture->book);
    g_array_unref(fixture->storage);
    free(fixture);
    return 0;
}

static void ask_for(struct fixture *fixture, enum channel channel, enum contact_purpose purpose,
                    const struct contact_point *point, struct instant now)
{
    const struct permit_subject subject = {fixture->account, point, channel, purpose};
    permit_gather(fixture->rules->selection, &subject, false, now, fixture->storage, &fixture->facts);
    permit_evaluate(fixture->rules->selection, &fixture->facts, &fixture->verdict);
}

static struct instant valid_until(struct fixture *fixture, int64_t valid_us)
{
    struct instant until;
    permit_decide(fixture->rules->selection, &fixture->facts, valid_us, &fixture->verdict, &until);
    return until;
}

static void ask(struct fixture *fixture, struct instant now)
{
    ask_for(fixture, CHANNEL_CALL, CONTACT_PURPOSE_COLLECTION, fixture->phone, now);
}

/* Warnings go with a permit as well as with a refusal. */
static size_t n_blocking(const struct fixture *fixture)
{
    return verdict_n_blocking(&fixture->verdict);
}

static void expect_only(const struct fixture *fixture, const char *rule, const char *next)
{
    char text[INSTANT_TEXT_SIZE];
    if (n_blocking(fixture) != 1 || strcmp(fixture->verdict.hits[0].rule->id, rule) != 0)
        fail_msg("%zu hits, first %s; expected only %s", n_blocking(fixture),
                 n_blocking(fixture) > 0 ? fixture->verdict.hits[0].rule->id : "none", rule);
    const struct rule_hit *hit = &fixture->verdict.hits[0];
    assert_int_equal(hit->has_next, next != NULL);
    if (next != NULL)
        assert_string_equal(instant_format(hit->next, text), next);
}

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
        (void)setup(&inner);
        struct fixture *fixture = inner;
        g_auto(GStrv) parts = g_strsplit(rows[i].zones, "|", 2);
        fixture->phone->zones = contact_text(fixture->book, parts[0]);
        (void)test_point(fixture->book, fixture->account, "address", CONTACT_POINT_ADDRESS,
                         parts[1] == NULL ? parts[0] : parts[1]);
        ask(fixture, at(rows[i].now));
        if (rows[i].next == NULL && n_blocking(fixture) != 0)
            fail_msg("row %zu: refused: %s", i, fixture->verdict.hits[0].detail);
        if (rows[i].next != NULL)
            expect_only(fixture, "REGF-6B1I-TIME", rows[i].next);
        (void)teardown(&inner);
    }
}

static void never_opens_where_the_hours_of_two_zones_do_not_meet(void **state)
{
    struct fixture *fixture = *state;
    (void)test_phone(fixture->book, fixture->account, "far", "Asia/Shanghai");
    (void)test_phone(fixture->book, fixture->account, "farther", "America/Los_Angeles");
    (void)test_phone(fixture->book, fixture->account, "farthest", "Europe/Berlin");
    ask(fixture, at("2026-07-15T13:00:00Z"));
    const struct rule_hit *hit = verdict_hit(&fixture->verdict, "REGF-6B1I-TIME");
    assert_true(hit != NULL && !hit->has_next);
}

static void names_the_time_and_the_zone_that_block(void **state)
{
    struct fixture *fixture = *state;
    ask(fixture, at("2026-07-15T11:59:59Z"));
    assert_string_equal(fixture->verdict.hits[0].detail,
                        "it is 07:59:59 in America/New_York; calls are allowed from 08:00 to 21:00");
    assert_string_equal(fixture->verdict.hits[0].rule->citation, "12 CFR 1006.6(b)(1)(i)");
}

static void refuses_where_no_zone_is_known(void **state)
{
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
    (void)test_phone(fixture->book, fixture->account, "odd", "America/Atlantis");
    ask(fixture, at("2026-07-15T16:00:00Z"));
    expect_only(fixture, "DUNLIN-UNKNOWN-ZONE", NULL);
}

static void leaves_wrong_numbers_out_of_the_zones_but_not_excluded_ones(void **state)
{
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
    (void)test_phone(fixture->book, fixture->account, "west", "America/Los_Angeles");
    ask(fixture, at("2026-07-16T00:30:00Z"));
    assert_int_equal(valid_until(fixture, US_PER_MIN).us, at("2026-07-16T00:31:00Z").us);
    ask(fixture, at("2026-07-16T00:59:30Z")); /* 20:59:30 in New York */
    assert_int_equal(n_blocking(fixture), 0);
    assert_int_equal(valid_until(fixture, US_PER_MIN).us, at("2026-07-16T01:00:00Z").us);
}

static void refuses_eighth_call_in_seven_days(void **state)
{
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
    for (int i = 0; i < 3; i++)
        test_attempt(fixture->account, fixture->phone, at("2026-06-01T14:00:00Z"), true, false);
    for (int i = 0; i < 9; i++) /* more than allowed, as from a dialer that went wrong */
        test_attempt(fixture->account, fixture->phone, at("2026-06-04T14:00:00Z"), true, false);
    ask(fixture, at("2026-06-05T14:00:00Z"));
    expect_only(fixture, "REGF-14B2A-7IN7", "2026-06-11T12:00:00Z");
}

static void counts_days_in_every_zone(void **state)
{
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
    const struct permit_subject subject = {fixture->account, fixture->phone, CHANNEL_CALL, CONTACT_PURPOSE_COLLECTION};
    permit_gather(fixture->rules->selection, &subject, true, at("2026-07-15T16:00:00Z"), fixture->storage,
                  &fixture->facts);
    permit_evaluate(fixture->rules->selection, &fixture->facts, &fixture->verdict);
    expect_only(fixture, "DUNLIN-INCOMPLETE", NULL);
}

static void refuses_while_a_payment_is_not_in_the_ledger(void **state)
{
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
    struct account *other = test_account(fixture->book, "other-account");
    fixture->account->debtor->holds = HOLD_BIT(HOLD_ATTORNEY);
    assert_int_equal(account_holds(fixture->account), HOLD_BIT(HOLD_ATTORNEY));
    assert_int_equal(account_holds(other), HOLD_BIT(HOLD_ATTORNEY));
}

static void holds_the_account_once_no_phone_is_left(void **state)
{
    struct fixture *fixture = *state;
    struct contact_point *second = test_phone(fixture->book, fixture->account, "second", "America/New_York");
    fixture->phone->is_opted_out = true;
    assert_int_equal(account_holds(fixture->account), 0);
    second->is_wrong = true;
    assert_int_equal(account_holds(fixture->account),
                     HOLD_BIT(HOLD_OPT_OUT_CONTACT_POINT) | HOLD_BIT(HOLD_WRONG_NUMBER));
}

static void reports_every_rule_the_longest_lasting_first(void **state)
{
    struct fixture *fixture = *state;
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

/* --- channels */

static const struct {
    enum channel channel;
    enum contact_point_kind kind;
} CHANNELS[] = {
    {CHANNEL_CALL, CONTACT_POINT_PHONE},     {CHANNEL_TEXT, CONTACT_POINT_PHONE},  {CHANNEL_EMAIL, CONTACT_POINT_EMAIL},
    {CHANNEL_LETTER, CONTACT_POINT_ADDRESS}, {CHANNEL_PORTAL, CONTACT_POINT_NONE},
};

static const struct contact_point *point_for(const struct fixture *fixture, enum contact_point_kind kind)
{
    if (kind == CONTACT_POINT_NONE)
        return NULL;
    return kind == CONTACT_POINT_PHONE
               ? fixture->phone
               : test_point(fixture->book, fixture->account, kind == CONTACT_POINT_EMAIL ? "mail" : "home", kind, "");
}

static void keeps_hours_for_what_reaches_somebody_at_an_hour(void **state)
{
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
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

/* --- packs by place and kind of debt */

static struct debtor_rules *rules_here(const struct fixture *fixture)
{
    return &fixture->account->debtor->rules[debt_matter_of(fixture->account->debt_kind)];
}

static const char *packs_at(struct fixture *fixture, const char *address, const char *number)
{
    struct contact_point *home = test_point(fixture->book, fixture->account, "home", CONTACT_POINT_ADDRESS, "");
    home->value = address;
    fixture->phone->value = number;
    debtor_update_zones(fixture->account->debtor);
    (void)contact_rules_for(federal, fixture->account);
    return rules_here(fixture)->place_packs;
}

/* Broken once: the packs of the base alone ("" for Boston). */
static void asks_the_packs_of_every_place_where_the_debtor_may_be(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *address, *number, *packs;
        bool is_known;
    } rows[] = {
        {"1 Main St\nBoston\nMA\n02101\nUS", "+16175550100", "us-ma", true},
        {"1 Main St\nBoston\nUS-MA\n02101\nUS", "+16175550100", "us-ma", true},
        {"1 Main St\nSeattle\nWashington\n98101\nUS", "", "us-wa", true},
        {"1 Main St\nCleveland\nOH\n44101\nUS", "+12125550100", "", true},
        {"1 Main St\nBuffalo\nNY\n14201\nUS", "+12125550100", "us-ny", true},
        {"1 Main St\nBrooklyn\nNY\n11201\nUS", "+12125550100", "us-ny,us-ny-nyc", true},
        {"Unter den Linden 1\nBerlin\n\n10117\nDE", "", "eu", true},
        {"1 High St\nLeeds\n\nLS1 1AA\nGB", "+493012345", "eu", true},
        {"somewhere", "+12125550100", "", true},
        {"somewhere", "", "", false},
        {"1 Queen St\nSydney\nNSW\n2000\nAU", "+61299999999", "", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *packs = packs_at(fixture, rows[i].address, rows[i].number);
        if (strcmp(packs, rows[i].packs) != 0 || rules_here(fixture)->has_no_jurisdiction == rows[i].is_known)
            fail_msg("row %zu: '%s'", i, packs);
    }
    rules_here(fixture)->has_no_jurisdiction = true;
    ask(fixture, at("2026-07-15T16:00:00Z"));
    expect_only(fixture, "DUNLIN-NO-JURISDICTION", NULL);
}

static void leaves_places_out_that_are_not_the_debtors(void **state)
{
    struct fixture *fixture = *state;
    struct contact_point *home = test_point(fixture->book, fixture->account, "home", CONTACT_POINT_ADDRESS, "");
    struct contact_point *other = test_point(fixture->book, fixture->account, "other", CONTACT_POINT_ADDRESS, "");
    home->value = "1 Main St\nBoston\nMA\n02101\nUS";
    other->value = "2 Main St\nMiami\nFL\n33101\nUS";
    debtor_update_zones(fixture->account->debtor);
    const struct rules_selection *both = contact_rules_for(federal, fixture->account);
    assert_string_equal(rules_here(fixture)->place_packs, "us-fl,us-ma");
    assert_ptr_equal(contact_rules_for(federal, fixture->account), both);
    home->is_wrong = true;
    debtor_update_zones(fixture->account->debtor);
    (void)contact_rules_for(federal, fixture->account);
    assert_string_equal(rules_here(fixture)->place_packs, "us-fl");
}

static void ask_here(struct fixture *fixture, struct account *account, struct instant now)
{
    const struct permit_subject subject = {account, fixture->phone, CHANNEL_CALL, CONTACT_PURPOSE_COLLECTION};
    const struct rules_selection *rules = contact_rules_for(fixture->rules, account);
    permit_gather(rules, &subject, false, now, fixture->storage, &fixture->facts);
    permit_evaluate(rules, &fixture->facts, &fixture->verdict);
}

/* Broken once: packs chosen without the kind ("uk,us-ma" for both). */
static void asks_a_commercial_debt_by_packs_of_its_own(void **state)
{
    struct fixture *fixture = *state;
    struct account *firm = test_account(fixture->book, "firm");
    firm->debt_kind = DEBT_KIND_COMMERCIAL;
    assert_string_equal(packs_at(fixture, "1 Main St\nBoston\nMA\n02101\nUS", "+442079460000"), "us-ma");
    (void)contact_rules_for(federal, firm);
    assert_string_equal(firm->debtor->rules[MATTER_COMMERCIAL].place_packs, "uk");
    assert_string_equal(firm->debtor->rules[MATTER_CONSUMER].place_packs, "us-ma");
}

/* Broken once: scenes of consumers' debts for all ("REGF-14B2B-CONVO7" for the firm's debt). */
static void asks_each_debt_of_a_person_by_its_own_kind(void **state)
{
    struct fixture *fixture = *state;
    struct account *firm = test_account(fixture->book, "firm");
    struct instant open;
    firm->debt_kind = DEBT_KIND_COMMERCIAL;
    test_attempt(fixture->account, fixture->phone, at("2026-07-14T16:00:00Z"), true, true);
    test_attempt(firm, fixture->phone, at("2026-07-14T17:00:00Z"), true, true);
    ask_here(fixture, fixture->account, at("2026-07-15T16:00:00Z"));
    expect_only(fixture, "REGF-14B2B-CONVO7", "2026-07-21T12:00:00Z");
    ask_here(fixture, firm, at("2026-07-15T16:00:00Z"));
    assert_int_equal(n_blocking(fixture), 0);
    assert_int_equal(verdict_count(&fixture->verdict, "DUNLIN-COMMERCIAL-7IN7")->count, 2);
    assert_int_equal(verdict_count(&fixture->verdict, "DUNLIN-COMMERCIAL-14IN7")->count, 3); /* both debts' calls */
    ask_here(fixture, firm, at("2026-07-16T00:30:00Z"));                                     /* 20:30 */
    expect_only(fixture, "DUNLIN-COMMERCIAL-HOURS", "2026-07-16T12:00:00Z");
    assert_true(
        permit_next_open(contact_rules_for(federal, firm), firm, CHANNEL_CALL, at("2026-07-16T00:30:00Z"), &open));
    assert_int_equal(open.us, at("2026-07-16T12:00:00Z").us);
    assert_true(permit_next_open(contact_rules_for(federal, fixture->account), fixture->account, CHANNEL_CALL,
                                 at("2026-07-16T00:30:00Z"), &open));
    assert_int_equal(open.us, at("2026-07-16T00:30:00Z").us);
    assert_true(
        permit_free_after_conversation(contact_rules_for(federal, firm), firm, at("2026-07-14T17:00:00Z"), &open));
    assert_int_equal(open.us, at("2026-07-15T12:00:00Z").us);
}

/* Nevada wants a notice by mail before a medical debt is collected, and of no other. Broken once: the debt's type left
 * out of the scene (no hit). */
static void asks_rules_of_a_kind_of_debt_for_that_kind_alone(void **state)
{
    struct fixture *fixture = *state;
    (void)packs_at(fixture, "1 Main St\nReno\nNV\n89501\nUS", "+17755550100");
    for (enum debt_kind kind = DEBT_KIND_UNSPECIFIED; kind < DEBT_KIND_END; kind++) {
        fixture->account->debt_kind = kind;
        ask_here(fixture, fixture->account, at("2026-07-15T16:00:00Z"));
        if (kind == DEBT_KIND_MEDICAL)
            expect_only(fixture, "NV-649366-MED60", NULL);
        else
            assert_int_equal(n_blocking(fixture), 0);
    }
}

/* Whatever holds contact about a consumer's debt holds it about a commercial one, but for the notice that it has none
 * of. */
static void holds_commercial_debts_as_well(void **state)
{
    (void)state;
    const struct instant noon = at("2026-07-15T16:00:00Z");
    for (enum channel channel = CHANNEL_CALL; channel < CHANNEL_END; channel++)
        assert_int_equal(permit_blocking_holds(federal->selection, MATTER_COMMERCIAL, channel, noon),
                         permit_blocking_holds(federal->selection, MATTER_CONSUMER, channel, noon) &
                             ~HOLD_BIT(HOLD_NOTICE_OVERDUE));
}

/* Limits default on. Broken once: the hold left out (no hit). */
static void refuses_a_commercial_debt_that_no_pack_limits(void **state)
{
    struct fixture *fixture = *state;
    struct error err = {0};
    fixture->account->debt_kind = DEBT_KIND_COMMERCIAL;
    if (contact_rules_load("tests/unit/contact/consumers-only", "limits", &fixture->rules, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    ask_here(fixture, fixture->account, at("2026-07-15T16:00:00Z"));
    expect_only(fixture, "DUNLIN-NO-JURISDICTION", NULL);
    assert_true((fixture->facts.holds & HOLD_BIT(HOLD_NO_LIMITS)) != 0);
    fixture->account->debt_kind = DEBT_KIND_MEDICAL;
    ask_here(fixture, fixture->account, at("2026-07-15T16:00:00Z"));
    assert_int_equal(n_blocking(fixture), 0);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static const char *const ZONES[] = {"America/New_York", "America/Chicago", "America/Los_Angeles", "Pacific/Honolulu",
                                    "America/St_Johns", "Europe/London",   "America/Phoenix",     "Asia/Kolkata"};

static struct instant random_state(struct fixture *fixture, bool is_of_any_kind, uint32_t *seed)
{
    char name[16];
    const int64_t start_us = at("2026-02-20T00:00:00Z").us; /* across both changes of the clocks */
    const struct instant now = {start_us + (int64_t)(next_random(seed) % (270 * 1440)) * US_PER_MIN +
                                next_random(seed) % US_PER_S};
    for (uint32_t n = next_random(seed) % 3; n > 0; n--) {
        (void)snprintf(name, sizeof(name), "phone-%u", n);
        (void)test_phone(fixture->book, fixture->account, name, ZONES[next_random(seed) % ARRAY_SIZE(ZONES)]);
    }
    for (uint32_t n = next_random(seed) % 14; n > 0; n--) {
        const struct instant when = {now.us - (int64_t)(next_random(seed) % (10 * 1440)) * US_PER_MIN};
        test_attempt(fixture->account, fixture->phone, when, next_random(seed) % 4 != 0, next_random(seed) % 9 == 0);
    }
    if (next_random(seed) % 5 == 0)
        fixture->account->holds = HOLD_BIT(next_random(seed) % HOLD_COUNT);
    if (next_random(seed) % 7 == 0)
        fixture->account->unposted_seq = 1 + next_random(seed);
    if (is_of_any_kind)
        fixture->account->debt_kind = (enum debt_kind)(next_random(seed) % DEBT_KIND_END);
    return now;
}

/* The law's own words, counted the slow way: more than seven calls in [today - 6, today], the proposed one included; or
 * a conversation in it. */
static void check_against_counting(const struct fixture *fixture, uint32_t seed)
{
    const struct permit_facts *facts = &fixture->facts;
    bool is_too_many = false;
    bool is_too_soon = false;
    for (size_t z = 0; z < facts->n_zones; z++) {
        const int32_t today = zone_date(facts->zones[z], facts->now).days;
        int calls = 1;
        for (guint i = 0; fixture->account->attempts != NULL && i < fixture->account->attempts->len; i++) {
            const struct attempt *attempt = &g_array_index(fixture->account->attempts, struct attempt, i);
            const int32_t day = zone_date(facts->zones[z], (struct instant){attempt->occurred_at_us}).days;
            const bool is_in_window = day >= today - 6 && day <= today;
            calls += is_in_window && attempt->counts;
            is_too_soon = is_too_soon || (is_in_window && attempt->is_conversation);
        }
        is_too_many = is_too_many || calls > 7;
    }
    if ((verdict_hit(&fixture->verdict, "REGF-14B2A-7IN7") != NULL) != is_too_many)
        fail_msg("seed %u: the attempt cap says otherwise than counting", seed);
    if ((verdict_hit(&fixture->verdict, "REGF-14B2B-CONVO7") != NULL) != is_too_soon)
        fail_msg("seed %u: the conversation gap says otherwise than counting", seed);
}

/* For every hit: at its next instant the rule is silent, and just before something still forbids the call (the rule
 * itself, or the hours). */
static void check_next_instants(struct fixture *fixture, uint32_t seed)
{
    struct rules_verdict *first = g_memdup2(&fixture->verdict, sizeof(fixture->verdict));
    for (size_t i = 0; i < first->n_hits; i++) {
        const struct rule_hit *hit = &first->hits[i];
        if (!hit->has_next)
            continue;
        ask(fixture, hit->next);
        if (verdict_hit(&fixture->verdict, hit->rule->id) != NULL)
            fail_msg("seed %u: %s still blocks at the instant that it named", seed, hit->rule->id);
        ask(fixture, (struct instant){hit->next.us - 1});
        if (verdict_hit(&fixture->verdict, hit->rule->id) == NULL &&
            verdict_hit(&fixture->verdict, "REGF-6B1I-TIME") == NULL)
            fail_msg("seed %u: %s could have ended earlier", seed, hit->rule->id);
    }
    g_free(first);
}

static void names_the_earliest_instant_at_which_a_rule_is_silent(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 2000; seed++) {
        void *inner = NULL;
        uint32_t random = seed * 2654435761u;
        (void)setup(&inner);
        struct fixture *fixture = inner;
        ask(fixture, random_state(fixture, false, &random));
        check_against_counting(fixture, seed);
        if (n_blocking(fixture) == 0) { /* whatever is granted may be dialed until its last moment */
            ask(fixture, (struct instant){valid_until(fixture, US_PER_HOUR).us - 1});
            assert_int_equal(n_blocking(fixture), 0);
        }
        check_next_instants(fixture, seed);
        (void)teardown(&inner);
    }
}

/* What is recorded with a decision is all that it was made of: packed, unpacked and asked again it gives the same
 * answer, to the letter. */
static void replays_a_recorded_decision_to_the_same_answer(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 500; seed++) {
        void *inner = NULL;
        uint32_t random = seed * 2246822519u;
        SCOPED(decision_inputs_fini) struct decision_inputs inputs = {0};
        g_autoptr(GArray) contacts = g_array_new(FALSE, FALSE, sizeof(struct permit_contact));
        const struct zone *zones[CONTACT_ZONES_MAX];
        struct permit_facts facts;
        struct rules_verdict again;
        struct error err = {0};
        (void)setup(&inner);
        struct fixture *fixture = inner;
        ask(fixture, random_state(fixture, true, &random));
        codec_inputs(&fixture->facts, &fixture->verdict, &(struct permit_override){0}, 7, &inputs);
        size_t len = protobuf_c_message_get_packed_size(&inputs.message.base);
        g_autofree uint8_t *bytes = g_malloc(len + 1);
        (void)protobuf_c_message_pack(&inputs.message.base, bytes);
        Dunlin__Contact__V1__DecisionInputs *read = dunlin__contact__v1__decision_inputs__unpack(NULL, len, bytes);
        assert_non_null(read);
        assert_int_equal(codec_facts(read, CHANNEL_CALL, CONTACT_PURPOSE_COLLECTION, zones, contacts, &facts, &err),
                         STATUS_OK);
        permit_evaluate(fixture->rules->selection, &facts, &again);
        assert_int_equal(again.n_hits, n_blocking(fixture));
        for (size_t i = 0; i < again.n_hits; i++) {
            assert_string_equal(again.hits[i].rule->id, fixture->verdict.hits[i].rule->id);
            assert_string_equal(again.hits[i].detail, fixture->verdict.hits[i].detail);
            assert_int_equal(again.hits[i].has_next, fixture->verdict.hits[i].has_next);
            assert_int_equal(again.hits[i].next.us, fixture->verdict.hits[i].next.us);
        }
        dunlin__contact__v1__decision_inputs__free_unpacked(read, NULL);
        (void)teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allows_calls_only_from_8_to_21_in_every_zone),
        cmocka_unit_test_setup_teardown(never_opens_where_the_hours_of_two_zones_do_not_meet, setup, teardown),
        cmocka_unit_test_setup_teardown(names_the_time_and_the_zone_that_block, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_where_no_zone_is_known, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_where_a_zone_cannot_be_read, setup, teardown),
        cmocka_unit_test_setup_teardown(leaves_wrong_numbers_out_of_the_zones_but_not_excluded_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(ends_a_permit_with_the_hours_of_the_first_zone_to_close, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_eighth_call_in_seven_days, setup, teardown),
        cmocka_unit_test_setup_teardown(waits_until_enough_attempts_drop_out, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_days_in_every_zone, setup, teardown),
        cmocka_unit_test_setup_teardown(leaves_uncounted_and_misdirected_calls_out, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_calls_for_seven_days_from_a_conversation, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_while_anything_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_a_debtor_with_a_parked_event, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_while_a_payment_is_not_in_the_ledger, setup, teardown),
        cmocka_unit_test_setup_teardown(holds_every_account_of_the_person, setup, teardown),
        cmocka_unit_test_setup_teardown(holds_the_account_once_no_phone_is_left, setup, teardown),
        cmocka_unit_test_setup_teardown(reports_every_rule_the_longest_lasting_first, setup, teardown),
        cmocka_unit_test_setup_teardown(keeps_hours_for_what_reaches_somebody_at_an_hour, setup, teardown),
        cmocka_unit_test_setup_teardown(holds_every_channel_but_for_what_is_of_calls, setup, teardown),
        cmocka_unit_test_setup_teardown(says_to_an_excluded_number_only_that_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(sends_notices_that_collect_nothing_while_money_or_a_dispute_holds, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(answers_who_has_won_a_dispute_and_says_nothing_else, setup, teardown),
        cmocka_unit_test_setup_teardown(needs_consent_for_a_recorded_voice, setup, teardown),
        cmocka_unit_test_setup_teardown(lets_letters_and_calls_not_wait_for_each_other, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_contacts_about_all_debts_through_all_channels_where_a_state_says_so,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(asks_the_packs_of_every_place_where_the_debtor_may_be, setup, teardown),
        cmocka_unit_test_setup_teardown(leaves_places_out_that_are_not_the_debtors, setup, teardown),
        cmocka_unit_test_setup_teardown(asks_a_commercial_debt_by_packs_of_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(asks_each_debt_of_a_person_by_its_own_kind, setup, teardown),
        cmocka_unit_test_setup_teardown(asks_rules_of_a_kind_of_debt_for_that_kind_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_a_commercial_debt_that_no_pack_limits, setup, teardown),
        cmocka_unit_test(holds_commercial_debts_as_well),
        cmocka_unit_test(names_the_earliest_instant_at_which_a_rule_is_silent),
        cmocka_unit_test(replays_a_recorded_decision_to_the_same_answer),
    };
    return cmocka_run_group_tests(tests, setup_group, teardown_group);
}
