#include "reporting_timeline.h"

#include <string.h>

#include "calendar/calendar.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/contact/v1/strategy.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "money/money.h"
#include "reporting_words.h"
#include "service/wire.h"

static void add_money(GString *text, int64_t minor, const char *currency)
{
    struct money money = {.minor = minor};
    char buffer[MONEY_TEXT_SIZE];
    text_copy(money.currency, sizeof(money.currency), currency);
    g_string_append(text, money_format_text(money, buffer));
}

static void add_day(GString *text, const char *before, int32_t days)
{
    char buffer[DATE_TEXT_SIZE];
    g_string_append_printf(text, "%s%s", before, date_format((struct date){days}, buffer));
}

static void add_instant(GString *text, const char *before, int64_t us)
{
    char buffer[INSTANT_TEXT_SIZE];
    g_string_append_printf(text, "%s%s", before, instant_format((struct instant){us}, buffer));
}

static void add_words(GString *text, const char *before, const ProtobufCEnumDescriptor *type, int value)
{
    char buffer[WORD_SIZE];
    g_string_append_printf(text, "%s%s", before, words_of(type, value, buffer));
}

static void add_list(GString *text, const char *before, size_t n, char *const *items)
{
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(text, "%s%s", i == 0 ? before : ", ", items[i]);
}

static void say_placed(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Intake__V1__AccountPlaced *placed = (const Dunlin__Intake__V1__AccountPlaced *)message;
    g_string_append(text, "Placed with ");
    add_money(text, placed->balance_minor, placed->currency);
    add_day(text, ", due ", placed->due_on_days);
    g_string_append(text, placed->is_disputed ? "; the client says that it is disputed." : ".");
}

static void say_updated(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Intake__V1__AccountUpdated *updated = (const Dunlin__Intake__V1__AccountUpdated *)message;
    g_string_append(text, "The client changed the account");
    if (updated->due_on_presence_case == DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__DUE_ON_PRESENCE_DUE_ON_DAYS)
        add_day(text, ", due ", updated->due_on_days);
    if (updated->balance_presence_case == DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__BALANCE_PRESENCE_BALANCE_MINOR) {
        g_string_append(text, ", owed ");
        add_money(text, updated->balance_minor, updated->currency);
    }
    if (updated->n_new_contact_points > 0)
        g_string_append_printf(text, ", %zu new contact points", updated->n_new_contact_points);
    g_string_append(text, ".");
}

static void say_recalled(const ProtobufCMessage *message, GString *text)
{
    (void)message;
    g_string_append(text, "The client took the account back.");
}

static void say_payment_reported(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Intake__V1__PaymentReported *reported = (const Dunlin__Intake__V1__PaymentReported *)message;
    g_string_append(text, "A payment of ");
    add_money(text, reported->amount_minor, reported->currency);
    add_day(text, " was reported, value date ", reported->paid_on_days);
    g_string_append(text, ".");
}

static void say_completed(const ProtobufCMessage *message, GString *text)
{
    (void)message;
    g_string_append(text, "Every row of a file is done.");
}

static void say_classified(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Classification__V1__AccountClassified *classified =
        (const Dunlin__Classification__V1__AccountClassified *)message;
    g_string_append_printf(text, "Classified as %s, priority %u", classified->class_, classified->priority);
    if (classified->strategy[0])
        g_string_append_printf(text, ", strategy %s", classified->strategy);
    add_list(text, ", because ", classified->n_reason_codes, classified->reason_codes);
    g_string_append(text, ".");
}

static void say_planned(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Contact__V1__ContactPlanned *planned = (const Dunlin__Contact__V1__ContactPlanned *)message;
    if (planned->step[0] == '\0') {
        g_string_append(text, "No contact is planned.");
        return;
    }
    g_string_append_printf(text, "Contact planned: step %s of strategy %s", planned->step, planned->strategy);
    add_instant(text, ", due ", planned->due_at_us);
    g_string_append(text, ".");
}

static void say_granted(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Contact__V1__PermitGranted *granted = (const Dunlin__Contact__V1__PermitGranted *)message;
    add_words(text, "Permit granted: ", &dunlin__contact__v1__channel__descriptor, (int)granted->channel);
    add_words(text, " for ", &dunlin__contact__v1__purpose__descriptor, (int)granted->purpose);
    g_string_append_printf(text, " by %s", granted->dialer);
    add_instant(text, ", until ", granted->valid_until_us);
    g_string_append(text, ".");
}

