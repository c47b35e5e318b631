#include "scene.h"

/* 12 CFR 1006.14(b) with the worked examples of its commentary, 1006.14(a), and the caps of states. */

#define CAP  "REGF-14B2A-7IN7"
#define GAP  "REGF-14B2B-CONVO7"
#define WARN "REGF-14B-REBUT"

static const char *hour(char text[static 64], const char *day, int hour)
{
    (void)snprintf(text, 64, "%.20sT%02d:00:00Z", day, hour);
    return text;
}

/* `n` unanswered calls about `debts`, one an hour from 13:00 UTC on. */
static void calls_on(struct scene *scene, const char *day, int n, debt_set debts)
{
    char when[64];
    for (int i = 0; i < n; i++)
        calls(scene, hour(when, day, 13 + i), OUTCOME_NO_ANSWER, debts);
}

/* -1.i: a limited-content message and six calls, April 1 to 7; the next on April 8. */
static void the_eighth_call_is_for_the_eighth_day(void **state)
{
    struct scene *scene = *state;
    calls(scene, "2026-04-01T14:00:00Z", OUTCOME_VOICEMAIL_LCM, D1);
    for (int day = 2; day <= 7; day++) {
        char when[64];
        (void)snprintf(when, sizeof(when), "2026-04-%02dT14:00:00Z", day);
        calls(scene, when, OUTCOME_NO_ANSWER, D1);
    }
    struct question question = call_at(scene, "2026-04-07T22:00:00Z");
    assert_refused(scene, &question, CAP);
    assert_count(scene, &question, CAP, 8);
    struct question ringless = question;
    ringless.medium = MEDIUM_RINGLESS;
    assert_refused(scene, &ringless, CAP);
    struct question email = message_at(MEDIUM_EMAIL, scene->email, "2026-04-07T22:00:00Z");
    assert_allowed(scene, &email);
    struct question other_debt = question;
    other_debt.debts = D2;
    assert_allowed(scene, &other_debt);
    question.at = at("2026-04-08T12:00:00Z");
    assert_allowed(scene, &question);
    assert_count(scene, &question, CAP, 7);
}

/* (ii)-1.i: 1 + 2 + 2 + 2 calls by April 7, and one more. */
static void calls_of_a_week_add_up(void **state)
{
    struct scene *scene = *state;
    calls_on(scene, "2026-04-01", 1, D1);
    calls_on(scene, "2026-04-03", 2, D1);
    calls_on(scene, "2026-04-05", 2, D1);
    calls_on(scene, "2026-04-06", 2, D1);
    struct question question = call_at(scene, "2026-04-07T14:00:00Z");
    struct rules_verdict verdict;
    judge(scene, &question, &verdict);
    const struct rule_hit *hit = verdict_hit(&verdict, CAP);
    assert_non_null(hit);
    assert_int_equal(hit->severity, SEVERITY_PRESUMED);
    assert_true(hit->is_overridable);
    assert_true(hit->has_next);
    assert_int_equal(hit->next.us, at("2026-04-08T12:00:00Z").us);
    assert_string_equal(hit->detail, "7 attempts since 2026-04-01; the limit is 7 in 7 days");
    question.justification = JUSTIFICATION_SELF_MADE;
    judge(scene, &question, &verdict);
    assert_false(verdict_hit(&verdict, CAP)->is_overridable);
}

static void a_call_leaves_the_window_at_local_midnight(void **state)
{
    struct scene *scene = *state;
    calls_on(scene, "2026-04-01", 4, D1);
    calls_on(scene, "2026-04-05", 3, D1);
    struct question question = call_at(scene, "2026-04-08T12:00:00Z");
    assert_allowed(scene, &question);
    assert_count(scene, &question, CAP, 4);
}

static const struct {
    enum contact_outcome outcome;
    bool counts;
} OUTCOMES[] = {
    {OUTCOME_UNKNOWN, true},         {OUTCOME_NO_ANSWER, true},      {OUTCOME_VOICEMAIL, true},
    {OUTCOME_VOICEMAIL_LCM, true},   {OUTCOME_VOICEMAIL_FULL, true}, {OUTCOME_RECORDED_MESSAGE, true},
    {OUTCOME_DROPPED, true},         {OUTCOME_BUSY, false},          {OUTCOME_RINGLESS_VOICEMAIL, true},
    {OUTCOME_NOT_IN_SERVICE, false},
};

