#include "scene.h"

/* What holds a debt: cease, attorney, bankruptcy, disputes and requests, substantiation, notices before collection; and
 * to whom else one may speak. */

#define JUNE_10 "2026-06-10T15:00:00Z"

/* Comment 6(c)(1)-1.i: mailed on August 3, received on August 6. */
static void a_cease_holds_from_receipt_for_good(void **state)
{
    struct scene *scene = *state;
    debt_event(scene, FACT_CEASE_MAILED, "2026-08-03T13:00:00Z", FACT_FLAG_WRITTEN);
    struct question email = message_at(MEDIUM_EMAIL, scene->email, "2026-08-04T15:00:00Z");
    assert_allowed(scene, &email);
    debt_event(scene, FACT_CEASE_RECEIVED, "2026-08-06T15:00:00Z", FACT_FLAG_WRITTEN);
    assert_allowed(scene, &email); /* as of August 4 */
    struct question letter = message_at(MEDIUM_LETTER, scene->home, "2027-08-07T15:00:00Z");
    assert_refused(scene, &letter, "REGF-6C-CEASE");
    letter.debts = D2;
    assert_allowed(scene, &letter);
    letter.debts = D1 | D2;
    assert_refused(scene, &letter, "REGF-6C-CEASE");
}

static void a_cease_leaves_four_purposes(void **state)
{
    struct scene *scene = *state;
    debt_event(scene, FACT_CEASE_RECEIVED, "2026-06-06T15:00:00Z", FACT_FLAG_WRITTEN);
    static const enum purpose allowed[] = {PURPOSE_TERMINATE_EFFORTS, PURPOSE_MAY_INVOKE_REMEDY,
                                           PURPOSE_INTENDS_INVOKE_REMEDY, PURPOSE_REQUIRED_SERVICING};
    struct question letter = message_at(MEDIUM_LETTER, scene->home, JUNE_10);
    for (size_t i = 0; i < ARRAY_SIZE(allowed); i++) {
        letter.purpose = allowed[i];
        assert_allowed(scene, &letter);
    }
    letter.purpose = PURPOSE_PAYMENT_CONFIRMATION;
    assert_refused(scene, &letter, "REGF-6C-CEASE");
    consents(scene, "2026-06-07T15:00:00Z", CONSENT_TIME, FACT_NONE);
    letter.purpose = PURPOSE_COLLECTION;
    assert_refused(scene, &letter, "REGF-6C-CEASE");
}

static void a_refusal_that_is_not_written_holds_nothing(void **state)
{
    struct scene *scene = *state;
    debt_event(scene, FACT_REFUSE_TO_PAY, "2026-05-06T15:00:00Z", 0);
    struct question call = call_at(scene, JUNE_10);
    assert_allowed(scene, &call);
    debt_event(scene, FACT_CEASE_RECEIVED, "2026-05-07T15:00:00Z", FACT_FLAG_WRITTEN | FACT_FLAG_MEDIUM_REFUSED);
    assert_allowed(scene, &call);
}

static void notice_attorney(struct scene *scene, uint8_t attorney, uint32_t flags)
{
    struct fact_event notice = event(FACT_ATTORNEY_NOTICE, "2026-06-01T14:00:00Z");
    notice.debts = D1;
    notice.person = attorney;
    notice.flags = flags;
    happens(scene, &notice);
}

static void an_attorney_is_spoken_to_instead(void **state)
{
    struct scene *scene = *state;
    uint8_t attorney = add_person(scene, "ATT1", RELATION_ATTORNEY);
    struct question call = call_at(scene, JUNE_10);
    notice_attorney(scene, attorney, 0); /* neither known nor to be found out */
    assert_allowed(scene, &call);
    notice_attorney(scene, attorney, FACT_FLAG_ATTORNEY_KNOWN);
    assert_refused(scene, &call, "REGF-6B2-ATTY");
    struct question other_debt = call;
    other_debt.debts = D2;
    assert_allowed(scene, &other_debt);
    struct question to_attorney = asks(ACTION_CONTACT, JUNE_10);
    to_attorney.person = attorney;
    assert_allowed(scene, &to_attorney);
}

