#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "ask.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "csv.h"
#include "dispute_cli.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "dunlin/reporting/v1/reporting.pb-c.h"
#include "progress.h"
#include "protojson.h"
#include "table.h"

/* What goes out of the house: an outside agency's file, a lawyer's package. */

#define PAGE_ROWS         1000
#define REPORTING_WAIT_US (100 * 1000)
#define FOLDER_MODE       0700

/* --- ExportEscalations --- */

/* Of one partition. *ret_results is the reply's list, owned by the caller. */
static enum status send_out(struct cli *cli, const struct id *ids, size_t n, const char *file_id, json_t **ret_results,
                            struct error *err)
{
    g_autofree ProtobufCBinaryData *bytes = g_new(ProtobufCBinaryData, n);
    json_t *reply = NULL;
    Dunlin__Dispute__V1__ExportEscalationsRequest request;
    dunlin__dispute__v1__export_escalations_request__init(&request);
    for (size_t i = 0; i < n; i++)
        bytes[i] = account_bytes(&ids[i]);
    request.n_escalation_ids = n;
    request.escalation_ids = bytes;
    request.file_id = ask_text(file_id);
    const enum status st = dispute_call(cli, "ExportEscalations", &request.base, &ids[0], false, &reply, err);
    if (st != STATUS_OK)
        return st;
    *ret_results = json_incref(json_object_get(reply, "results"));
    json_decref(reply);
    return STATUS_OK;
}

static enum status read_account(struct cli *cli, const struct id *account_id, ProtobufCMessage **ret_reply,
                                struct error *err)
{
    Dunlin__Intake__V1__GetAccountRequest request;
    dunlin__intake__v1__get_account_request__init(&request);
    request.agency = ask_text(cli_text(cli, "agency"));
    request.account_id = account_bytes(account_id);
    return account_call(cli, &dunlin__intake__v1__intake_service__descriptor, "GetAccount", &request.base, account_id,
                        true, ret_reply, err);
}

/* --- an outside agency's file --- */

struct export
{
    struct cli *cli;
    const char *to, *path;
    char *file_id;
    GArray *ids[PARTITION_COUNT]; /* struct id */
    size_t n;
    FILE *out;
    json_t *totals;  /* currency -> {count, balance_minor} */
    json_t *refused; /* {escalation_id, code, message} */
    int64_t n_written;
};

static void export_fini(struct export *export)
{
    for (size_t i = 0; i < PARTITION_COUNT; i++)
        if (export->ids[i] != NULL)
            g_array_free(export->ids[i], TRUE);
    if (export->out != NULL)
        (void)fclose(export->out);
    g_free(export->file_id);
    json_decref(export->totals);
    json_decref(export->refused);
}

static void collect_rows(struct export *export, const json_t *rows, struct id *ret_last, int64_t *ret_raised_at_us)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        struct instant raised = {0};
        if (!account_json_id(row, "escalation_id", ret_last))
            continue;
        const char *text = json_string_value(json_object_get(row, "raised_at"));
        if (text != NULL && instant_parse(text, &raised, NULL) == STATUS_OK)
            *ret_raised_at_us = raised.us;
        const uint16_t partition = id_partition(ret_last);
        if (export->ids[partition] == NULL)
            export->ids[partition] = g_array_new(FALSE, FALSE, sizeof(struct id));
        g_array_append_vals(export->ids[partition], ret_last, 1);
        export->n++;
    }
}

