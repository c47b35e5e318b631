#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service_fixture.h"

static int set_up(void **state)
{
    *state = world_open("service_ownership");
    return 0;
}

#define APPLIED "SELECT count(*) FROM dispute.applied WHERE debtor_id = '%s'"
#define EFFECTS "SELECT count(*) FROM dispute.effect WHERE account_id = '%s'"
#define OWNED   "SELECT count(*) FROM log.cursor WHERE consumer = 'dispute' AND owner IN ('%s', '%s')"

/* Until both own their share: each some, together all. */
static void wait_for_shares(struct world *world, const struct runner *first, const struct runner *second)
{
    struct roster *roster = NULL;
    int64_t share = 0;
    assert_ok(registry_read(world->cache, &roster, &world_error));
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        share += strcmp(roster_owner(roster, "dispute", p)->id, second->instance.id) == 0;
    roster_free(roster);
    assert_in_range(share, 1, PARTITION_COUNT - 1);
    wait_for_number(world, share, OWNED_BY, second->instance.id);
    wait_for_number(world, PARTITION_COUNT - share, OWNED_BY, first->instance.id);
}

/* `more`: options of the second. */
static void start_two_with(struct world *world, const char *const *more, struct runner **ret_first,
                           struct runner **ret_second)
{
    struct runner *first = start_alone(world, NULL), *second = &world->runners[1];
    spawn(world, second, more);
    wait_for_instance(world, second);
    wait_for_shares(world, first, second);
    *ret_first = first;
    *ret_second = second;
}

static void start_two(struct world *world, struct runner **ret_first, struct runner **ret_second)
{
    start_two_with(world, NULL, ret_first, ret_second);
}

static struct id account_of(struct world *world, const struct runner *runner)
{
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (world_number(world,
                         "SELECT count(*) FROM log.cursor WHERE consumer = 'dispute' AND partition = %d AND "
                         "owner = '%s'",
                         p, runner->instance.id) == 1)
            return id_new(p);
    fail_msg("it owns nothing");
    return (struct id){0};
}

static void two_instances_share_the_partitions_and_one_inherits_from_the_other(void **state)
{
    struct world *world = *state;
    struct runner *first = NULL, *second = NULL;
    start_two(world, &first, &second);
    const struct id theirs = account_of(world, second), ours = account_of(world, first);
    place_one(world, &theirs, "shared", DELIVER_ONCE);
    place_one(world, &ours, "shared", DELIVER_ONCE);
    wait_for_number(world, 1, APPLIED, ID_TEXT(&theirs));
    wait_for_number(world, 1, APPLIED, ID_TEXT(&ours));
    assert_ok(ask_open(world, &theirs, "r", "k1", NULL));
    assert_ok(ask_open(world, &ours, "r", "k2", NULL));

    kill_runner(second); /* its entry in Redis dies of age */
    place_one(world, &theirs, "inherited", DELIVER_ONCE);
    wait_for_number(world, PARTITION_COUNT, OWNED_BY, first->instance.id);
    wait_for_number(world, 2, APPLIED, ID_TEXT(&theirs));
    assert_ok(ask_open(world, &theirs, "r", "k3", NULL));
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&theirs)), 2);
}

static void draining_hands_partitions_over_and_leaves_the_roster(void **state)
{
    struct world *world = *state;
    struct runner *first = NULL, *second = NULL;
    start_two(world, &first, &second);
    const struct id account = account_of(world, second);
    const int64_t own_epoch = world_number(
        world, "SELECT epoch FROM log.cursor WHERE consumer = 'dispute' AND partition = %d", id_partition(&account));
    place_one(world, &account, "before", DELIVER_ONCE);
    send_signal(second, SIGTERM);
    assert_ok(ask_open(world, &account, "r", "k4", NULL)); /* whoever owns it now */
    assert_exits_with(world, second, 0);
    struct roster *roster = NULL;
    assert_ok(registry_read(world->cache, &roster, &world_error));
    const bool is_gone = !roster_find(roster, second->instance.id);
    roster_free(roster);
    assert_true(is_gone);
    wait_for_number(world, PARTITION_COUNT, OWNED_BY, first->instance.id);
    wait_for_number(world, 1, APPLIED, ID_TEXT(&account));
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&account)), 1);
    /* Given back before it was taken: nobody had to wait for a holder that does not let go. */
    assert_int_equal(log_count(second, "partitions released"), 1);
    assert_int_equal(world_number(world, "SELECT epoch FROM log.cursor WHERE consumer = 'dispute' AND partition = %d",
                                  id_partition(&account)),
                     own_epoch + 1);
}