static void an_attorney_may_go_consent_or_be_silent(void **state)
{
    struct scene *scene = *state;
    static const enum fact_event_type ends[] = {FACT_ATTORNEY_ENDED, FACT_ATTORNEY_CONSENTS,
                                                FACT_ATTORNEY_UNRESPONSIVE};
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        scene_begin(scene);
        uint8_t attorney = add_person(scene, "ATT1", RELATION_ATTORNEY);
        notice_attorney(scene, attorney, FACT_FLAG_ATTORNEY_KNOWN);
        struct question call = call_at(scene, JUNE_10);
        assert_refused(scene, &call, "REGF-6B2-ATTY");
        struct fact_event end = event(ends[i], "2026-06-05T14:00:00Z");
        end.person = add_person(scene, "ATT2", RELATION_ATTORNEY);
        happens(scene, &end); /* another's */
        assert_refused(scene, &call, "REGF-6B2-ATTY");
        end.person = attorney;
        happens(scene, &end);
        assert_allowed(scene, &call);
    }
}

/* Comment 6(b)(2)-1. */
static void what_a_represented_consumer_begins_is_answered_once(void **state)
{
    struct scene *scene = *state;
    notice_attorney(scene, FACT_NONE, FACT_FLAG_ATTORNEY_KNOWN);
    struct question email = message_at(MEDIUM_EMAIL, scene->email, JUNE_10);
    question_claim(&email, CLAIM_REPLY, true);
    assert_refused(scene, &email, "REGF-6B2-ATTY");
    consumer_writes(scene, "2026-06-10T14:00:00Z", MEDIUM_EMAIL, scene->email);
    assert_allowed(scene, &email);
    writes(scene, "2026-06-10T15:00:00Z", MEDIUM_EMAIL, scene->email);
    email.at = at("2026-06-10T16:00:00Z");
    assert_refused(scene, &email, "REGF-6B2-ATTY");
}

static void bankruptcy_holds_everybody(void **state)
{
    struct scene *scene = *state;
    facts_book_scope(scene->book)->is_covered = false;
    debt_event(scene, FACT_BANKRUPTCY_FILED, "2026-03-01T15:00:00Z", 0);
    struct question call = call_at(scene, JUNE_10);
    struct question suit = asks(ACTION_FILE_SUIT, JUNE_10);
    struct question claim = asks(ACTION_PROOF_OF_CLAIM, JUNE_10);
    assert_refused(scene, &call, "BK-362-STAY");
    assert_refused(scene, &suit, "BK-362-STAY");
    assert_allowed(scene, &claim);
    question_claim(&suit, CLAIM_PART_OF_PROCEEDING, true);
    assert_allowed(scene, &suit);
    debt_event(scene, FACT_BANKRUPTCY_DISMISSED, "2026-06-01T14:00:00Z", 0);
    assert_allowed(scene, &call);
    debt_event(scene, FACT_BANKRUPTCY_FILED, "2026-06-02T15:00:00Z", 0);
    debt_event(scene, FACT_BANKRUPTCY_DISCHARGED, "2026-06-03T15:00:00Z", 0);
    assert_refused(scene, &call, "BK-524-DISCHARGE");
    call.at = at("2036-06-10T15:00:00Z");
    assert_refused(scene, &call, "BK-524-DISCHARGE");
}

static void send_notice(struct scene *scene)
{
    struct fact_event notice = event(FACT_VALIDATION_SENT, "2026-06-01T14:00:00Z");
    notice.debts = D1;
    notice.medium = MEDIUM_LETTER;
    notice.date = on("2026-07-08");
    happens(scene, &notice);
}

