#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bus_fixture.h"

struct world {
    char *folder;
    struct bus_gate *gate;
    struct bus_keys *keys;
    struct bus_keys *consumer;
};

static int setup(void **state)
{
    struct world *world = g_new0(struct world, 1);
    *state = world;
    world->folder = fixture_folder_new();
    world->keys = fixture_keys(world->folder, "contact", "service");
    world->consumer = fixture_keys(world->folder, "reporting", "service");
    assert_ok(bus_gate_start(world->folder, &world->gate, &fixture_error));
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    bus_gate_stop(world->gate);
    bus_keys_free(world->consumer);
    bus_keys_free(world->keys);
    fixture_folder_remove(world->folder);
    g_free(world);
    return 0;
}

static void names_a_topic_by_its_partition(void **state)
{
    (void)state;
    char text[BUS_TOPIC_SIZE];
    assert_string_equal(bus_topic(0, text), "p000");
    assert_string_equal(bus_topic(7, text), "p007");
    assert_string_equal(bus_topic(63, text), "p063");
    assert_string_equal(bus_topic(UINT16_MAX, text), "p65535");
}

static void binds_nothing_before_the_gate_has_started(void **state)
{
    struct world *world = *state;
    bus_gate_stopp(&world->gate);
    zsock_t *socket = NULL;
    char endpoint[REGISTRY_ENDPOINT_SIZE];
    assert_int_equal(bus_bind_router(world->keys, "tcp://127.0.0.1:*", &socket, endpoint, NULL),
                     STATUS_FAILED_PRECONDITION);
    assert_int_equal(bus_bind_pub(world->keys, "tcp://127.0.0.1:*", &socket, endpoint, NULL),
                     STATUS_FAILED_PRECONDITION);
    assert_null(socket);
}

static void resolves_a_wildcard_port(void **state)
{
    struct world *world = *state;
    zsock_t *socket = NULL;
    char endpoint[REGISTRY_ENDPOINT_SIZE];
    assert_ok(bus_bind_router(world->keys, "tcp://127.0.0.1:*", &socket, endpoint, &fixture_error));
    assert_true(g_str_has_prefix(endpoint, "tcp://127.0.0.1:"));
    assert_true(strtol(endpoint + strlen("tcp://127.0.0.1:"), NULL, 10) > 0);
    zsock_t *second = NULL;
    struct error err = {0};
    assert_int_equal(bus_bind_router(world->keys, endpoint, &second, endpoint, &err), STATUS_UNAVAILABLE);
    assert_non_null(strstr(err.text, endpoint));
    assert_null(second);
    zsock_destroy(&socket);
}

static void refuses_an_endpoint_that_is_none(void **state)
{
    struct world *world = *state;
    zsock_t *socket = NULL;
    char endpoint[REGISTRY_ENDPOINT_SIZE];
    assert_int_equal(bus_bind_pub(world->keys, "somewhere", &socket, endpoint, NULL), STATUS_INVALID_ARGUMENT);
    assert_ok(bus_open_sub(world->consumer, &socket, &fixture_error));
    assert_int_equal(bus_connect_sub(socket, world->consumer, "contact", "somewhere", NULL), STATUS_INVALID_ARGUMENT);
    assert_int_equal(bus_connect_sub(socket, world->consumer, "nobody", "tcp://127.0.0.1:1", NULL), STATUS_NOT_FOUND);
    zsock_destroy(&socket);
}

static void sets_every_limit(void **state)
{
    struct world *world = *state;
    static const struct {
        int option;
        int value;
    } ROWS[] = {
        {ZMQ_LINGER, 500},
        {ZMQ_SNDHWM, BUS_HWM_MESSAGES},
        {ZMQ_RCVHWM, BUS_REQUESTS_HWM},
        {ZMQ_HEARTBEAT_IVL, BUS_HEARTBEAT_IVL_MS},
        {ZMQ_HEARTBEAT_TIMEOUT, BUS_HEARTBEAT_TIMEOUT_MS},
        {ZMQ_HEARTBEAT_TTL, BUS_HEARTBEAT_TIMEOUT_MS},
        {ZMQ_CURVE_SERVER, 1},
    };
    zsock_t *socket = NULL;
    char endpoint[REGISTRY_ENDPOINT_SIZE];
    assert_ok(bus_bind_router(world->keys, "tcp://127.0.0.1:*", &socket, endpoint, &fixture_error));
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        int value = -1;
        size_t size = sizeof(value);
        assert_int_equal(zmq_getsockopt(zsock_resolve(socket), ROWS[i].option, &value, &size), 0);
        if (value != ROWS[i].value)
            fail_msg("option %d is %d, not %d", ROWS[i].option, value, ROWS[i].value);
    }
    int64_t frame_max = 0;
    size_t size = sizeof(frame_max);
    assert_int_equal(zmq_getsockopt(zsock_resolve(socket), ZMQ_MAXMSGSIZE, &frame_max, &size), 0);
    assert_int_equal(frame_max, BUS_FRAME_MAX_BYTES);
    zsock_destroy(&socket);
}

