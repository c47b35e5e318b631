#include "edge_call.h"

#include <glib.h>

#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "service/wire.h"

static enum status call(const struct edge_caller *caller, struct bus_call *call, ProtobufCMessage **ret_reply,
                        struct error *err)
{
    ProtobufCMessage *reply = NULL;
    const enum status st = bus_call(caller->client, call, caller->timeout_ms, &reply, err);
    if (st == STATUS_OK)
        *ret_reply = reply;
    return st;
}

static const ProtobufCServiceDescriptor *service_of(enum edge_target target)
{
    switch (target) {
    case EDGE_CONTACT:
        return &dunlin__contact__v1__contact_service__descriptor;
    case EDGE_INTAKE:
        return &dunlin__intake__v1__intake_service__descriptor;
    case EDGE_PAYMENT:
        return &dunlin__payment__v1__payment_service__descriptor;
    case EDGE_DISPUTE:
        return &dunlin__dispute__v1__dispute_service__descriptor;
    case EDGE_OWN:
        break;
    }
    return &dunlin__correspondence__v1__correspondence_service__descriptor;
}

enum status edge_call(const struct edge_caller *caller, enum edge_target target, const char *method,
                      const ProtobufCMessage *request, uint16_t partition, const char *key,
                      ProtobufCMessage **ret_reply, struct error *err)
{
    struct bus_call made = {.service = service_of(target),
                            .method = method,
                            .request = request,
                            .route = BUS_ROUTE_PARTITION,
                            .partition = partition,
                            .idempotency_key = key,
                            .is_query = key == NULL};
    return call(caller, &made, ret_reply, err);
}

enum status edge_call_instance(const struct edge_caller *caller, const char *instance_id, const char *method,
                               const ProtobufCMessage *request, ProtobufCMessage **ret_reply, struct error *err)
{
    struct bus_call made = {.service = service_of(EDGE_CONTACT),
                            .method = method,
                            .request = request,
                            .route = BUS_ROUTE_INSTANCE,
                            .instance_id = instance_id,
                            .is_query = true};
    return call(caller, &made, ret_reply, err);
}

enum status edge_call_any(const struct edge_caller *caller, enum edge_target target, const char *method,
                          const ProtobufCMessage *request, ProtobufCMessage **ret_reply, struct error *err)
{
    struct bus_call made = {
        .service = service_of(target), .method = method, .request = request, .route = BUS_ROUTE_ANY, .is_query = true};
    return call(caller, &made, ret_reply, err);
}

void edge_reply_freep(ProtobufCMessage **reply)
{
    if (*reply)
        protobuf_c_message_free_unpacked(*reply, NULL);
    *reply = NULL;
}

enum status edge_report(const struct edge_caller *caller, const struct id *permit_id,
                        Dunlin__Contact__V1__Delivery delivery, const Dunlin__Correspondence__V1__Message *message,
                        struct error *err)
{
    g_autofree char *document = NULL;
    SCOPED(edge_reply_freep) ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__ReportAttemptsRequest request;
    Dunlin__Contact__V1__AttemptReport report, *reports[] = {&report};
    Dunlin__Contact__V1__Evidence evidence;
    dunlin__contact__v1__report_attempts_request__init(&request);
    dunlin__contact__v1__attempt_report__init(&report);
    dunlin__contact__v1__evidence__init(&evidence);
    report.permit_id = wire_id(permit_id);
    report.delivery = delivery;
    if (message) {
        document =
            message->batch[0] ? g_strconcat(message->batch, "/", message->document, NULL) : g_strdup(message->document);
        evidence.document = document;
        evidence.document_hash = message->document_hash;
        report.evidence = &evidence;
        report.notice_ends_on_days = message->notice_ends_on_days;
        report.notice_id = message->notice_id;
    }
    request.n_reports = 1;
    request.reports = reports;
    /* Idempotent by permit: without a key it may be sent again all the same. */
    const enum status st =
        edge_call(caller, EDGE_CONTACT, "ReportAttempts", &request.base, id_partition(permit_id), NULL, &reply, err);
    if (st != STATUS_OK)
        return st;
    const Dunlin__Contact__V1__ReportAttemptsReply *got = (const Dunlin__Contact__V1__ReportAttemptsReply *)reply;
    if (got->n_results == 1 && got->results[0]->code == 0)
        return STATUS_OK;
    return error_set(err, got->n_results == 1 ? status_from_wire((int)got->results[0]->code) : STATUS_INTERNAL,
                     "contact: %s", got->n_results == 1 ? got->results[0]->message : "no answer in its reply");
}
