#include "unit_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nth_budget.h"
#include "nth_connection.h"
#include "nth_failure.h"
#include "nth_memory.h"
#include "nth_tally.h"

/* The short form tries each n once with one of the failures that there are for it, takes ALLOCATIONS_SHORT of the
 * thousands of allocations, and leaves a unit alone that makes no more statements than an earlier one of its kind. The
 * first n of the allocations is another with each unit. Once it has taken SHORT_US, AGAIN of each must do for the kinds
 * that are left: a service with many methods has many programs. */
#define ALLOCATIONS_SHORT 6
#define SHORT_US          (2 * G_USEC_PER_SEC)

/* A unit of more allocations is a large one, which takes as long as a hundred small ones and does for each of its rows
 * what they do: AGAIN tries must do in the short form, and its kind is looked at again in the next small one. */
#define ALLOCATIONS_MAX 5000
#define AGAIN           2

/* What it takes to get ready for tries of a unit is no more than one part in so many of what it then may take. */
#define READY_SHARE 4

#define CALL_FAILURES      (NTH_CUT - NTH_REFUSED + 1)
#define STATEMENT_FAILURES (NTH_CONFLICT - NTH_TERMINATED + 1)

static struct {
    uint32_t seed; /* where to begin: elsewhere with every run */
    GRand *dice;
    struct nth_budget *budget;
    struct nth_tallies *tallies;
    bool is_short;      /* the first round */
    enum nth_kind kind; /* of a later one */
    int64_t measure_us; /* what it took to measure the last small unit */
    int64_t short_until_us;

    /* Of this round: */
    char database[sizeof(((struct test_database *)0)->name)];
    struct digest *digest;
    size_t n_units;
    int64_t tests_since_us; /* when the tests had the time to themselves again */
} all;

static struct nth_tally *tally_of(const struct nth_planned *planned)
{
    return nth_tally_of(all.tallies, planned->what, planned->is_large);
}

/* Of the tries of a unit's calls those of its first call are first, then those of its second. Those of its statements
 * come after all of its calls'. */
static size_t n_call_tries(const struct nth_size *size)
{
    return size->calls * CALL_FAILURES + size->statements * STATEMENT_FAILURES;
}

static void try_call(const struct nth_unit *unit, struct nth_planned *planned, size_t i)
{
    const size_t n_of_calls = planned->calls * CALL_FAILURES, of_statement = i - 1 - n_of_calls;
    bool has_failed;

    nth_walk_mark(&planned->walks[NTH_CALLS], i);
    if (i <= n_of_calls)
        has_failed = nth_fail_call(unit, NTH_REFUSED + (i - 1) % CALL_FAILURES, 1 + (i - 1) / CALL_FAILURES);
    else
        has_failed = nth_fail_call(unit, NTH_TERMINATED + of_statement % STATEMENT_FAILURES,
                                   1 + of_statement / STATEMENT_FAILURES);
    tally_of(planned)->failed_calls += has_failed;
}

static void try_allocation(const struct nth_unit *unit, struct nth_planned *planned, size_t n, bool stays_out)
{
    nth_walk_mark(&planned->walks[NTH_ALLOCATIONS], n);
    tally_of(planned)->allocations[nth_fail_allocation(unit, n, stays_out)]++;
}

/* What an instance loads once was loaded already when the short form measured, and is loaded anew by those attempts
 * whose allocations fail later: they may make more. */
static void measure(const struct nth_unit *unit, struct nth_planned *planned)
{
    const int64_t started_us = g_get_monotonic_time();
    const struct nth_size size = nth_measure(unit);
    const uint32_t seed = all.seed + (uint32_t)all.n_units;

    if (!planned->is_large)
        all.measure_us = g_get_monotonic_time() - started_us;
    if (planned->is_measured) {
        nth_walk_grow(&planned->walks[NTH_ALLOCATIONS], size.allocations, seed);
        return;
    }
    planned->is_measured = true;
    planned->calls = size.calls;
    nth_walk_init(&planned->walks[NTH_CALLS], n_call_tries(&size), seed);
    nth_walk_init(&planned->walks[NTH_ALLOCATIONS], size.allocations, seed);
}

/* Of the calls, or of the statements, whose tries begin after `first` and end at `last`. */
static void try_calls_short(const struct nth_unit *unit, struct nth_planned *planned, size_t first, size_t last,
                            size_t n_failures, bool is_new)
{
    const size_t n = (last - first) / n_failures, stride = is_new ? 1 : MAX(1, n / AGAIN);
    size_t failure = 0;

    for (size_t at = (all.seed + all.n_units) % stride; at < n; at += stride)
        try_call(unit, planned, first + at * n_failures + failure++ % n_failures + 1);
}

