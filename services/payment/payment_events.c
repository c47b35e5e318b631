#include "payment_events.h"

#include <string.h>

#include "allocation.h"
#include "debit_record.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "interest_record.h"
#include "logging/logging.h"
#include "payment_codec.h"
#include "payment_record.h"
#include "payment_service.h"
#include "payment_store.h"
#include "plan_record.h"
#include "policy/policy_holder.h"
#include "service/wire.h"
#include "stop_events.h"

/* The account that an event is about. One that was never placed is a fault somewhere before us: the event is parked. */
static enum status find_account(const struct book *book, const ProtobufCBinaryData *account_id,
                                struct account **ret_account, struct error *err)
{
    struct id id;
    char text[ID_TEXT_SIZE];
    enum status st = wire_read_id(account_id, "account_id", &id, err);

    if (st != STATUS_OK)
        return st;
    *ret_account = book_account(book, &id);
    if (!*ret_account)
        return error_set(err, STATUS_FAILED_PRECONDITION, "account %s was never placed", id_format(&id, text));
    return STATUS_OK;
}

static enum status want_account(struct book *book, const ProtobufCBinaryData *account_id, struct error *err)
{
    struct id id;
    enum status st = wire_read_id(account_id, "account_id", &id, err);

    if (st == STATUS_OK)
        book_want_account(book, &id);
    return st;
}

static int32_t day_of(int64_t us)
{
    return (int32_t)(us / US_PER_DAY);
}

static enum status post(const struct record *record, struct account *account, const struct posting_draft *draft,
                        struct error *err)
{
    struct posting posting;
    enum status st = ledger_post(account, draft, &posting, err);

    return st == STATUS_OK ? record_posting(record, account, &posting, NULL, err) : st;
}

/* AccountPlaced: the opening posting. */

/* An account is placed once, and this is its first event: there is nothing to load. What stops its debtor it brings
 * along when it is loaded next; until then nothing is posted that would ask. */
static enum status want_placed(struct book *book, const struct service_event *event, struct error *err)
{
    (void)book;
    (void)event;
    (void)err;
    return STATUS_OK;
}

static enum status draft_opening(const struct service_event *event, const struct account *account,
                                 struct posting_draft *ret_draft, struct error *err)
{
    const Dunlin__Intake__V1__AccountPlaced *placed = (const void *)event->message;

    *ret_draft = (struct posting_draft){
        .posting_id = id_derive(&account->account_id, "placement", NULL, 0),
        .kind = POSTING_PLACEMENT,
        .effective_on_days = day_of(placed->placed_at_us),
        .reference = placed->client_reference,
        .cause_seq = event->event->seq,
        .posted_at = {event->event->occurred_at_us},
    };
    /* Where it stood in its file is the account's, and in the event that cause_seq names: not once more for each. */
    return codec_money(placed->balance_minor, placed->currency, &ret_draft->change, err);
}

static enum status apply_placed(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountPlaced *placed = (const void *)event->message;
    struct account account = {.agency_id = event->event->agency_id};
    struct posting_draft draft;
    enum status st = wire_read_id(&placed->account_id, "account_id", &account.account_id, err);

    if (st == STATUS_OK)
        st = wire_read_id(&placed->debtor_id, "debtor_id", &account.debtor_id, err);
    if (st != STATUS_OK)
        return st;
    if (book_account(record->book, &account.account_id))
        return error_set(err, STATUS_ALREADY_EXISTS, "the account was placed before");
    st = draft_opening(event, &account, &draft, err);
    if (st != STATUS_OK)
        return st;
    account.balance = draft.change;
    account.balance.minor = 0;
    account.client = placed->client;
    account.age_days = day_of(placed->placed_at_us) - placed->due_on_days;
    account.placed_minor = placed->balance_minor;
    interest_open(record, &account, draft.effective_on_days, placed->due_on_days,
                  placed->debt_kind == DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_COMMERCIAL);
    if (placed->is_disputed) { /* until service dispute has opened it */
        account.dispute_id = account.account_id;
        account.is_held = true;
    }
    return post(record, book_add_account(record->book, &account, 0), &draft, err);
}

