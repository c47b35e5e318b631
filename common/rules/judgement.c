#include "rules/judgement.h"

bool relation_is_consumer(const struct facts *facts, enum relation relation)
{
    switch (relation) {
    case RELATION_CONSUMER:
    case RELATION_CO_OBLIGOR:
    case RELATION_SPOUSE:
    case RELATION_GUARDIAN:
    case RELATION_EXECUTOR:
    case RELATION_SUCCESSOR:
        return true;
    case RELATION_PARENT:
        return facts->is_minor;
    case RELATION_ATTORNEY:
    case RELATION_CRA:
    case RELATION_CREDITOR:
    case RELATION_CREDITOR_ATTORNEY:
    case RELATION_COLLECTOR_ATTORNEY:
    case RELATION_EMPLOYER:
    case RELATION_OTHER:
        return false;
    }
    return false;
}

bool relation_is_obligor(const struct facts *facts, enum relation relation)
{
    return relation == RELATION_CONSUMER || relation == RELATION_CO_OBLIGOR ||
           (relation == RELATION_EXECUTOR && facts->is_deceased);
}

bool relation_is_professional(enum relation relation)
{
    return relation == RELATION_ATTORNEY || relation == RELATION_CRA || relation == RELATION_CREDITOR ||
           relation == RELATION_CREDITOR_ATTORNEY || relation == RELATION_COLLECTOR_ATTORNEY;
}

bool contact_communicates(enum medium medium, enum contact_outcome outcome)
{
    return !medium_is_in(medium, MEDIA_PHONE) || outcome == OUTCOME_CONVERSATION || outcome == OUTCOME_VOICEMAIL ||
           outcome == OUTCOME_RECORDED_MESSAGE || outcome == OUTCOME_SENT;
}

debt_set debts_of_accounts(const struct facts *facts, debt_set debts)
{
    debt_set all = debts;
    for (size_t i = 0; i < facts->n_debts; i++) {
        uint8_t account = facts->debts[i].account;
        for (size_t j = 0; account != FACT_NONE && j < facts->n_debts; j++)
            if (facts->debts[j].account == account && (debts & DEBT_BIT(j)) != 0)
                all |= DEBT_BIT(i);
    }
    return all;
}

debt_set judged_debts(const struct judgement *judgement, const struct rule *rule)
{
    if (rule->scope == SCOPE_COMMERCIAL && judgement->facts->is_natural_person)
        return judgement->debts & ~judgement->consumer_debts;
    const bool is_of_any = rule->scope == SCOPE_ALL || rule->scope == SCOPE_COMMERCIAL;
    return is_of_any ? judgement->debts : judgement->consumer_debts;
}

bool is_asked(const struct judgement *judgement, const struct rule *rule, size_t debt)
{
    return (judged_debts(judgement, rule) & DEBT_BIT(debt)) != 0;
}

/* --- time ----------------------------------------------------------------------------------------------------------
 */

bool has_happened(const struct judgement *judgement, int64_t at_us)
{
    return at_us != 0 && at_us <= judgement->now_us;
}

bool holds_now(const struct judgement *judgement, int64_t from_us, int64_t until_us)
{
    return has_happened(judgement, from_us) && !has_happened(judgement, until_us);
}

static struct date local_date(const struct zone *zone, int64_t at_us)
{
    return zone_date(zone, (struct instant){at_us});
}

int64_t judged_window_from(struct judgement *judgement, int32_t days)
{
    for (size_t i = 0; i < judgement->n_windows; i++)
        if (judgement->windows[i].days == days)
            return judgement->windows[i].from_us;
    /* Where no zone is known the day may begin anywhere: whole days of hours are no less than any zone's. */
    int64_t from_us = judgement->now_us - days * US_PER_DAY;
    for (size_t i = 0; i < judgement->n_zones; i++) {
        struct date first = {judgement->local[i].date.days - (days - 1)};
        int64_t begins_us = zone_instant(judgement->zones[i], first, 0).us;
        if (i == 0 || begins_us < from_us)
            from_us = begins_us;
    }
    if (judgement->n_windows < JUDGED_WINDOWS_MAX)
        judgement->windows[judgement->n_windows++] = (struct judged_window){days, from_us};
    return from_us;
}