static void try_allocations_short(const struct nth_unit *unit, struct nth_planned *planned, size_t tries)
{
    const size_t n = planned->walks[NTH_ALLOCATIONS].n, stride = MAX(1, n / tries);

    for (size_t i = 1 + (all.seed + all.n_units) % stride; i <= n; i += stride)
        try_allocation(unit, planned, i, (i / stride) % 2);
}

static void run_short(const struct nth_unit *unit, struct nth_planned *planned, size_t executions)
{
    struct nth_tally *tally = tally_of(planned);
    const bool is_new = !planned->is_large && (!tally->is_known || executions > tally->executions);

    if (tally->units++ > 0 && !is_new)
        return;
    if (is_new)
        tally->executions = executions;
    tally->is_known |= is_new;
    measure(unit, planned);
    const size_t n_of_calls = planned->calls * CALL_FAILURES;
    const bool is_whole = is_new && g_get_monotonic_time() < all.short_until_us;
    try_calls_short(unit, planned, 0, n_of_calls, CALL_FAILURES, is_whole);
    try_calls_short(unit, planned, n_of_calls, planned->walks[NTH_CALLS].n, STATEMENT_FAILURES, is_whole);
    try_allocations_short(unit, planned, is_whole ? ALLOCATIONS_SHORT : AGAIN);
}

static void run_long(const struct nth_unit *unit, struct nth_planned *planned, int64_t until_us)
{
    size_t i;

    /* Calls are not compared with an unharmed attempt. */
    if (all.kind == NTH_ALLOCATIONS || !planned->is_measured)
        measure(unit, planned);
    while (g_get_monotonic_time() < until_us && (i = nth_budget_next(planned, all.kind)) > 0) {
        if (all.kind == NTH_CALLS)
            try_call(unit, planned, i);
        else
            try_allocation(unit, planned, i, (i + all.seed) % 2);
    }
}

static struct nth_planned *plan(const struct unit_run *run, int64_t now_us)
{
    struct nth_planned planned = {.test_us = now_us - all.tests_since_us};

    (void)g_strlcpy(planned.what, run->what, sizeof(planned.what));
    return nth_budget_add(all.budget, &planned);
}

/* The tests come to the same units every time. */
static struct nth_planned *planned_for(const struct unit_run *run)
{
    struct nth_planned *planned = nth_budget_unit(all.budget, all.n_units);

    if (!planned || strcmp(planned->what, run->what) != 0)
        nth_give_up("unit %zu is of %s, and was of %s when the tests ran first", all.n_units, run->what,
                    planned ? planned->what : "nothing");
    return planned;
}

static void open_round(const struct unit_run *run)
{
    g_autofree char *role = g_strconcat("dunlin_", run->owner->service->spec->name, NULL);

    if (strcmp(all.database, run->database->name) == 0)
        return;
    (void)g_strlcpy(all.database, run->database->name, sizeof(all.database));
    all.digest = digest_open(run->database, role);
}

/* Attempts it unharmed, for what is known of it before anything is measured. */
static size_t look_at(const struct unit_run *run, struct nth_planned *planned)
{
    struct nth_seen seen;
    struct nth_allocations allocations;
    struct error err;
    const int64_t started_us = g_get_monotonic_time();

    nth_memory_arm(&allocations, 0, false);
    planned->natural = nth_attempt(run, NTH_REFUSED, 0, NTH_COMMIT_PRETENDED, &seen, &err);
    nth_memory_disarm();
    nth_after_failure(run, planned->natural);
    planned->attempt_us = g_get_monotonic_time() - started_us;
    planned->is_large = allocations.n > ALLOCATIONS_MAX;
    planned->walks[NTH_CALLS].n = n_call_tries(&(struct nth_size){.calls = seen.calls, .statements = seen.statements});
    planned->walks[NTH_ALLOCATIONS].n = allocations.n;
    return seen.executions;
}

static void fail_short(const struct unit_run *run, struct nth_unit *unit)
{
    struct nth_planned *planned = plan(run, g_get_monotonic_time());
    g_autofree char *before = digest_take(all.digest);
    const size_t executions = look_at(run, planned);

    unit->before = before;
    unit->natural = planned->natural;
    run_short(unit, planned, executions);
}

static void fail_long(const struct unit_run *run, struct nth_unit *unit)
{
    struct nth_planned *planned = planned_for(run);
    const int64_t now_us = g_get_monotonic_time();
    const int64_t least_us = READY_SHARE * (all.measure_us + planned->attempt_us);
    const int64_t until_us = nth_budget_share_until(all.budget, all.n_units, now_us, least_us, g_rand_double(all.dice));

    if (until_us <= now_us)
        return;
    g_autofree char *before = digest_take(all.digest);
    unit->before = before;
    unit->natural = planned->natural;
    run_long(unit, planned, until_us);
}

