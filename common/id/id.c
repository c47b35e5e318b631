#include "id/id.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"

#define VERSION_TIME    7
#define VERSION_DERIVED 8

static void start_sodium(void)
{
    /* Without a source of randomness no id is unique: nothing sensible can go on. */
    if (sodium_init() < 0)
        abort();
}

static void ensure_sodium(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, start_sodium);
}

/* Version, variant (RFC 9562 §4) and partition over whatever bits stand there. */
static void stamp(struct id *id, unsigned version, uint16_t partition)
{
    assert(partition < PARTITION_COUNT);
    id->bytes[6] = (uint8_t)((version << 4) | (id->bytes[6] & 0x0Fu));
    id->bytes[8] = (uint8_t)(0x80u | (id->bytes[8] & 0x3Fu));
    id->bytes[14] = (uint8_t)(partition >> 8);
    id->bytes[15] = (uint8_t)(partition & 0xFFu);
}

/* The first 48 bits. */
static void write_order(struct id *id, uint64_t order)
{
    for (size_t i = 0; i < 6; i++)
        id->bytes[i] = (uint8_t)(order >> (40 - 8 * i));
}

struct id id_new(uint16_t partition)
{
    ensure_sodium();
    struct id id;
    randombytes_buf(id.bytes, sizeof(id.bytes));
    write_order(&id, (uint64_t)(clock_wall_us() / US_PER_MS));
    stamp(&id, VERSION_TIME, partition);
    return id;
}

/* The hashed text is parent (16 bytes, zero for a root), kind with its NUL, key to the end: no two triples give the
 * same text. */
static struct id derive(const struct id *parent, uint16_t partition, const char *kind, const void *key, size_t key_len)
{
    ensure_sodium();
    struct id id;
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, sizeof(id.bytes));
    (void)crypto_generichash_update(&state, parent->bytes, sizeof(parent->bytes));
    (void)crypto_generichash_update(&state, (const unsigned char *)kind, strlen(kind) + 1);
    if (key_len > 0)
        (void)crypto_generichash_update(&state, key, key_len);
    (void)crypto_generichash_final(&state, id.bytes, sizeof(id.bytes));
    stamp(&id, VERSION_DERIVED, partition);
    return id;
}

struct id id_derive(const struct id *parent, const char *kind, const void *key, size_t key_len)
{
    return derive(parent, id_partition(parent), kind, key, key_len);
}

struct id id_derive_in_order(const struct id *parent, const char *kind, const void *key, size_t key_len, uint64_t order)
{
    struct id id = id_derive(parent, kind, key, key_len);
    write_order(&id, order);
    return id;
}

struct id id_derive_root(uint16_t partition, const char *kind, const void *key, size_t key_len)
{
    return derive(&(struct id){{0}}, partition, kind, key, key_len);
}

uint16_t id_partition(const struct id *id)
{
    return (uint16_t)(id->bytes[14] << 8 | id->bytes[15]);
}

bool id_is_none(const struct id *id)
{
    return id_equal(id, &(struct id){{0}});
}

bool id_equal(const struct id *a, const struct id *b)
{
    return id_compare(a, b) == 0;
}

int id_compare(const struct id *a, const struct id *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/* Places of the canonical text where a dash stands: 8-4-4-4-12. */
static bool is_dash_place(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

const char *id_format(const struct id *id, char text[static ID_TEXT_SIZE])
{
    static const char DIGITS[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < ID_BYTES; i++) {
        if (is_dash_place(at))
            text[at++] = '-';
        text[at++] = DIGITS[id->bytes[i] >> 4];
        text[at++] = DIGITS[id->bytes[i] & 0x0F];
    }
    text[at] = '\0';
    return text;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool read_text(const char *text, struct id *ret_id)
{
    if (strlen(text) != ID_TEXT_SIZE - 1)
        return false;
    size_t at = 0;
    for (size_t i = 0; i < ID_BYTES; i++) {
        if (is_dash_place(at) && text[at++] != '-')
            return false;
        int high = hex_digit(text[at++]);
        int low = hex_digit(text[at++]);
        if (high < 0 || low < 0)
            return false;
        ret_id->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

enum status id_parse(const char *text, struct id *ret_id, struct error *err)
{
    struct id id;
    if (!read_text(text, &id))
        return error_set(err, STATUS_INVALID_ARGUMENT, "'%.64s' is no id: 36 characters like '%s' are expected", text,
                         "0193545e-b000-7abc-8def-012345670007");
    if (id_partition(&id) >= PARTITION_COUNT)
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "'%s' is no id of this platform: its partition %u is not below %d", text, id_partition(&id),
                         PARTITION_COUNT);
    *ret_id = id;
    return STATUS_OK;
}

enum status id_from_bytes(const void *bytes, size_t len, const char *field, struct id *ret_id, struct error *err)
{
    if (len != ID_BYTES)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %zu bytes, an id has %d", field, len, ID_BYTES);
    struct id id;
    memcpy(id.bytes, bytes, sizeof(id.bytes));
    /* Receivers index by the partition: a number off the wire must not reach them unchecked. */
    if (id_partition(&id) >= PARTITION_COUNT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: partition %u of the id is not below %d", field,
                         id_partition(&id), PARTITION_COUNT);
    *ret_id = id;
    return STATUS_OK;
}

uint16_t id_partition_of_debtor(int32_t agency_id, const void *identity_key, size_t identity_key_len)
{
    ensure_sodium();
    uint32_t agency = (uint32_t)agency_id;
    const uint8_t agency_bytes[] = {(uint8_t)(agency >> 24), (uint8_t)(agency >> 16), (uint8_t)(agency >> 8),
                                    (uint8_t)agency};
    uint8_t hash[crypto_generichash_BYTES];
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, sizeof(hash));
    (void)crypto_generichash_update(&state, agency_bytes, sizeof(agency_bytes));
    if (identity_key_len > 0)
        (void)crypto_generichash_update(&state, identity_key, identity_key_len);
    (void)crypto_generichash_final(&state, hash, sizeof(hash));
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof(number); i++)
        number = number << 8 | hash[i];
    return (uint16_t)(number % PARTITION_COUNT);
}
