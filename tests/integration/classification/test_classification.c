#include "classification_fixture.h"

/* classification_apply and classification_fire in real units on a real PostgreSQL, under the SOP that Dunlin starts
 * with. */

static struct policy_holder context;

static int open_service(void **state)
{
    struct error err = {0};
    if (sop_load("deploy/policies/standard.yaml", &context.sop, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return fixture_open(state, &CLASSIFICATION_SPEC, &context);
}

static int close_service(void **state)
{
    sop_freep(&context.sop);
    return fixture_close(state);
}

/* Timers of earlier tests must not fire in this one. */
static int forget_timers(void **state)
{
    struct unit_fixture *fixture = *state;
    test_database_script(fixture->owner, "DELETE FROM platform.timer");
    return 0;
}

static const char *const NAMES[] = {"a", "b", "c", "anna", "bert", NULL};

static void expect_said(struct unit_fixture *fixture, const char *tale, const char *expected)
{
    assert_string_equal(classes_said(fixture, tale, NAMES), expected);
}

/* Business time goes on to one o'clock of `day` (after DUE_DAY). */
static size_t fire_until(struct unit_fixture *fixture, int32_t day)
{
    return fixture_fire(fixture, (struct instant){(DUE_DAY + day) * US_PER_DAY + US_PER_HOUR});
}

#define NO_TIMER INT32_MIN

static void expect_timer(struct unit_fixture *fixture, const char *tale, const char *account, int32_t day)
{
    char expected[32] = "";
    const struct id id = id_in(tale, account);
    gchar *due = rows_of(fixture,
                         "SELECT due_at_us::text FROM platform.timer"
                         " WHERE service = 'classification' AND kind = 'day_boundary' AND subject_id = $1",
                         &id);
    if (day != NO_TIMER)
        (void)g_snprintf(expected, sizeof(expected), "%ld\n", (long)((DUE_DAY + day) * US_PER_DAY));
    assert_string_equal(due, expected);
    g_free(due);
}

/* Two debtors, three accounts, everything that may happen to them. */
static const struct step LIFE[] = {
    {-10, "a", "anna", PLACED, 50000, 0},  {-10, "b", "anna", PLACED, 2500000, 5},
    {-9, "c", "bert", PLACED, 70000, -40}, {-8, "c", "bert", DISPUTED, 0, 0},
    {-8, "a", "anna", MOVED, 0, 2},        {1, "a", "anna", MOVED, 0, 2},
    {3, "a", "anna", PAID, 30000, 0},      {4, "c", "bert", VERIFIED, 0, 0},
    {6, "b", "anna", PAID, 90000, 0},      {7, "a", "anna", BROKE_PROMISE, 0, 0},
    {8, "a", "anna", PAID, 0, 0},          {9, "a", "anna", BOUNCED, 30000, 0},
    {9, "c", "bert", REJECTED, 0, 0},      {12, "c", "bert", DISPUTED, 0, 0},
    {13, "c", "bert", UPHELD, 0, 0},       {40, "b", "anna", BROKE_PROMISE, 0, 0},
    {41, "b", "anna", RECALLED, 0, 0},     {42, "a", "anna", PAID, 10000, 0},
    {43, "a", "anna", TAKEN_IN, 10000, 0},
};

#define SPLITS_AT_RANDOM 12

/* The next batch of the tale number `round`: 0 one by one, 1 all together, else of random size. */
static size_t batch_size(int round, GRand *random, size_t left)
{
    if (round == 0)
        return 1;
    return round == 1 ? left : (size_t)g_rand_int_range(random, 1, (gint32)left + 1);
}

static void batch_boundaries_do_not_matter(void **state)
{
    struct unit_fixture *fixture = *state;
    gchar *said_first = NULL, *stored_first = NULL;
    GRand *random = g_rand_new_with_seed(20260527);
    for (int round = 0; round < 2 + SPLITS_AT_RANDOM; round++) {
        char tale[32];
        (void)g_snprintf(tale, sizeof(tale), "life %d", round);
        for (size_t at = 0, n; at < ARRAY_SIZE(LIFE); at += n) {
            n = batch_size(round, random, ARRAY_SIZE(LIFE) - at);
            apply_ok(fixture, tale, &LIFE[at], n);
        }
        gchar *said_now = said(fixture, tale, NAMES);
        gchar *stored_now = stored(fixture, tale, NAMES);
        if (round == 0) {
            said_first = said_now;
            stored_first = stored_now;
            continue;
        }
        assert_string_equal(said_now, said_first);
        assert_string_equal(stored_now, stored_first);
        g_free(said_now);
        g_free(stored_now);
    }
    /* The comparison says something: every kind of change is in it. */
    assert_non_null(
        strstr(said_first, "b slow_payer/firm 1-30 USD day 1 90000 since payment: DEBTOR_LATE_ACCOUNTS_AT_LEAST_2"));
    assert_non_null(strstr(said_first, "c disputed/ 31-60 USD day 32 70000 since dispute: OPEN_DISPUTES_AT_LEAST_1"));
    assert_non_null(strstr(said_first, "b closed/ 31-60 USD day 36 90000 since recalled: RECALLED"));
    assert_non_null(strstr(stored_first, "a: "));
    g_free(said_first);
    g_free(stored_first);
    g_rand_free(random);
}

static void a_batch_that_fails_leaves_nothing(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct step STEPS[] = {
        {1, "a", "anna", PLACED, 50000, 0}, {1, "b", "anna", PAID, 0, 0}, /* never placed */
    };
    assert_int_equal(apply_batch(fixture, "fails", STEPS, ARRAY_SIZE(STEPS)), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(fixture->last_error, "never placed"));
    gchar *rows = stored(fixture, "fails", NAMES);
    assert_string_equal(rows, "");
    g_free(rows);
    expect_said(fixture, "fails", "");
}

static void says_nothing_where_nothing_changed(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct step FIRST = {5, "a", "anna", PLACED, 50000, 0};
    static const struct step AGAIN[] = {
        {6, "a", "anna", MOVED, 0, 0},    {7, "a", "anna", PAID, 40000, 0},  {8, "a", "anna", BOUNCED, 50000, 0},
        {9, "a", "anna", VERIFIED, 0, 0}, {30, "a", "anna", REJECTED, 0, 0},
    };
    apply_ok(fixture, "quiet", &FIRST, 1);
    expect_said(fixture, "quiet", "a:newly_delinquent");
    apply_ok(fixture, "quiet", AGAIN, ARRAY_SIZE(AGAIN));
    expect_said(fixture, "quiet", "");
}

static void each_change_is_said_in_its_order(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct step STEPS[] = {
        {-5, "a", "anna", PLACED, 50000, 0}, {5, "a", "anna", BROKE_PROMISE, 0, 0}, {6, "a", "anna", DISPUTED, 0, 0},
        {7, "a", "anna", VERIFIED, 0, 0},    {8, "a", "anna", PAID, 0, 0},          {9, "a", "anna", BOUNCED, 50000, 0},
        {10, "a", "anna", RECALLED, 0, 0},
    };
    apply_ok(fixture, "changes", STEPS, ARRAY_SIZE(STEPS));
    expect_said(fixture, "changes",
                "a:pre_due a:promise_breaker a:disputed a:promise_breaker a:closed a:promise_breaker a:closed");
}

static void a_plan_that_is_broken_is_a_broken_promise(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct step STEPS[] = {
        {5, "a", "anna", PLACED, 50000, 0},
        {6, "a", "anna", BROKE_PLAN, 0, 0},
    };
    apply_ok(fixture, "plan", STEPS, ARRAY_SIZE(STEPS));
    expect_said(fixture, "plan", "a:newly_delinquent a:promise_breaker");
}

/* Account a stayed newly delinquent until its own next event when account b made a slow payer of its debtor. */
static void what_changes_the_debtor_is_said_of_all_his_accounts(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct step FIRST = {5, "a", "anna", PLACED, 50000, 0};
    static const struct step SECOND = {6, "b", "anna", PLACED, 50000, 0};
    static const struct step OTHER = {6, "c", "bert", PLACED, 50000, 0};
    apply_ok(fixture, "family", &FIRST, 1);
    expect_said(fixture, "family", "a:newly_delinquent");
    apply_ok(fixture, "family", &SECOND, 1);
    expect_said(fixture, "family", "b:slow_payer a:slow_payer");
    apply_ok(fixture, "family", &OTHER, 1);
    expect_said(fixture, "family", "c:newly_delinquent");
}

static void a_new_version_of_the_sop_is_said_with_the_next_look(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct step STEPS[] = {
        {5, "a", "anna", PLACED, 50000, 0}, {6, "a", "anna", PAID, 49999, 0}, {7, "a", "anna", PAID, 49998, 0}};
    for (size_t i = 0; i < ARRAY_SIZE(STEPS); i++) {
        context.sop->version[0] ^= 1; /* another version, and back */
        const enum status st = apply_batch(fixture, "version", &STEPS[i], 1);
        assert_int_equal(st, STATUS_OK);
        expect_said(fixture, "version", "a:newly_delinquent");
    }
    context.sop->version[0] ^= 1;
    apply_ok(fixture, "version", &(const struct step){8, "a", "anna", TAKEN_IN, 49998, 0}, 1); /* no reason to look */
    expect_said(fixture, "version", "");
}

static void payments_count_until_they_are_reversed(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct {
        struct step step;
        const char *facts; /* payments and, in days after the due day, the last one */
    } ROWS[] = {
        {{-5, "a", "anna", PLACED, 50000, 0}, "0"},   {{3, "a", "anna", PAID, 40000, 0}, "1 3"},
        {{5, "a", "anna", PAID, 30000, 0}, "2 5"},    {{6, "a", "anna", BOUNCED, 40000, 0}, "1 5"},
        {{7, "a", "anna", BOUNCED, 50000, 0}, "0 5"}, {{8, "a", "anna", BOUNCED, 60000, 0}, "0 5"},
        {{9, "a", "anna", PAID, 50000, 0}, "1 9"},    {{9, "a", "anna", TAKEN_IN, 50000, 0}, "1 9"},
    };
    const struct id id = id_in("payments", "a");
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        char expected[32];
        apply_ok(fixture, "payments", &ROWS[i].step, 1);
        gchar *facts = rows_of(fixture,
                               "SELECT concat_ws(' ', payments, nullif(last_payment_on, 0) - " G_STRINGIFY(
                                   DUE_DAY) ")"
                                            " FROM classification.account WHERE account_id = $1",
                               &id);
        (void)g_snprintf(expected, sizeof(expected), "%s\n", ROWS[i].facts);
        assert_string_equal(facts, expected);
        g_free(facts);
    }
    expect_said(fixture, "payments", "a:pre_due a:newly_delinquent");
}

static void the_timer_stands_at_the_next_boundary_and_moves_with_the_facts(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct {
        struct step step;
        int32_t timer;
    } ROWS[] = {
        {{-10, "a", "anna", PLACED, 50000, 0}, 0},
        {{-9, "a", "anna", MOVED, 0, 20}, 20},
        {{-8, "a", "anna", MOVED, 0, -10}, 21}, /* day 2 past due: the bucket ends with day 30 */
        {{-7, "a", "anna", DISPUTED, 0, 0}, 21},
        {{-6, "a", "anna", PAID, 0, 0}, NO_TIMER},
        {{-5, "a", "anna", BOUNCED, 50000, 0}, 21},
        {{400, "a", "anna", BROKE_PROMISE, 0, 0}, NO_TIMER}, /* nothing follows 181+ */
        {{401, "a", "anna", MOVED, 0, 400}, 431},
        {{402, "a", "anna", RECALLED, 0, 0}, NO_TIMER},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        apply_ok(fixture, "timer", &ROWS[i].step, 1);
        expect_timer(fixture, "timer", "a", ROWS[i].timer);
    }
    fixture->read_seq = fixture_number(fixture, "SELECT next_seq - 1 FROM log.head WHERE partition = 7");
}

static void a_boundary_says_the_class_of_its_day_and_sets_the_next(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct {
        int32_t day;
        size_t n_fired;
        const char *said;
        int32_t next;
    } ROWS[] = {
        {1, 0, "", 2},
        {2, 1, "a:standard", 3}, /* due today */
        {3, 1, "a:newly_delinquent", 33},
        {32, 0, "", 33},
        {33, 1, "a:mid_delinquent", 63},
        {63, 1, "a:mid_delinquent", 93},    /* another bucket */
        {150, 1, "a:late_delinquent", 183}, /* late itself: the day it is now counts */
        {183, 1, "a:late_delinquent", NO_TIMER},
        {900, 0, "", NO_TIMER},
    };
    static const struct step PLACEMENT = {0, "a", "anna", PLACED, 50000, 2};
    apply_ok(fixture, "days", &PLACEMENT, 1);
    expect_said(fixture, "days", "a:pre_due");
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        assert_int_equal(fire_until(fixture, ROWS[i].day), ROWS[i].n_fired);
        expect_said(fixture, "days", ROWS[i].said);
        expect_timer(fixture, "days", "a", ROWS[i].next);
    }
}

