#ifndef DUNLIN_BUS_BUS_H
#define DUNLIN_BUS_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <czmq.h>
#include <protobuf-c/protobuf-c.h>

#include "clock/clock.h"
#include "id/id.h"
#include "metrics/metrics.h"
#include "registry/registry.h"
#include "status/status.h"

/* Requests and events over ZeroMQ with protobuf contracts (DESIGN.md §5). CURVE is always on. */

/* ZMQ_MAXMSGSIZE of request sockets: 1,000 raw rows of at most 4 KiB. */
#define BUS_FRAME_MAX_BYTES (4 * 1024 * 1024)
#define BUS_EVENT_MAX_BYTES (16 * 1024 * 1024)
#define BUS_HWM_MESSAGES    10000
/* What a subscriber sends to a PUB socket: "p007", and its handshake before, of some 400 bytes. libzmq keeps a node a
 * byte of each subscription. */
#define BUS_SUBSCRIPTION_MAX_BYTES 1024
/* Requests of one connection that wait to be looked at: a client of ours has as many under way at most (BUS_WINDOW),
 * and one that sends only greatest frames holds one gigabyte, not 40. */
#define BUS_REQUESTS_HWM         256
#define BUS_HEARTBEAT_IVL_MS     2000 /* ZMTP pings: a dead peer is noticed after BUS_HEARTBEAT_TIMEOUT_MS */
#define BUS_HEARTBEAT_TIMEOUT_MS 6000

/* What this module counts, for metrics_register. */
extern const struct metric BUS_METRICS[];

/* A folder of CURVE certificates in czmq's format:
 *   <keys>/private/<name>.key_secret   readable by its process only (0600)
 *   <keys>/public/<name>.key           of every known peer: the ZAP allow-list; metadata "name" and "role"
 *                                      ("service", "operator", "dialer"), and "agency" where the
 *                                      peer may work for one agency only: its number
 * A container or host gets its own secret and all public files. */
struct bus_keys;

/* Opens the folder and loads the secret of `name`. Fails with NOT_FOUND naming the file and the way out (`dunlin keys
 * init`). */
MUST_USE enum status bus_keys_open(const char *folder, const char *name, struct bus_keys **ret_keys, struct error *err);
void bus_keys_free(struct bus_keys *keys);
void bus_keys_freep(struct bus_keys **keys);
const zcert_t *bus_keys_own(const struct bus_keys *keys);
/* The public key of a peer as Z85 text (40 characters); NULL where unknown. Lent. */
const char *bus_keys_public(const struct bus_keys *keys, const char *name);

/* Makes the pair of `name` with `role` where it is missing; leaves an existing one alone (idempotent). */
MUST_USE enum status bus_keys_make(const char *folder, const char *name, const char *role, bool *ret_is_new,
                                   struct error *err);
/* The same, bound to an agency: whatever its holder asks for concerns accounts of that agency alone. 0: to none. A pair
 * that is there already stays bound as it is. */
MUST_USE enum status bus_keys_make_bound(const char *folder, const char *name, const char *role, int32_t agency_id,
                                         bool *ret_is_new, struct error *err);

/* The process's ZAP handler: admits exactly the public keys in <keys>/public, re-reading the folder when it changes, so
 * that a dialer can be added while services run. A peer's name and role come from its certificate. One a process
 * (ALREADY_EXISTS), started before any server socket is bound and stopped after the last one is closed. NOT_FOUND: no
 * such folder. */
struct bus_gate;
MUST_USE enum status bus_gate_start(const char *folder, struct bus_gate **ret_gate, struct error *err);
void bus_gate_stop(struct bus_gate *gate);
void bus_gate_stopp(struct bus_gate **gate);

/* All with LINGER, both HWM, MAXMSGSIZE, heartbeats and CURVE set explicitly. *ret_endpoint (a wildcard port resolved)
 * into the given buffer. Binding fails with FAILED_PRECONDITION where no gate runs in this process: libzmq would admit
 * every key. */
MUST_USE enum status bus_bind_router(const struct bus_keys *keys, const char *endpoint, zsock_t **ret_socket,
                                     char ret_endpoint[static REGISTRY_ENDPOINT_SIZE], struct error *err);
MUST_USE enum status bus_bind_pub(const struct bus_keys *keys, const char *endpoint, zsock_t **ret_socket,
                                  char ret_endpoint[static REGISTRY_ENDPOINT_SIZE], struct error *err);
/* A SUB socket without connections; bus_connect_sub adds a producer, whose key is that of its service name. */
MUST_USE enum status bus_open_sub(const struct bus_keys *keys, zsock_t **ret_socket, struct error *err);
MUST_USE enum status bus_connect_sub(zsock_t *socket, const struct bus_keys *keys, const char *service,
                                     const char *endpoint, struct error *err);

/* "p007": the topic of a partition. */
#define BUS_TOPIC_SIZE 8
const char *bus_topic(uint16_t partition, char text[static BUS_TOPIC_SIZE]);

/* One request as received: checked (size, envelope, method known, deadline sane) but its body still packed. Owned:
 * bus_request_free. */
struct bus_request {
    zframe_t *peer;                     /* routing id, for the reply */
    char peer_name[REGISTRY_NAME_SIZE]; /* from the peer's certificate, by ZAP: proven */
    char peer_role[16];
    int32_t agency_id; /* whose accounts it may concern; 0: any. Of the peer's key, else as the peer says */
    uint64_t request_id;
    const ProtobufCServiceDescriptor *service;
    const ProtobufCMethodDescriptor *method;
    unsigned method_index;
    uint16_t partition;
    char *principal, *idempotency_key, *traceparent; /* never NULL */
    struct monotonic received_at, deadline;
    ProtobufCMessage *body; /* unpacked by the method's input descriptor */
    size_t body_bytes;      /* of memory that it takes: queues of requests are bounded by it */
};
void bus_request_free(struct bus_request *request);
void bus_request_freep(struct bus_request **request);

