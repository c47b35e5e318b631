#include <glib.h>

#include "ask.h"
#include "commands.h"
#include "dispute_cli.h"
#include "dunlin/reporting/v1/reporting.pb-c.h"
#include "protojson.h"
#include "table.h"

/* dispute rates, complaint rates: how often, by whom. */

static enum status ask(struct cli *cli, int by, json_t **ret_reply, struct error *err)
{
    Dunlin__Reporting__V1__GetRatesRequest request;
    dunlin__reporting__v1__get_rates_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    request.by = (Dunlin__Reporting__V1__RateBy)by;
    request.from_month = ask_text(cli_text(cli, "from"));
    request.to_month = ask_text(cli_text(cli, "to"));
    return ask_any_json(cli, &dunlin__reporting__v1__reporting_service__descriptor, "GetRates", &request.base,
                        ret_reply, err);
}

/* For people: a rate of nothing is none. */
static json_t *with_text(const json_t *rows, const char *key)
{
    json_t *copy = json_array(), *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        json_t *shown = json_copy(row);
        const double rate = json_number_value(json_object_get(row, key));
        const bool has_base = json_integer_value(json_object_get(row, "out_of")) > 0;
        g_autofree char *text = has_base ? g_strdup_printf("%.2f", rate) : g_strdup("n/a");
        (void)json_object_set_new(shown, "shown", json_string(text));
        (void)json_array_append_new(copy, shown);
    }
    return copy;
}

static enum status show(struct cli *cli, int by, const struct column *columns, const char *key, struct error *err)
{
    json_t *reply = NULL;
    const enum status st = ask(cli, by, &reply, err);
    if (st != STATUS_OK || cli_emit(cli, reply))
        return st;
    json_t *rows = with_text(json_object_get(reply, "rates"), key);
    table_print(cli, rows, columns);
    json_decref(rows);
    json_decref(reply);
    return STATUS_OK;
}

static const struct config_option RATE_OPTIONS[] = {
    {"agency", CONFIG_TEXT, "demo", NULL, 0, 0, "Which agency, by its slug."},
    {"from", CONFIG_TEXT, "", NULL, 0, 0, "First month, YYYY-MM. Empty: from the beginning."},
    {"to", CONFIG_TEXT, "", NULL, 0, 0, "Last month, YYYY-MM. Empty: until now."},
    {"by", CONFIG_TEXT, "client", NULL, 0, 0, "client, collector or campaign."},
    {0},
};

/* What is asked about, by whom or what. */
static enum status show_by(struct cli *cli, const struct column *columns, const char *key, struct error *err)
{
    int by = 0;
    const enum status st = cli_enum(cli, "by", &dunlin__reporting__v1__rate_by__descriptor, &by, err);
    return st == STATUS_OK ? show(cli, by, columns, key, err) : st;
}

static enum status run_disputes(struct cli *cli, struct error *err)
{
    static const struct column COLUMNS[] = {{"name", "name", COLUMN_TEXT},
                                            {"disputes", "disputes", COLUMN_NUMBER},
                                            {"of", "out_of", COLUMN_NUMBER},
                                            {"per 1,000", "shown", COLUMN_TEXT},
                                            {0}};
    return show_by(cli, COLUMNS, "disputes_per_1000", err);
}

const struct command COMMAND_DISPUTE_RATES = {
    .name = "dispute rates",
    .summary = "disputes opened by client, collector or campaign, and how many of 1,000 that is",
    .usage = "[--by client|collector|campaign] [--from YYYY-MM] [--to YYYY-MM]",
    .details = "Disputes of the months, several on one account counted each; of the accounts that the client placed up "
               "to their end. By collector\nand campaign those that calls ended in, of the contacts of the months.\n\n"
               "  dunlin dispute rates --from 2026-01 --to 2026-06\n"
               "  dunlin dispute rates --by campaign\n",
    .options = RATE_OPTIONS,
    .run = run_disputes,
};

static enum status run_complaints(struct cli *cli, struct error *err)
{
    static const struct column COLUMNS[] = {{"name", "name", COLUMN_TEXT},
                                            {"complaints", "complaints", COLUMN_NUMBER},
                                            {"of", "out_of", COLUMN_NUMBER},
                                            {"per 1,000", "shown", COLUMN_TEXT},
                                            {0}};
    return show_by(cli, COLUMNS, "complaints_per_1000", err);
}

const struct command COMMAND_COMPLAINT_RATES = {
    .name = "complaint rates",
    .summary = "complaints by client, collector or campaign, and how many of 1,000 that is",
    .usage = "[--by client|collector|campaign] [--from YYYY-MM] [--to YYYY-MM]",
    .details =
        "Of a client's accounts; of the contacts of a collector or campaign, whom complaints and permits must name "
        "alike\n(`dunlin permit --campaign`, and the native dialer protocol).\n\n"
        "  dunlin complaint rates --by collector --from 2026-06\n",
    .options = RATE_OPTIONS,
    .run = run_complaints,
};
