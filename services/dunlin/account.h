#ifndef DUNLIN_CLI_ACCOUNT_H
#define DUNLIN_CLI_ACCOUNT_H

#include "cli.h"
#include "id/id.h"
#include "table.h"

/* Which account the operator means. Rows for the options table of a command that uses it. */
#define ACCOUNT_OPTIONS                                                                                                \
    {"agency", CONFIG_TEXT, "demo", NULL, 0, 0, "Agency of the account, by its slug."},                                \
    {                                                                                                                  \
        "client", CONFIG_TEXT, "", NULL, 0, 0, "The client whose reference it is, where several have the same."        \
    }

/* `text` is an account id, or a client's reference that intake knows. Fails with NOT_FOUND. */
MUST_USE enum status account_find(struct cli *cli, const char *text, struct id *ret_id, struct error *err);

/* One call bound to the partition of `id`, with a key of its own unless it is a query. *ret_reply is owned by the
 * caller: protobuf_c_message_free_unpacked. */
MUST_USE enum status account_call(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                                  const ProtobufCMessage *request, const struct id *id, bool is_query,
                                  ProtobufCMessage **ret_reply, struct error *err);

/* The same; the reply as protojson has it is owned by the caller. */
MUST_USE enum status account_call_json(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                                       const ProtobufCMessage *request, const struct id *id, bool is_query,
                                       json_t **ret_reply, struct error *err);

/* A command; its reply is shown, with these columns to people. */
MUST_USE enum status account_call_and_show(struct cli *cli, const ProtobufCServiceDescriptor *service,
                                           const char *method, const ProtobufCMessage *request, const struct id *id,
                                           const struct column *columns, struct error *err);

/* A command under the caller's own key, so that it can be given again with one effect; "": a new key. */
MUST_USE enum status account_call_once(struct cli *cli, const ProtobufCServiceDescriptor *service, const char *method,
                                       const ProtobufCMessage *request, const struct id *id, const char *key,
                                       ProtobufCMessage **ret_reply, struct error *err);

/* An id as a field of a message; borrows it. */
ProtobufCBinaryData account_bytes(const struct id *id);

/* An id out of JSON made by protojson; false where it is none. */
bool account_json_id(const json_t *object, const char *key, struct id *ret_id);

#endif
