#include <string.h>

#include "db/db_internal.h"

static const struct db_type_info TYPES[] = {
    [DB_BOOL] = {"boolean", OID_BOOL, 1000}, [DB_INT2] = {"smallint", OID_INT2, 1005},
    [DB_INT4] = {"integer", OID_INT4, 1007}, [DB_INT8] = {"bigint", OID_INT8, 1016},
    [DB_TEXT] = {"text", OID_TEXT, 1009},    [DB_BYTEA] = {"bytea", OID_BYTEA, 1001},
    [DB_UUID] = {"uuid", OID_UUID, 2951},
};

const struct db_type_info *db_type_info(enum db_type type)
{
    g_assert((size_t)type < ARRAY_SIZE(TYPES));
    return &TYPES[type];
}

const char *db_type_name_of_oid(uint32_t oid)
{
    static const char *const ARRAY_NAMES[] = {
        [DB_BOOL] = "boolean[]", [DB_INT2] = "smallint[]", [DB_INT4] = "integer[]", [DB_INT8] = "bigint[]",
        [DB_TEXT] = "text[]",    [DB_BYTEA] = "bytea[]",   [DB_UUID] = "uuid[]",
    };
    for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++) {
        if (TYPES[i].oid == oid)
            return TYPES[i].name;
        if (TYPES[i].array_oid == oid)
            return ARRAY_NAMES[i];
    }
    return "another type";
}

void db_put_be16(uint8_t *at, uint16_t value)
{
    value = GUINT16_TO_BE(value);
    memcpy(at, &value, sizeof(value));
}

void db_put_be32(uint8_t *at, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    memcpy(at, &value, sizeof(value));
}

void db_put_be64(uint8_t *at, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    memcpy(at, &value, sizeof(value));
}

uint64_t db_get_be(const uint8_t *at, size_t n_bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n_bytes; i++)
        value = value << 8 | at[i];
    return value;
}
