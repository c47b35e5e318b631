#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "fuzz_problems.h"
#include "policy/sop_load.h"
#include "policy/sop_reach.h"

/* A file read as an SOP. Either a policy comes of it that answers every question that a service asks
 * of one, or an error that names the file and, where it is about something in it, the line. */

static void free_reaches(struct sop_reach **reaches)
{
    free(*reaches);
}

static void check_classes(const struct sop *sop)
{
    static const int64_t VALUES[] = {SOP_UNKNOWN_FACT, INT64_MIN + 1, -1, 0, 1, 30, 10000, INT64_MAX};
    int64_t facts[SOP_FACT_COUNT];

    FUZZ_CHECK(sop->n_classes > 0 && sop->classes[sop->n_classes - 1].n_conditions == 0, "no last class");
    for (size_t v = 0; v < G_N_ELEMENTS(VALUES); v++) {
        for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++)
            facts[fact] = VALUES[(v + fact) % G_N_ELEMENTS(VALUES)];
        const struct sop_class *class = sop_classify(sop, facts);
        FUZZ_CHECK(class >= sop->classes && class < sop->classes + sop->n_classes, "no class");
        FUZZ_CHECK(class->priority >= 0 && class->priority <= 1000, "priority %d", class->priority);
        FUZZ_CHECK(class->risk >= SOP_RISK_LOW && class->risk <= SOP_RISK_HIGH, "risk %d", (int)class->risk);
    }
    for (size_t i = 0; i < sop->n_classes; i++) {
        const struct sop_class *class = &sop->classes[i];
        FUZZ_CHECK(class->strategy[0] == '\0' || sop_strategy(sop, class->strategy), "'%s'", class->strategy);
        for (size_t j = 0; j < class->n_conditions; j++)
            FUZZ_CHECK(class->conditions[j].min <= class->conditions[j].max && class->conditions[j].reason[0] != '\0' &&
                           class->conditions[j].fact < SOP_FACT_COUNT,
                       "condition %zu of class %zu", j, i);
    }
}

static void check_strategies(const struct sop *sop)
{
    for (size_t i = 0; i < sop->n_strategies; i++) {
        const struct sop_strategy *strategy = &sop->strategies[i];
        FUZZ_CHECK(sop_strategy(sop, strategy->code) == strategy, "'%s' is there twice", strategy->code);
        for (size_t j = 0; j < strategy->n_steps; j++)
            for (size_t k = 0; k < j; k++)
                FUZZ_CHECK(strcmp(strategy->steps[j].code, strategy->steps[k].code) != 0, "step '%s' is there twice",
                           strategy->steps[j].code);
    }
}

static void check_buckets(const struct sop *sop)
{
    static const int32_t DAYS[] = {INT32_MIN, -1000, -1, 0, 1, 29, 30, 31, 90, 100000, INT32_MAX - 1, INT32_MAX};

    FUZZ_CHECK(sop->n_buckets > 0 && sop->buckets[0].from_day == INT32_MIN, "the first bucket is not open");
    FUZZ_CHECK(sop->buckets[sop->n_buckets - 1].to_day == INT32_MAX, "the last bucket is not open");
    for (size_t i = 0; i < sop->n_buckets; i++) {
        const struct sop_bucket *bucket = &sop->buckets[i];
        FUZZ_CHECK(bucket->from_day <= bucket->to_day, "bucket %zu", i);
        FUZZ_CHECK(i == 0 || bucket->from_day == sop->buckets[i - 1].to_day + 1, "a gap before bucket %zu", i);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(DAYS); i++) {
        const struct sop_bucket *bucket = sop_bucket(sop, DAYS[i]);
        FUZZ_CHECK(DAYS[i] >= bucket->from_day && DAYS[i] <= bucket->to_day, "day %d in '%s'", DAYS[i], bucket->code);
        FUZZ_CHECK(DAYS[i] == INT32_MAX || sop_next_boundary(sop, DAYS[i]) > DAYS[i], "no way on from day %d", DAYS[i]);
        FUZZ_CHECK(bucket->to_day == INT32_MAX || sop_next_boundary(sop, DAYS[i]) <= bucket->to_day + 1,
                   "day %d passes the end of its bucket", DAYS[i]);
    }
}

/* In how many days an escalation holds: never before now, and it does hold then. */
static void check_escalations(const struct sop *sop)
{
    static const int64_t VALUES[] = {SOP_UNKNOWN_FACT, INT64_MIN + 1, INT32_MIN, -1, 0, 1, 30, 10000, INT64_MAX};

    for (size_t i = 0; i < sop->n_escalations; i++)
        for (size_t v = 0; v < G_N_ELEMENTS(VALUES); v++) {
            const struct sop_escalation *escalation = &sop->escalations[i];
            struct sop_escalation_facts facts = {
                .client = escalation->client, .currency = escalation->currency, .class = escalation->class};
            for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++)
                facts.facts[fact] = VALUES[(v + fact) % G_N_ELEMENTS(VALUES)];
            const int32_t days = sop_escalation_in_days(escalation, &facts);
            FUZZ_CHECK(days >= 0, "escalation %zu in %d days", i, days);
            FUZZ_CHECK(escalation->route >= SOP_ROUTE_QUEUE && escalation->route <= SOP_ROUTE_LEGAL, "route %d",
                       (int)escalation->route);
            FUZZ_CHECK(escalation->route == SOP_ROUTE_LEGAL || escalation->target[0] != '\0', "no target");
        }
}

static enum status read_sop(const struct policy_file *file, struct error *err)
{
    SCOPED(sop_freep) struct sop *sop = NULL;
    return sop_from_file(file, &sop, err);
}

/* Whoever is classified so is reached so. */
static void check_reach(const struct sop *sop)
{
    SCOPED(free_reaches) struct sop_reach *reaches = NULL;
    struct error err = {0};
    FUZZ_CHECK(sop_reach_classes(sop, &reaches, &err) == STATUS_OK, "%s", err.text);
    for (int64_t days = -2; days < 100; days += 17) {
        int64_t facts[SOP_FACT_COUNT] = {[SOP_DAYS_SINCE_PAYMENT] = SOP_UNKNOWN_FACT, [SOP_DEBTOR_ACCOUNTS] = 1};
        facts[SOP_DAYS_PAST_DUE] = days;
        facts[SOP_BALANCE_MINOR] = days * 1000;
        const struct sop_reach *reach = &reaches[sop_classify(sop, facts) - sop->classes];
        FUZZ_CHECK(reach->is_reachable, "a class that is not reachable was reached on day %d", (int)days);
        for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++)
            FUZZ_CHECK(facts[fact] >= reach->min[fact] && facts[fact] <= reach->max[fact], "fact %zu", fact);
    }
}

static void check_sop(const uint8_t *bytes, size_t len)
{
    SCOPED(sop_freep) struct sop *sop = NULL;
    char version[POLICY_VERSION_SIZE];
    struct error err = {0};
    const char *path = fuzz_file(0, bytes, len);
    const enum status st = sop_load(path, &sop, &err);

    if (st != STATUS_OK) {
        FUZZ_CHECK(sop == NULL, "an error and a policy");
        fuzz_refusal(st, &err, path, len);
        fuzz_problems(path, len, true, read_sop);
        return;
    }
    fuzz_problems(path, len, false, read_sop);
    check_reach(sop);
    policy_version(bytes, len, version);
    FUZZ_CHECK(strcmp(sop->version, version) == 0, "version %s", sop->version);
    check_classes(sop);
    check_strategies(sop);
    check_buckets(sop);
    check_escalations(sop);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    check_sop(bytes, len);
    return 0;
}
