#include "pump.h"

#include <string.h>

#include "agency/notice_kind.h"
#include "correspondence_model.h"
#include "debit_facts.h"
#include "description.h"
#include "dispute_facts.h"
#include "edge_call.h"
#include "id/id_table.h"
#include "logging/logging.h"
#include "metrics/metrics.h"
#include "service/wire.h"
#include "signature.h"

#define ENTRIES_A_TURN 100
#define ASKED_AT_ONCE  20   /* entries: so many that the questions cost little for each, so few that no answer is old */
#define HOLD_S         300  /* business time: so long nobody else is offered what a process had that is gone */
#define RECOVER_IVL_MS 5000 /* machine time */
#define TRIES_MAX      3    /* of one permit; a permit lasts a minute */
#define TRY_AGAIN_MS   500  /* doubled each time */
#define PAUSE_FIRST_MS 1000 /* after a carrier that takes nothing, doubled up to ... */
#define PAUSE_MAX_MS   300000
#define FAILURES_MAX   3 /* of a step, each with a permit of its own: then it is parked */

enum { METRIC_MESSAGES, METRIC_PARKED, METRIC_REFUSED, METRIC_RECOVERED, METRIC_LATE };
const struct metric CORRESPONDENCE_METRICS[] = {
    [METRIC_MESSAGES] = {"dunlin_correspondence_messages_total", METRIC_COUNTER, "outcome",
                         "Messages handed to a carrier or not, by channel and outcome."},
    [METRIC_PARKED] = {"dunlin_correspondence_parked_total", METRIC_COUNTER, "channel",
                       "Steps that cannot be written or sent, parked with their reason."},
    [METRIC_REFUSED] = {"dunlin_correspondence_permits_refused_total", METRIC_COUNTER, "channel",
                        "Messages that were due and got no permit."},
    [METRIC_RECOVERED] = {"dunlin_correspondence_recovered_total", METRIC_COUNTER, "channel",
                          "Messages that were brought to their end after their way had ended half-way."},
    [METRIC_LATE] = {"dunlin_correspondence_notices_late_total", METRIC_COUNTER, "kind",
                     "Notices that were closed because they had not been sent in time."},
    {0},
};

/* What is known of a message that FinishMessage has not written yet. */
struct outcome {
    enum send_result result;
    char detail[ERROR_TEXT_MAX];
};

struct pump {
    struct pump_options options;
    struct sender *sender;
    zactor_t *actor;
    zsock_t *pipe; /* from here on the actor's own */
    struct edge_caller caller;
    bool is_stopping;
    const char *instance_id, *secret, *public_url;
    const char *confirmation; /* template of what confirms opt-outs; empty: nothing does */
    int64_t poll_ms, gap_ms;  /* between two messages: the rate */
    struct monotonic next_send, recover_at, resume_at;
    int64_t pause_ms;     /* 0: the carrier works */
    GHashTable *outcomes; /* permit id -> struct outcome */
    GHashTable *failures; /* "account step" -> count */
};

static const char *channel_name(const struct pump *pump)
{
    return pump->options.kind->name;
}

/* Waits, unless told to stop. */
static void rest(struct pump *pump, int64_t ms)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(pump->pipe), .events = ZMQ_POLLIN};
    if (!pump->is_stopping && zmq_poll(&item, 1, (long)ms) > 0)
        pump->is_stopping = true; /* only ever $TERM */
}

/* --- what became of a message --- */

static void count(const struct pump *pump, enum send_result result)
{
    static const char *const OUTCOMES[] = {"accepted", "uncertain", "refused", "later", "failed"};
    g_autofree char *label = g_strconcat(channel_name(pump), "_", OUTCOMES[result], NULL);
    metrics_add(&CORRESPONDENCE_METRICS[METRIC_MESSAGES], label, 1);
}

static Dunlin__Correspondence__V1__MessageState state_of(enum send_result result)
{
    switch (result) {
    case SEND_ACCEPTED:
    case SEND_UNCERTAIN:
        return DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENT;
    case SEND_REFUSED:
        return DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_UNDELIVERABLE;
    case SEND_LATER:
    case SEND_FAILED:
        break;
    }
    return DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_NOT_SENT;
}

static Dunlin__Contact__V1__Delivery delivery_of(Dunlin__Correspondence__V1__MessageState state)
{
    switch (state) {
    case DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENT:
        return DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_SENT;
    case DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_DELIVERED:
        return DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_DELIVERED;
    case DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_UNDELIVERABLE:
        return DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE;
    default:
        return DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_NOT_SENT;
    }
}

