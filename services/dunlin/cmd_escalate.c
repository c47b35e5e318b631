#include <string.h>

#include <glib.h>

#include "ask.h"
#include "calendar/calendar.h"
#include "commands.h"
#include "dispute_cli.h"
#include "table.h"

/* Escalations: raise, list, show, assign, approve, decline, object, recall, close. What goes out: cmd_escalate_out.c.
 */

static const struct column COLUMNS[] = {{"escalation", "escalation_id", COLUMN_TEXT},
                                        {"account", "account_id", COLUMN_TEXT},
                                        {"state", "state", COLUMN_TEXT},
                                        {"outcome", "outcome", COLUMN_TEXT},
                                        {"to", "route", COLUMN_TEXT},
                                        {"name", "target", COLUMN_TEXT},
                                        {"why", "title", COLUMN_TEXT},
                                        {"rule", "rule", COLUMN_TEXT},
                                        {"what to do", "action", COLUMN_TEXT},
                                        {"priority", "priority", COLUMN_TEXT},
                                        {"raised", "raised_at", COLUMN_INSTANT},
                                        {"raised by", "raised_by", COLUMN_TEXT},
                                        {"due", "due_at", COLUMN_INSTANT},
                                        {"owner", "owner", COLUMN_TEXT},
                                        {"decided by", "decided_by", COLUMN_TEXT},
                                        {"decided", "decided_at", COLUMN_INSTANT},
                                        {"owed", "balance", COLUMN_MONEY},
                                        {"client", "client", COLUMN_TEXT},
                                        {"went out", "exported_at", COLUMN_INSTANT},
                                        {"in", "file_id", COLUMN_TEXT},
                                        {"marked disputed", "is_disputed", COLUMN_TEXT},
                                        {"attorney", "has_attorney", COLUMN_TEXT},
                                        {"asked to cease", "is_ceased", COLUMN_TEXT},
                                        {"closed", "closed_at", COLUMN_INSTANT},
                                        {"closed by", "closed_by", COLUMN_TEXT},
                                        {"note", "note", COLUMN_TEXT},
                                        {0}};

static enum status show_one(struct cli *cli, enum status st, json_t *escalation)
{
    if (st != STATUS_OK || cli_emit(cli, escalation))
        return st;
    table_print_object(cli, escalation, COLUMNS);
    json_decref(escalation);
    return STATUS_OK;
}

/* --- raise --- */

static enum status read_due(struct cli *cli, int64_t *ret_due_at_us, struct error *err)
{
    struct instant due = {0};
    const char *text = cli_text(cli, "due");
    if (text[0] != '\0' && instant_parse(text, &due, err) != STATUS_OK)
        return cli_usage(cli, err, "--due '%s' is no time like 2026-06-30T14:00:00Z, or day", text);
    *ret_due_at_us = due.us;
    return STATUS_OK;
}

