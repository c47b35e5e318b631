#include "platform/platform.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "id/id.h"
#include "platform_sql.h"

/* "dunlin_" + service; a role's name has 63 bytes at most. */
#define SERVICE_MAX 48

static enum status check_service_name(const char *service, struct error *err)
{
    size_t len = strspn(service, "abcdefghijklmnopqrstuvwxyz_");
    if (len > 0 && service[len] == '\0' && len <= SERVICE_MAX)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "service name '%s': 1 to %d lower-case letters or _", service,
                     SERVICE_MAX);
}

/* Inits of other databases of the same server change the same roles, and no lock is wide enough to keep them apart. */
#define ROLE_ATTEMPTS 20

static enum status ensure_schemas(struct db *db, struct error *err)
{
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    enum status st = db_tx_begin(db, &tx, err);
    if (st == STATUS_OK)
        st = db_exec(db, &PLATFORM_INIT_LOCK, NULL, NULL, err);
    if (st == STATUS_OK)
        st = db_exec_script(db, "CREATE SCHEMA IF NOT EXISTS platform; CREATE SCHEMA IF NOT EXISTS log", err);
    return st == STATUS_OK ? db_tx_commit(&tx, err) : st;
}

static enum status ensure_service(struct db *db, const struct platform_role *role, struct error *err)
{
    struct db_call calls[] = {{.statement = &PLATFORM_SERVICE_SELECT}, {.statement = &PLATFORM_ROLE_SERVICE_ENSURE}};
    db_arg_text(&calls[0].args, role->service);
    enum status st = db_exec_pipeline(db, calls, ARRAY_SIZE(calls), err);
    db_calls_clear(calls, ARRAY_SIZE(calls));
    if (st != STATUS_OK || role->password == NULL)
        return st;
    char name[SERVICE_MAX + sizeof("dunlin_")];
    (void)snprintf(name, sizeof(name), "dunlin_%s", role->service);
    return db_role_set_password(db, name, role->password, err);
}

static enum status ensure_roles(struct db *db, const struct platform_role *roles, const char *operator_password,
                                struct error *err)
{
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    enum status st = db_tx_begin(db, &tx, err);
    if (st == STATUS_OK)
        st = db_exec(db, &PLATFORM_INIT_LOCK, NULL, NULL, err);
    if (st == STATUS_OK)
        st = db_exec(db, &PLATFORM_ROLE_COMMON_ENSURE, NULL, NULL, err);
    for (const struct platform_role *role = roles; st == STATUS_OK && role->service != NULL; role++) {
        st = ensure_service(db, role, err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "service %s", role->service);
    }
    if (st == STATUS_OK && operator_password != NULL)
        st = db_role_set_password(db, "dunlin_operator", operator_password, err);
    if (st == STATUS_OK)
        st = db_exec(db, &PLATFORM_RIGHTS_GRANT, NULL, NULL, err);
    return st == STATUS_OK ? db_tx_commit(&tx, err) : st;
}

static enum status ensure_roles_against_others(struct db *db, const struct platform_role *roles,
                                               const char *operator_password, struct error *err)
{
    enum status st = STATUS_ABORTED;
    for (int i = 0; st == STATUS_ABORTED && i < ROLE_ATTEMPTS; i++)
        st = ensure_roles(db, roles, operator_password, err);
    return st;
}

static enum status check_service_names(const struct platform_role *roles, struct error *err)
{
    enum status st = STATUS_OK;
    for (; st == STATUS_OK && roles->service != NULL; roles++)
        st = check_service_name(roles->service, err);
    return st;
}

enum status platform_init(struct db *db, const struct platform_role *roles, const char *operator_password,
                          struct error *err)
{
    enum status st = check_service_names(roles, err);
    if (st == STATUS_OK)
        st = ensure_schemas(db, err);
    if (st == STATUS_OK)
        st = db_migrate(db, "platform", PLATFORM_MIGRATIONS, err);
    if (st == STATUS_OK)
        st = ensure_roles_against_others(db, roles, operator_password, err);
    return st == STATUS_OK ? STATUS_OK : error_wrap(err, st, "initialise the database");
}

static enum status check_partition_count(struct db *db, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *setting = NULL;
    struct db_args args = {0};
    db_arg_text(&args, "partition_count");
    enum status st = db_exec(db, &PLATFORM_SETTING_SELECT, &args, &setting, err);
    if (st != STATUS_OK)
        return st;
    const char *value = db_rows(setting) == 0 ? "none" : db_text(setting, 0, 0);
    char own[16];
    (void)snprintf(own, sizeof(own), "%d", PARTITION_COUNT);
    if (strcmp(value, own) == 0)
        return STATUS_OK;
    return error_set(err, STATUS_FAILED_PRECONDITION, "the database has %s partitions, this program is built for %s",
                     value, own);
}

enum status platform_check(struct db *db, struct error *err)
{
    enum status st = db_migrate_check(db, "platform", PLATFORM_MIGRATIONS, err);
    if (st == STATUS_OK)
        return check_partition_count(db, err);
    if (st == STATUS_FAILED_PRECONDITION || st == STATUS_PERMISSION_DENIED)
        return error_wrap(err, STATUS_FAILED_PRECONDITION, "the database is not ready (run `dunlin db init`)");
    return st;
}

