#include "scene.h"

/* 12 CFR 1006.6(b)(1), (3), (4): hours in every zone where the consumer may be, times and places that he named, work,
 * consent and the one response. */

static const struct {
    const char *when;
    bool is_allowed;
} HOURS[] = {
    {"2026-07-15T11:59:59Z", false}, {"2026-07-15T12:00:00Z", true},  {"2026-07-16T00:59:59Z", true},
    {"2026-07-16T01:00:00Z", false}, {"2026-11-01T12:30:00Z", false}, {"2026-11-01T13:00:00Z", true},
};

static void calls_are_made_from_eight_to_nine_local_time(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < ARRAY_SIZE(HOURS); i++) {
        struct question question = call_at(scene, HOURS[i].when);
        if (HOURS[i].is_allowed)
            assert_allowed(scene, &question);
        else
            assert_refused(scene, &question, "REGF-6B1I-TIME");
    }
}

/* Comment 6(b)(1)(i)-2.i: an Eastern mobile and a Pacific home leave 11:00 to 21:00 Eastern. */
static void every_zone_where_he_may_be_decides(void **state)
{
    struct scene *scene = *state;
    (void)add_address(scene, "A2", ADDRESS_POSTAL, PLACE_HOME, "America/Los_Angeles");
    struct question early = call_at(scene, "2026-06-10T14:59:59Z");
    struct question open = call_at(scene, "2026-06-10T15:00:00Z");
    struct question late = call_at(scene, "2026-06-11T01:00:00Z");
    assert_refused(scene, &early, "REGF-6B1I-TIME");
    assert_allowed(scene, &open);
    assert_refused(scene, &late, "REGF-6B1I-TIME");
    facts_book_particulars(scene->book)->known_zone = zone("America/New_York");
    assert_allowed(scene, &early);
}

static void a_wrong_number_says_nothing_of_where_he_is(void **state)
{
    struct scene *scene = *state;
    uint8_t wrong = add_address(scene, "P9", ADDRESS_MOBILE, PLACE_NONE, "America/Los_Angeles");
    struct question question = call_at(scene, "2026-06-10T13:00:00Z");
    assert_refused(scene, &question, "REGF-6B1I-TIME");
    struct fact_event learned = event(FACT_WRONG_NUMBER, "2026-06-09T13:00:00Z");
    learned.address = wrong;
    happens(scene, &learned);
    assert_allowed(scene, &question);
    question.address = wrong;
    assert_refused(scene, &question, "REGF-6D1-3P");
}

static void who_may_be_anywhere_is_called_where_it_is_day_everywhere(void **state)
{
    struct scene *scene = *state;
    scene_clear(scene);
    const struct fact_debt debt = fact_debt_plain();
    add_debt(scene, "D1", &debt);
    struct question morning = asks(ACTION_CONTACT, "2026-06-10T14:00:00Z");
    struct question noon = asks(ACTION_CONTACT, "2026-06-10T19:00:00Z");
    assert_refused(scene, &morning, "REGF-6B1I-TIME");
    assert_allowed(scene, &noon);
}

static void others_are_judged_where_they_are(void **state)
{
    struct scene *scene = *state;
    uint8_t spouse = add_person(scene, "TP1", RELATION_SPOUSE);
    uint8_t old = add_address_of(scene, "P5", ADDRESS_MOBILE, PLACE_NONE, spouse, "America/Los_Angeles");
    struct question call = call_at(scene, "2026-06-11T03:30:00Z");
    call.person = spouse;
    call.address = old;
    assert_allowed(scene, &call);
    call.address = add_address_of(scene, "P6", ADDRESS_MOBILE, PLACE_NONE, spouse, "America/Chicago");
    call.at = at("2026-06-10T13:30:00Z");
    assert_refused(scene, &call, "REGF-6B1I-TIME");
    struct fact_event wrong = event(FACT_WRONG_NUMBER, "2026-06-09T03:30:00Z");
    wrong.address = old;
    happens(scene, &wrong);
    assert_allowed(scene, &call);
}

static void letters_have_no_hour(void **state)
{
    struct scene *scene = *state;
    struct question letter = message_at(MEDIUM_LETTER, scene->home, "2026-06-10T03:00:00Z");
    struct question email = message_at(MEDIUM_EMAIL, scene->email, "2026-06-10T03:00:00Z");
    assert_allowed(scene, &letter);
    assert_refused(scene, &email, "REGF-6B1I-TIME");
}

