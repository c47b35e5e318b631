#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/law_interest.h"

static struct rate percent(const char *text)
{
    struct rate rate;
    struct error err;
    if (rate_parse(text, &rate, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return rate;
}

static struct date on(const char *text)
{
    struct date date;
    assert_int_equal(date_parse(text, "YYYY-MM-DD", &date, NULL), STATUS_OK);
    return date;
}

static void assert_rate(struct rate rate, const char *expected)
{
    char text[RATE_TEXT_SIZE];
    assert_string_equal(rate_format(rate, text), expected);
}

static void adds_eight_points(void **state)
{
    (void)state;
    assert_rate(law_eu_rate(percent("2.15")), "10.15");
    assert_rate(law_uk_rate(on("2024-03-15"), percent("5.25"), percent("5.00")), "13.25");
    assert_rate(law_uk_rate(on("2024-06-30"), percent("5.25"), percent("5.00")), "13.25");
    assert_rate(law_uk_rate(on("2024-07-01"), percent("5.25"), percent("5.00")), "13.00");
    assert_rate(law_uk_rate(on("2024-12-31"), percent("5.25"), percent("5.00")), "13.00");
}

static void rounds_interest_half_up_once(void **state)
{
    (void)state;
    static const struct {
        int64_t principal;
        const char *rate;
        int32_t days, day_count;
        int64_t interest;
        const char *why;
    } ROWS[] = {
        {1000000, "10.15", 30, 365, 8342, "83.4246... goes down"},
        {1000000, "10.15", 30, 360, 8458, "84.5833..., another convention"},
        {36500, "10", 1, 365, 10, "exact"},
        {18250, "1", 1, 365, 1, "0.5 cents goes up"},
        {18249, "1", 1, 365, 0, "a hair less does not"},
        {0, "10.15", 30, 365, 0, "nothing owed"},
        {1000000, "10.15", 0, 365, 0, "not late"},
        {INT64_MAX, "10", 365, 365, 922337203685477581, "no overflow on the way"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct money interest;
        const struct money principal = {.minor = ROWS[i].principal, .currency = "EUR"};
        assert_int_equal(
            law_simple_interest(principal, percent(ROWS[i].rate), ROWS[i].days, ROWS[i].day_count, &interest, NULL),
            STATUS_OK);
        if (interest.minor != ROWS[i].interest)
            fail_msg("%s: %lld", ROWS[i].why, (long long)interest.minor);
        assert_string_equal(interest.currency, "EUR");
    }
}

static void refuses_what_interest_cannot_be_of(void **state)
{
    (void)state;
    struct money interest;
    const struct money hundred = {.minor = 10000, .currency = "EUR"}, debt = {.minor = -1, .currency = "EUR"};
    const struct money most = {.minor = INT64_MAX, .currency = "EUR"};
    assert_int_equal(law_simple_interest(debt, percent("1"), 1, 365, &interest, NULL), STATUS_INVALID_ARGUMENT);
    assert_int_equal(law_simple_interest(hundred, percent("-1"), 1, 365, &interest, NULL), STATUS_INVALID_ARGUMENT);
    assert_int_equal(law_simple_interest(hundred, percent("1"), -1, 365, &interest, NULL), STATUS_INVALID_ARGUMENT);
    assert_int_equal(law_simple_interest(hundred, percent("1"), 1, 0, &interest, NULL), STATUS_INVALID_ARGUMENT);
    assert_int_equal(law_simple_interest(most, percent("1000"), INT32_MAX, 360, &interest, NULL), STATUS_OUT_OF_RANGE);
}

static void starts_interest_when_the_directive_does(void **state)
{
    (void)state;
    static const struct {
        const char *agreed, *invoice, *goods, *acceptance;
        bool is_uncertain;
        const char *start, *why;
    } ROWS[] = {
        {"2026-03-31", NULL, NULL, NULL, false, "2026-04-01", "the day after the agreed one"},
        {NULL, "2026-03-01", NULL, NULL, false, "2026-04-01", "30 days after the invoice"},
        {NULL, "2026-03-01", "2026-03-10", NULL, false, "2026-04-10", "goods came later"},
        {NULL, "2026-03-10", "2026-03-01", NULL, false, "2026-04-10", "goods came earlier"},
        {NULL, "2026-03-10", "2026-03-01", NULL, true, "2026-04-01", "nobody knows when the invoice came"},
        {NULL, "2026-03-01", NULL, "2026-03-20", false, "2026-04-20", "acceptance came later"},
        {"2026-05-31", "2026-03-01", NULL, NULL, false, "2026-06-01", "what was agreed counts"},
        {NULL, NULL, "2026-03-01", NULL, false, "2026-04-01", "goods alone"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct law_invoice invoice = {.is_invoice_uncertain = ROWS[i].is_uncertain};
        struct date start;
        if ((invoice.has_agreed = ROWS[i].agreed != NULL))
            invoice.agreed = on(ROWS[i].agreed);
        if ((invoice.has_invoice = ROWS[i].invoice != NULL))
            invoice.invoice = on(ROWS[i].invoice);
        if ((invoice.has_goods = ROWS[i].goods != NULL))
            invoice.goods = on(ROWS[i].goods);
        if ((invoice.has_acceptance = ROWS[i].acceptance != NULL))
            invoice.acceptance = on(ROWS[i].acceptance);
        assert_true(law_eu_interest_start(&invoice, &start));
        if (start.days != on(ROWS[i].start).days)
            fail_msg("%s", ROWS[i].why);
    }
    assert_false(law_eu_interest_start(&(struct law_invoice){0}, &(struct date){0}));
}

static void knows_terms_and_compensation(void **state)
{
    (void)state;
    assert_int_equal(law_eu_compensation().minor, 4000);
    assert_int_equal(law_eu_term_days(LAW_CONTRACT_B2B, false), 60);
    assert_int_equal(law_eu_term_days(LAW_CONTRACT_B2B, true), 0);
    assert_int_equal(law_eu_term_days(LAW_CONTRACT_PUBLIC_AUTHORITY, false), 30);
    assert_int_equal(law_eu_term_days(LAW_CONTRACT_PUBLIC_AUTHORITY, true), 60);
    assert_int_equal(law_uk_compensation(99999).minor, 4000);
    assert_int_equal(law_uk_compensation(100000).minor, 7000);
    assert_int_equal(law_uk_compensation(999999).minor, 7000);
    assert_int_equal(law_uk_compensation(1000000).minor, 10000);
    assert_int_equal(law_uk_compensation(INT64_MAX).minor, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_eight_points),
        cmocka_unit_test(rounds_interest_half_up_once),
        cmocka_unit_test(refuses_what_interest_cannot_be_of),
        cmocka_unit_test(starts_interest_when_the_directive_does),
        cmocka_unit_test(knows_terms_and_compensation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
