#include "due_notices.h"

#include "dispatch.h"
#include "logging/logging.h"
#include "service/wire.h"

enum { METRIC_LATE };
const struct metric DUE_NOTICES_METRICS[] = {
    [METRIC_LATE] = {"dunlin_correspondence_notices_late_total", METRIC_COUNTER, "kind",
                     "Notices that were closed because they had not been sent in time."},
    {0},
};

static const struct notice_rule *rule_of(const Dunlin__Correspondence__V1__Notice *notice)
{
    return notice_rule((enum notice_kind)notice->kind);
}

/* NULL: none is written of this kind. Lent by the policy. */
static const char *template_of(const struct channel *channel, const struct writing_policy *policy,
                               const Dunlin__Correspondence__V1__Notice *notice)
{
    const struct agency_profile *profile = agency_profiles_find(policy->profiles, notice->agency_id);
    if (notice->kind != DUNLIN__CORRESPONDENCE__V1__NOTICE_KIND__NOTICE_KIND_OPT_OUT_CONFIRMATION)
        return profile ? agency_profile_letter(profile, (enum notice_kind)notice->kind) : NULL;
    return channel->confirmation[0] ? channel->confirmation : NULL;
}

static void send_notice(struct channel *channel, struct dispatch *dispatch, Dunlin__Contact__V1__DialEntry *entry)
{
    SCOPED(descriptions_fini) struct descriptions accounts = {0};
    struct error err = {0};
    if (descriptions_ask(&channel->caller, &entry, 1, &accounts, &err) != STATUS_OK) {
        channel_pause(channel, "what there is to say cannot be asked for now", &err);
        return;
    }
    dispatch->entry = entry;
    dispatch->account = &accounts.of[0];
    if (dispatch->account->is_recalled)
        dispatch_hold_back(channel, dispatch->notice, "the account was recalled", 0);
    else if (dispatch->account->may_be_written && entry->contact_point_id.len == 0)
        dispatch_park(channel, dispatch, "no postal address that can be written to");
    else if (dispatch->account->may_be_written)
        dispatch_send(channel, dispatch);
    else
        dispatch_put_behind(channel, dispatch->notice, "the account is not known everywhere yet");
}

/* What is no longer so is not written, and of what is taken off only once the ledger has it. */
static void send_of_dispute(struct channel *channel, struct dispatch *dispatch, Dunlin__Contact__V1__DialEntry *entry)
{
    SCOPED(dispute_facts_fini) struct dispute_facts facts = {0};
    struct error err = {0};
    if (dispute_facts_ask(&channel->caller, dispatch->notice, &facts, &err) != STATUS_OK) {
        channel_pause(channel, "what there is to say of a dispute cannot be asked for now", &err);
        return;
    }
    if (!notice_is_current((enum notice_kind)dispatch->notice->kind, &facts.standing)) {
        dispatch_hold_back(channel, dispatch->notice, "the dispute stands otherwise by now", 0);
        return;
    }
    if (!facts.is_posted) {
        dispatch_put_behind(channel, dispatch->notice, "the ledger has not posted the credit yet");
        return;
    }
    dispatch->dispute = &facts.dispute;
    entry->contact_point_id = facts.contact_point_id;
    send_notice(channel, dispatch, entry);
}

/* What is not drawn on that day any more is not announced. */
static void send_of_debit(struct channel *channel, struct dispatch *dispatch, Dunlin__Contact__V1__DialEntry *entry)
{
    SCOPED(debit_facts_fini) struct debit_facts facts = {0};
    struct error err = {0};
    if (debit_facts_ask(&channel->caller, dispatch->notice, &facts, &err) != STATUS_OK) {
        channel_pause(channel, "what there is to say of a debit cannot be asked for now", &err);
        return;
    }
    if (!facts.is_drawn) {
        dispatch_hold_back(channel, dispatch->notice, "the debit is not drawn on that day any more", 0);
        return;
    }
    dispatch->debit = &facts.debit;
    entry->contact_point_id = facts.contact_point_id;
    send_notice(channel, dispatch, entry);
}

