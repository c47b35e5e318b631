#ifndef DUNLIN_CLI_DEBTOR_PAYMENT_CLI_H
#define DUNLIN_CLI_DEBTOR_PAYMENT_CLI_H

#include "cli.h"

/* `dunlin pay` where one payment is for several debts of a debtor. Options of the command that these read: those of
 * ACCOUNT_OPTIONS, currency, reference, on, debtor-of, reverse-payment, reason. */

/* True where the command line asks for it: --debtor-of, or operands ACCOUNT=AMOUNT. */
bool debtor_payment_is_meant(const struct cli *cli);
MUST_USE enum status debtor_payment_run(struct cli *cli, struct error *err);
/* --reverse-payment. */
MUST_USE enum status debtor_payment_run_reverse(struct cli *cli, struct error *err);

#endif
