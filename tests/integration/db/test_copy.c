#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "db/db_columns.h"
#include "test_database.h"

static struct db *db;

static const struct db_statement COPY = {"test.copy", "COPY item (n, label, data) FROM STDIN (FORMAT binary)"};
static const struct db_statement SUMS = {
    "test.sums", "SELECT count(*), sum(n)::bigint, count(label), coalesce(sum(length(data)), 0)::bigint FROM item"};

static int open_database(void **state)
{
    int failed = database_fixture_open(state, "db_copy", NULL);
    db = ((struct database_fixture *)*state)->owner;
    test_database_script(db, "CREATE TABLE item (n bigint PRIMARY KEY, label text, data bytea)");
    return failed;
}

static int empty_table(void **state)
{
    (void)state;
    test_database_script(db, "TRUNCATE item");
    return 0;
}

static void assert_status(enum status st, enum status want, const struct error *err)
{
    if (st != want)
        fail_msg("%s, wanted %s: %s", status_name(st), status_name(want), err->text);
}

static void assert_sums(int64_t n_rows, int64_t sum, int64_t n_labels, int64_t n_bytes)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct error err = {0};
    assert_status(db_exec(db, &SUMS, NULL, &result, &err), STATUS_OK, &err);
    assert_int_equal(db_int8(result, 0, 0), n_rows);
    assert_int_equal(db_int8(result, 0, 1), sum);
    assert_int_equal(db_int8(result, 0, 2), n_labels);
    assert_int_equal(db_int8(result, 0, 3), n_bytes);
}

struct columns {
    struct db_array *n, *label, *data;
};

static void columns_free(struct columns *columns)
{
    db_array_free(columns->n);
    db_array_free(columns->label);
    db_array_free(columns->data);
}

static struct columns columns_new(int64_t first, int64_t n_rows, const void *data, size_t data_len)
{
    struct columns columns = {db_array_new(DB_INT8), db_array_new(DB_TEXT), db_array_new(DB_BYTEA)};
    for (int64_t n = first; n < first + n_rows; n++) {
        db_array_int8(columns.n, n);
        db_array_text(columns.label, n % 2 == 0 ? "even" : NULL);
        db_array_bytes(columns.data, data, data_len);
    }
    return columns;
}

static enum status copy(const struct columns *columns, struct error *err)
{
    const struct db_array *const arrays[] = {columns->n, columns->label, columns->data};
    return db_copy_in(db, &COPY, arrays, ARRAY_SIZE(arrays), err);
}

static void rows_arrive_with_their_nulls(void **state)
{
    (void)state;
    SCOPED(columns_free) struct columns columns = columns_new(0, 100000, "abc", 3);
    struct error err = {0};
    assert_status(copy(&columns, &err), STATUS_OK, &err);
    assert_sums(100000, INT64_C(4999950000), 50000, 300000);
}

static void no_rows_are_no_error(void **state)
{
    (void)state;
    SCOPED(columns_free) struct columns columns = columns_new(0, 0, NULL, 0);
    struct error err = {0};
    assert_status(copy(&columns, &err), STATUS_OK, &err);
    assert_sums(0, 0, 0, 0);
}

static void large_values_pass_in_pieces(void **state)
{
    (void)state;
    size_t len = (size_t)8 * 1024 * 1024;
    void *data = calloc(1, len);
    SCOPED(columns_free) struct columns columns = columns_new(0, 8, data, len);
    free(data);
    struct error err = {0};
    assert_status(copy(&columns, &err), STATUS_OK, &err);
    assert_sums(8, 28, 4, (int64_t)(8 * len));
}

static void refused_row_undoes_the_whole_copy(void **state)
{
    (void)state;
    SCOPED(columns_free) struct columns first = columns_new(5000, 1, NULL, 0);
    SCOPED(columns_free) struct columns second = columns_new(0, 100000, "abc", 3);
    struct error err = {0};
    assert_status(copy(&first, &err), STATUS_OK, &err);
    assert_status(copy(&second, &err), STATUS_ALREADY_EXISTS, &err);
    assert_non_null(strstr(err.text, "test.copy: duplicate key"));
    assert_true(db_is_alive(db));
    assert_sums(1, 5000, 1, 0);
}

static void copy_belongs_to_the_transaction(void **state)
{
    (void)state;
    SCOPED(columns_free) struct columns columns = columns_new(0, 10, "abc", 3);
    struct error err = {0};
    struct db_tx tx = {0};
    assert_status(db_tx_begin(db, &tx, &err), STATUS_OK, &err);
    assert_status(copy(&columns, &err), STATUS_OK, &err);
    db_tx_rollback(&tx);
    assert_sums(0, 0, 0, 0);
    assert_status(db_tx_begin(db, &tx, &err), STATUS_OK, &err);
    assert_status(copy(&columns, &err), STATUS_OK, &err);
    assert_status(db_tx_commit(&tx, &err), STATUS_OK, &err);
    assert_sums(10, 45, 5, 30);
}

