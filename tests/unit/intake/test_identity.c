#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "intake_identity.h"

static const uint8_t AGENCY_KEY[PLATFORM_IDENTITY_KEY_BYTES] = "agency one's secret, 32 bytes..";
static const uint8_t OTHER_KEY[PLATFORM_IDENTITY_KEY_BYTES] = "agency two's secret, 32 bytes..";

static const struct identity_facts NOBODY = {
    .client = "acme", .debtor_reference = "", .tax_id = "", .name = "", .country = "US", .postcode = ""};

static struct identity_facts person(const char *name, const char *postcode, int32_t birth_days)
{
    struct identity_facts facts = NOBODY;

    facts.name = name;
    facts.postcode = postcode;
    facts.has_birth = true;
    facts.birth.days = birth_days;
    return facts;
}

static bool are_one(const struct identity_facts *a, const struct identity_facts *b)
{
    uint8_t key_a[IDENTITY_KEY_BYTES], key_b[IDENTITY_KEY_BYTES];

    assert_int_not_equal(identity_key(a, AGENCY_KEY, key_a), IDENTITY_NONE);
    assert_int_not_equal(identity_key(b, AGENCY_KEY, key_b), IDENTITY_NONE);
    return memcmp(key_a, key_b, IDENTITY_KEY_BYTES) == 0;
}

#define OPENED_AT_US (INT64_C(1780000000) * US_PER_S)

static void the_reference_comes_first_then_the_tax_id_then_the_name(void **state)
{
    (void)state;
    uint8_t key[IDENTITY_KEY_BYTES];
    struct identity_facts facts = person("Ann Smith", "10001", 100);

    assert_int_equal(identity_key(&facts, AGENCY_KEY, key), IDENTITY_BY_NAME);
    facts.tax_id = "000-12-3456";
    assert_int_equal(identity_key(&facts, AGENCY_KEY, key), IDENTITY_BY_TAX_ID);
    facts.debtor_reference = "C-1";
    assert_int_equal(identity_key(&facts, AGENCY_KEY, key), IDENTITY_BY_REFERENCE);
}

static void too_little_is_no_identity(void **state)
{
    (void)state;
    uint8_t key[IDENTITY_KEY_BYTES];
    struct identity_facts rows[] = {NOBODY, person("", "10001", 1), person("!!!", "10001", 1), person("Ann", "", 1),
                                    person("Ann", "10001", 1)};

    rows[4].has_birth = false;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        assert_int_equal(identity_key(&rows[i], AGENCY_KEY, key), IDENTITY_NONE);
}

