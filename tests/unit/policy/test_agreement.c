#include "agreement_file.h"

/* What agreements answer. Broken once to see it fail: the last day of validity left out; the row after the first match
 * taken; an unknown age let through a row that only has `to_day`; the minimum taken without the amount as its limit;
 * statute_uk asked by the day instead of by the start; what was charged before not taken off the cap. */

#define DEPLOYED "deploy/agreements.yaml"

static const struct agreements *deployed(struct agreement_file *file)
{
    struct error err = {0};
    if (agreements_load(DEPLOYED, &file->agreements, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return file->agreements;
}

static void exposes_what_the_file_says(void **state)
{
    const struct agreements *all = deployed(*state);
    const struct agreement *harbor = agreements_find(all, "harbor-credit-union", on("2026-11-23"));
    static const enum agreement_bucket ORDER[] = {AGREEMENT_COSTS, AGREEMENT_FEES, AGREEMENT_INTEREST,
                                                  AGREEMENT_PRINCIPAL};
    assert_string_equal(all->name, "agreements");
    assert_string_equal(all->owner, "Client services manager");
    assert_int_equal(all->review_by.days, on("2027-06-30").days);
    assert_int_equal(strlen(all->version), POLICY_VERSION_SIZE - 1);
    assert_string_equal(harbor->client, "harbor-credit-union");
    assert_memory_equal(harbor->apply, ORDER, sizeof(ORDER));
    assert_int_equal(harbor->order, AGREEMENT_LARGEST);
    assert_int_equal(harbor->overpayment, AGREEMENT_SUSPENSE);
    assert_int_equal(harbor->remittance.method, AGREEMENT_NET);
    assert_int_equal(harbor->remittance.every, AGREEMENT_WEEK);
    assert_int_equal(harbor->remittance.minimum_minor, 0);
    assert_string_equal(harbor->remittance.payee, "Harbor Credit Union");
    assert_string_equal(harbor->remittance.reference, "Charged-off loans");
    assert_int_equal(harbor->interest->basis, AGREEMENT_BASIS_AGREEMENT);
    assert_int_equal(harbor->interest->rate.millionths, 9750000);
    assert_int_equal(harbor->interest->day_count, AGREEMENT_ACTUAL_365);
    assert_int_equal(harbor->interest->from, AGREEMENT_FROM_PLACED);
    assert_non_null(strstr(harbor->interest->evidence, "Promissory note"));
    assert_int_equal(harbor->debtor_fees[0].bucket, AGREEMENT_COSTS);
    assert_int_equal(harbor->debtor_fees[0].basis, AGREEMENT_BASIS_JUDGMENT);
    assert_null(agreements_find(all, "acme-medical", on("2026-11-23"))->interest);
    assert_int_equal(agreements_find(all, "bluepeak-telecom", on("2026-11-23"))->remittance.method, AGREEMENT_GROSS);
}

static void every_client_of_the_sample_has_terms_of_its_own(void **state)
{
    static const char *const CLIENTS[] = {"acme-medical", "northwind-utilities", "bluepeak-telecom",
                                          "harbor-credit-union", "receivables"};
    const struct agreements *all = deployed(*state);
    for (size_t i = 0; i < ARRAY_SIZE(CLIENTS); i++)
        assert_string_equal(agreements_find(all, CLIENTS[i], on("2026-11-23"))->client, CLIENTS[i]);
}

static void finds_the_terms_of_a_client_by_day_and_those_of_all_others_elsewhere(void **state)
{
    const struct agreements *all = read_agreements(
        *state, FIRST "agreements:\n" REST "  - client: a b\n    valid_from: 2026-01-01\n    valid_until: "
                      "2026-06-30\n" APPLY FEES PAYS "  - client: a b\n    valid_from: 2026-07-01\n" APPLY FEES PAYS
                      "  - client: until\n    valid_until: 2026-01-01\n" APPLY FEES PAYS);
    static const struct {
        const char *client, *day;
        size_t index;
        const char *why;
    } ROWS[] = {
        {"a b", "2025-12-31", 0, "before any"},
        {"a b", "2026-01-01", 1, "the first day counts"},
        {"a b", "2026-06-30", 1, "the last day counts"},
        {"a b", "2026-07-01", 2, "the next terms"},
        {"a b", "2199-12-31", 2, "without an end"},
        {"until", "1900-01-01", 3, "without a beginning"},
        {"until", "2026-01-01", 3, "the last day counts here too"},
        {"until", "2026-01-02", 0, "over"},
        {"A B", "2026-03-03", 0, "another client"},
        {"", "2026-03-03", 0, "no client"},
        {"*", "2026-03-03", 0, "all others"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        if (agreements_find(all, ROWS[i].client, on(ROWS[i].day)) != &all->all[ROWS[i].index])
            fail_msg("%s on %s: %s", ROWS[i].client, ROWS[i].day, ROWS[i].why);
}

static void takes_the_first_row_whose_conditions_all_hold(void **state)
{
    const struct agreements *all =
        read_agreements(*state, FIRST "agreements:\n  - client: \"*\"\n" APPLY "    fees:\n"
                                      "      - { paid: agency, stage: legal, percent: 1 }\n"
                                      "      - { to_day: 30, percent: 2 }\n"
                                      "      - { from_day: 31, to_day: 60, at_least_minor: 100, percent: 3 }\n"
                                      "      - { at_most_minor: 99, percent: 4 }\n"
                                      "      - { stage: legal, percent: 5 }\n"
                                      "      - { percent: 6 }\n" PAYS);
    static const struct {
        struct agreement_facts facts;
        size_t number;
        const char *why;
    } ROWS[] = {
        {{10, 500, AGREEMENT_PAID_AGENCY, AGREEMENT_LEGAL}, 1, "both hold"},
        {{10, 500, AGREEMENT_PAID_AGENCY, AGREEMENT_COLLECTION}, 2, "one of two does not"},
        {{30, 500, AGREEMENT_PAID_US, AGREEMENT_LEGAL}, 2, "the last day counts"},
        {{-30, 500, AGREEMENT_PAID_US, AGREEMENT_LEGAL}, 2, "not yet due"},
        {{31, 500, AGREEMENT_PAID_US, AGREEMENT_LEGAL}, 3, "the first day counts"},
        {{60, 100, AGREEMENT_PAID_US, AGREEMENT_LEGAL}, 3, "the least balance counts"},
        {{60, 99, AGREEMENT_PAID_US, AGREEMENT_LEGAL}, 4, "the greatest balance counts"},
        {{61, 100, AGREEMENT_PAID_US, AGREEMENT_LEGAL}, 5, "older"},
        {{AGREEMENT_UNKNOWN_AGE, 100, AGREEMENT_PAID_US, AGREEMENT_LEGAL}, 5, "no row on an unknown age"},
        {{61, 100, AGREEMENT_PAID_CLIENT, AGREEMENT_COLLECTION}, 6, "the last row takes the rest"},
        {{61, INT64_MAX, AGREEMENT_PAID_CLIENT, AGREEMENT_COLLECTION}, 6, "however large"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct agreement_fee *fee = agreement_fee(&all->all[0], &ROWS[i].facts);
        if (fee->number != ROWS[i].number || fee->percent.millionths != (int64_t)ROWS[i].number * RATE_SCALE)
            fail_msg("%s: row %zu", ROWS[i].why, fee->number);
    }
}

static void earns_a_share_at_least_the_minimum_and_never_more_than_was_paid(void **state)
{
    static const struct {
        int64_t millionths, minimum_minor, amount_minor, fee_minor;
        const char *why;
    } ROWS[] = {
        {25000000, 0, 10000, 2500, "a quarter"},
        {33500000, 0, 101, 34, "33.835 goes up"},
        {33500000, 0, 100, 34, "a half goes up"},
        {33499999, 0, 100, 33, "less than a half goes down"},
        {10000000, 500, 1000, 500, "the minimum"},
        {60000000, 500, 1000, 600, "more than the minimum"},
        {10000000, 500, 300, 300, "no more than was paid"},
        {100000000, 0, 7, 7, "all of it"},
        {0, 0, 10000, 0, "nothing is agreed"},
        {0, 5, 10000, 5, "a fixed fee"},
        {25000000, 500, 0, 0, "nothing paid"},
        {25000000, 500, -10000, 0, "a reversal: the ledger knows what it gives back"},
        {25000000, 500, INT64_MIN, 0, "nor the largest one"},
        {100000000, INT64_MAX, INT64_MAX, INT64_MAX, "64 bits"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const struct agreement_fee fee = {.percent = {ROWS[i].millionths}, .minimum_minor = ROWS[i].minimum_minor};
        const int64_t fee_minor = agreement_fee_of(&fee, ROWS[i].amount_minor);
        if (fee_minor != ROWS[i].fee_minor)
            fail_msg("%s: %lld", ROWS[i].why, (long long)fee_minor);
    }
}

static void interest_by_statute_follows_the_half_years_in_the_union_and_its_start_in_the_kingdom(void **state)
{
    const struct agreements *all = deployed(*state);
    const struct agreement_interest *eu = agreements_find(all, "tulp-logistiek", on("2026-01-01"))->interest;
    const struct agreement_interest *uk = agreements_find(all, "thames-supplies", on("2026-01-01"))->interest;
    const struct agreement_interest *note = agreements_find(all, "harbor-credit-union", on("2026-01-01"))->interest;
    const struct {
        const struct agreement_interest *interest;
        const char *starts, *day;
        const char *rate; /* NULL: none is known */
        const char *why;
    } ROWS[] = {
        {eu, "2024-03-01", "2024-06-30", "12.50", "the last day of a half-year"},
        {eu, "2024-03-01", "2024-07-01", "12.25", "the first of the next"},
        {eu, "2024-03-01", "2026-06-30", "10.15", "the last that is known"},
        {eu, "2024-03-01", "2026-07-01", NULL, "not known yet"},
        {eu, "2023-03-01", "2023-12-31", NULL, "not known any more"},
        {uk, "2024-03-15", "2024-03-15", "13.25", "5.25 of 31 December 2023"},
        {uk, "2024-03-15", "2026-11-23", "13.25", "for good, though today's is not known"},
        {uk, "2025-07-01", "2026-01-01", "12.25", "4.25 of 30 June 2025"},
        {uk, "2026-07-01", "2026-07-02", NULL, "not known yet"},
        {note, "1950-01-01", "2199-01-01", "9.75", "as agreed, always"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        char text[RATE_TEXT_SIZE] = "";
        struct rate rate = {-1};
        struct error err = {0};
        const enum status st = agreement_rate(all, ROWS[i].interest, on(ROWS[i].starts), on(ROWS[i].day), &rate, &err);
        if (ROWS[i].rate == NULL) {
            assert_int_equal(st, STATUS_NOT_FOUND);
            assert_int_equal(rate.millionths, -1);
        } else if (st != STATUS_OK || strcmp(rate_format(rate, text), ROWS[i].rate) != 0) {
            fail_msg("%s: %s %s", ROWS[i].why, text, err.text);
        }
    }
    struct error err = {0};
    struct rate rate;
    assert_int_equal(agreement_rate(all, eu, on("2026-07-01"), on("2026-07-01"), &rate, &err), STATUS_NOT_FOUND);
    assert_string_equal(err.text, "agreements 'agreements': no rate of 'ecb' for 2026-H2");
}

static void a_rate_below_zero_counts_as_zero(void **state)
{
    const struct agreements *all = read_agreements(
        *state, FIRST "reference_rates: [ { authority: snb, half: 2015-H1, percent: -9.5 } ]\nagreements:\n" REST
                      "  - client: a\n" APPLY FEES PAYS "    interest: { basis: statute_eu, reference: snb, day_count: "
                      "30/360, from: due, evidence: E }\n");
    struct rate rate = {-1};
    struct error err;
    assert_int_equal(agreement_rate(all, all->all[1].interest, on("2015-01-01"), on("2015-06-30"), &rate, &err),
                     STATUS_OK);
    assert_int_equal(rate.millionths, 0);
}

static void names_half_years(void **state)
{
    char text[AGREEMENT_HALF_SIZE];
    (void)state;
    assert_string_equal(agreement_half_format(agreement_half_of(on("2026-01-01")), text), "2026-H1");
    assert_string_equal(agreement_half_format(agreement_half_of(on("2026-06-30")), text), "2026-H1");
    assert_string_equal(agreement_half_format(agreement_half_of(on("2026-07-01")), text), "2026-H2");
    assert_string_equal(agreement_half_format(agreement_half_of(on("2026-12-31")) + 1, text), "2027-H1");
}

static void interest_ends_at_the_smaller_cap(void **state)
{
    struct agreement_interest interest = {.cap_minor = INT64_MAX};
    (void)state;
    assert_true(agreement_interest_cap(&interest, 1000) == INT64_MAX);
    interest.cap_percent.millionths = 12500000;
    assert_int_equal(agreement_interest_cap(&interest, 100), 13);
    assert_int_equal(agreement_interest_cap(&interest, 0), 0);
    interest.cap_minor = 20;
    assert_int_equal(agreement_interest_cap(&interest, 100), 13);
    assert_int_equal(agreement_interest_cap(&interest, 1000), 20);
    interest.cap_percent.millionths = 0;
    assert_int_equal(agreement_interest_cap(&interest, 1), 20);
}

static void charges_the_debtor_only_fees_that_it_names_and_up_to_their_caps(void **state)
{
    const struct agreement *northwind = agreements_find(deployed(*state), "northwind-utilities", on("2026-11-23"));
    const struct agreement_debtor_fee *returned = agreement_debtor_fee(northwind, "returned-payment");
    const struct agreement_debtor_fee share = {.percent = {3500000}, .cap_minor = INT64_MAX};
    const struct agreement_debtor_fee capped = {.percent = {3500000}, .cap_minor = 40};
    assert_null(agreement_debtor_fee(northwind, "convenience"));
    assert_int_equal(agreement_debtor_fee_of(returned, 100000, 0), 2500);
    assert_int_equal(agreement_debtor_fee_of(returned, 100000, 2500), 2500);
    assert_int_equal(agreement_debtor_fee_of(returned, 100000, 2501), 2499);
    assert_int_equal(agreement_debtor_fee_of(returned, 100000, 5000), 0);
    assert_int_equal(agreement_debtor_fee_of(returned, 100000, 9999), 0);
    assert_int_equal(agreement_debtor_fee_of(returned, 100000, -10), 2500);
    assert_int_equal(agreement_debtor_fee_of(&share, 1000, 0), 35);
    assert_int_equal(agreement_debtor_fee_of(&share, 1100, 999999), 39); /* 38.5 */
    assert_int_equal(agreement_debtor_fee_of(&share, 0, 0), 0);
    assert_int_equal(agreement_debtor_fee_of(&capped, 10000, 0), 40);
    assert_int_equal(agreement_debtor_fee_of(&capped, 10000, 39), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(exposes_what_the_file_says, agreement_set_up, agreement_tear_down),
        cmocka_unit_test_setup_teardown(every_client_of_the_sample_has_terms_of_its_own, agreement_set_up,
                                        agreement_tear_down),
        cmocka_unit_test_setup_teardown(finds_the_terms_of_a_client_by_day_and_those_of_all_others_elsewhere,
                                        agreement_set_up, agreement_tear_down),
        cmocka_unit_test_setup_teardown(takes_the_first_row_whose_conditions_all_hold, agreement_set_up,
                                        agreement_tear_down),
        cmocka_unit_test(earns_a_share_at_least_the_minimum_and_never_more_than_was_paid),
        cmocka_unit_test_setup_teardown(
            interest_by_statute_follows_the_half_years_in_the_union_and_its_start_in_the_kingdom, agreement_set_up,
            agreement_tear_down),
        cmocka_unit_test_setup_teardown(a_rate_below_zero_counts_as_zero, agreement_set_up, agreement_tear_down),
        cmocka_unit_test(names_half_years),
        cmocka_unit_test(interest_ends_at_the_smaller_cap),
        cmocka_unit_test_setup_teardown(charges_the_debtor_only_fees_that_it_names_and_up_to_their_caps,
                                        agreement_set_up, agreement_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
