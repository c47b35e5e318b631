#include "dispute_events.h"

#include <string.h>

#include "complaint_record.h"
#include "dispute_codec.h"
#include "dispute_command.h"
#include "dispute_record.h"
#include "dispute_service.h"
#include "dispute_store.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "dunlin/contact/v1/contact.pb-c.h"
#include "dunlin/contact/v1/strategy.pb-c.h"
#include "dunlin/intake/v1/intake.pb-c.h"
#include "dunlin/payment/v1/payment.pb-c.h"
#include "escalation_events.h"
#include "escalation_record.h"
#include "event_account.h"
#include "notice_events.h"
#include "service/wire.h"

/* A dispute that nobody wrote down here: what the client's file says, what a call ended in. Whether a client was
 * written to is not known; on a call it was said. */
static struct dispute_claim claim_of(const struct record *record, const struct service_event *event,
                                     const struct account *account, const char *words)
{
    const struct policy_holder *policy = unit_context(record->unit);
    const struct date validation_ends = book_validation_end(record->book, account);
    const struct instant at = {event->event->occurred_at_us};

    return (struct dispute_claim){
        .kind = KIND_ORAL,
        .reason = book_keep_words(record->book, words),
        .is_timely = notices_is_timely(validation_ends, (struct date){0}, at),
        .is_held_by_law_alone = policy->sop->disputes_hold_by_law_alone,
        .opened_at = at,
        .received_at = at,
        .validation_ends = validation_ends,
        .opened_by = "",
        .bureau = "",
        .bureau_reference = "",
        .verification_days = policy->sop->verification_days,
    };
}

/* AccountPlaced: whose account it is; the client may say that it is disputed. */

/* An account is placed once, and this is its first event: there is nothing to load. */
static enum status want_placed(struct book *book, const struct service_event *event, struct error *err)
{
    (void)book;
    (void)event;
    (void)err;
    return STATUS_OK;
}

static enum status apply_placed(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountPlaced *placed = (const void *)event->message;
    struct account account = {.agency_id = event->event->agency_id};
    enum status st = wire_read_id(&placed->account_id, "account_id", &account.account_id, err);

    if (st == STATUS_OK)
        st = wire_read_id(&placed->debtor_id, "debtor_id", &account.debtor_id, err);
    if (st != STATUS_OK)
        return st;
    if (book_account(record->book, &account.account_id))
        return error_set(err, STATUS_ALREADY_EXISTS, "the account was placed before");
    (void)g_strlcpy(account.currency, placed->currency, sizeof(account.currency));
    account.is_balance_known = account.currency[0] != '\0';
    account.balance_minor = placed->balance_minor;
    escalation_place(&account, placed, event->event->occurred_at_us);
    struct account *kept = book_add_account(record->book, &account, true);
    if (!placed->is_disputed)
        return escalation_follow(record, kept, SOP_ON_CONDITION, err);
    struct dispute_claim claim = claim_of(record, event, kept, "");
    claim.kind = KIND_WRITTEN; /* the client does not say how he heard of it: the stricter is taken */
    claim.is_written = true;
    claim.medium = MEDIUM_CLIENT;
    claim.dispute_id = id_derive(&kept->account_id, "dispute", NULL, 0);
    claim.source = SOURCE_CLIENT;
    return record_claim(record, kept, &claim, NULL, err);
}

static enum status want_recalled(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountRecalled *recalled = (const void *)event->message;

    struct id id;
    enum status st = wire_read_id(&recalled->account_id, "account_id", &id, err);

    if (st == STATUS_OK)
        book_want_case(book, &id); /* what somebody escalated ends, rules or none */
    return st;
}

static enum status recall_escalations(const struct record *record, struct account *account, struct error *err)
{
    account->is_recalled = true;
    book_touch_balance(account);
    enum status st = escalation_withdraw_all(record, account, err);
    return st == STATUS_OK ? escalation_follow(record, account, SOP_ON_CONDITION, err) : st;
}

static enum status apply_recalled(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Intake__V1__AccountRecalled *recalled = (const void *)event->message;
    struct account *account;
    const char *text;
    enum status st = event_find_account(record->book, &recalled->account_id, &account, err);

    if (st == STATUS_OK)
        st = recall_escalations(record, account, err);
    if (st != STATUS_OK || !account->unresolved)
        return st;
    struct dispute *dispute = account->unresolved;
    st = dispute_move(dispute, DISPUTE_EVENT_RECALL, recalled->reason, &text, err);
    return st == STATUS_OK ? record_move(record, account, dispute, DISPUTE_EVENT_RECALL, err) : st;
}

