#include "plan_fixture.h"

/* Interest in the ledger, fees of the debtor, judgments. Thousands of random histories more are in
 * interop/test_charges_oracle.py.
 *
 * Broken once to see it fail: interest posted through the day of the payment
 * (a_payment_is_applied_to_the_interest_of_the_days_before_it), nothing taken back for an earlier value date
 * (a_payment_of_an_earlier_day_changes_what_was_posted), a payment noted after the discount that follows from it
 * (a_settlement_that_a_payment_of_an_earlier_day_keeps_posts_interest_once), the cause given to the interest too
 * (what_a_client_says_is_answered_once), the timer kept after a recall (a_recall_ends_interest), the latest rate taken
 * for a half-year without one (a_rate_that_nobody_knows_is_not_guessed), waived fees counted against the cap
 * (a_fee_is_charged_as_the_agreement_says), postings of before the judgment counted after it
 * (a_judgment_says_what_is_owed). */

#define RATES_TO_H1                                                                                                    \
    "name: test\n"                                                                                                     \
    "reference_rates:\n"                                                                                               \
    "  - { authority: ecb, half: 2025-H2, percent: \"2.15\" }\n"                                                       \
    "  - { authority: ecb, half: 2026-H1, percent: \"2.15\" }\n"
#define RATE_H2 "  - { authority: ecb, half: 2026-H2, percent: \"3.00\" }\n"
#define CLIENTS                                                                                                        \
    "  - { authority: boe, half: 2026-H1, percent: \"3.75\" }\n"                                                       \
    "agreements:\n"                                                                                                    \
    "  - client: lender\n"                                                                                             \
    "    apply: [costs, fees, interest, principal]\n"                                                                  \
    "    order: oldest\n"                                                                                              \
    "    fees:\n"                                                                                                      \
    "      - { stage: legal, percent: 40 }\n"                                                                          \
    "      - { percent: 20 }\n"                                                                                        \
    "    remittance: { method: net, every: month, payee: Lender, reference: test }\n"                                  \
    "    interest: { basis: agreement, rate_percent: 9.75, day_count: actual/365, from: placed, on: principal, "       \
    "cap_percent: 25, evidence: Note s. 3 }\n"                                                                         \
    "    debtor_fees:\n"                                                                                               \
    "      - { code: returned-payment, amount_minor: 2500, bucket: fees, cap_minor: 4000, basis: agreement, "          \
    "evidence: Note s. 9 }\n"                                                                                          \
    "      - { code: court-costs, amount_minor: 22500, bucket: costs, basis: judgment, evidence: As taxed }\n"         \
    "  - client: tulp\n"                                                                                               \
    "    apply: [costs, interest, fees, principal]\n"                                                                  \
    "    order: oldest\n"                                                                                              \
    "    fees:\n"                                                                                                      \
    "      - { percent: 20 }\n"                                                                                        \
    "    remittance: { method: net, every: month, payee: Tulp, reference: test }\n"                                    \
    "    interest: { basis: statute_eu, reference: ecb, points: 8, day_count: actual/365, from: due, on: principal, "  \
    "evidence: Directive 2011/7/EU art. 3 }\n"                                                                         \
    "    debtor_fees:\n"                                                                                               \
    "      - { code: recovery-costs, amount_minor: 9000, bucket: costs, basis: statute_eu, evidence: art. 6 }\n"       \
    "  - client: thames\n"                                                                                             \
    "    apply: [costs, interest, fees, principal]\n"                                                                  \
    "    order: oldest\n"                                                                                              \
    "    fees:\n"                                                                                                      \
    "      - { percent: 20 }\n"                                                                                        \
    "    remittance: { method: net, every: month, payee: Thames, reference: test }\n"                                  \
    "    interest: { basis: statute_uk, reference: boe, day_count: actual/365, from: due, on: principal, evidence: "   \
    "Act of 1998 }\n"                                                                                                  \
    "    debtor_fees:\n"                                                                                               \
    "      - { code: recovery-costs, amount_minor: 10000, bucket: costs, basis: statute_uk, evidence: s. 5A }\n"       \
    "  - client: \"*\"\n"                                                                                              \
    "    apply: [principal, interest, fees, costs]\n"                                                                  \
    "    order: oldest\n"                                                                                              \
    "    fees:\n"                                                                                                      \
    "      - { percent: 20 }\n"                                                                                        \
    "    remittance: { method: net, every: month, payee: Anybody, reference: test }\n"

