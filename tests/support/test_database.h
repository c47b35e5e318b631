#ifndef DUNLIN_TESTS_SUPPORT_TEST_DATABASE_H
#define DUNLIN_TESTS_SUPPORT_TEST_DATABASE_H

#include "db/db.h"

/* A database of this test program's own, on the PostgreSQL of the test run, and a Redis database of its own: tests that
 * run side by side do not meet. It is fresh, initialised by platform_init with every service's role and schema (no
 * passwords: log in as "dunlin_<service>", "dunlin_operator" or the owner). A service's own migrations are not run:
 * call db_migrate. Opened in a group's set-up, closed in its tear-down.
 *
 * Whatever fails here ends the program with exit code 2 and a line that says why: without its ground no test means
 * anything. */
struct test_database {
    char name[64];       /* "dunlin_test_17_..." */
    char url[640];       /* as the owner: for db_options.url, and for --database-url of a service */
    char admin_url[512]; /* the database "dunlin" itself, where test databases are made and dropped */
    char redis_url[640]; /* "unix:///path/redis.sock?db=17": emptied, and no other program's while this one runs */
};

/* `program` goes into the database's name: lower-case letters, digits and _. */
void test_database_open(struct test_database *database, const char *program);
/* Drops the database, whoever is still connected to it. Does nothing where it is not open. */
void test_database_close(struct test_database *database);

/* A new connection, owned by the caller (db_close). `user` NULL: the owner; else a role such as "dunlin_intake". */
struct db *test_database_connect(const struct test_database *database, const char *user);

/* The same with every choice of the caller's; url and user are set here. */
struct db *test_database_connect_with(const struct test_database *database, const char *user,
                                      const struct db_options *options);

/* Runs SQL text, and fails the test where it fails. */
void test_database_script(struct db *db, const char *sql);

/* The ground of a group that needs no more than a database. Set-up and tear-down of the group. */
struct database_fixture {
    struct test_database database;
    struct db *db;    /* as a service's role; NULL where none was asked for */
    struct db *owner; /* may tamper */
};
int database_fixture_open(void **state, const char *program, const char *role);
int database_fixture_close(void **state);

#endif
