#ifndef DUNLIN_CLI_DISPUTE_CLI_H
#define DUNLIN_CLI_DISPUTE_CLI_H

#include "account.h"
#include "cli.h"
#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/dispute/v1/escalation.pb-c.h"

/* What the commands about disputes and complaints share: their calls, the documents that come with them, days, amounts
 * and words of options. Whatever is wrong on the command line ends as cli_usage does. */

/* Rows for the options of a command that changes something. */
#define DISPUTE_OPTIONS                                                                                                \
    ACCOUNT_OPTIONS,                                                                                                   \
    {                                                                                                                  \
        "key", CONFIG_TEXT, "", NULL, 0, 0,                                                                            \
            "Names this command: given again within a week it has one effect, and the first reply comes again. "       \
            "Empty: a new one."                                                                                        \
    }
#define DISPUTE_EVIDENCE_OPTIONS                                                                                       \
    {"document", CONFIG_TEXT, "", NULL, 0, 0, "Name or reference of the document that proves it."},                    \
        {"document-hash",                                                                                              \
         CONFIG_TEXT,                                                                                                  \
         "",                                                                                                           \
         NULL,                                                                                                         \
         0,                                                                                                            \
         0,                                                                                                            \
         "Its hash in hexadecimal, sha256:... or blake2b:... (sha256sum, b2sum -l 256)."},                             \
    {                                                                                                                  \
        "file", CONFIG_TEXT, "", NULL, 0, 0, "The document itself: its name and SHA-256 are taken, nothing is copied." \
    }

/* Calls dunlin.dispute.v1.DisputeService. *ret_reply is owned by the caller. */
MUST_USE enum status dispute_call(struct cli *cli, const char *method, const ProtobufCMessage *request,
                                  const struct id *id, bool is_query, json_t **ret_reply, struct error *err);
/* The same for a command of one that has the option --key. */
MUST_USE enum status dispute_command(struct cli *cli, const char *method, const ProtobufCMessage *request,
                                     const struct id *id, json_t **ret_reply, struct error *err);

#define DISPUTE_HASH_BYTES 32
struct cli_evidence {
    Dunlin__Dispute__V1__Evidence evidence, *list[1];
    size_t n; /* 0: none is named */
    char *name;
    uint8_t hash[DISPUTE_HASH_BYTES];
};
/* Of the options above; cli_evidence_fini in any case. */
MUST_USE enum status cli_evidence_read(struct cli *cli, struct cli_evidence *ret_evidence, struct error *err);
void cli_evidence_fini(struct cli_evidence *evidence);

/* An option's word as the enum's number; 0 where it is empty. */
MUST_USE enum status cli_enum(struct cli *cli, const char *option, const ProtobufCEnumDescriptor *type, int *ret_value,
                              struct error *err);
/* YYYY-MM-DD as days since 1970-01-01; 0 where it is empty. */
MUST_USE enum status cli_day(struct cli *cli, const char *option, int32_t *ret_days, struct error *err);

/* The number of --agency. */
MUST_USE enum status cli_agency(struct cli *cli, int32_t *ret_agency_id, struct error *err);

/* All of an account. */
MUST_USE enum status dispute_list(struct cli *cli, const struct id *account_id, json_t **ret_disputes,
                                  struct error *err);
/* A dispute's id, or a reference whose account has one that is not resolved. Fails with NOT_FOUND. */
MUST_USE enum status dispute_find(struct cli *cli, const char *text, struct id *ret_id, struct error *err);
/* Whose it is. */
MUST_USE enum status dispute_account(struct cli *cli, const struct id *dispute_id, struct id *ret_account_id,
                                     struct error *err);

/* One dispute as people read it; consumes it. */
void dispute_show(struct cli *cli, json_t *dispute);

#endif
