#include "contact_replay.h"

#include <inttypes.h>
#include <string.h>

#include "contact_codec.h"
#include "contact_events.h"
#include "dunlin/contact/v1/strategy.pb-c.h"
#include "fact_codec.h"
#include "fact_work.h"
#include "permit_work.h"
#include "service/wire.h"

struct contact_replay {
    struct contact_work work;
    const struct replay_observer *observer;
    const struct event *event; /* the one that is folded in */
    GHashTable *folds;         /* name of an event type -> struct fold */
    GArray *storage;           /* of permit_gather */
    GByteArray *written;       /* what would be written of the decision that is looked at */
};

typedef enum status fold_fn(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err);

/* What is done with the events of a type; `fold` NULL: as the service does it. */
struct fold {
    const ProtobufCMessageDescriptor *type;
    fold_fn *fold;
};

/* --- effects ------------------------------------------------------------------------------------------------------ */

static void say_plan(struct contact_replay *replay, const Dunlin__Contact__V1__ContactPlanned *planned,
                     int64_t cause_at_us, int32_t agency_id, void (*say)(void *, const struct replay_plan *))
{
    const struct replay_plan plan = {
        .cause_at_us = cause_at_us,
        .account_id = wire_known_id(&planned->account_id),
        .agency_id = agency_id,
        .step = planned->step,
        .channel = (int32_t)planned->channel,
        .due_at_us = planned->due_at_us,
    };
    if (say != NULL)
        say(replay->observer->context, &plan);
}

static bool is_decision(const ProtobufCMessage *message)
{
    return message->descriptor == &dunlin__contact__v1__permit_granted__descriptor ||
           message->descriptor == &dunlin__contact__v1__permit_refused__descriptor;
}

static enum status look_at(void *sink, const struct subject *subject, const char *actor,
                           const ProtobufCMessage *message, struct error *err)
{
    struct contact_replay *replay = sink;
    (void)actor;
    (void)err;
    if (message->descriptor == &dunlin__contact__v1__contact_planned__descriptor)
        say_plan(replay, (const void *)message, replay->event->occurred_at_us, subject->agency_id,
                 replay->observer->on_plan);
    if (is_decision(message)) {
        g_byte_array_set_size(replay->written, (guint)protobuf_c_message_get_packed_size(message));
        (void)protobuf_c_message_pack(message, replay->written->data);
    }
    return STATUS_OK;
}

static void no_timer(void *sink, const struct timer *timer)
{
    (void)sink;
    (void)timer;
}

static void no_cancel(void *sink, const char *kind, const struct id *subject_id)
{
    (void)sink;
    (void)kind;
    (void)subject_id;
}

/* --- decisions ---------------------------------------------------------------------------------------------------- */

/* A decision of the log, granted or refused. */
struct recorded {
    const Dunlin__Contact__V1__DecisionInputs *inputs;
    struct id account_id, contact_point_id;
    int32_t channel, purpose;
    const char *dialer, *campaign;
    const Dunlin__Contact__V1__PermitGranted *granted; /* NULL: refused */
    const Dunlin__Contact__V1__PermitRefused *refused;
};

static bool was_parked(const Dunlin__Contact__V1__DecisionInputs *inputs)
{
    for (size_t i = 0; i < inputs->n_holds; i++)
        if (strcmp(inputs->holds[i], hold_set_name(HOLD_PARKED)) == 0)
            return true;
    return false;
}

static void say_decision(struct contact_replay *replay, const struct recorded *recorded,
                         const struct decision *decision)
{
    const struct event *event = replay->event;
    const struct replay_decision said = {
        .event = event,
        .account = decision->account,
        .point = decision->point,
        .channel = decision->channel,
        .was_granted = recorded->granted != NULL,
        .was_parked = was_parked(recorded->inputs),
        .recorded_hits = recorded->refused != NULL ? recorded->refused->hits : NULL,
        .n_recorded_hits = recorded->refused != NULL ? recorded->refused->n_hits : 0,
        .recorded_rule_version =
            recorded->granted != NULL ? recorded->granted->rule_version : recorded->refused->rule_version,
        .verdict = decision->verdict,
        .is_granted = permit_is_granted(decision->verdict, &decision->override),
        .is_equal = replay->written->len == event->payload_len &&
                    memcmp(replay->written->data, event->payload, event->payload_len) == 0,
    };
    if (replay->observer->on_decision != NULL)
        replay->observer->on_decision(replay->observer->context, &said);
}

