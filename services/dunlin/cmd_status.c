#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include <glib.h>

#include "calendar/calendar.h"
#include "commands.h"
#include "dunlin/platform/v1/platform.pb-c.h"
#include "dunlin_sql.h"
#include "fleet.h"
#include "platform/platform.h"
#include "table.h"

#define PING_TIMEOUT_MS 3000
#define PARKED_SHOWN    50
#define WATCH_IVL_MS    2000

struct state {
    struct cli *cli;
    json_t *problems, *clock, *instances, *consumers, *parked;
};

static void add_problem(struct state *state, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same thing may be in the way of several looks: it is said once. */
static void add_problem(struct state *state, const char *format, ...)
{
    va_list args;
    size_t i;
    json_t *known;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    json_array_foreach(state->problems, i, known) if (strcmp(json_string_value(known), text) == 0) return;
    (void)json_array_append_new(state->problems, json_string(text));
}

static json_t *describe_instance(const struct instance *instance)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:I}", "service", instance->service, "instance",
                     instance->id, "version", instance->version, "pid", (json_int_t)instance->pid, "endpoint",
                     instance->rpc_endpoint, "admin", instance->admin_endpoint, "public", instance->public_endpoint,
                     "state", instance->state == INSTANCE_SERVING ? "SERVING" : "DRAINING", "age_us",
                     (json_int_t)(clock_wall_us() - instance->started_at_us));
}

static void add_ping(struct state *state, json_t *row, const struct bus_call *call)
{
    if (call->code != STATUS_OK) {
        add_problem(state, "%s does not answer: %s", call->instance_id, call->error.text);
        (void)json_object_set_new(row, "state", json_string("SILENT"));
        return;
    }
    const Dunlin__Platform__V1__PingReply *reply = (const Dunlin__Platform__V1__PingReply *)call->reply;
    json_t *partitions = json_array();
    for (size_t i = 0; i < reply->n_partitions; i++)
        (void)json_array_append_new(partitions, json_integer(reply->partitions[i]));
    (void)json_object_set_new(row, "partitions", partitions);
    (void)json_object_set_new(row, "owned", json_integer((json_int_t)reply->n_partitions));
    const bool is_in_trouble = reply->trouble[0] != '\0' && strcmp(reply->state, "SERVING") == 0;
    if (is_in_trouble)
        add_problem(state, "%s is not ready: %s", call->instance_id, reply->trouble);
    (void)json_object_set_new(row, "state", json_string(is_in_trouble ? "NOT READY" : reply->state));
    (void)json_object_set_new(row, "is_clock_driven", json_boolean(reply->is_clock_driven));
}

static void ping_all(struct state *state, struct bus_client *bus, const struct roster *roster)
{
    Dunlin__Platform__V1__PingRequest request;
    dunlin__platform__v1__ping_request__init(&request);
    struct bus_call *calls = g_new0(struct bus_call, roster->n + 1);
    for (size_t i = 0; i < roster->n; i++)
        calls[i] = (struct bus_call){.service = &dunlin__platform__v1__control_service__descriptor,
                                     .method = "Ping",
                                     .request = &request.base,
                                     .route = BUS_ROUTE_INSTANCE,
                                     .instance_id = roster->instances[i].id,
                                     .is_query = true};
    bus_call_many(bus, calls, roster->n, PING_TIMEOUT_MS);
    for (size_t i = 0; i < roster->n; i++) {
        json_t *row = describe_instance(&roster->instances[i]);
        add_ping(state, row, &calls[i]);
        if (calls[i].reply != NULL)
            protobuf_c_message_free_unpacked(calls[i].reply, NULL);
        (void)json_array_append_new(state->instances, row);
    }
    g_free(calls);
}

static bool is_serving(const struct roster *roster, const char *service)
{
    for (size_t i = 0; i < roster->n; i++)
        if (strcmp(roster->instances[i].service, service) == 0)
            return true;
    return false;
}

static void check_processes(struct state *state)
{
    size_t n = 0;
    struct fleet_process *processes = fleet_list(cli_var(state->cli), &n);
    for (size_t i = 0; i < n; i++)
        if (processes[i].pid == 0)
            add_problem(state, "%s-%d has died: see %s (`dunlin up` starts it again)", processes[i].service,
                        processes[i].number, processes[i].log);
    fleet_processes_free(processes, n);
}

