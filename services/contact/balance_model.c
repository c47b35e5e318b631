#include "balance_model.h"

#include "attempt_model.h"

static bool set_position(struct account *account, int64_t *position, int64_t seq)
{
    if (*position == seq)
        return false;
    *position = seq;
    account->is_changed = true;
    return true;
}

bool balance_in_doubt(struct account *account, int64_t seq)
{
    return set_position(account, &account->unposted_seq, MAX(account->unposted_seq, seq));
}

bool balance_restated(struct account *account, int64_t balance_minor, int64_t seq)
{
    if (balance_minor > 0)
        return false;
    bool has_moved = set_position(account, &account->restated_seq, MAX(account->restated_seq, seq));
    return account_set_hold(account, HOLD_PAID, true) || has_moved;
}

/* What was said at `*position` is in a balance of this cause. */
static bool answer(struct account *account, int64_t *position, int64_t cause_seq)
{
    return cause_seq >= *position && set_position(account, position, 0);
}

static bool set_owed(struct account *account, int64_t owed_minor)
{
    if (account->is_owed_known && account->owed_minor == owed_minor)
        return false;
    account->is_owed_known = account->is_changed = true;
    account->owed_minor = owed_minor;
    return true;
}

bool balance_keep(struct account *account, int64_t owed_minor)
{
    return !account->is_owed_known && set_owed(account, owed_minor);
}

bool balance_changed(struct account *account, int64_t balance_minor, int64_t cause_seq)
{
    bool is_posted = answer(account, &account->unposted_seq, cause_seq);
    bool is_restated = answer(account, &account->restated_seq, cause_seq);
    bool is_paid = balance_minor <= 0 || account->restated_seq != 0;
    bool is_kept = account->is_owed_known && set_owed(account, balance_minor);
    return account_set_hold(account, HOLD_PAID, is_paid) || is_posted || is_restated || is_kept;
}
