#include "dispute_model.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "dispute_evidence.h"

static const char *const STATE_NAMES[DISPUTE_STATES_END] = {
    [DISPUTE_OPEN] = "open",
    [DISPUTE_VERIFIED] = "verified",
    [DISPUTE_RESOLVED] = "resolved",
    [DISPUTE_PROPOSED] = "proposed",
};

/* Beyond the state. */
enum condition {
    ALWAYS,
    ANSWERED,
    UNANSWERED,
    LAW_IS_MET, /* it is answered, or the law never demanded it */
    STOOD,      /* it was answered, and the debt stood by that */
};

/* All that may happen to a dispute: where there is no row, it is refused. */
static const struct dispute_rule {
    enum dispute_state from;
    enum dispute_event event;
    enum condition condition;
    enum dispute_state to;
    enum dispute_outcome outcome;
    const char *text;
} MOVES[] = {
    {DISPUTE_OPEN, DISPUTE_EVENT_VERIFY, ALWAYS, DISPUTE_VERIFIED, OUTCOME_PENDING, "verification sent"},
    {DISPUTE_OPEN, DISPUTE_EVENT_UPHOLD, ALWAYS, DISPUTE_RESOLVED, OUTCOME_UPHELD, "the debtor is right"},
    {DISPUTE_OPEN, DISPUTE_EVENT_REJECT, LAW_IS_MET, DISPUTE_RESOLVED, OUTCOME_REJECTED, "the debt stands"},
    {DISPUTE_OPEN, DISPUTE_EVENT_WITHDRAW, ALWAYS, DISPUTE_RESOLVED, OUTCOME_WITHDRAWN, "withdrawn by the debtor"},
    {DISPUTE_OPEN, DISPUTE_EVENT_RECALL, ALWAYS, DISPUTE_RESOLVED, OUTCOME_RECALLED,
     "the client took the account back"},
    {DISPUTE_OPEN, DISPUTE_EVENT_OVERDUE, ALWAYS, DISPUTE_OPEN, OUTCOME_PENDING, "no verification in time: escalated"},
    {DISPUTE_OPEN, DISPUTE_EVENT_CONCEDE, ALWAYS, DISPUTE_RESOLVED, OUTCOME_CONCEDED, "conceded by the creditor"},
    {DISPUTE_OPEN, DISPUTE_EVENT_PROPOSE, ALWAYS, DISPUTE_PROPOSED, OUTCOME_PENDING, "a credit is proposed"},
    {DISPUTE_OPEN, DISPUTE_EVENT_AMEND, ALWAYS, DISPUTE_OPEN, OUTCOME_PENDING, "more is known"},
    {DISPUTE_OPEN, DISPUTE_EVENT_ASK, ALWAYS, DISPUTE_OPEN, OUTCOME_PENDING, "verification is to be sent"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_UPHOLD, ALWAYS, DISPUTE_RESOLVED, OUTCOME_UPHELD, "the debtor is right"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_REJECT, ALWAYS, DISPUTE_RESOLVED, OUTCOME_REJECTED, "the debt stands"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_WITHDRAW, ALWAYS, DISPUTE_RESOLVED, OUTCOME_WITHDRAWN, "withdrawn by the debtor"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_RECALL, ALWAYS, DISPUTE_RESOLVED, OUTCOME_RECALLED,
     "the client took the account back"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_REPEAT, ALWAYS, DISPUTE_RESOLVED, OUTCOME_REPEATED, "disputed again"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_CONCEDE, ALWAYS, DISPUTE_RESOLVED, OUTCOME_CONCEDED, "conceded by the creditor"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_PROPOSE, ALWAYS, DISPUTE_PROPOSED, OUTCOME_PENDING, "a credit is proposed"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_RETURN, ALWAYS, DISPUTE_OPEN, OUTCOME_PENDING, "the answer came back"},
    /* Approval gives the outcome that was proposed. */
    {DISPUTE_PROPOSED, DISPUTE_EVENT_APPROVE, ALWAYS, DISPUTE_RESOLVED, OUTCOME_PENDING, "approved"},
    {DISPUTE_PROPOSED, DISPUTE_EVENT_DECLINE, UNANSWERED, DISPUTE_OPEN, OUTCOME_PENDING, "declined"},
    {DISPUTE_PROPOSED, DISPUTE_EVENT_DECLINE, ANSWERED, DISPUTE_VERIFIED, OUTCOME_PENDING, "declined"},
    {DISPUTE_PROPOSED, DISPUTE_EVENT_VERIFY, UNANSWERED, DISPUTE_PROPOSED, OUTCOME_PENDING, "verification sent"},
    {DISPUTE_PROPOSED, DISPUTE_EVENT_RETURN, ANSWERED, DISPUTE_OPEN, OUTCOME_PENDING, "the answer came back"},
    {DISPUTE_PROPOSED, DISPUTE_EVENT_WITHDRAW, ALWAYS, DISPUTE_RESOLVED, OUTCOME_WITHDRAWN, "withdrawn by the debtor"},
    {DISPUTE_PROPOSED, DISPUTE_EVENT_RECALL, ALWAYS, DISPUTE_RESOLVED, OUTCOME_RECALLED,
     "the client took the account back"},
    {DISPUTE_PROPOSED, DISPUTE_EVENT_REPEAT, ANSWERED, DISPUTE_RESOLVED, OUTCOME_REPEATED, "disputed again"},
    {DISPUTE_PROPOSED, DISPUTE_EVENT_OVERDUE, UNANSWERED, DISPUTE_PROPOSED, OUTCOME_PENDING,
     "no verification in time: escalated"},
    {DISPUTE_PROPOSED, DISPUTE_EVENT_AMEND, UNANSWERED, DISPUTE_PROPOSED, OUTCOME_PENDING, "more is known"},
    {DISPUTE_PROPOSED, DISPUTE_EVENT_ASK, UNANSWERED, DISPUTE_PROPOSED, OUTCOME_PENDING, "verification is to be sent"},
    /* The debt stood by an answer that nobody got. */
    {DISPUTE_RESOLVED, DISPUTE_EVENT_RETURN, STOOD, DISPUTE_OPEN, OUTCOME_PENDING, "the answer came back"},
};

