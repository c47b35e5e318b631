#ifndef DUNLIN_PAYMENT_ALLOCATION_H
#define DUNLIN_PAYMENT_ALLOCATION_H

#include "payment_model.h"
#include "policy/agreement.h"

/* How a payment is applied to an account, and what the agency earns by it, as was agreed with the client. No I/O.
 *
 * Money that the agency holds pays what is owed and no more: the rest is the debtor's, and goes into suspense. Of money
 * that the client received himself the ledger says what he says; an account may be overpaid by it. */

/* What of `paid_minor` (positive) is applied to the account; the rest is for suspense. */
int64_t allocation_applied(const struct account *account, enum paid_to paid_to, int64_t paid_minor);

/* Fills charges, paid_to and fee of the draft of a payment, whose change and value date are there already. */
void allocation_apply(const struct agreements *agreements, const struct account *account, enum paid_to paid_to,
                      struct posting_draft *draft);

/* The same without fee and payee: of a credit, which takes off in the same order and earns nothing. */
void allocation_order(const struct agreements *agreements, const struct account *account, struct posting_draft *draft);

#endif
