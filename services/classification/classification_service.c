#include "classification_service.h"

#include "classification_sql.h"
#include "classification_work.h"
#include "dunlin/classification/v1/classification.pb-c.h"

static const struct config_option OPTIONS[] = {
    {"sop", CONFIG_TEXT, "deploy/policies/standard.yaml", NULL, 0, 0,
     "The SOP: classes, strategies, aging buckets. Read again on SIGHUP."},
    {0},
};

static const struct service_method METHODS[] = {
    {"GetAccount", SERVICE_IN_PARTITION, classification_get_account, "operator service", true},
    {"ListDebtorAccounts", SERVICE_IN_PARTITION, classification_list_debtor_accounts, "operator service", true},
    {0},
};

static enum status context_open(const struct service *service, unsigned worker, void **ret_context, struct error *err)
{
    (void)worker;
    return policy_holder_open(config_text(service_config(service), "sop"), NULL, ret_context, err);
}

const struct service_spec CLASSIFICATION_SPEC = {
    .name = "classification",
    .summary =
        "Puts every account into a class of the agency's SOP and again whenever a fact or a day boundary changes it.",
    .options = OPTIONS,
    .migrations = CLASSIFICATION_MIGRATIONS,
    .statements = CLASSIFICATION_STATEMENTS,
    .rpc = &dunlin__classification__v1__classification_service__descriptor,
    .methods = METHODS,
    .consumption = SERVICE_CONSUMES_OWNED,
    .consumed = CLASSIFICATION_CONSUMED,
    .apply = classification_apply,
    .timers = classification_fire,
    .open = context_open,
    .close = policy_holder_close,
    .reload = policy_holder_reload,
};