/* The call was made, whatever these rules say of it. */
static enum status fold_grant(struct contact_replay *replay, const struct recorded *recorded,
                              const struct decision *decision, struct account *account, struct error *err)
{
    struct id permit_id = {0};
    const struct contact_work *work = &replay->work;
    enum status st = wire_read_id(&recorded->granted->permit_id, "permit_id", &permit_id, err);
    if (st != STATUS_OK)
        return st;
    const struct permit *permit = contact_grant(work, decision, account, &permit_id);
    return permit_is_granted(decision->verdict, &decision->override) ? contact_emit_granted(work, decision, permit, err)
                                                                     : contact_emit_refused(work, decision, err);
}

/* No call was made, whatever these rules say of it. */
static enum status fold_refusal(struct contact_replay *replay, const struct decision *decision, struct account *account,
                                struct error *err)
{
    if (permit_is_granted(decision->verdict, &decision->override))
        return STATUS_OK;
    const enum status st = contact_emit_refused(&replay->work, decision, err);
    return st == STATUS_OK ? contact_refuse(&replay->work, decision, account, err) : st;
}

static enum status decide_again(struct contact_replay *replay, const struct recorded *recorded, struct error *err)
{
    struct account *account = contact_find_account(replay->work.book, &recorded->account_id);
    const struct contact_point *point =
        account != NULL ? debtor_find_point(account->debtor, &recorded->contact_point_id) : NULL;
    if (recorded->channel <= 0 || recorded->channel >= CHANNEL_END || recorded->purpose <= 0 ||
        recorded->purpose >= CONTACT_PURPOSE_END)
        return error_set(err, STATUS_FAILED_PRECONDITION, "a decision through no channel that is known");
    const bool is_at_point = channel_traits((enum channel)recorded->channel)->point_kind != CONTACT_POINT_NONE;
    if (account == NULL || recorded->inputs == NULL || (is_at_point && point == NULL))
        return error_set(err, STATUS_FAILED_PRECONDITION, "a decision about what was never placed");
    const struct permit_subject subject = {account, point, (enum channel)recorded->channel,
                                           (enum contact_purpose)recorded->purpose};
    const struct rules_selection *rules = contact_rules_for(replay->work.context->rules, account);
    struct permit_facts facts;
    struct rules_verdict verdict;
    struct instant valid_until;
    replay->work.now = (struct instant){recorded->inputs->decided_at_us};
    permit_gather(rules, &subject, was_parked(recorded->inputs), replay->work.now, replay->storage, &facts);
    permit_decide(rules, &facts, replay->work.context->permit_valid_us, &verdict, &valid_until);
    const struct permit_override override = codec_override(recorded->inputs);
    if (!permit_is_granted(&verdict, &override) && recorded->granted != NULL)
        valid_until.us = recorded->granted->valid_until_us;
    const struct decision decision = {
        .account = account,
        .point = point,
        .channel = recorded->channel,
        .purpose = recorded->purpose,
        .dialer = recorded->dialer,
        .campaign = recorded->campaign,
        .facts = &facts,
        .verdict = &verdict,
        .override = override,
        .valid_until = valid_until,
        .log_seq = recorded->inputs->log_seq,
    };
    g_byte_array_set_size(replay->written, 0);
    const enum status st = recorded->granted != NULL ? fold_grant(replay, recorded, &decision, account, err)
                                                     : fold_refusal(replay, &decision, account, err);
    if (st == STATUS_OK)
        say_decision(replay, recorded, &decision);
    return st;
}

static enum status on_granted(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Contact__V1__PermitGranted *granted = (const void *)message;
    const struct recorded recorded = {
        .inputs = granted->inputs,
        .account_id = wire_known_id(&granted->account_id),
        .contact_point_id = wire_known_id(&granted->contact_point_id),
        .channel = (int32_t)granted->channel,
        .purpose = (int32_t)granted->purpose,
        .dialer = granted->dialer,
        .campaign = granted->campaign,
        .granted = granted,
    };
    return decide_again(replay, &recorded, err);
}

