#include "inbound.h"

#include <glib.h>
#include <string.h>

#include "composition.h"
#include "correspondence_model.h"
#include "logging/logging.h"
#include "service/wire.h"

/* A number that more people have is nobody's own; a stop holds for all of them (at most 1,000 are found) all the same.
 */
#define PEOPLE_MAX      100
#define TEXT_KEPT_BYTES 2000

enum status inbound_opt_out(const struct edge_caller *caller, const struct id *account_id,
                            const struct id *contact_point_id, const char *reason, const char *key, struct error *err)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__RecordRequestRequest request;
    dunlin__contact__v1__record_request_request__init(&request);
    request.account_id = wire_id(account_id);
    request.flag = DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_OPT_OUT_CONTACT_POINT;
    request.contact_point_id = wire_id(contact_point_id);
    request.reason = wire_text(reason);
    return edge_call(caller, EDGE_CONTACT, "RecordRequest", &request.base, id_partition(account_id), key, &reply, err);
}

/* --- here --- */

static void init_request(Dunlin__Correspondence__V1__TakeInboundRequest *request, const struct id *inbound_id)
{
    dunlin__correspondence__v1__take_inbound_request__init(request);
    request->inbound_id = wire_id(inbound_id);
    request->channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT;
}

static enum status take(const struct edge_caller *caller, const Dunlin__Correspondence__V1__TakeInboundRequest *request,
                        Dunlin__Correspondence__V1__TakeInboundReply *ret_taken, struct error *err)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    const struct id inbound_id = wire_known_id(&request->inbound_id);
    /* Without a key: its own number tells whether it came before. */
    const enum status st =
        edge_call(caller, EDGE_OWN, "TakeInbound", &request->base, id_partition(&inbound_id), NULL, &reply, err);
    if (st == STATUS_OK)
        *ret_taken = *(const Dunlin__Correspondence__V1__TakeInboundReply *)reply;
    return st;
}

static enum status once(bool is_new, struct error *err)
{
    return is_new ? STATUS_OK : error_set(err, STATUS_ALREADY_EXISTS, "event_id: came before");
}

/* What is kept of a text that is too long for here; what it means, and its hash, follow from all of it. */
static char *beginning_of(const char *text)
{
    const size_t len = strlen(text);
    const char *end = len > TEXT_KEPT_BYTES ? g_utf8_find_prev_char(text, text + TEXT_KEPT_BYTES + 1) : text + len;
    return g_strndup(text, (gsize)(end - text));
}

/* --- receipts --- */

enum status inbound_receipt(const struct edge_caller *caller, const struct inbound *inbound, struct error *err)
{
    Dunlin__Correspondence__V1__TakeInboundRequest request;
    Dunlin__Correspondence__V1__TakeInboundReply taken;
    struct id permit_id;
    const bool is_delivered = strcmp(inbound->type, "delivered") == 0;
    enum status st = id_parse(inbound->message_id, &permit_id, err);
    if (st != STATUS_OK)
        return st;
    const struct id inbound_id =
        id_derive_root(id_partition(&permit_id), "inbound text", inbound->event_id, strlen(inbound->event_id));
    st = edge_report(caller, &permit_id,
                     is_delivered ? DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_DELIVERED
                                  : DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE,
                     NULL, err);
    if (st != STATUS_OK)
        return st;
    init_request(&request, &inbound_id);
    request.permit_id = wire_id(&permit_id);
    request.text = wire_text(inbound->type);
    st = take(caller, &request, &taken, err);
    return st == STATUS_OK ? once(taken.is_new, err) : st;
}

/* --- messages --- */

/* One of those who have the number. */
struct owner {
    struct id contact_point_id, debtor_id, account_id, inbound_id;
    int32_t agency_id;
};

static struct owner owner_of(const struct inbound *inbound, const Dunlin__Contact__V1__NumberHolder *holder)
{
    struct owner owner = {.contact_point_id = wire_known_id(&holder->contact_point_id),
                          .debtor_id = wire_known_id(&holder->debtor_id),
                          .account_id = wire_known_id(&holder->account_id),
                          .agency_id = holder->agency_id};
    owner.inbound_id = id_derive(&owner.contact_point_id, "inbound text", inbound->event_id, strlen(inbound->event_id));
    return owner;
}

/* Whatever contact says of what it should know, it may know later: the gateway sends it again. */
static enum status not_now(struct error *err)
{
    return error_wrap(err, STATUS_UNAVAILABLE, "contact");
}

/* Its content makes the fact's number: the same again changes nothing. One that somebody released as recorded wrongly
 * is not recorded again. */
