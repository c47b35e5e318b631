/* Asks for permits as fast as a number of clients with a window each get their answers, or at a steady beat, and says
 * how long each took.
 *
 *   bench-permit-load --path contact|dialer --endpoint E --secret FILE --server FILE --targets FILE
 *                     [--clients 4] [--window 64 | --per-second 500] [--batch 1] [--keys] [--seconds 10] [--skip N]
 *
 * "contact" speaks to the service that decides, as the dialer service does; "dialer" to the public edge, as a third
 * party's dialer does. FILE of targets: records of 32 bytes, account id and contact point id. Requests take them in
 * their order and end when none are left. At a beat, the moment when a request ought to have left counts.
 *
 * One thread, so that on two cores the service has one for itself. */
#include "latency.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock/clock.h"
#include "dunlin/bus/v1/bus.pb-c.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dialer/v1/dialer.pb-c.h"
#include "status/scope.h"

#define ID_BYTES        16
#define TARGET_BYTES    (2 * (size_t)ID_BYTES)
#define CLIENTS_MAX     64
#define BATCH_MAX       1000
#define BODY_MAX        (128 * 1024)
#define TIMEOUT_MS      10000
#define LAST_ANSWERS_US (5 * US_PER_S)
#define CONTACT_METHOD  "dunlin.contact.v1.ContactService/RequestPermits"
#define DIALER_METHOD   "dunlin.dialer.v1.DialerService/RequestPermits"

static gchar *path_name, *endpoint, *secret_file, *server_file, *targets_file;
static gint n_clients = 4, window = 64, per_second, batch = 1, seconds = 10, skip;
static gboolean has_keys;

