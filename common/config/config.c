#include "config/config.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_internal.h"

/* A key or a password; what is longer is the wrong file. */
#define SECRET_MAX_BYTES 4096

bool config_is_bounded(const struct config_option *option)
{
    return option->min != 0 || option->max != 0;
}

char *config_environment_name(const char *option_name, const char *suffix)
{
    g_autofree char *upper = g_ascii_strup(option_name, -1);
    return g_strconcat("DUNLIN_", g_strdelimit(upper, "-", '_'), suffix, NULL);
}

char *config_allowed(const struct config_option *option)
{
    const char *unit = option->unit != NULL ? option->unit : "";
    const char *space = option->unit != NULL ? " " : "";
    switch (option->type) {
    case CONFIG_BOOL:
        return g_strdup("true or false");
    case CONFIG_TEXT:
        return g_strdup("text");
    case CONFIG_SECRET:
        return g_strdup("a secret");
    case CONFIG_INTEGER:
        if (config_is_bounded(option))
            return g_strdup_printf("%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT "%s%s", option->min, option->max, space,
                                   unit);
        return g_strdup_printf("a whole number%s%s", option->unit != NULL ? " of " : "", unit);
    }
    return NULL;
}

bool config_parse_bool(const char *text, bool *ret_flag)
{
    static const struct {
        const char *word;
        bool flag;
    } WORDS[] = {
        {"true", true},   {"yes", true}, {"on", true},   {"1", true},
        {"false", false}, {"no", false}, {"off", false}, {"0", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(WORDS); i++) {
        if (g_ascii_strcasecmp(text, WORDS[i].word) == 0) {
            *ret_flag = WORDS[i].flag;
            return true;
        }
    }
    return false;
}

static bool parse_integer(const struct config_option *option, const char *text, int64_t *ret_number)
{
    /* strtoll takes leading blanks and a plus; a configuration need not. */
    if (*text != '-' && !g_ascii_isdigit(*text))
        return false;
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0')
        return false;
    if (config_is_bounded(option) && (number < option->min || number > option->max))
        return false;
    *ret_number = number;
    return true;
}

static bool has_control_character(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at))
            return true;
    return false;
}

static bool parse_value(const struct config_option *option, const char *text, struct config_value *parsed)
{
    switch (option->type) {
    case CONFIG_BOOL:
        return config_parse_bool(text, &parsed->flag);
    case CONFIG_INTEGER:
        return parse_integer(option, text, &parsed->number);
    case CONFIG_TEXT:
        /* A required text that is there but empty is a forgotten one. */
        return !has_control_character(text) && (option->default_value != NULL || *text != '\0');
    case CONFIG_SECRET:
        return true;
    }
    return false;
}

static enum status refuse_value(const struct config_option *option, const char *text, const char *where,
                                struct error *err)
{
    if (option->type == CONFIG_TEXT && *text == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %s must not be empty", where, option->name);
    if (option->type == CONFIG_TEXT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %s must not hold control characters", where, option->name);
    g_autofree char *allowed = config_allowed(option);
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s: '%.64s' is not allowed for %s: %s", where, text, option->name,
                     allowed);
}

static void free_secret(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

static void clear_value(struct config_value *value)
{
    if (value->option->type == CONFIG_SECRET)
        free_secret(value->text);
    else
        g_free(value->text);
    g_free(value->where);
    value->text = NULL;
    value->where = NULL;
}

static enum status store_text(struct config_value *value, const char *text, enum config_source source,
                              const char *where, struct error *err)
{
    /* An empty default means "none"; an empty value that somebody gave is an unset variable of theirs. */
    if (value->option->type == CONFIG_SECRET && *text == '\0' && source != CONFIG_SOURCE_DEFAULT)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: the secret %s is empty", where, value->option->name);
    struct config_value parsed = {0};
    if (!parse_value(value->option, text, &parsed))
        return refuse_value(value->option, text, where, err);
    clear_value(value);
    value->text = g_strdup(text);
    value->where = g_strdup(where);
    value->source = source;
    value->number = parsed.number;
    value->flag = parsed.flag;
    return STATUS_OK;
}

/* The first line of `path`, without its end, into `line`. */
static enum status read_secret_line(const char *path, const char *where, char line[static SECRET_MAX_BYTES],
                                    struct error *err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: cannot read '%s': %s", where, path, g_strerror(errno));
    /* Nothing of the secret stays behind in stdio's buffer. */
    (void)setvbuf(file, NULL, _IONBF, 0);
    line[0] = '\0';
    bool is_read = fgets(line, SECRET_MAX_BYTES, file) != NULL;
    int read_errno = errno;
    bool has_failed = ferror(file) != 0;
    (void)fclose(file);
    if (has_failed)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: cannot read '%s': %s", where, path, g_strerror(read_errno));
    size_t len = is_read ? strlen(line) : 0;
    if (len == SECRET_MAX_BYTES - 1)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: the first line of '%s' is longer than %d bytes", where,
                         path, SECRET_MAX_BYTES - 2);
    line[strcspn(line, "\r\n")] = '\0';
    return STATUS_OK;
}

static enum status set_from_secret_file(struct config_value *value, const char *path, enum config_source source,
                                        const char *where, struct error *err)
{
    char line[SECRET_MAX_BYTES];
    enum status st = read_secret_line(path, where, line, err);
    if (st == STATUS_OK) {
        g_autofree char *where_file = g_strdup_printf("%s (file %s)", where, path);
        st = store_text(value, line, source, where_file, err);
    }
    explicit_bzero(line, sizeof(line));
    return st;
}

enum status config_set(const struct config_match *match, const char *text, enum config_source source, const char *where,
                       struct error *err)
{
    struct config_value *value = match->value;
    if (value->option->type == CONFIG_SECRET && source == value->source && source != CONFIG_SOURCE_COMMAND_LINE)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: the secret %s has been given already by %s", where,
                         value->option->name, value->where);
    if (match->is_file)
        return set_from_secret_file(value, text, source, where, err);
    return store_text(value, text, source, where, err);
}

