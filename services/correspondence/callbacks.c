#include "callbacks.h"

#include <arpa/inet.h>
#include <glib.h>
#include <jansson.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>

#include "inbound.h"
#include "logging/logging.h"
#include "signature.h"

#define BODY_MAX_BYTES   65536
#define FIELD_MAX_BYTES  2000
#define CONNECTIONS_MAX  64u
#define IDLE_TIMEOUT_S   15u
#define TEXT_PATH        "/callbacks/text"
#define UNSUBSCRIBE_PATH "/unsubscribe/"

const struct metric CALLBACK_METRICS[] = {
    {"dunlin_correspondence_callbacks_total", METRIC_COUNTER, "result",
     "What came in over HTTP: accepted, or refused and why (bad_signature, stale, replay, malformed, not_found, "
     "unavailable)."},
    {0},
};

struct callbacks {
    const struct service *service;
    struct policy_holder *policies;
    struct MHD_Daemon *daemon;
    struct edge_caller caller; /* made and used on the daemon's thread */
    const char *secret;
    bool confirms; /* opt-outs */
};

/* One request on its way in. */
struct incoming {
    GString *body;
    bool is_too_long;
};

struct verdict {
    unsigned code;
    const char *result; /* for the metric */
    char text[ERROR_TEXT_MAX];
    const char *type;
};

static struct verdict verdict(unsigned code, const char *result, const char *text)
{
    struct verdict made = {.code = code, .result = result, .type = "text/plain; charset=utf-8"};
    g_strlcpy(made.text, text, sizeof(made.text));
    return made;
}

static struct verdict refused_by(enum status st, const struct error *err)
{
    if (st == STATUS_ALREADY_EXISTS)
        return verdict(MHD_HTTP_CONFLICT, "replay", "this came before\n");
    if (st == STATUS_INVALID_ARGUMENT)
        return verdict(MHD_HTTP_BAD_REQUEST, "malformed", "an id or a text is not as it should be\n");
    if (st == STATUS_NOT_FOUND)
        return verdict(MHD_HTTP_NOT_FOUND, "not_found", "nothing of that number is known\n");
    log_warn("a callback could not be taken; whoever sent it sends it again", log_error_text(err));
    return verdict(MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable", "not now, send it again\n");
}

/* --- what it says --- */

static const char *field(const json_t *object, const char *name, size_t bytes_max)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text && strlen(text) <= bytes_max ? text : "";
}

static struct verdict take_callback(const struct callbacks *callbacks, const GString *body)
{
    struct error err = {0};
    SCOPED(writing_policy_releasep) struct writing_policy *policy = writing_policy_take(callbacks->policies);
    json_t *object = json_loadb(body->str, body->len, JSON_REJECT_DUPLICATES, NULL);
    const struct inbound inbound = {.event_id = field(object, "event_id", INBOUND_EVENT_ID_MAX_BYTES),
                                    .type = field(object, "type", FIELD_MAX_BYTES),
                                    .message_id = field(object, "message_id", FIELD_MAX_BYTES),
                                    .from = field(object, "from", FIELD_MAX_BYTES),
                                    .text = field(object, "text", BODY_MAX_BYTES),
                                    .wants_confirmation = callbacks->confirms,
                                    .profiles = policy->profiles};
    const bool is_receipt = strcmp(inbound.type, "delivered") == 0 || strcmp(inbound.type, "undelivered") == 0;
    const bool is_message = strcmp(inbound.type, "message") == 0 && inbound.from[0] != '\0';
    struct verdict made =
        verdict(MHD_HTTP_BAD_REQUEST, "malformed", "event_id, type and what belongs to it are wanted\n");
    if (inbound.event_id[0] != '\0' && (is_receipt || is_message)) {
        const enum status st = is_receipt ? inbound_receipt(&callbacks->caller, &inbound, &err)
                                          : inbound_message(&callbacks->caller, &inbound, &err);
        made = st == STATUS_OK ? verdict(MHD_HTTP_OK, "accepted", "taken\n") : refused_by(st, &err);
    }
    json_decref(object);
    return made;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    const char *text = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return text ? text : "";
}

static struct verdict answer_text(const struct callbacks *callbacks, struct MHD_Connection *connection,
                                  const GString *body)
{
    struct error err = {0};
    const enum status st = signature_check(callbacks->secret, header(connection, "X-Dunlin-Timestamp"),
                                           header(connection, "X-Dunlin-Signature"), body->str, body->len,
                                           clock_wall_us() / US_PER_S, &err);
    if (st == STATUS_DEADLINE_EXCEEDED)
        return verdict(MHD_HTTP_UNAUTHORIZED, "stale", "the timestamp is not of now\n");
    if (st != STATUS_OK)
        return verdict(MHD_HTTP_UNAUTHORIZED, "bad_signature", "the signature is not right\n");
    return take_callback(callbacks, body);
}

