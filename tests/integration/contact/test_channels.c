#include "written_fixture.h"

/* Contact through every channel, in real units of work. All times are in June 2026, New York: UTC - 4. */

static void permits_each_channel_at_a_contact_point_of_its_kind(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-01T14:00:00Z");
    place_with_all(fixture, "d1", "a1");
    static const struct {
        Dunlin__Contact__V1__Channel channel;
        const char *point; /* NULL: none */
        enum status expected;
        const char *address;
    } rows[] = {
        {TEXT, "d1-phone", STATUS_OK, "+12125550100"},
        {TEXT, "mail", STATUS_INVALID_ARGUMENT, NULL},
        {EMAIL, "mail", STATUS_OK, "ann@example.com"},
        {EMAIL, "d1-phone", STATUS_INVALID_ARGUMENT, NULL},
        {LETTER, "home", STATUS_OK, HOME},
        {LETTER, "mail", STATUS_INVALID_ARGUMENT, NULL},
        {LETTER, NULL, STATUS_INVALID_ARGUMENT, NULL},
        {PORTAL, NULL, STATUS_OK, ""},
        {PORTAL, "mail", STATUS_INVALID_ARGUMENT, NULL},
        {CALL, "home", STATUS_INVALID_ARGUMENT, NULL},
        {(Dunlin__Contact__V1__Channel)99, "home", STATUS_INVALID_ARGUMENT, NULL},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].expected == STATUS_OK)
            (void)permit_by(fixture, "a1", rows[i].point, rows[i].channel, COLLECTION, rows[i].address);
        else
            assert_null(ask_by(fixture, "a1", rows[i].point, rows[i].channel, COLLECTION, rows[i].expected));
    }
    assert_null(ask_by(fixture, "a1", "home", LETTER, (Dunlin__Contact__V1__Purpose)99, STATUS_INVALID_ARGUMENT));
}

