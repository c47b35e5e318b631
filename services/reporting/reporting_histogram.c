#include "reporting_histogram.h"

#define DURATION_BUCKET_MAX 62 /* 2^62 µs are 146,000 years */

int64_t duration_bucket(int64_t us)
{
    if (us <= 1)
        return 0;
    const int64_t bucket = 64 - __builtin_clzll((unsigned long long)us - 1);
    return bucket < DURATION_BUCKET_MAX ? bucket : DURATION_BUCKET_MAX;
}

int64_t duration_bucket_upper_us(int64_t bucket)
{
    return INT64_C(1) << bucket;
}

int64_t bars_count(const struct bar *bars, size_t n_bars)
{
    int64_t n = 0;
    for (size_t i = 0; i < n_bars; i++)
        n += bars[i].n;
    return n;
}

int64_t bars_max(const struct bar *bars, size_t n_bars)
{
    int64_t max = 0;
    for (size_t i = 0; i < n_bars; i++)
        if (bars[i].max > max)
            max = bars[i].max;
    return max;
}

/* The bucket of the observation at `rank`, counted from 1 in ascending order. */
static int64_t bucket_at(const struct bar *bars, size_t n_bars, int64_t rank)
{
    int64_t seen = 0;
    for (size_t i = 0; i < n_bars; i++) {
        seen += bars[i].n;
        if (seen >= rank)
            return bars[i].bucket;
    }
    return 0;
}

int64_t duration_quantile_us(const struct bar *bars, size_t n_bars, int64_t per_mille)
{
    const int64_t n = bars_count(bars, n_bars);
    if (n == 0)
        return 0;
    /* ceil(n * per_mille / 1000) without the product of the whole of n */
    const int64_t rank = n / 1000 * per_mille + (n % 1000 * per_mille + 999) / 1000;
    const int64_t upper = duration_bucket_upper_us(bucket_at(bars, n_bars, rank > 0 ? rank : 1));
    const int64_t max = bars_max(bars, n_bars);
    return upper < max ? upper : max;
}

int64_t days_sum(const struct bar *bars, size_t n_bars)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n_bars; i++)
        sum += bars[i].bucket * bars[i].n;
    return sum;
}

bool days_median_doubled(const struct bar *bars, size_t n_bars, int64_t *ret_doubled)
{
    const int64_t n = bars_count(bars, n_bars);
    if (n == 0)
        return false;
    *ret_doubled = bucket_at(bars, n_bars, (n + 1) / 2) + bucket_at(bars, n_bars, n / 2 + 1);
    return true;
}
