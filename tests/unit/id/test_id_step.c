#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

#include "clock/clock.h"
#include "id/id.h"

/* The machine's clock as this program sees it: it stands where a test puts it. */
static int64_t wall_us;

int clock_gettime(clockid_t which, struct timespec *now)
{
    (void)which;
    now->tv_sec = wall_us / US_PER_S;
    now->tv_nsec = wall_us % US_PER_S * 1000;
    return 0;
}

#define START_US INT64_C(1767632400000000) /* 2026-01-05T17:00:00Z */
#define N_EACH   4000

static int compare_ids(const void *a, const void *b)
{
    return id_compare(a, b);
}

static void assert_unique(struct id *ids, size_t n)
{
    qsort(ids, n, sizeof(ids[0]), compare_ids);
    for (size_t i = 1; i < n; i++)
        assert_false(id_equal(&ids[i - 1], &ids[i]));
}

/* The same milliseconds come again and again. */
static void ids_stay_unique_when_the_clock_is_set_back(void **state)
{
    (void)state;
    static const int64_t STEPS_US[] = {0, -1, -US_PER_MS, -US_PER_S, -US_PER_HOUR, -US_PER_DAY, 0, 0};
    static struct id ids[ARRAY_SIZE(STEPS_US) * N_EACH];
    for (size_t step = 0; step < ARRAY_SIZE(STEPS_US); step++) {
        wall_us = START_US + STEPS_US[step];
        for (size_t i = 0; i < N_EACH; i++) {
            ids[step * N_EACH + i] = id_new(5);
            assert_int_equal(id_partition(&ids[step * N_EACH + i]), 5);
        }
    }
    assert_unique(ids, ARRAY_SIZE(ids));
}

static void ids_stay_unique_when_the_clock_stands_still(void **state)
{
    (void)state;
    static struct id ids[10 * N_EACH];
    wall_us = START_US;
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        ids[i] = id_new(5);
    assert_unique(ids, ARRAY_SIZE(ids));
}

static void derived_ids_do_not_know_the_time(void **state)
{
    (void)state;
    wall_us = START_US;
    const struct id parent = id_new(5);
    const struct id before = id_derive(&parent, "dispute", "1", 1);
    wall_us -= US_PER_DAY;
    const struct id after = id_derive(&parent, "dispute", "1", 1);
    assert_true(id_equal(&before, &after));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_stay_unique_when_the_clock_is_set_back),
        cmocka_unit_test(ids_stay_unique_when_the_clock_stands_still),
        cmocka_unit_test(derived_ids_do_not_know_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
