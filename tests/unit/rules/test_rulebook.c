#include <unistd.h>

#include "rules/rule_kinds.h"
#include "scene.h"

/* Packs: what is loaded, what is refused and how, and which of them apply. */

#define HEAD "name: small\ntitle: Small\nrules:\n"
#define RULE "  - { id: A, citation: c, title: t, "

struct fixture {
    char folder[64];
    struct rules_book *book;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
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
    rules_book_free(fixture->book);
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

static enum status load(struct fixture *fixture, struct error *err)
{
    rules_book_freep(&fixture->book);
    return rules_book_load(fixture->folder, &fixture->book, err);
}

static void loads_the_packs_of_the_repository(void **state)
{
    struct fixture *fixture = *state;
    const char *source = getenv("DUNLIN_SOURCE_DIR");
    char path[4096];
    struct error err;
    (void)snprintf(path, sizeof(path), "%s/deploy/rules", source == NULL ? "." : source);
    if (rules_book_load(path, &fixture->book, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    static const char *const packs[] = {"us-federal", "us-ma", "us-wa", "us-ny", "us-ny-nyc", "us-dc",
                                        "us-wv",      "us-fl", "us-nv", "eu",    "uk",        "house"};
    assert_int_equal(fixture->book->n_packs, ARRAY_SIZE(packs));
    SCOPED(rules_selection_freep) struct rules_selection *all = NULL;
    assert_int_equal(rules_select(fixture->book, packs, ARRAY_SIZE(packs), &all, &err), STATUS_OK);
    assert_int_equal(rules_selection_check_limits(all, false, &err), STATUS_OK);
    assert_int_equal(rules_selection_check_limits(all, true, &err), STATUS_OK);
    for (size_t i = 0; i < all->n_rules; i++) {
        assert_non_null(all->rules[i]->kind);
        assert_true(all->rules[i]->citation[0] != '\0');
    }
    assert_int_equal(rules_selection_window_days(all, TECHNOLOGY_MANUAL), 30); /* Massachusetts, at work */
    SCOPED(rules_selection_freep) struct rules_selection *federal = NULL;
    assert_int_equal(rules_select(fixture->book, packs, 1, &federal, &err), STATUS_OK);
    assert_int_equal(rules_selection_window_days(federal, TECHNOLOGY_MANUAL), 7);
    assert_int_equal(rules_selection_window_days(federal, TECHNOLOGY_PRERECORDED), 30); /* calls to residential lines */
    const struct rule *cap = rules_selection_find(all, "REGF-14B2A-7IN7", on("2026-01-01"));
    assert_non_null(cap);
    assert_int_equal(cap->limit, 7);
    assert_int_equal(cap->days, 7);
    assert_int_equal(cap->severity, SEVERITY_PRESUMED);
    assert_int_equal(cap->media, MEDIA_PHONE);
}

static const struct {
    const char *rule;
    const char *says;
} REFUSALS[] = {
    {RULE "kind: calling_hours }\n", "a.yaml:4: rules[0].kind: no kind 'calling_hours'"},
    {RULE "kind: calling_window, from: \"08:00\" }\n",
     "a.yaml:4: rules[0].to: missing: kind 'calling_window' needs it"},
    {RULE "kind: cease, limit: 3 }\n", "a.yaml:4: rules[0].limit: kind 'cease' has no such field"},
    {RULE "kind: calling_window, from: \"8:00\", to: \"21:00\" }\n",
     "a.yaml:4: rules[0].from: '8:00' is no time of day like \"08:00\""},
    {RULE "kind: calling_window, from: \"21:00\", to: \"08:00\" }\n",
     "a.yaml:4: rules[0].to: '08:00' is not after '21:00'"},
    {RULE "kind: calling_window, from: \"08:00\", to: \"21:00\", zones: [Mars/Olympus] }\n", "rules[0].zones[0]: "},
    {RULE "kind: contact_cap, limit: 7, days: 0 }\n", "a.yaml:4: rules[0].days: 0 is not within 1 and 3660"},
    {RULE "kind: contact_cap, limit: seven, days: 7 }\n", "rules[0].limit"},
    {RULE "kind: contact_cap, limit: 7, days: 7, media: [smoke] }\n", "rules[0].media"},
    {RULE "kind: cease, confidence: L }\n",
     "a.yaml:4: rules[0].confidence: 'L' is neither H nor M: less is not to be decided by"},
    {RULE "kind: cease, effective_from: \"2026-02-30\" }\n", "rules[0].effective_from: "},
    {RULE "kind: cease, effective_from: \"2026-02-02\", effective_to: \"2026-02-01\" }\n",
     "a.yaml:4: rules[0].effective_to: '2026-02-01' is before '2026-02-02'"},
    {RULE "kind: cease, colour: red }\n", "colour"},
    {"  - { id: A, title: t, kind: cease }\n", "citation"},
    {"  - { id: \"A B\", citation: c, title: t, kind: cease }\n", "rules[0].id"},
    {RULE "kind: cease }\n" RULE "kind: attorney }\n",
     "a.yaml:5: rules[1].id: 'A' is there twice, in force at the same time"},
    {RULE "kind: cease, effective_to: \"2026-08-31\" }\n" RULE "kind: cease, effective_from: \"2026-08-31\" }\n",
     "a.yaml:5: rules[1].id: 'A' is there twice, in force at the same time"},
};

static void refuses_by_file_line_and_field(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(REFUSALS); i++) {
        char text[1024];
        struct error err = {0};
        (void)snprintf(text, sizeof(text), HEAD "%s", REFUSALS[i].rule);
        write_pack(fixture, "a.yaml", text);
        assert_int_equal(load(fixture, &err), STATUS_INVALID_ARGUMENT);
        if (strstr(err.text, REFUSALS[i].says) == NULL)
            fail_msg("'%s' does not say '%s'", err.text, REFUSALS[i].says);
        assert_non_null(strstr(err.text, "a.yaml:"));
    }
}

static void an_id_may_come_back_later(void **state)
{
    struct fixture *fixture = *state;
    struct error err = {0};
    write_pack(fixture, "a.yaml",
               HEAD RULE "kind: cease, effective_to: \"2026-08-31\" }\n" RULE
                         "kind: attorney, effective_from: \"2026-09-01\" }\n");
    if (load(fixture, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    const char *const packs[] = {"small"};
    SCOPED(rules_selection_freep) struct rules_selection *selection = NULL;
    assert_int_equal(rules_select(fixture->book, packs, 1, &selection, &err), STATUS_OK);
    assert_string_equal(rules_selection_find(selection, "A", on("2026-08-31"))->kind->name, "cease");
    assert_string_equal(rules_selection_find(selection, "A", on("2026-09-01"))->kind->name, "attorney");
    assert_null(rules_selection_find(selection, "B", on("2026-09-01")));
    assert_int_equal(rules_selection_check_limits(selection, false, &err), STATUS_INVALID_ARGUMENT);
}

static void names_of_packs_are_unique(void **state)
{
    struct fixture *fixture = *state;
    struct error err = {0};
    write_pack(fixture, "a.yaml", HEAD RULE "kind: cease }\n");
    write_pack(fixture, "b.yaml", HEAD RULE "kind: cease }\n");
    assert_int_equal(load(fixture, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "b.yaml: name: 'small'"));
}

static void the_version_is_that_of_all_packs(void **state)
{
    struct fixture *fixture = *state;
    struct error err = {0};
    char version[POLICY_VERSION_SIZE];
    write_pack(fixture, "a.yaml", HEAD RULE "kind: cease }\n");
    assert_int_equal(load(fixture, &err), STATUS_OK);
    memcpy(version, fixture->book->version, sizeof(version));
    assert_int_equal(load(fixture, &err), STATUS_OK);
    assert_string_equal(fixture->book->version, version);
    write_pack(fixture, "a.yaml", HEAD RULE "kind: attorney }\n");
    assert_int_equal(load(fixture, &err), STATUS_OK);
    assert_string_not_equal(fixture->book->version, version);
}

static void kinds_are_named_once(void **state)
{
    (void)state;
    for (size_t i = 0; rule_kind_at(i) != NULL; i++)
        assert_ptr_equal(rule_kind_find(rule_kind_at(i)->name), rule_kind_at(i));
    assert_null(rule_kind_find("no_such_kind"));
}

static size_t count_selected(const struct rules_book *book, const char *jurisdiction, bool with_house)
{
    SCOPED(rules_selection_freep) struct rules_selection *selection = NULL;
    struct error err;
    if (rules_select_jurisdiction(book, jurisdiction, with_house, &selection, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return selection->n_rules;
}

static void jurisdictions_add_to_federal_law(void **state)
{
    struct fixture *fixture = *state;
    struct error err;
    SCOPED(rules_selection_freep) struct rules_selection *selection = NULL;
    loads_the_packs_of_the_repository(state);
    const size_t federal = count_selected(fixture->book, "US", false);
    assert_int_equal(count_selected(fixture->book, "US-MA", false),
                     federal + rules_book_pack(fixture->book, "us-ma")->n_rules);
    assert_int_equal(count_selected(fixture->book, "US-NY-NYC", false),
                     federal + rules_book_pack(fixture->book, "us-ny-nyc")->n_rules);
    assert_int_equal(count_selected(fixture->book, "EU", false), rules_book_pack(fixture->book, "eu")->n_rules);
    assert_int_equal(count_selected(fixture->book, "US", true),
                     federal + rules_book_pack(fixture->book, "house")->n_rules);
    assert_int_equal(rules_select_jurisdiction(fixture->book, "XX", false, &selection, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(err.text, "jurisdiction 'XX': no rule pack 'xx'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(loads_the_packs_of_the_repository, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_by_file_line_and_field, setup, teardown),
        cmocka_unit_test_setup_teardown(an_id_may_come_back_later, setup, teardown),
        cmocka_unit_test_setup_teardown(names_of_packs_are_unique, setup, teardown),
        cmocka_unit_test_setup_teardown(the_version_is_that_of_all_packs, setup, teardown),
        cmocka_unit_test_setup_teardown(kinds_are_named_once, setup, teardown),
        cmocka_unit_test_setup_teardown(jurisdictions_add_to_federal_law, setup, teardown),
    };
    return cmocka_run_group_tests_name("rules.rulebook", tests, NULL, NULL);
}
