#ifndef DUNLIN_PAYMENT_COMMAND_H
#define DUNLIN_PAYMENT_COMMAND_H

#include "payment_record.h"
#include "service/service.h"

/* What all commands have in common: the rows that the calls of a unit name are loaded at once, each is decided in its
 * order, and all is saved at once. `want` reads a call's ids and asks for their rows; `act` decides by the model,
 * records, answers. A refusal answers the call and is OK; what they return otherwise fails the unit. */
struct command {
    enum status (*want)(struct book *book, const struct service_call *call, struct error *err);
    enum status (*act)(const struct record *record, struct service_call *call, struct error *err);
};

MUST_USE enum status command_run(const struct command *command, struct unit *unit, struct service_call *calls,
                                 size_t n_calls, struct error *err);

/* The day in UTC of the unit's business time. */
int32_t command_today(const struct unit *unit);

/* The call may concern that agency's accounts. */
bool command_may_concern(const struct service_call *call, int32_t agency_id);

/* The agency that a slug names, where the call may concern it; else fails with NOT_FOUND or PERMISSION_DENIED. */
MUST_USE enum status command_agency(struct db *db, const struct service_call *call, const char *slug,
                                    int32_t *ret_agency_id, struct error *err);

/* Queries, each call by itself: what `answer` refuses it for is its answer. */
typedef enum status command_answer_fn(struct unit *unit, struct service_call *call, struct error *err);
MUST_USE enum status command_each(command_answer_fn *answer, struct unit *unit, struct service_call *calls,
                                  size_t n_calls, struct error *err);

#endif
