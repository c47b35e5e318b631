#include <string.h>

#include "account.h"
#include "commands.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "protojson.h"
#include "table.h"

static const struct column COLUMNS[] = {{"dispute", "dispute_id", COLUMN_TEXT},
                                        {"state", "state", COLUMN_TEXT},
                                        {"outcome", "outcome", COLUMN_TEXT},
                                        {"source", "source", COLUMN_TEXT},
                                        {"opened", "opened_at", COLUMN_INSTANT},
                                        {"deadline", "deadline_at", COLUMN_INSTANT},
                                        {"escalated", "is_escalated", COLUMN_TEXT},
                                        {"reason", "reason", COLUMN_TEXT},
                                        {0}};

static const ProtobufCServiceDescriptor *const SERVICE = &dunlin__dispute__v1__dispute_service__descriptor;

static enum status call(struct cli *cli, const char *method, const ProtobufCMessage *request, const struct id *id,
                        bool is_query, json_t **ret_reply, struct error *err)
{
    ProtobufCMessage *reply = NULL;
    const enum status st = account_call(cli, SERVICE, method, request, id, is_query, &reply, err);
    if (st != STATUS_OK)
        return st;
    *ret_reply = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    return STATUS_OK;
}

static enum status show_one(struct cli *cli, json_t *dispute)
{
    if (cli_emit(cli, dispute))
        return STATUS_OK;
    table_print_object(cli, dispute, COLUMNS);
    json_decref(dispute);
    return STATUS_OK;
}

static enum status list(struct cli *cli, const struct id *account_id, json_t **ret_disputes, struct error *err)
{
    Dunlin__Dispute__V1__ListDisputesRequest request;
    dunlin__dispute__v1__list_disputes_request__init(&request);
    request.account_id = account_bytes(account_id);
    return call(cli, "ListDisputes", &request.base, account_id, true, ret_disputes, err);
}

static enum status run_open(struct cli *cli, struct error *err)
{
    struct id account_id;
    json_t *dispute = NULL;
    int source = 0;
    Dunlin__Dispute__V1__OpenDisputeRequest request;
    dunlin__dispute__v1__open_dispute_request__init(&request);
    if (protojson_parse_enum(&dunlin__dispute__v1__dispute_source__descriptor, "--source", cli_text(cli, "source"),
                             &source, err) != STATUS_OK) {
        cli_set_exit(cli, CLI_EXIT_USAGE);
        return err->code;
    }
    enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st != STATUS_OK)
        return st;
    request.account_id = account_bytes(&account_id);
    request.source = (Dunlin__Dispute__V1__DisputeSource)source;
    request.reason = (char *)(uintptr_t)cli_text(cli, "reason");
    request.is_written = cli_flag(cli, "written");
    st = call(cli, "OpenDispute", &request.base, &account_id, false, &dispute, err);
    return st == STATUS_OK ? show_one(cli, dispute) : st;
}

static const struct config_option OPEN_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"reason", CONFIG_TEXT, "", NULL, 0, 0, "The debtor's words, short."},
    {"source", CONFIG_TEXT, "debtor", NULL, 0, 0, "debtor, client or call."},
    {"written", CONFIG_BOOL, "false", NULL, 0, 0, "It came in writing."},
    {0},
};

const struct command COMMAND_DISPUTE_OPEN = {
    .name = "dispute open",
    .summary = "record that a debtor disputes a debt: contact on it stops at once",
    .usage = "REF|ID [--reason TEXT] [--written] [--source debtor|client|call]",
    .details =
        "Where one is open already, that one is shown. Where the last one is verified, the debt is disputed again: "
        "contact stops until\n"
        "the new one is verified or resolved too.\n\n"
        "  dunlin dispute open A-1001 --written --reason \"already paid to the clinic\"\n",
    .options = OPEN_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_open,
};

static enum status run_list(struct cli *cli, struct error *err)
{
    struct id account_id;
    json_t *disputes = NULL;
    enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st == STATUS_OK)
        st = list(cli, &account_id, &disputes, err);
    if (st != STATUS_OK || cli_emit(cli, disputes))
        return st;
    table_print(cli, json_object_get(disputes, "disputes"), COLUMNS);
    json_decref(disputes);
    return STATUS_OK;
}

static const struct config_option LIST_OPTIONS[] = {ACCOUNT_OPTIONS, {0}};

const struct command COMMAND_DISPUTE_LIST = {
    .name = "dispute list",
    .summary = "the disputes of an account, oldest first",
    .usage = "REF|ID",
    .details = "With their states and deadlines.\n",
    .options = LIST_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_list,
};

