#include "plan_record.h"

#include <string.h>

#include "allocation.h"
#include "debit_record.h"
#include "plan_codec.h"
#include "plan_collection.h"
#include "plan_standing.h"
#include "policy/policy_holder.h"
#include "service/wire.h"

static struct account *account_of(const struct record *record, const struct plan_agreement *agreement)
{
    return book_account(record->book, &agreement->plan.account_id);
}

static struct date today(const struct record *record)
{
    return (struct date){(int32_t)(unit_now(record->unit).us / US_PER_DAY)};
}

struct plan_agreement *record_running_plan(const struct record *record, const struct account *account)
{
    struct plan_agreement *agreement = book_plan(record->book, &account->plan_id);

    return agreement && agreement->plan.state != PLAN_COMPLETED ? agreement : NULL;
}

bool record_has_plan(const struct record *record, const struct account *account)
{
    return record_running_plan(record, account) != NULL;
}

static void settle_timer(const struct record *record, const struct plan_agreement *agreement)
{
    struct timer timer = {
        .kind = TIMER_PLAN_LOOK,
        .subject_id = agreement->plan.plan_id,
        .debtor_id = agreement->debtor_id,
        .agency_id = agreement->agency_id,
    };

    if (plan_next_look(&agreement->plan, &timer.due_at))
        unit_timer_set(record->unit, &timer);
    else
        unit_timer_cancel(record->unit, TIMER_PLAN_LOOK, &agreement->plan.plan_id);
}

static enum status emit(const struct record *record, const struct plan_agreement *agreement,
                        const ProtobufCMessage *message, struct error *err)
{
    return record_emit(record, account_of(record, agreement), message, err);
}

/* What every change of a plan ends with: its row and its timer, the event that tells of it (NULL: none does), its
 * debits. The account's version is the plan's, too: a writer that lost its partition changes neither. */
static enum status changed(const struct record *record, struct plan_agreement *agreement,
                           const ProtobufCMessage *message, struct error *err)
{
    struct account *account = account_of(record, agreement);

    book_touch_plan(agreement);
    book_touch_account(account);
    settle_timer(record, agreement);
    const enum status st = message ? emit(record, agreement, message, err) : STATUS_OK;
    return st == STATUS_OK ? record_plan_collection(record, account, agreement, err) : st;
}

/* --- proposed, agreed on */

enum status record_plan_proposed(const struct record *record, struct account *account, struct plan_agreement *agreement,
                                 struct error *err)
{
    Dunlin__Payment__V1__PlanProposed message;
    g_autofree struct plan_rows *rows = g_new(struct plan_rows, 1);

    account->proposed_plan_id = agreement->plan.plan_id;
    plan_fill_rows(&agreement->plan.schedule, rows);
    dunlin__payment__v1__plan_proposed__init(&message);
    message.plan_id = wire_id(&agreement->plan.plan_id);
    message.account_id = wire_id(&agreement->plan.account_id);
    message.debtor_id = wire_id(&agreement->debtor_id);
    message.role = (Dunlin__Payment__V1__PlanRole)agreement->role;
    message.approval_by = (Dunlin__Payment__V1__PlanRole)agreement->approval_by;
    message.owed_minor = agreement->owed.minor;
    message.discount_minor = agreement->plan.discount_minor;
    message.currency = wire_text(agreement->owed.currency);
    message.frequency = (Dunlin__Payment__V1__PlanFrequency)agreement->frequency;
    message.n_instalments = (size_t)agreement->plan.schedule.n;
    message.instalments = rows->list;
    message.replaces = wire_id(&agreement->plan.replaces);
    return changed(record, agreement, &message.base, err);
}

static enum status tell_agreed(const struct record *record, struct plan_agreement *agreement, enum sop_role approved_as,
                               struct error *err)
{
    Dunlin__Payment__V1__PlanAgreed message;
    g_autofree struct plan_rows *rows = g_new(struct plan_rows, 1);

