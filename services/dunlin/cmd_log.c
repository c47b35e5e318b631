#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "account.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "dunlin_sql.h"
#include "eventlog/eventlog.h"
#include "fleet.h"
#include "log_order.h"
#include "progress.h"
#include "protojson.h"
#include "table.h"

#define CHUNK_EVENTS  200 /* read back from each partition's head at a time */
#define FOLLOW_EVENTS 500
#define FOLLOW_IVL_MS 200

struct verification {
    struct progress progress;
    int64_t before; /* events of the partitions that are done */
};

static void on_progress(void *context, uint16_t partition, int64_t seq, int64_t last_seq)
{
    struct verification *verification = context;
    (void)partition;
    (void)last_seq;
    progress_show(&verification->progress, verification->before + seq);
}

static enum status parse_partition(struct cli *cli, int *ret_partition, struct error *err)
{
    gint64 number = -1;
    const char *text = cli_text(cli, "partition");
    if (text[0] != '\0' && !g_ascii_string_to_signed(text, 10, 0, PARTITION_COUNT - 1, &number, NULL))
        return cli_usage(cli, err, "--partition '%s': 0 to %d", text, PARTITION_COUNT - 1);
    *ret_partition = (int)number;
    return STATUS_OK;
}

static enum status count_events(struct db *db, int only, int64_t *ret_total, struct error *err)
{
    uint16_t partitions[PARTITION_COUNT];
    int64_t next_seqs[PARTITION_COUNT];
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        partitions[p] = p;
    const enum status st = eventlog_heads(db, partitions, PARTITION_COUNT, next_seqs, err);
    for (int p = 0; st == STATUS_OK && p < PARTITION_COUNT; p++)
        if (only < 0 || only == p)
            *ret_total += next_seqs[p] - 1;
    return st;
}

static enum status verify_all(struct cli *cli, struct db *db, int only, json_t *broken, int64_t *ret_events,
                              struct error *err)
{
    int64_t total = 0;
    enum status st = count_events(db, only, &total, err);
    struct verification verification = {.progress = progress_begin(cli, "verifying", "events", total)};
    for (int p = 0; p < PARTITION_COUNT && st == STATUS_OK; p++) {
        int64_t n_events = 0;
        if (only >= 0 && only != p)
            continue;
        st = eventlog_verify(db, (uint16_t)p, on_progress, &verification, &n_events, err);
        if (st == STATUS_DATA_LOSS) { /* say all that is broken, not the first only */
            (void)json_array_append_new(broken, json_pack("{s:i, s:s}", "partition", p, "what", err->text));
            st = STATUS_OK;
        }
        verification.before += n_events;
    }
    progress_end(&verification.progress);
    *ret_events = verification.before;
    return st;
}

static enum status run_verify(struct cli *cli, struct error *err)
{
    static const struct column COLUMNS[] = {
        {"partition", "partition", COLUMN_TEXT}, {"what", "what", COLUMN_TEXT}, {0}};
    struct db *db = NULL;
    int only = -1;
    int64_t n_events = 0;
    json_t *broken = json_array();
    enum status st = parse_partition(cli, &only, err);
    if (st == STATUS_OK)
        st = cli_db(cli, &db, err);
    if (st == STATUS_OK)
        st = verify_all(cli, db, only, broken, &n_events, err);
    if (st != STATUS_OK) {
        json_decref(broken);
        return st;
    }
    const bool is_whole = json_array_size(broken) == 0;
    cli_set_exit(cli, is_whole ? CLI_EXIT_OK : CLI_EXIT_FAILED);
    json_t *result =
        json_pack("{s:b, s:I, s:O}", "is_whole", is_whole, "events", (json_int_t)n_events, "broken", broken);
    if (!cli_emit(cli, result)) {
        g_autofree char *number = table_number(n_events);
        if (is_whole)
            cli_say(cli, "%sThe log is whole:%s %s events, numbers without gaps, every hash right.",
                    cli_colour(cli, CLI_GREEN), cli_colour(cli, CLI_PLAIN), number);
        else {
            cli_say(cli, "%sThe log has been changed:%s", cli_colour(cli, CLI_RED), cli_colour(cli, CLI_PLAIN));
            table_print(cli, broken, COLUMNS);
        }
        json_decref(result);
    }
    json_decref(broken);
    return STATUS_OK;
}

