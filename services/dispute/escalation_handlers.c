#include "dispute_handlers.h"

#include <string.h>

#include "dispute_codec.h"
#include "dispute_command.h"
#include "escalation_codec.h"
#include "escalation_record.h"
#include "escalation_store.h"
#include "service/wire.h"

/* Escalations by command and query. */

#define TARGET_MAX_BYTES (SOP_CODE_SIZE - 1)
#define PRIORITY_MAX     1000
#define EXPORTS_MAX      1000
#define LIST_DEFAULT     100
#define LIST_MAX         1000

static void reply(struct service_call *call, const struct escalation *escalation)
{
    Dunlin__Dispute__V1__Escalation wire;

    escalation_write(escalation, &wire);
    service_reply(call, &wire.base);
}

static void fail_no_escalation(struct service_call *call, const struct id *escalation_id)
{
    char text[ID_TEXT_SIZE];

    service_fail(call, STATUS_NOT_FOUND, "no escalation %s", id_format(escalation_id, text));
}

/* --- RaiseEscalation --- */

static enum status check_target(const Dunlin__Dispute__V1__RaiseEscalationRequest *request, struct error *err)
{
    const bool is_needed = request->route != DUNLIN__DISPUTE__V1__ESCALATION_ROUTE__ESCALATION_ROUTE_LEGAL;
    const size_t len = strlen(request->target);

    if (len == 0 && is_needed)
        return error_set(err, STATUS_INVALID_ARGUMENT, "target: missing: to which queue, person or agency?");
    if (len > TARGET_MAX_BYTES ||
        strspn(request->target, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-+:") != len)
        return error_set(err, STATUS_INVALID_ARGUMENT, "target: 1 to %d letters, digits and '_.-+:'", TARGET_MAX_BYTES);
    return STATUS_OK;
}

static enum status want_raise(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RaiseEscalationRequest *request = (const void *)call->request;
    struct id account_id;
    enum status st = codec_check_enum((int)request->route, SOP_ROUTE_QUEUE, SOP_ROUTE_LEGAL + 1, "route", err);

    if (st == STATUS_OK)
        st = check_target(request, err);
    if (st == STATUS_OK)
        st = wire_check_text(request->title, NAME_MAX_BYTES, "title", err);
    if (st == STATUS_OK && request->title[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "title: missing: why is it escalated?");
    if (st == STATUS_OK && (request->priority < 0 || request->priority > PRIORITY_MAX))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "priority: %d is not between 0 and %d", request->priority,
                       PRIORITY_MAX);
    if (st == STATUS_OK && request->due_at_us < 0)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "due_at_us: before there was time");
    if (st == STATUS_OK)
        st = wire_read_own_id(call, &request->account_id, "account_id", &account_id, err);
    if (st == STATUS_OK)
        book_want_case(book, &account_id);
    return st;
}

/* Nothing is begun that could not end. */
static enum status check_raise(const struct book *book, const struct account *account,
                               const struct escalation *escalation, struct error *err)
{
    const struct escalation_standing standing = escalation_standing_of(book, account);

    if (account->is_recalled)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the client took the account back");
    if (!escalation_is_out(escalation))
        return STATUS_OK;
    if (escalations_go_out(account->escalations))
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "the account is with an agency or a lawyer already, or on its way there");
    return escalation_check_out(escalation->route, &standing, err);
}

static enum status act_raise(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__RaiseEscalationRequest *request = (const void *)call->request;
    const struct id account_id = wire_known_id(&request->account_id);
    struct account *account = book_account(record->book, &account_id);
    const struct escalation *kept = NULL;
    struct error why;
    struct escalation escalation = {
        .escalation_id = id_new(call->partition),
        .route = (enum sop_route)request->route,
        .target = request->target,
        .rule = "",
        .title = book_keep_words(record->book, request->title),
        .action = "",
        .sop_version = "",
        .priority = request->priority,
        .due_at = {request->due_at_us},
    };

    if (!account || !command_may_concern(call, account->agency_id)) {
        command_fail_no_account(call, &account_id);
        return STATUS_OK;
    }
    if (check_raise(record->book, account, &escalation, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    enum status st = escalation_record_raised(record, account, &escalation, &kept, err);
    if (st == STATUS_OK)
        reply(call, kept);
    return st;
}

enum status escalation_handle_raise(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_raise, act_raise}, unit, calls, n_calls, err);
}

