#include "escalation_record.h"

#include <string.h>

#include "dispute_codec.h"
#include "dispute_command.h"
#include "dispute_service.h"
#include "dispute_store.h"
#include "escalation_codec.h"
#include "service/wire.h"

static enum status emit(const struct record *record, const struct escalation *escalation,
                        const ProtobufCMessage *message, struct error *err)
{
    const struct subject subject = {
        .agency_id = escalation->agency_id,
        .debtor_id = escalation->debtor_id,
        .account_id = escalation->account_id,
    };

    return unit_emit(record->unit, &subject, record->actor, message, err);
}

enum status escalation_record_raised(const struct record *record, struct account *account,
                                     struct escalation *escalation, const struct escalation **ret_escalation,
                                     struct error *err)
{
    Dunlin__Dispute__V1__EscalationRaised message;
    Dunlin__Dispute__V1__Escalation wire;

    escalation->account_id = account->account_id;
    escalation->debtor_id = account->debtor_id;
    escalation->agency_id = account->agency_id;
    escalation->raised_at = unit_now(record->unit);
    escalation->raised_by = command_actor(record);
    escalation->balance_minor = account->balance_minor;
    escalation->currency = account->currency;
    escalation->client = account->client;
    escalation->owner = escalation->route == SOP_ROUTE_PERSON ? escalation->target : "";
    escalation->note = escalation->decided_by = escalation->file_id = escalation->closed_by = "";
    escalation_begin(escalation);
    struct escalation *kept = book_add_escalation(record->book, escalation, 0);
    book_touch_escalation(kept);
    dunlin__dispute__v1__escalation_raised__init(&message);
    escalation_write(kept, &wire);
    message.account_id = wire.account_id;
    message.debtor_id = wire.debtor_id;
    message.reason = wire.title;
    message.escalation = &wire;
    if (ret_escalation)
        *ret_escalation = kept;
    return emit(record, kept, &message.base, err);
}

/* How each event is told. */
static const Dunlin__Dispute__V1__EscalationStep STEPS[ESCALATION_EVENTS_END] = {
    [ESCALATION_EVENT_ASSIGN] = DUNLIN__DISPUTE__V1__ESCALATION_STEP__ESCALATION_STEP_ASSIGNED,
    [ESCALATION_EVENT_APPROVE] = DUNLIN__DISPUTE__V1__ESCALATION_STEP__ESCALATION_STEP_APPROVED,
    [ESCALATION_EVENT_DECLINE] = DUNLIN__DISPUTE__V1__ESCALATION_STEP__ESCALATION_STEP_DECLINED,
    [ESCALATION_EVENT_EXPORT] = DUNLIN__DISPUTE__V1__ESCALATION_STEP__ESCALATION_STEP_EXPORTED,
    [ESCALATION_EVENT_HAND_OVER] = DUNLIN__DISPUTE__V1__ESCALATION_STEP__ESCALATION_STEP_EXPORTED,
    [ESCALATION_EVENT_FINISH] = DUNLIN__DISPUTE__V1__ESCALATION_STEP__ESCALATION_STEP_CLOSED,
    [ESCALATION_EVENT_OBJECT] = DUNLIN__DISPUTE__V1__ESCALATION_STEP__ESCALATION_STEP_CLOSED,
    [ESCALATION_EVENT_RECALL] = DUNLIN__DISPUTE__V1__ESCALATION_STEP__ESCALATION_STEP_CLOSED,
    [ESCALATION_EVENT_RETURN] = DUNLIN__DISPUTE__V1__ESCALATION_STEP__ESCALATION_STEP_CLOSED,
    [ESCALATION_EVENT_WITHDRAW] = DUNLIN__DISPUTE__V1__ESCALATION_STEP__ESCALATION_STEP_CLOSED,
};

enum status escalation_record_moved(const struct record *record, const struct account *account,
                                    struct escalation *escalation, enum escalation_event event, struct error *err)
{
    Dunlin__Dispute__V1__EscalationMoved message;
    Dunlin__Dispute__V1__Escalation wire;

    book_touch_escalation(escalation);
    dunlin__dispute__v1__escalation_moved__init(&message);
    escalation_write(escalation, &wire);
    message.escalation = &wire;
    message.step = STEPS[event];
    message.is_account_held = escalations_hold(account->escalations);
    return emit(record, escalation, &message.base, err);
}

enum status escalation_withdraw_all(const struct record *record, struct account *account, struct error *err)
{
    const struct escalation_change change = {
        .event = ESCALATION_EVENT_WITHDRAW, .at = unit_now(record->unit), .by = "", .note = "the client took it back"};
    enum status st = STATUS_OK;

