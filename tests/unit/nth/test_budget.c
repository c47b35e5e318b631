#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nth_budget.h"

#define MS     INT64_C(1000)
#define SECOND (1000 * MS)

/* Programs that are made up: their units, and how long a try of each takes. */
struct made_up {
    size_t tries[NTH_KINDS];
    int64_t test_us, try_us;
    bool is_large;
    int64_t ready_us;
};

struct program {
    struct nth_budget *budget;
    const struct made_up *units;
    size_t n;
    int64_t now_us;
    int64_t spent_us[NTH_KINDS];
    size_t rounds, shares;
    double dice;
};

static void open_program(struct program *program, const struct made_up *units, size_t n)
{
    *program =
        (struct program){.budget = nth_budget_new(), .units = units, .n = n, .now_us = 1000 * SECOND, .dice = 0.05};
    for (size_t i = 0; i < n; i++) {
        struct nth_planned *planned = nth_budget_add(
            program->budget, &(struct nth_planned){.is_large = units[i].is_large, .test_us = units[i].test_us});
        for (size_t kind = 0; kind < NTH_KINDS; kind++)
            nth_walk_init(&planned->walks[kind], units[i].tries[kind], (uint32_t)i);
    }
}

static void run_unit(struct program *program, size_t i, enum nth_kind kind)
{
    const struct made_up *unit = &program->units[i];

    program->now_us += unit->test_us;
    program->dice += program->dice < 0.3 ? 0.7 : -0.3; /* each tenth comes as often */
    const int64_t until_us =
        nth_budget_share_until(program->budget, i, program->now_us, 4 * unit->ready_us, program->dice);
    if (until_us == program->now_us)
        return;
    program->shares++;
    program->now_us += unit->ready_us;
    while (program->now_us < until_us && nth_budget_next(nth_budget_unit(program->budget, i), kind) > 0) {
        program->now_us += unit->try_us;
        program->spent_us[kind] += unit->try_us;
    }
}

static void run_round(struct program *program, enum nth_kind kind)
{
    assert_in_range(++program->rounds, 1, 100);
    for (size_t i = 0; i < program->n; i++)
        run_unit(program, i, kind);
}

/* Returns how long it took. */
static int64_t run_for(struct program *program, int64_t budget_us)
{
    const int64_t started_us = program->now_us;
    enum nth_kind kind;

    while (nth_budget_begin_round(program->budget, program->now_us, started_us + budget_us, &kind))
        run_round(program, kind);
    return program->now_us - started_us;
}

static size_t tried(const struct program *program, size_t i, enum nth_kind kind)
{
    return nth_budget_unit(program->budget, i)->walks[kind].n_tried;
}

static void is_spent_to_its_end_and_on_all_alike(void **state)
{
    (void)state;
    struct made_up units[100];
    struct program program;

    for (size_t i = 0; i < 100; i++)
        units[i] = (struct made_up){.tries = {500, 1500}, .test_us = 20 * MS, .try_us = 10 * MS};
    open_program(&program, units, 100);
    assert_in_range(run_for(&program, 60 * SECOND), 58 * SECOND, 60 * SECOND + 10 * MS);
    assert_int_equal(program.rounds, 2);
    for (size_t i = 0; i < 100; i++) {
        assert_in_range(tried(&program, i, NTH_CALLS), 27, 29); /* (30 - 2) s / 100 / 10 ms */
        assert_in_range(tried(&program, i, NTH_ALLOCATIONS), 27, 29);
    }
    nth_budget_free(program.budget);
}

static void tries_everything_and_ends_early_where_there_is_time(void **state)
{
    (void)state;
    static const struct made_up UNITS[] = {
        {.tries = {300, 900}, .test_us = 1 * SECOND, .try_us = 10 * MS},
        {.tries = {30, 0}, .test_us = 1 * SECOND, .try_us = 10 * MS},
        {.tries = {300, 4000}, .test_us = 1 * SECOND, .try_us = 10 * MS},
    };
    struct program program;

    open_program(&program, UNITS, 3);
    assert_in_range(run_for(&program, 600 * SECOND), 61 * SECOND, 64 * SECOND);
    for (size_t i = 0; i < 3; i++)
        for (size_t kind = 0; kind < NTH_KINDS; kind++)
            assert_int_equal(tried(&program, i, kind), UNITS[i].tries[kind]);
    nth_budget_free(program.budget);
}