static void designate(struct scene *scene, uint8_t days, int32_t from_second, int32_t to_second)
{
    struct fact_event designation = event(FACT_INCONVENIENT_TIME, "2026-06-01T14:00:00Z");
    designation.days = days;
    designation.from_second = from_second;
    designation.to_second = to_second;
    happens(scene, &designation);
}

#define WEEKDAYS 0x1f
#define WEEKEND  0x60
#define FRIDAY   0x10

/* Comment 6(b)(1)-2.i: 15:00 to 17:00 on weekdays and weekends; he writes at 15:30 on a Wednesday. */
static void one_response_goes_to_each_message(void **state)
{
    struct scene *scene = *state;
    designate(scene, WEEKDAYS, 15 * 3600, 17 * 3600);
    designate(scene, WEEKEND, 0, 0);
    struct question question = message_at(MEDIUM_EMAIL, scene->email, "2026-06-10T20:00:00Z");
    assert_refused(scene, &question, "REGF-6B1I-DESIG");
    consumer_writes(scene, "2026-06-10T19:30:00Z", MEDIUM_EMAIL, scene->email);
    assert_allowed(scene, &question);
    struct question text = message_at(MEDIUM_TEXT, scene->mobile, "2026-06-10T20:00:00Z");
    assert_refused(scene, &text, "REGF-6B1I-DESIG");
    writes(scene, "2026-06-10T20:00:00Z", MEDIUM_EMAIL, scene->email);
    question.at = at("2026-06-10T20:30:00Z");
    assert_refused(scene, &question, "REGF-6B1I-DESIG");
    consumer_writes(scene, "2026-06-10T20:35:00Z", MEDIUM_EMAIL, scene->email);
    question.at = at("2026-06-10T20:40:00Z");
    assert_allowed(scene, &question);
    question.at = at("2026-06-11T19:30:00Z");
    assert_refused(scene, &question, "REGF-6B1I-DESIG");
    question.at = at("2026-06-11T21:00:00Z");
    assert_allowed(scene, &question);
}

static void designated_hours_end(void **state)
{
    struct scene *scene = *state;
    designate(scene, FRIDAY, 0, 0);
    struct question question = call_at(scene, "2026-06-12T15:00:00Z");
    struct rules_verdict verdict;
    judge(scene, &question, &verdict);
    assert_false(verdict.is_allowed);
    const struct rule_hit *hit = verdict_hit(&verdict, "REGF-6B1I-DESIG");
    assert_non_null(hit);
    assert_true(hit->has_next);
    assert_int_equal(hit->next.us, at("2026-06-13T12:00:00Z").us);
    struct instant next;
    assert_true(rules_next_allowed(scene->selection, facts_book_facts(scene->book), &question, &next));
    assert_int_equal(next.us, at("2026-06-13T12:00:00Z").us);
}

static void a_rescinded_designation_is_none(void **state)
{
    struct scene *scene = *state;
    designate(scene, FRIDAY, 0, 0);
    struct fact_event rescinded = event(FACT_DESIGNATION_RESCINDED, "2026-06-05T14:00:00Z");
    happens(scene, &rescinded);
    struct question question = call_at(scene, "2026-06-12T15:00:00Z");
    assert_allowed(scene, &question);
}

static void a_designation_ends_on_its_last_day(void **state)
{
    struct scene *scene = *state;
    struct fact_event designation = event(FACT_INCONVENIENT_TIME, "2026-10-01T13:00:00Z");
    designation.days = 0x0a; /* Tuesday, Thursday */
    designation.date = on("2026-12-31");
    happens(scene, &designation);
    struct question tuesday = call_at(scene, "2026-11-03T19:00:00Z");
    struct question wednesday = call_at(scene, "2026-11-04T19:00:00Z");
    struct question next_year = call_at(scene, "2027-01-05T19:00:00Z");
    assert_refused(scene, &tuesday, "REGF-6B1I-DESIG");
    assert_allowed(scene, &wednesday);
    assert_allowed(scene, &next_year);
}

static void nights_that_he_named_reach_over_midnight(void **state)
{
    struct scene *scene = *state;
    designate(scene, FRIDAY, 20 * 3600, 10 * 3600);
    struct question evening = call_at(scene, "2026-06-13T00:30:00Z");
    struct question saturday = call_at(scene, "2026-06-13T13:30:00Z");
    struct question friday = call_at(scene, "2026-06-12T13:30:00Z");
    assert_refused(scene, &evening, "REGF-6B1I-DESIG");
    assert_refused(scene, &saturday, "REGF-6B1I-DESIG");
    assert_allowed(scene, &friday);
}