/* Those of the agency in a state, page by page. */
static enum status collect(struct export *export, Dunlin__Dispute__V1__EscalationState state, const char *file_id,
                           struct error *err)
{
    struct id last = {0};
    size_t n = PAGE_ROWS;
    Dunlin__Dispute__V1__ListEscalationsRequest request;
    dunlin__dispute__v1__list_escalations_request__init(&request);
    enum status st = cli_agency(export->cli, &request.agency_id, err);
    request.route = DUNLIN__DISPUTE__V1__ESCALATION_ROUTE__ESCALATION_ROUTE_AGENCY;
    request.target = ask_text(export->to);
    request.state = state;
    request.file_id = ask_text(file_id);
    request.limit = PAGE_ROWS;
    while (st == STATUS_OK && n == PAGE_ROWS) {
        json_t *reply = NULL;
        st = dispute_call(export->cli, "ListEscalations", &request.base, &last, true, &reply, err);
        if (st != STATUS_OK)
            return st;
        const json_t *rows = json_object_get(reply, "escalations");
        n = json_array_size(rows);
        collect_rows(export, rows, &last, &request.after_raised_at_us);
        request.after_escalation_id = account_bytes(&last);
        json_decref(reply);
    }
    return st;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static const char *mark(const json_t *escalation, const char *key)
{
    return json_is_true(json_object_get(escalation, key)) ? "yes" : "no";
}

static void add_total(struct export *export, const json_t *escalation)
{
    const char *currency = text_of(escalation, "currency");
    const json_t *before = json_object_get(export->totals, currency);
    const json_int_t count = json_integer_value(json_object_get(before, "count"));
    const json_int_t sum = json_integer_value(json_object_get(before, "balance_minor"));
    const json_int_t balance = json_integer_value(json_object_get(escalation, "balance_minor"));
    (void)json_object_set_new(export->totals, currency,
                              json_pack("{s:I, s:I}", "count", count + 1, "balance_minor", sum + balance));
    export->n_written++;
}

static void write_number(FILE *out, int64_t number)
{
    g_autofree char *text = g_strdup_printf("%" PRId64, number);
    csv_cell(out, text, false);
}

static void write_row(struct export *export, const json_t *escalation, const Dunlin__Intake__V1__AccountPlaced *placed)
{
    char due[DATE_TEXT_SIZE];
    csv_cell(export->out, text_of(escalation, "escalation_id"), false);
    csv_cell(export->out, text_of(escalation, "account_id"), false);
    csv_cell(export->out, placed->client, false);
    csv_cell(export->out, placed->client_reference, false);
    csv_cell(export->out, placed->debtor_name, false);
    csv_cell(export->out, date_format((struct date){placed->due_on_days}, due), false);
    write_number(export->out, json_integer_value(json_object_get(escalation, "balance_minor")));
    csv_cell(export->out, text_of(escalation, "currency"), false);
    csv_cell(export->out, mark(escalation, "is_disputed"), false);
    csv_cell(export->out, mark(escalation, "has_attorney"), false);
    csv_cell(export->out, mark(escalation, "is_ceased"), true);
}

static enum status write_result(struct export *export, const struct id *id, const json_t *result, struct error *err)
{
    const json_t *escalation = json_object_get(result, "escalation");
    struct id account_id;
    char text[ID_TEXT_SIZE];
    ProtobufCMessage *reply = NULL;
    if (json_integer_value(json_object_get(result, "code")) != 0) {
        (void)json_array_append_new(export->refused, json_pack("{s:s, s:s}", "escalation_id", id_format(id, text),
                                                               "why", text_of(result, "message")));
        return STATUS_OK;
    }
    if (!account_json_id(escalation, "account_id", &account_id))
        return error_set(err, STATUS_INTERNAL, "an escalation without an account");
    const enum status st = read_account(export->cli, &account_id, &reply, err);
    if (st != STATUS_OK)
        return st;
    write_row(export, escalation, ((const Dunlin__Intake__V1__GetAccountReply *)reply)->placed);
    add_total(export, escalation);
    protobuf_c_message_free_unpacked(reply, NULL);
    return STATUS_OK;
}

/* Pages of one partition: each is marked as gone out, then written. */
static enum status export_partition(struct export *export, const GArray *ids, struct progress *progress,
                                    struct error *err)
{
    enum status st = STATUS_OK;
    for (guint from = 0; st == STATUS_OK && from < ids->len; from += PAGE_ROWS) {
        const guint n = MIN(PAGE_ROWS, ids->len - from);
        const struct id *page = &g_array_index(ids, struct id, from);
        json_t *results = NULL;
        st = send_out(export->cli, page, n, export->file_id, &results, err);
        for (guint i = 0; st == STATUS_OK && i < n; i++) {
            st = write_result(export, &page[i], json_array_get(results, i), err);
            progress_show(progress, export->n_written);
        }
        json_decref(results);
    }
    return st;
}

static enum status write_file(struct export *export, const char *path, struct error *err)
{
    enum status st = STATUS_OK;
    export->out = fopen(path, "wxe");
    if (export->out == NULL)
        return error_set(err, STATUS_PERMISSION_DENIED, "--out '%s': %s", path, g_strerror(errno));
    (void)fputs("escalation,account,client,client_reference,debtor,due_on,balance_minor,currency,disputed,attorney,"
                "cease\r\n",
                export->out);
    struct progress progress = progress_begin(export->cli, "exporting", "accounts", (int64_t) export->n);
    for (size_t i = 0; st == STATUS_OK && i < PARTITION_COUNT; i++)
        if (export->ids[i] != NULL)
            st = export_partition(export, export->ids[i], &progress, err);
    progress_end(&progress);
    const bool is_written = fflush(export->out) == 0 && ferror(export->out) == 0;
    if (st == STATUS_OK && !is_written)
        st = error_set(err, STATUS_UNAVAILABLE, "'%s' cannot be written: %s", path, g_strerror(errno));
    (void)fclose(export->out);
    export->out = NULL;
    return st;
}

/* SHA-256 of a file in hexadecimal; g_free. NULL where it cannot be read. */
static char *hash_of(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize n = 0;
    if (!g_file_get_contents(path, &bytes, &n, NULL))
        return NULL;
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, n);
}

