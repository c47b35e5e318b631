#include "scene.h"

/* Requests about media, opt-out notices, safe harbors, work e-mail, social networks and paper; calls by machine. */

#define JUNE_10 "2026-06-10T15:00:00Z"

static void request(struct scene *scene, enum fact_event_type type, medium_set media, uint8_t address)
{
    struct fact_event asked = event(type, "2026-06-01T14:00:00Z");
    asked.media = media;
    asked.address = address;
    happens(scene, &asked);
}

static void stop_calling_leaves_other_media(void **state)
{
    struct scene *scene = *state;
    request(scene, FACT_MEDIA_REQUEST, MEDIUM_BIT(MEDIUM_CALL), FACT_NONE);
    struct question call = call_at(scene, JUNE_10);
    struct question ringless = call;
    ringless.medium = MEDIUM_RINGLESS;
    struct question text = message_at(MEDIUM_TEXT, scene->mobile, JUNE_10);
    assert_refused(scene, &call, "REGF-14H-MEDIA");
    assert_refused(scene, &ringless, "REGF-14H-MEDIA");
    assert_allowed(scene, &text);
    call.debts = D2; /* about any debt */
    assert_refused(scene, &call, "REGF-14H-MEDIA");
    struct fact_event withdrawn = event(FACT_MEDIA_REQUEST, "2026-06-05T14:00:00Z");
    withdrawn.media = MEDIA_PHONE;
    withdrawn.flags = FACT_FLAG_WITHDRAWN;
    happens(scene, &withdrawn);
    assert_allowed(scene, &call);
}

static void one_number_may_be_left_out(void **state)
{
    struct scene *scene = *state;
    uint8_t second = add_address(scene, "P2", ADDRESS_MOBILE, PLACE_NONE, "America/New_York");
    request(scene, FACT_MEDIA_REQUEST, MEDIA_PHONE, second);
    struct question call = call_at(scene, JUNE_10);
    assert_allowed(scene, &call);
    call.address = second;
    assert_refused(scene, &call, "REGF-14H-MEDIA");
}

static void confirmations_responses_and_laws_are_excepted(void **state)
{
    struct scene *scene = *state;
    request(scene, FACT_OPT_OUT, MEDIUM_BIT(MEDIUM_EMAIL), scene->email);
    struct question email = message_at(MEDIUM_EMAIL, scene->email, JUNE_10);
    assert_refused(scene, &email, "REGF-14H-MEDIA");
    email.purpose = PURPOSE_OPT_OUT_CONFIRMATION;
    assert_allowed(scene, &email);
    question_claim(&email, CLAIM_CONFIRMATION_ONLY, false);
    assert_refused(scene, &email, "REGF-14H-MEDIA");
    email.purpose = PURPOSE_VALIDATION_NOTICE;
    assert_refused(scene, &email, "REGF-14H-MEDIA");
    email.purpose = PURPOSE_REQUIRED_BY_LAW;
    assert_allowed(scene, &email);
    email.purpose = PURPOSE_COLLECTION;
    assert_refused(scene, &email, "REGF-14H-MEDIA");
    question_claim(&email, CLAIM_CONFIRMATION_ONLY, true);
    assert_allowed(scene, &email);
    question_claim(&email, CLAIM_CONFIRMATION_ONLY, false);
    email.purpose = PURPOSE_COLLECTION;
    consumer_writes(scene, "2026-06-10T14:00:00Z", MEDIUM_EMAIL, scene->email);
    assert_allowed(scene, &email);
    writes(scene, "2026-06-10T15:00:00Z", MEDIUM_EMAIL, scene->email);
    assert_refused(scene, &email, "REGF-14H-MEDIA");
    consents(scene, "2026-06-10T15:00:00Z", CONSENT_EMAIL, scene->email);
    assert_allowed(scene, &email);
}

