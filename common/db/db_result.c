#include <string.h>

#include "db/db_internal.h"

void db_result_free(struct db_result *result)
{
    if (result == NULL)
        return;
    PQclear(result->pg);
    g_free(result);
}

void db_result_freep(struct db_result **result)
{
    db_result_free(*result);
    *result = NULL;
}

size_t db_rows(const struct db_result *result)
{
    return (size_t)PQntuples(result->pg);
}

int64_t db_affected(const struct db_result *result)
{
    /* Not const in libpq's signature, though nothing is changed. */
    return g_ascii_strtoll(PQcmdTuples(result->pg), NULL, 10);
}

bool db_is_null(const struct db_result *result, size_t row, int column)
{
    g_assert(row < db_rows(result) && column >= 0 && column < PQnfields(result->pg));
    return PQgetisnull(result->pg, (int)row, column) != 0;
}

/* The cell's bytes; NULL where it is NULL. Checked in release builds too: an integer of another width would read as a
 * wrong number. */
static const uint8_t *cell(const struct db_result *result, size_t row, int column, uint32_t oid)
{
    bool is_null = db_is_null(result, row, column);
    g_assert_cmpuint(PQftype(result->pg, column), ==, oid);
    return is_null ? NULL : (const uint8_t *)PQgetvalue(result->pg, (int)row, column);
}

bool db_bool(const struct db_result *result, size_t row, int column)
{
    const uint8_t *at = cell(result, row, column, OID_BOOL);
    return at != NULL && at[0] != 0;
}

int16_t db_int2(const struct db_result *result, size_t row, int column)
{
    const uint8_t *at = cell(result, row, column, OID_INT2);
    return at == NULL ? 0 : (int16_t)db_get_be(at, 2);
}

int32_t db_int4(const struct db_result *result, size_t row, int column)
{
    const uint8_t *at = cell(result, row, column, OID_INT4);
    return at == NULL ? 0 : (int32_t)db_get_be(at, 4);
}

int64_t db_int8(const struct db_result *result, size_t row, int column)
{
    const uint8_t *at = cell(result, row, column, OID_INT8);
    return at == NULL ? 0 : (int64_t)db_get_be(at, 8);
}

/* Types whose binary form is their text. */
static bool is_text(uint32_t oid)
{
    static const uint32_t OIDS[] = {OID_TEXT, OID_VARCHAR, OID_BPCHAR, OID_NAME, OID_JSON};
    for (size_t i = 0; i < ARRAY_SIZE(OIDS); i++)
        if (OIDS[i] == oid)
            return true;
    return false;
}

const char *db_text(const struct db_result *result, size_t row, int column)
{
    bool is_null = db_is_null(result, row, column);
    g_assert(is_text(PQftype(result->pg, column)));
    /* libpq ends every value with a NUL. */
    return is_null ? NULL : PQgetvalue(result->pg, (int)row, column);
}

const uint8_t *db_bytes(const struct db_result *result, size_t row, int column, size_t *ret_len)
{
    const uint8_t *at = cell(result, row, column, OID_BYTEA);
    *ret_len = at == NULL ? 0 : (size_t)PQgetlength(result->pg, (int)row, column);
    return at;
}

struct id db_id(const struct db_result *result, size_t row, int column)
{
    struct id id = {{0}};
    const uint8_t *at = cell(result, row, column, OID_UUID);
    if (at != NULL)
        memcpy(id.bytes, at, ID_BYTES);
    return id;
}