/* What the operator wrote of the person stays in the event, as all such texts do. */
static void say_overridden(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Contact__V1__RuleOverridden *overridden = (const Dunlin__Contact__V1__RuleOverridden *)message;
    g_string_append(text, "Permitted by override");
    for (size_t i = 0; i < overridden->n_hits; i++)
        g_string_append_printf(text, "%s%s (%s)", i == 0 ? " of " : ", ", overridden->hits[i]->rule,
                               overridden->hits[i]->citation);
    add_words(text, ": ", &dunlin__contact__v1__override_reason__descriptor, (int)overridden->reason_code);
    g_string_append_printf(text, ", by %s.", overridden->overridden_by);
}

static void say_refused(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Contact__V1__PermitRefused *refused = (const Dunlin__Contact__V1__PermitRefused *)message;
    add_words(text, "Permit refused: ", &dunlin__contact__v1__channel__descriptor, (int)refused->channel);
    g_string_append_printf(text, " by %s", refused->dialer);
    for (size_t i = 0; i < refused->n_hits; i++) {
        const Dunlin__Contact__V1__RuleHit *hit = refused->hits[i];
        g_string_append_printf(text, "; %s (%s): %s", hit->rule, hit->citation, hit->detail);
    }
    g_string_append(text, ".");
}

static void say_permit_expired(const ProtobufCMessage *message, GString *text)
{
    (void)message;
    g_string_append(text, "A permit ran out without a report; it counts as an attempt.");
}

static void say_notice_overdue(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Contact__V1__NoticeOverdue *overdue = (const Dunlin__Contact__V1__NoticeOverdue *)message;
    g_string_append(text, "The validation notice was not sent in time");
    add_instant(text, ", by ", overdue->due_at_us);
    g_string_append(text, "; nothing else goes out until it has been.");
}

static void say_strategy_exited(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Contact__V1__StrategyExited *exited = (const Dunlin__Contact__V1__StrategyExited *)message;
    if (exited->on == DUNLIN__CONTACT__V1__STRATEGY_EXIT_ON__STRATEGY_EXIT_ON_STEPS_DONE)
        g_string_append_printf(text, "All steps of strategy '%s' are done since %d days", exited->strategy,
                               (int)exited->days);
    else
        g_string_append_printf(text, "%d days in strategy '%s'", (int)exited->days, exited->strategy);
    if (exited->to_strategy[0] != '\0')
        g_string_append_printf(text, "; from here on '%s'", exited->to_strategy);
    g_string_append_c(text, '.');
}

static void say_reported(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Contact__V1__AttemptReported *reported = (const Dunlin__Contact__V1__AttemptReported *)message;
    const Dunlin__Contact__V1__AttemptReport *report = reported->report;
    if (!report) {
        g_string_append(text, "Attempt reported.");
        return;
    }
    add_words(text, reported->correction ? "Attempt reported again: " : "Attempt reported: ",
              &dunlin__contact__v1__telephony__descriptor, (int)report->telephony);
    if (report->party > DUNLIN__CONTACT__V1__PARTY__PARTY_NONE)
        add_words(text, ", party ", &dunlin__contact__v1__party__descriptor, (int)report->party);
    if (report->outcome > DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_NONE)
        add_words(text, ", outcome ", &dunlin__contact__v1__outcome__descriptor, (int)report->outcome);
    for (size_t i = 0; i < report->n_flags; i++)
        add_words(text, ", ", &dunlin__contact__v1__sticky_flag__descriptor, (int)report->flags[i]);
    if (report->is_conversation)
        g_string_append(text, ", a conversation");
    if (!reported->was_within_permit)
        g_string_append(text, "; not within its permit");
    g_string_append(text, ".");
}

static void say_stop(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Contact__V1__StopRecorded *stop = (const Dunlin__Contact__V1__StopRecorded *)message;
    add_words(text, "Request to stop recorded: ", &dunlin__contact__v1__sticky_flag__descriptor, (int)stop->flag);
    g_string_append(text, ".");
}

static void say_released(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Contact__V1__StopReleased *released = (const Dunlin__Contact__V1__StopReleased *)message;
    add_words(text, "Request to stop released: ", &dunlin__contact__v1__sticky_flag__descriptor, (int)released->flag);
    g_string_append(text, ".");
}

