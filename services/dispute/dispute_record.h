#ifndef DUNLIN_DISPUTE_RECORD_H
#define DUNLIN_DISPUTE_RECORD_H

#include "dispute_book.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "service/unit.h"

#define TIMER_VERIFICATION_DUE "verification_due" /* of a dispute */

/* What commands, events and timers have in common once the model has agreed: the change goes into the book, its event
 * into the unit, its timer along. Whatever fails here fails the unit. */
struct record {
    struct unit *unit; /* borrowed */
    struct book *book; /* borrowed */
    const char *actor; /* on whose behalf; NULL: the service itself */
    /* Documents that came with the step, checked; borrowed. */
    Dunlin__Dispute__V1__Evidence *const *evidence;
    size_t n_evidence;
};

/* The debtor disputes the debt. Where a dispute of it is not answered, saying so again is that one, amended where the
 * claim demands more. Otherwise it is a new one; where the last one is answered, it repeats that one, which is resolved
 * as REPEATED: what was answered is disputed again, and nobody collects until this is answered too (12 CFR
 * 1006.38(a)(1), (d)(2)(ii)). *ret_dispute, the book's, is lent; may be NULL. */
MUST_USE enum status record_claim(const struct record *record, struct account *account,
                                  const struct dispute_claim *claim, const struct dispute **ret_dispute,
                                  struct error *err);

/* A dispute of the account that the model has just moved by `event`. */
MUST_USE enum status record_move(const struct record *record, struct account *account, struct dispute *dispute,
                                 enum dispute_event event, struct error *err);

#endif