/* Writes down how it ended here, then tells contact. What fails is done again by `recover`. */
static void conclude(struct pump *pump, const struct id *permit_id, const struct outcome *outcome)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__FinishMessageRequest request;
    struct error err = {0};
    char key[ID_TEXT_SIZE + 8] = "finish:";
    dunlin__correspondence__v1__finish_message_request__init(&request);
    request.permit_id = wire_id(permit_id);
    request.state = state_of(outcome->result);
    request.detail = wire_text(outcome->detail);
    request.is_uncertain = outcome->result == SEND_UNCERTAIN;
    (void)id_format(permit_id, key + strlen(key));
    enum status st =
        edge_call(&pump->caller, EDGE_OWN, "FinishMessage", &request.base, id_partition(permit_id), key, &reply, &err);
    if (st != STATUS_OK) {
        log_warn("what became of a message could not be written down; it is tried again", log_id("permit", permit_id),
                 log_error_text(&err));
        return;
    }
    (void)g_hash_table_remove(pump->outcomes, permit_id);
    const Dunlin__Correspondence__V1__Message *message =
        ((const Dunlin__Correspondence__V1__MessageReply *)reply)->message;
    st = edge_report(&pump->caller, permit_id, delivery_of(message->state), message, &err);
    if (st != STATUS_OK)
        log_warn("what became of a message could not be reported; it is tried again", log_id("permit", permit_id),
                 log_error_text(&err));
}

/* Kept until it is written down. */
static void remember(struct pump *pump, const struct id *permit_id, enum send_result result, const struct error *why)
{
    struct outcome *outcome = g_new0(struct outcome, 1);
    outcome->result = result;
    g_strlcpy(outcome->detail, result == SEND_ACCEPTED ? "" : why->text, sizeof(outcome->detail));
    (void)id_table_put(pump->outcomes, permit_id, outcome);
    count(pump, result);
    conclude(pump, permit_id, outcome);
}

/* A permit with which nothing was begun. */
static void give_back(struct pump *pump, const struct id *permit_id)
{
    struct error err = {0};
    if (edge_report(&pump->caller, permit_id, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_NOT_SENT, NULL, &err) !=
        STATUS_OK)
        log_warn("a permit could not be given back: it counts until it expires, and after", log_id("permit", permit_id),
                 log_error_text(&err));
}

/* --- one message --- */

struct work {
    const Dunlin__Contact__V1__DialEntry *entry;
    const Dunlin__Correspondence__V1__Notice *notice; /* NULL: a step of a plan */
    const struct dispute_description *dispute;        /* that it is about; NULL: about none */
    const struct debit_description *debit;            /* that it announces; NULL: none */
    const struct account_description *account;
    const struct writing_policy *policy;
    const struct agency_profile *profile;
    struct composition composition;
    char opt_out_link[512];
};

static const struct notice_rule *rule_of(const Dunlin__Correspondence__V1__Notice *notice)
{
    return notice_rule((enum notice_kind)notice->kind);
}

/* until_us 0: for good. What fails is tried again with the notice itself. */
static void hold_back(struct pump *pump, const Dunlin__Correspondence__V1__Notice *notice, const char *reason,
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
    if (edge_call(&pump->caller, EDGE_OWN, "HoldBackNotice", &request.base, id_partition(&notice_id), NULL, &reply,
                  &err) != STATUS_OK)
        log_warn("a notice could not be held back, ignoring: it is tried again", log_id("notice", &notice_id),
                 log_text("kind", rule_of(notice)->name), log_error_text(&err));
}

/* It comes again after those that are due by now. */
static void put_behind(struct pump *pump, const Dunlin__Correspondence__V1__Notice *notice, const char *reason)
{
    hold_back(pump, notice, reason, clock_now().us);
}

static void park(struct pump *pump, const struct work *work, const char *reason)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__ParkStepRequest request;
    struct error err = {0};
    const struct id account_id = wire_known_id(&work->entry->account_id);
    dunlin__correspondence__v1__park_step_request__init(&request);
    request.account_id = work->entry->account_id;
    request.debtor_id = wire_id(&work->account->debtor_id);
    request.agency_id = work->account->agency_id;
    request.step = work->entry->step;
    request.channel = work->entry->channel;
    request.template_ = work->entry->template_;
    request.reason = wire_text(reason);
    g_autofree char *key = g_strdup_printf("park:%s:%lld", pump->instance_id, (long long)clock_monotonic().us);
    if (edge_call(&pump->caller, EDGE_OWN, "ParkStep", &request.base, id_partition(&account_id), key, &reply, &err) !=
        STATUS_OK)
        log_warn("a step could not be parked, ignoring: it is tried again", log_id("account", &account_id),
                 log_error_text(&err));
    if (work->notice) /* so that it is shown with it */
        put_behind(pump, work->notice, reason);
    metrics_add(&CORRESPONDENCE_METRICS[METRIC_PARKED], channel_name(pump), 1);
    log_warn("a step cannot be sent and is parked", log_id("account", &account_id), log_text("step", work->entry->step),
             log_text("template", work->entry->template_));
}

