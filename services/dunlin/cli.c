#include "cli.h"

#include <errno.h>
#include <glib.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "cli_args.h"
#include "fleet.h"
#include "logging/logging.h"

/* More than any command has words. */
#define COMMAND_WORDS_MAX 2

const struct config_option CLI_OPTIONS[] = {
    {"json", CONFIG_BOOL, "false", NULL, 0, 0, "Results as JSON on standard output, errors as JSON on standard error."},
    {"var", CONFIG_TEXT, "var", NULL, 0, 0,
     "Folder of data, logs and keys of this installation; VAR/dunlin.env, written by `dunlin up`, gives the defaults "
     "below."},
    {"database-url", CONFIG_TEXT, "", NULL, 0, 0, "PostgreSQL, as a libpq URL or conninfo."},
    {"database-user", CONFIG_TEXT, "dunlin_operator", NULL, 0, 0, "Role to connect as."},
    {"database-password", CONFIG_SECRET, "", NULL, 0, 0, "Password of that role, where it needs one."},
    {"redis-url", CONFIG_TEXT, "", NULL, 0, 0,
     "Redis, redis://host:port/db or unix:///path: where the instances are found."},
    {"keys", CONFIG_TEXT, "", NULL, 0, 0, "Folder of CURVE keys. Empty: VAR/keys."},
    {"as", CONFIG_TEXT, "", NULL, 0, 0, "On whose behalf, for the log: user:anna. Empty: user:<your log-in name>."},
    {"timeout", CONFIG_INTEGER, "60", "s", 1, 86400, "How long to wait before giving up."},
    {0},
};

struct cli {
    const struct command *command;
    struct cli_args args;
    size_t n_words; /* operands that name the command */
    struct config *config;
    GHashTable *given; /* names of CLI_OPTIONS that were given, not read from VAR/dunlin.env */
    char *var, *keys_folder, *principal;
    bool is_json, has_colour;
    struct bus_keys *keys;
    struct bus_client *bus;
    struct db *db, *owner_db;
    enum cli_exit exit_code;
};

const struct config *cli_config(const struct cli *cli)
{
    return cli->config;
}

const char *cli_text(const struct cli *cli, const char *option)
{
    return config_text(cli->config, option);
}

int64_t cli_integer(const struct cli *cli, const char *option)
{
    return config_integer(cli->config, option);
}

bool cli_flag(const struct cli *cli, const char *option)
{
    return config_bool(cli->config, option);
}

size_t cli_operand_count(const struct cli *cli)
{
    return cli->args.operands->len - cli->n_words;
}

const char *cli_operand(const struct cli *cli, size_t i)
{
    return i < cli_operand_count(cli) ? g_ptr_array_index(cli->args.operands, i + cli->n_words) : NULL;
}

bool cli_is_json(const struct cli *cli)
{
    return cli->is_json;
}

int64_t cli_timeout_ms(const struct cli *cli)
{
    return cli_integer(cli, "timeout") * 1000;
}

const char *cli_var(const struct cli *cli)
{
    return cli->var;
}

const char *cli_keys(const struct cli *cli)
{
    return cli->keys_folder;
}

bool cli_is_given(const struct cli *cli, const char *option)
{
    return g_hash_table_contains(cli->given, option);
}

void cli_set_exit(struct cli *cli, enum cli_exit code)
{
    cli->exit_code = code;
}

enum status cli_usage(struct cli *cli, struct error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)error_vset(err, STATUS_INVALID_ARGUMENT, format, args);
    va_end(args);
    cli->exit_code = CLI_EXIT_USAGE;
    return STATUS_INVALID_ARGUMENT;
}

static enum status need(const struct cli *cli, const char *option, struct error *err)
{
    if (!cli_is_given(cli, option) && fleet_has_stopped_servers(cli->var))
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "this installation is stopped (%s): start it with `dunlin up`", cli->var);
    if (cli_text(cli, option)[0] != '\0')
        return STATUS_OK;
    return error_set(err, STATUS_FAILED_PRECONDITION,
                     "nothing is known of this installation: no %s/dunlin.env and no --%s (start one with `dunlin up`, "
                     "or name its folder with --var)",
                     cli->var, option);
}

enum status cli_bus(struct cli *cli, struct bus_client **ret_bus, struct error *err)
{
    enum status st = STATUS_OK;
    if (cli->bus == NULL)
        st = need(cli, "redis-url", err);
    if (st == STATUS_OK && cli->keys == NULL)
        st = bus_keys_open(cli->keys_folder, "dunlin", &cli->keys, err);
    if (st == STATUS_OK && cli->bus == NULL) {
        const struct bus_client_options options = {
            .redis_url = cli_text(cli, "redis-url"), .keys = cli->keys, .principal = cli->principal};
        st = bus_client_new(&options, &cli->bus, err);
    }
    if (st == STATUS_OK)
        *ret_bus = cli->bus;
    return st;
}

