#include <string.h>

#include <glib.h>

#include "ask.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "dispute_cli.h"
#include "table.h"

/* Complaints: open, assign, move, resolve, list, show. */

static const struct column COLUMNS[] = {{"complaint", "complaint_id", COLUMN_TEXT},
                                        {"account", "account_id", COLUMN_TEXT},
                                        {"state", "state", COLUMN_TEXT},
                                        {"severity", "severity", COLUMN_TEXT},
                                        {"stops contact", "holds_contact", COLUMN_TEXT},
                                        {"owner", "owner", COLUMN_TEXT},
                                        {"received", "received_at", COLUMN_INSTANT},
                                        {"due", "due_at", COLUMN_INSTANT},
                                        {"escalated", "is_escalated", COLUMN_TEXT},
                                        {"words", "words", COLUMN_TEXT},
                                        {"medium", "medium", COLUMN_TEXT},
                                        {"regulator", "regulator", COLUMN_TEXT},
                                        {"its reference", "regulator_reference", COLUMN_TEXT},
                                        {"client", "client", COLUMN_TEXT},
                                        {"collector", "collector", COLUMN_TEXT},
                                        {"campaign", "campaign", COLUMN_TEXT},
                                        {"acknowledged", "acknowledged_at", COLUMN_INSTANT},
                                        {"resolved", "resolved_at", COLUMN_INSTANT},
                                        {"by", "resolved_by", COLUMN_TEXT},
                                        {"outcome", "outcome", COLUMN_TEXT},
                                        {"root cause", "cause", COLUMN_TEXT},
                                        {"in words", "cause_text", COLUMN_TEXT},
                                        {"closed", "closed_at", COLUMN_INSTANT},
                                        {"note", "note", COLUMN_TEXT},
                                        {0}};

static enum status show_one(struct cli *cli, enum status st, json_t *complaint)
{
    if (st != STATUS_OK || cli_emit(cli, complaint))
        return st;
    table_print_object(cli, complaint, COLUMNS);
    json_decref(complaint);
    return STATUS_OK;
}

/* Where a complaint about no account lives: by its key, so that it given again comes to the same place. */
static struct id place_of(struct cli *cli)
{
    const char *key = cli_text(cli, "key");
    const guint where = key[0] != '\0' ? g_str_hash(key) : g_random_int();
    return id_new((uint16_t)(where % PARTITION_COUNT));
}

struct opening {
    Dunlin__Dispute__V1__OpenComplaintRequest request;
    struct id account_id, place;
};

static enum status read_codes(struct cli *cli, Dunlin__Dispute__V1__OpenComplaintRequest *request, struct error *err)
{
    int severity = 0, medium = 0;
    struct instant received = {0};
    const char *text = cli_text(cli, "received");
    if (text[0] != '\0' && instant_parse(text, &received, err) != STATUS_OK)
        return cli_usage(cli, err, "--received '%s' is no time like 2026-06-30T14:00:00Z, or day", text);
    enum status st = cli_enum(cli, "severity", &dunlin__dispute__v1__complaint_severity__descriptor, &severity, err);
    if (st == STATUS_OK)
        st = cli_enum(cli, "medium", &dunlin__dispute__v1__medium__descriptor, &medium, err);
    request->severity = (Dunlin__Dispute__V1__ComplaintSeverity)severity;
    request->medium = (Dunlin__Dispute__V1__Medium)medium;
    request->received_at_us = received.us;
    return st;
}

static enum status read_subject(struct cli *cli, struct opening *opening, struct error *err)
{
    if (cli_operand_count(cli) == 0) {
        opening->place = place_of(cli);
        return cli_agency(cli, &opening->request.agency_id, err);
    }
    enum status st = account_find(cli, cli_operand(cli, 0), &opening->account_id, err);
    opening->place = opening->account_id;
    opening->request.account_id = account_bytes(&opening->account_id);
    return st;
}

