#ifndef DUNLIN_DISPUTE_COMPLAINT_RECORD_H
#define DUNLIN_DISPUTE_COMPLAINT_RECORD_H

#include "complaint_store.h"
#include "service/unit.h"

#define TIMER_COMPLAINT_DUE "complaint_due" /* of a complaint */

/* What commands and timers have in common once the model has agreed: the complaint is written, its event is in the
 * unit, its timer along. Whatever fails here fails the unit. */
struct complaint_record {
    struct unit *unit;             /* borrowed, as all here */
    struct complaints *complaints; /* all of the accounts that are concerned */
    const struct sop *sop;
    const char *actor; /* on whose behalf; NULL: the service itself */
};

/* Complaints of some ids, and all of their accounts: two round trips. */
MUST_USE enum status complaint_record_load(struct db *db, struct complaints *complaints, GHashTable *ids,
                                           struct error *err);

MUST_USE enum status complaint_record_opened(const struct complaint_record *record, const struct complaint *complaint,
                                             struct error *err);
/* One that complaint_move has just moved by `event`. */
MUST_USE enum status complaint_record_changed(const struct complaint_record *record, struct complaint *complaint,
                                              enum complaint_event event, struct error *err);

/* Complaints whose clock has run out: escalates those that are due still. */
MUST_USE enum status complaint_timers(struct unit *unit, const struct timer *timers, size_t n_timers,
                                      struct error *err);

#endif
