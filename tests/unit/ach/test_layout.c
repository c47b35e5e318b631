#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ach/ach.h"
#include "ach/ach_layout.h"
#include "status/scope.h"

/* Broken once: the individual name a byte shorter, a fixed text longer than its field, 3 and 7 exchanged in the
 * weights, 26 as a credit. */

static void lays_each_record_without_a_gap(void **state)
{
    (void)state;
    for (size_t record = 0; record < ACH_N_RECORDS; record++) {
        const struct ach_layout *layout = &ACH_LAYOUTS[record];
        size_t next = 1;
        for (size_t i = 0; i < layout->n_fields; i++) {
            const struct ach_field *field = &layout->fields[i];
            if (field->first != next || field->last < field->first)
                fail_msg("%s, %s begins at %d, expected %zu", layout->name, field->name, field->first, next);
            next = (size_t)field->last + 1;
            if ((field->content == CONTENT_FIXED) != (field->fixed != NULL) ||
                (field->fixed != NULL && strlen(field->fixed) != ach_field_bytes(field)))
                fail_msg("%s, %s is fixed otherwise than its field", layout->name, field->name);
        }
        if (next != ACH_RECORD_BYTES + 1)
            fail_msg("%s ends at %zu", layout->name, next - 1);
    }
}

static void names_the_last_field_of_each_record_last(void **state)
{
    static const size_t N_FIELDS[ACH_N_RECORDS] = {
        [ACH_FILE_HEADER] = FILE_HEADER_REFERENCE + 1,
        [ACH_BATCH_HEADER] = BATCH_HEADER_NUMBER + 1,
        [ACH_ENTRY] = ENTRY_TRACE + 1,
        [ACH_PAYMENT_ADDENDUM] = PAYMENT_ENTRY + 1,
        [ACH_CHANGE_ADDENDUM] = CHANGE_TRACE + 1,
        [ACH_REFUSED_CHANGE_ADDENDUM] = REFUSED_TRACE + 1,
        [ACH_RETURN_ADDENDUM] = RETURN_TRACE + 1,
        [ACH_DISHONORED_ADDENDUM] = DISHONORED_TRACE + 1,
        [ACH_CONTESTED_ADDENDUM] = CONTESTED_TRACE + 1,
        [ACH_BATCH_CONTROL] = BATCH_CONTROL_NUMBER + 1,
        [ACH_FILE_CONTROL] = FILE_CONTROL_RESERVED + 1,
    };
    (void)state;

    for (size_t record = 0; record < ACH_N_RECORDS; record++)
        if (ACH_LAYOUTS[record].n_fields != N_FIELDS[record])
            fail_msg("%s has %zu fields, its names %zu", ACH_LAYOUTS[record].name, ACH_LAYOUTS[record].n_fields,
                     N_FIELDS[record]);
}

static void knows_a_routing_number_by_its_check_digit(void **state)
{
    static const struct {
        const char *routing;
        bool is_valid;
        const char *why;
    } ROWS[] = {
        {"231380104", true, ""},
        {"121042882", true, ""},
        {"091400606", true, ""},
        {"000000000", true, "the digits add up: whether there is such a bank is another question"},
        {"231380105", false, "check digit"},
        {"321380104", false, "two digits exchanged"},
        {"23138010", false, "too short"},
        {"2313801040", false, "too long"},
        {"23138010A", false, "a letter"},
        {" 31380104", false, "a blank"},
        {"", false, "nothing"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        if (ach_routing_is_valid(ROWS[i].routing) != ROWS[i].is_valid)
            fail_msg("'%s': %s", ROWS[i].routing, ROWS[i].why);
}

static void tells_debits_from_credits_and_money_from_prenotes(void **state)
{
    static const struct {
        int code;
        bool is_debit;
        enum ach_purpose purpose;
    } ROWS[] = {
        {22, false, ACH_LIVE},        {27, true, ACH_LIVE},        {32, false, ACH_LIVE},
        {37, true, ACH_LIVE},         {23, false, ACH_PRENOTE},    {28, true, ACH_PRENOTE},
        {33, false, ACH_PRENOTE},     {38, true, ACH_PRENOTE},     {21, false, ACH_COMES_BACK},
        {26, true, ACH_COMES_BACK},   {31, false, ACH_COMES_BACK}, {36, true, ACH_COMES_BACK},
        {24, false, ACH_ZERO_AMOUNT}, {29, true, ACH_ZERO_AMOUNT}, {52, false, ACH_LIVE},
        {55, true, ACH_LIVE},
    };
    static const int NONE[] = {-1, 0, 1, 20, 25, 30, 40, 45, 57, 58, 60, 72, 81, 88, 99, 127};
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct ach_transaction *transaction = ach_find_transaction(ROWS[i].code);
        if (transaction == NULL || transaction->code != ROWS[i].code || transaction->is_debit != ROWS[i].is_debit ||
            transaction->purpose != ROWS[i].purpose)
            fail_msg("%d", ROWS[i].code);
    }
    for (size_t i = 0; i < ARRAY_SIZE(NONE); i++)
        if (ach_find_transaction(NONE[i]) != NULL)
            fail_msg("%d is a code", NONE[i]);
}

static void knows_the_classes_with_the_common_layout(void **state)
{
    (void)state;
    assert_true(ach_find_class("PPD")->is_written);
    assert_true(ach_find_class("WEB")->needs_payment_type);
    assert_false(ach_find_class("TEL")->has_payment_information);
    assert_false(ach_find_class("COR")->is_written);
    assert_null(ach_find_class("IAT"));
    assert_null(ach_find_class("CTX"));
    assert_null(ach_find_class("ppd"));
    assert_null(ach_find_class(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lays_each_record_without_a_gap),
        cmocka_unit_test(names_the_last_field_of_each_record_last),
        cmocka_unit_test(knows_a_routing_number_by_its_check_digit),
        cmocka_unit_test(tells_debits_from_credits_and_money_from_prenotes),
        cmocka_unit_test(knows_the_classes_with_the_common_layout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