static bool compose(struct pump *pump, struct work *work)
{
    struct error err = {0};
    work->profile = agency_profiles_find(work->policy->profiles, work->account->agency_id);
    if (!work->profile) {
        park(pump, work, "no entry for this agency in the file of agencies");
        return false;
    }
    if (pump->public_url[0]) {
        char token[UNSUBSCRIBE_TOKEN_SIZE];
        const struct id account_id = wire_known_id(&work->entry->account_id);
        const struct id point_id = wire_known_id(&work->entry->contact_point_id);
        unsubscribe_token_make(pump->secret, &account_id, &point_id, token);
        (void)g_snprintf(work->opt_out_link, sizeof(work->opt_out_link), "%s/unsubscribe/%s", pump->public_url, token);
    }
    const struct composition_order order = {.account = work->account,
                                            .dispute = work->dispute,
                                            .debit = work->debit,
                                            .profile = work->profile,
                                            .templates = work->policy->templates,
                                            .channel = work->entry->channel,
                                            .purpose = work->entry->purpose,
                                            .template_name = work->entry->template_,
                                            .opt_out_link = work->opt_out_link[0] ? work->opt_out_link : NULL,
                                            .today = {(int32_t)(clock_now().us / US_PER_DAY)}};
    const enum status st = composition_write(&order, &work->composition, &err);
    if (st != STATUS_OK && st != STATUS_RESOURCE_EXHAUSTED)
        park(pump, work, err.text);
    return st == STATUS_OK;
}

/* A notice has its time, or it is not sent at all; any other message has no end but its permit's. */
static int64_t ends_at_us(const struct work *work)
{
    return work->notice ? work->notice->until_us : INT64_MAX;
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
static void take_refusal(struct pump *pump, const struct work *work, const Dunlin__Contact__V1__Refusal *refusal)
{
    metrics_add(&CORRESPONDENCE_METRICS[METRIC_REFUSED], channel_name(pump), 1);
    if (work->notice)
        hold_back(pump, work->notice, refusal && refusal->n_hits > 0 ? refusal->hits[0]->rule : "no permit",
                  rule_of(work->notice)->is_patient ? permitted_at_us(refusal) : 0);
}

/* What was written asks for all that may be asked for, and for no more. */
static bool asks_rightly(const struct work *work, const Dunlin__Contact__V1__Permit *permit)
{
    const int64_t held_minor = permit->held_part ? permit->held_part->amount_minor : 0;
    return !composition_asks(work->entry->purpose) || held_minor == work->account->held_minor;
}

/* False where it is not to be sent now, for whatever reason. */
static bool permit(struct pump *pump, const struct work *work, struct id *ret_permit_id, char **ret_address,
                   int64_t *ret_valid_until_us)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__RequestPermitsRequest request;
    Dunlin__Contact__V1__PermitRequest question, *questions[] = {&question};
    struct error err = {0};
    const struct id account_id = wire_known_id(&work->entry->account_id);
    const struct id unique = id_new(0);
    char key[ID_TEXT_SIZE];
    dunlin__contact__v1__request_permits_request__init(&request);
    dunlin__contact__v1__permit_request__init(&question);
    question.account_id = work->entry->account_id;
    question.contact_point_id = work->entry->contact_point_id;
    question.channel = work->entry->channel;
    question.purpose = work->entry->purpose;
    question.dialer = wire_text(pump->instance_id);
    request.n_requests = 1;
    request.requests = questions;
    const enum status st = edge_call(&pump->caller, EDGE_CONTACT, "RequestPermits", &request.base,
                                     id_partition(&account_id), id_format(&unique, key), &reply, &err);
    if (st != STATUS_OK) {
        log_warn("no permit could be asked for", log_id("account", &account_id), log_error_text(&err));
        return false;
    }
    const Dunlin__Contact__V1__RequestPermitsReply *got = (const Dunlin__Contact__V1__RequestPermitsReply *)reply;
    if (got->n_verdicts != 1 || got->verdicts[0]->verdict_case != DUNLIN__CONTACT__V1__PERMIT_VERDICT__VERDICT_PERMIT) {
        take_refusal(pump, work, got->n_verdicts == 1 ? got->verdicts[0]->refusal : NULL);
        return false;
    }
    const Dunlin__Contact__V1__Permit *granted = got->verdicts[0]->permit;
    if (id_from_bytes(granted->permit_id.data, granted->permit_id.len, "permit_id", ret_permit_id, &err) != STATUS_OK)
        return false;
    if (!asks_rightly(work, granted)) { /* a dispute came or ended since it was written: it is written again */
        give_back(pump, ret_permit_id);
        return false;
    }
    *ret_address = g_strdup(granted->address);
    *ret_valid_until_us = MIN(granted->valid_until_us, ends_at_us(work));
    return true;
}

