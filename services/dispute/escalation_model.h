#ifndef DUNLIN_DISPUTE_ESCALATION_MODEL_H
#define DUNLIN_DISPUTE_ESCALATION_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "clock/clock.h"
#include "id/id.h"
#include "policy/sop.h"
#include "status/status.h"

/* The states of an escalation: no I/O, no clock, no wire types.
 *
 *     to a queue:               RAISED --assign--> ASSIGNED --finish--> CLOSED        (RAISED is finished, too)
 *     to a person:                                 ASSIGNED --finish--> CLOSED
 *     out of the house:         PROPOSED --approve--> APPROVED --export--> EXPORTED or HANDED_OVER --> CLOSED
 *                                   +-- decline, recall --> CLOSED <-- recall --+    (object, recall, return)
 *     Each but CLOSED is withdrawn where the client takes the account back.
 *
 * Out of the house nothing goes by one person: who proposed does not approve, and what a rule proposed is sent by
 * another than who approved it. */

/* Numbers of these are stored, and are those of the wire. */
enum escalation_state {
    ESCALATION_RAISED = 1,
    ESCALATION_ASSIGNED = 2,
    ESCALATION_PROPOSED = 3,
    ESCALATION_APPROVED = 4,
    ESCALATION_EXPORTED = 5,
    ESCALATION_HANDED_OVER = 6,
    ESCALATION_CLOSED = 7,
};
#define ESCALATION_STATES_END 8

enum escalation_outcome {
    ESCALATION_PENDING = 0,
    ESCALATION_DONE = 1,
    ESCALATION_DECLINED = 2,
    ESCALATION_OBJECTED = 3,
    ESCALATION_RECALLED = 4,
    ESCALATION_RETURNED = 5,
    ESCALATION_WITHDRAWN = 6,
};

enum escalation_event {
    ESCALATION_EVENT_ASSIGN,
    ESCALATION_EVENT_APPROVE,
    ESCALATION_EVENT_DECLINE,
    ESCALATION_EVENT_EXPORT,    /* in an outside agency's file */
    ESCALATION_EVENT_HAND_OVER, /* in a lawyer's package */
    ESCALATION_EVENT_FINISH,    /* by the queue or the person */
    ESCALATION_EVENT_OBJECT,    /* the outside agency does not take it */
    ESCALATION_EVENT_RECALL,    /* we take it back */
    ESCALATION_EVENT_RETURN,    /* they give it back */
    ESCALATION_EVENT_WITHDRAW,  /* the client took the account back */
};
#define ESCALATION_EVENTS_END 10

/* Texts are borrowed and never NULL. */
struct escalation {
    struct id escalation_id, account_id, debtor_id;
    int32_t agency_id;
    enum sop_route route;
    enum escalation_state state;
    enum escalation_outcome outcome;
    const char *target, *rule, *title, *action, *sop_version, *raised_by, *owner, *note;
    int32_t priority;
    struct instant raised_at, due_at; /* due_at 0: not said */
    const char *decided_by;
    struct instant decided_at;
    const char *file_id; /* in which it went out; "": it did not */
    struct instant exported_at;
    int64_t balance_minor;
    const char *currency, *client;
    bool is_disputed, has_attorney, is_ceased; /* as it went out */
    const char *closed_by;
    struct instant closed_at;
    struct escalation *next; /* another of the account, borrowed; NULL: the last */
};

/* Sets the state in which one begins, by its route, which is set. */
void escalation_begin(struct escalation *escalation);

bool escalation_is_out(const struct escalation *escalation);     /* of a route out of the house */
bool escalation_is_holding(const struct escalation *escalation); /* others have the debt */
/* Some escalation of the list, not closed, goes out of the house. */
bool escalations_go_out(const struct escalation *first);
bool escalations_hold(const struct escalation *first);

/* The debt as it would go out. */
struct escalation_standing {
    int64_t owed_minor;
    const char *currency;
    bool is_bankrupt, is_deceased, has_attorney, is_ceased;
    bool is_disputed;    /* a dispute is not resolved: it goes out marked */
    bool is_held_by_law; /* and the law forbids collection until it is answered */
};

/* Whether the law lets it go out. Fails with FAILED_PRECONDITION naming the law: nothing is owed (12 CFR
 * 1006.30(b)(1)(i)), bankrupt (11 USC 362(a)(6)), deceased; to a lawyer also while collection is forbidden (15 USC
 * 1692g(b)). */
MUST_USE enum status escalation_check_out(enum sop_route route, const struct escalation_standing *standing,
                                          struct error *err);

/* What happens; fields that the event does not concern are ignored. Texts are borrowed. */
struct escalation_change {
    enum escalation_event event;
    struct instant at;
    const char *by, *note;
    const char *owner;                          /* ASSIGN */
    const char *file_id;                        /* EXPORT, HAND_OVER */
    const struct escalation_standing *standing; /* APPROVE, EXPORT, HAND_OVER */
};

/* The one mover. Fails with FAILED_PRECONDITION where the state or the law forbids it, PERMISSION_DENIED where another
 * person must do it; the escalation is untouched then. */
MUST_USE enum status escalation_move(struct escalation *escalation, const struct escalation_change *change,
                                     struct error *err);

/* Whether a rule that holds now is to be raised, after those of the account that it raised before; *ret_n is how often
 * it did. Not again before its days are over and the last one is closed, nor out of the house twice at once. */
bool escalation_is_due(const struct sop_escalation *rule, const struct escalation *first, struct instant now,
                       unsigned *ret_n);

#endif
