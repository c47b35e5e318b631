#ifndef DUNLIN_PAYMENT_PLAN_CODEC_H
#define DUNLIN_PAYMENT_PLAN_CODEC_H

#include "dunlin/payment/v1/plan.pb-c.h"
#include "plan_agreement.h"

/* Wire <-> own types of plans. Whatever is made borrows its texts and bytes from what it is made of. */

/* Instalments as a message has them; some 24 KiB. */
struct plan_rows {
    Dunlin__Payment__V1__PlanInstalment rows[PLAN_INSTALMENTS_MAX];
    Dunlin__Payment__V1__PlanInstalment *list[PLAN_INSTALMENTS_MAX];
};
void plan_fill_rows(const struct plan_schedule *schedule, struct plan_rows *ret_rows);

/* A plan as a reply has it. Must not move once it is filled. */
struct plan_wire {
    Dunlin__Payment__V1__PlanView view;
    struct plan_rows rows;
};
void plan_fill_view(const struct plan_agreement *agreement, const struct posting *discount, struct date today,
                    struct plan_wire *ret_wire);

/* All that can fail does so with INVALID_ARGUMENT naming the field. */
MUST_USE enum status plan_read_role(Dunlin__Payment__V1__PlanRole wire, enum sop_role *ret_role, struct error *err);
/* `wire` may be NULL, which is refused. */
MUST_USE enum status plan_read_rhythm(const Dunlin__Payment__V1__PlanRhythm *wire, struct plan_rhythm *ret_rhythm,
                                      struct error *err);

/* Terms of a request for an account on which so much is owed. `steps` has room for PLAN_INSTALMENTS_MAX. */
MUST_USE enum status plan_read_terms(const Dunlin__Payment__V1__AgreePlanRequest *request, int64_t owed_minor,
                                     struct plan_step *steps, struct plan_terms *ret_terms, struct error *err);

#endif
