#ifndef DUNLIN_PAYMENT_STOP_EVENTS_H
#define DUNLIN_PAYMENT_STOP_EVENTS_H

#include "payment_record.h"
#include "service/service.h"

/* StopRecorded and StopReleased of contact: a debtor is bankrupt or deceased, or is not any more. What else they tell
 * of stops contact alone. Pairs of steps for payment_events.c. */
MUST_USE enum status stop_want_recorded(struct book *book, const struct service_event *event, struct error *err);
MUST_USE enum status stop_apply_recorded(const struct record *record, const struct service_event *event,
                                         struct error *err);
MUST_USE enum status stop_want_released(struct book *book, const struct service_event *event, struct error *err);
MUST_USE enum status stop_apply_released(const struct record *record, const struct service_event *event,
                                         struct error *err);

#endif
