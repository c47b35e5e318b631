#include <string.h>

#include "account.h"
#include "account_amount.h"
#include "ask.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "dispute_cli.h"
#include "dunlin/correspondence/v1/correspondence.pb-c.h"
#include "protojson.h"
#include "table.h"

/* dispute open, list, show; what happens to one is cmd_dispute_steps.c's. */

static enum status show_one(struct cli *cli, json_t *dispute)
{
    if (!cli_emit(cli, dispute))
        dispute_show(cli, dispute);
    return STATUS_OK;
}

/* What the command line says of it. */
struct opening {
    Dunlin__Dispute__V1__OpenDisputeRequest request;
    struct cli_evidence evidence;
    struct money money;
    struct id account_id;
};

static enum status read_codes(struct cli *cli, Dunlin__Dispute__V1__OpenDisputeRequest *request, struct error *err)
{
    int source = 0, kind = 0, medium = 0;
    enum status st = cli_enum(cli, "source", &dunlin__dispute__v1__dispute_source__descriptor, &source, err);
    if (st == STATUS_OK)
        st = cli_enum(cli, "kind", &dunlin__dispute__v1__dispute_kind__descriptor, &kind, err);
    if (st == STATUS_OK)
        st = cli_enum(cli, "medium", &dunlin__dispute__v1__medium__descriptor, &medium, err);
    request->source = (Dunlin__Dispute__V1__DisputeSource)source;
    request->kind = (Dunlin__Dispute__V1__DisputeKind)kind;
    request->medium = (Dunlin__Dispute__V1__Medium)medium;
    return st;
}

static enum status read_times(struct cli *cli, Dunlin__Dispute__V1__OpenDisputeRequest *request, struct error *err)
{
    struct instant received = {0};
    const char *text = cli_text(cli, "received");
    if (text[0] != '\0' && instant_parse(text, &received, err) != STATUS_OK)
        return cli_usage(cli, err, "--received '%s' is no time like 2026-06-30T14:00:00Z, or day", text);
    request->received_at_us = received.us;
    enum status st = cli_day(cli, "submitted", &request->submitted_on_days, err);
    return st == STATUS_OK ? cli_day(cli, "answer-by", &request->answer_due_on_days, err) : st;
}

static enum status read_part(struct cli *cli, struct opening *opening, struct error *err)
{
    const char *amount = cli_text(cli, "amount");
    if (amount[0] == '\0')
        return STATUS_OK;
    enum status st = account_amount(cli, &opening->account_id, amount, &opening->money, err);
    if (st != STATUS_OK)
        return st;
    opening->request.amount_minor = opening->money.minor;
    opening->request.currency = opening->money.currency;
    return STATUS_OK;
}

static enum status read_opening(struct cli *cli, struct opening *opening, struct error *err)
{
    Dunlin__Dispute__V1__OpenDisputeRequest *request = &opening->request;
    dunlin__dispute__v1__open_dispute_request__init(request);
    request->reason = ask_text(cli_text(cli, "reason"));
    request->is_written = cli_flag(cli, "written");
    request->bureau = ask_text(cli_text(cli, "bureau"));
    request->bureau_reference = ask_text(cli_text(cli, "bureau-reference"));
    enum status st = read_codes(cli, request, err);
    if (st == STATUS_OK)
        st = read_times(cli, request, err);
    if (st == STATUS_OK)
        st = cli_evidence_read(cli, &opening->evidence, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &opening->account_id, err);
    if (st == STATUS_OK)
        st = read_part(cli, opening, err);
    request->account_id = account_bytes(&opening->account_id);
    request->evidence = opening->evidence.list;
    request->n_evidence = opening->evidence.n;
    return st;
}

static enum status run_open(struct cli *cli, struct error *err)
{
    struct opening opening = {0};
    json_t *dispute = NULL;
    enum status st = read_opening(cli, &opening, err);
    if (st == STATUS_OK)
        st = dispute_command(cli, "OpenDispute", &opening.request.base, &opening.account_id, &dispute, err);
    cli_evidence_fini(&opening.evidence);
    return st == STATUS_OK ? show_one(cli, dispute) : st;
}

