#include "bus/bus_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "clock/clock.h"
#include "logging/logging.h"

/* Our own ZAP handler (RFC 27) and not czmq's zauth: that one neither reports whom it refuses, nor gives the name as
 * user id, nor checks the size of the metadata it copies, and it admits half-written files. */

/* A folder that changed so shortly before it was read may change again under the same mtime. */
#define SETTLE_US         (2 * US_PER_S)
#define REPORTED_KEYS_MAX 1000 /* unknown keys are free to make: past that they are counted only */

struct peer {
    char name[REGISTRY_NAME_SIZE];
    char role[BUS_ROLE_SIZE];
    char agency[BUS_AGENCY_SIZE];
    bool is_ambiguous; /* several files claim the key: nobody gets in with it */
};

struct bus_gate {
    char *folder;        /* <keys> */
    char *public_folder; /* <keys>/public */
    zsock_t *handler;
    struct bus_watch *watch;
    zactor_t *actor;
    GHashTable *peers;    /* Z85 public key -> struct peer */
    GHashTable *reported; /* Z85 public keys that were refused and logged */
    struct timespec read_mtime;
    bool is_settled; /* what was read under read_mtime is all there is under it */
};

static void admit_key(struct bus_gate *gate, const char *name)
{
    zcert_t *cert = NULL;
    struct error err = {0};
    if (bus_certificate_load(gate->folder, name, &cert, &err) != STATUS_OK) {
        log_warn("key file ignored", log_text("key_name", name), log_error_text(&err));
        return;
    }
    struct peer *twin = g_hash_table_lookup(gate->peers, zcert_public_txt(cert));
    if (twin != NULL) {
        twin->is_ambiguous = true;
        log_warn("several key files hold the same public key: refusing it", log_text("key_name", name),
                 log_text("other_key_name", twin->name));
    } else {
        struct peer *peer = g_new0(struct peer, 1);
        (void)g_strlcpy(peer->name, name, sizeof(peer->name));
        (void)g_strlcpy(peer->role, zcert_meta(cert, "role"), sizeof(peer->role));
        (void)g_strlcpy(peer->agency, zcert_meta(cert, "agency"), sizeof(peer->agency));
        g_hash_table_insert(gate->peers, g_strdup(zcert_public_txt(cert)), peer);
    }
    zcert_destroy(&cert);
}

static void read_folder(struct bus_gate *gate, GDir *folder)
{
    const char *file;
    while ((file = g_dir_read_name(folder)) != NULL) {
        if (!g_str_has_suffix(file, ".key"))
            continue;
        char *name = g_strndup(file, strlen(file) - strlen(".key"));
        admit_key(gate, name);
        g_free(name);
    }
}

static bool is_unchanged(const struct bus_gate *gate, const struct stat *folder)
{
    return gate->is_settled && folder->st_mtim.tv_sec == gate->read_mtime.tv_sec &&
           folder->st_mtim.tv_nsec == gate->read_mtime.tv_nsec;
}

/* Reads the folder where it may have changed. A folder that cannot be read admits nobody. */
static enum status refresh(struct bus_gate *gate, struct error *err)
{
    struct stat folder;
    bool is_there = stat(gate->public_folder, &folder) == 0;
    if (is_there && is_unchanged(gate, &folder))
        return STATUS_OK;
    int64_t read_at_us = clock_wall_us();
    GDir *entries = is_there ? g_dir_open(gate->public_folder, 0, NULL) : NULL;
    g_hash_table_remove_all(gate->peers);
    gate->is_settled = false;
    if (entries == NULL)
        return error_set(err, STATUS_NOT_FOUND, "keys folder '%s' cannot be read: %s (`dunlin keys init` makes it)",
                         gate->public_folder, strerror(errno));
    read_folder(gate, entries);
    g_dir_close(entries);
    int64_t mtime_us = folder.st_mtim.tv_sec * US_PER_S + folder.st_mtim.tv_nsec / 1000;
    gate->read_mtime = folder.st_mtim;
    gate->is_settled = read_at_us - mtime_us > SETTLE_US;
    return STATUS_OK;
}

