#include "dispatch.h"

#include <string.h>

#include "logging/logging.h"
#include "outcome.h"
#include "service/wire.h"
#include "signature.h"

#define TRIES_MAX    3   /* of one permit; a permit lasts a minute */
#define TRY_AGAIN_MS 500 /* doubled each time */
#define FAILURES_MAX 3   /* of a step, each with a permit of its own: then it is parked */

enum { METRIC_PARKED, METRIC_REFUSED };
const struct metric DISPATCH_METRICS[] = {
    [METRIC_PARKED] = {"dunlin_correspondence_parked_total", METRIC_COUNTER, "channel",
                       "Steps that cannot be written or sent, parked with their reason."},
    [METRIC_REFUSED] = {"dunlin_correspondence_permits_refused_total", METRIC_COUNTER, "channel",
                        "Messages that were due and got no permit."},
    {0},
};

void dispatch_hold_back(struct channel *channel, const Dunlin__Correspondence__V1__Notice *notice, const char *reason,
                        int64_t until_us)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__HoldBackNoticeRequest request;
    struct error err = {0};
    const struct id notice_id = wire_known_id(&notice->notice_id);
    dunlin__correspondence__v1__hold_back_notice_request__init(&request);
    request.notice_id = notice->notice_id;
    request.reason = wire_text(reason);
    request.until_us = until_us;
    if (edge_call(&channel->caller, EDGE_OWN, "HoldBackNotice", &request.base, id_partition(&notice_id), NULL, &reply,
                  &err) != STATUS_OK)
        log_warn("a notice could not be held back, ignoring: it is tried again", log_id("notice", &notice_id),
                 log_text("kind", notice_rule((enum notice_kind)notice->kind)->name), log_error_text(&err));
}

void dispatch_put_behind(struct channel *channel, const Dunlin__Correspondence__V1__Notice *notice, const char *reason)
{
    dispatch_hold_back(channel, notice, reason, clock_now().us);
}

void dispatch_park(struct channel *channel, const struct dispatch *dispatch, const char *reason)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__ParkStepRequest request;
    struct error err = {0};
    const struct id account_id = wire_known_id(&dispatch->entry->account_id);
    dunlin__correspondence__v1__park_step_request__init(&request);
    request.account_id = dispatch->entry->account_id;
    request.debtor_id = wire_id(&dispatch->account->debtor_id);
    request.agency_id = dispatch->account->agency_id;
    request.step = dispatch->entry->step;
    request.channel = dispatch->entry->channel;
    request.template_ = dispatch->entry->template_;
    request.reason = wire_text(reason);
    g_autofree char *key = g_strdup_printf("park:%s:%lld", channel->instance_id, (long long)clock_monotonic().us);
    if (edge_call(&channel->caller, EDGE_OWN, "ParkStep", &request.base, id_partition(&account_id), key, &reply,
                  &err) != STATUS_OK)
        log_warn("a step could not be parked, ignoring: it is tried again", log_id("account", &account_id),
                 log_error_text(&err));
    if (dispatch->notice) /* so that it is shown with it */
        dispatch_put_behind(channel, dispatch->notice, reason);
    metrics_add(&DISPATCH_METRICS[METRIC_PARKED], channel->kind->name, 1);
    log_warn("a step cannot be sent and is parked", log_id("account", &account_id),
             log_text("step", dispatch->entry->step), log_text("template", dispatch->entry->template_));
}

static bool compose(struct channel *channel, struct dispatch *dispatch)
{
    struct error err = {0};
    dispatch->profile = agency_profiles_find(dispatch->policy->profiles, dispatch->account->agency_id);
    if (!dispatch->profile) {
        dispatch_park(channel, dispatch, "no entry for this agency in the file of agencies");
        return false;
    }
    if (channel->public_url[0]) {
        char token[UNSUBSCRIBE_TOKEN_SIZE];
        const struct id account_id = wire_known_id(&dispatch->entry->account_id);
        const struct id point_id = wire_known_id(&dispatch->entry->contact_point_id);
        unsubscribe_token_make(channel->secret, &account_id, &point_id, token);
        (void)g_snprintf(dispatch->opt_out_link, sizeof(dispatch->opt_out_link), "%s/unsubscribe/%s",
                         channel->public_url, token);
    }
    const struct composition_order order = {.account = dispatch->account,
                                            .dispute = dispatch->dispute,
                                            .debit = dispatch->debit,
                                            .profile = dispatch->profile,
                                            .templates = dispatch->policy->templates,
                                            .channel = dispatch->entry->channel,
                                            .purpose = dispatch->entry->purpose,
                                            .template_name = dispatch->entry->template_,
                                            .opt_out_link = dispatch->opt_out_link[0] ? dispatch->opt_out_link : NULL,
                                            .today = {(int32_t)(clock_now().us / US_PER_DAY)}};
    const enum status st = composition_write(&order, &dispatch->composition, &err);
    if (st != STATUS_OK && st != STATUS_RESOURCE_EXHAUSTED)
        dispatch_park(channel, dispatch, err.text);
    return st == STATUS_OK;
}

