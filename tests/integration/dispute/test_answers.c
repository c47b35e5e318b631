#include "dispute_fixture.h"

#include "clock/clock.h"
#include "dunlin/payment/v1/payment.pb-c.h"

/* Timeliness by the validation notices of the log, what the law demands, evidence, answers that come back. Broken once
 * to see it fail: notices of other debts counted, the notice that came back counted, evidence kept without its hash, an
 * undeliverable letter that reopened nothing, one of after the answer that did, a dispute without a hold written as one
 * with. */

#define HASH "0123456789abcdef0123456789abcdef"

static Dunlin__Contact__V1__AttemptReported sent(const struct subject_ids *ids, const struct id *permit_id,
                                                 Dunlin__Contact__V1__Purpose purpose,
                                                 Dunlin__Contact__V1__AttemptReport *report,
                                                 Dunlin__Contact__V1__Delivery delivery, int32_t ends_on_days)
{
    Dunlin__Contact__V1__AttemptReported message;

    dunlin__contact__v1__attempt_report__init(report);
    report->delivery = delivery;
    report->notice_ends_on_days = ends_on_days;
    dunlin__contact__v1__attempt_reported__init(&message);
    message.permit_id = wire_id(permit_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.purpose = purpose;
    message.report = report;
    return message;
}

static void letter(struct unit_fixture *fixture, const struct subject_ids *ids, const char *permit,
                   Dunlin__Contact__V1__Purpose purpose, Dunlin__Contact__V1__Delivery delivery, int32_t ends_on_days)
{
    const struct id permit_id = named(permit);
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptReported message = sent(ids, &permit_id, purpose, &report, delivery, ends_on_days);

    fixture_apply_ok(fixture, &message.base);
}

static void notice(struct unit_fixture *fixture, const struct subject_ids *ids, const char *permit,
                   Dunlin__Contact__V1__Delivery delivery, int32_t ends_on_days)
{
    letter(fixture, ids, permit, DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_VALIDATION_NOTICE, delivery, ends_on_days);
}

static void fact(struct unit_fixture *fixture, const struct subject_ids *ids, const char *name,
                 Dunlin__Contact__V1__FactKind kind, int32_t until_on_days)
{
    const struct id fact_id = named(name);
    ProtobufCBinaryData account_id = wire_id(&ids->account);
    Dunlin__Contact__V1__Fact about;
    Dunlin__Contact__V1__FactRecorded message;

    dunlin__contact__v1__fact__init(&about);
    about.kind = kind;
    about.account_ids = &account_id;
    about.n_account_ids = 1;
    about.until_on_days = until_on_days;
    dunlin__contact__v1__fact_recorded__init(&message);
    message.fact_id = wire_id(&fact_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.fact = &about;
    fixture_apply_ok(fixture, &message.base);
}

static void release(struct unit_fixture *fixture, const struct subject_ids *ids, const char *name)
{
    const struct id fact_id = named(name);
    Dunlin__Contact__V1__FactReleased message;

    dunlin__contact__v1__fact_released__init(&message);
    message.fact_id = wire_id(&fact_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    fixture_apply_ok(fixture, &message.base);
}

/* Opens one in writing, looks what kind the service finds, and ends it. */
static void expect_kind(struct unit_fixture *fixture, const struct subject_ids *ids, int32_t submitted_on_days,
                        Dunlin__Dispute__V1__DisputeKind kind, Dunlin__Dispute__V1__LawHold hold)
{
    Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids->account);

    request.submitted_on_days = submitted_on_days;
    Dunlin__Dispute__V1__DisputeView *view = fixture_call(fixture, "OpenDispute", &request.base, STATUS_OK);
    assert_int_equal(view->detail->kind, kind);
    assert_int_equal(view->detail->law_hold, hold);
    assert_false(view->detail->is_without_hold); /* the strict policy */
    resolve(fixture, view->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_WITHDRAWN, STATUS_OK);
    fixture_free_reply(view);
}

#define TIMELY DUNLIN__DISPUTE__V1__DISPUTE_KIND__DISPUTE_KIND_WRITTEN, DUNLIN__DISPUTE__V1__LAW_HOLD__LAW_HOLD_WHOLE
#define LATE   DUNLIN__DISPUTE__V1__DISPUTE_KIND__DISPUTE_KIND_LATE, DUNLIN__DISPUTE__V1__LAW_HOLD__LAW_HOLD_NOTHING

static void the_notice_that_a_permit_sent_decides_what_is_late(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("notice"), other = ids_of("notice of another");

    other.debtor = ids.debtor; /* of whose debts the notice is about one */
    place(fixture, &ids, false);
    place(fixture, &other, false);
    expect_kind(fixture, &ids, 0, TIMELY); /* none was sent */
    notice(fixture, &ids, "notice 1", DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_NOT_SENT, FIXTURE_TODAY - 2);
    expect_kind(fixture, &ids, 0, TIMELY);
    notice(fixture, &ids, "notice 2", DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_SENT, FIXTURE_TODAY - 2);
    expect_kind(fixture, &ids, 0, LATE);
    expect_kind(fixture, &ids, FIXTURE_TODAY - 2, TIMELY); /* by its postmark */
    expect_kind(fixture, &other, 0, TIMELY);
    notice(fixture, &ids, "notice 2", DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE, FIXTURE_TODAY - 2);
    expect_kind(fixture, &ids, 0, TIMELY);
    notice(fixture, &ids, "notice 3", DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_SENT, 0); /* the end is to come */
    expect_kind(fixture, &ids, 0, TIMELY);
    (void)fixture_emitted(fixture);
}

static void so_does_a_notice_that_others_sent(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("fact");

    place(fixture, &ids, false);
    fact(fixture, &ids, "sent", DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_VALIDATION_NOTICE_SENT, FIXTURE_TODAY - 2);
    expect_kind(fixture, &ids, 0, LATE);
    fact(fixture, &ids, "returned", DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_VALIDATION_NOTICE_RETURNED, 0);
    expect_kind(fixture, &ids, 0, TIMELY);
    release(fixture, &ids, "returned"); /* recorded wrongly */
    expect_kind(fixture, &ids, 0, LATE);
    release(fixture, &ids, "sent");
    expect_kind(fixture, &ids, 0, TIMELY);
    fact(fixture, &ids, "cease", DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_CEASE_RECEIVED, 0);
    release(fixture, &ids, "cease"); /* no notice: nothing */
    (void)fixture_emitted(fixture);
}

static void policy_may_hold_no_more_than_the_law(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("policy");
    Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids.account);

    place(fixture, &ids, false);
    request.is_written = false;
    sop.disputes_hold_by_law_alone = true;
    Dunlin__Dispute__V1__DisputeView *said = fixture_call(fixture, "OpenDispute", &request.base, STATUS_OK);
    assert_true(said->detail->is_without_hold);
    assert_string_equal(fixture_emitted(fixture), "DisputeOpened");
    Dunlin__Dispute__V1__DisputeView *wrote = dispute(fixture, &ids); /* in writing, and in time */
    sop.disputes_hold_by_law_alone = false;
    assert_string_equal(fixture_emitted(fixture), "DisputeAmended");
    assert_memory_equal(wrote->dispute_id.data, said->dispute_id.data, ID_BYTES);
    assert_false(wrote->detail->is_without_hold);
    assert_int_equal(wrote->detail->kind, DUNLIN__DISPUTE__V1__DISPUTE_KIND__DISPUTE_KIND_WRITTEN);
    assert_true(wrote->is_written);
    Dunlin__Dispute__V1__DisputeAmended *amended =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_amended__descriptor);
    assert_false(amended->detail->is_without_hold);
    fixture_free_reply(amended);
    fixture_free_reply(said);
    fixture_free_reply(wrote);
}

