#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "money/money.h"

static const struct money_format POINT = {.decimal_separator = '.', .group_separator = ',', .allows_negative = true};
static const struct money_format COMMA = {.decimal_separator = ',', .group_separator = '.', .allows_negative = true};
static const struct money_format APOSTROPHE = {.decimal_separator = '.', .group_separator = '\''};
static const struct money_format BLANK = {.decimal_separator = ',', .group_separator = ' '};
static const struct money_format PLAIN = {.decimal_separator = '.'};
static const struct money_format MINOR = {.decimal_separator = '.', .allows_negative = true, .is_minor_units = true};

static void reads_amounts_exactly(void **state)
{
    static const struct {
        const char *text;
        const char *currency;
        const struct money_format *format;
        int64_t minor;
    } rows[] = {
        {"0", "USD", &POINT, 0},
        {"1", "USD", &POINT, 100},
        {"1.5", "USD", &POINT, 150},
        {"1.05", "USD", &POINT, 105},
        {".50", "USD", &POINT, 50},
        {"007.00", "USD", &POINT, 700},
        {"1234.50", "USD", &POINT, 123450},
        {"1,234.5", "USD", &POINT, 123450},
        {"12,345,678.90", "USD", &POINT, 1234567890},
        {"1.234,50", "EUR", &COMMA, 123450},
        {"1234,5", "EUR", &COMMA, 123450},
        {"1'234'567.05", "CHF", &APOSTROPHE, 123456705},
        {"1 234,50", "EUR", &BLANK, 123450},
        {"1234.50", "USD", &PLAIN, 123450},
        {"$1,234.50", "USD", &POINT, 123450},
        {"$5.00", "CAD", &POINT, 500},
        {"€1.234,50", "EUR", &COMMA, 123450},
        {"£0.01", "GBP", &POINT, 1},
        {"-1.00", "USD", &POINT, -100},
        {"1.00-", "USD", &POINT, -100},
        {"(1.00)", "USD", &POINT, -100},
        {"($1,000.00)", "USD", &POINT, -100000},
        {"-$1.00", "USD", &POINT, -100},
        {"$-1.00", "USD", &POINT, -100},
        {"-0.00", "USD", &POINT, 0},
        {"100", "JPY", &POINT, 100},
        {"1,000", "JPY", &POINT, 1000},
        {"1.234", "KWD", &POINT, 1234},
        {"1.2", "KWD", &POINT, 1200},
        {"1.2345", "CLF", &POINT, 12345},
        {"12345", "USD", &MINOR, 12345},
        {"-12345", "USD", &MINOR, -12345},
        {"12345", "JPY", &MINOR, 12345},
        {"92233720368547758.07", "USD", &POINT, INT64_MAX},
        {"92,233,720,368,547,758.07", "USD", &POINT, INT64_MAX},
        {"-92,233,720,368,547,758.08", "USD", &POINT, INT64_MIN},
        {"9223372036854775807", "JPY", &POINT, INT64_MAX},
        {"(9223372036854775808)", "JPY", &POINT, INT64_MIN},
        {"9223372036854775807", "USD", &MINOR, INT64_MAX},
        {"0000000000000000000000000001.00", "USD", &POINT, 100},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct money money = {0};
        struct error err = {0};
        enum status st = money_parse(rows[i].text, rows[i].currency, rows[i].format, &money, &err);
        if (st != STATUS_OK || money.minor != rows[i].minor)
            fail_msg("'%s': %s, %lld minor units", rows[i].text, err.text, (long long)money.minor);
        assert_string_equal(money.currency, rows[i].currency);
    }
}

