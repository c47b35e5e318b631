#include "payment_service.h"

#include "debit_file_handlers.h"
#include "debit_handlers.h"
#include "debtor_payment_handlers.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "fee_handlers.h"
#include "instrument_handlers.h"
#include "judgment_handlers.h"
#include "payment_events.h"
#include "payment_handlers.h"
#include "payment_sql.h"
#include "plan_handlers.h"
#include "policy/policy_holder.h"
#include "remittance_handlers.h"
#include "statement_handlers.h"
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
    {.name = "PostDebtorPayment",
     .scope = SERVICE_IN_PARTITION,
     .handle = debtor_payment_post,
     .roles = "operator service"},
    {.name = "ReverseDebtorPayment",
     .scope = SERVICE_IN_PARTITION,
     .handle = debtor_payment_reverse,
     .roles = "operator service"},
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
    {.name = "RecordStatement", .scope = SERVICE_IN_PARTITION, .handle = statement_record, .roles = "operator service"},
    {.name = "ListStatements",
     .scope = SERVICE_ANYWHERE,
     .handle = statement_list,
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
     .roles = "operator service",
     .is_query = true},
    {.name = "ChargeFee", .scope = SERVICE_IN_PARTITION, .handle = fee_charge, .roles = "operator service"},
    {.name = "WaiveFee", .scope = SERVICE_IN_PARTITION, .handle = fee_waive, .roles = "operator service"},
    {.name = "ListFees", .scope = SERVICE_ANYWHERE, .handle = fee_list, .roles = "operator service", .is_query = true},
    {.name = "RecordJudgment", .scope = SERVICE_IN_PARTITION, .handle = judgment_record, .roles = "operator service"},
    {.name = "GetInterest",
     .scope = SERVICE_ANYWHERE,
     .handle = interest_get,
     .roles = "operator service",
     .is_query = true},
    {.name = "RemitPart", .scope = SERVICE_IN_PARTITION, .handle = remittance_remit_part, .roles = "operator service"},
    {.name = "PreviewRemittance",
     .scope = SERVICE_ANYWHERE,
     .handle = remittance_preview,
     .roles = "operator service",
     .is_query = true},
    {.name = "ListRemittances",
     .scope = SERVICE_ANYWHERE,
     .handle = remittance_list,
     .roles = "operator service",
     .is_query = true},
    {.name = "GetRemittanceLines",
     .scope = SERVICE_ANYWHERE,
     .handle = remittance_lines,
     .roles = "operator service",
     .is_query = true},
    {.name = "RegisterInstrument",
     .scope = SERVICE_IN_PARTITION,
     .handle = instrument_register,
     .roles = "operator service"},
    {.name = "StopInstrument", .scope = SERVICE_IN_PARTITION, .handle = instrument_revoke, .roles = "operator service"},
    {.name = "ListInstruments",
     .scope = SERVICE_ANYWHERE,
     .handle = instrument_list,
     .roles = "operator service",
     .is_query = true},
    {.name = "ScheduleDebit",
     .scope = SERVICE_IN_PARTITION,
     .handle = debit_schedule_call,
     .roles = "operator service"},
    {.name = "CancelDebit", .scope = SERVICE_IN_PARTITION, .handle = debit_cancel_call, .roles = "operator service"},
    {.name = "ReserveDebits", .scope = SERVICE_IN_PARTITION, .handle = debit_reserve_call, .roles = "operator service"},
    {.name = "NumberDebitFile",
     .scope = SERVICE_IN_PARTITION,
     .handle = debit_number_call,
     .roles = "operator service"},
    {.name = "MarkDebitsSent", .scope = SERVICE_IN_PARTITION, .handle = debit_sent_call, .roles = "operator service"},
    {.name = "RecordReturn", .scope = SERVICE_IN_PARTITION, .handle = debit_return_call, .roles = "operator service"},
    {.name = "RepresentDebit",
     .scope = SERVICE_IN_PARTITION,
     .handle = debit_represent_call,
     .roles = "operator service"},
    {.name = "ListDebits",
     .scope = SERVICE_ANYWHERE,
     .handle = debit_list_call,
     .roles = "operator service",
     .is_query = true},
    {.name = "FindDebits",
     .scope = SERVICE_ANYWHERE,
     .handle = debit_find_call,
     .roles = "operator service",
     .is_query = true},
    {.name = "GetReturnRates",
     .scope = SERVICE_ANYWHERE,
     .handle = debit_rates_call,
     .roles = "operator service",
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
