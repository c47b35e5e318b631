#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "commands.h"
#include "fleet.h"
#include "fleet_wait.h"
#include "platform/platform.h"
#include "table.h"

#define FLEET_MAX 32

struct up {
    struct cli *cli;
    bool does_servers, does_services;
    bool is_external;      /* PostgreSQL and Redis are somebody else's */
    int counts[FLEET_MAX]; /* instances of each service, in the order of FLEET */
    char *sop, *rules, *templates, *agencies, *agreements;
    GArray *processes; /* struct fleet_process */
    json_t *rows;
};

static void up_fini(struct up *up)
{
    for (guint i = 0; up->processes != NULL && i < up->processes->len; i++)
        fleet_process_fini(&g_array_index(up->processes, struct fleet_process, i));
    if (up->processes != NULL)
        g_array_free(up->processes, TRUE);
    json_decref(up->rows);
    g_free(up->sop);
    g_free(up->agreements);
    g_free(up->rules);
    g_free(up->templates);
    g_free(up->agencies);
}

/* "contact=2,intake=3" */
static enum status parse_instances(struct up *up, const char *text, struct error *err)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (size_t i = 0; parts[i] != NULL; i++) {
        char *equals = strchr(parts[i], '=');
        gint64 count = 0;
        if (equals == NULL || !g_ascii_string_to_signed(equals + 1, 10, 0, FLEET_INSTANCES_MAX, &count, NULL))
            return cli_usage(up->cli, err, "--instances '%s': service=0 to %d, e.g. contact=2,intake=2", parts[i],
                             FLEET_INSTANCES_MAX);
        *equals = '\0';
        const struct fleet_service *service = fleet_find(g_strstrip(parts[i]));
        if (service == NULL)
            return cli_usage(up->cli, err, "--instances: there is no service '%s'", parts[i]);
        up->counts[service - FLEET] = (int)count;
    }
    return STATUS_OK;
}

static enum status choose_policies(struct up *up, struct error *err)
{
    enum status st = fleet_policy(cli_text(up->cli, "sop"), "policies/standard.yaml", &up->sop, err);
    if (st == STATUS_OK)
        st = fleet_policy(cli_text(up->cli, "rules"), "rules", &up->rules, err);
    if (st == STATUS_OK)
        st = fleet_policy(cli_text(up->cli, "templates"), "templates", &up->templates, err);
    if (st == STATUS_OK)
        st = fleet_policy(cli_text(up->cli, "agencies"), "agencies.yaml", &up->agencies, err);
    if (st == STATUS_OK)
        st = fleet_policy(cli_text(up->cli, "agreements"), "agreements.yaml", &up->agreements, err);
    return st;
}

/* Before anything is started: half a system is worse than none. */
static enum status check_programs(const struct up *up, struct error *err)
{
    g_autoptr(GString) missing = g_string_new(NULL);
    for (size_t i = 0; up->does_services && FLEET[i].name != NULL; i++) {
        g_autofree char *program = fleet_program(FLEET[i].name);
        if (program == NULL && up->counts[i] > 0)
            g_string_append_printf(missing, "%sdunlin-%s", missing->len > 0 ? ", " : "", FLEET[i].name);
    }
    if (missing->len == 0)
        return STATUS_OK;
    return error_set(err, STATUS_NOT_FOUND,
                     "not beside this program: %s (build them, or leave one out with --instances SERVICE=0)",
                     missing->str);
}

static enum status read_wishes(struct up *up, struct error *err)
{
    struct cli *cli = up->cli;
    const char *only = cli_text(cli, "only");
    if (only[0] != '\0' && strcmp(only, "servers") != 0 && strcmp(only, "services") != 0)
        return cli_usage(cli, err, "--only '%s': servers or services", only);
    up->does_servers = strcmp(only, "services") != 0;
    up->does_services = strcmp(only, "servers") != 0;
    const bool has_database = cli_is_given(cli, "database-url");
    if (has_database != cli_is_given(cli, "redis-url"))
        return cli_usage(cli, err,
                         "--database-url and --redis-url go together: give both, or neither for private servers");
    up->is_external = has_database || (cli_text(cli, "database-url")[0] != '\0' && !fleet_has_servers(cli_var(cli)));
    for (size_t i = 0; FLEET[i].name != NULL; i++)
        up->counts[i] = 1;
    const char *instances = cli_text(cli, "instances");
    enum status st = instances[0] != '\0' ? parse_instances(up, instances, err) : STATUS_OK;
    if (st == STATUS_OK)
        st = check_programs(up, err);
    return st == STATUS_OK ? choose_policies(up, err) : st;
}