/* AttemptReported: the debtor disputes the debt on the phone. */

static bool is_disputed(const Dunlin__Contact__V1__AttemptReported *attempt)
{
    return attempt->report && attempt->report->outcome == DUNLIN__CONTACT__V1__OUTCOME__OUTCOME_DISPUTE;
}

/* One dispute of the call: of its permit's own account, or of another that was discussed on it. Which of them the
 * debtor meant is not said, and contact holds them all: each needs its dispute, or nothing would ever end its hold. */
struct claimed {
    struct id dispute_id, account_id;
};

static enum status claim_account(const struct id *permit_id, const ProtobufCBinaryData *account_id, bool is_own,
                                 struct claimed *ret_claimed, struct error *err)
{
    enum status st = wire_read_id(account_id, "account_id", &ret_claimed->account_id, err);

    if (st == STATUS_OK)
        ret_claimed->dispute_id = is_own ? id_derive(permit_id, "dispute", NULL, 0)
                                         : id_derive(permit_id, "dispute", ret_claimed->account_id.bytes, ID_BYTES);
    return st;
}

/* The permit's own account first; `ret_claimed` has room for it and for all that were discussed. */
static enum status claim_accounts(const Dunlin__Contact__V1__AttemptReported *attempt, struct claimed *ret_claimed,
                                  size_t *ret_n, struct error *err)
{
    struct id permit_id;
    enum status st = wire_read_id(&attempt->permit_id, "permit_id", &permit_id, err);

    if (st == STATUS_OK)
        st = claim_account(&permit_id, &attempt->account_id, true, &ret_claimed[0], err);
    size_t n = 1;
    for (size_t i = 0; st == STATUS_OK && i < attempt->report->n_discussed_account_ids; i++) {
        st = claim_account(&permit_id, &attempt->report->discussed_account_ids[i], false, &ret_claimed[n], err);
        if (st == STATUS_OK && !id_equal(&ret_claimed[n].account_id, &ret_claimed[0].account_id))
            n++;
    }
    *ret_n = n;
    return st;
}

/* A letter that answered a dispute came back: it was not sent. */

static bool is_answer_returned(const Dunlin__Contact__V1__AttemptReported *attempt)
{
    return attempt->report && attempt->purpose == DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_DISPUTE_RESPONSE &&
           attempt->report->delivery == DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_UNDELIVERABLE;
}

/* Where the answer named no permit, a letter that was permitted after it is another one: how the dispute ended, for
 * one. */
static bool came_later(const struct dispute *dispute, const Dunlin__Contact__V1__AttemptReported *attempt)
{
    return id_is_none(&dispute->answer_permit_id) && attempt->granted_at_us > dispute->answered_at.us;
}

static enum status apply_answer_returned(const struct record *record, const struct service_event *event,
                                         struct error *err)
{
    const Dunlin__Contact__V1__AttemptReported *attempt = (const void *)event->message;
    const struct policy_holder *policy = unit_context(record->unit);
    const struct instant at = {event->event->occurred_at_us};
    struct account *account;
    struct id permit_id;
    enum status st = event_find_account(record->book, &attempt->account_id, &account, err);

    if (st == STATUS_OK)
        st = wire_read_id(&attempt->permit_id, "permit_id", &permit_id, err);
    if (st != STATUS_OK || !account->last || !dispute_is_answer(account->last, &permit_id) ||
        came_later(account->last, attempt))
        return st;
    /* Where nothing stands on it, its end was not by the answer: nothing to do. */
    if (dispute_return(account->last, "the answer came back as undeliverable", at, policy->sop->verification_days,
                       NULL) != STATUS_OK)
        return STATUS_OK;
    return record_move(record, account, account->last, DISPUTE_EVENT_RETURN, err);
}

/* The letter that was asked for is out: it is the answer. Whatever else goes to the debtor about a dispute is none. */

static bool is_request_sent(const Dunlin__Contact__V1__AttemptReported *attempt)
{
    return attempt->report && attempt->report->notice_id.len > 0 &&
           attempt->purpose == DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_DISPUTE_RESPONSE &&
           attempt->channel == DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER &&
           (attempt->report->delivery == DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_SENT ||
            attempt->report->delivery == DUNLIN__CONTACT__V1__DELIVERY__DELIVERY_DELIVERED);
}

