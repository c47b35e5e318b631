#include "unit_fixture.h"

#include "correspondence_service.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/correspondence/v1/correspondence.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"

/* Promise P2: what is learnt from the log is learnt once, and a message has one row for its permit whatever is sent
 * twice. Runs as fault.correspondence.nth too.
 *
 * Broken once: ON CONFLICT of message_insert as an update; the test of the permit that is used twice failed. What came
 * in listed for any agency; its test failed with 0x1 != 0. Facts of a debtor without a bound; its test failed. Of two
 * languages at one instant the first; "es" != "pl". A message found out later of the time of that; 0x652c8d6350640 !=
 * 0x652c8d625c400. News of any account for all parked steps; their test failed. Whatever confirmation there is for any
 * contact point's; the test of the five minutes failed. */

static const struct fixture_caller EDGE = {.peer = "correspondence", .role = "service", .principal = ""};
static uint8_t hash[32] = {1, 2, 3};

static int open_correspondence(void **state)
{
    return fixture_open(state, &CORRESPONDENCE_SPEC, NULL);
}

static int set_up(void **state)
{
    fixture_empty(*state, "correspondence.message, correspondence.parked, correspondence.inbound, "
                          "correspondence.notice, correspondence.language");
    return 0;
}

static Dunlin__Correspondence__V1__DescribeStepsReply *describe(struct unit_fixture *fixture,
                                                                const struct subject_ids *ids, const char *name)
{
    Dunlin__Correspondence__V1__DescribeStepsRequest request;
    Dunlin__Correspondence__V1__DueStep step, *steps[] = {&step};
    dunlin__correspondence__v1__describe_steps_request__init(&request);
    dunlin__correspondence__v1__due_step__init(&step);
    step.account_id = wire_id(&ids->account);
    step.debtor_id = wire_id(&ids->debtor);
    step.step = wire_text(name);
    request.n_steps = 1;
    request.steps = steps;
    return fixture_call_as(fixture, &EDGE, "DescribeSteps", &request.base, STATUS_OK);
}

static void record_language(struct unit_fixture *fixture, const struct subject_ids *ids, const char *name,
                            const char *language, int64_t at_us)
{
    Dunlin__Contact__V1__FactRecorded recorded;
    Dunlin__Contact__V1__Fact fact;
    const struct id fact_id = named(name);
    dunlin__contact__v1__fact_recorded__init(&recorded);
    dunlin__contact__v1__fact__init(&fact);
    fact.kind = DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_LANGUAGE;
    fact.language = wire_text(language);
    fact.occurred_at_us = at_us;
    recorded.fact_id = wire_id(&fact_id);
    recorded.account_id = wire_id(&ids->account);
    recorded.debtor_id = wire_id(&ids->debtor);
    recorded.fact = &fact;
    fixture_apply_ok(fixture, &recorded.base);
}

static void release_fact(struct unit_fixture *fixture, const struct subject_ids *ids, const char *name)
{
    Dunlin__Contact__V1__FactReleased released;
    const struct id fact_id = named(name);
    dunlin__contact__v1__fact_released__init(&released);
    released.fact_id = wire_id(&fact_id);
    released.account_id = wire_id(&ids->account);
    released.debtor_id = wire_id(&ids->debtor);
    released.reason = wire_text("another debtor's letter");
    fixture_apply_ok(fixture, &released.base);
}

static void assert_language(struct unit_fixture *fixture, const struct subject_ids *ids, const char *expected)
{
    Dunlin__Correspondence__V1__DescribeStepsReply *reply = describe(fixture, ids, "notice");
    assert_string_equal(reply->steps[0]->language, expected);
    fixture_free_reply(reply);
}

static void a_debtors_language_is_the_one_he_asked_for_last(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("language"), other = ids_of("another language");
    assert_language(fixture, &ids, "");
    record_language(fixture, &other, "french", "fr", 2000);
    record_language(fixture, &ids, "spanish", "es", 2000);
    record_language(fixture, &ids, "german", "de", 1000); /* heard of late */
    assert_language(fixture, &ids, "es");
    record_language(fixture, &ids, "polish", "pl", 2000); /* of one instant the last that was recorded */
    assert_language(fixture, &ids, "pl");
    release_fact(fixture, &ids, "a fact of another kind");
    release_fact(fixture, &ids, "polish");
    assert_language(fixture, &ids, "es");
    release_fact(fixture, &ids, "spanish");
    assert_language(fixture, &ids, "de");
    release_fact(fixture, &ids, "german");
    assert_language(fixture, &ids, "");
}

