/* How often: 12 CFR 1006.14(a), (b) and the caps of states. */
#include <inttypes.h>
#include <string.h>

#include "rules/rule_kinds.h"

/* --- which contacts count ------------------------------------------------------------------------------------------
 */

static bool is_connected(const struct fact_contact *contact)
{
    return contact->outcome != OUTCOME_BUSY && contact->outcome != OUTCOME_NOT_IN_SERVICE;
}

static bool is_conversation(const struct fact_contact *contact)
{
    return contact->outcome == OUTCOME_CONVERSATION;
}

static bool is_counted_by(const struct rule *rule, const struct fact_contact *contact)
{
    switch (rule->counts) {
    case COUNTS_ATTEMPTS:
        return true;
    case COUNTS_COMMUNICATIONS:
        return contact_communicates(contact->medium, contact->outcome);
    case COUNTS_CONVERSATIONS:
        return is_conversation(contact);
    }
    return true;
}

static bool is_at_work(const struct fact_address *address)
{
    return address != NULL && address->place == PLACE_WORK;
}

static bool fits_target(const struct rule *rule, const struct fact_address *address)
{
    switch (rule->target) {
    case TARGET_ANY:
        return true;
    case TARGET_PERSONAL:
        return !is_at_work(address);
    case TARGET_WORK:
        return is_at_work(address);
    }
    return true;
}

static const struct fact_address *address_of(const struct judgement *judgement, const struct fact_contact *contact)
{
    return contact->address < judgement->facts->n_addresses ? &judgement->facts->addresses[contact->address] : NULL;
}

static enum relation relation_of(const struct judgement *judgement, uint8_t person)
{
    if (person == FACT_CONSUMER)
        return RELATION_CONSUMER;
    return person < judgement->facts->n_persons ? judgement->facts->persons[person].relation : RELATION_OTHER;
}

static bool is_of_person(const struct rule *rule, const struct judgement *judgement, const struct fact_contact *contact)
{
    const uint8_t person = contact_subject(judgement->facts, contact)->person;
    return rule->per == PER_PERSON_DEBT ? person == judgement->question->person
                                        : relation_is_consumer(judgement->facts, relation_of(judgement, person));
}

/* As far as it is about `debts`. */
static bool is_omitted(const struct rule *rule, const struct judgement *judgement, const struct fact_contact *contact,
                       debt_set debts)
{
    const struct fact_subject *subject = contact_subject(judgement->facts, contact);
    return ((rule->omits & OMIT_UNCONNECTED) != 0 && !is_connected(contact)) ||
           ((rule->omits & OMIT_CONSENTED) != 0 && (subject->debts & debts & ~subject->consented) == 0) ||
           ((rule->omits & OMIT_REPLIES) != 0 && (contact->flags & CONTACT_REPLY) != 0);
}

/* A call to a number that turned out not to be the person's was no call to him (comment 14(b)(2)(i)-3). */
static bool is_misdirected(const struct judgement *judgement, const struct fact_address *address)
{
    return address != NULL && has_happened(judgement, address_particulars(judgement->facts, address)->wrong_since_us);
}

/* One that lies ahead counts as well: clocks may have been set back since. */
static bool counts(const struct rule *rule, const struct judgement *judgement, const struct fact_contact *contact,
                   debt_set debts)
{
    const medium_set media = rule->media != 0 ? rule->media : rule->kind->media;
    if ((contact->flags & (CONTACT_INBOUND | CONTACT_BY_OTHER)) != 0 || !medium_is_in(contact->medium, media))
        return false;
    const struct fact_address *address = address_of(judgement, contact);
    return is_of_person(rule, judgement, contact) && !is_omitted(rule, judgement, contact, debts) &&
           is_counted_by(rule, contact) && fits_target(rule, address) && !is_misdirected(judgement, address);
}

/* The contact asked about would not count: it is consented to, goes to who is nobody to be protected, answers, or is
 * the rest of a call that the person placed. */
