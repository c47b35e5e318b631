/* Interest: exact, once rounded, whatever the order of arrival. Thousands of random cases more are in
 * interop/test_money_oracle.py.
 *
 * Broken once to see it fail: a day too few (through excluded), rounding down, the changes taken in order of arrival,
 * the rate of the half-year before on its first day, a leap year of 365 days in actual/actual, the share of the cap
 * rounded up, an overpaid account that earns. Each was named by a sentence below. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "interest_model.h"
#include "payment_model.h"

static struct date on(const char *text)
{
    struct date date;
    assert_int_equal(date_parse(text, "YYYY-MM-DD", &date, NULL), STATUS_OK);
    return date;
}

static struct law_rate_from rate_from(const char *day, int64_t percent)
{
    return (struct law_rate_from){on(day), {percent * RATE_SCALE}};
}

static struct interest_terms fixed(enum day_count day_count, const struct law_rate_from *rate)
{
    return (struct interest_terms){.day_count = day_count, .first = rate->from, .rates = rate, .n_rates = 1};
}

static int64_t rounded(const struct interest_terms *terms, const struct principal_change *changes, size_t n,
                       const char *through)
{
    struct interest interest;
    struct error err;
    int64_t minor = -1;
    if (interest_accrue(terms, changes, n, on(through), &interest, &err) != STATUS_OK ||
        interest_round(&interest, &minor, &err) != STATUS_OK)
        fail_msg("%s: %s", through, err.text);
    return minor;
}

static void counts_days_as_each_convention_says(void **state)
{
    static const struct {
        enum day_count day_count;
        const char *from, *until;
        int64_t units;
    } ROWS[] = {
        {DAY_COUNT_ACT_365, "2023-02-28", "2023-03-01", 1},
        {DAY_COUNT_ACT_365, "2024-01-01", "2025-01-01", 366},
        {DAY_COUNT_ACT_360, "2023-01-01", "2024-01-01", 365},
        {DAY_COUNT_ACT_ACT, "2023-01-01", "2024-01-01", 365 * 366},
        {DAY_COUNT_ACT_ACT, "2024-01-01", "2025-01-01", 365 * 366},
        {DAY_COUNT_ACT_ACT, "1900-01-01", "1900-01-02", 366}, /* no leap year: a day of it is 366 units of 365 x 366 */
        {DAY_COUNT_ACT_ACT, "2000-12-31", "2001-01-01", 365},
        /* ISDA's own example: 2003-11-01 to 2004-05-01 is 61/365 + 121/366. */
        {DAY_COUNT_ACT_ACT, "2003-11-01", "2004-05-01", 61 * 366 + 121 * 365},
        {DAY_COUNT_30E_360, "2023-01-30", "2023-01-31", 0},
        {DAY_COUNT_30E_360, "2023-01-31", "2023-02-01", 1},
        {DAY_COUNT_30E_360, "2023-02-28", "2023-03-01", 3},
        {DAY_COUNT_30E_360, "2024-02-28", "2024-02-29", 1},
        {DAY_COUNT_30E_360, "2024-02-29", "2024-03-01", 2},
        {DAY_COUNT_30E_360, "2023-01-31", "2023-03-31", 60},
        {DAY_COUNT_30E_360, "2023-05-15", "2022-05-15", -360},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const int64_t units = day_count_units(ROWS[i].day_count, on(ROWS[i].from), on(ROWS[i].until));
        if (units != ROWS[i].units)
            fail_msg("row %zu: %lld", i, (long long)units);
    }
    assert_int_equal(day_count_year(DAY_COUNT_ACT_360), 360);
    assert_int_equal(day_count_year((enum day_count)9), 0);
    assert_int_equal(day_count_units((enum day_count)9, on("2023-01-01"), on("2024-01-01")), 0);
}

