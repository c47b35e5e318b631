#ifndef DUNLIN_INTAKE_SERVICE_H
#define DUNLIN_INTAKE_SERVICE_H

#include <stdint.h>

#include <glib.h>

#include "service/service.h"

extern const struct service_spec INTAKE_SPEC;

/* A worker's own: made by the spec's `open`. */
struct intake_context {
    GHashTable *mappings;   /* placement's id -> struct mapping, both owned; a placement's mapping never changes */
    int64_t max_lag_events; /* rows are refused while a consumer of the log is further behind */
};

/* Handlers of dunlin.intake.v1.IntakeService (intake_handlers.c, intake_rows_handlers.c). */
service_handler_fn intake_open_placement;
service_handler_fn intake_check_rows;
service_handler_fn intake_confirm_totals;
service_handler_fn intake_place_rows;
service_handler_fn intake_close_placement;
service_handler_fn intake_list_rejects;
service_handler_fn intake_get_account;
service_handler_fn intake_describe_accounts;
service_handler_fn intake_find_accounts;

/* Runs each call of a batch. `handle` answers by a reply, or gives back an error: those that the caller can mend become
 * its answer. */
typedef enum status intake_one_call_fn(struct unit *unit, struct service_call *call, struct error *err);
MUST_USE enum status intake_each_call(struct unit *unit, struct service_call *calls, size_t n_calls,
                                      intake_one_call_fn *handle, struct error *err);

#endif
