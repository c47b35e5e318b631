#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>

#include "debtor_payment_model.h"

/* One payment over several debts.
 *
 * Broken once: what is directed beyond a debt given to the next (a_direction_is_never_exceeded); disputed debts not
 * left out (a_disputed_debt_gets_only_what_is_directed_to_it); the order of the first debt taken where the agreements
 * differ (debts_of_clients_who_agreed_otherwise_are_paid_oldest_first). */

#define DEBTS 4

static struct account accounts[DEBTS];
static struct debt debts[DEBTS];

static struct id id_of(uint8_t number)
{
    return (struct id){.bytes = {number}};
}

/* Debts of 100, 300, 200 and 400, due on days 40, 30, 20 and 30. */
static int owe(void **state)
{
    static const int64_t OWED[DEBTS] = {100, 300, 200, 400};
    static const int32_t DUE[DEBTS] = {40, 30, 20, 30};

    (void)state;
    for (uint8_t i = 0; i < DEBTS; i++) {
        accounts[i] = (struct account){.account_id = id_of((uint8_t)(i + 1)),
                                       .debtor_id = id_of(99),
                                       .balance = {.minor = OWED[i], .currency = "USD"}};
        debts[i] = (struct debt){.account = &accounts[i], .due_on_days = DUE[i], .order = AGREEMENT_OLDEST};
    }
    return 0;
}

static void expect_shares(int64_t paid_minor, const int64_t shares[static DEBTS], int64_t expected_rest_minor)
{
    const struct money paid = {.minor = paid_minor, .currency = "USD"};
    int64_t rest_minor = -1, sum_minor = 0;
    struct error err = {0};

    if (debtor_payment_split(&paid, debts, DEBTS, &rest_minor, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < DEBTS; i++) {
        if (debts[i].share_minor != shares[i])
            fail_msg("debt %zu gets %lld, not %lld", i, (long long)debts[i].share_minor, (long long)shares[i]);
        sum_minor += debts[i].share_minor;
    }
    assert_int_equal(rest_minor, expected_rest_minor);
    assert_int_equal(sum_minor + rest_minor, paid_minor);
}

static void expect_refusal(int64_t paid_minor, const char *why)
{
    const struct money paid = {.minor = paid_minor, .currency = "USD"};
    int64_t rest_minor;
    struct error err = {0};

    assert_int_equal(debtor_payment_split(&paid, debts, DEBTS, &rest_minor, &err), STATUS_INVALID_ARGUMENT);
    if (!strstr(err.text, why))
        fail_msg("'%s' lacks '%s'", err.text, why);
}

static void debts_are_paid_in_the_order_of_the_agreement(void **state)
{
    static const struct {
        enum agreement_order order;
        int64_t paid_minor;
        int64_t shares[DEBTS];
        int64_t rest_minor;
    } ROWS[] = {
        {AGREEMENT_OLDEST, 250, {0, 50, 200, 0}, 0}, /* of the two of day 30 the smaller id */
        {AGREEMENT_OLDEST, 550, {0, 300, 200, 50}, 0},       {AGREEMENT_SMALLEST, 250, {100, 0, 150, 0}, 0},
        {AGREEMENT_LARGEST, 450, {0, 50, 0, 400}, 0},        {AGREEMENT_OLDEST, 1000, {100, 300, 200, 400}, 0},
        {AGREEMENT_SMALLEST, 1001, {100, 300, 200, 400}, 1}, {AGREEMENT_LARGEST, 1, {0, 0, 0, 1}, 0},
    };

    for (size_t row = 0; row < ARRAY_SIZE(ROWS); row++) {
        (void)owe(state);
        for (size_t i = 0; i < DEBTS; i++)
            debts[i].order = ROWS[row].order;
        expect_shares(ROWS[row].paid_minor, ROWS[row].shares, ROWS[row].rest_minor);
    }
}

static void of_equal_balances_the_older_comes_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEBTS; i++) {
        accounts[i].balance.minor = 100;
        debts[i].order = AGREEMENT_LARGEST;
    }
    expect_shares(150, (const int64_t[]){0, 50, 100, 0}, 0);
}

static void debts_of_clients_who_agreed_otherwise_are_paid_oldest_first(void **state)
{
    (void)state;
    debts[0].order = AGREEMENT_SMALLEST;
    debts[3].order = AGREEMENT_LARGEST;
    expect_shares(250, (const int64_t[]){0, 50, 200, 0}, 0);
}

