#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "classification_sql.h"
#include "contact_sql.h"
#include "correspondence_sql.h"
#include "dispute_sql.h"
#include "eventlog_sql.h"
#include "intake_sql.h"
#include "payment_sql.h"
#include "registry_sql.h"
#include "reporting_sql.h"
#include "service_sql.h"
#include "test_database.h"
#include "timer_sql.h"

/* What holds for the schema of every service that has one, each on its own ground: the role dunlin_<service> on a
 * database that knows only platform_init.
 *
 * Nothing but the services' SQL can be linked into one program: they give the same names to different functions. */
static const struct service_sql {
    const char *name;
    const struct db_migration *migrations;
    const struct db_statement *const *statements;
} SERVICES[] = {
    {"classification", CLASSIFICATION_MIGRATIONS, CLASSIFICATION_STATEMENTS},
    {"contact", CONTACT_MIGRATIONS, CONTACT_STATEMENTS},
    {"correspondence", CORRESPONDENCE_MIGRATIONS, CORRESPONDENCE_STATEMENTS},
    {"dispute", DISPUTE_MIGRATIONS, DISPUTE_STATEMENTS},
    {"intake", INTAKE_MIGRATIONS, INTAKE_STATEMENTS},
    {"payment", PAYMENT_MIGRATIONS, PAYMENT_STATEMENTS},
    {"reporting", REPORTING_MIGRATIONS, REPORTING_STATEMENTS},
};

struct ground {
    struct test_database database;
    struct db *connections[ARRAY_SIZE(SERVICES)]; /* of the service at the same place */
};

static int open_ground(void **state)
{
    static struct ground ground;
    test_database_open(&ground.database, "services_schema");
    for (size_t i = 0; i < ARRAY_SIZE(SERVICES); i++) {
        char role[64];
        (void)snprintf(role, sizeof(role), "dunlin_%s", SERVICES[i].name);
        ground.connections[i] = test_database_connect(&ground.database, role);
    }
    *state = &ground;
    return 0;
}

static int close_ground(void **state)
{
    struct ground *ground = *state;
    for (size_t i = 0; i < ARRAY_SIZE(SERVICES); i++)
        db_closep(&ground->connections[i]);
    test_database_close(&ground->database);
    return 0;
}

static void expect(enum status st, enum status want, const struct service_sql *service, const struct error *err)
{
    if (st != want)
        fail_msg("%s: %s '%s', wanted %s", service->name, status_name(st), err->text, status_name(want));
}

static void migrate_all(struct ground *ground)
{
    for (size_t i = 0; i < ARRAY_SIZE(SERVICES); i++) {
        struct error err = {0};
        expect(db_migrate(ground->connections[i], SERVICES[i].name, SERVICES[i].migrations, &err), STATUS_OK,
               &SERVICES[i], &err);
    }
}

static size_t count_migrations(const struct service_sql *service)
{
    size_t n = 0;
    while (service->migrations[n].name)
        n++;
    return n;
}

static int64_t applied(struct ground *ground, size_t i)
{
    char sql[128];
    struct error err = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s.migration", SERVICES[i].name);
    const struct db_statement statement = {"", sql};
    expect(db_exec(ground->connections[i], &statement, NULL, &result, &err), STATUS_OK, &SERVICES[i], &err);
    return db_int8(result, 0, 0);
}

static void every_migration_is_applied_by_the_services_own_role_and_once(void **state)
{
    struct ground *ground = *state;
    for (int round = 0; round < 2; round++) {
        migrate_all(ground);
        for (size_t i = 0; i < ARRAY_SIZE(SERVICES); i++)
            assert_int_equal(applied(ground, i), count_migrations(&SERVICES[i]));
    }
}

static void every_statement_fits_the_schema(void **state)
{
    struct ground *ground = *state;
    migrate_all(ground);
    for (size_t i = 0; i < ARRAY_SIZE(SERVICES); i++) {
        struct error err = {0};
        assert_non_null(SERVICES[i].statements[0]);
        expect(db_prepare_all(ground->connections[i], SERVICES[i].statements, &err), STATUS_OK, &SERVICES[i], &err);
    }
}

