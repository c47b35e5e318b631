#include "trust_model.h"

bool trust_is_balanced(const struct trust_amounts *amounts)
{
    return amounts->cash_minor ==
           amounts->payable_minor + amounts->earned_minor + amounts->suspense_minor + amounts->transit_minor;
}

/* Of `paid_minor`, negative where it is taken back, and the fee on it. What the client holds himself he keeps; he owes
 * the fee on it. What comes out of suspense is held already. */
static struct trust_amounts amounts_of(enum paid_to paid_to, int64_t paid_minor, int64_t fee_minor)
{
    struct trust_amounts amounts = {.payable_minor = paid_minor - fee_minor, .earned_minor = fee_minor};

    switch (paid_to) {
    case PAID_TO_AGENCY:
        amounts.cash_minor = paid_minor;
        break;
    case PAID_TO_CLIENT:
    case PAID_TO_OTHER_AGENCY:
        amounts.payable_minor = -fee_minor;
        break;
    case PAID_FROM_SUSPENSE:
        amounts.transit_minor = -paid_minor;
        break;
    case PAID_TO_NOBODY:
        break;
    }
    return amounts;
}

bool trust_of_posting(const struct account *account, const struct posting *posting, struct trust_entry *ret_entry)
{
    const struct posting_draft *draft = &posting->draft;

    if (draft->paid_to == PAID_TO_NOBODY)
        return false;
    *ret_entry = (struct trust_entry){
        .kind = draft->kind == POSTING_PAYMENT ? TRUST_PAYMENT : TRUST_REVERSAL,
        .agency_id = account->agency_id,
        .client = account->client,
        .account_id = account->account_id,
        .posting_number = posting->number,
        .effective_on_days = draft->effective_on_days,
        .posted_at = draft->posted_at,
        .amounts = amounts_of(draft->paid_to, -draft->change.minor, draft->fee_minor),
    };
    for (size_t i = 0; i < CURRENCY_SIZE; i++)
        ret_entry->currency[i] = draft->change.currency[i];
    return true;
}
