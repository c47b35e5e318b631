#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "id/id_table.h"

static struct id some_id(const char *key)
{
    return id_derive_root(5, "test", key, 1);
}

static void a_table_keeps_its_keys_when_the_caller_s_are_gone(void **state)
{
    (void)state;
    g_autoptr(GHashTable) table = id_table_new(g_free);
    struct id key = some_id("a");
    assert_true(id_table_put(table, &key, g_strdup("first")));
    key = some_id("b");
    assert_null(g_hash_table_lookup(table, &key));
    key = some_id("a");
    assert_string_equal(g_hash_table_lookup(table, &key), "first");
}

static void putting_again_replaces_the_value(void **state)
{
    (void)state;
    g_autoptr(GHashTable) table = id_table_new(g_free);
    const struct id key = some_id("a");
    assert_true(id_table_put(table, &key, NULL));
    assert_true(g_hash_table_contains(table, &key));
    assert_false(id_table_put(table, &key, g_strdup("second")));
    assert_string_equal(g_hash_table_lookup(table, &key), "second");
    assert_int_equal(g_hash_table_size(table), 1);
}

static void ids_that_differ_in_one_byte_are_different_keys(void **state)
{
    (void)state;
    g_autoptr(GHashTable) set = id_set_new();
    const struct id base = some_id("a");
    for (size_t i = 0; i < ID_BYTES; i++) {
        struct id other = base;
        other.bytes[i] ^= 1;
        assert_true(id_set_add(set, &other));
        assert_false(id_set_add(set, &other));
    }
    assert_false(g_hash_table_contains(set, &base));
    assert_int_equal(g_hash_table_size(set), ID_BYTES);
}

static void sorts_the_values_by_their_ids_and_leaves_out_what_is_null(void **state)
{
    (void)state;
    g_autoptr(GHashTable) table = id_table_new(NULL);
    struct id ids[100];
    for (int i = 0; i < 100; i++) {
        char key = (char)i;
        ids[i] = some_id(&key);
        assert_true(id_table_put(table, &ids[i], i % 10 == 0 ? NULL : &ids[i]));
    }
    g_autoptr(GPtrArray) sorted = id_table_sorted(table);
    assert_int_equal(sorted->len, 90);
    for (guint i = 1; i < sorted->len; i++)
        assert_true(id_compare(g_ptr_array_index(sorted, i - 1), g_ptr_array_index(sorted, i)) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_keeps_its_keys_when_the_caller_s_are_gone),
        cmocka_unit_test(putting_again_replaces_the_value),
        cmocka_unit_test(ids_that_differ_in_one_byte_are_different_keys),
        cmocka_unit_test(sorts_the_values_by_their_ids_and_leaves_out_what_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
