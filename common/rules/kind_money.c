/* Payments, fees, suits, sales, reports to consumer reporting agencies, records: 12 CFR 1006.22, .26, .30, .100, the
 * Nacha Operating Rules and 12 CFR 1005.10. */
#include <inttypes.h>

#include "rules/law_dates.h"
#include "rules/rule_kinds.h"

/* 1006.22(b): silence of agreement and law is no permission. */
void judge_fee(const struct rule *rule, struct judgement *judgement)
{
    if (!claim_holds(judgement->question, CLAIM_AUTHORIZED) &&
        !claim_holds(judgement->question, CLAIM_PERMITTED_BY_LAW))
        (void)judgement_hit(judgement, rule, "neither the agreement nor a law allows this amount");
}

/* --- postdated instruments (1006.22(c)) -----------------------------------------------------------------------------
 */

static bool has_deposit_notice(const struct judgement *judgement)
{
    int64_t notice_us = judgement->particulars->postdated.notice_at_us;
    if (!has_happened(judgement, notice_us))
        return false;
    int n = law_business_days(judged_date_last(judgement, notice_us), judgement->today_first, LAW_HOLIDAYS_STATUTE);
    return n >= LAW_POSTDATED_NOTICE_MIN_BD && n <= LAW_POSTDATED_NOTICE_MAX_BD;
}

void judge_postdated(const struct rule *rule, struct judgement *judgement)
{
    const struct question *question = judgement->question;
    const struct fact_postdated *facts = &judgement->particulars->postdated;
    struct date dated = question->date.days != 0 ? question->date : facts->dated;
    struct date received = question->received;
    if (received.days == 0 && has_happened(judgement, facts->received_at_us))
        received = judged_date_first(judgement, facts->received_at_us);
    if (dated.days != 0 && judgement->today_first.days < dated.days) {
        struct rule_hit *hit = judgement_hit(judgement, rule, "the instrument bears a later date");
        rule_hit_ends(hit, judgement->now_us + (dated.days - judgement->today_first.days) * US_PER_DAY);
        return;
    }
    bool is_postdated = dated.days != 0 && (received.days == 0 || dated.days > received.days + LAW_POSTDATED_FREE_DAYS);
    if (is_postdated && !has_deposit_notice(judgement))
        (void)judgement_hit(judgement, rule, "no written notice of the deposit three to ten business days before it");
}

/* --- suits (1006.26(b), 1006.30(d)) ---------------------------------------------------------------------------------
 */

void judge_time_barred(const struct rule *rule, struct judgement *judgement)
{
    if (judgement->question->action == ACTION_CONTACT && !claim_holds(judgement->question, CLAIM_THREATENS_SUIT))
        return;
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        const struct fact_debt *debt = &judgement->facts->debts[i];
        if (!is_asked(judgement, rule, i) || !debt->is_limited ||
            debt->limitation_ends.days > judgement->today_last.days)
            continue;
        char on[DATE_TEXT_SIZE];
        (void)judgement_hit(judgement, rule, "the limitation period ended on %s",
                            date_format(debt->limitation_ends, on));
        return;
    }
}

static bool is_on_property(const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->facts->n_debts; i++)
        if ((judgement->debts & DEBT_BIT(i)) != 0 && judgement->facts->debts[i].is_real_property)
            return true;
    return false;
}

/* Where the property lies if the suit is to enforce an interest in it, else where the contract was signed or the
 * consumer lives. */
void judge_venue(const struct rule *rule, struct judgement *judgement)
{
    const struct question *question = judgement->question;
    bool is_about_property = claim_holds(question, CLAIM_REAL_PROPERTY) ||
                             (question->venue == VENUE_REAL_PROPERTY && is_on_property(judgement));
    bool is_proper = question->venue == VENUE_UNKNOWN || (question->venue == VENUE_REAL_PROPERTY) == is_about_property;
    if (!is_proper || question->venue == VENUE_OTHER)
        (void)judgement_hit(judgement, rule, "no court of this place may hear the suit");
}

/* --- furnishing (1006.30(a)) ----------------------------------------------------------------------------------------
 */

