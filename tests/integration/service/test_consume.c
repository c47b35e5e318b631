#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service_fixture.h"

static int set_up(void **state)
{
    *state = world_open("service_consume");
    return 0;
}

#define APPLIED "SELECT count(*) FROM dispute.applied WHERE debtor_id = '%s'"
/* Events of a debtor that were applied twice, or after a later one. */
#define DISORDER                                                                                                       \
    "SELECT count(*) FROM (SELECT seq, lag(seq) OVER (ORDER BY place) AS before FROM dispute.applied WHERE debtor_id " \
    "= '%s') AS line WHERE seq <= before"

struct delivery_case {
    const char *name;
    enum delivery delivery;
};

static void applies_each_event_once_however_it_is_delivered(void **state)
{
    struct world *world = *state;
    static const struct delivery_case CASES[] = {
        {"every frame is lost", DELIVER_BY_LOG},
        {"frames come", DELIVER_ONCE},
        {"frames come twice", DELIVER_TWICE},
        {"frames come backwards", DELIVER_BACKWARDS},
    };
    (void)start_alone(world, NULL);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
            const struct id debtor = id_new((uint16_t)(7 * i));
            struct placement placements[20];
            for (size_t e = 0; e < ARRAY_SIZE(placements); e++)
                placements[e] = (struct placement){.debtor = debtor, .reference = CASES[i].name};
            place(world, placements, ARRAY_SIZE(placements), CASES[i].delivery);
            wait_for_number(world, ARRAY_SIZE(placements), APPLIED, ID_TEXT(&debtor));
            assert_int_equal(world_number(world, DISORDER, ID_TEXT(&debtor)), 0);
        }
    }
}

/* A debtor sees what is published whole although every other frame of it is lost on the way. */
static void fills_gaps_between_frames_from_the_log(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(11);
    (void)start_alone(world, NULL);
    for (int i = 0; i < 40; i++)
        place_one(world, &debtor, "gap", i % 2 ? DELIVER_ONCE : DELIVER_BY_LOG);
    wait_for_number(world, 40, APPLIED, ID_TEXT(&debtor));
    assert_int_equal(world_number(world, DISORDER, ID_TEXT(&debtor)), 0);
}

static void ignores_a_frame_from_beyond_the_end_of_the_log(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(12);
    (void)start_alone(world, NULL);
    uint8_t payload[PLACED_MAX_BYTES];
    const struct placement lie = {.debtor = debtor, .reference = "lie"};
    struct event event = placed_event(&lie, payload);
    event.seq = 1000000;
    publish(world, &event, 1);
    for (int i = 0; i < 3; i++)
        place_one(world, &debtor, "truth", DELIVER_ONCE);
    wait_for_number(world, 3, APPLIED, ID_TEXT(&debtor));
}

/* Cursors move over what a service emitted itself and over what it does not consume. */
static void stores_cursors_that_reach_the_heads(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(13);
    (void)start_alone(world, NULL);
    for (int i = 0; i < 5; i++)
        place_one(world, &debtor, "emit", DELIVER_ONCE);
    wait_for_number(world, 5, APPLIED, ID_TEXT(&debtor));
    wait_for_number(world, 0,
                    "SELECT sum(h.next_seq - 1 - c.seq) FROM log.head AS h JOIN log.cursor AS c ON c.partition = "
                    "h.partition WHERE c.consumer = 'dispute'");
}

#define LOAD_PARTITIONS 8
#define LOAD_EVENTS     400 /* a partition */

static void place_load(struct world *world, struct id *debtors)
{
    struct placement placements[50];
    for (uint16_t p = 0; p < LOAD_PARTITIONS; p++)
        debtors[p] = id_new((uint16_t)(20 + p));
    for (int slice = 0; slice < LOAD_EVENTS / (int)ARRAY_SIZE(placements); slice++) {
        for (uint16_t p = 0; p < LOAD_PARTITIONS; p++) {
            for (size_t e = 0; e < ARRAY_SIZE(placements); e++)
                placements[e] = (struct placement){.debtor = debtors[p], .reference = "emit load"};
            place(world, placements, ARRAY_SIZE(placements), (slice + p) % 3 ? DELIVER_ONCE : DELIVER_BY_LOG);
        }
    }
}

#define LOAD_APPLIED "SELECT count(*) FROM dispute.applied WHERE reference = 'emit load'"

static void loses_nothing_and_does_nothing_twice_when_killed(void **state)
{
    struct world *world = *state;
    struct id debtors[LOAD_PARTITIONS];
    static const int64_t KILLED_AT[] = {1, 200, 1500}; /* so many were applied, at least, when it was killed */
    struct runner *runner = start_alone(world, (const char *const[]){"--workers=2", NULL});
    place_load(world, debtors);
    for (size_t i = 0; i < ARRAY_SIZE(KILLED_AT); i++) {
        const struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
        while (world_number(world, LOAD_APPLIED) < KILLED_AT[i] && clock_remaining_ms(deadline) > 0)
            world_beat(world);
        kill_runner(runner);
        forget_instances(world);
        runner = start_alone(world, (const char *const[]){"--workers=2", NULL});
    }
    wait_for_number(world, LOAD_PARTITIONS * LOAD_EVENTS, LOAD_APPLIED);
    for (size_t p = 0; p < LOAD_PARTITIONS; p++) {
        assert_int_equal(world_number(world, DISORDER, ID_TEXT(&debtors[p])), 0);
        assert_int_equal(world_number(world,
                                      "SELECT count(*) FROM log.event WHERE debtor_id = '%s' AND type = "
                                      "'dunlin.dispute.v1.DisputeOpened'",
                                      ID_TEXT(&debtors[p])),
                         LOAD_EVENTS);
    }
}

