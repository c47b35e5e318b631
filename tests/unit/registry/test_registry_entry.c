#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "registry/registry_entry.h"

static const struct instance WHOLE = {
    .service = "contact",
    .id = "contact-3f9a1c",
    .version = "0.1.0",
    .rpc_endpoint = "tcp://127.0.0.1:41233",
    .event_endpoint = "tcp://127.0.0.1:41234",
    .admin_endpoint = "http://127.0.0.1:9101",
    .pid = 4711,
    .started_at_us = INT64_C(1763800000000000),
    .state = INSTANCE_DRAINING,
};
static const char KEY[] = "dunlin:instance:contact:contact-3f9a1c";

static void what_was_written_is_read_back(void **state)
{
    (void)state;
    char *text = NULL;
    assert_int_equal(registry_entry_write(&WHOLE, &text, NULL), STATUS_OK);
    struct instance got = {0};
    assert_true(registry_entry_read(KEY, text, &got));
    assert_string_equal(got.service, WHOLE.service);
    assert_string_equal(got.id, WHOLE.id);
    assert_string_equal(got.version, WHOLE.version);
    assert_string_equal(got.rpc_endpoint, WHOLE.rpc_endpoint);
    assert_string_equal(got.event_endpoint, WHOLE.event_endpoint);
    assert_string_equal(got.admin_endpoint, WHOLE.admin_endpoint);
    assert_int_equal(got.pid, WHOLE.pid);
    assert_int_equal(got.started_at_us, WHOLE.started_at_us);
    assert_int_equal(got.state, INSTANCE_DRAINING);
    free(text);
    char key[REGISTRY_KEY_SIZE];
    assert_string_equal(registry_key(&WHOLE, key), KEY);
}

static void a_newer_entry_is_read_and_an_older_one_has_empty_fields(void **state)
{
    (void)state;
    struct instance got = WHOLE;
    assert_true(registry_entry_read(
        KEY, "{\"service\":\"contact\",\"id\":\"contact-3f9a1c\",\"zone\":{\"rack\":[1]},\"state\":\"serving\"}",
        &got));
    assert_string_equal(got.rpc_endpoint, "");
    assert_int_equal(got.pid, 0);
    assert_int_equal(got.state, INSTANCE_SERVING);
    assert_true(
        registry_entry_read(KEY, "{\"service\":\"contact\",\"id\":\"contact-3f9a1c\",\"state\":\"warming\"}", &got));
    assert_int_equal(got.state, INSTANCE_DRAINING);
}

#define LONG_64 "0123456789012345678901234567890123456789012345678901234567890123"

static const char *const BAD[] = {
    "",
    "nonsense",
    "[]",
    "{}",
    "{\"service\":\"contact\",\"id\":\"contact-3f9a1c\"",                              /* cut */
    "{\"service\":\"contact\"}",                                                       /* no id */
    "{\"id\":\"contact-3f9a1c\"}",                                                     /* no service */
    "{\"service\":\"contact\",\"id\":\"contact-000000\"}",                             /* not that of the key */
    "{\"service\":\"contact\",\"id\":\"contact-3f9a1c\",\"pid\":\"1\"}",               /* of another type */
    "{\"service\":\"contact\",\"id\":\"contact-3f9a1c\",\"state\":1}",                 /* of another type */
    "{\"service\":\"contact\",\"id\":\"contact-3f9a1c\",\"version\":\"" LONG_64 "\"}", /* too long */
    "{\"service\":\"contact\",\"id\":\"" LONG_64 "\"}",                                /* too long */
};

static void garbage_is_refused_and_leaves_the_instance_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(BAD); i++) {
        struct instance got = {.pid = 42};
        if (registry_entry_read(KEY, BAD[i], &got))
            fail_msg("accepted: %s", BAD[i]);
        assert_int_equal(got.pid, 42);
    }
}

static void an_instance_that_is_no_utf8_is_not_announced(void **state)
{
    (void)state;
    struct instance bad = WHOLE;
    bad.version[0] = (char)0xFF;
    char *text = NULL;
    assert_int_equal(registry_entry_write(&bad, &text, NULL), STATUS_INVALID_ARGUMENT);
    assert_null(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_back),
        cmocka_unit_test(a_newer_entry_is_read_and_an_older_one_has_empty_fields),
        cmocka_unit_test(garbage_is_refused_and_leaves_the_instance_alone),
        cmocka_unit_test(an_instance_that_is_no_utf8_is_not_announced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
