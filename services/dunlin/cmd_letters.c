#include <string.h>

#include <glib.h>

#include "account.h"
#include "ask.h"
#include "commands.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/correspondence/v1/correspondence.pb-c.h"
#include "protojson.h"
#include "table.h"

/* What is written to debtors: `letters status`, `show`, `returned`, `retry`. For e-mails and texts too. */

static const ProtobufCServiceDescriptor *const SERVICE =
    &dunlin__correspondence__v1__correspondence_service__descriptor;

static enum status run_status(struct cli *cli, struct error *err)
{
    static const struct column COUNTS[] = {{"channel", "channel", COLUMN_TEXT},
                                           {"state", "state", COLUMN_TEXT},
                                           {"messages", "count", COLUMN_NUMBER},
                                           {0}};
    static const struct column PARKED[] = {
        {"account", "account_id", COLUMN_TEXT}, {"step", "step", COLUMN_TEXT},  {"channel", "channel", COLUMN_TEXT},
        {"since", "parked_at", COLUMN_INSTANT}, {"why", "reason", COLUMN_TEXT}, {0}};
    json_t *result = NULL;
    Dunlin__Correspondence__V1__GetStatusRequest request;
    dunlin__correspondence__v1__get_status_request__init(&request);
    const enum status st = ask_any_json(cli, SERVICE, "GetStatus", &request.base, &result, err);
    if (st != STATUS_OK || cli_emit(cli, result))
        return st;
    table_print(cli, json_object_get(result, "counts"), COUNTS);
    cli_say(cli, "%lld on their way to contact's log",
            (long long)json_integer_value(json_object_get(result, "unreported_count")));
    if (json_array_size(json_object_get(result, "parked")) > 0) {
        cli_say(cli, "\nParked: %lld steps that cannot be written or sent (dunlin letters retry)",
                (long long)json_integer_value(json_object_get(result, "parked_count")));
        table_print(cli, json_object_get(result, "parked"), PARKED);
    }
    json_decref(result);
    return STATUS_OK;
}

const struct command COMMAND_LETTERS_STATUS = {
    .name = "letters status",
    .summary = "letters, e-mails and texts by channel and state, and steps that cannot be sent",
    .usage = "",
    .details = "A step is parked where it cannot be written (no postal address, no template) or the carrier keeps "
               "refusing it; "
               "news of the\naccount or `dunlin letters retry` lets it be tried again.\n",
    .run = run_status,
};

/* Whose account it is. */
static enum status find_debtor(struct cli *cli, const struct id *account_id, struct id *ret_debtor_id,
                               struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__GetAccountRequest request;
    dunlin__contact__v1__get_account_request__init(&request);
    request.account_id = account_bytes(account_id);
    enum status st = account_call(cli, &dunlin__contact__v1__contact_service__descriptor, "GetAccount", &request.base,
                                  account_id, true, &reply, err);
    if (st != STATUS_OK)
        return st;
    const ProtobufCBinaryData *debtor_id = &((const Dunlin__Contact__V1__GetAccountReply *)reply)->debtor_id;
    st = id_from_bytes(debtor_id->data, debtor_id->len, "debtor_id", ret_debtor_id, err);
    protobuf_c_message_free_unpacked(reply, NULL);
    return st;
}

static enum status list(struct cli *cli, const char *text, ProtobufCMessage **ret_reply, struct error *err)
{
    Dunlin__Correspondence__V1__ListMessagesRequest request;
    struct id id, debtor_id;
    dunlin__correspondence__v1__list_messages_request__init(&request);
    /* A permit's message, or an account's. */
    if (id_parse(text, &id, NULL) == STATUS_OK) {
        request.permit_id = account_bytes(&id);
        const enum status st = account_call(cli, SERVICE, "ListMessages", &request.base, &id, true, ret_reply, err);
        if (st != STATUS_NOT_FOUND)
            return st;
        dunlin__correspondence__v1__list_messages_request__init(&request);
    }
    enum status st = account_find(cli, text, &id, err);
    if (st == STATUS_OK)
        st = find_debtor(cli, &id, &debtor_id, err);
    request.account_id = account_bytes(&id);
    request.debtor_id = account_bytes(&debtor_id);
    if (st == STATUS_OK)
        st = account_call(cli, SERVICE, "ListMessages", &request.base, &id, true, ret_reply, err);
    return st;
}