/* Comment 14(b)(3)(ii)-1. */
static void calls_that_connect_count(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < ARRAY_SIZE(OUTCOMES); i++) {
        scene_begin(scene);
        calls_on(scene, "2026-04-02", 6, D1);
        calls(scene, "2026-04-06T22:30:00Z", OUTCOMES[i].outcome, D1);
        struct question question = call_at(scene, "2026-04-07T14:00:00Z");
        assert_count(scene, &question, CAP, OUTCOMES[i].counts ? 8 : 7);
        if (OUTCOMES[i].counts)
            assert_refused(scene, &question, CAP);
        else
            assert_allowed(scene, &question);
    }
}

/* -3.i. */
static void calls_to_a_wrong_number_were_none(void **state)
{
    struct scene *scene = *state;
    uint8_t other = add_address(scene, "P2", ADDRESS_MOBILE, PLACE_NONE, "America/New_York");
    calls_on(scene, "2026-06-01", 2, D1);
    struct fact_event learned = event(FACT_WRONG_NUMBER, "2026-06-04T12:00:00Z");
    learned.address = scene->mobile;
    happens(scene, &learned);
    scene->mobile = other;
    calls_on(scene, "2026-06-05", 6, D1);
    struct question question = call_at(scene, "2026-06-07T16:00:00Z");
    assert_count(scene, &question, CAP, 7);
    assert_allowed(scene, &question);
}

/* -1.ii: he calls on August 13; the next call is for August 20. */
static void a_conversation_is_followed_by_seven_days(void **state)
{
    struct scene *scene = *state;
    struct fact_event call = event(FACT_CONTACT_IN, "2026-08-13T15:00:00Z");
    call.address = scene->mobile;
    call.outcome = OUTCOME_CONVERSATION;
    call.debts = D1;
    call.discussed = D1;
    happens(scene, &call);
    struct question question = call_at(scene, "2026-08-19T14:00:00Z");
    assert_refused(scene, &question, GAP);
    assert_count(scene, &question, CAP, 1);
    struct question other_debt = question;
    other_debt.debts = D2;
    assert_allowed(scene, &other_debt);
    question.at = at("2026-08-20T14:00:00Z");
    assert_allowed(scene, &question);
}

static void seven_days_are_days_of_the_calendar(void **state)
{
    struct scene *scene = *state;
    calls(scene, "2026-03-06T23:00:00Z", OUTCOME_CONVERSATION, D1);
    struct question question = call_at(scene, "2026-03-13T12:05:00Z");
    assert_allowed(scene, &question);
    scene_begin(scene);
    calls(scene, "2026-12-29T15:00:00Z", OUTCOME_CONVERSATION, D1);
    question.at = at("2027-01-04T15:00:00Z");
    assert_refused(scene, &question, GAP);
}

/* (4)-2.vi: a debt that he raises was talked about, but the call was not placed for it. */
static void a_debt_that_he_raises_was_talked_about(void **state)
{
    struct scene *scene = *state;
    struct fact_event call = event(FACT_CONTACT_OUT, "2026-04-01T14:00:00Z");
    call.address = scene->mobile;
    call.outcome = OUTCOME_CONVERSATION;
    call.debts = D1;
    call.discussed = D1 | D2;
    happens(scene, &call);
    struct question question = call_at(scene, "2026-04-03T14:00:00Z");
    question.debts = D2;
    assert_refused(scene, &question, GAP);
    assert_count(scene, &question, CAP, 1);
    question.debts = D3;
    assert_allowed(scene, &question);
}

/* (4)-2.i: seven calls about each of three debts; one more about any counts to one of them. */
static void each_debt_has_its_own_seven(void **state)
{
    struct scene *scene = *state;
    for (int day = 1; day <= 7; day++) {
        char when[64];
        const debt_set debts[] = {D1, D2, D3};
        for (int i = 0; i < 3; i++) {
            (void)snprintf(when, sizeof(when), "2026-04-%02dT%d:00:00Z", day, 13 + i);
            struct question question = call_at(scene, when);
            question.debts = debts[i];
            assert_allowed(scene, &question);
            calls(scene, when, OUTCOME_NO_ANSWER, debts[i]);
        }
    }
    struct question question = call_at(scene, "2026-04-07T21:00:00Z");
    question.debts = D1 | D2 | D3;
    assert_refused(scene, &question, CAP);
}

