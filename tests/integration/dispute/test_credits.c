#include "dispute_fixture.h"

#include "dunlin/payment/v1/payment.pb-c.h"

/* Credits take two persons; who comes second finds what was done; what makes no sense is refused. Broken once to see it
 * fail: the proposer approved, the second of two decisions was taken, amounts were not held against the balance, the
 * credit was told at the proposal, accounts asked about beside others were left out, and so was whose they are. */

static const struct fixture_caller BEN = {.peer = "dunlin", .role = "operator", .principal = "user:ben"};
static const struct fixture_caller NOBODY = {.peer = "dunlin", .role = "operator", .principal = ""};
static const struct fixture_caller STRANGER = {
    .peer = "dunlin", .role = "operator", .principal = "user:eve", .agency_id = FIXTURE_AGENCY + 1};

static Dunlin__Dispute__V1__ResolveDisputeRequest proposal(ProtobufCBinaryData dispute_id, int64_t credit_minor)
{
    Dunlin__Dispute__V1__ResolveDisputeRequest request;

    dunlin__dispute__v1__resolve_dispute_request__init(&request);
    request.dispute_id = dispute_id;
    request.outcome = DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_PARTLY;
    request.credit_minor = credit_minor;
    request.currency = wire_text("USD");
    request.root_cause = DUNLIN__DISPUTE__V1__ROOT_CAUSE__ROOT_CAUSE_AMOUNT;
    request.note = wire_text("interest counted twice");
    return request;
}

static void propose(struct unit_fixture *fixture, ProtobufCBinaryData dispute_id, int64_t credit_minor)
{
    Dunlin__Dispute__V1__ResolveDisputeRequest request = proposal(dispute_id, credit_minor);

    fixture_free_reply(fixture_call(fixture, "ResolveDispute", &request.base, STATUS_OK));
}

static Dunlin__Dispute__V1__DecideResolutionRequest decision(ProtobufCBinaryData dispute_id, bool is_approved)
{
    Dunlin__Dispute__V1__DecideResolutionRequest request;

    dunlin__dispute__v1__decide_resolution_request__init(&request);
    request.dispute_id = dispute_id;
    request.is_approved = is_approved;
    return request;
}

static void decide(struct unit_fixture *fixture, const struct fixture_caller *caller, ProtobufCBinaryData dispute_id,
                   bool is_approved, enum status expected)
{
    Dunlin__Dispute__V1__DecideResolutionRequest request = decision(dispute_id, is_approved);

    fixture_free_reply(fixture_call_as(fixture, caller, "DecideResolution", &request.base, expected));
}

static Dunlin__Dispute__V1__DisputeView *answered(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    place(fixture, ids, false);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, ids);
    verify(fixture, view->dispute_id, STATUS_OK);
    (void)fixture_emitted(fixture);
    return view;
}

static void a_credit_is_told_once_another_person_has_approved_it(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("credit");
    Dunlin__Dispute__V1__DisputeView *view = answered(fixture, &ids);

    propose(fixture, view->dispute_id, 4000);
    assert_string_equal(fixture_emitted(fixture), "ResolutionProposed");
    expect_disputes(fixture, &ids, "p");
    decide(fixture, &FIXTURE_OPERATOR, view->dispute_id, true, STATUS_PERMISSION_DENIED);
    assert_non_null(strstr(fixture->last_error, "user:anna has proposed"));
    decide(fixture, &NOBODY, view->dispute_id, true, STATUS_INVALID_ARGUMENT);
    decide(fixture, &STRANGER, view->dispute_id, true, STATUS_NOT_FOUND);
    assert_string_equal(fixture_emitted(fixture), "");
    decide(fixture, &BEN, view->dispute_id, true, STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "DisputeResolved");
    expect_disputes(fixture, &ids, "r");

    Dunlin__Dispute__V1__DisputeResolved *resolved =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_resolved__descriptor);
    assert_int_equal(resolved->outcome, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_PARTLY);
    assert_int_equal(resolved->credit_minor, 4000);
    assert_string_equal(resolved->currency, "USD");
    assert_int_equal(resolved->credit_id.len, ID_BYTES);
    assert_string_equal(resolved->resolved_by, "user:anna");
    assert_string_equal(resolved->approved_by, "user:ben");
    assert_int_equal(resolved->root_cause, DUNLIN__DISPUTE__V1__ROOT_CAUSE__ROOT_CAUSE_AMOUNT);
    fixture_free_reply(resolved);
    fixture_free_reply(view);
}

