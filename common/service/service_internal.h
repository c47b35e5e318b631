#ifndef DUNLIN_SERVICE_SERVICE_INTERNAL_H
#define DUNLIN_SERVICE_SERVICE_INTERNAL_H

#include <stdatomic.h>

#include <czmq.h>
#include <glib.h>

#include "metrics/metrics.h"
#include "service/service.h"

/* Limits. A worker's queue holds at most WORKER_REQUESTS_MAX requests (some seconds of work at 10,000/s); beyond that
 * requests are refused at once. Published frames beyond WORKER_FRAMES_MAX are dropped: the log has them. The pipe's
 * high-water mark is above both together, so that the I/O thread never blocks on it. */
#define WORKER_REQUESTS_MAX 20000
#define WORKER_FRAMES_MAX   4000
#define PIPE_HWM            (WORKER_REQUESTS_MAX + WORKER_FRAMES_MAX + 1000)
/* Memory of the requests, and of the frames, that wait in one process: the counts above bound small ones. A quarter of
 * a gigabyte is some eighty of the largest batches of a placement. */
#define QUEUED_REQUEST_BYTES_MAX (256 * 1024 * 1024)
#define QUEUED_FRAME_BYTES_MAX   (64 * 1024 * 1024)
#define UNIT_CALLS_MAX           1000
#define UNIT_EVENTS_MAX          4000
#define FLOW_EVENTS_MIN          50   /* a unit with as many says that there is load: the next one may gather */
#define READ_EVENTS_MAX          4000 /* of one partition in one read from PostgreSQL */
#define TIMERS_MAX               500
/* Events that a decision at the head may have to apply first. It holds the heads meanwhile, so that nobody can append
 * to those partitions: at some 10,000 events a second for about a second, well within a caller's patience. After a long
 * outage there may be millions; then callers are told to come again and events are applied in the ordinary way. */
#define CATCH_UP_EVENTS_MAX 10000
#define WORKERS_MAX         64

#define HEADS_CHECK_MS 500 /* silence is checked against the heads: a subscription can be lost */
/* How long a published message may be on its way, behind later ones of another producer or behind what the heads say,
 * before the gap is read from PostgreSQL. A busy machine delays many by 10 ms; reading them costs twice. */
#define GAP_PATIENCE_MS   25
#define CURSOR_DELAY_MS   20   /* a cursor that moved over nothing of interest is written at the latest after this */
#define WRITABLE_CHECK_MS 2000 /* how often a worker looks whether PostgreSQL still takes writes */
#define HELD_CHECK_MS     2000 /* how often a worker looks whether its partitions are its own still */
#define TAKEOVER_WAIT_MS  3000 /* how long a live owner gets to hand a partition over */
#define RETRY_FIRST_MS    20
#define RETRY_MAX_MS      2000
#define POISON_ATTEMPTS   3
#define REFUSAL_LOG_MS    1000

/* Between the I/O thread and the workers go a kind and a pointer, whose ownership goes along. */

/* I/O thread to worker. */
enum worker_message {
    /* struct bus_request */
    WORKER_REQUEST,
    /* struct published_frame */
    WORKER_FRAME,
    /* struct roster */
    WORKER_ROSTER,
    /* NULL: business time was driven */
    WORKER_CLOCK,
    /* NULL: read policies again */
    WORKER_RELOAD,
    /* NULL: finish, hand over, answer IO_DRAINED */
    WORKER_DRAIN,
    /* NULL: refuse what waits, close everything, answer IO_STOPPED, then only wait for $TERM */
    WORKER_STOP,
};

/* Worker to I/O thread. */
enum io_message {
    /* struct outgoing_reply */
    IO_REPLY,
    /* struct outgoing_events */
    IO_PUBLISH,
    /* NULL: drained and everything handed over */
    IO_DRAINED,
    /* NULL: nothing follows */
    IO_STOPPED,
};

struct published_frame {
    uint16_t partition;
    zframe_t *frame;
};

struct outgoing_reply {
    zframe_t *peer;
    uint64_t request_id;
    enum status code;
    char *message;
    char *owner;
    uint8_t *body;
    size_t body_len;
};

struct outgoing_events {
    uint16_t partition;
    uint8_t *bytes;
    size_t len;
    bool is_for_us; /* this process may own the partition and has not applied them: no socket brings it its own */
};

void outgoing_reply_free(struct outgoing_reply *reply);
void outgoing_events_free(struct outgoing_events *events);
void published_frame_free(struct published_frame *frame);

enum service_state {
    SERVICE_SERVING,
    SERVICE_DRAINING,
    SERVICE_STOPPED,
};

/* What stands between a worker and its database. */
enum database_state {
    DATABASE_UNREACHABLE,
    DATABASE_NO_WRITES, /* it answers, and takes no writes: read-only, a standby, or its disk is full */
    DATABASE_UP,
};

