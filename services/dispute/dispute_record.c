#include "dispute_record.h"

#include <string.h>

#include "dispute_codec.h"
#include "escalation_record.h"
#include "service/wire.h"

/* What of the debt it holds, where that is a part: the field of the events from which on it holds. `storage` outlives
 * the message. */
static Dunlin__Dispute__V1__HeldPart *held_part(const struct account *account, const struct dispute *dispute,
                                                Dunlin__Dispute__V1__HeldPart *storage)
{
    if (dispute_held_minor(dispute) == 0)
        return NULL;
    dunlin__dispute__v1__held_part__init(storage);
    storage->amount_minor = dispute_held_minor(dispute);
    storage->currency = wire_text(dispute->currency);
    storage->owed_minor = account->is_balance_known ? MAX(account->balance_minor, 0) : 0;
    return storage;
}

/* Whom it is about: the fields that begin every event of a dispute. */
#define ABOUT(message, dispute)                                                                                        \
    do {                                                                                                               \
        (message).dispute_id = wire_id(&(dispute)->dispute_id);                                                        \
        (message).account_id = wire_id(&(dispute)->account_id);                                                        \
        (message).debtor_id = wire_id(&(dispute)->debtor_id);                                                          \
    } while (0)

/* The documents of the step, in an event that has them. protobuf-c only reads what it packs. */
#define SHOW_EVIDENCE(message, record)                                                                                 \
    do {                                                                                                               \
        (message).evidence = (Dunlin__Dispute__V1__Evidence **)(uintptr_t)(record)->evidence;                          \
        (message).n_evidence = (record)->n_evidence;                                                                   \
    } while (0)

static enum status emit(const struct record *record, const struct dispute *dispute, const ProtobufCMessage *message,
                        struct error *err)
{
    const struct subject subject = {
        .agency_id = dispute->agency_id,
        .debtor_id = dispute->debtor_id,
        .account_id = dispute->account_id,
    };

    return unit_emit(record->unit, &subject, record->actor, message, err);
}

static enum status emit_opened(const struct record *record, const struct account *account,
                               const struct dispute *dispute, const struct dispute_claim *claim, struct error *err)
{
    Dunlin__Dispute__V1__DisputeOpened message;
    struct codec_detail made;
    Dunlin__Dispute__V1__HeldPart part;

    dunlin__dispute__v1__dispute_opened__init(&message);
    ABOUT(message, dispute);
    message.source = (Dunlin__Dispute__V1__DisputeSource)dispute->source;
    message.reason = wire_text(dispute->reason);
    message.is_written = dispute->is_written;
    message.collector = wire_text(claim->collector);
    message.campaign = wire_text(claim->campaign);
    message.opened_at_us = dispute->opened_at.us;
    message.deadline_at_us = dispute->deadline_at.us;
    if (!id_is_none(&dispute->repeats))
        message.repeats = wire_id(&dispute->repeats);
    codec_detail(dispute, &made);
    message.detail = &made.detail;
    message.held_part = held_part(account, dispute, &part);
    SHOW_EVIDENCE(message, record);
    return emit(record, dispute, &message.base, err);
}

static enum status emit_amended(const struct record *record, const struct account *account,
                                const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__DisputeAmended message;
    struct codec_detail made;
    Dunlin__Dispute__V1__HeldPart part;

    dunlin__dispute__v1__dispute_amended__init(&message);
    ABOUT(message, dispute);
    message.is_written = dispute->is_written;
    message.deadline_at_us = dispute->deadline_at.us;
    message.note = wire_text(dispute->note);
    codec_detail(dispute, &made);
    message.detail = &made.detail;
    message.held_part = held_part(account, dispute, &part);
    SHOW_EVIDENCE(message, record);
    return emit(record, dispute, &message.base, err);
}

static enum status emit_requested(const struct record *record, const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__VerificationRequested message;
    struct codec_detail made;

    dunlin__dispute__v1__verification_requested__init(&message);
    ABOUT(message, dispute);
    codec_detail(dispute, &made);
    message.request = made.detail.verification_request;
    return emit(record, dispute, &message.base, err);
}

static enum status emit_verified(const struct record *record, const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__VerificationSent message;

    dunlin__dispute__v1__verification_sent__init(&message);
    ABOUT(message, dispute);
    message.note = wire_text(dispute->note);
    message.medium = (Dunlin__Dispute__V1__Medium)dispute->answer_medium;
    message.sent_on_days = dispute->answer_sent_on.days;
    message.permit_id = wire_id(&dispute->answer_permit_id);
    SHOW_EVIDENCE(message, record);
    return emit(record, dispute, &message.base, err);
}