static void takes_of_each_permit_the_report_that_its_channel_has(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-02T14:00:00Z");
    place_with_all(fixture, "d1", "a1");
    const struct id letter = permit_by(fixture, "a1", "home", LETTER, COLLECTION, HOME);
    const struct id message = permit_by(fixture, "a1", NULL, PORTAL, COLLECTION, "");
    (void)fixture_emitted(fixture);
    Dunlin__Contact__V1__AttemptReport called = report_of(&letter, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER);
    assert_int_equal(report(fixture, &called), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(fixture->last_error, "delivery"));
    assert_int_equal(report_delivery(fixture, &letter, SENT), STATUS_OK);
    assert_int_equal(report_delivery(fixture, &message, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_DELIVERED), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported AttemptReported");
    assert_int_equal(report_delivery(fixture, &letter, SENT), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "");
    assert_int_equal(report_delivery(fixture, &letter, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE),
                     STATUS_OK);
    Dunlin__Contact__V1__AttemptReported *told =
        fixture_last_event(fixture, &dunlin__contact__v1__attempt_reported__descriptor);
    assert_int_equal(told->channel, LETTER);
    assert_int_equal(told->correction->before->delivery, SENT);
    assert_int_equal(told->correction->after->delivery, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE);
    assert_int_equal(told->report->evidence->document_hash.len, 32);
    fixture_free_reply(told);
    Dunlin__Contact__V1__GetAccountReply *account = get(fixture, "a1");
    assert_int_equal(account->n_attempts, 2);
    for (size_t i = 0; i < 2; i++) {
        const Dunlin__Contact__V1__AttemptView *view = account->attempts[i];
        assert_int_equal(view->delivery, view->channel == LETTER ? DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE
                                                                 : DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_DELIVERED);
    }
    fixture_free_reply(account);
    Dunlin__Contact__V1__AttemptReport both = report_of(&letter, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER);
    both.delivery = SENT;
    assert_int_equal(report(fixture, &both), STATUS_INVALID_ARGUMENT);
    Dunlin__Contact__V1__Evidence odd;
    const uint8_t byte = 1;
    dunlin__contact__v1__evidence__init(&odd);
    odd.document_hash = wire_bytes(&byte, 1);
    both = report_of(&letter, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_UNSPECIFIED);
    both.delivery = SENT;
    both.evidence = &odd;
    assert_int_equal(report(fixture, &both), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(fixture->last_error, "evidence.document_hash"));
}

/* Whoever waits for a letter that he asked for knows it by that. */
static void tells_which_notice_a_letter_was(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-02T14:00:00Z");
    place_with_all(fixture, "d1", "a1");
    const struct id letter = permit_by(fixture, "a1", "home", LETTER, COLLECTION, HOME), notice_id = named("a notice");
    Dunlin__Contact__V1__AttemptReport sent = report_of(&letter, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_UNSPECIFIED);
    sent.delivery = SENT;
    sent.notice_id = wire_id(&notice_id);
    sent.notice_id.len = 3;
    assert_int_equal(report(fixture, &sent), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(fixture->last_error, "notice_id"));
    sent.notice_id = wire_id(&notice_id);
    assert_int_equal(report(fixture, &sent), STATUS_OK);
    Dunlin__Contact__V1__AttemptReported *told =
        fixture_last_event(fixture, &dunlin__contact__v1__attempt_reported__descriptor);
    const struct id kept = wire_known_id(&told->report->notice_id);
    assert_true(id_equal(&kept, &notice_id));
    fixture_free_reply(told);
}

static void lets_letters_not_wait_for_a_call_that_is_not_reported(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-03T14:00:00Z");
    place_with_all(fixture, "d1", "a1");
    (void)permit(fixture, "a1", "d1-phone");
    (void)permit_by(fixture, "a1", "home", LETTER, COLLECTION, HOME);
    (void)permit_by(fixture, "a1", "home", LETTER, COLLECTION, HOME);
    refused(fixture, "a1", "d1-phone", "REGF-14B2B-CONVO7");
}

static void offers_each_step_to_those_who_ask_for_its_channel(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-04T14:00:00Z");
    place_with_all(fixture, "d1", "a1");
    classify(fixture, "d1", "a1", "mixed", 400);
    Dunlin__Contact__V1__ContactPlanned *planned =
        fixture_last_event(fixture, &dunlin__contact__v1__contact_planned__descriptor);
    assert_int_equal(planned->channel, LETTER);
    fixture_free_reply(planned);
    expect_due(fixture, NULL, 0, NULL); /* calls */
    Dunlin__Contact__V1__ReserveDialListReply *list = due(fixture, WRITTEN, N_WRITTEN);
    assert_int_equal(list->n_entries, 1);
    const Dunlin__Contact__V1__DialEntry *entry = list->entries[0];
    const struct id home = named("home");
    assert_string_equal(entry->step, "notice");
    assert_string_equal(entry->template_, "validation-notice");
    assert_int_equal(entry->channel, LETTER);
    assert_int_equal(entry->purpose, NOTICE);
    assert_memory_equal(entry->contact_point_id.data, home.bytes, ID_BYTES);
    fixture_free_reply(list);

    const struct id other = permit_by(fixture, "a1", "mail", EMAIL, COLLECTION, "ann@example.com");
    assert_int_equal(report_delivery(fixture, &other, SENT), STATUS_OK); /* does not do the step of a letter */
    drive("2026-06-04T14:00:05Z");
    expect_due(fixture, WRITTEN, N_WRITTEN, "notice");
    const struct id notice = permit_by(fixture, "a1", "home", LETTER, NOTICE, HOME);
    assert_int_equal(report_delivery(fixture, &notice, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_NOT_SENT), STATUS_OK);
    drive("2026-06-04T15:00:10Z"); /* nothing was sent: tried again */
    expect_due(fixture, WRITTEN, N_WRITTEN, "notice");
    const struct id again = permit_by(fixture, "a1", "home", LETTER, NOTICE, HOME);
    assert_int_equal(report_delivery(fixture, &again, SENT), STATUS_OK);
    drive("2026-06-05T14:00:00Z");
    expect_due(fixture, WRITTEN, N_WRITTEN, NULL);
    expect_due(fixture, NULL, 0, "call-1");
    const struct id call = permit(fixture, "a1", "d1-phone");
    Dunlin__Contact__V1__AttemptReport rang = report_of(&call, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER);
    assert_int_equal(report(fixture, &rang), STATUS_OK);
    drive("2026-06-06T14:00:00Z");
    expect_due(fixture, WRITTEN, N_WRITTEN, "email-1");
    drive("2026-06-09T14:00:00Z");
    const struct id mail = permit_by(fixture, "a1", "mail", EMAIL, COLLECTION, "ann@example.com");
    assert_int_equal(report_delivery(fixture, &mail, SENT), STATUS_OK);
    stop(fixture, "operator", "a1", DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_OPT_OUT_CALLS, false, "", STATUS_OK);
    drive("2026-06-10T14:00:00Z");
    expect_due(fixture, NULL, 0, NULL);
    list = due(fixture, WRITTEN, N_WRITTEN); /* calls are off, the portal is not */
    assert_int_equal(list->n_entries, 1);
    assert_string_equal(list->entries[0]->step, "portal-1");
    assert_int_equal(list->entries[0]->contact_point_id.len, 0);
    fixture_free_reply(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(permits_each_channel_at_a_contact_point_of_its_kind, clear),
        cmocka_unit_test_setup(takes_of_each_permit_the_report_that_its_channel_has, clear),
        cmocka_unit_test_setup(tells_which_notice_a_letter_was, clear),
        cmocka_unit_test_setup(lets_letters_not_wait_for_a_call_that_is_not_reported, clear),
        cmocka_unit_test_setup(offers_each_step_to_those_who_ask_for_its_channel, clear),
    };
    return cmocka_run_group_tests(tests, open_channels, contact_close);
}
