#include <string.h>

#include <glib.h>

#include "ask.h"
#include "commands.h"
#include "dispute_cli.h"
#include "plan_cli.h"

/* What happens to a payment plan: `plan approve`, `decline`, `hold`, `resume`, `cancel`. Each names the account, whose
 * plan in the right state is meant. */

static bool is_in(const json_t *plan, const char *const *states)
{
    const char *state = json_string_value(json_object_get(plan, "state"));
    for (size_t i = 0; state != NULL && states[i] != NULL; i++)
        if (strcmp(states[i], state) == 0)
            return true;
    return false;
}

/* The account's plan in one of `states`; there is one at most. */
static enum status find_plan(struct cli *cli, const char *const *states, struct id *ret_plan_id, struct error *err)
{
    struct id account_id;
    json_t *reply = NULL;
    Dunlin__Payment__V1__GetPlansRequest request;
    dunlin__payment__v1__get_plans_request__init(&request);
    enum status st = account_find(cli, cli_operand(cli, 0), &account_id, err);
    request.account_id = account_bytes(&account_id);
    if (st == STATUS_OK)
        st = plan_call(cli, "GetPlans", &request.base, &account_id, true, &reply, err);
    if (st != STATUS_OK)
        return st;
    bool is_found = false;
    size_t i;
    json_t *plan;
    json_array_foreach(json_object_get(reply, "plans"), i, plan) if (!is_found && is_in(plan, states)) is_found =
        account_json_id(plan, "plan_id", ret_plan_id);
    json_decref(reply);
    g_autofree char *wanted = g_strjoinv(" or ", (char **)(uintptr_t)states);
    return is_found ? STATUS_OK
                    : error_set(err, STATUS_NOT_FOUND, "the account has no plan that is %s (`dunlin plan show %s`)",
                                wanted, cli_operand(cli, 0));
}

static enum status call_and_show(struct cli *cli, const char *method, const ProtobufCMessage *request,
                                 const struct id *plan_id, struct error *err)
{
    json_t *plan = NULL;
    const enum status st = plan_call(cli, method, request, plan_id, false, &plan, err);
    if (st == STATUS_OK)
        plan_show(cli, plan);
    return st;
}

static const char *const WAITING[] = {"proposed", NULL};
static const char *const ACTIVE[] = {"active", NULL};
static const char *const HELD[] = {"on_hold", NULL};
static const char *const RUNNING[] = {"active", "on_hold", NULL};

static enum status run_approve(struct cli *cli, struct error *err)
{
    struct id plan_id;
    Dunlin__Payment__V1__ApprovePlanRequest request;
    dunlin__payment__v1__approve_plan_request__init(&request);
    enum status st = plan_role(cli, &request.role, err);
    if (st == STATUS_OK)
        st = find_plan(cli, WAITING, &plan_id, err);
    request.plan_id = account_bytes(&plan_id);
    return st == STATUS_OK ? call_and_show(cli, "ApprovePlan", &request.base, &plan_id, err) : st;
}

static const struct config_option APPROVE_OPTIONS[] = {ACCOUNT_OPTIONS, PLAN_ROLE_OPTION, {0}};

const struct command COMMAND_PLAN_APPROVE = {
    .name = "plan approve",
    .summary = "agree to a plan that waits for approval",
    .usage = "REF|ID --role ROLE --as user:NAME",
    .details = "By another person than who proposed it, whose role's limits suffice.\n\n"
               "  dunlin plan approve A-1001 --role supervisor --as user:berta\n",
    .options = APPROVE_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_approve,
};

#define REASON_OPTION                                                                                                  \
    {                                                                                                                  \
        "reason", CONFIG_TEXT, NULL, NULL, 0, 0, "Why. Card numbers in it are masked."                                 \
    }
static const struct config_option REASON_OPTIONS[] = {ACCOUNT_OPTIONS, REASON_OPTION, {0}};

static enum status run_decline(struct cli *cli, struct error *err)
{
    struct id plan_id;
    Dunlin__Payment__V1__DeclinePlanRequest request;
    dunlin__payment__v1__decline_plan_request__init(&request);
    request.reason = ask_text(cli_text(cli, "reason"));
    const enum status st = find_plan(cli, WAITING, &plan_id, err);
    request.plan_id = account_bytes(&plan_id);
    return st == STATUS_OK ? call_and_show(cli, "DeclinePlan", &request.base, &plan_id, err) : st;
}

const struct command COMMAND_PLAN_DECLINE = {
    .name = "plan decline",
    .summary = "do not agree to a plan that waits for approval",
    .usage = "REF|ID --reason TEXT",
    .details = "Nobody's answer until its first due date is over declines it, too.\n\n"
               "  dunlin plan decline A-1001 --reason \"too long\"\n",
    .options = REASON_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_decline,
};

static enum status run_hold(struct cli *cli, struct error *err)
{
    struct id plan_id;
    Dunlin__Payment__V1__HoldPlanRequest request;
    dunlin__payment__v1__hold_plan_request__init(&request);
    request.reason = ask_text(cli_text(cli, "reason"));
    const enum status st = find_plan(cli, ACTIVE, &plan_id, err);
    request.plan_id = account_bytes(&plan_id);
    return st == STATUS_OK ? call_and_show(cli, "HoldPlan", &request.base, &plan_id, err) : st;
}

const struct command COMMAND_PLAN_HOLD = {
    .name = "plan hold",
    .summary = "nothing breaks a payment plan until it is resumed",
    .usage = "REF|ID --reason TEXT",
    .details = "For a returned debit, a dispute, a hardship. Payments count all the same.\n\n"
               "  dunlin plan hold A-1001 --reason \"in hospital until August\"\n",
    .options = REASON_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_hold,
};

static enum status run_resume(struct cli *cli, struct error *err)
{
    struct id plan_id;
    Dunlin__Payment__V1__ResumePlanRequest request;
    dunlin__payment__v1__resume_plan_request__init(&request);
    request.reason = ask_text(cli_text(cli, "reason"));
    const enum status st = find_plan(cli, HELD, &plan_id, err);
    request.plan_id = account_bytes(&plan_id);
    return st == STATUS_OK ? call_and_show(cli, "ResumePlan", &request.base, &plan_id, err) : st;
}

const struct command COMMAND_PLAN_RESUME = {
    .name = "plan resume",
    .summary = "take up a payment plan that is on hold",
    .usage = "REF|ID --reason TEXT",
    .details = "What fell due in the meantime has its grace from today.\n\n"
               "  dunlin plan resume A-1001 --reason \"works again\"\n",
    .options = REASON_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_resume,
};

static enum status run_cancel(struct cli *cli, struct error *err)
{
    struct id plan_id;
    Dunlin__Payment__V1__CancelPlanRequest request;
    dunlin__payment__v1__cancel_plan_request__init(&request);
    request.reason = ask_text(cli_text(cli, "reason"));
    const enum status st = find_plan(cli, RUNNING, &plan_id, err);
    request.plan_id = account_bytes(&plan_id);
    return st == STATUS_OK ? call_and_show(cli, "CancelPlan", &request.base, &plan_id, err) : st;
}

const struct command COMMAND_PLAN_CANCEL = {
    .name = "plan cancel",
    .summary = "take a payment plan back, without fault of the debtor",
    .usage = "REF|ID --reason TEXT",
    .details = "Contact goes on at once. Another plan in its place: `dunlin plan agree --replaces`.\n\n"
               "  dunlin plan cancel A-1001 --reason \"he asked for it\"\n",
    .options = REASON_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_cancel,
};
