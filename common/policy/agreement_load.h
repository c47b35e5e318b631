#ifndef DUNLIN_POLICY_AGREEMENT_LOAD_H
#define DUNLIN_POLICY_AGREEMENT_LOAD_H

#include "policy/agreement.h"
#include "policy/policy_file.h"

/* As agreements_load, of a file that is read; for who checks policies and wants every problem of it. */
MUST_USE enum status agreements_from_file(const struct policy_file *file, struct agreements **ret_agreements,
                                          struct error *err);

#endif
