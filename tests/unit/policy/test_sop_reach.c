#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/sop_reach.h"

#define CLASSES_MAX 6

struct fixture {
    struct sop sop;
    struct sop_class classes[CLASSES_MAX];
    struct sop_condition conditions[CLASSES_MAX][3];
    struct sop_reach *reaches;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->sop.classes = fixture->classes;
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->reaches);
    free(fixture);
    return 0;
}

static struct sop_class *add_class(struct fixture *fixture, const char *strategy)
{
    struct sop_class *class = &fixture->classes[fixture->sop.n_classes];
    class->conditions = fixture->conditions[fixture->sop.n_classes++];
    (void)snprintf(class->strategy, sizeof(class->strategy), "%s", strategy);
    return class;
}

static struct sop_class *when(struct sop_class *class, enum sop_fact fact, int64_t min, int64_t max)
{
    class->conditions[class->n_conditions++] = (struct sop_condition){.fact = fact, .min = min, .max = max};
    return class;
}

static void reach(struct fixture *fixture)
{
    struct error err;
    free(fixture->reaches);
    fixture->reaches = NULL;
    assert_int_equal(sop_reach_classes(&fixture->sop, &fixture->reaches, &err), STATUS_OK);
}

#define OPEN_MIN INT64_MIN
#define OPEN_MAX INT64_MAX

static void a_class_within_an_earlier_one_gets_nothing(void **state)
{
    struct fixture *fixture = *state;
    when(add_class(fixture, "a"), SOP_DAYS_PAST_DUE, 10, OPEN_MAX);
    when(when(add_class(fixture, "b"), SOP_DAYS_PAST_DUE, 20, 30), SOP_PAYMENTS, 1, OPEN_MAX);
    add_class(fixture, "c");
    reach(fixture);
    assert_true(fixture->reaches[0].is_reachable);
    assert_true(fixture->reaches[1].is_possible && !fixture->reaches[1].is_reachable);
    assert_int_equal(fixture->reaches[1].shadowed_by, 0);
    assert_true(fixture->reaches[2].is_reachable);
    assert_true(fixture->reaches[2].max[SOP_DAYS_PAST_DUE] == 9);
    assert_true(fixture->reaches[2].min[SOP_DAYS_PAST_DUE] == OPEN_MIN);
}

static void several_earlier_ones_may_take_all_together(void **state)
{
    struct fixture *fixture = *state;
    when(add_class(fixture, "a"), SOP_DAYS_PAST_DUE, OPEN_MIN, 10);
    when(add_class(fixture, "a"), SOP_DAYS_PAST_DUE, 21, OPEN_MAX);
    when(when(add_class(fixture, "b"), SOP_DAYS_PAST_DUE, 11, 20), SOP_BALANCE_MINOR, OPEN_MIN, 0);
    when(when(add_class(fixture, "c"), SOP_DAYS_PAST_DUE, 5, 30), SOP_BALANCE_MINOR, OPEN_MIN, -1);
    when(when(add_class(fixture, "d"), SOP_DAYS_PAST_DUE, 5, 30), SOP_BALANCE_MINOR, OPEN_MIN, 1);
    reach(fixture);
    assert_false(fixture->reaches[3].is_reachable);
    assert_int_equal(fixture->reaches[3].shadowed_by, fixture->sop.n_classes);
    assert_true(fixture->reaches[4].is_reachable);
    assert_true(fixture->reaches[4].min[SOP_DAYS_PAST_DUE] == 11 && fixture->reaches[4].max[SOP_DAYS_PAST_DUE] == 20);
    assert_true(fixture->reaches[4].min[SOP_BALANCE_MINOR] == 1 && fixture->reaches[4].max[SOP_BALANCE_MINOR] == 1);
}

static void an_unknown_day_of_payment_meets_no_condition(void **state)
{
    struct fixture *fixture = *state;
    when(add_class(fixture, "a"), SOP_DAYS_SINCE_PAYMENT, OPEN_MIN, OPEN_MAX);
    when(add_class(fixture, "b"), SOP_PAYMENTS, 1, OPEN_MAX); /* whoever paid has a day of payment */
    when(add_class(fixture, "c"), SOP_PAYMENTS, OPEN_MIN, 0);
    add_class(fixture, "d");
    reach(fixture);
    assert_true(fixture->reaches[0].is_reachable);
    assert_false(fixture->reaches[1].is_reachable);
    assert_true(fixture->reaches[2].is_reachable);
    assert_false(fixture->reaches[3].is_reachable);
}