/* --- what happens to one --- */

static enum status want_one(struct book *book, const struct service_call *call, const ProtobufCBinaryData *bytes,
                            const char *note, struct error *err)
{
    struct id id;
    enum status st = wire_read_own_id(call, bytes, "escalation_id", &id, err);

    if (st == STATUS_OK)
        st = wire_check_text(note, TEXT_MAX_BYTES, "note", err);
    if (st == STATUS_OK)
        book_want_escalation(book, &id);
    return st;
}

/* Fills in what the caller has not said. `why` is of a refusal, `err` of what fails the unit. */
static enum status move(const struct record *record, struct escalation *escalation, struct escalation_change *change,
                        struct error *why, bool *ret_is_done, struct error *err)
{
    struct account *account = book_account(record->book, &escalation->account_id);
    const struct escalation_standing standing = escalation_standing_of(record->book, account);

    change->at = unit_now(record->unit);
    change->by = command_actor(record);
    change->note = book_keep_words(record->book, change->note);
    change->standing = &standing;
    *ret_is_done = escalation_move(escalation, change, why) == STATUS_OK;
    return *ret_is_done ? escalation_record_moved(record, account, escalation, change->event, err) : STATUS_OK;
}

static enum status move_called(const struct record *record, struct service_call *call, const ProtobufCBinaryData *bytes,
                               struct escalation_change *change, struct error *err)
{
    const struct id id = wire_known_id(bytes);
    struct escalation *escalation = book_escalation(record->book, &id);
    bool is_done = false;
    struct error why;

    if (!escalation || !command_may_concern(call, escalation->agency_id)) {
        fail_no_escalation(call, &id);
        return STATUS_OK;
    }
    enum status st = move(record, escalation, change, &why, &is_done, err);
    if (st == STATUS_OK && is_done)
        reply(call, escalation);
    else if (st == STATUS_OK)
        service_fail_error(call, &why);
    return st;
}

static enum status want_assign(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__AssignEscalationRequest *request = (const void *)call->request;
    enum status st = wire_check_text(request->owner, NAME_MAX_BYTES, "owner", err);

    if (st == STATUS_OK && request->owner[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "owner: missing: who sees to it?");
    return st == STATUS_OK ? want_one(book, call, &request->escalation_id, request->note, err) : st;
}

static enum status act_assign(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__AssignEscalationRequest *request = (const void *)call->request;
    struct escalation_change change = {
        .event = ESCALATION_EVENT_ASSIGN, .owner = request->owner, .note = request->note};

    return move_called(record, call, &request->escalation_id, &change, err);
}

enum status escalation_handle_assign(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_assign, act_assign}, unit, calls, n_calls, err);
}

static enum status want_decide(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__DecideEscalationRequest *request = (const void *)call->request;

    return want_one(book, call, &request->escalation_id, request->note, err);
}

static enum status act_decide(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__DecideEscalationRequest *request = (const void *)call->request;
    struct escalation_change change = {
        .event = request->is_approved ? ESCALATION_EVENT_APPROVE : ESCALATION_EVENT_DECLINE, .note = request->note};

    return move_called(record, call, &request->escalation_id, &change, err);
}

enum status escalation_handle_decide(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_decide, act_decide}, unit, calls, n_calls, err);
}

static enum status read_outcome(const Dunlin__Dispute__V1__CloseEscalationRequest *request,
                                enum escalation_event *ret_event, struct error *err)
{
    switch ((int)request->outcome) {
    case ESCALATION_DONE:
        *ret_event = ESCALATION_EVENT_FINISH;
        return STATUS_OK;
    case ESCALATION_OBJECTED:
        *ret_event = ESCALATION_EVENT_OBJECT;
        if (request->note[0] == '\0')
            return error_set(err, STATUS_INVALID_ARGUMENT, "note: missing: what do they object to?");
        return STATUS_OK;
    case ESCALATION_RECALLED:
        *ret_event = ESCALATION_EVENT_RECALL;
        return STATUS_OK;
    case ESCALATION_RETURNED:
        *ret_event = ESCALATION_EVENT_RETURN;
        return STATUS_OK;
    default:
        return error_set(err, STATUS_INVALID_ARGUMENT, "outcome: %d is none that an escalation is closed with",
                         (int)request->outcome);
    }
}

