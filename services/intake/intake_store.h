#ifndef DUNLIN_INTAKE_STORE_H
#define DUNLIN_INTAKE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "db/db.h"
#include "intake_model.h"
#include "status/status.h"

/* The only file that speaks SQL. Every call is one round trip, inside the caller's transaction; what takes locks takes
 * them in ascending order of (partition, key), so that instances that place at the same time wait for each other and
 * never in a circle. Errors are db's. */

/* A placement as loaded. Texts and bytes are lent by `result`, which it owns. */
struct placement {
    struct id id;
    int32_t agency_id;
    uint8_t agency_key[PLATFORM_IDENTITY_KEY_BYTES];
    enum file_kind kind;
    enum placement_stage stage;
    const char *file_name;
    const uint8_t *file_hash;
    size_t file_hash_len;
    const char *mapping_name;
    const char *mapping_text;
    const uint8_t *header;
    size_t header_len;
    uint32_t batch_rows;
    struct control_totals totals;
    int64_t opened_at_us;
};

struct placement_new {
    struct id id;
    int32_t agency_id;
    enum file_kind kind;
    enum placement_stage stage;
    const char *file_name;
    const uint8_t *file_hash;
    size_t file_hash_len;
    int64_t file_size_bytes;
    const char *mapping_name;
    const char *mapping_text;
    const uint8_t *mapping_hash;
    const uint8_t *header;
    size_t header_len;
    uint32_t batch_rows;
    struct control_totals totals;
    int64_t opened_at_us;
};

/* Does nothing where the placement is there. */
MUST_USE enum status store_placement_insert(struct db *db, const struct placement_new *placement, struct error *err);

enum store_lock { STORE_SHARE, STORE_UPDATE };

/* Loads and locks placements (ids without doubles, in any order). *ret_placements: those that exist, sorted by id, n of
 * them, lent by *ret_result: the caller frees both (g_free, db_result_free). */
MUST_USE enum status store_placements_lock(struct db *db, const struct id *ids, size_t n, enum store_lock lock,
                                           struct placement **ret_placements, size_t *ret_n,
                                           struct db_result **ret_result, struct error *err);
MUST_USE enum status store_placement_set_stage(struct db *db, const struct placement *placement,
                                               int64_t completed_at_us, struct error *err);

/* File names of placements: id -> name, both owned by *ret_names (g_hash_table_unref). */
MUST_USE enum status store_placement_names(struct db *db, const struct id *ids, size_t n, GHashTable **ret_names,
                                           struct error *err);

/* One batch of one placement. */
struct batch_key {
    struct id placement_id;
    uint32_t batch;
    int32_t agency_id;
};
/* Claims those that nobody has claimed: ret_is_ours[i]. */
MUST_USE enum status store_batches_claim(struct db *db, bool is_check, const struct batch_key *keys, size_t n,
                                         bool *ret_is_ours, struct error *err);
/* Counts of batches that are done; ret_counts[i] is untouched where there is none. */
MUST_USE enum status store_batches_select(struct db *db, bool is_check, const struct batch_key *keys, size_t n,
                                          struct row_counts *ret_counts, struct error *err);
MUST_USE enum status store_batches_finish(struct db *db, bool is_check, const struct batch_key *keys,
                                          const struct row_counts *counts, size_t n, struct error *err);

/* What is done of a placement; of each pass the numbers of its batches in ascending order and their sum. fini frees the
 * arrays. */
struct placement_progress {
    GArray *checked; /* uint32_t */
    GArray *placed;
    struct row_counts checked_counts;
    struct row_counts placed_counts;
};
MUST_USE enum status store_progress(struct db *db, const struct id *placement_id,
                                    struct placement_progress *ret_progress, struct error *err);
void placement_progress_fini(struct placement_progress *progress);

struct reject_line {
    const struct id *placement_id;
    int32_t agency_id;
    const struct row *row;
    const struct mapping *mapping;
};
MUST_USE enum status store_rejects_insert(struct db *db, const struct reject_line *lines, size_t n, struct error *err);

