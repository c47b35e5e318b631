#include "remit_cli.h"

#include "ask.h"
#include "protojson.h"
#include "table.h"

const ProtobufCServiceDescriptor *const REMIT_SERVICE = &dunlin__payment__v1__payment_service__descriptor;

enum status remit_runs(struct cli *cli, const char *run_key, int32_t limit,
                       Dunlin__Payment__V1__ListRemittancesReply **ret_reply, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__ListRemittancesRequest request;
    dunlin__payment__v1__list_remittances_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    request.client = ask_text(cli_text(cli, "client"));
    request.run_key = ask_text(run_key);
    request.limit = limit;
    const enum status st = ask_any(cli, REMIT_SERVICE, "ListRemittances", &request.base, &reply, err);
    if (st == STATUS_OK)
        *ret_reply = (Dunlin__Payment__V1__ListRemittancesReply *)reply;
    return st;
}

json_t *remit_run_json(const Dunlin__Payment__V1__RemittanceRun *run, uint32_t parts_of_run)
{
    json_t *object = protojson(&run->base);
    (void)json_object_update_missing(object, json_object_get(object, "figures"));
    (void)json_object_del(object, "figures");
    (void)json_object_set_new(object, "is_finished", json_boolean(run->parts >= parts_of_run));
    return object;
}

void remit_show_runs(struct cli *cli, const json_t *runs)
{
    static const struct column RUNS[] = {{"run", "run_key", COLUMN_TEXT},
                                         {"client", "client", COLUMN_TEXT},
                                         {"currency", "currency", COLUMN_TEXT},
                                         {"method", "method", COLUMN_TEXT},
                                         {"lines", "lines", COLUMN_NUMBER},
                                         {"collected", "collected", COLUMN_MONEY},
                                         {"elsewhere", "collected_elsewhere", COLUMN_MONEY},
                                         {"reversed", "reversed", COLUMN_MONEY},
                                         {"fees", "fees", COLUMN_MONEY},
                                         {"to the client", "remitted", COLUMN_MONEY},
                                         {"invoiced", "invoiced", COLUMN_MONEY},
                                         {"finished", "is_finished", COLUMN_TEXT},
                                         {0}};
    table_print(cli, runs, RUNS);
}
