#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bus_fixture.h"

static int setup(void **state)
{
    *state = fixture_folder_new();
    return 0;
}

static int teardown(void **state)
{
    fixture_folder_remove(*state);
    return 0;
}

static char *path_of(const char *folder, const char *rest)
{
    return g_build_filename(folder, rest, NULL);
}

static mode_t mode_of(const char *folder, const char *rest)
{
    char *path = path_of(folder, rest);
    struct stat file;
    assert_int_equal(stat(path, &file), 0);
    g_free(path);
    return file.st_mode & 0777;
}

static void write_file(const char *folder, const char *rest, const char *text)
{
    char *path = path_of(folder, rest);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_free(path);
}

static void remove_file(const char *folder, const char *rest)
{
    char *path = path_of(folder, rest);
    assert_int_equal(unlink(path), 0);
    g_free(path);
}

static void makes_a_pair_that_only_its_owner_can_read(void **state)
{
    const char *folder = *state;
    bool is_new = false;
    assert_ok(bus_keys_make(folder, "contact", "service", &is_new, &fixture_error));
    assert_true(is_new);
    assert_int_equal(mode_of(folder, "private"), 0700);
    assert_int_equal(mode_of(folder, "private/contact.key_secret"), 0600);
    assert_int_equal(mode_of(folder, "public/contact.key"), 0644);
    SCOPED(bus_keys_freep) struct bus_keys *keys = NULL;
    assert_ok(bus_keys_open(folder, "contact", &keys, &fixture_error));
    zcert_t *public_only = NULL;
    assert_ok(bus_certificate_load(folder, "contact", &public_only, &fixture_error));
    assert_string_equal(zcert_meta(public_only, "role"), "service");
    assert_string_equal(zcert_public_txt(public_only), bus_keys_public(keys, "contact"));
    assert_string_equal(zcert_secret_txt(public_only), "0000000000000000000000000000000000000000");
    zcert_destroy(&public_only);
}

static void leaves_an_existing_pair_alone(void **state)
{
    const char *folder = *state;
    SCOPED(bus_keys_freep) struct bus_keys *before = fixture_keys(folder, "contact", "service");
    bool is_new = true;
    assert_ok(bus_keys_make(folder, "contact", "service", &is_new, &fixture_error));
    assert_false(is_new);
    SCOPED(bus_keys_freep) struct bus_keys *after = NULL;
    assert_ok(bus_keys_open(folder, "contact", &after, &fixture_error));
    assert_string_equal(bus_keys_public(before, "contact"), bus_keys_public(after, "contact"));
}

static void makes_a_lost_public_file_again_from_the_secret(void **state)
{
    const char *folder = *state;
    SCOPED(bus_keys_freep) struct bus_keys *before = fixture_keys(folder, "contact", "service");
    char *key = g_strdup(bus_keys_public(before, "contact"));
    remove_file(folder, "public/contact.key");
    assert_ok(bus_keys_make(folder, "contact", "service", NULL, &fixture_error));
    SCOPED(bus_keys_freep) struct bus_keys *after = fixture_keys(folder, "contact", "service");
    assert_string_equal(bus_keys_public(after, "contact"), key);
    g_free(key);
}

static void makes_no_new_pair_where_the_secret_is_elsewhere(void **state)
{
    const char *folder = *state;
    bus_keys_free(fixture_keys(folder, "acme", "dialer"));
    remove_file(folder, "private/acme.key_secret");
    struct error err = {0};
    assert_int_equal(bus_keys_make(folder, "acme", "dialer", NULL, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "public/acme.key"));
}

