#ifndef DUNLIN_REPORTING_HISTOGRAM_H
#define DUNLIN_REPORTING_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Distributions that are kept by counting, so that they add up over partitions and can be taken back one by one.
 *
 * Durations are counted in buckets of powers of two: bucket b holds (2^(b-1), 2^b] microseconds, bucket 0 what took no
 * longer than one. Whole days are counted each by itself, so that their mean and median are exact. */
struct bar {
    int64_t bucket;
    int64_t n;
    int64_t max; /* longest observed of a bucket, where it is kept */
};

int64_t duration_bucket(int64_t us);
int64_t duration_bucket_upper_us(int64_t bucket);

/* Bars ascending by bucket, whose n may not be negative. 0 where there is nothing. */
int64_t bars_count(const struct bar *bars, size_t n_bars);
int64_t bars_max(const struct bar *bars, size_t n_bars);

/* Upper bound of the bucket in which the smallest observation lies that `per_mille` of all do not exceed; never more
 * than the longest observed. */
int64_t duration_quantile_us(const struct bar *bars, size_t n_bars, int64_t per_mille);

/* Sum over all observations of whole days. */
int64_t days_sum(const struct bar *bars, size_t n_bars);

/* The median of whole days, doubled, so that the mean of two middle ones is a whole number. False: nothing observed. */
bool days_median_doubled(const struct bar *bars, size_t n_bars, int64_t *ret_doubled);

#endif
