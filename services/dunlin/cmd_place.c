#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "ask.h"
#include "commands.h"
#include "csv.h"
#include "id/id.h"
#include "place_file.h"
#include "progress.h"
#include "protojson.h"
#include "table.h"

#define WINDOW         8 /* batches on their way at once: some are placed together while others are on the wire */
#define WINDOW_BYTES   (24 * 1024 * 1024)
#define REJECTS_A_PAGE 1000
#define MAPPING_MAX    (256 * 1024)

static const ProtobufCServiceDescriptor *const SERVICE = &dunlin__intake__v1__intake_service__descriptor;

struct place {
    struct cli *cli;
    struct bus_client *bus;
    const char *path;
    char *file_name, *mapping_name, *mapping;
    struct place_cut cut;
    uint8_t hash[RECORDFILE_HASH_BYTES];
    Dunlin__Intake__V1__OpenPlacementReply *opened; /* owned */
    struct id id;
    uint32_t n_batches; /* of the file; known after a pass */
    json_t *summary;
};

static void place_fini(struct place *place)
{
    if (place->opened != NULL)
        dunlin__intake__v1__open_placement_reply__free_unpacked(place->opened, NULL);
    json_decref(place->summary);
    g_free(place->file_name);
    g_free(place->mapping_name);
    g_free(place->mapping);
}

static struct bus_call new_call(const struct place *place, const char *method, const ProtobufCMessage *request,
                                const char *key)
{
    return (struct bus_call){.service = SERVICE,
                             .method = method,
                             .request = request,
                             .route = BUS_ROUTE_ANY,
                             .partition = id_partition(&place->id),
                             .idempotency_key = key,
                             .is_query = key == NULL};
}

/* "<placement>/PlaceRows/17": the same batch is placed once, however often it is sent. */
static char *new_key(const struct place *place, const char *method, int64_t number)
{
    char id[ID_TEXT_SIZE];
    return g_strdup_printf("%s/%s/%" PRId64, id_format(&place->id, id), method, number);
}

static enum status read_mapping(struct place *place, struct error *err)
{
    const char *path = cli_text(place->cli, "mapping");
    g_autoptr(GError) error = NULL;
    gsize len = 0;
    if (!g_file_get_contents(path, &place->mapping, &len, &error))
        return error_set(err, STATUS_NOT_FOUND, "mapping: %s", error->message);
    if (len > MAPPING_MAX || strlen(place->mapping) != len || !g_utf8_validate(place->mapping, (gssize)len, NULL))
        return error_set(err, STATUS_INVALID_ARGUMENT, "'%s' is no mapping: UTF-8 text of at most %d bytes", path,
                         MAPPING_MAX);
    place->mapping_name = g_path_get_basename(path);
    place->cut = place_cut_from_mapping(place->mapping);
    return STATUS_OK;
}

static enum status set_totals(struct place *place, Dunlin__Intake__V1__OpenPlacementRequest *request, struct error *err)
{
    struct cli *cli = place->cli;
    const char *count = cli_text(cli, "control-count");
    const char *sum = cli_text(cli, "control-sum");
    gint64 number = 0;
    if (count[0] != '\0' && !g_ascii_string_to_signed(count, 10, 0, G_MAXINT64, &number, NULL))
        return cli_usage(cli, err, "--control-count '%s' is no number of records", count);
    if (count[0] != '\0') {
        request->control_count_presence_case =
            DUNLIN__INTAKE__V1__OPEN_PLACEMENT_REQUEST__CONTROL_COUNT_PRESENCE_CONTROL_COUNT;
        request->control_count = number;
    }
    if (sum[0] != '\0') {
        request->control_sum_presence_case =
            DUNLIN__INTAKE__V1__OPEN_PLACEMENT_REQUEST__CONTROL_SUM_PRESENCE_CONTROL_SUM;
        request->control_sum = ask_text(sum);
    }
    return STATUS_OK;
}

