#include "dispute_handlers.h"

#include <string.h>

#include "complaint_codec.h"
#include "complaint_record.h"
#include "complaint_store.h"
#include "dispute_codec.h"
#include "dispute_command.h"
#include "dispute_service.h"
#include "dispute_store.h"
#include "escalation_record.h"
#include "id/id_table.h"
#include "service/wire.h"

/* Complaints by command: opened, assigned, moved, resolved. */

static void reply(struct service_call *call, const struct complaint *complaint)
{
    Dunlin__Dispute__V1__Complaint wire;

    complaint_write(complaint, &wire);
    service_reply(call, &wire.base);
}

static enum status check_names(const char *const *names, const char *const *fields, size_t n, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n && st == STATUS_OK; i++)
        st = wire_check_text(names[i], NAME_MAX_BYTES, fields[i], err);
    return st;
}

/* --- opening --- */

static enum status check_texts(const Dunlin__Dispute__V1__OpenComplaintRequest *request, struct error *err)
{
    const char *const names[] = {request->regulator, request->regulator_reference, request->owner,
                                 request->client,    request->collector,           request->campaign};
    static const char *const FIELDS[] = {"regulator", "regulator_reference", "owner",
                                         "client",    "collector",           "campaign"};
    enum status st = wire_check_text(request->words, TEXT_MAX_BYTES, "words", err);

    if (st == STATUS_OK && request->words[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "words: what is complained of is missing");
    return st == STATUS_OK ? check_names(names, FIELDS, ARRAY_SIZE(FIELDS), err) : st;
}

static enum status check_opening(const struct service_call *call,
                                 const Dunlin__Dispute__V1__OpenComplaintRequest *request, struct instant now,
                                 struct error *err)
{
    enum status st = codec_check_enum((int)request->severity, SOP_SEVERITY_LOW, SOP_SEVERITY_END, "severity", err);

    if (st == STATUS_OK)
        st = codec_check_enum((int)request->medium, MEDIUM_NONE, MEDIA_END, "medium", err);
    if (st == STATUS_OK && (request->received_at_us < 0 || request->received_at_us > now.us))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "received_at_us: a time that is to come, or none");
    if (st == STATUS_OK && request->account_id.len == 0 && request->agency_id <= 0)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "agency_id: needed where no account is known");
    if (st == STATUS_OK && request->agency_id != 0 && !command_may_concern(call, request->agency_id))
        st = error_set(err, STATUS_NOT_FOUND, "no agency %d", request->agency_id);
    return st == STATUS_OK ? check_texts(request, err) : st;
}

/* The batch's accounts, and those of their complaints that say whether contact is held. */
static void want_openings(struct unit *unit, struct service_call *calls, size_t n_calls, struct book *book,
                          GHashTable *account_ids, GHashTable *ids)
{
    for (size_t i = 0; i < n_calls; i++) {
        const Dunlin__Dispute__V1__OpenComplaintRequest *request = (const void *)calls[i].request;
        struct id account_id, complaint_id = {0};
        struct error why;
        enum status st = check_opening(&calls[i], request, unit_now(unit), &why);
        if (st == STATUS_OK && request->account_id.len > 0)
            st = wire_read_own_id(&calls[i], &request->account_id, "account_id", &account_id, &why);
        if (st == STATUS_OK && request->complaint_id.len > 0)
            st = wire_read_own_id(&calls[i], &request->complaint_id, "complaint_id", &complaint_id, &why);
        if (st != STATUS_OK) {
            service_fail_error(&calls[i], &why);
            continue;
        }
        if (!id_is_none(&complaint_id))
            (void)id_set_add(ids, &complaint_id);
        if (request->account_id.len > 0) {
            book_want_account(book, &account_id);
            (void)id_set_add(account_ids, &account_id);
        }
    }
}

static struct complaint make_complaint(const struct complaint_record *record, const struct service_call *call,
                                       const struct account *account)
{
    const Dunlin__Dispute__V1__OpenComplaintRequest *request = (const void *)call->request;
    const struct instant now = unit_now(record->unit);
    struct complaint complaint = {
        .complaint_id = request->complaint_id.len > 0 ? wire_known_id(&request->complaint_id) : id_new(call->partition),
        .agency_id = account ? account->agency_id : request->agency_id,
        .severity = (enum sop_severity)request->severity,
        .words = complaints_keep_words(record->complaints, request->words),
        .medium = (enum medium)request->medium,
        .regulator = request->regulator,
        .regulator_reference = request->regulator_reference,
        .received_at = {request->received_at_us ? request->received_at_us : now.us},
        .opened_at = now,
        .opened_by = record->actor ? record->actor : "",
        .owner = request->owner,
        .cause_text = "",
        .note = "",
        .resolved_by = "",
        .client = request->client,
        .collector = request->collector,
        .campaign = request->campaign,
    };

    if (account) {
        complaint.account_id = account->account_id;
        complaint.debtor_id = account->debtor_id;
    }
    return complaint;
}

