#include "scene.h"

/* What is said, furnished, sold, sued for, deposited, debited and kept. */

#define JUNE_10 "2026-06-10T15:00:00Z"
#define FULL    CLAIM_DISCLOSES_FULL
#define SHORT   CLAIM_DISCLOSES_COLLECTOR

/* --- disclosures and validation ------------------------------------------------------------------------------------
 */

static struct question disclosing(struct scene *scene, enum medium medium, enum claim disclosure)
{
    struct question question = message_at(medium, scene->home, JUNE_10);
    question_claim(&question, CLAIM_DISCLOSURES, true);
    question_claim(&question, disclosure, true);
    return question;
}

static void first_communications_say_more(void **state)
{
    struct scene *scene = *state;
    struct question letter = disclosing(scene, MEDIUM_LETTER, SHORT);
    assert_allowed(scene, &letter);
    question_claim(&letter, CLAIM_FIRST_COMMUNICATION, true);
    assert_refused(scene, &letter, "REGF-18E-DISCL");
    letter = disclosing(scene, MEDIUM_LETTER, FULL);
    question_claim(&letter, CLAIM_FIRST_COMMUNICATION, true);
    assert_allowed(scene, &letter);
    letter = disclosing(scene, MEDIUM_LETTER, CLAIM_AUTOMATED);
    assert_refused(scene, &letter, "REGF-18E-DISCL");
    /* The first letter after a talk says it again. */
    calls(scene, "2026-05-01T15:00:00Z", OUTCOME_CONVERSATION, D1);
    letter = disclosing(scene, MEDIUM_LETTER, SHORT);
    assert_refused(scene, &letter, "REGF-18E-DISCL");
    writes(scene, "2026-05-02T15:00:00Z", MEDIUM_LETTER, scene->home);
    assert_allowed(scene, &letter);
}

static void callers_say_who_they_are(void **state)
{
    struct scene *scene = *state;
    struct question call = call_at(scene, JUNE_10);
    question_claim(&call, CLAIM_IDENTIFIES, false);
    assert_refused(scene, &call, "REGF-14G-ID");
    question_claim(&call, CLAIM_IDENTIFIES, true);
    assert_allowed(scene, &call);
}

static void validation_comes_within_five_days(void **state)
{
    struct scene *scene = *state;
    struct question send = asks(ACTION_SEND_VALIDATION, "2026-06-10T14:00:00Z");
    struct question omit = asks(ACTION_OMIT_VALIDATION, "2026-06-10T14:00:00Z");
    calls(scene, "2026-06-01T14:00:00Z", OUTCOME_VOICEMAIL_LCM, D1);
    assert_allowed(scene, &send);
    assert_allowed(scene, &omit);
    calls(scene, "2026-06-05T14:00:00Z", OUTCOME_CONVERSATION, D1);
    assert_allowed(scene, &send);
    assert_refused(scene, &omit, "REGF-34A-TIMING");
    send.at = at("2026-06-11T14:00:00Z");
    assert_refused(scene, &send, "REGF-34A-TIMING");
    debt_event(scene, FACT_PAYMENT, "2026-06-08T14:00:00Z", FACT_FLAG_IN_FULL);
    assert_allowed(scene, &omit);
    scene_begin(scene);
    calls(scene, "2026-06-05T14:00:00Z", OUTCOME_CONVERSATION, D1);
    debt_event(scene, FACT_VALIDATION_ORAL, "2026-06-05T14:05:00Z", 0);
    assert_allowed(scene, &omit);
}

static void what_is_missing_is_named(void **state)
{
    struct scene *scene = *state;
    struct question check = asks(ACTION_CHECK_VALIDATION, JUNE_10);
    const uint32_t all = (1u << NOTICE_FIELD_COUNT) - 1;
    check.medium = MEDIUM_LETTER;
    check.notice_fields = all & ~(1u << NOTICE_ELECTRONIC_DISPUTE);
    assert_allowed(scene, &check);
    check.medium = MEDIUM_EMAIL;
    assert_refused(scene, &check, "REGF-34C-CONTENT");
    check.notice_fields = all & ~(1u << NOTICE_END_DATE_DISPUTE);
    struct rules_verdict verdict;
    judge(scene, &check, &verdict);
    assert_string_equal(verdict_hit(&verdict, "REGF-34C-CONTENT")->detail,
                        "missing: validation_end_date_dispute_statement");
    check.notice_fields = all & ~(1u << NOTICE_CFPB_WEBSITE);
    assert_refused(scene, &check, "REGF-34C-CONTENT");
    question_claim(&check, CLAIM_FINANCIAL_PRODUCT, false);
    assert_allowed(scene, &check);
    for (int field = 0; field < NOTICE_FIELD_COUNT; field++)
        assert_int_equal(notice_field_find(notice_field_name((enum notice_field)field)), field);
}