static enum status open_placement(struct place *place, const struct place_file *file, struct error *err)
{
    struct cli *cli = place->cli;
    ProtobufCMessage *reply = NULL;
    Dunlin__Intake__V1__OpenPlacementRequest request;
    dunlin__intake__v1__open_placement_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    request.file_name = place->file_name;
    request.file_hash = (ProtobufCBinaryData){.len = sizeof(place->hash), .data = place->hash};
    request.file_size_bytes = recordfile_size_bytes(file->file);
    request.mapping = place->mapping;
    request.mapping_name = place->mapping_name;
    request.header = (ProtobufCBinaryData){.len = file->header->len, .data = file->header->data};
    request.batch_rows = (uint32_t)cli_integer(cli, "batch");
    enum status st = set_totals(place, &request, err);
    if (st != STATUS_OK)
        return st;
    struct bus_call call = new_call(place, "OpenPlacement", &request.base, NULL);
    call.is_query = true; /* idempotent by the file's hash: may be asked again */
    st = bus_call(place->bus, &call, cli_timeout_ms(cli), &reply, err);
    if (st != STATUS_OK)
        return st;
    place->opened = (Dunlin__Intake__V1__OpenPlacementReply *)reply;
    return id_from_bytes(place->opened->placement_id.data, place->opened->placement_id.len, "placement_id", &place->id,
                         err);
}

struct pass {
    struct place *place;
    const char *method; /* "CheckRows" or "PlaceRows" */
    GHashTable *done;   /* numbers of batches that an earlier run has sent */
    struct bus_calls *calls;
    size_t bytes; /* of the batches on their way */
};

/* A batch on its way. */
struct sending {
    struct place_batch *batch;
    char *key;
    struct bus_call call;
};

static void sending_free(struct sending *sending)
{
    place_batch_free(sending->batch);
    g_free(sending->key);
    if (sending->call.reply != NULL)
        protobuf_c_message_free_unpacked(sending->call.reply, NULL);
    g_free(sending);
}

static void send_batch(struct pass *pass, struct place_batch *batch)
{
    struct place *place = pass->place;
    struct sending *sending = g_new0(struct sending, 1);
    batch->request.placement_id = place->opened->placement_id;
    sending->batch = batch;
    sending->key = new_key(place, pass->method, batch->number);
    sending->call = new_call(place, pass->method, &batch->request.base, sending->key);
    sending->call.context = sending;
    pass->bytes += batch->bytes;
    bus_calls_add(pass->calls, &sending->call, cli_timeout_ms(place->cli));
}

static enum status take_answers(struct pass *pass, struct error *err)
{
    enum status st = STATUS_OK;
    struct bus_call *call = NULL;
    bus_calls_wait(pass->calls, cli_timeout_ms(pass->place->cli));
    while ((call = bus_calls_next(pass->calls)) != NULL) {
        struct sending *sending = call->context;
        pass->bytes -= sending->batch->bytes;
        if (st == STATUS_OK && call->code != STATUS_OK)
            st = error_set(err, call->code, "batch %u: %s", sending->batch->number, call->error.text);
        sending_free(sending);
    }
    return st;
}

/* Waits until no more than `n` batches are on their way, and none where one failed: the first failure counts. */
static enum status wait_for_answers(struct pass *pass, size_t n, struct error *err)
{
    enum status st = STATUS_OK;
    while (bus_calls_open(pass->calls) > n || (n > 0 && pass->bytes > WINDOW_BYTES)) {
        struct error later;
        const enum status taken = take_answers(pass, st == STATUS_OK ? err : &later);
        if (st == STATUS_OK && taken != STATUS_OK) {
            st = taken;
            n = 0;
        }
    }
    return st;
}

static enum status send_all(struct pass *pass, struct place_file *file, struct progress *progress, struct error *err)
{
    enum status st = STATUS_OK;
    int64_t n_skipped = 0;
    while (st == STATUS_OK) {
        struct place_batch *batch = NULL;
        st = place_file_next(file, &batch, err);
        if (st == STATUS_OK && g_hash_table_contains(pass->done, GUINT_TO_POINTER(batch->number))) {
            n_skipped += batch->rows->len;
            place_batch_free(batch);
        } else if (st == STATUS_OK) {
            send_batch(pass, batch);
            st = wait_for_answers(pass, WINDOW - 1, err);
            progress_show(progress, recordfile_position_bytes(file->file));
        }
    }
    struct error later;
    const bool is_whole = st == STATUS_OUT_OF_RANGE;
    const enum status rest = wait_for_answers(pass, 0, is_whole ? err : &later);
    if (n_skipped > 0 && is_whole)
        cli_note(pass->place->cli, "dunlin place: %" PRId64 " rows had been sent earlier", n_skipped);
    return is_whole ? rest : st;
}

