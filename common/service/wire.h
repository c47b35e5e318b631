#ifndef DUNLIN_SERVICE_WIRE_H
#define DUNLIN_SERVICE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "id/id.h"
#include "service/service.h"
#include "status/status.h"

/* The small things between protobuf-c's types and ours. What is made for a message borrows from what it is made of. */

ProtobufCBinaryData wire_bytes(const void *bytes, size_t len);
ProtobufCBinaryData wire_id(const struct id *id); /* empty for none */
char *wire_text(const char *text);                /* for fields that protobuf-c declares as char * but only reads */

/* All that can fail does so with INVALID_ARGUMENT naming `field`. An id must not be none. */
MUST_USE enum status wire_read_id(const ProtobufCBinaryData *bytes, const char *field, struct id *ret_id,
                                  struct error *err);
/* An id that the call is routed by, hence of the call's partition. */
MUST_USE enum status wire_read_own_id(const struct service_call *call, const ProtobufCBinaryData *bytes,
                                      const char *field, struct id *ret_id, struct error *err);
/* An id that one of these has read before; none where it was refused. */
struct id wire_known_id(const ProtobufCBinaryData *bytes);

/* UTF-8 of at most `max` bytes; may be empty. */
MUST_USE enum status wire_check_text(const char *text, size_t max, const char *field, struct error *err);

/* The same of what people write freely; card numbers in it are masked in place, before anybody stores or logs it. */
MUST_USE enum status wire_free_text(char *text, size_t max, const char *field, struct error *err);

/* Freed by protobuf_c_message_free_unpacked(message, NULL). NULL says one thing only, that the bytes are no such
 * message: without memory the process ends, as it does in GLib, since nobody may take that for a broken event. */
ProtobufCMessage *wire_unpack(const ProtobufCMessageDescriptor *type, size_t len, const uint8_t *bytes);

/* On whose behalf a call is made, as unit_emit takes it: "user:anna"; NULL, the service itself, where nobody is named.
 */
const char *wire_actor(const struct service_call *call);

#endif