static void answers_the_class_last_said(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct step PLACEMENT = {5, "a", "anna", PLACED, 50000, 0};
    Dunlin__Classification__V1__GetAccountRequest request;
    struct id id = id_in("asked", "a");
    dunlin__classification__v1__get_account_request__init(&request);
    request.account_id = wire_id(&id);
    fixture_free_reply(fixture_call(fixture, "GetAccount", &request.base, STATUS_NOT_FOUND));
    apply_ok(fixture, "asked", &PLACEMENT, 1);
    Dunlin__Classification__V1__AccountClassified *reply =
        (void *)fixture_call(fixture, "GetAccount", &request.base, STATUS_OK);
    assert_string_equal(reply->class_, "newly_delinquent");
    assert_string_equal(reply->sop_version, context.sop->version);
    assert_int_equal(reply->balance_minor, 50000);
    assert_int_equal(reply->days_past_due, 5);
    assert_int_equal(reply->risk, DUNLIN__CLASSIFICATION__V1__RISK__RISK_LOW);
    assert_int_equal(reply->n_reason_codes, 1);
    fixture_free_reply(reply);
    request.account_id.len = 3;
    fixture_free_reply(fixture_call(fixture, "GetAccount", &request.base, STATUS_INVALID_ARGUMENT));
    expect_said(fixture, "asked", "a:newly_delinquent");
}

