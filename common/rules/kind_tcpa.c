/* Calls and texts by machine: 47 USC 227, 47 CFR 64.1200. */
#include <inttypes.h>

#include "rules/rule_kinds.h"

static bool is_recorded(enum technology technology)
{
    return technology == TECHNOLOGY_PRERECORDED || technology == TECHNOLOGY_ARTIFICIAL;
}

/* A revocation binds when it has been honored, at the latest after the day on which it must be. */
static bool is_revoked(const struct judgement *judgement, const struct fact_address *address)
{
    const struct fact_address_particulars *known = address_particulars(judgement->facts, address);
    return has_happened(judgement, known->tcpa_revoked_at_us) &&
           judgement->today_last.days > known->tcpa_revocation_deadline.days;
}

/* The consent of who had the number before is none of who has it now. */
static bool is_consented(const struct judgement *judgement, const struct fact_address *address)
{
    const struct fact_address_particulars *known = address_particulars(judgement->facts, address);
    return has_happened(judgement, known->tcpa_consent_at_us) && !has_happened(judgement, known->wrong_since_us) &&
           !is_revoked(judgement, address);
}

/* (a)(1)(iii): to wireless numbers; a number of which nothing is known may be one. */
void judge_wireless_consent(const struct rule *rule, struct judgement *judgement)
{
    const struct fact_address *address = judgement->address;
    if (judgement->question->technology == TECHNOLOGY_MANUAL)
        return;
    if (address != NULL && (address->kind != ADDRESS_MOBILE || is_consented(judgement, address)))
        return;
    (void)judgement_hit(judgement, rule, "no prior express consent to autodialed or recorded calls to this number");
}

/* (a)(10). */
void judge_wireless_revocation(const struct rule *rule, struct judgement *judgement)
{
    const struct fact_address *address = judgement->address;
    if (address == NULL || judgement->question->technology == TECHNOLOGY_MANUAL || !is_revoked(judgement, address))
        return;
    char by[DATE_TEXT_SIZE];
    (void)judgement_hit(judgement, rule, "consent was revoked and is to be honored since %s",
                        date_format(address_particulars(judgement->facts, address)->tcpa_revocation_deadline, by));
}

static bool is_exempt_call(const struct judgement *judgement, const struct fact_contact *contact)
{
    return contact->at_us <= judgement->now_us && (contact->flags & (CONTACT_INBOUND | CONTACT_BY_OTHER)) == 0 &&
           medium_is_in(contact->medium, MEDIA_PHONE) && is_recorded(contact->technology) &&
           contact->address == judgement->question->address;
}

/* (a)(3)(iii): recorded calls to a residential line without consent: so many in 30 consecutive days, and none after an
 * opt-out. */
void judge_residential_cap(const struct rule *rule, struct judgement *judgement)
{
    const struct fact_address *address = judgement->address;
    if (address == NULL || address->kind != ADDRESS_LANDLINE || address->place == PLACE_WORK ||
        !is_recorded(judgement->question->technology) || is_consented(judgement, address))
        return;
    if (has_happened(judgement, address_particulars(judgement->facts, address)->tcpa_exempt_opt_out_at_us)) {
        (void)judgement_hit(judgement, rule, "the consumer opted out of recorded calls to this number");
        return;
    }
    const int64_t from_us = judged_window_from(judgement, rule->days);
    uint32_t n = 0;
    int64_t decisive_us = 0;
    for (size_t i = judgement->facts->n_contacts; i > 0 && judgement->facts->contacts[i - 1].at_us >= from_us; i--) {
        const struct fact_contact *contact = &judgement->facts->contacts[i - 1];
        if (is_exempt_call(judgement, contact) && ++n == (uint32_t)rule->limit)
            decisive_us = contact->at_us;
    }
    judgement_count(judgement, rule, n + 1, (uint32_t)rule->limit);
    if (n < (uint32_t)rule->limit)
        return;
    struct rule_hit *hit =
        judgement_hit(judgement, rule, "%" PRIu32 " recorded calls; the limit is %" PRId32 " in %" PRId32 " days", n,
                      rule->limit, rule->days);
    rule_hit_ends(hit, judged_days_later(judgement, decisive_us, rule->days));
}