static enum status emit_reopened(const struct record *record, const struct account *account,
                                 const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__DisputeReopened message;
    Dunlin__Dispute__V1__HeldPart part;

    dunlin__dispute__v1__dispute_reopened__init(&message);
    ABOUT(message, dispute);
    message.note = wire_text(dispute->note);
    message.permit_id = wire_id(&dispute->answer_permit_id);
    message.deadline_at_us = dispute->deadline_at.us;
    message.is_without_hold = dispute->contact_hold == LAW_HOLD_NOTHING;
    message.held_part = held_part(account, dispute, &part);
    SHOW_EVIDENCE(message, record);
    return emit(record, dispute, &message.base, err);
}

static enum status emit_proposed(const struct record *record, const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__ResolutionProposed message;

    dunlin__dispute__v1__resolution_proposed__init(&message);
    ABOUT(message, dispute);
    message.outcome = (Dunlin__Dispute__V1__DisputeOutcome)dispute->proposed_outcome;
    message.credit_minor = dispute->credit_minor;
    message.currency = wire_text(dispute->currency);
    message.note = wire_text(dispute->note);
    message.root_cause = (Dunlin__Dispute__V1__RootCause)dispute->root_cause;
    message.root_cause_text = wire_text(dispute->root_cause_text);
    message.proposed_by = wire_text(dispute->proposed_by);
    SHOW_EVIDENCE(message, record);
    return emit(record, dispute, &message.base, err);
}

static enum status emit_declined(const struct record *record, const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__ResolutionDeclined message;

    dunlin__dispute__v1__resolution_declined__init(&message);
    ABOUT(message, dispute);
    message.note = wire_text(dispute->note);
    message.proposed_by = wire_text(dispute->proposed_by);
    message.declined_by = wire_text(dispute->decided_by);
    return emit(record, dispute, &message.base, err);
}

/* A dispute may be reopened, and end in a credit twice: each is one of its own. */
static struct id credit_id(const struct dispute *dispute)
{
    char number[16];

    (void)g_snprintf(number, sizeof(number), "%" G_GUINT32_FORMAT, dispute->returns);
    return id_derive(&dispute->dispute_id, "credit", number, strlen(number));
}

static enum status emit_resolved(const struct record *record, const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__DisputeResolved message;
    const struct id credit = credit_id(dispute);

    dunlin__dispute__v1__dispute_resolved__init(&message);
    ABOUT(message, dispute);
    message.outcome = (Dunlin__Dispute__V1__DisputeOutcome)dispute->outcome;
    message.note = wire_text(dispute->note);
    message.opened_at_us = dispute->opened_at.us;
    if (dispute->credit_minor != 0) {
        message.credit_minor = dispute->credit_minor;
        message.currency = wire_text(dispute->currency);
        message.credit_id = wire_id(&credit);
        message.approved_by = wire_text(dispute->decided_by);
    }
    message.is_rest_owed = dispute_is_rest_owed(dispute);
    message.root_cause = (Dunlin__Dispute__V1__RootCause)dispute->root_cause;
    message.root_cause_text = wire_text(dispute->root_cause_text);
    if (dispute->outcome != OUTCOME_RECALLED && dispute->outcome != OUTCOME_REPEATED)
        message.resolved_by = wire_text(dispute->proposed_by);
    SHOW_EVIDENCE(message, record);
    return emit(record, dispute, &message.base, err);
}

static enum status emit_escalated(const struct record *record, const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__EscalationRaised message;

    dunlin__dispute__v1__escalation_raised__init(&message);
    ABOUT(message, dispute);
    message.reason = wire_text(dispute->note);
    return emit(record, dispute, &message.base, err);
}

static void keep_evidence(const struct record *record, const struct dispute *dispute, enum dispute_step step,
                          enum medium medium)
{
    for (size_t i = 0; i < record->n_evidence; i++) {
        struct evidence evidence = codec_evidence(record->evidence[i]);
        evidence.evidence_id = id_new(id_partition(&dispute->dispute_id));
        evidence.dispute_id = dispute->dispute_id;
        evidence.step = step;
        evidence.medium = medium;
        evidence.recorded_by = record->actor ? record->actor : "";
        evidence.recorded_at = unit_now(record->unit);
        book_add_evidence(record->book, &evidence);
    }
}

static void set_timer(const struct record *record, const struct dispute *dispute)
{
    if (dispute->deadline_at.us == 0) {
        unit_timer_cancel(record->unit, TIMER_VERIFICATION_DUE, &dispute->dispute_id);
        return;
    }
    if (dispute->is_escalated) /* it has fired, and fires once for a deadline */
        return;
    unit_timer_set(record->unit, &(struct timer){.kind = TIMER_VERIFICATION_DUE,
                                                 .subject_id = dispute->dispute_id,
                                                 .debtor_id = dispute->debtor_id,
                                                 .agency_id = dispute->agency_id,
                                                 .due_at = dispute->deadline_at});
}

static enum status open_new(const struct record *record, struct account *account, const struct dispute_claim *claim,
                            struct error *err)
{
    struct dispute opened = dispute_open(account, claim);
    struct dispute *kept = book_add_dispute(record->book, &opened, 0);

