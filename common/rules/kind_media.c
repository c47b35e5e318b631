/* Through which media: requests and opt-outs, opt-out notices, work e-mail, social networks, paper, and the safe
 * harbors of e-mail and text: 12 CFR 1006.14(h), 1006.6(d)(3)-(5), (e), 1006.22(f). */
#include <inttypes.h>

#include "rules/rule_kinds.h"

/* --- requests (1006.14(h)) ------------------------------------------------------------------------------------------
 */

/* Later consent to this very address takes a request back. */
static bool is_superseded(const struct judgement *judgement, const struct fact_request *request)
{
    const struct question *question = judgement->question;
    for (size_t i = 0; i < judgement->particulars->n_consents; i++) {
        const struct fact_consent *consent = &judgement->particulars->consents[i];
        bool is_of_medium = (consent->scope == CONSENT_EMAIL && question->medium == MEDIUM_EMAIL) ||
                            (consent->scope == CONSENT_TEXT && question->medium == MEDIUM_TEXT);
        if (is_of_medium && consent->address != FACT_NONE && consent->address == question->address &&
            consent->at_us > request->at_us && holds_now(judgement, consent->at_us, consent->ended_at_us))
            return true;
    }
    return false;
}

static const struct fact_request *find_request(const struct judgement *judgement)
{
    const struct question *question = judgement->question;
    const struct fact_request *last = NULL;
    for (size_t i = 0; i < judgement->particulars->n_requests; i++) {
        const struct fact_request *request = &judgement->particulars->requests[i];
        bool is_of_address = request->address != FACT_NONE && request->address == question->address;
        bool is_general = request->address == FACT_NONE && judgement->is_to_consumer;
        if (holds_now(judgement, request->at_us, request->withdrawn_at_us) &&
            medium_is_in(question->medium, request->media) && (is_of_address || is_general) &&
            !is_superseded(judgement, request) && (last == NULL || last->at_us <= request->at_us))
            last = request;
    }
    return last;
}

/* 1006.14(h)(2): the confirmation alone, one response, or what other law requires. A required disclosure may be sent,
 * but not to an address that was opted out of, unless a law wants that very medium (comment 42(a)(1)-4). */
static bool is_request_exception(const struct judgement *judgement, const struct fact_request *request)
{
    const struct question *question = judgement->question;
    if (question->action != ACTION_CONTACT)
        return false;
    if (claim_holds(question, CLAIM_CONFIRMATION_ONLY) && medium_is_in(question->medium, MEDIA_ELECTRONIC))
        return true;
    switch (question->purpose) {
    case PURPOSE_OPT_OUT_CONFIRMATION:
        return medium_is_in(question->medium, MEDIA_ELECTRONIC) && !claim_is_denied(question, CLAIM_CONFIRMATION_ONLY);
    case PURPOSE_REQUIRED_BY_LAW:
    case PURPOSE_REQUIRED_SERVICING:
        return true;
    case PURPOSE_COLLECTION:
    case PURPOSE_LOCATION:
    case PURPOSE_PAYMENT_CONFIRMATION:
    case PURPOSE_REQUEST_ELECTRONIC_CONSENT:
    case PURPOSE_TERMINATE_EFFORTS:
    case PURPOSE_MAY_INVOKE_REMEDY:
    case PURPOSE_INTENDS_INVOKE_REMEDY:
    case PURPOSE_POST_JUDGMENT_REMEDY:
    case PURPOSE_VALIDATION_NOTICE:
    case PURPOSE_DISPUTE_RESPONSE:
    case PURPOSE_PLEADING:
    case PURPOSE_BANKRUPTCY_CLAIM:
    case PURPOSE_OTHER:
        return is_permitted_reply(judgement, request->at_us);
    }
    return false;
}

static bool is_held_for_calls(const struct judgement *judgement)
{
    if (!medium_is_in(judgement->question->medium, MEDIA_PHONE) || judgement->question->action != ACTION_CONTACT)
        return false;
    for (size_t i = 0; i < judgement->facts->n_debts; i++)
        if ((judgement->debts & DEBT_BIT(i)) != 0 &&
            (judgement->facts->debts[i].holds & (1u << HOLD_OPT_OUT_CALLS)) != 0)
            return true;
    return false;
}

