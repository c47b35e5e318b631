#ifndef DUNLIN_REPORTING_STORE_H
#define DUNLIN_REPORTING_STORE_H

#include <glib.h>

#include "db/db.h"
#include "reporting_figures.h"
#include "reporting_model.h"
#include "reporting_tally.h"

/* What one batch touches: accounts asked for, loaded with their movements in one round trip, changed in memory, saved
 * together with what they add to the figures in another. */
struct working_set {
    GHashTable *accounts; /* struct id -> struct account, NULL where there is none */
    GArray *timeline;     /* struct timeline_row */
    struct tally *tally;
};

struct timeline_row {
    struct id subject_id;
    int32_t agency_id;
    char *seqs; /* owned */
};

struct working_set *working_set_new(void);
void working_set_free(struct working_set *set);
void working_set_freep(struct working_set **set);

/* Before loading: says which will be needed. None is ignored. */
void working_set_want(struct working_set *set, const struct id *account_id);
MUST_USE enum status working_set_load(struct working_set *set, struct db *db, struct error *err);

/* NULL where there is none. To be changed only after working_set_touch. */
struct account *working_set_account(const struct working_set *set, const struct id *account_id);
/* Takes what the account adds to the figures out of them, once; it is put in again, as it is then, by saving. */
void working_set_touch(struct working_set *set, struct account *account);
/* A new one, touched. */
struct account *working_set_add_account(struct working_set *set, const struct id *account_id);

/* Puts an event on the timeline of an account or, where `subject_id` is none of the set's, of a debtor. */
void working_set_note(struct working_set *set, const struct id *subject_id, int64_t seq, int32_t agency_id);

MUST_USE enum status working_set_save(struct working_set *set, struct db *db, struct error *err);

/* All of an agency, of one moment; *ret_figures is owned by the caller. */
MUST_USE enum status store_read_figures(struct db *db, int32_t agency_id, int32_t as_of_days,
                                        struct figures **ret_figures, struct error *err);

/* The account with its milestones but without movements; NOT_FOUND. Owned by the caller: account_free. */
MUST_USE enum status store_read_account(struct db *db, const struct id *account_id, struct account **ret_account,
                                        struct error *err);

/* Numbers of the newest `limit` events of an account and its debtor, ascending: GArray of int64_t, owned by the caller.
 */
MUST_USE enum status store_read_timeline(struct db *db, const struct account *account, int32_t limit, GArray **ret_seqs,
                                         struct error *err);

/* Throws the models of partitions away whose cursors this transaction has set back. */
MUST_USE enum status store_delete_models(struct db *db, const uint16_t *partitions, size_t n, struct error *err);

#endif
