#include "contact_events.h"

#include <string.h>

#include "balance_model.h"
#include "contact_codec.h"
#include "contact_store.h"
#include "contact_work.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/dispute/v1/escalation.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "logging/logging.h"
#include "permit_store.h"
#include "permit_work.h"
#include "plan_model.h"
#include "service/wire.h"

/* Borrowed pieces of one event. */
struct incoming {
    const struct event *event;
    const void *message;
    struct account *account;
};

typedef enum status apply_fn(const struct contact_work *work, const struct incoming *in, struct error *err);

static enum status take_points(const struct contact_work *work, struct debtor *debtor,
                               Dunlin__Intake__V1__ContactPoint *const *points, size_t n_points, bool *ret_has_changed,
                               struct error *err)
{
    for (size_t i = 0; i < n_points; i++) {
        bool has_changed = false;
        enum status st = codec_point(points[i], work->book, debtor, &has_changed, err);
        if (st != STATUS_OK)
            return st;
        *ret_has_changed = *ret_has_changed || has_changed;
    }
    if (*ret_has_changed)
        debtor_update_zones(debtor);
    return STATUS_OK;
}

/* New numbers and zones concern every account of the person. */
static enum status settle_after_points(const struct contact_work *work, struct account *account,
                                       bool have_points_changed, const char *because, struct error *err)
{
    if (have_points_changed)
        return contact_settle_debtor(work, account->debtor, because, err);
    return contact_settle(work, account, because, err);
}

static enum status on_placed(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Intake__V1__AccountPlaced *placed = in->message;
    struct debtor *debtor = contact_find_debtor(work->book, &in->event->debtor_id);
    bool have_points_changed = false;
    if (debtor == NULL) {
        debtor = contact_add_debtor(work->book, &in->event->debtor_id, in->event->agency_id);
        debtor->is_new = true;
    }
    /* His accounts are loaded: one that is not there was never placed before. */
    struct account *account = contact_add_account(work->book, &in->event->account_id, debtor);
    account->is_new = in->account == NULL;
    account->debt_kind = codec_debt_kind(placed->debt_kind);
    account->placed_at_us = placed->placed_at_us;
    account->due_on_days = placed->due_on_days;
    account->is_changed = true;
    (void)account_set_hold(account, HOLD_PAID, placed->balance_minor <= 0);
    if (placed->is_disputed)
        (void)dispute_claim(account);
    enum status st =
        take_points(work, debtor, placed->contact_points, placed->n_contact_points, &have_points_changed, err);
    return st == STATUS_OK ? settle_after_points(work, account, have_points_changed, "placed", err) : st;
}

static enum status on_updated(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Intake__V1__AccountUpdated *updated = in->message;
    bool have_points_changed = false;
    if (updated->due_on_presence_case == DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__DUE_ON_PRESENCE_DUE_ON_DAYS) {
        in->account->due_on_days = updated->due_on_days;
        in->account->is_changed = true;
    }
    if (updated->balance_presence_case == DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__BALANCE_PRESENCE_BALANCE_MINOR)
        (void)balance_restated(in->account, updated->balance_minor, in->event->seq);
    enum status st = take_points(work, in->account->debtor, updated->new_contact_points, updated->n_new_contact_points,
                                 &have_points_changed, err);
    return st == STATUS_OK ? settle_after_points(work, in->account, have_points_changed, "updated", err) : st;
}

static enum status on_recalled(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    (void)account_set_hold(in->account, HOLD_RECALLED, true);
    return contact_settle(work, in->account, "recalled", err);
}

static enum status on_classified(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Classification__V1__AccountClassified *classified = in->message;
    struct account *account = in->account;
    if (account->priority != (int32_t)classified->priority) {
        account->priority = (int32_t)classified->priority;
        account->is_changed = true;
    }
    exit_classified(work->book, account, classified->strategy, in->event->occurred_at_us);
    return contact_settle(work, account, "classified", err);
}

