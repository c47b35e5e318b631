#include "classification_codec.h"
#include "classification_service.h"
#include "classification_work.h"

#define DAY_BOUNDARY "day_boundary"

/* --- effects: into the unit of work ------------------------------------------------------------------------------- */

static enum status emit_in_unit(void *unit, const struct account_facts *account, const char *because, struct error *err)
{
    return classification_emit(unit, account, because, err);
}

static void set_timer_in_unit(void *unit, const struct account_facts *account, struct date day)
{
    const struct timer timer = {.kind = DAY_BOUNDARY,
                                .subject_id = account->account_id,
                                .debtor_id = account->debtor_id,
                                .agency_id = account->agency_id,
                                .due_at = {day.days * US_PER_DAY}};
    unit_timer_set(unit, &timer);
}

static void cancel_timer_in_unit(void *unit, const struct account_facts *account)
{
    unit_timer_cancel(unit, DAY_BOUNDARY, &account->account_id);
}

static struct classification_work work_of(struct unit *unit, struct working_set *set)
{
    static const struct classification_effects EFFECTS = {emit_in_unit, set_timer_in_unit, cancel_timer_in_unit};
    const struct policy_holder *policy = unit_context(unit);
    return (struct classification_work){.sop = policy->sop, .set = set, .effects = &EFFECTS, .sink = unit};
}

/* --- batches ------------------------------------------------------------------------------------------------------ */

enum status classification_apply(struct unit *unit, const struct service_event *events, size_t n_events,
                                 struct error *err)
{
    SCOPED(working_set_freep) struct working_set *set = working_set_new();
    const struct classification_work work = work_of(unit, set);
    for (size_t i = 0; i < n_events; i++)
        working_set_want_debtor(set, &events[i].event->debtor_id);
    enum status st = working_set_load(set, unit_db(unit), err);
    for (size_t i = 0; i < n_events && st == STATUS_OK; i++)
        st = classification_take(&work, &events[i], err);
    return st == STATUS_OK ? working_set_save(set, unit_db(unit), err) : st;
}

enum status classification_fire(struct unit *unit, const struct timer *timers, size_t n_timers, struct error *err)
{
    SCOPED(working_set_freep) struct working_set *set = working_set_new();
    const struct classification_work work = work_of(unit, set);
    for (size_t i = 0; i < n_timers; i++)
        working_set_want_debtor(set, &timers[i].debtor_id);
    enum status st = working_set_load(set, unit_db(unit), err);
    for (size_t i = 0; i < n_timers && st == STATUS_OK; i++) {
        struct account_facts *account = working_set_account(set, &timers[i].subject_id);
        if (account)
            st = classification_pass_day(&work, account, MAX(timers[i].due_at.us, unit_now(unit).us), err);
    }
    return st == STATUS_OK ? working_set_save(set, unit_db(unit), err) : st;
}
