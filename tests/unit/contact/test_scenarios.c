#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "permit_model.h"
#include "person.h"

/* Compliance scenarios, one JSON object a line, against the federal rule pack: the sections whose vocabulary the permit
 * model knows (hours, attempts, conversations, attribution to debts); cases of other sections, and those with consents,
 * student loans or a known location, are passed over. The file stands beside the repository, in the folder that
 * DUNLIN_SHARED_DIR names (default ../shared); the test is skipped where it is absent. */
#define SCENARIOS "data/compliance/scenarios-open.jsonl"

static const char *const SECTIONS[] = {"R6B1-TIME", "R14B-7IN7", "R14B-CONVO", "R14B-DEBT"};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static bool array_has(const json_t *array, const char *text)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *item = json_string_value(json_array_get(array, i));
        if (item != NULL && strcmp(item, text) == 0)
            return true;
    }
    return false;
}

static bool any_has(const json_t *array, const char *key, const char *value)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (strcmp(text_of(json_array_get(array, i), key), value) == 0)
            return true;
    return false;
}

static bool is_covered(const json_t *scenario)
{
    const json_t *facts = json_object_get(scenario, "facts");
    const json_t *history = json_object_get(facts, "history");
    bool is_of_section = false;
    for (size_t i = 0; i < ARRAY_SIZE(SECTIONS); i++)
        is_of_section = is_of_section || strcmp(text_of(scenario, "section"), SECTIONS[i]) == 0;
    return is_of_section && strcmp(text_of(scenario, "jurisdiction"), "US") == 0 &&
           strcmp(text_of(scenario, "kind"), "decision") == 0 &&
           strcmp(text_of(json_object_get(scenario, "question"), "channel"), "call") == 0 &&
           json_object_get(facts, "known_location") == NULL && !any_has(history, "type", "consent") &&
           !any_has(json_object_get(facts, "debts"), "type", "student_loan");
}

/* One scenario as state: an account a debt, all of one debtor. */
struct scene {
    struct contact_book *book;
    const json_t *scenario;
};

static struct account *debt_account(const struct scene *scene, const char *debt)
{
    return test_account(scene->book, debt);
}

static void set_numbers_and_addresses(const struct scene *scene, struct account *account)
{
    const json_t *facts = json_object_get(scene->scenario, "facts");
    const json_t *phones = json_object_get(facts, "phones");
    const json_t *addresses = json_object_get(facts, "addresses");
    for (size_t i = 0; i < json_array_size(phones); i++)
        if (strcmp(text_of(json_array_get(phones, i), "owner"), "C1") == 0)
            (void)test_phone(scene->book, account, text_of(json_array_get(phones, i), "id"),
                             text_of(json_array_get(phones, i), "tz"));
    for (size_t i = 0; i < json_array_size(addresses); i++)
        (void)test_point(scene->book, account, text_of(json_array_get(addresses, i), "id"), CONTACT_POINT_ADDRESS,
                         text_of(json_array_get(addresses, i), "tz"));
}

static void play_call(const struct scene *scene, const json_t *event, bool is_outbound)
{
    const json_t *debts = json_object_get(event, "debts");
    const json_t *discussed = json_object_get(event, "discussed");
    const char *outcome = text_of(event, "outcome");
    const struct id phone_id = test_id(text_of(event, "phone"));
    const bool connects = strcmp(outcome, "busy") != 0 && strcmp(outcome, "not_in_service") != 0;
    for (size_t i = 0; i < json_array_size(debts); i++) {
        const char *debt = json_string_value(json_array_get(debts, i));
        const struct attempt attempt = {
            .contact_point_id = phone_id,
            .occurred_at_us = at(text_of(event, "at")).us,
            .counts = is_outbound && connects,
            .is_conversation = strcmp(outcome, "conversation") == 0 && array_has(discussed, debt),
        };
        account_add_attempt(debt_account(scene, debt), &attempt);
    }
}

