#ifndef DUNLIN_CONTACT_BALANCE_MODEL_H
#define DUNLIN_CONTACT_BALANCE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "contact_state.h"

/* Whether anything is owed, as far as contact must know it. Pure.
 *
 * Clients say of money what the ledger (payment) takes in only later, and so does the end of a dispute; contact hears
 * both off the same log. A payment or a credit may settle the account, so that nothing is known of it until the ledger
 * has spoken (unposted_seq); that nothing is
 * owed is known at once (HOLD_PAID), and no balance that was computed before it lifts that again (restated_seq).
 *
 * The ledger answers each such event by a balance that names its position as the cause, and an account's balances come
 * in the order of its postings: one whose cause is at `seq` or behind it has everything up to `seq` in it, and so have
 * all after it. A balance by command has no cause and answers nothing: what payment had heard by then is not said.
 *
 * Each is true where something changed. */

/* At the log position `seq` the client reports a payment, or the end of a dispute grants a credit: the ledger will take
 * it in. */
bool balance_in_doubt(struct account *account, int64_t seq);

/* The client states what is owed. What is still owed only the ledger knows; that nothing is holds at once. */
bool balance_restated(struct account *account, int64_t balance_minor, int64_t seq);

/* What is owed is kept from here on: a dispute of a part was heard of, and says what it was then. Where it is kept
 * already, what the ledger said is newer. */
bool balance_keep(struct account *account, int64_t owed_minor);

/* The ledger says what is owed, because of the event at `cause_seq`; 0: by command. */
bool balance_changed(struct account *account, int64_t balance_minor, int64_t cause_seq);

#endif
