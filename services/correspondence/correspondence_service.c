#include "correspondence_service.h"

#include <curl/curl.h>
#include <glib.h>

#include "callbacks.h"
#include "correspondence_events.h"
#include "correspondence_handlers.h"
#include "correspondence_sql.h"
#include "dispatch.h"
#include "due_notices.h"
#include "dunlin/correspondence/v1/correspondence.pb-c.h"
#include "logging/logging.h"
#include "outcome.h"
#include "pump.h"

static const struct config_option OPTIONS[] = {
    {"agencies", CONFIG_TEXT, "deploy/agencies.yaml", NULL, 0, 0,
     "File that says who writes: letterhead, addresses and choices of each agency. Read again on SIGHUP."},
    {"templates", CONFIG_TEXT, "deploy/templates", NULL, 0, 0,
     "Folder of the messages' templates. Read again on SIGHUP."},
    {"letter-spool", CONFIG_TEXT, "letters", NULL, 0, 0,
     "Folder of the batches of letters, <date>/<batch>/; a relative one is in the service's working folder. Empty: no "
     "letters are written."},
    {"letter-class", CONFIG_TEXT, "first", NULL, 0, 0, "Class of mail, as the printer's list names it."},
    {"letter-batch-seconds", CONFIG_INTEGER, "900", "s", 1, 86400,
     "How long a batch of letters takes letters, in machine time, before its manifest is written."},
    {"letter-batch-max", CONFIG_INTEGER, "1000", "letters", 1, 9999, "Letters a batch."},
    {"letter-rate", CONFIG_INTEGER, "60000", "letters", 1, 60000, "Letters a minute, at most."},
    {"email-url", CONFIG_TEXT, "", NULL, 0, 0,
     "Mail server, smtp://host:587 or smtps://host:465. Empty: no e-mails are sent."},
    {"email-tls", CONFIG_TEXT, "required", NULL, 0, 0,
     "required: a server of smtp:// that offers no STARTTLS gets nothing. none: for a server on the same machine."},
    {"email-ca-file", CONFIG_TEXT, "", NULL, 0, 0,
     "Certificates that the server's is checked by. Empty: the system's."},
    {"email-user", CONFIG_TEXT, "", NULL, 0, 0, "Name to log in at the mail server. Empty: without."},
    {"email-password", CONFIG_SECRET, "", NULL, 0, 0, "Password at the mail server."},
    {"email-from", CONFIG_TEXT, "", NULL, 0, 0,
     "Sender, \"Name <address>\" or an address; a name that does not say that debts are collected (12 CFR "
     "1006.22(f)(2))."},
    {"email-rate", CONFIG_INTEGER, "600", "e-mails", 1, 60000, "E-mails a minute, at most."},
    {"text-url", CONFIG_TEXT, "", NULL, 0, 0, "Gateway of texts, https://host/path. Empty: no texts are sent."},
    {"text-token", CONFIG_SECRET, "", NULL, 0, 0, "Bearer token at the gateway."},
    {"text-ca-file", CONFIG_TEXT, "", NULL, 0, 0,
     "Certificates that the gateway's is checked by. Empty: the system's."},
    {"opt-out-confirmation", CONFIG_TEXT, "opt-out-confirmation", NULL, 0, 0,
     "Template of the one text that confirms an opt-out by text. Empty: none is sent."},
    {"text-rate", CONFIG_INTEGER, "600", "texts", 1, 60000, "Texts a minute, at most."},
    {"callback-address", CONFIG_TEXT, "127.0.0.1", NULL, 0, 0, "Where callbacks and unsubscribe links are answered."},
    {"callback-port", CONFIG_INTEGER, "0", NULL, 0, 65535, "0 takes a free one, which `dunlin status` shows."},
    {"callback-secret", CONFIG_SECRET, "", NULL, 0, 0,
     "Shared with the gateway of texts: signs what goes there and what comes from there, and the links of e-mails. At "
     "least 16 characters."},
    {"public-url", CONFIG_TEXT, "", NULL, 0, 0,
     "How the world reaches the callbacks, https://mail.agency.example: e-mails' unsubscribe links begin with it."},
    {"poll-interval", CONFIG_INTEGER, "2000", "ms", 50, 60000, "How often contact is asked what is due."},
    {"call-timeout", CONFIG_INTEGER, "5000", "ms", 100, 60000,
     "How long to wait for an answer of contact, intake or payment."},
    {"send-timeout", CONFIG_INTEGER, "30000", "ms", 100, 600000, "How long to wait for a mail server or gateway."},
    {0},
};

static const struct service_method METHODS[] = {
    {.name = "DescribeSteps",
     .scope = SERVICE_ANYWHERE,
     .handle = correspondence_describe,
     .roles = "service",
     .is_query = true},
    {.name = "BeginMessage", .scope = SERVICE_IN_PARTITION, .handle = correspondence_begin, .roles = "service"},
    {.name = "FinishMessage", .scope = SERVICE_IN_PARTITION, .handle = correspondence_finish, .roles = "service"},
    {.name = "ParkStep", .scope = SERVICE_IN_PARTITION, .handle = correspondence_park, .roles = "service"},
    {.name = "ReleaseSteps", .scope = SERVICE_IN_PARTITION, .handle = correspondence_release, .roles = "operator"},
    {.name = "ListOpenMessages",
     .scope = SERVICE_ANYWHERE,
     .handle = correspondence_list_open,
     .roles = "service",
     .is_query = true},
    {.name = "FindConfirmation",
     .scope = SERVICE_ANYWHERE,
     .handle = correspondence_find_confirmation,
     .roles = "service",
     .is_query = true},
    {.name = "TakeInbound", .scope = SERVICE_IN_PARTITION, .handle = correspondence_take_inbound, .roles = "service"},
    {.name = "AskConfirmation",
     .scope = SERVICE_IN_PARTITION,
     .handle = correspondence_ask_confirmation,
     .roles = "service"},
    {.name = "ListNotices",
     .scope = SERVICE_ANYWHERE,
     .handle = correspondence_list_notices,
     .roles = "service",
     .is_query = true},
    {.name = "HoldBackNotice",
     .scope = SERVICE_IN_PARTITION,
     .handle = correspondence_hold_back_notice,
     .roles = "service"},
    {.name = "ListMessages",
     .scope = SERVICE_IN_PARTITION,
     .handle = correspondence_list,
     .roles = "operator service",
     .is_query = true},
    {.name = "GetStatus",
     .scope = SERVICE_ANYWHERE,
     .handle = correspondence_status,
     .roles = "operator service",
     .is_query = true},
    {0},
};

