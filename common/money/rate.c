#include "money/rate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE_DECIMALS 6

__extension__ typedef __int128 wide;

/* "12.5" to 12,500,000; false where it is no such number. */
static bool read_millionths(const char *text, int64_t *ret_millionths)
{
    const char *at = text + (*text == '-');
    const size_t n_whole = strspn(at, "0123456789");
    const char *point = at + n_whole;
    const size_t n_decimals = *point == '.' ? strspn(point + 1, "0123456789") : 0;
    int64_t number = 0;
    if (n_whole == 0 || n_whole > 4 || n_decimals > RATE_DECIMALS || (*point == '.' && n_decimals == 0))
        return false;
    if (point[*point == '.' ? n_decimals + 1 : 0] != '\0')
        return false;
    for (size_t i = 0; i < n_whole; i++)
        number = number * 10 + (at[i] - '0');
    for (size_t i = 0; i < RATE_DECIMALS; i++)
        number = number * 10 + (i < n_decimals ? point[i + 1] - '0' : 0);
    *ret_millionths = *text == '-' ? -number : number;
    return true;
}

enum status rate_parse(const char *text, struct rate *ret_rate, struct error *err)
{
    char shown[ERROR_SHOWN_SIZE];
    int64_t millionths = 0;
    if (!read_millionths(text, &millionths))
        return error_set(err, STATUS_INVALID_ARGUMENT, "'%s' is no rate in percent, such as 10.15",
                         error_shown(text, shown));
    if (llabs(millionths) > RATE_MAX_PERCENT * (int64_t)RATE_SCALE)
        return error_set(err, STATUS_INVALID_ARGUMENT, "a rate of %s %%: more than %d", error_shown(text, shown),
                         RATE_MAX_PERCENT);
    ret_rate->millionths = millionths;
    return STATUS_OK;
}

const char *rate_format(struct rate rate, char text[static RATE_TEXT_SIZE])
{
    const uint64_t size = rate.millionths < 0 ? 0 - (uint64_t)rate.millionths : (uint64_t)rate.millionths;
    int len = snprintf(text, RATE_TEXT_SIZE, "%s%" PRIu64 ".%06" PRIu64, rate.millionths < 0 ? "-" : "",
                       size / RATE_SCALE, size % RATE_SCALE);
    for (int cut = RATE_DECIMALS; cut > 2 && text[len - 1] == '0'; cut--)
        text[--len] = '\0';
    return text;
}

int64_t rate_share(struct rate rate, int64_t amount_minor)
{
    /* At most 2^63 x 10^8 < 2^90. A percentage point is a hundredth. */
    const wide divisor = (wide)100 * RATE_SCALE;
    if (amount_minor <= 0 || rate.millionths <= 0)
        return 0;
    if (rate.millionths >= divisor)
        return amount_minor;
    return (int64_t)(((wide)amount_minor * rate.millionths + divisor / 2) / divisor);
}
