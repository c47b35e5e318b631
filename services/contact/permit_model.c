#include "permit_model.h"

#include <string.h>

#include "attempt_model.h"
#include "fact_model.h"
#include "notice_model.h"
#include "rules/facts_fold.h"

const char *hold_set_name(unsigned hold)
{
    if (hold < HOLD_COUNT)
        return hold_name((enum hold)hold);
    static const char *const BUILTIN[] = {
        [HOLD_PARKED - HOLD_COUNT] = "parked",
        [HOLD_UNREADABLE_ZONE - HOLD_COUNT] = "unreadable_zone",
        [HOLD_PERMIT_OPEN - HOLD_COUNT] = "permit_open",
        [HOLD_UNPOSTED - HOLD_COUNT] = "unposted",
        [HOLD_NO_JURISDICTION - HOLD_COUNT] = "no_jurisdiction",
        [HOLD_NO_LIMITS - HOLD_COUNT] = "no_limits",
    };
    return BUILTIN[hold - HOLD_COUNT];
}

static const struct {
    const char *name;
    enum debt_type type; /* to the rules */
} KINDS[DEBT_KIND_END] = {
    [DEBT_KIND_UNSPECIFIED] = {"", DEBT_OTHER},
    [DEBT_KIND_CONSUMER] = {"consumer", DEBT_OTHER},
    [DEBT_KIND_CREDIT_CARD] = {"credit_card", DEBT_CREDIT_CARD},
    [DEBT_KIND_MEDICAL] = {"medical", DEBT_MEDICAL},
    [DEBT_KIND_MORTGAGE] = {"mortgage", DEBT_MORTGAGE},
    [DEBT_KIND_STUDENT_LOAN] = {"student_loan", DEBT_STUDENT_LOAN},
    [DEBT_KIND_AUTO] = {"auto", DEBT_AUTO},
    [DEBT_KIND_COMMERCIAL] = {"commercial", DEBT_COMMERCIAL},
};

const char *debt_kind_name(enum debt_kind kind)
{
    return KINDS[kind].name;
}

/* --- what the rules are asked --------------------------------------------------------------------------------------
 */

/* One debt is asked about; for the rules all others of the person are one, which holds nothing, and so are all other
 * contact points of his. */
enum scene_debt {
    THE_DEBT,
    OTHER_DEBTS,
};
enum scene_address {
    HERE,
    ELSEWHERE,
};

/* One permit's facts as the rules read them; lent to one judgement. */
struct scene {
    struct facts_book *book; /* owned; NULL: there are no facts but where he is */
    struct facts facts;
    struct fact_debt debt;
    struct fact_address here;
    struct fact_person debtor;
    struct question question;
};

static void scene_fini(struct scene *scene)
{
    facts_book_free(scene->book);
}

static bool has_hold(const struct permit_facts *facts, unsigned hold)
{
    return (facts->holds & HOLD_BIT(hold)) != 0;
}

static struct fact_debt debt_asked(const struct permit_facts *facts)
{
    struct fact_debt debt = fact_debt_plain();
    debt.holds = facts->holds & (HOLD_BIT(HOLD_COUNT) - 1);
    debt.type = KINDS[facts->debt_kind].type;
    debt.is_consumer_debt = debt_matter_of(facts->debt_kind) == MATTER_CONSUMER;
    return debt;
}

/* A book is made with room for these, and with nothing that could be there twice. */
static void must(enum status st)
{
    if (st != STATUS_OK)
        g_error("the facts of a permit do not fit into a book");
}

/* What nobody reported counts as a call that connected. */
static enum contact_outcome call_outcome(const struct permit_contact *contact)
{
    if (contact->is_talk_about_debt || contact->is_talk_about_others)
        return OUTCOME_CONVERSATION;
    switch (contact->telephony) {
    case TELEPHONY_BUSY:
        return OUTCOME_BUSY;
    case TELEPHONY_NOT_IN_SERVICE:
        return OUTCOME_NOT_IN_SERVICE;
    case TELEPHONY_NO_ANSWER:
    case TELEPHONY_MACHINE:
        return OUTCOME_NO_ANSWER;
    case TELEPHONY_MESSAGE_LEFT: /* a message of which it is not known that it says no more than a limited-content one
                                  */
        return OUTCOME_VOICEMAIL;
    case TELEPHONY_ABANDONED:
        return OUTCOME_DROPPED;
    default:
        return OUTCOME_UNKNOWN;
    }
}

