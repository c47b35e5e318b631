#ifndef DUNLIN_PAYMENT_DEBIT_RATES_H
#define DUNLIN_PAYMENT_DEBIT_RATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rates of returned debits that the Nacha Operating Rules look at: 0.5 % unauthorised, 3 % administrative (R02 to
 * R04), 15 % over all codes, by number of entries. Pure. */

/* How many came back under a code. */
struct debit_returns {
    const char *code; /* borrowed */
    int32_t n;
};

enum {
    DEBIT_RATE_UNAUTHORIZED,
    DEBIT_RATE_ADMINISTRATIVE,
    DEBIT_RATE_OVERALL,
    DEBIT_RATES,
};

struct debit_rate {
    const char *name; /* static */
    int32_t n_returned;
    int32_t rate_ppm; /* of a million sent, rounded up; 0 where none was sent */
    int32_t threshold_ppm;
    bool is_over; /* by the exact numbers; what comes back while nothing is sent is over */
};

void debit_rates_reckon(const struct debit_returns *returns, size_t n_returns, int32_t n_sent,
                        struct debit_rate ret_rates[static DEBIT_RATES]);

#endif