static Dunlin__Correspondence__V1__BeginMessageRequest
begin_of(const struct subject_ids *ids, const struct id *permit_id, const struct id *point_id, const char *instance)
{
    Dunlin__Correspondence__V1__BeginMessageRequest request;
    dunlin__correspondence__v1__begin_message_request__init(&request);
    request.permit_id = wire_id(permit_id);
    request.account_id = wire_id(&ids->account);
    request.debtor_id = wire_id(&ids->debtor);
    request.contact_point_id = wire_id(point_id);
    request.agency_id = FIXTURE_AGENCY;
    request.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER;
    request.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION;
    request.step = wire_text("notice");
    request.template_ = wire_text("t");
    request.document = wire_text("0001-x.pdf");
    request.document_hash = (ProtobufCBinaryData){.data = hash, .len = sizeof(hash)};
    request.batch = wire_text("2026-01-05/1");
    request.instance = wire_text(instance);
    return request;
}

static void begin(struct unit_fixture *fixture, const struct subject_ids *ids, const struct id *permit_id,
                  const char *instance, enum status expected)
{
    const struct id point_id = named("some point");
    const Dunlin__Correspondence__V1__BeginMessageRequest request = begin_of(ids, permit_id, &point_id, instance);
    fixture_free_reply(fixture_call_as(fixture, &EDGE, "BeginMessage", &request.base, expected));
}

static void finish(struct unit_fixture *fixture, const struct id *permit_id,
                   Dunlin__Correspondence__V1__MessageState state, enum status expected)
{
    Dunlin__Correspondence__V1__FinishMessageRequest request;
    dunlin__correspondence__v1__finish_message_request__init(&request);
    request.permit_id = wire_id(permit_id);
    request.state = state;
    request.detail = wire_text("as the carrier says");
    fixture_free_reply(fixture_call_as(fixture, &EDGE, "FinishMessage", &request.base, expected));
}

static size_t open_messages(struct unit_fixture *fixture)
{
    Dunlin__Correspondence__V1__ListOpenMessagesRequest request;
    uint32_t partitions[] = {FIXTURE_PARTITION};
    dunlin__correspondence__v1__list_open_messages_request__init(&request);
    request.n_partitions = 1;
    request.partitions = partitions;
    request.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER;
    Dunlin__Correspondence__V1__ListMessagesReply *reply =
        fixture_call_as(fixture, &EDGE, "ListOpenMessages", &request.base, STATUS_OK);
    const size_t n = reply->n_messages;
    fixture_free_reply(reply);
    return n;
}

static void report(struct unit_fixture *fixture, const struct subject_ids *ids, const struct id *permit_id,
                   Dunlin__Contact__V1__Delivery delivery)
{
    Dunlin__Contact__V1__AttemptReported message;
    Dunlin__Contact__V1__AttemptReport attempt;
    dunlin__contact__v1__attempt_reported__init(&message);
    dunlin__contact__v1__attempt_report__init(&attempt);
    attempt.delivery = delivery;
    message.permit_id = wire_id(permit_id);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER;
    message.report = &attempt;
    fixture_apply_ok(fixture, &message.base);
}

static int message_state(struct unit_fixture *fixture)
{
    return (int)fixture_number(fixture, "SELECT state::bigint FROM correspondence.message");
}

static void a_message_goes_its_way_and_is_closed_by_contacts_event(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("way");
    const struct id permit_id = named("way permit");
    begin(fixture, &ids, &permit_id, "correspondence-1", STATUS_OK);
    assert_int_equal(open_messages(fixture), 1);
    finish(fixture, &permit_id, DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENT, STATUS_OK);
    assert_int_equal(open_messages(fixture), 1);
    report(fixture, &ids, &permit_id, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_SENT);
    assert_int_equal(open_messages(fixture), 0);
    report(fixture, &ids, &permit_id, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE);
    assert_int_equal(message_state(fixture), DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_UNDELIVERABLE);
    /* A receipt that comes late takes nothing back. */
    report(fixture, &ids, &permit_id, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_DELIVERED);
    assert_int_equal(message_state(fixture), DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_UNDELIVERABLE);
}