/* What is owed is compared with the part from here on. */
static bool take_part(const struct contact_work *work, const struct incoming *in, const struct id *dispute_id,
                      const Dunlin__Dispute__V1__HeldPart *wire)
{
    const struct held_part part = {wire->amount_minor, contact_text(work->book, wire->currency)};
    const bool is_kept = balance_keep(in->account, wire->owed_minor);
    return dispute_open(in->account, dispute_id, &part) || is_kept;
}

/* Where it holds nothing, what was claimed of it ends; another dispute that is open goes on. `part` NULL: it holds all
 * of the debt, or nothing. */
static enum status take_open_dispute(const struct contact_work *work, const struct incoming *in,
                                     const ProtobufCBinaryData *dispute_id, bool is_without_hold,
                                     const Dunlin__Dispute__V1__HeldPart *part, struct error *err)
{
    struct id id = {0};
    enum status st = wire_read_id(dispute_id, "dispute_id", &id, err);
    if (st != STATUS_OK)
        return st;
    if (is_without_hold)
        (void)dispute_open_unheld(in->account);
    else if (part != NULL)
        (void)take_part(work, in, &id, part);
    else
        (void)dispute_open(in->account, &id, NULL);
    return contact_settle(work, in->account, "dispute", err);
}

static bool is_without_hold(const Dunlin__Dispute__V1__DisputeDetail *detail)
{
    return detail != NULL && detail->is_without_hold;
}

static enum status on_dispute_opened(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeOpened *opened = in->message;
    return take_open_dispute(work, in, &opened->dispute_id, is_without_hold(opened->detail), opened->held_part, err);
}

/* It may hold now what it did not before; one that is answered is not amended. */
static enum status on_dispute_amended(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeAmended *amended = in->message;
    const bool is_answered = amended->detail != NULL && amended->detail->answered_at_us != 0;
    if (is_answered)
        return STATUS_OK;
    return take_open_dispute(work, in, &amended->dispute_id, is_without_hold(amended->detail), amended->held_part, err);
}

static enum status on_dispute_reopened(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeReopened *reopened = in->message;
    return take_open_dispute(work, in, &reopened->dispute_id, reopened->is_without_hold, reopened->held_part, err);
}

static enum status on_verification_sent(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Dispute__V1__VerificationSent *sent = in->message;
    struct id dispute_id = {0};
    enum status st = wire_read_id(&sent->dispute_id, "dispute_id", &dispute_id, err);
    if (st != STATUS_OK)
        return st;
    (void)dispute_verify(in->account, &dispute_id);
    return contact_settle(work, in->account, "dispute", err);
}

static enum status on_dispute_resolved(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeResolved *resolved = in->message;
    struct id dispute_id = {0};
    enum status st = wire_read_id(&resolved->dispute_id, "dispute_id", &dispute_id, err);
    if (st != STATUS_OK)
        return st;
    const bool is_won = resolved->outcome == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD ||
                        resolved->outcome == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_CONCEDED;
    (void)dispute_resolve(in->account, &dispute_id, is_won && !resolved->is_rest_owed);
    if (resolved->credit_minor > 0)
        (void)balance_in_doubt(in->account, in->event->seq);
    return contact_settle(work, in->account, "dispute", err);
}

static enum status set_complaint(const struct contact_work *work, const struct incoming *in, bool is_held,
                                 struct error *err)
{
    (void)account_set_hold(in->account, HOLD_COMPLAINT, is_held);
    return contact_settle(work, in->account, "complaint", err);
}

static enum status on_complaint_opened(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Dispute__V1__ComplaintOpened *opened = in->message;
    return set_complaint(work, in, opened->is_account_held, err);
}

static enum status on_complaint_changed(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Dispute__V1__ComplaintChanged *changed = in->message;
    return set_complaint(work, in, changed->is_account_held, err);
}

static enum status on_escalation_moved(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Dispute__V1__EscalationMoved *moved = in->message;
    (void)account_set_hold(in->account, HOLD_HANDED_OVER, moved->is_account_held);
    return contact_settle(work, in->account, "escalation", err);
}

