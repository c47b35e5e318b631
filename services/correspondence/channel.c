#include "channel.h"

#include "logging/logging.h"

#define PAUSE_FIRST_MS 1000 /* after a carrier that takes nothing, doubled up to ... */
#define PAUSE_MAX_MS   300000

void channel_rest(struct channel *channel, int64_t ms)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(channel->pipe), .events = ZMQ_POLLIN};
    if (!channel->is_stopping && zmq_poll(&item, 1, (long)ms) > 0)
        channel->is_stopping = true; /* only ever $TERM */
}

void channel_wait_for_turn(struct channel *channel)
{
    const int ms = clock_remaining_ms(channel->next_send);
    if (ms > 0)
        channel_rest(channel, ms);
    channel->next_send = clock_deadline_ms(channel->gap_ms);
}

void channel_pause(struct channel *channel, const char *what, const struct error *why)
{
    channel->pause_ms = channel->pause_ms == 0 ? PAUSE_FIRST_MS : MIN(2 * channel->pause_ms, PAUSE_MAX_MS);
    channel->resume_at = clock_deadline_ms(channel->pause_ms);
    channel->is_paused = true;
    log_warn(what, log_text("channel", channel->kind->name), log_number("pause_ms", channel->pause_ms),
             log_error_text(why));
}