enum status unit_run(const struct unit_run *run, struct error *err)
{
    struct nth_unit unit = {.run = run};

    /* Units that run side by side are about something else, and nobody could say whose effect is whose. */
    if (gettid() != getpid())
        return run->attempt(run->context, err);
    open_round(run);
    if (nth_wait_for_former(run, err) != STATUS_OK)
        return err->code;
    unit.digest = all.digest;
    if (all.is_short)
        fail_short(run, &unit);
    else
        fail_long(run, &unit);
    all.tests_since_us = g_get_monotonic_time();
    return nth_attempt_for_good(run, all.n_units++ % 2 == 1, err);
}

static void expect_tried(const char *what)
{
    if (!nth_tallies_have(all.tallies, what))
        nth_give_up("no unit of %s was run", what);
}

/* Every method, every type of event, the timers: all of the service's handlers. A program that has more of a service's
 * tests (DUNLIN_NTH_PART) need not run them all: test_<service>.c does. */
static void expect_all_tried(const struct service_spec *spec)
{
    if (g_getenv("DUNLIN_NTH_PART") != NULL)
        return;
    for (const struct service_method *method = spec->methods; method && method->name; method++)
        expect_tried(method->name);
    if (spec->timers)
        expect_tried("timers");
}

void unit_run_end(const struct service_spec *spec)
{
    expect_all_tried(spec);
    digest_close(all.digest);
    all.digest = NULL;
    all.database[0] = '\0';
    all.n_units = 0;
}

static int64_t long_form_us(void)
{
    const char *minutes = g_getenv("DUNLIN_TEST_MINUTES");
    return minutes ? (int64_t)(CLAMP(g_ascii_strtod(minutes, NULL), 0, 1e6) * 60 * G_USEC_PER_SEC) : 0;
}

static void begin(void)
{
    const char *seed = g_getenv("DUNLIN_NTH_SEED");

    all.seed = seed ? (uint32_t)g_ascii_strtoull(seed, NULL, 10) : g_random_int();
    all.dice = g_rand_new_with_seed(all.seed);
    all.budget = nth_budget_new();
    all.tallies = nth_tallies_new();
    all.is_short = true;
    all.short_until_us = g_get_monotonic_time() + SHORT_US;
    (void)printf("DUNLIN_NTH_SEED=%" G_GUINT32_FORMAT "\n", all.seed);
    (void)fflush(stdout); /* also where the program is ended from outside */
}

static bool begin_round(int64_t end_us)
{
    const int64_t now_us = g_get_monotonic_time();

    all.is_short = false;
    if (!nth_budget_begin_round(all.budget, now_us, end_us, &all.kind))
        return false;
    (void)printf("once more, with %s failing; %.1f s are left\n", all.kind == NTH_CALLS ? "calls" : "allocations",
                 (double)(end_us - now_us) / G_USEC_PER_SEC);
    return true;
}

static void end(void)
{
    for (size_t i = 0; i < nth_budget_n_units(all.budget); i++) {
        const struct nth_planned *planned = nth_budget_unit(all.budget, i);
        for (size_t kind = 0; kind < NTH_KINDS; kind++) {
            tally_of(planned)->tried[kind] += planned->walks[kind].n_tried;
            tally_of(planned)->possible[kind] += planned->walks[kind].n;
        }
    }
    nth_tallies_print(all.tallies);
    nth_tallies_free(all.tallies);
    nth_budget_free(all.budget);
    g_rand_free(all.dice);
}

/* Stands before cmocka's, by --wrap: the program's tests run for the short form, and again as long as the long form's
 * minutes last. */
int __real__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t n, CMFixtureFunction set_up,
                                   CMFixtureFunction tear_down);
int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t n, CMFixtureFunction set_up,
                                   CMFixtureFunction tear_down);

int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t n, CMFixtureFunction set_up,
                                   CMFixtureFunction tear_down)
{
    const int64_t started_us = g_get_monotonic_time();

    begin();
    all.tests_since_us = started_us;
    int failed = __real__cmocka_run_group_tests(name, tests, n, set_up, tear_down);
    const int64_t short_us = g_get_monotonic_time(), end_us = short_us + long_form_us();
    while (failed == 0 && begin_round(end_us))
        failed = __real__cmocka_run_group_tests(name, tests, n, set_up, tear_down);
    (void)printf("the short form took %.1f s, the long form %.1f s more\n",
                 (double)(short_us - started_us) / G_USEC_PER_SEC,
                 (double)(g_get_monotonic_time() - short_us) / G_USEC_PER_SEC);
    end();
    return failed;
}