static enum status write_json(const char *path, const json_t *value, struct error *err)
{
    if (json_dump_file(value, path, JSON_INDENT(2) | JSON_SORT_KEYS) != 0)
        return error_set(err, STATUS_PERMISSION_DENIED, "'%s' cannot be written", path);
    return STATUS_OK;
}

/* The file under its name only when it is whole: what a run that failed has marked comes again under the same name. */
static enum status finish_file(struct export *export, const char *part, json_t **ret_summary, struct error *err)
{
    g_autofree char *totals = g_strconcat(export->path, ".totals.json", NULL);
    g_autofree char *hash = hash_of(part);
    if (g_rename(part, export->path) != 0)
        return error_set(err, STATUS_PERMISSION_DENIED, "--out '%s': %s", export->path, g_strerror(errno));
    *ret_summary =
        json_pack("{s:s, s:s, s:I, s:O, s:s?, s:O}", "file_id", export->file_id, "agency", export->to, "count",
                  (json_int_t) export->n_written, "totals", export->totals, "sha256", hash, "refused", export->refused);
    return write_json(totals, *ret_summary, err);
}

static enum status run_export_into(struct export *export, struct error *err)
{
    g_autofree char *part = g_strconcat(export->path, ".part", NULL);
    json_t *summary = NULL;
    enum status st =
        collect(export, DUNLIN__DISPUTE__V1__ESCALATION_STATE__ESCALATION_STATE_EXPORTED, export->file_id, err);
    if (st == STATUS_OK)
        st = collect(export, DUNLIN__DISPUTE__V1__ESCALATION_STATE__ESCALATION_STATE_APPROVED, "", err);
    if (st == STATUS_OK && export->n == 0)
        st = error_set(err, STATUS_NOT_FOUND,
                       "nothing is approved for '%s' (`dunlin escalate list --state proposed` waits for it)",
                       export->to);
    if (st != STATUS_OK)
        return st;
    (void)g_unlink(part); /* of a run that failed */
    st = write_file(export, part, err);
    if (st == STATUS_OK)
        st = finish_file(export, part, &summary, err);
    if (st != STATUS_OK) {
        json_decref(summary);
        return st;
    }
    if (json_array_size(export->refused) > 0)
        cli_set_exit(export->cli, export->n_written == 0 ? CLI_EXIT_FAILED : CLI_EXIT_PARTLY);
    if (cli_emit(export->cli, summary))
        return STATUS_OK;
    cli_say(export->cli, "%" PRId64 " accounts went out to %s in %s", export->n_written, export->to, export->path);
    table_print(
        export->cli, export->refused,
        (const struct column[]){{"not exported", "escalation_id", COLUMN_TEXT}, {"why", "why", COLUMN_TEXT}, {0}});
    json_decref(summary);
    return STATUS_OK;
}

