#ifndef DUNLIN_TESTS_SUPPORT_NTH_NTH_DIGEST_H
#define DUNLIN_TESTS_SUPPORT_NTH_NTH_DIGEST_H

#include "test_database.h"

/* Looks at a whole database from outside of the service: what its tables hold, and that nobody keeps its heads. */
struct digest;

/* `role`: of the service that is looked at. */
struct digest *digest_open(const struct test_database *database, const char *role);
void digest_close(struct digest *digest);

/* "log.head=64:8812… intake.account=3:…": rows and a sum over them, a table; g_free. Fails the test where a head of the
 * log cannot be locked at once. */
char *digest_take(struct digest *digest);

/* Asks, as the service's role and in its transaction, how many rows there are; lent. */
const char *digest_counts_sql(const struct digest *digest);

#endif
