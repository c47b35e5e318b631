#include "permit_work.h"

#include <string.h>

#include "contact_events.h"
#include "fact_codec.h"
#include "fact_work.h"
#include "notice_model.h"
#include "plan_model.h"
#include "service/wire.h"

/* Decisions. */

/* The step that a permit given now is for: a planned one of this channel and purpose that is due. */
static const char *step_for(const struct contact_work *work, const struct account *account,
                            const struct decision *decision)
{
    const struct sop_step *step = plan_step(work->context->sop, account);
    const bool is_meant = step != NULL && (int32_t)step->channel == decision->channel &&
                          (int32_t)step->purpose == decision->purpose && account->step_due_at_us <= work->now.us;
    return is_meant ? account->step : "";
}

static void set_expiry(const struct contact_work *work, const struct permit *permit, struct account *account)
{
    const struct instant expiry = {permit->valid_until_us + work->context->report_grace_us};
    const struct timer timer = {
        .kind = CONTACT_TIMER_PERMIT_EXPIRY,
        .subject_id = permit->id,
        .debtor_id = permit->debtor_id,
        .agency_id = permit->agency_id,
        .due_at = expiry,
    };
    account->reserved_until_us = expiry.us;
    account->is_reservation_changed = true;
    work->effects->set_timer(work->sink, &timer);
}

const struct permit *contact_grant(const struct contact_work *work, const struct decision *decision,
                                   struct account *account, const struct id *permit_id)
{
    struct permit *permit = contact_add_permit(work->book, permit_id);
    permit->agency_id = account->debtor->agency_id;
    permit->account_id = account->id;
    permit->debtor_id = account->debtor->id;
    permit->contact_point_id = decision->point == NULL ? (struct id){0} : decision->point->id;
    permit->channel = decision->channel;
    permit->purpose = decision->purpose;
    permit->dialer = contact_text(work->book, decision->dialer);
    permit->campaign = contact_text(work->book, decision->campaign);
    permit->granted_at_us = permit->occurred_at_us = work->now.us;
    permit->valid_until_us = decision->valid_until.us;
    permit->strategy = account->strategy;
    permit->step = step_for(work, account, decision);
    permit->rule_version = contact_text(work->book, work->context->rules->book->version);
    permit->state = PERMIT_GRANTED;
    permit->counts = true; /* until it is reported as not placed */
    permit->is_new = true;
    const struct attempt attempt = permit_attempt(permit);
    account_add_attempt(account, &attempt);
    set_expiry(work, permit, account);
    return permit;
}

/* Nothing ends a refusal as things are: other steps need not wait for this one. Calls stay due, since they are asked
 * for by people who know better. */
static bool is_tried_tomorrow(const struct contact_work *work, const struct account *account,
                              const struct decision *decision)
{
    return decision->channel != (int32_t)CHANNEL_CALL && step_for(work, account, decision)[0] != '\0';
}

/* The step waits for the day that the rules allow; dial lists do not offer it before. */
enum status contact_refuse(const struct contact_work *work, const struct decision *decision, struct account *account,
                           struct error *err)
{
    struct instant next = {0};
    int64_t *not_before_us = &account->not_before_us[decision->channel];
    if (!permit_free_from(decision->verdict, &next) && is_tried_tomorrow(work, account, decision))
        next.us = work->now.us + US_PER_DAY;
    if (next.us > *not_before_us) {
        *not_before_us = next.us;
        account->is_changed = true;
    }
    return contact_settle(work, account, "refused", err);
}

/* Reports. */

/* Everything that one report is about. */
struct effect {
    const struct contact_work *work;
    const Dunlin__Contact__V1__AttemptReport *wire;
    const struct report *report;
    struct permit *permit;
    struct account *account;
    struct contact_point *point; /* NULL: gone, it never is */
    bool is_first;               /* no report of the permit came before */
    struct report_news news;
};