static enum status on_refused(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Contact__V1__PermitRefused *refused = (const void *)message;
    const struct recorded recorded = {
        .inputs = refused->inputs,
        .account_id = wire_known_id(&refused->account_id),
        .contact_point_id = wire_known_id(&refused->contact_point_id),
        .channel = (int32_t)refused->channel,
        .purpose = (int32_t)refused->purpose,
        .dialer = refused->dialer,
        .refused = refused,
    };
    return decide_again(replay, &recorded, err);
}

/* --- what became of permits --------------------------------------------------------------------------------------- */

/* The service loads an account's attempts with each decision; here they stay, and follow their permit. */
static void update_attempt(struct account *account, const struct attempt *now)
{
    guint i = 0;
    while (account->attempts != NULL && i < account->attempts->len &&
           !id_equal(&g_array_index(account->attempts, struct attempt, i).permit_id, &now->permit_id))
        i++;
    if (account->attempts != NULL && i < account->attempts->len)
        g_array_remove_index(account->attempts, i);
    if (attempt_was_made(now))
        account_add_attempt(account, now);
}

static void update_attempts(struct contact_book *book, const struct permit *permit)
{
    const struct attempt own = permit_attempt(permit);
    struct account *account = contact_find_account(book, &permit->account_id);
    if (account != NULL)
        update_attempt(account, &own);
    for (guint i = 0; permit->discussions != NULL && i < permit->discussions->len; i++) {
        const struct discussion *discussion = &g_array_index(permit->discussions, struct discussion, i);
        struct account *other = contact_find_account(book, &discussion->account_id);
        struct attempt attempt = own;
        attempt.occurred_at_us = discussion->occurred_at_us;
        attempt.counts = discussion->counts;
        attempt.is_conversation = discussion->is_conversation;
        attempt.is_open = false;
        if (other != NULL)
            update_attempt(other, &attempt);
    }
}

static struct permit *permit_of(struct contact_replay *replay, const ProtobufCBinaryData *permit_id)
{
    const struct id id = wire_known_id(permit_id);
    return contact_find_permit(replay->work.book, &id);
}

static enum status on_reported(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Contact__V1__AttemptReported *reported = (const void *)message;
    struct permit *permit = permit_of(replay, &reported->permit_id);
    struct report report = {0};
    if (permit == NULL || reported->report == NULL)
        return error_set(err, STATUS_FAILED_PRECONDITION, "a report of no permit");
    enum status st = codec_report(reported->report, &report, err);
    if (st == STATUS_OK)
        st = contact_take_report(&replay->work, permit, reported->report, &report, err);
    if (st == STATUS_OK)
        update_attempts(replay->work.book, permit);
    return st;
}

static enum status on_expired(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Contact__V1__PermitExpired *expired = (const void *)message;
    struct permit *permit = permit_of(replay, &expired->permit_id);
    if (permit == NULL)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the end of no permit");
    const enum status st = contact_expire(&replay->work, permit, err);
    update_attempts(replay->work.book, permit);
    return st;
}

static enum status on_notice_overdue(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err)
{
    struct account *account = contact_find_account(replay->work.book, &replay->event->account_id);
    (void)message;
    if (account == NULL)
        return error_set(err, STATUS_FAILED_PRECONDITION, "a late notice of what was never placed");
    return contact_notice_overdue(&replay->work, account, err);
}

/* As it was then; an account that this SOP has in another strategy does not leave that. */
static enum status on_exited(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Contact__V1__StrategyExited *exited = (const void *)message;
    struct account *account = contact_find_account(replay->work.book, &replay->event->account_id);
    if (account == NULL)
        return error_set(err, STATUS_FAILED_PRECONDITION, "an exit of what was never placed");
    if (strcmp(account->strategy, exited->strategy) != 0)
        return STATUS_OK;
    const struct strategy_exit exit = {
        .on = exited->on == DUNLIN__CONTACT__V1__STRATEGY_EXIT_ON__STRATEGY_EXIT_ON_STEPS_DONE
                  ? SOP_EXIT_STEPS_DONE
                  : SOP_EXIT_DAYS_IN_STRATEGY,
        .days = exited->days,
        .to = (enum sop_exit_to)exited->to,
        .strategy = exited->to_strategy,
    };
    return contact_leave(&replay->work, account, &exit, err);
}

