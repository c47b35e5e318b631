#include "correspondence_handlers.h"

#include <string.h>

#include "correspondence_store.h"
#include "service/wire.h"

#define STEPS_MAX      1000
#define OPEN_MAX       1000
#define LIST_MAX       100
#define TEXT_MAX_BYTES 2000
#define NAME_MAX_BYTES 200
#define HASH_BYTES     32
#define POINTS_MAX     1000 /* as many have a number at most, as contact tells */

/* Answers one call; what it returns otherwise than OK fails the unit where it is not the
 * caller's own fault. */
typedef enum status answer_fn(struct unit *unit, struct service_call *call, struct error *err);

static bool is_callers_fault(enum status st)
{
    return st == STATUS_INVALID_ARGUMENT || st == STATUS_NOT_FOUND || st == STATUS_ALREADY_EXISTS ||
           st == STATUS_FAILED_PRECONDITION;
}

/* A call is checked before anything is written for it, so a refusal leaves the others of its batch alone. */
static enum status each(answer_fn *answer, struct unit *unit, struct service_call *calls, size_t n_calls,
                        struct error *err)
{
    for (size_t i = 0; i < n_calls; i++) {
        const enum status st = answer(unit, &calls[i], err);
        if (st == STATUS_OK)
            continue;
        if (!is_callers_fault(st))
            return st;
        service_fail_error(&calls[i], err);
    }
    return STATUS_OK;
}

static enum status check_channel(Dunlin__Contact__V1__Channel channel, struct error *err)
{
    if (channel >= DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT &&
        channel <= DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "channel: %d is none that is written", (int)channel);
}

/* DescribeSteps */

static enum status check_steps(const Dunlin__Correspondence__V1__DescribeStepsRequest *request, struct error *err)
{
    if (request->n_steps == 0 || request->n_steps > STEPS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "steps: %zu of them; there must be 1 to %d", request->n_steps,
                         STEPS_MAX);
    for (size_t i = 0; i < request->n_steps; i++) {
        struct id id;
        enum status st = wire_read_id(&request->steps[i]->account_id, "account_id", &id, err);
        if (st == STATUS_OK)
            st = wire_read_id(&request->steps[i]->debtor_id, "debtor_id", &id, err);
        if (st == STATUS_OK)
            st = wire_check_text(request->steps[i]->step, NAME_MAX_BYTES, "step", err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "steps[%zu]", i);
    }
    return STATUS_OK;
}

static enum status describe(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__DescribeStepsRequest *request = (const void *)call->request;
    SCOPED(db_result_freep) struct db_result *result = NULL;
    enum status st = check_steps(request, err);
    if (st != STATUS_OK)
        return st;
    g_autofree Dunlin__Correspondence__V1__StepDescription *rows =
        g_new0(Dunlin__Correspondence__V1__StepDescription, request->n_steps);
    g_autofree Dunlin__Correspondence__V1__StepDescription **list =
        g_new0(Dunlin__Correspondence__V1__StepDescription *, request->n_steps);
    for (size_t i = 0; i < request->n_steps; i++) {
        dunlin__correspondence__v1__step_description__init(&rows[i]);
        list[i] = &rows[i];
    }
    st =
        correspondence_store_describe(unit_db(unit), (const Dunlin__Correspondence__V1__DueStep *const *)request->steps,
                                      request->n_steps, rows, &result, err);
    if (st != STATUS_OK)
        return st;
    Dunlin__Correspondence__V1__DescribeStepsReply reply;
    dunlin__correspondence__v1__describe_steps_reply__init(&reply);
    reply.n_steps = request->n_steps;
    reply.steps = list;
    service_reply(call, &reply.base);
    return STATUS_OK;
}

/* BeginMessage, FinishMessage */