    plan_fill_rows(&agreement->plan.schedule, rows);
    dunlin__payment__v1__plan_agreed__init(&message);
    message.plan_id = wire_id(&agreement->plan.plan_id);
    message.account_id = wire_id(&agreement->plan.account_id);
    message.debtor_id = wire_id(&agreement->debtor_id);
    message.role = (Dunlin__Payment__V1__PlanRole)agreement->role;
    message.approved_by = (Dunlin__Payment__V1__PlanRole)approved_as;
    message.owed_minor = agreement->owed.minor;
    message.discount_minor = agreement->plan.discount_minor;
    message.currency = wire_text(agreement->owed.currency);
    message.frequency = (Dunlin__Payment__V1__PlanFrequency)agreement->frequency;
    message.n_instalments = (size_t)agreement->plan.schedule.n;
    message.instalments = rows->list;
    message.replaces = wire_id(&agreement->plan.replaces);
    message.instrument_id = wire_id(&agreement->instrument_id);
    return changed(record, agreement, &message.base, err);
}

/* The account has it no more. */
static void forget(struct account *account, const struct plan_agreement *agreement)
{
    if (id_equal(&account->plan_id, &agreement->plan.plan_id))
        account->plan_id = (struct id){0};
    if (id_equal(&account->proposed_plan_id, &agreement->plan.plan_id))
        account->proposed_plan_id = (struct id){0};
}

static enum status end_cancelled(const struct record *record, struct plan_agreement *agreement, bool was_proposed,
                                 struct error *err)
{
    Dunlin__Payment__V1__PlanCancelled message;

    forget(account_of(record, agreement), agreement);
    dunlin__payment__v1__plan_cancelled__init(&message);
    message.plan_id = wire_id(&agreement->plan.plan_id);
    message.account_id = wire_id(&agreement->plan.account_id);
    message.debtor_id = wire_id(&agreement->debtor_id);
    message.reason = wire_text(agreement->reason);
    message.replaced_by = wire_id(&agreement->plan.replaced_by);
    message.was_proposed = was_proposed;
    return changed(record, agreement, &message.base, err);
}

/* One that was broken stays so, and only names what follows it. */
static enum status end_replaced(const struct record *record, struct plan_agreement *replaces, struct error *err)
{
    book_touch_plan(replaces);
    if (replaces->plan.state != PLAN_CANCELLED)
        return STATUS_OK;
    replaces->reason = "another plan stands in its place";
    return end_cancelled(record, replaces, false, err);
}

/* --- completed, and the discount of a settlement that was kept */

/* A credit of the account: negative takes off what is owed. */
static enum status post_credit(const struct record *record, struct account *account, struct posting_draft *draft,
                               const struct posting *cause, const struct plan_agreement *agreement, struct error *err)
{
    const uint32_t number = (uint32_t)account->n_postings + 1;
    const uint8_t key[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};
    struct posting posting;

    draft->posting_id = id_derive(&agreement->plan.plan_id, "discount", key, sizeof(key));
    draft->kind = POSTING_CREDIT;
    draft->effective_on_days = cause ? cause->draft.effective_on_days : today(record).days;
    draft->posted_at = cause ? cause->draft.posted_at : unit_now(record->unit);
    enum status st = ledger_post(account, draft, &posting, err);
    return st == STATUS_OK ? record_posting(record, account, &posting, NULL, err) : st;
}

static enum status grant_discount(const struct record *record, struct account *account,
                                  struct plan_agreement *agreement, const struct posting *cause, struct error *err)
{
    const struct policy_holder *policy = unit_context(record->unit);
    const int64_t discount_minor = plan_discount_granted(&agreement->plan, account->balance.minor);
    struct posting_draft draft = {.change = account->balance, .reference = "settlement"};

    if (discount_minor == 0)
        return STATUS_OK;
    draft.change.minor = -discount_minor;
    draft.effective_on_days = today(record).days;
    allocation_order(policy->agreements, account, &draft);
    enum status st = post_credit(record, account, &draft, cause, agreement, err);
    agreement->discount_posting = draft.posting_id;
    return st;
}

/* Of each bucket what was taken off it. */
static enum status revoke_discount(const struct record *record, struct account *account,
                                   struct plan_agreement *agreement, const struct posting *cause, struct error *err)
{
    const struct posting *granted = book_posting(record->book, &agreement->discount_posting);
    struct posting_draft draft = {.reference = "settlement not kept"};

