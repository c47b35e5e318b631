#ifndef DUNLIN_RULES_RULE_VALUES_H
#define DUNLIN_RULES_RULE_VALUES_H

#include "policy/policy_file.h"
#include "rules/rulebook.h"

/* A rule as its file says it, and what becomes of it. Internal to this module. */
struct rule_values;

struct pack_values {
    char name[SOP_CODE_SIZE];
    char title[192];
    struct rule_values *rules;
    unsigned n_rules;
};

extern const cyaml_schema_value_t PACK_SCHEMA;

/* Makes rules[index] of values->rules[index]; rules before it are made. Fails with INVALID_ARGUMENT: an unknown or
 * missing or mistyped parameter, an id that is there twice with overlapping dates, low confidence. */
MUST_USE enum status rule_from_values(const struct policy_file *file, const struct pack_values *values, size_t index,
                                      struct rule *rules, struct error *err);

#endif