static void what_is_declined_is_as_it_was_before(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("declined");
    Dunlin__Dispute__V1__DisputeView *view = answered(fixture, &ids);

    propose(fixture, view->dispute_id, 4000);
    decide(fixture, &BEN, view->dispute_id, false, STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "ResolutionProposed ResolutionDeclined");
    expect_disputes(fixture, &ids, "v");
    decide(fixture, &BEN, view->dispute_id, true, STATUS_FAILED_PRECONDITION);
    resolve(fixture, view->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED, STATUS_OK);
    Dunlin__Dispute__V1__DisputeResolved *resolved =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_resolved__descriptor);
    assert_int_equal(resolved->credit_minor, 0);
    assert_int_equal(resolved->credit_id.len, 0);
    assert_string_equal(resolved->approved_by, "");
    fixture_free_reply(resolved);
    fixture_free_reply(view);
    (void)fixture_emitted(fixture);
}

/* In one batch, as two agents who look at the same screen: one result, one conflict that says what has happened. */
static void of_two_agents_on_one_dispute_one_comes_second(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("two agents");
    Dunlin__Dispute__V1__DisputeView *view = answered(fixture, &ids);
    Dunlin__Dispute__V1__ResolveDisputeRequest first = proposal(view->dispute_id, 4000);
    Dunlin__Dispute__V1__ResolveDisputeRequest second = proposal(view->dispute_id, 5000);
    const ProtobufCMessage *proposals[] = {&first.base, &second.base};
    struct fixture_answer answers[2];

    fixture_call_many(fixture, "ResolveDispute", proposals, 2, answers);
    assert_int_equal(answers[0].code, STATUS_OK);
    assert_int_equal(answers[1].code, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(answers[1].text, "proposed already"));
    assert_string_equal(fixture_emitted(fixture), "ResolutionProposed");
    fixture_free_reply(answers[0].reply);

    Dunlin__Dispute__V1__DecideResolutionRequest yes = decision(view->dispute_id, true);
    Dunlin__Dispute__V1__DecideResolutionRequest no = decision(view->dispute_id, false);
    const ProtobufCMessage *decisions[] = {&yes.base, &no.base};
    fixture_call_many_as(fixture, &BEN, "DecideResolution", decisions, 2, answers);
    assert_int_equal(answers[0].code, STATUS_OK);
    assert_int_equal(answers[1].code, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(answers[1].text, "nothing waits for approval: the dispute is resolved"));
    assert_string_equal(fixture_emitted(fixture), "DisputeResolved");
    fixture_free_reply(answers[0].reply);
    fixture_free_reply(view);
}

static void balance_is(struct unit_fixture *fixture, const struct subject_ids *ids, int64_t balance_minor)
{
    Dunlin__Payment__V1__BalanceChanged message;

    dunlin__payment__v1__balance_changed__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.balance_minor = balance_minor;
    message.currency = wire_text("USD");
    fixture_apply_ok(fixture, &message.base);
}

static void what_is_owed_now_bounds_what_is_taken_off(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("balance");
    Dunlin__Dispute__V1__DisputeView *view = answered(fixture, &ids);

    propose(fixture, view->dispute_id, 4000);
    balance_is(fixture, &ids, 3000); /* paid meanwhile */
    decide(fixture, &BEN, view->dispute_id, true, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(fixture->last_error, "3000 that are owed by now"));
    decide(fixture, &BEN, view->dispute_id, false, STATUS_OK);
    Dunlin__Dispute__V1__ResolveDisputeRequest request = proposal(view->dispute_id, 3001);
    assert_null(fixture_call(fixture, "ResolveDispute", &request.base, STATUS_INVALID_ARGUMENT));
    propose(fixture, view->dispute_id, 2999);
    fixture_free_reply(view);
    (void)fixture_emitted(fixture);
}

