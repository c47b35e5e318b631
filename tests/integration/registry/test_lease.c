#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "registry/registry.h"
#include "registry_sql.h"
#include "test_database.h"

static int open_group(void **state)
{
    return database_fixture_open(state, "lease", "dunlin_contact");
}

static int empty_cursors(void **state)
{
    struct database_fixture *fixture = *state;
    test_database_script(fixture->owner, "TRUNCATE log.cursor");
    return 0;
}

static struct lease *take(struct db *db, const char *service, const char *instance_id, const uint16_t *partitions,
                          size_t n)
{
    struct lease *leases = NULL;
    struct error err = {0};
    if (lease_take(db, service, instance_id, partitions, n, &leases, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return leases;
}

static void every_statement_fits_the_schema(void **state)
{
    struct database_fixture *fixture = *state;
    struct error err = {0};
    if (db_prepare_all(fixture->db, REGISTRY_STATEMENTS, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

static void the_first_take_begins_at_the_start_and_each_later_one_raises_the_epoch(void **state)
{
    struct database_fixture *fixture = *state;
    const uint16_t partitions[] = {9, 0, 63};
    struct lease *leases = take(fixture->db, "contact", "contact-a", partitions, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(leases[i].partition, partitions[i]);
        assert_int_equal(leases[i].epoch, 1);
        assert_int_equal(leases[i].cursor_seq, 0);
    }
    free(leases);
    test_database_script(fixture->owner, "UPDATE log.cursor SET seq = 42 WHERE partition = 63");
    const uint16_t again[] = {63, 1};
    leases = take(fixture->db, "contact", "contact-b", again, 2);
    assert_int_equal(leases[0].epoch, 2);
    assert_int_equal(leases[0].cursor_seq, 42);
    assert_int_equal(leases[1].epoch, 1);
    free(leases);
    leases = take(fixture->db, "payment", "payment-a", again, 1);
    assert_int_equal(leases[0].epoch, 1);
    free(leases);
    leases = take(fixture->db, "contact", "contact-b", NULL, 0);
    free(leases);
}

static void holders_are_those_who_took_last_until_they_give_back(void **state)
{
    struct database_fixture *fixture = *state;
    const uint16_t partitions[] = {1, 2, 3};
    struct lease *a = take(fixture->db, "contact", "contact-a", partitions, 3);
    struct lease *b = take(fixture->db, "contact", "contact-b", partitions + 1, 1);
    free(take(fixture->db, "payment", "payment-a", partitions, 3));
    struct lease_holder holders[PARTITION_COUNT];
    memset(holders, 'x', sizeof(holders));
    assert_int_equal(lease_holders(fixture->db, "contact", holders, NULL), STATUS_OK);
    assert_string_equal(holders[0].instance_id, "");
    assert_string_equal(holders[1].instance_id, "contact-a");
    assert_string_equal(holders[2].instance_id, "contact-b");
    assert_string_equal(holders[3].instance_id, "contact-a");
    assert_string_equal(holders[63].instance_id, "");

    /* "a" does not know yet that it has lost partition 2: giving it back must not take it from "b". */
    assert_int_equal(lease_release(fixture->db, "contact", a, 3, NULL), STATUS_OK);
    assert_int_equal(lease_holders(fixture->db, "contact", holders, NULL), STATUS_OK);
    assert_string_equal(holders[1].instance_id, "");
    assert_string_equal(holders[2].instance_id, "contact-b");
    assert_string_equal(holders[3].instance_id, "");
    assert_int_equal(lease_release(fixture->db, "contact", b, 1, NULL), STATUS_OK);
    assert_int_equal(lease_holders(fixture->db, "contact", holders, NULL), STATUS_OK);
    assert_string_equal(holders[2].instance_id, "");
    assert_int_equal(lease_holders(fixture->db, "payment", holders, NULL), STATUS_OK);
    assert_string_equal(holders[2].instance_id, "payment-a");
    free(a);
    free(b);
}

#define N_TAKERS 4
#define N_ROUNDS 100

struct taker {
    struct db *db;
    bool is_backward;
    enum status st;
    struct error err;
    bool has_seen[N_TAKERS * N_ROUNDS + 1]; /* by epoch of partition 0 */
};

static void *take_over_and_over(void *arg)
{
    struct taker *taker = arg;
    uint16_t partitions[8];
    for (uint16_t i = 0; i < 8; i++)
        partitions[i] = taker->is_backward ? (uint16_t)(7 - i) : i;
    for (int round = 0; round < N_ROUNDS && taker->st == STATUS_OK; round++) {
        struct lease *leases = NULL;
        taker->st = lease_take(taker->db, "contact", "contact-x", partitions, 8, &leases, &taker->err);
        if (taker->st == STATUS_OK)
            taker->has_seen[leases[taker->is_backward ? 7 : 0].epoch] = true;
        if (taker->st == STATUS_OK && round % 2 == 0)
            taker->st = lease_release(taker->db, "contact", leases, 8, &taker->err);
        free(leases);
    }
    return NULL;
}

/* All take the same partitions, in opposite orders: no deadlock, and no epoch is given out twice. */
static void no_two_takers_ever_get_the_same_epoch(void **state)
{
    struct database_fixture *fixture = *state;
    struct taker *takers = calloc(N_TAKERS, sizeof(*takers));
    pthread_t threads[N_TAKERS];
    for (size_t i = 0; i < N_TAKERS; i++) {
        takers[i].db = test_database_connect(&fixture->database, "dunlin_contact");
        takers[i].is_backward = i % 2 == 1;
        assert_int_equal(pthread_create(&threads[i], NULL, take_over_and_over, &takers[i]), 0);
    }
    for (size_t i = 0; i < N_TAKERS; i++)
        (void)pthread_join(threads[i], NULL);
    for (size_t i = 0; i < N_TAKERS; i++) {
        db_close(takers[i].db);
        if (takers[i].st != STATUS_OK)
            fail_msg("%s", takers[i].err.text);
    }
    for (size_t epoch = 1; epoch <= N_TAKERS * N_ROUNDS; epoch++) {
        int n = 0;
        for (size_t i = 0; i < N_TAKERS; i++)
            n += takers[i].has_seen[epoch];
        assert_int_equal(n, 1);
    }
    free(takers);
}

#define TEST(function) cmocka_unit_test_setup(function, empty_cursors)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_statement_fits_the_schema),
        TEST(the_first_take_begins_at_the_start_and_each_later_one_raises_the_epoch),
        TEST(holders_are_those_who_took_last_until_they_give_back),
        TEST(no_two_takers_ever_get_the_same_epoch),
    };
    return cmocka_run_group_tests(tests, open_group, database_fixture_close);
}
