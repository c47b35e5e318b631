#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "clock/clock.h"
#include "reporting_model.h"

#define DUE    100
#define OPENED 70
#define OWED   5000

static struct account *new_account(void)
{
    const struct id id = id_new(7);
    struct account *account = account_new(&id);
    account->agency_id = 1;
    (void)g_strlcpy(account->currency, "USD", sizeof(account->currency));
    account->placed_minor = OWED;
    account->balance_minor = OWED;
    account->opened_on_days = OPENED;
    account->due_on_days = DUE;
    account_reach(account, STAGE_PLACED, 110 * US_PER_DAY);
    account_add_movement(account, OPENED, OWED);
    return account;
}

static void pay(struct account *account, int64_t amount, int32_t on_days, int64_t at_us)
{
    account_change_balance(account, BALANCE_PAYMENT, -amount, account->balance_minor - amount, on_days, at_us);
}

static void take_back(struct account *account, int64_t amount, int32_t on_days, int64_t at_us)
{
    account_change_balance(account, BALANCE_REVERSAL, amount, account->balance_minor + amount, on_days, at_us);
}

/* What the cube says of the end of a day. */
static void sum_cube(const struct tally *tally, int32_t as_of, int64_t *ret_accounts, int64_t *ret_balance)
{
    GHashTableIter iter;
    gpointer data = NULL;
    *ret_accounts = 0;
    *ret_balance = 0;
    g_hash_table_iter_init(&iter, tally->cells);
    while (g_hash_table_iter_next(&iter, &data, NULL)) {
        const struct aging_cell *cell = data;
        if (cell->effective_on_days > as_of)
            continue;
        *ret_accounts += cell->accounts;
        *ret_balance += cell->balance_minor;
    }
}

static void expect_open(const struct account *account, int32_t as_of, int64_t expected)
{
    int64_t accounts = 0, balance = 0;
    SCOPED(tally_freep) struct tally *tally = tally_new();
    account_contribute(account, 1, tally);
    sum_cube(tally, as_of, &accounts, &balance);
    assert_int_equal(balance, expected);
    assert_int_equal(accounts, expected > 0);
}

static void is_open_from_its_opening_until_the_value_date_of_its_payment(void **state)
{
    (void)state;
    struct account *account = new_account();
    pay(account, OWED, 105, 120 * US_PER_DAY);
    expect_open(account, OPENED - 1, 0);
    expect_open(account, OPENED, OWED);
    expect_open(account, 104, OWED);
    expect_open(account, 105, 0);
    expect_open(account, 500, 0);
    account_free(account);
}

static void a_back_dated_payment_changes_the_days_since_its_value_date(void **state)
{
    (void)state;
    struct account *account = new_account();
    pay(account, 1000, 110, 110 * US_PER_DAY);
    pay(account, 4000, 90, 120 * US_PER_DAY);
    expect_open(account, 89, 5000);
    expect_open(account, 90, 1000);
    expect_open(account, 109, 1000);
    expect_open(account, 110, 0);
    account_free(account);
}

static void an_overpaid_account_takes_nothing_off_others(void **state)
{
    (void)state;
    struct account *account = new_account();
    pay(account, OWED + 300, 105, 105 * US_PER_DAY);
    expect_open(account, 105, 0);
    take_back(account, 400, 130, 130 * US_PER_DAY);
    expect_open(account, 129, 0);
    expect_open(account, 130, 100);
    account_free(account);
}

static void a_recalled_account_is_open_until_the_day_of_its_recall(void **state)
{
    (void)state;
    struct account *account = new_account();
    pay(account, 1000, 90, 111 * US_PER_DAY);
    account_recall(account, 115 * US_PER_DAY + 5);
    expect_open(account, 114, 4000);
    expect_open(account, 115, 0);
    pay(account, 1000, 116, 116 * US_PER_DAY);
    expect_open(account, 116, 0);
    account_free(account);
}

/* The definition, word by word. */
static int64_t open_by_definition(const struct account *account, int32_t as_of)
{
    int64_t balance = 0;
    for (guint i = 0; i < account->movements->len; i++) {
        const struct movement *movement = &g_array_index(account->movements, struct movement, i);
        if (movement->effective_on_days <= as_of)
            balance += movement->change_minor;
    }
    const bool is_closed = account->closed_at_us > 0 && day_of_us(account->closed_at_us) <= as_of;
    return is_closed || balance < 0 ? 0 : balance;
}

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*seed >> 33);
}

