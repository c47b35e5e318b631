#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/metrics.h"

/* Values live as long as the process: every test has metrics of its own. */
static const struct metric COUNTER[] = {{"t_a_total", METRIC_COUNTER, "method", "Requests."}, {.name = NULL}};
static const struct metric GAUGE[] = {{"t_b", METRIC_GAUGE, NULL, "Queue \\ depth\nnow."}, {.name = NULL}};
static const struct metric HISTOGRAM = {"t_c_seconds", METRIC_HISTOGRAM, NULL, "Time."};
static const struct metric LABELLED_HISTOGRAM = {"t_d_seconds", METRIC_HISTOGRAM, "event", "Time."};
static const struct metric MANY_LABELS = {"t_e_total", METRIC_COUNTER, "type", "Many."};
static const struct metric ODD_LABELS = {"t_f_total", METRIC_COUNTER, "type", "Odd."};
static const struct metric UNLABELLED_HISTOGRAM = {"t_h_seconds", METRIC_HISTOGRAM, NULL, "Raced."};
static const struct metric UNUSED = {"t_i_total", METRIC_COUNTER, "type", "Unused."};

static char *page;

static int free_page(void **state)
{
    (void)state;
    free(page);
    page = NULL;
    return 0;
}

/* The page has `lines` one after another. */
static void assert_page_has(const char *lines)
{
    free(page);
    page = metrics_render();
    assert_non_null(page);
    if (strstr(page, lines) == NULL)
        fail_msg("'%s' is not in\n%s", lines, page);
}

static void registered_metrics_are_on_the_page_before_their_first_value(void **state)
{
    (void)state;
    metrics_register(COUNTER);
    metrics_register(GAUGE);
    assert_page_has("# HELP t_a_total Requests.\n# TYPE t_a_total counter\n"
                    "# HELP t_b Queue \\\\ depth\\nnow.\n# TYPE t_b gauge\nt_b 0\n");
}

static void counters_add_up_by_label(void **state)
{
    (void)state;
    metrics_add(&COUNTER[0], "permit.Request", 2);
    metrics_add(&COUNTER[0], "permit.Request", 3);
    metrics_add(&COUNTER[0], "say \"hi\\\"\nnow", 1);
    assert_int_equal(metrics_value(&COUNTER[0], "permit.Request"), 5);
    assert_page_has("# TYPE t_a_total counter\nt_a_total{method=\"permit.Request\"} 5\n"
                    "t_a_total{method=\"say \\\"hi\\\\\\\"\\nnow\"} 1\n");
}

static void gauges_are_set_and_moved_both_ways(void **state)
{
    (void)state;
    metrics_set(&GAUGE[0], NULL, 10);
    metrics_add(&GAUGE[0], NULL, -25);
    assert_int_equal(metrics_value(&GAUGE[0], NULL), -15);
    assert_page_has("t_b -15\n");
    metrics_set(&GAUGE[0], NULL, INT64_MAX);
    assert_page_has("t_b 9223372036854775807\n");
}

static void label_values_are_copied(void **state)
{
    (void)state;
    char label[] = "short-lived";
    metrics_add(&COUNTER[0], label, 1);
    memset(label, 'x', sizeof(label) - 1);
    assert_int_equal(metrics_value(&COUNTER[0], "short-lived"), 1);
    assert_int_equal(metrics_value(&COUNTER[0], label), 0);
}

static void asking_for_a_value_makes_nothing(void **state)
{
    (void)state;
    assert_int_equal(metrics_value(&UNUSED, "x"), 0);
    assert_page_has("");
    assert_null(strstr(page, "t_i_total"));
    metrics_add(&UNUSED, "y", 0);
    assert_int_equal(metrics_value(&UNUSED, "x"), 0);
    assert_page_has("# TYPE t_i_total counter\nt_i_total{type=\"y\"} 0\n");
    assert_null(strstr(page, "{type=\"x\"}"));
}

