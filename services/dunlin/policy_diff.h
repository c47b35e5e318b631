#ifndef DUNLIN_CLI_POLICY_DIFF_H
#define DUNLIN_CLI_POLICY_DIFF_H

#include "policy_files.h"

/* What becomes different from one set of policies to another, in words for who decides on it. Pure. */

enum policy_effect {
    POLICY_EFFECT_NONE,     /* or none that can be told */
    POLICY_EFFECT_LOOSER,   /* more or earlier contact, more authority, less protection of debtors */
    POLICY_EFFECT_STRICTER, /* the contrary */
};
const char *policy_effect_name(enum policy_effect effect); /* "looser"; empty for none */

struct policy_change {
    enum policy_kind kind;
    char *name; /* of the SOP, the pack, the template with its language */
    char *text; /* "Strategy early: step call-2 moves from day 3 to day 5" */
    enum policy_effect effect;
    char *lines; /* of texts: what goes and comes, "- old" and "+ new", a line each; NULL: no text changed */
};

struct policy_diff {
    GPtrArray *changes;    /* struct policy_change */
    enum policy_kind kind; /* of what is compared now */
    const char *name;
};
void policy_diff_init(struct policy_diff *diff);
void policy_diff_fini(struct policy_diff *diff);

/* Entries are matched by kind and name, templates by language too; where each side is one file of the same kind, these
 * two are compared whatever their names are. All entries must be good. */
void policy_diff_files(struct policy_diff *diff, const struct policy_files *old, const struct policy_files *new);

/* Parts of it, one a kind. */
void policy_diff_sop(struct policy_diff *diff, const struct sop *old, const struct sop *new);
void policy_diff_pack(struct policy_diff *diff, const struct rules_pack *old, const struct rules_pack *new);
void policy_diff_template(struct policy_diff *diff, const struct template *old, const struct template *new);
void policy_diff_agreements(struct policy_diff *diff, const struct agreements *old, const struct agreements *new);

/* One change more of what is compared now. */
struct policy_change *policy_diff_say(struct policy_diff *diff, enum policy_effect effect, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The effect of a number that grows or shrinks, where growing has the effect `more`. */
enum policy_effect policy_effect_of(int64_t old, int64_t new, enum policy_effect more);

/* What goes and comes from one text to another, as `lines` of a change; g_free. */
char *policy_diff_lines(const char *old_text, const char *new_text);

/* A text that changed, or came, or went: "" is none. */
void policy_diff_text(struct policy_diff *diff, const char *what, const char *old, const char *new);

#endif
