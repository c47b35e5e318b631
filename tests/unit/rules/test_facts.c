#include "scene.h"

/* What is known of a person, as the book keeps it: small for most, and whole.
 *
 * Broken once: contacts of different debts given one subject (the first test fails); particulars made for every debt
 * that anything happens to (the second does). */

#define GOAL_BYTES 1024

static uint8_t add_phone(struct scene *scene, const char *id, const char *zone_named)
{
    return add_address(scene, id, ADDRESS_MOBILE, PLACE_NONE, zone_named);
}

static void contact(struct scene *scene, const char *when, debt_set debts, uint8_t person)
{
    struct fact_event call = event(FACT_CONTACT_OUT, when);
    call.address = scene->mobile;
    call.outcome = OUTCOME_NO_ANSWER;
    call.debts = debts;
    call.person = person;
    happens(scene, &call);
}

static void contacts_keep_what_they_were_about(void **state)
{
    struct scene *scene = *state;
    const uint8_t spouse = add_person(scene, "S1", RELATION_SPOUSE);
    struct fact_event talk = event(FACT_CONTACT_OUT, "2026-06-03T15:00:00.123456Z");
    contact(scene, "2026-06-01T15:00:00Z", D1, FACT_CONSUMER);
    contact(scene, "2026-06-02T15:00:00Z", D1 | D2, spouse);
    talk.outcome = OUTCOME_CONVERSATION;
    talk.technology = TECHNOLOGY_ARTIFICIAL;
    talk.purpose = PURPOSE_OTHER;
    talk.debts = D1;
    talk.discussed = D2 | D3;
    talk.flags = FACT_FLAG_OPEN | FACT_FLAG_REPLY;
    happens(scene, &talk);
    contact(scene, "2026-06-04T15:00:00Z", D1, FACT_CONSUMER);
    contact(scene, "2026-06-05T15:00:00Z", D3, FACT_CONSUMER);

    const struct facts *facts = facts_book_facts(scene->book);
    assert_int_equal(facts->n_contacts, 5);
    assert_int_equal(contact_subject(facts, &facts->contacts[0])->debts, D1);
    assert_int_equal(contact_subject(facts, &facts->contacts[1])->debts, D1 | D2);
    assert_int_equal(contact_subject(facts, &facts->contacts[1])->person, spouse);
    assert_int_equal(contact_subject(facts, &facts->contacts[2])->discussed, D2 | D3);
    assert_ptr_equal(contact_subject(facts, &facts->contacts[3]), contact_subject(facts, &facts->contacts[0]));
    assert_int_equal(contact_subject(facts, &facts->contacts[4])->debts, D3);
    assert_true(facts->contacts[2].at_us == talk.at.us);
    assert_int_equal(facts->contacts[2].outcome, OUTCOME_CONVERSATION);
    assert_int_equal(facts->contacts[2].technology, TECHNOLOGY_ARTIFICIAL);
    assert_int_equal(facts->contacts[2].purpose, PURPOSE_OTHER);
    assert_int_equal(facts->contacts[2].flags, CONTACT_OPEN | CONTACT_REPLY);
    assert_int_equal(facts->contacts[2].address, FACT_NONE);
}

