#ifndef DUNLIN_CORRESPONDENCE_OUTCOME_H
#define DUNLIN_CORRESPONDENCE_OUTCOME_H

#include "channel.h"
#include "metrics/metrics.h"

/* What became of a message: written down here, then told to contact. What fails of it is logged, and done again by
 * outcome_recover. All of it blocks. */

/* Kept until it is written down. `why` is not read where the carrier has accepted it. */
void outcome_remember(struct channel *channel, const struct id *permit_id, enum send_result result,
                      const struct error *why);

/* A permit with which nothing was begun. Where contact cannot be told, it counts. */
void outcome_give_back(struct channel *channel, const struct id *permit_id);

/* Brings to their end what ended half-way on the partitions, here or in a process that is gone; every five seconds,
 * sooner it returns at once. */
void outcome_recover(struct channel *channel, uint32_t *partitions, size_t n);

extern const struct metric OUTCOME_METRICS[];

#endif