static struct config_value *find_value(const struct config *config, const char *name, size_t len)
{
    for (size_t i = 0; i < config->n_values; i++) {
        const char *candidate = config->values[i].option->name;
        if (strlen(candidate) == len && memcmp(candidate, name, len) == 0)
            return &config->values[i];
    }
    return NULL;
}

bool config_find(struct config *config, const char *name, bool allows_negation, struct config_match *ret_match)
{
    struct config_value *value = find_value(config, name, strlen(name));
    bool is_file = false;
    bool is_negated = false;
    if (value == NULL && g_str_has_suffix(name, "-file")) {
        value = find_value(config, name, strlen(name) - strlen("-file"));
        is_file = true;
        if (value != NULL && value->option->type != CONFIG_SECRET)
            value = NULL;
    }
    if (value == NULL && allows_negation && g_str_has_prefix(name, "no-")) {
        value = find_value(config, name + 3, strlen(name) - 3);
        is_file = false;
        is_negated = true;
        if (value != NULL && value->option->type != CONFIG_BOOL)
            value = NULL;
    }
    if (value == NULL)
        return false;
    *ret_match = (struct config_match){value, is_file, is_negated};
    return true;
}

static struct config *new_config(const struct config_program *program)
{
    struct config *config = g_new0(struct config, 1);
    for (size_t t = 0; program->tables[t] != NULL; t++)
        for (const struct config_option *option = program->tables[t]; option->name != NULL; option++)
            config->n_values++;
    config->values = g_new0(struct config_value, config->n_values);
    size_t n = 0;
    for (size_t t = 0; program->tables[t] != NULL; t++)
        for (const struct config_option *option = program->tables[t]; option->name != NULL; option++)
            config->values[n++].option = option;
    return config;
}

static enum status read_defaults(struct config *config, struct error *err)
{
    for (size_t i = 0; i < config->n_values; i++) {
        struct config_value *value = &config->values[i];
        /* Two rows of one name would hide each other: a bug of the tables. */
        g_assert(find_value(config, value->option->name, strlen(value->option->name)) == value);
        if (value->option->default_value == NULL)
            continue;
        g_autofree char *where = g_strdup_printf("default of %s", value->option->name);
        enum status st = config_set(&(struct config_match){.value = value}, value->option->default_value,
                                    CONFIG_SOURCE_DEFAULT, where, err);
        if (st != STATUS_OK)
            return error_wrap(err, STATUS_INTERNAL, "option table");
    }
    return STATUS_OK;
}

/* All of them in one error: whoever sets a program up wants the list, not one more surprise a start. */
static enum status check_required(const struct config *config, struct error *err)
{
    g_autoptr(GString) missing = g_string_new(NULL);
    for (size_t i = 0; i < config->n_values; i++) {
        const struct config_option *option = config->values[i].option;
        if (config->values[i].source != CONFIG_SOURCE_NONE)
            continue;
        g_autofree char *environment = config_environment_name(option->name, "");
        g_string_append_printf(missing, "%s--%s%s (%s)", missing->len > 0 ? ", " : "", option->name,
                               option->type == CONFIG_SECRET ? "-file" : "", environment);
    }
    if (missing->len == 0)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "required but not set: %s", missing->str);
}

/* What the command line asks of this module itself. */
struct request {
    const char *config_path;  /* borrowed from argv or the environment; NULL: no file */
    const char *config_where; /* who named it */
    bool wants_help, wants_version, wants_check, wants_values, wants_reference;
};