/* Every call before the rules allow one again would be refused: the plan waits by itself. */
static enum status wait_after_conversation(const struct effect *effect, struct account *account, struct error *err)
{
    struct instant free = {0};
    if (!permit_free_after_conversation(contact_rules_for(effect->work->context->rules, account), account,
                                        (struct instant){effect->permit->occurred_at_us}, &free))
        return contact_settle(effect->work, account, "attempt", err);
    for (int channel = CHANNEL_CALL; channel <= CHANNEL_RINGLESS; channel++)
        account->not_before_us[channel] = MAX(account->not_before_us[channel], free.us);
    account->is_changed = true;
    return contact_settle(effect->work, account, "attempt", err);
}

/* A call on one permit counts toward every debt that was discussed on it (12 CFR 1006.14(b)(4)). */
static enum status record_discussed(const struct effect *effect, struct error *err)
{
    enum status st = STATUS_OK;
    const struct id *others[REPORT_DISCUSSED_MAX];
    size_t n = report_others(effect->report, &effect->account->id, others);
    for (size_t i = 0; st == STATUS_OK && i < n; i++) {
        struct report_news news;
        struct account *other = contact_find_account(effect->work->book, others[i]);
        report_apply_to_discussion(effect->report, effect->permit, permit_add_discussion(effect->permit, others[i]),
                                   &news);
        if (news.is_conversation && effect->work->context->sop->sends_notices)
            (void)notice_communicated(other, effect->permit->occurred_at_us);
        if (news.is_disputed && dispute_claim(other))
            st = contact_settle(effect->work, other, "attempt", err);
        if (st == STATUS_OK && news.is_conversation)
            st = wait_after_conversation(effect, other, err);
    }
    return st;
}

static bool is_discussion_news(const struct report *report, const struct permit *permit)
{
    const struct id *others[REPORT_DISCUSSED_MAX];
    size_t n = report_others(report, &permit->account_id, others);
    for (size_t i = 0; i < n; i++) {
        struct report_news news;
        const struct discussion *known = permit_find_discussion(permit, others[i]);
        struct discussion copy = known != NULL ? *known : (struct discussion){0};
        report_apply_to_discussion(report, permit, &copy, &news);
        if (news.is_any)
            return true;
    }
    return false;
}

static bool has_flag(const struct effect *effect, enum sticky_flag flag)
{
    return (effect->report->flags & (UINT32_C(1) << flag)) != 0;
}

/* Which of the debts that were discussed the debtor meant is not said: all of them are left alone. */
static enum status cease_discussed(const struct effect *effect, struct error *err)
{
    enum status st = STATUS_OK;
    const struct id none = {0};
    const struct id *others[REPORT_DISCUSSED_MAX];
    size_t n = has_flag(effect, STICKY_CEASE) ? report_others(effect->report, &effect->account->id, others) : 0;
    for (size_t i = 0; st == STATUS_OK && i < n; i++) {
        struct account *other = contact_find_account(effect->work->book, others[i]);
        if (!sticky_set(STICKY_CEASE, other, NULL))
            continue;
        st = contact_emit_flag(effect->work, other, STICKY_CEASE, &none, false, effect->wire->reason, err);
        if (st == STATUS_OK)
            st = contact_settle(effect->work, other, "attempt", err);
    }
    return st;
}