static void lists_the_accounts_of_the_debtor_who_has_one(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct step PLACEMENTS[] = {
        {5, "a", "anna", PLACED, 50000, 0}, {5, "b", "bert", PLACED, 50000, 0}, {5, "c", "anna", PLACED, 50000, 0}};
    Dunlin__Classification__V1__ListDebtorAccountsRequest request;
    struct id a = id_in("relatives", "a"), c = id_in("relatives", "c");

    dunlin__classification__v1__list_debtor_accounts_request__init(&request);
    request.account_id = wire_id(&c);
    fixture_free_reply(fixture_call(fixture, "ListDebtorAccounts", &request.base, STATUS_NOT_FOUND));
    apply_ok(fixture, "relatives", PLACEMENTS, ARRAY_SIZE(PLACEMENTS));
    Dunlin__Classification__V1__ListDebtorAccountsReply *reply =
        (void *)fixture_call(fixture, "ListDebtorAccounts", &request.base, STATUS_OK);
    assert_int_equal(reply->n_account_ids, 2);
    const bool is_a_first = id_compare(&a, &c) < 0;
    assert_memory_equal(reply->account_ids[is_a_first ? 0 : 1].data, a.bytes, ID_BYTES);
    assert_memory_equal(reply->account_ids[is_a_first ? 1 : 0].data, c.bytes, ID_BYTES);
    fixture_free_reply(reply);
    request.account_id.len = 3;
    fixture_free_reply(fixture_call(fixture, "ListDebtorAccounts", &request.base, STATUS_INVALID_ARGUMENT));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, forget_timers)
    const struct CMUnitTest tests[] = {
        TEST(batch_boundaries_do_not_matter),
        TEST(a_batch_that_fails_leaves_nothing),
        TEST(says_nothing_where_nothing_changed),
        TEST(each_change_is_said_in_its_order),
        TEST(a_plan_that_is_broken_is_a_broken_promise),
        TEST(what_changes_the_debtor_is_said_of_all_his_accounts),
        TEST(a_new_version_of_the_sop_is_said_with_the_next_look),
        TEST(payments_count_until_they_are_reversed),
        TEST(the_timer_stands_at_the_next_boundary_and_moves_with_the_facts),
        TEST(a_boundary_says_the_class_of_its_day_and_sets_the_next),
        TEST(answers_the_class_last_said),
        TEST(lists_the_accounts_of_the_debtor_who_has_one),
    };
    return cmocka_run_group_tests(tests, open_service, close_service);
}
