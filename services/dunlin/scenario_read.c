#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "scenario_fields.h"

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    json_decref(scenario->json);
    facts_book_free(scenario->book);
    g_array_unref(scenario->events);
    g_free(scenario);
}

void scenario_freep(struct scenario **scenario)
{
    scenario_free(*scenario);
}

/* One text or a list of them, such as rule ids. */
static size_t read_names(struct fields *fields, const char *field, const char *names[static SCENARIO_RULES_MAX])
{
    const json_t *value = field_any(fields, field);
    const size_t n = json_is_array(value) ? json_array_size(value) : value != NULL;
    if (n > SCENARIO_RULES_MAX) {
        fields_refuse(fields, field, "more than %d", SCENARIO_RULES_MAX);
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        names[i] = json_string_value(json_is_array(value) ? json_array_get(value, i) : value);
        if (names[i] == NULL)
            fields_refuse(fields, field, "ids of rules are expected");
    }
    return fields->reader->status == STATUS_OK ? n : 0;
}

static bool read_maybe(struct fields *fields, const char *field, bool *ret_value)
{
    if (!field_is_there(fields, field))
        return false;
    *ret_value = field_bool(fields, field, false);
    return true;
}

/* A value is a text, a truth or a whole number. */
static void read_value(struct fields *fields, char value[static SCENARIO_VALUE_SIZE])
{
    const json_t *found = field_any(fields, "value");
    if (json_is_string(found))
        (void)g_strlcpy(value, json_string_value(found), SCENARIO_VALUE_SIZE);
    else if (json_is_boolean(found))
        (void)g_strlcpy(value, json_is_true(found) ? "true" : "false", SCENARIO_VALUE_SIZE);
    else if (json_is_integer(found))
        (void)snprintf(value, SCENARIO_VALUE_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(found));
    else if (found != NULL)
        fields_refuse(fields, "value", "a text, a whole number, true or false is expected");
}

static void read_expected(struct scenario_reader *reader, json_t *object)
{
    struct scenario_expected *expected = &reader->scenario->expected;
    struct fields fields = fields_open(reader, object, "expected");
    if (object == NULL)
        fields_refuse(&fields, NULL, "is missing");
    expected->has_allowed = read_maybe(&fields, "allowed", &expected->is_allowed);
    expected->rule = field_text(&fields, "rule");
    expected->n_also = read_names(&fields, "also", expected->also);
    expected->has_count = field_is_there(&fields, "count");
    expected->count = field_integer(&fields, "count", 0);
    expected->has_safe_harbor = read_maybe(&fields, "safe_harbor", &expected->is_safe_harbor);
    expected->has_overridable = read_maybe(&fields, "overridable", &expected->is_overridable) ||
                                read_maybe(&fields, "override", &expected->is_overridable);
    if (json_is_boolean(json_object_get(fields.rest, "warn")))
        expected->has_warning = read_maybe(&fields, "warn", &expected->is_warned);
    expected->n_warn = read_names(&fields, "warn", expected->warn);
    read_value(&fields, expected->value);
    fields_close(&fields);
    const bool is_judged = reader->scenario->asks == SCENARIO_ASKS_VERDICT;
    if (is_judged && !expected->has_allowed)
        fields_refuse(&fields, "allowed", "is missing");
    if (!is_judged && expected->value[0] == '\0')
        fields_refuse(&fields, "value", "is missing");
    if (is_judged && !expected->is_allowed && expected->rule == NULL)
        fields_refuse(&fields, "rule", "is missing: a refusal names the rule that it expects");
}

static void read_facts(struct scenario_reader *reader, json_t *object)
{
    struct fields fields = fields_open(reader, object, "facts");
    if (object == NULL)
        fields_refuse(&fields, NULL, "is missing");
    const json_t *history = json_object_get(fields.rest, "history");
    if (history != NULL && !json_is_array(history))
        fields_refuse(&fields, "history", "a list [...] is expected");
    scenario_read_entities(reader, &fields);
    scenario_read_history(reader, field_any(&fields, "history"));
    fields_close(&fields);
}

static void read_top(struct scenario_reader *reader)
{
    static const char *const FOR_PEOPLE[] = {"source", "source_kind", "confidence", "tags", "kind", NULL};
    struct scenario *scenario = reader->scenario;
    struct fields fields = fields_open(reader, scenario->json, "%s", "");
    scenario->id = field_text(&fields, "id");
    scenario->section = field_text(&fields, "section");
    scenario->jurisdiction = field_text(&fields, "jurisdiction");
    scenario->why = field_text(&fields, "why");
    if (scenario->id == NULL)
        fields_refuse(&fields, "id", "is missing");
    if (scenario->jurisdiction == NULL)
        fields_refuse(&fields, "jurisdiction", "is missing");
    json_t *facts = field_any(&fields, "facts");
    json_t *question = field_any(&fields, "question");
    json_t *expected = field_any(&fields, "expected");
    fields_skip(&fields, FOR_PEOPLE);
    fields_close(&fields);
    read_facts(reader, facts);
    if (question == NULL)
        fields_refuse(&fields, "question", "is missing");
    if (reader->status == STATUS_OK)
        scenario_read_question(reader, question);
    if (reader->status == STATUS_OK)
        read_expected(reader, expected);
}

static enum status load_json(struct scenario *scenario, const char *text, size_t len, struct error *err)
{
    json_error_t error;
    scenario->json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (scenario->json == NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: not JSON: column %d: %.*s", scenario->place, error.column,
                         (int)strcspn(error.text, "'"), error.text); /* what follows quotes the file */
    if (!json_is_object(scenario->json))
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: a scenario is an object {...}", scenario->place);
    return STATUS_OK;
}

enum status scenario_read(const char *path, size_t line, const char *text, size_t len, bool is_lenient,
                          struct scenario **ret_scenario, char **ret_ignored, struct error *err)
{
    SCOPED(scenario_freep) struct scenario *scenario = g_new0(struct scenario, 1);
    struct scenario_reader reader = {.scenario = scenario, .is_lenient = is_lenient, .err = err};
    (void)snprintf(scenario->place, sizeof(scenario->place), "%.200s:%zu", path, line);
    scenario->book = facts_book_new();
    scenario->events = g_array_new(FALSE, TRUE, sizeof(struct fact_event));
    const enum status st = load_json(scenario, text, len, err);
    if (st != STATUS_OK)
        return st;
    g_autoptr(GString) ignored = g_string_new(NULL);
    reader.ignored = ignored;
    read_top(&reader);
    if (reader.status != STATUS_OK)
        return reader.status;
    if (ret_ignored != NULL)
        *ret_ignored = ignored->len > 0 ? g_strdup(ignored->str) : NULL;
    *ret_scenario = TAKE(scenario);
    return STATUS_OK;
}
