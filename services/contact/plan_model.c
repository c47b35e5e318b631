#include "plan_model.h"

#include <string.h>

#include "exit_model.h"
#include "notice_model.h"
#include "permit_model.h"

#define NOON_US (12 * US_PER_HOUR)

/* Where ",step," stands in steps_done; NULL where it does not. */
static const char *find_done(const struct account *account, const char *step)
{
    char key[SOP_CODE_SIZE + 2];
    g_snprintf(key, sizeof(key), ",%s,", step);
    return strstr(account->steps_done, key);
}

bool plan_is_done(const struct account *account, const char *step)
{
    return find_done(account, step) != NULL;
}

static bool is_validation_notice(const struct sop_step *step)
{
    return step->purpose == SOP_PURPOSE_VALIDATION_NOTICE;
}

bool plan_is_step_done(const struct account *account, const struct sop_step *step)
{
    return is_validation_notice(step) ? notice_is_sent(account) : plan_is_done(account, step->code);
}

void plan_mark_done(struct contact_book *book, struct account *account, const char *step, int64_t done_at_us)
{
    if (!plan_is_done(account, step)) {
        g_autofree char *done = g_strconcat(account->steps_done, step, ",", NULL);
        account->steps_done = contact_text(book, done);
    }
    account->last_step_at_us = MAX(account->last_step_at_us, done_at_us);
    account->is_changed = true;
}

void plan_mark_undone(struct contact_book *book, struct account *account, const char *step)
{
    const char *at = find_done(account, step);
    if (at == NULL)
        return;
    g_autofree char *before = g_strndup(account->steps_done, (gsize)(at - account->steps_done));
    g_autofree char *done = g_strconcat(before, at + 1 + strlen(step), NULL);
    account->steps_done = contact_text(book, done);
    exit_reopened(account);
}

static bool is_of_this_run(const struct account *account, const struct permit *permit)
{
    return permit->step[0] != '\0' && strcmp(permit->strategy, account->strategy) == 0 &&
           account->classified_at_us <= permit->granted_at_us;
}

void plan_finish_step(struct contact_book *book, struct account *account, const struct permit *permit)
{
    if (is_of_this_run(account, permit))
        plan_mark_done(book, account, permit->step, permit->occurred_at_us);
}

void plan_reopen_step(struct contact_book *book, struct account *account, const struct permit *permit)
{
    if (is_of_this_run(account, permit))
        plan_mark_undone(book, account, permit->step);
}

void plan_rearm(struct contact_book *book, struct account *account, const struct sop *sop, enum sop_anchor anchor)
{
    const struct sop_strategy *strategy = sop_strategy(sop, account->strategy);
    for (size_t i = 0; strategy != NULL && i < strategy->n_steps; i++)
        if (strategy->steps[i].anchor == anchor)
            plan_mark_undone(book, account, strategy->steps[i].code);
}

void plan_enter_strategy(struct contact_book *book, struct account *account, const char *strategy, int64_t at_us)
{
    account->strategy = contact_text(book, strategy);
    account->left_strategy = "";
    account->classified_at_us = at_us;
    account->steps_done = ",";
    account->exits_made = 0;
    account->is_changed = true;
}

/* The UTC date where there is no zone. */
static struct date date_in(const struct debtor *debtor, size_t zone, struct instant at)
{
    if (debtor->n_zones > 0)
        return zone_date(debtor->zones[zone], at);
    return (struct date){(int32_t)(at.us / US_PER_DAY)};
}

/* The local day of a step in one zone; false where its fact is not there. */
static bool step_day(const struct account *account, const struct sop_step *step, size_t zone, int32_t *ret_day)
{
    int64_t anchor_us = 0;
    switch (step->anchor) {
    case SOP_ANCHOR_DUE:
        *ret_day = account->due_on_days + step->day;
        return true;
    case SOP_ANCHOR_PLACED:
        anchor_us = account->placed_at_us;
        break;
    case SOP_ANCHOR_CLASSIFIED:
        anchor_us = account->classified_at_us;
        break;
    case SOP_ANCHOR_PROMISE_BROKEN:
        anchor_us = account->promise_broken_at_us;
        break;
    }
    if (anchor_us == 0)
        return false;
    *ret_day = date_in(account->debtor, zone, (struct instant){anchor_us}).days + step->day;
    return true;
}

bool plan_is_exhausted(const struct account *account, const struct sop_strategy *strategy)
{
    bool is_any_done = false;
    for (size_t i = 0; i < strategy->n_steps; i++) {
        int32_t day = 0;
        if (plan_is_step_done(account, &strategy->steps[i]))
            is_any_done = true;
        else if (step_day(account, &strategy->steps[i], 0, &day))
            return false;
    }
    return is_any_done;
}

