#include "classification_work.h"

#include <string.h>

#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"

const ProtobufCMessageDescriptor *const CLASSIFICATION_CONSUMED[] = {
    &dunlin__intake__v1__account_placed__descriptor,    &dunlin__intake__v1__account_updated__descriptor,
    &dunlin__intake__v1__account_recalled__descriptor,  &dunlin__payment__v1__balance_changed__descriptor,
    &dunlin__payment__v1__promise_broken__descriptor,   &dunlin__payment__v1__plan_broken__descriptor,
    &dunlin__dispute__v1__dispute_opened__descriptor,   &dunlin__dispute__v1__dispute_amended__descriptor,
    &dunlin__dispute__v1__dispute_reopened__descriptor, &dunlin__dispute__v1__verification_sent__descriptor,
    &dunlin__dispute__v1__dispute_resolved__descriptor, NULL,
};

static struct date day_of(int64_t us)
{
    const int64_t day = us >= 0 ? us / US_PER_DAY : -((-us + US_PER_DAY - 1) / US_PER_DAY);
    return (struct date){(int32_t)day};
}

static void settle_boundary(const struct classification_work *work, const struct account_facts *account,
                            struct date today)
{
    struct date boundary;
    if (account_next_boundary(work->sop, account, today, &boundary))
        work->effects->set_boundary(work->sink, account, boundary);
    else if (account->class_code[0] != '\0') /* else it never had one */
        work->effects->cancel_boundary(work->sink, account);
}

/* Says the class again where it has changed, and sets the timer for the next day on which it may change by itself. */
static enum status say(const struct classification_work *work, struct account_facts *account,
                       const struct debtor_facts *debtor, struct date today, const char *because, struct error *err)
{
    struct classified classified;
    account_classify(work->sop, account, debtor, today, &classified);
    settle_boundary(work, account, today);
    if (!account_class_differs(account, &classified, work->sop->version))
        return STATUS_OK;
    account_take_class(account, &classified, work->sop->version);
    account->is_changed = true;
    return work->effects->emit(work->sink, account, because, err);
}

/* After a fact of `account` changed. Where that changed the debtor's sums too, his other accounts are looked at as
 * well: one more late account may make a slow payer of him. */
static enum status look_again(const struct classification_work *work, struct account_facts *account, int64_t now_us,
                              const char *because, struct error *err)
{
    struct debtor_facts *debtor = working_set_ensure_debtor(work->set, &account->debtor_id);
    const GPtrArray *family = working_set_family(work->set, &account->debtor_id);
    const struct date today = day_of(now_us);
    const bool is_new = account->class_code[0] == '\0';
    const int32_t late_before = debtor->late_accounts;
    account->is_changed = true;
    for (guint i = 0; i < family->len; i++)
        account_note_lateness(g_ptr_array_index(family, i), debtor, today);
    enum status st = say(work, account, debtor, today, because, err);
    if (!is_new && debtor->late_accounts == late_before)
        return st;
    for (guint i = 0; i < family->len && st == STATUS_OK; i++)
        if (g_ptr_array_index(family, i) != account)
            st = say(work, g_ptr_array_index(family, i), debtor, today, "debtor", err);
    return st;
}

static enum status on_placed(const struct classification_work *work, const struct event *event,
                             const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Intake__V1__AccountPlaced *placed = (const Dunlin__Intake__V1__AccountPlaced *)message;
    if (working_set_account(work->set, &event->account_id))
        return error_set(err, STATUS_ALREADY_EXISTS, "the account was placed before");
    struct account_facts *account = working_set_add_account(work->set, &event->account_id, &event->debtor_id);
    account->is_new = true;
    account->agency_id = event->agency_id;
    account->due_on.days = placed->due_on_days;
    account->balance_minor = placed->balance_minor;
    (void)g_strlcpy(account->currency, placed->currency, sizeof(account->currency));
    working_set_ensure_debtor(work->set, &event->debtor_id)->accounts++;
    return look_again(work, account, event->occurred_at_us, "placed", err);
}

static enum status on_updated(const struct classification_work *work, struct account_facts *account,
                              const struct event *event, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Intake__V1__AccountUpdated *updated = (const Dunlin__Intake__V1__AccountUpdated *)message;
    if (updated->due_on_presence_case == DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__DUE_ON_PRESENCE_DUE_ON_DAYS)
        account->due_on.days = updated->due_on_days;
    return look_again(work, account, event->occurred_at_us, "updated", err);
}

static enum status on_recalled(const struct classification_work *work, struct account_facts *account,
                               const struct event *event, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    account->is_recalled = true;
    return look_again(work, account, event->occurred_at_us, "recalled", err);
}

static enum status on_balance_changed(const struct classification_work *work, struct account_facts *account,
                                      const struct event *event, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Payment__V1__BalanceChanged *changed = (const Dunlin__Payment__V1__BalanceChanged *)message;
    if (changed->change_minor == 0) /* the ledger has taken an event in, and found nothing to post */
        return STATUS_OK;
    account->balance_minor = changed->balance_minor;
    if (changed->kind == DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PAYMENT) {
        account->payments++;
        account->last_payment_on = MAX(account->last_payment_on, changed->effective_on_days);
    } else if (changed->kind == DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_REVERSAL && account->payments > 0) {
        account->payments--;
    }
    return look_again(work, account, event->occurred_at_us, "payment", err);
}

