#ifndef DUNLIN_POLICY_POLICY_FOLDER_H
#define DUNLIN_POLICY_POLICY_FOLDER_H

#include <stddef.h>

#include "policy/sop.h"
#include "status/status.h"

/* The files of one policy that is a folder: its *.yaml in the order of their names, or one file itself. */
#define POLICY_FOLDER_MAX_FILES 1024

struct policy_folder {
    char **paths;
    size_t n;
};

/* `what` names the files in errors: "rule packs". Fails with NOT_FOUND, or INVALID_ARGUMENT where a folder has none of
 * them or too many. policy_folder_fini frees `paths`; a zeroed struct is fine. */
MUST_USE enum status policy_folder_list(const char *path, const char *what, struct policy_folder *folder,
                                        struct error *err);
void policy_folder_fini(struct policy_folder *folder);

const char *policy_file_name(const char *path); /* what stands after the last '/'; lent */

/* The version over all files, of the version of each: what `b2sum -l 128 *.yaml | b2sum -l 128` prints there. */
void policy_folder_version(const struct policy_folder *folder, const char (*versions)[POLICY_VERSION_SIZE],
                           char version[static POLICY_VERSION_SIZE]);

#endif
