#ifndef DUNLIN_CONTACT_STORE_H
#define DUNLIN_CONTACT_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "contact_state.h"
#include "db/db_columns.h"
#include "money/money.h"
#include "status/status.h"

/* The tables of schema contact: batches in, batches out. Every call is one round trip, however many keys it has. */

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

/* Permits by their ids. */
MUST_USE enum status contact_store_load_permits(struct db *db, const struct id *ids, size_t n,
                                                struct contact_book *book, struct error *err);

/* What is known of accounts that were discussed on permits of the book: pairs of them, doubles are fine. */
void contact_discussions_init(struct db_columns *keys);
void contact_discussions_add(struct db_columns *keys, const struct id *account_id, const struct id *permit_id);
MUST_USE enum status contact_store_load_discussions(struct db *db, const struct db_columns *keys,
                                                    struct contact_book *book, struct error *err);

/* The newest `limit` permits of one account, newest first: pointers into the book, owned by the caller
 * (g_ptr_array_unref). */
MUST_USE enum status contact_store_recent_permits(struct db *db, const struct id *account_id, int32_t limit,
                                                  struct contact_book *book, GPtrArray **ret_permits,
                                                  struct error *err);

/* Writes whatever changed. */
MUST_USE enum status contact_store_save(struct db *db, const struct contact_book *book, struct error *err);

/* Somebody who has a number, and one of his accounts: one that is not recalled where he has such. */
struct number_holder {
    struct id contact_point_id, debtor_id, account_id;
    int32_t agency_id;
};
/* At most 1,000 of them, in the order of their contact points, in *ret_holders (struct number_holder), which belongs to
 * the caller: g_array_unref. */
MUST_USE enum status contact_store_find_number(struct db *db, int64_t number, GArray **ret_holders, struct error *err);

/* One entry of a dial list. */
struct dial_entry {
    struct id account_id, contact_point_id, debtor_id; /* no contact point: the portal */
    enum channel channel;
    int32_t priority;
    char strategy[64];
    char step[64];
    int64_t due_at_us;
    int64_t held_minor; /* that must not be asked for; 0: nothing */
    char held_currency[CURRENCY_SIZE];
};
struct contact_reservation {
    int32_t agency_id; /* 0: accounts of any */
    int64_t now_us;
    int32_t limit;
    int64_t until_us;
    const char *dialer;
    bool is_wanted[CHANNEL_END]; /* by channel */
};
/* Reserves up to `limit` due accounts of the partitions until `until_us`; *ret_entries (struct dial_entry, best first)
 * belongs to the caller: g_array_unref. */
MUST_USE enum status contact_store_reserve(struct db *db, const uint16_t *partitions, size_t n_partitions,
                                           const struct contact_reservation *wanted, GArray **ret_entries,
                                           struct error *err);

#endif
