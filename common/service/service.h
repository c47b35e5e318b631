#ifndef DUNLIN_SERVICE_SERVICE_H
#define DUNLIN_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "bus/bus.h"
#include "config/config.h"
#include "eventlog/eventlog.h"
#include "service/unit.h"
#include "status/status.h"
#include "timer/timer.h"

/* The skeleton of every service: one I/O thread (requests, events in and out, roster, control) that never blocks, and
 * workers that own a share of the partitions, each with its own PostgreSQL connection, its own context of the service
 * and no shared state. A service is a table: what it answers, what it consumes, what its timers do.
 *
 * States: SERVING -> DRAINING (SIGTERM: refuses new work, finishes what is in flight, hands its partitions over,
 * bounded by --drain-timeout) -> STOPPED. A second SIGTERM exits at once. */

enum service_scope {
    SERVICE_ANYWHERE,     /* no owner needed: any instance answers. Runs in a transaction; may emit into any partition
                             (intake), may read (queries) */
    SERVICE_IN_PARTITION, /* at the partition's owner, whose events up to some moment ago are applied */
    SERVICE_AT_HEAD,      /* at the partition's owner, holding the head's lock, every event committed before applied: a
                             decision nothing can overtake (DESIGN.md §6) */
};

/* One request inside a batch, and its answer. A handler answers every call of the batch exactly once, by service_reply
 * or service_fail. */
struct service_call {
    const ProtobufCMessage *request; /* unpacked, borrowed */
    uint16_t partition;
    const char *peer;            /* name of the peer's certificate: "dunlin", "dialer", "acme" */
    const char *role;            /* "service", "operator", "dialer" */
    int32_t agency_id;           /* whose accounts it may concern; 0: any agency's */
    const char *principal;       /* on whose behalf; may be empty */
    const char *idempotency_key; /* may be empty */
    const char *traceparent;
    struct service_answer *answer; /* the runtime's */
};

/* `reply` is packed at once: the caller keeps it. */
void service_reply(struct service_call *call, const ProtobufCMessage *reply);
/* `code` is not OK. The call had no effect: a handler checks before it writes. */
void service_fail(struct service_call *call, enum status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void service_fail_error(struct service_call *call, const struct error *err);
bool service_is_answered(const struct service_call *call);

/* Handles a batch of calls of one method in one unit. Anything but STATUS_OK rolls the whole unit back; the runtime
 * then runs each call in a unit of its own, and answers the one that fails again with that error. Answers given before
 * are forgotten. */
typedef enum status service_handler_fn(struct unit *unit, struct service_call *calls, size_t n_calls,
                                       struct error *err);

struct service_method {
    const char *name; /* as in the proto service; NULL ends a table */
    enum service_scope scope;
    service_handler_fn *handle;
    const char *roles; /* who may call: "service operator dialer" or a part of it */
    bool is_query;     /* has no effect: no stored replies */
};

/* An event together with its unpacked payload. */
struct service_event {
    const struct event *event;
    const ProtobufCMessage *message; /* of the type that event->type names, borrowed */
};

/* Applies a batch of events, grouped by partition and in log order within each, in one unit. Only types that the
 * service lists arrive. Events that this service itself produced arrive only where `consumes_own`. Applying must be
 * repeatable after a rollback and must not depend on batch boundaries. Anything but STATUS_OK rolls back: transient
 * codes are retried, others run the events one by one and park the one that fails. */
typedef enum status service_apply_fn(struct unit *unit, const struct service_event *events, size_t n_events,
                                     struct error *err);

enum service_consumption {
    SERVICE_CONSUMES_NOTHING,
    SERVICE_CONSUMES_OWNED,     /* each partition by its owner, with a durable cursor: exactly-once effect */
    SERVICE_CONSUMES_BROADCAST, /* every instance sees every partition from now on; no cursor, no transaction effects
                                   (dialer's stop messages) */
};

/* Applies due timers, earliest first, that have been taken in this unit. unit_now is at or after each due_at. Every
 * event of their partitions that was committed before they were looked at is applied (or parked). */
typedef enum status service_timers_fn(struct unit *unit, const struct timer *timers, size_t n_timers,
                                      struct error *err);

#define SERVICE_GATHER_MS 20

struct service;

struct service_spec {
    const char *name;                             /* "contact": schema, role, consumer, key and registry name */
    const char *summary;                          /* for --help */
    const struct config_option *options;          /* the service's own, ended by name NULL; may be NULL */
    const struct db_migration *migrations;        /* of the schema `name`; may be NULL */
    const struct db_statement *const *statements; /* all, for the preparing check at start; may be NULL */
    const ProtobufCServiceDescriptor *rpc;        /* may be NULL */
    const struct service_method *methods;         /* every method of `rpc`: checked at start */
    enum service_consumption consumption;
    const ProtobufCMessageDescriptor *const *consumed; /* event types, NULL last */
    bool consumes_own;
    /* Under load, how long events may gather, from the beginning of one unit to that of the next, so that one unit
     * applies many of them: large units cost a fraction of small ones, and what happens to an account in quick
     * succession is written once. A lone event never waits, and decisions at the head wait for nothing. 0:
     * SERVICE_GATHER_MS. */
    int64_t gather_ms;
    service_apply_fn *apply;
    service_timers_fn *timers; /* NULL: has none */

    /* Makes a worker's context (policies, caches); called on the worker's thread after the database is there. `close`
     * copes with NULL. Both may be NULL. */
    enum status (*open)(const struct service *service, unsigned worker, void **ret_context, struct error *err);
    void (*close)(void *context);
    /* SIGHUP: read policies again, on the worker's thread between two units; on failure the old ones stay and the error
     * is logged. May be NULL. */
    enum status (*reload)(void *context, struct error *err);
    /* Partitions came to or left this worker: caches of them must go. May be NULL. */
    void (*partition_changed)(void *context, uint16_t partition, bool is_owned);

    /* An additional public socket (the dialer's edge), run by the service's own actor next to the I/O thread; NULL for
     * none. Started last, stopped first. */
    enum status (*edge_start)(const struct service *service, void **ret_edge,
                              char ret_endpoint[static REGISTRY_ENDPOINT_SIZE], struct error *err);
    void (*edge_stop)(void *edge);
    /* SIGHUP, as `reload`, but once a process and for the edge, on a worker's thread: what the edge's own threads use
     * is replaced under their hands. May be NULL. */
    enum status (*edge_reload)(void *edge, struct error *err);
};

/* For `open` and edges. */
const struct config *service_config(const struct service *service);
const struct bus_keys *service_keys(const struct service *service);
const char *service_instance_id(const struct service *service);

/* The whole program: main.c is `return service_main(&spec, argc, argv);`. Exit codes: 0 stopped cleanly, 1 failed (why
 * is on stderr), 2 bad options. */
int service_main(const struct service_spec *spec, int argc, char **argv);

#endif