static void say_stopped(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Contact__V1__ContactStopped *stopped = (const Dunlin__Contact__V1__ContactStopped *)message;
    g_string_append(text, "Contact stopped");
    add_list(text, ": ", stopped->n_holds, stopped->holds);
    g_string_append(text, ".");
}

static void say_resumed(const ProtobufCMessage *message, GString *text)
{
    (void)message;
    g_string_append(text, "Contact may resume: nothing holds the account.");
}

static void say_dispute_opened(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Dispute__V1__DisputeOpened *opened = (const Dunlin__Dispute__V1__DisputeOpened *)message;
    add_words(text, "Dispute opened by ", &dunlin__dispute__v1__dispute_source__descriptor, (int)opened->source);
    g_string_append(text, opened->is_written ? ", in writing" : "");
    if (opened->deadline_at_us > 0)
        add_instant(text, "; to be verified by ", opened->deadline_at_us);
    g_string_append(text, ".");
}

static void say_verification(const ProtobufCMessage *message, GString *text)
{
    (void)message;
    g_string_append(text, "Verification sent; the dispute's hold is lifted.");
}

static void say_dispute_amended(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Dispute__V1__DisputeAmended *amended = (const Dunlin__Dispute__V1__DisputeAmended *)message;
    g_string_append(text, "More is known of the dispute");
    if (amended->deadline_at_us > 0)
        add_instant(text, "; to be answered by ", amended->deadline_at_us);
    g_string_append(text, ".");
}

static void say_dispute_reopened(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Dispute__V1__DisputeReopened *reopened = (const Dunlin__Dispute__V1__DisputeReopened *)message;
    g_string_append(text, "What was sent as the dispute's answer came back: it is open again");
    if (reopened->deadline_at_us > 0)
        add_instant(text, "; to be answered by ", reopened->deadline_at_us);
    g_string_append(text, ".");
}

static void say_proposed(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Dispute__V1__ResolutionProposed *proposed = (const Dunlin__Dispute__V1__ResolutionProposed *)message;
    add_words(text, "Proposed to resolve the dispute: ", &dunlin__dispute__v1__dispute_outcome__descriptor,
              (int)proposed->outcome);
    g_string_append(text, ", with a credit of ");
    add_money(text, proposed->credit_minor, proposed->currency);
    g_string_append(text, "; another person must approve.");
}

static void say_declined(const ProtobufCMessage *message, GString *text)
{
    (void)message;
    g_string_append(text, "The proposed credit was declined.");
}

static void say_dispute_resolved(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Dispute__V1__DisputeResolved *resolved = (const Dunlin__Dispute__V1__DisputeResolved *)message;
    add_words(text, "Dispute resolved: ", &dunlin__dispute__v1__dispute_outcome__descriptor, (int)resolved->outcome);
    if (resolved->credit_minor != 0) {
        g_string_append(text, ", with a credit of ");
        add_money(text, resolved->credit_minor, resolved->currency);
    }
    g_string_append(text, ".");
}

static void say_escalation(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Dispute__V1__EscalationRaised *raised = (const Dunlin__Dispute__V1__EscalationRaised *)message;
    const Dunlin__Dispute__V1__Escalation *escalation = raised->escalation;
    if (escalation == NULL) {
        g_string_append(text, "A deadline of the dispute passed; it was escalated.");
        return;
    }
    add_words(text, "Escalated to ", &dunlin__dispute__v1__escalation_route__descriptor, (int)escalation->route);
    if (escalation->target[0] != '\0')
        g_string_append_printf(text, " %s", escalation->target);
    g_string_append_printf(text, ": %s.", escalation->title);
}

static void say_escalation_moved(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Dispute__V1__EscalationMoved *moved = (const Dunlin__Dispute__V1__EscalationMoved *)message;
    add_words(text, "Escalation ", &dunlin__dispute__v1__escalation_step__descriptor, (int)moved->step);
    if (moved->escalation != NULL && (int)moved->escalation->outcome != 0)
        add_words(text, ", ", &dunlin__dispute__v1__escalation_outcome__descriptor, (int)moved->escalation->outcome);
    g_string_append(text, moved->is_account_held ? "; others have the debt, contact is stopped." : ".");
}

