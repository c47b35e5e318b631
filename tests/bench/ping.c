/* The ground of a request: one ZeroMQ round trip between two processes, DEALER to ROUTER with CURVE over tcp on
 * loopback, with a message as big as a request for one permit.
 *
 *   bench-ping --serve FOLDER                    makes FOLDER/ping.key[_secret], prints the endpoint, echoes until
 * stopped bench-ping --per-second N --count N --endpoint E --keys FOLDER at a steady beat (0: one after the other);
 * prints JSON */
#include "latency.h"

#include <stdio.h>

#include "clock/clock.h"
#include "status/scope.h"

#define MESSAGE_BYTES 200

static gchar *serve_folder, *endpoint, *keys_folder;
static gint per_second, count = 1000;

static const GOptionEntry OPTIONS[] = {
    {"serve", 0, 0, G_OPTION_ARG_FILENAME, &serve_folder, "Echo, with a new key in this folder", "FOLDER"},
    {"endpoint", 0, 0, G_OPTION_ARG_STRING, &endpoint, "Whom to ping", "ENDPOINT"},
    {"keys", 0, 0, G_OPTION_ARG_FILENAME, &keys_folder, "Where its key is", "FOLDER"},
    {"per-second", 0, 0, G_OPTION_ARG_INT, &per_second, "Beat; 0: one after the other", "N"},
    {"count", 0, 0, G_OPTION_ARG_INT, &count, "How many", "N"},
    {0},
};

static int serve(void)
{
    g_autofree char *file = g_build_filename(serve_folder, "ping.key", NULL);
    zcert_t *cert = zcert_new();
    zsock_t *router = zsock_new(ZMQ_ROUTER);
    if (router == NULL || zcert_save(cert, file) != 0)
        bench_fail("no socket, or '%s' cannot be written", file);
    zcert_apply(cert, router);
    zsock_set_curve_server(router, 1);
    if (zsock_bind(router, "tcp://127.0.0.1:*") < 0)
        bench_fail("cannot bind");
    (void)printf("%s\n", zsock_endpoint(router));
    (void)fflush(stdout);
    zmsg_t *message;
    while ((message = zmsg_recv(router)) != NULL)
        (void)zmsg_send(&message, router);
    zsock_destroy(&router);
    zcert_destroy(&cert);
    return 0;
}

/* The time when the ping ought to have left counts, as it does for permits. */
static void ping_once(zsock_t *socket, int64_t since_us, struct latency *latency)
{
    static const uint8_t BYTES[MESSAGE_BYTES];
    uint8_t reply[MESSAGE_BYTES];
    if (zmq_send(zsock_resolve(socket), BYTES, sizeof(BYTES), 0) < 0 ||
        zmq_recv(zsock_resolve(socket), reply, sizeof(reply), 0) != MESSAGE_BYTES)
        bench_fail("the echo is gone");
    if (latency != NULL)
        latency_add(latency, clock_monotonic().us - since_us);
}

static void ping_at_beat(zsock_t *socket, struct latency *latency)
{
    const int beat = beat_open(per_second);
    zmq_pollitem_t item = {.fd = beat, .events = ZMQ_POLLIN};
    for (gint n = 0; n < count;) {
        (void)zmq_poll(&item, 1, -1);
        const int64_t now_us = clock_monotonic().us;
        for (int64_t ticks = beat_read(beat); ticks > 0 && n < count; ticks--, n++)
            ping_once(socket, now_us, latency);
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, OPTIONS, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || (serve_folder == NULL && keys_folder == NULL))
        bench_fail("%s", error != NULL ? error->message : "--serve or --endpoint and --keys");
    if (serve_folder != NULL)
        return serve();
    SCOPED(latency_freep) struct latency *latency = latency_new();
    g_autofree char *secret = g_build_filename(keys_folder, "ping.key_secret", NULL);
    g_autofree char *public = g_build_filename(keys_folder, "ping.key", NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    zsock_t *socket = bench_connect(endpoint, secret, public);
    ping_once(socket, 0, NULL); /* the handshake */
    if (per_second > 0)
        ping_at_beat(socket, latency);
    for (gint n = 0; per_second == 0 && n < count; n++)
        ping_once(socket, clock_monotonic().us, latency);
    latency_format(latency, out);
    (void)printf("{%s}\n", out->str);
    zsock_destroy(&socket);
    return 0;
}