static void every_service_runs_with_a_newer_schema_unless_that_needs_a_newer_service(void **state)
{
    struct ground *ground = *state;
    migrate_all(ground);
    for (size_t i = 0; i < ARRAY_SIZE(SERVICES); i++) {
        char sql[160];
        struct error err = {0};
        (void)snprintf(sql, sizeof(sql), "INSERT INTO %s.migration VALUES (9999, '9999_next', '')", SERVICES[i].name);
        test_database_script(ground->connections[i], sql);
        expect(db_migrate(ground->connections[i], SERVICES[i].name, SERVICES[i].migrations, &err), STATUS_OK,
               &SERVICES[i], &err);
        (void)snprintf(sql, sizeof(sql), "UPDATE %s.migration SET needs = '999.0.0' WHERE number = 9999",
                       SERVICES[i].name);
        test_database_script(ground->connections[i], sql);
        expect(db_migrate(ground->connections[i], SERVICES[i].name, SERVICES[i].migrations, &err),
               STATUS_FAILED_PRECONDITION, &SERVICES[i], &err);
        (void)snprintf(sql, sizeof(sql), "DELETE FROM %s.migration WHERE number = 9999", SERVICES[i].name);
        test_database_script(ground->connections[i], sql);
    }
}

/* A service never reads another one's schema (promise of the layout, kept by rights). */
static void no_service_reads_the_schema_of_another(void **state)
{
    struct ground *ground = *state;
    static const struct db_statement ALLOWED = {"", "SELECT has_schema_privilege($1, $2, 'USAGE')::int::bigint"};
    migrate_all(ground);
    for (size_t who = 0; who < ARRAY_SIZE(SERVICES); who++)
        for (size_t whose = 0; whose < ARRAY_SIZE(SERVICES); whose++) {
            char role[64];
            struct error err = {0};
            struct db_args args = {0};
            SCOPED(db_result_freep) struct db_result *result = NULL;
            (void)snprintf(role, sizeof(role), "dunlin_%s", SERVICES[who].name);
            db_arg_text(&args, role);
            db_arg_text(&args, SERVICES[whose].name);
            expect(db_exec(ground->connections[who], &ALLOWED, &args, &result, &err), STATUS_OK, &SERVICES[who], &err);
            if ((db_int8(result, 0, 0) == 1) != (who == whose))
                fail_msg("%s and the schema %s", role, SERVICES[whose].name);
        }
}

/* On an empty table every index that a look-up could begin with costs the same, and a connection keeps the plan that it
 * made then: a look-up by key through another index reads a whole partition. So no index begins with a column that
 * another one of its table has; a partial one may, as it must be named by its condition.
 *
 * Broken once: timer_due without its condition, a service's index on (partition, debtor_id). */
static void no_look_up_can_begin_in_two_indexes(void **state)
{
    struct ground *ground = *state;
    static const struct db_statement RIVALS = {
        "", "SELECT coalesce(string_agg(a.indexrelid::regclass || ' and ' || b.indexrelid::regclass, ', '), '')"
            " FROM pg_index AS a JOIN pg_index AS b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid"
            " JOIN pg_class AS t ON t.oid = a.indrelid JOIN pg_namespace AS s ON s.oid = t.relnamespace"
            " WHERE a.indpred IS NULL AND b.indpred IS NULL AND a.indkey[0] = ANY (b.indkey::smallint[])"
            " AND s.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')"};
    struct error err = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    migrate_all(ground);
    expect(db_exec(ground->connections[0], &RIVALS, NULL, &result, &err), STATUS_OK, &SERVICES[0], &err);
    assert_string_equal(db_text(result, 0, 0), "");
}

