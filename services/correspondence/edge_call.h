#ifndef DUNLIN_CORRESPONDENCE_EDGE_CALL_H
#define DUNLIN_CORRESPONDENCE_EDGE_CALL_H

#include "bus/bus.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/correspondence/v1/correspondence.pb-c.h"

/* Calls of the edge's threads, each with a client of its own: to contact, to those who know what there is to say, and
 * to the owner of a partition here, whose units of work alone write. */
enum edge_target {
    EDGE_CONTACT,
    EDGE_INTAKE,
    EDGE_PAYMENT,
    EDGE_DISPUTE,
    EDGE_OWN,
};

struct edge_caller {
    struct bus_client *client;
    int64_t timeout_ms; /* of a call */
};

/* `key` NULL: a query, or what does no harm twice. *ret_reply is owned by the caller
 * (protobuf_c_message_free_unpacked). */
MUST_USE enum status edge_call(const struct edge_caller *caller, enum edge_target target, const char *method,
                               const ProtobufCMessage *request, uint16_t partition, const char *key,
                               ProtobufCMessage **ret_reply, struct error *err);

/* The same to one instance of contact. */
MUST_USE enum status edge_call_instance(const struct edge_caller *caller, const char *instance_id, const char *method,
                                        const ProtobufCMessage *request, ProtobufCMessage **ret_reply,
                                        struct error *err);
/* A query to any instance of a service. */
MUST_USE enum status edge_call_any(const struct edge_caller *caller, enum edge_target target, const char *method,
                                   const ProtobufCMessage *request, ProtobufCMessage **ret_reply, struct error *err);

void edge_reply_freep(ProtobufCMessage **reply);

/* Tells contact what became of a message with a permit; NULL: nothing more is known of it than that. */
MUST_USE enum status edge_report(const struct edge_caller *caller, const struct id *permit_id,
                                 Dunlin__Contact__V1__Delivery delivery,
                                 const Dunlin__Correspondence__V1__Message *message, struct error *err);

#endif
