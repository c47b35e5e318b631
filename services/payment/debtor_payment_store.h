#ifndef DUNLIN_PAYMENT_DEBTOR_PAYMENT_STORE_H
#define DUNLIN_PAYMENT_DEBTOR_PAYMENT_STORE_H

#include <glib.h>

#include "db/db.h"
#include "debtor_payment_model.h"

/* Payments for several debts in PostgreSQL. All calls run inside the caller's open transaction. */

/* A debt that a payment could go to. */
struct debtor_debt {
    struct id account_id;
    enum debt_left_out left_out;
};

/* A payment for several debts, as it was posted. */
struct debtor_payment {
    struct id payment_id;
    int32_t agency_id;
    struct money amount;
    int64_t held_minor; /* that no debt took */
    GArray *debts;      /* struct debtor_debt, in the caller's order */
    bool is_new;        /* to be written */
};

struct debtor_payment *debtor_payment_new(const struct id *payment_id);

/* Tables of struct debtor_payment, owned, by their ids. */
GHashTable *debtor_payments_new(void);

/* Adds those of `payment_ids` (a set of struct id) that are known to `payments`. One round trip. */
MUST_USE enum status debtor_payment_store_load(struct db *db, GHashTable *payment_ids, GHashTable *payments,
                                               struct error *err);

/* When debts became due, in days since 1970-01-01: *ret_due is account id -> GINT_TO_POINTER, owned by the caller
 * (g_hash_table_unref). One round trip. */
MUST_USE enum status debtor_payment_store_due(struct db *db, GHashTable *account_ids, GHashTable **ret_due,
                                              struct error *err);

/* Writes the new ones, in one round trip. */
MUST_USE enum status debtor_payment_store_save(struct db *db, GHashTable *payments, struct error *err);

#endif
