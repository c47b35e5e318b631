#ifndef DUNLIN_CONTACT_PERMIT_MODEL_H
#define DUNLIN_CONTACT_PERMIT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contact_state.h"
#include "rules/rulebook.h"

/* May this debt be spoken or written of to its debtor now, through this channel? Pure: the answer follows from the
 * rules (rules/rules.h) and from facts that are recorded with every decision, so that a decision can be replayed. */

/* "dispute", ..., "parked", "unreadable_zone", "permit_open", "unposted". */
const char *hold_set_name(unsigned hold);

/* What a permit is asked for. */
struct permit_subject {
    const struct account *account;     /* its person is whole: all accounts, and their attempts */
    const struct contact_point *point; /* of the channel's kind; NULL: the portal */
    enum channel channel;
    enum contact_purpose purpose;
};

/* A contact of the person, seen from the debt and the contact point that are asked about. */
struct permit_contact {
    struct id permit_id; /* tells contacts apart; no rule looks at it */
    int64_t at_us;
    int32_t channel, purpose;
    int32_t telephony, delivery; /* 0: not reported */
    bool is_about_debt;          /* counts toward the debt */
    bool is_about_others;        /* ... toward others of the person */
    bool is_talk_about_debt;     /* a conversation about it */
    bool is_talk_about_others;
    bool is_here; /* at the same contact point */
    bool is_open; /* not reported yet */
};

struct permit_facts {
    struct instant now;
    enum channel channel;
    enum contact_purpose purpose;
    const struct zone *const *zones; /* all candidate zones */
    size_t n_zones;
    hold_set holds;                        /* of the account at the contact point */
    const struct permit_contact *contacts; /* ascending by time */
    size_t n_contacts;
    const char *place_packs; /* packs asked beside those of everybody, for the record; NULL: none */
    const GPtrArray *known;  /* struct person_fact of the person, in the order in which they happened; NULL: none */
    struct id account_id, contact_point_id; /* that facts name */
    enum debt_kind debt_kind;
};

/* Every rule that blocks, the one that will hold longest first, then warnings. What is not known enough to be judged is
 * refused before any rule: "DUNLIN-INCOMPLETE". */
void permit_evaluate(const struct rules_selection *rules, const struct permit_facts *facts,
                     struct rules_verdict *ret_verdict);

/* Who takes it upon himself that a contact is made although rules presume a violation, and why. */
struct permit_override {
    int32_t reason_code; /* of dunlin.contact.v1.OverrideReason */
    const char *reason;
    const char *by; /* NULL: nobody overrides anything */
};

/* Whether a permit is granted: nothing blocks, or all that blocks may be overridden, and somebody does. */
bool permit_is_granted(const struct rules_verdict *verdict, const struct permit_override *override);

/* The same, and until when a permit granted on these facts may be used: `valid_us` from now, but never into hours at
 * which it would be refused; now where it is refused and cannot be overridden. */
void permit_decide(const struct rules_selection *rules, const struct permit_facts *facts, int64_t valid_us,
                   struct rules_verdict *ret_verdict, struct instant *ret_valid_until);

/* The earliest instant at or after `at` at which the hours allow the channel for such a debt in all of the debtor's
 * zones; false where they never meet. */
bool permit_next_open(const struct rules_selection *rules, const struct account *account, enum channel channel,
                      struct instant at, struct instant *ret_open);

/* The instant from which on nothing blocks any more; false where one of the hits has none. */
bool permit_free_from(const struct rules_verdict *verdict, struct instant *ret_free);

/* From when on contacts matter to what may be asked at `now` through this technology. */
int64_t permit_contacts_since(const struct rules_selection *rules, enum technology technology, struct instant now);

/* Facts of what is asked. Attempts and conversations at a number that turned out to be wrong are left out (comment
 * 14(b)(2)(i)-3). `storage` takes the contacts (struct permit_contact, an empty GArray, reused from call to call) and
 * must outlive the facts. */
void permit_gather(const struct rules_selection *rules, const struct permit_subject *subject, bool is_parked,
                   struct instant now, GArray *storage, struct permit_facts *ret_facts);

/* From when on a conversation at `at` no longer forbids calls about its debt; false where it never did. For plans: a
 * step that would only be refused need not be offered. */
bool permit_free_after_conversation(const struct rules_selection *rules, const struct account *account,
                                    struct instant at, struct instant *ret_free);

/* For the record: attempts inside the window of the attempt cap in the zone with most of them; and the local date of
 * the last conversation in the zone where it is latest. */
uint32_t permit_attempts_in_window(const struct rules_verdict *verdict);
int32_t permit_conversation_on_days(const struct permit_facts *facts);

/* The holds that at least one rule for such debts in force on the day of `now` blocks this channel for: others do not
 * stop contact. */
hold_set permit_blocking_holds(const struct rules_selection *rules, enum debt_matter matter, enum channel channel,
                               struct instant now);

/* "medical"; "" for one that nobody named. */
const char *debt_kind_name(enum debt_kind kind);

#endif
