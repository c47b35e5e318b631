#include "policy/sop_load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/nearest.h"
#include "policy/sop_make.h"

#define GRACE_DAYS_MAX        365
#define VERIFICATION_DAYS_MAX 365

enum status sop_out_of_memory(const struct sop_maker *maker)
{
    return error_set(maker->err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", maker->file->path);
}

enum status sop_check_range(const struct sop_maker *maker, struct policy_path path, int64_t value, int64_t min,
                            int64_t max)
{
    return policy_check_range(maker->file, path, value, min, max, maker->err);
}

enum status sop_refuse_strategy(const struct sop_maker *maker, struct policy_path path, const char *strategy)
{
    char names[256] = "";
    const char *found = NULL;
    struct nearest nearest = nearest_to(strategy);
    for (size_t s = 0; s < maker->sop->n_strategies; s++) {
        const char *name = maker->sop->strategies[s].code;
        size_t len = strlen(names);
        (void)snprintf(names + len, sizeof(names) - len, "%s%s", len == 0 ? "" : ", ", name);
        if (nearest_improves(&nearest, name))
            found = name;
    }
    return policy_refuse(maker->file, maker->err, path, "no strategy '%s'; there are: %s%s%s%s", strategy, names,
                         found == NULL ? "" : "; is '", found == NULL ? "" : found, found == NULL ? "" : "' meant?");
}

static enum status make_bucket(const struct sop_maker *maker, size_t i)
{
    const struct bucket_values *values = &maker->values->buckets[i];
    struct sop_bucket *bucket = &maker->sop->buckets[i];
    bool is_first = i == 0;
    bool is_last = i + 1 == maker->values->n_buckets;
    if (is_first == (values->from_day != NULL))
        return policy_refuse(maker->file, maker->err, policy_path("buckets[%zu].from_day", i),
                             is_first ? "the first bucket has none: it is open below"
                                      : "missing: only the first bucket is open below");
    if (is_last == (values->to_day != NULL))
        return policy_refuse(maker->file, maker->err, policy_path("buckets[%zu].to_day", i),
                             is_last ? "the last bucket has none: it is open above"
                                     : "missing: only the last bucket is open above");
    (void)snprintf(bucket->code, sizeof(bucket->code), "%s", values->code);
    bucket->from_day = is_first ? INT32_MIN : *values->from_day;
    bucket->to_day = is_last ? INT32_MAX : *values->to_day;
    if (bucket->from_day > bucket->to_day)
        return policy_refuse(maker->file, maker->err, policy_path("buckets[%zu].to_day", i), "before from_day %" PRId32,
                             bucket->from_day);
    if (!is_first && bucket->from_day != (int64_t)bucket[-1].to_day + 1)
        return policy_refuse(maker->file, maker->err, policy_path("buckets[%zu].from_day", i),
                             "%" PRId32 " leaves a gap or overlaps: the bucket before ends at %" PRId32,
                             bucket->from_day, bucket[-1].to_day);
    return policy_check_code(maker->file, policy_path("buckets[%zu].code", i), bucket->code, maker->err);
}

static enum status make_buckets(const struct sop_maker *maker)
{
    maker->sop->buckets = calloc(maker->values->n_buckets, sizeof(*maker->sop->buckets));
    if (maker->sop->buckets == NULL)
        return sop_out_of_memory(maker);
    maker->sop->n_buckets = maker->values->n_buckets;
    for (size_t i = 0; i < maker->sop->n_buckets; i++) {
        enum status st = make_bucket(maker, i);
        if (st != STATUS_OK && !policy_goes_on(maker->file, st))
            return st;
    }
    return STATUS_OK;
}

static enum status check_numbers(const struct sop_maker *maker)
{
    enum status st = policy_check_code(maker->file, policy_path("name"), maker->values->name, maker->err);
    if (st == STATUS_OK || policy_goes_on(maker->file, st))
        st = sop_check_range(maker, policy_path("promise_grace_days"), maker->values->promise_grace_days, 0,
                             GRACE_DAYS_MAX);
    if (st == STATUS_OK || policy_goes_on(maker->file, st))
        st = sop_check_range(maker, policy_path("verification_days"), maker->values->verification_days, 1,
                             VERIFICATION_DAYS_MAX);
    return st;
}

static enum status make_sop(const struct sop_maker *maker)
{
    static enum status (*const PARTS[])(const struct sop_maker *) = {
        check_numbers, make_buckets, sop_make_strategies, sop_make_classes, sop_make_governance, sop_make_payments};
    const struct sop_values *values = maker->values;
    (void)snprintf(maker->sop->name, sizeof(maker->sop->name), "%s", values->name);
    memcpy(maker->sop->version, maker->file->version, sizeof(maker->sop->version));
    maker->sop->promise_grace_days = values->promise_grace_days;
    maker->sop->verification_days = values->verification_days;
    maker->sop->disputes_hold_by_law_alone = values->dispute_holds == SOP_DISPUTES_HOLD_BY_LAW;
    for (size_t i = 0; i < ARRAY_SIZE(PARTS); i++) {
        enum status st = PARTS[i](maker);
        if (st != STATUS_OK && !policy_goes_on(maker->file, st))
            return st;
    }
    return policy_problem(maker->file, maker->err);
}

enum status sop_from_file(const struct policy_file *file, struct sop **ret_sop, struct error *err)
{
    void *values = NULL;
    enum status st = policy_file_values(file, &SOP_SCHEMA, &values, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(sop_freep) struct sop *sop = calloc(1, sizeof(*sop));
    const struct sop_maker maker = {.file = file, .values = values, .sop = sop, .err = err};
    st = sop == NULL ? sop_out_of_memory(&maker) : make_sop(&maker);
    policy_values_free(&SOP_SCHEMA, values);
    if (st == STATUS_OK)
        *ret_sop = TAKE(sop);
    return st;
}

enum status sop_load(const char *path, struct sop **ret_sop, struct error *err)
{
    SCOPED(policy_file_fini) struct policy_file file = {0};
    enum status st = policy_file_read(path, &file, err);
    return st == STATUS_OK ? sop_from_file(&file, ret_sop, err) : st;
}
