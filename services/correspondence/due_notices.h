#ifndef DUNLIN_CORRESPONDENCE_DUE_NOTICES_H
#define DUNLIN_CORRESPONDENCE_DUE_NOTICES_H

#include "channel.h"
#include "metrics/metrics.h"

/* Notices that are due, as if they were steps: each is asked about once more, and sent, held back or closed. Blocks;
 * ends early where the channel is stopped or paused. */
void due_notices_send(struct channel *channel, uint32_t *partitions, size_t n);

extern const struct metric DUE_NOTICES_METRICS[];

#endif
