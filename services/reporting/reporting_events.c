#include <string.h>

#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/contact/v1/strategy.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "reporting_rates.h"
#include "reporting_service.h"
#include "reporting_store.h"
#include "reporting_words.h"

/* One event on its way into the read models. */
struct run {
    struct working_set *set;
    const struct event *event;
    struct place place;
    struct account *account; /* that the event is about, touched; NULL where it is about none */
};

static struct counter *count(const struct run *run, enum measure measure, const char *key)
{
    return tally_count(run->set->tally, &run->place, measure, key, "", 1, 0);
}

/* In the month of the event, of somebody. */
static void count_named(const struct run *run, enum measure measure, const char *name)
{
    char key[TALLY_KEY_SIZE];
    (void)count(run, measure, rate_key(run->event->occurred_at_us, name, key));
}

/* One that nobody is named for is counted nowhere: most contacts are of no campaign, and no counter is to be written
 * for each of them. */
static void count_if_named(const struct run *run, enum measure measure, const char *name)
{
    if (name[0] != '\0')
        count_named(run, measure, name);
}

static void count_n(const struct run *run, enum measure measure, const char *key, int64_t n)
{
    (void)tally_count(run->set->tally, &run->place, measure, key, "", n, 0);
}

static void count_amount(const struct run *run, enum measure measure, const char *key, int64_t n, int64_t amount_minor)
{
    (void)tally_count(run->set->tally, &run->place, measure, key, run->account->currency, n, amount_minor);
}

static enum status check_amount(int64_t amount_minor, const char *field, struct error *err)
{
    if (amount_minor > REPORTING_AMOUNT_MAX_MINOR || amount_minor < -REPORTING_AMOUNT_MAX_MINOR)
        return error_set(err, STATUS_OUT_OF_RANGE, "%s: %lld is too large to be summed", field,
                         (long long)amount_minor);
    return STATUS_OK;
}

static enum status on_placed(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Intake__V1__AccountPlaced *placed = (const Dunlin__Intake__V1__AccountPlaced *)message;
    const struct event *event = run->event;
    const enum status st = check_amount(placed->balance_minor, "balance_minor", err);
    if (st != STATUS_OK)
        return st;
    if (run->account)
        return error_set(err, STATUS_ALREADY_EXISTS, "the account was placed before");
    struct account *account = working_set_add_account(run->set, &event->account_id);
    account->debtor_id = event->debtor_id;
    account->agency_id = event->agency_id;
    text_copy(account->client, sizeof(account->client), placed->client);
    text_copy(account->currency, sizeof(account->currency), placed->currency);
    account->placed_minor = placed->balance_minor;
    account->balance_minor = placed->balance_minor;
    account->opened_on_days = placed->opened_on_days;
    account->due_on_days = placed->due_on_days;
    account->placed_recorded_us = event->recorded_at_us;
    count_named(run, MEASURE_CLIENT_PLACED, account->client);
    account_reach(account, STAGE_PLACED, event->occurred_at_us);
    account_open(account);
    return STATUS_OK;
}

/* A restated balance comes as BalanceChanged. */
static enum status on_updated(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)err;
    const Dunlin__Intake__V1__AccountUpdated *updated = (const Dunlin__Intake__V1__AccountUpdated *)message;
    if (updated->due_on_presence_case == DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__DUE_ON_PRESENCE_DUE_ON_DAYS)
        run->account->due_on_days = updated->due_on_days;
    return STATUS_OK;
}

static enum status on_recalled(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    (void)err;
    account_recall(run->account, run->event->occurred_at_us);
    return STATUS_OK;
}

static enum status on_placement_completed(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)err;
    const Dunlin__Intake__V1__PlacementCompleted *completed = (const Dunlin__Intake__V1__PlacementCompleted *)message;
    if (!completed->summary)
        return STATUS_OK;
    (void)tally_count(run->set->tally, &run->place, MEASURE_ROW, "accepted", "", completed->summary->accepted, 0);
    (void)tally_count(run->set->tally, &run->place, MEASURE_ROW, "rejected", "", completed->summary->rejected, 0);
    return STATUS_OK;
}

