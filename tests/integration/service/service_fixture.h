#ifndef DUNLIN_TESTS_SERVICE_FIXTURE_H
#define DUNLIN_TESTS_SERVICE_FIXTURE_H

/* What the tests of the skeleton share: real servers, keys, a producer of events, and tests/support/testservice as real
 * processes. Include after cmocka's headers. One program, one database: tests use debtors of their own. */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "bus/bus.h"
#include "bus/bus_internal.h"
#include "cache/cache.h"
#include "clock/clock.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/platform/v1/platform.pb-c.h"
#include "eventlog/eventlog.h"
#include "metrics/metrics.h"
#include "platform/platform.h"
#include "registry/registry.h"
#include "test_database.h"

#define PATIENCE_MS 20000 /* for what must happen; sanitizers and a busy machine are slow */
#define LOOK_MS     5     /* between two looks at what another process does */
#define RUNNERS_MAX 3
#define BEAT_MS     1000

/* One process of the test service. */
struct runner {
    pid_t pid; /* 0: not running */
    char log_path[256];
    struct instance instance; /* as it announced itself */
};

struct world {
    struct test_database database;
    char *folder; /* keys, logs, policy */
    char policy_path[256];
    struct bus_keys *operator_keys, *producer_keys;
    struct bus_gate *gate;
    struct bus_client *client;
    struct cache *cache;
    struct db *owner, *intake;
    zsock_t *pub;
    struct instance producer;
    struct monotonic next_beat;
    struct runner runners[RUNNERS_MAX];
    int n_logs;
};

static struct error world_error;

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        world_error = (struct error){0};                                                                               \
        const enum status st_ = (call);                                                                                \
        if (st_ != STATUS_OK)                                                                                          \
            fail_msg("%s: %s: %s", #call, status_name(st_), world_error.text);                                         \
    } while (0)

/* The producer of the tests is an instance like any other: it must be heard of now and then. */
static inline void world_beat(struct world *world)
{
    if (clock_remaining_ms(world->next_beat) > 0)
        return;
    assert_ok(registry_announce(world->cache, &world->producer, &world_error));
    world->next_beat = clock_deadline_ms(BEAT_MS);
}

static inline void world_look_later(struct world *world)
{
    world_beat(world);
    (void)zmq_poll(NULL, 0, LOOK_MS);
}

static inline void world_print_logs(const struct world *world)
{
    for (size_t i = 0; i < RUNNERS_MAX; i++) {
        char *text = NULL;
        if (world->runners[i].log_path[0] && g_file_get_contents(world->runners[i].log_path, &text, NULL, NULL)) {
            const size_t len = strlen(text);
            (void)fprintf(stderr, "--- %s\n%s\n", world->runners[i].log_path, text + (len > 6000 ? len - 6000 : 0));
        }
        g_free(text);
    }
}

/* The one number that a query gives. */
static inline int64_t world_number(const struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline int64_t world_number(const struct world *world, const char *format, ...)
{
    char sql[1024], wrapped[1100];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sql, sizeof(sql), format, args);
    va_end(args);
    (void)snprintf(wrapped, sizeof(wrapped), "SELECT (%s)::bigint", sql);
    const struct db_statement statement = {"", wrapped};
    struct db_result *result = NULL;
    assert_ok(db_exec(world->owner, &statement, NULL, &result, &world_error));
    const int64_t number = db_int8(result, 0, 0);
    db_result_free(result);
    return number;
}

/* Waits until a query gives `expected`. */
#define wait_for_number(world, expected, ...)                                                                          \
    do {                                                                                                               \
        const struct monotonic deadline_ = clock_deadline_ms(PATIENCE_MS);                                             \
        int64_t number_ = 0;                                                                                           \
        while ((number_ = world_number((world), __VA_ARGS__)) != (expected)) {                                         \
            if (clock_remaining_ms(deadline_) == 0) {                                                                  \
                world_print_logs(world);                                                                               \
                fail_msg("waited for %" PRId64 ", there are %" PRId64, (int64_t)(expected), number_);                  \
            }                                                                                                          \
            world_look_later(world);                                                                                   \
        }                                                                                                              \
    } while (0)

static inline size_t log_count(const struct runner *runner, const char *what)
{
    char *text = NULL;
    size_t n = 0;
    if (g_file_get_contents(runner->log_path, &text, NULL, NULL))
        for (const char *at = text; (at = strstr(at, what)); at++)
            n++;
    g_free(text);
    return n;
}