bool medium_is_spoken(enum medium medium)
{
    return medium == MEDIUM_PHONE || medium == MEDIUM_IN_PERSON;
}

bool dispute_is_answered(const struct dispute *dispute)
{
    return dispute->state == DISPUTE_VERIFIED || dispute->answered_at.us != 0;
}

/* Of a dispute that does not say it the stricter is taken. */
bool dispute_is_held_by_law(const struct dispute *dispute)
{
    if (dispute_is_answered(dispute))
        return false;
    return dispute->law_hold == LAW_HOLD_UNKNOWN ? dispute->is_written : dispute->law_hold != LAW_HOLD_NOTHING;
}

int64_t dispute_held_minor(const struct dispute *dispute)
{
    return dispute->contact_hold == LAW_HOLD_PART ? dispute->amount_minor : 0;
}

bool dispute_is_rest_owed(const struct dispute *dispute)
{
    return (dispute->outcome == OUTCOME_UPHELD || dispute->outcome == OUTCOME_CONCEDED) && dispute->amount_minor != 0;
}

bool dispute_is_answer(const struct dispute *dispute, const struct id *permit_id)
{
    return dispute_is_answered(dispute) && (id_is_none(permit_id) || id_is_none(&dispute->answer_permit_id) ||
                                            id_equal(permit_id, &dispute->answer_permit_id));
}

static struct instant deadline_of(const struct dispute *dispute, struct instant received_at, int32_t policy_days)
{
    return kind_deadline(dispute->kind, &(struct kind_clock){.received_at = received_at,
                                                             .policy_days = policy_days,
                                                             .is_extended = dispute->is_extended,
                                                             .answer_due_on = dispute->answer_due_on});
}

struct dispute dispute_open(const struct account *account, const struct dispute_claim *claim)
{
    assert(!account->unresolved);
    assert(claim->verification_days >= 0);
    struct dispute dispute = {
        .dispute_id = claim->dispute_id,
        .account_id = account->account_id,
        .debtor_id = account->debtor_id,
        .agency_id = account->agency_id,
        .state = DISPUTE_OPEN,
        .outcome = OUTCOME_PENDING,
        .source = claim->source,
        .reason = claim->reason,
        .is_written = claim->is_written,
        .opened_at = claim->opened_at,
        .note = "",
        .repeats = claim->repeats,
        .kind = claim->kind,
        .law_hold = kind_law_hold(claim->kind, claim->is_written, claim->is_timely),
        .is_timely = claim->is_timely,
        .validation_ends = claim->validation_ends,
        .amount_minor = claim->amount_minor,
        .currency = account->currency,
        .received_at = claim->received_at,
        .submitted_on = claim->submitted_on,
        .medium = claim->medium,
        .opened_by = claim->opened_by,
        .bureau = claim->bureau,
        .bureau_reference = claim->bureau_reference,
        .answer_due_on = claim->answer_due_on,
        .answered_by = "",
        .proposed_by = "",
        .decided_by = "",
        .root_cause_text = "",
        .request = {.by = "", .note = ""},
    };
    dispute.contact_hold = kind_contact_hold(dispute.law_hold, claim->is_held_by_law_alone);
    dispute.deadline_at = deadline_of(&dispute, claim->received_at, claim->verification_days);
    return dispute;
}

