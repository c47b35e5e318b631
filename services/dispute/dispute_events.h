#ifndef DUNLIN_DISPUTE_EVENTS_H
#define DUNLIN_DISPUTE_EVENTS_H

#include "service/service.h"

/* What other services' events and the service's own timers do to disputes. */
extern const ProtobufCMessageDescriptor *const DISPUTE_CONSUMED[];

service_apply_fn dispute_apply;
service_timers_fn dispute_timers;

#endif
