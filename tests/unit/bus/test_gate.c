#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bus_fixture.h"

struct world {
    char *folder;
    struct bus_gate *gate;
    struct bus_keys *server_keys;
    zsock_t *router;
    char endpoint[REGISTRY_ENDPOINT_SIZE];
};

static int setup(void **state)
{
    struct world *world = g_new0(struct world, 1);
    *state = world;
    world->folder = fixture_folder_new();
    world->server_keys = fixture_keys(world->folder, "contact", "service");
    assert_ok(bus_gate_start(world->folder, &world->gate, &fixture_error));
    assert_ok(
        bus_bind_router(world->server_keys, "tcp://127.0.0.1:*", &world->router, world->endpoint, &fixture_error));
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    zsock_destroy(&world->router);
    bus_gate_stop(world->gate);
    bus_keys_free(world->server_keys);
    fixture_folder_remove(world->folder);
    g_free(world);
    return 0;
}

/* A key pair of `name` whose public file is taken away from the folder into `ret_path`. */
static struct bus_keys *make_stranger(struct world *world, const char *name, const char *role, char **ret_path)
{
    struct bus_keys *keys = fixture_keys(world->folder, name, role);
    char *file = g_strdup_printf("%s/public/%s.key", world->folder, name);
    *ret_path = g_strdup_printf("%s/%s.key", world->folder, name);
    assert_int_equal(rename(file, *ret_path), 0);
    g_free(file);
    return keys;
}

static void admit(struct world *world, const char *name, const char *path)
{
    char *file = g_strdup_printf("%s/public/%s.key", world->folder, name);
    assert_int_equal(rename(path, file), 0);
    g_free(file);
}

static zsock_t *connect_as(struct world *world, const struct bus_keys *keys)
{
    return fixture_dealer(keys, "contact", world->endpoint);
}

static bool gets_through(struct world *world, const struct bus_keys *keys, int timeout_ms)
{
    zsock_t *dealer = connect_as(world, keys);
    bool is_connected = fixture_is_writable(dealer, timeout_ms);
    zsock_destroy(&dealer);
    return is_connected;
}

static void proves_name_and_role_by_the_certificate(void **state)
{
    struct world *world = *state;
    SCOPED(bus_keys_freep) struct bus_keys *acme = fixture_keys(world->folder, "acme", "dialer");
    zsock_t *dealer = connect_as(world, acme);
    struct fixture_ping ping;
    fixture_ping_init(&ping, 1);
    ping.envelope.principal = bus_lend("user:operator");
    assert_true(fixture_is_writable(dealer, PATIENCE_MS));
    fixture_send_envelope(dealer, &ping.envelope);
    SCOPED(bus_request_freep) struct bus_request *request = fixture_receive(world->router, PATIENCE_MS);
    assert_non_null(request);
    assert_string_equal(request->peer_name, "acme");
    assert_string_equal(request->peer_role, "dialer");
    assert_string_equal(request->principal, "user:operator");
    zsock_destroy(&dealer);
}

static struct bus_request *ask_for_agency(struct world *world, const struct bus_keys *keys, int32_t agency_id)
{
    zsock_t *dealer = connect_as(world, keys);
    struct fixture_ping ping;
    fixture_ping_init(&ping, 1);
    ping.envelope.agency_id = agency_id;
    assert_true(fixture_is_writable(dealer, PATIENCE_MS));
    fixture_send_envelope(dealer, &ping.envelope);
    struct bus_request *request = fixture_receive(world->router, PATIENCE_MS);
    zsock_destroy(&dealer);
    assert_non_null(request);
    return request;
}

static void a_key_that_is_bound_to_an_agency_speaks_for_no_other(void **state)
{
    struct world *world = *state;
    SCOPED(bus_keys_freep) struct bus_keys *bound = NULL;
    SCOPED(bus_keys_freep) struct bus_keys *free_one = fixture_keys(world->folder, "unbound", "service");
    const struct {
        bool is_bound;
        int32_t said, counts;
    } rows[] = {{true, 0, 7}, {true, 8, 7}, {false, 0, 0}, {false, 8, 8}};
    assert_int_equal(bus_keys_make_bound(world->folder, "bound", "dialer", 7, NULL, NULL), STATUS_OK);
    assert_int_equal(bus_keys_make(world->folder, "bound", "dialer", NULL, NULL), STATUS_OK); /* stays as it is */
    assert_int_equal(bus_keys_open(world->folder, "bound", &bound, NULL), STATUS_OK);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct bus_request *request = ask_for_agency(world, rows[i].is_bound ? bound : free_one, rows[i].said);
        assert_int_equal(request->agency_id, rows[i].counts);
        bus_request_free(request);
    }
}