static void fail_no_complaint(struct service_call *call, const struct id *complaint_id)
{
    char text[ID_TEXT_SIZE];

    service_fail(call, STATUS_NOT_FOUND, "no complaint %s", id_format(complaint_id, text));
}

static enum status open_one(const struct complaint_record *record, struct book *book, struct service_call *call,
                            struct error *err)
{
    const Dunlin__Dispute__V1__OpenComplaintRequest *request = (const void *)call->request;
    const struct id account_id = wire_known_id(&request->account_id);
    struct account *account = book_account(book, &account_id);

    if (request->account_id.len > 0 && (!account || !command_may_concern(call, account->agency_id))) {
        command_fail_no_account(call, &account_id);
        return STATUS_OK;
    }
    const struct id complaint_id = wire_known_id(&request->complaint_id);
    const struct complaint *known =
        request->complaint_id.len > 0 ? complaints_find(record->complaints, &complaint_id) : NULL;
    if (known && !command_may_concern(call, known->agency_id)) {
        fail_no_complaint(call, &complaint_id);
        return STATUS_OK;
    }
    if (known) {
        reply(call, known);
        return STATUS_OK;
    }
    struct complaint complaint = make_complaint(record, call, account);
    complaint_open(&complaint, record->sop);
    const struct complaint *kept = complaints_add(record->complaints, &complaint);
    enum status st = complaint_record_opened(record, kept, err);
    if (st == STATUS_OK && account) {
        account->open_complaints++;
        st = escalation_follow(&(struct record){.unit = record->unit, .book = book}, account, SOP_ON_COMPLAINT, err);
    }
    if (st == STATUS_OK)
        reply(call, kept);
    return st;
}

static struct complaint_record record_of(struct unit *unit, struct complaints *complaints)
{
    const struct policy_holder *policy = unit_context(unit);

    return (struct complaint_record){.unit = unit, .complaints = complaints, .sop = policy->sop};
}

enum status complaint_handle_open(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    SCOPED(book_freep) struct book *book = command_book(unit);
    g_autoptr(GHashTable) account_ids = id_set_new();
    g_autoptr(GHashTable) ids = id_set_new();
    SCOPED(complaints_fini) struct complaints complaints;
    struct complaint_record record = record_of(unit, &complaints);

    complaints_init(&complaints);
    want_openings(unit, calls, n_calls, book, account_ids, ids);
    enum status st = dispute_store_load(unit_db(unit), book, err);
    if (st == STATUS_OK)
        st = complaints_load_accounts(unit_db(unit), &complaints, account_ids, err);
    if (st == STATUS_OK)
        st = complaints_load(unit_db(unit), &complaints, ids, err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++) {
        record.actor = wire_actor(&calls[i]);
        if (!service_is_answered(&calls[i]))
            st = open_one(&record, book, &calls[i], err);
    }
    if (st == STATUS_OK)
        st = dispute_store_save(unit_db(unit), book, err);
    return st == STATUS_OK ? complaints_save(unit_db(unit), &complaints, err) : st;
}

/* --- what happens to a complaint --- */

/* A call as a change: each method reads its own request. Fails with INVALID_ARGUMENT. */
typedef enum status read_fn(const struct service_call *call, ProtobufCBinaryData *ret_id,
                            struct complaint_change *ret_change, struct error *err);

static enum status read_assign(const struct service_call *call, ProtobufCBinaryData *ret_id,
                               struct complaint_change *ret_change, struct error *err)
{
    const Dunlin__Dispute__V1__AssignComplaintRequest *request = (const void *)call->request;

    *ret_id = request->complaint_id;
    *ret_change =
        (struct complaint_change){.event = COMPLAINT_EVENT_ASSIGN, .owner = request->owner, .note = request->note};
    return wire_check_text(request->owner, NAME_MAX_BYTES, "owner", err);
}

static enum status read_state(int state, enum complaint_event *ret_event, struct error *err)
{
    switch (state) {
    case COMPLAINT_ACKNOWLEDGED:
        *ret_event = COMPLAINT_EVENT_ACKNOWLEDGE;
        return STATUS_OK;
    case COMPLAINT_INVESTIGATING: /* which a resolved one comes to by being reopened */
        *ret_event = COMPLAINT_EVENT_INVESTIGATE;
        return STATUS_OK;
    case COMPLAINT_CLOSED:
        *ret_event = COMPLAINT_EVENT_CLOSE;
        return STATUS_OK;
    default:
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "state: %d is none that a complaint is moved to; one is resolved with an outcome", state);
    }
}

