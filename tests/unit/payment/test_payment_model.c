#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "payment_model.h"

#define TODAY 20600 /* 2026-05-27 */

static struct id numbered(uint8_t number)
{
    return (struct id){{number, [15] = 7}};
}

static struct account new_account(void)
{
    return (struct account){.account_id = numbered(1), .debtor_id = numbered(2), .agency_id = 3, .balance = {0, "USD"}};
}

static struct posting_draft draft(enum posting_kind kind, int64_t change_minor)
{
    return (struct posting_draft){
        .posting_id = numbered(9),
        .kind = kind,
        .change = {change_minor, "USD"},
        .effective_on_days = TODAY,
        .reference = "",
    };
}

static struct posting post(struct account *account, enum posting_kind kind, int64_t change_minor)
{
    struct posting_draft order = draft(kind, change_minor);
    struct posting posting = {0};
    struct error err = {0};

    if (ledger_post(account, &order, &posting, &err) != STATUS_OK)
        fail_msg("%s of %lld: %s", posting_kind_name(kind), (long long)change_minor, err.text);
    return posting;
}

static struct account placed(int64_t balance_minor)
{
    struct account account = new_account();

    (void)post(&account, POSTING_PLACEMENT, balance_minor);
    return account;
}

static struct promise_terms terms(int64_t amount_minor)
{
    return (struct promise_terms){
        .promise_id = numbered(8),
        .amount = {amount_minor, "USD"},
        .due_on_days = TODAY + 7,
        .made_at = {TODAY * US_PER_DAY + 5 * US_PER_HOUR},
        .grace_days = 3,
    };
}

static void open_promise(struct account *account, int64_t amount_minor, struct promise *ret_promise)
{
    struct promise_terms wanted = terms(amount_minor);

    assert_int_equal(promise_make(account, &wanted, ret_promise, NULL), STATUS_OK);
    account->open_promise = ret_promise;
}

static void every_kind_of_posting_sums_to_zero_and_moves_the_balance(void **state)
{
    static const struct {
        enum posting_kind kind;
        int64_t change_minor;
        int64_t balance_minor; /* after it, from 10,000 */
        enum ledger_account against;
    } rows[] = {
        {POSTING_PAYMENT, -2500, 7500, LEDGER_CASH},
        {POSTING_PAYMENT, -10000, 0, LEDGER_CASH},
        {POSTING_PAYMENT, -10001, -1, LEDGER_CASH}, /* overpaid */
        {POSTING_REVERSAL, 2500, 12500, LEDGER_CASH},
        {POSTING_ADJUSTMENT, 100, 10100, LEDGER_ADJUSTMENT},
        {POSTING_ADJUSTMENT, -100, 9900, LEDGER_ADJUSTMENT},
        {POSTING_PAYMENT, -INT64_MAX, 10000 - INT64_MAX, LEDGER_CASH},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct account account = placed(10000);
        struct posting posting = post(&account, rows[i].kind, rows[i].change_minor);
        assert_true(posting_is_balanced(&posting));
        assert_int_equal(posting.entries[0].ledger_account, LEDGER_RECEIVABLE);
        assert_true(posting.entries[0].amount_minor == rows[i].change_minor);
        assert_int_equal(posting.entries[1].ledger_account, rows[i].against);
        assert_true(posting.balance_minor == rows[i].balance_minor);
        assert_true(account.balance.minor == rows[i].balance_minor);
        assert_int_equal(posting.number, 2);
        assert_int_equal(account.n_postings, 2);
    }
}

static void the_opening_posting_is_owed_by_the_debtor_and_due_to_the_client(void **state)
{
    struct account account = new_account();
    struct posting posting = post(&account, POSTING_PLACEMENT, 12345);
    (void)state;

    assert_int_equal(posting.entries[1].ledger_account, LEDGER_CLIENT_FUNDS);
    assert_true(posting.entries[1].amount_minor == -12345);
    assert_int_equal(posting.number, 1);
    assert_true(account.balance.minor == 12345);
}

