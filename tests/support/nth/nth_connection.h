#ifndef DUNLIN_TESTS_SUPPORT_NTH_NTH_CONNECTION_H
#define DUNLIN_TESTS_SUPPORT_NTH_NTH_CONNECTION_H

#include "nth_database.h"
#include "unit_run.h"

/* The connection that attempts run on, and one attempt. */

/* Replaces it; then nothing is prepared on it, and a unit makes as many calls as it ever does. */
void nth_replace_connection(const struct unit_run *run);
bool nth_is_connection_fresh(void);

/* As worker_after_failure. */
void nth_after_failure(const struct unit_run *run, enum status st);

enum status nth_attempt(const struct unit_run *run, enum nth_failure failure, size_t n, enum nth_commit commit,
                        struct nth_seen *ret_seen, struct error *err);

#endif
