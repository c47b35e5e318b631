#ifndef DUNLIN_SERVICE_WORKER_H
#define DUNLIN_SERVICE_WORKER_H

#include "service/inbox.h"
#include "service/service_internal.h"

/* One worker: a thread with its own PostgreSQL connection and its share of the partitions (partition modulo the number
 * of workers). Private to common/service. */
struct part {
    bool is_owned;
    struct monotonic wanted_since; /* us 0: not waiting for it */
    int64_t epoch;
    int64_t stored;     /* the cursor as committed; inbox.cursor may be ahead over events of no interest */
    int64_t fire_after; /* timers of the partition wait until inbox.cursor is here; 0: none waits */
    struct inbox inbox;
    GArray *parked; /* struct parked_event, ascending by seq */
};

struct worker {
    struct service *service;
    unsigned index;
    zsock_t *pipe;
    struct db *db; /* NULL while the connection is down */
    void *context;
    struct part parts[PARTITION_COUNT];
    struct roster *roster;
    GQueue **requests; /* one a method, of struct bus_request */
    size_t n_methods;
    bool is_draining, has_drained, is_stopped;
    bool must_check_ownership;
    int64_t next_timer_us; /* business time; INT64_MIN: not known, look */
    bool is_timer_suspect; /* a batch of timers failed: one at a time until they are through */
    int64_t connect_retry_ms, events_retry_ms, timers_retry_ms; /* the last pause; 0: no failure */
    struct monotonic next_connect, next_writable, next_ownership, next_held, next_heads, next_daily, unsaved_since;
    struct monotonic events_retry_at, timers_retry_at, next_refusal_log;
    struct monotonic gather_until; /* under load the next unit of events waits for more of them */
    uint16_t harvest_from;         /* the partition that the next unit of events begins with */
    bool has_unsaved;
    uint64_t rewinds;   /* how often cursors were set back, as far as this worker has followed */
    bool is_epoch_lost; /* the last commit found another instance where this one thought itself the owner */
};

/* Sends to the I/O thread; ownership goes along. */
void worker_send(struct worker *worker, enum io_message kind, void *pointer);

/* The next pause after the one before: doubled up to RETRY_MAX_MS. Sets *retry_ms; the result is when to try again. */
struct monotonic worker_pause(int64_t *retry_ms);

/* After a failure: closes a connection that is dead, or whose server does not take writes, so that the loop opens
 * another; gives up the partitions, which are then taken again, where another instance has one of them. What failed on
 * a living connection is rolled back for certain. */
void worker_after_failure(struct worker *worker, enum status st);

/* Business time as it is stored, driven or not. */
MUST_USE enum status worker_read_clock(struct worker *worker, struct error *err);

struct unit *worker_begin(struct worker *worker, struct error *err);
/* The unit commits only where this worker owns the partition still: what a zombie decided is thrown away (ABORTED). */
void worker_fence(const struct worker *worker, struct unit *unit, uint16_t partition);
/* Commits, publishes, and notes where cursors and timers stand. */
MUST_USE enum status worker_commit(struct worker *worker, struct unit **unit, const char *kind, struct monotonic since,
                                   struct error *err);

void ownership_step(struct worker *worker);
/* Every HELD_CHECK_MS: gives the partitions up where the database says that some belong to another, or to nobody. */
void ownership_check_held(struct worker *worker);
void ownership_drop_all(struct worker *worker);
/* Where cursors were set back, drops all partitions, which are then taken again where they stand now. */
void ownership_follow_rewinds(struct worker *worker);
size_t ownership_list(const struct worker *worker, uint16_t ret_partitions[static PARTITION_COUNT]);
/* After a failure that leaves in doubt what was committed or who owns what: gives the partitions up, to be taken again;
 * a broadcast consumer, which commits nothing, reads on from where it stands. */
void ownership_give_up(struct worker *worker);

void events_receive(struct worker *worker, struct published_frame *frame);
void events_step(struct worker *worker);
void events_check_heads(struct worker *worker);
/* Forgets what arrived and reads the log from where each cursor stands. */
void events_read_again(struct worker *worker);
bool events_is_parked(const void *worker, const struct id *debtor_id);
MUST_USE enum status events_load_parked(struct worker *worker, struct error *err);
/* Applies, inside a unit that holds the heads, everything that the log has beyond the cursors of `partitions`.
 * RESOURCE_EXHAUSTED where that is more than CATCH_UP_EVENTS_MAX events together. */
MUST_USE enum status events_catch_up(struct worker *worker, struct unit *unit, const uint16_t *partitions, size_t n,
                                     struct error *err);
/* RESOURCE_EXHAUSTED where as much as that is known to be missing of one partition, without asking PostgreSQL. */
MUST_USE enum status events_check_backlog(const struct worker *worker, uint16_t partition, struct error *err);
/* Applies what is pending for the partitions now, parking what cannot be applied. */
void events_consume_now(struct worker *worker, const uint16_t *partitions, size_t n);
/* Milliseconds until events can be applied; INT64_MAX where none are known. */
int64_t events_wait_ms(const struct worker *worker);
/* After cursors moved: are some ahead of what is stored, and since when? */
void events_note_unsaved(struct worker *worker);
MUST_USE enum status events_save_cursors(struct worker *worker, struct error *err);

void requests_add(struct worker *worker, struct bus_request *request);
void requests_step(struct worker *worker);
bool requests_are_pending(const struct worker *worker);
void requests_refuse_all(struct worker *worker, enum status code, const char *message);

void timers_step(struct worker *worker);
/* Another worker or instance may have set one in a partition of ours. */
void timers_look_again(struct worker *worker);

#endif
