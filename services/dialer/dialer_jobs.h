#ifndef DUNLIN_DIALER_JOBS_H
#define DUNLIN_DIALER_JOBS_H

#include <glib.h>

#include "bus/bus.h"

/* Requests of dialers on their way through the contact service. A dialer's request may concern any partitions; contact
 * answers one partition a call: a request is split, all calls of all waiting requests go out together, and the answers
 * are put back in the order of the request. */

struct job_answer {
    enum status code;
    char *message;
    uint8_t *body;
    size_t body_len;
    struct id *accounts; /* that the dialer now holds: from a dial list or a permit */
    size_t n_accounts;
};

/* A request with its answer; both owned. */
struct job {
    struct bus_request *request;
    struct job_answer answer;
};
struct job *job_new(struct bus_request *request);
void job_free(struct job *job);

/* Runs `jobs` (GPtrArray of struct job) through `client` and fills their answers; blocks until all are answered or
 * `timeout_ms`. */
void jobs_run(struct bus_client *client, GPtrArray *jobs, int64_t timeout_ms);

/* Answers all of them with a failure. */
void jobs_refuse(GPtrArray *jobs, enum status code, const char *text);

#endif