    for (struct escalation *each = account->escalations; each && st == STATUS_OK; each = each->next) {
        if (each->state == ESCALATION_CLOSED)
            continue;
        st = escalation_move(each, &change, err);
        if (st == STATUS_OK)
            st = escalation_record_moved(record, account, each, change.event, err);
    }
    return st;
}

struct escalation_standing escalation_standing_of(const struct book *book, const struct account *account)
{
    const unsigned stops = book_stops(book, &account->debtor_id);
    const struct dispute *dispute = account->unresolved;

    return (struct escalation_standing){
        .owed_minor = account->balance_minor,
        .currency = account->currency,
        .is_bankrupt = (stops & STOP_BANKRUPTCY) != 0,
        .is_deceased = (stops & STOP_DECEASED) != 0,
        .has_attorney = (stops & STOP_ATTORNEY) != 0,
        .is_ceased = account->is_ceased,
        .is_disputed = dispute != NULL,
        .is_held_by_law = dispute && !dispute_is_answered(dispute) && dispute_is_held_by_law(dispute),
    };
}

/* --- rules --- */

int32_t escalation_day(struct instant instant)
{
    return (int32_t)(instant.us / US_PER_DAY);
}

static int64_t days_since(int32_t day, int32_t today)
{
    return day == DAY_UNKNOWN ? SOP_UNKNOWN_FACT : (int64_t)today - day;
}

static struct sop_escalation_facts facts_of(const struct account *account, int32_t today)
{
    const struct dispute *dispute = account->unresolved;
    const int32_t reached_on = account->reached_on == DAY_UNKNOWN ? account->placed_on : account->reached_on;

    return (struct sop_escalation_facts){
        .facts =
            {
                [SOP_DAYS_PAST_DUE] = days_since(account->due_on, today),
                [SOP_BALANCE_MINOR] = account->is_balance_known ? account->balance_minor : SOP_UNKNOWN_FACT,
                [SOP_PAYMENTS] = account->payments,
                [SOP_DAYS_SINCE_PAYMENT] = days_since(account->last_paid_on, today),
                [SOP_BROKEN_PROMISES] = account->broken_promises,
                [SOP_OPEN_DISPUTES] = dispute != NULL,
                [SOP_DEBTOR_ACCOUNTS] = SOP_UNKNOWN_FACT,
                [SOP_DEBTOR_LATE_ACCOUNTS] = SOP_UNKNOWN_FACT,
                [SOP_FAILED_CONTACTS] = account->failed_contacts,
                [SOP_DAYS_WITHOUT_CONTACT] = days_since(reached_on, today),
                [SOP_DISPUTE_DAYS] = dispute ? days_since(escalation_day(dispute->opened_at), today) : SOP_UNKNOWN_FACT,
                [SOP_OPEN_COMPLAINTS] = account->open_complaints,
            },
        .client = account->client,
        .currency = account->currency,
        .class = account->class,
    };
}

static enum status raise_rule(const struct record *record, struct account *account, const struct sop_escalation *rule,
                              unsigned n, struct error *err)
{
    const struct record by_rule = {.unit = record->unit, .book = record->book};
    g_autofree char *key = g_strdup_printf("%s/%u", rule->code, n);
    struct escalation escalation = {
        .escalation_id = id_derive(&account->account_id, "escalation", key, strlen(key)),
        .route = rule->route,
        .target = rule->target,
        .rule = rule->code,
        .title = rule->title,
        .action = sop_action_name(rule->action),
        .sop_version = record->book->sop->version,
        .priority = rule->priority,
    };

    if (rule->within_hours > 0)
        escalation.due_at.us = unit_now(record->unit).us + rule->within_hours * US_PER_HOUR;
    return escalation_record_raised(&by_rule, account, &escalation, NULL, err);
}

static bool is_paid(const struct account *account)
{
    return account->is_balance_known && account->balance_minor <= 0;
}

/* A debt that is gone is nothing to collect; what else happens about it may still matter. */
static bool is_asleep(const struct account *account, const struct sop_escalation *rule)
{
    return account->is_recalled || (rule->on == SOP_ON_CONDITION && is_paid(account));
}

/* How often the code was raised; false where the last one is open still. */
static bool is_over(const struct escalation *each, const char *code, unsigned *ret_n)
{
    *ret_n = 0;
    for (; each; each = each->next) {
        if (strcmp(each->rule, code) != 0)
            continue;
        if (each->state != ESCALATION_CLOSED)
            return false;
        ++*ret_n;
    }
    return true;
}

