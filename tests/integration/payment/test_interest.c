#include "charge_fixture.h"
#include "stop_fixture.h"

/* Interest in the ledger. Thousands of random histories more are in interop/test_charges_oracle.py.
 *
 * Broken once to see it fail: interest posted through the day of the payment
 * (a_payment_is_applied_to_the_interest_of_the_days_before_it), nothing taken back for an earlier value date
 * (a_payment_of_an_earlier_day_changes_what_was_posted), a payment noted after the discount that follows from it
 * (a_settlement_that_a_payment_of_an_earlier_day_keeps_posts_interest_once), the cause given to the interest too
 * (what_a_client_says_is_answered_once), the timer kept after a recall (a_recall_ends_interest), the latest rate taken
 * for a half-year without one (a_rate_that_nobody_knows_is_not_guessed), the days of a bankruptcy borne once it is
 * dismissed (the_days_of_a_bankruptcy_bear_no_interest), its days reckoned as any other
 * (what_is_placed_of_a_bankrupt_bears_no_interest_from_the_petition_on,
 * a_bankruptcy_that_is_heard_of_late_takes_interest_back), death taken for bankruptcy (who_is_deceased_owes_interest).
 */

#define RATE_H2 "  - { authority: ecb, half: 2026-H2, percent: \"3.00\" }\n"
static const char TERMS_WITH_H2[] = RATES_TO_H1 RATE_H2 CLIENTS;

static void an_account_without_interest_has_nothing_of_it(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = placed_with(fixture, "anybody", "USD", FIXTURE_TODAY - 100, PLACED);

    fixture_free_reply(pay_on(fixture, &ids, 1000, FIXTURE_TODAY - 2));
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged");
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.interest"), 0);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM platform.timer"), 0);
    Dunlin__Payment__V1__InterestView *view = interest_of(fixture, &ids);
    assert_int_equal(view->basis, DUNLIN__PAYMENT__V1__CHARGE_BASIS__CHARGE_BASIS_UNSPECIFIED);
    fixture_free_reply(view);
}

static void interest_is_posted_when_a_month_is_over(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);

    fire_until(fixture, day(2026, 6, 1));
    assert_string_equal(fixture_emitted(fixture), "BalanceChanged");
    assert_int_equal(number(fixture, "interest_minor"), 488); /* 27 to 31 May: 487.5 */
    assert_int_equal(number(fixture, "balance_minor"), PLACED + 488);
    assert_int_equal(
        fixture_number(fixture, "SELECT (effective_on - date '1970-01-01')::bigint FROM payment.posting WHERE kind = "
                                "5 AND reference = '2026-05-27 to 2026-05-31: 9.75 % of 365000'"),
        day(2026, 5, 31));
    fire_until(fixture, day(2026, 7, 1));
    assert_int_equal(number(fixture, "interest_minor"), 3413); /* 35 days at once: 3,412.5 */
    assert_int_equal(fixture_number(fixture, "SELECT max(change_minor) FROM payment.posting WHERE kind = 5"), 2925);
    Dunlin__Payment__V1__BalanceChanged *changed =
        fixture_last_event(fixture, &dunlin__payment__v1__balance_changed__descriptor);
    assert_int_equal(changed->kind, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_INTEREST);
    assert_int_equal(changed->interest_minor, 3413);
    assert_int_equal(changed->cause_seq, 0);
    fixture_free_reply(changed);
    Dunlin__Payment__V1__InterestView *view = interest_of(fixture, &ids);
    assert_int_equal(view->posted_minor, 3413);
    assert_int_equal(view->accrued_minor, 3413);
    assert_int_equal(view->n_spans, 1);
    assert_int_equal(view->spans[0]->interest_millionths, INT64_C(3412500000));
    fixture_free_reply(view);
    expect_sums(fixture);
}

static void a_payment_is_applied_to_the_interest_of_the_days_before_it(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);

    go_to(day(2026, 6, 10));
    Dunlin__Payment__V1__PostingView *view = pay_on(fixture, &ids, 10000, day(2026, 6, 10));
    assert_string_equal(fixture_emitted(fixture), "BalanceChanged PaymentPosted BalanceChanged");
    assert_int_equal(view->interest_minor, -1365); /* 14 days */
    assert_int_equal(view->balance_minor, PLACED + 1365 - 10000);
    take_back(fixture, view->posting_id, STATUS_OK); /* the same day: nothing has come on top */
    assert_int_equal(number(fixture, "interest_minor"), 1365);
    fixture_free_reply(view);
    go_to(day(2026, 6, 11));
    fixture_free_reply(pay_on(fixture, &ids, 10000, day(2026, 6, 11)));
    assert_int_equal(fixture_number(fixture, "SELECT sum(change_minor)::bigint FROM payment.posting WHERE kind = 5"),
                     1463); /* 15 days: 1,462.5 */
    (void)fixture_emitted(fixture);
    expect_sums(fixture);
}

