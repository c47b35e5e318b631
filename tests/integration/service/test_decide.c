#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/service_internal.h"
#include "service_fixture.h"

static int set_up(void **state)
{
    *state = world_open("service_decide");
    return 0;
}

#define EFFECTS "SELECT count(*) FROM dispute.effect WHERE account_id = '%s'"
#define OPENED  "SELECT count(*) FROM log.event WHERE debtor_id = '%s' AND type = 'dunlin.dispute.v1.DisputeOpened'"
#define PARKED  "SELECT count(*) FROM log.parked WHERE consumer = 'dispute' AND debtor_id = '%s'"

static bool is_same(const Dunlin__Dispute__V1__DisputeView *a, const Dunlin__Dispute__V1__DisputeView *b)
{
    return a && b && a->dispute_id.len == b->dispute_id.len &&
           memcmp(a->dispute_id.data, b->dispute_id.data, a->dispute_id.len) == 0;
}

/* The test service answers with an id made at random: the same one can only be the stored one. */
static void answers_a_repeated_key_with_the_same_bytes_and_one_effect(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(1);
    Dunlin__Dispute__V1__DisputeView *first = NULL, *second = NULL, *other = NULL;
    struct runner *runner = start_alone(world, NULL);
    assert_ok(ask_open(world, &account, "r", "key-1", &first));
    assert_ok(ask_open(world, &account, "r", "key-1", &second));
    assert_ok(ask_open(world, &account, "r", "key-2", &other));
    const bool are_right = is_same(first, second) && !is_same(first, other);
    free_view(second);
    free_view(other);
    assert_true(are_right);
    kill_runner(runner);
    forget_instances(world);
    (void)start_alone(world, NULL);
    assert_ok(ask_open(world, &account, "r", "key-1", &second));
    const bool is_stored = is_same(first, second);
    free_view(first);
    free_view(second);
    assert_true(is_stored);
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&account)), 2);
    assert_int_equal(world_number(world, OPENED, ID_TEXT(&account)), 2);
}

/* Once another program's reply came back to whoever happened to use the same key. */
static void two_callers_with_the_same_key_have_an_effect_each(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(2);
    struct bus_keys *keys = make_keys(world, "other", "operator");
    const struct bus_client_options options = {
        .redis_url = world->database.redis_url, .keys = keys, .principal = "user:other"};
    struct bus_client *mine = world->client, *others = NULL;
    Dunlin__Dispute__V1__DisputeView *first = NULL, *second = NULL;
    (void)start_alone(world, NULL);
    assert_ok(bus_client_new(&options, &others, &world_error));
    assert_ok(ask_open(world, &account, "r", "shared-key", &first));
    world->client = others;
    const enum status st = ask_open(world, &account, "r", "shared-key", &second);
    world->client = mine;
    const bool is_stored = is_same(first, second);
    free_view(first);
    free_view(second);
    bus_client_free(others);
    bus_keys_free(keys);
    assert_ok(st);
    assert_false(is_stored);
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&account)), 2);
}

static void refuses_a_key_that_was_used_for_another_method(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(2);
    (void)start_alone(world, NULL);
    assert_ok(ask_open(world, &account, "r", "key-3", NULL));
    assert_int_equal(ask_decide(world, &account, "key-3", NULL), STATUS_INVALID_ARGUMENT);
}

static void set_request_hash_null(struct world *world, const char *key)
{
    char sql[200];
    (void)g_snprintf(sql, sizeof(sql),
                     "UPDATE platform.request SET request_hash = NULL WHERE idempotency_key = 'dunlin/%s'", key);
    test_database_script(world->owner, sql);
}

/* Once the second request was answered with the first one's reply, as if it had been done. */
static void refuses_a_key_that_was_used_for_another_request(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(2);
    (void)start_alone(world, NULL);
    assert_ok(ask_open(world, &account, "first", "key-4", NULL));
    assert_int_equal(ask_open(world, &account, "second", "key-4", NULL), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(world_error.text, "this idempotency key was used for another request"));
    assert_ok(ask_open(world, &account, "first", "key-4", NULL));
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&account)), 1);
}

static void answers_a_key_that_an_older_version_stored_without_a_hash(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(2);
    Dunlin__Dispute__V1__DisputeView *first = NULL, *second = NULL;
    (void)start_alone(world, NULL);
    assert_ok(ask_open(world, &account, "r", "key-5", &first));
    set_request_hash_null(world, "key-5");
    assert_ok(ask_open(world, &account, "r", "key-5", &second));
    const bool is_stored = is_same(first, second);
    free_view(first);
    free_view(second);
    assert_true(is_stored);
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&account)), 1);
}