static void return_by_hand(struct unit_fixture *fixture, ProtobufCBinaryData dispute_id, enum status expected)
{
    Dunlin__Dispute__V1__RecordReturnRequest request;

    dunlin__dispute__v1__record_return_request__init(&request);
    request.dispute_id = dispute_id;
    request.note = wire_text("moved, left no address");
    fixture_free_reply(fixture_call(fixture, "RecordReturn", &request.base, expected));
}

static void expect_part(const Dunlin__Dispute__V1__HeldPart *part, int64_t amount_minor, int64_t owed_minor)
{
    assert_non_null(part);
    assert_true(part->amount_minor == amount_minor);
    assert_string_equal(part->currency, "USD");
    assert_true(part->owed_minor == owed_minor);
}

static Dunlin__Dispute__V1__DisputeView *dispute_part(struct unit_fixture *fixture, const struct subject_ids *ids,
                                                      int64_t amount_minor)
{
    Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids->account);

    request.amount_minor = amount_minor;
    request.currency = wire_text(amount_minor != 0 ? "USD" : "");
    return fixture_call(fixture, "OpenDispute", &request.base, STATUS_OK);
}

static void owe(struct unit_fixture *fixture, const struct subject_ids *ids, int64_t balance_minor)
{
    Dunlin__Payment__V1__BalanceChanged changed;

    dunlin__payment__v1__balance_changed__init(&changed);
    changed.account_id = wire_id(&ids->account);
    changed.debtor_id = wire_id(&ids->debtor);
    changed.balance_minor = balance_minor;
    changed.currency = wire_text("USD");
    fixture_apply_ok(fixture, &changed.base);
}

