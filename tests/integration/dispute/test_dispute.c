#include "dispute_fixture.h"

#include "dunlin/payment/v1/payment.pb-c.h"

static int64_t pending_timers(struct unit_fixture *fixture)
{
    return fixture_number(fixture, "SELECT count(*) FROM platform.timer WHERE service = 'dispute'");
}

static void an_account_placed_as_disputed_has_a_dispute_of_the_client(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("by client"), plain = ids_of("plain");
    struct id expected = id_derive(&ids.account, "dispute", NULL, 0);

    place(fixture, &plain, false);
    assert_string_equal(fixture_emitted(fixture), "");
    place(fixture, &ids, true);
    assert_string_equal(fixture_emitted(fixture), "DisputeOpened");
    expect_disputes(fixture, &ids, "o");
    expect_disputes(fixture, &plain, "");

    Dunlin__Dispute__V1__DisputeOpened *opened =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_opened__descriptor);
    assert_memory_equal(opened->dispute_id.data, expected.bytes, ID_BYTES);
    assert_int_equal(opened->source, DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_CLIENT);
    assert_true(opened->opened_at_us == clock_now().us);
    assert_true(opened->deadline_at_us == clock_now().us + VERIFICATION_DAYS * US_PER_DAY);
    fixture_free_reply(opened);
}

static void a_dispute_goes_from_open_over_verified_to_resolved(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("life");
    int64_t timers = pending_timers(fixture);

    place(fixture, &ids, false);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids);
    assert_string_equal(fixture_emitted(fixture), "DisputeOpened");
    assert_int_equal(pending_timers(fixture), timers + 1);
    verify(fixture, view->dispute_id, STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "VerificationSent");
    assert_int_equal(pending_timers(fixture), timers);
    verify(fixture, view->dispute_id, STATUS_FAILED_PRECONDITION);
    resolve(fixture, view->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED, STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "DisputeResolved");
    resolve(fixture, view->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD,
            STATUS_FAILED_PRECONDITION);
    assert_string_equal(fixture_emitted(fixture), "");
    expect_disputes(fixture, &ids, "r");

    Dunlin__Dispute__V1__DisputeResolved *resolved =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_resolved__descriptor);
    assert_int_equal(resolved->outcome, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED);
    assert_string_equal(resolved->note, "contract found");
    fixture_free_reply(resolved);
    fixture_free_reply(view);
}

static void a_dispute_of_a_call_says_whose_call_it_was(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("of a campaign");
    const struct id permit_id = named("of a campaign: permit");
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptReported message;

    place(fixture, &ids, false);
    dunlin__contact__v1__attempt_report__init(&report);
    report.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
    dunlin__contact__v1__attempt_reported__init(&message);
    message.permit_id = wire_id(&permit_id);
    message.account_id = wire_id(&ids.account);
    message.debtor_id = wire_id(&ids.debtor);
    message.report = &report;
    message.dialer = wire_text("joe");
    message.campaign = wire_text("spring");
    fixture_apply_ok(fixture, &message.base);
    Dunlin__Dispute__V1__DisputeOpened *opened =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_opened__descriptor);
    assert_string_equal(opened->collector, "joe");
    assert_string_equal(opened->campaign, "spring");
    fixture_free_reply(opened);
    (void)fixture_emitted(fixture);
}

static void opening_again_gives_the_dispute_that_is_open(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("again");
    Dunlin__Dispute__V1__OpenDisputeRequest request = opening(&ids.account);
    const ProtobufCMessage *both[] = {&request.base, &request.base};
    struct fixture_answer answers[2];

    place(fixture, &ids, false);
    fixture_call_many(fixture, "OpenDispute", both, 2, answers);
    const Dunlin__Dispute__V1__DisputeView *first = (const void *)answers[0].reply;
    const Dunlin__Dispute__V1__DisputeView *second = (const void *)answers[1].reply;
    assert_memory_equal(first->dispute_id.data, second->dispute_id.data, ID_BYTES);
    assert_string_equal(fixture_emitted(fixture), "DisputeOpened");
    call_ends(fixture, &ids, "again: permit", DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE);
    assert_string_equal(fixture_emitted(fixture), "");
    resolve(fixture, first->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_WITHDRAWN, STATUS_OK);
    fixture_free_reply(dispute(fixture, &ids)); /* a new one */
    assert_string_equal(fixture_emitted(fixture), "DisputeResolved DisputeOpened");
    expect_disputes(fixture, &ids, "ro");
    fixture_free_reply(answers[0].reply);
    fixture_free_reply(answers[1].reply);
}