static const struct config_option VERIFY_OPTIONS[] = {
    {"partition", CONFIG_TEXT, "", NULL, 0, 0, "One partition, 0 to 63. Empty: all."},
    {0},
};

const struct command COMMAND_LOG_VERIFY = {
    .name = "log verify",
    .summary = "prove that nobody changed, removed or inserted an event",
    .usage = "[--partition N]",
    .details =
        "Walks the hash chain of every partition from its first event to the head. May run while the system works.\n"
        "Exit code 1 where something is broken, with partition and number.\n\n"
        "  dunlin log verify\n",
    .options = VERIFY_OPTIONS,
    .run = run_verify,
};

struct tail {
    struct cli *cli;
    struct db *db;
    const char *type;  /* short or full name; empty: any */
    struct id account; /* none: any */
    uint16_t partitions[PARTITION_COUNT];
    int64_t lower[PARTITION_COUNT]; /* events up to here have not been looked at yet, going back */
    int64_t upper[PARTITION_COUNT]; /* the last that has been seen, going on */
    size_t n;
    struct log_order *order; /* of char, to be freed */
};

static const char *short_type(const char *type)
{
    const char *dot = strrchr(type, '.');
    return dot != NULL ? dot + 1 : type;
}

static bool is_asked(const struct tail *tail, const struct event *event)
{
    if (!id_is_none(&tail->account) && !id_equal(&tail->account, &event->account_id))
        return false;
    return tail->type[0] == '\0' || strcmp(tail->type, event->type) == 0 ||
           strcmp(tail->type, short_type(event->type)) == 0;
}

static json_t *payload_json(const struct event *event)
{
    const ProtobufCMessageDescriptor *type = protojson_event_type(event->type);
    ProtobufCMessage *message =
        type != NULL ? protobuf_c_message_unpack(type, NULL, event->payload_len, event->payload) : NULL;
    if (message == NULL)
        return json_null();
    json_t *json = protojson(message);
    protobuf_c_message_free_unpacked(message, NULL);
    return json;
}

static json_t *event_json(const struct event *event)
{
    char occurred[INSTANT_TEXT_SIZE], recorded[INSTANT_TEXT_SIZE], account[ID_TEXT_SIZE], debtor[ID_TEXT_SIZE];
    return json_pack("{s:i, s:I, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:o}", "partition", (int)event->partition, "seq",
                     (json_int_t)event->seq, "occurred_at",
                     instant_format((struct instant){event->occurred_at_us}, occurred), "recorded_at",
                     instant_format((struct instant){event->recorded_at_us}, recorded), "type", event->type,
                     "agency_id", (int)event->agency_id, "debtor_id",
                     id_is_none(&event->debtor_id) ? "" : id_format(&event->debtor_id, debtor), "account_id",
                     id_is_none(&event->account_id) ? "" : id_format(&event->account_id, account), "actor",
                     event->actor, "payload", payload_json(event));
}

/* What is shown of an event: kept as text, which takes a tenth of what its parts take. */
static char *event_line(struct cli *cli, const struct event *event)
{
    static const struct column OCCURRED = {"", "occurred_at", COLUMN_INSTANT};
    json_t *json = event_json(event);
    char *line;
    if (cli_is_json(cli))
        line = json_dumps(json, JSON_COMPACT);
    else {
        g_autofree char *occurred = table_cell(json, &OCCURRED);
        line = g_strdup_printf("%s%s%s  %2u/%-6" PRId64 " %-20s %-36s %s%s%s", cli_colour(cli, CLI_DIM), occurred,
                               cli_colour(cli, CLI_PLAIN), event->partition, event->seq, short_type(event->type),
                               json_string_value(json_object_get(json, "account_id")), cli_colour(cli, CLI_DIM),
                               event->actor, cli_colour(cli, CLI_PLAIN));
    }
    json_decref(json);
    return line;
}

static void print_lines(struct tail *tail)
{
    GPtrArray *lines = log_order_take(tail->order);
    for (guint i = 0; i < lines->len; i++)
        (void)puts(lines->pdata[i]);
    (void)fflush(stdout);
    g_ptr_array_unref(lines);
}