static enum status start_servers(struct up *up, struct error *err)
{
    struct cli *cli = up->cli;
    if (up->is_external)
        return STATUS_OK;
    g_autofree char *env = g_build_filename(cli_var(cli), "servers.env", NULL);
    enum status st = STATUS_OK;
    if (up->does_servers)
        st = fleet_servers("start", cli_var(cli), cli_is_json(cli), err);
    else if (!g_file_test(env, G_FILE_TEST_EXISTS))
        st = error_set(err, STATUS_FAILED_PRECONDITION,
                       "no %s: PostgreSQL and Redis do not run (`dunlin up --only servers`)", env);
    return st == STATUS_OK ? cli_take_env(cli, env, err) : st;
}

static enum status prepare_database(struct up *up, struct error *err)
{
    struct db *db = NULL;
    int32_t agency_id = 0;
    if (!up->does_servers)
        return STATUS_OK;
    enum status st = db_init(up->cli, cli_text(up->cli, "passwords"), NULL, err);
    if (st == STATUS_OK)
        st = cli_owner_db(up->cli, &db, err);
    const char *agency = cli_text(up->cli, "agency");
    if (st == STATUS_OK && agency[0] != '\0')
        st = platform_agency_ensure(db, agency, agency, &agency_id, err);
    return st;
}