static void a_permit_is_used_once(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("once");
    const struct id permit_id = named("once permit");
    begin(fixture, &ids, &permit_id, "correspondence-1", STATUS_OK);
    begin(fixture, &ids, &permit_id, "correspondence-1", STATUS_OK); /* the same once more */
    begin(fixture, &ids, &permit_id, "correspondence-2", STATUS_ALREADY_EXISTS);
    finish(fixture, &permit_id, DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENT, STATUS_OK);
    finish(fixture, &permit_id, DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENT, STATUS_OK);
    finish(fixture, &permit_id, DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_NOT_SENT,
           STATUS_FAILED_PRECONDITION);
    const struct id other = named("no permit");
    finish(fixture, &other, DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENT, STATUS_NOT_FOUND);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM correspondence.message"), 1);
}

static void grant(struct unit_fixture *fixture, const struct subject_ids *ids, const struct id *permit_id,
                  const char *dialer)
{
    Dunlin__Contact__V1__PermitGranted granted;
    const struct id point_id = named("some point");
    dunlin__contact__v1__permit_granted__init(&granted);
    granted.permit_id = wire_id(permit_id);
    granted.account_id = wire_id(&ids->account);
    granted.debtor_id = wire_id(&ids->debtor);
    granted.contact_point_id = wire_id(&point_id);
    granted.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER;
    granted.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION;
    granted.dialer = wire_text(dialer);
    fixture_apply_ok(fixture, &granted.base);
}

/* A process that ends between its permit and its message leaves a permit that somebody must give back. */
static void a_permit_with_which_nothing_was_begun_is_found_and_given_back(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("granted");
    const struct id lost = named("lost permit"), used = named("used permit"), dialers = named("a dialer's permit");
    grant(fixture, &ids, &dialers, "acme");
    assert_int_equal(open_messages(fixture), 0);
    grant(fixture, &ids, &lost, "correspondence-1");
    assert_int_equal(open_messages(fixture), 1);
    finish(fixture, &lost, DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENT, STATUS_FAILED_PRECONDITION);
    finish(fixture, &lost, DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_NOT_SENT, STATUS_OK);
    begin(fixture, &ids, &lost, "correspondence-1", STATUS_FAILED_PRECONDITION); /* it was only paused: too late */
    begin(fixture, &ids, &used, "correspondence-1", STATUS_OK);
    grant(fixture, &ids, &used, "correspondence-1"); /* the event comes after what was done with it */
    finish(fixture, &used, DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENT, STATUS_OK);
}

static bool is_parked(struct unit_fixture *fixture, const struct subject_ids *ids, const char *step)
{
    Dunlin__Correspondence__V1__DescribeStepsReply *reply = describe(fixture, ids, step);
    const bool is_parked = reply->steps[0]->is_parked;
    fixture_free_reply(reply);
    return is_parked;
}

static void a_parked_step_waits_for_news_or_for_somebody(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("parked"), other = ids_of("not parked");
    Dunlin__Correspondence__V1__ParkStepRequest request;
    dunlin__correspondence__v1__park_step_request__init(&request);
    request.account_id = wire_id(&ids.account);
    request.debtor_id = wire_id(&ids.debtor);
    request.step = wire_text("notice");
    request.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER;
    request.reason = wire_text("consumer_mail_address: is missing");
    for (int round = 0; round < 2; round++) {
        fixture_free_reply(fixture_call_as(fixture, &EDGE, "ParkStep", &request.base, STATUS_OK));
        assert_true(is_parked(fixture, &ids, "notice"));
        assert_false(is_parked(fixture, &ids, "reminder") || is_parked(fixture, &other, "notice"));
        if (round == 0) {
            Dunlin__Intake__V1__AccountUpdated updated;
            dunlin__intake__v1__account_updated__init(&updated);
            updated.account_id = wire_id(&other.account);
            updated.debtor_id = wire_id(&other.debtor);
            fixture_apply_ok(fixture, &updated.base); /* of an account that was never written to */
            assert_true(is_parked(fixture, &ids, "notice"));
            updated.account_id = wire_id(&ids.account);
            updated.debtor_id = wire_id(&ids.debtor);
            fixture_apply_ok(fixture, &updated.base);
        } else {
            Dunlin__Correspondence__V1__ReleaseStepsRequest release;
            dunlin__correspondence__v1__release_steps_request__init(&release);
            release.account_id = wire_id(&ids.account);
            fixture_free_reply(fixture_call(fixture, "ReleaseSteps", &release.base, STATUS_OK));
        }
        assert_false(is_parked(fixture, &ids, "notice"));
    }
}

