#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "classification_model.h"

/* Facts in, class out, under the SOP that Dunlin starts with. */
#define SOP_PATH "deploy/policies/standard.yaml"
#define DUE      20600 /* 2026-05-27 */

static struct sop *sop;

static int load_sop(void **state)
{
    struct error err = {0};
    (void)state;
    if (sop_load(SOP_PATH, &sop, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return 0;
}

static int free_sop(void **state)
{
    (void)state;
    sop_freep(&sop);
    return 0;
}

static struct date on_day(int32_t days_past_due)
{
    return (struct date){DUE + days_past_due};
}

static struct account_facts owing(int64_t balance_minor)
{
    return (struct account_facts){.due_on = {DUE}, .balance_minor = balance_minor, .currency = "USD"};
}

static struct classified classify(const struct account_facts *account, int32_t late_accounts, int32_t days_past_due)
{
    const struct debtor_facts debtor = {.accounts = 3, .late_accounts = late_accounts};
    struct classified result;
    account_classify(sop, account, &debtor, on_day(days_past_due), &result);
    return result;
}

struct class_row {
    const char *why;
    int32_t days;
    int64_t balance_minor;
    int32_t broken_promises, open_disputes, late_accounts;
    const char *class_code, *segment, *strategy, *bucket;
    enum sop_risk risk;
    int32_t priority;
    const char *reasons;
};

static const struct class_row CLASS_ROWS[] = {
    {"a week before due", -7, 5000, 0, 0, 0, "pre_due", "goodwill", "goodwill", "current", SOP_RISK_LOW, 100,
     "DAYS_PAST_DUE_AT_MOST_MINUS_1"},
    {"the last day before due", -1, 5000, 0, 0, 0, "pre_due", "goodwill", "goodwill", "current", SOP_RISK_LOW, 100,
     "DAYS_PAST_DUE_AT_MOST_MINUS_1"},
    {"due today", 0, 5000, 0, 0, 0, "standard", "standard", "goodwill", "current", SOP_RISK_LOW, 200, ""},
    {"the first day late", 1, 5000, 0, 0, 1, "newly_delinquent", "newly_delinquent", "early", "1-30", SOP_RISK_LOW, 400,
     "DAYS_PAST_DUE_1_TO_30"},
    {"the last day of the first bucket", 30, 5000, 0, 0, 1, "newly_delinquent", "newly_delinquent", "early", "1-30",
     SOP_RISK_LOW, 400, "DAYS_PAST_DUE_1_TO_30"},
    {"the first day of the second", 31, 5000, 0, 0, 1, "mid_delinquent", "mid_delinquent", "middle", "31-60",
     SOP_RISK_MEDIUM, 500, "DAYS_PAST_DUE_31_TO_90"},
    {"the third bucket, same class", 61, 5000, 0, 0, 1, "mid_delinquent", "mid_delinquent", "middle", "61-90",
     SOP_RISK_MEDIUM, 500, "DAYS_PAST_DUE_31_TO_90"},
    {"the last day of the third", 90, 5000, 0, 0, 1, "mid_delinquent", "mid_delinquent", "middle", "61-90",
     SOP_RISK_MEDIUM, 500, "DAYS_PAST_DUE_31_TO_90"},
    {"the first day of the fourth", 91, 5000, 0, 0, 1, "late_delinquent", "late_delinquent", "late", "91-180",
     SOP_RISK_HIGH, 600, "DAYS_PAST_DUE_AT_LEAST_91"},
    {"half a year", 181, 5000, 0, 0, 1, "late_delinquent", "late_delinquent", "late", "181+", SOP_RISK_HIGH, 600,
     "DAYS_PAST_DUE_AT_LEAST_91"},
    {"a cent below a high balance", 10, 999999, 0, 0, 1, "newly_delinquent", "newly_delinquent", "early", "1-30",
     SOP_RISK_LOW, 400, "DAYS_PAST_DUE_1_TO_30"},
    {"a high balance", 10, 1000000, 0, 0, 1, "high_balance", "high_balance", "intensive", "1-30", SOP_RISK_HIGH, 900,
     "BALANCE_AT_LEAST_1000000"},
    {"a high balance that is not due is a reminder", -1, 1000000, 0, 0, 0, "pre_due", "goodwill", "goodwill", "current",
     SOP_RISK_LOW, 100, "DAYS_PAST_DUE_AT_MOST_MINUS_1"},
    {"a high balance goes before a slow payer", 10, 1000000, 2, 0, 2, "high_balance", "high_balance", "intensive",
     "1-30", SOP_RISK_HIGH, 900, "BALANCE_AT_LEAST_1000000"},
    {"late on two accounts", 10, 5000, 0, 0, 2, "slow_payer", "slow_payer", "firm", "1-30", SOP_RISK_MEDIUM, 700,
     "DEBTOR_LATE_ACCOUNTS_AT_LEAST_2"},
    {"a broken promise", 10, 5000, 1, 0, 1, "promise_breaker", "slow_payer", "firm", "1-30", SOP_RISK_MEDIUM, 750,
     "BROKEN_PROMISES_AT_LEAST_1"},
    {"late on two accounts goes before a broken promise", 10, 5000, 1, 0, 2, "slow_payer", "slow_payer", "firm", "1-30",
     SOP_RISK_MEDIUM, 700, "DEBTOR_LATE_ACCOUNTS_AT_LEAST_2"},
    {"a dispute goes before everything that is owed", 100, 2000000, 3, 1, 3, "disputed", "disputed", "", "91-180",
     SOP_RISK_MEDIUM, 0, "OPEN_DISPUTES_AT_LEAST_1"},
};

static void the_first_class_whose_conditions_hold_is_the_accounts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(CLASS_ROWS); i++) {
        const struct class_row *row = &CLASS_ROWS[i];
        struct account_facts account = owing(row->balance_minor);
        account.broken_promises = row->broken_promises;
        account.open_disputes = row->open_disputes;
        const struct classified got = classify(&account, row->late_accounts, row->days);
        if (strcmp(got.class_code, row->class_code) != 0 || strcmp(got.segment, row->segment) != 0 ||
            strcmp(got.strategy, row->strategy) != 0 || strcmp(got.bucket, row->bucket) != 0 ||
            strcmp(got.reasons, row->reasons) != 0 || got.risk != row->risk || got.priority != row->priority ||
            got.days_past_due != row->days)
            fail_msg("%s: %s (segment %s, strategy '%s', bucket %s, risk %d, priority %d, day %d, because '%s')",
                     row->why, got.class_code, got.segment, got.strategy, got.bucket, (int)got.risk, got.priority,
                     got.days_past_due, got.reasons);
    }
}

