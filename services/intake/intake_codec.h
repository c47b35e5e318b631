#ifndef DUNLIN_INTAKE_CODEC_H
#define DUNLIN_INTAKE_CODEC_H

#include <stddef.h>

#include <glib.h>

#include "dunlin/intake/v1/intake.pb-c.h"
#include "intake_model.h"
#include "intake_store.h"

/* Between Dunlin's own types and the wire's. Messages borrow from what they are made of; what they need besides belongs
 * to a scratch. */
struct codec_scratch {
    GPtrArray *allocated;
};
struct codec_scratch codec_scratch_new(void);
/* Frees what the messages made with it point to; it can be used again. */
void codec_scratch_reset(struct codec_scratch *scratch);
void codec_scratch_fini(struct codec_scratch *scratch);

struct codec_placed {
    Dunlin__Intake__V1__AccountPlaced message;
    Dunlin__Intake__V1__Provenance provenance;
};
/* An account with all of its debtor's contact points. The provenance's file name is account->provenance.file_name.
 * `ret` must not move. */
void codec_account_placed(const struct account *account, const struct debtor *debtor, struct codec_scratch *scratch,
                          struct codec_placed *ret);

void codec_provenance(const struct provenance *provenance, Dunlin__Intake__V1__Provenance *ret);

/* The contact points of a debtor at `indexes`, n of them. */
Dunlin__Intake__V1__ContactPoint **codec_contact_points(const struct debtor *debtor, const size_t *indexes, size_t n,
                                                        struct codec_scratch *scratch);

/* placement and progress as they stand. */
void codec_summary(const struct placement *placement, const struct placement_progress *progress,
                   Dunlin__Intake__V1__PlacementSummary *ret);

/* The raw record of a request's row, borrowed. */
struct raw_row codec_raw_row(const Dunlin__Intake__V1__Row *row);

#endif