/* AccountUpdated: the client restates what is owed. */

static bool states_balance(const Dunlin__Intake__V1__AccountUpdated *updated)
{
    return updated->balance_presence_case == DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__BALANCE_PRESENCE_BALANCE_MINOR;
}

static enum status want_updated(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountUpdated *updated = (const void *)event->message;

    return states_balance(updated) ? want_account(book, &updated->account_id, err) : STATUS_OK;
}

static struct id adjustment_id(const struct account *account, int64_t seq)
{
    uint8_t key[sizeof(seq)];

    for (size_t i = 0; i < sizeof(key); i++)
        key[i] = (uint8_t)((uint64_t)seq >> (8 * (sizeof(key) - 1 - i)));
    return id_derive(&account->account_id, "adjustment", key, sizeof(key));
}

static enum status apply_updated(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountUpdated *updated = (const void *)event->message;
    struct account *account;

    if (!states_balance(updated))
        return STATUS_OK;
    enum status st = find_account(record->book, &updated->account_id, &account, err);
    if (st != STATUS_OK)
        return st;
    struct posting_draft draft = {
        .posting_id = adjustment_id(account, event->event->seq),
        .kind = POSTING_ADJUSTMENT,
        .effective_on_days = day_of(event->event->occurred_at_us),
        .reference = "",
        .cause_seq = event->event->seq,
        .posted_at = {event->event->occurred_at_us},
    };
    st = codec_money(0, updated->currency, &draft.change, err);
    if (st == STATUS_OK)
        st = codec_provenance(updated->provenance, &draft.provenance, err);
    if (st == STATUS_OK)
        st = interest_precede(record, account, draft.effective_on_days, draft.posted_at, err);
    if (st != STATUS_OK)
        return st;
    if (__builtin_sub_overflow(updated->balance_minor, account->balance.minor, &draft.change.minor))
        return error_set(err, STATUS_OUT_OF_RANGE, "balance_minor: too far from the balance so far");
    bool is_same_currency = strcmp(draft.change.currency, account->balance.currency) == 0;
    if (draft.change.minor == 0 && is_same_currency) {
        st = interest_follow(record, account, NULL, err);
        return st == STATUS_OK ? record_unchanged(record, account, draft.cause_seq, err) : st;
    }
    if (draft.change.minor < 0)
        allocation_order(((const struct policy_holder *)unit_context(record->unit))->agreements, account, &draft);
    return post(record, account, &draft, err);
}

/* With what is scheduled to be drawn for it. */
static enum status want_with_debits(struct book *book, const ProtobufCBinaryData *account_id, struct error *err)
{
    const enum status st = want_account(book, account_id, err);

    if (st == STATUS_OK) {
        const struct id id = wire_known_id(account_id);
        debit_book_want_pending(book->debits, &id);
    }
    return st;
}

static enum status want_recalled(struct book *book, const struct service_event *event, struct error *err)
{
    return want_with_debits(book, &((const Dunlin__Intake__V1__AccountRecalled *)event->message)->account_id, err);
}

static enum status apply_recalled(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountRecalled *recalled = (const void *)event->message;
    struct account *account;
    enum status st = find_account(record->book, &recalled->account_id, &account, err);

    if (st != STATUS_OK || account->is_recalled)
        return st;
    account->is_recalled = true;
    book_touch_account(account);
    st = interest_stop(record, account, (struct instant){event->event->occurred_at_us}, err);
    if (st == STATUS_OK)
        st = record_debits_cancel(record, &account->account_id, "the client took the account back", err);
    if (st == STATUS_OK)
        st = record_plans_end(record, account, PLAN_EVENT_RECALL, "the client took the account back", err);
    return st == STATUS_OK ? record_promise_cancel(record, account, "the client took the account back", err) : st;
}

