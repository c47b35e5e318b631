#include "complaint_record.h"

#include "complaint_codec.h"
#include "dispute_service.h"
#include "id/id_table.h"
#include "service/wire.h"

enum status complaint_record_load(struct db *db, struct complaints *complaints, GHashTable *ids, struct error *err)
{
    g_autoptr(GHashTable) account_ids = id_set_new();
    enum status st = complaints_load(db, complaints, ids, err);

    if (st != STATUS_OK)
        return st;
    for (guint i = 0; i < complaints->in_order->len; i++) {
        const struct complaint_row *row = g_ptr_array_index(complaints->in_order, i);
        if (!id_is_none(&row->complaint.account_id))
            (void)id_set_add(account_ids, &row->complaint.account_id);
    }
    return complaints_load_accounts(db, complaints, account_ids, err);
}

static enum status emit(const struct complaint_record *record, const struct complaint *complaint,
                        const ProtobufCMessage *message, struct error *err)
{
    const struct subject subject = {
        .agency_id = complaint->agency_id,
        .debtor_id = complaint->debtor_id,
        .account_id = complaint->account_id,
        .partition = id_partition(&complaint->complaint_id),
    };

    return unit_emit(record->unit, &subject, record->actor, message, err);
}

static bool is_account_held(const struct complaint_record *record, const struct complaint *complaint)
{
    return !id_is_none(&complaint->account_id) && complaints_hold(record->complaints, &complaint->account_id);
}

/* A timer has a debtor; a complaint of nobody's stands for him. */
static void set_timer(const struct complaint_record *record, const struct complaint *complaint)
{
    if (complaint->due_at.us == 0) {
        unit_timer_cancel(record->unit, TIMER_COMPLAINT_DUE, &complaint->complaint_id);
        return;
    }
    if (complaint->is_escalated) /* it has fired, and fires once for a clock */
        return;
    unit_timer_set(
        record->unit,
        &(struct timer){.kind = TIMER_COMPLAINT_DUE,
                        .subject_id = complaint->complaint_id,
                        .debtor_id = id_is_none(&complaint->debtor_id) ? complaint->complaint_id : complaint->debtor_id,
                        .agency_id = complaint->agency_id,
                        .due_at = complaint->due_at});
}

enum status complaint_record_opened(const struct complaint_record *record, const struct complaint *complaint,
                                    struct error *err)
{
    Dunlin__Dispute__V1__ComplaintOpened message;
    Dunlin__Dispute__V1__Complaint wire;

    set_timer(record, complaint);
    dunlin__dispute__v1__complaint_opened__init(&message);
    complaint_write(complaint, &wire);
    message.complaint = &wire;
    message.is_account_held = is_account_held(record, complaint);
    return emit(record, complaint, &message.base, err);
}

static enum status emit_escalated(const struct complaint_record *record, const struct complaint *complaint,
                                  struct error *err)
{
    Dunlin__Dispute__V1__ComplaintEscalated message;
    Dunlin__Dispute__V1__Complaint wire;

    dunlin__dispute__v1__complaint_escalated__init(&message);
    complaint_write(complaint, &wire);
    message.complaint = &wire;
    return emit(record, complaint, &message.base, err);
}

/* How each event is told; 0: by an event of its own. */
static const Dunlin__Dispute__V1__ComplaintStep STEPS[COMPLAINT_EVENTS_END] = {
    [COMPLAINT_EVENT_ASSIGN] = DUNLIN__DISPUTE__V1__COMPLAINT_STEP__COMPLAINT_STEP_ASSIGNED,
    [COMPLAINT_EVENT_REGRADE] = DUNLIN__DISPUTE__V1__COMPLAINT_STEP__COMPLAINT_STEP_REGRADED,
    [COMPLAINT_EVENT_ACKNOWLEDGE] = DUNLIN__DISPUTE__V1__COMPLAINT_STEP__COMPLAINT_STEP_ACKNOWLEDGED,
    [COMPLAINT_EVENT_INVESTIGATE] = DUNLIN__DISPUTE__V1__COMPLAINT_STEP__COMPLAINT_STEP_INVESTIGATING,
    [COMPLAINT_EVENT_RESOLVE] = DUNLIN__DISPUTE__V1__COMPLAINT_STEP__COMPLAINT_STEP_RESOLVED,
    [COMPLAINT_EVENT_CLOSE] = DUNLIN__DISPUTE__V1__COMPLAINT_STEP__COMPLAINT_STEP_CLOSED,
    [COMPLAINT_EVENT_REOPEN] = DUNLIN__DISPUTE__V1__COMPLAINT_STEP__COMPLAINT_STEP_REOPENED,
};

enum status complaint_record_changed(const struct complaint_record *record, struct complaint *complaint,
                                     enum complaint_event event, struct error *err)
{
    Dunlin__Dispute__V1__ComplaintChanged message;
    Dunlin__Dispute__V1__Complaint wire;

    complaints_touch(complaint);
    set_timer(record, complaint);
    if (event == COMPLAINT_EVENT_OVERDUE)
        return emit_escalated(record, complaint, err);
    dunlin__dispute__v1__complaint_changed__init(&message);
    complaint_write(complaint, &wire);
    message.complaint = &wire;
    message.step = STEPS[event];
    message.is_account_held = is_account_held(record, complaint);
    return emit(record, complaint, &message.base, err);
}

static enum status escalate(const struct complaint_record *record, const struct timer *timer, struct error *err)
{
    struct complaint *complaint = complaints_find(record->complaints, &timer->subject_id);
    const struct instant now = unit_now(record->unit);
    const struct complaint_change change = {
        .event = COMPLAINT_EVENT_OVERDUE, .at = now, .by = "", .note = "what was due was not done in time"};

    /* Done, or given more time, before its timer was taken back: nothing to do. */
    if (!complaint || complaint->due_at.us == 0 || complaint->due_at.us > now.us)
        return STATUS_OK;
    enum status st = complaint_move(complaint, &change, record->sop, err);
    return st == STATUS_OK ? complaint_record_changed(record, complaint, COMPLAINT_EVENT_OVERDUE, err) : st;
}

enum status complaint_timers(struct unit *unit, const struct timer *timers, size_t n_timers, struct error *err)
{
    const struct policy_holder *policy = unit_context(unit);
    g_autoptr(GHashTable) ids = id_set_new();
    SCOPED(complaints_fini) struct complaints complaints;
    const struct complaint_record record = {.unit = unit, .complaints = &complaints, .sop = policy->sop};

    complaints_init(&complaints);
    for (size_t i = 0; i < n_timers; i++)
        (void)id_set_add(ids, &timers[i].subject_id);
    enum status st = complaint_record_load(unit_db(unit), &complaints, ids, err);
    for (size_t i = 0; i < n_timers && st == STATUS_OK; i++)
        st = escalate(&record, &timers[i], err);
    return st == STATUS_OK ? complaints_save(unit_db(unit), &complaints, err) : st;
}
