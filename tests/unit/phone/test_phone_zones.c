#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phone/phone.h"
#include "phone/phone_zones_table.h"

/* The zones of `e164`, joined as in phone_zones.txt. */
static void join_zones(const char *e164, char *text, size_t size)
{
    const char *const *names = NULL;
    size_t n = phone_zones(e164, &names);
    size_t len = 0;

    text[0] = '\0';
    assert_non_null(names);
    for (size_t i = 0; i < n; i++) {
        len += (size_t)snprintf(text + len, size - len, "%s%s", i > 0 ? "&" : "", names[i]);
        assert_true(len < size);
    }
    assert_null(names[n]);
}

static void knows_the_zones_of_a_number_by_its_longest_prefix(void **state)
{
    static const struct {
        const char *e164, *zones;
    } rows[] = {
        {"+12125550123", "America/New_York"},
        {"+13125550123", "America/Chicago"},
        {"+14155550123", "America/Los_Angeles"},
        {"+18085550123", "Pacific/Honolulu"},
        {"+12084455012", "America/Boise&America/Los_Angeles"},
        {"+12082015501", "America/Denver"},
        {"+12082155501", "America/Los_Angeles"},
        {"+12082345501", "America/Denver"},
        {"+493023125123", "Europe/Berlin"},
        {"+49", "Europe/Berlin"},
        {"+442079460018", "Europe/London"},
        {"+447700900123", "Europe/Guernsey&Europe/Isle_of_Man&Europe/London"},
        {"+61291550123", "Australia/Sydney"},
        {"+64", "Pacific/Auckland&Pacific/Chatham"},
        {"+819012345678", "Asia/Tokyo"},
        {"+77", "Asia/Almaty&Asia/Aqtobe"},
        {"+976", "Asia/Choibalsan&Asia/Hovd&Asia/Ulaanbaatar"},
    };
    char text[2048];
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        join_zones(rows[i].e164, text, sizeof(text));
        if (strcmp(text, rows[i].zones) != 0)
            fail_msg("%s: %s, expected %s", rows[i].e164, text, rows[i].zones);
    }
}

static void a_number_that_may_move_counts_every_zone_of_its_country(void **state)
{
    static const struct {
        struct phone phone;
        size_t least, most;
        const char *reason;
    } rows[] = {
        {{"+61412345678", PHONE_MOBILE}, 8, 8, "an Australian mobile may be in Perth"},
        {{"+61412345678", PHONE_UNKNOWN}, 8, 8, "as may a number of unknown kind"},
        {{"+61291550123", PHONE_FIXED}, 1, 1, "a line in Sydney is in Sydney"},
        {{"+79161234567", PHONE_MOBILE}, 10, 50, "a Russian mobile"},
        {{"+12125550123", PHONE_UNKNOWN}, 1, 1, "the North American plan goes by area code"},
        {{"+12125550123", PHONE_MOBILE}, 1, 1, "for mobiles too"},
        {{"+18005550123", PHONE_TOLL_FREE}, 0, 0, "toll-free"},
        {{"+448081570123", PHONE_TOLL_FREE}, 0, 0, "toll-free elsewhere"},
        {{"+999", PHONE_UNKNOWN}, 0, 0, "no such country"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *const *names = NULL;
        size_t n = phone_candidate_zones(&rows[i].phone, &names);
        if (n < rows[i].least || n > rows[i].most)
            fail_msg("%s (%s): %zu zones", rows[i].phone.e164, rows[i].reason, n);
        assert_null(names[n]);
    }
}

static void unknown_is_unknown_and_never_a_guess(void **state)
{
    static const char *const rows[] = {
        "+1",
        "+12",
        "+18005550199",
        "+18335550199",
        "+18445550199",
        "+18555550199",
        "+18665550199",
        "+18775550199",
        "+18885550199",
        "+19005550123",
        "+15005550123",
        "+17005550123",
        "+19995550123",
        "+80012345678",
        "+881612345678",
        "+999123456789",
        "+0",
        "+",
        "",
        "12125550123",
        "+1212555012x",
        "+ 12125550123",
        "2125550123",
        "++12125550123",
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *const *names = NULL;
        if (phone_zones(rows[i], &names) != 0)
            fail_msg("%s is in %s", rows[i], names[0]);
        assert_non_null(names);
        assert_null(names[0]);
    }
}

/* Read back from the text that the table was made of, so that a slip of the generator shows. */
static void every_line_of_the_table_is_found(void **state)
{
    char path[4096];
    char line[2048];
    char text[2048];
    size_t n_lines = 0;
    const char *source = getenv("DUNLIN_SOURCE_DIR");
    (void)state;

    (void)snprintf(path, sizeof(path), "%s/common/phone/phone_zones.txt", source ? source : ".");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        char e164[32];
        char *zones = strchr(line, '|');
        if (line[0] == '#' || !zones)
            continue;
        *zones++ = '\0';
        zones[strcspn(zones, "\n")] = '\0';
        n_lines++;
        if (strcmp(line, "1") == 0)
            continue;
        (void)snprintf(e164, sizeof(e164), "+%.20s", line);
        join_zones(e164, text, sizeof(text));
        if (strcmp(text, zones) != 0)
            fail_msg("%s: %s, expected %s", e164, text, zones);
    }
    (void)fclose(file);
    assert_int_equal(n_lines, PHONE_PREFIXES_COUNT);
}

static void the_table_is_sorted_without_doubles(void **state)
{
    (void)state;

    for (size_t i = 1; i < PHONE_PREFIXES_COUNT; i++)
        assert_true(strcmp(PHONE_PREFIXES[i - 1].digits, PHONE_PREFIXES[i].digits) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_zones_of_a_number_by_its_longest_prefix),
        cmocka_unit_test(a_number_that_may_move_counts_every_zone_of_its_country),
        cmocka_unit_test(unknown_is_unknown_and_never_a_guess),
        cmocka_unit_test(every_line_of_the_table_is_found),
        cmocka_unit_test(the_table_is_sorted_without_doubles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
