#ifndef DUNLIN_DISPUTE_STORE_H
#define DUNLIN_DISPUTE_STORE_H

#include "db/db.h"
#include "dispute_book.h"
#include "status/status.h"

/* Disputes in PostgreSQL: the only file that speaks SQL. All calls run inside the caller's open transaction. */

/* Loads what the book wants, accounts with what is owed on them and their unresolved or else latest dispute, the
 * accounts of wanted disputes too: one round trip, two where those accounts were not wanted by name. What is not there
 * stays out of the book. Called once a book. */
MUST_USE enum status dispute_store_load(struct db *db, struct book *book, struct error *err);

/* Writes what is new or has changed, in one round trip. Fails with ABORTED where somebody else has written one of the
 * rows since the load: another instance owns the partition now. */
MUST_USE enum status dispute_store_save(struct db *db, struct book *book, struct error *err);

/* All disputes of some accounts, grouped by account, oldest first within one. *ret_disputes (struct dispute) is owned
 * by the caller (g_array_unref); texts in it are kept alive by the book. One round trip. */
MUST_USE enum status dispute_store_history(struct db *db, struct book *book, const struct id *account_ids,
                                           size_t n_accounts, GArray **ret_disputes, struct error *err);

/* All documents of some disputes, in the order in which they came. *ret_evidence (struct evidence) is owned by the
 * caller (g_array_unref); texts in it are kept alive by the book. One round trip. */
MUST_USE enum status dispute_store_evidence(struct db *db, struct book *book, const struct id *dispute_ids,
                                            size_t n_disputes, GArray **ret_evidence, struct error *err);

#endif