#define PARKED "SELECT count(*) FROM log.parked WHERE consumer = 'dispute' AND debtor_id = '%s'"

/* In one batch, and each by itself: a frame that holds nothing but the poison is freed when it is parked. */
static void parks_a_poison_event_and_what_follows_of_the_same_debtor(void **state)
{
    struct world *world = *state;
    (void)start_alone(world, NULL);
    for (int is_single = 0; is_single < 2; is_single++) {
        const struct id sick = id_new(30), healthy = id_new(30);
        struct placement placements[] = {
            {.debtor = healthy, .reference = "before"},  {.debtor = sick, .reference = "poison parked"},
            {.debtor = healthy, .reference = "between"}, {.debtor = sick, .reference = "waits"},
            {.debtor = healthy, .reference = "after"},   {.debtor = sick, .reference = "waits too"},
        };
        if (!is_single)
            place(world, placements, ARRAY_SIZE(placements), DELIVER_ONCE);
        for (size_t i = 0; is_single && i < ARRAY_SIZE(placements); i++)
            place(world, &placements[i], 1, DELIVER_ONCE);
        wait_for_number(world, 3, APPLIED, ID_TEXT(&healthy));
        wait_for_number(world, 3, PARKED, ID_TEXT(&sick));
        assert_int_equal(world_number(world, APPLIED, ID_TEXT(&sick)), 0);
        place_one(world, &sick, "waits as well", DELIVER_ONCE);
        wait_for_number(world, 4, PARKED, ID_TEXT(&sick));
    }
}

static void keeps_what_is_parked_over_a_kill(void **state)
{
    struct world *world = *state;
    const struct id sick = id_new(31);
    struct runner *runner = start_alone(world, NULL);
    place_one(world, &sick, "poison kept", DELIVER_ONCE);
    wait_for_number(world, 1, PARKED, ID_TEXT(&sick));
    kill_runner(runner);
    forget_instances(world);
    (void)start_alone(world, NULL);
    place_one(world, &sick, "waits", DELIVER_ONCE);
    wait_for_number(world, 2, PARKED, ID_TEXT(&sick));
    assert_int_equal(world_number(world, APPLIED, ID_TEXT(&sick)), 0);
}

static void release(struct world *world, const struct id *debtor)
{
    char sql[200];
    (void)g_snprintf(sql, sizeof(sql), "UPDATE log.parked SET is_released = true WHERE debtor_id = '%s'",
                     ID_TEXT(debtor));
    test_database_script(world->owner, sql);
}

static void applies_released_events_in_order(void **state)
{
    struct world *world = *state;
    const struct id sick = id_new(32);
    (void)start_alone(world, NULL);
    place_one(world, &sick, "poison healed", DELIVER_ONCE);
    for (int i = 0; i < 9; i++)
        place_one(world, &sick, "waits", DELIVER_ONCE);
    wait_for_number(world, 10, PARKED, ID_TEXT(&sick));
    test_database_script(world->owner, "INSERT INTO dispute.antidote VALUES ('poison healed')");
    release(world, &sick);
    wait_for_number(world, 10, APPLIED, ID_TEXT(&sick));
    wait_for_number(world, 0, PARKED, ID_TEXT(&sick));
    place_one(world, &sick, "follows", DELIVER_ONCE);
    wait_for_number(world, 11, APPLIED, ID_TEXT(&sick));
    assert_int_equal(world_number(world, DISORDER, ID_TEXT(&sick)), 0);
}

/* A regression: what was parked behind the others while they were being released stayed parked until the next release.
 */
static void applies_what_comes_while_others_are_released(void **state)
{
    struct world *world = *state;
    const struct id sick = id_new(35);
    (void)start_alone(world, NULL);
    place_one(world, &sick, "poison in between", DELIVER_ONCE);
    for (int i = 0; i < 5; i++)
        place_one(world, &sick, "waits", DELIVER_ONCE);
    wait_for_number(world, 6, PARKED, ID_TEXT(&sick));
    test_database_script(world->owner, "INSERT INTO dispute.antidote VALUES ('poison in between')");
    release(world, &sick);
    place_one(world, &sick, "comes now", DELIVER_ONCE);
    wait_for_number(world, 7, APPLIED, ID_TEXT(&sick));
    wait_for_number(world, 0, PARKED, ID_TEXT(&sick));
    assert_int_equal(world_number(world, DISORDER, ID_TEXT(&sick)), 0);
}