static enum status want_reported(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__PaymentReported *reported = (const void *)event->message;
    struct id payment_id;
    enum status st = want_account(book, &reported->account_id, err);

    if (st == STATUS_OK)
        st = wire_read_id(&reported->payment_id, "payment_id", &payment_id, err);
    if (st == STATUS_OK)
        book_want_posting(book, &payment_id);
    return st;
}

static enum status apply_reported(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__PaymentReported *reported = (const void *)event->message;
    const struct policy_holder *policy = unit_context(record->unit);
    struct account *account;
    struct posting_draft draft = {
        .kind = POSTING_PAYMENT,
        .effective_on_days = reported->paid_on_days,
        .reference = reported->reference,
        .cause_seq = event->event->seq,
        .posted_at = {event->event->occurred_at_us},
    };
    enum status st = find_account(record->book, &reported->account_id, &account, err);

    if (st == STATUS_OK)
        st = wire_read_id(&reported->payment_id, "payment_id", &draft.posting_id, err);
    if (st != STATUS_OK)
        return st;
    if (book_posting(record->book, &draft.posting_id)) /* the same payment reported twice is one payment */
        return record_unchanged(record, account, draft.cause_seq, err);
    if (reported->amount_minor <= 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "amount_minor: %lld is not positive",
                         (long long)reported->amount_minor);
    st = codec_money(-reported->amount_minor, reported->currency, &draft.change, err);
    if (st == STATUS_OK)
        st = codec_provenance(reported->provenance, &draft.provenance, err);
    if (st == STATUS_OK)
        st = payment_check(account, &draft, err);
    if (st == STATUS_OK)
        st = interest_precede(record, account, draft.effective_on_days, draft.posted_at, err);
    if (st != STATUS_OK)
        return st;
    allocation_apply(policy->agreements, account, PAID_TO_CLIENT, &draft); /* he says what he was paid */
    return post(record, account, &draft, err);
}

/* DisputeOpened, DisputeReopened: the debt is disputed until that dispute is resolved. An answer does not end it: the
 * debtor still disputes what was verified. It ends what is held by it. */

/* Of an account, what a dispute keeps from being collected. */
struct extent {
    bool is_held;       /* all of it */
    int64_t held_minor; /* a part; 0: none */
};

static const struct extent NOTHING = {false, 0}, EVERYTHING = {true, 0};

static struct extent extent_of(bool is_without_hold, const Dunlin__Dispute__V1__HeldPart *part)
{
    if (is_without_hold)
        return NOTHING;
    return part && part->amount_minor > 0 ? (struct extent){false, part->amount_minor} : EVERYTHING;
}

static enum status set_dispute(const struct record *record, struct account *account, const struct id *dispute_id,
                               struct extent extent, struct error *err)
{
    const bool is_extent_new = account->is_held != extent.is_held || account->held_minor != extent.held_minor;

    if (id_equal(&account->dispute_id, dispute_id) && !is_extent_new)
        return STATUS_OK;
    account->dispute_id = *dispute_id;
    account->is_held = extent.is_held;
    account->held_minor = extent.held_minor;
    book_touch_account(account);
    return is_extent_new ? record_held_changed(record, account, "the dispute is answered", err) : STATUS_OK;
}

/* Where the dispute `is_begun` it stands against the debt from here on; else only what is held by it changes. */
static enum status take_dispute(const struct record *record, const ProtobufCBinaryData *account_id,
                                const ProtobufCBinaryData *dispute_id, bool is_begun, struct extent extent,
                                struct error *err)
{
    struct account *account;
    struct id id;
    enum status st = find_account(record->book, account_id, &account, err);

    if (st == STATUS_OK)
        st = wire_read_id(dispute_id, "dispute_id", &id, err);
    if (st == STATUS_OK && (is_begun || id_equal(&account->dispute_id, &id)))
        st = set_dispute(record, account, &id, extent, err);
    return st;
}

static enum status want_opened(struct book *book, const struct service_event *event, struct error *err)
{
    return want_with_debits(book, &((const Dunlin__Dispute__V1__DisputeOpened *)event->message)->account_id, err);
}