static void expect_repetition(struct unit_fixture *fixture, const struct id *repeated)
{
    assert_string_equal(fixture_emitted(fixture), "DisputeResolved DisputeOpened");
    Dunlin__Dispute__V1__DisputeResolved *resolved =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_resolved__descriptor);
    assert_int_equal(resolved->outcome, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REPEATED);
    assert_memory_equal(resolved->dispute_id.data, repeated->bytes, ID_BYTES);
    fixture_free_reply(resolved);
    Dunlin__Dispute__V1__DisputeOpened *opened =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_opened__descriptor);
    assert_int_equal(opened->repeats.len, ID_BYTES);
    assert_memory_equal(opened->repeats.data, repeated->bytes, ID_BYTES);
    fixture_free_reply(opened);
}

/* Once a dispute on a call about a verified debt held the account for ever: contact held it, and no dispute was there
 * that could have ended. */
static void disputing_a_verified_debt_again_is_a_dispute_of_its_own(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("repeated");
    struct id permit_id = named("repeated: permit");
    struct id first_id = {0}, second_id = id_derive(&permit_id, "dispute", NULL, 0);

    place(fixture, &ids, false);
    Dunlin__Dispute__V1__DisputeView *first = dispute(fixture, &ids);
    assert_int_equal(first->repeats.len, 0);
    memcpy(first_id.bytes, first->dispute_id.data, ID_BYTES);
    verify(fixture, first->dispute_id, STATUS_OK);
    (void)fixture_emitted(fixture);
    call_ends(fixture, &ids, "repeated: permit", DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE);
    expect_repetition(fixture, &first_id);
    call_ends(fixture, &ids, "repeated: permit", DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE);
    assert_string_equal(fixture_emitted(fixture), "");
    expect_disputes(fixture, &ids, "ro");

    verify(fixture, wire_id(&second_id), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "VerificationSent");
    Dunlin__Dispute__V1__DisputeView *third = dispute(fixture, &ids); /* by command */
    expect_repetition(fixture, &second_id);
    assert_memory_equal(third->repeats.data, second_id.bytes, ID_BYTES);
    expect_disputes(fixture, &ids, "rro");
    resolve(fixture, third->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED,
            STATUS_FAILED_PRECONDITION); /* nobody has answered it */
    resolve(fixture, third->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_WITHDRAWN, STATUS_OK);
    expect_disputes(fixture, &ids, "rrr");
    (void)fixture_emitted(fixture);
    fixture_free_reply(dispute(fixture, &ids)); /* resolved is not verified: it repeats nothing */
    assert_string_equal(fixture_emitted(fixture), "DisputeOpened");
    fixture_free_reply(first);
    fixture_free_reply(third);
}

static void only_a_call_that_ends_in_a_dispute_opens_one(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("by call");
    struct id permit_id = named("by call: permit 2");
    struct id expected = id_derive(&permit_id, "dispute", NULL, 0);

    place(fixture, &ids, false);
    call_ends(fixture, &ids, "by call: permit 1", DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_REFUSED_TO_PAY);
    assert_string_equal(fixture_emitted(fixture), "");
    call_ends(fixture, &ids, "by call: permit 2", DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE);
    assert_string_equal(fixture_emitted(fixture), "DisputeOpened");
    Dunlin__Dispute__V1__DisputeOpened *opened =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_opened__descriptor);
    assert_memory_equal(opened->dispute_id.data, expected.bytes, ID_BYTES);
    assert_int_equal(opened->source, DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_CALL);
    assert_string_equal(opened->reason, "never bought that");
    resolve(fixture, opened->dispute_id, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REJECTED, STATUS_OK);
    (void)fixture_emitted(fixture);
    /* The same call read again from the log opens nothing, resolved or not. */
    call_ends(fixture, &ids, "by call: permit 2", DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE);
    assert_string_equal(fixture_emitted(fixture), "");
    expect_disputes(fixture, &ids, "r");
    fixture_free_reply(opened);
}