#define MANY 60

/* One breaks its batch: it alone fails, the others have their effect once. */
static void answers_each_call_of_a_batch_by_itself(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(3);
    struct bus_call calls[MANY];
    Dunlin__Dispute__V1__OpenDisputeRequest requests[MANY];
    char keys[MANY][32];
    (void)start_alone(world, NULL);
    for (size_t i = 0; i < MANY; i++) {
        dunlin__dispute__v1__open_dispute_request__init(&requests[i]);
        requests[i].account_id = id_bytes(&account);
        requests[i].reason = (char *)(uintptr_t)(i == 20 ? "break" : i == 40 ? "refuse" : "fine");
        (void)g_snprintf(keys[i], sizeof(keys[i]), "batch-%zu", i / 2 * 2 == i && i > 50 ? i - 2 : i);
        calls[i] = (struct bus_call){.service = &dunlin__dispute__v1__dispute_service__descriptor,
                                     .method = "OpenDispute",
                                     .request = &requests[i].base,
                                     .partition = id_partition(&account),
                                     .idempotency_key = keys[i]};
    }
    bus_call_many(world->client, calls, MANY, PATIENCE_MS);
    enum status codes[MANY];
    for (size_t i = 0; i < MANY; i++) {
        codes[i] = calls[i].code;
        if (calls[i].reply)
            protobuf_c_message_free_unpacked(calls[i].reply, NULL);
    }
    int64_t n_keys = 0;
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(codes[i], i == 20 ? STATUS_INTERNAL : i == 40 ? STATUS_FAILED_PRECONDITION : STATUS_OK);
        bool is_new = codes[i] == STATUS_OK;
        for (size_t j = 0; j < i; j++)
            is_new = is_new && strcmp(keys[i], keys[j]) != 0;
        n_keys += is_new;
    }
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&account)), n_keys);
    assert_int_equal(world_number(world, OPENED, ID_TEXT(&account)), n_keys);
}

/* What has come while a unit ran is one unit. Once each waited for a unit of its own: a dialer's request for 20
 * accounts took as many commits. Broken once so again, UNIT_CALLS_MAX being 1: 60 units instead of 2. */
static void takes_the_parts_of_one_command_together(void **state)
{
    struct world *world = *state;
    const struct id first = id_new(0);
    const uint16_t partition = id_partition(&first);
    struct eventlog_head *head = NULL;
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    struct runner *runner = start_alone(world, NULL);
    zsock_t *dealer = connect_for_good(world, runner);
    const int64_t before = world_number(world, "SELECT count(DISTINCT xmin::text) FROM dispute.effect");
    assert_ok(db_tx_begin(world->intake, &tx, &world_error));
    assert_ok(eventlog_lock(&tx, &partition, 1, &head, &world_error));
    free(head);
    send_open(dealer, 1, &first, "fine", "one-command");
    wait_for_number(world, 1, HANGS);
    for (uint16_t i = 1; i < MANY; i++) {
        const struct id account = id_new(i);
        send_open(dealer, i + 1U, &account, "fine", "one-command");
    }
    send_request(dealer, MANY + 1, "dunlin.dispute.v1.DisputeService/Nothing", "", partition, NULL, 0);
    assert_int_equal(receive_code(world, dealer), STATUS_UNIMPLEMENTED); /* and so the others wait by now */
    db_tx_rollback(&tx);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(receive_code(world, dealer), STATUS_OK);
    zsock_destroy(&dealer);
    assert_int_equal(world_number(world, "SELECT count(DISTINCT xmin::text) FROM dispute.effect") - before, 2);
}

static void sees_at_the_head_what_was_committed_right_before(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(4);
    (void)start_alone(world, (const char *const[]){"--workers=3", NULL});
    for (int64_t i = 1; i <= 30; i++) {
        place_one(world, &account, "seen", DELIVER_BY_LOG);
        assert_int_equal(decide_count(world, &account, NULL), i);
    }
    wait_for_number(world, 30, "SELECT count(*) FROM dispute.applied WHERE debtor_id = '%s'", ID_TEXT(&account));
}