/* What is said of the part goes with the hold: on opening, with more of it, when the answer comes back; of all no more.
 */
/* Contact holds what a call claims until it is told what is held. */
static void a_call_about_what_is_disputed_without_a_hold_is_answered(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("said again");
    Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids.account);
    const struct id permit_id = named("said again: permit");
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptReported message;

    place(fixture, &ids, false);
    request.is_written = false;
    sop.disputes_hold_by_law_alone = true;
    fixture_free_reply(fixture_call(fixture, "OpenDispute", &request.base, STATUS_OK));
    (void)fixture_emitted(fixture);
    dunlin__contact__v1__attempt_report__init(&report);
    report.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
    dunlin__contact__v1__attempt_reported__init(&message);
    message.permit_id = wire_id(&permit_id);
    message.account_id = wire_id(&ids.account);
    message.debtor_id = wire_id(&ids.debtor);
    message.report = &report;
    fixture_apply_ok(fixture, &message.base);
    sop.disputes_hold_by_law_alone = false;
    assert_string_equal(fixture_emitted(fixture), "DisputeAmended");
    Dunlin__Dispute__V1__DisputeAmended *amended =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_amended__descriptor);
    assert_true(amended->detail->is_without_hold);
    fixture_free_reply(amended);
}

static void by_the_law_alone_a_part_holds_itself(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("held part"), strict = ids_of("strictly held part");

    place(fixture, &ids, false);
    place(fixture, &strict, false);
    fixture_free_reply(dispute_part(fixture, &strict, 4000));
    Dunlin__Dispute__V1__DisputeOpened *opened =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_opened__descriptor);
    assert_null(opened->held_part); /* the strict policy */
    assert_false(opened->detail->is_part_held);
    fixture_free_reply(opened);

    sop.disputes_hold_by_law_alone = true;
    Dunlin__Dispute__V1__DisputeView *view = dispute_part(fixture, &ids, 4000);
    assert_true(view->detail->is_part_held);
    assert_false(view->detail->is_without_hold);
    opened = fixture_last_event(fixture, &dunlin__dispute__v1__dispute_opened__descriptor);
    expect_part(opened->held_part, 4000, OWED_MINOR);
    fixture_free_reply(opened);
    owe(fixture, &ids, 20000);
    fixture_free_reply(dispute_part(fixture, &ids, 1000));
    Dunlin__Dispute__V1__DisputeAmended *amended =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_amended__descriptor);
    expect_part(amended->held_part, 5000, 20000);
    fixture_free_reply(amended);
    verify(fixture, view->dispute_id, STATUS_OK);
    return_by_hand(fixture, view->dispute_id, STATUS_OK);
    Dunlin__Dispute__V1__DisputeReopened *reopened =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_reopened__descriptor);
    expect_part(reopened->held_part, 5000, 20000);
    fixture_free_reply(reopened);
    fixture_free_reply(dispute_part(fixture, &ids, 0)); /* and all of it now */
    sop.disputes_hold_by_law_alone = false;
    amended = fixture_last_event(fixture, &dunlin__dispute__v1__dispute_amended__descriptor);
    assert_null(amended->held_part);
    assert_false(amended->detail->is_part_held || amended->detail->is_without_hold);
    fixture_free_reply(amended);
    fixture_free_reply(view);
    (void)fixture_emitted(fixture);
}

