#include "policy_permitted.h"

#include <string.h>

#include "rules/rules.h"

#define NOON_US        (INT64_C(17) * 3600 * 1000000) /* in New York, winter or an hour later in summer, as UTC */
#define LONG_AGO_DAYS  200
#define BALANCE_MINOR  100000
#define CONSENTS_COUNT 3

/* What a step is to the rules. */
struct way {
    enum medium medium;
    enum technology technology;
    enum address_kind addresses[2]; /* that it can be sent to */
    size_t n_addresses;
};

static const struct way *way_of(enum sop_channel channel)
{
    static const struct way WAYS[] = {
        [SOP_CHANNEL_CALL] = {MEDIUM_CALL, TECHNOLOGY_MANUAL, {ADDRESS_MOBILE, ADDRESS_LANDLINE}, 2},
        [SOP_CHANNEL_PRERECORDED] = {MEDIUM_CALL, TECHNOLOGY_PRERECORDED, {ADDRESS_MOBILE, ADDRESS_LANDLINE}, 2},
        [SOP_CHANNEL_RINGLESS] = {MEDIUM_RINGLESS, TECHNOLOGY_PRERECORDED, {ADDRESS_MOBILE, ADDRESS_LANDLINE}, 2},
        [SOP_CHANNEL_TEXT] = {MEDIUM_TEXT, TECHNOLOGY_MANUAL, {ADDRESS_MOBILE}, 1},
        [SOP_CHANNEL_EMAIL] = {MEDIUM_EMAIL, TECHNOLOGY_MANUAL, {ADDRESS_EMAIL}, 1},
        [SOP_CHANNEL_LETTER] = {MEDIUM_LETTER, TECHNOLOGY_MANUAL, {ADDRESS_POSTAL}, 1},
        [SOP_CHANNEL_PORTAL] = {MEDIUM_PORTAL, TECHNOLOGY_MANUAL, {ADDRESS_PORTAL}, 1},
    };
    return &WAYS[channel];
}

static enum purpose purpose_of(enum sop_purpose purpose)
{
    switch (purpose) {
    case SOP_PURPOSE_COLLECTION:
    case SOP_PURPOSE_CALLBACK:
        return PURPOSE_COLLECTION;
    case SOP_PURPOSE_VALIDATION_NOTICE:
        return PURPOSE_VALIDATION_NOTICE;
    case SOP_PURPOSE_DISPUTE_RESPONSE:
        return PURPOSE_DISPUTE_RESPONSE;
    case SOP_PURPOSE_PAYMENT_CONFIRMATION:
        return PURPOSE_PAYMENT_CONFIRMATION;
    case SOP_PURPOSE_OPT_OUT_CONFIRMATION:
        return PURPOSE_OPT_OUT_CONFIRMATION;
    case SOP_PURPOSE_REQUIRED_BY_LAW:
        return PURPOSE_REQUIRED_BY_LAW;
    case SOP_PURPOSE_TERMINATE_EFFORTS:
        return PURPOSE_TERMINATE_EFFORTS;
    case SOP_PURPOSE_REMEDY_NOTICE:
        return PURPOSE_MAY_INVOKE_REMEDY;
    }
    return PURPOSE_COLLECTION;
}

/* A person of whom nothing stands in the way. */
struct favourable {
    struct facts facts;
    struct fact_debt debt;
    struct fact_debt_particulars debt_particulars;
    struct fact_address address;
    struct fact_address_particulars address_particulars;
    struct fact_particulars particulars;
    struct fact_person consumer;
    struct fact_consent consents[CONSENTS_COUNT];
    const struct zone *zones[1];
};

static struct fact_debt favourable_debt(enum sop_debts debts, int64_t long_ago_us)
{
    return (struct fact_debt){
        .type = debts == SOP_DEBTS_MEDICAL      ? DEBT_MEDICAL
                : debts == SOP_DEBTS_COMMERCIAL ? DEBT_COMMERCIAL
                                                : DEBT_OTHER,
        .account = FACT_NONE,
        .particulars = 1,
        .is_consumer_debt = debts != SOP_DEBTS_COMMERCIAL,
        .balance_minor = BALANCE_MINOR,
        .validation_at_us = long_ago_us,
        .validation_ends = {(int32_t)(long_ago_us / US_PER_DAY) + 40},
        .initial_at_us = long_ago_us,
        .furnish_since_us = long_ago_us,
    };
}