static enum status run_export(struct cli *cli, struct error *err)
{
    struct export export = {.cli = cli, .to = cli_text(cli, "to"), .path = cli_text(cli, "out")};
    g_autofree char *name = g_path_get_basename(export.path);
    if (g_file_test(export.path, G_FILE_TEST_EXISTS))
        return cli_usage(cli, err, "--out '%s' is there already: a file is written once", export.path);
    export.file_id = g_strdup_printf("%s/%s", export.to, name);
    export.totals = json_object();
    export.refused = json_array();
    const enum status st = run_export_into(&export, err);
    export_fini(&export);
    return st;
}

static const struct config_option EXPORT_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"to", CONFIG_TEXT, NULL, NULL, 0, 0, "The outside agency, by the name that escalations have."},
    {"out", CONFIG_TEXT, NULL, NULL, 0, 0, "The file. Its name is that of the export, too."},
    {0},
};

const struct command COMMAND_ESCALATE_EXPORT = {
    .name = "escalate export",
    .summary = "give all that is approved for an outside agency out in a file",
    .usage = "--to NAME --out FILE.csv",
    .details = "An account a row, what is disputed marked so, and attorneys and requests to cease; beside it "
               "FILE.csv.totals.json with count,\nsums and SHA-256. From here on the agency has them: no permit is "
               "granted until it objects or gives back, or we recall.\nWhat went out of a run that failed comes again "
               "under the same name of the file. Exit code 3 where the law keeps some back.\n\n"
               "  dunlin escalate export --to northern --out northern-2026-06.csv\n",
    .options = EXPORT_OPTIONS,
    .run = run_export,
};

/* --- a lawyer's package --- */

struct package {
    struct cli *cli;
    const char *folder;
    struct id escalation_id, account_id;
    json_t *escalation; /* as handed over; borrowed from `results` */
    json_t *results;
    json_t *files; /* of the manifest: {name, sha256, bytes} */
};

static enum status add_file(struct package *package, const char *name, const char *bytes, size_t n, struct error *err)
{
    g_autofree char *path = g_build_filename(package->folder, name, NULL);
    g_autofree char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, n);
    g_autoptr(GError) why = NULL;
    if (!g_file_set_contents(path, bytes, (gssize)n, &why))
        return error_set(err, STATUS_PERMISSION_DENIED, "%s", why->message);
    (void)json_array_append_new(package->files,
                                json_pack("{s:s, s:s, s:I}", "name", name, "sha256", hash, "bytes", (json_int_t)n));
    return STATUS_OK;
}

/* Takes `value`. */
static enum status add_json(struct package *package, const char *name, json_t *value, struct error *err)
{
    char *text = json_dumps(value, JSON_INDENT(2) | JSON_SORT_KEYS);
    const enum status st = add_file(package, name, text, strlen(text), err);
    free(text);
    json_decref(value);
    return st;
}

static enum status add_placement(struct package *package, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    const enum status st = read_account(package->cli, &package->account_id, &reply, err);
    if (st != STATUS_OK)
        return st;
    json_t *placement = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return add_json(package, "placement.json", placement, err);
}

static void write_posting(FILE *out, const Dunlin__Payment__V1__PostingView *posting)
{
    char on[DATE_TEXT_SIZE];
    const ProtobufCEnumValue *kind =
        protobuf_c_enum_descriptor_get_value(&dunlin__payment__v1__posting_kind__descriptor, (int)posting->kind);
    csv_cell(out, date_format((struct date){posting->effective_on_days}, on), false);
    csv_cell(out, kind == NULL ? "" : kind->name + strlen("POSTING_KIND_"), false);
    write_number(out, posting->amount_minor);
    write_number(out, posting->interest_minor);
    write_number(out, posting->fees_minor);
    write_number(out, posting->costs_minor);
    write_number(out, posting->balance_minor);
    csv_cell(out, posting->currency, false);
    csv_cell(out, posting->reference, true);
}