static void a_timely_written_dispute_holds_until_it_is_verified(void **state)
{
    struct scene *scene = *state;
    send_notice(scene);
    debt_event(scene, FACT_DISPUTE, "2026-06-20T14:00:00Z", FACT_FLAG_WRITTEN);
    struct question call = call_at(scene, "2026-06-25T15:00:00Z");
    struct question suit = asks(ACTION_FILE_SUIT, "2026-06-25T15:00:00Z");
    assert_refused(scene, &call, "REGF-38D2-DISPUTE");
    assert_refused(scene, &suit, "REGF-38D2-DISPUTE");
    struct question verification = message_at(MEDIUM_LETTER, scene->home, "2026-06-24T15:00:00Z");
    verification.purpose = PURPOSE_DISPUTE_RESPONSE;
    assert_allowed(scene, &verification);
    verification.purpose = PURPOSE_REQUIRED_SERVICING;
    assert_allowed(scene, &verification);
    struct question to_creditor = verification;
    to_creditor.purpose = PURPOSE_COLLECTION;
    to_creditor.person = add_person(scene, "CR", RELATION_CREDITOR);
    assert_allowed(scene, &to_creditor);
    verification.purpose = PURPOSE_MAY_INVOKE_REMEDY;
    assert_refused(scene, &verification, "REGF-38D2-DISPUTE");
    debt_event(scene, FACT_VERIFICATION_SENT, "2026-06-24T14:00:00Z", 0);
    assert_allowed(scene, &call);
    debt_event(scene, FACT_UNDELIVERABLE, "2026-06-25T14:00:00Z", FACT_FLAG_OF_VERIFICATION);
    assert_refused(scene, &call, "REGF-38D2-DISPUTE");
}

/* At 05:00 UTC it is July 9 in New York, and in Honolulu still July 8, the last day of the period. */
static void a_dispute_is_timely_where_any_zone_says_so(void **state)
{
    struct scene *scene = *state;
    (void)add_address(scene, "P2", ADDRESS_MOBILE, PLACE_NONE, "Pacific/Honolulu");
    send_notice(scene);
    debt_event(scene, FACT_DISPUTE, "2026-07-09T05:00:00Z", FACT_FLAG_WRITTEN);
    struct question call = call_at(scene, "2026-07-10T19:00:00Z");
    assert_refused(scene, &call, "REGF-38D2-DISPUTE");
}

static const struct {
    const char *when;
    const char *submitted;
    uint32_t flags;
    bool holds;
} DISPUTES[] = {
    {"2026-07-08T14:00:00Z", NULL, FACT_FLAG_WRITTEN, true},
    {"2026-07-09T03:59:00Z", NULL, FACT_FLAG_WRITTEN, true}, /* still July 8 in Ohio */
    {"2026-07-20T14:00:00Z", NULL, FACT_FLAG_WRITTEN, false},
    {"2026-07-10T14:00:00Z", "2026-07-07", FACT_FLAG_WRITTEN, true},
    {"2026-06-20T14:00:00Z", NULL, 0, false},
    {"2026-06-20T14:00:00Z", NULL, FACT_FLAG_WRITTEN | FACT_FLAG_MEDIUM_REFUSED, false},
};

static void oral_and_late_disputes_hold_nothing(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < ARRAY_SIZE(DISPUTES); i++) {
        scene_begin(scene);
        send_notice(scene);
        struct fact_event dispute = event(FACT_DISPUTE, DISPUTES[i].when);
        dispute.debts = D1;
        dispute.flags = DISPUTES[i].flags;
        if (DISPUTES[i].submitted != NULL)
            dispute.date = on(DISPUTES[i].submitted);
        happens(scene, &dispute);
        struct question call = call_at(scene, "2026-07-25T15:00:00Z");
        if (DISPUTES[i].holds)
            assert_refused(scene, &call, "REGF-38D2-DISPUTE");
        else
            assert_allowed(scene, &call);
        struct question furnish = asks(ACTION_FURNISH, "2026-07-25T15:00:00Z");
        question_claim(&furnish, CLAIM_AS_DISPUTED, false);
        assert_refused(scene, &furnish, "REGF-18C2-DISPUTED");
    }
}

