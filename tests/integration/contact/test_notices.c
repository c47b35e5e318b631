#include "written_fixture.h"

/* The obligation to send a validation notice, in real units of work. All times are in New York: UTC - 4. */

#define RETURNED DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE
/* Business time only goes on, from test to test. */
#define NOON(day) "2026-" day "T16:00:00Z"

static struct id notice(struct unit_fixture *fixture, const char *account)
{
    return permit_by(fixture, account, "home", LETTER, NOTICE, HOME);
}

static void send_notice(struct unit_fixture *fixture, const char *account)
{
    const struct id id = notice(fixture, account);
    assert_int_equal(report_delivery(fixture, &id, SENT), STATUS_OK);
}

static void expect_notice(struct unit_fixture *fixture, const char *account, const char *sent_at, const char *due_at)
{
    Dunlin__Contact__V1__GetAccountReply *reply = get(fixture, account);
    assert_int_equal(reply->notice_sent_at_us, sent_at == NULL ? 0 : at(sent_at).us);
    assert_int_equal(reply->notice_due_at_us, due_at == NULL ? 0 : at(due_at).us);
    fixture_free_reply(reply);
}

static void expect_home(struct unit_fixture *fixture, const char *account, bool is_returned)
{
    Dunlin__Contact__V1__GetAccountReply *reply = get(fixture, account);
    for (size_t i = 0; i < reply->n_contact_points; i++)
        if (strcmp(reply->contact_points[i]->value, HOME) == 0)
            assert_int_equal(reply->contact_points[i]->is_returned, is_returned);
    fixture_free_reply(reply);
}

/* Letters to collect. */
static void expect_letters(struct unit_fixture *fixture, const char *account, const char *refused_by)
{
    Dunlin__Contact__V1__RequestPermitsReply *reply = ask_by(fixture, account, "home", LETTER, COLLECTION, STATUS_OK);
    const char *rule = is_permit(reply->verdicts[0]) ? NULL : reply->verdicts[0]->refusal->hits[0]->rule;
    if (g_strcmp0(rule, refused_by) != 0)
        fail_msg("refused by %s, not by %s", rule == NULL ? "nothing" : rule,
                 refused_by == NULL ? "nothing" : refused_by);
    fixture_free_reply(reply);
}

static void talk_first(struct unit_fixture *fixture, const char *when)
{
    drive(when);
    place_with_all(fixture, "d1", "a1");
    talk(fixture, "a1", "d1-phone");
    (void)fixture_emitted(fixture);
}