static void refuses_what_cannot_be_posted_and_leaves_the_account_alone(void **state)
{
    static const struct {
        enum posting_kind kind;
        struct money change;
        int64_t balance_minor; /* before */
        enum status status;
        const char *why;
    } rows[] = {
        {POSTING_PLACEMENT, {1, "USD"}, 100, STATUS_FAILED_PRECONDITION, "placed already"},
        {POSTING_PAYMENT, {-1, "EUR"}, 100, STATUS_INVALID_ARGUMENT, "EUR"},
        {POSTING_PAYMENT, {0, "USD"}, 100, STATUS_INVALID_ARGUMENT, "positive"},
        {POSTING_PAYMENT, {1, "USD"}, 100, STATUS_INVALID_ARGUMENT, "positive"},
        {POSTING_REVERSAL, {0, "USD"}, 100, STATUS_INVALID_ARGUMENT, "positive"},
        {POSTING_REVERSAL, {-1, "USD"}, 100, STATUS_INVALID_ARGUMENT, "positive"},
        {POSTING_PAYMENT, {INT64_MIN, "USD"}, 100, STATUS_OUT_OF_RANGE, "too large"},
        {POSTING_ADJUSTMENT, {INT64_MAX, "USD"}, 1, STATUS_OUT_OF_RANGE, ""},
        {POSTING_PAYMENT, {-INT64_MAX, "USD"}, -2, STATUS_OUT_OF_RANGE, ""},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct account account = placed(rows[i].balance_minor);
        struct posting_draft order = draft(rows[i].kind, 0);
        struct posting posting = {.number = 77};
        struct error err = {0};
        order.change = rows[i].change;
        assert_int_equal(ledger_post(&account, &order, &posting, &err), rows[i].status);
        if (!strstr(err.text, rows[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, err.text, rows[i].why);
        assert_int_equal(account.n_postings, 1);
        assert_true(account.balance.minor == rows[i].balance_minor);
        assert_int_equal(posting.number, 77);
    }
}

static void refuses_value_dates_that_no_calendar_of_ours_has(void **state)
{
    static const struct {
        int32_t days;
        enum status status;
    } rows[] = {
        {INT32_MIN, STATUS_INVALID_ARGUMENT},
        {EFFECTIVE_ON_MIN - 1, STATUS_INVALID_ARGUMENT},
        {EFFECTIVE_ON_MIN, STATUS_OK},
        {EFFECTIVE_ON_MAX, STATUS_OK},
        {EFFECTIVE_ON_MAX + 1, STATUS_INVALID_ARGUMENT},
        {INT32_MAX, STATUS_INVALID_ARGUMENT},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct account account = placed(1000);
        struct posting_draft order = draft(POSTING_PAYMENT, -1);
        struct posting posting;
        order.effective_on_days = rows[i].days;
        assert_int_equal(ledger_post(&account, &order, &posting, NULL), rows[i].status);
    }
}

static void nothing_is_posted_before_the_placement(void **state)
{
    static const enum posting_kind kinds[] = {POSTING_PAYMENT, POSTING_REVERSAL, POSTING_ADJUSTMENT};
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct account account = new_account();
        struct posting_draft order = draft(kinds[i], kinds[i] == POSTING_REVERSAL ? 1 : -1);
        struct posting posting;
        assert_int_equal(ledger_post(&account, &order, &posting, NULL), STATUS_FAILED_PRECONDITION);
    }
}

static void a_reversal_is_the_payment_with_opposite_entries(void **state)
{
    struct account account = placed(10000);
    struct posting payment = post(&account, POSTING_PAYMENT, -2500);
    struct posting_draft order;
    struct posting reversal;
    (void)state;

    assert_int_equal(ledger_draft_reversal(&payment, "cheque returned", TODAY + 1, &order, NULL), STATUS_OK);
    assert_int_equal(ledger_post(&account, &order, &reversal, NULL), STATUS_OK);
    assert_true(account.balance.minor == 10000);
    assert_true(id_equal(&reversal.draft.reverses, &payment.draft.posting_id));
    assert_int_equal(reversal.draft.effective_on_days, TODAY + 1);
    for (size_t i = 0; i < POSTING_ENTRIES; i++) {
        assert_int_equal(reversal.entries[i].ledger_account, payment.entries[i].ledger_account);
        assert_true(reversal.entries[i].amount_minor == -payment.entries[i].amount_minor);
    }
}

static void only_payments_can_be_reversed(void **state)
{
    static const enum posting_kind kinds[] = {POSTING_PLACEMENT, POSTING_REVERSAL, POSTING_ADJUSTMENT};
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct posting posting = {.draft = draft(kinds[i], 1)};
        struct posting_draft order;
        assert_int_equal(ledger_draft_reversal(&posting, "", TODAY, &order, NULL), STATUS_FAILED_PRECONDITION);
    }
}

