#ifndef DUNLIN_CONTACT_PERMIT_MODEL_H
#define DUNLIN_CONTACT_PERMIT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contact_state.h"
#include "policy/rulepack.h"

/* May this account be called at this number now? Pure: the answer follows from a rulebook and from facts that are
 * recorded with every decision, so that a decision can be replayed.
 *
 * Times are judged by the debtor's local calendar in every zone where he may be; the zone in which a rule blocks
 * decides (1006.6(b)(1)(i), comment 2; 1006.14(b)(2)). */

/* "dispute", ..., "parked", "unreadable_zone", "permit_open", "payment_unposted". */
const char *hold_set_name(unsigned hold);

struct permit_facts {
    struct instant now;
    const struct zone *const *zones; /* all candidate zones */
    size_t n_zones;
    hold_set holds;               /* of the account at the contact point */
    const int64_t *counted_at_us; /* attempts that count toward the debt, ascending */
    size_t n_counted;
    int64_t conversation_at_us; /* the last one about the debt; 0: none */
};

#define RULE_DETAIL_SIZE 192
struct rule_hit {
    const char *rule; /* id; lent by the rulebook */
    const char *citation;
    char detail[RULE_DETAIL_SIZE];
    bool has_next;       /* false: not while the state is as it is */
    struct instant next; /* the earliest instant at which this rule no longer blocks */
};

/* More than any set of packs can raise at once today (one a hold, and six); beyond it hits are not listed, and the
 * refusal stays a refusal. */
#define PERMIT_HITS_MAX 64
struct permit_hits {
    struct rule_hit hits[PERMIT_HITS_MAX];
    size_t n;
};

/* Every rule that blocks, the one that will hold longest first. None: granted. */
void permit_evaluate(const struct rulebook *rulebook, const struct permit_facts *facts, struct permit_hits *ret_hits);

/* Until when a permit granted on these facts may be dialed: `valid_us` from now, but never into hours at which it would
 * be refused. */
struct instant permit_valid_until(const struct rulebook *rulebook, const struct permit_facts *facts, int64_t valid_us);

/* The instant from which on no hit blocks any more; false where one of them has none. */
bool permit_hits_next(const struct permit_hits *hits, struct instant *ret_next);

/* Facts of an account at one of its debtor's contact points. Attempts and conversations at a number that turned out to
 * be wrong are left out (comment 14(b)(2)(i)-3). `storage` takes the counted attempts (an empty GArray of int64_t,
 * reused from call to call) and must outlive the facts. */
void permit_gather(const struct rulebook *rulebook, const struct account *account, const struct contact_point *point,
                   bool is_parked, struct instant now, GArray *storage, struct permit_facts *ret_facts);

/* The longest window over the rules, in days: how far back attempts matter. */
int32_t permit_window_days(const struct rulebook *rulebook);

/* From when on a conversation at `at` no longer forbids calls about its debt; false where it never did. For plans: a
 * step that would only be refused need not be offered. */
bool permit_free_after_conversation(const struct rulebook *rulebook, const struct debtor *debtor, struct instant at,
                                    struct instant *ret_free);

/* For the record: attempts inside the window of the attempt cap in the zone with most of them; and the local date of
 * the last conversation in the zone where it is latest. */
uint32_t permit_attempts_in_window(const struct rulebook *rulebook, const struct permit_facts *facts);
int32_t permit_conversation_on_days(const struct permit_facts *facts);

/* The holds that at least one rule blocks for: others do not stop contact. */
hold_set permit_blocking_holds(const struct rulebook *rulebook);

#endif
