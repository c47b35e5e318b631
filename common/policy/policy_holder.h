#ifndef DUNLIN_POLICY_POLICY_HOLDER_H
#define DUNLIN_POLICY_POLICY_HOLDER_H

#include "policy/agreement.h"
#include "policy/sop.h"
#include "status/status.h"

/* The policies in force and the files that they come from, so that they can be read again. As a worker's context it
 * belongs to one thread: what is here fits struct service_spec. */
struct policy_holder {
    char *sop_path, *agreements_path; /* NULL: not held */
    struct sop *sop;                  /* never NULL once open, where it is held */
    struct agreements *agreements;    /* the same */
};

/* A path that is NULL: the service has no use for that policy. Fails as sop_load and agreements_load do. *ret_holder is
 * a struct policy_holder, owned by the caller (policy_holder_close). */
MUST_USE enum status policy_holder_open(const char *sop_path, const char *agreements_path, void **ret_holder,
                                        struct error *err);

/* Reads the files again, all or none: where one is bad both policies stay; where none is, the old ones are freed. */
MUST_USE enum status policy_holder_reload(void *holder, struct error *err);

/* Copes with NULL. */
void policy_holder_close(void *holder);

#endif