enum status escalation_record_exit(const struct record *record, struct account *account,
                                   const struct escalation_exit *exit, struct error *err)
{
    const struct record by_rule = {.unit = record->unit, .book = record->book};
    unsigned n;

    if (account->is_recalled || is_paid(account) || !is_over(account->escalations, exit->code, &n))
        return STATUS_OK;
    g_autofree char *key = g_strdup_printf("%s/%u", exit->code, n);
    struct escalation escalation = {
        .escalation_id = id_derive(&account->account_id, "escalation", key, strlen(key)),
        .route = SOP_ROUTE_QUEUE,
        .target = exit->queue,
        .rule = exit->code,
        .title = exit->title,
        .action = exit->action,
        .sop_version = exit->sop_version,
    };

    return escalation_record_raised(&by_rule, account, &escalation, NULL, err);
}

/* The day from which on a rule on a condition may be raised if nothing happens; DAY_UNKNOWN: none. */
static int32_t next_day(const struct account *account, const struct sop_escalation *rule, int32_t today,
                        int32_t in_days)
{
    if (rule->on != SOP_ON_CONDITION || in_days == INT32_MAX || in_days > INT32_MAX - today)
        return DAY_UNKNOWN;
    if (in_days > 0)
        return today + in_days;
    for (const struct escalation *each = account->escalations; rule->again_after_days > 0 && each; each = each->next)
        if (strcmp(each->rule, rule->code) == 0)
            return escalation_day(each->raised_at) + rule->again_after_days + 1;
    return DAY_UNKNOWN;
}

static void set_check(const struct record *record, struct account *account, int32_t day)
{
    if (account->check_on == day)
        return;
    account->check_on = day;
    book_touch_balance(account);
    if (day == DAY_UNKNOWN)
        unit_timer_cancel(record->unit, TIMER_ESCALATION_CHECK, &account->account_id);
    else
        unit_timer_set(record->unit, &(struct timer){.kind = TIMER_ESCALATION_CHECK,
                                                     .subject_id = account->account_id,
                                                     .debtor_id = account->debtor_id,
                                                     .agency_id = account->agency_id,
                                                     .due_at = {day * US_PER_DAY}});
}

enum status escalation_follow(const struct record *record, struct account *account, enum sop_trigger trigger,
                              struct error *err)
{
    const struct sop *sop = record->book->sop;
    const struct instant now = unit_now(record->unit);
    const int32_t today = escalation_day(now);
    int32_t check_on = DAY_UNKNOWN;
    enum status st = STATUS_OK;

    if (!sop || (sop->n_escalations == 0 && account->check_on == DAY_UNKNOWN))
        return STATUS_OK;
    const struct sop_escalation_facts facts = facts_of(account, today);
    for (size_t i = 0; i < sop->n_escalations && st == STATUS_OK; i++) {
        const struct sop_escalation *rule = &sop->escalations[i];
        unsigned n = 0;
        if (is_asleep(account, rule) || (rule->on != SOP_ON_CONDITION && rule->on != trigger))
            continue;
        const int32_t in_days = sop_escalation_in_days(rule, &facts);
        if (in_days == 0 && escalation_is_due(rule, account->escalations, now, &n))
            st = raise_rule(record, account, rule, n, err);
        const int32_t day = next_day(account, rule, today, in_days);
        if (day > today && (check_on == DAY_UNKNOWN || day < check_on))
            check_on = day;
    }
    if (st == STATUS_OK)
        set_check(record, account, check_on);
    return st;
}

enum status escalation_timers(struct unit *unit, const struct timer *timers, size_t n_timers, struct error *err)
{
    SCOPED(book_freep) struct book *book = command_book(unit);
    const struct record record = {.unit = unit, .book = book};

    for (size_t i = 0; i < n_timers; i++)
        book_want_case(book, &timers[i].subject_id);
    enum status st = dispute_store_load(unit_db(unit), book, err);
    for (size_t i = 0; i < n_timers && st == STATUS_OK; i++) {
        struct account *account = book_account(book, &timers[i].subject_id);
        if (!account)
            continue;
        account->check_on = DAY_UNKNOWN; /* it has fired */
        book_touch_balance(account);
        st = escalation_follow(&record, account, SOP_ON_CONDITION, err);
    }
    return st == STATUS_OK ? dispute_store_save(unit_db(unit), book, err) : st;
}