/* Shared by all threads of the process; immutable after start but for the atomics. */
struct service {
    const struct service_spec *spec;
    const struct config *config;
    struct bus_keys *keys;
    struct instance instance; /* as announced; `state` is only written by the I/O thread */
    unsigned n_workers;
    void *edge;           /* as edge_start made it, before the I/O thread runs; NULL: there is none */
    GHashTable *consumed; /* type name -> ProtobufCMessageDescriptor; read only */
    char own_prefix[96];  /* "dunlin.contact.v1." */
    char actor[80];       /* "service:contact" */
    char own_role[80];    /* "dunlin_contact" */
    _Atomic int state;
    _Atomic bool has_roster;
    _Atomic int64_t announced_at_us;              /* machine time: when Redis last took an announcement; 0: never */
    _Atomic int database[WORKERS_MAX];            /* enum database_state */
    _Atomic uint64_t owned[WORKERS_MAX];          /* bit p: the worker owns partition p */
    _Atomic uint64_t rewinds;                     /* how often cursors were set back: each worker follows by itself */
    _Atomic int64_t queued_requests[WORKERS_MAX]; /* sent to the worker and not answered yet */
    _Atomic int64_t queued_frames[WORKERS_MAX];
    _Atomic int64_t queued_request_bytes, queued_frame_bytes; /* of all workers */
    _Atomic int64_t lag[WORKERS_MAX];                         /* events that the worker knows of and has not applied */
};

struct db_options service_db_options(const struct service *service);
/* Opens a connection that takes writes; *ret_state says, on failure too, how far it came. Fails as db_open does, and
 * with UNAVAILABLE where the server is read-only or its disk is full. */
MUST_USE enum status database_open(const struct service *service, struct db **ret_db, enum database_state *ret_state,
                                   struct error *err);
/* UNAVAILABLE where the server has become read-only. */
MUST_USE enum status database_check_writable(struct db *db, struct error *err);
/* For a human; NULL for DATABASE_UP. */
const char *database_trouble(enum database_state state);
/* Why the service refuses its work now, for a human; NULL: it takes it. */
const char *service_trouble(const struct service *service);

/* The worker's thread, for zactor_new; args is a struct worker_args that outlives it. */
struct worker_args {
    struct service *service;
    unsigned index;
    enum status status; /* out: whether the service's context could be opened; read once the actor has signalled */
    struct error error;
};
void worker_actor(zsock_t *pipe, void *args);

/* The roster's thread: announces the instance and reads who is alive, once a heartbeat; sends ROSTER (pointer) to its
 * pipe. args is the service. */
void roster_actor(zsock_t *pipe, void *args);

/* The I/O thread, which is the caller's. Returns STATUS_OK when the service has stopped: the workers have answered
 * everything and ended. Otherwise they run still. */
struct io;
enum status io_run(struct service *service, zactor_t *const *workers, zactor_t *roster, zsock_t *router, zsock_t *pub,
                   zsock_t *sub, int signal_fd, struct error *err);

/* What the unit needs to know of the worker that runs it. */
struct unit_owner {
    const struct service *service;
    struct db *db;
    void *context;
    bool (*is_parked)(const void *worker, const struct id *debtor_id);
    const void *worker;
    bool *is_epoch_lost; /* set where a cursor that the unit moves is another instance's by now */
};

struct unit_publication {
    uint16_t partition;
    int64_t first_seq, last_seq;
    struct outgoing_events *events;
};

struct unit *unit_begin(const struct unit_owner *owner, struct error *err);
/* Locks the heads of `partitions` (ascending) now: everything committed before is visible from here on, nothing can be
 * appended until the unit ends. */
MUST_USE enum status unit_lock_heads(struct unit *unit, const uint16_t *partitions, size_t n, struct error *err);
/* Where the locked head of `partition` stands: its last number. */
int64_t unit_locked_last_seq(const struct unit *unit, uint16_t partition);
/* The consumer's cursor of `partition` stands at `seq` when the unit commits. */
void unit_move_cursor(struct unit *unit, uint16_t partition, int64_t epoch, int64_t seq);
/* A statement that goes with the last round trip; its arrays must live until the unit ends. */
void unit_add_call(struct unit *unit, const struct db_call *call);
/* Earliest timer that this unit set; INT64_MAX where it set none. */
int64_t unit_earliest_timer_us(const struct unit *unit);
/* The unit set cursors back: the in-memory ones are wrong once it has committed. */
bool unit_is_rewound(const struct unit *unit);
size_t unit_draft_count(const struct unit *unit);
struct db_tx *unit_tx(struct unit *unit);
void unit_set_traceparent(struct unit *unit, const char *traceparent);

/* Appends, moves cursors, commits. Where the unit moved the cursor of a partition to the head before its own events and
 * the service does not consume its own, the cursor goes over them too. *ret_publications (GArray of struct
 * unit_publication, owned by the caller) is what to publish; *ret_cursors (GArray of struct eventlog_cursor_move) is
 * where the cursors stand now. On failure nothing happened, but for DEADLINE_EXCEEDED, where the outcome
 * is unknown. Ends the unit in any case; *unit becomes NULL. */
MUST_USE enum status unit_commit(struct unit **unit, GArray **ret_publications, GArray **ret_cursors,
                                 struct error *err);
void unit_rollback(struct unit *unit);
void unit_rollbackp(struct unit **unit);

struct service_answer {
    bool is_given;
    enum status code;
    char *message;
    uint8_t *body;
    size_t body_len;
};
void service_answer_clear(struct service_answer *answer);

/* Rows of SERVICE_METRICS, which is ended by name NULL. */
enum service_metric {
    SERVICE_REQUESTS,
    SERVICE_REQUEST_TIME,
    SERVICE_EVENTS_APPLIED,
    SERVICE_EVENTS_APPENDED,
    SERVICE_UNIT_TIME,
    SERVICE_EVENTS_PARKED,
    SERVICE_LAG,
    SERVICE_PARTITIONS,
    SERVICE_TIMERS_FIRED,
    SERVICE_GAPS_READ,
    SERVICE_FRAMES_DROPPED,
    SERVICE_FRAMES_REFUSED,
};
extern const struct metric SERVICE_METRICS[];

#endif
