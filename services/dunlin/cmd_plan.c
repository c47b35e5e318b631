#include <string.h>

#include <glib.h>

#include "account_amount.h"
#include "ask.h"
#include "commands.h"
#include "dispute_cli.h"
#include "plan_cli.h"
#include "table.h"

/* What can be offered and what is agreed on: `plan propose`, `plan agree`; the account's: `plan show`. */

/* --- plan propose */

static void show_proposals(struct cli *cli, const json_t *reply)
{
    static const struct column HEAD[] = {
        {"owed", "owed", COLUMN_MONEY}, {"no instalments", "misfit", COLUMN_TEXT}, {0}};
    static const struct column HELD[] = {{"disputed besides", "held", COLUMN_MONEY}, {0}};
    static const struct column NEEDED[] = {{"it would take", "needed", COLUMN_MONEY}, {0}};
    static const struct column PROPOSAL[] = {
        {"offer", "kind", COLUMN_TEXT}, {"forgiven", "discount", COLUMN_MONEY}, {"ends", "ends_on", COLUMN_TEXT}, {0}};
    const char *currency = json_string_value(json_object_get(reply, "currency"));
    size_t i;
    json_t *proposal;
    table_print_object(cli, reply, HEAD);
    if (json_integer_value(json_object_get(reply, "held_minor")) > 0)
        table_print_object(cli, reply, HELD);
    if (json_integer_value(json_object_get(reply, "needed_minor")) > 0)
        table_print_object(cli, reply, NEEDED);
    json_array_foreach(json_object_get(reply, "proposals"), i, proposal)
    {
        cli_say(cli, "%s", "");
        (void)json_object_set_new(proposal, "currency", json_string(currency));
        table_print_object(cli, proposal, PROPOSAL);
        plan_show_instalments(cli, json_object_get(proposal, "instalments"), currency);
    }
}

static enum status run_propose(struct cli *cli, struct error *err)
{
    struct id account_id;
    struct money budget;
    json_t *reply = NULL;
    Dunlin__Payment__V1__ProposePlansRequest request;
    Dunlin__Payment__V1__PlanRhythm rhythm;
    dunlin__payment__v1__propose_plans_request__init(&request);
    enum status st = plan_role(cli, &request.role, err);
    if (st == STATUS_OK)
        st = plan_rhythm_option(cli, &rhythm, err);
    if (st == STATUS_OK)
        st = cli_day(cli, "pay-by", &request.pay_by_days, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    if (st == STATUS_OK)
        st = account_amount(cli, &account_id, cli_operand(cli, 1), &budget, err);
    if (st != STATUS_OK)
        return st;
    request.account_id = account_bytes(&account_id);
    request.budget_minor = budget.minor;
    request.currency = budget.currency;
    request.rhythm = &rhythm;
    st = plan_call(cli, "ProposePlans", &request.base, &account_id, true, &reply, err);
    if (st != STATUS_OK || cli_emit(cli, reply))
        return st;
    show_proposals(cli, reply);
    json_decref(reply);
    return STATUS_OK;
}

static const struct config_option PROPOSE_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    ACCOUNT_CURRENCY_OPTION,
    PLAN_ROLE_OPTION,
    PLAN_RHYTHM_OPTIONS,
    {"pay-by", CONFIG_TEXT, "", NULL, 0, 0,
     "For a payment of all at once: until this day, a month ahead at most. Empty: in a month."},
    {0},
};

const struct command COMMAND_PLAN_PROPOSE = {
    .name = "plan propose",
    .summary = "what can be offered to a debtor, from what he can pay each time",
    .usage = "REF|ID BUDGET --from DATE [--every monthly] [--role collector]",
    .details = "All at once with the SOP's settlement discount, the shortest plan and the longest, within the role's "
               "authority. Where none fits, it\nsays how much he would have to pay. Nothing is kept.\n\n"
               "  dunlin plan propose A-1001 80 --from 2026-07-01\n"
               "  dunlin plan propose A-1001 40 --from 2026-07-03 --every two-weekly --role supervisor\n",
    .options = PROPOSE_OPTIONS,
    .operands_min = 2,
    .operands_max = 2,
    .run = run_propose,
};

/* --- plan agree */

#define STEPS_MAX 366

/* A request and what it points to. */
struct agreement {
    Dunlin__Payment__V1__AgreePlanRequest request;
    Dunlin__Payment__V1__PlanRhythm rhythm;
    Dunlin__Payment__V1__PlanStep steps[STEPS_MAX], *list[STEPS_MAX];
    struct id account_id, plan_id, replaces, instrument_id;
    struct money amount; /* of the last one read: its currency is everybody's */
};

/* An amount of the account; 0 where the option is empty. */
static enum status read_amount(struct cli *cli, struct agreement *agreement, const char *text, int64_t *ret_minor,
                               struct error *err)
{
    *ret_minor = 0;
    if (text[0] == '\0')
        return STATUS_OK;
    const enum status st = account_amount(cli, &agreement->account_id, text, &agreement->amount, err);
    *ret_minor = agreement->amount.minor;
    return st;
}