int64_t judged_days_later(const struct judgement *judgement, int64_t at_us, int32_t days_later)
{
    int64_t latest_us = at_us + days_later * US_PER_DAY;
    for (size_t i = 0; i < judgement->n_zones; i++) {
        struct date date = local_date(judgement->zones[i], at_us);
        date.days += days_later;
        int64_t midnight_us = zone_instant(judgement->zones[i], date, 0).us;
        if (i == 0 || midnight_us > latest_us)
            latest_us = midnight_us;
    }
    return latest_us;
}

struct date judged_date_first(const struct judgement *judgement, int64_t at_us)
{
    struct date first = {(int32_t)(at_us / US_PER_DAY)};
    for (size_t i = 0; i < judgement->n_zones; i++) {
        struct date date = local_date(judgement->zones[i], at_us);
        if (i == 0 || date.days < first.days)
            first = date;
    }
    return first;
}

struct date judged_date_last(const struct judgement *judgement, int64_t at_us)
{
    struct date last = {(int32_t)(at_us / US_PER_DAY)};
    for (size_t i = 0; i < judgement->n_zones; i++) {
        struct date date = local_date(judgement->zones[i], at_us);
        if (i == 0 || date.days > last.days)
            last = date;
    }
    return last;
}

/* --- what the question says ----------------------------------------------------------------------------------------
 */

bool claim_holds(const struct question *question, enum claim claim)
{
    return (question->claims_said & question->claims & CLAIM_BIT(claim)) != 0;
}

bool claim_is_denied(const struct question *question, enum claim claim)
{
    return (question->claims_said & ~question->claims & CLAIM_BIT(claim)) != 0;
}

/* --- consents ------------------------------------------------------------------------------------------------------
 */

/* What a consent says of its day and hours holds for `local`. */
static bool fits_hour(const struct fact_consent *consent, const struct local_time *local)
{
    bool is_day = consent->n_dates == 0;
    for (size_t i = 0; i < consent->n_dates; i++)
        is_day = is_day || consent->dates[i].days == local->date.days;
    if (!is_day || (consent->from_second == 0 && consent->to_second == 0))
        return is_day;
    if (consent->from_second <= consent->to_second)
        return local->second >= consent->from_second && local->second < consent->to_second;
    return local->second >= consent->from_second || local->second < consent->to_second;
}

static bool is_in_force(const struct judgement *judgement, const struct fact_consent *consent)
{
    if (!holds_now(judgement, consent->at_us, consent->ended_at_us) || (judgement->debts & ~consent->debts) != 0)
        return false;
    for (size_t i = 0; i < judgement->n_zones; i++)
        if (!fits_hour(consent, &judgement->local[i]))
            return false;
    return true;
}

static bool has_consent_of(const struct judgement *judgement, enum consent_scope scope, uint8_t person, uint8_t address)
{
    for (size_t i = 0; i < judgement->particulars->n_consents; i++) {
        const struct fact_consent *consent = &judgement->particulars->consents[i];
        if (consent->scope == scope && consent->person == person && consent->address == address &&
            is_in_force(judgement, consent))
            return true;
    }
    return false;
}

bool has_consent(const struct judgement *judgement, enum consent_scope scope)
{
    return has_consent_of(judgement, scope, FACT_NONE, FACT_NONE);
}

bool has_consent_for_person(const struct judgement *judgement, uint8_t person)
{
    return has_consent_of(judgement, CONSENT_THIRD_PARTY, person, FACT_NONE);
}

bool has_consent_for_address(const struct judgement *judgement, enum consent_scope scope, uint8_t address)
{
    return has_consent_of(judgement, scope, FACT_NONE, address);
}