enum status cli_db(struct cli *cli, struct db **ret_db, struct error *err)
{
    const char *password = cli_text(cli, "database-password");
    const struct db_options options = {.url = cli_text(cli, "database-url"),
                                       .user = cli_text(cli, "database-user"),
                                       .password = password[0] != '\0' ? password : NULL,
                                       .application = "dunlin",
                                       .statement_timeout_ms = cli_timeout_ms(cli)};
    enum status st = need(cli, "database-url", err);
    if (st == STATUS_OK && cli->db == NULL)
        st = db_open(&options, &cli->db, err);
    if (st == STATUS_OK)
        *ret_db = cli->db;
    return st;
}

enum status cli_owner_db(struct cli *cli, struct db **ret_db, struct error *err)
{
    const char *password = cli_text(cli, "owner-password");
    const char *url = cli_text(cli, "owner-url");
    const struct db_options options = {.url = url[0] != '\0' ? url : cli_text(cli, "database-url"),
                                       .password = password[0] != '\0' ? password : NULL,
                                       .application = "dunlin",
                                       .statement_timeout_ms = 300 * 1000};
    enum status st = url[0] != '\0' ? STATUS_OK : need(cli, "database-url", err);
    if (st == STATUS_OK && cli->owner_db == NULL)
        st = db_open(&options, &cli->owner_db, err);
    if (st == STATUS_OK)
        *ret_db = cli->owner_db;
    return st;
}

bool cli_emit(struct cli *cli, json_t *result)
{
    if (!cli->is_json)
        return false;
    (void)json_dumpf(result, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    (void)fputc('\n', stdout);
    (void)fflush(stdout);
    json_decref(result);
    return true;
}

bool cli_emit_new(struct cli *cli, json_t *result)
{
    if (cli_emit(cli, result))
        return true;
    json_decref(result);
    return false;
}

void cli_say(struct cli *cli, const char *format, ...)
{
    if (cli->is_json)
        return;
    va_list args;
    va_start(args, format);
    (void)vfprintf(stdout, format, args);
    va_end(args);
    (void)fputc('\n', stdout);
    (void)fflush(stdout);
}

void cli_note_json(json_t *note)
{
    (void)json_dumpf(note, stderr, 0);
    (void)fputc('\n', stderr);
    (void)fflush(stderr);
    json_decref(note);
}

void cli_note(struct cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    if (cli->is_json) {
        g_autofree char *valid = g_utf8_make_valid(text, -1);
        cli_note_json(json_pack("{s:s}", "note", valid));
    } else {
        (void)fprintf(stderr, "%s\n", text);
    }
}

char *cli_plain(char *text)
{
    for (char *at = text; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at) && *at != '\n')
            *at = '?';
    return text;
}

const char *cli_colour(const struct cli *cli, enum cli_colour colour)
{
    static const char *const SEQUENCES[] = {
        [CLI_PLAIN] = "\033[0m", [CLI_BOLD] = "\033[1m",   [CLI_DIM] = "\033[2m",
        [CLI_RED] = "\033[31m",  [CLI_GREEN] = "\033[32m", [CLI_YELLOW] = "\033[33m",
    };
    return cli->has_colour ? SEQUENCES[colour] : "";
}

bool cli_is_error_terminal(const struct cli *cli)
{
    (void)cli;
    return isatty(STDERR_FILENO) == 1;
}

static void print_error(const struct cli *cli, const struct error *err)
{
    if (!cli->is_json) {
        (void)fprintf(stderr, "dunlin%s%s: %s\n", cli->command != NULL ? " " : "",
                      cli->command != NULL ? cli->command->name : "", err->text);
        if (cli->exit_code == CLI_EXIT_USAGE && cli->command != NULL)
            (void)fprintf(stderr, "usage: dunlin %s %s\n(`dunlin help %s` says more)\n", cli->command->name,
                          cli->command->usage, cli->command->name);
        return;
    }
    g_autofree char *text = g_utf8_make_valid(err->text, -1);
    cli_note_json(json_pack("{s:{s:s, s:s}}", "error", "code", status_name(err->code), "message", text));
}

