/* Who else may hear of a debt, and calls to learn where the consumer is: 12 CFR 1006.6(d)(1), (2), 1006.10. */
#include "rules/rule_kinds.h"

static bool is_location_contact(const struct judgement *judgement)
{
    return judgement->question->purpose == PURPOSE_LOCATION && !judgement->is_to_consumer &&
           !judgement->is_to_professional;
}

static bool is_wrong_number(const struct judgement *judgement)
{
    for (size_t i = 0; i < judgement->facts->n_debts; i++)
        if ((judgement->debts & DEBT_BIT(i)) != 0 &&
            (judgement->facts->debts[i].holds & (1u << HOLD_WRONG_NUMBER)) != 0)
            return true;
    return judgement->address != NULL &&
           has_happened(judgement, address_particulars(judgement->facts, judgement->address)->wrong_since_us);
}

/* The consumer's address may be another's; another may be spoken to about the debt only where 1006.6(d)(2) says so. */
void judge_third_party(const struct rule *rule, struct judgement *judgement)
{
    if (judgement->is_to_professional)
        return;
    if (judgement->is_to_consumer) {
        if (is_wrong_number(judgement))
            (void)judgement_hit(judgement, rule, "the account is held: wrong_number");
        return;
    }
    if (judgement->question->purpose == PURPOSE_LOCATION ||
        judgement->question->purpose == PURPOSE_POST_JUDGMENT_REMEDY || has_consent(judgement, CONSENT_COURT) ||
        has_consent_for_person(judgement, judgement->question->person))
        return;
    (void)judgement_hit(judgement, rule, "this person is neither the consumer nor allowed to hear of the debt");
}

/* 1006.10(b)(1)-(4). */
void judge_location_content(const struct rule *rule, struct judgement *judgement)
{
    const struct question *question = judgement->question;
    if (!is_location_contact(judgement))
        return;
    if (claim_is_denied(question, CLAIM_IDENTIFIES_BY_NAME))
        (void)judgement_hit(judgement, rule, "the caller does not give his name");
    else if (claim_is_denied(question, CLAIM_STATES_LOCATION))
        (void)judgement_hit(judgement, rule,
                            "the caller does not say that he confirms or corrects location information");
    else if (claim_holds(question, CLAIM_NAMES_EMPLOYER) && !claim_holds(question, CLAIM_EMPLOYER_ASKED))
        (void)judgement_hit(judgement, rule, "the caller names his employer without being expressly asked");
    else if (claim_holds(question, CLAIM_STATES_DEBT))
        (void)judgement_hit(judgement, rule, "the caller says that the consumer owes a debt");
    else if (claim_holds(question, CLAIM_REVEALS_COLLECTION) || question->medium == MEDIUM_POSTCARD)
        (void)judgement_hit(judgement, rule, "what is sent shows that it is about the collection of a debt");
}

/* 1006.10(b)(5): who knows the consumer's attorney asks the attorney. */
void judge_location_attorney(const struct rule *rule, struct judgement *judgement)
{
    if (!is_location_contact(judgement))
        return;
    for (size_t i = 0; i < judgement->facts->n_debts; i++) {
        const struct fact_debt *debt = &judgement->facts->debts[i];
        if (!is_asked(judgement, rule, i) ||
            !has_happened(judgement, debt_particulars(judgement->facts, debt)->attorney_at_us))
            continue;
        (void)judgement_hit(judgement, rule, "an attorney represents the consumer: only he may be asked");
        return;
    }
}

static int64_t last_told(const struct judgement *judgement)
{
    int64_t last_us = 0;
    for (size_t i = 0; i < judgement->facts->n_contacts; i++) {
        const struct fact_contact *contact = &judgement->facts->contacts[i];
        if (contact->at_us <= judgement->now_us &&
            contact_subject(judgement->facts, contact)->person == judgement->question->person &&
            (contact->flags & (CONTACT_INBOUND | CONTACT_BY_OTHER)) == 0 &&
            contact_communicates(contact->medium, contact->outcome))
            last_us = contact->at_us;
    }
    return last_us;
}

/* 1006.10(c): one communication, unless the person asked for more, or his answer is believed wrong and he to know
 * better now. */
void judge_location_once(const struct rule *rule, struct judgement *judgement)
{
    const uint8_t person = judgement->question->person;
    int64_t last_us = last_told(judgement);
    if (!is_location_contact(judgement) || last_us == 0 || person >= judgement->facts->n_persons)
        return;
    const struct fact_person *facts = &judgement->facts->persons[person];
    bool is_again_allowed =
        (has_happened(judgement, facts->callback_requested_at_us) && facts->callback_requested_at_us >= last_us) ||
        (has_happened(judgement, facts->answer_doubted_at_us) && facts->answer_doubted_at_us >= last_us);
    if (!is_again_allowed)
        (void)judgement_hit(judgement, rule, "this person has been asked before");
}