static enum status add_statement(struct package *package, const Dunlin__Payment__V1__GetAccountReply *account,
                                 struct error *err)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "out of memory");
    (void)fputs("on,kind,amount_minor,interest_minor,fees_minor,costs_minor,balance_minor,currency,reference\r\n", out);
    for (size_t i = 0; i < account->n_postings; i++)
        write_posting(out, account->postings[i]);
    (void)fclose(out);
    const enum status st = add_file(package, "statement.csv", text, n, err);
    free(text);
    return st;
}

static enum status add_money(struct package *package, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Payment__V1__GetAccountRequest request;
    dunlin__payment__v1__get_account_request__init(&request);
    request.account_id = account_bytes(&package->account_id);
    enum status st = account_call(package->cli, &dunlin__payment__v1__payment_service__descriptor, "GetAccount",
                                  &request.base, &package->account_id, true, &reply, err);
    if (st != STATUS_OK)
        return st;
    st = add_statement(package, (const Dunlin__Payment__V1__GetAccountReply *)reply, err);
    if (st == STATUS_OK)
        st = add_json(package, "account.json", protojson(reply), err);
    protobuf_c_message_free_unpacked(reply, NULL);
    return st;
}

/* Each with its documents, named and hashed. */
static enum status add_disputes(struct package *package, struct error *err)
{
    json_t *list = NULL, *all = json_array(), *row;
    size_t i;
    enum status st = dispute_list(package->cli, &package->account_id, &list, err);
    json_array_foreach(json_object_get(list, "disputes"), i, row)
    {
        struct id id;
        json_t *dispute = NULL;
        Dunlin__Dispute__V1__GetDisputeRequest request;
        dunlin__dispute__v1__get_dispute_request__init(&request);
        if (st != STATUS_OK || !account_json_id(row, "dispute_id", &id))
            continue;
        request.dispute_id = account_bytes(&id);
        st = dispute_call(package->cli, "GetDispute", &request.base, &id, true, &dispute, err);
        if (st == STATUS_OK)
            (void)json_array_append_new(all, dispute);
    }
    json_decref(list);
    if (st == STATUS_OK)
        return add_json(package, "disputes.json", all, err);
    json_decref(all);
    return st;
}

static bool is_hand_over(const Dunlin__Reporting__V1__TimelineEntry *entry, int64_t at_us)
{
    return entry->occurred_at_us == at_us && g_str_has_suffix(entry->type, ".EscalationMoved") &&
           g_str_has_prefix(entry->text, "Escalation exported");
}

/* What had happened when it was handed over, that included; NULL: reporting has not read so far. */
static json_t *timeline_until(const Dunlin__Reporting__V1__Timeline *timeline, int64_t at_us)
{
    json_t *entries = json_array();
    for (size_t i = 0; i < timeline->n_entries; i++) {
        (void)json_array_append_new(entries, protojson(&timeline->entries[i]->base));
        if (is_hand_over(timeline->entries[i], at_us))
            return entries;
    }
    json_decref(entries);
    return NULL;
}

static enum status add_timeline(struct package *package, struct error *err)
{
    struct instant out = {0};
    const int64_t give_up_us = g_get_monotonic_time() + cli_timeout_ms(package->cli) * 1000;
    json_t *entries = NULL;
    Dunlin__Reporting__V1__GetTimelineRequest request;
    dunlin__reporting__v1__get_timeline_request__init(&request);
    request.account_id = account_bytes(&package->account_id);
    enum status st = instant_parse(text_of(package->escalation, "exported_at"), &out, err);
    while (st == STATUS_OK && entries == NULL) {
        ProtobufCMessage *reply = NULL;
        st = account_call(package->cli, &dunlin__reporting__v1__reporting_service__descriptor, "GetTimeline",
                          &request.base, &package->account_id, true, &reply, err);
        if (st != STATUS_OK)
            return st;
        entries = timeline_until((const Dunlin__Reporting__V1__Timeline *)reply, out.us);
        protobuf_c_message_free_unpacked(reply, NULL);
        if (entries == NULL && g_get_monotonic_time() > give_up_us)
            st = error_set(err, STATUS_UNAVAILABLE,
                           "reporting has not read up to the hand-over yet: give the command again");
        else if (entries == NULL)
            g_usleep(REPORTING_WAIT_US);
    }
    return st == STATUS_OK ? add_json(package, "timeline.json", entries, err) : st;
}

