#include "policy_files.h"

#include <stdarg.h>
#include <string.h>

#include "policy/agreement_load.h"
#include "policy/sop_load.h"
#include "template/template_load.h"

#define FOLDERS_DEEP_MAX 8

const char *policy_kind_name(enum policy_kind kind)
{
    static const char *const NAMES[] = {"sop", "rules", "template", "agreements", "unknown"};
    return NAMES[kind];
}

const struct template *policy_entry_template(const struct policy_entry *entry)
{
    return entry->templates == NULL ? NULL : &entry->templates->all[0];
}

const char *policy_entry_name(const struct policy_entry *entry)
{
    switch (entry->kind) {
    case POLICY_SOP:
        return entry->sop->name;
    case POLICY_PACK:
        return entry->pack.name;
    case POLICY_TEMPLATE:
        return policy_entry_template(entry)->name;
    case POLICY_AGREEMENTS:
        return entry->agreements->name;
    case POLICY_UNKNOWN:
        break;
    }
    return "";
}

static void free_entry(gpointer data)
{
    struct policy_entry *entry = data;
    policy_file_fini(&entry->file);
    sop_free(entry->sop);
    rules_pack_fini(&entry->pack);
    templates_free(entry->templates);
    agreements_free(entry->agreements);
    g_free(entry);
}

static void free_finding(gpointer data)
{
    struct policy_finding *finding = data;
    g_free(finding->file);
    g_free(finding->field);
    g_free(finding->text);
    g_free(finding);
}

void policy_files_init(struct policy_files *files)
{
    files->entries = g_ptr_array_new_with_free_func(free_entry);
    files->findings = g_ptr_array_new_with_free_func(free_finding);
}

void policy_files_fini(struct policy_files *files)
{
    if (files->entries != NULL)
        g_ptr_array_unref(files->entries);
    if (files->findings != NULL)
        g_ptr_array_unref(files->findings);
    *files = (struct policy_files){0};
}

static void add_finding(struct policy_files *files, bool is_warning, const char *file, size_t line, const char *field,
                        const char *text)
{
    struct policy_finding *finding = g_new0(struct policy_finding, 1);
    finding->is_warning = is_warning;
    finding->file = g_strdup(file);
    finding->line = line;
    finding->field = g_strdup(field);
    finding->text = g_utf8_make_valid(text, -1);
    g_ptr_array_add(files->findings, finding);
}

void policy_files_find(struct policy_files *files, const struct policy_entry *entry, bool is_warning,
                       struct policy_path path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    add_finding(files, is_warning, entry->file.path, policy_line(&entry->file, path), path.text, text);
}

size_t policy_files_count(const struct policy_files *files, bool warnings)
{
    size_t n = 0;
    for (guint i = 0; i < files->findings->len; i++)
        n += ((const struct policy_finding *)files->findings->pdata[i])->is_warning == warnings;
    return n;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* True where a line of the text begins with the key. */
static bool has_key(const char *text, const char *key)
{
    g_autofree char *later = g_strconcat("\n", key, ":", NULL);
    return g_str_has_prefix(text, later + 1) || strstr(text, later) != NULL;
}

static enum policy_kind kind_of(const char *text)
{
    static const struct {
        const char *key;
        enum policy_kind kind;
    } TELLS[] = {
        {"classes", POLICY_SOP},       {"strategies", POLICY_SOP},        {"buckets", POLICY_SOP},
        {"rules", POLICY_PACK},        {"body", POLICY_TEMPLATE},         {"language", POLICY_TEMPLATE},
        {"channels", POLICY_TEMPLATE}, {"agreements", POLICY_AGREEMENTS},
    };
    for (size_t i = 0; i < ARRAY_SIZE(TELLS); i++)
        if (has_key(text, TELLS[i].key))
            return TELLS[i].kind;
    return POLICY_UNKNOWN;
}

static void on_problem(void *context, const char *path, size_t line, const char *field, const char *text)
{
    add_finding(context, false, path, line, field, text);
}

static enum status read_template(struct policy_entry *entry, struct error *err)
{
    struct template_set *set = calloc(1, sizeof(*set));
    if (set != NULL)
        set->all = calloc(1, sizeof(*set->all));
    if (set == NULL || set->all == NULL) {
        templates_free(set);
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", entry->file.path);
    }
    enum status st = template_from_file(&entry->file, &set->all[0], err);
    set->n = st == STATUS_OK;
    if (st == STATUS_OK)
        entry->templates = set;
    else
        templates_free(set);
    return st;
}

static enum status read_kind(struct policy_entry *entry, struct error *err)
{
    switch (entry->kind) {
    case POLICY_SOP:
        return sop_from_file(&entry->file, &entry->sop, err);
    case POLICY_PACK:
        return rules_pack_from_file(&entry->file, &entry->pack, err);
    case POLICY_TEMPLATE:
        return read_template(entry, err);
    case POLICY_AGREEMENTS:
        return agreements_from_file(&entry->file, &entry->agreements, err);
    case POLICY_UNKNOWN:
        break;
    }
    return policy_refuse(&entry->file, err, policy_path("%s", ""),
                         "neither an SOP (with classes) nor a rule pack (with rules) nor a template (with a body) nor "
                         "agreements");
}

/* What failed without a field's problem: a file that cannot be read, that is too large. */
static void add_failure(struct policy_files *files, const char *path, const struct error *err)
{
    const size_t len = strlen(path);
    const char *text = err->text;
    size_t line = 0;
    if (strncmp(text, path, len) == 0 && text[len] == ':') {
        char *end = NULL;
        text += len + 1;
        line = (size_t)g_ascii_strtoull(text, &end, 10);
        text = line > 0 && *end == ':' ? end + 1 : text;
        text += strspn(text, " ");
    }
    add_finding(files, false, path, line == 0 ? 1 : line, "", text);
}

static void add_file(struct policy_files *files, const char *path)
{
    struct error err = {0};
    struct policy_problems problems = {.found = on_problem, .context = files};
    struct policy_entry *entry = g_new0(struct policy_entry, 1);
    enum status st = policy_file_read(path, &entry->file, &err);
    if (st != STATUS_OK) {
        add_failure(files, path, &err);
        free_entry(entry);
        return;
    }
    entry->kind = kind_of(entry->file.text);
    entry->file.problems = &problems;
    st = read_kind(entry, &err);
    entry->file.problems = NULL; /* it ends with this function */
    if (st != STATUS_OK && problems.n == 0)
        add_failure(files, path, &err);
    entry->is_good = st == STATUS_OK;
    g_ptr_array_add(files->entries, entry);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_path(struct policy_files *files, const char *path, int depth)
{
    const char *name;
    g_autoptr(GDir) folder = depth < FOLDERS_DEEP_MAX ? g_dir_open(path, 0, NULL) : NULL;
    if (folder == NULL) {
        add_file(files, path);
        return;
    }
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    while ((name = g_dir_read_name(folder)) != NULL) {
        char *inner = g_build_filename(path, name, NULL);
        if (name[0] != '.' && (g_str_has_suffix(name, ".yaml") || g_file_test(inner, G_FILE_TEST_IS_DIR)))
            g_ptr_array_add(paths, inner);
        else
            g_free(inner);
    }
    g_ptr_array_sort(paths, compare_texts);
    for (guint i = 0; i < paths->len; i++)
        add_path(files, paths->pdata[i], depth + 1);
}

void policy_files_add(struct policy_files *files, const char *path)
{
    add_path(files, path, 0);
}
