#ifndef DUNLIN_AGENCY_NOTICE_KIND_H
#define DUNLIN_AGENCY_NOTICE_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "clock/clock.h"
#include "id/id.h"

/* What a fact asks to be written, on no plan's account: which facts, and what follows from each, one table. No I/O, no
 * clock. Engineering facts, not legal advice. */

/* Numbers are stored, and are those of the wire. */
enum notice_kind {
    NOTICE_NONE,
    NOTICE_OPT_OUT_CONFIRMATION,
    NOTICE_DISPUTE_RECEIVED,
    NOTICE_DISPUTE_IDENTITY_THEFT,
    NOTICE_DISPUTE_DUPLICATE,
    NOTICE_DISPUTE_FRIVOLOUS,
    NOTICE_DISPUTE_REJECTED,
    NOTICE_DISPUTE_WITHDRAWN,
    NOTICE_DISPUTE_CREDITED,
    NOTICE_DISPUTE_CLOSED,
    NOTICE_DEBIT_POSTDATED,
    NOTICE_DEBIT_VARYING,
    NOTICE_DISPUTE_VERIFICATION,
};
#define NOTICE_KINDS_END 13

struct notice_rule {
    const char *name; /* as agencies.yaml says it: "received" */
    const char *step; /* under which it is parked, and shown */
    int channel;      /* by which it goes; of the wire, as is the purpose */
    int purpose;
    int64_t within_us; /* from the fact: then it is too late to be written; 0: its fact says until when */
    bool is_patient;   /* where it is refused until a time, it waits for it; else a refusal ends it */
    const char *law;
};
const struct notice_rule *notice_rule(enum notice_kind kind);

static inline bool notice_is_of_debit(enum notice_kind kind)
{
    return kind == NOTICE_DEBIT_POSTDATED || kind == NOTICE_DEBIT_VARYING;
}

static inline bool notice_is_of_dispute(enum notice_kind kind)
{
    return kind >= NOTICE_DISPUTE_RECEIVED && !notice_is_of_debit(kind);
}

/* By a law, or by somebody who asked for it: where the agency names no template for it, somebody must see to it. */
static inline bool notice_is_demanded(enum notice_kind kind)
{
    return kind >= NOTICE_DEBIT_POSTDATED;
}

/* How a dispute ended, as against what is to be written while it is open. */
static inline bool notice_is_outcome(enum notice_kind kind)
{
    return kind >= NOTICE_DISPUTE_REJECTED && kind <= NOTICE_DISPUTE_CLOSED;
}

/* A dispute as it stands; its words are those of the wire. */
struct notice_dispute {
    int kind, source, state, outcome;
    int64_t credit_minor;
    bool is_answered, is_frivolous;
    bool is_requested; /* verification is asked for, and this is the request */
};

/* What its opening asks to be written: nothing where somebody else than the debtor disputed the debt (the creditor who
 * placed it, a bureau that is answered itself). */
enum notice_kind notice_of_opening(const struct notice_dispute *dispute);
/* What its end asks to be written; nothing where the account was taken back or the debtor disputed the debt again. */
enum notice_kind notice_of_outcome(const struct notice_dispute *dispute);

/* Whether it is still true of the dispute: what was received is not confirmed once it is answered. */
bool notice_is_current(enum notice_kind kind, const struct notice_dispute *dispute);

/* One of each kind of a dispute or a debit; of how a dispute ended, one for each time that it did: `seq` is the event's
 * position. */
struct id notice_id_of(const struct id *subject_id, enum notice_kind kind, int64_t seq);

#endif
