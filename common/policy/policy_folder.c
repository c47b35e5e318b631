#include "policy/policy_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>

#include "policy/policy_file.h"

static int is_policy(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

struct entries {
    struct dirent **all;
    int n;
};

static void entries_fini(struct entries *entries)
{
    for (int i = 0; i < entries->n; i++)
        free(entries->all[i]);
    free(entries->all);
}

void policy_folder_fini(struct policy_folder *folder)
{
    for (size_t i = 0; folder->paths != NULL && i < folder->n; i++)
        free(folder->paths[i]);
    free(folder->paths);
    *folder = (struct policy_folder){0};
}

/* `name` NULL: `path` is the file. */
static enum status add_path(struct policy_folder *folder, const char *path, const char *name, struct error *err)
{
    char *added = NULL;
    int len = name == NULL ? asprintf(&added, "%s", path) : asprintf(&added, "%s/%s", path, name);
    if (len < 0)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", path);
    folder->paths[folder->n++] = added;
    return STATUS_OK;
}

enum status policy_folder_list(const char *path, const char *what, struct policy_folder *folder, struct error *err)
{
    SCOPED(entries_fini) struct entries entries = {0};
    SCOPED(policy_folder_fini) struct policy_folder listed = {0};
    struct stat facts;
    if (stat(path, &facts) != 0)
        return error_set(err, STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
    const bool is_folder = S_ISDIR(facts.st_mode);
    int n = is_folder ? scandir(path, &entries.all, is_policy, alphasort) : 1;
    if (n < 0)
        return error_set(err, STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
    entries.n = is_folder ? n : 0;
    if (n == 0 || n > POLICY_FOLDER_MAX_FILES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %d %s (*.yaml); there must be 1 to %d", path, n, what,
                         POLICY_FOLDER_MAX_FILES);
    listed.paths = calloc((size_t)n, sizeof(*listed.paths));
    enum status st =
        listed.paths == NULL ? error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", path) : STATUS_OK;
    for (int i = 0; i < n && st == STATUS_OK; i++)
        st = add_path(&listed, path, is_folder ? entries.all[i]->d_name : NULL, err);
    if (st != STATUS_OK)
        return st;
    *folder = listed;
    listed = (struct policy_folder){0};
    return STATUS_OK;
}

const char *policy_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

void policy_folder_version(const struct policy_folder *folder, const char (*versions)[POLICY_VERSION_SIZE],
                           char version[static POLICY_VERSION_SIZE])
{
    unsigned char hash[POLICY_VERSION_SIZE / 2];
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, sizeof(hash));
    for (size_t i = 0; i < folder->n; i++) {
        char line[POLICY_VERSION_SIZE + 2 + 256 + 1]; /* as b2sum prints it */
        int len = snprintf(line, sizeof(line), "%s  %.255s\n", versions[i], policy_file_name(folder->paths[i]));
        (void)crypto_generichash_update(&state, (const unsigned char *)line, (unsigned long long)len);
    }
    (void)crypto_generichash_final(&state, hash, sizeof(hash));
    (void)sodium_bin2hex(version, POLICY_VERSION_SIZE, hash, sizeof(hash));
}
