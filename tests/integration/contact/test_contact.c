#include "contact_fixture.h"

#include "contact_codec.h"

/* One database for the program; every test has debtors of its own, and time only goes forward. All times are in June
 * 2026, New York: UTC - 4. */

static Dunlin__Contact__V1__ReserveDialListReply *dial_list(struct unit_fixture *fixture, uint32_t limit)
{
    uint32_t partition = FIXTURE_PARTITION;
    Dunlin__Contact__V1__ReserveDialListRequest request;
    dunlin__contact__v1__reserve_dial_list_request__init(&request);
    request.partitions = &partition;
    request.n_partitions = 1;
    request.limit = limit;
    request.hold_s = 300;
    request.dialer = wire_text("acme");
    return call_as(fixture, "dialer", "ReserveDialList", &request.base, STATUS_OK);
}

static size_t dial_list_size(struct unit_fixture *fixture)
{
    Dunlin__Contact__V1__ReserveDialListReply *reply = dial_list(fixture, 1000);
    size_t n = reply->n_entries;
    fixture_free_reply(reply);
    return n;
}

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

/* Whichever report says so first, and once only: after its dispute has ended, the same report again holds nothing. */
static void holds_a_dispute_that_a_later_report_tells(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct id dispute_ids[] = {named("told later 1"), named("told later 2")};
    const char *accounts[] = {"a1", "a2"};
    drive("2026-06-03T16:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    struct id id = permit(fixture, "a1", "d1-phone");
    const struct id other = named("a2");
    ProtobufCBinaryData discussed[] = {wire_id(&other)};
    Dunlin__Contact__V1__AttemptReport talked = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    talked.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    talked.discussed_account_ids = discussed;
    talked.n_discussed_account_ids = 1;
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    (void)fixture_emitted(fixture);
    talked.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported ContactStopped ContactStopped");
    for (size_t i = 0; i < ARRAY_SIZE(accounts); i++) {
        refused(fixture, accounts[i], "d1-phone", "REGF-38D2-DISPUTE");
        Dunlin__Dispute__V1__DisputeOpened opened;
        dunlin__dispute__v1__dispute_opened__init(&opened);
        opened.dispute_id = wire_id(&dispute_ids[i]);
        apply_ok(fixture, &opened.base, "d1", accounts[i]);
        Dunlin__Dispute__V1__VerificationSent sent;
        dunlin__dispute__v1__verification_sent__init(&sent);
        sent.dispute_id = wire_id(&dispute_ids[i]);
        apply_ok(fixture, &sent.base, "d1", accounts[i]);
    }
    (void)fixture_emitted(fixture);
    assert_int_equal(report(fixture, &talked), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "");
    for (size_t i = 0; i < ARRAY_SIZE(accounts); i++)
        (void)permit(fixture, accounts[i], "d1-phone");
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

static void stops_every_account_of_the_person_until_it_is_released_with_a_reason(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-08T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    classify(fixture, "d1", "a2", "early", 400);
    struct id id = permit(fixture, "a1", "d1-phone");
    (void)fixture_emitted(fixture);
    Dunlin__Contact__V1__StickyFlag flags[] = {DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_ATTORNEY};
    Dunlin__Contact__V1__AttemptReport told = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    told.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    told.flags = flags;
    told.n_flags = 1;
    assert_int_equal(report(fixture, &told), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture),
                        "AttemptReported StopRecorded ContactStopped ContactStopped ContactPlanned");
    refused(fixture, "a2", "d1-phone", "REGF-6B2-ATTY");
    (void)fixture_emitted(fixture);

    stop(fixture, "dialer", "a1", flags[0], true, "the mandate ended", STATUS_PERMISSION_DENIED);
    stop(fixture, "operator", "a1", flags[0], true, "  ", STATUS_INVALID_ARGUMENT);
    assert_string_equal(fixture_emitted(fixture), "");
    stop(fixture, "operator", "a1", flags[0], true, "the mandate ended", STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "StopReleased ContactResumed ContactResumed ContactPlanned");
    stop(fixture, "operator", "a1", flags[0], true, "the mandate ended", STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "");
    (void)permit(fixture, "a2", "d1-phone");
}

static void stops_one_debt_on_a_request_to_cease(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-09T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    stop(fixture, "dialer", "a1", DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE, false, "by letter", STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "StopRecorded ContactStopped");
    refused(fixture, "a1", "d1-phone", "REGF-6C-CEASE");
    (void)permit(fixture, "a2", "d1-phone");
}

static void holds_a_dispute_from_the_call_on(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct id dispute_id = named("dispute");
    drive("2026-06-10T14:00:00Z");
    place(fixture, "d1", "a1");
    struct id id = permit(fixture, "a1", "d1-phone");
    (void)fixture_emitted(fixture);
    Dunlin__Contact__V1__AttemptReport disputed = report_of(&id, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    disputed.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    disputed.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
    disputed.reason = wire_text("paid last year");
    assert_int_equal(report(fixture, &disputed), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported ContactStopped");
    refused(fixture, "a1", "d1-phone", "REGF-38D2-DISPUTE");
    (void)fixture_emitted(fixture);

    Dunlin__Dispute__V1__DisputeOpened opened;
    dunlin__dispute__v1__dispute_opened__init(&opened);
    opened.dispute_id = wire_id(&dispute_id);
    apply_ok(fixture, &opened.base, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "");
    Dunlin__Dispute__V1__VerificationSent sent;
    dunlin__dispute__v1__verification_sent__init(&sent);
    sent.dispute_id = wire_id(&dispute_id);
    apply_ok(fixture, &sent.base, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "ContactResumed");
    (void)permit(fixture, "a1", "d1-phone");
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

/* Broken once: the hold taken from the promise (an end of one lets go of the other). */
static void a_payment_plan_stops_permits_at_once_and_a_broken_one_lets_them_go_on(void **state)
{
    struct unit_fixture *fixture = *state;
    Dunlin__Payment__V1__PlanAgreed agreed;
    Dunlin__Payment__V1__PlanCompleted completed;
    Dunlin__Payment__V1__PlanResumed resumed;
    Dunlin__Payment__V1__PlanCancelled cancelled;
    Dunlin__Payment__V1__PlanBroken broken;
    Dunlin__Payment__V1__PromiseMade made;
    Dunlin__Payment__V1__PromiseCancelled over;
    drive("2026-06-12T14:00:00Z");
    place(fixture, "d1", "a1");
    classify(fixture, "d1", "a1", "firm", 400);
    dunlin__payment__v1__plan_agreed__init(&agreed);
    dunlin__payment__v1__plan_completed__init(&completed);
    dunlin__payment__v1__plan_resumed__init(&resumed);
    dunlin__payment__v1__plan_cancelled__init(&cancelled);
    dunlin__payment__v1__plan_broken__init(&broken);
    dunlin__payment__v1__promise_made__init(&made);
    dunlin__payment__v1__promise_cancelled__init(&over);
    apply_ok(fixture, &made.base, "d1", "a1");
    apply_ok(fixture, &agreed.base, "d1", "a1");
    apply_ok(fixture, &over.base, "d1", "a1");
    refused(fixture, "a1", "a1-phone", "DUNLIN-PLAN");
    apply_ok(fixture, &completed.base, "d1", "a1");
    apply_ok(fixture, &resumed.base, "d1", "a1"); /* a payment came back */
    refused(fixture, "a1", "a1-phone", "DUNLIN-PLAN");
    cancelled.was_proposed = true;
    apply_ok(fixture, &cancelled.base, "d1", "a1"); /* another one, that waited */
    refused(fixture, "a1", "a1-phone", "DUNLIN-PLAN");
    (void)fixture_emitted(fixture);
    apply_ok(fixture, &broken.base, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "ContactResumed ContactPlanned");
    (void)permit(fixture, "a1", "a1-phone");
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM contact.account WHERE promise_broken_at_us > 0"), 1);
    (void)fixture_emitted(fixture);
    apply_ok(fixture, &agreed.base, "d1", "a1");
    cancelled.was_proposed = false;
    apply_ok(fixture, &cancelled.base, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "ContactStopped ContactPlanned ContactResumed ContactPlanned");
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

/* The dialer reports when the line is closed, the agent what was said only afterwards. */
static void takes_what_a_later_report_asks_to_stop(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-19T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    struct id ceased = permit(fixture, "a1", "d1-phone");
    struct id wrong = permit(fixture, "a2", "a2-phone");
    Dunlin__Contact__V1__StickyFlag flags[] = {DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE};
    Dunlin__Contact__V1__AttemptReport told = report_of(&ceased, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    assert_int_equal(report(fixture, &told), STATUS_OK);
    (void)fixture_emitted(fixture);
    told.flags = flags;
    told.n_flags = 1;
    assert_int_equal(report(fixture, &told), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "StopRecorded ContactStopped");
    refused(fixture, "a1", "d1-phone", "REGF-6C-CEASE");
    (void)fixture_emitted(fixture);
    assert_int_equal(report(fixture, &told), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "");

    told = report_of(&wrong, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    assert_int_equal(report(fixture, &told), STATUS_OK);
    told.party = DUNLIN__CONTACT__V1__PARTY__PARTY_WRONG;
    assert_int_equal(report(fixture, &told), STATUS_OK);
    refused(fixture, "a2", "a2-phone", "REGF-6D1-3P");
}

static void stops_every_debt_that_was_discussed(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-22T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    place(fixture, "d1", "a3");
    place(fixture, "d1", "a4");
    place(fixture, "d1", "a5");
    const struct id others[] = {named("a2"), named("a3")};
    ProtobufCBinaryData discussed[] = {wire_id(&others[0]), wire_id(&others[1])};
    struct id disputed = permit(fixture, "a1", "d1-phone");
    struct id ceased = permit(fixture, "a5", "d1-phone");
    (void)fixture_emitted(fixture);
    Dunlin__Contact__V1__AttemptReport told = report_of(&disputed, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    told.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    told.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
    told.discussed_account_ids = discussed;
    told.n_discussed_account_ids = 1;
    assert_int_equal(report(fixture, &told), STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "AttemptReported ContactStopped ContactStopped");
    refused(fixture, "a2", "d1-phone", "REGF-38D2-DISPUTE");

    Dunlin__Contact__V1__StickyFlag flags[] = {DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE};
    told = report_of(&ceased, DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_ANSWERED);
    told.party = DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT;
    told.flags = flags;
    told.n_flags = 1;
    told.discussed_account_ids = discussed + 1;
    told.n_discussed_account_ids = 1;
    assert_int_equal(report(fixture, &told), STATUS_OK);
    refused(fixture, "a3", "d1-phone", "REGF-6C-CEASE");
    (void)permit(fixture, "a4", "d1-phone");
}

/* Payment says it too, but it may be behind, or down. */
static void stops_when_the_client_says_that_nothing_is_owed(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-23T14:00:00Z");
    place(fixture, "d1", "a1");
    (void)fixture_emitted(fixture);
    Dunlin__Intake__V1__AccountUpdated updated;
    dunlin__intake__v1__account_updated__init(&updated);
    updated.balance_presence_case = DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__BALANCE_PRESENCE_BALANCE_MINOR;
    updated.balance_minor = 0;
    updated.currency = wire_text("USD");
    apply_ok(fixture, &updated.base, "d1", "a1");
    assert_string_equal(fixture_emitted(fixture), "ContactStopped");
}

/* What is said of an account's money, and the rule by which a permit would be refused then. */
struct money_step {
    enum { REPORTED, RESTATED, CHANGED } said;
    int64_t balance_minor;
    size_t cause;     /* of CHANGED: number of the step behind it, from 1; 0: a command */
    const char *rule; /* NULL: none */
};

static void say_money(struct unit_fixture *fixture, const struct money_step *step, int64_t cause_seq)
{
    Dunlin__Intake__V1__PaymentReported reported;
    Dunlin__Intake__V1__AccountUpdated updated;
    Dunlin__Payment__V1__BalanceChanged changed;
    switch (step->said) {
    case REPORTED:
        dunlin__intake__v1__payment_reported__init(&reported);
        apply_ok(fixture, &reported.base, "d1", "a1");
        return;
    case RESTATED:
        dunlin__intake__v1__account_updated__init(&updated);
        updated.balance_presence_case = DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__BALANCE_PRESENCE_BALANCE_MINOR;
        updated.balance_minor = step->balance_minor;
        apply_ok(fixture, &updated.base, "d1", "a1");
        return;
    case CHANGED:
        dunlin__payment__v1__balance_changed__init(&changed);
        changed.balance_minor = step->balance_minor;
        changed.cause_seq = cause_seq;
        apply_ok(fixture, &changed.base, "d1", "a1");
        return;
    }
}

/* Broken once: PaymentReported not consumed (a permit at step 1), a balance lifting what the client said after it
 * (step 12). */
static void grants_nothing_between_a_payment_and_the_ledgers_answer(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct money_step STEPS[] = {
        {REPORTED, 0, 0, "DUNLIN-INCOMPLETE"},
        {CHANGED, 9000, 0, "DUNLIN-INCOMPLETE"}, /* by command: what payment had heard by then is not said */
        {REPORTED, 0, 0, "DUNLIN-INCOMPLETE"},
        {CHANGED, 8000, 1, "DUNLIN-INCOMPLETE"},
        {CHANGED, 7000, 3, NULL},
        {REPORTED, 0, 0, "DUNLIN-INCOMPLETE"}, /* of which nothing is posted */
        {CHANGED, 7000, 6, NULL},
        {REPORTED, 0, 0, "DUNLIN-INCOMPLETE"},
        {CHANGED, 0, 8, "DUNLIN-PAID"},
        {CHANGED, 7000, 0, NULL}, /* taken back */
        {RESTATED, 0, 0, "DUNLIN-PAID"},
        {CHANGED, 6000, 8, "DUNLIN-PAID"}, /* computed before the client said so */
        {CHANGED, 5000, 0, "DUNLIN-PAID"},
        {CHANGED, 0, 11, "DUNLIN-PAID"},
        {RESTATED, 4000, 0, "DUNLIN-PAID"},
        {CHANGED, 4000, 15, NULL},
    };
    int64_t seqs[ARRAY_SIZE(STEPS) + 1] = {0};
    drive("2026-06-24T14:00:00Z");
    place(fixture, "d1", "a1");
    place(fixture, "d1", "a2");
    for (size_t i = 0; i < ARRAY_SIZE(STEPS); i++) {
        say_money(fixture, &STEPS[i], seqs[STEPS[i].cause]);
        seqs[i + 1] = fixture->seq;
        Dunlin__Contact__V1__RequestPermitsReply *reply = ask(fixture, "ExplainContact", "a1", "d1-phone", 1);
        const char *rule = is_permit(reply->verdicts[0]) ? NULL : reply->verdicts[0]->refusal->hits[0]->rule;
        if (g_strcmp0(rule, STEPS[i].rule) != 0)
            fail_msg("step %zu: %s, not %s", i + 1, rule != NULL ? rule : "granted", STEPS[i].rule);
        fixture_free_reply(reply);
    }
    say_money(fixture, &STEPS[0], 0);
    refused(fixture, "a1", "d1-phone", "DUNLIN-INCOMPLETE");
    (void)permit(fixture, "a2", "d1-phone"); /* another debt */
    (void)fixture_emitted(fixture);
}

/* The plan stands, so that every payment of a client's file is not two changes of it; it is only not handed out. */
static void hands_nothing_out_between_a_payment_and_the_ledgers_answer(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct money_step PAYMENT = {REPORTED, 0, 0, NULL};
    static const struct money_step PART = {CHANGED, 5000, 0, NULL};
    static const struct money_step ALL = {CHANGED, 0, 0, NULL};
    drive("2026-06-25T14:00:00Z");
    place(fixture, "d1", "a1");
    classify(fixture, "d1", "a1", "early", 400);
    (void)fixture_emitted(fixture);
    say_money(fixture, &PAYMENT, 0);
    assert_string_equal(fixture_emitted(fixture), "");
    assert_int_equal(dial_list_size(fixture), 0);
    Dunlin__Contact__V1__GetAccountReply *account = get(fixture, "a1");
    assert_int_equal(account->n_holds, 1);
    assert_string_equal(account->holds[0], "payment_unposted");
    assert_string_equal(account->step, "call-1");
    fixture_free_reply(account);

    say_money(fixture, &PART, fixture->seq);
    assert_string_equal(fixture_emitted(fixture), "");
    assert_int_equal(dial_list_size(fixture), 1);

    say_money(fixture, &PAYMENT, 0);
    say_money(fixture, &ALL, fixture->seq);
    assert_string_equal(fixture_emitted(fixture), "ContactStopped ContactPlanned");
    assert_int_equal(dial_list_size(fixture), 0);
}

/* A payment may come in the same batch as the account that it is for. */
static void remembers_a_payment_that_comes_with_its_account(void **state)
{
    struct unit_fixture *fixture = *state;
    Dunlin__Intake__V1__AccountPlaced placed;
    Dunlin__Intake__V1__PaymentReported reported;
    drive("2026-06-26T14:00:00Z");
    dunlin__intake__v1__account_placed__init(&placed);
    placed.balance_minor = 10000;
    dunlin__intake__v1__payment_reported__init(&reported);
    const struct fixture_event together[] = {
        {.message = &placed.base, .debtor_id = named("d1"), .account_id = named("a1")},
        {.message = &reported.base, .debtor_id = named("d1"), .account_id = named("a1")},
    };
    assert_int_equal(fixture_apply_events(fixture, together, ARRAY_SIZE(together)), STATUS_OK);
    Dunlin__Contact__V1__GetAccountReply *account = get(fixture, "a1");
    assert_int_equal(account->n_holds, 1);
    assert_string_equal(account->holds[0], "payment_unposted");
    fixture_free_reply(account);
    assert_string_equal(fixture_emitted(fixture), "");
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
        cmocka_unit_test_setup(holds_a_dispute_that_a_later_report_tells, clear),
        cmocka_unit_test_setup(tells_the_log_of_a_number_that_a_later_report_calls_wrong, clear),
        cmocka_unit_test_setup(knows_only_accounts_of_the_agency_that_a_caller_works_for, clear),
        cmocka_unit_test_setup(does_a_step_by_a_reported_attempt_and_retries_a_busy_line, clear),
        cmocka_unit_test_setup(expires_a_permit_that_nobody_reports, clear),
        cmocka_unit_test_setup(stops_every_account_of_the_person_until_it_is_released_with_a_reason, clear),
        cmocka_unit_test_setup(stops_one_debt_on_a_request_to_cease, clear),
        cmocka_unit_test_setup(holds_a_dispute_from_the_call_on, clear),
        cmocka_unit_test_setup(forgets_calls_to_a_number_that_is_not_the_debtors, clear),
        cmocka_unit_test_setup(waits_no_longer_for_calls_to_a_number_that_is_not_the_debtors, clear),
        cmocka_unit_test_setup(a_payment_plan_stops_permits_at_once_and_a_broken_one_lets_them_go_on, clear),
        cmocka_unit_test_setup(counts_a_conversation_toward_every_debt_that_was_discussed, clear),
        cmocka_unit_test_setup(waits_with_the_next_step_after_a_conversation, clear),
        cmocka_unit_test_setup(answers_what_it_would_without_writing, clear),
        cmocka_unit_test_setup(pushes_a_refused_step_to_when_it_is_allowed, clear),
        cmocka_unit_test_setup(does_not_depend_on_how_events_are_batched, clear),
        cmocka_unit_test_setup(takes_new_numbers_and_dates_from_updates, clear),
        cmocka_unit_test_setup(refuses_what_it_does_not_know, clear),
        cmocka_unit_test_setup(takes_what_a_later_report_asks_to_stop, clear),
        cmocka_unit_test_setup(stops_every_debt_that_was_discussed, clear),
        cmocka_unit_test_setup(stops_when_the_client_says_that_nothing_is_owed, clear),
        cmocka_unit_test_setup(grants_nothing_between_a_payment_and_the_ledgers_answer, clear),
        cmocka_unit_test_setup(hands_nothing_out_between_a_payment_and_the_ledgers_answer, clear),
        cmocka_unit_test_setup(remembers_a_payment_that_comes_with_its_account, clear),
        cmocka_unit_test_setup(records_lists_and_releases_a_fact, clear),
        cmocka_unit_test_setup(finds_who_has_a_number, clear),
    };
    return cmocka_run_group_tests(tests, contact_open, contact_close);
}