static void copy_into_no_table_leaves_the_connection_usable(void **state)
{
    (void)state;
    static const struct db_statement NOWHERE = {"test.nowhere", "COPY nowhere (n) FROM STDIN (FORMAT binary)"};
    SCOPED(columns_free) struct columns columns = columns_new(0, 10, "abc", 3);
    const struct db_array *const arrays[] = {columns.n};
    struct error err = {0};
    assert_status(db_copy_in(db, &NOWHERE, arrays, 1, &err), STATUS_INTERNAL, &err);
    assert_true(db_is_alive(db));
    assert_sums(0, 0, 0, 0);
}

/* A column's type that differs from the array's: the server reads the bytes as they are, and sees that they do not fit.
 */
static void columns_of_another_type_are_refused(void **state)
{
    (void)state;
    SCOPED(columns_free) struct columns columns = columns_new(0, 10, "abc", 3);
    const struct db_array *const arrays[] = {columns.data, columns.label, columns.data};
    struct error err = {0};
    assert_status(db_copy_in(db, &COPY, arrays, 3, &err), STATUS_INTERNAL, &err);
    assert_true(db_is_alive(db));
}

/* Arrays go as values of a column, and come back element by element. */
static void arrays_are_values(void **state)
{
    (void)state;
    static const struct db_statement LISTS = {"test.lists",
                                              "COPY list (ids, numbers, texts) FROM STDIN (FORMAT binary)"};
    static const struct db_statement SELECT = {"test.list_select",
                                               "SELECT ids, numbers, texts FROM list ORDER BY place"};
    test_database_script(db, "CREATE TABLE list (place serial, ids uuid[], numbers smallint[], texts text[])");
    SCOPED(db_array_freep) struct db_array *ids = db_array_new(DB_UUID);
    SCOPED(db_array_freep) struct db_array *numbers = db_array_new(DB_INT2);
    SCOPED(db_array_freep) struct db_array *texts = db_array_new(DB_TEXT);
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    static const enum db_type TYPES[] = {DB_ARRAY, DB_ARRAY, DB_ARRAY};
    db_columns_add_all(&columns, TYPES, ARRAY_SIZE(TYPES));
    struct id id = id_new(7);
    struct error err = {0};
    assert_status(db_columns_copy(db, &LISTS, &columns, &err), STATUS_OK, &err);
    for (int row = 0; row < 3; row++) {
        db_array_clear(ids);
        db_array_clear(numbers);
        db_array_clear(texts);
        for (int i = 0; i < row; i++) {
            db_array_id(ids, i == 0 ? &id : NULL);
            db_array_int2(numbers, (int16_t)(i - 1));
            db_array_text(texts, i == 0 ? "gr\xc3\xbcn" : "");
        }
        db_array_array(columns.column[0], ids);
        db_array_array(columns.column[1], row == 1 ? NULL : numbers);
        db_array_array(columns.column[2], texts);
    }
    assert_status(db_columns_copy(db, &LISTS, &columns, &err), STATUS_OK, &err);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    assert_status(db_exec(db, &SELECT, NULL, &result, &err), STATUS_OK, &err);
    assert_int_equal(db_rows(result), 3);
    struct db_elements none = db_elements(result, 0, 0, DB_UUID);
    assert_int_equal(none.n_left, 0);
    assert_true(db_is_null(result, 1, 1));
    struct db_elements of_null = db_elements(result, 1, 1, DB_INT2);
    assert_int_equal(db_next_int2(&of_null), 0);
    struct db_elements back_ids = db_elements(result, 2, 0, DB_UUID);
    struct db_elements back_numbers = db_elements(result, 2, 1, DB_INT2);
    struct db_elements back_texts = db_elements(result, 2, 2, DB_TEXT);
    size_t len = 0;
    assert_int_equal(back_ids.n_left, 2);
    struct id first = db_next_id(&back_ids);
    struct id second = db_next_id(&back_ids);
    assert_true(id_equal(&first, &id) && id_is_none(&second));
    assert_int_equal(db_next_int2(&back_numbers), -1);
    assert_int_equal(db_next_int2(&back_numbers), 0);
    assert_memory_equal(db_next_text(&back_texts, &len), "gr\xc3\xbcn", 5);
    assert_int_equal(len, 5);
    (void)db_next_text(&back_texts, &len);
    assert_int_equal(len, 0);
    assert_string_equal(db_next_text(&back_texts, &len), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rows_arrive_with_their_nulls, empty_table),
        cmocka_unit_test_setup(no_rows_are_no_error, empty_table),
        cmocka_unit_test_setup(large_values_pass_in_pieces, empty_table),
        cmocka_unit_test_setup(refused_row_undoes_the_whole_copy, empty_table),
        cmocka_unit_test_setup(copy_belongs_to_the_transaction, empty_table),
        cmocka_unit_test_setup(copy_into_no_table_leaves_the_connection_usable, empty_table),
        cmocka_unit_test_setup(columns_of_another_type_are_refused, empty_table),
        cmocka_unit_test(arrays_are_values),
    };
    return cmocka_run_group_tests(tests, open_database, database_fixture_close);
}
