#ifndef DUNLIN_TESTS_UNIT_CONTACT_PERSON_H
#define DUNLIN_TESTS_UNIT_CONTACT_PERSON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contact_rules.h"
#include "contact_state.h"
#include "policy/sop.h"
#include "test_instant.h"

/* A debtor with one account and numbers, for tests of the models. Everything is in partition 3. */

static inline struct id test_id(const char *name)
{
    return id_derive_root(3, "test", name, strlen(name));
}

static inline struct account *test_account(struct contact_book *book, const char *name)
{
    const struct id debtor_id = test_id("debtor");
    const struct id account_id = test_id(name);
    return contact_add_account(book, &account_id, contact_add_debtor(book, &debtor_id, 1));
}

static inline struct contact_point *test_point(struct contact_book *book, struct account *account, const char *name,
                                               enum contact_point_kind kind, const char *zones)
{
    const struct id id = test_id(name);
    struct contact_point *point = debtor_add_point(account->debtor, &id);
    point->kind = kind;
    point->value = kind == CONTACT_POINT_PHONE ? "+12125550100" : contact_text(book, name);
    point->zones = contact_text(book, zones);
    debtor_update_zones(account->debtor);
    return point;
}

static inline struct contact_point *test_phone(struct contact_book *book, struct account *account, const char *name,
                                               const char *zones)
{
    return test_point(book, account, name, CONTACT_POINT_PHONE, zones);
}

static inline void test_attempt(struct account *account, const struct contact_point *point, struct instant when,
                                bool counts, bool is_conversation)
{
    static unsigned number;
    char name[24];
    (void)snprintf(name, sizeof(name), "permit-%u", ++number);
    const struct attempt attempt = {
        .permit_id = test_id(name),
        .contact_point_id = point->id,
        .occurred_at_us = when.us,
        .counts = counts,
        .is_conversation = is_conversation,
    };
    account_add_attempt(account, &attempt);
}

/* What a test of one account stands on; a cmocka state. */
struct person_fixture {
    struct contact_book *book;
    struct account *account;
    struct contact_point *phone; /* in New York */
};

static inline int person_setup(void **state)
{
    struct person_fixture *fixture = calloc(1, sizeof(*fixture));
    fixture->book = contact_book_new();
    fixture->account = test_account(fixture->book, "account");
    fixture->phone = test_phone(fixture->book, fixture->account, "phone", "America/New_York");
    *state = fixture;
    return 0;
}

static inline int person_teardown(void **state)
{
    struct person_fixture *fixture = *state;
    contact_book_free(fixture->book);
    free(fixture);
    return 0;
}

static inline struct contact_rules *test_rules(void)
{
    struct contact_rules *rules = NULL;
    struct error err = {0};
    if (contact_rules_load("deploy/rules", "us-federal,house", &rules, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return rules;
}

static inline struct sop *test_sop(void)
{
    struct sop *sop = NULL;
    struct error err = {0};
    if (sop_load("deploy/policies/standard.yaml", &sop, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    return sop;
}

#endif