static enum status check_begin(const struct service_call *call,
                               const Dunlin__Correspondence__V1__BeginMessageRequest *request, struct error *err)
{
    const struct {
        const ProtobufCBinaryData *bytes;
        const char *name;
    } ids[] = {{&request->permit_id, "permit_id"},
               {&request->account_id, "account_id"},
               {&request->debtor_id, "debtor_id"},
               {&request->contact_point_id, "contact_point_id"}};
    const struct {
        const char *text, *name;
    } texts[] = {{request->step, "step"},
                 {request->template_, "template"},
                 {request->template_version, "template_version"},
                 {request->document, "document"},
                 {request->batch, "batch"},
                 {request->instance, "instance"}};
    enum status st = STATUS_OK;
    struct id id;
    for (size_t i = 0; i < ARRAY_SIZE(ids) && st == STATUS_OK; i++)
        st = wire_read_own_id(call, ids[i].bytes, ids[i].name, &id, err);
    for (size_t i = 0; i < ARRAY_SIZE(texts) && st == STATUS_OK; i++)
        st = wire_check_text(texts[i].text, NAME_MAX_BYTES, texts[i].name, err);
    if (st == STATUS_OK && request->document_hash.len != HASH_BYTES)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "document_hash: %zu bytes instead of %d",
                       request->document_hash.len, HASH_BYTES);
    if (st == STATUS_OK)
        st = check_channel(request->channel, err);
    if (st == STATUS_OK && (request->purpose < DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION ||
                            request->purpose > DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_REMEDY_NOTICE))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "purpose: %d is none", (int)request->purpose);
    return st;
}

static enum status reply_message(struct unit *unit, struct service_call *call, const struct id *permit_id,
                                 struct error *err)
{
    SCOPED(message_list_fini) struct message_list list = {0};
    const enum status st = correspondence_store_message(unit_db(unit), permit_id, 0, &list, err);
    if (st != STATUS_OK)
        return st;
    Dunlin__Correspondence__V1__MessageReply reply;
    dunlin__correspondence__v1__message_reply__init(&reply);
    reply.message = list.n > 0 ? list.list[0] : NULL;
    service_reply(call, &reply.base);
    return STATUS_OK;
}

/* One message is a notice, whoever sends it. What confirms an opt-out is always one. */
static enum status begin_notice(struct unit *unit, const struct service_call *call,
                                const Dunlin__Correspondence__V1__BeginMessageRequest *request,
                                const struct id *permit_id, struct error *err)
{
    struct id notice_id;
    bool is_ours = true;
    if (request->notice_id.len == 0 && request->purpose != DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_OPT_OUT_CONFIRMATION)
        return STATUS_OK;
    enum status st = wire_read_own_id(call, &request->notice_id, "notice_id", &notice_id, err);
    if (st == STATUS_OK)
        st = correspondence_store_begin_notice(unit_db(unit), &notice_id, permit_id, &is_ours, err);
    if (st == STATUS_OK && !is_ours)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "notice_id: it is not to be sent, or it is sent with another permit");
    return st;
}

static enum status begin(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__BeginMessageRequest *request = (const void *)call->request;
    SCOPED(message_list_fini) struct message_list list = {0};
    enum status st = check_begin(call, request, err);
    if (st != STATUS_OK)
        return st;
    const struct id permit_id = wire_known_id(&request->permit_id);
    st = begin_notice(unit, call, request, &permit_id, err);
    if (st == STATUS_OK)
        st = correspondence_store_begin(unit_db(unit), request, unit_now(unit).us, err);
    if (st == STATUS_OK)
        st = correspondence_store_message(unit_db(unit), &permit_id, 0, &list, err);
    if (st != STATUS_OK)
        return st;
    if (list.n == 1 && strcmp(list.list[0]->instance, request->instance) != 0)
        return error_set(err, STATUS_ALREADY_EXISTS, "permit_id: its message was begun by %s", list.list[0]->instance);
    if (list.n == 1 && list.list[0]->state != DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENDING)
        return error_set(err, STATUS_FAILED_PRECONDITION, "permit_id: its message is %s already",
                         message_state_name((enum message_state)list.list[0]->state));
    Dunlin__Correspondence__V1__MessageReply reply;
    dunlin__correspondence__v1__message_reply__init(&reply);
    reply.message = list.list[0];
    service_reply(call, &reply.base);
    return STATUS_OK;
}

