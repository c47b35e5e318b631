#ifndef DUNLIN_PAYMENT_PLAN_STORE_H
#define DUNLIN_PAYMENT_PLAN_STORE_H

#include "db/db.h"
#include "db/db_columns.h"
#include "payment_book.h"

/* Payment plans in PostgreSQL: the part of the store that reads and writes them. */

#define PLAN_COLUMNS       32
#define INSTALMENT_COLUMNS 9
extern const enum db_type PLAN_TYPES[PLAN_COLUMNS];
extern const enum db_type INSTALMENT_TYPES[INSTALMENT_COLUMNS];

/* What plan_load and plan_instalment_load have found goes into the book, in this order; the accounts of the plans are
 * wanted, the credits of kept settlements, and what a proposed plan is to stand in for. */
void plan_store_take(struct book *book, const struct db_result *result);
void plan_store_take_instalments(struct book *book, const struct db_result *result);

/* What is new or has changed, for plan_save and plan_instalment_save; of the instalments only those that did. */
void plan_store_collect(const struct book *book, struct db_columns *plans, struct db_columns *instalments);

/* Wants all plans of some accounts: *ret_ids (struct plan_of_account), oldest first within an account, is owned by the
 * caller. One round trip. */
struct plan_of_account {
    struct id account_id, plan_id;
};
MUST_USE enum status plan_store_want_history(struct db *db, struct book *book, const struct id *account_ids,
                                             size_t n_accounts, GArray **ret_ids, struct error *err);

#endif