static enum status begin(struct pump *pump, const struct work *work, const struct outgoing *outgoing, struct error *err)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__BeginMessageRequest request;
    char key[ID_TEXT_SIZE + 8] = "begin:";
    dunlin__correspondence__v1__begin_message_request__init(&request);
    request.permit_id = wire_id(&outgoing->permit_id);
    request.account_id = work->entry->account_id;
    request.debtor_id = wire_id(&work->account->debtor_id);
    request.contact_point_id = work->entry->contact_point_id;
    request.agency_id = work->account->agency_id;
    request.channel = work->entry->channel;
    request.purpose = work->entry->purpose;
    request.step = work->entry->step;
    request.template_ = work->entry->template_;
    request.template_version = wire_text(work->composition.template_version);
    request.document = wire_text(outgoing->document);
    request.document_hash = wire_bytes(outgoing->hash, sizeof(outgoing->hash));
    request.batch = wire_text(outgoing->batch);
    request.instance = wire_text(pump->instance_id);
    request.notice_ends_on_days = work->composition.notice_ends_on.days;
    if (work->notice)
        request.notice_id = work->notice->notice_id;
    (void)id_format(&outgoing->permit_id, key + strlen(key));
    return edge_call(&pump->caller, EDGE_OWN, "BeginMessage", &request.base, id_partition(&outgoing->permit_id), key,
                     &reply, err);
}

/* Again and again while the permit lasts and nothing has left. */
static enum send_result hand_over(struct pump *pump, struct outgoing *outgoing, int64_t valid_until_us,
                                  struct error *why)
{
    enum send_result result = SEND_LATER;
    int64_t pause_ms = TRY_AGAIN_MS;
    for (int i = 0; i < TRIES_MAX && result == SEND_LATER && !pump->is_stopping; i++) {
        if (i > 0)
            rest(pump, pause_ms);
        pause_ms *= 2;
        if (clock_now().us >= valid_until_us) {
            (void)error_set(why, STATUS_DEADLINE_EXCEEDED, "the permit was over");
            return SEND_LATER;
        }
        result = pump->options.kind->send(pump->sender, outgoing, why);
    }
    return result;
}

/* Longer each time, until something gets through. */
static void pause_channel(struct pump *pump, const char *what, const struct error *why)
{
    pump->pause_ms = pump->pause_ms == 0 ? PAUSE_FIRST_MS : MIN(2 * pump->pause_ms, PAUSE_MAX_MS);
    pump->resume_at = clock_deadline_ms(pump->pause_ms);
    log_warn(what, log_text("channel", channel_name(pump)), log_number("pause_ms", pump->pause_ms),
             log_error_text(why));
}

/* A carrier that takes nothing is left alone for a while; a step that it keeps refusing is parked. */
static void learn(struct pump *pump, const struct work *work, enum send_result result, const struct error *why)
{
    char account[ID_TEXT_SIZE];
    const struct id account_id = wire_known_id(&work->entry->account_id);
    if (result == SEND_ACCEPTED || result == SEND_UNCERTAIN || result == SEND_REFUSED) {
        pump->pause_ms = 0;
        return;
    }
    if (result == SEND_LATER) {
        pause_channel(pump, "nothing can be sent for now", why);
        return;
    }
    char *key = g_strdup_printf("%s %s", id_format(&account_id, account), work->entry->step);
    const unsigned n = GPOINTER_TO_UINT(g_hash_table_lookup(pump->failures, key)) + 1;
    if (n >= FAILURES_MAX) {
        park(pump, work, why->text);
        (void)g_hash_table_remove(pump->failures, key);
        g_free(key);
    } else {
        (void)g_hash_table_insert(pump->failures, key, GUINT_TO_POINTER(n));
    }
}

static void send_with(struct pump *pump, struct work *work, struct outgoing *outgoing, int64_t valid_until_us)
{
    struct error err = {0};
    if (pump->options.kind->prepare(pump->sender, outgoing, &err) != STATUS_OK) {
        give_back(pump, &outgoing->permit_id);
        learn(pump, work, err.code == STATUS_INVALID_ARGUMENT ? SEND_FAILED : SEND_LATER, &err);
        return;
    }
    enum send_result result = SEND_LATER;
    const enum status st = begin(pump, work, outgoing, &err);
    if (st == STATUS_OK) {
        result = hand_over(pump, outgoing, valid_until_us, &err);
        remember(pump, &outgoing->permit_id, result, &err);
        learn(pump, work, result, &err);
    } else if (st != STATUS_DEADLINE_EXCEEDED) {
        give_back(pump, &outgoing->permit_id);
        log_warn("a message could not be begun", log_id("permit", &outgoing->permit_id), log_error_text(&err));
    } /* else: perhaps it was begun; nothing was handed over, as `recover` will find */
    if (pump->options.kind->forget)
        pump->options.kind->forget(outgoing);
}

