#ifndef DUNLIN_DUNLIN_LOG_ORDER_H
#define DUNLIN_DUNLIN_LOG_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* The newest lines of a log of many partitions, in one order. The events of a partition stay in the order of its log;
 * between partitions the time at which they were recorded decides. Clocks are set back, so that later events may have
 * earlier times: each counts as recorded no later than those that follow it in its partition.
 *
 * Each partition is read back from its end. What was not read yet is older than the oldest that was, so that it can be
 * said when enough was read. */
struct log_order;

/* Keeps the newest `last` lines. */
struct log_order *log_order_new(size_t last, GDestroyNotify free_line);
void log_order_free(struct log_order *order);
void log_order_freep(struct log_order **order);

/* The next event further back in its partition. `line`, taken over, is what is to be shown of it; NULL: nothing. */
void log_order_add(struct log_order *order, uint16_t partition, int64_t seq, int64_t recorded_at_us, void *line);

/* Drops lines that are not among the newest. */
void log_order_settle(struct log_order *order);

/* After log_order_settle: could events further back in the partition be among the newest lines? */
bool log_order_wants(const struct log_order *order, uint16_t partition);

/* The newest lines, oldest first; owned by the caller (g_ptr_array_unref frees the lines too). The order begins anew.
 */
GPtrArray *log_order_take(struct log_order *order);

#endif
