#include "complaint_codec.h"

#include "service/wire.h"

#define SAME(own, wire) _Static_assert((int)(own) == (int)DUNLIN__DISPUTE__V1__##wire, "stored as on the wire")

SAME(COMPLAINT_RECEIVED, COMPLAINT_STATE__COMPLAINT_STATE_RECEIVED);
SAME(COMPLAINT_ACKNOWLEDGED, COMPLAINT_STATE__COMPLAINT_STATE_ACKNOWLEDGED);
SAME(COMPLAINT_INVESTIGATING, COMPLAINT_STATE__COMPLAINT_STATE_INVESTIGATING);
SAME(COMPLAINT_RESOLVED, COMPLAINT_STATE__COMPLAINT_STATE_RESOLVED);
SAME(COMPLAINT_CLOSED, COMPLAINT_STATE__COMPLAINT_STATE_CLOSED);
SAME(SOP_SEVERITY_LOW, COMPLAINT_SEVERITY__COMPLAINT_SEVERITY_LOW);
SAME(SOP_SEVERITY_MEDIUM, COMPLAINT_SEVERITY__COMPLAINT_SEVERITY_MEDIUM);
SAME(SOP_SEVERITY_HIGH, COMPLAINT_SEVERITY__COMPLAINT_SEVERITY_HIGH);
SAME(SOP_SEVERITY_CRITICAL, COMPLAINT_SEVERITY__COMPLAINT_SEVERITY_CRITICAL);
SAME(COMPLAINT_JUSTIFIED, COMPLAINT_OUTCOME__COMPLAINT_OUTCOME_JUSTIFIED);
SAME(COMPLAINT_PARTLY_JUSTIFIED, COMPLAINT_OUTCOME__COMPLAINT_OUTCOME_PARTLY_JUSTIFIED);
SAME(COMPLAINT_UNJUSTIFIED, COMPLAINT_OUTCOME__COMPLAINT_OUTCOME_UNJUSTIFIED);
SAME(COMPLAINT_WITHDRAWN, COMPLAINT_OUTCOME__COMPLAINT_OUTCOME_WITHDRAWN);
SAME(COMPLAINT_CAUSE_CONDUCT, COMPLAINT_CAUSE__COMPLAINT_CAUSE_CONDUCT);
SAME(COMPLAINT_CAUSE_REPORTING, COMPLAINT_CAUSE__COMPLAINT_CAUSE_REPORTING);
SAME(COMPLAINT_CAUSE_OTHER, COMPLAINT_CAUSE__COMPLAINT_CAUSE_OTHER);

void complaint_write(const struct complaint *complaint, Dunlin__Dispute__V1__Complaint *ret_wire)
{
    dunlin__dispute__v1__complaint__init(ret_wire);
    ret_wire->complaint_id = wire_id(&complaint->complaint_id);
    ret_wire->account_id = wire_id(&complaint->account_id);
    ret_wire->debtor_id = wire_id(&complaint->debtor_id);
    ret_wire->agency_id = complaint->agency_id;
    ret_wire->state = (Dunlin__Dispute__V1__ComplaintState)complaint->state;
    ret_wire->severity = (Dunlin__Dispute__V1__ComplaintSeverity)complaint->severity;
    ret_wire->words = wire_text(complaint->words);
    ret_wire->medium = (Dunlin__Dispute__V1__Medium)complaint->medium;
    ret_wire->regulator = wire_text(complaint->regulator);
    ret_wire->regulator_reference = wire_text(complaint->regulator_reference);
    ret_wire->received_at_us = complaint->received_at.us;
    ret_wire->opened_at_us = complaint->opened_at.us;
    ret_wire->opened_by = wire_text(complaint->opened_by);
    ret_wire->owner = wire_text(complaint->owner);
    ret_wire->due_at_us = complaint->due_at.us;
    ret_wire->is_escalated = complaint->is_escalated;
    ret_wire->holds_contact = complaint->holds_contact;
    ret_wire->acknowledged_at_us = complaint->acknowledged_at.us;
    ret_wire->resolved_at_us = complaint->resolved_at.us;
    ret_wire->closed_at_us = complaint->closed_at.us;
    ret_wire->outcome = (Dunlin__Dispute__V1__ComplaintOutcome)complaint->outcome;
    ret_wire->cause = (Dunlin__Dispute__V1__ComplaintCause)complaint->cause;
    ret_wire->cause_text = wire_text(complaint->cause_text);
    ret_wire->note = wire_text(complaint->note);
    ret_wire->resolved_by = wire_text(complaint->resolved_by);
    ret_wire->client = wire_text(complaint->client);
    ret_wire->collector = wire_text(complaint->collector);
    ret_wire->campaign = wire_text(complaint->campaign);
}

struct complaint complaint_read(const Dunlin__Dispute__V1__Complaint *wire)
{
    return (struct complaint){
        .complaint_id = wire_known_id(&wire->complaint_id),
        .account_id = wire_known_id(&wire->account_id),
        .debtor_id = wire_known_id(&wire->debtor_id),
        .agency_id = wire->agency_id,
        .state = (enum complaint_state)wire->state,
        .severity = (enum sop_severity)wire->severity,
        .words = wire->words,
        .medium = (enum medium)wire->medium,
        .regulator = wire->regulator,
        .regulator_reference = wire->regulator_reference,
        .received_at = {wire->received_at_us},
        .opened_at = {wire->opened_at_us},
        .opened_by = wire->opened_by,
        .owner = wire->owner,
        .due_at = {wire->due_at_us},
        .is_escalated = wire->is_escalated,
        .holds_contact = wire->holds_contact,
        .acknowledged_at = {wire->acknowledged_at_us},
        .resolved_at = {wire->resolved_at_us},
        .closed_at = {wire->closed_at_us},
        .outcome = (enum complaint_outcome)wire->outcome,
        .cause = (enum complaint_cause)wire->cause,
        .cause_text = wire->cause_text,
        .note = wire->note,
        .resolved_by = wire->resolved_by,
        .client = wire->client,
        .collector = wire->collector,
        .campaign = wire->campaign,
    };
}
