#ifndef DUNLIN_BENCH_LATENCY_H
#define DUNLIN_BENCH_LATENCY_H

#include <stdint.h>

#include <czmq.h>
#include <glib.h>

/* What the bench's load generators share: latencies and their quantiles, a steady beat, CURVE clients. */

/* Latencies in microseconds; owned by the caller: latency_free. */
struct latency;
struct latency *latency_new(void);
void latency_free(struct latency *latency);
void latency_freep(struct latency **latency);
void latency_add(struct latency *latency, int64_t us);

/* Appends "\"p50_us\": 12, ..." without braces: count, p50, p90, p99, most. Zeros where there are none. */
void latency_format(struct latency *latency, GString *out);

/* A timerfd that ticks `per_second` times, the first time at once; ticks that nobody read add up, so that a late reader
 * sends the requests that were due. Ends the program where there is none: a bench has no other remedy. */
int beat_open(int64_t per_second);

/* Ticks since the last reading, 0 where none. */
int64_t beat_read(int fd);

/* A DEALER with CURVE, connected: own certificate and the server's public one, in czmq's format. Ends the program with
 * a message where it cannot be. */
zsock_t *bench_connect(const char *endpoint, const char *secret_file, const char *server_file);

/* Says on standard error what went wrong, and ends the program with 1. */
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
