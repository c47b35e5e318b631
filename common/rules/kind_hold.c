/* What holds a debt: requests, attorneys, bankruptcy, disputes. */
#include <inttypes.h>

#include "rules/rule_kinds.h"

static const struct fact_debt *debt_at(const struct judgement *judgement, size_t index)
{
    return &judgement->facts->debts[index];
}

static const struct fact_debt_particulars *particulars_at(const struct judgement *judgement, size_t index)
{
    return debt_particulars(judgement->facts, debt_at(judgement, index));
}

const char *hold_name(enum hold hold)
{
    static const char *const NAMES[HOLD_COUNT] = {
        [HOLD_DISPUTE] = "dispute",
        [HOLD_DISPUTE_UPHELD] = "dispute_upheld",
        [HOLD_CEASE] = "cease",
        [HOLD_ATTORNEY] = "attorney",
        [HOLD_BANKRUPTCY] = "bankruptcy",
        [HOLD_DECEASED] = "deceased",
        [HOLD_OPT_OUT_CALLS] = "opt_out_calls",
        [HOLD_OPT_OUT_CONTACT_POINT] = "opt_out_contact_point",
        [HOLD_WRONG_NUMBER] = "wrong_number",
        [HOLD_PAID] = "paid",
        [HOLD_RECALLED] = "recalled",
        [HOLD_PROMISE] = "promise",
        [HOLD_NOTICE_OVERDUE] = "notice_overdue",
        [HOLD_COMPLAINT] = "complaint",
        [HOLD_HANDED_OVER] = "handed_over",
        [HOLD_PLAN] = "plan",
    };
    return NAMES[hold];
}

/* States that somebody else has worked out and that say no more than "held". */
static bool is_held(const struct judgement *judgement, const struct rule *rule, enum hold hold)
{
    for (size_t i = 0; i < judgement->facts->n_debts; i++)
        if (is_asked(judgement, rule, i) && (debt_at(judgement, i)->holds & (1u << hold)) != 0)
            return true;
    return false;
}

static void hit_hold(const struct rule *rule, struct judgement *judgement, enum hold hold)
{
    (void)judgement_hit(judgement, rule, "the account is held: %s", hold_name(hold));
}

/* --- refusal to pay, request to cease (1006.6(c)) -------------------------------------------------------------------
 */

/* 1006.6(c)(2) and comments: what may be sent all the same. */
static bool is_cease_exception(enum purpose purpose)
{
    return purpose == PURPOSE_TERMINATE_EFFORTS || purpose == PURPOSE_MAY_INVOKE_REMEDY ||
           purpose == PURPOSE_INTENDS_INVOKE_REMEDY || purpose == PURPOSE_REQUIRED_SERVICING;
}

void judge_cease(const struct rule *rule, struct judgement *judgement)
{
    if (!judgement->is_to_consumer || is_cease_exception(judgement->question->purpose))
        return;
    if (is_held(judgement, rule, HOLD_CEASE)) {
        hit_hold(rule, judgement, HOLD_CEASE);
        return;
    }
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        if (!is_asked(judgement, rule, i) || !has_happened(judgement, particulars_at(judgement, i)->cease_at_us))
            continue;
        char on[DATE_TEXT_SIZE];
        (void)judgement_hit(judgement, rule, "the consumer refused to pay or asked to cease in writing, received on %s",
                            date_format(judged_date_last(judgement, particulars_at(judgement, i)->cease_at_us), on));
        return;
    }
}

/* --- attorney (1006.6(b)(2)) ----------------------------------------------------------------------------------------
 */

void judge_attorney(const struct rule *rule, struct judgement *judgement)
{
    if (!judgement->is_to_consumer)
        return;
    if (is_held(judgement, rule, HOLD_ATTORNEY)) {
        hit_hold(rule, judgement, HOLD_ATTORNEY);
        return;
    }
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        if (!is_asked(judgement, rule, i) || !has_happened(judgement, particulars_at(judgement, i)->attorney_at_us))
            continue;
        /* What the consumer begins is consent to that communication only (comment 6(b)(2)-1). */
        if (has_consent(judgement, CONSENT_COURT) ||
            is_permitted_reply(judgement, particulars_at(judgement, i)->attorney_at_us))
            return;
        (void)judgement_hit(judgement, rule, "an attorney represents the consumer about this debt");
        return;
    }
}

