#include "escalation_model.h"

#include <string.h>

static const char *const STATE_NAMES[ESCALATION_STATES_END] = {
    [ESCALATION_RAISED] = "raised",           [ESCALATION_ASSIGNED] = "assigned",
    [ESCALATION_PROPOSED] = "proposed",       [ESCALATION_APPROVED] = "approved",
    [ESCALATION_EXPORTED] = "with an agency", [ESCALATION_HANDED_OVER] = "with a lawyer",
    [ESCALATION_CLOSED] = "closed",
};

/* All that may happen: where there is no row, it is refused. */
static const struct escalation_rule {
    enum escalation_state from;
    enum escalation_event event;
    enum escalation_state to;
    enum escalation_outcome outcome;
} MOVES[] = {
    {ESCALATION_RAISED, ESCALATION_EVENT_ASSIGN, ESCALATION_ASSIGNED, 0},
    {ESCALATION_RAISED, ESCALATION_EVENT_FINISH, ESCALATION_CLOSED, ESCALATION_DONE},
    {ESCALATION_RAISED, ESCALATION_EVENT_WITHDRAW, ESCALATION_CLOSED, ESCALATION_WITHDRAWN},
    {ESCALATION_ASSIGNED, ESCALATION_EVENT_ASSIGN, ESCALATION_ASSIGNED, 0},
    {ESCALATION_ASSIGNED, ESCALATION_EVENT_FINISH, ESCALATION_CLOSED, ESCALATION_DONE},
    {ESCALATION_ASSIGNED, ESCALATION_EVENT_WITHDRAW, ESCALATION_CLOSED, ESCALATION_WITHDRAWN},
    {ESCALATION_PROPOSED, ESCALATION_EVENT_ASSIGN, ESCALATION_PROPOSED, 0},
    {ESCALATION_PROPOSED, ESCALATION_EVENT_APPROVE, ESCALATION_APPROVED, 0},
    {ESCALATION_PROPOSED, ESCALATION_EVENT_DECLINE, ESCALATION_CLOSED, ESCALATION_DECLINED},
    {ESCALATION_PROPOSED, ESCALATION_EVENT_RECALL, ESCALATION_CLOSED, ESCALATION_RECALLED},
    {ESCALATION_PROPOSED, ESCALATION_EVENT_WITHDRAW, ESCALATION_CLOSED, ESCALATION_WITHDRAWN},
    {ESCALATION_APPROVED, ESCALATION_EVENT_ASSIGN, ESCALATION_APPROVED, 0},
    {ESCALATION_APPROVED, ESCALATION_EVENT_EXPORT, ESCALATION_EXPORTED, 0},
    {ESCALATION_APPROVED, ESCALATION_EVENT_HAND_OVER, ESCALATION_HANDED_OVER, 0},
    {ESCALATION_APPROVED, ESCALATION_EVENT_RECALL, ESCALATION_CLOSED, ESCALATION_RECALLED},
    {ESCALATION_APPROVED, ESCALATION_EVENT_WITHDRAW, ESCALATION_CLOSED, ESCALATION_WITHDRAWN},
    {ESCALATION_EXPORTED, ESCALATION_EVENT_ASSIGN, ESCALATION_EXPORTED, 0},
    {ESCALATION_EXPORTED, ESCALATION_EVENT_OBJECT, ESCALATION_CLOSED, ESCALATION_OBJECTED},
    {ESCALATION_EXPORTED, ESCALATION_EVENT_RECALL, ESCALATION_CLOSED, ESCALATION_RECALLED},
    {ESCALATION_EXPORTED, ESCALATION_EVENT_RETURN, ESCALATION_CLOSED, ESCALATION_RETURNED},
    {ESCALATION_EXPORTED, ESCALATION_EVENT_WITHDRAW, ESCALATION_CLOSED, ESCALATION_WITHDRAWN},
    {ESCALATION_HANDED_OVER, ESCALATION_EVENT_ASSIGN, ESCALATION_HANDED_OVER, 0},
    {ESCALATION_HANDED_OVER, ESCALATION_EVENT_RECALL, ESCALATION_CLOSED, ESCALATION_RECALLED},
    {ESCALATION_HANDED_OVER, ESCALATION_EVENT_RETURN, ESCALATION_CLOSED, ESCALATION_RETURNED},
    {ESCALATION_HANDED_OVER, ESCALATION_EVENT_WITHDRAW, ESCALATION_CLOSED, ESCALATION_WITHDRAWN},
};

bool escalation_is_out(const struct escalation *escalation)
{
    return escalation->route == SOP_ROUTE_AGENCY || escalation->route == SOP_ROUTE_LEGAL;
}

void escalation_begin(struct escalation *escalation)
{
    if (escalation_is_out(escalation))
        escalation->state = ESCALATION_PROPOSED;
    else
        escalation->state = escalation->route == SOP_ROUTE_PERSON ? ESCALATION_ASSIGNED : ESCALATION_RAISED;
}

bool escalation_is_holding(const struct escalation *escalation)
{
    return escalation->state == ESCALATION_EXPORTED || escalation->state == ESCALATION_HANDED_OVER;
}