static debt_set debts_of(bool is_debt, bool is_others)
{
    return (is_debt ? DEBT_BIT(THE_DEBT) : 0) | (is_others ? DEBT_BIT(OTHER_DEBTS) : 0);
}

static struct fact_event contact_event(const struct permit_contact *contact)
{
    const struct channel_traits *traits = channel_traits((enum channel)contact->channel);
    const debt_set about = debts_of(contact->is_about_debt, contact->is_about_others);
    const debt_set discussed = debts_of(contact->is_talk_about_debt, contact->is_talk_about_others);
    /* A conversation that counts toward no debt was none of our calls: the person called. */
    struct fact_event event =
        fact_event_plain(about == 0 ? FACT_CONTACT_IN : FACT_CONTACT_OUT, (struct instant){contact->at_us});
    event.debts = about == 0 ? discussed : about;
    event.discussed = discussed;
    event.medium = traits->medium;
    event.technology = traits->technology;
    event.purpose = purpose_in_rules((enum contact_purpose)contact->purpose);
    event.outcome = traits->is_written ? OUTCOME_SENT : call_outcome(contact);
    event.person = FACT_CONSUMER;
    event.address = contact->is_here ? HERE : ELSEWHERE;
    event.flags = FACT_FLAG_ABOUT_DEBT | (contact->is_open ? FACT_FLAG_OPEN : 0);
    return event;
}

/* What is on record, as far as it counts. */
static guint n_known(const struct permit_facts *facts)
{
    return facts->known == NULL ? 0 : facts->known->len;
}

static const struct person_fact *known_at(const struct permit_facts *facts, guint index)
{
    return g_ptr_array_index(facts->known, index);
}

static bool is_here(const struct permit_facts *facts, const struct person_fact *fact)
{
    return !id_is_none(&fact->contact_point_id) && id_equal(&fact->contact_point_id, &facts->contact_point_id);
}

/* What is of the person himself rather than an event. */
static void apply_to_person(struct scene *scene, const struct permit_facts *facts)
{
    for (guint i = 0; i < n_known(facts); i++) {
        const struct person_fact *fact = known_at(facts, i);
        if (fact->released_at_us != 0 || fact->at_us > facts->now.us)
            continue;
        if (fact->kind == FACT_KIND_MINOR)
            facts_book_scope(scene->book)->is_minor = true;
        else if (fact->kind == FACT_KIND_LOCATION_KNOWN)
            facts_book_particulars(scene->book)->known_zone = fact->zone;
    }
}

static bool is_employers(const struct permit_facts *facts)
{
    for (guint i = 0; i < n_known(facts); i++) {
        const struct person_fact *fact = known_at(facts, i);
        if (fact->kind == FACT_KIND_EMPLOYER_EMAIL && fact->released_at_us == 0 && is_here(facts, fact))
            return true;
    }
    return false;
}

/* Where the number or address is, as the last fact says that names both. */
static enum address_place place_here(const struct permit_facts *facts)
{
    enum address_place place = PLACE_NONE;
    for (guint i = 0; i < n_known(facts); i++) {
        const struct person_fact *fact = known_at(facts, i);
        if (fact->released_at_us != 0 || fact->at_us > facts->now.us || !is_here(facts, fact))
            continue;
        if (fact->kind == FACT_KIND_EMPLOYER_PROHIBITS)
            place = PLACE_WORK;
        else if (fact->event.place != PLACE_NONE)
            place = fact->event.place;
    }
    return place;
}

static struct fact_event known_event(const struct permit_facts *facts, const struct person_fact *fact)
{
    struct fact_event event = fact->event;
    event.at = (struct instant){fact->at_us};
    if (fact->flag == STICKY_OPT_OUT_CALLS)
        event.media = (medium_set)(event.media & ~MEDIA_PHONE);
    for (size_t i = 0; i < fact->n_accounts; i++)
        event.debts |= id_equal(&fact->account_ids[i], &facts->account_id) ? DEBT_BIT(THE_DEBT) : DEBT_BIT(OTHER_DEBTS);
    if (!id_is_none(&fact->contact_point_id))
        event.address = is_here(facts, fact) ? HERE : ELSEWHERE;
    return event;
}