    account->unresolved = account->last = kept;
    book_touch_dispute(kept);
    set_timer(record, kept);
    keep_evidence(record, kept, STEP_OPENING, claim->medium);
    enum status st = emit_opened(record, account, kept, claim, err);
    return st == STATUS_OK ? escalation_follow(record, account, SOP_ON_DISPUTE_OPENED, err) : st;
}

/* A call that ends in a dispute holds at contact from its report on, until a dispute says what is held. Where one says
 * already that nothing is, contact must hear it once more. */
static bool is_awaited(const struct dispute *dispute, const struct dispute_claim *claim)
{
    return claim->source == SOURCE_CALL && dispute->contact_hold == LAW_HOLD_NOTHING;
}

/* Said again of one that is not answered. */
static enum status claim_again(const struct record *record, struct account *account, const struct dispute_claim *claim,
                               struct error *err)
{
    struct dispute *dispute = account->unresolved;
    const int64_t owed_minor = account->is_balance_known ? account->balance_minor : 0;
    const char *text;

    const bool is_stronger = dispute_strengthen(dispute, claim, owed_minor);
    if (!is_stronger && record->n_evidence == 0 && !is_awaited(dispute, claim))
        return STATUS_OK;
    enum status st = dispute_move(dispute, DISPUTE_EVENT_AMEND, claim->reason, &text, err);
    return st == STATUS_OK ? record_move(record, account, dispute, DISPUTE_EVENT_AMEND, err) : st;
}

enum status record_claim(const struct record *record, struct account *account, const struct dispute_claim *claim,
                         const struct dispute **ret_dispute, struct error *err)
{
    struct dispute *last = account->unresolved;
    struct dispute_claim again = *claim;
    const struct record bare = {.unit = record->unit, .book = record->book, .actor = record->actor};
    const char *text;
    enum status st = STATUS_OK;

    if (last && dispute_is_answered(last)) {
        again.repeats = last->dispute_id;
        st = dispute_move(last, DISPUTE_EVENT_REPEAT, claim->reason, &text, err);
        if (st == STATUS_OK)
            st = record_move(&bare, account, last, DISPUTE_EVENT_REPEAT, err);
    }
    if (st == STATUS_OK && account->unresolved)
        st = claim_again(record, account, claim, err);
    else if (st == STATUS_OK)
        st = open_new(record, account, &again, err);
    if (st == STATUS_OK && ret_dispute)
        *ret_dispute = account->unresolved;
    return st;
}

/* The event that tells each move, and the step with which its documents are kept. */
static enum status tell(const struct record *record, const struct account *account, const struct dispute *dispute,
                        enum dispute_event event, struct error *err)
{
    switch (event) {
    case DISPUTE_EVENT_OVERDUE:
        return emit_escalated(record, dispute, err);
    case DISPUTE_EVENT_VERIFY:
        keep_evidence(record, dispute, STEP_VERIFICATION, dispute->answer_medium);
        return emit_verified(record, dispute, err);
    case DISPUTE_EVENT_ASK:
        return emit_requested(record, dispute, err);
    case DISPUTE_EVENT_RETURN:
        keep_evidence(record, dispute, STEP_RETURN, MEDIUM_NONE);
        return emit_reopened(record, account, dispute, err);
    case DISPUTE_EVENT_AMEND:
        keep_evidence(record, dispute, STEP_INFORMATION, MEDIUM_NONE);
        return emit_amended(record, account, dispute, err);
    case DISPUTE_EVENT_PROPOSE:
        keep_evidence(record, dispute, STEP_RESOLUTION, MEDIUM_NONE);
        return emit_proposed(record, dispute, err);
    case DISPUTE_EVENT_DECLINE:
        return emit_declined(record, dispute, err);
    case DISPUTE_EVENT_UPHOLD:
    case DISPUTE_EVENT_REJECT:
    case DISPUTE_EVENT_WITHDRAW:
    case DISPUTE_EVENT_RECALL:
    case DISPUTE_EVENT_REPEAT:
    case DISPUTE_EVENT_CONCEDE:
    case DISPUTE_EVENT_APPROVE:
        break;
    }
    keep_evidence(record, dispute, STEP_RESOLUTION, MEDIUM_NONE);
    return emit_resolved(record, dispute, err);
}

enum status record_move(const struct record *record, struct account *account, struct dispute *dispute,
                        enum dispute_event event, struct error *err)
{
    book_touch_dispute(dispute);
    account->unresolved = dispute->state == DISPUTE_RESOLVED ? NULL : dispute;
    dispute->resolved_at.us = dispute->state == DISPUTE_RESOLVED ? unit_now(record->unit).us : 0;
    set_timer(record, dispute);
    enum status st = tell(record, account, dispute, event, err);
    return st == STATUS_OK && event != DISPUTE_EVENT_OVERDUE ? escalation_follow(record, account, SOP_ON_CONDITION, err)
                                                             : st;
}
