#ifndef DUNLIN_CLI_STATEMENT_IMPORT_H
#define DUNLIN_CLI_STATEMENT_IMPORT_H

#include "cli.h"
#include "statement_items.h"

/* What `dunlin statement import` asks of the services. Options of the command that these read: agency, sure. */

/* Finds the accounts that the items' references may mean, and judges each payment that came in. Candidates' texts are
 * lent by *ret_texts, owned by the caller (g_string_chunk_free). */
MUST_USE enum status statement_find_accounts(struct cli *cli, GPtrArray *statements, GStringChunk **ret_texts,
                                             struct error *err);

/* What payment says of a statement. */
struct statement_known {
    bool is_new;
    int64_t imported_at_us;
    int64_t previous_sequence_number;
};

/* Records a statement with what was judged of its payments; what was decided before goes before it. */
MUST_USE enum status statement_record(struct cli *cli, struct statement_items *items, const char *file_name,
                                      struct statement_known *ret_known, struct error *err);

/* Posts, holds and takes back as was decided. What a service refuses is its item's outcome; fails where nothing can be
 * said of the others (the bus is not there). Calling it again finishes what was interrupted. */
MUST_USE enum status statement_settle(struct cli *cli, struct statement_items *items, struct error *err);

#endif
