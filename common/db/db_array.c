#include <string.h>

#include "db/db_internal.h"

/* Kept in PostgreSQL's binary form all the time (array_recv): number of dimensions, "has NULLs", element type, then
 * length and lower bound of the one dimension; then each element as length (-1: NULL) and value. Integers are
 * big-endian. */
#define HEADER_BYTES    20
#define AT_DIMENSIONS   0
#define AT_HAS_NULLS    4
#define AT_ELEMENT_TYPE 8
#define AT_LENGTH       12
#define AT_LOWER_BOUND  16

struct db_array {
    enum db_type type;
    uint32_t n;
    uint8_t *bytes;
    size_t len;
    size_t capacity;
    bool has_too_long; /* an element over PostgreSQL's limit was left out: the array must not be sent */
};

struct db_array *db_array_new(enum db_type type)
{
    struct db_array *array = g_new0(struct db_array, 1);
    array->type = type;
    array->capacity = 256;
    array->bytes = g_malloc(array->capacity);
    array->len = HEADER_BYTES;
    db_put_be32(array->bytes + AT_DIMENSIONS, 1);
    db_put_be32(array->bytes + AT_HAS_NULLS, 0);
    db_put_be32(array->bytes + AT_ELEMENT_TYPE, type == DB_ARRAY ? 0 : db_type_info(type)->oid);
    db_put_be32(array->bytes + AT_LENGTH, 0);
    db_put_be32(array->bytes + AT_LOWER_BOUND, 1);
    return array;
}

void db_array_free(struct db_array *array)
{
    if (array == NULL)
        return;
    g_free(array->bytes);
    g_free(array);
}

void db_array_freep(struct db_array **array)
{
    db_array_free(*array);
    *array = NULL;
}

void db_array_clear(struct db_array *array)
{
    array->n = 0;
    array->len = HEADER_BYTES;
    array->has_too_long = false;
    db_put_be32(array->bytes + AT_HAS_NULLS, 0);
    db_put_be32(array->bytes + AT_LENGTH, 0);
}

size_t db_array_length(const struct db_array *array)
{
    return array->n;
}

/* Room for one more element, whose length is written; the caller writes the value. */
static uint8_t *push(struct db_array *array, uint32_t length, size_t value_bytes)
{
    size_t need = array->len + 4 + value_bytes;
    if (need > array->capacity) {
        array->capacity = MAX(need, array->capacity * 2);
        array->bytes = g_realloc(array->bytes, array->capacity);
    }
    uint8_t *at = array->bytes + array->len;
    db_put_be32(at, length);
    array->len = need;
    array->n++;
    db_put_be32(array->bytes + AT_LENGTH, array->n);
    return at + 4;
}

static void push_bytes(struct db_array *array, const void *bytes, size_t len)
{
    if (len > DB_VALUE_MAX_BYTES) {
        array->has_too_long = true;
        db_array_null(array);
        return;
    }
    uint8_t *at = push(array, (uint32_t)len, len);
    if (len > 0)
        memcpy(at, bytes, len);
}

void db_array_null(struct db_array *array)
{
    (void)push(array, UINT32_MAX, 0);
    db_put_be32(array->bytes + AT_HAS_NULLS, 1);
}

void db_array_bool(struct db_array *array, bool value)
{
    g_assert(array->type == DB_BOOL);
    *push(array, 1, 1) = value;
}

void db_array_int2(struct db_array *array, int16_t value)
{
    g_assert(array->type == DB_INT2);
    db_put_be16(push(array, 2, 2), (uint16_t)value);
}

void db_array_int4(struct db_array *array, int32_t value)
{
    g_assert(array->type == DB_INT4);
    db_put_be32(push(array, 4, 4), (uint32_t)value);
}

void db_array_int8(struct db_array *array, int64_t value)
{
    g_assert(array->type == DB_INT8);
    db_put_be64(push(array, 8, 8), (uint64_t)value);
}

void db_array_text(struct db_array *array, const char *value)
{
    g_assert(array->type == DB_TEXT);
    if (value == NULL)
        db_array_null(array);
    else
        push_bytes(array, value, strlen(value));
}

void db_array_bytes(struct db_array *array, const void *bytes, size_t len)
{
    g_assert(array->type == DB_BYTEA);
    if (bytes == NULL)
        db_array_null(array);
    else
        push_bytes(array, bytes, len);
}

void db_array_id(struct db_array *array, const struct id *value)
{
    g_assert(array->type == DB_UUID);
    if (value == NULL || id_is_none(value))
        db_array_null(array);
    else
        push_bytes(array, value->bytes, ID_BYTES);
}

void db_array_array(struct db_array *array, const struct db_array *value)
{
    g_assert(array->type == DB_ARRAY);
    if (value == NULL) {
        db_array_null(array);
        return;
    }
    push_bytes(array, value->bytes, value->len);
    array->has_too_long = array->has_too_long || value->has_too_long;
}

bool db_array_has_too_long(const struct db_array *array)
{
    return array->has_too_long;
}

const uint8_t *db_array_elements(const struct db_array *array, size_t *ret_len)
{
    *ret_len = array->len - HEADER_BYTES;
    return array->bytes + HEADER_BYTES;
}

void db_arg_array(struct db_args *args, const struct db_array *array)
{
    g_assert(args->n < DB_ARGS_MAX);
    struct db_arg *arg = &args->arg[args->n++];
    *arg = (struct db_arg){.oid = db_type_info(array->type)->array_oid};
    bool fits = array->len <= DB_VALUE_MAX_BYTES && !array->has_too_long;
    arg->value = array->bytes;
    arg->length = fits ? (int)array->len : DB_LENGTH_TOO_LONG;
}
