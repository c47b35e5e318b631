#ifndef DUNLIN_CLI_DEBIT_CLI_H
#define DUNLIN_CLI_DEBIT_CLI_H

#include "calendar/calendar.h"
#include "cli.h"
#include "id/id.h"
#include "table.h"

/* What the commands about instruments and debits share. */

extern const ProtobufCServiceDescriptor *const DEBIT_SERVICE;

#define DEBIT_AGENCY_OPTION                                                                                            \
    {                                                                                                                  \
        "agency", CONFIG_TEXT, "demo", NULL, 0, 0, "Whose debits, by the agency's slug."                               \
    }

/* A text of the command line as a message has it. */
char *debit_lend(const char *text);

/* A call in the partition of `id`, whose reply is shown with these columns. */
MUST_USE enum status debit_call_and_show(struct cli *cli, const char *method, const ProtobufCMessage *request,
                                         const struct id *id, const struct column *columns, struct error *err);

/* A query of any partition. *ret_reply is owned by the caller. */
MUST_USE enum status debit_ask(struct cli *cli, const char *method, const ProtobufCMessage *request,
                               ProtobufCMessage **ret_reply, struct error *err);

/* The operand `i` as an id; "where" says which command lists them. Ends as cli_usage does. */
MUST_USE enum status debit_operand_id(struct cli *cli, size_t i, const char *what, const char *where, struct id *ret_id,
                                      struct error *err);

/* --<option> as a day; `is_needed`: "" is refused, else it leaves *ret_day alone. Ends as cli_usage does. */
MUST_USE enum status debit_day(struct cli *cli, const char *option, bool is_needed, struct date *ret_day,
                               struct error *err);

#endif
