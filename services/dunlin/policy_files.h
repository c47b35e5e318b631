#ifndef DUNLIN_CLI_POLICY_FILES_H
#define DUNLIN_CLI_POLICY_FILES_H

#include <glib.h>

#include "policy/agreement.h"
#include "policy/policy_file.h"
#include "policy/sop.h"
#include "rules/rulebook.h"
#include "template/template.h"

/* SOPs, rule packs, templates and agreements together, as files and folders name them, with every problem that each has
 * by itself: what `policy check` and `policy diff` stand on. */

enum policy_kind {
    POLICY_SOP,
    POLICY_PACK,
    POLICY_TEMPLATE,
    POLICY_AGREEMENTS,
    POLICY_UNKNOWN,
};
const char *policy_kind_name(enum policy_kind kind); /* "sop", "rules", "template", "agreements" */

struct policy_entry {
    enum policy_kind kind; /* told by what the text has: classes, rules, a body, agreements */
    struct policy_file file;
    bool is_good; /* read without a problem: one of these is there */
    struct sop *sop;
    struct rules_pack pack;
    struct template_set *templates; /* with one template */
    struct agreements *agreements;
};
const char *policy_entry_name(const struct policy_entry *entry);                /* of a good one */
const struct template *policy_entry_template(const struct policy_entry *entry); /* NULL where it is none */

struct policy_finding {
    bool is_warning;
    char *file;
    size_t line;
    char *field; /* empty: the whole */
    char *text;
};

struct policy_files {
    GPtrArray *entries;  /* struct policy_entry */
    GPtrArray *findings; /* struct policy_finding */
};
void policy_files_init(struct policy_files *files);
void policy_files_fini(struct policy_files *files);

/* A file, or every *.yaml of a folder and of those in it, by name. What is wrong becomes findings. */
void policy_files_add(struct policy_files *files, const char *path);

/* A finding of a field of an entry; its line is looked up. */
void policy_files_find(struct policy_files *files, const struct policy_entry *entry, bool is_warning,
                       struct policy_path path, const char *format, ...) __attribute__((format(printf, 5, 6)));

size_t policy_files_count(const struct policy_files *files, bool warnings);

#endif
