#ifndef DUNLIN_CLI_ASK_H
#define DUNLIN_CLI_ASK_H

#include "cli.h"

/* Queries that any instance of a service answers. What is bound to a partition: account.h. */

/* *ret_reply is owned by the caller: protobuf_c_message_free_unpacked. Fails as bus_call does. */
MUST_USE enum status ask_any(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                             const ProtobufCMessage *request, ProtobufCMessage **ret_reply, struct error *err);

/* The same; the reply as protojson has it is owned by the caller. */
MUST_USE enum status ask_any_json(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                                  const ProtobufCMessage *request, json_t **ret_reply, struct error *err);

/* A text for a field of a request, which protobuf-c declares as char * and only reads; lent. */
char *ask_text(const char *text);

#endif
