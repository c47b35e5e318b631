#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/cache.h"
#include "cache_fixture.h"
#include "clock/clock.h"

static int open_group(void **state)
{
    return cache_fixture_open(state, "cache");
}

static void set_text(struct cache *cache, const char *key, const char *value, int64_t ttl_ms)
{
    struct error err = {0};
    if (cache_set(cache, key, value, strlen(value), ttl_ms, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

static void a_value_of_any_bytes_is_kept_until_it_is_deleted(void **state)
{
    struct cache_fixture *fixture = *state;
    static const char VALUE[] = {'a', '\0', '\r', '\n', (char)0xFF};
    assert_int_equal(cache_ping(fixture->cache, NULL), STATUS_OK);
    assert_int_equal(cache_set(fixture->cache, "bytes", VALUE, sizeof(VALUE), 0, NULL), STATUS_OK);
    char *value = NULL;
    size_t len = 0;
    assert_int_equal(cache_get(fixture->cache, "bytes", &value, &len, NULL), STATUS_OK);
    assert_int_equal(len, sizeof(VALUE));
    assert_memory_equal(value, VALUE, len);
    assert_int_equal(value[len], 0);
    free(TAKE(value));
    assert_int_equal(cache_delete(fixture->cache, "bytes", NULL), STATUS_OK);
    assert_int_equal(cache_delete(fixture->cache, "bytes", NULL), STATUS_OK);
    assert_int_equal(cache_get(fixture->cache, "bytes", &value, &len, NULL), STATUS_NOT_FOUND);
    assert_null(value);
}

static void what_is_there_can_be_given_more_time(void **state)
{
    struct cache_fixture *fixture = *state;
    char *value = NULL;
    size_t len = 0;
    set_text(fixture->cache, "tired", "x", 60000);
    assert_int_equal(cache_extend(fixture->cache, "tired", 120000, NULL), STATUS_OK);
    assert_int_equal(cache_get(fixture->cache, "tired", &value, &len, NULL), STATUS_OK);
    free(value);
    assert_int_equal(cache_delete(fixture->cache, "tired", NULL), STATUS_OK);
    assert_int_equal(cache_extend(fixture->cache, "tired", 120000, NULL), STATUS_NOT_FOUND);
}

static void a_value_dies_after_its_time_to_live(void **state)
{
    struct cache_fixture *fixture = *state;
    set_text(fixture->cache, "mortal", "x", 20);
    struct monotonic deadline = clock_deadline_ms(10000);
    enum status st = STATUS_OK;
    while (st == STATUS_OK && clock_remaining_ms(deadline) > 0) {
        char *value = NULL;
        size_t len = 0;
        st = cache_get(fixture->cache, "mortal", &value, &len, NULL);
        free(value);
        (void)poll(NULL, 0, 1);
    }
    assert_int_equal(st, STATUS_NOT_FOUND);
}

static void a_group_is_found_by_its_exact_prefix_among_many_keys(void **state)
{
    struct cache_fixture *fixture = *state;
    enum { N = 1700 };
    char key[32];
    char value[32];
    for (int i = 0; i < N; i++) {
        (void)snprintf(key, sizeof(key), "group[*]:%04d", i);
        (void)snprintf(value, sizeof(value), "value %d", i);
        set_text(fixture->cache, key, value, 60000);
        (void)snprintf(key, sizeof(key), "group*:%04d", i);
        set_text(fixture->cache, key, "of another group", 60000);
    }
    struct cache_entry *entries = NULL;
    size_t n = 0;
    assert_int_equal(cache_scan(fixture->cache, "group[*]:", &entries, &n, NULL), STATUS_OK);
    assert_int_equal(n, N);
    for (int i = 0; i < N; i++) {
        (void)snprintf(key, sizeof(key), "group[*]:%04d", i);
        (void)snprintf(value, sizeof(value), "value %d", i);
        assert_string_equal(entries[i].key, key);
        assert_string_equal(entries[i].value, value);
    }
    cache_entries_free(entries, n);
    assert_int_equal(cache_scan(fixture->cache, "nobody:", &entries, &n, NULL), STATUS_OK);
    assert_int_equal(n, 0);
    cache_entries_free(entries, n);
}

static void databases_do_not_see_each_other(void **state)
{
    struct cache_fixture *fixture = *state;
    set_text(fixture->cache, "here", "x", 0);
    char url[512];
    size_t len = strcspn(fixture->database.redis_url, "?");
    (void)snprintf(url, sizeof(url), "%.*s", (int)len, fixture->database.redis_url);
    struct cache *other = NULL;
    assert_int_equal(cache_new(&(struct cache_options){.url = url}, &other, NULL), STATUS_OK);
    char *value = NULL;
    assert_int_equal(cache_get(other, "here", &value, &len, NULL), STATUS_NOT_FOUND);
    cache_free(other);
}

static void a_database_that_does_not_exist_is_no_connection(void **state)
{
    struct cache_fixture *fixture = *state;
    char url[512];
    (void)snprintf(url, sizeof(url), "%.*s?db=65535", (int)strcspn(fixture->database.redis_url, "?"),
                   fixture->database.redis_url);
    struct cache *other = NULL;
    assert_int_equal(cache_new(&(struct cache_options){.url = url}, &other, NULL), STATUS_OK);
    struct error err = {0};
    assert_int_equal(cache_ping(other, &err), STATUS_INTERNAL);
    assert_non_null(strstr(err.text, "SELECT"));
    assert_int_equal(cache_ping(other, &err), STATUS_UNAVAILABLE);
    cache_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_of_any_bytes_is_kept_until_it_is_deleted),
        cmocka_unit_test(what_is_there_can_be_given_more_time),
        cmocka_unit_test(a_value_dies_after_its_time_to_live),
        cmocka_unit_test(a_group_is_found_by_its_exact_prefix_among_many_keys),
        cmocka_unit_test(databases_do_not_see_each_other),
        cmocka_unit_test(a_database_that_does_not_exist_is_no_connection),
    };
    return cmocka_run_group_tests(tests, open_group, cache_fixture_close);
}
