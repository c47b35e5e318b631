#include "explain.h"

#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "contact_codec.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "permit_model.h"
#include "plan_model.h"
#include "protojson.h"
#include "verdict_json.h"

#define CONTACTS_SHOWN 12
#define CITE_SIZE      96

/* Where something was said. */
struct cite {
    char text[CITE_SIZE]; /* "30:1087 DisputeOpened"; empty: nowhere */
    int64_t at_us;
};

struct explanation {
    const struct contact_context *context;
    struct id account_id;
    struct replay_observer observer;
    struct contact_replay *replay;
    json_t *placed, *classified, *balance; /* the last of each, with "event" and "at"; NULL: none */
    json_t *facts;                         /* on record of the person, by their ids */
    json_t *contacts;                      /* of the account: permits, refusals and what came of them, oldest first */
    struct cite hold_cites[HOLD_SET_COUNT];
    struct cite planned, last;
    hold_set holds;
};

struct explanation *explanation_new(const struct contact_context *context, const struct id *account_id)
{
    struct explanation *explanation = g_new0(struct explanation, 1);
    explanation->context = context;
    explanation->account_id = *account_id;
    explanation->replay = contact_replay_new(context, &explanation->observer);
    explanation->facts = json_object();
    explanation->contacts = json_array();
    return explanation;
}

void explanation_free(struct explanation *explanation)
{
    if (explanation == NULL)
        return;
    contact_replay_free(explanation->replay);
    json_decref(explanation->placed);
    json_decref(explanation->classified);
    json_decref(explanation->balance);
    json_decref(explanation->facts);
    json_decref(explanation->contacts);
    g_free(explanation);
}