void judge_media_request(const struct rule *rule, struct judgement *judgement)
{
    if (is_held_for_calls(judgement)) {
        (void)judgement_hit(judgement, rule, "the account is held: opt_out_calls");
        return;
    }
    const struct fact_request *request = find_request(judgement);
    if (request == NULL || is_request_exception(judgement, request))
        return;
    (void)judgement_hit(judgement, rule, "%s",
                        request->address == FACT_NONE ? "the consumer does not want to be contacted through this medium"
                                                      : "the consumer does not want this address or number to be used");
}

/* --- opt-out notice (1006.6(e)) -------------------------------------------------------------------------------------
 */

void judge_opt_out_notice(const struct rule *rule, struct judgement *judgement)
{
    const struct question *question = judgement->question;
    /* The confirmation of an opt-out holds nothing else (1006.14(h)(2)(i)). */
    if (!judgement->is_to_consumer || question->purpose == PURPOSE_OPT_OUT_CONFIRMATION)
        return;
    if (claim_is_denied(question, CLAIM_OPT_OUT_NOTICE))
        (void)judgement_hit(judgement, rule, "the message does not say how to opt out");
    else if (claim_holds(question, CLAIM_OPT_OUT_FEE))
        (void)judgement_hit(judgement, rule, "opting out costs a fee");
    else if (claim_holds(question, CLAIM_OPT_OUT_ASKS_DATA))
        (void)judgement_hit(judgement, rule, "opting out asks for more than the preference and the address");
}

/* --- safe harbors (1006.6(d)(3)-(5)) --------------------------------------------------------------------------------
 */

#define CREDITOR_NOTICE_DAYS 35
#define TEXT_DAYS            60

static bool is_opted_out(const struct judgement *judgement)
{
    return find_request(judgement) != NULL;
}

/* The last message about the debt that came from the address asked about; 0: none. */
static int64_t last_message_from(const struct judgement *judgement, enum medium medium)
{
    int64_t last_us = 0;
    for (size_t i = 0; i < judgement->facts->n_contacts; i++) {
        const struct fact_contact *contact = &judgement->facts->contacts[i];
        const unsigned wanted = CONTACT_INBOUND | CONTACT_ABOUT_DEBT;
        if (contact->at_us <= judgement->now_us && contact->medium == medium && (contact->flags & wanted) == wanted &&
            contact->address == judgement->question->address)
            last_us = contact->at_us;
    }
    return last_us;
}

static int64_t last_consent_to(const struct judgement *judgement, enum consent_scope scope)
{
    int64_t last_us = 0;
    for (size_t i = 0; i < judgement->particulars->n_consents; i++) {
        const struct fact_consent *consent = &judgement->particulars->consents[i];
        if (consent->scope == scope && consent->address == judgement->question->address &&
            holds_now(judgement, consent->at_us, consent->ended_at_us) && consent->at_us > last_us)
            last_us = consent->at_us;
    }
    return last_us;
}

/* (d)(4)(i): the consumer used it with the collector about the debt, or gave direct consent. */
static bool is_used_or_consented(const struct judgement *judgement)
{
    return last_message_from(judgement, MEDIUM_EMAIL) != 0 || last_consent_to(judgement, CONSENT_EMAIL) != 0;
}

/* (d)(4)(ii): the creditor used it and gave notice; at least 35 days to opt out have passed. */
static bool is_noticed_by_creditor(const struct judgement *judgement, const struct fact_address *address)
{
    const struct fact_address_particulars *known = address_particulars(judgement->facts, address);
    if (!has_happened(judgement, known->creditor_notice_at_us) || known->creditor_notice_deadline.days == 0 ||
        known->is_notice_incomplete || address->is_private_domain || address->is_employer_provided)
        return false;
    int32_t sent_days = judged_date_last(judgement, known->creditor_notice_at_us).days;
    return known->creditor_notice_deadline.days - sent_days >= CREDITOR_NOTICE_DAYS &&
           judgement->today_first.days > known->creditor_notice_deadline.days;
}

void judge_email_safe_harbor(const struct rule *rule, struct judgement *judgement)
{
    const struct fact_address *address = judgement->address;
    (void)rule;
    if (address == NULL || address->kind != ADDRESS_EMAIL || is_opted_out(judgement))
        return;
    const struct fact_address_particulars *known = address_particulars(judgement->facts, address);
    if (has_happened(judgement, known->disclosed_since_us))
        return;
    judgement->verdict->has_safe_harbor =
        is_used_or_consented(judgement) || is_noticed_by_creditor(judgement, address) || known->is_prior_collector_use;
}