static void refuses_names_and_roles_that_could_leave_the_folder(void **state)
{
    static const struct {
        const char *name;
        const char *role;
    } ROWS[] = {
        {"", "service"},
        {"../etc/passwd", "service"},
        {".hidden", "service"},
        {"a/b", "service"},
        {"Contact", "service"},
        {"a b", "service"},
        {"\xc3\xa4", "service"},
        {"contact", ""},
        {"contact", "Operator"},
        {"contact", "a-role-of-over-fifteen"},
        {"a-name-of-sixty-four-characters-is-one-more-than-a-registry-takes", "service"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        if (bus_keys_make(*state, ROWS[i].name, ROWS[i].role, NULL, NULL) != STATUS_INVALID_ARGUMENT)
            fail_msg("'%s' as '%s' was not refused", ROWS[i].name, ROWS[i].role);
}

static void says_how_to_make_a_missing_secret(void **state)
{
    struct bus_keys *keys = NULL;
    struct error err = {0};
    assert_int_equal(bus_keys_open(*state, "contact", &keys, &err), STATUS_NOT_FOUND);
    assert_non_null(strstr(err.text, "private/contact.key_secret"));
    assert_non_null(strstr(err.text, "dunlin keys init"));
    assert_null(keys);
}

static void refuses_a_secret_that_everybody_can_read(void **state)
{
    const char *folder = *state;
    bus_keys_free(fixture_keys(folder, "contact", "service"));
    char *path = path_of(folder, "private/contact.key_secret");
    assert_int_equal(chmod(path, 0644), 0);
    g_free(path);
    struct bus_keys *keys = NULL;
    struct error err = {0};
    assert_int_equal(bus_keys_open(folder, "contact", &keys, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "0644"));
}

static void refuses_a_damaged_secret(void **state)
{
    const char *folder = *state;
    static const char *const TEXTS[] = {
        "",
        "no certificate at all",
        "metadata\n    name = \"contact\"\n    role = \"service\"\ncurve\n    public-key = \"short\"\n",
        "metadata\n    name = \"contact\"\n    role = \"service\"\ncurve\n"
        "    public-key = \"0123456789012345678901234567890123456789\"\n"
        "    secret-key = \"0123456789012345678901234567890123456789\"\n",
    };
    bus_keys_free(fixture_keys(folder, "contact", "service"));
    for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++) {
        write_file(folder, "private/contact.key_secret", TEXTS[i]);
        char *path = path_of(folder, "private/contact.key_secret");
        assert_int_equal(chmod(path, 0600), 0);
        g_free(path);
        struct bus_keys *keys = NULL;
        if (bus_keys_open(folder, "contact", &keys, NULL) != STATUS_FAILED_PRECONDITION)
            fail_msg("row %zu was not refused", i);
    }
}

static void refuses_a_public_key_under_another_name(void **state)
{
    const char *folder = *state;
    bus_keys_free(fixture_keys(folder, "acme", "dialer"));
    char *from = path_of(folder, "public/acme.key");
    char *to = path_of(folder, "public/operator.key");
    assert_int_equal(rename(from, to), 0);
    g_free(from);
    g_free(to);
    zcert_t *cert = NULL;
    struct error err = {0};
    assert_int_equal(bus_certificate_load(folder, "operator", &cert, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "acme"));
}

static void finds_a_public_key_that_came_later(void **state)
{
    const char *folder = *state;
    SCOPED(bus_keys_freep) struct bus_keys *keys = fixture_keys(folder, "operator", "operator");
    assert_null(bus_keys_public(keys, "contact"));
    bus_keys_free(fixture_keys(folder, "contact", "service"));
    const char *key = bus_keys_public(keys, "contact");
    assert_non_null(key);
    assert_int_equal(strlen(key), 40);
    assert_null(bus_keys_public(keys, "../private/contact"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(makes_a_pair_that_only_its_owner_can_read),
        TEST(leaves_an_existing_pair_alone),
        TEST(makes_a_lost_public_file_again_from_the_secret),
        TEST(makes_no_new_pair_where_the_secret_is_elsewhere),
        TEST(refuses_names_and_roles_that_could_leave_the_folder),
        TEST(says_how_to_make_a_missing_secret),
        TEST(refuses_a_secret_that_everybody_can_read),
        TEST(refuses_a_damaged_secret),
        TEST(refuses_a_public_key_under_another_name),
        TEST(finds_a_public_key_that_came_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