static enum status want_close(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__CloseEscalationRequest *request = (const void *)call->request;
    enum escalation_event event;
    enum status st = read_outcome(request, &event, err);

    return st == STATUS_OK ? want_one(book, call, &request->escalation_id, request->note, err) : st;
}

static enum status act_close(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__CloseEscalationRequest *request = (const void *)call->request;
    struct escalation_change change = {.note = request->note};
    enum status st = read_outcome(request, &change.event, err); /* which was read before */

    return st == STATUS_OK ? move_called(record, call, &request->escalation_id, &change, err) : st;
}

enum status escalation_handle_close(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_close, act_close}, unit, calls, n_calls, err);
}

/* --- ExportEscalations --- */

static enum status want_export(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__ExportEscalationsRequest *request = (const void *)call->request;
    enum status st = wire_check_text(request->file_id, NAME_MAX_BYTES, "file_id", err);

    if (st == STATUS_OK && request->file_id[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "file_id: missing: in which file?");
    if (st == STATUS_OK && (request->n_escalation_ids == 0 || request->n_escalation_ids > EXPORTS_MAX))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "escalation_ids: %zu, 1 to %d at once", request->n_escalation_ids,
                       EXPORTS_MAX);
    for (size_t i = 0; st == STATUS_OK && i < request->n_escalation_ids; i++) {
        struct id id;
        st = wire_read_own_id(call, &request->escalation_ids[i], "escalation_ids", &id, err);
        if (st == STATUS_OK)
            book_want_escalation(book, &id);
    }
    return st;
}

struct exported {
    Dunlin__Dispute__V1__ExportResult result;
    Dunlin__Dispute__V1__Escalation escalation;
    struct error why;
};

/* One that went out in this file already is in it again. */
static enum status export_one(const struct record *record, const struct service_call *call, const struct id *id,
                              const char *file_id, struct exported *ret_exported, struct error *err)
{
    struct escalation *escalation = book_escalation(record->book, id);
    struct escalation_change change = {.note = "", .file_id = file_id};
    bool is_done = false;
    char text[ID_TEXT_SIZE];
    enum status st = STATUS_OK;

    dunlin__dispute__v1__export_result__init(&ret_exported->result);
    if (!escalation || !command_may_concern(call, escalation->agency_id)) {
        (void)error_set(&ret_exported->why, STATUS_NOT_FOUND, "no escalation %s", id_format(id, text));
    } else if (escalation_is_holding(escalation) && strcmp(escalation->file_id, file_id) == 0) {
        is_done = true;
    } else {
        change.event = escalation->route == SOP_ROUTE_LEGAL ? ESCALATION_EVENT_HAND_OVER : ESCALATION_EVENT_EXPORT;
        st = move(record, escalation, &change, &ret_exported->why, &is_done, err);
    }
    if (is_done) {
        escalation_write(escalation, &ret_exported->escalation);
        ret_exported->result.escalation = &ret_exported->escalation;
    } else {
        ret_exported->result.code = (uint32_t)ret_exported->why.code;
        ret_exported->result.message = ret_exported->why.text;
    }
    return st;
}

static enum status act_export(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__ExportEscalationsRequest *request = (const void *)call->request;
    const size_t n = request->n_escalation_ids;
    g_autofree struct exported *exported = g_new0(struct exported, n);
    g_autofree Dunlin__Dispute__V1__ExportResult **results = g_new(Dunlin__Dispute__V1__ExportResult *, n);
    Dunlin__Dispute__V1__ExportEscalationsReply answer;
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n && st == STATUS_OK; i++) {
        const struct id id = wire_known_id(&request->escalation_ids[i]);
        st = export_one(record, call, &id, request->file_id, &exported[i], err);
        results[i] = &exported[i].result;
    }
    if (st != STATUS_OK)
        return st;
    dunlin__dispute__v1__export_escalations_reply__init(&answer);
    answer.n_results = n;
    answer.results = results;
    service_reply(call, &answer.base);
    return STATUS_OK;
}

