/* What people read: --help, --print-config and the reference, all from the tables. */
#include <glib.h>
#include <string.h>

#include "config/config_internal.h"

#define HELP_COLUMNS 100
#define HELP_INDENT  6

/* Words of `text`, broken before column HELP_COLUMNS, each line indented. Columns are counted in characters. */
static void print_wrapped(const char *text, int indent, FILE *out)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);
    glong column = 0;
    for (size_t i = 0; words[i] != NULL; i++) {
        if (*words[i] == '\0')
            continue;
        glong width = g_utf8_strlen(words[i], -1);
        if (column > 0 && column + 1 + width > HELP_COLUMNS) {
            (void)fputc('\n', out);
            column = 0;
        }
        if (column == 0) {
            (void)fprintf(out, "%*s%s", indent, "", words[i]);
            column = indent + width;
        } else {
            (void)fprintf(out, " %s", words[i]);
            column += 1 + width;
        }
    }
    (void)fputc('\n', out);
}

/* "--workers INTEGER" */
static void print_option_form(const struct config_option *option, FILE *out)
{
    switch (option->type) {
    case CONFIG_TEXT:
        (void)fprintf(out, "  --%s TEXT\n", option->name);
        return;
    case CONFIG_INTEGER:
        (void)fprintf(out, "  --%s NUMBER\n", option->name);
        return;
    case CONFIG_BOOL:
        (void)fprintf(out, "  --%s, --no-%s\n", option->name, option->name);
        return;
    case CONFIG_SECRET:
        (void)fprintf(out, "  --%s-file PATH\n", option->name);
        return;
    }
}

/* "none" for an empty default, so that nobody reads over it. */
static char *default_for_people(const struct config_option *option)
{
    if (option->default_value == NULL)
        return g_strdup("required");
    if (option->default_value[0] == '\0')
        return g_strdup("default none");
    bool has_unit = option->unit != NULL;
    return g_strdup_printf("default %s%s%s", option->default_value, has_unit ? " " : "", has_unit ? option->unit : "");
}

static void print_option_facts(const struct config_option *option, FILE *out)
{
    g_autofree char *environment = config_environment_name(option->name, "");
    g_autofree char *allowed = config_allowed(option);
    g_autofree char *fallback = default_for_people(option);
    g_autofree char *facts = NULL;
    if (option->type == CONFIG_SECRET)
        facts = g_strdup_printf("(secret: the first line of that file; or %s[_FILE]; %s.)", environment, fallback);
    else
        facts = g_strdup_printf("(%s; %s; %s.)", environment, allowed, fallback);
    print_wrapped(facts, HELP_INDENT, out);
}

static void print_own_words(FILE *out)
{
    (void)fprintf(out, "  --config PATH\n");
    print_wrapped(
        "Read options from this file: one \"name = value\" a line, # begins a line of comment. (DUNLIN_CONFIG; "
        "default none.)",
        HELP_INDENT, out);
    (void)fprintf(out,
                  "  --check            say whether the configuration is valid, and exit\n"
                  "  --print-config     show every option's value and where it comes from, without secrets, and exit\n"
                  "  --print-reference  print the options as a Markdown table, and exit\n"
                  "  --version          print the version, and exit\n"
                  "  --help, -h         print this, and exit\n");
}

void config_print_help(const struct config_program *program, FILE *out)
{
    (void)fprintf(out, "%s %s\n", program->name, DUNLIN_VERSION);
    print_wrapped(program->summary, 0, out);
    (void)fprintf(out, "\nUsage: %s [--config PATH] [--NAME VALUE | --NAME=VALUE]...\n\n", program->name);
    print_wrapped(
        "An option is taken from its default, the --config file, the environment and the command line; the later "
        "of these wins. Secrets are never taken from the command line.",
        0, out);
    (void)fprintf(out, "\nOptions:\n");
    for (size_t t = 0; program->tables[t] != NULL; t++) {
        for (const struct config_option *option = program->tables[t]; option->name != NULL; option++) {
            print_option_form(option, out);
            print_wrapped(option->meaning, HELP_INDENT, out);
            print_option_facts(option, out);
        }
    }
    (void)fprintf(out, "\nGeneral:\n");
    print_own_words(out);
}

/* A URL may carry a password between the user's name and the '@': "postgresql://dunlin:secret@host/db". */
static void print_text_without_password(const char *text, FILE *out)
{
    const char *authority = strstr(text, "://");
    const char *begin = authority != NULL ? authority + 3 : NULL;
    /* The last '@' of all: a password may hold any character, and hiding too much does no harm. */
    const char *at = begin != NULL ? strrchr(begin, '@') : NULL;
    const char *colon = at != NULL ? memchr(begin, ':', (size_t)(at - begin)) : NULL;
    if (colon == NULL)
        (void)fputs(text, out);
    else
        (void)fprintf(out, "%.*s:(hidden)%s", (int)(colon - text), text, at);
}

/* A file that could be read again, but for what is hidden. */
void config_print_values(const struct config *config, FILE *out)
{
    for (size_t i = 0; i < config->n_values; i++) {
        const struct config_value *value = &config->values[i];
        (void)fprintf(out, "# %s\n", value->source == CONFIG_SOURCE_DEFAULT ? "default" : value->where);
        if (value->option->type == CONFIG_SECRET) {
            (void)fprintf(out, "# %s = %s\n", value->option->name, value->text[0] == '\0' ? "(none)" : "(hidden)");
            continue;
        }
        (void)fprintf(out, "%s = ", value->option->name);
        print_text_without_password(value->text, out);
        (void)fputc('\n', out);
    }
}

/* A cell of a Markdown table: '|' would end it, a line feed the row. */
static void print_cell(const char *text, FILE *out)
{
    (void)fputs(" ", out);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '|')
            (void)fputc('\\', out);
        (void)fputc(*at == '\n' ? ' ' : *at, out);
    }
    (void)fputs(" |", out);
}

static const char *type_name(enum config_type type)
{
    switch (type) {
    case CONFIG_TEXT:
        return "text";
    case CONFIG_INTEGER:
        return "integer";
    case CONFIG_BOOL:
        return "bool";
    case CONFIG_SECRET:
        return "secret";
    }
    return "";
}

static void print_row(const struct config_option *option, FILE *out)
{
    g_autofree char *environment = config_environment_name(option->name, "");
    g_autofree char *type = g_strdup_printf("%s%s%s", type_name(option->type), option->unit != NULL ? ", " : "",
                                            option->unit != NULL ? option->unit : "");
    g_autofree char *range =
        option->type == CONFIG_INTEGER && config_is_bounded(option)
            ? g_strdup_printf("%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, option->min, option->max)
            : g_strdup("");
    const char *fallback = option->default_value;
    const char *const CELLS[] = {
        option->name, environment,     type, fallback == NULL ? "required" : *fallback == '\0' ? "none" : fallback,
        range,        option->meaning,
    };
    (void)fputs("|", out);
    for (size_t i = 0; i < ARRAY_SIZE(CELLS); i++)
        print_cell(CELLS[i], out);
    (void)fputc('\n', out);
}

void config_print_reference(const struct config_program *program, FILE *out)
{
    (void)fputs("| option | environment | type, unit | default | range | meaning |\n|---|---|---|---|---|---|\n", out);
    for (size_t t = 0; program->tables[t] != NULL; t++)
        for (const struct config_option *option = program->tables[t]; option->name != NULL; option++)
            print_row(option, out);
}
