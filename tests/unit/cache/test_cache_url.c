#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cache/cache_url.h"

static const struct {
    const char *text;
    struct cache_url want;
} GOOD[] = {
    {"redis://localhost:7000", {.host = (char[]){"localhost"}, .port = 7000}},
    {"redis://localhost", {.host = (char[]){"localhost"}, .port = 6379}},
    {"redis://localhost/", {.host = (char[]){"localhost"}, .port = 6379}},
    {"redis://10.0.0.1:1/15", {.host = (char[]){"10.0.0.1"}, .port = 1, .database = 15}},
    {"redis://:secret@h:65535/3",
     {.host = (char[]){"h"}, .port = 65535, .password = (char[]){"secret"}, .database = 3}},
    {"redis://:a%40b%2Fc@h", {.host = (char[]){"h"}, .port = 6379, .password = (char[]){"a@b/c"}}},
    {"redis://:a@b@h", {.host = (char[]){"h"}, .port = 6379, .password = (char[]){"a@b"}}},
    {"redis://[::1]:7000/1", {.host = (char[]){"::1"}, .port = 7000, .database = 1}},
    {"redis://[fe80::2]", {.host = (char[]){"fe80::2"}, .port = 6379}},
    {"unix:///run/redis.sock", {.path = (char[]){"/run/redis.sock"}}},
    {"unix:///run/redis.sock?db=7", {.path = (char[]){"/run/redis.sock"}, .database = 7}},
};

static void assert_same_text(const char *got, const char *want)
{
    if (want == NULL)
        assert_null(got);
    else
        assert_string_equal(got, want);
}

static void reads_every_known_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(GOOD); i++) {
        struct cache_url url = {0};
        struct error err = {0};
        if (cache_url_parse(GOOD[i].text, &url, &err) != STATUS_OK)
            fail_msg("'%s': %s", GOOD[i].text, err.text);
        assert_same_text(url.host, GOOD[i].want.host);
        assert_same_text(url.path, GOOD[i].want.path);
        assert_same_text(url.password, GOOD[i].want.password);
        assert_int_equal(url.port, GOOD[i].want.port);
        assert_int_equal(url.database, GOOD[i].want.database);
        cache_url_clear(&url);
    }
}

static const struct {
    const char *text;
    const char *want; /* in the error's text */
} BAD[] = {
    {"", "begins neither"},
    {"rediss://h:1", "begins neither"}, /* TLS */
    {"localhost:6379", "begins neither"},
    {"redis://", "host"},
    {"redis://:6379", "host"},
    {"redis://[::1", "brackets"},
    {"redis://[::1]x", "brackets"},
    {"redis://h:0", "port"},
    {"redis://h:65536", "port"},
    {"redis://h:", "port"},
    {"redis://h:6379x", "port"},
    {"redis://h:-1", "port"},
    {"redis://h:1/x", "database"},
    {"redis://h:1/-1", "database"},
    {"redis://h:1/99999999999999999999", "database"},
    {"redis://user:secret@h", "no user"},
    {"redis://:se%zzcret@h", "percent"},
    {"unix://redis.sock", "absolute"},
    {"unix://", "absolute"},
    {"unix:///redis.sock?db=x", "database"},
    {"unix:///redis.sock?password=secret", "?db=N"},
};

static void refuses_the_rest_and_says_what_is_wrong_with_it_but_not_the_password(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(BAD); i++) {
        struct cache_url url = {.port = 42};
        struct error err = {0};
        if (cache_url_parse(BAD[i].text, &url, &err) != STATUS_INVALID_ARGUMENT)
            fail_msg("'%s' was accepted", BAD[i].text);
        if (strstr(err.text, BAD[i].want) == NULL)
            fail_msg("'%s': '%s' does not say '%s'", BAD[i].text, err.text, BAD[i].want);
        assert_null(strstr(err.text, "cret"));
        assert_int_equal(url.port, 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_known_form),
        cmocka_unit_test(refuses_the_rest_and_says_what_is_wrong_with_it_but_not_the_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