static void the_same_person_written_differently_is_one_debtor(void **state)
{
    static const char *const names[][2] = {
        {"Ann Smith", "SMITH, ANN"},   {"José O'Neil", "jose oneil"},
        {"Ann  Smith ", "ann smith"},  {"Jean-Luc Picard", "Jean Luc Picard"},
        {"Ａｎｎ Smith", "Ann Smith"}, {"Jose\xCC\x81 Diaz", "José Díaz"},
        {"STRAẞE", "strasse"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct identity_facts a = person(names[i][0], "10001", 5);
        struct identity_facts b = person(names[i][1], "10001-1234", 5);
        if (!are_one(&a, &b))
            fail_msg("'%s' and '%s' are two", names[i][0], names[i][1]);
    }
}

static void what_differs_makes_two_debtors(void **state)
{
    (void)state;
    struct identity_facts ann = person("Ann Smith", "10001", 5);
    struct identity_facts rows[] = {person("Anna Smith", "10001", 5), person("Ann Smith", "10002", 5),
                                    person("Ann Smith", "10001", 6), person("Ann Smith", "10001", 5)};

    rows[3].country = "DE";
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        assert_false(are_one(&ann, &rows[i]));
    /* Scripts whose marks carry the word must not lose them. */
    struct identity_facts ka = person("की", "10001", 5);
    struct identity_facts ku = person("कु", "10001", 5);
    assert_false(are_one(&ka, &ku));
}

static void a_reference_is_the_client_s_own_and_a_tax_id_everybody_s(void **state)
{
    (void)state;
    struct identity_facts a = NOBODY, b = NOBODY;

    a.debtor_reference = b.debtor_reference = "C-1";
    b.client = "other";
    assert_false(are_one(&a, &b));
    a.debtor_reference = b.debtor_reference = "";
    a.tax_id = "000-12-3456";
    b.tax_id = "000123456";
    assert_true(are_one(&a, &b));
}

static void parts_do_not_run_into_each_other(void **state)
{
    (void)state;
    struct identity_facts a = NOBODY, b = NOBODY;

    a.client = "ac";
    a.debtor_reference = "meC";
    b.client = "acme";
    b.debtor_reference = "C";
    assert_false(are_one(&a, &b));
}

static void another_agency_s_key_gives_another_identity(void **state)
{
    (void)state;
    uint8_t one[IDENTITY_KEY_BYTES], two[IDENTITY_KEY_BYTES];
    struct identity_facts facts = NOBODY;

    facts.tax_id = "000-12-3456";
    assert_int_equal(identity_key(&facts, AGENCY_KEY, one), IDENTITY_BY_TAX_ID);
    assert_int_equal(identity_key(&facts, OTHER_KEY, two), IDENTITY_BY_TAX_ID);
    assert_memory_not_equal(one, two, IDENTITY_KEY_BYTES);
}

static void tax_ids_that_would_make_strangers_one_are_not_usable(void **state)
{
    static const struct {
        const char *tax_id;
        bool is_usable;
    } rows[] = {
        {"000-12-3456", true}, {"12-3456789", true}, {"DE123456789", true}, {"000-00-0000", false},
        {"999999999", false},  {"1234", false},      {"", false},           {"---------", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        assert_int_equal(identity_tax_id_is_usable(rows[i].tax_id), rows[i].is_usable);
}

static void a_debtor_s_accounts_live_in_the_debtor_s_partition(void **state)
{
    (void)state;
    static const uint8_t key[IDENTITY_KEY_BYTES] = {1, 2, 3};
    struct id debtor = identity_debtor_id(1, key);
    struct id account = identity_account_id(&debtor, "acme", "A-1", OPENED_AT_US, 7);
    struct id other = identity_account_id(&debtor, "acm", "eA-1", OPENED_AT_US, 7);

    assert_int_equal(id_partition(&debtor), id_partition_of_debtor(1, key, sizeof(key)));
    assert_int_equal(id_partition(&account), id_partition(&debtor));
    assert_false(id_equal(&account, &other));
}

static void ids_of_accounts_follow_the_lines_of_their_file(void **state)
{
    (void)state;
    static const int64_t LINES[] = {2, 3, 255, 256, 70000, 0xFFFFFF};
    static const uint8_t key[IDENTITY_KEY_BYTES] = {1, 2, 3};
    struct id debtor = identity_debtor_id(1, key), before = {{0}};

    for (size_t i = 0; i < ARRAY_SIZE(LINES); i++) {
        struct id account = identity_account_id(&debtor, "acme", "A-1", OPENED_AT_US, LINES[i]);
        assert_true(id_compare(&before, &account) < 0);
        before = account;
    }
    struct id later = identity_account_id(&debtor, "acme", "A-1", OPENED_AT_US + US_PER_MIN, 2);
    assert_true(id_compare(&before, &later) < 0);
    struct id beyond = identity_account_id(&debtor, "acme", "A-2", OPENED_AT_US, 0x1FFFFFF);
    assert_true(id_compare(&beyond, &later) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_comes_first_then_the_tax_id_then_the_name),
        cmocka_unit_test(too_little_is_no_identity),
        cmocka_unit_test(the_same_person_written_differently_is_one_debtor),
        cmocka_unit_test(what_differs_makes_two_debtors),
        cmocka_unit_test(a_reference_is_the_client_s_own_and_a_tax_id_everybody_s),
        cmocka_unit_test(parts_do_not_run_into_each_other),
        cmocka_unit_test(another_agency_s_key_gives_another_identity),
        cmocka_unit_test(tax_ids_that_would_make_strangers_one_are_not_usable),
        cmocka_unit_test(a_debtor_s_accounts_live_in_the_debtor_s_partition),
        cmocka_unit_test(ids_of_accounts_follow_the_lines_of_their_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
