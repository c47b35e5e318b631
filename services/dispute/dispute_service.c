#include "dispute_service.h"

#include <glib.h>

#include "dispute_events.h"
#include "dispute_handlers.h"
#include "dispute_sql.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"

static const struct config_option OPTIONS[] = {
    {.name = "sop",
     .type = CONFIG_TEXT,
     .default_value = "deploy/policies/standard.yaml",
     .meaning =
         "File of the standard operating procedure; its verification_days hold for disputes opened from now on. Read "
         "again on SIGHUP."},
    {0},
};

static const struct service_method METHODS[] = {
    {.name = "OpenDispute", .scope = SERVICE_IN_PARTITION, .handle = dispute_handle_open, .roles = "operator service"},
    {.name = "RecordVerification",
     .scope = SERVICE_IN_PARTITION,
     .handle = dispute_handle_verify,
     .roles = "operator service"},
    {.name = "ResolveDispute",
     .scope = SERVICE_IN_PARTITION,
     .handle = dispute_handle_resolve,
     .roles = "operator service"},
    {.name = "ListDisputes",
     .scope = SERVICE_ANYWHERE,
     .handle = dispute_handle_list,
     .roles = "operator service",
     .is_query = true},
    {0},
};

/* What a worker reads its policy from, so that it can read it again. */
struct worker_context {
    struct dispute_context context; /* first: unit_context is read as this */
    char *sop_path;
};

static void context_close(void *context)
{
    struct worker_context *worker = context;

    if (!worker)
        return;
    sop_free(worker->context.sop);
    g_free(worker->sop_path);
    g_free(worker);
}

static enum status context_reload(void *context, struct error *err)
{
    struct worker_context *worker = context;
    struct sop *sop = NULL;
    enum status st = sop_load(worker->sop_path, &sop, err);

    if (st != STATUS_OK)
        return st;
    sop_free(worker->context.sop);
    worker->context.sop = sop;
    return STATUS_OK;
}

static enum status context_open(const struct service *service, unsigned worker_index, void **ret_context,
                                struct error *err)
{
    struct worker_context *worker = g_new0(struct worker_context, 1);
    (void)worker_index;

    worker->sop_path = g_strdup(config_text(service_config(service), "sop"));
    enum status st = context_reload(worker, err);
    if (st != STATUS_OK) {
        context_close(worker);
        return st;
    }
    *ret_context = worker;
    return STATUS_OK;
}

const struct service_spec DISPUTE_SPEC = {
    .name = "dispute",
    .summary = "keeps disputes, what is due on them and how they end",
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
    .close = context_close,
    .reload = context_reload,
};
