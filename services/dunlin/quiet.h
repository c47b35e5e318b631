#ifndef DUNLIN_CLI_QUIET_H
#define DUNLIN_CLI_QUIET_H

#include "db/db.h"
#include "status/status.h"

/* The system at rest: every consumer of the log at the head of every partition, and no timer due at the business time
 * as it is stored. Asked in one statement, hence of one moment. */

/* Waits for it. Fails with DEADLINE_EXCEEDED saying what is still moving. Not at rest because of what nobody in the log
 * knows of (requests under way, a dialer's calls) is not seen. */
MUST_USE enum status quiet_wait(struct db *db, int64_t timeout_ms, struct error *err);

/* The names of all services as an array parameter; owned: db_array_free. */
struct db_array *quiet_services(void);

#endif