static const struct config_option OPEN_OPTIONS[] = {
    DISPUTE_OPTIONS,
    DISPUTE_EVIDENCE_OPTIONS,
    ACCOUNT_CURRENCY_OPTION,
    {"reason", CONFIG_TEXT, "", NULL, 0, 0, "The debtor's words, short. Card numbers in it are masked."},
    {"source", CONFIG_TEXT, "debtor", NULL, 0, 0, "debtor, client, call or bureau."},
    {"written", CONFIG_BOOL, "false", NULL, 0, 0, "It came in writing."},
    {"kind", CONFIG_TEXT, "", NULL, 0, 0,
     "duplicate, part, original-creditor, identity-theft, direct, bureau. Empty: as it was made, written or oral."},
    {"amount", CONFIG_TEXT, "", NULL, 0, 0, "How much is disputed, where that is a part. Empty: all."},
    {"medium", CONFIG_TEXT, "", NULL, 0, 0, "How it came: mail, courier, email, text, portal, fax, phone, in-person."},
    {"received", CONFIG_TEXT, "", NULL, 0, 0, "When it came (RFC 3339); periods count from it. Empty: now."},
    {"submitted", CONFIG_TEXT, "", NULL, 0, 0, "The day of its postmark, YYYY-MM-DD: in time where that was."},
    {"bureau", CONFIG_TEXT, "", NULL, 0, 0, "Of --kind bureau: which."},
    {"bureau-reference", CONFIG_TEXT, "", NULL, 0, 0, "Of --kind bureau: its control number."},
    {"answer-by", CONFIG_TEXT, "", NULL, 0, 0, "Of --kind bureau: the last day for the answer, YYYY-MM-DD."},
    {0},
};

const struct command COMMAND_DISPUTE_OPEN = {
    .name = "dispute open",
    .summary = "record that a debtor disputes a debt: contact on it stops at once",
    .usage = "REF|ID [--reason TEXT] [--written] [--kind KIND] [--amount AMOUNT] [--medium MEDIUM] ...",
    .details =
        "Where one is open already, that one is shown, amended by what the new one demands. Where the last one is\n"
        "answered, the debt is disputed again: contact stops until the new one is answered or resolved too.\n"
        "Whether it came in time follows from the validation notices on record; the law holds the debt where it was\n"
        "written and in time. Whatever is disputed stops contact all the same, unless the SOP says dispute_holds: "
        "law;\n"
        "then a part (--amount) holds itself alone, and permits name what must not be asked for.\n\n"
        "  kind               the answer                                          due\n"
        "  written            verification, or a copy of the judgment             by the SOP; it holds until answered\n"
        "  oral, late         an answer; the debt is named as disputed            by the SOP\n"
        "  duplicate          a notice of why and of the earlier answer           by the SOP; it holds until answered\n"
        "  part               verification of that part; the rest is owed         by the SOP; it holds until answered\n"
        "  original-creditor  its name and address                                by the SOP; it holds until answered\n"
        "  identity-theft     the creditor told, papers to the debtor             by the SOP\n"
        "  direct             an investigation (12 CFR 1022.43)                   30 days, +15 for relevant "
        "information\n"
        "  bureau             an investigation, to the bureau (ACDV)              --answer-by\n\n"
        "  dunlin dispute open A-1001 --written --medium mail --reason \"already paid\" --file cheque.pdf\n"
        "  dunlin dispute open A-1001 --written --amount 40 --reason \"interest counted twice\"\n"
        "  dunlin dispute open A-1001 --written --kind bureau --source bureau --bureau Experian \\\n"
        "    --bureau-reference 4711 --answer-by 2026-06-20\n",
    .options = OPEN_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_open,
};

static enum status run_list(struct cli *cli, struct error *err)
{
    static const struct column COLUMNS[] = {
        {"dispute", "dispute_id", COLUMN_TEXT},      {"state", "state", COLUMN_TEXT},
        {"outcome", "outcome", COLUMN_TEXT},         {"kind", "kind", COLUMN_TEXT},
        {"source", "source", COLUMN_TEXT},           {"opened", "opened_at", COLUMN_INSTANT},
        {"deadline", "deadline_at", COLUMN_INSTANT}, {"escalated", "is_escalated", COLUMN_TEXT},
        {"reason", "reason", COLUMN_TEXT},           {0}};
    struct id account_id;
    json_t *disputes = NULL, *dispute;
    size_t i;
    enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st == STATUS_OK)
        st = dispute_list(cli, &account_id, &disputes, err);
    if (st != STATUS_OK || cli_emit(cli, disputes))
        return st;
    json_array_foreach(json_object_get(disputes, "disputes"), i, dispute)(void)
        json_object_update_missing(dispute, json_object_get(dispute, "detail"));
    table_print(cli, json_object_get(disputes, "disputes"), COLUMNS);
    json_decref(disputes);
    return STATUS_OK;
}

static const struct config_option LIST_OPTIONS[] = {ACCOUNT_OPTIONS, {0}};

const struct command COMMAND_DISPUTE_LIST = {
    .name = "dispute list",
    .summary = "the disputes of an account, oldest first",
    .usage = "REF|ID",
    .details = "With their kinds, states and deadlines.\n",
    .options = LIST_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_list,
};