static void note_step(const struct run *run, enum span span, int64_t since_us, int64_t until_us)
{
    if (since_us > 0)
        tally_duration(run->set->tally, &run->place, span, MAX(until_us - since_us, 0));
}

static enum status on_classified(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)err;
    const Dunlin__Classification__V1__AccountClassified *classified =
        (const Dunlin__Classification__V1__AccountClassified *)message;
    struct account *account = run->account;
    text_copy(account->class_code, sizeof(account->class_code), classified->class_);
    if (account->at_us[STAGE_CLASSIFIED] == 0) {
        account->classified_recorded_us = run->event->recorded_at_us;
        note_step(run, SPAN_PLACED_TO_CLASSIFIED, account->placed_recorded_us, run->event->recorded_at_us);
    }
    account_reach(account, STAGE_CLASSIFIED, run->event->occurred_at_us);
    return STATUS_OK;
}

static enum status on_planned(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)err;
    const Dunlin__Contact__V1__ContactPlanned *planned = (const Dunlin__Contact__V1__ContactPlanned *)message;
    struct account *account = run->account;
    if (planned->step[0] == '\0')
        return STATUS_OK;
    if (account->at_us[STAGE_PLANNED] == 0)
        note_step(run, SPAN_CLASSIFIED_TO_PLANNED, account->classified_recorded_us, run->event->recorded_at_us);
    account_reach(account, STAGE_PLANNED, run->event->occurred_at_us);
    return STATUS_OK;
}

static enum status on_granted(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    (void)err;
    (void)count(run, MEASURE_PERMIT_GRANTED, "");
    account_reach(run->account, STAGE_PERMITTED, run->event->occurred_at_us);
    return STATUS_OK;
}

static enum status on_refused(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)err;
    const Dunlin__Contact__V1__PermitRefused *refused = (const Dunlin__Contact__V1__PermitRefused *)message;
    (void)count(run, MEASURE_PERMIT_REFUSED, "");
    for (size_t i = 0; i < refused->n_hits; i++) {
        struct counter *rule = count(run, MEASURE_REFUSED_BY_RULE, refused->hits[i]->rule);
        text_copy(rule->label, sizeof(rule->label), refused->hits[i]->citation);
    }
    return STATUS_OK;
}

static enum status on_permit_expired(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    (void)err;
    (void)count(run, MEASURE_PERMIT_EXPIRED, "");
    return STATUS_OK;
}

static enum status on_notice_overdue(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    (void)err;
    (void)count(run, MEASURE_NOTICE_OVERDUE, "");
    return STATUS_OK;
}

static bool read_id(const ProtobufCBinaryData *bytes, struct id *ret_id)
{
    struct error ignored;
    return id_from_bytes(bytes->data, bytes->len, "account_id", ret_id, &ignored) == STATUS_OK;
}

/* The accounts that a conversation was about: those named, else the permit's. Ones that were never placed are left out:
 * contact answers for its reports. */
static void reach_discussed(const struct run *run, const Dunlin__Contact__V1__AttemptReport *report)
{
    if (report->n_discussed_account_ids == 0)
        account_reach(run->account, STAGE_REACHED, run->event->occurred_at_us);
    for (size_t i = 0; i < report->n_discussed_account_ids; i++) {
        struct id id;
        struct account *account =
            read_id(&report->discussed_account_ids[i], &id) ? working_set_account(run->set, &id) : NULL;
        if (!account)
            continue;
        working_set_touch(run->set, account);
        account_reach(account, STAGE_REACHED, run->event->occurred_at_us);
        if (account != run->account)
            working_set_note(run->set, &id, run->event->seq, run->event->agency_id);
    }
}