/* libzmq 4.3 lets a peer put properties of its own into the handshake (option 95, ZMQ_METADATA, unnamed in builds
 * without drafts). What the gate says must win. */
static void a_peer_cannot_claim_a_role_in_its_handshake(void **state)
{
    struct world *world = *state;
    SCOPED(bus_keys_freep) struct bus_keys *acme = fixture_keys(world->folder, "acme", "dialer");
    zsock_t *dealer = zsock_new(ZMQ_DEALER);
    void *handle = zsock_resolve(dealer);
    static const char role[] = "X-Role:operator";
    static const char user[] = "User-Id:operator";
    static const char agency[] = "X-Agency:7";
    assert_int_equal(zmq_setsockopt(handle, 95, role, strlen(role)), 0);
    (void)zmq_setsockopt(handle, 95, user, strlen(user));
    (void)zmq_setsockopt(handle, 95, agency, strlen(agency));
    zcert_apply(acme->own, dealer);
    zsock_set_curve_serverkey(dealer, bus_keys_public(acme, "contact"));
    assert_int_equal(zmq_connect(handle, world->endpoint), 0);
    struct fixture_ping ping;
    fixture_ping_init(&ping, 1);
    fixture_send_envelope(dealer, &ping.envelope);
    SCOPED(bus_request_freep) struct bus_request *request = fixture_receive(world->router, PATIENCE_MS);
    assert_non_null(request);
    assert_string_equal(request->peer_name, "acme");
    assert_string_equal(request->peer_role, "dialer");
    assert_int_equal(request->agency_id, 0);
    zsock_destroy(&dealer);
}

static void refuses_and_counts_an_unknown_key(void **state)
{
    struct world *world = *state;
    const struct metric *refused = &BUS_METRICS[BUS_METRIC_PEERS_REFUSED];
    int64_t before = metrics_value(refused, NULL);
    char *path = NULL;
    SCOPED(bus_keys_freep) struct bus_keys *mallory = make_stranger(world, "mallory", "operator", &path);
    assert_false(gets_through(world, mallory, SILENCE_MS));
    assert_true(metrics_value(refused, NULL) > before);
    g_free(path);
}

static void admits_a_key_that_was_added_later(void **state)
{
    struct world *world = *state;
    char *path = NULL;
    SCOPED(bus_keys_freep) struct bus_keys *acme = make_stranger(world, "acme", "dialer", &path);
    assert_false(gets_through(world, acme, SILENCE_MS));
    admit(world, "acme", path);
    assert_true(gets_through(world, acme, PATIENCE_MS));
    g_free(path);
}

/* Content that comes after the file leaves the folder's time as it was. */
static void admits_a_key_whose_file_was_half_written_at_first(void **state)
{
    struct world *world = *state;
    char *path = NULL;
    char *text = NULL;
    SCOPED(bus_keys_freep) struct bus_keys *acme = make_stranger(world, "acme", "dialer", &path);
    char *file = g_strdup_printf("%s/public/acme.key", world->folder);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    FILE *slow_copy = fopen(file, "we");
    assert_non_null(slow_copy);
    assert_false(gets_through(world, acme, SILENCE_MS));
    assert_true(fputs(text, slow_copy) >= 0);
    assert_int_equal(fclose(slow_copy), 0);
    assert_true(gets_through(world, acme, PATIENCE_MS));
    g_free(text);
    g_free(file);
    g_free(path);
}

static void refuses_a_key_that_was_taken_away(void **state)
{
    struct world *world = *state;
    SCOPED(bus_keys_freep) struct bus_keys *acme = fixture_keys(world->folder, "acme", "dialer");
    assert_true(gets_through(world, acme, PATIENCE_MS));
    char *file = g_strdup_printf("%s/public/acme.key", world->folder);
    assert_int_equal(unlink(file), 0);
    assert_false(gets_through(world, acme, SILENCE_MS));
    g_free(file);
}