static void rights_are_not_overshadowed(void **state)
{
    struct scene *scene = *state;
    struct fact_event notice = event(FACT_VALIDATION_SENT, "2026-06-01T14:00:00Z");
    notice.date = on("2026-07-08");
    happens(scene, &notice);
    struct question letter = message_at(MEDIUM_LETTER, scene->home, JUNE_10);
    letter.date = on("2026-07-08");
    assert_refused(scene, &letter, "REGF-38B-OVERSHADOW");
    letter.date = on("2026-07-09");
    assert_allowed(scene, &letter);
    question_claim(&letter, CLAIM_OVERSHADOWS, true);
    assert_refused(scene, &letter, "REGF-38B-OVERSHADOW");
    letter.at = at("2026-07-09T15:00:00Z");
    assert_allowed(scene, &letter);
}

/* --- furnishing: the examples of comment 30(a)(1)-3 -----------------------------------------------------------------
 */

static void a_letter_is_waited_for_14_days(void **state)
{
    struct scene *scene = *state;
    struct question furnish = asks(ACTION_FURNISH, "2026-05-14T14:00:00Z");
    assert_refused(scene, &furnish, "REGF-30A-FURNISH");
    calls(scene, "2026-04-30T14:00:00Z", OUTCOME_VOICEMAIL_LCM, D1);
    writes(scene, "2026-05-01T14:00:00Z", MEDIUM_LETTER, scene->home);
    assert_refused(scene, &furnish, "REGF-30A-FURNISH");
    furnish.at = at("2026-05-15T14:00:00Z");
    assert_allowed(scene, &furnish);
    debt_event(scene, FACT_UNDELIVERABLE, "2026-05-10T14:00:00Z", 0);
    assert_refused(scene, &furnish, "REGF-30A-FURNISH");
    writes(scene, "2026-05-11T14:00:00Z", MEDIUM_LETTER, scene->home);
    furnish.at = at("2026-05-24T14:00:00Z");
    assert_refused(scene, &furnish, "REGF-30A-FURNISH");
    furnish.recipient = RECIPIENT_CHECK_HISTORY_CRA;
    assert_allowed(scene, &furnish);
    furnish.recipient = RECIPIENT_CRA;
    furnish.at = at("2026-05-25T14:00:00Z");
    assert_allowed(scene, &furnish);
    debt_event(scene, FACT_UNDELIVERABLE, "2026-05-26T14:00:00Z", 0);
    assert_allowed(scene, &furnish);
}

static void who_was_spoken_to_is_furnished_at_once(void **state)
{
    struct scene *scene = *state;
    calls(scene, "2026-05-02T14:00:00Z", OUTCOME_CONVERSATION, D1);
    struct question furnish = asks(ACTION_FURNISH, "2026-05-02T14:00:00Z");
    assert_allowed(scene, &furnish);
    furnish.debts = D2;
    assert_refused(scene, &furnish, "REGF-30A-FURNISH");
}

/* --- transfers, payments, suits, fees ------------------------------------------------------------------------------
 */

static const struct {
    enum debt_status status;
    bool has_lien, is_notified;
    enum recipient recipient;
    bool is_allowed;
} TRANSFERS[] = {
    {DEBT_STATUS_ACTIVE, false, false, RECIPIENT_BUYER, true},
    {DEBT_STATUS_PAID, false, false, RECIPIENT_BUYER, false},
    {DEBT_STATUS_SETTLED, false, false, RECIPIENT_AGENCY, false},
    {DEBT_STATUS_DISCHARGED, false, false, RECIPIENT_BUYER, false},
    {DEBT_STATUS_DISCHARGED, true, false, RECIPIENT_BUYER, false},
    {DEBT_STATUS_DISCHARGED, true, true, RECIPIENT_BUYER, true},
    {DEBT_STATUS_DISCHARGED, false, true, RECIPIENT_BUYER, false},
    {DEBT_STATUS_PAID, true, true, RECIPIENT_BUYER, false},
    {DEBT_STATUS_PAID, false, false, RECIPIENT_OWNER, true},
    {DEBT_STATUS_PAID, false, false, RECIPIENT_SECURITIZATION, true},
    {DEBT_STATUS_PAID, false, false, RECIPIENT_MERGER, true},
};