static enum status finish_event(Dunlin__Correspondence__V1__MessageState state, enum message_event *ret_event,
                                struct error *err)
{
    switch (state) {
    case DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENT:
        *ret_event = MESSAGE_EVENT_ACCEPTED;
        return STATUS_OK;
    case DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_NOT_SENT:
        *ret_event = MESSAGE_EVENT_FAILED;
        return STATUS_OK;
    case DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_UNDELIVERABLE:
        *ret_event = MESSAGE_EVENT_REFUSED;
        return STATUS_OK;
    default:
        return error_set(err, STATUS_INVALID_ARGUMENT, "state: %d is not SENT, NOT_SENT or UNDELIVERABLE", (int)state);
    }
}

static enum status finish(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__FinishMessageRequest *request = (const void *)call->request;
    SCOPED(message_list_fini) struct message_list list = {0};
    struct id permit_id;
    enum message_event event = MESSAGE_EVENT_FAILED;
    const char *text;
    enum status st = wire_read_own_id(call, &request->permit_id, "permit_id", &permit_id, err);
    if (st == STATUS_OK)
        st = wire_free_text(request->detail, TEXT_MAX_BYTES, "detail", err);
    if (st == STATUS_OK)
        st = finish_event(request->state, &event, err);
    if (st == STATUS_OK)
        st = correspondence_store_message(unit_db(unit), &permit_id, 0, &list, err);
    if (st == STATUS_OK && list.n == 0)
        st = error_set(err, STATUS_NOT_FOUND, "permit_id: no message was begun with it");
    if (st != STATUS_OK)
        return st;
    enum message_state state = (enum message_state)list.list[0]->state;
    const enum message_state before = state;
    st = message_move(&state, event, &text, err);
    if (st == STATUS_OK && state != before)
        st = correspondence_store_finish(unit_db(unit), &permit_id, state, request->detail, request->is_uncertain,
                                         unit_now(unit).us, err);
    if (st == STATUS_OK && state == MESSAGE_NOT_SENT)
        st = correspondence_store_reopen_notice(unit_db(unit), &permit_id, err);
    return st == STATUS_OK ? reply_message(unit, call, &permit_id, err) : st;
}

/* Parked steps */

static enum status park(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__ParkStepRequest *request = (const void *)call->request;
    struct id id;
    enum status st = wire_read_own_id(call, &request->account_id, "account_id", &id, err);
    if (st == STATUS_OK)
        st = wire_read_own_id(call, &request->debtor_id, "debtor_id", &id, err);
    if (st == STATUS_OK)
        st = wire_check_text(request->step, NAME_MAX_BYTES, "step", err);
    if (st == STATUS_OK)
        st = wire_check_text(request->template_, NAME_MAX_BYTES, "template", err);
    if (st == STATUS_OK)
        st = wire_free_text(request->reason, TEXT_MAX_BYTES, "reason", err);
    if (st == STATUS_OK)
        st = check_channel(request->channel, err);
    if (st == STATUS_OK)
        st = correspondence_store_park(unit_db(unit), request, unit_now(unit).us, err);
    if (st != STATUS_OK)
        return st;
    Dunlin__Correspondence__V1__ParkStepReply reply;
    dunlin__correspondence__v1__park_step_reply__init(&reply);
    service_reply(call, &reply.base);
    return STATUS_OK;
}

static enum status release(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__ReleaseStepsRequest *request = (const void *)call->request;
    Dunlin__Correspondence__V1__ReleaseStepsReply reply;
    dunlin__correspondence__v1__release_steps_reply__init(&reply);
    struct id account_id;
    enum status st = wire_read_own_id(call, &request->account_id, "account_id", &account_id, err);
    if (st == STATUS_OK)
        st = correspondence_store_release(unit_db(unit), &account_id, &reply.released, err);
    if (st == STATUS_OK)
        service_reply(call, &reply.base);
    return st;
}

/* Lists */

static void reply_list(struct service_call *call, const struct message_list *list, const struct inbound_list *inbound,
                       const struct notice_list *notices)
{
    Dunlin__Correspondence__V1__ListMessagesReply reply;
    dunlin__correspondence__v1__list_messages_reply__init(&reply);
    reply.n_messages = list->n;
    reply.messages = list->list;
    reply.n_inbound = inbound->n;
    reply.inbound = inbound->list;
    reply.n_notices = notices->n;
    reply.notices = notices->list;
    service_reply(call, &reply.base);
}