static bool has_spoken_about(const struct judgement *judgement, debt_set debt)
{
    for (size_t i = 0; i < judgement->facts->n_contacts; i++) {
        const struct fact_contact *contact = &judgement->facts->contacts[i];
        const struct fact_subject *subject = contact_subject(judgement->facts, contact);
        debt_set debts = subject->discussed != 0 ? subject->discussed : subject->debts;
        if (contact->at_us <= judgement->now_us && contact->outcome == OUTCOME_CONVERSATION && (debts & debt) != 0 &&
            subject->person < judgement->facts->n_persons &&
            relation_is_obligor(judgement->facts, judgement->facts->persons[subject->person].relation))
            return true;
    }
    return false;
}

void judge_furnishing(const struct rule *rule, struct judgement *judgement)
{
    if (judgement->question->recipient == RECIPIENT_CHECK_HISTORY_CRA)
        return;
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        const struct fact_debt *debt = &judgement->facts->debts[i];
        if (!is_asked(judgement, rule, i) || has_spoken_about(judgement, DEBT_BIT(i)))
            continue;
        if (!has_happened(judgement, debt->furnish_since_us)) {
            (void)judgement_hit(judgement, rule, "the consumer was neither spoken to nor written to about the debt");
            return;
        }
        struct date earliest = law_furnishing_earliest(judged_date_last(judgement, debt->furnish_since_us));
        if (judgement->today_first.days >= earliest.days)
            continue;
        char from[DATE_TEXT_SIZE];
        struct rule_hit *hit = judgement_hit(judgement, rule, "what was sent may still come back; wait until %s",
                                             date_format(earliest, from));
        rule_hit_ends(hit, judgement->now_us + (earliest.days - judgement->today_first.days) * US_PER_DAY);
        return;
    }
}

/* --- sale, placement (1006.30(b)) -----------------------------------------------------------------------------------
 */

static const char *untransferable(const struct judgement *judgement, const struct fact_debt *debt)
{
    if (debt->status == DEBT_STATUS_PAID)
        return "paid";
    if (debt->status == DEBT_STATUS_SETTLED)
        return "settled";
    bool is_discharged = debt->status == DEBT_STATUS_DISCHARGED ||
                         has_happened(judgement, debt_particulars(judgement->facts, debt)->discharge_at_us);
    bool is_secured = debt->has_lien && claim_holds(judgement->question, CLAIM_NOTIFIES_DISCHARGE);
    return is_discharged && !is_secured ? "discharged in bankruptcy" : NULL;
}

void judge_transfer(const struct rule *rule, struct judgement *judgement)
{
    const enum recipient recipient = judgement->question->recipient;
    if (recipient == RECIPIENT_OWNER || recipient == RECIPIENT_SECURITIZATION || recipient == RECIPIENT_MERGER)
        return;
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        const char *why = is_asked(judgement, rule, i) ? untransferable(judgement, &judgement->facts->debts[i]) : NULL;
        if (why == NULL)
            continue;
        (void)judgement_hit(judgement, rule, "the debt is %s", why);
        return;
    }
}

/* --- payments (1006.30(c)) ------------------------------------------------------------------------------------------
 */

void judge_payment(const struct rule *rule, struct judgement *judgement)
{
    const struct question *question = judgement->question;
    if (judgement->facts->n_debts < 2 || claim_holds(question, CLAIM_SINGLE_DEBT))
        return;
    if (question->directed_debt != FACT_NONE && (question->debts & DEBT_BIT(question->directed_debt)) == 0) {
        (void)judgement_hit(judgement, rule, "the consumer directed the payment to another debt");
        return;
    }
    for (size_t i = 0; i < judgement->facts->n_debts; i++)
        if ((question->debts & DEBT_BIT(i)) != 0 &&
            has_happened(judgement,
                         debt_particulars(judgement->facts, &judgement->facts->debts[i])->disputed_since_us)) {
            (void)judgement_hit(judgement, rule, "the consumer disputes the debt");
            return;
        }
}

/* --- records (1006.100) ---------------------------------------------------------------------------------------------
 */

static void hit_until(const struct rule *rule, struct judgement *judgement, struct date until)
{
    char on[DATE_TEXT_SIZE];
    struct rule_hit *hit = judgement_hit(judgement, rule, "to be kept until %s", date_format(until, on));
    rule_hit_ends(hit, judgement->now_us + (until.days - judgement->today_first.days) * US_PER_DAY);
}

