#include <string.h>

#include "classification_codec.h"
#include "classification_service.h"
#include "classification_store.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"

#define DAY_BOUNDARY "day_boundary"

/* One batch on its way: the loaded facts and where the effects go. */
struct run {
    struct unit *unit;
    const struct sop *sop;
    struct working_set *set;
};

static struct date day_of(int64_t us)
{
    const int64_t day = us >= 0 ? us / US_PER_DAY : -((-us + US_PER_DAY - 1) / US_PER_DAY);
    return (struct date){(int32_t)day};
}

static void settle_timer(struct run *run, const struct account_facts *account, struct date today)
{
    struct date boundary;
    if (!account_next_boundary(run->sop, account, today, &boundary)) {
        if (account->class_code[0] != '\0') /* else it never had one */
            unit_timer_cancel(run->unit, DAY_BOUNDARY, &account->account_id);
        return;
    }
    const struct timer timer = {.kind = DAY_BOUNDARY,
                                .subject_id = account->account_id,
                                .debtor_id = account->debtor_id,
                                .agency_id = account->agency_id,
                                .due_at = {boundary.days * US_PER_DAY}};
    unit_timer_set(run->unit, &timer);
}

/* Says the class again where it has changed, and sets the timer for the next day on which it may change by itself. */
static enum status say(struct run *run, struct account_facts *account, const struct debtor_facts *debtor,
                       struct date today, const char *because, struct error *err)
{
    struct classified classified;
    account_classify(run->sop, account, debtor, today, &classified);
    settle_timer(run, account, today);
    if (!account_class_differs(account, &classified, run->sop->version))
        return STATUS_OK;
    account_take_class(account, &classified, run->sop->version);
    account->is_changed = true;
    return classification_emit(run->unit, account, because, err);
}

/* After a fact of `account` changed. Where that changed the debtor's sums too, his other accounts are looked at as
 * well: one more late account may make a slow payer of him. */
static enum status look_again(struct run *run, struct account_facts *account, int64_t now_us, const char *because,
                              struct error *err)
{
    struct debtor_facts *debtor = working_set_ensure_debtor(run->set, &account->debtor_id);
    const GPtrArray *family = working_set_family(run->set, &account->debtor_id);
    const struct date today = day_of(now_us);
    const bool is_new = account->class_code[0] == '\0';
    const int32_t late_before = debtor->late_accounts;
    account->is_changed = true;
    for (guint i = 0; i < family->len; i++)
        account_note_lateness(g_ptr_array_index(family, i), debtor, today);
    enum status st = say(run, account, debtor, today, because, err);
    if (!is_new && debtor->late_accounts == late_before)
        return st;
    for (guint i = 0; i < family->len && st == STATUS_OK; i++)
        if (g_ptr_array_index(family, i) != account)
            st = say(run, g_ptr_array_index(family, i), debtor, today, "debtor", err);
    return st;
}

static enum status on_placed(struct run *run, const struct event *event, const ProtobufCMessage *message,
                             struct error *err)
{
    const Dunlin__Intake__V1__AccountPlaced *placed = (const Dunlin__Intake__V1__AccountPlaced *)message;
    if (working_set_account(run->set, &event->account_id))
        return error_set(err, STATUS_ALREADY_EXISTS, "the account was placed before");
    struct account_facts *account = working_set_add_account(run->set, &event->account_id, &event->debtor_id);
    account->is_new = true;
    account->agency_id = event->agency_id;
    account->due_on.days = placed->due_on_days;
    account->balance_minor = placed->balance_minor;
    (void)g_strlcpy(account->currency, placed->currency, sizeof(account->currency));
    working_set_ensure_debtor(run->set, &event->debtor_id)->accounts++;
    return look_again(run, account, event->occurred_at_us, "placed", err);
}

static enum status on_updated(struct run *run, struct account_facts *account, const struct event *event,
                              const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Intake__V1__AccountUpdated *updated = (const Dunlin__Intake__V1__AccountUpdated *)message;
    if (updated->due_on_presence_case == DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__DUE_ON_PRESENCE_DUE_ON_DAYS)
        account->due_on.days = updated->due_on_days;
    return look_again(run, account, event->occurred_at_us, "updated", err);
}

static enum status on_recalled(struct run *run, struct account_facts *account, const struct event *event,
                               const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    account->is_recalled = true;
    return look_again(run, account, event->occurred_at_us, "recalled", err);
}

