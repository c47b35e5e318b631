#ifndef DUNLIN_CLI_REMIT_CLI_H
#define DUNLIN_CLI_REMIT_CLI_H

#include "cli.h"
#include "dunlin/payment/v1/payment.pb-c.h"

/* What the commands about remittances share. */

#define REMIT_AGENCY_OPTION                                                                                            \
    {                                                                                                                  \
        "agency", CONFIG_TEXT, "demo", NULL, 0, 0, "Whose clients they are, by the agency's slug."                     \
    }

extern const ProtobufCServiceDescriptor *const REMIT_SERVICE;

/* Runs by --agency, --client and a key (empty: all); the same of *ret_reply. */
MUST_USE enum status remit_runs(struct cli *cli, const char *run_key, int32_t limit,
                                Dunlin__Payment__V1__ListRemittancesReply **ret_reply, struct error *err);

/* A run as people and machines read it: its figures beside its other fields, and is_finished. */
json_t *remit_run_json(const Dunlin__Payment__V1__RemittanceRun *run, uint32_t parts_of_run);

/* A table of such objects. */
void remit_show_runs(struct cli *cli, const json_t *runs);

#endif