static void refuses_what_is_no_amount_and_says_why(void **state)
{
    static const struct {
        const char *text;
        const char *currency;
        const struct money_format *format;
        enum status status;
        const char *why;
    } rows[] = {
        {"", "USD", &POINT, STATUS_INVALID_ARGUMENT, "empty"},
        {" ", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {" 1.00", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"1.00 ", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {" 1", "EUR", &BLANK, STATUS_INVALID_ARGUMENT, "not a number"},
        {"NaN", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"inf", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"1e5", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"1.2e5", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"0x10", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"+1.00", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"٣", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"1٣", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"１２", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"1\xff", "USD", &POINT, STATUS_INVALID_ARGUMENT, "'1?': not a number"},
        {"1\n", "USD", &POINT, STATUS_INVALID_ARGUMENT, "'1?': not a number"},
        {".", "USD", &POINT, STATUS_INVALID_ARGUMENT, "no digit after"},
        {"1.", "USD", &POINT, STATUS_INVALID_ARGUMENT, "no digit after"},
        {"1.-", "USD", &POINT, STATUS_INVALID_ARGUMENT, "no digit after"},
        {"1.0.0", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"12,34.5", "USD", &POINT, STATUS_INVALID_ARGUMENT, "group separator"},
        {"1,2345", "USD", &POINT, STATUS_INVALID_ARGUMENT, "group separator"},
        {"1234,567", "USD", &POINT, STATUS_INVALID_ARGUMENT, "group separator"},
        {"1,234567", "USD", &POINT, STATUS_INVALID_ARGUMENT, "group separator"},
        {"1,,234", "USD", &POINT, STATUS_INVALID_ARGUMENT, "group separator"},
        {"1,234,", "USD", &POINT, STATUS_INVALID_ARGUMENT, "group separator"},
        {",234", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"1.00,000", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"1,50", "EUR", &POINT, STATUS_INVALID_ARGUMENT, "group separator"},
        {"1.50", "EUR", &COMMA, STATUS_INVALID_ARGUMENT, "group separator"},
        {"1,234.50", "USD", &PLAIN, STATUS_INVALID_ARGUMENT, "not a number"},
        {"-1.00", "USD", &PLAIN, STATUS_INVALID_ARGUMENT, "negative"},
        {"1.00-", "USD", &PLAIN, STATUS_INVALID_ARGUMENT, "negative"},
        {"(1.00)", "USD", &PLAIN, STATUS_INVALID_ARGUMENT, "negative"},
        {"--1.00", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"-1.00-", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"-(1.00)", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"(-1.00)", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"(1.00", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not closed"},
        {"1.00)", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"()", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"-", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"$", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"$$1", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"€1.00", "USD", &POINT, STATUS_INVALID_ARGUMENT, "another currency"},
        {"$1.00", "EUR", &POINT, STATUS_INVALID_ARGUMENT, "another currency"},
        {"1.00$", "USD", &POINT, STATUS_INVALID_ARGUMENT, "not a number"},
        {"1.005", "USD", &POINT, STATUS_INVALID_ARGUMENT, "more decimals"},
        {"1.000", "USD", &POINT, STATUS_INVALID_ARGUMENT, "more decimals"},
        {"100.0", "JPY", &POINT, STATUS_INVALID_ARGUMENT, "more decimals"},
        {"1.2345", "KWD", &POINT, STATUS_INVALID_ARGUMENT, "more decimals"},
        {"1.99999999999999999999999999", "USD", &POINT, STATUS_INVALID_ARGUMENT, "more decimals"},
        {"123.45", "USD", &MINOR, STATUS_INVALID_ARGUMENT, "not a number"},
        {"1.00", "XYZ", &POINT, STATUS_INVALID_ARGUMENT, "unknown currency 'XYZ'"},
        {"1.00", "usd", &POINT, STATUS_INVALID_ARGUMENT, "unknown currency 'usd'"},
        {"1.00", "XAU", &POINT, STATUS_INVALID_ARGUMENT, "unknown currency"},
        {"1.00", "", &POINT, STATUS_INVALID_ARGUMENT, "unknown currency"},
        {"1.00", NULL, &POINT, STATUS_INVALID_ARGUMENT, "unknown currency"},
        {"92233720368547758.08", "USD", &POINT, STATUS_OUT_OF_RANGE, "too large"},
        {"-92233720368547758.09", "USD", &POINT, STATUS_OUT_OF_RANGE, "too large"},
        {"92233720368547759", "USD", &POINT, STATUS_OUT_OF_RANGE, "too large"},
        {"9223372036854775808", "JPY", &POINT, STATUS_OUT_OF_RANGE, "too large"},
        {"9999999999999999999", "JPY", &POINT, STATUS_OUT_OF_RANGE, "too large"},
        {"99999999999999999999999999", "USD", &MINOR, STATUS_OUT_OF_RANGE, "too large"},
        {"1,000,000,000,000,000,000,000", "USD", &POINT, STATUS_OUT_OF_RANGE, "too large"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct money money = {.minor = 77};
        struct error err = {0};
        enum status st = money_parse(rows[i].text, rows[i].currency, rows[i].format, &money, &err);
        if (st != rows[i].status || !strstr(err.text, rows[i].why))
            fail_msg("'%s': %s '%s', expected '%s'", rows[i].text, status_name(st), err.text, rows[i].why);
        assert_int_equal(money.minor, 77);
    }
}

static void refuses_formats_with_impossible_separators(void **state)
{
    static const struct money_format rows[] = {
        {.decimal_separator = '\0'},
        {.decimal_separator = ';'},
        {.decimal_separator = '.', .group_separator = '.'},
        {.decimal_separator = ',', .group_separator = ','},
        {.decimal_separator = '.', .group_separator = '1'},
        {.decimal_separator = '.', .group_separator = '-'},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct money money;
        assert_int_equal(money_parse("1", "USD", &rows[i], &money, NULL), STATUS_INVALID_ARGUMENT);
    }
}

static void knows_the_decimals_of_currencies(void **state)
{
    static const struct {
        const char *currency;
        int exponent;
    } rows[] = {
        {"AED", 2},  {"USD", 2},  {"EUR", 2}, {"ZWG", 2},  {"XCG", 2},   {"JPY", 0},  {"KRW", 0},
        {"CLP", 0},  {"ISK", 0},  {"XOF", 0}, {"KWD", 3},  {"BHD", 3},   {"TND", 3},  {"IQD", 3},
        {"CLF", 4},  {"UYW", 4},  {"UYI", 0}, {"ANG", -1}, {"BGN", -1},  {"HRK", -1}, {"DEM", -1},
        {"XXX", -1}, {"XAG", -1}, {"", -1},   {"US", -1},  {"USDX", -1}, {"usd", -1},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (currency_exponent(rows[i].currency) != rows[i].exponent)
            fail_msg("%s has %d", rows[i].currency, currency_exponent(rows[i].currency));
    assert_int_equal(currency_exponent(NULL), -1);
}

/* A look-up by halving misses rows that stand out of order. */
static void finds_every_currency_of_the_table(void **state)
{
    int n_known = 0;
    (void)state;

    for (char a = 'A'; a <= 'Z'; a++)
        for (char b = 'A'; b <= 'Z'; b++)
            for (char c = 'A'; c <= 'Z'; c++)
                n_known += currency_exponent((char[]){a, b, c, '\0'}) >= 0;
    assert_int_equal(n_known, 165);
}

static void writes_amounts(void **state)
{
    static const struct {
        struct money money;
        const char *amount;
        const char *text;
    } rows[] = {
        {{123450, "USD"}, "1234.50", "1234.50 USD"},
        {{5, "USD"}, "0.05", "0.05 USD"},
        {{0, "USD"}, "0.00", "0.00 USD"},
        {{-5, "USD"}, "-0.05", "-0.05 USD"},
        {{-123450, "EUR"}, "-1234.50", "-1234.50 EUR"},
        {{100, "JPY"}, "100", "100 JPY"},
        {{1001, "KWD"}, "1.001", "1.001 KWD"},
        {{1, "CLF"}, "0.0001", "0.0001 CLF"},
        {{INT64_MAX, "USD"}, "92233720368547758.07", "92233720368547758.07 USD"},
        {{INT64_MIN, "USD"}, "-92233720368547758.08", "-92233720368547758.08 USD"},
        {{INT64_MIN, "JPY"}, "-9223372036854775808", "-9223372036854775808 JPY"},
        {{12345, "???"}, "12345", "12345 ???"},
        {{12345, {'U', 'S', 'D', 'X'}}, "12345", "12345 USD"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char text[MONEY_TEXT_SIZE];
        assert_string_equal(money_format_amount(rows[i].money, text), rows[i].amount);
        assert_string_equal(money_format_text(rows[i].money, text), rows[i].text);
    }
}

static void reads_back_what_it_wrote(void **state)
{
    static const int64_t minors[] = {0, 1, -1, 99, 100, -100, 123456789, INT64_MAX, INT64_MIN};
    static const char *const currencies[] = {"USD", "JPY", "KWD", "UYW"};
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(minors); i++)
        for (size_t j = 0; j < ARRAY_SIZE(currencies); j++) {
            char text[MONEY_TEXT_SIZE];
            struct money money = {.minor = minors[i]};
            struct money again = {0};
            memcpy(money.currency, currencies[j], CURRENCY_SIZE);
            assert_int_equal(money_parse(money_format_amount(money, text), currencies[j], &POINT, &again, NULL),
                             STATUS_OK);
            assert_true(again.minor == minors[i]);
        }
}

static void adds_only_one_currency_and_within_64_bits(void **state)
{
    static const struct {
        struct money a, b;
        enum status status;
        int64_t minor;
    } rows[] = {
        {{100, "USD"}, {23, "USD"}, STATUS_OK, 123},
        {{100, "USD"}, {-123, "USD"}, STATUS_OK, -23},
        {{INT64_MAX, "USD"}, {INT64_MIN, "USD"}, STATUS_OK, -1},
        {{INT64_MAX, "USD"}, {0, "USD"}, STATUS_OK, INT64_MAX},
        {{INT64_MAX, "USD"}, {1, "USD"}, STATUS_OUT_OF_RANGE, 77},
        {{INT64_MIN, "USD"}, {-1, "USD"}, STATUS_OUT_OF_RANGE, 77},
        {{1, "USD"}, {1, "EUR"}, STATUS_INVALID_ARGUMENT, 77},
        {{1, "USD"}, {0, ""}, STATUS_INVALID_ARGUMENT, 77},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct money sum = {.minor = 77};
        assert_int_equal(money_add(rows[i].a, rows[i].b, &sum, NULL), rows[i].status);
        assert_true(sum.minor == rows[i].minor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_amounts_exactly),
        cmocka_unit_test(refuses_what_is_no_amount_and_says_why),
        cmocka_unit_test(refuses_formats_with_impossible_separators),
        cmocka_unit_test(knows_the_decimals_of_currencies),
        cmocka_unit_test(finds_every_currency_of_the_table),
        cmocka_unit_test(writes_amounts),
        cmocka_unit_test(reads_back_what_it_wrote),
        cmocka_unit_test(adds_only_one_currency_and_within_64_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
