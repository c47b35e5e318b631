#include <string.h>

#include <glib.h>

#include "account.h"
#include "ask.h"
#include "commands.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "dunlin/reporting/v1/reporting.pb-c.h"
#include "protojson.h"
#include "table.h"

#define ASK_TIMEOUT_MS 10000

static const struct config_option OPTIONS[] = {ACCOUNT_OPTIONS, {0}};

/* Account show: one question to everybody. */

enum part {
    PART_PLACEMENT,
    PART_CLASSIFICATION,
    PART_CONTACT,
    PART_DISPUTES,
    PART_PAYMENT,
    PART_COUNT,
};

static const char *const PART_NAMES[] = {
    [PART_PLACEMENT] = "placement", [PART_CLASSIFICATION] = "classification",
    [PART_CONTACT] = "contact",     [PART_DISPUTES] = "disputes",
    [PART_PAYMENT] = "payment",
};

/* The requests live as long as the calls. */
struct questions {
    Dunlin__Intake__V1__GetAccountRequest placement;
    Dunlin__Classification__V1__GetAccountRequest classification;
    Dunlin__Contact__V1__GetAccountRequest contact;
    Dunlin__Dispute__V1__ListDisputesRequest disputes;
    Dunlin__Payment__V1__GetAccountRequest payment;
};

static void ask(struct bus_call *call, const ProtobufCServiceDescriptor *service, const char *method,
                const ProtobufCMessage *request, const struct id *id)
{
    *call = (struct bus_call){.service = service,
                              .method = method,
                              .request = request,
                              .route = BUS_ROUTE_PARTITION,
                              .partition = id_partition(id),
                              .is_query = true};
}

static void prepare(struct cli *cli, const struct id *id, struct questions *q, struct bus_call calls[static PART_COUNT])
{
    dunlin__intake__v1__get_account_request__init(&q->placement);
    dunlin__classification__v1__get_account_request__init(&q->classification);
    dunlin__contact__v1__get_account_request__init(&q->contact);
    dunlin__dispute__v1__list_disputes_request__init(&q->disputes);
    dunlin__payment__v1__get_account_request__init(&q->payment);
    q->placement.agency = ask_text(cli_text(cli, "agency"));
    q->placement.account_id = q->classification.account_id = q->contact.account_id = account_bytes(id);
    q->disputes.account_id = q->payment.account_id = account_bytes(id);
    ask(&calls[PART_PLACEMENT], &dunlin__intake__v1__intake_service__descriptor, "GetAccount", &q->placement.base, id);
    calls[PART_PLACEMENT].route = BUS_ROUTE_ANY;
    ask(&calls[PART_CLASSIFICATION], &dunlin__classification__v1__classification_service__descriptor, "GetAccount",
        &q->classification.base, id);
    ask(&calls[PART_CONTACT], &dunlin__contact__v1__contact_service__descriptor, "GetAccount", &q->contact.base, id);
    ask(&calls[PART_DISPUTES], &dunlin__dispute__v1__dispute_service__descriptor, "ListDisputes", &q->disputes.base,
        id);
    ask(&calls[PART_PAYMENT], &dunlin__payment__v1__payment_service__descriptor, "GetAccount", &q->payment.base, id);
}

/* Parts that were answered, and "errors" with the rest. */
static json_t *collect(struct bus_call calls[static PART_COUNT], size_t *ret_silent, bool *ret_is_known)
{
    json_t *account = json_object();
    json_t *errors = json_object();
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (calls[i].code == STATUS_OK) {
            *ret_is_known = *ret_is_known || i != PART_DISPUTES; /* an empty list is no proof */
            (void)json_object_set_new(account, PART_NAMES[i], protojson(calls[i].reply));
            protobuf_c_message_free_unpacked(calls[i].reply, NULL);
        } else {
            *ret_silent += calls[i].code != STATUS_NOT_FOUND;
            (void)json_object_set_new(errors, PART_NAMES[i], json_string(calls[i].error.text));
        }
    }
    (void)json_object_set_new(account, "errors", errors);
    return account;
}

static void heading(struct cli *cli, const char *text)
{
    cli_say(cli, "\n%s%s%s", cli_colour(cli, CLI_BOLD), text, cli_colour(cli, CLI_PLAIN));
}

