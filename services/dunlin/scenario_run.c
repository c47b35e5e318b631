#include "scenario_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "scenario_fields.h"

/* The rule whose count scenarios name. */
#define CALL_CAP "REGF-14B2A-7IN7"

/* "-12.50": sign, whole part without leading zeros, decimals without trailing ones. */
struct decimal {
    bool is_one, is_negative;
    const char *whole, *decimals;
    size_t n_whole, n_decimals;
};

static struct decimal read_decimal(const char *text)
{
    struct decimal decimal = {.is_negative = *text == '-'};
    const char *at = text + decimal.is_negative;
    const size_t n = strspn(at, "0123456789");
    decimal.whole = at + MIN(strspn(at, "0"), n);
    decimal.n_whole = n - (size_t)(decimal.whole - at);
    at += n;
    decimal.decimals = at + (*at == '.');
    decimal.n_decimals = *at == '.' ? strspn(at + 1, "0123456789") : 0;
    decimal.is_one = n > 0 && decimal.decimals[decimal.n_decimals] == '\0' && (*at != '.' || decimal.n_decimals > 0);
    while (decimal.n_decimals > 0 && decimal.decimals[decimal.n_decimals - 1] == '0')
        decimal.n_decimals--;
    return decimal;
}

bool scenario_values_agree(const char *a, const char *b)
{
    const struct decimal x = read_decimal(a), y = read_decimal(b);
    if (strcmp(a, b) == 0)
        return true;
    return x.is_one && y.is_one && x.is_negative == y.is_negative && x.n_whole == y.n_whole &&
           x.n_decimals == y.n_decimals && memcmp(x.whole, y.whole, x.n_whole) == 0 &&
           memcmp(x.decimals, y.decimals, x.n_decimals) == 0;
}

void scenario_result_fini(struct scenario_result *result)
{
    g_free(result->failures);
    *result = (struct scenario_result){0};
}

static enum status apply_events(struct scenario *scenario, struct error *err)
{
    for (guint i = 0; i < scenario->events->len; i++) {
        const struct fact_event *event = &g_array_index(scenario->events, struct fact_event, i);
        if (event->at.us > scenario->question.at.us)
            break;
        const enum status st = facts_book_apply(scenario->book, event, err);
        if (st != STATUS_OK)
            return error_wrap(err, st, "%s: facts.history[%u]", scenario->place, i);
    }
    return STATUS_OK;
}

