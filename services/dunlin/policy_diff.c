#include "policy_diff.h"

#include <stdarg.h>
#include <string.h>

const char *policy_effect_name(enum policy_effect effect)
{
    static const char *const NAMES[] = {"", "looser", "stricter"};
    return NAMES[effect];
}

static void free_change(gpointer data)
{
    struct policy_change *change = data;
    g_free(change->name);
    g_free(change->text);
    g_free(change->lines);
    g_free(change);
}

void policy_diff_init(struct policy_diff *diff)
{
    *diff = (struct policy_diff){.changes = g_ptr_array_new_with_free_func(free_change)};
}

void policy_diff_fini(struct policy_diff *diff)
{
    if (diff->changes != NULL)
        g_ptr_array_unref(diff->changes);
    *diff = (struct policy_diff){0};
}

struct policy_change *policy_diff_say(struct policy_diff *diff, enum policy_effect effect, const char *format, ...)
{
    struct policy_change *change = g_new0(struct policy_change, 1);
    va_list args;
    va_start(args, format);
    change->text = g_strdup_vprintf(format, args);
    va_end(args);
    change->kind = diff->kind;
    change->name = g_strdup(diff->name);
    change->effect = effect;
    g_ptr_array_add(diff->changes, change);
    return change;
}

enum policy_effect policy_effect_of(int64_t old, int64_t new, enum policy_effect more)
{
    if (old == new || more == POLICY_EFFECT_NONE)
        return POLICY_EFFECT_NONE;
    if (new > old)
        return more;
    return more == POLICY_EFFECT_LOOSER ? POLICY_EFFECT_STRICTER : POLICY_EFFECT_LOOSER;
}

void policy_diff_text(struct policy_diff *diff, const char *what, const char *old, const char *new)
{
    if (strcmp(old, new) == 0)
        return;
    if (old[0] == '\0')
        (void)policy_diff_say(diff, POLICY_EFFECT_NONE, "%s is '%s' now; there was none", what, new);
    else if (new[0] == '\0')
        (void)policy_diff_say(diff, POLICY_EFFECT_NONE, "%s '%s' is gone", what, old);
    else
        (void)policy_diff_say(diff, POLICY_EFFECT_NONE, "%s '%s' becomes '%s'", what, old, new);
}

/* --- whole files ---------------------------------------------------------------------------------------------------
 */

static const struct policy_entry *entry_at(const struct policy_files *files, guint i)
{
    return files->entries->pdata[i];
}

/* "us-reminder.en"; g_free. */
static char *full_name(const struct policy_entry *entry)
{
    if (entry->kind != POLICY_TEMPLATE)
        return g_strdup(policy_entry_name(entry));
    return g_strdup_printf("%s.%s", policy_entry_name(entry), policy_entry_template(entry)->language);
}

static const struct policy_entry *find(const struct policy_files *files, const struct policy_entry *wanted)
{
    g_autofree char *name = full_name(wanted);
    for (guint i = 0; i < files->entries->len; i++) {
        const struct policy_entry *entry = entry_at(files, i);
        g_autofree char *other = full_name(entry);
        if (entry->kind == wanted->kind && strcmp(other, name) == 0)
            return entry;
    }
    return NULL;
}

static void begin(struct policy_diff *diff, const struct policy_entry *entry, const char *name)
{
    diff->kind = entry->kind;
    diff->name = name;
}

static void compare(struct policy_diff *diff, const struct policy_entry *old, const struct policy_entry *new)
{
    g_autofree char *old_name = full_name(old);
    g_autofree char *name = full_name(new);
    begin(diff, new, name);
    policy_diff_text(diff, "the name", old_name, name);
    switch (new->kind) {
    case POLICY_SOP:
        policy_diff_sop(diff, old->sop, new->sop);
        return;
    case POLICY_PACK:
        policy_diff_pack(diff, &old->pack, &new->pack);
        return;
    case POLICY_TEMPLATE:
        policy_diff_template(diff, policy_entry_template(old), policy_entry_template(new));
        return;
    case POLICY_AGREEMENTS:
        policy_diff_agreements(diff, old->agreements, new->agreements);
        return;
    case POLICY_UNKNOWN:
        return;
    }
}

static void say_whole(struct policy_diff *diff, const struct policy_entry *entry, bool is_new)
{
    g_autofree char *name = full_name(entry);
    const char *what = is_new ? "is new" : "is gone";
    begin(diff, entry, name);
    switch (entry->kind) {
    case POLICY_SOP:
        (void)policy_diff_say(diff, POLICY_EFFECT_NONE, "the SOP %s, with %zu classes and %zu strategies", what,
                              entry->sop->n_classes, entry->sop->n_strategies);
        return;
    case POLICY_PACK:
        (void)policy_diff_say(diff, is_new ? POLICY_EFFECT_STRICTER : POLICY_EFFECT_LOOSER,
                              "the rule pack %s, with %zu rules", what, entry->pack.n_rules);
        return;
    case POLICY_TEMPLATE:
        (void)policy_diff_say(diff, POLICY_EFFECT_NONE, "the template %s: %s", what,
                              policy_entry_template(entry)->title);
        return;
    case POLICY_AGREEMENTS:
        (void)policy_diff_say(diff, POLICY_EFFECT_NONE, "the agreements %s, with %zu entries",
                              is_new ? "are new" : "are gone", entry->agreements->n);
        return;
    case POLICY_UNKNOWN:
        return;
    }
}

void policy_diff_files(struct policy_diff *diff, const struct policy_files *old, const struct policy_files *new)
{
    if (old->entries->len == 1 && new->entries->len == 1 && entry_at(old, 0)->kind == entry_at(new, 0)->kind) {
        compare(diff, entry_at(old, 0), entry_at(new, 0));
        return;
    }
    for (guint i = 0; i < old->entries->len; i++)
        if (find(new, entry_at(old, i)) == NULL)
            say_whole(diff, entry_at(old, i), false);
    for (guint i = 0; i < new->entries->len; i++) {
        const struct policy_entry *before = find(old, entry_at(new, i));
        if (before == NULL)
            say_whole(diff, entry_at(new, i), true);
        else
            compare(diff, before, entry_at(new, i));
    }
}
