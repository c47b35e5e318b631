#include <string.h>

#include <glib.h>

#include "cli.h"
#include "config/nearest.h"

#define NAME_COLUMNS 18

static bool is_in_group(const struct command *command, const char *group)
{
    const size_t len = strlen(group);
    return strncmp(command->name, group, len) == 0 && (command->name[len] == ' ' || command->name[len] == '\0');
}

static void print_summaries(const char *group, FILE *out)
{
    for (const struct command *const *each = COMMANDS; *each != NULL; each++)
        if (group == NULL || is_in_group(*each, group))
            (void)fprintf(out, "  %-*s  %s\n", NAME_COLUMNS, (*each)->name, (*each)->summary);
}

void cli_print_help(FILE *out)
{
    (void)fputs("dunlin: runs a debt-collection agency's operations\n\n"
                "usage: dunlin COMMAND [OPTIONS]\n\n",
                out);
    print_summaries(NULL, out);
    (void)fputs(
        "\n"
        "  help COMMAND        what a command does, its options and examples\n"
        "  --version           which version this is\n\n"
        "A first walk:\n"
        "  dunlin up                                             PostgreSQL, Redis and every service, on this machine\n"
        "  dunlin place accounts.csv --mapping client.yaml       place a file of accounts\n"
        "  dunlin account show A-1001                            everything known about one\n"
        "  dunlin permit A-1001                                  may it be called now, and why not\n"
        "  dunlin report                                         how the agency stands\n"
        "  dunlin down                                           stop everything; the data stay\n\n"
        "Every command takes --json (results on standard output; on standard error one object a line, an\n"
        "error the last) and finds what `dunlin up` started in the folder named by --var (default: var).\n"
        "Exit codes: 0 done; 1 failed, or not well; 2 wrong command line; 3 done in part (rows rejected, a service "
        "silent).\n",
        out);
}

static const char *value_word(const struct config_option *option)
{
    switch (option->type) {
    case CONFIG_BOOL:
        return "";
    case CONFIG_INTEGER:
        return " NUMBER";
    case CONFIG_TEXT:
        return " TEXT";
    case CONFIG_SECRET:
        return "-file PATH";
    }
    return "";
}

static void print_options(const struct config_option *options, FILE *out)
{
    for (const struct config_option *option = options; option != NULL && option->name != NULL; option++) {
        g_autofree char *form = g_strconcat("--", option->name, value_word(option), NULL);
        (void)fprintf(out, "  %-24s  %s", form, option->meaning);
        const bool has_default = option->default_value != NULL && option->default_value[0] != '\0';
        if (option->default_value == NULL)
            (void)fputs(" (required)", out);
        else if (has_default && option->type != CONFIG_BOOL)
            (void)fprintf(out, " (default: %s%s%s)", option->default_value, option->unit != NULL ? " " : "",
                          option->unit != NULL ? option->unit : "");
        (void)fputc('\n', out);
    }
}

void cli_print_command_help(const struct command *command, FILE *out)
{
    (void)fprintf(out, "dunlin %s: %s\n\nusage: dunlin %s %s\n\n%s", command->name, command->summary, command->name,
                  command->usage, command->details);
    if (command->options != NULL) {
        (void)fputs("\nOptions:\n", out);
        print_options(command->options, out);
    }
    (void)fputs("\nOptions of every command (each also by environment: --redis-url is DUNLIN_REDIS_URL):\n", out);
    print_options(CLI_OPTIONS, out);
}

bool cli_print_group_help(const char *group, FILE *out)
{
    size_t n = 0;
    for (const struct command *const *each = COMMANDS; *each != NULL; each++)
        n += is_in_group(*each, group);
    if (n == 0)
        return false;
    (void)fprintf(out, "usage: dunlin %s ...\n\n", group);
    print_summaries(group, out);
    (void)fprintf(out, "\n`dunlin help %s ...` says more.\n", group);
    return true;
}

const char *cli_nearest_command(const char *name)
{
    struct nearest nearest = nearest_to(name);
    const char *kept = NULL;
    for (const struct command *const *each = COMMANDS; *each != NULL; each++)
        if (nearest_improves(&nearest, (*each)->name))
            kept = (*each)->name;
    return kept;
}
