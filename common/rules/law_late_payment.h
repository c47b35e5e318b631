#ifndef DUNLIN_RULES_LAW_LATE_PAYMENT_H
#define DUNLIN_RULES_LAW_LATE_PAYMENT_H

#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "money/money.h"
#include "rules/law_interest.h"
#include "status/status.h"

/* Statutory interest for late payment of commercial debts as a series of rates over time, from the reference rates of
 * the central banks, which are data of the caller's: each half-year of them is looked up, none is guessed. Engineering
 * facts, not legal advice. */

enum law_late_payment {
    LAW_LATE_PAYMENT_EU = 1, /* Dir. 2011/7/EU art. 2(6), (7): the rate of each half-year, for its days */
    LAW_LATE_PAYMENT_UK,     /* SI 2002/1675 art. 4: the rate at the start, for as long as interest runs */
};

/* A reference rate and the half-year that it is for: the first half of a year, or the second. EU: in force on its first
 * day. UK: the Bank of England's on the day before it. */
struct law_reference {
    int32_t year;
    bool is_second_half;
    struct rate rate;
};

/* A yearly rate that holds from a day on, that day included. */
struct law_rate_from {
    struct date from;
    struct rate rate;
};

/* The statutory margin of eight points; national laws may give more (art. 2(6): "at least"): BGB s. 288(2) nine. */
#define LAW_LATE_PAYMENT_MARGIN ((struct rate){8 * (int64_t)RATE_SCALE})

/* The rates from `starts`, the first day of interest, up to and with `through`: at most one a half-year.
 *
 * margin      added to the reference; eight points at least, and no other for the UK
 * references  n_references, borrowed, in any order
 * ret_rates   room for `max` of the caller's; the first begins on `starts`, the others on 1 January or 1 July
 * Fails with  NOT_FOUND (names the half-year without a reference rate), INVALID_ARGUMENT (`through` before `starts`, no
 *             such law, margin, or a rate below zero or above 1,000 percent), OUT_OF_RANGE (`max` are too few).
 *             *ret_n is 0 then. */
MUST_USE enum status law_late_payment_rates(enum law_late_payment law, struct rate margin, struct date starts,
                                            struct date through, const struct law_reference *references,
                                            size_t n_references, struct law_rate_from *ret_rates, size_t max,
                                            size_t *ret_n, struct error *err);

/* The fixed sum beside the interest: EUR 40 (art. 6), or GBP 40, 70 or 100 by the size of the debt (LPCDIA 1998
 * s. 5A). */
struct money law_late_payment_compensation(enum law_late_payment law, int64_t debt_minor);

#endif
