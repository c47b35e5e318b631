#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/service_internal.h"
#include "service_fixture.h"

/* Under load events gather, so that a unit applies many. Here they gather for ten minutes: what is seen to happen did
 * not wait for that to end.
 *
 * Broken once: `gather_until` was never set, and 40 units applied what one should; gathering_ms did not look at how
 * much is pending, or at what is behind; a lone event was a flow; requests, and timers, waited for `gather_until`. The
 * test that names it failed each time. */

static int set_up(void **state)
{
    *state = world_open("service_gathering");
    return 0;
}

#define APPLIED "SELECT count(*) FROM dispute.applied WHERE debtor_id = '%s'"
#define UNITS   "SELECT count(DISTINCT xmin::text) FROM dispute.applied WHERE debtor_id = '%s' AND reference = '%s'"

static struct runner *start_gathering(struct world *world)
{
    return start_alone(world, (const char *const[]){"--gathers-long", NULL});
}

static void place_many(struct world *world, const struct id *debtor, const char *reference, size_t n)
{
    struct placement *placements = g_new0(struct placement, n);
    for (size_t i = 0; i < n; i++)
        placements[i] = (struct placement){.debtor = *debtor, .reference = reference};
    place(world, placements, n, DELIVER_ONCE);
    g_free(placements);
}

/* A unit that is large enough is load: the next one gathers. */
static void begin_flow(struct world *world, const struct id *debtor)
{
    place_many(world, debtor, "first", FLOW_EVENTS_MIN);
    wait_for_number(world, FLOW_EVENTS_MIN, APPLIED, ID_TEXT(debtor));
}

/* The worker has taken a turn when this returns. */
static void take_turn(struct world *world, const struct id *account)
{
    Dunlin__Dispute__V1__ListDisputesRequest list;
    dunlin__dispute__v1__list_disputes_request__init(&list);
    list.account_id = id_bytes(account);
    assert_int_equal(ask(world, "ListDisputes", &list.base, account, NULL, NULL), STATUS_OK);
}

#define FRAMES (UNIT_EVENTS_MAX / FLOW_EVENTS_MIN)

/* Where heads are looked at while a frame is on its way, it is read at once and makes a unit of its own: some may. */
static void a_flow_of_events_is_applied_in_few_units(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(1);
    (void)start_gathering(world);
    begin_flow(world, &debtor);
    for (int i = 0; i < FRAMES; i++) {
        place_many(world, &debtor, "flow", FLOW_EVENTS_MIN);
        take_turn(world, &debtor);
    }
    assert_int_equal(decide_count(world, &debtor, NULL), FLOW_EVENTS_MIN + UNIT_EVENTS_MAX);
    assert_in_range(world_number(world, UNITS, ID_TEXT(&debtor), "flow"), 1, FRAMES / 4);
}

/* In one frame: of two, the first might be read at once, and the second would wait for the rest of a unit. */
static void a_full_unit_does_not_wait_for_more(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(2);
    (void)start_gathering(world);
    begin_flow(world, &debtor);
    place_many(world, &debtor, "full", UNIT_EVENTS_MAX);
    wait_for_number(world, FLOW_EVENTS_MIN + UNIT_EVENTS_MAX, APPLIED, ID_TEXT(&debtor));
}

/* Broken once: each unit began with the first partition, and what came after a full one waited for ever. */
static void no_partition_waits_behind_a_busy_one(void **state)
{
    struct world *world = *state;
    const struct id busy = id_new(10), quiet = id_new(60);
    (void)start_gathering(world);
    begin_flow(world, &busy);
    place_many(world, &quiet, "quiet", 10);
    for (int i = 1; i <= 5 && world_number(world, APPLIED, ID_TEXT(&quiet)) == 0; i++) {
        place_many(world, &busy, "busy", UNIT_EVENTS_MAX);
        wait_for_number(world, FLOW_EVENTS_MIN + i * UNIT_EVENTS_MAX, APPLIED, ID_TEXT(&busy));
    }
    assert_int_equal(world_number(world, APPLIED, ID_TEXT(&quiet)), 10);
}

static void what_the_wire_has_lost_is_not_waited_for(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(9);
    (void)start_gathering(world);
    begin_flow(world, &debtor);
    place_one(world, &debtor, "lost", DELIVER_BY_LOG);
    wait_for_number(world, FLOW_EVENTS_MIN + 1, APPLIED, ID_TEXT(&debtor));
}

static void what_comes_without_load_is_applied_at_once(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(4);
    (void)start_gathering(world);
    for (int i = 1; i <= 3; i++) {
        place_many(world, &debtor, "quiet", FLOW_EVENTS_MIN - 1);
        wait_for_number(world, i * FLOW_EVENTS_MIN - 1, APPLIED, ID_TEXT(&debtor));
        place_one(world, &debtor, "alone", DELIVER_ONCE);
        wait_for_number(world, i * FLOW_EVENTS_MIN, APPLIED, ID_TEXT(&debtor));
    }
}

/* A command is done, and a decision sees everything, while events gather. */
static void no_request_waits_for_what_gathers(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(5);
    (void)start_gathering(world);
    begin_flow(world, &debtor);
    for (int i = 1; i <= 10; i++) {
        place_one(world, &debtor, "meanwhile", DELIVER_ONCE);
        take_turn(world, &debtor);
        assert_ok(ask_open(world, &debtor, "r", NULL, NULL));
        assert_int_equal(decide_count(world, &debtor, NULL), FLOW_EVENTS_MIN + i);
    }
    assert_int_equal(
        world_number(world, "SELECT count(*) FROM dispute.effect WHERE account_id = '%s'", ID_TEXT(&debtor)), 10);
}

static void a_timer_does_not_wait_for_what_gathers_elsewhere(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(6), other = id_new(7);
    (void)start_gathering(world);
    begin_flow(world, &debtor);
    place_many(world, &debtor, "gathers", 3);
    Dunlin__Dispute__V1__RecordVerificationRequest request;
    dunlin__dispute__v1__record_verification_request__init(&request);
    request.dispute_id = id_bytes(&other);
    assert_ok(ask(world, "RecordVerification", &request.base, &other, NULL, NULL));
    wait_for_number(world, 1, "SELECT count(*) FROM dispute.fired WHERE subject_id = '%s'", ID_TEXT(&other));
}

/* What gathers is applied before the service ends, or by who comes next: once. */
static void a_stop_does_not_wait_for_what_gathers(void **state)
{
    struct world *world = *state;
    const struct id debtor = id_new(8);
    struct runner *runner = start_gathering(world);
    begin_flow(world, &debtor);
    place_many(world, &debtor, "last", 20);
    take_turn(world, &debtor);
    stop_cleanly(world, runner);
    forget_instances(world);
    (void)start_gathering(world);
    wait_for_number(world, FLOW_EVENTS_MIN + 20, APPLIED, ID_TEXT(&debtor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_flow_of_events_is_applied_in_few_units),
        TEST(a_full_unit_does_not_wait_for_more),
        TEST(no_partition_waits_behind_a_busy_one),
        TEST(what_the_wire_has_lost_is_not_waited_for),
        TEST(what_comes_without_load_is_applied_at_once),
        TEST(no_request_waits_for_what_gathers),
        TEST(a_timer_does_not_wait_for_what_gathers_elsewhere),
        TEST(a_stop_does_not_wait_for_what_gathers),
    };
    return cmocka_run_group_tests(tests, set_up, world_tear_down);
}
