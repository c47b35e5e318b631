#ifndef DUNLIN_RULES_JUDGEMENT_H
#define DUNLIN_RULES_JUDGEMENT_H

#include "rules/rulebook.h"
#include "rules/rules.h"

/* One question being judged: what all rules need, worked out once. Internal to this module. Conversions between
 * instants and local dates cost most; windows of days are therefore turned into instants once, and contacts compared
 * with these. */

#define JUDGED_ZONES_MAX   64
#define JUDGED_WINDOWS_MAX 8

struct local_time {
    struct date date;
    int32_t second;
};

/* Window of `days` local days that ends today: it begins at `from_us` in the zone where it begins first. */
struct judged_window {
    int32_t days;
    int64_t from_us;
};

struct judgement {
    const struct rules_selection *selection;
    const struct facts *facts;
    const struct fact_particulars *particulars; /* of the facts; never NULL */
    const struct question *question;
    struct rules_verdict *verdict;
    int64_t now_us;

    const struct zone *zones[JUDGED_ZONES_MAX]; /* where the person asked about may be; none known: n_zones is 0 */
    struct local_time local[JUDGED_ZONES_MAX];  /* what clocks show there */
    size_t n_zones;
    struct date today_first, today_last; /* over the zones; UTC's where none is known */

    debt_set debts;                     /* asked about, whole student-loan accounts */
    debt_set consumer_debts;            /* those of them that are for personal, family or household purposes */
    const struct fact_address *address; /* NULL: not named */
    enum relation relation;             /* of the person asked about */
    bool is_to_consumer;                /* the consumer, or who counts as one (1006.6(a)) */
    bool is_to_professional;            /* attorney, creditor, consumer reporting agency */
    struct judged_window windows[JUDGED_WINDOWS_MAX];
    size_t n_windows;
    struct rule_hit spare; /* takes what does not fit */
};

/* Records that `rule` blocks or warns; why, as text. The caller may set the hit's next instant. */
struct rule_hit *judgement_hit(struct judgement *judgement, const struct rule *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with a severity other than the rule's. */
struct rule_hit *judgement_warn(struct judgement *judgement, const struct rule *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void rule_hit_ends(struct rule_hit *hit, int64_t at_us);

void judgement_count(struct judgement *judgement, const struct rule *rule, uint32_t count, uint32_t limit);

/* The rule looks at such questions, is for these collectors and debts, and is in force. */
bool rule_applies(const struct judgement *judgement, const struct rule *rule);

/* What is asked about and `rule` is for: the debts, or those that are consumer debts, or those that are none. */
debt_set judged_debts(const struct judgement *judgement, const struct rule *rule);
bool is_asked(const struct judgement *judgement, const struct rule *rule, size_t debt); /* by its index */

/* The instant from which on contacts fall into the last `days` local days, today included, in some zone. */
int64_t judged_window_from(struct judgement *judgement, int32_t days);

/* The earliest instant at which it is day `days_later` after the local day of `at_us`, or later, in every zone. */
int64_t judged_days_later(const struct judgement *judgement, int64_t at_us, int32_t days_later);

/* The local date of an instant in the zone where it is earliest, and latest. */
struct date judged_date_first(const struct judgement *judgement, int64_t at_us);
struct date judged_date_last(const struct judgement *judgement, int64_t at_us);

/* True for an instant that is there and not after the question's. */
bool has_happened(const struct judgement *judgement, int64_t at_us);
/* From `from_us` on and not yet at `until_us` (0: open). */
bool holds_now(const struct judgement *judgement, int64_t from_us, int64_t until_us);

bool claim_holds(const struct question *question, enum claim claim);     /* said, and so */
bool claim_is_denied(const struct question *question, enum claim claim); /* said, and not so */

/* Consents of 1006.6(b)(4) and others. True where one is in force now, for all debts asked about and this hour. */
bool has_consent(const struct judgement *judgement, enum consent_scope scope);
bool has_consent_for_person(const struct judgement *judgement, uint8_t person);
bool has_consent_for_address(const struct judgement *judgement, enum consent_scope scope, uint8_t address);
/* Consent to calls beyond 1006.14(b)(2): in force at `at_us` for these debts. */
bool consent_covers_call(const struct facts *facts, const struct fact_consent *consent, debt_set debts, int64_t at_us);
/* ... of the person asked about, now. */
bool has_call_consent(const struct judgement *judgement, debt_set debts);

/* One response is left to what the person began at or after `since_us`, through the medium asked about. */
bool has_reply_left(const struct judgement *judgement, int64_t since_us);
/* The same where the question says itself that it is a response; else only to what he began within a day. What he began
 * before `held_us`, when he asked for the hold that the response would break, asks for none. */
bool is_permitted_reply(const struct judgement *judgement, int64_t held_us);

/* The consumer of 1006.6: who owes, and spouse, parent of a minor, guardian, executor, successor in interest. */
bool relation_is_consumer(const struct facts *facts, enum relation relation);
/* The consumer of the rest of the part: who owes, or acts for his estate. */
bool relation_is_obligor(const struct facts *facts, enum relation relation);
bool relation_is_professional(enum relation relation);

/* Information about the debt reached somebody (1006.2(d)); a limited-content message and a call that nobody took convey
 * none. */
bool contact_communicates(enum medium medium, enum contact_outcome outcome);

/* Debts of the student-loan accounts that `debts` touches, and `debts`. */
debt_set debts_of_accounts(const struct facts *facts, debt_set debts);

static inline bool medium_is_in(enum medium medium, medium_set media)
{
    return (media & MEDIUM_BIT(medium)) != 0;
}

/* The first instant after the question's, at which hours are open, at which a window of the selection that applies
 * closes, or an inconvenient time begins; `limit_us` where none does before. */
int64_t judged_closing(const struct judgement *judgement, int64_t limit_us);

/* The earliest instant at or after `at_us` at which every window of the selection that applies to the question is open;
 * INT64_MAX where there is none within the look-ahead. */
int64_t judged_next_open(const struct judgement *judgement, int64_t at_us);

#endif