static const char TERMS[] = RATES_TO_H1 CLIENTS;
static const char TERMS_WITH_H2[] = RATES_TO_H1 RATE_H2 CLIENTS;

#define PLACED 365000 /* at 9.75 percent: 97.5 a day */

static int32_t day(int year, int month, int day_of_month)
{
    struct date date = {0};

    assert_true(date_from_ymd(year, month, day_of_month, &date));
    return date.days;
}

static struct instant noon_of(int32_t days)
{
    return (struct instant){days * US_PER_DAY + 12 * US_PER_HOUR};
}

static void go_to(int32_t days)
{
    assert_true(clock_drive(noon_of(days)));
}

static int empty(void **state)
{
    struct unit_fixture *fixture = *state;

    clock_release();
    go_to(FIXTURE_TODAY);
    fixture_empty(fixture, "payment.account, payment.posting, payment.promise, payment.trust_account, "
                           "payment.trust_entry, payment.suspense, payment.interest, payment.interest_rate, "
                           "payment.debtor_fee, payment.judgment, payment.plan, payment.plan_instalment");
    test_database_script(fixture->owner, "DELETE FROM platform.timer");
    return 0;
}

static struct subject_ids placed_with(struct unit_fixture *fixture, const char *client, const char *currency,
                                      int32_t due_on_days, int64_t balance_minor)
{
    const struct subject_ids ids = ids_of(client);
    Dunlin__Intake__V1__AccountPlaced message = placed(&ids, balance_minor);

    message.client = wire_text(client);
    message.currency = wire_text(currency);
    message.due_on_days = due_on_days;
    message.debt_kind = DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_COMMERCIAL;
    fixture_apply_ok(fixture, &message.base);
    assert_string_equal(fixture_emitted(fixture), "");
    return ids;
}

static struct subject_ids loan(struct unit_fixture *fixture)
{
    return placed_with(fixture, "lender", "USD", FIXTURE_TODAY, PLACED);
}

/* All that is due until the day, each at its time. */
static void fire_until(struct unit_fixture *fixture, int32_t days)
{
    const int64_t end_us = (days + 1) * US_PER_DAY - 1;
    int64_t due_us;

    while ((due_us = fixture_number(fixture, "SELECT coalesce(min(due_at_us), 0) FROM platform.timer")) != 0 &&
           due_us <= end_us)
        assert_true(fixture_fire(fixture, (struct instant){due_us}) > 0);
    assert_true(clock_drive((struct instant){end_us}));
}

static int64_t number(struct unit_fixture *fixture, const char *column)
{
    g_autofree char *sql = g_strdup_printf("SELECT (%s)::bigint FROM payment.account", column);

    return fixture_number(fixture, sql);
}

static int64_t interest_number(struct unit_fixture *fixture, const char *column)
{
    g_autofree char *sql = g_strdup_printf("SELECT (%s)::bigint FROM payment.interest", column);

    return fixture_number(fixture, sql);
}

static Dunlin__Payment__V1__PostingView *pay_on(struct unit_fixture *fixture, const struct subject_ids *ids,
                                                int64_t amount_minor, int32_t paid_on_days)
{
    Dunlin__Payment__V1__PostPaymentRequest request = payment_of(ids, amount_minor);

    request.paid_on_presence_case = DUNLIN__PAYMENT__V1__POST_PAYMENT_REQUEST__PAID_ON_PRESENCE_PAID_ON_DAYS;
    request.paid_on_days = paid_on_days;
    return (void *)fixture_call(fixture, "PostPayment", &request.base, STATUS_OK);
}