static void a_payment_of_an_earlier_day_changes_what_was_posted(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);

    fire_until(fixture, day(2026, 7, 1));
    (void)fixture_emitted(fixture);
    Dunlin__Payment__V1__PostingView *view = pay_on(fixture, &ids, 100000, day(2026, 6, 7));
    assert_string_equal(fixture_emitted(fixture), "BalanceChanged PaymentPosted BalanceChanged BalanceChanged");
    assert_int_equal(view->interest_minor, -1073); /* 11 days: 1,072.5 */
    fixture_free_reply(view);
    /* 266,073 from 7 to 30 June: 24 days, 1,705.8 */
    assert_int_equal(interest_number(fixture, "posted_minor"), 2778);
    assert_int_equal(interest_number(fixture, "posted_through - date '1970-01-01'"), day(2026, 6, 30));
    assert_int_equal(number(fixture, "interest_minor"), 2778 - 1073);
    assert_int_equal(number(fixture, "balance_minor - interest_minor"), PLACED - 100000 + 1073);
    expect_sums(fixture);
}

static void interest_that_was_paid_and_was_not_owed_paid_principal(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);

    fire_until(fixture, day(2026, 7, 1));
    fixture_free_reply(pay_on(fixture, &ids, 3413, day(2026, 7, 1))); /* all interest */
    fixture_free_reply(pay_on(fixture, &ids, 300000, day(2026, 5, 27)));
    /* 65,000 for 35 days: 607.7. What more was paid as interest has paid principal. */
    assert_int_equal(interest_number(fixture, "posted_minor"), 608);
    assert_int_equal(number(fixture, "coalesce(interest_minor, 0)"), 0);
    assert_int_equal(number(fixture, "balance_minor"), PLACED + 608 - 3413 - 300000);
    /* A cent of long ago costs nobody anything. */
    const int64_t before_minor = number(fixture, "balance_minor");
    fixture_free_reply(pay_on(fixture, &ids, 1, day(2026, 5, 27)));
    assert_int_equal(number(fixture, "balance_minor"), before_minor - 1);
    (void)fixture_emitted(fixture);
    expect_sums(fixture);
}

static void a_settlement_that_a_payment_of_an_earlier_day_keeps_posts_interest_once(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);
    struct wanted wanted;

    allow_plans();
    want(&wanted, &ids, "settlement");
    wanted.request.role = DUNLIN__PAYMENT__V1__PLAN_ROLE__PLAN_ROLE_SUPERVISOR;
    wanted.request.number = 1;
    wanted.request.discount_minor = 73000;
    wanted.rhythm.first_due_on_days = day(2026, 7, 7);
    agree(fixture, &wanted, STATUS_OK);
    fire_until(fixture, day(2026, 7, 1));
    (void)fixture_emitted(fixture);
    fixture_free_reply(pay_on(fixture, &ids, PLACED - 73000, day(2026, 6, 7)));
    /* Taken back from 7 June on, paid, completed, forgiven, and the interest of what is left. */
    assert_string_equal(fixture_emitted(fixture),
                        "BalanceChanged PaymentPosted BalanceChanged PlanCompleted BalanceChanged BalanceChanged");
    assert_int_equal(interest_number(fixture, "posted_minor"), 1073 + 6); /* 1,072.5 and 24 days of 1,073: 6.9 */
    assert_int_equal(number(fixture, "balance_minor"), 1073 + 6);
    expect_sums(fixture);
}