static void a_year_at_five_percent_is_five_percent(void **state)
{
    static const struct {
        enum day_count day_count;
        const char *through;
        int64_t minor;
    } ROWS[] = {
        {DAY_COUNT_ACT_365, "2023-12-31", 5000}, {DAY_COUNT_ACT_360, "2023-12-31", 5069},
        {DAY_COUNT_ACT_ACT, "2023-12-31", 5000}, {DAY_COUNT_30E_360, "2023-12-31", 5000},
        {DAY_COUNT_ACT_365, "2023-01-01", 14}, /* one day: 13.69... */
        {DAY_COUNT_ACT_365, "2022-12-31", 0},  /* before the first */
        {DAY_COUNT_ACT_365, "1990-01-01", 0},
    };
    const struct law_rate_from rate = rate_from("2023-01-01", 5);
    const struct principal_change placed = {on("2022-06-01"), 100000};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct interest_terms terms = fixed(ROWS[i].day_count, &rate);
        assert_int_equal(rounded(&terms, &placed, 1, ROWS[i].through), ROWS[i].minor);
    }
}

static void rounds_half_a_cent_up_and_less_down(void **state)
{
    /* 365 days at 1 percent of 50 is half a minor unit. */
    const struct law_rate_from rate = rate_from("2023-01-01", 1);
    const struct interest_terms terms = fixed(DAY_COUNT_ACT_365, &rate);
    struct principal_change placed = {on("2023-01-01"), 50};
    (void)state;
    assert_int_equal(rounded(&terms, &placed, 1, "2023-12-31"), 1);
    assert_int_equal(rounded(&terms, &placed, 1, "2023-12-30"), 0);
    placed.change_minor = 49;
    assert_int_equal(rounded(&terms, &placed, 1, "2023-12-31"), 0);
}

static void the_day_of_a_payment_bears_none_on_what_was_paid(void **state)
{
    const struct law_rate_from rate = rate_from("2023-01-01", 10);
    const struct interest_terms terms = fixed(DAY_COUNT_ACT_365, &rate);
    const struct principal_change changes[] = {{on("2023-01-01"), 365000}, {on("2023-01-11"), -365000}};
    (void)state;
    assert_int_equal(rounded(&terms, changes, 2, "2023-01-10"), 1000);
    assert_int_equal(rounded(&terms, changes, 2, "2023-12-31"), 1000);
}

static void the_order_of_arrival_is_of_no_account(void **state)
{
    const struct law_rate_from rates[] = {rate_from("2023-01-01", 7), rate_from("2023-07-01", 9)};
    const struct interest_terms terms = {
        .day_count = DAY_COUNT_ACT_ACT, .first = on("2023-01-01"), .rates = rates, .n_rates = 2};
    const struct principal_change changes[] = {{on("2022-01-01"), 123457},
                                               {on("2023-03-03"), -1},
                                               {on("2023-03-03"), -20000},
                                               {on("2024-02-29"), -30001},
                                               {on("2023-08-15"), 5000}};
    static const size_t ORDERS[][5] = {{4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}, {1, 3, 0, 4, 2}};
    const int64_t expected = rounded(&terms, changes, 5, "2024-06-30");
    (void)state;
    assert_true(expected > 0);
    for (size_t i = 0; i < ARRAY_SIZE(ORDERS); i++) {
        struct principal_change other[5];
        for (size_t j = 0; j < 5; j++)
            other[j] = changes[ORDERS[i][j]];
        assert_int_equal(rounded(&terms, other, 5, "2024-06-30"), expected);
    }
}

static int64_t post_every(const struct interest_terms *terms, const struct principal_change *changes, size_t n,
                          int step_days, struct date through)
{
    int64_t posted = 0;
    for (struct date day = terms->first;; day.days += step_days) {
        struct interest interest;
        int64_t minor;
        if (day.days > through.days)
            day = through;
        assert_int_equal(interest_accrue(terms, changes, n, day, &interest, NULL), STATUS_OK);
        assert_int_equal(interest_to_post(&interest, posted, &minor, NULL), STATUS_OK);
        posted += minor;
        if (day.days == through.days)
            return posted;
    }
}

static void daily_monthly_or_at_once_posts_the_same(void **state)
{
    const struct law_rate_from rate = rate_from("2023-01-31", 3);
    const struct principal_change changes[] = {{on("2023-01-31"), 9999}, {on("2023-06-15"), -3333}};
    (void)state;
    for (int count = DAY_COUNT_ACT_365; count < DAY_COUNTS_END; count++) {
        const struct interest_terms terms = fixed((enum day_count)count, &rate);
        const int64_t at_once = rounded(&terms, changes, 2, "2024-12-31");
        assert_int_equal(post_every(&terms, changes, 2, 1, on("2024-12-31")), at_once);
        assert_int_equal(post_every(&terms, changes, 2, 30, on("2024-12-31")), at_once);
    }
}