/* --- what the debtor asked for ------------------------------------------------------------------------------------ */

static enum status fold_flag(struct contact_replay *replay, const ProtobufCBinaryData *contact_point_id,
                             Dunlin__Contact__V1__StickyFlag wire, bool is_release, struct error *err)
{
    enum sticky_flag flag = STICKY_CEASE;
    struct account *account = contact_find_account(replay->work.book, &replay->event->account_id);
    if (account == NULL)
        return error_set(err, STATUS_FAILED_PRECONDITION, "a request about what was never placed");
    const enum status st = codec_flag(wire, "flag", &flag, err);
    if (st != STATUS_OK)
        return st;
    const struct id point_id = wire_known_id(contact_point_id);
    struct contact_point *point = debtor_find_point(account->debtor, &point_id);
    const bool has_changed = is_release ? sticky_release(flag, account, point) : sticky_set(flag, account, point);
    return has_changed ? contact_settle_debtor(&replay->work, account->debtor, is_release ? "released" : "held", err)
                       : STATUS_OK;
}

static enum status on_stop(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Contact__V1__StopRecorded *stop = (const void *)message;
    return fold_flag(replay, &stop->contact_point_id, stop->flag, false, err);
}

static enum status on_release(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Contact__V1__StopReleased *release = (const void *)message;
    return fold_flag(replay, &release->contact_point_id, release->flag, true, err);
}

static enum status on_fact(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Contact__V1__FactRecorded *recorded = (const void *)message;
    SCOPED(person_fact_freep) struct person_fact *fact = NULL;
    const struct id fact_id = wire_known_id(&recorded->fact_id);
    struct account *account = contact_find_account(replay->work.book, &replay->event->account_id);
    bool is_new = false;
    if (account == NULL || recorded->fact == NULL)
        return error_set(err, STATUS_FAILED_PRECONDITION, "a fact about what was never placed");
    enum status st = fact_codec_read(recorded->fact, &account->debtor->id, replay->work.now, &fact, err);
    if (st != STATUS_OK)
        return st;
    fact->id = fact_id;
    fact->recorded_by = contact_text(replay->work.book, recorded->recorded_by);
    return contact_take_fact(&replay->work, account, &fact, 0, &is_new, err);
}

static enum status on_fact_released(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Contact__V1__FactReleased *released = (const void *)message;
    const struct id fact_id = wire_known_id(&released->fact_id);
    struct account *account = contact_find_account(replay->work.book, &replay->event->account_id);
    struct person_fact *fact = account == NULL ? NULL : debtor_find_fact(account->debtor, &fact_id);
    if (fact == NULL)
        return error_set(err, STATUS_FAILED_PRECONDITION, "a release of what was never recorded");
    return contact_release_fact(&replay->work, account, fact, released->reason, err);
}