/* (4)-2.vii. */
static void student_loans_of_one_account_are_one_debt(void **state)
{
    struct scene *scene = *state;
    scene_clear(scene);
    struct fact_debt loan = fact_debt_plain();
    loan.type = DEBT_STUDENT_LOAN;
    loan.account = facts_book_account(scene->book, "SA-77");
    add_debt(scene, "L1", &loan);
    add_debt(scene, "L2", &loan);
    loan.account = facts_book_account(scene->book, "SA-78");
    add_debt(scene, "L3", &loan);
    scene->mobile = add_address(scene, "P1", ADDRESS_MOBILE, PLACE_NONE, "America/New_York");
    calls_on(scene, "2026-04-02", 4, D1);
    calls_on(scene, "2026-04-03", 3, D2);
    struct question question = call_at(scene, "2026-04-07T19:00:00Z");
    assert_refused(scene, &question, CAP);
    assert_count(scene, &question, CAP, 8);
    question.debts = D3;
    assert_allowed(scene, &question);
}

/* (3)(i)-3.i, ii: spoken to on April 3 and asked to call back on Monday; that conversation ends the consent. */
static void a_call_back_on_monday_is_for_monday(void **state)
{
    struct scene *scene = *state;
    calls(scene, "2026-04-03T14:00:00Z", OUTCOME_CONVERSATION, D1);
    struct fact_event consent = event(FACT_CONSENT, "2026-04-03T14:05:00Z");
    consent.scope = CONSENT_CALLS;
    consent.debts = D1;
    consent.n_dates = 1;
    consent.dates[0] = on("2026-04-06");
    consent.flags = FACT_FLAG_GIVEN_TO_COLLECTOR | FACT_FLAG_COMPLIANT;
    happens(scene, &consent);
    struct question sunday = call_at(scene, "2026-04-05T14:00:00Z");
    struct question monday = call_at(scene, "2026-04-06T14:00:00Z");
    assert_refused(scene, &sunday, GAP);
    assert_allowed(scene, &monday);
    assert_count(scene, &monday, CAP, 1);
    calls(scene, "2026-04-06T14:00:00Z", OUTCOME_CONVERSATION, D1);
    struct question wednesday = call_at(scene, "2026-04-08T14:00:00Z");
    assert_refused(scene, &wednesday, GAP);
}

/* (3)(i)-3.iii: consent by e-mail on June 4; eight calls June 8 to 10 are excluded; one on June 11 counts. */
static void consent_lasts_seven_days(void **state)
{
    struct scene *scene = *state;
    calls_on(scene, "2026-06-01", 3, D1);
    consents(scene, "2026-06-04T13:00:00Z", CONSENT_CALLS, FACT_NONE);
    calls_on(scene, "2026-06-08", 3, D1);
    calls_on(scene, "2026-06-09", 3, D1);
    calls_on(scene, "2026-06-10", 2, D1);
    struct question question = call_at(scene, "2026-06-10T20:00:00Z");
    assert_count(scene, &question, CAP, 0);
    question.at = at("2026-06-11T14:00:00Z");
    assert_allowed(scene, &question);
    assert_count(scene, &question, CAP, 1);
}

/* One call about two debts counts toward the one for which there is no consent. Found by interop.rules_oracle. */
static void consent_is_of_its_debt_alone(void **state)
{
    struct scene *scene = *state;
    struct fact_event consent = fact_event_plain(FACT_CONSENT, at("2026-06-01T13:00:00Z"));
    consent.scope = CONSENT_CALLS;
    consent.debts = D2;
    consent.flags = FACT_FLAG_GIVEN_TO_COLLECTOR | FACT_FLAG_COMPLIANT;
    happens(scene, &consent);
    calls_on(scene, "2026-06-07", 7, D1 | D2);
    struct question question = call_at(scene, "2026-06-08T14:00:00Z");
    question.debts = D2;
    assert_allowed(scene, &question);
    assert_count(scene, &question, CAP, 1);
    question.debts = D1;
    assert_refused(scene, &question, CAP);
}