static void what_a_client_says_is_answered_once(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);
    const struct id payment_id = named("answered once");
    Dunlin__Intake__V1__PaymentReported message = reported(&ids, &payment_id, 10000);
    Dunlin__Intake__V1__AccountUpdated updated;

    fire_until(fixture, day(2026, 7, 1));
    (void)fixture_emitted(fixture);
    message.paid_on_days = day(2026, 6, 20);
    fixture_apply_ok(fixture, &message.base);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.posting WHERE cause_seq <> 0 AND kind = 2"),
                     1);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.posting WHERE cause_seq <> 0 AND kind = 5"),
                     0);
    dunlin__intake__v1__account_updated__init(&updated);
    updated.account_id = wire_id(&ids.account);
    updated.debtor_id = wire_id(&ids.debtor);
    updated.balance_presence_case = DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__BALANCE_PRESENCE_BALANCE_MINOR;
    updated.balance_minor = 0;
    updated.currency = wire_text("USD");
    go_to(day(2026, 7, 10));
    fixture_apply_ok(fixture, &updated.base);
    assert_int_equal(number(fixture, "balance_minor"), 0);
    assert_int_equal(number(fixture, "coalesce(interest_minor, 0)"), 0); /* nothing is owed, of no bucket */
    fixture_apply_ok(fixture, &updated.base);                            /* and it is so already */
    assert_string_equal(fixture_emitted(fixture),
                        "BalanceChanged PaymentPosted BalanceChanged BalanceChanged BalanceChanged BalanceChanged "
                        "BalanceChanged");
    expect_sums(fixture);
}

static void a_recall_ends_interest(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);
    Dunlin__Intake__V1__AccountRecalled message;

    dunlin__intake__v1__account_recalled__init(&message);
    message.account_id = wire_id(&ids.account);
    message.debtor_id = wire_id(&ids.debtor);
    go_to(day(2026, 6, 10));
    fixture_apply_ok(fixture, &message.base);
    assert_int_equal(number(fixture, "interest_minor"), 1365);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM platform.timer"), 0);
    go_to(day(2026, 8, 10));
    fixture_free_reply(pay_on(fixture, &ids, 10000, day(2026, 8, 10)));
    assert_int_equal(interest_number(fixture, "posted_minor"), 1365);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM platform.timer"), 0);
    (void)fixture_emitted(fixture);
    expect_sums(fixture);
}

/* 11 USC 502(b)(2). 97.5 a day. */
static void the_days_of_a_bankruptcy_bear_no_interest(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);

    fire_until(fixture, day(2026, 6, 9));
    go_to(day(2026, 6, 10));
    stop(fixture, &ids, BANKRUPTCY);
    fire_until(fixture, day(2026, 8, 1));
    assert_int_equal(interest_number(fixture, "posted_minor"), 1365); /* 14 days, to 9 June */
    assert_int_equal(interest_number(fixture, "posted_through - date '1970-01-01'"), day(2026, 7, 31));
    go_to(day(2026, 8, 10));
    fixture_free_reply(pay_on(fixture, &ids, 1365, day(2026, 8, 10))); /* it is posted, and pays what is owed */
    assert_int_equal(number(fixture, "coalesce(interest_minor, 0)"), 0);
    release(fixture, &ids, BANKRUPTCY);
    fire_until(fixture, day(2026, 9, 1));
    assert_int_equal(interest_number(fixture, "posted_minor"), 1365 + 2048); /* 21 days from 11 August: 2,047.5 */
    stop(fixture, &ids, BANKRUPTCY);                                         /* again; both are known from here on */
    fire_until(fixture, day(2026, 10, 1));
    assert_int_equal(interest_number(fixture, "posted_minor"), 1365 + 2048);
    Dunlin__Payment__V1__InterestView *view = interest_of(fixture, &ids);
    assert_int_equal(view->accrued_minor, 1365 + 2048);
    fixture_free_reply(view);
    (void)fixture_emitted(fixture);
    expect_sums(fixture);
}

static void a_bankruptcy_that_is_heard_of_late_takes_interest_back(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);

    fire_until(fixture, day(2026, 7, 1));
    assert_int_equal(interest_number(fixture, "posted_minor"), 3413);
    stop_at(fixture, &ids, BANKRUPTCY, noon_of(day(2026, 6, 10)));
    fire_until(fixture, day(2026, 8, 1));
    assert_int_equal(interest_number(fixture, "posted_minor"), 1365);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.posting WHERE reference = "
                                             "'through 2026-07-31: less is owed than was posted before'"),
                     1);
    (void)fixture_emitted(fixture);
    expect_sums(fixture);
}