static Dunlin__Correspondence__V1__TakeInboundRequest inbound_of(const struct subject_ids *ids,
                                                                 const struct id *inbound_id, const char *text)
{
    Dunlin__Correspondence__V1__TakeInboundRequest take;
    dunlin__correspondence__v1__take_inbound_request__init(&take);
    take.inbound_id = wire_id(inbound_id);
    take.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT;
    take.debtor_id = wire_id(&ids->debtor);
    take.agency_id = FIXTURE_AGENCY;
    take.text = wire_text(text);
    return take;
}

static void what_comes_in_is_taken_once_and_stays_of_the_time_when_it_came(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("inbound");
    const struct id inbound_id = named("inbound id"), earlier_id = named("earlier inbound id");
    Dunlin__Correspondence__V1__TakeInboundRequest take = inbound_of(&ids, &inbound_id, "STOP");
    take.is_opt_out = true;
    Dunlin__Correspondence__V1__TakeInboundReply *first =
        fixture_call_as(fixture, &EDGE, "TakeInbound", &take.base, STATUS_OK);
    assert_true(clock_drive((struct instant){clock_now().us + US_PER_S}));
    Dunlin__Correspondence__V1__TakeInboundReply *again =
        fixture_call_as(fixture, &EDGE, "TakeInbound", &take.base, STATUS_OK);
    assert_true(first->is_new && !first->is_fact);
    assert_true(!again->is_new && !again->is_fact);
    assert_int_equal(first->received_at_us, again->received_at_us);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM correspondence.inbound"), 1);
    fixture_free_reply(again);
    /* Whose it is may be found out later than it came. */
    take = inbound_of(&ids, &earlier_id, "Hello");
    take.received_at_us = first->received_at_us;
    again = fixture_call_as(fixture, &EDGE, "TakeInbound", &take.base, STATUS_OK);
    assert_true(again->is_new && again->is_fact);
    assert_int_equal(again->received_at_us, first->received_at_us);
    fixture_free_reply(first);
    fixture_free_reply(again);
}

static bool becomes_fact(struct unit_fixture *fixture, const struct subject_ids *ids, const char *name)
{
    const struct id inbound_id = named(name);
    const Dunlin__Correspondence__V1__TakeInboundRequest take = inbound_of(ids, &inbound_id, "please call me");
    Dunlin__Correspondence__V1__TakeInboundReply *reply =
        fixture_call_as(fixture, &EDGE, "TakeInbound", &take.base, STATUS_OK);
    const bool is_fact = reply->is_fact;
    fixture_free_reply(reply);
    return is_fact;
}

/* Facts of a debtor are bounded at contact: he must not use up by himself what his stops need. */
static void of_a_debtor_who_writes_on_and_on_twenty_messages_a_day_are_facts(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("talkative"), other = ids_of("quiet");
    for (int i = 0; i < 20; i++) {
        g_autofree char *name = g_strdup_printf("talk %d", i);
        assert_true(becomes_fact(fixture, &ids, name));
    }
    assert_false(becomes_fact(fixture, &ids, "talk 20"));
    assert_true(becomes_fact(fixture, &ids, "talk 19")); /* the same again is what it was */
    assert_true(becomes_fact(fixture, &other, "a word"));
    assert_true(clock_drive((struct instant){clock_now().us + US_PER_DAY}));
    assert_true(becomes_fact(fixture, &ids, "talk 21"));
}

static size_t shown(struct unit_fixture *fixture, const struct subject_ids *ids, int32_t agency_id)
{
    const struct fixture_caller caller = {.peer = "user", .role = "operator", .principal = "", .agency_id = agency_id};
    Dunlin__Correspondence__V1__ListMessagesRequest list;
    dunlin__correspondence__v1__list_messages_request__init(&list);
    list.account_id = wire_id(&ids->account);
    list.debtor_id = wire_id(&ids->debtor);
    Dunlin__Correspondence__V1__ListMessagesReply *reply =
        fixture_call_as(fixture, &caller, "ListMessages", &list.base, STATUS_OK);
    const size_t n = reply->n_messages + reply->n_inbound;
    fixture_free_reply(reply);
    return n;
}

static void what_came_in_is_shown_with_what_was_written_to_its_agency_alone(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("shown");
    const struct id permit_id = named("shown permit");
    begin(fixture, &ids, &permit_id, "correspondence-1", STATUS_OK);
    assert_true(becomes_fact(fixture, &ids, "shown message"));
    assert_int_equal(shown(fixture, &ids, 0), 2);
    assert_int_equal(shown(fixture, &ids, FIXTURE_AGENCY), 2);
    assert_int_equal(shown(fixture, &ids, FIXTURE_AGENCY + 1), 0);
}

