#include "when.h"

#include <glib.h>

#include "clock/clock.h"

#define DURATION_MAX_US (100 * 366 * US_PER_DAY)

static int64_t unit_us(char letter)
{
    static const struct {
        char letter;
        int64_t us;
    } UNITS[] = {{'s', US_PER_S}, {'m', US_PER_MIN}, {'h', US_PER_HOUR}, {'d', US_PER_DAY}, {'w', 7 * US_PER_DAY}};
    for (size_t i = 0; i < ARRAY_SIZE(UNITS); i++)
        if (UNITS[i].letter == letter)
            return UNITS[i].us;
    return 0;
}

enum status when_parse_duration(const char *text, int64_t *ret_us, struct error *err)
{
    int64_t total_us = 0;
    const char *at = text;
    while (g_ascii_isdigit(*at)) {
        int64_t number = 0;
        for (; g_ascii_isdigit(*at) && number < DURATION_MAX_US; at++)
            number = number * 10 + g_ascii_digit_value(*at);
        const int64_t unit = unit_us(*at);
        if (unit == 0 || number > (DURATION_MAX_US - total_us) / unit)
            break;
        total_us += number * unit;
        at++;
        if (*at == '\0' && total_us > 0) {
            *ret_us = total_us;
            return STATUS_OK;
        }
    }
    return error_set(err, STATUS_INVALID_ARGUMENT, "'%s' is no duration: 90s, 15m, 1h, 2d, 1w or 1d12h", text);
}