/* The whole file once, through `method`. */
static enum status run_pass(struct place *place, const char *method, const uint32_t *done, size_t n_done,
                            struct error *err)
{
    struct pass pass = {.place = place, .method = method};
    struct place_file file = {0};
    enum status st = place_file_open(place->path, &place->cut, &file, err);
    if (st != STATUS_OK)
        return st;
    pass.done = g_hash_table_new(NULL, NULL);
    pass.calls = bus_calls_new(place->bus, NULL);
    for (size_t i = 0; i < n_done; i++)
        (void)g_hash_table_add(pass.done, GUINT_TO_POINTER(done[i]));
    file.batch_rows = place->opened->batch_rows;
    struct progress progress = progress_begin(place->cli, strcmp(method, "CheckRows") == 0 ? "counting" : "placing",
                                              "bytes", recordfile_size_bytes(file.file));
    st = send_all(&pass, &file, &progress, err);
    progress_end(&progress);
    bus_calls_free(pass.calls);
    g_hash_table_destroy(pass.done);
    place->n_batches = file.next_number;
    place_file_close(&file);
    return st;
}

static enum status confirm_totals(struct place *place, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Intake__V1__ConfirmTotalsRequest request;
    dunlin__intake__v1__confirm_totals_request__init(&request);
    request.placement_id = place->opened->placement_id;
    request.batches = place->n_batches;
    struct bus_call call = new_call(place, "ConfirmTotals", &request.base, NULL); /* idempotent by itself */
    const enum status st = bus_call(place->bus, &call, cli_timeout_ms(place->cli), &reply, err);
    if (st == STATUS_OK)
        protobuf_c_message_free_unpacked(reply, NULL);
    return st;
}

static enum status close_placement(struct place *place, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Intake__V1__ClosePlacementRequest request;
    dunlin__intake__v1__close_placement_request__init(&request);
    request.placement_id = place->opened->placement_id;
    request.batches = place->n_batches;
    struct bus_call call = new_call(place, "ClosePlacement", &request.base, NULL); /* idempotent by itself */
    const enum status st = bus_call(place->bus, &call, cli_timeout_ms(place->cli), &reply, err);
    if (st != STATUS_OK)
        return st;
    place->summary = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return STATUS_OK;
}

static enum status send_file(struct place *place, struct error *err)
{
    Dunlin__Intake__V1__OpenPlacementReply *opened = place->opened;
    enum status st = STATUS_OK;
    switch (opened->stage) {
    case DUNLIN__INTAKE__V1__PLACEMENT_STAGE__PLACEMENT_STAGE_COMPLETED:
        cli_note(place->cli, "dunlin place: this file has been placed before: nothing to send");
        place->summary = opened->summary != NULL ? protojson(&opened->summary->base) : json_object();
        return STATUS_OK;
    case DUNLIN__INTAKE__V1__PLACEMENT_STAGE__PLACEMENT_STAGE_REFUSED:
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "this file was refused before: its control totals were not met");
    case DUNLIN__INTAKE__V1__PLACEMENT_STAGE__PLACEMENT_STAGE_CHECKING:
        st = run_pass(place, "CheckRows", opened->batches_checked, opened->n_batches_checked, err);
        if (st == STATUS_OK)
            st = confirm_totals(place, err);
        break;
    default: /* PLACING, or a stage that this program does not know: intake says what is wrong */
        break;
    }
    if (st == STATUS_OK)
        st = run_pass(place, "PlaceRows", opened->batches_placed, opened->n_batches_placed, err);
    return st == STATUS_OK ? close_placement(place, err) : st;
}

static void write_reject(FILE *out, const Dunlin__Intake__V1__Reject *reject)
{
    (void)fprintf(out, "%" PRId64 ",", reject->line);
    csv_cell(out, reject->field, false);
    csv_cell(out, reject->column, false);
    csv_cell(out, reject->code, false);
    csv_cell(out, reject->reason, false);
    csv_cell_bytes(out, reject->record.data, reject->record.len, true);
}

struct reject_counts {
    GHashTable *by_code; /* code -> json object {code, field, rows, example} */
    json_t *rows;
};