struct closed_row {
    bool is_recalled, is_upheld;
    int64_t balance_minor;
    const char *reason;
};

static const struct closed_row CLOSED_ROWS[] = {
    {true, false, 5000, "RECALLED"}, {false, true, 5000, "DISPUTE_UPHELD"},
    {false, false, 0, "PAID"},       {false, false, -1, "PAID"}, /* paid too much */
    {true, true, 0, "RECALLED"},     {false, true, 0, "DISPUTE_UPHELD"},
};

static void a_closed_account_has_no_strategy_and_no_boundary_but_a_bucket(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(CLOSED_ROWS); i++) {
        const struct closed_row *row = &CLOSED_ROWS[i];
        struct account_facts account = owing(row->balance_minor);
        struct date day;
        account.is_recalled = row->is_recalled;
        account.is_upheld = row->is_upheld;
        account.open_disputes = 1;
        const struct classified got = classify(&account, 3, 45);
        assert_string_equal(got.class_code, "closed");
        assert_string_equal(got.segment, "closed");
        assert_string_equal(got.strategy, "");
        assert_string_equal(got.bucket, "31-60");
        assert_string_equal(got.reasons, row->reason);
        assert_int_equal(got.priority, 0);
        assert_int_equal(got.risk, SOP_RISK_LOW);
        assert_false(account_next_boundary(sop, &account, on_day(45), &day));
    }
}

static void the_next_boundary_is_the_next_day_on_which_the_class_may_change(void **state)
{
    static const struct {
        int32_t today, next; /* days past due; INT32_MAX: never by itself */
        bool counts_as_late;
    } ROWS[] = {
        {-400, 0, false},       {-1, 0, false},          {1, 31, true},  {30, 31, true},  {31, 61, true},
        {60, 61, true},         {61, 91, true},          {90, 91, true}, {91, 181, true}, {180, 181, true},
        {181, INT32_MAX, true}, {5000, INT32_MAX, true}, {0, 1, false},  {0, 1, true},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct account_facts account = owing(5000);
        struct date day = {0};
        account.counts_as_late = ROWS[i].counts_as_late;
        const bool is_set = account_next_boundary(sop, &account, on_day(ROWS[i].today), &day);
        if (is_set != (ROWS[i].next != INT32_MAX) || (is_set && day.days != DUE + ROWS[i].next))
            fail_msg("on day %d: %s day %d", ROWS[i].today, is_set ? "the next is" : "there is none, but",
                     day.days - DUE);
    }
}

/* What makes one timer an account enough. */
static void between_two_boundaries_the_class_never_changes(void **state)
{
    struct account_facts account = owing(5000);
    int32_t days = -100;
    (void)state;
    while (days < 400) {
        struct date boundary;
        account.counts_as_late = days > 0;
        if (!account_next_boundary(sop, &account, on_day(days), &boundary))
            boundary = on_day(400);
        const struct classified first = classify(&account, days > 0, days);
        assert_true(boundary.days > DUE + days);
        for (; days < boundary.days - DUE; days++) {
            const struct classified now = classify(&account, days > 0, days);
            if (strcmp(now.class_code, first.class_code) != 0 || strcmp(now.bucket, first.bucket) != 0)
                fail_msg("on day %d: %s %s, without a boundary", days, now.class_code, now.bucket);
        }
    }
}

