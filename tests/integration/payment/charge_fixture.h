#ifndef DUNLIN_TESTS_CHARGE_FIXTURE_H
#define DUNLIN_TESTS_CHARGE_FIXTURE_H

#include "plan_fixture.h"

/* Accounts on which interest, fees and judgments come, by the terms of four clients. */

#define RATES_TO_H1                                                                                                    \
    "name: test\n"                                                                                                     \
    "reference_rates:\n"                                                                                               \
    "  - { authority: ecb, half: 2025-H2, percent: \"2.15\" }\n"                                                       \
    "  - { authority: ecb, half: 2026-H1, percent: \"2.15\" }\n"
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

#define PLACED 365000 /* at 9.75 percent: 97.5 a day */

static inline int32_t day(int year, int month, int day_of_month)
{
    struct date date = {0};

    assert_true(date_from_ymd(year, month, day_of_month, &date));
    return date.days;
}

static inline struct instant noon_of(int32_t days)
{
    return (struct instant){days * US_PER_DAY + 12 * US_PER_HOUR};
}

static inline void go_to(int32_t days)
{
    assert_true(clock_drive(noon_of(days)));
}

static inline int empty(void **state)
{
    struct unit_fixture *fixture = *state;

    clock_release();
    go_to(FIXTURE_TODAY);
    fixture_empty(fixture,
                  "payment.account, payment.posting, payment.promise, payment.trust_account, "
                  "payment.trust_entry, payment.suspense, payment.interest, payment.interest_rate, "
                  "payment.debtor_fee, payment.judgment, payment.plan, payment.plan_instalment, payment.stopped");
    test_database_script(fixture->owner, "DELETE FROM platform.timer");
    return 0;
}

static inline struct subject_ids placed_with(struct unit_fixture *fixture, const char *client, const char *currency,
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

static inline struct subject_ids loan(struct unit_fixture *fixture)
{
    return placed_with(fixture, "lender", "USD", FIXTURE_TODAY, PLACED);
}

/* All that is due until the day, each at its time. */
static inline void fire_until(struct unit_fixture *fixture, int32_t days)
{
    const int64_t end_us = (days + 1) * US_PER_DAY - 1;
    int64_t due_us;

    while ((due_us = fixture_number(fixture, "SELECT coalesce(min(due_at_us), 0) FROM platform.timer")) != 0 &&
           due_us <= end_us)
        assert_true(fixture_fire(fixture, (struct instant){due_us}) > 0);
    assert_true(clock_drive((struct instant){end_us}));
}

static inline int64_t number(struct unit_fixture *fixture, const char *column)
{
    g_autofree char *sql = g_strdup_printf("SELECT (%s)::bigint FROM payment.account", column);

    return fixture_number(fixture, sql);
}

static inline int64_t interest_number(struct unit_fixture *fixture, const char *column)
{
    g_autofree char *sql = g_strdup_printf("SELECT (%s)::bigint FROM payment.interest", column);

    return fixture_number(fixture, sql);
}

static inline Dunlin__Payment__V1__PostingView *pay_on(struct unit_fixture *fixture, const struct subject_ids *ids,
                                                       int64_t amount_minor, int32_t paid_on_days)
{
    Dunlin__Payment__V1__PostPaymentRequest request = payment_of(ids, amount_minor);

    request.paid_on_presence_case = DUNLIN__PAYMENT__V1__POST_PAYMENT_REQUEST__PAID_ON_PRESENCE_PAID_ON_DAYS;
    request.paid_on_days = paid_on_days;
    return (void *)fixture_call(fixture, "PostPayment", &request.base, STATUS_OK);
}

static inline Dunlin__Payment__V1__InterestView *interest_of(struct unit_fixture *fixture,
                                                             const struct subject_ids *ids)
{
    Dunlin__Payment__V1__GetInterestRequest request;

    dunlin__payment__v1__get_interest_request__init(&request);
    request.account_id = wire_id(&ids->account);
    return (void *)fixture_call(fixture, "GetInterest", &request.base, STATUS_OK);
}

/* The ledger says of interest what its rows say of each other. */
static inline void expect_sums(struct unit_fixture *fixture)
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

static inline int open_charges(void **state)
{
    return open_payment_with(state, TERMS);
}

#endif
