#include "contact_work.h"

#include <string.h>

#include "attempt_model.h"
#include "contact_codec.h"
#include "contact_events.h"
#include "dunlin/contact/v1/strategy.pb-c.h"
#include "exit_model.h"
#include "notice_model.h"
#include "plan_model.h"
#include "service/wire.h"

static enum status emit_in_unit(void *unit, const struct subject *subject, const char *actor,
                                const ProtobufCMessage *message, struct error *err)
{
    return unit_emit(unit, subject, actor, message, err);
}

static void set_timer_in_unit(void *unit, const struct timer *timer)
{
    unit_timer_set(unit, timer);
}

static void cancel_timer_in_unit(void *unit, const char *kind, const struct id *subject_id)
{
    unit_timer_cancel(unit, kind, subject_id);
}

struct contact_work contact_work_of(struct unit *unit, struct contact_book *book)
{
    static const struct contact_effects EFFECTS = {emit_in_unit, set_timer_in_unit, cancel_timer_in_unit};
    return (struct contact_work){
        .unit = unit,
        .context = unit_context(unit),
        .book = book,
        .effects = &EFFECTS,
        .sink = unit,
        .now = unit_now(unit),
        .cause_at = unit_now(unit),
    };
}

static enum status emit(const struct contact_work *work, const struct account *account, const ProtobufCMessage *message,
                        struct error *err)
{
    const struct subject subject = {
        .agency_id = account->debtor->agency_id,
        .debtor_id = account->debtor->id,
        .account_id = account->id,
    };
    return work->effects->emit(work->sink, &subject, work->actor, message, err);
}

static enum status emit_stopped(const struct contact_work *work, const struct account *account, hold_set holds,
                                struct error *err)
{
    Dunlin__Contact__V1__ContactStopped message;
    char *names[HOLD_SET_COUNT];
    dunlin__contact__v1__contact_stopped__init(&message);
    message.account_id = wire_id(&account->id);
    message.debtor_id = wire_id(&account->debtor->id);
    message.n_holds = codec_holds(holds, names);
    message.holds = names;
    return emit(work, account, &message.base, err);
}

static enum status emit_resumed(const struct contact_work *work, const struct account *account, struct error *err)
{
    Dunlin__Contact__V1__ContactResumed message;
    dunlin__contact__v1__contact_resumed__init(&message);
    message.account_id = wire_id(&account->id);
    message.debtor_id = wire_id(&account->debtor->id);
    return emit(work, account, &message.base, err);
}

/* That some rule stops each channel for, as far as such a debt goes. */
static const hold_set *blocking_holds(const struct contact_work *work, const struct account *account)
{
    return work->context->blocking_holds[debt_matter_of(account->debt_kind)];
}

static enum status settle_holds(const struct contact_work *work, struct account *account, struct error *err)
{
    hold_set holds = account_holds(account) & blocking_holds(work, account)[CHANNEL_CALL];
    if ((holds != 0) == account->is_stopped)
        return STATUS_OK;
    account->is_stopped = holds != 0;
    account->is_changed = true;
    return holds != 0 ? emit_stopped(work, account, holds, err) : emit_resumed(work, account, err);
}

static enum status emit_planned(const struct contact_work *work, const struct account *account, const char *because,
                                int64_t former_due_us, struct error *err)
{
    Dunlin__Contact__V1__ContactPlanned message;
    dunlin__contact__v1__contact_planned__init(&message);
    message.account_id = wire_id(&account->id);
    message.debtor_id = wire_id(&account->debtor->id);
    message.strategy = wire_text(account->strategy);
    message.step = wire_text(account->step);
    message.channel = (Dunlin__Contact__V1__Channel)account->step_channel;
    message.due_at_us = account->step_due_at_us;
    message.sop_version = wire_text(work->context->sop->version);
    message.because = wire_text(because);
    if ((former_due_us <= work->cause_at.us) != (former_due_us <= work->now.us))
        message.cause_at_us = work->cause_at.us;
    return emit(work, account, &message.base, err);
}

static enum status settle_plan(const struct contact_work *work, struct account *account, const char *because,
                               struct error *err)
{
    struct plan plan = {0};
    if (!exit_has_left(account))
        plan_next(work->context->sop, contact_rules_for(work->context->rules, account), blocking_holds(work, account),
                  account, &plan);
    const char *step = plan.step == NULL ? "" : plan.step->code;
    const int32_t channel = plan.step == NULL ? 0 : (int32_t)plan.step->channel;
    if (strcmp(step, account->step) == 0 && channel == account->step_channel &&
        plan.due_at_us == account->step_due_at_us)
        return STATUS_OK;
    const int64_t former_due_us = account->step_due_at_us;
    account->step = contact_text(work->book, step);
    account->step_channel = channel;
    account->step_due_at_us = plan.due_at_us;
    account->is_changed = true;
    return emit_planned(work, account, because, former_due_us, err);
}

