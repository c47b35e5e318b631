#ifndef DUNLIN_PAYMENT_ACCRUAL_MODEL_H
#define DUNLIN_PAYMENT_ACCRUAL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "bucket_model.h"
#include "clock/clock.h"
#include "interest_model.h"
#include "payment_model.h"

/* How the interest of an account comes about: no I/O, no clock. Built on interest_model.h, whose total follows from the
 * account's postings and the day alone. So whatever is posted is that total less what was posted before: reckoned
 * daily, monthly or once, the sum is the same to the minor unit; and a payment of an earlier value date needs no rule
 * of its own, the total is another then.
 *
 * The rate of a day is asked of the agreements when the day is reckoned first, and kept: a file that is changed later
 * changes no day that is past. */

/* Where the interest of an account stands: a row of payment.interest. A judgment begins another series. */
struct accrual {
    int16_t series; /* 1, 2, ...; 0: the account bears none */
    enum agreement_basis basis;
    enum day_count day_count;
    struct date starts;         /* the first day that bears interest */
    int64_t cap_minor;          /* of all interest of the series; INT64_MAX: none */
    struct date posted_through; /* the day before `starts` where nothing is reckoned yet */
    int64_t posted_minor;       /* of the series */
    struct date stops;          /* the first day that bears none any more; ACCRUAL_GOES_ON */
    bool has_timer;
    int64_t judgment_minor; /* principal, as the court says */
    int32_t
        judgment_number; /* the last posting that is merged in the judgment, which `starts` is the day of; 0: none */
};
#define ACCRUAL_GOES_ON (EFFECTIVE_ON_MAX + 1) /* days */

/* A rate that holds from a day on. */
struct accrual_rate {
    struct law_rate_from rate;
    const char *agreement_version; /* of the file that said so; borrowed */
    bool is_new;
};

/* What interest must know of a posting. */
struct accrual_move {
    int32_t number;
    enum posting_kind kind;
    struct date value_on;
    int64_t change_minor;
    struct charges charges;
};

struct accrual_move accrual_move_of(const struct posting *posting);

/* What is asked of an account when it is placed. */
struct accrual_facts {
    const char *client;    /* borrowed */
    struct date placed_on; /* from: placed */
    struct date due_on;    /* from: due; interest runs from the day after it */
    bool is_commercial;    /* interest by statute_eu and statute_uk is for debts between businesses */
    int64_t principal_minor;
};

/* True where the agreement with the client on the day of placement has interest for such an account, which then is in
 * *ret_accrual. */
bool accrual_open(const struct agreements *agreements, const struct accrual_facts *facts, struct accrual *ret_accrual);

/* The series that a judgment begins: at its rate, on its principal, from its day on; without a cap. `number`: the
 * account's last posting then. */
struct accrual accrual_of_judgment(const struct accrual *before, const struct judgment *judgment, int32_t number);

/* Learns the rates of the days after `known`, up to and with `through`, into `rates` (struct accrual_rate, ascending,
 * of this series), which has those until then. Returns the last day whose rate is known, which is `through` or, where
 * the agreements lack a reference rate, an earlier one; *ret_why says which then. Of a judgment all are known. */
struct date accrual_learn(const struct agreements *agreements, const char *client, const struct accrual *accrual,
                          struct date known, GArray *rates, struct date through, struct error *ret_why);

/* The last day that may be reckoned on a day: no later than the day before, none on which interest has stopped, none
 * before the first. */
struct date accrual_last_day(const struct accrual *accrual, struct date today);

/* The whole interest of the series through a day of which the rates are known; `moves` (struct accrual_move) are all of
 * the account's that changed its principal. The days of a bankruptcy among `stops` (NULL: none) bear none, also those
 * that were posted before anybody heard of it. `each`: interest_model.h. Fails as interest_accrue. */
MUST_USE enum status accrual_reckon(const struct accrual *accrual, const GArray *rates, const struct stops *stops,
                                    const GArray *moves, struct date through, interest_span_fn *each, void *data,
                                    struct interest *ret_interest, struct error *err);

/* What was owed at the beginning of a day, by value dates, of what is owed now; interest is of all days that are
 * posted. Minor units. */
struct owed {
    int64_t whole_minor;
    struct charges charges;
};
struct owed accrual_owed_before(const struct owed *now, const GArray *moves, struct date day);

/* When interest is reckoned next if nothing happens: on the first day of the month after `from`, at an hour that
 * differs by account so that they do not all come at once. */
struct instant accrual_next_at(const struct id *account_id, struct date from);

#endif
