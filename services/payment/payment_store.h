#ifndef DUNLIN_PAYMENT_STORE_H
#define DUNLIN_PAYMENT_STORE_H

#include "db/db.h"
#include "payment_book.h"
#include "status/status.h"

/* The ledger in PostgreSQL: the only file that speaks SQL. All calls run inside the caller's open transaction. */

/* Loads what the book wants, with the open promises of the accounts, the accounts of wanted postings, promises and
 * plans, the plans of all these accounts, and what assigned money was posted as: one round trip, one more for what
 * follows from what was found, one more where some bear interest. What is not there stays out of the book. Called once
 * a book. */
MUST_USE enum status payment_store_load(struct db *db, struct book *book, struct error *err);

/* Writes what has changed, in one round trip, or two where charges changed. Fails with ABORTED where an account was
 * changed by somebody else since the load: another instance owns the partition now. */
MUST_USE enum status payment_store_save(struct db *db, struct book *book, struct error *err);

#define ACCOUNT_POSTINGS_MAX 1000 /* the newest, in a reply: about 150 bytes each keep it below a frame's maximum */

/* Postings (the newest ACCOUNT_POSTINGS_MAX an account) and promises, both oldest first within an account.
 * *ret_postings and *ret_promises are owned by the caller (g_array_unref); texts in them are kept alive by the book.
 * One round trip. */
MUST_USE enum status payment_store_history(struct db *db, struct book *book, const struct id *account_ids,
                                           size_t n_accounts, GArray **ret_postings, GArray **ret_promises,
                                           struct error *err);

/* What an agency has in suspense, oldest first, at most `limit`: struct suspense. *ret_items is owned by the caller;
 * texts in it are kept alive by the book. One round trip, as the next. */
MUST_USE enum status payment_store_suspense(struct db *db, struct book *book, int32_t agency_id, bool with_ended,
                                            int32_t limit, GArray **ret_items, struct error *err);

/* The clients' money of an agency by client and currency, over all partitions: struct trust_entry, of which client,
 * currency and amounts are filled. `client` empty: all. The same of *ret_totals. */
MUST_USE enum status payment_store_trust(struct db *db, struct book *book, int32_t agency_id, const char *client,
                                         GArray **ret_totals, struct error *err);
/* What is owed on an account, and what it is made of, all of one moment. */
struct balance_parts {
    struct id account_id; /* none: it is not known here */
    struct money balance;
    int64_t placed_minor, charged_minor, paid_minor, credited_minor, interest_minor;
};
/* As of when: by value dates up to a day, by what was posted until an instant, or both. */
struct balance_moment {
    bool has_day, has_instant;
    struct date day;
    struct instant posted;
};
/* Of n accounts, in their order, into `parts`, which are all zero before. One round trip. */
MUST_USE enum status payment_store_balances(struct db *db, const struct id *account_ids, size_t n,
                                            const struct balance_moment *moment, struct balance_parts *parts,
                                            struct error *err);

#endif
