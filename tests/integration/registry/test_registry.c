#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache_fixture.h"
#include "registry/registry.h"

static int open_group(void **state)
{
    return cache_fixture_open(state, "registry");
}

static struct instance instance(const char *service, const char *id)
{
    struct instance i = {.rpc_endpoint = "tcp://127.0.0.1:41233", .pid = 4711};
    (void)snprintf(i.service, sizeof(i.service), "%s", service);
    (void)snprintf(i.id, sizeof(i.id), "%s", id);
    return i;
}

static void put_raw(struct cache *cache, const char *key, const char *text)
{
    assert_int_equal(cache_set(cache, key, text, strlen(text), REGISTRY_TTL_MS, NULL), STATUS_OK);
}

static struct roster *read_all(struct cache *cache)
{
    struct roster *roster = NULL;
    struct error err = {0};
    if (registry_read(cache, &roster, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return roster;
}

static void the_announced_are_read_in_order_until_they_withdraw(void **state)
{
    struct cache_fixture *fixture = *state;
    struct instance all[] = {instance("intake", "intake-b"), instance("contact", "contact-z"),
                             instance("intake", "intake-a")};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        assert_int_equal(registry_announce(fixture->cache, &all[i], NULL), STATUS_OK);
    all[1].state = INSTANCE_DRAINING;
    assert_int_equal(registry_announce(fixture->cache, &all[1], NULL), STATUS_OK);

    /* What others have left there: garbage, and an entry of a version that knows more. */
    put_raw(fixture->cache, "dunlin:instance:contact:contact-0", "{\"service\":");
    put_raw(fixture->cache, "dunlin:instance:contact:contact-1", "{\"service\":\"contact\",\"id\":\"contact-9\"}");
    put_raw(fixture->cache, "dunlin:instance:dialer:dialer-1",
            "{\"service\":\"dialer\",\"id\":\"dialer-1\",\"zone\":\"eu-1\"}");
    put_raw(fixture->cache, "dunlin:instances:x:y", "{\"service\":\"x\",\"id\":\"y\"}");

    struct roster *roster = read_all(fixture->cache);
    static const char *const WANT[] = {"contact-z", "dialer-1", "intake-a", "intake-b"};
    assert_int_equal(roster->n, ARRAY_SIZE(WANT));
    for (size_t i = 0; i < ARRAY_SIZE(WANT); i++)
        assert_string_equal(roster->instances[i].id, WANT[i]);
    assert_int_equal(roster->instances[0].state, INSTANCE_DRAINING);
    assert_string_equal(roster->instances[2].rpc_endpoint, "tcp://127.0.0.1:41233");
    assert_null(roster_owner(roster, "contact", 1));
    roster_free(roster);

    assert_int_equal(registry_withdraw(fixture->cache, &all[0], NULL), STATUS_OK);
    assert_int_equal(registry_withdraw(fixture->cache, &all[0], NULL), STATUS_OK);
    roster = read_all(fixture->cache);
    assert_null(roster_find(roster, "intake-b"));
    assert_non_null(roster_find(roster, "intake-a"));
    roster_free(roster);
}

static void without_redis_nothing_is_known(void **state)
{
    (void)state;
    struct cache *nowhere = NULL;
    assert_int_equal(cache_new(&(struct cache_options){.url = "unix:///nowhere/redis.sock"}, &nowhere, NULL),
                     STATUS_OK);
    struct roster *roster = NULL;
    struct instance i = instance("intake", "intake-a");
    assert_int_equal(registry_read(nowhere, &roster, NULL), STATUS_UNAVAILABLE);
    assert_null(roster);
    assert_int_equal(registry_announce(nowhere, &i, NULL), STATUS_UNAVAILABLE);
    assert_int_equal(registry_withdraw(nowhere, &i, NULL), STATUS_UNAVAILABLE);
    cache_free(nowhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_announced_are_read_in_order_until_they_withdraw),
        cmocka_unit_test(without_redis_nothing_is_known),
    };
    return cmocka_run_group_tests(tests, open_group, cache_fixture_close);
}