static void does_not_let_an_append_overtake_a_decision_at_the_head(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(5);
    struct event event;
    uint8_t payload[PLACED_MAX_BYTES];
    const struct placement placement = {.debtor = account, .reference = "slow"};
    const uint16_t partition = id_partition(&account);
    struct db_tx tx = {0};
    struct eventlog_head *head = NULL;
    (void)start_alone(world, NULL);
    assert_int_equal(decide_count(world, &account, NULL), 0); /* and so the client is connected */
    event = placed_event(&placement, payload);
    assert_ok(db_tx_begin(world->intake, &tx, &world_error));
    assert_ok(eventlog_lock(&tx, &partition, 1, &head, &world_error));
    assert_ok(eventlog_append(&tx, head, 1, &event, 1, NULL, 0, &world_error));

    /* The decision is asked for while the event is written and not committed: it waits, and then sees it. */
    Dunlin__Dispute__V1__ResolveDisputeRequest request;
    dunlin__dispute__v1__resolve_dispute_request__init(&request);
    request.dispute_id = id_bytes(&account);
    struct bus_call call = {.service = &dunlin__dispute__v1__dispute_service__descriptor,
                            .method = "ResolveDispute",
                            .request = &request.base,
                            .partition = partition};
    bus_call_many(world->client, &call, 1, 500);
    assert_int_equal(call.code, STATUS_DEADLINE_EXCEEDED);
    assert_ok(db_tx_commit(&tx, &world_error));
    free(head);
    assert_int_equal(decide_count(world, &account, NULL), 1);
}

static void parks_a_poison_event_that_stands_before_a_decision(void **state)
{
    struct world *world = *state;
    const struct id sick = id_new(6), healthy = id_new(6);
    (void)start_alone(world, NULL);
    place_one(world, &sick, "poison before", DELIVER_BY_LOG);
    place_one(world, &healthy, "fine", DELIVER_BY_LOG);
    assert_int_equal(ask_decide(world, &sick, NULL, NULL), STATUS_FAILED_PRECONDITION);
    assert_int_equal(decide_count(world, &healthy, NULL), 1);
    assert_int_equal(world_number(world, PARKED, ID_TEXT(&sick)), 1);
}

/* After a long outage the heads would be held until all is read. One event that cannot be applied for now keeps the
 * backlog where it is. */
static void refuses_to_decide_while_it_is_far_behind(void **state)
{
    struct world *world = *state;
    const struct id late = id_new(9), other = id_new(10);
    enum { N = CATCH_UP_EVENTS_MAX };
    struct placement *backlog = g_new0(struct placement, N);
    (void)start_alone(world, NULL);
    place_one(world, &late, "poison that passes", DELIVER_BY_LOG);
    for (size_t i = 0; i < N; i++)
        backlog[i] = (struct placement){.debtor = late, .reference = "behind"};
    place(world, backlog, N, DELIVER_BY_LOG);
    g_free(backlog);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask_decide(world, &late, NULL, NULL), STATUS_RESOURCE_EXHAUSTED);
        assert_non_null(strstr(world_error.text, "is catching up: 10001 events"));
        assert_int_equal(decide_count(world, &other, NULL), 0); /* of another partition */
    }
    test_database_script(world->owner, "INSERT INTO dispute.antidote VALUES ('poison that passes')");
    wait_for_number(world, N + 1, "SELECT count(*) FROM dispute.applied WHERE debtor_id = '%s'", ID_TEXT(&late));
    assert_int_equal(decide_count(world, &late, NULL), N + 1);
}

static void refuses_who_may_not_call(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(7);
    (void)start_alone(world, NULL);
    struct bus_keys *keys = make_keys(world, "acme", "dialer");
    struct bus_client *dialer = NULL;
    const struct bus_client_options options = {.redis_url = world->database.redis_url, .keys = keys, .principal = ""};
    assert_ok(bus_client_new(&options, &dialer, &world_error));
    struct bus_client *const own = world->client;
    Dunlin__Dispute__V1__ListDisputesRequest list;
    dunlin__dispute__v1__list_disputes_request__init(&list);
    list.account_id = id_bytes(&account);
    world->client = dialer;
    const enum status opened = ask_open(world, &account, "r", NULL, NULL);
    const enum status listed = ask(world, "ListDisputes", &list.base, &account, NULL, NULL);
    world->client = own;
    bus_client_free(dialer);
    bus_keys_free(keys);
    assert_int_equal(opened, STATUS_PERMISSION_DENIED);
    assert_int_equal(listed, STATUS_OK);
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&account)), 0);
}

