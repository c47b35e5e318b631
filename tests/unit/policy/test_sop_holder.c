#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "policy/sop_holder.h"

#define STANDARD "deploy/policies/standard.yaml"

struct sop_file {
    char *folder, *path;
};

static int set_up(void **state)
{
    struct sop_file *file = g_new0(struct sop_file, 1);
    file->folder = g_dir_make_tmp("sop-XXXXXX", NULL);
    file->path = g_build_filename(file->folder, "sop.yaml", NULL);
    *state = file;
    return file->folder ? 0 : -1;
}

static int tear_down(void **state)
{
    struct sop_file *file = *state;
    (void)g_remove(file->path);
    (void)g_rmdir(file->folder);
    g_free(file->path);
    g_free(file->folder);
    g_free(file);
    return 0;
}

/* The standard SOP with `more` at its end: a comment changes its version, an unknown key spoils it. */
static void write_sop(const struct sop_file *file, const char *more)
{
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(STANDARD, &text, NULL, NULL));
    g_autofree char *whole = g_strconcat(text, more, NULL);
    assert_true(g_file_set_contents(file->path, whole, -1, NULL));
}

static void reads_the_file_again_and_keeps_the_old_sop_where_it_is_bad(void **state)
{
    const struct sop_file *file = *state;
    void *opened = NULL;
    const struct sop_holder *holder = NULL;
    struct error err = {0};
    char first[sizeof(holder->sop->version)], second[sizeof(holder->sop->version)];
    write_sop(file, "");
    assert_int_equal(sop_holder_open(file->path, &opened, &err), STATUS_OK);
    holder = opened;
    g_strlcpy(first, holder->sop->version, sizeof(first));
    write_sop(file, "\n# another\n");
    assert_int_equal(sop_holder_reload(opened, &err), STATUS_OK);
    g_strlcpy(second, holder->sop->version, sizeof(second));
    assert_string_not_equal(first, second);
    write_sop(file, "\nno_such_field: 1\n");
    assert_int_equal(sop_holder_reload(opened, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(holder->sop->version, second);
    sop_holder_close(opened);
}

static void opens_only_what_is_good(void **state)
{
    const struct sop_file *file = *state;
    void *holder = NULL;
    struct error err = {0};
    assert_int_equal(sop_holder_open("/no/such/sop.yaml", &holder, &err), STATUS_NOT_FOUND);
    write_sop(file, "\nno_such_field: 1\n");
    assert_int_equal(sop_holder_open(file->path, &holder, &err), STATUS_INVALID_ARGUMENT);
    assert_null(holder);
    sop_holder_close(holder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_the_file_again_and_keeps_the_old_sop_where_it_is_bad, set_up, tear_down),
        cmocka_unit_test_setup_teardown(opens_only_what_is_good, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
