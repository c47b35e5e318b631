#ifndef DUNLIN_DISPUTE_COMPLAINT_CODEC_H
#define DUNLIN_DISPUTE_COMPLAINT_CODEC_H

#include "complaint_model.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"

/* Wire <-> own type, which is also how a complaint is stored. Each borrows from the other. */
void complaint_write(const struct complaint *complaint, Dunlin__Dispute__V1__Complaint *ret_wire);
struct complaint complaint_read(const Dunlin__Dispute__V1__Complaint *wire);

#endif
