#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <glib.h>

#include "scenario.h"
#include "scenario_run.h"

/* What a scenario is made of here; a row puts other text in the place of a part. */
#define COLLECTOR "\"collector\": {\"id\": \"COL1\", \"type\": \"third_party\", \"covered_by_reg_f\": true}"
#define PHONE                                                                                                          \
    "{\"id\": \"P1\", \"kind\": \"mobile\", \"number\": \"+16145550101\", \"tz\": \"America/New_York\", \"owner\": "   \
    "\"C1\"}"
#define DEBT "{\"id\": \"D1\", \"type\": \"credit_card\", \"balance\": \"120.00\"}"
#define EVENT                                                                                                          \
    "{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"call_out\", \"to\": \"C1\", \"phone\": \"P1\", \"debts\": "        \
    "[\"D1\"], \"outcome\": \"no_answer\"}"
#define QUESTION                                                                                                       \
    "{\"action\": \"contact\", \"channel\": \"call\", \"at\": \"2026-06-10T15:00:00Z\", \"debts\": [\"D1\"], \"to\": " \
    "\"C1\", \"phone\": \"P1\"}"
#define EXPECTED "{\"allowed\": false, \"rule\": \"REGF-14H-MEDIA\"}"

static char *scenario_text(const char *debt, const char *event, const char *question, const char *expected)
{
    return g_strdup_printf("{\"id\": \"S-1\", \"section\": \"S\", \"jurisdiction\": \"US\", \"facts\": {" COLLECTOR
                           ", \"consumer\": {\"id\": \"C1\"}, \"phones\": [" PHONE "], \"debts\": [%s], \"history\": "
                           "[%s]}, \"question\": %s, \"expected\": %s}",
                           debt, event, question, expected);
}