static void the_message_that_asks_to_stop_asks_for_no_answer(void **state)
{
    struct scene *scene = *state;
    consumer_writes(scene, "2026-06-01T14:00:00Z", MEDIUM_EMAIL, scene->email);
    request(scene, FACT_MEDIA_REQUEST, MEDIUM_BIT(MEDIUM_EMAIL), FACT_NONE);
    struct question email = message_at(MEDIUM_EMAIL, scene->email, "2026-06-01T15:00:00Z");
    question_claim(&email, CLAIM_REPLY, true);
    assert_refused(scene, &email, "REGF-14H-MEDIA");
}

static void a_request_outlives_earlier_consent(void **state)
{
    struct scene *scene = *state;
    consents(scene, "2026-05-01T15:00:00Z", CONSENT_EMAIL, scene->email);
    request(scene, FACT_MEDIA_REQUEST, MEDIUM_BIT(MEDIUM_EMAIL), FACT_NONE);
    struct question email = message_at(MEDIUM_EMAIL, scene->email, JUNE_10);
    assert_refused(scene, &email, "REGF-14H-MEDIA");
}

static void a_call_that_he_makes_may_go_on(void **state)
{
    struct scene *scene = *state;
    request(scene, FACT_MEDIA_REQUEST, MEDIA_PHONE, FACT_NONE);
    struct fact_event call_in = event(FACT_CONTACT_IN, "2026-06-09T14:00:00Z");
    call_in.address = scene->mobile;
    call_in.outcome = OUTCOME_CONVERSATION;
    call_in.flags = FACT_FLAG_IN_PROGRESS;
    happens(scene, &call_in);
    struct question call = call_at(scene, "2026-06-09T14:02:00Z");
    assert_refused(scene, &call, "REGF-14H-MEDIA");
    question_claim(&call, CLAIM_CONTINUES_CALL, true);
    assert_allowed(scene, &call);
}

static void every_message_says_how_to_opt_out(void **state)
{
    struct scene *scene = *state;
    static const enum medium media[] = {MEDIUM_EMAIL, MEDIUM_TEXT, MEDIUM_SOCIAL};
    for (size_t i = 0; i < ARRAY_SIZE(media); i++) {
        struct question message = message_at(media[i], FACT_NONE, JUNE_10);
        assert_allowed(scene, &message);
        question_claim(&message, CLAIM_OPT_OUT_NOTICE, false);
        assert_refused(scene, &message, "REGF-6E-OPTOUT");
        question_claim(&message, CLAIM_OPT_OUT_NOTICE, true);
        question_claim(&message, CLAIM_OPT_OUT_FEE, true);
        assert_refused(scene, &message, "REGF-6E-OPTOUT");
        question_claim(&message, CLAIM_OPT_OUT_FEE, false);
        question_claim(&message, CLAIM_OPT_OUT_ASKS_DATA, true);
        assert_refused(scene, &message, "REGF-6E-OPTOUT");
        message.purpose = PURPOSE_OPT_OUT_CONFIRMATION;
        assert_allowed(scene, &message);
    }
}

/* --- safe harbors --------------------------------------------------------------------------------------------------
 */

static bool is_safe(struct scene *scene, const struct question *question)
{
    struct rules_verdict verdict;
    judge(scene, question, &verdict);
    return verdict.has_safe_harbor;
}

static void an_address_that_he_used_is_safe(void **state)
{
    struct scene *scene = *state;
    struct question email = message_at(MEDIUM_EMAIL, scene->email, JUNE_10);
    assert_false(is_safe(scene, &email));
    assert_allowed(scene, &email);
    consumer_writes(scene, "2024-06-01T14:00:00Z", MEDIUM_EMAIL, scene->email);
    assert_true(is_safe(scene, &email));
    struct fact_event disclosed = event(FACT_DISCLOSED, "2026-06-02T14:00:00Z");
    disclosed.address = scene->email;
    happens(scene, &disclosed);
    assert_false(is_safe(scene, &email));
}

