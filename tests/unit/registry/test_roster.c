#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "registry/registry.h"

#define MAX_INSTANCES 16

/* A roster of `n` serving instances of "contact" whose ids differ by `salt`, beside one instance of another service. */
struct fixture {
    struct instance instances[MAX_INSTANCES + 1];
    struct roster roster;
};

static void make(struct fixture *fixture, size_t n, unsigned salt)
{
    *fixture = (struct fixture){.roster = {.instances = fixture->instances, .n = n + 1}};
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(fixture->instances[i].service, REGISTRY_NAME_SIZE, "contact");
        (void)snprintf(fixture->instances[i].id, REGISTRY_NAME_SIZE, "contact-%06x",
                       (unsigned)(i * 7919u + salt * 104729u) & 0xFFFFFFu);
    }
    (void)snprintf(fixture->instances[n].service, REGISTRY_NAME_SIZE, "intake");
    (void)snprintf(fixture->instances[n].id, REGISTRY_NAME_SIZE, "intake-1");
}

static void owners_of(const struct roster *roster, const char *owners[static PARTITION_COUNT])
{
    for (uint16_t partition = 0; partition < PARTITION_COUNT; partition++)
        owners[partition] = roster_owner(roster, "contact", partition)->id;
}

static void nobody_owns_where_none_serves(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, 2, 0);
    fixture.instances[0].state = fixture.instances[1].state = INSTANCE_DRAINING;
    assert_null(roster_owner(&fixture.roster, "contact", 0));
    assert_null(roster_owner(&fixture.roster, "payment", 0));
    assert_null(roster_owner(&(struct roster){0}, "contact", 0));
}

static void a_draining_instance_owns_nothing_and_other_services_do_not_count(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, 3, 0);
    fixture.instances[1].state = INSTANCE_DRAINING;
    for (uint16_t partition = 0; partition < PARTITION_COUNT; partition++) {
        const struct instance *owner = roster_owner(&fixture.roster, "contact", partition);
        assert_true(owner == &fixture.instances[0] || owner == &fixture.instances[2]);
    }
    assert_ptr_equal(roster_owner(&fixture.roster, "intake", 5), &fixture.instances[3]);
}

static void the_order_of_the_roster_does_not_matter(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, 5, 1);
    const char *before[PARTITION_COUNT];
    owners_of(&fixture.roster, before);
    struct fixture turned = fixture;
    turned.roster.instances = turned.instances;
    for (size_t i = 0; i < turned.roster.n; i++)
        turned.instances[i] = fixture.instances[turned.roster.n - 1 - i];
    for (uint16_t partition = 0; partition < PARTITION_COUNT; partition++)
        assert_string_equal(roster_owner(&turned.roster, "contact", partition)->id, before[partition]);
}

/* Weights are a contract between versions: computed once by another implementation of BLAKE2b. */
static void weights_are_those_of_every_other_version(void **state)
{
    (void)state;
    struct instance instances[] = {
        {.service = "contact", .id = "contact-a"},
        {.service = "contact", .id = "contact-b"},
        {.service = "contact", .id = "contact-c"},
    };
    const struct roster roster = {.instances = instances, .n = 3};
    static const char WANT[] = "cacabcacbabbcabbbbcbbbcacbbbbabbcaccccbcbcaaaabcbababaabcbbccaac";
    for (uint16_t partition = 0; partition < PARTITION_COUNT; partition++)
        assert_int_equal(roster_owner(&roster, "contact", partition)->id[8], WANT[partition]);
}

