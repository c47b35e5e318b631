#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service_fixture.h"

static int set_up(void **state)
{
    *state = world_open("service_lifecycle");
    return 0;
}

#define START_US (INT64_C(20000) * US_PER_DAY)

/* As `dunlin clock` does: stored first, then said to every instance. */
static void drive_clock(struct world *world, const struct runner *runner, int64_t now_us)
{
    Dunlin__Platform__V1__SetClockRequest request;
    dunlin__platform__v1__set_clock_request__init(&request);
    request.business_us = now_us;
    assert_ok(platform_clock_write(world->owner, (struct instant){now_us}, &world_error));
    struct bus_call call = {.service = &dunlin__platform__v1__control_service__descriptor,
                            .method = "SetClock",
                            .request = &request.base,
                            .route = BUS_ROUTE_INSTANCE,
                            .instance_id = runner->instance.id,
                            .is_query = true};
    ProtobufCMessage *reply = NULL;
    assert_ok(bus_call(world->client, &call, PATIENCE_MS, &reply, &world_error));
    protobuf_c_message_free_unpacked(reply, NULL);
}

static int release_clock(void **state)
{
    struct world *world = *state;
    (void)world_tear_down_test(state);
    assert_ok(platform_clock_release(world->owner, &world_error));
    return 0;
}

#define FIRED "SELECT count(*) FROM dispute.fired WHERE subject_id = '%s'"

static void place_timer(struct world *world, const struct id *account, int64_t due_at_us)
{
    struct placement placement = {.debtor = *account, .reference = "timer", .placed_at_us = due_at_us};
    place(world, &placement, 1, DELIVER_ONCE);
}

static void timers_fire_once_and_in_order(void **state)
{
    struct world *world = *state;
    struct id accounts[10];
    assert_ok(platform_clock_write(world->owner, (struct instant){START_US}, &world_error));
    struct runner *runner = start_alone(world, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(accounts); i++) { /* the last is due first */
        accounts[i] = id_new((uint16_t)(i % 3));
        place_timer(world, &accounts[i], START_US + (int64_t)(10 - i) * US_PER_HOUR);
    }
    wait_for_number(world, 10, "SELECT count(*) FROM platform.timer WHERE service = 'dispute'");
    drive_clock(world, runner, START_US + 5 * US_PER_HOUR);
    wait_for_number(world, 5, "SELECT count(*) FROM dispute.fired");
    assert_int_equal(world_number(world, FIRED, ID_TEXT(&accounts[4])), 0);
    drive_clock(world, runner, START_US + 5 * US_PER_HOUR); /* again the same */
    drive_clock(world, runner, START_US + US_PER_DAY);
    wait_for_number(world, 10, "SELECT count(*) FROM dispute.fired");
    for (size_t i = 0; i < ARRAY_SIZE(accounts); i++)
        assert_int_equal(world_number(world, FIRED, ID_TEXT(&accounts[i])), 1);
    assert_int_equal(world_number(world, "SELECT count(*) FROM (SELECT due_at_us, lag(due_at_us) OVER (ORDER BY "
                                         "place) AS before FROM dispute.fired) AS line WHERE due_at_us < before"),
                     0);
    stop_cleanly(world, runner);
}

static void a_timer_that_fails_is_put_off_and_holds_up_no_other(void **state)
{
    struct world *world = *state;
    const struct id stuck = id_new(40), before = id_new(40), after = id_new(41);
    char sql[200];
    assert_ok(platform_clock_write(world->owner, (struct instant){START_US + 2 * US_PER_DAY}, &world_error));
    const int64_t now_us = START_US + 2 * US_PER_DAY;
    struct runner *runner = start_alone(world, NULL);
    (void)g_snprintf(sql, sizeof(sql), "INSERT INTO dispute.stuck VALUES ('%s')", ID_TEXT(&stuck));
    test_database_script(world->owner, sql);
    place_timer(world, &before, now_us + 1);
    place_timer(world, &stuck, now_us + 2);
    place_timer(world, &after, now_us + 2);
    wait_for_number(world, 3, "SELECT count(*) FROM platform.timer WHERE service = 'dispute'");
    drive_clock(world, runner, now_us + US_PER_MIN);
    wait_for_number(world, 1, FIRED, ID_TEXT(&before));
    wait_for_number(world, 1, FIRED, ID_TEXT(&after));
    test_database_script(world->owner, "DELETE FROM dispute.stuck");
    drive_clock(world, runner, now_us + US_PER_HOUR);
    wait_for_number(world, 1, FIRED, ID_TEXT(&stuck));
    assert_int_equal(world_number(world, "SELECT count(*) FROM platform.timer WHERE service = 'dispute'"), 0);
}

