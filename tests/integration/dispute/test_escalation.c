#include "dispute_fixture.h"

#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "escalation_model.h"

/* Escalations by rule, by time and by hand, out of the house and back. Broken once to see it fail: a rule raised twice,
 * the timer not moved with the day that the account was due, an account that stays held after
 * a recall, stops of a person that one of his accounts does not know of. */

static const struct fixture_caller BEN = {.peer = "dunlin", .role = "operator", .principal = "user:ben"};
static const struct fixture_caller STRANGER = {
    .peer = "dunlin", .role = "operator", .principal = "user:eve", .agency_id = FIXTURE_AGENCY + 1};

static struct sop_condition AGE[] = {{.fact = SOP_DAYS_PAST_DUE, .min = 40, .max = INT64_MAX},
                                     {.fact = SOP_BALANCE_MINOR, .min = 20000, .max = INT64_MAX}};
static struct sop_condition PROMISES[] = {{.fact = SOP_BROKEN_PROMISES, .min = 2, .max = INT64_MAX}};
static struct sop_condition SILENT[] = {{.fact = SOP_FAILED_CONTACTS, .min = 3, .max = INT64_MAX}};
static struct sop_escalation RULES[] = {
    {.code = "age",
     .title = "Old",
     .on = SOP_ON_CONDITION,
     .conditions = AGE,
     .n_conditions = 2,
     .client = "acme",
     .to = SOP_ROLE_MANAGER,
     .route = SOP_ROUTE_AGENCY,
     .target = "northern",
     .action = SOP_ACTION_HAND_OVER},
    {.code = "promises",
     .title = "Breaks promises",
     .on = SOP_ON_CONDITION,
     .conditions = PROMISES,
     .n_conditions = 1,
     .to = SOP_ROLE_SUPERVISOR,
     .route = SOP_ROUTE_QUEUE,
     .target = "supervisor",
     .within_hours = 24,
     .priority = 7,
     .action = SOP_ACTION_CALL},
    {.code = "silent",
     .title = "Not reached",
     .on = SOP_ON_CONDITION,
     .conditions = SILENT,
     .n_conditions = 1,
     .class = "late",
     .to = SOP_ROLE_SUPERVISOR,
     .route = SOP_ROUTE_PERSON,
     .target = "user:tracer",
     .action = SOP_ACTION_REVIEW},
    {.code = "complaint",
     .title = "A complaint",
     .on = SOP_ON_COMPLAINT,
     .to = SOP_ROLE_COMPLIANCE,
     .route = SOP_ROUTE_QUEUE,
     .target = "compliance",
     .action = SOP_ACTION_ANSWER},
    {.code = "overdue",
     .title = "A verification is late",
     .on = SOP_ON_DISPUTE_OVERDUE,
     .to = SOP_ROLE_COMPLIANCE,
     .route = SOP_ROUTE_QUEUE,
     .target = "compliance",
     .action = SOP_ACTION_REVIEW},
};

static int open_with_rules(void **state)
{
    sop.escalations = RULES;
    sop.n_escalations = ARRAY_SIZE(RULES);
    return open_dispute(state);
}

static void place_for(struct unit_fixture *fixture, const struct subject_ids *ids, const char *client)
{
    Dunlin__Intake__V1__AccountPlaced message;

    dunlin__intake__v1__account_placed__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.client = wire_text(client);
    message.balance_minor = OWED_MINOR;
    message.currency = wire_text("USD");
    message.due_on_days = (int32_t)(clock_now().us / US_PER_DAY) - 10;
    fixture_apply_ok(fixture, &message.base);
}

static void break_promise(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    Dunlin__Payment__V1__PromiseBroken message;
    struct id promise = id_new(FIXTURE_PARTITION);

    dunlin__payment__v1__promise_broken__init(&message);
    message.promise_id = wire_id(&promise);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    fixture_apply_ok(fixture, &message.base);
}

