#ifndef DUNLIN_DISPUTE_ESCALATION_STORE_H
#define DUNLIN_DISPUTE_ESCALATION_STORE_H

#include "db/db.h"
#include "db/db_columns.h"
#include "dispute_book.h"
#include "status/status.h"

/* Escalations in PostgreSQL: rows into the book, for dispute_store's one load and one save. */

MUST_USE enum status escalation_take_cases(struct book *book, const struct db_result *result, struct error *err);
MUST_USE enum status escalation_take_stops(struct book *book, const struct db_result *result, struct error *err);
/* Of accounts that are in the book: each is linked to its own. Fails with DATA_LOSS where one cannot be read. */
MUST_USE enum status escalation_take_of_accounts(struct book *book, const struct db_result *result, struct error *err);
/* By id: wants their accounts, unless they are there. */
MUST_USE enum status escalation_take(struct book *book, const struct db_result *result, struct error *err);

#define ESCALATION_COLUMNS 12
extern const enum db_type ESCALATION_TYPES[ESCALATION_COLUMNS];
void escalation_push_changes(const struct book *book, struct db_columns *columns);

/* Which of an agency's are listed; zero and "" is every. */
struct escalation_filter {
    int32_t agency_id;
    int16_t route, state;
    const char *target, *owner, *file_id;
    int32_t limit;
    struct instant after_raised_at; /* the last of the page before */
    struct id after_id;
};

/* A page of those that are not closed, oldest first; of an account all, where it is not none. *ret_escalations (struct
 * escalation) is owned by the caller (g_array_unref); texts in it are kept alive by the book. One round trip. */
MUST_USE enum status escalation_store_list(struct db *db, struct book *book, const struct id *account_id,
                                           const struct escalation_filter *filter, GArray **ret_escalations,
                                           struct error *err);

#endif