static int64_t count_parameters(struct db *db)
{
    static const struct db_statement COUNT = {
        "", "SELECT cardinality(parameter_types)::bigint FROM pg_prepared_statements WHERE name = 'planned'"};
    struct error err = {0};
    SCOPED(db_result_freep) struct db_result *count = NULL;
    if (db_exec(db, &COUNT, NULL, &count, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return db_int8(count, 0, 0);
}

/* The plan that a connection keeps for `statement`; g_free. NULL: it has none (COPY). */
static char *plan_of(struct db *db, const struct db_statement *statement)
{
    struct error err = {0};
    SCOPED(db_result_freep) struct db_result *lines = NULL;
    g_autofree char *prepare = g_strconcat("PREPARE planned AS\n", statement->sql, NULL);
    if (db_exec_script(db, prepare, &err) != STATUS_OK)
        return NULL;
    g_autoptr(GString) explain = g_string_new("EXPLAIN EXECUTE planned");
    const int64_t n = count_parameters(db);
    for (int64_t i = 0; i < n; i++)
        g_string_append(explain, i == 0 ? "(NULL" : ", NULL");
    g_string_append(explain, n > 0 ? ")" : "");
    const struct db_statement ask = {"", explain->str};
    if (db_exec(db, &ask, NULL, &lines, &err) != STATUS_OK)
        fail_msg("%s: %s", statement->name, err.text);
    GString *plan = g_string_new(NULL);
    for (size_t row = 0; row < db_rows(lines); row++)
        g_string_append_printf(plan, "%s\n", db_text(lines, row, 0));
    test_database_script(db, "DEALLOCATE planned");
    return g_string_free(plan, FALSE);
}

static bool reads_more_than_its_keys(const char *plan)
{
    static const char *const SIGNS[] = {"Join Filter", "Hash Join", "Merge Join", "Seq Scan"};
    for (size_t i = 0; i < ARRAY_SIZE(SIGNS); i++)
        if (strstr(plan, SIGNS[i]))
            return true;
    return false;
}

/* The other half: a join that begins with the table looks at every row for each key, which shows as a condition that no
 * index serves.
 *
 * Broken once: reply_select with a plain JOIN; a connection that is not keyed. */
static void no_plan_of_an_empty_table_joins_without_an_index(void **state)
{
    const struct ground *ground = *state;
    static const struct db_statement *const *const LISTS[] = {
        CLASSIFICATION_STATEMENTS, CONTACT_STATEMENTS,  DISPUTE_STATEMENTS, INTAKE_STATEMENTS,   PAYMENT_STATEMENTS,
        REPORTING_STATEMENTS,      EVENTLOG_STATEMENTS, SERVICE_STATEMENTS, REGISTRY_STATEMENTS, TIMER_STATEMENTS,
    };
    const struct db_options keyed = {.is_keyed = true};
    struct db *db = test_database_connect_with(&ground->database, NULL, &keyed);
    size_t n_planned = 0;
    migrate_all(*state);
    test_database_script(db, "SET plan_cache_mode = force_generic_plan");
    for (size_t list = 0; list < ARRAY_SIZE(LISTS); list++)
        for (const struct db_statement *const *each = LISTS[list]; *each; each++) {
            g_autofree char *plan = plan_of(db, *each);
            if (plan && reads_more_than_its_keys(plan))
                fail_msg("%s:\n%s", (*each)->name, plan);
            n_planned += plan != NULL;
        }
    assert_true(n_planned > 60);
    db_close(db);
}

static bool is_in_table(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(SERVICES); i++)
        if (strcmp(SERVICES[i].name, name) == 0)
            return true;
    return false;
}

static void every_service_with_migrations_is_tested_here(void **state)
{
    (void)state;
    GDir *folder = g_dir_open("services", 0, NULL);
    assert_non_null(folder);
    for (const char *name = g_dir_read_name(folder); name; name = g_dir_read_name(folder)) {
        gchar *migrations = g_build_filename("services", name, "migrations", NULL);
        if (g_file_test(migrations, G_FILE_TEST_IS_DIR) && !is_in_table(name))
            fail_msg("add %s to the table, and its library to `services` in tests/CMakeLists.txt", name);
        g_free(migrations);
    }
    g_dir_close(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_service_with_migrations_is_tested_here),
        cmocka_unit_test(every_migration_is_applied_by_the_services_own_role_and_once),
        cmocka_unit_test(every_statement_fits_the_schema),
        cmocka_unit_test(every_service_runs_with_a_newer_schema_unless_that_needs_a_newer_service),
        cmocka_unit_test(no_service_reads_the_schema_of_another),
        cmocka_unit_test(no_look_up_can_begin_in_two_indexes),
        cmocka_unit_test(no_plan_of_an_empty_table_joins_without_an_index),
    };
    return cmocka_run_group_tests(tests, open_ground, close_ground);
}
