#include "exit_model.h"

#include <string.h>

#include "plan_model.h"

/* Of account.exits_made, as stored. */
#define MADE_STEPS_DONE       1u
#define MADE_DAYS_IN_STRATEGY 2u
#define HAS_LEFT              4u /* and it is a person's now, whatever steps there were to come */

static unsigned made_by(enum sop_exit_event on)
{
    return on == SOP_EXIT_STEPS_DONE ? MADE_STEPS_DONE : MADE_DAYS_IN_STRATEGY;
}

/* What leads out of a strategy by itself, or has others at work on the account. Neither what the debtor wants of a
 * channel, nor a notice that we owe him. */
#define HOLDS_TIME                                                                                                     \
    (HOLD_BIT(HOLD_DISPUTE) | HOLD_BIT(HOLD_DISPUTE_UPHELD) | HOLD_BIT(HOLD_CEASE) | HOLD_BIT(HOLD_ATTORNEY) |         \
     HOLD_BIT(HOLD_BANKRUPTCY) | HOLD_BIT(HOLD_DECEASED) | HOLD_BIT(HOLD_PAID) | HOLD_BIT(HOLD_RECALLED) |             \
     HOLD_BIT(HOLD_PROMISE) | HOLD_BIT(HOLD_COMPLAINT) | HOLD_BIT(HOLD_HANDED_OVER) | HOLD_BIT(HOLD_PLAN))

static const struct sop_exit *exit_on(const struct sop_strategy *strategy, enum sop_exit_event on)
{
    for (size_t i = 0; i < strategy->n_exits; i++)
        if (strategy->exits[i].on == on)
            return &strategy->exits[i];
    return NULL;
}

static bool is_escalated(const struct sop *sop, enum sop_exit_event on)
{
    for (size_t i = 0; on == SOP_EXIT_STEPS_DONE && i < sop->n_escalations; i++)
        if (sop->escalations[i].on == SOP_ON_STEPS_DONE)
            return true;
    return false;
}

/* From when on its days count; 0: not yet. */
static int64_t since(const struct sop_strategy *strategy, const struct account *account, enum sop_exit_event on)
{
    if (on == SOP_EXIT_DAYS_IN_STRATEGY)
        return account->classified_at_us;
    return plan_is_exhausted(account, strategy) ? MAX(account->last_step_at_us, account->classified_at_us) : 0;
}

static struct strategy_exit exit_by(const struct sop *sop, const struct sop_strategy *strategy,
                                    const struct account *account, enum sop_exit_event on)
{
    const struct sop_exit *exit = exit_on(strategy, on);
    if ((exit == NULL && !is_escalated(sop, on)) || (account->exits_made & made_by(on)) != 0)
        return (struct strategy_exit){0};
    const int64_t since_us = since(strategy, account, on);
    if (since_us == 0)
        return (struct strategy_exit){0};
    if (exit == NULL)
        return (struct strategy_exit){.on = on, .strategy = "", .due_at_us = since_us};
    return (struct strategy_exit){on, exit->days, exit->to, exit->strategy, since_us + exit->days * US_PER_DAY};
}

struct strategy_exit exit_next(const struct sop *sop, const struct account *account)
{
    const struct sop_strategy *strategy = sop_strategy(sop, account->strategy);
    if (strategy == NULL || account->unposted_seq != 0)
        return (struct strategy_exit){0};
    const struct strategy_exit done = exit_by(sop, strategy, account, SOP_EXIT_STEPS_DONE);
    const struct strategy_exit days = exit_by(sop, strategy, account, SOP_EXIT_DAYS_IN_STRATEGY);
    const bool is_done_first = days.on == 0 || (done.on != 0 && done.due_at_us <= days.due_at_us);
    const struct strategy_exit first = is_done_first ? done : days;
    return first.on != 0 && (account_holds(account) & HOLDS_TIME) != 0 ? (struct strategy_exit){0} : first;
}

bool exit_take(struct contact_book *book, struct account *account, const struct strategy_exit *exit, int64_t at_us)
{
    const bool was_led_on = account->left_strategy[0] != '\0';
    const char *class_strategy = was_led_on ? account->left_strategy : account->strategy;
    const bool goes_back = exit->to == SOP_TO_CLASS && was_led_on;
    const char *next = goes_back ? class_strategy : exit->strategy;
    const bool is_of_a_person = exit->to != 0 && exit->to != SOP_TO_STRATEGY && exit->to != SOP_TO_CLASS;
    account->exits_made |= made_by(exit->on);
    if (is_of_a_person && exit->on == SOP_EXIT_DAYS_IN_STRATEGY)
        account->exits_made |= HAS_LEFT;
    account->is_changed = true;
    if (exit->to != SOP_TO_STRATEGY && !goes_back)
        return false;
    plan_enter_strategy(book, account, next, at_us);
    if (strcmp(next, class_strategy) != 0)
        account->left_strategy = class_strategy;
    return true;
}

void exit_classified(struct contact_book *book, struct account *account, const char *strategy, int64_t at_us)
{
    const bool is_led_on = account->left_strategy[0] != '\0';
    if (strcmp(is_led_on ? account->left_strategy : account->strategy, strategy) == 0)
        return;
    if (strcmp(account->strategy, strategy) != 0) {
        plan_enter_strategy(book, account, strategy, at_us);
        return;
    }
    account->left_strategy = ""; /* its class has followed it */
    account->is_changed = true;
}

bool exit_has_left(const struct account *account)
{
    return (account->exits_made & HAS_LEFT) != 0;
}

void exit_reopened(struct account *account)
{
    account->exits_made &= ~MADE_STEPS_DONE;
    account->is_changed = true;
}