static bool is_proposed_omitted(const struct rule *rule, const struct judgement *judgement, debt_set debts)
{
    return claim_holds(judgement->question, CLAIM_CONTINUES_CALL) ||
           ((rule->omits & OMIT_PROFESSIONAL) != 0 && judgement->is_to_professional) ||
           ((rule->omits & OMIT_CONSENTED) != 0 && has_call_consent(judgement, debts)) ||
           ((rule->omits & OMIT_REPLIES) != 0 && is_permitted_reply(judgement, 0));
}

/* --- caps ----------------------------------------------------------------------------------------------------------
 */

struct tally {
    uint32_t n;
    int64_t decisive_us; /* the limit-th last: while it is inside the window, one more would be too many */
};

static void tally_contacts(const struct rule *rule, struct judgement *judgement, debt_set debts, struct tally *tally)
{
    const struct facts *facts = judgement->facts;
    const int64_t from_us = judged_window_from(judgement, rule->days);
    for (size_t i = facts->n_contacts; i > 0 && facts->contacts[i - 1].at_us >= from_us; i--) {
        const struct fact_contact *contact = &facts->contacts[i - 1];
        if ((contact_subject(facts, contact)->debts & debts) == 0 || !counts(rule, judgement, contact, debts))
            continue;
        if (++tally->n == (uint32_t)rule->limit)
            tally->decisive_us = contact->at_us;
    }
}

static const char *counted_name(const struct rule *rule)
{
    switch (rule->counts) {
    case COUNTS_ATTEMPTS:
        return "attempts";
    case COUNTS_COMMUNICATIONS:
        return "communications";
    case COUNTS_CONVERSATIONS:
        return "conversations";
    }
    return "contacts";
}

static void hit_cap(const struct rule *rule, struct judgement *judgement, const struct tally *tally)
{
    if (rule->limit == 0) {
        (void)judgement_hit(judgement, rule, "no attempts are allowed");
        return;
    }
    char since[DATE_TEXT_SIZE];
    struct date first = {judgement->today_first.days - (rule->days - 1)};
    struct rule_hit *hit =
        judgement_hit(judgement, rule, "%" PRIu32 " %s since %s; the limit is %" PRId32 " in %" PRId32 " days",
                      tally->n, counted_name(rule), date_format(first, since), rule->limit, rule->days);
    rule_hit_ends(hit, judged_days_later(judgement, tally->decisive_us, rule->days));
}

/* Takes the next debt out of `*rest`, with all others of its student-loan account. */
static debt_set take_debt(const struct judgement *judgement, debt_set *rest)
{
    debt_set debts = debts_of_accounts(judgement->facts, *rest & (~*rest + 1));
    *rest &= ~debts;
    return debts;
}

/* At most `limit` contacts in `days` local days, today and the one asked about included. Per debt the debt with most of
 * them decides. */
void judge_contact_cap(const struct rule *rule, struct judgement *judgement)
{
    if (!fits_target(rule, judgement->address) || (rule->per != PER_PERSON_DEBT && !judgement->is_to_consumer))
        return;
    debt_set rest = rule->per == PER_CONSUMER ? DEBTS_ALL : judged_debts(judgement, rule);
    uint32_t most = 0;
    struct tally worst = {0};
    do {
        debt_set debts = rule->per == PER_CONSUMER ? DEBTS_ALL : take_debt(judgement, &rest);
        struct tally tally = {0};
        tally_contacts(rule, judgement, debts == 0 ? DEBTS_ALL : debts, &tally);
        bool is_counting = !is_proposed_omitted(rule, judgement, debts);
        most = tally.n + is_counting > most ? tally.n + is_counting : most;
        bool is_worse = tally.decisive_us > worst.decisive_us || worst.n == 0;
        if (is_counting && tally.n + 1 > (uint32_t)rule->limit && is_worse)
            worst = (struct tally){tally.n + (rule->limit == 0), tally.decisive_us};
    } while (rule->per != PER_CONSUMER && rest != 0);
    judgement_count(judgement, rule, most, (uint32_t)rule->limit);
    if (worst.n > 0)
        hit_cap(rule, judgement, &worst);
}

/* --- after a conversation ------------------------------------------------------------------------------------------
 */

static debt_set talked_about(const struct judgement *judgement, const struct fact_subject *subject)
{
    return debts_of_accounts(judgement->facts, subject->discussed != 0 ? subject->discussed : subject->debts);
}