/* One worker of four answers; the timers it sets belong to the others. */
static void timers_are_fired_by_their_owner_whoever_set_them(void **state)
{
    struct world *world = *state;
    (void)start_alone(world, (const char *const[]){"--workers=4", NULL});
    /* The first request goes to the first worker, partition 49 is the second one's. */
    for (uint16_t p = 49; p < 57; p++) {
        const struct id id = id_new(p);
        Dunlin__Dispute__V1__RecordVerificationRequest request;
        dunlin__dispute__v1__record_verification_request__init(&request);
        request.dispute_id = id_bytes(&id);
        assert_ok(ask(world, "RecordVerification", &request.base, &id, NULL, NULL));
    }
    wait_for_number(world, 8, "SELECT count(*) FROM dispute.fired WHERE kind = 'asked'");
    assert_int_equal(world_number(world, "SELECT count(DISTINCT subject_id) FROM dispute.fired WHERE kind = 'asked'"),
                     8);
}

#define BACKLOG 3000 /* several readings of the log */

static void place_backlog(struct world *world, const struct id *debtor)
{
    struct placement placements[100];
    for (size_t e = 0; e < ARRAY_SIZE(placements); e++)
        placements[e] = (struct placement){.debtor = *debtor, .reference = "backlog"};
    for (int slice = 0; slice < BACKLOG / (int)ARRAY_SIZE(placements); slice++)
        place(world, placements, ARRAY_SIZE(placements), DELIVER_BY_LOG);
}

/* The service was down while a promise fell due and the payment that keeps it was reported: when it comes back, the
 * timer is due at once, and the report stands far behind the cursor. */
static void a_timer_waits_for_what_was_committed_before_it_was_due(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(42);
    const int64_t now_us = START_US + 4 * US_PER_DAY;
    assert_ok(platform_clock_write(world->owner, (struct instant){now_us}, &world_error));
    struct runner *runner = start_alone(world, NULL);
    place_timer(world, &account, now_us + US_PER_HOUR);
    wait_for_number(world, 1, "SELECT count(*) FROM platform.timer WHERE service = 'dispute'");
    stop_cleanly(world, runner);
    place_backlog(world, &account);
    assert_ok(platform_clock_write(world->owner, (struct instant){now_us + US_PER_DAY}, &world_error));
    forget_instances(world);
    (void)start_alone(world, NULL);
    wait_for_number(world, 1, FIRED, ID_TEXT(&account));
    wait_for_number(world, BACKLOG + 1, "SELECT count(*) FROM dispute.applied WHERE debtor_id = '%s'",
                    ID_TEXT(&account));
    assert_int_equal(
        world_number(world,
                     "SELECT count(*) FROM dispute.applied AS a, dispute.fired AS f WHERE a.debtor_id = "
                     "f.subject_id AND f.subject_id = '%s' AND a.xmin::text::bigint > f.xmin::text::bigint",
                     ID_TEXT(&account)),
        0);
}

static void assert_policy(struct world *world, const char *expected)
{
    const struct id account = id_new(50);
    Dunlin__Dispute__V1__DisputeView *view = NULL;
    assert_ok(ask_decide(world, &account, NULL, &view));
    char policy[64];
    (void)g_strlcpy(policy, view ? view->reason : "", sizeof(policy));
    free_view(view);
    assert_string_equal(policy, expected);
}

static void a_bad_policy_leaves_the_old_one_in_force(void **state)
{
    struct world *world = *state;
    write_policy(world, "good 1");
    struct runner *runner = start_alone(world, NULL);
    assert_policy(world, "good 1");
    write_policy(world, "nonsense");
    send_signal(runner, SIGHUP);
    wait_for_log(world, runner, "the old ones stay", 1);
    assert_policy(world, "good 1");
    write_policy(world, "good 2");
    send_signal(runner, SIGHUP);
    wait_for_log(world, runner, "policies read again", 1);
    assert_policy(world, "good 2");
}

struct start_case {
    const char *option;
    const char *reason; /* in the log */
    int exit_code;
};

static void says_why_it_cannot_start(void **state)
{
    struct world *world = *state;
    static const struct start_case CASES[] = {
        {"--redis-url=nonsense", "redis-url", 1},
        {"--keys=/nowhere", "/nowhere", 1},
        {"--listen=tcp://256.0.0.1:1", "256.0.0.1", 1},
        {"--admin-address=nowhere", "admin-port", 1},
        {"--policy=/nowhere/at/all", "no good policy", 1},
        {"--database-user=dunlin_intake", "dispute", 1},
        {"--workers=0", "workers", 2},
        {"--log-level=loud", "loud", 2},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        struct runner *runner = &world->runners[0];
        spawn(world, runner, (const char *const[]){CASES[i].option, NULL});
        assert_exits_with(world, runner, CASES[i].exit_code);
        if (log_count(runner, CASES[i].reason) == 0) {
            world_print_logs(world);
            fail_msg("%s: the reason '%s' is not told", CASES[i].option, CASES[i].reason);
        }
    }
}