static enum status apply_opened(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeOpened *opened = (const void *)event->message;
    const bool is_without_hold = opened->detail && opened->detail->is_without_hold;

    return take_dispute(record, &opened->account_id, &opened->dispute_id, true,
                        extent_of(is_without_hold, opened->held_part), err);
}

static enum status want_reopened(struct book *book, const struct service_event *event, struct error *err)
{
    return want_with_debits(book, &((const Dunlin__Dispute__V1__DisputeReopened *)event->message)->account_id, err);
}

static enum status apply_reopened(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeReopened *reopened = (const void *)event->message;

    return take_dispute(record, &reopened->account_id, &reopened->dispute_id, true,
                        extent_of(reopened->is_without_hold, reopened->held_part), err);
}

/* DisputeAmended, VerificationSent: another part is held, or all of the debt, or nothing any more. */

static enum status want_amended(struct book *book, const struct service_event *event, struct error *err)
{
    return want_with_debits(book, &((const Dunlin__Dispute__V1__DisputeAmended *)event->message)->account_id, err);
}

/* One that is answered holds nothing, whatever more is known of it. */
static enum status apply_amended(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeAmended *amended = (const void *)event->message;
    const Dunlin__Dispute__V1__DisputeDetail *detail = amended->detail;
    const bool is_without_hold = detail && (detail->is_without_hold || detail->answered_at_us != 0);

    return take_dispute(record, &amended->account_id, &amended->dispute_id, false,
                        extent_of(is_without_hold, amended->held_part), err);
}

static enum status want_verified(struct book *book, const struct service_event *event, struct error *err)
{
    return want_with_debits(book, &((const Dunlin__Dispute__V1__VerificationSent *)event->message)->account_id, err);
}

static enum status apply_verified(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Dispute__V1__VerificationSent *sent = (const void *)event->message;

    return take_dispute(record, &sent->account_id, &sent->dispute_id, false, NOTHING, err);
}

/* DisputeResolved: what the debtor was right about, or the creditor conceded, is taken off. Two persons agreed to it.
 */

static enum status want_resolved(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeResolved *resolved = (const void *)event->message;
    struct id credit_id;
    enum status st = want_with_debits(book, &resolved->account_id, err);

    if (resolved->credit_minor == 0)
        return st;
    if (st == STATUS_OK)
        st = wire_read_id(&resolved->credit_id, "credit_id", &credit_id, err);
    if (st == STATUS_OK)
        book_want_posting(book, &credit_id);
    return st;
}

/* Where the debtor was right and none of it is owed, the debt stays one that he disputes: no money goes there but by
 * his word. */
static enum status end_dispute(const struct record *record, struct account *account,
                               const Dunlin__Dispute__V1__DisputeResolved *resolved, struct error *err)
{
    const bool is_won = resolved->outcome == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_UPHELD ||
                        resolved->outcome == DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_CONCEDED;
    const struct id dispute_id = wire_known_id(&resolved->dispute_id);
    const struct id none = {0};

    if (!id_equal(&account->dispute_id, &dispute_id))
        return STATUS_OK;
    if (!is_won || resolved->is_rest_owed)
        return set_dispute(record, account, &none, NOTHING, err);
    const enum status st = set_dispute(record, account, &dispute_id, EVERYTHING, err);
    return st == STATUS_OK
               ? record_plans_end(record, account, PLAN_EVENT_CANCEL, "the debtor was right: none of it is owed", err)
               : st;
}

