#include "payment_record.h"

#include <assert.h>

#include "interest_record.h"
#include "payment_codec.h"
#include "plan_record.h"
#include "service/wire.h"

enum status record_emit(const struct record *record, const struct account *account, const ProtobufCMessage *message,
                        struct error *err)
{
    const struct subject subject = {
        .agency_id = account->agency_id,
        .debtor_id = account->debtor_id,
        .account_id = account->account_id,
    };

    return unit_emit(record->unit, &subject, record->actor, message, err);
}

static enum status emit_payment(const struct record *record, const struct account *account,
                                const struct posting *posting, struct error *err)
{
    Dunlin__Payment__V1__PaymentPosted message;

    dunlin__payment__v1__payment_posted__init(&message);
    message.posting_id = wire_id(&posting->draft.posting_id);
    message.account_id = wire_id(&account->account_id);
    message.debtor_id = wire_id(&account->debtor_id);
    message.amount_minor = -posting->draft.change.minor;
    message.currency = wire_text(posting->draft.change.currency);
    message.paid_on_days = posting->draft.effective_on_days;
    message.reference = wire_text(posting->draft.reference);
    message.interest_minor = -posting->draft.charges.minor[AGREEMENT_INTEREST - 1];
    message.fees_minor = -posting->draft.charges.minor[AGREEMENT_FEES - 1];
    message.costs_minor = -posting->draft.charges.minor[AGREEMENT_COSTS - 1];
    message.paid_to = (Dunlin__Payment__V1__PaidTo)posting->draft.paid_to;
    message.contingency_fee_minor = posting->draft.fee_minor;
    return record_emit(record, account, &message.base, err);
}

static enum status emit_reversal(const struct record *record, const struct account *account,
                                 const struct posting *posting, struct error *err)
{
    Dunlin__Payment__V1__PaymentReversed message;

    dunlin__payment__v1__payment_reversed__init(&message);
    message.posting_id = wire_id(&posting->draft.posting_id);
    message.reverses = wire_id(&posting->draft.reverses);
    message.account_id = wire_id(&account->account_id);
    message.debtor_id = wire_id(&account->debtor_id);
    message.amount_minor = posting->draft.change.minor;
    message.currency = wire_text(posting->draft.change.currency);
    message.effective_on_days = posting->draft.effective_on_days;
    message.reason = wire_text(posting->draft.reference);
    message.interest_minor = posting->draft.charges.minor[AGREEMENT_INTEREST - 1];
    message.fees_minor = posting->draft.charges.minor[AGREEMENT_FEES - 1];
    message.costs_minor = posting->draft.charges.minor[AGREEMENT_COSTS - 1];
    message.paid_to = (Dunlin__Payment__V1__PaidTo)posting->draft.paid_to;
    message.contingency_fee_minor = -posting->draft.fee_minor;
    return record_emit(record, account, &message.base, err);
}

static void say_owed(const struct account *account, Dunlin__Payment__V1__BalanceChanged *message)
{
    message->interest_minor = account->owed.minor[AGREEMENT_INTEREST - 1];
    message->fees_minor = account->owed.minor[AGREEMENT_FEES - 1];
    message->costs_minor = account->owed.minor[AGREEMENT_COSTS - 1];
}

static enum status emit_balance(const struct record *record, const struct account *account,
                                const struct posting *posting, struct error *err)
{
    Dunlin__Payment__V1__BalanceChanged message;

    dunlin__payment__v1__balance_changed__init(&message);
    message.account_id = wire_id(&account->account_id);
    message.debtor_id = wire_id(&account->debtor_id);
    message.balance_minor = posting->balance_minor;
    message.change_minor = posting->draft.change.minor;
    message.currency = wire_text(posting->draft.change.currency);
    message.kind = (Dunlin__Payment__V1__PostingKind)posting->draft.kind;
    message.effective_on_days = posting->draft.effective_on_days;
    message.cause_seq = posting->draft.cause_seq;
    say_owed(account, &message);
    return record_emit(record, account, &message.base, err);
}

enum status record_unchanged(const struct record *record, const struct account *account, int64_t cause_seq,
                             struct error *err)
{
    Dunlin__Payment__V1__BalanceChanged message;

    dunlin__payment__v1__balance_changed__init(&message);
    message.account_id = wire_id(&account->account_id);
    message.debtor_id = wire_id(&account->debtor_id);
    message.balance_minor = account->balance.minor;
    message.currency = wire_text(account->balance.currency);
    message.cause_seq = cause_seq;
    say_owed(account, &message);
    return record_emit(record, account, &message.base, err);
}