/* An opt-out of a point of `ids`, by a text that came `ago_us` ago. */
static void ask_confirmation(struct unit_fixture *fixture, const struct subject_ids *ids, const struct id *point_id,
                             int64_t ago_us)
{
    Dunlin__Correspondence__V1__AskConfirmationRequest request;
    dunlin__correspondence__v1__ask_confirmation_request__init(&request);
    request.contact_point_id = wire_id(point_id);
    request.account_id = wire_id(&ids->account);
    request.debtor_id = wire_id(&ids->debtor);
    request.asked_at_us = clock_now().us - ago_us;
    fixture_free_reply(fixture_call_as(fixture, &EDGE, "AskConfirmation", &request.base, STATUS_OK));
}

/* That are to be sent: what is late is listed too, to be closed. */
static size_t confirmations(struct unit_fixture *fixture)
{
    Dunlin__Correspondence__V1__ListNoticesRequest request;
    uint32_t partitions[] = {FIXTURE_PARTITION};
    dunlin__correspondence__v1__list_notices_request__init(&request);
    request.n_partitions = 1;
    request.partitions = partitions;
    request.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT;
    Dunlin__Correspondence__V1__ListNoticesReply *reply =
        fixture_call_as(fixture, &EDGE, "ListNotices", &request.base, STATUS_OK);
    size_t n = 0;
    for (size_t i = 0; i < reply->n_notices; i++)
        n += reply->notices[i]->until_us > clock_now().us;
    fixture_free_reply(reply);
    return n;
}

static bool is_confirmed(struct unit_fixture *fixture, const struct id *point_id)
{
    const struct id other = named("a point of somebody else");
    ProtobufCBinaryData ids[] = {wire_id(&other), wire_id(point_id)};
    Dunlin__Correspondence__V1__FindConfirmationRequest request;
    dunlin__correspondence__v1__find_confirmation_request__init(&request);
    request.n_contact_point_ids = ARRAY_SIZE(ids);
    request.contact_point_ids = ids;
    Dunlin__Correspondence__V1__FindConfirmationReply *reply =
        fixture_call_as(fixture, &EDGE, "FindConfirmation", &request.base, STATUS_OK);
    const bool is_confirmed = reply->is_confirmed;
    fixture_free_reply(reply);
    return is_confirmed;
}

static void begin_confirmation(struct unit_fixture *fixture, const struct subject_ids *ids, const struct id *point_id,
                               const struct id *permit_id, enum status expected)
{
    Dunlin__Correspondence__V1__BeginMessageRequest request = begin_of(ids, permit_id, point_id, "correspondence-1");
    request.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT;
    request.purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_OPT_OUT_CONFIRMATION;
    request.notice_id = wire_id(point_id);
    fixture_free_reply(fixture_call_as(fixture, &EDGE, "BeginMessage", &request.base, expected));
}

static void release_opt_out(struct unit_fixture *fixture, const struct subject_ids *ids, const struct id *point_id)
{
    Dunlin__Contact__V1__StopReleased released;
    dunlin__contact__v1__stop_released__init(&released);
    released.account_id = wire_id(&ids->account);
    released.debtor_id = wire_id(&ids->debtor);
    released.contact_point_id = wire_id(point_id);
    released.flag = DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_OPT_OUT_CONTACT_POINT;
    released.reason = wire_text("asked for texts again");
    fixture_apply_ok(fixture, &released.base);
}

static void an_opt_out_is_confirmed_by_one_message_until_it_is_released(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("confirmed");
    const struct id point_id = named("confirmed point"), lost = named("confirmation that never left");
    const struct id sent = named("confirmation"), second = named("second confirmation");
    begin_confirmation(fixture, &ids, &point_id, &lost, STATUS_FAILED_PRECONDITION); /* nobody asked for it */
    assert_false(is_confirmed(fixture, &point_id));
    ask_confirmation(fixture, &ids, &point_id, 0);
    ask_confirmation(fixture, &ids, &point_id, 0);
    assert_true(is_confirmed(fixture, &point_id));
    assert_int_equal(confirmations(fixture), 1);
    begin_confirmation(fixture, &ids, &point_id, &lost, STATUS_OK);
    begin_confirmation(fixture, &ids, &point_id, &lost, STATUS_OK); /* the same once more */
    assert_int_equal(confirmations(fixture), 0);
    finish(fixture, &lost, DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_NOT_SENT, STATUS_OK);
    assert_int_equal(confirmations(fixture), 1);
    begin_confirmation(fixture, &ids, &point_id, &sent, STATUS_OK);
    begin_confirmation(fixture, &ids, &point_id, &second, STATUS_FAILED_PRECONDITION);
    finish(fixture, &sent, DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENT, STATUS_OK);
    ask_confirmation(fixture, &ids, &point_id, 0);
    assert_int_equal(confirmations(fixture), 0);
    release_opt_out(fixture, &ids, &point_id);
    assert_false(is_confirmed(fixture, &point_id));
    ask_confirmation(fixture, &ids, &point_id, 0);
    assert_int_equal(confirmations(fixture), 1);
}

