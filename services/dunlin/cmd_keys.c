#include <string.h>
#include <sys/stat.h>

#include <glib.h>

#include "cache/cache.h"
#include "commands.h"
#include "dunlin_sql.h"
#include "fleet.h"
#include "registry/registry.h"
#include "table.h"

#define OPERATOR_KEY "dunlin"

static char *public_file(const struct cli *cli, const char *name)
{
    return g_strdup_printf("%s/public/%s.key", cli_keys(cli), name);
}

static char *secret_file(const struct cli *cli, const char *name)
{
    return g_strdup_printf("%s/private/%s.key_secret", cli_keys(cli), name);
}

enum status keys_init(const struct cli *cli, size_t *ret_new, struct error *err)
{
    size_t n_new = 0;
    bool is_new = false;
    enum status st = bus_keys_make(cli_keys(cli), OPERATOR_KEY, "operator", &is_new, err);
    n_new += is_new;
    for (const struct fleet_service *service = FLEET; st == STATUS_OK && service->name != NULL; service++) {
        st = bus_keys_make(cli_keys(cli), service->name, "service", &is_new, err);
        n_new += is_new;
    }
    *ret_new = n_new;
    return st;
}

static enum status run_init(struct cli *cli, struct error *err)
{
    size_t n_new = 0;
    const enum status st = keys_init(cli, &n_new, err);
    if (st != STATUS_OK)
        return st;
    if (!cli_emit_new(cli, json_pack("{s:s, s:I}", "folder", cli_keys(cli), "made", (json_int_t)n_new)))
        cli_say(cli, "%zu new pairs of keys in %s (those that were there stay as they are)", n_new, cli_keys(cli));
    return STATUS_OK;
}

const struct command COMMAND_KEYS_INIT = {
    .name = "keys init",
    .summary = "make the CURVE keys of every service and of this command",
    .usage = "[--keys DIR]",
    .details = "Every connection between processes is encrypted and admitted by key. Makes what is missing in the "
               "folder and leaves the\n"
               "rest alone, so that it may be run again. `dunlin up` does it by itself.\n\n"
               "On several machines each gets its own DIR/private/<service>.key_secret and all of DIR/public.\n\n"
               "  dunlin keys init --keys /etc/dunlin/keys\n",
    .run = run_init,
};

static enum status check_role(struct cli *cli, const char *role, struct error *err)
{
    static const char *const ROLES[] = {"dialer", "operator", "service"};
    for (size_t i = 0; i < ARRAY_SIZE(ROLES); i++)
        if (strcmp(ROLES[i], role) == 0)
            return STATUS_OK;
    return cli_usage(cli, err, "--role '%s': dialer, operator or service", role);
}

/* Where third parties connect now; empty where no dialer service runs. */
static void find_public_endpoint(struct cli *cli, char ret_endpoint[static REGISTRY_ENDPOINT_SIZE])
{
    struct cache *cache = NULL;
    struct roster *roster = NULL;
    const struct cache_options options = {.url = cli_text(cli, "redis-url")};
    ret_endpoint[0] = '\0';
    if (options.url[0] == '\0' || cache_new(&options, &cache, NULL) != STATUS_OK)
        return;
    if (registry_read(cache, &roster, NULL) == STATUS_OK)
        for (size_t i = 0; i < roster->n; i++)
            if (roster->instances[i].public_endpoint[0] != '\0')
                (void)g_strlcpy(ret_endpoint, roster->instances[i].public_endpoint, REGISTRY_ENDPOINT_SIZE);
    roster_free(roster);
    cache_free(cache);
}

/* The agency that --agency names; 0 where it is not given. */
static enum status find_agency(struct cli *cli, const char *role, int32_t *ret_agency_id, struct error *err)
{
    const char *slug = cli_text(cli, "agency");
    SCOPED(db_result_freep) struct db_result *agencies = NULL;
    struct db *db = NULL;
    *ret_agency_id = 0;
    if (slug[0] == '\0')
        return STATUS_OK;
    if (strcmp(role, "dialer") != 0)
        return cli_usage(cli, err, "--agency goes with --role dialer: operators and services work for all agencies");
    enum status st = cli_db(cli, &db, err);
    if (st == STATUS_OK)
        st = db_exec(db, &DUNLIN_AGENCY_LIST, NULL, &agencies, err);
    for (size_t i = 0; st == STATUS_OK && i < db_rows(agencies); i++)
        if (strcmp(db_text(agencies, i, 1), slug) == 0)
            *ret_agency_id = db_int4(agencies, i, 0);
    if (st == STATUS_OK && *ret_agency_id == 0)
        st = error_set(err, STATUS_NOT_FOUND, "no agency '%s' (`dunlin agency list`)", slug);
    return st;
}

