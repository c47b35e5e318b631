#ifndef DUNLIN_PAYMENT_STATEMENT_STORE_H
#define DUNLIN_PAYMENT_STATEMENT_STORE_H

#include <glib.h>

#include "clock/clock.h"
#include "db/db.h"
#include "id/id.h"

/* Bank statements that were read, in PostgreSQL. All calls run inside the caller's open transaction, one round trip
 * each. Texts are borrowed. */

struct statement {
    struct id statement_id, bank_account_id;
    int32_t agency_id;
    const char *bank_account; /* masked */
    const char *currency, *name;
    int64_t sequence_number;             /* 0: none */
    int32_t first_on_days, last_on_days; /* 0: none */
    bool has_opening, has_closing;
    int64_t opening_minor, closing_minor;
    int32_t debits;
    int64_t debit_minor, credit_minor;
    const char *file_name;
    struct instant imported_at;
};

/* What is known of it afterwards. */
struct statement_record {
    bool is_new;
    struct instant imported_at;       /* the first time */
    int64_t previous_sequence_number; /* of the bank account, below this one's; 0: none */
};

MUST_USE enum status statement_store_save(struct db *db, const struct statement *statement,
                                          struct statement_record *ret_record, struct error *err);

/* What is, or was, decided of a payment. */
struct statement_credit {
    struct id credit_id;
    struct id account_id; /* none: held */
    int64_t amount_minor;
    const char *end_to_end_id; /* "": none */
    bool is_new;
};

/* Keeps what was decided of `credits`, and where something was decided before, puts that into them. */
MUST_USE enum status statement_store_decide(struct db *db, const struct statement *statement,
                                            struct statement_credit *credits, size_t n, struct error *err);

/* Fills in credit_id and account_id of payments known by end_to_end_id and amount, where there is just one such; of the
 * statement's agency and partition. */
MUST_USE enum status statement_store_find(struct db *db, const struct statement *statement,
                                          struct statement_credit *returned, size_t n, struct error *err);

/* Newest first, at most `limit`: struct statement. *ret_statements and *ret_result, which lends their texts, are owned
 * by the caller (g_array_unref, db_result_free). */
MUST_USE enum status statement_store_list(struct db *db, int32_t agency_id, int32_t limit, GArray **ret_statements,
                                          struct db_result **ret_result, struct error *err);

#endif