static void refuses_everybody_while_the_folder_is_gone(void **state)
{
    struct world *world = *state;
    SCOPED(bus_keys_freep) struct bus_keys *acme = fixture_keys(world->folder, "acme", "dialer");
    assert_non_null(bus_keys_public(acme, "contact"));
    char *folder = g_strdup_printf("%s/public", world->folder);
    char *elsewhere = g_strdup_printf("%s/elsewhere", world->folder);
    assert_int_equal(rename(folder, elsewhere), 0);
    assert_false(gets_through(world, acme, SILENCE_MS));
    assert_int_equal(rename(elsewhere, folder), 0);
    assert_true(gets_through(world, acme, PATIENCE_MS));
    g_free(folder);
    g_free(elsewhere);
}

/* One key under two names would let its holder choose who he is. */
static void refuses_a_key_that_two_files_claim(void **state)
{
    struct world *world = *state;
    SCOPED(bus_keys_freep) struct bus_keys *acme = fixture_keys(world->folder, "acme", "dialer");
    zcert_t *twin = zcert_new_from(zcert_public_key(acme->own), zcert_secret_key(acme->own));
    zcert_set_meta(twin, "name", "boss");
    zcert_set_meta(twin, "role", "operator");
    char *file = g_strdup_printf("%s/public/boss.key", world->folder);
    assert_int_equal(zcert_save_public(twin, file), 0);
    assert_false(gets_through(world, acme, SILENCE_MS));
    assert_int_equal(unlink(file), 0);
    assert_true(gets_through(world, acme, PATIENCE_MS));
    zcert_destroy(&twin);
    g_free(file);
}

static void refuses_a_peer_without_curve(void **state)
{
    struct world *world = *state;
    zsock_t *plain = zsock_new(ZMQ_DEALER);
    zsock_set_immediate(plain, 1);
    assert_int_equal(zmq_connect(zsock_resolve(plain), world->endpoint), 0);
    assert_false(fixture_is_writable(plain, SILENCE_MS));
    zsock_destroy(&plain);
}

static bool hears_events(const struct bus_keys *keys, zsock_t *pub, const char *endpoint, int timeout_ms)
{
    zsock_t *sub = NULL;
    assert_ok(bus_open_sub(keys, &sub, &fixture_error));
    zsock_set_subscribe(sub, "");
    assert_ok(bus_connect_sub(sub, keys, "contact", endpoint, &fixture_error));
    struct monotonic deadline = clock_deadline_ms(timeout_ms);
    bool is_heard = false;
    while (!is_heard && clock_remaining_ms(deadline) > 0) {
        assert_int_equal(zstr_sendx(pub, "p007", "event", NULL), 0);
        is_heard = fixture_is_readable(sub, 20);
    }
    zsock_destroy(&sub);
    return is_heard;
}

/* Events say everything of every debtor; a third party has a key, too. */
static void lets_services_and_operators_listen_to_events_and_no_dialer(void **state)
{
    struct world *world = *state;
    SCOPED(bus_keys_freep) struct bus_keys *acme = fixture_keys(world->folder, "acme", "dialer");
    SCOPED(bus_keys_freep) struct bus_keys *payment = fixture_keys(world->folder, "payment", "service");
    SCOPED(bus_keys_freep) struct bus_keys *boss = fixture_keys(world->folder, "boss", "operator");
    zsock_t *pub = NULL;
    char endpoint[REGISTRY_ENDPOINT_SIZE];
    assert_ok(bus_bind_pub(world->server_keys, "tcp://127.0.0.1:*", &pub, endpoint, &fixture_error));
    int64_t before = metrics_value(&BUS_METRICS[BUS_METRIC_PEERS_REFUSED], NULL);
    assert_false(hears_events(acme, pub, endpoint, SILENCE_MS));
    assert_true(metrics_value(&BUS_METRICS[BUS_METRIC_PEERS_REFUSED], NULL) > before);
    assert_true(hears_events(payment, pub, endpoint, PATIENCE_MS));
    assert_true(hears_events(boss, pub, endpoint, PATIENCE_MS));
    assert_true(gets_through(world, acme, PATIENCE_MS)); /* to requests */
    zsock_destroy(&pub);
}

