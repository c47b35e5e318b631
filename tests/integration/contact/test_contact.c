#include "contact_fixture.h"

#include "contact_codec.h"

/* One database for the program; every test has debtors of its own, and time only goes forward. All times are in June
 * 2026, New York: UTC - 4. */

/* Nothing of an earlier test may be offered to a later one. */
static void fits_every_statement_to_the_schema(void **state)
{
    struct unit_fixture *fixture = *state;
    struct error err = {0};
    if (db_prepare_all(fixture->db, CONTACT_SPEC.statements, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

static void plans_an_account_and_offers_it_once(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-01T14:00:00Z");
    place(fixture, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "");
    classify(fixture, "d1", "a1", "early", 400);
    assert_string_equal(fixture_emitted(fixture), "ContactPlanned");
    Dunlin__Contact__V1__ContactPlanned *planned =
        fixture_last_event(fixture, &dunlin__contact__v1__contact_planned__descriptor);
    assert_string_equal(planned->step, "call-1");
    assert_string_equal(planned->because, "classified");
    assert_int_equal(planned->due_at_us, at("2026-06-01T12:00:00Z").us);
    fixture_free_reply(planned);
    classify(fixture, "d1", "a1", "early", 400);
    assert_string_equal(fixture_emitted(fixture), "");

    place(fixture, "d2", "a2");
    classify(fixture, "d2", "a2", "early", 900);
    Dunlin__Contact__V1__ReserveDialListReply *list = dial_list(fixture, 10);
    assert_int_equal(list->n_entries, 2);
    const struct id best = named("a2");
    assert_memory_equal(list->entries[0]->account_id.data, best.bytes, ID_BYTES);
    assert_int_equal(list->entries[0]->priority, 900);
    assert_string_equal(list->entries[0]->step, "call-1");
    fixture_free_reply(list);
    assert_int_equal(dial_list_size(fixture), 0);
    drive("2026-06-01T14:05:00Z");
    assert_int_equal(dial_list_size(fixture), 2);
}

/* Two calls at once: the first might become the conversation after which the second is forbidden. */
static void grants_one_permit_of_a_debt_at_a_time(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-02T12:30:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    Dunlin__Contact__V1__RequestPermitsReply *reply = ask(fixture, "RequestPermits", "a1", "d1-phone", 2);
    assert_true(is_permit(reply->verdicts[0]));
    assert_false(is_permit(reply->verdicts[1]));
    assert_string_equal(reply->verdicts[1]->refusal->hits[0]->rule, "REGF-14B2B-CONVO7");
    assert_non_null(strstr(reply->verdicts[1]->refusal->hits[0]->detail, "not reported yet"));
    struct id id = {0};
    assert_int_equal(id_from_bytes(reply->verdicts[0]->permit->permit_id.data, ID_BYTES, "id", &id, NULL), STATUS_OK);
    fixture_free_reply(reply);
    refused(fixture, "a1", "a1-phone", "REGF-14B2B-CONVO7"); /* whichever number */
    (void)permit(fixture, "a2", "d1-phone");                 /* another debt */
    Dunlin__Contact__V1__AttemptReport unanswered = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER);
    assert_int_equal(report(fixture, &unanswered), STATUS_OK);
    (void)permit(fixture, "a1", "d1-phone");
    drive("2026-06-02T13:45:00Z"); /* nobody reports it: it stays in the way until it expires */
    assert_int_equal(fixture_fire(fixture, clock_now()), 2);
    (void)permit(fixture, "a1", "d1-phone");
    (void)fixture_emitted(fixture);
}

static void grants_seven_calls_and_refuses_the_eighth(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-02T14:00:00Z");
    place(fixture, "d1", "a1");
    call_in_vain(fixture, "a1", "d1-phone", 7);
    (void)fixture_emitted(fixture);
    Dunlin__Contact__V1__RequestPermitsReply *reply = ask(fixture, "RequestPermits", "a1", "d1-phone", 2);
    assert_string_equal(reply->verdicts[0]->refusal->hits[0]->rule, "REGF-14B2A-7IN7");
    assert_int_equal(reply->verdicts[0]->refusal->hits[0]->next_permitted_at_us, at("2026-06-09T12:00:00Z").us);
    fixture_free_reply(reply);
    assert_string_equal(fixture_emitted(fixture), "PermitRefused PermitRefused");
    refused(fixture, "a1", "a1-phone", "REGF-14B2A-7IN7"); /* all numbers of the person together */
    (void)fixture_emitted(fixture);
}

/* Attempts that were loaded once a request would count twice. */
static void counts_each_call_once_however_often_its_account_is_asked_for(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-02T14:00:00Z");
    place(fixture, "d1", "a1");
    call_in_vain(fixture, "a1", "d1-phone", 4);
    (void)fixture_emitted(fixture);
    Dunlin__Contact__V1__RequestPermitsReply *reply = ask(fixture, "ExplainContact", "a1", "d1-phone", 2);
    assert_true(is_permit(reply->verdicts[0]));
    assert_true(is_permit(reply->verdicts[1]));
    fixture_free_reply(reply);
}

static void records_what_a_decision_saw_so_that_it_can_be_replayed(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct zone *zones[CONTACT_ZONES_MAX];
    struct permit_facts facts;
    struct rules_verdict verdict;
    drive("2026-06-02T14:30:00Z");
    place(fixture, "d1", "a1");
    call_in_vain(fixture, "a1", "d1-phone", 7);
    refused(fixture, "a1", "d1-phone", "REGF-14B2A-7IN7");
    Dunlin__Contact__V1__PermitRefused *event =
        fixture_last_event(fixture, &dunlin__contact__v1__permit_refused__descriptor);
    assert_string_equal(event->rule_version, context.rules->book->version);
    assert_string_equal(event->dialer, "acme");
    assert_int_equal(event->inputs->attempts_in_window, 7);
    assert_true(event->inputs->log_seq > 0);
    g_autoptr(GArray) contacts = g_array_new(FALSE, FALSE, sizeof(struct permit_contact));
    assert_int_equal(
        codec_facts(event->inputs, CHANNEL_CALL, CONTACT_PURPOSE_COLLECTION, zones, contacts, &facts, NULL), STATUS_OK);
    permit_evaluate(context.rules->selection, &facts, &verdict);
    assert_int_equal(verdict_n_blocking(&verdict), event->n_hits);
    assert_string_equal(verdict.hits[0].rule->id, event->hits[0]->rule);
    assert_string_equal(verdict.hits[0].detail, event->hits[0]->detail);
    assert_int_equal(verdict.hits[0].next.us, event->hits[0]->next_permitted_at_us);
    fixture_free_reply(event);
}

static void gives_an_unplaced_call_back(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-03T14:00:00Z");
    place(fixture, "d1", "a1");
    call_in_vain(fixture, "a1", "d1-phone", 6);
    struct id last = permit(fixture, "a1", "d1-phone");
    Dunlin__Contact__V1__AttemptReport unplaced =
        report_of(&last, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED);
    assert_int_equal(report(fixture, &unplaced), STATUS_OK);
    (void)fixture_emitted(fixture);
    assert_int_equal(report(fixture, &unplaced), STATUS_OK); /* the same again */
    assert_string_equal(fixture_emitted(fixture), "");
    const struct id next = permit(fixture, "a1", "d1-phone");
    (void)fixture_emitted(fixture);
    /* It was placed after all: the stricter reading stands, and nothing takes it back. */
    Dunlin__Contact__V1__AttemptReport answered = report_of(&last, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    assert_int_equal(report(fixture, &answered), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported");
    assert_int_equal(report(fixture, &unplaced), STATUS_OK);
    assert_int_equal(report(fixture, &answered), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "");
    Dunlin__Contact__V1__AttemptReport given_back =
        report_of(&next, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED);
    assert_int_equal(report(fixture, &given_back), STATUS_OK);
    refused(fixture, "a1", "d1-phone", "REGF-14B2A-7IN7");
}

/* The dialer says by itself that the line was busy; the agent says afterwards that they talked, and about two debts. */
static void takes_a_conversation_that_is_reported_after_a_busy_line(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-03T15:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    classify(fixture, "d1", "a1", "early", 400);
    struct id id = permit(fixture, "a1", "d1-phone");
    Dunlin__Contact__V1__AttemptReport busy = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_BUSY);
    assert_int_equal(report(fixture, &busy), STATUS_OK);
    const struct id both[] = {named("a1"), named("a2")};
    ProtobufCBinaryData discussed[] = {wire_id(&both[0]), wire_id(&both[1])};
    Dunlin__Contact__V1__AttemptReport talked = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    talked.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    talked.is_conversation = true;
    talked.discussed_account_ids = discussed;
    talked.n_discussed_account_ids = 1;
    (void)fixture_emitted(fixture);
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported ContactPlanned");
    Dunlin__Contact__V1__AttemptReported *told =
        fixture_last_event(fixture, &dunlin__contact__v1__attempt_reported__descriptor);
    assert_int_equal(told->correction->before->telephony, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_BUSY);
    assert_false(told->correction->before->counts);
    assert_true(told->correction->after->counts && told->correction->after->is_conversation);
    fixture_free_reply(told);
    refused(fixture, "a1", "d1-phone", "REGF-14B2B-CONVO7");
    Dunlin__Contact__V1__GetAccountReply *account = get(fixture, "a1");
    assert_string_equal(account->step, "call-2"); /* the step is done after all */
    fixture_free_reply(account);
    const struct id other = permit(fixture, "a2", "d1-phone");
    Dunlin__Contact__V1__AttemptReport unplaced =
        report_of(&other, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED);
    assert_int_equal(report(fixture, &unplaced), STATUS_OK);

    talked.n_discussed_account_ids = 2;
    (void)fixture_emitted(fixture);
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported");
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "");
    refused(fixture, "a2", "d1-phone", "REGF-14B2B-CONVO7");
}

static void knows_only_accounts_of_the_agency_that_a_caller_works_for(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct id account_id = named("a1"), point_id = named("d1-phone");
    drive("2026-06-03T18:00:00Z");
    place(fixture, "d1", "a1");
    classify(fixture, "d1", "a1", "early", 400);
    const struct id permit_id = permit(fixture, "a1", "d1-phone");
    Dunlin__Contact__V1__PermitRequest asked;
    Dunlin__Contact__V1__PermitRequest *list[] = {&asked};
    Dunlin__Contact__V1__RequestPermitsRequest permits;
    Dunlin__Contact__V1__RecordRequestRequest stop_request;
    Dunlin__Contact__V1__GetAccountRequest get_request;
    Dunlin__Contact__V1__ReportAttemptsRequest reports;
    Dunlin__Contact__V1__ReserveDialListRequest reserve;
    Dunlin__Contact__V1__AttemptReport unplaced =
        report_of(&permit_id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED);
    Dunlin__Contact__V1__AttemptReport *report_list[] = {&unplaced};
    uint32_t partition = FIXTURE_PARTITION;
    dunlin__contact__v1__permit_request__init(&asked);
    asked.account_id = wire_id(&account_id);
    asked.contact_point_id = wire_id(&point_id);
    asked.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL;
    asked.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION;
    dunlin__contact__v1__request_permits_request__init(&permits);
    permits.requests = list;
    permits.n_requests = 1;
    dunlin__contact__v1__record_request_request__init(&stop_request);
    stop_request.account_id = wire_id(&account_id);
    stop_request.flag = DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE;
    dunlin__contact__v1__get_account_request__init(&get_request);
    get_request.account_id = wire_id(&account_id);
    dunlin__contact__v1__report_attempts_request__init(&reports);
    reports.reports = report_list;
    reports.n_reports = 1;
    dunlin__contact__v1__reserve_dial_list_request__init(&reserve);
    reserve.partitions = &partition;
    reserve.n_partitions = 1;
    reserve.limit = 10;
    reserve.hold_s = 1;
    const struct {
        int32_t agency_id;
        enum status expected;
    } rows[] = {{FIXTURE_AGENCY + 1, STATUS_NOT_FOUND}, {FIXTURE_AGENCY, STATUS_OK}};
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct fixture_caller caller = {
            .peer = "acme", .role = "dialer", .principal = "", .agency_id = rows[i].agency_id};
        Dunlin__Contact__V1__ReportAttemptsReply *results =
            fixture_call_as(fixture, &caller, "ReportAttempts", &reports.base, STATUS_OK);
        assert_int_equal(results->results[0]->code, rows[i].expected);
        fixture_free_reply(results);
        drive(i == 0 ? "2026-06-03T19:30:00Z" : "2026-06-03T21:00:00Z"); /* the step is due again after the retry */
        Dunlin__Contact__V1__ReserveDialListReply *offered =
            fixture_call_as(fixture, &caller, "ReserveDialList", &reserve.base, STATUS_OK);
        assert_int_equal(offered->n_entries, i);
        fixture_free_reply(offered);
        fixture_free_reply(fixture_call_as(fixture, &caller, "ExplainContact", &permits.base, rows[i].expected));
        fixture_free_reply(fixture_call_as(fixture, &caller, "RequestPermits", &permits.base, rows[i].expected));
        fixture_free_reply(fixture_call_as(fixture, &caller, "RecordRequest", &stop_request.base, rows[i].expected));
        fixture_free_reply(fixture_call_as(fixture, &caller, "GetAccount", &get_request.base, rows[i].expected));
    }
}

static void tells_the_log_of_a_number_that_a_later_report_calls_wrong(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-03T17:00:00Z");
    place(fixture, "d1", "a1");
    struct id id = permit(fixture, "a1", "d1-phone");
    Dunlin__Contact__V1__AttemptReport answered = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    assert_int_equal(report(fixture, &answered), STATUS_OK);
    (void)fixture_emitted(fixture);
    answered.party = DUNLIN__CONTACT__V1__PARTY__PARTY_WRONG;
    assert_int_equal(report(fixture, &answered), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported");
    assert_int_equal(report(fixture, &answered), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "");
    refused(fixture, "a1", "d1-phone", "REGF-6D1-3P");
}

static void does_a_step_by_a_reported_attempt_and_retries_a_busy_line(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-04T14:00:00Z");
    place(fixture, "d1", "a1");
    classify(fixture, "d1", "a1", "early", 400);
    struct id first = permit(fixture, "a1", "d1-phone");
    assert_int_equal(dial_list_size(fixture), 0); /* somebody is calling */
    Dunlin__Contact__V1__AttemptReport busy = report_of(&first, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_BUSY);
    (void)fixture_emitted(fixture);
    assert_int_equal(report(fixture, &busy), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported ContactPlanned");
    assert_int_equal(dial_list_size(fixture), 0);
    drive("2026-06-04T15:00:00Z");
    Dunlin__Contact__V1__ReserveDialListReply *list = dial_list(fixture, 10);
    assert_int_equal(list->n_entries, 1);
    assert_string_equal(list->entries[0]->step, "call-1");
    const struct id untried = named("a1-phone");
    assert_memory_equal(list->entries[0]->contact_point_id.data, untried.bytes,
                        ID_BYTES); /* the number not tried for longest */
    fixture_free_reply(list);

    struct id second = permit(fixture, "a1", "a1-phone");
    Dunlin__Contact__V1__AttemptReport rang = report_of(&second, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER);
    assert_int_equal(report(fixture, &rang), STATUS_OK);
    Dunlin__Contact__V1__GetAccountReply *account = get(fixture, "a1");
    assert_string_equal(account->step, "call-2");
    assert_int_equal(account->step_due_at_us, at("2026-06-07T12:00:00Z").us);
    assert_int_equal(account->n_attempts, 2);
    assert_int_equal(account->attempts[0]->telephony, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER);
    assert_true(account->attempts[0]->counts);
    assert_false(account->attempts[1]->counts);
    assert_int_equal(account->n_contact_points, 2);
    assert_int_equal(account->contact_points[0]->n_zones, 1);
    fixture_free_reply(account);
}

static void expires_a_permit_that_nobody_reports(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-05T14:00:00Z");
    place(fixture, "d1", "a1");
    classify(fixture, "d1", "a1", "early", 400);
    struct id forgotten = permit(fixture, "a1", "d1-phone");
    (void)fixture_emitted(fixture);
    drive("2026-06-05T15:01:00Z");
    assert_int_equal(fixture_fire(fixture, clock_now()), 1);
    assert_string_equal(fixture_emitted(fixture), "PermitExpired ContactPlanned");
    assert_int_equal(fixture_fire(fixture, clock_now()), 0);
    Dunlin__Contact__V1__GetAccountReply *account = get(fixture, "a1");
    assert_string_equal(account->step, "call-2"); /* it counts as an attempt, so the step is done */
    assert_true(account->attempts[0]->counts);
    fixture_free_reply(account);

    Dunlin__Contact__V1__AttemptReport late =
        report_of(&forgotten, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED);
    assert_int_equal(report(fixture, &late), STATUS_OK);
    account = get(fixture, "a1");
    assert_string_equal(account->step, "call-1"); /* after all there was none */
    assert_false(account->attempts[0]->counts);
    fixture_free_reply(account);
}

static void forgets_calls_to_a_number_that_is_not_the_debtors(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-11T14:00:00Z");
    place(fixture, "d1", "a1");
    call_in_vain(fixture, "a1", "d1-phone", 6);
    struct id id = permit(fixture, "a1", "d1-phone");
    Dunlin__Contact__V1__AttemptReport wrong = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    wrong.party = DUNLIN__CONTACT__V1__PARTY__PARTY_WRONG;
    assert_int_equal(report(fixture, &wrong), STATUS_OK);
    refused(fixture, "a1", "d1-phone", "REGF-6D1-3P");
    (void)permit(fixture, "a1", "a1-phone");
}

/* Also for a debt that is held meanwhile, when it is released. */
static void waits_no_longer_for_calls_to_a_number_that_is_not_the_debtors(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-11T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    call_in_vain(fixture, "a2", "d1-phone", 7);
    classify(fixture, "d1", "a2", "early", 400);
    refused(fixture, "a2", "d1-phone", "REGF-14B2A-7IN7");
    Dunlin__Payment__V1__PromiseMade made;
    dunlin__payment__v1__promise_made__init(&made);
    apply_ok(fixture, &made.base, "d1", "a2");
    const struct id id = permit(fixture, "a1", "d1-phone");
    Dunlin__Contact__V1__AttemptReport wrong = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    wrong.party = DUNLIN__CONTACT__V1__PARTY__PARTY_WRONG;
    assert_int_equal(report(fixture, &wrong), STATUS_OK);
    Dunlin__Payment__V1__PromiseCancelled cancelled;
    dunlin__payment__v1__promise_cancelled__init(&cancelled);
    apply_ok(fixture, &cancelled.base, "d1", "a2");
    Dunlin__Contact__V1__GetAccountReply *reply = get(fixture, "a2");
    assert_string_equal(reply->step, "call-1");
    assert_true(reply->step_due_at_us < at("2026-06-12T00:00:00Z").us);
    fixture_free_reply(reply);
}

static void counts_a_conversation_toward_every_debt_that_was_discussed(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-12T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    place(fixture, "d1", "a3");
    place(fixture, "d2", "b1");
    struct id id = permit(fixture, "a1", "d1-phone");
    const struct id others[] = {named("a2"), named("b1")};
    ProtobufCBinaryData discussed[] = {wire_id(&others[0]), wire_id(&others[1])};
    Dunlin__Contact__V1__AttemptReport talked = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    talked.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    talked.is_conversation = true;
    talked.discussed_account_ids = discussed;
    talked.n_discussed_account_ids = 2;
    assert_int_equal(report(fixture, &talked), STATUS_INVALID_ARGUMENT); /* b1 is somebody else's */
    assert_string_equal(fixture->last_error, "discussed_account_ids[1]: no account of this debtor");
    talked.n_discussed_account_ids = 1;
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    refused(fixture, "a2", "d1-phone", "REGF-14B2B-CONVO7");
    (void)permit(fixture, "a1", "d1-phone"); /* they talked about the other one */
    (void)permit(fixture, "a3", "d1-phone");
}

static void waits_with_the_next_step_after_a_conversation(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-12T15:00:00Z");
    place(fixture, "d1", "a1");
    classify(fixture, "d1", "a1", "early", 400);
    struct id id = permit(fixture, "a1", "d1-phone");
    Dunlin__Contact__V1__AttemptReport talked = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    talked.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    talked.is_conversation = true;
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    Dunlin__Contact__V1__GetAccountReply *account = get(fixture, "a1");
    assert_string_equal(account->step, "call-2"); /* its own day would be June 15 */
    assert_int_equal(account->step_due_at_us, at("2026-06-19T12:00:00Z").us);
    fixture_free_reply(account);
}

static void answers_what_it_would_without_writing(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-15T11:00:00Z"); /* 7:00 in New York */
    place(fixture, "d1", "a1");
    for (int i = 0; i < 9; i++) {
        Dunlin__Contact__V1__RequestPermitsReply *reply = ask(fixture, "ExplainContact", "a1", "d1-phone", 1);
        assert_false(is_permit(reply->verdicts[0]));
        assert_string_equal(reply->verdicts[0]->refusal->hits[0]->rule, "REGF-6B1I-TIME");
        fixture_free_reply(reply);
    }
    drive("2026-06-15T14:00:00Z");
    for (int i = 0; i < 9; i++) {
        Dunlin__Contact__V1__RequestPermitsReply *reply = ask(fixture, "ExplainContact", "a1", "d1-phone", 1);
        assert_true(is_permit(reply->verdicts[0]));
        assert_int_equal(reply->verdicts[0]->permit->permit_id.len, 0);
        fixture_free_reply(reply);
    }
    assert_string_equal(fixture_emitted(fixture), "");
}

static void pushes_a_refused_step_to_when_it_is_allowed(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-16T14:00:00Z");
    place(fixture, "d1", "a1");
    call_in_vain(fixture, "a1", "d1-phone", 7);
    classify(fixture, "d1", "a1", "early", 400);
    (void)fixture_emitted(fixture);
    refused(fixture, "a1", "d1-phone", "REGF-14B2A-7IN7");
    assert_string_equal(fixture_emitted(fixture), "PermitRefused ContactPlanned");
    Dunlin__Contact__V1__ContactPlanned *planned =
        fixture_last_event(fixture, &dunlin__contact__v1__contact_planned__descriptor);
    assert_string_equal(planned->because, "refused");
    assert_string_equal(planned->step, "call-1");
    assert_int_equal(planned->due_at_us, at("2026-06-23T12:00:00Z").us);
    fixture_free_reply(planned);
    drive("2026-06-16T16:00:00Z");
    assert_int_equal(dial_list_size(fixture), 0);
}

/* The same events give the same log, whether they come in one batch or one by one. */
static void does_not_depend_on_how_events_are_batched(void **state)
{
    struct unit_fixture *fixture = *state;
    Dunlin__Payment__V1__BalanceChanged paid, owed;
    Dunlin__Payment__V1__PromiseMade made;
    Dunlin__Payment__V1__PromiseBroken broken;
    Dunlin__Classification__V1__AccountClassified classified;
    Dunlin__Intake__V1__AccountRecalled recalled;
    Dunlin__Intake__V1__PaymentReported reported;
    drive("2026-06-17T14:00:00Z");
    dunlin__intake__v1__payment_reported__init(&reported);
    dunlin__payment__v1__balance_changed__init(&paid);
    dunlin__payment__v1__balance_changed__init(&owed);
    owed.balance_minor = 500;
    owed.cause_seq = INT64_MAX; /* whatever was said before it */
    dunlin__payment__v1__promise_made__init(&made);
    dunlin__payment__v1__promise_broken__init(&broken);
    dunlin__classification__v1__account_classified__init(&classified);
    classified.strategy = wire_text("firm");
    dunlin__intake__v1__account_recalled__init(&recalled);
    const ProtobufCMessage *messages[] = {&classified.base, &paid.base, &owed.base,   &reported.base,
                                          &owed.base,       &made.base, &broken.base, &recalled.base};
    struct fixture_event together[ARRAY_SIZE(messages)];
    for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
        together[i] =
            (struct fixture_event){.message = messages[i], .debtor_id = named("d1"), .account_id = named("a1")};
    place(fixture, "d1", "a1");
    place(fixture, "d2", "a2");
    (void)fixture_emitted(fixture);
    assert_int_equal(fixture_apply_events(fixture, together, ARRAY_SIZE(messages)), STATUS_OK);
    g_autofree char *of_batch = g_strdup(fixture_emitted(fixture));
    for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
        apply_ok(fixture, messages[i], "d2", "a2");
    assert_string_equal(fixture_emitted(fixture), of_batch);
    assert_string_equal(
        of_batch,
        "ContactPlanned ContactStopped ContactPlanned ContactResumed ContactPlanned ContactStopped ContactPlanned "
        "ContactResumed ContactPlanned ContactStopped ContactPlanned");
}

static void takes_new_numbers_and_dates_from_updates(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct id west = named("west-phone");
    drive("2026-06-18T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    classify(fixture, "d1", "a2", "early", 400);
    (void)fixture_emitted(fixture);
    Dunlin__Intake__V1__AccountUpdated updated;
    Dunlin__Intake__V1__ContactPoint point;
    Dunlin__Intake__V1__ContactPoint *points[] = {&point};
    char *zones[] = {wire_text("America/Los_Angeles")};
    dunlin__intake__v1__account_updated__init(&updated);
    dunlin__intake__v1__contact_point__init(&point);
    point.contact_point_id = wire_id(&west);
    point.kind = DUNLIN__INTAKE__V1__CONTACT_POINT_KIND__CONTACT_POINT_KIND_PHONE;
    point.value = wire_text("+12135550100");
    point.zones = zones;
    point.n_zones = 1;
    updated.new_contact_points = points;
    updated.n_new_contact_points = 1;
    apply_ok(fixture, &updated.base, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "ContactPlanned"); /* of the other account: calls open later now */
    Dunlin__Contact__V1__ContactPlanned *planned =
        fixture_last_event(fixture, &dunlin__contact__v1__contact_planned__descriptor);
    assert_int_equal(planned->due_at_us, at("2026-06-18T15:00:00Z").us);
    fixture_free_reply(planned);
    refused(fixture, "a1", "d1-phone", "REGF-6B1I-TIME");
}

/* The rest of facts is in test_facts.c. */
static void records_lists_and_releases_a_fact(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct id account_id = named("a1");
    Dunlin__Contact__V1__Fact minor;
    Dunlin__Contact__V1__Fact *facts[] = {&minor};
    Dunlin__Contact__V1__RecordFactsRequest record;
    Dunlin__Contact__V1__ListFactsRequest list;
    Dunlin__Contact__V1__ReleaseFactRequest release;
    drive("2026-06-26T15:00:00Z");
    place(fixture, "d1", "a1");
    dunlin__contact__v1__fact__init(&minor);
    minor.kind = DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_MINOR;
    dunlin__contact__v1__record_facts_request__init(&record);
    dunlin__contact__v1__list_facts_request__init(&list);
    dunlin__contact__v1__release_fact_request__init(&release);
    record.account_id = list.account_id = release.account_id = wire_id(&account_id);
    record.facts = facts;
    record.n_facts = 1;
    fixture_free_reply(call_as(fixture, "operator", "RecordFacts", &record.base, STATUS_OK));
    Dunlin__Contact__V1__ListFactsReply *told = call_as(fixture, "operator", "ListFacts", &list.base, STATUS_OK);
    assert_int_equal(told->n_facts, 1);
    release.fact_id = told->facts[0]->fact_id;
    release.reason = wire_text("of another debtor");
    fixture_free_reply(call_as(fixture, "operator", "ReleaseFact", &release.base, STATUS_OK));
    fixture_free_reply(told);
    assert_string_equal(fixture_emitted(fixture), "FactRecorded FactReleased");
}

static void refuses_what_it_does_not_know(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct id unknown = named("unknown");
    const struct id known = named("a1");
    drive("2026-06-19T14:00:00Z");
    place(fixture, "d1", "a1");
    (void)fixture_emitted(fixture);
    Dunlin__Contact__V1__RequestPermitsRequest request;
    Dunlin__Contact__V1__PermitRequest one;
    Dunlin__Contact__V1__PermitRequest *list[] = {&one};
    dunlin__contact__v1__request_permits_request__init(&request);
    assert_null(call_as(fixture, "dialer", "RequestPermits", &request.base, STATUS_INVALID_ARGUMENT));
    dunlin__contact__v1__permit_request__init(&one);
    request.requests = list;
    request.n_requests = 1;
    assert_null(call_as(fixture, "dialer", "RequestPermits", &request.base, STATUS_INVALID_ARGUMENT));
    assert_non_null(strstr(fixture->last_error, "requests[0].account_id"));
    one.account_id = one.contact_point_id = wire_id(&unknown);
    one.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION;
    assert_null(call_as(fixture, "dialer", "RequestPermits", &request.base, STATUS_INVALID_ARGUMENT));
    assert_non_null(strstr(fixture->last_error, "requests[0].channel"));
    one.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL;
    assert_null(call_as(fixture, "dialer", "RequestPermits", &request.base, STATUS_NOT_FOUND));
    one.account_id = wire_id(&known);
    assert_null(call_as(fixture, "dialer", "RequestPermits", &request.base, STATUS_NOT_FOUND));
    assert_non_null(strstr(fixture->last_error, "contact_point_id"));
    Dunlin__Contact__V1__AttemptReport attempt = report_of(&unknown, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_BUSY);
    assert_int_equal(report(fixture, &attempt), STATUS_NOT_FOUND);
    attempt.telephony = DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_UNSPECIFIED;
    assert_int_equal(report(fixture, &attempt), STATUS_INVALID_ARGUMENT);
    stop(fixture, "operator", "unknown", DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE, false, "",
         STATUS_NOT_FOUND);
    stop(fixture, "operator", "a1", DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_UNSPECIFIED, false, "",
         STATUS_INVALID_ARGUMENT);
    Dunlin__Payment__V1__PromiseMade made;
    dunlin__payment__v1__promise_made__init(&made);
    const struct fixture_event of_unknown = {.message = &made.base, .debtor_id = named("d1"), .account_id = unknown};
    assert_int_equal(fixture_apply_events(fixture, &of_unknown, 1), STATUS_FAILED_PRECONDITION);
    assert_string_equal(fixture_emitted(fixture), "");
}

/* test_numbers.c has more. */
static void finds_who_has_a_number(void **state)
{
    struct unit_fixture *fixture = *state;
    Dunlin__Contact__V1__FindNumberRequest request;
    place(fixture, "d1", "a1");
    dunlin__contact__v1__find_number_request__init(&request);
    request.number = wire_text("+12125550100");
    Dunlin__Contact__V1__FindNumberReply *reply = call_as(fixture, "service", "FindNumber", &request.base, STATUS_OK);
    assert_int_equal(reply->n_holders, 2); /* the debtor's own and the account's */
    fixture_free_reply(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(fits_every_statement_to_the_schema, clear),
        cmocka_unit_test_setup(plans_an_account_and_offers_it_once, clear),
        cmocka_unit_test_setup(grants_one_permit_of_a_debt_at_a_time, clear),
        cmocka_unit_test_setup(grants_seven_calls_and_refuses_the_eighth, clear),
        cmocka_unit_test_setup(counts_each_call_once_however_often_its_account_is_asked_for, clear),
        cmocka_unit_test_setup(records_what_a_decision_saw_so_that_it_can_be_replayed, clear),
        cmocka_unit_test_setup(gives_an_unplaced_call_back, clear),
        cmocka_unit_test_setup(takes_a_conversation_that_is_reported_after_a_busy_line, clear),
        cmocka_unit_test_setup(tells_the_log_of_a_number_that_a_later_report_calls_wrong, clear),
        cmocka_unit_test_setup(knows_only_accounts_of_the_agency_that_a_caller_works_for, clear),
        cmocka_unit_test_setup(does_a_step_by_a_reported_attempt_and_retries_a_busy_line, clear),
        cmocka_unit_test_setup(expires_a_permit_that_nobody_reports, clear),
        cmocka_unit_test_setup(forgets_calls_to_a_number_that_is_not_the_debtors, clear),
        cmocka_unit_test_setup(waits_no_longer_for_calls_to_a_number_that_is_not_the_debtors, clear),
        cmocka_unit_test_setup(counts_a_conversation_toward_every_debt_that_was_discussed, clear),
        cmocka_unit_test_setup(waits_with_the_next_step_after_a_conversation, clear),
        cmocka_unit_test_setup(answers_what_it_would_without_writing, clear),
        cmocka_unit_test_setup(pushes_a_refused_step_to_when_it_is_allowed, clear),
        cmocka_unit_test_setup(does_not_depend_on_how_events_are_batched, clear),
        cmocka_unit_test_setup(takes_new_numbers_and_dates_from_updates, clear),
        cmocka_unit_test_setup(refuses_what_it_does_not_know, clear),
        cmocka_unit_test_setup(records_lists_and_releases_a_fact, clear),
        cmocka_unit_test_setup(finds_who_has_a_number, clear),
    };
    return cmocka_run_group_tests(tests, contact_open, contact_close);
}