/* Payment will post it, but it may be behind, down, or unable to. */
static enum status on_payment_reported(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    (void)balance_in_doubt(in->account, in->event->seq);
    return contact_settle(work, in->account, "payment_reported", err);
}

static enum status on_balance(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Payment__V1__BalanceChanged *balance = in->message;
    (void)balance_changed(in->account, balance->balance_minor, balance->cause_seq);
    return contact_settle(work, in->account, "payment", err);
}

static enum status on_promise_made(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    (void)account_set_hold(in->account, HOLD_PROMISE, true);
    return contact_settle(work, in->account, "promise", err);
}

static enum status on_promise_over(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    (void)account_set_hold(in->account, HOLD_PROMISE, false);
    return contact_settle(work, in->account, "promise", err);
}

static enum status on_promise_broken(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    (void)account_set_hold(in->account, HOLD_PROMISE, false);
    in->account->promise_broken_at_us = in->event->occurred_at_us;
    in->account->is_changed = true;
    plan_rearm(work->book, in->account, work->context->sop, SOP_ANCHOR_PROMISE_BROKEN);
    return contact_settle(work, in->account, "promise_broken", err);
}

static enum status set_plan(const struct contact_work *work, const struct incoming *in, bool is_held, struct error *err)
{
    (void)account_set_hold(in->account, HOLD_PLAN, is_held);
    return contact_settle(work, in->account, "plan", err);
}

/* Agreed on, or active again: a payment of a completed one came back. */
static enum status on_plan_running(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    return set_plan(work, in, true, err);
}

static enum status on_plan_completed(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    return set_plan(work, in, false, err);
}

/* One that was never agreed on held nothing, and another may be running. */
static enum status on_plan_cancelled(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    const Dunlin__Payment__V1__PlanCancelled *cancelled = in->message;
    return cancelled->was_proposed ? STATUS_OK : set_plan(work, in, false, err);
}

/* A promise of several payments that was broken. */
static enum status on_plan_broken(const struct contact_work *work, const struct incoming *in, struct error *err)
{
    (void)account_set_hold(in->account, HOLD_PLAN, false);
    in->account->promise_broken_at_us = in->event->occurred_at_us;
    in->account->is_changed = true;
    plan_rearm(work->book, in->account, work->context->sop, SOP_ANCHOR_PROMISE_BROKEN);
    return contact_settle(work, in->account, "plan_broken", err);
}

static const struct consumer {
    const ProtobufCMessageDescriptor *type;
    apply_fn *apply;
    bool is_of_person; /* may concern every account of the person: all are loaded */
    bool makes_account;
    bool may_be_of_nobody; /* it may be about no account, and is nothing to contact then */
} CONSUMERS[] = {
    {&dunlin__intake__v1__account_placed__descriptor, on_placed, true, true, false},
    {&dunlin__intake__v1__account_updated__descriptor, on_updated, true, false, false},
    {&dunlin__intake__v1__account_recalled__descriptor, on_recalled, false, false, false},
    {&dunlin__intake__v1__payment_reported__descriptor, on_payment_reported, false, false, false},
    {&dunlin__classification__v1__account_classified__descriptor, on_classified, false, false, false},
    {&dunlin__dispute__v1__dispute_opened__descriptor, on_dispute_opened, false, false, false},
    {&dunlin__dispute__v1__dispute_amended__descriptor, on_dispute_amended, false, false, false},
    {&dunlin__dispute__v1__dispute_reopened__descriptor, on_dispute_reopened, false, false, false},
    {&dunlin__dispute__v1__verification_sent__descriptor, on_verification_sent, false, false, false},
    {&dunlin__dispute__v1__dispute_resolved__descriptor, on_dispute_resolved, false, false, false},
    {&dunlin__dispute__v1__complaint_opened__descriptor, on_complaint_opened, false, false, true},
    {&dunlin__dispute__v1__complaint_changed__descriptor, on_complaint_changed, false, false, true},
    {&dunlin__dispute__v1__escalation_moved__descriptor, on_escalation_moved, false, false, false},
    {&dunlin__payment__v1__balance_changed__descriptor, on_balance, false, false, false},
    {&dunlin__payment__v1__promise_made__descriptor, on_promise_made, false, false, false},
    {&dunlin__payment__v1__promise_kept__descriptor, on_promise_over, false, false, false},
    {&dunlin__payment__v1__promise_broken__descriptor, on_promise_broken, false, false, false},
    {&dunlin__payment__v1__promise_cancelled__descriptor, on_promise_over, false, false, false},
    {&dunlin__payment__v1__plan_agreed__descriptor, on_plan_running, false, false, false},
    {&dunlin__payment__v1__plan_resumed__descriptor, on_plan_running, false, false, false},
    {&dunlin__payment__v1__plan_completed__descriptor, on_plan_completed, false, false, false},
    {&dunlin__payment__v1__plan_cancelled__descriptor, on_plan_cancelled, false, false, false},
    {&dunlin__payment__v1__plan_broken__descriptor, on_plan_broken, false, false, false},
};

