#include <errno.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <sodium.h>

#include "commands.h"
#include "fleet.h"
#include "platform/platform.h"

#define PASSWORD_BYTES 24
#define ROLES_MAX      32

/* Passwords: one file a role. */

static enum status make_password(const char *path, char **ret_password, struct error *err)
{
    unsigned char bytes[PASSWORD_BYTES];
    char text[2 * PASSWORD_BYTES];
    if (sodium_init() < 0)
        return error_set(err, STATUS_INTERNAL, "libsodium cannot start");
    randombytes_buf(bytes, sizeof(bytes));
    (void)sodium_bin2base64(text, sizeof(text), bytes, sizeof(bytes), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                  &error))
        return error_set(err, STATUS_UNAVAILABLE, "write '%s': %s", path, error->message);
    *ret_password = g_strdup(text);
    return STATUS_OK;
}

/* The password in `folder`/`name`, made where there is none. */
static enum status find_password(const char *folder, const char *name, char **ret_password, struct error *err)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return make_password(path, ret_password, err);
    if (!g_file_get_contents(path, ret_password, NULL, &error))
        return error_set(err, STATUS_PERMISSION_DENIED, "read '%s': %s", path, error->message);
    g_strchomp(*ret_password);
    if ((*ret_password)[0] == '\0')
        return error_set(err, STATUS_FAILED_PRECONDITION, "'%s' is empty: write a password into it or remove it", path);
    return STATUS_OK;
}

static void free_secret(void *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

enum status db_init(struct cli *cli, const char *passwords, const char *shared, struct error *err)
{
    const bool has_passwords = passwords[0] != '\0';
    if (has_passwords && g_mkdir_with_parents(passwords, 0700) != 0)
        return error_set(err, STATUS_UNAVAILABLE, "make folder '%s': %s", passwords, g_strerror(errno));
    struct platform_role roles[ROLES_MAX] = {0};
    g_autoptr(GPtrArray) secrets = g_ptr_array_new_with_free_func(free_secret);
    char *secret = NULL;
    enum status st = STATUS_OK;
    size_t n = 0;
    for (const struct fleet_service *service = FLEET; st == STATUS_OK && service->name != NULL; service++, n++) {
        roles[n].service = service->name;
        roles[n].password = shared;
        if (has_passwords && (st = find_password(passwords, service->name, &secret, err)) == STATUS_OK) {
            g_ptr_array_add(secrets, secret);
            roles[n].password = secret;
        }
    }
    secret = NULL;
    if (st == STATUS_OK && has_passwords && (st = find_password(passwords, "operator", &secret, err)) == STATUS_OK)
        g_ptr_array_add(secrets, secret);
    struct db *db = NULL;
    if (st == STATUS_OK)
        st = cli_owner_db(cli, &db, err);
    return st == STATUS_OK ? platform_init(db, roles, secret != NULL ? secret : shared, err) : st;
}

static enum status run_init(struct cli *cli, struct error *err)
{
    const char *passwords = cli_text(cli, "passwords");
    const char *shared = cli_text(cli, "role-password");
    if (passwords[0] != '\0' && shared[0] != '\0')
        return cli_usage(cli, err, "--passwords and a role-password exclude each other");
    const enum status st = db_init(cli, passwords, shared[0] != '\0' ? shared : NULL, err);
    if (st != STATUS_OK)
        return st;
    json_t *services = json_array();
    for (const struct fleet_service *service = FLEET; service->name != NULL; service++)
        (void)json_array_append_new(services, json_string(service->name));
    json_t *result = json_pack("{s:o, s:s}", "services", services, "passwords", passwords);
    if (cli_emit(cli, result))
        return STATUS_OK;
    cli_say(cli, "The database is ready: schemas, tables of the log, one role for each of %zu services.",
            json_array_size(services));
    if (passwords[0] != '\0')
        cli_say(cli, "Passwords are in %s, one file a role: give each service its own (DUNLIN_DATABASE_PASSWORD_FILE).",
                passwords);
    json_decref(result);
    return STATUS_OK;
}

static const struct config_option INIT_OPTIONS[] = {
    CLI_OWNER_OPTIONS,
    {"passwords", CONFIG_TEXT, "", NULL, 0, 0,
     "Folder with one file a role (intake, ..., operator); missing ones are made. Empty: roles have no password."},
    {"role-password", CONFIG_SECRET, "", NULL, 0, 0,
     "One password for every role, where they share a network of their own."},
    {0},
};

const struct command COMMAND_DB_INIT = {
    .name = "db init",
    .summary = "make or complete the database: schemas, roles, the log",
    .usage = "[--owner-url URL] [--passwords DIR]",
    .details =
        "Needs the database's owner; services then log in as dunlin_<service>, this command as dunlin_operator, each "
        "with no more\n"
        "rights than it needs. May be run again at any time, also while services run. `dunlin up` does it by "
        "itself.\n\n"
        "  dunlin db init --owner-url postgresql://dunlin_owner@db.example/dunlin --owner-password-file owner.pw \\\n"
        "                 --passwords /etc/dunlin/passwords\n",
    .options = INIT_OPTIONS,
    .run = run_init,
};