/* Columns: line, field, column, code, reason, record (NULL for the further reasons of a record). */
MUST_USE enum status store_rejects_list(struct db *db, const struct id *placement_id, int64_t after_line, int32_t limit,
                                        struct db_result **ret_rejects, struct error *err);

/* A client's reference in the registry. Texts are borrowed. */
struct reference {
    uint16_t partition;
    int32_t agency_id;
    const char *client;
    const char *client_reference;
    struct id account_id; /* none: unknown */
};
/* Registers references that were free when they were looked for. Fails with ABORTED where another transaction has
 * registered one of them since: done again, all is found. */
MUST_USE enum status store_references_insert(struct db *db, const struct reference *const *references, size_t n,
                                             struct error *err);
/* Fills ret_ids[i] with the account of a reference, none where it is free. */
MUST_USE enum status store_references_find(struct db *db, const struct reference *const *references, size_t n,
                                           struct id *ret_ids, struct error *err);
/* Accounts with a reference, of `client` or of any where it is empty: at most two. */
MUST_USE enum status store_reference_any(struct db *db, int32_t agency_id, const char *client,
                                         const char *client_reference, struct id ret_ids[static 2], size_t *ret_n,
                                         struct error *err);

/* The same of many references: *ret_places[i] is the place, from 0, of the reference that has (*ret_ids)[i]; of each
 * reference at most five, in the order of their places. Both owned by the caller (g_array_unref): uint32_t, struct id.
 */
MUST_USE enum status store_references_any(struct db *db, int32_t agency_id, char *const *references, size_t n,
                                          GArray **ret_places, GArray **ret_ids, struct error *err);

/* Locks those of the debtors (without doubles) that there are, and loads what they are called and their contact points;
 * the others stay as they are, unknown. Texts go into `texts`. */
MUST_USE enum status store_debtors_lock(struct db *db, struct debtor *const *debtors, size_t n, GStringChunk *texts,
                                        struct error *err);
/* The same without a lock. */
MUST_USE enum status store_debtors_load(struct db *db, struct debtor *const *debtors, size_t n, GStringChunk *texts,
                                        struct error *err);
/* Writes the unknown and those that have changed. Fails with ABORTED where another transaction has made one of them
 * since he was looked for: done again, he is known. */
MUST_USE enum status store_debtors_save(struct db *db, struct debtor *const *debtors, size_t n, struct error *err);

/* Fails with ABORTED where another transaction has placed one of them. */
MUST_USE enum status store_accounts_insert(struct db *db, const struct account *accounts, size_t n, struct error *err);
/* Loads accounts by id (doubles are fine): *ret_accounts of those that exist, by id, owned by the caller (g_free);
 * texts in `texts`; is_locked: FOR UPDATE. Not the file's name. */
MUST_USE enum status store_accounts_load(struct db *db, const struct id *ids, size_t n, bool is_locked,
                                         GStringChunk *texts, struct account **ret_accounts, size_t *ret_n,
                                         struct error *err);
/* Writes those that have changed. */
MUST_USE enum status store_accounts_update(struct db *db, const struct account *accounts, size_t n, struct error *err);

struct payment {
    struct id id;
    struct id account_id;
    int32_t agency_id;
    struct money amount;
    struct date paid_on;
    const char *reference;
    struct id placement_id;
    int64_t line;
};
/* Payments without doubles. ret_is_new[i] where it was not registered before. */
MUST_USE enum status store_payments_claim(struct db *db, const struct payment *payments, size_t n, bool *ret_is_new,
                                          struct error *err);
/* Fills placement_id and line with the first report's. */
MUST_USE enum status store_payments_find(struct db *db, struct payment *payments, size_t n, struct error *err);

/* The slowest consumer of the log and how many events it is behind; "" and 0 where nobody consumes. */
MUST_USE enum status store_lag(struct db *db, char *consumer, size_t consumer_size, int64_t *ret_events,
                               struct error *err);

#endif
