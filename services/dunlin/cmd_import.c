#include <string.h>

#include <glib.h>

#include "ask.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "dispute_cli.h"
#include "import_file.h"
#include "money/money.h"
#include "protojson.h"

/* dispute import, complaint import: what came on paper or from another system, by file. */

/* --- cells --- */

static enum status read_enum(const struct import_row *row, const char *column, const ProtobufCEnumDescriptor *type,
                             int *ret_value, struct error *err)
{
    const char *text = import_cell(row, column);
    struct error why;
    *ret_value = 0;
    if (text[0] == '\0' || protojson_parse_enum(type, column, text, ret_value, &why) == STATUS_OK)
        return STATUS_OK;
    return import_refuse(err, column, "%.400s", why.text);
}

static enum status read_day(const struct import_row *row, const char *column, int32_t *ret_days, struct error *err)
{
    const char *text = import_cell(row, column);
    struct date date = {0};
    if (text[0] != '\0' && date_parse(text, "YYYY-MM-DD", &date, NULL) != STATUS_OK)
        return import_refuse(err, column, "'%.64s' is no date like 2026-06-30", text);
    *ret_days = date.days;
    return STATUS_OK;
}

static enum status read_instant(const struct import_row *row, const char *column, int64_t *ret_us, struct error *err)
{
    const char *text = import_cell(row, column);
    struct instant instant = {0};
    if (text[0] != '\0' && instant_parse(text, &instant, NULL) != STATUS_OK)
        return import_refuse(err, column, "'%.64s' is no time like 2026-06-30T14:00:00Z, or day", text);
    *ret_us = instant.us;
    return STATUS_OK;
}

static enum status read_yes(const struct import_row *row, const char *column, bool *ret_is_so, struct error *err)
{
    const char *text = import_cell(row, column);
    *ret_is_so = strcmp(text, "yes") == 0;
    if (text[0] != '\0' && !*ret_is_so && strcmp(text, "no") != 0)
        return import_refuse(err, column, "'%.64s': yes or no", text);
    return STATUS_OK;
}

/* The same row gives the same id: by the column "key", where the thing is. */
static struct id id_of_row(const struct import_row *row, const struct id *parent, const char *kind)
{
    const char *key = import_cell(row, "key");
    return id_derive(parent, kind, key, strlen(key));
}

/* --- disputes --- */

static const char *const DISPUTE_COLUMNS[] = {
    "key",       "account", "source",   "kind",   "written",          "medium",    "reason",   "received",
    "submitted", "amount",  "currency", "bureau", "bureau_reference", "answer_by", "document", NULL};

struct dispute_row {
    Dunlin__Dispute__V1__OpenDisputeRequest request;
    Dunlin__Dispute__V1__Evidence evidence, *documents[1];
    struct money money;
    struct id account_id, dispute_id;
};

static enum status read_dispute_codes(const struct import_row *row, Dunlin__Dispute__V1__OpenDisputeRequest *request,
                                      struct error *err)
{
    int source = 0, kind = 0, medium = 0;
    bool is_written = false;
    enum status st = read_enum(row, "source", &dunlin__dispute__v1__dispute_source__descriptor, &source, err);
    if (st == STATUS_OK)
        st = read_enum(row, "kind", &dunlin__dispute__v1__dispute_kind__descriptor, &kind, err);
    if (st == STATUS_OK)
        st = read_enum(row, "medium", &dunlin__dispute__v1__medium__descriptor, &medium, err);
    if (st == STATUS_OK)
        st = read_yes(row, "written", &is_written, err);
    request->source = source == 0 ? DUNLIN__DISPUTE__V1__DISPUTE_SOURCE__DISPUTE_SOURCE_DEBTOR
                                  : (Dunlin__Dispute__V1__DisputeSource)source;
    request->kind = (Dunlin__Dispute__V1__DisputeKind)kind;
    request->medium = (Dunlin__Dispute__V1__Medium)medium;
    request->is_written = is_written;
    return st;
}