static Dunlin__Dispute__V1__Evidence document(const char *name)
{
    Dunlin__Dispute__V1__Evidence evidence;

    dunlin__dispute__v1__evidence__init(&evidence);
    evidence.document = wire_text(name);
    evidence.document_hash = wire_bytes(HASH, sizeof(HASH) - 1);
    evidence.hash_algorithm = DUNLIN__DISPUTE__V1__HASH_ALGORITHM__HASH_ALGORITHM_SHA_256;
    return evidence;
}

static Dunlin__Dispute__V1__GetDisputeReply *get(struct unit_fixture *fixture, ProtobufCBinaryData dispute_id)
{
    Dunlin__Dispute__V1__GetDisputeRequest request;

    dunlin__dispute__v1__get_dispute_request__init(&request);
    request.dispute_id = dispute_id;
    return fixture_call(fixture, "GetDispute", &request.base, STATUS_OK);
}

static void documents_are_kept_with_the_step_that_they_came_with(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("documents");
    Dunlin__Dispute__V1__Evidence cheque = document("cheque 17"), statement = document("statement");
    Dunlin__Dispute__V1__Evidence *cheques[] = {&cheque}, *statements[] = {&statement};
    Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids.account);
    Dunlin__Dispute__V1__RecordVerificationRequest answer;

    place(fixture, &ids, false);
    request.reason = wire_text("paid by 4111 1111 1111 1111 in May");
    request.medium = DUNLIN__DISPUTE__V1__MEDIUM__MEDIUM_MAIL;
    request.evidence = cheques;
    request.n_evidence = 1;
    Dunlin__Dispute__V1__DisputeView *view = fixture_call(fixture, "OpenDispute", &request.base, STATUS_OK);
    assert_string_equal(view->reason, "paid by **** **** **** 1111 in May");
    dunlin__dispute__v1__record_verification_request__init(&answer);
    answer.dispute_id = view->dispute_id;
    answer.medium = DUNLIN__DISPUTE__V1__MEDIUM__MEDIUM_COURIER;
    answer.sent_on_days = FIXTURE_TODAY - 1;
    answer.evidence = statements;
    answer.n_evidence = 1;
    fixture_free_reply(fixture_call(fixture, "RecordVerification", &answer.base, STATUS_OK));

    Dunlin__Dispute__V1__VerificationSent *told =
        fixture_last_event(fixture, &dunlin__dispute__v1__verification_sent__descriptor);
    assert_int_equal(told->sent_on_days, FIXTURE_TODAY - 1);
    assert_int_equal(told->n_evidence, 1);
    Dunlin__Dispute__V1__GetDisputeReply *reply = get(fixture, view->dispute_id);
    assert_int_equal(reply->n_evidence, 2);
    assert_int_equal(reply->evidence[0]->step, DUNLIN__DISPUTE__V1__DISPUTE_STEP__DISPUTE_STEP_OPENING);
    assert_int_equal(reply->evidence[0]->medium, DUNLIN__DISPUTE__V1__MEDIUM__MEDIUM_MAIL);
    assert_string_equal(reply->evidence[0]->evidence->document, "cheque 17");
    assert_memory_equal(reply->evidence[0]->evidence->document_hash.data, HASH, sizeof(HASH) - 1);
    assert_string_equal(reply->evidence[0]->recorded_by, "user:anna");
    assert_true(reply->evidence[0]->recorded_at_us == clock_now().us);
    assert_int_equal(reply->evidence[1]->step, DUNLIN__DISPUTE__V1__DISPUTE_STEP__DISPUTE_STEP_VERIFICATION);
    assert_int_equal(reply->evidence[1]->evidence->hash_algorithm, statement.hash_algorithm);
    assert_int_equal(reply->dispute->detail->answer_medium, DUNLIN__DISPUTE__V1__MEDIUM__MEDIUM_COURIER);
    assert_string_equal(reply->dispute->detail->answered_by, "user:anna");
    fixture_free_reply(reply);
    fixture_free_reply(told);
    fixture_free_reply(view);
    (void)fixture_emitted(fixture);
}

