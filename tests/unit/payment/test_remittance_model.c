#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "remittance_model.h"

/* What a part of a remittance takes. Broken once: the fee kept back of a gross remittance (adds_up_by_either_method), a
 * minimum that what is due from a client never reaches (a_minimum_holds_for_claims_too), a head that is not moved on
 * (the_next_part_begins_where_this_one_ends). */

#define NOW_US (20600LL * US_PER_DAY + 5)

static struct remittance_part part_of(enum agreement_method method)
{
    return (struct remittance_part){
        .subject = {.agency_id = 3, .partition = 7, .client = "acme", .currency = "USD"},
        .part_id = {{1, [15] = 7}},
        .run_key = "2026-10",
        .method = method,
        .remitted_at = {NOW_US},
    };
}

/* 500 collected, 40 of it taken back, 200 elsewhere, a fee of 100. */
static struct remittance_head head_of_some(void)
{
    return (struct remittance_head){.n_entries = 9,
                                    .payable_minor = 360,
                                    .earned_minor = 100,
                                    .n_parts = 2,
                                    .last_entry = 4,
                                    .since = {.n_lines = 4,
                                              .collected_minor = 500,
                                              .reversed_minor = 40,
                                              .collected_elsewhere_minor = 200,
                                              .fees_minor = 100,
                                              .payable_minor = 360}};
}

static void adds_up_by_either_method(void **state)
{
    static const struct {
        enum agreement_method method;
        int64_t remitted_minor, invoiced_minor;
    } ROWS[] = {{AGREEMENT_NET, 360, 0}, {AGREEMENT_GROSS, 460, 100}};
    struct error err;
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct remittance_part part = part_of(ROWS[i].method);
        struct remittance_head head = head_of_some();
        struct trust_entry entry;
        assert_int_equal(remittance_make(&head, &part, &err), STATUS_OK);
        assert_int_equal(part.figures.remitted_minor, ROWS[i].remitted_minor);
        assert_int_equal(part.figures.invoiced_minor, ROWS[i].invoiced_minor);
        assert_true(trust_of_remittance(&part, &entry)); /* the same cash leaves */
        assert_true(trust_is_balanced(&entry.amounts));
        assert_memory_equal(&entry.amounts,
                            (&(struct trust_amounts){.cash_minor = -460, .payable_minor = -360, .earned_minor = -100}),
                            sizeof(entry.amounts));
        assert_int_equal(entry.kind, TRUST_REMITTANCE);
        assert_int_equal(entry.effective_on_days, 20600);
        assert_int_equal(id_partition(&entry.item_id), 7);
    }
}

static void the_next_part_begins_where_this_one_ends(void **state)
{
    struct remittance_part part = part_of(AGREEMENT_NET), next = part_of(AGREEMENT_NET);
    struct remittance_head head = head_of_some();
    struct trust_entry entry;
    struct error err;
    (void)state;
    assert_int_equal(remittance_make(&head, &part, &err), STATUS_OK);
    assert_int_equal(part.number, 3);
    assert_int_equal(part.first_entry, 5);
    assert_int_equal(part.last_entry, 10); /* its own */
    assert_int_equal(remittance_make(&head, &next, &err), STATUS_OK);
    assert_int_equal(next.number, 4);
    assert_int_equal(next.first_entry, 11);
    assert_int_equal(next.last_entry, 10); /* nothing */
    assert_false(trust_of_remittance(&next, &entry));
    assert_int_equal(next.figures.remitted_minor, 0);
}

static void lines_that_cancel_each_other_are_remitted_all_the_same(void **state)
{
    struct remittance_part part = part_of(AGREEMENT_NET);
    struct remittance_head head = {.n_entries = 2, .since = {.n_lines = 2, .collected_minor = 5, .reversed_minor = 5}};
    struct trust_entry entry;
    struct error err;
    (void)state;
    assert_int_equal(remittance_make(&head, &part, &err), STATUS_OK);
    assert_true(trust_of_remittance(&part, &entry));
    assert_int_equal(entry.amounts.cash_minor, 0);
    assert_int_equal(part.last_entry, 3);
}

static void what_does_not_add_up_is_refused(void **state)
{
    struct error err;
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct remittance_part part = part_of(AGREEMENT_NET);
        struct remittance_head head = head_of_some();
        int64_t *const wrong[] = {&head.payable_minor, &head.earned_minor, &head.since.collected_minor,
                                  &head.since.payable_minor};
        ++*wrong[i];
        assert_int_equal(remittance_make(&head, &part, &err), STATUS_INTERNAL);
        assert_non_null(strstr(err.text, "acme"));
        assert_int_equal(head.n_parts, 2);
    }
}

static void a_minimum_holds_for_claims_too(void **state)
{
    static const struct {
        int64_t payable_minor, fees_minor;
        enum agreement_method method;
        int64_t minimum_minor;
        bool is_below;
    } ROWS[] = {
        {99, 0, AGREEMENT_NET, 100, true},        {100, 0, AGREEMENT_NET, 100, false},
        {-99, 0, AGREEMENT_NET, 100, true},       {-100, 0, AGREEMENT_NET, 100, false},
        {0, 0, AGREEMENT_NET, 0, false},          {0, 0, AGREEMENT_NET, 1, true},
        {-150, 150, AGREEMENT_GROSS, 100, false}, /* nothing to pay, but a fee to invoice */
        {-50, 50, AGREEMENT_GROSS, 100, true},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct remittance_figures figures = {.payable_minor = ROWS[i].payable_minor, .fees_minor = ROWS[i].fees_minor};
        remittance_settle(&figures, ROWS[i].method);
        if (remittance_is_below(&figures, ROWS[i].minimum_minor) != ROWS[i].is_below)
            fail_msg("row %zu", i);
    }
}

static void a_run_s_part_has_one_name(void **state)
{
    const struct remittance_subject subject = part_of(AGREEMENT_NET).subject;
    struct remittance_subject other = subject;
    (void)state;
    other.client = "acmeU";
    memcpy(other.currency, "SD", 3); /* the same letters */
    const struct id account_id = remittance_account_id(&subject), other_id = remittance_account_id(&other);
    const struct id part_id = remittance_part_id(&account_id, "k"), again = remittance_part_id(&account_id, "k"),
                    later = remittance_part_id(&account_id, "l");
    assert_false(id_equal(&account_id, &other_id));
    assert_true(id_equal(&part_id, &again));
    assert_false(id_equal(&part_id, &later));
    assert_int_equal(id_partition(&part_id), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_up_by_either_method),
        cmocka_unit_test(the_next_part_begins_where_this_one_ends),
        cmocka_unit_test(lines_that_cancel_each_other_are_remitted_all_the_same),
        cmocka_unit_test(what_does_not_add_up_is_refused),
        cmocka_unit_test(a_minimum_holds_for_claims_too),
        cmocka_unit_test(a_run_s_part_has_one_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
