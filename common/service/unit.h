#ifndef DUNLIN_SERVICE_UNIT_H
#define DUNLIN_SERVICE_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "clock/clock.h"
#include "db/db.h"
#include "eventlog/eventlog.h"
#include "id/id.h"
#include "status/status.h"
#include "timer/timer.h"

/* A unit of work: everything that happens in one PostgreSQL transaction - effects, produced events, timers, the
 * consumer's cursors and stored replies - so that all of it happens or none (promise P2). The worker opens and commits
 * it; handlers write through unit_db and say what to emit.
 *
 * A unit may span several partitions of its worker; whatever it emits for a partition is appended at the end, under the
 * heads' locks, in the order of emission. Belongs to one worker thread and lives for one call of a handler. */
struct unit;

/* The connection, inside the open transaction: for the service's store only. Handlers never begin, commit or roll back.
 */
struct db *unit_db(const struct unit *unit);

/* Business time, the same for the whole unit. */
struct instant unit_now(const struct unit *unit);

/* The service's own context, as its `open` returned it for this worker. */
void *unit_context(const struct unit *unit);

/* What an event is about. */
struct subject {
    int32_t agency_id;
    struct id debtor_id;  /* none: no single debtor */
    struct id account_id; /* none: no single account */
    uint16_t partition;   /* of debtor_id or account_id; asked for only where both are none */
};

/* Appends `message` to the partition's log when the unit commits. Packed at once: the caller keeps the message. `actor`
 * NULL: "service:<name>". Fails with INVALID_ARGUMENT where it is larger than EVENTLOG_PAYLOAD_MAX_BYTES. */
MUST_USE enum status unit_emit(struct unit *unit, const struct subject *subject, const char *actor,
                               const ProtobufCMessage *message, struct error *err);

/* Durable timers, written with the unit. */
void unit_timer_set(struct unit *unit, const struct timer *timer);
void unit_timer_cancel(struct unit *unit, const char *kind, const struct id *subject_id);

/* True where an event of this debtor is parked: what the service knows of him is incomplete, so decisions about him
 * must be refused. */
bool unit_is_debtor_parked(const struct unit *unit, const struct id *debtor_id);

/* Starts over: the cursors of all partitions that this instance owns stand before the first event when the unit
 * commits, and nothing of them is parked, so that every event is applied again. For a service whose tables follow from
 * the log alone and that throws away, after this and in the same unit, what it has of the partitions returned (in no
 * order).
 *
 * Epochs keep it safe: what any worker of the instance has under way for them is undone; the workers take the
 * partitions again, at once or within HEADS_CHECK_MS. Where one of them has written what is to be thrown away and waits
 * for its cursor, PostgreSQL undoes one of the two, which is tried again. */
MUST_USE enum status unit_rewind(struct unit *unit, uint16_t ret_partitions[static PARTITION_COUNT], size_t *ret_n,
                                 struct error *err);

/* For handlers of SERVICE_AT_HEAD methods: number of the partition's last event that this unit has seen. */
int64_t unit_head_seq(const struct unit *unit, uint16_t partition);

#endif
