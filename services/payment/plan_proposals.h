#ifndef DUNLIN_PAYMENT_PLAN_PROPOSALS_H
#define DUNLIN_PAYMENT_PLAN_PROPOSALS_H

#include <stdint.h>

#include "plan_schedule.h"
#include "policy/sop.h"
#include "status/status.h"

/* Plans to offer to a debtor: from what he can pay each period and what he owes, within the authority of whoever offers
 * them. Nothing is decided here; plan_authority_judge says yes to each. */

enum plan_proposal_kind {
    PLAN_AT_ONCE = 1, /* all in one payment, less the settlement's discount */
    PLAN_SHORTEST,    /* instalments of all that he can pay */
    PLAN_LONGEST,     /* the smallest instalments that the authority allows */
};
#define PLAN_PROPOSALS_MAX 3

struct plan_wish {
    int64_t owed_minor;
    int64_t budget_minor;      /* what he can pay on each due date */
    struct plan_rhythm rhythm; /* of his income */
    struct date agreed_on;     /* today */
    struct date pay_by;        /* PLAN_AT_ONCE: from today to a month ahead */
    int32_t
        settlement_percent; /* the discount that the policy offers for it, 0 to 99; never more than the authority's */
};

struct plan_proposal {
    enum plan_proposal_kind kind;
    int64_t discount_minor; /* rounded down */
    struct date ends_on;
    struct plan_schedule schedule;
};

/* Why there are no instalments to offer. */
enum plan_misfit {
    PLAN_FITS = 0,
    PLAN_MISFIT_NOTHING_OWED,
    PLAN_MISFIT_NO_PLANS,      /* the authority grants none, or the first due date lies beyond its term */
    PLAN_MISFIT_BELOW_MINIMUM, /* he can pay less than the smallest instalment that may be accepted: needed_minor */
    PLAN_MISFIT_TOO_LONG,      /* it would take longer than may be granted; in time it takes needed_minor a period */
};

/* A plain value of some 40 KiB. */
struct plan_proposals {
    int32_t n; /* in the order of the kinds, each at most once; the longest only where it has more instalments */
    struct plan_proposal proposals[PLAN_PROPOSALS_MAX];
    enum plan_misfit misfit;
    int64_t needed_minor;
};

const char *plan_misfit_text(enum plan_misfit misfit);

/* Fails with INVALID_ARGUMENT (a negative budget, pay_by not within a month from agreed_on, a rhythm that is none or
 * begins before agreed_on, settlement_percent not 0 to 99). */
MUST_USE enum status plan_proposals_make(const struct plan_wish *wish, const struct sop_authority *authority,
                                         struct plan_proposals *ret_proposals, struct error *err);

#endif
