#include "dispute_model.h"

#include <assert.h>

static const char *const STATE_NAMES[DISPUTE_STATES_END] = {
    [DISPUTE_OPEN] = "open",
    [DISPUTE_VERIFIED] = "verified",
    [DISPUTE_RESOLVED] = "resolved",
};

/* All that may happen to a dispute: where there is no row, it is refused. */
static const struct dispute_rule {
    enum dispute_state from;
    enum dispute_event event;
    enum dispute_state to;
    enum dispute_outcome outcome;
    const char *text;
} MOVES[] = {
    {DISPUTE_OPEN, DISPUTE_EVENT_VERIFY, DISPUTE_VERIFIED, OUTCOME_PENDING, "verification sent"},
    {DISPUTE_OPEN, DISPUTE_EVENT_UPHOLD, DISPUTE_RESOLVED, OUTCOME_UPHELD, "the debtor is right"},
    {DISPUTE_OPEN, DISPUTE_EVENT_REJECT, DISPUTE_RESOLVED, OUTCOME_REJECTED, "the debt stands"},
    {DISPUTE_OPEN, DISPUTE_EVENT_WITHDRAW, DISPUTE_RESOLVED, OUTCOME_WITHDRAWN, "withdrawn by the debtor"},
    {DISPUTE_OPEN, DISPUTE_EVENT_RECALL, DISPUTE_RESOLVED, OUTCOME_RECALLED, "the client took the account back"},
    {DISPUTE_OPEN, DISPUTE_EVENT_OVERDUE, DISPUTE_OPEN, OUTCOME_PENDING, "no verification in time: escalated"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_UPHOLD, DISPUTE_RESOLVED, OUTCOME_UPHELD, "the debtor is right"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_REJECT, DISPUTE_RESOLVED, OUTCOME_REJECTED, "the debt stands"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_WITHDRAW, DISPUTE_RESOLVED, OUTCOME_WITHDRAWN, "withdrawn by the debtor"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_RECALL, DISPUTE_RESOLVED, OUTCOME_RECALLED, "the client took the account back"},
    {DISPUTE_VERIFIED, DISPUTE_EVENT_REPEAT, DISPUTE_RESOLVED, OUTCOME_REPEATED, "disputed again"},
};

const char *dispute_state_name(enum dispute_state state)
{
    return STATE_NAMES[state];
}

struct dispute dispute_open(const struct account *account, const struct dispute_claim *claim)
{
    assert(!account->unresolved);
    assert(claim->verification_days >= 0);
    return (struct dispute){
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
        .deadline_at = {claim->opened_at.us + claim->verification_days * US_PER_DAY},
        .note = "",
        .repeats = claim->repeats,
    };
}

static const struct dispute_rule *rule_of(enum dispute_state from, enum dispute_event event)
{
    for (size_t i = 0; i < ARRAY_SIZE(MOVES); i++)
        if (MOVES[i].from == from && MOVES[i].event == event)
            return &MOVES[i];
    return NULL;
}

enum status dispute_move(struct dispute *dispute, enum dispute_event event, const char *note, const char **ret_text,
                         struct error *err)
{
    const struct dispute_rule *rule = rule_of(dispute->state, event);

    if (!rule)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the dispute is %s already", STATE_NAMES[dispute->state]);
    dispute->state = rule->to;
    dispute->outcome = rule->outcome;
    /* What is overdue stays due. */
    if (rule->to != DISPUTE_OPEN)
        dispute->deadline_at.us = 0;
    if (event == DISPUTE_EVENT_OVERDUE)
        dispute->is_escalated = true;
    dispute->note = note;
    *ret_text = rule->text;
    return STATUS_OK;
}