/* Business time was driven ahead and is released: what happened there has happened. Found by fault.clock. */
static void what_lies_ahead_of_the_clock_counts(void **state)
{
    struct scene *scene = *state;
    calls_on(scene, "2026-07-10", 6, D1);
    calls(scene, "2026-07-10T20:00:00Z", OUTCOME_CONVERSATION, D1);
    struct question question = call_at(scene, "2026-06-10T14:00:00Z");
    assert_refused(scene, &question, CAP);
    assert_refused(scene, &question, GAP);
}

static void a_revoked_consent_excludes_nothing(void **state)
{
    struct scene *scene = *state;
    calls(scene, "2026-04-03T14:00:00Z", OUTCOME_CONVERSATION, D1);
    consents(scene, "2026-04-03T14:05:00Z", CONSENT_CALLS, FACT_NONE);
    struct question question = call_at(scene, "2026-04-06T14:00:00Z");
    assert_allowed(scene, &question);
    struct fact_event revoked = event(FACT_CONSENT_REVOKED, "2026-04-05T14:00:00Z");
    revoked.scope = CONSENT_CALLS;
    happens(scene, &revoked);
    assert_refused(scene, &question, GAP);
}

/* -1.iii: seven unanswered calls to a third party, October 6 to 12; its own count. */
static void every_person_has_his_own_count(void **state)
{
    struct scene *scene = *state;
    uint8_t neighbour = add_person(scene, "TP1", RELATION_OTHER);
    uint8_t phone = add_address_of(scene, "P5", ADDRESS_MOBILE, PLACE_NONE, neighbour, "America/New_York");
    for (int day = 6; day <= 12; day++) {
        struct fact_event call = event(FACT_CONTACT_OUT, "2026-10-06T15:00:00Z");
        call.at.us += (day - 6) * US_PER_DAY;
        call.person = neighbour;
        call.address = phone;
        call.debts = D1;
        call.outcome = OUTCOME_NO_ANSWER;
        call.purpose = PURPOSE_LOCATION;
        happens(scene, &call);
    }
    struct question question = call_at(scene, "2026-10-12T19:00:00Z");
    assert_allowed(scene, &question);
    assert_count(scene, &question, CAP, 1);
    question.person = neighbour;
    question.address = phone;
    question.purpose = PURPOSE_LOCATION;
    assert_refused(scene, &question, CAP);
    uint8_t attorney = add_person(scene, "ATT1", RELATION_ATTORNEY);
    question.person = attorney;
    question.address = FACT_NONE;
    question.purpose = PURPOSE_COLLECTION;
    assert_allowed(scene, &question);
    assert_count(scene, &question, CAP, 0);
}

static void other_collectors_calls_are_theirs(void **state)
{
    struct scene *scene = *state;
    calls_on(scene, "2026-04-02", 6, D1);
    struct fact_event call = event(FACT_CONTACT_OUT, "2026-04-03T14:00:00Z");
    call.address = scene->mobile;
    call.outcome = OUTCOME_CONVERSATION;
    call.debts = D1;
    call.flags = FACT_FLAG_BY_OTHER;
    happens(scene, &call);
    struct question question = call_at(scene, "2026-04-07T14:00:00Z");
    assert_allowed(scene, &question);
    assert_count(scene, &question, CAP, 7);
}

static bool warns(struct scene *scene, const struct question *question, const char *rule)
{
    struct rules_verdict verdict;
    judge(scene, question, &verdict);
    const struct rule_hit *hit = verdict_hit(&verdict, rule);
    assert_true(hit == NULL || hit->severity == SEVERITY_WARN);
    return hit != NULL;
}

/* -2.i and the like: within the numbers, and yet. */
static void patterns_are_warned_of(void **state)
{
    struct scene *scene = *state;
    struct question question = call_at(scene, "2026-04-03T20:00:00Z");
    assert_false(warns(scene, &question, WARN));
    calls_on(scene, "2026-04-03", 5, D1);
    assert_true(warns(scene, &question, WARN));
    assert_allowed(scene, &question);
    scene_begin(scene);
    calls(scene, "2026-04-03T19:57:00Z", OUTCOME_NO_ANSWER, D1);
    assert_true(warns(scene, &question, WARN));
    scene_begin(scene);
    debt_event(scene, FACT_REFUSE_TO_PAY, "2026-03-03T19:57:00Z", 0);
    assert_true(warns(scene, &question, WARN));
    assert_allowed(scene, &question);
}

