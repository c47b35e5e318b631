#include "contact_fixture.h"

/* Of which campaign a contact is: what the permit was asked for with stands in its events. Broken once to see it fail:
 * the name not kept with the permit. */

static Dunlin__Contact__V1__RequestPermitsReply *ask_in(struct unit_fixture *fixture, const char *campaign,
                                                        enum status expected)
{
    const struct id account_id = named("a1"), phone_id = named("d1-phone");
    Dunlin__Contact__V1__RequestPermitsRequest request;
    Dunlin__Contact__V1__PermitRequest one, *list[] = {&one};
    dunlin__contact__v1__permit_request__init(&one);
    one.account_id = wire_id(&account_id);
    one.contact_point_id = wire_id(&phone_id);
    one.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL;
    one.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION;
    one.campaign = wire_text(campaign);
    dunlin__contact__v1__request_permits_request__init(&request);
    request.requests = list;
    request.n_requests = 1;
    return call_as(fixture, "dialer", "RequestPermits", &request.base, expected);
}

static void a_report_says_of_which_campaign_its_permit_is(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-01T16:00:00Z");
    place(fixture, "d1", "a1");
    Dunlin__Contact__V1__RequestPermitsReply *reply = ask_in(fixture, "spring", STATUS_OK);
    assert_true(is_permit(reply->verdicts[0]));
    const struct id id = wire_known_id(&reply->verdicts[0]->permit->permit_id);
    fixture_free_reply(reply);
    Dunlin__Contact__V1__PermitGranted *granted =
        fixture_last_event(fixture, &dunlin__contact__v1__permit_granted__descriptor);
    assert_string_equal(granted->campaign, "spring");
    fixture_free_reply(granted);
    Dunlin__Contact__V1__AttemptReport unanswered = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER);
    assert_int_equal(report(fixture, &unanswered), STATUS_OK);
    Dunlin__Contact__V1__AttemptReported *reported =
        fixture_last_event(fixture, &dunlin__contact__v1__attempt_reported__descriptor);
    assert_string_equal(reported->campaign, "spring");
    fixture_free_reply(reported);
}

static void a_name_is_short(void **state)
{
    struct unit_fixture *fixture = *state;
    char name[102];
    drive("2026-06-02T16:00:00Z");
    place(fixture, "d1", "a1");
    memset(name, 'x', sizeof(name));
    name[101] = '\0';
    assert_null(ask_in(fixture, name, STATUS_INVALID_ARGUMENT));
    assert_non_null(strstr(fixture->last_error, "requests[0].campaign"));
    name[100] = '\0';
    fixture_free_reply(ask_in(fixture, name, STATUS_OK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_report_says_of_which_campaign_its_permit_is, clear),
        cmocka_unit_test_setup(a_name_is_short, clear),
    };
    return cmocka_run_group_tests(tests, contact_open, contact_close);
}