static const GOptionEntry OPTIONS[] = {
    {"path", 0, 0, G_OPTION_ARG_STRING, &path_name, "Whom to ask", "contact|dialer"},
    {"endpoint", 0, 0, G_OPTION_ARG_STRING, &endpoint, "Its endpoint", "E"},
    {"secret", 0, 0, G_OPTION_ARG_FILENAME, &secret_file, "Own secret certificate", "FILE"},
    {"server", 0, 0, G_OPTION_ARG_FILENAME, &server_file, "The server's public certificate", "FILE"},
    {"targets", 0, 0, G_OPTION_ARG_FILENAME, &targets_file, "Accounts and contact points", "FILE"},
    {"skip", 0, 0, G_OPTION_ARG_INT, &skip, "Targets to leave out at the beginning", "N"},
    {"clients", 0, 0, G_OPTION_ARG_INT, &n_clients, "Connections", "N"},
    {"window", 0, 0, G_OPTION_ARG_INT, &window, "Requests in flight a connection", "N"},
    {"per-second", 0, 0, G_OPTION_ARG_INT, &per_second, "Requests a second instead", "N"},
    {"batch", 0, 0, G_OPTION_ARG_INT, &batch, "Targets a request", "N"},
    {"keys", 0, 0, G_OPTION_ARG_NONE, &has_keys, "Each request has an idempotency key", NULL},
    {"seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "How long, at most", "N"},
    {0},
};

struct client {
    zsock_t *socket;
    gint in_flight;
};

struct load {
    bool is_dialer;
    uint8_t *targets;
    size_t n_targets, next_target;
    struct client clients[CLIENTS_MAX];
    GArray *sent_at; /* int64_t us by request id; [0] is not used */
    struct latency *latency;
    uint32_t run; /* keys of this run are its own */
    size_t n_granted, n_refused, n_failed;
    char failure[256]; /* the first */
    int64_t last_answer_us;
};

static ProtobufCBinaryData id_at(struct load *load, size_t target, size_t offset)
{
    return (ProtobufCBinaryData){.len = ID_BYTES, .data = load->targets + target * TARGET_BYTES + offset};
}

static size_t pack_for_contact(struct load *load, size_t first, size_t n, uint8_t *body)
{
    Dunlin__Contact__V1__PermitRequest rows[BATCH_MAX];
    Dunlin__Contact__V1__PermitRequest *list[BATCH_MAX];
    Dunlin__Contact__V1__RequestPermitsRequest request;
    dunlin__contact__v1__request_permits_request__init(&request);
    for (size_t i = 0; i < n; i++) {
        dunlin__contact__v1__permit_request__init(&rows[i]);
        rows[i].account_id = id_at(load, first + i, 0);
        rows[i].contact_point_id = id_at(load, first + i, ID_BYTES);
        rows[i].channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_CALL;
        rows[i].purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION;
        rows[i].dialer = (char *)(uintptr_t) "bench";
        list[i] = &rows[i];
    }
    request.requests = list;
    request.n_requests = n;
    return protobuf_c_message_pack(&request.base, body);
}

static size_t pack_for_dialer(struct load *load, size_t first, size_t n, uint8_t *body)
{
    Dunlin__Dialer__V1__PermitRequest rows[BATCH_MAX];
    Dunlin__Dialer__V1__PermitRequest *list[BATCH_MAX];
    Dunlin__Dialer__V1__RequestPermitsRequest request;
    dunlin__dialer__v1__request_permits_request__init(&request);
    for (size_t i = 0; i < n; i++) {
        dunlin__dialer__v1__permit_request__init(&rows[i]);
        rows[i].account_id = id_at(load, first + i, 0);
        rows[i].contact_point_id = id_at(load, first + i, ID_BYTES);
        rows[i].purpose = DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION;
        list[i] = &rows[i];
    }
    request.requests = list;
    request.n_requests = n;
    return protobuf_c_message_pack(&request.base, body);
}

/* A call to contact is of one partition: a batch ends where another begins. */
static size_t batch_at(struct load *load, size_t first)
{
    const uint8_t *partition = id_at(load, first, ID_BYTES - 2).data;
    size_t n = 1;
    while (n < (size_t)batch && first + n < load->n_targets &&
           (load->is_dialer || memcmp(id_at(load, first + n, ID_BYTES - 2).data, partition, 2) == 0))
        n++;
    return n;
}

static bool send_request(struct load *load, struct client *client, int64_t since_us)
{
    static uint8_t body[BODY_MAX], frame[BODY_MAX + 1024];
    char key[64] = "";
    if (load->next_target >= load->n_targets)
        return false;
    const size_t first = load->next_target;
    const size_t n = batch_at(load, first);
    const uint8_t *partition = id_at(load, first, ID_BYTES - 2).data;
    Dunlin__Bus__V1__Request request;
    dunlin__bus__v1__request__init(&request);
    request.request_id = load->sent_at->len;
    request.method = (char *)(uintptr_t)(load->is_dialer ? DIALER_METHOD : CONTACT_METHOD);
    request.timeout_ms = TIMEOUT_MS;
    request.partition = (uint32_t)(partition[0] << 8 | partition[1]);
    if (has_keys)
        (void)snprintf(key, sizeof(key), "bench/%08" PRIx32 "/%" PRIu64, load->run, request.request_id);
    request.idempotency_key = key;
    request.body.data = body;
    request.body.len = load->is_dialer ? pack_for_dialer(load, first, n, body) : pack_for_contact(load, first, n, body);
    const size_t len = protobuf_c_message_pack(&request.base, frame);
    if (zmq_send(zsock_resolve(client->socket), frame, len, 0) < 0)
        bench_fail("cannot send: %s", zmq_strerror(zmq_errno()));
    g_array_append_val(load->sent_at, since_us);
    load->next_target += n;
    client->in_flight++;
    return true;
}

static void count_verdicts(struct load *load, const ProtobufCBinaryData *body)
{
    /* dunlin.dialer.v1.RequestPermitsReply is the same on the wire: verdicts, number 1. */
    Dunlin__Contact__V1__RequestPermitsReply *reply =
        dunlin__contact__v1__request_permits_reply__unpack(NULL, body->len, body->data);
    if (reply == NULL)
        bench_fail("a reply cannot be unpacked");
    for (size_t i = 0; i < reply->n_verdicts; i++)
        if (reply->verdicts[i]->verdict_case == DUNLIN__CONTACT__V1__PERMIT_VERDICT__VERDICT_PERMIT)
            load->n_granted++;
        else
            load->n_refused++;
    dunlin__contact__v1__request_permits_reply__free_unpacked(reply, NULL);
}

static void take_reply(struct load *load, struct client *client, const Dunlin__Bus__V1__Reply *reply)
{
    if (reply->request_id == 0 && reply->notification[0] != '\0')
        return;
    if (reply->request_id == 0 || reply->request_id >= load->sent_at->len)
        bench_fail("a reply to no request: %u %s", reply->code, reply->message);
    client->in_flight--;
    load->last_answer_us = clock_monotonic().us;
    latency_add(load->latency, load->last_answer_us - g_array_index(load->sent_at, int64_t, reply->request_id));
    if (reply->code == 0) {
        count_verdicts(load, &reply->body);
    } else if (load->n_failed++ == 0) {
        (void)g_snprintf(load->failure, sizeof(load->failure), "code %u: %s", reply->code, reply->message);
    }
}

static bool receive(struct load *load, struct client *client)
{
    zmq_msg_t message;
    (void)zmq_msg_init(&message);
    const bool is_there = zmq_msg_recv(&message, zsock_resolve(client->socket), ZMQ_DONTWAIT) >= 0;
    if (is_there) {
        Dunlin__Bus__V1__Reply *reply =
            dunlin__bus__v1__reply__unpack(NULL, zmq_msg_size(&message), zmq_msg_data(&message));
        if (reply == NULL)
            bench_fail("a frame is no reply");
        take_reply(load, client, reply);
        dunlin__bus__v1__reply__free_unpacked(reply, NULL);
    }
    (void)zmq_msg_close(&message);
    return is_there;
}

static gint in_flight(const struct load *load)
{
    gint n = 0;
    for (gint i = 0; i < n_clients; i++)
        n += load->clients[i].in_flight;
    return n;
}

static void fill_windows(struct load *load)
{
    for (gint i = 0; i < n_clients; i++)
        while (load->clients[i].in_flight < window && send_request(load, &load->clients[i], clock_monotonic().us))
            ;
}

/* Ticks that were missed are sent at once, and their waiting counts. */
static void send_due(struct load *load, int64_t ticks, int64_t now_us)
{
    const int64_t ivl_us = US_PER_S / per_second;
    for (int64_t late = ticks - 1; late >= 0; late--)
        (void)send_request(load, &load->clients[load->sent_at->len % (guint)n_clients], now_us - late * ivl_us);
}

/* Until time or targets are over and the last answers are there. */
static void run(struct load *load)
{
    zmq_pollitem_t items[CLIENTS_MAX + 1] = {{.fd = per_second > 0 ? beat_open(per_second) : -1, .events = ZMQ_POLLIN}};
    for (gint i = 0; i < n_clients; i++)
        items[i + 1] = (zmq_pollitem_t){.socket = zsock_resolve(load->clients[i].socket), .events = ZMQ_POLLIN};
    const int first = per_second > 0 ? 0 : 1;
    const int64_t end_us = clock_monotonic().us + seconds * US_PER_S;
    for (;;) {
        const int64_t now_us = clock_monotonic().us;
        const bool is_over = now_us >= end_us || load->next_target >= load->n_targets;
        if (is_over && (in_flight(load) == 0 || now_us >= end_us + LAST_ANSWERS_US))
            return;
        if (!is_over && per_second == 0)
            fill_windows(load);
        (void)zmq_poll(items + first, n_clients + 1 - first, 100);
        if (per_second > 0 && items[0].revents != 0 && !is_over)
            send_due(load, beat_read(items[0].fd), clock_monotonic().us);
        for (gint i = 0; i < n_clients; i++)
            while (receive(load, &load->clients[i]))
                ;
    }
}

/* The first request of a connection waits for its handshake: one each before the measurement. */
static void open_clients(struct load *load)
{
    for (gint i = 0; i < n_clients; i++) {
        load->clients[i].socket = bench_connect(endpoint, secret_file, server_file);
        zsock_set_rcvtimeo(load->clients[i].socket, TIMEOUT_MS);
        (void)send_request(load, &load->clients[i], clock_monotonic().us);
        zmq_pollitem_t item = {.socket = zsock_resolve(load->clients[i].socket), .events = ZMQ_POLLIN};
        while (load->clients[i].in_flight > 0)
            if (zmq_poll(&item, 1, TIMEOUT_MS) <= 0 || !receive(load, &load->clients[i]))
                bench_fail("'%s' does not answer", endpoint);
    }
    latency_freep(&load->latency);
    load->latency = latency_new();
    load->n_granted = load->n_refused = 0;
}

static void read_targets(struct load *load)
{
    g_autoptr(GError) error = NULL;
    gsize len = 0;
    if (!g_file_get_contents(targets_file, (gchar **)&load->targets, &len, &error))
        bench_fail("%s", error->message);
    load->n_targets = len / TARGET_BYTES;
    load->next_target = (size_t)skip;
}

static void print(struct load *load, int64_t began_us)
{
    g_autoptr(GString) out = g_string_new(NULL);
    latency_format(load->latency, out);
    const double elapsed_s = (double)(load->last_answer_us - began_us) / (double)US_PER_S;
    (void)printf("{%s, \"granted\": %zu, \"refused\": %zu, \"failed\": %zu, \"failure\": \"%s\", \"lost\": %d, "
                 "\"seconds\": %.6f, \"targets_used\": %zu}\n",
                 out->str, load->n_granted, load->n_refused, load->n_failed, load->failure, in_flight(load), elapsed_s,
                 load->next_target - (size_t)skip);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, OPTIONS, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error))
        bench_fail("%s", error->message);
    if (path_name == NULL || endpoint == NULL || secret_file == NULL || server_file == NULL || targets_file == NULL ||
        n_clients < 1 || n_clients > CLIENTS_MAX || batch < 1 || batch > BATCH_MAX || skip < 0)
        bench_fail("see --help");
    struct load load = {.is_dialer = strcmp(path_name, "dialer") == 0,
                        .sent_at = g_array_new(FALSE, TRUE, sizeof(int64_t)),
                        .latency = latency_new(),
                        .run = g_random_int()};
    g_array_set_size(load.sent_at, 1);
    read_targets(&load);
    open_clients(&load);
    const int64_t began_us = clock_monotonic().us;
    run(&load);
    print(&load, began_us);
    for (gint i = 0; i < n_clients; i++)
        zsock_destroy(&load.clients[i].socket);
    latency_free(load.latency);
    g_array_free(load.sent_at, TRUE);
    g_free(load.targets);
    return 0;
}
