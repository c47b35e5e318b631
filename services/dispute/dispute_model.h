#ifndef DUNLIN_DISPUTE_MODEL_H
#define DUNLIN_DISPUTE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "clock/clock.h"
#include "dispute_kind.h"
#include "id/id.h"
#include "money/money.h"
#include "status/status.h"

/* The states of a dispute: no I/O, no clock, no wire types. Ids and times come in as parameters.
 *
 *     OPEN (nobody collects) --verify--> VERIFIED (still named as disputed) --resolve--> RESOLVED
 *      |  ^ overdue: escalated, still open  |                |                               ^  |
 *      |  +---- the answer came back -------+                +-- repeat: disputed again -----+  |
 *      |  +---------------- the answer came back, of one that was rejected ------------------|--+
 *      +--------------------------------- resolve -------------------------------------------+
 *      +-- propose (a credit) --> PROPOSED --approve by another person----------------------+
 *                                    +-- decline: OPEN or VERIFIED, as before */

/* Numbers of these are stored, and are those of the wire. */
enum dispute_state {
    DISPUTE_OPEN = 1,
    DISPUTE_VERIFIED = 2,
    DISPUTE_RESOLVED = 3,
    DISPUTE_PROPOSED = 4,
};
#define DISPUTE_STATES_END 5

enum dispute_outcome {
    OUTCOME_PENDING = 0,
    OUTCOME_UPHELD = 1,
    OUTCOME_REJECTED = 2,
    OUTCOME_WITHDRAWN = 3,
    OUTCOME_RECALLED = 4,
    OUTCOME_REPEATED = 5,
    OUTCOME_PARTLY = 6,
    OUTCOME_CONCEDED = 7,
};
#define OUTCOMES_END 8

enum dispute_source {
    SOURCE_DEBTOR = 1,
    SOURCE_CLIENT = 2,
    SOURCE_CALL = 3,
    SOURCE_BUREAU = 4,
};
#define SOURCES_END 5

enum medium {
    MEDIUM_NONE = 0, /* not said */
    MEDIUM_MAIL = 1,
    MEDIUM_COURIER = 2,
    MEDIUM_EMAIL = 3,
    MEDIUM_TEXT = 4,
    MEDIUM_PORTAL = 5,
    MEDIUM_FAX = 6,
    MEDIUM_PHONE = 7,
    MEDIUM_IN_PERSON = 8,
    MEDIUM_BUREAU = 9,
    MEDIUM_CLIENT = 10,
};
#define MEDIA_END 11
/* Of words that nobody wrote. */
bool medium_is_spoken(enum medium medium);

enum root_cause {
    ROOT_CAUSE_NONE = 0, /* not said */
    ROOT_CAUSE_AMOUNT = 1,
    ROOT_CAUSE_NOT_MINE = 2,
    ROOT_CAUSE_PAID = 3,
    ROOT_CAUSE_IDENTITY = 4,
    ROOT_CAUSE_SERVICE = 5,
    ROOT_CAUSE_DOCUMENTS = 6,
    ROOT_CAUSE_OTHER = 7,
};
#define ROOT_CAUSES_END 8

enum dispute_event {
    DISPUTE_EVENT_VERIFY,   /* verification, or whatever its kind asks for, is sent */
    DISPUTE_EVENT_UPHOLD,   /* the debtor is right */
    DISPUTE_EVENT_REJECT,   /* the debt stands */
    DISPUTE_EVENT_WITHDRAW, /* the debtor takes it back */
    DISPUTE_EVENT_RECALL,   /* the client takes the account back */
    DISPUTE_EVENT_OVERDUE,  /* the time for the answer is over */
    DISPUTE_EVENT_REPEAT,   /* the debtor disputes the answered debt again: another dispute goes on */
    DISPUTE_EVENT_CONCEDE,  /* the creditor gives in */
    DISPUTE_EVENT_PROPOSE,  /* a resolution with a credit */
    DISPUTE_EVENT_APPROVE,
    DISPUTE_EVENT_DECLINE,
    DISPUTE_EVENT_RETURN, /* the answer came back */
    DISPUTE_EVENT_AMEND,  /* more is known of one that is not answered */
    DISPUTE_EVENT_ASK,    /* verification is to be sent by letter */
};
#define DISPUTE_EVENTS_END 14

