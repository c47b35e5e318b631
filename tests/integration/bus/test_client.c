#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bus_server_fixture.h"
#include "test_database.h"

/* Real servers, real CURVE, real Redis; a client that calls them. */

struct world {
    char *folder;
    struct bus_gate *gate;
    struct bus_keys *server_keys;
    struct bus_keys *client_keys;
    struct bus_client *client;
    struct server *servers[3];
    Dunlin__Platform__V1__PingRequest ping;
};

static struct test_database database;

static struct bus_client *new_client(const struct bus_keys *keys, const char *redis_url)
{
    struct bus_client *client = NULL;
    const struct bus_client_options options = {.redis_url = redis_url, .keys = keys, .principal = "user:anna"};
    assert_ok(bus_client_new(&options, &client, &fixture_error));
    return client;
}

static int setup(void **state)
{
    struct world *world = g_new0(struct world, 1);
    *state = world;
    world->folder = fixture_folder_new();
    world->server_keys = fixture_keys(world->folder, "platform", "service");
    world->client_keys = fixture_keys(world->folder, "dunlin", "operator");
    assert_ok(bus_gate_start(world->folder, &world->gate, &fixture_error));
    world->client = new_client(world->client_keys, database.redis_url);
    dunlin__platform__v1__ping_request__init(&world->ping);
    world->ping.text = bus_lend("hello");
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    bus_client_free(world->client);
    for (size_t i = 0; i < ARRAY_SIZE(world->servers); i++)
        server_stop(world->servers[i]);
    bus_gate_stop(world->gate);
    bus_keys_free(world->client_keys);
    bus_keys_free(world->server_keys);
    fixture_folder_remove(world->folder);
    g_free(world);
    return 0;
}

static struct server *start(struct world *world, size_t at, const char *id, enum behaviour behaviour)
{
    world->servers[at] = server_start(world->server_keys, database.redis_url, id, behaviour);
    return world->servers[at];
}

static struct bus_call ping_call(struct world *world, enum bus_route route)
{
    return (struct bus_call){.service = &dunlin__platform__v1__control_service__descriptor,
                             .method = "Ping",
                             .request = &world->ping.base,
                             .route = route,
                             .is_query = true};
}

/* The reply's instance id, "" where the call failed; the reply is freed. */
static char *instance_of(struct bus_call *call, char id[static REGISTRY_NAME_SIZE])
{
    id[0] = '\0';
    if (call->reply != NULL) {
        (void)g_strlcpy(id, ((Dunlin__Platform__V1__PingReply *)call->reply)->instance_id, REGISTRY_NAME_SIZE);
        protobuf_c_message_free_unpacked(call->reply, NULL);
        call->reply = NULL;
    }
    return id;
}

static void expect_ok(struct bus_call *call, const char *instance_id)
{
    char id[REGISTRY_NAME_SIZE];
    if (call->code != STATUS_OK)
        fail_msg("%s: %s", status_name(call->code), call->error.text);
    assert_string_equal(instance_of(call, id), instance_id);
}

static void expect_failure(const struct bus_call *call, enum status code, const char *why)
{
    if (call->code != code || call->error.code != code || strstr(call->error.text, why) == NULL)
        fail_msg("expected %s with '%s', got %s: %s", status_name(code), why, status_name(call->code),
                 call->error.text);
    assert_null(call->reply);
}

static void expect_text(const struct bus_call *call, const char *text)
{
    if (strstr(call->error.text, text) == NULL)
        fail_msg("'%s' is not in: %s", text, call->error.text);
}

static uint16_t partition_of(struct world *world, const char *instance_id)
{
    const struct roster *roster = NULL;
    assert_ok(bus_client_roster(world->client, &roster, &fixture_error));
    for (uint16_t partition = 0; partition < PARTITION_COUNT; partition++)
        if (strcmp(roster_owner(roster, "platform", partition)->id, instance_id) == 0)
            return partition;
    fail_msg("'%s' owns nothing", instance_id);
    return 0;
}