static void wait_for_turn(struct pump *pump)
{
    const int ms = clock_remaining_ms(pump->next_send);
    if (ms > 0)
        rest(pump, ms);
    pump->next_send = clock_deadline_ms(pump->gap_ms);
}

static void send_one(struct pump *pump, struct work *work)
{
    struct outgoing outgoing = {.contact_point_id = wire_known_id(&work->entry->contact_point_id),
                                .composition = &work->composition};
    SCOPED(writing_policy_releasep) struct writing_policy *policy = writing_policy_take(pump->options.policies);
    g_autofree char *address = NULL;
    int64_t valid_until_us = 0;
    work->policy = policy;
    if (!compose(pump, work))
        return;
    wait_for_turn(pump);
    if (!pump->is_stopping && clock_now().us < ends_at_us(work) &&
        permit(pump, work, &outgoing.permit_id, &address, &valid_until_us)) {
        outgoing.address = address;
        outgoing.profile = work->profile;
        outgoing.opt_out_link = work->opt_out_link[0] ? work->opt_out_link : NULL;
        /* Where contact has learnt another address than we have, what was written is for the wrong one. */
        if (strcmp(address, work->account->address) == 0)
            send_with(pump, work, &outgoing, valid_until_us);
        else
            give_back(pump, &outgoing.permit_id);
    }
    composition_fini(&work->composition);
}

/* --- what is due --- */

/* What there is to say is asked now, and not long before it is said. */
static void send_entries(struct pump *pump, Dunlin__Contact__V1__DialEntry *const *entries, size_t n)
{
    SCOPED(descriptions_fini) struct descriptions accounts = {0};
    struct error err = {0};
    if (descriptions_ask(&pump->caller, entries, n, &accounts, &err) != STATUS_OK) {
        pause_channel(pump, "what there is to say cannot be asked for now", &err);
        return;
    }
    for (size_t i = 0; i < n && !pump->is_stopping && pump->pause_ms == 0; i++) {
        struct work work = {.entry = entries[i], .account = &accounts.of[i]};
        if (accounts.of[i].may_be_written)
            send_one(pump, &work);
    }
}

static void send_list(struct pump *pump, Dunlin__Contact__V1__DialEntry *const *entries, size_t n)
{
    for (size_t i = 0; i < n && !pump->is_stopping && pump->pause_ms == 0; i += ASKED_AT_ONCE)
        send_entries(pump, &entries[i], MIN(n - i, ASKED_AT_ONCE));
}

/* --- notices: as if they were steps that are due --- */

/* NULL: none is written of this kind. Lent by the policy. */
static const char *template_of(const struct pump *pump, const struct writing_policy *policy,
                               const Dunlin__Correspondence__V1__Notice *notice)
{
    const struct agency_profile *profile = agency_profiles_find(policy->profiles, notice->agency_id);
    if (notice->kind != DUNLIN__CORRESPONDENCE__V1__NOTICE_KIND__NOTICE_KIND_OPT_OUT_CONFIRMATION)
        return profile ? agency_profile_letter(profile, (enum notice_kind)notice->kind) : NULL;
    return pump->confirmation[0] ? pump->confirmation : NULL;
}

static void send_notice(struct pump *pump, struct work *work, Dunlin__Contact__V1__DialEntry *entry)
{
    SCOPED(descriptions_fini) struct descriptions accounts = {0};
    struct error err = {0};
    if (descriptions_ask(&pump->caller, &entry, 1, &accounts, &err) != STATUS_OK) {
        pause_channel(pump, "what there is to say cannot be asked for now", &err);
        return;
    }
    work->entry = entry;
    work->account = &accounts.of[0];
    if (work->account->is_recalled)
        hold_back(pump, work->notice, "the account was recalled", 0);
    else if (work->account->may_be_written && entry->contact_point_id.len == 0)
        park(pump, work, "no postal address that can be written to");
    else if (work->account->may_be_written)
        send_one(pump, work);
    else
        put_behind(pump, work->notice, "the account is not known everywhere yet");
}