static void report_refusal(struct bus_gate *gate, const char *key, const char *address, const char *why)
{
    bus_count(BUS_METRIC_PEERS_REFUSED, NULL);
    if (g_hash_table_size(gate->reported) >= REPORTED_KEYS_MAX || g_hash_table_contains(gate->reported, key))
        return;
    g_hash_table_add(gate->reported, g_strdup(key));
    log_warn(why, log_text("public_key", key), log_text("peer_address", address));
}

static const struct peer *find_peer(struct bus_gate *gate, const char *key)
{
    struct error err = {0};
    if (refresh(gate, &err) != STATUS_OK)
        log_error("keys cannot be read: refusing every peer", log_error_text(&err));
    const struct peer *peer = g_hash_table_lookup(gate->peers, key);
    return peer != NULL && !peer->is_ambiguous ? peer : NULL;
}

/* A third party has business with request sockets only. */
static bool may_enter(const struct peer *peer, const char *domain)
{
    return strcmp(domain, BUS_EVENTS_DOMAIN) != 0 || strcmp(peer->role, "dialer") != 0;
}

static const struct peer *admit(struct bus_gate *gate, const char *key, const char *domain, const char *address)
{
    const struct peer *peer = find_peer(gate, key);
    if (peer == NULL)
        report_refusal(gate, key, address, "peer refused: its key is not in the folder of public keys");
    else if (!may_enter(peer, domain))
        report_refusal(gate, key, address, "peer refused: a dialer may not listen to events");
    else
        bus_count(BUS_METRIC_PEERS_ADMITTED, peer->role);
    return peer != NULL && may_enter(peer, domain) ? peer : NULL;
}

/* One property as RFC 23 lays metadata out: length of the name, name, length of the value in network order, value. */
static size_t put_property(uint8_t *to, const char *name, const char *value)
{
    size_t name_len = strlen(name);
    size_t value_len = strlen(value);
    to[0] = (uint8_t)name_len;
    memcpy(to + 1, name, name_len);
    uint32_t len = GUINT32_TO_BE((uint32_t)value_len);
    memcpy(to + 1 + name_len, &len, sizeof(len));
    memcpy(to + 1 + name_len + sizeof(len), value, value_len);
    return 1 + name_len + sizeof(len) + value_len;
}

static void reply_zap(zsock_t *handler, const char *sequence, const struct peer *peer)
{
    uint8_t metadata[1 + sizeof(BUS_ROLE_PROPERTY) + sizeof(uint32_t) + BUS_ROLE_SIZE + 1 +
                     sizeof(BUS_AGENCY_PROPERTY) + sizeof(uint32_t) + BUS_AGENCY_SIZE];
    /* Always there: what the handler says wins over the same property claimed by the peer in its own handshake. */
    size_t metadata_len = put_property(metadata, BUS_ROLE_PROPERTY, peer != NULL ? peer->role : "");
    metadata_len += put_property(metadata + metadata_len, BUS_AGENCY_PROPERTY, peer != NULL ? peer->agency : "0");
    zmsg_t *reply = zmsg_new();
    (void)zmsg_addstr(reply, "1.0");
    (void)zmsg_addstr(reply, sequence);
    (void)zmsg_addstr(reply, peer != NULL ? "200" : "400");
    (void)zmsg_addstr(reply, peer != NULL ? "OK" : "key not admitted");
    (void)zmsg_addstr(reply, peer != NULL ? peer->name : "");
    (void)zmsg_addmem(reply, metadata, metadata_len);
    if (zmsg_send(&reply, handler) != 0)
        zmsg_destroy(&reply);
}

/* Frames: version, sequence, domain, address, routing id, mechanism, public key. */
static void answer_handshake(struct bus_gate *gate)
{
    zmsg_t *request = zmsg_recv(gate->handler);
    if (request == NULL)
        return;
    char *frames[6] = {NULL};
    for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
        frames[i] = zmsg_popstr(request);
    zframe_t *key_frame = zmsg_pop(request);
    const struct peer *peer = NULL;
    const char *mechanism = frames[5] == NULL ? "" : frames[5];
    if (strcmp(mechanism, "CURVE") == 0 && key_frame != NULL && zframe_size(key_frame) == 32) {
        char key[BUS_KEY_TEXT_SIZE];
        (void)zmq_z85_encode(key, zframe_data(key_frame), 32);
        peer = admit(gate, key, frames[2] == NULL ? "" : frames[2], frames[3]);
    }
    reply_zap(gate->handler, frames[1] == NULL ? "" : frames[1], peer);
    for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
        zstr_free(&frames[i]);
    zframe_destroy(&key_frame);
    zmsg_destroy(&request);
}

