#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "platform/platform.h"
#include "platform_sql.h"
#include "test_database.h"

static struct test_database database;
static struct db *owner;

static int open_database(void **state)
{
    (void)state;
    test_database_open(&database, "platform");
    owner = test_database_connect(&database, NULL);
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    db_closep(&owner);
    test_database_close(&database);
    return 0;
}

static void assert_ok(enum status st, const struct error *err)
{
    if (st != STATUS_OK)
        fail_msg("%s: %s", status_name(st), err->text);
}

static void every_statement_fits_the_schema(void **state)
{
    (void)state;
    struct error err = {0};
    assert_ok(db_prepare_all(owner, PLATFORM_STATEMENTS, &err), &err);
}

static const struct platform_role TWO_ROLES[] = {{"intake", NULL}, {"contact", NULL}, {NULL, NULL}};

static void init_again_changes_nothing(void **state)
{
    (void)state;
    struct error err = {0};
    int32_t before = 0;
    int32_t after = 0;
    assert_ok(platform_agency_ensure(owner, "again", "Again", &before, &err), &err);
    assert_ok(platform_init(owner, TWO_ROLES, NULL, &err), &err);
    assert_ok(platform_init(owner, TWO_ROLES, NULL, &err), &err);
    assert_ok(platform_agency_ensure(owner, "again", "Again", &after, &err), &err);
    assert_int_equal(before, after);
    assert_ok(platform_check(owner, &err), &err);
}

static const struct platform_role ROLES_WITH_PASSWORDS[] = {{"intake", "a"}, {"contact", "b"}, {NULL, NULL}};

/* Which database to initialise, and how often. */
struct init {
    struct test_database *database;
    int n_times;
};

static void *init_in_thread(void *arg)
{
    const struct init *init = arg;
    SCOPED(db_closep) struct db *db = test_database_connect(init->database, NULL);
    struct error err = {0};
    enum status st = STATUS_OK;
    for (int i = 0; st == STATUS_OK && i < init->n_times; i++)
        st = platform_init(db, ROLES_WITH_PASSWORDS, "c", &err);
    if (st != STATUS_OK)
        (void)fprintf(stderr, "%s\n", err.text);
    return st == STATUS_OK ? NULL : arg;
}

static void init_side_by_side(struct init *inits, size_t n)
{
    pthread_t threads[4];
    assert_true(n <= ARRAY_SIZE(threads));
    for (size_t i = 0; i < n; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, init_in_thread, &inits[i]), 0);
    bool has_failed = false;
    for (size_t i = 0; i < n; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        has_failed = has_failed || failed != NULL;
    }
    assert_false(has_failed);
}

/* The roles are the server's: no lock of one database keeps the other's init away from them. */
static void inits_of_two_databases_share_the_roles_of_their_server(void **state)
{
    (void)state;
    struct test_database other;
    test_database_open(&other, "platform_other");
    struct init inits[] = {{&database, 10}, {&other, 10}};
    init_side_by_side(inits, ARRAY_SIZE(inits));
    test_database_close(&other);
}

static void inits_side_by_side_wait_for_each_other(void **state)
{
    (void)state;
    test_database_script(owner, "DROP SCHEMA platform CASCADE; DROP SCHEMA log CASCADE; DROP SCHEMA intake");
    struct init inits[] = {{&database, 1}, {&database, 1}, {&database, 1}, {&database, 1}};
    init_side_by_side(inits, ARRAY_SIZE(inits));
    struct error err = {0};
    assert_ok(platform_check(owner, &err), &err);
}

static void init_refuses_a_service_name_that_is_no_plain_identifier(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"",
                                        "Intake",
                                        "in-take",
                                        "in take",
                                        "x\"; DROP SCHEMA log; --",
                                        "a_name_that_is_longer_than_any_role_of_postgres_may_be"};
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        struct error err = {0};
        const struct platform_role roles[] = {{NAMES[i], NULL}, {NULL, NULL}};
        assert_int_equal(platform_init(owner, roles, NULL, &err), STATUS_INVALID_ARGUMENT);
        assert_non_null(strstr(err.text, NAMES[i]));
    }
}

static void init_sets_a_password_with_quotes_in_it(void **state)
{
    (void)state;
    struct error err = {0};
    const struct platform_role roles[] = {{"dispute", "it's \"quoted\" \\ and ; more"}, {NULL, NULL}};
    assert_ok(platform_init(owner, roles, "operator's", &err), &err);
}

