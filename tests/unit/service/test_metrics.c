#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "service/service_internal.h"

static void expect_on_page(const char *page, const struct metric *metric)
{
    char line[160];
    (void)g_snprintf(line, sizeof(line), "# HELP %s ", metric->name);
    if (!strstr(page, line))
        fail_msg("%s is not on the page", metric->name);
    (void)g_snprintf(line, sizeof(line), "\n%s 0\n", metric->name);
    if (!metric->label && !strstr(page, line))
        fail_msg("%s does not show 0", metric->name);
}

/* An alarm on a counter needs its zero: a series that begins with 1 has not risen. */
static void what_has_not_happened_yet_is_on_the_page(void **state)
{
    (void)state;
    metrics_register(BUS_METRICS);
    metrics_register(SERVICE_METRICS);
    char *page = metrics_render();
    assert_non_null(page);
    for (const struct metric *metric = SERVICE_METRICS; metric->name; metric++)
        expect_on_page(page, metric);
    for (const struct metric *metric = BUS_METRICS; metric->name; metric++)
        expect_on_page(page, metric);
    free(page);
}

/* A row that the enum has and the table has not would end the table. */
static void every_metric_of_the_enum_has_its_row(void **state)
{
    (void)state;
    for (int i = SERVICE_REQUESTS; i <= SERVICE_FRAMES_REFUSED; i++)
        assert_non_null(SERVICE_METRICS[i].name);
    assert_null(SERVICE_METRICS[SERVICE_FRAMES_REFUSED + 1].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_not_happened_yet_is_on_the_page),
        cmocka_unit_test(every_metric_of_the_enum_has_its_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