/* n: 1, or -1 for what a later report of the permit has replaced. */
static void count_record(const struct run *run, const Dunlin__Contact__V1__AttemptRecord *record, int64_t n)
{
    const bool is_placed = record->telephony != DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED;
    char word[WORD_SIZE];
    count_n(run, MEASURE_ATTEMPT_REPORTED, is_placed ? "placed" : "not_placed", n);
    count_n(run, MEASURE_ATTEMPT_TELEPHONY,
            word_of(&dunlin__contact__v1__telephony__descriptor, (int)record->telephony, word), n);
    if (!is_placed)
        return;
    count_n(run, MEASURE_ATTEMPT_PARTY, word_of(&dunlin__contact__v1__party__descriptor, (int)record->party, word), n);
    if (record->is_conversation)
        count_n(run, MEASURE_CONVERSATION, word, n);
    count_n(run, MEASURE_ATTEMPT_OUTCOME,
            word_of(&dunlin__contact__v1__outcome__descriptor, (int)record->outcome, word), n);
    if (record->was_within_permit)
        count_n(run, MEASURE_ATTEMPT_IN_PERMIT, "", n);
}

/* What a dialer leaves out is nothing, as contact takes it. */
static void count_first(const struct run *run, const Dunlin__Contact__V1__AttemptReported *reported)
{
    Dunlin__Contact__V1__AttemptRecord record;
    dunlin__contact__v1__attempt_record__init(&record);
    record.telephony = reported->report->telephony;
    record.party = (int)reported->report->party ? reported->report->party : DUNLIN__CONTACT__V1__PARTY__PARTY_NONE;
    record.outcome =
        (int)reported->report->outcome ? reported->report->outcome : DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_NONE;
    record.is_conversation = reported->report->is_conversation;
    record.was_within_permit = reported->was_within_permit;
    count_record(run, &record, 1);
}

/* Something went out to the debtor. */
static bool was_made(const Dunlin__Contact__V1__AttemptReport *report)
{
    return report->telephony != DUNLIN__CONTACT__V1__TELEPHONY__TELEPHONY_NOT_PLACED &&
           report->delivery != DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_NOT_SENT;
}

static enum status on_reported(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)err;
    const Dunlin__Contact__V1__AttemptReported *reported = (const Dunlin__Contact__V1__AttemptReported *)message;
    const Dunlin__Contact__V1__AttemptReport *report = reported->report;
    const Dunlin__Contact__V1__AttemptCorrection *correction = reported->correction;
    if (!report)
        return STATUS_OK;
    if (correction && correction->before && correction->after) {
        count_record(run, correction->before, -1);
        count_record(run, correction->after, 1);
    } else {
        count_first(run, reported);
        if (was_made(report)) {
            count_named(run, MEASURE_COLLECTOR_CONTACTS, reported->dialer);
            count_if_named(run, MEASURE_CAMPAIGN_CONTACTS, reported->campaign);
        }
        note_step(run, SPAN_PERMIT_TO_REPORT, reported->granted_at_us, run->event->occurred_at_us);
    }
    if (report->is_conversation && report->party == DUNLIN__CONTACT__V1__PARTY__PARTY_RIGHT)
        reach_discussed(run, report);
    return STATUS_OK;
}

static enum status on_stop(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)err;
    const Dunlin__Contact__V1__StopRecorded *stop = (const Dunlin__Contact__V1__StopRecorded *)message;
    char word[WORD_SIZE];
    (void)count(run, MEASURE_STOP, word_of(&dunlin__contact__v1__sticky_flag__descriptor, (int)stop->flag, word));
    return STATUS_OK;
}

static enum status on_dispute_opened(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeOpened *opened = (const Dunlin__Dispute__V1__DisputeOpened *)message;
    (void)err;
    (void)count(run, MEASURE_DISPUTE, "opened");
    count_named(run, MEASURE_CLIENT_DISPUTES, run->account->client);
    count_if_named(run, MEASURE_COLLECTOR_DISPUTES, opened->collector);
    count_if_named(run, MEASURE_CAMPAIGN_DISPUTES, opened->campaign);
    run->account->is_disputed = true;
    account_reach(run->account, STAGE_DISPUTED, run->event->occurred_at_us);
    return STATUS_OK;
}