/* What is no longer so is not written, and of what is taken off only once the ledger has it. */
static void send_of_dispute(struct pump *pump, struct work *work, Dunlin__Contact__V1__DialEntry *entry)
{
    SCOPED(dispute_facts_fini) struct dispute_facts facts = {0};
    struct error err = {0};
    if (dispute_facts_ask(&pump->caller, work->notice, &facts, &err) != STATUS_OK) {
        pause_channel(pump, "what there is to say of a dispute cannot be asked for now", &err);
        return;
    }
    if (!notice_is_current((enum notice_kind)work->notice->kind, &facts.standing)) {
        hold_back(pump, work->notice, "the dispute stands otherwise by now", 0);
        return;
    }
    if (!facts.is_posted) {
        put_behind(pump, work->notice, "the ledger has not posted the credit yet");
        return;
    }
    work->dispute = &facts.dispute;
    entry->contact_point_id = facts.contact_point_id;
    send_notice(pump, work, entry);
}

/* What is not drawn on that day any more is not announced. */
static void send_of_debit(struct pump *pump, struct work *work, Dunlin__Contact__V1__DialEntry *entry)
{
    SCOPED(debit_facts_fini) struct debit_facts facts = {0};
    struct error err = {0};
    if (debit_facts_ask(&pump->caller, work->notice, &facts, &err) != STATUS_OK) {
        pause_channel(pump, "what there is to say of a debit cannot be asked for now", &err);
        return;
    }
    if (!facts.is_drawn) {
        hold_back(pump, work->notice, "the debit is not drawn on that day any more", 0);
        return;
    }
    work->debit = &facts.debit;
    entry->contact_point_id = facts.contact_point_id;
    send_notice(pump, work, entry);
}

/* Nobody needs it any more: what stood in its way stays on record. */
static void close_late(struct pump *pump, const Dunlin__Correspondence__V1__Notice *notice)
{
    const char *why = notice->reason;
    g_autofree char *reason = g_strdup_printf("not sent in time%s%s", why[0] ? ": " : "", why);
    const struct id account_id = wire_known_id(&notice->account_id);
    hold_back(pump, notice, reason, 0);
    metrics_add(&CORRESPONDENCE_METRICS[METRIC_LATE], rule_of(notice)->name, 1);
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
static void leave_unwritten(struct pump *pump, const Dunlin__Correspondence__V1__Notice *notice)
{
    const enum notice_kind kind = (enum notice_kind)notice->kind;
    const struct account_description account = {.debtor_id = wire_known_id(&notice->debtor_id),
                                                .agency_id = notice->agency_id};
    const Dunlin__Contact__V1__DialEntry entry = entry_of(notice, "");
    const struct work work = {.notice = notice, .entry = &entry, .account = &account};
    if (!notice_is_demanded(kind)) {
        hold_back(pump, notice, "the agency writes none of this kind", 0);
        return;
    }
    g_autofree char *reason = g_strdup_printf("%s.%s: the agency's entry in the file of agencies names no template",
                                              agency_profile_letters(kind), rule_of(notice)->name);
    park(pump, &work, reason);
}

static void send_as_entry(struct pump *pump, const Dunlin__Correspondence__V1__Notice *notice, const char *template)
{
    struct work work = {.notice = notice};
    Dunlin__Contact__V1__DialEntry entry = entry_of(notice, template);
    if (notice_is_of_dispute((enum notice_kind)notice->kind)) {
        send_of_dispute(pump, &work, &entry);
    } else if (notice_is_of_debit((enum notice_kind)notice->kind)) {
        send_of_debit(pump, &work, &entry);
    } else {
        entry.contact_point_id = notice->subject_id;
        send_notice(pump, &work, &entry);
    }
}

static void send_notices(struct pump *pump, Dunlin__Correspondence__V1__Notice *const *notices, size_t n)
{
    SCOPED(writing_policy_releasep) struct writing_policy *policy = writing_policy_take(pump->options.policies);
    for (size_t i = 0; i < n && !pump->is_stopping && pump->pause_ms == 0; i++) {
        const char *template = template_of(pump, policy, notices[i]);
        if (clock_now().us >= notices[i]->until_us)
            close_late(pump, notices[i]);
        else if (!template)
            leave_unwritten(pump, notices[i]);
        else
            send_as_entry(pump, notices[i], template);
    }
}

static void send_due_notices(struct pump *pump, uint32_t *partitions, size_t n)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__ListNoticesRequest request;
    struct error err = {0};
    dunlin__correspondence__v1__list_notices_request__init(&request);
    request.n_partitions = n;
    request.partitions = partitions;
    request.channel = pump->options.kind->channel;
    if (edge_call_any(&pump->caller, EDGE_OWN, "ListNotices", &request.base, &reply, &err) != STATUS_OK) {
        log_debug("no list of notices", log_error_text(&err));
        return;
    }
    const Dunlin__Correspondence__V1__ListNoticesReply *got =
        (const Dunlin__Correspondence__V1__ListNoticesReply *)reply;
    send_notices(pump, got->notices, got->n_notices);
}

