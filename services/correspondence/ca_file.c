#include "ca_file.h"

#include <errno.h>
#include <glib.h>
#include <unistd.h>

enum status ca_file_read(const struct config *config, const char *option, char **ret_path, struct error *err)
{
    const char *path = config_text(config, option);
    if (path[0] != '\0' && access(path, R_OK) != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: '%s': %s", option, path, g_strerror(errno));
    *ret_path = g_strdup(path);
    return STATUS_OK;
}
