#ifndef DUNLIN_PAYMENT_FEE_MODEL_H
#define DUNLIN_PAYMENT_FEE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "id/id.h"
#include "payment_model.h"
#include "policy/agreement.h"
#include "status/status.h"

/* Fees and costs that a debtor owes beside his debt: no I/O, no clock. 12 CFR 1006.22(b): only what the agreement that
 * made the debt expressly authorises or a law permits; what the client's agreement does not have is not charged. */

/* A fee that was charged: a row of payment.debtor_fee. Texts are borrowed. */
struct fee {
    struct id fee_id; /* also of its posting */
    struct id account_id;
    const char *code;
    enum agreement_bucket bucket;
    int64_t amount_minor;
    enum agreement_basis basis;
    const char *evidence, *agreement_version;
    int32_t charged_on_days;
    const char *reason;
    struct instant charged_at;
    const char *waived_reason; /* "" unless it was waived */
    struct instant waived_at;  /* us 0: it was not */
};

bool fee_is_waived(const struct fee *fee);

/* What decides whether a fee may be charged. */
struct fee_facts {
    const struct account *account; /* borrowed */
    int64_t charged_minor;         /* of this code so far, what was waived left out */
    bool has_judgment;
    enum agreement_basis interest; /* of the account's interest; 0: it bears none */
};

/* What the fee comes to now. The smallest cap holds: the agreement's, and by statute the law's (EUR 40 by Directive
 * 2011/7/EU art. 6, of accounts in euro; GBP 40, 70 or 100 by the Act of 1998 s. 5A, once for each debt). Fails with
 * FAILED_PRECONDITION: recalled; the debtor is bankrupt; none before a judgment; by statute, where the account bears no
 * interest by that statute (it is no debt between businesses) or is in another currency than the law's sum; the cap is
 * reached; it comes to nothing. */
MUST_USE enum status fee_decide(const struct agreement_debtor_fee *fee, const struct fee_facts *facts,
                                int64_t *ret_minor, struct error *err);

/* The draft that charges it. */
struct posting_draft fee_draft(const struct fee *fee, const struct account *account);

/* Id of the posting that takes the fee off. */
struct id fee_waiver_id(const struct id *fee_id);

/* The draft that takes the whole fee off: of its bucket as far as it is owed there; what was paid of it paid the rest
 * of the debt then. Fails with FAILED_PRECONDITION where less than the fee is owed on the account: what was paid is to
 * be paid back by another way then. */
MUST_USE enum status fee_draft_waiver(const struct fee *fee, const struct account *account, const char *reason,
                                      struct instant at, struct posting_draft *ret_draft, struct error *err);

#endif
