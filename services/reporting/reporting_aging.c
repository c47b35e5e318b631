#include "reporting_aging.h"

#include <string.h>

/* Where the walk stands. */
struct walk {
    aging_step_fn *step;
    void *context;
    int64_t open_minor;
};

static void go_to(struct walk *walk, int32_t on_days, int64_t open_minor)
{
    const int64_t balance = open_minor - walk->open_minor;
    const int64_t accounts = (open_minor > 0) - (walk->open_minor > 0);
    walk->open_minor = open_minor;
    if (balance != 0)
        walk->step(walk->context, on_days, accounts, balance);
}

void aging_walk(const struct movement *movements, size_t n_movements, int32_t closed_on_days, aging_step_fn *step,
                void *context)
{
    struct walk walk = {.step = step, .context = context};
    int64_t balance = 0;
    for (size_t i = 0; i < n_movements && movements[i].effective_on_days < closed_on_days; i++) {
        balance += movements[i].change_minor;
        go_to(&walk, movements[i].effective_on_days, balance > 0 ? balance : 0);
    }
    if (closed_on_days != NEVER_DAYS)
        go_to(&walk, closed_on_days, 0);
}

void aging_by_bucket(const struct sop *sop, const struct aging_row *rows, size_t n_rows, const char *currency,
                     int32_t as_of_days, struct aging_bucket *ret_buckets)
{
    for (size_t i = 0; i < sop->n_buckets; i++)
        ret_buckets[i] = (struct aging_bucket){.bucket = &sop->buckets[i]};
    for (size_t i = 0; i < n_rows; i++) {
        if (strcmp(rows[i].currency, currency) != 0)
            continue;
        const struct sop_bucket *bucket = sop_bucket(sop, as_of_days - rows[i].due_on_days);
        struct aging_bucket *sum = &ret_buckets[bucket - sop->buckets];
        sum->accounts += rows[i].accounts;
        sum->balance_minor += rows[i].balance_minor;
    }
}
