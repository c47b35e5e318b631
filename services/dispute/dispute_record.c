#include "dispute_record.h"

#include "dispute_codec.h"
#include "service/wire.h"

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

static enum status emit_opened(const struct record *record, const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__DisputeOpened message;

    dunlin__dispute__v1__dispute_opened__init(&message);
    message.dispute_id = wire_id(&dispute->dispute_id);
    message.account_id = wire_id(&dispute->account_id);
    message.debtor_id = wire_id(&dispute->debtor_id);
    message.source = (Dunlin__Dispute__V1__DisputeSource)dispute->source;
    message.reason = wire_text(dispute->reason);
    message.is_written = dispute->is_written;
    message.opened_at_us = dispute->opened_at.us;
    message.deadline_at_us = dispute->deadline_at.us;
    if (!id_is_none(&dispute->repeats))
        message.repeats = wire_id(&dispute->repeats);
    return emit(record, dispute, &message.base, err);
}

static enum status emit_verified(const struct record *record, const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__VerificationSent message;

    dunlin__dispute__v1__verification_sent__init(&message);
    message.dispute_id = wire_id(&dispute->dispute_id);
    message.account_id = wire_id(&dispute->account_id);
    message.debtor_id = wire_id(&dispute->debtor_id);
    message.note = wire_text(dispute->note);
    return emit(record, dispute, &message.base, err);
}

static enum status emit_resolved(const struct record *record, const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__DisputeResolved message;

    dunlin__dispute__v1__dispute_resolved__init(&message);
    message.dispute_id = wire_id(&dispute->dispute_id);
    message.account_id = wire_id(&dispute->account_id);
    message.debtor_id = wire_id(&dispute->debtor_id);
    message.outcome = (Dunlin__Dispute__V1__DisputeOutcome)dispute->outcome;
    message.note = wire_text(dispute->note);
    message.opened_at_us = dispute->opened_at.us;
    return emit(record, dispute, &message.base, err);
}

static enum status emit_escalated(const struct record *record, const struct dispute *dispute, struct error *err)
{
    Dunlin__Dispute__V1__EscalationRaised message;

    dunlin__dispute__v1__escalation_raised__init(&message);
    message.dispute_id = wire_id(&dispute->dispute_id);
    message.account_id = wire_id(&dispute->account_id);
    message.debtor_id = wire_id(&dispute->debtor_id);
    message.reason = wire_text(dispute->note);
    return emit(record, dispute, &message.base, err);
}

static enum status open_new(const struct record *record, struct account *account, const struct dispute_claim *claim,
                            struct error *err)
{
    struct dispute opened = dispute_open(account, claim);
    struct dispute *kept = book_add_dispute(record->book, &opened, 0);

    account->unresolved = kept;
    book_touch_dispute(kept);
    unit_timer_set(record->unit, &(struct timer){.kind = TIMER_VERIFICATION_DUE,
                                                 .subject_id = kept->dispute_id,
                                                 .debtor_id = kept->debtor_id,
                                                 .agency_id = kept->agency_id,
                                                 .due_at = kept->deadline_at});
    return emit_opened(record, kept, err);
}

enum status record_claim(const struct record *record, struct account *account, const struct dispute_claim *claim,
                         const struct dispute **ret_dispute, struct error *err)
{
    struct dispute *last = account->unresolved;
    struct dispute_claim again = *claim;
    const char *text;
    enum status st = STATUS_OK;

    if (last && last->state == DISPUTE_VERIFIED) {
        again.repeats = last->dispute_id;
        st = dispute_move(last, DISPUTE_EVENT_REPEAT, claim->reason, &text, err);
        if (st == STATUS_OK)
            st = record_move(record, account, last, DISPUTE_EVENT_REPEAT, err);
    }
    if (st == STATUS_OK && !account->unresolved)
        st = open_new(record, account, &again, err);
    if (st == STATUS_OK && ret_dispute)
        *ret_dispute = account->unresolved;
    return st;
}

enum status record_move(const struct record *record, struct account *account, struct dispute *dispute,
                        enum dispute_event event, struct error *err)
{
    book_touch_dispute(dispute);
    if (dispute->state == DISPUTE_RESOLVED)
        account->unresolved = NULL;
    if (event == DISPUTE_EVENT_OVERDUE)
        return emit_escalated(record, dispute, err);
    unit_timer_cancel(record->unit, TIMER_VERIFICATION_DUE, &dispute->dispute_id);
    return dispute->state == DISPUTE_RESOLVED ? emit_resolved(record, dispute, err)
                                              : emit_verified(record, dispute, err);
}