static void say_complaint(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Dispute__V1__ComplaintOpened *opened = (const Dunlin__Dispute__V1__ComplaintOpened *)message;
    g_string_append(text, "A complaint was recorded");
    if (opened->complaint)
        add_words(text, ", severity ", &dunlin__dispute__v1__complaint_severity__descriptor,
                  (int)opened->complaint->severity);
    g_string_append(text, opened->is_account_held ? "; contact is stopped." : ".");
}

static void say_complaint_changed(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Dispute__V1__ComplaintChanged *changed = (const Dunlin__Dispute__V1__ComplaintChanged *)message;
    add_words(text, "Complaint ", &dunlin__dispute__v1__complaint_step__descriptor, (int)changed->step);
    g_string_append(text, ".");
}

static void say_complaint_escalated(const ProtobufCMessage *message, GString *text)
{
    (void)message;
    g_string_append(text, "A deadline of the complaint passed; it was escalated.");
}

static void say_posted(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__PaymentPosted *posted = (const Dunlin__Payment__V1__PaymentPosted *)message;
    g_string_append(text, "Payment of ");
    add_money(text, posted->amount_minor, posted->currency);
    add_day(text, " posted, value date ", posted->paid_on_days);
    g_string_append(text, ".");
}

static void say_reversed(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__PaymentReversed *reversed = (const Dunlin__Payment__V1__PaymentReversed *)message;
    g_string_append(text, "Payment of ");
    add_money(text, reversed->amount_minor, reversed->currency);
    add_day(text, " reversed, effective ", reversed->effective_on_days);
    g_string_append(text, ".");
}

static void say_balance(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__BalanceChanged *changed = (const Dunlin__Payment__V1__BalanceChanged *)message;
    g_string_append(text, "Balance is ");
    add_money(text, changed->balance_minor, changed->currency);
    add_words(text, " after a ", &dunlin__payment__v1__posting_kind__descriptor, (int)changed->kind);
    g_string_append(text, " of ");
    add_money(text, changed->change_minor, changed->currency);
    g_string_append(text, ".");
}

static void say_fee(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__FeeCharged *fee = (const Dunlin__Payment__V1__FeeCharged *)message;
    g_string_append_printf(text, "Fee '%s' of ", fee->code);
    add_money(text, fee->amount_minor, fee->currency);
    g_string_append_printf(text, " charged: %s.", fee->evidence);
}

static void say_waived(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__FeeWaived *fee = (const Dunlin__Payment__V1__FeeWaived *)message;
    g_string_append_printf(text, "Fee '%s' of ", fee->code);
    add_money(text, fee->amount_minor, fee->currency);
    g_string_append_printf(text, " waived: %s.", fee->reason);
}

static void say_judgment(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__JudgmentRecorded *judgment = (const Dunlin__Payment__V1__JudgmentRecorded *)message;
    g_string_append_printf(text, "Judgment %s of %s recorded", judgment->case_number, judgment->court);
    add_day(text, ", entered ", judgment->entered_on_days);
    g_string_append(text, "; owed now ");
    add_money(text, judgment->balance_minor, judgment->currency);
    g_string_append(text, ".");
}

static void say_promise_made(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__PromiseMade *made = (const Dunlin__Payment__V1__PromiseMade *)message;
    g_string_append(text, "Promised to pay ");
    add_money(text, made->amount_minor, made->currency);
    add_day(text, " by ", made->due_on_days);
    g_string_append(text, ".");
}

static void say_promise_kept(const ProtobufCMessage *message, GString *text)
{
    (void)message;
    g_string_append(text, "The promise was kept.");
}

static void say_promise_broken(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__PromiseBroken *broken = (const Dunlin__Payment__V1__PromiseBroken *)message;
    g_string_append(text, broken->is_partial ? "The promise was kept in part: its day and grace are over."
                                             : "The promise was broken: its day and grace are over.");
}

static void say_promise_cancelled(const ProtobufCMessage *message, GString *text)
{
    (void)message;
    g_string_append(text, "The promise was taken back without fault of the debtor.");
}

/* "4 instalments, the first of 250.00 USD due on 2026-06-03, the last due on 2026-06-24". */
static void add_instalments(GString *text, Dunlin__Payment__V1__PlanInstalment *const *instalments, size_t n,
                            const char *currency)
{
    if (n == 0)
        return;
    g_string_append_printf(text, "%zu %s, the first of ", n, n == 1 ? "instalment" : "instalments");
    add_money(text, instalments[0]->amount_minor, currency);
    add_day(text, " due on ", instalments[0]->due_on_days);
    if (n > 1)
        add_day(text, ", the last due on ", instalments[n - 1]->due_on_days);
}