    if (!granted)
        return STATUS_OK;
    draft.change = granted->draft.change;
    draft.change.minor = -granted->draft.change.minor;
    draft.charges = charges_negate(&granted->draft.charges);
    agreement->discount_posting = (struct id){0};
    return post_credit(record, account, &draft, cause, agreement, err);
}

static enum status complete(const struct record *record, struct account *account, struct plan_agreement *agreement,
                            const struct posting *cause, struct error *err)
{
    Dunlin__Payment__V1__PlanCompleted message;

    dunlin__payment__v1__plan_completed__init(&message);
    message.plan_id = wire_id(&agreement->plan.plan_id);
    message.account_id = wire_id(&agreement->plan.account_id);
    message.debtor_id = wire_id(&agreement->debtor_id);
    message.paid_minor = plan_paid(&agreement->plan);
    message.discount_minor = plan_discount_granted(&agreement->plan, account->balance.minor);
    message.currency = wire_text(agreement->owed.currency);
    const enum status st = changed(record, agreement, &message.base, err);
    return st == STATUS_OK ? grant_discount(record, account, agreement, cause, err) : st;
}

enum status record_plan_agreed(const struct record *record, struct account *account, struct plan_agreement *agreement,
                               struct plan_agreement *replaces, enum sop_role approved_as, struct error *err)
{
    enum status st = replaces ? end_replaced(record, replaces, err) : STATUS_OK;

    if (st == STATUS_OK)
        st = record_promise_cancel(record, account, "a plan was agreed on", err);
    if (st != STATUS_OK)
        return st;
    forget(account, agreement);
    account->plan_id = agreement->plan.plan_id;
    st = tell_agreed(record, agreement, approved_as, err);
    if (st == STATUS_OK && agreement->plan.state == PLAN_COMPLETED)
        return complete(record, account, agreement, NULL, err);
    return st;
}

/* --- held, resumed, cancelled */

enum status record_plan_hold(const struct record *record, struct plan_agreement *agreement, const char *reason,
                             struct error *err)
{
    Dunlin__Payment__V1__PlanHeld message;
    const enum status st =
        agreement->plan.state == PLAN_ON_HOLD ? STATUS_OK : plan_hold(&agreement->plan, today(record), err);

    if (st != STATUS_OK)
        return st;
    agreement->reason = reason;
    agreement->waits_to_collect = false;
    dunlin__payment__v1__plan_held__init(&message);
    message.plan_id = wire_id(&agreement->plan.plan_id);
    message.account_id = wire_id(&agreement->plan.account_id);
    message.debtor_id = wire_id(&agreement->debtor_id);
    message.reason = wire_text(reason);
    return changed(record, agreement, &message.base, err);
}

static enum status tell_resumed(const struct record *record, struct plan_agreement *agreement, bool was_completed,
                                const char *reason, struct error *err)
{
    Dunlin__Payment__V1__PlanResumed message;

    dunlin__payment__v1__plan_resumed__init(&message);
    message.plan_id = wire_id(&agreement->plan.plan_id);
    message.account_id = wire_id(&agreement->plan.account_id);
    message.debtor_id = wire_id(&agreement->debtor_id);
    message.reason = wire_text(reason);
    message.was_completed = was_completed;
    return changed(record, agreement, &message.base, err);
}

enum status record_plan_resume(const struct record *record, struct plan_agreement *agreement, const char *reason,
                               struct error *err)
{
    const int64_t open_minor = plan_standing_on(&agreement->plan, today(record)).open_minor;
    enum status st = account_check_held(account_of(record, agreement), open_minor, err);

    if (st == STATUS_OK)
        st = plan_resume(&agreement->plan, today(record), err);
    if (st != STATUS_OK)
        return st;
    agreement->waits_to_collect = false;
    return tell_resumed(record, agreement, false, reason, err);
}

static enum status hold_waiting(const struct record *record, struct plan_agreement *agreement, const char *reason,
                                struct error *err)
{
    const enum status st = record_plan_hold(record, agreement, reason, err);

