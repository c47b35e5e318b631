#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/db_columns.h"
#include "id/id_table.h"

static const struct db_statement STATEMENT = {"test.rows", "SELECT 1"};
static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_INT4, DB_TEXT};

static void arrays_become_the_parameters_in_order(void **state)
{
    (void)state;
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    struct db_call call;
    const struct id id = id_new(3);
    db_columns_add_all(&columns, TYPES, ARRAY_SIZE(TYPES));
    db_columns_push_key(&columns, &id);
    db_array_int4(columns.column[2], 7);
    db_array_text(columns.column[3], "seven");
    db_columns_bind(&columns, &STATEMENT, &call);
    db_arg_int4(&call.args, 10);
    assert_ptr_equal(call.statement, &STATEMENT);
    assert_null(call.result);
    assert_int_equal(call.args.n, 5);
    static const uint32_t OIDS[] = {1005, 2951, 1007, 1009, 23}; /* the arrays' types, then a plain integer */
    for (size_t i = 0; i < ARRAY_SIZE(OIDS); i++)
        assert_int_equal(call.args.arg[i].oid, OIDS[i]);
}

static void keys_are_a_partition_and_an_id_each(void **state)
{
    (void)state;
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    g_autoptr(GHashTable) set = id_set_new();
    const struct id ids[] = {id_new(3), id_new(4), id_new(5)};
    db_columns_add_keys(&keys);
    assert_int_equal(db_columns_rows(&keys), 0);
    db_columns_push_ids(&keys, ids, ARRAY_SIZE(ids));
    assert_int_equal(db_columns_rows(&keys), 3);
    (void)id_set_add(set, &ids[0]);
    (void)id_set_add(set, &ids[2]);
    db_columns_push_id_set(&keys, set);
    assert_int_equal(db_columns_rows(&keys), 5);
    assert_int_equal(db_array_length(keys.column[1]), 5);
}

static void what_has_no_arrays_has_no_rows(void **state)
{
    (void)state;
    struct db_columns columns = {0};
    assert_int_equal(db_columns_rows(&columns), 0);
    db_columns_fini(&columns);
}

static void writes_without_rows_need_no_server(void **state)
{
    (void)state;
    static const struct db_write WRITES[] = {{.statement = &STATEMENT, .types = TYPES, .n_types = ARRAY_SIZE(TYPES)},
                                             {.statement = &STATEMENT, .types = TYPES, .n_types = 2}};
    struct db_columns columns[ARRAY_SIZE(WRITES)];
    struct error err = {0};
    db_writes_init(columns, WRITES, ARRAY_SIZE(WRITES));
    assert_int_equal(columns[0].n, 4);
    assert_int_equal(columns[1].n, 2);
    assert_int_equal(db_writes_run(NULL, WRITES, columns, ARRAY_SIZE(WRITES), &err), STATUS_OK);
    assert_int_equal(db_writes_run_all(NULL, WRITES, columns, ARRAY_SIZE(WRITES), &err), STATUS_OK);
    db_writes_fini(columns, ARRAY_SIZE(WRITES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_become_the_parameters_in_order),
        cmocka_unit_test(keys_are_a_partition_and_an_id_each),
        cmocka_unit_test(what_has_no_arrays_has_no_rows),
        cmocka_unit_test(writes_without_rows_need_no_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