/* 1006.14(b)(3)(i): up to seven local days, the day of receipt being the first; fewer where it names days. */
#define CALL_CONSENT_DAYS 7

static bool covers_call_in_zone(const struct fact_consent *consent, const struct zone *zone, int64_t at_us)
{
    struct local_time local = {0};
    zone_local(zone, (struct instant){at_us}, &local.date, &local.second);
    return local.date.days < local_date(zone, consent->at_us).days + CALL_CONSENT_DAYS && fits_hour(consent, &local);
}

bool consent_covers_call(const struct facts *facts, const struct fact_consent *consent, debt_set debts, int64_t at_us)
{
    if (consent->scope != CONSENT_CALLS || consent->at_us > at_us || (debts & ~consent->debts) != 0 ||
        (consent->ended_at_us != 0 && consent->ended_at_us <= at_us))
        return false;
    const struct zone *known = facts_particulars(facts)->known_zone;
    if (known != NULL)
        return covers_call_in_zone(consent, known, at_us);
    for (size_t i = 0; i < facts->n_zones; i++)
        if (!covers_call_in_zone(consent, facts->zones[i], at_us))
            return false;
    return facts->n_zones > 0;
}

/* Whoever asks to be called again consents to the call (1006.10(c), 1006.14(b)(3)(i)). */
static bool has_asked_for_call(const struct judgement *judgement)
{
    const struct facts *facts = judgement->facts;
    const uint8_t person = judgement->question->person;
    if (person >= facts->n_persons || !has_happened(judgement, facts->persons[person].callback_requested_at_us))
        return false;
    int32_t asked_days = judged_date_first(judgement, facts->persons[person].callback_requested_at_us).days;
    return judgement->today_last.days < asked_days + CALL_CONSENT_DAYS;
}

bool has_call_consent(const struct judgement *judgement, debt_set debts)
{
    if (judgement->question->person != FACT_CONSUMER)
        return has_asked_for_call(judgement);
    for (size_t i = 0; i < judgement->particulars->n_consents; i++)
        if (consent_covers_call(judgement->facts, &judgement->particulars->consents[i], debts, judgement->now_us))
            return true;
    return false;
}

/* --- responses -----------------------------------------------------------------------------------------------------
 */

/* A call that became a conversation has had its response, but for the one that lasts still. */
static bool awaits_response(const struct judgement *judgement, const struct fact_contact *contact)
{
    if ((contact->flags & CONTACT_IN_PROGRESS) != 0)
        return claim_holds(judgement->question, CLAIM_CONTINUES_CALL);
    return contact->outcome != OUTCOME_CONVERSATION;
}

bool has_reply_left(const struct judgement *judgement, int64_t since_us)
{
    const struct facts *facts = judgement->facts;
    uint32_t n_left = 0;
    for (size_t i = 0; i < facts->n_contacts && facts->contacts[i].at_us <= judgement->now_us; i++) {
        const struct fact_contact *contact = &facts->contacts[i];
        if (contact_subject(facts, contact)->person != judgement->question->person ||
            contact->medium != judgement->question->medium)
            continue;
        if ((contact->flags & CONTACT_INBOUND) == 0)
            n_left -= n_left > 0 ? 1 : 0;
        else if (contact->at_us >= since_us && awaits_response(judgement, contact))
            n_left++;
    }
    return n_left > 0 && !claim_is_denied(judgement->question, CLAIM_REPLY);
}

bool is_permitted_reply(const struct judgement *judgement, int64_t held_us)
{
    bool is_said =
        claim_holds(judgement->question, CLAIM_REPLY) || claim_holds(judgement->question, CLAIM_CONTINUES_CALL);
    const int64_t since_us = is_said ? 0 : judgement->now_us - US_PER_DAY;
    return has_reply_left(judgement, since_us > held_us ? since_us : held_us + 1);
}
