#include <string.h>

#include <glib.h>

#include "ask.h"
#include "commands.h"
#include "id/id.h"
#include "outgoing.h"
#include "progress.h"
#include "protojson.h"
#include "remit_cli.h"
#include "table.h"

/* Paying clients out of trust: `remit run`, `remit list`. */

#define RUNS_MAX 1000

typedef Dunlin__Payment__V1__RemittancePreview preview_t;

/* --- remit run */

struct run {
    struct cli *cli;
    const char *key;
    Dunlin__Payment__V1__PreviewRemittanceReply *plan; /* owned */
    GPtrArray *due;                                    /* const preview_t *: clients that are paid now */
    json_t *carried;                                   /* those that are not, and why */
    struct progress progress;
    int64_t n_done;
};

static void run_fini(struct run *run)
{
    if (run->plan)
        protobuf_c_message_free_unpacked(&run->plan->base, NULL);
    g_ptr_array_free(run->due, TRUE);
    json_decref(run->carried);
}

static enum status read_plan(struct run *run, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__PreviewRemittanceRequest request;
    dunlin__payment__v1__preview_remittance_request__init(&request);
    request.agency = ask_text(cli_text(run->cli, "agency"));
    request.client = ask_text(cli_text(run->cli, "client"));
    request.run_key = ask_text(run->key);
    const enum status st = ask_any(run->cli, REMIT_SERVICE, "PreviewRemittance", &request.base, &reply, err);
    if (st == STATUS_OK)
        run->plan = (Dunlin__Payment__V1__PreviewRemittanceReply *)reply;
    return st;
}

static void carry(struct run *run, const preview_t *client, const char *why)
{
    json_t *object = protojson(&client->base);
    (void)json_object_set_new(object, "why", json_string(why));
    (void)json_array_append_new(run->carried, object);
}

/* A run that is begun is finished, whatever is left of it. */
static void decide(struct run *run)
{
    const bool is_forced = cli_flag(run->cli, "force");
    for (size_t i = 0; i < run->plan->n_clients; i++) {
        const preview_t *client = run->plan->clients[i];
        const bool is_begun = client->parts_done > 0;
        if (client->parts_done >= run->plan->parts_of_run && (client->payable_minor != 0 || client->fees_minor != 0))
            carry(run, client, "came after this run");
        else if (client->parts_done < run->plan->parts_of_run && client->is_below_minimum && !is_begun && !is_forced)
            carry(run, client, "below the client's minimum");
        else if (client->parts_done < run->plan->parts_of_run)
            g_ptr_array_add(run->due, (gpointer)(uintptr_t)client);
    }
}

/* A part on its way. */
struct sending {
    Dunlin__Payment__V1__RemitPartRequest request;
    uint16_t partition;
};

static enum status take_part(void *taker, struct bus_call *call, struct error *err)
{
    struct run *run = taker;
    g_autofree struct sending *sending = call->context;
    if (call->code != STATUS_OK) {
        const struct error why = call->error;
        return error_set(err, call->code, "'%s' in %s, partition %u: %s", sending->request.client,
                         sending->request.currency, sending->partition, why.text);
    }
    progress_show(&run->progress, ++run->n_done);
    return STATUS_OK;
}

/* The same part twice is one part, so it may be asked for again whatever became of it. */
static enum status send_part(struct run *run, struct outgoing *outgoing, const preview_t *client, uint16_t partition,
                             struct error *err)
{
    struct sending *sending = g_new0(struct sending, 1);
    struct bus_call call = {.service = &dunlin__payment__v1__payment_service__descriptor,
                            .method = "RemitPart",
                            .request = &sending->request.base,
                            .route = BUS_ROUTE_PARTITION,
                            .partition = partition,
                            .is_query = true,
                            .context = sending};
    dunlin__payment__v1__remit_part_request__init(&sending->request);
    sending->request.agency = ask_text(cli_text(run->cli, "agency"));
    sending->request.client = client->client;
    sending->request.currency = client->currency;
    sending->request.run_key = ask_text(run->key);
    sending->partition = partition;
    const enum status st = outgoing_send(outgoing, &call, err);
    if (st != STATUS_OK)
        g_free(sending);
    return st;
}