/* The call was about two debts, one of them its permit's own: contact holds both. */
static void a_call_opens_a_dispute_of_every_account_that_was_discussed(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids own = ids_of("discussed own"), other = ids_of("discussed other");
    ProtobufCBinaryData discussed[] = {wire_id(&own.account), wire_id(&other.account), wire_id(&other.account)};
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptReported message;
    struct id permit_id = named("permit of two");

    place(fixture, &own, false);
    place(fixture, &other, false);
    (void)fixture_emitted(fixture);
    dunlin__contact__v1__attempt_report__init(&report);
    report.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
    report.discussed_account_ids = discussed;
    report.n_discussed_account_ids = ARRAY_SIZE(discussed);
    dunlin__contact__v1__attempt_reported__init(&message);
    message.permit_id = wire_id(&permit_id);
    message.account_id = wire_id(&own.account);
    message.debtor_id = wire_id(&own.debtor);
    message.report = &report;
    fixture_apply_ok(fixture, &message.base);
    assert_string_equal(fixture_emitted(fixture), "DisputeOpened DisputeOpened");
    fixture_apply_ok(fixture, &message.base); /* the log is read again */
    assert_string_equal(fixture_emitted(fixture), "");
    expect_disputes(fixture, &own, "o");
    expect_disputes(fixture, &other, "o");
}

static void fact_is_recorded_and_released(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    const struct id fact_id = named("some: fact");
    Dunlin__Contact__V1__Fact fact;
    Dunlin__Contact__V1__FactRecorded recorded;
    Dunlin__Contact__V1__FactReleased released;

    dunlin__contact__v1__fact__init(&fact);
    fact.kind = DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_VALIDATION_NOTICE_SENT;
    dunlin__contact__v1__fact_recorded__init(&recorded);
    recorded.fact_id = wire_id(&fact_id);
    recorded.account_id = wire_id(&ids->account);
    recorded.debtor_id = wire_id(&ids->debtor);
    recorded.fact = &fact;
    fixture_apply_ok(fixture, &recorded.base);
    dunlin__contact__v1__fact_released__init(&released);
    released.fact_id = wire_id(&fact_id);
    released.account_id = wire_id(&ids->account);
    released.debtor_id = wire_id(&ids->debtor);
    fixture_apply_ok(fixture, &released.base);
}

static void balance_is(struct unit_fixture *fixture, const struct subject_ids *ids, int64_t balance_minor)
{
    Dunlin__Payment__V1__BalanceChanged message;

    dunlin__payment__v1__balance_changed__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.balance_minor = balance_minor;
    fixture_apply_ok(fixture, &message.base);
}

