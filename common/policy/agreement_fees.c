#include <inttypes.h>
#include <stdlib.h>

#include "policy/agreement_make.h"

/* The contingency schedule. */

#define AGE_DAYS_MAX 36525 /* a hundred years */

static struct policy_path path_of(size_t i, size_t row, const char *field)
{
    return policy_path("agreements[%zu].fees[%zu]%s%s", i, row, field[0] == '\0' ? "" : ".", field);
}

static enum status make_age(const struct agreement_maker *maker, size_t i, size_t row)
{
    const struct fee_values *values = &maker->values->agreements[i].fees[row];
    struct agreement_fee *fee = &maker->agreements->all[i].fees[row];
    enum status st = STATUS_OK;
    fee->from_day = values->from_day == NULL ? INT32_MIN : *values->from_day;
    fee->to_day = values->to_day == NULL ? INT32_MAX : *values->to_day;
    if (values->from_day != NULL)
        st = policy_check_range(maker->file, path_of(i, row, "from_day"), fee->from_day, -AGE_DAYS_MAX, AGE_DAYS_MAX,
                                maker->err);
    if (st == STATUS_OK && values->to_day != NULL)
        st = policy_check_range(maker->file, path_of(i, row, "to_day"), fee->to_day, -AGE_DAYS_MAX, AGE_DAYS_MAX,
                                maker->err);
    if (st == STATUS_OK && fee->from_day > fee->to_day)
        st = policy_refuse(maker->file, maker->err, path_of(i, row, "to_day"),
                           "%" PRId32 " is before from_day %" PRId32 ": never true", fee->to_day, fee->from_day);
    return st;
}

static enum status make_balance(const struct agreement_maker *maker, size_t i, size_t row)
{
    const struct fee_values *values = &maker->values->agreements[i].fees[row];
    struct agreement_fee *fee = &maker->agreements->all[i].fees[row];
    enum status st = agreement_take_amount(maker, path_of(i, row, "at_least_minor"), values->at_least_minor, 0,
                                           INT64_MIN, &fee->min_minor);
    if (st == STATUS_OK)
        st = agreement_take_amount(maker, path_of(i, row, "at_most_minor"), values->at_most_minor, 0, INT64_MAX,
                                   &fee->max_minor);
    if (st == STATUS_OK && fee->min_minor > fee->max_minor)
        st = policy_refuse(maker->file, maker->err, path_of(i, row, "at_most_minor"),
                           "%" PRId64 " is below at_least_minor %" PRId64 ": never true", fee->max_minor,
                           fee->min_minor);
    return st;
}

static enum status make_value(const struct agreement_maker *maker, size_t i, size_t row)
{
    const struct fee_values *values = &maker->values->agreements[i].fees[row];
    struct agreement_fee *fee = &maker->agreements->all[i].fees[row];
    enum status st =
        agreement_read_percent(maker, path_of(i, row, "percent"), values->percent, true, 100, &fee->percent);
    if (agreement_stops(maker, st))
        return st;
    return agreement_take_amount(maker, path_of(i, row, "minimum_minor"), values->minimum_minor, 0, 0,
                                 &fee->minimum_minor);
}

static bool has_condition(const struct fee_values *values)
{
    return values->from_day != NULL || values->to_day != NULL || values->at_least_minor != NULL ||
           values->at_most_minor != NULL || values->paid != 0 || values->stage != 0;
}

static bool takes_all_of(const struct agreement_fee *earlier, const struct agreement_fee *later)
{
    return earlier->from_day <= later->from_day && earlier->to_day >= later->to_day &&
           earlier->min_minor <= later->min_minor && earlier->max_minor >= later->max_minor &&
           (earlier->paid == 0 || earlier->paid == later->paid) &&
           (earlier->stage == 0 || earlier->stage == later->stage);
}

/* By one row alone: what several take together is not looked for, and harms nobody. */
static enum status check_reach(const struct agreement_maker *maker, size_t i, size_t row)
{
    const struct agreement_fee *fees = maker->agreements->all[i].fees;
    const bool is_last = row + 1 == maker->values->agreements[i].n_fees;
    if (has_condition(&maker->values->agreements[i].fees[row]) == is_last)
        return policy_refuse(maker->file, maker->err, path_of(i, row, ""),
                             is_last ? "the last row has no condition: every payment must earn something, or 0 percent"
                                     : "without a condition: the rows after it would never be reached");
    for (size_t k = 0; k < row && !is_last; k++)
        if (takes_all_of(&fees[k], &fees[row]))
            return policy_refuse(maker->file, maker->err, path_of(i, row, ""),
                                 "row %zu is never reached: row %zu takes all of its payments", row + 1, k + 1);
    return STATUS_OK;
}

enum status agreement_make_fees(const struct agreement_maker *maker, size_t i)
{
    static enum status (*const PARTS[])(const struct agreement_maker *, size_t, size_t) = {make_age, make_balance,
                                                                                           make_value, check_reach};
    const struct agreement_values *values = &maker->values->agreements[i];
    struct agreement *agreement = &maker->agreements->all[i];
    agreement->fees = calloc(values->n_fees, sizeof(*agreement->fees));
    if (agreement->fees == NULL)
        return agreement_out_of_memory(maker);
    agreement->n_fees = values->n_fees;
    for (size_t row = 0; row < values->n_fees; row++) {
        agreement->fees[row].number = row + 1;
        agreement->fees[row].paid = values->fees[row].paid;
        agreement->fees[row].stage = values->fees[row].stage;
        for (size_t part = 0; part < ARRAY_SIZE(PARTS); part++) {
            const enum status st = PARTS[part](maker, i, row);
            if (agreement_stops(maker, st))
                return st;
        }
    }
    return STATUS_OK;
}
