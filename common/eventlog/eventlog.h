#ifndef DUNLIN_EVENTLOG_EVENTLOG_H
#define DUNLIN_EVENTLOG_EVENTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/db.h"
#include "id/id.h"
#include "status/status.h"

/* The log: one totally ordered, gapless, hash-chained, append-only sequence of events a partition (DESIGN.md §4).
 * PostgreSQL holds it; this module appends, reads and verifies. Publishing and consuming on top of it is the business
 * of common/service. */
#define EVENTLOG_HASH_BYTES        32
#define EVENTLOG_PAYLOAD_MAX_BYTES (256 * 1024)
/* Payloads of one append: a quarter of what one array parameter of PostgreSQL can hold. */
#define EVENTLOG_APPEND_MAX_BYTES (256 * 1024 * 1024)
#define EVENTLOG_PACKED_MAX_BYTES (16 * 1024 * 1024)
#define EVENTLOG_FIRST_SEQ        1

/* One event. Texts and bytes are borrowed from whoever made it (an eventlog_batch, a draft's owner). */
struct event {
    uint16_t partition;
    int64_t seq;            /* 0 before it is appended */
    int64_t recorded_at_us; /* machine's UTC clock at append */
    int64_t occurred_at_us; /* business time */
    int32_t agency_id;
    struct id debtor_id;  /* none: concerns no single debtor */
    struct id account_id; /* none: concerns no single account */
    const char *type;     /* full protobuf name, "dunlin.intake.v1.AccountPlaced" */
    const char *actor;
    const char *traceparent;
    const uint8_t *payload; /* packed message of that type */
    size_t payload_len;
    uint8_t hash[EVENTLOG_HASH_BYTES];
};

/* The head of one partition, as locked. */
struct eventlog_head {
    uint16_t partition;
    int64_t next_seq;
    uint8_t hash[EVENTLOG_HASH_BYTES];
};

/* Locks the heads of `partitions` (ascending, without doubles: asserts) until the end of the transaction; *ret_heads, n
 * of them in that order, owned by the caller: free(). Blocks up to the statement timeout while another append commits.
 * One round trip. */
MUST_USE enum status eventlog_lock(struct db_tx *tx, const uint16_t *partitions, size_t n,
                                   struct eventlog_head **ret_heads, struct error *err);

/* Numbers `events` from the heads' next_seq, chains their hashes, inserts them and advances the heads, in one round
 * trip; sets seq, recorded_at_us and hash in each. events  grouped by ascending partition, each partition among
 * `heads`; payload_len within EVENTLOG_PAYLOAD_MAX_BYTES (else INVALID_ARGUMENT). heads   as locked in this
 * transaction; updated in place, so that a second append may follow. Extra statements that belong to the same round
 * trip (cursors, timers) can be given in `more`; their results stay with the caller. May be NULL/0. */
MUST_USE enum status eventlog_append(struct db_tx *tx, struct eventlog_head *heads, size_t n_heads,
                                     struct event *events, size_t n_events, struct db_call *more, size_t n_more,
                                     struct error *err);

/* Events read from PostgreSQL or decoded from a published frame: owns every text and payload of `events`. */
struct eventlog_batch {
    struct event *events;
    size_t n;
    void *storage;
};
void eventlog_batch_free(struct eventlog_batch *batch);
void eventlog_batch_freep(struct eventlog_batch **batch);

/* The next up to `limit` events of one partition after `after_seq`, in order. An empty batch where there is none. */
MUST_USE enum status eventlog_read(struct db *db, uint16_t partition, int64_t after_seq, int32_t limit,
                                   struct eventlog_batch **ret_batch, struct error *err);

/* The same for several partitions in one round trip, up to `limit` of each; events grouped by partition in the given
 * order. */
MUST_USE enum status eventlog_read_many(struct db *db, const uint16_t *partitions, const int64_t *after_seqs, size_t n,
                                        int32_t limit, struct eventlog_batch **ret_batch, struct error *err);

/* next_seq of the given partitions, unlocked, in the order given. */
MUST_USE enum status eventlog_heads(struct db *db, const uint16_t *partitions, size_t n, int64_t *ret_next_seqs,
                                    struct error *err);

/* The bytes that are published: a packed dunlin.log.v1.EventBatch of events of ONE partition with consecutive seqs.
 * *ret_bytes owned by the caller: free(). */
void eventlog_pack(const struct event *events, size_t n, uint8_t **ret_bytes, size_t *ret_len);
/* Fails with INVALID_ARGUMENT: garbage, too big (16 MiB), gaps in seq. */
MUST_USE enum status eventlog_unpack(const uint8_t *bytes, size_t len, struct eventlog_batch **ret_batch,
                                     struct error *err);

/* hash = BLAKE2b-256(previous hash ‖ canonical form of the event); the canonical form is in README.md. */
void eventlog_hash(const uint8_t previous[static EVENTLOG_HASH_BYTES], const struct event *event,
                   uint8_t ret_hash[static EVENTLOG_HASH_BYTES]);

/* Walks one partition from its first event: checks numbers without gaps, every hash, and that the last equals the head.
 * `on_progress` may be NULL. Fails with DATA_LOSS naming partition, seq and what is wrong. */
typedef void eventlog_progress_fn(void *context, uint16_t partition, int64_t seq, int64_t last_seq);
MUST_USE enum status eventlog_verify(struct db *db, uint16_t partition, eventlog_progress_fn *on_progress,
                                     void *context, int64_t *ret_events, struct error *err);

/* A statement that advances cursors where the epoch is still ours, for eventlog_append's `more`. The caller checks
 * afterwards that db_affected equals n; fewer means another instance owns a partition now: roll back. The arrays must
 * live until the call is made. */
struct eventlog_cursor_move {
    uint16_t partition;
    int64_t epoch;
    int64_t seq;
};
struct eventlog_cursor_call {
    struct db_array *partitions, *epochs, *seqs;
};
void eventlog_cursor_prepare(const char *consumer, const struct eventlog_cursor_move *moves, size_t n,
                             struct eventlog_cursor_call *storage, struct db_call *call);
void eventlog_cursor_clear(struct eventlog_cursor_call *storage);

/* Parked events. */
struct parked_event {
    uint16_t partition;
    int64_t seq;
    struct id debtor_id;
    bool is_released;
    int32_t attempts; /* 0: never tried, it waits behind an earlier one of its debtor */
};
MUST_USE enum status eventlog_park(struct db_tx *tx, const char *consumer, const struct event *event,
                                   const char *reason, int32_t attempts, struct error *err);
MUST_USE enum status eventlog_unpark(struct db_tx *tx, const char *consumer, uint16_t partition, int64_t seq,
                                     struct error *err);
/* In ascending (partition, seq); *ret_parked owned by the caller: free(). */
MUST_USE enum status eventlog_parked(struct db *db, const char *consumer, const uint16_t *partitions,
                                     size_t n_partitions, struct parked_event **ret_parked, size_t *ret_n,
                                     struct error *err);
/* One event by its number. NOT_FOUND. */
MUST_USE enum status eventlog_read_one(struct db *db, uint16_t partition, int64_t seq,
                                       struct eventlog_batch **ret_batch, struct error *err);

#endif
