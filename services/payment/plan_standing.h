#ifndef DUNLIN_PAYMENT_PLAN_STANDING_H
#define DUNLIN_PAYMENT_PLAN_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "plan_model.h"

/* How a plan stands on a day: what is open, overdue, missed and next, as far as is known now. Changes nothing. */

/* How a plan stands at the end of a day. */
struct plan_standing {
    int64_t open_minor;    /* on all instalments */
    int64_t overdue_minor; /* on those due before this day and not satisfied */
    int32_t n_overdue;
    int32_t n_missed_in_row; /* grace over and not satisfied */
    int32_t n_missed;        /* that, and those satisfied after their grace */
    bool is_kept;            /* every instalment is satisfied */
    bool breaks;             /* the policy's number is reached, and the plan is active */
    bool has_next;           /* an instalment, due on this day or after, that is not satisfied */
    struct date next_due;
    int64_t next_minor;    /* what is open on it */
    bool has_review;       /* a day on which the next instalment will be missed unless it is paid: */
    struct date review_on; /* the first after its grace, for a timer; after this day */
};
struct plan_standing plan_standing_on(const struct plan *plan, struct date day);

/* How an instalment was paid. */
enum plan_paid {
    PLAN_PAID_NOT = 0,
    PLAN_PAID_PART,  /* and not enough */
    PLAN_PAID_EARLY, /* before its due date */
    PLAN_PAID_ON_DUE_DATE,
    PLAN_PAID_IN_GRACE,
    PLAN_PAID_LATE,
};
enum plan_paid plan_paid_how(const struct plan *plan, const struct plan_instalment *instalment);

/* The first day after its grace. */
int64_t plan_missed_from(const struct plan *plan, const struct plan_instalment *instalment);

/* True where it was not satisfied, or has not been by the end of `day`, through the last day of its grace. */
bool plan_is_missed(const struct plan *plan, const struct plan_instalment *instalment, struct date day);

/* True where it is missed on `day`, not satisfied, and no review has told so yet. */
bool plan_is_newly_missed(const struct plan *plan, const struct plan_instalment *instalment, struct date day);

#endif
