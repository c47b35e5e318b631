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
    hold_set blocking_holds; /* those that a rule blocks for */
    int64_t permit_valid_us;
    int64_t report_grace_us;
    int64_t retry_us;
};

#endif