static enum status run_raise(struct cli *cli, struct error *err)
{
    struct id account_id;
    int route = 0;
    json_t *escalation = NULL;
    Dunlin__Dispute__V1__RaiseEscalationRequest request;
    dunlin__dispute__v1__raise_escalation_request__init(&request);
    request.target = ask_text(cli_text(cli, "name"));
    request.title = ask_text(cli_text(cli, "why"));
    request.priority = (int32_t)cli_integer(cli, "priority");
    enum status st = cli_enum(cli, "to", &dunlin__dispute__v1__escalation_route__descriptor, &route, err);
    request.route = (Dunlin__Dispute__V1__EscalationRoute)route;
    if (st == STATUS_OK)
        st = read_due(cli, &request.due_at_us, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    request.account_id = account_bytes(&account_id);
    if (st == STATUS_OK)
        st = dispute_command(cli, "RaiseEscalation", &request.base, &account_id, &escalation, err);
    return show_one(cli, st, escalation);
}

static const struct config_option RAISE_OPTIONS[] = {
    DISPUTE_OPTIONS,
    {"to", CONFIG_TEXT, NULL, NULL, 0, 0, "queue, person, agency (an outside one) or legal."},
    {"name", CONFIG_TEXT, "", NULL, 0, 0, "Of the queue, the person (user:anna) or the agency; of a lawyer it may be."},
    {"why", CONFIG_TEXT, NULL, NULL, 0, 0, "In a few words. Card numbers in it are masked."},
    {"priority", CONFIG_INTEGER, "0", NULL, 0, 1000, "0 (last) to 1000 (first)."},
    {"due", CONFIG_TEXT, "", NULL, 0, 0, "By when somebody must have acted (RFC 3339). Empty: not said."},
    {0},
};

const struct command COMMAND_ESCALATE_RAISE = {
    .name = "escalate raise",
    .summary = "give an account to a queue, a person, an outside agency or a lawyer",
    .usage = "REF|ID --to queue|person|agency|legal [--name NAME] --why TEXT [--priority N] [--due TIME]",
    .details = "By hand; the SOP's `escalations` do it by rules. Out of the house it is only proposed: another person "
               "approves\n(`dunlin escalate approve`), and contact goes on until it has gone out.\n\n"
               "  dunlin escalate raise A-1001 --to queue --name supervisor --why \"asks for a manager\"\n"
               "  dunlin escalate raise A-1001 --to agency --name northern --why \"no contact in a year\"\n"
               "  dunlin escalate raise A-1001 --to legal --why \"assets found\"\n",
    .options = RAISE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_raise,
};

/* --- list, show --- */

static enum status read_after(struct cli *cli, Dunlin__Dispute__V1__ListEscalationsRequest *request, struct id *id,
                              struct error *err)
{
    const char *text = cli_text(cli, "after");
    const char *slash = strchr(text, '/');
    struct instant at;
    if (text[0] == '\0')
        return STATUS_OK;
    g_autofree char *instant = slash != NULL ? g_strndup(text, (size_t)(slash - text)) : NULL;
    if (slash == NULL || instant_parse(instant, &at, err) != STATUS_OK || id_parse(slash + 1, id, err) != STATUS_OK)
        return cli_usage(cli, err, "--after '%s' is no place in a list: \"next\" of the page before says it", text);
    request->after_raised_at_us = at.us;
    request->after_escalation_id = account_bytes(id);
    return STATUS_OK;
}

/* Where the next page begins; NULL: there is none. */
static json_t *next_of(const json_t *rows, int64_t limit)
{
    const size_t n = json_array_size(rows);
    if (n < (size_t)limit)
        return NULL;
    const json_t *last = json_array_get(rows, n - 1);
    return json_sprintf("%s/%s", json_string_value(json_object_get(last, "raised_at")),
                        json_string_value(json_object_get(last, "escalation_id")));
}

static enum status run_list(struct cli *cli, struct error *err)
{
    static const struct column LIST[] = {{"escalation", "escalation_id", COLUMN_TEXT},
                                         {"state", "state", COLUMN_TEXT},
                                         {"to", "route", COLUMN_TEXT},
                                         {"name", "target", COLUMN_TEXT},
                                         {"owner", "owner", COLUMN_TEXT},
                                         {"priority", "priority", COLUMN_TEXT},
                                         {"raised", "raised_at", COLUMN_INSTANT},
                                         {"due", "due_at", COLUMN_INSTANT},
                                         {"owed", "balance", COLUMN_MONEY},
                                         {"why", "title", COLUMN_TEXT},
                                         {0}};
    struct id account_id = {0}, after = {0};
    int route = 0, state = 0;
    json_t *reply = NULL;
    Dunlin__Dispute__V1__ListEscalationsRequest request;
    dunlin__dispute__v1__list_escalations_request__init(&request);
    request.target = ask_text(cli_text(cli, "name"));
    request.owner = ask_text(cli_text(cli, "owner"));
    request.limit = (int32_t)cli_integer(cli, "limit");
    enum status st = cli_enum(cli, "to", &dunlin__dispute__v1__escalation_route__descriptor, &route, err);
    if (st == STATUS_OK)
        st = cli_enum(cli, "state", &dunlin__dispute__v1__escalation_state__descriptor, &state, err);
    request.route = (Dunlin__Dispute__V1__EscalationRoute)route;
    request.state = (Dunlin__Dispute__V1__EscalationState)state;
    if (st == STATUS_OK)
        st = read_after(cli, &request, &after, err);
    if (st == STATUS_OK && cli_operand_count(cli) == 0) {
        st = cli_agency(cli, &request.agency_id, err);
    } else if (st == STATUS_OK) {
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
        request.account_id = account_bytes(&account_id);
    }
    if (st == STATUS_OK)
        st = dispute_call(cli, "ListEscalations", &request.base, &account_id, true, &reply, err);
    if (st != STATUS_OK)
        return st;
    json_t *next = next_of(json_object_get(reply, "escalations"), cli_integer(cli, "limit"));
    if (next != NULL)
        (void)json_object_set_new(reply, "next", next);
    if (cli_emit(cli, reply))
        return STATUS_OK;
    table_print(cli, json_object_get(reply, "escalations"), LIST);
    if (next != NULL)
        cli_say(cli, "there may be more: --after %s", json_string_value(next));
    json_decref(reply);
    return STATUS_OK;
}

static const struct config_option LIST_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    {"to", CONFIG_TEXT, "", NULL, 0, 0, "Only those to a queue, person, agency or legal."},
    {"name", CONFIG_TEXT, "", NULL, 0, 0, "Only those to the queue, person or agency of that name."},
    {"owner", CONFIG_TEXT, "", NULL, 0, 0, "Only those that this person sees to: user:anna."},
    {"state", CONFIG_TEXT, "", NULL, 0, 0, "Only raised, assigned, proposed, approved, exported or handed-over ones."},
    {"limit", CONFIG_INTEGER, "100", "escalations", 1, 1000, "At most so many a page."},
    {"after", CONFIG_TEXT, "", NULL, 0, 0, "The next page: what the one before said."},
    {0},
};

