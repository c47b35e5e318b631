#include "policy/sop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy_file.h"

/* From a file's values (libcyaml's structs below) to a struct sop, checking what a schema cannot say. */

#define GRACE_DAYS_MAX        365
#define VERIFICATION_DAYS_MAX 365
#define PRIORITY_MAX          1000
#define STEP_DAY_MAX          3650 /* ten years either way */
#define REPEAT_TIMES_MAX      366

struct condition_values {
    enum sop_fact fact;
    int64_t *at_least, *at_most;
    char *reason;
};

struct class_values {
    char code[SOP_CODE_SIZE];
    char title[128];
    struct condition_values *when;
    unsigned n_when;
    char segment[SOP_CODE_SIZE];
    enum sop_risk risk;
    int32_t priority;
    char *strategy;
};

struct repeat_values {
    int32_t every_days;
    int32_t times;
};

struct step_values {
    char code[SOP_CODE_SIZE];
    enum sop_anchor from;
    int32_t day;
    enum sop_channel channel;
    enum sop_purpose purpose; /* 0: not said */
    char *template, *script;
    struct repeat_values *repeat;
};

struct strategy_values {
    char code[SOP_CODE_SIZE];
    char title[128];
    struct step_values *steps;
    unsigned n_steps;
};

struct bucket_values {
    char code[SOP_CODE_SIZE];
    int32_t *from_day, *to_day;
};

struct sop_values {
    char name[SOP_CODE_SIZE];
    char *title;
    int32_t promise_grace_days;
    int32_t verification_days;
    struct bucket_values *buckets;
    unsigned n_buckets;
    struct class_values *classes;
    unsigned n_classes;
    struct strategy_values *strategies;
    unsigned n_strategies;
};

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
};

/* In the order of the enum. */
static const cyaml_strval_t FACT_NAMES[] = {
    {"days_past_due", SOP_DAYS_PAST_DUE},
    {"balance_minor", SOP_BALANCE_MINOR},
    {"payments", SOP_PAYMENTS},
    {"days_since_payment", SOP_DAYS_SINCE_PAYMENT},
    {"broken_promises", SOP_BROKEN_PROMISES},
    {"open_disputes", SOP_OPEN_DISPUTES},
    {"debtor_accounts", SOP_DEBTOR_ACCOUNTS},
    {"debtor_late_accounts", SOP_DEBTOR_LATE_ACCOUNTS},
};

static const cyaml_strval_t RISK_NAMES[] = {
    {"low", SOP_RISK_LOW},
    {"medium", SOP_RISK_MEDIUM},
    {"high", SOP_RISK_HIGH},
};

static const cyaml_strval_t ANCHOR_NAMES[] = {
    {"placed", SOP_ANCHOR_PLACED},
    {"due", SOP_ANCHOR_DUE},
    {"classified", SOP_ANCHOR_CLASSIFIED},
    {"promise_broken", SOP_ANCHOR_PROMISE_BROKEN},
};

/* In the order of the enum, which begins at 1. */
static const cyaml_strval_t CHANNEL_NAMES[] = {
    {"call", SOP_CHANNEL_CALL},         {"prerecorded", SOP_CHANNEL_PRERECORDED},
    {"ringless", SOP_CHANNEL_RINGLESS}, {"text", SOP_CHANNEL_TEXT},
    {"email", SOP_CHANNEL_EMAIL},       {"letter", SOP_CHANNEL_LETTER},
    {"portal", SOP_CHANNEL_PORTAL},
};

/* In the order of the enum, which begins at 1. */
static const cyaml_strval_t PURPOSE_NAMES[] = {
    {"collection", SOP_PURPOSE_COLLECTION},
    {"callback", SOP_PURPOSE_CALLBACK},
    {"validation_notice", SOP_PURPOSE_VALIDATION_NOTICE},
    {"dispute_response", SOP_PURPOSE_DISPUTE_RESPONSE},
    {"payment_confirmation", SOP_PURPOSE_PAYMENT_CONFIRMATION},
    {"opt_out_confirmation", SOP_PURPOSE_OPT_OUT_CONFIRMATION},
    {"required_by_law", SOP_PURPOSE_REQUIRED_BY_LAW},
    {"terminate_efforts", SOP_PURPOSE_TERMINATE_EFFORTS},
    {"remedy_notice", SOP_PURPOSE_REMEDY_NOTICE},
};

