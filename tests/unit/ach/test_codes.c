#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ach/ach.h"
#include "ach/ach_codes.h"
#include "status/scope.h"

/* Broken once: R29 as another return, R16 that stops nothing, R02 twice, the account number of C03 read at 10, blanks
 * between the numbers not looked at, the refused data quoted. */

static bool is_among(const char *code, const char *codes)
{
    return strstr(codes, code) != NULL;
}

static void classes_returns_as_the_thresholds_count_them(void **state)
{
    (void)state;
    for (const struct ach_return_code *row = ACH_RETURN_CODES; row->code != NULL; row++) {
        enum ach_return_class class = ACH_OTHER_RETURN;
        if (is_among(row->code, "R05 R07 R10 R11 R29 R51"))
            class = ACH_UNAUTHORIZED;
        else if (is_among(row->code, "R02 R03 R04"))
            class = ACH_ADMINISTRATIVE;
        if (row->class != class)
            fail_msg("%s is of class %d, expected %d", row->code, (int)row->class, (int)class);
    }
}

/* What may be sent again is the business of common/rules; what may be, is not stopped, and what never may be for the
 * sake of the account or the authorization, is. */
static void stops_what_must_not_be_debited_again(void **state)
{
    (void)state;
    for (const struct ach_return_code *row = ACH_RETURN_CODES; row->code != NULL; row++) {
        if (is_among(row->code, "R02 R03 R04 R05 R07 R10 R14 R15 R16 R20 R29") && !row->stops_instrument)
            fail_msg("%s does not stop the instrument", row->code);
        if (is_among(row->code, "R01 R08 R09 R11") && row->stops_instrument)
            fail_msg("%s stops the instrument", row->code);
    }
}

static void lists_each_code_once_in_order(void **state)
{
    (void)state;
    assert_string_equal(ach_find_return_code("R01")->meaning, "insufficient funds");
    for (const struct ach_return_code *row = ACH_RETURN_CODES; row->code != NULL; row++) {
        assert_ptr_equal(ach_find_return_code(row->code), row);
        assert_true(row == ACH_RETURN_CODES || strcmp(row[-1].code, row->code) < 0);
        assert_true(row->meaning[0] != '\0');
    }
    for (const struct ach_change_code *row = ACH_CHANGE_CODES; row->code != NULL; row++) {
        assert_ptr_equal(ach_find_change_code(row->code), row);
        assert_true(row == ACH_CHANGE_CODES || strcmp(row[-1].code, row->code) < 0);
    }
    assert_null(ach_find_return_code("R00"));
    assert_null(ach_find_return_code("R1"));
    assert_null(ach_find_return_code(""));
    assert_null(ach_find_change_code("R01"));
}

static void reads_what_a_notification_corrects(void **state)
{
    static const struct {
        const char *code, *corrected;
        struct ach_correction expected;
    } ROWS[] = {
        {"C01", "1918171614", {.account = "1918171614"}},
        {"C01", "12345678901234567", {.account = "12345678901234567"}},
        {"C01", "12 34-A", {.account = "12 34-A"}},
        {"C02", "231380104", {.routing = "231380104"}},
        {"C03", "231380104   12345678901234567", {.routing = "231380104", .account = "12345678901234567"}},
        {"C05", "37", {.transaction_code = 37}},
        {"C06", "744-5678-99         32", {.account = "744-5678-99", .transaction_code = 32}},
        {"C07",
         "231380104744-5678-99      27",
         {.routing = "231380104", .account = "744-5678-99", .transaction_code = 27}},
        {"C07",
         "2313801041234567890123456737",
         {.routing = "231380104", .account = "12345678901234567", .transaction_code = 37}},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct ach_correction correction = {0};
        struct error err = {0};
        if (ach_correction_read(ROWS[i].code, ROWS[i].corrected, &correction, &err) != STATUS_OK)
            fail_msg("row %zu: %s", i, err.text);
        assert_string_equal(correction.routing, ROWS[i].expected.routing);
        assert_string_equal(correction.account, ROWS[i].expected.account);
        assert_int_equal(correction.transaction_code, ROWS[i].expected.transaction_code);
    }
}

static void refuses_corrections_that_do_not_fit_their_code_and_quotes_none(void **state)
{
    static const struct {
        const char *code, *corrected;
        enum status code_of_error;
        const char *why;
    } ROWS[] = {
        {"C01", "", STATUS_INVALID_ARGUMENT, "no account number"},
        {"C01", " 71717171", STATUS_INVALID_ARGUMENT, "no account number at its place"},
        {"C01", "717171717171717171", STATUS_INVALID_ARGUMENT, "not blank"},
        {"C02", "231380105", STATUS_INVALID_ARGUMENT, "no routing number"},
        {"C02", "23138010", STATUS_INVALID_ARGUMENT, "no routing number"},
        {"C02", "231380104 71717171", STATUS_INVALID_ARGUMENT, "not blank"},
        {"C03", "231380104 71717171", STATUS_INVALID_ARGUMENT, "not blank"},
        {"C03", "231380104", STATUS_INVALID_ARGUMENT, "no account number"},
        {"C05", "25", STATUS_INVALID_ARGUMENT, "no transaction code"},
        {"C05", "3", STATUS_INVALID_ARGUMENT, "no transaction code"},
        {"C05", "2A", STATUS_INVALID_ARGUMENT, "no transaction code"},
        {"C06", "71717171", STATUS_INVALID_ARGUMENT, "no transaction code"},
        {"C07", "23138010471717171", STATUS_INVALID_ARGUMENT, "no transaction code"},
        {"C01", "717171717171717171717171717171717171", STATUS_INVALID_ARGUMENT, "longer than 29"},
        {"C09", "71717171", STATUS_UNIMPLEMENTED, "without a layout"},
        {"C99", "71717171", STATUS_UNIMPLEMENTED, "without a layout"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct ach_correction correction = {.transaction_code = -1};
        struct error err = {0};
        const enum status st = ach_correction_read(ROWS[i].code, ROWS[i].corrected, &correction, &err);
        if (st != ROWS[i].code_of_error || strstr(err.text, ROWS[i].why) == NULL ||
            strstr(err.text, ROWS[i].code) == NULL)
            fail_msg("row %zu: %s '%s', expected '%s'", i, status_name(st), err.text, ROWS[i].why);
        assert_null(strstr(err.text, "7171"));
        assert_int_equal(correction.transaction_code, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_returns_as_the_thresholds_count_them),
        cmocka_unit_test(stops_what_must_not_be_debited_again),
        cmocka_unit_test(lists_each_code_once_in_order),
        cmocka_unit_test(reads_what_a_notification_corrects),
        cmocka_unit_test(refuses_corrections_that_do_not_fit_their_code_and_quotes_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
