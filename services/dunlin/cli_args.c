#include "cli_args.h"

#include <string.h>

static const struct config_option *find_option(const struct config_option *const *tables, const char *name, size_t len)
{
    for (size_t t = 0; tables[t] != NULL; t++)
        for (const struct config_option *option = tables[t]; option->name != NULL; option++)
            if (strlen(option->name) == len && memcmp(option->name, name, len) == 0)
                return option;
    return NULL;
}

/* Options of config_read itself that take a value, and the -file form of secrets. */
static bool takes_value(const struct config_option *const *tables, const char *name)
{
    const size_t len = strlen(name);
    const struct config_option *option = find_option(tables, name, len);
    if (option != NULL)
        return true; /* flags have been taken before */
    if (strcmp(name, "config") == 0)
        return true;
    if (!g_str_has_suffix(name, "-file"))
        return false;
    option = find_option(tables, name, len - strlen("-file"));
    return option != NULL && option->type == CONFIG_SECRET;
}

static bool is_flag(const struct config_option *const *tables, const char *name)
{
    const struct config_option *option = find_option(tables, name, strlen(name));
    return option != NULL && option->type == CONFIG_BOOL;
}

/* Returns how many words the option at `argv` takes. */
static int take_option(struct cli_args *args, int n_left, char *const *argv, const struct config_option *const *tables)
{
    const char *name = argv[0] + 2;
    if (strchr(name, '=') == NULL && is_flag(tables, name)) {
        /* Said outright, so that config_read does not take an operand "1" behind it for its value. */
        g_ptr_array_add(args->options, g_strconcat(argv[0], "=true", NULL));
        return 1;
    }
    if (strchr(name, '=') == NULL && takes_value(tables, name) && n_left > 1) {
        /* In one word, so that a value may begin with a dash: "--by -1h" is refused for what it is. */
        g_ptr_array_add(args->options, g_strconcat(argv[0], "=", argv[1], NULL));
        return 2;
    }
    g_ptr_array_add(args->options, g_strdup(argv[0]));
    return 1;
}

void cli_args_init(struct cli_args *args, int argc, char *const *argv, const struct config_option *const *tables)
{
    *args = (struct cli_args){.options = g_ptr_array_new_with_free_func(g_free), .operands = g_ptr_array_new()};
    g_ptr_array_add(args->options, g_strdup("dunlin"));
    bool is_over = false;
    for (int at = 1; at < argc;) {
        if (!is_over && strcmp(argv[at], "--") == 0) {
            is_over = true;
            at++;
        } else if (!is_over && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)) {
            args->wants_help = true;
            at++;
        } else if (!is_over && strcmp(argv[at], "--version") == 0) {
            args->wants_version = true;
            at++;
        } else if (!is_over && g_str_has_prefix(argv[at], "--")) {
            at += take_option(args, argc - at, argv + at, tables);
        } else {
            g_ptr_array_add(args->operands, argv[at++]);
        }
    }
}

void cli_args_fini(struct cli_args *args)
{
    if (args->options != NULL)
        g_ptr_array_free(args->options, TRUE);
    if (args->operands != NULL)
        g_ptr_array_free(args->operands, TRUE);
    *args = (struct cli_args){0};
}

const char *cli_args_peek(int argc, char *const *argv, const char *name)
{
    const size_t len = strlen(name);
    const char *value = NULL;
    for (int at = 1; at < argc && strcmp(argv[at], "--") != 0; at++) {
        if (!g_str_has_prefix(argv[at], "--") || strncmp(argv[at] + 2, name, len) != 0)
            continue;
        if (argv[at][2 + len] == '=')
            value = argv[at] + 2 + len + 1;
        else if (argv[at][2 + len] == '\0' && at + 1 < argc)
            value = argv[at + 1];
    }
    return value;
}