static void an_instance_that_leaves_moves_only_its_own_share(void **state)
{
    (void)state;
    for (size_t n = 2; n <= MAX_INSTANCES; n++) {
        struct fixture fixture;
        make(&fixture, n, 2);
        const char *before[PARTITION_COUNT];
        owners_of(&fixture.roster, before);
        fixture.instances[n / 2].state = INSTANCE_DRAINING;
        size_t n_moved = 0;
        for (uint16_t partition = 0; partition < PARTITION_COUNT; partition++) {
            const char *now = roster_owner(&fixture.roster, "contact", partition)->id;
            bool was_its = strcmp(before[partition], fixture.instances[n / 2].id) == 0;
            assert_int_equal(strcmp(now, before[partition]) != 0, was_its);
            n_moved += was_its;
        }
        assert_in_range(n_moved, 0, PARTITION_COUNT - 1);
    }
}

static void an_instance_that_joins_takes_only_its_own_share(void **state)
{
    (void)state;
    for (size_t n = 1; n < MAX_INSTANCES; n++) {
        struct fixture fixture;
        make(&fixture, n + 1, 3);
        fixture.instances[n].state = INSTANCE_DRAINING;
        const char *before[PARTITION_COUNT];
        owners_of(&fixture.roster, before);
        fixture.instances[n].state = INSTANCE_SERVING;
        for (uint16_t partition = 0; partition < PARTITION_COUNT; partition++) {
            const char *now = roster_owner(&fixture.roster, "contact", partition)->id;
            assert_true(strcmp(now, before[partition]) == 0 || strcmp(now, fixture.instances[n].id) == 0);
        }
    }
}

static size_t count_of(const struct roster *roster, const char *id)
{
    size_t n = 0;
    for (uint16_t partition = 0; partition < PARTITION_COUNT; partition++)
        n += strcmp(roster_owner(roster, "contact", partition)->id, id) == 0;
    return n;
}

/* One roster of 64 partitions scatters like 64 throws of a die with n sides: mean 64/n, variance 64/n (1 - 1/n). Each
 * share is held to 4.5 standard deviations, and the sum over many rosters to a narrow band. */
static void partitions_are_spread_about_evenly(void **state)
{
    (void)state;
    enum { N_ROSTERS = 50 };
    for (size_t n = 2; n <= 8; n++) {
        size_t of_first = 0;
        for (unsigned salt = 0; salt < N_ROSTERS; salt++) {
            struct fixture fixture;
            make(&fixture, n, salt);
            double mean = (double)PARTITION_COUNT / (double)n;
            double variance = mean * (1.0 - 1.0 / (double)n);
            for (size_t i = 0; i < n; i++) {
                double off = (double)count_of(&fixture.roster, fixture.instances[i].id) - mean;
                assert_true(off * off <= 4.5 * 4.5 * variance);
            }
            of_first += count_of(&fixture.roster, fixture.instances[0].id);
        }
        double want = (double)PARTITION_COUNT * N_ROSTERS / (double)n;
        assert_true((double)of_first > 0.8 * want && (double)of_first < 1.2 * want);
    }
}

static void finds_and_copies(void **state)
{
    (void)state;
    struct fixture fixture;
    make(&fixture, 2, 0);
    struct roster *copy = roster_copy(&fixture.roster);
    assert_int_equal(copy->n, 3);
    assert_ptr_equal(roster_find(copy, "intake-1"), &copy->instances[2]);
    assert_null(roster_find(copy, "intake-2"));
    roster_freep(&copy);
    assert_null(copy);
    copy = roster_copy(&(struct roster){0});
    assert_int_equal(copy->n, 0);
    assert_null(roster_find(copy, "x"));
    roster_free(copy);
    roster_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_owns_where_none_serves),
        cmocka_unit_test(a_draining_instance_owns_nothing_and_other_services_do_not_count),
        cmocka_unit_test(the_order_of_the_roster_does_not_matter),
        cmocka_unit_test(weights_are_those_of_every_other_version),
        cmocka_unit_test(an_instance_that_leaves_moves_only_its_own_share),
        cmocka_unit_test(an_instance_that_joins_takes_only_its_own_share),
        cmocka_unit_test(partitions_are_spread_about_evenly),
        cmocka_unit_test(finds_and_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
