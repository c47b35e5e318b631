#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "phone/phone.h"

/* Numbers are of the ranges that regulators keep for fiction (555-01XX, Ofcom's drama numbers, ACMA's, ...) where there
 * are such. */
static void reads_numbers_as_people_write_them(void **state)
{
    static const struct {
        const char *text, *region, *e164;
        enum phone_kind kind;
    } rows[] = {
        {"+12125550123", "US", "+12125550123", PHONE_UNKNOWN},
        {"+12125550123", NULL, "+12125550123", PHONE_UNKNOWN},
        {"+12125550123", "", "+12125550123", PHONE_UNKNOWN},
        {"+12125550123", "DE", "+12125550123", PHONE_UNKNOWN},
        {"2125550123", "US", "+12125550123", PHONE_UNKNOWN},
        {"(212) 555-0123", "US", "+12125550123", PHONE_UNKNOWN},
        {"212.555.0123", "US", "+12125550123", PHONE_UNKNOWN},
        {"1-212-555-0123", "US", "+12125550123", PHONE_UNKNOWN},
        {" +1 212 555 0123 ", "US", "+12125550123", PHONE_UNKNOWN},
        {"tel:+1-212-555-0123", "US", "+12125550123", PHONE_UNKNOWN},
        {"212-555-0123 ext. 17", "US", "+12125550123", PHONE_UNKNOWN},
        {"011 44 20 7946 0018", "US", "+442079460018", PHONE_FIXED},
        {"020 7946 0018", "GB", "+442079460018", PHONE_FIXED},
        {"0491 570 156", "AU", "+61491570156", PHONE_MOBILE},
        {"030 23125 123", "DE", "+493023125123", PHONE_FIXED},
        {"+1 800 555 0199", "US", "+18005550199", PHONE_TOLL_FREE},
        {"1-888-555-0123", "US", "+18885550123", PHONE_TOLL_FREE},
        {"0808 157 0192", "GB", "+448081570192", PHONE_TOLL_FREE},
        {"056 0000 0000", "GB", "+445600000000", PHONE_VOIP},
        {"+1 900 555 0123", "US", "+19005550123", PHONE_OTHER},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct phone phone = {0};
        struct error err = {0};
        enum status st = phone_parse(rows[i].text, rows[i].region, &phone, &err);
        if (st != STATUS_OK || strcmp(phone.e164, rows[i].e164) != 0 || phone.kind != rows[i].kind)
            fail_msg("'%s' in %s: %s '%s', %s, kind %d", rows[i].text, rows[i].region, status_name(st), err.text,
                     phone.e164, (int)phone.kind);
    }
}

/* Pseudo-random below `end`. */
static unsigned next(uint32_t *seed, unsigned end)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % end;
}

static void expect_same(const char *plain, const char *region, size_t *n_valid)
{
    char extended[80];
    struct phone quick = {0}, parsed = {0};
    struct error quick_err = {0}, parsed_err = {0};
    (void)snprintf(extended, sizeof(extended), "%s ext. 17", plain);
    enum status quick_st = phone_parse(plain, region, &quick, &quick_err);
    enum status parsed_st = phone_parse(extended, region, &parsed, &parsed_err);
    if (quick_st != parsed_st || strcmp(quick.e164, parsed.e164) != 0 || quick.kind != parsed.kind ||
        strcmp(quick_err.text, parsed_err.text) != 0)
        fail_msg("'%s': %s %s %d '%s', with an extension %s %s %d '%s'", plain, status_name(quick_st), quick.e164,
                 (int)quick.kind, quick_err.text, status_name(parsed_st), parsed.e164, (int)parsed.kind,
                 parsed_err.text);
    *n_valid += quick_st == STATUS_OK;
}

/* Plain American numbers are read without libphonenumber's parser, which reads those with an extension: both say the
 * same. */
