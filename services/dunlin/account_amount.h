#ifndef DUNLIN_CLI_ACCOUNT_AMOUNT_H
#define DUNLIN_CLI_ACCOUNT_AMOUNT_H

#include "cli.h"
#include "id/id.h"
#include "money/money.h"

/* Amounts of money of an account, as operators write them. The row of an options table that is needed: */
#define ACCOUNT_CURRENCY_OPTION                                                                                        \
    {                                                                                                                  \
        "currency", CONFIG_TEXT, "", NULL, 0, 0, "ISO 4217 code. Empty: the account's."                                \
    }

/* "120.50" in the currency named, else in the account's own, which payment is asked for. A wrong or not positive one
 * ends as cli_usage does. */
MUST_USE enum status account_amount(struct cli *cli, const struct id *account_id, const char *text,
                                    struct money *ret_money, struct error *err);

#endif