static void histograms_count_up_to_and_with_their_bounds(void **state)
{
    (void)state;
    static const int64_t DURATIONS_US[] = {-5, 0, 100, 101, 1000, 999999, 1000001, 10000000, 10000001};
    for (size_t i = 0; i < ARRAY_SIZE(DURATIONS_US); i++)
        metrics_observe_us(&HISTOGRAM, NULL, DURATIONS_US[i]);
    assert_int_equal(metrics_value(&HISTOGRAM, NULL), 9);
    assert_page_has("# HELP t_c_seconds Time.\n# TYPE t_c_seconds histogram\n"
                    "t_c_seconds_bucket{le=\"0.0001\"} 3\nt_c_seconds_bucket{le=\"0.00025\"} 4\n"
                    "t_c_seconds_bucket{le=\"0.0005\"} 4\nt_c_seconds_bucket{le=\"0.001\"} 5\n"
                    "t_c_seconds_bucket{le=\"0.0025\"} 5\nt_c_seconds_bucket{le=\"0.005\"} 5\n"
                    "t_c_seconds_bucket{le=\"0.01\"} 5\nt_c_seconds_bucket{le=\"0.025\"} 5\n"
                    "t_c_seconds_bucket{le=\"0.05\"} 5\nt_c_seconds_bucket{le=\"0.1\"} 5\n"
                    "t_c_seconds_bucket{le=\"0.25\"} 5\nt_c_seconds_bucket{le=\"0.5\"} 5\n"
                    "t_c_seconds_bucket{le=\"1.0\"} 6\nt_c_seconds_bucket{le=\"2.5\"} 7\n"
                    "t_c_seconds_bucket{le=\"5.0\"} 7\nt_c_seconds_bucket{le=\"10.0\"} 8\n"
                    "t_c_seconds_bucket{le=\"+Inf\"} 9\nt_c_seconds_sum 22.001202\nt_c_seconds_count 9\n");
}

static void histograms_with_a_label_carry_it_on_every_line(void **state)
{
    (void)state;
    metrics_observe_us(&LABELLED_HISTOGRAM, "AccountPlaced", 1500);
    assert_page_has("t_d_seconds_bucket{event=\"AccountPlaced\",le=\"0.001\"} 0\n"
                    "t_d_seconds_bucket{event=\"AccountPlaced\",le=\"0.0025\"} 1\n");
    assert_page_has(
        "t_d_seconds_bucket{event=\"AccountPlaced\",le=\"+Inf\"} 1\n"
        "t_d_seconds_sum{event=\"AccountPlaced\"} 0.001500\nt_d_seconds_count{event=\"AccountPlaced\"} 1\n");
}

static void the_sixty_fifth_label_value_is_counted_as_other(void **state)
{
    (void)state;
    metrics_add(&MANY_LABELS, "other", 1);
    for (int i = 0; i < 70; i++) {
        char label[16];
        (void)snprintf(label, sizeof(label), "v%d", i);
        metrics_add(&MANY_LABELS, label, 1);
    }
    metrics_add(&MANY_LABELS, "v63", 1);
    assert_int_equal(metrics_value(&MANY_LABELS, "v0"), 1);
    assert_int_equal(metrics_value(&MANY_LABELS, "v63"), 2);
    assert_int_equal(metrics_value(&MANY_LABELS, "other"), 7);
    assert_page_has("t_e_total{type=\"v63\"} 2\nt_e_total{type=\"other\"} 7\n");
    assert_null(strstr(page, "t_e_total{type=\"v64\"}"));
}

