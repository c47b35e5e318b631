#ifndef DUNLIN_DISPUTE_CODEC_H
#define DUNLIN_DISPUTE_CODEC_H

#include "dispute_model.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"

/* Wire <-> own types. Whatever is made borrows its texts and bytes from what it is made of. */

#define TEXT_MAX_BYTES 1000 /* of a reason or a note in a command */

MUST_USE enum status codec_source(Dunlin__Dispute__V1__DisputeSource wire, enum dispute_source *ret_source,
                                  struct error *err);
/* What ends a dispute with that outcome. RECALLED is refused: that comes with the client's recall alone. */
MUST_USE enum status codec_resolution(Dunlin__Dispute__V1__DisputeOutcome wire, enum dispute_event *ret_event,
                                      struct error *err);

void codec_dispute_view(const struct dispute *dispute, Dunlin__Dispute__V1__DisputeView *ret_view);

#endif