/* No more than is owed: what was paid in the meantime is the debtor's, and no credit. */
static enum status draft_credit(const struct policy_holder *policy, const struct service_event *event,
                                const struct account *account, struct posting_draft *ret_draft, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeResolved *resolved = (const void *)event->message;
    const int64_t credit_minor = allocation_applied(account, PAID_TO_AGENCY, resolved->credit_minor);

    *ret_draft = (struct posting_draft){
        .posting_id = wire_known_id(&resolved->credit_id),
        .kind = POSTING_CREDIT,
        .effective_on_days = day_of(event->event->occurred_at_us),
        .reference = "dispute",
        .cause_seq = event->event->seq,
        .posted_at = {event->event->occurred_at_us},
    };
    const enum status st = codec_money(-credit_minor, resolved->currency, &ret_draft->change, err);
    if (st == STATUS_OK)
        allocation_order(policy->agreements, account, ret_draft);
    return st;
}

static enum status post_credit(const struct record *record, const struct service_event *event, struct account *account,
                               struct error *err)
{
    const struct instant at = {event->event->occurred_at_us};
    struct posting_draft draft;
    enum status st = interest_precede(record, account, day_of(at.us), at, err);

    if (st == STATUS_OK)
        st = draft_credit(unit_context(record->unit), event, account, &draft, err);
    if (st == STATUS_OK)
        st = payment_check(account, &draft, err);
    if (st != STATUS_OK)
        return st;
    if (draft.change.minor < 0)
        return post(record, account, &draft, err);
    st = interest_follow(record, account, NULL, err);
    return st == STATUS_OK ? record_unchanged(record, account, draft.cause_seq, err) : st;
}

/* The credit first: a plan that is resumed then collects what is left. */
static enum status apply_resolved(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Dispute__V1__DisputeResolved *resolved = (const void *)event->message;
    const struct id credit_id = wire_known_id(&resolved->credit_id);
    struct account *account;

    if (resolved->credit_minor < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "credit_minor: %lld is not positive",
                         (long long)resolved->credit_minor);
    enum status st = find_account(record->book, &resolved->account_id, &account, err);
    if (st == STATUS_OK && resolved->credit_minor > 0)
        st = book_posting(record->book, &credit_id) ? record_unchanged(record, account, event->event->seq, err)
                                                    : post_credit(record, event, account, err);
    return st == STATUS_OK ? end_dispute(record, account, resolved, err) : st;
}

/* AttemptReported: a promise given on the phone. */

/* NULL where the attempt brought no promise, or one without an amount and a day: that is no promise. */
static const Dunlin__Contact__V1__PromisedPayment *promised(const Dunlin__Contact__V1__AttemptReported *attempt)
{
    const Dunlin__Contact__V1__AttemptReport *report = attempt->report;

    if (!report || report->outcome != DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_PROMISE ||
        report->promise_presence_case != DUNLIN__CONTACT__V1__ATTEMPT_REPORT__PROMISE_PRESENCE_PROMISE)
        return NULL;
    return report->promise;
}

static enum status promise_id_of(const Dunlin__Contact__V1__AttemptReported *attempt, struct id *ret_id,
                                 struct error *err)
{
    struct id permit_id;
    enum status st = wire_read_id(&attempt->permit_id, "permit_id", &permit_id, err);

    if (st == STATUS_OK)
        *ret_id = id_derive(&permit_id, "promise", NULL, 0);
    return st;
}

static enum status want_attempt(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__AttemptReported *attempt = (const void *)event->message;
    struct id promise_id;

    if (!promised(attempt))
        return STATUS_OK;
    enum status st = want_account(book, &attempt->account_id, err);
    if (st == STATUS_OK)
        st = promise_id_of(attempt, &promise_id, err);
    if (st == STATUS_OK)
        book_want_promise(book, &promise_id);
    return st;
}

/* A promise that cannot be taken down is no reason to stop the debtor's other events: the attempt itself is recorded by
 * contact, and what the agent typed is in the log. */
static void refuse_promise(const struct account *account, const struct error *err)
{
    log_info("promise of a call not taken down", log_id("account", &account->account_id), log_error_text(err));
}

