#ifndef DUNLIN_PAYMENT_STOP_STORE_H
#define DUNLIN_PAYMENT_STOP_STORE_H

#include "db/db.h"
#include "db/db_columns.h"
#include "payment_book.h"

/* What stops debtors in PostgreSQL: the part of the store that reads and writes it. */

#define STOP_COLUMNS 5
extern const enum db_type STOP_TYPES[STOP_COLUMNS];

/* Loads what stops the debtors that the book wants, and asks for their accounts with a promise, a plan or a scheduled
 * debit; payment_store_load does it first. No round trip where none is wanted. */
MUST_USE enum status stop_store_load(struct db *db, struct book *book, struct error *err);

/* What stops a debtor goes into the book: the columns of stopped_load behind the id, from column `at` on. NULL: nothing
 * does. */
void stop_store_take(struct book *book, const struct id *debtor_id, const struct db_result *result, size_t row, int at);

/* What is new or has changed, for stopped_save. */
void stop_store_collect(const struct book *book, struct db_columns *columns);

#endif
