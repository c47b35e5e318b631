#ifndef DUNLIN_TEMPLATE_TEMPLATE_LOAD_H
#define DUNLIN_TEMPLATE_TEMPLATE_LOAD_H

#include "policy/policy_file.h"
#include "template/template.h"

/* One file as a template. Internal to this module and to who checks policies. */
extern const cyaml_schema_value_t TEMPLATE_SCHEMA;

/* *ret_template on STATUS_OK; template_fini frees what it holds. */
MUST_USE enum status template_from_file(const struct policy_file *file, struct template *ret_template,
                                        struct error *err);
void template_fini(struct template *template);

/* Languages of one message say the same: the field in which they do not, NULL where all agree. */
const char *template_difference(const struct template *template, const struct template *standard);

#endif
