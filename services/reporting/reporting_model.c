#include "reporting_model.h"

#include <inttypes.h>

#include "clock/clock.h"

static const char *const STAGE_NAMES[STAGE_END] = {
    [STAGE_PLACED] = "placed",   [STAGE_CLASSIFIED] = "classified", [STAGE_PLANNED] = "planned",
    [STAGE_REACHED] = "reached", [STAGE_PERMITTED] = "permitted",   [STAGE_PROMISED] = "promised",
    [STAGE_PAID] = "paid",       [STAGE_DISPUTED] = "disputed",
};

const char *stage_name(enum stage stage)
{
    return STAGE_NAMES[stage];
}

struct account *account_new(const struct id *account_id)
{
    struct account *account = g_new0(struct account, 1);
    account->account_id = *account_id;
    account->movements = g_array_new(FALSE, TRUE, sizeof(struct movement));
    account->timeline = g_string_new("");
    return account;
}

void account_free(struct account *account)
{
    if (!account)
        return;
    g_array_free(account->movements, TRUE);
    g_string_free(account->timeline, TRUE);
    g_free(account);
}

int32_t day_of_us(int64_t us)
{
    return (int32_t)(us >= 0 ? us / US_PER_DAY : -((-us + US_PER_DAY - 1) / US_PER_DAY));
}

void account_reach(struct account *account, enum stage stage, int64_t at_us)
{
    if (account->at_us[stage] == 0)
        account->at_us[stage] = at_us;
}

void account_add_movement(struct account *account, int32_t effective_on_days, int64_t change_minor)
{
    guint at = 0;
    while (at < account->movements->len &&
           g_array_index(account->movements, struct movement, at).effective_on_days < effective_on_days)
        at++;
    if (at == account->movements->len ||
        g_array_index(account->movements, struct movement, at).effective_on_days != effective_on_days) {
        const struct movement movement = {.effective_on_days = effective_on_days};
        g_array_insert_val(account->movements, at, movement);
    }
    struct movement *movement = &g_array_index(account->movements, struct movement, at);
    movement->change_minor += change_minor;
    movement->is_changed = true;
}

void account_open(struct account *account)
{
    account_add_movement(account, account->opened_on_days, account->placed_minor);
}

void account_keep_movements(struct account *account)
{
    for (guint i = 0; i < account->movements->len; i++)
        g_array_index(account->movements, struct movement, i).is_changed = false;
}

/* Resolved is what has nothing left to do; a returned payment opens it again. */
static void note_resolution(struct account *account, int64_t at_us)
{
    const bool is_resolved = account->balance_minor <= 0 || account->closed_at_us > 0;
    if (!is_resolved)
        account->resolved_at_us = 0;
    else if (account->resolved_at_us == 0)
        account->resolved_at_us = at_us;
}

void account_change_balance(struct account *account, enum balance_change kind, int64_t change_minor,
                            int64_t balance_minor, int32_t effective_on_days, int64_t at_us)
{
    account_add_movement(account, effective_on_days, change_minor);
    account->balance_minor = balance_minor;
    if (balance_minor > 0) {
        account->settled_at_us = 0;
    } else if (kind == BALANCE_PAYMENT && account->settled_at_us == 0) {
        account->settled_at_us = at_us;
        account_reach(account, STAGE_PAID, at_us);
    }
    note_resolution(account, at_us);
}

static void close_account(struct account *account, int64_t at_us)
{
    if (account->closed_at_us == 0)
        account->closed_at_us = at_us;
    note_resolution(account, at_us);
}

void account_recall(struct account *account, int64_t at_us)
{
    account->is_recalled = true;
    close_account(account, at_us);
}

void account_uphold(struct account *account, int64_t at_us)
{
    account->is_upheld = true;
    close_account(account, at_us);
}