const char *sop_channel_name(enum sop_channel channel)
{
    return CHANNEL_NAMES[channel - 1].str;
}

const char *sop_purpose_name(enum sop_purpose purpose)
{
    return PURPOSE_NAMES[purpose - 1].str;
}

#define STRICT (CYAML_FLAG_DEFAULT | CYAML_FLAG_STRICT)

static const cyaml_schema_field_t CONDITION_FIELDS[] = {
    CYAML_FIELD_ENUM("fact", STRICT, struct condition_values, fact, FACT_NAMES, ARRAY_SIZE(FACT_NAMES)),
    CYAML_FIELD_INT_PTR("at_least", CYAML_FLAG_OPTIONAL, struct condition_values, at_least),
    CYAML_FIELD_INT_PTR("at_most", CYAML_FLAG_OPTIONAL, struct condition_values, at_most),
    CYAML_FIELD_STRING_PTR("reason", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct condition_values, reason, 1,
                           SOP_CODE_SIZE - 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t CONDITION = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct condition_values, CONDITION_FIELDS)};

static const cyaml_schema_field_t CLASS_FIELDS[] = {
    CYAML_FIELD_STRING("code", CYAML_FLAG_DEFAULT, struct class_values, code, 1),
    CYAML_FIELD_STRING("title", CYAML_FLAG_DEFAULT, struct class_values, title, 1),
    CYAML_FIELD_SEQUENCE_COUNT("when", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct class_values, when, n_when,
                               &CONDITION, 0, CYAML_UNLIMITED),
    CYAML_FIELD_STRING("segment", CYAML_FLAG_DEFAULT, struct class_values, segment, 1),
    CYAML_FIELD_ENUM("risk", STRICT, struct class_values, risk, RISK_NAMES, ARRAY_SIZE(RISK_NAMES)),
    CYAML_FIELD_INT("priority", CYAML_FLAG_DEFAULT, struct class_values, priority),
    CYAML_FIELD_STRING_PTR("strategy", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct class_values, strategy, 1,
                           SOP_CODE_SIZE - 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t CLASS = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct class_values, CLASS_FIELDS)};

static const cyaml_schema_field_t REPEAT_FIELDS[] = {
    CYAML_FIELD_INT("every_days", CYAML_FLAG_DEFAULT, struct repeat_values, every_days),
    CYAML_FIELD_INT("times", CYAML_FLAG_DEFAULT, struct repeat_values, times),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t STEP_FIELDS[] = {
    CYAML_FIELD_STRING("code", CYAML_FLAG_DEFAULT, struct step_values, code, 1),
    CYAML_FIELD_ENUM("from", STRICT, struct step_values, from, ANCHOR_NAMES, ARRAY_SIZE(ANCHOR_NAMES)),
    CYAML_FIELD_INT("day", CYAML_FLAG_DEFAULT, struct step_values, day),
    CYAML_FIELD_ENUM("channel", STRICT, struct step_values, channel, CHANNEL_NAMES, ARRAY_SIZE(CHANNEL_NAMES)),
    CYAML_FIELD_ENUM("purpose", STRICT | CYAML_FLAG_OPTIONAL, struct step_values, purpose, PURPOSE_NAMES,
                     ARRAY_SIZE(PURPOSE_NAMES)),
    CYAML_FIELD_STRING_PTR("template", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct step_values, template, 1,
                           SOP_CODE_SIZE - 1),
    CYAML_FIELD_STRING_PTR("script", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct step_values, script, 1,
                           SOP_CODE_SIZE - 1),
    CYAML_FIELD_MAPPING_PTR("repeat", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct step_values, repeat,
                            REPEAT_FIELDS),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t STEP = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct step_values, STEP_FIELDS)};

