#include "payment_service.h"

#include "dunlin/payment/v1/payment.pb-c.h"
#include "payment_events.h"
#include "payment_handlers.h"
#include "payment_sql.h"
#include "plan_handlers.h"
#include "policy/policy_holder.h"
#include "suspense_handlers.h"

static const struct config_option OPTIONS[] = {
    {.name = "sop",
     .type = CONFIG_TEXT,
     .default_value = "deploy/policies/standard.yaml",
     .meaning =
         "File of the standard operating procedure; its grace and tolerance of promises, plans and authority hold for "
         "what is agreed from now on. Read again on SIGHUP."},
    {.name = "agreements",
     .type = CONFIG_TEXT,
     .default_value = "deploy/agreements.yaml",
     .meaning = "File of what was agreed with clients: in which order payments are applied, what the agency earns, how "
                "it pays "
                "out. Read again on SIGHUP."},
    {0},
};

static const struct service_method METHODS[] = {
    {.name = "PostPayment", .scope = SERVICE_IN_PARTITION, .handle = payment_post, .roles = "operator service"},
    {.name = "ReversePayment", .scope = SERVICE_IN_PARTITION, .handle = payment_reverse, .roles = "operator service"},
    {.name = "MakePromise", .scope = SERVICE_IN_PARTITION, .handle = payment_promise, .roles = "operator service"},
    {.name = "CancelPromise",
     .scope = SERVICE_IN_PARTITION,
     .handle = payment_cancel_promise,
     .roles = "operator service"},
    {.name = "GetAccount",
     .scope = SERVICE_ANYWHERE,
     .handle = payment_get_account,
     .roles = "operator service",
     .is_query = true},
    {.name = "HoldMoney", .scope = SERVICE_IN_PARTITION, .handle = suspense_hold, .roles = "operator service"},
    {.name = "AssignSuspense", .scope = SERVICE_IN_PARTITION, .handle = suspense_assign, .roles = "operator service"},
    {.name = "UnassignSuspense",
     .scope = SERVICE_IN_PARTITION,
     .handle = suspense_unassign,
     .roles = "operator service"},
    {.name = "RefundSuspense", .scope = SERVICE_IN_PARTITION, .handle = suspense_refund, .roles = "operator service"},
    {.name = "ListSuspense",
     .scope = SERVICE_ANYWHERE,
     .handle = suspense_list,
     .roles = "operator service",
     .is_query = true},
    {.name = "GetTrust", .scope = SERVICE_ANYWHERE, .handle = trust_get, .roles = "operator service", .is_query = true},
    {.name = "AgreePlan", .scope = SERVICE_IN_PARTITION, .handle = plan_agree_call, .roles = "operator service"},
    {.name = "ApprovePlan", .scope = SERVICE_IN_PARTITION, .handle = plan_approve_call, .roles = "operator service"},
    {.name = "DeclinePlan", .scope = SERVICE_IN_PARTITION, .handle = plan_decline_call, .roles = "operator service"},
    {.name = "HoldPlan", .scope = SERVICE_IN_PARTITION, .handle = plan_hold_call, .roles = "operator service"},
    {.name = "ResumePlan", .scope = SERVICE_IN_PARTITION, .handle = plan_resume_call, .roles = "operator service"},
    {.name = "CancelPlan", .scope = SERVICE_IN_PARTITION, .handle = plan_cancel_call, .roles = "operator service"},
    {.name = "ProposePlans",
     .scope = SERVICE_ANYWHERE,
     .handle = plan_propose_call,
     .roles = "operator service",
     .is_query = true},
    {.name = "GetPlans",
     .scope = SERVICE_ANYWHERE,
     .handle = plan_get_call,
     .roles = "operator service",
     .is_query = true},
    {.name = "GetBalances",
     .scope = SERVICE_ANYWHERE,
     .handle = payment_get_balances,
     .roles = "service",
     .is_query = true},
    {0},
};

static enum status context_open(const struct service *service, unsigned worker, void **ret_context, struct error *err)
{
    (void)worker;
    const struct config *config = service_config(service);
    return policy_holder_open(config_text(config, "sop"), config_text(config, "agreements"), ret_context, err);
}

const struct service_spec PAYMENT_SPEC = {
    .name = "payment",
    .summary = "keeps the ledger of every account and the promises to pay",
    .options = OPTIONS,
    .migrations = PAYMENT_MIGRATIONS,
    .statements = PAYMENT_STATEMENTS,
    .rpc = &dunlin__payment__v1__payment_service__descriptor,
    .methods = METHODS,
    .consumption = SERVICE_CONSUMES_OWNED,
    .consumed = PAYMENT_CONSUMED,
    .apply = payment_apply,
    .timers = payment_timers,
    .open = context_open,
    .close = policy_holder_close,
    .reload = policy_holder_reload,
};
