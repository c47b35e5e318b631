#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "reporting_kpi.h"
#include "reporting_report.h"

static struct sop_bucket BUCKETS[] = {{"current", INT32_MIN, 0}, {"1+", 1, INT32_MAX}};
static struct sop_class CLASSES[] = {{.code = "high_balance", .title = "10,000.00 and more"}};
static const struct sop SOP = {.buckets = BUCKETS, .n_buckets = 2, .classes = CLASSES, .n_classes = 1};

static void add(struct figures *figures, enum measure measure, const char *key, const char *currency, int64_t n,
                int64_t amount)
{
    struct figure figure = {.measure = measure, .n = n, .amount_minor = amount};
    (void)g_strlcpy(figure.key, key, sizeof(figure.key));
    (void)g_strlcpy(figure.currency, currency, sizeof(figure.currency));
    g_array_append_val(figures->counters, figure);
}

static const struct kpi *find(const char *name)
{
    for (const struct kpi *kpi = KPIS; kpi->name; kpi++)
        if (strcmp(kpi->name, name) == 0)
            return kpi;
    fail_msg("no KPI %s", name);
    abort();
}

static void expect(const struct figures *figures, const char *name, const char *currency, int64_t numerator,
                   int64_t denominator)
{
    const struct kpi_value value = kpi_of(find(name), figures, currency);
    if (value.numerator != numerator || value.denominator != denominator)
        fail_msg("%s is %lld / %lld, not %lld / %lld", name, (long long)value.numerator, (long long)value.denominator,
                 (long long)numerator, (long long)denominator);
    assert_int_equal(value.has_value, denominator != 0);
}

static void every_row_says_what_it_is_and_names_are_unique(void **state)
{
    (void)state;
    static const char *const UNITS[] = {"accounts", "minor",    "ratio",    "days",  "permits",    "requests",
                                        "attempts", "promises", "disputes", "plans", "instalments"};
    for (const struct kpi *kpi = KPIS; kpi->name; kpi++) {
        bool is_unit = false;
        for (size_t i = 0; i < ARRAY_SIZE(UNITS); i++)
            is_unit = is_unit || strcmp(kpi->unit, UNITS[i]) == 0;
        assert_true(is_unit);
        assert_true(strlen(kpi->title) > 3);
        assert_int_equal(kpi->definition[strlen(kpi->definition) - 1], '.');
        assert_int_equal(kpi->shape == KPI_RATIO, kpi->n_under > 0);
        assert_int_equal(kpi->shape == KPI_RATIO || kpi->shape == KPI_COUNT, kpi->n_over > 0);
        if (strcmp(kpi->unit, "minor") == 0)
            assert_true(kpi->is_per_currency);
        for (size_t i = 0; i < kpi->n_over; i++)
            if (kpi->over[i].is_amount)
                assert_true(kpi->is_per_currency); /* amounts of several currencies never add up */
        for (const struct kpi *other = kpi + 1; other->name; other++)
            assert_string_not_equal(kpi->name, other->name);
    }
}

static void the_readme_says_the_same_as_the_table(void **state)
{
    (void)state;
    char *readme = NULL;
    if (!g_file_get_contents("services/reporting/README.md", &readme, NULL, NULL))
        skip(); /* not run from the sources */
    for (const struct kpi *kpi = KPIS; kpi->name; kpi++) {
        char *row = g_strdup_printf("| `%s` | %s |\n", kpi->name, kpi->definition);
        if (!strstr(readme, row))
            fail_msg("README.md lacks: %s", row);
        g_free(row);
    }
    g_free(readme);
}

static void nothing_has_no_rates_but_counts_of_zero(void **state)
{
    (void)state;
    SCOPED(figures_freep) struct figures *figures = figures_new();
    for (const struct kpi *kpi = KPIS; kpi->name; kpi++) {
        const struct kpi_value value = kpi_of(kpi, figures, NULL);
        assert_int_equal(value.numerator, 0);
        assert_int_equal(value.has_value, kpi->shape == KPI_COUNT);
    }
}

