#ifndef DUNLIN_CORRESPONDENCE_INBOUND_H
#define DUNLIN_CORRESPONDENCE_INBOUND_H

#include "agency/agency_profile.h"
#include "edge_call.h"

/* What comes in from a gateway, once its signature is checked: the carrier's receipts, and what debtors write. All of
 * it is idempotent by `event_id`: taken as often as the gateway likes to send it, it has happened once. */
struct inbound {
    const char *event_id; /* the gateway's own number, up to INBOUND_EVENT_ID_MAX_BYTES */
    const char *type;     /* "delivered", "undelivered": receipts; "message" */
    const char *message_id;
    const char *from; /* E.164 */
    const char *text;
    bool wants_confirmation;                /* of an opt-out, by one text */
    const struct agency_profiles *profiles; /* whose words to stop count; lent */
};
#define INBOUND_EVENT_ID_MAX_BYTES 128

/* Each fails with ALREADY_EXISTS where all of it had happened before; INVALID_ARGUMENT, NOT_FOUND: sending it again is
 * of no use; anything else: it is to be sent again, whatever part of it has happened. */
MUST_USE enum status inbound_receipt(const struct edge_caller *caller, const struct inbound *inbound,
                                     struct error *err);

/* A word to stop opts the number out for everybody who has it, and is confirmed once; anything else is on record at
 * contact as a message of everybody who has it, which may be answered once. */
MUST_USE enum status inbound_message(const struct edge_caller *caller, const struct inbound *inbound,
                                     struct error *err);

/* A contact point is not to be used any more. `key` tells one request from another; `reason` is for people. */
MUST_USE enum status inbound_opt_out(const struct edge_caller *caller, const struct id *account_id,
                                     const struct id *contact_point_id, const char *reason, const char *key,
                                     struct error *err);

#endif