static enum status add_escalation(struct package *package, struct error *err)
{
    return add_json(package, "escalation.json", json_incref(package->escalation), err);
}

static enum status write_package(struct package *package, struct error *err)
{
    static enum status (*const PARTS[])(struct package *, struct error *) = {add_escalation, add_placement, add_money,
                                                                             add_disputes, add_timeline};
    g_autofree char *manifest = g_build_filename(package->folder, "manifest.json", NULL);
    if (g_mkdir_with_parents(package->folder, FOLDER_MODE) != 0)
        return error_set(err, STATUS_PERMISSION_DENIED, "--out '%s': %s", package->folder, g_strerror(errno));
    for (size_t i = 0; i < ARRAY_SIZE(PARTS); i++) {
        const enum status st = PARTS[i](package, err);
        if (st != STATUS_OK)
            return st;
    }
    json_t *summary = json_pack("{s:s, s:s, s:s, s:O}", "escalation_id", text_of(package->escalation, "escalation_id"),
                                "account_id", text_of(package->escalation, "account_id"), "handed_over_at",
                                text_of(package->escalation, "exported_at"), "files", package->files);
    const enum status st = write_json(manifest, summary, err);
    if (st == STATUS_OK && !cli_emit(package->cli, summary)) {
        table_print(package->cli, package->files,
                    (const struct column[]){{"file", "name", COLUMN_TEXT},
                                            {"bytes", "bytes", COLUMN_NUMBER},
                                            {"SHA-256", "sha256", COLUMN_TEXT},
                                            {0}});
        json_decref(summary);
    } else if (st != STATUS_OK) {
        json_decref(summary);
    }
    return st;
}

/* First it is handed over, then written: given again, the command writes the same package. */
static enum status hand_over(struct package *package, struct error *err)
{
    char text[ID_TEXT_SIZE];
    g_autofree char *file_id = g_strconcat("package/", id_format(&package->escalation_id, text), NULL);
    const enum status st = send_out(package->cli, &package->escalation_id, 1, file_id, &package->results, err);
    if (st != STATUS_OK)
        return st;
    const json_t *result = json_array_get(package->results, 0);
    const json_int_t code = json_integer_value(json_object_get(result, "code"));
    if (code != 0)
        return error_set(err, status_from_wire((int)code), "%s", text_of(result, "message"));
    package->escalation = json_object_get(result, "escalation");
    if (!account_json_id(package->escalation, "account_id", &package->account_id))
        return error_set(err, STATUS_INTERNAL, "an escalation without an account");
    return STATUS_OK;
}

static enum status run_package(struct cli *cli, struct error *err)
{
    struct package package = {.cli = cli, .folder = cli_text(cli, "out")};
    const char *text = cli_operand(cli, 0);
    if (id_parse(text, &package.escalation_id, NULL) != STATUS_OK)
        return cli_usage(cli, err, "'%s' is no escalation's id (`dunlin escalate list --to legal` shows them)", text);
    package.files = json_array();
    enum status st = hand_over(&package, err);
    if (st == STATUS_OK)
        st = write_package(&package, err);
    json_decref(package.results);
    json_decref(package.files);
    return st;
}

static const struct config_option PACKAGE_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"out", CONFIG_TEXT, NULL, NULL, 0, 0, "The folder, made where it is not there."},
    {0},
};

const struct command COMMAND_ESCALATE_PACKAGE = {
    .name = "escalate package",
    .summary = "hand an approved account over to a lawyer, with its papers in a folder",
    .usage = "ESCALATION --out DIR",
    .details =
        "What is known of the account as files, each with its SHA-256 in manifest.json: as placed, with the file "
        "and line that it came\nfrom; the ledger (account.json, statement.csv); disputes with the hashes of "
        "their documents; all that happened until the\nhand-over. From here on the lawyer has it: no permit is "
        "granted until it is given back or recalled. Given again, the\nsame package is written.\n\n"
        "  dunlin escalate package 0190... --out case-4711\n",
    .options = PACKAGE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_package,
};