static enum status run_open(struct cli *cli, struct error *err)
{
    struct opening opening = {0};
    Dunlin__Dispute__V1__OpenComplaintRequest *request = &opening.request;
    json_t *complaint = NULL;
    dunlin__dispute__v1__open_complaint_request__init(request);
    request->words = ask_text(cli_text(cli, "words"));
    request->regulator = ask_text(cli_text(cli, "regulator"));
    request->regulator_reference = ask_text(cli_text(cli, "regulator-reference"));
    request->owner = ask_text(cli_text(cli, "owner"));
    request->client = ask_text(cli_text(cli, "about-client"));
    request->collector = ask_text(cli_text(cli, "collector"));
    request->campaign = ask_text(cli_text(cli, "campaign"));
    enum status st = read_codes(cli, request, err);
    if (st == STATUS_OK)
        st = read_subject(cli, &opening, err);
    if (st == STATUS_OK)
        st = dispute_command(cli, "OpenComplaint", &request->base, &opening.place, &complaint, err);
    return show_one(cli, st, complaint);
}

static const struct config_option OPEN_OPTIONS[] = {
    DISPUTE_OPTIONS,
    {"words", CONFIG_TEXT, NULL, NULL, 0, 0, "What is complained of, short. Card numbers in it are masked."},
    {"severity", CONFIG_TEXT, "medium", NULL, 0, 0, "low, medium, high or critical: the clocks are the SOP's."},
    {"medium", CONFIG_TEXT, "", NULL, 0, 0, "How it came: mail, email, text, portal, fax, phone, in-person, client."},
    {"received", CONFIG_TEXT, "", NULL, 0, 0, "When it came (RFC 3339); the clocks count from it. Empty: now."},
    {"regulator", CONFIG_TEXT, "", NULL, 0, 0, "Through whom it came: CFPB, an attorney general, BBB."},
    {"regulator-reference", CONFIG_TEXT, "", NULL, 0, 0, "Its number there."},
    {"owner", CONFIG_TEXT, "", NULL, 0, 0, "Who sees to it: user:anna. Empty: nobody yet."},
    {"about-client", CONFIG_TEXT, "", NULL, 0, 0, "The creditor on whose behalf, where that is known."},
    {"collector", CONFIG_TEXT, "", NULL, 0, 0, "About whom, where that is known."},
    {"campaign", CONFIG_TEXT, "", NULL, 0, 0, "In which campaign, where that is known."},
    {0},
};

const struct command COMMAND_COMPLAINT_OPEN = {
    .name = "complaint open",
    .summary = "record a complaint about the agency",
    .usage = "[REF|ID] --words TEXT [--severity SEVERITY] [--medium MEDIUM] [--regulator NAME] ...",
    .details = "About an account, or about none that is known. A complaint is acknowledged and resolved within the "
               "times that\n"
               "the SOP gives its severity, else it is escalated. It stops contact on its account only where the SOP "
               "says so of\n"
               "its severity (holds_contact).\n\n"
               "  dunlin complaint open A-1001 --severity high --words \"called at work, twice\" --collector user:joe\n"
               "  dunlin complaint open --words \"not the person you look for\" --regulator CFPB --regulator-reference "
               "26-77\n",
    .options = OPEN_OPTIONS,
    .operands_min = 0,
    .operands_max = 1,
    .run = run_open,
};

static enum status read_complaint(struct cli *cli, struct id *ret_id, struct error *err)
{
    const char *text = cli_operand(cli, 0);
    if (id_parse(text, ret_id, err) != STATUS_OK)
        return cli_usage(cli, err, "'%s' is no complaint's id (`dunlin complaint list` shows them)", text);
    return STATUS_OK;
}

static enum status run_assign(struct cli *cli, struct error *err)
{
    struct id id;
    json_t *complaint = NULL;
    Dunlin__Dispute__V1__AssignComplaintRequest request;
    dunlin__dispute__v1__assign_complaint_request__init(&request);
    enum status st = read_complaint(cli, &id, err);
    request.complaint_id = account_bytes(&id);
    request.owner = ask_text(cli_text(cli, "to"));
    request.note = ask_text(cli_text(cli, "note"));
    if (st == STATUS_OK)
        st = dispute_command(cli, "AssignComplaint", &request.base, &id, &complaint, err);
    return show_one(cli, st, complaint);
}

