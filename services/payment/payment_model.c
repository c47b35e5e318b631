#include "payment_model.h"

#include <assert.h>
#include <inttypes.h>

enum sign {
    SIGN_ANY,
    SIGN_NEGATIVE,
    SIGN_POSITIVE,
};

/* Against which ledger account each kind is posted, and which way it moves what is owed. */
static const struct posting_rule {
    const char *name;
    enum ledger_account against;
    enum sign sign;
} RULES[] = {
    [POSTING_PLACEMENT] = {"placement", LEDGER_CLIENT_FUNDS, SIGN_ANY},
    [POSTING_PAYMENT] = {"payment", LEDGER_CASH, SIGN_NEGATIVE},
    [POSTING_REVERSAL] = {"reversal", LEDGER_CASH, SIGN_POSITIVE},
    [POSTING_ADJUSTMENT] = {"adjustment", LEDGER_ADJUSTMENT, SIGN_ANY},
    [POSTING_INTEREST] = {"interest", LEDGER_CHARGE, SIGN_ANY}, /* a payment of an earlier day takes some back */
    [POSTING_FEE] = {"fee", LEDGER_CHARGE, SIGN_POSITIVE},
    [POSTING_CREDIT] = {"credit", LEDGER_CREDIT,
                        SIGN_ANY}, /* a settlement's payment comes back, and its discount goes */
};
_Static_assert(ARRAY_SIZE(RULES) == POSTING_KINDS_END, "a row each");

/* A payment that the client received himself is against his own cash. */
static enum ledger_account against(const struct posting_draft *draft)
{
    const bool is_clients = draft->paid_to == PAID_TO_CLIENT || draft->paid_to == PAID_TO_OTHER_AGENCY;

    return is_clients ? LEDGER_CLIENT_CASH : RULES[draft->kind].against;
}

const char *posting_kind_name(enum posting_kind kind)
{
    return RULES[kind].name;
}

static enum status check_order(const struct account *account, enum posting_kind kind, struct error *err)
{
    bool is_first = account->n_postings == 0;

    if (is_first && kind != POSTING_PLACEMENT)
        return error_set(err, STATUS_FAILED_PRECONDITION, "%s before the placement", RULES[kind].name);
    if (!is_first && kind == POSTING_PLACEMENT)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the account is placed already");
    if (account->n_postings == INT32_MAX)
        return error_set(err, STATUS_OUT_OF_RANGE, "the account has no room for another posting");
    return STATUS_OK;
}

static enum status check_day(const struct posting_draft *draft, struct error *err)
{
    if (draft->effective_on_days < EFFECTIVE_ON_MIN || draft->effective_on_days > EFFECTIVE_ON_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "value date: day %d is not between 1900 and 2199",
                         draft->effective_on_days);
    return STATUS_OK;
}

static enum status check_change(const struct posting_draft *draft, struct error *err)
{
    int64_t change = draft->change.minor;
    enum sign sign = RULES[draft->kind].sign;

    /* The opposite entry of the smallest number would not fit. */
    if (change == INT64_MIN)
        return error_set(err, STATUS_OUT_OF_RANGE, "the amount is too large");
    if ((sign == SIGN_NEGATIVE && change >= 0) || (sign == SIGN_POSITIVE && change <= 0))
        return error_set(err, STATUS_INVALID_ARGUMENT, "a %s of %lld minor units: the amount must be positive",
                         RULES[draft->kind].name, (long long)(sign == SIGN_NEGATIVE ? -change : change));
    return check_day(draft, err);
}

enum status payment_check(const struct account *account, const struct posting_draft *draft, struct error *err)
{
    struct money ignored;
    enum status st = check_day(draft, err);

    return st == STATUS_OK ? money_add(account->balance, draft->change, &ignored, err) : st;
}

int64_t account_collectable_minor(const struct account *account)
{
    const int64_t owed_minor = account->balance.minor;

    if (owed_minor <= 0)
        return owed_minor;
    if (stops_reason(account->stops))
        return 0;
    return account->is_held || account->held_minor >= owed_minor ? 0 : owed_minor - account->held_minor;
}

const char *account_held_reason(const struct account *account)
{
    const char *reason = stops_reason(account->stops);

    return reason ? reason : "the debt is disputed";
}

enum status account_check_held(const struct account *account, int64_t minor, struct error *err)
{
    const int64_t collectable_minor = account_collectable_minor(account);

