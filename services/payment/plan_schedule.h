#ifndef DUNLIN_PAYMENT_PLAN_SCHEDULE_H
#define DUNLIN_PAYMENT_PLAN_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "plan_dates.h"
#include "status/status.h"

/* A plan's instalments, made of its terms. Amounts are minor units of the account's currency. */

/* Seven years of weeks. */
#define PLAN_INSTALMENTS_MAX 366

struct plan_instalment {
    struct date due;
    int64_t amount_minor;     /* above 0 */
    int64_t paid_minor;       /* 0 to amount_minor */
    struct date grace_from;   /* `due`, or a later day that grace is counted from: a hold ended, a payment came back */
    bool is_satisfied;        /* paid, but for the policy's tolerance */
    struct date satisfied_on; /* the value date that made it so */
    bool was_missed;          /* before a payment that satisfied it came back */
};

/* A plain value of some 12 KiB. In order of due dates. */
struct plan_schedule {
    int32_t n;
    struct plan_instalment instalments[PLAN_INSTALMENTS_MAX];
};

/* How the amounts are given. Numbers are stored. */
enum plan_amounts {
    PLAN_BY_NUMBER = 1, /* so many equal ones */
    PLAN_BY_AMOUNT,     /* equal ones of this amount */
    PLAN_STEPPED,       /* `steps`: n of one amount, then n of another ... */
};

struct plan_step {
    int32_t n;
    int64_t amount_minor;
};

struct plan_terms {
    int64_t owed_minor;
    int64_t discount_minor;      /* settlement: what is forgiven once the whole plan is kept; 0: none */
    int64_t down_payment_minor;  /* the first instalment, beside the others; 0: none */
    struct date down_payment_on; /* on or before the first due date */
    struct plan_rhythm rhythm;   /* of the others */
    enum plan_amounts amounts;
    int32_t number;                /* PLAN_BY_NUMBER */
    int64_t amount_minor;          /* PLAN_BY_AMOUNT */
    const struct plan_step *steps; /* PLAN_STEPPED; borrowed, n_steps of them */
    size_t n_steps;
};

/* Owed less discount, in instalments. Equal ones: each is the amount, or the sum divided by the number and rounded up,
 * and the last takes what is left: it is never larger than the others.
 *
 * Fails with INVALID_ARGUMENT (nothing to pay; a negative amount; a down payment of all there is or after the first due
 * date; an instalment of zero, as where a sum of 10 is to be 7 instalments; steps that do not come to what is to be
 * paid; more than PLAN_INSTALMENTS_MAX; a rhythm that is none) or OUT_OF_RANGE (it ends after 2199). */
MUST_USE enum status plan_schedule_make(const struct plan_terms *terms, struct plan_schedule *ret_schedule,
                                        struct error *err);

/* What is not paid of it. */
int64_t plan_instalment_open(const struct plan_instalment *instalment);

/* True of a schedule from elsewhere (the store, a peer): 1 to PLAN_INSTALMENTS_MAX instalments above zero that come to
 * `to_pay_minor`, in order of due dates. Fails with INVALID_ARGUMENT. */
MUST_USE enum status plan_schedule_check(const struct plan_schedule *schedule, int64_t to_pay_minor, struct error *err);

#endif