static void takes_events_from_services_only(void **state)
{
    struct world *world = *state;
    SCOPED(bus_keys_freep) struct bus_keys *acme = fixture_keys(world->folder, "acme", "dialer");
    (void)acme; /* its key is in the folder */
    zsock_t *sub = NULL;
    struct error err = {0};
    assert_ok(bus_open_sub(world->server_keys, &sub, &fixture_error));
    assert_int_equal(bus_connect_sub(sub, world->server_keys, "acme", "tcp://127.0.0.1:1", &err),
                     STATUS_PERMISSION_DENIED);
    assert_non_null(strstr(err.text, "acme"));
    zsock_destroy(&sub);
}

static void wait_for_connections(const char *event, int64_t n)
{
    struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
    while (metrics_value(&BUS_METRICS[BUS_METRIC_CONNECTIONS], event) < n) {
        if (clock_remaining_ms(deadline) == 0)
            fail_msg("not %lld connections %s", (long long)n, event);
        (void)zmq_poll(NULL, 0, 5);
    }
}

static void counts_what_becomes_of_connections(void **state)
{
    struct world *world = *state;
    SCOPED(bus_keys_freep) struct bus_keys *acme = fixture_keys(world->folder, "acme", "dialer");
    const struct metric *connections = &BUS_METRICS[BUS_METRIC_CONNECTIONS];
    const int64_t accepted = metrics_value(connections, "accepted");
    const int64_t ready = metrics_value(connections, "ready");
    const int64_t failed = metrics_value(connections, "handshake_failed");
    const int64_t closed = metrics_value(connections, "closed");
    assert_true(gets_through(world, acme, PATIENCE_MS));
    wait_for_connections("ready", ready + 1);
    wait_for_connections("closed", closed + 1);
    assert_int_equal(metrics_value(connections, "accepted"), accepted + 1);
    zsock_t *plain = zsock_new(ZMQ_DEALER);
    assert_int_equal(zmq_connect(zsock_resolve(plain), world->endpoint), 0);
    wait_for_connections("handshake_failed", failed + 1);
    zsock_destroy(&plain);
    assert_int_equal(metrics_value(connections, "ready"), ready + 1);
}

/* libzmq admits every CURVE key where no handler is bound, unless told otherwise. */
static void refuses_everybody_after_the_gate_was_stopped(void **state)
{
    struct world *world = *state;
    SCOPED(bus_keys_freep) struct bus_keys *acme = fixture_keys(world->folder, "acme", "dialer");
    bus_gate_stopp(&world->gate);
    assert_false(gets_through(world, acme, SILENCE_MS));
    assert_ok(bus_gate_start(world->folder, &world->gate, &fixture_error));
    assert_true(gets_through(world, acme, PATIENCE_MS));
}

static void starts_once_a_process(void **state)
{
    struct world *world = *state;
    struct bus_gate *second = NULL;
    assert_int_equal(bus_gate_start(world->folder, &second, NULL), STATUS_ALREADY_EXISTS);
    assert_null(second);
}

static void does_not_start_without_the_folder(void **state)
{
    struct world *world = *state;
    bus_gate_stopp(&world->gate);
    struct error err = {0};
    assert_int_equal(bus_gate_start("/nonexistent/keys", &world->gate, &err), STATUS_NOT_FOUND);
    assert_non_null(strstr(err.text, "/nonexistent/keys/public"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(proves_name_and_role_by_the_certificate),
        TEST(a_peer_cannot_claim_a_role_in_its_handshake),
        TEST(a_key_that_is_bound_to_an_agency_speaks_for_no_other),
        TEST(refuses_and_counts_an_unknown_key),
        TEST(admits_a_key_that_was_added_later),
        TEST(admits_a_key_whose_file_was_half_written_at_first),
        TEST(refuses_a_key_that_was_taken_away),
        TEST(refuses_everybody_while_the_folder_is_gone),
        TEST(refuses_a_key_that_two_files_claim),
        TEST(refuses_a_peer_without_curve),
        TEST(refuses_everybody_after_the_gate_was_stopped),
        TEST(lets_services_and_operators_listen_to_events_and_no_dialer),
        TEST(takes_events_from_services_only),
        TEST(counts_what_becomes_of_connections),
        TEST(starts_once_a_process),
        TEST(does_not_start_without_the_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
