#include "payment_service.h"

#include <glib.h>

#include "dunlin/payment/v1/payment.pb-c.h"
#include "payment_events.h"
#include "payment_handlers.h"
#include "payment_sql.h"

static const struct config_option OPTIONS[] = {
    {.name = "sop",
     .type = CONFIG_TEXT,
     .default_value = "deploy/policies/standard.yaml",
     .meaning =
         "File of the standard operating procedure; its promise_grace_days holds for promises made from now on. Read "
         "again on SIGHUP."},
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
    {0},
};

/* What a worker reads its policy from, so that it can read it again. */
struct worker_context {
    struct payment_context context; /* first: unit_context is read as this */
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
    .close = context_close,
    .reload = context_reload,
};
