#include "policy_holder.h"

#include <glib.h>

#include "composition.h"
#include "logging/logging.h"
#include "status/scope.h"

struct policy_holder {
    char *agencies, *templates, *confirmation;
    GMutex lock; /* of `policy`, the pointer */
    struct writing_policy *policy;
};

static void clear(gpointer data)
{
    struct writing_policy *policy = data;
    agency_profiles_free(policy->profiles);
    templates_free(policy->templates);
}

void writing_policy_release(struct writing_policy *policy)
{
    if (policy)
        g_atomic_rc_box_release_full(policy, clear);
}

void writing_policy_releasep(struct writing_policy **policy)
{
    writing_policy_release(*policy);
    *policy = NULL;
}

struct writing_policy *writing_policy_take(struct policy_holder *holder)
{
    g_mutex_lock(&holder->lock);
    struct writing_policy *policy = g_atomic_rc_box_acquire(holder->policy);
    g_mutex_unlock(&holder->lock);
    return policy;
}

static enum status check_confirmation(const struct policy_holder *holder, const struct writing_policy *policy,
                                      struct error *err)
{
    if (holder->confirmation[0] == '\0')
        return STATUS_OK;
    const enum status st = composition_check_confirmation(policy->templates, holder->confirmation, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "opt-out-confirmation");
}

static enum status check_letters(const struct writing_policy *policy, const struct agency_profile *profile,
                                 struct error *err)
{
    enum status st = STATUS_OK;
    for (enum notice_kind kind = NOTICE_NONE + 1; kind < NOTICE_KINDS_END && st == STATUS_OK; kind++) {
        const char *name = agency_profile_letter(profile, kind);
        if (name)
            st = notice_is_of_debit(kind) ? composition_check_debit_letter(policy->templates, name, err)
                                          : composition_check_dispute_letter(policy->templates, name, err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "agency %d: %s.%s", profile->agency_id, agency_profile_letters(kind),
                              notice_rule(kind)->name);
    }
    return st;
}

/* No agency must draw money so that it needs them, and one may have them sent by others: so they are named, no more. */
static void warn_of_missing(const struct agency_profile *profile)
{
    for (enum notice_kind kind = NOTICE_DEBIT_POSTDATED; kind <= NOTICE_DEBIT_VARYING; kind++)
        if (!agency_profile_letter(profile, kind))
            log_warn("a notice that the law asks for before money is drawn is not written: its line is missing",
                     log_number("agency", profile->agency_id), log_text("group", agency_profile_letters(kind)),
                     log_text("line", notice_rule(kind)->name), log_text("law", notice_rule(kind)->law));
}

enum status policy_holder_reload(struct policy_holder *holder, struct error *err)
{
    SCOPED(writing_policy_releasep) struct writing_policy *fresh = g_atomic_rc_box_new0(struct writing_policy);
    enum status st = agency_profiles_load(holder->agencies, &fresh->profiles, err);
    if (st == STATUS_OK)
        st = templates_load(holder->templates, &fresh->templates, err);
    if (st == STATUS_OK)
        st = check_confirmation(holder, fresh, err);
    for (unsigned i = 0; st == STATUS_OK && i < fresh->profiles->n; i++)
        st = check_letters(fresh, &fresh->profiles->all[i], err);
    if (st != STATUS_OK)
        return st;
    for (unsigned i = 0; i < fresh->profiles->n; i++)
        warn_of_missing(&fresh->profiles->all[i]);
    g_mutex_lock(&holder->lock);
    struct writing_policy *old = holder->policy;
    holder->policy = TAKE(fresh);
    g_mutex_unlock(&holder->lock);
    writing_policy_release(old);
    return STATUS_OK;
}

enum status policy_holder_new(const struct policy_paths *paths, struct policy_holder **ret_holder, struct error *err)
{
    struct policy_holder *holder = g_new0(struct policy_holder, 1);
    g_mutex_init(&holder->lock);
    holder->agencies = g_strdup(paths->agencies);
    holder->templates = g_strdup(paths->templates);
    holder->confirmation = g_strdup(paths->confirmation);
    const enum status st = policy_holder_reload(holder, err);
    if (st == STATUS_OK)
        *ret_holder = holder;
    else
        policy_holder_free(holder);
    return st;
}

void policy_holder_free(struct policy_holder *holder)
{
    if (!holder)
        return;
    writing_policy_release(holder->policy);
    g_mutex_clear(&holder->lock);
    g_free(holder->agencies);
    g_free(holder->templates);
    g_free(holder->confirmation);
    g_free(holder);
}
