#ifndef DUNLIN_DIALER_JOBS_H
#define DUNLIN_DIALER_JOBS_H

#include <glib.h>

#include "bus/bus.h"

/* Requests of dialers on their way through the contact service. A dialer's request may concern any partitions; contact
 * answers one partition a call: a request is split, its calls overlap with those of all others, and the answers are put
 * back in the order of the request. */

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
    GPtrArray *parts; /* the calls that it was split into */
    guint n_open;     /* of them without an answer */
};
struct job *job_new(struct bus_request *request);
void job_free(struct job *job);

/* Splits the request and adds its calls to `calls`, to be answered within `timeout_ms` and the request's own time.
 * False where it is answered already: with what is wrong with it. */
MUST_USE bool job_begin(struct job *job, struct bus_client *client, struct bus_calls *calls, int64_t timeout_ms);

/* Of a call that is done: its job, where it was the last one and the job is answered now; else NULL. */
struct job *job_take(struct bus_call *call);

/* Answers it with a failure. */
void job_refuse(struct job *job, enum status code, const char *text);

#endif