static void calls_an_instance_and_gets_its_reply(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", ECHOES);
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    ProtobufCMessage *reply = NULL;
    assert_ok(bus_call(world->client, &call, PATIENCE_MS, &reply, &fixture_error));
    assert_string_equal(((Dunlin__Platform__V1__PingReply *)reply)->text, "hello");
    assert_string_equal(((Dunlin__Platform__V1__PingReply *)reply)->instance_id, "platform-a");
    assert_string_equal(server->principal, "user:anna");
    protobuf_c_message_free_unpacked(reply, NULL);
    call.principal = "user:berta";
    assert_ok(bus_call(world->client, &call, PATIENCE_MS, &reply, &fixture_error));
    assert_string_equal(server->principal, "user:berta");
    protobuf_c_message_free_unpacked(reply, NULL);
}

static void brings_a_thousand_calls_to_the_owners_of_their_partitions(void **state)
{
    struct world *world = *state;
    struct server *a = start(world, 0, "platform-a", ECHOES);
    struct server *b = start(world, 1, "platform-b", ECHOES);
    enum { N = 1000 };
    struct bus_call *calls = g_new0(struct bus_call, N);
    for (size_t i = 0; i < N; i++) {
        calls[i] = ping_call(world, BUS_ROUTE_PARTITION);
        calls[i].partition = (uint16_t)(i % PARTITION_COUNT);
    }
    bus_call_many(world->client, calls, N, PATIENCE_MS);
    const struct roster *roster = NULL;
    assert_ok(bus_client_roster(world->client, &roster, &fixture_error));
    for (size_t i = 0; i < N; i++)
        expect_ok(&calls[i], roster_owner(roster, "platform", calls[i].partition)->id);
    assert_int_equal(atomic_load(&a->n_requests) + atomic_load(&b->n_requests), N);
    assert_true(atomic_load(&a->n_requests) > 0 && atomic_load(&b->n_requests) > 0);
    assert_true(atomic_load(&a->n_in_flight_max) <= BUS_WINDOW && atomic_load(&b->n_in_flight_max) <= BUS_WINDOW);
    g_free(calls);
}

static void has_at_most_a_window_in_flight(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", IS_SILENT);
    enum { N = BUS_WINDOW + 10 };
    char others[32];
    (void)g_snprintf(others, sizeof(others), "%d others were in flight", BUS_WINDOW);
    struct bus_call calls[N];
    for (size_t i = 0; i < N; i++)
        calls[i] = ping_call(world, BUS_ROUTE_ANY);
    bus_call_many(world->client, calls, N, 2000);
    assert_int_equal(atomic_load(&server->n_requests), BUS_WINDOW);
    for (size_t i = 0; i < N; i++)
        expect_failure(&calls[i], STATUS_DEADLINE_EXCEEDED, i < BUS_WINDOW ? "no reply within 2000 ms" : others);
}

static void takes_turns_where_any_instance_will_do(void **state)
{
    struct world *world = *state;
    struct server *a = start(world, 0, "platform-a", ECHOES);
    struct server *b = start(world, 1, "platform-b", ECHOES);
    struct bus_call calls[6];
    for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
        calls[i] = ping_call(world, BUS_ROUTE_ANY);
    bus_call_many(world->client, calls, ARRAY_SIZE(calls), PATIENCE_MS);
    char id[REGISTRY_NAME_SIZE];
    for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
        assert_true(instance_of(&calls[i], id)[0] != '\0');
    assert_int_equal(atomic_load(&a->n_requests), 3);
    assert_int_equal(atomic_load(&b->n_requests), 3);
}

