#include "outcome.h"

#include <string.h>

#include "id/id_table.h"
#include "logging/logging.h"
#include "service/wire.h"

#define RECOVER_IVL_MS 5000 /* machine time */

enum { METRIC_MESSAGES, METRIC_RECOVERED };
const struct metric OUTCOME_METRICS[] = {
    [METRIC_MESSAGES] = {"dunlin_correspondence_messages_total", METRIC_COUNTER, "outcome",
                         "Messages handed to a carrier or not, by channel and outcome."},
    [METRIC_RECOVERED] = {"dunlin_correspondence_recovered_total", METRIC_COUNTER, "channel",
                          "Messages that were brought to their end after their way had ended half-way."},
    {0},
};

/* What is known of a message that FinishMessage has not written yet. */
struct outcome {
    enum send_result result;
    char detail[ERROR_TEXT_MAX];
};

static void count(const struct channel *channel, enum send_result result)
{
    static const char *const OUTCOMES[] = {"accepted", "uncertain", "refused", "later", "failed"};
    g_autofree char *label = g_strconcat(channel->kind->name, "_", OUTCOMES[result], NULL);
    metrics_add(&OUTCOME_METRICS[METRIC_MESSAGES], label, 1);
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

/* Writes down how it ended here, then tells contact. What fails is done again by outcome_recover. */
static void conclude(struct channel *channel, const struct id *permit_id, const struct outcome *outcome)
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
    enum status st = edge_call(&channel->caller, EDGE_OWN, "FinishMessage", &request.base, id_partition(permit_id), key,
                               &reply, &err);
    if (st != STATUS_OK) {
        log_warn("what became of a message could not be written down; it is tried again", log_id("permit", permit_id),
                 log_error_text(&err));
        return;
    }
    (void)g_hash_table_remove(channel->outcomes, permit_id);
    const Dunlin__Correspondence__V1__Message *message =
        ((const Dunlin__Correspondence__V1__MessageReply *)reply)->message;
    st = edge_report(&channel->caller, permit_id, delivery_of(message->state), message, &err);
    if (st != STATUS_OK)
        log_warn("what became of a message could not be reported; it is tried again", log_id("permit", permit_id),
                 log_error_text(&err));
}

void outcome_remember(struct channel *channel, const struct id *permit_id, enum send_result result,
                      const struct error *why)
{
    struct outcome *outcome = g_new0(struct outcome, 1);
    outcome->result = result;
    g_strlcpy(outcome->detail, result == SEND_ACCEPTED ? "" : why->text, sizeof(outcome->detail));
    (void)id_table_put(channel->outcomes, permit_id, outcome);
    count(channel, result);
    conclude(channel, permit_id, outcome);
}

void outcome_give_back(struct channel *channel, const struct id *permit_id)
{
    struct error err = {0};
    if (edge_report(&channel->caller, permit_id, DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_NOT_SENT, NULL, &err) !=
        STATUS_OK)
        log_warn("a permit could not be given back: it counts until it expires, and after", log_id("permit", permit_id),
                 log_error_text(&err));
}

static bool is_alive(struct channel *channel, const char *instance_id)
{
    const struct roster *roster = NULL;
    struct error err = {0};
    return bus_client_roster(channel->caller.client, &roster, &err) != STATUS_OK ||
           roster_find(roster, instance_id) != NULL;
}

static void recover_one(struct channel *channel, const Dunlin__Correspondence__V1__Message *message)
{
    const struct id permit_id = wire_known_id(&message->permit_id);
    const bool is_own = strcmp(message->instance, channel->instance_id) == 0;
    const struct outcome *known = g_hash_table_lookup(channel->outcomes, &permit_id);
    struct error why = {0};
    const bool is_permitted = message->state == DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_PERMITTED;
    if (!is_permitted && message->state != DUNLIN__CORRESPONDENCE__V1__MESSAGE_STATE__MESSAGE_STATE_SENDING) {
        if (edge_report(&channel->caller, &permit_id, delivery_of(message->state), message, &why) != STATUS_OK)
            log_warn("what became of a message could not be reported; it is tried again", log_id("permit", &permit_id),
                     log_error_text(&why));
        return;
    }
    if (known) {
        conclude(channel, &permit_id, known);
        return;
    }
    if (!is_own && is_alive(channel, message->instance))
        return;
    enum send_result result = SEND_FAILED;
    (void)error_set(&why, STATUS_ABORTED, "it was never handed over");
    if (!is_own && !is_permitted)
        result = channel->kind->find_out(channel->sender, message, &why);
    if (result == SEND_LATER)
        return;
    metrics_add(&OUTCOME_METRICS[METRIC_RECOVERED], channel->kind->name, 1);
    outcome_remember(channel, &permit_id, result, &why);
}

void outcome_recover(struct channel *channel, uint32_t *partitions, size_t n)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__ListOpenMessagesRequest request;
    struct error err = {0};
    if (clock_remaining_ms(channel->recover_at) > 0)
        return;
    dunlin__correspondence__v1__list_open_messages_request__init(&request);
    request.n_partitions = n;
    request.partitions = partitions;
    request.channel = channel->kind->channel;
    if (edge_call_any(&channel->caller, EDGE_OWN, "ListOpenMessages", &request.base, &reply, &err) != STATUS_OK)
        return;
    channel->recover_at = clock_deadline_ms(RECOVER_IVL_MS);
    const Dunlin__Correspondence__V1__ListMessagesReply *got =
        (const Dunlin__Correspondence__V1__ListMessagesReply *)reply;
    for (size_t i = 0; i < got->n_messages && !channel->is_stopping; i++)
        recover_one(channel, got->messages[i]);
}
