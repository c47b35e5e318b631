#ifndef DUNLIN_PAYMENT_PLAN_MODEL_H
#define DUNLIN_PAYMENT_PLAN_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "id/id.h"
#include "payment_tolerance.h"
#include "plan_schedule.h"
#include "status/status.h"

/* Payment plans: their states and what is paid on them; what is overdue is plan_standing.h's. No I/O, no clock; ids and
 * dates come in as parameters, amounts are minor units of the account's currency.
 *
 * Payments go to the instalments in order of due dates; one that comes back is taken from the latest that was paid. An
 * instalment is satisfied once what was paid on it is enough by the policy's tolerance; what is missing of it is filled
 * up by the next payment all the same. It is missed where it was not satisfied through the last day of grace. */

/* Numbers are stored. */
enum plan_state {
    PLAN_PROPOSED = 1,
    PLAN_ACTIVE,
    PLAN_ON_HOLD, /* nothing breaks it; payments count */
    PLAN_COMPLETED,
    PLAN_BROKEN,
    PLAN_CANCELLED,
};
#define PLAN_STATES_END 7

enum plan_event {
    PLAN_EVENT_AGREE,
    PLAN_EVENT_DECLINE,      /* or let lapse */
    PLAN_EVENT_PAYMENT,      /* towards instalments, in full or in part, early or late */
    PLAN_EVENT_FULFIL,       /* every instalment is satisfied */
    PLAN_EVENT_PAID_IN_FULL, /* nothing is owed on the account any more, by whatever way */
    PLAN_EVENT_RETURN,       /* a payment came back */
    PLAN_EVENT_MISS,         /* the grace of an instalment is over */
    PLAN_EVENT_BREAK,        /* as many are missed as the policy allows */
    PLAN_EVENT_HOLD,         /* a returned debit, a dispute, a hardship */
    PLAN_EVENT_RESUME,
    PLAN_EVENT_RENEGOTIATE, /* another plan stands in its place */
    PLAN_EVENT_RECALL,      /* the client took the account back */
    PLAN_EVENT_CANCEL,      /* taken back without fault of the debtor */
};
#define PLAN_EVENTS_END 13

#define PLAN_GRACE_MAX_DAYS 366

/* By which it is broken. Fixed when a plan is agreed on, as a promise's grace is. */
struct plan_policy {
    struct tolerance tolerance; /* of each instalment */
    int32_t grace_days;         /* after a due date */
    int32_t breaks_in_a_row;    /* so many missed and not paid since; 0: never */
    int32_t breaks_in_total;    /* so many missed, also where they were paid since. 0: never */
};

struct plan {
    struct id plan_id;
    struct id account_id;
    struct id replaces;    /* an earlier plan of the account; none */
    struct id replaced_by; /* a later one; none */
    enum plan_state state;
    struct plan_policy policy;
    int64_t discount_minor;  /* forgiven once it is kept */
    int64_t unapplied_minor; /* paid beyond its instalments */
    struct date held_on;     /* the last hold's day, or that on which nothing was owed any more */
    struct date reviewed_on; /* plan_review has looked at all days up to it */
    struct plan_schedule schedule;
};

/* A proposed plan. Fails as plan_schedule_make and tolerance_check; INVALID_ARGUMENT for a policy below zero or
 * with more than PLAN_GRACE_MAX_DAYS of grace. */
MUST_USE enum status plan_propose(const struct id *plan_id, const struct id *account_id, const struct plan_terms *terms,
                                  const struct plan_policy *policy, struct plan *ret_plan, struct error *err);

/* The one mover of states; some events leave the state as it is. *ret_text, static, says what happened; may be NULL.
 * FAILED_PRECONDITION where the state forbids it. The functions below call it, and give what belongs to the event;
 * AGREE, DECLINE, RECALL and CANCEL, and PAID_IN_FULL of a proposed plan, are nothing but the move. */
MUST_USE enum status plan_move(struct plan *plan, enum plan_event event, const char **ret_text, struct error *err);

const char *plan_state_name(enum plan_state state);

/* A payment of value date `on`: fills instalments, and completes the plan where all are satisfied (the state says so).
 * What is left over stands in unapplied_minor. Fails with INVALID_ARGUMENT (not above 0), OUT_OF_RANGE (the sum of what
 * is left over) or FAILED_PRECONDITION (neither active nor on hold); the plan is untouched then. */
MUST_USE enum status plan_pay(struct plan *plan, int64_t amount_minor, struct date on, const char **ret_text,
                              struct error *err);

/* A payment that came back on `on`: off what is left over first, then off the instalments from the latest paid; what
 * exceeds all that was never paid on this plan and is of no account here. An instalment that was satisfied and is so no
 * longer has its grace counted from `on`; that it had been missed before is remembered. A completed plan is active
 * again unless every instalment is satisfied still, and a discount that was granted is the caller's to take back. Fails
 * with INVALID_ARGUMENT (not above 0) or FAILED_PRECONDITION (neither active, on hold nor completed). */
MUST_USE enum status plan_take_back(struct plan *plan, int64_t amount_minor, struct date on, const char **ret_text,
                                    struct error *err);

/* Never collects more than is owed: the last instalments shrink, and go where nothing is left of them, until no more is
 * open on the plan than on the account. To be called after each change of the account's balance, a payment's after
 * plan_pay. Where nothing is owed the plan is completed by PAID_IN_FULL and its instalments stay as they are; where
 * that leaves every instalment satisfied, by FULFIL. More owed than before changes nothing: what was agreed on is what
 * is collected, of a settlement too, whose discount shrinks first. Does nothing where the plan is neither active nor on
 * hold. */
void plan_fit(struct plan *plan, int64_t owed_minor, struct date on);

/* Held on `on` and resumed later: instalments due before the day of resumption that had not been missed on the day of
 * the hold have their grace counted from the day of resumption. FAILED_PRECONDITION as the states say. */
MUST_USE enum status plan_hold(struct plan *plan, struct date on, struct error *err);
MUST_USE enum status plan_resume(struct plan *plan, struct date on, struct error *err);

/* `later`, just agreed on, replaces `earlier` (proposed, active, on hold, or broken and so it stays): both name each
 * other, and what was paid on the earlier one stays there. Fails with INVALID_ARGUMENT (another account, the same plan)
 * or FAILED_PRECONDITION (completed, cancelled, or replaced already; `later` replaces another); both are untouched. */
MUST_USE enum status plan_replace(struct plan *earlier, struct plan *later, const char **ret_text, struct error *err);

/* What the timer asks: moves an active plan by what was missed since the last review up to and with `day` - MISS or
 * BREAK - and says what happened in *ret_text; NULL where nothing did. */
void plan_review(struct plan *plan, struct date day, const char **ret_text);

/* What is to be forgiven now: the discount, or what is owed where that is less; 0 unless the plan was completed by
 * keeping it. */
int64_t plan_discount_granted(const struct plan *plan, int64_t owed_minor);

#endif