const ProtobufCMessageDescriptor *const CONTACT_CONSUMED[] = {
    &dunlin__intake__v1__account_placed__descriptor,
    &dunlin__intake__v1__account_updated__descriptor,
    &dunlin__intake__v1__account_recalled__descriptor,
    &dunlin__intake__v1__payment_reported__descriptor,
    &dunlin__classification__v1__account_classified__descriptor,
    &dunlin__dispute__v1__dispute_opened__descriptor,
    &dunlin__dispute__v1__dispute_amended__descriptor,
    &dunlin__dispute__v1__dispute_reopened__descriptor,
    &dunlin__dispute__v1__verification_sent__descriptor,
    &dunlin__dispute__v1__dispute_resolved__descriptor,
    &dunlin__dispute__v1__complaint_opened__descriptor,
    &dunlin__dispute__v1__complaint_changed__descriptor,
    &dunlin__dispute__v1__escalation_moved__descriptor,
    &dunlin__payment__v1__balance_changed__descriptor,
    &dunlin__payment__v1__promise_made__descriptor,
    &dunlin__payment__v1__promise_kept__descriptor,
    &dunlin__payment__v1__promise_broken__descriptor,
    &dunlin__payment__v1__promise_cancelled__descriptor,
    &dunlin__payment__v1__plan_agreed__descriptor,
    &dunlin__payment__v1__plan_resumed__descriptor,
    &dunlin__payment__v1__plan_completed__descriptor,
    &dunlin__payment__v1__plan_cancelled__descriptor,
    &dunlin__payment__v1__plan_broken__descriptor,
    NULL,
};

static const struct consumer *consumer_of(const struct service_event *event)
{
    for (size_t i = 0; i < ARRAY_SIZE(CONSUMERS); i++)
        if (event->message->descriptor == CONSUMERS[i].type)
            return &CONSUMERS[i];
    return NULL;
}

static void collect_keys(const struct service_event *events, size_t n_events, struct contact_keys *keys)
{
    for (size_t i = 0; i < n_events; i++) {
        const struct consumer *consumer = consumer_of(&events[i]);
        if (consumer == NULL || id_is_none(&events[i].event->account_id))
            continue;
        if (consumer->is_of_person)
            contact_keys_add_debtor(keys, &events[i].event->debtor_id);
        else
            contact_keys_add_account(keys, &events[i].event->account_id);
    }
}

