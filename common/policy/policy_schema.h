#ifndef DUNLIN_POLICY_POLICY_SCHEMA_H
#define DUNLIN_POLICY_POLICY_SCHEMA_H

#include "policy/policy_file.h"

/* A file against its libcyaml schema, before libcyaml reads it: libcyaml ends with the first problem and knows no line
 * of what is missing; here every problem is told, with its line and, of names, the nearest that there is. Internal to
 * this module. */

/* Fails with INVALID_ARGUMENT. OK also where the file is no YAML: libcyaml says why. */
MUST_USE enum status policy_schema_check(const struct policy_file *file, const cyaml_schema_value_t *schema,
                                         struct error *err);

/* The same with the line known. */
enum status policy_refuse_line(const struct policy_file *file, struct error *err, size_t line, struct policy_path path,
                               const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
