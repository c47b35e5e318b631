#ifndef DUNLIN_TESTS_DEBIT_FIXTURE_H
#define DUNLIN_TESTS_DEBIT_FIXTURE_H

#include "payment_fixture.h"

#define TOKEN   "tok_5f1a9c77"
#define ROUTING "091400606"

static const uint8_t EVIDENCE[32] = {1, 2, 3};
static const uint8_t ORIGINATOR[32] = {9};

static inline Dunlin__Payment__V1__RegisterInstrumentRequest instrument_of_debtor(const struct subject_ids *ids,
                                                                                  const struct id *instrument_id)
{
    Dunlin__Payment__V1__RegisterInstrumentRequest request;

    dunlin__payment__v1__register_instrument_request__init(&request);
    request.account_id = wire_id(&ids->account);
    request.instrument_id = wire_id(instrument_id);
    request.kind = DUNLIN__PAYMENT__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_CHECKING;
    request.routing = wire_text(ROUTING);
    request.token = wire_text(TOKEN);
    request.last4 = wire_text("6789");
    request.holder = wire_text("Ada Example");
    request.authorization_class = DUNLIN__PAYMENT__V1__DEBIT_CLASS__DEBIT_CLASS_WEB;
    request.authorization_hash = wire_bytes(EVIDENCE, sizeof(EVIDENCE));
    request.authorized_on_days = today();
    return request;
}

/* An account with an instrument, and what is called by the same name. */
struct drawn {
    struct subject_ids ids;
    struct id instrument, debit, file;
};

static inline struct id named_after(const char *name, const char *what)
{
    g_autofree char *text = g_strdup_printf("%s: %s", name, what);

    return named(text);
}

static inline struct drawn drawn_of(struct unit_fixture *fixture, const char *name, int64_t balance_minor)
{
    struct drawn drawn = {
        .ids = ids_of(name),
        .instrument = named_after(name, "instrument"),
        .debit = named_after(name, "debit"),
        .file = named_after(name, "file"),
    };

    place(fixture, &drawn.ids, balance_minor);
    const Dunlin__Payment__V1__RegisterInstrumentRequest request = instrument_of_debtor(&drawn.ids, &drawn.instrument);
    fixture_free_reply(fixture_call(fixture, "RegisterInstrument", &request.base, STATUS_OK));
    assert_string_equal(fixture_emitted(fixture), "InstrumentRegistered");
    return drawn;
}

static inline Dunlin__Payment__V1__ScheduleDebitRequest debit_on(const struct drawn *drawn, int64_t amount_minor,
                                                                 int32_t due_on_days)
{
    Dunlin__Payment__V1__ScheduleDebitRequest request;

    dunlin__payment__v1__schedule_debit_request__init(&request);
    request.account_id = wire_id(&drawn->ids.account);
    request.debit_id = wire_id(&drawn->debit);
    request.instrument_id = wire_id(&drawn->instrument);
    request.amount_minor = amount_minor;
    request.currency = wire_text("USD");
    request.due_on_days = due_on_days;
    return request;
}

static inline void schedule(struct unit_fixture *fixture, const struct drawn *drawn, int64_t amount_minor)
{
    const Dunlin__Payment__V1__ScheduleDebitRequest request = debit_on(drawn, amount_minor, today());

    fixture_free_reply(fixture_call(fixture, "ScheduleDebit", &request.base, STATUS_OK));
    assert_string_equal(fixture_emitted(fixture), "DebitScheduled");
}

static inline int32_t reserve_for(struct unit_fixture *fixture, const struct id *file_id, int32_t due_on_days)
{
    Dunlin__Payment__V1__ReserveDebitsRequest request;

    dunlin__payment__v1__reserve_debits_request__init(&request);
    request.file_id = wire_id(file_id);
    request.agency = wire_text("demo");
    request.due_on_days = due_on_days;
    Dunlin__Payment__V1__ReserveDebitsReply *reply = fixture_call(fixture, "ReserveDebits", &request.base, STATUS_OK);
    const int32_t n = reply->reserved;
    fixture_free_reply(reply);
    return n;
}

static inline void mark_sent(struct unit_fixture *fixture, const struct id *file_id, const struct id *debit_id,
                             const char *trace, enum status expected)
{
    Dunlin__Payment__V1__MarkDebitsSentRequest request;
    Dunlin__Payment__V1__SentDebit sent, *list[] = {&sent};

    dunlin__payment__v1__sent_debit__init(&sent);
    sent.debit_id = wire_id(debit_id);
    sent.trace = wire_text(trace);
    dunlin__payment__v1__mark_debits_sent_request__init(&request);
    request.file_id = wire_id(file_id);
    request.debits = list;
    request.n_debits = 1;
    fixture_free_reply(fixture_call(fixture, "MarkDebitsSent", &request.base, expected));
}

static inline Dunlin__Payment__V1__ListDebitsReply *list_debits(struct unit_fixture *fixture, const struct id *file_id)
{
    Dunlin__Payment__V1__ListDebitsRequest request;

    dunlin__payment__v1__list_debits_request__init(&request);
    request.agency = wire_text("demo");
    if (file_id)
        request.file_id = wire_id(file_id);
    return fixture_call(fixture, "ListDebits", &request.base, STATUS_OK);
}

/* Reserved and sent as `trace`; returns the day on which it settles. */
static inline int32_t send_as(struct unit_fixture *fixture, const struct id *file_id, const struct id *debit_id,
                              const char *trace)
{
    assert_int_equal(reserve_for(fixture, file_id, today() + 30), 1);
    mark_sent(fixture, file_id, debit_id, trace, STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "DebitSent");
    Dunlin__Payment__V1__ListDebitsReply *listed = list_debits(fixture, file_id);
    assert_int_equal(listed->n_debits, 1);
    const int32_t effective_on_days = listed->debits[0]->effective_on_days;
    fixture_free_reply(listed);
    return effective_on_days;
}

/* In the afternoon of a day, when the clearing house has settled. */
static inline void pass_to(struct unit_fixture *fixture, int32_t days)
{
    (void)fixture_fire(fixture, (struct instant){days * US_PER_DAY + 15 * US_PER_HOUR});
}

static inline void send_and_settle(struct unit_fixture *fixture, const struct id *file_id, const struct id *debit_id,
                                   const char *trace)
{
    pass_to(fixture, send_as(fixture, file_id, debit_id, trace));
    assert_string_equal(fixture_emitted(fixture), "PaymentPosted BalanceChanged");
}

static inline Dunlin__Payment__V1__DebitView *come_back(struct unit_fixture *fixture, const struct id *debit_id,
                                                        const char *trace, const char *code, int64_t amount_minor,
                                                        int32_t retry_after_days, enum status expected)
{
    Dunlin__Payment__V1__RecordReturnRequest request;

    dunlin__payment__v1__record_return_request__init(&request);
    request.debit_id = wire_id(debit_id);
    request.trace = wire_text(trace);
    request.code = wire_text(code);
    request.amount_minor = amount_minor;
    request.retry_after_days = retry_after_days;
    return fixture_call(fixture, "RecordReturn", &request.base, expected);
}

static inline void represent(struct unit_fixture *fixture, const struct id *debit_id, int32_t due_on_days,
                             bool is_reauthorized, enum status expected)
{
    Dunlin__Payment__V1__RepresentDebitRequest request;

    dunlin__payment__v1__represent_debit_request__init(&request);
    request.debit_id = wire_id(debit_id);
    request.due_on_days = due_on_days;
    request.is_reauthorized = is_reauthorized;
    fixture_free_reply(fixture_call(fixture, "RepresentDebit", &request.base, expected));
}

#endif