/* "3x50". */
static enum status read_step(struct cli *cli, struct agreement *agreement, const char *text, struct error *err)
{
    const size_t i = agreement->request.n_steps;
    char *end = NULL;
    const gint64 number = g_ascii_strtoll(text, &end, 10);
    if (i == STEPS_MAX || number < 1 || number > STEPS_MAX || *end != 'x' || end[1] == '\0')
        return cli_usage(cli, err, "--steps '%s' is not so many times an amount: 3x50,6x80", text);
    dunlin__payment__v1__plan_step__init(&agreement->steps[i]);
    agreement->steps[i].number = (int32_t)number;
    agreement->list[i] = &agreement->steps[i];
    agreement->request.n_steps = i + 1;
    return read_amount(cli, agreement, end + 1, &agreement->steps[i].amount_minor, err);
}

static enum status read_steps(struct cli *cli, struct agreement *agreement, struct error *err)
{
    g_auto(GStrv) parts = g_strsplit(cli_text(cli, "steps"), ",", -1);
    enum status st = STATUS_OK;
    for (size_t i = 0; parts[i] != NULL && st == STATUS_OK; i++)
        st = read_step(cli, agreement, parts[i], err);
    agreement->request.steps = agreement->list;
    return st;
}

static enum status read_amounts(struct cli *cli, struct agreement *agreement, struct error *err)
{
    Dunlin__Payment__V1__AgreePlanRequest *request = &agreement->request;
    request->number = (int32_t)cli_integer(cli, "number");
    if ((request->number != 0) + (cli_text(cli, "amount")[0] != '\0') + (cli_text(cli, "steps")[0] != '\0') != 1)
        return cli_usage(cli, err, "one of --number, --amount and --steps is needed");
    if ((cli_text(cli, "down")[0] != '\0') != (cli_text(cli, "down-on")[0] != '\0'))
        return cli_usage(cli, err, "--down and --down-on go together");
    enum status st = cli_day(cli, "down-on", &request->down_payment_on_days, err);
    if (st == STATUS_OK)
        st = read_amount(cli, agreement, cli_text(cli, "amount"), &request->amount_minor, err);
    if (st == STATUS_OK)
        st = read_amount(cli, agreement, cli_text(cli, "down"), &request->down_payment_minor, err);
    if (st == STATUS_OK)
        st = read_amount(cli, agreement, cli_text(cli, "discount"), &request->discount_minor, err);
    if (st == STATUS_OK && cli_text(cli, "steps")[0] != '\0')
        st = read_steps(cli, agreement, err);
    return st;
}

/* None where the option is empty. */
static enum status read_id(struct cli *cli, const char *option, struct id *ret_id, struct error *err)
{
    const char *text = cli_text(cli, option);
    *ret_id = (struct id){0};
    if (text[0] == '\0' || id_parse(text, ret_id, err) == STATUS_OK)
        return STATUS_OK;
    return cli_usage(cli, err, "--%s '%s' is no id", option, text);
}

static ProtobufCBinaryData optional_bytes(const struct id *id)
{
    return id_is_none(id) ? (ProtobufCBinaryData){0} : account_bytes(id);
}

static enum status read_ids(struct cli *cli, struct agreement *agreement, struct error *err)
{
    const char *key = cli_text(cli, "key");
    enum status st = read_id(cli, "replaces", &agreement->replaces, err);
    if (st == STATUS_OK)
        st = read_id(cli, "instrument", &agreement->instrument_id, err);
    agreement->plan_id = key[0] != '\0' ? id_derive(&agreement->account_id, "plan", key, strlen(key))
                                        : id_new(id_partition(&agreement->account_id));
    agreement->request.account_id = account_bytes(&agreement->account_id);
    agreement->request.plan_id = account_bytes(&agreement->plan_id);
    agreement->request.replaces = optional_bytes(&agreement->replaces);
    agreement->request.instrument_id = optional_bytes(&agreement->instrument_id);
    return st;
}

/* The account's own, where no amount was read that knows it. */
static enum status read_currency(struct cli *cli, struct agreement *agreement, struct error *err)
{
    enum status st = STATUS_OK;
    if (agreement->amount.currency[0] == '\0')
        st = account_amount(cli, &agreement->account_id, "1", &agreement->amount, err);
    agreement->request.currency = agreement->amount.currency;
    return st;
}

