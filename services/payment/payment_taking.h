#ifndef DUNLIN_PAYMENT_PAYMENT_TAKING_H
#define DUNLIN_PAYMENT_PAYMENT_TAKING_H

#include "payment_record.h"

/* How money comes in and goes back, whatever says so: a command, a debit that settles or is returned. */

struct payment_taken {
    const struct posting *posting; /* lent; NULL: nothing was owed */
    const struct suspense *held;   /* lent; NULL: nothing is over */
    struct error refusal;          /* STATUS_OK unless the model refuses it; then nothing has changed */
};

/* Posts what is owed of -draft->change in the order of the client's agreement, and holds the rest in suspense. The
 * payment must not have been posted before; the book has asked for the account. Fails only as the unit does, and with
 * what is refused where the account bears interest that was posted for it. */
MUST_USE enum status payment_take(const struct record *record, struct account *account, enum paid_to paid_to,
                                  struct posting_draft *draft, struct payment_taken *ret_taken, struct error *err);

/* Takes a posted payment back, with what it brought beyond what was owed as far as that is still held. The book has
 * asked for the posting, its reversal and what it holds in suspense (payment_want). A payment that was reversed before
 * is refused. */
MUST_USE enum status payment_take_back(const struct record *record, const struct posting *posting, const char *reason,
                                       struct payment_taken *ret_taken, struct error *err);

/* What a payment brought beyond what was owed goes back, as far as it is still held. What was assigned to another
 * account has a posting of its own there, to be reversed by itself. */
MUST_USE enum status payment_return_rest(const struct record *record, const struct id *posting_id, const char *reason,
                                         struct error *err);

/* Asks for all that a payment may have left behind. */
void payment_want(struct book *book, const struct id *posting_id);

#endif