static void an_opt_out_is_confirmed_within_five_minutes_or_not_at_all(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("late");
    const struct id late = named("late point"), soon = named("soon point");
    ask_confirmation(fixture, &ids, &late, 5 * 60 * US_PER_S);
    ask_confirmation(fixture, &ids, &soon, 5 * 60 * US_PER_S - 1);
    assert_int_equal(confirmations(fixture), 1);
    const struct id third = named("point without a confirmation");
    assert_true(is_confirmed(fixture, &late) && is_confirmed(fixture, &soon) && !is_confirmed(fixture, &third));
    Dunlin__Correspondence__V1__HoldBackNoticeRequest request;
    dunlin__correspondence__v1__hold_back_notice_request__init(&request);
    request.notice_id = wire_id(&soon);
    fixture_free_reply(fixture_call_as(fixture, &EDGE, "HoldBackNotice", &request.base, STATUS_INVALID_ARGUMENT));
    request.reason = wire_text("REGF-6B1I-TIME");
    fixture_free_reply(fixture_call_as(fixture, &EDGE, "HoldBackNotice", &request.base, STATUS_OK));
    assert_int_equal(confirmations(fixture), 0);
    const struct id permit_id = named("too late");
    begin_confirmation(fixture, &ids, &soon, &permit_id, STATUS_FAILED_PRECONDITION);
}

static void operators_see_what_there_is(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("status");
    const struct id permit_id = named("status permit");
    Dunlin__Correspondence__V1__GetStatusRequest request;
    Dunlin__Correspondence__V1__ListMessagesRequest list;
    begin(fixture, &ids, &permit_id, "correspondence-1", STATUS_OK);
    dunlin__correspondence__v1__get_status_request__init(&request);
    Dunlin__Correspondence__V1__GetStatusReply *reply = fixture_call(fixture, "GetStatus", &request.base, STATUS_OK);
    assert_int_equal(reply->n_counts, 1);
    assert_int_equal(reply->counts[0]->count, 1);
    assert_int_equal(reply->unreported_count, 1);
    fixture_free_reply(reply);
    dunlin__correspondence__v1__list_messages_request__init(&list);
    list.account_id = wire_id(&ids.account);
    Dunlin__Correspondence__V1__ListMessagesReply *messages =
        fixture_call(fixture, "ListMessages", &list.base, STATUS_OK);
    assert_int_equal(messages->n_messages, 1);
    assert_string_equal(messages->messages[0]->document, "0001-x.pdf");
    fixture_free_reply(messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_debtors_language_is_the_one_he_asked_for_last, set_up),
        cmocka_unit_test_setup(a_message_goes_its_way_and_is_closed_by_contacts_event, set_up),
        cmocka_unit_test_setup(a_permit_is_used_once, set_up),
        cmocka_unit_test_setup(a_permit_with_which_nothing_was_begun_is_found_and_given_back, set_up),
        cmocka_unit_test_setup(a_parked_step_waits_for_news_or_for_somebody, set_up),
        cmocka_unit_test_setup(what_comes_in_is_taken_once_and_stays_of_the_time_when_it_came, set_up),
        cmocka_unit_test_setup(of_a_debtor_who_writes_on_and_on_twenty_messages_a_day_are_facts, set_up),
        cmocka_unit_test_setup(what_came_in_is_shown_with_what_was_written_to_its_agency_alone, set_up),
        cmocka_unit_test_setup(an_opt_out_is_confirmed_by_one_message_until_it_is_released, set_up),
        cmocka_unit_test_setup(an_opt_out_is_confirmed_within_five_minutes_or_not_at_all, set_up),
        cmocka_unit_test_setup(operators_see_what_there_is, set_up),
    };
    return cmocka_run_group_tests(tests, open_correspondence, fixture_close);
}
