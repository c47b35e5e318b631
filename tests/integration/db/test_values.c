#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "test_database.h"

static const struct test_database *database;
static struct db *db;

static int open_database(void **state)
{
    int failed = database_fixture_open(state, "db_values", NULL);
    const struct database_fixture *fixture = *state;
    database = &fixture->database;
    db = fixture->owner;
    return failed;
}

static struct db_result *exec(const struct db_statement *statement, const struct db_args *args)
{
    struct db_result *result = NULL;
    struct error err = {0};
    if (db_exec(db, statement, args, &result, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return result;
}

static const struct db_statement SCALARS = {
    "test.scalars", "SELECT $1::boolean, $2::smallint, $3::integer, $4::bigint, $5::text, $6::bytea, $7::uuid"};

static void scalars_come_back_as_they_went(void **state)
{
    (void)state;
    struct id id = id_new(63);
    struct db_args args = {0};
    db_arg_bool(&args, true);
    db_arg_int2(&args, INT16_MIN);
    db_arg_int4(&args, INT32_MIN);
    db_arg_int8(&args, INT64_MIN);
    db_arg_text(&args, "Gr\xc3\xbc\xc3\x9f' \"Gott\\");
    db_arg_bytes(&args, "\0\1\xff", 3);
    db_arg_id(&args, &id);
    SCOPED(db_result_freep) struct db_result *result = exec(&SCALARS, &args);
    assert_int_equal(db_rows(result), 1);
    assert_true(db_bool(result, 0, 0));
    assert_int_equal(db_int2(result, 0, 1), INT16_MIN);
    assert_int_equal(db_int4(result, 0, 2), INT32_MIN);
    assert_true(db_int8(result, 0, 3) == INT64_MIN);
    assert_string_equal(db_text(result, 0, 4), "Gr\xc3\xbc\xc3\x9f' \"Gott\\");
    size_t len = 0;
    const uint8_t *bytes = db_bytes(result, 0, 5, &len);
    assert_int_equal(len, 3);
    assert_memory_equal(bytes, "\0\1\xff", 3);
    struct id back = db_id(result, 0, 6);
    assert_true(id_equal(&back, &id));
    for (int column = 0; column < 7; column++)
        assert_false(db_is_null(result, 0, column));
}

static void nulls_come_back_as_nothing(void **state)
{
    (void)state;
    struct db_args args = {0};
    for (int type = DB_BOOL; type <= DB_UUID; type++)
        db_arg_null(&args, (enum db_type)type);
    SCOPED(db_result_freep) struct db_result *result = exec(&SCALARS, &args);
    for (int column = 0; column < 7; column++)
        assert_true(db_is_null(result, 0, column));
    size_t len = 1;
    assert_false(db_bool(result, 0, 0));
    assert_int_equal(db_int2(result, 0, 1), 0);
    assert_int_equal(db_int4(result, 0, 2), 0);
    assert_int_equal(db_int8(result, 0, 3), 0);
    assert_null(db_text(result, 0, 4));
    assert_null(db_bytes(result, 0, 5, &len));
    assert_int_equal(len, 0);
    struct id id = db_id(result, 0, 6);
    assert_true(id_is_none(&id));
}

static void empty_is_not_null(void **state)
{
    (void)state;
    static const struct db_statement STATEMENT = {"test.empty", "SELECT $1::text, $2::bytea, $3::integer[] = '{}'"};
    SCOPED(db_array_freep) struct db_array *array = db_array_new(DB_INT4);
    struct db_args args = {0};
    db_arg_text(&args, "");
    db_arg_bytes(&args, "", 0);
    db_arg_array(&args, array);
    SCOPED(db_result_freep) struct db_result *result = exec(&STATEMENT, &args);
    size_t len = 1;
    assert_string_equal(db_text(result, 0, 0), "");
    assert_non_null(db_bytes(result, 0, 1, &len));
    assert_int_equal(len, 0);
    assert_true(db_bool(result, 0, 2));
}

#define N_ROWS 1000

/* Every third row is NULL where the value may be. */
static bool is_null_row(size_t row)
{
    return row % 3 == 2;
}

struct columns {
    struct db_array *bools, *int2s, *int4s, *int8s, *texts, *bytes, *ids;
};

static void push_row(struct columns *columns, size_t row, const struct id *id)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "row %zu", row);
    db_array_bool(columns->bools, row % 2 == 1);
    db_array_int2(columns->int2s, (int16_t)row);
    if (is_null_row(row))
        db_array_null(columns->int4s);
    else
        db_array_int4(columns->int4s, -(int32_t)row);
    db_array_int8(columns->int8s, (int64_t)row * INT64_C(10000000000));
    db_array_text(columns->texts, is_null_row(row) ? NULL : text);
    db_array_bytes(columns->bytes, is_null_row(row) ? NULL : text, row % 7);
    db_array_id(columns->ids, is_null_row(row) ? NULL : id);
}

static void assert_row(const struct db_result *result, size_t row, const struct id *id)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "row %zu", row);
    assert_int_equal(db_bool(result, row, 0), row % 2 == 1);
    assert_int_equal(db_int2(result, row, 1), row);
    assert_true(db_int8(result, row, 3) == (int64_t)row * INT64_C(10000000000));
    const int may_be_null[] = {2, 4, 5, 6};
    for (size_t i = 0; i < ARRAY_SIZE(may_be_null); i++)
        assert_int_equal(db_is_null(result, row, may_be_null[i]), is_null_row(row));
    if (is_null_row(row))
        return;
    size_t len = 0;
    assert_int_equal(db_int4(result, row, 2), -(int32_t)row);
    assert_string_equal(db_text(result, row, 4), text);
    assert_memory_equal(db_bytes(result, row, 5, &len), text, row % 7);
    assert_int_equal(len, row % 7);
    struct id back = db_id(result, row, 6);
    assert_true(id_equal(&back, id));
}