/* For what is a sticky flag as well the flag speaks, and its release with it. */
static bool is_event(const struct person_fact *fact)
{
    const bool is_spoken_for = fact->flag == STICKY_OPT_OUT_CONTACT_POINT ||
                               (fact->event.media != 0 && (fact->event.media & ~MEDIA_PHONE) == 0);
    return fact->effect == FACT_IS_FOLDED && fact->released_at_us == 0 && !(fact->flag != 0 && is_spoken_for);
}

/* Contacts and facts, in the order in which they happened; of one instant the facts come first. */
static void apply_events(struct scene *scene, const struct permit_facts *facts)
{
    guint next = 0;
    for (size_t i = 0; i <= facts->n_contacts; i++) {
        const int64_t until_us = i < facts->n_contacts ? facts->contacts[i].at_us : INT64_MAX;
        for (; next < n_known(facts) && known_at(facts, next)->at_us <= until_us; next++) {
            const struct fact_event event = known_event(facts, known_at(facts, next));
            if (is_event(known_at(facts, next)))
                must(facts_book_apply(scene->book, &event, NULL));
        }
        if (i == facts->n_contacts)
            break;
        const struct fact_event event = contact_event(&facts->contacts[i]);
        must(facts_book_apply(scene->book, &event, NULL));
    }
}

static void add_to_book(struct scene *scene, const struct permit_facts *facts)
{
    const struct fact_debt debt = debt_asked(facts);
    const struct fact_debt others = fact_debt_plain();
    struct fact_address here = fact_address_plain(channel_traits(facts->channel)->address_kind, FACT_CONSUMER);
    struct fact_address elsewhere = fact_address_plain(ADDRESS_POSTAL, FACT_CONSUMER);
    uint8_t index = 0;
    here.is_employer_provided = is_employers(facts);
    here.place = place_here(facts);
    elsewhere.zones = facts->zones;
    elsewhere.n_zones = (uint8_t)facts->n_zones;
    must(facts_book_add_debt(scene->book, "debt", &debt, &index, NULL));
    must(facts_book_add_debt(scene->book, "others", &others, &index, NULL));
    must(facts_book_add_address(scene->book, "here", &here, &index, NULL));
    must(facts_book_add_address(scene->book, "elsewhere", &elsewhere, &index, NULL));
}

static void ask_scene(struct scene *scene, const struct permit_facts *facts)
{
    const struct channel_traits *traits = channel_traits(facts->channel);
    scene->question = question_plain(ACTION_CONTACT, facts->now);
    scene->question.medium = traits->medium;
    scene->question.technology = traits->technology;
    scene->question.purpose = purpose_in_rules(facts->purpose);
    scene->question.debts = DEBT_BIT(THE_DEBT);
    scene->question.address = HERE;
    if (facts->purpose == CONTACT_PURPOSE_OPT_OUT_CONFIRMATION)
        question_claim(&scene->question, CLAIM_CONFIRMATION_ONLY, true);
}

static void scene_init(struct scene *scene, const struct permit_facts *facts)
{
    *scene = (struct scene){.book = facts_book_new()};
    add_to_book(scene, facts);
    apply_to_person(scene, facts);
    apply_events(scene, facts);
    scene->facts = *facts_book_facts(scene->book);
    scene->facts.has_unreadable_zone = has_hold(facts, HOLD_UNREADABLE_ZONE);
    ask_scene(scene, facts);
}

/* Where only holds and the person's whereabouts matter, as in a plan: nothing is allocated. */
static void scene_init_bare(struct scene *scene, const struct permit_facts *facts)
{
    *scene = (struct scene){.debt = debt_asked(facts),
                            .here = fact_address_plain(channel_traits(facts->channel)->address_kind, FACT_CONSUMER)};
    scene->facts = (struct facts){
        .collector = COLLECTOR_THIRD_PARTY,
        .is_covered = true,
        .is_natural_person = true,
        .has_unreadable_zone = has_hold(facts, HOLD_UNREADABLE_ZONE),
        .zones = facts->zones,
        .n_zones = (uint8_t)facts->n_zones,
        .debts = &scene->debt,
        .n_debts = 1,
        .addresses = &scene->here,
        .n_addresses = 1,
        .persons = &scene->debtor,
        .n_persons = 1,
    };
    ask_scene(scene, facts);
}

/* --- what is not known enough to be judged -------------------------------------------------------------------------
 */

static const struct rule INCOMPLETE_RULE = {
    .id = "DUNLIN-INCOMPLETE",
    .citation = "policy",
    .title = "No contact while what is known of the person is known to be incomplete",
};

