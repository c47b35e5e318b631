#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/sop_make.h"

/* Classes, and the conditions that they and escalations have. */

#define PRIORITY_MAX 1000

/* How a reason that is made from a fact begins. */
static const char *const FACT_REASONS[SOP_FACT_COUNT] = {
    [SOP_DAYS_PAST_DUE] = "DAYS_PAST_DUE",
    [SOP_BALANCE_MINOR] = "BALANCE",
    [SOP_PAYMENTS] = "PAYMENTS",
    [SOP_DAYS_SINCE_PAYMENT] = "DAYS_SINCE_PAYMENT",
    [SOP_BROKEN_PROMISES] = "BROKEN_PROMISES",
    [SOP_OPEN_DISPUTES] = "OPEN_DISPUTES",
    [SOP_DEBTOR_ACCOUNTS] = "DEBTOR_ACCOUNTS",
    [SOP_DEBTOR_LATE_ACCOUNTS] = "DEBTOR_LATE_ACCOUNTS",
    [SOP_FAILED_CONTACTS] = "FAILED_CONTACTS",
    [SOP_DAYS_WITHOUT_CONTACT] = "DAYS_WITHOUT_CONTACT",
    [SOP_DISPUTE_DAYS] = "DISPUTE_DAYS",
    [SOP_OPEN_COMPLAINTS] = "OPEN_COMPLAINTS",
};

/* "-3" as "MINUS_3": a reason code has no signs. */
static const char *bound_text(int64_t value, char text[static 32])
{
    if (value < 0)
        (void)snprintf(text, 32, "MINUS_%" PRIu64, (uint64_t)0 - (uint64_t)value);
    else
        (void)snprintf(text, 32, "%" PRId64, value);
    return text;
}

/* False where it does not fit: the file must name one then. */
static bool make_reason(struct sop_condition *condition, const struct condition_values *values)
{
    const char *fact = FACT_REASONS[condition->fact];
    size_t size = sizeof(condition->reason);
    char min[32];
    char max[32];
    int len = 0;
    (void)bound_text(condition->min, min);
    (void)bound_text(condition->max, max);
    if (values->reason != NULL)
        len = snprintf(condition->reason, size, "%s", values->reason);
    else if (values->at_most == NULL)
        len = snprintf(condition->reason, size, "%s_AT_LEAST_%s", fact, min);
    else if (values->at_least == NULL)
        len = snprintf(condition->reason, size, "%s_AT_MOST_%s", fact, max);
    else if (condition->min == condition->max)
        len = snprintf(condition->reason, size, "%s_IS_%s", fact, min);
    else
        len = snprintf(condition->reason, size, "%s_%s_TO_%s", fact, min, max);
    return len > 0 && (size_t)len < size;
}

static enum status make_condition(const struct sop_maker *maker, struct policy_path path,
                                  const struct condition_values *values, struct sop_condition *condition)
{
    if (values->at_least == NULL && values->at_most == NULL)
        return policy_refuse(maker->file, maker->err, path, "%s needs at_least, at_most or both",
                             sop_fact_name(values->fact));
    condition->fact = values->fact;
    condition->min = values->at_least == NULL ? INT64_MIN : *values->at_least;
    condition->max = values->at_most == NULL ? INT64_MAX : *values->at_most;
    if (condition->min > condition->max)
        return policy_refuse(maker->file, maker->err, policy_path("%s.at_most", path.text),
                             "%" PRId64 " is below at_least %" PRId64 ": never true", condition->max, condition->min);
    if (!make_reason(condition, values))
        return policy_refuse(maker->file, maker->err, policy_path("%s.reason", path.text),
                             "missing: the one made from the bounds is longer than %d characters", SOP_CODE_SIZE - 1);
    return STATUS_OK;
}

enum status sop_make_conditions(const struct sop_maker *maker, const char *path, const struct condition_values *values,
                                size_t n_values, struct sop_condition **ret_conditions)
{
    struct sop_condition *conditions = calloc(n_values == 0 ? 1 : n_values, sizeof(*conditions));
    if (conditions == NULL)
        return sop_out_of_memory(maker);
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n_values && (st == STATUS_OK || policy_goes_on(maker->file, st)); i++)
        st = make_condition(maker, policy_path("%s[%zu]", path, i), &values[i], &conditions[i]);
    *ret_conditions = conditions; /* in any case: sop_free has an eye on them */
    return st;
}

static enum status make_class_conditions(const struct sop_maker *maker, struct sop_class *class, size_t c)
{
    const struct class_values *values = &maker->values->classes[c];
    bool is_last = c + 1 == maker->values->n_classes;
    if (is_last && values->n_when > 0)
        return policy_refuse(maker->file, maker->err, policy_path("classes[%zu].when", c),
                             "the last class has none: every account must be in a class");
    if (!is_last && values->n_when == 0)
        return policy_refuse(maker->file, maker->err, policy_path("classes[%zu].when", c),
                             "missing: the classes after '%s' would never be reached", values->code);
    for (size_t i = 0; i < values->n_when; i++)
        if (values->when[i].fact >= SOP_FAILED_CONTACTS)
            return policy_refuse(maker->file, maker->err, policy_path("classes[%zu].when[%zu].fact", c, i),
                                 "'%s' is asked by escalations alone", sop_fact_name(values->when[i].fact));
    class->n_conditions = values->n_when;
    return sop_make_conditions(maker, policy_path("classes[%zu].when", c).text, values->when, values->n_when,
                               &class->conditions);
}

static enum status make_class(const struct sop_maker *maker, size_t c)
{
    const struct class_values *values = &maker->values->classes[c];
    struct sop_class *class = &maker->sop->classes[c];
    enum status st = policy_check_code(maker->file, policy_path("classes[%zu].code", c), values->code, maker->err);
    if (st == STATUS_OK)
        st = policy_check_code(maker->file, policy_path("classes[%zu].segment", c), values->segment, maker->err);
    if (st == STATUS_OK)
        st = sop_check_range(maker, policy_path("classes[%zu].priority", c), values->priority, 0, PRIORITY_MAX);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < c; i++)
        if (strcmp(maker->values->classes[i].code, values->code) == 0)
            return policy_refuse(maker->file, maker->err, policy_path("classes[%zu].code", c), "'%s' is there twice",
                                 values->code);
    if (values->strategy != NULL && sop_strategy(maker->sop, values->strategy) == NULL)
        return sop_refuse_strategy(maker, policy_path("classes[%zu].strategy", c), values->strategy);
    (void)snprintf(class->code, sizeof(class->code), "%s", values->code);
    (void)snprintf(class->title, sizeof(class->title), "%s", values->title);
    (void)snprintf(class->segment, sizeof(class->segment), "%s", values->segment);
    (void)snprintf(class->strategy, sizeof(class->strategy), "%s", values->strategy == NULL ? "" : values->strategy);
    class->risk = values->risk;
    class->priority = values->priority;
    return make_class_conditions(maker, class, c);
}

enum status sop_make_classes(const struct sop_maker *maker)
{
    maker->sop->classes = calloc(maker->values->n_classes, sizeof(*maker->sop->classes));
    if (maker->sop->classes == NULL)
        return sop_out_of_memory(maker);
    maker->sop->n_classes = maker->values->n_classes;
    for (size_t c = 0; c < maker->sop->n_classes; c++) {
        enum status st = make_class(maker, c);
        if (st != STATUS_OK && !policy_goes_on(maker->file, st))
            return st;
    }
    return STATUS_OK;
}