/* The day on which the step may be taken in one zone: its own, but not that of the step before. */
static int32_t open_day(const struct account *account, const struct sop_step *step, size_t zone)
{
    int32_t day = 0;
    (void)step_day(account, step, zone, &day);
    if (account->last_step_at_us != 0)
        day = MAX(day, date_in(account->debtor, zone, (struct instant){account->last_step_at_us}).days + 1);
    return day;
}

static struct instant step_due(const struct rules_selection *rules, const struct account *account,
                               const struct sop_step *step)
{
    const struct debtor *debtor = account->debtor;
    const int64_t not_before_us = account->not_before_us[step->channel];
    if (debtor->n_zones == 0)
        return (struct instant){MAX(open_day(account, step, 0) * US_PER_DAY + NOON_US, not_before_us)};
    struct instant at = {not_before_us};
    for (size_t i = 0; i < debtor->n_zones; i++) {
        struct instant midnight = zone_instant(debtor->zones[i], (struct date){open_day(account, step, i)}, 0);
        at.us = MAX(at.us, midnight.us);
    }
    struct instant open = at;
    /* Where the hours of the zones never meet the step stays due at the day's beginning; no permit will be granted. */
    (void)permit_next_open(rules, account, (enum channel)step->channel, at, &open);
    return open;
}

enum usable {
    NOT_USABLE,
    WITHOUT_POINT, /* nobody could take it; but it is what is due */
    USABLE,
};

static enum usable step_usable(const struct account *account, const struct sop_step *step, const hold_set *blocking)
{
    const enum contact_point_kind kind = channel_traits((enum channel)step->channel)->point_kind;
    const hold_set late = is_validation_notice(step) ? HOLD_BIT(HOLD_NOTICE_OVERDUE) : 0; /* it is what is late */
    if ((account_holds_by(account, kind) & blocking[step->channel] & ~late) != 0)
        return NOT_USABLE;
    return debtor_has_usable_point(account->debtor, kind) ? USABLE : WITHOUT_POINT;
}

/* The first step of its channel that can be taken, by its day. */
struct candidate {
    const struct sop_step *step; /* NULL: none */
    enum usable usable;
    int32_t day;
    int64_t due_at_us;
};

static void find_candidates(const struct sop_strategy *strategy, const struct account *account,
                            const hold_set *blocking, struct candidate ret_candidates[static CHANNEL_END])
{
    for (size_t i = 0; i < strategy->n_steps; i++) {
        const struct sop_step *step = &strategy->steps[i];
        int32_t day = 0;
        if (plan_is_step_done(account, step) || !step_day(account, step, 0, &day))
            continue;
        struct candidate *first = &ret_candidates[step->channel];
        const enum usable usable = step_usable(account, step, blocking);
        if (usable > first->usable || (usable == first->usable && usable != NOT_USABLE && day < first->day))
            *first = (struct candidate){.step = step, .usable = usable, .day = day};
    }
}

/* Whether `later` goes before `first`: steps are taken in their order, but one that has to wait for a day or more, as
 * calls do after a conversation, lets those of other channels go first. */
static bool goes_before(const struct candidate *later, const struct candidate *first)
{
    if (first->step == NULL || later->usable != first->usable)
        return first->step == NULL || later->usable > first->usable;
    bool is_earlier = later->day < first->day || (later->day == first->day && later->step < first->step);
    return is_earlier ? later->due_at_us < first->due_at_us + US_PER_DAY
                      : later->due_at_us + US_PER_DAY <= first->due_at_us;
}

void plan_next(const struct sop *sop, const struct rules_selection *rules, const hold_set *blocking,
               const struct account *account, struct plan *ret_plan)
{
    struct candidate candidates[CHANNEL_END] = {0};
    struct candidate best = {0};
    const struct sop_strategy *strategy = sop_strategy(sop, account->strategy);
    if (strategy != NULL)
        find_candidates(strategy, account, blocking, candidates);
    for (int channel = CHANNEL_CALL; channel < CHANNEL_END; channel++) {
        struct candidate *candidate = &candidates[channel];
        if (candidate->step == NULL)
            continue;
        candidate->due_at_us = step_due(rules, account, candidate->step).us;
        if (goes_before(candidate, &best))
            best = *candidate;
    }
    *ret_plan = (struct plan){best.step, best.due_at_us};
}

const struct sop_step *plan_step(const struct sop *sop, const struct account *account)
{
    return plan_step_of(sop, account->strategy, account->step);
}

const struct sop_step *plan_step_of(const struct sop *sop, const char *strategy_code, const char *step_code)
{
    const struct sop_strategy *strategy = sop_strategy(sop, strategy_code);
    for (size_t i = 0; strategy != NULL && i < strategy->n_steps; i++)
        if (strcmp(strategy->steps[i].code, step_code) == 0)
            return &strategy->steps[i];
    return NULL;
}
