#include "service/service_internal.h"
#include "service_sql.h"

struct db_options service_db_options(const struct service *service)
{
    const char *user = config_text(service->config, "database-user");
    const char *password = config_text(service->config, "database-password");
    return (struct db_options){.url = config_text(service->config, "database-url"),
                               .user = user[0] ? user : service->own_role,
                               .password = password[0] ? password : NULL,
                               .application = service->instance.id,
                               .statement_timeout_ms = config_integer(service->config, "statement-timeout"),
                               .is_keyed = true};
}

enum status database_check_writable(struct db *db, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    const enum status st = db_exec(db, &SERVICE_READ_ONLY_SELECT, NULL, &result, err);
    if (st == STATUS_OK && db_bool(result, 0, 0))
        return error_set(err, STATUS_UNAVAILABLE, "PostgreSQL is read-only, or in recovery");
    return st;
}

/* A small row may find its place on a page that is there where a thousand do not: hence a file of a size. */
static enum status check_disk(struct db *db, struct error *err)
{
    struct db_call calls[] = {{.statement = &SERVICE_SPILL_PREPARE}, {.statement = &SERVICE_SPILL}};
    const enum status st = db_exec_pipeline(db, calls, ARRAY_SIZE(calls), err);
    db_calls_clear(calls, ARRAY_SIZE(calls));
    return st;
}

enum status database_open(const struct service *service, struct db **ret_db, enum database_state *ret_state,
                          struct error *err)
{
    SCOPED(db_closep) struct db *db = NULL;
    const struct db_options options = service_db_options(service);
    *ret_state = DATABASE_UNREACHABLE;
    enum status st = db_open(&options, &db, err);
    if (st != STATUS_OK)
        return st;
    st = database_check_writable(db, err);
    if (st == STATUS_OK)
        st = check_disk(db, err);
    *ret_state = st == STATUS_OK ? DATABASE_UP : db_is_alive(db) ? DATABASE_NO_WRITES : DATABASE_UNREACHABLE;
    if (st == STATUS_OK)
        *ret_db = TAKE(db);
    return st;
}

const char *database_trouble(enum database_state state)
{
    switch (state) {
    case DATABASE_UNREACHABLE:
        return "PostgreSQL cannot be reached";
    case DATABASE_NO_WRITES:
        return "PostgreSQL takes no writes: it is read-only, in recovery, or its disk is full";
    case DATABASE_UP:
        break;
    }
    return NULL;
}