static void what_is_placed_of_a_bankrupt_bears_no_interest_from_the_petition_on(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("tulp");

    go_to(day(2026, 6, 10));
    stop(fixture, &ids, BANKRUPTCY);
    go_to(day(2026, 6, 20));
    (void)placed_with(fixture, "tulp", "EUR", day(2026, 4, 30), PLACED);
    Dunlin__Payment__V1__InterestView *view = interest_of(fixture, &ids);
    assert_int_equal(view->accrued_minor, 4060); /* 1 May to 9 June: 40 days at 10.15 percent, 101.5 a day */
    fixture_free_reply(view);
    fire_until(fixture, day(2026, 7, 1));
    assert_int_equal(interest_number(fixture, "posted_minor"), 4060);
    (void)fixture_emitted(fixture);
    expect_sums(fixture);
}

static void who_is_deceased_owes_interest(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);

    stop(fixture, &ids, DECEASED);
    fire_until(fixture, day(2026, 7, 1));
    assert_int_equal(interest_number(fixture, "posted_minor"), 3413);
    (void)fixture_emitted(fixture);
}

static void interest_ends_at_its_cap(void **state)
{
    struct unit_fixture *fixture = *state;

    (void)loan(fixture);
    fire_until(fixture, day(2029, 2, 1));
    assert_int_equal(number(fixture, "interest_minor"), PLACED / 4);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM platform.timer"), 0);
    (void)fixture_emitted(fixture);
}

static void use_terms(const char *text)
{
    g_autofree char *path = NULL;
    struct error err;
    int fd = g_file_open_tmp("dunlin-agreements-XXXXXX.yaml", &path, NULL);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)close(fd);
    agreements_freep(&payment_context.agreements);
    payment_context.agreements = NULL;
    const enum status st = agreements_load(path, &payment_context.agreements, &err);
    (void)g_unlink(path);
    if (st != STATUS_OK)
        fail_msg("%s", err.text);
}

static void a_rate_that_nobody_knows_is_not_guessed(void **state)
{
    struct unit_fixture *fixture = *state;
    const int32_t due = day(2026, 4, 30);
    const struct subject_ids ids = placed_with(fixture, "tulp", "EUR", due, PLACED);

    fire_until(fixture, day(2026, 8, 20));
    /* 1 May to 30 June: 61 days at 10.15 percent, 101.5 a day */
    assert_int_equal(interest_number(fixture, "posted_minor"), 6192);
    assert_int_equal(interest_number(fixture, "posted_through - date '1970-01-01'"), day(2026, 6, 30));
    Dunlin__Payment__V1__InterestView *view = interest_of(fixture, &ids);
    assert_non_null(strstr(view->waits_for, "2026-H2"));
    assert_int_equal(view->accrued_minor, 6192);
    fixture_free_reply(view);
    use_terms(TERMS_WITH_H2);
    fire_until(fixture, day(2026, 9, 1));
    /* and 31 + 31 days at 11 percent, 110 a day */
    assert_int_equal(interest_number(fixture, "posted_minor"), 6192 + 62 * 110);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.interest_rate"), 2);
    view = interest_of(fixture, &ids);
    assert_string_equal(view->waits_for, "");
    assert_int_equal(view->n_spans, 2);
    assert_int_equal(view->spans[1]->rate_millionths, 11 * RATE_SCALE);
    fixture_free_reply(view);
    use_terms(TERMS);
    fire_until(fixture, day(2026, 9, 2)); /* what was reckoned stays, whatever the file says now */
    Dunlin__Payment__V1__PostPaymentRequest late = payment_of(&ids, 1000);
    late.currency = wire_text("EUR");
    late.paid_on_presence_case = DUNLIN__PAYMENT__V1__POST_PAYMENT_REQUEST__PAID_ON_PRESENCE_PAID_ON_DAYS;
    late.paid_on_days = day(2026, 7, 15);
    fixture_free_reply(fixture_call(fixture, "PostPayment", &late.base, STATUS_OK));
    assert_true(interest_number(fixture, "posted_minor") > 6192 + 62 * 105);
    (void)fixture_emitted(fixture);
    expect_sums(fixture);
}

static void a_consumer_owes_no_interest_for_late_payment_between_businesses(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = ids_of("a consumer");
    Dunlin__Intake__V1__AccountPlaced message = placed(&ids, PLACED);

    message.client = wire_text("tulp");
    message.currency = wire_text("EUR");
    message.due_on_days = day(2026, 4, 30);
    message.debt_kind = DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_CREDIT_CARD;
    fixture_apply_ok(fixture, &message.base);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.interest"), 0);
    (void)fixture_emitted(fixture);
}

