#ifndef DUNLIN_PAYMENT_SERVICE_H
#define DUNLIN_PAYMENT_SERVICE_H

#include "policy/sop.h"
#include "service/service.h"

/* A worker's context: the SOP, for the grace of promises. */
struct payment_context {
    struct sop *sop;
};

extern const struct service_spec PAYMENT_SPEC;

#endif