static void a_hold_is_not_displaced_by_what_does_not_hold(void **state)
{
    struct scene *scene = *state;
    send_notice(scene);
    debt_event(scene, FACT_DISPUTE, "2026-06-20T14:00:00Z", FACT_FLAG_WRITTEN);
    debt_event(scene, FACT_DISPUTE, "2026-07-20T14:00:00Z", 0);
    struct question call = call_at(scene, "2026-07-25T15:00:00Z");
    assert_refused(scene, &call, "REGF-38D2-DISPUTE");
}

static void the_portion_that_is_not_disputed_may_be_collected(void **state)
{
    struct scene *scene = *state;
    scene_clear(scene);
    struct fact_debt debt = fact_debt_plain();
    debt.balance_minor = 100000;
    add_debt(scene, "D1", &debt);
    send_notice(scene);
    struct fact_event dispute = event(FACT_DISPUTE, "2026-06-20T14:00:00Z");
    dispute.flags = FACT_FLAG_WRITTEN;
    dispute.amount_minor = 40000;
    happens(scene, &dispute);
    struct question collect = asks(ACTION_COLLECT, "2026-06-25T15:00:00Z");
    collect.amount_minor = 60000;
    assert_allowed(scene, &collect);
    collect.amount_minor = 60001;
    assert_refused(scene, &collect, "REGF-38D2-DISPUTE");
}

static void dispute_again(struct scene *scene, uint32_t flags)
{
    scene_begin(scene);
    send_notice(scene);
    debt_event(scene, FACT_DISPUTE, "2026-06-20T14:00:00Z", FACT_FLAG_WRITTEN);
    debt_event(scene, FACT_VERIFICATION_SENT, "2026-06-24T14:00:00Z", 0);
    debt_event(scene, FACT_DISPUTE, "2026-07-01T14:00:00Z", FACT_FLAG_WRITTEN | FACT_FLAG_SAME | flags);
}

/* 1006.38(a)(1), (d)(2)(ii). */
static void a_notice_answers_a_duplicative_dispute(void **state)
{
    struct scene *scene = *state;
    struct question call = call_at(scene, "2026-07-03T15:00:00Z");
    dispute_again(scene, 0);
    assert_refused(scene, &call, "REGF-38A1-DUP");
    debt_event(scene, FACT_DUPLICATIVE_NOTICE, "2026-07-02T14:00:00Z", 0);
    assert_refused(scene, &call, "REGF-38A1-DUP");
    debt_event(scene, FACT_DUPLICATIVE_NOTICE, "2026-07-02T14:00:00Z", FACT_FLAG_NOTICE_COMPLETE);
    assert_allowed(scene, &call);
    dispute_again(scene, FACT_FLAG_NEW_INFORMATION);
    debt_event(scene, FACT_DUPLICATIVE_NOTICE, "2026-07-02T14:00:00Z", FACT_FLAG_NOTICE_COMPLETE);
    assert_refused(scene, &call, "REGF-38D2-DISPUTE");
    debt_event(scene, FACT_VERIFICATION_SENT, "2026-07-02T15:00:00Z", 0);
    assert_allowed(scene, &call);
}

static void the_original_creditor_is_named_first(void **state)
{
    struct scene *scene = *state;
    send_notice(scene);
    debt_event(scene, FACT_CREDITOR_REQUEST, "2026-06-20T14:00:00Z", 0);
    struct question call = call_at(scene, "2026-06-25T15:00:00Z");
    assert_allowed(scene, &call);
    debt_event(scene, FACT_CREDITOR_REQUEST, "2026-06-20T14:00:00Z", FACT_FLAG_WRITTEN);
    assert_refused(scene, &call, "REGF-38C-OCREQ");
    debt_event(scene, FACT_CREDITOR_INFO_SENT, "2026-06-24T14:00:00Z", 0);
    assert_allowed(scene, &call);
}