static enum status set_flags(const struct effect *effect, bool *ret_is_person_changed, struct error *err)
{
    for (int flag = STICKY_CEASE; flag < STICKY_END; flag++) {
        if (!has_flag(effect, (enum sticky_flag)flag) ||
            !sticky_set((enum sticky_flag)flag, effect->account, effect->point))
            continue;
        *ret_is_person_changed = *ret_is_person_changed || sticky_is_of_person((enum sticky_flag)flag);
        const struct id none = {0};
        const struct id *point_id = flag == STICKY_OPT_OUT_CONTACT_POINT ? &effect->permit->contact_point_id : &none;
        enum status st = contact_emit_flag(effect->work, effect->account, (enum sticky_flag)flag, point_id, false,
                                           effect->wire->reason, err);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static bool is_wrong_news(const struct effect *effect)
{
    return effect->report->party == PARTY_WRONG && effect->point != NULL && !effect->point->is_wrong;
}

/* True where that is news: the number leaves the candidate zones, and its calls no longer count, so nothing waits for
 * them any more. */
static bool mark_wrong(const struct effect *effect)
{
    if (!is_wrong_news(effect))
        return false;
    effect->point->is_wrong = effect->point->is_changed = true;
    debtor_update_zones(effect->account->debtor);
    for (guint i = 0; i < effect->account->debtor->accounts->len; i++) {
        struct account *account = g_ptr_array_index(effect->account->debtor->accounts, i);
        memset(account->not_before_us, 0, sizeof(account->not_before_us));
        account->is_changed = true; /* also of one that is held, whose plan says nothing new */
    }
    return true;
}

static void move_plan(const struct effect *effect)
{
    struct account *account = effect->account;
    if (effect->is_first) { /* later the account may be in another dialer's hands */
        account->reserved_until_us = 0;
        account->is_reservation_changed = true;
    }
    if (report_is_attempt(effect->report)) {
        plan_finish_step(effect->work->book, account, effect->permit);
        return;
    }
    plan_reopen_step(effect->work->book, account, effect->permit);
    int64_t *not_before_us = &account->not_before_us[effect->permit->channel];
    *not_before_us = MAX(*not_before_us, effect->work->now.us + effect->work->context->retry_us);
    account->is_changed = true;
}

/* What was told and sent, as far as the validation notice goes. Nothing where others send the notices. */
static void note_notice(const struct contact_work *work, const struct permit *permit, struct account *account)
{
    const bool is_notice = permit->purpose == (int32_t)CONTACT_PURPOSE_VALIDATION_NOTICE &&
                           channel_traits((enum channel)permit->channel)->is_written;
    if (is_notice && permit->delivery == (int32_t)DELIVERY_UNDELIVERABLE)
        (void)notice_returned(account, permit->occurred_at_us, work->now.us);
    else if (is_notice && permit_is_communication(permit) && permit->state == PERMIT_REPORTED)
        (void)notice_sent(account, permit->occurred_at_us);
    else if (work->context->sop->sends_notices && permit_is_communication(permit))
        (void)notice_communicated(account, permit->occurred_at_us);
}

/* An address that mail comes back from is not written to again, until something arrives there. */
static void mark_returned(const struct effect *effect)
{
    const bool is_returned = effect->permit->delivery == (int32_t)DELIVERY_UNDELIVERABLE;
    if (effect->point == NULL || effect->point->is_returned == is_returned ||
        (!is_returned && effect->permit->delivery != (int32_t)DELIVERY_DELIVERED))
        return;
    effect->point->is_returned = is_returned;
    effect->point->is_changed = true;
}

static enum status apply_to_account(const struct effect *effect, struct error *err)
{
    bool is_person_changed = false;
    enum status st = set_flags(effect, &is_person_changed, err);
    if (st != STATUS_OK)
        return st;
    is_person_changed = mark_wrong(effect) || is_person_changed;
    if (effect->news.is_any) { /* the same report again undoes nothing that came since */
        mark_returned(effect);
        note_notice(effect->work, effect->permit, effect->account);
    }
    if (effect->news.is_disputed)
        (void)dispute_claim(effect->account);
    if (effect->news.ends_step)
        move_plan(effect);
    st = effect->news.is_conversation ? wait_after_conversation(effect, effect->account, err)
                                      : contact_settle(effect->work, effect->account, "attempt", err);
    if (st == STATUS_OK)
        st = record_discussed(effect, err);
    if (st == STATUS_OK)
        st = cease_discussed(effect, err);
    if (st == STATUS_OK && is_person_changed)
        st = contact_settle_debtor(effect->work, effect->account->debtor, "attempt", err);
    return st;
}

static enum status take_first(struct effect *effect, struct error *err)
{
    const struct contact_work *work = effect->work;
    enum status st = permit_move(effect->permit, PERMIT_EVENT_REPORT, err);
    if (st != STATUS_OK)
        return st;
    effect->is_first = true;
    report_apply_to_permit(effect->report, effect->work->now.us, effect->permit, &effect->news);
    work->effects->cancel_timer(work->sink, CONTACT_TIMER_PERMIT_EXPIRY, &effect->permit->id);
    return contact_emit_reported(work, effect->permit, effect->wire, NULL, err);
}

/* A dialer may report by itself when the line is closed, and the agent says afterwards what was said and asked for. It
 * was acknowledged, so it must not be lost; and whatever is taken of it is in the log. Flags are told by events of
 * their own. */
static enum status take_later(struct effect *effect, struct error *err)
{
    const struct permit before = *effect->permit;
    report_correct_permit(effect->report, effect->work->now.us, effect->permit, &effect->news);
    if (!effect->news.is_any && !is_discussion_news(effect->report, effect->permit) && !is_wrong_news(effect))
        return STATUS_OK;
    return contact_emit_reported(effect->work, effect->permit, effect->wire, &before, err);
}

/* What he says of his means is a fact of his own: whoever hears of it, however it was learnt, hears of it there. Told
 * by the permit alone, so that it is one, whichever reports say so. */
static enum status record_hardship(const struct effect *effect, struct error *err)
{
    SCOPED(person_fact_freep) struct person_fact *fact = NULL;
    ProtobufCBinaryData account_id = wire_id(&effect->account->id);
    Dunlin__Contact__V1__Fact wire;
    bool is_new = false;
    if (!effect->report->claims_hardship)
        return STATUS_OK;
    dunlin__contact__v1__fact__init(&wire);
    wire.kind = DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_HARDSHIP;
    wire.account_ids = &account_id;
    wire.n_account_ids = 1;
    wire.occurred_at_us = effect->permit->granted_at_us;
    wire.channel = (Dunlin__Contact__V1__Channel)effect->permit->channel;
    const enum status st = fact_codec_read(&wire, &effect->account->debtor->id, effect->work->now, &fact, err);
    if (st != STATUS_OK)
        return st;
    fact->recorded_by = contact_text(effect->work->book, effect->work->actor);
    return contact_take_fact(effect->work, effect->account, &fact, 0, &is_new, err);
}

enum status contact_take_report(const struct contact_work *work, struct permit *permit,
                                const Dunlin__Contact__V1__AttemptReport *wire, const struct report *report,
                                struct error *err)
{
    struct account *account = contact_find_account(work->book, &permit->account_id);
    if (account == NULL)
        return error_set(err, STATUS_INTERNAL, "a permit without its account");
    struct effect effect = {
        .work = work,
        .wire = wire,
        .report = report,
        .permit = permit,
        .account = account,
        .point = debtor_find_point(account->debtor, &permit->contact_point_id),
    };
    enum status st = permit->state == PERMIT_REPORTED ? take_later(&effect, err) : take_first(&effect, err);
    if (st == STATUS_OK)
        st = apply_to_account(&effect, err);
    return st == STATUS_OK ? record_hardship(&effect, err) : st;
}

/* A permit that nobody reported counts as an attempt, so its step is done too. */
enum status contact_expire(const struct contact_work *work, struct permit *permit, struct error *err)
{
    struct account *account = contact_find_account(work->book, &permit->account_id);
    if (permit->state != PERMIT_GRANTED)
        return STATUS_OK;
    enum status st = permit_move(permit, PERMIT_EVENT_EXPIRE, err);
    if (st == STATUS_OK)
        st = contact_emit_expired(work, permit, err);
    if (st != STATUS_OK || account == NULL)
        return st;
    account->reserved_until_us = 0;
    account->is_reservation_changed = true;
    note_notice(work, permit, account);
    plan_finish_step(work->book, account, permit);
    if (permit->purpose == (int32_t)CONTACT_PURPOSE_VALIDATION_NOTICE) /* whether it was sent is not known: again */
        account->not_before_us[permit->channel] =
            MAX(account->not_before_us[permit->channel], work->now.us + US_PER_DAY);
    return contact_settle(work, account, "attempt", err);
}