static Dunlin__Payment__V1__InterestView *interest_of(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    Dunlin__Payment__V1__GetInterestRequest request;

    dunlin__payment__v1__get_interest_request__init(&request);
    request.account_id = wire_id(&ids->account);
    return (void *)fixture_call(fixture, "GetInterest", &request.base, STATUS_OK);
}

/* The ledger says of interest what its rows say of each other. */
static void expect_sums(struct unit_fixture *fixture)
{
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.account a WHERE a.balance_minor <> "
                                             "(SELECT sum(p.change_minor) FROM payment.posting p WHERE p.account_id = "
                                             "a.account_id)"),
                     0);
    assert_int_equal(fixture_number(fixture, "SELECT count(*) FROM payment.account a WHERE "
                                             "coalesce(a.interest_minor, 0) <> (SELECT coalesce(sum(p.interest_minor), "
                                             "0) FROM payment.posting p WHERE p.account_id = a.account_id)"),
                     0);
}

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

/* --- fees */

static Dunlin__Payment__V1__FeeView *charge(struct unit_fixture *fixture, const struct subject_ids *ids,
                                            const char *code, const struct id *fee_id, enum status expected)
{
    Dunlin__Payment__V1__ChargeFeeRequest request;

    dunlin__payment__v1__charge_fee_request__init(&request);
    request.account_id = wire_id(&ids->account);
    request.code = wire_text(code);
    request.fee_id = wire_id(fee_id);
    request.reason = wire_text("cheque 4 came back");
    return (void *)fixture_call(fixture, "ChargeFee", &request.base, expected);
}

static void waive(struct unit_fixture *fixture, const struct subject_ids *ids, const struct id *fee_id,
                  enum status expected)
{
    Dunlin__Payment__V1__WaiveFeeRequest request;

    dunlin__payment__v1__waive_fee_request__init(&request);
    request.account_id = wire_id(&ids->account);
    request.fee_id = wire_id(fee_id);
    request.reason = wire_text("the bank's mistake");
    fixture_free_reply(fixture_call(fixture, "WaiveFee", &request.base, expected));
}

static void a_fee_is_charged_as_the_agreement_says(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);
    const struct id first = named("fee 1"), second = named("fee 2"), third = named("fee 3");

    Dunlin__Payment__V1__FeeView *view = charge(fixture, &ids, "returned-payment", &first, STATUS_OK);
    assert_int_equal(view->amount_minor, 2500);
    assert_string_equal(view->evidence, "Note s. 9");
    fixture_free_reply(view);
    assert_string_equal(fixture_emitted(fixture), "FeeCharged BalanceChanged");
    fixture_free_reply(charge(fixture, &ids, "returned-payment", &first, STATUS_OK)); /* once */
    assert_null(charge(fixture, &ids, "court-costs", &first, STATUS_INVALID_ARGUMENT));
    assert_string_equal(fixture_emitted(fixture), "");
    assert_int_equal(number(fixture, "fees_minor"), 2500);
    view = charge(fixture, &ids, "returned-payment", &second, STATUS_OK);
    assert_int_equal(view->amount_minor, 1500); /* 4,000 in all */
    fixture_free_reply(view);
    assert_null(charge(fixture, &ids, "returned-payment", &third, STATUS_FAILED_PRECONDITION));
    assert_non_null(strstr(fixture->last_error, "cap is reached"));
    waive(fixture, &ids, &second, STATUS_OK);
    waive(fixture, &ids, &second, STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "FeeCharged BalanceChanged FeeWaived BalanceChanged");
    assert_int_equal(number(fixture, "fees_minor"), 2500);
    view = charge(fixture, &ids, "returned-payment", &third, STATUS_OK);
    assert_int_equal(view->amount_minor, 1500);
    fixture_free_reply(view);
    assert_int_equal(number(fixture, "balance_minor"), PLACED + 4000);
    waive(fixture, &ids, &ids.account, STATUS_NOT_FOUND);
    (void)fixture_emitted(fixture);
    expect_sums(fixture);
}

