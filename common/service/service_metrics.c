#include "service/service_internal.h"

const struct metric SERVICE_METRICS[] = {
    [SERVICE_REQUESTS] = {"dunlin_requests_total", METRIC_COUNTER, "code", "Requests answered, by code."},
    [SERVICE_REQUEST_TIME] = {"dunlin_request_seconds", METRIC_HISTOGRAM, "method",
                              "From receiving a request to its reply."},
    [SERVICE_EVENTS_APPLIED] = {"dunlin_events_applied_total", METRIC_COUNTER, "type",
                                "Events of other services applied."},
    [SERVICE_EVENTS_APPENDED] = {"dunlin_events_appended_total", METRIC_COUNTER, NULL, "Events appended to the log."},
    [SERVICE_UNIT_TIME] = {"dunlin_unit_seconds", METRIC_HISTOGRAM, "kind", "Units of work, from begin to commit."},
    [SERVICE_EVENTS_PARKED] = {"dunlin_events_parked_total", METRIC_COUNTER, NULL,
                               "Events that could not be applied and were parked."},
    [SERVICE_LAG] = {"dunlin_lag_events", METRIC_GAUGE, NULL, "Events in the log that are not applied yet."},
    [SERVICE_PARTITIONS] = {"dunlin_partitions_owned", METRIC_GAUGE, NULL, "Partitions owned by this instance."},
    [SERVICE_TIMERS_FIRED] = {"dunlin_timers_fired_total", METRIC_COUNTER, "kind", "Durable timers fired."},
    [SERVICE_GAPS_READ] = {"dunlin_gaps_read_total", METRIC_COUNTER, NULL,
                           "Times that events were read from PostgreSQL instead of the wire."},
    [SERVICE_FRAMES_DROPPED] = {"dunlin_frames_dropped_total", METRIC_COUNTER, NULL,
                                "Published frames dropped because the worker was behind."},
    [SERVICE_FRAMES_REFUSED] = {"dunlin_frames_refused_total", METRIC_COUNTER, NULL,
                                "Published messages that are no batch of events of their topic's partition."},
    {NULL, METRIC_COUNTER, NULL, NULL},
};
