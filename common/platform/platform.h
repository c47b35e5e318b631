#ifndef DUNLIN_PLATFORM_PLATFORM_H
#define DUNLIN_PLATFORM_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "clock/clock.h"
#include "db/db.h"
#include "status/status.h"

/* The ground that all services stand on in PostgreSQL: roles, schemas, the shared tables of the schemas platform and
 * log, agencies, the stored business clock. */

/* One role a service, "dunlin_<service>", owner of the schema of its name, member of dunlin_service (rights on log and
 * platform: read everything; insert into log.event; update heads, cursors; insert/update/delete parked, timers,
 * requests). And dunlin_operator for the `dunlin` command: reads log and platform, releases parked events, drives the
 * clock. */
struct platform_role {
    const char *service;  /* "intake"; NULL ends the list */
    const char *password; /* NULL: log-in without one (private socket) */
};

/* Makes or completes all of it, as the database's owner. Idempotent, under an advisory lock; safe while services run.
 */
MUST_USE enum status platform_init(struct db *db, const struct platform_role *roles, const char *operator_password,
                                   struct error *err);

/* What a service checks at start: partition count and that platform and log are there and not newer than this binary.
 * FAILED_PRECONDITION with the way out (`dunlin db init`). */
MUST_USE enum status platform_check(struct db *db, struct error *err);

/* Makes an agency with a random identity key, or finds it by its slug. */
MUST_USE enum status platform_agency_ensure(struct db *db, const char *slug, const char *name, int32_t *ret_agency_id,
                                            struct error *err);

#define PLATFORM_IDENTITY_KEY_BYTES 32
struct agency {
    int32_t agency_id;
    char slug[64];
    char name[128];
    uint8_t identity_key[PLATFORM_IDENTITY_KEY_BYTES]; /* secret: keys the hashes of identities */
};
/* NOT_FOUND naming the slug and those that exist. */
MUST_USE enum status platform_agency_by_slug(struct db *db, const char *slug, struct agency *ret_agency,
                                             struct error *err);

/* The stored business clock. *ret_is_driven false: the machine's clock rules and *ret_now is untouched. */
MUST_USE enum status platform_clock_read(struct db *db, bool *ret_is_driven, struct instant *ret_now,
                                         struct error *err);
/* FAILED_PRECONDITION where `now` is before the stored time. */
MUST_USE enum status platform_clock_write(struct db *db, struct instant now, struct error *err);
MUST_USE enum status platform_clock_release(struct db *db, struct error *err);

#endif