/* 1006.14(b)(2)(i)(B): whoever began the conversation; its local day is the first of `days`. */
static const struct fact_contact *last_conversation(const struct rule *rule, struct judgement *judgement,
                                                    debt_set debts)
{
    const struct facts *facts = judgement->facts;
    const int64_t from_us = judged_window_from(judgement, rule->days);
    for (size_t i = facts->n_contacts; i > 0 && facts->contacts[i - 1].at_us >= from_us; i--) {
        const struct fact_contact *contact = &facts->contacts[i - 1];
        const struct fact_subject *subject = contact_subject(facts, contact);
        if (is_conversation(contact) && subject->person == judgement->question->person &&
            medium_is_in(contact->medium, MEDIA_PHONE) && (contact->flags & CONTACT_BY_OTHER) == 0 &&
            !is_misdirected(judgement, address_of(judgement, contact)) &&
            (talked_about(judgement, subject) & debts) != 0)
            return contact;
    }
    return NULL;
}

/* Two calls at once: one of them may be the conversation after which the other is forbidden. */
static bool has_open_call(const struct rule *rule, struct judgement *judgement, debt_set debts)
{
    const struct facts *facts = judgement->facts;
    const int64_t from_us = judged_window_from(judgement, rule->days);
    for (size_t i = facts->n_contacts; i > 0 && facts->contacts[i - 1].at_us >= from_us; i--) {
        const struct fact_contact *contact = &facts->contacts[i - 1];
        const struct fact_subject *subject = contact_subject(facts, contact);
        if ((contact->flags & CONTACT_OPEN) != 0 && subject->person == judgement->question->person &&
            medium_is_in(contact->medium, MEDIA_PHONE) && (subject->debts & debts) != 0)
            return true;
    }
    return false;
}

void judge_cool_down(const struct rule *rule, struct judgement *judgement)
{
    if ((rule->omits & OMIT_PROFESSIONAL) != 0 && judgement->is_to_professional)
        return;
    if (claim_holds(judgement->question, CLAIM_CONTINUES_CALL))
        return;
    debt_set rest = judged_debts(judgement, rule);
    while (rest != 0) {
        debt_set debts = take_debt(judgement, &rest);
        const struct fact_contact *last = last_conversation(rule, judgement, debts);
        if ((rule->omits & OMIT_CONSENTED) != 0 && has_call_consent(judgement, debts))
            continue;
        if (last == NULL && has_open_call(rule, judgement, debts)) {
            struct rule_hit *open = judgement_hit(
                judgement, rule, "a permit for this debt is not reported yet; it may become a conversation");
            open->is_overridable = false; /* no presumption: a call may be going on */
            return;
        }
        if (last == NULL)
            continue;
        char on[DATE_TEXT_SIZE];
        struct rule_hit *hit =
            judgement_hit(judgement, rule, "a conversation about this debt on %s; no call for %" PRId32 " days",
                          date_format(judged_date_last(judgement, last->at_us), on), rule->days);
        rule_hit_ends(hit, judged_days_later(judgement, last->at_us, rule->days));
        return;
    }
}

/* --- what may overturn the presumption of compliance ----------------------------------------------------------------
 */

#define CLOSE_CALLS_US (5 * US_PER_MIN)

static bool is_counted_call(const struct rule *rule, const struct judgement *judgement,
                            const struct fact_contact *contact)
{
    return (contact_subject(judgement->facts, contact)->debts & judgement->consumer_debts) != 0 &&
           counts(rule, judgement, contact, judgement->consumer_debts);
}

/* Two unanswered calls to a number within five minutes. */
static bool has_close_call(const struct rule *rule, const struct judgement *judgement)
{
    const struct facts *facts = judgement->facts;
    for (size_t i = facts->n_contacts; i > 0; i--) {
        const struct fact_contact *contact = &facts->contacts[i - 1];
        if (contact->at_us < judgement->now_us - CLOSE_CALLS_US)
            return false;
        if (is_counted_call(rule, judgement, contact) && !is_conversation(contact) &&
            (contact->address == judgement->question->address || contact->address == FACT_NONE))
            return true;
    }
    return false;
}