/* Reads one request off a ROUTER. Dispatch is by `services`, a NULL-terminated list of descriptors. What is wrong with
 * a frame (too big, garbage, unknown method, no deadline, bad body) is answered on the socket at once with its code and
 * counted; then, and when there was nothing to read, *ret_request is NULL with STATUS_OK. Never blocks. Fails only
 * where the socket is unusable. */
MUST_USE enum status bus_receive_request(zsock_t *router, const ProtobufCServiceDescriptor *const *services,
                                         struct bus_request **ret_request, struct error *err);

/* A reply to `peer`. `body` may be NULL where code is not OK. Does not block: a peer that is gone or does not read
 * loses its reply (counted). */
void bus_send_reply(zsock_t *router, zframe_t *peer, uint64_t request_id, enum status code, const char *message,
                    const char *owner, const uint8_t *body, size_t body_len);
/* A notification (request_id 0): `message` packed. */
void bus_send_notification(zsock_t *router, zframe_t *peer, const ProtobufCMessage *message);

/* Calls services. Finds instances through the registry, keeps one DEALER an instance, routes by partition to its owner,
 * follows a wrong owner once, retries what is idempotent (commands with a key, and queries) on transient errors with
 * capped exponential backoff and jitter until the deadline, and names the peer that could not be reached. One client,
 * one thread. */
struct bus_client;

struct bus_client_options {
    const char *redis_url;
    const struct bus_keys *keys; /* borrowed for the client's life */
    const char *principal;       /* "user:anna", copied */
};
MUST_USE enum status bus_client_new(const struct bus_client_options *options, struct bus_client **ret_client,
                                    struct error *err);
void bus_client_free(struct bus_client *client);
void bus_client_freep(struct bus_client **client);

enum bus_route {
    BUS_ROUTE_PARTITION, /* to the owner of `partition` */
    BUS_ROUTE_ANY,       /* any serving instance of the service, round robin */
    BUS_ROUTE_INSTANCE,  /* the instance named in `instance_id` */
};

struct bus_call {
    const ProtobufCServiceDescriptor
        *service; /* "dunlin.contact.v1.ContactService": the service's name is the package's middle part, "contact" */
    const char *method;              /* "RequestPermits" */
    const ProtobufCMessage *request; /* borrowed */
    enum bus_route route;
    uint16_t partition;
    const char *instance_id;
    const char *idempotency_key; /* NULL: none */
    const char *principal;       /* NULL: the client's */
    const char *traceparent;     /* NULL: none */
    int32_t agency_id;           /* whose accounts it may concern; 0: any */
    bool is_query;               /* has no effect: may be retried without a key */
    void *context;               /* the caller's own */

    /* out */
    /* UNAVAILABLE: never sent, or refused so: nothing happened. UNAUTHENTICATED: the peer does not admit our key.
     * DEADLINE_EXCEEDED: outcome unknown; no reply came, or the service lost PostgreSQL while it committed. Calls with
     * a key, and queries, have been sent again until `timeout_ms` and may be sent again after it, with the same key;
     * for a command without a key, ask first what became of it. Others: the service's answer. */
    enum status code;
    struct error error;      /* where code is not OK; names the peer */
    ProtobufCMessage *reply; /* owned by the caller: protobuf_c_message_free_unpacked(reply, NULL) */
};

/* Calls that overlap: added at any time, each with a time of its own, and taken as they are done; up to 256 in flight
 * an instance, the others wait for their turn. No other call may be made on the client until they are freed. */
struct bus_calls;

/* `also`: bus_calls_wait looks after this socket as well, may be NULL; borrowed until bus_calls_free. */
struct bus_calls *bus_calls_new(struct bus_client *client, zsock_t *also);
/* Gives up what is open: nobody hears what becomes of it. */
void bus_calls_free(struct bus_calls *calls);
void bus_calls_freep(struct bus_calls **calls);

/* Borrows `call` until bus_calls_next gives it back. Never blocks. */
void bus_calls_add(struct bus_calls *calls, struct bus_call *call, int64_t timeout_ms);

/* How many have not been done yet. */
size_t bus_calls_open(const struct bus_calls *calls);

/* Blocks until a call is done, `also` can be read, `timeout_ms` are over, or there is nothing to wait for. */
void bus_calls_wait(struct bus_calls *calls, int64_t timeout_ms);

/* A call that is done, NULL where there is none. */
struct bus_call *bus_calls_next(struct bus_calls *calls);

/* All calls at once; returns when each has a code. Never fails as a whole. Blocks until done or `timeout_ms`. */
void bus_call_many(struct bus_client *client, struct bus_call *calls, size_t n, int64_t timeout_ms);

/* One call: its code is the result, its error goes to `err`, its reply to *ret_reply. */
MUST_USE enum status bus_call(struct bus_client *client, struct bus_call *call, int64_t timeout_ms,
                              ProtobufCMessage **ret_reply, struct error *err);

/* The instances that are alive now, refreshed at most once a second; lent until the next call on this client. Fails
 * with UNAVAILABLE where Redis has never answered. */
MUST_USE enum status bus_client_roster(struct bus_client *client, const struct roster **ret_roster, struct error *err);
/* What was read of it counts no more: the next use reads it anew. For whoever must reach all who are there by now. */
void bus_client_expire_roster(struct bus_client *client);

#endif
