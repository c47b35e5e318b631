#include "scene.h"

/* Which debts a rule is for: consumers' debts, commercial ones, or any. D1 is a consumer's, D2 commercial. */

#define NOON    "2026-06-10T16:00:00Z"
#define EVENING "2026-06-11T00:30:00Z" /* 20:30 in New York */

static struct question call_about(const struct scene *scene, debt_set debts, const char *when)
{
    struct question question = call_at(scene, when);
    question.debts = debts;
    return question;
}

static int setup(void **state)
{
    struct scene *scene = *state;
    const struct fact_debt consumer = fact_debt_plain();
    struct fact_debt commercial = fact_debt_plain();
    struct error err;
    commercial.type = DEBT_COMMERCIAL;
    commercial.is_consumer_debt = false;
    rules_selection_freep(&scene->selection);
    if (rules_select_jurisdiction(scene->rules, "US-MA", true, &scene->selection, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    scene_clear(scene);
    add_debt(scene, "D1", &consumer);
    add_debt(scene, "D2", &commercial);
    scene->home = add_address(scene, "A1", ADDRESS_POSTAL, PLACE_HOME, "America/New_York");
    scene->mobile = add_address(scene, "P1", ADDRESS_MOBILE, PLACE_NONE, "America/New_York");
    return 0;
}

/* Broken once: judged_debts of a commercial rule gave all debts (D1 refused at 20:30). */
static void each_debt_is_asked_by_its_own_rules(void **state)
{
    struct scene *scene = *state;
    const struct question consumer = call_about(scene, D1, EVENING);
    const struct question commercial = call_about(scene, D2, EVENING);
    const struct question both = call_about(scene, D1 | D2, EVENING);
    assert_allowed(scene, &consumer);
    assert_refused(scene, &commercial, "DUNLIN-COMMERCIAL-HOURS");
    assert_refused(scene, &both, "DUNLIN-COMMERCIAL-HOURS");
    calls(scene, "2026-06-08T15:00:00Z", OUTCOME_NO_ANSWER, D1 | D2);
    calls(scene, "2026-06-09T15:00:00Z", OUTCOME_CONVERSATION, D1 | D2);
    const struct question of_consumer = call_about(scene, D1, NOON);
    const struct question of_firm = call_about(scene, D2, NOON);
    assert_refused(scene, &of_consumer, "MA-704F-2IN7");
    assert_refused(scene, &of_consumer, "REGF-14B2B-CONVO7");
    assert_allowed(scene, &of_firm);
    assert_count(scene, &of_firm, "DUNLIN-COMMERCIAL-7IN7", 3);
}

/* A firm owes no consumer debt, whatever the debt is called. */
static void a_firms_debts_are_commercial(void **state)
{
    struct scene *scene = *state;
    facts_book_scope(scene->book)->is_natural_person = false;
    const struct question call = call_about(scene, D1, EVENING);
    struct rules_verdict verdict;
    judge(scene, &call, &verdict);
    assert_non_null(verdict_hit(&verdict, "DUNLIN-COMMERCIAL-HOURS"));
    assert_null(verdict_count(&verdict, "REGF-14B2A-7IN7"));
}

/* Broken once: the rule counted the asked debt alone (8, not 15). */
static void a_cap_over_the_person_counts_contacts_about_all_debts(void **state)
{
    struct scene *scene = *state;
    char when[64];
    for (int i = 0; i < 14; i++) {
        (void)snprintf(when, sizeof(when), "2026-06-%02dT15:%02d:00Z", 4 + i / 2, i);
        calls(scene, when, OUTCOME_NO_ANSWER, i % 2 == 0 ? D1 : D2);
    }
    const struct question call = call_about(scene, D2, NOON);
    assert_count(scene, &call, "DUNLIN-COMMERCIAL-14IN7", 15);
    assert_refused(scene, &call, "DUNLIN-COMMERCIAL-14IN7");
}

/* What the debtor asked for holds whatever he owes. Broken once: the house without its rule of requests. */
static void requests_of_the_debtor_hold_commercial_debts_as_well(void **state)
{
    struct scene *scene = *state;
    struct fact_event request = event(FACT_MEDIA_REQUEST, "2026-06-01T15:00:00Z");
    const struct question call = call_about(scene, D2, NOON);
    request.media = MEDIA_PHONE;
    happens(scene, &request);
    assert_refused(scene, &call, "DUNLIN-COMMERCIAL-MEDIA");
    struct fact_event cease = event(FACT_CEASE_RECEIVED, "2026-06-02T15:00:00Z");
    cease.debts = D2;
    cease.flags = FACT_FLAG_WRITTEN;
    happens(scene, &cease);
    const struct question letter = message_at(MEDIUM_LETTER, scene->home, NOON);
    struct question about_firm = letter;
    about_firm.debts = D2;
    assert_allowed(scene, &letter);
    assert_refused(scene, &about_firm, "DUNLIN-COMMERCIAL-CEASE");
}

/* Two calls at once. */
static void an_open_call_holds_a_commercial_debt(void **state)
{
    struct scene *scene = *state;
    struct fact_event open = event(FACT_CONTACT_OUT, "2026-06-10T15:59:30Z");
    open.address = scene->mobile;
    open.debts = D2;
    open.flags = FACT_FLAG_OPEN;
    happens(scene, &open);
    const struct question call = call_about(scene, D2, NOON);
    assert_refused(scene, &call, "DUNLIN-COMMERCIAL-CONVO");
}

static void packs_and_limits_are_of_debts(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *pack;
        bool is_for_consumers, is_for_firms;
    } rows[] = {
        {"us-federal", true, true}, {"us-ma", true, false}, {"eu", true, true},
        {"uk", false, true},        {"house", true, true},
    };
    static const struct {
        const char *packs[2];
        bool limits_consumers, limits_firms;
    } limited[] = {
        {{"us-federal", "house"}, true, true},
        {{"us-federal", "us-ma"}, false, false},
        {{"eu", "house"}, false, true},
        {{"uk", "eu"}, false, false}, /* somebody has to say what holds where no zone is known */
    };
    struct error err;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct rules_pack *pack = rules_book_pack(scene->rules, rows[i].pack);
        assert_int_equal(rules_pack_is_for(pack, false), rows[i].is_for_consumers);
        assert_int_equal(rules_pack_is_for(pack, true), rows[i].is_for_firms);
    }
    for (size_t i = 0; i < ARRAY_SIZE(limited); i++) {
        SCOPED(rules_selection_freep) struct rules_selection *selection = NULL;
        assert_int_equal(rules_select(scene->rules, limited[i].packs, 2, &selection, &err), STATUS_OK);
        assert_int_equal(rules_selection_check_limits(selection, false, &err) == STATUS_OK,
                         limited[i].limits_consumers);
        assert_int_equal(rules_selection_check_limits(selection, true, &err) == STATUS_OK, limited[i].limits_firms);
    }
}

static int reset(void **state)
{
    return scene_reset(state) == 0 ? setup(state) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_debt_is_asked_by_its_own_rules, reset),
        cmocka_unit_test_setup(a_firms_debts_are_commercial, reset),
        cmocka_unit_test_setup(a_cap_over_the_person_counts_contacts_about_all_debts, reset),
        cmocka_unit_test_setup(requests_of_the_debtor_hold_commercial_debts_as_well, reset),
        cmocka_unit_test_setup(an_open_call_holds_a_commercial_debt, reset),
        cmocka_unit_test_setup(packs_and_limits_are_of_debts, reset),
    };
    return cmocka_run_group_tests_name("rules.scope", tests, scene_setup, scene_teardown);
}