    if (minor <= collectable_minor || collectable_minor == account->balance.minor)
        return STATUS_OK;
    const enum status st = stops_check(account->stops, err);
    if (st != STATUS_OK)
        return st;
    return error_set(err, STATUS_FAILED_PRECONDITION,
                     "the debt is disputed: until that is answered, %" PRId64 " of the %" PRId64
                     " owed may be collected",
                     collectable_minor, account->balance.minor);
}

enum status ledger_post(struct account *account, const struct posting_draft *draft, struct posting *ret_posting,
                        struct error *err)
{
    struct money balance;
    struct charges owed = account->owed;
    enum status st = check_order(account, draft->kind, err);

    if (st == STATUS_OK)
        st = check_change(draft, err);
    if (st == STATUS_OK)
        st = money_add(account->balance, draft->change, &balance, err);
    if (st == STATUS_OK)
        st = charges_add(&owed, &draft->charges, err);
    if (st != STATUS_OK)
        return st;
    account->balance = balance;
    account->owed = owed;
    account->n_postings++;
    *ret_posting = (struct posting){
        .draft = *draft,
        .account_id = account->account_id,
        .number = account->n_postings,
        .balance_minor = balance.minor,
        .entries = {{LEDGER_RECEIVABLE, draft->change.minor}, {against(draft), -draft->change.minor}},
    };
    return STATUS_OK;
}

enum status ledger_draft_reversal(const struct posting *posting, const char *reason, int32_t effective_on_days,
                                  struct posting_draft *ret_draft, struct error *err)
{
    if (posting->draft.kind != POSTING_PAYMENT)
        return error_set(err, STATUS_FAILED_PRECONDITION, "a %s cannot be reversed, only a payment",
                         RULES[posting->draft.kind].name);
    *ret_draft = (struct posting_draft){
        .posting_id = ledger_reversal_id(&posting->draft.posting_id),
        .kind = POSTING_REVERSAL,
        .change = posting->draft.change,
        .charges = charges_negate(&posting->draft.charges),
        /* What came out of suspense had come in before: now it goes. */
        .paid_to = posting->draft.paid_to == PAID_FROM_SUSPENSE ? PAID_TO_AGENCY : posting->draft.paid_to,
        .fee_minor = -posting->draft.fee_minor,
        .effective_on_days = effective_on_days,
        .reference = reason,
        .reverses = posting->draft.posting_id,
        .reverses_number = posting->number,
    };
    ret_draft->change.minor = -posting->draft.change.minor;
    return STATUS_OK;
}

struct id ledger_reversal_id(const struct id *posting_id)
{
    return id_derive(posting_id, "reversal", NULL, 0);
}

bool posting_is_balanced(const struct posting *posting)
{
    int64_t sum = 0;

    for (size_t i = 0; i < POSTING_ENTRIES; i++)
        if (__builtin_add_overflow(sum, posting->entries[i].amount_minor, &sum))
            return false;
    return sum == 0;
}

static const char *const STATE_NAMES[PROMISE_STATES_END] = {
    [PROMISE_OPEN] = "open",           [PROMISE_KEPT] = "kept",           [PROMISE_BROKEN] = "broken",
    [PROMISE_CANCELLED] = "cancelled", [PROMISE_PARTIAL] = "partly kept",
};

/* All that may happen to a promise: where there is no row, it is refused. */
static const struct promise_rule {
    enum promise_state from;
    enum promise_event event;
    enum promise_state to;
    const char *text;
} MOVES[] = {
    {PROMISE_OPEN, PROMISE_EVENT_FULFIL, PROMISE_KEPT, "the money is there"},
    {PROMISE_OPEN, PROMISE_EVENT_EXPIRE, PROMISE_BROKEN, "its day and grace are over"},
    {PROMISE_OPEN, PROMISE_EVENT_FALL_SHORT, PROMISE_PARTIAL, "its day and grace are over, and it is paid in part"},
    {PROMISE_OPEN, PROMISE_EVENT_CANCEL, PROMISE_CANCELLED, "taken back without fault of the debtor"},
};

const char *promise_state_name(enum promise_state state)
{
    return STATE_NAMES[state];
}

enum status promise_move(struct promise *promise, enum promise_event event, const char **ret_text, struct error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(MOVES); i++) {
        if (MOVES[i].from != promise->state || MOVES[i].event != event)
            continue;
        promise->state = MOVES[i].to;
        *ret_text = MOVES[i].text;
        return STATUS_OK;
    }
    return error_set(err, STATUS_FAILED_PRECONDITION, "the promise is %s already", STATE_NAMES[promise->state]);
}

struct instant promise_breaks_at(int32_t due_on_days, int32_t grace_days)
{
    return (struct instant){((int64_t)due_on_days + grace_days + 1) * US_PER_DAY};
}

