#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "clock/clock.h"
#include "reporting_rates.h"

/* Broken once to see it fail: accounts counted only in the period, the month after it included,
 * disputes of a campaign left out. */

static void add(struct figures *figures, enum measure measure, const char *key, int64_t n)
{
    struct figure figure = {.measure = measure, .n = n};
    (void)g_strlcpy(figure.key, key, sizeof(figure.key));
    g_array_append_val(figures->counters, figure);
}

static struct figures *some(void)
{
    struct figures *figures = figures_new();
    add(figures, MEASURE_CLIENT_PLACED, "2026-01 acme", 1500);
    add(figures, MEASURE_CLIENT_PLACED, "2026-03 acme", 500);
    add(figures, MEASURE_CLIENT_PLACED, "2026-05 acme", 7000);
    add(figures, MEASURE_CLIENT_PLACED, "2026-02 two words", 10);
    add(figures, MEASURE_CLIENT_DISPUTES, "2026-02 acme", 9);
    add(figures, MEASURE_CLIENT_DISPUTES, "2026-03 acme", 4);
    add(figures, MEASURE_CLIENT_DISPUTES, "2026-04 acme", 2);
    add(figures, MEASURE_CLIENT_COMPLAINTS, "2026-04 acme", 1);
    add(figures, MEASURE_CLIENT_COMPLAINTS, "2026-04 ", 20);
    add(figures, MEASURE_COLLECTOR_CONTACTS, "2026-03 user:joe", 200);
    add(figures, MEASURE_COLLECTOR_COMPLAINTS, "2026-03 user:joe", 1);
    add(figures, MEASURE_COLLECTOR_DISPUTES, "2026-03 user:joe", 5);
    add(figures, MEASURE_CAMPAIGN_CONTACTS, "2026-03 spring", 400);
    add(figures, MEASURE_CAMPAIGN_CONTACTS, "2026-02 spring", 50);
    add(figures, MEASURE_CAMPAIGN_DISPUTES, "2026-03 spring", 2);
    add(figures, MEASURE_CAMPAIGN_COMPLAINTS, "2026-03 spring", 3);
    return figures;
}

static void counts_a_period_by_client(void **state)
{
    (void)state;
    SCOPED(figures_freep) struct figures *figures = some();
    const struct rate_question question = {RATE_BY_CLIENT, "2026-03", "2026-04"};
    g_autoptr(GArray) rates = rates_of(figures, &question);
    assert_int_equal(rates->len, 3);
    const struct frequency *nobody = &g_array_index(rates, struct frequency, 0),
                           *acme = &g_array_index(rates, struct frequency, 1);
    assert_string_equal(nobody->name, "");
    assert_int_equal(nobody->out_of, 0);
    assert_string_equal(acme->name, "acme");
    assert_int_equal(acme->disputes, 6);
    assert_int_equal(acme->complaints, 1);
    assert_int_equal(acme->out_of, 2000);
    assert_true(rate_per_1000(acme->disputes, acme->out_of) > 2.99 &&
                rate_per_1000(acme->disputes, acme->out_of) < 3.01);
    assert_true(rate_per_1000(20, nobody->out_of) < 0.01);
    assert_string_equal(g_array_index(rates, struct frequency, 2).name, "two words");
}

static void counts_by_collector_and_campaign(void **state)
{
    (void)state;
    SCOPED(figures_freep) struct figures *figures = some();
    const struct rate_question collectors = {RATE_BY_COLLECTOR, "", ""}, campaigns = {RATE_BY_CAMPAIGN, "2026-03", ""};
    g_autoptr(GArray) joe = rates_of(figures, &collectors);
    g_autoptr(GArray) spring = rates_of(figures, &campaigns);
    assert_int_equal(joe->len, 1);
    assert_int_equal(g_array_index(joe, struct frequency, 0).out_of, 200);
    assert_int_equal(g_array_index(joe, struct frequency, 0).disputes, 5);
    assert_int_equal(spring->len, 1);
    const struct frequency *rate = &g_array_index(spring, struct frequency, 0);
    assert_true(rate->out_of == 400 && rate->disputes == 2 && rate->complaints == 3);
}

static void makes_keys_of_months_and_names(void **state)
{
    (void)state;
    char key[TALLY_KEY_SIZE], name[200];
    assert_string_equal(rate_key(20600 * US_PER_DAY, "acme", key), "2026-05 acme");
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(strlen(rate_key(0, name, key)), TALLY_KEY_SIZE - 1);
    assert_true(rate_month_is_valid("") && rate_month_is_valid("2026-12"));
    assert_false(rate_month_is_valid("2026-13") || rate_month_is_valid("2026-1") || rate_month_is_valid("2026-01-01") ||
                 rate_month_is_valid("a long text that is no month at all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_a_period_by_client),
        cmocka_unit_test(counts_by_collector_and_campaign),
        cmocka_unit_test(makes_keys_of_months_and_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
