#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bucket_model.h"

/* Broken once: the waterfall read backwards (costs_come_first), the rest after all buckets given to the last one
 * instead of to principal (what_is_more_than_owed_overpays_principal). */

static const enum agreement_bucket COSTS_FIRST[] = {AGREEMENT_COSTS, AGREEMENT_FEES, AGREEMENT_INTEREST,
                                                    AGREEMENT_PRINCIPAL};
static const enum agreement_bucket PRINCIPAL_FIRST[] = {AGREEMENT_PRINCIPAL, AGREEMENT_INTEREST, AGREEMENT_FEES,
                                                        AGREEMENT_COSTS};

/* 1,000 of principal, 200 of interest, 30 of fees, 4 of costs. */
#define OWED 1234
static const struct charges CHARGED = {{200, 30, 4}};

static void expect(const enum agreement_bucket *order, int64_t paid_minor, int64_t interest, int64_t fees,
                   int64_t costs)
{
    const struct charges change = buckets_pay(OWED, &CHARGED, order, paid_minor);

    assert_int_equal(change.minor[AGREEMENT_INTEREST - 1], interest);
    assert_int_equal(change.minor[AGREEMENT_FEES - 1], fees);
    assert_int_equal(change.minor[AGREEMENT_COSTS - 1], costs);
}

static void costs_come_first_where_it_was_agreed(void **state)
{
    (void)state;
    expect(COSTS_FIRST, 3, 0, 0, -3);
    expect(COSTS_FIRST, 20, 0, -16, -4);
    expect(COSTS_FIRST, 100, -66, -30, -4);
    expect(COSTS_FIRST, 1000, -200, -30, -4);
}

static void principal_comes_first_where_it_was_agreed(void **state)
{
    (void)state;
    expect(PRINCIPAL_FIRST, 1000, 0, 0, 0);
    expect(PRINCIPAL_FIRST, 1100, -100, 0, 0);
    expect(PRINCIPAL_FIRST, 1231, -200, -30, -1);
}

static void what_is_more_than_owed_overpays_principal(void **state)
{
    (void)state;
    expect(COSTS_FIRST, 5000, -200, -30, -4);
    expect(PRINCIPAL_FIRST, 5000, -200, -30, -4);
}

static void a_bucket_below_zero_takes_nothing(void **state)
{
    const struct charges back_dated = {{-50, 30, 0}};
    const struct charges change = buckets_pay(980, &back_dated, COSTS_FIRST, 100);

    (void)state;
    assert_int_equal(change.minor[AGREEMENT_INTEREST - 1], 0);
    assert_int_equal(change.minor[AGREEMENT_FEES - 1], -30);
}

static void what_is_too_much_in_one_bucket_pays_the_others(void **state)
{
    static const struct {
        int64_t owed_minor;
        struct charges owed, evened;
    } ROWS[] = {
        {1000, {{-30, 0, 0}}, {{0, 0, 0}}},     /* principal 1,030 -> 1,000 */
        {1000, {{-30, 5, 20}}, {{0, 0, 0}}},    /* costs and fees come first, then principal */
        {10, {{5, 10, 20}}, {{5, 5, 0}}},       /* principal -25 pays the costs, and fees */
        {-40, {{-30, 0, 0}}, {{0, 0, 0}}},      /* all is overpaid: that is principal's */
        {1000, {{200, 30, 4}}, {{200, 30, 4}}}, /* nothing is too much */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct charges owed = ROWS[i].owed;
        const struct charges change = buckets_even(ROWS[i].owed_minor, &owed, COSTS_FIRST);
        assert_int_equal(charges_add(&owed, &change, NULL), STATUS_OK);
        if (memcmp(&owed, &ROWS[i].evened, sizeof(owed)) != 0)
            fail_msg("row %zu: %lld %lld %lld", i, (long long)owed.minor[0], (long long)owed.minor[1],
                     (long long)owed.minor[2]);
    }
}

static void principal_is_what_is_left(void **state)
{
    (void)state;
    assert_int_equal(bucket_of(OWED, &CHARGED, AGREEMENT_PRINCIPAL), 1000);
    assert_int_equal(bucket_of(OWED, &CHARGED, AGREEMENT_INTEREST), 200);
    assert_int_equal(bucket_of(OWED, &CHARGED, AGREEMENT_COSTS), 4);
}

static void a_sum_that_does_not_fit_is_refused_and_changes_nothing(void **state)
{
    struct charges owed = {{INT64_MAX / 8, 1, 1}};
    const struct charges more = {{1, 1, 1}};
    struct error err;

    (void)state;
    assert_int_equal(charges_add(&owed, &more, &err), STATUS_OUT_OF_RANGE);
    assert_string_equal(err.text, "interest: the sum does not fit");
    assert_int_equal(owed.minor[1], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_come_first_where_it_was_agreed),
        cmocka_unit_test(principal_comes_first_where_it_was_agreed),
        cmocka_unit_test(what_is_more_than_owed_overpays_principal),
        cmocka_unit_test(a_bucket_below_zero_takes_nothing),
        cmocka_unit_test(what_is_too_much_in_one_bucket_pays_the_others),
        cmocka_unit_test(principal_is_what_is_left),
        cmocka_unit_test(a_sum_that_does_not_fit_is_refused_and_changes_nothing),
    };

    return cmocka_run_group_tests_name("payment.bucket_model", tests, NULL, NULL);
}
