#ifndef DUNLIN_CONTACT_EVENTS_H
#define DUNLIN_CONTACT_EVENTS_H

#include "contact_work.h"
#include "service/service.h"

/* What other services say: accounts placed, changed and recalled, payments reported, classes, disputes, balances,
 * promises. */

/* Event types, NULL last. */
extern const ProtobufCMessageDescriptor *const CONTACT_CONSUMED[];

enum status contact_apply(struct unit *unit, const struct service_event *events, size_t n_events, struct error *err);

/* One of them, where all that it concerns is in the book; nothing where it is of another type. */
MUST_USE enum status contact_apply_one(const struct contact_work *work, const struct service_event *event,
                                       struct error *err);

/* "permit_expiry": a permit's time and the grace for its report are over. */
#define CONTACT_TIMER_PERMIT_EXPIRY "permit_expiry"
/* "notice": the validation notice of an account should have been sent. */
#define CONTACT_TIMER_NOTICE "notice"
/* "strategy_exit": time has led an account out of its strategy. */
#define CONTACT_TIMER_EXIT "strategy_exit"
enum status contact_timers(struct unit *unit, const struct timer *timers, size_t n_timers, struct error *err);

#endif