/* Broken once: held by the timer alone ("refused by nothing"). */
static void is_held_once_a_notice_is_late_and_until_it_is_sent(void **state)
{
    struct unit_fixture *fixture = *state;
    talk_first(fixture, NOON("06-01"));
    expect_notice(fixture, "a1", NULL, NOON("06-06"));
    drive("2026-06-06T15:59:59Z");
    assert_int_equal(fixture_fire(fixture, clock_now()), 0);
    expect_letters(fixture, "a1", NULL);
    (void)fixture_emitted(fixture);
    drive(NOON("06-06"));
    expect_letters(fixture, "a1", "REGF-34A-OVERDUE"); /* also where its timer has not fired yet */
    (void)fixture_emitted(fixture);
    assert_true(fixture_fire(fixture, clock_now()) > 0);
    assert_non_null(strstr(fixture_emitted(fixture), "NoticeOverdue ContactStopped"));
    Dunlin__Contact__V1__NoticeOverdue *told =
        fixture_last_event(fixture, &dunlin__contact__v1__notice_overdue__descriptor);
    assert_int_equal(told->due_at_us, at(NOON("06-06")).us);
    fixture_free_reply(told);
    expect_letters(fixture, "a1", "REGF-34A-OVERDUE");
    const struct id sent = notice(fixture, "a1"); /* it is what may go out */
    (void)fixture_emitted(fixture);
    assert_int_equal(report_delivery(fixture, &sent, SENT), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported ContactResumed");
    expect_notice(fixture, "a1", NOON("06-06"), NULL);
    expect_letters(fixture, "a1", NULL);
}

static void owes_none_once_it_is_sent_or_nothing_is_owed(void **state)
{
    struct unit_fixture *fixture = *state;
    drive(NOON("06-08"));
    place_with_all(fixture, "d1", "a1");
    place_with_all(fixture, "d2", "a2");
    send_notice(fixture, "a1");
    talk(fixture, "a1", "d1-phone");
    talk(fixture, "a2", "d2-phone");
    expect_notice(fixture, "a1", NOON("06-08"), NULL);
    expect_notice(fixture, "a2", NULL, NOON("06-13"));
    Dunlin__Payment__V1__BalanceChanged paid;
    dunlin__payment__v1__balance_changed__init(&paid);
    apply_ok(fixture, &paid.base, "d2", "a2");
    expect_notice(fixture, "a2", NULL, NULL);
    drive(NOON("06-19"));
    assert_int_equal(fixture_fire(fixture, clock_now()), 0);
}

/* Broken once: the same report heard again taken for news (the notice counted as sent). */
static void owes_it_again_where_it_comes_back_and_not_to_that_address(void **state)
{
    struct unit_fixture *fixture = *state;
    drive(NOON("06-20"));
    place_with_all(fixture, "d1", "a1");
    classify(fixture, "d1", "a1", "mixed", 400);
    const struct id sent = notice(fixture, "a1");
    assert_int_equal(report_delivery(fixture, &sent, SENT), STATUS_OK);
    classify(fixture, "d1", "a1", "other", 400); /* another strategy sends it no second time */
    classify(fixture, "d1", "a1", "mixed", 400);
    drive(NOON("06-21"));
    expect_due(fixture, WRITTEN, N_WRITTEN, NULL);
    expect_due(fixture, NULL, 0, "call-1");
    assert_int_equal(report_delivery(fixture, &sent, RETURNED), STATUS_OK);
    expect_notice(fixture, "a1", NULL, NOON("06-26"));
    drive("2026-06-21T16:00:02Z");
    expect_due(fixture, WRITTEN, N_WRITTEN, NULL); /* there is no other address */
    const struct id office = named("office");
    Dunlin__Intake__V1__AccountUpdated updated;
    Dunlin__Intake__V1__ContactPoint point =
        point_of(&office, "2 Elm St\nCleveland\nOH\n44101\nUS",
                 DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_ADDRESS);
    Dunlin__Intake__V1__ContactPoint *points[] = {&point};
    dunlin__intake__v1__account_updated__init(&updated);
    updated.new_contact_points = points;
    updated.n_new_contact_points = 1;
    apply_ok(fixture, &updated.base, "d1", "a1");
    Dunlin__Contact__V1__ReserveDialListReply *list = due(fixture, WRITTEN, N_WRITTEN);
    assert_int_equal(list->n_entries, 1);
    assert_string_equal(list->entries[0]->step, "notice");
    assert_memory_equal(list->entries[0]->contact_point_id.data, office.bytes, ID_BYTES);
    fixture_free_reply(list);
    assert_int_equal(report_delivery(fixture, &sent, RETURNED), STATUS_OK); /* said again: nothing new */
    expect_notice(fixture, "a1", NULL, NOON("06-26"));
    const struct id second = permit_by(fixture, "a1", "office", LETTER, NOTICE, "2 Elm St\nCleveland\nOH\n44101\nUS");
    assert_int_equal(report_delivery(fixture, &second, SENT), STATUS_OK);
    Dunlin__Contact__V1__Fact returned = FACT(VALIDATION_NOTICE_RETURNED);
    (void)record(fixture, "a1", &returned);
    drive("2026-06-21T16:00:04Z");
    assert_int_equal(report_delivery(fixture, &second, SENT), STATUS_OK); /* heard again: it came back all the same */
    expect_notice(fixture, "a1", NULL, "2026-06-26T16:00:02Z");
}

static void believes_what_is_recorded_of_notices(void **state)
{
    struct unit_fixture *fixture = *state;
    talk_first(fixture, NOON("06-27"));
    Dunlin__Contact__V1__Fact sent = FACT(VALIDATION_NOTICE_SENT);
    sent.occurred_at_us = at(NOON("06-25")).us;
    const struct id fact_id = record(fixture, "a1", &sent);
    expect_notice(fixture, "a1", NOON("06-25"), NULL);
    drive(NOON("06-28"));
    take_back(fixture, "a1", &fact_id);
    expect_notice(fixture, "a1", NULL, NOON("07-03"));
    sent.occurred_at_us = at(NOON("06-26")).us;
    (void)record(fixture, "a1", &sent);
    Dunlin__Contact__V1__Fact returned = FACT(VALIDATION_NOTICE_RETURNED);
    const struct id home = named("home");
    returned.contact_point_id = wire_id(&home);
    const struct id returned_id = record(fixture, "a1", &returned);
    expect_notice(fixture, "a1", NULL, NOON("07-03"));
    drive(NOON("06-29"));
    expect_home(fixture, "a1", true);
    take_back(fixture, "a1", &returned_id); /* it had come from elsewhere; that it was sent is to be said anew */
    expect_home(fixture, "a1", false);
    expect_notice(fixture, "a1", NULL, NOON("07-03"));
}

/* What starts the five days, and what does not. */
static void counts_from_the_first_communication(void **state)
{
    static const struct {
        Dunlin__Contact__V1__Telephony telephony;
        Dunlin__Contact__V1__Party party;
        bool is_conversation, is_first;
    } rows[] = {
        {DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER, 0, false, false},
        {DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_MACHINE, 0, false, false},
        {DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ABANDONED, 0, false, false},
        {DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_MESSAGE_LEFT, 0, false, true},
        {DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED, DUNLIN__CONTACT__V1__PARTY__PARTY_THIRD, false, false},
        {DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED, DUNLIN__CONTACT__V1__PARTY__PARTY_UNVERIFIED, false, true},
        {DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED, DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT, true, true},
    };
    struct unit_fixture *fixture = *state;
    drive(NOON("07-05"));
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autofree char *debtor = g_strdup_printf("d%zu", i);
        g_autofree char *account = g_strdup_printf("a%zu", i);
        g_autofree char *phone = g_strconcat(debtor, "-phone", NULL);
        place_with_all(fixture, debtor, account);
        const struct id id = permit(fixture, account, phone);
        Dunlin__Contact__V1__AttemptReport told = report_of(&id, rows[i].telephony);
        told.party = rows[i].party;
        told.is_conversation = rows[i].is_conversation;
        assert_int_equal(report(fixture, &told), STATUS_OK);
        expect_notice(fixture, account, NULL, rows[i].is_first ? NOON("07-10") : NULL);
    }
    place_with_all(fixture, "d-silent", "a-silent"); /* nobody says what came of it: it may have been one */
    (void)permit(fixture, "a-silent", "d-silent-phone");
    drive("2026-07-05T18:00:00Z");
    assert_true(fixture_fire(fixture, clock_now()) > 0);
    expect_notice(fixture, "a-silent", NULL, NOON("07-10"));
    place_with_all(fixture, "d-mail", "a-mail");
    const struct id mail = permit_by(fixture, "a-mail", "mail", EMAIL, COLLECTION, "ann@example.com");
    assert_int_equal(report_delivery(fixture, &mail, SENT), STATUS_OK);
    expect_notice(fixture, "a-mail", NULL, "2026-07-10T18:00:00Z");
}

static void sees_to_no_notice_where_others_send_them(void **state)
{
    struct unit_fixture *fixture = *state;
    context.sop->sends_notices = false;
    talk_first(fixture, NOON("07-15"));
    expect_notice(fixture, "a1", NULL, NULL);
    context.sop->sends_notices = true;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(is_held_once_a_notice_is_late_and_until_it_is_sent, clear),
        cmocka_unit_test_setup(owes_none_once_it_is_sent_or_nothing_is_owed, clear),
        cmocka_unit_test_setup(owes_it_again_where_it_comes_back_and_not_to_that_address, clear),
        cmocka_unit_test_setup(believes_what_is_recorded_of_notices, clear),
        cmocka_unit_test_setup(counts_from_the_first_communication, clear),
        cmocka_unit_test_setup(sees_to_no_notice_where_others_send_them, clear),
    };
    return cmocka_run_group_tests(tests, open_channels, contact_close);
}
