#include "contact_fixture.h"

/* Rules that only presume a violation may be overridden by an operator, with a reason, and the log says so. All times
 * are in July 2026, New York: UTC - 4. */

#define REQUESTED DUNLIN__CONTACT__V1__OVERRIDE_REASON__OVERRIDE_REASON_CONSUMER_REQUEST

/* Owned by the caller; NULL where it was refused. */
static Dunlin__Contact__V1__RequestPermitsReply *override_as(struct unit_fixture *fixture, const char *role,
                                                             const char *method, const char *account,
                                                             Dunlin__Contact__V1__OverrideReason code,
                                                             const char *reason, enum status expected)
{
    const struct id account_id = named(account);
    g_autofree char *phone = g_strconcat(account, "-phone", NULL);
    const struct id phone_id = named(phone);
    Dunlin__Contact__V1__PermitOverride override;
    Dunlin__Contact__V1__PermitRequest permit, *list[] = {&permit};
    Dunlin__Contact__V1__RequestPermitsRequest request;
    dunlin__contact__v1__permit_override__init(&override);
    override.reason_code = code;
    override.reason = wire_text(reason);
    dunlin__contact__v1__permit_request__init(&permit);
    permit.account_id = wire_id(&account_id);
    permit.contact_point_id = wire_id(&phone_id);
    permit.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL;
    permit.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION;
    permit.override = &override;
    dunlin__contact__v1__request_permits_request__init(&request);
    request.requests = list;
    request.n_requests = 1;
    return call_as(fixture, role, method, &request.base, expected);
}

static Dunlin__Contact__V1__RequestPermitsReply *override_call(struct unit_fixture *fixture, const char *account)
{
    return override_as(fixture, "operator", "RequestPermits", account, REQUESTED, "asked to be called today",
                       STATUS_OK);
}

/* An account that has been called in vain as often as the presumption of compliance goes. */
static void place_called_out(struct unit_fixture *fixture, const char *account)
{
    place(fixture, account, account);
    g_autofree char *phone = g_strconcat(account, "-phone", NULL);
    call_in_vain(fixture, account, phone, 7);
    (void)fixture_emitted(fixture);
}

/* Broken once: the event not emitted ("PermitGranted"), the override not looked at (no permit). */
static void grants_what_only_a_presumption_refuses_and_says_so(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-07-01T14:00:00Z");
    place_called_out(fixture, "a1");
    Dunlin__Contact__V1__RequestPermitsReply *reply = override_call(fixture, "a1");
    assert_true(is_permit(reply->verdicts[0]));
    const Dunlin__Contact__V1__Permit *given = reply->verdicts[0]->permit;
    assert_int_equal(given->valid_until_us, at("2026-07-01T14:01:00Z").us);
    assert_int_equal(given->n_overridden, 1);
    assert_string_equal(given->overridden[0]->rule, "REGF-14B2A-7IN7");
    assert_string_equal(fixture_emitted(fixture), "PermitGranted RuleOverridden");
    Dunlin__Contact__V1__RuleOverridden *told =
        fixture_last_event(fixture, &dunlin__contact__v1__rule_overridden__descriptor);
    assert_memory_equal(told->permit_id.data, given->permit_id.data, ID_BYTES);
    assert_int_equal(told->n_hits, 1);
    assert_string_equal(told->hits[0]->rule, "REGF-14B2A-7IN7");
    assert_string_equal(told->hits[0]->citation, "12 CFR 1006.14(b)(2)(i)(A)");
    assert_int_equal(told->reason_code, REQUESTED);
    assert_string_equal(told->reason, "asked to be called today");
    assert_string_equal(told->overridden_by, "operator:acme");
    fixture_free_reply(told);
    Dunlin__Contact__V1__PermitGranted *granted =
        fixture_last_event(fixture, &dunlin__contact__v1__permit_granted__descriptor);
    assert_string_equal(granted->inputs->override->overridden_by, "operator:acme");
    assert_int_equal(granted->inputs->attempts_in_window, 7);
    fixture_free_reply(granted);

    const struct id id = wire_known_id(&given->permit_id);
    Dunlin__Contact__V1__AttemptReport unanswered = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER);
    assert_int_equal(report(fixture, &unanswered), STATUS_OK);
    fixture_free_reply(reply);
    reply = ask(fixture, "ExplainContact", "a1", "a1-phone", 1); /* it counts as any other */
    assert_non_null(g_str_has_prefix(reply->verdicts[0]->refusal->hits[0]->detail, "8 attempts") ? reply : NULL);
    fixture_free_reply(reply);
}