static void a_fee_that_was_paid_and_is_waived_paid_the_debt(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);
    const struct id fee = named("paid fee");

    fixture_free_reply(charge(fixture, &ids, "returned-payment", &fee, STATUS_OK));
    fixture_free_reply(pay(fixture, &ids, 2000));
    waive(fixture, &ids, &fee, STATUS_OK);
    assert_int_equal(number(fixture, "coalesce(fees_minor, 0)"), 0);
    assert_int_equal(number(fixture, "balance_minor"), PLACED - 2000);
    (void)fixture_emitted(fixture);
}

static void what_neither_agreement_nor_law_allows_is_not_charged(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids lender = loan(fixture);
    const struct subject_ids anybody = placed_with(fixture, "anybody", "USD", FIXTURE_TODAY, PLACED);
    const struct id fee = named("not allowed");

    assert_null(charge(fixture, &lender, "convenience", &fee, STATUS_FAILED_PRECONDITION));
    assert_non_null(strstr(fixture->last_error, "it has 'returned-payment', 'court-costs'"));
    assert_null(charge(fixture, &anybody, "returned-payment", &fee, STATUS_FAILED_PRECONDITION));
    assert_non_null(strstr(fixture->last_error, "it has none"));
    assert_null(charge(fixture, &lender, "court-costs", &fee, STATUS_FAILED_PRECONDITION));
    assert_non_null(strstr(fixture->last_error, "no judgment"));
    assert_string_equal(fixture_emitted(fixture), "");
}

static void the_sum_of_a_statute_is_the_most_and_once_for_a_debt(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct {
        const char *client, *currency;
        int64_t placed_minor, fee_minor; /* 0: refused */
    } ROWS[] = {
        {"tulp", "EUR", 5000, 4000},     {"tulp", "SEK", 5000, 0},          {"thames", "GBP", 99999, 4000},
        {"thames", "GBP", 100000, 7000}, {"thames", "GBP", 1000000, 10000},
    };

    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        (void)empty(state);
        const struct subject_ids ids =
            placed_with(fixture, ROWS[i].client, ROWS[i].currency, FIXTURE_TODAY - 30, ROWS[i].placed_minor);
        const struct id fee = named("statute"), again = named("statute again");
        Dunlin__Payment__V1__FeeView *view =
            charge(fixture, &ids, "recovery-costs", &fee, ROWS[i].fee_minor ? STATUS_OK : STATUS_FAILED_PRECONDITION);
        if (view)
            assert_int_equal(view->amount_minor, ROWS[i].fee_minor);
        fixture_free_reply(view);
        assert_null(charge(fixture, &ids, "recovery-costs", &again, STATUS_FAILED_PRECONDITION));
        (void)fixture_emitted(fixture);
    }
}

static void fees_are_listed_with_those_that_may_be_charged(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);
    const struct id fee = named("listed");
    Dunlin__Payment__V1__ListFeesRequest request;

    fixture_free_reply(charge(fixture, &ids, "returned-payment", &fee, STATUS_OK));
    dunlin__payment__v1__list_fees_request__init(&request);
    request.account_id = wire_id(&ids.account);
    Dunlin__Payment__V1__ListFeesReply *reply = (void *)fixture_call(fixture, "ListFees", &request.base, STATUS_OK);
    assert_int_equal(reply->n_fees, 1);
    assert_string_equal(reply->fees[0]->reason, "cheque 4 came back");
    assert_int_equal(reply->n_permitted, 2);
    assert_int_equal(reply->permitted[0]->amount_minor, 1500);
    assert_int_equal(reply->permitted[1]->amount_minor, 0);
    assert_non_null(strstr(reply->permitted[1]->refusal, "no judgment"));
    fixture_free_reply(reply);
    (void)fixture_emitted(fixture);
}

/* --- judgments */

static const uint8_t DOCUMENT[32] = {1, 2, 3};