static void a_payment_dated_back_takes_posted_interest_back(void **state)
{
    const struct law_rate_from rate = rate_from("2023-01-01", 10);
    const struct interest_terms terms = fixed(DAY_COUNT_ACT_365, &rate);
    const struct principal_change changes[] = {{on("2023-01-01"), 365000}, {on("2023-01-02"), -365000}};
    struct interest interest;
    int64_t posted, correction;
    (void)state;
    assert_int_equal(interest_accrue(&terms, changes, 1, on("2023-01-31"), &interest, NULL), STATUS_OK);
    assert_int_equal(interest_to_post(&interest, 0, &posted, NULL), STATUS_OK);
    assert_int_equal(posted, 3100);
    assert_int_equal(interest_accrue(&terms, changes, 2, on("2023-01-31"), &interest, NULL), STATUS_OK);
    assert_int_equal(interest_to_post(&interest, posted, &correction, NULL), STATUS_OK);
    assert_int_equal(correction, -3000);
}

static void an_overpaid_account_earns_nothing(void **state)
{
    const struct law_rate_from rate = rate_from("2023-01-01", 10);
    const struct interest_terms terms = fixed(DAY_COUNT_ACT_365, &rate);
    const struct principal_change changes[] = {
        {on("2023-01-01"), 365000}, {on("2023-01-11"), -400000}, {on("2023-02-01"), 35000}};
    (void)state;
    assert_int_equal(rounded(&terms, changes, 3, "2023-12-31"), 1000);
}

static void each_half_year_has_its_rate_from_its_first_day_on(void **state)
{
    const struct law_rate_from rates[] = {rate_from("2023-01-01", 10), rate_from("2023-07-01", 20),
                                          rate_from("2024-01-01", 0)};
    const struct interest_terms terms = {
        .day_count = DAY_COUNT_ACT_365, .first = on("2023-06-30"), .rates = rates, .n_rates = 3};
    const struct principal_change placed = {on("2023-01-01"), 365000};
    (void)state;
    assert_int_equal(rounded(&terms, &placed, 1, "2023-06-30"), 100);
    assert_int_equal(rounded(&terms, &placed, 1, "2023-07-01"), 300);
    assert_int_equal(rounded(&terms, &placed, 1, "2024-12-31"), 100 + 184 * 200);
}

static void never_comes_to_more_than_its_cap(void **state)
{
    static const struct {
        struct interest_cap cap;
        int64_t minor;
        bool is_capped;
    } ROWS[] = {
        {{.has_amount = true, .amount_minor = 5000}, 5000, false}, /* reached, not passed */
        {{.has_amount = true, .amount_minor = 4999}, 4999, true},
        {{.has_amount = true, .amount_minor = 0}, 0, true},
        {{.has_share = true, .share = {1234567}}, 1234, true}, /* 1.234567 % of 100,000: 1,234.567 rounded down */
        {{.has_share = true, .share = {50000000}}, 5000, false},
        {{.has_amount = true, .amount_minor = 700, .has_share = true, .share = {1000000}}, 700, true},
        {{.has_amount = true, .amount_minor = 7000, .has_share = true, .share = {1000000}}, 1000, true},
    };
    const struct law_rate_from rate = rate_from("2023-01-01", 5);
    const struct principal_change placed = {on("2023-01-01"), 100000};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct interest_terms terms = fixed(DAY_COUNT_ACT_365, &rate);
        struct interest interest;
        int64_t minor;
        terms.cap = ROWS[i].cap;
        assert_int_equal(interest_accrue(&terms, &placed, 1, on("2023-12-31"), &interest, NULL), STATUS_OK);
        assert_int_equal(interest_round(&interest, &minor, NULL), STATUS_OK);
        assert_int_equal(minor, ROWS[i].minor);
        assert_true(interest.is_capped == ROWS[i].is_capped);
    }
}