/* A mail client's one click, or the button of the page; a look at the page changes nothing, since scanners look. */
static struct verdict answer_unsubscribe(const struct callbacks *callbacks, const char *token, bool is_post)
{
    struct error err = {0};
    struct id account_id, point_id;
    struct verdict made;
    char key[SIGNATURE_HEX_SIZE + 16];
    if (unsubscribe_token_read(callbacks->secret, token, &account_id, &point_id, &err) != STATUS_OK)
        return verdict(MHD_HTTP_NOT_FOUND, "bad_signature", "no such link\n");
    if (!is_post) {
        made = verdict(MHD_HTTP_OK, "shown",
                       "<!doctype html><meta charset=utf-8><title>Stop e-mails</title><form method=post>"
                       "<p>No more e-mails to this address about any debt?</p><button>Stop e-mails</button></form>\n");
        made.type = "text/html; charset=utf-8";
        return made;
    }
    (void)g_snprintf(key, sizeof(key), "unsubscribe:%.32s", token + 32);
    const enum status st =
        inbound_opt_out(&callbacks->caller, &account_id, &point_id, "the link of an e-mail", key, &err);
    return st == STATUS_OK ? verdict(MHD_HTTP_OK, "accepted", "No more e-mails will be sent to this address.\n")
                           : refused_by(st, &err);
}

/* --- HTTP --- */

/* On the daemon's thread, at the first request: a client belongs to one thread. */
static bool has_client(struct callbacks *callbacks)
{
    const struct bus_client_options options = {.redis_url =
                                                   config_text(service_config(callbacks->service), "redis-url"),
                                               .keys = service_keys(callbacks->service),
                                               .principal = "service:correspondence"};
    struct error err = {0};
    if (callbacks->caller.client || bus_client_new(&options, &callbacks->caller.client, &err) == STATUS_OK)
        return true;
    log_error("callbacks cannot be taken", log_error_text(&err));
    return false;
}

static struct verdict answer(struct callbacks *callbacks, struct MHD_Connection *connection, const char *url,
                             bool is_post, const struct incoming *incoming)
{
    if (incoming->is_too_long)
        return verdict(MHD_HTTP_CONTENT_TOO_LARGE, "malformed", "too long\n");
    if (!has_client(callbacks))
        return verdict(MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable", "not now, send it again\n");
    if (strcmp(url, TEXT_PATH) == 0 && is_post)
        return answer_text(callbacks, connection, incoming->body);
    if (g_str_has_prefix(url, UNSUBSCRIBE_PATH))
        return answer_unsubscribe(callbacks, url + strlen(UNSUBSCRIBE_PATH), is_post);
    return verdict(MHD_HTTP_NOT_FOUND, "not_found", "no such page\n");
}

static enum MHD_Result send_verdict(struct MHD_Connection *connection, const struct verdict *made)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(made->text), (void *)(uintptr_t)made->text, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, made->type);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    const enum MHD_Result result = MHD_queue_response(connection, made->code, response);
    MHD_destroy_response(response);
    metrics_add(&CALLBACK_METRICS[0], made->result, 1);
    return result;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *data_size, void **ret_state)
{
    struct incoming *incoming = *ret_state;
    (void)version;
    const bool is_post = strcmp(method, "POST") == 0;
    if (!is_post && strcmp(method, "GET") != 0)
        return MHD_NO;
    if (!incoming) {
        incoming = g_new0(struct incoming, 1);
        incoming->body = g_string_new(NULL);
        *ret_state = incoming;
        return MHD_YES;
    }
    if (*data_size > 0) {
        incoming->is_too_long = incoming->is_too_long || incoming->body->len + *data_size > BODY_MAX_BYTES;
        if (!incoming->is_too_long)
            g_string_append_len(incoming->body, data, (gssize)*data_size);
        *data_size = 0;
        return MHD_YES;
    }
    const struct verdict made = answer(context, connection, url, is_post, incoming);
    return send_verdict(connection, &made);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct incoming *incoming = *state;
    (void)context;
    (void)connection;
    (void)code;
    if (incoming) {
        g_string_free(incoming->body, TRUE);
        g_free(incoming);
    }
    *state = NULL;
}

enum status callbacks_start(const struct service *service, struct policy_holder *policies,
                            struct callbacks **ret_callbacks, char ret_endpoint[static REGISTRY_ENDPOINT_SIZE],
                            struct error *err)
{
    const struct config *config = service_config(service);
    const char *address = config_text(config, "callback-address");
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)config_integer(config, "callback-port"))};
    if (inet_pton(AF_INET, address, &at.sin_addr) != 1)
        return error_set(err, STATUS_INVALID_ARGUMENT, "callback-address: '%s' is no IPv4 address", address);
    struct callbacks *callbacks = g_new0(struct callbacks, 1);
    callbacks->service = service;
    callbacks->policies = policies;
    callbacks->secret = config_text(config, "callback-secret");
    callbacks->confirms =
        config_text(config, "opt-out-confirmation")[0] != '\0' && config_text(config, "text-url")[0] != '\0';
    callbacks->caller.timeout_ms = config_integer(config, "call-timeout");
    callbacks->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, callbacks,
                                         MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at, MHD_OPTION_CONNECTION_LIMIT,
                                         CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT_S,
                                         MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    if (!callbacks->daemon) {
        g_free(callbacks);
        return error_set(err, STATUS_UNAVAILABLE, "callback-port: cannot listen on %s:%lld", address,
                         (long long)config_integer(config, "callback-port"));
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(callbacks->daemon, MHD_DAEMON_INFO_BIND_PORT);
    (void)g_snprintf(ret_endpoint, REGISTRY_ENDPOINT_SIZE, "http://%.60s:%u", address, info ? info->port : 0);
    *ret_callbacks = callbacks;
    return STATUS_OK;
}

void callbacks_stop(struct callbacks *callbacks)
{
    if (!callbacks)
        return;
    MHD_stop_daemon(callbacks->daemon); /* joins its thread */
    bus_client_free(callbacks->caller.client);
    g_free(callbacks);
}