static void he_may_say_when_it_is_convenient(void **state)
{
    struct scene *scene = *state;
    struct fact_event designation = event(FACT_INCONVENIENT_TIME, "2026-06-01T14:00:00Z");
    designation.from_second = 10 * 3600;
    designation.to_second = 12 * 3600;
    designation.flags = FACT_FLAG_ONLY;
    happens(scene, &designation);
    struct question within = call_at(scene, "2026-06-10T15:00:00Z");
    struct question outside = call_at(scene, "2026-06-10T17:00:00Z");
    assert_allowed(scene, &within);
    assert_refused(scene, &outside, "REGF-6B1I-DESIG");
}

static void a_night_lasts_over_midnight(void **state)
{
    struct scene *scene = *state;
    consumer_writes(scene, "2026-06-11T02:00:00Z", MEDIUM_TEXT, scene->mobile);
    struct question text = message_at(MEDIUM_TEXT, scene->mobile, "2026-06-11T05:00:00Z");
    assert_allowed(scene, &text);
    text.at = at("2026-06-12T02:00:00Z");
    assert_refused(scene, &text, "REGF-6B1I-TIME");
}

static void a_session_of_the_portal_is_his_own(void **state)
{
    struct scene *scene = *state;
    designate(scene, FRIDAY, 0, 0);
    struct fact_event start = event(FACT_SESSION_START, "2026-06-12T14:00:00Z");
    happens(scene, &start);
    struct question question = message_at(MEDIUM_PORTAL, FACT_NONE, "2026-06-12T14:05:00Z");
    assert_allowed(scene, &question);
    struct fact_event end = event(FACT_SESSION_END, "2026-06-12T14:20:00Z");
    happens(scene, &end);
    question.at = at("2026-06-12T14:25:00Z");
    assert_refused(scene, &question, "REGF-6B1I-DESIG");
}

static void consent_to_hours_holds_until_revoked(void **state)
{
    struct scene *scene = *state;
    struct fact_event consent = event(FACT_CONSENT, "2026-06-08T18:00:00Z");
    consent.scope = CONSENT_TIME;
    consent.from_second = 21 * 3600;
    consent.to_second = 23 * 3600;
    consent.flags = FACT_FLAG_GIVEN_TO_COLLECTOR | FACT_FLAG_COMPLIANT;
    happens(scene, &consent);
    struct question question = call_at(scene, "2026-06-11T02:00:00Z");
    struct question later = call_at(scene, "2026-06-11T03:30:00Z");
    assert_allowed(scene, &question);
    assert_refused(scene, &later, "REGF-6B1I-TIME");
    struct fact_event revoked = event(FACT_CONSENT_REVOKED, "2026-06-09T14:00:00Z");
    revoked.scope = CONSENT_TIME;
    happens(scene, &revoked);
    assert_refused(scene, &question, "REGF-6B1I-TIME");
}

static void consent_to_somebody_else_is_none(void **state)
{
    struct scene *scene = *state;
    struct fact_event consent = event(FACT_CONSENT, "2026-06-08T18:00:00Z");
    consent.scope = CONSENT_TIME;
    consent.flags = FACT_FLAG_COMPLIANT;
    happens(scene, &consent);
    struct question question = call_at(scene, "2026-06-11T02:00:00Z");
    assert_refused(scene, &question, "REGF-6B1I-TIME");
    struct fact_event permission = event(FACT_COURT_PERMISSION, "2026-06-09T18:00:00Z");
    happens(scene, &permission);
    assert_allowed(scene, &question);
}

