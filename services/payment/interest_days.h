#ifndef DUNLIN_PAYMENT_INTEREST_DAYS_H
#define DUNLIN_PAYMENT_INTEREST_DAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "calendar/calendar.h"

/* Day counts: which part of a year a span of days is. Each is a position on a line, in whole units, and a span is the
 * difference of two positions. So spans add up: a year counted day by day is the year counted at once, exactly.
 *
 * Which one holds is for contract, court or law to say; there is no default. */

/* Numbers are stored. */
enum day_count {
    DAY_COUNT_ACT_365 = 1, /* actual/365 (Fixed), ISDA 2006 4.16(d): a leap year has 366 days of 1/365 each */
    DAY_COUNT_ACT_360,     /* actual/360, 4.16(e) */
    DAY_COUNT_ACT_ACT,     /* actual/actual (ISDA), 4.16(b): days in a leap year are 1/366 each, others 1/365 */
    DAY_COUNT_30E_360,     /* 30E/360 (Eurobond basis), 4.16(g): each month has 30 days, its 31st is its 30th. The last
                              of February stays where it is, so that the step to 1 March weighs 3 days, or 2 in a leap
                              year. The "US" 30/360 is left out: there the end of a span depends on its beginning, and
                              parts do not sum up to the whole */
};
#define DAY_COUNTS_END 5

/* False for a number that is none of them. */
bool day_count_is_known(enum day_count day_count);

/* Units of a year: 365, 360, 133,590 (365 x 366) or 360. */
int64_t day_count_year(enum day_count day_count);

/* Units from the beginning of `from` to the beginning of `until`; negative where it lies before. At most some 2^26 for
 * the dates of Dunlin (1900 to 2199). */
int64_t day_count_units(enum day_count day_count, struct date from, struct date until);

#endif
