#include "rules/rulebook.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy_file.h"
#include "policy/policy_folder.h"
#include "rules/rule_kinds.h"
#include "rules/rule_values.h"

void rules_pack_fini(struct rules_pack *pack)
{
    free(pack->rules);
    *pack = (struct rules_pack){0};
}

void rules_book_free(struct rules_book *book)
{
    if (book == NULL)
        return;
    for (size_t i = 0; i < book->n_packs; i++)
        rules_pack_fini(&book->packs[i]);
    free(book->packs);
    free(book);
}

void rules_book_freep(struct rules_book **book)
{
    rules_book_free(*book);
}

const struct rules_pack *rules_book_pack(const struct rules_book *book, const char *name)
{
    for (size_t i = 0; i < book->n_packs; i++)
        if (strcmp(book->packs[i].name, name) == 0)
            return &book->packs[i];
    return NULL;
}

/* --- loading -------------------------------------------------------------------------------------------------------
 */

static enum status make_pack(const struct policy_file *file, const struct pack_values *values, struct rules_pack *pack,
                             struct error *err)
{
    enum status st = policy_check_code(file, policy_path("name"), values->name, err);
    if (st != STATUS_OK)
        return st;
    (void)snprintf(pack->name, sizeof(pack->name), "%s", values->name);
    (void)snprintf(pack->title, sizeof(pack->title), "%s", values->title);
    pack->rules = calloc(values->n_rules, sizeof(*pack->rules));
    if (pack->rules == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", file->path);
    for (size_t i = 0; i < values->n_rules; i++) {
        st = rule_from_values(file, values, i, pack->rules, err);
        if (st != STATUS_OK && !policy_goes_on(file, st))
            return st;
        pack->n_rules++;
    }
    return policy_problem(file, err);
}

enum status rules_pack_from_file(const struct policy_file *file, struct rules_pack *ret_pack, struct error *err)
{
    SCOPED(rules_pack_fini) struct rules_pack pack = {0};
    void *values = NULL;
    enum status st = policy_file_values(file, &PACK_SCHEMA, &values, err);
    if (st != STATUS_OK)
        return st;
    st = make_pack(file, values, &pack, err);
    policy_values_free(&PACK_SCHEMA, values);
    if (st != STATUS_OK)
        return st;
    *ret_pack = pack;
    pack = (struct rules_pack){0};
    return STATUS_OK;
}

/* `version` becomes that of the file's content. */
static enum status load_pack(const char *path, struct rules_pack *pack, char version[static POLICY_VERSION_SIZE],
                             struct error *err)
{
    SCOPED(policy_file_fini) struct policy_file file = {0};
    enum status st = policy_file_read(path, &file, err);
    if (st != STATUS_OK)
        return st;
    memcpy(version, file.version, POLICY_VERSION_SIZE);
    return rules_pack_from_file(&file, pack, err);
}

static enum status load_packs(const char *path, const struct policy_folder *folder,
                              char (*versions)[POLICY_VERSION_SIZE], struct rules_book *book, struct error *err)
{
    book->packs = calloc(folder->n, sizeof(*book->packs));
    if (book->packs == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", path);
    for (size_t i = 0; i < folder->n; i++) {
        struct rules_pack *pack = &book->packs[book->n_packs++];
        enum status st = load_pack(folder->paths[i], pack, versions[i], err);
        if (st != STATUS_OK)
            return st;
        if (rules_book_pack(book, pack->name) != pack)
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: name: '%s' is the name of another pack of %s",
                             folder->paths[i], pack->name, path);
    }
    policy_folder_version(folder, (const char(*)[POLICY_VERSION_SIZE])versions, book->version);
    return STATUS_OK;
}

static void free_versions(char (**versions)[POLICY_VERSION_SIZE])
{
    free(*versions);
}

enum status rules_book_load(const char *path, struct rules_book **ret_book, struct error *err)
{
    SCOPED(policy_folder_fini) struct policy_folder folder = {0};
    enum status st = policy_folder_list(path, "rule packs", &folder, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(free_versions) char(*versions)[POLICY_VERSION_SIZE] = calloc(folder.n, sizeof(*versions));
    SCOPED(rules_book_freep) struct rules_book *book = calloc(1, sizeof(*book));
    if (book == NULL || versions == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", path);
    st = load_packs(path, &folder, versions, book, err);
    if (st == STATUS_OK)
        *ret_book = TAKE(book);
    return st;
}

/* --- selecting -----------------------------------------------------------------------------------------------------
 */

void rules_selection_free(struct rules_selection *selection)
{
    free(selection);
}

void rules_selection_freep(struct rules_selection **selection)
{
    free(*selection);
}

enum status rules_select(const struct rules_book *book, const char *const *packs, size_t n_packs,
                         struct rules_selection **ret_selection, struct error *err)
{
    size_t n_rules = 0;
    for (size_t i = 0; i < n_packs; i++) {
        const struct rules_pack *pack = rules_book_pack(book, packs[i]);
        if (pack == NULL)
            return error_set(err, STATUS_NOT_FOUND, "no rule pack '%s'", packs[i]);
        n_rules += pack->n_rules;
    }
    struct rules_selection *selection = malloc(sizeof(*selection) + n_rules * sizeof(const struct rule *));
    if (selection == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "out of memory");
    selection->n_rules = 0;
    for (size_t i = 0; i < n_packs; i++) {
        const struct rules_pack *pack = rules_book_pack(book, packs[i]);
        for (size_t j = 0; pack != NULL && j < pack->n_rules; j++)
            selection->rules[selection->n_rules++] = &pack->rules[j];
    }
    *ret_selection = selection;
    return STATUS_OK;
}

/* "US-NY-NYC" as a pack's name: lower case. */
static void pack_name(const char *jurisdiction, char name[static SOP_CODE_SIZE])
{
    size_t i = 0;
    for (; jurisdiction[i] != '\0' && i < SOP_CODE_SIZE - 1; i++)
        name[i] =
            (char)(jurisdiction[i] >= 'A' && jurisdiction[i] <= 'Z' ? jurisdiction[i] - 'A' + 'a' : jurisdiction[i]);
    name[i] = '\0';
}

enum status rules_select_jurisdiction(const struct rules_book *book, const char *jurisdiction, bool with_house,
                                      struct rules_selection **ret_selection, struct error *err)
{
    const char *packs[3];
    size_t n = 0;
    char name[SOP_CODE_SIZE];
    pack_name(jurisdiction, name);
    bool is_state = strncmp(name, "us-", 3) == 0;
    if (is_state || strcmp(name, "us") == 0)
        packs[n++] = "us-federal";
    if (n == 0 || is_state)
        packs[n++] = name;
    if (with_house)
        packs[n++] = "house";
    enum status st = rules_select(book, packs, n, ret_selection, err);
    return st == STATUS_NOT_FOUND ? error_wrap(err, STATUS_INVALID_ARGUMENT, "jurisdiction '%s'", jurisdiction) : st;
}

bool rule_scope_takes(enum rule_scope scope, bool is_commercial)
{
    switch (scope) {
    case SCOPE_REG_F:
    case SCOPE_COLLECTORS:
    case SCOPE_CREDITORS:
        return !is_commercial;
    case SCOPE_COMMERCIAL:
        return is_commercial;
    case SCOPE_ALL:
        break;
    }
    return true;
}

bool rules_pack_is_for(const struct rules_pack *pack, bool is_commercial)
{
    for (size_t i = 0; i < pack->n_rules; i++)
        if (rule_scope_takes(pack->rules[i].scope, is_commercial))
            return true;
    return false;
}

enum status rules_selection_check_limits(const struct rules_selection *selection, bool is_commercial, struct error *err)
{
    static const char *const needed[] = {"calling_window", "contact_cap", "unknown_zone"};
    for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
        bool is_there = false;
        for (size_t j = 0; j < selection->n_rules; j++)
            is_there = is_there || (strcmp(selection->rules[j]->kind->name, needed[i]) == 0 &&
                                    rule_scope_takes(selection->rules[j]->scope, is_commercial));
        if (!is_there)
            return error_set(err, STATUS_INVALID_ARGUMENT,
                             "no rule of kind '%s' for %s debts in any pack; limits must be stated", needed[i],
                             is_commercial ? "commercial" : "consumers'");
    }
    return STATUS_OK;
}

static bool looks_back(const struct rule_kind *kind, enum technology technology)
{
    return kind->judge == judge_contact_cap || kind->judge == judge_cool_down || kind->judge == judge_rebuttal ||
           kind->judge == judge_cumulative || kind->judge == judge_electronic_consent ||
           (kind->judge == judge_residential_cap && technology != TECHNOLOGY_MANUAL);
}

int32_t rules_selection_window_days(const struct rules_selection *selection, enum technology technology)
{
    int32_t days = 1;
    for (size_t i = 0; i < selection->n_rules; i++)
        if (looks_back(selection->rules[i]->kind, technology) && selection->rules[i]->days > days)
            days = selection->rules[i]->days;
    return days;
}

const struct rule *rules_selection_find(const struct rules_selection *selection, const char *id, struct date date)
{
    for (size_t i = 0; i < selection->n_rules; i++) {
        const struct rule *rule = selection->rules[i];
        bool is_in_force = (rule->effective_from.days == 0 || rule->effective_from.days <= date.days) &&
                           (rule->effective_to.days == 0 || rule->effective_to.days >= date.days);
        if (strcmp(rule->id, id) == 0 && is_in_force)
            return rule;
    }
    return NULL;
}
