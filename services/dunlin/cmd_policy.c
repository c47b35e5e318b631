#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "commands.h"
#include "fleet.h"
#include "scenario_run.h"
#include "table.h"
#include "verdict_json.h"

#define LINE_MAX_BYTES (4 * 1024 * 1024)

/* Passed and failed of one section, in the order in which sections come. */
struct section {
    char *name;
    size_t n_passed, n_failed;
};

struct test_run {
    struct cli *cli;
    struct rules_book *book;
    bool with_house, is_lenient;
    bool says_verdicts; /* and compares nothing */
    GArray *sections;   /* struct section */
    json_t *failures;   /* one object each */
    json_t *unreadable; /* texts */
    size_t n_passed;
};

static void clear_section(gpointer section)
{
    g_free(((struct section *)section)->name);
}

static struct section *find_section(struct test_run *run, const char *name)
{
    for (guint i = 0; i < run->sections->len; i++)
        if (strcmp(g_array_index(run->sections, struct section, i).name, name) == 0)
            return &g_array_index(run->sections, struct section, i);
    const struct section section = {.name = g_strdup(name)};
    g_array_append_val(run->sections, section);
    return &g_array_index(run->sections, struct section, run->sections->len - 1);
}

static json_t *reported_json(const struct scenario *scenario, const struct scenario_result *result)
{
    char next[INSTANT_TEXT_SIZE];
    if (scenario->asks != SCENARIO_ASKS_VERDICT)
        return json_pack("{s:s}", "value", result->value);
    return json_pack("{s:b, s:o, s:o, s:b, s:o}", "allowed", result->verdict.is_allowed, "hits",
                     verdict_hits_json(&result->verdict), "counts", verdict_counts_json(&result->verdict),
                     "safe_harbor", result->verdict.has_safe_harbor, "next_allowed_at",
                     result->has_next ? json_string(instant_format(result->next, next)) : json_null());
}

static void append_reported(GString *text, const json_t *reported)
{
    size_t i;
    json_t *each;
    const char *value = json_string_value(json_object_get(reported, "value"));
    if (value != NULL) {
        g_string_append_printf(text, "  reported   %s\n", value);
        return;
    }
    const char *next = json_string_value(json_object_get(reported, "next_allowed_at"));
    g_string_append_printf(text, "  reported   %s%s%s%s\n",
                           json_is_true(json_object_get(reported, "allowed")) ? "allowed" : "refused",
                           json_is_true(json_object_get(reported, "safe_harbor")) ? ", safe harbor" : "",
                           next != NULL ? ", allowed from " : "", next != NULL ? next : "");
    json_array_foreach(json_object_get(reported, "hits"), i, each) g_string_append_printf(
        text, "    %-22s %-14s %s: %s\n", json_string_value(json_object_get(each, "rule")),
        json_string_value(json_object_get(each, "severity")), json_string_value(json_object_get(each, "citation")),
        json_string_value(json_object_get(each, "detail")));
    json_array_foreach(json_object_get(reported, "counts"), i, each) g_string_append_printf(
        text, "    %-22s %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT "\n",
        json_string_value(json_object_get(each, "rule")), json_integer_value(json_object_get(each, "count")),
        json_integer_value(json_object_get(each, "limit")));
}

static void append_indented(GString *text, const char *head, const char *lines)
{
    g_auto(GStrv) each = g_strsplit(lines, "\n", -1);
    for (size_t i = 0; each[i] != NULL; i++)
        g_string_append_printf(text, "  %-10s %s\n", i == 0 ? head : "", each[i]);
}

static void show_failure(struct test_run *run, const struct scenario *scenario, const struct scenario_result *result,
                         const json_t *reported)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *facts = scenario_describe(scenario);
    char *expected = json_dumps(json_object_get(scenario->json, "expected"), JSON_COMPACT);
    g_string_append_printf(text, "%s (%s, %s) %s\n", scenario->id, scenario->section != NULL ? scenario->section : "-",
                           scenario->jurisdiction, scenario->place);
    append_indented(text, "wrong", result->failures);
    append_indented(text, "expected", expected != NULL ? expected : "?");
    append_reported(text, reported);
    if (scenario->why != NULL)
        append_indented(text, "why", scenario->why);
    append_indented(text, "facts", facts);
    free(expected);
    cli_say(run->cli, "%sFAILED%s %s", cli_colour(run->cli, CLI_RED), cli_colour(run->cli, CLI_PLAIN),
            cli_plain(text->str));
}