    agreement->waits_to_collect = st == STATUS_OK;
    return st;
}

/* Nobody is reminded of a promise of what may not be collected, and none of them is broken. */
static bool promises_more(const struct account *account, int64_t collectable_minor)
{
    const struct promise *promise = account->open_promise;

    return promise && collectable_minor < account->balance.minor &&
           promise->amount.minor - promise->paid_minor > collectable_minor;
}

/* It is to be held, or to be told why by now. */
static bool is_to_wait(const struct plan_agreement *agreement, const char *reason)
{
    return agreement->plan.state == PLAN_ACTIVE ||
           (agreement->waits_to_collect && strcmp(agreement->reason, reason) != 0);
}

enum status record_held_changed(const struct record *record, struct account *account, const char *resumed_as,
                                struct error *err)
{
    const char *reason = account_held_reason(account);
    const int64_t collectable_minor = account_collectable_minor(account);
    const int64_t pending_minor = debit_book_sum(record->book->debits, &account->account_id, DEBIT_PENDING);
    const bool is_too_much = collectable_minor < account->balance.minor && pending_minor > collectable_minor;
    struct plan_agreement *agreement = record_running_plan(record, account);
    enum status st = is_too_much ? record_debits_cancel(record, &account->account_id, reason, err) : STATUS_OK;

    if (st == STATUS_OK && promises_more(account, collectable_minor))
        st = record_promise_cancel(record, account, reason, err);
    if (st != STATUS_OK || !agreement)
        return st;
    const bool fits = plan_standing_on(&agreement->plan, today(record)).open_minor <= collectable_minor;
    if (!fits && is_to_wait(agreement, reason))
        return hold_waiting(record, agreement, reason, err);
    if (fits && agreement->waits_to_collect)
        return record_plan_resume(record, agreement, resumed_as, err);
    return is_too_much ? record_plan_collection(record, account, agreement, err) : STATUS_OK;
}

enum status record_plan_cancel(const struct record *record, struct plan_agreement *agreement, enum plan_event event,
                               const char *reason, struct error *err)
{
    const bool was_proposed = agreement->plan.state == PLAN_PROPOSED;
    enum status st = plan_move(&agreement->plan, event, NULL, err);

    if (st != STATUS_OK)
        return st;
    agreement->reason = reason;
    return end_cancelled(record, agreement, was_proposed, err);
}

enum status record_plans_end(const struct record *record, struct account *account, enum plan_event event,
                             const char *reason, struct error *err)
{
    struct plan_agreement *plans[] = {record_running_plan(record, account),
                                      book_plan(record->book, &account->proposed_plan_id)};
    enum status st = STATUS_OK;

    for (size_t i = 0; i < ARRAY_SIZE(plans) && st == STATUS_OK; i++)
        if (plans[i])
            st = record_plan_cancel(record, plans[i], event, reason, err);
    return st;
}

/* --- postings */

/* A payment of a completed plan came back: the discount goes, and comes again where the plan is kept all the same. */
static enum status settle_completed(const struct record *record, struct account *account,
                                    struct plan_agreement *agreement, const struct posting *posting, struct error *err)
{
    enum status st = agreement->plan.state == PLAN_ACTIVE
                         ? tell_resumed(record, agreement, true, "a payment came back", err)
                         : changed(record, agreement, NULL, err);
    if (st != STATUS_OK || !plan_counts_back(agreement, posting))
        return st;
    st = revoke_discount(record, account, agreement, posting, err);
    return st == STATUS_OK ? grant_discount(record, account, agreement, posting, err) : st;
}

static enum status settle(const struct record *record, struct account *account, struct plan_agreement *agreement,
                          const struct posting *posting, struct error *err)
{
    const enum plan_state before = agreement->plan.state;

    plan_settle(agreement, posting, account->balance.minor);
    if (before == PLAN_COMPLETED)
        return settle_completed(record, account, agreement, posting, err);
    switch (agreement->plan.state) {
    case PLAN_COMPLETED:
        return complete(record, account, agreement, posting, err);
    case PLAN_CANCELLED:
        return end_cancelled(record, agreement, before == PLAN_PROPOSED, err);
    case PLAN_ACTIVE:
    case PLAN_ON_HOLD:
    case PLAN_PROPOSED:
    case PLAN_BROKEN:
        break;
    }
    return changed(record, agreement, NULL, err);
}

