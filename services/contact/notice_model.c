#include "notice_model.h"

#include "attempt_model.h"

static bool is_told(const struct permit *permit)
{
    switch (permit->telephony) {
    case TELEPHONY_MESSAGE_LEFT: /* of which it is not known that it was no more than a limited-content message */
        return true;
    case TELEPHONY_ANSWERED:
        return permit->party == PARTY_RIGHT || permit->party == PARTY_UNVERIFIED;
    default:
        return false;
    }
}

bool permit_is_communication(const struct permit *permit)
{
    if (permit->state != PERMIT_REPORTED)
        return permit->state == PERMIT_EXPIRED;
    if (channel_traits((enum channel)permit->channel)->is_written)
        return permit->delivery == DELIVERY_SENT || permit->delivery == DELIVERY_DELIVERED;
    return permit->is_conversation || is_told(permit);
}

static bool change(struct account *account, int64_t sent_at_us, int64_t due_at_us)
{
    if (account->notice_at_us == sent_at_us && account->notice_due_at_us == due_at_us)
        return false;
    account->notice_at_us = sent_at_us;
    account->notice_due_at_us = due_at_us;
    account->is_notice_changed = account->is_changed = true;
    if (due_at_us == 0)
        (void)account_set_hold(account, HOLD_NOTICE_OVERDUE, false);
    return true;
}

bool notice_communicated(struct account *account, int64_t at_us)
{
    const bool is_owed_one = debt_matter_of(account->debt_kind) == MATTER_CONSUMER;
    if (!is_owed_one || notice_is_sent(account) || account->notice_due_at_us != 0)
        return false;
    return change(account, 0, at_us + NOTICE_DAYS * US_PER_DAY);
}

bool notice_sent(struct account *account, int64_t at_us)
{
    return at_us > account->notice_at_us && change(account, at_us, 0);
}

bool notice_returned(struct account *account, int64_t sent_at_us, int64_t now_us)
{
    if (!notice_is_sent(account) || account->notice_at_us > sent_at_us)
        return false;
    return change(account, 0, now_us + NOTICE_DAYS * US_PER_DAY);
}

bool notice_ended(struct account *account)
{
    return account->notice_due_at_us != 0 && change(account, 0, 0);
}

bool notice_is_sent(const struct account *account)
{
    return account->notice_at_us != 0;
}

bool notice_is_overdue(const struct account *account, struct instant now)
{
    return account->notice_due_at_us != 0 && account->notice_due_at_us <= now.us;
}
