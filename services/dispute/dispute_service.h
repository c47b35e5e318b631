#ifndef DUNLIN_DISPUTE_SERVICE_H
#define DUNLIN_DISPUTE_SERVICE_H

#include "policy/sop.h"
#include "service/service.h"

/* A worker's context: the SOP, for the days until verification is due. */
struct dispute_context {
    struct sop *sop;
};

extern const struct service_spec DISPUTE_SPEC;

#endif