static void attempt(struct unit_fixture *fixture, const struct subject_ids *ids, Dunlin__Contact__V1__Party party)
{
    Dunlin__Contact__V1__AttemptReport report;
    Dunlin__Contact__V1__AttemptReported message;
    struct id permit_id = id_new(FIXTURE_PARTITION);

    dunlin__contact__v1__attempt_report__init(&report);
    report.telephony = DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NO_ANSWER;
    report.party = party;
    dunlin__contact__v1__attempt_reported__init(&message);
    message.permit_id = wire_id(&permit_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.report = &report;
    fixture_apply_ok(fixture, &message.base);
}

static void classify(struct unit_fixture *fixture, const struct subject_ids *ids, const char *class)
{
    Dunlin__Classification__V1__AccountClassified message;

    dunlin__classification__v1__account_classified__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.class_ = wire_text(class);
    fixture_apply_ok(fixture, &message.base);
}

static void stop(struct unit_fixture *fixture, const struct subject_ids *ids, Dunlin__Contact__V1__StickyFlag flag)
{
    Dunlin__Contact__V1__StopRecorded message;

    dunlin__contact__v1__stop_recorded__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.flag = flag;
    fixture_apply_ok(fixture, &message.base);
}

static void release(struct unit_fixture *fixture, const struct subject_ids *ids, Dunlin__Contact__V1__StickyFlag flag)
{
    Dunlin__Contact__V1__StopReleased message;

    dunlin__contact__v1__stop_released__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.flag = flag;
    fixture_apply_ok(fixture, &message.base);
}

static Dunlin__Dispute__V1__ListEscalationsReply *list(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    Dunlin__Dispute__V1__ListEscalationsRequest request;

    dunlin__dispute__v1__list_escalations_request__init(&request);
    request.account_id = wire_id(&ids->account);
    return (void *)fixture_call(fixture, "ListEscalations", &request.base, STATUS_OK);
}

/* The rules and states of an account's, oldest first: "age:3 promises:1". */
static void expect(struct unit_fixture *fixture, const struct subject_ids *ids, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Dunlin__Dispute__V1__ListEscalationsReply *reply = list(fixture, ids);

    for (size_t i = 0; i < reply->n_escalations; i++)
        g_string_append_printf(text, "%s%s:%d", i == 0 ? "" : " ", reply->escalations[i]->rule,
                               (int)reply->escalations[i]->state);
    fixture_free_reply(reply);
    assert_string_equal(text->str, expected);
}

static struct id only(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    Dunlin__Dispute__V1__ListEscalationsReply *reply = list(fixture, ids);

    assert_int_equal(reply->n_escalations, 1);
    const struct id id = wire_known_id(&reply->escalations[0]->escalation_id);
    fixture_free_reply(reply);
    return id;
}

static Dunlin__Dispute__V1__RaiseEscalationRequest raising(const struct subject_ids *ids, int route, const char *target)
{
    Dunlin__Dispute__V1__RaiseEscalationRequest request;

    dunlin__dispute__v1__raise_escalation_request__init(&request);
    request.account_id = wire_id(&ids->account);
    request.route = (Dunlin__Dispute__V1__EscalationRoute)route;
    request.target = wire_text(target);
    request.title = wire_text("assets found, card 4111111111111111");
    return request;
}

static struct id raise_by_hand(struct unit_fixture *fixture, const struct subject_ids *ids, int route,
                               const char *target)
{
    Dunlin__Dispute__V1__RaiseEscalationRequest request = raising(ids, route, target);
    Dunlin__Dispute__V1__Escalation *escalation = fixture_call(fixture, "RaiseEscalation", &request.base, STATUS_OK);
    const struct id id = wire_known_id(&escalation->escalation_id);

    assert_null(strstr(escalation->title, "4111111111111111"));
    fixture_free_reply(escalation);
    return id;
}

static void decide(struct unit_fixture *fixture, const struct fixture_caller *caller, const struct id *id,
                   bool is_approved, enum status expected)
{
    Dunlin__Dispute__V1__DecideEscalationRequest request;

    dunlin__dispute__v1__decide_escalation_request__init(&request);
    request.escalation_id = wire_id(id);
    request.is_approved = is_approved;
    fixture_free_reply(fixture_call_as(fixture, caller, "DecideEscalation", &request.base, expected));
}

/* The reply's one result; fixture_free_reply of the reply. */
static Dunlin__Dispute__V1__ExportEscalationsReply *send_out(struct unit_fixture *fixture,
                                                             const struct fixture_caller *caller, const struct id *id,
                                                             const char *file_id, enum status expected)
{
    ProtobufCBinaryData ids[] = {wire_id(id)};
    Dunlin__Dispute__V1__ExportEscalationsRequest request;

    dunlin__dispute__v1__export_escalations_request__init(&request);
    request.n_escalation_ids = 1;
    request.escalation_ids = ids;
    request.file_id = wire_text(file_id);
    Dunlin__Dispute__V1__ExportEscalationsReply *reply =
        fixture_call_as(fixture, caller, "ExportEscalations", &request.base, STATUS_OK);
    assert_int_equal(reply->n_results, 1);
    assert_int_equal(reply->results[0]->code, expected);
    return reply;
}

static void close_it(struct unit_fixture *fixture, const struct id *id, int outcome, enum status expected)
{
    Dunlin__Dispute__V1__CloseEscalationRequest request;

    dunlin__dispute__v1__close_escalation_request__init(&request);
    request.escalation_id = wire_id(id);
    request.outcome = (Dunlin__Dispute__V1__EscalationOutcome)outcome;
    request.note = wire_text("no address");
    fixture_free_reply(fixture_call(fixture, "CloseEscalation", &request.base, expected));
}

static bool is_held_now(struct unit_fixture *fixture)
{
    Dunlin__Dispute__V1__EscalationMoved *moved =
        fixture_last_event(fixture, &dunlin__dispute__v1__escalation_moved__descriptor);
    const bool is_held = moved->is_account_held;

    fixture_free_reply(moved);
    return is_held;
}

static void conditions_escalate_once_when_they_come_to_hold(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("promises");

    place_for(fixture, &ids, "other");
    break_promise(fixture, &ids);
    expect(fixture, &ids, "");
    break_promise(fixture, &ids);
    assert_string_equal(fixture_emitted(fixture), "EscalationRaised");
    break_promise(fixture, &ids);
    assert_string_equal(fixture_emitted(fixture), "");
    expect(fixture, &ids, "promises:1");
    Dunlin__Dispute__V1__ListEscalationsReply *reply = list(fixture, &ids);
    const Dunlin__Dispute__V1__Escalation *raised = reply->escalations[0];
    assert_string_equal(raised->target, "supervisor");
    assert_string_equal(raised->action, "call");
    assert_string_equal(raised->raised_by, "");
    assert_int_equal(raised->priority, 7);
    assert_true(raised->balance_minor == OWED_MINOR && raised->due_at_us == raised->raised_at_us + 24 * US_PER_HOUR);
    fixture_free_reply(reply);
}

static void what_reaches_the_debtor_starts_the_count_again(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("silent");

    place_for(fixture, &ids, "other");
    classify(fixture, &ids, "late");
    attempt(fixture, &ids, DUNLIN__CONTACT__V1__PARTY__PARTY_NONE);
    attempt(fixture, &ids, DUNLIN__CONTACT__V1__PARTY__PARTY_NONE);
    attempt(fixture, &ids, DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT);
    attempt(fixture, &ids, DUNLIN__CONTACT__V1__PARTY__PARTY_NONE);
    attempt(fixture, &ids, DUNLIN__CONTACT__V1__PARTY__PARTY_NONE);
    expect(fixture, &ids, "");
    classify(fixture, &ids, "early");
    attempt(fixture, &ids, DUNLIN__CONTACT__V1__PARTY__PARTY_NONE);
    expect(fixture, &ids, ""); /* of another class */
    classify(fixture, &ids, "late");
    expect(fixture, &ids, "silent:2");
    Dunlin__Dispute__V1__ListEscalationsReply *reply = list(fixture, &ids);
    assert_string_equal(reply->escalations[0]->owner, "user:tracer");
    fixture_free_reply(reply);
    (void)fixture_emitted(fixture);
}

static void complaints_escalate_as_the_sop_says(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("complains");

    place_for(fixture, &ids, "other");
    (void)fixture_emitted(fixture);
    fixture_free_reply(complain(fixture, &ids, DUNLIN__DISPUTE__V1__COMPLAINT_SEVERITY__COMPLAINT_SEVERITY_LOW));
    assert_string_equal(fixture_emitted(fixture), "ComplaintOpened EscalationRaised");
    expect(fixture, &ids, "complaint:1");
}

static void goes_out_by_two_persons_and_comes_back(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("out and back");

    place_for(fixture, &ids, "other");
    const struct id id = raise_by_hand(fixture, &ids, SOP_ROUTE_AGENCY, "northern");
    Dunlin__Dispute__V1__RaiseEscalationRequest second = raising(&ids, SOP_ROUTE_LEGAL, "");
    assert_null(fixture_call(fixture, "RaiseEscalation", &second.base, STATUS_FAILED_PRECONDITION));
    decide(fixture, &FIXTURE_OPERATOR, &id, true, STATUS_PERMISSION_DENIED);
    decide(fixture, &STRANGER, &id, true, STATUS_NOT_FOUND);
    fixture_free_reply(send_out(fixture, &FIXTURE_OPERATOR, &id, "f-1", STATUS_FAILED_PRECONDITION));
    decide(fixture, &BEN, &id, true, STATUS_OK);
    assert_false(is_held_now(fixture));
    fixture_free_reply(dispute(fixture, &ids)); /* disputed by now: it goes out marked */
    stop(fixture, &ids, DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_ATTORNEY);
    Dunlin__Dispute__V1__ExportEscalationsReply *reply = send_out(fixture, &FIXTURE_OPERATOR, &id, "f-1", STATUS_OK);
    const Dunlin__Dispute__V1__Escalation *exported = reply->results[0]->escalation;
    assert_true(exported->is_disputed && exported->has_attorney && !exported->is_ceased);
    fixture_free_reply(reply);
    assert_true(is_held_now(fixture));
    (void)fixture_emitted(fixture);
    fixture_free_reply(send_out(fixture, &BEN, &id, "f-1", STATUS_OK)); /* the same file again */
    fixture_free_reply(send_out(fixture, &BEN, &id, "f-2", STATUS_FAILED_PRECONDITION));
    assert_string_equal(fixture_emitted(fixture), "");
    close_it(fixture, &id, ESCALATION_DONE, STATUS_FAILED_PRECONDITION);
    close_it(fixture, &id, ESCALATION_OBJECTED, STATUS_OK);
    assert_false(is_held_now(fixture));
    const struct id again = raise_by_hand(fixture, &ids, SOP_ROUTE_AGENCY, "southern");
    decide(fixture, &BEN, &again, false, STATUS_OK);
    expect(fixture, &ids, ":7 :7");
    (void)fixture_emitted(fixture);
}

static void a_person_that_is_stopped_stops_all_his_accounts(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("bankrupt"), other = ids_of("bankrupt, second");

    other.debtor = ids.debtor;
    place_for(fixture, &ids, "other");
    place_for(fixture, &other, "other");
    const struct id id = raise_by_hand(fixture, &ids, SOP_ROUTE_LEGAL, "");
    stop(fixture, &other, DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_BANKRUPTCY);
    stop(fixture, &other, DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_DECEASED);
    release(fixture, &other, DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_DECEASED);
    decide(fixture, &BEN, &id, true, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(fixture->last_error, "11 USC 362"));
    release(fixture, &other, DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_BANKRUPTCY);
    decide(fixture, &BEN, &id, true, STATUS_OK);
    fixture_free_reply(dispute(fixture, &ids)); /* in writing, and in time */
    Dunlin__Dispute__V1__ExportEscalationsReply *reply =
        send_out(fixture, &BEN, &id, "p-1", STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(reply->results[0]->message, "1692g(b)"));
    fixture_free_reply(reply);
    (void)fixture_emitted(fixture);
}

static void a_recall_of_the_client_withdraws_what_is_open(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("recalled with escalations");
    Dunlin__Intake__V1__AccountRecalled recall = recalled(&ids);

    place_for(fixture, &ids, "other");
    const struct id id = raise_by_hand(fixture, &ids, SOP_ROUTE_LEGAL, "smith-llp");
    decide(fixture, &BEN, &id, true, STATUS_OK);
    fixture_free_reply(send_out(fixture, &BEN, &id, "p-2", STATUS_OK));
    (void)raise_by_hand(fixture, &ids, SOP_ROUTE_QUEUE, "supervisor");
    (void)fixture_emitted(fixture);
    fixture_apply_ok(fixture, &recall.base);
    assert_string_equal(fixture_emitted(fixture), "EscalationMoved EscalationMoved");
    assert_false(is_held_now(fixture));
    expect(fixture, &ids, ":7 :7");
    Dunlin__Dispute__V1__RaiseEscalationRequest again = raising(&ids, SOP_ROUTE_QUEUE, "supervisor");
    assert_null(fixture_call(fixture, "RaiseEscalation", &again.base, STATUS_FAILED_PRECONDITION));
}

static void an_agencys_work_is_listed_in_pages(void **state)
{
    struct unit_fixture *fixture = *state;
    Dunlin__Dispute__V1__ListEscalationsRequest request;
    size_t n = 0, n_pages = 0;
    int64_t last_us = 0;

    for (int i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("listed %d", i);
        struct subject_ids ids = ids_of(name);
        place_for(fixture, &ids, "other");
        (void)raise_by_hand(fixture, &ids, SOP_ROUTE_QUEUE, "pages");
    }
    dunlin__dispute__v1__list_escalations_request__init(&request);
    request.agency_id = FIXTURE_AGENCY;
    request.target = wire_text("pages");
    request.limit = 2;
    Dunlin__Dispute__V1__ListEscalationsReply *page = NULL;
    do {
        Dunlin__Dispute__V1__ListEscalationsReply *next =
            (void *)fixture_call(fixture, "ListEscalations", &request.base, STATUS_OK);
        fixture_free_reply(page);
        page = next;
        n_pages++;
        for (size_t i = 0; i < page->n_escalations; i++, n++) {
            assert_true(page->escalations[i]->raised_at_us >= last_us);
            last_us = page->escalations[i]->raised_at_us;
            request.after_raised_at_us = last_us;
            request.after_escalation_id = page->escalations[i]->escalation_id;
        }
    } while (page->n_escalations == 2);
    fixture_free_reply(page);
    assert_int_equal(n, 3);
    assert_int_equal(n_pages, 2);
    request.owner = wire_text("user:nobody");
    request.after_raised_at_us = 0;
    request.after_escalation_id = (ProtobufCBinaryData){0};
    page = (void *)fixture_call(fixture, "ListEscalations", &request.base, STATUS_OK);
    assert_int_equal(page->n_escalations, 0);
    fixture_free_reply(page);
    (void)fixture_emitted(fixture);
}

static void refuses_what_makes_no_sense(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("bad escalations"), nobody = ids_of("never placed here");
    struct id nothing = named("no such escalation");
    Dunlin__Dispute__V1__RaiseEscalationRequest request = raising(&ids, 0, "x");
    Dunlin__Dispute__V1__ListEscalationsRequest listing;

    place_for(fixture, &ids, "other");
    (void)fixture_emitted(fixture);
    assert_null(fixture_call(fixture, "RaiseEscalation", &request.base, STATUS_INVALID_ARGUMENT)); /* no route */
    request = raising(&ids, SOP_ROUTE_QUEUE, "");
    assert_null(fixture_call(fixture, "RaiseEscalation", &request.base, STATUS_INVALID_ARGUMENT));
    request = raising(&ids, SOP_ROUTE_QUEUE, "two words");
    assert_null(fixture_call(fixture, "RaiseEscalation", &request.base, STATUS_INVALID_ARGUMENT));
    request = raising(&nobody, SOP_ROUTE_QUEUE, "x");
    assert_null(fixture_call(fixture, "RaiseEscalation", &request.base, STATUS_NOT_FOUND));
    request = raising(&ids, SOP_ROUTE_QUEUE, "x");
    assert_null(fixture_call_as(fixture, &STRANGER, "RaiseEscalation", &request.base, STATUS_NOT_FOUND));
    decide(fixture, &BEN, &nothing, true, STATUS_NOT_FOUND);
    close_it(fixture, &nothing, ESCALATION_DONE, STATUS_NOT_FOUND);
    close_it(fixture, &nothing, ESCALATION_WITHDRAWN, STATUS_INVALID_ARGUMENT); /* the client's recall alone */
    fixture_free_reply(send_out(fixture, &BEN, &nothing, "f", STATUS_NOT_FOUND));
    dunlin__dispute__v1__list_escalations_request__init(&listing);
    assert_null(fixture_call(fixture, "ListEscalations", &listing.base, STATUS_INVALID_ARGUMENT));
    assert_string_equal(fixture_emitted(fixture), "");
}

/* Last: they move business time on. */
static void age_escalates_on_its_day_and_not_before(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("old"), small = ids_of("old and paid"), later = ids_of("due later");
    Dunlin__Payment__V1__BalanceChanged balance;
    Dunlin__Intake__V1__AccountUpdated updated;

    (void)fixture_fire(fixture, (struct instant){clock_now().us + 60 * US_PER_DAY}); /* of other tests */
    place_for(fixture, &ids, "acme");
    place_for(fixture, &small, "acme");
    place_for(fixture, &later, "acme");
    const struct instant at = {(clock_now().us / US_PER_DAY + 30) * US_PER_DAY};
    dunlin__payment__v1__balance_changed__init(&balance);
    balance.account_id = wire_id(&small.account);
    balance.debtor_id = wire_id(&small.debtor);
    balance.kind = DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PAYMENT;
    balance.balance_minor = 10000;
    fixture_apply_ok(fixture, &balance.base);
    dunlin__intake__v1__account_updated__init(&updated);
    updated.account_id = wire_id(&later.account);
    updated.debtor_id = wire_id(&later.debtor);
    updated.due_on_presence_case = DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__DUE_ON_PRESENCE_DUE_ON_DAYS;
    updated.due_on_days = (int32_t)(clock_now().us / US_PER_DAY) - 5;
    fixture_apply_ok(fixture, &updated.base);
    (void)fixture_emitted(fixture);
    (void)fixture_fire(fixture, (struct instant){at.us - 1});
    expect(fixture, &ids, "");
    assert_int_equal(fixture_fire(fixture, at), 1);
    assert_string_equal(fixture_emitted(fixture), "EscalationRaised");
    expect(fixture, &ids, "age:3");
    expect(fixture, &small, "");
    expect(fixture, &later, "");
    assert_int_equal(fixture_fire(fixture, (struct instant){at.us + 5 * US_PER_DAY}), 1);
    expect(fixture, &later, "age:3");
    const struct id id = only(fixture, &ids);
    decide(fixture, &BEN, &id, true, STATUS_OK);
    fixture_free_reply(send_out(fixture, &BEN, &id, "f-9", STATUS_PERMISSION_DENIED)); /* he approved it */
    fixture_free_reply(send_out(fixture, &FIXTURE_OPERATOR, &id, "f-9", STATUS_OK));
    (void)fixture_emitted(fixture);
}

static void a_verification_that_is_late_goes_to_its_queue(void **state)
{
    struct unit_fixture *fixture = *state;
    struct subject_ids ids = ids_of("late verification");

    (void)fixture_fire(fixture, (struct instant){clock_now().us + 60 * US_PER_DAY}); /* of other tests */
    place_for(fixture, &ids, "other");
    Dunlin__Dispute__V1__DisputeView *view = dispute(fixture, &ids);
    (void)fixture_emitted(fixture);
    assert_int_equal(fixture_fire(fixture, (struct instant){view->deadline_at_us}), 1);
    assert_string_equal(fixture_emitted(fixture), "EscalationRaised EscalationRaised"); /* the dispute's, the rule's */
    expect(fixture, &ids, "overdue:1");
    fixture_free_reply(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_escalate_once_when_they_come_to_hold),
        cmocka_unit_test(what_reaches_the_debtor_starts_the_count_again),
        cmocka_unit_test(complaints_escalate_as_the_sop_says),
        cmocka_unit_test(goes_out_by_two_persons_and_comes_back),
        cmocka_unit_test(a_person_that_is_stopped_stops_all_his_accounts),
        cmocka_unit_test(a_recall_of_the_client_withdraws_what_is_open),
        cmocka_unit_test(an_agencys_work_is_listed_in_pages),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(age_escalates_on_its_day_and_not_before),
        cmocka_unit_test(a_verification_that_is_late_goes_to_its_queue),
    };
    return cmocka_run_group_tests(tests, open_with_rules, fixture_close);
}
