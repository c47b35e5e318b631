#include "dialer_service.h"

#include <glib.h>

#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dialer/v1/dialer.pb-c.h"
#include "logging/logging.h"
#include "service/wire.h"

static const struct config_option OPTIONS[] = {
    {"public-listen", CONFIG_TEXT, "tcp://127.0.0.1:*", NULL, 0, 0,
     "Where third-party dialers connect (ZeroMQ endpoint; * takes a free port). Only keys with the role 'dialer' are "
     "served."},
    {"contact-timeout", CONFIG_INTEGER, "5000", "ms", 100, 60000,
     "How long to wait for the contact service, if the dialer does not ask for less."},
    {0},
};

static const ProtobufCMessageDescriptor *const CONSUMED[] = {
    &dunlin__contact__v1__contact_stopped__descriptor,
    &dunlin__contact__v1__contact_resumed__descriptor,
    NULL,
};

static enum status context_open(const struct service *service, unsigned worker, void **ret_context, struct error *err)
{
    (void)service;
    (void)worker;
    zsock_t *stops = zsock_new(ZMQ_PUSH);
    if (!stops)
        return error_set(err, STATUS_INTERNAL, "no socket for notifications: %s", zmq_strerror(errno));
    zsock_set_sndtimeo(stops, 0);
    zsock_set_linger(stops, 0);
    if (zsock_bind(stops, "%s", DIALER_STOPS_ENDPOINT) != 0) {
        zsock_destroy(&stops);
        return error_set(err, STATUS_INTERNAL, "bind %s: %s", DIALER_STOPS_ENDPOINT, zmq_strerror(errno));
    }
    *ret_context = stops;
    return STATUS_OK;
}

static void context_close(void *context)
{
    zsock_t *stops = context;
    zsock_destroy(&stops);
}

static void hand_over(zsock_t *stops, const struct id *account_id, const ProtobufCMessage *notification)
{
    const size_t len = protobuf_c_message_get_packed_size(notification);
    zframe_t *packed = zframe_new(NULL, len);
    protobuf_c_message_pack(notification, zframe_data(packed));
    zmsg_t *message = zmsg_new();
    zmsg_addmem(message, account_id->bytes, ID_BYTES);
    zmsg_append(message, &packed);
    zmsg_addstr(message, notification->descriptor->name);
    if (zmsg_send(&message, stops) != 0) {
        log_warn("a notification could not be handed to the edge, ignoring: no permit will be granted",
                 log_id("account", account_id));
        zmsg_destroy(&message);
    }
}

static enum status apply(struct unit *unit, const struct service_event *events, size_t n_events, struct error *err)
{
    (void)err;
    for (size_t i = 0; i < n_events; i++) {
        const struct event *event = events[i].event;
        ProtobufCBinaryData account_id = wire_id(&event->account_id);
        if (events[i].message->descriptor == &dunlin__contact__v1__contact_stopped__descriptor) {
            const Dunlin__Contact__V1__ContactStopped *stopped =
                (const Dunlin__Contact__V1__ContactStopped *)events[i].message;
            Dunlin__Dialer__V1__StopCalling stop;
            dunlin__dialer__v1__stop_calling__init(&stop);
            stop.account_id = account_id;
            stop.n_reasons = stopped->n_holds;
            stop.reasons = stopped->holds;
            stop.at_us = event->occurred_at_us;
            hand_over(unit_context(unit), &event->account_id, &stop.base);
        } else {
            Dunlin__Dialer__V1__MayCallAgain again;
            dunlin__dialer__v1__may_call_again__init(&again);
            again.account_id = account_id;
            hand_over(unit_context(unit), &event->account_id, &again.base);
        }
    }
    return STATUS_OK;
}

const struct service_spec DIALER_SPEC = {
    .name = "dialer",
    .summary = "The edge to third-party dialers: dial lists, a permit per call, results, and stop messages at once.",
    .options = OPTIONS,
    .consumption = SERVICE_CONSUMES_BROADCAST,
    .consumed = CONSUMED,
    .apply = apply,
    .open = context_open,
    .close = context_close,
    .edge_start = dialer_edge_start,
    .edge_stop = dialer_edge_stop,
};