static enum status run_show(struct cli *cli, struct error *err)
{
    static const struct column MESSAGES[] = {
        {"permit", "permit_id", COLUMN_TEXT}, {"channel", "channel", COLUMN_TEXT},
        {"purpose", "purpose", COLUMN_TEXT},  {"template", "template", COLUMN_TEXT},
        {"state", "state", COLUMN_TEXT},      {"begun", "begun_at", COLUMN_INSTANT},
        {"batch", "batch", COLUMN_TEXT},      {"document", "document", COLUMN_TEXT},
        {"detail", "detail", COLUMN_TEXT},    {0}};
    static const struct column INBOUND[] = {{"received", "received_at", COLUMN_INSTANT},
                                            {"channel", "channel", COLUMN_TEXT},
                                            {"asks to stop", "is_opt_out", COLUMN_TEXT},
                                            {"may be answered", "is_fact", COLUMN_TEXT},
                                            {"text", "text", COLUMN_TEXT},
                                            {0}};
    static const struct column NOTICES[] = {{"notice", "kind", COLUMN_TEXT},
                                            {"asked", "asked_at", COLUMN_INSTANT},
                                            {"due", "due_at", COLUMN_INSTANT},
                                            {"permit", "permit_id", COLUMN_TEXT},
                                            {"closed", "is_closed", COLUMN_TEXT},
                                            {"why", "reason", COLUMN_TEXT},
                                            {0}};
    ProtobufCMessage *reply = NULL;
    const enum status st = list(cli, cli_operand(cli, 0), &reply, err);
    if (st != STATUS_OK)
        return st;
    json_t *result = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (cli_emit(cli, result))
        return STATUS_OK;
    table_print(cli, json_object_get(result, "messages"), MESSAGES);
    if (json_array_size(json_object_get(result, "notices")) > 0) {
        cli_say(cli, "\nWhat facts ask to be written");
        table_print(cli, json_object_get(result, "notices"), NOTICES);
    }
    if (json_array_size(json_object_get(result, "inbound")) > 0) {
        cli_say(cli, "\nWhat came in");
        table_print(cli, json_object_get(result, "inbound"), INBOUND);
    }
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option ACCOUNT_ONLY[] = {ACCOUNT_OPTIONS, {0}};

const struct command COMMAND_LETTERS_SHOW = {
    .name = "letters show",
    .summary =
        "what was written to the debtor of an account or is to be, and what came in from him; or the message with one "
        "permit",
    .usage = "REF|ID|PERMIT",
    .details = "Newest first, at most 100 each, with the file in the spool and the hash of what was sent (--json).\n\n"
               "  dunlin letters show A-1001\n",
    .options = ACCOUNT_ONLY,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_show,
};

static enum status report_returned(struct cli *cli, const struct id *permit_id, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    Dunlin__Contact__V1__ReportAttemptsRequest request;
    Dunlin__Contact__V1__AttemptReport report, *reports[] = {&report};
    dunlin__contact__v1__report_attempts_request__init(&request);
    dunlin__contact__v1__attempt_report__init(&report);
    report.permit_id = account_bytes(permit_id);
    report.delivery = DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE;
    request.n_reports = 1;
    request.reports = reports;
    enum status st = account_call(cli, &dunlin__contact__v1__contact_service__descriptor, "ReportAttempts",
                                  &request.base, permit_id, false, &reply, err);
    if (st != STATUS_OK)
        return st;
    const Dunlin__Contact__V1__ReportAttemptsReply *got = (const Dunlin__Contact__V1__ReportAttemptsReply *)reply;
    if (got->n_results == 1 && got->results[0]->code != 0)
        st = error_set(err, status_from_wire((int)got->results[0]->code), "%s", got->results[0]->message);
    protobuf_c_message_free_unpacked(reply, NULL);
    return st;
}

/* A permit's id, or the name of a letter's file, "0001-<permit>.pdf", as it stands in a manifest. */
static enum status read_permit(const char *text, struct id *ret_permit_id, struct error *err)
{
    const size_t len = strlen(text);
    g_autofree char *inner = NULL;
    if (g_str_has_suffix(text, ".pdf") && len >= ID_TEXT_SIZE - 1 + 4)
        inner = g_strndup(text + len - 4 - (ID_TEXT_SIZE - 1), ID_TEXT_SIZE - 1);
    return id_parse(inner ? inner : text, ret_permit_id, err);
}

static void add_row(json_t *rows, const char *permit, const char *why)
{
    (void)json_array_append_new(rows,
                                why ? json_pack("{s:s, s:b, s:s}", "permit", permit, "is_recorded", false, "why", why)
                                    : json_pack("{s:s, s:b}", "permit", permit, "is_recorded", true));
}

static bool take(struct cli *cli, const char *text, json_t *rows)
{
    struct id permit_id;
    struct error why = {0};
    enum status st = read_permit(text, &permit_id, &why);
    if (st == STATUS_OK)
        st = report_returned(cli, &permit_id, &why);
    add_row(rows, text, st == STATUS_OK ? NULL : why.text);
    return st == STATUS_OK;
}

/* The first cell of each line; a first line that is no permit is the header. */
static enum status take_file(struct cli *cli, const char *path, json_t *rows, size_t *ret_failed, struct error *err)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error))
        return error_set(err, STATUS_NOT_FOUND, "%s", error->message);
    if (!g_utf8_validate(text, -1, NULL))
        return error_set(err, STATUS_INVALID_ARGUMENT, "'%s' is not UTF-8", path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i]; i++) {
        struct id ignored;
        char *cell = g_strstrip(lines[i]);
        cell[strcspn(cell, ",;\t")] = '\0';
        g_autofree char *permit = g_strdup(cell[0] == '"' ? cell + 1 : cell);
        permit[strcspn(permit, "\"")] = '\0';
        if (permit[0] == '\0' || (i == 0 && read_permit(permit, &ignored, NULL) != STATUS_OK))
            continue;
        *ret_failed += !take(cli, permit, rows);
    }
    return STATUS_OK;
}

