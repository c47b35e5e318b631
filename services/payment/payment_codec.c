#include "payment_codec.h"
#include "service/wire.h"

#include <glib.h>
#include <string.h>

_Static_assert((int)POSTING_PLACEMENT == DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PLACEMENT,
               "stored as on the wire");
_Static_assert((int)POSTING_PAYMENT == DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PAYMENT,
               "stored as on the wire");
_Static_assert((int)POSTING_REVERSAL == DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_REVERSAL,
               "stored as on the wire");
_Static_assert((int)POSTING_ADJUSTMENT == DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_ADJUSTMENT,
               "stored as on the wire");
_Static_assert((int)PROMISE_OPEN == DUNLIN__PAYMENT__V1__PROMISE_STATE__PROMISE_STATE_OPEN, "stored as on the wire");
_Static_assert((int)PROMISE_KEPT == DUNLIN__PAYMENT__V1__PROMISE_STATE__PROMISE_STATE_KEPT, "stored as on the wire");
_Static_assert((int)PROMISE_BROKEN == DUNLIN__PAYMENT__V1__PROMISE_STATE__PROMISE_STATE_BROKEN,
               "stored as on the wire");
_Static_assert((int)PROMISE_CANCELLED == DUNLIN__PAYMENT__V1__PROMISE_STATE__PROMISE_STATE_CANCELLED,
               "stored as on the wire");

_Static_assert((int)PROMISE_PARTIAL == DUNLIN__PAYMENT__V1__PROMISE_STATE__PROMISE_STATE_PARTIAL,
               "stored as on the wire");
_Static_assert((int)POSTING_CREDIT == DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_CREDIT, "stored as on the wire");
_Static_assert((int)PAID_FROM_SUSPENSE == DUNLIN__PAYMENT__V1__PAID_TO__PAID_TO_FROM_SUSPENSE, "stored as on the wire");
_Static_assert((int)SUSPENSE_RETURNED == DUNLIN__PAYMENT__V1__SUSPENSE_STATE__SUSPENSE_STATE_RETURNED,
               "stored as on the wire");
_Static_assert((int)SUSPENSE_OVERPAID == DUNLIN__PAYMENT__V1__SUSPENSE_SOURCE__SUSPENSE_SOURCE_OVERPAID,
               "stored as on the wire");

enum status codec_money(int64_t minor, const char *currency, struct money *ret_money, struct error *err)
{
    if (currency_exponent(currency) < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "currency: '%.8s' is none", currency);
    ret_money->minor = minor;
    g_strlcpy(ret_money->currency, currency, sizeof(ret_money->currency));
    return STATUS_OK;
}

enum status codec_provenance(const Dunlin__Intake__V1__Provenance *wire, struct provenance *ret_provenance,
                             struct error *err)
{
    struct id placement_id;

    *ret_provenance = (struct provenance){0};
    if (!wire)
        return STATUS_OK;
    enum status st = wire_read_id(&wire->placement_id, "provenance.placement_id", &placement_id, err);
    if (st != STATUS_OK)
        return st;
    *ret_provenance = (struct provenance){
        .placement_id = placement_id,
        .file_name = wire->file_name,
        .line = wire->line,
        .record_hash = wire->record_hash.data,
        .record_hash_len = wire->record_hash.len,
    };
    return STATUS_OK;
}

void codec_posting_view(const struct posting *posting, Dunlin__Payment__V1__PostingView *ret_view)
{
    dunlin__payment__v1__posting_view__init(ret_view);
    ret_view->posting_id = wire_id(&posting->draft.posting_id);
    ret_view->account_id = wire_id(&posting->account_id);
    ret_view->kind = (Dunlin__Payment__V1__PostingKind)posting->draft.kind;
    ret_view->amount_minor = posting->draft.change.minor;
    ret_view->currency = wire_text(posting->draft.change.currency);
    ret_view->effective_on_days = posting->draft.effective_on_days;
    ret_view->reference = wire_text(posting->draft.reference);
    ret_view->reverses = wire_id(&posting->draft.reverses);
    ret_view->balance_minor = posting->balance_minor;
    ret_view->interest_minor = posting->draft.charges.minor[AGREEMENT_INTEREST - 1];
    ret_view->fees_minor = posting->draft.charges.minor[AGREEMENT_FEES - 1];
    ret_view->costs_minor = posting->draft.charges.minor[AGREEMENT_COSTS - 1];
    ret_view->paid_to = (Dunlin__Payment__V1__PaidTo)posting->draft.paid_to;
    ret_view->contingency_fee_minor = posting->draft.fee_minor;
}

void codec_suspense_view(const struct suspense *item, Dunlin__Payment__V1__SuspenseView *ret_view)
{
    dunlin__payment__v1__suspense_view__init(ret_view);
    ret_view->item_id = wire_id(&item->item_id);
    ret_view->state = (Dunlin__Payment__V1__SuspenseState)item->state;
    ret_view->source = (Dunlin__Payment__V1__SuspenseSource)item->source;
    ret_view->amount_minor = item->amount.minor;
    ret_view->currency = wire_text(item->amount.currency);
    ret_view->client = wire_text(item->client);
    ret_view->account_id = wire_id(suspense_account_id(item));
    ret_view->payer = wire_text(item->payer);
    ret_view->reference = wire_text(item->reference);
    ret_view->received_on_days = item->received_on_days;
    ret_view->reason = wire_text(item->reason);
}

void codec_promise_view(const struct promise *promise, Dunlin__Payment__V1__PromiseView *ret_view)
{
    dunlin__payment__v1__promise_view__init(ret_view);
    ret_view->promise_id = wire_id(&promise->promise_id);
    ret_view->account_id = wire_id(&promise->account_id);
    ret_view->state = (Dunlin__Payment__V1__PromiseState)promise->state;
    ret_view->amount_minor = promise->amount.minor;
    ret_view->paid_minor = promise->paid_minor;
    ret_view->currency = wire_text(promise->amount.currency);
    ret_view->due_on_days = promise->due_on_days;
}
