#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "nth_walk.h"

#define N_MAX 1000

static void meets_each_once(void **state)
{
    (void)state;
    for (size_t n = 0; n <= N_MAX; n++) {
        bool is_met[N_MAX + 1] = {false};
        struct nth_walk walk;
        nth_walk_init(&walk, n, 7);
        for (size_t i = 0; i < n; i++) {
            size_t at = nth_walk_next(&walk);
            assert_in_range(at, 1, n);
            assert_false(is_met[at]);
            is_met[at] = true;
        }
        assert_int_equal(nth_walk_next(&walk), 0);
        assert_int_equal(walk.n_tried, n);
        nth_walk_fini(&walk);
    }
}

static void leaves_no_large_gap_where_it_is_broken_off(void **state)
{
    (void)state;
    bool is_met[N_MAX] = {false};
    struct nth_walk walk;
    size_t gap = 0, last = 0;

    nth_walk_init(&walk, N_MAX, 11);
    for (size_t i = 0; i < 20; i++)
        is_met[nth_walk_next(&walk) - 1] = true;
    for (size_t i = 0; i < N_MAX; i++) {
        if (is_met[i])
            last = i;
        gap = i - last > gap ? i - last : gap;
    }
    assert_in_range(gap, N_MAX / 20, 3 * N_MAX / 20);
    nth_walk_fini(&walk);
}

static void begins_elsewhere_with_another_seed_and_at_the_same_place_with_the_same(void **state)
{
    (void)state;
    size_t first[20];

    for (uint32_t seed = 0; seed < 20; seed++) {
        struct nth_walk walk, again;
        nth_walk_init(&walk, N_MAX, seed);
        nth_walk_init(&again, N_MAX, seed);
        first[seed] = nth_walk_next(&walk);
        assert_int_equal(nth_walk_next(&again), first[seed]);
        for (uint32_t former = 0; former < seed; former++)
            assert_int_not_equal(first[former], first[seed]);
        nth_walk_fini(&walk);
        nth_walk_fini(&again);
    }
}

static void what_is_tried_out_of_turn_is_left_out(void **state)
{
    (void)state;
    struct nth_walk walk;

    nth_walk_init(&walk, 3, 1);
    nth_walk_mark(&walk, 2);
    nth_walk_mark(&walk, 2);
    nth_walk_mark(&walk, 4);
    assert_int_equal(walk.n_tried, 1);
    assert_int_equal(nth_walk_next(&walk) + nth_walk_next(&walk), 1 + 3);
    assert_int_equal(nth_walk_next(&walk), 0);
    nth_walk_fini(&walk);
}

static void grows_with_what_was_tried(void **state)
{
    (void)state;
    struct nth_walk walk;

    nth_walk_init(&walk, 2, 1);
    nth_walk_mark(&walk, 1);
    nth_walk_grow(&walk, 4, 1);
    nth_walk_grow(&walk, 3, 1);
    assert_int_equal(walk.n, 4);
    assert_int_equal(walk.n_tried, 1);
    assert_int_equal(nth_walk_next(&walk) + nth_walk_next(&walk) + nth_walk_next(&walk), 2 + 3 + 4);
    assert_int_equal(nth_walk_next(&walk), 0);
    nth_walk_fini(&walk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meets_each_once),
        cmocka_unit_test(leaves_no_large_gap_where_it_is_broken_off),
        cmocka_unit_test(begins_elsewhere_with_another_seed_and_at_the_same_place_with_the_same),
        cmocka_unit_test(what_is_tried_out_of_turn_is_left_out),
        cmocka_unit_test(grows_with_what_was_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
