#ifndef DUNLIN_PAYMENT_INTEREST_MODEL_H
#define DUNLIN_PAYMENT_INTEREST_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar/calendar.h"
#include "interest_days.h"
#include "rules/law_late_payment.h"
#include "status/status.h"

/* Simple interest on an account's principal over time: no I/O, no clock. Interest never bears interest here; where a
 * law compounds (28 USC 1961(b): judgments of federal courts, yearly), this model does not fit.
 *
 *     interest = sum over days of  principal of the day x rate of the day x units of the day / units of a year
 *
 * It is a fraction, exact in 128 bits; it is rounded once, at the end, half up, to the minor unit. It depends on the
 * set of changes of the principal and on the day asked about alone: not on the order in which changes arrived, nor on
 * how often somebody asked before. What is posted on a day is the rounded total to date less what was posted so far, so
 * that accruing daily, monthly or once posts the same total; after a payment with an earlier value date it is negative.
 *
 * A change of the principal counts from its value date on: the day of a payment bears no interest on what was paid, the
 * day of a charge does. A principal below zero (overpaid) bears none. */

/* Numerator of interest in minor units: at most 2^63 x 10^9 (the largest rate) x 2^26 (units of 300 years) < 2^120. */
__extension__ typedef __int128 interest_numerator;

#define INTEREST_RATE_MAX ((struct rate){1000 * (int64_t)RATE_SCALE}) /* 1,000 percent */

/* A posting as interest sees it. Several may have one value date. */
struct principal_change {
    struct date value_on;
    int64_t change_minor; /* of what bears interest: positive for what is owed, negative for a payment */
};

/* The most that interest may come to in all, by contract or law. Where both are given, the lower holds. */
struct interest_cap {
    bool has_amount, has_share;
    int64_t amount_minor;
    struct rate share; /* percent of the principal on the first day of interest; rounded down to the minor unit */
};

struct interest_terms {
    enum day_count day_count;
    struct date first;                 /* the first day that bears interest */
    const struct law_rate_from *rates; /* borrowed; ascending days, the first on or before `first`; one: fixed */
    size_t n_rates;
    struct interest_cap cap;
};

/* Minor units, exactly. Never negative. */
struct interest {
    interest_numerator numerator;
    int64_t denominator; /* 10^8 (millionths of a percent) x units of a year: the same for all with one day count */
    bool is_capped;
};

/* Of all interest with that day count. */
int64_t interest_denominator(enum day_count day_count);

/* Interest from the first day up to and including `through`; 0 where that lies before it.
 *
 * changes     n_changes, borrowed, in any order; they may lie before the first day, or after `through` (and count for
 *             nothing then).
 * Fails with  INVALID_ARGUMENT (no such day count, a date that is not within 1900 to 2199, no rate on the first day,
 *             rates out of order, below zero or above INTEREST_RATE_MAX, a cap below zero), OUT_OF_RANGE (the principal
 *             does not fit 64 bits on some day that counts). */
MUST_USE enum status interest_accrue(const struct interest_terms *terms, const struct principal_change *changes,
                                     size_t n_changes, struct date through, struct interest *ret_interest,
                                     struct error *err);

/* Days of one principal and one rate, and what they bear: the numerator of a fraction whose denominator is that of the
 * whole. Before any cap. Adjoining ones may be alike. */
struct interest_span {
    struct date from, through;
    int64_t principal_minor;
    struct rate rate;
    interest_numerator numerator;
};
typedef void interest_span_fn(const struct interest_span *span, void *data);

/* interest_accrue, and each span of days that bear interest on the way, oldest first. NULL: tells nobody. */
MUST_USE enum status interest_accrue_each(const struct interest_terms *terms, const struct principal_change *changes,
                                          size_t n_changes, struct date through, interest_span_fn *each, void *data,
                                          struct interest *ret_interest, struct error *err);

/* Half up, to minor units. OUT_OF_RANGE where it does not fit 64 bits. */
MUST_USE enum status interest_round(const struct interest *interest, int64_t *ret_minor, struct error *err);

/* What is to be posted now so that what is posted in all is the rounded interest; negative where less is owed than was
 * posted. OUT_OF_RANGE where it does not fit. */
MUST_USE enum status interest_to_post(const struct interest *interest, int64_t posted_minor, int64_t *ret_minor,
                                      struct error *err);

/* A judgment for money. What came before is merged in it: only changes from its date on count beside its amount, and a
 * payment of an earlier value date that arrives later leaves it alone (it is for the court's satisfaction piece). */
struct judgment {
    struct date entered; /* interest runs from this day on */
    int64_t amount_minor;
    struct rate rate; /* of the judgment, fixed */
    enum day_count day_count;
    struct interest_cap cap;
};

/* Simple interest on the judgment, as interest_accrue_each; also INVALID_ARGUMENT where its amount is not positive.
 * `rates`: its own, and 0 on days that bear none, ascending; NULL: its own throughout. */
MUST_USE enum status interest_on_judgment(const struct judgment *judgment, const struct law_rate_from *rates,
                                          size_t n_rates, const struct principal_change *changes, size_t n_changes,
                                          struct date through, interest_span_fn *each, void *data,
                                          struct interest *ret_interest, struct error *err);

#endif
