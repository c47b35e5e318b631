#ifndef DUNLIN_REGISTRY_REGISTRY_H
#define DUNLIN_REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cache/cache.h"
#include "db/db.h"
#include "status/status.h"

/* Who is alive, and who owns which partition.
 *
 * Liveness is Redis' business: every instance announces itself once a REGISTRY_HEARTBEAT_MS under a key that dies after
 * REGISTRY_TTL_MS. Safety is PostgreSQL's: an owner holds a partition by the epoch in log.cursor, which every take-over
 * increments; a commit with an older epoch matches no row. If Redis is empty or gone, the last roster stays in force
 * and instances announce again within a second. */
#define REGISTRY_HEARTBEAT_MS  1000
#define REGISTRY_TTL_MS        5000
#define REGISTRY_NAME_SIZE     64
#define REGISTRY_ENDPOINT_SIZE 128

enum instance_state {
    INSTANCE_SERVING,
    INSTANCE_DRAINING, /* still answers; owns nothing new */
};

/* One running instance of a service. A plain value. */
struct instance {
    char service[REGISTRY_NAME_SIZE];            /* "contact" */
    char id[REGISTRY_NAME_SIZE];                 /* unique a process: "contact-3f9a1c" */
    char version[32];                            /* of its binary */
    char rpc_endpoint[REGISTRY_ENDPOINT_SIZE];   /* ROUTER, e.g. "tcp://127.0.0.1:41233" */
    char event_endpoint[REGISTRY_ENDPOINT_SIZE]; /* PUB; empty: publishes nothing */
    char admin_endpoint[REGISTRY_ENDPOINT_SIZE]; /* "http://127.0.0.1:9101" */
    char public_endpoint[REGISTRY_ENDPOINT_SIZE]; /* for third parties (dialer); empty: none */
    int64_t pid;
    int64_t started_at_us;
    enum instance_state state;
};

MUST_USE enum status registry_announce(struct cache *cache, const struct instance *instance, struct error *err);
MUST_USE enum status registry_withdraw(struct cache *cache, const struct instance *instance, struct error *err);

/* Everybody alive, sorted by service, then id. A roster is immutable; owned by the caller. */
struct roster {
    struct instance *instances;
    size_t n;
};
MUST_USE enum status registry_read(struct cache *cache, struct roster **ret_roster, struct error *err);
void roster_free(struct roster *roster);
void roster_freep(struct roster **roster);
struct roster *roster_copy(const struct roster *roster);
const struct instance *roster_find(const struct roster *roster, const char *instance_id);

/* Rendezvous (highest random weight) hashing over the SERVING instances of `service`: the one that ought to own
 * `partition`, lent; NULL where none serves. Every process with the same roster comes to the same answer, and a joining
 * or leaving instance moves only its own share. */
const struct instance *roster_owner(const struct roster *roster, const char *service, uint16_t partition);

struct lease {
    uint16_t partition;
    int64_t epoch;
    int64_t cursor_seq; /* the last event that the service has applied */
};

/* Takes over each of `partitions` for `service` (the consumer's name): epoch + 1, owner = instance_id. *ret_leases, n
 * of them in the order of the partitions, are owned by the caller: free(). */
MUST_USE enum status lease_take(struct db *db, const char *service, const char *instance_id, const uint16_t *partitions,
                                size_t n, struct lease **ret_leases, struct error *err);

/* Gives partitions back: owner = NULL where the epoch is still ours. Losing the race is no error. */
MUST_USE enum status lease_release(struct db *db, const char *service, const struct lease *leases, size_t n,
                                   struct error *err);

/* Who holds what now: for each partition the owner's instance id ("" for none). */
struct lease_holder {
    char instance_id[REGISTRY_NAME_SIZE];
};
MUST_USE enum status lease_holders(struct db *db, const char *service,
                                   struct lease_holder ret_holders[static PARTITION_COUNT], struct error *err);

#endif
