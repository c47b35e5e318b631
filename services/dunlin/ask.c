#include "ask.h"

#include "protojson.h"

enum status ask_any(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                    const ProtobufCMessage *request, ProtobufCMessage **ret_reply, struct error *err)
{
    struct bus_client *bus = NULL;
    struct bus_call call = {
        .service = service, .method = method, .request = request, .route = BUS_ROUTE_ANY, .is_query = true};
    const enum status st = cli_bus(cli, &bus, err);
    return st == STATUS_OK ? bus_call(bus, &call, cli_timeout_ms(cli), ret_reply, err) : st;
}

enum status ask_any_json(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                         const ProtobufCMessage *request, json_t **ret_reply, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    const enum status st = ask_any(cli, service, method, request, &reply, err);
    if (st != STATUS_OK)
        return st;
    *ret_reply = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return STATUS_OK;
}

char *ask_text(const char *text)
{
    return (char *)(uintptr_t)text;
}