static void a_busy_day_is_seen_later(void **state)
{
    struct scene *scene = *state;
    calls_on(scene, "2026-04-02", 1, D1);
    calls_on(scene, "2026-04-03", 6, D1);
    struct question question = call_at(scene, "2026-04-12T20:00:00Z");
    assert_false(warns(scene, &question, WARN));
    question.at = at("2026-04-05T20:00:00Z");
    assert_true(warns(scene, &question, WARN));
    struct rules_verdict verdict;
    judge(scene, &question, &verdict); /* seven calls: refused as well, and that stands first */
    assert_int_equal(verdict.n_hits, 2);
    assert_string_equal(verdict.hits[0].rule->id, CAP);
    assert_int_equal(verdict.hits[1].severity, SEVERITY_WARN);
}

/* A call of 01:00 on April 1 in New York is one of March 31 in Los Angeles: where one zone blocks, the rule does. */
static void every_zone_counts_its_own_days(void **state)
{
    struct scene *scene = *state;
    (void)add_address(scene, "A2", ADDRESS_POSTAL, PLACE_HOME, "America/Los_Angeles");
    for (int i = 0; i < 7; i++)
        calls(scene, "2026-04-01T05:00:00Z", OUTCOME_NO_ANSWER, D1);
    struct question question = call_at(scene, "2026-04-07T16:00:00Z");
    assert_refused(scene, &question, CAP);
    question.at = at("2026-04-08T16:00:00Z");
    assert_allowed(scene, &question);
}

static void a_conversation_uses_consent_up(void **state)
{
    struct scene *scene = *state;
    consents(scene, "2026-06-04T13:00:00Z", CONSENT_CALLS, FACT_NONE);
    calls(scene, "2026-06-05T14:00:00Z", OUTCOME_CONVERSATION, D1);
    struct question question = call_at(scene, "2026-06-06T14:00:00Z");
    assert_refused(scene, &question, GAP);
}

static void a_call_that_is_not_reported_may_be_a_conversation(void **state)
{
    struct scene *scene = *state;
    struct fact_event open = event(FACT_CONTACT_OUT, "2026-04-03T14:00:00Z");
    open.address = scene->mobile;
    open.debts = D1;
    open.flags = FACT_FLAG_OPEN;
    happens(scene, &open);
    struct question question = call_at(scene, "2026-04-03T14:01:00Z");
    assert_refused(scene, &question, GAP);
    assert_count(scene, &question, CAP, 2);
    question.debts = D2;
    assert_allowed(scene, &question);
}

static void media_add_up(void **state)
{
    struct scene *scene = *state;
    calls_on(scene, "2026-04-02", 4, D1);
    struct question question = message_at(MEDIUM_EMAIL, scene->email, "2026-04-05T15:00:00Z");
    assert_false(warns(scene, &question, "REGF-14A-CUMUL"));
    for (int i = 0; i < 4; i++)
        writes(scene, "2026-04-03T15:00:00Z", MEDIUM_EMAIL, scene->email);
    assert_true(warns(scene, &question, "REGF-14A-CUMUL"));
    assert_allowed(scene, &question);
}

/* --- states --------------------------------------------------------------------------------------------------------
 */

static void massachusetts_allows_two_calls_or_texts(void **state)
{
    struct scene *scene = *state;
    scene_select(scene, "US-MA");
    calls_on(scene, "2026-06-08", 1, D1);
    struct question question = call_at(scene, "2026-06-10T15:00:00Z");
    assert_allowed(scene, &question);
    writes(scene, "2026-06-09T14:00:00Z", MEDIUM_TEXT, scene->mobile);
    assert_refused(scene, &question, "MA-704F-2IN7");
    facts_book_scope(scene->book)->is_covered = false;
    facts_book_scope(scene->book)->collector = COLLECTOR_CREDITOR;
    assert_refused(scene, &question, "MA-704F-2IN7");
    struct question email = message_at(MEDIUM_EMAIL, scene->email, "2026-06-10T15:00:00Z");
    assert_allowed(scene, &email);
    question.debts = D2;
    assert_allowed(scene, &question);
    question.debts = D1;
    question.address = add_address(scene, "P3", ADDRESS_LANDLINE, PLACE_WORK, "America/New_York");
    assert_allowed(scene, &question);
    scene->mobile = question.address;
    calls_on(scene, "2026-06-10", 2, D1);
    question.at = at("2026-07-08T15:00:00Z");
    assert_refused(scene, &question, "MA-704F-2IN30");
    question.at = at("2026-07-10T15:00:00Z");
    assert_allowed(scene, &question);
}

