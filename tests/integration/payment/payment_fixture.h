#ifndef DUNLIN_TESTS_PAYMENT_FIXTURE_H
#define DUNLIN_TESTS_PAYMENT_FIXTURE_H

#include "unit_fixture.h"

#include <unistd.h>

#include <glib/gstdio.h>

#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "payment_service.h"
#include "policy/policy_holder.h"

/* The service with an SOP of three days' grace and these agreements: "acme" pays 25 percent of what the agency receives
 * and 10 of what it receives itself; everybody else 20. */
static const char AGREEMENTS[] = "name: test\n"
                                 "agreements:\n"
                                 "  - client: acme\n"
                                 "    apply: [costs, fees, interest, principal]\n"
                                 "    order: oldest\n"
                                 "    fees:\n"
                                 "      - { paid: client, percent: 10 }\n"
                                 "      - { percent: 25 }\n"
                                 "    remittance: { method: net, every: month, payee: Acme, reference: test }\n"
                                 "  - client: \"*\"\n"
                                 "    apply: [principal, interest, fees, costs]\n"
                                 "    order: oldest\n"
                                 "    fees:\n"
                                 "      - { percent: 20 }\n"
                                 "    remittance: { method: net, every: month, payee: Anybody, reference: test }\n";

static struct sop payment_sop = {.promise_grace_days = 3};
static struct policy_holder payment_context = {.sop = &payment_sop};

static inline int open_payment_with(void **state, const char *agreements)
{
    const size_t len = strlen(agreements);
    g_autofree char *path = NULL;
    struct error err;
    int fd = g_file_open_tmp("dunlin-agreements-XXXXXX.yaml", &path, NULL);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, agreements, len), len);
    (void)close(fd);
    const enum status st = agreements_load(path, &payment_context.agreements, &err);
    (void)g_unlink(path);
    if (st != STATUS_OK)
        fail_msg("%s", err.text);
    const int failed = fixture_open(state, &PAYMENT_SPEC, &payment_context);
    if (failed != 0)
        return failed;
    struct unit_fixture *fixture = *state;
    fixture->may_name_nobody = true; /* money that is nobody's */
    test_database_script(fixture->owner,
                         "INSERT INTO platform.agency VALUES (1, 'demo', 'Demo', decode(repeat('00', 32), 'hex'))");
    return 0;
}

static inline int open_payment(void **state)
{
    return open_payment_with(state, AGREEMENTS);
}

static inline int close_payment(void **state)
{
    agreements_freep(&payment_context.agreements);
    return fixture_close(state);
}

static inline int32_t today(void)
{
    return (int32_t)(clock_now().us / US_PER_DAY);
}

static inline Dunlin__Intake__V1__AccountPlaced placed(const struct subject_ids *ids, int64_t balance_minor)
{
    Dunlin__Intake__V1__AccountPlaced message;

    dunlin__intake__v1__account_placed__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.client = wire_text("acme");
    message.client_reference = wire_text("R-1");
    message.balance_minor = balance_minor;
    message.currency = wire_text("USD");
    message.placed_at_us = clock_now().us;
    return message;
}

static inline void place(struct unit_fixture *fixture, const struct subject_ids *ids, int64_t balance_minor)
{
    Dunlin__Intake__V1__AccountPlaced message = placed(ids, balance_minor);

    fixture_apply_ok(fixture, &message.base);
    assert_string_equal(fixture_emitted(fixture), "");
}

static inline Dunlin__Intake__V1__PaymentReported reported(const struct subject_ids *ids, const struct id *payment_id,
                                                           int64_t amount_minor)
{
    Dunlin__Intake__V1__PaymentReported message;

    dunlin__intake__v1__payment_reported__init(&message);
    message.account_id = wire_id(&ids->account);
    message.debtor_id = wire_id(&ids->debtor);
    message.payment_id = wire_id(payment_id);
    message.reference = wire_text("bank 17");
    message.amount_minor = amount_minor;
    message.currency = wire_text("USD");
    message.paid_on_days = FIXTURE_TODAY - 2;
    return message;
}

