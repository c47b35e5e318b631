#include "debit_record.h"

#include <string.h>

#include "dunlin/payment/v1/payment.pb-c.h"
#include "payment_taking.h"
#include "rules/law_dates.h"
#include "service/wire.h"

static enum status emit(const struct record *record, const struct debit *debit, const ProtobufCMessage *message,
                        struct error *err)
{
    const struct subject subject = {
        .agency_id = debit->agency_id,
        .debtor_id = debit->debtor_id,
        .account_id = debit->account_id,
    };

    return unit_emit(record->unit, &subject, record->actor, message, err);
}

static enum status emit_of_instrument(const struct record *record, const struct instrument *instrument,
                                      const ProtobufCMessage *message, struct error *err)
{
    const struct subject subject = {
        .agency_id = instrument->agency_id,
        .debtor_id = instrument->debtor_id,
        .account_id = instrument->account_id,
    };

    return unit_emit(record->unit, &subject, record->actor, message, err);
}

/* --- instruments */

enum status record_instrument(const struct record *record, const struct instrument *instrument,
                              const struct instrument **ret_instrument, struct error *err)
{
    struct instrument *kept = debit_book_add_instrument(record->book->debits, instrument, 0);
    Dunlin__Payment__V1__InstrumentRegistered message;

    debit_book_touch_instrument(kept);
    dunlin__payment__v1__instrument_registered__init(&message);
    message.instrument_id = wire_id(&kept->instrument_id);
    message.account_id = wire_id(&kept->account_id);
    message.debtor_id = wire_id(&kept->debtor_id);
    message.kind = (Dunlin__Payment__V1__InstrumentKind)kept->kind;
    message.last4 = wire_text(kept->last4);
    message.authorization_class = (Dunlin__Payment__V1__DebitClass)kept->class;
    message.authorization_hash = wire_bytes(kept->authorization_hash, INSTRUMENT_AUTHORIZATION_BYTES);
    message.authorized_on_days = kept->authorized_on_days;
    *ret_instrument = kept;
    return emit_of_instrument(record, kept, &message.base, err);
}

static bool is_drawn_by(const struct debit *debit, const void *instrument_id)
{
    return debit->state == DEBIT_SCHEDULED && id_equal(&debit->instrument_id, instrument_id);
}

static bool is_scheduled_on(const struct debit *debit, const void *account_id)
{
    return debit->state == DEBIT_SCHEDULED && id_equal(&debit->account_id, account_id);
}

static enum status cancel_all(const struct record *record, debit_filter_fn *is_of, const struct id *what,
                              const char *reason, struct error *err)
{
    g_autoptr(GPtrArray) debits = debit_book_select(record->book->debits, is_of, what);
    enum status st = STATUS_OK;

    for (guint i = 0; i < debits->len && st == STATUS_OK; i++)
        st = record_debit_cancel(record, g_ptr_array_index(debits, i), reason, err);
    return st;
}

enum status record_instrument_stop(const struct record *record, struct instrument *instrument, const char *reason,
                                   const char *code, struct error *err)
{
    Dunlin__Payment__V1__InstrumentStopped message;

    if (!instrument_stop(instrument, reason))
        return STATUS_OK;
    debit_book_touch_instrument(instrument);
    dunlin__payment__v1__instrument_stopped__init(&message);
    message.instrument_id = wire_id(&instrument->instrument_id);
    message.debtor_id = wire_id(&instrument->debtor_id);
    message.reason = wire_text(reason);
    message.return_code = wire_text(code);
    const enum status st = emit_of_instrument(record, instrument, &message.base, err);
    if (st != STATUS_OK)
        return st;
    return cancel_all(record, is_drawn_by, &instrument->instrument_id, "the instrument is stopped", err);
}

/* --- scheduled, cancelled, sent */

static void set_timer(const struct record *record, const struct debit *debit, const char *kind, struct instant due_at)
{
    unit_timer_set(record->unit, &(struct timer){.kind = kind,
                                                 .subject_id = debit->debit_id,
                                                 .debtor_id = debit->debtor_id,
                                                 .agency_id = debit->agency_id,
                                                 .due_at = due_at});
}

static struct instant day_begins(int32_t days)
{
    return (struct instant){days * US_PER_DAY};
}

static enum status emit_scheduled(const struct record *record, const struct debit *debit, struct error *err)
{
    Dunlin__Payment__V1__DebitScheduled message;

    dunlin__payment__v1__debit_scheduled__init(&message);
    message.debit_id = wire_id(&debit->debit_id);
    message.account_id = wire_id(&debit->account_id);
    message.debtor_id = wire_id(&debit->debtor_id);
    message.instrument_id = wire_id(&debit->instrument_id);
    message.amount_minor = debit->amount.minor;
    message.currency = wire_text(debit->amount.currency);
    message.due_on_days = debit->due_on_days;
    message.plan_id = wire_id(&debit->plan_id);
    message.instalment = debit->instalment;
    return emit(record, debit, &message.base, err);
}

