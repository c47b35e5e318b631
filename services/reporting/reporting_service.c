#include "reporting_service.h"

#include "dunlin/reporting/v1/reporting.pb-c.h"
#include "reporting_sql.h"

static const struct config_option OPTIONS[] = {
    {"sop", CONFIG_TEXT, "deploy/policies/standard.yaml", NULL, 0, 0,
     "The SOP: its aging buckets and the titles of its classes. Read again on SIGHUP."},
    {0},
};

static const struct service_method METHODS[] = {
    {"GetReport", SERVICE_ANYWHERE, reporting_get_report, "operator service", true},
    {"Rebuild", SERVICE_ANYWHERE, reporting_rebuild, "operator", false},
    {"GetRates", SERVICE_ANYWHERE, reporting_get_rates, "operator service", true},
    {"GetTimeline", SERVICE_ANYWHERE, reporting_get_timeline, "operator service", true},
    {0},
};

static enum status context_open(const struct service *service, unsigned worker, void **ret_context, struct error *err)
{
    (void)worker;
    return policy_holder_open(config_text(service_config(service), "sop"), NULL, ret_context, err);
}

const struct service_spec REPORTING_SPEC = {
    .name = "reporting",
    .summary = "Keeps read models of everything that happens and answers with KPIs, aging, and timelines of accounts.",
    .options = OPTIONS,
    .migrations = REPORTING_MIGRATIONS,
    .statements = REPORTING_STATEMENTS,
    .rpc = &dunlin__reporting__v1__reporting_service__descriptor,
    .methods = METHODS,
    .consumption = SERVICE_CONSUMES_OWNED,
    .consumed = REPORTING_CONSUMED,
    .gather_ms = 100, /* an account is placed, classified and planned in quick succession: one row written, not three */
    .apply = reporting_apply,
    .open = context_open,
    .close = policy_holder_close,
    .reload = policy_holder_reload,
};