static void a_payment_has_one_reversal_id_in_its_own_partition(void **state)
{
    struct id payment = numbered(9);
    struct id first = ledger_reversal_id(&payment);
    struct id second = ledger_reversal_id(&payment);
    (void)state;

    assert_true(id_equal(&first, &second));
    assert_false(id_equal(&first, &payment));
    assert_int_equal(id_partition(&first), 7);
}

static void sees_entries_that_do_not_sum_to_zero(void **state)
{
    struct posting posting = {.entries = {{LEDGER_RECEIVABLE, -100}, {LEDGER_CASH, 99}}};
    (void)state;

    assert_false(posting_is_balanced(&posting));
    posting.entries[1].amount_minor = 100;
    assert_true(posting_is_balanced(&posting));
}

static void only_an_open_promise_moves(void **state)
{
    static const struct {
        enum promise_state from;
        enum promise_event event;
        enum promise_state to; /* 0: refused */
    } rows[] = {
        {PROMISE_OPEN, PROMISE_EVENT_FULFIL, PROMISE_KEPT},
        {PROMISE_OPEN, PROMISE_EVENT_EXPIRE, PROMISE_BROKEN},
        {PROMISE_OPEN, PROMISE_EVENT_CANCEL, PROMISE_CANCELLED},
        {PROMISE_OPEN, PROMISE_EVENT_FALL_SHORT, PROMISE_PARTIAL},
    };
    (void)state;

    for (int from = PROMISE_OPEN; from < PROMISE_STATES_END; from++)
        for (int event = 0; event < PROMISE_EVENTS_END; event++) {
            struct promise promise = {.state = (enum promise_state)from};
            const char *text = NULL;
            int expected = 0;
            for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                if (rows[i].from == promise.state && (int)rows[i].event == event)
                    expected = (int)rows[i].to;
            enum status st = promise_move(&promise, (enum promise_event)event, &text, NULL);
            assert_int_equal(st, expected ? STATUS_OK : STATUS_FAILED_PRECONDITION);
            assert_int_equal(promise.state, expected ? expected : from);
            assert_true((text != NULL) == (expected != 0));
        }
}

static void a_promise_is_open_until_the_end_of_its_day_and_grace(void **state)
{
    struct account account = placed(10000);
    struct promise promise;
    (void)state;

    open_promise(&account, 5000, &promise);
    assert_int_equal(promise.state, PROMISE_OPEN);
    assert_true(promise.breaks_at.us == (TODAY + 7 + 3 + 1) * US_PER_DAY);
    assert_true(promise.paid_minor == 0);
    assert_int_equal(promise.made_after, 1);
    assert_int_equal(promise.agency_id, 3);
    /* The largest numbers stay within 64 bits only because promise_make refuses them first. */
    assert_true(promise_breaks_at(0, 0).us == US_PER_DAY);
}