static void show_placement(struct cli *cli, const json_t *placement)
{
    static const struct column PLACED[] = {{"account", "account_id", COLUMN_TEXT},
                                           {"debtor", "debtor_id", COLUMN_TEXT},
                                           {"client", "client", COLUMN_TEXT},
                                           {"reference", "client_reference", COLUMN_TEXT},
                                           {"name", "debtor_name", COLUMN_TEXT},
                                           {"placed with", "balance", COLUMN_MONEY},
                                           {"kind of debt", "debt_kind", COLUMN_TEXT},
                                           {"due on", "due_on", COLUMN_TEXT},
                                           {"opened on", "opened_on", COLUMN_TEXT},
                                           {"disputed at placement", "is_disputed", COLUMN_TEXT},
                                           {"placed", "placed_at", COLUMN_INSTANT},
                                           {"from file", "file_name", COLUMN_TEXT},
                                           {"line", "line", COLUMN_TEXT},
                                           {0}};
    /* Where it came from stands in an object of its own: one level for people, so that all stands in one column. */
    json_t *placed = json_copy(json_object_get(placement, "placed"));
    (void)json_object_update_missing(placed, json_object_get(placed, "provenance"));
    table_print_object(cli, placed, PLACED);
    json_decref(placed);
    if (json_is_true(json_object_get(placement, "is_recalled")))
        cli_say(cli, "  %srecalled by the client%s", cli_colour(cli, CLI_YELLOW), cli_colour(cli, CLI_PLAIN));
}

static void show_classification(struct cli *cli, const json_t *classified)
{
    static const struct column COLUMNS[] = {{"class", "class", COLUMN_TEXT},
                                            {"segment", "segment", COLUMN_TEXT},
                                            {"risk", "risk", COLUMN_TEXT},
                                            {"priority", "priority", COLUMN_TEXT},
                                            {"strategy", "strategy", COLUMN_TEXT},
                                            {"aging", "aging_bucket", COLUMN_TEXT},
                                            {"days past due", "days_past_due", COLUMN_TEXT},
                                            {"reasons", "reason_codes", COLUMN_LIST},
                                            {"looked at because", "because", COLUMN_TEXT},
                                            {0}};
    heading(cli, "Classification");
    table_print_object(cli, classified, COLUMNS);
}

static void show_contact(struct cli *cli, const json_t *contact)
{
    static const struct column PLAN[] = {{"strategy", "strategy", COLUMN_TEXT},
                                         {"next step", "step", COLUMN_TEXT},
                                         {"due", "step_due_at", COLUMN_INSTANT},
                                         {"held by", "holds", COLUMN_LIST},
                                         {0}};
    static const struct column PART[] = {{"not to be asked for", "amount", COLUMN_MONEY}, {0}};
    static const struct column POINTS[] = {{"contact point", "contact_point_id", COLUMN_TEXT},
                                           {"kind", "kind", COLUMN_TEXT},
                                           {"value", "value", COLUMN_TEXT},
                                           {"zones", "zones", COLUMN_LIST},
                                           {"opted out", "is_opted_out", COLUMN_TEXT},
                                           {"wrong", "is_wrong", COLUMN_TEXT},
                                           {"returned", "is_returned", COLUMN_TEXT},
                                           {0}};
    static const struct column ATTEMPTS[] = {
        {"attempt", "granted_at", COLUMN_INSTANT}, {"telephony", "telephony", COLUMN_TEXT},
        {"party", "party", COLUMN_TEXT},           {"outcome", "outcome", COLUMN_TEXT},
        {"counts", "counts", COLUMN_TEXT},         {"conversation", "is_conversation", COLUMN_TEXT},
        {"permit", "permit_id", COLUMN_TEXT},      {0}};
    heading(cli, "Contact");
    table_print_object(cli, contact, PLAN);
    if (json_object_get(contact, "held_part") != NULL)
        table_print_object(cli, json_object_get(contact, "held_part"), PART);
    table_print(cli, json_object_get(contact, "contact_points"), POINTS);
    if (json_array_size(json_object_get(contact, "attempts")) > 0)
        table_print(cli, json_object_get(contact, "attempts"), ATTEMPTS);
}

static void show_disputes(struct cli *cli, const json_t *disputes)
{
    static const struct column COLUMNS[] = {{"dispute", "dispute_id", COLUMN_TEXT},
                                            {"state", "state", COLUMN_TEXT},
                                            {"outcome", "outcome", COLUMN_TEXT},
                                            {"source", "source", COLUMN_TEXT},
                                            {"opened", "opened_at", COLUMN_INSTANT},
                                            {"deadline", "deadline_at", COLUMN_INSTANT},
                                            {"escalated", "is_escalated", COLUMN_TEXT},
                                            {"reason", "reason", COLUMN_TEXT},
                                            {0}};
    const json_t *rows = json_object_get(disputes, "disputes");
    if (json_array_size(rows) == 0)
        return;
    heading(cli, "Disputes");
    table_print(cli, rows, COLUMNS);
}

