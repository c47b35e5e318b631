#include "permit_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "call_window.h"

#define INCOMPLETE_RULE     "DUNLIN-INCOMPLETE"
#define INCOMPLETE_CITATION "policy"

const char *hold_set_name(unsigned hold)
{
    if (hold < HOLD_COUNT)
        return hold_name((enum hold)hold);
    static const char *const BUILTIN[] = {
        [HOLD_PARKED - HOLD_COUNT] = "parked",
        [HOLD_UNREADABLE_ZONE - HOLD_COUNT] = "unreadable_zone",
        [HOLD_PERMIT_OPEN - HOLD_COUNT] = "permit_open",
        [HOLD_UNPOSTED - HOLD_COUNT] = "payment_unposted",
    };
    return BUILTIN[hold - HOLD_COUNT];
}

/* What one rule says. */
struct finding {
    bool is_blocking;
    bool has_next;
    struct instant next;
    char detail[RULE_DETAIL_SIZE];
};

/* Lets the finding end at `free`, moved to the next moment at which calls are allowed by the hours: a day that begins
 * at midnight is of no use to a dialer. */
static void end_at(struct finding *finding, const struct rulebook *rulebook, const struct permit_facts *facts,
                   struct instant free)
{
    finding->is_blocking = true;
    finding->has_next = call_windows_next(rulebook, facts->zones, facts->n_zones, free, &finding->next);
}

static void judge_window(const struct rule *rule, const struct permit_facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->n_zones; i++) {
        struct date date = {0};
        int32_t second = 0;
        zone_local(facts->zones[i], facts->now, &date, &second);
        if (second >= rule->from_second && second < rule->to_second)
            continue;
        finding->is_blocking = true;
        finding->has_next = call_window_next(rule, facts->zones, facts->n_zones, facts->now, &finding->next);
        (void)snprintf(finding->detail, sizeof(finding->detail),
                       "it is %02" PRId32 ":%02" PRId32 ":%02" PRId32 " in %s; calls are allowed from %02" PRId32
                       ":%02" PRId32 " to %02" PRId32 ":%02" PRId32,
                       second / 3600, second / 60 % 60, second % 60, zone_name(facts->zones[i]),
                       rule->from_second / 3600, rule->from_second / 60 % 60, rule->to_second / 3600,
                       rule->to_second / 60 % 60);
        return;
    }
}

static void judge_zone(const struct permit_facts *facts, struct finding *finding)
{
    bool is_unreadable = (facts->holds & HOLD_BIT(HOLD_UNREADABLE_ZONE)) != 0;
    finding->is_blocking = facts->n_zones == 0 || is_unreadable;
    (void)snprintf(finding->detail, sizeof(finding->detail), "%s",
                   is_unreadable ? "a zone where the debtor may be is not in the IANA database of this machine"
                                 : "no zone is known for any of the debtor's phones and addresses");
}

/* Counted attempts of the last `window_days` local days, today included, in one zone. */
static uint32_t count_in_zone(const struct permit_facts *facts, const struct zone *zone, int32_t window_days)
{
    int32_t first_day = local_date(zone, facts->now).days - (window_days - 1);
    uint32_t n = 0;
    for (size_t i = facts->n_counted; i > 0; i--, n++)
        if (local_date(zone, (struct instant){facts->counted_at_us[i - 1]}).days < first_day)
            break;
    return n;
}

/* True where, in some zone, it is not yet day `window_days` after the local day of `since`. *ret_zone: one in which it
 * is not. */
static bool is_within(const struct permit_facts *facts, struct instant since, int32_t window_days,
                      const struct zone **ret_zone)
{
    for (size_t i = 0; i < facts->n_zones; i++) {
        int32_t free_day = local_date(facts->zones[i], since).days + window_days;
        if (local_date(facts->zones[i], facts->now).days < free_day) {
            *ret_zone = facts->zones[i];
            return true;
        }
    }
    return false;
}

/* The limit-th last attempt decides: while it is inside the window, `limit` attempts are, and one more would be too
 * many. */
static void judge_attempts(const struct rulebook *rulebook, const struct rule *rule, const struct permit_facts *facts,
                           struct finding *finding)
{
    const struct zone *zone = NULL;
    size_t limit = (size_t)rule->limit;
    if (limit == 0) {
        finding->is_blocking = true;
        (void)snprintf(finding->detail, sizeof(finding->detail), "no attempts are allowed");
        return;
    }
    if (facts->n_counted < limit)
        return;
    struct instant decisive = {facts->counted_at_us[facts->n_counted - limit]};
    if (!is_within(facts, decisive, rule->window_days, &zone))
        return;
    end_at(finding, rulebook, facts, local_days_later(facts->zones, facts->n_zones, decisive, rule->window_days));
    char since[DATE_TEXT_SIZE];
    struct date first = local_date(zone, facts->now);
    first.days -= rule->window_days - 1;
    (void)snprintf(finding->detail, sizeof(finding->detail),
                   "%" PRIu32 " attempts since %s; the limit is %" PRId32 " in %" PRId32 " days",
                   count_in_zone(facts, zone, rule->window_days), date_format(first, since), rule->limit,
                   rule->window_days);
}

