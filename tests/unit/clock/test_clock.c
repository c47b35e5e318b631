#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "clock/clock.h"

static int release(void **state)
{
    (void)state;
    clock_release();
    return 0;
}

static void follows_the_machine_until_driven(void **state)
{
    (void)state;
    assert_false(clock_is_driven());
    int64_t before = clock_wall_us();
    struct instant now = clock_now();
    int64_t after = clock_wall_us();
    assert_true(before <= now.us && now.us <= after);
    /* 2024-01-01: the unit is microseconds, not milliseconds or nanoseconds. */
    assert_true(now.us > INT64_C(1704067200) * US_PER_S);
    assert_true(now.us < INT64_C(1704067200) * US_PER_S + 36500 * US_PER_DAY);
}

static void stands_still_where_it_is_driven_to(void **state)
{
    (void)state;
    struct instant past = {INT64_C(1000) * US_PER_DAY};
    assert_true(clock_drive(past));
    assert_true(clock_is_driven());
    assert_int_equal(clock_now().us, past.us);
    assert_int_equal(clock_now().us, past.us);
    assert_true(clock_wall_us() > past.us + US_PER_DAY);
}

static void refuses_to_go_back(void **state)
{
    (void)state;
    assert_true(clock_drive((struct instant){500}));
    assert_false(clock_drive((struct instant){499}));
    assert_int_equal(clock_now().us, 500);
    assert_true(clock_drive((struct instant){500}));
    assert_true(clock_drive((struct instant){501}));
    assert_int_equal(clock_now().us, 501);
}

static void cannot_be_driven_to_the_value_that_means_not_driven(void **state)
{
    (void)state;
    assert_false(clock_drive((struct instant){INT64_MIN}));
    assert_false(clock_is_driven());
}

static void may_be_driven_to_the_past_again_after_release(void **state)
{
    (void)state;
    assert_true(clock_drive((struct instant){500}));
    clock_release();
    assert_false(clock_is_driven());
    assert_true(clock_now().us > 500);
    assert_true(clock_drive((struct instant){-7}));
    assert_int_equal(clock_now().us, -7);
}

#define N_DRIVERS 4
#define N_ROUNDS  5000

struct driver {
    pthread_t thread;
    int number;
    pthread_barrier_t *gate;
    int n_lost; /* rounds after which time did not stand at the highest value */
};

static void *drive_in_rounds(void *arg)
{
    struct driver *driver = arg;
    for (int64_t round = 1; round <= N_ROUNDS; round++) {
        (void)pthread_barrier_wait(driver->gate);
        (void)clock_drive((struct instant){round * N_DRIVERS - driver->number});
        (void)pthread_barrier_wait(driver->gate);
        if (clock_now().us != round * N_DRIVERS)
            driver->n_lost++;
    }
    return NULL;
}

/* In every round all drivers go forward at once, each to a value of its own. Had clock_drive a gap between its check
 * and its store, a lower value would sometimes be put over the highest one. */
static void holds_the_highest_value_of_racing_drivers(void **state)
{
    (void)state;
    assert_true(clock_drive((struct instant){0}));
    pthread_barrier_t gate;
    assert_int_equal(pthread_barrier_init(&gate, NULL, N_DRIVERS), 0);
    struct driver drivers[N_DRIVERS];
    for (int i = 0; i < N_DRIVERS; i++) {
        drivers[i] = (struct driver){.number = i, .gate = &gate};
        assert_int_equal(pthread_create(&drivers[i].thread, NULL, drive_in_rounds, &drivers[i]), 0);
    }
    for (int i = 0; i < N_DRIVERS; i++)
        assert_int_equal(pthread_join(drivers[i].thread, NULL), 0);
    (void)pthread_barrier_destroy(&gate);
    for (int i = 0; i < N_DRIVERS; i++)
        assert_int_equal(drivers[i].n_lost, 0);
}

static void machine_time_is_not_driven(void **state)
{
    (void)state;
    struct monotonic before = clock_monotonic();
    assert_true(clock_drive((struct instant){5}));
    struct monotonic after = clock_monotonic();
    assert_true(after.us >= before.us);
    assert_true(after.us - before.us < US_PER_HOUR);
}

static void counts_the_milliseconds_to_a_deadline(void **state)
{
    (void)state;
    int left = clock_remaining_ms(clock_deadline_ms(60000));
    assert_in_range(left, 1, 60000);
    struct monotonic soon = {clock_monotonic().us + US_PER_MIN + 1};
    assert_in_range(clock_remaining_ms(soon), 1, 60001);
    assert_int_equal(clock_remaining_ms(clock_deadline_ms(0)), 0);
    assert_int_equal(clock_remaining_ms(clock_deadline_ms(-5)), 0);
    assert_int_equal(clock_remaining_ms((struct monotonic){0}), 0);
}

static void rounds_the_last_part_of_a_millisecond_up(void **state)
{
    (void)state;
    /* A microsecond may pass between the two readings, so try until one does not: it is seen at once on any machine. */
    int left = 0;
    for (int i = 0; i < 1000 && left == 0; i++)
        left = clock_remaining_ms((struct monotonic){clock_monotonic().us + 100});
    assert_int_equal(left, 1);
}

static void saturates_at_both_ends(void **state)
{
    (void)state;
    assert_int_equal(clock_remaining_ms((struct monotonic){INT64_MAX}), INT32_MAX);
    assert_int_equal(clock_remaining_ms((struct monotonic){INT64_MIN}), 0);
    assert_int_equal(clock_deadline_ms(INT64_MAX).us, INT64_MAX);
    assert_int_equal(clock_deadline_ms(INT64_MIN).us, INT64_MIN);
    assert_int_equal(clock_deadline_ms(INT64_MAX / US_PER_MS).us, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(follows_the_machine_until_driven, release),
        cmocka_unit_test_teardown(stands_still_where_it_is_driven_to, release),
        cmocka_unit_test_teardown(refuses_to_go_back, release),
        cmocka_unit_test_teardown(cannot_be_driven_to_the_value_that_means_not_driven, release),
        cmocka_unit_test_teardown(may_be_driven_to_the_past_again_after_release, release),
        cmocka_unit_test_teardown(holds_the_highest_value_of_racing_drivers, release),
        cmocka_unit_test_teardown(machine_time_is_not_driven, release),
        cmocka_unit_test(counts_the_milliseconds_to_a_deadline),
        cmocka_unit_test(rounds_the_last_part_of_a_millisecond_up),
        cmocka_unit_test(saturates_at_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