static inline void wait_for_log(struct world *world, const struct runner *runner, const char *what, size_t n)
{
    const struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
    while (log_count(runner, what) < n) {
        if (clock_remaining_ms(deadline) == 0) {
            world_print_logs(world);
            fail_msg("'%s' does not come into the log", what);
        }
        world_look_later(world);
    }
}

static inline void write_policy(const struct world *world, const char *text)
{
    assert_true(g_file_set_contents(world->policy_path, text, -1, NULL));
}

static inline struct bus_keys *make_keys(const struct world *world, const char *name, const char *role)
{
    struct bus_keys *keys = NULL;
    assert_ok(bus_keys_make(world->folder, name, role, NULL, &world_error));
    assert_ok(bus_keys_open(world->folder, name, &keys, &world_error));
    return keys;
}

static inline void open_producer(struct world *world)
{
    assert_ok(bus_gate_start(world->folder, &world->gate, &world_error));
    assert_ok(bus_bind_pub(world->producer_keys, "tcp://127.0.0.1:*", &world->pub, world->producer.event_endpoint,
                           &world_error));
    (void)g_strlcpy(world->producer.service, "intake", sizeof(world->producer.service));
    (void)g_strlcpy(world->producer.id, "intake-test", sizeof(world->producer.id));
    (void)g_strlcpy(world->producer.rpc_endpoint, "tcp://127.0.0.1:1", sizeof(world->producer.rpc_endpoint));
}

static inline struct world *world_open(const char *program)
{
    struct world *world = g_new0(struct world, 1);
    zsys_handler_set(NULL);
    test_database_open(&world->database, program);
    world->folder = g_dir_make_tmp("dunlin-service-XXXXXX", NULL);
    (void)g_snprintf(world->policy_path, sizeof(world->policy_path), "%s/policy", world->folder);
    write_policy(world, "good 1");
    world->operator_keys = make_keys(world, "dunlin", "operator");
    world->producer_keys = make_keys(world, "intake", "service");
    bus_keys_free(make_keys(world, "dispute", "service"));
    const struct cache_options cache = {.url = world->database.redis_url};
    assert_ok(cache_new(&cache, &world->cache, &world_error));
    const struct bus_client_options client = {
        .redis_url = world->database.redis_url, .keys = world->operator_keys, .principal = "user:test"};
    assert_ok(bus_client_new(&client, &world->client, &world_error));
    world->owner = test_database_connect(&world->database, NULL);
    world->intake = test_database_connect(&world->database, "dunlin_intake");
    open_producer(world);
    return world;
}

static inline int world_remove_file(const char *path, const struct stat *file, int kind, struct FTW *place)
{
    (void)file;
    (void)kind;
    (void)place;
    return remove(path);
}

static inline void world_close(struct world *world)
{
    zsock_destroy(&world->pub);
    bus_client_free(world->client);
    bus_gate_stop(world->gate);
    bus_keys_free(world->operator_keys);
    bus_keys_free(world->producer_keys);
    cache_free(world->cache);
    db_close(world->owner);
    db_close(world->intake);
    test_database_close(&world->database);
    (void)nftw(world->folder, world_remove_file, 8, FTW_DEPTH | FTW_PHYS);
    g_free(world->folder);
    g_free(world);
}

static int world_tear_down(void **state)
{
    world_close(*state);
    return 0;
}

/* As if every entry in Redis had died of age. */
static inline void forget_instances(struct world *world)
{
    struct roster *roster = NULL;
    assert_ok(registry_read(world->cache, &roster, &world_error));
    for (size_t i = 0; i < roster->n; i++)
        if (strcmp(roster->instances[i].service, "dispute") == 0)
            assert_ok(registry_withdraw(world->cache, &roster->instances[i], &world_error));
    roster_free(roster);
}