/* A notice has its time, or it is not sent at all; any other message has no end but its permit's. */
static int64_t ends_at_us(const struct dispatch *dispatch)
{
    return dispatch->notice ? dispatch->notice->until_us : INT64_MAX;
}

/* When every rule that refuses it has let go; 0: one of them never does by itself. */
static int64_t permitted_at_us(const Dunlin__Contact__V1__Refusal *refusal)
{
    int64_t at_us = 0;
    for (size_t i = 0; refusal && i < refusal->n_hits; i++) {
        const Dunlin__Contact__V1__RuleHit *hit = refusal->hits[i];
        if (hit->next_permitted_presence_case !=
            DUNLIN__CONTACT__V1__RULE_HIT__NEXT_PERMITTED_PRESENCE_NEXT_PERMITTED_AT_US)
            return 0;
        at_us = MAX(at_us, hit->next_permitted_at_us);
    }
    return at_us;
}

/* A step that is due is offered again when the rules allow it; a notice waits for that, or ends here. */
static void take_refusal(struct channel *channel, const struct dispatch *dispatch,
                         const Dunlin__Contact__V1__Refusal *refusal)
{
    metrics_add(&DISPATCH_METRICS[METRIC_REFUSED], channel->kind->name, 1);
    if (dispatch->notice)
        dispatch_hold_back(
            channel, dispatch->notice, refusal && refusal->n_hits > 0 ? refusal->hits[0]->rule : "no permit",
            notice_rule((enum notice_kind)dispatch->notice->kind)->is_patient ? permitted_at_us(refusal) : 0);
}

/* What was written asks for all that may be asked for, and for no more. */
static bool asks_rightly(const struct dispatch *dispatch, const Dunlin__Contact__V1__Permit *permit)
{
    const int64_t held_minor = permit->held_part ? permit->held_part->amount_minor : 0;
    return !composition_asks(dispatch->entry->purpose) || held_minor == dispatch->account->held_minor;
}

/* False where it is not to be sent now, for whatever reason. */
static bool permit(struct channel *channel, const struct dispatch *dispatch, struct id *ret_permit_id,
                   char **ret_address, int64_t *ret_valid_until_us)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__RequestPermitsRequest request;
    Dunlin__Contact__V1__PermitRequest question, *questions[] = {&question};
    struct error err = {0};
    const struct id account_id = wire_known_id(&dispatch->entry->account_id);
    const struct id unique = id_new(0);
    char key[ID_TEXT_SIZE];
    dunlin__contact__v1__request_permits_request__init(&request);
    dunlin__contact__v1__permit_request__init(&question);
    question.account_id = dispatch->entry->account_id;
    question.contact_point_id = dispatch->entry->contact_point_id;
    question.channel = dispatch->entry->channel;
    question.purpose = dispatch->entry->purpose;
    question.dialer = wire_text(channel->instance_id);
    request.n_requests = 1;
    request.requests = questions;
    const enum status st = edge_call(&channel->caller, EDGE_CONTACT, "RequestPermits", &request.base,
                                     id_partition(&account_id), id_format(&unique, key), &reply, &err);
    if (st != STATUS_OK) {
        log_warn("no permit could be asked for", log_id("account", &account_id), log_error_text(&err));
        return false;
    }
    const Dunlin__Contact__V1__RequestPermitsReply *got = (const Dunlin__Contact__V1__RequestPermitsReply *)reply;
    if (got->n_verdicts != 1 || got->verdicts[0]->verdict_case != DUNLIN__CONTACT__V1__PERMIT_VERDICT__VERDICT_PERMIT) {
        take_refusal(channel, dispatch, got->n_verdicts == 1 ? got->verdicts[0]->refusal : NULL);
        return false;
    }
    const Dunlin__Contact__V1__Permit *granted = got->verdicts[0]->permit;
    if (id_from_bytes(granted->permit_id.data, granted->permit_id.len, "permit_id", ret_permit_id, &err) != STATUS_OK)
        return false;
    if (!asks_rightly(dispatch, granted)) { /* a dispute came or ended since it was written: it is written again */
        outcome_give_back(channel, ret_permit_id);
        return false;
    }
    *ret_address = g_strdup(granted->address);
    *ret_valid_until_us = MIN(granted->valid_until_us, ends_at_us(dispatch));
    return true;
}

static enum status begin(struct channel *channel, const struct dispatch *dispatch, const struct outgoing *outgoing,
                         struct error *err)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__BeginMessageRequest request;
    char key[ID_TEXT_SIZE + 8] = "begin:";
    dunlin__correspondence__v1__begin_message_request__init(&request);
    request.permit_id = wire_id(&outgoing->permit_id);
    request.account_id = dispatch->entry->account_id;
    request.debtor_id = wire_id(&dispatch->account->debtor_id);
    request.contact_point_id = dispatch->entry->contact_point_id;
    request.agency_id = dispatch->account->agency_id;
    request.channel = dispatch->entry->channel;
    request.purpose = dispatch->entry->purpose;
    request.step = dispatch->entry->step;
    request.template_ = dispatch->entry->template_;
    request.template_version = wire_text(dispatch->composition.template_version);
    request.document = wire_text(outgoing->document);
    request.document_hash = wire_bytes(outgoing->hash, sizeof(outgoing->hash));
    request.batch = wire_text(outgoing->batch);
    request.instance = wire_text(channel->instance_id);
    request.notice_ends_on_days = dispatch->composition.notice_ends_on.days;
    if (dispatch->notice)
        request.notice_id = dispatch->notice->notice_id;
    (void)id_format(&outgoing->permit_id, key + strlen(key));
    return edge_call(&channel->caller, EDGE_OWN, "BeginMessage", &request.base, id_partition(&outgoing->permit_id), key,
                     &reply, err);
}