static void home_reaches_mail_and_landline_only(void **state)
{
    struct scene *scene = *state;
    uint8_t landline = add_address(scene, "P2", ADDRESS_LANDLINE, PLACE_HOME, "America/New_York");
    struct fact_event designation = event(FACT_INCONVENIENT_PLACE, "2026-06-01T14:00:00Z");
    designation.place = PLACE_HOME;
    happens(scene, &designation);
    struct question letter = message_at(MEDIUM_LETTER, scene->home, "2026-06-10T15:00:00Z");
    struct question call = call_at(scene, "2026-06-10T15:00:00Z");
    struct question landline_call = call;
    landline_call.address = landline;
    assert_refused(scene, &letter, "REGF-6B1II-PLACE");
    assert_refused(scene, &landline_call, "REGF-6B1II-PLACE");
    assert_allowed(scene, &call);
    consents(scene, "2026-06-02T14:00:00Z", CONSENT_TIME, FACT_NONE);
    assert_refused(scene, &letter, "REGF-6B1II-PLACE"); /* an hour is no place */
    consents(scene, "2026-06-02T14:00:00Z", CONSENT_EMPLOYER, FACT_NONE);
    assert_refused(scene, &letter, "REGF-6B1II-PLACE"); /* nor is work his home */
    facts_book_particulars(scene->book)->known_place = PLACE_HOME;
    facts_book_particulars(scene->book)->known_place_at_us = at("2026-06-10T14:55:00Z").us;
    assert_refused(scene, &call, "REGF-6B1II-PLACE");
}

static void work_is_called_until_the_employer_forbids_it(void **state)
{
    struct scene *scene = *state;
    struct question call = call_at(scene, "2026-06-10T15:00:00Z");
    call.address = add_address(scene, "P3", ADDRESS_LANDLINE, PLACE_WORK, "America/New_York");
    assert_allowed(scene, &call);
    struct fact_event prohibits = event(FACT_EMPLOYER_PROHIBITS, "2026-06-01T14:00:00Z");
    happens(scene, &prohibits);
    assert_refused(scene, &call, "REGF-6B3-WORK");
    struct question mobile = call_at(scene, "2026-06-10T15:00:00Z");
    assert_allowed(scene, &mobile);
    consents(scene, "2026-06-05T14:00:00Z", CONSENT_EMPLOYER, FACT_NONE);
    assert_allowed(scene, &call);
}

static void who_is_not_covered_may_call_at_night(void **state)
{
    struct scene *scene = *state;
    struct facts *facts = facts_book_scope(scene->book);
    facts->collector = COLLECTOR_CREDITOR;
    facts->is_covered = false;
    struct question call = call_at(scene, "2026-06-11T02:00:00Z");
    struct question email = message_at(MEDIUM_EMAIL, scene->email, "2026-06-11T02:00:00Z");
    assert_allowed(scene, &call);
    scene_select(scene, "US-FL");
    assert_refused(scene, &call, "FL-55972-HOURS");
    assert_allowed(scene, &email);
    email.at = at("2025-05-15T02:00:00Z");
    assert_refused(scene, &email, "FL-55972-HOURS");
}

static int64_t open_until(struct scene *scene, const char *when, const char *limit)
{
    struct question call = call_at(scene, when);
    return rules_open_until(scene->selection, facts_book_facts(scene->book), &call, at(limit)).us;
}

static void a_permit_ends_with_the_hours(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(open_until(scene, "2026-06-10T15:00:00Z", "2026-06-10T15:10:00Z"), at("2026-06-10T15:10:00Z").us);
    assert_int_equal(open_until(scene, "2026-06-11T00:55:00Z", "2026-06-11T01:05:00Z"), at("2026-06-11T01:00:00Z").us);
    designate(scene, 0, 15 * 3600, 17 * 3600);
    assert_int_equal(open_until(scene, "2026-06-10T18:55:00Z", "2026-06-10T19:05:00Z"), at("2026-06-10T19:00:00Z").us);
    assert_int_equal(open_until(scene, "2026-06-10T18:50:00Z", "2026-06-10T18:58:00Z"), at("2026-06-10T18:58:00Z").us);
}

static void commercial_debts_are_no_matter_of_the_part(void **state)
{
    struct scene *scene = *state;
    struct fact_debt debt = fact_debt_plain();
    debt.is_consumer_debt = false;
    add_debt(scene, "D4", &debt);
    struct question call = call_at(scene, "2026-06-11T02:00:00Z");
    call.debts = DEBT_BIT(3);
    assert_allowed(scene, &call);
    call.debts |= D1;
    assert_refused(scene, &call, "REGF-6B1I-TIME");
    call.debts = DEBT_BIT(3);
    facts_book_scope(scene->book)->is_natural_person = false;
    call.debts = D1;
    assert_allowed(scene, &call);
}

