#ifndef DUNLIN_PAYMENT_PLAN_AUTHORITY_H
#define DUNLIN_PAYMENT_PLAN_AUTHORITY_H

#include <stddef.h>
#include <stdint.h>

#include "plan_schedule.h"
#include "policy/sop.h"

/* Who may agree to a plan: the SOP's limits of authority, and who decides where they are passed. */

/* Limits that a plan passes, as bits. */
enum plan_limit {
    PLAN_LIMIT_MINIMUM = 1 << 0,  /* an instalment is smaller than he may accept; the last one may be, it is the rest */
    PLAN_LIMIT_TERM = 1 << 1,     /* it takes more months than he may grant */
    PLAN_LIMIT_DISCOUNT = 1 << 2, /* it forgives more than he may */
    PLAN_LIMIT_NONE = 1 << 3,     /* the SOP names no authority for his role: he may agree to nothing */
};

struct plan_request {
    const struct plan_schedule *schedule; /* borrowed */
    int64_t owed_minor;
    int64_t discount_minor; /* 0: no settlement */
    struct date agreed_on;
};

struct plan_verdict {
    unsigned beyond;           /* bits of enum plan_limit; 0: he may */
    enum sop_role approval_by; /* who may instead; 0: he may himself, or nobody may */
};

/* The plan's term against the limit: months from the day it was agreed on to its last due date, one that has begun
 * counting as a whole. A single payment within a month of that day is no plan, its term is 0. */
int32_t plan_term_of(const struct plan_schedule *schedule, struct date agreed_on);

/* May `role` agree to it? If not, approvals are followed from role to role (sop_authority.approval_by) up to the first
 * whose limits suffice; a client's decisions have no limit. From a role without an authority of its own it is the first
 * of the SOP that suffices. `authorities` are n of an SOP, borrowed. */
struct plan_verdict plan_authority_judge(const struct sop_authority *authorities, size_t n, enum sop_role role,
                                         const struct plan_request *request);

/* NULL where the role has none. */
const struct sop_authority *plan_authority_of(const struct sop_authority *authorities, size_t n, enum sop_role role);

#endif
