#include "permit_model.h"

#include <string.h>

#include "rules/facts_fold.h"

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

/* --- what the rules are asked --------------------------------------------------------------------------------------
 */

#define THE_DEBT  0 /* there is one debt and one number in a permit's question */
#define THE_PHONE 0

/* One permit's facts as the rules read them; lent to one judgement. */
struct scene {
    struct fact_debt debt;
    struct fact_address phone;
    struct fact_person debtor;
    struct fact_contact *contacts; /* owned */
    struct facts facts;
    struct question question;
};

static void scene_fini(struct scene *scene)
{
    g_free(scene->contacts);
}

static bool has_hold(const struct permit_facts *facts, unsigned hold)
{
    return (facts->holds & HOLD_BIT(hold)) != 0;
}

/* The holds say all that there is to say of the debt, the debtor and the number. */
static void set_debt_and_phone(struct scene *scene, const struct permit_facts *facts)
{
    scene->debt = fact_debt_plain();
    scene->debt.holds = facts->holds & (HOLD_BIT(HOLD_COUNT) - 1);
    scene->phone = fact_address_plain(ADDRESS_MOBILE, FACT_CONSUMER);
}

static void add_contact(struct scene *scene, int64_t at_us, enum contact_outcome outcome, uint16_t flags)
{
    scene->contacts[scene->facts.n_contacts++] = (struct fact_contact){
        .at_us = at_us,
        .debts = DEBT_BIT(THE_DEBT),
        .discussed = DEBT_BIT(THE_DEBT),
        .medium = MEDIUM_CALL,
        .outcome = (uint8_t)outcome,
        .person = FACT_CONSUMER,
        .address = FACT_NONE,
        .flags = flags,
    };
}

/* Attempts that count, and beside them the last conversation, which need not be one of them: the debtor may have
 * called, or spoken of this debt on another's call. */
static void set_contacts(struct scene *scene, const struct permit_facts *facts)
{
    bool is_talk_due = facts->conversation_at_us != 0;
    scene->contacts = g_new(struct fact_contact, facts->n_counted + 2);
    for (size_t i = 0; i < facts->n_counted; i++) {
        if (is_talk_due && facts->conversation_at_us <= facts->counted_at_us[i]) {
            add_contact(scene, facts->conversation_at_us, OUTCOME_CONVERSATION, CONTACT_INBOUND);
            is_talk_due = false;
        }
        add_contact(scene, facts->counted_at_us[i], OUTCOME_UNKNOWN, 0);
    }
    if (is_talk_due)
        add_contact(scene, facts->conversation_at_us, OUTCOME_CONVERSATION, CONTACT_INBOUND);
    if (has_hold(facts, HOLD_PERMIT_OPEN)) /* its attempt is among those that count */
        add_contact(scene, facts->now.us, OUTCOME_BUSY, CONTACT_OPEN | CONTACT_BY_OTHER);
    scene->facts.contacts = scene->contacts;
}

static void scene_init(struct scene *scene, const struct permit_facts *facts)
{
    *scene = (struct scene){.question = question_plain(ACTION_CONTACT, facts->now)};
    scene->facts = (struct facts){
        .collector = COLLECTOR_THIRD_PARTY,
        .is_covered = true,
        .is_natural_person = true,
        .has_unreadable_zone = has_hold(facts, HOLD_UNREADABLE_ZONE),
        .zones = facts->zones,
        .n_zones = (uint8_t)facts->n_zones,
        .debts = &scene->debt,
        .n_debts = 1,
        .addresses = &scene->phone,
        .n_addresses = 1,
        .persons = &scene->debtor,
        .n_persons = 1,
    };
    set_debt_and_phone(scene, facts);
    set_contacts(scene, facts);
    scene->question.medium = MEDIUM_CALL;
    scene->question.debts = DEBT_BIT(THE_DEBT);
    scene->question.address = THE_PHONE;
}

/* --- what is not known enough to be judged -------------------------------------------------------------------------
 */

static const struct rule INCOMPLETE_RULE = {
    .id = "DUNLIN-INCOMPLETE",
    .citation = "policy",
    .title = "No contact while what is known of the person is known to be incomplete",
};

static const struct {
    enum builtin_hold hold;
    const char *detail;
} INCOMPLETE[] = {
    {HOLD_PARKED, "an event of this debtor could not be applied; see `dunlin status`"},
    {HOLD_UNPOSTED, "a payment was reported that is not in the ledger yet: what is still owed is not known; where that "
                    "lasts, see what "
                    "`dunlin status` says of payment"},
};