/* What every later command, and anybody's EnvironmentFile, starts from. */
static enum status write_env(struct up *up, struct error *err)
{
    struct cli *cli = up->cli;
    g_autofree char *path = g_build_filename(cli_var(cli), "dunlin.env", NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(
        text,
        "DUNLIN_DATABASE_URL=%s\nDUNLIN_REDIS_URL=%s\nDUNLIN_KEYS=%s\nDUNLIN_SOP=%s\nDUNLIN_RULES=%s\n"
        "DUNLIN_TEMPLATES=%s\nDUNLIN_AGENCIES=%s\nDUNLIN_AGREEMENTS=%s\n",
        cli_text(cli, "database-url"), cli_text(cli, "redis-url"), cli_keys(cli), up->sop, up->rules, up->templates,
        up->agencies, up->agreements);
    const char *passwords = cli_text(cli, "passwords");
    if (passwords[0] != '\0') {
        g_autofree char *folder = g_canonicalize_filename(passwords, NULL);
        g_string_append_printf(text, "DUNLIN_DATABASE_PASSWORD_FILE=%s/operator\n", folder);
    }
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents_full(path, text->str, (gssize)text->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
        return error_set(err, STATUS_UNAVAILABLE, "write '%s': %s", path, error->message);
    return cli_take_env(cli, path, err);
}

/* Ours plus what they need; what names this command's own log-in is not theirs. */
static char **service_environment(const struct up *up, const char *service)
{
    static const char *const OWN[] = {"DUNLIN_DATABASE_USER", "DUNLIN_DATABASE_PASSWORD",
                                      "DUNLIN_DATABASE_PASSWORD_FILE", "DUNLIN_CONFIG", "DUNLIN_VAR"};
    struct cli *cli = up->cli;
    char **environment = g_get_environ();
    for (size_t i = 0; i < ARRAY_SIZE(OWN); i++)
        environment = g_environ_unsetenv(environment, OWN[i]);
    environment = g_environ_setenv(environment, "DUNLIN_DATABASE_URL", cli_text(cli, "database-url"), TRUE);
    environment = g_environ_setenv(environment, "DUNLIN_REDIS_URL", cli_text(cli, "redis-url"), TRUE);
    environment = g_environ_setenv(environment, "DUNLIN_KEYS", cli_keys(cli), TRUE);
    environment = g_environ_setenv(environment, "DUNLIN_SOP", up->sop, TRUE);
    environment = g_environ_setenv(environment, "DUNLIN_RULES", up->rules, TRUE);
    environment = g_environ_setenv(environment, "DUNLIN_TEMPLATES", up->templates, TRUE);
    environment = g_environ_setenv(environment, "DUNLIN_AGENCIES", up->agencies, TRUE);
    environment = g_environ_setenv(environment, "DUNLIN_AGREEMENTS", up->agreements, TRUE);
    const char *passwords = cli_text(cli, "passwords");
    if (passwords[0] != '\0') {
        g_autofree char *folder = g_canonicalize_filename(passwords, NULL);
        g_autofree char *file = g_build_filename(folder, service, NULL);
        environment = g_environ_setenv(environment, "DUNLIN_DATABASE_PASSWORD_FILE", file, TRUE);
    }
    return environment;
}

static enum status start_instance(struct up *up, const char *service, int number, struct error *err)
{
    struct fleet_process process;
    fleet_look(cli_var(up->cli), service, number, &process);
    const bool is_running = process.pid > 0;
    enum status st = STATUS_OK;
    if (!is_running) {
        char **environment = service_environment(up, service);
        st = fleet_start(cli_var(up->cli), &process, environment, err);
        g_strfreev(environment);
    }
    g_array_append_val(up->processes, process);
    if (st == STATUS_OK)
        (void)json_array_append_new(up->rows, json_pack("{s:s, s:i, s:i, s:s, s:s}", "service", service, "number",
                                                        number, "pid", (int)process.pid, "state",
                                                        is_running ? "ran already" : "started", "log", process.log));
    return st;
}

static enum status start_services(struct up *up, struct error *err)
{
    up->processes = g_array_new(FALSE, TRUE, sizeof(struct fleet_process));
    enum status st = STATUS_OK;
    for (size_t i = 0; st == STATUS_OK && FLEET[i].name != NULL; i++)
        for (int number = 1; st == STATUS_OK && number <= up->counts[i]; number++)
            st = start_instance(up, FLEET[i].name, number, err);
    if (st == STATUS_OK)
        st = fleet_wait_ready(up->cli, (const struct fleet_process *)(void *)up->processes->data, up->processes->len,
                              cli_timeout_ms(up->cli), err);
    return st;
}

static void report(struct up *up)
{
    static const struct column COLUMNS[] = {{"service", "service", COLUMN_TEXT}, {"no.", "number", COLUMN_NUMBER},
                                            {"pid", "pid", COLUMN_TEXT},         {"", "state", COLUMN_TEXT},
                                            {"log", "log", COLUMN_TEXT},         {0}};
    struct cli *cli = up->cli;
    json_t *result = json_pack("{s:s, s:O}", "var", cli_var(cli), "instances", up->rows);
    if (cli_emit(cli, result))
        return;
    json_decref(result);
    if (up->does_services)
        table_print(cli, up->rows, COLUMNS);
    cli_say(cli, "%s. Everything is in %s; `dunlin status` watches it, `dunlin down` stops it.",
            up->does_services ? "Up" : "The servers are up", cli_var(cli));
}

static enum status run_up(struct cli *cli, struct error *err)
{
    SCOPED(up_fini) struct up up = {.cli = cli, .rows = json_array()};
    size_t n_new_keys = 0;
    enum status st = read_wishes(&up, err);
    if (st == STATUS_OK)
        st = fleet_make_folders(cli_var(cli), err);
    if (st == STATUS_OK)
        st = start_servers(&up, err);
    if (st == STATUS_OK)
        st = prepare_database(&up, err);
    if (st == STATUS_OK)
        st = keys_init(cli, &n_new_keys, err);
    if (st == STATUS_OK)
        st = write_env(&up, err);
    if (st == STATUS_OK && up.does_services)
        st = start_services(&up, err);
    if (st == STATUS_OK)
        report(&up);
    return st;
}

static const struct config_option UP_OPTIONS[] = {
    {"only", CONFIG_TEXT, "", NULL, 0, 0, "servers: PostgreSQL, Redis, database, keys. services: the rest."},
    {"instances", CONFIG_TEXT, "", NULL, 0, 0, "How many of each service, where not one: contact=2,intake=2."},
    {"sop", CONFIG_TEXT, "", NULL, 0, 0, "Standard operating procedure. Empty: deploy/policies/standard.yaml."},
    {"rules", CONFIG_TEXT, "", NULL, 0, 0, "Folder of rule packs. Empty: deploy/rules."},
    {"templates", CONFIG_TEXT, "", NULL, 0, 0, "Folder of message templates. Empty: deploy/templates."},
    {"agencies", CONFIG_TEXT, "", NULL, 0, 0, "File that says who writes. Empty: deploy/agencies.yaml."},
    {"agreements", CONFIG_TEXT, "", NULL, 0, 0, "What was agreed with clients. Empty: deploy/agreements.yaml."},
    {"agency", CONFIG_TEXT, "demo", NULL, 0, 0, "Agency that is made where it is missing."},
    {"passwords", CONFIG_TEXT, "", NULL, 0, 0,
     "Folder with a password a role (`dunlin help db init`); for servers of your own."},
    CLI_OWNER_OPTIONS,
    {0},
};

const struct command COMMAND_UP = {
    .name = "up",
    .summary = "start everything on this machine: PostgreSQL, Redis and every service",
    .usage = "[--only servers|services] [--instances contact=2,...] [--database-url URL --redis-url URL]",
    .details = "Without URLs it starts a private PostgreSQL and Redis in the folder VAR; with them it joins yours. "
               "Makes database, keys and the\n"
               "agency `demo` where they are missing, starts one process of each service and waits until all are "
               "ready. May be run again: what\n"
               "runs is left alone, what died is started. Options of services pass through the environment "
               "(DUNLIN_WORKERS=2 dunlin up).\n\n"
               "  dunlin up\n"
               "  dunlin up --instances contact=2,intake=2\n"
               "  dunlin up --database-url postgresql://dunlin_owner@db.example/dunlin --redis-url "
               "redis://cache.example:6379/0\n",
    .options = UP_OPTIONS,
    .run = run_up,
};