static void calls_the_instance_that_is_named(void **state)
{
    struct world *world = *state;
    (void)start(world, 0, "platform-a", ECHOES);
    (void)start(world, 1, "platform-b", ECHOES);
    struct bus_call calls[3];
    for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
        calls[i] = ping_call(world, BUS_ROUTE_INSTANCE);
    calls[0].instance_id = "platform-b";
    calls[1].instance_id = "platform-a";
    calls[2].instance_id = "platform-z";
    bus_call_many(world->client, calls, ARRAY_SIZE(calls), SILENCE_MS);
    expect_ok(&calls[0], "platform-b");
    expect_ok(&calls[1], "platform-a");
    expect_failure(&calls[2], STATUS_UNAVAILABLE, "instance 'platform-z' is not there");
}

static void follows_a_wrong_owner(void **state)
{
    struct world *world = *state;
    struct server *a = start(world, 0, "platform-a", IS_WRONG_OWNER);
    (void)start(world, 1, "platform-b", ECHOES);
    a->other = "platform-b";
    struct bus_call call = ping_call(world, BUS_ROUTE_PARTITION);
    call.is_query = false; /* nothing was done at the wrong one, so that any call may be sent on */
    call.partition = partition_of(world, "platform-a");
    bus_call_many(world->client, &call, 1, PATIENCE_MS);
    expect_ok(&call, "platform-b");
    assert_int_equal(atomic_load(&a->n_requests), 1);
}

static void stays_with_the_instance_that_was_named(void **state)
{
    struct world *world = *state;
    struct server *a = start(world, 0, "platform-a", IS_WRONG_OWNER);
    struct server *b = start(world, 1, "platform-b", ECHOES);
    a->other = "platform-b";
    struct bus_call call = ping_call(world, BUS_ROUTE_INSTANCE);
    call.instance_id = "platform-a";
    call.is_query = false;
    bus_call_many(world->client, &call, 1, PATIENCE_MS);
    expect_failure(&call, STATUS_ABORTED, "not the owner");
    assert_int_equal(atomic_load(&a->n_requests), 1);
    assert_int_equal(atomic_load(&b->n_requests), 0);
}

static void does_not_follow_owners_in_a_circle_for_ever(void **state)
{
    struct world *world = *state;
    struct server *a = start(world, 0, "platform-a", IS_WRONG_OWNER);
    struct server *b = start(world, 1, "platform-b", IS_WRONG_OWNER);
    a->other = "platform-b";
    b->other = "platform-a";
    struct bus_call call = ping_call(world, BUS_ROUTE_PARTITION);
    call.partition = 0;
    bus_call_many(world->client, &call, 1, SILENCE_MS);
    expect_failure(&call, STATUS_ABORTED, "not the owner");
    expect_text(&call, "given up after 300 ms");
    /* One look at the other, then back-off: 20, 40, 80, 160 ms at most. */
    assert_true(atomic_load(&a->n_requests) >= 1 && atomic_load(&b->n_requests) >= 1);
    assert_true(atomic_load(&a->n_requests) + atomic_load(&b->n_requests) <= 8);
}

static void asks_the_roster_where_the_owner_named_is_unknown(void **state)
{
    struct world *world = *state;
    struct server *a = start(world, 0, "platform-a", IS_BUSY_TWICE);
    struct server *b = start(world, 1, "platform-b", IS_WRONG_OWNER);
    b->other = "platform-gone";
    struct bus_call call = ping_call(world, BUS_ROUTE_PARTITION);
    call.partition = partition_of(world, "platform-b");
    bus_call_many(world->client, &call, 1, SILENCE_MS);
    expect_failure(&call, STATUS_ABORTED, "platform-b");
    assert_int_equal(atomic_load(&a->n_requests), 0);
    assert_true(atomic_load(&b->n_requests) >= 2);
}