static void take_result(struct test_run *run, const struct scenario *scenario, const struct scenario_result *result)
{
    struct section *section = find_section(run, scenario->section != NULL ? scenario->section : "-");
    if (result->has_passed) {
        section->n_passed++;
        run->n_passed++;
        return;
    }
    section->n_failed++;
    json_t *reported = reported_json(scenario, result);
    show_failure(run, scenario, result, reported);
    json_t *failure =
        json_pack("{s:s, s:s, s:s, s:s, s:O, s:O, s:O, s:o}", "id", scenario->id, "section", section->name, "place",
                  scenario->place, "wrong", result->failures, "facts", json_object_get(scenario->json, "facts"),
                  "question", json_object_get(scenario->json, "question"), "expected",
                  json_object_get(scenario->json, "expected"), "reported", reported);
    (void)json_array_append_new(run->failures, failure);
}

/* At once: somebody may be waiting at the other end of a pipe. */
static void say_verdict(struct test_run *run, const struct scenario *scenario, const struct scenario_result *result)
{
    json_t *said = json_pack("{s:s, s:o}", "id", scenario->id, "reported", reported_json(scenario, result));
    char *line = json_dumps(said, JSON_COMPACT);
    cli_say(run->cli, "%s", line != NULL ? line : "{}");
    (void)fflush(stdout);
    free(line);
    json_decref(said);
}

static void take_unreadable(struct test_run *run, const struct error *err)
{
    json_t *text = json_string(err->text);
    (void)json_array_append_new(run->unreadable, text != NULL ? text : json_string("not UTF-8"));
    cli_note(run->cli, "%s", err->text);
}

static void run_line(struct test_run *run, const char *path, size_t number, const char *line, size_t len)
{
    SCOPED(scenario_freep) struct scenario *scenario = NULL;
    g_autofree char *ignored = NULL;
    struct scenario_result result;
    struct error err;
    enum status st = scenario_read(path, number, line, len, run->is_lenient, &scenario, &ignored, &err);
    if (st == STATUS_OK && ignored != NULL)
        cli_note(run->cli, "%s: passed over: %s", scenario->place, ignored);
    if (st == STATUS_OK)
        st = scenario_run(scenario, run->book, run->with_house, &result, &err);
    if (st != STATUS_OK) {
        take_unreadable(run, &err);
        return;
    }
    if (run->says_verdicts)
        say_verdict(run, scenario, &result);
    else
        take_result(run, scenario, &result);
    scenario_result_fini(&result);
}

static void close_file(FILE **file)
{
    if (*file != NULL)
        (void)fclose(*file);
}

static void free_line(char **line)
{
    free(*line);
}

static enum status run_file(struct test_run *run, const char *path, struct error *err)
{
    SCOPED(close_file) FILE *file = strcmp(path, "-") == 0 ? fdopen(dup(STDIN_FILENO), "r") : fopen(path, "re");
    SCOPED(free_line) char *line = NULL;
    size_t size = 0, number = 0;
    ssize_t len;
    if (file == NULL)
        return error_set(err, STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
    errno = 0;
    while ((len = getline(&line, &size, file)) >= 0) {
        number++;
        if (len > LINE_MAX_BYTES)
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s:%zu: a line of more than %d bytes", path, number,
                             LINE_MAX_BYTES);
        if (strspn(line, " \t\r\n") < (size_t)len)
            run_line(run, path, number, line, (size_t)len);
    }
    if (ferror(file))
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: %s", path, strerror(errno));
    return number > 0 ? STATUS_OK : error_set(err, STATUS_INVALID_ARGUMENT, "%s: the file is empty", path);
}

static json_t *sections_json(const struct test_run *run)
{
    json_t *sections = json_array();
    for (guint i = 0; i < run->sections->len; i++) {
        const struct section *section = &g_array_index(run->sections, struct section, i);
        (void)json_array_append_new(sections,
                                    json_pack("{s:s, s:I, s:I}", "section", section->name, "passed",
                                              (json_int_t)section->n_passed, "failed", (json_int_t)section->n_failed));
    }
    return sections;
}

