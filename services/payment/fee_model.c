#include "fee_model.h"

#include <string.h>

#include "rules/law_late_payment.h"

bool fee_is_waived(const struct fee *fee)
{
    return fee->waived_at.us != 0;
}

/* Of each debt once, so that what was charged before counts. */
static enum status cap_by_statute(const struct agreement_debtor_fee *fee, const struct fee_facts *facts, int64_t *minor,
                                  struct error *err)
{
    const enum law_late_payment law =
        fee->basis == AGREEMENT_BASIS_STATUTE_UK ? LAW_LATE_PAYMENT_UK : LAW_LATE_PAYMENT_EU;
    const struct money most = law_late_payment_compensation(law, facts->account->placed_minor);
    const char *currency = facts->account->balance.currency;

    if (facts->interest != fee->basis)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "fee '%s': by %s, which is for debts between businesses that bear its interest", fee->code,
                         agreement_basis_name(fee->basis));
    if (strcmp(most.currency, currency) != 0)
        return error_set(err, STATUS_FAILED_PRECONDITION, "fee '%s': the law's sum is in %s, the account in %s",
                         fee->code, most.currency, currency);
    const int64_t left_minor = most.minor - facts->charged_minor;
    if (*minor > left_minor)
        *minor = left_minor > 0 ? left_minor : 0;
    return STATUS_OK;
}

enum status fee_decide(const struct agreement_debtor_fee *fee, const struct fee_facts *facts, int64_t *ret_minor,
                       struct error *err)
{
    const struct account *account = facts->account;
    const int64_t principal = bucket_of(account->balance.minor, &account->owed, AGREEMENT_PRINCIPAL);
    int64_t minor = agreement_debtor_fee_of(fee, principal, facts->charged_minor);
    enum status st = STATUS_OK;

    if (account->is_recalled)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the client has taken the account back");
    if (stops_stand(account->stops, STOP_BANKRUPTCY))
        return stops_check(account->stops, err);
    if (fee->basis == AGREEMENT_BASIS_JUDGMENT && !facts->has_judgment)
        return error_set(err, STATUS_FAILED_PRECONDITION, "fee '%s': no judgment is recorded on the account",
                         fee->code);
    if (fee->basis == AGREEMENT_BASIS_STATUTE_EU || fee->basis == AGREEMENT_BASIS_STATUTE_UK)
        st = cap_by_statute(fee, facts, &minor, err);
    if (st != STATUS_OK)
        return st;
    if (minor <= 0 && facts->charged_minor > 0)
        return error_set(err, STATUS_FAILED_PRECONDITION, "fee '%s': its cap is reached: %lld minor units are charged",
                         fee->code, (long long)facts->charged_minor);
    if (minor <= 0)
        return error_set(err, STATUS_FAILED_PRECONDITION, "fee '%s': it comes to nothing", fee->code);
    *ret_minor = minor;
    return STATUS_OK;
}

struct posting_draft fee_draft(const struct fee *fee, const struct account *account)
{
    struct posting_draft draft = {
        .posting_id = fee->fee_id,
        .kind = POSTING_FEE,
        .change = account->balance,
        .effective_on_days = fee->charged_on_days,
        .reference = fee->code,
        .posted_at = fee->charged_at,
    };

    draft.change.minor = fee->amount_minor;
    draft.charges.minor[fee->bucket - 1] = fee->amount_minor;
    return draft;
}

struct id fee_waiver_id(const struct id *fee_id)
{
    return id_derive(fee_id, "waiver", NULL, 0);
}

enum status fee_draft_waiver(const struct fee *fee, const struct account *account, const char *reason,
                             struct instant at, struct posting_draft *ret_draft, struct error *err)
{
    const int64_t owed_minor = account->owed.minor[fee->bucket - 1];
    const int64_t unpaid_minor = owed_minor < fee->amount_minor ? owed_minor : fee->amount_minor;

    if (account->balance.minor < fee->amount_minor)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "only %lld minor units are owed on the account, and the fee was %lld: what was paid of it is "
                         "to be paid back",
                         (long long)(account->balance.minor > 0 ? account->balance.minor : 0),
                         (long long)fee->amount_minor);
    *ret_draft = (struct posting_draft){
        .posting_id = fee_waiver_id(&fee->fee_id),
        .kind = POSTING_CREDIT,
        .change = account->balance,
        .effective_on_days = (int32_t)(at.us / US_PER_DAY),
        .reference = reason,
        .posted_at = at,
    };
    ret_draft->change.minor = -fee->amount_minor;
    ret_draft->charges.minor[fee->bucket - 1] = -(unpaid_minor > 0 ? unpaid_minor : 0);
    return STATUS_OK;
}