static void retries_what_is_idempotent_and_nothing_else(void **state)
{
    static const struct {
        bool is_query;
        const char *key;
        bool is_retried;
    } ROWS[] = {{true, NULL, true}, {false, "k-1", true}, {false, NULL, false}, {false, "", false}};
    static const char *const IDS[ARRAY_SIZE(ROWS)] = {"platform-a", "platform-b", "platform-c", "platform-d"};
    struct world *world = *state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct server *server = start(world, 0, IDS[i], IS_BUSY_TWICE);
        bus_client_refresh(world->client, 0);
        struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
        call.is_query = ROWS[i].is_query;
        call.idempotency_key = ROWS[i].key;
        bus_call_many(world->client, &call, 1, PATIENCE_MS);
        if (ROWS[i].is_retried)
            expect_ok(&call, IDS[i]);
        else
            expect_failure(&call, STATUS_UNAVAILABLE, ": busy");
        assert_int_equal(atomic_load(&server->n_requests), ROWS[i].is_retried ? 3 : 1);
        server_stop(world->servers[0]);
        world->servers[0] = NULL;
    }
}

static void sends_a_query_again_after_the_server_has_restarted(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", RESTARTS_AT_FIRST);
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    bus_call_many(world->client, &call, 1, PATIENCE_MS);
    expect_ok(&call, "platform-a");
    assert_int_equal(atomic_load(&server->n_requests), 2);
}

static void says_that_the_outcome_is_unknown_where_it_may_not_ask_again(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", RESTARTS_AT_FIRST);
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    call.is_query = false;
    struct monotonic before = clock_monotonic();
    bus_call_many(world->client, &call, 1, PATIENCE_MS);
    expect_failure(&call, STATUS_DEADLINE_EXCEEDED, "outcome unknown");
    expect_text(&call, server->instance.rpc_endpoint);
    assert_true(clock_monotonic().us - before.us < PATIENCE_MS * US_PER_MS / 2);
    assert_int_equal(atomic_load(&server->n_requests), 1);
    /* The link has come back by itself, and its old trouble is nobody else's. */
    bus_call_many(world->client, &call, 1, PATIENCE_MS);
    expect_ok(&call, "platform-a");
}

static void moves_on_when_a_dead_instance_leaves_the_roster(void **state)
{
    struct world *world = *state;
    struct server *a = start(world, 0, "platform-a", ECHOES);
    struct server *b = start(world, 1, "platform-b", ECHOES);
    struct bus_call call = ping_call(world, BUS_ROUTE_PARTITION);
    call.partition = partition_of(world, "platform-a");
    call.is_query = false; /* it never was sent: any call may wait */
    server_kill(a);
    b->undead = &a->instance;
    bus_call_many(world->client, &call, 1, PATIENCE_MS);
    expect_ok(&call, "platform-b");
}

static void names_the_peer_that_nobody_answers_for(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", ECHOES);
    server_kill(server);
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    bus_call_many(world->client, &call, 1, SILENCE_MS);
    expect_failure(&call, STATUS_UNAVAILABLE, "platform-a");
    expect_text(&call, server->instance.rpc_endpoint);
    expect_text(&call, "nobody answers there");
}

static void names_the_peer_that_did_not_reply_in_time(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", IS_SILENT);
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    ProtobufCMessage *reply = NULL;
    struct error err = {0};
    assert_int_equal(bus_call(world->client, &call, SILENCE_MS, &reply, &err), STATUS_DEADLINE_EXCEEDED);
    assert_non_null(strstr(err.text, "Ping of platform-a"));
    assert_non_null(strstr(err.text, server->instance.rpc_endpoint));
    assert_null(reply);
}

static void says_that_no_instance_is_serving(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", ECHOES);
    server->instance.state = INSTANCE_DRAINING;
    assert_ok(registry_announce(server->cache, &server->instance, &fixture_error));
    struct bus_call calls[] = {ping_call(world, BUS_ROUTE_ANY), ping_call(world, BUS_ROUTE_PARTITION),
                               ping_call(world, BUS_ROUTE_INSTANCE)};
    calls[2].instance_id = "platform-a";
    bus_call_many(world->client, calls, ARRAY_SIZE(calls), SILENCE_MS);
    for (size_t i = 0; i < 2; i++)
        expect_failure(&calls[i], STATUS_UNAVAILABLE,
                       "no instance of 'platform' is serving (is it running? `dunlin status`)");
    expect_ok(&calls[2], "platform-a");
}