static enum status record_fact(const struct edge_caller *caller, const struct inbound *inbound,
                               const struct owner *owner, int64_t received_at_us, bool *ret_is_new, struct error *err)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__RecordFactsRequest request;
    Dunlin__Contact__V1__Fact fact, *facts[] = {&fact};
    Dunlin__Contact__V1__Evidence evidence;
    uint8_t hash[COMPOSITION_HASH_BYTES];
    g_autofree char *document = g_strconcat("callback ", inbound->event_id, NULL);
    dunlin__contact__v1__record_facts_request__init(&request);
    dunlin__contact__v1__fact__init(&fact);
    dunlin__contact__v1__evidence__init(&evidence);
    composition_hash(inbound->text, strlen(inbound->text), hash);
    evidence.document = wire_text(document);
    evidence.document_hash = wire_bytes(hash, sizeof(hash));
    fact.kind = DUNLIN__CONTACT__V1__FACT_KIND__FACT_KIND_MESSAGE_RECEIVED;
    fact.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT;
    fact.contact_point_id = wire_id(&owner->contact_point_id);
    fact.occurred_at_us = received_at_us;
    fact.evidence = &evidence;
    request.account_id = wire_id(&owner->account_id);
    request.n_facts = 1;
    request.facts = facts;
    const enum status st = edge_call(caller, EDGE_CONTACT, "RecordFacts", &request.base,
                                     id_partition(&owner->account_id), NULL, &reply, err);
    if (st == STATUS_FAILED_PRECONDITION)
        return STATUS_OK;
    if (st != STATUS_OK)
        return not_now(err);
    const Dunlin__Contact__V1__RecordFactsReply *got = (const Dunlin__Contact__V1__RecordFactsReply *)reply;
    *ret_is_new = *ret_is_new || (got->n_results == 1 && got->results[0]->is_new);
    return STATUS_OK;
}

/* What became of a message so far. */
struct taking {
    bool is_opt_out;
    bool is_new;            /* something of it was not known before */
    int64_t received_at_us; /* when it came first */
};

/* As it came, before anybody is asked whose number it is: it stays known when it came first. */
static enum status keep_text(const struct edge_caller *caller, const struct inbound *inbound, struct taking *taking,
                             struct error *err)
{
    Dunlin__Correspondence__V1__TakeInboundRequest request;
    Dunlin__Correspondence__V1__TakeInboundReply taken;
    const size_t len = strlen(inbound->event_id);
    /* Any partition would do that is always the same, and not always one. */
    const struct id inbound_id =
        id_derive_root(id_partition_of_debtor(0, inbound->event_id, len), "inbound text", inbound->event_id, len);
    g_autofree char *kept = beginning_of(inbound->text);
    init_request(&request, &inbound_id);
    request.text = kept;
    request.is_opt_out = taking->is_opt_out;
    const enum status st = take(caller, &request, &taken, err);
    if (st != STATUS_OK)
        return st;
    taking->is_new = taken.is_new;
    taking->received_at_us = taken.received_at_us;
    return STATUS_OK;
}

static enum status keep(const struct edge_caller *caller, const struct inbound *inbound, const struct owner *owner,
                        struct taking *taking, struct error *err)
{
    Dunlin__Correspondence__V1__TakeInboundRequest request;
    Dunlin__Correspondence__V1__TakeInboundReply taken;
    g_autofree char *kept = beginning_of(inbound->text);
    init_request(&request, &owner->inbound_id);
    request.contact_point_id = wire_id(&owner->contact_point_id);
    request.debtor_id = wire_id(&owner->debtor_id);
    request.agency_id = owner->agency_id;
    request.text = kept;
    request.is_opt_out = taking->is_opt_out;
    request.received_at_us = taking->received_at_us;
    const enum status st = take(caller, &request, &taken, err);
    return st == STATUS_OK && taken.is_fact
               ? record_fact(caller, inbound, owner, taken.received_at_us, &taking->is_new, err)
               : st;
}

/* Kept here for each of them, before contact hears of it. */
static enum status keep_all(const struct edge_caller *caller, const struct inbound *inbound,
                            const Dunlin__Contact__V1__FindNumberReply *found, struct taking *taking, struct error *err)
{
    enum status st = STATUS_OK;
    for (size_t i = 0; i < found->n_holders && i < PEOPLE_MAX && st == STATUS_OK; i++) {
        const struct owner owner = owner_of(inbound, found->holders[i]);
        st = keep(caller, inbound, &owner, taking, err);
    }
    if (found->n_holders > PEOPLE_MAX)
        log_warn("a text came from a number that too many people have; it is on record of the first ones only",
                 log_number("people", (int64_t)found->n_holders), log_number("recorded", PEOPLE_MAX));
    return st;
}

