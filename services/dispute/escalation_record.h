#ifndef DUNLIN_DISPUTE_ESCALATION_RECORD_H
#define DUNLIN_DISPUTE_ESCALATION_RECORD_H

#include "dispute_record.h"
#include "escalation_model.h"

#define TIMER_ESCALATION_CHECK "escalation_check" /* of an account: a rule may hold from that day on */

/* What commands, events and timers have in common about escalations: the change goes into the book, its event into the
 * unit. Whatever fails here fails the unit. Accounts have been wanted with what decides on their escalations
 * (book_want_case, or book_want_account where the SOP has rules). */

/* Something happened to the account: raises what the SOP's escalations ask for on it, `trigger`, and on conditions that
 * hold by now; sets the timer for the day on which the next one may hold by time alone. */
MUST_USE enum status escalation_follow(const struct record *record, struct account *account, enum sop_trigger trigger,
                                       struct error *err);

/* Time has led the account out of a strategy, and a person is to go on. */
struct escalation_exit {
    const char *code, *title, *queue, *action, *sop_version; /* borrowed; lent by the book or the message */
};
/* Raises it to the queue: not of an account that is recalled or paid, nor where the last one of the code is open. */
MUST_USE enum status escalation_record_exit(const struct record *record, struct account *account,
                                            const struct escalation_exit *exit, struct error *err);

/* A new one, of which route, target, title, rule and what comes with these are set. *ret_escalation, the book's, is
 * lent. */
MUST_USE enum status escalation_record_raised(const struct record *record, struct account *account,
                                              struct escalation *escalation, const struct escalation **ret_escalation,
                                              struct error *err);

/* One that escalation_move has just moved by `event`. */
MUST_USE enum status escalation_record_moved(const struct record *record, const struct account *account,
                                             struct escalation *escalation, enum escalation_event event,
                                             struct error *err);

/* The client took the account back: what is not closed is withdrawn. */
MUST_USE enum status escalation_withdraw_all(const struct record *record, struct account *account, struct error *err);

/* The debt as it would go out now. */
struct escalation_standing escalation_standing_of(const struct book *book, const struct account *account);

/* Accounts on whose day something may hold. */
MUST_USE enum status escalation_timers(struct unit *unit, const struct timer *timers, size_t n_timers,
                                       struct error *err);

/* The day that rules count in. */
int32_t escalation_day(struct instant instant);

#endif