static enum status run_agree(struct cli *cli, struct error *err)
{
    g_autofree struct agreement *agreement = g_new0(struct agreement, 1);
    Dunlin__Payment__V1__AgreePlanRequest *request = &agreement->request;
    json_t *plan = NULL;
    dunlin__payment__v1__agree_plan_request__init(request);
    request->rhythm = &agreement->rhythm;
    request->may_wait = cli_flag(cli, "wait");
    request->note = ask_text(cli_text(cli, "note"));
    enum status st = plan_role(cli, &request->role, err);
    if (st == STATUS_OK)
        st = plan_rhythm_option(cli, &agreement->rhythm, err);
    if (st == STATUS_OK)
        st = account_find(cli, cli_operand(cli, 0), &agreement->account_id, err);
    if (st == STATUS_OK)
        st = read_ids(cli, agreement, err);
    if (st == STATUS_OK)
        st = read_amounts(cli, agreement, err);
    if (st == STATUS_OK)
        st = read_currency(cli, agreement, err);
    if (st == STATUS_OK)
        st = plan_call(cli, "AgreePlan", &request->base, &agreement->account_id, false, &plan, err);
    if (st == STATUS_OK)
        plan_show(cli, plan);
    return st;
}

static const struct config_option AGREE_OPTIONS[] = {
    ACCOUNT_OPTIONS,
    ACCOUNT_CURRENCY_OPTION,
    PLAN_ROLE_OPTION,
    PLAN_RHYTHM_OPTIONS,
    {"number", CONFIG_INTEGER, "0", "instalments", 0, 366, "So many equal instalments."},
    {"amount", CONFIG_TEXT, "", NULL, 0, 0, "Or equal instalments of this amount; the last one is the rest."},
    {"steps", CONFIG_TEXT, "", NULL, 0, 0, "Or so many of one amount, then of another: 3x50,6x80."},
    {"down", CONFIG_TEXT, "", NULL, 0, 0, "A down payment beside them."},
    {"down-on", CONFIG_TEXT, "", NULL, 0, 0, "Its day, YYYY-MM-DD, not after --from."},
    {"discount", CONFIG_TEXT, "", NULL, 0, 0, "A settlement: so much is forgiven once all the rest is paid."},
    {"replaces", CONFIG_TEXT, "", NULL, 0, 0, "The plan of the account that this one stands in for."},
    {"instrument", CONFIG_TEXT, "", NULL, 0, 0, "By which instalments are collected. Empty: the debtor pays himself."},
    {"wait", CONFIG_BOOL, "false", NULL, 0, 0, "Where it is beyond the role: it waits for who may approve it."},
    {"note", CONFIG_TEXT, "", NULL, 0, 0, "Card numbers in it are masked."},
    {"key", CONFIG_TEXT, "", NULL, 0, 0,
     "Names this agreement: given again it is the same plan. Empty: a new one each time."},
    {0},
};

const struct command COMMAND_PLAN_AGREE = {
    .name = "plan agree",
    .summary = "agree to a payment plan",
    .usage = "REF|ID --from DATE (--number N | --amount X | --steps 3x50,6x80) [--every monthly] [--role collector]",
    .details =
        "Payments fill its instalments from then on, contact about the account stops, and an open promise ends. What "
        "is "
        "beyond the\nrole's authority is refused with who may approve it, or waits for that (--wait, `dunlin plan "
        "approve`).\n\n"
        "  dunlin plan agree A-1001 --from 2026-07-01 --number 6\n"
        "  dunlin plan agree A-1001 --from 2026-07-03 --every weekly --amount 25 --down 50 --down-on 2026-06-30\n"
        "  dunlin plan agree A-1001 --from 2026-07-01 --number 2 --discount 100 --role supervisor\n"
        "  dunlin plan agree A-1001 --from 2026-07-01 --number 18 --wait\n",
    .options = AGREE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_agree,
};

/* --- plan show */

static enum status run_show(struct cli *cli, struct error *err)
{
    struct id account_id;
    json_t *reply = NULL;
    Dunlin__Payment__V1__GetPlansRequest request;
    dunlin__payment__v1__get_plans_request__init(&request);
    enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    request.account_id = account_bytes(&account_id);
    if (st == STATUS_OK)
        st = plan_call(cli, "GetPlans", &request.base, &account_id, true, &reply, err);
    if (st != STATUS_OK || cli_emit(cli, reply))
        return st;
    size_t i;
    json_t *plan;
    json_array_foreach(json_object_get(reply, "plans"), i, plan)
    {
        if (i > 0)
            cli_say(cli, "%s", "");
        plan_show(cli, json_incref(plan));
    }
    if (json_array_size(json_object_get(reply, "plans")) == 0)
        cli_say(cli, "The account has no plan.");
    json_decref(reply);
    return STATUS_OK;
}

static const struct config_option SHOW_OPTIONS[] = {ACCOUNT_OPTIONS, {0}};

const struct command COMMAND_PLAN_SHOW = {
    .name = "plan show",
    .summary = "the payment plans of an account, oldest first",
    .usage = "REF|ID",
    .details = "With every instalment: what is paid on it, whether it is missed.\n\n  dunlin plan show A-1001\n",
    .options = SHOW_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_show,
};