static void expect_balance(struct unit_fixture *fixture, const struct subject_ids *ids, int32_t as_of,
                           struct instant known_at, int64_t balance_minor, int64_t interest_minor)
{
    Dunlin__Payment__V1__GetBalancesRequest request;
    ProtobufCBinaryData account_id = wire_id(&ids->account);

    dunlin__payment__v1__get_balances_request__init(&request);
    request.account_ids = &account_id;
    request.n_account_ids = 1;
    if (as_of != 0) {
        request.as_of_presence_case = DUNLIN__PAYMENT__V1__GET_BALANCES_REQUEST__AS_OF_PRESENCE_AS_OF_ON_DAYS;
        request.as_of_on_days = as_of;
    }
    if (known_at.us != 0) {
        request.known_presence_case = DUNLIN__PAYMENT__V1__GET_BALANCES_REQUEST__KNOWN_PRESENCE_KNOWN_AT_US;
        request.known_at_us = known_at.us;
    }
    Dunlin__Payment__V1__GetBalancesReply *reply =
        (void *)fixture_call(fixture, "GetBalances", &request.base, STATUS_OK);
    const Dunlin__Payment__V1__BalanceView *view = reply->balances[0];
    assert_int_equal(view->balance_minor, balance_minor);
    assert_int_equal(view->interest_minor, interest_minor);
    assert_int_equal(view->balance_minor, view->placed_minor + view->interest_minor + view->charged_minor -
                                              view->paid_minor - view->credited_minor);
    fixture_free_reply(reply);
}

static void a_balance_can_be_asked_for_as_of_any_day(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);
    const struct instant now = {0};

    fire_until(fixture, day(2026, 6, 1));
    go_to(day(2026, 6, 20));
    const struct instant before = clock_now();
    go_to(day(2026, 6, 21));
    fixture_free_reply(pay_on(fixture, &ids, 10000, day(2026, 6, 11)));
    expect_balance(fixture, &ids, FIXTURE_TODAY - 1, now, 0, 0);
    expect_balance(fixture, &ids, day(2026, 5, 31), now, PLACED + 488, 488);
    expect_balance(fixture, &ids, day(2026, 6, 11), now, PLACED + 1463 - 10000, 1463); /* 15 days: 1,462.5 */
    expect_balance(fixture, &ids, day(2026, 6, 11), before, PLACED + 488, 488);        /* nobody had heard of it */
    expect_balance(fixture, &ids, 0, before, PLACED + 488, 488);
    expect_balance(fixture, &ids, 0, now, PLACED + 1463 - 10000, 1463);
    (void)fixture_emitted(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_account_without_interest_has_nothing_of_it, empty),
        cmocka_unit_test_setup(interest_is_posted_when_a_month_is_over, empty),
        cmocka_unit_test_setup(a_payment_is_applied_to_the_interest_of_the_days_before_it, empty),
        cmocka_unit_test_setup(a_payment_of_an_earlier_day_changes_what_was_posted, empty),
        cmocka_unit_test_setup(interest_that_was_paid_and_was_not_owed_paid_principal, empty),
        cmocka_unit_test_setup(a_settlement_that_a_payment_of_an_earlier_day_keeps_posts_interest_once, empty),
        cmocka_unit_test_setup(what_a_client_says_is_answered_once, empty),
        cmocka_unit_test_setup(a_recall_ends_interest, empty),
        cmocka_unit_test_setup(the_days_of_a_bankruptcy_bear_no_interest, empty),
        cmocka_unit_test_setup(a_bankruptcy_that_is_heard_of_late_takes_interest_back, empty),
        cmocka_unit_test_setup(what_is_placed_of_a_bankrupt_bears_no_interest_from_the_petition_on, empty),
        cmocka_unit_test_setup(who_is_deceased_owes_interest, empty),
        cmocka_unit_test_setup(interest_ends_at_its_cap, empty),
        cmocka_unit_test_setup(a_rate_that_nobody_knows_is_not_guessed, empty),
        cmocka_unit_test_setup(a_consumer_owes_no_interest_for_late_payment_between_businesses, empty),
        cmocka_unit_test_setup(a_balance_can_be_asked_for_as_of_any_day, empty),
    };

    return cmocka_run_group_tests(tests, open_charges, close_payment);
}