static void count_reject(struct reject_counts *counts, const Dunlin__Intake__V1__Reject *reject)
{
    g_autofree char *key = g_strconcat(reject->code, "/", reject->field, NULL);
    json_t *row = g_hash_table_lookup(counts->by_code, key);
    if (row == NULL) {
        g_autofree char *reason = g_utf8_make_valid(reject->reason, -1);
        row = json_pack("{s:s, s:s, s:i, s:I, s:s}", "code", reject->code, "field", reject->field, "rows", 0,
                        "first_line", (json_int_t)reject->line, "example", reason);
        (void)json_array_append_new(counts->rows, row);
        g_hash_table_insert(counts->by_code, g_strdup(key), row);
    }
    (void)json_object_set_new(row, "rows", json_integer(json_integer_value(json_object_get(row, "rows")) + 1));
}

static enum status read_rejects(struct place *place, FILE *out, struct reject_counts *counts, struct error *err)
{
    Dunlin__Intake__V1__ListRejectsRequest request;
    dunlin__intake__v1__list_rejects_request__init(&request);
    request.placement_id = place->opened->placement_id;
    request.limit = REJECTS_A_PAGE;
    for (size_t n = REJECTS_A_PAGE; n == REJECTS_A_PAGE;) {
        ProtobufCMessage *message = NULL;
        struct bus_call call = new_call(place, "ListRejects", &request.base, NULL);
        const enum status st = bus_call(place->bus, &call, cli_timeout_ms(place->cli), &message, err);
        if (st != STATUS_OK)
            return st;
        const Dunlin__Intake__V1__ListRejectsReply *reply = (const Dunlin__Intake__V1__ListRejectsReply *)message;
        n = reply->n_rejects;
        for (size_t i = 0; i < n; i++) {
            count_reject(counts, reply->rejects[i]);
            if (out != NULL)
                write_reject(out, reply->rejects[i]);
            request.after_line = reply->rejects[i]->line;
        }
        protobuf_c_message_free_unpacked(message, NULL);
    }
    return STATUS_OK;
}

static enum status collect_rejects(struct place *place, json_t **ret_rows, struct error *err)
{
    const char *path = cli_text(place->cli, "rejects");
    FILE *out = NULL;
    if (path[0] != '\0' && (out = fopen(path, "we")) == NULL)
        return error_set(err, STATUS_PERMISSION_DENIED, "--rejects '%s': %s", path, g_strerror(errno));
    if (out != NULL)
        (void)fputs("line,field,column,code,reason,record\r\n", out);
    struct reject_counts counts = {.by_code = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                                   .rows = json_array()};
    enum status st = STATUS_OK;
    if (json_integer_value(json_object_get(place->summary, "rejected")) > 0)
        st = read_rejects(place, out, &counts, err);
    g_hash_table_destroy(counts.by_code);
    if (out != NULL && fclose(out) != 0 && st == STATUS_OK)
        st = error_set(err, STATUS_UNAVAILABLE, "--rejects '%s': %s", path, g_strerror(errno));
    if (st == STATUS_OK)
        *ret_rows = counts.rows;
    else
        json_decref(counts.rows);
    return st;
}

static void show(struct place *place, const json_t *rejects, int64_t elapsed_us)
{
    static const struct column SUMMARY[] = {{"file", "file_name", COLUMN_TEXT},
                                            {"kind", "kind", COLUMN_TEXT},
                                            {"accepted", "accepted", COLUMN_NUMBER},
                                            {"rejected", "rejected", COLUMN_NUMBER},
                                            {"amount", "amount", COLUMN_MONEY},
                                            {"placement", "placement_id", COLUMN_TEXT},
                                            {0}};
    static const struct column REJECTS[] = {
        {"rejected", "rows", COLUMN_NUMBER},     {"code", "code", COLUMN_TEXT},
        {"field", "field", COLUMN_TEXT},         {"first line", "first_line", COLUMN_TEXT},
        {"for example", "example", COLUMN_TEXT}, {0}};
    struct cli *cli = place->cli;
    g_autofree char *took = table_duration(elapsed_us);
    table_print_object(cli, place->summary, SUMMARY);
    cli_say(cli, "  took %s", took);
    if (json_array_size(rejects) == 0)
        return;
    cli_say(cli, "%s", "");
    table_print(cli, rejects, REJECTS);
    if (cli_text(cli, "rejects")[0] == '\0')
        cli_say(cli, "  (every rejected row with --rejects FILE.csv; placing the same file again changes nothing)");
}

