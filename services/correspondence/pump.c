#include "pump.h"

#include <string.h>

#include "channel.h"
#include "dispatch.h"
#include "due_notices.h"
#include "id/id_table.h"
#include "logging/logging.h"
#include "outcome.h"
#include "service/wire.h"

#define ENTRIES_A_TURN 100
#define ASKED_AT_ONCE  20  /* entries: so many that the questions cost little for each, so few that no answer is old */
#define HOLD_S         300 /* business time: so long nobody else is offered what a process had that is gone */

struct pump {
    const struct service *service;
    zactor_t *actor;
    struct channel channel; /* once it runs, the actor's own */
    int64_t poll_ms;
};

/* What there is to say is asked now, and not long before it is said. */
static void send_entries(struct channel *channel, Dunlin__Contact__V1__DialEntry *const *entries, size_t n)
{
    SCOPED(descriptions_fini) struct descriptions accounts = {0};
    struct error err = {0};
    if (descriptions_ask(&channel->caller, entries, n, &accounts, &err) != STATUS_OK) {
        channel_pause(channel, "what there is to say cannot be asked for now", &err);
        return;
    }
    for (size_t i = 0; i < n && !channel->is_stopping && !channel->is_paused; i++) {
        struct dispatch dispatch = {.entry = entries[i], .account = &accounts.of[i]};
        if (accounts.of[i].may_be_written)
            dispatch_send(channel, &dispatch);
    }
}

static void send_list(struct channel *channel, Dunlin__Contact__V1__DialEntry *const *entries, size_t n)
{
    for (size_t i = 0; i < n && !channel->is_stopping && !channel->is_paused; i += ASKED_AT_ONCE)
        send_entries(channel, &entries[i], MIN(n - i, ASKED_AT_ONCE));
}

/* From one instance of contact, of the partitions that are both its and ours. */
static size_t reserve(struct channel *channel, const char *contact, uint32_t *partitions, size_t n)
{
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__ReserveDialListRequest request;
    Dunlin__Contact__V1__Channel channels[] = {channel->kind->channel};
    struct error err = {0};
    dunlin__contact__v1__reserve_dial_list_request__init(&request);
    request.n_partitions = n;
    request.partitions = partitions;
    request.limit = ENTRIES_A_TURN;
    request.hold_s = HOLD_S;
    request.dialer = wire_text("correspondence");
    request.n_channels = 1;
    request.channels = channels;
    if (edge_call_instance(&channel->caller, contact, "ReserveDialList", &request.base, &reply, &err) != STATUS_OK) {
        log_debug("no list of what is due", log_text("contact", contact), log_error_text(&err));
        return 0;
    }
    const Dunlin__Contact__V1__ReserveDialListReply *list = (const Dunlin__Contact__V1__ReserveDialListReply *)reply;
    send_list(channel, list->entries, list->n_entries);
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
static size_t own_partitions(struct channel *channel, struct share shares[static PARTITION_COUNT],
                             uint32_t partitions[static PARTITION_COUNT])
{
    const struct roster *roster = NULL;
    struct error err = {0};
    size_t n = 0;
    if (bus_client_roster(channel->caller.client, &roster, &err) != STATUS_OK)
        return 0;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++) {
        const struct instance *own = roster_owner(roster, "correspondence", p);
        const struct instance *contact = roster_owner(roster, "contact", p);
        shares[p].contact[0] = '\0';
        if (!own || strcmp(own->id, channel->instance_id) != 0)
            continue;
        partitions[n++] = p;
        if (contact && can_be_written(roster, p))
            g_strlcpy(shares[p].contact, contact->id, sizeof(shares[p].contact));
    }
    return n;
}

/* True where there was something to do, and there may be more. */
static bool send_due(struct channel *channel, struct share shares[static PARTITION_COUNT])
{
    bool has_more = false;
    for (size_t first = 0; first < PARTITION_COUNT && !channel->is_stopping && !channel->is_paused; first++) {
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
        has_more = reserve(channel, contact, partitions, n) == ENTRIES_A_TURN || has_more;
    }
    return has_more;
}

static bool turn(struct channel *channel)
{
    struct share shares[PARTITION_COUNT];
    uint32_t partitions[PARTITION_COUNT];
    if (channel->kind->tend)
        channel->kind->tend(channel->sender);
    const size_t n = own_partitions(channel, shares, partitions);
    if (n == 0)
        return false;
    outcome_recover(channel, partitions, n);
    if (channel->is_paused && clock_remaining_ms(channel->resume_at) > 0)
        return false;
    /* How long it was stays until something gets through: a turn without anything to send says nothing of the carrier.
     */
    channel->is_paused = false;
    due_notices_send(channel, partitions, n);
    return send_due(channel, shares);
}

static void run(struct pump *pump)
{
    struct channel *channel = &pump->channel;
    while (!channel->is_stopping) {
        const bool has_more = turn(channel);
        channel_rest(channel, has_more ? 0 : pump->poll_ms);
    }
}

static void pump_actor(zsock_t *pipe, void *args)
{
    struct pump *pump = args;
    struct channel *channel = &pump->channel;
    const struct bus_client_options options = {.redis_url = config_text(service_config(pump->service), "redis-url"),
                                               .keys = service_keys(pump->service),
                                               .principal = "service:correspondence"};
    struct error err = {0};
    channel->pipe = pipe;
    const enum status st = bus_client_new(&options, &channel->caller.client, &err);
    zsock_signal(pipe, 0);
    if (st == STATUS_OK)
        run(pump);
    else
        log_error("nothing can be sent", log_text("channel", channel->kind->name), log_error_text(&err));
    bus_client_free(channel->caller.client);
}

enum status pump_start(const struct pump_options *options, struct pump **ret_pump, struct error *err)
{
    const struct config *config = service_config(options->service);
    struct pump *pump = g_new0(struct pump, 1);
    struct channel *channel = &pump->channel;
    g_autofree char *rate = g_strconcat(options->kind->name, "-rate", NULL);
    pump->service = options->service;
    pump->poll_ms = config_integer(config, "poll-interval");
    channel->kind = options->kind;
    channel->policies = options->policies;
    channel->instance_id = service_instance_id(options->service);
    channel->secret = config_text(config, "callback-secret");
    channel->public_url = config_text(config, "public-url");
    channel->confirmation = config_text(config, "opt-out-confirmation");
    channel->gap_ms = 60000 / config_integer(config, rate);
    channel->caller.timeout_ms = config_integer(config, "call-timeout");
    channel->outcomes = id_table_new(g_free);
    channel->failures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const enum status st = options->kind->open(config, channel->instance_id, &channel->sender, err);
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
    struct channel *channel = &pump->channel;
    zactor_destroy(&pump->actor);
    if (channel->sender)
        channel->kind->close(channel->sender);
    g_hash_table_destroy(channel->outcomes);
    g_hash_table_destroy(channel->failures);
    g_free(pump);
}