static const struct config_option ASSIGN_OPTIONS[] = {
    DISPUTE_OPTIONS,
    {"to", CONFIG_TEXT, NULL, NULL, 0, 0, "Who sees to it: user:anna."},
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "Why."},
    {0},
};

const struct command COMMAND_COMPLAINT_ASSIGN = {
    .name = "complaint assign",
    .summary = "say who sees to a complaint",
    .usage = "COMPLAINT --to WHO [--note TEXT]",
    .details = "Until it is resolved.\n\n  dunlin complaint assign 0190... --to user:anna\n",
    .options = ASSIGN_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_assign,
};

static enum status run_move(struct cli *cli, struct error *err)
{
    struct id id;
    int state = 0, severity = 0;
    json_t *complaint = NULL;
    Dunlin__Dispute__V1__MoveComplaintRequest request;
    dunlin__dispute__v1__move_complaint_request__init(&request);
    enum status st = cli_enum(cli, "to", &dunlin__dispute__v1__complaint_state__descriptor, &state, err);
    if (st == STATUS_OK)
        st = cli_enum(cli, "severity", &dunlin__dispute__v1__complaint_severity__descriptor, &severity, err);
    if (st == STATUS_OK && (state != 0) == (severity != 0))
        st = cli_usage(cli, err, "either --to or --severity");
    if (st == STATUS_OK)
        st = read_complaint(cli, &id, err);
    request.complaint_id = account_bytes(&id);
    request.state = (Dunlin__Dispute__V1__ComplaintState)state;
    request.severity = (Dunlin__Dispute__V1__ComplaintSeverity)severity;
    request.note = ask_text(cli_text(cli, "note"));
    if (st == STATUS_OK)
        st = dispute_command(cli, "MoveComplaint", &request.base, &id, &complaint, err);
    return show_one(cli, st, complaint);
}

static const struct config_option MOVE_OPTIONS[] = {
    DISPUTE_OPTIONS,
    {"to", CONFIG_TEXT, "", NULL, 0, 0, "acknowledged, investigating (reopens one that ended) or closed."},
    {"severity", CONFIG_TEXT, "", NULL, 0, 0, "Grades it anew: low, medium, high or critical."},
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "Why."},
    {0},
};

const struct command COMMAND_COMPLAINT_MOVE = {
    .name = "complaint move",
    .summary = "acknowledge, investigate, close or reopen a complaint, or grade it anew",
    .usage = "COMPLAINT --to STATE | --severity SEVERITY [--note TEXT]",
    .details = "received, acknowledged, investigating, resolved (`dunlin complaint resolve`), closed.\n\n"
               "  dunlin complaint move 0190... --to acknowledged --note \"by letter\"\n"
               "  dunlin complaint move 0190... --severity critical\n",
    .options = MOVE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_move,
};

static enum status run_resolve(struct cli *cli, struct error *err)
{
    struct id id;
    int outcome = 0, cause = 0;
    json_t *complaint = NULL;
    Dunlin__Dispute__V1__ResolveComplaintRequest request;
    dunlin__dispute__v1__resolve_complaint_request__init(&request);
    enum status st = cli_enum(cli, "outcome", &dunlin__dispute__v1__complaint_outcome__descriptor, &outcome, err);
    if (st == STATUS_OK)
        st = cli_enum(cli, "root-cause", &dunlin__dispute__v1__complaint_cause__descriptor, &cause, err);
    if (st == STATUS_OK)
        st = read_complaint(cli, &id, err);
    request.complaint_id = account_bytes(&id);
    request.outcome = (Dunlin__Dispute__V1__ComplaintOutcome)outcome;
    request.cause = (Dunlin__Dispute__V1__ComplaintCause)cause;
    request.cause_text = ask_text(cli_text(cli, "cause-text"));
    request.note = ask_text(cli_text(cli, "note"));
    if (st == STATUS_OK)
        st = dispute_command(cli, "ResolveComplaint", &request.base, &id, &complaint, err);
    return show_one(cli, st, complaint);
}

