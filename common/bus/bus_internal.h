#ifndef DUNLIN_BUS_BUS_INTERNAL_H
#define DUNLIN_BUS_BUS_INTERNAL_H

/* Shared by the files of this module and by nobody else. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <czmq.h>
#include <glib.h>
#include <protobuf-c/protobuf-c.h>

#include "bus/bus.h"
#include "dunlin/bus/v1/bus.pb-c.h"
#include "status/status.h"

#define BUS_ZAP_ENDPOINT    "inproc://zeromq.zap.01" /* RFC 27: libzmq looks for the handler there and nowhere else */
#define BUS_ZAP_DOMAIN      "dunlin"
#define BUS_EVENTS_DOMAIN   "dunlin.events" /* of PUB sockets: whoever listens there hears of every debtor */
#define BUS_ROLE_PROPERTY   "X-Role"        /* metadata of a ZAP reply: RFC 27 wants own names to start with X- */
#define BUS_ROLE_SIZE       16
#define BUS_AGENCY_PROPERTY "X-Agency" /* the agency that the peer's key is bound to, as a number; "0": to none */
#define BUS_AGENCY_SIZE     12
#define BUS_KEY_TEXT_SIZE   41  /* Z85 of 32 bytes and the NUL */
#define BUS_TEXT_MAX_BYTES  256 /* of each string of an envelope */
#define BUS_TIMEOUT_MAX_MS  600000
#define BUS_WINDOW          256 /* requests in flight an instance */

/* protobuf-c spends up to a hundred bytes of structs on two bytes of a hostile frame; honest ones stay under sixteen
 * times the largest frame. */
#define BUS_UNPACK_MAX_BYTES ((size_t)16 * BUS_FRAME_MAX_BYTES)

/* Rows of BUS_METRICS. */
enum bus_metric {
    BUS_METRIC_PEERS_ADMITTED,
    BUS_METRIC_PEERS_REFUSED,
    BUS_METRIC_REQUESTS_REFUSED,
    BUS_METRIC_REPLIES_LOST,
    BUS_METRIC_CONNECTIONS,
    BUS_METRIC_CALL_RETRIES,
};

void bus_count(enum bus_metric metric, const char *label_value);

struct key_book;

struct bus_keys {
    char *folder;
    char *name;
    zcert_t *own;
    struct key_book *book; /* public keys that were asked for */
};

/* A name that may be part of a path: [a-z0-9][a-z0-9._-]*, shorter than `size`. */
bool bus_name_is_valid(const char *name, size_t size);

/* Loads <folder>/public/<name>.key and checks that it is whole, has a role and says the name that its file has.
 * NOT_FOUND, FAILED_PRECONDITION; the text names the file. *ret_cert is owned by the caller: zcert_destroy. */
MUST_USE enum status bus_certificate_load(const char *folder, const char *name, zcert_t **ret_cert, struct error *err);

/* A DEALER without connections. Requests are queued only to a finished connection. */
MUST_USE enum status bus_open_dealer(const struct bus_keys *keys, zsock_t **ret_socket, struct error *err);

/* Connects a client's socket to `endpoint`, whose key is that of `server_name`. */
MUST_USE enum status bus_connect(zsock_t *socket, const struct bus_keys *keys, const char *server_name,
                                 const char *endpoint, struct error *err);

/* protobuf-c's structs hold char * even where they only lend. */
char *bus_lend(const char *text);

/* Unpacks within a budget of memory; NULL where the bytes are no such message or would take too much. Freed by
 * protobuf_c_message_free_unpacked(message, NULL). */
ProtobufCMessage *bus_unpack(const ProtobufCMessageDescriptor *descriptor, size_t len, const void *data);
/* The same, and how many bytes of memory the message takes. */
ProtobufCMessage *bus_unpack_counted(const ProtobufCMessageDescriptor *descriptor, size_t len, const void *data,
                                     size_t *ret_bytes);