/* Broken once: some overridable rule was enough (granted at night). */
static void refuses_where_any_other_rule_blocks(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-07-05T14:00:00Z");
    place_called_out(fixture, "b1");
    drive("2026-07-06T02:00:00Z"); /* 22:00 */
    Dunlin__Contact__V1__RequestPermitsReply *reply = override_call(fixture, "b1");
    assert_false(is_permit(reply->verdicts[0]));
    assert_int_equal(reply->verdicts[0]->refusal->n_hits, 2);
    fixture_free_reply(reply);
    const char *emitted = fixture_emitted(fixture);
    assert_true(g_str_has_prefix(emitted, "PermitRefused") && strstr(emitted, "RuleOverridden") == NULL);
    Dunlin__Contact__V1__PermitRefused *refusal =
        fixture_last_event(fixture, &dunlin__contact__v1__permit_refused__descriptor);
    assert_int_equal(refusal->n_hits, 2);
    assert_string_equal(refusal->inputs->override->reason, "asked to be called today");
    fixture_free_reply(refusal);

    drive("2026-07-06T14:00:00Z");
    stop(fixture, "operator", "b1", DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE, false, "", STATUS_OK);
    reply = override_call(fixture, "b1");
    assert_false(is_permit(reply->verdicts[0]));
    fixture_free_reply(reply);
}

/* Two calls at once are no presumption. Broken once: the hit left overridable (granted). */
static void a_call_that_is_not_reported_is_not_overridden(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-07-08T14:00:00Z");
    place(fixture, "c1", "c1");
    const struct id id = permit(fixture, "c1", "c1-phone");
    Dunlin__Contact__V1__RequestPermitsReply *reply = override_call(fixture, "c1");
    assert_false(is_permit(reply->verdicts[0]));
    fixture_free_reply(reply);
    Dunlin__Contact__V1__AttemptReport talked = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    talked.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    talked.is_conversation = true;
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    reply = override_call(fixture, "c1");
    assert_true(is_permit(reply->verdicts[0]));
    assert_string_equal(reply->verdicts[0]->permit->overridden[0]->rule, "REGF-14B2B-CONVO7");
    fixture_free_reply(reply);
}

/* Broken once: the role not looked at (OK for the dialer). */
static void is_for_operators_with_a_reason_only(void **state)
{
    struct unit_fixture *fixture = *state;
    g_autofree char *longest = g_strnfill(2001, 'x');
    static const char *const roles[] = {"dialer", "service"};
    drive("2026-07-10T14:00:00Z");
    place_called_out(fixture, "d1");
    for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
        fixture_free_reply(
            override_as(fixture, roles[i], "RequestPermits", "d1", REQUESTED, "please", STATUS_PERMISSION_DENIED));
        assert_non_null(strstr(fixture->last_error, "requests[0].override: only an operator may"));
        fixture_free_reply(
            override_as(fixture, roles[i], "ExplainContact", "d1", REQUESTED, "please", STATUS_PERMISSION_DENIED));
    }
    const struct {
        int code;
        const char *reason, *says;
    } rows[] = {{0, "please", "override.reason_code"},
                {99, "please", "override.reason_code"},
                {REQUESTED, "", "override.reason: an override needs one"},
                {REQUESTED, " \n", "override.reason: an override needs one"},
                {REQUESTED, longest, "override.reason"}};
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        fixture_free_reply(override_as(fixture, "operator", "RequestPermits", "d1",
                                       (Dunlin__Contact__V1__OverrideReason)rows[i].code, rows[i].reason,
                                       STATUS_INVALID_ARGUMENT));
        assert_non_null(strstr(fixture->last_error, rows[i].says));
    }
    assert_string_equal(fixture_emitted(fixture), "");
    refused(fixture, "d1", "d1-phone", "REGF-14B2A-7IN7");
}

static void what_is_only_asked_is_not_written(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-07-12T14:00:00Z");
    place_called_out(fixture, "e1");
    Dunlin__Contact__V1__RequestPermitsReply *reply =
        override_as(fixture, "operator", "ExplainContact", "e1", REQUESTED, "please", STATUS_OK);
    assert_true(is_permit(reply->verdicts[0]));
    assert_int_equal(reply->verdicts[0]->permit->n_overridden, 1);
    fixture_free_reply(reply);
    assert_string_equal(fixture_emitted(fixture), "");
}

/* Broken once: the override written wherever it was asked for. */
static void an_override_of_nothing_is_a_plain_permit(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-07-14T14:00:00Z");
    place(fixture, "f1", "f1");
    (void)fixture_emitted(fixture);
    Dunlin__Contact__V1__RequestPermitsReply *reply = override_call(fixture, "f1");
    assert_true(is_permit(reply->verdicts[0]));
    assert_int_equal(reply->verdicts[0]->permit->n_overridden, 0);
    fixture_free_reply(reply);
    assert_string_equal(fixture_emitted(fixture), "PermitGranted");
    Dunlin__Contact__V1__PermitGranted *granted =
        fixture_last_event(fixture, &dunlin__contact__v1__permit_granted__descriptor);
    assert_null(granted->inputs->override);
    fixture_free_reply(granted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(grants_what_only_a_presumption_refuses_and_says_so, clear),
        cmocka_unit_test_setup(refuses_where_any_other_rule_blocks, clear),
        cmocka_unit_test_setup(a_call_that_is_not_reported_is_not_overridden, clear),
        cmocka_unit_test_setup(is_for_operators_with_a_reason_only, clear),
        cmocka_unit_test_setup(what_is_only_asked_is_not_written, clear),
        cmocka_unit_test_setup(an_override_of_nothing_is_a_plain_permit, clear),
    };
    return cmocka_run_group_tests_name("contact.override", tests, contact_open, contact_close);
}