static void washington_counts_all_forms_but_responses(void **state)
{
    struct scene *scene = *state;
    scene_select(scene, "US-WA");
    writes(scene, "2026-06-08T17:00:00Z", MEDIUM_EMAIL, scene->email);
    calls_on(scene, "2026-06-09", 1, D2);
    writes(scene, "2026-06-10T17:00:00Z", MEDIUM_LETTER, scene->home);
    struct question question = message_at(MEDIUM_EMAIL, scene->email, "2026-06-11T17:30:00Z");
    assert_refused(scene, &question, "WA-250-3PERWEEK");
    consumer_writes(scene, "2026-06-11T17:00:00Z", MEDIUM_EMAIL, scene->email);
    question_claim(&question, CLAIM_REPLY, true);
    assert_allowed(scene, &question);
    scene_begin(scene);
    scene->mobile = add_address(scene, "P3", ADDRESS_LANDLINE, PLACE_WORK, "America/New_York");
    calls_on(scene, "2026-06-09", 1, D1);
    struct question work = call_at(scene, "2026-06-11T17:30:00Z");
    assert_refused(scene, &work, "WA-250-WORK1");
    facts_book_scope(scene->book)->is_covered = false;
    facts_book_scope(scene->book)->collector = COLLECTOR_CREDITOR;
    assert_allowed(scene, &work);
}

static void new_york_city_counts_attempts_from_september(void **state)
{
    struct scene *scene = *state;
    scene_select(scene, "US-NY-NYC");
    calls_on(scene, "2026-10-05", 1, D1);
    writes(scene, "2026-10-06T14:00:00Z", MEDIUM_LETTER, scene->home);
    calls_on(scene, "2026-10-07", 1, D1);
    struct question question = call_at(scene, "2026-10-08T15:00:00Z");
    assert_refused(scene, &question, "NYC-577-3IN7");
    question.at = at("2026-10-12T15:00:00Z");
    assert_allowed(scene, &question);
    scene_begin(scene);
    calls_on(scene, "2026-08-05", 3, D1);
    question.at = at("2026-08-06T15:00:00Z");
    assert_allowed(scene, &question);
    writes(scene, "2026-08-06T14:00:00Z", MEDIUM_EMAIL, scene->email);
    writes(scene, "2026-08-06T14:30:00Z", MEDIUM_EMAIL, scene->email);
    assert_refused(scene, &question, "NYC-577-2IN7");
}

static void the_district_wants_consent_to_messages(void **state)
{
    struct scene *scene = *state;
    scene_select(scene, "US-DC");
    struct question email = message_at(MEDIUM_EMAIL, scene->email, "2026-06-10T15:00:00Z");
    assert_refused(scene, &email, "DC-3814-ECONSENT");
    struct question request = email;
    request.purpose = PURPOSE_REQUEST_ELECTRONIC_CONSENT;
    assert_allowed(scene, &request);
    consents(scene, "2026-06-01T14:00:00Z", CONSENT_ELECTRONIC, FACT_NONE);
    assert_allowed(scene, &email);
    for (int i = 0; i < 4; i++)
        writes(scene, "2026-06-07T14:00:00Z", MEDIUM_EMAIL, scene->email);
    assert_allowed(scene, &email);
    writes(scene, "2026-06-08T14:00:00Z", MEDIUM_TEXT, scene->mobile);
    assert_refused(scene, &email, "DC-3814-5ECOMM");
    calls_on(scene, "2026-06-09", 3, D1);
    struct question call = call_at(scene, "2026-06-10T15:00:00Z");
    assert_allowed(scene, &call);
    calls(scene, "2026-06-09T20:00:00Z", OUTCOME_BUSY, D1);
    assert_refused(scene, &call, "DC-3814-4CALLS");
}