static enum status read_move(const struct service_call *call, ProtobufCBinaryData *ret_id,
                             struct complaint_change *ret_change, struct error *err)
{
    const Dunlin__Dispute__V1__MoveComplaintRequest *request = (const void *)call->request;
    const bool is_graded = (int)request->severity != 0;

    *ret_id = request->complaint_id;
    *ret_change = (struct complaint_change){
        .event = COMPLAINT_EVENT_REGRADE, .severity = (enum sop_severity)request->severity, .note = request->note};
    if (is_graded && (int)request->state != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "severity: either a state or a severity, one after the other");
    if (is_graded)
        return codec_check_enum((int)request->severity, SOP_SEVERITY_LOW, SOP_SEVERITY_END, "severity", err);
    return read_state((int)request->state, &ret_change->event, err);
}

static enum status read_resolve(const struct service_call *call, ProtobufCBinaryData *ret_id,
                                struct complaint_change *ret_change, struct error *err)
{
    const Dunlin__Dispute__V1__ResolveComplaintRequest *request = (const void *)call->request;
    const bool may_go_without = (int)request->outcome == COMPLAINT_WITHDRAWN;

    *ret_id = request->complaint_id;
    *ret_change = (struct complaint_change){
        .event = COMPLAINT_EVENT_RESOLVE,
        .outcome = (enum complaint_outcome)request->outcome,
        .cause = (enum complaint_cause)request->cause,
        .cause_text = request->cause_text,
        .note = request->note,
    };
    enum status st =
        codec_check_enum((int)request->outcome, COMPLAINT_JUSTIFIED, COMPLAINT_OUTCOMES_END, "outcome", err);
    if (st == STATUS_OK)
        st = codec_check_enum((int)request->cause, may_go_without ? COMPLAINT_CAUSE_NONE : COMPLAINT_CAUSE_CONDUCT,
                              COMPLAINT_CAUSES_END, "cause", err);
    if (st == STATUS_OK && (int)request->cause == COMPLAINT_CAUSE_OTHER && request->cause_text[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "cause_text: another cause is said in words");
    return st == STATUS_OK ? wire_check_text(request->cause_text, TEXT_MAX_BYTES, "cause_text", err) : st;
}

static void want_changes(read_fn *read, struct service_call *calls, size_t n_calls, GHashTable *ids)
{
    for (size_t i = 0; i < n_calls; i++) {
        ProtobufCBinaryData bytes;
        struct complaint_change change;
        struct id id;
        struct error why;
        enum status st = read(&calls[i], &bytes, &change, &why);
        if (st == STATUS_OK)
            st = wire_check_text(change.note, TEXT_MAX_BYTES, "note", &why);
        if (st == STATUS_OK)
            st = wire_read_own_id(&calls[i], &bytes, "complaint_id", &id, &why);
        if (st == STATUS_OK)
            (void)id_set_add(ids, &id);
        else
            service_fail_error(&calls[i], &why);
    }
}

/* One that ended is investigated again by being reopened. */
static void take_reopening(const struct complaint *complaint, struct complaint_change *change)
{
    if (change->event == COMPLAINT_EVENT_INVESTIGATE &&
        (complaint->state == COMPLAINT_RESOLVED || complaint->state == COMPLAINT_CLOSED))
        change->event = COMPLAINT_EVENT_REOPEN;
}

static enum status change_one(const struct complaint_record *record, read_fn *read, struct service_call *call,
                              struct error *err)
{
    ProtobufCBinaryData bytes;
    struct complaint_change change;
    struct error why;
    enum status st = read(call, &bytes, &change, &why); /* that was read before */
    const struct id id = wire_known_id(&bytes);
    struct complaint *complaint = complaints_find(record->complaints, &id);

    if (!complaint || !command_may_concern(call, complaint->agency_id)) {
        fail_no_complaint(call, &id);
        return STATUS_OK;
    }
    take_reopening(complaint, &change);
    change.at = unit_now(record->unit);
    change.by = record->actor ? record->actor : "";
    change.note = complaints_keep_words(record->complaints, change.note);
    if (change.cause_text)
        change.cause_text = complaints_keep_words(record->complaints, change.cause_text);
    if (st == STATUS_OK)
        st = complaint_move(complaint, &change, record->sop, &why);
    if (st != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    st = complaint_record_changed(record, complaint, change.event, err);
    if (st == STATUS_OK)
        reply(call, complaint);
    return st;
}

static enum status change_all(read_fn *read, struct unit *unit, struct service_call *calls, size_t n_calls,
                              struct error *err)
{
    g_autoptr(GHashTable) ids = id_set_new();
    SCOPED(complaints_fini) struct complaints complaints;
    struct complaint_record record = record_of(unit, &complaints);

