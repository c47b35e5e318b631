#ifndef DUNLIN_CLI_PROTOJSON_H
#define DUNLIN_CLI_PROTOJSON_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "status/status.h"

/* Any message of our contracts as JSON, by its descriptor. Names are the fields' own, with what they mean made
 * readable: 16 bytes            a UUID as text; other bytes in hexadecimal <x>_at_us and the like  "<x>_at": an RFC
 * 3339 instant, null for 0 (durations such as p99_us stay numbers) <x>_on_days         "<x>_on": an ISO 8601 date, null
 * for 0 an enum             its value's name in lower case without the enum's name: "open"; null for UNSPECIFIED an
 * absent oneof     left out Amounts stay "<x>_minor" beside their currency. */
json_t *protojson(const ProtobufCMessage *message);

/* The number of the value that people write as `text` ("opt-out-calls" or "opt_out_calls"). Fails with INVALID_ARGUMENT
 * that names `what` and lists them all. */
MUST_USE enum status protojson_parse_enum(const ProtobufCEnumDescriptor *type, const char *what, const char *text,
                                          int *ret_value, struct error *err);

/* The message type with a full name ("dunlin.intake.v1.AccountPlaced") of the contract; NULL where it is unknown. */
const ProtobufCMessageDescriptor *protojson_event_type(const char *name);

#endif
