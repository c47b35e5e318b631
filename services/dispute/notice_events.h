#ifndef DUNLIN_DISPUTE_NOTICE_EVENTS_H
#define DUNLIN_DISPUTE_NOTICE_EVENTS_H

#include "dispute_book.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "service/service.h"

/* What contact's events tell of validation notices: sent by a permit and reported, recorded as a fact by whoever sent
 * them otherwise, come back, recorded wrongly. Events that tell nothing of the kind do nothing. */
MUST_USE enum status notice_want_attempt(struct book *book, const Dunlin__Contact__V1__AttemptReported *attempt,
                                         struct error *err);
MUST_USE enum status notice_apply_attempt(struct book *book, const struct service_event *event,
                                          const Dunlin__Contact__V1__AttemptReported *attempt, struct error *err);
MUST_USE enum status notice_apply_fact(struct book *book, const struct service_event *event,
                                       const Dunlin__Contact__V1__FactRecorded *recorded, struct error *err);
MUST_USE enum status notice_want_released(struct book *book, const Dunlin__Contact__V1__FactReleased *released,
                                          struct error *err);
MUST_USE enum status notice_apply_released(struct book *book, const Dunlin__Contact__V1__FactReleased *released,
                                           struct error *err);

#endif