static inline void spawn(struct world *world, struct runner *runner, const char *const *more)
{
    char path[512], user[64] = "--database-user=dunlin_dispute", url[800], redis[800], keys[300], policy[300];
    const char *bin = getenv("DUNLIN_BIN_DIR");
    const char *argv[16] = {path, user, url, redis, keys, policy};
    size_t n = 6;
    *runner = (struct runner){0};
    (void)g_snprintf(path, sizeof(path), "%s/dunlin-testservice", bin ? bin : "build/bin");
    (void)g_snprintf(url, sizeof(url), "--database-url=%s", world->database.url);
    (void)g_snprintf(redis, sizeof(redis), "--redis-url=%s", world->database.redis_url);
    (void)g_snprintf(keys, sizeof(keys), "--keys=%s", world->folder);
    (void)g_snprintf(policy, sizeof(policy), "--policy=%s", world->policy_path);
    (void)g_snprintf(runner->log_path, sizeof(runner->log_path), "%s/log-%d", world->folder, world->n_logs++);
    for (; more && *more && n < ARRAY_SIZE(argv) - 1; more++)
        argv[n++] = *more;
    const int log = open(runner->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(log >= 0);
    runner->pid = fork();
    assert_true(runner->pid >= 0);
    if (runner->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(log, STDERR_FILENO);
        (void)execv(path, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    (void)close(log);
}

/* -1: still running. */
static inline int wait_for_exit(struct world *world, struct runner *runner)
{
    const struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
    int status = 0;
    pid_t gone = 0;
    while ((gone = waitpid(runner->pid, &status, WNOHANG)) == 0 && clock_remaining_ms(deadline) > 0)
        world_look_later(world);
    if (gone == 0)
        return -1;
    runner->pid = 0;
    return status;
}

#define assert_exits_with(world, runner, code)                                                                         \
    do {                                                                                                               \
        const int exit_status_ = wait_for_exit(world, runner);                                                         \
        if (!WIFEXITED(exit_status_) || WEXITSTATUS(exit_status_) != (code)) {                                         \
            world_print_logs(world);                                                                                   \
            fail_msg("exit status %#x", (unsigned)exit_status_);                                                       \
        }                                                                                                              \
    } while (0)

static inline bool find_instance(struct world *world, struct runner *runner)
{
    struct roster *roster = NULL;
    bool is_found = false;
    assert_ok(registry_read(world->cache, &roster, &world_error));
    for (size_t i = 0; i < roster->n && !is_found; i++) {
        is_found = roster->instances[i].pid == runner->pid;
        if (is_found)
            runner->instance = roster->instances[i];
    }
    roster_free(roster);
    return is_found;
}

static inline void wait_for_instance(struct world *world, struct runner *runner)
{
    const struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
    while (!find_instance(world, runner)) {
        int status = 0;
        if (clock_remaining_ms(deadline) == 0 || waitpid(runner->pid, &status, WNOHANG) != 0) {
            world_print_logs(world);
            fail_msg("the test service does not come up");
        }
        world_look_later(world);
    }
}

#define OWNED_BY "SELECT count(*) FROM log.cursor WHERE consumer = 'dispute' AND owner = '%s'"

/* Starts one that owns everything. */
static inline struct runner *start_alone(struct world *world, const char *const *more)
{
    struct runner *runner = &world->runners[0];
    spawn(world, runner, more);
    wait_for_instance(world, runner);
    wait_for_number(world, PARTITION_COUNT, OWNED_BY, runner->instance.id);
    return runner;
}

static inline void send_signal(const struct runner *runner, int number)
{
    assert_true(runner->pid > 0);
    assert_int_equal(kill(runner->pid, number), 0);
}

static inline void kill_runner(struct runner *runner)
{
    if (runner->pid <= 0)
        return;
    (void)kill(runner->pid, SIGKILL);
    (void)waitpid(runner->pid, NULL, 0);
    runner->pid = 0;
}

/* SIGTERM, and the whole of a clean end: exit code 0, which a leak would spoil under the sanitizer. */
static inline void stop_cleanly(struct world *world, struct runner *runner)
{
    send_signal(runner, SIGTERM);
    assert_exits_with(world, runner, 0);
}

static int world_set_up_test(void **state)
{
    forget_instances(*state);
    return 0;
}

static int world_tear_down_test(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < RUNNERS_MAX; i++)
        kill_runner(&world->runners[i]);
    return 0;
}

struct placement {
    struct id debtor; /* and account */
    const char *reference;
    int64_t placed_at_us;
    int64_t seq; /* out */
};

static inline gint compare_placements(gconstpointer a, gconstpointer b)
{
    const struct placement *x = a, *y = b;
    const int p = id_partition(&x->debtor), q = id_partition(&y->debtor);
    return p != q ? p - q : x < y ? -1 : 1;
}

static inline struct event placed_event(const struct placement *placement, uint8_t *buffer)
{
    Dunlin__Intake__V1__AccountPlaced placed;
    dunlin__intake__v1__account_placed__init(&placed);
    placed.client_reference = (char *)(uintptr_t)placement->reference;
    placed.placed_at_us = placement->placed_at_us;
    return (struct event){.partition = id_partition(&placement->debtor),
                          .agency_id = 1,
                          .debtor_id = placement->debtor,
                          .account_id = placement->debtor,
                          .type = placed.base.descriptor->name,
                          .actor = "test",
                          .traceparent = "",
                          .payload = buffer,
                          .payload_len = dunlin__intake__v1__account_placed__pack(&placed, buffer)};
}

#define PLACED_MAX_BYTES 128

static inline void publish(struct world *world, const struct event *events, size_t n)
{
    char topic[BUS_TOPIC_SIZE];
    uint8_t *bytes = NULL;
    size_t len = 0;
    eventlog_pack(events, n, &bytes, &len);
    (void)bus_topic(events[0].partition, topic);
    (void)zmq_send(zsock_resolve(world->pub), topic, strlen(topic), ZMQ_SNDMORE);
    (void)zmq_send(zsock_resolve(world->pub), bytes, len, 0);
    free(bytes);
}

enum delivery {
    DELIVER_BY_LOG, /* as if every frame were lost */
    DELIVER_ONCE,
    DELIVER_TWICE,
    DELIVER_BACKWARDS, /* one frame an event, the last first */
};

static inline void deliver(struct world *world, const struct event *events, size_t n, enum delivery delivery)
{
    switch (delivery) {
    case DELIVER_BY_LOG:
        break;
    case DELIVER_ONCE:
        publish(world, events, n);
        break;
    case DELIVER_TWICE:
        publish(world, events, n);
        publish(world, events, n);
        break;
    case DELIVER_BACKWARDS:
        for (size_t i = n; i > 0; i--)
            publish(world, &events[i - 1], 1);
        break;
    }
}

/* Appends events of ONE partition, as intake would, and delivers them. */
static inline void place(struct world *world, struct placement *placements, size_t n, enum delivery delivery)
{
    const uint16_t partition = id_partition(&placements[0].debtor);
    struct event *events = g_new0(struct event, n);
    uint8_t *payloads = g_malloc(n * PLACED_MAX_BYTES);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(id_partition(&placements[i].debtor), partition);
        events[i] = placed_event(&placements[i], payloads + i * PLACED_MAX_BYTES);
    }
    struct db_tx tx = {0};
    struct eventlog_head *head = NULL;
    assert_ok(db_tx_begin(world->intake, &tx, &world_error));
    assert_ok(eventlog_lock(&tx, &partition, 1, &head, &world_error));
    assert_ok(eventlog_append(&tx, head, 1, events, n, NULL, 0, &world_error));
    assert_ok(db_tx_commit(&tx, &world_error));
    for (size_t i = 0; i < n; i++)
        placements[i].seq = events[i].seq;
    deliver(world, events, n, delivery);
    free(head);
    g_free(payloads);
    g_free(events);
}

static inline void place_one(struct world *world, const struct id *debtor, const char *reference,
                             enum delivery delivery)
{
    struct placement placement = {.debtor = *debtor, .reference = reference};
    place(world, &placement, 1, delivery);
}

/* "WHERE debtor_id = …" needs it as text. */
#define ID_TEXT(id) id_format((id), (char[ID_TEXT_SIZE]){0})

static inline ProtobufCBinaryData id_bytes(const struct id *id)
{
    return (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)id->bytes, .len = ID_BYTES};
}