/* Two parts are one part of the sum of both; a part and all are all, as is a sum that reaches what is owed. */
static int64_t sum_of_parts(int64_t a_minor, int64_t b_minor, int64_t owed_minor)
{
    if (a_minor == 0 || b_minor == 0 || a_minor > INT64_MAX - b_minor)
        return 0;
    return owed_minor != 0 && a_minor + b_minor >= owed_minor ? 0 : a_minor + b_minor;
}

/* Nothing of the kind was disputed before as strictly: all that the law measures it by is the claim's. */
static void take_kind(struct dispute *dispute, const struct dispute_claim *claim, const struct dispute *claimed)
{
    dispute->kind = claimed->kind;
    dispute->law_hold = claimed->law_hold;
    dispute->is_written = claim->is_written;
    dispute->is_timely = claim->is_timely;
    dispute->validation_ends = claim->validation_ends;
    dispute->submitted_on = claim->submitted_on;
    dispute->medium = claim->medium;
    dispute->amount_minor = claim->amount_minor;
}

static void add_part(struct dispute *dispute, const struct dispute_claim *claim, int64_t owed_minor)
{
    dispute->amount_minor = sum_of_parts(dispute->amount_minor, claim->amount_minor, owed_minor);
    if (dispute->amount_minor != 0 || dispute->kind != KIND_PART)
        return;
    dispute->kind = KIND_WRITTEN;
    dispute->law_hold = kind_law_hold(KIND_WRITTEN, dispute->is_written, dispute->is_timely);
}

static void take_bureau(struct dispute *dispute, const struct dispute_claim *claim)
{
    dispute->bureau = claim->bureau;
    dispute->bureau_reference = claim->bureau_reference;
    dispute->answer_due_on = claim->answer_due_on;
}

static enum law_hold stricter(enum law_hold a, enum law_hold b)
{
    return a > b ? a : b;
}

bool dispute_strengthen(struct dispute *dispute, const struct dispute_claim *claim, int64_t owed_minor)
{
    const struct account nobody = {.currency = ""};
    const struct dispute claimed = dispute_open(&nobody, claim);
    const bool is_stricter = dispute->law_hold != LAW_HOLD_UNKNOWN && claimed.law_hold > dispute->law_hold;
    const bool is_more = !is_stricter && claimed.law_hold == dispute->law_hold && dispute->amount_minor != 0;
    const bool has_bureau = claim->bureau[0] != '\0' && dispute->bureau[0] == '\0';
    const bool is_sooner = claimed.deadline_at.us < dispute->deadline_at.us;
    if (is_stricter)
        take_kind(dispute, claim, &claimed);
    if (is_more)
        add_part(dispute, claim, owed_minor);
    /* By the claim, or as the sum of what was said: never less than before. */
    const enum law_hold held = stricter(stricter(dispute->contact_hold, claimed.contact_hold), dispute->law_hold);
    const bool is_held = held > dispute->contact_hold;
    dispute->contact_hold = held;
    if (has_bureau)
        take_bureau(dispute, claim);
    if (is_sooner)
        dispute->deadline_at = claimed.deadline_at;
    return is_stricter || is_more || is_held || has_bureau || is_sooner;
}

static bool holds(const struct dispute *dispute, enum condition condition)
{
    switch (condition) {
    case ALWAYS:
        return true;
    case ANSWERED:
        return dispute_is_answered(dispute);
    case UNANSWERED:
        return !dispute_is_answered(dispute);
    case LAW_IS_MET:
        return !dispute_is_held_by_law(dispute);
    case STOOD:
        return dispute_is_answered(dispute) &&
               (dispute->outcome == OUTCOME_REJECTED || dispute->outcome == OUTCOME_PARTLY);
    }
    return false;
}

static enum status refuse_law(const struct dispute *dispute, struct error *err)
{
    return error_set(err, STATUS_FAILED_PRECONDITION,
                     "the debt stands only once the answer was sent (%s): record it first, then resolve",
                     kind_rule(dispute->kind)->law);
}

