#ifndef DUNLIN_PAYMENT_PLAN_DATES_H
#define DUNLIN_PAYMENT_PLAN_DATES_H

#include <stdint.h>

#include "calendar/calendar.h"
#include "status/status.h"

/* On which days a plan's instalments fall due: civil dates alone, no zone and no clock. */

/* Numbers are stored. */
enum plan_frequency {
    PLAN_WEEKLY = 1,
    PLAN_TWO_WEEKLY,
    PLAN_TWICE_A_MONTH,
    PLAN_MONTHLY,
    PLAN_QUARTERLY,
    PLAN_YEARLY,
};
#define PLAN_FREQUENCIES_END 7

/* Months that lack the wanted day have their last one instead; the next month that has it goes back to it: 31 January,
 * 28 February, 31 March. A yearly 29 February is 28 February in between. */
struct plan_rhythm {
    enum plan_frequency frequency;
    struct date first_due;
    int32_t day;        /* wanted, 1 to 31, by months only; 0: that of first_due */
    int32_t second_day; /* twice a month only: after `day`, which is 27 at most then, so that the two never meet */
};

/* The n-th due date, the first being 0. Fails with INVALID_ARGUMENT (no such frequency, a wanted day that does not fit
 * it or that first_due is not) or OUT_OF_RANGE (after 2199; n is below zero). */
MUST_USE enum status plan_due_date(const struct plan_rhythm *rhythm, int32_t n, struct date *ret_due,
                                   struct error *err);

/* The same day so many months later, or the last of a shorter month. Within the years 1 to 9999; the date itself where
 * that is left. */
struct date plan_add_months(struct date date, int32_t months);

/* The least number of months that covers a payment on `due` which was agreed on `agreed_on`; 0 on that day or before.
 */
int32_t plan_term_months(struct date agreed_on, struct date due);

#endif