static enum status on_promise_broken(const struct classification_work *work, struct account_facts *account,
                                     const struct event *event, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    account->broken_promises++;
    return look_again(work, account, event->occurred_at_us, "promise_broken", err);
}

/* A plan is a promise of several payments. */
static enum status on_plan_broken(const struct classification_work *work, struct account_facts *account,
                                  const struct event *event, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    account->broken_promises++;
    return look_again(work, account, event->occurred_at_us, "plan_broken", err);
}

/* At most one a debt is unresolved; one that holds nothing, or a part while the rest is collected, is none as far as
 * collection goes. Where no rest is owed contact holds the debt by itself. */
static enum status take_open_dispute(const struct classification_work *work, struct account_facts *account,
                                     const struct event *event, bool goes_on, struct error *err)
{
    account->open_disputes = goes_on ? 0 : 1;
    return look_again(work, account, event->occurred_at_us, "dispute", err);
}

static enum status on_dispute_opened(const struct classification_work *work, struct account_facts *account,
                                     const struct event *event, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeOpened *opened = (const Dunlin__Dispute__V1__DisputeOpened *)message;
    const bool is_without_hold = opened->detail && opened->detail->is_without_hold;
    return take_open_dispute(work, account, event, is_without_hold || opened->held_part, err);
}

static enum status on_dispute_amended(const struct classification_work *work, struct account_facts *account,
                                      const struct event *event, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeAmended *amended = (const Dunlin__Dispute__V1__DisputeAmended *)message;
    const Dunlin__Dispute__V1__DisputeDetail *detail = amended->detail;
    return detail && detail->answered_at_us == 0
               ? take_open_dispute(work, account, event, detail->is_without_hold || amended->held_part, err)
               : STATUS_OK;
}

static enum status on_dispute_reopened(const struct classification_work *work, struct account_facts *account,
                                       const struct event *event, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeReopened *reopened = (const Dunlin__Dispute__V1__DisputeReopened *)message;
    return take_open_dispute(work, account, event, reopened->is_without_hold || reopened->held_part, err);
}

static enum status on_verification_sent(const struct classification_work *work, struct account_facts *account,
                                        const struct event *event, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    account->open_disputes = 0;
    return look_again(work, account, event->occurred_at_us, "dispute", err);
}

static enum status on_dispute_resolved(const struct classification_work *work, struct account_facts *account,
                                       const struct event *event, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeResolved *resolved = (const Dunlin__Dispute__V1__DisputeResolved *)message;
    account->open_disputes = 0;
    if ((resolved->outcome == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD ||
         resolved->outcome == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_CONCEDED) &&
        !resolved->is_rest_owed)
        account->is_upheld = true;
    return look_again(work, account, event->occurred_at_us, "dispute", err);
}

static const struct {
    const ProtobufCMessageDescriptor *type;
    enum status (*apply)(const struct classification_work *work, struct account_facts *account,
                         const struct event *event, const ProtobufCMessage *message, struct error *err);
} APPLIERS[] = {
    {&dunlin__intake__v1__account_updated__descriptor, on_updated},
    {&dunlin__intake__v1__account_recalled__descriptor, on_recalled},
    {&dunlin__payment__v1__balance_changed__descriptor, on_balance_changed},
    {&dunlin__payment__v1__promise_broken__descriptor, on_promise_broken},
    {&dunlin__payment__v1__plan_broken__descriptor, on_plan_broken},
    {&dunlin__dispute__v1__dispute_opened__descriptor, on_dispute_opened},
    {&dunlin__dispute__v1__dispute_amended__descriptor, on_dispute_amended},
    {&dunlin__dispute__v1__dispute_reopened__descriptor, on_dispute_reopened},
    {&dunlin__dispute__v1__verification_sent__descriptor, on_verification_sent},
    {&dunlin__dispute__v1__dispute_resolved__descriptor, on_dispute_resolved},
};

enum status classification_take(const struct classification_work *work, const struct service_event *each,
                                struct error *err)
{
    const struct event *event = each->event;
    if (each->message->descriptor == &dunlin__intake__v1__account_placed__descriptor)
        return on_placed(work, event, each->message, err);
    struct account_facts *account = working_set_account(work->set, &event->account_id);
    if (!account)
        return error_set(err, STATUS_FAILED_PRECONDITION, "%s concerns an account that was never placed", event->type);
    for (size_t i = 0; i < ARRAY_SIZE(APPLIERS); i++)
        if (APPLIERS[i].type == each->message->descriptor)
            return APPLIERS[i].apply(work, account, event, each->message, err);
    return STATUS_OK;
}

enum status classification_pass_day(const struct classification_work *work, struct account_facts *account,
                                    int64_t now_us, struct error *err)
{
    return look_again(work, account, now_us, "day_boundary", err);
}
