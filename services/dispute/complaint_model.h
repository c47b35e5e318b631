#ifndef DUNLIN_DISPUTE_COMPLAINT_MODEL_H
#define DUNLIN_DISPUTE_COMPLAINT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "clock/clock.h"
#include "dispute_model.h"
#include "id/id.h"
#include "policy/sop.h"
#include "status/status.h"

/* The states of a complaint: no I/O, no clock, no wire types.
 *
 *     RECEIVED --acknowledge--> ACKNOWLEDGED --investigate--> INVESTIGATING       RESOLVED --close--> CLOSED
 *        +----------------------- investigate ------------------^  ^                 |                  |
 *                                                                  +---- reopen -----+------------------+
 *     Each of the first three is resolved --> RESOLVED
 *
 * Two clocks, one after the other, by the SOP's row of the severity: until it is acknowledged, until it is resolved. */

/* Numbers of these are stored, and are those of the wire. */
enum complaint_state {
    COMPLAINT_RECEIVED = 1,
    COMPLAINT_ACKNOWLEDGED = 2,
    COMPLAINT_INVESTIGATING = 3,
    COMPLAINT_RESOLVED = 4,
    COMPLAINT_CLOSED = 5,
};
#define COMPLAINT_STATES_END 6

enum complaint_outcome {
    COMPLAINT_PENDING = 0,
    COMPLAINT_JUSTIFIED = 1,
    COMPLAINT_PARTLY_JUSTIFIED = 2,
    COMPLAINT_UNJUSTIFIED = 3,
    COMPLAINT_WITHDRAWN = 4,
};
#define COMPLAINT_OUTCOMES_END 5

enum complaint_cause {
    COMPLAINT_CAUSE_NONE = 0, /* not said */
    COMPLAINT_CAUSE_CONDUCT = 1,
    COMPLAINT_CAUSE_FREQUENCY = 2,
    COMPLAINT_CAUSE_DISCLOSURE = 3,
    COMPLAINT_CAUSE_ACCURACY = 4,
    COMPLAINT_CAUSE_DISPUTE = 5,
    COMPLAINT_CAUSE_PAYMENT = 6,
    COMPLAINT_CAUSE_PRIVACY = 7,
    COMPLAINT_CAUSE_REPORTING = 8,
    COMPLAINT_CAUSE_OTHER = 9,
};
#define COMPLAINT_CAUSES_END 10

enum complaint_event {
    COMPLAINT_EVENT_ASSIGN,
    COMPLAINT_EVENT_REGRADE,
    COMPLAINT_EVENT_ACKNOWLEDGE,
    COMPLAINT_EVENT_INVESTIGATE,
    COMPLAINT_EVENT_RESOLVE,
    COMPLAINT_EVENT_CLOSE,
    COMPLAINT_EVENT_REOPEN,
    COMPLAINT_EVENT_OVERDUE,
};
#define COMPLAINT_EVENTS_END 8

/* Texts are borrowed and never NULL. */
struct complaint {
    struct id complaint_id;
    struct id account_id, debtor_id; /* none: not known */
    int32_t agency_id;
    enum complaint_state state;
    enum sop_severity severity;
    const char *words;
    enum medium medium;
    const char *regulator, *regulator_reference;
    struct instant received_at, opened_at;
    const char *opened_by, *owner;
    struct instant due_at; /* of the clock that runs; 0: none does */
    bool is_escalated;     /* of that clock */
    bool holds_contact;    /* while it is not resolved */
    struct instant acknowledged_at, resolved_at, closed_at;
    enum complaint_outcome outcome;
    enum complaint_cause cause;
    const char *cause_text, *note, *resolved_by;
    const char *client, *collector, *campaign;
};

/* Sets what follows from receipt and severity, which are set: state, clock, hold. */
void complaint_open(struct complaint *complaint, const struct sop *sop);

/* What happens; fields that the event does not concern are ignored. Texts are borrowed. */
struct complaint_change {
    enum complaint_event event;
    struct instant at;
    const char *by, *note;
    const char *owner;              /* ASSIGN */
    enum sop_severity severity;     /* REGRADE */
    enum complaint_outcome outcome; /* RESOLVE, with both below */
    enum complaint_cause cause;
    const char *cause_text;
};

/* The one mover. Fails with FAILED_PRECONDITION where the state forbids it; the complaint is untouched then. */
MUST_USE enum status complaint_move(struct complaint *complaint, const struct complaint_change *change,
                                    const struct sop *sop, struct error *err);

/* It stops contact on its account. */
bool complaint_is_holding(const struct complaint *complaint);

#endif