static void a_share_is_of_the_principal_on_the_first_day(void **state)
{
    const struct law_rate_from rate = rate_from("2023-01-01", 100);
    struct interest_terms terms = fixed(DAY_COUNT_ACT_365, &rate);
    const struct principal_change changes[] = {
        {on("2023-01-02"), 900}, {on("2023-01-01"), -500}, {on("2022-12-01"), 1500}};
    (void)state;
    terms.cap = (struct interest_cap){.has_share = true, .share = {10 * RATE_SCALE}};
    assert_int_equal(rounded(&terms, changes, 3, "2024-12-31"), 100);
}

static void refuses_terms_that_make_no_sense(void **state)
{
    const struct law_rate_from good[] = {rate_from("2023-01-01", 5), rate_from("2023-07-01", 5)};
    const struct law_rate_from twice[] = {rate_from("2023-01-01", 5), rate_from("2023-01-01", 6)};
    const struct law_rate_from negative[] = {rate_from("2023-01-01", -1)};
    const struct law_rate_from usury[] = {rate_from("2023-01-01", 1001)};
    const struct law_rate_from nowhere[] = {{{EFFECTIVE_ON_MIN - 1}, {0}}};
    const struct date first = on("2023-01-01"), far = {EFFECTIVE_ON_MAX + 1};
    const struct interest_cap no_cap = {0}, below = {.has_amount = true, .amount_minor = -1},
                              share = {.has_share = true, .share = {-1}},
                              much = {.has_share = true, .share = {1001 * (int64_t)RATE_SCALE}};
    const struct {
        struct interest_terms terms;
        struct date through;
        const char *why;
    } rows[] = {
        {{(enum day_count)0, first, good, 2, no_cap}, first, "no day count"},
        {{(enum day_count)DAY_COUNTS_END, first, good, 2, no_cap}, first, "no day count"},
        {{DAY_COUNT_ACT_365, first, good, 0, no_cap}, first, "no rate"},
        {{DAY_COUNT_ACT_365, first, good + 1, 1, no_cap}, first, "no rate on the first day"},
        {{DAY_COUNT_ACT_365, first, twice, 2, no_cap}, first, "two rates from one day"},
        {{DAY_COUNT_ACT_365, first, negative, 1, no_cap}, first, "a negative rate"},
        {{DAY_COUNT_ACT_365, first, usury, 1, no_cap}, first, "a rate of more than 1,000 percent"},
        {{DAY_COUNT_ACT_365, first, nowhere, 1, no_cap}, first, "a rate before 1900"},
        {{DAY_COUNT_ACT_365, far, good, 2, no_cap}, first, "a first day after 2199"},
        {{DAY_COUNT_ACT_365, first, good, 2, no_cap}, far, "through a day after 2199"},
        {{DAY_COUNT_ACT_365, first, good, 2, below}, first, "a cap below zero"},
        {{DAY_COUNT_ACT_365, first, good, 2, share}, first, "a share below zero"},
        {{DAY_COUNT_ACT_365, first, good, 2, much}, first, "a share above 1,000 percent"},
    };
    const struct principal_change before_time = {{INT32_MIN}, 1};
    const struct interest_terms fine = {DAY_COUNT_ACT_365, first, good, 2, no_cap};
    struct interest interest = {.denominator = 77};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (interest_accrue(&rows[i].terms, NULL, 0, rows[i].through, &interest, NULL) != STATUS_INVALID_ARGUMENT)
            fail_msg("accepted: %s", rows[i].why);
    assert_int_equal(interest_accrue(&fine, &before_time, 1, first, &interest, NULL), STATUS_INVALID_ARGUMENT);
    assert_int_equal(interest.denominator, 77);
}

