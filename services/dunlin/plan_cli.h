#ifndef DUNLIN_CLI_PLAN_CLI_H
#define DUNLIN_CLI_PLAN_CLI_H

#include "account.h"
#include "cli.h"
#include "dunlin/payment/v1/payment.pb-c.h"

/* What the commands about payment plans share. */

/* Calls dunlin.payment.v1.PaymentService at the partition of `id`. *ret_reply is owned by the caller. */
MUST_USE enum status plan_call(struct cli *cli, const char *method, const ProtobufCMessage *request,
                               const struct id *id, bool is_query, json_t **ret_reply, struct error *err);

/* One plan as people read it, with its instalments; with --json as it is. Consumes it. */
void plan_show(struct cli *cli, json_t *plan);

/* Instalments as a table. */
void plan_show_instalments(struct cli *cli, const json_t *instalments, const char *currency);

/* The option --role. Ends as cli_usage does where it is none. */
MUST_USE enum status plan_role(struct cli *cli, Dunlin__Payment__V1__PlanRole *ret_role, struct error *err);

#define PLAN_ROLE_OPTION                                                                                               \
    {                                                                                                                  \
        "role", CONFIG_TEXT, "collector", NULL, 0, 0,                                                                  \
            "For whom --as speaks: collector, supervisor, manager, compliance or client. Limits are the SOP's."        \
    }

/* Of --every, --from, --day and --second-day. */
MUST_USE enum status plan_rhythm_option(struct cli *cli, Dunlin__Payment__V1__PlanRhythm *ret_rhythm,
                                        struct error *err);
#define PLAN_RHYTHM_OPTIONS                                                                                            \
    {"every", CONFIG_TEXT, "monthly", NULL, 0, 0, "weekly, two-weekly, twice-a-month, monthly, quarterly or yearly."}, \
        {"from", CONFIG_TEXT, NULL, NULL, 0, 0, "The first due date, YYYY-MM-DD."},                                    \
        {"day", CONFIG_INTEGER, "0", NULL, 0, 31, "Day of the month that is wanted; 0: that of the first due date."},  \
    {                                                                                                                  \
        "second-day", CONFIG_INTEGER, "0", NULL, 0, 31, "With twice-a-month: the other day, after --day."              \
    }

#endif
