#ifndef DUNLIN_PAYMENT_CHARGE_RECORD_H
#define DUNLIN_PAYMENT_CHARGE_RECORD_H

#include "payment_record.h"

/* Fees and judgments once the model has agreed: their rows, postings and events. Whatever fails here fails the unit. */

/* A fee that was decided on the account, whose posting ledger_post has just made. *ret_fee, the book's, is lent. */
MUST_USE enum status record_fee(const struct record *record, struct account *account, const struct fee *fee,
                                const struct posting *posting, const struct fee **ret_fee, struct error *err);

/* The fee of the account is waived, by a posting that ledger_post has just made. */
MUST_USE enum status record_waiver(const struct record *record, struct account *account, struct fee *fee,
                                   const struct posting *posting, struct error *err);

/* A judgment, and the posting by which the ledger says the same from here on. `judgment->balance` is filled here.
 * *ret_judgment, the book's, is lent. */
MUST_USE enum status record_judgment(const struct record *record, struct account *account,
                                     const struct judgment_record *judgment, const struct posting *posting,
                                     const struct judgment_record **ret_judgment, struct error *err);

#endif