/* Options of all commands together, for finding the command's words among them: an option has one type everywhere. */
static const struct config_option **all_tables(void)
{
    GPtrArray *tables = g_ptr_array_new();
    g_ptr_array_add(tables, (gpointer)(uintptr_t)CLI_OPTIONS);
    for (const struct command *const *each = COMMANDS; *each != NULL; each++)
        if ((*each)->options != NULL)
            g_ptr_array_add(tables, (gpointer)(uintptr_t)(*each)->options);
    g_ptr_array_add(tables, NULL);
    return (const struct config_option **)(void *)g_ptr_array_free(tables, FALSE);
}

/* The longest name that the first operands make; *ret_n_words of them. */
static const struct command *find_command(const GPtrArray *operands, guint first, size_t *ret_n_words)
{
    for (size_t n = MIN(COMMAND_WORDS_MAX, operands->len - first); n > 0; n--) {
        g_autoptr(GString) name = g_string_new(NULL);
        for (guint i = 0; i < n; i++)
            g_string_append_printf(name, "%s%s", i > 0 ? " " : "", (const char *)operands->pdata[first + i]);
        for (const struct command *const *each = COMMANDS; *each != NULL; each++) {
            if (strcmp((*each)->name, name->str) == 0) {
                *ret_n_words = n;
                return *each;
            }
        }
    }
    return NULL;
}

static enum status refuse_unknown(struct cli *cli, const char *word, const char *second, struct error *err)
{
    cli->exit_code = CLI_EXIT_USAGE;
    g_autofree char *both = second != NULL ? g_strconcat(word, " ", second, NULL) : NULL;
    const char *nearest = both != NULL ? cli_nearest_command(both) : NULL;
    if (nearest == NULL)
        nearest = cli_nearest_command(word);
    if (nearest != NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "unknown command '%s%s%s': did you mean '%s'?", word,
                         second != NULL ? " " : "", second != NULL ? second : "", nearest);
    return error_set(err, STATUS_INVALID_ARGUMENT, "unknown command '%s': `dunlin --help` lists them all", word);
}

/* Answers `dunlin`, `dunlin --help`, `--version`, `dunlin help ...` and groups; true where that was all. */
static bool answer_help(struct cli *cli, const struct cli_args *args, enum status *ret_status, struct error *err)
{
    const GPtrArray *words = args->operands;
    const bool is_help_command = words->len > 0 && strcmp(words->pdata[0], "help") == 0;
    const guint first = is_help_command ? 1 : 0;
    if (args->wants_version) {
        (void)printf("dunlin %s\n", DUNLIN_VERSION);
        return true;
    }
    if (words->len == first) {
        const bool is_asked = args->wants_help || is_help_command;
        cli_print_help(is_asked ? stdout : stderr);
        cli->exit_code = is_asked ? CLI_EXIT_OK : CLI_EXIT_USAGE;
        return true;
    }
    size_t n_words = 0;
    const struct command *command = find_command(words, first, &n_words);
    const bool is_asked = is_help_command || args->wants_help;
    const char *word = words->pdata[first];
    const char *second = words->len > first + 1 ? words->pdata[first + 1] : NULL;
    if (command != NULL && is_asked) {
        cli_print_command_help(command, stdout);
        return true;
    }
    if (command != NULL)
        return false;
    if (second == NULL && cli_print_group_help(word, is_asked ? stdout : stderr))
        cli->exit_code = is_asked ? CLI_EXIT_OK : CLI_EXIT_USAGE;
    else
        *ret_status = refuse_unknown(cli, word, second, err);
    return true;
}

static char *find_var(int argc, char *const *argv)
{
    const char *var = cli_args_peek(argc, argv, "var");
    if (var == NULL)
        var = g_getenv("DUNLIN_VAR");
    return g_canonicalize_filename(var != NULL && var[0] != '\0' ? var : "var", NULL);
}

static void note_given(struct cli *cli, int argc, char *const *argv)
{
    cli->given = g_hash_table_new(g_str_hash, g_str_equal);
    for (const struct config_option *option = CLI_OPTIONS; option->name != NULL; option++) {
        g_autofree char *upper = g_ascii_strup(option->name, -1);
        g_autofree char *variable = g_strconcat("DUNLIN_", g_strdelimit(upper, "-", '_'), NULL);
        if (cli_args_peek(argc, argv, option->name) != NULL || g_getenv(variable) != NULL)
            g_hash_table_add(cli->given, (gpointer)(uintptr_t)option->name);
    }
}

/* What `dunlin up` wrote becomes the environment, where that says nothing itself. */
static void load_env_file(const char *path, bool replaces)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++) {
        char *equals = strchr(lines[i], '=');
        if (!g_str_has_prefix(lines[i], "DUNLIN_") || equals == NULL)
            continue;
        *equals = '\0';
        (void)g_setenv(lines[i], equals + 1, replaces);
    }
}