static enum status check_partitions(const uint32_t *partitions, size_t n, struct error *err)
{
    if (n == 0 || n > PARTITION_COUNT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "partitions: %zu of them; there must be 1 to %d", n,
                         PARTITION_COUNT);
    for (size_t i = 0; i < n; i++)
        if (partitions[i] >= PARTITION_COUNT)
            return error_set(err, STATUS_INVALID_ARGUMENT, "partitions[%zu]: %u is not below %d", i, partitions[i],
                             PARTITION_COUNT);
    return STATUS_OK;
}

static enum status list_open(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__ListOpenMessagesRequest *request = (const void *)call->request;
    SCOPED(message_list_fini) struct message_list list = {0};
    enum status st = check_partitions(request->partitions, request->n_partitions, err);
    if (st == STATUS_OK)
        st = check_channel(request->channel, err);
    if (st == STATUS_OK)
        st = correspondence_store_open(unit_db(unit), request->partitions, request->n_partitions,
                                       (int16_t)request->channel, OPEN_MAX, &list, err);
    if (st == STATUS_OK)
        reply_list(call, &list, &(struct inbound_list){0}, &(struct notice_list){0});
    return st;
}

static enum status list_messages(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__ListMessagesRequest *request = (const void *)call->request;
    SCOPED(message_list_fini) struct message_list list = {0};
    SCOPED(inbound_list_fini) struct inbound_list inbound = {0};
    SCOPED(notice_list_fini) struct notice_list notices = {0};
    struct id id;
    enum status st;
    if (request->permit_id.len > 0) {
        st = wire_read_own_id(call, &request->permit_id, "permit_id", &id, err);
        if (st == STATUS_OK)
            st = correspondence_store_message(unit_db(unit), &id, call->agency_id, &list, err);
        if (st == STATUS_OK && list.n == 0)
            st = error_set(err, STATUS_NOT_FOUND, "no message has this permit");
    } else {
        st = wire_read_own_id(call, &request->account_id, "account_id", &id, err);
        if (st == STATUS_OK)
            st = correspondence_store_messages(unit_db(unit), &id, call->agency_id, LIST_MAX, &list, err);
        if (st == STATUS_OK)
            st = correspondence_store_notices(unit_db(unit), &id, call->agency_id, LIST_MAX, &notices, err);
        if (st == STATUS_OK && request->debtor_id.len > 0)
            st = wire_read_own_id(call, &request->debtor_id, "debtor_id", &id, err);
        if (st == STATUS_OK && request->debtor_id.len > 0)
            st = correspondence_store_inbound_list(unit_db(unit), &id, call->agency_id, LIST_MAX, &inbound, err);
    }
    if (st == STATUS_OK)
        reply_list(call, &list, &inbound, &notices);
    return st;
}

/* What comes in */

static enum status read_optional_id(const ProtobufCBinaryData *bytes, const char *field, struct error *err)
{
    struct id id;
    return bytes->len == 0 ? STATUS_OK : wire_read_id(bytes, field, &id, err);
}

static enum status take_inbound(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__TakeInboundRequest *request = (const void *)call->request;
    struct id id;
    Dunlin__Correspondence__V1__TakeInboundReply reply;
    dunlin__correspondence__v1__take_inbound_reply__init(&reply);
    enum status st = wire_read_own_id(call, &request->inbound_id, "inbound_id", &id, err);
    if (st == STATUS_OK)
        st = read_optional_id(&request->contact_point_id, "contact_point_id", err);
    if (st == STATUS_OK)
        st = read_optional_id(&request->debtor_id, "debtor_id", err);
    if (st == STATUS_OK)
        st = read_optional_id(&request->permit_id, "permit_id", err);
    if (st == STATUS_OK)
        st = wire_free_text(request->text, TEXT_MAX_BYTES, "text", err);
    if (st == STATUS_OK && request->received_at_us < 0)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "received_at_us: %lld is before 1970",
                       (long long)request->received_at_us);
    if (st == STATUS_OK)
        st = check_channel(request->channel, err);
    if (st == STATUS_OK)
        st = correspondence_store_inbound(unit_db(unit), request, unit_now(unit).us, &reply, err);
    if (st == STATUS_OK)
        service_reply(call, &reply.base);
    return st;
}

