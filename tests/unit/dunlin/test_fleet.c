#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "fleet.h"

static int make_var(void **state)
{
    struct error err;
    *state = g_dir_make_tmp("dunlin-fleet-XXXXXX", NULL);
    return *state == NULL || fleet_make_folders(*state, &err) != STATUS_OK;
}

static void put(void *const *state, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(*state, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static int remove_var(void **state)
{
    static const char *const FILES[] = {"run/contact-1.pid",
                                        "run/contact-12.pid",
                                        "run/intake-1.pid",
                                        "run/other",
                                        "run/contact-0.pid",
                                        "log/x.log",
                                        "run",
                                        "log",
                                        ""};
    for (size_t i = 0; i < ARRAY_SIZE(FILES); i++) {
        g_autofree char *path = g_build_filename(*state, FILES[i], NULL);
        (void)g_remove(path);
    }
    g_free(*state);
    return 0;
}

/* The number in a pid file may be another process's by now, this test's for example: nobody may signal it. */
static void a_process_that_is_not_the_service_is_not_ours(void **state)
{
    g_autofree char *own = g_strdup_printf("%d\n", (int)getpid());
    put(state, "run/contact-1.pid", own);
    put(state, "run/contact-12.pid", "garbage");
    put(state, "run/intake-1.pid", "1");
    put(state, "run/other", own);
    put(state, "run/contact-0.pid", own);
    size_t n = 0;
    struct fleet_process *processes = fleet_list(*state, &n);
    assert_int_equal(n, 3);
    assert_string_equal(processes[0].service, "contact");
    assert_int_equal(processes[0].number, 1);
    assert_int_equal(processes[1].number, 12);
    assert_string_equal(processes[2].service, "intake");
    for (size_t i = 0; i < n; i++)
        assert_int_equal(processes[i].pid, 0);
    fleet_processes_free(processes, n);
}

/* The folder alone does not make it ours either. */
static void another_program_in_the_same_folder_is_not_ours(void **state)
{
    g_autofree char *before = g_get_current_dir();
    g_autofree char *own = g_strdup_printf("%d\n", (int)getpid());
    struct fleet_process process;
    put(state, "run/contact-1.pid", own);
    assert_int_equal(g_chdir(*state), 0);
    fleet_look(*state, "contact", 1, &process);
    assert_int_equal(g_chdir(before), 0);
    assert_int_equal(process.pid, 0);
    fleet_process_fini(&process);
}

static void gives_the_last_lines_of_a_log(void **state)
{
    g_autofree char *path = g_build_filename(*state, "log", "x.log", NULL);
    put(state, "log/x.log", "one\ntwo\nthree\n");
    g_autofree char *two = fleet_log_tail(path, 2);
    g_autofree char *all = fleet_log_tail(path, 9);
    g_autofree char *none = fleet_log_tail("/nowhere.log", 2);
    assert_string_equal(two, "two\nthree");
    assert_string_equal(all, "one\ntwo\nthree");
    assert_string_equal(none, "(no log '/nowhere.log')");
}

static void knows_the_services(void **state)
{
    (void)state;
    assert_true(fleet_find("contact")->owns_partitions);
    assert_false(fleet_find("dialer")->owns_partitions);
    assert_null(fleet_find("casework"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_process_that_is_not_the_service_is_not_ours, make_var, remove_var),
        cmocka_unit_test_setup_teardown(another_program_in_the_same_folder_is_not_ours, make_var, remove_var),
        cmocka_unit_test_setup_teardown(gives_the_last_lines_of_a_log, make_var, remove_var),
        cmocka_unit_test(knows_the_services),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
