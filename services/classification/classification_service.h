#ifndef DUNLIN_CLASSIFICATION_SERVICE_H
#define DUNLIN_CLASSIFICATION_SERVICE_H

#include "policy/policy_holder.h"
#include "service/service.h"

/* A worker's context is a struct policy_holder: the SOP in force. */
extern const struct service_spec CLASSIFICATION_SPEC;

/* Handlers (classification_handlers.c, classification_events.c). */
enum status classification_get_account(struct unit *unit, struct service_call *calls, size_t n_calls,
                                       struct error *err);
enum status classification_list_debtor_accounts(struct unit *unit, struct service_call *calls, size_t n_calls,
                                                struct error *err);
enum status classification_apply(struct unit *unit, const struct service_event *events, size_t n_events,
                                 struct error *err);
enum status classification_fire(struct unit *unit, const struct timer *timers, size_t n_timers, struct error *err);

#endif
