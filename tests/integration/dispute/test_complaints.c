#include "dispute_fixture.h"

/* Complaints: clocks that escalate, holds of a severity, complaints about nobody, two at once. Broken once to see it
 * fail: the account free while a second complaint still held it, the first clock fired twice, the second of two answers
 * taken. */

#define LOW      DUNLIN__DISPUTE__V1__COMPLAINT_SEVERITY__COMPLAINT_SEVERITY_LOW
#define HIGH     DUNLIN__DISPUTE__V1__COMPLAINT_SEVERITY__COMPLAINT_SEVERITY_HIGH
#define CRITICAL DUNLIN__DISPUTE__V1__COMPLAINT_SEVERITY__COMPLAINT_SEVERITY_CRITICAL

static bool is_held_after_change(struct unit_fixture *fixture)
{
    Dunlin__Dispute__V1__ComplaintChanged *changed =
        fixture_last_event(fixture, &dunlin__dispute__v1__complaint_changed__descriptor);
    const bool is_held = changed->is_account_held;

    fixture_free_reply(changed);
    return is_held;
}

static bool is_held_after_opening(struct unit_fixture *fixture)
{
    Dunlin__Dispute__V1__ComplaintOpened *opened =
        fixture_last_event(fixture, &dunlin__dispute__v1__complaint_opened__descriptor);
    const bool is_held = opened->is_account_held;

    fixture_free_reply(opened);
    return is_held;
}

static void an_account_is_held_while_some_complaint_of_it_holds(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("held"), other = ids_of("not held");

    place(fixture, &ids, false);
    place(fixture, &other, false);
    Dunlin__Dispute__V1__Complaint *first = complain(fixture, &ids, CRITICAL);
    assert_true(is_held_after_opening(fixture));
    fixture_free_reply(complain(fixture, &other, HIGH));
    assert_false(is_held_after_opening(fixture));
    Dunlin__Dispute__V1__Complaint *second = complain(fixture, &ids, LOW);
    assert_true(is_held_after_opening(fixture)); /* by the first */
    move_complaint(fixture, second->complaint_id, 0, CRITICAL, STATUS_OK);
    resolve_complaint(fixture, first->complaint_id);
    assert_true(is_held_after_change(fixture)); /* by the second */
    move_complaint(fixture, second->complaint_id, 0, LOW, STATUS_OK);
    assert_false(is_held_after_change(fixture));
    move_complaint(fixture, first->complaint_id, DUNLIN__DISPUTE__V1__COMPLAINT_STATE__COMPLAINT_STATE_INVESTIGATING, 0,
                   STATUS_OK); /* again */
    assert_true(is_held_after_change(fixture));
    fixture_free_reply(first);
    fixture_free_reply(second);
    (void)fixture_emitted(fixture);
}

static void a_complaint_may_be_about_nobody_known(void **state)
{
    struct unit_fixture *fixture = *state;
    const size_t before = complaints_of(fixture, NULL);
    Dunlin__Dispute__V1__OpenComplaintRequest request;

    fixture->may_name_nobody = true;
    dunlin__dispute__v1__open_complaint_request__init(&request);
    request.severity = HIGH;
    request.words = wire_text("I am not the person you look for");
    assert_null(fixture_call(fixture, "OpenComplaint", &request.base, STATUS_INVALID_ARGUMENT));
    assert_non_null(strstr(fixture->last_error, "agency_id"));
    request.agency_id = FIXTURE_AGENCY;
    Dunlin__Dispute__V1__Complaint *complaint = fixture_call(fixture, "OpenComplaint", &request.base, STATUS_OK);
    assert_int_equal(complaint->account_id.len, 0);
    assert_false(is_held_after_opening(fixture));
    assert_int_equal(complaints_of(fixture, NULL), before + 1);
    resolve_complaint(fixture, complaint->complaint_id);
    assert_int_equal(complaints_of(fixture, NULL), before);
    fixture_free_reply(complaint);
    (void)fixture_emitted(fixture);
    fixture->may_name_nobody = false;
}

static void of_two_answers_one_comes_second(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("two answers");
    Dunlin__Dispute__V1__ResolveComplaintRequest request;
    const ProtobufCMessage *both[] = {&request.base, &request.base};
    struct fixture_answer answers[2];

    place(fixture, &ids, false);
    Dunlin__Dispute__V1__Complaint *complaint = complain(fixture, &ids, HIGH);
    (void)fixture_emitted(fixture);
    dunlin__dispute__v1__resolve_complaint_request__init(&request);
    request.complaint_id = complaint->complaint_id;
    request.outcome = DUNLIN__DISPUTE__V1__COMPLAINT_OUTCOME__COMPLAINT_OUTCOME_WITHDRAWN;
    fixture_call_many(fixture, "ResolveComplaint", both, 2, answers);
    assert_int_equal(answers[0].code, STATUS_OK);
    assert_int_equal(answers[1].code, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(answers[1].text, "the complaint is resolved"));
    assert_string_equal(fixture_emitted(fixture), "ComplaintChanged");
    fixture_free_reply(answers[0].reply);
    fixture_free_reply(complaint);
}