static void what_does_not_fit_is_out_of_range_and_never_a_wrong_number(void **state)
{
    const struct law_rate_from rate = {{EFFECTIVE_ON_MIN}, INTEREST_RATE_MAX};
    struct interest_terms terms = fixed(DAY_COUNT_ACT_ACT, &rate);
    const struct date last = {EFFECTIVE_ON_MAX}, first = {EFFECTIVE_ON_MIN};
    const struct principal_change most[] = {{first, INT64_MAX}, {first, 1}, {first, -1}};
    struct interest interest;
    int64_t minor = 77;
    (void)state;
    /* The largest principal at the largest rate for 300 years: exact, though it cannot be posted. */
    assert_int_equal(interest_accrue(&terms, most, 1, last, &interest, NULL), STATUS_OK);
    assert_true(interest.numerator / interest.denominator == (interest_numerator)INT64_MAX * 10 * 300);
    assert_int_equal(interest_round(&interest, &minor, NULL), STATUS_OUT_OF_RANGE);
    assert_int_equal(interest_to_post(&interest, 0, &minor, NULL), STATUS_OUT_OF_RANGE);
    assert_int_equal(minor, 77);
    assert_int_equal(interest_accrue(&terms, most, 2, last, &interest, NULL), STATUS_OUT_OF_RANGE);
    assert_int_equal(interest_accrue(&terms, most, 3, last, &interest, NULL), STATUS_OK); /* the day's end counts */
    /* A share of more than 64 bits is no cap of 64 bits. */
    terms.cap = (struct interest_cap){.has_share = true, .share = INTEREST_RATE_MAX};
    assert_int_equal(interest_accrue(&terms, most, 1, last, &interest, NULL), STATUS_OK);
    assert_true(interest.is_capped);
    assert_int_equal(interest_round(&interest, &minor, NULL), STATUS_OUT_OF_RANGE);
    terms.cap = (struct interest_cap){.has_amount = true, .amount_minor = INT64_MAX};
    assert_int_equal(interest_accrue(&terms, most, 1, last, &interest, NULL), STATUS_OK);
    assert_int_equal(interest_round(&interest, &minor, NULL), STATUS_OK);
    assert_true(minor == INT64_MAX);
    assert_int_equal(interest_to_post(&interest, -1, &minor, NULL), STATUS_OUT_OF_RANGE);
}

static void a_judgment_bears_interest_from_its_day_on_its_amount(void **state)
{
    const struct judgment judgment = {on("2023-01-01"), 365000, {10 * RATE_SCALE}, DAY_COUNT_ACT_365, {0}};
    /* What came before is in the amount, also where it arrives later. */
    const struct principal_change changes[] = {
        {on("2023-01-11"), -182500}, {on("2022-05-01"), 999999}, {on("2022-12-31"), -100}};
    struct judgment nothing = judgment;
    struct interest interest;
    int64_t minor;
    (void)state;
    assert_int_equal(
        interest_on_judgment(&judgment, NULL, 0, changes, 3, on("2022-12-31"), NULL, NULL, &interest, NULL), STATUS_OK);
    assert_true(interest.numerator == 0);
    assert_int_equal(
        interest_on_judgment(&judgment, NULL, 0, changes, 3, on("2023-01-20"), NULL, NULL, &interest, NULL), STATUS_OK);
    assert_int_equal(interest_round(&interest, &minor, NULL), STATUS_OK);
    assert_int_equal(minor, 1000 + 500);
    nothing.amount_minor = 0;
    assert_int_equal(interest_on_judgment(&nothing, NULL, 0, NULL, 0, on("2023-01-20"), NULL, NULL, &interest, NULL),
                     STATUS_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_days_as_each_convention_says),
        cmocka_unit_test(a_year_at_five_percent_is_five_percent),
        cmocka_unit_test(rounds_half_a_cent_up_and_less_down),
        cmocka_unit_test(the_day_of_a_payment_bears_none_on_what_was_paid),
        cmocka_unit_test(the_order_of_arrival_is_of_no_account),
        cmocka_unit_test(daily_monthly_or_at_once_posts_the_same),
        cmocka_unit_test(a_payment_dated_back_takes_posted_interest_back),
        cmocka_unit_test(an_overpaid_account_earns_nothing),
        cmocka_unit_test(each_half_year_has_its_rate_from_its_first_day_on),
        cmocka_unit_test(never_comes_to_more_than_its_cap),
        cmocka_unit_test(a_share_is_of_the_principal_on_the_first_day),
        cmocka_unit_test(refuses_terms_that_make_no_sense),
        cmocka_unit_test(what_does_not_fit_is_out_of_range_and_never_a_wrong_number),
        cmocka_unit_test(a_judgment_bears_interest_from_its_day_on_its_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