static enum status read_config(struct cli *cli, struct error *err)
{
    const struct config_option *tables[] = {CLI_OPTIONS, cli->command->options, NULL};
    const struct config_program program = {.name = "dunlin", .summary = cli->command->summary, .tables = tables};
    enum config_action action = CONFIG_RUN;
    const enum status st = config_read(&program, (int)cli->args.options->len, (char *const *)cli->args.options->pdata,
                                       stdout, &cli->config, &action, err);
    if (st != STATUS_OK) {
        cli->exit_code = CLI_EXIT_USAGE;
        return st;
    }
    cli->is_json = cli_flag(cli, "json");
    const char *keys = cli_text(cli, "keys");
    cli->keys_folder = keys[0] != '\0' ? g_canonicalize_filename(keys, NULL) : g_build_filename(cli->var, "keys", NULL);
    const char *principal = cli_text(cli, "as");
    cli->principal = principal[0] != '\0' ? g_strdup(principal) : g_strconcat("user:", g_get_user_name(), NULL);
    if (action == CONFIG_EXIT_OK)
        cli->command = NULL;
    return STATUS_OK;
}

enum status cli_take_env(struct cli *cli, const char *path, struct error *err)
{
    load_env_file(path, true);
    config_freep(&cli->config);
    g_clear_pointer(&cli->keys_folder, g_free);
    g_clear_pointer(&cli->principal, g_free);
    return read_config(cli, err);
}

static enum status check_operands(struct cli *cli, struct error *err)
{
    const size_t n = cli_operand_count(cli);
    if (n < cli->command->operands_min)
        return cli_usage(cli, err, "%s", n == 0 ? "an operand is missing" : "operands are missing");
    if (n > cli->command->operands_max)
        return cli_usage(cli, err, "'%s' is too much", cli_operand(cli, cli->command->operands_max));
    return STATUS_OK;
}

static enum status run(struct cli *cli, int argc, char **argv, struct error *err)
{
    g_autofree const struct config_option **everything = all_tables();
    enum status st = STATUS_OK;
    struct cli_args first = {0};
    cli_args_init(&first, argc, argv, everything);
    const bool is_answered = answer_help(cli, &first, &st, err);
    if (!is_answered)
        cli->command = find_command(first.operands, 0, &cli->n_words);
    cli_args_fini(&first);
    if (is_answered)
        return st;

    const struct config_option *tables[] = {CLI_OPTIONS, cli->command->options, NULL};
    cli_args_init(&cli->args, argc, argv, tables);
    note_given(cli, argc, argv);
    cli->var = find_var(argc, argv);
    g_autofree char *env_file = g_build_filename(cli->var, "dunlin.env", NULL);
    load_env_file(env_file, false);
    st = read_config(cli, err);
    if (st != STATUS_OK || cli->command == NULL)
        return st;
    st = check_operands(cli, err);
    return st == STATUS_OK ? cli->command->run(cli, err) : st;
}

static void close_all(struct cli *cli)
{
    bus_client_freep(&cli->bus);
    bus_keys_freep(&cli->keys);
    db_closep(&cli->db);
    db_closep(&cli->owner_db);
    config_freep(&cli->config);
    cli_args_fini(&cli->args);
    if (cli->given != NULL)
        g_hash_table_destroy(cli->given);
    g_free(cli->var);
    g_free(cli->keys_folder);
    g_free(cli->principal);
}

/* --json must hold for errors of the command line too, before it has been read. */
static bool asks_for_json(int argc, char *const *argv)
{
    const char *variable = g_getenv("DUNLIN_JSON");
    bool is_asked = variable != NULL && strcmp(variable, "true") == 0;
    for (int i = 1; i < argc; i++)
        is_asked = is_asked || strcmp(argv[i], "--json") == 0;
    return is_asked;
}

int cli_main(int argc, char **argv)
{
    struct cli cli = {.exit_code = CLI_EXIT_OK, .is_json = asks_for_json(argc, argv)};
    const char *no_colour = g_getenv("NO_COLOR");
    cli.has_colour = isatty(STDOUT_FILENO) == 1 && (no_colour == NULL || no_colour[0] == '\0');
    zsys_handler_set(NULL); /* an interrupt ends the program as it ends any other */
    (void)zsys_init();
    logging_init("dunlin", "dunlin", LOG_LEVEL_ERROR);
    struct error err = {0};
    const enum status st = run(&cli, argc, argv, &err);
    if (st != STATUS_OK) {
        if (cli.exit_code == CLI_EXIT_OK)
            cli.exit_code = CLI_EXIT_FAILED;
        print_error(&cli, &err);
    }
    close_all(&cli);
    zsys_shutdown();
    return (int)cli.exit_code;
}