/* The senders whose options name a way; what is there is stopped in reverse. */
struct edge {
    struct policy_holder *policies;
    struct callbacks *callbacks;
    struct pump *pumps[3];
    size_t n_pumps;
};

static const struct way {
    const struct sender_kind *kind;
    const char *option; /* empty: off */
    bool needs_callbacks;
} WAYS[] = {
    {&LETTER_SENDER, "letter-spool", false}, {&EMAIL_SENDER, "email-url", true}, {&TEXT_SENDER, "text-url", true}};

static bool is_on(const struct config *config, const struct way *way)
{
    return config_text(config, way->option)[0] != '\0';
}

static enum status start_callbacks(const struct service *service, struct edge *edge,
                                   char ret_endpoint[static REGISTRY_ENDPOINT_SIZE], struct error *err)
{
    const struct config *config = service_config(service);
    bool is_needed = false;
    for (size_t i = 0; i < ARRAY_SIZE(WAYS); i++)
        is_needed = is_needed || (WAYS[i].needs_callbacks && is_on(config, &WAYS[i]));
    if (!is_needed)
        return STATUS_OK;
    if (strlen(config_text(config, "callback-secret")) < 16)
        return error_set(
            err, STATUS_INVALID_ARGUMENT,
            "callback-secret: e-mails and texts need one of at least 16 characters (callback-secret-file)");
    return callbacks_start(service, edge->policies, &edge->callbacks, ret_endpoint, err);
}

static enum status start_pumps(const struct service *service, struct edge *edge, struct error *err)
{
    const struct config *config = service_config(service);
    enum status st = STATUS_OK;
    for (size_t i = 0; i < ARRAY_SIZE(WAYS) && st == STATUS_OK; i++) {
        const struct pump_options options = {.service = service, .kind = WAYS[i].kind, .policies = edge->policies};
        if (!is_on(config, &WAYS[i]))
            continue;
        st = pump_start(&options, &edge->pumps[edge->n_pumps], err);
        if (st == STATUS_OK)
            edge->n_pumps++;
        else
            st = error_wrap(err, st, "%s", WAYS[i].kind->name);
    }
    return st;
}

static void edge_stop(void *data)
{
    struct edge *edge = data;
    callbacks_stop(edge->callbacks);
    for (size_t i = edge->n_pumps; i > 0; i--)
        pump_stop(edge->pumps[i - 1]);
    policy_holder_free(edge->policies);
    g_free(edge);
    curl_global_cleanup();
}

static enum status edge_start(const struct service *service, void **ret_edge,
                              char ret_endpoint[static REGISTRY_ENDPOINT_SIZE], struct error *err)
{
    const struct config *config = service_config(service);
    const struct policy_paths paths = {.agencies = config_text(config, "agencies"),
                                       .templates = config_text(config, "templates"),
                                       .confirmation = config_text(config, "opt-out-confirmation")};
    struct edge *edge = g_new0(struct edge, 1);
    metrics_register(OUTCOME_METRICS);
    metrics_register(DISPATCH_METRICS);
    metrics_register(DUE_NOTICES_METRICS);
    metrics_register(CALLBACK_METRICS);
    enum status st = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK
                         ? STATUS_OK
                         : error_set(err, STATUS_INTERNAL, "libcurl cannot be used");
    if (st == STATUS_OK)
        st = policy_holder_new(&paths, &edge->policies, err);
    if (st == STATUS_OK)
        st = start_callbacks(service, edge, ret_endpoint, err);
    if (st == STATUS_OK)
        st = start_pumps(service, edge, err);
    if (st != STATUS_OK) {
        edge_stop(edge);
        return st;
    }
    *ret_edge = edge;
    return STATUS_OK;
}

static enum status edge_reload(void *data, struct error *err)
{
    const struct edge *edge = data;
    return policy_holder_reload(edge->policies, err);
}

const struct service_spec CORRESPONDENCE_SPEC = {
    .name = "correspondence",
    .summary = "writes to debtors: letters, e-mails and texts, each with a permit",
    .options = OPTIONS,
    .migrations = CORRESPONDENCE_MIGRATIONS,
    .statements = CORRESPONDENCE_STATEMENTS,
    .rpc = &dunlin__correspondence__v1__correspondence_service__descriptor,
    .methods = METHODS,
    .consumption = SERVICE_CONSUMES_OWNED,
    .consumed = CORRESPONDENCE_CONSUMED,
    .apply = correspondence_apply,
    .edge_start = edge_start,
    .edge_stop = edge_stop,
    .edge_reload = edge_reload,
};