/* Again and again while the permit lasts and nothing has left. */
static enum send_result hand_over(struct channel *channel, struct outgoing *outgoing, int64_t valid_until_us,
                                  struct error *why)
{
    enum send_result result = SEND_LATER;
    int64_t pause_ms = TRY_AGAIN_MS;
    for (int i = 0; i < TRIES_MAX && result == SEND_LATER && !channel->is_stopping; i++) {
        if (i > 0)
            channel_rest(channel, pause_ms);
        pause_ms *= 2;
        if (clock_now().us >= valid_until_us) {
            (void)error_set(why, STATUS_DEADLINE_EXCEEDED, "the permit was over");
            return SEND_LATER;
        }
        result = channel->kind->send(channel->sender, outgoing, why);
    }
    return result;
}

/* A carrier that takes nothing is left alone for a while; a step that it keeps refusing is parked. */
static void learn(struct channel *channel, const struct dispatch *dispatch, enum send_result result,
                  const struct error *why)
{
    char account[ID_TEXT_SIZE];
    const struct id account_id = wire_known_id(&dispatch->entry->account_id);
    if (result == SEND_ACCEPTED || result == SEND_UNCERTAIN || result == SEND_REFUSED) {
        channel->pause_ms = 0;
        return;
    }
    if (result == SEND_LATER) {
        channel_pause(channel, "nothing can be sent for now", why);
        return;
    }
    char *key = g_strdup_printf("%s %s", id_format(&account_id, account), dispatch->entry->step);
    const unsigned n = GPOINTER_TO_UINT(g_hash_table_lookup(channel->failures, key)) + 1;
    if (n >= FAILURES_MAX) {
        dispatch_park(channel, dispatch, why->text);
        (void)g_hash_table_remove(channel->failures, key);
        g_free(key);
    } else {
        (void)g_hash_table_insert(channel->failures, key, GUINT_TO_POINTER(n));
    }
}

static void send_with(struct channel *channel, struct dispatch *dispatch, struct outgoing *outgoing,
                      int64_t valid_until_us)
{
    struct error err = {0};
    if (channel->kind->prepare(channel->sender, outgoing, &err) != STATUS_OK) {
        outcome_give_back(channel, &outgoing->permit_id);
        learn(channel, dispatch, err.code == STATUS_INVALID_ARGUMENT ? SEND_FAILED : SEND_LATER, &err);
        return;
    }
    enum send_result result = SEND_LATER;
    const enum status st = begin(channel, dispatch, outgoing, &err);
    if (st == STATUS_OK) {
        result = hand_over(channel, outgoing, valid_until_us, &err);
        outcome_remember(channel, &outgoing->permit_id, result, &err);
        learn(channel, dispatch, result, &err);
    } else if (st != STATUS_DEADLINE_EXCEEDED) {
        outcome_give_back(channel, &outgoing->permit_id);
        log_warn("a message could not be begun", log_id("permit", &outgoing->permit_id), log_error_text(&err));
    } /* else: perhaps it was begun; nothing was handed over, as outcome_recover will find */
    if (channel->kind->forget)
        channel->kind->forget(outgoing);
}

void dispatch_send(struct channel *channel, struct dispatch *dispatch)
{
    struct outgoing outgoing = {.contact_point_id = wire_known_id(&dispatch->entry->contact_point_id),
                                .composition = &dispatch->composition};
    SCOPED(writing_policy_releasep) struct writing_policy *policy = writing_policy_take(channel->policies);
    g_autofree char *address = NULL;
    int64_t valid_until_us = 0;
    dispatch->policy = policy;
    if (!compose(channel, dispatch))
        return;
    channel_wait_for_turn(channel);
    if (!channel->is_stopping && clock_now().us < ends_at_us(dispatch) &&
        permit(channel, dispatch, &outgoing.permit_id, &address, &valid_until_us)) {
        outgoing.address = address;
        outgoing.profile = dispatch->profile;
        outgoing.opt_out_link = dispatch->opt_out_link[0] ? dispatch->opt_out_link : NULL;
        /* Where contact has learnt another address than we have, what was written is for the wrong one. */
        if (strcmp(address, dispatch->account->address) == 0)
            send_with(channel, dispatch, &outgoing, valid_until_us);
        else
            outcome_give_back(channel, &outgoing.permit_id);
    }
    composition_fini(&dispatch->composition);
}
