#ifndef DUNLIN_POLICY_SOP_REACH_H
#define DUNLIN_POLICY_SOP_REACH_H

#include "policy/sop.h"

/* Which accounts each class can ever get, and so which of them come into each strategy: what of an SOP can never
 * happen. Exact for classes, but for SOP_REACH_BOXES_MAX. Pure. */

/* The conditions of a class are a box of facts; what earlier classes leave of it is many boxes. Where they become more
 * than this, the class counts as reachable. */
#define SOP_REACH_BOXES_MAX 4096

/* Bounds of all facts of the accounts; INT64_MIN / INT64_MAX: open. */
struct sop_reach {
    bool is_possible;   /* some account has such facts */
    bool is_reachable;  /* and some of those are left by the classes before */
    size_t shadowed_by; /* where not: the one class before that takes all of them; n_classes: several do together */
    int64_t min[SOP_FACT_COUNT], max[SOP_FACT_COUNT];
};

/* *ret_reaches has n_classes entries, free()d by the caller. Fails with RESOURCE_EXHAUSTED. */
MUST_USE enum status sop_reach_classes(const struct sop *sop, struct sop_reach **ret_reaches, struct error *err);

/* True where some account has facts that fulfil all of them. */
bool sop_conditions_can_hold(const struct sop_condition *conditions, size_t n);

/* The accounts that classes bring into the strategy together. Not reachable: no class leads to it. */
struct sop_reach sop_reach_strategy(const struct sop *sop, const struct sop_reach *reaches, const char *strategy);

#endif