static enum status run_returned(struct cli *cli, struct error *err)
{
    static const struct column ROWS[] = {{"permit", "permit", COLUMN_TEXT},
                                         {"recorded", "is_recorded", COLUMN_TEXT},
                                         {"why not", "why", COLUMN_TEXT},
                                         {0}};
    json_t *rows = json_array();
    size_t n_failed = 0;
    struct id ignored;
    enum status st = STATUS_OK;
    for (size_t i = 0; i < cli_operand_count(cli) && st == STATUS_OK; i++) {
        const char *text = cli_operand(cli, i);
        if (read_permit(text, &ignored, NULL) == STATUS_OK)
            n_failed += !take(cli, text, rows);
        else
            st = take_file(cli, text, rows, &n_failed, err);
    }
    if (st != STATUS_OK) {
        json_decref(rows);
        return st;
    }
    if (n_failed > 0)
        cli_set_exit(cli, n_failed == json_array_size(rows) ? CLI_EXIT_FAILED : CLI_EXIT_PARTLY);
    json_t *result = json_pack("{s:o}", "returned", rows);
    if (cli_emit(cli, result))
        return STATUS_OK;
    table_print(cli, rows, ROWS);
    json_decref(result);
    return STATUS_OK;
}

const struct command COMMAND_LETTERS_RETURNED = {
    .name = "letters returned",
    .summary = "record that letters came back: as if the debtor had never got them",
    .usage = "PERMIT|FILE.csv ...",
    .details = "A permit's id, a letter's file name (0001-<permit>.pdf), or a file with one of these in the first "
               "column of each "
               "line.\nA validation notice that came back was never given: it is due again. Recording it twice changes "
               "nothing.\n\n"
               "  dunlin letters returned 0198c0de-0000-8000-8000-000000000007\n"
               "  dunlin letters returned returned-2026-01-20.csv\n",
    .operands_min = 1,
    .operands_max = 64,
    .run = run_returned,
};

static enum status run_retry(struct cli *cli, struct error *err)
{
    struct id account_id;
    ProtobufCMessage *reply = NULL;
    Dunlin__Correspondence__V1__ReleaseStepsRequest request;
    enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    dunlin__correspondence__v1__release_steps_request__init(&request);
    request.account_id = account_bytes(&account_id);
    st = account_call(cli, SERVICE, "ReleaseSteps", &request.base, &account_id, false, &reply, err);
    if (st != STATUS_OK)
        return st;
    const unsigned n = ((const Dunlin__Correspondence__V1__ReleaseStepsReply *)reply)->released;
    protobuf_c_message_free_unpacked(reply, NULL);
    if (!cli_emit_new(cli, json_pack("{s:i}", "released", (int)n)))
        cli_say(cli, "Parked steps that are tried again: %u", n);
    return STATUS_OK;
}

const struct command COMMAND_LETTERS_RETRY = {
    .name = "letters retry",
    .summary = "let parked steps of an account be tried again",
    .usage = "REF|ID",
    .details = "After what stood in the way is gone: a template, the agency's entry, the carrier's refusal.\n\n"
               "  dunlin letters retry A-1001\n",
    .options = ACCOUNT_ONLY,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_retry,
};
