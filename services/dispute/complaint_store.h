#ifndef DUNLIN_DISPUTE_COMPLAINT_STORE_H
#define DUNLIN_DISPUTE_COMPLAINT_STORE_H

#include <glib.h>

#include "complaint_model.h"
#include "db/db.h"
#include "status/status.h"

/* Complaints in PostgreSQL, and the working set of a batch of them. Owns its rows at fixed addresses; texts in them are
 * borrowed from what the batch keeps or from the calls. All calls run inside the caller's open transaction. */
struct complaint_row {
    struct complaint complaint; /* first: a pointer to it is one to its row */
    int32_t version;            /* as loaded; 0: not there yet */
    bool is_changed;
};

struct complaints {
    GHashTable *rows;    /* struct id -> struct complaint_row */
    GPtrArray *in_order; /* the same rows as they came, borrowed */
    GPtrArray *messages; /* ProtobufCMessage, whose texts are borrowed */
    GPtrArray *texts;    /* char */
};
void complaints_init(struct complaints *complaints);
void complaints_fini(struct complaints *complaints);

struct complaint *complaints_find(const struct complaints *complaints, const struct id *complaint_id); /* or NULL */
/* Copies a new one in; lent. */
struct complaint *complaints_add(struct complaints *complaints, const struct complaint *complaint);
void complaints_touch(struct complaint *complaint);
/* What people wrote, its card numbers masked; lives as long as the batch. */
const char *complaints_keep_words(struct complaints *complaints, const char *words);
/* Some complaint of the account, among those loaded, stops contact on it. */
bool complaints_hold(const struct complaints *complaints, const struct id *account_id);

/* Those of some ids, of some accounts, of an agency's that are to be done; what is there already stays. One round trip,
 * none for no ids. Fail with DATA_LOSS where one cannot be read. */
MUST_USE enum status complaints_load(struct db *db, struct complaints *complaints, GHashTable *ids, struct error *err);
MUST_USE enum status complaints_load_accounts(struct db *db, struct complaints *complaints, GHashTable *account_ids,
                                              struct error *err);
MUST_USE enum status complaints_load_due(struct db *db, struct complaints *complaints, int32_t agency_id,
                                         struct error *err);

/* Writes what is new or has changed. Fails with ABORTED where somebody else has written one of the rows since. */
MUST_USE enum status complaints_save(struct db *db, struct complaints *complaints, struct error *err);

#endif