static Dunlin__Payment__V1__RecordJudgmentRequest judgment_of(const struct subject_ids *ids, const struct id *id,
                                                              int32_t entered_on_days)
{
    Dunlin__Payment__V1__RecordJudgmentRequest request;

    dunlin__payment__v1__record_judgment_request__init(&request);
    request.account_id = wire_id(&ids->account);
    request.judgment_id = wire_id(id);
    request.entered_on_days = entered_on_days;
    request.principal_minor = 360000;
    request.interest_minor = 1000;
    request.costs_minor = 20000;
    request.currency = wire_text("USD");
    request.rate_millionths = 5 * RATE_SCALE;
    request.day_count = DUNLIN__PAYMENT__V1__DAY_COUNT__DAY_COUNT_ACTUAL_360;
    request.court = wire_text("Superior Court of Mono County");
    request.case_number = wire_text("26-CV-117");
    request.document_hash = wire_bytes(DOCUMENT, sizeof(DOCUMENT));
    return request;
}

static void a_judgment_says_what_is_owed(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);
    const struct id id = named("judgment"), fee = named("costs of the court");
    const Dunlin__Payment__V1__RecordJudgmentRequest request = judgment_of(&ids, &id, day(2026, 6, 15));

    fire_until(fixture, day(2026, 7, 1)); /* interest is posted through June by then */
    fixture_free_reply(pay_on(fixture, &ids, 5000, day(2026, 6, 25)));
    (void)fixture_emitted(fixture);
    Dunlin__Payment__V1__JudgmentView *view = (void *)fixture_call(fixture, "RecordJudgment", &request.base, STATUS_OK);
    /* 50 a day on 360,000: 16 days until 30 June. On 25 June 2,828 of the 5,000 had paid interest, of which the court
     * holds for 1,000: the rest pays what came since, and costs. The 2,172 that had paid principal bore none for six
     * days. */
    assert_int_equal(view->balance_minor, 381000 - 5000 + 798);
    assert_int_equal(number(fixture, "costs_minor"), 20000 - 1828 + 798);
    assert_int_equal(number(fixture, "interest_minor"), 0);
    fixture_free_reply(view);
    assert_string_equal(fixture_emitted(fixture), "BalanceChanged BalanceChanged BalanceChanged JudgmentRecorded");
    fixture_free_reply(fixture_call(fixture, "RecordJudgment", &request.base, STATUS_OK));
    assert_string_equal(fixture_emitted(fixture), "");
    assert_int_equal(interest_number(fixture, "posted_minor"), 798);
    fire_until(fixture, day(2026, 8, 1));
    assert_int_equal(interest_number(fixture, "posted_minor"), 2339); /* 357,828 through July: 1,540.6 */
    fixture_free_reply(charge(fixture, &ids, "court-costs", &fee, STATUS_OK));
    Dunlin__Payment__V1__PostingView *paid = (void *)pay_on(fixture, &ids, 100000, day(2026, 6, 1)); /* heard of now */
    assert_int_equal(paid->contingency_fee_minor, 40000); /* the agreement's legal stage; 20 percent before */
    fixture_free_reply(paid);
    assert_true(interest_number(fixture, "posted_minor") < 2339);
    Dunlin__Payment__V1__InterestView *interest = interest_of(fixture, &ids);
    assert_int_equal(interest->basis, DUNLIN__PAYMENT__V1__CHARGE_BASIS__CHARGE_BASIS_JUDGMENT);
    assert_string_equal(interest->judgment->case_number, "26-CV-117");
    assert_int_equal(interest->spans[0]->from_on_days, day(2026, 6, 15));
    fixture_free_reply(interest);
    (void)fixture_emitted(fixture);
    expect_sums(fixture);
}

static void a_judgment_on_an_account_without_interest_begins_it(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = placed_with(fixture, "anybody", "USD", FIXTURE_TODAY - 100, 381000);
    const struct id id = named("judgment alone");
    Dunlin__Payment__V1__RecordJudgmentRequest request = judgment_of(&ids, &id, FIXTURE_TODAY - 200);

    fixture_free_reply(fixture_call(fixture, "RecordJudgment", &request.base, STATUS_OK));
    assert_string_equal(fixture_emitted(fixture), "JudgmentRecorded"); /* the sum is as it was, the buckets are not */
    assert_int_equal(number(fixture, "costs_minor"), 20000);
    fire_until(fixture, day(2026, 6, 1));
    assert_int_equal(interest_number(fixture, "posted_minor"), 50 * (day(2026, 6, 1) - FIXTURE_TODAY + 200));
    (void)fixture_emitted(fixture);
    expect_sums(fixture);
}