static void a_direction_is_never_exceeded(void **state)
{
    (void)state;
    debts[0].directed_minor = 150; /* 100 are owed */
    expect_shares(150, (const int64_t[]){100, 0, 0, 0}, 50);
    debts[3].directed_minor = 30;
    expect_shares(230, (const int64_t[]){100, 0, 50, 30}, 50);
    debts[2].directed_minor = 190; /* and as a debt like others it may get of the rest, too */
    expect_shares(400, (const int64_t[]){100, 20, 200, 30}, 50);
}

static void a_disputed_debt_gets_only_what_is_directed_to_it(void **state)
{
    (void)state;
    accounts[2].dispute_id = id_of(7);
    expect_shares(900, (const int64_t[]){100, 300, 0, 400}, 100);
    assert_int_equal(debts[2].left_out, DEBT_DISPUTED);
    debts[2].directed_minor = 60;
    expect_shares(900, (const int64_t[]){100, 300, 60, 400}, 40);
    for (size_t i = 0; i < DEBTS; i++) {
        accounts[i].dispute_id = id_of(7);
        debts[i].directed_minor = 0;
    }
    expect_shares(900, (const int64_t[]){0, 0, 0, 0}, 900);
}

static void what_the_agency_does_not_collect_gets_nothing_undirected(void **state)
{
    (void)state;
    accounts[0].is_recalled = true;
    memcpy(accounts[1].balance.currency, "EUR", sizeof("EUR"));
    accounts[2].balance.minor = 0;
    accounts[3].balance.minor = -5;
    expect_shares(10, (const int64_t[]){0, 0, 0, 0}, 10);
    assert_int_equal(debts[0].left_out, DEBT_RECALLED);
    assert_int_equal(debts[1].left_out, DEBT_CURRENCY);
    assert_int_equal(debts[2].left_out, DEBT_NOTHING_OWED);
    assert_int_equal(debts[3].left_out, DEBT_NOTHING_OWED);
    debts[0].directed_minor = 10;
    expect_shares(10, (const int64_t[]){10, 0, 0, 0}, 0);
}

static void what_makes_no_sense_is_refused(void **state)
{
    debts[1].directed_minor = 80;
    debts[3].directed_minor = 30;
    expect_refusal(100, "debts[3].directed_minor: 30, and only 20");
    debts[3].directed_minor = 20;
    memcpy(accounts[3].balance.currency, "EUR", sizeof("EUR"));
    expect_refusal(100, "debts[3]: is owed in EUR");
    (void)owe(state);
    accounts[2].debtor_id = id_of(98);
    expect_refusal(100, "debts[2]: is another debtor's");
    (void)owe(state);
    debts[3].account = &accounts[1];
    expect_refusal(100, "debts[3]: is debts[1] again");
}

static void each_debt_of_a_payment_has_a_posting_of_its_own(void **state)
{
    const struct id payment_id = id_of(1), other_id = id_of(2);
    const struct id one = debtor_payment_posting_id(&payment_id, &accounts[0].account_id);
    const struct id two = debtor_payment_posting_id(&payment_id, &accounts[1].account_id);
    const struct id again = debtor_payment_posting_id(&payment_id, &accounts[0].account_id);
    const struct id other = debtor_payment_posting_id(&other_id, &accounts[0].account_id);

    (void)state;
    assert_true(id_equal(&one, &again));
    assert_false(id_equal(&one, &two));
    assert_false(id_equal(&one, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(debts_are_paid_in_the_order_of_the_agreement, owe),
        cmocka_unit_test_setup(of_equal_balances_the_older_comes_first, owe),
        cmocka_unit_test_setup(debts_of_clients_who_agreed_otherwise_are_paid_oldest_first, owe),
        cmocka_unit_test_setup(a_direction_is_never_exceeded, owe),
        cmocka_unit_test_setup(a_disputed_debt_gets_only_what_is_directed_to_it, owe),
        cmocka_unit_test_setup(what_the_agency_does_not_collect_gets_nothing_undirected, owe),
        cmocka_unit_test_setup(what_makes_no_sense_is_refused, owe),
        cmocka_unit_test_setup(each_debt_of_a_payment_has_a_posting_of_its_own, owe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
