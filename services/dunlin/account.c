#include "account.h"

#include "ask.h"
#include "protojson.h"

#include "dunlin/intake/v1/intake.pb-c.h"

ProtobufCBinaryData account_bytes(const struct id *id)
{
    return (ProtobufCBinaryData){.len = ID_BYTES, .data = (uint8_t *)(uintptr_t)id->bytes};
}

bool account_json_id(const json_t *object, const char *key, struct id *ret_id)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL && id_parse(text, ret_id, NULL) == STATUS_OK;
}

enum status account_find(struct cli *cli, const char *text, struct id *ret_id, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    if (id_parse(text, ret_id, NULL) == STATUS_OK)
        return STATUS_OK;
    Dunlin__Intake__V1__GetAccountRequest request;
    dunlin__intake__v1__get_account_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    request.client = ask_text(cli_text(cli, "client"));
    request.client_reference = ask_text(text);
    enum status st =
        ask_any(cli, &dunlin__intake__v1__intake_service__descriptor, "GetAccount", &request.base, &reply, err);
    if (st != STATUS_OK)
        return st;
    const Dunlin__Intake__V1__GetAccountReply *account = (const Dunlin__Intake__V1__GetAccountReply *)reply;
    if (account->placed != NULL)
        st =
            id_from_bytes(account->placed->account_id.data, account->placed->account_id.len, "account_id", ret_id, err);
    else
        st = error_set(err, STATUS_NOT_FOUND, "no account '%s'", text);
    protobuf_c_message_free_unpacked(reply, NULL);
    return st;
}

static enum status call_with_key(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                                 const ProtobufCMessage *request, const struct id *id, const char *key, bool is_query,
                                 ProtobufCMessage **ret_reply, struct error *err)
{
    struct bus_client *bus = NULL;
    struct bus_call call = {.service = service,
                            .method = method,
                            .request = request,
                            .route = BUS_ROUTE_PARTITION,
                            .partition = id_partition(id),
                            .idempotency_key = key,
                            .is_query = is_query};
    const enum status st = cli_bus(cli, &bus, err);
    return st == STATUS_OK ? bus_call(bus, &call, cli_timeout_ms(cli), ret_reply, err) : st;
}

enum status account_call(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                         const ProtobufCMessage *request, const struct id *id, bool is_query,
                         ProtobufCMessage **ret_reply, struct error *err)
{
    const struct id key = id_new(id_partition(id));
    char key_text[ID_TEXT_SIZE];
    return call_with_key(cli, service, method, request, id, is_query ? NULL : id_format(&key, key_text), is_query,
                         ret_reply, err);
}

enum status account_call_json(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                              const ProtobufCMessage *request, const struct id *id, bool is_query, json_t **ret_reply,
                              struct error *err)
{
    ProtobufCMessage *reply = NULL;
    const enum status st = account_call(cli, service, method, request, id, is_query, &reply, err);
    if (st != STATUS_OK)
        return st;
    *ret_reply = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return STATUS_OK;
}

enum status account_call_and_show(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                                  const ProtobufCMessage *request, const struct id *id, const struct column *columns,
                                  struct error *err)
{
    json_t *result = NULL;
    const enum status st = account_call_json(cli, service, method, request, id, false, &result, err);
    if (st != STATUS_OK || cli_emit(cli, result))
        return st;
    table_print_object(cli, result, columns);
    json_decref(result);
    return STATUS_OK;
}

enum status account_call_once(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                              const ProtobufCMessage *request, const struct id *id, const char *key,
                              ProtobufCMessage **ret_reply, struct error *err)
{
    if (key[0] == '\0')
        return account_call(cli, service, method, request, id, false, ret_reply, err);
    return call_with_key(cli, service, method, request, id, key, false, ret_reply, err);
}
