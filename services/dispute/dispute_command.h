#ifndef DUNLIN_DISPUTE_COMMAND_H
#define DUNLIN_DISPUTE_COMMAND_H

#include "dispute_record.h"
#include "service/service.h"

/* What the handlers of commands share. `want` reads a call's ids and asks for their rows; `act` decides by the model,
 * records, answers. A refusal answers the call and is OK; what they return otherwise fails the unit. */
struct command {
    enum status (*want)(struct book *book, const struct service_call *call, struct error *err);
    enum status (*act)(const struct record *record, struct service_call *call, struct error *err);
};

/* A book for a unit's batch, by the SOP in force; book_free. */
struct book *command_book(struct unit *unit);

/* Runs a batch: one load, every call in order, one save. */
MUST_USE enum status command_run(const struct command *command, struct unit *unit, struct service_call *calls,
                                 size_t n_calls, struct error *err);

void command_reply(struct service_call *call, const struct dispute *dispute);
void command_fail_no_account(struct service_call *call, const struct id *account_id);
void command_fail_no_dispute(struct service_call *call, const struct id *dispute_id);

/* A key that is bound to an agency knows of that agency's accounts only. */
bool command_may_concern(const struct service_call *call, int32_t agency_id);

/* On whose behalf; "": the service itself. */
const char *command_actor(const struct record *record);

/* A day that somebody names is none to come; 0 is no day. Fails with INVALID_ARGUMENT. */
MUST_USE enum status command_check_past(int32_t days, struct instant now, const char *field, struct error *err);

#endif