static void show_payment(struct cli *cli, const json_t *payment)
{
    static const struct column BALANCE[] = {{"owed now", "balance", COLUMN_MONEY}, {0}};
    static const struct column POSTINGS[] = {{"posting", "posting_id", COLUMN_TEXT},
                                             {"kind", "kind", COLUMN_TEXT},
                                             {"on", "effective_on", COLUMN_TEXT},
                                             {"amount", "amount", COLUMN_MONEY},
                                             {"balance", "balance", COLUMN_MONEY},
                                             {"reference", "reference", COLUMN_TEXT},
                                             {0}};
    static const struct column PROMISES[] = {{"promise", "promise_id", COLUMN_TEXT}, {"state", "state", COLUMN_TEXT},
                                             {"amount", "amount", COLUMN_MONEY},     {"paid", "paid", COLUMN_MONEY},
                                             {"by", "due_on", COLUMN_TEXT},          {0}};
    static const struct column PLANS[] = {{"plan", "plan_id", COLUMN_TEXT},
                                          {"state", "state", COLUMN_TEXT},
                                          {"open", "open", COLUMN_MONEY},
                                          {"overdue", "overdue", COLUMN_MONEY},
                                          {"next", "next", COLUMN_MONEY},
                                          {"due", "next_due_on", COLUMN_TEXT},
                                          {0}};
    heading(cli, "Money");
    table_print_object(cli, payment, BALANCE);
    table_print(cli, json_object_get(payment, "postings"), POSTINGS);
    if (json_array_size(json_object_get(payment, "promises")) > 0)
        table_print(cli, json_object_get(payment, "promises"), PROMISES);
    if (json_array_size(json_object_get(payment, "plans")) > 0)
        table_print(cli, json_object_get(payment, "plans"), PLANS);
}

static void show(struct cli *cli, const json_t *account)
{
    static void (*const SHOW[PART_COUNT])(struct cli *, const json_t *) = {
        [PART_PLACEMENT] = show_placement, [PART_CLASSIFICATION] = show_classification,
        [PART_CONTACT] = show_contact,     [PART_DISPUTES] = show_disputes,
        [PART_PAYMENT] = show_payment,
    };
    const char *name;
    json_t *text;
    for (size_t i = 0; i < PART_COUNT; i++) {
        const json_t *part = json_object_get(account, PART_NAMES[i]);
        if (part != NULL)
            SHOW[i](cli, part);
    }
    json_object_foreach(json_object_get(account, "errors"), name, text)
        cli_note(cli, "dunlin account: %s: %s", name, json_string_value(text));
}

static enum status run_show(struct cli *cli, struct error *err)
{
    struct id id;
    struct bus_client *bus = NULL;
    struct questions questions;
    struct bus_call calls[PART_COUNT];
    enum status st = account_find(cli, cli_operand(cli, 0), &id, err);
    if (st == STATUS_OK)
        st = cli_bus(cli, &bus, err);
    if (st != STATUS_OK)
        return st;
    prepare(cli, &id, &questions, calls);
    bus_call_many(bus, calls, PART_COUNT, MIN(cli_timeout_ms(cli), ASK_TIMEOUT_MS));
    size_t n_silent = 0;
    bool is_known = false;
    json_t *account = collect(calls, &n_silent, &is_known);
    if (!is_known) {
        json_decref(account);
        return error_set(err, calls[PART_PLACEMENT].code, "%s", calls[PART_PLACEMENT].error.text);
    }
    cli_set_exit(cli, n_silent > 0 ? CLI_EXIT_PARTLY : CLI_EXIT_OK);
    if (cli_emit(cli, account))
        return STATUS_OK;
    show(cli, account);
    json_decref(account);
    return STATUS_OK;
}

const struct command COMMAND_ACCOUNT_SHOW = {
    .name = "account show",
    .summary = "everything known about one account",
    .usage = "REF|ID [--client CLIENT] [--agency SLUG]",
    .details = "Asks every service at once: as placed, class, contact plan and attempts, disputes, money. Exit code 3 "
               "where one did not\n"
               "answer.\n\n"
               "  dunlin account show A-1001\n",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_show,
};

static enum status run_timeline(struct cli *cli, struct error *err)
{
    static const struct column COLUMNS[] = {{"when", "occurred_at", COLUMN_INSTANT},
                                            {"seq", "seq", COLUMN_TEXT},
                                            {"what", "text", COLUMN_TEXT},
                                            {"by", "actor", COLUMN_TEXT},
                                            {0}};
    struct id id;
    ProtobufCMessage *reply = NULL;
    Dunlin__Reporting__V1__GetTimelineRequest request;
    dunlin__reporting__v1__get_timeline_request__init(&request);
    enum status st = account_find(cli, cli_operand(cli, 0), &id, err);
    request.account_id = account_bytes(&id);
    if (st == STATUS_OK)
        st = account_call(cli, &dunlin__reporting__v1__reporting_service__descriptor, "GetTimeline", &request.base, &id,
                          true, &reply, err);
    if (st != STATUS_OK)
        return st;
    json_t *timeline = protojson(reply);
    protobuf_c_message_free_unpacked(reply, NULL);
    if (cli_emit(cli, timeline))
        return STATUS_OK;
    table_print(cli, json_object_get(timeline, "entries"), COLUMNS);
    json_decref(timeline);
    return STATUS_OK;
}

const struct command COMMAND_ACCOUNT_TIMELINE = {
    .name = "account timeline",
    .summary = "every event of one account, in order",
    .usage = "REF|ID [--client CLIENT] [--agency SLUG]",
    .details = "From the log, by reporting: what happened, when, and who caused it.\n\n"
               "  dunlin account timeline A-1001\n",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_timeline,
};