/* Whatever happens to an account, in whatever order. */
static void happen(struct account *account, uint64_t *seed, int64_t at_us)
{
    const int32_t day = (int32_t)(60 + next_random(seed) % 80);
    const int64_t amount = 1 + next_random(seed) % 4000;
    switch (next_random(seed) % 9) {
    case 0:
    case 1:
    case 2:
    case 3:
        pay(account, amount, day, at_us);
        break;
    case 4:
        take_back(account, amount, day, at_us);
        break;
    case 5:
        account_change_balance(account, BALANCE_ADJUSTMENT, amount - account->balance_minor, amount, day, at_us);
        break;
    case 6:
        account->due_on_days = day;
        break;
    case 7:
        account->is_disputed = !account->is_disputed;
        account_reach(account, STAGE_DISPUTED, at_us);
        (void)g_snprintf(account->class_code, sizeof(account->class_code), "class-%u", next_random(seed) % 3);
        break;
    default:
        if (next_random(seed) % 4 == 0)
            account_recall(account, at_us);
        break;
    }
}

static bool is_empty(const struct tally *tally)
{
    GHashTableIter iter;
    gpointer data = NULL;
    bool is_zero = true;
    g_hash_table_iter_init(&iter, tally->counters);
    while (g_hash_table_iter_next(&iter, &data, NULL))
        is_zero = is_zero && ((struct counter *)data)->n == 0 && ((struct counter *)data)->amount_minor == 0;
    g_hash_table_iter_init(&iter, tally->cells);
    while (g_hash_table_iter_next(&iter, &data, NULL))
        is_zero =
            is_zero && ((struct aging_cell *)data)->accounts == 0 && ((struct aging_cell *)data)->balance_minor == 0;
    g_hash_table_iter_init(&iter, tally->bars);
    while (g_hash_table_iter_next(&iter, &data, NULL))
        is_zero = is_zero && ((struct span_bar *)data)->bar.n == 0;
    return is_zero;
}

static void figures_follow_the_account_through_any_history(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int run = 0; run < 300; run++) {
        SCOPED(tally_freep) struct tally *tally = tally_new();
        struct account *account = new_account();
        account_contribute(account, 1, tally);
        for (int i = 0; i < 12; i++) {
            account_contribute(account, -1, tally);
            happen(account, &seed, (110 + i) * US_PER_DAY);
            account_contribute(account, 1, tally);
        }
        for (int32_t day = 50; day < 150; day++) {
            int64_t accounts = 0, balance = 0;
            sum_cube(tally, day, &accounts, &balance);
            assert_int_equal(balance, open_by_definition(account, day));
            assert_int_equal(accounts, balance > 0);
        }
        account_contribute(account, -1, tally);
        assert_true(is_empty(tally));
        account_free(account);
    }
}

static void buckets_go_by_days_past_due_at_the_day_asked_for(void **state)
{
    (void)state;
    struct sop_bucket buckets[] = {{"current", INT32_MIN, 0}, {"1-30", 1, 30}, {"31+", 31, INT32_MAX}};
    const struct sop sop = {.buckets = buckets, .n_buckets = 3};
    static const struct aging_row ROWS[] = {
        {"USD", 100, 2, 700}, {"USD", 99, 1, 50}, {"USD", 70, 1, 5}, {"USD", 69, 3, 1}, {"EUR", 99, 9, 9}};
    struct aging_bucket sums[3];
    aging_by_bucket(&sop, ROWS, 5, "USD", 100, sums);
    assert_int_equal(sums[0].accounts, 2);
    assert_int_equal(sums[0].balance_minor, 700);
    assert_int_equal(sums[1].accounts, 2);
    assert_int_equal(sums[1].balance_minor, 55);
    assert_int_equal(sums[2].accounts, 3);
    assert_string_equal(sums[2].bucket->code, "31+");
}

static void is_late_where_the_value_date_is_after_the_due_date(void **state)
{
    (void)state;
    static const struct {
        int32_t paid_on;
        bool is_late;
    } ROWS[] = {{OPENED - 3, false}, {OPENED, false}, {DUE - 1, false},
                {DUE, false},        {DUE + 1, true}, {DUE + 45, true}};
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct account *account = new_account();
        pay(account, OWED, ROWS[i].paid_on, 200 * US_PER_DAY);
        assert_int_equal(account_settled_on_days(account), ROWS[i].paid_on);
        assert_int_equal(account_is_settled_late(account), ROWS[i].is_late);
        account_free(account);
    }
}

static void a_part_payment_settles_nothing(void **state)
{
    (void)state;
    struct account *account = new_account();
    pay(account, OWED - 1, DUE + 5, 200 * US_PER_DAY);
    assert_int_equal(account->settled_at_us, 0);
    assert_false(account_is_settled_late(account));
    assert_true(account_is_open(account));
    pay(account, 1, DUE - 5, 201 * US_PER_DAY);
    assert_int_equal(account_settled_on_days(account), DUE + 5);
    assert_true(account_is_settled_late(account));
    account_free(account);
}