/* Texts of proto3 are UTF-8, which protobuf-c does not look at. INVALID_ARGUMENT names a field that is not. */
MUST_USE enum status bus_check_texts(const ProtobufCMessage *message, struct error *err);

/* Initialises `ret_frame` with `message` packed. */
MUST_USE enum status bus_pack(const ProtobufCMessage *message, zmq_msg_t *ret_frame, struct error *err);

/* Makes the gate's thread count what becomes of the connections to `server`, which is about to be bound, until it is
 * closed. */
MUST_USE enum status bus_watch_socket(zsock_t *server, struct error *err);

/* The gate's side of it, one a process. bus_watch_new is NULL where there are no more sockets; what arrives on
 * bus_watch_arrivals, and whatever else `poller` says is ready, is for bus_watch_read. */
struct bus_watch;
struct bus_watch *bus_watch_new(void);
void bus_watch_free(struct bus_watch *watch);
zsock_t *bus_watch_arrivals(const struct bus_watch *watch);
void bus_watch_read(struct bus_watch *watch, zpoller_t *poller, zsock_t *ready);
/* Waits until libzmq has taken down the sockets that were closed, and lets go of those that were not. `poller` watches
 * nothing but them. */
void bus_watch_end(struct bus_watch *watch, zpoller_t *poller);

/* Fills all of `request` but the peer from a received frame: checked as bus_request says, the body unpacked. Fails with
 * INVALID_ARGUMENT or UNIMPLEMENTED; request_id is then set where the frame has one. */
MUST_USE enum status bus_read_request(const void *bytes, size_t len, const ProtobufCServiceDescriptor *const *services,
                                      struct bus_request *request, struct error *err);

/* One instance of a service as a client sees it: a DEALER and what libzmq tells about its connection. */
struct bus_link {
    char *instance_id;
    char *service;
    char *endpoint;
    zsock_t *dealer;
    zsock_t *monitor;  /* libzmq's connection events */
    bool is_connected; /* by the events */
    bool is_dead;      /* libzmq has given the connection up for good: to be opened again */
    struct monotonic reopen_at;
    const char *trouble; /* why there is no connection, static text; NULL: not known */
    enum status trouble_code;
    unsigned n_in_flight;
    GQueue waiting; /* of struct attempt: calls that wait for the connection or for the window */
};

MUST_USE enum status bus_link_new(const struct bus_keys *keys, const struct instance *instance,
                                  struct bus_link **ret_link, struct error *err);
void bus_link_free(struct bus_link *link);

/* What has happened to the connection since the last call; true where it was lost (requests in flight may be too). */
bool bus_link_read_events(struct bus_link *link);

/* There is a finished connection that takes a request now. */
bool bus_link_is_up(struct bus_link *link);

/* False, and nothing sent, where there is none. */
bool bus_link_send(struct bus_link *link, zmq_msg_t *frame);

/* The next reply or notification; NULL where there is none. Frames that are no replies are dropped. */
Dunlin__Bus__V1__Reply *bus_link_receive(struct bus_link *link);

struct bus_client {
    const struct bus_keys *keys;
    char *principal;
    struct cache *cache;
    struct roster *roster;     /* NULL: Redis has never answered */
    struct error roster_error; /* of the last reading, where it failed */
    bool has_tried;
    struct monotonic tried_at; /* the last reading, good or bad */
    struct monotonic seen_at;  /* the last reading that found somebody */
    GHashTable *links;         /* instance id -> struct bus_link */
    zpoller_t *poller;         /* of every link's dealer and monitor, and what bus_calls_new was given */
    uint64_t last_request_id;
    unsigned n_round_robin;
};

/* Reads the roster again where it is older than `age_ms`. A failure leaves the last one in force. */
void bus_client_refresh(struct bus_client *client, int64_t age_ms);

/* The link to `instance`, opened where it is missing or dead. Lent; it stays until the next refresh or look-up. */
MUST_USE enum status bus_client_link(struct bus_client *client, const struct instance *instance,
                                     struct bus_link **ret_link, struct error *err);

#endif
