#ifndef DUNLIN_CONTACT_PLAN_MODEL_H
#define DUNLIN_CONTACT_PLAN_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "contact_state.h"
#include "policy/sop.h"
#include "rules/rulebook.h"

/* What contact is next, and when. Pure: it follows from the account's facts, so it is computed anew on every change,
 * and a step can be neither skipped nor early.
 *
 * - A step is due when the hours allow its channel, in all of the debtor's zones, on the local day that lies its number
 * of days after its fact. Without zones: 12:00 UTC.
 * - Steps are taken in the order of their days (as the SOP lists them where days are equal); one that has
 * to wait for a day or more lets those of other channels go first. One that is overdue is due
 * at once, but never on the local day of the step before it: an account that comes late into a strategy is not called
 * several times a day.
 * - A step is done when an attempt for it was made: reported as anything but not placed, busy or failed, or never
 * reported at all. Otherwise it stays, and is tried again after a while.
 * - A validation notice is done once it was sent, by whatever step or person, and is to be done again where it comes
 * back; a strategy that is entered later does not send it anew.
 * - After a conversation the next call waits until the rules allow one again.
 * - A refused permit keeps the step and pushes its channel to when the rules allow it; where they never do, as things
 * are, calls stay due and other channels are tried again the next day.
 * - A step whose channel is held (a debtor who wants no calls) is passed over while it is, and so is one for which the
 * debtor has no usable contact point, where a later step has one.
 * - While a payment is reported and not in the ledger yet, nothing is planned: the caller asks only where that is not
 * so. */
struct plan {
    const struct sop_step *step; /* NULL: nothing */
    int64_t due_at_us;
};

/* `blocking` has CHANNEL_END sets: the holds that stop each channel. */
void plan_next(const struct sop *sop, const struct rules_selection *rules, const hold_set *blocking,
               const struct account *account, struct plan *ret_plan);

/* The step that is planned, as the SOP has it now; NULL where nothing is, or the SOP has it no more. */
const struct sop_step *plan_step(const struct sop *sop, const struct account *account);
const struct sop_step *plan_step_of(const struct sop *sop, const char *strategy_code, const char *step_code);

/* Steps that are done, as kept with the account. */
bool plan_is_done(const struct account *account, const char *step);
/* The same of a step of the SOP; a validation notice is done once it was sent. */
bool plan_is_step_done(const struct account *account, const struct sop_step *step);
/* No step of the strategy is left to take, and some was: each is done, or there is nothing that it is counted from. */
bool plan_is_exhausted(const struct account *account, const struct sop_strategy *strategy);
void plan_mark_done(struct contact_book *book, struct account *account, const char *step, int64_t done_at_us);
void plan_mark_undone(struct contact_book *book, struct account *account, const char *step);
/* The step that a permit was for is done, or is not done after all; nothing where the account has left that run of the
 * strategy since. */
void plan_finish_step(struct contact_book *book, struct account *account, const struct permit *permit);
void plan_reopen_step(struct contact_book *book, struct account *account, const struct permit *permit);
/* The fact happened anew: its steps are to be done again. */
void plan_rearm(struct contact_book *book, struct account *account, const struct sop *sop, enum sop_anchor anchor);

/* The account came into another strategy at `at_us`; nothing of it is done. */
void plan_enter_strategy(struct contact_book *book, struct account *account, const char *strategy, int64_t at_us);

#endif
