/* The places that options come from: file, environment, command line. What they say goes through config_set. */
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "config/config_internal.h"
#include "config/nearest.h"

/* File */

static void close_filep(FILE **file)
{
    if (*file != NULL)
        (void)fclose(*file);
}

/* A line as getline keeps it. */
struct line {
    char *text;
    size_t size;
};

static void line_fini(struct line *line)
{
    if (line->text != NULL)
        explicit_bzero(line->text, line->size); /* it may have held a secret */
    free(line->text);
}

static enum status read_line(struct config *config, char *line, const char *where, struct error *err)
{
    g_strstrip(line);
    if (*line == '\0' || *line == '#')
        return STATUS_OK;
    char *equals = strchr(line, '=');
    if (equals == NULL || equals == line)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: 'name = value' is expected", where);
    *equals = '\0';
    const char *name = g_strchomp(line);
    const char *text = g_strchug(equals + 1);
    struct config_match match;
    if (!config_find(config, name, false, &match))
        return config_unknown(config, where, name, false, err);
    if (match.value->source == CONFIG_SOURCE_FILE)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %s has been set already by %s", where,
                         match.value->option->name, match.value->where);
    return config_set(&match, text, CONFIG_SOURCE_FILE, where, err);
}

enum status config_read_file(struct config *config, const char *path, const char *named_by, struct error *err)
{
    SCOPED(close_filep) FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: cannot read '%s': %s", named_by, path, g_strerror(errno));
    SCOPED(line_fini) struct line line = {0};
    for (int number = 1;; number++) {
        errno = 0;
        ssize_t len = getline(&line.text, &line.size, file);
        if (len < 0)
            break;
        g_autofree char *where = g_strdup_printf("%s:%d", path, number);
        if (strlen(line.text) != (size_t)len)
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: a NUL byte: this is no text file", where);
        enum status st = read_line(config, line.text, where, err);
        if (st != STATUS_OK)
            return st;
    }
    if (ferror(file))
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: cannot read '%s': %s", named_by, path, g_strerror(errno));
    return STATUS_OK;
}

/* Environment */

/* Variables that no option knows are left alone: services share an environment, and container platforms put variables
 * of their own there. */
static enum status read_variable(struct config *config, const char *option_name, bool is_file, struct error *err)
{
    g_autofree char *variable = config_environment_name(option_name, is_file ? "_FILE" : "");
    const char *text = g_getenv(variable);
    struct config_match match;
    if (text == NULL || !config_find(config, option_name, false, &match))
        return STATUS_OK;
    g_autofree char *where = g_strdup_printf("environment %s", variable);
    match.is_file = is_file;
    return config_set(&match, text, CONFIG_SOURCE_ENVIRONMENT, where, err);
}

enum status config_read_environment(struct config *config, struct error *err)
{
    for (size_t i = 0; i < config->n_values; i++) {
        const struct config_option *option = config->values[i].option;
        enum status st = read_variable(config, option->name, false, err);
        if (st == STATUS_OK && option->type == CONFIG_SECRET)
            st = read_variable(config, option->name, true, err);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

/* Command line */

/* "--name" and the value that stands with it or behind it. */
struct argument {
    char *name;       /* owned */
    const char *text; /* after '='; NULL without */
    const char *next; /* the argument behind; NULL where it is another option or the end */
};

static void argument_fini(struct argument *argument)
{
    g_free(argument->name);
}

static enum status split_argument(int argc, char *const *argv, int at, struct argument *ret_argument, struct error *err)
{
    const char *arg = argv[at];
    if (!g_str_has_prefix(arg, "--") || arg[2] == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "unexpected argument '%.64s': options begin with --", arg);
    const char *equals = strchr(arg, '=');
    ret_argument->name = equals != NULL ? g_strndup(arg + 2, (size_t)(equals - arg - 2)) : g_strdup(arg + 2);
    ret_argument->text = equals != NULL ? equals + 1 : NULL;
    bool has_next = at + 1 < argc && !g_str_has_prefix(argv[at + 1], "--");
    ret_argument->next = has_next ? argv[at + 1] : NULL;
    return STATUS_OK;
}

/* What the option is set to; *ret_n_used is 2 where it took the argument behind. NULL: a value is missing. */
static const char *choose_text(const struct argument *argument, const struct config_match *match, int *ret_n_used)
{
    bool flag;
    *ret_n_used = 1;
    if (argument->text != NULL)
        return argument->text;
    bool is_bool = match->value->option->type == CONFIG_BOOL;
    /* A bool takes the word behind it only where that is a truth value. */
    if (argument->next != NULL && !match->is_negated && (!is_bool || config_parse_bool(argument->next, &flag))) {
        *ret_n_used = 2;
        return argument->next;
    }
    return is_bool ? (match->is_negated ? "false" : "true") : NULL;
}

static enum status read_argument(struct config *config, const struct argument *argument, int *ret_n_used,
                                 struct error *err)
{
    g_autofree char *where = g_strdup_printf("--%s", argument->name);
    struct config_match match;
    if (!config_find(config, argument->name, true, &match))
        return config_unknown(config, where, argument->name, true, err);
    const struct config_option *option = match.value->option;
    if (option->type == CONFIG_SECRET && !match.is_file) {
        g_autofree char *variable = config_environment_name(option->name, "");
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "%s: a secret is not taken from the command line, where others can read it; use %s-file or %s",
                         where, where, variable);
    }
    const char *text = choose_text(argument, &match, ret_n_used);
    if (text == NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: a value is missing", where);
    if (match.is_negated && argument->text != NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: takes no value", where);
    return config_set(&match, text, CONFIG_SOURCE_COMMAND_LINE, where, err);
}

enum status config_read_command_line(struct config *config, int argc, char *const *argv, struct error *err)
{
    int n_used = 0;
    for (int at = 0; at < argc; at += n_used) {
        SCOPED(argument_fini) struct argument argument = {0};
        enum status st = split_argument(argc, argv, at, &argument, err);
        if (st == STATUS_OK)
            st = read_argument(config, &argument, &n_used, err);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

/* Suggestions */

static void keep_nearer(struct nearest *nearest, const char *candidate, char **kept)
{
    if (!nearest_improves(nearest, candidate))
        return;
    g_free(*kept);
    *kept = g_strdup(candidate);
}

enum status config_unknown(const struct config *config, const char *where, const char *name, bool on_command_line,
                           struct error *err)
{
    static const char *const OWN_WORDS[] = {"config", "help", "version", "check", "print-config", "print-reference"};
    struct nearest nearest = nearest_to(name);
    g_autofree char *kept = NULL;
    for (size_t i = 0; i < config->n_values; i++) {
        const struct config_option *option = config->values[i].option;
        if (option->type != CONFIG_SECRET || !on_command_line)
            keep_nearer(&nearest, option->name, &kept);
        g_autofree char *file = g_strconcat(option->name, "-file", NULL);
        if (option->type == CONFIG_SECRET)
            keep_nearer(&nearest, file, &kept);
        g_autofree char *negated = g_strconcat("no-", option->name, NULL);
        if (option->type == CONFIG_BOOL && on_command_line)
            keep_nearer(&nearest, negated, &kept);
    }
    for (size_t i = 0; on_command_line && i < ARRAY_SIZE(OWN_WORDS); i++)
        keep_nearer(&nearest, OWN_WORDS[i], &kept);
    if (kept == NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: unknown option '%.64s'; --help lists them all", where,
                         name);
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s: unknown option '%.64s', did you mean '%s%s'?", where, name,
                     on_command_line ? "--" : "", kept);
}