static enum status apply_attempt(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__AttemptReported *attempt = (const void *)event->message;
    const Dunlin__Contact__V1__PromisedPayment *wire = promised(attempt);
    const struct policy_holder *policy = unit_context(record->unit);
    struct promise_terms terms = {
        .made_at = {event->event->occurred_at_us},
        .grace_days = policy->sop->promise_grace_days,
        .tolerance = tolerance_of(policy->sop->promise_tolerance),
    };
    struct account *account;
    struct promise promise;
    struct error why = {0};

    if (!wire)
        return STATUS_OK;
    enum status st = find_account(record->book, &attempt->account_id, &account, err);
    if (st == STATUS_OK)
        st = promise_id_of(attempt, &terms.promise_id, err);
    if (st != STATUS_OK || book_promise(record->book, &terms.promise_id))
        return st;
    terms.due_on_days = wire->due_on_days;
    terms.has_plan = record_has_plan(record, account);
    if (codec_money(wire->amount_minor, wire->currency, &terms.amount, &why) != STATUS_OK ||
        promise_make(account, &terms, &promise, &why) != STATUS_OK) {
        refuse_promise(account, &why);
        return STATUS_OK;
    }
    return record_promise(record, account, &promise, NULL, err);
}

static const struct event_rule {
    const ProtobufCMessageDescriptor *type;
    enum status (*want)(struct book *book, const struct service_event *event, struct error *err);
    enum status (*apply)(const struct record *record, const struct service_event *event, struct error *err);
} RULES[] = {
    {&dunlin__intake__v1__account_placed__descriptor, want_placed, apply_placed},
    {&dunlin__intake__v1__account_updated__descriptor, want_updated, apply_updated},
    {&dunlin__intake__v1__account_recalled__descriptor, want_recalled, apply_recalled},
    {&dunlin__intake__v1__payment_reported__descriptor, want_reported, apply_reported},
    {&dunlin__contact__v1__attempt_reported__descriptor, want_attempt, apply_attempt},
    {&dunlin__contact__v1__stop_recorded__descriptor, stop_want_recorded, stop_apply_recorded},
    {&dunlin__contact__v1__stop_released__descriptor, stop_want_released, stop_apply_released},
    {&dunlin__dispute__v1__dispute_opened__descriptor, want_opened, apply_opened},
    {&dunlin__dispute__v1__dispute_amended__descriptor, want_amended, apply_amended},
    {&dunlin__dispute__v1__dispute_reopened__descriptor, want_reopened, apply_reopened},
    {&dunlin__dispute__v1__verification_sent__descriptor, want_verified, apply_verified},
    {&dunlin__dispute__v1__dispute_resolved__descriptor, want_resolved, apply_resolved},
};

const ProtobufCMessageDescriptor *const PAYMENT_CONSUMED[] = {
    &dunlin__intake__v1__account_placed__descriptor,
    &dunlin__intake__v1__account_updated__descriptor,
    &dunlin__intake__v1__account_recalled__descriptor,
    &dunlin__intake__v1__payment_reported__descriptor,
    &dunlin__contact__v1__attempt_reported__descriptor,
    &dunlin__contact__v1__stop_recorded__descriptor,
    &dunlin__contact__v1__stop_released__descriptor,
    &dunlin__dispute__v1__dispute_opened__descriptor,
    &dunlin__dispute__v1__dispute_amended__descriptor,
    &dunlin__dispute__v1__dispute_reopened__descriptor,
    &dunlin__dispute__v1__verification_sent__descriptor,
    &dunlin__dispute__v1__dispute_resolved__descriptor,
    NULL,
};

static const struct event_rule *rule_of(const struct service_event *event)
{
    for (size_t i = 0; i < ARRAY_SIZE(RULES); i++)
        if (RULES[i].type == event->message->descriptor)
            return &RULES[i];
    return NULL;
}

static enum status refuse_unknown(const struct service_event *event, struct error *err)
{
    return error_set(err, STATUS_INTERNAL, "events of the type %s are not consumed here", event->event->type);
}

static enum status want_event(struct book *book, const struct service_event *event, struct error *err)
{
    const struct event_rule *rule = rule_of(event);

    return rule ? rule->want(book, event, err) : refuse_unknown(event, err);
}