static void arrays_of_a_thousand_rows_unnest_in_order(void **state)
{
    (void)state;
    static const struct db_statement STATEMENT = {
        "test.unnest",
        "SELECT a, b, c, d, e, f, g FROM unnest($1::boolean[], $2::smallint[], $3::integer[], $4::bigint[], "
        "$5::text[], $6::bytea[], $7::uuid[]) AS t (a, b, c, d, e, f, g)"};
    struct columns columns = {db_array_new(DB_BOOL), db_array_new(DB_INT2), db_array_new(DB_INT4),
                              db_array_new(DB_INT8), db_array_new(DB_TEXT), db_array_new(DB_BYTEA),
                              db_array_new(DB_UUID)};
    struct id *ids = calloc(N_ROWS, sizeof(*ids));
    for (size_t row = 0; row < N_ROWS; row++) {
        ids[row] = id_new((uint16_t)(row % PARTITION_COUNT));
        push_row(&columns, row, &ids[row]);
    }
    struct db_array *const all[] = {columns.bools, columns.int2s, columns.int4s, columns.int8s,
                                    columns.texts, columns.bytes, columns.ids};
    struct db_args args = {0};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        db_arg_array(&args, all[i]);
    SCOPED(db_result_freep) struct db_result *result = exec(&STATEMENT, &args);
    assert_int_equal(db_rows(result), N_ROWS);
    for (size_t row = 0; row < N_ROWS; row++)
        assert_row(result, row, &ids[row]);
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        db_array_free(all[i]);
    free(ids);
}

static void affected_counts_changed_rows(void **state)
{
    (void)state;
    test_database_script(db, "CREATE TABLE affected (a int)");
    static const struct {
        struct db_statement statement;
        int64_t want;
    } CASES[] = {
        {{"test.affected_insert", "INSERT INTO affected SELECT generate_series(1, 10)"}, 10},
        {{"test.affected_update", "UPDATE affected SET a = a + 1 WHERE a > 8"}, 2},
        {{"test.affected_delete", "DELETE FROM affected WHERE a < 5"}, 4},
        {{"test.affected_none", "DELETE FROM affected WHERE a < 5"}, 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        SCOPED(db_result_freep) struct db_result *result = exec(&CASES[i].statement, NULL);
        assert_int_equal(db_affected(result), CASES[i].want);
    }
}

static void other_types_of_parameters_than_before_are_refused(void **state)
{
    (void)state;
    static const struct db_statement STATEMENT = {"test.types", "SELECT $1::bigint"};
    struct error err = {0};
    struct db_args wide = {0};
    struct db_args narrow = {0};
    struct db_args two = {0};
    db_arg_int8(&wide, 1);
    db_arg_int4(&narrow, 1);
    db_arg_int8(&two, 1);
    db_arg_int8(&two, 2);
    assert_int_equal(db_exec(db, &STATEMENT, &wide, NULL, &err), STATUS_OK);
    assert_int_equal(db_exec(db, &STATEMENT, &narrow, NULL, &err), STATUS_INTERNAL);
    assert_string_equal(err.text, "test.types: parameter $1 is integer, was bigint before");
    assert_int_equal(db_exec(db, &STATEMENT, &two, NULL, &err), STATUS_INTERNAL);
    assert_true(db_is_alive(db));
    assert_int_equal(db_exec(db, &STATEMENT, &wide, NULL, &err), STATUS_OK);
}

static void session_is_utf8_utc_and_bounded(void **state)
{
    (void)state;
    static const struct db_statement STATEMENT = {
        "",
        "SELECT current_setting('client_encoding'), current_setting('TimeZone'), current_setting('statement_timeout'), "
        "current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'), "
        "current_setting('work_mem')"};
    char url[720];
    (void)snprintf(url, sizeof(url), "%s?options=-c%%20work_mem%%3D7MB", database->url);
    struct db *other = NULL;
    struct error err = {0};
    struct db_options options = {.url = url, .application = "test-session", .statement_timeout_ms = 1234};
    if (db_open(&options, &other, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    SCOPED(db_closep) struct db *own = other;
    SCOPED(db_result_freep) struct db_result *result = NULL;
    assert_int_equal(db_exec(own, &STATEMENT, NULL, &result, &err), STATUS_OK);
    static const char *const WANT[] = {"UTF8", "UTC", "1234ms", "10s", "test-session", "7MB"};
    for (int i = 0; i < (int)ARRAY_SIZE(WANT); i++)
        assert_string_equal(db_text(result, 0, i), WANT[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_come_back_as_they_went),
        cmocka_unit_test(nulls_come_back_as_nothing),
        cmocka_unit_test(empty_is_not_null),
        cmocka_unit_test(arrays_of_a_thousand_rows_unnest_in_order),
        cmocka_unit_test(affected_counts_changed_rows),
        cmocka_unit_test(other_types_of_parameters_than_before_are_refused),
        cmocka_unit_test(session_is_utf8_utc_and_bounded),
    };
    return cmocka_run_group_tests(tests, open_database, database_fixture_close);
}
