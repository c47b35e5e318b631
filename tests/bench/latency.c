#include "latency.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)

struct latency {
    GArray *us; /* int64_t */
};

struct latency *latency_new(void)
{
    struct latency *latency = g_new0(struct latency, 1);
    latency->us = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return latency;
}

void latency_free(struct latency *latency)
{
    if (latency == NULL)
        return;
    g_array_free(latency->us, TRUE);
    g_free(latency);
}

void latency_freep(struct latency **latency)
{
    latency_free(*latency);
}

void latency_add(struct latency *latency, int64_t us)
{
    g_array_append_val(latency->us, us);
}

static int compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t quantile(const struct latency *latency, guint percent)
{
    const guint n = latency->us->len;
    return n == 0 ? 0 : g_array_index(latency->us, int64_t, MIN(n - 1, n / 100 * percent + n % 100 * percent / 100));
}

void latency_format(struct latency *latency, GString *out)
{
    g_array_sort(latency->us, compare);
    g_string_append_printf(out,
                           "\"count\": %u, \"p50_us\": %" PRId64 ", \"p90_us\": %" PRId64 ", \"p99_us\": %" PRId64
                           ", \"max_us\": %" PRId64,
                           latency->us->len, quantile(latency, 50), quantile(latency, 90), quantile(latency, 99),
                           quantile(latency, 100));
}

int beat_open(int64_t per_second)
{
    const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    const int64_t ivl_ns = NS_PER_S / per_second;
    const struct itimerspec spec = {.it_interval = {.tv_sec = ivl_ns / NS_PER_S, .tv_nsec = ivl_ns % NS_PER_S},
                                    .it_value = {.tv_nsec = 1}};
    if (fd < 0 || timerfd_settime(fd, 0, &spec, NULL) != 0)
        bench_fail("no timer");
    return fd;
}

int64_t beat_read(int fd)
{
    uint64_t ticks = 0;
    return read(fd, &ticks, sizeof(ticks)) == (ssize_t)sizeof(ticks) ? (int64_t)ticks : 0;
}

zsock_t *bench_connect(const char *endpoint, const char *secret_file, const char *server_file)
{
    zsock_t *socket = zsock_new(ZMQ_DEALER);
    zcert_t *own = zcert_load(secret_file);
    zcert_t *server = zcert_load(server_file);
    if (socket == NULL || own == NULL || server == NULL)
        bench_fail("no socket, or no certificate in '%s' or '%s'", secret_file, server_file);
    zsock_set_linger(socket, 0);
    zsock_set_sndhwm(socket, 0);
    zsock_set_rcvhwm(socket, 0);
    zcert_apply(own, socket);
    zsock_set_curve_serverkey(socket, zcert_public_txt(server));
    if (zsock_connect(socket, "%s", endpoint) != 0)
        bench_fail("cannot connect to '%s'", endpoint);
    zcert_destroy(&own);
    zcert_destroy(&server);
    return socket;
}

void bench_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    exit(1); // NOLINT(concurrency-mt-unsafe)
}
