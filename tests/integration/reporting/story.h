#ifndef DUNLIN_TESTS_INTEGRATION_REPORTING_STORY_H
#define DUNLIN_TESTS_INTEGRATION_REPORTING_STORY_H

#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "reporting_fixture.h"

/* Events as the services say them, one function each. */

static inline void change_balance(struct fixture *fixture, const struct party *party,
                                  Dunlin__Payment__V1__PostingKind kind, int64_t change, int64_t balance,
                                  int32_t on_days)
{
    Dunlin__Payment__V1__BalanceChanged message;
    dunlin__payment__v1__balance_changed__init(&message);
    message.account_id = wire_id(&party->account);
    message.debtor_id = wire_id(&party->debtor);
    message.kind = kind;
    message.change_minor = change;
    message.balance_minor = balance;
    message.currency = wire_text("USD");
    message.effective_on_days = on_days;
    happen(fixture, party, &message.base);
}

/* The ledger has taken in what the client said, and found nothing to post. */
static inline void take_in(struct fixture *fixture, const struct party *party, int64_t balance)
{
    change_balance(fixture, party, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_UNSPECIFIED, 0, balance, 0);
}

static inline void place(struct fixture *fixture, const struct party *party, int64_t balance, const char *currency,
                         int32_t opened_on, int32_t due_on)
{
    Dunlin__Intake__V1__AccountPlaced message;
    dunlin__intake__v1__account_placed__init(&message);
    message.account_id = wire_id(&party->account);
    message.debtor_id = wire_id(&party->debtor);
    message.client = wire_text("Shop");
    message.client_reference = wire_text("R-1");
    message.debtor_name = wire_text("Jane Roe");
    message.balance_minor = balance;
    message.currency = wire_text(currency);
    message.opened_on_days = opened_on;
    message.due_on_days = due_on;
    message.placed_at_us = clock_now().us;
    happen(fixture, party, &message.base);
    change_balance(fixture, party, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PLACEMENT, balance, balance,
                   (int32_t)(clock_now().us / US_PER_DAY));
}

static inline void pay(struct fixture *fixture, const struct party *party, int64_t amount, int64_t balance,
                       int32_t on_days)
{
    change_balance(fixture, party, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_PAYMENT, -amount, balance, on_days);
}

static inline void take_back(struct fixture *fixture, const struct party *party, int64_t amount, int64_t balance,
                             int32_t on_days)
{
    change_balance(fixture, party, DUNLIN__PAYMENT__V1__POSTING_KIND__POSTING_KIND_REVERSAL, amount, balance, on_days);
}

static inline void move_due_date(struct fixture *fixture, const struct party *party, int32_t due_on)
{
    Dunlin__Intake__V1__AccountUpdated message;
    dunlin__intake__v1__account_updated__init(&message);
    message.due_on_presence_case = DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__DUE_ON_PRESENCE_DUE_ON_DAYS;
    message.due_on_days = due_on;
    happen(fixture, party, &message.base);
}

static inline void recall(struct fixture *fixture, const struct party *party)
{
    Dunlin__Intake__V1__AccountRecalled message;
    dunlin__intake__v1__account_recalled__init(&message);
    happen(fixture, party, &message.base);
}

static inline void classify(struct fixture *fixture, const struct party *party, const char *class_code)
{
    Dunlin__Classification__V1__AccountClassified message;
    dunlin__classification__v1__account_classified__init(&message);
    message.class_ = wire_text(class_code);
    happen(fixture, party, &message.base);
}

static inline void plan(struct fixture *fixture, const struct party *party, const char *step)
{
    Dunlin__Contact__V1__ContactPlanned message;
    dunlin__contact__v1__contact_planned__init(&message);
    message.strategy = wire_text("firm");
    message.step = wire_text(step);
    happen(fixture, party, &message.base);
}

static inline void grant(struct fixture *fixture, const struct party *party)
{
    Dunlin__Contact__V1__PermitGranted message;
    dunlin__contact__v1__permit_granted__init(&message);
    message.dialer = wire_text("acme-dialer");
    message.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL;
    happen(fixture, party, &message.base);
}

static inline void refuse(struct fixture *fixture, const struct party *party, const char *rule, const char *other_rule)
{
    Dunlin__Contact__V1__PermitRefused message;
    Dunlin__Contact__V1__RuleHit first, second;
    Dunlin__Contact__V1__RuleHit *hits[] = {&first, &second};
    dunlin__contact__v1__permit_refused__init(&message);
    dunlin__contact__v1__rule_hit__init(&first);
    dunlin__contact__v1__rule_hit__init(&second);
    first.rule = wire_text(rule);
    first.citation = wire_text("12 CFR 1006.14");
    second.rule = wire_text(other_rule ? other_rule : "");
    second.citation = wire_text("12 CFR 1006.6");
    message.hits = hits;
    message.n_hits = other_rule ? 2 : 1;
    happen(fixture, party, &message.base);
}

struct call_result {
    Dunlin__Contact__V1__Telephony telephony;
    Dunlin__Contact__V1__Party party;
    bool is_conversation;
    bool is_outside_permit;
    const struct party *discussed; /* NULL: the permit's account */
    int64_t granted_at_us;
};