/* Partition by partition: those that are remitted together are then in one unit of one partition. */
static enum status send_parts(struct run *run, struct error *err)
{
    struct bus_client *bus = NULL;
    enum status st = cli_bus(run->cli, &bus, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(outgoing_freep) struct outgoing *outgoing = outgoing_new(run->cli, bus, take_part, run);
    run->progress = progress_begin(run->cli, "remitting", "parts", (int64_t)run->due->len * run->plan->parts_of_run);
    for (uint16_t partition = 0; partition < run->plan->parts_of_run && st == STATUS_OK; partition++)
        for (guint i = 0; i < run->due->len && st == STATUS_OK; i++)
            st = send_part(run, outgoing, g_ptr_array_index(run->due, i), partition, err);
    st = outgoing_finish(outgoing, err);
    progress_end(&run->progress);
    if (st == STATUS_OK)
        return st;
    const struct error why = *err;
    cli_set_exit(run->cli, run->n_done > 0 ? CLI_EXIT_PARTLY : CLI_EXIT_FAILED);
    return error_set(err, st, "%.*s (run the same command again: it goes on where it stopped)", ERROR_TEXT_MAX - 80,
                     why.text);
}

/* Consumes the reply. */
static json_t *take_runs(Dunlin__Payment__V1__ListRemittancesReply *reply)
{
    json_t *runs = json_array();
    for (size_t i = 0; i < reply->n_runs; i++)
        (void)json_array_append_new(runs, remit_run_json(reply->runs[i], reply->parts_of_run));
    protobuf_c_message_free_unpacked(&reply->base, NULL);
    return runs;
}

static void show_carried(struct cli *cli, const json_t *carried)
{
    static const struct column CARRIED[] = {{"carried on", "client", COLUMN_TEXT},
                                            {"currency", "currency", COLUMN_TEXT},
                                            {"owed to the client", "payable", COLUMN_MONEY},
                                            {"earned", "fees", COLUMN_MONEY},
                                            {"why", "why", COLUMN_TEXT},
                                            {0}};
    if (json_array_size(carried) == 0)
        return;
    cli_say(cli, "%s", "");
    table_print(cli, carried, CARRIED);
}

static enum status show_plan(struct run *run)
{
    static const struct column PLAN[] = {{"client", "client", COLUMN_TEXT},
                                         {"currency", "currency", COLUMN_TEXT},
                                         {"method", "method", COLUMN_TEXT},
                                         {"owed to the client", "payable", COLUMN_MONEY},
                                         {"fees", "fees", COLUMN_MONEY},
                                         {"would be paid", "remitted", COLUMN_MONEY},
                                         {"invoiced", "invoiced", COLUMN_MONEY},
                                         {"payee", "payee", COLUMN_TEXT},
                                         {0}};
    struct cli *cli = run->cli;
    json_t *due = json_array();
    for (guint i = 0; i < run->due->len; i++)
        (void)json_array_append_new(due, protojson(&((const preview_t *)g_ptr_array_index(run->due, i))->base));
    json_t *result = json_pack("{s:s, s:o, s:O}", "run_key", run->key, "due", due, "carried", run->carried);
    if (cli_emit(cli, result))
        return STATUS_OK;
    table_print(cli, due, PLAN);
    show_carried(cli, run->carried);
    cli_say(cli, "\nNothing was paid: --dry-run");
    json_decref(result);
    return STATUS_OK;
}

static enum status show_result(struct run *run, struct error *err)
{
    struct cli *cli = run->cli;
    Dunlin__Payment__V1__ListRemittancesReply *reply = NULL;
    const enum status st = remit_runs(cli, run->key, RUNS_MAX, &reply, err);
    if (st != STATUS_OK)
        return st;
    const bool is_truncated = reply->is_truncated;
    json_t *runs = take_runs(reply);
    json_t *result = json_pack("{s:s, s:o, s:O, s:b}", "run_key", run->key, "runs", runs, "carried", run->carried,
                               "is_truncated", is_truncated);
    if (cli_emit(cli, result))
        return STATUS_OK;
    remit_show_runs(cli, runs);
    show_carried(cli, run->carried);
    if (is_truncated)
        cli_say(cli, "there are more than %d: ask with --client", RUNS_MAX);
    json_decref(result);
    return STATUS_OK;
}

static enum status run_run(struct cli *cli, struct error *err)
{
    SCOPED(run_fini)
    struct run run = {.cli = cli, .key = cli_text(cli, "key"), .due = g_ptr_array_new(), .carried = json_array()};
    enum status st = read_plan(&run, err);
    if (st != STATUS_OK)
        return st;
    decide(&run);
    if (cli_flag(cli, "dry-run"))
        return show_plan(&run);
    st = send_parts(&run, err);
    return st == STATUS_OK ? show_result(&run, err) : st;
}

static const struct config_option RUN_OPTIONS[] = {
    REMIT_AGENCY_OPTION,
    {"key", CONFIG_TEXT, NULL, NULL, 0, 0, "Names the run, \"2026-10\": the same one again changes nothing."},
    {"client", CONFIG_TEXT, "", NULL, 0, 0, "Only this client. Empty: all that have anything in trust."},
    {"dry-run", CONFIG_BOOL, "false", NULL, 0, 0, "Say what would be paid, and pay nothing."},
    {"force", CONFIG_BOOL, "false", NULL, 0, 0, "Also what is below a client's minimum."},
    {0},
};

const struct command COMMAND_REMIT_RUN = {
    .name = "remit run",
    .summary = "pay clients out of trust, and take the fees that were earned",
    .usage = "--key KEY [--client CLIENT] [--dry-run] [--force]",
    .details =
        "Each client is paid, by his agreement net (fees kept back) or gross (fees invoiced), all that is posted for "
        "him and not\n"
        "remitted yet. Below zero it is due from him. Less than his agreement's minimum is carried on to the next "
        "run. A key is\n"
        "used once: doing it again changes nothing, and finishes a run that was interrupted.\n"
        "Exit codes: 0 done; 3 interrupted, do it again; 1 nothing was paid.\n\n"
        "  dunlin remit run --key 2026-10 --dry-run\n"
        "  dunlin remit run --key 2026-10\n"
        "  dunlin remit run --key 2026-W41 --client northwind-utilities\n",
    .options = RUN_OPTIONS,
    .run = run_run,
};

/* --- remit list */

static enum status run_list(struct cli *cli, struct error *err)
{
    Dunlin__Payment__V1__ListRemittancesReply *reply = NULL;
    const int32_t limit = (int32_t)cli_integer(cli, "limit");
    const enum status st = remit_runs(cli, cli_text(cli, "key"), limit, &reply, err);
    if (st != STATUS_OK)
        return st;
    const bool is_truncated = reply->is_truncated;
    json_t *runs = take_runs(reply);
    json_t *result = json_pack("{s:o, s:b}", "runs", runs, "is_truncated", is_truncated);
    if (cli_emit(cli, result))
        return STATUS_OK;
    remit_show_runs(cli, runs);
    if (is_truncated)
        cli_say(cli, "there are more: --limit, at most %d", RUNS_MAX);
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option LIST_OPTIONS[] = {
    REMIT_AGENCY_OPTION,
    {"key", CONFIG_TEXT, "", NULL, 0, 0, "Only this run. Empty: all."},
    {"client", CONFIG_TEXT, "", NULL, 0, 0, "Only this client. Empty: all."},
    {"limit", CONFIG_INTEGER, "100", "runs", 1, RUNS_MAX, "At most so many, the newest first."},
    {0},
};

const struct command COMMAND_REMIT_LIST = {
    .name = "remit list",
    .summary = "what clients were paid out of trust, run by run",
    .usage = "[--key KEY] [--client CLIENT]",
    .details = "Collected: by the agency. Elsewhere: by the client himself, or another agency. A run that is not "
               "finished was interrupted:\n`dunlin remit run` with its key finishes it.\n\n"
               "  dunlin remit list\n  dunlin remit list --client northwind-utilities --json\n",
    .options = LIST_OPTIONS,
    .run = run_list,
};
