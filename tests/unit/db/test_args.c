#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "db/db_internal.h"

static const struct id SOME_ID = {
    {0x01, 0x93, 0x54, 0x5e, 0xb0, 0, 0x7a, 0xbc, 0x8d, 0xef, 1, 0x23, 0x45, 0x67, 0, 0x3f}};

static void assert_arg(const struct db_arg *arg, uint32_t oid, const void *bytes, int length)
{
    assert_int_equal(arg->oid, oid);
    assert_int_equal(arg->length, length);
    if (length > 0)
        assert_memory_equal(arg->value != NULL ? arg->value : arg->scalar, bytes, (size_t)length);
}

static void scalars_are_big_endian_and_copied(void **state)
{
    (void)state;
    struct db_args args = {0};
    db_arg_bool(&args, true);
    db_arg_bool(&args, false);
    db_arg_int2(&args, -2);
    db_arg_int4(&args, 0x01020304);
    db_arg_int8(&args, INT64_C(-0x0102030405060708));
    db_arg_id(&args, &SOME_ID);
    assert_int_equal(args.n, 6);
    assert_arg(&args.arg[0], 16, "\1", 1);
    assert_arg(&args.arg[1], 16, "\0", 1);
    assert_arg(&args.arg[2], 21, "\xff\xfe", 2);
    assert_arg(&args.arg[3], 23, "\1\2\3\4", 4);
    assert_arg(&args.arg[4], 20, "\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf8", 8);
    assert_arg(&args.arg[5], 2950, SOME_ID.bytes, 16);
    for (size_t i = 0; i < args.n; i++)
        assert_null(args.arg[i].value);
}

static void texts_and_bytes_are_lent(void **state)
{
    (void)state;
    static const char TEXT[] = "Gr\xc3\xbc\xc3\x9f";
    struct db_args args = {0};
    db_arg_text(&args, TEXT);
    db_arg_text(&args, "");
    db_arg_bytes(&args, "\0a", 2);
    db_arg_bytes(&args, "", 0);
    assert_arg(&args.arg[0], 25, TEXT, 6);
    assert_ptr_equal(args.arg[0].value, TEXT);
    assert_arg(&args.arg[1], 25, NULL, 0);
    assert_arg(&args.arg[2], 17, "\0a", 2);
    assert_arg(&args.arg[3], 17, NULL, 0);
}

static void nothing_is_null_of_its_type(void **state)
{
    (void)state;
    struct db_args args = {0};
    db_arg_null(&args, DB_INT8);
    db_arg_text(&args, NULL);
    db_arg_bytes(&args, NULL, 0);
    db_arg_id(&args, NULL);
    db_arg_id(&args, &(struct id){{0}});
    static const uint32_t OIDS[] = {20, 25, 17, 2950, 2950};
    for (size_t i = 0; i < ARRAY_SIZE(OIDS); i++)
        assert_arg(&args.arg[i], OIDS[i], NULL, -1);
}

static void longer_than_the_protocol_is_marked(void **state)
{
    (void)state;
    struct db_args args = {0};
    db_arg_bytes(&args, "not read here", DB_VALUE_MAX_BYTES);
    db_arg_bytes(&args, "not read here", DB_VALUE_MAX_BYTES + 1);
    SCOPED(db_array_freep) struct db_array *array = db_array_new(DB_BYTEA);
    db_array_bytes(array, "not read here", DB_VALUE_MAX_BYTES + 1);
    db_arg_array(&args, array);
    assert_int_equal(args.arg[0].length, DB_VALUE_MAX_BYTES);
    assert_int_equal(args.arg[1].length, DB_LENGTH_TOO_LONG);
    assert_int_equal(args.arg[2].length, DB_LENGTH_TOO_LONG);
    assert_true(db_array_has_too_long(array));
}

static void array_is_one_dimension_from_one(void **state)
{
    (void)state;
    SCOPED(db_array_freep) struct db_array *array = db_array_new(DB_INT4);
    db_array_int4(array, 7);
    db_array_int4(array, -1);
    struct db_args args = {0};
    db_arg_array(&args, array);
    static const char WANT[] = "\0\0\0\1"
                               "\0\0\0\0"
                               "\0\0\0\x17"
                               "\0\0\0\2"
                               "\0\0\0\1"
                               "\0\0\0\4\0\0\0\7"
                               "\0\0\0\4\xff\xff\xff\xff";
    assert_arg(&args.arg[0], 1007, WANT, sizeof(WANT) - 1);
}

static void array_says_whether_it_has_nulls(void **state)
{
    (void)state;
    SCOPED(db_array_freep) struct db_array *array = db_array_new(DB_TEXT);
    db_array_text(array, "ab");
    db_array_text(array, NULL);
    db_array_text(array, "");
    assert_int_equal(db_array_length(array), 3);
    struct db_args args = {0};
    db_arg_array(&args, array);
    static const char WANT[] = "\0\0\0\1"
                               "\0\0\0\1"
                               "\0\0\0\x19"
                               "\0\0\0\3"
                               "\0\0\0\1"
                               "\0\0\0\2ab"
                               "\xff\xff\xff\xff"
                               "\0\0\0";
    assert_arg(&args.arg[0], 1009, WANT, sizeof(WANT));
}

static void empty_array_is_its_header_alone(void **state)
{
    (void)state;
    SCOPED(db_array_freep) struct db_array *array = db_array_new(DB_UUID);
    struct db_args args = {0};
    db_arg_array(&args, array);
    assert_arg(&args.arg[0], 2951, "\0\0\0\1\0\0\0\0\0\0\x0b\x86\0\0\0\0\0\0\0\1", 20);
}

static void array_types_have_their_oids(void **state)
{
    (void)state;
    static const struct {
        enum db_type type;
        uint32_t oid;
    } CASES[] = {{DB_BOOL, 1000}, {DB_INT2, 1005},  {DB_INT4, 1007}, {DB_INT8, 1016},
                 {DB_TEXT, 1009}, {DB_BYTEA, 1001}, {DB_UUID, 2951}};
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        SCOPED(db_array_freep) struct db_array *array = db_array_new(CASES[i].type);
        db_array_null(array);
        struct db_args args = {0};
        db_arg_array(&args, array);
        assert_int_equal(args.arg[0].oid, CASES[i].oid);
    }
}

static void array_grows(void **state)
{
    (void)state;
    SCOPED(db_array_freep) struct db_array *array = db_array_new(DB_INT2);
    for (int i = 0; i < 10000; i++)
        db_array_int2(array, (int16_t)i);
    size_t len;
    const uint8_t *elements = db_array_elements(array, &len);
    assert_int_equal(db_array_length(array), 10000);
    assert_int_equal(len, 60000);
    for (size_t i = 0; i < 10000; i++) {
        assert_int_equal(db_get_be(elements + 6 * i, 4), 2);
        assert_int_equal(db_get_be(elements + 6 * i + 4, 2), i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_are_big_endian_and_copied),
        cmocka_unit_test(texts_and_bytes_are_lent),
        cmocka_unit_test(nothing_is_null_of_its_type),
        cmocka_unit_test(longer_than_the_protocol_is_marked),
        cmocka_unit_test(array_is_one_dimension_from_one),
        cmocka_unit_test(array_says_whether_it_has_nulls),
        cmocka_unit_test(empty_array_is_its_header_alone),
        cmocka_unit_test(array_types_have_their_oids),
        cmocka_unit_test(array_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