const struct command COMMAND_ESCALATE_LIST = {
    .name = "escalate list",
    .summary = "what the agency has to do, or the escalations of an account",
    .usage = "[REF|ID] [--to ROUTE] [--name NAME] [--owner WHO] [--state STATE]",
    .details = "Without an account those that are not closed, oldest first.\n\n"
               "  dunlin escalate list --to queue --name compliance\n"
               "  dunlin escalate list --state proposed\n"
               "  dunlin escalate list A-1001\n",
    .options = LIST_OPTIONS,
    .operands_min = 0,
    .operands_max = 1,
    .run = run_list,
};

static enum status read_escalation(struct cli *cli, struct id *ret_id, struct error *err)
{
    const char *text = cli_operand(cli, 0);
    if (id_parse(text, ret_id, NULL) != STATUS_OK)
        return cli_usage(cli, err, "'%s' is no escalation's id (`dunlin escalate list` shows them)", text);
    return STATUS_OK;
}

static enum status run_show(struct cli *cli, struct error *err)
{
    struct id id;
    json_t *escalation = NULL;
    Dunlin__Dispute__V1__GetEscalationRequest request;
    dunlin__dispute__v1__get_escalation_request__init(&request);
    enum status st = read_escalation(cli, &id, err);
    request.escalation_id = account_bytes(&id);
    if (st == STATUS_OK)
        st = dispute_call(cli, "GetEscalation", &request.base, &id, true, &escalation, err);
    return show_one(cli, st, escalation);
}

const struct command COMMAND_ESCALATE_SHOW = {
    .name = "escalate show",
    .summary = "an escalation with all that is on record of it",
    .usage = "ESCALATION",
    .details = "  dunlin escalate show 0190...\n",
    .operands_min = 1,
    .operands_max = 1,
    .run = run_show,
};

/* --- what happens to one --- */

static enum status run_assign(struct cli *cli, struct error *err)
{
    struct id id;
    json_t *escalation = NULL;
    Dunlin__Dispute__V1__AssignEscalationRequest request;
    dunlin__dispute__v1__assign_escalation_request__init(&request);
    enum status st = read_escalation(cli, &id, err);
    request.escalation_id = account_bytes(&id);
    request.owner = ask_text(cli_text(cli, "owner"));
    request.note = ask_text(cli_text(cli, "note"));
    if (st == STATUS_OK)
        st = dispute_command(cli, "AssignEscalation", &request.base, &id, &escalation, err);
    return show_one(cli, st, escalation);
}

static const struct config_option ASSIGN_OPTIONS[] = {
    DISPUTE_OPTIONS,
    {"owner", CONFIG_TEXT, NULL, NULL, 0, 0, "Who sees to it: user:anna."},
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "Why."},
    {0},
};

const struct command COMMAND_ESCALATE_ASSIGN = {
    .name = "escalate assign",
    .summary = "say who sees to an escalation",
    .usage = "ESCALATION --owner WHO [--note TEXT]",
    .details = "Until it is closed.\n\n  dunlin escalate assign 0190... --owner user:anna\n",
    .options = ASSIGN_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_assign,
};

static enum status decide(struct cli *cli, bool is_approved, struct error *err)
{
    struct id id;
    json_t *escalation = NULL;
    Dunlin__Dispute__V1__DecideEscalationRequest request;
    dunlin__dispute__v1__decide_escalation_request__init(&request);
    enum status st = read_escalation(cli, &id, err);
    request.escalation_id = account_bytes(&id);
    request.is_approved = is_approved;
    request.note = ask_text(cli_text(cli, "note"));
    if (st == STATUS_OK)
        st = dispute_command(cli, "DecideEscalation", &request.base, &id, &escalation, err);
    return show_one(cli, st, escalation);
}

