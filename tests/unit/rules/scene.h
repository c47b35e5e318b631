#ifndef DUNLIN_TESTS_RULES_SCENE_H
#define DUNLIN_TESTS_RULES_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/facts_fold.h"
#include "rules/rulebook.h"

/* A consumer in Ohio with a home, a mobile, an e-mail address and three debts, a collector whom Regulation F covers,
 * and the packs of a jurisdiction; tests add what happened and ask. */
struct scene {
    struct rules_book *rules;
    struct rules_selection *selection;
    struct facts_book *book;
    uint8_t home, mobile, email;
};

#define D1 DEBT_BIT(0)
#define D2 DEBT_BIT(1)
#define D3 DEBT_BIT(2)

static inline struct instant at(const char *text)
{
    struct instant instant = {0};
    struct error err;
    if (instant_parse(text, &instant, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return instant;
}

static inline struct date on(const char *text)
{
    struct date date = {0};
    struct error err;
    if (date_parse(text, "YYYY-MM-DD", &date, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return date;
}

static inline const struct zone *zone(const char *name)
{
    const struct zone *opened = NULL;
    struct error err;
    if (zone_open(name, &opened, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return opened;
}

static inline uint8_t add_address_of(struct scene *scene, const char *id, enum address_kind kind,
                                     enum address_place place, uint8_t person, const char *zone_named)
{
    uint8_t index = FACT_NONE;
    struct error err;
    const struct zone *zones[1] = {zone_named != NULL ? zone(zone_named) : NULL};
    struct fact_address address = fact_address_plain(kind, person);
    address.place = place;
    address.zones = zones;
    address.n_zones = zone_named != NULL;
    if (facts_book_add_address(scene->book, id, &address, &index, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return index;
}

static inline uint8_t add_address(struct scene *scene, const char *id, enum address_kind kind, enum address_place place,
                                  const char *zone_named)
{
    return add_address_of(scene, id, kind, place, FACT_CONSUMER, zone_named);
}

static inline uint8_t add_person(struct scene *scene, const char *id, enum relation relation)
{
    uint8_t index = FACT_NONE;
    struct error err;
    const struct fact_person person = {.relation = relation};
    if (facts_book_add_person(scene->book, id, &person, &index, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return index;
}

static inline void add_debt(struct scene *scene, const char *id, const struct fact_debt *debt)
{
    uint8_t index = FACT_NONE;
    struct error err;
    if (facts_book_add_debt(scene->book, id, debt, &index, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

static inline void scene_select(struct scene *scene, const char *jurisdiction)
{
    struct error err;
    rules_selection_freep(&scene->selection);
    if (rules_select_jurisdiction(scene->rules, jurisdiction, false, &scene->selection, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

/* A new person without debts and addresses. */
static inline void scene_clear(struct scene *scene)
{
    facts_book_freep(&scene->book);
    scene->book = facts_book_new();
}

static inline void scene_begin(struct scene *scene)
{
    scene_clear(scene);
    const struct fact_debt debt = fact_debt_plain();
    add_debt(scene, "D1", &debt);
    add_debt(scene, "D2", &debt);
    add_debt(scene, "D3", &debt);
    scene->home = add_address(scene, "A1", ADDRESS_POSTAL, PLACE_HOME, "America/New_York");
    scene->mobile = add_address(scene, "P1", ADDRESS_MOBILE, PLACE_NONE, "America/New_York");
    scene->email = add_address(scene, "E1", ADDRESS_EMAIL, PLACE_NONE, NULL);
}

static inline int scene_setup(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    const char *source = getenv("DUNLIN_SOURCE_DIR");
    char path[4096];
    assert_non_null(scene);
    *state = scene;
    struct error err;
    (void)snprintf(path, sizeof(path), "%s/deploy/rules", source == NULL ? "." : source);
    if (rules_book_load(path, &scene->rules, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    scene_select(scene, "US");
    scene_begin(scene);
    return 0;
}

static inline int scene_teardown(void **state)
{
    struct scene *scene = *state;
    rules_selection_freep(&scene->selection);
    rules_book_freep(&scene->rules);
    facts_book_freep(&scene->book);
    free(scene);
    return 0;
}

static inline int scene_reset(void **state)
{
    scene_select(*state, "US");
    scene_begin(*state);
    return 0;
}

static inline void happens(struct scene *scene, const struct fact_event *event)
{
    struct error err;
    if (facts_book_apply(scene->book, event, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

static inline struct fact_event event(enum fact_event_type type, const char *when)
{
    return fact_event_plain(type, at(when));
}

static inline void calls(struct scene *scene, const char *when, enum contact_outcome outcome, debt_set debts)
{
    struct fact_event call = event(FACT_CONTACT_OUT, when);
    call.address = scene->mobile;
    call.outcome = outcome;
    call.debts = debts;
    happens(scene, &call);
}

static inline void writes(struct scene *scene, const char *when, enum medium medium, uint8_t address)
{
    struct fact_event message = event(FACT_CONTACT_OUT, when);
    message.medium = medium;
    message.address = address;
    message.outcome = OUTCOME_SENT;
    message.debts = D1;
    happens(scene, &message);
}

static inline void consumer_writes(struct scene *scene, const char *when, enum medium medium, uint8_t address)
{
    struct fact_event message = event(FACT_CONTACT_IN, when);
    message.medium = medium;
    message.address = address;
    message.outcome = OUTCOME_SENT;
    message.flags = FACT_FLAG_ABOUT_DEBT;
    happens(scene, &message);
}

static inline void consents(struct scene *scene, const char *when, enum consent_scope scope, uint8_t address)
{
    struct fact_event consent = event(FACT_CONSENT, when);
    consent.scope = scope;
    consent.address = address;
    consent.flags = FACT_FLAG_GIVEN_TO_COLLECTOR | FACT_FLAG_COMPLIANT;
    happens(scene, &consent);
}

static inline void debt_event(struct scene *scene, enum fact_event_type type, const char *when, uint32_t flags)
{
    struct fact_event change = event(type, when);
    change.debts = D1;
    change.flags = flags;
    happens(scene, &change);
}

static inline struct question call_at(const struct scene *scene, const char *when)
{
    struct question question = question_plain(ACTION_CONTACT, at(when));
    question.address = scene->mobile;
    question.debts = D1;
    return question;
}

static inline struct question message_at(enum medium medium, uint8_t address, const char *when)
{
    struct question question = question_plain(ACTION_CONTACT, at(when));
    question.medium = medium;
    question.address = address;
    question.debts = D1;
    return question;
}

static inline struct question asks(enum question_action action, const char *when)
{
    struct question question = question_plain(action, at(when));
    question.debts = D1;
    return question;
}

static inline void judge(struct scene *scene, const struct question *question, struct rules_verdict *verdict)
{
    rules_judge(scene->selection, facts_book_facts(scene->book), question, verdict);
}

static inline void show(const struct rules_verdict *verdict)
{
    for (size_t i = 0; i < verdict->n_hits; i++)
        print_message("%s (%s): %s\n", verdict->hits[i].rule->id, severity_name(verdict->hits[i].severity),
                      verdict->hits[i].detail);
}

#define assert_allowed(scene, question)                                                                                \
    do {                                                                                                               \
        struct rules_verdict verdict_;                                                                                 \
        judge(scene, question, &verdict_);                                                                             \
        if (!verdict_.is_allowed)                                                                                      \
            show(&verdict_);                                                                                           \
        assert_true(verdict_.is_allowed);                                                                              \
    } while (0)

#define assert_refused(scene, question, rule)                                                                          \
    do {                                                                                                               \
        struct rules_verdict verdict_;                                                                                 \
        judge(scene, question, &verdict_);                                                                             \
        if (verdict_hit(&verdict_, rule) == NULL)                                                                      \
            show(&verdict_);                                                                                           \
        assert_false(verdict_.is_allowed);                                                                             \
        assert_non_null(verdict_hit(&verdict_, rule));                                                                 \
    } while (0)

#define assert_count(scene, question, rule, expected)                                                                  \
    do {                                                                                                               \
        struct rules_verdict verdict_;                                                                                 \
        judge(scene, question, &verdict_);                                                                             \
        assert_non_null(verdict_count(&verdict_, rule));                                                               \
        assert_int_equal(verdict_count(&verdict_, rule)->count, expected);                                             \
    } while (0)

#endif
