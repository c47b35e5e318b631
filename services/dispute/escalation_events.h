#ifndef DUNLIN_DISPUTE_ESCALATION_EVENTS_H
#define DUNLIN_DISPUTE_ESCALATION_EVENTS_H

#include "dispute_record.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "service/service.h"

/* What events tell that escalations ask for. What no rule of the SOP in force asks for, and happens often, is not
 * counted: classes, and attempts to reach the debtor. */

/* What a new account has from its placement. */
void escalation_place(struct account *account, const Dunlin__Intake__V1__AccountPlaced *placed, int64_t at_us);

MUST_USE enum status escalation_want_attempt(struct book *book, const Dunlin__Contact__V1__AttemptReported *attempt,
                                             struct error *err);
MUST_USE enum status escalation_apply_attempt(const struct record *record, const struct service_event *event,
                                              const Dunlin__Contact__V1__AttemptReported *attempt, struct error *err);
MUST_USE enum status escalation_apply_balance(const struct record *record, struct account *account,
                                              const Dunlin__Payment__V1__BalanceChanged *balance, struct error *err);

/* A debtor claims hardship: about the debts that the fact names, or the one that it was recorded with. */
MUST_USE enum status escalation_want_fact(struct book *book, const Dunlin__Contact__V1__FactRecorded *recorded,
                                          struct error *err);
MUST_USE enum status escalation_apply_fact(const struct record *record,
                                           const Dunlin__Contact__V1__FactRecorded *recorded, struct error *err);

/* One a type of events, as dispute_events has them. */
typedef enum status escalation_want_fn(struct book *book, const struct service_event *event, struct error *err);
typedef enum status escalation_apply_fn(const struct record *record, const struct service_event *event,
                                        struct error *err);
escalation_want_fn escalation_want_updated, escalation_want_classified, escalation_want_stop, escalation_want_overdue,
    escalation_want_broken, escalation_want_exited;
escalation_apply_fn escalation_apply_updated, escalation_apply_classified, escalation_apply_stop,
    escalation_apply_overdue, escalation_apply_broken, escalation_apply_exited;

#endif
