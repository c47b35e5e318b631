#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "db/db.h"
#include "test_database.h"

static const struct test_database *database;
static struct db *db;

static int open_database(void **state)
{
    int failed = database_fixture_open(state, "db_migrate", NULL);
    const struct database_fixture *fixture = *state;
    database = &fixture->database;
    db = fixture->owner;
    return failed;
}

static int drop_schema(void **state)
{
    (void)state;
    test_database_script(db, "DROP SCHEMA IF EXISTS own CASCADE");
    return 0;
}

#define FIRST                                                                                                          \
    {                                                                                                                  \
        1, "0001_first", "CREATE TABLE own.a (n int); INSERT INTO own.a VALUES (1);"                                   \
    }
#define SECOND                                                                                                         \
    {                                                                                                                  \
        2, "0002_second", "INSERT INTO own.a VALUES (2);"                                                              \
    }
#define LAST                                                                                                           \
    {                                                                                                                  \
        0, NULL, NULL                                                                                                  \
    }

static const struct db_migration ONE[] = {FIRST, LAST};
static const struct db_migration TWO[] = {FIRST, SECOND, LAST};
static const struct db_migration CHANGED[] = {
    {1, "0001_first", "CREATE TABLE own.a (n bigint); INSERT INTO own.a VALUES (1);"}, SECOND, LAST};
static const struct db_migration BROKEN[] = {
    FIRST, {2, "0002_broken", "INSERT INTO own.a VALUES (2); INSERT INTO own.b VALUES (2);"}, LAST};
static const struct db_migration COMMITS[] = {FIRST, {2, "0002_commits", "COMMIT;"}, LAST};

static void assert_status(enum status st, enum status want, const struct error *err)
{
    if (st != want)
        fail_msg("%s, wanted %s: %s", status_name(st), status_name(want), err->text);
}

static void assert_sum(int64_t want)
{
    static const struct db_statement SUM = {"", "SELECT sum(n)::bigint FROM own.a"};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct error err = {0};
    assert_status(db_exec(db, &SUM, NULL, &result, &err), STATUS_OK, &err);
    assert_int_equal(db_int8(result, 0, 0), want);
}

static void applies_what_is_missing_and_only_once(void **state)
{
    (void)state;
    struct error err = {0};
    assert_status(db_migrate(db, "own", ONE, &err), STATUS_OK, &err);
    assert_sum(1);
    assert_status(db_migrate(db, "own", ONE, &err), STATUS_OK, &err);
    assert_sum(1);
    assert_status(db_migrate(db, "own", TWO, &err), STATUS_OK, &err);
    assert_status(db_migrate(db, "own", TWO, &err), STATUS_OK, &err);
    assert_sum(3);
}

struct needs_case {
    const char *needs; /* of the second migration, which the program does not know; NULL: as below */
    int bump[3];       /* added to this version's parts */
    enum status expected;
};

static void set_needs(const struct needs_case *each)
{
    char sql[128], version[64];
    int part[3];
    assert_int_equal(sscanf(DUNLIN_VERSION, "%d.%d.%d", &part[0], &part[1], &part[2]), 3);
    (void)snprintf(version, sizeof(version), "%d.%d.%d", part[0] + each->bump[0], part[1] + each->bump[1],
                   part[2] + each->bump[2]);
    (void)snprintf(sql, sizeof(sql), "UPDATE own.migration SET needs = '%s' WHERE number = 2",
                   each->needs ? each->needs : version);
    test_database_script(db, sql);
}