static enum status open_tail(struct tail *tail, struct error *err)
{
    struct cli *cli = tail->cli;
    const char *account = cli_text(cli, "account");
    tail->type = cli_text(cli, "type");
    enum status st = account[0] != '\0' ? account_find(cli, account, &tail->account, err) : STATUS_OK;
    if (st == STATUS_OK)
        st = cli_db(cli, &tail->db, err);
    if (st != STATUS_OK)
        return st;
    for (uint16_t p = 0; p < PARTITION_COUNT; p++)
        if (id_is_none(&tail->account) || id_partition(&tail->account) == p)
            tail->partitions[tail->n++] = p;
    st = eventlog_heads(tail->db, tail->partitions, tail->n, tail->upper, err);
    for (size_t i = 0; i < tail->n; i++)
        tail->lower[i] = --tail->upper[i];
    return st;
}

static void take(struct tail *tail, const struct eventlog_batch *batch)
{
    for (size_t i = batch->n; i > 0; i--) {
        const struct event *event = &batch->events[i - 1];
        log_order_add(tail->order, event->partition, event->seq, event->recorded_at_us,
                      is_asked(tail, event) ? event_line(tail->cli, event) : NULL);
    }
}

/* One chunk further back in every partition that may have some of the newest events there; *ret_is_over where none has.
 */
static enum status read_back(struct tail *tail, bool *ret_is_over, struct error *err)
{
    bool is_wanted[PARTITION_COUNT];
    for (size_t i = 0; i < tail->n; i++)
        is_wanted[i] = tail->lower[i] > 0 && log_order_wants(tail->order, tail->partitions[i]);
    *ret_is_over = true;
    for (size_t i = 0; i < tail->n; i++) {
        SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
        if (!is_wanted[i])
            continue;
        const int64_t after = MAX(0, tail->lower[i] - CHUNK_EVENTS);
        const enum status st =
            eventlog_read(tail->db, tail->partitions[i], after, (int32_t)(tail->lower[i] - after), &batch, err);
        if (st != STATUS_OK)
            return st;
        take(tail, batch);
        tail->lower[i] = after;
        *ret_is_over = *ret_is_over && after == 0;
    }
    log_order_settle(tail->order);
    return STATUS_OK;
}

static enum status follow(struct tail *tail, struct error *err)
{
    for (;;) {
        SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
        const enum status st =
            eventlog_read_many(tail->db, tail->partitions, tail->upper, tail->n, FOLLOW_EVENTS, &batch, err);
        if (st != STATUS_OK)
            return st;
        for (size_t e = 0; e < batch->n; e++)
            for (size_t i = 0; i < tail->n; i++)
                if (tail->partitions[i] == batch->events[e].partition)
                    tail->upper[i] = batch->events[e].seq;
        take(tail, batch);
        print_lines(tail);
        if (batch->n < FOLLOW_EVENTS)
            (void)zmq_poll(NULL, 0, FOLLOW_IVL_MS);
    }
}

static enum status run_tail(struct cli *cli, struct error *err)
{
    const size_t last = (size_t)cli_integer(cli, "last");
    struct tail tail = {.cli = cli, .order = log_order_new(last > 0 ? last : SIZE_MAX, free)};
    enum status st = open_tail(&tail, err);
    for (bool is_over = false; st == STATUS_OK && !is_over;)
        st = read_back(&tail, &is_over, err);
    if (st == STATUS_OK) {
        print_lines(&tail);
        log_order_free(tail.order);
        tail.order = log_order_new(SIZE_MAX, free); /* whatever comes now is shown */
    }
    if (st == STATUS_OK && cli_flag(cli, "follow"))
        st = follow(&tail, err);
    log_order_free(tail.order);
    return st;
}

static const struct config_option TAIL_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"follow", CONFIG_BOOL, "false", NULL, 0, 0, "Go on with new events until interrupted."},
    {"type", CONFIG_TEXT, "", NULL, 0, 0, "Only events of this type: AccountPlaced, or its full name."},
    {"account", CONFIG_TEXT, "", NULL, 0, 0, "Only events of this account, by reference or id."},
    {"last", CONFIG_INTEGER, "20", "events", 0, 1000000, "How many of the newest to begin with; 0: all there are."},
    {0},
};

const struct command COMMAND_LOG_TAIL = {
    .name = "log tail",
    .summary = "the newest events of the log",
    .usage = "[--follow] [--type TYPE] [--account REF] [--last N]",
    .details = "Each partition's in the order of its log; those of several partitions by the time at which they were\n"
               "recorded, as far as that allows. With --json one object a line, payload included.\n\n"
               "  dunlin log tail --follow --type PermitRefused\n"
               "  dunlin log tail --account A-1001 --json | jq -c '[.occurred_at, .type]'\n",
    .options = TAIL_OPTIONS,
    .run = run_tail,
};