static void favour(struct favourable *all, enum sop_debts debts, enum address_kind kind, struct instant now)
{
    static const enum consent_scope SCOPES[CONSENTS_COUNT] = {CONSENT_EMAIL, CONSENT_TEXT, CONSENT_ELECTRONIC};
    const int64_t long_ago_us = now.us - LONG_AGO_DAYS * US_PER_DAY;
    struct error unused;
    memset(all, 0, sizeof(*all));
    const bool has_zone = zone_open("America/New_York", &all->zones[0], &unused) == STATUS_OK;
    all->debt = favourable_debt(debts, long_ago_us);
    all->debt_particulars = (struct fact_debt_particulars){.medical_notice_at_us = long_ago_us, .attorney = FACT_NONE};
    all->address = (struct fact_address){
        .kind = kind,
        .place = kind == ADDRESS_POSTAL || kind == ADDRESS_LANDLINE ? PLACE_HOME : PLACE_NONE,
        .zones = all->zones,
        .n_zones = has_zone,
        .particulars = 1,
    };
    all->address_particulars = (struct fact_address_particulars){
        .check_at_us = now.us - US_PER_DAY,
        .check_since_us = long_ago_us,
        .tcpa_consent_at_us = long_ago_us,
    };
    for (size_t i = 0; i < CONSENTS_COUNT; i++)
        all->consents[i] = (struct fact_consent){
            .at_us = long_ago_us,
            .debts = DEBTS_ALL,
            .scope = SCOPES[i],
            .person = FACT_NONE,
            .address = SCOPES[i] == CONSENT_ELECTRONIC ? FACT_NONE : 0,
        };
    all->particulars = (struct fact_particulars){
        .debts = &all->debt_particulars,
        .addresses = &all->address_particulars,
        .consents = all->consents,
        .n_consents = CONSENTS_COUNT,
        .session_from_us = now.us - 1,
    };
    all->facts = (struct facts){
        .collector = COLLECTOR_THIRD_PARTY,
        .is_covered = true,
        .is_natural_person = debts != SOP_DEBTS_COMMERCIAL,
        .zones = all->zones,
        .n_zones = has_zone,
        .debts = &all->debt,
        .n_debts = 1,
        .addresses = &all->address,
        .n_addresses = 1,
        .persons = &all->consumer,
        .n_persons = 1,
        .particulars = &all->particulars,
    };
}

static void claim(struct question *question, const struct template *message)
{
    const uint32_t full = TEMPLATE_DISCLOSURE_BIT(TEMPLATE_DISCLOSES_FULL);
    const uint32_t collector = TEMPLATE_DISCLOSURE_BIT(TEMPLATE_DISCLOSES_COLLECTOR);
    if (message == NULL)
        return;
    question_claim(question, CLAIM_OPT_OUT_NOTICE, message->has_opt_out_notice);
    question_claim(question, CLAIM_DISCLOSURES, true);
    question_claim(question, CLAIM_DISCLOSES_FULL, (message->disclosures & full) != 0);
    question_claim(question, CLAIM_DISCLOSES_COLLECTOR, (message->disclosures & (full | collector)) != 0);
}

/* Those that do not end by themselves; where all do and still never leave room together, all. */
static void list_rules(const struct rules_verdict *verdict, GString *why)
{
    const size_t n = verdict_n_blocking(verdict);
    bool has_lasting = false;
    g_string_truncate(why, 0);
    for (size_t i = 0; i < n; i++)
        has_lasting = has_lasting || !verdict->hits[i].has_next;
    for (size_t i = 0; i < n; i++) {
        const struct rule_hit *hit = &verdict->hits[i];
        if (has_lasting && hit->has_next)
            continue;
        g_string_append_printf(why, "%s%s (%s): %s", why->len == 0 ? "" : "; ", hit->rule->id, hit->rule->citation,
                               hit->detail);
    }
}

bool policy_is_ever_permitted(const struct rules_selection *selection, enum sop_debts debts,
                              const struct sop_step *step, const struct template *message, struct date today,
                              GString *why)
{
    const struct way *way = way_of(step->channel);
    const struct instant now = {today.days * US_PER_DAY + NOON_US};
    for (size_t i = 0; i < way->n_addresses; i++) {
        struct favourable all;
        struct rules_verdict verdict;
        struct instant next;
        favour(&all, debts, way->addresses[i], now);
        struct question question = question_plain(ACTION_CONTACT, now);
        question.medium = way->medium;
        question.technology = way->technology;
        question.purpose = purpose_of(step->purpose);
        question.debts = DEBT_BIT(0);
        question.address = 0;
        claim(&question, message);
        if (rules_next_allowed(selection, &all.facts, &question, &next))
            return true;
        rules_judge(selection, &all.facts, &question, &verdict);
        list_rules(&verdict, why);
    }
    return false;
}