/* No command is lost while one instance after the other is replaced. */
static void a_rolling_restart_fails_no_request(void **state)
{
    struct world *world = *state;
    struct runner *first = NULL, *second = NULL;
    struct id accounts[8];
    char key[32];
    int64_t n = 0;
    start_two(world, &first, &second);
    for (uint16_t i = 0; i < ARRAY_SIZE(accounts); i++)
        accounts[i] = id_new((uint16_t)(8 * i));
    struct runner *const leaving[] = {second, first};
    for (size_t r = 0; r < ARRAY_SIZE(leaving); r++) {
        send_signal(leaving[r], SIGTERM);
        int status = 0;
        const struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
        while (waitpid(leaving[r]->pid, &status, WNOHANG) == 0 && clock_remaining_ms(deadline) > 0) {
            (void)g_snprintf(key, sizeof(key), "rolling-%" PRId64, n);
            assert_ok(ask_open(world, &accounts[(size_t)n % ARRAY_SIZE(accounts)], "rolling", key, NULL));
            n++;
        }
        leaving[r]->pid = 0;
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        if (r == 0) {
            spawn(world, second, NULL);
            wait_for_instance(world, second);
        }
    }
    assert_int_equal(world_number(world, "SELECT count(*) FROM dispute.effect WHERE reason = 'rolling'"), n);
}

/* At the head, with an effect. */
static void send_decide(zsock_t *dealer, const struct id *account, const char *note)
{
    Dunlin__Dispute__V1__ResolveDisputeRequest request;
    uint8_t body[128];
    dunlin__dispute__v1__resolve_dispute_request__init(&request);
    request.dispute_id = id_bytes(account);
    request.note = (char *)(uintptr_t)note;
    const size_t len = dunlin__dispute__v1__resolve_dispute_request__pack(&request, body);
    send_request(dealer, 1, "dunlin.dispute.v1.DisputeService/ResolveDispute", "", id_partition(account), body, len);
}

/* An owner that is stopped in the middle of a unit of work, and the one that takes over meanwhile. The unit stands
 * still, for certain, where it writes to a table whose gate the test has closed: after its decision, before its cursor.
 */
static struct sleeper {
    struct runner *zombie, *heir;
    zsock_t *dealer;   /* to the zombie */
    struct db *keeper; /* of the gate, which is open again when its session ends */
} sleeper;

/* A gate is an advisory lock: one on the table would keep the heir from preparing its statements. */
static void close_gate(struct world *world, const char *table)
{
    char sql[512];
    (void)g_snprintf(sql, sizeof(sql),
                     "CREATE OR REPLACE FUNCTION public.pass_gate() RETURNS trigger LANGUAGE plpgsql AS "
                     "'BEGIN PERFORM pg_advisory_xact_lock_shared(hashtext(TG_TABLE_NAME)); RETURN NEW; END';"
                     "CREATE OR REPLACE TRIGGER gate BEFORE INSERT ON dispute.%s FOR EACH ROW EXECUTE FUNCTION "
                     "public.pass_gate()",
                     table);
    test_database_script(world->owner, sql);
    sleeper.keeper = test_database_connect(&world->database, NULL);
    (void)g_snprintf(sql, sizeof(sql), "SELECT pg_advisory_lock(hashtext('%s'))", table);
    test_database_script(sleeper.keeper, sql);
}

static void open_gate(void)
{
    db_close(sleeper.keeper);
    sleeper.keeper = NULL;
}

static int let_go(void **state)
{
    open_gate();
    zsock_destroy(&sleeper.dealer);
    return world_tear_down_test(state);
}