/* Of one that was resolved, too: its answer came back. */
static enum status on_dispute_reopened(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    (void)err;
    run->account->is_disputed = true;
    return STATUS_OK;
}

static enum status on_dispute_resolved(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)err;
    const Dunlin__Dispute__V1__DisputeResolved *resolved = (const Dunlin__Dispute__V1__DisputeResolved *)message;
    char word[WORD_SIZE];
    (void)count(run, MEASURE_DISPUTE,
                word_of(&dunlin__dispute__v1__dispute_outcome__descriptor, (int)resolved->outcome, word));
    note_step(run, SPAN_DISPUTE_TO_RESOLVED, resolved->opened_at_us, run->event->occurred_at_us);
    run->account->is_disputed = false;
    if ((resolved->outcome == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD ||
         resolved->outcome == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_CONCEDED) &&
        !resolved->is_rest_owed)
        account_uphold(run->account, run->event->occurred_at_us);
    return STATUS_OK;
}

static enum status on_escalation(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Dispute__V1__EscalationRaised *raised = (const Dunlin__Dispute__V1__EscalationRaised *)message;
    (void)err;
    if (raised->dispute_id.len > 0) /* else by a rule, or by hand */
        (void)count(run, MEASURE_DISPUTE, "escalated");
    return STATUS_OK;
}

/* What it says of itself goes before what is known of its account. */
static enum status on_complaint(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Dispute__V1__Complaint *complaint =
        ((const Dunlin__Dispute__V1__ComplaintOpened *)message)->complaint;
    (void)err;
    if (!complaint)
        return STATUS_OK;
    const char *client = complaint->client[0] == '\0' && run->account ? run->account->client : complaint->client;
    count_named(run, MEASURE_CLIENT_COMPLAINTS, client);
    count_named(run, MEASURE_COLLECTOR_COMPLAINTS, complaint->collector);
    count_named(run, MEASURE_CAMPAIGN_COMPLAINTS, complaint->campaign);
    return STATUS_OK;
}

/* Which change of the balance a posting is; false for the placement's, which AccountPlaced has told already. */
static bool change_of(Dunlin__Payment__V1__PostingKind kind, enum balance_change *ret_change)
{
    switch ((int)kind) {
    case DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PLACEMENT:
        return false;
    case DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PAYMENT:
        *ret_change = BALANCE_PAYMENT;
        return true;
    case DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_REVERSAL:
        *ret_change = BALANCE_REVERSAL;
        return true;
    default: /* whatever else a newer ledger may post changes what is owed all the same */
        *ret_change = BALANCE_ADJUSTMENT;
        return true;
    }
}

static enum status on_balance_changed(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Payment__V1__BalanceChanged *changed = (const Dunlin__Payment__V1__BalanceChanged *)message;
    enum balance_change change;
    if (!change_of(changed->kind, &change))
        return STATUS_OK;
    enum status st = check_amount(changed->change_minor, "change_minor", err);
    if (st == STATUS_OK)
        st = check_amount(changed->balance_minor, "balance_minor", err);
    if (st != STATUS_OK)
        return st;
    if (change == BALANCE_PAYMENT)
        count_amount(run, MEASURE_COLLECTED, "", 1, -changed->change_minor);
    else if (change == BALANCE_REVERSAL)
        count_amount(run, MEASURE_COLLECTED, "", -1, -changed->change_minor);
    account_change_balance(run->account, change, changed->change_minor, changed->balance_minor,
                           changed->effective_on_days, run->event->occurred_at_us);
    return STATUS_OK;
}