/* Notices */

static enum status ask_confirmation(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__AskConfirmationRequest *request = (const void *)call->request;
    Dunlin__Correspondence__V1__AskConfirmationReply reply;
    struct notice_row row = {
        .kind = NOTICE_OPT_OUT_CONFIRMATION, .explanation = "", .asked_at_us = request->asked_at_us};
    enum status st = wire_read_own_id(call, &request->contact_point_id, "contact_point_id", &row.notice_id, err);
    if (st == STATUS_OK)
        st = wire_read_own_id(call, &request->account_id, "account_id", &row.account_id, err);
    if (st == STATUS_OK)
        st = wire_read_own_id(call, &request->debtor_id, "debtor_id", &row.debtor_id, err);
    row.subject_id = row.notice_id;
    if (st == STATUS_OK)
        st = correspondence_store_ask_notice(unit_db(unit), &row, err);
    if (st != STATUS_OK)
        return st;
    dunlin__correspondence__v1__ask_confirmation_reply__init(&reply);
    service_reply(call, &reply.base);
    return STATUS_OK;
}

static enum status find_confirmation(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__FindConfirmationRequest *request = (const void *)call->request;
    const size_t n = request->n_contact_point_ids;
    Dunlin__Correspondence__V1__FindConfirmationReply reply;
    bool is_confirmed = false;
    if (n == 0 || n > POINTS_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "contact_point_ids: %zu of them; there must be 1 to %d", n,
                         POINTS_MAX);
    g_autofree struct id *ids = g_new0(struct id, n);
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n && st == STATUS_OK; i++)
        st = wire_read_id(&request->contact_point_ids[i], "contact_point_ids", &ids[i], err);
    if (st == STATUS_OK)
        st = correspondence_store_find_notice(unit_db(unit), ids, n, &is_confirmed, err);
    if (st != STATUS_OK)
        return st;
    dunlin__correspondence__v1__find_confirmation_reply__init(&reply);
    reply.is_confirmed = is_confirmed;
    service_reply(call, &reply.base);
    return STATUS_OK;
}

static enum status list_notices(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__ListNoticesRequest *request = (const void *)call->request;
    Dunlin__Correspondence__V1__ListNoticesReply reply;
    SCOPED(notice_list_fini) struct notice_list list = {0};
    enum status st = check_partitions(request->partitions, request->n_partitions, err);
    if (st == STATUS_OK)
        st = check_channel(request->channel, err);
    if (st == STATUS_OK)
        st = correspondence_store_notices_due(unit_db(unit), request->partitions, request->n_partitions,
                                              (int)request->channel, unit_now(unit).us, LIST_MAX, &list, err);
    if (st != STATUS_OK)
        return st;
    dunlin__correspondence__v1__list_notices_reply__init(&reply);
    reply.n_notices = list.n;
    reply.notices = list.list;
    service_reply(call, &reply.base);
    return STATUS_OK;
}

static enum status hold_back_notice(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Correspondence__V1__HoldBackNoticeRequest *request = (const void *)call->request;
    Dunlin__Correspondence__V1__HoldBackNoticeReply reply;
    struct id notice_id;
    enum status st = wire_read_own_id(call, &request->notice_id, "notice_id", &notice_id, err);
    if (st == STATUS_OK)
        st = wire_free_text(request->reason, TEXT_MAX_BYTES, "reason", err);
    if (st == STATUS_OK && request->reason[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "reason: is missing");
    if (st == STATUS_OK && request->until_us < 0)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "until_us: %lld is before 1970", (long long)request->until_us);
    if (st == STATUS_OK)
        st = correspondence_store_hold_back_notice(unit_db(unit), &notice_id, request->reason, request->until_us, err);
    if (st != STATUS_OK)
        return st;
    dunlin__correspondence__v1__hold_back_notice_reply__init(&reply);
    service_reply(call, &reply.base);
    return STATUS_OK;
}

