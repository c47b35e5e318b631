#include "debit_codec.h"

#include <string.h>

#include "service/wire.h"

_Static_assert((int)INSTRUMENT_ACTIVE == DUNLIN__PAYMENT__V1__INSTRUMENT_STATE__INSTRUMENT_STATE_ACTIVE,
               "stored as on the wire");
_Static_assert((int)INSTRUMENT_STOPPED == DUNLIN__PAYMENT__V1__INSTRUMENT_STATE__INSTRUMENT_STATE_STOPPED,
               "stored as on the wire");
_Static_assert((int)INSTRUMENT_SAVINGS == DUNLIN__PAYMENT__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_SAVINGS,
               "stored as on the wire");
_Static_assert((int)DEBIT_TEL == DUNLIN__PAYMENT__V1__DEBIT_CLASS__DEBIT_CLASS_TEL, "stored as on the wire");
_Static_assert((int)DEBIT_SCHEDULED == DUNLIN__PAYMENT__V1__DEBIT_STATE__DEBIT_STATE_SCHEDULED,
               "stored as on the wire");
_Static_assert((int)DEBIT_SETTLED == DUNLIN__PAYMENT__V1__DEBIT_STATE__DEBIT_STATE_SETTLED, "stored as on the wire");
_Static_assert((int)DEBIT_CANCELLED == DUNLIN__PAYMENT__V1__DEBIT_STATE__DEBIT_STATE_CANCELLED,
               "stored as on the wire");

void codec_instrument_view(const struct instrument *instrument, Dunlin__Payment__V1__InstrumentView *ret_view)
{
    dunlin__payment__v1__instrument_view__init(ret_view);
    ret_view->instrument_id = wire_id(&instrument->instrument_id);
    ret_view->debtor_id = wire_id(&instrument->debtor_id);
    ret_view->state = (Dunlin__Payment__V1__InstrumentState)instrument->state;
    ret_view->kind = (Dunlin__Payment__V1__InstrumentKind)instrument->kind;
    ret_view->routing = wire_text(instrument->routing);
    ret_view->token = wire_text(instrument->token);
    ret_view->last4 = wire_text(instrument->last4);
    ret_view->holder = wire_text(instrument->holder);
    ret_view->authorization_class = (Dunlin__Payment__V1__DebitClass)instrument->class;
    ret_view->authorization_hash = wire_bytes(instrument->authorization_hash, INSTRUMENT_AUTHORIZATION_BYTES);
    ret_view->authorized_on_days = instrument->authorized_on_days;
    ret_view->reason = wire_text(instrument->reason);
}

void codec_debit_view(const struct debit *debit, Dunlin__Payment__V1__DebitView *ret_view)
{
    dunlin__payment__v1__debit_view__init(ret_view);
    ret_view->debit_id = wire_id(&debit->debit_id);
    ret_view->account_id = wire_id(&debit->account_id);
    ret_view->instrument_id = wire_id(&debit->instrument_id);
    ret_view->state = (Dunlin__Payment__V1__DebitState)debit->state;
    ret_view->amount_minor = debit->amount.minor;
    ret_view->currency = wire_text(debit->amount.currency);
    ret_view->due_on_days = debit->due_on_days;
    ret_view->plan_id = wire_id(&debit->plan_id);
    ret_view->instalment = debit->instalment;
    ret_view->reason = wire_text(debit->reason);
    ret_view->presentment = debit->n_presented;
    if (debit->n_presented == 0)
        return;
    const struct presentment *presentment = &debit->presented[debit->n_presented - 1];
    ret_view->file_id = wire_id(&presentment->file_id);
    ret_view->trace = wire_text(presentment->trace);
    ret_view->effective_on_days = presentment->effective_on_days;
    ret_view->return_code = wire_text(presentment->return_code);
    ret_view->returned_on_days = presentment->returned_on_days;
}

enum status codec_check_trace(const char *trace, struct error *err)
{
    if (strlen(trace) != DEBIT_TRACE_DIGITS || strspn(trace, "0123456789") != DEBIT_TRACE_DIGITS)
        return error_set(err, STATUS_INVALID_ARGUMENT, "trace: '%.20s' is not %d digits", trace, DEBIT_TRACE_DIGITS);
    return STATUS_OK;
}

struct debit_views codec_debit_views(const GArray *rows, size_t limit)
{
    const size_t n = MIN(rows->len, limit);
    struct debit_views views = {
        .views = g_new(Dunlin__Payment__V1__DebitView, n),
        .instruments = g_new(Dunlin__Payment__V1__InstrumentView, n),
        .list = g_new(Dunlin__Payment__V1__DebitView *, n),
        .n = n,
    };

    for (size_t i = 0; i < n; i++) {
        const struct debit_row *row = &g_array_index(rows, struct debit_row, i);
        codec_debit_view(&row->debit, &views.views[i]);
        codec_instrument_view(&row->instrument, &views.instruments[i]);
        views.views[i].instrument = &views.instruments[i];
        views.list[i] = &views.views[i];
    }
    return views;
}

void codec_debit_views_fini(struct debit_views *views)
{
    g_free(views->views);
    g_free(views->instruments);
    g_free(views->list);
}
