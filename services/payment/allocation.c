#include "allocation.h"

int64_t allocation_applied(const struct account *account, enum paid_to paid_to, int64_t paid_minor)
{
    if (paid_to != PAID_TO_AGENCY && paid_to != PAID_FROM_SUSPENSE)
        return paid_minor;
    if (account->balance.minor <= 0)
        return 0;
    return paid_minor < account->balance.minor ? paid_minor : account->balance.minor;
}

static enum agreement_paid paid_in_agreements(enum paid_to paid_to)
{
    switch (paid_to) {
    case PAID_TO_CLIENT:
        return AGREEMENT_PAID_CLIENT;
    case PAID_TO_OTHER_AGENCY:
        return AGREEMENT_PAID_AGENCY;
    case PAID_TO_AGENCY:
    case PAID_FROM_SUSPENSE:
    case PAID_TO_NOBODY:
        break;
    }
    return AGREEMENT_PAID_US;
}

void allocation_order(const struct agreements *agreements, const struct account *account, struct posting_draft *draft)
{
    const struct date day = {draft->effective_on_days};
    const struct agreement *agreement = agreements_find(agreements, account->client, day);

    draft->charges = buckets_pay(account->balance.minor, &account->owed, agreement->apply, -draft->change.minor);
}

void allocation_apply(const struct agreements *agreements, const struct account *account, enum paid_to paid_to,
                      struct posting_draft *draft)
{
    const struct date day = {draft->effective_on_days};
    const struct agreement *agreement = agreements_find(agreements, account->client, day);
    const struct agreement_facts facts = {
        .age_days = account->age_days,
        .balance_minor = account->placed_minor,
        .paid = paid_in_agreements(paid_to),
        .stage = account->is_adjudged ? AGREEMENT_LEGAL : AGREEMENT_COLLECTION,
    };

    allocation_order(agreements, account, draft);
    draft->paid_to = paid_to;
    draft->fee_minor = agreement_fee_of(agreement_fee(agreement, &facts), -draft->change.minor);
}