static void long_and_broken_label_values_are_counted_as_other(void **state)
{
    (void)state;
    char label[130];
    memset(label, 'x', sizeof(label));
    label[128] = '\0';
    metrics_add(&ODD_LABELS, label, 1);
    assert_int_equal(metrics_value(&ODD_LABELS, label), 1);
    assert_int_equal(metrics_value(&ODD_LABELS, "other"), 0);
    label[128] = 'x';
    label[129] = '\0';
    metrics_add(&ODD_LABELS, label, 1);
    metrics_add(&ODD_LABELS, "\xFF", 1);
    metrics_add(&ODD_LABELS, "", 1);
    metrics_add(&ODD_LABELS, "\xC3\xA9", 1);
    assert_int_equal(metrics_value(&ODD_LABELS, "other"), 2);
    assert_page_has("t_f_total{type=\"\"} 1\nt_f_total{type=\"\xC3\xA9\"} 1\nt_f_total{type=\"other\"} 2\n");
}

#define N_THREADS 4
#define N_RACED   100 /* metrics */
#define N_LABELS  50
#define N_EACH    20000

static struct metric raced[N_RACED];
static pthread_barrier_t gate;

/* All threads come to each metric and each label value at the same moment, before anybody has used it. */
static void *count_first_values(void *arg)
{
    (void)arg;
    for (size_t m = 0; m < N_RACED; m++) {
        for (int k = 0; k < N_LABELS; k++) {
            char label[16];
            (void)snprintf(label, sizeof(label), "v%d", k);
            (void)pthread_barrier_wait(&gate);
            metrics_add(&raced[m], label, 1);
        }
    }
    return NULL;
}

static void *observe_and_render(void *arg)
{
    (void)arg;
    for (int i = 0; i < N_EACH; i++) {
        metrics_observe_us(&UNLABELLED_HISTOGRAM, NULL, i);
        if (i % 2000 == 0)
            free(metrics_render());
    }
    return NULL;
}

static void run_threads(void *(*run)(void *))
{
    pthread_t threads[N_THREADS];
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, NULL), 0);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

/* Had making a metric or a label value a gap, the count of the slower thread would go into a copy that nobody shows. */
static void nothing_is_lost_when_threads_race_to_the_first_value(void **state)
{
    (void)state;
    for (size_t m = 0; m < N_RACED; m++)
        raced[m] = (struct metric){"t_raced_total", METRIC_COUNTER, "n", "Raced."};
    assert_int_equal(pthread_barrier_init(&gate, NULL, N_THREADS), 0);
    run_threads(count_first_values);
    (void)pthread_barrier_destroy(&gate);
    for (size_t m = 0; m < N_RACED; m++)
        for (int k = 0; k < N_LABELS; k++) {
            char label[16];
            (void)snprintf(label, sizeof(label), "v%d", k);
            assert_int_equal(metrics_value(&raced[m], label), N_THREADS);
        }
}

static void nothing_is_lost_while_pages_are_rendered(void **state)
{
    (void)state;
    run_threads(observe_and_render);
    assert_int_equal(metrics_value(&UNLABELLED_HISTOGRAM, NULL), N_THREADS * N_EACH);
    assert_page_has("t_h_seconds_count 80000\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(registered_metrics_are_on_the_page_before_their_first_value, free_page),
        cmocka_unit_test_teardown(counters_add_up_by_label, free_page),
        cmocka_unit_test_teardown(gauges_are_set_and_moved_both_ways, free_page),
        cmocka_unit_test_teardown(label_values_are_copied, free_page),
        cmocka_unit_test_teardown(asking_for_a_value_makes_nothing, free_page),
        cmocka_unit_test_teardown(histograms_count_up_to_and_with_their_bounds, free_page),
        cmocka_unit_test_teardown(histograms_with_a_label_carry_it_on_every_line, free_page),
        cmocka_unit_test_teardown(the_sixty_fifth_label_value_is_counted_as_other, free_page),
        cmocka_unit_test_teardown(long_and_broken_label_values_are_counted_as_other, free_page),
        cmocka_unit_test_teardown(nothing_is_lost_while_pages_are_rendered, free_page),
        cmocka_unit_test_teardown(nothing_is_lost_when_threads_race_to_the_first_value, free_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
