#ifndef DUNLIN_PAYMENT_EVENTS_H
#define DUNLIN_PAYMENT_EVENTS_H

#include "service/service.h"

/* What other services' events and the service's own timers do to the ledger. */
extern const ProtobufCMessageDescriptor *const PAYMENT_CONSUMED[];

service_apply_fn payment_apply;
service_timers_fn payment_timers;

#endif
