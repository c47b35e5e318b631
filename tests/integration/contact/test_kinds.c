#include "contact_fixture.h"

/* Each debt is asked by the packs of its own kind, in real units of work. All times are in June 2026, New York: UTC
 * - 4.
 */

#define COMMERCIAL DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_COMMERCIAL
#define MEDICAL    DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_MEDICAL

/* One person, two debts. Broken once: the kind left out of the scene ("REGF-14B2B-CONVO7" for the firm's debt). */
static void calls_a_commercial_debt_at_hours_and_caps_of_its_own(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-01T14:00:00Z");
    place(fixture, "d1", "person");
    place_kind(fixture, "d1", "firm", COMMERCIAL);
    talk(fixture, "person", "person-phone");
    talk(fixture, "firm", "firm-phone");
    refused(fixture, "firm", "firm-phone", "DUNLIN-COMMERCIAL-CONVO");
    drive("2026-06-02T14:00:00Z");
    refused(fixture, "person", "person-phone", "REGF-14B2B-CONVO7");
    call_in_vain(fixture, "firm", "firm-phone", 6);
    refused(fixture, "firm", "firm-phone", "DUNLIN-COMMERCIAL-7IN7");
    drive("2026-06-09T00:30:00Z"); /* 20:30 */
    refused(fixture, "firm", "firm-phone", "DUNLIN-COMMERCIAL-HOURS");
    call_in_vain(fixture, "person", "person-phone", 1);
}

static void counts_calls_about_all_debts_where_a_cap_is_over_the_person(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-10T14:00:00Z");
    place(fixture, "d1", "p1");
    place(fixture, "d1", "p2");
    place_kind(fixture, "d1", "firm", COMMERCIAL);
    call_in_vain(fixture, "p1", "p1-phone", 7);
    call_in_vain(fixture, "p2", "p2-phone", 6);
    call_in_vain(fixture, "firm", "firm-phone", 1);
    refused(fixture, "firm", "firm-phone", "DUNLIN-COMMERCIAL-14IN7");
    call_in_vain(fixture, "p2", "p2-phone", 1);
}

/* The decision's record says of what kind the debt was; of one that nobody named it says nothing, as before. */
/* Broken once: the kind left out of the inputs ("" for "commercial"). */
static void records_the_kind_with_each_decision(void **state)
{
    struct unit_fixture *fixture = *state;
    static const struct {
        const char *account;
        Dunlin__Intake__V1__DebtKind kind;
        const char *said;
    } rows[] = {{"unsaid", DUNLIN__INTAKE__V1__DEBT_KIND__DEBT_KIND_UNSPECIFIED, ""},
                {"firm", COMMERCIAL, "commercial"},
                {"clinic", MEDICAL, "medical"},
                {"newer", (Dunlin__Intake__V1__DebtKind)99, ""}}; /* of a later contract: the stricter */
    drive("2026-06-20T14:00:00Z");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autofree char *phone = g_strconcat(rows[i].account, "-phone", NULL);
        place_kind(fixture, rows[i].account, rows[i].account, rows[i].kind);
        (void)permit(fixture, rows[i].account, phone);
        Dunlin__Contact__V1__PermitGranted *granted =
            fixture_last_event(fixture, &dunlin__contact__v1__permit_granted__descriptor);
        assert_string_equal(granted->inputs->debt_kind, rows[i].said);
        fixture_free_reply(granted);
    }
}

/* The debtor's requests hold all of his debts. */
static void stops_hold_a_commercial_debt(void **state)
{
    struct unit_fixture *fixture = *state;
    drive("2026-06-25T14:00:00Z");
    place_kind(fixture, "d1", "firm", COMMERCIAL);
    (void)fixture_emitted(fixture);
    stop(fixture, "operator", "firm", DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE, false, "", STATUS_OK);
    assert_string_equal(fixture_emitted(fixture), "StopRecorded ContactStopped");
    refused(fixture, "firm", "firm-phone", "DUNLIN-COMMERCIAL-CEASE");
    stop(fixture, "operator", "firm", DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_CEASE, true, "a slip", STATUS_OK);
    stop(fixture, "operator", "firm", DUNLIN__CONTACT__V1__STICKY_FLAG__STICKY_FLAG_OPT_OUT_CALLS, false, "",
         STATUS_OK);
    refused(fixture, "firm", "firm-phone", "DUNLIN-COMMERCIAL-MEDIA");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(calls_a_commercial_debt_at_hours_and_caps_of_its_own, clear),
        cmocka_unit_test_setup(counts_calls_about_all_debts_where_a_cap_is_over_the_person, clear),
        cmocka_unit_test_setup(records_the_kind_with_each_decision, clear),
        cmocka_unit_test_setup(stops_hold_a_commercial_debt, clear),
    };
    return cmocka_run_group_tests_name("contact.kinds", tests, contact_open, contact_close);
}