static enum status check_account(const struct account *account, struct error *err)
{
    if (account->is_recalled)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the client has taken the account back");
    if (account->balance.minor <= 0)
        return error_set(err, STATUS_FAILED_PRECONDITION, "nothing is owed on the account");
    if (account->open_promise)
        return error_set(err, STATUS_FAILED_PRECONDITION, "another promise is open on the account");
    return STATUS_OK;
}

static enum status check_terms(const struct account *account, const struct promise_terms *terms, struct error *err)
{
    /* Adds nothing: the one place that compares currencies is money's. */
    struct money ignored;
    struct money nothing = terms->amount;
    nothing.minor = 0;
    enum status st = money_add(account->balance, nothing, &ignored, err);
    if (st != STATUS_OK)
        return st;
    if (terms->amount.minor <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount_minor: %lld is not positive",
                         (long long)terms->amount.minor);
    int64_t ahead = terms->due_on_days - terms->made_at.us / US_PER_DAY;
    if (ahead < -1 || ahead > PROMISE_DUE_MAX_DAYS)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "due_on_days: %d is %lld days from now; from today to %d days ahead is allowed",
                         terms->due_on_days, (long long)ahead, PROMISE_DUE_MAX_DAYS);
    return STATUS_OK;
}

enum status promise_make(const struct account *account, const struct promise_terms *terms, struct promise *ret_promise,
                         struct error *err)
{
    enum status st = check_account(account, err);

    if (st == STATUS_OK && terms->has_plan)
        st = error_set(err, STATUS_FAILED_PRECONDITION, "a plan is agreed on for the account: payments are due by it");
    if (st == STATUS_OK)
        st = check_terms(account, terms, err);
    if (st == STATUS_OK)
        st = account_check_held(account, terms->amount.minor, err);
    if (st != STATUS_OK)
        return st;
    *ret_promise = (struct promise){
        .promise_id = terms->promise_id,
        .account_id = account->account_id,
        .debtor_id = account->debtor_id,
        .agency_id = account->agency_id,
        .state = PROMISE_OPEN,
        .amount = terms->amount,
        .due_on_days = terms->due_on_days,
        .breaks_at = promise_breaks_at(terms->due_on_days, terms->grace_days),
        .tolerance = terms->tolerance,
        .made_after = account->n_postings,
        .made_at = terms->made_at,
        .reason = "",
    };
    return STATUS_OK;
}

/* A promise that is worth more than the largest number has been paid long since. */
static int64_t add_capped(int64_t a, int64_t b)
{
    int64_t sum;

    if (!__builtin_add_overflow(a, b, &sum))
        return sum;
    return b > 0 ? INT64_MAX : INT64_MIN;
}

static bool counts_towards(const struct promise *promise, const struct posting *posting)
{
    return posting->draft.kind == POSTING_PAYMENT ||
           (posting->draft.kind == POSTING_REVERSAL && posting->draft.reverses_number > promise->made_after);
}

enum promise_event promise_end_of(const struct promise *promise)
{
    switch (promise_outcome(promise->amount.minor, promise->paid_minor, promise->tolerance)) {
    case PROMISE_OUTCOME_KEPT:
        return PROMISE_EVENT_FULFIL;
    case PROMISE_OUTCOME_PARTIAL:
        return PROMISE_EVENT_FALL_SHORT;
    case PROMISE_OUTCOME_BROKEN:
        break;
    }
    return PROMISE_EVENT_EXPIRE;
}

struct promise *promise_settle(struct account *account, const struct posting *posting)
{
    struct promise *promise = account->open_promise;
    const char *text;
    bool is_all_paid = account->balance.minor <= 0;
    enum promise_event event;

    if (!promise)
        return NULL;
    if (counts_towards(promise, posting))
        promise->paid_minor = add_capped(promise->paid_minor, -posting->draft.change.minor);
    const bool is_kept =
        promise_outcome(promise->amount.minor, promise->paid_minor, promise->tolerance) == PROMISE_OUTCOME_KEPT;
    if (posting->draft.kind == POSTING_PAYMENT && (is_kept || is_all_paid)) {
        event = PROMISE_EVENT_FULFIL;
    } else if (posting->draft.kind == POSTING_ADJUSTMENT && is_all_paid) {
        event = PROMISE_EVENT_CANCEL;
        promise->reason = "the client says that nothing is owed any more";
    } else {
        return NULL;
    }
    enum status st = promise_move(promise, event, &text, NULL);
    /* An open promise may always be kept or cancelled: both rows stand above. */
    assert(st == STATUS_OK);
    (void)st;
    account->open_promise = NULL;
    return promise;
}
