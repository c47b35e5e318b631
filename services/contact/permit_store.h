#ifndef DUNLIN_CONTACT_PERMIT_STORE_H
#define DUNLIN_CONTACT_PERMIT_STORE_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "contact_state.h"
#include "contact_writes.h"
#include "db/db_columns.h"
#include "status/status.h"

/* Permits, and the accounts that were discussed on them. Every call is one round trip, however many keys it has. */

/* Permits by their ids. */
MUST_USE enum status permit_store_load(struct db *db, const struct id *ids, size_t n, struct contact_book *book,
                                       struct error *err);

/* What is known of accounts that were discussed on permits of the book: pairs of them, doubles are fine. */
void contact_discussions_init(struct db_columns *keys);
void contact_discussions_add(struct db_columns *keys, const struct id *account_id, const struct id *permit_id);
MUST_USE enum status permit_store_load_discussions(struct db *db, const struct db_columns *keys,
                                                   struct contact_book *book, struct error *err);

/* The newest `limit` permits of one account, newest first: pointers into the book, owned by the caller
 * (g_ptr_array_unref). */
MUST_USE enum status permit_store_recent(struct db *db, const struct id *account_id, int32_t limit,
                                         struct contact_book *book, GPtrArray **ret_permits, struct error *err);

/* Pushes what is new or has changed of the book's permits: for contact_store_save. */
void permit_store_push(const struct contact_book *book, struct db_columns columns[static WRITE_END]);

#endif
