#include "escalation_codec.h"

#include "service/wire.h"

#define SAME(own, wire)                                                                                                \
    _Static_assert((int)(own) == (int)DUNLIN__DISPUTE__V1__ESCALATION_##wire, "stored as on the wire")

SAME(SOP_ROUTE_QUEUE, ROUTE__ESCALATION_ROUTE_QUEUE);
SAME(SOP_ROUTE_PERSON, ROUTE__ESCALATION_ROUTE_PERSON);
SAME(SOP_ROUTE_AGENCY, ROUTE__ESCALATION_ROUTE_AGENCY);
SAME(SOP_ROUTE_LEGAL, ROUTE__ESCALATION_ROUTE_LEGAL);
SAME(ESCALATION_RAISED, STATE__ESCALATION_STATE_RAISED);
SAME(ESCALATION_ASSIGNED, STATE__ESCALATION_STATE_ASSIGNED);
SAME(ESCALATION_PROPOSED, STATE__ESCALATION_STATE_PROPOSED);
SAME(ESCALATION_APPROVED, STATE__ESCALATION_STATE_APPROVED);
SAME(ESCALATION_EXPORTED, STATE__ESCALATION_STATE_EXPORTED);
SAME(ESCALATION_HANDED_OVER, STATE__ESCALATION_STATE_HANDED_OVER);
SAME(ESCALATION_CLOSED, STATE__ESCALATION_STATE_CLOSED);
SAME(ESCALATION_DONE, OUTCOME__ESCALATION_OUTCOME_DONE);
SAME(ESCALATION_DECLINED, OUTCOME__ESCALATION_OUTCOME_DECLINED);
SAME(ESCALATION_OBJECTED, OUTCOME__ESCALATION_OUTCOME_OBJECTED);
SAME(ESCALATION_RECALLED, OUTCOME__ESCALATION_OUTCOME_RECALLED);
SAME(ESCALATION_RETURNED, OUTCOME__ESCALATION_OUTCOME_RETURNED);
SAME(ESCALATION_WITHDRAWN, OUTCOME__ESCALATION_OUTCOME_WITHDRAWN);

void escalation_write(const struct escalation *escalation, Dunlin__Dispute__V1__Escalation *ret_wire)
{
    dunlin__dispute__v1__escalation__init(ret_wire);
    ret_wire->escalation_id = wire_id(&escalation->escalation_id);
    ret_wire->account_id = wire_id(&escalation->account_id);
    ret_wire->debtor_id = wire_id(&escalation->debtor_id);
    ret_wire->agency_id = escalation->agency_id;
    ret_wire->route = (Dunlin__Dispute__V1__EscalationRoute)escalation->route;
    ret_wire->target = wire_text(escalation->target);
    ret_wire->state = (Dunlin__Dispute__V1__EscalationState)escalation->state;
    ret_wire->outcome = (Dunlin__Dispute__V1__EscalationOutcome)escalation->outcome;
    ret_wire->rule = wire_text(escalation->rule);
    ret_wire->title = wire_text(escalation->title);
    ret_wire->action = wire_text(escalation->action);
    ret_wire->priority = escalation->priority;
    ret_wire->raised_at_us = escalation->raised_at.us;
    ret_wire->raised_by = wire_text(escalation->raised_by);
    ret_wire->sop_version = wire_text(escalation->sop_version);
    ret_wire->due_at_us = escalation->due_at.us;
    ret_wire->owner = wire_text(escalation->owner);
    ret_wire->note = wire_text(escalation->note);
    ret_wire->decided_by = wire_text(escalation->decided_by);
    ret_wire->decided_at_us = escalation->decided_at.us;
    ret_wire->file_id = wire_text(escalation->file_id);
    ret_wire->exported_at_us = escalation->exported_at.us;
    ret_wire->balance_minor = escalation->balance_minor;
    ret_wire->currency = wire_text(escalation->currency);
    ret_wire->is_disputed = escalation->is_disputed;
    ret_wire->has_attorney = escalation->has_attorney;
    ret_wire->is_ceased = escalation->is_ceased;
    ret_wire->client = wire_text(escalation->client);
    ret_wire->closed_at_us = escalation->closed_at.us;
    ret_wire->closed_by = wire_text(escalation->closed_by);
}

struct escalation escalation_read(const Dunlin__Dispute__V1__Escalation *wire)
{
    return (struct escalation){
        .escalation_id = wire_known_id(&wire->escalation_id),
        .account_id = wire_known_id(&wire->account_id),
        .debtor_id = wire_known_id(&wire->debtor_id),
        .agency_id = wire->agency_id,
        .route = (enum sop_route)wire->route,
        .target = wire->target,
        .state = (enum escalation_state)wire->state,
        .outcome = (enum escalation_outcome)wire->outcome,
        .rule = wire->rule,
        .title = wire->title,
        .action = wire->action,
        .priority = wire->priority,
        .raised_at = {wire->raised_at_us},
        .raised_by = wire->raised_by,
        .sop_version = wire->sop_version,
        .due_at = {wire->due_at_us},
        .owner = wire->owner,
        .note = wire->note,
        .decided_by = wire->decided_by,
        .decided_at = {wire->decided_at_us},
        .file_id = wire->file_id,
        .exported_at = {wire->exported_at_us},
        .balance_minor = wire->balance_minor,
        .currency = wire->currency,
        .is_disputed = wire->is_disputed,
        .has_attorney = wire->has_attorney,
        .is_ceased = wire->is_ceased,
        .client = wire->client,
        .closed_at = {wire->closed_at_us},
        .closed_by = wire->closed_by,
    };
}