char *account_note_event(struct account *account, int64_t seq)
{
    char *full = NULL;
    if (account->timeline_events >= ACCOUNT_TIMELINE_EVENTS) {
        full = g_strdup(account->timeline->str);
        g_string_truncate(account->timeline, 0);
        account->timeline_events = 0;
    }
    g_string_append_printf(account->timeline, account->timeline_events > 0 ? " %" PRId64 : "%" PRId64, seq);
    account->timeline_events++;
    account->is_noted = true;
    return full;
}

bool account_is_open(const struct account *account)
{
    return account->balance_minor > 0 && account->closed_at_us == 0;
}

int32_t account_settled_on_days(const struct account *account)
{
    int64_t balance = 0;
    int32_t since = account->opened_on_days;
    bool is_owed = true;
    for (guint i = 0; i < account->movements->len; i++) {
        const struct movement *movement = &g_array_index(account->movements, struct movement, i);
        balance += movement->change_minor;
        if (is_owed && balance <= 0)
            since = movement->effective_on_days;
        is_owed = balance > 0;
    }
    return since;
}

bool account_is_settled_late(const struct account *account)
{
    return account->settled_at_us > 0 && account_settled_on_days(account) > account->due_on_days;
}

/* One account going into or out of a tally. */
struct contribution {
    const struct account *account;
    struct place place;
    int64_t sign;
    struct tally *tally;
};

static void count(const struct contribution *c, enum measure measure, const char *key, int64_t amount_minor)
{
    (void)tally_count(c->tally, &c->place, measure, key, c->account->currency, c->sign, c->sign * amount_minor);
}

static void step_in_cube(void *context, int32_t on_days, int64_t accounts, int64_t balance_minor)
{
    const struct contribution *c = context;
    tally_aging(c->tally, &c->place, c->account->currency, c->account->due_on_days, on_days, c->sign * accounts,
                c->sign * balance_minor);
}

static void contribute_aging(struct contribution *c)
{
    const struct account *account = c->account;
    aging_walk((const struct movement *)(void *)account->movements->data, account->movements->len,
               account->closed_at_us > 0 ? day_of_us(account->closed_at_us) : NEVER_DAYS, step_in_cube, c);
}

static void contribute_state(const struct contribution *c)
{
    const struct account *account = c->account;
    const bool is_open = account_is_open(account);
    if (is_open)
        count(c, MEASURE_OPEN, "", account->balance_minor);
    if (account->class_code[0])
        count(c, MEASURE_CLASS, account->class_code, is_open ? account->balance_minor : 0);
    if (account->settled_at_us > 0)
        count(c, MEASURE_SETTLED, "", account->placed_minor);
    if (account_is_settled_late(account))
        count(c, MEASURE_SETTLED_LATE, "", account->placed_minor);
    if (account->is_recalled)
        count(c, MEASURE_RECALLED, "", account->placed_minor);
    if (account->is_disputed)
        count(c, MEASURE_DISPUTE_OPEN, "", account->placed_minor);
}

static void contribute_days(const struct contribution *c)
{
    const struct account *account = c->account;
    if (account->resolved_at_us > 0)
        tally_days(c->tally, &c->place, SPAN_DAYS_TO_RESOLVE,
                   (account->resolved_at_us - account->at_us[STAGE_PLACED]) / US_PER_DAY, c->sign);
    if (account->settled_at_us > 0)
        tally_days(c->tally, &c->place, SPAN_DAYS_TO_PAY, account_settled_on_days(account) - account->opened_on_days,
                   c->sign);
}

void account_contribute(const struct account *account, int64_t sign, struct tally *tally)
{
    struct contribution c = {
        .account = account,
        .place = {.partition = id_partition(&account->account_id), .agency_id = account->agency_id},
        .sign = sign,
        .tally = tally,
    };
    for (enum stage stage = 0; stage < STAGE_END; stage++)
        if (account->at_us[stage] > 0)
            count(&c, MEASURE_STAGE, stage_name(stage), account->placed_minor);
    contribute_state(&c);
    contribute_days(&c);
    contribute_aging(&c);
}