static void refuses_promises_that_make_no_sense(void **state)
{
    static const struct {
        int64_t owed_minor;
        bool is_recalled, has_other;
        struct money amount;
        int32_t due_on_days;
        enum status status;
        const char *why;
    } rows[] = {
        {0, false, false, {100, "USD"}, TODAY, STATUS_FAILED_PRECONDITION, "nothing is owed"},
        {-5, false, false, {100, "USD"}, TODAY, STATUS_FAILED_PRECONDITION, "nothing is owed"},
        {500, true, false, {100, "USD"}, TODAY, STATUS_FAILED_PRECONDITION, "taken the account back"},
        {500, false, true, {100, "USD"}, TODAY, STATUS_FAILED_PRECONDITION, "another promise"},
        {500, false, false, {0, "USD"}, TODAY, STATUS_INVALID_ARGUMENT, "positive"},
        {500, false, false, {-1, "USD"}, TODAY, STATUS_INVALID_ARGUMENT, "positive"},
        {500, false, false, {100, "EUR"}, TODAY, STATUS_INVALID_ARGUMENT, "EUR"},
        {500, false, false, {100, "USD"}, TODAY - 2, STATUS_INVALID_ARGUMENT, "due_on_days"},
        {500, false, false, {100, "USD"}, TODAY + PROMISE_DUE_MAX_DAYS + 1, STATUS_INVALID_ARGUMENT, "due_on_days"},
        {500, false, false, {100, "USD"}, INT32_MAX, STATUS_INVALID_ARGUMENT, "due_on_days"},
        {500, false, false, {100, "USD"}, INT32_MIN, STATUS_INVALID_ARGUMENT, "due_on_days"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct account account = placed(rows[i].owed_minor);
        struct promise other = {.state = PROMISE_OPEN};
        struct promise_terms wanted = terms(0);
        struct promise promise = {.made_after = 77};
        struct error err = {0};
        account.is_recalled = rows[i].is_recalled;
        account.open_promise = rows[i].has_other ? &other : NULL;
        wanted.amount = rows[i].amount;
        wanted.due_on_days = rows[i].due_on_days;
        assert_int_equal(promise_make(&account, &wanted, &promise, &err), rows[i].status);
        if (!strstr(err.text, rows[i].why))
            fail_msg("row %zu: '%s' lacks '%s'", i, err.text, rows[i].why);
        assert_int_equal(promise.made_after, 77);
    }
}

static void allows_a_promise_for_yesterday_in_utc_and_for_a_year_ahead(void **state)
{
    static const int32_t days[] = {TODAY - 1, TODAY, TODAY + PROMISE_DUE_MAX_DAYS};
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(days); i++) {
        struct account account = placed(500);
        struct promise_terms wanted = terms(100);
        struct promise promise;
        wanted.due_on_days = days[i];
        assert_int_equal(promise_make(&account, &wanted, &promise, NULL), STATUS_OK);
    }
}

static void is_kept_as_soon_as_the_payments_reach_it(void **state)
{
    struct account account = placed(10000);
    struct promise promise;
    (void)state;

    (void)post(&account, POSTING_PAYMENT, -5000); /* before it was made: does not count */
    open_promise(&account, 3000, &promise);
    struct posting first = post(&account, POSTING_PAYMENT, -2999);
    assert_null(promise_settle(&account, &first));
    assert_true(promise.paid_minor == 2999);
    struct posting second = post(&account, POSTING_PAYMENT, -1);
    assert_ptr_equal(promise_settle(&account, &second), &promise);
    assert_int_equal(promise.state, PROMISE_KEPT);
    assert_null(account.open_promise);
}

static void is_kept_where_all_that_is_owed_is_paid(void **state)
{
    struct account account = placed(1000);
    struct promise promise;
    (void)state;

    open_promise(&account, 3000, &promise);
    struct posting posting = post(&account, POSTING_PAYMENT, -1000);
    assert_ptr_equal(promise_settle(&account, &posting), &promise);
    assert_int_equal(promise.state, PROMISE_KEPT);
}

static void a_reversal_takes_off_only_what_counted(void **state)
{
    struct account account = placed(10000);
    struct promise promise;
    (void)state;

    struct posting before = post(&account, POSTING_PAYMENT, -500);
    open_promise(&account, 3000, &promise);
    struct posting after = post(&account, POSTING_PAYMENT, -700);
    assert_null(promise_settle(&account, &after));

    const struct posting *taken_back[] = {&before, &after};
    static const int64_t paid_minor[] = {700, 0};
    for (size_t i = 0; i < ARRAY_SIZE(taken_back); i++) {
        struct posting_draft order;
        struct posting reversal;
        assert_int_equal(ledger_draft_reversal(taken_back[i], "", TODAY, &order, NULL), STATUS_OK);
        assert_int_equal(ledger_post(&account, &order, &reversal, NULL), STATUS_OK);
        assert_null(promise_settle(&account, &reversal));
        assert_true(promise.paid_minor == paid_minor[i]);
    }
    assert_int_equal(promise.state, PROMISE_OPEN);
}