static void refuses_openings_that_make_no_sense(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("bad openings");
    const int64_t now_us = clock_now().us;
    const struct {
        int kind, medium;
        bool is_written;
        int64_t amount_minor;
        const char *currency;
        int64_t received_at_us;
        int32_t submitted_on_days, answer_due_on_days;
        enum status status;
        const char *why;
    } rows[] = {
        {10, 0, true, 0, "", 0, 0, 0, STATUS_INVALID_ARGUMENT, "kind: 10 is none"},
        {-1, 0, true, 0, "", 0, 0, 0, STATUS_INVALID_ARGUMENT, "kind"},
        {3, 0, true, 0, "", 0, 0, 0, STATUS_INVALID_ARGUMENT, "say written"},
        {0, 11, true, 0, "", 0, 0, 0, STATUS_INVALID_ARGUMENT, "medium: 11 is none"},
        {0, 7, true, 0, "", 0, 0, 0, STATUS_INVALID_ARGUMENT, "medium: what is spoken"},
        {5, 0, true, 0, "", 0, 0, 0, STATUS_INVALID_ARGUMENT, "amount_minor: a part needs"},
        {5, 0, true, -1, "USD", 0, 0, 0, STATUS_INVALID_ARGUMENT, "amount_minor: -1"},
        {5, 0, true, 100, "", 0, 0, 0, STATUS_INVALID_ARGUMENT, "currency"},
        {5, 0, true, 100, "EUR", 0, 0, 0, STATUS_INVALID_ARGUMENT, "currency: the account's is USD"},
        {5, 0, true, OWED_MINOR, "USD", 0, 0, 0, STATUS_INVALID_ARGUMENT, "less than the 25000"},
        {0, 0, true, 0, "", now_us + 1, 0, 0, STATUS_INVALID_ARGUMENT, "received_at_us"},
        {0, 0, true, 0, "", 0, FIXTURE_TODAY + 1, 0, STATUS_INVALID_ARGUMENT, "submitted_on_days"},
        {0, 0, true, 0, "", now_us - 2 * US_PER_DAY, FIXTURE_TODAY, 0, STATUS_INVALID_ARGUMENT,
         "after it was received"},
        {9, 0, true, 0, "", 0, 0, 0, STATUS_INVALID_ARGUMENT, "answer_due_on_days"},
        {1, 0, true, 0, "", 0, 0, FIXTURE_TODAY, STATUS_INVALID_ARGUMENT, "bureau"},
        {4, 0, true, 0, "", 0, 0, 0, STATUS_FAILED_PRECONDITION, "duplicate of nothing"},
    };

    place(fixture, &ids, false);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids.account);
        request.kind = (Dunlin__Dispute__V1__DisputeKind)rows[i].kind;
        request.medium = (Dunlin__Dispute__V1__Medium)rows[i].medium;
        request.is_written = rows[i].is_written;
        request.amount_minor = rows[i].amount_minor;
        request.currency = wire_text(rows[i].currency);
        request.received_at_us = rows[i].received_at_us;
        request.submitted_on_days = rows[i].submitted_on_days;
        request.answer_due_on_days = rows[i].answer_due_on_days;
        assert_null(fixture_call(fixture, "OpenDispute", &request.base, rows[i].status));
        if (!strstr(fixture->last_error, rows[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, fixture->last_error, rows[i].why);
    }
    expect_disputes(fixture, &ids, "");
    assert_string_equal(fixture_emitted(fixture), "");
}

