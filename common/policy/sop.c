#include "policy/sop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void sop_free(struct sop *sop)
{
    if (sop == NULL)
        return;
    for (size_t i = 0; sop->classes != NULL && i < sop->n_classes; i++)
        free(sop->classes[i].conditions);
    for (size_t i = 0; sop->strategies != NULL && i < sop->n_strategies; i++) {
        free(sop->strategies[i].steps);
        free(sop->strategies[i].exits);
    }
    for (size_t i = 0; sop->escalations != NULL && i < sop->n_escalations; i++)
        free(sop->escalations[i].conditions);
    free(sop->rule_packs);
    free(sop->languages);
    free(sop->authorities);
    free(sop->escalations);
    free(sop->targets);
    free(sop->classes);
    free(sop->strategies);
    free(sop->buckets);
    free(sop);
}

void sop_freep(struct sop **sop)
{
    sop_free(*sop);
}

static bool condition_holds(const struct sop_condition *condition, const int64_t facts[static SOP_FACT_COUNT])
{
    int64_t value = facts[condition->fact];
    return value != SOP_UNKNOWN_FACT && value >= condition->min && value <= condition->max;
}

static bool class_holds(const struct sop_class *class, const int64_t facts[static SOP_FACT_COUNT])
{
    for (size_t i = 0; i < class->n_conditions; i++)
        if (!condition_holds(&class->conditions[i], facts))
            return false;
    return true;
}

const struct sop_class *sop_classify(const struct sop *sop, const int64_t facts[static SOP_FACT_COUNT])
{
    size_t i = 0;
    while (i + 1 < sop->n_classes && !class_holds(&sop->classes[i], facts))
        i++;
    return &sop->classes[i];
}

/* Days that go on by themselves. */
static bool is_counted_in_days(enum sop_fact fact)
{
    return fact == SOP_DAYS_PAST_DUE || fact == SOP_DAYS_SINCE_PAYMENT || fact == SOP_DAYS_WITHOUT_CONTACT ||
           fact == SOP_DISPUTE_DAYS;
}

static bool is_wanted(const char *wanted, const char *value)
{
    return wanted[0] == '\0' || strcmp(wanted, value) == 0;
}

/* From now on by the condition alone; INT64_MAX: never. Days are small numbers: the difference cannot overflow but with
 * bounds that no account gets to. */
static int64_t condition_in_days(const struct sop_condition *condition, int64_t value)
{
    if (value == SOP_UNKNOWN_FACT || value > condition->max)
        return INT64_MAX;
    if (value >= condition->min)
        return 0;
    if (!is_counted_in_days(condition->fact) || condition->min > INT32_MAX || value < INT32_MIN)
        return INT64_MAX;
    return condition->min - value;
}

int32_t sop_escalation_in_days(const struct sop_escalation *escalation, const struct sop_escalation_facts *facts)
{
    int64_t days = 0;
    if (!is_wanted(escalation->client, facts->client) || !is_wanted(escalation->currency, facts->currency) ||
        !is_wanted(escalation->class, facts->class))
        return INT32_MAX;
    for (size_t i = 0; i < escalation->n_conditions; i++) {
        const struct sop_condition *condition = &escalation->conditions[i];
        const int64_t in_days = condition_in_days(condition, facts->facts[condition->fact]);
        days = in_days > days ? in_days : days;
    }
    if (days >= INT32_MAX)
        return INT32_MAX;
    for (size_t i = 0; i < escalation->n_conditions; i++) { /* none may be over by then */
        const struct sop_condition *condition = &escalation->conditions[i];
        const int64_t value = facts->facts[condition->fact];
        if (is_counted_in_days(condition->fact) && (value > INT64_MAX - days || value + days > condition->max))
            return INT32_MAX;
    }
    return (int32_t)days;
}

bool sop_escalations_ask(const struct sop *sop, enum sop_fact fact)
{
    for (size_t i = 0; i < sop->n_escalations; i++)
        for (size_t j = 0; j < sop->escalations[i].n_conditions; j++)
            if (sop->escalations[i].conditions[j].fact == fact)
                return true;
    return false;
}

const struct sop_bucket *sop_bucket(const struct sop *sop, int32_t days_past_due)
{
    size_t i = 0;
    while (i + 1 < sop->n_buckets && days_past_due > sop->buckets[i].to_day)
        i++;
    return &sop->buckets[i];
}

/* Keeps the smaller of `next` and `boundary` where the boundary lies ahead. A boundary past INT32_MAX is none: no
 * account gets that old. */
static int32_t nearer(int32_t next, int64_t boundary, int32_t days_past_due)
{
    return boundary > days_past_due && boundary < next ? (int32_t)boundary : next;
}

int32_t sop_next_boundary(const struct sop *sop, int32_t days_past_due)
{
    int32_t next = INT32_MAX;
    for (size_t i = 1; i < sop->n_buckets; i++)
        next = nearer(next, sop->buckets[i].from_day, days_past_due);
    for (size_t i = 0; i < sop->n_classes; i++) {
        const struct sop_class *class = &sop->classes[i];
        for (size_t j = 0; j < class->n_conditions; j++) {
            const struct sop_condition *condition = &class->conditions[j];
            if (condition->fact != SOP_DAYS_PAST_DUE)
                continue;
            next = nearer(next, condition->min, days_past_due);
            if (condition->max != INT64_MAX)
                next = nearer(next, condition->max + 1, days_past_due);
        }
    }
    return next;
}

const struct sop_strategy *sop_strategy(const struct sop *sop, const char *code)
{
    for (size_t i = 0; i < sop->n_strategies; i++)
        if (strcmp(sop->strategies[i].code, code) == 0)
            return &sop->strategies[i];
    return NULL;
}