static enum status check_agency_names(const char *slug, const char *name, struct error *err)
{
    size_t slug_len = strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (slug_len == 0 || slug[slug_len] != '\0' || slug_len >= sizeof(((struct agency *)0)->slug))
        return error_set(err, STATUS_INVALID_ARGUMENT, "agency slug '%s': 1 to %zu lower-case letters, digits or -",
                         slug, sizeof(((struct agency *)0)->slug) - 1);
    if (name[0] == '\0' || strlen(name) >= sizeof(((struct agency *)0)->name))
        return error_set(err, STATUS_INVALID_ARGUMENT, "name of agency '%s': 1 to %zu bytes", slug,
                         sizeof(((struct agency *)0)->name) - 1);
    return STATUS_OK;
}

/* A key is drawn for every attempt and kept only where the agency is new. */
static enum status insert_and_select(struct db *db, const char *slug, const char *name, struct db_result **ret_agency,
                                     struct error *err)
{
    uint8_t key[PLATFORM_IDENTITY_KEY_BYTES];
    randombytes_buf(key, sizeof(key));
    struct db_call calls[] = {{.statement = &PLATFORM_AGENCY_LOCK},
                              {.statement = &PLATFORM_AGENCY_INSERT},
                              {.statement = &PLATFORM_AGENCY_SELECT_BY_SLUG}};
    db_arg_text(&calls[1].args, slug);
    db_arg_text(&calls[1].args, name);
    db_arg_bytes(&calls[1].args, key, sizeof(key));
    db_arg_text(&calls[2].args, slug);
    enum status st = db_exec_pipeline(db, calls, ARRAY_SIZE(calls), err);
    sodium_memzero(key, sizeof(key));
    if (st == STATUS_OK)
        *ret_agency = TAKE(calls[2].result);
    db_calls_clear(calls, ARRAY_SIZE(calls));
    return st;
}

enum status platform_agency_ensure(struct db *db, const char *slug, const char *name, int32_t *ret_agency_id,
                                   struct error *err)
{
    SCOPED(db_result_freep) struct db_result *agency = NULL;
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    enum status st = check_agency_names(slug, name, err);
    if (st == STATUS_OK && sodium_init() < 0)
        st = error_set(err, STATUS_INTERNAL, "libsodium cannot start");
    if (st == STATUS_OK)
        st = db_tx_begin(db, &tx, err);
    if (st == STATUS_OK)
        st = insert_and_select(db, slug, name, &agency, err);
    if (st == STATUS_OK)
        st = db_tx_commit(&tx, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "agency '%s'", slug);
    *ret_agency_id = db_int4(agency, 0, 0);
    return STATUS_OK;
}

static enum status fail_unknown_agency(struct db *db, const char *slug, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *slugs = NULL;
    enum status st = db_exec(db, &PLATFORM_AGENCY_LIST_SLUGS, NULL, &slugs, err);
    if (st != STATUS_OK)
        return st;
    const char *known = db_text(slugs, 0, 0);
    return error_set(err, STATUS_NOT_FOUND, "no agency '%s'; there is: %s", slug, known == NULL ? "none" : known);
}

enum status platform_agency_by_slug(struct db *db, const char *slug, struct agency *ret_agency, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *found = NULL;
    struct db_args args = {0};
    db_arg_text(&args, slug);
    enum status st = db_exec(db, &PLATFORM_AGENCY_SELECT_BY_SLUG, &args, &found, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "agency '%s'", slug);
    if (db_rows(found) == 0)
        return fail_unknown_agency(db, slug, err);
    size_t key_len;
    const uint8_t *key = db_bytes(found, 0, 3, &key_len);
    if (key_len != PLATFORM_IDENTITY_KEY_BYTES)
        return error_set(err, STATUS_DATA_LOSS, "agency '%s': its identity key has %zu bytes", slug, key_len);
    ret_agency->agency_id = db_int4(found, 0, 0);
    (void)snprintf(ret_agency->slug, sizeof(ret_agency->slug), "%s", db_text(found, 0, 1));
    (void)snprintf(ret_agency->name, sizeof(ret_agency->name), "%s", db_text(found, 0, 2));
    memcpy(ret_agency->identity_key, key, PLATFORM_IDENTITY_KEY_BYTES);
    return STATUS_OK;
}

enum status platform_clock_read(struct db *db, bool *ret_is_driven, struct instant *ret_now, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *clock = NULL;
    enum status st = db_exec(db, &PLATFORM_CLOCK_SELECT, NULL, &clock, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read the business clock");
    if (db_rows(clock) != 1)
        return error_set(err, STATUS_DATA_LOSS, "read the business clock: platform.clock has %zu rows", db_rows(clock));
    *ret_is_driven = !db_is_null(clock, 0, 0);
    if (*ret_is_driven)
        ret_now->us = db_int8(clock, 0, 0);
    return STATUS_OK;
}

enum status platform_clock_write(struct db *db, struct instant now, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_args args = {0};
    db_arg_int8(&args, now.us);
    enum status st = db_exec(db, &PLATFORM_CLOCK_UPDATE, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "write the business clock");
    if (db_affected(result) == 0)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "write the business clock: %" PRId64 " us is before the stored time", now.us);
    return STATUS_OK;
}

enum status platform_clock_release(struct db *db, struct error *err)
{
    enum status st = db_exec(db, &PLATFORM_CLOCK_RELEASE, NULL, NULL, err);
    return st == STATUS_OK ? STATUS_OK : error_wrap(err, st, "release the business clock");
}