static enum status emit_posting(const struct record *record, const struct account *account,
                                const struct posting *posting, struct error *err)
{
    enum status st = STATUS_OK;

    switch (posting->draft.kind) {
    case POSTING_PLACEMENT:
        return STATUS_OK; /* AccountPlaced has said it */
    case POSTING_ADJUSTMENT:
    case POSTING_INTEREST:
    case POSTING_FEE:
    case POSTING_CREDIT:
        break;
    case POSTING_PAYMENT:
        st = emit_payment(record, account, posting, err);
        break;
    case POSTING_REVERSAL:
        st = emit_reversal(record, account, posting, err);
        break;
    }
    if (posting->draft.change.minor == 0) /* a judgment that moves between buckets alone: it says so itself */
        return st;
    return st == STATUS_OK ? emit_balance(record, account, posting, err) : st;
}

enum status record_posting(const struct record *record, struct account *account, const struct posting *posting,
                           const struct posting **ret_posting, struct error *err)
{
    assert(posting_is_balanced(posting));
    const struct posting *kept = book_add_posting(record->book, posting, true);
    struct promise *before = account->open_promise;
    struct promise *ended = promise_settle(account, kept);
    struct trust_entry trust;

    if (trust_of_posting(account, kept, &trust))
        book_add_trust(record->book, &trust);
    interest_note(record, account, kept);
    book_touch_account(account);
    if (before)
        book_touch_promise(before);
    enum status st = emit_posting(record, account, kept, err);
    if (st == STATUS_OK && ended)
        st = record_promise_end(record, account, ended, err);
    if (st == STATUS_OK)
        st = record_plan_posting(record, account, kept, err);
    if (st == STATUS_OK && ret_posting)
        *ret_posting = kept;
    return st == STATUS_OK ? interest_follow(record, account, kept, err) : st;
}

enum status record_promise(const struct record *record, struct account *account, const struct promise *promise,
                           const struct promise **ret_promise, struct error *err)
{
    struct promise *kept = book_add_promise(record->book, promise);
    Dunlin__Payment__V1__PromiseMade message;

    account->open_promise = kept;
    book_touch_promise(kept);
    book_touch_account(account);
    unit_timer_set(record->unit, &(struct timer){.kind = TIMER_PROMISE_DUE,
                                                 .subject_id = kept->promise_id,
                                                 .debtor_id = kept->debtor_id,
                                                 .agency_id = kept->agency_id,
                                                 .due_at = kept->breaks_at});
    dunlin__payment__v1__promise_made__init(&message);
    message.promise_id = wire_id(&kept->promise_id);
    message.account_id = wire_id(&kept->account_id);
    message.debtor_id = wire_id(&kept->debtor_id);
    message.amount_minor = kept->amount.minor;
    message.currency = wire_text(kept->amount.currency);
    message.due_on_days = kept->due_on_days;
    enum status st = record_emit(record, account, &message.base, err);
    if (st == STATUS_OK && ret_promise)
        *ret_promise = kept;
    return st;
}

static enum status emit_kept(const struct record *record, const struct account *account, const struct promise *promise,
                             struct error *err)
{
    Dunlin__Payment__V1__PromiseKept message;

    dunlin__payment__v1__promise_kept__init(&message);
    message.promise_id = wire_id(&promise->promise_id);
    message.account_id = wire_id(&promise->account_id);
    message.debtor_id = wire_id(&promise->debtor_id);
    return record_emit(record, account, &message.base, err);
}

static enum status emit_broken(const struct record *record, const struct account *account,
                               const struct promise *promise, struct error *err)
{
    Dunlin__Payment__V1__PromiseBroken message;

    dunlin__payment__v1__promise_broken__init(&message);
    message.promise_id = wire_id(&promise->promise_id);
    message.account_id = wire_id(&promise->account_id);
    message.debtor_id = wire_id(&promise->debtor_id);
    message.paid_minor = promise->paid_minor;
    message.is_partial = promise->state == PROMISE_PARTIAL;
    return record_emit(record, account, &message.base, err);
}

static enum status emit_cancelled(const struct record *record, const struct account *account,
                                  const struct promise *promise, struct error *err)
{
    Dunlin__Payment__V1__PromiseCancelled message;

    dunlin__payment__v1__promise_cancelled__init(&message);
    message.promise_id = wire_id(&promise->promise_id);
    message.account_id = wire_id(&promise->account_id);
    message.debtor_id = wire_id(&promise->debtor_id);
    message.reason = wire_text(promise->reason);
    return record_emit(record, account, &message.base, err);
}

enum status record_promise_end(const struct record *record, struct account *account, struct promise *promise,
                               struct error *err)
{
    account->open_promise = NULL;
    book_touch_account(account);
    book_touch_promise(promise);
    unit_timer_cancel(record->unit, TIMER_PROMISE_DUE, &promise->promise_id);
    switch (promise->state) {
    case PROMISE_KEPT:
        return emit_kept(record, account, promise, err);
    case PROMISE_BROKEN:
    case PROMISE_PARTIAL:
        return emit_broken(record, account, promise, err);
    case PROMISE_CANCELLED:
        return emit_cancelled(record, account, promise, err);
    case PROMISE_OPEN:
        break;
    }
    return error_set(err, STATUS_INTERNAL, "a promise ended and is %s", promise_state_name(promise->state));
}