static void judge_conversation(const struct rulebook *rulebook, const struct rule *rule,
                               const struct permit_facts *facts, struct finding *finding)
{
    const struct zone *zone = NULL;
    struct instant last = {facts->conversation_at_us};
    if (last.us == 0 || !is_within(facts, last, rule->window_days, &zone)) {
        /* Two calls at once: one of them may be the conversation after which the other is forbidden. */
        finding->is_blocking = (facts->holds & HOLD_BIT(HOLD_PERMIT_OPEN)) != 0;
        (void)snprintf(finding->detail, sizeof(finding->detail),
                       "a permit for this debt is not reported yet; it may become a conversation");
        return;
    }
    end_at(finding, rulebook, facts, local_days_later(facts->zones, facts->n_zones, last, rule->window_days));
    char on[DATE_TEXT_SIZE];
    (void)snprintf(finding->detail, sizeof(finding->detail),
                   "a conversation about this debt on %s; no call for %" PRId32 " days",
                   date_format(local_date(zone, last), on), rule->window_days);
}

static void judge_hold(const struct rule *rule, const struct permit_facts *facts, struct finding *finding)
{
    finding->is_blocking = (facts->holds & HOLD_BIT(rule->hold)) != 0;
    (void)snprintf(finding->detail, sizeof(finding->detail), "the account is held: %s", hold_name(rule->hold));
}

static void judge(const struct rulebook *rulebook, const struct rule *rule, const struct permit_facts *facts,
                  struct finding *finding)
{
    switch (rule->kind) {
    case RULE_CALL_WINDOW:
        judge_window(rule, facts, finding);
        return;
    case RULE_UNKNOWN_ZONE:
        judge_zone(facts, finding);
        return;
    case RULE_ATTEMPT_CAP:
        judge_attempts(rulebook, rule, facts, finding);
        return;
    case RULE_CONVERSATION_GAP:
        judge_conversation(rulebook, rule, facts, finding);
        return;
    case RULE_HOLD:
        judge_hold(rule, facts, finding);
        return;
    }
}

static int64_t lasts_until(const struct rule_hit *hit)
{
    return hit->has_next ? hit->next.us : INT64_MAX;
}

/* Keeps the hits in order: longest first, and in the order of the packs where two last as long. */
static void add_hit(struct permit_hits *hits, const char *rule, const char *citation, const struct finding *finding)
{
    if (hits->n == PERMIT_HITS_MAX)
        return;
    struct rule_hit hit = {.rule = rule, .citation = citation, .has_next = finding->has_next, .next = finding->next};
    memcpy(hit.detail, finding->detail, sizeof(hit.detail));
    size_t at = hits->n++;
    for (; at > 0 && lasts_until(&hits->hits[at - 1]) < lasts_until(&hit); at--)
        hits->hits[at] = hits->hits[at - 1];
    hits->hits[at] = hit;
}

/* What must be known before anything can be judged, and is not. */
static const struct {
    enum builtin_hold hold;
    struct finding finding;
} INCOMPLETE[] = {
    {HOLD_PARKED, {.is_blocking = true, .detail = "an event of this debtor could not be applied; see `dunlin status`"}},
    {HOLD_UNPOSTED,
     {.is_blocking = true,
      .detail = "a payment was reported that is not in the ledger yet: what is still owed is not known; where that "
                "lasts, see what `dunlin status` says of payment"}},
};

void permit_evaluate(const struct rulebook *rulebook, const struct permit_facts *facts, struct permit_hits *ret_hits)
{
    ret_hits->n = 0;
    for (size_t i = 0; i < ARRAY_SIZE(INCOMPLETE); i++)
        if ((facts->holds & HOLD_BIT(INCOMPLETE[i].hold)) != 0)
            add_hit(ret_hits, INCOMPLETE_RULE, INCOMPLETE_CITATION, &INCOMPLETE[i].finding);
    for (size_t i = 0; i < rulebook->n_packs; i++) {
        const struct rulepack *pack = &rulebook->packs[i];
        for (size_t j = 0; j < pack->n_rules; j++) {
            struct finding finding = {0};
            judge(rulebook, &pack->rules[j], facts, &finding);
            if (finding.is_blocking)
                add_hit(ret_hits, pack->rules[j].id, pack->rules[j].citation, &finding);
        }
    }
}

/* Nothing but the hours can forbid a call by the mere passing of time: attempts and conversations only get older. */
struct instant permit_valid_until(const struct rulebook *rulebook, const struct permit_facts *facts, int64_t valid_us)
{
    struct instant close = call_windows_close(rulebook, facts->zones, facts->n_zones, facts->now);
    return (struct instant){MIN(facts->now.us + valid_us, close.us)};
}