/* One row a right: who does what, and whether the server lets them. */
static void rights_are_what_a_role_needs_and_no_more(void **state)
{
    (void)state;
    static const struct {
        const char *user;
        const char *sql;
        enum status want;
    } CASES[] = {
        {"dunlin_intake", "CREATE TABLE intake.own (a int)", STATUS_OK},
        {"dunlin_intake", "INSERT INTO intake.own VALUES (1)", STATUS_OK},
        {"dunlin_contact", "SELECT a FROM intake.own", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "CREATE TABLE intake.foreign_table (a int)", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "DROP SCHEMA intake CASCADE", STATUS_PERMISSION_DENIED},
        {"dunlin_operator", "SELECT a FROM intake.own", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "CREATE SCHEMA more", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "CREATE TABLE public.t (a int)", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "CREATE ROLE dunlin_more", STATUS_PERMISSION_DENIED},
        {"dunlin_contact",
         "INSERT INTO log.event VALUES (1, 1, 1, 1, 1, NULL, NULL, 't', 'a', '', ''::bytea, ''::bytea)", STATUS_OK},
        {"dunlin_contact",
         "SELECT * FROM log.event, log.head, log.cursor, log.parked, platform.setting, platform.agency", STATUS_OK},
        {"dunlin_contact", "UPDATE log.event SET actor = 'nobody'", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "DELETE FROM log.event", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "TRUNCATE log.event", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "UPDATE log.event_default SET actor = 'nobody'", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "DELETE FROM log.event_default", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "DROP TABLE log.event_default", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "UPDATE log.head SET next_seq = next_seq WHERE partition = 3", STATUS_OK},
        {"dunlin_contact", "DELETE FROM log.head", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "SELECT log.ensure_months()", STATUS_OK},
        {"dunlin_operator", "SELECT log.ensure_months()", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "INSERT INTO log.cursor VALUES ('c', 1, 0, 1, 'me')", STATUS_OK},
        {"dunlin_contact", "UPDATE log.cursor SET seq = 2", STATUS_OK},
        {"dunlin_contact", "DELETE FROM log.cursor", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "INSERT INTO log.parked VALUES ('c', 1, 1, NULL, 't', 'e', 1, 1)", STATUS_OK},
        {"dunlin_operator", "UPDATE log.parked SET is_released = true", STATUS_OK},
        {"dunlin_operator", "UPDATE log.parked SET error = ''", STATUS_PERMISSION_DENIED},
        {"dunlin_operator", "DELETE FROM log.parked", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "DELETE FROM log.parked", STATUS_OK},
        {"dunlin_contact",
         "INSERT INTO platform.timer VALUES (1, 'contact', 'k', gen_random_uuid(), 1, gen_random_uuid(), 1)",
         STATUS_OK},
        {"dunlin_contact", "UPDATE platform.timer SET due_at_us = 2; DELETE FROM platform.timer", STATUS_OK},
        {"dunlin_contact", "DELETE FROM platform.request", STATUS_OK},
        {"dunlin_contact", "UPDATE platform.setting SET value = '128'", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "UPDATE platform.agency SET name = ''", STATUS_PERMISSION_DENIED},
        {"dunlin_contact", "UPDATE platform.clock SET business_us = 1", STATUS_PERMISSION_DENIED},
        {"dunlin_operator", "UPDATE platform.clock SET business_us = NULL, version = version + 1", STATUS_OK},
        {"dunlin_operator", "DELETE FROM platform.clock", STATUS_PERMISSION_DENIED},
        {"dunlin_operator", "UPDATE log.head SET next_seq = 1", STATUS_PERMISSION_DENIED},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        SCOPED(db_closep) struct db *db = test_database_connect(&database, CASES[i].user);
        struct error err = {0};
        enum status st = db_exec_script(db, CASES[i].sql, &err);
        if (st != CASES[i].want)
            fail_msg("%s: %s: %s, wanted %s (%s)", CASES[i].user, CASES[i].sql, status_name(st),
                     status_name(CASES[i].want), err.text);
    }
}

static void check_passes_for_a_service_on_an_initialised_database(void **state)
{
    (void)state;
    SCOPED(db_closep) struct db *db = test_database_connect(&database, "dunlin_reporting");
    struct error err = {0};
    assert_ok(platform_check(db, &err), &err);
}

static void check_passes_where_a_newer_program_has_added_something(void **state)
{
    (void)state;
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    struct error err = {0};
    assert_ok(db_tx_begin(owner, &tx, &err), &err);
    test_database_script(owner, "INSERT INTO platform.migration VALUES (9999, '9999_next', '')");
    assert_ok(platform_check(owner, &err), &err);
}

