#ifndef DUNLIN_POLICY_SOP_LOAD_H
#define DUNLIN_POLICY_SOP_LOAD_H

#include "policy/policy_file.h"
#include "policy/sop.h"

/* As sop_load, of a file that is read; for who checks policies and wants every problem of it. */
MUST_USE enum status sop_from_file(const struct policy_file *file, struct sop **ret_sop, struct error *err);

#endif