static enum status on_promise_made(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Payment__V1__PromiseMade *made = (const Dunlin__Payment__V1__PromiseMade *)message;
    const enum status st = check_amount(made->amount_minor, "amount_minor", err);
    if (st != STATUS_OK)
        return st;
    count_amount(run, MEASURE_PROMISE, "made", 1, made->amount_minor);
    account_reach(run->account, STAGE_PROMISED, run->event->occurred_at_us);
    run->account->promise_minor = made->amount_minor;
    run->account->promise_made_at_us = run->event->occurred_at_us;
    return STATUS_OK;
}

/* An account has one open promise at most: the one that ends is the one that was made last. */
static void end_promise(struct run *run, const char *how)
{
    count_amount(run, MEASURE_PROMISE, how, 1, run->account->promise_minor);
    run->account->promise_minor = 0;
    run->account->promise_made_at_us = 0;
}

static enum status on_promise_kept(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    (void)err;
    note_step(run, SPAN_PROMISE_TO_KEPT, run->account->promise_made_at_us, run->event->occurred_at_us);
    end_promise(run, "kept");
    return STATUS_OK;
}

static enum status on_promise_broken(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Payment__V1__PromiseBroken *broken = (const Dunlin__Payment__V1__PromiseBroken *)message;
    (void)err;
    end_promise(run, broken->is_partial ? "partial" : "broken");
    return STATUS_OK;
}

static enum status on_promise_cancelled(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    (void)err;
    end_promise(run, "cancelled");
    return STATUS_OK;
}

static enum status on_plan_agreed(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Payment__V1__PlanAgreed *agreed = (const Dunlin__Payment__V1__PlanAgreed *)message;
    enum status st = check_amount(agreed->owed_minor, "owed_minor", err);
    if (st == STATUS_OK)
        st = check_amount(agreed->discount_minor, "discount_minor", err);
    if (st != STATUS_OK)
        return st;
    count_amount(run, MEASURE_PLAN, "agreed", 1, agreed->owed_minor - agreed->discount_minor);
    account_reach(run->account, STAGE_PROMISED, run->event->occurred_at_us);
    return STATUS_OK;
}

static enum status on_plan_completed(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    (void)err;
    (void)count(run, MEASURE_PLAN, "completed");
    return STATUS_OK;
}

/* It was counted as completed, and is not. */
static enum status on_plan_resumed(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Payment__V1__PlanResumed *resumed = (const Dunlin__Payment__V1__PlanResumed *)message;
    (void)err;
    if (resumed->was_completed)
        count_n(run, MEASURE_PLAN, "completed", -1);
    return STATUS_OK;
}

static enum status on_plan_broken(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    (void)message;
    (void)err;
    (void)count(run, MEASURE_PLAN, "broken");
    return STATUS_OK;
}

static enum status on_plan_cancelled(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Payment__V1__PlanCancelled *cancelled = (const Dunlin__Payment__V1__PlanCancelled *)message;
    (void)err;
    if (!cancelled->was_proposed)
        (void)count(run, MEASURE_PLAN, "cancelled");
    return STATUS_OK;
}

static enum status on_instalment_missed(struct run *run, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Payment__V1__InstalmentMissed *missed = (const Dunlin__Payment__V1__InstalmentMissed *)message;
    const enum status st = check_amount(missed->open_minor, "open_minor", err);
    if (st == STATUS_OK)
        count_amount(run, MEASURE_INSTALMENT_MISSED, "", 1, missed->open_minor);
    return st;
}

/* Whether an event needs an account that was placed before. */
enum about {
    ABOUT_ACCOUNT, /* else it is parked */
    ABOUT_ANY,     /* it may concern a debtor, or nobody */
};