/* A zone that does not fit is not dropped: the hours of the others alone would allow too much. */
static void zones_that_do_not_fit_are_as_good_as_unknown(void **state)
{
    struct scene *scene = *state;
    static const char *const NAMES[] = {
        "America/Adak",          "America/Anchorage",      "America/Araguaina",   "America/Asuncion",
        "America/Bahia",         "America/Bahia_Banderas", "America/Barbados",    "America/Belem",
        "America/Belize",        "America/Boa_Vista",      "America/Bogota",      "America/Boise",
        "America/Cambridge_Bay", "America/Campo_Grande",   "America/Cancun",      "America/Caracas",
        "America/Cayenne",       "America/Chicago",        "America/Chihuahua",   "America/Ciudad_Juarez",
        "America/Costa_Rica",    "America/Coyhaique",      "America/Cuiaba",      "America/Danmarkshavn",
        "America/Dawson",        "America/Dawson_Creek",   "America/Denver",      "America/Detroit",
        "America/Edmonton",      "America/Eirunepe",       "America/El_Salvador", "America/Fort_Nelson",
        "America/Fortaleza",     "America/Glace_Bay",      "America/Goose_Bay",   "America/Grand_Turk",
        "America/Guatemala",     "America/Guayaquil",      "America/Guyana",      "America/Halifax",
        "America/Havana",        "America/Hermosillo",     "America/Inuvik",      "America/Iqaluit",
        "America/Jamaica",       "America/Juneau",         "America/La_Paz",      "America/Lima",
        "America/Los_Angeles",   "America/Maceio",         "America/Managua",     "America/Manaus",
        "America/Martinique",    "America/Matamoros",      "America/Mazatlan",    "America/Menominee",
        "America/Merida",        "America/Metlakatla",     "America/Mexico_City", "America/Miquelon",
        "America/Moncton",       "America/Monterrey",      "America/Montevideo",  "America/New_York",
        "America/Nome"};
    scene_clear(scene);
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        char id[16];
        assert_false(facts_book_facts(scene->book)->has_unreadable_zone);
        (void)snprintf(id, sizeof(id), "P%zu", i);
        (void)add_address(scene, id, ADDRESS_MOBILE, PLACE_NONE, NAMES[i]);
    }
    assert_true(facts_book_facts(scene->book)->has_unreadable_zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(calls_are_made_from_eight_to_nine_local_time, scene_reset),
        cmocka_unit_test_setup(every_zone_where_he_may_be_decides, scene_reset),
        cmocka_unit_test_setup(a_wrong_number_says_nothing_of_where_he_is, scene_reset),
        cmocka_unit_test_setup(who_may_be_anywhere_is_called_where_it_is_day_everywhere, scene_reset),
        cmocka_unit_test_setup(others_are_judged_where_they_are, scene_reset),
        cmocka_unit_test_setup(letters_have_no_hour, scene_reset),
        cmocka_unit_test_setup(one_response_goes_to_each_message, scene_reset),
        cmocka_unit_test_setup(designated_hours_end, scene_reset),
        cmocka_unit_test_setup(a_rescinded_designation_is_none, scene_reset),
        cmocka_unit_test_setup(a_designation_ends_on_its_last_day, scene_reset),
        cmocka_unit_test_setup(nights_that_he_named_reach_over_midnight, scene_reset),
        cmocka_unit_test_setup(he_may_say_when_it_is_convenient, scene_reset),
        cmocka_unit_test_setup(a_night_lasts_over_midnight, scene_reset),
        cmocka_unit_test_setup(a_permit_ends_with_the_hours, scene_reset),
        cmocka_unit_test_setup(commercial_debts_are_no_matter_of_the_part, scene_reset),
        cmocka_unit_test_setup(a_session_of_the_portal_is_his_own, scene_reset),
        cmocka_unit_test_setup(consent_to_hours_holds_until_revoked, scene_reset),
        cmocka_unit_test_setup(consent_to_somebody_else_is_none, scene_reset),
        cmocka_unit_test_setup(home_reaches_mail_and_landline_only, scene_reset),
        cmocka_unit_test_setup(work_is_called_until_the_employer_forbids_it, scene_reset),
        cmocka_unit_test_setup(who_is_not_covered_may_call_at_night, scene_reset),
        cmocka_unit_test_setup(zones_that_do_not_fit_are_as_good_as_unknown, scene_reset),
    };
    return cmocka_run_group_tests_name("rules.kind_time", tests, scene_setup, scene_teardown);
}