static bool is_within_days(const struct judgement *judgement, int64_t at_us, int32_t days)
{
    return has_happened(judgement, at_us) &&
           judgement->today_last.days - judged_date_first(judgement, at_us).days <= days;
}

/* (d)(5): a text from the number or direct consent, and within 60 days that again or a look into the reassigned numbers
 * database that covers the time since. */
void judge_text_safe_harbor(const struct rule *rule, struct judgement *judgement)
{
    const struct fact_address *address = judgement->address;
    (void)rule;
    if (address == NULL || is_opted_out(judgement))
        return;
    const struct fact_address_particulars *known = address_particulars(judgement->facts, address);
    if (has_happened(judgement, known->disclosed_since_us))
        return;
    int64_t text_us = last_message_from(judgement, MEDIUM_TEXT);
    int64_t consent_us = last_consent_to(judgement, CONSENT_TEXT);
    int64_t basis_us = text_us > consent_us ? text_us : consent_us;
    bool is_checked = is_within_days(judgement, known->check_at_us, TEXT_DAYS) && known->check_since_us <= basis_us;
    bool is_reassigned =
        known->is_check_reassigned && known->check_at_us > basis_us && has_happened(judgement, known->check_at_us);
    judgement->verdict->has_safe_harbor =
        basis_us != 0 && !is_reassigned && (is_within_days(judgement, basis_us, TEXT_DAYS) || is_checked);
}

/* --- work e-mail, social networks, paper (1006.22(f)) ---------------------------------------------------------------
 */

void judge_work_email(const struct rule *rule, struct judgement *judgement)
{
    const struct fact_address *address = judgement->address;
    if (address == NULL || !address->is_employer_provided || !judgement->is_to_consumer)
        return;
    if (!is_opted_out(judgement) &&
        (is_used_or_consented(judgement) || address_particulars(judgement->facts, address)->is_prior_collector_use))
        return;
    (void)judgement_hit(judgement, rule, "the consumer's employer provides this e-mail address");
}

void judge_social(const struct rule *rule, struct judgement *judgement)
{
    if (claim_holds(judgement->question, CLAIM_VISIBLE_TO_OTHERS))
        (void)judgement_hit(judgement, rule, "the message can be seen by the public or by the person's contacts");
}

void judge_postcard(const struct rule *rule, struct judgement *judgement)
{
    (void)judgement_hit(judgement, rule, "a postcard can be read by anybody");
}

void judge_envelope(const struct rule *rule, struct judgement *judgement)
{
    if (claim_holds(judgement->question, CLAIM_ENVELOPE_REVEALS))
        (void)judgement_hit(judgement, rule, "the envelope shows more than addresses, a neutral name and postal marks");
}

/* --- consent to electronic messages (DC Code 28-3814) ---------------------------------------------------------------
 */

static uint32_t count_consent_requests(const struct judgement *judgement, int64_t from_us)
{
    uint32_t n = 0;
    for (size_t i = judgement->facts->n_contacts; i > 0; i--) {
        const struct fact_contact *contact = &judgement->facts->contacts[i - 1];
        if (contact->at_us < from_us)
            break;
        n += contact->at_us <= judgement->now_us && contact->purpose == PURPOSE_REQUEST_ELECTRONIC_CONSENT &&
             (contact->flags & CONTACT_INBOUND) == 0;
    }
    return n;
}

void judge_electronic_consent(const struct rule *rule, struct judgement *judgement)
{
    if (!judgement->is_to_consumer || has_consent(judgement, CONSENT_ELECTRONIC))
        return;
    if (judgement->question->purpose != PURPOSE_REQUEST_ELECTRONIC_CONSENT) {
        (void)judgement_hit(judgement, rule, "the consumer has not consented to electronic messages");
        return;
    }
    uint32_t n = count_consent_requests(judgement, judged_window_from(judgement, rule->days));
    if (n >= (uint32_t)rule->limit)
        (void)judgement_hit(judgement, rule,
                            "%" PRIu32 " requests for consent; the limit is %" PRId32 " in %" PRId32 " days", n,
                            rule->limit, rule->days);
}