#define TEST_SLEEPER(test) cmocka_unit_test_setup_teardown(test, world_set_up_test, let_go)

static void begin(struct world *world, const char *table)
{
    sleeper = (struct sleeper){.zombie = start_alone(world, NULL), .heir = &world->runners[1]};
    sleeper.dealer = connect_for_good(world, sleeper.zombie);
    close_gate(world, table);
}

static void fall_asleep(struct world *world)
{
    int status = 0;
    wait_for_number(world, 1,
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = '%s' AND wait_event_type = 'Lock'",
                    sleeper.zombie->instance.id);
    send_signal(sleeper.zombie, SIGSTOP);
    assert_int_equal(waitpid(sleeper.zombie->pid, &status, WUNTRACED), sleeper.zombie->pid);
    forget_instances(world);
    spawn(world, sleeper.heir, NULL);
    wait_for_instance(world, sleeper.heir);
    wait_for_number(world, PARTITION_COUNT, OWNED_BY, sleeper.heir->instance.id);
    open_gate();
}

static void wake_up(void)
{
    send_signal(sleeper.zombie, SIGCONT);
}

/* The one who slept is an honest member again: both share, nothing of what comes is lost or doubled, and the log is
 * whole. */
static void end(struct world *world, const char *reference)
{
    int64_t n_events = 0;
    zsock_destroy(&sleeper.dealer);
    wait_for_number(world, PARTITION_COUNT, OWNED, sleeper.zombie->instance.id, sleeper.heir->instance.id);
    wait_for_number(world, 1, "SELECT (count(*) > 0)::int FROM log.cursor WHERE consumer = 'dispute' AND owner = '%s'",
                    sleeper.zombie->instance.id);
    for (uint16_t p = 0; p < PARTITION_COUNT; p += 4) {
        const struct id debtor = id_new(p);
        place_one(world, &debtor, reference, DELIVER_ONCE);
    }
    wait_for_number(world, PARTITION_COUNT / 4, "SELECT count(*) FROM dispute.applied WHERE reference = '%s'",
                    reference);
    stop_cleanly(world, sleeper.zombie);
    stop_cleanly(world, sleeper.heir);
    assert_int_equal(world_number(world, "SELECT count(*) FROM dispute.applied WHERE reference = '%s'", reference),
                     PARTITION_COUNT / 4);
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        assert_ok(eventlog_verify(world->owner, p, NULL, NULL, &n_events, &world_error));
}

#define THROWN_AWAY "another instance has taken a partition"

static void done_once_by_heir(struct world *world, const char *table, const char *column, const struct id *id)
{
    wait_for_number(world, 1, "SELECT count(*) FROM %s WHERE %s = '%s'", table, column, ID_TEXT(id));
    assert_int_equal(world_number(world, "SELECT count(*) FROM %s WHERE %s = '%s' AND written_by = '%s'", table, column,
                                  ID_TEXT(id), sleeper.heir->instance.id),
                     1);
}

static void a_zombies_command_is_thrown_away(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(9);
    begin(world, "effect");
    send_open(sleeper.dealer, 1, &account, "dead", "");
    fall_asleep(world);
    assert_ok(ask_open(world, &account, "alive", "k5", NULL));
    wake_up();
    assert_int_equal(receive_code(world, sleeper.dealer), STATUS_ABORTED);
    done_once_by_heir(world, "dispute.effect", "account_id", &account);
    assert_int_equal(world_number(world, "SELECT count(*) FROM dispute.effect WHERE reason = 'dead'"), 0);
    end(world, "after the command");
}

#define OPENED "SELECT count(*) FROM log.event WHERE debtor_id = '%s' AND type = 'dunlin.dispute.v1.DisputeOpened'"

static void a_zombies_decision_at_the_head_is_thrown_away(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(10);
    begin(world, "effect");
    send_decide(sleeper.dealer, &account, "dead");
    fall_asleep(world);
    wake_up();
    assert_int_equal(receive_code(world, sleeper.dealer), STATUS_ABORTED);
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&account)), 0);
    assert_int_equal(world_number(world, OPENED, ID_TEXT(&account)), 0);
    end(world, "after the decision");
}