/* What the letter names, and the letter itself. */
struct sent_documents {
    Dunlin__Dispute__V1__Evidence documents[EVIDENCE_MAX_COUNT + 1], *list[EVIDENCE_MAX_COUNT + 1];
    size_t n;
};

static void gather_documents(const struct verification_request *request, const Dunlin__Contact__V1__Evidence *letter,
                             struct sent_documents *ret_sent)
{
    ret_sent->n = 0;
    for (size_t i = 0; i < request->n_documents; i++)
        codec_document(&request->documents[i], &ret_sent->documents[ret_sent->n++]);
    if (letter && letter->document_hash.len == EVIDENCE_HASH_BYTES) {
        const struct evidence own = {
            .document = letter->document, .hash = letter->document_hash.data, .algorithm = HASH_BLAKE2B_256};
        codec_document(&own, &ret_sent->documents[ret_sent->n++]);
    }
    for (size_t i = 0; i < ret_sent->n; i++)
        ret_sent->list[i] = &ret_sent->documents[i];
}

static enum status answer_by_letter(const struct record *record, struct account *account,
                                    const Dunlin__Contact__V1__AttemptReported *attempt, const struct id *permit_id,
                                    struct instant at, struct error *err)
{
    struct dispute *dispute = account->unresolved;
    struct sent_documents sent;
    struct record with = *record;
    const struct dispute_answer answer = {.at = at,
                                          .medium = MEDIUM_MAIL,
                                          .sent_on = kind_latest_day(at),
                                          .permit_id = *permit_id,
                                          .by = dispute->request.by,
                                          .note = dispute->request.note};
    gather_documents(&dispute->request, attempt->report->evidence, &sent);
    enum status st = dispute_answer(dispute, &answer, err);
    if (st != STATUS_OK)
        return st;
    with.evidence = sent.list;
    with.n_evidence = sent.n;
    return record_move(&with, account, dispute, DISPUTE_EVENT_VERIFY, err);
}

static enum status apply_request_sent(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__AttemptReported *attempt = (const void *)event->message;
    struct account *account;
    struct id permit_id, request_id;
    enum status st = event_find_account(record->book, &attempt->account_id, &account, err);

    if (st == STATUS_OK)
        st = wire_read_id(&attempt->permit_id, "permit_id", &permit_id, err);
    if (st == STATUS_OK)
        st = wire_read_id(&attempt->report->notice_id, "notice_id", &request_id, err);
    if (st != STATUS_OK || !account->unresolved || !dispute_is_asked(account->unresolved, &request_id))
        return st;
    return answer_by_letter(record, account, attempt, &permit_id, (struct instant){event->event->occurred_at_us}, err);
}

static struct claimed *room_for_claims(const Dunlin__Contact__V1__AttemptReported *attempt)
{
    return g_new0(struct claimed, attempt->report->n_discussed_account_ids + 1);
}

static enum status want_attempt(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__AttemptReported *attempt = (const void *)event->message;
    size_t n = 0;

    enum status st = notice_want_attempt(book, attempt, err);
    if (st == STATUS_OK)
        st = escalation_want_attempt(book, attempt, err);
    if (st == STATUS_OK && (is_answer_returned(attempt) || is_request_sent(attempt)))
        st = event_want_account(book, &attempt->account_id, err);
    if (st != STATUS_OK || !is_disputed(attempt))
        return st;
    g_autofree struct claimed *claimed = room_for_claims(attempt);
    st = claim_accounts(attempt, claimed, &n, err);
    for (size_t i = 0; st == STATUS_OK && i < n; i++) {
        book_want_claim(book, &claimed[i].account_id);
        book_want_dispute(book, &claimed[i].dispute_id);
    }
    return st;
}

static enum status open_claimed(const struct record *record, const struct service_event *event,
                                const struct claimed *claimed, struct error *err)
{
    const Dunlin__Contact__V1__AttemptReported *attempt = (const void *)event->message;
    const ProtobufCBinaryData account_id = {.data = (uint8_t *)(uintptr_t)claimed->account_id.bytes, .len = ID_BYTES};
    struct account *account;
    enum status st = event_find_account(record->book, &account_id, &account, err);

    if (st != STATUS_OK || book_dispute(record->book, &claimed->dispute_id))
        return st; /* this call's own: its report was corrected */
    struct dispute_claim claim = claim_of(record, event, account, attempt->report->reason);
    claim.dispute_id = claimed->dispute_id;
    claim.source = SOURCE_CALL;
    claim.collector = attempt->dialer;
    claim.campaign = attempt->campaign;
    claim.medium = MEDIUM_PHONE;
    return record_claim(record, account, &claim, NULL, err);
}

