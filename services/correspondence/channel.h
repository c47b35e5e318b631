#ifndef DUNLIN_CORRESPONDENCE_CHANNEL_H
#define DUNLIN_CORRESPONDENCE_CHANNEL_H

#include <czmq.h>
#include <glib.h>

#include "clock/clock.h"
#include "edge_call.h"
#include "policy_holder.h"
#include "sender.h"

/* A channel as its one thread has it (pump.c): by whom it sends, whom it asks, how fast it may go, and what it must not
 * forget between two turns. Neither stopped nor paused, it sends. */
struct channel {
    const struct sender_kind *kind;
    struct sender *sender;
    struct policy_holder *policies;
    struct edge_caller caller;
    zsock_t *pipe;
    bool is_stopping;
    const char *instance_id, *secret, *public_url;
    const char *confirmation; /* template of what confirms opt-outs; empty: nothing does */
    int64_t gap_ms;           /* between two messages: the rate */
    struct monotonic next_send, recover_at, resume_at;
    bool is_paused;
    int64_t pause_ms;     /* how long the last pause was; 0: something has got through since */
    GHashTable *outcomes; /* permit id -> what outcome.c remembers */
    GHashTable *failures; /* "account step" -> count */
};

/* Waits, unless told to stop. */
void channel_rest(struct channel *channel, int64_t ms);
/* Waits until the rate allows the next message, unless told to stop. */
void channel_wait_for_turn(struct channel *channel);

/* Longer each time, until something gets through. `what` and `why` are logged. */
void channel_pause(struct channel *channel, const char *what, const struct error *why);

#endif
