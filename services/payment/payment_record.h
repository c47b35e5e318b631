#ifndef DUNLIN_PAYMENT_RECORD_H
#define DUNLIN_PAYMENT_RECORD_H

#include "payment_book.h"
#include "service/unit.h"

#define TIMER_PROMISE_DUE "promise_due" /* of a promise: its day and grace end */

/* What commands, events and timers have in common once the model has agreed: the change goes into the book, its events
 * into the unit, its timers along. Whatever fails here fails the unit. */
struct record {
    struct unit *unit; /* borrowed */
    struct book *book; /* borrowed */
    const char *actor; /* on whose behalf; NULL: the service itself */
};

/* An event about the account. */
MUST_USE enum status record_emit(const struct record *record, const struct account *account,
                                 const ProtobufCMessage *message, struct error *err);

/* A posting that ledger_post has just made on the account: moves the client's money along and settles the account's
 * open promise and its plans too. *ret_posting, the book's copy, is lent; may be NULL. */
MUST_USE enum status record_posting(const struct record *record, struct account *account, const struct posting *posting,
                                    const struct posting **ret_posting, struct error *err);

/* Nothing was posted for the event at `cause_seq` of the account's log: a BalanceChanged of no change says that it is
 * taken in. Contact waits for the answer. */
MUST_USE enum status record_unchanged(const struct record *record, const struct account *account, int64_t cause_seq,
                                      struct error *err);

/* A promise that promise_make has just made on the account. *ret_promise, the book's, is lent; may be NULL. */
MUST_USE enum status record_promise(const struct record *record, struct account *account, const struct promise *promise,
                                    const struct promise **ret_promise, struct error *err);

/* A promise of the account that promise_move has just moved from OPEN. */
MUST_USE enum status record_promise_end(const struct record *record, struct account *account, struct promise *promise,
                                        struct error *err);

/* The account's open promise, if it has one, is cancelled. `reason` is borrowed until the book is saved. */
MUST_USE enum status record_promise_cancel(const struct record *record, struct account *account, const char *reason,
                                           struct error *err);

/* New money in suspense, HELD. *ret_item, the book's, is lent. */
MUST_USE enum status record_held(const struct record *record, const struct suspense *item,
                                 const struct suspense **ret_item, struct error *err);

/* Money in suspense that suspense_move has just moved. */
MUST_USE enum status record_suspense(const struct record *record, struct suspense *item, enum suspense_event event,
                                     struct error *err);

/* The payment that brought `item` was reversed: the money goes with it, as far as it is still held. What was assigned
 * to an account has a posting of its own there, to be reversed by itself. `item` may be NULL. */
MUST_USE enum status record_returned(const struct record *record, struct suspense *item, const char *reason,
                                     struct error *err);

#endif
