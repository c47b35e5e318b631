#ifndef DUNLIN_CLI_ORIGINATOR_H
#define DUNLIN_CLI_ORIGINATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "status/status.h"

/* Who draws debits at the clearing house: what the agency's bank has given it (deploy/originators.yaml). */
enum offset_kind {
    OFFSET_CHECKING,
    OFFSET_SAVINGS,
};

struct originator {
    char *agency; /* its slug */
    char *destination, *destination_name;
    char *origin, *origin_name;
    char *company, *company_id;
    char *odfi;
    char *offset_routing, *offset_account; /* NULL: files are not balanced. The account number is a secret */
    enum offset_kind offset_kind;
};

struct originators {
    struct originator *all;
    unsigned n;
};

/* Fails with NOT_FOUND, or INVALID_ARGUMENT naming file, line and field. Owned by the caller: originators_free. */
MUST_USE enum status originators_load(const char *path, struct originators **ret_originators, struct error *err);
void originators_free(struct originators *originators);
void originators_freep(struct originators **originators);

/* NULL: the file has none for this agency. Lent. */
const struct originator *originators_find(const struct originators *originators, const char *agency);

/* BLAKE2b-256 of all that a file says of its originator. */
#define ORIGINATOR_HASH_BYTES 32
void originator_hash(const struct originator *originator, uint8_t hash[static ORIGINATOR_HASH_BYTES]);

#endif