static void refuses_what_makes_no_sense(void **state)
{
    static const struct fixture_caller STRANGER = {
        .peer = "dunlin", .role = "operator", .principal = "user:eve", .agency_id = FIXTURE_AGENCY + 1};
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("bad complaints");
    struct id nothing = named("no such complaint");
    Dunlin__Dispute__V1__OpenComplaintRequest request;
    Dunlin__Dispute__V1__ResolveComplaintRequest answer;

    place(fixture, &ids, false);
    dunlin__dispute__v1__open_complaint_request__init(&request);
    request.account_id = wire_id(&ids.account);
    request.words = wire_text("x");
    assert_null(fixture_call(fixture, "OpenComplaint", &request.base, STATUS_INVALID_ARGUMENT)); /* no severity */
    request.severity = HIGH;
    assert_null(fixture_call_as(fixture, &STRANGER, "OpenComplaint", &request.base, STATUS_NOT_FOUND));
    request.received_at_us = clock_now().us + 1;
    assert_null(fixture_call(fixture, "OpenComplaint", &request.base, STATUS_INVALID_ARGUMENT));
    request.received_at_us = 0;
    request.words = wire_text("");
    assert_null(fixture_call(fixture, "OpenComplaint", &request.base, STATUS_INVALID_ARGUMENT));
    move_complaint(fixture, wire_id(&nothing), 2, 0, STATUS_NOT_FOUND);
    move_complaint(fixture, wire_id(&nothing), 4, 0, STATUS_INVALID_ARGUMENT); /* resolved by an outcome only */
    move_complaint(fixture, wire_id(&nothing), 2, HIGH, STATUS_INVALID_ARGUMENT);
    move_complaint(fixture, wire_id(&nothing), 0, 5, STATUS_INVALID_ARGUMENT);
    dunlin__dispute__v1__resolve_complaint_request__init(&answer);
    answer.complaint_id = wire_id(&nothing);
    answer.outcome = DUNLIN__DISPUTE__V1__COMPLAINT_OUTCOME__COMPLAINT_OUTCOME_JUSTIFIED;
    assert_null(fixture_call(fixture, "ResolveComplaint", &answer.base, STATUS_INVALID_ARGUMENT)); /* no cause */
    answer.cause = DUNLIN__DISPUTE__V1__COMPLAINT_CAUSE__COMPLAINT_CAUSE_OTHER;
    assert_null(fixture_call(fixture, "ResolveComplaint", &answer.base, STATUS_INVALID_ARGUMENT)); /* no words */
    assert_string_equal(fixture_emitted(fixture), "");
}

/* Last: it moves business time on. */
static void each_clock_escalates_once(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("clocks");

    (void)fixture_fire(fixture, (struct instant){clock_now().us + 40 * US_PER_DAY}); /* of other tests */
    (void)fixture_emitted(fixture);
    place(fixture, &ids, false);
    Dunlin__Dispute__V1__Complaint *complaint = complain(fixture, &ids, HIGH);
    (void)fixture_emitted(fixture);
    assert_true(complaint->due_at_us == clock_now().us + 24 * US_PER_HOUR);
    assert_int_equal(fixture_fire(fixture, (struct instant){complaint->due_at_us - 1}), 0);
    assert_int_equal(fixture_fire(fixture, (struct instant){complaint->due_at_us}), 1);
    assert_string_equal(fixture_emitted(fixture), "ComplaintEscalated");
    move_complaint(fixture, complaint->complaint_id,
                   DUNLIN__DISPUTE__V1__COMPLAINT_STATE__COMPLAINT_STATE_INVESTIGATING, 0, STATUS_OK);
    assert_int_equal(fixture_fire(fixture, (struct instant){complaint->due_at_us + US_PER_DAY}), 0);
    move_complaint(fixture, complaint->complaint_id, DUNLIN__DISPUTE__V1__COMPLAINT_STATE__COMPLAINT_STATE_ACKNOWLEDGED,
                   0, STATUS_OK);
    (void)fixture_emitted(fixture);
    assert_int_equal(fixture_fire(fixture, (struct instant){complaint->received_at_us + 10 * US_PER_DAY}), 1);
    assert_string_equal(fixture_emitted(fixture), "ComplaintEscalated");
    resolve_complaint(fixture, complaint->complaint_id);
    assert_int_equal(fixture_fire(fixture, (struct instant){complaint->received_at_us + 50 * US_PER_DAY}), 0);
    fixture_free_reply(complaint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_is_held_while_some_complaint_of_it_holds),
        cmocka_unit_test(a_complaint_may_be_about_nobody_known),
        cmocka_unit_test(of_two_answers_one_comes_second),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(each_clock_escalates_once),
    };
    return cmocka_run_group_tests(tests, open_dispute, fixture_close);
}