/* It holds the partition's head in its sleep: PostgreSQL takes it away before its heir's callers lose patience. */
static void a_sleeper_holds_the_head_for_a_while_only(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(11);
    begin(world, "effect");
    send_decide(sleeper.dealer, &account, "dead");
    fall_asleep(world);
    assert_ok(ask_open(world, &account, "alive", "k6", NULL));
    wake_up();
    assert_true(status_is_transient(receive_code(world, sleeper.dealer)));
    done_once_by_heir(world, "dispute.effect", "account_id", &account);
    assert_int_equal(world_number(world, OPENED, ID_TEXT(&account)), 1);
    end(world, "after the wait");
}

static void what_a_zombie_applied_is_thrown_away(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(12);
    begin(world, "applied");
    place_one(world, &debtor, "emit", DELIVER_ONCE);
    fall_asleep(world);
    wait_for_number(world, 1, APPLIED, ID_TEXT(&debtor));
    wake_up();
    wait_for_log(world, sleeper.zombie, THROWN_AWAY, 1);
    done_once_by_heir(world, "dispute.applied", "debtor_id", &debtor);
    assert_int_equal(world_number(world, OPENED, ID_TEXT(&debtor)), 1);
    end(world, "after the event");
}

/* The heir waits for the timer's row, which the zombie has taken and must give back. */
static void a_zombies_timers_fire_at_its_heir(void **state)
{
    struct world *world = *state;
    struct placement placement = {.debtor = id_new(13), .reference = "timer", .placed_at_us = 1};
    begin(world, "fired");
    place(world, &placement, 1, DELIVER_ONCE);
    fall_asleep(world);
    assert_int_equal(world_number(world, "SELECT count(*) FROM dispute.fired"), 0);
    wake_up();
    wait_for_log(world, sleeper.zombie, THROWN_AWAY, 1);
    done_once_by_heir(world, "dispute.fired", "subject_id", &placement.debtor);
    end(world, "after the timer");
    assert_int_equal(world_number(world, "SELECT count(*) FROM dispute.fired"), 1);
}

static void what_a_zombie_tried_again_is_thrown_away(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(14);
    char sql[200];
    begin(world, "applied");
    place_one(world, &debtor, "poison tried again", DELIVER_ONCE);
    wait_for_number(world, 1, "SELECT count(*) FROM log.parked WHERE debtor_id = '%s'", ID_TEXT(&debtor));
    test_database_script(world->owner, "INSERT INTO dispute.antidote VALUES ('poison tried again')");
    (void)g_snprintf(sql, sizeof(sql), "UPDATE log.parked SET is_released = true WHERE debtor_id = '%s'",
                     ID_TEXT(&debtor));
    test_database_script(world->owner, sql);
    fall_asleep(world);
    wait_for_number(world, 1, APPLIED, ID_TEXT(&debtor));
    wake_up();
    wait_for_log(world, sleeper.zombie, THROWN_AWAY, 1);
    done_once_by_heir(world, "dispute.applied", "debtor_id", &debtor);
    end(world, "after the retry");
}

static void goes_on_when_redis_is_wiped(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(10);
    struct runner *runner = start_alone(world, NULL);
    for (int i = 0; i < 3; i++) {
        forget_instances(world);
        place_one(world, &account, "wiped", DELIVER_ONCE);
        wait_for_number(world, i + 1, APPLIED, ID_TEXT(&account));
        wait_for_instance(world, runner);
    }
    assert_int_equal(world_number(world, OWNED_BY, runner->instance.id), PARTITION_COUNT);
}

/* Redis under a path of its own, which can be taken away from whoever uses it: "unix:///…/redis.sock?db=17". */
struct side_door {
    char socket[256], link[300], option[400];
    const char *database; /* "db=17" */
};

static void open_side_door(const struct side_door *door)
{
    assert_int_equal(symlink(door->socket, door->link), 0);
}