void judge_retention(const struct rule *rule, struct judgement *judgement)
{
    if (judgement->question->recorded_on.days != 0) {
        struct date until = law_retention_end(judgement->question->recorded_on);
        if (judgement->today_first.days < until.days)
            hit_until(rule, judgement, until);
        return;
    }
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        const struct fact_debt *debt = &judgement->facts->debts[i];
        if (!is_asked(judgement, rule, i))
            continue;
        if (debt->last_activity_at_us == 0) {
            (void)judgement_hit(judgement, rule, "the last collection activity is not known");
            return;
        }
        struct date until = law_retention_end(judged_date_last(judgement, debt->last_activity_at_us));
        if (judgement->today_first.days >= until.days)
            continue;
        hit_until(rule, judgement, until);
        return;
    }
}

/* --- ACH ------------------------------------------------------------------------------------------------------------
 */

#define CODE_INSUFFICIENT_FUNDS 1
#define CODE_STOP_PAYMENT       8
#define CODE_UNCOLLECTED_FUNDS  9
#define CODE_NOT_AS_AUTHORIZED  11

/* The return may be answered by the same entry once more. */
static bool is_curable(const struct judgement *judgement)
{
    const struct question *question = judgement->question;
    const struct fact_ach *ach = &judgement->particulars->ach;
    switch (ach->return_code) {
    case CODE_INSUFFICIENT_FUNDS:
    case CODE_UNCOLLECTED_FUNDS:
        return true;
    case CODE_STOP_PAYMENT:
        return ach->is_reauthorized || claim_holds(question, CLAIM_REAUTHORIZED);
    case CODE_NOT_AS_AUTHORIZED:
        return claim_holds(question, CLAIM_CORRECTED);
    default:
        return false;
    }
}

void judge_reinitiation(const struct rule *rule, struct judgement *judgement)
{
    const struct fact_ach *ach = &judgement->particulars->ach;
    if (ach->return_code == 0) {
        (void)judgement_hit(judgement, rule, "the entry did not come back: there is nothing to send again");
        return;
    }
    if (!is_curable(judgement)) {
        (void)judgement_hit(judgement, rule, "an entry returned as R%02u may not be sent again", ach->return_code);
        return;
    }
    if (ach->reinitiations >= rule->limit) {
        (void)judgement_hit(judgement, rule, "sent again %u times; the limit is %" PRId32, ach->reinitiations,
                            rule->limit);
        return;
    }
    if (ach->settled_on.days != 0 && judgement->today_last.days > ach->settled_on.days + rule->days)
        (void)judgement_hit(judgement, rule, "more than %" PRId32 " days after the original entry settled", rule->days);
    else if (claim_is_denied(judgement->question, CLAIM_RETRY_DESCRIPTION))
        (void)judgement_hit(judgement, rule, "the entry is not described as RETRY PYMT");
}

void judge_reinitiated_amount(const struct rule *rule, struct judgement *judgement)
{
    const int64_t original_minor = judgement->particulars->ach.amount_minor;
    if (original_minor != 0 && judgement->question->amount_minor != original_minor)
        (void)judgement_hit(judgement, rule, "the amount is not that of the original entry");
}

/* --- preauthorized transfers (1005.10) ------------------------------------------------------------------------------
 */

void judge_debit_authorization(const struct rule *rule, struct judgement *judgement)
{
    if (claim_is_denied(judgement->question, CLAIM_WRITTEN_AUTHORIZATION))
        (void)judgement_hit(judgement, rule, "no authorization in writing, signed or similarly authenticated");
    else if (claim_is_denied(judgement->question, CLAIM_COPY_PROVIDED))
        (void)judgement_hit(judgement, rule, "the consumer has no copy of the authorization");
}

static bool is_agreed_amount(const struct fact_plan *plan, int64_t amount_minor)
{
    bool is_in_range =
        plan->range_to_minor != 0 && amount_minor >= plan->range_from_minor && amount_minor <= plan->range_to_minor;
    return is_in_range || plan->authorized_minor == 0 || amount_minor == plan->authorized_minor;
}

void judge_varying_amount(const struct rule *rule, struct judgement *judgement)
{
    const struct fact_plan *plan = &judgement->particulars->plan;
    if (is_agreed_amount(plan, judgement->question->amount_minor))
        return;
    if (has_happened(judgement, plan->notice_at_us) &&
        judgement->today_first.days - judged_date_last(judgement, plan->notice_at_us).days >= rule->days)
        return;
    (void)judgement_hit(judgement, rule, "no written notice of the amount at least %" PRId32 " days before",
                        rule->days);
}