/* From one instance of contact, of the partitions that are both its and ours. */
static size_t reserve(struct pump *pump, const char *contact, uint32_t *partitions, size_t n)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__ReserveDialListRequest request;
    Dunlin__Contact__V1__Channel channels[] = {pump->options.kind->channel};
    struct error err = {0};
    dunlin__contact__v1__reserve_dial_list_request__init(&request);
    request.n_partitions = n;
    request.partitions = partitions;
    request.limit = ENTRIES_A_TURN;
    request.hold_s = HOLD_S;
    request.dialer = wire_text("correspondence");
    request.n_channels = 1;
    request.channels = channels;
    if (edge_call_instance(&pump->caller, contact, "ReserveDialList", &request.base, &reply, &err) != STATUS_OK) {
        log_debug("no list of what is due", log_text("contact", contact), log_error_text(&err));
        return 0;
    }
    const Dunlin__Contact__V1__ReserveDialListReply *list = (const Dunlin__Contact__V1__ReserveDialListReply *)reply;
    send_list(pump, list->entries, list->n_entries);
    return list->n_entries;
}

struct share {
    char contact[REGISTRY_NAME_SIZE]; /* instance; empty: nobody owns it there now, or nothing can be written */
};

/* Nothing is reserved while there is nobody who could say what to write: it would be held back from everybody. */
static bool can_be_written(const struct roster *roster, uint16_t partition)
{
    return roster_owner(roster, "intake", partition) && roster_owner(roster, "payment", partition);
}

/* Which partitions are ours now; returns how many. */
static size_t own_partitions(struct pump *pump, struct share shares[static PARTITION_COUNT],
                             uint32_t partitions[static PARTITION_COUNT])
{
    const struct roster *roster = NULL;
    struct error err = {0};
    size_t n = 0;
    if (bus_client_roster(pump->caller.client, &roster, &err) != STATUS_OK)
        return 0;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++) {
        const struct instance *own = roster_owner(roster, "correspondence", p);
        const struct instance *contact = roster_owner(roster, "contact", p);
        shares[p].contact[0] = '\0';
        if (!own || strcmp(own->id, pump->instance_id) != 0)
            continue;
        partitions[n++] = p;
        if (contact && can_be_written(roster, p))
            g_strlcpy(shares[p].contact, contact->id, sizeof(shares[p].contact));
    }
    return n;
}

/* True where there was something to do, and there may be more. */
static bool send_due(struct pump *pump, struct share shares[static PARTITION_COUNT])
{
    bool has_more = false;
    for (size_t first = 0; first < PARTITION_COUNT && !pump->is_stopping && pump->pause_ms == 0; first++) {
        uint32_t partitions[PARTITION_COUNT];
        char contact[REGISTRY_NAME_SIZE];
        size_t n = 0;
        if (shares[first].contact[0] == '\0')
            continue;
        g_strlcpy(contact, shares[first].contact, sizeof(contact));
        for (size_t p = first; p < PARTITION_COUNT; p++) {
            if (strcmp(shares[p].contact, contact) != 0)
                continue;
            partitions[n++] = (uint32_t)p;
            shares[p].contact[0] = '\0';
        }
        has_more = reserve(pump, contact, partitions, n) == ENTRIES_A_TURN || has_more;
    }
    return has_more;
}

/* --- what ended half-way --- */

static bool is_alive(struct pump *pump, const char *instance_id)
{
    const struct roster *roster = NULL;
    struct error err = {0};
    return bus_client_roster(pump->caller.client, &roster, &err) != STATUS_OK ||
           roster_find(roster, instance_id) != NULL;
}

static void recover_one(struct pump *pump, const Dunlin__Correspondence__V1__Message *message)
{
    const struct id permit_id = wire_known_id(&message->permit_id);
    const bool is_own = strcmp(message->instance, pump->instance_id) == 0;
    const struct outcome *known = g_hash_table_lookup(pump->outcomes, &permit_id);
    struct error why = {0};
    const bool is_permitted = message->state == DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_PERMITTED;
    if (!is_permitted && message->state != DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENDING) {
        if (edge_report(&pump->caller, &permit_id, delivery_of(message->state), message, &why) != STATUS_OK)
            log_warn("what became of a message could not be reported; it is tried again", log_id("permit", &permit_id),
                     log_error_text(&why));
        return;
    }
    if (known) {
        conclude(pump, &permit_id, known);
        return;
    }
    if (!is_own && is_alive(pump, message->instance))
        return;
    enum send_result result = SEND_FAILED;
    (void)error_set(&why, STATUS_ABORTED, "it was never handed over");
    if (!is_own && !is_permitted)
        result = pump->options.kind->find_out(pump->sender, message, &why);
    if (result == SEND_LATER)
        return;
    metrics_add(&CORRESPONDENCE_METRICS[METRIC_RECOVERED], channel_name(pump), 1);
    remember(pump, &permit_id, result, &why);
}