static enum status refuse(const struct dispute *dispute, enum dispute_event event, enum condition condition,
                          struct error *err)
{
    const char *name = STATE_NAMES[dispute->state];
    if (condition == LAW_IS_MET)
        return refuse_law(dispute, err);
    if (event == DISPUTE_EVENT_RETURN)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the dispute is %s: nothing stands on an answer that is out",
                         name);
    return error_set(err, STATUS_FAILED_PRECONDITION, "the dispute is %s already%s", name,
                     condition == UNANSWERED ? ", and answered" : "");
}

/* Fails where there is no row, or none whose condition holds. */
static enum status find_rule(const struct dispute *dispute, enum dispute_event event,
                             const struct dispute_rule **ret_rule, struct error *err)
{
    enum condition unmet = ALWAYS;
    for (size_t i = 0; i < ARRAY_SIZE(MOVES); i++) {
        if (MOVES[i].from != dispute->state || MOVES[i].event != event)
            continue;
        if (holds(dispute, MOVES[i].condition)) {
            *ret_rule = &MOVES[i];
            return STATUS_OK;
        }
        unmet = MOVES[i].condition;
    }
    return refuse(dispute, event, unmet, err);
}

/* Who proposed it stays on record. */
static void drop_proposal(struct dispute *dispute)
{
    dispute->proposed_outcome = OUTCOME_PENDING;
    dispute->credit_minor = 0;
}

enum status dispute_move(struct dispute *dispute, enum dispute_event event, const char *note, const char **ret_text,
                         struct error *err)
{
    const struct dispute_rule *rule = NULL;
    enum status st = find_rule(dispute, event, &rule, err);

    if (st != STATUS_OK)
        return st;
    const bool is_dropped = rule->from == DISPUTE_PROPOSED && rule->to != DISPUTE_PROPOSED;
    dispute->state = rule->to;
    dispute->outcome = event == DISPUTE_EVENT_APPROVE ? dispute->proposed_outcome : rule->outcome;
    /* What is overdue stays due, and so does what a proposal does not answer. */
    if (rule->to == DISPUTE_RESOLVED || event == DISPUTE_EVENT_VERIFY) {
        dispute->deadline_at.us = 0;
        dispute->request.is_open = false;
    }
    if (event == DISPUTE_EVENT_OVERDUE)
        dispute->is_escalated = true;
    if ((is_dropped && event != DISPUTE_EVENT_APPROVE) || event == DISPUTE_EVENT_RETURN)
        drop_proposal(dispute);
    dispute->note = note;
    *ret_text = rule->text;
    return STATUS_OK;
}

static bool is_same_hash(const struct evidence *a, const struct evidence *b)
{
    if (!a->hash || !b->hash)
        return a->hash == b->hash;
    return a->algorithm == b->algorithm && memcmp(a->hash, b->hash, EVIDENCE_HASH_BYTES) == 0;
}

bool evidence_is_same(const struct evidence *a, size_t n_a, const struct evidence *b, size_t n_b)
{
    bool is_same = n_a == n_b;
    for (size_t i = 0; i < n_a && is_same; i++)
        is_same = strcmp(a[i].document, b[i].document) == 0 && is_same_hash(&a[i], &b[i]);
    return is_same;
}

bool dispute_is_asked(const struct dispute *dispute, const struct id *request_id)
{
    return dispute->request.is_open && id_equal(&dispute->request.request_id, request_id);
}

static enum status check_kind_asked(const struct dispute *dispute, struct error *err)
{
    const struct kind_rule *rule = kind_rule(dispute->kind);
    if (rule->is_verified)
        return STATUS_OK;
    return error_set(
        err, STATUS_FAILED_PRECONDITION,
        "a dispute that is %s is not answered by a letter that verifies the debt (%s): send %s, and record "
        "it",
        rule->name, rule->law, rule->response);
}

enum status dispute_ask(struct dispute *dispute, const struct verification_request *wanted, bool is_again,
                        bool *ret_is_known, struct error *err)
{
    const struct verification_request *before = &dispute->request;
    const bool is_known = before->is_open && !is_again;
    const char *text;
    enum status st = check_kind_asked(dispute, err);
    if (st == STATUS_OK && is_known &&
        !evidence_is_same(before->documents, before->n_documents, wanted->documents, wanted->n_documents))
        st = error_set(err, STATUS_FAILED_PRECONDITION,
                       "verification that names other documents was asked for already, and is to be sent yet: say that "
                       "you want another letter");
    if (st == STATUS_OK && !is_known)
        st = dispute_move(dispute, DISPUTE_EVENT_ASK, wanted->note, &text, err);
    if (st != STATUS_OK)
        return st;
    *ret_is_known = is_known;
    if (is_known)
        return STATUS_OK;
    const uint32_t number = before->number + 1;
    dispute->request = *wanted;
    dispute->request.number = number;
    dispute->request.request_id = id_derive(&dispute->dispute_id, "verification", &number, sizeof(number));
    dispute->request.is_open = true;
    return STATUS_OK;
}