/* Broken once: every newer schema was refused; none was; the patch number was compared first. */
static void runs_with_a_schema_newer_than_the_program_unless_that_needs_a_newer_one(void **state)
{
    (void)state;
    static const struct needs_case CASES[] = {
        {"", {0}, STATUS_OK},
        {"0.0.9", {0}, STATUS_OK},
        {NULL, {0, 0, 0}, STATUS_OK},
        {NULL, {0, 0, 1}, STATUS_FAILED_PRECONDITION},
        {NULL, {0, 1, 0}, STATUS_FAILED_PRECONDITION},
        {NULL, {1, 0, 0}, STATUS_FAILED_PRECONDITION},
        {"next", {0}, STATUS_FAILED_PRECONDITION}, /* a form that this version does not know */
        {"0.0.9-rc1", {0}, STATUS_FAILED_PRECONDITION},
    };
    struct error err = {0};
    assert_status(db_migrate(db, "own", TWO, &err), STATUS_OK, &err);
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        err = (struct error){0};
        set_needs(&CASES[i]);
        assert_status(db_migrate(db, "own", ONE, &err), CASES[i].expected, &err);
        assert_status(db_migrate_check(db, "own", ONE, &err), CASES[i].expected, &err);
        assert_status(db_migrate(db, "own", TWO, &err), STATUS_OK, &err); /* who knows it runs with it */
        assert_sum(3);
    }
    assert_non_null(strstr(err.text, "schema own is newer than this program: its migration 2 (0002_second) needs "
                                     "version 0.0.9-rc1, this is " DUNLIN_VERSION));
}

static void records_what_a_migration_needs(void **state)
{
    (void)state;
    static const struct db_migration NEEDS[] = {
        FIRST,
        {2, "0002_needs", "-- Takes a column away.\n-- needs: 0.0.1\nALTER TABLE own.a ADD COLUMN m int;"},
        {3, "0003_does_not", "-- There are no\n  -- needs: 9.9.9\nINSERT INTO own.a VALUES (2);"},
        LAST};
    struct error err = {0};
    assert_status(db_migrate(db, "own", NEEDS, &err), STATUS_OK, &err);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    static const struct db_statement ALL = {"", "SELECT string_agg(needs, '/' ORDER BY number) FROM own.migration"};
    assert_status(db_exec(db, &ALL, NULL, &result, &err), STATUS_OK, &err);
    assert_string_equal(db_text(result, 0, 0), "/0.0.1/");
}

static void refuses_a_migration_that_its_own_program_could_not_run_with(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {"-- needs: 99.0.0\nINSERT INTO own.a VALUES (2);",
                                        "-- needs: soon\nINSERT INTO own.a VALUES (2);"};
    for (size_t i = 0; i < ARRAY_SIZE(TEXTS); i++) {
        const struct db_migration wrong[] = {FIRST, {2, "0002_wrong", TEXTS[i]}, LAST};
        struct error err = {0};
        assert_status(db_migrate(db, "own", wrong, &err), STATUS_INTERNAL, &err);
        assert_non_null(strstr(err.text, "migration 2 (0002_wrong) of schema own: it needs version"));
        assert_sum(1);
    }
}

/* Its table was made by a program that knew nothing of needs. */
static void takes_over_a_table_of_before(void **state)
{
    (void)state;
    struct error err = {0};
    assert_status(db_migrate(db, "own", ONE, &err), STATUS_OK, &err);
    test_database_script(db, "ALTER TABLE own.migration DROP COLUMN needs");
    assert_status(db_migrate_check(db, "own", ONE, &err), STATUS_OK, &err);
    assert_status(db_migrate(db, "own", TWO, &err), STATUS_OK, &err);
    assert_sum(3);
}

static void refuses_a_text_that_changed_after_it_was_applied(void **state)
{
    (void)state;
    struct error err = {0};
    assert_status(db_migrate(db, "own", ONE, &err), STATUS_OK, &err);
    assert_status(db_migrate(db, "own", CHANGED, &err), STATUS_FAILED_PRECONDITION, &err);
    assert_non_null(strstr(err.text, "migration 1 (0001_first) of schema own has changed"));
    assert_sum(1);
}

static void failing_migration_leaves_nothing_behind_but_those_before_it(void **state)
{
    (void)state;
    struct error err = {0};
    assert_status(db_migrate(db, "own", BROKEN, &err), STATUS_INTERNAL, &err);
    assert_non_null(strstr(err.text, "migration 2 (0002_broken) of schema own"));
    assert_sum(1);
    assert_status(db_migrate(db, "own", TWO, &err), STATUS_OK, &err);
    assert_sum(3);
}