static const struct rule JURISDICTION_RULE = {
    .id = "DUNLIN-NO-JURISDICTION",
    .citation = "policy",
    .title = "No contact where it is not known whose law holds",
};

static const struct {
    const struct rule *rule;
    enum builtin_hold hold;
    const char *detail;
} INCOMPLETE[] = {
    {&JURISDICTION_RULE, HOLD_NO_JURISDICTION,
     "of no address or number of the debtor a country is known that a rule pack is for"},
    {&JURISDICTION_RULE, HOLD_NO_LIMITS,
     "no rule pack that is for this kind of debt says at what hours and how often the debtor may be called"},
    {&INCOMPLETE_RULE, HOLD_PARKED, "an event or a fact of this debtor could not be read; see `dunlin status`"},
    {&INCOMPLETE_RULE, HOLD_UNPOSTED,
     "a payment was reported, or a credit granted, that is not in the ledger yet: what is still owed is not known; "
     "where that lasts, see what `dunlin status` says of payment"},
};

/* Before all others: it lasts as long as the longest. */
static void add_incomplete(struct rules_verdict *verdict, const struct rule *rule, const char *detail)
{
    const size_t kept = MIN(verdict->n_hits, VERDICT_HITS_MAX - 1);
    memmove(&verdict->hits[1], &verdict->hits[0], kept * sizeof(verdict->hits[0]));
    verdict->hits[0] = (struct rule_hit){.rule = rule, .severity = SEVERITY_BLOCK};
    g_strlcpy(verdict->hits[0].detail, detail, sizeof(verdict->hits[0].detail));
    verdict->n_hits = (uint32_t)kept + 1;
    verdict->is_allowed = false;
}

static void judge(const struct rules_selection *rules, const struct permit_facts *facts, const struct scene *scene,
                  struct rules_verdict *ret_verdict)
{
    rules_judge(rules, &scene->facts, &scene->question, ret_verdict);
    for (size_t i = ARRAY_SIZE(INCOMPLETE); i > 0; i--)
        if (has_hold(facts, INCOMPLETE[i - 1].hold))
            add_incomplete(ret_verdict, INCOMPLETE[i - 1].rule, INCOMPLETE[i - 1].detail);
}

void permit_evaluate(const struct rules_selection *rules, const struct permit_facts *facts,
                     struct rules_verdict *ret_verdict)
{
    SCOPED(scene_fini) struct scene scene;
    scene_init(&scene, facts);
    judge(rules, facts, &scene, ret_verdict);
}

/* More hits than fit are not listed: what they are is not known then. */
static bool is_overridable(const struct rules_verdict *verdict)
{
    const size_t n = verdict_n_blocking(verdict);
    for (size_t i = 0; i < n; i++)
        if (!verdict->hits[i].is_overridable)
            return false;
    return n > 0 && verdict->n_hits < VERDICT_HITS_MAX;
}

bool permit_is_granted(const struct rules_verdict *verdict, const struct permit_override *override)
{
    return verdict->is_allowed || (override->by != NULL && is_overridable(verdict));
}

