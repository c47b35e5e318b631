#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "contact_codec.h"
#include "permit_fixture.h"

/* What is so of every decision, tried on random histories of calls. */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static const char *const ZONES[] = {"America/New_York", "America/Chicago", "America/Los_Angeles", "Pacific/Honolulu",
                                    "America/St_Johns", "Europe/London",   "America/Phoenix",     "Asia/Kolkata"};

static struct instant random_state(struct permit_fixture *fixture, bool is_of_any_kind, uint32_t *seed)
{
    char name[16];
    const int64_t start_us = at("2026-02-20T00:00:00Z").us; /* across both changes of the clocks */
    const struct instant now = {start_us + (int64_t)(next_random(seed) % (270 * 1440)) * US_PER_MIN +
                                next_random(seed) % US_PER_S};
    for (uint32_t n = next_random(seed) % 3; n > 0; n--) {
        (void)snprintf(name, sizeof(name), "phone-%u", n);
        (void)test_phone(fixture->book, fixture->account, name, ZONES[next_random(seed) % ARRAY_SIZE(ZONES)]);
    }
    for (uint32_t n = next_random(seed) % 14; n > 0; n--) {
        const struct instant when = {now.us - (int64_t)(next_random(seed) % (10 * 1440)) * US_PER_MIN};
        test_attempt(fixture->account, fixture->phone, when, next_random(seed) % 4 != 0, next_random(seed) % 9 == 0);
    }
    if (next_random(seed) % 5 == 0)
        fixture->account->holds = HOLD_BIT(next_random(seed) % HOLD_COUNT);
    if (next_random(seed) % 7 == 0)
        fixture->account->unposted_seq = 1 + next_random(seed);
    if (is_of_any_kind)
        fixture->account->debt_kind = (enum debt_kind)(next_random(seed) % DEBT_KIND_END);
    return now;
}

/* The law's own words, counted the slow way: more than seven calls in [today - 6, today], the proposed one included; or
 * a conversation in it. */
static void check_against_counting(const struct permit_fixture *fixture, uint32_t seed)
{
    const struct permit_facts *facts = &fixture->facts;
    bool is_too_many = false;
    bool is_too_soon = false;
    for (size_t z = 0; z < facts->n_zones; z++) {
        const int32_t today = zone_date(facts->zones[z], facts->now).days;
        int calls = 1;
        for (guint i = 0; fixture->account->attempts != NULL && i < fixture->account->attempts->len; i++) {
            const struct attempt *attempt = &g_array_index(fixture->account->attempts, struct attempt, i);
            const int32_t day = zone_date(facts->zones[z], (struct instant){attempt->occurred_at_us}).days;
            const bool is_in_window = day >= today - 6 && day <= today;
            calls += is_in_window && attempt->counts;
            is_too_soon = is_too_soon || (is_in_window && attempt->is_conversation);
        }
        is_too_many = is_too_many || calls > 7;
    }
    if ((verdict_hit(&fixture->verdict, "REGF-14B2A-7IN7") != NULL) != is_too_many)
        fail_msg("seed %u: the attempt cap says otherwise than counting", seed);
    if ((verdict_hit(&fixture->verdict, "REGF-14B2B-CONVO7") != NULL) != is_too_soon)
        fail_msg("seed %u: the conversation gap says otherwise than counting", seed);
}

/* For every hit: at its next instant the rule is silent, and just before something still forbids the call (the rule
 * itself, or the hours). */
static void check_next_instants(struct permit_fixture *fixture, uint32_t seed)
{
    struct rules_verdict *first = g_memdup2(&fixture->verdict, sizeof(fixture->verdict));
    for (size_t i = 0; i < first->n_hits; i++) {
        const struct rule_hit *hit = &first->hits[i];
        if (!hit->has_next)
            continue;
        ask(fixture, hit->next);
        if (verdict_hit(&fixture->verdict, hit->rule->id) != NULL)
            fail_msg("seed %u: %s still blocks at the instant that it named", seed, hit->rule->id);
        ask(fixture, (struct instant){hit->next.us - 1});
        if (verdict_hit(&fixture->verdict, hit->rule->id) == NULL &&
            verdict_hit(&fixture->verdict, "REGF-6B1I-TIME") == NULL)
            fail_msg("seed %u: %s could have ended earlier", seed, hit->rule->id);
    }
    g_free(first);
}

static void names_the_earliest_instant_at_which_a_rule_is_silent(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 2000; seed++) {
        void *inner = NULL;
        uint32_t random = seed * 2654435761u;
        (void)permit_setup(&inner);
        struct permit_fixture *fixture = inner;
        ask(fixture, random_state(fixture, false, &random));
        check_against_counting(fixture, seed);
        if (n_blocking(fixture) == 0) { /* whatever is granted may be dialed until its last moment */
            ask(fixture, (struct instant){valid_until(fixture, US_PER_HOUR).us - 1});
            assert_int_equal(n_blocking(fixture), 0);
        }
        check_next_instants(fixture, seed);
        (void)permit_teardown(&inner);
    }
}

/* What is recorded with a decision is all that it was made of: packed, unpacked and asked again it gives the same
 * answer, to the letter. */
static void replays_a_recorded_decision_to_the_same_answer(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 500; seed++) {
        void *inner = NULL;
        uint32_t random = seed * 2246822519u;
        SCOPED(decision_inputs_fini) struct decision_inputs inputs = {0};
        g_autoptr(GArray) contacts = g_array_new(FALSE, FALSE, sizeof(struct permit_contact));
        const struct zone *zones[CONTACT_ZONES_MAX];
        struct permit_facts facts;
        struct rules_verdict again;
        struct error err = {0};
        (void)permit_setup(&inner);
        struct permit_fixture *fixture = inner;
        ask(fixture, random_state(fixture, true, &random));
        codec_inputs(&fixture->facts, &fixture->verdict, &(struct permit_override){0}, 7, &inputs);
        size_t len = protobuf_c_message_get_packed_size(&inputs.message.base);
        g_autofree uint8_t *bytes = g_malloc(len + 1);
        (void)protobuf_c_message_pack(&inputs.message.base, bytes);
        Dunlin__Contact__V1__DecisionInputs *read = dunlin__contact__v1__decision_inputs__unpack(NULL, len, bytes);
        assert_non_null(read);
        assert_int_equal(codec_facts(read, CHANNEL_CALL, CONTACT_PURPOSE_COLLECTION, zones, contacts, &facts, &err),
                         STATUS_OK);
        permit_evaluate(fixture->rules->selection, &facts, &again);
        assert_int_equal(again.n_hits, n_blocking(fixture));
        for (size_t i = 0; i < again.n_hits; i++) {
            assert_string_equal(again.hits[i].rule->id, fixture->verdict.hits[i].rule->id);
            assert_string_equal(again.hits[i].detail, fixture->verdict.hits[i].detail);
            assert_int_equal(again.hits[i].has_next, fixture->verdict.hits[i].has_next);
            assert_int_equal(again.hits[i].next.us, fixture->verdict.hits[i].next.us);
        }
        dunlin__contact__v1__decision_inputs__free_unpacked(read, NULL);
        (void)permit_teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_earliest_instant_at_which_a_rule_is_silent),
        cmocka_unit_test(replays_a_recorded_decision_to_the_same_answer),
    };
    return cmocka_run_group_tests(tests, permit_setup_group, permit_teardown_group);
}