enum status record_promise_cancel(const struct record *record, struct account *account, const char *reason,
                                  struct error *err)
{
    struct promise *promise = account->open_promise;
    const char *text;

    if (!promise)
        return STATUS_OK;
    const enum status st = promise_move(promise, PROMISE_EVENT_CANCEL, &text, err);
    promise->reason = reason;
    return st == STATUS_OK ? record_promise_end(record, account, promise, err) : st;
}

static enum status emit_of_suspense(const struct record *record, const struct suspense *item,
                                    const ProtobufCMessage *message, struct error *err)
{
    const struct account *account = book_account(record->book, &item->account_id);
    struct subject subject = {.agency_id = item->agency_id, .partition = id_partition(&item->item_id)};

    /* What an account was overpaid is of its debtor; what is nobody's is of no debtor. */
    if (account && item->source == SUSPENSE_OVERPAID) {
        subject.debtor_id = account->debtor_id;
        subject.account_id = account->account_id;
    }
    return unit_emit(record->unit, &subject, record->actor, message, err);
}

enum status record_held(const struct record *record, const struct suspense *item, const struct suspense **ret_item,
                        struct error *err)
{
    const struct trust_entry trust = trust_of_held(item);
    struct suspense *kept = book_add_suspense(record->book, item);
    Dunlin__Payment__V1__SuspenseHeld message;

    book_touch_suspense(kept);
    book_add_trust(record->book, &trust);
    dunlin__payment__v1__suspense_held__init(&message);
    message.item_id = wire_id(&item->item_id);
    message.source = (Dunlin__Payment__V1__SuspenseSource)item->source;
    message.amount_minor = item->amount.minor;
    message.currency = wire_text(item->amount.currency);
    message.client = wire_text(item->client);
    message.account_id = wire_id(&item->account_id);
    message.payer = wire_text(item->payer);
    message.reference = wire_text(item->reference);
    message.received_on_days = item->received_on_days;
    *ret_item = kept;
    return emit_of_suspense(record, item, &message.base, err);
}

static enum status emit_assigned(const struct record *record, const struct suspense *item, struct error *err)
{
    Dunlin__Payment__V1__SuspenseAssigned message;

    dunlin__payment__v1__suspense_assigned__init(&message);
    message.item_id = wire_id(&item->item_id);
    message.account_id = wire_id(&item->assigned_id);
    message.amount_minor = item->amount.minor;
    message.currency = wire_text(item->amount.currency);
    message.reason = wire_text(item->reason);
    return emit_of_suspense(record, item, &message.base, err);
}

static enum status emit_unassigned(const struct record *record, const struct suspense *item, struct error *err)
{
    Dunlin__Payment__V1__SuspenseUnassigned message;

    dunlin__payment__v1__suspense_unassigned__init(&message);
    message.item_id = wire_id(&item->item_id);
    message.account_id = wire_id(&item->assigned_id);
    message.amount_minor = item->amount.minor;
    message.currency = wire_text(item->amount.currency);
    message.reason = wire_text(item->reason);
    return emit_of_suspense(record, item, &message.base, err);
}

static enum status emit_ended(const struct record *record, const struct suspense *item, struct error *err)
{
    Dunlin__Payment__V1__SuspenseEnded message;

    dunlin__payment__v1__suspense_ended__init(&message);
    message.item_id = wire_id(&item->item_id);
    message.state = (Dunlin__Payment__V1__SuspenseState)item->state;
    message.amount_minor = item->amount.minor;
    message.currency = wire_text(item->amount.currency);
    message.reason = wire_text(item->reason);
    return emit_of_suspense(record, item, &message.base, err);
}

enum status record_suspense(const struct record *record, struct suspense *item, enum suspense_event event,
                            struct error *err)
{
    const struct instant now = unit_now(record->unit);
    const struct trust_entry trust = trust_of_suspense(item, event, (int32_t)(now.us / US_PER_DAY), now);

    book_touch_suspense(item);
    book_add_trust(record->book, &trust);
    switch (event) {
    case SUSPENSE_EVENT_ASSIGN:
        return emit_assigned(record, item, err);
    case SUSPENSE_EVENT_UNASSIGN:
        return emit_unassigned(record, item, err);
    case SUSPENSE_EVENT_REFUND:
    case SUSPENSE_EVENT_RETURN:
        break;
    }
    return emit_ended(record, item, err);
}

enum status record_returned(const struct record *record, struct suspense *item, const char *reason, struct error *err)
{
    if (!item || item->state != SUSPENSE_HELD)
        return STATUS_OK;
    const enum status st = suspense_move(item, SUSPENSE_EVENT_RETURN, NULL, reason, err);
    return st == STATUS_OK ? record_suspense(record, item, SUSPENSE_EVENT_RETURN, err) : st;
}