static void waits_for_an_instance_that_is_about_to_come(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", ECHOES);
    /* Its next heartbeat announces it. */
    assert_ok(registry_withdraw(server->cache, &server->instance, &fixture_error));
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    bus_call_many(world->client, &call, 1, PATIENCE_MS);
    expect_ok(&call, "platform-a");
}

static void goes_on_while_redis_is_empty(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", ECHOES);
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    bus_call_many(world->client, &call, 1, PATIENCE_MS);
    expect_ok(&call, "platform-a");
    bus_client_refresh(world->client, 0);
    assert_ok(registry_withdraw(server->cache, &server->instance, &fixture_error));
    bus_client_refresh(world->client, 0);
    const struct roster *roster = NULL;
    assert_ok(bus_client_roster(world->client, &roster, &fixture_error));
    assert_int_equal(roster->n, 1);
    bus_call_many(world->client, &call, 1, SILENCE_MS);
    expect_ok(&call, "platform-a");
}

static void says_that_redis_cannot_be_reached(void **state)
{
    struct world *world = *state;
    struct bus_client *client = new_client(world->client_keys, "unix:///nonexistent/redis.sock");
    const struct roster *roster = NULL;
    assert_int_equal(bus_client_roster(client, &roster, NULL), STATUS_UNAVAILABLE);
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    bus_call_many(client, &call, 1, SILENCE_MS);
    expect_failure(&call, STATUS_UNAVAILABLE, "find the instances");
    bus_client_free(client);
}

static void is_refused_with_an_unknown_key_until_it_is_admitted(void **state)
{
    struct world *world = *state;
    (void)start(world, 0, "platform-a", ECHOES);
    SCOPED(bus_keys_freep) struct bus_keys *keys = fixture_keys(world->folder, "acme", "dialer");
    char *file = g_strdup_printf("%s/public/acme.key", world->folder);
    char *elsewhere = g_strdup_printf("%s/acme.key", world->folder);
    assert_int_equal(rename(file, elsewhere), 0);
    struct bus_client *client = new_client(keys, database.redis_url);
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    bus_call_many(client, &call, 1, SILENCE_MS);
    expect_failure(&call, STATUS_UNAUTHENTICATED, "platform-a");
    expect_text(&call, "it does not admit our key");
    expect_text(&call, "given up after 300 ms");
    assert_int_equal(rename(elsewhere, file), 0);
    bus_call_many(client, &call, 1, PATIENCE_MS);
    expect_ok(&call, "platform-a");
    bus_client_free(client);
    g_free(file);
    g_free(elsewhere);
}

/* A man in the middle, or a stale file: the client speaks only to who holds the secret of the key that it knows. */
static void does_not_speak_to_a_server_with_another_key(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", ECHOES);
    SCOPED(bus_keys_freep) struct bus_keys *other = fixture_keys(world->folder, "other", "service");
    zsock_t *impostor = NULL;
    char endpoint[REGISTRY_ENDPOINT_SIZE];
    assert_ok(bus_bind_router(other, "tcp://127.0.0.1:*", &impostor, endpoint, &fixture_error));
    struct instance instance;
    server_describe(&instance, "platform-x", endpoint);
    assert_ok(registry_announce(server->cache, &instance, &fixture_error));
    struct bus_call call = ping_call(world, BUS_ROUTE_INSTANCE);
    call.instance_id = "platform-x";
    bus_call_many(world->client, &call, 1, SILENCE_MS);
    expect_failure(&call, STATUS_UNAVAILABLE, "platform-x");
    assert_false(fixture_is_readable(impostor, 0));
    assert_ok(registry_withdraw(server->cache, &instance, &fixture_error));
    zsock_destroy(&impostor);
}

