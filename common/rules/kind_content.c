/* What is said: disclosures, identity, disputes, validation information: 12 CFR 1006.14(g), .18, .34, .38(b), .42. */
#include <stdio.h>
#include <string.h>

#include "rules/law_dates.h"
#include "rules/rule_kinds.h"

/* --- disclosures (1006.18(e)) ---------------------------------------------------------------------------------------
 */

static bool is_written(enum medium medium)
{
    return medium_is_in(medium, MEDIA_ELECTRONIC | MEDIA_PAPER) || medium == MEDIUM_FAX;
}

/* The debt collector spoke with the consumer before and has not written to him yet: then this is the first written
 * communication after an oral initial one. */
static bool follows_only_talk(const struct judgement *judgement)
{
    bool has_talked = false;
    for (size_t i = 0; i < judgement->facts->n_contacts; i++) {
        const struct fact_contact *contact = &judgement->facts->contacts[i];
        if (contact->at_us >= judgement->now_us ||
            contact_subject(judgement->facts, contact)->person != judgement->question->person)
            continue;
        if (is_written(contact->medium))
            return false;
        has_talked = has_talked || contact->outcome == OUTCOME_CONVERSATION;
    }
    for (size_t i = 0; i < judgement->facts->n_debts; i++)
        if (has_happened(judgement, judgement->facts->debts[i].validation_at_us))
            return false;
    return has_talked;
}

static bool needs_full_disclosure(const struct judgement *judgement)
{
    const struct question *question = judgement->question;
    if (claim_holds(question, CLAIM_FIRST_COMMUNICATION) || claim_holds(question, CLAIM_FIRST_WRITTEN))
        return true;
    return is_written(question->medium) && !claim_is_denied(question, CLAIM_FIRST_WRITTEN) &&
           follows_only_talk(judgement);
}

void judge_disclosure(const struct rule *rule, struct judgement *judgement)
{
    const struct question *question = judgement->question;
    if (!judgement->is_to_consumer || (question->claims_said & CLAIM_BIT(CLAIM_DISCLOSURES)) == 0 ||
        claim_holds(question, CLAIM_DISCLOSES_FULL))
        return;
    if (needs_full_disclosure(judgement))
        (void)judgement_hit(judgement, rule,
                            "does not say that a debt is being collected and information will be used for that");
    else if (!claim_holds(question, CLAIM_DISCLOSES_COLLECTOR))
        (void)judgement_hit(judgement, rule, "does not say that it comes from a debt collector");
}

/* 1006.14(g). */
void judge_identity(const struct rule *rule, struct judgement *judgement)
{
    if (claim_is_denied(judgement->question, CLAIM_IDENTIFIES))
        (void)judgement_hit(judgement, rule, "the caller does not say who he is");
}

/* 1006.18(c)(2). */
void judge_communicated_dispute(const struct rule *rule, struct judgement *judgement)
{
    if (!claim_is_denied(judgement->question, CLAIM_AS_DISPUTED))
        return;
    for (size_t i = 0; i < judgement->facts->n_debts; i++)
        if (is_asked(judgement, rule, i) &&
            has_happened(judgement,
                         debt_particulars(judgement->facts, &judgement->facts->debts[i])->disputed_since_us)) {
            (void)judgement_hit(judgement, rule, "the debt is disputed, and that is not said");
            return;
        }
}

/* --- validation information (1006.34, .38(b)) -----------------------------------------------------------------------
 */

static bool is_validation_period(const struct judgement *judgement, const struct fact_debt *debt)
{
    return has_happened(judgement, debt->validation_at_us) &&
           (debt->validation_ends.days == 0 || judgement->today_first.days <= debt->validation_ends.days);
}

/* 1006.38(b): nothing that overshadows the consumer's rights while the validation period runs, a demand to pay before
 * its end for one. */
void judge_overshadowing(const struct rule *rule, struct judgement *judgement)
{
    const struct question *question = judgement->question;
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        const struct fact_debt *debt = &judgement->facts->debts[i];
        if (!is_asked(judgement, rule, i) || !is_validation_period(judgement, debt))
            continue;
        bool is_demand = question->date.days != 0 && question->date.days <= debt->validation_ends.days;
        if (!is_demand && !claim_holds(question, CLAIM_OVERSHADOWS))
            continue;
        (void)judgement_hit(judgement, rule, "overshadows the right to dispute while the validation period runs");
        return;
    }
}

/* Last day of the five on which the validation information may follow `debt`'s initial communication. */
static struct date validation_due(const struct judgement *judgement, const struct fact_debt *debt)
{
    struct date due = judged_date_first(judgement, debt->initial_at_us);
    due.days += LAW_VALIDATION_FOLLOW_UP_DAYS;
    return due;
}

/* Nothing has to be sent: nothing was communicated yet, the information was given in time, or the debt was paid before
 * it was due. */
static bool is_validation_settled(const struct judgement *judgement, const struct fact_debt *debt)
{
    if (!has_happened(judgement, debt->initial_at_us))
        return true;
    struct date due = validation_due(judgement, debt);
    bool is_given = has_happened(judgement, debt->validation_at_us) &&
                    judged_date_first(judgement, debt->validation_at_us).days <= due.days;
    const int64_t paid_us = debt_particulars(judgement->facts, debt)->paid_at_us;
    bool is_paid = has_happened(judgement, paid_us) && judged_date_first(judgement, paid_us).days <= due.days;
    return is_given || is_paid;
}

