#ifndef DUNLIN_PAYMENT_PLAN_AGREEMENT_H
#define DUNLIN_PAYMENT_PLAN_AGREEMENT_H

#include "payment_model.h"
#include "plan_authority.h"
#include "plan_model.h"

/* A payment plan of an account, and what the account's postings do to it. No I/O, no clock.
 *
 * An account has one plan at most that its postings flow through (active, on hold, or completed and not followed by
 * another), and one that waits for approval. */
struct plan_agreement {
    struct plan plan;
    struct id debtor_id;
    int32_t agency_id;
    enum plan_frequency frequency;
    struct money owed;          /* when it was agreed on */
    enum sop_role role;         /* who agreed */
    enum sop_role approval_by;  /* who may approve it; 0: nobody needed to */
    int32_t made_after;         /* number of the account's last posting before it */
    struct instant agreed_at;   /* or proposed */
    struct id instrument_id;    /* by which instalments are collected; none */
    struct id terms_id;         /* a digest of what was asked for: the same again is the same agreement */
    struct id discount_posting; /* the credit of a kept settlement; none */
    const char *agreed_by;      /* texts are borrowed, and never NULL */
    const char *approved_by;
    const char *reason;    /* of the last hold, or of its end */
    bool waits_to_collect; /* on hold because less may be collected than it asks for, and resumed once it may */
};

/* By which plans are judged that are agreed on from now on. */
struct plan_policy plan_policy_of(const struct sop_plans *plans);

/* The account may get a plan: `running` is the one that its postings flow through, `proposed` the one that waits; NULL
 * where there is none. `replaces`: an earlier plan that the new one stands in for; NULL: none. Fails with
 * FAILED_PRECONDITION naming the plan that is in the way, or because nothing may be collected. */
MUST_USE enum status plan_check_room(const struct account *account, const struct plan_agreement *running,
                                     const struct plan_agreement *proposed, const struct plan_agreement *replaces,
                                     struct error *err);

/* The first instalment is not due before the day it is agreed on; one day of leeway, for the debtor's day may be behind
 * UTC's. Fails with INVALID_ARGUMENT. */
MUST_USE enum status plan_check_begin(const struct plan *plan, struct date agreed_on, struct error *err);

/* PERMISSION_DENIED: which limits of `role` are passed, and who may. `verdict` is beyond them. */
MUST_USE enum status plan_refuse(const struct plan_verdict *verdict, const struct sop_authority *authorities, size_t n,
                                 enum sop_role role, struct error *err);

/* Moves a proposed plan to active on `on`, in the place of `replaces` (NULL: of none): what was paid since it was
 * proposed fills its instalments, and no more is open on it than is owed. Fails with FAILED_PRECONDITION where it is
 * not proposed, or `replaces` cannot be replaced; both are untouched then. */
MUST_USE enum status plan_agree(struct plan_agreement *agreement, struct plan_agreement *replaces, int64_t owed_minor,
                                struct date on, struct error *err);

/* What a posting, just made on the account and leaving `owed_minor`, does to it: a payment fills instalments, and is
 * taken down where the plan waits for approval; the reversal of one that was posted after it was agreed on is taken
 * back; whatever is no longer owed is not collected. Its state says what became of it. */
void plan_settle(struct plan_agreement *agreement, const struct posting *posting, int64_t owed_minor);

/* The posting reverses a payment that was posted after it was agreed on. */
bool plan_counts_back(const struct plan_agreement *agreement, const struct posting *posting);

int64_t plan_paid(const struct plan *plan);

/* When something happens to it by itself: the end of the first due date for one that waits, the next day on which an
 * instalment may be missed for an active one. False: nothing does. */
bool plan_next_look(const struct plan *plan, struct instant *ret_at);

#endif