static void look_at_instances(struct state *state)
{
    struct bus_client *bus = NULL;
    const struct roster *lent = NULL;
    struct error err;
    enum status st = cli_bus(state->cli, &bus, &err);
    if (st == STATUS_OK)
        st = bus_client_roster(bus, &lent, &err);
    if (st != STATUS_OK) {
        add_problem(state, "%s", err.text);
        return;
    }
    SCOPED(roster_freep) struct roster *roster = roster_copy(lent); /* the calls may read it again */
    ping_all(state, bus, roster);
    for (const struct fleet_service *service = FLEET; service->name != NULL; service++)
        if (!is_serving(roster, service->name))
            add_problem(state, "no instance of %s runs", service->name);
}

static void add_consumers(struct state *state, const struct db_result *consumers)
{
    for (size_t i = 0; i < db_rows(consumers); i++) {
        const char *consumer = db_text(consumers, i, 0);
        const int64_t owned = db_int8(consumers, i, 1), lag = db_int8(consumers, i, 3),
                      parked = db_int8(consumers, i, 4);
        if (owned < PARTITION_COUNT)
            add_problem(state, "%" PRId64 " partitions of %s have no owner", PARTITION_COUNT - owned, consumer);
        if (parked > 0)
            add_problem(state,
                        "%s has parked %" PRId64
                        " events (`dunlin log retry --service %s --all` once the cause is gone)",
                        consumer, parked, consumer);
        (void)json_array_append_new(state->consumers,
                                    json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "consumer", consumer, "owned",
                                              (json_int_t)owned, "behind", (json_int_t)db_int8(consumers, i, 2), "lag",
                                              (json_int_t)lag, "parked", (json_int_t)parked, "released",
                                              (json_int_t)db_int8(consumers, i, 5)));
    }
}

static void add_parked(struct state *state, const struct db_result *parked)
{
    for (size_t i = 0; i < db_rows(parked); i++) {
        char debtor[ID_TEXT_SIZE], at[INSTANT_TEXT_SIZE];
        const struct id debtor_id = db_id(parked, i, 3);
        (void)json_array_append_new(
            state->parked, json_pack("{s:s, s:i, s:I, s:s, s:s, s:s, s:i, s:s, s:b}", "consumer", db_text(parked, i, 0),
                                     "partition", (int)db_int2(parked, i, 1), "seq", (json_int_t)db_int8(parked, i, 2),
                                     "debtor_id", id_format(&debtor_id, debtor), "type", db_text(parked, i, 4), "error",
                                     db_text(parked, i, 5), "attempts", (int)db_int4(parked, i, 6), "parked_at",
                                     instant_format((struct instant){db_int8(parked, i, 7)}, at), "is_released",
                                     db_bool(parked, i, 8)));
    }
}

static enum status read_log(struct state *state, struct error *err)
{
    struct db *db = NULL;
    bool is_driven = false;
    struct instant now = {clock_wall_us()};
    char text[INSTANT_TEXT_SIZE];
    struct db_call calls[] = {{.statement = &DUNLIN_CONSUMER_LIST}, {.statement = &DUNLIN_PARKED_LIST}};
    db_arg_int4(&calls[1].args, PARKED_SHOWN);
    enum status st = cli_db(state->cli, &db, err);
    if (st == STATUS_OK)
        st = platform_clock_read(db, &is_driven, &now, err);
    if (st == STATUS_OK)
        st = db_exec_pipeline(db, calls, ARRAY_SIZE(calls), err);
    if (st != STATUS_OK)
        return st;
    state->clock = json_pack("{s:b, s:s}", "is_driven", is_driven, "business_now", instant_format(now, text));
    add_consumers(state, calls[0].result);
    add_parked(state, calls[1].result);
    db_calls_clear(calls, ARRAY_SIZE(calls));
    return STATUS_OK;
}

