#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "cli.h"

static void every_command_teaches_itself(void **state)
{
    (void)state;
    for (const struct command *const *each = COMMANDS; *each != NULL; each++) {
        const struct command *command = *each;
        char *text = NULL;
        size_t len = 0;
        FILE *out = open_memstream(&text, &len);
        cli_print_command_help(command, out);
        (void)fclose(out);
        const bool is_whole = strstr(text, command->summary) != NULL && strstr(text, command->details) != NULL &&
                              g_str_has_suffix(command->details, "\n") && strstr(text, "usage: dunlin") != NULL;
        free(text);
        if (!is_whole || command->run == NULL || command->operands_min > command->operands_max)
            fail_msg("command '%s' is not whole", command->name);
    }
}

/* cli.c finds the command's words among options of all commands: one name must not be a flag here and a text there. */
static void an_option_has_one_type_everywhere(void **state)
{
    (void)state;
    GHashTable *types = g_hash_table_new(g_str_hash, g_str_equal);
    for (const struct command *const *each = COMMANDS; *each != NULL; each++) {
        for (const struct config_option *option = (*each)->options; option != NULL && option->name != NULL; option++) {
            const bool is_flag = option->type == CONFIG_BOOL;
            gpointer known = g_hash_table_lookup(types, option->name);
            if (known != NULL && GPOINTER_TO_INT(known) != 1 + is_flag)
                fail_msg("--%s of '%s' is a flag in one command and none in another", option->name, (*each)->name);
            g_hash_table_insert(types, (gpointer)(uintptr_t)option->name, GINT_TO_POINTER(1 + is_flag));
            for (const struct config_option *common = CLI_OPTIONS; common->name != NULL; common++)
                assert_string_not_equal(common->name, option->name);
        }
    }
    g_hash_table_destroy(types);
}

static void names_the_command_that_was_meant(void **state)
{
    (void)state;
    static const struct {
        const char *written, *meant;
    } ROWS[] = {
        {"stauts", "status"},
        {"plase", "place"},
        {"key init", "keys init"},
        {"clock advnace", "clock advance"},
        {"acount show", "account show"},
        {"rebort", "report"},
        {"xyzzyplugh", NULL},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        const char *nearest = cli_nearest_command(ROWS[i].written);
        if (g_strcmp0(nearest, ROWS[i].meant) != 0)
            fail_msg("'%s' was taken for '%s'", ROWS[i].written, nearest);
    }
}

static void knows_groups(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_true(cli_print_group_help("keys", out));
    assert_false(cli_print_group_help("key", out));
    (void)fclose(out);
    assert_non_null(strstr(text, "keys add"));
    assert_null(strstr(text, "clock"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_teaches_itself),
        cmocka_unit_test(an_option_has_one_type_everywhere),
        cmocka_unit_test(names_the_command_that_was_meant),
        cmocka_unit_test(knows_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
