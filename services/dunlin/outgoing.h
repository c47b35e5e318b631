#ifndef DUNLIN_CLI_OUTGOING_H
#define DUNLIN_CLI_OUTGOING_H

#include "cli.h"

/* Many calls that overlap, so many on their way at once. The first failure ends it: no more are sent, and those on
 * their way are waited for. */
struct outgoing;

/* A call that was answered; its context is the taker's to free. Only where it is OK does it have a reply, which is
 * freed afterwards. What it fails with counts as the call's failure. */
typedef enum status outgoing_take_fn(void *taker, struct bus_call *call, struct error *err);

/* `bus` and `taker` are borrowed until outgoing_free. */
struct outgoing *outgoing_new(struct cli *cli, struct bus_client *bus, outgoing_take_fn *take, void *taker);
/* Nothing may be on its way: outgoing_finish comes first. NULL is fine. */
void outgoing_free(struct outgoing *outgoing);
void outgoing_freep(struct outgoing **outgoing);

/* Copies `call`; its request and context must live until it is taken. May wait. Fails where an earlier one did: this
 * one is then not sent, and its context stays the caller's. */
MUST_USE enum status outgoing_send(struct outgoing *outgoing, const struct bus_call *call, struct error *err);

/* Waits for all that is on its way; the first failure. */
MUST_USE enum status outgoing_finish(struct outgoing *outgoing, struct error *err);

#endif
