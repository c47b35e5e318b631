#include "rules/rules.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rules/rule_kinds.h"

#define NEXT_ROUNDS_MAX      64
#define NEXT_LOOK_AHEAD_DAYS 366

struct question question_plain(enum question_action action, struct instant at)
{
    return (struct question){.action = action, .at = at, .address = FACT_NONE, .directed_debt = FACT_NONE};
}

void question_claim(struct question *question, enum claim claim, bool holds)
{
    question->claims_said |= CLAIM_BIT(claim);
    if (holds)
        question->claims |= CLAIM_BIT(claim);
    else
        question->claims &= ~CLAIM_BIT(claim);
}

const char *severity_name(enum severity severity)
{
    static const char *const NAMES[] = {
        [SEVERITY_BLOCK] = "block", [SEVERITY_PRESUMED] = "block_presumed", [SEVERITY_WARN] = "warn"};
    return NAMES[severity];
}

/* --- who is asked about, and where he may be -----------------------------------------------------------------------
 */

static void add_zone(struct judgement *judgement, const struct zone *zone)
{
    for (size_t i = 0; i < judgement->n_zones; i++)
        if (judgement->zones[i] == zone)
            return;
    if (judgement->n_zones < JUDGED_ZONES_MAX)
        judgement->zones[judgement->n_zones++] = zone;
}

static void add_zones_of_person(struct judgement *judgement, uint8_t person)
{
    const struct facts *facts = judgement->facts;
    for (size_t i = 0; i < facts->n_addresses; i++) {
        const struct fact_address *address = &facts->addresses[i];
        if (address->person != person || has_happened(judgement, address_particulars(facts, address)->wrong_since_us))
            continue;
        for (size_t z = 0; z < address->n_zones; z++)
            add_zone(judgement, address->zones[z]);
    }
}

static void find_zones(struct judgement *judgement)
{
    const struct facts *facts = judgement->facts;
    if (judgement->question->person != FACT_CONSUMER)
        add_zones_of_person(judgement, judgement->question->person);
    if (judgement->n_zones == 0 && judgement->particulars->known_zone != NULL)
        add_zone(judgement, judgement->particulars->known_zone);
    for (size_t i = 0, n = judgement->n_zones == 0 ? facts->n_zones : 0; i < n; i++)
        add_zone(judgement, facts->zones[i]);
    struct date utc = {(int32_t)(judgement->now_us / US_PER_DAY)};
    judgement->today_first = utc;
    judgement->today_last = utc;
    for (size_t i = 0; i < judgement->n_zones; i++) {
        struct local_time *local = &judgement->local[i];
        zone_local(judgement->zones[i], judgement->question->at, &local->date, &local->second);
        if (i == 0 || local->date.days < judgement->today_first.days)
            judgement->today_first = local->date;
        if (i == 0 || local->date.days > judgement->today_last.days)
            judgement->today_last = local->date;
    }
}

static void find_debts(struct judgement *judgement)
{
    const struct facts *facts = judgement->facts;
    debt_set known = facts->n_debts >= FACT_DEBTS_MAX ? DEBTS_ALL : DEBT_BIT(facts->n_debts) - 1;
    debt_set asked = judgement->question->debts & known;
    judgement->debts = debts_of_accounts(facts, asked == 0 ? known : asked);
    judgement->consumer_debts = judgement->debts;
    for (size_t i = 0; i < facts->n_debts; i++)
        if (!facts->debts[i].is_consumer_debt)
            judgement->consumer_debts &= ~DEBT_BIT(i);
}

static void judgement_init(struct judgement *judgement, const struct rules_selection *selection,
                           const struct facts *facts, const struct question *question, struct rules_verdict *verdict)
{
    judgement->selection = selection;
    judgement->facts = facts;
    judgement->particulars = facts_particulars(facts);
    judgement->question = question;
    judgement->verdict = verdict;
    judgement->now_us = question->at.us;
    judgement->n_zones = 0;
    judgement->n_windows = 0;
    judgement->address = question->address < facts->n_addresses ? &facts->addresses[question->address] : NULL;
    judgement->relation =
        question->person < facts->n_persons ? facts->persons[question->person].relation : RELATION_OTHER;
    if (question->person == FACT_CONSUMER)
        judgement->relation = RELATION_CONSUMER;
    judgement->is_to_consumer = relation_is_consumer(facts, judgement->relation);
    judgement->is_to_professional = relation_is_professional(judgement->relation);
    verdict->n_hits = 0;
    verdict->n_counts = 0;
    verdict->has_safe_harbor = false;
    find_zones(judgement);
    find_debts(judgement);
}