static void debts_that_are_gone_are_not_sold(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < ARRAY_SIZE(TRANSFERS); i++) {
        scene_clear(scene);
        struct fact_debt debt = fact_debt_plain();
        debt.status = TRANSFERS[i].status;
        debt.has_lien = TRANSFERS[i].has_lien;
        add_debt(scene, "D1", &debt);
        struct question sell = asks(ACTION_SELL, JUNE_10);
        sell.recipient = TRANSFERS[i].recipient;
        question_claim(&sell, CLAIM_NOTIFIES_DISCHARGE, TRANSFERS[i].is_notified);
        if (TRANSFERS[i].is_allowed)
            assert_allowed(scene, &sell);
        else
            assert_refused(scene, &sell, "REGF-30B-SALE");
        sell.action = ACTION_SEND_DATA;
        assert_allowed(scene, &sell);
    }
}

static void payments_go_where_the_consumer_says(void **state)
{
    struct scene *scene = *state;
    debt_event(scene, FACT_DISPUTE, "2026-05-20T14:00:00Z", 0);
    struct question apply = asks(ACTION_APPLY_PAYMENT, JUNE_10);
    assert_refused(scene, &apply, "REGF-30C-PAYMENT");
    apply.debts = D2;
    assert_allowed(scene, &apply);
    apply.directed_debt = 2;
    assert_refused(scene, &apply, "REGF-30C-PAYMENT");
    apply.debts = D3;
    assert_allowed(scene, &apply);
    scene_clear(scene); /* who owes one debt only pays that one */
    const struct fact_debt debt = fact_debt_plain();
    add_debt(scene, "D1", &debt);
    debt_event(scene, FACT_DISPUTE, "2026-05-20T14:00:00Z", 0);
    apply.debts = D1;
    apply.directed_debt = FACT_NONE;
    assert_allowed(scene, &apply);
}

static void old_debts_are_not_sued_for(void **state)
{
    struct scene *scene = *state;
    scene_clear(scene);
    struct fact_debt debt = fact_debt_plain();
    debt.is_limited = true;
    debt.limitation_ends = on("2026-06-10");
    add_debt(scene, "D1", &debt);
    struct question suit = asks(ACTION_FILE_SUIT, "2026-06-09T15:00:00Z");
    struct question threat = asks(ACTION_CONTACT, JUNE_10);
    struct question claim = asks(ACTION_PROOF_OF_CLAIM, JUNE_10);
    assert_allowed(scene, &suit);
    suit.at = at(JUNE_10);
    assert_refused(scene, &suit, "REGF-26-TIMEBARRED");
    suit.action = ACTION_THREATEN_SUIT;
    assert_refused(scene, &suit, "REGF-26-TIMEBARRED");
    assert_allowed(scene, &claim);
    threat.medium = MEDIUM_LETTER;
    assert_allowed(scene, &threat);
    question_claim(&threat, CLAIM_THREATENS_SUIT, true);
    assert_refused(scene, &threat, "REGF-26-TIMEBARRED");
}

static const struct {
    enum venue venue;
    bool is_about_property, is_allowed;
} VENUES[] = {
    {VENUE_CONSUMER_RESIDENCE, false, true},
    {VENUE_CONTRACT_SIGNED, false, true},
    {VENUE_OTHER, false, false},
    {VENUE_CONSUMER_RESIDENCE, true, false},
    {VENUE_REAL_PROPERTY, true, true},
    {VENUE_REAL_PROPERTY, false, false},
    {VENUE_OTHER, true, false},
};

static void suits_have_their_place(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < ARRAY_SIZE(VENUES); i++) {
        struct question suit = asks(ACTION_FILE_SUIT, JUNE_10);
        suit.venue = VENUES[i].venue;
        question_claim(&suit, CLAIM_REAL_PROPERTY, VENUES[i].is_about_property);
        if (VENUES[i].is_allowed)
            assert_allowed(scene, &suit);
        else
            assert_refused(scene, &suit, "REGF-30D-VENUE");
    }
}