/* Nobody need be told of a debt that is paid or not ours, and the clock follows what is owed. */
static void settle_notice(const struct contact_work *work, struct account *account)
{
    if ((account->holds & (HOLD_BIT(HOLD_PAID) | HOLD_BIT(HOLD_RECALLED))) != 0)
        (void)notice_ended(account);
    if (!account->is_notice_changed)
        return;
    account->is_notice_changed = false;
    if (account->notice_due_at_us == 0) {
        work->effects->cancel_timer(work->sink, CONTACT_TIMER_NOTICE, &account->id);
        return;
    }
    const struct timer timer = {
        .kind = CONTACT_TIMER_NOTICE,
        .subject_id = account->id,
        .debtor_id = account->debtor->id,
        .agency_id = account->debtor->agency_id,
        .due_at = {account->notice_due_at_us},
    };
    work->effects->set_timer(work->sink, &timer);
}

/* One timer, where time leads out of the strategy. As the plan it stays while the ledger has not answered a payment
 * that was reported, though nothing happens by it. */
static void settle_exit(const struct contact_work *work, struct account *account)
{
    const int64_t due_at_us = exit_next(work->context->sop, account).due_at_us;
    if (due_at_us == account->exit_at_us || account->unposted_seq != 0)
        return;
    account->exit_at_us = due_at_us;
    account->is_changed = true;
    if (due_at_us == 0) {
        work->effects->cancel_timer(work->sink, CONTACT_TIMER_EXIT, &account->id);
        return;
    }
    const struct timer timer = {
        .kind = CONTACT_TIMER_EXIT,
        .subject_id = account->id,
        .debtor_id = account->debtor->id,
        .agency_id = account->debtor->agency_id,
        .due_at = {due_at_us},
    };
    work->effects->set_timer(work->sink, &timer);
}

enum status contact_settle(const struct contact_work *work, struct account *account, const char *because,
                           struct error *err)
{
    bool was_stopped = account->is_stopped;
    settle_notice(work, account);
    settle_exit(work, account);
    enum status st = settle_holds(work, account, err);
    if (st != STATUS_OK)
        return st;
    if (account->is_stopped != was_stopped)
        because = was_stopped ? "released" : "held";
    return settle_plan(work, account, because, err);
}

enum status contact_settle_debtor(const struct contact_work *work, struct debtor *debtor, const char *because,
                                  struct error *err)
{
    enum status st = STATUS_OK;
    for (guint i = 0; st == STATUS_OK && i < debtor->accounts->len; i++) {
        struct account *account = g_ptr_array_index(debtor->accounts, i);
        st = contact_settle(work, account, because, err);
    }
    return st;
}

enum status contact_notice_overdue(const struct contact_work *work, struct account *account, struct error *err)
{
    Dunlin__Contact__V1__NoticeOverdue message;
    if (!notice_is_overdue(account, work->now) || !account_set_hold(account, HOLD_NOTICE_OVERDUE, true))
        return STATUS_OK;
    dunlin__contact__v1__notice_overdue__init(&message);
    message.account_id = wire_id(&account->id);
    message.debtor_id = wire_id(&account->debtor->id);
    message.due_at_us = account->notice_due_at_us;
    const enum status st = emit(work, account, &message.base, err);
    return st == STATUS_OK ? contact_settle(work, account, "notice_overdue", err) : st;
}

static Dunlin__Contact__V1__StrategyExitOn wire_exit_on(enum sop_exit_event on)
{
    return on == SOP_EXIT_STEPS_DONE ? DUNLIN__CONTACT__V1__STRATEGY_EXIT_ON__STRATEGY_EXIT_ON_STEPS_DONE
                                     : DUNLIN__CONTACT__V1__STRATEGY_EXIT_ON__STRATEGY_EXIT_ON_DAYS_IN_STRATEGY;
}