bool escalations_go_out(const struct escalation *first)
{
    for (; first; first = first->next)
        if (escalation_is_out(first) && first->state != ESCALATION_CLOSED)
            return true;
    return false;
}

bool escalations_hold(const struct escalation *first)
{
    for (; first; first = first->next)
        if (escalation_is_holding(first))
            return true;
    return false;
}

enum status escalation_check_out(enum sop_route route, const struct escalation_standing *standing, struct error *err)
{
    if (standing->is_bankrupt)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the debtor is bankrupt: the stay holds (11 USC 362(a)(6))");
    if (standing->is_deceased)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the debtor is deceased: the estate is not handed on");
    if (standing->owed_minor <= 0)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "nothing is owed: such a debt is not placed with others (12 CFR 1006.30(b)(1)(i))");
    if (route == SOP_ROUTE_LEGAL && standing->is_held_by_law)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "the debt is disputed and not verified: a suit collects (15 USC 1692g(b))");
    return STATUS_OK;
}

static const struct escalation_rule *rule_of(const struct escalation *escalation, enum escalation_event event)
{
    const bool is_export = event == ESCALATION_EVENT_EXPORT;

    if ((is_export && escalation->route != SOP_ROUTE_AGENCY) ||
        (event == ESCALATION_EVENT_HAND_OVER && escalation->route != SOP_ROUTE_LEGAL))
        return NULL;
    for (size_t i = 0; i < ARRAY_SIZE(MOVES); i++)
        if (MOVES[i].from == escalation->state && MOVES[i].event == event)
            return &MOVES[i];
    return NULL;
}

static bool is_sending(enum escalation_event event)
{
    return event == ESCALATION_EVENT_EXPORT || event == ESCALATION_EVENT_HAND_OVER;
}

/* Two persons: who proposed and who approved; where a rule proposed, who approved and who sends. */
static enum status check_persons(const struct escalation *escalation, const struct escalation_change *change,
                                 struct error *err)
{
    const bool is_decision = change->event == ESCALATION_EVENT_APPROVE || change->event == ESCALATION_EVENT_DECLINE;
    const bool is_by_rule = escalation->raised_by[0] == '\0';

    if ((is_decision || is_sending(change->event)) && change->by[0] == '\0')
        return error_set(err, STATUS_PERMISSION_DENIED, "a person must do this, and nobody is named");
    if (is_decision && !is_by_rule && strcmp(escalation->raised_by, change->by) == 0)
        return error_set(err, STATUS_PERMISSION_DENIED, "%s proposed it: another person decides", change->by);
    if (is_sending(change->event) && is_by_rule && strcmp(escalation->decided_by, change->by) == 0)
        return error_set(err, STATUS_PERMISSION_DENIED, "%s approved what a rule proposed: another person sends it out",
                         change->by);
    return STATUS_OK;
}

static void follow(struct escalation *escalation, const struct escalation_change *change)
{
    if (change->event == ESCALATION_EVENT_ASSIGN)
        escalation->owner = change->owner;
    if (change->event == ESCALATION_EVENT_APPROVE || change->event == ESCALATION_EVENT_DECLINE) {
        escalation->decided_by = change->by;
        escalation->decided_at = change->at;
    }
    if (is_sending(change->event)) {
        escalation->file_id = change->file_id;
        escalation->exported_at = change->at;
        escalation->balance_minor = change->standing->owed_minor;
        escalation->is_disputed = change->standing->is_disputed;
        escalation->has_attorney = change->standing->has_attorney;
        escalation->is_ceased = change->standing->is_ceased;
    }
    if (escalation->state == ESCALATION_CLOSED) {
        escalation->closed_by = change->by;
        escalation->closed_at = change->at;
    }
}

enum status escalation_move(struct escalation *escalation, const struct escalation_change *change, struct error *err)
{
    const struct escalation_rule *rule = rule_of(escalation, change->event);
    const bool is_checked = change->event == ESCALATION_EVENT_APPROVE || is_sending(change->event);

    if (!rule)
        return error_set(err, STATUS_FAILED_PRECONDITION, "the escalation is %s", STATE_NAMES[escalation->state]);
    enum status st = check_persons(escalation, change, err);
    if (st == STATUS_OK && is_checked)
        st = escalation_check_out(escalation->route, change->standing, err);
    if (st != STATUS_OK)
        return st;
    escalation->state = rule->to;
    escalation->outcome = rule->outcome;
    escalation->note = change->note;
    follow(escalation, change);
    return STATUS_OK;
}

bool escalation_is_due(const struct sop_escalation *rule, const struct escalation *first, struct instant now,
                       unsigned *ret_n)
{
    const bool is_out = rule->route == SOP_ROUTE_AGENCY || rule->route == SOP_ROUTE_LEGAL;
    bool is_due = !is_out || !escalations_go_out(first);
    unsigned n = 0;

    for (; first; first = first->next) {
        if (strcmp(first->rule, rule->code) != 0)
            continue;
        n++;
        if (rule->again_after_days == 0 || first->state != ESCALATION_CLOSED ||
            now.us < first->raised_at.us + rule->again_after_days * US_PER_DAY)
            is_due = false;
    }
    *ret_n = n;
    return is_due;
}
