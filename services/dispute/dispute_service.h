#ifndef DUNLIN_DISPUTE_SERVICE_H
#define DUNLIN_DISPUTE_SERVICE_H

#include "policy/policy_holder.h"
#include "service/service.h"

/* A worker's context is a struct policy_holder: the SOP, for what is due when and what holds contact. */
extern const struct service_spec DISPUTE_SPEC;

#endif
