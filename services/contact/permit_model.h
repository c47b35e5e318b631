#ifndef DUNLIN_CONTACT_PERMIT_MODEL_H
#define DUNLIN_CONTACT_PERMIT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contact_state.h"
#include "rules/rulebook.h"

/* May this account be called at this number now? Pure: the answer follows from the rules (rules/rules.h) and from facts
 * that are recorded with every decision, so that a decision can be replayed. */

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

/* Every rule that blocks, the one that will hold longest first, then warnings. What is not known enough to be judged is
 * refused before any rule: "DUNLIN-INCOMPLETE". */
void permit_evaluate(const struct rules_selection *rules, const struct permit_facts *facts,
                     struct rules_verdict *ret_verdict);

/* Until when a permit granted on these facts may be dialed: `valid_us` from now, but never into hours at which it would
 * be refused. */
struct instant permit_valid_until(const struct rules_selection *rules, const struct permit_facts *facts,
                                  int64_t valid_us);

/* The earliest instant at or after `at` at which the hours allow calls in all of the debtor's zones; false where they
 * never meet. */
bool permit_next_open(const struct rules_selection *rules, const struct debtor *debtor, struct instant at,
                      struct instant *ret_open);

/* The instant from which on nothing blocks any more; false where one of the hits has none. */
bool permit_free_from(const struct rules_verdict *verdict, struct instant *ret_free);

/* Facts of an account at one of its debtor's contact points. Attempts and conversations at a number that turned out to
 * be wrong are left out (comment 14(b)(2)(i)-3). `storage` takes the counted attempts (an empty GArray of int64_t,
 * reused from call to call) and must outlive the facts. */
void permit_gather(const struct rules_selection *rules, const struct account *account,
                   const struct contact_point *point, bool is_parked, struct instant now, GArray *storage,
                   struct permit_facts *ret_facts);

/* From when on a conversation at `at` no longer forbids calls about its debt; false where it never did. For plans: a
 * step that would only be refused need not be offered. */
bool permit_free_after_conversation(const struct rules_selection *rules, const struct debtor *debtor, struct instant at,
                                    struct instant *ret_free);

/* For the record: attempts inside the window of the attempt cap in the zone with most of them; and the local date of
 * the last conversation in the zone where it is latest. */
uint32_t permit_attempts_in_window(const struct rules_verdict *verdict);
int32_t permit_conversation_on_days(const struct permit_facts *facts);

/* The holds that at least one rule in force on the day of `now` blocks for: others do not stop contact. */
hold_set permit_blocking_holds(const struct rules_selection *rules, struct instant now);

#endif
