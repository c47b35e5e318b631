#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "id/id.h"

static const char *const PARENT = "0193545e-b000-7abc-8def-01234567003f";

static struct id parsed(const char *text)
{
    struct id id = {{0}};
    assert_int_equal(id_parse(text, &id, NULL), STATUS_OK);
    return id;
}

static void assert_text(struct id id, const char *want)
{
    char text[ID_TEXT_SIZE];
    assert_string_equal(id_format(&id, text), want);
}

static void new_id_is_version_7_and_carries_its_partition(void **state)
{
    (void)state;
    for (uint16_t partition = 0; partition < PARTITION_COUNT; partition++) {
        struct id id = id_new(partition);
        assert_int_equal(id.bytes[6] >> 4, 7);
        assert_int_equal(id.bytes[8] >> 6, 2);
        assert_int_equal(id_partition(&id), partition);
    }
}

static void new_id_begins_with_the_wall_clock_even_when_time_is_driven(void **state)
{
    (void)state;
    assert_true(clock_drive((struct instant){0}));
    int64_t before_ms = clock_wall_us() / US_PER_MS;
    struct id id = id_new(1);
    int64_t after_ms = clock_wall_us() / US_PER_MS;
    clock_release();
    int64_t ms = 0;
    for (size_t i = 0; i < 6; i++)
        ms = ms << 8 | id.bytes[i];
    assert_true(before_ms <= ms && ms <= after_ms);
}

#define N_THREADS 4
#define N_EACH    5000

static void *make_ids(void *arg)
{
    struct id *ids = arg;
    for (size_t i = 0; i < N_EACH; i++)
        ids[i] = id_new(9);
    return NULL;
}

static int compare_ids(const void *a, const void *b)
{
    return id_compare(a, b);
}

static void new_ids_of_several_threads_are_unique(void **state)
{
    (void)state;
    static struct id ids[N_THREADS * N_EACH];
    pthread_t threads[N_THREADS];
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_ids, ids + i * N_EACH), 0);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    qsort(ids, N_THREADS * N_EACH, sizeof(ids[0]), compare_ids);
    for (size_t i = 1; i < N_THREADS * N_EACH; i++)
        assert_false(id_equal(&ids[i - 1], &ids[i]));
}

/* Stored contracts: the expected values were computed with Python's hashlib.blake2b. Changing them would give the same
 * dispute another id. */
static void derived_ids_are_what_another_implementation_makes(void **state)
{
    (void)state;
    struct id parent = parsed(PARENT);
    assert_text(id_derive(&parent, "dispute", "first", 5), "d1e861f1-bd54-8513-9cad-db500c20003f");
    assert_text(id_derive(&parent, "dispute", NULL, 0), "4caf0fd3-6e93-83c0-bbf0-21005e9b003f");
    assert_text(id_derive_root(7, "debtor", "client:42", 9), "39f937be-cecb-83a9-a286-055288d00007");
    assert_text(id_derive_root(0, "", NULL, 0), "429fb468-c7e5-8bcf-bee9-268fa35b0000");
}

static void ids_in_order_compare_by_it_and_are_the_same_when_made_again(void **state)
{
    (void)state;
    struct id parent = parsed(PARENT);
    struct id first = id_derive_in_order(&parent, "account", "z", 1, 0x0000FFFFFFFF);
    struct id second = id_derive_in_order(&parent, "account", "a", 1, 0x000100000000);
    struct id again = id_derive_in_order(&parent, "account", "a", 1, UINT64_C(0xFFFF000100000000));
    assert_true(id_compare(&first, &second) < 0);
    assert_true(id_equal(&second, &again));
    assert_int_equal(id_partition(&second), id_partition(&parent));
    assert_int_equal(second.bytes[6] >> 4, 8);
    struct id other = id_derive_in_order(&parent, "account", "b", 1, 0x000100000000);
    assert_false(id_equal(&second, &other));
}

static void derived_id_lives_in_the_partition_of_its_parent(void **state)
{
    (void)state;
    for (uint16_t partition = 0; partition < PARTITION_COUNT; partition++) {
        struct id parent = id_new(partition);
        struct id child = id_derive(&parent, "permit", "k", 1);
        assert_int_equal(id_partition(&child), partition);
        assert_int_equal(child.bytes[6] >> 4, 8);
        assert_int_equal(child.bytes[8] >> 6, 2);
    }
}

static void derived_id_depends_on_parent_kind_and_key_and_where_they_part(void **state)
{
    (void)state;
    struct id parent = parsed(PARENT);
    struct id other_parent = parsed("0193545e-b000-7abc-8def-01234568003f");
    const struct id ids[] = {
        id_derive(&parent, "a", "bc", 2),       id_derive(&parent, "ab", "c", 1), id_derive(&parent, "abc", NULL, 0),
        id_derive(&parent, "", "abc", 3),       id_derive(&parent, "", NULL, 0),  id_derive(&parent, "a", "b\0", 2),
        id_derive(&other_parent, "a", "bc", 2),
    };
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        for (size_t k = i + 1; k < ARRAY_SIZE(ids); k++)
            assert_false(id_equal(&ids[i], &ids[k]));
}

