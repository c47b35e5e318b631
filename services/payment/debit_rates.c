#include "debit_rates.h"

#include "ach/ach_codes.h"

#define PPM INT64_C(1000000)

static int32_t rate(int64_t n_returned, int64_t n_sent)
{
    const int64_t ppm = n_sent == 0 ? 0 : (n_returned * PPM + n_sent - 1) / n_sent;

    return ppm > INT32_MAX ? INT32_MAX : (int32_t)ppm;
}

void debit_rates_reckon(const struct debit_returns *returns, size_t n_returns, int32_t n_sent,
                        struct debit_rate ret_rates[static DEBIT_RATES])
{
    static const struct debit_rate RATES[DEBIT_RATES] = {
        [DEBIT_RATE_UNAUTHORIZED] = {.name = "unauthorized", .threshold_ppm = 5000},
        [DEBIT_RATE_ADMINISTRATIVE] = {.name = "administrative", .threshold_ppm = 30000},
        [DEBIT_RATE_OVERALL] = {.name = "overall", .threshold_ppm = 150000},
    };

    for (size_t i = 0; i < DEBIT_RATES; i++)
        ret_rates[i] = RATES[i];
    for (size_t i = 0; i < n_returns; i++) {
        const struct ach_return_code *row = ach_find_return_code(returns[i].code);
        ret_rates[DEBIT_RATE_OVERALL].n_returned += returns[i].n;
        if (row && row->class == ACH_UNAUTHORIZED)
            ret_rates[DEBIT_RATE_UNAUTHORIZED].n_returned += returns[i].n;
        else if (row && row->class == ACH_ADMINISTRATIVE)
            ret_rates[DEBIT_RATE_ADMINISTRATIVE].n_returned += returns[i].n;
    }
    for (size_t i = 0; i < DEBIT_RATES; i++) {
        struct debit_rate *of = &ret_rates[i];
        of->rate_ppm = rate(of->n_returned, n_sent);
        of->is_over = of->n_returned * PPM > (int64_t)n_sent * of->threshold_ppm;
    }
}