struct evidence;

/* Verification that is to be sent by letter: the last that was asked for. */
struct verification_request {
    struct id request_id; /* none: none was asked for */
    uint32_t number;      /* of the dispute's, from 1 */
    bool is_open;         /* its letter has not been reported as sent, and nothing else has answered the dispute */
    struct instant at;
    const char *by, *note;
    const struct evidence *documents; /* on which the debt rests; borrowed */
    size_t n_documents;
};

struct dispute {
    struct id dispute_id;
    struct id account_id;
    struct id debtor_id;
    int32_t agency_id;
    enum dispute_state state;
    enum dispute_outcome outcome;
    enum dispute_source source;
    const char *reason; /* what was said, by whom `source` says; borrowed, as all texts are; never NULL */
    bool is_written;
    struct instant opened_at;
    struct instant deadline_at; /* when the answer is due; 0: no longer */
    bool is_escalated;
    const char *note;  /* of the last step; "" where there is none */
    struct id repeats; /* the answered dispute of the same debt that this one repeats; none */

    enum dispute_kind kind;
    enum law_hold law_hold;     /* until it is answered */
    enum law_hold contact_hold; /* what of the debt must not be contacted about until then; never UNKNOWN */
    bool is_timely;
    struct date validation_ends; /* days 0: had not begun */
    int64_t amount_minor;        /* disputed part; 0: all */
    const char *currency;        /* the account's; "": not known */
    struct instant received_at;
    struct date submitted_on; /* days 0: not known */
    enum medium medium;
    const char *opened_by; /* "": the service itself */
    const char *bureau, *bureau_reference;
    struct date answer_due_on; /* of a bureau's; days 0: none */
    bool is_extended;
    struct date frivolous_on; /* days 0: it was not determined to be */

    struct instant answered_at; /* 0: it is not answered, or the answer came back */
    struct instant resolved_at; /* 0: it is not, or was before this was kept */
    enum medium answer_medium;
    struct date answer_sent_on;
    struct id answer_permit_id; /* none: not by a permit, or not known */
    const char *answered_by;
    uint32_t returns;

    enum dispute_outcome proposed_outcome;
    int64_t credit_minor;
    const char *proposed_by;
    struct instant proposed_at;
    const char *decided_by;
    struct instant decided_at;
    enum root_cause root_cause;
    const char *root_cause_text;
    struct verification_request request;
};

struct escalation;

/* An account as far as disputes and escalations go. */
struct account {
    struct id account_id;
    struct id debtor_id;
    int32_t agency_id;
    struct dispute *unresolved;   /* borrowed; NULL where there is none: never more than one */
    struct dispute *last;         /* borrowed: that one, or the latest resolved; NULL: it was never disputed */
    char currency[CURRENCY_SIZE]; /* "": not known, as of accounts that were placed before it was kept */
    bool is_balance_known;
    int64_t balance_minor; /* owed now */

    /* What escalations ask for beside; days are of UTC, DAY_UNKNOWN: not known, or never. */
    const char *client, *class; /* borrowed; "": not known */
    int32_t due_on, placed_on;
    int32_t payments, last_paid_on;
    int32_t broken_promises;
    int32_t failed_contacts, reached_on; /* counted where a rule asks for it, as is the class */
    int32_t check_on;                    /* the day of its timer */
    bool is_ceased, is_recalled;
    int32_t open_complaints;
    struct escalation *escalations; /* borrowed, the latest first; NULL: none, or not asked for */
};
#define DAY_UNKNOWN INT32_MIN

/* What somebody says on opening a dispute, checked. */
struct dispute_claim {
    struct id dispute_id;
    enum dispute_source source;
    enum dispute_kind kind;
    const char *reason; /* borrowed, as all texts; never NULL */
    bool is_written;
    bool is_timely;
    bool is_held_by_law_alone; /* no more than the law holds; else all, whatever the law says */
    struct instant opened_at, received_at;
    struct date submitted_on, validation_ends, answer_due_on;
    int64_t amount_minor;
    enum medium medium;
    const char *opened_by, *bureau, *bureau_reference;
    const char *collector, *campaign; /* of the call that it was claimed on; NULL: on none */
    int32_t verification_days;        /* of the SOP; not negative */
    struct id repeats;                /* none: the first about this debt, or after a resolved one */
};

