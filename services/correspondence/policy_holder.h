#ifndef DUNLIN_CORRESPONDENCE_POLICY_HOLDER_H
#define DUNLIN_CORRESPONDENCE_POLICY_HOLDER_H

#include "agency/agency_profile.h"
#include "template/template.h"

/* What is written by: who writes, and the messages. Immutable; in use by several threads while another one takes its
 * place. */
struct writing_policy {
    struct agency_profiles *profiles;
    struct template_set *templates;
};

/* The policy in force, and the files that it comes from, so that it can be read again. Any thread may ask. */
struct policy_holder;

struct policy_paths {
    const char *agencies, *templates;
    const char *confirmation; /* name of the message that confirms opt-outs; empty: none does */
};

/* Fails with NOT_FOUND or INVALID_ARGUMENT naming file, line and field. *ret_holder is owned by the caller
 * (policy_holder_free). */
MUST_USE enum status policy_holder_new(const struct policy_paths *paths, struct policy_holder **ret_holder,
                                       struct error *err);
/* When nobody holds a policy of it any more. NULL is fine. */
void policy_holder_free(struct policy_holder *holder);

/* All of it or nothing: where a file cannot be read, the old policy stays as a whole. */
MUST_USE enum status policy_holder_reload(struct policy_holder *holder, struct error *err);

/* The one in force now; it lives until it is released, whatever is read meanwhile. */
struct writing_policy *writing_policy_take(struct policy_holder *holder);
void writing_policy_release(struct writing_policy *policy);
void writing_policy_releasep(struct writing_policy **policy);

#endif
