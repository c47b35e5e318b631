#ifndef DUNLIN_CLASSIFICATION_STORE_H
#define DUNLIN_CLASSIFICATION_STORE_H

#include <glib.h>

#include "classification_model.h"
#include "db/db.h"

/* The accounts and debtors that one batch touches: asked for, loaded with one statement a table, changed in memory,
 * saved with one statement a table. */
struct working_set {
    GHashTable *accounts; /* struct id -> struct account_facts */
    GHashTable *debtors;  /* struct id -> struct debtor_facts */
};

struct working_set *working_set_new(void);
void working_set_free(struct working_set *set);
void working_set_freep(struct working_set **set);

/* Before loading: says which will be needed. */
void working_set_want(struct working_set *set, const struct id *account_id, const struct id *debtor_id);

/* Loads the wanted: accounts, and debtors. Those that do not exist stay out. */
MUST_USE enum status working_set_load(struct working_set *set, struct db *db, struct error *err);

/* NULL where there is none. */
struct account_facts *working_set_account(const struct working_set *set, const struct id *account_id);
struct debtor_facts *working_set_debtor(const struct working_set *set, const struct id *debtor_id);

struct account_facts *working_set_add_account(struct working_set *set, const struct id *account_id);
/* The debtor, new with no accounts where he was not known. */
struct debtor_facts *working_set_ensure_debtor(struct working_set *set, const struct id *debtor_id, int32_t agency_id);

/* Writes every account and debtor of the set. */
MUST_USE enum status working_set_save(const struct working_set *set, struct db *db, struct error *err);

#endif
