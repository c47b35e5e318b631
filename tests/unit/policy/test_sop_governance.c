#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/sop_load.h"

/* Exits, authority, escalations, targets, owner and review: what an SOP says beside classes and steps. */

#define HEAD                                                                                                           \
    "name: small\npromise_grace_days: 2\nverification_days: 30\n"                                                      \
    "buckets:\n  - { code: current, to_day: 0 }\n  - { code: late, from_day: 1 }\n"                                    \
    "classes:\n  - { code: rest, title: Rest, segment: r, risk: high, priority: 9, strategy: soft }\n"
#define STRATEGIES                                                                                                     \
    "strategies:\n"                                                                                                    \
    "  - code: soft\n    title: Soft\n    steps: [ { code: c, from: placed, day: 1, channel: call } ]\n"               \
    "  - code: hard\n    title: Hard\n    steps: [ { code: c, from: placed, day: 1, channel: call } ]\n"
/* line 9 to 15; what a row adds begins on line 16 */
#define BASE HEAD STRATEGIES

struct fixture {
    char path[64];
    struct sop *sop;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    (void)snprintf(fixture->path, sizeof(fixture->path), "/tmp/sop-XXXXXX");
    int fd = mkstemp(fixture->path);
    if (fd >= 0)
        (void)close(fd);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    sop_free(fixture->sop);
    (void)unlink(fixture->path);
    free(fixture);
    return 0;
}

