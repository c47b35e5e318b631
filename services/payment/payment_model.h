#ifndef DUNLIN_PAYMENT_MODEL_H
#define DUNLIN_PAYMENT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bucket_model.h"
#include "clock/clock.h"
#include "id/id.h"
#include "money/money.h"
#include "payment_tolerance.h"
#include "status/status.h"
#include "stop_model.h"

/* The rules of the ledger and of promises to pay: no I/O, no clock, no wire types. Ids and times come in as parameters.
 *
 * A posting is a set of entries that sums to zero. What an account's debtor owes is the sum of its entries on
 * LEDGER_RECEIVABLE; the account's balance is that sum, carried along. Postings are never changed: a reversal is a
 * posting with the opposite entries. */

/* Numbers are stored: payment.ledger_account says what each is. */
enum ledger_account {
    LEDGER_RECEIVABLE = 1,   /* what debtors owe */
    LEDGER_CLIENT_FUNDS = 2, /* what clients have placed: the other side of the receivable */
    LEDGER_CASH = 3,         /* money received */
    LEDGER_ADJUSTMENT = 4,   /* what clients have restated since */
    LEDGER_CLIENT_CASH = 5,  /* money that clients received themselves */
    LEDGER_CHARGE = 6,       /* interest, fees and costs that came on top */
    LEDGER_CREDIT = 7,       /* taken off: a dispute that was right, a settlement */
};

/* Numbers are stored, and are those of the wire. */
enum posting_kind {
    POSTING_PLACEMENT = 1,
    POSTING_PAYMENT = 2,
    POSTING_REVERSAL = 3,
    POSTING_ADJUSTMENT = 4,
    POSTING_INTEREST = 5,
    POSTING_FEE = 6, /* of fees and costs, as the agreement or the law allows */
    POSTING_CREDIT = 7,
};
#define POSTING_KINDS_END 8

/* Who has the money of a payment. Numbers are stored, and are those of the wire. */
enum paid_to {
    PAID_TO_NOBODY = 0, /* it is no payment */
    PAID_TO_AGENCY = 1, /* into trust */
    PAID_TO_CLIENT = 2,
    PAID_TO_OTHER_AGENCY = 3,
    PAID_FROM_SUSPENSE = 4, /* in trust already */
};

struct ledger_entry {
    enum ledger_account ledger_account;
    int64_t amount_minor;
};

/* The entries of a posting: the receivable, and one account against it. */
enum {
    POSTING_OWED,
    POSTING_AGAINST,
    POSTING_ENTRIES,
};

/* Value dates from 1900-01-01 to 2199-12-31, as everywhere in Dunlin. */
#define EFFECTIVE_ON_MIN (-25567)
#define EFFECTIVE_ON_MAX 84005

/* Where a reported posting stood in a client's file. Texts and bytes are borrowed. */
struct provenance {
    struct id placement_id; /* none: from no file, or an opening, whose account says it */
    const char *file_name;
    int64_t line;
    const uint8_t *record_hash;
    size_t record_hash_len;
};

/* What is to be posted. */
struct posting_draft {
    struct id posting_id;
    enum posting_kind kind;
    struct money change;    /* of what is owed: negative for a payment */
    struct charges charges; /* as far as it is of interest, fees and costs; the rest is principal */
    enum paid_to paid_to;
    int64_t fee_minor;         /* contingency fee that the agency earns by it; a reversal gives it back */
    int32_t effective_on_days; /* value date */
    const char *reference;     /* borrowed; never NULL */
    struct id reverses;        /* none unless a reversal */
    int32_t reverses_number;   /* the reversed posting's number; 0 unless a reversal */
    int64_t cause_seq;         /* log position of the event behind it; 0: a command */
    struct instant posted_at;
    struct provenance provenance;
};

struct posting {
    struct posting_draft draft;
    struct id account_id;
    int32_t number;        /* on its account, from 1, without gaps */
    int64_t balance_minor; /* after it */
    struct ledger_entry entries[POSTING_ENTRIES];
};

struct promise;

/* An account as the ledger sees it. */
struct account {
    struct id account_id;
    struct id debtor_id;
    int32_t agency_id;
    const char *client;   /* borrowed; whose claim it is; "" where it was placed before anybody asked */
    int32_t age_days;     /* of the debt when it was placed: from its due day on */
    int64_t placed_minor; /* owed at placement */
    struct money balance; /* owed now; negative: overpaid */
    struct charges owed;  /* of the balance, what is no principal */
    int32_t n_postings;
    bool is_recalled;
    bool is_adjudged;             /* a court has decided: the agency earns by the legal stage of the agreement */
    struct id dispute_id;         /* that stands against the debt, answered or not; none: it is not disputed */
    bool is_held;                 /* nothing may be collected until it is answered */
    int64_t held_minor;           /* where only a part is held: how much; 0: none */
    struct promise *open_promise; /* borrowed; NULL where none is open */
    struct id plan_id;            /* that its postings flow through: active, on hold or completed; none */
    struct id proposed_plan_id;   /* that waits for approval; none */
    const struct stops *stops;    /* of its debtor; borrowed; NULL: nothing ever stopped him */
};

/* What may be asked for, agreed on and drawn: what is owed without what a dispute holds (15 USC 1692g(b), 12 CFR
 * 1006.38(d)(2)(i)); nothing while something stops the debtor (stop_model.h). What is paid is taken all the same. */
