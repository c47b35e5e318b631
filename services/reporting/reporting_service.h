#ifndef DUNLIN_REPORTING_SERVICE_H
#define DUNLIN_REPORTING_SERVICE_H

#include "policy/policy_holder.h"
#include "service/service.h"

/* A worker's context is a struct policy_holder: the SOP, for its aging buckets and the titles of its classes. */
extern const struct service_spec REPORTING_SPEC;
extern const ProtobufCMessageDescriptor *const REPORTING_CONSUMED[];

/* reporting_events.c */
enum status reporting_apply(struct unit *unit, const struct service_event *events, size_t n_events, struct error *err);

/* reporting_handlers.c */
enum status reporting_get_report(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);
enum status reporting_rebuild(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);
enum status reporting_get_timeline(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);
enum status reporting_get_rates(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);

#endif