static enum status check_retry(struct cli *cli, int *ret_partition, int64_t *ret_seq, struct error *err)
{
    const char *service = cli_text(cli, "service");
    const char *seq = cli_text(cli, "seq");
    gint64 number = 0;
    const enum status st = parse_partition(cli, ret_partition, err);
    if (st != STATUS_OK)
        return st;
    if (service[0] != '\0' && fleet_find(service) == NULL)
        return cli_usage(cli, err, "--service: there is no service '%s'", service);
    if (seq[0] != '\0' && !g_ascii_string_to_signed(seq, 10, 1, G_MAXINT64, &number, NULL))
        return cli_usage(cli, err, "--seq '%s' is no event's number", seq);
    if (number > 0 && *ret_partition < 0)
        return cli_usage(cli, err, "--seq needs --partition (`dunlin status` shows both)");
    if (!cli_flag(cli, "all") && number == 0 && *ret_partition < 0)
        return cli_usage(cli, err, "which events? --all, or --partition and --seq (`dunlin status` shows them)");
    *ret_seq = number;
    return STATUS_OK;
}

static enum status run_retry(struct cli *cli, struct error *err)
{
    static const struct column COLUMNS[] = {
        {"consumer", "consumer", COLUMN_TEXT}, {"partition", "partition", COLUMN_TEXT},     {"seq", "seq", COLUMN_TEXT},
        {"type", "type", COLUMN_TEXT},         {"it was parked for", "error", COLUMN_TEXT}, {0}};
    SCOPED(db_result_freep) struct db_result *released = NULL;
    struct db_args args = {0};
    struct db *db = NULL;
    int partition = -1;
    int64_t seq = 0;
    enum status st = check_retry(cli, &partition, &seq, err);
    if (st != STATUS_OK)
        return st;
    db_arg_text(&args, cli_text(cli, "service")[0] != '\0' ? cli_text(cli, "service") : NULL);
    if (partition >= 0)
        db_arg_int2(&args, (int16_t)partition);
    else
        db_arg_null(&args, DB_INT2);
    if (seq > 0)
        db_arg_int8(&args, seq);
    else
        db_arg_null(&args, DB_INT8);
    st = cli_db(cli, &db, err);
    if (st == STATUS_OK)
        st = db_exec(db, &DUNLIN_PARKED_RELEASE, &args, &released, err);
    if (st != STATUS_OK)
        return st;
    json_t *rows = json_array();
    for (size_t i = 0; i < db_rows(released); i++)
        (void)json_array_append_new(rows, json_pack("{s:s, s:i, s:I, s:s, s:s}", "consumer", db_text(released, i, 0),
                                                    "partition", (int)db_int2(released, i, 1), "seq",
                                                    (json_int_t)db_int8(released, i, 2), "type",
                                                    db_text(released, i, 4), "error", db_text(released, i, 5)));
    if (cli_emit(cli, rows))
        return STATUS_OK;
    cli_say(cli, "%zu events are tried again within a second, oldest first; `dunlin status` shows what comes of it.",
            json_array_size(rows));
    if (json_array_size(rows) > 0)
        table_print(cli, rows, COLUMNS);
    json_decref(rows);
    return STATUS_OK;
}

static const struct config_option RETRY_OPTIONS[] = {
    {"service", CONFIG_TEXT, "", NULL, 0, 0, "Only what this service has parked."},
    {"partition", CONFIG_TEXT, "", NULL, 0, 0, "Only this partition, 0 to 63."},
    {"seq", CONFIG_TEXT, "", NULL, 0, 0, "Only this event, and those of its debtor that wait behind it."},
    {"all", CONFIG_BOOL, "false", NULL, 0, 0, "All that is parked."},
    {0},
};

const struct command COMMAND_LOG_RETRY = {
    .name = "log retry",
    .summary = "let parked events be tried again",
    .usage = "[--service NAME] --all | --partition N [--seq N]",
    .details =
        "An event that a service cannot apply is set aside with its reason, together with the later ones of the same "
        "debtor; others\n"
        "flow on. Once the cause is gone (a new version, a mended policy) let them be tried again, in their order.\n\n"
        "  dunlin log retry --service contact --all\n"
        "  dunlin log retry --partition 17 --seq 4211\n",
    .options = RETRY_OPTIONS,
    .run = run_retry,
};