void explanation_freep(struct explanation **explanation)
{
    explanation_free(*explanation);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static struct cite cite_of(const struct event *event)
{
    struct cite cite = {.at_us = event->occurred_at_us};
    const char *dot = strrchr(event->type, '.');
    (void)g_snprintf(cite.text, sizeof(cite.text), "%u:%" PRId64 " %s", event->partition, event->seq,
                     dot != NULL ? dot + 1 : event->type);
    return cite;
}

static json_t *instant_json(int64_t at_us)
{
    char text[INSTANT_TEXT_SIZE];
    return at_us != 0 ? json_string(instant_format((struct instant){at_us}, text)) : json_null();
}

static void add_cite(json_t *object, const struct cite *cite)
{
    (void)json_object_set_new(object, "event", json_string(cite->text));
    (void)json_object_set_new(object, "at", instant_json(cite->at_us));
}

/* The event's own fields; NULL where this program does not know them. */
static json_t *fields_of(const struct event *event)
{
    const ProtobufCMessageDescriptor *type = protojson_event_type(event->type);
    ProtobufCMessage *message =
        type != NULL ? protobuf_c_message_unpack(type, NULL, event->payload_len, event->payload) : NULL;
    if (message == NULL)
        return NULL;
    json_t *fields = protojson(message);
    protobuf_c_message_free_unpacked(message, NULL);
    const struct cite cite = cite_of(event);
    add_cite(fields, &cite);
    return fields;
}

static bool is_type(const struct event *event, const char *type)
{
    return strcmp(event->type, type) == 0;
}

static void keep(json_t **place, const struct event *event)
{
    json_t *fields = fields_of(event);
    if (fields == NULL)
        return;
    json_decref(*place);
    *place = fields;
}

/* {kind, ..., event, at}: what was recorded, in one level. */
static void note_fact(struct explanation *explanation, const struct event *event)
{
    json_t *fields = fields_of(event);
    const char *id = json_string_value(json_object_get(fields, "fact_id"));
    json_t *fact = json_object_get(fields, "fact");
    if (id != NULL && is_type(event, "dunlin.contact.v1.FactReleased"))
        (void)json_object_del(explanation->facts, id);
    else if (id != NULL && fact != NULL) {
        const struct cite cite = cite_of(event);
        add_cite(fact, &cite);
        (void)json_object_set(explanation->facts, id, fact);
    }
    json_decref(fields);
}

/* Beside the permit that was granted by it, which comes right before. */
static void note_override(struct explanation *explanation, const struct event *event)
{
    const size_t n = json_array_size(explanation->contacts);
    json_t *fields = fields_of(event);
    if (n > 0 && fields != NULL)
        (void)json_object_set(json_array_get(explanation->contacts, n - 1), "override", fields);
    json_decref(fields);
}

static void note_account_event(struct explanation *explanation, const struct event *event)
{
    static const char *const CONTACTS[] = {"dunlin.contact.v1.PermitGranted", "dunlin.contact.v1.PermitRefused",
                                           "dunlin.contact.v1.AttemptReported", "dunlin.contact.v1.PermitExpired"};
    if (is_type(event, "dunlin.intake.v1.AccountPlaced"))
        keep(&explanation->placed, event);
    else if (is_type(event, "dunlin.classification.v1.AccountClassified"))
        keep(&explanation->classified, event);
    else if (is_type(event, "dunlin.payment.v1.BalanceChanged"))
        keep(&explanation->balance, event);
    else if (is_type(event, "dunlin.contact.v1.ContactPlanned"))
        explanation->planned = cite_of(event);
    else if (is_type(event, "dunlin.contact.v1.RuleOverridden"))
        note_override(explanation, event);
    for (size_t i = 0; i < ARRAY_SIZE(CONTACTS); i++)
        if (is_type(event, CONTACTS[i])) {
            json_t *fields = fields_of(event);
            (void)json_array_append_new(explanation->contacts, fields != NULL ? fields : json_object());
            if (json_array_size(explanation->contacts) > CONTACTS_SHOWN)
                (void)json_array_remove(explanation->contacts, 0);
        }
}

static hold_set holds_of(const struct account *account)
{
    return account_holds(account) | (account->unposted_seq != 0 ? HOLD_BIT(HOLD_UNPOSTED) : 0) |
           (account->debtor->has_unreadable_zone ? HOLD_BIT(HOLD_UNREADABLE_ZONE) : 0);
}

static void note_holds(struct explanation *explanation, const struct event *event)
{
    const struct account *account =
        contact_find_account(contact_replay_book(explanation->replay), &explanation->account_id);
    if (account == NULL)
        return;
    const hold_set holds = holds_of(account);
    for (unsigned hold = 0; hold < HOLD_SET_COUNT; hold++)
        if ((holds & HOLD_BIT(hold)) != 0 && (explanation->holds & HOLD_BIT(hold)) == 0)
            explanation->hold_cites[hold] = cite_of(event);
    explanation->holds = holds;
}

enum status explanation_event(struct explanation *explanation, const struct event *event, struct error *err)
{
    const enum status st = contact_replay_event(explanation->replay, event, err);
    if (st != STATUS_OK)
        return st;
    explanation->last = cite_of(event);
    if (id_equal(&event->account_id, &explanation->account_id))
        note_account_event(explanation, event);
    if (is_type(event, "dunlin.contact.v1.FactRecorded") || is_type(event, "dunlin.contact.v1.FactReleased"))
        note_fact(explanation, event);
    note_holds(explanation, event);
    return STATUS_OK;
}

/* --- what is said ------------------------------------------------------------------------------------------------- */

static json_t *holds_json(const struct explanation *explanation)
{
    json_t *rows = json_array();
    for (unsigned hold = 0; hold < HOLD_SET_COUNT; hold++) {
        if ((explanation->holds & HOLD_BIT(hold)) == 0)
            continue;
        json_t *row = json_pack("{s:s}", "hold", hold_set_name(hold));
        add_cite(row, &explanation->hold_cites[hold]);
        (void)json_array_append_new(rows, row);
    }
    return rows;
}

static void judge(const struct explanation *explanation, const struct permit_subject *subject, struct instant at,
                  struct rules_verdict *ret_verdict)
{
    const struct rules_selection *rules = contact_rules_for(explanation->context->rules, subject->account);
    struct permit_facts facts;
    g_autoptr(GArray) storage = g_array_new(FALSE, FALSE, sizeof(struct permit_contact));
    permit_gather(rules, subject, false, at, storage, &facts);
    permit_evaluate(rules, &facts, ret_verdict);
}

static json_t *channel_json(const struct explanation *explanation, const struct account *account,
                            const struct contact_point *point, enum channel channel, struct instant at)
{
    const struct permit_subject subject = {account, point, channel, CONTACT_PURPOSE_COLLECTION};
    struct rules_verdict verdict;
    struct instant free = {0};
    char id[ID_TEXT_SIZE] = "";
    judge(explanation, &subject, at, &verdict);
    const bool has_end = verdict.is_allowed || permit_free_from(&verdict, &free);
    return json_pack("{s:s, s:s, s:s, s:b, s:b, s:o, s:o, s:o}", "channel", channel_traits(channel)->name,
                     "contact_point_id", point != NULL ? id_format(&point->id, id) : "", "value",
                     point != NULL ? point->value : "", "is_permitted", verdict.is_allowed, "has_end", has_end,
                     "permitted_from", instant_json(verdict.is_allowed ? at.us : free.us), "rules",
                     verdict_hits_json(&verdict), "counts", verdict_counts_json(&verdict));
}

/* The contact points of a channel, the usable ones alone where that is asked. */
static void add_channel(const struct explanation *explanation, const struct account *account, enum channel channel,
                        bool is_usable_only, struct instant at, json_t *rows)
{
    const enum contact_point_kind kind = channel_traits(channel)->point_kind;
    if (kind == CONTACT_POINT_NONE)
        (void)json_array_append_new(rows, channel_json(explanation, account, NULL, channel, at));
    for (guint i = 0; i < account->debtor->points->len; i++) {
        const struct contact_point *point = g_ptr_array_index(account->debtor->points, i);
        if (point->kind == kind && (!is_usable_only || contact_point_is_usable(point)))
            (void)json_array_append_new(rows, channel_json(explanation, account, point, channel, at));
    }
}

static json_t *channels_json(const struct explanation *explanation, const struct account *account, struct instant at)
{
    json_t *rows = json_array();
    for (enum channel channel = CHANNEL_CALL; channel < CHANNEL_END; channel++)
        add_channel(explanation, account, channel, false, at, rows);
    return rows;
}

static json_t *later_steps_json(const struct explanation *explanation, const struct account *account)
{
    static const char *const ANCHORS[] = {[SOP_ANCHOR_PLACED] = "placed",
                                          [SOP_ANCHOR_DUE] = "due",
                                          [SOP_ANCHOR_CLASSIFIED] = "classified",
                                          [SOP_ANCHOR_PROMISE_BROKEN] = "promise_broken"};
    json_t *rows = json_array();
    const struct sop_strategy *strategy = sop_strategy(explanation->context->sop, account->strategy);
    for (size_t i = 0; strategy != NULL && i < strategy->n_steps; i++) {
        const struct sop_step *step = &strategy->steps[i];
        if (plan_is_step_done(account, step) || strcmp(step->code, account->step) == 0)
            continue;
        (void)json_array_append_new(
            rows, json_pack("{s:s, s:i, s:s}", "step", step->code, "day", step->day, "from", ANCHORS[step->anchor]));
    }
    return rows;
}

/* What the rules would say on the day, the facts staying as they are. */
static json_t *on_the_day_json(const struct explanation *explanation, const struct account *account, struct instant at)
{
    json_t *rows = json_array();
    const struct instant due = {MAX(account->step_due_at_us, at.us)};
    add_channel(explanation, account, (enum channel)account->step_channel, true, due, rows);
    return rows;
}

static json_t *next_json(const struct explanation *explanation, const struct account *account, struct instant at)
{
    const struct sop_strategy *strategy = sop_strategy(explanation->context->sop, account->strategy);
    json_t *next = json_pack("{s:s, s:s, s:s, s:o, s:o, s:s}", "strategy", account->strategy, "title",
                             strategy != NULL ? strategy->title : "", "step", account->step, "due_at",
                             instant_json(account->step_due_at_us), "later", later_steps_json(explanation, account),
                             "sop_version", explanation->context->sop->version);
    add_cite(next, &explanation->planned);
    if (account->step[0] != '\0')
        (void)json_object_set_new(next, "on_the_day", on_the_day_json(explanation, account, at));
    return next;
}

static json_t *facts_json(const struct explanation *explanation)
{
    json_t *rows = json_array();
    const char *id;
    json_t *fact;
    json_object_foreach(explanation->facts, id, fact)(void) json_array_append(rows, fact);
    return rows;
}

/* When the validation notice was sent, or by when it is owed. */
static json_t *notice_json(const struct account *account)
{
    return json_pack("{s:o, s:o}", "sent_at", instant_json(account->notice_at_us), "due_at",
                     instant_json(account->notice_due_at_us));
}

/* What must not be asked for, while the rest may be. */
static json_t *held_part_json(const struct account *account)
{
    const int64_t held_minor = account_held_minor(account);
    return held_minor == 0
               ? json_null()
               : json_pack("{s:I, s:s}", "amount_minor", (json_int_t)held_minor, "currency", account->part.currency);
}

static json_t *or_null(const json_t *object)
{
    return object != NULL ? json_deep_copy(object) : json_null();
}

/* Whose rules the debt is asked by: of everybody, and of the places where its person may be. */
static void add_packs(const struct explanation *explanation, const struct account *account, json_t *result)
{
    (void)contact_rules_for(explanation->context->rules, account);
    const struct debtor_rules *here = &account->debtor->rules[debt_matter_of(account->debt_kind)];
    g_autofree char *packs = g_strconcat(explanation->context->rules->packs, here->place_packs[0] != '\0' ? "," : "",
                                         here->place_packs, NULL);
    (void)json_object_set_new(result, "debt_kind", json_string(debt_kind_name(account->debt_kind)));
    (void)json_object_set_new(result, "rule_packs", json_string(packs));
}

json_t *explanation_json(struct explanation *explanation, struct instant at)
{
    char id[ID_TEXT_SIZE];
    char debtor_id[ID_TEXT_SIZE];
    const struct account *account =
        contact_find_account(contact_replay_book(explanation->replay), &explanation->account_id);
    if (account == NULL || explanation->placed == NULL)
        return NULL;
    json_t *result = json_pack(
        "{s:s, s:s, s:{s:s, s:o}, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "account_id",
        id_format(&explanation->account_id, id), "debtor_id", id_format(&account->debtor->id, debtor_id), "as_of",
        "event", explanation->last.text, "at", instant_json(at.us), "placed", or_null(explanation->placed), "balance",
        or_null(explanation->balance), "class", or_null(explanation->classified), "holds", holds_json(explanation),
        "notice", notice_json(account), "facts", facts_json(explanation), "next", next_json(explanation, account, at),
        "channels", channels_json(explanation, account, at), "contacts", or_null(explanation->contacts), "rule_version",
        explanation->context->rules->book->version);
    (void)json_object_set_new(result, "held_part", held_part_json(account));
    add_packs(explanation, account, result);
    return result;
}