enum status escalation_handle_export(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_export, act_export}, unit, calls, n_calls, err);
}

/* --- queries --- */

static enum status want_get(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__GetEscalationRequest *request = (const void *)call->request;
    struct id id;
    enum status st = wire_read_id(&request->escalation_id, "escalation_id", &id, err);

    if (st == STATUS_OK)
        book_want_escalation(book, &id);
    return st;
}

static enum status act_get(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__GetEscalationRequest *request = (const void *)call->request;
    const struct id id = wire_known_id(&request->escalation_id);
    const struct escalation *escalation = book_escalation(record->book, &id);

    (void)err;
    if (escalation && command_may_concern(call, escalation->agency_id))
        reply(call, escalation);
    else
        fail_no_escalation(call, &id);
    return STATUS_OK;
}

enum status escalation_handle_get(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_get, act_get}, unit, calls, n_calls, err);
}

static enum status read_filter(const Dunlin__Dispute__V1__ListEscalationsRequest *request, struct id *ret_account_id,
                               struct escalation_filter *ret_filter, struct error *err)
{
    *ret_account_id = (struct id){0};
    *ret_filter = (struct escalation_filter){
        .agency_id = request->agency_id,
        .route = (int16_t)request->route,
        .state = (int16_t)request->state,
        .target = request->target,
        .owner = request->owner,
        .file_id = request->file_id,
        .limit = request->limit == 0 ? LIST_DEFAULT : request->limit,
        .after_raised_at = {request->after_raised_at_us},
    };
    if (request->account_id.len > 0)
        return wire_read_id(&request->account_id, "account_id", ret_account_id, err);
    if (request->agency_id <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "agency_id: needed without an account");
    if (request->limit < 0 || request->limit > LIST_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "limit: %d is not between 0 and %d", request->limit, LIST_MAX);
    enum status st = codec_check_enum((int)request->route, 0, SOP_ROUTE_LEGAL + 1, "route", err);
    if (st == STATUS_OK)
        st = codec_check_enum((int)request->state, 0, ESCALATION_CLOSED, "state", err);
    if (st == STATUS_OK && request->after_escalation_id.len > 0)
        st = wire_read_id(&request->after_escalation_id, "after_escalation_id", &ret_filter->after_id, err);
    return st;
}

static void reply_list(struct service_call *call, const GArray *escalations)
{
    Dunlin__Dispute__V1__ListEscalationsReply answer;
    g_autofree Dunlin__Dispute__V1__Escalation *wire = g_new(Dunlin__Dispute__V1__Escalation, escalations->len);
    g_autofree Dunlin__Dispute__V1__Escalation **list = g_new(Dunlin__Dispute__V1__Escalation *, escalations->len);

    dunlin__dispute__v1__list_escalations_reply__init(&answer);
    for (guint i = 0; i < escalations->len; i++) {
        const struct escalation *each = &g_array_index(escalations, struct escalation, i);
        if (!command_may_concern(call, each->agency_id))
            continue;
        escalation_write(each, &wire[answer.n_escalations]);
        list[answer.n_escalations] = &wire[answer.n_escalations];
        answer.n_escalations++;
    }
    answer.escalations = list;
    service_reply(call, &answer.base);
}

static enum status list_one(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__ListEscalationsRequest *request = (const void *)call->request;
    SCOPED(book_freep) struct book *book = book_new();
    g_autoptr(GArray) escalations = NULL;
    struct escalation_filter filter;
    struct id account_id;
    struct error why;

    if (read_filter(request, &account_id, &filter, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    enum status st = escalation_store_list(unit_db(unit), book, &account_id, &filter, &escalations, err);
    if (st == STATUS_OK)
        reply_list(call, escalations);
    return st;
}

enum status escalation_handle_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = list_one(unit, &calls[i], err);
    return st;
}