static void new_york_wants_substance(void **state)
{
    struct scene *scene = *state;
    scene_select(scene, "US-NY");
    debt_event(scene, FACT_SUBSTANTIATION_REQUEST, "2026-05-04T14:00:00Z", FACT_FLAG_WRITTEN);
    struct question call = call_at(scene, "2026-05-20T15:00:00Z");
    assert_allowed(scene, &call);
    debt_event(scene, FACT_CHARGED_OFF, "2026-05-05T14:00:00Z", 0);
    assert_refused(scene, &call, "NYS-23NYCRR14-SUBST");
    debt_event(scene, FACT_SUBSTANTIATION_SENT, "2026-05-18T14:00:00Z", 0);
    assert_allowed(scene, &call);
}

static void nevada_waits_sixty_days(void **state)
{
    struct scene *scene = *state;
    scene_select(scene, "US-NV");
    scene_clear(scene);
    struct fact_debt debt = fact_debt_plain();
    debt.type = DEBT_MEDICAL;
    add_debt(scene, "D1", &debt);
    scene->mobile = add_address(scene, "P1", ADDRESS_MOBILE, PLACE_NONE, "America/Los_Angeles");
    struct question call = call_at(scene, "2026-04-30T18:00:00Z");
    assert_refused(scene, &call, "NV-649366-MED60");
    debt_event(scene, FACT_MEDICAL_NOTICE, "2026-03-02T18:00:00Z", 0);
    assert_refused(scene, &call, "NV-649366-MED60");
    call.at = at("2026-05-01T18:00:00Z");
    assert_allowed(scene, &call);
    /* April 30 still in Los Angeles, May 1 in New York. */
    (void)add_address(scene, "A1", ADDRESS_POSTAL, PLACE_HOME, "America/New_York");
    struct question letter = message_at(MEDIUM_LETTER, FACT_NONE, "2026-05-01T05:00:00Z");
    assert_refused(scene, &letter, "NV-649366-MED60");
}

/* --- others --------------------------------------------------------------------------------------------------------
 */

static const struct {
    enum relation relation;
    bool is_allowed;
} RELATIONS[] = {
    {RELATION_CO_OBLIGOR, true},
    {RELATION_SPOUSE, true},
    {RELATION_PARENT, false},
    {RELATION_GUARDIAN, true},
    {RELATION_EXECUTOR, true},
    {RELATION_SUCCESSOR, true},
    {RELATION_ATTORNEY, true},
    {RELATION_CRA, true},
    {RELATION_CREDITOR, true},
    {RELATION_CREDITOR_ATTORNEY, true},
    {RELATION_COLLECTOR_ATTORNEY, true},
    {RELATION_EMPLOYER, false},
    {RELATION_OTHER, false},
};

static void third_parties_do_not_hear_of_debts(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < ARRAY_SIZE(RELATIONS); i++) {
        scene_begin(scene);
        struct question call = asks(ACTION_CONTACT, JUNE_10);
        call.person = add_person(scene, "TP1", RELATIONS[i].relation);
        if (RELATIONS[i].is_allowed)
            assert_allowed(scene, &call);
        else
            assert_refused(scene, &call, "REGF-6D1-3P");
    }
    scene_begin(scene);
    facts_book_scope(scene->book)->is_minor = true;
    struct question call = asks(ACTION_CONTACT, JUNE_10);
    call.person = add_person(scene, "TP1", RELATION_PARENT);
    assert_allowed(scene, &call);
}

