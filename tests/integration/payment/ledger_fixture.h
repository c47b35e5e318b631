#ifndef DUNLIN_TESTS_PAYMENT_LEDGER_FIXTURE_H
#define DUNLIN_TESTS_PAYMENT_LEDGER_FIXTURE_H

#include "payment_fixture.h"

/* Accounts looked at, promises on them, and what holds of all postings together. */

static inline void recall(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    Dunlin__Intake__V1__AccountRecalled message;

    dunlin__intake__v1__account_recalled__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    fixture_apply_ok(fixture, &message.base);
}

static inline Dunlin__Payment__V1__PromiseView *promise(struct unit_fixture *fixture, const struct subject_ids *ids,
                                                        int64_t amount_minor, int32_t due_on_days, enum status expected)
{
    Dunlin__Payment__V1__MakePromiseRequest request;

    dunlin__payment__v1__make_promise_request__init(&request);
    request.account_id = wire_id(&ids->account);
    request.amount_minor = amount_minor;
    request.currency = wire_text("USD");
    request.due_on_days = due_on_days;
    return (void *)fixture_call(fixture, "MakePromise", &request.base, expected);
}

static inline Dunlin__Payment__V1__GetAccountReply *look(struct unit_fixture *fixture, const struct subject_ids *ids)
{
    Dunlin__Payment__V1__GetAccountRequest request;

    dunlin__payment__v1__get_account_request__init(&request);
    request.account_id = wire_id(&ids->account);
    return (void *)fixture_call(fixture, "GetAccount", &request.base, STATUS_OK);
}

static inline void expect_account(struct unit_fixture *fixture, const struct subject_ids *ids, int64_t balance_minor,
                                  size_t n_postings, const char *promise_states)
{
    static const char LETTERS[] = "?okbcp"; /* open, kept, broken, cancelled, partly kept */
    Dunlin__Payment__V1__GetAccountReply *reply = look(fixture, ids);
    char states[16] = "";

    assert_true(reply->balance_minor == balance_minor);
    assert_int_equal(reply->n_postings, n_postings);
    assert_true(reply->postings[n_postings - 1]->balance_minor == balance_minor);
    for (size_t i = 0; i < reply->n_promises; i++)
        states[i] = LETTERS[reply->promises[i]->state];
    assert_string_equal(states, promise_states);
    fixture_free_reply(reply);
}

static inline struct instant end_of_day(int32_t days)
{
    return (struct instant){((int64_t)days + 1) * US_PER_DAY};
}

static inline void expect_books_agree(struct unit_fixture *fixture)
{
    assert_int_equal(
        fixture_number(fixture,
                       "SELECT count(*) FROM (SELECT posting_id FROM payment.entry GROUP BY posting_id, currency "
                       "HAVING sum(amount_minor) <> 0) bad"),
        0);
    assert_int_equal(
        fixture_number(fixture,
                       "SELECT count(*) FROM payment.account a WHERE a.balance_minor <> (SELECT sum(amount_minor) FROM "
                       "payment.entry e WHERE e.account_id = a.account_id AND e.ledger_account = 1)"),
        0);
    assert_int_equal(
        fixture_number(fixture, "SELECT count(*) FROM payment.account a WHERE a.n_postings <> (SELECT count(*) FROM "
                                "payment.posting p WHERE p.account_id = a.account_id)"),
        0);
    assert_int_equal(
        fixture_number(
            fixture,
            "SELECT count(*) FROM (SELECT account_id, number, balance_minor, sum(change_minor) OVER (PARTITION BY "
            "account_id ORDER BY number) AS so_far FROM payment.posting) p WHERE balance_minor <> so_far"),
        0);
}

#endif