enum status contact_apply_one(const struct contact_work *work, const struct service_event *event, struct error *err)
{
    const struct consumer *consumer = consumer_of(event);
    char text[ID_TEXT_SIZE];
    if (consumer == NULL)
        return STATUS_OK;
    if (consumer->may_be_of_nobody && id_is_none(&event->event->account_id))
        return STATUS_OK;
    if (id_is_none(&event->event->account_id) || id_is_none(&event->event->debtor_id))
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s names no account and debtor", event->event->type);
    const struct incoming in = {
        .event = event->event,
        .message = event->message,
        .account = contact_find_account(work->book, &event->event->account_id),
    };
    if (in.account == NULL && !consumer->makes_account)
        return error_set(err, STATUS_FAILED_PRECONDITION, "%s of account %s, which was never placed",
                         event->event->type, id_format(&event->event->account_id, text));
    struct contact_work its = *work;
    its.cause_at.us = event->event->occurred_at_us;
    return consumer->apply(&its, &in, err);
}

enum status contact_apply(struct unit *unit, const struct service_event *events, size_t n_events, struct error *err)
{
    SCOPED(contact_book_freep) struct contact_book *book = contact_book_new();
    SCOPED(contact_keys_fini) struct contact_keys keys;
    const struct contact_work work = contact_work_of(unit, book);
    contact_keys_init(&keys);
    collect_keys(events, n_events, &keys);
    enum status st = contact_store_load(unit_db(unit), &keys, CONTACT_WITHOUT_ATTEMPTS, book, err);
    for (size_t i = 0; st == STATUS_OK && i < n_events; i++)
        st = contact_apply_one(&work, &events[i], err);
    return st == STATUS_OK ? contact_store_save(unit_db(unit), book, err) : st;
}

static bool is_notice(const struct timer *timer)
{
    return strcmp(timer->kind, CONTACT_TIMER_NOTICE) == 0;
}

static bool is_exit(const struct timer *timer)
{
    return strcmp(timer->kind, CONTACT_TIMER_EXIT) == 0;
}

static enum status load_for_timers(struct unit *unit, const struct timer *timers, size_t n_timers,
                                   struct contact_book *book, struct error *err)
{
    SCOPED(contact_keys_fini) struct contact_keys keys;
    g_autofree struct id *permit_ids = g_new(struct id, n_timers);
    size_t n_permits = 0;
    contact_keys_init(&keys);
    for (size_t i = 0; i < n_timers; i++) {
        if (is_notice(&timers[i]) || is_exit(&timers[i]))
            contact_keys_add_account(&keys, &timers[i].subject_id);
        else
            permit_ids[n_permits++] = timers[i].subject_id;
    }
    enum status st = permit_store_load(unit_db(unit), permit_ids, n_permits, book, err);
    if (st != STATUS_OK)
        return st;
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, book->permits);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        contact_keys_add_account(&keys, &((const struct permit *)value)->account_id);
    return contact_store_load(unit_db(unit), &keys, CONTACT_WITHOUT_ATTEMPTS, book, err);
}

static enum status on_timer(const struct contact_work *work, const struct timer *timer, struct error *err)
{
    struct account *account = contact_find_account(work->book, &timer->subject_id);
    struct permit *permit = contact_find_permit(work->book, &timer->subject_id);
    char text[ID_TEXT_SIZE];
    if (is_notice(timer) && account != NULL)
        log_warn("a validation notice is overdue: the account is held",
                 log_text("account", id_format(&account->id, text)));
    if (is_notice(timer))
        return account == NULL ? STATUS_OK : contact_notice_overdue(work, account, err);
    if (is_exit(timer))
        return account == NULL ? STATUS_OK : contact_exit_due(work, account, err);
    return permit == NULL ? STATUS_OK : contact_expire(work, permit, err);
}

enum status contact_timers(struct unit *unit, const struct timer *timers, size_t n_timers, struct error *err)
{
    SCOPED(contact_book_freep) struct contact_book *book = contact_book_new();
    const struct contact_work work = contact_work_of(unit, book);
    enum status st = load_for_timers(unit, timers, n_timers, book, err);
    for (size_t i = 0; st == STATUS_OK && i < n_timers; i++)
        st = on_timer(&work, &timers[i], err);
    return st == STATUS_OK ? contact_store_save(unit_db(unit), book, err) : st;
}