static const struct {
    const char *deadline, *when;
    uint32_t flags;
    bool is_private, is_safe;
} NOTICES[] = {
    {"2026-05-06", "2026-05-07T15:00:00Z", 0, false, true},
    {"2026-05-06", "2026-05-06T15:00:00Z", 0, false, false},
    {"2026-05-05", "2026-05-07T15:00:00Z", 0, false, false}, /* 34 days */
    {"2026-05-06", "2026-05-07T15:00:00Z", FACT_FLAG_INCOMPLETE, false, false},
    {"2026-05-06", "2026-05-07T15:00:00Z", 0, true, false},
};

static void a_creditors_notice_takes_35_days(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < ARRAY_SIZE(NOTICES); i++) {
        scene_begin(scene);
        uint8_t index = FACT_NONE;
        struct error err;
        struct fact_address address = fact_address_plain(ADDRESS_EMAIL, FACT_CONSUMER);
        address.is_private_domain = NOTICES[i].is_private;
        assert_int_equal(facts_book_add_address(scene->book, "E2", &address, &index, &err), STATUS_OK);
        struct fact_event notice = event(FACT_CREDITOR_EMAIL_NOTICE, "2026-04-01T14:00:00Z");
        notice.address = index;
        notice.date = on(NOTICES[i].deadline);
        notice.flags = NOTICES[i].flags;
        happens(scene, &notice);
        struct question email = message_at(MEDIUM_EMAIL, index, NOTICES[i].when);
        assert_int_equal(is_safe(scene, &email), NOTICES[i].is_safe);
    }
}

static void the_collector_before_hands_his_harbor_on(void **state)
{
    struct scene *scene = *state;
    struct question email = message_at(MEDIUM_EMAIL, scene->email, JUNE_10);
    struct fact_event use = event(FACT_PRIOR_COLLECTOR_USE, "2026-02-01T15:00:00Z");
    use.address = scene->email;
    use.flags = FACT_FLAG_COMPLIANT;
    happens(scene, &use);
    assert_false(is_safe(scene, &email));
    use.flags |= FACT_FLAG_IMMEDIATELY_PRIOR;
    happens(scene, &use);
    assert_true(is_safe(scene, &email));
    use.flags |= FACT_FLAG_OPTED_OUT;
    happens(scene, &use);
    assert_false(is_safe(scene, &email));
}

static void an_opt_out_withdraws_consent_to_the_address(void **state)
{
    struct scene *scene = *state;
    struct question email = message_at(MEDIUM_EMAIL, scene->email, JUNE_10);
    consents(scene, "2026-05-01T15:00:00Z", CONSENT_EMAIL, scene->email);
    assert_true(is_safe(scene, &email));
    request(scene, FACT_OPT_OUT, MEDIUM_BIT(MEDIUM_EMAIL), scene->email);
    assert_false(is_safe(scene, &email));
    struct fact_event withdrawn = event(FACT_OPT_OUT, "2026-06-02T14:00:00Z");
    withdrawn.media = MEDIUM_BIT(MEDIUM_EMAIL);
    withdrawn.address = scene->email;
    withdrawn.flags = FACT_FLAG_WITHDRAWN;
    happens(scene, &withdrawn);
    assert_allowed(scene, &email);
    assert_false(is_safe(scene, &email));
}

static void check_number(struct scene *scene, const char *when, const char *since, uint32_t flags)
{
    struct fact_event check = event(FACT_NUMBER_CHECK, when);
    check.address = scene->mobile;
    check.date = on(since);
    check.flags = flags;
    happens(scene, &check);
}

