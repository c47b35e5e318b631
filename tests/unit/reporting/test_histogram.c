#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "reporting_histogram.h"
#include "status/scope.h"

static void a_duration_falls_into_the_smallest_power_of_two_that_holds_it(void **state)
{
    (void)state;
    static const struct {
        int64_t us, bucket;
    } ROWS[] = {
        {-5, 0}, {0, 0}, {1, 0}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {1024, 10}, {1025, 11}, {INT64_MAX, 62},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        assert_int_equal(duration_bucket(ROWS[i].us), ROWS[i].bucket);
    for (int64_t us = 1; us < 5000; us++) {
        assert_true(us <= duration_bucket_upper_us(duration_bucket(us)));
        assert_true(us == 1 || us > duration_bucket_upper_us(duration_bucket(us) - 1));
    }
}

static void quantiles_are_upper_bounds_that_do_not_exceed_the_longest(void **state)
{
    (void)state;
    static const struct bar BARS[] = {{3, 98, 8}, {10, 1, 1000}, {20, 1, 700000}};
    assert_int_equal(duration_quantile_us(BARS, 3, 500), 8);
    assert_int_equal(duration_quantile_us(BARS, 3, 980), 8);
    assert_int_equal(duration_quantile_us(BARS, 3, 990), 1024);
    assert_int_equal(duration_quantile_us(BARS, 3, 1000), 700000);
    static const struct bar THREE[] = {{1, 1, 2}, {5, 1, 32}, {9, 1, 512}};
    assert_int_equal(duration_quantile_us(THREE, 3, 500), 32);
    assert_int_equal(duration_quantile_us(THREE, 3, 990), 512);
    assert_int_equal(duration_quantile_us(THREE, 3, 333), 2);
    static const struct bar ONE[] = {{10, 1, 600}};
    assert_int_equal(duration_quantile_us(ONE, 1, 500), 600);
    assert_int_equal(duration_quantile_us(ONE, 1, 990), 600);
    assert_int_equal(duration_quantile_us(NULL, 0, 990), 0);
}

static void a_quantile_of_many_does_not_overflow(void **state)
{
    (void)state;
    static const struct bar BARS[] = {{1, INT64_C(4000000000000000000), 2}, {5, INT64_C(4000000000000000000), 32}};
    assert_int_equal(duration_quantile_us(BARS, 2, 500), 2);
    assert_int_equal(duration_quantile_us(BARS, 2, 990), 32);
}

static int compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The median by sorting, doubled. */
static int64_t sorted_median_doubled(int64_t *days, size_t n)
{
    qsort(days, n, sizeof(*days), compare);
    return n % 2 == 1 ? 2 * days[n / 2] : days[n / 2 - 1] + days[n / 2];
}

static void the_median_of_days_is_that_of_the_sorted_list(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (size_t n = 1; n <= 40; n++) {
        int64_t days[40], sum = 0;
        struct bar bars[21] = {{0}};
        for (size_t b = 0; b < 21; b++)
            bars[b].bucket = (int64_t)b - 5;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            days[i] = (int64_t)(seed >> 40) % 21 - 5;
            bars[days[i] + 5].n++;
            sum += days[i];
        }
        int64_t doubled = 0;
        assert_true(days_median_doubled(bars, 21, &doubled));
        assert_int_equal(doubled, sorted_median_doubled(days, n));
        assert_int_equal(days_sum(bars, 21), sum);
        assert_int_equal(bars_count(bars, 21), n);
    }
}

static void nothing_observed_has_no_median(void **state)
{
    (void)state;
    int64_t doubled = 7;
    static const struct bar TAKEN_BACK[] = {{4, 0, 0}};
    assert_false(days_median_doubled(NULL, 0, &doubled));
    assert_false(days_median_doubled(TAKEN_BACK, 1, &doubled));
    assert_int_equal(doubled, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_duration_falls_into_the_smallest_power_of_two_that_holds_it),
        cmocka_unit_test(quantiles_are_upper_bounds_that_do_not_exceed_the_longest),
        cmocka_unit_test(a_quantile_of_many_does_not_overflow),
        cmocka_unit_test(the_median_of_days_is_that_of_the_sorted_list),
        cmocka_unit_test(nothing_observed_has_no_median),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