static void refuses_evidence_that_proves_nothing(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("bad evidence");
    const struct {
        const char *document, *hash;
        int algorithm;
        const char *why;
    } rows[] = {
        {"", "", 0, "evidence[0]: document: needs a name"},
        {"letter", "short", 1, "document_hash: 5 bytes"},
        {"letter", "", 1, "document_hash: 0 bytes"},
        {"letter", "0123456789abcdef0123456789abcdef", 0, "hash_algorithm: 0 is none"},
        {"letter", "0123456789abcdef0123456789abcdef", 3, "hash_algorithm: 3 is none"},
        {"\xff", "", 0, "UTF-8"},
    };

    place(fixture, &ids, false);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids.account);
        Dunlin__Dispute__V1__Evidence evidence, *list[] = {&evidence};
        dunlin__dispute__v1__evidence__init(&evidence);
        evidence.document = wire_text(rows[i].document);
        evidence.document_hash = wire_bytes(rows[i].hash, strlen(rows[i].hash));
        evidence.hash_algorithm = (Dunlin__Dispute__V1__HashAlgorithm)rows[i].algorithm;
        request.evidence = list;
        request.n_evidence = 1;
        assert_null(fixture_call(fixture, "OpenDispute", &request.base, STATUS_INVALID_ARGUMENT));
        if (!strstr(fixture->last_error, rows[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, fixture->last_error, rows[i].why);
    }
}

static void a_stranger_knows_of_nothing(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("strange");
    Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids.account);
    Dunlin__Dispute__V1__ListDisputesRequest list;

    place(fixture, &ids, true);
    (void)fixture_emitted(fixture);
    dunlin__dispute__v1__list_disputes_request__init(&list);
    list.account_id = wire_id(&ids.account);
    assert_null(fixture_call_as(fixture, &STRANGER, "OpenDispute", &request.base, STATUS_NOT_FOUND));
    assert_null(fixture_call_as(fixture, &STRANGER, "ListDisputes", &list.base, STATUS_NOT_FOUND));
    assert_string_equal(fixture_emitted(fixture), "");
}

static void many_accounts_are_asked_about_at_once_and_all_are_answered_or_none(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids[] = {ids_of("first of many"), ids_of("second of many"), ids_of("third of many")};
    const struct id nobody = named("none of many");
    ProtobufCBinaryData account_ids[251];
    Dunlin__Dispute__V1__ListDisputesRequest list;

    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        place(fixture, &ids[i], i != 1);
    (void)fixture_emitted(fixture);
    for (size_t i = 0; i < ARRAY_SIZE(account_ids); i++)
        account_ids[i] = wire_id(&ids[i % 2].account);
    dunlin__dispute__v1__list_disputes_request__init(&list);
    list.account_ids = account_ids;
    list.n_account_ids = 250;
    Dunlin__Dispute__V1__ListDisputesReply *reply =
        (void *)fixture_call(fixture, "ListDisputes", &list.base, STATUS_OK);
    assert_int_equal(reply->n_disputes, 1);
    assert_memory_equal(reply->disputes[0]->account_id.data, ids[0].account.bytes, ID_BYTES);
    fixture_free_reply(reply);
    list.account_id = wire_id(&ids[2].account); /* beside them */
    reply = (void *)fixture_call(fixture, "ListDisputes", &list.base, STATUS_OK);
    assert_int_equal(reply->n_disputes, 2);
    fixture_free_reply(reply);

    assert_null(fixture_call_as(fixture, &STRANGER, "ListDisputes", &list.base, STATUS_NOT_FOUND));
    list.n_account_ids = 251;
    assert_null(fixture_call(fixture, "ListDisputes", &list.base, STATUS_INVALID_ARGUMENT));
    list.n_account_ids = 2;
    account_ids[1] = wire_id(&nobody);
    assert_null(fixture_call(fixture, "ListDisputes", &list.base, STATUS_NOT_FOUND));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_credit_is_told_once_another_person_has_approved_it),
        cmocka_unit_test(what_is_declined_is_as_it_was_before),
        cmocka_unit_test(of_two_agents_on_one_dispute_one_comes_second),
        cmocka_unit_test(what_is_owed_now_bounds_what_is_taken_off),
        cmocka_unit_test(refuses_openings_that_make_no_sense),
        cmocka_unit_test(refuses_evidence_that_proves_nothing),
        cmocka_unit_test(a_stranger_knows_of_nothing),
        cmocka_unit_test(many_accounts_are_asked_about_at_once_and_all_are_answered_or_none),
    };
    return cmocka_run_group_tests(tests, open_dispute, fixture_close);
}