static enum status apply_attempt(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Contact__V1__AttemptReported *attempt = (const void *)event->message;
    size_t n = 0;

    enum status st = notice_apply_attempt(record->book, event, attempt, err);
    if (st == STATUS_OK && is_answer_returned(attempt))
        st = apply_answer_returned(record, event, err);
    if (st == STATUS_OK && is_request_sent(attempt))
        st = apply_request_sent(record, event, err);
    if (st == STATUS_OK)
        st = escalation_apply_attempt(record, event, attempt, err);
    if (st != STATUS_OK || !is_disputed(attempt))
        return st;
    g_autofree struct claimed *claimed = room_for_claims(attempt);
    st = claim_accounts(attempt, claimed, &n, err);
    for (size_t i = 0; st == STATUS_OK && i < n; i++)
        st = open_claimed(record, event, &claimed[i], err);
    return st;
}

/* BalanceChanged: what is owed bounds what is disputed and taken off. */

static enum status want_balance(struct book *book, const struct service_event *event, struct error *err)
{
    const Dunlin__Payment__V1__BalanceChanged *balance = (const void *)event->message;

    return event_want_account(book, &balance->account_id, err);
}

static enum status apply_balance(const struct record *record, const struct service_event *event, struct error *err)
{
    const Dunlin__Payment__V1__BalanceChanged *balance = (const void *)event->message;
    struct account *account;
    enum status st = event_find_account(record->book, &balance->account_id, &account, err);

    if (st != STATUS_OK)
        return st;
    if (!account->is_balance_known || account->balance_minor != balance->balance_minor)
        book_touch_balance(account);
    account->is_balance_known = true;
    account->balance_minor = balance->balance_minor;
    return escalation_apply_balance(record, account, balance, err);
}

static enum status want_fact(struct book *book, const struct service_event *event, struct error *err)
{
    return escalation_want_fact(book, (const void *)event->message, err);
}

static enum status apply_fact(const struct record *record, const struct service_event *event, struct error *err)
{
    enum status st = notice_apply_fact(record->book, event, (const void *)event->message, err);
    return st == STATUS_OK ? escalation_apply_fact(record, (const void *)event->message, err) : st;
}

static enum status want_released(struct book *book, const struct service_event *event, struct error *err)
{
    return notice_want_released(book, (const void *)event->message, err);
}

static enum status apply_released(const struct record *record, const struct service_event *event, struct error *err)
{
    return notice_apply_released(record->book, (const void *)event->message, err);
}

static const struct event_rule {
    const ProtobufCMessageDescriptor *type;
    enum status (*want)(struct book *book, const struct service_event *event, struct error *err);
    enum status (*apply)(const struct record *record, const struct service_event *event, struct error *err);
} RULES[] = {
    {&dunlin__intake__v1__account_placed__descriptor, want_placed, apply_placed},
    {&dunlin__intake__v1__account_recalled__descriptor, want_recalled, apply_recalled},
    {&dunlin__contact__v1__attempt_reported__descriptor, want_attempt, apply_attempt},
    {&dunlin__contact__v1__fact_recorded__descriptor, want_fact, apply_fact},
    {&dunlin__contact__v1__fact_released__descriptor, want_released, apply_released},
    {&dunlin__payment__v1__balance_changed__descriptor, want_balance, apply_balance},
    {&dunlin__intake__v1__account_updated__descriptor, escalation_want_updated, escalation_apply_updated},
    {&dunlin__classification__v1__account_classified__descriptor, escalation_want_classified,
     escalation_apply_classified},
    {&dunlin__contact__v1__stop_recorded__descriptor, escalation_want_stop, escalation_apply_stop},
    {&dunlin__contact__v1__stop_released__descriptor, escalation_want_stop, escalation_apply_stop},
    {&dunlin__contact__v1__notice_overdue__descriptor, escalation_want_overdue, escalation_apply_overdue},
    {&dunlin__payment__v1__promise_broken__descriptor, escalation_want_broken, escalation_apply_broken},
    {&dunlin__contact__v1__strategy_exited__descriptor, escalation_want_exited, escalation_apply_exited},
};