static void show_evidence(struct cli *cli, json_t *documents)
{
    static const struct column COLUMNS[] = {
        {"document", "document", COLUMN_TEXT},  {"came with", "step", COLUMN_TEXT},
        {"medium", "medium", COLUMN_TEXT},      {"recorded", "recorded_at", COLUMN_INSTANT},
        {"by", "recorded_by", COLUMN_TEXT},     {"algorithm", "hash_algorithm", COLUMN_TEXT},
        {"hash", "document_hash", COLUMN_TEXT}, {0}};
    json_t *document;
    size_t i;
    if (json_array_size(documents) == 0)
        return;
    json_array_foreach(documents, i, document)(void)
        json_object_update_missing(document, json_object_get(document, "evidence"));
    cli_say(cli, "\nDocuments\n");
    table_print(cli, documents, COLUMNS);
}

/* --- the letter by which verification is to be sent --- */

static const json_t *row_of(const json_t *rows, const char *key, const char *value)
{
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char *found = json_string_value(json_object_get(row, key));
        if (found && value && strcmp(found, value) == 0)
            return row;
    }
    return NULL;
}

/* Lent. */
static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static json_t *letter_of(const json_t *letters, const char *request_id)
{
    const json_t *notice = row_of(json_object_get(letters, "notices"), "notice_id", request_id);
    const json_t *message = row_of(json_object_get(letters, "messages"), "notice_id", request_id);
    const char *reason = notice ? text_in(notice, "reason") : "";
    const char *state = "to_be_written";
    if (message)
        state = text_in(message, "state");
    else if (notice && json_is_true(json_object_get(notice, "is_closed")))
        state = "will_not_be_sent";
    else if (reason[0] != '\0')
        state = "held_back";
    return json_pack("{s:s, s:s, s:s}", "state", state, "reason", message ? text_in(message, "detail") : reason,
                     "permit_id", message ? text_in(message, "permit_id") : "");
}

/* What has become of it, where it was not reported as sent: service `correspondence` knows. */
static json_t *ask_letter(struct cli *cli, const json_t *dispute, const char *request_id)
{
    Dunlin__Correspondence__V1__ListMessagesRequest request;
    struct id account_id;
    struct error why;
    ProtobufCMessage *reply = NULL;
    dunlin__correspondence__v1__list_messages_request__init(&request);
    enum status st = id_parse(text_in(dispute, "account_id"), &account_id, &why);
    request.account_id = account_bytes(&account_id);
    if (st == STATUS_OK)
        st = account_call(cli, &dunlin__correspondence__v1__correspondence_service__descriptor, "ListMessages",
                          &request.base, &account_id, true, &reply, &why);
    if (st != STATUS_OK)
        return json_pack("{s:s, s:s, s:s}", "state", "not_known", "reason", why.text, "permit_id", "");
    json_t *letters = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    json_t *letter = letter_of(letters, request_id);
    json_decref(letters);
    return letter;
}

static void add_letter(struct cli *cli, json_t *reply)
{
    const json_t *dispute = json_object_get(reply, "dispute");
    const json_t *request = json_object_get(json_object_get(dispute, "detail"), "verification_request");
    if (json_is_true(json_object_get(request, "is_open")))
        (void)json_object_set_new(reply, "letter", ask_letter(cli, dispute, text_in(request, "request_id")));
}

static void show_letter(struct cli *cli, const json_t *reply)
{
    static const struct column COLUMNS[] = {{"verification by letter", "state", COLUMN_TEXT},
                                            {"why", "reason", COLUMN_TEXT},
                                            {"permit", "permit_id", COLUMN_TEXT},
                                            {0}};
    const json_t *letter = json_object_get(reply, "letter");
    if (letter)
        table_print_object(cli, letter, COLUMNS);
}

static enum status run_show(struct cli *cli, struct error *err)
{
    struct id dispute_id;
    json_t *reply = NULL;
    Dunlin__Dispute__V1__GetDisputeRequest request;
    dunlin__dispute__v1__get_dispute_request__init(&request);
    enum status st = dispute_find(cli, cli_operand(cli, 0), &dispute_id, err);
    if (st != STATUS_OK)
        return st;
    request.dispute_id = account_bytes(&dispute_id);
    st = dispute_call(cli, "GetDispute", &request.base, &dispute_id, true, &reply, err);
    if (st != STATUS_OK)
        return st;
    add_letter(cli, reply);
    if (cli_emit(cli, reply))
        return STATUS_OK;
    dispute_show(cli, json_incref(json_object_get(reply, "dispute")));
    show_letter(cli, reply);
    show_evidence(cli, json_object_get(reply, "evidence"));
    json_decref(reply);
    return STATUS_OK;
}

const struct command COMMAND_DISPUTE_SHOW = {
    .name = "dispute show",
    .summary = "a dispute with all that is on record of it",
    .usage = "DISPUTE|REF",
    .details =
        "Takes a dispute's id, or a client's reference whose account has an open one. What the law demands, when the\n"
        "answer is due, who did what, and the documents with their hashes. Where verification is to be sent by "
        "letter\n(`dunlin dispute verify --send`), what has become of that.\n\n"
        "  dunlin dispute show A-1001\n",
    .options = LIST_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_show,
};