/* A dispute's id, or a reference whose account has one that is not resolved. */
static enum status find_dispute(struct cli *cli, const char *text, struct id *ret_id, struct error *err)
{
    struct id account_id;
    json_t *disputes = NULL, *dispute;
    size_t i;
    if (id_parse(text, ret_id, NULL) == STATUS_OK)
        return STATUS_OK;
    enum status st = account_find(cli, text, &account_id, err);
    if (st == STATUS_OK)
        st = list(cli, &account_id, &disputes, err);
    if (st != STATUS_OK)
        return st;
    st = error_set(err, STATUS_NOT_FOUND, "account '%s' has no dispute that is not resolved", text);
    json_array_foreach(json_object_get(disputes, "disputes"), i, dispute)
    {
        const char *state = json_string_value(json_object_get(dispute, "state"));
        if (state != NULL && strcmp(state, "resolved") != 0 && account_json_id(dispute, "dispute_id", ret_id))
            st = STATUS_OK;
    }
    json_decref(disputes);
    return st;
}

static enum status run_verify(struct cli *cli, struct error *err)
{
    struct id dispute_id;
    json_t *dispute = NULL;
    Dunlin__Dispute__V1__RecordVerificationRequest request;
    dunlin__dispute__v1__record_verification_request__init(&request);
    enum status st = find_dispute(cli, cli_operand(cli, 0), &dispute_id, err);
    if (st != STATUS_OK)
        return st;
    request.dispute_id = account_bytes(&dispute_id);
    request.note = (char *)(uintptr_t)cli_text(cli, "note");
    st = call(cli, "RecordVerification", &request.base, &dispute_id, false, &dispute, err);
    return st == STATUS_OK ? show_one(cli, dispute) : st;
}

static const struct config_option VERIFY_OPTIONS[] = {
    ACCOUNT_OPTIONS, {"note", CONFIG_TEXT, "", NULL, 0, 0, "What was sent, and how."}, {0}};

const struct command COMMAND_DISPUTE_VERIFY = {
    .name = "dispute verify",
    .summary = "record that verification of the debt has been sent to the debtor",
    .usage = "DISPUTE|REF [--note TEXT]",
    .details = "Takes a dispute's id, or a client's reference whose account has an open one. The hold on contact is "
               "lifted. For a dispute\n"
               "that repeats a verified one, the notice that refers to the earlier answer does as well.\n\n"
               "  dunlin dispute verify A-1001 --note \"itemised statement by post\"\n",
    .options = VERIFY_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_verify,
};

static enum status run_resolve(struct cli *cli, struct error *err)
{
    struct id dispute_id;
    json_t *dispute = NULL;
    int outcome = 0;
    Dunlin__Dispute__V1__ResolveDisputeRequest request;
    dunlin__dispute__v1__resolve_dispute_request__init(&request);
    if (protojson_parse_enum(&dunlin__dispute__v1__dispute_outcome__descriptor, "--outcome", cli_text(cli, "outcome"),
                             &outcome, err) != STATUS_OK) {
        cli_set_exit(cli, CLI_EXIT_USAGE);
        return err->code;
    }
    enum status st = find_dispute(cli, cli_operand(cli, 0), &dispute_id, err);
    if (st != STATUS_OK)
        return st;
    request.dispute_id = account_bytes(&dispute_id);
    request.outcome = (Dunlin__Dispute__V1__DisputeOutcome)outcome;
    request.note = (char *)(uintptr_t)cli_text(cli, "note");
    st = call(cli, "ResolveDispute", &request.base, &dispute_id, false, &dispute, err);
    return st == STATUS_OK ? show_one(cli, dispute) : st;
}

static const struct config_option RESOLVE_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"outcome", CONFIG_TEXT, NULL, NULL, 0, 0, "upheld (nothing is owed), rejected (the debt stands) or withdrawn."},
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "Why."},
    {0},
};

const struct command COMMAND_DISPUTE_RESOLVE = {
    .name = "dispute resolve",
    .summary = "end a dispute with an outcome",
    .usage = "DISPUTE|REF --outcome upheld|rejected|withdrawn [--note TEXT]",
    .details = "Takes a dispute's id, or a client's reference whose account has an open one.\n\n"
               "  dunlin dispute resolve A-1001 --outcome rejected --note \"signed contract on file\"\n",
    .options = RESOLVE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_resolve,
};
