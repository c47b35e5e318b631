#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "policy/policy_folder.h"
#include "template/template.h"
#include "template/template_load.h"

void templates_free(struct template_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; set->all != NULL && i < set->n; i++)
        template_fini(&set->all[i]);
    free(set->all);
    free(set);
}

void templates_freep(struct template_set **set)
{
    templates_free(*set);
}

const struct template *templates_find_exact(const struct template_set *set, const char *name, const char *language)
{
    for (size_t i = 0; i < set->n; i++)
        if (strcmp(set->all[i].name, name) == 0 && strcasecmp(set->all[i].language, language) == 0)
            return &set->all[i];
    return NULL;
}

const struct template *templates_find(const struct template_set *set, const char *name, const char *language)
{
    char wanted[TEMPLATE_LANGUAGE_SIZE];
    const struct template *found = NULL;
    (void)snprintf(wanted, sizeof(wanted), "%s", language == NULL ? "" : language);
    while (found == NULL && wanted[0] != '\0') {
        found = templates_find_exact(set, name, wanted);
        char *last = strrchr(wanted, '-');
        *(last == NULL ? wanted : last) = '\0';
    }
    return found != NULL ? found : templates_find_exact(set, name, TEMPLATES_DEFAULT_LANGUAGE);
}

/* --- loading ------------------------------------------------------------------------------------------------------ */

static enum status load_file(const char *path, bool is_folder, struct template *template, struct error *err)
{
    SCOPED(policy_file_fini) struct policy_file file = {0};
    char name[SOP_CODE_SIZE + TEMPLATE_LANGUAGE_SIZE + 8];
    enum status st = policy_file_read(path, &file, err);
    if (st == STATUS_OK)
        st = template_from_file(&file, template, err);
    if (st != STATUS_OK || !is_folder)
        return st;
    (void)snprintf(name, sizeof(name), "%s.%s.yaml", template->name, template->language);
    if (strcmp(policy_file_name(path), name) != 0)
        return policy_refuse(&file, err, policy_path("name"), "the file must be called %s", name);
    return STATUS_OK;
}

const char *template_difference(const struct template *template, const struct template *standard)
{
    if (template->channels != standard->channels)
        return "channels";
    if (template->disclosures != standard->disclosures)
        return "disclosures";
    if (template->has_opt_out_notice != standard->has_opt_out_notice)
        return "opt_out_notice";
    if (template->pay_within_days != standard->pay_within_days)
        return "pay_within_days";
    if (template->discount_percent != standard->discount_percent)
        return "discount_percent";
    return template->attaches_pdf != standard->attaches_pdf ? "attach_pdf" : NULL;
}

/* A step that is right in one language is right in all. */
static enum status check_language(const struct template_set *set, const struct template *template, const char *path,
                                  struct error *err)
{
    SCOPED(policy_file_fini) struct policy_file file = {0};
    const struct template *standard = templates_find_exact(set, template->name, TEMPLATES_DEFAULT_LANGUAGE);
    const char *differs = standard == NULL ? "language" : template_difference(template, standard);
    if (differs == NULL)
        return STATUS_OK;
    enum status st = policy_file_read(path, &file, err);
    if (st != STATUS_OK)
        return st;
    if (standard == NULL)
        return policy_refuse(&file, err, policy_path("language"),
                             "there is no %s.%s.yaml, the language for debtors of whom none is known", template->name,
                             TEMPLATES_DEFAULT_LANGUAGE);
    return policy_refuse(&file, err, policy_path("%s", differs), "not as in %s.%s.yaml", template->name,
                         standard->language);
}

static enum status load_all(const struct policy_folder *folder, bool is_folder, struct template_set *set,
                            char (*versions)[POLICY_VERSION_SIZE], struct error *err)
{
    for (size_t i = 0; i < folder->n; i++) {
        struct template *template = &set->all[set->n++];
        enum status st = load_file(folder->paths[i], is_folder, template, err);
        if (st != STATUS_OK)
            return st;
        memcpy(versions[i], template->version, sizeof(versions[i]));
    }
    for (size_t i = 0; i < set->n && is_folder; i++) {
        enum status st = check_language(set, &set->all[i], folder->paths[i], err);
        if (st != STATUS_OK)
            return st;
    }
    policy_folder_version(folder, (const char(*)[POLICY_VERSION_SIZE])versions, set->version);
    return STATUS_OK;
}

static void free_versions(char (**versions)[POLICY_VERSION_SIZE])
{
    free(*versions);
}

enum status templates_load(const char *path, struct template_set **ret_set, struct error *err)
{
    SCOPED(policy_folder_fini) struct policy_folder folder = {0};
    struct stat facts;
    enum status st = policy_folder_list(path, "templates", &folder, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(free_versions) char(*versions)[POLICY_VERSION_SIZE] = calloc(folder.n, sizeof(*versions));
    SCOPED(templates_freep) struct template_set *set = calloc(1, sizeof(*set));
    if (set != NULL)
        set->all = calloc(folder.n, sizeof(*set->all));
    if (versions == NULL || set == NULL || set->all == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", path);
    st = load_all(&folder, stat(path, &facts) == 0 && S_ISDIR(facts.st_mode), set, versions, err);
    if (st == STATUS_OK)
        *ret_set = TAKE(set);
    return st;
}