static enum status read_amount(const struct import_row *row, struct dispute_row *dispute, struct error *err)
{
    static const struct money_format FORMAT = {.decimal_separator = '.', .group_separator = ','};
    const char *text = import_cell(row, "amount");
    struct error why;
    if (text[0] == '\0')
        return STATUS_OK;
    if (money_parse(text, import_cell(row, "currency"), &FORMAT, &dispute->money, &why) != STATUS_OK)
        return import_refuse(err, "amount", "%.300s", why.text);
    dispute->request.amount_minor = dispute->money.minor;
    dispute->request.currency = dispute->money.currency;
    return STATUS_OK;
}

static void take_document(const struct import_row *row, struct dispute_row *dispute)
{
    const char *document = import_cell(row, "document");
    dunlin__dispute__v1__evidence__init(&dispute->evidence);
    dispute->evidence.document = ask_text(document);
    dispute->documents[0] = &dispute->evidence;
    dispute->request.evidence = dispute->documents;
    dispute->request.n_evidence = document[0] != '\0';
}

static enum status read_dispute(const struct import_row *row, struct dispute_row *dispute, struct error *err)
{
    Dunlin__Dispute__V1__OpenDisputeRequest *request = &dispute->request;
    dunlin__dispute__v1__open_dispute_request__init(request);
    request->reason = ask_text(import_cell(row, "reason"));
    request->bureau = ask_text(import_cell(row, "bureau"));
    request->bureau_reference = ask_text(import_cell(row, "bureau_reference"));
    take_document(row, dispute);
    enum status st = read_dispute_codes(row, request, err);
    if (st == STATUS_OK)
        st = read_instant(row, "received", &request->received_at_us, err);
    if (st == STATUS_OK)
        st = read_day(row, "submitted", &request->submitted_on_days, err);
    if (st == STATUS_OK)
        st = read_day(row, "answer_by", &request->answer_due_on_days, err);
    return st == STATUS_OK ? read_amount(row, dispute, err) : st;
}

static enum status find_account(struct cli *cli, const struct import_row *row, struct id *ret_id, struct error *err)
{
    const enum status st = account_find(cli, import_cell(row, "account"), ret_id, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "account");
}

static enum status send_dispute(struct cli *cli, const struct import_row *row, struct error *err)
{
    struct dispute_row dispute = {0};
    json_t *reply = NULL;
    enum status st = read_dispute(row, &dispute, err);
    if (st == STATUS_OK)
        st = find_account(cli, row, &dispute.account_id, err);
    if (st != STATUS_OK)
        return st;
    dispute.dispute_id = id_of_row(row, &dispute.account_id, "dispute/import");
    dispute.request.account_id = account_bytes(&dispute.account_id);
    dispute.request.dispute_id = account_bytes(&dispute.dispute_id);
    st = dispute_call(cli, "OpenDispute", &dispute.request.base, &dispute.account_id, false, &reply, err);
    json_decref(reply);
    return st;
}

static enum status run_disputes(struct cli *cli, struct error *err)
{
    static const struct import_kind KIND = {
        .label = "disputes", .columns = DISPUTE_COLUMNS, .n_needed = 2, .send = send_dispute};
    return import_run(cli, &KIND, err);
}

static const struct config_option OPTIONS[] = {ACCOUNT_OPTIONS, IMPORT_OPTIONS, {0}};

const struct command COMMAND_DISPUTE_IMPORT = {
    .name = "dispute import",
    .summary = "open the disputes of a CSV file",
    .usage = "FILE.csv [--rejects FILE.csv]",
    .details =
        "The first line names the columns: key (yours, of the row: the same key of an account is the same dispute, "
        "however often the file\nis given) and account (a reference or an id), and of these what there is: source, "
        "kind, written (yes or no), medium, reason,\nreceived, submitted, amount, currency, bureau, "
        "bureau_reference, answer_by, document. What they hold is what `dunlin dispute\nopen` takes. A row that "
        "is refused stands in the rejects with line, field, code and reason; exit code 3 then.\n\n"
        "  dunlin dispute import disputes-2026-06.csv --rejects rejected.csv\n",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_disputes,
};

/* --- complaints --- */

