#ifndef DUNLIN_PAYMENT_DEBIT_STORE_H
#define DUNLIN_PAYMENT_DEBIT_STORE_H

#include <glib.h>

#include "db/db.h"
#include "debit_file_model.h"
#include "debit_rates.h"
#include "payment_book.h"
#include "status/status.h"

/* Instruments and debits in PostgreSQL; beside payment_store the only file that speaks SQL. All calls run inside the
 * caller's open transaction. */

/* Loads what the book's debit_book wants, and asks the book for the accounts of all debits; payment_store_load does it
 * first. No round trip where nothing is wanted. */
MUST_USE enum status debit_store_load(struct db *db, struct book *book, struct error *err);

/* Writes what has changed; payment_store_save does it last. Fails with ABORTED where somebody else has written a row
 * since the load. */
MUST_USE enum status debit_store_save(struct db *db, const struct debit_book *book, struct error *err);

/* Puts into the book what is due in a partition, and asks for the other pending debits of its accounts. */
MUST_USE enum status debit_store_due(struct db *db, struct book *book, uint16_t partition, int32_t agency_id,
                                     int32_t due_on_days, struct error *err);

/* What a partition has reserved for a file. */
struct debit_file_part {
    int32_t n_debits;
    int64_t amount_minor;
};
MUST_USE enum status debit_store_part(struct db *db, uint16_t partition, const struct id *file_id, bool *ret_is_there,
                                      struct debit_file_part *ret_part, struct error *err);
MUST_USE enum status debit_store_add_part(struct db *db, uint16_t partition, const struct id *file_id,
                                          int32_t agency_id, const struct debit_file_part *part, struct error *err);

/* A file and the last one of its agency in that partition; each has no id where it is not there. */
MUST_USE enum status debit_store_file(struct db *db, const struct id *file_id, int32_t agency_id,
                                      struct debit_file *ret_file, struct debit_file *ret_last, struct error *err);
MUST_USE enum status debit_store_add_file(struct db *db, const struct debit_file *file, struct error *err);

/* A debit as it is listed: with its instrument, and of its presentments the one that it is listed for as the last. */
struct debit_row {
    struct debit debit;
    struct instrument instrument;
};

/* What is listed. Zero and none are all. */
struct debit_query {
    int32_t agency_id;
    int16_t state;
    bool has_due;
    int32_t due_on_days;
    struct id account_id;
    struct id file_id; /* as presented in it */
    struct id after;
    int32_t limit;
};
/* struct debit_row, in the order of ids. *ret_rows is owned by the caller (g_array_unref); texts in it are kept alive
 * by the book. One round trip, as those below. */
MUST_USE enum status debit_store_list(struct db *db, struct book *book, const struct debit_query *query,
                                      GArray **ret_rows, struct error *err);

/* The same, as presented with these traces. */
MUST_USE enum status debit_store_find(struct db *db, struct book *book, int32_t agency_id, char *const *traces,
                                      size_t n_traces, GArray **ret_rows, struct error *err);

/* struct instrument: those of the account's debtor, oldest first. The same of *ret_instruments. */
MUST_USE enum status debit_store_instruments(struct db *db, struct book *book, const struct id *account_id,
                                             GArray **ret_instruments, struct error *err);

/* struct debit_returns by code; *ret_sent: how many were sent. The same of *ret_returns. */
MUST_USE enum status debit_store_rates(struct db *db, struct book *book, int32_t agency_id, int32_t from_on_days,
                                       int32_t through_on_days, int32_t *ret_sent, GArray **ret_returns,
                                       struct error *err);

#endif