/* --- bankruptcy -----------------------------------------------------------------------------------------------------
 */

static bool is_bankruptcy_matter(const struct judgement *judgement)
{
    const struct question *question = judgement->question;
    if (claim_holds(question, CLAIM_PART_OF_PROCEEDING) || question->purpose == PURPOSE_BANKRUPTCY_CLAIM)
        return true;
    return question->action == ACTION_CONTACT && !judgement->is_to_consumer;
}

/* 11 USC 362(a)(6): from the filing until dismissal, close, discharge or relief. */
void judge_stay(const struct rule *rule, struct judgement *judgement)
{
    if (is_bankruptcy_matter(judgement))
        return;
    if (is_held(judgement, rule, HOLD_BANKRUPTCY)) {
        hit_hold(rule, judgement, HOLD_BANKRUPTCY);
        return;
    }
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        if (!is_asked(judgement, rule, i) || !has_happened(judgement, particulars_at(judgement, i)->bankruptcy_at_us))
            continue;
        (void)judgement_hit(judgement, rule, "bankruptcy was filed; the automatic stay holds");
        return;
    }
}

/* 11 USC 524(a)(2): for good. */
void judge_discharge(const struct rule *rule, struct judgement *judgement)
{
    if (is_bankruptcy_matter(judgement))
        return;
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        const struct fact_debt *debt = debt_at(judgement, i);
        if (!is_asked(judgement, rule, i) || (debt->status != DEBT_STATUS_DISCHARGED &&
                                              !has_happened(judgement, particulars_at(judgement, i)->discharge_at_us)))
            continue;
        (void)judgement_hit(judgement, rule, "the debt was discharged in bankruptcy");
        return;
    }
}

/* --- disputes and requests (1006.38) --------------------------------------------------------------------------------
 */

/* What answers the consumer, ends collection or is required anyway collects nothing; nor does what is said to others.
 */
static bool is_no_collection(const struct judgement *judgement)
{
    if (judgement->question->action != ACTION_CONTACT)
        return false;
    switch (judgement->question->purpose) {
    case PURPOSE_DISPUTE_RESPONSE:
    case PURPOSE_VALIDATION_NOTICE:
    case PURPOSE_OPT_OUT_CONFIRMATION:
    case PURPOSE_TERMINATE_EFFORTS:
    case PURPOSE_REQUIRED_SERVICING:
    case PURPOSE_REQUIRED_BY_LAW:
    case PURPOSE_OTHER:
        return true;
    case PURPOSE_COLLECTION:
    case PURPOSE_LOCATION:
    case PURPOSE_PAYMENT_CONFIRMATION:
    case PURPOSE_REQUEST_ELECTRONIC_CONSENT:
    case PURPOSE_MAY_INVOKE_REMEDY:
    case PURPOSE_INTENDS_INVOKE_REMEDY:
    case PURPOSE_POST_JUDGMENT_REMEDY:
    case PURPOSE_PLEADING:
    case PURPOSE_BANKRUPTCY_CLAIM:
        break;
    }
    return !judgement->is_to_consumer;
}

/* A timely written dispute that no verification or copy of a judgment has answered yet. */
static bool has_open_dispute(const struct judgement *judgement, const struct fact_debt_particulars *debt)
{
    return debt->is_dispute_written && debt->is_dispute_timely && has_happened(judgement, debt->dispute_at_us) &&
           !(has_happened(judgement, debt->dispute_answered_at_us) &&
             debt->dispute_answered_at_us >= debt->dispute_at_us);
}

/* 1006.38(d)(2): the disputed portion only. */
static bool is_undisputed_portion(const struct judgement *judgement, const struct fact_debt *debt)
{
    const int64_t disputed_minor = debt_particulars(judgement->facts, debt)->disputed_minor;
    return disputed_minor > 0 && judgement->question->amount_minor > 0 &&
           judgement->question->amount_minor <= debt->balance_minor - disputed_minor;
}

void judge_dispute(const struct rule *rule, struct judgement *judgement)
{
    if (is_no_collection(judgement))
        return;
    if (is_held(judgement, rule, HOLD_DISPUTE)) {
        hit_hold(rule, judgement, HOLD_DISPUTE);
        return;
    }
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        const struct fact_debt_particulars *debt = particulars_at(judgement, i);
        if (!is_asked(judgement, rule, i) || !has_open_dispute(judgement, debt) ||
            is_undisputed_portion(judgement, debt_at(judgement, i)))
            continue;
        char on[DATE_TEXT_SIZE];
        (void)judgement_hit(judgement, rule, "disputed in writing on %s; nothing was sent to verify it since",
                            date_format(judged_date_last(judgement, debt->dispute_at_us), on));
        return;
    }
}