/* What test_answers.c and test_credits.c look at closely, each once: a dispute that goes by every command. */
static void a_long_dispute_passes_every_command(void **state)
{
    static const struct fixture_caller BEN = {.peer = "dunlin", .role = "operator", .principal = "user:ben"};
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("long");
    Dunlin__Dispute__V1__RecordInformationRequest news;
    Dunlin__Dispute__V1__RecordReturnRequest back;
    Dunlin__Dispute__V1__ResolveDisputeRequest credit;
    Dunlin__Dispute__V1__DecideResolutionRequest yes;
    Dunlin__Dispute__V1__GetDisputeRequest look;
    Dunlin__Dispute__V1__Evidence evidence, *documents[] = {&evidence};

    place(fixture, &ids, false);
    fact_is_recorded_and_released(fixture, &ids);
    balance_is(fixture, &ids, OWED_MINOR - 1);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids);
    dunlin__dispute__v1__evidence__init(&evidence);
    evidence.document = wire_text("cheque");
    dunlin__dispute__v1__record_information_request__init(&news);
    news.dispute_id = view->dispute_id;
    news.evidence = documents;
    news.n_evidence = 1;
    fixture_free_reply(fixture_call(fixture, "RecordInformation", &news.base, STATUS_OK));
    verify(fixture, view->dispute_id, STATUS_OK);
    dunlin__dispute__v1__record_return_request__init(&back);
    back.dispute_id = view->dispute_id;
    fixture_free_reply(fixture_call(fixture, "RecordReturn", &back.base, STATUS_OK));
    dunlin__dispute__v1__resolve_dispute_request__init(&credit);
    credit.dispute_id = view->dispute_id;
    credit.outcome = DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD;
    credit.credit_minor = OWED_MINOR - 1;
    credit.currency = wire_text("USD");
    fixture_free_reply(fixture_call(fixture, "ResolveDispute", &credit.base, STATUS_OK));
    dunlin__dispute__v1__decide_resolution_request__init(&yes);
    yes.dispute_id = view->dispute_id;
    yes.is_approved = true;
    fixture_free_reply(fixture_call_as(fixture, &BEN, "DecideResolution", &yes.base, STATUS_OK));
    dunlin__dispute__v1__get_dispute_request__init(&look);
    look.dispute_id = view->dispute_id;
    Dunlin__Dispute__V1__GetDisputeReply *reply = fixture_call(fixture, "GetDispute", &look.base, STATUS_OK);
    assert_int_equal(reply->n_evidence, 1);
    assert_int_equal(reply->dispute->state, DUNLIN__DISPUTE__V1__DISPUTE_STATE__DISPUTE_STATE_RESOLVED);
    assert_string_equal(fixture_emitted(fixture), "DisputeOpened DisputeAmended VerificationSent DisputeReopened "
                                                  "ResolutionProposed DisputeResolved");
    fixture_free_reply(reply);
    fixture_free_reply(view);
}

/* As above; test_complaints.c looks closely. */
static void a_complaint_passes_every_command(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("complained of");
    Dunlin__Dispute__V1__AssignComplaintRequest assign;
    Dunlin__Dispute__V1__GetComplaintRequest look;

    place(fixture, &ids, false);
    Dunlin__Dispute__V1__Complaint *complaint =
        complain(fixture, &ids, DUNLIN__DISPUTE__V1__COMPLAINT_SEVERITY__COMPLAINT_SEVERITY_LOW);
    assert_string_equal(complaint->words, "called at work, and asked for ************1111");
    dunlin__dispute__v1__assign_complaint_request__init(&assign);
    assign.complaint_id = complaint->complaint_id;
    assign.owner = wire_text("user:ben");
    fixture_free_reply(fixture_call(fixture, "AssignComplaint", &assign.base, STATUS_OK));
    move_complaint(fixture, complaint->complaint_id, DUNLIN__DISPUTE__V1__COMPLAINT_STATE__COMPLAINT_STATE_ACKNOWLEDGED,
                   0, STATUS_OK);
    resolve_complaint(fixture, complaint->complaint_id);
    dunlin__dispute__v1__get_complaint_request__init(&look);
    look.complaint_id = complaint->complaint_id;
    Dunlin__Dispute__V1__Complaint *shown = fixture_call(fixture, "GetComplaint", &look.base, STATUS_OK);
    assert_string_equal(shown->owner, "user:ben");
    assert_int_equal(shown->state, DUNLIN__DISPUTE__V1__COMPLAINT_STATE__COMPLAINT_STATE_RESOLVED);
    assert_int_equal(complaints_of(fixture, &ids.account), 1);
    assert_string_equal(fixture_emitted(fixture), "ComplaintOpened ComplaintChanged ComplaintChanged ComplaintChanged");
    fixture_free_reply(shown);
    fixture_free_reply(complaint);
}

static void a_recall_ends_what_is_unresolved(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("recalled"), plain = ids_of("recalled, plain");
    Dunlin__Intake__V1__AccountRecalled first = recalled(&ids), second = recalled(&plain);
    const ProtobufCMessage *batch[] = {&first.base, &second.base, &first.base};

    place(fixture, &ids, true);
    place(fixture, &plain, false);
    (void)fixture_emitted(fixture);
    assert_int_equal(fixture_apply(fixture, batch, ARRAY_SIZE(batch)), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "DisputeResolved");
    expect_disputes(fixture, &ids, "r");

    Dunlin__Dispute__V1__DisputeResolved *resolved =
        fixture_last_event(fixture, &dunlin__dispute__v1__dispute_resolved__descriptor);
    assert_int_equal(resolved->outcome, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_RECALLED);
    assert_string_equal(resolved->note, "sold");
    fixture_free_reply(resolved);
}

