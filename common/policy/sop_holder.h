#ifndef DUNLIN_POLICY_SOP_HOLDER_H
#define DUNLIN_POLICY_SOP_HOLDER_H

#include "policy/sop.h"
#include "status/status.h"

/* The SOP in force and the file that it comes from, so that it can be read again. As a worker's context it belongs to
 * one thread: what is here fits struct service_spec. */
struct sop_holder {
    char *path;
    struct sop *sop; /* never NULL once open */
};

/* Fails as sop_load does. *ret_holder is a struct sop_holder, owned by the caller (sop_holder_close). */
MUST_USE enum status sop_holder_open(const char *path, void **ret_holder, struct error *err);

/* Reads the file again. Where that fails the SOP stays; where it does not, the old one is freed. */
MUST_USE enum status sop_holder_reload(void *holder, struct error *err);

/* Copes with NULL. */
void sop_holder_close(void *holder);

#endif
