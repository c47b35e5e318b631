#ifndef DUNLIN_PAYMENT_INTEREST_RECORD_H
#define DUNLIN_PAYMENT_INTEREST_RECORD_H

#include "payment_record.h"
#include "timer/timer.h"

#define TIMER_INTEREST "interest" /* of an account: on the first day of a month */

/* Interest in the ledger. It is posted where a fact needs it: before any posting on the account, so that the money is
 * applied to what is owed on that day; when a month is over; when the account is recalled. Accounts that bear none cost
 * a look into the book. */

/* False: none of what follows does anything for the account. */
bool interest_is_borne(const struct record *record, const struct account *account);

/* An account that was just placed, before its opening is posted: begins its interest where its client's agreement has
 * some. `due_on_days`: when the debt was due. */
void interest_open(const struct record *record, const struct account *account, int32_t placed_on_days,
                   int32_t due_on_days, bool is_commercial);

/* Before something is posted on the account with that value date, at that instant: interest is posted up to the day
 * before it; what was posted beyond is taken back. Whatever is posted next, interest_follow must come after it, which
 * record_posting does; a caller that posts nothing calls it himself. */
MUST_USE enum status interest_precede(const struct record *record, struct account *account, int32_t value_on_days,
                                      struct instant posted_at, struct error *err);

/* A posting of the account is in the book: what is reckoned from here on counts with it. Before anything that follows
 * from the posting, since that may post, too. */
void interest_note(const struct record *record, const struct account *account, const struct posting *posting);

/* After a posting that was noted (NULL: there was none): interest is brought to the day to which it was posted before,
 * with what the posting changed of it. */
MUST_USE enum status interest_follow(const struct record *record, struct account *account,
                                     const struct posting *posting, struct error *err);

/* The account was recalled: its interest is posted up to the day before and ends. */
MUST_USE enum status interest_stop(const struct record *record, struct account *account, struct instant at,
                                   struct error *err);

/* The timer of an account has come. */
MUST_USE enum status interest_timer(const struct record *record, const struct timer *timer, struct error *err);

/* The interest of the account through a day, with the rates of days that have none yet; nothing is posted. *ret_through
 * is an earlier day where a reference rate is missing, which *ret_why names. `each`: interest_model.h. */
MUST_USE enum status interest_reckon(const struct agreements *agreements, const struct account *account,
                                     struct book_charges *charges, struct date through, interest_span_fn *each,
                                     void *data, struct date *ret_through, struct interest *ret_interest,
                                     struct error *ret_why, struct error *err);

/* A judgment has been recorded, whose posting is about to be: what comes from here on is its series. */
void interest_by_judgment(struct book_charges *charges, const struct judgment *judgment, int32_t posting_number);

#endif
