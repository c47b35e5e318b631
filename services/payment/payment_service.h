#ifndef DUNLIN_PAYMENT_SERVICE_H
#define DUNLIN_PAYMENT_SERVICE_H

#include "policy/policy_holder.h"
#include "service/service.h"

/* A worker\'s context is a struct policy_holder: the SOP, for the grace of promises. */
extern const struct service_spec PAYMENT_SPEC;

#endif