    complaints_init(&complaints);
    want_changes(read, calls, n_calls, ids);
    enum status st = complaint_record_load(unit_db(unit), &complaints, ids, err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++) {
        record.actor = wire_actor(&calls[i]);
        if (!service_is_answered(&calls[i]))
            st = change_one(&record, read, &calls[i], err);
    }
    return st == STATUS_OK ? complaints_save(unit_db(unit), &complaints, err) : st;
}

enum status complaint_handle_assign(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return change_all(read_assign, unit, calls, n_calls, err);
}

enum status complaint_handle_move(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return change_all(read_move, unit, calls, n_calls, err);
}

enum status complaint_handle_resolve(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return change_all(read_resolve, unit, calls, n_calls, err);
}

/* --- queries --- */

static void show(struct service_call *call, const struct complaints *complaints)
{
    const Dunlin__Dispute__V1__GetComplaintRequest *request = (const void *)call->request;
    const struct id id = wire_known_id(&request->complaint_id);
    const struct complaint *complaint = complaints_find(complaints, &id);

    if (complaint && command_may_concern(call, complaint->agency_id))
        reply(call, complaint);
    else
        fail_no_complaint(call, &id);
}

enum status complaint_handle_get(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    g_autoptr(GHashTable) ids = id_set_new();
    SCOPED(complaints_fini) struct complaints complaints;

    complaints_init(&complaints);
    for (size_t i = 0; i < n_calls; i++) {
        const Dunlin__Dispute__V1__GetComplaintRequest *request = (const void *)calls[i].request;
        struct id id;
        struct error why;
        if (wire_read_id(&request->complaint_id, "complaint_id", &id, &why) != STATUS_OK)
            service_fail_error(&calls[i], &why);
        else
            (void)id_set_add(ids, &id);
    }
    enum status st = complaints_load(unit_db(unit), &complaints, ids, err);
    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        if (!service_is_answered(&calls[i]))
            show(&calls[i], &complaints);
    return st;
}

static void reply_list(struct service_call *call, const struct complaints *complaints)
{
    Dunlin__Dispute__V1__ListComplaintsReply answer;
    const GPtrArray *rows = complaints->in_order;
    g_autofree Dunlin__Dispute__V1__Complaint *wire = g_new(Dunlin__Dispute__V1__Complaint, rows->len);
    g_autofree Dunlin__Dispute__V1__Complaint **list = g_new(Dunlin__Dispute__V1__Complaint *, rows->len);

    dunlin__dispute__v1__list_complaints_reply__init(&answer);
    for (guint i = 0; i < rows->len; i++) {
        const struct complaint_row *row = g_ptr_array_index(rows, i);
        if (!command_may_concern(call, row->complaint.agency_id))
            continue;
        complaint_write(&row->complaint, &wire[answer.n_complaints]);
        list[answer.n_complaints] = &wire[answer.n_complaints];
        answer.n_complaints++;
    }
    answer.complaints = list;
    service_reply(call, &answer.base);
}

/* Each call has rows of its own: nobody asks often. */
static enum status list_one(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Dispute__V1__ListComplaintsRequest *request = (const void *)call->request;
    g_autoptr(GHashTable) account_ids = id_set_new();
    SCOPED(complaints_fini) struct complaints complaints;
    struct id account_id;
    struct error why;
    enum status st;

    complaints_init(&complaints);
    if (request->account_id.len == 0 && request->agency_id <= 0) {
        service_fail(call, STATUS_INVALID_ARGUMENT, "agency_id: needed without an account");
        return STATUS_OK;
    }
    if (request->account_id.len == 0) {
        st = complaints_load_due(unit_db(unit), &complaints, request->agency_id, err);
    } else if (wire_read_id(&request->account_id, "account_id", &account_id, &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    } else {
        (void)id_set_add(account_ids, &account_id);
        st = complaints_load_accounts(unit_db(unit), &complaints, account_ids, err);
    }
    if (st == STATUS_OK)
        reply_list(call, &complaints);
    return st;
}

enum status complaint_handle_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n_calls && st == STATUS_OK; i++)
        st = list_one(unit, &calls[i], err);
    return st;
}