static inline Dunlin__Payment__V1__PostPaymentRequest payment_of(const struct subject_ids *ids, int64_t amount_minor)
{
    Dunlin__Payment__V1__PostPaymentRequest request;

    dunlin__payment__v1__post_payment_request__init(&request);
    request.account_id = wire_id(&ids->account);
    request.amount_minor = amount_minor;
    request.currency = wire_text("USD");
    request.reference = wire_text("cheque 4");
    return request;
}

static inline Dunlin__Payment__V1__PostingView *pay(struct unit_fixture *fixture, const struct subject_ids *ids,
                                                    int64_t amount_minor)
{
    const Dunlin__Payment__V1__PostPaymentRequest request = payment_of(ids, amount_minor);

    return (void *)fixture_call(fixture, "PostPayment", &request.base, STATUS_OK);
}

static inline void take_back(struct unit_fixture *fixture, ProtobufCBinaryData posting_id, enum status expected)
{
    Dunlin__Payment__V1__ReversePaymentRequest request;

    dunlin__payment__v1__reverse_payment_request__init(&request);
    request.posting_id = posting_id;
    request.reason = wire_text("cheque returned");
    fixture_free_reply(fixture_call(fixture, "ReversePayment", &request.base, expected));
}

/* Money that is nobody's. */
static inline Dunlin__Payment__V1__HoldMoneyRequest money(const struct id *item_id, int64_t amount_minor)
{
    Dunlin__Payment__V1__HoldMoneyRequest request;

    dunlin__payment__v1__hold_money_request__init(&request);
    request.item_id = wire_id(item_id);
    request.amount_minor = amount_minor;
    request.currency = wire_text("USD");
    request.payer = wire_text("J SMITH");
    request.reference = wire_text("BANK-4711");
    request.received_on_days = FIXTURE_TODAY;
    request.agency = wire_text("demo");
    return request;
}

static inline void assign(struct unit_fixture *fixture, const struct id *item_id, const struct subject_ids *ids,
                          enum status expected)
{
    Dunlin__Payment__V1__AssignSuspenseRequest request;

    dunlin__payment__v1__assign_suspense_request__init(&request);
    request.item_id = wire_id(item_id);
    request.account_id = wire_id(&ids->account);
    request.reason = wire_text("the name fits");
    fixture_free_reply(fixture_call(fixture, "AssignSuspense", &request.base, expected));
}

static inline void unassign(struct unit_fixture *fixture, const struct id *item_id, enum status expected)
{
    Dunlin__Payment__V1__UnassignSuspenseRequest request;

    dunlin__payment__v1__unassign_suspense_request__init(&request);
    request.item_id = wire_id(item_id);
    fixture_free_reply(fixture_call(fixture, "UnassignSuspense", &request.base, expected));
}

static inline void refund(struct unit_fixture *fixture, const struct id *item_id, enum status expected)
{
    Dunlin__Payment__V1__RefundSuspenseRequest request;

    dunlin__payment__v1__refund_suspense_request__init(&request);
    request.item_id = wire_id(item_id);
    request.reason = wire_text("transfer 7");
    fixture_free_reply(fixture_call(fixture, "RefundSuspense", &request.base, expected));
}

static inline Dunlin__Payment__V1__ListSuspenseReply *list_suspense(struct unit_fixture *fixture, int32_t limit)
{
    Dunlin__Payment__V1__ListSuspenseRequest request;

    dunlin__payment__v1__list_suspense_request__init(&request);
    request.agency = wire_text("demo");
    request.limit = limit;
    return (void *)fixture_call(fixture, "ListSuspense", &request.base, STATUS_OK);
}

static inline Dunlin__Payment__V1__GetTrustReply *get_trust(struct unit_fixture *fixture)
{
    Dunlin__Payment__V1__GetTrustRequest request;

    dunlin__payment__v1__get_trust_request__init(&request);
    request.agency = wire_text("demo");
    return (void *)fixture_call(fixture, "GetTrust", &request.base, STATUS_OK);
}

#endif
