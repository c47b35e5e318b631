#ifndef DUNLIN_RULES_LAW_DEBIT_NOTICE_H
#define DUNLIN_RULES_LAW_DEBIT_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "calendar/calendar.h"

/* Notices before money is drawn from a debtor's account: whether one is due, and the day on which a timer has to fire
 * so that it leaves in time. Days of work are business days of 5 USC 6103(a) (LAW_HOLIDAYS_STATUTE). Engineering facts,
 * not legal advice. */

/* 12 CFR 1005.10(d)(2): what the consumer has chosen instead of a notice of every amount that varies. */
struct law_varying_option {
    bool has_range;
    int64_t least_minor, most_minor; /* a notice only of an amount outside it, both ends inside */
    bool has_difference;
    int64_t difference_minor; /* a notice only where it differs from the last one by more than this */
};

/* 12 CFR 1005.10(d)(1): is a notice due of a transfer that differs from the previous one under the same authorization,
 * or from the amount preauthorized where there was none? Where both options are chosen, one that asks for a notice is
 * enough. Amounts are minor units, not negative. */
bool law_varying_notice_is_due(int64_t amount_minor, int64_t previous_minor, const struct law_varying_option *option);

/* The day on which to begin with the notice of a transfer: sent at least ten days before it
 * (law_varying_notice_latest), on a business day, and `lead` business days earlier for its making (0: it leaves on the
 * day itself). */
struct date law_varying_notice_begins(struct date transfer, int lead);

/* 12 CFR 1006.22(c)(1), (2): the notice of the deposit of an instrument that was accepted postdated. */
enum law_postdated {
    LAW_POSTDATED_FREE = 1, /* by five days or less: no notice */
    LAW_POSTDATED_NOTICE,   /* one is due */
    LAW_POSTDATED_TOO_LATE, /* fewer than three business days are left: it may not be deposited on that day */
};

/* Which of them on `today`, and the day on which the notice is to be sent (only with LAW_POSTDATED_NOTICE): the first
 * of the window, or the next business day where that is over. */
enum law_postdated law_postdated_notice_day(struct date accepted, struct date deposit, struct date today,
                                            struct date *ret_send);

/* The first business day of deposit for a notice that is sent on `sent`, or on the next business day. */
struct date law_postdated_deposit_earliest(struct date sent);

#endif