static enum status on_planned(struct contact_replay *replay, const ProtobufCMessage *message, struct error *err)
{
    const Dunlin__Contact__V1__ContactPlanned *planned = (const void *)message;
    const struct event *event = replay->event;
    (void)err;
    say_plan(replay, planned, planned->cause_at_us != 0 ? planned->cause_at_us : event->occurred_at_us,
             event->agency_id, replay->observer->on_recorded);
    return STATUS_OK;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static const struct fold OWN[] = {
    {&dunlin__contact__v1__permit_granted__descriptor, on_granted},
    {&dunlin__contact__v1__permit_refused__descriptor, on_refused},
    {&dunlin__contact__v1__attempt_reported__descriptor, on_reported},
    {&dunlin__contact__v1__permit_expired__descriptor, on_expired},
    {&dunlin__contact__v1__notice_overdue__descriptor, on_notice_overdue},
    {&dunlin__contact__v1__strategy_exited__descriptor, on_exited},
    {&dunlin__contact__v1__stop_recorded__descriptor, on_stop},
    {&dunlin__contact__v1__stop_released__descriptor, on_release},
    {&dunlin__contact__v1__fact_recorded__descriptor, on_fact},
    {&dunlin__contact__v1__fact_released__descriptor, on_fact_released},
    {&dunlin__contact__v1__contact_planned__descriptor, on_planned},
};

static void add_fold(GHashTable *folds, const struct fold *fold)
{
    (void)g_hash_table_insert(folds, (gpointer)(uintptr_t)fold->type->name, g_memdup2(fold, sizeof(*fold)));
}

static GHashTable *make_folds(void)
{
    GHashTable *folds = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    for (size_t i = 0; i < ARRAY_SIZE(OWN); i++)
        add_fold(folds, &OWN[i]);
    for (size_t i = 0; CONTACT_CONSUMED[i] != NULL; i++)
        add_fold(folds, &(struct fold){.type = CONTACT_CONSUMED[i]});
    return folds;
}

struct contact_replay *contact_replay_new(const struct contact_context *context, const struct replay_observer *observer)
{
    static const struct contact_effects EFFECTS = {look_at, no_timer, no_cancel};
    struct contact_replay *replay = g_new0(struct contact_replay, 1);
    replay->observer = observer;
    replay->folds = make_folds();
    replay->storage = g_array_new(FALSE, FALSE, sizeof(struct permit_contact));
    replay->written = g_byte_array_new();
    replay->work = (struct contact_work){
        .context = context,
        .book = contact_book_new(),
        .effects = &EFFECTS,
        .sink = replay,
    };
    return replay;
}

void contact_replay_free(struct contact_replay *replay)
{
    if (replay == NULL)
        return;
    contact_book_free(replay->work.book);
    g_hash_table_unref(replay->folds);
    (void)g_array_unref(replay->storage);
    (void)g_byte_array_unref(replay->written);
    g_free(replay);
}

void contact_replay_freep(struct contact_replay **replay)
{
    contact_replay_free(*replay);
}

struct contact_book *contact_replay_book(struct contact_replay *replay)
{
    return replay->work.book;
}

static enum status fold_in(struct contact_replay *replay, const struct fold *fold, struct error *err)
{
    const struct event *event = replay->event;
    ProtobufCMessage *message = wire_unpack(fold->type, event->payload_len, event->payload);
    if (message == NULL)
        return error_set(err, STATUS_DATA_LOSS, "no %s", event->type);
    const struct service_event taken = {.event = event, .message = message};
    const enum status st =
        fold->fold != NULL ? fold->fold(replay, message, err) : contact_apply_one(&replay->work, &taken, err);
    protobuf_c_message_free_unpacked(message, NULL);
    return st;
}

enum status contact_replay_classify(struct contact_replay *replay,
                                    const Dunlin__Classification__V1__AccountClassified *classified, int32_t agency_id,
                                    struct instant at, struct error *err)
{
    struct event event = {
        .occurred_at_us = at.us,
        .agency_id = agency_id,
        .debtor_id = wire_known_id(&classified->debtor_id),
        .account_id = wire_known_id(&classified->account_id),
        .type = classified->base.descriptor->name,
    };
    event.partition = id_partition(&event.account_id);
    const struct service_event taken = {.event = &event, .message = &classified->base};
    replay->event = &event;
    replay->work.now = at;
    const enum status st = contact_apply_one(&replay->work, &taken, err);
    replay->event = NULL;
    return st;
}

enum status contact_replay_event(struct contact_replay *replay, const struct event *event, struct error *err)
{
    const struct fold *fold = g_hash_table_lookup(replay->folds, event->type);
    if (fold == NULL ||
        (replay->observer->gives_classes && fold->type == &dunlin__classification__v1__account_classified__descriptor))
        return STATUS_OK;
    replay->event = event;
    replay->work.now = replay->work.cause_at = (struct instant){event->occurred_at_us};
    const enum status st = fold_in(replay, fold, err);
    return st == STATUS_OK ? st
                           : error_wrap(err, st, "event %u:%" PRId64 " %s", event->partition, event->seq, event->type);
}