static void rates_are_made_of_their_counts(void **state)
{
    (void)state;
    SCOPED(figures_freep) struct figures *figures = figures_new();
    add(figures, MEASURE_STAGE, "placed", "EUR", 10, 1000);
    add(figures, MEASURE_STAGE, "placed", "USD", 30, 9000);
    add(figures, MEASURE_STAGE, "disputed", "USD", 4, 100);
    add(figures, MEASURE_COLLECTED, "", "EUR", 3, 250);
    add(figures, MEASURE_COLLECTED, "", "USD", 5, 900);
    add(figures, MEASURE_SETTLED, "", "USD", 8, 900);
    add(figures, MEASURE_SETTLED_LATE, "", "USD", 2, 900);
    add(figures, MEASURE_PERMIT_GRANTED, "", "", 60, 0);
    add(figures, MEASURE_PERMIT_REFUSED, "", "", 20, 0);
    add(figures, MEASURE_ATTEMPT_REPORTED, "placed", "", 50, 0);
    add(figures, MEASURE_ATTEMPT_REPORTED, "not_placed", "", 10, 0);
    add(figures, MEASURE_ATTEMPT_IN_PERMIT, "", "", 49, 0);
    add(figures, MEASURE_CONVERSATION, "right", "", 5, 0);
    add(figures, MEASURE_CONVERSATION, "third", "", 2, 0);
    add(figures, MEASURE_PROMISE, "made", "USD", 9, 900);
    add(figures, MEASURE_PROMISE, "kept", "USD", 3, 300);
    add(figures, MEASURE_PROMISE, "broken", "USD", 1, 200);
    add(figures, MEASURE_PROMISE, "cancelled", "USD", 1, 50);
    expect(figures, "placed", NULL, 40, 1);
    expect(figures, "recovery_rate", "EUR", 250, 1000);
    expect(figures, "recovery_rate", "USD", 900, 9000);
    expect(figures, "disputed", NULL, 4, 1);
    expect(figures, "dispute_rate", NULL, 4, 40);
    expect(figures, "settled", NULL, 8, 1);
    expect(figures, "settled_late", NULL, 2, 1);
    expect(figures, "late_settlement_rate", NULL, 2, 8);
    expect(figures, "permit_grant_rate", NULL, 60, 80);
    expect(figures, "compliance_rate", NULL, 49, 50);
    expect(figures, "conversations", NULL, 7, 1);
    expect(figures, "right_party_contact_rate", NULL, 5, 50);
    expect(figures, "promise_kept_rate", NULL, 3, 4);
    expect(figures, "promise_kept_amount_rate", "USD", 300, 500);
    expect(figures, "promise_kept_amount_rate", "EUR", 0, 0);
}

static void means_and_medians_come_from_the_days(void **state)
{
    (void)state;
    SCOPED(figures_freep) struct figures *figures = figures_new();
    const struct bar bars[] = {{2, 1, 0}, {3, 1, 0}, {5, 2, 0}};
    g_array_append_vals(figures->spans[SPAN_DAYS_TO_RESOLVE], bars, 3);
    g_array_append_vals(figures->spans[SPAN_DAYS_TO_PAY], bars, 2);
    expect(figures, "time_to_resolve_mean", NULL, 15, 4);
    expect(figures, "time_to_resolve_median", NULL, 8, 2);
    expect(figures, "days_to_pay_median", NULL, 5, 2);
}

static const Dunlin__Reporting__V1__Kpi *wire_kpi(const struct report *report, const char *name, const char *currency)
{
    for (size_t i = 0; i < report->message.n_kpis; i++)
        if (strcmp(report->message.kpis[i]->name, name) == 0 &&
            strcmp(report->message.kpis[i]->currency, currency) == 0)
            return report->message.kpis[i];
    return NULL;
}

