#ifndef DUNLIN_METRICS_METRICS_H
#define DUNLIN_METRICS_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "status/status.h"

/* Metrics in Prometheus' text format, and the port that shows them.
 *
 * A metric is a row of a static table; a program registers its tables once at start. Values are atomics: any thread may
 * add at any time, without locks. */
enum metric_kind {
    METRIC_COUNTER,
    METRIC_GAUGE,
    METRIC_HISTOGRAM, /* of microseconds; buckets 100 µs ... 10 s, in seconds on the page as the format's customs want
                       */
};

struct metric {
    const char *name; /* "dunlin_requests_total" */
    enum metric_kind kind;
    const char *label; /* name of the one label, or NULL */
    const char *help;
};

/* Puts a table, ended by name NULL, on the page before its first value comes: metrics without a label show 0. The table
 * is borrowed for the life of the process. A metric that nobody registered gets onto the page with its first value. One
 * name belongs to one row, and a row has one address: define it in a .c file. */
void metrics_register(const struct metric *table);

/* `label_value` may be NULL exactly where the metric has no label. Label values are few and fixed (a method, an event
 * type), at most 64 a metric; further ones, those longer than 128 bytes and those that are no UTF-8 are counted under
 * "other". Copied at first use. */
void metrics_add(const struct metric *metric, const char *label_value, int64_t amount);
void metrics_set(const struct metric *metric, const char *label_value, int64_t value);
void metrics_observe_us(const struct metric *metric, const char *label_value, int64_t duration_us);

/* The current value (histograms: the count). For tests and status. */
int64_t metrics_value(const struct metric *metric, const char *label_value);

/* The whole page, metrics in the order of their names; owned by the caller, free(). NULL where memory is out. */
char *metrics_render(void);

/* The admin port: GET /metrics, /healthz (200 while the process lives), /readyz (200 only where `is_ready` says so,
 * else 503 and its reason). It runs on a thread of its own (libmicrohttpd), so `is_ready` must be thread-safe. `port` 0
 * takes a free one. `is_ready` NULL: always ready. Fails with INVALID_ARGUMENT where `bind_address` is no IP address,
 * UNAVAILABLE where it or the port cannot be had. */
struct metrics_server;
typedef int metrics_ready_fn(void *context, char *reason, size_t reason_size); /* 1 ready, 0 not */
MUST_USE enum status metrics_server_start(const char *bind_address, uint16_t port, metrics_ready_fn *is_ready,
                                          void *context, struct metrics_server **ret_server, struct error *err);
uint16_t metrics_server_port(const struct metrics_server *server);
/* Joins the thread: `context` is no longer used afterwards. NULL is fine. */
void metrics_server_stop(struct metrics_server *server);

#endif