/* Nobody needs it any more: what stood in its way stays on record. */
static void close_late(struct channel *channel, const Dunlin__Correspondence__V1__Notice *notice)
{
    const char *why = notice->reason;
    g_autofree char *reason = g_strdup_printf("not sent in time%s%s", why[0] ? ": " : "", why);
    const struct id account_id = wire_known_id(&notice->account_id);
    dispatch_hold_back(channel, notice, reason, 0);
    metrics_add(&DUE_NOTICES_METRICS[METRIC_LATE], rule_of(notice)->name, 1);
    log_warn("a notice was not sent in time and is closed", log_id("account", &account_id),
             log_text("kind", rule_of(notice)->name), log_text("law", rule_of(notice)->law));
}

static Dunlin__Contact__V1__DialEntry entry_of(const Dunlin__Correspondence__V1__Notice *notice, const char *template)
{
    const struct notice_rule *rule = rule_of(notice);
    Dunlin__Contact__V1__DialEntry entry;
    dunlin__contact__v1__dial_entry__init(&entry);
    entry.account_id = notice->account_id;
    entry.debtor_id = notice->debtor_id;
    entry.channel = (Dunlin__Contact__V1__Channel)rule->channel;
    entry.purpose = (Dunlin__Contact__V1__Purpose)rule->purpose;
    entry.step = wire_text(rule->step);
    entry.template_ = wire_text(template);
    entry.due_at_us = notice->asked_at_us;
    return entry;
}

/* What somebody must see to is parked, so that `letters status` shows it, and is written once there is a template. */
static void leave_unwritten(struct channel *channel, const Dunlin__Correspondence__V1__Notice *notice)
{
    const enum notice_kind kind = (enum notice_kind)notice->kind;
    const struct account_description account = {.debtor_id = wire_known_id(&notice->debtor_id),
                                                .agency_id = notice->agency_id};
    const Dunlin__Contact__V1__DialEntry entry = entry_of(notice, "");
    const struct dispatch dispatch = {.notice = notice, .entry = &entry, .account = &account};
    if (!notice_is_demanded(kind)) {
        dispatch_hold_back(channel, notice, "the agency writes none of this kind", 0);
        return;
    }
    g_autofree char *reason = g_strdup_printf("%s.%s: the agency's entry in the file of agencies names no template",
                                              agency_profile_letters(kind), rule_of(notice)->name);
    dispatch_park(channel, &dispatch, reason);
}

static void send_as_entry(struct channel *channel, const Dunlin__Correspondence__V1__Notice *notice,
                          const char *template)
{
    struct dispatch dispatch = {.notice = notice};
    Dunlin__Contact__V1__DialEntry entry = entry_of(notice, template);
    if (notice_is_of_dispute((enum notice_kind)notice->kind)) {
        send_of_dispute(channel, &dispatch, &entry);
    } else if (notice_is_of_debit((enum notice_kind)notice->kind)) {
        send_of_debit(channel, &dispatch, &entry);
    } else {
        entry.contact_point_id = notice->subject_id;
        send_notice(channel, &dispatch, &entry);
    }
}

static void send_notices(struct channel *channel, Dunlin__Correspondence__V1__Notice *const *notices, size_t n)
{
    SCOPED(writing_policy_releasep) struct writing_policy *policy = writing_policy_take(channel->policies);
    for (size_t i = 0; i < n && !channel->is_stopping && !channel->is_paused; i++) {
        const char *template = template_of(channel, policy, notices[i]);
        if (clock_now().us >= notices[i]->until_us)
            close_late(channel, notices[i]);
        else if (!template)
            leave_unwritten(channel, notices[i]);
        else
            send_as_entry(channel, notices[i], template);
    }
}

void due_notices_send(struct channel *channel, uint32_t *partitions, size_t n)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__ListNoticesRequest request;
    struct error err = {0};
    dunlin__correspondence__v1__list_notices_request__init(&request);
    request.n_partitions = n;
    request.partitions = partitions;
    request.channel = channel->kind->channel;
    if (edge_call_any(&channel->caller, EDGE_OWN, "ListNotices", &request.base, &reply, &err) != STATUS_OK) {
        log_debug("no list of notices", log_error_text(&err));
        return;
    }
    const Dunlin__Correspondence__V1__ListNoticesReply *got =
        (const Dunlin__Correspondence__V1__ListNoticesReply *)reply;
    send_notices(channel, got->notices, got->n_notices);
}