static void consent_court_or_judgment_let_others_hear(void **state)
{
    struct scene *scene = *state;
    struct question call = asks(ACTION_CONTACT, JUNE_10);
    call.person = add_person(scene, "TP1", RELATION_EMPLOYER);
    assert_refused(scene, &call, "REGF-6D1-3P");
    call.purpose = PURPOSE_POST_JUDGMENT_REMEDY;
    assert_allowed(scene, &call);
    call.purpose = PURPOSE_COLLECTION;
    struct fact_event consent = event(FACT_CONSENT, "2026-06-05T14:00:00Z");
    consent.scope = CONSENT_THIRD_PARTY;
    consent.person = call.person;
    consent.flags = FACT_FLAG_COMPLIANT; /* to the creditor */
    happens(scene, &consent);
    assert_refused(scene, &call, "REGF-6D1-3P");
    consent.flags |= FACT_FLAG_GIVEN_TO_COLLECTOR;
    happens(scene, &consent);
    assert_allowed(scene, &call);
}

static struct question location_call(struct scene *scene, uint8_t person)
{
    struct question call = asks(ACTION_CONTACT, JUNE_10);
    call.person = person;
    call.purpose = PURPOSE_LOCATION;
    question_claim(&call, CLAIM_IDENTIFIES_BY_NAME, true);
    question_claim(&call, CLAIM_STATES_LOCATION, true);
    question_claim(&call, CLAIM_NAMES_EMPLOYER, false);
    question_claim(&call, CLAIM_STATES_DEBT, false);
    (void)scene;
    return call;
}

static void location_calls_say_what_they_must_and_no_more(void **state)
{
    struct scene *scene = *state;
    const uint8_t person = add_person(scene, "TP1", RELATION_OTHER);
    static const struct {
        enum claim claim;
        bool holds;
    } wrong[] = {{CLAIM_IDENTIFIES_BY_NAME, false},
                 {CLAIM_STATES_LOCATION, false},
                 {CLAIM_NAMES_EMPLOYER, true},
                 {CLAIM_STATES_DEBT, true},
                 {CLAIM_REVEALS_COLLECTION, true}};
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct question call = location_call(scene, person);
        assert_allowed(scene, &call);
        question_claim(&call, wrong[i].claim, wrong[i].holds);
        assert_refused(scene, &call, "REGF-10B-LOC-CONTENT");
    }
    struct question asked = location_call(scene, person);
    question_claim(&asked, CLAIM_NAMES_EMPLOYER, true);
    question_claim(&asked, CLAIM_EMPLOYER_ASKED, true);
    assert_allowed(scene, &asked);
    notice_attorney(scene, FACT_NONE, FACT_FLAG_ATTORNEY_KNOWN);
    assert_refused(scene, &asked, "REGF-10B5-ATTY");
}

static void talk_to(struct scene *scene, const char *when, uint8_t person, enum contact_outcome outcome)
{
    struct fact_event call = event(FACT_CONTACT_OUT, when);
    call.person = person;
    call.debts = D1;
    call.outcome = outcome;
    call.purpose = PURPOSE_LOCATION;
    happens(scene, &call);
}

static void nobody_is_asked_twice(void **state)
{
    struct scene *scene = *state;
    const uint8_t person = add_person(scene, "TP1", RELATION_OTHER);
    struct question call = location_call(scene, person);
    talk_to(scene, "2026-05-19T15:00:00Z", person, OUTCOME_NO_ANSWER);
    assert_allowed(scene, &call);
    talk_to(scene, "2026-05-20T15:00:00Z", person, OUTCOME_CONVERSATION);
    assert_refused(scene, &call, "REGF-10C-LOC-FREQ");
    struct fact_event doubted = event(FACT_ANSWER_DOUBTED, "2026-05-21T15:00:00Z");
    doubted.person = person;
    happens(scene, &doubted); /* but he does not know better */
    assert_refused(scene, &call, "REGF-10C-LOC-FREQ");
    doubted.flags = FACT_FLAG_HAS_INFORMATION;
    happens(scene, &doubted);
    assert_allowed(scene, &call);
    talk_to(scene, "2026-06-09T15:00:00Z", person, OUTCOME_CONVERSATION);
    assert_refused(scene, &call, "REGF-10C-LOC-FREQ");
    struct fact_event requested = event(FACT_CALLBACK_REQUESTED, "2026-06-09T15:05:00Z");
    requested.person = person;
    happens(scene, &requested);
    assert_allowed(scene, &call);
}

