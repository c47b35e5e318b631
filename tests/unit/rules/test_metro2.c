#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/metro2.h"
#include "status/status.h"

static void finds_each_code_by_its_own_name_and_by_its_words(void **state)
{
    (void)state;
    for (const struct metro2_code *row = METRO2_CODES; row->field != NULL; row++) {
        assert_ptr_equal(metro2_find_code(row->field, row->situation), row);
        for (const struct metro2_code *other = METRO2_CODES; other < row; other++)
            if (strcmp(other->field, row->field) == 0 &&
                (strcmp(other->code, row->code) == 0 || strcmp(other->situation, row->situation) == 0))
                fail_msg("%s %s stands there twice", row->field, row->code);
    }
}

static void recognises_descriptions(void **state)
{
    (void)state;
    static const struct {
        const char *field, *situation, *code;
    } ROWS[] = {
        {"account_status", "delete_entire_account_other_than_fraud", "DA"},
        {"account_status", "delete_due_to_confirmed_fraud", "DF"},
        {"account_status", "deleted", "DA"},
        {"account_status", "collection", "93"},
        {"account_status", "assigned_to_internal_or_external_collections", "93"},
        {"account_status", "paid_in_full", "62"},
        {"account_status", "paid_collection_account", "62"},
        {"account_status", "unpaid_collection", "93"},
        {"account_type", "third_party_collection_agency", "48"},
        {"account_type", "collection_attorney", "48"},
        {"account_type", "debt_purchaser", "0C"},
        {"account_type", "factoring_company", "0C"},
        {"account_type", "returned_check", "77"},
        {"portfolio_type", "collection_account", "O"},
        {"payment_rating", "charged_off", "L"},
        {"payment_rating", "in_collection", "G"},
        {"compliance_condition_code", "account_closed_at_consumers_request", "XA"},
        {"compliance_condition_code", "fcra_dispute_investigation_in_progress", "XB"},
        {"compliance_condition_code", "account_information_disputed_by_consumer", "XB"},
        {"compliance_condition_code", "dispute_investigation_completed_consumer_disagrees", "XC"},
        {"compliance_condition_code", "closed_by_consumer_and_dispute_under_investigation", "XD"},
        {"compliance_condition_code", "closed_at_consumer_request_and_consumer_disagrees_with_result", "XE"},
        {"compliance_condition_code", "fcba_dispute_under_investigation", "XF"},
        {"compliance_condition_code", "fcba_dispute_completed_consumer_disagrees", "XG"},
        {"compliance_condition_code", "dispute_resolved_investigation_completed", "XH"},
        {"compliance_condition_code", "closed_by_consumer_and_in_dispute_under_fcba", "XJ"},
        {"compliance_condition_code", "remove_previously_reported_code", "XR"},
        {"compliance_condition_code", "dispute_deleted", "XB"},
        {"consumer_information_indicator", "chapter_7_petition_filed", "A"},
        {"consumer_information_indicator", "bankruptcy_chapter_13", "D"},
        {"consumer_information_indicator", "discharged_through_chapter_7_bankruptcy", "E"},
        {"cii", "chapter13_discharged", "H"},
        {"consumer_information_indicator", "remove_bankruptcy_indicator", "Q"},
        {"special_comment", "settled_for_less_than_full_balance", "AU"},
        {"special_comment_code", "paying_under_partial_payment_agreement", "AC"},
        {"special_comment", "sold_to_another_company", "AH"},
        {"k2_purchased_sold_indicator", "purchased_from", "1"},
        {"k2_indicator", "sold_to", "2"},
        {"k2_indicator", "remove_previous", "9"},
        {"ecoa_code", "joint_contractual_liability", "2"},
        {"ecoa_code", "co_signer", "5"},
        {"ecoa", "consumer_deceased", "X"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct metro2_code *found = metro2_find_code(ROWS[i].field, ROWS[i].situation);
        if (found == NULL || strcmp(found->code, ROWS[i].code) != 0)
            fail_msg("%s %s: %s, expected %s", ROWS[i].field, ROWS[i].situation, found == NULL ? "none" : found->code,
                     ROWS[i].code);
    }
}

static void does_not_guess(void **state)
{
    (void)state;
    assert_null(metro2_find_code("account_status", "something_else"));
    assert_null(metro2_find_code("consumer_information_indicator", "chapter_7"));
    assert_null(metro2_find_code("consumer_information_indicator", "chapter_7_dismissed_petition"));
    assert_null(metro2_find_code("shoe_size", "paid"));
    assert_false(metro2_is_field("shoe_size"));
    assert_true(metro2_is_field("cii"));
}

static void lays_the_base_segment_without_a_gap(void **state)
{
    (void)state;
    int next = 1;
    for (const struct metro2_position *row = METRO2_POSITIONS; row->field != NULL; row++) {
        if (strcmp(row->segment, "base") != 0)
            continue;
        if (row->first != next || row->last < row->first)
            fail_msg("%s begins at %d, expected %d", row->field, row->first, next);
        next = row->last + 1;
    }
    assert_int_equal(next, METRO2_BASE_LENGTH + 1);
    assert_int_equal(metro2_find_position("base", "dofd")->first, 190);
    assert_int_equal(metro2_find_position("k2", "k2_indicator")->first, 3);
    assert_null(metro2_find_position("k1", "dofd"));
}

static void needs_the_original_creditor(void **state)
{
    (void)state;
    assert_true(metro2_needs_original_creditor("0C"));
    assert_false(metro2_needs_original_creditor("18"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_code_by_its_own_name_and_by_its_words),
        cmocka_unit_test(recognises_descriptions),
        cmocka_unit_test(does_not_guess),
        cmocka_unit_test(lays_the_base_segment_without_a_gap),
        cmocka_unit_test(needs_the_original_creditor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
