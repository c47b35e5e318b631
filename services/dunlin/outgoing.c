#include "outgoing.h"

#include <glib.h>

#define WINDOW 256 /* what the bus keeps in flight to an instance */

struct outgoing {
    struct cli *cli;
    struct bus_calls *calls;
    outgoing_take_fn *take;
    void *taker;
    enum status failure;
    struct error why;
};

struct outgoing *outgoing_new(struct cli *cli, struct bus_client *bus, outgoing_take_fn *take, void *taker)
{
    struct outgoing *outgoing = g_new0(struct outgoing, 1);

    outgoing->cli = cli;
    outgoing->calls = bus_calls_new(bus, NULL);
    outgoing->take = take;
    outgoing->taker = taker;
    return outgoing;
}

void outgoing_free(struct outgoing *outgoing)
{
    if (!outgoing)
        return;
    bus_calls_free(outgoing->calls);
    g_free(outgoing);
}

void outgoing_freep(struct outgoing **outgoing)
{
    outgoing_free(*outgoing);
    *outgoing = NULL;
}

static void take_one(struct outgoing *outgoing, struct bus_call *call)
{
    struct error why = call->error;
    const enum status st = outgoing->take(outgoing->taker, call, &why);

    if (st != STATUS_OK && outgoing->failure == STATUS_OK) {
        outgoing->failure = st;
        outgoing->why = why;
    }
    if (call->reply)
        protobuf_c_message_free_unpacked(call->reply, NULL);
    g_free(call);
}

/* Until no more than `n` are on their way. */
static void wait_until(struct outgoing *outgoing, size_t n)
{
    struct bus_call *call;

    for (;;) {
        while ((call = bus_calls_next(outgoing->calls)) != NULL)
            take_one(outgoing, call);
        if (bus_calls_open(outgoing->calls) <= n)
            return;
        bus_calls_wait(outgoing->calls, cli_timeout_ms(outgoing->cli));
    }
}

static enum status result(const struct outgoing *outgoing, struct error *err)
{
    if (outgoing->failure != STATUS_OK)
        *err = outgoing->why;
    return outgoing->failure;
}

enum status outgoing_send(struct outgoing *outgoing, const struct bus_call *call, struct error *err)
{
    wait_until(outgoing, outgoing->failure == STATUS_OK ? WINDOW - 1 : 0);
    if (outgoing->failure == STATUS_OK)
        bus_calls_add(outgoing->calls, g_memdup2(call, sizeof(*call)), cli_timeout_ms(outgoing->cli));
    return result(outgoing, err);
}

enum status outgoing_finish(struct outgoing *outgoing, struct error *err)
{
    wait_until(outgoing, 0);
    return result(outgoing, err);
}