/* Events without a function are on the timeline and in the progress, but in no figure: another event says the same. */
static const struct event_rule {
    const ProtobufCMessageDescriptor *type;
    enum about about;
    enum status (*apply)(struct run *run, const ProtobufCMessage *message, struct error *err);
} RULES[] = {
    {&dunlin__intake__v1__account_placed__descriptor, ABOUT_ANY, on_placed},
    {&dunlin__intake__v1__account_updated__descriptor, ABOUT_ACCOUNT, on_updated},
    {&dunlin__intake__v1__account_recalled__descriptor, ABOUT_ACCOUNT, on_recalled},
    {&dunlin__intake__v1__payment_reported__descriptor, ABOUT_ANY, NULL},
    {&dunlin__intake__v1__placement_completed__descriptor, ABOUT_ANY, on_placement_completed},
    {&dunlin__classification__v1__account_classified__descriptor, ABOUT_ACCOUNT, on_classified},
    {&dunlin__contact__v1__contact_planned__descriptor, ABOUT_ACCOUNT, on_planned},
    {&dunlin__contact__v1__permit_granted__descriptor, ABOUT_ACCOUNT, on_granted},
    {&dunlin__contact__v1__permit_refused__descriptor, ABOUT_ANY, on_refused},
    {&dunlin__contact__v1__permit_expired__descriptor, ABOUT_ANY, on_permit_expired},
    {&dunlin__contact__v1__notice_overdue__descriptor, ABOUT_ANY, on_notice_overdue},
    {&dunlin__contact__v1__rule_overridden__descriptor, ABOUT_ANY, NULL},
    {&dunlin__contact__v1__attempt_reported__descriptor, ABOUT_ACCOUNT, on_reported},
    {&dunlin__contact__v1__stop_recorded__descriptor, ABOUT_ANY, on_stop},
    {&dunlin__contact__v1__stop_released__descriptor, ABOUT_ANY, NULL},
    {&dunlin__contact__v1__contact_stopped__descriptor, ABOUT_ANY, NULL},
    {&dunlin__contact__v1__contact_resumed__descriptor, ABOUT_ANY, NULL},
    {&dunlin__contact__v1__strategy_exited__descriptor, ABOUT_ANY, NULL},
    {&dunlin__dispute__v1__dispute_opened__descriptor, ABOUT_ACCOUNT, on_dispute_opened},
    {&dunlin__dispute__v1__verification_sent__descriptor, ABOUT_ANY, NULL},
    {&dunlin__dispute__v1__dispute_amended__descriptor, ABOUT_ANY, NULL},
    {&dunlin__dispute__v1__dispute_reopened__descriptor, ABOUT_ACCOUNT, on_dispute_reopened},
    {&dunlin__dispute__v1__resolution_proposed__descriptor, ABOUT_ANY, NULL},
    {&dunlin__dispute__v1__resolution_declined__descriptor, ABOUT_ANY, NULL},
    {&dunlin__dispute__v1__dispute_resolved__descriptor, ABOUT_ACCOUNT, on_dispute_resolved},
    {&dunlin__dispute__v1__escalation_raised__descriptor, ABOUT_ANY, on_escalation},
    {&dunlin__dispute__v1__escalation_moved__descriptor, ABOUT_ANY, NULL},
    {&dunlin__dispute__v1__complaint_escalated__descriptor, ABOUT_ANY, NULL},
    {&dunlin__dispute__v1__complaint_changed__descriptor, ABOUT_ANY, NULL},
    {&dunlin__dispute__v1__complaint_opened__descriptor, ABOUT_ANY, on_complaint},
    {&dunlin__payment__v1__payment_posted__descriptor, ABOUT_ANY, NULL},
    {&dunlin__payment__v1__payment_reversed__descriptor, ABOUT_ANY, NULL},
    {&dunlin__payment__v1__balance_changed__descriptor, ABOUT_ACCOUNT, on_balance_changed},
    {&dunlin__payment__v1__promise_made__descriptor, ABOUT_ACCOUNT, on_promise_made},
    {&dunlin__payment__v1__promise_kept__descriptor, ABOUT_ACCOUNT, on_promise_kept},
    {&dunlin__payment__v1__promise_broken__descriptor, ABOUT_ACCOUNT, on_promise_broken},
    {&dunlin__payment__v1__promise_cancelled__descriptor, ABOUT_ACCOUNT, on_promise_cancelled},
    {&dunlin__payment__v1__plan_proposed__descriptor, ABOUT_ANY, NULL},
    {&dunlin__payment__v1__plan_agreed__descriptor, ABOUT_ACCOUNT, on_plan_agreed},
    {&dunlin__payment__v1__plan_held__descriptor, ABOUT_ANY, NULL},
    {&dunlin__payment__v1__plan_resumed__descriptor, ABOUT_ACCOUNT, on_plan_resumed},
    {&dunlin__payment__v1__plan_completed__descriptor, ABOUT_ACCOUNT, on_plan_completed},
    {&dunlin__payment__v1__plan_broken__descriptor, ABOUT_ACCOUNT, on_plan_broken},
    {&dunlin__payment__v1__plan_cancelled__descriptor, ABOUT_ACCOUNT, on_plan_cancelled},
    {&dunlin__payment__v1__instalment_missed__descriptor, ABOUT_ACCOUNT, on_instalment_missed},
    {&dunlin__payment__v1__fee_charged__descriptor, ABOUT_ANY, NULL},
    {&dunlin__payment__v1__fee_waived__descriptor, ABOUT_ANY, NULL},
    {&dunlin__payment__v1__judgment_recorded__descriptor, ABOUT_ANY, NULL},
};