/* --- which rules apply ---------------------------------------------------------------------------------------------
 */

static bool is_in_scope(const struct judgement *judgement, enum rule_scope scope)
{
    const struct facts *facts = judgement->facts;
    bool is_consumer_matter = facts->is_natural_person && (facts->n_debts == 0 || judgement->consumer_debts != 0);
    switch (scope) {
    case SCOPE_REG_F:
        return facts->is_covered && is_consumer_matter;
    case SCOPE_COLLECTORS:
        return facts->collector != COLLECTOR_CREDITOR && is_consumer_matter;
    case SCOPE_CREDITORS:
        return is_consumer_matter;
    case SCOPE_COMMERCIAL:
        return !facts->is_natural_person || (judgement->debts & ~judgement->consumer_debts) != 0;
    case SCOPE_ALL:
        return true;
    }
    return true;
}

static bool is_in_force(const struct judgement *judgement, const struct rule *rule)
{
    return (rule->effective_from.days == 0 || rule->effective_from.days <= judgement->today_last.days) &&
           (rule->effective_to.days == 0 || rule->effective_to.days >= judgement->today_first.days);
}

bool rule_applies(const struct judgement *judgement, const struct rule *rule)
{
    const struct rule_kind *kind = rule->kind;
    const struct question *question = judgement->question;
    if (kind->judge == NULL || (kind->actions & ACTION_BIT(question->action)) == 0)
        return false;
    if (question->action == ACTION_CONTACT &&
        !medium_is_in(question->medium, rule->media != 0 ? rule->media : kind->media))
        return false;
    return is_in_scope(judgement, rule->scope) && is_in_force(judgement, rule);
}

/* --- the verdict ---------------------------------------------------------------------------------------------------
 */

static int64_t lasts_until(const struct rule_hit *hit)
{
    return hit->has_next ? hit->next.us : INT64_MAX;
}

static bool comes_before(const struct rule_hit *a, const struct rule_hit *b)
{
    bool a_warns = a->severity == SEVERITY_WARN;
    bool b_warns = b->severity == SEVERITY_WARN;
    return a_warns != b_warns ? b_warns : lasts_until(a) > lasts_until(b);
}

/* Insertion: there are few, and equals stay in the order of the packs. */
static void sort_hits(struct rules_verdict *verdict)
{
    for (size_t i = 1; i < verdict->n_hits; i++)
        for (size_t j = i; j > 0 && comes_before(&verdict->hits[j], &verdict->hits[j - 1]); j--) {
            struct rule_hit hit = verdict->hits[j];
            verdict->hits[j] = verdict->hits[j - 1];
            verdict->hits[j - 1] = hit;
        }
}

/* A day that begins at midnight is of no use to a dialer: what ends while the hours forbid contact ends when they no
 * longer do. */
static void move_to_open_hours(const struct judgement *judgement)
{
    if (judgement->question->action != ACTION_CONTACT)
        return;
    for (size_t i = 0; i < judgement->verdict->n_hits; i++) {
        struct rule_hit *hit = &judgement->verdict->hits[i];
        if (!hit->has_next)
            continue;
        int64_t open_us = judged_next_open(judgement, hit->next.us);
        hit->has_next = open_us != INT64_MAX;
        hit->next.us = open_us;
    }
}

static struct rule_hit *add_hit(struct judgement *judgement, const struct rule *rule, enum severity severity,
                                const char *format, va_list args) __attribute__((format(printf, 4, 0)));
static struct rule_hit *add_hit(struct judgement *judgement, const struct rule *rule, enum severity severity,
                                const char *format, va_list args)
{
    struct rules_verdict *verdict = judgement->verdict;
    verdict->is_allowed = verdict->is_allowed && severity == SEVERITY_WARN;
    struct rule_hit *hit = verdict->n_hits < VERDICT_HITS_MAX ? &verdict->hits[verdict->n_hits++] : &judgement->spare;
    hit->rule = rule;
    hit->severity = severity;
    hit->is_overridable =
        severity == SEVERITY_PRESUMED && judgement->question->justification != JUSTIFICATION_SELF_MADE;
    hit->has_next = false;
    hit->next.us = 0;
    (void)vsnprintf(hit->detail, sizeof(hit->detail), format, args);
    return hit;
}