enum status record_debit(const struct record *record, const struct debit *debit, const struct debit_notices *notices,
                         struct debit **ret_debit, struct error *err)
{
    struct debit *kept = debit_book_add_debit(record->book->debits, debit, 0);

    debit_book_touch_debit(kept);
    if (notices->is_postdated)
        set_timer(record, kept, TIMER_DEBIT_POSTDATED, day_begins(notices->postdated_on_days));
    if (notices->is_varying)
        set_timer(record, kept, TIMER_DEBIT_VARYING, day_begins(notices->varying_on_days));
    *ret_debit = kept;
    return emit_scheduled(record, kept, err);
}

enum status record_debit_cancel(const struct record *record, struct debit *debit, const char *reason, struct error *err)
{
    Dunlin__Payment__V1__DebitCancelled message;
    enum status st = debit_move(debit, DEBIT_EVENT_CANCEL, err);

    if (st != STATUS_OK)
        return st;
    debit->reason = reason;
    debit_book_touch_debit(debit);
    unit_timer_cancel(record->unit, TIMER_DEBIT_POSTDATED, &debit->debit_id);
    unit_timer_cancel(record->unit, TIMER_DEBIT_VARYING, &debit->debit_id);
    dunlin__payment__v1__debit_cancelled__init(&message);
    message.debit_id = wire_id(&debit->debit_id);
    message.account_id = wire_id(&debit->account_id);
    message.debtor_id = wire_id(&debit->debtor_id);
    message.reason = wire_text(reason);
    message.plan_id = wire_id(&debit->plan_id);
    message.instalment = debit->instalment;
    return emit(record, debit, &message.base, err);
}

enum status record_debits_cancel(const struct record *record, const struct id *account_id, const char *reason,
                                 struct error *err)
{
    return cancel_all(record, is_scheduled_on, account_id, reason, err);
}

enum status record_debit_sent(const struct record *record, struct debit *debit, struct error *err)
{
    const struct presentment *presentment = debit_presented(debit);
    Dunlin__Payment__V1__DebitSent message;

    debit_book_touch_debit(debit);
    set_timer(record, debit, TIMER_DEBIT_SETTLES, debit_settles_at(presentment));
    dunlin__payment__v1__debit_sent__init(&message);
    message.debit_id = wire_id(&debit->debit_id);
    message.account_id = wire_id(&debit->account_id);
    message.debtor_id = wire_id(&debit->debtor_id);
    message.file_id = wire_id(&presentment->file_id);
    message.trace = wire_text(presentment->trace);
    message.presentment = debit->n_presented;
    message.amount_minor = debit->amount.minor;
    message.currency = wire_text(debit->amount.currency);
    message.effective_on_days = presentment->effective_on_days;
    return emit(record, debit, &message.base, err);
}

/* --- settled, returned, again */

void debit_want_payments(struct book *book, const struct id *debit_id)
{
    for (int number = 1; number <= DEBIT_PRESENTMENTS_MAX; number++) {
        const struct id payment_id = debit_payment_id(debit_id, number);
        payment_want(book, &payment_id);
    }
}

/* As money that the agency receives: what is more than is owed by now waits in suspense. */
static enum status settle(const struct record *record, struct debit *debit, struct error *err)
{
    const struct presentment *presentment = debit_presented(debit);
    struct posting_draft draft = {
        .posting_id = debit_payment_id(&debit->debit_id, debit->n_presented),
        .kind = POSTING_PAYMENT,
        .change = debit->amount,
        .effective_on_days = presentment->effective_on_days,
        .reference = presentment->trace,
        .posted_at = unit_now(record->unit),
    };
    struct payment_taken taken;
    enum status st = debit_move(debit, DEBIT_EVENT_SETTLE, err);

    if (st != STATUS_OK)
        return st;
    draft.change.minor = -draft.change.minor;
    debit_book_touch_debit(debit);
    st = payment_take(record, book_account(record->book, &debit->account_id), PAID_TO_AGENCY, &draft, &taken, err);
    return st == STATUS_OK && taken.refusal.code != STATUS_OK
               ? error_set(err, STATUS_INTERNAL, "a debit settled and is refused: %s", taken.refusal.text)
               : st;
}

/* Nothing was posted where nothing was owed; what somebody has reversed by hand stays so. */
static enum status take_back(const struct record *record, const struct debit *debit, const char *reason,
                             struct error *err)
{
    const struct id payment_id = debit_payment_id(&debit->debit_id, debit->n_presented);
    const struct posting *posting = book_posting(record->book, &payment_id);
    struct payment_taken taken;

    if (!posting)
        return payment_return_rest(record, &payment_id, reason, err);
    const enum status st = payment_take_back(record, posting, reason, &taken, err);
    if (st != STATUS_OK || taken.refusal.code == STATUS_OK || taken.refusal.code == STATUS_FAILED_PRECONDITION)
        return st;
    return error_set(err, STATUS_INTERNAL, "a debit came back and stays posted: %s", taken.refusal.text);
}