static void debtor_partitions_are_what_another_implementation_makes(void **state)
{
    (void)state;
    static const struct {
        int32_t agency_id;
        const char *key;
        size_t len;
        uint16_t partition;
    } CASES[] = {
        {1, "", 0, 40}, {1, "client:42", 9, 50}, {2, "client:42", 9, 48}, {-1, "x", 1, 2}, {INT32_MAX, "\0\1\2", 3, 12},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++)
        assert_int_equal(id_partition_of_debtor(CASES[i].agency_id, CASES[i].key, CASES[i].len), CASES[i].partition);
}

static void debtors_spread_over_all_partitions(void **state)
{
    (void)state;
    unsigned n[PARTITION_COUNT] = {0};
    for (uint32_t key = 0; key < 64000; key++)
        n[id_partition_of_debtor(1, &key, sizeof(key))]++;
    /* 1000 are expected in each, the standard deviation is 31: 800 and 1200 are more than six of them away. */
    for (size_t i = 0; i < PARTITION_COUNT; i++)
        assert_in_range(n[i], 800, 1200);
}

static void text_round_trips_in_either_case(void **state)
{
    (void)state;
    assert_text(parsed(PARENT), PARENT);
    assert_text(parsed("0193545E-B000-7ABC-8DEF-01234567003F"), PARENT);
    struct id id = id_new(63);
    char text[ID_TEXT_SIZE];
    struct id again = parsed(id_format(&id, text));
    assert_true(id_equal(&id, &again));
}

static void refuses_texts_that_are_no_id(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *reason;
    } CASES[] = {
        {"", "is no id"},
        {"0193545e-b000-7abc-8def-01234567003", "is no id"},
        {"0193545e-b000-7abc-8def-01234567003f0", "is no id"},
        {"0193545eb0007abc8def01234567003f", "is no id"},
        {"{193545e-b000-7abc-8def-01234567003}", "is no id"},
        {"0193545e-b000-7abc-8def-01234567003g", "is no id"},
        {"0193545e-b0007-abc-8def-01234567003f", "is no id"},
        {"0193545e b000 7abc 8def 01234567003f", "is no id"},
        {"0193545e-b000-7abc-8def-012345670040", "its partition 64 is not below 64"},
        {"0193545e-b000-7abc-8def-01234567ffff", "its partition 65535 is not below 64"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        struct id id = {{42}};
        struct error err = {0};
        assert_int_equal(id_parse(CASES[i].text, &id, &err), STATUS_INVALID_ARGUMENT);
        assert_non_null(strstr(err.text, CASES[i].reason));
        assert_non_null(strstr(err.text, CASES[i].text));
        assert_int_equal(id.bytes[0], 42);
    }
}

static void reads_sixteen_bytes_and_no_other_number(void **state)
{
    (void)state;
    struct id parent = parsed(PARENT);
    struct id id = {{0}};
    struct error err = {0};
    assert_int_equal(id_from_bytes(parent.bytes, 16, "account_id", &id, &err), STATUS_OK);
    assert_true(id_equal(&id, &parent));
    assert_int_equal(id_from_bytes(parent.bytes, 15, "account_id", &id, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(err.text, "account_id: 15 bytes, an id has 16");
    assert_int_equal(id_from_bytes(NULL, 0, "account_id", &id, &err), STATUS_INVALID_ARGUMENT);
    parent.bytes[14] = 1;
    assert_int_equal(id_from_bytes(parent.bytes, 16, "account_id", &id, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(err.text, "account_id: partition 319 of the id is not below 64");
}

static void only_the_zero_id_is_none(void **state)
{
    (void)state;
    assert_true(id_is_none(&(struct id){{0}}));
    for (size_t i = 0; i < ID_BYTES; i++) {
        struct id id = {{0}};
        id.bytes[i] = 1;
        assert_false(id_is_none(&id));
    }
}

static void compares_like_its_text(void **state)
{
    (void)state;
    struct id low = parsed("00000000-0000-7000-8000-00000000003f");
    struct id high = parsed("ff000000-0000-7000-8000-000000000000");
    assert_true(id_compare(&low, &high) < 0);
    assert_true(id_compare(&high, &low) > 0);
    assert_int_equal(id_compare(&low, &low), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_id_is_version_7_and_carries_its_partition),
        cmocka_unit_test(new_id_begins_with_the_wall_clock_even_when_time_is_driven),
        cmocka_unit_test(new_ids_of_several_threads_are_unique),
        cmocka_unit_test(derived_ids_are_what_another_implementation_makes),
        cmocka_unit_test(ids_in_order_compare_by_it_and_are_the_same_when_made_again),
        cmocka_unit_test(derived_id_lives_in_the_partition_of_its_parent),
        cmocka_unit_test(derived_id_depends_on_parent_kind_and_key_and_where_they_part),
        cmocka_unit_test(debtor_partitions_are_what_another_implementation_makes),
        cmocka_unit_test(debtors_spread_over_all_partitions),
        cmocka_unit_test(text_round_trips_in_either_case),
        cmocka_unit_test(refuses_texts_that_are_no_id),
        cmocka_unit_test(reads_sixteen_bytes_and_no_other_number),
        cmocka_unit_test(only_the_zero_id_is_none),
        cmocka_unit_test(compares_like_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
