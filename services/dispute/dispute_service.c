#include "dispute_service.h"

#include "dispute_events.h"
#include "dispute_handlers.h"
#include "dispute_sql.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"

static const struct config_option OPTIONS[] = {
    {.name = "sop",
     .type = CONFIG_TEXT,
     .default_value = "deploy/policies/standard.yaml",
     .meaning = "File of the standard operating procedure; its verification_days, dispute_holds, complaints and "
                "escalations hold "
                "for what is opened "
                "from now on. Read again on SIGHUP."},
    {0},
};

/* At the head, so that a dispute of a call that the log holds already is there before its account's is opened, verified
 * or resolved: contact, which reads the same log, comes to the same end. */
static const struct service_method METHODS[] = {
    {.name = "OpenDispute", .scope = SERVICE_AT_HEAD, .handle = dispute_handle_open, .roles = "operator service"},
    {.name = "RecordVerification",
     .scope = SERVICE_AT_HEAD,
     .handle = dispute_handle_verify,
     .roles = "operator service"},
    {.name = "RequestVerification",
     .scope = SERVICE_AT_HEAD,
     .handle = dispute_handle_request,
     .roles = "operator service"},
    {.name = "RecordReturn", .scope = SERVICE_AT_HEAD, .handle = dispute_handle_return, .roles = "operator service"},
    {.name = "RecordInformation",
     .scope = SERVICE_AT_HEAD,
     .handle = dispute_handle_inform,
     .roles = "operator service"},
    {.name = "ResolveDispute", .scope = SERVICE_AT_HEAD, .handle = dispute_handle_resolve, .roles = "operator service"},
    {.name = "DecideResolution", .scope = SERVICE_AT_HEAD, .handle = dispute_handle_decide, .roles = "operator"},
    {.name = "GetDispute",
     .scope = SERVICE_ANYWHERE,
     .handle = dispute_handle_get,
     .roles = "operator service",
     .is_query = true},
    {.name = "ListDisputes",
     .scope = SERVICE_ANYWHERE,
     .handle = dispute_handle_list,
     .roles = "operator service",
     .is_query = true},
    {.name = "OpenComplaint", .scope = SERVICE_AT_HEAD, .handle = complaint_handle_open, .roles = "operator service"},
    {.name = "AssignComplaint",
     .scope = SERVICE_AT_HEAD,
     .handle = complaint_handle_assign,
     .roles = "operator service"},
    {.name = "MoveComplaint", .scope = SERVICE_AT_HEAD, .handle = complaint_handle_move, .roles = "operator service"},
    {.name = "ResolveComplaint",
     .scope = SERVICE_AT_HEAD,
     .handle = complaint_handle_resolve,
     .roles = "operator service"},
    {.name = "GetComplaint",
     .scope = SERVICE_ANYWHERE,
     .handle = complaint_handle_get,
     .roles = "operator service",
     .is_query = true},
    {.name = "ListComplaints",
     .scope = SERVICE_ANYWHERE,
     .handle = complaint_handle_list,
     .roles = "operator service",
     .is_query = true},
    {.name = "RaiseEscalation",
     .scope = SERVICE_AT_HEAD,
     .handle = escalation_handle_raise,
     .roles = "operator service"},
    {.name = "AssignEscalation",
     .scope = SERVICE_AT_HEAD,
     .handle = escalation_handle_assign,
     .roles = "operator service"},
    {.name = "DecideEscalation", .scope = SERVICE_AT_HEAD, .handle = escalation_handle_decide, .roles = "operator"},
    {.name = "ExportEscalations", .scope = SERVICE_AT_HEAD, .handle = escalation_handle_export, .roles = "operator"},
    {.name = "CloseEscalation",
     .scope = SERVICE_AT_HEAD,
     .handle = escalation_handle_close,
     .roles = "operator service"},
    {.name = "GetEscalation",
     .scope = SERVICE_ANYWHERE,
     .handle = escalation_handle_get,
     .roles = "operator service",
     .is_query = true},
    {.name = "ListEscalations",
     .scope = SERVICE_ANYWHERE,
     .handle = escalation_handle_list,
     .roles = "operator service",
     .is_query = true},
    {0},
};

static enum status context_open(const struct service *service, unsigned worker, void **ret_context, struct error *err)
{
    (void)worker;
    return policy_holder_open(config_text(service_config(service), "sop"), NULL, ret_context, err);
}

const struct service_spec DISPUTE_SPEC = {
    .name = "dispute",
    .summary = "keeps disputes and complaints, what is due on them and how they end",
    .options = OPTIONS,
    .migrations = DISPUTE_MIGRATIONS,
    .statements = DISPUTE_STATEMENTS,
    .rpc = &dunlin__dispute__v1__dispute_service__descriptor,
    .methods = METHODS,
    .consumption = SERVICE_CONSUMES_OWNED,
    .consumed = DISPUTE_CONSUMED,
    .apply = dispute_apply,
    .timers = dispute_timers,
    .open = context_open,
    .close = policy_holder_close,
    .reload = policy_holder_reload,
};