/* Before all others: it lasts as long as the longest. */
static void add_incomplete(struct rules_verdict *verdict, const char *detail)
{
    const size_t kept = MIN(verdict->n_hits, VERDICT_HITS_MAX - 1);
    memmove(&verdict->hits[1], &verdict->hits[0], kept * sizeof(verdict->hits[0]));
    verdict->hits[0] = (struct rule_hit){.rule = &INCOMPLETE_RULE, .severity = SEVERITY_BLOCK};
    g_strlcpy(verdict->hits[0].detail, detail, sizeof(verdict->hits[0].detail));
    verdict->n_hits = (uint32_t)kept + 1;
    verdict->is_allowed = false;
}

void permit_evaluate(const struct rules_selection *rules, const struct permit_facts *facts,
                     struct rules_verdict *ret_verdict)
{
    SCOPED(scene_fini) struct scene scene;
    scene_init(&scene, facts);
    rules_judge(rules, &scene.facts, &scene.question, ret_verdict);
    for (size_t i = ARRAY_SIZE(INCOMPLETE); i > 0; i--)
        if (has_hold(facts, INCOMPLETE[i - 1].hold))
            add_incomplete(ret_verdict, INCOMPLETE[i - 1].detail);
}

bool permit_free_from(const struct rules_verdict *verdict, struct instant *ret_free)
{
    if (verdict->n_hits == 0 || !verdict->hits[0].has_next)
        return false;
    *ret_free = verdict->hits[0].next;
    return true;
}

/* --- hours ---------------------------------------------------------------------------------------------------------
 */

/* Nothing but the hours can forbid a call by the mere passing of time: attempts and conversations only get older. */
struct instant permit_valid_until(const struct rules_selection *rules, const struct permit_facts *facts,
                                  int64_t valid_us)
{
    SCOPED(scene_fini) struct scene scene;
    scene_init(&scene, facts);
    return rules_open_until(rules, &scene.facts, &scene.question, (struct instant){facts->now.us + valid_us});
}

bool permit_next_open(const struct rules_selection *rules, const struct debtor *debtor, struct instant at,
                      struct instant *ret_open)
{
    const struct permit_facts facts = {.now = at, .zones = debtor->zones, .n_zones = debtor->n_zones};
    SCOPED(scene_fini) struct scene scene;
    scene_init(&scene, &facts);
    return rules_next_open(rules, &scene.facts, &scene.question, ret_open);
}

/* --- gathering -----------------------------------------------------------------------------------------------------
 */

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

void permit_gather(const struct rules_selection *rules, const struct account *account,
                   const struct contact_point *point, bool is_parked, struct instant now, GArray *storage,
                   struct permit_facts *ret_facts)
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
    gather_attempts(account, now.us - (rules_selection_window_days(rules) + 2) * US_PER_DAY, storage, ret_facts);
}

/* --- for plans and the record --------------------------------------------------------------------------------------
 */

/* What would be answered right after the conversation, were there nothing else. */
bool permit_free_after_conversation(const struct rules_selection *rules, const struct debtor *debtor, struct instant at,
                                    struct instant *ret_free)
{
    struct rules_verdict verdict;
    const struct permit_facts facts = {
        .now = at,
        .zones = debtor->zones,
        .n_zones = debtor->n_zones,
        .conversation_at_us = at.us,
    };
    if (debtor->n_zones == 0)
        return false;
    permit_evaluate(rules, &facts, &verdict);
    return permit_free_from(&verdict, ret_free);
}

/* The rules count the call that is asked for as well. */
uint32_t permit_attempts_in_window(const struct rules_verdict *verdict)
{
    uint32_t most = 1;
    for (size_t i = 0; i < verdict->n_counts; i++)
        if (verdict->counts[i].rule->counts == COUNTS_ATTEMPTS)
            most = MAX(most, verdict->counts[i].count);
    return most - 1;
}

int32_t permit_conversation_on_days(const struct permit_facts *facts)
{
    int32_t latest = 0;
    for (size_t i = 0; facts->conversation_at_us != 0 && i < facts->n_zones; i++)
        latest = MAX(latest, zone_date(facts->zones[i], (struct instant){facts->conversation_at_us}).days);
    return latest;
}

/* Each hold by itself, where nothing else forbids a call. */
hold_set permit_blocking_holds(const struct rules_selection *rules, struct instant now)
{
    hold_set holds = 0;
    const struct zone *utc = NULL;
    if (zone_open("UTC", &utc, NULL) != STATUS_OK)
        return HOLD_BIT(HOLD_COUNT) - 1;
    for (unsigned hold = 0; hold < HOLD_COUNT; hold++) {
        struct rules_verdict verdict;
        const struct permit_facts facts = {.now = {now.us / US_PER_DAY * US_PER_DAY + US_PER_DAY / 2},
                                           .zones = &utc,
                                           .n_zones = 1,
                                           .holds = HOLD_BIT(hold)};
        permit_evaluate(rules, &facts, &verdict);
        if (!verdict.is_allowed)
            holds |= HOLD_BIT(hold);
    }
    return holds;
}