static enum status run_add(struct cli *cli, struct error *err)
{
    const char *name = cli_operand(cli, 0);
    const char *role = cli_text(cli, "role");
    bool is_new = false;
    int32_t agency_id = 0;
    enum status st = check_role(cli, role, err);
    if (st == STATUS_OK)
        st = find_agency(cli, role, &agency_id, err);
    if (st == STATUS_OK)
        st = bus_keys_make_bound(cli_keys(cli), name, role, agency_id, &is_new, err);
    if (st != STATUS_OK)
        return st;
    g_autofree char *secret = secret_file(cli, name);
    g_autofree char *public = public_file(cli, name);
    g_autofree char *server_file = public_file(cli, "dialer");
    char endpoint[REGISTRY_ENDPOINT_SIZE];
    find_public_endpoint(cli, endpoint);
    zcert_t *server = zcert_load(server_file);
    const char *server_key = server != NULL ? zcert_public_txt(server) : "";
    if (!cli_emit_new(cli, json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:s}", "name", name, "role", role, "is_new",
                                     is_new, "secret_file", secret, "public_file", public, "server_public_key",
                                     server_key, "server_public_file", server_file, "endpoint", endpoint))) {
        cli_say(cli, is_new ? "Made a pair of keys for '%s' (role %s)." : "'%s' has its keys already (role %s).", name,
                role);
        cli_say(cli, "  its secret, for it alone:   %s", secret);
        cli_say(cli, "  its public key, kept here:  %s", public);
        cli_say(cli, "  the server's public key:    %s  (%s)",
                server_key[0] != '\0' ? server_key : "not made yet: run `dunlin keys init`", server_file);
        cli_say(cli, "  where it connects:          %s",
                endpoint[0] != '\0' ? endpoint : "no dialer service runs now: `dunlin status` will say");
        cli_say(cli, "Running services admit it from now on; remove the public file to lock it out.");
    }
    zcert_destroy(&server);
    return STATUS_OK;
}

static const struct config_option ADD_OPTIONS[] = {
    {"role", CONFIG_TEXT, "dialer", NULL, 0, 0, "What it may do: dialer, operator or service."},
    {"agency", CONFIG_TEXT, "", NULL, 0, 0,
     "Of a dialer: the one agency that it works for, by its slug. Accounts of others do not exist for it. Empty: all."},
    {0},
};

const struct command COMMAND_KEYS_ADD = {
    .name = "keys add",
    .summary = "admit a third party's dialer, or another program",
    .usage = "NAME [--role dialer] [--agency SLUG]",
    .details =
        "Makes a pair of keys under a name that the log will show. Hand the secret file to the third party over a safe "
        "way,\n"
        "together with the server's public key; both ends then know each other. Nothing needs to be restarted.\n\n"
        "  dunlin keys add acme --role dialer\n"
        "  dunlin keys add acme --agency northwind\n",
    .options = ADD_OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_add,
};

static void list_key(const struct cli *cli, const char *name, json_t *rows)
{
    g_autofree char *path = public_file(cli, name);
    g_autofree char *secret = secret_file(cli, name);
    zcert_t *cert = zcert_load(path);
    const char *role = cert != NULL ? zcert_meta(cert, "role") : NULL;
    const char *agency = cert != NULL ? zcert_meta(cert, "agency") : NULL;
    if (cert != NULL)
        (void)json_array_append_new(
            rows, json_pack("{s:s, s:s, s:I, s:s, s:b}", "name", name, "role", role != NULL ? role : "", "agency_id",
                            agency != NULL ? g_ascii_strtoll(agency, NULL, 10) : 0, "public_key",
                            zcert_public_txt(cert), "has_secret", g_file_test(secret, G_FILE_TEST_EXISTS)));
    zcert_destroy(&cert);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum status run_list(struct cli *cli, struct error *err)
{
    static const struct column COLUMNS[] = {{"name", "name", COLUMN_TEXT},
                                            {"role", "role", COLUMN_TEXT},
                                            {"agency", "agency_id", COLUMN_NUMBER},
                                            {"public key", "public_key", COLUMN_TEXT},
                                            {"secret here", "has_secret", COLUMN_TEXT},
                                            {0}};
    g_autofree char *folder = g_build_filename(cli_keys(cli), "public", NULL);
    g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
    if (files == NULL)
        return error_set(err, STATUS_NOT_FOUND, "no keys in '%s' (make them with `dunlin keys init`)", cli_keys(cli));
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *file;
    while ((file = g_dir_read_name(files)) != NULL)
        if (g_str_has_suffix(file, ".key"))
            g_ptr_array_add(names, g_strndup(file, strlen(file) - strlen(".key")));
    g_ptr_array_sort(names, compare_names);
    json_t *rows = json_array();
    for (guint i = 0; i < names->len; i++)
        list_key(cli, names->pdata[i], rows);
    if (cli_emit(cli, rows))
        return STATUS_OK;
    table_print(cli, rows, COLUMNS);
    json_decref(rows);
    return STATUS_OK;
}

const struct command COMMAND_KEYS_LIST = {
    .name = "keys list",
    .summary = "who is admitted",
    .usage = "",
    .details = "Names, roles and public keys of everybody who may connect.\n",
    .run = run_list,
};
