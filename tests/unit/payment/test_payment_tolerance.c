/* When a promise or an instalment counts as paid.
 *
 * Broken once to see it fail: a tolerance rounded up, nothing paid taken for enough, the tolerance in percent taken for
 * minor units. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "payment_tolerance.h"

static void a_promise_is_kept_partial_or_broken_by_what_was_paid(void **state)
{
    static const struct {
        struct tolerance tolerance;
        int64_t promised_minor, paid_minor;
        enum promise_outcome outcome;
    } ROWS[] = {
        {{TOLERANCE_NONE, 0}, 10000, 10000, PROMISE_OUTCOME_KEPT},
        {{TOLERANCE_NONE, 0}, 10000, 10001, PROMISE_OUTCOME_KEPT},
        {{TOLERANCE_NONE, 500}, 10000, 9999, PROMISE_OUTCOME_PARTIAL}, /* a value without a kind is none */
        {{TOLERANCE_NONE, 0}, 10000, 1, PROMISE_OUTCOME_PARTIAL},
        {{TOLERANCE_NONE, 0}, 10000, 0, PROMISE_OUTCOME_BROKEN},
        {{TOLERANCE_NONE, 0}, 10000, -5, PROMISE_OUTCOME_BROKEN}, /* more came back than was paid */
        {{TOLERANCE_MINOR, 500}, 10000, 9500, PROMISE_OUTCOME_KEPT},
        {{TOLERANCE_MINOR, 500}, 10000, 9499, PROMISE_OUTCOME_PARTIAL},
        {{TOLERANCE_MINOR, 20000}, 10000, 0, PROMISE_OUTCOME_BROKEN},
        {{TOLERANCE_MINOR, 20000}, 10000, 1, PROMISE_OUTCOME_KEPT},
        {{TOLERANCE_MINOR, INT64_MAX}, 1, 1, PROMISE_OUTCOME_KEPT},
        {{TOLERANCE_PERCENT, 5}, 10000, 9500, PROMISE_OUTCOME_KEPT},
        {{TOLERANCE_PERCENT, 5}, 10000, 9499, PROMISE_OUTCOME_PARTIAL},
        {{TOLERANCE_PERCENT, 5}, 10019, 9519, PROMISE_OUTCOME_KEPT}, /* 500.95 rounded down */
        {{TOLERANCE_PERCENT, 5}, 10019, 9518, PROMISE_OUTCOME_PARTIAL},
        {{TOLERANCE_PERCENT, 100}, 10000, 0, PROMISE_OUTCOME_BROKEN},
        {{TOLERANCE_PERCENT, 50}, INT64_MAX, INT64_MAX / 2 + 1, PROMISE_OUTCOME_KEPT},
        {{TOLERANCE_PERCENT, 50}, INT64_MAX, INT64_MAX / 2, PROMISE_OUTCOME_PARTIAL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        if (promise_outcome(ROWS[i].promised_minor, ROWS[i].paid_minor, ROWS[i].tolerance) != ROWS[i].outcome)
            fail_msg("row %zu", i);
}

static void refuses_a_tolerance_of_more_than_all(void **state)
{
    static const struct tolerance BAD[] = {
        {(enum tolerance_kind)3, 0}, {TOLERANCE_MINOR, -1}, {TOLERANCE_PERCENT, -1}, {TOLERANCE_PERCENT, 101}};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(BAD); i++)
        assert_int_equal(tolerance_check(BAD[i], NULL), STATUS_INVALID_ARGUMENT);
    assert_int_equal(tolerance_check((struct tolerance){TOLERANCE_PERCENT, 100}, NULL), STATUS_OK);
    assert_int_equal(tolerance_check((struct tolerance){TOLERANCE_NONE, 0}, NULL), STATUS_OK);
    assert_false(tolerance_is_enough(BAD[0], 100, 99)); /* tolerates nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_promise_is_kept_partial_or_broken_by_what_was_paid),
        cmocka_unit_test(refuses_a_tolerance_of_more_than_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