static void recover(struct pump *pump, uint32_t *partitions, size_t n)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__ListOpenMessagesRequest request;
    struct error err = {0};
    if (clock_remaining_ms(pump->recover_at) > 0)
        return;
    dunlin__correspondence__v1__list_open_messages_request__init(&request);
    request.n_partitions = n;
    request.partitions = partitions;
    request.channel = pump->options.kind->channel;
    if (edge_call_any(&pump->caller, EDGE_OWN, "ListOpenMessages", &request.base, &reply, &err) != STATUS_OK)
        return;
    pump->recover_at = clock_deadline_ms(RECOVER_IVL_MS);
    const Dunlin__Correspondence__V1__ListMessagesReply *got =
        (const Dunlin__Correspondence__V1__ListMessagesReply *)reply;
    for (size_t i = 0; i < got->n_messages && !pump->is_stopping; i++)
        recover_one(pump, got->messages[i]);
}

/* --- the thread --- */

static bool turn(struct pump *pump)
{
    struct share shares[PARTITION_COUNT];
    uint32_t partitions[PARTITION_COUNT];
    if (pump->options.kind->tend)
        pump->options.kind->tend(pump->sender);
    const size_t n = own_partitions(pump, shares, partitions);
    if (n == 0)
        return false;
    recover(pump, partitions, n);
    if (pump->pause_ms > 0 && clock_remaining_ms(pump->resume_at) > 0)
        return false;
    const int64_t pause_ms = pump->pause_ms;
    pump->pause_ms = 0;
    send_due_notices(pump, partitions, n);
    const bool has_more = send_due(pump, shares);
    /* A turn without anything to send says nothing of the carrier: the next failure pauses longer still. */
    if (pump->pause_ms > 0 && pause_ms > 0) {
        pump->pause_ms = MIN(2 * pause_ms, PAUSE_MAX_MS);
        pump->resume_at = clock_deadline_ms(pump->pause_ms);
    }
    return has_more;
}

static void run(struct pump *pump)
{
    while (!pump->is_stopping) {
        const bool has_more = turn(pump);
        rest(pump, has_more ? 0 : pump->poll_ms);
    }
}

static void pump_actor(zsock_t *pipe, void *args)
{
    struct pump *pump = args;
    const struct bus_client_options options = {.redis_url =
                                                   config_text(service_config(pump->options.service), "redis-url"),
                                               .keys = service_keys(pump->options.service),
                                               .principal = "service:correspondence"};
    struct error err = {0};
    pump->pipe = pipe;
    const enum status st = bus_client_new(&options, &pump->caller.client, &err);
    zsock_signal(pipe, 0);
    if (st == STATUS_OK)
        run(pump);
    else
        log_error("nothing can be sent", log_text("channel", channel_name(pump)), log_error_text(&err));
    bus_client_free(pump->caller.client);
}

enum status pump_start(const struct pump_options *options, struct pump **ret_pump, struct error *err)
{
    const struct config *config = service_config(options->service);
    struct pump *pump = g_new0(struct pump, 1);
    g_autofree char *rate = g_strconcat(options->kind->name, "-rate", NULL);
    pump->options = *options;
    pump->instance_id = service_instance_id(options->service);
    pump->secret = config_text(config, "callback-secret");
    pump->public_url = config_text(config, "public-url");
    pump->confirmation = config_text(config, "opt-out-confirmation");
    pump->poll_ms = config_integer(config, "poll-interval");
    pump->gap_ms = 60000 / config_integer(config, rate);
    pump->caller.timeout_ms = config_integer(config, "call-timeout");
    pump->outcomes = id_table_new(g_free);
    pump->failures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const enum status st = options->kind->open(config, pump->instance_id, &pump->sender, err);
    if (st != STATUS_OK) {
        pump_stop(pump);
        return st;
    }
    pump->actor = zactor_new(pump_actor, pump);
    *ret_pump = pump;
    return STATUS_OK;
}

void pump_stop(struct pump *pump)
{
    if (!pump)
        return;
    zactor_destroy(&pump->actor);
    if (pump->sender)
        pump->options.kind->close(pump->sender);
    g_hash_table_destroy(pump->outcomes);
    g_hash_table_destroy(pump->failures);
    g_free(pump);
}
