#include "complaint_model.h"

#include <assert.h>

static const char *const STATE_NAMES[COMPLAINT_STATES_END] = {
    [COMPLAINT_RECEIVED] = "received",
    [COMPLAINT_ACKNOWLEDGED] = "acknowledged",
    [COMPLAINT_INVESTIGATING] = "investigating",
    [COMPLAINT_RESOLVED] = "resolved",
    [COMPLAINT_CLOSED] = "closed",
};

/* All that may happen to a complaint: where there is no row, it is refused. */
static const struct complaint_rule {
    enum complaint_state from;
    enum complaint_event event;
    enum complaint_state to;
} MOVES[] = {
    {COMPLAINT_RECEIVED, COMPLAINT_EVENT_ASSIGN, COMPLAINT_RECEIVED},
    {COMPLAINT_RECEIVED, COMPLAINT_EVENT_REGRADE, COMPLAINT_RECEIVED},
    {COMPLAINT_RECEIVED, COMPLAINT_EVENT_OVERDUE, COMPLAINT_RECEIVED},
    {COMPLAINT_RECEIVED, COMPLAINT_EVENT_ACKNOWLEDGE, COMPLAINT_ACKNOWLEDGED},
    {COMPLAINT_RECEIVED, COMPLAINT_EVENT_INVESTIGATE, COMPLAINT_INVESTIGATING},
    {COMPLAINT_RECEIVED, COMPLAINT_EVENT_RESOLVE, COMPLAINT_RESOLVED},
    {COMPLAINT_ACKNOWLEDGED, COMPLAINT_EVENT_ASSIGN, COMPLAINT_ACKNOWLEDGED},
    {COMPLAINT_ACKNOWLEDGED, COMPLAINT_EVENT_REGRADE, COMPLAINT_ACKNOWLEDGED},
    {COMPLAINT_ACKNOWLEDGED, COMPLAINT_EVENT_OVERDUE, COMPLAINT_ACKNOWLEDGED},
    {COMPLAINT_ACKNOWLEDGED, COMPLAINT_EVENT_INVESTIGATE, COMPLAINT_INVESTIGATING},
    {COMPLAINT_ACKNOWLEDGED, COMPLAINT_EVENT_RESOLVE, COMPLAINT_RESOLVED},
    {COMPLAINT_INVESTIGATING, COMPLAINT_EVENT_ASSIGN, COMPLAINT_INVESTIGATING},
    {COMPLAINT_INVESTIGATING, COMPLAINT_EVENT_REGRADE, COMPLAINT_INVESTIGATING},
    {COMPLAINT_INVESTIGATING, COMPLAINT_EVENT_OVERDUE, COMPLAINT_INVESTIGATING},
    /* It may be looked into before the complainant hears of it, and is acknowledged all the same. */
    {COMPLAINT_INVESTIGATING, COMPLAINT_EVENT_ACKNOWLEDGE, COMPLAINT_INVESTIGATING},
    {COMPLAINT_INVESTIGATING, COMPLAINT_EVENT_RESOLVE, COMPLAINT_RESOLVED},
    {COMPLAINT_RESOLVED, COMPLAINT_EVENT_CLOSE, COMPLAINT_CLOSED},
    {COMPLAINT_RESOLVED, COMPLAINT_EVENT_REOPEN, COMPLAINT_INVESTIGATING},
    {COMPLAINT_CLOSED, COMPLAINT_EVENT_REOPEN, COMPLAINT_INVESTIGATING},
};

bool complaint_is_holding(const struct complaint *complaint)
{
    return complaint->holds_contact && complaint->state != COMPLAINT_RESOLVED && complaint->state != COMPLAINT_CLOSED;
}

/* The clock that runs, from `since`: to the acknowledgement, then to the end. */
static void set_clock(struct complaint *complaint, const struct sop *sop, struct instant since)
{
    const struct sop_complaint *clock = &sop->complaints[complaint->severity];
    const bool is_acknowledged = complaint->acknowledged_at.us != 0;

    complaint->is_escalated = false;
    complaint->due_at.us = since.us + (is_acknowledged ? clock->resolve_within_days * US_PER_DAY
                                                       : clock->acknowledge_within_hours * US_PER_HOUR);
}

void complaint_open(struct complaint *complaint, const struct sop *sop)
{
    assert(complaint->severity >= SOP_SEVERITY_LOW && complaint->severity < SOP_SEVERITY_END);
    complaint->state = COMPLAINT_RECEIVED;
    complaint->holds_contact = sop->complaints[complaint->severity].holds_contact;
    set_clock(complaint, sop, complaint->received_at);
}

static const struct complaint_rule *rule_of(const struct complaint *complaint, enum complaint_event event)
{
    for (size_t i = 0; i < ARRAY_SIZE(MOVES); i++)
        if (MOVES[i].from == complaint->state && MOVES[i].event == event)
            return &MOVES[i];
    return NULL;
}

static void regrade(struct complaint *complaint, const struct complaint_change *change, const struct sop *sop)
{
    complaint->severity = change->severity;
    complaint->holds_contact = sop->complaints[change->severity].holds_contact;
    set_clock(complaint, sop, complaint->received_at);
}

static void resolve(struct complaint *complaint, const struct complaint_change *change)
{
    if (complaint->acknowledged_at.us == 0) /* the answer is an acknowledgement too */
        complaint->acknowledged_at = change->at;
    complaint->resolved_at = change->at;
    complaint->resolved_by = change->by;
    complaint->outcome = change->outcome;
    complaint->cause = change->cause;
    complaint->cause_text = change->cause_text;
    complaint->due_at.us = 0;
}

static void reopen(struct complaint *complaint, const struct complaint_change *change, const struct sop *sop)
{
    complaint->resolved_at.us = complaint->closed_at.us = 0;
    complaint->outcome = COMPLAINT_PENDING;
    set_clock(complaint, sop, change->at);
}

static void follow(struct complaint *complaint, const struct complaint_change *change, const struct sop *sop)
{
    switch (change->event) {
    case COMPLAINT_EVENT_ASSIGN:
        complaint->owner = change->owner;
        break;
    case COMPLAINT_EVENT_REGRADE:
        regrade(complaint, change, sop);
        break;
    case COMPLAINT_EVENT_ACKNOWLEDGE:
        complaint->acknowledged_at = change->at;
        set_clock(complaint, sop, complaint->received_at);
        break;
    case COMPLAINT_EVENT_INVESTIGATE:
        break;
    case COMPLAINT_EVENT_RESOLVE:
        resolve(complaint, change);
        break;
    case COMPLAINT_EVENT_CLOSE:
        complaint->closed_at = change->at;
        break;
    case COMPLAINT_EVENT_REOPEN:
        reopen(complaint, change, sop);
        break;
    case COMPLAINT_EVENT_OVERDUE:
        complaint->is_escalated = true;
        break;
    }
}

enum status complaint_move(struct complaint *complaint, const struct complaint_change *change, const struct sop *sop,
                           struct error *err)
{
    const struct complaint_rule *rule = rule_of(complaint, change->event);

    if (!rule)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the complaint is %s", STATE_NAMES[complaint->state]);
    if (change->event == COMPLAINT_EVENT_ACKNOWLEDGE && complaint->acknowledged_at.us != 0)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the complaint is acknowledged already");
    complaint->state = rule->to;
    complaint->note = change->note;
    follow(complaint, change, sop);
    return STATUS_OK;
}
