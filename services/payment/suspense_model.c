#include "suspense_model.h"

#include <string.h>

static const char *const STATE_NAMES[SUSPENSE_STATES_END] = {
    [SUSPENSE_HELD] = "held",
    [SUSPENSE_ASSIGNED] = "assigned",
    [SUSPENSE_REFUNDED] = "refunded",
    [SUSPENSE_RETURNED] = "returned",
};

/* All that may happen: where there is no row, it is refused. */
static const struct {
    enum suspense_state from;
    enum suspense_event event;
    enum suspense_state to;
} MOVES[] = {
    {SUSPENSE_HELD, SUSPENSE_EVENT_ASSIGN, SUSPENSE_ASSIGNED},
    {SUSPENSE_HELD, SUSPENSE_EVENT_REFUND, SUSPENSE_REFUNDED},
    {SUSPENSE_HELD, SUSPENSE_EVENT_RETURN, SUSPENSE_RETURNED},
    {SUSPENSE_ASSIGNED, SUSPENSE_EVENT_UNASSIGN, SUSPENSE_HELD},
};

enum status suspense_move(struct suspense *item, enum suspense_event event, const struct id *account_id,
                          const char *reason, struct error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(MOVES); i++) {
        if (MOVES[i].from != item->state || MOVES[i].event != event)
            continue;
        item->state = MOVES[i].to;
        item->reason = reason;
        if (account_id)
            item->assigned_id = *account_id;
        return STATUS_OK;
    }
    return error_set(err, STATUS_FAILED_PRECONDITION, "the money is %s", STATE_NAMES[item->state]);
}

static struct trust_entry entry_of(const struct suspense *item, enum trust_kind kind, int32_t effective_on_days,
                                   struct instant at, struct trust_amounts amounts)
{
    struct trust_entry entry = {
        .kind = kind,
        .agency_id = item->agency_id,
        .client = item->client,
        .item_id = item->item_id,
        .effective_on_days = effective_on_days,
        .posted_at = at,
        .amounts = amounts,
    };

    memcpy(entry.currency, item->amount.currency, sizeof(entry.currency));
    return entry;
}

struct trust_entry trust_of_held(const struct suspense *item)
{
    return entry_of(item, TRUST_SUSPENSE, item->received_on_days, item->held_at,
                    (struct trust_amounts){.cash_minor = item->amount.minor, .suspense_minor = item->amount.minor});
}

struct trust_entry trust_of_suspense(const struct suspense *item, enum suspense_event event, int32_t effective_on_days,
                                     struct instant at)
{
    const int64_t minor = item->amount.minor;
    static const enum trust_kind KINDS[SUSPENSE_EVENTS_END] = {
        [SUSPENSE_EVENT_ASSIGN] = TRUST_ASSIGNED,
        [SUSPENSE_EVENT_UNASSIGN] = TRUST_ASSIGNED,
        [SUSPENSE_EVENT_REFUND] = TRUST_REFUND,
        [SUSPENSE_EVENT_RETURN] = TRUST_REVERSAL,
    };
    struct trust_amounts amounts = {.suspense_minor = -minor};

    if (event == SUSPENSE_EVENT_ASSIGN)
        amounts.transit_minor = minor;
    else if (event == SUSPENSE_EVENT_UNASSIGN)
        amounts = (struct trust_amounts){.suspense_minor = minor, .transit_minor = -minor};
    else
        amounts.cash_minor = -minor;
    return entry_of(item, KINDS[event], effective_on_days, at, amounts);
}

struct suspense suspense_of_overpaid(const struct account *account, const struct posting_draft *draft,
                                     int64_t rest_minor)
{
    struct suspense item = {
        .item_id = suspense_overpaid_id(&draft->posting_id),
        .agency_id = account->agency_id,
        .state = SUSPENSE_HELD,
        .source = SUSPENSE_OVERPAID,
        .amount = draft->change,
        .client = account->client,
        .account_id = account->account_id,
        .payer = "",
        .reference = draft->reference,
        .received_on_days = draft->effective_on_days,
        .reason = "",
        .held_at = draft->posted_at,
    };

    item.amount.minor = rest_minor;
    return item;
}

const struct id *suspense_account_id(const struct suspense *item)
{
    return item->state == SUSPENSE_ASSIGNED ? &item->assigned_id : &item->account_id;
}

struct id suspense_overpaid_id(const struct id *posting_id)
{
    return id_derive(posting_id, "overpaid", NULL, 0);
}

struct id suspense_payment_id(const struct id *item_id, const struct id *account_id)
{
    return id_derive(account_id, "payment/suspense", item_id->bytes, sizeof(item_id->bytes));
}