/* All in one batch: the database must see the resolved one before the new one. */
static void a_dispute_may_follow_another_within_one_batch(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids[20];
    const ProtobufCMessage *batch[2 * ARRAY_SIZE(ids)];
    Dunlin__Intake__V1__AccountRecalled recalls[ARRAY_SIZE(ids)];
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptReported attempts[ARRAY_SIZE(ids)];
    struct id permits[ARRAY_SIZE(ids)];

    dunlin__contact__v1__attempt_report__init(&report);
    report.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        char name[32];
        g_snprintf(name, sizeof(name), "follow %zu", i);
        ids[i] = ids_of(name);
        permits[i] = id_derive(&ids[i].account, "permit", NULL, 0);
        place(fixture, &ids[i], true);
        recalls[i] = recalled(&ids[i]);
        dunlin__contact__v1__attempt_reported__init(&attempts[i]);
        attempts[i].permit_id = wire_id(&permits[i]);
        attempts[i].account_id = wire_id(&ids[i].account);
        attempts[i].debtor_id = wire_id(&ids[i].debtor);
        attempts[i].report = &report;
        batch[2 * i] = &recalls[i].base;
        batch[2 * i + 1] = &attempts[i].base;
    }
    if (fixture_apply(fixture, batch, ARRAY_SIZE(batch)) != STATUS_OK)
        fail_msg("%s", fixture->last_error);
    (void)fixture_emitted(fixture);
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        expect_disputes(fixture, &ids[i], "ro");
}

static void refuses_what_makes_no_sense(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("refused"), unknown = ids_of("unknown");
    struct id elsewhere = id_derive_root(FIXTURE_PARTITION + 1, "test", NULL, 0);
    static const char BAD_TEXT[] = "\xff";
    const struct {
        const struct id *account_id;
        int source;
        const char *reason;
        enum status status;
        const char *why;
    } rows[] = {
        {&unknown.account, 1, "", STATUS_NOT_FOUND, "no account"},
        {&elsewhere, 1, "", STATUS_INVALID_ARGUMENT, "account_id: is of partition 8"},
        {&ids.account, 0, "", STATUS_INVALID_ARGUMENT, "source"},
        {&ids.account, 5, "", STATUS_INVALID_ARGUMENT, "source"},
        {&ids.account, 1, BAD_TEXT, STATUS_INVALID_ARGUMENT, "reason"},
    };

    place(fixture, &ids, false);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Dunlin__Dispute__V1__OpenDisputeRequest request = opening(rows[i].account_id);
        request.source = (Dunlin__Dispute__V1__DisputeSource)rows[i].source;
        request.reason = wire_text(rows[i].reason);
        assert_null(fixture_call(fixture, "OpenDispute", &request.base, rows[i].status));
        if (!strstr(fixture->last_error, rows[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, fixture->last_error, rows[i].why);
    }
    struct id nothing = named("no such dispute");
    verify(fixture, wire_id(&nothing), STATUS_NOT_FOUND);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids);
    static const int outcomes[] = {0, DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_RECALLED,
                                   DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_REPEATED, 8};
    for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++)
        resolve(fixture, view->dispute_id, outcomes[i], STATUS_INVALID_ARGUMENT);
    expect_disputes(fixture, &ids, "o");
    fixture_free_reply(view);
    (void)fixture_emitted(fixture);
}

static void an_event_of_an_account_that_was_never_placed_is_refused(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("never placed");
    Dunlin__Intake__V1__AccountRecalled message = recalled(&ids);
    const ProtobufCMessage *batch[] = {&message.base};

    assert_int_equal(fixture_apply(fixture, batch, 1), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(fixture->last_error, "never placed"));
}

static void the_database_itself_allows_one_unresolved_dispute_an_account(void **state)
{
    struct unit_fixture *fixture = *state;
    struct error err = {0};

    assert_int_equal(
        db_exec_script(fixture->owner,
                       "INSERT INTO dispute.dispute SELECT partition, gen_random_uuid(), account_id, debtor_id, "
                       "agency_id, 2, 0, 1, '', false, 0, 0, false, '', 1 FROM dispute.dispute WHERE state = 1 "
                       "LIMIT 1",
                       &err),
        STATUS_ALREADY_EXISTS);
}

