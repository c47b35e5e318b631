#ifndef DUNLIN_CORRESPONDENCE_MODEL_H
#define DUNLIN_CORRESPONDENCE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock/clock.h"
#include "id/id.h"
#include "status/status.h"

/* The states of a message: no I/O, no clock. Numbers are stored, and are those of the wire. */
enum message_state {
    MESSAGE_SENDING = 1, /* begun: it may have left */
    MESSAGE_SENT,
    MESSAGE_NOT_SENT,      /* it never left: the permit is given back */
    MESSAGE_DELIVERED,     /* the carrier says so */
    MESSAGE_UNDELIVERABLE, /* refused or returned */
    MESSAGE_PERMITTED,     /* there is a permit, and nothing was begun with it yet */
};

/* In the order of strictness: of several that are known at once, later ones say more. */
enum message_event {
    MESSAGE_EVENT_ACCEPTED, /* the carrier has it, or may have it */
    MESSAGE_EVENT_FAILED,   /* it certainly never left */
    MESSAGE_EVENT_REFUSED,  /* the carrier says that the address takes nothing */
    MESSAGE_EVENT_RECEIPT,  /* delivered */
    MESSAGE_EVENT_RETURNED, /* came back */
};

/* Moves by the table in correspondence_model.c; *ret_text says why, static. What is known already happens again without
 * a change. Fails with FAILED_PRECONDITION where the state has no such move, and *state stays: a message that was
 * returned is not delivered by a receipt that comes late. */
MUST_USE enum status message_move(enum message_state *state, enum message_event event, const char **ret_text,
                                  struct error *err);

const char *message_state_name(enum message_state state); /* "sending" */

#endif