static void fees_need_a_ground(void **state)
{
    struct scene *scene = *state;
    struct question fee = asks(ACTION_ASSESS_FEE, JUNE_10);
    assert_refused(scene, &fee, "REGF-22B-FEES");
    question_claim(&fee, CLAIM_PERMITTED_BY_LAW, false);
    assert_refused(scene, &fee, "REGF-22B-FEES");
    question_claim(&fee, CLAIM_AUTHORIZED, true);
    assert_allowed(scene, &fee);
}

static const struct {
    const char *dated, *received, *notice, *when;
    bool is_allowed;
} DEPOSITS[] = {
    {"2026-07-01", "2026-06-01", "2026-06-24T14:00:00Z", "2026-07-01T14:00:00Z", true},
    {"2026-07-01", "2026-06-01", "2026-06-29T14:00:00Z", "2026-07-01T14:00:00Z", false}, /* two business days */
    {"2026-07-01", "2026-06-01", "2026-06-26T14:00:00Z", "2026-07-01T14:00:00Z", true},  /* three */
    {"2026-07-01", "2026-06-01", "2026-06-16T14:00:00Z", "2026-07-01T14:00:00Z", true},  /* ten, but for June 19 */
    {"2026-07-01", "2026-06-01", "2026-06-15T14:00:00Z", "2026-07-01T14:00:00Z", false},
    {"2026-07-01", "2026-06-01", NULL, "2026-07-01T14:00:00Z", false},
    {"2026-06-06", "2026-06-01", NULL, "2026-06-08T14:00:00Z", true}, /* five days */
    {"2026-06-07", "2026-06-01", NULL, "2026-06-08T14:00:00Z", false},
    {"2026-06-05", "2026-06-01", NULL, "2026-06-04T14:00:00Z", false}, /* before its date */
};

static void postdated_checks_wait_and_are_announced(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < ARRAY_SIZE(DEPOSITS); i++) {
        scene_begin(scene);
        if (DEPOSITS[i].notice != NULL) {
            struct fact_event notice = event(FACT_POSTDATED_NOTICE, DEPOSITS[i].notice);
            notice.flags = FACT_FLAG_WRITTEN;
            happens(scene, &notice);
        }
        struct question deposit = asks(ACTION_DEPOSIT, DEPOSITS[i].when);
        deposit.date = on(DEPOSITS[i].dated);
        deposit.received = on(DEPOSITS[i].received);
        if (DEPOSITS[i].is_allowed)
            assert_allowed(scene, &deposit);
        else
            assert_refused(scene, &deposit, "REGF-22C-POSTDATED");
    }
}

/* --- records, ACH, debits ------------------------------------------------------------------------------------------
 */

static void records_are_kept_three_years(void **state)
{
    struct scene *scene = *state;
    debt_event(scene, FACT_PAYMENT, "2026-05-10T14:00:00Z", FACT_FLAG_IN_FULL | FACT_FLAG_LAST_ACTIVITY);
    struct question erase = asks(ACTION_DELETE_RECORDS, "2029-05-09T14:00:00Z");
    assert_refused(scene, &erase, "REGF-100-RETENTION");
    consumer_writes(scene, "2026-08-10T14:00:00Z", MEDIUM_EMAIL, scene->email); /* no activity of the collector */
    erase.at = at("2029-05-10T14:00:00Z");
    assert_allowed(scene, &erase);
    erase.debts = D2; /* of which nothing is known */
    assert_refused(scene, &erase, "REGF-100-RETENTION");
    erase.recorded_on = on("2028-02-29");
    erase.at = at("2031-02-28T14:00:00Z");
    assert_refused(scene, &erase, "REGF-100-RETENTION");
    erase.at = at("2031-03-01T14:00:00Z");
    assert_allowed(scene, &erase);
}