static struct scenario *read_well(const char *debt, const char *event, const char *question, const char *expected)
{
    g_autofree char *text = scenario_text(debt, event, question, expected);
    struct scenario *scenario = NULL;
    struct error err;
    if (scenario_read("s.jsonl", 7, text, strlen(text), false, &scenario, NULL, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return scenario;
}

static void reads_facts_question_and_expectation(void **state)
{
    (void)state;
    SCOPED(scenario_freep) struct scenario *scenario = read_well(DEBT, EVENT, QUESTION, EXPECTED);
    const struct fact_event *event = &g_array_index(scenario->events, struct fact_event, 0);
    assert_string_equal(scenario->place, "s.jsonl:7");
    assert_int_equal(scenario->asks, SCENARIO_ASKS_VERDICT);
    assert_int_equal(scenario->events->len, 1);
    assert_int_equal(event->type, FACT_CONTACT_OUT);
    assert_int_equal(event->medium, MEDIUM_CALL);
    assert_int_equal(event->outcome, OUTCOME_NO_ANSWER);
    assert_int_equal(event->debts, DEBT_BIT(0));
    assert_int_equal(scenario->question.action, ACTION_CONTACT);
    assert_int_equal(scenario->question.debts, DEBT_BIT(0));
    assert_int_equal(scenario->question.address, 0);
    assert_true(scenario->expected.has_allowed && !scenario->expected.is_allowed);
    assert_string_equal(scenario->expected.rule, "REGF-14H-MEDIA");
}

static void refuses_what_it_does_not_know(void **state)
{
    (void)state;
    static const struct {
        const char *debt, *event, *question, *expected;
        const char *says;
    } ROWS[] = {
        {DEBT, "{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"call_ouf\"}", QUESTION, EXPECTED,
         "s.jsonl:7: facts.history[0].type: 'call_ouf' is not known here: did you mean 'call_out'?"},
        {DEBT, "{\"at\": \"2026-06-01T14:00:00Z\"}", QUESTION, EXPECTED, "facts.history[0].type"},
        {DEBT, "{\"type\": \"court_permission\"}", QUESTION, EXPECTED, "facts.history[0].at: is missing"},
        {DEBT, "{\"at\": \"yesterday\", \"type\": \"court_permission\"}", QUESTION, EXPECTED,
         "facts.history[0].at: not an RFC 3339 time: 'yesterday'"},
        {DEBT, "{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"call_out\", \"outcom\": \"busy\"}", QUESTION, EXPECTED,
         "facts.history[0].outcom: there is no such field"},
        {DEBT, "{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"call_out\", \"outcome\": \"bussy\"}", QUESTION, EXPECTED,
         "facts.history[0].outcome: 'bussy' is not known here: did you mean 'busy'?"},
        {DEBT, "{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"call_out\", \"phone\": \"P9\"}", QUESTION, EXPECTED,
         "facts.history[0].phone: there is no address or number 'P9'"},
        {DEBT, "{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"call_out\", \"to\": \"X9\"}", QUESTION, EXPECTED,
         "facts.history[0].to: there is no person 'X9'"},
        {DEBT, "{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"cease_received\", \"written\": \"yes\"}", QUESTION,
         EXPECTED, "facts.history[0].written: true or false is expected"},
        {DEBT, EVENT ", {\"at\": \"2026-05-01T14:00:00Z\", \"type\": \"court_permission\"}", QUESTION, EXPECTED,
         "facts.history[1].at: the event before it is later"},
        {DEBT, "{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"inconvenient_time\", \"days\": [\"monday\"]}", QUESTION,
         EXPECTED, "facts.history[0].days: 'monday' is not known here"},
        {DEBT, "{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"inconvenient_time\", \"local_from\": \"25:00\"}",
         QUESTION, EXPECTED, "facts.history[0].local_from: '25:00' is no time of day"},
        {DEBT, "{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"consent\", \"scope\": \"everything\"}", QUESTION,
         EXPECTED, "facts.history[0].scope: 'everything' is not known here"},
        {DEBT, "\"call\"", QUESTION, EXPECTED, "facts.history[0]: an object {...} is expected"},
        {"{\"id\": \"D1\", \"balance\": 120}", EVENT, QUESTION, EXPECTED,
         "facts.debts[0].balance: an amount is expected, as text"},
        {"{\"id\": \"D1\", \"balance\": \"1.234\"}", EVENT, QUESTION, EXPECTED, "facts.debts[0].balance: amount"},
        {"{\"id\": \"D1\", \"type\": \"creditcard\"}", EVENT, QUESTION, EXPECTED,
         "facts.debts[0].type: 'creditcard' is not known here: did you mean 'credit_card'?"},
        {"{\"id\": \"D1\"}, {\"id\": \"D1\"}", EVENT, QUESTION, EXPECTED, "facts.debts[1]"},
        {"{\"id\": \"D1\", \"charged_off\": 1}", EVENT, QUESTION, EXPECTED,
         "facts.debts[0].charged_off: true or false is expected"},
        {"{\"id\": \"D1\", \"sol_expired_on\": \"2026-02-30\"}", EVENT, QUESTION, EXPECTED,
         "facts.debts[0].sol_expired_on: no such day: 2026-02-30"},
        {DEBT, EVENT, "{\"action\": \"dance\"}", EXPECTED, "question.action: 'dance' is not known here"},
        {DEBT, EVENT,
         "{\"action\": \"preauthorized_debit\", \"at\": \"2026-06-10T15:00:00Z\", \"debt\": \"D1\", "
         "\"amount\": \"10.00\", \"copy_not_sent_to_consumer\": true}",
         EXPECTED, "question.copy_not_sent_to_consumer: there is no such field"},
        {DEBT, EVENT, "{\"action\": \"contact\", \"at\": \"2026-06-10T15:00:00Z\"}", EXPECTED,
         "question.channel: is missing"},
        {DEBT, EVENT, "{\"action\": \"contact\", \"channel\": \"call\"}", EXPECTED, "question.at: is missing"},
        {DEBT, EVENT, "{\"action\": \"collect\", \"at\": \"2026-06-10T15:00:00Z\", \"debt\": \"D7\"}", EXPECTED,
         "question.debt: there is no debt 'D7'"},
        {DEBT, EVENT, "{\"action\": \"compute\", \"what\": \"the_weather\"}", "{\"value\": \"fine\"}",
         "question.what: 'the_weather' cannot be computed"},
        {DEBT, EVENT, "{\"action\": \"compute\", \"what\": \"obsolescence_date\"}", "{\"value\": \"2027-07-13\"}",
         "question: nothing to count from: dofd"},
        {DEBT, EVENT, QUESTION, "{\"rule\": \"REGF-14H-MEDIA\"}", "expected.allowed: is missing"},
        {DEBT, EVENT, QUESTION, "{\"allowed\": false}", "expected.rule: is missing"},
        {DEBT, EVENT, QUESTION, "{\"allowed\": \"no\", \"rule\": \"X\"}", "expected.allowed: true or false"},
        {DEBT, EVENT, QUESTION, "{\"allowed\": true, \"count\": \"many\"}", "expected.count: a whole number"},
        {DEBT, EVENT, QUESTION, "{\"allowed\": true, \"warns\": []}", "expected.warns: there is no such field"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        g_autofree char *text = scenario_text(ROWS[i].debt, ROWS[i].event, ROWS[i].question, ROWS[i].expected);
        struct scenario *scenario = NULL;
        struct error err = {0};
        if (scenario_read("s.jsonl", 7, text, strlen(text), false, &scenario, NULL, &err) != STATUS_INVALID_ARGUMENT)
            fail_msg("row %zu was read; expected '%s'", i, ROWS[i].says);
        if (!g_str_has_prefix(err.text, "s.jsonl:7: ") || strstr(err.text, ROWS[i].says) == NULL)
            fail_msg("row %zu: '%s', expected '%s'", i, err.text, ROWS[i].says);
        assert_null(scenario);
    }
}

static void refuses_what_is_no_scenario(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } ROWS[] = {
        {"", "not JSON"},
        {"[]", "a scenario is an object"},
        {"{\"id\": \"a\", \"id\": \"b\"}", "not JSON"},
        {"{\"id\": 3}", "id: a text is expected"},
        {"{\"id\": \"a\"}", "jurisdiction: is missing"},
        {"{\"id\": \"a\", \"jurisdiction\": \"US\"}", "facts: is missing"},
        {"{\"id\": \"a\", \"jurisdiction\": \"US\", \"facts\": {}}", "question: is missing"},
        {"{\"id\": \"a\", \"jurisdiction\": \"US\", \"facts\": {\"history\": {}}}", "facts.history: a list"},
        {"{\"id\": \"a\", \"jurisdiction\": \"US\", \"facts\": {\"phones\": 1}}", "facts.phones: a list"},
        {"{\"id\": \"a\", \"jurisdiction\": \"US\", \"facts\": {\"phones\": [{\"kind\": \"mobile\"}]}}",
         "facts.phones[0].id: is missing"},
        {"{\"id\": \"a\", \"jurisdiction\": \"US\", \"facts\": {\"phones\": [{\"id\": \"P\", \"tz\": "
         "\"Mars/Olympus\"}]}}",
         "facts.phones[0].tz"},
        {"{\"id\": \"a\", \"jurisdiction\": \"US\", \"shoe\": 42}", "shoe: there is no such field"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        struct scenario *scenario = NULL;
        struct error err = {0};
        assert_int_equal(scenario_read("s.jsonl", 1, ROWS[i].text, strlen(ROWS[i].text), false, &scenario, NULL, &err),
                         STATUS_INVALID_ARGUMENT);
        if (strstr(err.text, ROWS[i].says) == NULL)
            fail_msg("'%s', expected '%s'", err.text, ROWS[i].says);
    }
}

static void passes_over_unknown_fields_only_where_asked(void **state)
{
    (void)state;
    g_autofree char *text = scenario_text(DEBT, EVENT,
                                          "{\"action\": \"contact\", \"channel\": \"call\", \"at\": "
                                          "\"2026-06-10T15:00:00Z\", \"debts\": [\"D1\"], \"mood\": \"good\"}",
                                          EXPECTED);
    g_autofree char *ignored = NULL;
    SCOPED(scenario_freep) struct scenario *scenario = NULL;
    struct error err;
    assert_int_equal(scenario_read("s", 1, text, strlen(text), false, &scenario, NULL, &err), STATUS_INVALID_ARGUMENT);
    assert_int_equal(scenario_read("s", 1, text, strlen(text), true, &scenario, &ignored, &err), STATUS_OK);
    assert_string_equal(ignored, "question.mood");
}

static void computes_what_the_question_names(void **state)
{
    (void)state;
    static const struct {
        const char *event, *question, *value;
    } ROWS[] = {
        {EVENT, "{\"action\": \"compute\", \"what\": \"obsolescence_date\", \"dofd\": \"2020-01-15\"}", "2027-07-13"},
        {"{\"at\": \"2026-05-05T02:00:00Z\", \"type\": \"tcpa_revocation\", \"phone\": \"P1\"}",
         "{\"action\": \"compute\", \"what\": \"tcpa_revocation_deadline\", \"phone\": \"P1\"}",
         "2026-05-18"}, /* May 4 in New York */
        {"{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"validation_notice_sent\", \"debts\": [\"D1\"]}, {\"at\": "
         "\"2026-06-10T14:00:00Z\", \"type\": \"undeliverable_notice\", \"debts\": [\"D1\"]}, {\"at\": "
         "\"2026-06-12T14:00:00Z\", \"type\": \"validation_notice_sent\", \"debts\": [\"D1\"]}",
         "{\"action\": \"compute\", \"what\": \"validation_period_end\", \"debt\": \"D1\"}", "2026-07-22"},
        {"{\"at\": \"2026-06-01T14:00:00Z\", \"type\": \"letter_out\", \"debts\": [\"D1\"]}, {\"at\": "
         "\"2026-06-10T14:00:00Z\", \"type\": \"undeliverable_notice\", \"debts\": [\"D1\"]}, {\"at\": "
         "\"2026-06-12T14:00:00Z\", \"type\": \"letter_out\", \"debts\": [\"D1\"]}",
         "{\"action\": \"compute\", \"what\": \"earliest_furnishing_date\", \"debt\": \"D1\"}", "2026-06-26"},
        {EVENT, "{\"action\": \"compute\", \"what\": \"retain_records_until\", \"debt\": \"D1\"}", "2029-06-01"},
        {EVENT,
         "{\"action\": \"compute\", \"what\": \"uk_rate\", \"interest_starts\": \"2024-07-01\", \"base_rate_31_dec\": "
         "\"5.25\", \"base_rate_30_jun\": \"5.00\"}",
         "13.00"},
        {EVENT, "{\"action\": \"compute\", \"what\": \"eu_term_allowed\", \"contract_kind\": \"b2b\"}", "60"},
        {EVENT,
         "{\"action\": \"compute\", \"what\": \"eu_term_allowed\", \"contract_kind\": \"b2b\", \"term_days\": 90}",
         "false"},
        {EVENT, "{\"action\": \"compute\", \"what\": \"metro2_position\", \"field\": \"dofd\"}", "190-197"},
        {EVENT,
         "{\"action\": \"classify\", \"what\": \"limited_content_message\", \"medium\": \"text\", \"recipient\": "
         "\"consumer\", \"text\": \"This is Ann Weaver calling from Harbor Light Inc. Please contact me at "
         "1-800-555-0100.\"}",
         "false"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++) {
        SCOPED(scenario_freep)
        struct scenario *scenario =
            read_well(DEBT, ROWS[i].event, ROWS[i].question, "{\"allowed\": null, \"value\": \"x\"}");
        if (strcmp(scenario->value, ROWS[i].value) != 0)
            fail_msg("%s: '%s', expected '%s'", ROWS[i].question, scenario->value, ROWS[i].value);
    }
}

static void compares_values_as_numbers_where_they_are(void **state)
{
    (void)state;
    assert_true(scenario_values_agree("12.5", "12.50"));
    assert_true(scenario_values_agree("12", "12.00"));
    assert_true(scenario_values_agree("007", "7"));
    assert_true(scenario_values_agree("DA", "DA"));
    assert_true(scenario_values_agree("0", "0.0"));
    assert_false(scenario_values_agree("12.5", "12.05"));
    assert_false(scenario_values_agree("12.5", "-12.5"));
    assert_false(scenario_values_agree("2026-06-01", "2026-06-10"));
    assert_false(scenario_values_agree("12.", "12"));
    assert_false(scenario_values_agree("", "0"));
    assert_false(scenario_values_agree("true", "false"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_facts_question_and_expectation),
        cmocka_unit_test(refuses_what_it_does_not_know),
        cmocka_unit_test(refuses_what_is_no_scenario),
        cmocka_unit_test(passes_over_unknown_fields_only_where_asked),
        cmocka_unit_test(computes_what_the_question_names),
        cmocka_unit_test(compares_values_as_numbers_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