static void ends_by_what_was_paid_less_what_is_tolerated(void **state)
{
    static const struct {
        int64_t paid_minor;
        enum promise_event event;
    } ROWS[] = {
        {0, PROMISE_EVENT_EXPIRE},        {-5, PROMISE_EVENT_EXPIRE},   {1, PROMISE_EVENT_FALL_SHORT},
        {2939, PROMISE_EVENT_FALL_SHORT}, {2940, PROMISE_EVENT_FULFIL},
    };
    struct account account = placed(10000);
    struct promise_terms wanted = terms(3000);
    struct promise promise;
    (void)state;

    wanted.tolerance = (struct tolerance){TOLERANCE_PERCENT, 2};
    assert_int_equal(promise_make(&account, &wanted, &promise, NULL), STATUS_OK);
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        promise.paid_minor = ROWS[i].paid_minor;
        assert_int_equal(promise_end_of(&promise), ROWS[i].event);
    }
    wanted.has_plan = true;
    assert_int_equal(promise_make(&account, &wanted, &promise, NULL), STATUS_FAILED_PRECONDITION);
}

static void is_cancelled_where_the_client_says_that_nothing_is_owed(void **state)
{
    struct account account = placed(1000);
    struct promise promise;
    (void)state;

    open_promise(&account, 300, &promise);
    struct posting smaller = post(&account, POSTING_ADJUSTMENT, -900);
    assert_null(promise_settle(&account, &smaller));
    assert_true(promise.paid_minor == 0);
    struct posting none = post(&account, POSTING_ADJUSTMENT, -100);
    assert_ptr_equal(promise_settle(&account, &none), &promise);
    assert_int_equal(promise.state, PROMISE_CANCELLED);
    assert_non_null(strstr(promise.reason, "nothing is owed"));
}

static void payments_beyond_64_bits_still_keep_a_promise(void **state)
{
    struct account account = placed(INT64_MAX);
    struct promise promise;
    (void)state;

    open_promise(&account, INT64_MAX, &promise);
    promise.paid_minor = INT64_MAX - 1;
    struct posting posting = post(&account, POSTING_PAYMENT, -100);
    assert_ptr_equal(promise_settle(&account, &posting), &promise);
    assert_true(promise.paid_minor == INT64_MAX);
}

static void settles_nothing_without_an_open_promise(void **state)
{
    struct account account = placed(1000);
    struct posting posting = post(&account, POSTING_PAYMENT, -100);
    (void)state;

    assert_null(promise_settle(&account, &posting));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_posting_sums_to_zero_and_moves_the_balance),
        cmocka_unit_test(the_opening_posting_is_owed_by_the_debtor_and_due_to_the_client),
        cmocka_unit_test(refuses_what_cannot_be_posted_and_leaves_the_account_alone),
        cmocka_unit_test(refuses_value_dates_that_no_calendar_of_ours_has),
        cmocka_unit_test(nothing_is_posted_before_the_placement),
        cmocka_unit_test(a_reversal_is_the_payment_with_opposite_entries),
        cmocka_unit_test(only_payments_can_be_reversed),
        cmocka_unit_test(a_payment_has_one_reversal_id_in_its_own_partition),
        cmocka_unit_test(sees_entries_that_do_not_sum_to_zero),
        cmocka_unit_test(only_an_open_promise_moves),
        cmocka_unit_test(a_promise_is_open_until_the_end_of_its_day_and_grace),
        cmocka_unit_test(refuses_promises_that_make_no_sense),
        cmocka_unit_test(allows_a_promise_for_yesterday_in_utc_and_for_a_year_ahead),
        cmocka_unit_test(is_kept_as_soon_as_the_payments_reach_it),
        cmocka_unit_test(is_kept_where_all_that_is_owed_is_paid),
        cmocka_unit_test(a_reversal_takes_off_only_what_counted),
        cmocka_unit_test(ends_by_what_was_paid_less_what_is_tolerated),
        cmocka_unit_test(is_cancelled_where_the_client_says_that_nothing_is_owed),
        cmocka_unit_test(payments_beyond_64_bits_still_keep_a_promise),
        cmocka_unit_test(settles_nothing_without_an_open_promise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