/* Three debts, four numbers in two zones, 50 contacts; then what comes up about one of them. */
static void a_person_fits_in_a_kibibyte(void **state)
{
    static const enum contact_outcome OUTCOMES[] = {OUTCOME_NO_ANSWER, OUTCOME_VOICEMAIL, OUTCOME_CONVERSATION,
                                                    OUTCOME_BUSY};
    struct scene *scene = *state;
    const struct fact_debt debt = fact_debt_plain();
    struct fact_event validation = event(FACT_VALIDATION_SENT, "2026-06-01T12:00:00Z");
    scene_clear(scene);
    add_debt(scene, "D1", &debt);
    add_debt(scene, "D2", &debt);
    add_debt(scene, "D3", &debt);
    const uint8_t phones[] = {add_phone(scene, "P1", "America/New_York"), add_phone(scene, "P2", "America/New_York"),
                              add_phone(scene, "P3", "America/Chicago"), add_phone(scene, "P4", "America/New_York")};
    happens(scene, &validation);
    for (int i = 0; i < 50; i++) {
        struct fact_event call =
            fact_event_plain(FACT_CONTACT_OUT, (struct instant){at("2026-06-01T15:00:00Z").us + i * 4 * US_PER_DAY});
        call.address = phones[i % 4];
        call.outcome = OUTCOMES[i % 4];
        call.debts = DEBT_BIT(i % 3);
        happens(scene, &call);
    }
    assert_null(facts_book_facts(scene->book)->particulars);
    assert_in_range(facts_size(facts_book_facts(scene->book)), 600, GOAL_BYTES);

    const size_t before = facts_size(facts_book_facts(scene->book));
    debt_event(scene, FACT_DISPUTE, "2027-06-01T12:00:00Z", FACT_FLAG_WRITTEN);
    assert_int_equal(facts_size(facts_book_facts(scene->book)),
                     before + sizeof(struct fact_particulars) + sizeof(struct fact_debt_particulars));
}

static void what_nothing_was_said_of_is_plain(void **state)
{
    struct scene *scene = *state;
    const struct facts *facts = facts_book_facts(scene->book);
    assert_true(debt_particulars(facts, &facts->debts[0])->cease_at_us == 0);
    assert_int_equal(debt_particulars(facts, &facts->debts[0])->attorney, FACT_NONE);
    assert_true(address_particulars(facts, &facts->addresses[0])->wrong_since_us == 0);
    assert_int_equal(facts_particulars(facts)->n_consents, 0);
    debt_event(scene, FACT_CEASE_RECEIVED, "2026-06-01T12:00:00Z", FACT_FLAG_WRITTEN);
    facts = facts_book_facts(scene->book);
    assert_true(debt_particulars(facts, &facts->debts[0])->cease_at_us == at("2026-06-01T12:00:00Z").us);
    assert_true(debt_particulars(facts, &facts->debts[1])->cease_at_us == 0);
}

static enum status applies(struct scene *scene, const struct fact_event *event)
{
    struct error err;
    return facts_book_apply(scene->book, event, &err);
}

/* Refused before anything is changed. */
static void what_cannot_be_kept_is_refused(void **state)
{
    struct scene *scene = *state;
    const struct fact_debt debt = fact_debt_plain();
    char id[16];
    struct fact_event call = event(FACT_CONTACT_OUT, "2026-06-01T12:00:00Z");
    struct fact_event early = fact_event_plain(FACT_CONTACT_OUT, (struct instant){-1});
    assert_int_equal(applies(scene, &early), STATUS_INVALID_ARGUMENT);
    for (int i = 3; i < 16; i++) {
        (void)snprintf(id, sizeof(id), "D%d", i + 1);
        add_debt(scene, id, &debt);
    }
    for (debt_set debts = 1; debts <= FACT_SUBJECTS_MAX; debts++) {
        call.debts = debts;
        happens(scene, &call);
    }
    call.debts = FACT_SUBJECTS_MAX + 1;
    assert_int_equal(applies(scene, &call), STATUS_RESOURCE_EXHAUSTED);
    assert_int_equal(facts_book_facts(scene->book)->n_contacts, FACT_SUBJECTS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(contacts_keep_what_they_were_about, scene_reset),
        cmocka_unit_test_setup(a_person_fits_in_a_kibibyte, scene_reset),
        cmocka_unit_test_setup(what_nothing_was_said_of_is_plain, scene_reset),
        cmocka_unit_test_setup(what_cannot_be_kept_is_refused, scene_reset),
    };
    return cmocka_run_group_tests_name("rules.facts", tests, scene_setup, scene_teardown);
}
