#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "clock/clock.h"
#include "status/scope.h"

/* The machine's clocks as this program sees them: they stand where a test puts them. */
static int64_t wall_us, monotonic_us;

int clock_gettime(clockid_t which, struct timespec *now)
{
    const int64_t us = which == CLOCK_REALTIME ? wall_us : monotonic_us;
    now->tv_sec = us / US_PER_S;
    now->tv_nsec = us % US_PER_S * 1000;
    return 0;
}

#define START_US INT64_C(1767632400000000) /* 2026-01-05T17:00:00Z */

static int start(void **state)
{
    (void)state;
    clock_release();
    wall_us = START_US;
    monotonic_us = 77 * US_PER_HOUR;
    return 0;
}

static const int64_t STEPS_US[] = {-1, -US_PER_HOUR, -US_PER_DAY, US_PER_HOUR, US_PER_DAY, 400 * US_PER_DAY};

/* Whoever waits, waits as long as he meant to. */
static void a_step_moves_no_deadline(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(STEPS_US); i++) {
        const struct monotonic deadline = clock_deadline_ms(5000);
        wall_us += STEPS_US[i];
        assert_int_equal(clock_remaining_ms(deadline), 5000);
        monotonic_us += 4999 * US_PER_MS;
        assert_int_equal(clock_remaining_ms(deadline), 1);
        monotonic_us += US_PER_MS;
        assert_int_equal(clock_remaining_ms(deadline), 0);
    }
}

/* Right after the machine's clock was put right, local hours must be judged by the right time. */
static void business_time_follows_the_machine_either_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(STEPS_US); i++) {
        wall_us += STEPS_US[i];
        assert_int_equal(clock_now().us, wall_us);
        assert_int_equal(clock_wall_us(), wall_us);
    }
}

static void driven_time_does_not_care_about_the_machine(void **state)
{
    (void)state;
    assert_true(clock_drive((struct instant){START_US}));
    for (size_t i = 0; i < ARRAY_SIZE(STEPS_US); i++) {
        wall_us += STEPS_US[i];
        assert_int_equal(clock_now().us, START_US);
        assert_false(clock_drive((struct instant){START_US - 1}));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_step_moves_no_deadline, start),
        cmocka_unit_test_setup(business_time_follows_the_machine_either_way, start),
        cmocka_unit_test_setup(driven_time_does_not_care_about_the_machine, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