static const cyaml_schema_field_t STRATEGY_FIELDS[] = {
    CYAML_FIELD_STRING("code", CYAML_FLAG_DEFAULT, struct strategy_values, code, 1),
    CYAML_FIELD_STRING("title", CYAML_FLAG_DEFAULT, struct strategy_values, title, 1),
    CYAML_FIELD_SEQUENCE_COUNT("steps", CYAML_FLAG_POINTER, struct strategy_values, steps, n_steps, &STEP, 1,
                               CYAML_UNLIMITED),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t STRATEGY = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct strategy_values, STRATEGY_FIELDS)};

static const cyaml_schema_field_t BUCKET_FIELDS[] = {
    CYAML_FIELD_STRING("code", CYAML_FLAG_DEFAULT, struct bucket_values, code, 1),
    CYAML_FIELD_INT_PTR("from_day", CYAML_FLAG_OPTIONAL, struct bucket_values, from_day),
    CYAML_FIELD_INT_PTR("to_day", CYAML_FLAG_OPTIONAL, struct bucket_values, to_day),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t BUCKET = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct bucket_values, BUCKET_FIELDS)};

static const cyaml_schema_field_t SOP_FIELDS[] = {
    CYAML_FIELD_STRING("name", CYAML_FLAG_DEFAULT, struct sop_values, name, 1),
    CYAML_FIELD_STRING_PTR("title", CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER, struct sop_values, title, 1, 256),
    CYAML_FIELD_INT("promise_grace_days", CYAML_FLAG_DEFAULT, struct sop_values, promise_grace_days),
    CYAML_FIELD_INT("verification_days", CYAML_FLAG_DEFAULT, struct sop_values, verification_days),
    CYAML_FIELD_SEQUENCE_COUNT("buckets", CYAML_FLAG_POINTER, struct sop_values, buckets, n_buckets, &BUCKET, 1,
                               CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("classes", CYAML_FLAG_POINTER, struct sop_values, classes, n_classes, &CLASS, 1,
                               CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("strategies", CYAML_FLAG_POINTER, struct sop_values, strategies, n_strategies, &STRATEGY,
                               1, CYAML_UNLIMITED),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t SOP = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct sop_values, SOP_FIELDS)};

/* What every step of the making below needs. */
struct maker {
    const struct policy_file *file;
    const struct sop_values *values;
    struct sop *sop;
    struct error *err;
};

static enum status out_of_memory(const struct maker *maker)
{
    return error_set(maker->err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", maker->file->path);
}

static enum status check_range(const struct maker *maker, struct policy_path path, int64_t value, int64_t min,
                               int64_t max)
{
    if (value >= min && value <= max)
        return STATUS_OK;
    return policy_refuse(maker->file, maker->err, path, "%" PRId64 " is not within %" PRId64 " and %" PRId64, value,
                         min, max);
}

static enum status make_bucket(const struct maker *maker, size_t i)
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

static enum status make_buckets(const struct maker *maker)
{
    maker->sop->buckets = calloc(maker->values->n_buckets, sizeof(*maker->sop->buckets));
    if (maker->sop->buckets == NULL)
        return out_of_memory(maker);
    maker->sop->n_buckets = maker->values->n_buckets;
    for (size_t i = 0; i < maker->sop->n_buckets; i++) {
        enum status st = make_bucket(maker, i);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

/* What is sent or played has a template; an agent speaks himself, with a script at most. */
static enum status check_texts(const struct maker *maker, const struct step_values *step, size_t s, size_t i)
{
    const bool is_call = step->channel == SOP_CHANNEL_CALL;
    const struct policy_path template = policy_path("strategies[%zu].steps[%zu].template", s, i);
    const struct policy_path script = policy_path("strategies[%zu].steps[%zu].script", s, i);
    if (is_call && step->template != NULL)
        return policy_refuse(maker->file, maker->err, template, "a call has none: an agent speaks, by a 'script'");
    if (!is_call && step->template == NULL)
        return policy_refuse(maker->file, maker->err, template, "missing: what does channel '%s' say?",
                             sop_channel_name(step->channel));
    if (!is_call && step->script != NULL)
        return policy_refuse(maker->file, maker->err, script, "only a call has one");
    if (step->script != NULL)
        return policy_check_code(maker->file, script, step->script, maker->err);
    return step->template == NULL ? STATUS_OK : policy_check_code(maker->file, template, step->template, maker->err);
}

static enum status check_step(const struct maker *maker, const struct step_values *step, size_t s, size_t i)
{
    enum status st =
        policy_check_code(maker->file, policy_path("strategies[%zu].steps[%zu].code", s, i), step->code, maker->err);
    if (st != STATUS_OK)
        return st;
    st =
        check_range(maker, policy_path("strategies[%zu].steps[%zu].day", s, i), step->day, -STEP_DAY_MAX, STEP_DAY_MAX);
    if (st != STATUS_OK)
        return st;
    if (step->day < 0 && step->from != SOP_ANCHOR_DUE)
        return policy_refuse(
            maker->file, maker->err, policy_path("strategies[%zu].steps[%zu].day", s, i),
            "%" PRId32 " is before a fact that is not known ahead: only steps from 'due' may be negative", step->day);
    st = check_texts(maker, step, s, i);
    if (st != STATUS_OK || step->repeat == NULL)
        return st;
    st = check_range(maker, policy_path("strategies[%zu].steps[%zu].repeat.every_days", s, i), step->repeat->every_days,
                     1, STEP_DAY_MAX);
    if (st != STATUS_OK)
        return st;
    return check_range(maker, policy_path("strategies[%zu].steps[%zu].repeat.times", s, i), step->repeat->times, 1,
                       REPEAT_TIMES_MAX);
}

static size_t step_times(const struct step_values *step)
{
    return step->repeat == NULL ? 1 : (size_t)step->repeat->times;
}

/* Appends a step and its repeats. The codes of repeats get a number: "call-2.2". */
static enum status expand_step(const struct maker *maker, struct sop_strategy *strategy, size_t s, size_t i)
{
    const struct step_values *values = &maker->values->strategies[s].steps[i];
    for (size_t time = 0; time < step_times(values); time++) {
        struct sop_step *step = &strategy->steps[strategy->n_steps];
        step->anchor = values->from;
        step->day = values->day + (values->repeat == NULL ? 0 : (int32_t)time * values->repeat->every_days);
        step->channel = values->channel;
        step->purpose = values->purpose == 0 ? SOP_PURPOSE_COLLECTION : values->purpose;
        (void)snprintf(step->template, sizeof(step->template), "%s", values->template == NULL ? "" : values->template);
        (void)snprintf(step->script, sizeof(step->script), "%s", values->script == NULL ? "" : values->script);
        int len = time == 0 ? snprintf(step->code, sizeof(step->code), "%s", values->code)
                            : snprintf(step->code, sizeof(step->code), "%s.%zu", values->code, time + 1);
        if (len < 0 || (size_t)len >= sizeof(step->code))
            return policy_refuse(maker->file, maker->err, policy_path("strategies[%zu].steps[%zu].code", s, i),
                                 "too long for a repeated step");
        for (size_t j = 0; j < strategy->n_steps; j++)
            if (strcmp(strategy->steps[j].code, step->code) == 0)
                return policy_refuse(maker->file, maker->err, policy_path("strategies[%zu].steps[%zu].code", s, i),
                                     "'%s' is there twice in strategy '%s'", step->code, strategy->code);
        strategy->n_steps++;
    }
    return STATUS_OK;
}

static enum status make_steps(const struct maker *maker, struct sop_strategy *strategy, size_t s)
{
    const struct strategy_values *values = &maker->values->strategies[s];
    size_t n = 0;
    for (size_t i = 0; i < values->n_steps; i++) {
        enum status st = check_step(maker, &values->steps[i], s, i);
        if (st != STATUS_OK)
            return st;
        n += step_times(&values->steps[i]);
    }
    strategy->steps = calloc(n, sizeof(*strategy->steps));
    if (strategy->steps == NULL)
        return out_of_memory(maker);
    for (size_t i = 0; i < values->n_steps; i++) {
        enum status st = expand_step(maker, strategy, s, i);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static enum status make_strategy(const struct maker *maker, size_t s)
{
    const struct strategy_values *values = &maker->values->strategies[s];
    enum status st = policy_check_code(maker->file, policy_path("strategies[%zu].code", s), values->code, maker->err);
    if (st != STATUS_OK)
        return st;
    if (sop_strategy(maker->sop, values->code) != NULL)
        return policy_refuse(maker->file, maker->err, policy_path("strategies[%zu].code", s), "'%s' is there twice",
                             values->code);
    struct sop_strategy *strategy = &maker->sop->strategies[s];
    (void)snprintf(strategy->code, sizeof(strategy->code), "%s", values->code);
    (void)snprintf(strategy->title, sizeof(strategy->title), "%s", values->title);
    maker->sop->n_strategies++;
    return make_steps(maker, strategy, s);
}

static enum status make_strategies(const struct maker *maker)
{
    maker->sop->strategies = calloc(maker->values->n_strategies, sizeof(*maker->sop->strategies));
    if (maker->sop->strategies == NULL)
        return out_of_memory(maker);
    for (size_t s = 0; s < maker->values->n_strategies; s++) {
        enum status st = make_strategy(maker, s);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

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

static enum status make_condition(const struct maker *maker, struct sop_class *class, size_t c, size_t i)
{
    const struct condition_values *values = &maker->values->classes[c].when[i];
    struct sop_condition *condition = &class->conditions[i];
    if (values->at_least == NULL && values->at_most == NULL)
        return policy_refuse(maker->file, maker->err, policy_path("classes[%zu].when[%zu]", c, i),
                             "%s needs at_least, at_most or both", FACT_NAMES[values->fact].str);
    condition->fact = values->fact;
    condition->min = values->at_least == NULL ? INT64_MIN : *values->at_least;
    condition->max = values->at_most == NULL ? INT64_MAX : *values->at_most;
    if (condition->min > condition->max)
        return policy_refuse(maker->file, maker->err, policy_path("classes[%zu].when[%zu].at_most", c, i),
                             "%" PRId64 " is below at_least %" PRId64 ": never true", condition->max, condition->min);
    if (!make_reason(condition, values))
        return policy_refuse(maker->file, maker->err, policy_path("classes[%zu].when[%zu].reason", c, i),
                             "missing: the one made from the bounds is longer than %d characters", SOP_CODE_SIZE - 1);
    return STATUS_OK;
}

static enum status make_conditions(const struct maker *maker, struct sop_class *class, size_t c)
{
    const struct class_values *values = &maker->values->classes[c];
    bool is_last = c + 1 == maker->values->n_classes;
    if (is_last && values->n_when > 0)
        return policy_refuse(maker->file, maker->err, policy_path("classes[%zu].when", c),
                             "the last class has none: every account must be in a class");
    if (!is_last && values->n_when == 0)
        return policy_refuse(maker->file, maker->err, policy_path("classes[%zu].when", c),
                             "missing: the classes after '%s' would never be reached", values->code);
    if (values->n_when == 0)
        return STATUS_OK;
    class->conditions = calloc(values->n_when, sizeof(*class->conditions));
    if (class->conditions == NULL)
        return out_of_memory(maker);
    class->n_conditions = values->n_when;
    for (size_t i = 0; i < values->n_when; i++) {
        enum status st = make_condition(maker, class, c, i);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static enum status refuse_strategy(const struct maker *maker, size_t c, const char *strategy)
{
    char names[256] = "";
    for (size_t s = 0; s < maker->sop->n_strategies; s++) {
        size_t len = strlen(names);
        (void)snprintf(names + len, sizeof(names) - len, "%s%s", len == 0 ? "" : ", ", maker->sop->strategies[s].code);
    }
    return policy_refuse(maker->file, maker->err, policy_path("classes[%zu].strategy", c),
                         "no strategy '%s'; there are: %s", strategy, names);
}

static enum status make_class(const struct maker *maker, size_t c)
{
    const struct class_values *values = &maker->values->classes[c];
    struct sop_class *class = &maker->sop->classes[c];
    enum status st = policy_check_code(maker->file, policy_path("classes[%zu].code", c), values->code, maker->err);
    if (st == STATUS_OK)
        st = policy_check_code(maker->file, policy_path("classes[%zu].segment", c), values->segment, maker->err);
    if (st == STATUS_OK)
        st = check_range(maker, policy_path("classes[%zu].priority", c), values->priority, 0, PRIORITY_MAX);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < c; i++)
        if (strcmp(maker->values->classes[i].code, values->code) == 0)
            return policy_refuse(maker->file, maker->err, policy_path("classes[%zu].code", c), "'%s' is there twice",
                                 values->code);
    if (values->strategy != NULL && sop_strategy(maker->sop, values->strategy) == NULL)
        return refuse_strategy(maker, c, values->strategy);
    (void)snprintf(class->code, sizeof(class->code), "%s", values->code);
    (void)snprintf(class->title, sizeof(class->title), "%s", values->title);
    (void)snprintf(class->segment, sizeof(class->segment), "%s", values->segment);
    (void)snprintf(class->strategy, sizeof(class->strategy), "%s", values->strategy == NULL ? "" : values->strategy);
    class->risk = values->risk;
    class->priority = values->priority;
    return make_conditions(maker, class, c);
}

static enum status make_classes(const struct maker *maker)
{
    maker->sop->classes = calloc(maker->values->n_classes, sizeof(*maker->sop->classes));
    if (maker->sop->classes == NULL)
        return out_of_memory(maker);
    maker->sop->n_classes = maker->values->n_classes;
    for (size_t c = 0; c < maker->sop->n_classes; c++) {
        enum status st = make_class(maker, c);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static enum status make_sop(const struct maker *maker)
{
    const struct sop_values *values = maker->values;
    (void)snprintf(maker->sop->name, sizeof(maker->sop->name), "%s", values->name);
    memcpy(maker->sop->version, maker->file->version, sizeof(maker->sop->version));
    maker->sop->promise_grace_days = values->promise_grace_days;
    maker->sop->verification_days = values->verification_days;
    enum status st = policy_check_code(maker->file, policy_path("name"), values->name, maker->err);
    if (st == STATUS_OK)
        st = check_range(maker, policy_path("promise_grace_days"), values->promise_grace_days, 0, GRACE_DAYS_MAX);
    if (st == STATUS_OK)
        st = check_range(maker, policy_path("verification_days"), values->verification_days, 1, VERIFICATION_DAYS_MAX);
    if (st == STATUS_OK)
        st = make_buckets(maker);
    if (st == STATUS_OK)
        st = make_strategies(maker);
    if (st == STATUS_OK)
        st = make_classes(maker);
    return st;
}

enum status sop_load(const char *path, struct sop **ret_sop, struct error *err)
{
    SCOPED(policy_file_fini) struct policy_file file = {0};
    enum status st = policy_file_read(path, &file, err);
    if (st != STATUS_OK)
        return st;
    void *values = NULL;
    st = policy_file_values(&file, &SOP, &values, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(sop_freep) struct sop *sop = calloc(1, sizeof(*sop));
    const struct maker maker = {.file = &file, .values = values, .sop = sop, .err = err};
    st = sop == NULL ? out_of_memory(&maker) : make_sop(&maker);
    policy_values_free(&SOP, values);
    if (st == STATUS_OK)
        *ret_sop = TAKE(sop);
    return st;
}
