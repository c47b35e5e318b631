#include "payment_taking.h"

#include "allocation.h"
#include "interest_record.h"
#include "policy/policy_holder.h"

/* What comes out of suspense and is more than is owed here stays where it was: the whole is refused. */
static enum status check_whole(const struct account *account, enum paid_to paid_to, int64_t paid_minor,
                               int64_t applied_minor, struct error *err)
{
    if (paid_to != PAID_FROM_SUSPENSE || applied_minor == paid_minor)
        return STATUS_OK;
    return error_set(err, STATUS_FAILED_PRECONDITION, "only %lld minor units are owed on the account",
                     (long long)(account->balance.minor > 0 ? account->balance.minor : 0));
}

/* Where interest was posted already for a payment that is refused after all, the unit fails instead: it is run again by
 * itself, and what it fails with is the answer. */
static enum status refuse(const struct record *record, const struct account *account, const struct payment_taken *taken,
                          struct payment_taken *ret_taken, struct error *err)
{
    if (interest_is_borne(record, account))
        return error_set(err, taken->refusal.code, "%s", taken->refusal.text);
    *ret_taken = *taken;
    return STATUS_OK;
}

/* Interest stands at the day of the payment. */
static enum status apply(const struct record *record, struct account *account, enum paid_to paid_to,
                         struct posting_draft *draft, struct payment_taken *ret_taken, struct error *err)
{
    const struct policy_holder *policy = unit_context(record->unit);
    const int64_t paid_minor = -draft->change.minor;
    const int64_t applied_minor = allocation_applied(account, paid_to, paid_minor);
    const struct suspense rest = suspense_of_overpaid(account, draft, paid_minor - applied_minor);
    struct payment_taken taken = {0};
    struct posting posting;
    enum status st = check_whole(account, paid_to, paid_minor, applied_minor, &taken.refusal);

    draft->change.minor = -applied_minor;
    allocation_apply(policy->agreements, account, paid_to, draft);
    if (st == STATUS_OK && applied_minor > 0)
        st = ledger_post(account, draft, &posting, &taken.refusal);
    if (st != STATUS_OK)
        return refuse(record, account, &taken, ret_taken, err);
    st = applied_minor > 0 ? record_posting(record, account, &posting, &taken.posting, err)
                           : interest_follow(record, account, NULL, err);
    if (st == STATUS_OK && applied_minor < paid_minor)
        st = record_held(record, &rest, &taken.held, err);
    *ret_taken = taken;
    return st;
}

enum status payment_take(const struct record *record, struct account *account, enum paid_to paid_to,
                         struct posting_draft *draft, struct payment_taken *ret_taken, struct error *err)
{
    *ret_taken = (struct payment_taken){0};
    if (payment_check(account, draft, &ret_taken->refusal) != STATUS_OK)
        return STATUS_OK;
    const enum status st = interest_precede(record, account, draft->effective_on_days, draft->posted_at, err);
    return st == STATUS_OK ? apply(record, account, paid_to, draft, ret_taken, err) : st;
}

void payment_want(struct book *book, const struct id *posting_id)
{
    const struct id reversal_id = ledger_reversal_id(posting_id);
    const struct id overpaid_id = suspense_overpaid_id(posting_id);

    book_want_posting(book, posting_id);
    book_want_posting(book, &reversal_id);
    book_want_suspense(book, &overpaid_id);
}

enum status payment_return_rest(const struct record *record, const struct id *posting_id, const char *reason,
                                struct error *err)
{
    const struct id overpaid_id = suspense_overpaid_id(posting_id);

    return record_returned(record, book_suspense(record->book, &overpaid_id), reason, err);
}

static enum status draft_reversal(const struct record *record, const struct posting *posting, const char *reason,
                                  struct posting_draft *ret_draft, struct error *err)
{
    const struct id reversal_id = ledger_reversal_id(&posting->draft.posting_id);
    const struct instant now = unit_now(record->unit);
    char text[ID_TEXT_SIZE];

    if (book_posting(record->book, &reversal_id))
        return error_set(err, STATUS_FAILED_PRECONDITION, "posting %s is reversed already",
                         id_format(&posting->draft.posting_id, text));
    enum status st = ledger_draft_reversal(posting, reason, (int32_t)(now.us / US_PER_DAY), ret_draft, err);
    if (st == STATUS_OK)
        ret_draft->posted_at = now;
    return st;
}

enum status payment_take_back(const struct record *record, const struct posting *posting, const char *reason,
                              struct payment_taken *ret_taken, struct error *err)
{
    struct account *account = book_account(record->book, &posting->account_id);
    struct payment_taken taken = {0};
    struct posting_draft draft;
    struct posting reversal;

    if (draft_reversal(record, posting, reason, &draft, &taken.refusal) != STATUS_OK) {
        *ret_taken = taken;
        return STATUS_OK;
    }
    enum status st = interest_precede(record, account, draft.effective_on_days, draft.posted_at, err);
    if (st != STATUS_OK)
        return st;
    if (ledger_post(account, &draft, &reversal, &taken.refusal) != STATUS_OK)
        return refuse(record, account, &taken, ret_taken, err);
    st = record_posting(record, account, &reversal, &taken.posting, err);
    if (st == STATUS_OK)
        st = payment_return_rest(record, &posting->draft.posting_id, reason, err);
    *ret_taken = taken;
    return st;
}
