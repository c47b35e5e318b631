#ifndef DUNLIN_PAYMENT_REMITTANCE_STORE_H
#define DUNLIN_PAYMENT_REMITTANCE_STORE_H

#include <glib.h>

#include "db/db.h"
#include "remittance_model.h"

/* Remittances in PostgreSQL: the only file of theirs that speaks SQL. All calls run inside the caller's open
 * transaction, one round trip each. */

/* A part that is wanted, and what there was of it. */
struct remittance_want {
    struct remittance_part part; /* in: subject, part_id. Out, where is_known: all but payee, reference and number */
    bool is_known;
    struct remittance_head head; /* where not */
};

MUST_USE enum status remittance_store_load(struct db *db, struct remittance_want *wants, size_t n, struct error *err);

/* New parts, each a const struct remittance_part *. */
MUST_USE enum status remittance_store_save(struct db *db, const GPtrArray *parts, struct error *err);

/* What is open of a client. Texts of this and the next two are lent by the result. */
struct remittance_open {
    const char *client;
    char currency[CURRENCY_SIZE];
    struct remittance_figures figures; /* payable and fees alone */
    int32_t n_parts;                   /* of the run asked about */
};
/* `client` empty: all. *ret_rows, struct remittance_open, and *ret_result are owned by the caller, as are those of the
 * next two. */
MUST_USE enum status remittance_store_open(struct db *db, int32_t agency_id, const char *client, const char *run_key,
                                           GArray **ret_rows, struct db_result **ret_result, struct error *err);

struct remittance_run {
    struct remittance_part total; /* without a partition, number and entries; remitted_at is of the newest part */
    int32_t n_parts;
    struct instant begun_at;
};
/* `client` and `run_key` empty: all. */
MUST_USE enum status remittance_store_runs(struct db *db, int32_t agency_id, const char *client, const char *run_key,
                                           int32_t limit, GArray **ret_rows, struct db_result **ret_result,
                                           struct error *err);

struct remittance_line {
    uint16_t partition;
    int64_t entry;
    struct id account_id, posting_id;
    enum trust_kind kind;
    enum paid_to paid_to;
    int32_t effective_on_days;
    struct instant posted_at;
    int64_t change_minor; /* of what the debtor owes */
    int64_t fee_minor, payable_minor;
    const char *reference, *file_name; /* file_name "": by hand */
    int64_t line;
};
/* After the line of that partition and entry. */
MUST_USE enum status remittance_store_lines(struct db *db, const struct remittance_part *run, uint16_t after_partition,
                                            int64_t after_entry, int32_t limit, GArray **ret_rows,
                                            struct db_result **ret_result, struct error *err);

#endif