/* The second unit's tries are slow: it is left behind in the first rounds, with time left over from the others. */
static void goes_on_in_later_rounds_with_what_is_left(void **state)
{
    (void)state;
    static const struct made_up UNITS[] = {
        {.tries = {100, 100}, .test_us = 100 * MS, .try_us = 500 * MS},
        {.tries = {100, 100}, .test_us = 100 * MS, .try_us = 1 * MS},
    };
    struct program program;

    open_program(&program, UNITS, 2);
    assert_in_range(run_for(&program, 110 * SECOND), 100 * SECOND, 105 * SECOND);
    assert_in_range(program.rounds, 3, 12);
    assert_int_equal(tried(&program, 0, NTH_CALLS), 100);
    assert_int_equal(tried(&program, 0, NTH_ALLOCATIONS), 100);
    nth_budget_free(program.budget);
}

static void small_shares_are_put_together_so_that_getting_ready_does_not_eat_them(void **state)
{
    (void)state;
    struct made_up units[400];
    struct program program;

    for (size_t i = 0; i < 400; i++)
        units[i] = (struct made_up){.tries = {0, 500}, .try_us = 10 * MS, .ready_us = 100 * MS};
    open_program(&program, units, 400);
    assert_in_range(run_for(&program, 20 * SECOND), 19 * SECOND, 20 * SECOND + 100 * MS);
    assert_in_range(program.shares, 40, 60); /* 20 s / 400 ms */
    assert_in_range(program.spent_us[NTH_ALLOCATIONS], 14 * SECOND, 16 * SECOND);
    assert_true(tried(&program, 399, NTH_ALLOCATIONS) < 100);
    nth_budget_free(program.budget);
}

static void takes_samples_of_large_units_only(void **state)
{
    (void)state;
    static const struct made_up UNITS[] = {
        {.tries = {5000, 1000000}, .test_us = 2 * SECOND, .try_us = 1 * SECOND, .is_large = true},
        {.tries = {400, 1600}, .test_us = 10 * MS, .try_us = 10 * MS},
    };
    struct program program;

    open_program(&program, UNITS, 2);
    assert_in_range(run_for(&program, 36000 * SECOND), 200 * SECOND, 230 * SECOND);
    assert_int_equal(tried(&program, 0, NTH_CALLS), 100);
    assert_int_equal(tried(&program, 0, NTH_ALLOCATIONS), 100);
    assert_int_equal(tried(&program, 1, NTH_ALLOCATIONS), 1600);
    nth_budget_free(program.budget);
}

static void the_calls_come_first_and_leave_half_to_the_allocations(void **state)
{
    (void)state;
    static const struct made_up UNITS[] = {{.tries = {10000, 10000}, .test_us = 10 * MS, .try_us = 10 * MS}};
    struct program program;
    enum nth_kind kind = NTH_ALLOCATIONS;

    open_program(&program, UNITS, 1);
    assert_true(nth_budget_begin_round(program.budget, 0, SECOND, &kind));
    assert_int_equal(kind, NTH_CALLS);
    nth_budget_free(program.budget);
    open_program(&program, UNITS, 1);
    (void)run_for(&program, 20 * SECOND);
    assert_in_range(program.spent_us[NTH_CALLS], 9 * SECOND, 10 * SECOND);
    assert_in_range(program.spent_us[NTH_ALLOCATIONS], 9 * SECOND, 10 * SECOND);
    nth_budget_free(program.budget);
}

static void begins_no_round_that_would_last_longer_by_the_tests_alone(void **state)
{
    (void)state;
    static const struct made_up UNITS[] = {
        {.tries = {100, 100}, .test_us = 10 * SECOND, .try_us = 10 * MS},
        {.tries = {100, 100}, .test_us = 51 * SECOND, .try_us = 10 * MS},
    };
    struct program program;

    open_program(&program, UNITS, 2);
    assert_int_equal(run_for(&program, 60 * SECOND), 0);
    assert_in_range(run_for(&program, 64 * SECOND), 61 * SECOND, 64 * SECOND + 10 * MS);
    assert_int_equal(program.spent_us[NTH_CALLS], 0); /* half would be too short */
    nth_budget_free(program.budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_spent_to_its_end_and_on_all_alike),
        cmocka_unit_test(tries_everything_and_ends_early_where_there_is_time),
        cmocka_unit_test(goes_on_in_later_rounds_with_what_is_left),
        cmocka_unit_test(small_shares_are_put_together_so_that_getting_ready_does_not_eat_them),
        cmocka_unit_test(takes_samples_of_large_units_only),
        cmocka_unit_test(the_calls_come_first_and_leave_half_to_the_allocations),
        cmocka_unit_test(begins_no_round_that_would_last_longer_by_the_tests_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
