#include "dispute_fixture.h"

#include "clock/clock.h"

/* Verification that is sent by letter: asked for, and answered by that very letter. Broken once to see it fail: any
 * letter of the purpose taken for it, "VerificationSent" != ""; a report that it never left taken for sent, the same; a
 * request given again counted as another; id_equal(&first, &again). A request left open by its answer; "the dispute is
 * verified already". */

#define RESPONSE    DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_DISPUTE_RESPONSE
#define LETTER      DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER
#define IS(name)    DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_##name
#define LETTER_NAME "2026-01-05/0001-letter.pdf"

static const uint8_t LETTER_HASH[32] = {7, 7, 7};
static const uint8_t HASH[32] = {1, 2, 3};

static Dunlin__Dispute__V1__Evidence document(const char *name)
{
    Dunlin__Dispute__V1__Evidence evidence;

    dunlin__dispute__v1__evidence__init(&evidence);
    evidence.document = wire_text(name);
    evidence.document_hash = wire_bytes(HASH, sizeof(HASH));
    evidence.hash_algorithm = DUNLIN__DISPUTE__V1__HASH_ALGORITHM__HASH_ALGORITHM_SHA_256;
    return evidence;
}

/* NULL where it is refused. */
static Dunlin__Dispute__V1__DisputeView *ask(struct unit_fixture *fixture, ProtobufCBinaryData dispute_id,
                                             const char *name, bool is_again, enum status expected)
{
    Dunlin__Dispute__V1__RequestVerificationRequest request;
    Dunlin__Dispute__V1__Evidence named_one = document(name), *list[] = {&named_one};

    dunlin__dispute__v1__request_verification_request__init(&request);
    request.dispute_id = dispute_id;
    request.note = wire_text("by the contract");
    request.evidence = list;
    request.n_evidence = 1;
    request.is_again = is_again;
    return fixture_call(fixture, "RequestVerification", &request.base, expected);
}

/* The request that the dispute now has. */
static struct id asked(struct unit_fixture *fixture, ProtobufCBinaryData dispute_id, const char *name, bool is_again)
{
    Dunlin__Dispute__V1__DisputeView *view = ask(fixture, dispute_id, name, is_again, STATUS_OK);
    const Dunlin__Dispute__V1__VerificationRequest *request = view->detail->verification_request;

    assert_non_null(request);
    assert_true(request->is_open);
    assert_int_equal(request->n_evidence, 1);
    assert_string_equal(request->requested_by, "user:anna");
    const struct id request_id = wire_known_id(&request->request_id);
    fixture_free_reply(view);
    return request_id;
}

struct letter {
    const char *permit;
    const struct id *notice_id; /* NULL: none */
    Dunlin__Contact__V1__Purpose purpose;
    Dunlin__Contact__V1__Channel channel;
    Dunlin__Contact__V1__Delivery delivery;
};

static void report_letter(struct unit_fixture *fixture, const struct subject_ids *ids, const struct letter *letter)
{
    const struct id permit_id = named(letter->permit);
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptReported message;
    Dunlin__Contact__V1__Evidence evidence;

    dunlin__contact__v1__attempt_report__init(&report);
    dunlin__contact__v1__evidence__init(&evidence);
    evidence.document = wire_text(LETTER_NAME);
    evidence.document_hash = wire_bytes(LETTER_HASH, sizeof(LETTER_HASH));
    report.delivery = letter->delivery;
    report.evidence = &evidence;
    if (letter->notice_id)
        report.notice_id = wire_id(letter->notice_id);
    dunlin__contact__v1__attempt_reported__init(&message);
    message.permit_id = wire_id(&permit_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.purpose = letter->purpose;
    message.channel = letter->channel;
    message.report = &report;
    fixture_apply_ok(fixture, &message.base);
}

static void the_letter_that_was_asked_for_answers_once_it_is_sent(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("verified by letter");

    place(fixture, &ids, false);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids);
    (void)fixture_emitted(fixture);
    const struct id request_id = asked(fixture, view->dispute_id, "contract 7", false);
    assert_string_equal(fixture_emitted(fixture), "VerificationRequested");
    expect_disputes(fixture, &ids, "o");
    const struct letter sent = {"sent", &request_id, RESPONSE, LETTER, IS(SENT)};
    report_letter(fixture, &ids, &sent);
    assert_string_equal(fixture_emitted(fixture), "VerificationSent");
    expect_disputes(fixture, &ids, "v");
    Dunlin__Dispute__V1__VerificationSent *told =
        fixture_last_event(fixture, &dunlin__dispute__v1__verification_sent__descriptor);
    const struct id permit_id = named("sent"), told_id = wire_known_id(&told->permit_id);
    assert_true(id_equal(&told_id, &permit_id));
    assert_int_equal(told->medium, DUNLIN__DISPUTE__V1__MEDIUM__MEDIUM_MAIL);
    assert_int_equal(told->n_evidence, 2);
    assert_string_equal(told->evidence[0]->document, "contract 7");
    assert_string_equal(told->evidence[1]->document, LETTER_NAME);
    assert_memory_equal(told->evidence[1]->document_hash.data, LETTER_HASH, sizeof(LETTER_HASH));
    assert_string_equal(told->note, "by the contract");
    fixture_free_reply(told);

    report_letter(fixture, &ids, &(struct letter){"sent", &request_id, RESPONSE, LETTER, IS(DELIVERED)});
    assert_string_equal(fixture_emitted(fixture), "");
    report_letter(fixture, &ids, &(struct letter){"sent", NULL, RESPONSE, LETTER, IS(UNDELIVERABLE)});
    assert_string_equal(fixture_emitted(fixture), "DisputeReopened");
    report_letter(fixture, &ids, &sent); /* told again: the request was fulfilled, and came back */
    assert_string_equal(fixture_emitted(fixture), "");
    const struct id second_id = asked(fixture, view->dispute_id, "contract 7", false);
    assert_false(id_equal(&second_id, &request_id));
    report_letter(fixture, &ids, &(struct letter){"second", &second_id, RESPONSE, LETTER, IS(SENT)});
    assert_string_equal(fixture_emitted(fixture), "VerificationRequested VerificationSent");
    fixture_free_reply(view);
}