int64_t account_collectable_minor(const struct account *account);

/* Why less may be collected than is owed, static. */
const char *account_held_reason(const struct account *account);

/* FAILED_PRECONDITION where less than `minor` may be collected because of that. */
MUST_USE enum status account_check_held(const struct account *account, int64_t minor, struct error *err);

/* Posts: the balance moves and the posting gets the next number. The first posting of an account is its placement, and
 * no other is one; a payment lowers what is owed and a reversal raises it; a payment may lower it below zero
 * (overpaid). Of `charges` each goes to its bucket. Fails with INVALID_ARGUMENT (another currency, wrong sign, a value
 * date out of bounds), OUT_OF_RANGE (the balance does not fit), FAILED_PRECONDITION (first posting no placement, or a
 * second placement); `account` is untouched then. */
MUST_USE enum status ledger_post(struct account *account, const struct posting_draft *draft,
                                 struct posting *ret_posting, struct error *err);

/* What ledger_post checks of a payment but its amount, for money of which nothing may be owed: currency and value date.
 */
MUST_USE enum status payment_check(const struct account *account, const struct posting_draft *draft, struct error *err);

/* The draft that takes `posting` back at its full amount. Fails with FAILED_PRECONDITION where it is no payment. That
 * it is not reversed yet is for the caller to know: a reversal's id is derived from what it reverses. */
MUST_USE enum status ledger_draft_reversal(const struct posting *posting, const char *reason, int32_t effective_on_days,
                                           struct posting_draft *ret_draft, struct error *err);

/* Id of the posting that reverses `posting_id`: there can be only one. */
struct id ledger_reversal_id(const struct id *posting_id);

/* True where the entries sum to zero. */
bool posting_is_balanced(const struct posting *posting);

const char *posting_kind_name(enum posting_kind kind);

#define PROMISE_DUE_MAX_DAYS 366 /* later is a mistyped year, not a promise */

/* Numbers are stored, and are those of the wire. */
enum promise_state {
    PROMISE_OPEN = 1,
    PROMISE_KEPT = 2,
    PROMISE_BROKEN = 3,
    PROMISE_CANCELLED = 4,
    PROMISE_PARTIAL = 5, /* its day and grace are over: something was paid, and not enough */
};
#define PROMISE_STATES_END 6

enum promise_event {
    PROMISE_EVENT_FULFIL,     /* payments since it was made are enough by its tolerance, or pay all that is owed */
    PROMISE_EVENT_EXPIRE,     /* its day and grace are over, and nothing was paid */
    PROMISE_EVENT_CANCEL,     /* taken back without fault of the debtor */
    PROMISE_EVENT_FALL_SHORT, /* its day and grace are over, and too little was paid */
};
#define PROMISE_EVENTS_END 4

struct promise {
    struct id promise_id;
    struct id account_id;
    struct id debtor_id;
    int32_t agency_id;
    enum promise_state state;
    struct money amount;
    int64_t paid_minor; /* by payments posted after it was made, less their reversals */
    int32_t due_on_days;
    struct instant breaks_at;   /* fixed when it is made: a later change of the SOP's grace leaves it alone */
    struct tolerance tolerance; /* fixed, too */
    int32_t made_after;         /* number of the account's last posting before it */
    struct instant made_at;
    const char *reason; /* of a cancellation; borrowed; "" where there is none */
};

struct promise_terms {
    struct id promise_id;
    struct money amount;
    int32_t due_on_days;
    struct instant made_at;
    int32_t grace_days;
    struct tolerance tolerance;
    bool has_plan; /* a plan is agreed on for the account: its instalments are what is promised */
};

/* End of the due day in UTC plus whole days of grace. The debtor's own zone is unknown here. West of Greenwich his day
 * ends up to twelve hours after UTC's: without a day of grace it would be cut short there. */
struct instant promise_breaks_at(int32_t due_on_days, int32_t grace_days);

/* Makes an open promise on the account; account->open_promise is for the caller to set once it has stored it.
 * Fails with FAILED_PRECONDITION (recalled, nothing owed, another promise open, a plan agreed on, more than may be
 * collected) or INVALID_ARGUMENT (amount not positive, another currency, due before the day it is made - one day of
 * leeway, for the debtor's day may be behind UTC's - or more than PROMISE_DUE_MAX_DAYS after). */
MUST_USE enum status promise_make(const struct account *account, const struct promise_terms *terms,
                                  struct promise *ret_promise, struct error *err);

/* The one mover of promise states. *ret_text, static, says what happened. FAILED_PRECONDITION where the state forbids
 * it. */
MUST_USE enum status promise_move(struct promise *promise, enum promise_event event, const char **ret_text,
                                  struct error *err);

/* What it is to it that its day and grace are over. */
enum promise_event promise_end_of(const struct promise *promise);

/* What a posting, just made on the account, does to its open promise: a payment counts towards it and may fulfil it;
 * the reversal of a payment that counted is taken off; an adjustment that leaves nothing owed cancels it. Returns the
 * promise where it left OPEN (account->open_promise is NULL then), else NULL. A promise once kept stays kept when its
 * payment is reversed: what followed from it has happened, and PaymentReversed is itself the fact to act on. */
struct promise *promise_settle(struct account *account, const struct posting *posting);

const char *promise_state_name(enum promise_state state);

#endif
