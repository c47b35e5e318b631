#ifndef DUNLIN_CLI_VERDICT_JSON_H
#define DUNLIN_CLI_VERDICT_JSON_H

#include <jansson.h>

#include "rules/rules.h"

/* What the rules answered, as every command writes it. Each hit {rule, severity, citation, title, is_overridable,
 * detail, next}, those that block first; next null: not while it stands so. Each count {rule, count, limit}. */
json_t *verdict_hits_json(const struct rules_verdict *verdict);
json_t *verdict_counts_json(const struct rules_verdict *verdict);

#endif