static void publish(zsock_t *pub, const char *topic, const char *payload)
{
    assert_int_equal(zstr_sendx(pub, topic, payload, NULL), 0);
}

/* A subscription reaches the producer at some time after the connection: publishes until the first one arrives. */
static void publish_until_heard(zsock_t *pub, zsock_t *sub)
{
    struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
    do {
        publish(pub, "p007", "first");
        assert_true(clock_remaining_ms(deadline) > 0);
    } while (!fixture_is_readable(sub, 20));
}

static void publishes_by_topic_to_an_admitted_consumer(void **state)
{
    struct world *world = *state;
    zsock_t *pub = NULL;
    zsock_t *sub = NULL;
    char endpoint[REGISTRY_ENDPOINT_SIZE];
    assert_ok(bus_bind_pub(world->keys, "tcp://127.0.0.1:*", &pub, endpoint, &fixture_error));
    assert_ok(bus_open_sub(world->consumer, &sub, &fixture_error));
    zsock_set_subscribe(sub, "p007");
    assert_ok(bus_connect_sub(sub, world->consumer, "contact", endpoint, &fixture_error));
    publish_until_heard(pub, sub);
    publish(pub, "p008", "not subscribed");
    publish(pub, "p007", "last");
    for (;;) {
        char *topic = NULL;
        char *payload = NULL;
        assert_true(fixture_is_readable(sub, PATIENCE_MS));
        assert_int_equal(zstr_recvx(sub, &topic, &payload, NULL), 2);
        bool is_last = strcmp(payload, "last") == 0;
        assert_string_equal(topic, "p007");
        zstr_free(&topic);
        zstr_free(&payload);
        if (is_last)
            break;
    }
    zsock_destroy(&sub);
    zsock_destroy(&pub);
}

static void publishes_nothing_to_an_unknown_key(void **state)
{
    struct world *world = *state;
    SCOPED(bus_keys_freep) struct bus_keys *mallory = fixture_keys(world->folder, "mallory", "service");
    char *file = g_strdup_printf("%s/public/mallory.key", world->folder);
    assert_int_equal(unlink(file), 0);
    g_free(file);
    zsock_t *pub = NULL;
    zsock_t *sub = NULL;
    zsock_t *eavesdropper = NULL;
    char endpoint[REGISTRY_ENDPOINT_SIZE];
    assert_ok(bus_bind_pub(world->keys, "tcp://127.0.0.1:*", &pub, endpoint, &fixture_error));
    assert_ok(bus_open_sub(mallory, &eavesdropper, &fixture_error));
    zsock_set_subscribe(eavesdropper, "");
    assert_ok(bus_connect_sub(eavesdropper, mallory, "contact", endpoint, &fixture_error));
    assert_ok(bus_open_sub(world->consumer, &sub, &fixture_error));
    zsock_set_subscribe(sub, "p007");
    assert_ok(bus_connect_sub(sub, world->consumer, "contact", endpoint, &fixture_error));
    publish_until_heard(pub, sub);
    assert_false(fixture_is_readable(eavesdropper, SILENCE_MS));
    zsock_destroy(&eavesdropper);
    zsock_destroy(&sub);
    zsock_destroy(&pub);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(names_a_topic_by_its_partition),
        TEST(binds_nothing_before_the_gate_has_started),
        TEST(resolves_a_wildcard_port),
        TEST(refuses_an_endpoint_that_is_none),
        TEST(sets_every_limit),
        TEST(publishes_by_topic_to_an_admitted_consumer),
        TEST(publishes_nothing_to_an_unknown_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