const ProtobufCMessageDescriptor *const REPORTING_CONSUMED[] = {
    &dunlin__intake__v1__account_placed__descriptor,
    &dunlin__intake__v1__account_updated__descriptor,
    &dunlin__intake__v1__account_recalled__descriptor,
    &dunlin__intake__v1__payment_reported__descriptor,
    &dunlin__intake__v1__placement_completed__descriptor,
    &dunlin__classification__v1__account_classified__descriptor,
    &dunlin__contact__v1__contact_planned__descriptor,
    &dunlin__contact__v1__permit_granted__descriptor,
    &dunlin__contact__v1__permit_refused__descriptor,
    &dunlin__contact__v1__permit_expired__descriptor,
    &dunlin__contact__v1__notice_overdue__descriptor,
    &dunlin__contact__v1__rule_overridden__descriptor,
    &dunlin__contact__v1__attempt_reported__descriptor,
    &dunlin__contact__v1__stop_recorded__descriptor,
    &dunlin__contact__v1__stop_released__descriptor,
    &dunlin__contact__v1__contact_stopped__descriptor,
    &dunlin__contact__v1__contact_resumed__descriptor,
    &dunlin__dispute__v1__dispute_opened__descriptor,
    &dunlin__dispute__v1__verification_sent__descriptor,
    &dunlin__dispute__v1__dispute_amended__descriptor,
    &dunlin__dispute__v1__dispute_reopened__descriptor,
    &dunlin__dispute__v1__resolution_proposed__descriptor,
    &dunlin__dispute__v1__resolution_declined__descriptor,
    &dunlin__dispute__v1__dispute_resolved__descriptor,
    &dunlin__dispute__v1__escalation_raised__descriptor,
    &dunlin__dispute__v1__complaint_escalated__descriptor,
    &dunlin__dispute__v1__complaint_changed__descriptor,
    &dunlin__dispute__v1__complaint_opened__descriptor,
    &dunlin__payment__v1__payment_posted__descriptor,
    &dunlin__payment__v1__payment_reversed__descriptor,
    &dunlin__payment__v1__balance_changed__descriptor,
    &dunlin__payment__v1__promise_made__descriptor,
    &dunlin__payment__v1__promise_kept__descriptor,
    &dunlin__payment__v1__promise_broken__descriptor,
    &dunlin__payment__v1__promise_cancelled__descriptor,
    &dunlin__dispute__v1__escalation_moved__descriptor,
    &dunlin__payment__v1__plan_proposed__descriptor,
    &dunlin__payment__v1__plan_agreed__descriptor,
    &dunlin__payment__v1__plan_held__descriptor,
    &dunlin__payment__v1__plan_resumed__descriptor,
    &dunlin__payment__v1__plan_completed__descriptor,
    &dunlin__payment__v1__plan_broken__descriptor,
    &dunlin__payment__v1__plan_cancelled__descriptor,
    &dunlin__payment__v1__instalment_missed__descriptor,
    &dunlin__payment__v1__fee_charged__descriptor,
    &dunlin__payment__v1__fee_waived__descriptor,
    &dunlin__payment__v1__judgment_recorded__descriptor,
    &dunlin__contact__v1__strategy_exited__descriptor,
    NULL,
};