static enum status emit_returned(const struct record *record, const struct debit *debit, const char *meaning,
                                 struct error *err)
{
    const struct presentment *presentment = &debit->presented[debit->n_presented - 1];
    Dunlin__Payment__V1__DebitReturned message;

    dunlin__payment__v1__debit_returned__init(&message);
    message.debit_id = wire_id(&debit->debit_id);
    message.account_id = wire_id(&debit->account_id);
    message.debtor_id = wire_id(&debit->debtor_id);
    message.trace = wire_text(presentment->trace);
    message.presentment = debit->n_presented;
    message.code = wire_text(presentment->return_code);
    message.meaning = wire_text(meaning);
    message.amount_minor = debit->amount.minor;
    message.currency = wire_text(debit->amount.currency);
    message.plan_id = wire_id(&debit->plan_id);
    message.instalment = debit->instalment;
    return emit(record, debit, &message.base, err);
}

enum status record_debit_return(const struct record *record, struct debit *debit, const struct debit_answer *answer,
                                bool was_settled, struct error *err)
{
    struct debit_book *debits = record->book->debits;
    const char *code = debit_presented(debit)->return_code;
    const char *reason = debit_book_keep(debits, g_strdup_printf("returned: %s %s", code, answer->meaning));
    enum status st = was_settled ? take_back(record, debit, reason, err) : STATUS_OK;

    debit_book_touch_debit(debit);
    unit_timer_cancel(record->unit, TIMER_DEBIT_SETTLES, &debit->debit_id);
    if (st == STATUS_OK)
        st = emit_returned(record, debit, answer->meaning, err);
    if (st == STATUS_OK && answer->stops_instrument)
        st = record_instrument_stop(record, debit_book_instrument(debits, &debit->instrument_id), reason, code, err);
    return st;
}

enum status record_debit_again(const struct record *record, struct debit *debit, struct error *err)
{
    Dunlin__Payment__V1__DebitRepresented message;

    debit_book_touch_debit(debit);
    dunlin__payment__v1__debit_represented__init(&message);
    message.debit_id = wire_id(&debit->debit_id);
    message.account_id = wire_id(&debit->account_id);
    message.debtor_id = wire_id(&debit->debtor_id);
    message.presentment = debit->n_presented + 1;
    message.due_on_days = debit->due_on_days;
    message.amount_minor = debit->amount.minor;
    message.currency = wire_text(debit->amount.currency);
    return emit(record, debit, &message.base, err);
}

/* --- timers */

static enum status say_notice(const struct record *record, const struct debit *debit,
                              Dunlin__Payment__V1__DebitNotice notice, struct date latest, struct error *err)
{
    Dunlin__Payment__V1__DebitNoticeDue message;

    if (debit->state != DEBIT_SCHEDULED)
        return STATUS_OK;
    dunlin__payment__v1__debit_notice_due__init(&message);
    message.debit_id = wire_id(&debit->debit_id);
    message.account_id = wire_id(&debit->account_id);
    message.debtor_id = wire_id(&debit->debtor_id);
    message.notice = notice;
    message.amount_minor = debit->amount.minor;
    message.currency = wire_text(debit->amount.currency);
    message.due_on_days = debit->due_on_days;
    message.latest_on_days = latest.days;
    return emit(record, debit, &message.base, err);
}

static enum status fire_settles(const struct record *record, struct debit *debit, struct error *err)
{
    /* Came back before: its timer was taken back, unless both happened at once. */
    return debit->state == DEBIT_SENT ? settle(record, debit, err) : STATUS_OK;
}

static enum status fire_postdated(const struct record *record, struct debit *debit, struct error *err)
{
    return say_notice(record, debit, DUNLIN__PAYMENT__V1__DEBIT_NOTICE__DEBIT_NOTICE_POSTDATED,
                      law_postdated_notice_last((struct date){debit->due_on_days}), err);
}

static enum status fire_varying(const struct record *record, struct debit *debit, struct error *err)
{
    return say_notice(record, debit, DUNLIN__PAYMENT__V1__DEBIT_NOTICE__DEBIT_NOTICE_VARYING,
                      law_varying_notice_latest((struct date){debit->due_on_days}), err);
}

static const struct {
    const char *kind;
    enum status (*fire)(const struct record *record, struct debit *debit, struct error *err);
} TIMERS[] = {
    {TIMER_DEBIT_SETTLES, fire_settles},
    {TIMER_DEBIT_POSTDATED, fire_postdated},
    {TIMER_DEBIT_VARYING, fire_varying},
};

void debit_want_of_timer(struct book *book, const struct id *debit_id)
{
    debit_book_want_debit(book->debits, debit_id);
}

enum status debit_fire(const struct record *record, const struct timer *timer, struct error *err)
{
    struct debit *debit = debit_book_debit(record->book->debits, &timer->subject_id);

    for (size_t i = 0; i < ARRAY_SIZE(TIMERS) && debit; i++)
        if (strcmp(TIMERS[i].kind, timer->kind) == 0)
            return TIMERS[i].fire(record, debit, err);
    return STATUS_OK;
}
