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

/* The operand `i` as an id; "where" says which command lists them. Ends as cli_usage does. */
MUST_USE enum status debit_operand_id(struct cli *cli, size_t i, const char *what, const char *where, struct id *ret_id,
                                      struct error *err);

/* --<option> as a day; `is_needed`: "" is refused, else it leaves *ret_day alone. Ends as cli_usage does. */
MUST_USE enum status debit_day(struct cli *cli, const char *option, bool is_needed, struct date *ret_day,
                               struct error *err);

#endif
