#ifndef DUNLIN_CONTACT_STORE_H
#define DUNLIN_CONTACT_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "contact_state.h"
#include "db/db_columns.h"
#include "status/status.h"

/* Accounts with their persons and attempts: batches in, batches out. Every call is one round trip, however many keys it
 * has. Beside it speak SQL: person_store, permit_store, dial_store. */

/* Keys of what to load. Doubles are fine: each is loaded once, or its attempts would count twice. */
struct contact_keys {
    struct db_columns accounts;
    struct db_columns debtors;    /* persons with all their accounts */
    struct db_columns persons_of; /* accounts whose persons are loaded, with all their accounts and attempts */
    GHashTable *known;            /* ids of the first two */
};
void contact_keys_init(struct contact_keys *keys);
void contact_keys_fini(struct contact_keys *keys);
void contact_keys_add_account(struct contact_keys *keys, const struct id *account_id);
void contact_keys_add_debtor(struct contact_keys *keys, const struct id *debtor_id);
void contact_keys_add_person_of(struct contact_keys *keys, const struct id *account_id);

#define CONTACT_WITHOUT_ATTEMPTS INT64_MAX

/* Loads accounts with their persons and the persons' contact points into the book; of `persons_of` the facts, and the
 * attempts since `attempts_since_us`, as well (CONTACT_WITHOUT_ATTEMPTS: none). What is in the book already stays as it
 * is there. Keys without a row load nothing. */
MUST_USE enum status contact_store_load(struct db *db, const struct contact_keys *keys, int64_t attempts_since_us,
                                        struct contact_book *book, struct error *err);

/* Writes whatever changed. */
MUST_USE enum status contact_store_save(struct db *db, const struct contact_book *book, struct error *err);

#endif
