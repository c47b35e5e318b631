#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "clock/clock.h"
#include "when.h"

static void reads_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us; /* 0: refused */
    } ROWS[] = {
        {"90s", 90 * US_PER_S},
        {"15m", 15 * US_PER_MIN},
        {"1h", US_PER_HOUR},
        {"2d", 2 * US_PER_DAY},
        {"1w", 7 * US_PER_DAY},
        {"1d12h", 36 * US_PER_HOUR},
        {"", 0},
        {"1", 0},
        {"h", 0},
        {"1x", 0},
        {"1h ", 0},
        {"-1h", 0},
        {"0h", 0},
        {"1.5h", 0},
        {"1h30", 0},
        {"99999999999999999999d", 0},
        {"36600d1s", 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct error err;
        int64_t us = 0;
        const enum status st = when_parse_duration(ROWS[i].text, &us, &err);
        if (us != ROWS[i].us || st != (ROWS[i].us > 0 ? STATUS_OK : STATUS_INVALID_ARGUMENT))
            fail_msg("'%s' became %lld us (%s)", ROWS[i].text, (long long)us, status_name(st));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_durations)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