/* Asks the partition's owner; *ret_view may be NULL. */
static inline enum status ask(struct world *world, const char *method, const ProtobufCMessage *request,
                              const struct id *id, const char *key, Dunlin__Dispute__V1__DisputeView **ret_view)
{
    struct bus_call call = {.service = &dunlin__dispute__v1__dispute_service__descriptor,
                            .method = method,
                            .request = request,
                            .route = BUS_ROUTE_PARTITION,
                            .partition = id_partition(id),
                            .idempotency_key = key};
    ProtobufCMessage *reply = NULL;
    world_error = (struct error){0};
    const enum status st = bus_call(world->client, &call, PATIENCE_MS, &reply, &world_error);
    if (st == STATUS_OK && ret_view)
        *ret_view = (Dunlin__Dispute__V1__DisputeView *)reply;
    else if (reply)
        protobuf_c_message_free_unpacked(reply, NULL);
    return st;
}

static inline enum status ask_open(struct world *world, const struct id *id, const char *reason, const char *key,
                                   Dunlin__Dispute__V1__DisputeView **ret_view)
{
    Dunlin__Dispute__V1__OpenDisputeRequest request;
    dunlin__dispute__v1__open_dispute_request__init(&request);
    request.account_id = id_bytes(id);
    request.reason = (char *)(uintptr_t)reason;
    return ask(world, "OpenDispute", &request.base, id, key, ret_view);
}