static void fail(GString *failures, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fail(GString *failures, const char *format, ...)
{
    va_list args;
    if (failures->len > 0)
        g_string_append_c(failures, '\n');
    va_start(args, format);
    g_string_append_vprintf(failures, format, args);
    va_end(args);
}

static bool is_warning(const struct rule_hit *hit)
{
    return hit->severity == SEVERITY_WARN;
}

static bool has_warning(const struct rules_verdict *verdict)
{
    for (uint32_t i = 0; i < verdict->n_hits; i++)
        if (is_warning(&verdict->hits[i]))
            return true;
    return false;
}

static void compare_rules(const struct scenario_expected *expected, const struct rules_verdict *verdict,
                          GString *failures)
{
    const struct rule_hit *hit = expected->rule != NULL ? verdict_hit(verdict, expected->rule) : NULL;
    const bool is_refused = expected->has_allowed && !expected->is_allowed;
    if (is_refused && expected->rule != NULL && (hit == NULL || is_warning(hit)))
        fail(failures, "%s does not block", expected->rule);
    for (size_t i = 0; i < expected->n_also; i++)
        if (verdict_hit(verdict, expected->also[i]) == NULL)
            fail(failures, "%s is not reported", expected->also[i]);
    for (size_t i = 0; i < expected->n_warn; i++) {
        const struct rule_hit *warned = verdict_hit(verdict, expected->warn[i]);
        if (warned == NULL || !is_warning(warned))
            fail(failures, "%s does not warn", expected->warn[i]);
    }
    if (expected->has_warning && has_warning(verdict) != expected->is_warned)
        fail(failures, "%s warns", expected->is_warned ? "no rule" : "a rule");
    if (expected->has_overridable && (hit != NULL && hit->is_overridable) != expected->is_overridable)
        fail(failures, "%s is%s overridable", expected->rule != NULL ? expected->rule : "the refusal",
             expected->is_overridable ? " not" : "");
}

static uint32_t call_count(const struct rules_verdict *verdict)
{
    const struct rule_count *count = verdict_count(verdict, CALL_CAP);
    return count != NULL ? count->count : 0;
}

static void compare_verdict(const struct scenario_expected *expected, const struct rules_verdict *verdict,
                            GString *failures)
{
    if (expected->has_allowed && verdict->is_allowed != expected->is_allowed)
        fail(failures, "%s, expected %s", verdict->is_allowed ? "allowed" : "refused",
             expected->is_allowed ? "allowed" : "refused");
    compare_rules(expected, verdict, failures);
    if (expected->has_count && (int64_t)call_count(verdict) != expected->count)
        fail(failures, "%" PRIu32 " calls counted, expected %" PRId64, call_count(verdict), expected->count);
    if (expected->has_safe_harbor && verdict->has_safe_harbor != expected->is_safe_harbor)
        fail(failures, "%s safe harbor, expected %s", verdict->has_safe_harbor ? "a" : "no",
             expected->is_safe_harbor ? "one" : "none");
}

/* What a question to the rules gives where a value is asked for. */
static void value_of_verdict(const struct scenario *scenario, struct scenario_result *result)
{
    char date[DATE_TEXT_SIZE], instant[INSTANT_TEXT_SIZE];
    const char *text = "never";
    char number[16];
    switch (scenario->asks) {
    case SCENARIO_ASKS_VERDICT:
        return;
    case SCENARIO_ASKS_VALUE:
        text = scenario->value;
        break;
    case SCENARIO_ASKS_NEXT_DATE:
        if (result->has_next)
            text = date_format(scenario_date(scenario, result->next), date);
        break;
    case SCENARIO_ASKS_NEXT_TIME:
        if (result->has_next)
            text = instant_format(result->next, instant);
        break;
    case SCENARIO_ASKS_COUNT:
        (void)snprintf(number, sizeof(number), "%" PRIu32, call_count(&result->verdict));
        text = number;
        break;
    case SCENARIO_ASKS_ALLOWED:
        text = result->verdict.is_allowed ? "true" : "false";
        break;
    case SCENARIO_ASKS_SAFE_HARBOR:
        text = result->verdict.has_safe_harbor ? "true" : "false";
        break;
    }
    (void)g_strlcpy(result->value, text, sizeof(result->value));
}

static enum status judge(struct scenario *scenario, const struct rules_book *book, bool with_house,
                         struct scenario_result *result, struct error *err)
{
    SCOPED(rules_selection_freep) struct rules_selection *selection = NULL;
    enum status st = apply_events(scenario, err);
    if (st != STATUS_OK)
        return st;
    st = rules_select_jurisdiction(book, scenario->jurisdiction, with_house, &selection, err);
    if (st != STATUS_OK)
        return error_wrap(err, STATUS_INVALID_ARGUMENT, "%s: jurisdiction", scenario->place);
    const struct facts *facts = facts_book_facts(scenario->book);
    rules_judge(selection, facts, &scenario->question, &result->verdict);
    result->has_next = rules_next_allowed(selection, facts, &scenario->question, &result->next);
    /* The verdict names rules of the book; the selection, which only lists them, may go. */
    return STATUS_OK;
}

enum status scenario_run(struct scenario *scenario, const struct rules_book *book, bool with_house,
                         struct scenario_result *ret_result, struct error *err)
{
    struct scenario_result result = {0};
    g_autoptr(GString) failures = g_string_new(NULL);
    enum status st = STATUS_OK;
    if (scenario->asks != SCENARIO_ASKS_VALUE)
        st = judge(scenario, book, with_house, &result, err);
    if (st != STATUS_OK)
        return st;
    value_of_verdict(scenario, &result);
    if (scenario->asks == SCENARIO_ASKS_VERDICT)
        compare_verdict(&scenario->expected, &result.verdict, failures);
    else if (!scenario_values_agree(result.value, scenario->expected.value))
        fail(failures, "%s, expected %s", result.value, scenario->expected.value);
    result.has_passed = failures->len == 0;
    result.failures = result.has_passed ? NULL : g_strdup(failures->str);
    *ret_result = result;
    return STATUS_OK;
}

/* --- for people --------------------------------------------------------------------------------------------------- */

static void append_value(GString *line, const json_t *value)
{
    if (json_is_string(value)) {
        g_string_append(line, json_string_value(value));
        return;
    }
    char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    g_string_append(line, dumped != NULL ? dumped : "?");
    free(dumped);
}

/* "phone P1 mobile, tz America/New_York": the members of an object but those named, which come first. */
static void append_object(GString *line, const json_t *object, const char *first, const char *second)
{
    const char *name;
    json_t *value;
    const char *const heads[] = {first, second};
    for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
        if (json_object_get(object, heads[i]) != NULL) {
            g_string_append_c(line, ' ');
            append_value(line, json_object_get(object, heads[i]));
        }
    json_object_foreach(json_is_object(object) ? (json_t *)(uintptr_t)object : NULL, name, value)
    {
        if (strcmp(name, first) == 0 || strcmp(name, second) == 0)
            continue;
        g_string_append_printf(line, " %s=", name);
        append_value(line, value);
    }
}

static void describe_entities(GString *text, json_t *facts)
{
    const char *name;
    json_t *value;
    json_object_foreach(facts, name, value)
    {
        if (strcmp(name, "history") == 0)
            continue;
        if (json_is_object(value)) {
            g_string_append_printf(text, "%-10s", name);
            append_object(text, value, "id", "kind");
            g_string_append_c(text, '\n');
        }
        for (size_t i = 0; i < json_array_size(value); i++) {
            g_string_append_printf(text, "%-10s", i == 0 ? name : "");
            append_object(text, json_array_get(value, i), "id", "kind");
            g_string_append_c(text, '\n');
        }
    }
}

char *scenario_describe(const struct scenario *scenario)
{
    json_t *facts = json_object_get(scenario->json, "facts");
    const json_t *history = json_object_get(facts, "history");
    GString *text = g_string_new(NULL);
    describe_entities(text, facts);
    for (size_t i = 0; i < json_array_size(history); i++) {
        g_string_append_printf(text, "%-10s", i == 0 ? "history" : "");
        append_object(text, json_array_get(history, i), "at", "type");
        g_string_append_c(text, '\n');
    }
    g_string_append(text, "asked     ");
    append_object(text, json_object_get(scenario->json, "question"), "action", "at");
    return g_string_free(text, FALSE);
}
