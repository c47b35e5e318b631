#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "suspense_model.h"

/* Broken once: the fee on money that the client holds taken from the cash (the first test: not balanced); UNASSIGN
 * allowed from HELD (every_state_with_every_event). */

#define TODAY 20600

static struct account account_of(const char *client)
{
    return (struct account){
        .account_id = {{1, [15] = 7}}, .agency_id = 3, .client = client, .balance = {10000, "USD"}, .n_postings = 1};
}

static struct posting payment_to(enum paid_to paid_to, int64_t paid_minor, int64_t fee_minor)
{
    return (struct posting){
        .draft = {.kind = POSTING_PAYMENT,
                  .change = {-paid_minor, "USD"},
                  .paid_to = paid_to,
                  .fee_minor = fee_minor,
                  .effective_on_days = TODAY},
        .number = 2,
    };
}

static void expect(enum paid_to paid_to, const struct trust_amounts *expected)
{
    const struct account account = account_of("acme");
    const struct posting posting = payment_to(paid_to, 1000, 250);
    struct trust_entry entry;

    assert_true(trust_of_posting(&account, &posting, &entry));
    assert_true(trust_is_balanced(&entry.amounts));
    assert_memory_equal(&entry.amounts, expected, sizeof(*expected));
    assert_string_equal(entry.client, "acme");
    assert_string_equal(entry.currency, "USD");
    assert_int_equal(entry.posting_number, 2);
}

static void whose_a_payment_is_follows_from_who_has_it(void **state)
{
    (void)state;
    expect(PAID_TO_AGENCY, &(struct trust_amounts){.cash_minor = 1000, .payable_minor = 750, .earned_minor = 250});
    expect(PAID_TO_CLIENT, &(struct trust_amounts){.payable_minor = -250, .earned_minor = 250});
    expect(PAID_TO_OTHER_AGENCY, &(struct trust_amounts){.payable_minor = -250, .earned_minor = 250});
    expect(PAID_FROM_SUSPENSE,
           &(struct trust_amounts){.payable_minor = 750, .earned_minor = 250, .transit_minor = -1000});
}

static void a_reversal_gives_back_what_the_payment_brought(void **state)
{
    const struct account account = account_of("acme");
    const struct posting paid = payment_to(PAID_TO_AGENCY, 1000, 250);
    struct posting_draft draft;
    struct trust_entry brought, given;

    (void)state;
    assert_int_equal(ledger_draft_reversal(&paid, "returned", TODAY, &draft, NULL), STATUS_OK);
    const struct posting reversal = {.draft = draft, .number = 3};
    assert_true(trust_of_posting(&account, &paid, &brought));
    assert_true(trust_of_posting(&account, &reversal, &given));
    assert_int_equal(given.kind, TRUST_REVERSAL);
    assert_int_equal(brought.amounts.cash_minor + given.amounts.cash_minor, 0);
    assert_int_equal(brought.amounts.payable_minor + given.amounts.payable_minor, 0);
    assert_int_equal(brought.amounts.earned_minor + given.amounts.earned_minor, 0);
}

/* The bank takes cash, not what was on its way. */
static void what_came_out_of_suspense_goes_back_as_cash(void **state)
{
    const struct account account = account_of("acme");
    const struct posting paid = payment_to(PAID_FROM_SUSPENSE, 1000, 250);
    struct posting_draft draft;
    struct trust_entry given;

    (void)state;
    assert_int_equal(ledger_draft_reversal(&paid, "returned", TODAY, &draft, NULL), STATUS_OK);
    const struct posting reversal = {.draft = draft, .number = 3};
    assert_true(trust_of_posting(&account, &reversal, &given));
    assert_int_equal(given.amounts.cash_minor, -1000);
    assert_int_equal(given.amounts.transit_minor, 0);
}

static void what_is_no_payment_moves_no_money(void **state)
{
    const struct account account = account_of("acme");
    struct posting posting = payment_to(PAID_TO_NOBODY, 1000, 0);
    struct trust_entry entry;

    (void)state;
    posting.draft.kind = POSTING_ADJUSTMENT;
    assert_false(trust_of_posting(&account, &posting, &entry));
}

static struct suspense item_in(enum suspense_state state)
{
    return (struct suspense){.item_id = {{9, [15] = 7}},
                             .agency_id = 3,
                             .state = state,
                             .amount = {500, "USD"},
                             .client = "",
                             .received_on_days = TODAY,
                             .reason = ""};
}

static void every_state_with_every_event(void **state)
{
    static const enum suspense_state AFTER[SUSPENSE_STATES_END][SUSPENSE_EVENTS_END] = {
        [SUSPENSE_HELD] = {[SUSPENSE_EVENT_ASSIGN] = SUSPENSE_ASSIGNED,
                           [SUSPENSE_EVENT_REFUND] = SUSPENSE_REFUNDED,
                           [SUSPENSE_EVENT_RETURN] = SUSPENSE_RETURNED},
        [SUSPENSE_ASSIGNED] = {[SUSPENSE_EVENT_UNASSIGN] = SUSPENSE_HELD},
    };

    (void)state;
    for (int from = SUSPENSE_HELD; from < SUSPENSE_STATES_END; from++)
        for (int event = 0; event < SUSPENSE_EVENTS_END; event++) {
            struct suspense item = item_in((enum suspense_state)from);
            const enum suspense_state after = AFTER[from][event];
            const enum status st = suspense_move(&item, (enum suspense_event)event, NULL, "why", NULL);
            assert_int_equal(st, after == 0 ? STATUS_FAILED_PRECONDITION : STATUS_OK);
            assert_int_equal(item.state, after == 0 ? from : (int)after);
            assert_string_equal(item.reason, after == 0 ? "" : "why");
        }
}

static void every_step_of_money_in_suspense_is_balanced(void **state)
{
    const struct suspense item = item_in(SUSPENSE_HELD);
    const struct trust_entry held = trust_of_held(&item);

    (void)state;
    assert_true(trust_is_balanced(&held.amounts));
    assert_int_equal(held.amounts.suspense_minor, 500);
    for (int event = 0; event < SUSPENSE_EVENTS_END; event++) {
        const struct trust_entry entry =
            trust_of_suspense(&item, (enum suspense_event)event, TODAY, (struct instant){1});
        assert_true(trust_is_balanced(&entry.amounts));
        assert_int_equal(entry.amounts.suspense_minor, event == SUSPENSE_EVENT_UNASSIGN ? 500 : -500);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_a_payment_is_follows_from_who_has_it),
        cmocka_unit_test(a_reversal_gives_back_what_the_payment_brought),
        cmocka_unit_test(what_came_out_of_suspense_goes_back_as_cash),
        cmocka_unit_test(what_is_no_payment_moves_no_money),
        cmocka_unit_test(every_state_with_every_event),
        cmocka_unit_test(every_step_of_money_in_suspense_is_balanced),
    };

    return cmocka_run_group_tests_name("payment.trust_model", tests, NULL, NULL);
}