static uint32_t count_calls(const struct rule *rule, struct judgement *judgement)
{
    const struct facts *facts = judgement->facts;
    const int64_t from_us = judged_window_from(judgement, rule->days);
    uint32_t n = 0;
    for (size_t i = facts->n_contacts; i > 0 && facts->contacts[i - 1].at_us >= from_us; i--)
        n += is_counted_call(rule, judgement, &facts->contacts[i - 1]);
    return n;
}

/* The most calls that fell on one day of the window; the one asked about is one of today's. */
static uint32_t busiest_day(const struct rule *rule, struct judgement *judgement)
{
    const struct facts *facts = judgement->facts;
    const int64_t from_us = judged_window_from(judgement, rule->days);
    uint32_t most = 0;
    uint32_t n = 1;
    struct date day = judgement->today_last;
    for (size_t i = facts->n_contacts; i > 0 && facts->contacts[i - 1].at_us >= from_us; i--) {
        const struct fact_contact *contact = &facts->contacts[i - 1];
        if (!is_counted_call(rule, judgement, contact))
            continue;
        struct date date = judged_date_last(judgement, contact->at_us);
        n = date.days == day.days ? n + 1 : 1;
        day = date;
        most = n > most ? n : most;
    }
    return most > n ? most : n;
}

/* He refused to pay or asked to be left alone, though not in the form that ends contact. */
static bool has_refused(const struct judgement *judgement)
{
    const struct facts *facts = judgement->facts;
    for (size_t i = 0; i < facts->n_debts; i++) {
        const struct fact_debt_particulars *debt = debt_particulars(facts, &facts->debts[i]);
        if ((judgement->consumer_debts & DEBT_BIT(i)) != 0 &&
            (has_happened(judgement, debt->refused_at_us) || has_happened(judgement, debt->cease_at_us)))
            return true;
    }
    const struct fact_particulars *particulars = judgement->particulars;
    for (size_t i = 0; i < particulars->n_requests; i++)
        if ((particulars->requests[i].media & MEDIA_PHONE) != 0 &&
            holds_now(judgement, particulars->requests[i].at_us, particulars->requests[i].withdrawn_at_us))
            return true;
    return false;
}

/* Comments 14(b)(2)(i)-2 and (ii)-2: never refuses, but says what a regulator would look at. */
void judge_rebuttal(const struct rule *rule, struct judgement *judgement)
{
    if (judgement->is_to_professional)
        return;
    if (has_refused(judgement))
        (void)judgement_warn(judgement, rule, "the consumer has refused to pay or asked not to be contacted before");
    if (has_close_call(rule, judgement))
        (void)judgement_warn(judgement, rule, "a second call to this number within five minutes");
    /* Telling their days apart costs a conversion each: not where there are too few of them. */
    bool may_be_many = count_calls(rule, judgement) + 1 >= (uint32_t)rule->daily_limit;
    uint32_t n = may_be_many ? busiest_day(rule, judgement) : 0;
    if (n >= (uint32_t)rule->daily_limit)
        (void)judgement_warn(judgement, rule, "%" PRIu32 " calls about this debt on one day", n);
}

/* Comment 14(a)-2: calls and messages add up, whatever each medium's own rule says. */
void judge_cumulative(const struct rule *rule, struct judgement *judgement)
{
    const struct facts *facts = judgement->facts;
    const int64_t from_us = judged_window_from(judgement, rule->days);
    medium_set media = MEDIUM_BIT(judgement->question->medium);
    uint32_t n = 1;
    for (size_t i = facts->n_contacts; i > 0 && facts->contacts[i - 1].at_us >= from_us; i--) {
        const struct fact_contact *contact = &facts->contacts[i - 1];
        if (!counts(rule, judgement, contact, DEBTS_ALL))
            continue;
        media |= MEDIUM_BIT(contact->medium);
        n++;
    }
    bool is_several = (media & (media - 1)) != 0;
    if (is_several && n > (uint32_t)rule->limit)
        (void)judgement_warn(judgement, rule, "%" PRIu32 " contacts over several media in %" PRId32 " days", n,
                             rule->days);
}