enum status record_plan_posting(const struct record *record, struct account *account, const struct posting *posting,
                                struct error *err)
{
    struct plan_agreement *running = book_plan(record->book, &account->plan_id);
    struct plan_agreement *proposed = book_plan(record->book, &account->proposed_plan_id);
    enum status st = STATUS_OK;

    if (running)
        st = settle(record, account, running, posting, err);
    if (st == STATUS_OK && proposed)
        st = settle(record, account, proposed, posting, err);
    /* A payment that came back may have opened a plan again, and what is owed has changed beside what is held. */
    if (st == STATUS_OK && (account->stops || !id_is_none(&account->dispute_id)))
        st = record_held_changed(record, account, "it asks for no more than may be collected", err);
    return st;
}

/* --- time passes */

static enum status emit_missed(const struct record *record, const struct plan_agreement *agreement, int32_t place,
                               struct error *err)
{
    const struct plan_instalment *instalment = &agreement->plan.schedule.instalments[place];
    Dunlin__Payment__V1__InstalmentMissed message;

    dunlin__payment__v1__instalment_missed__init(&message);
    message.plan_id = wire_id(&agreement->plan.plan_id);
    message.account_id = wire_id(&agreement->plan.account_id);
    message.debtor_id = wire_id(&agreement->debtor_id);
    message.number = place + 1;
    message.due_on_days = instalment->due.days;
    message.amount_minor = instalment->amount_minor;
    message.open_minor = plan_instalment_open(instalment);
    message.currency = wire_text(agreement->owed.currency);
    return emit(record, agreement, &message.base, err);
}

static enum status end_broken(const struct record *record, struct plan_agreement *agreement, struct date day,
                              struct error *err)
{
    const struct plan_standing standing = plan_standing_on(&agreement->plan, day);
    Dunlin__Payment__V1__PlanBroken message;

    forget(account_of(record, agreement), agreement);
    dunlin__payment__v1__plan_broken__init(&message);
    message.plan_id = wire_id(&agreement->plan.plan_id);
    message.account_id = wire_id(&agreement->plan.account_id);
    message.debtor_id = wire_id(&agreement->debtor_id);
    message.n_missed = standing.n_missed;
    message.overdue_minor = standing.overdue_minor;
    message.open_minor = standing.open_minor;
    message.paid_minor = plan_paid(&agreement->plan);
    message.currency = wire_text(agreement->owed.currency);
    return changed(record, agreement, &message.base, err);
}

static enum status review(const struct record *record, struct plan_agreement *agreement, struct error *err)
{
    struct plan *plan = &agreement->plan;
    const struct date day = today(record);
    const char *text;
    enum status st = STATUS_OK;

    for (int32_t i = 0; i < plan->schedule.n && st == STATUS_OK; i++)
        if (plan_is_newly_missed(plan, &plan->schedule.instalments[i], day))
            st = emit_missed(record, agreement, i, err);
    if (st != STATUS_OK)
        return st;
    plan_review(plan, day, &text);
    if (plan->state != PLAN_BROKEN)
        return changed(record, agreement, NULL, err);
    agreement->reason = text;
    return end_broken(record, agreement, day, err);
}

enum status record_plan_look(const struct record *record, const struct timer *timer, struct error *err)
{
    struct plan_agreement *agreement = book_plan(record->book, &timer->subject_id);

    if (!agreement)
        return STATUS_OK;
    switch (agreement->plan.state) {
    case PLAN_PROPOSED:
        return record_plan_cancel(record, agreement, PLAN_EVENT_DECLINE,
                                  "nobody approved it until its first instalment was due", err);
    case PLAN_ACTIVE:
        return review(record, agreement, err);
    case PLAN_ON_HOLD:
    case PLAN_COMPLETED:
    case PLAN_BROKEN:
    case PLAN_CANCELLED:
        break;
    }
    return STATUS_OK;
}
