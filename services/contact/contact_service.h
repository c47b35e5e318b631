#ifndef DUNLIN_CONTACT_SERVICE_H
#define DUNLIN_CONTACT_SERVICE_H

#include <stdint.h>

#include "contact_rules.h"
#include "contact_state.h"
#include "policy/sop.h"
#include "service/service.h"

extern const struct service_spec CONTACT_SPEC;

/* A worker's context: what it decides by. Replaced as a whole on SIGHUP. */
struct contact_context {
    char *sop_path, *rules_path, *packs;
    struct sop *sop;
    struct contact_rules *rules;
    hold_set blocking_holds[MATTER_END][CHANNEL_END]; /* those that a rule stops each channel for */
    int64_t permit_valid_us;
    int64_t report_grace_us;
    int64_t retry_us;
};

/* What contact decides by, read for somebody who decides beside the service (contact_replay.h): the options that are no
 * parameter have their defaults. Fails as sop_load and contact_rules_load do. */
MUST_USE enum status contact_context_load(const char *sop_path, const char *rules_path, const char *packs,
                                          struct contact_context **ret_context, struct error *err);
void contact_context_free(struct contact_context *context);
void contact_context_freep(struct contact_context **context);
/* The default of one of contact's options of type text; lent. */
const char *contact_option_default(const char *name);

/* To be called after sop or rules were replaced: what follows from them. */
void contact_context_update(struct contact_context *context);

#endif