struct rule_hit *judgement_hit(struct judgement *judgement, const struct rule *rule, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct rule_hit *hit = add_hit(judgement, rule, rule->severity, format, args);
    va_end(args);
    return hit;
}

struct rule_hit *judgement_warn(struct judgement *judgement, const struct rule *rule, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct rule_hit *hit = add_hit(judgement, rule, SEVERITY_WARN, format, args);
    va_end(args);
    return hit;
}

void rule_hit_ends(struct rule_hit *hit, int64_t at_us)
{
    hit->has_next = at_us != INT64_MAX;
    hit->next.us = at_us;
}

void judgement_count(struct judgement *judgement, const struct rule *rule, uint32_t count, uint32_t limit)
{
    struct rules_verdict *verdict = judgement->verdict;
    if (verdict->n_counts < VERDICT_COUNTS_MAX)
        verdict->counts[verdict->n_counts++] = (struct rule_count){rule, count, limit};
}

void rules_judge(const struct rules_selection *selection, const struct facts *facts, const struct question *question,
                 struct rules_verdict *ret_verdict)
{
    struct judgement judgement;
    judgement_init(&judgement, selection, facts, question, ret_verdict);
    ret_verdict->is_allowed = true;
    for (size_t i = 0; i < selection->n_rules; i++)
        if (rule_applies(&judgement, selection->rules[i]))
            selection->rules[i]->kind->judge(selection->rules[i], &judgement);
    move_to_open_hours(&judgement);
    sort_hits(ret_verdict);
}

/* The instant after which all that blocks in `verdict` has ended; INT64_MAX where something does not end. */
static int64_t verdict_ends(const struct rules_verdict *verdict)
{
    int64_t latest_us = INT64_MIN;
    for (size_t i = 0; i < verdict->n_hits; i++)
        if (verdict->hits[i].severity != SEVERITY_WARN && lasts_until(&verdict->hits[i]) > latest_us)
            latest_us = lasts_until(&verdict->hits[i]);
    return latest_us;
}

bool rules_next_allowed(const struct rules_selection *selection, const struct facts *facts,
                        const struct question *question, struct instant *ret_next)
{
    struct rules_verdict verdict;
    struct question later = *question;
    const int64_t end_us = question->at.us + NEXT_LOOK_AHEAD_DAYS * US_PER_DAY;
    for (int round = 0; round < NEXT_ROUNDS_MAX; round++) {
        rules_judge(selection, facts, &later, &verdict);
        if (verdict.is_allowed) {
            *ret_next = later.at;
            return true;
        }
        int64_t ends_us = verdict_ends(&verdict);
        if (ends_us > end_us)
            return false;
        later.at.us = ends_us > later.at.us ? ends_us : later.at.us + US_PER_MIN;
    }
    return false;
}

struct instant rules_open_until(const struct rules_selection *selection, const struct facts *facts,
                                const struct question *question, struct instant limit)
{
    struct rules_verdict verdict;
    struct judgement judgement;
    judgement_init(&judgement, selection, facts, question, &verdict);
    return (struct instant){judged_closing(&judgement, limit.us)};
}

bool rules_next_open(const struct rules_selection *selection, const struct facts *facts,
                     const struct question *question, struct instant *ret_open)
{
    struct rules_verdict unused;
    struct judgement judgement;
    judgement_init(&judgement, selection, facts, question, &unused);
    ret_open->us = judged_next_open(&judgement, question->at.us);
    return ret_open->us != INT64_MAX;
}

size_t verdict_n_blocking(const struct rules_verdict *verdict)
{
    size_t n = 0;
    while (n < verdict->n_hits && verdict->hits[n].severity != SEVERITY_WARN)
        n++;
    return n;
}

const struct rule_hit *verdict_hit(const struct rules_verdict *verdict, const char *rule_id)
{
    for (size_t i = 0; i < verdict->n_hits; i++)
        if (strcmp(verdict->hits[i].rule->id, rule_id) == 0)
            return &verdict->hits[i];
    return NULL;
}

const struct rule_count *verdict_count(const struct rules_verdict *verdict, const char *rule_id)
{
    for (size_t i = 0; i < verdict->n_counts; i++)
        if (strcmp(verdict->counts[i].rule->id, rule_id) == 0)
            return &verdict->counts[i];
    return NULL;
}
