#include "bus/bus_internal.h"

#include "metrics/metrics.h"

const struct metric BUS_METRICS[] = {
    [BUS_METRIC_PEERS_ADMITTED] = {"dunlin_bus_peers_admitted_total", METRIC_COUNTER, "role",
                                   "CURVE handshakes admitted, by the role of the key."},
    [BUS_METRIC_PEERS_REFUSED] = {"dunlin_bus_peers_refused_total", METRIC_COUNTER, NULL,
                                  "CURVE handshakes refused because of the key."},
    [BUS_METRIC_REQUESTS_REFUSED] = {"dunlin_bus_requests_refused_total", METRIC_COUNTER, "code",
                                     "Requests refused before they reached a handler, by code."},
    [BUS_METRIC_REPLIES_LOST] = {"dunlin_bus_replies_lost_total", METRIC_COUNTER, NULL,
                                 "Replies and notifications not sent: the peer was gone or did not read."},
    [BUS_METRIC_CONNECTIONS] = {"dunlin_bus_connections_total", METRIC_COUNTER, "event",
                                "What became of connections to this process: accepted, then ready or handshake_failed, "
                                "then closed. Garbage is accepted and closed."},
    [BUS_METRIC_CALL_RETRIES] = {"dunlin_bus_call_retries_total", METRIC_COUNTER, "service",
                                 "Calls that were tried again, by the service called."},
    {NULL, METRIC_COUNTER, NULL, NULL},
};

void bus_count(enum bus_metric metric, const char *label_value)
{
    metrics_add(&BUS_METRICS[metric], label_value, 1);
}
