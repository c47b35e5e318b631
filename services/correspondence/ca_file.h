#ifndef DUNLIN_CORRESPONDENCE_CA_FILE_H
#define DUNLIN_CORRESPONDENCE_CA_FILE_H

#include "config/config.h"
#include "status/status.h"

/* The file of certificates that `option` names, by which a server's is checked; *ret_path is owned by the caller
 * (g_free), empty for the system's. Fails with INVALID_ARGUMENT where it cannot be read. */
MUST_USE enum status ca_file_read(const struct config *config, const char *option, char **ret_path, struct error *err);

#endif