static void drops_replies_that_nobody_waits_for(void **state)
{
    struct world *world = *state;
    (void)start(world, 0, "platform-a", ANSWERS_ONE_LATE);
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    world->ping.text = bus_lend("first");
    bus_call_many(world->client, &call, 1, SILENCE_MS);
    expect_failure(&call, STATUS_DEADLINE_EXCEEDED, "no reply");
    world->ping.text = bus_lend("second");
    ProtobufCMessage *reply = NULL;
    assert_ok(bus_call(world->client, &call, PATIENCE_MS, &reply, &fixture_error));
    assert_string_equal(((Dunlin__Platform__V1__PingReply *)reply)->text, "second");
    protobuf_c_message_free_unpacked(reply, NULL);
    (void)start(world, 1, "platform-b", ANSWERS_TO_THE_WRONG);
    call.route = BUS_ROUTE_INSTANCE;
    call.instance_id = "platform-b";
    bus_call_many(world->client, &call, 1, PATIENCE_MS);
    expect_ok(&call, "platform-b");
}

static void reports_a_reply_that_is_garbage(void **state)
{
    struct world *world = *state;
    (void)start(world, 0, "platform-a", ANSWERS_GARBAGE);
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    bus_call_many(world->client, &call, 1, PATIENCE_MS);
    expect_failure(&call, STATUS_INTERNAL, "platform-a: the reply is no dunlin.platform.v1.PingReply");
}

static void refuses_bad_calls_without_sending_them(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", ECHOES);
    char *long_text = g_strnfill(BUS_FRAME_MAX_BYTES, 'x');
    Dunlin__Platform__V1__PingRequest large = world->ping;
    large.text = long_text;
    Dunlin__Platform__V1__PingReply reply;
    dunlin__platform__v1__ping_reply__init(&reply);
    struct bus_call calls[6];
    for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
        calls[i] = ping_call(world, BUS_ROUTE_ANY);
    calls[0].request = &large.base;
    calls[1].request = &reply.base;
    calls[2].method = "Pong";
    calls[3].partition = PARTITION_COUNT;
    calls[4].idempotency_key = long_text;
    calls[5].route = BUS_ROUTE_INSTANCE;
    bus_call_many(world->client, calls, ARRAY_SIZE(calls), PATIENCE_MS);
    expect_failure(&calls[0], STATUS_INVALID_ARGUMENT, "over the limit");
    expect_failure(&calls[1], STATUS_INTERNAL, "takes no");
    expect_failure(&calls[2], STATUS_INTERNAL, "no method");
    expect_failure(&calls[3], STATUS_INVALID_ARGUMENT, "partition");
    expect_failure(&calls[4], STATUS_INVALID_ARGUMENT, "idempotency key");
    expect_failure(&calls[5], STATUS_INTERNAL, "no instance is named");
    assert_int_equal(atomic_load(&server->n_requests), 0);
    g_free(long_text);
}

static void does_nothing_for_no_calls_and_no_time(void **state)
{
    struct world *world = *state;
    struct server *server = start(world, 0, "platform-a", ECHOES);
    bus_call_many(world->client, NULL, 0, PATIENCE_MS);
    struct bus_call call = ping_call(world, BUS_ROUTE_ANY);
    bus_call_many(world->client, &call, 1, 0);
    expect_failure(&call, STATUS_DEADLINE_EXCEEDED, "given up after 0 ms");
    assert_int_equal(atomic_load(&server->n_requests), 0);
}

static struct bus_call *wait_for_one(struct bus_calls *calls)
{
    struct bus_call *call = NULL;
    while ((call = bus_calls_next(calls)) == NULL)
        bus_calls_wait(calls, PATIENCE_MS);
    return call;
}