/* At the head. */
static inline enum status ask_decide(struct world *world, const struct id *id, const char *key,
                                     Dunlin__Dispute__V1__DisputeView **ret_view)
{
    Dunlin__Dispute__V1__ResolveDisputeRequest request;
    dunlin__dispute__v1__resolve_dispute_request__init(&request);
    request.dispute_id = id_bytes(id);
    return ask(world, "ResolveDispute", &request.base, id, key, ret_view);
}

static inline void free_view(Dunlin__Dispute__V1__DisputeView *view)
{
    dunlin__dispute__v1__dispute_view__free_unpacked(view, NULL);
}

/* What it said at the head: how many events it had seen. */
static inline int64_t decide_count(struct world *world, const struct id *id, const char *key)
{
    Dunlin__Dispute__V1__DisputeView *view = NULL;
    assert_ok(ask_decide(world, id, key, &view));
    const int64_t n = view ? view->opened_at_us : -1;
    free_view(view);
    return n;
}

/* A connection that stays when the other side is stopped. Where it goes with a process that has answered, the answers
 * stay too: a dealer with IMMEDIATE drops what it has received and nobody has read yet. */
static inline zsock_t *connect_for_good(struct world *world, const struct runner *runner)
{
    zsock_t *dealer = NULL;
    const int off = 0;
    assert_ok(bus_open_dealer(world->operator_keys, &dealer, &world_error));
    (void)zmq_setsockopt(zsock_resolve(dealer), ZMQ_HEARTBEAT_IVL, &off, sizeof(off));
    (void)zmq_setsockopt(zsock_resolve(dealer), ZMQ_IMMEDIATE, &off, sizeof(off));
    assert_ok(bus_connect(dealer, world->operator_keys, "dispute", runner->instance.rpc_endpoint, &world_error));
    return dealer;
}

/* Workers that wait for a lock in PostgreSQL. */
#define HANGS                                                                                                          \
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'dunlin_dispute' AND "     \
    "wait_event_type = 'Lock'"

static inline void send_request(zsock_t *dealer, uint64_t request_id, const char *method, const char *key,
                                uint16_t partition, const uint8_t *body, size_t body_len)
{
    Dunlin__Bus__V1__Request envelope;
    uint8_t frame[512];
    dunlin__bus__v1__request__init(&envelope);
    envelope.request_id = request_id;
    envelope.method = bus_lend(method);
    envelope.idempotency_key = bus_lend(key);
    envelope.timeout_ms = PATIENCE_MS;
    envelope.partition = partition;
    envelope.body.data = (uint8_t *)(uintptr_t)body;
    envelope.body.len = body_len;
    const size_t len = dunlin__bus__v1__request__pack(&envelope, frame);
    assert_int_equal(zmq_send(zsock_resolve(dealer), frame, len, 0), (int)len);
}

static inline void send_open(zsock_t *dealer, uint64_t request_id, const struct id *account, const char *reason,
                             const char *key)
{
    Dunlin__Dispute__V1__OpenDisputeRequest request;
    uint8_t body[128];
    dunlin__dispute__v1__open_dispute_request__init(&request);
    request.account_id = id_bytes(account);
    request.reason = (char *)(uintptr_t)reason;
    const size_t len = dunlin__dispute__v1__open_dispute_request__pack(&request, body);
    send_request(dealer, request_id, "dunlin.dispute.v1.DisputeService/OpenDispute", key, id_partition(account), body,
                 len);
}

static inline enum status receive_code(struct world *world, zsock_t *dealer)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(dealer), .events = ZMQ_POLLIN};
    const struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
    while (zmq_poll(&item, 1, LOOK_MS) == 0 && clock_remaining_ms(deadline) > 0)
        world_beat(world);
    assert_true(item.revents & ZMQ_POLLIN);
    zframe_t *frame = zframe_recv(dealer);
    Dunlin__Bus__V1__Reply *reply = dunlin__bus__v1__reply__unpack(NULL, zframe_size(frame), zframe_data(frame));
    zframe_destroy(&frame);
    assert_non_null(reply);
    const enum status code = status_from_wire((int)reply->code);
    dunlin__bus__v1__reply__free_unpacked(reply, NULL);
    return code;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up_test, world_tear_down_test)

#endif