static int forget_newer_schema(void **state)
{
    struct world *world = *state;
    (void)world_tear_down_test(state);
    test_database_script(world->owner, "DELETE FROM dispute.migration WHERE number = 9999;"
                                       "ALTER TABLE dispute.effect DROP COLUMN IF EXISTS novelty");
    return 0;
}

/* In the middle of an upgrade an old instance dies and is started again: the new one has migrated, and both work on.
 * Once the old one refused to start. */
static void an_old_instance_starts_again_after_a_new_one_has_migrated(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(51);
    struct runner *runner = start_alone(world, NULL);
    test_database_script(world->owner, "ALTER TABLE dispute.effect ADD COLUMN novelty text;"
                                       "INSERT INTO dispute.migration VALUES (9999, '9999_novelty', '')");
    kill_runner(runner);
    forget_instances(world);
    runner = start_alone(world, NULL);
    assert_ok(ask_open(world, &account, "r", NULL, NULL));
    assert_int_equal(
        world_number(world, "SELECT count(*) FROM dispute.effect WHERE account_id = '%s'", ID_TEXT(&account)), 1);
    stop_cleanly(world, runner);
    test_database_script(world->owner, "UPDATE dispute.migration SET needs = '999.0.0' WHERE number = 9999");
    spawn(world, runner, NULL);
    assert_exits_with(world, runner, 1);
    assert_int_equal(log_count(runner, "migration 9999 (9999_novelty) needs version 999.0.0"), 1);
}

static void can_be_stopped_while_it_waits_for_postgresql(void **state)
{
    struct world *world = *state;
    struct runner *runner = &world->runners[0];
    spawn(world, runner, (const char *const[]){"--database-url=postgresql:///dunlin?host=/nowhere", NULL});
    wait_for_log(world, runner, "waiting for PostgreSQL", 1);
    send_signal(runner, SIGHUP); /* is no reason to stop */
    wait_for_log(world, runner, "waiting for PostgreSQL", 2);
    stop_cleanly(world, runner);
}

static void ends_cleanly_with_several_workers_and_work_in_flight(void **state)
{
    struct world *world = *state;
    struct runner *runner = start_alone(world, (const char *const[]){"--workers=4", NULL});
    for (uint16_t p = 0; p < PARTITION_COUNT; p++) {
        const struct id debtor = id_new(p);
        place_one(world, &debtor, "emit in flight", DELIVER_ONCE);
    }
    stop_cleanly(world, runner);
    assert_int_equal(world_number(world, "SELECT count(*) FROM log.cursor WHERE consumer = 'dispute' AND owner IS NOT "
                                         "NULL"),
                     0);
}

/* A worker hangs in PostgreSQL, on the head of a partition that somebody else holds. */
static void hang(struct world *world, struct db_tx *tx, const struct id *account)
{
    struct eventlog_head *head = NULL;
    const uint16_t partition = id_partition(account);
    Dunlin__Dispute__V1__ResolveDisputeRequest request;
    dunlin__dispute__v1__resolve_dispute_request__init(&request);
    request.dispute_id = id_bytes(account);
    struct bus_call call = {.service = &dunlin__dispute__v1__dispute_service__descriptor,
                            .method = "ResolveDispute",
                            .request = &request.base,
                            .partition = partition};
    assert_int_equal(decide_count(world, account, NULL), 0);
    assert_ok(db_tx_begin(world->intake, tx, &world_error));
    assert_ok(eventlog_lock(tx, &partition, 1, &head, &world_error));
    free(head);
    bus_call_many(world->client, &call, 1, 300);
}

