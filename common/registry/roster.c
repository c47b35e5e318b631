#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "registry/registry.h"

void roster_free(struct roster *roster)
{
    if (roster == NULL)
        return;
    g_free(roster->instances);
    g_free(roster);
}

void roster_freep(struct roster **roster)
{
    roster_free(TAKE(*roster));
}

struct roster *roster_copy(const struct roster *roster)
{
    struct roster *copy = g_new0(struct roster, 1);
    copy->instances = g_memdup2(roster->instances, roster->n * sizeof(*roster->instances));
    copy->n = roster->n;
    return copy;
}

const struct instance *roster_find(const struct roster *roster, const char *instance_id)
{
    for (size_t i = 0; i < roster->n; i++) {
        if (strcmp(roster->instances[i].id, instance_id) == 0)
            return &roster->instances[i];
    }
    return NULL;
}

/* The first 64 bits of BLAKE2b-128 (libsodium makes no shorter one) of the id with its NUL and the partition,
 * big-endian. Part of the contract between versions: two binaries that weigh differently would never agree on an owner.
 */
static uint64_t weight(const char *instance_id, uint16_t partition)
{
    unsigned char input[REGISTRY_NAME_SIZE + 2];
    size_t len = strnlen(instance_id, REGISTRY_NAME_SIZE - 1);
    memcpy(input, instance_id, len);
    input[len] = '\0';
    input[len + 1] = (unsigned char)(partition >> 8);
    input[len + 2] = (unsigned char)(partition & 0xFF);
    unsigned char hash[crypto_generichash_BYTES_MIN];
    (void)crypto_generichash(hash, sizeof(hash), input, len + 3, NULL, 0);
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof(number); i++)
        number = number << 8 | hash[i];
    return number;
}

const struct instance *roster_owner(const struct roster *roster, const char *service, uint16_t partition)
{
    const struct instance *owner = NULL;
    uint64_t owner_weight = 0;
    for (size_t i = 0; i < roster->n; i++) {
        const struct instance *candidate = &roster->instances[i];
        if (candidate->state != INSTANCE_SERVING || strcmp(candidate->service, service) != 0)
            continue;
        uint64_t candidate_weight = weight(candidate->id, partition);
        /* Equal weights: the first in the roster's order, which everybody shares. */
        if (owner == NULL || candidate_weight > owner_weight) {
            owner = candidate;
            owner_weight = candidate_weight;
        }
    }
    return owner;
}
