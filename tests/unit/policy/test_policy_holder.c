#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "policy/policy_holder.h"

/* Broken once to see it fail: the SOP exchanged before the agreements are read. */

enum { SOP, AGREEMENTS, FILES };

static const char *const DEPLOYED[FILES] = {"deploy/policies/standard.yaml", "deploy/agreements.yaml"};

struct policies {
    char *folder;
    char *paths[FILES];
};

static int set_up(void **state)
{
    struct policies *policies = g_new0(struct policies, 1);
    policies->folder = g_dir_make_tmp("policies-XXXXXX", NULL);
    policies->paths[SOP] = g_build_filename(policies->folder, "sop.yaml", NULL);
    policies->paths[AGREEMENTS] = g_build_filename(policies->folder, "agreements.yaml", NULL);
    *state = policies;
    return policies->folder ? 0 : -1;
}

static int tear_down(void **state)
{
    struct policies *policies = *state;
    for (size_t i = 0; i < FILES; i++) {
        (void)g_remove(policies->paths[i]);
        g_free(policies->paths[i]);
    }
    (void)g_rmdir(policies->folder);
    g_free(policies->folder);
    g_free(policies);
    return 0;
}

/* What is deployed with `more` at its beginning: a comment changes its version, an unknown key spoils it. */
static void write_policy(const struct policies *policies, size_t which, const char *more)
{
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(DEPLOYED[which], &text, NULL, NULL));
    g_autofree char *whole = g_strconcat(more, text, NULL);
    assert_true(g_file_set_contents(policies->paths[which], whole, -1, NULL));
}

static void reads_the_files_again_and_keeps_both_where_one_is_bad(void **state)
{
    const struct policies *policies = *state;
    void *opened = NULL;
    struct error err = {0};
    char sop[POLICY_VERSION_SIZE], agreements[POLICY_VERSION_SIZE];
    write_policy(policies, SOP, "");
    write_policy(policies, AGREEMENTS, "");
    assert_int_equal(policy_holder_open(policies->paths[SOP], policies->paths[AGREEMENTS], &opened, &err), STATUS_OK);
    const struct policy_holder *holder = opened;
    g_strlcpy(sop, holder->sop->version, sizeof(sop));
    g_strlcpy(agreements, holder->agreements->version, sizeof(agreements));

    write_policy(policies, SOP, "# another\n");
    write_policy(policies, AGREEMENTS, "# another\n");
    assert_int_equal(policy_holder_reload(opened, &err), STATUS_OK);
    assert_string_not_equal(holder->sop->version, sop);
    assert_string_not_equal(holder->agreements->version, agreements);
    g_strlcpy(sop, holder->sop->version, sizeof(sop));
    g_strlcpy(agreements, holder->agreements->version, sizeof(agreements));

    write_policy(policies, SOP, "# a third\n");
    write_policy(policies, AGREEMENTS, "no_such_field: 1\n");
    assert_int_equal(policy_holder_reload(opened, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(holder->sop->version, sop);
    assert_string_equal(holder->agreements->version, agreements);

    write_policy(policies, SOP, "no_such_field: 1\n");
    write_policy(policies, AGREEMENTS, "# a third\n");
    assert_int_equal(policy_holder_reload(opened, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(holder->sop->version, sop);
    assert_string_equal(holder->agreements->version, agreements);
    policy_holder_close(opened);
}

static void holds_only_what_the_service_has_a_use_for(void **state)
{
    const struct policies *policies = *state;
    struct error err = {0};
    for (size_t i = 0; i < FILES; i++) {
        void *opened = NULL;
        write_policy(policies, i, "");
        assert_int_equal(policy_holder_open(i == SOP ? policies->paths[SOP] : NULL,
                                            i == AGREEMENTS ? policies->paths[AGREEMENTS] : NULL, &opened, &err),
                         STATUS_OK);
        assert_int_equal(policy_holder_reload(opened, &err), STATUS_OK);
        const struct policy_holder *holder = opened;
        assert_true((holder->sop != NULL) == (i == SOP));
        assert_true((holder->agreements != NULL) == (i == AGREEMENTS));
        policy_holder_close(opened);
    }
}

static void opens_only_what_is_good(void **state)
{
    const struct policies *policies = *state;
    void *holder = NULL;
    struct error err = {0};
    write_policy(policies, SOP, "");
    assert_int_equal(policy_holder_open("/no/such/sop.yaml", NULL, &holder, &err), STATUS_NOT_FOUND);
    assert_int_equal(policy_holder_open(policies->paths[SOP], "/no/such/file.yaml", &holder, &err), STATUS_NOT_FOUND);
    write_policy(policies, SOP, "no_such_field: 1\n");
    assert_int_equal(policy_holder_open(policies->paths[SOP], NULL, &holder, &err), STATUS_INVALID_ARGUMENT);
    assert_null(holder);
    policy_holder_close(holder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_the_files_again_and_keeps_both_where_one_is_bad, set_up, tear_down),
        cmocka_unit_test_setup_teardown(holds_only_what_the_service_has_a_use_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(opens_only_what_is_good, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
