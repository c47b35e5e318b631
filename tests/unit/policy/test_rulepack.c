#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/rulepack.h"

#define PACKS "deploy/rules"

#define HEAD   "name: small\ntitle: Small\nrules:\n"
#define WINDOW "  - { id: W, citation: c, title: t, kind: call_window, from: \"08:00\", to: \"21:00\" }\n"
#define ZONE   "  - { id: Z, citation: c, title: t, kind: unknown_zone }\n"
#define CAP    "  - { id: C, citation: c, title: t, kind: attempt_cap, limit: 7, window_days: 7 }\n"
#define ALL    HEAD WINDOW ZONE CAP

struct fixture {
    char folder[64];
    struct rulebook *rulebook;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    (void)snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/rules-XXXXXX");
    *state = fixture;
    return mkdtemp(fixture->folder) == NULL ? -1 : 0;
}

static void in_folder(const struct fixture *fixture, const char *name, char path[static 128])
{
    (void)snprintf(path, 128, "%s/%s", fixture->folder, name);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    char path[128];
    rulebook_free(fixture->rulebook);
    in_folder(fixture, "a.yaml", path);
    (void)unlink(path);
    in_folder(fixture, "b.yaml", path);
    (void)unlink(path);
    (void)rmdir(fixture->folder);
    free(fixture);
    return 0;
}