/* A new dispute on an account that has no unresolved one (asserts). */
struct dispute dispute_open(const struct account *account, const struct dispute_claim *claim);

/* The same debt is disputed once more while the dispute is not answered: it takes on whatever the claim demands beyond
 * it, and loses nothing. False where that is nothing. `owed_minor` is the balance, 0 where it is not known. */
bool dispute_strengthen(struct dispute *dispute, const struct dispute_claim *claim, int64_t owed_minor);

/* The one mover: state, outcome, deadline, escalation and note follow. *ret_text, static, says what happened. Fails
 * with FAILED_PRECONDITION where the state forbids it; the dispute is untouched then. */
MUST_USE enum status dispute_move(struct dispute *dispute, enum dispute_event event, const char *note,
                                  const char **ret_text, struct error *err);

/* What somebody wants to be sent: request_id, number and is_open are not his to say. Asked for again before it was sent
 * it is the same (*ret_is_known), unless he says that he wants another letter. Fails with FAILED_PRECONDITION where the
 * state or the kind forbids it, or where it is not the same. */
MUST_USE enum status dispute_ask(struct dispute *dispute, const struct verification_request *wanted, bool is_again,
                                 bool *ret_is_known, struct error *err);
/* The letter that fulfils this request is its answer. */
bool dispute_is_asked(const struct dispute *dispute, const struct id *request_id);

/* What went out as the answer. */
struct dispute_answer {
    struct instant at;
    enum medium medium;
    struct date sent_on;
    struct id permit_id;
    const char *by, *note;
};
MUST_USE enum status dispute_answer(struct dispute *dispute, const struct dispute_answer *answer, struct error *err);

/* It came back: due again, policy_days from `now`, or as a law's own period ends. */
MUST_USE enum status dispute_return(struct dispute *dispute, const char *note, struct instant now, int32_t policy_days,
                                    struct error *err);

struct dispute_information {
    struct instant at;
    bool is_relevant, is_frivolous;
    struct date answer_due_on; /* days 0: as it was */
    const char *note;
};
MUST_USE enum status dispute_inform(struct dispute *dispute, const struct dispute_information *information,
                                    struct error *err);

struct dispute_resolution {
    enum dispute_outcome outcome; /* not PENDING, RECALLED, REPEATED (asserts) */
    int64_t credit_minor;         /* 0: none */
    enum root_cause root_cause;
    const char *root_cause_text, *by, *note;
    struct instant at;
};
/* RESOLVED, or PROPOSED where there is a credit. Fails with FAILED_PRECONDITION also where the debt shall stand while
 * the law demands an answer, INVALID_ARGUMENT where the credit is none that the account and the dispute allow. */
MUST_USE enum status dispute_resolve(struct dispute *dispute, const struct account *account,
                                     const struct dispute_resolution *resolution, struct error *err);

struct dispute_decision {
    bool is_approved;
    const char *by, *note;
    struct instant at;
};
/* Fails with PERMISSION_DENIED where it is the proposer's own, FAILED_PRECONDITION where less is owed by now. */
MUST_USE enum status dispute_decide(struct dispute *dispute, const struct account *account,
                                    const struct dispute_decision *decision, struct error *err);

bool dispute_is_answered(const struct dispute *dispute);
/* The law forbids collection of it, or of a part, until it is answered. */
bool dispute_is_held_by_law(const struct dispute *dispute);
/* How much of the debt must not be asked for while it is not answered, and the rest may be; 0: all, or nothing. */
int64_t dispute_held_minor(const struct dispute *dispute);
/* Of one that ended in the debtor's favour: there is a rest that he never disputed. */
bool dispute_is_rest_owed(const struct dispute *dispute);
/* The letter of a permit (none: not known) that came back may be its answer. */
bool dispute_is_answer(const struct dispute *dispute, const struct id *permit_id);

#endif
