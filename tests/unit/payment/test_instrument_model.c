#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "instrument_model.h"

/* Broken once: '-' left out of what parts digits; the day of the authorization compared with < today. */

#define TODAY 20600

static const uint8_t EVIDENCE[INSTRUMENT_AUTHORIZATION_BYTES] = {7};

static struct instrument good(void)
{
    return (struct instrument){
        .instrument_id = {{1}},
        .debtor_id = {{2}},
        .state = INSTRUMENT_ACTIVE,
        .kind = INSTRUMENT_CHECKING,
        .routing = "091400606",
        .token = "tok_5f1a9c77",
        .last4 = "6789",
        .holder = "Ada Example",
        .class = DEBIT_PPD,
        .authorization_hash = EVIDENCE,
        .authorized_on_days = TODAY,
        .reason = "",
    };
}

static void takes_tokens(void **state)
{
    static const char *const TOKENS[] = {"tok_5f1a9c77", "a", "4111x1111x1111x11", "TRUST-001"};
    struct error err;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(TOKENS); i++) {
        struct instrument instrument = good();
        instrument.token = TOKENS[i];
        if (instrument_check(&instrument, TODAY, &err) != STATUS_OK)
            fail_msg("%s: %s", TOKENS[i], err.text);
    }
}

static void refuses_what_could_be_a_number_and_quotes_nothing_of_it(void **state)
{
    static const char *const SECRETS[] = {"4111111111111111",  "x4111111111111111", "5500-0000-0000-04", "1234",
                                          "00123456789012345", "12-34-5678",        "12.34/5678_9",      "7"};
    struct error err;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(SECRETS); i++) {
        struct instrument instrument = good();
        instrument.token = SECRETS[i];
        if (instrument_check(&instrument, TODAY, &err) != STATUS_INVALID_ARGUMENT)
            fail_msg("taken: %s", SECRETS[i]);
        assert_memory_equal(err.text, "token: ", 7);
        if (strlen(SECRETS[i]) > 1)
            assert_null(strstr(err.text, SECRETS[i]));
    }
}

static void refuses_each_wrong_field_by_its_name(void **state)
{
    struct instrument rows[11];
    static const char *const FIELDS[] = {"token",
                                         "token",
                                         "token",
                                         "routing",
                                         "routing",
                                         "last4",
                                         "holder",
                                         "holder",
                                         "holder",
                                         "authorized_on_days",
                                         "authorization_hash"};
    char long_name[INSTRUMENT_HOLDER_MAX + 2];
    struct error err;

    (void)state;
    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        rows[i] = good();
    rows[0].token = "";
    rows[1].token = "tok_5f1a9c77901234";
    rows[2].token = "tok 5";
    rows[3].routing = "091400607";
    rows[4].routing = "";
    rows[5].last4 = "678x";
    rows[6].holder = "Ada 4111111111111111";
    rows[7].holder = "004422119977";
    rows[8].holder = long_name;
    rows[9].authorized_on_days = TODAY + 1;
    rows[10].authorization_hash = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(instrument_check(&rows[i], TODAY, &err), STATUS_INVALID_ARGUMENT);
        if (strncmp(err.text, FIELDS[i], strlen(FIELDS[i])) != 0)
            fail_msg("row %zu: '%s' is not about %s", i, err.text, FIELDS[i]);
    }
}

static void stops_once_and_for_good(void **state)
{
    struct instrument instrument = good();

    (void)state;
    assert_true(instrument_stop(&instrument, "letter"));
    assert_false(instrument_stop(&instrument, "R10"));
    assert_int_equal(instrument.state, INSTRUMENT_STOPPED);
    assert_string_equal(instrument.reason, "letter");
}

static void is_the_same_but_for_state_and_reason(void **state)
{
    struct instrument a = good(), b = good();

    (void)state;
    assert_true(instrument_stop(&b, "letter"));
    assert_true(instrument_is_same(&a, &b));
    b.token = "tok_other";
    assert_false(instrument_is_same(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_tokens),
        cmocka_unit_test(refuses_what_could_be_a_number_and_quotes_nothing_of_it),
        cmocka_unit_test(refuses_each_wrong_field_by_its_name),
        cmocka_unit_test(stops_once_and_for_good),
        cmocka_unit_test(is_the_same_but_for_state_and_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
