#include "intake_service.h"

#include "dunlin/intake/v1/intake.pb-c.h"
#include "id/id_table.h"
#include "intake_mapping.h"
#include "intake_sql.h"

static const struct config_option OPTIONS[] = {
    {"max-lag-events", CONFIG_INTEGER, "50000", "events", 1, INT64_C(1000000000),
     "Rows are refused with RESOURCE_EXHAUSTED, to be sent again later, while a running consumer of the log has more "
     "events than this still to apply."},
    {0},
};

static const struct service_method METHODS[] = {
    {"OpenPlacement", SERVICE_ANYWHERE, intake_open_placement, "service operator", false},
    {"CheckRows", SERVICE_ANYWHERE, intake_check_rows, "service operator", false},
    {"ConfirmTotals", SERVICE_ANYWHERE, intake_confirm_totals, "service operator", false},
    {"PlaceRows", SERVICE_ANYWHERE, intake_place_rows, "service operator", false},
    {"ClosePlacement", SERVICE_ANYWHERE, intake_close_placement, "service operator", false},
    {"ListRejects", SERVICE_ANYWHERE, intake_list_rejects, "service operator", true},
    {"GetAccount", SERVICE_ANYWHERE, intake_get_account, "service operator", true},
    {"DescribeAccounts", SERVICE_ANYWHERE, intake_describe_accounts, "service operator", true},
    {0},
};

static void free_mapping(gpointer mapping)
{
    mapping_free(mapping);
}

static enum status open_context(const struct service *service, unsigned worker, void **ret_context, struct error *err)
{
    struct intake_context *context = g_new0(struct intake_context, 1);

    (void)worker;
    (void)err;
    context->mappings = id_table_new(free_mapping);
    context->max_lag_events = config_integer(service_config(service), "max-lag-events");
    *ret_context = context;
    return STATUS_OK;
}

static void close_context(void *data)
{
    struct intake_context *context = data;

    if (!context)
        return;
    g_hash_table_unref(context->mappings);
    g_free(context);
}

const struct service_spec INTAKE_SPEC = {
    .name = "intake",
    .summary = "Takes clients' files in: accounts, payments, updates and recalls; every row is accepted or rejected.",
    .options = OPTIONS,
    .migrations = INTAKE_MIGRATIONS,
    .statements = INTAKE_STATEMENTS,
    .rpc = &dunlin__intake__v1__intake_service__descriptor,
    .methods = METHODS,
    .consumption = SERVICE_CONSUMES_NOTHING,
    .open = open_context,
    .close = close_context,
};
