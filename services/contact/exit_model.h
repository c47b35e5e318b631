#ifndef DUNLIN_CONTACT_EXIT_MODEL_H
#define DUNLIN_CONTACT_EXIT_MODEL_H

#include "contact_state.h"
#include "policy/sop.h"

/* How time leads an account out of its strategy: all steps are done, or it was in it for so many days, and so many
 * days have passed since. What else ends a strategy is a hold (a payment, a dispute, a request to stop), and as long
 * as one stands, time leads nowhere. Pure. */

struct strategy_exit {
    enum sop_exit_event on; /* SOP_EXIT_STEPS_DONE or SOP_EXIT_DAYS_IN_STRATEGY; 0: none */
    int32_t days;
    enum sop_exit_to to;  /* 0: nowhere; only escalations of the SOP ask for it */
    const char *strategy; /* SOP_TO_STRATEGY; else empty */
    int64_t due_at_us;
};

/* The next exit, which may be due already. A day has 24 hours. */
struct strategy_exit exit_next(const struct sop *sop, const struct account *account);

/* It happens: the account comes into another strategy at `at_us` where the exit leads to one, and that is said. */
bool exit_take(struct contact_book *book, struct account *account, const struct strategy_exit *exit, int64_t at_us);

/* The account's class leads to this strategy: it comes into it, unless it did before and an exit has led it on since.
 */
void exit_classified(struct contact_book *book, struct account *account, const char *strategy, int64_t at_us);

/* The days of its strategy are over, and a person goes on: nothing more is planned until it comes into another one. */
bool exit_has_left(const struct account *account);

/* Steps are to be done again: they may be done once more. */
void exit_reopened(struct account *account);

#endif