static void consent_is_asked_for_once_a_week(void **state)
{
    struct scene *scene = *state;
    scene_select(scene, "US-DC");
    struct fact_event asked = event(FACT_CONTACT_OUT, "2026-06-05T14:00:00Z");
    asked.medium = MEDIUM_EMAIL;
    asked.purpose = PURPOSE_REQUEST_ELECTRONIC_CONSENT;
    asked.outcome = OUTCOME_SENT;
    happens(scene, &asked);
    struct question request = message_at(MEDIUM_EMAIL, scene->email, "2026-06-10T15:00:00Z");
    request.purpose = PURPOSE_REQUEST_ELECTRONIC_CONSENT;
    assert_refused(scene, &request, "DC-3814-ECONSENT");
    request.at = at("2026-06-12T15:00:00Z");
    assert_allowed(scene, &request);
}

static void west_virginia_counts_all_debts_together(void **state)
{
    struct scene *scene = *state;
    scene_select(scene, "US-WV");
    facts_book_scope(scene->book)->is_covered = false; /* federal limits aside */
    for (int day = 8; day <= 12; day++) {
        char date[64];
        (void)snprintf(date, sizeof(date), "2026-06-%02d", day);
        calls_on(scene, date, day == 8 ? 5 : 6, day % 2 == 0 ? D1 : D2);
    }
    struct question question = call_at(scene, "2026-06-13T15:00:00Z");
    assert_allowed(scene, &question);
    assert_count(scene, &question, "WV-125-30CALLS", 30);
    calls(scene, "2026-06-12T20:00:00Z", OUTCOME_NO_ANSWER, D3);
    assert_refused(scene, &question, "WV-125-30CALLS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_eighth_call_is_for_the_eighth_day, scene_reset),
        cmocka_unit_test_setup(calls_of_a_week_add_up, scene_reset),
        cmocka_unit_test_setup(a_call_leaves_the_window_at_local_midnight, scene_reset),
        cmocka_unit_test_setup(calls_that_connect_count, scene_reset),
        cmocka_unit_test_setup(calls_to_a_wrong_number_were_none, scene_reset),
        cmocka_unit_test_setup(a_conversation_is_followed_by_seven_days, scene_reset),
        cmocka_unit_test_setup(seven_days_are_days_of_the_calendar, scene_reset),
        cmocka_unit_test_setup(a_debt_that_he_raises_was_talked_about, scene_reset),
        cmocka_unit_test_setup(each_debt_has_its_own_seven, scene_reset),
        cmocka_unit_test_setup(student_loans_of_one_account_are_one_debt, scene_reset),
        cmocka_unit_test_setup(a_call_back_on_monday_is_for_monday, scene_reset),
        cmocka_unit_test_setup(consent_lasts_seven_days, scene_reset),
        cmocka_unit_test_setup(consent_is_of_its_debt_alone, scene_reset),
        cmocka_unit_test_setup(what_lies_ahead_of_the_clock_counts, scene_reset),
        cmocka_unit_test_setup(a_revoked_consent_excludes_nothing, scene_reset),
        cmocka_unit_test_setup(every_person_has_his_own_count, scene_reset),
        cmocka_unit_test_setup(other_collectors_calls_are_theirs, scene_reset),
        cmocka_unit_test_setup(patterns_are_warned_of, scene_reset),
        cmocka_unit_test_setup(a_busy_day_is_seen_later, scene_reset),
        cmocka_unit_test_setup(every_zone_counts_its_own_days, scene_reset),
        cmocka_unit_test_setup(a_conversation_uses_consent_up, scene_reset),
        cmocka_unit_test_setup(a_call_that_is_not_reported_may_be_a_conversation, scene_reset),
        cmocka_unit_test_setup(media_add_up, scene_reset),
        cmocka_unit_test_setup(massachusetts_allows_two_calls_or_texts, scene_reset),
        cmocka_unit_test_setup(washington_counts_all_forms_but_responses, scene_reset),
        cmocka_unit_test_setup(new_york_city_counts_attempts_from_september, scene_reset),
        cmocka_unit_test_setup(the_district_wants_consent_to_messages, scene_reset),
        cmocka_unit_test_setup(consent_is_asked_for_once_a_week, scene_reset),
        cmocka_unit_test_setup(west_virginia_counts_all_debts_together, scene_reset),
    };
    return cmocka_run_group_tests_name("rules.kind_frequency", tests, scene_setup, scene_teardown);
}