/* A word to stop holds for everybody who has the number, in every debt: 12 CFR 1006.14(h)(1). */
static enum status opt_out_all(const struct edge_caller *caller, const struct inbound *inbound,
                               const Dunlin__Contact__V1__FindNumberReply *found, struct error *err)
{
    for (size_t i = 0; i < found->n_holders; i++) {
        const struct owner owner = owner_of(inbound, found->holders[i]);
        char key[ID_TEXT_SIZE + 16] = "stop:";
        (void)id_format(&owner.inbound_id, key + strlen(key));
        if (inbound_opt_out(caller, &owner.account_id, &owner.contact_point_id, "a text message asks to stop", key,
                            err) != STATUS_OK)
            return not_now(err);
    }
    return STATUS_OK;
}

static enum status is_confirmed(const struct edge_caller *caller, const Dunlin__Contact__V1__FindNumberReply *found,
                                bool *ret_is_confirmed, struct error *err)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__FindConfirmationRequest request;
    g_autofree ProtobufCBinaryData *ids = g_new0(ProtobufCBinaryData, found->n_holders);
    for (size_t i = 0; i < found->n_holders; i++)
        ids[i] = found->holders[i]->contact_point_id;
    dunlin__correspondence__v1__find_confirmation_request__init(&request);
    request.n_contact_point_ids = found->n_holders;
    request.contact_point_ids = ids;
    const enum status st = edge_call_any(caller, EDGE_OWN, "FindConfirmation", &request.base, &reply, err);
    if (st == STATUS_OK)
        *ret_is_confirmed = ((const Dunlin__Correspondence__V1__FindConfirmationReply *)reply)->is_confirmed;
    return st;
}

/* A number gets one confirmation, however many have it; again only after the opt-out that was confirmed is released. */
static enum status confirm(const struct edge_caller *caller, const Dunlin__Contact__V1__FindNumberReply *found,
                           const struct taking *taking, struct error *err)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__AskConfirmationRequest request;
    bool is_done = true;
    const enum status st = found->n_holders == 0 ? STATUS_OK : is_confirmed(caller, found, &is_done, err);
    if (st != STATUS_OK || is_done)
        return st;
    const Dunlin__Contact__V1__NumberHolder *first = found->holders[0];
    const struct id point_id = wire_known_id(&first->contact_point_id);
    dunlin__correspondence__v1__ask_confirmation_request__init(&request);
    request.contact_point_id = first->contact_point_id;
    request.account_id = first->account_id;
    request.debtor_id = first->debtor_id;
    request.asked_at_us = taking->received_at_us;
    return edge_call(caller, EDGE_OWN, "AskConfirmation", &request.base, id_partition(&point_id), NULL, &reply, err);
}

/* Nothing may hold up a stop, whatever became of the rest. */
static enum status stop(const struct edge_caller *caller, const struct inbound *inbound,
                        const Dunlin__Contact__V1__FindNumberReply *found, const struct taking *taking,
                        enum status kept, struct error *err)
{
    struct error why = {0};
    const enum status st = opt_out_all(caller, inbound, found, &why);
    if (st != STATUS_OK) {
        *err = why;
        return st;
    }
    return kept == STATUS_OK && inbound->wants_confirmation ? confirm(caller, found, taking, err) : kept;
}

static enum status take_from(const struct edge_caller *caller, const struct inbound *inbound,
                             const Dunlin__Contact__V1__FindNumberReply *found, struct taking *taking, enum status kept,
                             struct error *err)
{
    enum status st = kept == STATUS_OK ? keep_all(caller, inbound, found, taking, err) : kept;
    if (taking->is_opt_out)
        st = stop(caller, inbound, found, taking, st, err);
    if (found->n_holders == 0)
        log_warn("a text came from a number that nobody here has", log_flag("opt_out", taking->is_opt_out));
    return st == STATUS_OK ? once(taking->is_new, err) : st;
}

enum status inbound_message(const struct edge_caller *caller, const struct inbound *inbound, struct error *err)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__FindNumberRequest request;
    struct taking taking = {.is_opt_out = is_opt_out_text(inbound->text, inbound->profiles->opt_out_words,
                                                          inbound->profiles->n_opt_out_words)};
    struct error why = {0};
    const enum status kept = keep_text(caller, inbound, &taking, err);
    dunlin__contact__v1__find_number_request__init(&request);
    request.number = wire_text(inbound->from);
    if (edge_call_any(caller, EDGE_CONTACT, "FindNumber", &request.base, &reply, &why) != STATUS_OK) {
        *err = why;
        return not_now(err);
    }
    return take_from(caller, inbound, (const Dunlin__Contact__V1__FindNumberReply *)reply, &taking, kept, err);
}
