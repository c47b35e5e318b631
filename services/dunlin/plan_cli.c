#include "plan_cli.h"

#include <string.h>

#include <glib.h>

#include "dispute_cli.h"
#include "protojson.h"
#include "table.h"

static const ProtobufCServiceDescriptor *const SERVICE = &dunlin__payment__v1__payment_service__descriptor;

enum status plan_call(struct cli *cli, const char *method, const ProtobufCMessage *request, const struct id *id,
                      bool is_query, json_t **ret_reply, struct error *err)
{
    return account_call_json(cli, SERVICE, method, request, id, is_query, ret_reply, err);
}

void plan_show_instalments(struct cli *cli, const json_t *instalments, const char *currency)
{
    static const struct column COLUMNS[] = {{"no.", "number", COLUMN_NUMBER},
                                            {"due", "due_on", COLUMN_TEXT},
                                            {"amount", "amount", COLUMN_MONEY},
                                            {"paid", "paid", COLUMN_MONEY},
                                            {"satisfied", "is_satisfied", COLUMN_TEXT},
                                            {"missed", "is_missed", COLUMN_TEXT},
                                            {0}};
    json_t *rows = json_deep_copy(instalments);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)(void) json_object_set_new(row, "currency", json_string(currency));
    table_print(cli, rows, COLUMNS);
    json_decref(rows);
}

void plan_show(struct cli *cli, json_t *plan)
{
    static const struct column COLUMNS[] = {{"plan", "plan_id", COLUMN_TEXT},
                                            {"account", "account_id", COLUMN_TEXT},
                                            {"state", "state", COLUMN_TEXT},
                                            {"every", "frequency", COLUMN_TEXT},
                                            {"owed then", "owed", COLUMN_MONEY},
                                            {"forgiven once kept", "discount", COLUMN_MONEY},
                                            {"forgiven", "discount_granted", COLUMN_MONEY},
                                            {"open", "open", COLUMN_MONEY},
                                            {"overdue", "overdue", COLUMN_MONEY},
                                            {"missed", "n_missed", COLUMN_NUMBER},
                                            {"next", "next", COLUMN_MONEY},
                                            {"due", "next_due_on", COLUMN_TEXT},
                                            {"missed from", "review_on", COLUMN_TEXT},
                                            {"agreed by", "agreed_by", COLUMN_TEXT},
                                            {"as", "role", COLUMN_TEXT},
                                            {"may approve", "approval_by", COLUMN_TEXT},
                                            {"approved by", "approved_by", COLUMN_TEXT},
                                            {"at", "agreed_at", COLUMN_INSTANT},
                                            {"replaces", "replaces", COLUMN_TEXT},
                                            {"replaced by", "replaced_by", COLUMN_TEXT},
                                            {"instrument", "instrument_id", COLUMN_TEXT},
                                            {"reason", "reason", COLUMN_TEXT},
                                            {0}};
    if (cli_emit(cli, plan))
        return;
    table_print_object(cli, plan, COLUMNS);
    plan_show_instalments(cli, json_object_get(plan, "instalments"),
                          json_string_value(json_object_get(plan, "currency")));
    json_decref(plan);
}

enum status plan_role(struct cli *cli, Dunlin__Payment__V1__PlanRole *ret_role, struct error *err)
{
    int role = 0;
    const enum status st = cli_enum(cli, "role", &dunlin__payment__v1__plan_role__descriptor, &role, err);
    *ret_role = (Dunlin__Payment__V1__PlanRole)role;
    return st;
}

enum status plan_rhythm_option(struct cli *cli, Dunlin__Payment__V1__PlanRhythm *ret_rhythm, struct error *err)
{
    int frequency = 0;
    dunlin__payment__v1__plan_rhythm__init(ret_rhythm);
    enum status st = cli_enum(cli, "every", &dunlin__payment__v1__plan_frequency__descriptor, &frequency, err);
    if (st == STATUS_OK)
        st = cli_day(cli, "from", &ret_rhythm->first_due_on_days, err);
    ret_rhythm->frequency = (Dunlin__Payment__V1__PlanFrequency)frequency;
    ret_rhythm->day = (int32_t)cli_integer(cli, "day");
    ret_rhythm->second_day = (int32_t)cli_integer(cli, "second-day");
    return st;
}
