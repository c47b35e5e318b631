#ifndef DUNLIN_CONTACT_FACT_CODEC_H
#define DUNLIN_CONTACT_FACT_CODEC_H

#include "dunlin/contact/v1/contact.pb-c.h"
#include "fact_model.h"

/* Facts: wire <-> own types. */

/* A fact that is recorded at `now`; its id follows from its content and `debtor_id`, so that the same is the same.
 * *ret_fact is owned by the caller. Fails with INVALID_ARGUMENT naming the field. */
MUST_USE enum status fact_codec_read(const Dunlin__Contact__V1__Fact *wire, const struct id *debtor_id,
                                     struct instant now, struct person_fact **ret_fact, struct error *err);

/* One that is on record. */
MUST_USE enum status fact_codec_unpack(const uint8_t *body, size_t len, const struct id *id,
                                       struct person_fact **ret_fact, struct error *err);

/* The message that it came as; NULL without memory. protobuf_c_message_free_unpacked. */
Dunlin__Contact__V1__Fact *fact_codec_wire(const struct person_fact *fact);

#endif
