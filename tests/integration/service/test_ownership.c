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

static int tear_down(void **state)
{
    world_close(*state);
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

/* An owner is stopped in its sleep, another takes over, the first wakes with a command in its hand and does not know
 * yet that it owns nothing any more. */
static void a_zombies_commit_is_thrown_away(void **state)
{
    struct world *world = *state;
    const struct id account = id_new(9);
    struct runner *zombie = start_alone(world, NULL), *heir = &world->runners[1];
    zsock_t *dealer = connect_for_good(world, zombie);
    send_open(dealer, 1, &account, "awake");
    assert_int_equal(receive_code(world, dealer), STATUS_OK);

    send_signal(zombie, SIGSTOP);
    forget_instances(world);
    spawn(world, heir, NULL);
    wait_for_instance(world, heir);
    wait_for_number(world, PARTITION_COUNT, OWNED_BY, heir->instance.id);
    send_open(dealer, 2, &account, "dead");
    send_signal(zombie, SIGCONT);
    const enum status code = receive_code(world, dealer);
    zsock_destroy(&dealer);
    assert_int_equal(code, STATUS_ABORTED);
    assert_int_equal(world_number(world, "SELECT count(*) FROM dispute.effect WHERE reason = 'dead'"), 0);
    assert_int_equal(world_number(world, EFFECTS, ID_TEXT(&account)), 1);

    /* It finds back: both share again, and nothing of what comes is lost or doubled. */
    wait_for_number(world, PARTITION_COUNT, OWNED, zombie->instance.id, heir->instance.id);
    for (uint16_t p = 0; p < PARTITION_COUNT; p += 4) {
        const struct id debtor = id_new(p);
        place_one(world, &debtor, "afterwards", DELIVER_ONCE);
    }
    wait_for_number(world, PARTITION_COUNT / 4, "SELECT count(*) FROM dispute.applied WHERE reference = 'afterwards'");
    stop_cleanly(world, zombie);
    stop_cleanly(world, heir);
    assert_int_equal(world_number(world, "SELECT count(*) FROM dispute.applied WHERE reference = 'afterwards'"),
                     PARTITION_COUNT / 4);
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
        TEST(a_zombies_commit_is_thrown_away),
        TEST(goes_on_when_redis_is_wiped),
        TEST(one_that_alone_loses_redis_leaves_its_share_to_the_other),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