/* Nothing but the hours can forbid a call by the mere passing of time: attempts and conversations only get older. */
void permit_decide(const struct rules_selection *rules, const struct permit_facts *facts, int64_t valid_us,
                   struct rules_verdict *ret_verdict, struct instant *ret_valid_until)
{
    SCOPED(scene_fini) struct scene scene;
    scene_init(&scene, facts);
    judge(rules, facts, &scene, ret_verdict);
    const struct instant until = {facts->now.us + valid_us};
    *ret_valid_until = ret_verdict->is_allowed || is_overridable(ret_verdict)
                           ? rules_open_until(rules, &scene.facts, &scene.question, until)
                           : facts->now;
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

bool permit_next_open(const struct rules_selection *rules, const struct account *account, enum channel channel,
                      struct instant at, struct instant *ret_open)
{
    const struct permit_facts facts = {
        .now = at,
        .channel = channel,
        .purpose = CONTACT_PURPOSE_COLLECTION,
        .zones = account->debtor->zones,
        .n_zones = account->debtor->n_zones,
        .debt_kind = account->debt_kind,
    };
    SCOPED(scene_fini) struct scene scene;
    scene_init_bare(&scene, &facts);
    return rules_next_open(rules, &scene.facts, &scene.question, ret_open);
}

/* --- gathering -----------------------------------------------------------------------------------------------------
 */

static gint compare_contacts(gconstpointer a, gconstpointer b)
{
    const struct permit_contact *left = a;
    const struct permit_contact *right = b;
    if (left->at_us != right->at_us)
        return left->at_us < right->at_us ? -1 : 1;
    return id_compare(&left->permit_id, &right->permit_id);
}

static bool is_misdirected(const struct debtor *debtor, const struct attempt *attempt)
{
    const struct contact_point *point = debtor_find_point(debtor, &attempt->contact_point_id);
    return point != NULL && point->is_wrong;
}

/* One contact may have been about several debts. */
static struct permit_contact *contact_of(GArray *storage, const struct attempt *attempt)
{
    for (guint i = storage->len; i > 0; i--) {
        struct permit_contact *known = &g_array_index(storage, struct permit_contact, i - 1);
        if (id_equal(&known->permit_id, &attempt->permit_id))
            return known;
    }
    const struct permit_contact contact = {
        .permit_id = attempt->permit_id,
        .channel = attempt->channel == 0 ? CHANNEL_CALL : attempt->channel,
        .purpose = attempt->purpose == 0 ? CONTACT_PURPOSE_COLLECTION : attempt->purpose,
    };
    g_array_append_val(storage, contact);
    return &g_array_index(storage, struct permit_contact, storage->len - 1);
}

/* As far as the debt asked about goes, or another. A line that was busy is a contact too: it is the rules that leave it
 * out. */
static void take_attempt(const struct permit_subject *subject, const struct attempt *attempt, bool is_own,
                         GArray *storage)
{
    struct permit_contact *contact = contact_of(storage, attempt);
    const bool was_tried = attempt->counts || !attempt->is_conversation;
    const bool is_unconnected = !attempt->counts && !attempt->is_conversation;
    contact->at_us = MAX(contact->at_us, attempt->occurred_at_us);
    contact->telephony = attempt->telephony == 0 && is_unconnected ? TELEPHONY_BUSY : attempt->telephony;
    contact->delivery = attempt->delivery;
    contact->is_about_debt = contact->is_about_debt || (is_own && was_tried);
    contact->is_about_others = contact->is_about_others || (!is_own && was_tried);
    contact->is_talk_about_debt = contact->is_talk_about_debt || (is_own && attempt->is_conversation);
    contact->is_talk_about_others = contact->is_talk_about_others || (!is_own && attempt->is_conversation);
    contact->is_here = subject->point != NULL && id_equal(&subject->point->id, &attempt->contact_point_id);
    contact->is_open = contact->is_open || attempt->is_open;
}

static void gather_of(const struct permit_subject *subject, const struct account *account, int64_t since_us,
                      GArray *storage)
{
    for (guint i = 0; account->attempts != NULL && i < account->attempts->len; i++) {
        const struct attempt *attempt = &g_array_index(account->attempts, struct attempt, i);
        if (attempt->occurred_at_us >= since_us && !is_misdirected(account->debtor, attempt))
            take_attempt(subject, attempt, account == subject->account, storage);
    }
}

int64_t permit_contacts_since(const struct rules_selection *rules, enum technology technology, struct instant now)
{
    /* Whole local days in any zone on earth, with a day to spare at either end. */
    return now.us - (rules_selection_window_days(rules, technology) + 2) * US_PER_DAY;
}

static hold_set holds_of(const struct permit_subject *subject, bool is_parked, struct instant now)
{
    const struct debtor *debtor = subject->account->debtor;
    const struct debtor_rules *here = &debtor->rules[debt_matter_of(subject->account->debt_kind)];
    return account_holds_at(subject->account, subject->point) |
           (notice_is_overdue(subject->account, now) ? HOLD_BIT(HOLD_NOTICE_OVERDUE) : 0) |
           (is_parked || debtor->has_unreadable_fact ? HOLD_BIT(HOLD_PARKED) : 0) |
           (debtor->has_unreadable_zone ? HOLD_BIT(HOLD_UNREADABLE_ZONE) : 0) |
           (here->has_no_jurisdiction ? HOLD_BIT(HOLD_NO_JURISDICTION) : 0) |
           (here->has_no_limits ? HOLD_BIT(HOLD_NO_LIMITS) : 0);
}

/* Of a call about the debt nobody has said yet what came of it. */
static bool is_call_open(const struct permit_facts *facts)
{
    for (size_t i = 0; i < facts->n_contacts; i++)
        if (facts->contacts[i].is_open && facts->contacts[i].is_about_debt &&
            !channel_traits((enum channel)facts->contacts[i].channel)->is_written)
            return true;
    return false;
}

void permit_gather(const struct rules_selection *rules, const struct permit_subject *subject, bool is_parked,
                   struct instant now, GArray *storage, struct permit_facts *ret_facts)
{
    const struct id none = {0};
    const struct debtor *debtor = subject->account->debtor;
    const struct debtor_rules *here = &debtor->rules[debt_matter_of(subject->account->debt_kind)];
    const int64_t since_us = permit_contacts_since(rules, channel_traits(subject->channel)->technology, now);
    g_array_set_size(storage, 0);
    for (guint i = 0; i < debtor->accounts->len; i++)
        gather_of(subject, g_ptr_array_index(debtor->accounts, i), since_us, storage);
    g_array_sort(storage, compare_contacts);
    *ret_facts = (struct permit_facts){
        .now = now,
        .channel = subject->channel,
        .purpose = subject->purpose,
        .zones = debtor->zones,
        .n_zones = debtor->n_zones,
        .holds = holds_of(subject, is_parked, now),
        .contacts = (const struct permit_contact *)(const void *)storage->data,
        .n_contacts = storage->len,
        .place_packs = here->place_packs == NULL ? "" : here->place_packs,
        .known = debtor->facts,
        .account_id = subject->account->id,
        .contact_point_id = subject->point == NULL ? none : subject->point->id,
        .debt_kind = subject->account->debt_kind,
    };
    if (is_call_open(ret_facts))
        ret_facts->holds |= HOLD_BIT(HOLD_PERMIT_OPEN);
}

/* --- for plans and the record --------------------------------------------------------------------------------------
 */

/* What would be answered right after the conversation, were there nothing else. */
bool permit_free_after_conversation(const struct rules_selection *rules, const struct account *account,
                                    struct instant at, struct instant *ret_free)
{
    const struct debtor *debtor = account->debtor;
    struct rules_verdict verdict;
    const struct permit_contact talk = {
        .at_us = at.us,
        .channel = CHANNEL_CALL,
        .purpose = CONTACT_PURPOSE_COLLECTION,
        .is_talk_about_debt = true,
    };
    const struct permit_facts facts = {
        .now = at,
        .channel = CHANNEL_CALL,
        .purpose = CONTACT_PURPOSE_COLLECTION,
        .zones = debtor->zones,
        .n_zones = debtor->n_zones,
        .contacts = &talk,
        .n_contacts = 1,
        .debt_kind = account->debt_kind,
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
    for (size_t i = facts->n_contacts; i > 0; i--) {
        if (!facts->contacts[i - 1].is_talk_about_debt)
            continue;
        for (size_t zone = 0; zone < facts->n_zones; zone++)
            latest = MAX(latest, zone_date(facts->zones[zone], (struct instant){facts->contacts[i - 1].at_us}).days);
        return latest;
    }
    return latest;
}

static size_t n_blocking_for(const struct rules_selection *rules, const struct permit_facts *facts)
{
    struct rules_verdict verdict;
    SCOPED(scene_fini) struct scene scene;
    scene_init_bare(&scene, facts);
    rules_judge(rules, &scene.facts, &scene.question, &verdict);
    return verdict_n_blocking(&verdict);
}

/* Each hold by itself, beside what forbids the channel anyway (consents that are not there). */
hold_set permit_blocking_holds(const struct rules_selection *rules, enum debt_matter matter, enum channel channel,
                               struct instant now)
{
    hold_set holds = 0;
    const struct zone *utc = NULL;
    if (zone_open("UTC", &utc, NULL) != STATUS_OK)
        return HOLD_BIT(HOLD_COUNT) - 1;
    struct permit_facts facts = {
        .now = {now.us / US_PER_DAY * US_PER_DAY + US_PER_DAY / 2},
        .channel = channel,
        .purpose = CONTACT_PURPOSE_COLLECTION,
        .zones = &utc,
        .n_zones = 1,
        .debt_kind = matter == MATTER_COMMERCIAL ? DEBT_KIND_COMMERCIAL : DEBT_KIND_CONSUMER,
    };
    const size_t n_without = n_blocking_for(rules, &facts);
    for (unsigned hold = 0; hold < HOLD_COUNT; hold++) {
        facts.holds = HOLD_BIT(hold);
        if (n_blocking_for(rules, &facts) > n_without)
            holds |= HOLD_BIT(hold);
    }
    return holds;
}
