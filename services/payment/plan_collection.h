#ifndef DUNLIN_PAYMENT_PLAN_COLLECTION_H
#define DUNLIN_PAYMENT_PLAN_COLLECTION_H

#include "payment_record.h"
#include "plan_agreement.h"

/* A plan with an instrument collects its instalments by debits: the next few are scheduled, on their due days and for
 * what is open on them, and more as they are paid. An instalment whose debit came back for good, or that was due while
 * the plan was on hold, is the debtor's to pay: it is not drawn again by itself. */

#define PLAN_COLLECTED_AHEAD      3  /* instalments */
#define PLAN_COLLECTED_AHEAD_DAYS 60 /* and no more than the first one beyond so many */
#define PLAN_DEBITS_MAX           3 /* debits of one instalment: others are cancelled with a hold, or with its amount */

/* Asks for what record_plan_collection needs of the plans in the book; false where that is nothing. payment_store_load
 * does it. */
bool plan_collection_want(struct book *book);

/* The instrument is one of the debtor's that may be debited, and the account is in its currency; or there is none.
 * Fails with INVALID_ARGUMENT. */
MUST_USE enum status plan_collection_check(const struct record *record, const struct account *account,
                                           const struct plan_agreement *agreement, struct error *err);

/* Brings the scheduled debits in line with a plan that has just changed, whatever changed: cancels those that are not
 * to be drawn any more, schedules those that are. What cannot be scheduled is logged, and left to the debtor. */
MUST_USE enum status record_plan_collection(const struct record *record, const struct account *account,
                                            const struct plan_agreement *agreement, struct error *err);

#endif