static void what_no_account_is_cannot_be(void **state)
{
    struct fixture *fixture = *state;
    struct sop_condition late = {.fact = SOP_DAYS_PAST_DUE, .min = 5, .max = OPEN_MAX};
    struct sop_condition both[2] = {late, {.fact = SOP_DAYS_PAST_DUE, .min = OPEN_MIN, .max = 4}};
    struct sop_condition never_paid[2] = {{.fact = SOP_PAYMENTS, .min = 0, .max = 0},
                                          {.fact = SOP_DAYS_SINCE_PAYMENT, .min = 0, .max = 9}};
    struct sop_condition no_account = {.fact = SOP_DEBTOR_ACCOUNTS, .min = 0, .max = 0};
    assert_true(sop_conditions_can_hold(NULL, 0));
    assert_true(sop_conditions_can_hold(&late, 1));
    assert_false(sop_conditions_can_hold(both, 2));
    assert_false(sop_conditions_can_hold(never_paid, 2));
    assert_false(sop_conditions_can_hold(&no_account, 1));
    when(when(add_class(fixture, "a"), SOP_DAYS_PAST_DUE, 5, OPEN_MAX), SOP_DAYS_PAST_DUE, OPEN_MIN, 4);
    add_class(fixture, "b");
    reach(fixture);
    assert_false(fixture->reaches[0].is_possible);
}

static void a_strategy_gets_what_its_classes_get(void **state)
{
    struct fixture *fixture = *state;
    when(add_class(fixture, "a"), SOP_DAYS_PAST_DUE, 1, 10);
    when(when(add_class(fixture, "a"), SOP_DAYS_PAST_DUE, 11, 20), SOP_BROKEN_PROMISES, 1, OPEN_MAX);
    add_class(fixture, "b");
    reach(fixture);
    struct sop_reach reach = sop_reach_strategy(&fixture->sop, fixture->reaches, "a");
    assert_true(reach.is_reachable && reach.min[SOP_DAYS_PAST_DUE] == 1 && reach.max[SOP_DAYS_PAST_DUE] == 20);
    assert_true(reach.min[SOP_BROKEN_PROMISES] == 0);
    reach = sop_reach_strategy(&fixture->sop, fixture->reaches, "b");
    assert_true(reach.is_reachable && reach.min[SOP_DAYS_PAST_DUE] == OPEN_MIN);
    assert_true(reach.max[SOP_DAYS_PAST_DUE] == OPEN_MAX);
    assert_false(sop_reach_strategy(&fixture->sop, fixture->reaches, "c").is_reachable);
}

/* Against sop_classify over a grid of accounts: a class that gets one is reachable, within its bounds. */
static void agrees_with_classification(void **state)
{
    struct fixture *fixture = *state;
    static const enum sop_fact FACTS[] = {SOP_DAYS_PAST_DUE, SOP_BROKEN_PROMISES, SOP_PAYMENTS};
    uint32_t seed = 1;
    for (int round = 0; round < 300; round++) {
        bool gets[CLASSES_MAX] = {false};
        memset(&fixture->sop, 0, sizeof(fixture->sop));
        memset(fixture->classes, 0, sizeof(fixture->classes));
        fixture->sop.classes = fixture->classes;
        for (int c = 0; c < CLASSES_MAX; c++) {
            struct sop_class *class = add_class(fixture, "a");
            for (size_t i = 0; i < ARRAY_SIZE(FACTS) && c < CLASSES_MAX - 1; i++) {
                seed = seed * 1664525u + 1013904223u;
                const int64_t min = (int64_t)(seed >> 16) % 6 - 1, max = min + (int64_t)(seed >> 24) % 4;
                if ((seed >> 28) % 3 != 0)
                    when(class, FACTS[i], min < 0 ? OPEN_MIN : min, max > 5 ? OPEN_MAX : max);
            }
        }
        reach(fixture);
        for (int64_t days = -2; days < 8; days++)
            for (int64_t broken = 0; broken < 8; broken++)
                for (int64_t payments = 0; payments < 8; payments++) {
                    const int64_t facts[SOP_FACT_COUNT] = {
                        [SOP_DAYS_PAST_DUE] = days, [SOP_BROKEN_PROMISES] = broken,
                        [SOP_PAYMENTS] = payments,  [SOP_DAYS_SINCE_PAYMENT] = payments == 0 ? SOP_UNKNOWN_FACT : 3,
                        [SOP_DEBTOR_ACCOUNTS] = 1,
                    };
                    const size_t c = (size_t)(sop_classify(&fixture->sop, facts) - fixture->classes);
                    gets[c] = true;
                    for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++)
                        assert_true(facts[fact] >= fixture->reaches[c].min[fact] &&
                                    facts[fact] <= fixture->reaches[c].max[fact]);
                }
        for (size_t c = 0; c < CLASSES_MAX; c++)
            assert_int_equal(fixture->reaches[c].is_reachable, gets[c]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_class_within_an_earlier_one_gets_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(several_earlier_ones_may_take_all_together, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unknown_day_of_payment_meets_no_condition, setup, teardown),
        cmocka_unit_test_setup_teardown(what_no_account_is_cannot_be, setup, teardown),
        cmocka_unit_test_setup_teardown(a_strategy_gets_what_its_classes_get, setup, teardown),
        cmocka_unit_test_setup_teardown(agrees_with_classification, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