/* Every connection of the service is cut, again and again: callers with a key get their answer, once. */
static void goes_on_when_postgresql_hangs_up(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(8);
    char key[32];
    struct runner *runner = start_alone(world, (const char *const[]){"--workers=2", NULL});
    for (int i = 0; i < 5; i++) {
        test_database_script(world->owner, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                                           "current_database() AND usename = 'dunlin_dispute'");
        (void)g_snprintf(key, sizeof(key), "cut-%d", i);
        place_one(world, &account, "cut", DELIVER_ONCE);
        assert_ok(ask_open(world, &account, "r", key, NULL));
    }
    wait_for_number(world, 5, "SELECT count(*) FROM dispute.applied WHERE debtor_id = '%s'", ID_TEXT(&account));
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&account)), 5);
    assert_int_equal(world_number(world, OPENED, ID_TEXT(&account)), 5);
    stop_cleanly(world, runner);
}

/* A commit that writes the reason "slow commit" waits for an advisory lock. */
static void make_commits_slow(struct world *world)
{
    test_database_script(world->owner,
                         "CREATE FUNCTION dispute.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
                         "pg_advisory_xact_lock(20417); RETURN NULL; END $$;"
                         "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON dispute.effect DEFERRABLE INITIALLY DEFERRED "
                         "FOR EACH ROW WHEN (NEW.reason = 'slow commit') EXECUTE FUNCTION dispute.wait()");
}

/* Holds the lock, ends the first backend that waits for it, then lets it go: COMMIT was sent and gets no answer.
 * NULL: nobody came. */
static void *cut_first_commit(void *data)
{
    struct db *holder = data;
    static const struct db_statement END = {
        "", "SELECT count(pg_terminate_backend(l.pid)) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database "
            "WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objid = 20417 AND NOT l.granted"};
    const struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
    int64_t n = 0;
    while (n == 0 && clock_remaining_ms(deadline) > 0) {
        SCOPED(db_result_freep) struct db_result *result = NULL;
        if (db_exec(holder, &END, NULL, &result, NULL) == STATUS_OK)
            n = db_int8(result, 0, 0);
        (void)zmq_poll(NULL, 0, LOOK_MS);
    }
    db_close(holder);
    return n > 0 ? data : NULL;
}

static enum status ask_cut(struct world *world, const struct id *account, const char *key)
{
    struct db *holder = test_database_connect(&world->database, NULL);
    test_database_script(holder, "SELECT pg_advisory_lock(20417)");
    GThread *cutter = g_thread_new("cutter", cut_first_commit, holder);
    const enum status st = ask_open(world, account, "slow commit", key, NULL);
    assert_non_null(g_thread_join(cutter));
    return st;
}

/* Once it was UNAVAILABLE, which reads as "nothing happened". */
static void says_that_the_outcome_of_a_cut_commit_is_unknown(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(9);
    (void)start_alone(world, NULL);
    make_commits_slow(world);
    assert_int_equal(ask_cut(world, &account, NULL), STATUS_DEADLINE_EXCEEDED);
    assert_non_null(strstr(world_error.text, "outcome unknown"));
    assert_ok(ask_cut(world, &account, "key-6"));
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&account)), 1);
    assert_int_equal(world_number(world, OPENED, ID_TEXT(&account)), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_a_repeated_key_with_the_same_bytes_and_one_effect),
        TEST(two_callers_with_the_same_key_have_an_effect_each),
        TEST(refuses_a_key_that_was_used_for_another_method),
        TEST(refuses_a_key_that_was_used_for_another_request),
        TEST(answers_a_key_that_an_older_version_stored_without_a_hash),
        TEST(answers_each_call_of_a_batch_by_itself),
        TEST(takes_the_parts_of_one_command_together),
        TEST(sees_at_the_head_what_was_committed_right_before),
        TEST(does_not_let_an_append_overtake_a_decision_at_the_head),
        TEST(parks_a_poison_event_that_stands_before_a_decision),
        TEST(refuses_to_decide_while_it_is_far_behind),
        TEST(refuses_who_may_not_call),
        TEST(goes_on_when_postgresql_hangs_up),
        TEST(says_that_the_outcome_of_a_cut_commit_is_unknown),
    };
    return cmocka_run_group_tests(tests, set_up, world_tear_down);
}