enum status dispute_answer(struct dispute *dispute, const struct dispute_answer *answer, struct error *err)
{
    const char *text;
    enum status st = dispute_move(dispute, DISPUTE_EVENT_VERIFY, answer->note, &text, err);
    if (st != STATUS_OK)
        return st;
    dispute->answered_at = answer->at;
    dispute->answer_medium = answer->medium;
    dispute->answer_sent_on = answer->sent_on;
    dispute->answer_permit_id = answer->permit_id;
    dispute->answered_by = answer->by;
    return STATUS_OK;
}

enum status dispute_return(struct dispute *dispute, const char *note, struct instant now, int32_t policy_days,
                           struct error *err)
{
    const char *text;
    enum status st = dispute_move(dispute, DISPUTE_EVENT_RETURN, note, &text, err);
    if (st != STATUS_OK)
        return st;
    dispute->answered_at.us = 0;
    dispute->returns++;
    dispute->is_escalated = false; /* of the answer before */
    const bool is_of_law = kind_rule(dispute->kind)->period != PERIOD_POLICY;
    dispute->deadline_at = deadline_of(dispute, is_of_law ? dispute->received_at : now, policy_days);
    return STATUS_OK;
}

/* 15 USC 1681i(a)(1)(C): not where it was found to be wrong already. */
static bool is_found_wrong(const struct dispute *dispute)
{
    return dispute->state == DISPUTE_PROPOSED;
}

static enum status check_information(const struct dispute *dispute, const struct dispute_information *information,
                                     struct error *err)
{
    if (information->is_frivolous && dispute->kind != KIND_DIRECT)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "is_frivolous: only a direct dispute can be found to be (12 CFR 1022.43(f)), this one is %s",
                         kind_rule(dispute->kind)->name);
    if (information->answer_due_on.days != 0 && dispute->kind != KIND_BUREAU)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "answer_due_on_days: a bureau names the day of its own disputes only, this one is %s",
                         kind_rule(dispute->kind)->name);
    return STATUS_OK;
}

static void extend(struct dispute *dispute, struct instant at)
{
    if (kind_rule(dispute->kind)->period != PERIOD_FCRA || dispute->is_extended || is_found_wrong(dispute) ||
        dispute->frivolous_on.days != 0 ||
        kind_earliest_day(at).days > kind_information_latest(dispute->received_at).days)
        return;
    dispute->is_extended = true;
    dispute->deadline_at = deadline_of(dispute, dispute->received_at, 0);
}

enum status dispute_inform(struct dispute *dispute, const struct dispute_information *information, struct error *err)
{
    const struct dispute before = *dispute;
    const char *text;
    enum status st = check_information(dispute, information, err);
    if (st == STATUS_OK)
        st = dispute_move(dispute, DISPUTE_EVENT_AMEND, information->note, &text, err);
    if (st != STATUS_OK)
        return st;
    if (information->is_relevant)
        extend(dispute, information->at);
    if (information->is_frivolous && dispute->frivolous_on.days == 0) {
        dispute->frivolous_on = kind_latest_day(information->at);
        dispute->deadline_at = kind_frivolous_deadline(information->at);
    }
    if (information->answer_due_on.days != 0) {
        dispute->answer_due_on = information->answer_due_on;
        dispute->deadline_at = deadline_of(dispute, dispute->received_at, 0);
    }
    if (dispute->deadline_at.us > before.deadline_at.us)
        dispute->is_escalated = false;
    return STATUS_OK;
}

/* What is disputed of what is owed; 0: not known. */
static int64_t disputed_minor(const struct dispute *dispute, const struct account *account)
{
    if (!account->is_balance_known)
        return dispute->amount_minor;
    return dispute->amount_minor != 0 && dispute->amount_minor < account->balance_minor ? dispute->amount_minor
                                                                                        : account->balance_minor;
}