static void a_second_signal_ends_it_at_once(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(60);
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    struct runner *runner = start_alone(world, NULL);
    hang(world, &tx, &account);
    send_signal(runner, SIGTERM);
    wait_for_log(world, runner, "draining", 1);
    send_signal(runner, SIGTERM);
    const int status = wait_for_exit(world, runner);
    assert_true(status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void a_second_signal_ends_it_at_once_after_the_drain_deadline_too(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(61);
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    struct runner *runner = start_alone(world, (const char *const[]){"--drain-timeout=50", NULL});
    hang(world, &tx, &account);
    send_signal(runner, SIGTERM);
    wait_for_log(world, runner, "the drain deadline passed", 1);
    send_signal(runner, SIGTERM);
    const int status = wait_for_exit(world, runner);
    assert_true(status != -1 && (WIFSIGNALED(status) || WEXITSTATUS(status) == 1));
}

/* One request hangs in PostgreSQL, another waits behind it: the first gets what became of it, the second is refused.
 * Once both ended with the process, without a word. */
static void answers_what_is_in_flight_at_the_drain_deadline(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(62);
    const uint16_t partition = id_partition(&account);
    struct eventlog_head *head = NULL;
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    struct runner *runner = start_alone(world, (const char *const[]){"--drain-timeout=50", NULL});
    zsock_t *dealer = connect_for_good(world, runner);
    assert_ok(db_tx_begin(world->intake, &tx, &world_error));
    assert_ok(eventlog_lock(&tx, &partition, 1, &head, &world_error));
    free(head);
    send_open(dealer, 1, &account, "in flight", "");
    wait_for_number(world, 1, HANGS);
    send_open(dealer, 2, &account, "behind", "");
    send_request(dealer, 3, "dunlin.dispute.v1.DisputeService/Nothing", "", partition, NULL, 0);
    assert_int_equal(receive_code(world, dealer), STATUS_UNIMPLEMENTED); /* and so the second one waits by now */
    send_signal(runner, SIGTERM);
    wait_for_log(world, runner, "the drain deadline passed", 1);
    db_tx_rollback(&tx);
    const enum status first = receive_code(world, dealer), second = receive_code(world, dealer);
    zsock_destroy(&dealer);
    assert_int_equal(first, STATUS_OK);
    assert_int_equal(second, STATUS_ABORTED);
    assert_exits_with(world, runner, 0);
    assert_int_equal(
        world_number(world, "SELECT count(*) FROM dispute.effect WHERE account_id = '%s'", ID_TEXT(&account)), 1);
}

/* Ticks of processor time that a process has used. */
static int64_t used_ticks(const struct runner *runner)
{
    char path[64], *text = NULL;
    long user = 0, system = 0;
    (void)g_snprintf(path, sizeof(path), "/proc/%d/stat", (int)runner->pid);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const int n =
        sscanf(strrchr(text, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system);
    g_free(text);
    assert_int_equal(n, 2);
    return user + system;
}

static void an_idle_service_leaves_the_processor_alone(void **state)
{
    struct world *world = *state;
    static const char *const CONSUMES[RUNNERS_MAX] = {"--consumes=owned", "--consumes=broadcast", "--consumes=nothing"};
    int64_t before[RUNNERS_MAX];
    (void)start_alone(world, (const char *const[]){CONSUMES[0], "--workers=2", NULL});
    wait_for_log(world, &world->runners[0], "partitions taken over", 2);
    for (size_t i = 1; i < RUNNERS_MAX; i++) {
        spawn(world, &world->runners[i], (const char *const[]){CONSUMES[i], NULL});
        wait_for_log(world, &world->runners[i], "\"ready\"", 1);
    }
    /* A second to settle, two to be measured. One worker that spins has a third of the processors at the least. */
    for (struct monotonic end = clock_deadline_ms(1000); clock_remaining_ms(end) > 0;)
        world_look_later(world);
    for (size_t i = 0; i < RUNNERS_MAX; i++)
        before[i] = used_ticks(&world->runners[i]);
    for (struct monotonic end = clock_deadline_ms(2000); clock_remaining_ms(end) > 0;)
        world_look_later(world);
    for (size_t i = 0; i < RUNNERS_MAX; i++)
        assert_in_range(used_ticks(&world->runners[i]) - before[i], 0, sysconf(_SC_CLK_TCK) / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(timers_fire_once_and_in_order, world_set_up_test, release_clock),
        cmocka_unit_test_setup_teardown(a_timer_that_fails_is_put_off_and_holds_up_no_other, world_set_up_test,
                                        release_clock),
        TEST(timers_are_fired_by_their_owner_whoever_set_them),
        cmocka_unit_test_setup_teardown(a_timer_waits_for_what_was_committed_before_it_was_due, world_set_up_test,
                                        release_clock),
        TEST(a_bad_policy_leaves_the_old_one_in_force),
        TEST(says_why_it_cannot_start),
        cmocka_unit_test_setup_teardown(an_old_instance_starts_again_after_a_new_one_has_migrated, world_set_up_test,
                                        forget_newer_schema),
        TEST(can_be_stopped_while_it_waits_for_postgresql),
        TEST(ends_cleanly_with_several_workers_and_work_in_flight),
        TEST(a_second_signal_ends_it_at_once),
        TEST(a_second_signal_ends_it_at_once_after_the_drain_deadline_too),
        TEST(answers_what_is_in_flight_at_the_drain_deadline),
        TEST(an_idle_service_leaves_the_processor_alone),
    };
    return cmocka_run_group_tests(tests, set_up, world_tear_down);
}