bool permit_hits_next(const struct permit_hits *hits, struct instant *ret_next)
{
    if (hits->n == 0 || !hits->hits[0].has_next)
        return false;
    *ret_next = hits->hits[0].next;
    return true;
}

static gint compare_instants(gconstpointer a, gconstpointer b)
{
    const int64_t *left = a;
    const int64_t *right = b;
    return (*left > *right) - (*left < *right);
}

static bool is_misdirected(const struct account *account, const struct attempt *attempt)
{
    const struct contact_point *point = debtor_find_point(account->debtor, &attempt->contact_point_id);
    return point != NULL && point->is_wrong;
}

static void gather_attempts(const struct account *account, int64_t since_us, GArray *storage,
                            struct permit_facts *facts)
{
    g_array_set_size(storage, 0);
    for (guint i = 0; account->attempts != NULL && i < account->attempts->len; i++) {
        const struct attempt *attempt = &g_array_index(account->attempts, struct attempt, i);
        if (attempt->occurred_at_us < since_us || is_misdirected(account, attempt))
            continue;
        if (attempt->is_open)
            facts->holds |= HOLD_BIT(HOLD_PERMIT_OPEN);
        if (attempt->counts)
            g_array_append_val(storage, attempt->occurred_at_us);
        if (attempt->is_conversation && attempt->occurred_at_us > facts->conversation_at_us)
            facts->conversation_at_us = attempt->occurred_at_us;
    }
    g_array_sort(storage, compare_instants);
    facts->counted_at_us = (const int64_t *)(const void *)storage->data;
    facts->n_counted = storage->len;
}

int32_t permit_window_days(const struct rulebook *rulebook)
{
    int32_t days = 1;
    for (size_t i = 0; i < rulebook->n_packs; i++)
        for (size_t j = 0; j < rulebook->packs[i].n_rules; j++)
            days = MAX(days, rulebook->packs[i].rules[j].window_days);
    return days;
}

void permit_gather(const struct rulebook *rulebook, const struct account *account, const struct contact_point *point,
                   bool is_parked, struct instant now, GArray *storage, struct permit_facts *ret_facts)
{
    const struct debtor *debtor = account->debtor;
    *ret_facts = (struct permit_facts){
        .now = now,
        .zones = debtor->zones,
        .n_zones = debtor->n_zones,
        .holds = account_holds_at(account, point) | (is_parked ? HOLD_BIT(HOLD_PARKED) : 0) |
                 (debtor->has_unreadable_zone ? HOLD_BIT(HOLD_UNREADABLE_ZONE) : 0),
    };
    /* Whole local days in any zone on earth, with a day to spare at either end. */
    gather_attempts(account, now.us - (permit_window_days(rulebook) + 2) * US_PER_DAY, storage, ret_facts);
}

bool permit_free_after_conversation(const struct rulebook *rulebook, const struct debtor *debtor, struct instant at,
                                    struct instant *ret_free)
{
    int32_t days = 0;
    for (size_t i = 0; i < rulebook->n_packs; i++)
        for (size_t j = 0; j < rulebook->packs[i].n_rules; j++)
            if (rulebook->packs[i].rules[j].kind == RULE_CONVERSATION_GAP)
                days = MAX(days, rulebook->packs[i].rules[j].window_days);
    if (days == 0 || debtor->n_zones == 0)
        return false;
    *ret_free = local_days_later(debtor->zones, debtor->n_zones, at, days);
    return true;
}

uint32_t permit_attempts_in_window(const struct rulebook *rulebook, const struct permit_facts *facts)
{
    uint32_t most = 0;
    for (size_t i = 0; i < rulebook->n_packs; i++) {
        const struct rulepack *pack = &rulebook->packs[i];
        for (size_t j = 0; j < pack->n_rules; j++)
            for (size_t z = 0; pack->rules[j].kind == RULE_ATTEMPT_CAP && z < facts->n_zones; z++)
                most = MAX(most, count_in_zone(facts, facts->zones[z], pack->rules[j].window_days));
    }
    return most;
}

int32_t permit_conversation_on_days(const struct permit_facts *facts)
{
    int32_t latest = 0;
    for (size_t i = 0; facts->conversation_at_us != 0 && i < facts->n_zones; i++)
        latest = MAX(latest, local_date(facts->zones[i], (struct instant){facts->conversation_at_us}).days);
    return latest;
}

hold_set permit_blocking_holds(const struct rulebook *rulebook)
{
    hold_set holds = 0;
    for (size_t i = 0; i < rulebook->n_packs; i++)
        for (size_t j = 0; j < rulebook->packs[i].n_rules; j++)
            if (rulebook->packs[i].rules[j].kind == RULE_HOLD)
                holds |= HOLD_BIT(rulebook->packs[i].rules[j].hold);
    return holds;
}