static void play(const struct scene *scene, struct account *account)
{
    const json_t *history = json_object_get(json_object_get(scene->scenario, "facts"), "history");
    for (size_t i = 0; i < json_array_size(history); i++) {
        const json_t *event = json_array_get(history, i);
        const char *type = text_of(event, "type");
        if (strcmp(type, "call_out") == 0 || strcmp(type, "call_in") == 0)
            play_call(scene, event, strcmp(type, "call_out") == 0);
        if (strcmp(type, "wrong_number_learned") == 0) {
            const struct id id = test_id(text_of(event, "phone"));
            debtor_find_point(account->debtor, &id)->is_wrong = true;
            debtor_update_zones(account->debtor);
        }
    }
}

static bool has_rule(const struct permit_hits *hits, const char *rule)
{
    for (size_t i = 0; i < hits->n; i++)
        if (strcmp(hits->hits[i].rule, rule) == 0)
            return true;
    return false;
}

/* A call about several debts is allowed where it is for each of them. */
static void judge(const struct scene *scene, const struct rulebook *rules, GArray *storage)
{
    const json_t *question = json_object_get(scene->scenario, "question");
    const json_t *expected = json_object_get(scene->scenario, "expected");
    const json_t *debts = json_object_get(question, "debts");
    const struct id phone_id = test_id(text_of(question, "phone"));
    const char *name = text_of(scene->scenario, "id");
    bool is_allowed = true;
    bool is_rule_named = false;
    for (size_t i = 0; i < json_array_size(debts); i++) {
        const struct account *account = debt_account(scene, json_string_value(json_array_get(debts, i)));
        struct permit_facts facts;
        struct permit_hits hits;
        permit_gather(rules, account, debtor_find_point(account->debtor, &phone_id), false, at(text_of(question, "at")),
                      storage, &facts);
        permit_evaluate(rules, &facts, &hits);
        is_allowed = is_allowed && hits.n == 0;
        is_rule_named = is_rule_named || has_rule(&hits, text_of(expected, "rule"));
        const json_t *count = json_object_get(expected, "count");
        if (count != NULL && json_integer_value(count) != (json_int_t)permit_attempts_in_window(rules, &facts) + 1)
            fail_msg("%s: this is call %u, expected %d", name, permit_attempts_in_window(rules, &facts) + 1,
                     (int)json_integer_value(count));
    }
    if (is_allowed != json_is_true(json_object_get(expected, "allowed")))
        fail_msg("%s: %s, expected otherwise: %s", name, is_allowed ? "allowed" : "refused",
                 text_of(scene->scenario, "why"));
    if (!is_allowed && !is_rule_named)
        fail_msg("%s: refused, but not by %s", name, text_of(expected, "rule"));
}

static void run(const json_t *scenario, const struct rulebook *rules)
{
    const struct scene scene = {.book = contact_book_new(), .scenario = scenario};
    GArray *storage = g_array_new(FALSE, FALSE, sizeof(int64_t));
    struct account *first = debt_account(
        &scene, json_string_value(json_array_get(json_object_get(json_object_get(scenario, "question"), "debts"), 0)));
    set_numbers_and_addresses(&scene, first);
    play(&scene, first);
    judge(&scene, rules, storage);
    g_array_unref(storage);
    contact_book_free(scene.book);
}

static void decides_compliance_scenarios_as_expected(void **state)
{
    (void)state;
    const char *shared = getenv("DUNLIN_SHARED_DIR");
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", shared == NULL ? "../shared" : shared, SCENARIOS);
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    size_t n = 0;
    if (file == NULL) {
        print_message("no %s: DUNLIN_SHARED_DIR names the folder that has data/\n", path);
        skip();
    }
    struct rulebook *rules = test_rules();
    while (getline(&line, &size, file) > 0) {
        json_t *scenario = json_loads(line, 0, NULL);
        assert_non_null(scenario);
        if (is_covered(scenario)) {
            run(scenario, rules);
            n++;
        }
        json_decref(scenario);
    }
    free(line);
    (void)fclose(file);
    rulebook_free(rules);
    print_message("%zu scenarios\n", n);
    assert_true(n >= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_compliance_scenarios_as_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
