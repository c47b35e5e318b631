#include "reporting_service.h"

#include <glib.h>

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
    {"GetTimeline", SERVICE_ANYWHERE, reporting_get_timeline, "operator service", true},
    {0},
};

static void context_close(void *context)
{
    struct reporting *self = context;
    if (!self)
        return;
    sop_free(self->sop);
    g_free(self->sop_path);
    g_free(self);
}

static enum status context_open(const struct service *service, unsigned worker, void **ret_context, struct error *err)
{
    (void)worker;
    struct reporting *self = g_new0(struct reporting, 1);
    self->sop_path = g_strdup(config_text(service_config(service), "sop"));
    const enum status st = sop_load(self->sop_path, &self->sop, err);
    if (st != STATUS_OK) {
        context_close(self);
        return st;
    }
    *ret_context = self;
    return STATUS_OK;
}

static enum status context_reload(void *context, struct error *err)
{
    struct reporting *self = context;
    struct sop *fresh = NULL;
    const enum status st = sop_load(self->sop_path, &fresh, err);
    if (st != STATUS_OK)
        return st;
    sop_free(self->sop);
    self->sop = fresh;
    return STATUS_OK;
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
    .apply = reporting_apply,
    .open = context_open,
    .close = context_close,
    .reload = context_reload,
};
