#ifndef DUNLIN_CLASSIFICATION_STORE_H
#define DUNLIN_CLASSIFICATION_STORE_H

#include <glib.h>

#include "classification_model.h"
#include "db/db.h"

/* The debtors that one batch touches with all their accounts (and, for queries, accounts by themselves): asked for,
 * loaded in one round trip, changed in memory; what is new or marked as changed is saved with one statement each. */
struct working_set {
    GHashTable *accounts; /* struct id -> struct account_facts */
    GHashTable *debtors;  /* struct id -> struct debtor_facts */
    GHashTable
        *families; /* struct id of a debtor -> GPtrArray of struct account_facts, lent by `accounts`, ascending by id */
};

struct working_set *working_set_new(void);
void working_set_free(struct working_set *set);
void working_set_freep(struct working_set **set);

/* Before loading: says what will be needed: an account by itself, a debtor with all accounts. The none id asks for
 * nothing. */
void working_set_want_account(struct working_set *set, const struct id *account_id);
void working_set_want_debtor(struct working_set *set, const struct id *debtor_id);

/* Loads the wanted: accounts, and debtors. Those that do not exist stay out. */
MUST_USE enum status working_set_load(struct working_set *set, struct db *db, struct error *err);

/* NULL where there is none. */
struct account_facts *working_set_account(const struct working_set *set, const struct id *account_id);
struct debtor_facts *working_set_debtor(const struct working_set *set, const struct id *debtor_id);

struct account_facts *working_set_add_account(struct working_set *set, const struct id *account_id,
                                              const struct id *debtor_id);

/* The accounts of a debtor in the set, ascending by id. Lent until the next working_set_add_account. */
const GPtrArray *working_set_family(const struct working_set *set, const struct id *debtor_id);

/* The debtor's sums, over his accounts in the set. */
struct debtor_facts *working_set_ensure_debtor(struct working_set *set, const struct id *debtor_id);

/* Writes every account that is marked as changed. */
MUST_USE enum status working_set_save(const struct working_set *set, struct db *db, struct error *err);

#endif