enum status contact_leave(const struct contact_work *work, struct account *account, const struct strategy_exit *exit,
                          struct error *err)
{
    Dunlin__Contact__V1__StrategyExited message;
    dunlin__contact__v1__strategy_exited__init(&message);
    message.account_id = wire_id(&account->id);
    message.debtor_id = wire_id(&account->debtor->id);
    message.strategy = wire_text(account->strategy);
    message.on = wire_exit_on(exit->on);
    message.days = exit->days;
    message.to = (Dunlin__Contact__V1__StrategyExitTo)exit->to;
    message.since_us = account->classified_at_us;
    message.last_step_at_us = account->last_step_at_us;
    message.sop_version = wire_text(work->context->sop->version);
    if (exit_take(work->book, account, exit, work->now.us))
        message.to_strategy = wire_text(account->strategy);
    const enum status st = emit(work, account, &message.base, err);
    return st == STATUS_OK ? contact_settle(work, account, "exit", err) : st;
}

enum status contact_exit_due(const struct contact_work *work, struct account *account, struct error *err)
{
    const struct strategy_exit exit = exit_next(work->context->sop, account);
    account->exit_at_us = 0; /* the timer has fired: one that is to follow is set anew */
    account->is_changed = true;
    if (exit.on == 0 || exit.due_at_us > work->now.us)
        return contact_settle(work, account, "exit", err);
    return contact_leave(work, account, &exit, err);
}

enum status contact_emit_granted(const struct contact_work *work, const struct decision *decision,
                                 const struct permit *permit, struct error *err)
{
    Dunlin__Contact__V1__PermitGranted message;
    Dunlin__Contact__V1__HeldPart part;
    SCOPED(decision_inputs_fini) struct decision_inputs inputs = {0};
    codec_inputs(decision->facts, decision->verdict, &decision->override, decision->log_seq, &inputs);
    dunlin__contact__v1__permit_granted__init(&message);
    message.permit_id = wire_id(&permit->id);
    message.account_id = wire_id(&permit->account_id);
    message.debtor_id = wire_id(&permit->debtor_id);
    message.contact_point_id = wire_id(&permit->contact_point_id);
    message.channel = (Dunlin__Contact__V1__Channel)permit->channel;
    message.purpose = (Dunlin__Contact__V1__Purpose)permit->purpose;
    message.dialer = wire_text(permit->dialer);
    message.campaign = wire_text(permit->campaign);
    message.valid_until_us = permit->valid_until_us;
    message.rule_version = wire_text(permit->rule_version);
    message.inputs = &inputs.message;
    message.held_part = codec_held_part(account_held_minor(decision->account), decision->account->part.currency, &part);
    return emit(work, decision->account, &message.base, err);
}

enum status contact_emit_refused(const struct contact_work *work, const struct decision *decision, struct error *err)
{
    Dunlin__Contact__V1__PermitRefused message;
    Dunlin__Contact__V1__RuleHit rows[VERDICT_HITS_MAX];
    Dunlin__Contact__V1__RuleHit *list[VERDICT_HITS_MAX];
    const size_t n_hits = verdict_n_blocking(decision->verdict);
    SCOPED(decision_inputs_fini) struct decision_inputs inputs = {0};
    codec_inputs(decision->facts, decision->verdict, &decision->override, decision->log_seq, &inputs);
    codec_hits(decision->verdict->hits, n_hits, rows, list);
    dunlin__contact__v1__permit_refused__init(&message);
    message.account_id = wire_id(&decision->account->id);
    message.debtor_id = wire_id(&decision->account->debtor->id);
    if (decision->point != NULL)
        message.contact_point_id = wire_id(&decision->point->id);
    message.channel = (Dunlin__Contact__V1__Channel)decision->channel;
    message.purpose = (Dunlin__Contact__V1__Purpose)decision->purpose;
    message.dialer = wire_text(decision->dialer);
    message.n_hits = n_hits;
    message.hits = list;
    message.rule_version = wire_text(work->context->rules->book->version);
    message.inputs = &inputs.message;
    return emit(work, decision->account, &message.base, err);
}

enum status contact_emit_overridden(const struct contact_work *work, const struct decision *decision,
                                    const struct permit *permit, struct error *err)
{
    Dunlin__Contact__V1__RuleOverridden message;
    Dunlin__Contact__V1__RuleHit rows[VERDICT_HITS_MAX];
    Dunlin__Contact__V1__RuleHit *list[VERDICT_HITS_MAX];
    const size_t n_hits = verdict_n_blocking(decision->verdict);
    if (n_hits == 0)
        return STATUS_OK;
    codec_hits(decision->verdict->hits, n_hits, rows, list);
    dunlin__contact__v1__rule_overridden__init(&message);
    message.permit_id = wire_id(&permit->id);
    message.account_id = wire_id(&permit->account_id);
    message.debtor_id = wire_id(&permit->debtor_id);
    if (decision->point != NULL)
        message.contact_point_id = wire_id(&permit->contact_point_id);
    message.n_hits = n_hits;
    message.hits = list;
    message.reason_code = (Dunlin__Contact__V1__OverrideReason)decision->override.reason_code;
    message.reason = wire_text(decision->override.reason);
    message.overridden_by = wire_text(decision->override.by);
    return emit(work, decision->account, &message.base, err);
}