static const char *const COMPLAINT_COLUMNS[] = {
    "key",   "words",  "severity",  "account",  "medium", "received", "regulator", "regulator_reference",
    "owner", "client", "collector", "campaign", NULL};

struct complaint_row {
    Dunlin__Dispute__V1__OpenComplaintRequest request;
    struct id account_id, complaint_id;
};

static enum status read_complaint(const struct import_row *row, struct complaint_row *complaint, struct error *err)
{
    Dunlin__Dispute__V1__OpenComplaintRequest *request = &complaint->request;
    int severity = 0, medium = 0;
    dunlin__dispute__v1__open_complaint_request__init(request);
    request->words = ask_text(import_cell(row, "words"));
    request->regulator = ask_text(import_cell(row, "regulator"));
    request->regulator_reference = ask_text(import_cell(row, "regulator_reference"));
    request->owner = ask_text(import_cell(row, "owner"));
    request->client = ask_text(import_cell(row, "client"));
    request->collector = ask_text(import_cell(row, "collector"));
    request->campaign = ask_text(import_cell(row, "campaign"));
    enum status st = read_enum(row, "severity", &dunlin__dispute__v1__complaint_severity__descriptor, &severity, err);
    if (st == STATUS_OK)
        st = read_enum(row, "medium", &dunlin__dispute__v1__medium__descriptor, &medium, err);
    request->severity = (Dunlin__Dispute__V1__ComplaintSeverity)severity;
    request->medium = (Dunlin__Dispute__V1__Medium)medium;
    return st == STATUS_OK ? read_instant(row, "received", &request->received_at_us, err) : st;
}

/* One about no account lives where its agency and key say. */
static enum status place_complaint(struct cli *cli, const struct import_row *row, struct complaint_row *complaint,
                                   struct error *err)
{
    if (import_cell(row, "account")[0] != '\0') {
        const enum status st = find_account(cli, row, &complaint->account_id, err);
        complaint->request.account_id = account_bytes(&complaint->account_id);
        complaint->complaint_id = id_of_row(row, &complaint->account_id, "complaint/import");
        return st;
    }
    g_autofree char *key = g_strjoin("/", cli_text(cli, "agency"), import_cell(row, "key"), NULL);
    const uint16_t partition = id_partition_of_debtor(0, key, strlen(key));
    complaint->complaint_id = id_derive_root(partition, "complaint/import", key, strlen(key));
    return cli_agency(cli, &complaint->request.agency_id, err);
}

static enum status send_complaint(struct cli *cli, const struct import_row *row, struct error *err)
{
    struct complaint_row complaint = {0};
    json_t *reply = NULL;
    enum status st = read_complaint(row, &complaint, err);
    if (st == STATUS_OK)
        st = place_complaint(cli, row, &complaint, err);
    if (st != STATUS_OK)
        return st;
    complaint.request.complaint_id = account_bytes(&complaint.complaint_id);
    st = dispute_call(cli, "OpenComplaint", &complaint.request.base, &complaint.complaint_id, false, &reply, err);
    json_decref(reply);
    return st;
}

static enum status run_complaints(struct cli *cli, struct error *err)
{
    static const struct import_kind KIND = {
        .label = "complaints", .columns = COMPLAINT_COLUMNS, .n_needed = 3, .send = send_complaint};
    return import_run(cli, &KIND, err);
}

const struct command COMMAND_COMPLAINT_IMPORT = {
    .name = "complaint import",
    .summary = "record the complaints of a CSV file",
    .usage = "FILE.csv [--rejects FILE.csv]",
    .details =
        "The first line names the columns: key (yours, of the row: the same key is the same complaint, however "
        "often the file is given),\nwords and severity, and of these what there is: account (a reference or an "
        "id; empty: about none that is known), medium,\nreceived, regulator, regulator_reference, owner, client, "
        "collector, campaign. A row that is refused stands in the rejects with\nline, field, code and reason; "
        "exit code 3 then.\n\n"
        "  dunlin complaint import cfpb-2026-06.csv --rejects rejected.csv\n",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_complaints,
};
