#ifndef DUNLIN_PAYMENT_CHARGE_STORE_H
#define DUNLIN_PAYMENT_CHARGE_STORE_H

#include "charge_book.h"
#include "db/db.h"
#include "status/status.h"

/* Charges in PostgreSQL: what payment_store.h is for the rest. */

/* Where the interest of a loaded account stands, which account_load has from column `at` on: into the book, unless the
 * account bears none. */
void charge_store_take(struct charge_book *book, const struct id *account_id, const struct db_result *result,
                       size_t row, int at);

/* What is to be known of the accounts that bear interest, and of those whose charges are wanted: one round trip, none
 * where there are no such accounts. Results are appended to `results` (struct db_result), which keeps their texts. */
MUST_USE enum status charge_store_load(struct db *db, struct charge_book *book, GPtrArray *results, struct error *err);

/* Writes what has changed: one round trip, or none. The account's version is the guard of its charges: whoever changes
 * these touches the account too. */
MUST_USE enum status charge_store_save(struct db *db, struct charge_book *book, struct error *err);

#endif