/* GetStatus */

static void fill_counts(const struct db_result *result, Dunlin__Correspondence__V1__MessageCount *rows,
                        Dunlin__Correspondence__V1__GetStatusReply *reply)
{
    reply->n_counts = db_rows(result);
    for (size_t i = 0; i < reply->n_counts; i++) {
        dunlin__correspondence__v1__message_count__init(&rows[i]);
        rows[i].channel = (Dunlin__Contact__V1__Channel)db_int2(result, i, 0);
        rows[i].state = (Dunlin__Correspondence__V1__MessageState)db_int2(result, i, 1);
        rows[i].count = (uint64_t)db_int8(result, i, 2);
        reply->unreported_count += (uint64_t)db_int8(result, i, 3);
        reply->counts[i] = &rows[i];
    }
}

static void fill_parked(const struct db_result *result, Dunlin__Correspondence__V1__ParkedStep *rows, struct id *ids,
                        Dunlin__Correspondence__V1__GetStatusReply *reply)
{
    reply->n_parked = db_rows(result);
    for (size_t i = 0; i < reply->n_parked; i++) {
        dunlin__correspondence__v1__parked_step__init(&rows[i]);
        ids[i] = db_id(result, i, 0);
        rows[i].account_id = wire_id(&ids[i]);
        rows[i].step = wire_text(db_text(result, i, 1));
        rows[i].channel = (Dunlin__Contact__V1__Channel)db_int2(result, i, 2);
        rows[i].template_ = wire_text(db_text(result, i, 3));
        rows[i].reason = wire_text(db_text(result, i, 4));
        rows[i].parked_at_us = db_int8(result, i, 5);
        reply->parked_count = (uint64_t)db_int8(result, i, 6);
        reply->parked[i] = &rows[i];
    }
}

static enum status get_status(struct unit *unit, struct service_call *call, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *counts = NULL;
    SCOPED(db_result_freep) struct db_result *parked = NULL;
    const enum status st = correspondence_store_status(unit_db(unit), call->agency_id, &counts, &parked, err);
    if (st != STATUS_OK)
        return st;
    g_autofree Dunlin__Correspondence__V1__MessageCount *count_rows =
        g_new0(Dunlin__Correspondence__V1__MessageCount, db_rows(counts));
    g_autofree Dunlin__Correspondence__V1__MessageCount **count_list =
        g_new0(Dunlin__Correspondence__V1__MessageCount *, db_rows(counts));
    g_autofree Dunlin__Correspondence__V1__ParkedStep *parked_rows =
        g_new0(Dunlin__Correspondence__V1__ParkedStep, db_rows(parked));
    g_autofree Dunlin__Correspondence__V1__ParkedStep **parked_list =
        g_new0(Dunlin__Correspondence__V1__ParkedStep *, db_rows(parked));
    g_autofree struct id *ids = g_new0(struct id, db_rows(parked));
    Dunlin__Correspondence__V1__GetStatusReply reply;
    dunlin__correspondence__v1__get_status_reply__init(&reply);
    reply.counts = count_list;
    reply.parked = parked_list;
    fill_counts(counts, count_rows, &reply);
    fill_parked(parked, parked_rows, ids, &reply);
    service_reply(call, &reply.base);
    return STATUS_OK;
}

#define HANDLER(name, answer)                                                                                          \
    enum status name(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)                 \
    {                                                                                                                  \
        return each(answer, unit, calls, n_calls, err);                                                                \
    }
HANDLER(correspondence_describe, describe)
HANDLER(correspondence_begin, begin)
HANDLER(correspondence_finish, finish)
HANDLER(correspondence_park, park)
HANDLER(correspondence_release, release)
HANDLER(correspondence_list_open, list_open)
HANDLER(correspondence_find_confirmation, find_confirmation)
HANDLER(correspondence_take_inbound, take_inbound)
HANDLER(correspondence_list, list_messages)
HANDLER(correspondence_ask_confirmation, ask_confirmation)
HANDLER(correspondence_list_notices, list_notices)
HANDLER(correspondence_hold_back_notice, hold_back_notice)
HANDLER(correspondence_status, get_status)
