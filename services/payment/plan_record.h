#ifndef DUNLIN_PAYMENT_PLAN_RECORD_H
#define DUNLIN_PAYMENT_PLAN_RECORD_H

#include "payment_record.h"
#include "plan_agreement.h"
#include "timer/timer.h"

/* What follows once the model has agreed to something about a plan: it goes into the book, its events into the unit,
 * its timer along, the discount of a kept settlement onto the account. Whatever fails here fails the unit.
 *
 * Instalments are agreement->plan.schedule.instalments[0 .. n-1], number 1 first; what is open on one is
 * plan_instalment_open. */

#define TIMER_PLAN_LOOK "plan_look" /* of a plan: an instalment's grace ends, or nobody has approved it */

/* The plan that the account's postings flow through, where it is active or on hold; NULL. */
struct plan_agreement *record_running_plan(const struct record *record, const struct account *account);
bool record_has_plan(const struct record *record, const struct account *account);

/* A new plan, in the book, that waits for approval. */
MUST_USE enum status record_plan_proposed(const struct record *record, struct account *account,
                                          struct plan_agreement *agreement, struct error *err);

/* A plan, in the book, that plan_agree has just agreed to in the place of `replaces` (NULL: of none), approved as that
 * role (0: nobody needed to). An open promise of the account is cancelled. */
MUST_USE enum status record_plan_agreed(const struct record *record, struct account *account,
                                        struct plan_agreement *agreement, struct plan_agreement *replaces,
                                        enum sop_role approved_as, struct error *err);

/* Held, for whatever reason: a debit came back. FAILED_PRECONDITION, and nothing has happened, where it is neither
 * active nor on hold; on hold already: only the reason changes. `reason` lives as long as the book. */
MUST_USE enum status record_plan_hold(const struct record *record, struct plan_agreement *agreement, const char *reason,
                                      struct error *err);
/* FAILED_PRECONDITION where it is not on hold, or asks for more than may be collected. */
MUST_USE enum status record_plan_resume(const struct record *record, struct plan_agreement *agreement,
                                        const char *reason, struct error *err);

/* Ends by one of the events that cancel it. FAILED_PRECONDITION where its state forbids it. */
MUST_USE enum status record_plan_cancel(const struct record *record, struct plan_agreement *agreement,
                                        enum plan_event event, const char *reason, struct error *err);

/* More of the account may be collected, or less, than before: a dispute, or what stops the debtor, has begun or ended.
 * What is scheduled beyond what may be collected is cancelled. A plan that asks for more than that is held, and one
 * that was held for it and does not any more is resumed, `resumed_as` being the reason. Also to be called where what is
 * owed has changed meanwhile. The book has asked for the account's pending debits, or none were scheduled since it
 * began. */
MUST_USE enum status record_held_changed(const struct record *record, struct account *account, const char *resumed_as,
                                         struct error *err);

/* Nothing is to be paid by plans any more: PLAN_EVENT_RECALL, PLAN_EVENT_CANCEL. */
MUST_USE enum status record_plans_end(const struct record *record, struct account *account, enum plan_event event,
                                      const char *reason, struct error *err);

/* What a posting, just recorded, does to the account's plans. */
MUST_USE enum status record_plan_posting(const struct record *record, struct account *account,
                                         const struct posting *posting, struct error *err);

/* The timer of a plan. */
MUST_USE enum status record_plan_look(const struct record *record, const struct timer *timer, struct error *err);

#endif
