#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cli_args.h"

static const struct config_option OPTIONS[] = {
    {"json", CONFIG_BOOL, "false", NULL, 0, 0, ""},
    {"by", CONFIG_TEXT, "", NULL, 0, 0, ""},
    {"batch", CONFIG_INTEGER, "1", NULL, 0, 0, ""},
    {"password", CONFIG_SECRET, "", NULL, 0, 0, ""},
    {0},
};

struct row {
    const char *why;
    const char *line;     /* words apart by a blank */
    const char *options;  /* what config_read gets */
    const char *operands; /* the rest */
    bool wants_help;
};

static char *join(const GPtrArray *words, guint first)
{
    GString *text = g_string_new(NULL);
    for (guint i = first; i < words->len; i++)
        g_string_append_printf(text, "%s%s", i > first ? " " : "", (const char *)words->pdata[i]);
    return g_string_free(text, FALSE);
}

static void check(const struct row *row)
{
    const struct config_option *tables[] = {OPTIONS, NULL};
    g_autofree char *line = g_strconcat("dunlin ", row->line, NULL);
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    struct cli_args args;
    cli_args_init(&args, (int)g_strv_length(words), words, tables);
    g_autofree char *options = join(args.options, 1);
    g_autofree char *operands = join(args.operands, 0);
    const bool wants_help = args.wants_help;
    cli_args_fini(&args);
    if (strcmp(options, row->options) != 0 || strcmp(operands, row->operands) != 0 || wants_help != row->wants_help)
        fail_msg("%s: '%s' became options '%s', operands '%s'", row->why, row->line, options, operands);
}

static void parts_options_from_operands(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        {"operands alone", "pay A-1 12.50", "", "pay A-1 12.50", false},
        {"a flag takes no word behind it", "pay --json 1 A", "--json=true", "pay 1 A", false},
        {"a flag with its value", "pay --json=false A", "--json=false", "pay A", false},
        {"a text takes the word behind it", "clock --by 1h x", "--by=1h", "clock x", false},
        {"even one that begins with a dash", "clock --by --x", "--by=--x", "clock", false},
        {"a text in one word", "clock --by=1h x", "--by=1h", "clock x", false},
        {"a number", "place --batch 5 f", "--batch=5", "place f", false},
        {"a secret's file", "db --password-file p x", "--password-file=p", "db x", false},
        {"config is config_read's own", "db --config c x", "--config=c", "db x", false},
        {"an unknown option is left to config_read", "db --wrong x", "--wrong", "db x", false},
        {"a missing value is left to config_read", "db --by", "--by", "db", false},
        {"a negative number is an operand", "pay A -5", "", "pay A -5", false},
        {"nothing is an option after --", "pay -- --json A", "", "pay --json A", false},
        {"help anywhere", "pay A --help", "", "pay A", true},
        {"help in short", "-h pay", "", "pay", true},
        {"but not after --", "pay -- --help", "", "pay --help", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        check(&ROWS[i]);
}

static void peeks_at_the_last_value_given(void **state)
{
    (void)state;
    g_auto(GStrv) words = g_strsplit("dunlin --var a up --var=b --variable c -- --var d", " ", -1);
    assert_string_equal(cli_args_peek(10, words, "var"), "b");
    assert_string_equal(cli_args_peek(4, words, "var"), "a");
    assert_null(cli_args_peek(10, words, "keys"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_options_from_operands),
        cmocka_unit_test(peeks_at_the_last_value_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