static void parks_again_what_fails_again_when_released(void **state)
{
    struct world *world = *state;
    const struct id sick = id_new(33);
    (void)start_alone(world, NULL);
    place_one(world, &sick, "poison for good", DELIVER_ONCE);
    place_one(world, &sick, "waits", DELIVER_ONCE);
    wait_for_number(world, 2, PARKED, ID_TEXT(&sick));
    release(world, &sick);
    wait_for_number(world, 4, "SELECT max(attempts) FROM log.parked WHERE debtor_id = '%s' AND NOT is_released",
                    ID_TEXT(&sick));
    assert_int_equal(world_number(world, PARKED, ID_TEXT(&sick)), 2);
    assert_int_equal(world_number(world, APPLIED, ID_TEXT(&sick)), 0);
}

/* Also what is appended while it has no connection, and nothing twice. */
static void a_broadcast_consumer_hears_every_event_from_its_start_on(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(34);
    struct runner *runner = &world->runners[0];
    char what[64];
    place_one(world, &debtor, "too early", DELIVER_ONCE);
    spawn(world, runner, (const char *const[]){"--consumes=broadcast", NULL});
    wait_for_instance(world, runner);
    /* Where it begins is not told: it has begun once it hears something. */
    const struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
    while (log_count(runner, "begins") == 0 && clock_remaining_ms(deadline) > 0) {
        place_one(world, &debtor, "begins", DELIVER_ONCE);
        world_look_later(world);
    }
    for (int i = 0; i < 10; i++) {
        if (i % 3 == 1)
            test_database_script(world->owner, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname "
                                               "= current_database() AND usename = 'dunlin_dispute'");
        (void)g_snprintf(what, sizeof(what), "said %d", i);
        place_one(world, &debtor, what, i % 2 ? DELIVER_ONCE : DELIVER_BY_LOG);
    }
    for (int i = 0; i < 10; i++) {
        (void)g_snprintf(what, sizeof(what), "said %d\"", i);
        wait_for_log(world, runner, what, 1);
    }
    for (int i = 0; i < 10; i++) {
        (void)g_snprintf(what, sizeof(what), "said %d\"", i);
        assert_int_equal(log_count(runner, what), 1);
    }
    assert_int_equal(log_count(runner, "too early"), 0);
    stop_cleanly(world, runner);
}

static int64_t connections(const char *what)
{
    return metrics_value(&BUS_METRICS[BUS_METRIC_CONNECTIONS], what);
}

/* Says what is known already, without a pause, until one connection more has come to this. */
static void publish_until(struct world *world, const struct event *event, const char *what)
{
    const int64_t so_far = connections(what);
    const struct monotonic deadline = clock_deadline_ms(PATIENCE_MS);
    while (connections(what) == so_far) {
        if (clock_remaining_ms(deadline) == 0) {
            world_print_logs(world);
            fail_msg("no connection is %s", what);
        }
        publish(world, event, 1);
    }
}

/* As after Redis was wiped under load. libzmq would end the process: disconnect_producer in io.c. Broken once: without
 * its read the service is gone at the first time or the second. */
static void lives_on_when_a_producer_is_forgotten_that_goes_on_talking(void **state)
{
    struct world *world = *state;
    uint8_t payload[PLACED_MAX_BYTES];
    const struct id debtor = id_new(35);
    const struct placement placement = {.debtor = debtor, .reference = "talk"};
    struct event event = placed_event(&placement, payload);
    event.seq = EVENTLOG_FIRST_SEQ;
    struct runner *runner = start_alone(world, NULL);
    place_one(world, &debtor, "talk", DELIVER_ONCE);
    wait_for_number(world, 1, APPLIED, ID_TEXT(&debtor));
    for (int i = 0; i < 5; i++) {
        assert_ok(registry_withdraw(world->cache, &world->producer, &world_error));
        publish_until(world, &event, "closed");
        assert_ok(registry_announce(world->cache, &world->producer, &world_error));
        publish_until(world, &event, "ready");
    }
    world->next_beat = clock_deadline_ms(0);
    place_one(world, &debtor, "heard", DELIVER_ONCE);
    wait_for_number(world, 2, APPLIED, ID_TEXT(&debtor));
    stop_cleanly(world, runner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(applies_each_event_once_however_it_is_delivered),
        TEST(fills_gaps_between_frames_from_the_log),
        TEST(ignores_a_frame_from_beyond_the_end_of_the_log),
        TEST(stores_cursors_that_reach_the_heads),
        TEST(loses_nothing_and_does_nothing_twice_when_killed),
        TEST(parks_a_poison_event_and_what_follows_of_the_same_debtor),
        TEST(keeps_what_is_parked_over_a_kill),
        TEST(applies_released_events_in_order),
        TEST(applies_what_comes_while_others_are_released),
        TEST(parks_again_what_fails_again_when_released),
        TEST(a_broadcast_consumer_hears_every_event_from_its_start_on),
        TEST(lives_on_when_a_producer_is_forgotten_that_goes_on_talking),
    };
    return cmocka_run_group_tests(tests, set_up, world_tear_down);
}