static void verify_by(struct unit_fixture *fixture, ProtobufCBinaryData dispute_id, const char *permit)
{
    const struct id permit_id = named(permit);
    Dunlin__Dispute__V1__RecordVerificationRequest answer;

    dunlin__dispute__v1__record_verification_request__init(&answer);
    answer.dispute_id = dispute_id;
    answer.permit_id = wire_id(&permit_id);
    fixture_free_reply(fixture_call(fixture, "RecordVerification", &answer.base, STATUS_OK));
}

#define RESPONSE DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_DISPUTE_RESPONSE

static void a_letter_that_comes_back_opens_the_dispute_again(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("returned letter");

    place(fixture, &ids, false);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids);
    verify_by(fixture, view->dispute_id, "answer 1");
    (void)fixture_emitted(fixture);
    letter(fixture, &ids, "answer 1", RESPONSE, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_DELIVERED, 0);
    letter(fixture, &ids, "answer 0", RESPONSE, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE, 0);
    assert_string_equal(fixture_emitted(fixture), "");
    letter(fixture, &ids, "answer 1", RESPONSE, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE, 0);
    assert_string_equal(fixture_emitted(fixture), "DisputeReopened");
    letter(fixture, &ids, "answer 1", RESPONSE, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE, 0);
    assert_string_equal(fixture_emitted(fixture), "");
    expect_disputes(fixture, &ids, "o");
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM platform.timer WHERE service = 'dispute' AND "
                                             "subject_id = (SELECT dispute_id FROM dispute.dispute ORDER BY "
                                             "opened_at_us DESC, dispute_id DESC LIMIT 1)"),
                     1);

    /* Answered once more, rejected on the strength of it, and that one comes back too. */
    verify_by(fixture, view->dispute_id, "answer 2");
    resolve(fixture, view->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED, STATUS_OK);
    (void)fixture_emitted(fixture);
    letter(fixture, &ids, "answer 2", RESPONSE, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE, 0);
    assert_string_equal(fixture_emitted(fixture), "DisputeReopened");
    expect_disputes(fixture, &ids, "o");
    fixture_free_reply(view);
}

/* It names no permit: of letters that come back, those from before it may be it. */
static void a_letter_that_was_permitted_after_the_answer_is_another_one(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("later letter");
    const struct id permit_id = named("later letter's permit");
    Dunlin__Dispute__V1__RecordVerificationRequest answer;
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptReported back =
        sent(&ids, &permit_id, RESPONSE, &report, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE, 0);

    place(fixture, &ids, false);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids);
    dunlin__dispute__v1__record_verification_request__init(&answer);
    answer.dispute_id = view->dispute_id;
    fixture_free_reply(fixture_call(fixture, "RecordVerification", &answer.base, STATUS_OK));
    resolve(fixture, view->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED, STATUS_OK);
    (void)fixture_emitted(fixture);
    back.granted_at_us = clock_now().us + 1;
    fixture_apply_ok(fixture, &back.base);
    assert_string_equal(fixture_emitted(fixture), "");
    back.granted_at_us = clock_now().us;
    fixture_apply_ok(fixture, &back.base);
    assert_string_equal(fixture_emitted(fixture), "DisputeReopened");
    fixture_free_reply(view);
}

static void so_does_a_command_unless_another_is_open_by_now(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("returned by hand");

    place(fixture, &ids, false);
    Dunlin__Dispute__V1__DisputeView *first = dispute(fixture, &ids);
    return_by_hand(fixture, first->dispute_id, STATUS_FAILED_PRECONDITION);
    verify(fixture, first->dispute_id, STATUS_OK);
    (void)fixture_emitted(fixture);
    return_by_hand(fixture, first->dispute_id, STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "DisputeReopened");
    verify(fixture, first->dispute_id, STATUS_OK);
    resolve(fixture, first->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED, STATUS_OK);
    fixture_free_reply(dispute(fixture, &ids));
    return_by_hand(fixture, first->dispute_id, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(fixture->last_error, "another dispute"));
    expect_disputes(fixture, &ids, "ro");
    fixture_free_reply(first);
    (void)fixture_emitted(fixture);
}