static bool is_told_to_stop(zsock_t *pipe)
{
    char *command = zstr_recv(pipe);
    bool is_stop = command != NULL && strcmp(command, "$TERM") == 0;
    zstr_free(&command);
    return is_stop;
}

static void close_handler(struct bus_gate *gate)
{
    /* Closing alone frees the endpoint at some later time. */
    if (gate->handler != NULL)
        (void)zmq_unbind(zsock_resolve(gate->handler), BUS_ZAP_ENDPOINT);
    zsock_destroy(&gate->handler);
}

static void run_gate(zsock_t *pipe, void *context)
{
    struct bus_gate *gate = context;
    zpoller_t *poller = zpoller_new(pipe, gate->handler, bus_watch_arrivals(gate->watch), NULL);
    zpoller_set_nonstop(poller, true);
    (void)zsock_signal(pipe, 0);
    for (;;) {
        errno = 0;
        void *ready = zpoller_wait(poller, -1);
        if (ready == gate->handler)
            answer_handshake(gate);
        else if (ready == pipe && is_told_to_stop(pipe))
            break;
        else if (ready != NULL && ready != pipe)
            bus_watch_read(gate->watch, poller, ready);
        else if (ready == NULL && errno == ETERM)
            break;
    }
    /* Before the wait: a connection of a closed socket ends only when its end of the handler is gone. */
    (void)zpoller_remove(poller, gate->handler);
    close_handler(gate);
    (void)zpoller_remove(poller, pipe);
    (void)zpoller_remove(poller, bus_watch_arrivals(gate->watch));
    bus_watch_end(gate->watch, poller);
    zpoller_destroy(&poller);
}

static struct bus_gate *gate_new(const char *folder)
{
    struct bus_gate *gate = g_new0(struct bus_gate, 1);
    gate->folder = g_strdup(folder);
    gate->public_folder = g_build_filename(folder, "public", NULL);
    gate->peers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    gate->reported = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return gate;
}

static enum status open_handler(struct bus_gate *gate, struct error *err)
{
    gate->handler = zsock_new(ZMQ_REP);
    if (gate->handler == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "no socket: %s", zmq_strerror(zmq_errno()));
    zsock_set_linger(gate->handler, 0);
    if (zmq_bind(zsock_resolve(gate->handler), BUS_ZAP_ENDPOINT) != 0)
        return error_set(err, STATUS_ALREADY_EXISTS, "bind %s: %s", BUS_ZAP_ENDPOINT, zmq_strerror(zmq_errno()));
    gate->watch = bus_watch_new();
    if (gate->watch == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "no socket: %s", zmq_strerror(zmq_errno()));
    return STATUS_OK;
}

enum status bus_gate_start(const char *folder, struct bus_gate **ret_gate, struct error *err)
{
    struct bus_gate *gate = gate_new(folder);
    enum status st = refresh(gate, err);
    if (st == STATUS_OK)
        st = open_handler(gate, err);
    if (st == STATUS_OK) {
        gate->actor = zactor_new(run_gate, gate);
        if (gate->actor == NULL)
            st = error_set(err, STATUS_RESOURCE_EXHAUSTED, "no thread");
    }
    if (st != STATUS_OK) {
        bus_gate_stop(gate);
        return error_wrap(err, st, "start the gate");
    }
    *ret_gate = gate;
    return STATUS_OK;
}

void bus_gate_stop(struct bus_gate *gate)
{
    if (gate == NULL)
        return;
    zactor_destroy(&gate->actor);
    bus_watch_free(gate->watch);
    close_handler(gate);
    g_hash_table_destroy(gate->peers);
    g_hash_table_destroy(gate->reported);
    g_free(gate->public_folder);
    g_free(gate->folder);
    g_free(gate);
}

void bus_gate_stopp(struct bus_gate **gate)
{
    bus_gate_stop(*gate);
    *gate = NULL;
}