static void write_pack(const struct fixture *fixture, const char *name, const char *text)
{
    char path[128];
    in_folder(fixture, name, path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static const struct rule *find_rule(const struct rulebook *rulebook, const char *id)
{
    for (size_t i = 0; i < rulebook->n_packs; i++)
        for (size_t j = 0; j < rulebook->packs[i].n_rules; j++)
            if (strcmp(rulebook->packs[i].rules[j].id, id) == 0)
                return &rulebook->packs[i].rules[j];
    fail_msg("no rule %s", id);
    return NULL;
}

static void loads_the_federal_pack(void **state)
{
    struct fixture *fixture = *state;
    struct error err = {0};
    if (rulebook_load(PACKS, &fixture->rulebook, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    const struct rule *window = find_rule(fixture->rulebook, "REGF-6B1I-TIME");
    assert_int_equal(window->kind, RULE_CALL_WINDOW);
    assert_int_equal(window->from_second, 8 * 3600);
    assert_int_equal(window->to_second, 21 * 3600);
    assert_string_equal(window->citation, "12 CFR 1006.6(b)(1)(i)");
    const struct rule *cap = find_rule(fixture->rulebook, "REGF-14B2A-7IN7");
    assert_int_equal(cap->kind, RULE_ATTEMPT_CAP);
    assert_int_equal(cap->limit, 7);
    assert_int_equal(cap->window_days, 7);
    assert_int_equal(find_rule(fixture->rulebook, "REGF-14B2B-CONVO7")->window_days, 7);
    assert_int_equal(find_rule(fixture->rulebook, "DUNLIN-UNKNOWN-ZONE")->kind, RULE_UNKNOWN_ZONE);
}

static void holds_for_every_reason_in_the_federal_pack(void **state)
{
    struct fixture *fixture = *state;
    struct error err = {0};
    assert_int_equal(rulebook_load(PACKS, &fixture->rulebook, &err), STATUS_OK);
    static const struct {
        const char *id;
        enum hold hold;
    } rows[] = {
        {"REGF-38D2-DISPUTE", HOLD_DISPUTE},    {"DUNLIN-DISPUTE-UPHELD", HOLD_DISPUTE_UPHELD},
        {"REGF-6C-CEASE", HOLD_CEASE},          {"REGF-6B2-ATTY", HOLD_ATTORNEY},
        {"BK-362-STAY", HOLD_BANKRUPTCY},       {"DUNLIN-DECEASED", HOLD_DECEASED},
        {"REGF-14H-MEDIA", HOLD_OPT_OUT_CALLS}, {"REGF-14H-MEDIA-POINT", HOLD_OPT_OUT_CONTACT_POINT},
        {"REGF-6D1-3P", HOLD_WRONG_NUMBER},     {"DUNLIN-PAID", HOLD_PAID},
        {"DUNLIN-RECALLED", HOLD_RECALLED},     {"DUNLIN-PROMISE", HOLD_PROMISE},
    };
    assert_int_equal(ARRAY_SIZE(rows), HOLD_COUNT);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct rule *rule = find_rule(fixture->rulebook, rows[i].id);
        assert_int_equal(rule->kind, RULE_HOLD);
        assert_int_equal(rule->hold, rows[i].hold);
    }
}

static void names_every_hold(void **state)
{
    (void)state;
    for (int hold = 0; hold < HOLD_COUNT; hold++) {
        assert_non_null(hold_name((enum hold)hold));
        for (int other = 0; other < hold; other++)
            assert_string_not_equal(hold_name((enum hold)hold), hold_name((enum hold)other));
    }
}

static void combines_the_packs_of_a_folder_in_the_order_of_their_names(void **state)
{
    struct fixture *fixture = *state;
    struct error err = {0};
    write_pack(fixture, "b.yaml", "name: second\ntitle: Second\nrules:\n" CAP);
    write_pack(fixture, "a.yaml", "name: first\ntitle: First\nrules:\n" WINDOW ZONE);
    assert_int_equal(rulebook_load(fixture->folder, &fixture->rulebook, &err), STATUS_OK);
    assert_int_equal(fixture->rulebook->n_packs, 2);
    assert_string_equal(fixture->rulebook->packs[0].name, "first");
    assert_string_equal(fixture->rulebook->packs[1].name, "second");
}

static void changes_its_version_with_any_pack(void **state)
{
    struct fixture *fixture = *state;
    struct error err = {0};
    write_pack(fixture, "a.yaml", ALL);
    assert_int_equal(rulebook_load(fixture->folder, &fixture->rulebook, &err), STATUS_OK);
    char version[POLICY_VERSION_SIZE];
    (void)snprintf(version, sizeof(version), "%s", fixture->rulebook->version);
    assert_int_equal(strlen(version), POLICY_VERSION_SIZE - 1);
    rulebook_freep(&fixture->rulebook);
    char path[128];
    in_folder(fixture, "a.yaml", path);
    assert_int_equal(rulebook_load(path, &fixture->rulebook, &err), STATUS_OK);
    assert_string_equal(version,
                        fixture->rulebook->version); /* one file alone and alone in a folder are the same rules */
    rulebook_freep(&fixture->rulebook);
    write_pack(fixture, "b.yaml", "name: b\ntitle: B\nrules:\n" CAP);
    assert_int_equal(rulebook_load(fixture->folder, &fixture->rulebook, &err), STATUS_OK);
    assert_string_not_equal(version, fixture->rulebook->version);
}

static void refuses_bad_packs_naming_line_and_field(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *text, *where, *why;
    } rows[] = {
        {ALL "colour: red\n", ":7: colour: ", "no such field"},
        {ALL "  - { id: C, citation: c, title: t, kind: unknown_zone }\n", ":7: rules[3].id: ", "twice"},
        {ALL "  - { id: X, citation: c, title: t, kind: mood }\n", ":7: rules[3].kind: ", "mood"},
        {ALL "  - { id: X, title: t, kind: unknown_zone }\n", ":7: rules[3].citation: ", "missing"},
        {ALL "  - { id: X, citation: c, title: t, kind: call_window, from: \"08:00\" }\n",
         ":7: rules[3].to: ", "missing"},
        {ALL "  - { id: X, citation: c, title: t, kind: call_window, from: \"8\", to: \"21:00\" }\n",
         ":7: rules[3].from: ", "no time of day"},
        {ALL "  - { id: X, citation: c, title: t, kind: call_window, from: \"08:00\", to: \"24:01\" }\n",
         ":7: rules[3].to: ", "no time of day"},
        {ALL "  - { id: X, citation: c, title: t, kind: call_window, from: \"08:00\", to: \"08:00\" }\n",
         ":7: rules[3].to: ", "not after"},
        {ALL "  - { id: X, citation: c, title: t, kind: attempt_cap, limit: 7 }\n",
         ":7: rules[3].window_days: ", "missing"},
        {ALL "  - { id: X, citation: c, title: t, kind: attempt_cap, limit: -1, window_days: 7 }\n",
         ":7: rules[3].limit: ", "-1"},
        {ALL "  - { id: X, citation: c, title: t, kind: conversation_gap, window_days: 0 }\n",
         ":7: rules[3].window_days: ", "0"},
        {ALL "  - { id: X, citation: c, title: t, kind: conversation_gap, window_days: 7, limit: 1 }\n",
         ":7: rules[3].limit: ", "no such field"},
        {ALL "  - { id: X, citation: c, title: t, kind: hold, hold: mood }\n",
         ":7: rules[3].hold: ", "there are: dispute, "},
        {HEAD WINDOW ZONE, ": rules: ", "'attempt_cap'"},
        {HEAD WINDOW CAP, ": rules: ", "'unknown_zone'"},
        {HEAD ZONE CAP, ": rules: ", "'call_window'"},
    };
    char path[128];
    in_folder(fixture, "a.yaml", path);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct error err = {0};
        write_pack(fixture, "a.yaml", rows[i].text);
        enum status st = rulebook_load(path, &fixture->rulebook, &err);
        assert_null(fixture->rulebook);
        bool is_named = strncmp(err.text, path, strlen(path)) == 0 &&
                        strncmp(err.text + strlen(path), rows[i].where, strlen(rows[i].where)) == 0;
        if (st != STATUS_INVALID_ARGUMENT || !is_named || strstr(err.text, rows[i].why) == NULL)
            fail_msg("row %zu: %s '%s', expected %s ... %s", i, status_name(st), err.text, rows[i].where, rows[i].why);
    }
}

static void refuses_a_folder_without_packs(void **state)
{
    struct fixture *fixture = *state;
    struct error err = {0};
    assert_int_equal(rulebook_load(fixture->folder, &fixture->rulebook, &err), STATUS_INVALID_ARGUMENT);
    assert_int_equal(rulebook_load("/nowhere", &fixture->rulebook, &err), STATUS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(loads_the_federal_pack, setup, teardown),
        cmocka_unit_test_setup_teardown(holds_for_every_reason_in_the_federal_pack, setup, teardown),
        cmocka_unit_test(names_every_hold),
        cmocka_unit_test_setup_teardown(combines_the_packs_of_a_folder_in_the_order_of_their_names, setup, teardown),
        cmocka_unit_test_setup_teardown(changes_its_version_with_any_pack, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_bad_packs_naming_line_and_field, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_a_folder_without_packs, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