static void holds_of_others_making_hold(void **state)
{
    struct scene *scene = *state;
    static const struct {
        enum hold hold;
        const char *rule;
    } holds[] = {{HOLD_DISPUTE, "REGF-38D2-DISPUTE"},    {HOLD_CEASE, "REGF-6C-CEASE"},
                 {HOLD_ATTORNEY, "REGF-6B2-ATTY"},       {HOLD_BANKRUPTCY, "BK-362-STAY"},
                 {HOLD_OPT_OUT_CALLS, "REGF-14H-MEDIA"}, {HOLD_OPT_OUT_CONTACT_POINT, "REGF-14H-MEDIA-POINT"},
                 {HOLD_WRONG_NUMBER, "REGF-6D1-3P"}};
    for (size_t i = 0; i < ARRAY_SIZE(holds); i++) {
        scene_begin(scene);
        struct fact_event set = event(FACT_HOLD_SET, "2026-06-01T15:00:00Z");
        set.debts = D1;
        set.hold = holds[i].hold;
        happens(scene, &set);
        struct question call = call_at(scene, JUNE_10);
        assert_refused(scene, &call, holds[i].rule);
        call.debts = D2;
        assert_allowed(scene, &call);
        set.type = FACT_HOLD_CLEARED;
        happens(scene, &set);
        call.debts = D1;
        assert_allowed(scene, &call);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_cease_holds_from_receipt_for_good, scene_reset),
        cmocka_unit_test_setup(a_cease_leaves_four_purposes, scene_reset),
        cmocka_unit_test_setup(a_refusal_that_is_not_written_holds_nothing, scene_reset),
        cmocka_unit_test_setup(an_attorney_is_spoken_to_instead, scene_reset),
        cmocka_unit_test_setup(an_attorney_may_go_consent_or_be_silent, scene_reset),
        cmocka_unit_test_setup(what_a_represented_consumer_begins_is_answered_once, scene_reset),
        cmocka_unit_test_setup(bankruptcy_holds_everybody, scene_reset),
        cmocka_unit_test_setup(a_timely_written_dispute_holds_until_it_is_verified, scene_reset),
        cmocka_unit_test_setup(a_dispute_is_timely_where_any_zone_says_so, scene_reset),
        cmocka_unit_test_setup(oral_and_late_disputes_hold_nothing, scene_reset),
        cmocka_unit_test_setup(a_hold_is_not_displaced_by_what_does_not_hold, scene_reset),
        cmocka_unit_test_setup(the_portion_that_is_not_disputed_may_be_collected, scene_reset),
        cmocka_unit_test_setup(a_notice_answers_a_duplicative_dispute, scene_reset),
        cmocka_unit_test_setup(the_original_creditor_is_named_first, scene_reset),
        cmocka_unit_test_setup(new_york_wants_substance, scene_reset),
        cmocka_unit_test_setup(nevada_waits_sixty_days, scene_reset),
        cmocka_unit_test_setup(third_parties_do_not_hear_of_debts, scene_reset),
        cmocka_unit_test_setup(consent_court_or_judgment_let_others_hear, scene_reset),
        cmocka_unit_test_setup(location_calls_say_what_they_must_and_no_more, scene_reset),
        cmocka_unit_test_setup(nobody_is_asked_twice, scene_reset),
        cmocka_unit_test_setup(holds_of_others_making_hold, scene_reset),
    };
    return cmocka_run_group_tests_name("rules.kind_hold", tests, scene_setup, scene_teardown);
}