static void inform(struct unit_fixture *fixture, ProtobufCBinaryData dispute_id, bool is_relevant, bool is_frivolous,
                   enum status expected)
{
    Dunlin__Dispute__V1__RecordInformationRequest request;

    dunlin__dispute__v1__record_information_request__init(&request);
    request.dispute_id = dispute_id;
    request.is_relevant = is_relevant;
    request.is_frivolous = is_frivolous;
    fixture_free_reply(fixture_call(fixture, "RecordInformation", &request.base, expected));
}

/* 12 CFR 1022.43: 30 days, 15 more, five business days for the notice that it is frivolous. */
static void a_direct_dispute_has_the_periods_of_the_fcra(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("direct");
    Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids.account);
    static const int64_t days[] = {30, 45, 7};

    place(fixture, &ids, false);
    request.kind = DUNLIN__DISPUTE__V1__DISPUTE_KIND__DISPUTE_KIND_DIRECT;
    request.received_at_us = (FIXTURE_TODAY - 1) * US_PER_DAY + 12 * US_PER_HOUR;
    Dunlin__Dispute__V1__DisputeView *view = fixture_call(fixture, "OpenDispute", &request.base, STATUS_OK);
    assert_true(view->deadline_at_us == (FIXTURE_TODAY - 1 + days[0] + 1) * US_PER_DAY);
    inform(fixture, view->dispute_id, true, false, STATUS_OK);
    Dunlin__Dispute__V1__DisputeAmended *amended =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_amended__descriptor);
    assert_true(amended->deadline_at_us == (FIXTURE_TODAY - 1 + days[1] + 1) * US_PER_DAY);
    fixture_free_reply(amended);
    inform(fixture, view->dispute_id, false, true,
           STATUS_OK); /* on a Tuesday in the United States, over Memorial Day's week */
    Dunlin__Dispute__V1__GetDisputeReply *reply = get(fixture, view->dispute_id);
    assert_true(reply->dispute->deadline_at_us == (FIXTURE_TODAY - 1 + days[2] + 1) * US_PER_DAY);
    fixture_free_reply(reply);
    verify(fixture, view->dispute_id, STATUS_OK); /* the notice */
    inform(fixture, view->dispute_id, false, false, STATUS_FAILED_PRECONDITION);
    fixture_free_reply(view);
    (void)fixture_emitted(fixture);
}

static void what_was_stored_before_there_were_details_still_reads(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("old row");

    place(fixture, &ids, false);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids);
    test_database_script(fixture->owner, "UPDATE dispute.dispute SET detail = NULL, kind = 0");
    Dunlin__Dispute__V1__GetDisputeReply *reply = get(fixture, view->dispute_id);
    assert_int_equal(reply->dispute->detail->kind, 0);
    assert_string_equal(reply->dispute->detail->opened_by, "");
    fixture_free_reply(reply);
    resolve(fixture, view->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED,
            STATUS_FAILED_PRECONDITION); /* it was in writing: the stricter is taken */
    verify(fixture, view->dispute_id, STATUS_OK);
    resolve(fixture, view->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED, STATUS_OK);
    fixture_free_reply(view);
    (void)fixture_emitted(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_notice_that_a_permit_sent_decides_what_is_late),
        cmocka_unit_test(so_does_a_notice_that_others_sent),
        cmocka_unit_test(policy_may_hold_no_more_than_the_law),
        cmocka_unit_test(a_call_about_what_is_disputed_without_a_hold_is_answered),
        cmocka_unit_test(by_the_law_alone_a_part_holds_itself),
        cmocka_unit_test(documents_are_kept_with_the_step_that_they_came_with),
        cmocka_unit_test(a_letter_that_comes_back_opens_the_dispute_again),
        cmocka_unit_test(a_letter_that_was_permitted_after_the_answer_is_another_one),
        cmocka_unit_test(so_does_a_command_unless_another_is_open_by_now),
        cmocka_unit_test(a_direct_dispute_has_the_periods_of_the_fcra),
        cmocka_unit_test(what_was_stored_before_there_were_details_still_reads),
    };
    return cmocka_run_group_tests(tests, open_dispute, fixture_close);
}
