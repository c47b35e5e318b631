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

/* As db_array.c says. No dimensions: no elements. */
#define ARRAY_HEADER_BYTES       12
#define ARRAY_DIMENSION_BYTES    8
#define ARRAY_ELEMENT_TYPE_PLACE 8

struct db_elements db_elements(const struct db_result *result, size_t row, int column, enum db_type type)
{
    const uint8_t *at = cell(result, row, column, db_type_info(type)->array_oid);
    if (at == NULL || db_get_be(at, 4) == 0)
        return (struct db_elements){0};
    g_assert_cmpuint(db_get_be(at, 4), ==, 1);
    g_assert_cmpuint(db_get_be(at + ARRAY_ELEMENT_TYPE_PLACE, 4), ==, db_type_info(type)->oid);
    return (struct db_elements){.at = at + ARRAY_HEADER_BYTES + ARRAY_DIMENSION_BYTES,
                                .n_left = db_get_be(at + ARRAY_HEADER_BYTES, 4)};
}

/* The next element's bytes, NULL where there is none or it is NULL. */
static const uint8_t *next_element(struct db_elements *elements, size_t *ret_len)
{
    *ret_len = 0;
    if (elements->n_left == 0)
        return NULL;
    uint32_t len = (uint32_t)db_get_be(elements->at, 4);
    const uint8_t *value = elements->at + 4;
    bool is_null = len == UINT32_MAX;
    *ret_len = is_null ? 0 : len;
    elements->at = value + *ret_len;
    elements->n_left--;
    return is_null ? NULL : value;
}

int16_t db_next_int2(struct db_elements *elements)
{
    size_t len;
    const uint8_t *at = next_element(elements, &len);
    return at == NULL ? 0 : (int16_t)db_get_be(at, 2);
}

struct id db_next_id(struct db_elements *elements)
{
    struct id id = {{0}};
    size_t len;
    const uint8_t *at = next_element(elements, &len);
    if (at != NULL)
        memcpy(id.bytes, at, ID_BYTES);
    return id;
}

const char *db_next_text(struct db_elements *elements, size_t *ret_len)
{
    const uint8_t *at = next_element(elements, ret_len);
    return at == NULL ? "" : (const char *)at;
}