static void migration_that_ends_its_transaction_is_refused(void **state)
{
    (void)state;
    struct error err = {0};
    assert_status(db_migrate(db, "own", COMMITS, &err), STATUS_INTERNAL, &err);
    assert_non_null(strstr(err.text, "ends the transaction"));
    assert_true(db_is_alive(db));
    assert_sum(1);
}

static void refuses_schema_names_that_are_no_plain_identifier(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"", "Own", "own; DROP SCHEMA own", "\"own\""};
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        struct error err = {0};
        assert_status(db_migrate(db, NAMES[i], ONE, &err), STATUS_INVALID_ARGUMENT, &err);
    }
}

static void *migrate_in_thread(void *arg)
{
    (void)arg;
    SCOPED(db_closep) struct db *own = test_database_connect(database, NULL);
    struct error err = {0};
    enum status st = db_migrate(own, "own", TWO, &err);
    if (st != STATUS_OK)
        (void)fprintf(stderr, "%s\n", err.text);
    return st == STATUS_OK ? NULL : &db;
}

static void starts_of_several_instances_apply_it_once(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, migrate_in_thread, NULL), 0);
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_sum(3);
}

static void a_service_migrates_the_schema_that_it_owns(void **state)
{
    (void)state;
    static const struct db_migration INTAKE[] = {{1, "0001_intake", "CREATE TABLE intake.a (n int)"}, LAST};
    SCOPED(db_closep) struct db *service = test_database_connect(database, "dunlin_intake");
    struct error err = {0};
    assert_status(db_migrate(service, "intake", INTAKE, &err), STATUS_OK, &err);
    assert_status(db_migrate(service, "intake", INTAKE, &err), STATUS_OK, &err);
    assert_status(db_migrate(service, "contact", INTAKE, &err), STATUS_PERMISSION_DENIED, &err);
}

static void check_tells_missing_older_equal_and_newer_apart(void **state)
{
    (void)state;
    struct error err = {0};
    assert_status(db_migrate_check(db, "own", ONE, &err), STATUS_FAILED_PRECONDITION, &err);
    assert_string_equal(err.text, "schema own has not been made");
    assert_status(db_migrate(db, "own", ONE, &err), STATUS_OK, &err);
    assert_status(db_migrate_check(db, "own", ONE, &err), STATUS_OK, &err);
    assert_status(db_migrate_check(db, "own", TWO, &err), STATUS_FAILED_PRECONDITION, &err);
    assert_string_equal(err.text, "schema own is older than this program: it lacks migration 2 (0002_second)");
    assert_status(db_migrate(db, "own", TWO, &err), STATUS_OK, &err);
    assert_status(db_migrate_check(db, "own", ONE, &err), STATUS_OK, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(applies_what_is_missing_and_only_once, drop_schema),
        cmocka_unit_test_setup(runs_with_a_schema_newer_than_the_program_unless_that_needs_a_newer_one, drop_schema),
        cmocka_unit_test_setup(records_what_a_migration_needs, drop_schema),
        cmocka_unit_test_setup(refuses_a_migration_that_its_own_program_could_not_run_with, drop_schema),
        cmocka_unit_test_setup(takes_over_a_table_of_before, drop_schema),
        cmocka_unit_test_setup(refuses_a_text_that_changed_after_it_was_applied, drop_schema),
        cmocka_unit_test_setup(failing_migration_leaves_nothing_behind_but_those_before_it, drop_schema),
        cmocka_unit_test_setup(migration_that_ends_its_transaction_is_refused, drop_schema),
        cmocka_unit_test_setup(refuses_schema_names_that_are_no_plain_identifier, drop_schema),
        cmocka_unit_test_setup(starts_of_several_instances_apply_it_once, drop_schema),
        cmocka_unit_test(a_service_migrates_the_schema_that_it_owns),
        cmocka_unit_test_setup(check_tells_missing_older_equal_and_newer_apart, drop_schema),
    };
    return cmocka_run_group_tests(tests, open_database, database_fixture_close);
}