static enum status check_credit(const struct dispute *dispute, const struct account *account,
                                const struct dispute_resolution *resolution, struct error *err)
{
    const int64_t credit_minor = resolution->credit_minor, most_minor = disputed_minor(dispute, account);
    const enum dispute_outcome outcome = resolution->outcome;
    if (credit_minor < 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "credit_minor: %" PRId64 ": must be positive", credit_minor);
    if (credit_minor == 0 && outcome == OUTCOME_PARTLY)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "credit_minor: partly upheld needs the amount that is taken off");
    if (credit_minor > 0 && (outcome == OUTCOME_REJECTED || outcome == OUTCOME_WITHDRAWN))
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "credit_minor: nothing is taken off where the debt stands; say upheld, partly or conceded");
    const bool is_most_known = account->is_balance_known || dispute->amount_minor != 0;
    if (credit_minor > 0 && is_most_known && credit_minor > most_minor)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "credit_minor: %" PRId64 " is more than the %" PRId64 " that are disputed and owed",
                         credit_minor, most_minor);
    if (credit_minor > 0 && is_most_known && outcome == OUTCOME_PARTLY && credit_minor == most_minor)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "credit_minor: that is all that is disputed: say upheld or conceded");
    if (credit_minor > 0 && is_most_known && outcome != OUTCOME_PARTLY && credit_minor < most_minor)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "credit_minor: %" PRId64 " are disputed, and %" PRId64 " is a part of it: say partly",
                         most_minor, credit_minor);
    return STATUS_OK;
}

static enum dispute_event event_of(enum dispute_outcome outcome)
{
    static const enum dispute_event EVENTS[OUTCOMES_END] = {
        [OUTCOME_UPHELD] = DISPUTE_EVENT_UPHOLD,
        [OUTCOME_REJECTED] = DISPUTE_EVENT_REJECT,
        [OUTCOME_WITHDRAWN] = DISPUTE_EVENT_WITHDRAW,
        [OUTCOME_CONCEDED] = DISPUTE_EVENT_CONCEDE,
    };
    assert(outcome != OUTCOME_PENDING && outcome != OUTCOME_RECALLED && outcome != OUTCOME_REPEATED);
    return EVENTS[outcome];
}

enum status dispute_resolve(struct dispute *dispute, const struct account *account,
                            const struct dispute_resolution *resolution, struct error *err)
{
    const char *text;
    const bool has_credit = resolution->credit_minor != 0;
    enum status st = check_credit(dispute, account, resolution, err);
    /* What is left of it stands. */
    if (st == STATUS_OK && resolution->outcome == OUTCOME_PARTLY && dispute->state != DISPUTE_RESOLVED &&
        dispute_is_held_by_law(dispute))
        return refuse_law(dispute, err);
    if (st == STATUS_OK)
        st = dispute_move(dispute, has_credit ? DISPUTE_EVENT_PROPOSE : event_of(resolution->outcome), resolution->note,
                          &text, err);
    if (st != STATUS_OK)
        return st;
    dispute->root_cause = resolution->root_cause;
    dispute->root_cause_text = resolution->root_cause_text;
    dispute->proposed_by = resolution->by;
    dispute->proposed_at = resolution->at;
    if (has_credit) {
        dispute->proposed_outcome = resolution->outcome;
        dispute->credit_minor = resolution->credit_minor;
    }
    return STATUS_OK;
}

enum status dispute_decide(struct dispute *dispute, const struct account *account,
                           const struct dispute_decision *decision, struct error *err)
{
    const char *text;
    if (dispute->state == DISPUTE_PROPOSED && strcmp(decision->by, dispute->proposed_by) == 0)
        return error_set(err, STATUS_PERMISSION_DENIED,
                         "%s has proposed the credit: another person must approve or decline it", decision->by);
    if (dispute->state != DISPUTE_PROPOSED)
        return error_set(err, STATUS_FAILED_PRECONDITION, "nothing waits for approval: the dispute is %s",
                         STATE_NAMES[dispute->state]);
    if (decision->is_approved && account->is_balance_known && dispute->credit_minor > account->balance_minor)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "the credit of %" PRId64 " is more than the %" PRId64
                         " that are owed by now: decline it, and propose another",
                         dispute->credit_minor, account->balance_minor);
    enum status st = dispute_move(dispute, decision->is_approved ? DISPUTE_EVENT_APPROVE : DISPUTE_EVENT_DECLINE,
                                  decision->note, &text, err);
    if (st != STATUS_OK)
        return st;
    dispute->decided_by = decision->by;
    dispute->decided_at = decision->at;
    return STATUS_OK;
}