void judge_validation_timing(const struct rule *rule, struct judgement *judgement)
{
    const bool is_omitted = judgement->question->action == ACTION_OMIT_VALIDATION;
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        const struct fact_debt *debt = &judgement->facts->debts[i];
        if (!is_asked(judgement, rule, i) || is_validation_settled(judgement, debt))
            continue;
        struct date due = validation_due(judgement, debt);
        if (!is_omitted && judgement->today_last.days <= due.days)
            continue;
        char by[DATE_TEXT_SIZE];
        (void)judgement_hit(judgement, rule, "validation information was due by %s", date_format(due, by));
        return;
    }
}

static const char *const NOTICE_FIELDS[NOTICE_FIELD_COUNT] = {
    [NOTICE_MINI_MIRANDA] = "mini_miranda",
    [NOTICE_COLLECTOR_NAME] = "collector_name",
    [NOTICE_COLLECTOR_DISPUTE_MAIL_ADDRESS] = "collector_dispute_mail_address",
    [NOTICE_CONSUMER_NAME] = "consumer_name",
    [NOTICE_CONSUMER_MAIL_ADDRESS] = "consumer_mail_address",
    [NOTICE_CREDITOR_ON_ITEMIZATION_DATE] = "creditor_on_itemization_date",
    [NOTICE_ACCOUNT_NUMBER] = "account_number_or_truncated",
    [NOTICE_CURRENT_CREDITOR] = "current_creditor",
    [NOTICE_ITEMIZATION_DATE] = "itemization_date",
    [NOTICE_AMOUNT_ON_ITEMIZATION_DATE] = "amount_on_itemization_date",
    [NOTICE_ITEMIZATION_INTEREST] = "itemization_interest",
    [NOTICE_ITEMIZATION_FEES] = "itemization_fees",
    [NOTICE_ITEMIZATION_PAYMENTS] = "itemization_payments",
    [NOTICE_ITEMIZATION_CREDITS] = "itemization_credits",
    [NOTICE_CURRENT_AMOUNT] = "current_amount",
    [NOTICE_END_DATE_DISPUTE] = "validation_end_date_dispute_statement",
    [NOTICE_END_DATE_ORIGINAL_CREDITOR] = "validation_end_date_original_creditor_statement",
    [NOTICE_ASSUMED_VALID] = "assumed_valid_statement",
    [NOTICE_CFPB_WEBSITE] = "cfpb_website_statement",
    [NOTICE_ELECTRONIC_DISPUTE] = "electronic_dispute_statement",
    [NOTICE_DISPUTE_PROMPTS] = "dispute_prompts",
    [NOTICE_ORIGINAL_CREDITOR_PROMPT] = "original_creditor_prompt",
    [NOTICE_RESPONSE_MAIL_ADDRESSES] = "response_mail_addresses",
};

const char *notice_field_name(enum notice_field field)
{
    return NOTICE_FIELDS[field];
}

enum notice_field notice_field_find(const char *name)
{
    for (int field = 0; field < NOTICE_FIELD_COUNT; field++)
        if (strcmp(NOTICE_FIELDS[field], name) == 0)
            return (enum notice_field)field;
    return NOTICE_FIELD_COUNT;
}

#define FIELD_BIT(field) (1u << (field))

static uint32_t required_fields(const struct question *question)
{
    uint32_t fields = FIELD_BIT(NOTICE_FIELD_COUNT) - 1;
    if (claim_is_denied(question, CLAIM_FINANCIAL_PRODUCT))
        fields &= ~(FIELD_BIT(NOTICE_CREDITOR_ON_ITEMIZATION_DATE) | FIELD_BIT(NOTICE_CFPB_WEBSITE));
    if (!medium_is_in(question->medium, MEDIA_ELECTRONIC | MEDIUM_BIT(MEDIUM_PORTAL)))
        fields &= ~FIELD_BIT(NOTICE_ELECTRONIC_DISPUTE);
    return fields;
}

/* 1006.34(c), (d)(3)(v): what is missing or blank, by name. */
void judge_validation_content(const struct rule *rule, struct judgement *judgement)
{
    uint32_t missing = required_fields(judgement->question) & ~judgement->question->notice_fields;
    if (missing == 0)
        return;
    char names[RULE_HIT_DETAIL_SIZE] = "";
    size_t len = 0;
    for (int field = 0; field < NOTICE_FIELD_COUNT && len < sizeof(names); field++)
        if ((missing & FIELD_BIT(field)) != 0) {
            int written =
                snprintf(names + len, sizeof(names) - len, "%s%s", len == 0 ? "" : ", ", NOTICE_FIELDS[field]);
            len += (size_t)written;
        }
    (void)judgement_hit(judgement, rule, "missing: %.180s", names);
}

static bool has_initial_communication(const struct rule *rule, const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->facts->n_debts; i++)
        if (is_asked(judgement, rule, i) && has_happened(judgement, judgement->facts->debts[i].initial_at_us))
            return true;
    return false;
}

/* 1006.42: in a form that can be kept; electronically after the initial communication only with consent under the
 * E-SIGN Act. */
void judge_delivery(const struct rule *rule, struct judgement *judgement)
{
    const struct question *question = judgement->question;
    if (claim_is_denied(question, CLAIM_PERMANENT_COPY))
        (void)judgement_hit(judgement, rule, "is not sent in a form that the consumer may keep");
    else if (medium_is_in(question->medium, MEDIA_ELECTRONIC) && claim_is_denied(question, CLAIM_ESIGN_CONSENT) &&
             (question->action == ACTION_CONTACT || has_initial_communication(rule, judgement)))
        (void)judgement_hit(judgement, rule, "is sent electronically without the consent that the E-SIGN Act wants");
}