static enum status prepare(struct place *place, struct error *err)
{
    struct place_file file = {0};
    enum status st = read_mapping(place, err);
    if (st == STATUS_OK)
        st = recordfile_hash(place->path, place->hash, err);
    if (st == STATUS_OK)
        st = place_file_open(place->path, &place->cut, &file, err);
    if (st == STATUS_OK)
        st = cli_bus(place->cli, &place->bus, err);
    if (st == STATUS_OK)
        st = open_placement(place, &file, err);
    place_file_close(&file);
    return st;
}

/* What passes by itself, or with the cause that the text names. */
static enum status say_how_to_go_on(enum status st, struct error *err)
{
    if (!status_is_transient(st) && st != STATUS_DEADLINE_EXCEEDED)
        return st;
    const struct error why = *err;
    return error_set(err, st,
                     "%.*s (`dunlin status` says what is wrong; then run the same command again: it goes on "
                     "where it stopped)",
                     ERROR_TEXT_MAX - 140, why.text);
}

static enum status run_place(struct cli *cli, struct error *err)
{
    SCOPED(place_fini) struct place place = {.cli = cli, .path = cli_operand(cli, 0)};
    const struct monotonic since = clock_monotonic();
    json_t *rejects = NULL;
    place.file_name = g_path_get_basename(place.path);
    enum status st = prepare(&place, err);
    if (st == STATUS_OK)
        st = send_file(&place, err);
    if (st == STATUS_OK)
        st = collect_rejects(&place, &rejects, err);
    if (st != STATUS_OK)
        return say_how_to_go_on(st, err);
    const int64_t elapsed_us = clock_monotonic().us - since.us;
    if (json_integer_value(json_object_get(place.summary, "rejected")) > 0)
        cli_set_exit(cli, CLI_EXIT_PARTLY);
    json_t *result = json_pack("{s:O, s:O, s:I}", "summary", place.summary, "rejects", rejects, "elapsed_ms",
                               (json_int_t)(elapsed_us / US_PER_MS));
    if (!cli_emit(cli, result)) {
        show(&place, rejects, elapsed_us);
        json_decref(result);
    }
    json_decref(rejects);
    return STATUS_OK;
}

static const struct config_option PLACE_OPTIONS[] = {
    {"mapping", CONFIG_TEXT, NULL, NULL, 0, 0, "The client's mapping: how its columns become ours (YAML)."},
    {"agency", CONFIG_TEXT, "demo", NULL, 0, 0, "Agency that the file is for, by its slug."},
    {"control-count", CONFIG_TEXT, "", NULL, 0, 0,
     "How many records the client says it sent; the file is refused where it has others."},
    {"control-sum", CONFIG_TEXT, "", NULL, 0, 0, "The sum of their amounts as the client says it, \"147703.18\"."},
    {"rejects", CONFIG_TEXT, "", NULL, 0, 0,
     "Write every rejected row to this CSV file: line, field, column, code, reason, record."},
    {"batch", CONFIG_INTEGER, "500", "rows", 1, 1000, "Rows a request."},
    {0},
};

const struct command COMMAND_PLACE = {
    .name = "place",
    .summary = "send a client's file: accounts, payments, updates or recalls",
    .usage = "FILE --mapping MAPPING.yaml [--control-count N] [--control-sum X] [--rejects OUT.csv]",
    .details =
        "Every row is accepted or rejected with a reason; the mapping says which kind of file it is. The same file "
        "twice has one\n"
        "effect, and after an interruption the same command goes on where it stopped. With control totals the whole "
        "file is\n"
        "counted first and refused where they are not met.\n"
        "Exit codes: 0 every row accepted; 3 some rejected; 1 nothing placed, or not all of the file was sent.\n\n"
        "  dunlin place accounts.csv --mapping clinic.yaml --rejects rejects.csv\n"
        "  dunlin place accounts.csv --mapping clinic.yaml --control-count 4000 --control-sum 1477031.18\n",
    .options = PLACE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_place,
};
