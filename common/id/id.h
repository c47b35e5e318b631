#ifndef DUNLIN_ID_ID_H
#define DUNLIN_ID_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/status.h"

#define ID_BYTES     16
#define ID_TEXT_SIZE 37 /* 36 characters and the NUL */
/* Fixed when a database is created; kept in platform.setting and checked by every service at start. */
#define PARTITION_COUNT 64

/* A UUID whose last two bytes are its partition, big-endian: any id tells where it lives, so no look-up routes a
 * request. The all-zero id means "none". A plain value. */
struct id {
    uint8_t bytes[ID_BYTES];
};

/* Version 7 (RFC 9562 §5.7): milliseconds of the machine's wall clock, then random bits, then the partition.
 * Unique without coordination: 58 random bits a millisecond. Thread-safe. */
struct id id_new(uint16_t partition);

/* Version 8 (RFC 9562 §5.8): made from a keyless BLAKE2b of (parent, kind, key), so that doing the same thing twice
 * makes the same id. `kind` names what it identifies ("dispute"), `key` what tells it apart under its parent; either
 * key part may be empty. The new id lives in the partition of `parent`. */
struct id id_derive(const struct id *parent, const char *kind, const void *key, size_t key_len);

/* The same with `order` in its first 48 bits: things that are made one after the other get neighbouring ids, which an
 * index takes at one place instead of all over (as version 7 does with time). `order` is part of the identity: it must
 * come out the same when the same thing is done again. Bits above the 48th are left out. */
struct id id_derive_in_order(const struct id *parent, const char *kind, const void *key, size_t key_len,
                             uint64_t order);

/* The same for a root that has no parent (a debtor, a placement): the partition is given. */
struct id id_derive_root(uint16_t partition, const char *kind, const void *key, size_t key_len);

uint16_t id_partition(const struct id *id);
bool id_is_none(const struct id *id);
bool id_equal(const struct id *a, const struct id *b);
int id_compare(const struct id *a, const struct id *b);

/* Canonical lower-case text into `text`, which is returned. */
const char *id_format(const struct id *id, char text[static ID_TEXT_SIZE]);

/* Fails with INVALID_ARGUMENT where `text` is no UUID or its partition is not below PARTITION_COUNT. */
MUST_USE enum status id_parse(const char *text, struct id *ret_id, struct error *err);

/* From protobuf bytes: `len` must be 16 and the partition below PARTITION_COUNT. Fails with INVALID_ARGUMENT naming
 * `field`. */
MUST_USE enum status id_from_bytes(const void *bytes, size_t len, const char *field, struct id *ret_id,
                                   struct error *err);

/* Partition of a debtor: BLAKE2b of agency and identity key, modulo PARTITION_COUNT. */
uint16_t id_partition_of_debtor(int32_t agency_id, const void *identity_key, size_t identity_key_len);

#endif