static void a_report_has_money_by_currency_and_never_adds_currencies_up(void **state)
{
    (void)state;
    SCOPED(figures_freep) struct figures *figures = figures_new();
    add(figures, MEASURE_STAGE, "placed", "EUR", 10, 1000);
    add(figures, MEASURE_STAGE, "placed", "USD", 30, 9000);
    add(figures, MEASURE_CLASS, "high_balance", "EUR", 10, 800);
    add(figures, MEASURE_CLASS, "high_balance", "USD", 20, 700);
    add(figures, MEASURE_CLASS, "closed", "USD", 10, 0);
    SCOPED(report_freep) struct report *report = report_new(figures, &SOP, "acme", 100);
    assert_int_equal(wire_kpi(report, "placed_amount", "EUR")->numerator, 1000);
    assert_int_equal(wire_kpi(report, "placed_amount", "USD")->numerator, 9000);
    assert_null(wire_kpi(report, "placed_amount", ""));
    assert_int_equal(wire_kpi(report, "placed", "")->numerator, 40);
    assert_int_equal(report->message.funnel[0]->accounts, 40);
    assert_int_equal(report->message.funnel[0]->amount_minor, 0);
    assert_int_equal(report->message.n_classes, 2);
    assert_string_equal(report->message.classes[0]->label, "10,000.00 and more");
    assert_int_equal(report->message.classes[0]->count, 30);
    assert_int_equal(report->message.classes[0]->amount_minor, 0);
    assert_int_equal(report->message.n_currencies, 2);
    assert_int_equal(report->message.currencies[1]->placed_minor, 9000);
}

static void a_report_of_nothing_is_whole(void **state)
{
    (void)state;
    SCOPED(figures_freep) struct figures *figures = figures_new();
    SCOPED(report_freep) struct report *report = report_new(figures, &SOP, "acme", 100);
    assert_int_equal(report->message.n_funnel, 8);
    assert_int_equal(report->message.n_currencies, 0);
    assert_false(wire_kpi(report, "recovery_rate", "")->has_value);
    assert_true(protobuf_c_message_check(&report->message.base));
}

static void refusals_come_by_rule_most_hits_first_and_steps_slowest_first(void **state)
{
    (void)state;
    SCOPED(figures_freep) struct figures *figures = figures_new();
    add(figures, MEASURE_REFUSED_BY_RULE, "B", "", 3, 0);
    add(figures, MEASURE_REFUSED_BY_RULE, "A", "", 3, 0);
    add(figures, MEASURE_REFUSED_BY_RULE, "C", "", 9, 0);
    const struct bar fast = {10, 5, 900}, slow = {30, 5, 1 << 29};
    g_array_append_val(figures->spans[SPAN_PLACED_TO_CLASSIFIED], fast);
    g_array_append_val(figures->spans[SPAN_PERMIT_TO_REPORT], slow);
    SCOPED(report_freep) struct report *report = report_new(figures, &SOP, "acme", 100);
    assert_int_equal(report->message.n_refusals_by_rule, 3);
    assert_string_equal(report->message.refusals_by_rule[0]->key, "C");
    assert_string_equal(report->message.refusals_by_rule[1]->key, "A");
    assert_int_equal(report->message.n_steps, 2);
    assert_string_equal(report->message.steps[0]->step, "permit to report");
    assert_false(report->message.steps[0]->is_machine_time);
    assert_int_equal(report->message.steps[0]->p99_us, 1 << 29);
    assert_true(report->message.steps[1]->is_machine_time);
    assert_int_equal(report->message.steps[1]->max_us, 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_says_what_it_is_and_names_are_unique),
        cmocka_unit_test(the_readme_says_the_same_as_the_table),
        cmocka_unit_test(nothing_has_no_rates_but_counts_of_zero),
        cmocka_unit_test(rates_are_made_of_their_counts),
        cmocka_unit_test(means_and_medians_come_from_the_days),
        cmocka_unit_test(a_report_has_money_by_currency_and_never_adds_currencies_up),
        cmocka_unit_test(a_report_of_nothing_is_whole),
        cmocka_unit_test(refusals_come_by_rule_most_hits_first_and_steps_slowest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