static void add_discount(GString *text, int64_t discount_minor, const char *currency)
{
    if (discount_minor == 0)
        return;
    g_string_append(text, "; ");
    add_money(text, discount_minor, currency);
    g_string_append(text, " are forgiven once it is kept");
}

static void say_plan_proposed(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__PlanProposed *plan = (const Dunlin__Payment__V1__PlanProposed *)message;
    g_string_append(text, "A payment plan was proposed: ");
    add_instalments(text, plan->instalments, plan->n_instalments, plan->currency);
    add_discount(text, plan->discount_minor, plan->currency);
    add_words(text, ". It waits for approval by a ", &dunlin__payment__v1__plan_role__descriptor,
              (int)plan->approval_by);
    g_string_append(text, ".");
}

static void say_plan_agreed(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__PlanAgreed *plan = (const Dunlin__Payment__V1__PlanAgreed *)message;
    g_string_append(text,
                    plan->replaces.len > 0 ? "Another payment plan was agreed on: " : "A payment plan was agreed on: ");
    add_instalments(text, plan->instalments, plan->n_instalments, plan->currency);
    add_discount(text, plan->discount_minor, plan->currency);
    g_string_append(text, ".");
}

/* Reasons are somebody's own words: they stay with the plan. */
static void say_plan_held(const ProtobufCMessage *message, GString *text)
{
    (void)message;
    g_string_append(text, "The payment plan was put on hold.");
}

static void say_plan_resumed(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__PlanResumed *plan = (const Dunlin__Payment__V1__PlanResumed *)message;
    g_string_append(text, plan->was_completed ? "A payment came back, and the payment plan is open again."
                                              : "The payment plan was taken up again.");
}

static void say_plan_completed(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__PlanCompleted *plan = (const Dunlin__Payment__V1__PlanCompleted *)message;
    g_string_append(text, "The payment plan is completed, ");
    add_money(text, plan->paid_minor, plan->currency);
    g_string_append(text, " are paid on it");
    if (plan->discount_minor != 0) {
        g_string_append(text, ", ");
        add_money(text, plan->discount_minor, plan->currency);
        g_string_append(text, " are forgiven");
    }
    g_string_append(text, ".");
}

static void say_plan_broken(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__PlanBroken *plan = (const Dunlin__Payment__V1__PlanBroken *)message;
    g_string_append_printf(text, "The payment plan was broken: %d %s missed, ", plan->n_missed,
                           plan->n_missed == 1 ? "instalment is" : "instalments are");
    add_money(text, plan->open_minor, plan->currency);
    g_string_append(text, " are open on it.");
}

static void say_plan_cancelled(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__PlanCancelled *plan = (const Dunlin__Payment__V1__PlanCancelled *)message;
    g_string_append(text, plan->was_proposed          ? "The proposed payment plan was not agreed on."
                          : plan->replaced_by.len > 0 ? "The payment plan ended: another one stands in its place."
                                                      : "The payment plan ended without fault of the debtor.");
}

static void say_instalment_missed(const ProtobufCMessage *message, GString *text)
{
    const Dunlin__Payment__V1__InstalmentMissed *missed = (const Dunlin__Payment__V1__InstalmentMissed *)message;
    g_string_append_printf(text, "Instalment %d was missed: ", missed->number);
    add_money(text, missed->open_minor, missed->currency);
    add_day(text, " of it are open, due on ", missed->due_on_days);
    g_string_append(text, ".");
}