const ProtobufCMessageDescriptor *const DISPUTE_CONSUMED[] = {
    &dunlin__intake__v1__account_placed__descriptor,    &dunlin__intake__v1__account_recalled__descriptor,
    &dunlin__contact__v1__attempt_reported__descriptor, &dunlin__contact__v1__fact_recorded__descriptor,
    &dunlin__contact__v1__fact_released__descriptor,    &dunlin__payment__v1__balance_changed__descriptor,
    &dunlin__intake__v1__account_updated__descriptor,   &dunlin__classification__v1__account_classified__descriptor,
    &dunlin__contact__v1__stop_recorded__descriptor,    &dunlin__contact__v1__stop_released__descriptor,
    &dunlin__contact__v1__notice_overdue__descriptor,   &dunlin__payment__v1__promise_broken__descriptor,
    &dunlin__contact__v1__strategy_exited__descriptor,  NULL,
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

enum status dispute_apply(struct unit *unit, const struct service_event *events, size_t n_events, struct error *err)
{
    SCOPED(book_freep) struct book *book = command_book(unit);
    const struct record record = {.unit = unit, .book = book};
    enum status st = STATUS_OK;

    for (size_t i = 0; i < n_events && st == STATUS_OK; i++)
        st = want_event(book, &events[i], err);
    if (st == STATUS_OK)
        st = dispute_store_load(unit_db(unit), book, err);
    for (size_t i = 0; i < n_events && st == STATUS_OK; i++)
        st = apply_event(&record, &events[i], err);
    return st == STATUS_OK ? dispute_store_save(unit_db(unit), book, err) : st;
}

static enum status escalate(const struct record *record, const struct timer *timer, struct error *err)
{
    struct dispute *dispute = book_dispute(record->book, &timer->subject_id);
    const char *text;

    /* Answered or resolved before its timer was taken back, or given more time: nothing to do. */
    if (!dispute || dispute->deadline_at.us == 0 || dispute->deadline_at.us > unit_now(record->unit).us)
        return STATUS_OK;
    struct account *account = book_account(record->book, &dispute->account_id);
    enum status st = dispute_move(dispute, DISPUTE_EVENT_OVERDUE, "no answer was sent in time", &text, err);
    if (st == STATUS_OK)
        st = record_move(record, account, dispute, DISPUTE_EVENT_OVERDUE, err);
    return st == STATUS_OK ? escalation_follow(record, account, SOP_ON_DISPUTE_OVERDUE, err) : st;
}

static enum status dispute_timers_due(struct unit *unit, const struct timer *timers, size_t n_timers, struct error *err)
{
    SCOPED(book_freep) struct book *book = command_book(unit);
    const struct record record = {.unit = unit, .book = book};

    for (size_t i = 0; i < n_timers; i++)
        book_want_dispute(book, &timers[i].subject_id);
    enum status st = dispute_store_load(unit_db(unit), book, err);
    for (size_t i = 0; i < n_timers && st == STATUS_OK; i++)
        st = escalate(&record, &timers[i], err);
    return st == STATUS_OK ? dispute_store_save(unit_db(unit), book, err) : st;
}

/* Those of one kind, in their order. */
static GArray *timers_of(const struct timer *timers, size_t n_timers, const char *kind)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(struct timer));

    for (size_t i = 0; i < n_timers; i++)
        if (strcmp(timers[i].kind, kind) == 0)
            g_array_append_vals(found, &timers[i], 1);
    return found;
}

enum status dispute_timers(struct unit *unit, const struct timer *timers, size_t n_timers, struct error *err)
{
    g_autoptr(GArray) disputes = timers_of(timers, n_timers, TIMER_VERIFICATION_DUE);
    g_autoptr(GArray) complaints = timers_of(timers, n_timers, TIMER_COMPLAINT_DUE);
    g_autoptr(GArray) checks = timers_of(timers, n_timers, TIMER_ESCALATION_CHECK);
    enum status st = STATUS_OK;

    if (disputes->len + complaints->len + checks->len < n_timers)
        return error_set(err, STATUS_INTERNAL, "a timer of an unknown kind");
    if (disputes->len > 0)
        st = dispute_timers_due(unit, (const struct timer *)(const void *)disputes->data, disputes->len, err);
    if (st == STATUS_OK && complaints->len > 0)
        st = complaint_timers(unit, (const struct timer *)(const void *)complaints->data, complaints->len, err);
    if (st == STATUS_OK && checks->len > 0)
        st = escalation_timers(unit, (const struct timer *)(const void *)checks->data, checks->len, err);
    return st;
}