static bool take_word(const char *arg, struct request *request)
{
    const struct {
        const char *word;
        bool *wanted;
    } WORDS[] = {
        {"--help", &request->wants_help},           {"-h", &request->wants_help},
        {"--version", &request->wants_version},     {"--check", &request->wants_check},
        {"--print-config", &request->wants_values}, {"--print-reference", &request->wants_reference},
    };
    for (size_t i = 0; i < ARRAY_SIZE(WORDS); i++) {
        if (strcmp(arg, WORDS[i].word) == 0) {
            *WORDS[i].wanted = true;
            return true;
        }
    }
    return false;
}

/* Takes this module's own words out of argv; the rest, `ret_argv`, are options of the tables. */
static enum status read_request(int argc, char *const *argv, struct request *request, GPtrArray *ret_argv,
                                struct error *err)
{
    request->config_path = g_getenv("DUNLIN_CONFIG");
    request->config_where = "environment DUNLIN_CONFIG";
    for (int i = 1; i < argc; i++) {
        if (take_word(argv[i], request))
            continue;
        if (g_str_has_prefix(argv[i], "--config=")) {
            request->config_path = argv[i] + strlen("--config=");
            request->config_where = "--config";
        } else if (strcmp(argv[i], "--config") == 0) {
            if (++i == argc)
                return error_set(err, STATUS_INVALID_ARGUMENT, "--config: a path is missing");
            request->config_path = argv[i];
            request->config_where = "--config";
        } else {
            g_ptr_array_add(ret_argv, argv[i]);
        }
    }
    return STATUS_OK;
}

static bool answer_early(const struct config_program *program, const struct request *request, FILE *out)
{
    if (request->wants_help)
        config_print_help(program, out);
    else if (request->wants_version)
        (void)fprintf(out, "%s %s\n", program->name, DUNLIN_VERSION);
    else if (request->wants_reference)
        config_print_reference(program, out);
    else
        return false;
    return true;
}

static bool answer_late(const struct config *config, const struct request *request, FILE *out)
{
    if (request->wants_values)
        config_print_values(config, out);
    if (request->wants_check)
        (void)fprintf(out, "configuration is valid\n");
    return request->wants_values || request->wants_check;
}

static enum status read_sources(struct config *config, const struct request *request, const GPtrArray *argv,
                                struct error *err)
{
    enum status st = read_defaults(config, err);
    if (st == STATUS_OK && request->config_path != NULL)
        st = config_read_file(config, request->config_path, request->config_where, err);
    if (st == STATUS_OK)
        st = config_read_environment(config, err);
    if (st == STATUS_OK)
        st = config_read_command_line(config, (int)argv->len, (char *const *)argv->pdata, err);
    if (st == STATUS_OK)
        st = check_required(config, err);
    return st;
}

enum status config_read(const struct config_program *program, int argc, char *const *argv, FILE *out,
                        struct config **ret_config, enum config_action *ret_action, struct error *err)
{
    struct request request = {0};
    g_autoptr(GPtrArray) rest = g_ptr_array_new();
    enum status st = read_request(argc, argv, &request, rest, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(config_freep) struct config *config = new_config(program);
    bool is_answered = answer_early(program, &request, out);
    if (!is_answered) {
        st = read_sources(config, &request, rest, err);
        if (st != STATUS_OK)
            return st;
        is_answered = answer_late(config, &request, out);
    }
    *ret_action = is_answered ? CONFIG_EXIT_OK : CONFIG_RUN;
    *ret_config = TAKE(config);
    return STATUS_OK;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->n_values; i++)
        clear_value(&config->values[i]);
    g_free(config->values);
    g_free(config);
}

void config_freep(struct config **config)
{
    config_free(*config);
}

/* g_assert, unlike assert, stands in release builds too: a wrong name is found by the first start, not by a crash
 * elsewhere. */
static const struct config_value *value_of(const struct config *config, const char *name)
{
    const struct config_value *value = find_value(config, name, strlen(name));
    g_assert(value != NULL && value->text != NULL);
    return value;
}

const char *config_text(const struct config *config, const char *name)
{
    const struct config_value *value = value_of(config, name);
    g_assert(value->option->type == CONFIG_TEXT || value->option->type == CONFIG_SECRET);
    return value->text;
}

int64_t config_integer(const struct config *config, const char *name)
{
    const struct config_value *value = value_of(config, name);
    g_assert(value->option->type == CONFIG_INTEGER);
    return value->number;
}

bool config_bool(const struct config *config, const char *name)
{
    const struct config_value *value = value_of(config, name);
    g_assert(value->option->type == CONFIG_BOOL);
    return value->flag;
}