static void returned_entries_are_sent_again_twice(void **state)
{
    struct scene *scene = *state;
    struct fact_ach *ach = &facts_book_particulars(scene->book)->ach;
    ach->settled_on = on("2026-01-05");
    ach->amount_minor = 15000;
    struct question again = asks(ACTION_ACH_REINITIATE, "2026-03-01T15:00:00Z");
    again.amount_minor = 15000;
    struct fact_event returned = event(FACT_ACH_RETURN, "2026-01-07T15:00:00Z");
    for (int code = 1; code <= 29; code++) {
        returned.code = (uint8_t)code;
        happens(scene, &returned);
        if (code == 1 || code == 9)
            assert_allowed(scene, &again);
        else
            assert_refused(scene, &again, "NACHA-REINIT");
    }
    returned.code = 8;
    happens(scene, &returned);
    struct fact_event authorized = event(FACT_ACH_REAUTHORIZED, "2026-01-08T15:00:00Z");
    happens(scene, &authorized);
    assert_allowed(scene, &again);
    again.amount_minor = 15100;
    assert_refused(scene, &again, "NACHA-REINIT-AMOUNT");
    again.amount_minor = 15000;
    again.at = at("2026-07-04T15:00:00Z"); /* day 180 */
    assert_allowed(scene, &again);
    again.at = at("2026-07-05T15:00:00Z");
    assert_refused(scene, &again, "NACHA-REINIT");
    again.at = at("2026-03-01T15:00:00Z");
    struct fact_event sent = event(FACT_ACH_REINITIATED, "2026-02-01T15:00:00Z");
    happens(scene, &sent);
    assert_allowed(scene, &again);
    happens(scene, &sent);
    assert_refused(scene, &again, "NACHA-REINIT");
}

static void debits_are_authorized_and_announced(void **state)
{
    struct scene *scene = *state;
    struct fact_plan *plan = &facts_book_particulars(scene->book)->plan;
    plan->authorized_minor = 10000;
    struct question debit = asks(ACTION_PREAUTHORIZED_DEBIT, "2026-06-15T14:00:00Z");
    debit.amount_minor = 10000;
    assert_allowed(scene, &debit);
    question_claim(&debit, CLAIM_WRITTEN_AUTHORIZATION, false);
    assert_refused(scene, &debit, "REGE-10B-AUTH");
    question_claim(&debit, CLAIM_WRITTEN_AUTHORIZATION, true);
    debit.amount_minor = 12000;
    assert_refused(scene, &debit, "REGE-10D-NOTICE");
    struct fact_event notice = event(FACT_VARYING_NOTICE, "2026-06-05T14:00:00Z");
    happens(scene, &notice); /* orally */
    assert_refused(scene, &debit, "REGE-10D-NOTICE");
    notice.flags = FACT_FLAG_WRITTEN;
    happens(scene, &notice);
    assert_allowed(scene, &debit);
    debit.at = at("2026-06-14T14:00:00Z");
    assert_refused(scene, &debit, "REGE-10D-NOTICE");
    plan->range_from_minor = 9000;
    plan->range_to_minor = 12000;
    assert_allowed(scene, &debit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(first_communications_say_more, scene_reset),
        cmocka_unit_test_setup(callers_say_who_they_are, scene_reset),
        cmocka_unit_test_setup(validation_comes_within_five_days, scene_reset),
        cmocka_unit_test_setup(what_is_missing_is_named, scene_reset),
        cmocka_unit_test_setup(rights_are_not_overshadowed, scene_reset),
        cmocka_unit_test_setup(a_letter_is_waited_for_14_days, scene_reset),
        cmocka_unit_test_setup(who_was_spoken_to_is_furnished_at_once, scene_reset),
        cmocka_unit_test_setup(debts_that_are_gone_are_not_sold, scene_reset),
        cmocka_unit_test_setup(payments_go_where_the_consumer_says, scene_reset),
        cmocka_unit_test_setup(old_debts_are_not_sued_for, scene_reset),
        cmocka_unit_test_setup(suits_have_their_place, scene_reset),
        cmocka_unit_test_setup(fees_need_a_ground, scene_reset),
        cmocka_unit_test_setup(postdated_checks_wait_and_are_announced, scene_reset),
        cmocka_unit_test_setup(records_are_kept_three_years, scene_reset),
        cmocka_unit_test_setup(returned_entries_are_sent_again_twice, scene_reset),
        cmocka_unit_test_setup(debits_are_authorized_and_announced, scene_reset),
    };
    return cmocka_run_group_tests_name("rules.kind_money", tests, scene_setup, scene_teardown);
}
