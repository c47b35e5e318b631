#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "permit_fixture.h"

/* Which rules are asked: packs by place and kind of debt. */

static struct debtor_rules *rules_here(const struct permit_fixture *fixture)
{
    return &fixture->account->debtor->rules[debt_matter_of(fixture->account->debt_kind)];
}

static const char *packs_at(struct permit_fixture *fixture, const char *address, const char *number)
{
    struct contact_point *home = test_point(fixture->book, fixture->account, "home", CONTACT_POINT_ADDRESS, "");
    home->value = address;
    fixture->phone->value = number;
    debtor_update_zones(fixture->account->debtor);
    (void)contact_rules_for(federal, fixture->account);
    return rules_here(fixture)->place_packs;
}

/* Broken once: the packs of the base alone ("" for Boston). */
static void asks_the_packs_of_every_place_where_the_debtor_may_be(void **state)
{
    struct permit_fixture *fixture = *state;
    static const struct {
        const char *address, *number, *packs;
        bool is_known;
    } rows[] = {
        {"1 Main St\nBoston\nMA\n02101\nUS", "+16175550100", "us-ma", true},
        {"1 Main St\nBoston\nUS-MA\n02101\nUS", "+16175550100", "us-ma", true},
        {"1 Main St\nSeattle\nWashington\n98101\nUS", "", "us-wa", true},
        {"1 Main St\nCleveland\nOH\n44101\nUS", "+12125550100", "", true},
        {"1 Main St\nBuffalo\nNY\n14201\nUS", "+12125550100", "us-ny", true},
        {"1 Main St\nBrooklyn\nNY\n11201\nUS", "+12125550100", "us-ny,us-ny-nyc", true},
        {"Unter den Linden 1\nBerlin\n\n10117\nDE", "", "eu", true},
        {"1 High St\nLeeds\n\nLS1 1AA\nGB", "+493012345", "eu", true},
        {"somewhere", "+12125550100", "", true},
        {"somewhere", "", "", false},
        {"1 Queen St\nSydney\nNSW\n2000\nAU", "+61299999999", "", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *packs = packs_at(fixture, rows[i].address, rows[i].number);
        if (strcmp(packs, rows[i].packs) != 0 || rules_here(fixture)->has_no_jurisdiction == rows[i].is_known)
            fail_msg("row %zu: '%s'", i, packs);
    }
    rules_here(fixture)->has_no_jurisdiction = true;
    ask(fixture, at("2026-07-15T16:00:00Z"));
    expect_only(fixture, "DUNLIN-NO-JURISDICTION", NULL);
}

static void leaves_places_out_that_are_not_the_debtors(void **state)
{
    struct permit_fixture *fixture = *state;
    struct contact_point *home = test_point(fixture->book, fixture->account, "home", CONTACT_POINT_ADDRESS, "");
    struct contact_point *other = test_point(fixture->book, fixture->account, "other", CONTACT_POINT_ADDRESS, "");
    home->value = "1 Main St\nBoston\nMA\n02101\nUS";
    other->value = "2 Main St\nMiami\nFL\n33101\nUS";
    debtor_update_zones(fixture->account->debtor);
    const struct rules_selection *both = contact_rules_for(federal, fixture->account);
    assert_string_equal(rules_here(fixture)->place_packs, "us-fl,us-ma");
    assert_ptr_equal(contact_rules_for(federal, fixture->account), both);
    home->is_wrong = true;
    debtor_update_zones(fixture->account->debtor);
    (void)contact_rules_for(federal, fixture->account);
    assert_string_equal(rules_here(fixture)->place_packs, "us-fl");
}

static void ask_here(struct permit_fixture *fixture, struct account *account, struct instant now)
{
    const struct permit_subject subject = {account, fixture->phone, CHANNEL_CALL, CONTACT_PURPOSE_COLLECTION};
    const struct rules_selection *rules = contact_rules_for(fixture->rules, account);
    permit_gather(rules, &subject, false, now, fixture->storage, &fixture->facts);
    permit_evaluate(rules, &fixture->facts, &fixture->verdict);
}

/* Broken once: packs chosen without the kind ("uk,us-ma" for both). */
static void asks_a_commercial_debt_by_packs_of_its_own(void **state)
{
    struct permit_fixture *fixture = *state;
    struct account *firm = test_account(fixture->book, "firm");
    firm->debt_kind = DEBT_KIND_COMMERCIAL;
    assert_string_equal(packs_at(fixture, "1 Main St\nBoston\nMA\n02101\nUS", "+442079460000"), "us-ma");
    (void)contact_rules_for(federal, firm);
    assert_string_equal(firm->debtor->rules[MATTER_COMMERCIAL].place_packs, "uk");
    assert_string_equal(firm->debtor->rules[MATTER_CONSUMER].place_packs, "us-ma");
}

/* Broken once: scenes of consumers' debts for all ("REGF-14B2B-CONVO7" for the firm's debt). */
static void asks_each_debt_of_a_person_by_its_own_kind(void **state)
{
    struct permit_fixture *fixture = *state;
    struct account *firm = test_account(fixture->book, "firm");
    struct instant open;
    firm->debt_kind = DEBT_KIND_COMMERCIAL;
    test_attempt(fixture->account, fixture->phone, at("2026-07-14T16:00:00Z"), true, true);
    test_attempt(firm, fixture->phone, at("2026-07-14T17:00:00Z"), true, true);
    ask_here(fixture, fixture->account, at("2026-07-15T16:00:00Z"));
    expect_only(fixture, "REGF-14B2B-CONVO7", "2026-07-21T12:00:00Z");
    ask_here(fixture, firm, at("2026-07-15T16:00:00Z"));
    assert_int_equal(n_blocking(fixture), 0);
    assert_int_equal(verdict_count(&fixture->verdict, "DUNLIN-COMMERCIAL-7IN7")->count, 2);
    assert_int_equal(verdict_count(&fixture->verdict, "DUNLIN-COMMERCIAL-14IN7")->count, 3); /* both debts' calls */
    ask_here(fixture, firm, at("2026-07-16T00:30:00Z"));                                     /* 20:30 */
    expect_only(fixture, "DUNLIN-COMMERCIAL-HOURS", "2026-07-16T12:00:00Z");
    assert_true(
        permit_next_open(contact_rules_for(federal, firm), firm, CHANNEL_CALL, at("2026-07-16T00:30:00Z"), &open));
    assert_int_equal(open.us, at("2026-07-16T12:00:00Z").us);
    assert_true(permit_next_open(contact_rules_for(federal, fixture->account), fixture->account, CHANNEL_CALL,
                                 at("2026-07-16T00:30:00Z"), &open));
    assert_int_equal(open.us, at("2026-07-16T00:30:00Z").us);
    assert_true(
        permit_free_after_conversation(contact_rules_for(federal, firm), firm, at("2026-07-14T17:00:00Z"), &open));
    assert_int_equal(open.us, at("2026-07-15T12:00:00Z").us);
}

/* Nevada wants a notice by mail before a medical debt is collected, and of no other. Broken once: the debt's type left
 * out of the scene (no hit). */
static void asks_rules_of_a_kind_of_debt_for_that_kind_alone(void **state)
{
    struct permit_fixture *fixture = *state;
    (void)packs_at(fixture, "1 Main St\nReno\nNV\n89501\nUS", "+17755550100");
    for (enum debt_kind kind = DEBT_KIND_UNSPECIFIED; kind < DEBT_KIND_END; kind++) {
        fixture->account->debt_kind = kind;
        ask_here(fixture, fixture->account, at("2026-07-15T16:00:00Z"));
        if (kind == DEBT_KIND_MEDICAL)
            expect_only(fixture, "NV-649366-MED60", NULL);
        else
            assert_int_equal(n_blocking(fixture), 0);
    }
}

/* Whatever holds contact about a consumer's debt holds it about a commercial one, but for the notice that it has none
 * of. */
static void holds_commercial_debts_as_well(void **state)
{
    (void)state;
    const struct instant noon = at("2026-07-15T16:00:00Z");
    for (enum channel channel = CHANNEL_CALL; channel < CHANNEL_END; channel++)
        assert_int_equal(permit_blocking_holds(federal->selection, MATTER_COMMERCIAL, channel, noon),
                         permit_blocking_holds(federal->selection, MATTER_CONSUMER, channel, noon) &
                             ~HOLD_BIT(HOLD_NOTICE_OVERDUE));
}

/* Limits default on. Broken once: the hold left out (no hit). */
static void refuses_a_commercial_debt_that_no_pack_limits(void **state)
{
    struct permit_fixture *fixture = *state;
    struct error err = {0};
    fixture->account->debt_kind = DEBT_KIND_COMMERCIAL;
    if (contact_rules_load("tests/unit/contact/consumers-only", "limits", &fixture->rules, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    ask_here(fixture, fixture->account, at("2026-07-15T16:00:00Z"));
    expect_only(fixture, "DUNLIN-NO-JURISDICTION", NULL);
    assert_true((fixture->facts.holds & HOLD_BIT(HOLD_NO_LIMITS)) != 0);
    fixture->account->debt_kind = DEBT_KIND_MEDICAL;
    ask_here(fixture, fixture->account, at("2026-07-15T16:00:00Z"));
    assert_int_equal(n_blocking(fixture), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(asks_the_packs_of_every_place_where_the_debtor_may_be, permit_setup,
                                        permit_teardown),
        cmocka_unit_test_setup_teardown(leaves_places_out_that_are_not_the_debtors, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(asks_a_commercial_debt_by_packs_of_its_own, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(asks_each_debt_of_a_person_by_its_own_kind, permit_setup, permit_teardown),
        cmocka_unit_test_setup_teardown(asks_rules_of_a_kind_of_debt_for_that_kind_alone, permit_setup,
                                        permit_teardown),
        cmocka_unit_test_setup_teardown(refuses_a_commercial_debt_that_no_pack_limits, permit_setup, permit_teardown),
        cmocka_unit_test(holds_commercial_debts_as_well),
    };
    return cmocka_run_group_tests(tests, permit_setup_group, permit_teardown_group);
}
