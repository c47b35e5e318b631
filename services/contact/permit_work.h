#ifndef DUNLIN_CONTACT_PERMIT_WORK_H
#define DUNLIN_CONTACT_PERMIT_WORK_H

#include "contact_work.h"

/* The life of a permit as work on a book: what a decision, a report and the end of its time do to it, to its account
 * and to the person. The same whether it happens or is read again from the log. */

/* A permit of the account, as decided; lent by the book. */
const struct permit *contact_grant(const struct contact_work *work, const struct decision *decision,
                                   struct account *account, const struct id *permit_id);

/* What a refusal does to the plan of its account. */
MUST_USE enum status contact_refuse(const struct contact_work *work, const struct decision *decision,
                                    struct account *account, struct error *err);

/* `report` is `wire`, read and checked; the accounts that it concerns are in the book. */
MUST_USE enum status contact_take_report(const struct contact_work *work, struct permit *permit,
                                         const Dunlin__Contact__V1__AttemptReport *wire, const struct report *report,
                                         struct error *err);

/* Nobody said in time what came of it. Nothing where somebody did. */
MUST_USE enum status contact_expire(const struct contact_work *work, struct permit *permit, struct error *err);

#endif