/* Permits carry all that their events need: their account need not be loaded. */
static enum status emit_for_permit(const struct contact_work *work, const struct permit *permit,
                                   const ProtobufCMessage *message, struct error *err)
{
    const struct subject subject = {
        .agency_id = permit->agency_id,
        .debtor_id = permit->debtor_id,
        .account_id = permit->account_id,
    };
    return work->effects->emit(work->sink, &subject, work->actor, message, err);
}

static bool was_within(const struct permit *permit)
{
    return permit->started_at_us >= permit->granted_at_us && permit->started_at_us < permit->valid_until_us;
}

static void write_record(const struct permit *permit, Dunlin__Contact__V1__AttemptRecord *record)
{
    dunlin__contact__v1__attempt_record__init(record);
    record->telephony = (Dunlin__Contact__V1__Telephony)permit->telephony;
    record->party = (Dunlin__Contact__V1__Party)permit->party;
    record->outcome = (Dunlin__Contact__V1__Outcome)permit->outcome;
    record->counts = permit->counts;
    record->is_conversation = permit->is_conversation;
    record->was_within_permit = was_within(permit);
    record->delivery = (Dunlin__Contact__V1__Delivery)permit->delivery;
}

enum status contact_emit_reported(const struct contact_work *work, const struct permit *permit,
                                  const Dunlin__Contact__V1__AttemptReport *report, const struct permit *before,
                                  struct error *err)
{
    Dunlin__Contact__V1__AttemptReported message;
    Dunlin__Contact__V1__AttemptCorrection correction;
    Dunlin__Contact__V1__AttemptRecord records[2];
    dunlin__contact__v1__attempt_reported__init(&message);
    message.permit_id = wire_id(&permit->id);
    message.account_id = wire_id(&permit->account_id);
    message.debtor_id = wire_id(&permit->debtor_id);
    message.contact_point_id = wire_id(&permit->contact_point_id);
    message.channel = (Dunlin__Contact__V1__Channel)permit->channel;
    message.dialer = wire_text(permit->dialer);
    message.campaign = wire_text(permit->campaign);
    message.report = (Dunlin__Contact__V1__AttemptReport *)(uintptr_t)report;
    message.counts = permit->counts;
    message.granted_at_us = permit->granted_at_us;
    message.was_within_permit = was_within(permit);
    message.purpose = (Dunlin__Contact__V1__Purpose)permit->purpose;
    if (before != NULL) {
        dunlin__contact__v1__attempt_correction__init(&correction);
        write_record(before, &records[0]);
        write_record(permit, &records[1]);
        correction.before = &records[0];
        correction.after = &records[1];
        message.correction = &correction;
    }
    return emit_for_permit(work, permit, &message.base, err);
}

enum status contact_emit_expired(const struct contact_work *work, const struct permit *permit, struct error *err)
{
    Dunlin__Contact__V1__PermitExpired message;
    dunlin__contact__v1__permit_expired__init(&message);
    message.permit_id = wire_id(&permit->id);
    message.account_id = wire_id(&permit->account_id);
    message.debtor_id = wire_id(&permit->debtor_id);
    return emit_for_permit(work, permit, &message.base, err);
}

enum status contact_emit_flag(const struct contact_work *work, const struct account *account, enum sticky_flag flag,
                              const struct id *contact_point_id, bool is_release, const char *reason, struct error *err)
{
    if (is_release) {
        Dunlin__Contact__V1__StopReleased released;
        dunlin__contact__v1__stop_released__init(&released);
        released.account_id = wire_id(&account->id);
        released.debtor_id = wire_id(&account->debtor->id);
        released.flag = (Dunlin__Contact__V1__StickyFlag)flag;
        released.contact_point_id = wire_id(contact_point_id);
        released.reason = wire_text(reason);
        return emit(work, account, &released.base, err);
    }
    Dunlin__Contact__V1__StopRecorded recorded;
    dunlin__contact__v1__stop_recorded__init(&recorded);
    recorded.account_id = wire_id(&account->id);
    recorded.debtor_id = wire_id(&account->debtor->id);
    recorded.flag = (Dunlin__Contact__V1__StickyFlag)flag;
    recorded.contact_point_id = wire_id(contact_point_id);
    recorded.reason = wire_text(reason);
    return emit(work, account, &recorded.base, err);
}