static inline void report_attempt(struct fixture *fixture, const struct party *party, const struct call_result *result)
{
    Dunlin__Contact__V1__AttemptReported message;
    Dunlin__Contact__V1__AttemptReport report;
    ProtobufCBinaryData discussed[1];
    dunlin__contact__v1__attempt_reported__init(&message);
    dunlin__contact__v1__attempt_report__init(&report);
    report.telephony = result->telephony;
    report.party = result->party;
    report.outcome = DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_NONE;
    report.is_conversation = result->is_conversation;
    if (result->discussed) {
        discussed[0] = wire_id(&result->discussed->account);
        report.n_discussed_account_ids = 1;
        report.discussed_account_ids = discussed;
    }
    message.report = &report;
    message.was_within_permit = !result->is_outside_permit;
    message.granted_at_us = result->granted_at_us;
    happen(fixture, party, &message.base);
}

static inline void open_dispute(struct fixture *fixture, const struct party *party)
{
    Dunlin__Dispute__V1__DisputeOpened message;
    dunlin__dispute__v1__dispute_opened__init(&message);
    message.opened_at_us = clock_now().us;
    message.reason = wire_text("I never bought it");
    happen(fixture, party, &message.base);
}

static inline void resolve_dispute(struct fixture *fixture, const struct party *party,
                                   Dunlin__Dispute__V1__DisputeOutcome outcome, int64_t opened_at_us)
{
    Dunlin__Dispute__V1__DisputeResolved message;
    dunlin__dispute__v1__dispute_resolved__init(&message);
    message.outcome = outcome;
    message.opened_at_us = opened_at_us;
    happen(fixture, party, &message.base);
}

static inline void promise(struct fixture *fixture, const struct party *party, int64_t amount, int32_t due_on)
{
    Dunlin__Payment__V1__PromiseMade message;
    dunlin__payment__v1__promise_made__init(&message);
    message.amount_minor = amount;
    message.currency = wire_text("USD");
    message.due_on_days = due_on;
    happen(fixture, party, &message.base);
}

static inline void keep_promise(struct fixture *fixture, const struct party *party)
{
    Dunlin__Payment__V1__PromiseKept message;
    dunlin__payment__v1__promise_kept__init(&message);
    happen(fixture, party, &message.base);
}

static inline void break_promise(struct fixture *fixture, const struct party *party)
{
    Dunlin__Payment__V1__PromiseBroken message;
    dunlin__payment__v1__promise_broken__init(&message);
    happen(fixture, party, &message.base);
}

static inline void break_promise_in_part(struct fixture *fixture, const struct party *party)
{
    Dunlin__Payment__V1__PromiseBroken message;
    dunlin__payment__v1__promise_broken__init(&message);
    message.is_partial = true;
    happen(fixture, party, &message.base);
}

static inline void agree_plan(struct fixture *fixture, const struct party *party, int64_t owed, int64_t discount)
{
    Dunlin__Payment__V1__PlanAgreed message;
    dunlin__payment__v1__plan_agreed__init(&message);
    message.owed_minor = owed;
    message.discount_minor = discount;
    message.currency = wire_text("USD");
    happen(fixture, party, &message.base);
}

static inline void complete_plan(struct fixture *fixture, const struct party *party)
{
    Dunlin__Payment__V1__PlanCompleted message;
    dunlin__payment__v1__plan_completed__init(&message);
    happen(fixture, party, &message.base);
}

static inline void resume_plan(struct fixture *fixture, const struct party *party, bool was_completed)
{
    Dunlin__Payment__V1__PlanResumed message;
    dunlin__payment__v1__plan_resumed__init(&message);
    message.was_completed = was_completed;
    happen(fixture, party, &message.base);
}

static inline void miss_instalment(struct fixture *fixture, const struct party *party, int64_t open_minor)
{
    Dunlin__Payment__V1__InstalmentMissed message;
    dunlin__payment__v1__instalment_missed__init(&message);
    message.open_minor = open_minor;
    happen(fixture, party, &message.base);
}

static inline void break_plan(struct fixture *fixture, const struct party *party)
{
    Dunlin__Payment__V1__PlanBroken message;
    dunlin__payment__v1__plan_broken__init(&message);
    happen(fixture, party, &message.base);
}

/* Of the whole person: the event names no account. */
static inline void stop_calls(struct fixture *fixture, const struct party *party)
{
    Dunlin__Contact__V1__StopRecorded message;
    const struct subject subject = {.agency_id = party->agency_id, .debtor_id = party->debtor};
    dunlin__contact__v1__stop_recorded__init(&message);
    message.flag = DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_OPT_OUT_CALLS;
    happen_to(fixture, &subject, &message.base);
}

static inline void complete_file(struct fixture *fixture, int64_t accepted, int64_t rejected)
{
    Dunlin__Intake__V1__PlacementCompleted message;
    Dunlin__Intake__V1__PlacementSummary summary;
    const struct subject subject = {.agency_id = fixture->agency_id, .partition = 5};
    dunlin__intake__v1__placement_completed__init(&message);
    dunlin__intake__v1__placement_summary__init(&summary);
    summary.accepted = accepted;
    summary.rejected = rejected;
    message.summary = &summary;
    happen_to(fixture, &subject, &message.base);
}

/* An event of no interest to reporting, as every log has them. */
static inline void something_else(struct fixture *fixture, const struct party *party)
{
    Dunlin__Intake__V1__RowsRequest message;
    dunlin__intake__v1__rows_request__init(&message);
    happen(fixture, party, &message.base);
}

#endif
