#ifndef DUNLIN_CONTACT_FACT_WORK_H
#define DUNLIN_CONTACT_FACT_WORK_H

#include "contact_work.h"
#include "fact_model.h"

/* Facts as work on a book: what recording and releasing one does to the person. The same whether it happens or is read
 * again from the log. */

/* The fact is of `account`'s debtor, all of whose accounts and facts are in the book. Consumes it. *ret_is_new: it was
 * not on record; nothing happens where it was. */
MUST_USE enum status contact_take_fact(const struct contact_work *work, struct account *account,
                                       struct person_fact **fact, hold_set contradicts, bool *ret_is_new,
                                       struct error *err);

/* It counts no more; nothing where it did not. A flag that it set stands, one that it ended is set again. */
MUST_USE enum status contact_release_fact(const struct contact_work *work, struct account *account,
                                          struct person_fact *fact, const char *reason, struct error *err);

#endif