/* Broken once: one deadline for all of them; a call without an answer at its end left in its place. */
static void calls_overlap_and_each_has_its_own_time(void **state)
{
    struct world *world = *state;
    (void)start(world, 0, "platform-a", IS_SILENT);
    (void)start(world, 1, "platform-b", ECHOES);
    struct bus_call silent = ping_call(world, BUS_ROUTE_INSTANCE), quick = ping_call(world, BUS_ROUTE_INSTANCE);
    silent.instance_id = "platform-a";
    quick.instance_id = "platform-b";
    struct bus_calls *calls = bus_calls_new(world->client, NULL);
    bus_calls_add(calls, &silent, 2000);
    for (int i = 0; i < 3; i++) {
        bus_calls_add(calls, &quick, PATIENCE_MS);
        assert_ptr_equal(wait_for_one(calls), &quick);
        expect_ok(&quick, "platform-b");
        assert_int_equal(bus_calls_open(calls), 1);
    }
    assert_ptr_equal(wait_for_one(calls), &silent);
    expect_failure(&silent, STATUS_DEADLINE_EXCEEDED, "no reply within 2000 ms");
    assert_int_equal(bus_calls_open(calls), 0);
    bus_calls_wait(calls, PATIENCE_MS);
    assert_null(bus_calls_next(calls));
    bus_calls_free(calls);
}

static void looks_after_a_socket_while_calls_are_open(void **state)
{
    struct world *world = *state;
    (void)start(world, 0, "platform-a", IS_SILENT);
    struct bus_call silent = ping_call(world, BUS_ROUTE_ANY);
    zsock_t *pull = zsock_new_pull("@inproc://test-also"), *push = zsock_new_push(">inproc://test-also");
    struct bus_calls *calls = bus_calls_new(world->client, pull);
    bus_calls_add(calls, &silent, PATIENCE_MS);
    assert_int_equal(zstr_send(push, "hello"), 0);
    while ((zsock_events(pull) & ZMQ_POLLIN) == 0)
        bus_calls_wait(calls, PATIENCE_MS);
    assert_null(bus_calls_next(calls));
    assert_int_equal(bus_calls_open(calls), 1);
    bus_calls_free(calls); /* nobody hears what becomes of it */
    assert_int_equal(silent.code, STATUS_UNKNOWN);
    zsock_destroy(&push);
    zsock_destroy(&pull);
}

static int open_database(void **state)
{
    (void)state;
    zsys_handler_set(NULL);
    test_database_open(&database, "bus");
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    test_database_close(&database);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(calls_an_instance_and_gets_its_reply),
        TEST(brings_a_thousand_calls_to_the_owners_of_their_partitions),
        TEST(has_at_most_a_window_in_flight),
        TEST(takes_turns_where_any_instance_will_do),
        TEST(calls_the_instance_that_is_named),
        TEST(follows_a_wrong_owner),
        TEST(stays_with_the_instance_that_was_named),
        TEST(does_not_follow_owners_in_a_circle_for_ever),
        TEST(asks_the_roster_where_the_owner_named_is_unknown),
        TEST(retries_what_is_idempotent_and_nothing_else),
        TEST(sends_a_query_again_after_the_server_has_restarted),
        TEST(says_that_the_outcome_is_unknown_where_it_may_not_ask_again),
        TEST(moves_on_when_a_dead_instance_leaves_the_roster),
        TEST(names_the_peer_that_nobody_answers_for),
        TEST(names_the_peer_that_did_not_reply_in_time),
        TEST(says_that_no_instance_is_serving),
        TEST(waits_for_an_instance_that_is_about_to_come),
        TEST(goes_on_while_redis_is_empty),
        TEST(says_that_redis_cannot_be_reached),
        TEST(is_refused_with_an_unknown_key_until_it_is_admitted),
        TEST(does_not_speak_to_a_server_with_another_key),
        TEST(drops_replies_that_nobody_waits_for),
        TEST(reports_a_reply_that_is_garbage),
        TEST(refuses_bad_calls_without_sending_them),
        TEST(does_nothing_for_no_calls_and_no_time),
        TEST(calls_overlap_and_each_has_its_own_time),
        TEST(looks_after_a_socket_while_calls_are_open),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
