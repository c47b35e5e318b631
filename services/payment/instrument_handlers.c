#include "instrument_handlers.h"

#include "debit_codec.h"
#include "debit_record.h"
#include "payment_codec.h"
#include "payment_command.h"
#include "service/wire.h"

static void reply_instrument(struct service_call *call, const struct instrument *instrument)
{
    Dunlin__Payment__V1__InstrumentView view;

    codec_instrument_view(instrument, &view);
    service_reply(call, &view.base);
}

/* --- RegisterInstrument */

static struct instrument instrument_of(const Dunlin__Payment__V1__RegisterInstrumentRequest *request)
{
    const bool has_hash = request->authorization_hash.len == INSTRUMENT_AUTHORIZATION_BYTES;

    return (struct instrument){
        .instrument_id = wire_known_id(&request->instrument_id),
        .account_id = wire_known_id(&request->account_id),
        .state = INSTRUMENT_ACTIVE,
        .kind = (enum instrument_kind)request->kind,
        .routing = request->routing,
        .token = request->token,
        .last4 = request->last4,
        .holder = request->holder,
        .class = (enum debit_class)request->authorization_class,
        .authorization_hash = has_hash ? request->authorization_hash.data : NULL,
        .authorized_on_days = request->authorized_on_days,
        .reason = "",
    };
}

static enum status want_register(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__RegisterInstrumentRequest *request = (const void *)call->request;
    struct id account_id, instrument_id;
    enum status st = wire_read_own_id(call, &request->account_id, "account_id", &account_id, err);

    if (st == STATUS_OK)
        st = wire_read_own_id(call, &request->instrument_id, "instrument_id", &instrument_id, err);
    if (st != STATUS_OK)
        return st;
    book_want_account(book, &account_id);
    debit_book_want_instrument(book->debits, &instrument_id);
    return STATUS_OK;
}

static enum status act_register(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__RegisterInstrumentRequest *request = (const void *)call->request;
    struct instrument instrument = instrument_of(request);
    const struct account *account = book_account(record->book, &instrument.account_id);
    const struct instrument *kept = debit_book_instrument(record->book->debits, &instrument.instrument_id);
    char text[ID_TEXT_SIZE];
    struct error why;

    if (instrument_check(&instrument, command_today(record->unit), &why) != STATUS_OK) {
        service_fail_error(call, &why);
        return STATUS_OK;
    }
    if (!account || !command_may_concern(call, account->agency_id)) {
        service_fail(call, STATUS_NOT_FOUND, "no account %s", id_format(&instrument.account_id, text));
        return STATUS_OK;
    }
    instrument.debtor_id = account->debtor_id;
    instrument.agency_id = account->agency_id;
    instrument.registered_at = unit_now(record->unit);
    if (kept && !instrument_is_same(kept, &instrument)) {
        service_fail(call, STATUS_INVALID_ARGUMENT, "instrument_id: is another instrument's");
        return STATUS_OK;
    }
    const enum status st = kept ? STATUS_OK : record_instrument(record, &instrument, &kept, err);
    if (st == STATUS_OK)
        reply_instrument(call, kept);
    return st;
}

enum status instrument_register(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_register, act_register}, unit, calls, n_calls, err);
}

/* --- StopInstrument */

static enum status want_stop(struct book *book, const struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__StopInstrumentRequest *request = (const void *)call->request;
    struct id instrument_id;
    enum status st = wire_read_own_id(call, &request->instrument_id, "instrument_id", &instrument_id, err);

    if (st == STATUS_OK)
        st = wire_free_text(request->reason, TEXT_MAX_BYTES, "reason", err);
    if (st != STATUS_OK)
        return st;
    debit_book_want_instrument(book->debits, &instrument_id);
    debit_book_want_drawn(book->debits, &instrument_id);
    return STATUS_OK;
}

static enum status act_stop(const struct record *record, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__StopInstrumentRequest *request = (const void *)call->request;
    const struct id instrument_id = wire_known_id(&request->instrument_id);
    struct instrument *instrument = debit_book_instrument(record->book->debits, &instrument_id);
    char text[ID_TEXT_SIZE];

    if (!instrument || !command_may_concern(call, instrument->agency_id)) {
        service_fail(call, STATUS_NOT_FOUND, "no instrument %s", id_format(&instrument_id, text));
        return STATUS_OK;
    }
    const enum status st = record_instrument_stop(record, instrument, request->reason, "", err);
    if (st == STATUS_OK)
        reply_instrument(call, instrument);
    return st;
}

enum status instrument_revoke(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_run(&(struct command){want_stop, act_stop}, unit, calls, n_calls, err);
}

/* --- ListInstruments */

static void reply_list(struct service_call *call, const GArray *instruments)
{
    const size_t n = instruments->len;
    g_autofree Dunlin__Payment__V1__InstrumentView *views = g_new(Dunlin__Payment__V1__InstrumentView, n);
    g_autofree Dunlin__Payment__V1__InstrumentView **list = g_new(Dunlin__Payment__V1__InstrumentView *, n);
    Dunlin__Payment__V1__ListInstrumentsReply reply;
    size_t n_shown = 0;

    for (size_t i = 0; i < n; i++) {
        const struct instrument *instrument = &g_array_index(instruments, struct instrument, i);
        if (!command_may_concern(call, instrument->agency_id))
            continue;
        codec_instrument_view(instrument, &views[n_shown]);
        list[n_shown] = &views[n_shown];
        n_shown++;
    }
    dunlin__payment__v1__list_instruments_reply__init(&reply);
    reply.instruments = list;
    reply.n_instruments = n_shown;
    service_reply(call, &reply.base);
}

static enum status list(struct unit *unit, struct service_call *call, struct error *err)
{
    const Dunlin__Payment__V1__ListInstrumentsRequest *request = (const void *)call->request;
    SCOPED(book_freep) struct book *book = book_new();
    g_autoptr(GArray) instruments = NULL;
    struct id account_id;
    enum status st = wire_read_id(&request->account_id, "account_id", &account_id, err);

    if (st == STATUS_OK)
        st = debit_store_instruments(unit_db(unit), book, &account_id, &instruments, err);
    if (st == STATUS_OK)
        reply_list(call, instruments);
    return st;
}

enum status instrument_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err)
{
    return command_each(list, unit, calls, n_calls, err);
}
