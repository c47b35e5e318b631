#ifndef DUNLIN_TESTS_UNIT_CONTACT_PERMIT_FIXTURE_H
#define DUNLIN_TESTS_UNIT_CONTACT_PERMIT_FIXTURE_H

#include "permit_model.h"
#include "person.h"

/* A permit asked for: a person, what is gathered of him, and what the rules say to it. */

struct permit_fixture {
    struct contact_rules *rules;
    struct contact_book *book;
    struct account *account;
    struct contact_point *phone;
    GArray *storage;
    struct permit_facts facts;
    struct rules_verdict verdict;
};

/* Loaded once: tests by the thousand ask them. */
static struct contact_rules *federal;

static inline int permit_setup_group(void **state)
{
    (void)state;
    federal = test_rules();
    return 0;
}

static inline int permit_teardown_group(void **state)
{
    (void)state;
    contact_rules_free(federal);
    return 0;
}

static inline int permit_setup(void **state)
{
    struct permit_fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->rules = federal;
    fixture->book = contact_book_new();
    fixture->account = test_account(fixture->book, "account");
    fixture->phone = test_phone(fixture->book, fixture->account, "phone", "America/New_York");
    fixture->storage = g_array_new(FALSE, FALSE, sizeof(struct permit_contact));
    *state = fixture;
    return 0;
}

static inline int permit_teardown(void **state)
{
    struct permit_fixture *fixture = *state;
    if (fixture->rules != federal)
        contact_rules_free(fixture->rules);
    contact_book_free(fixture->book);
    g_array_unref(fixture->storage);
    free(fixture);
    return 0;
}

static inline void ask_for(struct permit_fixture *fixture, enum channel channel, enum contact_purpose purpose,
                           const struct contact_point *point, struct instant now)
{
    const struct permit_subject subject = {fixture->account, point, channel, purpose};
    permit_gather(fixture->rules->selection, &subject, false, now, fixture->storage, &fixture->facts);
    permit_evaluate(fixture->rules->selection, &fixture->facts, &fixture->verdict);
}

static inline struct instant valid_until(struct permit_fixture *fixture, int64_t valid_us)
{
    struct instant until;
    permit_decide(fixture->rules->selection, &fixture->facts, valid_us, &fixture->verdict, &until);
    return until;
}

static inline void ask(struct permit_fixture *fixture, struct instant now)
{
    ask_for(fixture, CHANNEL_CALL, CONTACT_PURPOSE_COLLECTION, fixture->phone, now);
}

/* Warnings go with a permit as well as with a refusal. */
static inline size_t n_blocking(const struct permit_fixture *fixture)
{
    return verdict_n_blocking(&fixture->verdict);
}

static inline void expect_only(const struct permit_fixture *fixture, const char *rule, const char *next)
{
    char text[INSTANT_TEXT_SIZE];
    if (n_blocking(fixture) != 1 || strcmp(fixture->verdict.hits[0].rule->id, rule) != 0)
        fail_msg("%zu hits, first %s; expected only %s", n_blocking(fixture),
                 n_blocking(fixture) > 0 ? fixture->verdict.hits[0].rule->id : "none", rule);
    const struct rule_hit *hit = &fixture->verdict.hits[0];
    assert_int_equal(hit->has_next, next != NULL);
    if (next != NULL)
        assert_string_equal(instant_format(hit->next, text), next);
}

#endif