static enum status on_balance_changed(struct run *run, struct account_facts *account, const struct event *event,
                                      const ProtobufCMessage *message, struct error *err)
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
    return look_again(run, account, event->occurred_at_us, "payment", err);
}

static enum status on_promise_broken(struct run *run, struct account_facts *account, const struct event *event,
                                     const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    account->broken_promises++;
    return look_again(run, account, event->occurred_at_us, "promise_broken", err);
}

static enum status on_dispute_opened(struct run *run, struct account_facts *account, const struct event *event,
                                     const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    account->open_disputes = 1; /* at most one a debt is unresolved */
    return look_again(run, account, event->occurred_at_us, "dispute", err);
}

static enum status on_verification_sent(struct run *run, struct account_facts *account, const struct event *event,
                                        const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    account->open_disputes = 0;
    return look_again(run, account, event->occurred_at_us, "dispute", err);
}

static enum status on_dispute_resolved(struct run *run, struct account_facts *account, const struct event *event,
                                       const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeResolved *resolved = (const Dunlin__Dispute__V1__DisputeResolved *)message;
    account->open_disputes = 0;
    if (resolved->outcome == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD)
        account->is_upheld = true;
    return look_again(run, account, event->occurred_at_us, "dispute", err);
}

static const struct {
    const ProtobufCMessageDescriptor *type;
    enum status (*apply)(struct run *run, struct account_facts *account, const struct event *event,
                         const ProtobufCMessage *message, struct error *err);
} APPLIERS[] = {
    {&dunlin__intake__v1__account_updated__descriptor, on_updated},
    {&dunlin__intake__v1__account_recalled__descriptor, on_recalled},
    {&dunlin__payment__v1__balance_changed__descriptor, on_balance_changed},
    {&dunlin__payment__v1__promise_broken__descriptor, on_promise_broken},
    {&dunlin__dispute__v1__dispute_opened__descriptor, on_dispute_opened},
    {&dunlin__dispute__v1__verification_sent__descriptor, on_verification_sent},
    {&dunlin__dispute__v1__dispute_resolved__descriptor, on_dispute_resolved},
};

static enum status apply_one(struct run *run, const struct service_event *each, struct error *err)
{
    const struct event *event = each->event;
    if (each->message->descriptor == &dunlin__intake__v1__account_placed__descriptor)
        return on_placed(run, event, each->message, err);
    struct account_facts *account = working_set_account(run->set, &event->account_id);
    if (!account)
        return error_set(err, STATUS_FAILED_PRECONDITION, "%s concerns an account that was never placed", event->type);
    for (size_t i = 0; i < ARRAY_SIZE(APPLIERS); i++)
        if (APPLIERS[i].type == each->message->descriptor)
            return APPLIERS[i].apply(run, account, event, each->message, err);
    return STATUS_OK;
}

enum status classification_apply(struct unit *unit, const struct service_event *events, size_t n_events,
                                 struct error *err)
{
    const struct sop_holder *policy = unit_context(unit);
    SCOPED(working_set_freep) struct working_set *set = working_set_new();
    struct run run = {.unit = unit, .sop = policy->sop, .set = set};
    for (size_t i = 0; i < n_events; i++)
        working_set_want_debtor(set, &events[i].event->debtor_id);
    enum status st = working_set_load(set, unit_db(unit), err);
    for (size_t i = 0; i < n_events && st == STATUS_OK; i++)
        st = apply_one(&run, &events[i], err);
    return st == STATUS_OK ? working_set_save(set, unit_db(unit), err) : st;
}

enum status classification_fire(struct unit *unit, const struct timer *timers, size_t n_timers, struct error *err)
{
    const struct sop_holder *policy = unit_context(unit);
    SCOPED(working_set_freep) struct working_set *set = working_set_new();
    struct run run = {.unit = unit, .sop = policy->sop, .set = set};
    for (size_t i = 0; i < n_timers; i++)
        working_set_want_debtor(set, &timers[i].debtor_id);
    enum status st = working_set_load(set, unit_db(unit), err);
    for (size_t i = 0; i < n_timers && st == STATUS_OK; i++) {
        struct account_facts *account = working_set_account(set, &timers[i].subject_id);
        if (account)
            st = look_again(&run, account, MAX(timers[i].due_at.us, unit_now(unit).us), "day_boundary", err);
    }
    return st == STATUS_OK ? working_set_save(set, unit_db(unit), err) : st;
}