static void reads_plain_numbers_as_libphonenumber_does(void **state)
{
    static const char *const FORMS[][4] = {
        {"", "", "", ""},        {"(", ") ", "-", ""},    {"", "-", "-", ""},    {"", ".", ".", ""},
        {" ", "  ", " ", " "},   {"((", ")) ", "--", ""}, {")", "( ", ".", ""},  {"-", "-", "-", "-"},
        {"+1 (", ") ", "-", ""}, {"1-", "-", "-", ""},    {"+1", "", "", ""},    {"1", "", "", ""},
        {" +1 ", " ", " ", " "}, {"+1.", ".", ".", ""},   {"1 (", ")", " ", ""}, {"+ 1 ", " ", " ", ""},
        {"+1 1", " ", " ", ""},  {"(1) ", " ", " ", ""},  {"+2", "", "", ""},    {"1 1", "-", "-", ""},
    };
    uint32_t seed = 1;
    size_t n_valid = 0;
    (void)state;

    for (int i = 0; i < 8000; i++) {
        const char *const *form = FORMS[next(&seed, ARRAY_SIZE(FORMS))];
        unsigned area = i % 4 == 0 ? next(&seed, 1000) : 200 + next(&seed, 800);
        unsigned exchange = i % 3 == 0 ? next(&seed, 1000) : 200 + next(&seed, 800);
        char plain[64];
        (void)snprintf(plain, sizeof(plain), "%s%03u%s%03u%s%04u%s", form[0], area, form[1], exchange, form[2],
                       next(&seed, 10000), form[3]);
        expect_same(plain, i % 5 == 0 ? "CA" : "US", &n_valid);
    }
    assert_true(n_valid > 800 && n_valid < 7200);
}

/* Seven digits say what a plain number is, and are remembered: so they must say it for all that begin so. */
static void seven_digits_say_what_a_plain_number_is(void **state)
{
    static const unsigned BEGINNINGS[] = {2465210, 2465211, 2465213, 8766060, 8766061, 8765235, 6582295, 6582300,
                                          4415600, 4415420, 6713000, 6715550, 2684640, 2687130, 8005550, 9005550,
                                          5005550, 5215550, 5335550, 2125550, 6505550, 7875550, 9395550, 8095550};
    uint32_t seed = 2;
    size_t n_valid = 0;
    (void)state;

    for (unsigned i = 0; i < 6000; i++) {
        char plain[16];
        unsigned first = i < 3000 ? BEGINNINGS[i % ARRAY_SIZE(BEGINNINGS)] : 2000000 + next(&seed, 300) * 26666;
        (void)snprintf(plain, sizeof(plain), "%07u%03u", first, next(&seed, 1000));
        expect_same(plain, "US", &n_valid);
    }
    assert_true(n_valid > 600 && n_valid < 5400);
}

static void refuses_what_is_no_number_says_why_and_never_repeats_it(void **state)
{
    static const struct {
        const char *text, *region, *why;
    } rows[] = {
        {"", "US", "not a number"},
        {" ", "US", "not a number"},
        {"none", "US", "not a number"},
        {"N/A", "US", "not a number"},
        {"\xff\xfe", "US", "not a number"},
        {"2125550123", NULL, "no such country code"},
        {"2125550123", "", "no such country code"},
        {"2125550123", "ZZ", "no such country code"},
        {"2125550123", "us", "no such country code"},
        {"+999 2125550123", "US", "no such country code"},
        {"5550123", "US", "area code is missing"},
        {"12345", "US", "too short"},
        {"212555012", "US", "too short"},
        {"21255501234", "US", "too long"},
        {"+1 212 555 01234", "US", "too long"},
        {"212555012345678901234567890", "US", "too long"},
        {"0000000000", "US", "not a valid number of its region"},
        {"1111111111", "US", "not a valid number of its region"},
        {"(012) 555-0123", "US", "not a valid number of its region"},
        {"+1 212 055 0123", "US", "not a valid number of its region"},
        {"911", "US", "too short"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct phone phone = {.kind = PHONE_VOIP};
        struct error err = {0};
        enum status st = phone_parse(rows[i].text, rows[i].region, &phone, &err);
        if (st != STATUS_INVALID_ARGUMENT || !strstr(err.text, rows[i].why))
            fail_msg("'%s': %s '%s', expected '%s'", rows[i].text, status_name(st), err.text, rows[i].why);
        assert_null(strpbrk(err.text, "0123456789"));
        assert_int_equal(phone.kind, PHONE_VOIP);
    }
}

/* libphonenumber alone spends most of a minute on this one; the test's time limit would tell. */
static void refuses_an_endless_text_at_once(void **state)
{
    static char text[1000000];
    struct phone phone;
    struct error err = {0};
    (void)state;

    memset(text, '5', sizeof(text) - 1);
    assert_int_equal(phone_parse(text, "US", &phone, &err), STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "too long"));
    memset(text, ' ', sizeof(text) - 1);
    assert_int_equal(phone_parse(text, "US", &phone, NULL), STATUS_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers_as_people_write_them),
        cmocka_unit_test(reads_plain_numbers_as_libphonenumber_does),
        cmocka_unit_test(seven_digits_say_what_a_plain_number_is),
        cmocka_unit_test(refuses_what_is_no_number_says_why_and_never_repeats_it),
        cmocka_unit_test(refuses_an_endless_text_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
