#ifndef DUNLIN_REPORTING_AGING_H
#define DUNLIN_REPORTING_AGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/sop.h"

/* Aging: what is open on an account at the end of a day, by days past due.
 *
 * Definition. An account's movements are its balance at placement, effective on the day it was opened (its invoice),
 * and every later change of what is owed, effective on its value date. Its balance at the end of day D is the sum of
 * its movements effective on or before D. It is open at the end of D where that balance is above 0 and the account was
 * not closed (recalled, dispute upheld) on or before D; what is open is then that balance, else 0: an overpaid account
 * takes nothing off another's. Its bucket at D goes by D less its due date, as the due date is known now.
 *
 * So a payment that is posted today with an earlier value date changes what the days since then looked like, and any
 * day of the past or the future can be asked for.
 *
 * The cube holds, by due date and effective day, by how much the number of open accounts and what is open on them
 * change at that day: sums over effective days up to D give the end of D. When anything of an account changes, its old
 * steps are taken out and its new ones put in, which keeps back-dated, reversed and partial payments and moved due
 * dates exact. */

struct movement {
    int32_t effective_on_days;
    int64_t change_minor;
    bool is_changed; /* since it was loaded */
};

#define NEVER_DAYS INT32_MAX

/* At the end of `on_days` accounts (-1, 0, 1) and balance change by this much. */
typedef void aging_step_fn(void *context, int32_t on_days, int64_t accounts, int64_t balance_minor);

/* `movements` ascending by day, one a day. `closed_on_days` NEVER_DAYS where the account is not closed. Steps come in
 * ascending order, those that change nothing are left out. */
void aging_walk(const struct movement *movements, size_t n_movements, int32_t closed_on_days, aging_step_fn *step,
                void *context);

/* What of the cube a report reads: sums over the effective days up to the day asked for. */
struct aging_row {
    char currency[4];
    int32_t due_on_days;
    int64_t accounts, balance_minor;
};

struct aging_bucket {
    const struct sop_bucket *bucket; /* lent by the SOP */
    int64_t accounts, balance_minor;
};

/* Sums the rows of one currency into `ret_buckets`, one for each bucket of the SOP in its order. */
void aging_by_bucket(const struct sop *sop, const struct aging_row *rows, size_t n_rows, const char *currency,
                     int32_t as_of_days, struct aging_bucket *ret_buckets);

#endif