static void texts_are_safe_for_60_days(void **state)
{
    struct scene *scene = *state;
    struct question text = message_at(MEDIUM_TEXT, scene->mobile, "2026-05-01T15:00:00Z");
    consumer_writes(scene, "2026-03-02T15:00:00Z", MEDIUM_TEXT, scene->mobile);
    assert_true(is_safe(scene, &text)); /* day 60 */
    text.at = at("2026-05-02T15:00:00Z");
    assert_false(is_safe(scene, &text));
    check_number(scene, "2026-05-01T16:00:00Z", "2026-03-03", 0);
    assert_false(is_safe(scene, &text)); /* does not cover the first day */
    check_number(scene, "2026-05-01T16:00:00Z", "2026-03-02", FACT_FLAG_INCOMPLETE);
    assert_false(is_safe(scene, &text));
    check_number(scene, "2026-05-01T16:00:00Z", "2026-03-02", FACT_FLAG_REASSIGNED);
    assert_false(is_safe(scene, &text));
    check_number(scene, "2026-05-01T16:00:00Z", "2026-03-02", 0);
    assert_true(is_safe(scene, &text));
    text.at = at("2026-07-01T15:00:00Z");
    assert_false(is_safe(scene, &text));
    consents(scene, "2026-06-29T15:00:00Z", CONSENT_TEXT, scene->mobile);
    assert_true(is_safe(scene, &text));
}

/* --- work e-mail, social, paper ------------------------------------------------------------------------------------
 */

static void work_email_is_left_alone(void **state)
{
    struct scene *scene = *state;
    uint8_t index = FACT_NONE;
    struct error err;
    struct fact_address address = fact_address_plain(ADDRESS_EMAIL, FACT_CONSUMER);
    address.is_employer_provided = true;
    assert_int_equal(facts_book_add_address(scene->book, "E2", &address, &index, &err), STATUS_OK);
    struct question email = message_at(MEDIUM_EMAIL, index, JUNE_10);
    assert_refused(scene, &email, "REGF-22F3-WORKEMAIL");
    struct fact_event notice = event(FACT_CREDITOR_EMAIL_NOTICE, "2026-04-01T14:00:00Z");
    notice.address = index;
    notice.date = on("2026-05-06");
    happens(scene, &notice);
    assert_refused(scene, &email, "REGF-22F3-WORKEMAIL");
    consents(scene, "2026-06-05T14:00:00Z", CONSENT_EMAIL, index);
    assert_allowed(scene, &email);
}

static void nobody_else_reads_along(void **state)
{
    struct scene *scene = *state;
    struct question social = message_at(MEDIUM_SOCIAL, FACT_NONE, JUNE_10);
    assert_allowed(scene, &social);
    question_claim(&social, CLAIM_VISIBLE_TO_OTHERS, true);
    assert_refused(scene, &social, "REGF-22F4-SOCIAL");
    struct question letter = message_at(MEDIUM_LETTER, scene->home, JUNE_10);
    assert_allowed(scene, &letter);
    question_claim(&letter, CLAIM_ENVELOPE_REVEALS, true);
    assert_refused(scene, &letter, "REGF-22F2-ENVELOPE");
    struct question postcard = message_at(MEDIUM_POSTCARD, scene->home, JUNE_10);
    assert_refused(scene, &postcard, "REGF-22F1-POSTCARD");
}

/* --- machines ------------------------------------------------------------------------------------------------------
 */

static void machines_call_mobiles_by_consent(void **state)
{
    struct scene *scene = *state;
    static const enum technology machines[] = {TECHNOLOGY_ATDS, TECHNOLOGY_PRERECORDED, TECHNOLOGY_ARTIFICIAL};
    for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
        scene_begin(scene);
        struct question call = call_at(scene, JUNE_10);
        assert_allowed(scene, &call);
        call.technology = machines[i];
        assert_refused(scene, &call, "TCPA-A1III-CELL");
        struct fact_event consent = event(FACT_TCPA_CONSENT, "2025-01-05T15:00:00Z");
        consent.address = scene->mobile;
        happens(scene, &consent);
        assert_allowed(scene, &call);
        struct fact_event revoked = event(FACT_TCPA_REVOCATION, "2026-05-27T15:00:00Z");
        revoked.address = scene->mobile;
        happens(scene, &revoked);
        assert_allowed(scene, &call); /* ten business days: June 10 */
        call.at = at("2026-06-11T15:00:00Z");
        assert_refused(scene, &call, "TCPA-A10-REVOKE");
        assert_refused(scene, &call, "TCPA-A1III-CELL");
        call.technology = TECHNOLOGY_MANUAL;
        assert_allowed(scene, &call);
    }
    scene_begin(scene);
    struct fact_event consent = event(FACT_TCPA_CONSENT, "2025-01-05T15:00:00Z");
    consent.address = scene->mobile;
    happens(scene, &consent);
    struct fact_event wrong = event(FACT_WRONG_NUMBER, "2025-02-05T15:00:00Z");
    wrong.address = scene->mobile;
    happens(scene, &wrong);
    struct question call = call_at(scene, JUNE_10);
    call.technology = TECHNOLOGY_PRERECORDED;
    assert_refused(scene, &call, "TCPA-A1III-CELL");
}

