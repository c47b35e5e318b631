#include "policy/sop_make.h"

/* By what promises and payment plans are judged. */

#define GRACE_DAYS_MAX 365
#define MISSES_MAX     100

static enum status make_tolerance(const struct sop_maker *maker, const char *path,
                                  const struct tolerance_values *values, struct sop_tolerance *ret_tolerance)
{
    if (values == NULL)
        return STATUS_OK;
    if ((values->minor == NULL) == (values->percent == NULL))
        return policy_refuse(maker->file, maker->err, policy_path("%s", path), "needs minor or percent, not both");
    ret_tolerance->is_percent = values->percent != NULL;
    ret_tolerance->value = ret_tolerance->is_percent ? *values->percent : *values->minor;
    return sop_check_range(maker, policy_path("%s.%s", path, ret_tolerance->is_percent ? "percent" : "minor"),
                           ret_tolerance->value, 0, ret_tolerance->is_percent ? 100 : INT64_MAX);
}

/* Takes a number of `plans` where the file says it. */
static enum status take_number(const struct sop_maker *maker, const char *name, const int32_t *value, int32_t max,
                               int32_t *ret_number)
{
    if (value == NULL)
        return STATUS_OK;
    *ret_number = *value;
    return sop_check_range(maker, policy_path("plans.%s", name), *value, 0, max);
}

static enum status make_plans(const struct sop_maker *maker)
{
    const struct plans_values *values = maker->values->plans;
    struct sop_plans *plans = &maker->sop->plans;
    /* What no file says: as promises, the first one that is missed breaks it. */
    *plans = (struct sop_plans){.grace_days = maker->values->promise_grace_days, .breaks_in_a_row = 1};
    if (values == NULL)
        return STATUS_OK;
    const struct {
        const char *name;
        const int32_t *value;
        int32_t max;
        int32_t *number;
    } NUMBERS[] = {
        {"grace_days", values->grace_days, GRACE_DAYS_MAX, &plans->grace_days},
        {"breaks_in_a_row", values->breaks_in_a_row, MISSES_MAX, &plans->breaks_in_a_row},
        {"breaks_in_total", values->breaks_in_total, MISSES_MAX, &plans->breaks_in_total},
        {"settlement_percent", values->settlement_percent, 99, &plans->settlement_percent},
    };
    enum status st = make_tolerance(maker, "plans.tolerance", values->tolerance, &plans->tolerance);
    for (size_t i = 0; i < ARRAY_SIZE(NUMBERS) && (st == STATUS_OK || policy_goes_on(maker->file, st)); i++)
        st = take_number(maker, NUMBERS[i].name, NUMBERS[i].value, NUMBERS[i].max, NUMBERS[i].number);
    return st;
}

enum status sop_make_payments(const struct sop_maker *maker)
{
    enum status st =
        make_tolerance(maker, "promise_tolerance", maker->values->promise_tolerance, &maker->sop->promise_tolerance);
    return st == STATUS_OK || policy_goes_on(maker->file, st) ? make_plans(maker) : st;
}
