#ifndef DUNLIN_POLICY_SOP_MAKE_H
#define DUNLIN_POLICY_SOP_MAKE_H

#include "policy/policy_file.h"
#include "policy/sop.h"
#include "policy/sop_values.h"

/* From a file's values to a struct sop, checking what a schema cannot say; one part of the file a function. Internal to
 * this module. */
struct sop_maker {
    const struct policy_file *file;
    const struct sop_values *values;
    struct sop *sop;
    struct error *err;
};

MUST_USE enum status sop_out_of_memory(const struct sop_maker *maker);
MUST_USE enum status sop_check_range(const struct sop_maker *maker, struct policy_path path, int64_t value, int64_t min,
                                     int64_t max);

/* The conditions of the field at `path`; *ret_conditions has n_values entries. */
MUST_USE enum status sop_make_conditions(const struct sop_maker *maker, const char *path,
                                         const struct condition_values *values, size_t n_values,
                                         struct sop_condition **ret_conditions);

MUST_USE enum status sop_make_strategies(const struct sop_maker *maker);
MUST_USE enum status sop_make_classes(const struct sop_maker *maker); /* of strategies that are made */
MUST_USE enum status sop_make_governance(const struct sop_maker *maker);

MUST_USE enum status sop_make_payments(const struct sop_maker *maker);

/* INVALID_ARGUMENT: "no strategy 'firm'; there are: soft". */
MUST_USE enum status sop_refuse_strategy(const struct sop_maker *maker, struct policy_path path, const char *strategy);

#endif
