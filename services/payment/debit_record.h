#ifndef DUNLIN_PAYMENT_DEBIT_RECORD_H
#define DUNLIN_PAYMENT_DEBIT_RECORD_H

#include "payment_record.h"

#define TIMER_DEBIT_SETTLES   "debit_settles"   /* of a debit that was sent: the money moves */
#define TIMER_DEBIT_POSTDATED "debit_postdated" /* of a scheduled debit: the debtor is to be told that it is coming */
#define TIMER_DEBIT_VARYING   "debit_varying"   /* ... and that its amount differs */

/* What follows once the models of instruments and debits have agreed, as payment_record.h has it for the ledger. */

/* A new instrument. *ret_instrument, the book's, is lent. */
MUST_USE enum status record_instrument(const struct record *record, const struct instrument *instrument,
                                       const struct instrument **ret_instrument, struct error *err);

/* Stops it where it is not stopped yet, and cancels those of its debits that are scheduled, as far as the book has
 * them. `code` of the return that did it; "": the debtor. */
MUST_USE enum status record_instrument_stop(const struct record *record, struct instrument *instrument,
                                            const char *reason, const char *code, struct error *err);

/* A debit that debit_schedule has just made. *ret_debit, the book's, is lent. */
MUST_USE enum status record_debit(const struct record *record, const struct debit *debit,
                                  const struct debit_notices *notices, struct debit **ret_debit, struct error *err);

/* Cancels a scheduled debit. Fails with FAILED_PRECONDITION where it is not, and has changed nothing then. */
MUST_USE enum status record_debit_cancel(const struct record *record, struct debit *debit, const char *reason,
                                         struct error *err);

/* Cancels what is scheduled on an account, as far as the book has it. */
MUST_USE enum status record_debits_cancel(const struct record *record, const struct id *account_id, const char *reason,
                                          struct error *err);

/* A debit that debit_send has just moved. */
MUST_USE enum status record_debit_sent(const struct record *record, struct debit *debit, struct error *err);

/* A debit that debit_return has just moved: its payment goes back where it had settled, and its instrument is stopped
 * where the code says so. The book has asked for the debit's payments (debit_want_payments) and siblings. */
MUST_USE enum status record_debit_return(const struct record *record, struct debit *debit,
                                         const struct debit_answer *answer, bool was_settled, struct error *err);

/* A debit that debit_represent has just moved. */
MUST_USE enum status record_debit_again(const struct record *record, struct debit *debit, struct error *err);

/* Asks for all that its presentments may have been posted as. */
void debit_want_payments(struct book *book, const struct id *debit_id);

/* What a timer of a debit needs, and what it does. */
void debit_want_of_timer(struct book *book, const struct id *debit_id);
MUST_USE enum status debit_fire(const struct record *record, const struct timer *timer, struct error *err);

#endif
