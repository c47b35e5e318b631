#ifndef DUNLIN_INTAKE_PLACING_H
#define DUNLIN_INTAKE_PLACING_H

#include "intake_mapping.h"
#include "intake_store.h"
#include "service/unit.h"

/* What one PlaceRows or CheckRows call asks for: a batch of rows of one placement. */
struct work {
    const struct placement *placement; /* loaded and locked, borrowed */
    const struct mapping *mapping;     /* borrowed */
    uint32_t batch;
    struct row *rows; /* read; n_rows of them, owned by the work (g_free) */
    size_t n_rows;
    struct row_counts counts; /* set when it is done */
    const char *actor;        /* of the events; NULL: the service */
};

/* Accepts or rejects every row of the works, none of which was done before: writes accounts, debtors, contact points,
 * payments and rejects, emits the events, sets the counts. All rows of one kind go together, so that locks are taken in
 * ascending order over the whole unit and a thousand rows cost ten round trips. texts  owns the rows' texts and what is
 * loaded. Errors are db's: the unit is dead. */
MUST_USE enum status placing_place(struct unit *unit, struct work *works, size_t n_works, GStringChunk *texts,
                                   struct error *err);

/* Counts the rows of a work without placing any: all records whose amount can be read count for the sum. */
void placing_count(struct work *work);

#endif