/* Becoming late matters to the debtor's other accounts. */
static void the_first_day_late_is_a_boundary_under_any_sop(void **state)
{
    struct sop_bucket all = {.code = "all", .from_day = INT32_MIN, .to_day = INT32_MAX};
    struct sop_class only = {.code = "only"};
    const struct sop plain = {.classes = &only, .n_classes = 1, .buckets = &all, .n_buckets = 1};
    struct account_facts account = owing(5000);
    struct date day;
    (void)state;
    for (int32_t days = -3; days <= 0; days++) {
        assert_true(account_next_boundary(&plain, &account, on_day(days), &day));
        assert_int_equal(day.days, DUE + 1);
    }
    assert_false(account_next_boundary(&plain, &account, on_day(1), &day));
    account.counts_as_late = true;
    assert_false(account_next_boundary(&plain, &account, on_day(0), &day));
}

static void an_account_is_late_once_it_is_past_due_or_was_paid_late(void **state)
{
    static const struct {
        const char *why;
        int64_t balance_minor;
        int32_t today, paid_on; /* days past due */
        bool was_paid, is_late;
    } ROWS[] = {
        {"owed and not due", 5000, -1, 0, false, false},
        {"owed on the due day", 5000, 0, 0, false, false},
        {"owed the day after", 5000, 1, 0, false, true},
        {"partly paid before due, owed after", 2000, 1, -5, true, true},
        {"paid before due, looked at later", 0, 90, -5, true, false},
        {"paid on the due day", 0, 90, 0, true, false},
        {"paid a day late", 0, 90, 1, true, true},
        {"placed without a debt", 0, 90, 0, false, false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct account_facts account = owing(ROWS[i].balance_minor);
        account.last_payment_on = ROWS[i].was_paid ? DUE + ROWS[i].paid_on : 0;
        if (account_is_late(&account, on_day(ROWS[i].today)) != ROWS[i].is_late)
            fail_msg("%s: %s", ROWS[i].why, ROWS[i].is_late ? "is not late" : "is late");
    }
}

static void a_late_account_counts_once_and_for_good(void **state)
{
    struct account_facts account = owing(5000);
    struct debtor_facts debtor = {.accounts = 1};
    (void)state;
    account_note_lateness(&account, &debtor, on_day(0));
    assert_int_equal(debtor.late_accounts, 0);
    account_note_lateness(&account, &debtor, on_day(1));
    account_note_lateness(&account, &debtor, on_day(2));
    assert_true(account.counts_as_late);
    assert_int_equal(debtor.late_accounts, 1);

    account.balance_minor = 0;
    account.due_on.days += 100;
    account_note_lateness(&account, &debtor, on_day(3));
    assert_true(account_is_late(&account, on_day(3)));
    assert_int_equal(debtor.late_accounts, 1);
}

static void what_was_just_taken_does_not_differ(void **state)
{
    struct account_facts account = owing(5000);
    (void)state;
    const struct classified first = classify(&account, 0, 10);
    assert_true(account_class_differs(&account, &first, sop->version));
    account_take_class(&account, &first, sop->version);
    assert_false(account_class_differs(&account, &first, sop->version));
    assert_int_equal(account.days_past_due, 10);
    assert_string_equal(account.reasons, first.reasons);
    const struct classified next_day = classify(&account, 0, 11);
    assert_false(account_class_differs(&account, &next_day, sop->version)); /* a day more is no news */
}

static void each_part_of_what_is_said_makes_a_difference(void **state)
{
    struct account_facts account = owing(5000);
    (void)state;
    const struct classified said = classify(&account, 0, 10);
    account_take_class(&account, &said, sop->version);
    struct classified other[6] = {said, said, said, said, said, said};
    other[0].class_code[0] = '_';
    other[1].strategy[0] = '_';
    other[2].bucket[0] = '_';
    other[3].segment[0] = '_';
    other[4].priority++;
    other[5].risk = SOP_RISK_HIGH;
    for (size_t i = 0; i < ARRAY_SIZE(other); i++)
        if (!account_class_differs(&account, &other[i], sop->version))
            fail_msg("part %zu makes none", i);
    assert_true(account_class_differs(&account, &said, "another version"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_class_whose_conditions_hold_is_the_accounts),
        cmocka_unit_test(a_closed_account_has_no_strategy_and_no_boundary_but_a_bucket),
        cmocka_unit_test(the_next_boundary_is_the_next_day_on_which_the_class_may_change),
        cmocka_unit_test(between_two_boundaries_the_class_never_changes),
        cmocka_unit_test(the_first_day_late_is_a_boundary_under_any_sop),
        cmocka_unit_test(an_account_is_late_once_it_is_past_due_or_was_paid_late),
        cmocka_unit_test(a_late_account_counts_once_and_for_good),
        cmocka_unit_test(what_was_just_taken_does_not_differ),
        cmocka_unit_test(each_part_of_what_is_said_makes_a_difference),
    };
    return cmocka_run_group_tests(tests, load_sop, free_sop);
}
