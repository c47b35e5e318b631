#ifndef DUNLIN_CORRESPONDENCE_EVENTS_H
#define DUNLIN_CORRESPONDENCE_EVENTS_H

#include "service/service.h"

/* What is learnt from the log: accounts, debtors, contact points, sums; and what contact has written of messages. */
extern const ProtobufCMessageDescriptor *const CORRESPONDENCE_CONSUMED[];
enum status correspondence_apply(struct unit *unit, const struct service_event *events, size_t n_events,
                                 struct error *err);

#endif