static enum status apply_event(const struct record *record, const struct service_event *event, struct error *err)
{
    const struct event_rule *rule = rule_of(event);

    return rule ? rule->apply(record, event, err) : refuse_unknown(event, err);
}

enum status payment_apply(struct unit *unit, const struct service_event *events, size_t n_events, struct error *err)
{
    SCOPED(book_freep) struct book *book = book_new();
    const struct record record = {.unit = unit, .book = book};
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n_events && st == STATUS_OK; i++)
        st = want_event(book, &events[i], err);
    if (st == STATUS_OK)
        st = payment_store_load(unit_db(unit), book, err);
    for (size_t i = 0; i < n_events && st == STATUS_OK; i++)
        st = apply_event(&record, &events[i], err);
    return st == STATUS_OK ? payment_store_save(unit_db(unit), book, err) : st;
}

static enum status break_promise(const struct record *record, const struct timer *timer, struct error *err)
{
    struct promise *promise = book_promise(record->book, &timer->subject_id);
    const char *text;

    /* Ended before its timer was taken back: nothing to do. */
    if (!promise || promise->state != PROMISE_OPEN)
        return STATUS_OK;
    struct account *account = book_account(record->book, &promise->account_id);
    enum status st = promise_move(promise, promise_end_of(promise), &text, err);
    return st == STATUS_OK ? record_promise_end(record, account, promise, err) : st;
}

/* What each kind of timer is about, and what it does. */
static const struct timer_rule {
    const char *kind;
    void (*want)(struct book *book, const struct id *subject_id);
    enum status (*fire)(const struct record *record, const struct timer *timer, struct error *err);
    bool waits; /* while an event of the debtor is parked: what could not be applied may be the very payment */
} TIMERS[] = {
    {TIMER_PROMISE_DUE, book_want_promise, break_promise, .waits = true},
    {TIMER_PLAN_LOOK, book_want_plan, record_plan_look, .waits = true},
    {TIMER_INTEREST, book_want_account, interest_timer, .waits = false},
    {TIMER_DEBIT_SETTLES, debit_want_of_timer, debit_fire, .waits = false},
    {TIMER_DEBIT_POSTDATED, debit_want_of_timer, debit_fire, .waits = false},
    {TIMER_DEBIT_VARYING, debit_want_of_timer, debit_fire, .waits = false},
};

static const struct timer_rule *rule_of_timer(const struct timer *timer)
{
    for (size_t i = 0; i < ARRAY_SIZE(TIMERS); i++)
        if (strcmp(TIMERS[i].kind, timer->kind) == 0)
            return &TIMERS[i];
    return NULL;
}

static enum status fire(const struct record *record, const struct timer *timer, struct error *err)
{
    const struct timer_rule *rule = rule_of_timer(timer);
    struct timer later = *timer;

    if (!rule)
        return error_set(err, STATUS_INTERNAL, "a timer of the unknown kind '%s'", timer->kind);
    if (!rule->waits || !unit_is_debtor_parked(record->unit, &timer->debtor_id))
        return rule->fire(record, timer, err);
    later.due_at.us = unit_now(record->unit).us + US_PER_HOUR;
    unit_timer_set(record->unit, &later);
    return STATUS_OK;
}

enum status payment_timers(struct unit *unit, const struct timer *timers, size_t n_timers, struct error *err)
{
    SCOPED(book_freep) struct book *book = book_new();
    const struct record record = {.unit = unit, .book = book};

    for (size_t i = 0; i < n_timers; i++) {
        const struct timer_rule *rule = rule_of_timer(&timers[i]);
        if (rule)
            rule->want(book, &timers[i].subject_id);
    }
    enum status st = payment_store_load(unit_db(unit), book, err);
    for (size_t i = 0; i < n_timers && st == STATUS_OK; i++)
        st = fire(&record, &timers[i], err);
    return st == STATUS_OK ? payment_store_save(unit_db(unit), book, err) : st;
}