static void no_other_letter_answers(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("other letters"), stranger = ids_of("another's letter");

    place(fixture, &ids, false);
    place(fixture, &stranger, false);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids), *other = dispute(fixture, &stranger);
    const struct id request_id = asked(fixture, view->dispute_id, "contract", false);
    const struct id others_id = asked(fixture, other->dispute_id, "contract", false);
    const struct id unknown = named("some acknowledgement");
    const struct letter letters[] = {
        {"a", NULL, RESPONSE, LETTER, IS(SENT)},
        {"b", &unknown, RESPONSE, LETTER, IS(SENT)},
        {"c", &others_id, RESPONSE, LETTER, IS(SENT)},
        {"d", &request_id, RESPONSE, LETTER, IS(NOT_SENT)},
        {"e", &request_id, RESPONSE, LETTER, IS(UNDELIVERABLE)},
        {"f", &request_id, DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION, LETTER, IS(SENT)},
        {"g", &request_id, RESPONSE, DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_EMAIL, IS(SENT)},
    };
    (void)fixture_emitted(fixture);
    for (size_t i = 0; i < G_N_ELEMENTS(letters); i++)
        report_letter(fixture, &ids, &letters[i]);
    assert_string_equal(fixture_emitted(fixture), "");
    expect_disputes(fixture, &ids, "o");
    fixture_free_reply(view);
    fixture_free_reply(other);
}

static void asked_again_before_it_is_sent_is_the_same(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("asked again");

    place(fixture, &ids, false);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids);
    const struct id first = asked(fixture, view->dispute_id, "contract", false);
    (void)fixture_emitted(fixture);
    const struct id again = asked(fixture, view->dispute_id, "contract", false);
    assert_true(id_equal(&first, &again));
    assert_string_equal(fixture_emitted(fixture), "");
    assert_null(ask(fixture, view->dispute_id, "another contract", false, STATUS_FAILED_PRECONDITION));
    assert_non_null(strstr(fixture->last_error, "other documents"));
    const struct id another = asked(fixture, view->dispute_id, "another contract", true);
    assert_string_equal(fixture_emitted(fixture), "VerificationRequested");
    report_letter(fixture, &ids, &(struct letter){"void", &first, RESPONSE, LETTER, IS(SENT)});
    assert_string_equal(fixture_emitted(fixture), "");
    report_letter(fixture, &ids, &(struct letter){"meant", &another, RESPONSE, LETTER, IS(SENT)});
    assert_string_equal(fixture_emitted(fixture), "VerificationSent");
    assert_null(ask(fixture, view->dispute_id, "contract", false, STATUS_FAILED_PRECONDITION));
    fixture_free_reply(view);
}

static void what_answers_it_otherwise_ends_the_request(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("answered by hand");

    place(fixture, &ids, false);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids);
    const struct id request_id = asked(fixture, view->dispute_id, "contract", false);
    verify(fixture, view->dispute_id, STATUS_OK);
    (void)fixture_emitted(fixture);
    report_letter(fixture, &ids, &(struct letter){"late", &request_id, RESPONSE, LETTER, IS(SENT)});
    assert_string_equal(fixture_emitted(fixture), "");
    fixture_free_reply(view);
}

static void some_kinds_need_another_answer(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("original creditor");
    Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids.account);

    place(fixture, &ids, false);
    request.kind = DUNLIN__DISPUTE__V1__DISPUTE_KIND__DISPUTE_KIND_ORIGINAL_CREDITOR;
    Dunlin__Dispute__V1__DisputeView *view = fixture_call(fixture, "OpenDispute", &request.base, STATUS_OK);
    assert_null(ask(fixture, view->dispute_id, "contract", false, STATUS_FAILED_PRECONDITION));
    assert_non_null(strstr(fixture->last_error, "name and address of the original creditor"));
    fixture_free_reply(view);
    (void)fixture_emitted(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_letter_that_was_asked_for_answers_once_it_is_sent),
        cmocka_unit_test(no_other_letter_answers),
        cmocka_unit_test(asked_again_before_it_is_sent_is_the_same),
        cmocka_unit_test(what_answers_it_otherwise_ends_the_request),
        cmocka_unit_test(some_kinds_need_another_answer),
    };
    return cmocka_run_group_tests(tests, open_dispute, fixture_close);
}