static enum status run_approve(struct cli *cli, struct error *err)
{
    return decide(cli, true, err);
}

static enum status run_decline(struct cli *cli, struct error *err)
{
    return decide(cli, false, err);
}

static const struct config_option NOTE_OPTIONS[] = {
    DISPUTE_OPTIONS,
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "Why. Card numbers in it are masked."},
    {0},
};

const struct command COMMAND_ESCALATE_APPROVE = {
    .name = "escalate approve",
    .summary = "approve, as another person, that an account goes out of the house",
    .usage = "ESCALATION [--note TEXT]",
    .details = "Not who proposed it. Refused where the debtor is bankrupt or deceased or nothing is owed; for a lawyer "
               "also while a\ndispute in writing waits for its verification.\n\n  dunlin escalate approve 0190...\n",
    .options = NOTE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_approve,
};

const struct command COMMAND_ESCALATE_DECLINE = {
    .name = "escalate decline",
    .summary = "decline, as another person, that an account goes out of the house",
    .usage = "ESCALATION [--note TEXT]",
    .details = "It is closed.\n\n  dunlin escalate decline 0190... --note \"a plan is agreed\"\n",
    .options = NOTE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_decline,
};

static enum status end(struct cli *cli, int outcome, struct error *err)
{
    struct id id;
    json_t *escalation = NULL;
    Dunlin__Dispute__V1__CloseEscalationRequest request;
    dunlin__dispute__v1__close_escalation_request__init(&request);
    enum status st = read_escalation(cli, &id, err);
    request.escalation_id = account_bytes(&id);
    request.outcome = (Dunlin__Dispute__V1__EscalationOutcome)outcome;
    request.note = ask_text(cli_text(cli, "note"));
    if (st == STATUS_OK)
        st = dispute_command(cli, "CloseEscalation", &request.base, &id, &escalation, err);
    return show_one(cli, st, escalation);
}

static enum status run_object(struct cli *cli, struct error *err)
{
    return end(cli, DUNLIN__DISPUTE__V1__ESCALATION_OUTCOME__ESCALATION_OUTCOME_OBJECTED, err);
}

static enum status run_recall(struct cli *cli, struct error *err)
{
    return end(cli, DUNLIN__DISPUTE__V1__ESCALATION_OUTCOME__ESCALATION_OUTCOME_RECALLED, err);
}

static enum status run_close(struct cli *cli, struct error *err)
{
    int outcome = 0;
    const enum status st =
        cli_enum(cli, "outcome", &dunlin__dispute__v1__escalation_outcome__descriptor, &outcome, err);
    return st == STATUS_OK ? end(cli, outcome, err) : st;
}

const struct command COMMAND_ESCALATE_OBJECT = {
    .name = "escalate object",
    .summary = "record that the outside agency does not take an account",
    .usage = "ESCALATION --note TEXT",
    .details = "What it objects to is the note. The account is ours again, and contact goes on.\n\n"
               "  dunlin escalate object 0190... --note \"no address\"\n",
    .options = NOTE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_object,
};

const struct command COMMAND_ESCALATE_RECALL = {
    .name = "escalate recall",
    .summary = "take an account back from an outside agency or a lawyer",
    .usage = "ESCALATION [--note TEXT]",
    .details = "Contact goes on from here on. Tell those who have the account.\n\n"
               "  dunlin escalate recall 0190... --note \"the debtor pays us\"\n",
    .options = NOTE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_recall,
};

static const struct config_option CLOSE_OPTIONS[] = {
    DISPUTE_OPTIONS,
    {"outcome", CONFIG_TEXT, "done", NULL, 0, 0, "done (by a queue or a person) or returned (by an agency, a lawyer)."},
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "What was done. Card numbers in it are masked."},
    {0},
};

const struct command COMMAND_ESCALATE_CLOSE = {
    .name = "escalate close",
    .summary = "end an escalation: it is done, or was given back",
    .usage = "ESCALATION [--outcome done|returned] [--note TEXT]",
    .details = "  dunlin escalate close 0190... --note \"called back, plan agreed\"\n"
               "  dunlin escalate close 0190... --outcome returned\n",
    .options = CLOSE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_close,
};