static void write_text(const struct fixture *fixture, const char *text)
{
    FILE *file = fopen(fixture->path, "we");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void load_text(struct fixture *fixture, const char *text)
{
    struct error err = {0};
    write_text(fixture, text);
    sop_freep(&fixture->sop);
    fixture->sop = NULL;
    if (sop_load(fixture->path, &fixture->sop, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

static void exposes_what_the_file_says(void **state)
{
    struct fixture *fixture = *state;
    load_text(
        fixture,
        "title: A title\nowner: Somebody\nreview_by: 2027-06-30\ndebts: medical\nrule_packs: [us-federal, house]\n"
        "languages: [en, es-MX]\n" BASE
        "exits: [ { on: paid, to: close }, { on: steps_done, days: 5, to: strategy, strategy: hard } ]\n"
        "authority:\n"
        "  - { role: collector, minimum_payment_minor: 2500, longest_plan_months: 6, largest_discount_percent: 0,\n"
        "      approval_by: manager }\n"
        "  - { role: manager, minimum_payment_minor: 500, longest_plan_months: 24, largest_discount_percent: 40 }\n"
        "escalations:\n"
        "  - { code: big, title: Big, on: condition, when: [ { fact: balance_minor, at_least: 5 } ], to: manager,\n"
        "      within_hours: 48, action: legal_review }\n"
        "targets: [ { kpi: recovery_rate, at_least: 18 }, { kpi: days_to_pay_median, at_most: 30 } ]\n");
    const struct sop *sop = fixture->sop;
    struct date day;
    assert_true(date_from_ymd(2027, 6, 30, &day));
    assert_string_equal(sop->title, "A title");
    assert_string_equal(sop->owner, "Somebody");
    assert_int_equal(sop->review_by.days, day.days);
    assert_int_equal(sop->debts, SOP_DEBTS_MEDICAL);
    assert_int_equal(sop->n_rule_packs, 2);
    assert_string_equal(sop->rule_packs[1], "house");
    assert_string_equal(sop->languages[1], "es-MX");
    assert_int_equal(sop->n_authorities, 2);
    assert_int_equal(sop->authorities[0].approval_by, SOP_ROLE_MANAGER);
    assert_int_equal(sop->authorities[1].largest_discount_percent, 40);
    assert_int_equal(sop->authorities[1].approval_by, 0);
    assert_int_equal(sop->n_escalations, 1);
    assert_int_equal(sop->escalations[0].action, SOP_ACTION_LEGAL_REVIEW);
    assert_int_equal(sop->escalations[0].within_hours, 48);
    assert_int_equal(sop->escalations[0].conditions[0].fact, SOP_BALANCE_MINOR);
    assert_int_equal(sop->n_targets, 2);
    assert_int_equal(sop->targets[0].min, 18);
    assert_true(sop->targets[0].max == INT64_MAX && !sop->targets[0].is_in_days);
    assert_true(sop->targets[1].is_in_days);
}

/* Broken once to see it fail: the role's queue left empty, a hand-over without an agency taken as a queue's. */
static void escalations_go_where_the_file_says(void **state)
{
    static const struct {
        const char *text, *target;
        enum sop_route route;
    } rows[] = {
        {"action: review", "manager", SOP_ROUTE_QUEUE},
        {"action: review, queue: tracing", "tracing", SOP_ROUTE_QUEUE},
        {"action: review, person: user-anna", "user-anna", SOP_ROUTE_PERSON},
        {"action: hand_over, agency: northern", "northern", SOP_ROUTE_AGENCY},
        {"action: hand_over", "", SOP_ROUTE_LEGAL},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char text[2048];
        (void)snprintf(
            text, sizeof(text),
            "%sescalations:\n  - { code: a, title: A, on: complaint, to: manager, within_hours: 1, client: \"acme "
            "& co\", currency: USD, class: rest, again_after_days: 30, priority: 9, %s }\n",
            BASE, rows[i].text);
        load_text(fixture, text);
        const struct sop_escalation *escalation = &fixture->sop->escalations[0];
        assert_string_equal(escalation->target, rows[i].target);
        assert_int_equal(escalation->route, rows[i].route);
        assert_string_equal(escalation->client, "acme & co");
        assert_string_equal(escalation->class, "rest");
        assert_int_equal(escalation->again_after_days, 30);
        assert_int_equal(escalation->priority, 9);
    }
}

/* Broken once to see it fail: named severities added to the defaults of others, holds_contact kept from the default. */
static void complaints_have_clocks_that_a_file_may_change(void **state)
{
    struct fixture *fixture = *state;
    load_text(fixture, BASE);
    const struct sop_complaint *critical = &fixture->sop->complaints[SOP_SEVERITY_CRITICAL];
    assert_int_equal(critical->acknowledge_within_hours, 8);
    assert_int_equal(critical->resolve_within_days, 5);
    assert_true(critical->holds_contact);
    assert_false(fixture->sop->complaints[SOP_SEVERITY_HIGH].holds_contact);
    load_text(fixture, BASE "complaints:\n"
                            "  - { severity: critical, acknowledge_within_hours: 4, resolve_within_days: 3 }\n"
                            "  - { severity: low, acknowledge_within_hours: 24, resolve_within_days: 9, "
                            "holds_contact: true }\n");
    critical = &fixture->sop->complaints[SOP_SEVERITY_CRITICAL];
    assert_int_equal(critical->acknowledge_within_hours, 4);
    assert_false(critical->holds_contact);
    assert_true(fixture->sop->complaints[SOP_SEVERITY_LOW].holds_contact);
    assert_int_equal(fixture->sop->complaints[SOP_SEVERITY_LOW].resolve_within_days, 9);
    assert_int_equal(fixture->sop->complaints[SOP_SEVERITY_MEDIUM].resolve_within_days, 15);
    assert_string_equal(sop_severity_name(SOP_SEVERITY_MEDIUM), "medium");
}

/* Broken once to see it fail: grace of plans not taken from promises, minor units read as percent. */
static void promises_and_plans_are_judged_as_the_file_says(void **state)
{
    struct fixture *fixture = *state;
    load_text(fixture, BASE);
    const struct sop_plans *plans = &fixture->sop->plans;
    assert_int_equal(plans->grace_days, 2); /* as promises */
    assert_int_equal(plans->breaks_in_a_row, 1);
    assert_int_equal(plans->breaks_in_total, 0);
    assert_int_equal(plans->tolerance.value, 0);
    assert_int_equal(fixture->sop->promise_tolerance.value, 0);
    load_text(fixture,
              BASE "promise_tolerance: { minor: 500 }\n"
                   "plans: { grace_days: 7, tolerance: { percent: 3 }, breaks_in_a_row: 0, breaks_in_total: 4, "
                   "settlement_percent: 20 }\n");
    plans = &fixture->sop->plans;
    assert_int_equal(plans->grace_days, 7);
    assert_true(plans->tolerance.is_percent && plans->tolerance.value == 3);
    assert_int_equal(plans->breaks_in_a_row, 0);
    assert_int_equal(plans->breaks_in_total, 4);
    assert_int_equal(plans->settlement_percent, 20);
    assert_true(!fixture->sop->promise_tolerance.is_percent && fixture->sop->promise_tolerance.value == 500);
}

static void a_strategys_own_exit_goes_before_the_common_one(void **state)
{
    struct fixture *fixture = *state;
    load_text(fixture, HEAD "strategies:\n"
                            "  - code: soft\n    title: Soft\n"
                            "    steps: [ { code: c, from: placed, day: 1, channel: call } ]\n"
                            "    exits: [ { on: paid, to: review }, { on: days_in_strategy, days: 9, to: return } ]\n"
                            "  - code: hard\n    title: Hard\n"
                            "    steps: [ { code: c, from: placed, day: 1, channel: call } ]\n"
                            "exits: [ { on: recalled, to: close }, { on: paid, to: close } ]\n");
    const struct sop_strategy *soft = sop_strategy(fixture->sop, "soft");
    const struct sop_strategy *hard = sop_strategy(fixture->sop, "hard");
    assert_int_equal(soft->n_exits, 3);
    assert_true(soft->exits[0].on == SOP_EXIT_PAID && soft->exits[0].to == SOP_TO_REVIEW && !soft->exits[0].is_common);
    assert_true(soft->exits[1].on == SOP_EXIT_DAYS_IN_STRATEGY && soft->exits[1].days == 9);
    assert_true(soft->exits[2].on == SOP_EXIT_RECALLED && soft->exits[2].is_common);
    assert_int_equal(hard->n_exits, 2);
    assert_true(hard->exits[1].on == SOP_EXIT_PAID && hard->exits[1].to == SOP_TO_CLOSE);
}

#define AUTHORITY(role, payment, months, discount, by)                                                                 \
    "  - { role: " role ", minimum_payment_minor: " payment ", longest_plan_months: " months                           \
    ", largest_discount_percent: " discount by " }\n"
#define ESCALATION(code, rest)                                                                                         \
    "  - { code: " code ", title: E, within_hours: 1, action: call, to: manager, " rest " }\n"

static void refuses_bad_files_naming_line_and_field(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *text;
        const char *where; /* after the path */
        const char *why;
    } rows[] = {
        {BASE "complaints:\n  - { severity: grave, acknowledge_within_hours: 1, resolve_within_days: 1 }\n",
         ":17: complaints[0].severity: ", "grave"},
        {BASE "complaints:\n  - { severity: low, acknowledge_within_hours: 0, resolve_within_days: 1 }\n",
         ":17: complaints[0].acknowledge_within_hours: ", "0 is not within"},
        {BASE "complaints:\n  - { severity: low, acknowledge_within_hours: 1, resolve_within_days: 366 }\n",
         ":17: complaints[0].resolve_within_days: ", "366 is not within"},
        {BASE "complaints:\n  - { severity: low, acknowledge_within_hours: 1, resolve_within_days: 1 }\n"
              "  - { severity: low, acknowledge_within_hours: 1, resolve_within_days: 1 }\n",
         ":18: complaints[1].severity: ", "twice"},
        {BASE "exits: [ { on: paid, days: 3, to: close } ]\n", ":16: exits[0].days: ", "leaves at once"},
        {BASE "exits: [ { on: days_in_strategy, to: close } ]\n", ":16: exits[0].days: ", "after how many"},
        {BASE "exits: [ { on: days_in_strategy, days: 0, to: close } ]\n", ":16: exits[0].days: ", "0 is not within"},
        {BASE "exits: [ { on: paid, to: strategy } ]\n", ":16: exits[0].strategy: ", "to which one"},
        {BASE "exits: [ { on: paid, to: close, strategy: soft } ]\n", ":16: exits[0].strategy: ", "only where"},
        {BASE "exits: [ { on: paid, to: strategy, strategy: sift } ]\n",
         ":16: exits[0].strategy: ", "there are: soft, hard; is 'soft' meant?"},
        {BASE "exits: [ { on: paid, to: close }, { on: paid, to: hold } ]\n",
         ":16: exits[1].on: ", "'paid' is there twice"},
        {BASE "exits: [ { on: payed, to: close } ]\n", ":16: exits[0].on: ", "is 'paid' meant?"},
        {BASE "exits: [ { on: paid, to: moon } ]\n", ":16: exits[0].to: ", "there are: strategy, class, hold"},
        {BASE "    exits: [ { on: paid, to: strategy, strategy: no } ]\n",
         ":16: strategies[1].exits[0].strategy: ", "no strategy 'no'"},
        {"review_by: 2027-02-30\n" BASE, ":1: review_by: ", "2027-02-30"},
        {"review_by: soon\n" BASE, ":1: review_by: ", "soon"},
        {"debts: b2b\n" BASE, ":1: debts: ", "there are: consumer, medical, commercial"},
        {"rule_packs: [us, us]\n" BASE, ":1: rule_packs[1]: ", "twice"},
        {"rule_packs: []\n" BASE, ":1: rule_packs: ", "has 0 entries"},
        {"languages: [\"e n\"]\n" BASE, ":1: languages[0]: ", "no code"},
        {BASE "authority:\n" AUTHORITY("clerk", "1", "1", "1", ""), ":17: authority[0].role: ", "'clerk' is not known"},
        {BASE "authority:\n" AUTHORITY("client", "1", "1", "1", ""), ":17: authority[0].role: ", "no limit here"},
        {BASE "authority:\n" AUTHORITY("manager", "1", "1", "1", "") AUTHORITY("manager", "1", "1", "1", ""),
         ":18: authority[1].role: ", "twice"},
        {BASE "authority:\n" AUTHORITY("manager", "-1", "1", "1", ""),
         ":17: authority[0].minimum_payment_minor: ", "-1"},
        {BASE "authority:\n" AUTHORITY("manager", "1", "121", "1", ""),
         ":17: authority[0].longest_plan_months: ", "121"},
        {BASE "authority:\n" AUTHORITY("manager", "1", "1", "101", ""),
         ":17: authority[0].largest_discount_percent: ", "101"},
        {BASE "authority:\n" AUTHORITY("manager", "1", "1", "1", ", approval_by: supervisor"),
         ":17: authority[0].approval_by: ", "'supervisor' has no authority"},
        {BASE "authority:\n" AUTHORITY("manager", "1", "1", "1", ", approval_by: manager"),
         ":17: authority[0].approval_by: ", "go round"},
        {BASE "authority:\n" AUTHORITY("manager", "1", "1", "1", ", approval_by: supervisor")
             AUTHORITY("supervisor", "1", "1", "1", ", approval_by: manager"),
         ":17: authority[0].approval_by: ", "go round"},
        {BASE "authority:\n" AUTHORITY("manager", "1", "1", "9", ", approval_by: supervisor")
             AUTHORITY("supervisor", "1", "1", "1", ""),
         ":17: authority[0].approval_by: ", "'supervisor' may agree to less than 'manager'"},
        {BASE "escalations:\n" ESCALATION("a", "on: condition"), ":17: escalations[0].when: ", "on which condition"},
        {BASE "escalations:\n" ESCALATION("a", "on: complaint") ESCALATION("a", "on: complaint"),
         ":18: escalations[1].code: ", "twice"},
        {BASE "escalations:\n" ESCALATION("a", "on: complaint, when: [ { fact: payments } ]"),
         ":17: escalations[0].when[0]: ", "payments needs"},
        {BASE "escalations:\n" ESCALATION("a", "on: complain"), ":17: escalations[0].on: ", "is 'complaint' meant?"},
        {BASE "escalations:\n" ESCALATION("a", "on: complaint, when: [ { fact: debtor_accounts, at_least: 2 } ]"),
         ":17: escalations[0].when[0].fact: ", "asked by classes alone"},
        {BASE "escalations:\n" ESCALATION("a", "on: complaint, class: lost"),
         ":17: escalations[0].class: ", "no class"},
        {BASE "escalations:\n" ESCALATION("a", "on: complaint, currency: usd"),
         ":17: escalations[0].currency: ", "USD"},
        {BASE "escalations:\n" ESCALATION("a", "on: complaint, queue: x, person: user-y"),
         ":17: escalations[0].to: ", "one of them"},
        {BASE "escalations:\n" ESCALATION("a", "on: complaint, agency: x"),
         ":17: escalations[0].agency: ", "hand_over"},
        {BASE "escalations:\n" ESCALATION("a", "on: complaint, queue: two words"),
         ":17: escalations[0].queue: ", "two words"},
        {BASE "escalations:\n" ESCALATION("a", "on: complaint, again_after_days: -1"),
         ":17: escalations[0].again_after_days: ", "-1"},
        {BASE "escalations:\n" ESCALATION("a", "on: complaint, priority: 1001"),
         ":17: escalations[0].priority: ", "1001"},
        {"name: small\npromise_grace_days: 2\nverification_days: 30\nbuckets:\n  - { code: all }\n"
         "classes:\n  - { code: x, title: X, segment: s, risk: low, priority: 1,\n"
         "      when: [ { fact: dispute_days, at_least: 1 } ] }\n"
         "  - { code: y, title: Y, segment: s, risk: low, priority: 1 }\n" STRATEGIES,
         ":8: classes[0].when[0].fact: ", "asked by escalations alone"},
        {BASE "promise_tolerance: { minor: 1, percent: 1 }\n", ":16: promise_tolerance: ", "not both"},
        {BASE "promise_tolerance: { percent: 101 }\n", ":16: promise_tolerance.percent: ", "101"},
        {BASE "plans: { tolerance: {} }\n", ":16: plans.tolerance: ", "minor or percent"},
        {BASE "plans: { grace_days: -1 }\n", ":16: plans.grace_days: ", "-1"},
        {BASE "plans: { settlement_percent: 100 }\n", ":16: plans.settlement_percent: ", "100"},
        {BASE "targets: [ { kpi: recovery, at_least: 3 } ]\n", ":16: targets[0].kpi: ", "no KPI 'recovery'"},
        {BASE "targets: [ { kpi: recovery_rte, at_least: 3 } ]\n", ":16: targets[0].kpi: ", "'recovery_rate' meant?"},
        {BASE "targets: [ { kpi: recovery_rate } ]\n", ":16: targets[0]: ", "needs at_least"},
        {BASE "targets: [ { kpi: recovery_rate, at_least: 101 } ]\n", ":16: targets[0].at_least: ", "101"},
        {BASE "targets: [ { kpi: recovery_rate, at_least: 9, at_most: 8 } ]\n", ":16: targets[0].at_most: ", "never"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct error err = {0};
        struct sop *sop = NULL;
        write_text(fixture, rows[i].text);
        enum status st = sop_load(fixture->path, &sop, &err);
        sop_free(sop);
        size_t path_len = strlen(fixture->path);
        bool is_named = strncmp(err.text, fixture->path, path_len) == 0 &&
                        strncmp(err.text + path_len, rows[i].where, strlen(rows[i].where)) == 0;
        if (st != STATUS_INVALID_ARGUMENT || !is_named || strstr(err.text, rows[i].why) == NULL)
            fail_msg("row %zu: %s '%s', expected %s ... %s", i, status_name(st), err.text, rows[i].where, rows[i].why);
    }
}

/* --- every problem of a file ---------------------------------------------------------------------------------------
 */

struct heard {
    char text[2048];
};

static void hear(void *context, const char *path, size_t line, const char *field, const char *text)
{
    struct heard *heard = context;
    size_t len = strlen(heard->text);
    (void)path;
    (void)text;
    (void)snprintf(heard->text + len, sizeof(heard->text) - len, "%zu %s\n", line, field);
}

static void read_all(const struct fixture *fixture, const char *text, struct heard *heard)
{
    SCOPED(policy_file_fini) struct policy_file file = {0};
    struct policy_problems problems = {.found = hear, .context = heard};
    struct sop *sop = NULL;
    struct error err = {0};
    write_text(fixture, text);
    *heard = (struct heard){0};
    assert_int_equal(policy_file_read(fixture->path, &file, &err), STATUS_OK);
    file.problems = &problems;
    assert_int_equal(sop_from_file(&file, &sop, &err), STATUS_INVALID_ARGUMENT);
    assert_null(sop);
}

static void tells_every_problem_of_a_file(void **state)
{
    struct fixture *fixture = *state;
    struct heard heard;
    read_all(fixture, "colour: red\ndebts: b2b\n" BASE "targets: [ { kpi: recovery_rate, at_least: much } ]\n", &heard);
    assert_string_equal(heard.text, "1 colour\n2 debts\n18 targets[0].at_least\n");
    read_all(fixture,
             "name: small\npromise_grace_days: -2\nverification_days: 0\n"
             "buckets:\n  - { code: current, to_day: 0 }\n  - { code: late, from_day: 3 }\n"
             "classes:\n  - { code: rest, title: Rest, segment: r, risk: high, priority: 9999, strategy: firm }\n"
             "strategies:\n"
             "  - code: soft\n    title: Soft\n"
             "    steps:\n"
             "      - { code: a, from: placed, day: -1, channel: call }\n"
             "      - { code: b, from: placed, day: 1, channel: letter }\n"
             "      - { code: c, from: placed, day: 1, channel: call, repeat: { every_days: 1, times: 9999 } }\n"
             "      - { code: a, from: placed, day: 1, channel: call }\n"
             "exits: [ { on: paid, days: 1, to: close }, { on: paid, to: strategy, strategy: x } ]\n"
             "targets: [ { kpi: nothing, at_least: 1 }, { kpi: recovery_rate } ]\n",
             &heard);
    assert_string_equal(heard.text, "2 promise_grace_days\n3 verification_days\n6 buckets[1].from_day\n"
                                    "13 strategies[0].steps[0].day\n14 strategies[0].steps[1].template\n"
                                    "15 strategies[0].steps[2].repeat.times\n16 strategies[0].steps[3].code\n"
                                    "17 exits[0].days\n17 exits[1].on\n17 exits[1].strategy\n8 classes[0].priority\n"
                                    "18 targets[0].kpi\n18 targets[1]\n");
}

static void its_targets_are_figures_that_reporting_has(void **state)
{
    char ours[64 * 1024] = "", theirs[64 * 1024] = "";
    (void)state;
    FILE *file = fopen("common/policy/sop_governance.c", "re");
    assert_non_null(file);
    assert_true(fread(ours, 1, sizeof(ours) - 1, file) > 0);
    (void)fclose(file);
    file = fopen("services/reporting/reporting_kpi.c", "re");
    assert_non_null(file);
    assert_true(fread(theirs, 1, sizeof(theirs) - 1, file) > 0);
    (void)fclose(file);
    char *at = strstr(ours, "} KPIS[] = {");
    char *end = strstr(at, "};");
    size_t n = 0;
    *end = '\0';
    for (at = strchr(at, '"'); at != NULL; at = strchr(strchr(at + 1, '"') + 1, '"')) {
        char row[96];
        (void)snprintf(row, sizeof(row), "{%.*s\"", (int)strcspn(at + 1, "\"") + 1, at);
        if (strstr(theirs, row) == NULL)
            fail_msg("reporting has no %s", row);
        n++;
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(exposes_what_the_file_says, setup, teardown),
        cmocka_unit_test_setup_teardown(escalations_go_where_the_file_says, setup, teardown),
        cmocka_unit_test_setup_teardown(complaints_have_clocks_that_a_file_may_change, setup, teardown),
        cmocka_unit_test_setup_teardown(promises_and_plans_are_judged_as_the_file_says, setup, teardown),
        cmocka_unit_test_setup_teardown(a_strategys_own_exit_goes_before_the_common_one, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_bad_files_naming_line_and_field, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_every_problem_of_a_file, setup, teardown),
        cmocka_unit_test(its_targets_are_figures_that_reporting_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