static struct side_door new_side_door(const struct world *world)
{
    struct side_door door = {0};
    const char *path = world->database.redis_url + strlen("unix://"), *query = strchr(path, '?');
    door.database = query + 1;
    (void)g_snprintf(door.socket, sizeof(door.socket), "%.*s", (int)(query - path), path);
    (void)g_snprintf(door.link, sizeof(door.link), "%s/side-door", world->folder);
    (void)g_snprintf(door.option, sizeof(door.option), "--redis-url=unix://%s?%s", door.link, door.database);
    open_side_door(&door);
    return door;
}

static void run_redis_command(const struct side_door *door, const char *command, char **ret_output)
{
    char *line = g_strdup_printf("redis-cli -s '%s' %s", door->socket, command);
    assert_true(g_spawn_command_line_sync(line, ret_output, NULL, NULL, NULL));
    g_free(line);
}

/* Ends every connection to this program's database: who has another way comes back at once. */
static void close_side_door(const struct side_door *door)
{
    char *list = NULL, mark[32];
    assert_int_equal(unlink(door->link), 0);
    run_redis_command(door, "CLIENT LIST", &list);
    (void)g_snprintf(mark, sizeof(mark), " %s ", door->database);
    char **lines = g_strsplit(list, "\n", -1);
    for (char **line = lines; *line; line++) {
        char command[64], *output = NULL;
        if (!strstr(*line, mark))
            continue;
        (void)g_snprintf(command, sizeof(command), "CLIENT KILL ID %ld", strtol(*line + strlen("id="), NULL, 10));
        run_redis_command(door, command, &output);
        g_free(output);
    }
    g_strfreev(lines);
    g_free(list);
}

#define EPOCHS         "SELECT sum(epoch) FROM log.cursor WHERE consumer = 'dispute'"
#define THREE_TURNS_MS 9500 /* a live owner is waited for for 3 s before it is relieved */

/* To itself nothing has happened: it knows the other and itself, and its share. Once it took its share back every three
 * seconds from the other, who took it for dead and its share over at once, for as long as it lasted. */
static void one_that_alone_loses_redis_leaves_its_share_to_the_other(void **state)
{
    struct world *world = *state;
    struct runner *first = NULL, *lonely = NULL;
    const struct side_door door = new_side_door(world);
    start_two_with(world, (const char *const[]){door.option, NULL}, &first, &lonely);
    const struct id account = account_of(world, lonely);
    close_side_door(&door);
    /* This program was cut as well, and comes back with the next call. */
    assert_true(cache_ping(world->cache, NULL) == STATUS_OK || cache_ping(world->cache, NULL) == STATUS_OK);
    wait_for_number(world, PARTITION_COUNT, OWNED_BY, first->instance.id);
    const int64_t epochs = world_number(world, EPOCHS);
    for (struct monotonic end = clock_deadline_ms(THREE_TURNS_MS); clock_remaining_ms(end) > 0;)
        world_look_later(world);
    assert_int_equal(world_number(world, EPOCHS), epochs);
    place_one(world, &account, "meanwhile", DELIVER_ONCE);
    wait_for_number(world, 1, APPLIED, ID_TEXT(&account));
    assert_ok(ask_open(world, &account, "r", NULL, NULL));

    open_side_door(&door);
    wait_for_instance(world, lonely);
    wait_for_shares(world, first, lonely);
    stop_cleanly(world, lonely);
    stop_cleanly(world, first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_instances_share_the_partitions_and_one_inherits_from_the_other),
        TEST(draining_hands_partitions_over_and_leaves_the_roster),
        TEST(a_rolling_restart_fails_no_request),
        TEST_SLEEPER(a_zombies_command_is_thrown_away),
        TEST_SLEEPER(a_zombies_decision_at_the_head_is_thrown_away),
        TEST_SLEEPER(a_sleeper_holds_the_head_for_a_while_only),
        TEST_SLEEPER(what_a_zombie_applied_is_thrown_away),
        TEST_SLEEPER(a_zombies_timers_fire_at_its_heir),
        TEST_SLEEPER(what_a_zombie_tried_again_is_thrown_away),
        TEST(goes_on_when_redis_is_wiped),
        TEST(one_that_alone_loses_redis_leaves_its_share_to_the_other),
    };
    return cmocka_run_group_tests(tests, set_up, world_tear_down);
}
