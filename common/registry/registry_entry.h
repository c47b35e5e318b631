#ifndef DUNLIN_REGISTRY_REGISTRY_ENTRY_H
#define DUNLIN_REGISTRY_REGISTRY_ENTRY_H

#include <stdbool.h>

#include "registry/registry.h"

/* How an instance is written down in Redis: key "dunlin:instance:<service>:<id>", value a JSON object. Binaries of
 * different versions read each other's entries: fields are only added, an unknown one is skipped, a missing one reads
 * as empty. */
#define REGISTRY_KEY_PREFIX "dunlin:instance:"
#define REGISTRY_KEY_SIZE   (sizeof(REGISTRY_KEY_PREFIX) + 2 * REGISTRY_NAME_SIZE)

/* Into `key`, which is returned. */
const char *registry_key(const struct instance *instance, char key[static REGISTRY_KEY_SIZE]);

/* *ret_text is owned by the caller: free(). Fails with INVALID_ARGUMENT where a text is no UTF-8. */
MUST_USE enum status registry_entry_write(const struct instance *instance, char **ret_text, struct error *err);

/* False where `text` is no entry: no JSON object, a field of another type or too long, no service or id, or not that of
 * `key`. */
bool registry_entry_read(const char *key, const char *text, struct instance *ret_instance);

#endif