static const struct event_rule *rule_of(const ProtobufCMessage *message)
{
    for (size_t i = 0; i < ARRAY_SIZE(RULES); i++)
        if (RULES[i].type == message->descriptor)
            return &RULES[i];
    return NULL;
}

/* Whose timeline the event is on: its account's, or its debtor's, which belongs to all of his accounts. */
static void note_timeline(const struct run *run)
{
    const struct event *event = run->event;
    if (!id_is_none(&event->account_id))
        working_set_note(run->set, &event->account_id, event->seq, event->agency_id);
    else if (!id_is_none(&event->debtor_id))
        working_set_note(run->set, &event->debtor_id, event->seq, event->agency_id);
}

/* The ledger's word that it has taken an event in and found nothing to post: in no figure and on no timeline. */
static bool changes_nothing(const ProtobufCMessage *message)
{
    return message->descriptor == &dunlin__payment__v1__balance_changed__descriptor &&
           ((const Dunlin__Payment__V1__BalanceChanged *)message)->change_minor == 0;
}

static enum status apply_one(struct working_set *set, const struct service_event *each, struct error *err)
{
    const struct event *event = each->event;
    const struct event_rule *rule = rule_of(each->message);
    struct run run = {
        .set = set, .event = event, .place = {.partition = event->partition, .agency_id = event->agency_id}};
    if (!rule)
        return error_set(err, STATUS_INTERNAL, "%s is consumed but has no rule", event->type);
    if (!id_is_none(&event->account_id))
        run.account = working_set_account(set, &event->account_id);
    if (!run.account && rule->about == ABOUT_ACCOUNT)
        return error_set(err, STATUS_FAILED_PRECONDITION, "%s concerns an account that was never placed", event->type);
    if (!changes_nothing(each->message)) {
        if (run.account && rule->apply)
            working_set_touch(set, run.account);
        const enum status st = rule->apply ? rule->apply(&run, each->message, err) : STATUS_OK;
        if (st != STATUS_OK)
            return st;
        note_timeline(&run);
    }
    tally_event(set->tally, &run.place, event->seq, event->occurred_at_us);
    return STATUS_OK;
}

/* An account's first event is its placement: before it there is nothing to load. */
static void want(struct working_set *set, const struct service_event *each)
{
    if (each->message->descriptor == &dunlin__intake__v1__account_placed__descriptor)
        return;
    working_set_want(set, &each->event->account_id);
    if (each->message->descriptor != &dunlin__contact__v1__attempt_reported__descriptor)
        return;
    const Dunlin__Contact__V1__AttemptReport *report =
        ((const Dunlin__Contact__V1__AttemptReported *)each->message)->report;
    for (size_t i = 0; report && i < report->n_discussed_account_ids; i++) {
        struct id id;
        if (read_id(&report->discussed_account_ids[i], &id) && id_partition(&id) == each->event->partition)
            working_set_want(set, &id);
    }
}

enum status reporting_apply(struct unit *unit, const struct service_event *events, size_t n_events, struct error *err)
{
    SCOPED(working_set_freep) struct working_set *set = working_set_new();
    for (size_t i = 0; i < n_events; i++)
        want(set, &events[i]);
    enum status st = working_set_load(set, unit_db(unit), err);
    for (size_t i = 0; i < n_events && st == STATUS_OK; i++)
        st = apply_one(set, &events[i], err);
    return st == STATUS_OK ? working_set_save(set, unit_db(unit), err) : st;
}