/* Each script spoils the database in a transaction that is rolled back. */
static void check_says_what_is_not_ready_and_how_to_mend_it(void **state)
{
    (void)state;
    static const struct {
        const char *spoil;
        const char *text;
    } CASES[] = {
        {"DROP SCHEMA platform CASCADE", "has not been made"},
        {"DELETE FROM platform.migration", "is older than this program"},
        {"INSERT INTO platform.migration (number, name, hash, needs) VALUES (9999, '9999_next', '', '999.0.0')",
         "is newer than this program"},
        {"UPDATE platform.setting SET value = '128'", "128 partitions"},
        {"DELETE FROM platform.setting", "none partitions"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        SCOPED(db_tx_rollback) struct db_tx tx = {0};
        struct error err = {0};
        assert_ok(db_tx_begin(owner, &tx, &err), &err);
        test_database_script(owner, CASES[i].spoil);
        assert_int_equal(platform_check(owner, &err), STATUS_FAILED_PRECONDITION);
        if (strstr(err.text, CASES[i].text) == NULL)
            fail_msg("%s: lacks '%s': %s", CASES[i].spoil, CASES[i].text, err.text);
    }
}

static void agency_keeps_its_number_and_key(void **state)
{
    (void)state;
    struct error err = {0};
    int32_t acme = 0;
    int32_t again = 0;
    int32_t other = 0;
    struct agency first = {0};
    struct agency second = {0};
    assert_ok(platform_agency_ensure(owner, "acme", "Acme Recovery", &acme, &err), &err);
    assert_ok(platform_agency_by_slug(owner, "acme", &first, &err), &err);
    assert_ok(platform_agency_ensure(owner, "acme", "Another name", &again, &err), &err);
    assert_ok(platform_agency_ensure(owner, "other", "Other", &other, &err), &err);
    assert_ok(platform_agency_by_slug(owner, "acme", &second, &err), &err);
    assert_int_equal(acme, again);
    assert_int_not_equal(acme, other);
    assert_int_equal(first.agency_id, acme);
    assert_string_equal(second.name, "Acme Recovery");
    assert_string_equal(second.slug, "acme");
    assert_memory_equal(first.identity_key, second.identity_key, PLATFORM_IDENTITY_KEY_BYTES);
    struct agency of_other = {0};
    assert_ok(platform_agency_by_slug(owner, "other", &of_other, &err), &err);
    assert_memory_not_equal(of_other.identity_key, first.identity_key, PLATFORM_IDENTITY_KEY_BYTES);
}

static void unknown_agency_is_answered_with_those_that_exist(void **state)
{
    (void)state;
    struct error err = {0};
    int32_t id = 0;
    struct agency agency = {.agency_id = -7};
    assert_ok(platform_agency_ensure(owner, "known", "Known", &id, &err), &err);
    assert_int_equal(platform_agency_by_slug(owner, "unknwon", &agency, &err), STATUS_NOT_FOUND);
    assert_non_null(strstr(err.text, "'unknwon'"));
    assert_non_null(strstr(err.text, "known"));
    assert_int_equal(agency.agency_id, -7);
}

static void agency_names_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    char long_name[200];
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    const struct {
        const char *slug;
        const char *name;
    } CASES[] = {{"", "Name"},        {"Upper", "Name"}, {"with space", "Name"},
                 {long_name, "Name"}, {"ok", ""},        {"ok", long_name}};
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        int32_t id = 0;
        struct error err = {0};
        assert_int_equal(platform_agency_ensure(owner, CASES[i].slug, CASES[i].name, &id, &err),
                         STATUS_INVALID_ARGUMENT);
    }
}

static void stored_clock_goes_forward_only_until_it_is_released(void **state)
{
    (void)state;
    struct error err = {0};
    bool is_driven = true;
    struct instant now = {-1};
    assert_ok(platform_clock_release(owner, &err), &err);
    assert_ok(platform_clock_read(owner, &is_driven, &now, &err), &err);
    assert_false(is_driven);
    assert_int_equal(now.us, -1);
    assert_ok(platform_clock_write(owner, (struct instant){1000}, &err), &err);
    assert_ok(platform_clock_write(owner, (struct instant){1000}, &err), &err);
    assert_ok(platform_clock_read(owner, &is_driven, &now, &err), &err);
    assert_true(is_driven);
    assert_int_equal(now.us, 1000);
    assert_int_equal(platform_clock_write(owner, (struct instant){999}, &err), STATUS_FAILED_PRECONDITION);
    assert_ok(platform_clock_release(owner, &err), &err);
    assert_ok(platform_clock_write(owner, (struct instant){5}, &err), &err);
    assert_ok(platform_clock_release(owner, &err), &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_fits_the_schema),
        cmocka_unit_test(init_again_changes_nothing),
        cmocka_unit_test(inits_side_by_side_wait_for_each_other),
        cmocka_unit_test(inits_of_two_databases_share_the_roles_of_their_server),
        cmocka_unit_test(init_refuses_a_service_name_that_is_no_plain_identifier),
        cmocka_unit_test(init_sets_a_password_with_quotes_in_it),
        cmocka_unit_test(rights_are_what_a_role_needs_and_no_more),
        cmocka_unit_test(check_passes_for_a_service_on_an_initialised_database),
        cmocka_unit_test(check_passes_where_a_newer_program_has_added_something),
        cmocka_unit_test(check_says_what_is_not_ready_and_how_to_mend_it),
        cmocka_unit_test(agency_keeps_its_number_and_key),
        cmocka_unit_test(unknown_agency_is_answered_with_those_that_exist),
        cmocka_unit_test(agency_names_that_do_not_fit_are_refused),
        cmocka_unit_test(stored_clock_goes_forward_only_until_it_is_released),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