static void report(struct test_run *run)
{
    static const struct column COLUMNS[] = {{"section", "section", COLUMN_TEXT},
                                            {"passed", "passed", COLUMN_NUMBER},
                                            {"failed", "failed", COLUMN_NUMBER},
                                            {0}};
    const size_t n_failed = json_array_size(run->failures);
    const size_t n_unreadable = json_array_size(run->unreadable);
    const bool is_well = n_failed == 0 && n_unreadable == 0;
    json_t *sections = sections_json(run);
    if (!cli_emit_new(run->cli, json_pack("{s:s, s:I, s:I, s:O, s:O, s:O}", "version", run->book->version, "passed",
                                          (json_int_t)run->n_passed, "failed", (json_int_t)n_failed, "sections",
                                          sections, "failures", run->failures, "unreadable", run->unreadable))) {
        table_print(run->cli, sections, COLUMNS);
        cli_say(run->cli, "%s%zu passed, %zu failed%s%s, rules %s", cli_colour(run->cli, is_well ? CLI_GREEN : CLI_RED),
                run->n_passed, n_failed, n_unreadable > 0 ? ", some not readable" : "", cli_colour(run->cli, CLI_PLAIN),
                run->book->version);
    }
    json_decref(sections);
    cli_set_exit(run->cli, n_unreadable > 0 ? CLI_EXIT_USAGE : n_failed > 0 ? CLI_EXIT_FAILED : CLI_EXIT_OK);
}

/* Where packs lie: what is named, or deploy/rules beside this program's sources. */
static enum status open_rules(struct cli *cli, struct rules_book **ret_book, struct error *err)
{
    g_autofree char *path = NULL;
    enum status st = fleet_policy(cli_text(cli, "rules"), "rules", &path, err);
    if (st != STATUS_OK)
        return st;
    st = rules_book_load(path, ret_book, err);
    if (st != STATUS_OK)
        cli_set_exit(cli, CLI_EXIT_USAGE);
    return st;
}

static enum status run_test(struct cli *cli, struct error *err)
{
    SCOPED(rules_book_freep) struct rules_book *book = NULL;
    enum status st = open_rules(cli, &book, err);
    if (st != STATUS_OK)
        return st;
    struct test_run run = {.cli = cli,
                           .book = book,
                           .with_house = cli_flag(cli, "house"),
                           .is_lenient = cli_flag(cli, "lenient"),
                           .says_verdicts = cli_flag(cli, "verdicts"),
                           .sections = g_array_new(FALSE, FALSE, sizeof(struct section)),
                           .failures = json_array(),
                           .unreadable = json_array()};
    g_array_set_clear_func(run.sections, clear_section);
    for (size_t i = 0; i < cli_operand_count(cli) && st == STATUS_OK; i++)
        st = run_file(&run, cli_operand(cli, i), err);
    if (st != STATUS_OK || (run.says_verdicts && json_array_size(run.unreadable) > 0))
        cli_set_exit(cli, CLI_EXIT_USAGE);
    else if (!run.says_verdicts)
        report(&run);
    g_array_unref(run.sections);
    json_decref(run.failures);
    json_decref(run.unreadable);
    return st;
}

static const struct config_option TEST_OPTIONS[] = {
    {"rules", CONFIG_TEXT, "", NULL, 0, 0, "Folder of rule packs. Empty: deploy/rules."},
    {"house", CONFIG_BOOL, "false", NULL, 0, 0, "Judge by the agency's own rules (house.yaml) as well."},
    {"verdicts", CONFIG_BOOL, "false", NULL, 0, 0,
     "Print the verdict of each scenario as a line of JSON, as soon as it is read, and compare it with nothing."},
    {"lenient", CONFIG_BOOL, "false", NULL, 0, 0,
     "Pass over fields that the vocabulary does not have, and say so, instead of refusing the scenario."},
    {0},
};

const struct command COMMAND_POLICY_TEST = {
    .name = "policy test",
    .summary = "run compliance scenarios through the rules",
    .usage = "SCENARIOS.jsonl [...] [--rules DIR] [--house] [--verdicts] [--lenient]",
    .details =
        "Each line of a file is a scenario: what is known of a consumer and what happened, what somebody would do "
        "now,\n"
        "and what the rules are expected to say. All of them are judged by the code that grants permits; nothing "
        "needs\n"
        "to run. Every one that comes out otherwise is shown with its facts, what was expected and what was reported:\n"
        "each rule that blocks or warns with its citation, how far each cap is used up, when it would be allowed.\n"
        "services/dunlin/SCENARIOS.md has the vocabulary and an example to begin with.\n\n"
        "The rules of the scenario's jurisdiction are asked: US is federal law alone, US-MA federal and state law, EU "
        "and\n"
        "UK theirs. The agency's own rules are left out unless --house is given.\n\n"
        "Exit code 0: all as expected; 1: some are not; 2: a file, a line of one or a rule pack cannot be read.\n\n"
        "  dunlin policy test scenarios.jsonl\n"
        "  somebody-asks | dunlin policy test - --verdicts | somebody-listens\n"
        "  dunlin policy test ours/*.jsonl --rules ours/rules --json | jq '.failures[] | .id, .wrong'\n",
    .options = TEST_OPTIONS,
    .operands_min = 1,
    .operands_max = 1000,
    .run = run_test,
};
