/* cmocka wants these first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/platform.h"
#include "test_database.h"
#include "test_servers.h"

/* deploy/servers gives Redis 1024 databases; 0 is for people. */
#define REDIS_DATABASES 1024

static const struct platform_role ROLES[] = {
    {"intake", NULL},  {"classification", NULL}, {"contact", NULL},   {"dispute", NULL},
    {"payment", NULL}, {"casework", NULL},       {"reporting", NULL}, {"dialer", NULL},
    {"gateway", NULL}, {"correspondence", NULL}, {NULL, NULL},
};

static _Noreturn void fail_ground(const char *what, const char *why)
{
    (void)fprintf(stderr, "test database: %s: %s\n", what, why);
    exit(2);
}

static struct db *open_or_fail(const struct db_options *options)
{
    struct db *db = NULL;
    struct error err = {0};
    if (db_open(options, &db, &err) != STATUS_OK)
        fail_ground(options->url, err.text);
    return db;
}

/* The URL of deploy/servers ends in its database's name. */
static void replace_database(const char *url, const char *name, char *ret_url, size_t size)
{
    const char *slash = strrchr(url, '/');
    if (slash == NULL)
        fail_ground(url, "no database in this URL");
    (void)snprintf(ret_url, size, "%.*s/%s", (int)(slash - url), url, name);
}

/* Every program of the test run gets another number, for its databases' names. */
static int64_t take_number(struct db *admin)
{
    static const struct db_statement TAKE_NUMBER = {"", "SELECT nextval('test_number')"};
    SCOPED(db_result_freep) struct db_result *number = NULL;
    struct error err = {0};
    /* Two programs that make the sequence at once: one of them is told that it exists after all, and goes on. */
    enum status made = db_exec_script(admin, "CREATE SEQUENCE IF NOT EXISTS test_number", NULL);
    (void)made;
    if (db_exec(admin, &TAKE_NUMBER, NULL, &number, &err) != STATUS_OK)
        fail_ground("number of this program", err.text);
    return db_int8(number, 0, 0);
}

static void make_database(struct db *admin, const char *name)
{
    char sql[128];
    struct error err = {0};
    (void)snprintf(sql, sizeof(sql), "CREATE DATABASE %s", name);
    if (db_exec_script(admin, sql, &err) != STATUS_OK)
        fail_ground(name, err.text);
}

static void initialise(const struct test_database *database)
{
    SCOPED(db_closep) struct db *db = test_database_connect(database, NULL);
    struct error err = {0};
    if (platform_init(db, ROLES, NULL, &err) != STATUS_OK)
        fail_ground(database->name, err.text);
}

static redisContext *connect_redis(const char *url)
{
    static const char UNIX_SCHEME[] = "unix://";
    if (strncmp(url, UNIX_SCHEME, strlen(UNIX_SCHEME)) != 0)
        fail_ground(url, "tests use a Redis on a unix socket");
    redisContext *redis = redisConnectUnix(url + strlen(UNIX_SCHEME));
    if (redis == NULL || redis->err != 0)
        fail_ground(url, redis == NULL ? "out of memory" : redis->errstr);
    return redis;
}

static void run_redis(redisContext *redis, const char *format, int64_t number)
{
    redisReply *reply = redisCommand(redis, format, number);
    if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
        fail_ground(format, reply == NULL ? redis->errstr : reply->str);
    freeReplyObject(reply);
}

static void take_redis(const char *url, int64_t number, char *ret_url, size_t size)
{
    int64_t redis_db = 1 + number % (REDIS_DATABASES - 1);
    redisContext *redis = connect_redis(url);
    run_redis(redis, "SELECT %lld", redis_db);
    run_redis(redis, "FLUSHDB", 0);
    redisFree(redis);
    (void)snprintf(ret_url, size, "%s?db=%" PRId64, url, redis_db);
}

void test_database_open(struct test_database *database, const char *program)
{
    struct test_servers servers;
    test_servers_read(&servers);
    *database = (struct test_database){0};
    memcpy(database->admin_url, servers.database_url, sizeof(database->admin_url));
    SCOPED(db_closep) struct db *admin = open_or_fail(&(struct db_options){.url = database->admin_url});
    int64_t number = take_number(admin);
    (void)snprintf(database->name, sizeof(database->name), "dunlin_test_%" PRId64 "_%s", number, program);
    make_database(admin, database->name);
    replace_database(servers.database_url, database->name, database->url, sizeof(database->url));
    take_redis(servers.redis_url, number, database->redis_url, sizeof(database->redis_url));
    initialise(database);
}

/* Not DROP DATABASE ... WITH (FORCE): that fails where an autovacuum worker is at work there, whom only a superuser may
 * end, while the plain one sends it away. */
static void drop_database(struct db *admin, const char *name, struct error *err)
{
    static const struct db_statement DISCONNECT = {
        "", "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            "WHERE datname = $1 AND usesysid IS NOT NULL AND pg_has_role(usesysid, 'MEMBER')"};
    struct db_args args = {0};
    db_arg_text(&args, name);
    char sql[128];
    (void)snprintf(sql, sizeof(sql), "DROP DATABASE %s", name);
    if (db_exec(admin, &DISCONNECT, &args, NULL, err) != STATUS_OK || db_exec_script(admin, sql, err) != STATUS_OK)
        fail_ground(name, err->text);
}

void test_database_close(struct test_database *database)
{
    if (database->name[0] == '\0')
        return;
    SCOPED(db_closep) struct db *admin = open_or_fail(&(struct db_options){.url = database->admin_url});
    struct error err = {0};
    drop_database(admin, database->name, &err);
    database->name[0] = '\0';
}

struct db *test_database_connect_with(const struct test_database *database, const char *user,
                                      const struct db_options *options)
{
    struct db_options own = *options;
    own.url = database->url;
    own.user = user;
    return open_or_fail(&own);
}

struct db *test_database_connect(const struct test_database *database, const char *user)
{
    return test_database_connect_with(database, user, &(struct db_options){.application = "test"});
}

void test_database_script(struct db *db, const char *sql)
{
    struct error err = {0};
    if (db_exec_script(db, sql, &err) != STATUS_OK)
        fail_msg("%s\nin: %s", err.text, sql);
}

int database_fixture_open(void **state, const char *program, const char *role)
{
    struct database_fixture *fixture = calloc(1, sizeof(*fixture));

    test_database_open(&fixture->database, program);
    fixture->owner = test_database_connect(&fixture->database, NULL);
    if (role)
        fixture->db = test_database_connect(&fixture->database, role);
    *state = fixture;
    return 0;
}

int database_fixture_close(void **state)
{
    struct database_fixture *fixture = *state;

    db_closep(&fixture->db);
    db_closep(&fixture->owner);
    test_database_close(&fixture->database);
    free(fixture);
    return 0;
}
