#ifndef DUNLIN_POLICY_AGREEMENT_MAKE_H
#define DUNLIN_POLICY_AGREEMENT_MAKE_H

#include "policy/agreement.h"
#include "policy/agreement_values.h"
#include "policy/policy_file.h"

/* From a file's values to a struct agreements, checking what a schema cannot say; one part of the file a function.
 * Internal to this module. */
struct agreement_maker {
    const struct policy_file *file;
    const struct agreements_values *values;
    struct agreements *agreements;
    struct error *err;
};

MUST_USE enum status agreement_out_of_memory(const struct agreement_maker *maker);

/* True where reading ends with `st`: who passes over a problem returns policy_problem in the end. */
bool agreement_stops(const struct agreement_maker *maker, enum status st);

/* A percentage above 0, or from 0 on, and at most `max`. */
MUST_USE enum status agreement_read_percent(const struct agreement_maker *maker, struct policy_path path,
                                            const char *text, bool may_be_zero, int32_t max, struct rate *ret_rate);

/* Text for people on one line, copied. */
MUST_USE enum status agreement_take_line(const struct agreement_maker *maker, struct policy_path path, const char *text,
                                         char *copy, size_t size);

/* An optional amount of at least `min`; `absent` where it is not said. */
MUST_USE enum status agreement_take_amount(const struct agreement_maker *maker, struct policy_path path,
                                           const int64_t *value, int64_t min, int64_t absent, int64_t *ret_minor);

MUST_USE enum status agreement_make_references(const struct agreement_maker *maker);

/* Parts of the i-th agreement. */
MUST_USE enum status agreement_make_fees(const struct agreement_maker *maker, size_t i);
MUST_USE enum status agreement_make_interest(const struct agreement_maker *maker, size_t i); /* references are made */
MUST_USE enum status agreement_make_debtor_fees(const struct agreement_maker *maker, size_t i);

#endif