static void recorded(struct scene *scene, const char *when)
{
    struct fact_event call = event(FACT_CONTACT_OUT, when);
    call.address = scene->mobile;
    call.outcome = OUTCOME_VOICEMAIL_LCM;
    call.technology = TECHNOLOGY_PRERECORDED;
    call.debts = D1;
    happens(scene, &call);
}

static void homes_hear_three_recordings_a_month(void **state)
{
    struct scene *scene = *state;
    scene->mobile = add_address(scene, "P2", ADDRESS_LANDLINE, PLACE_HOME, "America/New_York");
    recorded(scene, "2026-05-12T15:00:00Z");
    recorded(scene, "2026-05-25T15:00:00Z");
    struct question call = call_at(scene, JUNE_10);
    call.technology = TECHNOLOGY_PRERECORDED;
    assert_allowed(scene, &call);
    recorded(scene, "2026-06-01T15:00:00Z");
    assert_refused(scene, &call, "TCPA-A3III-RES3IN30");
    assert_count(scene, &call, "TCPA-A3III-RES3IN30", 4);
    call.at = at("2026-06-11T15:00:00Z"); /* May 12 was 31 days ago, today included */
    assert_allowed(scene, &call);
    struct fact_event opt_out = event(FACT_TCPA_EXEMPT_OPT_OUT, "2026-06-02T14:00:00Z");
    opt_out.address = scene->mobile;
    happens(scene, &opt_out);
    assert_refused(scene, &call, "TCPA-A3III-RES3IN30");
    struct fact_event consent = event(FACT_TCPA_CONSENT, "2026-06-03T15:00:00Z");
    consent.address = scene->mobile;
    happens(scene, &consent);
    assert_allowed(scene, &call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(stop_calling_leaves_other_media, scene_reset),
        cmocka_unit_test_setup(one_number_may_be_left_out, scene_reset),
        cmocka_unit_test_setup(confirmations_responses_and_laws_are_excepted, scene_reset),
        cmocka_unit_test_setup(the_message_that_asks_to_stop_asks_for_no_answer, scene_reset),
        cmocka_unit_test_setup(a_request_outlives_earlier_consent, scene_reset),
        cmocka_unit_test_setup(a_call_that_he_makes_may_go_on, scene_reset),
        cmocka_unit_test_setup(every_message_says_how_to_opt_out, scene_reset),
        cmocka_unit_test_setup(an_address_that_he_used_is_safe, scene_reset),
        cmocka_unit_test_setup(a_creditors_notice_takes_35_days, scene_reset),
        cmocka_unit_test_setup(the_collector_before_hands_his_harbor_on, scene_reset),
        cmocka_unit_test_setup(an_opt_out_withdraws_consent_to_the_address, scene_reset),
        cmocka_unit_test_setup(texts_are_safe_for_60_days, scene_reset),
        cmocka_unit_test_setup(work_email_is_left_alone, scene_reset),
        cmocka_unit_test_setup(nobody_else_reads_along, scene_reset),
        cmocka_unit_test_setup(machines_call_mobiles_by_consent, scene_reset),
        cmocka_unit_test_setup(homes_hear_three_recordings_a_month, scene_reset),
    };
    return cmocka_run_group_tests_name("rules.kind_media", tests, scene_setup, scene_teardown);
}