static void show(struct state *state)
{
    static const struct column INSTANCES[] = {
        {"service", "service", COLUMN_TEXT},    {"instance", "instance", COLUMN_TEXT},
        {"version", "version", COLUMN_TEXT},    {"state", "state", COLUMN_TEXT},
        {"owns", "owned", COLUMN_NUMBER},       {"pid", "pid", COLUMN_TEXT},
        {"age", "age_us", COLUMN_US},           {"endpoint", "endpoint", COLUMN_TEXT},
        {"for dialers", "public", COLUMN_TEXT}, {0}};
    static const struct column CONSUMERS[] = {{"consumer", "consumer", COLUMN_TEXT},
                                              {"owned", "owned", COLUMN_NUMBER},
                                              {"partitions behind", "behind", COLUMN_NUMBER},
                                              {"events behind", "lag", COLUMN_NUMBER},
                                              {"parked", "parked", COLUMN_NUMBER},
                                              {0}};
    static const struct column PARKED[] = {
        {"consumer", "consumer", COLUMN_TEXT}, {"partition", "partition", COLUMN_NUMBER},
        {"seq", "seq", COLUMN_NUMBER},         {"type", "type", COLUMN_TEXT},
        {"tries", "attempts", COLUMN_NUMBER},  {"released", "is_released", COLUMN_TEXT},
        {"why", "error", COLUMN_TEXT},         {0}};
    struct cli *cli = state->cli;
    if (state->clock != NULL) {
        const bool is_driven = json_is_true(json_object_get(state->clock, "is_driven"));
        cli_say(cli, "Business time: %s%s\n", json_string_value(json_object_get(state->clock, "business_now")),
                is_driven ? "  (driven)" : "");
    }
    cli_say(cli, "%sInstances%s", cli_colour(cli, CLI_BOLD), cli_colour(cli, CLI_PLAIN));
    table_print(cli, state->instances, INSTANCES);
    cli_say(cli, "\n%sConsumers of the log%s", cli_colour(cli, CLI_BOLD), cli_colour(cli, CLI_PLAIN));
    table_print(cli, state->consumers, CONSUMERS);
    if (json_array_size(state->parked) > 0) {
        cli_say(cli, "\n%sParked events%s", cli_colour(cli, CLI_BOLD), cli_colour(cli, CLI_PLAIN));
        table_print(cli, state->parked, PARKED);
    }
    size_t i;
    json_t *problem;
    if (json_array_size(state->problems) == 0)
        cli_say(cli, "\n%sAll is well.%s", cli_colour(cli, CLI_GREEN), cli_colour(cli, CLI_PLAIN));
    else
        cli_say(cli, "\n%sNot well:%s", cli_colour(cli, CLI_RED), cli_colour(cli, CLI_PLAIN));
    json_array_foreach(state->problems, i, problem) cli_say(cli, "  %s", json_string_value(problem));
}

static enum status look_once(struct cli *cli)
{
    struct state state = {.cli = cli,
                          .problems = json_array(),
                          .instances = json_array(),
                          .consumers = json_array(),
                          .parked = json_array()};
    struct error err;
    check_processes(&state);
    look_at_instances(&state);
    if (read_log(&state, &err) != STATUS_OK)
        add_problem(&state, "%s", err.text);
    const bool is_well = json_array_size(state.problems) == 0;
    cli_set_exit(cli, is_well ? CLI_EXIT_OK : CLI_EXIT_FAILED);
    json_t *result =
        json_pack("{s:b, s:O, s:O?, s:O, s:O, s:O}", "is_well", is_well, "problems", state.problems, "clock",
                  state.clock, "instances", state.instances, "consumers", state.consumers, "parked", state.parked);
    if (!cli_emit(cli, result)) {
        show(&state);
        json_decref(result);
    }
    json_decref(state.problems);
    json_decref(state.clock);
    json_decref(state.instances);
    json_decref(state.consumers);
    json_decref(state.parked);
    return STATUS_OK;
}

static enum status run_status(struct cli *cli, struct error *err)
{
    (void)err;
    for (;;) {
        const enum status st = look_once(cli);
        if (st != STATUS_OK || !cli_flag(cli, "watch"))
            return st;
        (void)zmq_poll(NULL, 0, WATCH_IVL_MS);
        cli_say(cli, "%s", cli_colour(cli, CLI_PLAIN)[0] != '\0' ? "\033[H\033[2J" : "");
    }
}

static const struct config_option STATUS_OPTIONS[] = {
    {"watch", CONFIG_BOOL, "false", NULL, 0, 0, "Again every two seconds, until interrupted."},
    {0},
};

const struct command COMMAND_STATUS = {
    .name = "status",
    .summary = "what runs, how far it is, and whether all is well",
    .usage = "[--watch]",
    .details = "Instances with the partitions that they own, how far each consumer of the log is behind, parked events "
               "with their reasons,\n"
               "business time. Exit code 1 when something is not well, with the reasons.\n\n"
               "  dunlin status\n"
               "  dunlin status --json | jq '.problems[]'\n",
    .options = STATUS_OPTIONS,
    .run = run_status,
};
