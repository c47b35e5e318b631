#ifndef DUNLIN_DISPUTE_ESCALATION_CODEC_H
#define DUNLIN_DISPUTE_ESCALATION_CODEC_H

#include "dunlin/dispute/v1/escalation.pb-c.h"
#include "escalation_model.h"

/* Wire <-> own type; what is made borrows its texts from what it is made of. Stored as on the wire. */
void escalation_write(const struct escalation *escalation, Dunlin__Dispute__V1__Escalation *ret_wire);
struct escalation escalation_read(const Dunlin__Dispute__V1__Escalation *wire);

#endif
