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