/* Near the end: it moves business time on. */
static void a_dispute_still_open_at_its_deadline_is_escalated_once(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("overdue"), answered = ids_of("answered in time");

    (void)fixture_fire(fixture,
                       (struct instant){clock_now().us + 2 * VERIFICATION_DAYS * US_PER_DAY}); /* of other tests */
    (void)fixture_emitted(fixture);
    place(fixture, &ids, false);
    place(fixture, &answered, false);
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids);
    Dunlin__Dispute__V1__DisputeView *other = dispute(fixture, &answered);
    verify(fixture, other->dispute_id, STATUS_OK);
    (void)fixture_emitted(fixture);

    assert_int_equal(fixture_fire(fixture, (struct instant){view->deadline_at_us - 1}), 0);
    assert_int_equal(fixture_fire(fixture, (struct instant){view->deadline_at_us}), 1);
    assert_string_equal(fixture_emitted(fixture), "EscalationRaised");
    assert_int_equal(fixture_fire(fixture, (struct instant){view->deadline_at_us + US_PER_DAY}), 0);
    expect_disputes(fixture, &ids, "o!");
    expect_disputes(fixture, &answered, "v");
    verify(fixture, view->dispute_id, STATUS_OK); /* late, and still possible */
    expect_disputes(fixture, &ids, "v!");
    fixture_free_reply(view);
    fixture_free_reply(other);
}

/* A zombie: it has loaded before the partition's new owner writes, and saves after. Last: it touches every row. */
static void a_writer_that_was_overtaken_changes_nothing(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("overtaken");
    SCOPED(book_freep) struct book *book = book_new();
    struct error err = {0};
    const char *text;

    place(fixture, &ids, true);
    struct unit *unit = fixture_begin(fixture);
    book_want_account(book, &ids.account);
    assert_int_equal(dispute_store_load(unit_db(unit), book, &err), STATUS_OK);
    struct dispute *late = book_account(book, &ids.account)->unresolved;
    assert_int_equal(dispute_move(late, DISPUTE_EVENT_UPHOLD, "", &text, &err), STATUS_OK);
    book_touch_dispute(late);

    test_database_script(fixture->owner, "UPDATE dispute.dispute SET version = version + 1");
    assert_int_equal(dispute_store_save(unit_db(unit), book, &err), STATUS_ABORTED);
    unit_rollback(unit);
    expect_disputes(fixture, &ids, "o");
}

static void an_empty_request_of_whatever_method_changes_nothing(void **state)
{
    fixture_call_each_empty(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_placed_as_disputed_has_a_dispute_of_the_client),
        cmocka_unit_test(a_dispute_goes_from_open_over_verified_to_resolved),
        cmocka_unit_test(a_dispute_of_a_call_says_whose_call_it_was),
        cmocka_unit_test(opening_again_gives_the_dispute_that_is_open),
        cmocka_unit_test(disputing_a_verified_debt_again_is_a_dispute_of_its_own),
        cmocka_unit_test(only_a_call_that_ends_in_a_dispute_opens_one),
        cmocka_unit_test(a_call_opens_a_dispute_of_every_account_that_was_discussed),
        cmocka_unit_test(a_long_dispute_passes_every_command),
        cmocka_unit_test(a_complaint_passes_every_command),
        cmocka_unit_test(a_recall_ends_what_is_unresolved),
        cmocka_unit_test(a_dispute_may_follow_another_within_one_batch),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(an_event_of_an_account_that_was_never_placed_is_refused),
        cmocka_unit_test(the_database_itself_allows_one_unresolved_dispute_an_account),
        cmocka_unit_test(a_dispute_still_open_at_its_deadline_is_escalated_once),
        cmocka_unit_test(a_writer_that_was_overtaken_changes_nothing),
        cmocka_unit_test(an_empty_request_of_whatever_method_changes_nothing),
    };
    return cmocka_run_group_tests(tests, open_dispute, fixture_close);
}
