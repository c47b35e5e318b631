#ifndef DUNLIN_DISPUTE_MODEL_H
#define DUNLIN_DISPUTE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "clock/clock.h"
#include "id/id.h"
#include "status/status.h"

/* The states of a dispute: no I/O, no clock, no wire types. Ids and times come in as parameters.
 *
 *     OPEN (nobody collects) --verify--> VERIFIED (still named as disputed) --resolve--> RESOLVED
 *      |  ^ overdue: escalated, still open                 |                                ^
 *      |                                                  +-- repeat: disputed again ------+
 *      +--------------------------------- resolve -----------------------------------------+ */

/* Numbers of these three are stored, and are those of the wire. */
enum dispute_state {
    DISPUTE_OPEN = 1,
    DISPUTE_VERIFIED = 2,
    DISPUTE_RESOLVED = 3,
};
#define DISPUTE_STATES_END 4

enum dispute_outcome {
    OUTCOME_PENDING = 0,
    OUTCOME_UPHELD = 1,
    OUTCOME_REJECTED = 2,
    OUTCOME_WITHDRAWN = 3,
    OUTCOME_RECALLED = 4,
    OUTCOME_REPEATED = 5,
};

enum dispute_source {
    SOURCE_DEBTOR = 1,
    SOURCE_CLIENT = 2,
    SOURCE_CALL = 3,
};

enum dispute_event {
    DISPUTE_EVENT_VERIFY,   /* verification, or a copy of the judgment, is sent */
    DISPUTE_EVENT_UPHOLD,   /* the debtor is right */
    DISPUTE_EVENT_REJECT,   /* the debt stands */
    DISPUTE_EVENT_WITHDRAW, /* the debtor takes it back */
    DISPUTE_EVENT_RECALL,   /* the client takes the account back */
    DISPUTE_EVENT_OVERDUE,  /* the time for verification is over */
    DISPUTE_EVENT_REPEAT,   /* the debtor disputes the verified debt again: another dispute goes on */
};
#define DISPUTE_EVENTS_END 7

struct dispute {
    struct id dispute_id;
    struct id account_id;
    struct id debtor_id;
    int32_t agency_id;
    enum dispute_state state;
    enum dispute_outcome outcome;
    enum dispute_source source;
    const char *reason; /* what was said, by whom `source` says; borrowed */
    bool is_written;
    struct instant opened_at;
    struct instant deadline_at; /* when verification is due; 0: no longer */
    bool is_escalated;
    const char *note;  /* of the last step; borrowed; "" where there is none */
    struct id repeats; /* the verified dispute of the same debt that this one repeats; none */
};

/* An account as far as disputes go. */
struct account {
    struct id account_id;
    struct id debtor_id;
    int32_t agency_id;
    struct dispute *unresolved; /* borrowed; NULL where there is none: never more than one */
};

struct dispute_claim {
    struct id dispute_id;
    enum dispute_source source;
    const char *reason; /* borrowed; never NULL */
    bool is_written;
    struct instant opened_at;
    int32_t verification_days; /* from opening until verification must be sent; not negative */
    struct id repeats;         /* none: the first about this debt, or after a resolved one */
};

/* A new dispute on an account that has no unresolved one (asserts). */
struct dispute dispute_open(const struct account *account, const struct dispute_claim *claim);

/* The one mover: state, outcome, deadline, escalation and note follow. *ret_text, static, says what happened. Fails
 * with FAILED_PRECONDITION where the state forbids it; the dispute is untouched then. */
MUST_USE enum status dispute_move(struct dispute *dispute, enum dispute_event event, const char *note,
                                  const char **ret_text, struct error *err);

const char *dispute_state_name(enum dispute_state state);

#endif
