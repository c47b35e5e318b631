#include "contact_service.h"

#include <string.h>

#include "contact_events.h"
#include "contact_handlers.h"
#include "contact_sql.h"
#include "dunlin/contact/v1/contact.pb-c.h"

static const struct config_option OPTIONS[] = {
    {.name = "sop",
     .type = CONFIG_TEXT,
     .default_value = "deploy/policies/standard.yaml",
     .meaning = "File of the standard operating procedure: the steps of each strategy. Read again on SIGHUP."},
    {.name = "rules",
     .type = CONFIG_TEXT,
     .default_value = "deploy/rules",
     .meaning = "Folder of the rule packs (*.yaml), or one pack: what permits are granted by. Read again on SIGHUP."},
    {.name = "rule-packs",
     .type = CONFIG_TEXT,
     .default_value = "us-federal,house",
     .meaning =
         "Names of the packs that apply to everybody, joined by commas; those of the places where a debtor may be come "
         "on top. The strictest rule wins."},
    {.name = "permit-valid-seconds",
     .type = CONFIG_INTEGER,
     .default_value = "60",
     .unit = "s",
     .min = 1,
     .max = 900,
     .meaning = "Business time in which a permit may be dialed. A short time keeps decisions fresh."},
    {.name = "report-grace-seconds",
     .type = CONFIG_INTEGER,
     .default_value = "3600",
     .unit = "s",
     .min = 1,
     .max = 86400,
     .meaning = "Business time after a permit's end until it expires where nobody reported it; it still counts as an "
                "attempt."},
    {.name = "retry-seconds",
     .type = CONFIG_INTEGER,
     .default_value = "3600",
     .unit = "s",
     .min = 60,
     .max = 604800,
     .meaning = "Business time until a step is offered again whose call was not placed, failed or was busy."},
    {0},
};

static const struct service_method METHODS[] = {
    {.name = "RequestPermits",
     .scope = SERVICE_AT_HEAD,
     .handle = contact_request_permits,
     .roles = "service operator dialer"},
    {.name = "ReportAttempts",
     .scope = SERVICE_AT_HEAD,
     .handle = contact_report_attempts,
     .roles = "service operator dialer"},
    {.name = "RecordRequest",
     .scope = SERVICE_AT_HEAD,
     .handle = contact_record_request,
     .roles = "service operator dialer"},
    {.name = "RecordFacts", .scope = SERVICE_AT_HEAD, .handle = contact_record_facts, .roles = "service operator"},
    {.name = "ReleaseFact", .scope = SERVICE_AT_HEAD, .handle = contact_release_facts, .roles = "operator"},
    {.name = "ListFacts",
     .scope = SERVICE_IN_PARTITION,
     .handle = contact_list_facts,
     .roles = "service operator",
     .is_query = true},
    {.name = "ReserveDialList",
     .scope = SERVICE_ANYWHERE,
     .handle = contact_reserve_dial_list,
     .roles = "service operator dialer"},
    {.name = "ExplainContact",
     .scope = SERVICE_IN_PARTITION,
     .handle = contact_explain,
     .roles = "service operator dialer",
     .is_query = true},
    {.name = "GetAccount",
     .scope = SERVICE_IN_PARTITION,
     .handle = contact_get_account,
     .roles = "service operator",
     .is_query = true},
    {.name = "FindNumber",
     .scope = SERVICE_ANYWHERE,
     .handle = contact_find_number,
     .roles = "service",
     .is_query = true},
    {0},
};

void contact_context_free(struct contact_context *context)
{
    if (context == NULL)
        return;
    sop_free(context->sop);
    contact_rules_free(context->rules);
    g_free(context->sop_path);
    g_free(context->rules_path);
    g_free(context->packs);
    g_free(context);
}

void contact_context_update(struct contact_context *context)
{
    for (enum debt_matter matter = 0; matter < MATTER_END; matter++)
        for (enum channel channel = CHANNEL_CALL; channel < CHANNEL_END; channel++)
            context->blocking_holds[matter][channel] =
                permit_blocking_holds(context->rules->selection, matter, channel, clock_now());
}

void contact_context_freep(struct contact_context **context)
{
    contact_context_free(*context);
}

static void context_close(void *data)
{
    contact_context_free(data);
}

const char *contact_option_default(const char *name)
{
    const struct config_option *option = OPTIONS;
    while (strcmp(option->name, name) != 0)
        option++;
    return option->default_value;
}

static int64_t default_us(const char *name)
{
    return g_ascii_strtoll(contact_option_default(name), NULL, 10) * US_PER_S;
}

/* Both or neither: a SOP and rules that were written for each other do not part. */
static enum status context_reload(void *data, struct error *err)
{
    struct contact_context *context = data;
    SCOPED(sop_freep) struct sop *sop = NULL;
    SCOPED(contact_rules_freep) struct contact_rules *rules = NULL;
    enum status st = sop_load(context->sop_path, &sop, err);
    if (st == STATUS_OK)
        st = contact_rules_load(context->rules_path, context->packs, &rules, err);
    if (st != STATUS_OK)
        return st;
    sop_free(context->sop);
    contact_rules_free(context->rules);
    context->sop = TAKE(sop);
    context->rules = TAKE(rules);
    contact_context_update(context);
    return STATUS_OK;
}

enum status contact_context_load(const char *sop_path, const char *rules_path, const char *packs,
                                 struct contact_context **ret_context, struct error *err)
{
    SCOPED(contact_context_freep) struct contact_context *context = g_new0(struct contact_context, 1);
    context->sop_path = g_strdup(sop_path);
    context->rules_path = g_strdup(rules_path);
    context->packs = g_strdup(packs);
    context->permit_valid_us = default_us("permit-valid-seconds");
    context->report_grace_us = default_us("report-grace-seconds");
    context->retry_us = default_us("retry-seconds");
    const enum status st = context_reload(context, err);
    if (st == STATUS_OK)
        *ret_context = TAKE(context);
    return st;
}

static enum status context_open(const struct service *service, unsigned worker, void **ret_context, struct error *err)
{
    (void)worker;
    const struct config *config = service_config(service);
    struct contact_context *context = g_new0(struct contact_context, 1);
    context->sop_path = g_strdup(config_text(config, "sop"));
    context->rules_path = g_strdup(config_text(config, "rules"));
    context->packs = g_strdup(config_text(config, "rule-packs"));
    context->permit_valid_us = config_integer(config, "permit-valid-seconds") * US_PER_S;
    context->report_grace_us = config_integer(config, "report-grace-seconds") * US_PER_S;
    context->retry_us = config_integer(config, "retry-seconds") * US_PER_S;
    enum status st = context_reload(context, err);
    if (st != STATUS_OK) {
        context_close(context);
        return st;
    }
    *ret_context = context;
    return STATUS_OK;
}

const struct service_spec CONTACT_SPEC = {
    .name = "contact",
    .summary = "decides whether, when and how a debtor may be contacted, and keeps the plans",
    .options = OPTIONS,
    .migrations = CONTACT_MIGRATIONS,
    .statements = CONTACT_STATEMENTS,
    .rpc = &dunlin__contact__v1__contact_service__descriptor,
    .methods = METHODS,
    .consumption = SERVICE_CONSUMES_OWNED,
    .consumed = CONTACT_CONSUMED,
    .consumes_own = false,
    .gather_ms = 100, /* an account is placed and classified in quick succession: one row written, not two */
    .apply = contact_apply,
    .timers = contact_timers,
    .open = context_open,
    .close = context_close,
    .reload = context_reload,
};
