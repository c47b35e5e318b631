/* Statutory rates over time, for the European Union and the United Kingdom.
 *
 * Broken once to see it fail: the United Kingdom's rate changed with each half-year; a half-year without a reference
 * took the one before; the first half began on 1 July. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/law_late_payment.h"

#define POINT  ((int64_t)RATE_SCALE)
#define MARGIN LAW_LATE_PAYMENT_MARGIN

static const struct law_reference REFERENCES[] = {
    {2024, false, {4500000}}, {2023, true, {4000000}},         {2024, true, {4250000}},
    {2023, false, {2500000}}, {2022, true, {-9 * RATE_SCALE}},
};

static struct date on(const char *text)
{
    struct date date;
    assert_int_equal(date_parse(text, "YYYY-MM-DD", &date, NULL), STATUS_OK);
    return date;
}

static enum status rates_of(enum law_late_payment law, struct rate margin, const char *starts, const char *through,
                            struct law_rate_from rates[static 4], size_t *ret_n, struct error *err)
{
    return law_late_payment_rates(law, margin, on(starts), on(through), REFERENCES, ARRAY_SIZE(REFERENCES), rates, 4,
                                  ret_n, err);
}

static void in_the_union_each_half_year_has_its_rate(void **state)
{
    struct law_rate_from rates[4];
    size_t n;
    (void)state;
    assert_int_equal(rates_of(LAW_LATE_PAYMENT_EU, MARGIN, "2023-03-15", "2024-07-01", rates, &n, NULL), STATUS_OK);
    assert_int_equal(n, 4);
    static const char *const FROM[] = {"2023-03-15", "2023-07-01", "2024-01-01", "2024-07-01"};
    static const int64_t MILLIONTHS[] = {10500000, 12000000, 12500000, 12250000};
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(rates[i].from.days, on(FROM[i]).days);
        assert_int_equal(rates[i].rate.millionths, MILLIONTHS[i]);
    }
    assert_int_equal(rates_of(LAW_LATE_PAYMENT_EU, MARGIN, "2023-03-15", "2024-06-30", rates, &n, NULL), STATUS_OK);
    assert_int_equal(n, 3);
    assert_int_equal(rates_of(LAW_LATE_PAYMENT_EU, MARGIN, "2023-06-30", "2023-06-30", rates, &n, NULL), STATUS_OK);
    assert_int_equal(n, 1);
}

static void a_national_law_may_give_more_than_eight_points(void **state)
{
    struct law_rate_from rates[4];
    size_t n;
    (void)state;
    const struct rate nine = {9 * POINT}, seven = {7 * POINT};
    assert_int_equal(rates_of(LAW_LATE_PAYMENT_EU, nine, "2023-03-15", "2023-04-01", rates, &n, NULL), STATUS_OK);
    assert_int_equal(rates[0].rate.millionths, 11500000);
    assert_int_equal(rates_of(LAW_LATE_PAYMENT_EU, seven, "2023-03-15", "2023-04-01", rates, &n, NULL),
                     STATUS_INVALID_ARGUMENT);
    assert_int_equal(rates_of(LAW_LATE_PAYMENT_UK, nine, "2023-03-15", "2023-04-01", rates, &n, NULL),
                     STATUS_INVALID_ARGUMENT);
}

static void in_the_united_kingdom_the_rate_of_the_start_stays(void **state)
{
    struct law_rate_from rates[4];
    size_t n;
    (void)state;
    assert_int_equal(rates_of(LAW_LATE_PAYMENT_UK, MARGIN, "2023-07-01", "2099-12-31", rates, &n, NULL), STATUS_OK);
    assert_int_equal(n, 1);
    assert_int_equal(rates[0].from.days, on("2023-07-01").days);
    assert_int_equal(rates[0].rate.millionths, 12000000);
}

static void guesses_no_rate_that_is_not_there(void **state)
{
    static const struct {
        enum law_late_payment law;
        const char *starts, *through;
        enum status status;
        const char *why;
    } ROWS[] = {
        {LAW_LATE_PAYMENT_EU, "2024-12-31", "2025-01-01", STATUS_NOT_FOUND, "first half of 2025"},
        {LAW_LATE_PAYMENT_EU, "2021-07-01", "2025-01-01", STATUS_NOT_FOUND, "second half of 2021"},
        {LAW_LATE_PAYMENT_UK, "2025-01-01", "2025-01-01", STATUS_NOT_FOUND, "first half of 2025"},
        {LAW_LATE_PAYMENT_EU, "2022-07-01", "2022-08-01", STATUS_INVALID_ARGUMENT, "second half of 2022"},
        {LAW_LATE_PAYMENT_EU, "2023-07-02", "2023-07-01", STATUS_INVALID_ARGUMENT, "ends before"},
        {(enum law_late_payment)3, "2023-07-01", "2023-07-01", STATUS_INVALID_ARGUMENT, "no such law"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct law_rate_from rates[4];
        struct error err = {0};
        size_t n = 77;
        assert_int_equal(rates_of(ROWS[i].law, MARGIN, ROWS[i].starts, ROWS[i].through, rates, &n, &err),
                         ROWS[i].status);
        if (!strstr(err.text, ROWS[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, err.text, ROWS[i].why);
        assert_int_equal(n, 0);
    }
}

static void writes_no_further_than_there_is_room(void **state)
{
    struct law_rate_from rates[1];
    size_t n;
    (void)state;
    assert_int_equal(law_late_payment_rates(LAW_LATE_PAYMENT_EU, MARGIN, on("2023-06-30"), on("2023-07-01"), REFERENCES,
                                            ARRAY_SIZE(REFERENCES), rates, 1, &n, NULL),
                     STATUS_OUT_OF_RANGE);
}

static void compensates_each_debt_by_its_law(void **state)
{
    static const struct {
        enum law_late_payment law;
        int64_t debt_minor, minor;
    } ROWS[] = {
        {LAW_LATE_PAYMENT_EU, 1, 4000},          {LAW_LATE_PAYMENT_EU, 99999999, 4000},
        {LAW_LATE_PAYMENT_UK, 99999, 4000},      {LAW_LATE_PAYMENT_UK, 100000, 7000},
        {LAW_LATE_PAYMENT_UK, 999999, 7000},     {LAW_LATE_PAYMENT_UK, 1000000, 10000},
        {LAW_LATE_PAYMENT_UK, INT64_MAX, 10000},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct money sum = law_late_payment_compensation(ROWS[i].law, ROWS[i].debt_minor);
        assert_int_equal(sum.minor, ROWS[i].minor);
        assert_string_equal(sum.currency, ROWS[i].law == LAW_LATE_PAYMENT_UK ? "GBP" : "EUR");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_the_union_each_half_year_has_its_rate),
        cmocka_unit_test(a_national_law_may_give_more_than_eight_points),
        cmocka_unit_test(in_the_united_kingdom_the_rate_of_the_start_stays),
        cmocka_unit_test(guesses_no_rate_that_is_not_there),
        cmocka_unit_test(writes_no_further_than_there_is_room),
        cmocka_unit_test(compensates_each_debt_by_its_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