static void a_judgment_that_makes_no_sense_is_refused(void **state)
{
    struct unit_fixture *fixture = *state;
    const struct subject_ids ids = loan(fixture);
    const struct id id = named("refused");
    const Dunlin__Payment__V1__RecordJudgmentRequest good = judgment_of(&ids, &id, FIXTURE_TODAY);

#define REFUSED(change, expected, word)                                                                                \
    do {                                                                                                               \
        Dunlin__Payment__V1__RecordJudgmentRequest request = good;                                                     \
        change;                                                                                                        \
        assert_null(fixture_call(fixture, "RecordJudgment", &request.base, expected));                                 \
        if (!strstr(fixture->last_error, word))                                                                        \
            fail_msg("'%s' lacks '%s'", fixture->last_error, word);                                                    \
    } while (0)
    REFUSED(request.principal_minor = -1, STATUS_INVALID_ARGUMENT, "principal_minor");
    REFUSED(request.costs_minor = INT64_MAX, STATUS_INVALID_ARGUMENT, "costs_minor");
    REFUSED(request.principal_minor = request.interest_minor = request.costs_minor = 0, STATUS_INVALID_ARGUMENT,
            "nothing");
    REFUSED(request.rate_millionths = -1, STATUS_INVALID_ARGUMENT, "rate_millionths");
    REFUSED(request.day_count = 9, STATUS_INVALID_ARGUMENT, "day_count");
    REFUSED(request.entered_on_days = FIXTURE_TODAY + 1, STATUS_INVALID_ARGUMENT, "entered_on_days");
    REFUSED(request.entered_on_days = 900000, STATUS_INVALID_ARGUMENT, "entered_on_days");
    REFUSED(request.currency = wire_text("EUR"), STATUS_INVALID_ARGUMENT, "currency");
    REFUSED(request.court = wire_text(""), STATUS_INVALID_ARGUMENT, "court");
    REFUSED(request.case_number = wire_text(""), STATUS_INVALID_ARGUMENT, "case_number");
    REFUSED(request.document_hash.len = 3, STATUS_INVALID_ARGUMENT, "document_hash");
    REFUSED(request.account_id = wire_id(&id), STATUS_NOT_FOUND, "no account");
#undef REFUSED
    assert_string_equal(fixture_emitted(fixture), "");
}

static int open_charges(void **state)
{
    return open_payment_with(state, TERMS);
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
        cmocka_unit_test_setup(interest_ends_at_its_cap, empty),
        cmocka_unit_test_setup(a_rate_that_nobody_knows_is_not_guessed, empty),
        cmocka_unit_test_setup(a_consumer_owes_no_interest_for_late_payment_between_businesses, empty),
        cmocka_unit_test_setup(a_balance_can_be_asked_for_as_of_any_day, empty),
        cmocka_unit_test_setup(a_fee_is_charged_as_the_agreement_says, empty),
        cmocka_unit_test_setup(a_fee_that_was_paid_and_is_waived_paid_the_debt, empty),
        cmocka_unit_test_setup(what_neither_agreement_nor_law_allows_is_not_charged, empty),
        cmocka_unit_test_setup(the_sum_of_a_statute_is_the_most_and_once_for_a_debt, empty),
        cmocka_unit_test_setup(fees_are_listed_with_those_that_may_be_charged, empty),
        cmocka_unit_test_setup(a_judgment_says_what_is_owed, empty),
        cmocka_unit_test_setup(a_judgment_on_an_account_without_interest_begins_it, empty),
        cmocka_unit_test_setup(a_judgment_that_makes_no_sense_is_refused, empty),
    };

    return cmocka_run_group_tests(tests, open_charges, close_payment);
}