static const struct config_option RESOLVE_OPTIONS[] = {
    DISPUTE_OPTIONS,
    {"outcome", CONFIG_TEXT, NULL, NULL, 0, 0, "justified, partly-justified, unjustified or withdrawn."},
    {"root-cause", CONFIG_TEXT, "", NULL, 0, 0,
     "conduct, frequency, disclosure, accuracy, dispute, payment, privacy, reporting or other."},
    {"cause-text", CONFIG_TEXT, "", NULL, 0, 0, "The root cause in words; needed with other."},
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "What was answered."},
    {0},
};

const struct command COMMAND_COMPLAINT_RESOLVE = {
    .name = "complaint resolve",
    .summary = "answer a complaint, with its outcome and root cause",
    .usage = "COMPLAINT --outcome OUTCOME --root-cause CAUSE [--note TEXT]",
    .details =
        "Contact that it stopped goes on.\n\n"
        "  dunlin complaint resolve 0190... --outcome justified --root-cause frequency --note \"letter of June 8\"\n",
    .options = RESOLVE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_resolve,
};

static enum status run_list(struct cli *cli, struct error *err)
{
    static const struct column LIST[] = {{"complaint", "complaint_id", COLUMN_TEXT},
                                         {"state", "state", COLUMN_TEXT},
                                         {"severity", "severity", COLUMN_TEXT},
                                         {"owner", "owner", COLUMN_TEXT},
                                         {"received", "received_at", COLUMN_INSTANT},
                                         {"due", "due_at", COLUMN_INSTANT},
                                         {"escalated", "is_escalated", COLUMN_TEXT},
                                         {"words", "words", COLUMN_TEXT},
                                         {0}};
    struct id account_id = {0};
    json_t *reply = NULL;
    Dunlin__Dispute__V1__ListComplaintsRequest request;
    dunlin__dispute__v1__list_complaints_request__init(&request);
    enum status st;
    if (cli_operand_count(cli) == 0) {
        st = cli_agency(cli, &request.agency_id, err);
    } else {
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
        request.account_id = account_bytes(&account_id);
    }
    if (st == STATUS_OK)
        st = dispute_call(cli, "ListComplaints", &request.base, &account_id, true, &reply, err);
    if (st != STATUS_OK || cli_emit(cli, reply))
        return st;
    table_print(cli, json_object_get(reply, "complaints"), LIST);
    json_decref(reply);
    return STATUS_OK;
}

static const struct config_option LIST_OPTIONS[] = {ACCOUNT_OPTIONS, {0}};

const struct command COMMAND_COMPLAINT_LIST = {
    .name = "complaint list",
    .summary = "the complaints of an account, or those of the agency that are to be answered",
    .usage = "[REF|ID]",
    .details = "Of an account all, oldest first; without one, those that are not resolved, what is due first.\n\n"
               "  dunlin complaint list\n"
               "  dunlin complaint list A-1001\n",
    .options = LIST_OPTIONS,
    .operands_min = 0,
    .operands_max = 1,
    .run = run_list,
};

static enum status run_show(struct cli *cli, struct error *err)
{
    struct id id;
    json_t *complaint = NULL;
    Dunlin__Dispute__V1__GetComplaintRequest request;
    dunlin__dispute__v1__get_complaint_request__init(&request);
    enum status st = read_complaint(cli, &id, err);
    request.complaint_id = account_bytes(&id);
    if (st == STATUS_OK)
        st = dispute_call(cli, "GetComplaint", &request.base, &id, true, &complaint, err);
    return show_one(cli, st, complaint);
}

const struct command COMMAND_COMPLAINT_SHOW = {
    .name = "complaint show",
    .summary = "a complaint with all that is on record of it",
    .usage = "COMPLAINT",
    .details = "  dunlin complaint show 0190...\n",
    .operands_min = 1,
    .operands_max = 1,
    .run = run_show,
};