/* What is said all the same: of money, until a notice is sent, and until a complaint is answered, what collects none;
 * of a dispute that the debtor has won, that he has; to an address that is excluded, that it is (1006.14(h)(2)(i)) and
 * what law requires. */
static bool is_hold_exception(const struct judgement *judgement, enum hold hold)
{
    const struct question *question = judgement->question;
    if (question->action != ACTION_CONTACT)
        return false;
    if (!judgement->is_to_consumer)
        return true;
    if (hold == HOLD_PAID || hold == HOLD_PROMISE || hold == HOLD_PLAN)
        return question->purpose == PURPOSE_PAYMENT_CONFIRMATION || is_no_collection(judgement);
    if (hold == HOLD_NOTICE_OVERDUE || hold == HOLD_COMPLAINT)
        return is_no_collection(judgement);
    if (hold == HOLD_DISPUTE_UPHELD)
        return question->purpose == PURPOSE_DISPUTE_RESPONSE;
    if (hold != HOLD_OPT_OUT_CONTACT_POINT)
        return false;
    return (question->purpose == PURPOSE_OPT_OUT_CONFIRMATION && medium_is_in(question->medium, MEDIA_ELECTRONIC)) ||
           question->purpose == PURPOSE_REQUIRED_BY_LAW || question->purpose == PURPOSE_REQUIRED_SERVICING;
}

void judge_hold(const struct rule *rule, struct judgement *judgement)
{
    if (!is_hold_exception(judgement, rule->hold) && is_held(judgement, rule, rule->hold))
        hit_hold(rule, judgement, rule->hold);
}

/* 1006.38(a)(1), (d)(2)(ii): held as well, but a notice that refers to the earlier answer releases it. */
void judge_duplicative_dispute(const struct rule *rule, struct judgement *judgement)
{
    if (is_no_collection(judgement))
        return;
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        const struct fact_debt_particulars *debt = particulars_at(judgement, i);
        if (!is_asked(judgement, rule, i) || !debt->is_dispute_duplicative || !has_open_dispute(judgement, debt))
            continue;
        (void)judgement_hit(judgement, rule, "a dispute like an earlier one has not been answered");
        return;
    }
}

void judge_original_creditor(const struct rule *rule, struct judgement *judgement)
{
    if (is_no_collection(judgement))
        return;
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        if (!is_asked(judgement, rule, i) ||
            !has_happened(judgement, particulars_at(judgement, i)->creditor_request_at_us))
            continue;
        (void)judgement_hit(judgement, rule, "the consumer asked for the original creditor and has no answer yet");
        return;
    }
}

/* 23 NYCRR 1.4(b): charged-off debts only. */
void judge_substantiation(const struct rule *rule, struct judgement *judgement)
{
    if (is_no_collection(judgement))
        return;
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        if (!is_asked(judgement, rule, i) || !debt_at(judgement, i)->is_charged_off ||
            !has_happened(judgement, particulars_at(judgement, i)->substantiation_at_us))
            continue;
        (void)judgement_hit(judgement, rule, "substantiation of the debt was requested and is not provided yet");
        return;
    }
}

/* NRS 649.366: a notice by mail at least `days` before any action on a debt of that type. */
void judge_prior_notice(const struct rule *rule, struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        const struct fact_debt *debt = debt_at(judgement, i);
        if (!is_asked(judgement, rule, i) || debt->type != rule->debt_type)
            continue;
        const int64_t notice_us = particulars_at(judgement, i)->medical_notice_at_us;
        if (!has_happened(judgement, notice_us)) {
            (void)judgement_hit(judgement, rule, "the notice that has to come %" PRId32 " days before was not sent",
                                rule->days);
            return;
        }
        int64_t free_us = judged_days_later(judgement, notice_us, rule->days);
        if (judgement->now_us >= free_us)
            continue;
        struct rule_hit *hit =
            judgement_hit(judgement, rule, "%" PRId32 " days have not passed since the notice", rule->days);
        rule_hit_ends(hit, free_us);
        return;
    }
}
