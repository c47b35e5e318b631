#include <string.h>

#include "db/db_internal.h"

static struct db_arg *next_arg(struct db_args *args, enum db_type type)
{
    g_assert(args->n < DB_ARGS_MAX);
    struct db_arg *arg = &args->arg[args->n++];
    *arg = (struct db_arg){.oid = db_type_info(type)->oid, .length = DB_LENGTH_NULL};
    return arg;
}

/* `value` NULL would mean "look into scalar", hence the empty string for an empty one. */
static void lend(struct db_arg *arg, const void *bytes, size_t len)
{
    if (bytes == NULL)
        return;
    arg->value = len > 0 ? bytes : "";
    arg->length = len <= DB_VALUE_MAX_BYTES ? (int)len : DB_LENGTH_TOO_LONG;
}

void db_arg_null(struct db_args *args, enum db_type type)
{
    (void)next_arg(args, type);
}

void db_arg_bool(struct db_args *args, bool value)
{
    struct db_arg *arg = next_arg(args, DB_BOOL);
    arg->scalar[0] = value;
    arg->length = 1;
}

void db_arg_int2(struct db_args *args, int16_t value)
{
    struct db_arg *arg = next_arg(args, DB_INT2);
    db_put_be16(arg->scalar, (uint16_t)value);
    arg->length = 2;
}

void db_arg_int4(struct db_args *args, int32_t value)
{
    struct db_arg *arg = next_arg(args, DB_INT4);
    db_put_be32(arg->scalar, (uint32_t)value);
    arg->length = 4;
}

void db_arg_int8(struct db_args *args, int64_t value)
{
    struct db_arg *arg = next_arg(args, DB_INT8);
    db_put_be64(arg->scalar, (uint64_t)value);
    arg->length = 8;
}

void db_arg_text(struct db_args *args, const char *value)
{
    lend(next_arg(args, DB_TEXT), value, value == NULL ? 0 : strlen(value));
}

void db_arg_bytes(struct db_args *args, const void *bytes, size_t len)
{
    lend(next_arg(args, DB_BYTEA), bytes, len);
}

void db_arg_id(struct db_args *args, const struct id *value)
{
    struct db_arg *arg = next_arg(args, DB_UUID);
    if (value == NULL || id_is_none(value))
        return;
    memcpy(arg->scalar, value->bytes, ID_BYTES);
    arg->length = ID_BYTES;
}