static void paying_more_later_does_not_make_a_timely_payment_late(void **state)
{
    (void)state;
    struct account *account = new_account();
    pay(account, OWED, DUE - 5, 200 * US_PER_DAY);
    pay(account, 100, DUE + 5, 201 * US_PER_DAY);
    assert_int_equal(account_settled_on_days(account), DUE - 5);
    assert_false(account_is_settled_late(account));
    account_free(account);
}

static void a_returned_payment_opens_the_account_again(void **state)
{
    (void)state;
    struct account *account = new_account();
    pay(account, OWED, 90, 111 * US_PER_DAY);
    assert_int_equal(account->settled_at_us, 111 * US_PER_DAY);
    assert_int_equal(account->resolved_at_us, 111 * US_PER_DAY);
    take_back(account, OWED, 120, 120 * US_PER_DAY);
    assert_int_equal(account->settled_at_us, 0);
    assert_int_equal(account->resolved_at_us, 0);
    assert_int_equal(account->at_us[STAGE_PAID], 111 * US_PER_DAY);
    assert_true(account_is_open(account));
    pay(account, OWED, 130, 131 * US_PER_DAY);
    assert_int_equal(account->settled_at_us, 131 * US_PER_DAY);
    assert_int_equal(account_settled_on_days(account), 130);
    assert_int_equal(account->at_us[STAGE_PAID], 111 * US_PER_DAY);
    account_free(account);
}

static void a_restated_balance_resolves_but_is_no_payment(void **state)
{
    (void)state;
    struct account *account = new_account();
    account_change_balance(account, BALANCE_ADJUSTMENT, -OWED, 0, 115, 115 * US_PER_DAY);
    assert_int_equal(account->settled_at_us, 0);
    assert_int_equal(account->at_us[STAGE_PAID], 0);
    assert_int_equal(account->resolved_at_us, 115 * US_PER_DAY);
    account_free(account);
}

static void recall_and_upheld_dispute_resolve_for_good(void **state)
{
    (void)state;
    struct account *account = new_account();
    account_uphold(account, 115 * US_PER_DAY);
    account_recall(account, 116 * US_PER_DAY);
    assert_int_equal(account->closed_at_us, 115 * US_PER_DAY);
    assert_int_equal(account->resolved_at_us, 115 * US_PER_DAY);
    assert_false(account_is_open(account));
    account_free(account);
}

/* A full timeline comes back once; what it was is whole and in the order of application, which is that of the log but
 * for events that were parked. */
static void a_timeline_that_is_full_begins_anew(void **state)
{
    (void)state;
    struct account *account = new_account();
    GString *expected = g_string_new("");
    for (int64_t seq = 1; seq <= 3 * ACCOUNT_TIMELINE_EVENTS + 1; seq++) {
        char *full = account_note_event(account, seq);
        const bool is_anew = seq > 1 && seq % ACCOUNT_TIMELINE_EVENTS == 1;
        if (is_anew) {
            assert_non_null(full);
            assert_string_equal(full, expected->str);
            g_string_truncate(expected, 0);
        } else {
            assert_null(full);
        }
        g_string_append_printf(expected, expected->len == 0 ? "%d" : " %d", (int)seq);
        assert_string_equal(account->timeline->str, expected->str);
        g_free(full);
    }
    assert_null(account_note_event(account, 5));
    assert_string_equal(account->timeline->str, "193 5");
    g_string_free(expected, TRUE);
    account_free(account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_open_from_its_opening_until_the_value_date_of_its_payment),
        cmocka_unit_test(a_back_dated_payment_changes_the_days_since_its_value_date),
        cmocka_unit_test(an_overpaid_account_takes_nothing_off_others),
        cmocka_unit_test(a_recalled_account_is_open_until_the_day_of_its_recall),
        cmocka_unit_test(figures_follow_the_account_through_any_history),
        cmocka_unit_test(buckets_go_by_days_past_due_at_the_day_asked_for),
        cmocka_unit_test(is_late_where_the_value_date_is_after_the_due_date),
        cmocka_unit_test(a_part_payment_settles_nothing),
        cmocka_unit_test(paying_more_later_does_not_make_a_timely_payment_late),
        cmocka_unit_test(a_returned_payment_opens_the_account_again),
        cmocka_unit_test(a_restated_balance_resolves_but_is_no_payment),
        cmocka_unit_test(recall_and_upheld_dispute_resolve_for_good),
        cmocka_unit_test(a_timeline_that_is_full_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
