#ifndef DUNLIN_MONEY_RATE_H
#define DUNLIN_MONEY_RATE_H

#include <stdint.h>

#include "status/status.h"

/* A rate or a share in percent, exact: a decimal held as an integer, in millionths of a percentage point. 10.15 % is
 * 10,150,000. A plain value. */
#define RATE_SCALE       1000000
#define RATE_MAX_PERCENT 1000
#define RATE_TEXT_SIZE   32
struct rate {
    int64_t millionths;
};

/* "10.15", "-0.5": at most six decimals, within RATE_MAX_PERCENT. Fails with INVALID_ARGUMENT. */
MUST_USE enum status rate_parse(const char *text, struct rate *ret_rate, struct error *err);
/* With two decimals, more where they are not zero: "8.00", "10.125". Returns `text`. */
const char *rate_format(struct rate rate, char text[static RATE_TEXT_SIZE]);

/* That share of an amount, rounded half up to the minor unit: 12.5 % of 100 is 13. Never more than the amount; 0 where
 * the amount or the rate is 0 or below. */
int64_t rate_share(struct rate rate, int64_t amount_minor);

#endif