static const struct sentence {
    const ProtobufCMessageDescriptor *type;
    void (*say)(const ProtobufCMessage *message, GString *text);
} SENTENCES[] = {
    {&dunlin__intake__v1__account_placed__descriptor, say_placed},
    {&dunlin__intake__v1__account_updated__descriptor, say_updated},
    {&dunlin__intake__v1__account_recalled__descriptor, say_recalled},
    {&dunlin__intake__v1__payment_reported__descriptor, say_payment_reported},
    {&dunlin__intake__v1__placement_completed__descriptor, say_completed},
    {&dunlin__classification__v1__account_classified__descriptor, say_classified},
    {&dunlin__contact__v1__contact_planned__descriptor, say_planned},
    {&dunlin__contact__v1__permit_granted__descriptor, say_granted},
    {&dunlin__contact__v1__permit_refused__descriptor, say_refused},
    {&dunlin__contact__v1__rule_overridden__descriptor, say_overridden},
    {&dunlin__contact__v1__permit_expired__descriptor, say_permit_expired},
    {&dunlin__contact__v1__notice_overdue__descriptor, say_notice_overdue},
    {&dunlin__contact__v1__strategy_exited__descriptor, say_strategy_exited},
    {&dunlin__contact__v1__attempt_reported__descriptor, say_reported},
    {&dunlin__contact__v1__stop_recorded__descriptor, say_stop},
    {&dunlin__contact__v1__stop_released__descriptor, say_released},
    {&dunlin__contact__v1__contact_stopped__descriptor, say_stopped},
    {&dunlin__contact__v1__contact_resumed__descriptor, say_resumed},
    {&dunlin__dispute__v1__dispute_opened__descriptor, say_dispute_opened},
    {&dunlin__dispute__v1__dispute_amended__descriptor, say_dispute_amended},
    {&dunlin__dispute__v1__dispute_reopened__descriptor, say_dispute_reopened},
    {&dunlin__dispute__v1__resolution_proposed__descriptor, say_proposed},
    {&dunlin__dispute__v1__resolution_declined__descriptor, say_declined},
    {&dunlin__dispute__v1__verification_sent__descriptor, say_verification},
    {&dunlin__dispute__v1__dispute_resolved__descriptor, say_dispute_resolved},
    {&dunlin__dispute__v1__escalation_raised__descriptor, say_escalation},
    {&dunlin__dispute__v1__escalation_moved__descriptor, say_escalation_moved},
    {&dunlin__dispute__v1__complaint_opened__descriptor, say_complaint},
    {&dunlin__dispute__v1__complaint_changed__descriptor, say_complaint_changed},
    {&dunlin__dispute__v1__complaint_escalated__descriptor, say_complaint_escalated},
    {&dunlin__payment__v1__payment_posted__descriptor, say_posted},
    {&dunlin__payment__v1__payment_reversed__descriptor, say_reversed},
    {&dunlin__payment__v1__fee_charged__descriptor, say_fee},
    {&dunlin__payment__v1__fee_waived__descriptor, say_waived},
    {&dunlin__payment__v1__judgment_recorded__descriptor, say_judgment},
    {&dunlin__payment__v1__balance_changed__descriptor, say_balance},
    {&dunlin__payment__v1__promise_made__descriptor, say_promise_made},
    {&dunlin__payment__v1__promise_kept__descriptor, say_promise_kept},
    {&dunlin__payment__v1__promise_broken__descriptor, say_promise_broken},
    {&dunlin__payment__v1__promise_cancelled__descriptor, say_promise_cancelled},
    {&dunlin__payment__v1__plan_proposed__descriptor, say_plan_proposed},
    {&dunlin__payment__v1__plan_agreed__descriptor, say_plan_agreed},
    {&dunlin__payment__v1__plan_held__descriptor, say_plan_held},
    {&dunlin__payment__v1__plan_resumed__descriptor, say_plan_resumed},
    {&dunlin__payment__v1__plan_completed__descriptor, say_plan_completed},
    {&dunlin__payment__v1__plan_broken__descriptor, say_plan_broken},
    {&dunlin__payment__v1__plan_cancelled__descriptor, say_plan_cancelled},
    {&dunlin__payment__v1__instalment_missed__descriptor, say_instalment_missed},
};

static const struct sentence *sentence_of(const char *type)
{
    for (size_t i = 0; i < ARRAY_SIZE(SENTENCES); i++)
        if (strcmp(SENTENCES[i].type->name, type) == 0)
            return &SENTENCES[i];
    return NULL;
}

bool timeline_knows(const char *type)
{
    return sentence_of(type) != NULL;
}

void timeline_say(const struct event *event, GString *text)
{
    const struct sentence *sentence = sentence_of(event->type);
    ProtobufCMessage *message = sentence ? wire_unpack(sentence->type, event->payload_len, event->payload) : NULL;
    if (message)
        sentence->say(message, text);
    else
        g_string_append_printf(text, "%s.", event->type);
    protobuf_c_message_free_unpacked(message, NULL);
}
