#include "debit_cli.h"

#include "account.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "protojson.h"

const ProtobufCServiceDescriptor *const DEBIT_SERVICE = &dunlin__payment__v1__payment_service__descriptor;

char *debit_lend(const char *text)
{
    return (char *)(uintptr_t)text;
}

enum status debit_call_and_show(struct cli *cli, const char *method, const ProtobufCMessage *request,
                                const struct id *id, const struct column *columns, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    const enum status st = account_call(cli, DEBIT_SERVICE, method, request, id, false, &reply, err);
    if (st != STATUS_OK)
        return st;
    json_t *result = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (cli_emit(cli, result))
        return STATUS_OK;
    table_print_object(cli, result, columns);
    json_decref(result);
    return STATUS_OK;
}

enum status debit_ask(struct cli *cli, const char *method, const ProtobufCMessage *request,
                      ProtobufCMessage **ret_reply, struct error *err)
{
    struct bus_client *bus = NULL;
    struct bus_call call = {
        .service = DEBIT_SERVICE, .method = method, .request = request, .route = BUS_ROUTE_ANY, .is_query = true};
    const enum status st = cli_bus(cli, &bus, err);
    return st == STATUS_OK ? bus_call(bus, &call, cli_timeout_ms(cli), ret_reply, err) : st;
}

enum status debit_operand_id(struct cli *cli, size_t i, const char *what, const char *where, struct id *ret_id,
                             struct error *err)
{
    if (id_parse(cli_operand(cli, i), ret_id, err) == STATUS_OK)
        return STATUS_OK;
    return cli_usage(cli, err, "'%s' is no %s's id (`%s` lists them)", cli_operand(cli, i), what, where);
}

enum status debit_day(struct cli *cli, const char *option, bool is_needed, struct date *ret_day, struct error *err)
{
    const char *text = cli_text(cli, option);
    if (text[0] == '\0' && !is_needed)
        return STATUS_OK;
    if (date_parse(text, "YYYY-MM-DD", ret_day, NULL) == STATUS_OK)
        return STATUS_OK;
    return cli_usage(cli, err, "--%s '%s' is no day as YYYY-MM-DD", option, text);
}
