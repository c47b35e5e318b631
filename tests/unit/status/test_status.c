#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "status/status.h"

static void sets_code_and_text(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(error_set(&err, STATUS_NOT_FOUND, "no account '%s'", "A-7"), STATUS_NOT_FOUND);
    assert_int_equal(err.code, STATUS_NOT_FOUND);
    assert_string_equal(err.text, "no account 'A-7'");
}

static void chains_from_the_outermost_attempt_to_the_cause(void **state)
{
    (void)state;
    struct error err = {0};
    (void)error_set(&err, STATUS_UNAVAILABLE, "connection lost");
    (void)error_wrap(&err, STATUS_UNAVAILABLE, "insert account");
    assert_int_equal(error_wrap(&err, STATUS_ABORTED, "place account '%s'", "A-7"), STATUS_ABORTED);
    assert_int_equal(err.code, STATUS_ABORTED);
    assert_string_equal(err.text, "place account 'A-7': insert account: connection lost");
}

static void wraps_an_empty_text_without_a_colon(void **state)
{
    (void)state;
    struct error err = {0};
    (void)error_wrap(&err, STATUS_OUT_OF_RANGE, "read record");
    assert_string_equal(err.text, "read record");
}

static void returns_the_code_without_an_error_struct(void **state)
{
    (void)state;
    assert_int_equal(error_set(NULL, STATUS_INTERNAL, "dropped"), STATUS_INTERNAL);
    assert_int_equal(error_wrap(NULL, STATUS_ABORTED, "dropped"), STATUS_ABORTED);
}

static void takes_arguments_from_its_own_text(void **state)
{
    (void)state;
    struct error err = {0};
    (void)error_set(&err, STATUS_INTERNAL, "cause");
    (void)error_set(&err, STATUS_INTERNAL, "before (%s) after", err.text);
    assert_string_equal(err.text, "before (cause) after");
    (void)error_wrap(&err, STATUS_INTERNAL, "[%s]", err.text);
    assert_string_equal(err.text, "[before (cause) after]: before (cause) after");
}

static void cuts_a_long_text_between_characters(void **state)
{
    (void)state;
    static const struct {
        const char *character;
        size_t len;
    } CASES[] = {{"x", 1}, {"\xC3\xA9", 2}, {"\xE2\x82\xAC", 3}, {"\xF0\x9F\x90\xA6", 4}};
    for (size_t c = 0; c < ARRAY_SIZE(CASES); c++) {
        for (size_t n_before = 0; n_before < 4; n_before++) {
            char long_text[2 * ERROR_TEXT_MAX] = "";
            memset(long_text, '.', n_before);
            size_t len = n_before;
            while (len < ERROR_TEXT_MAX + 8) {
                memcpy(long_text + len, CASES[c].character, CASES[c].len);
                len += CASES[c].len;
            }
            struct error err = {0};
            (void)error_set(&err, STATUS_INTERNAL, "%s", long_text);
            size_t want = n_before + (ERROR_TEXT_MAX - 1 - n_before) / CASES[c].len * CASES[c].len;
            assert_int_equal(strlen(err.text), want);
            assert_memory_equal(err.text, long_text, want);
        }
    }
}

static void cuts_the_cause_when_the_chain_is_too_long(void **state)
{
    (void)state;
    char long_text[ERROR_TEXT_MAX];
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    struct error err = {0};
    (void)error_set(&err, STATUS_INTERNAL, "%s", long_text);
    (void)error_wrap(&err, STATUS_INTERNAL, "outer");
    assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
    assert_memory_equal(err.text, "outer: xxx", 10);
}

static void shows_a_refused_text_cut_and_without_what_a_log_cannot_carry(void **state)
{
    (void)state;
    char buffer[ERROR_SHOWN_SIZE], longest[2 * ERROR_SHOWN_SIZE];
    assert_string_equal(error_shown("12\n\x7f\xc3\xa9~ ", buffer), "12????~ ");
    assert_string_equal(error_shown("", buffer), "");
    memset(longest, '1', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(strlen(error_shown(longest, buffer)), ERROR_SHOWN_SIZE - 1);
}

static void names_every_code_and_no_other_number(void **state)
{
    (void)state;
    assert_string_equal(status_name(STATUS_OK), "OK");
    assert_string_equal(status_name(STATUS_INVALID_ARGUMENT), "INVALID_ARGUMENT");
    assert_string_equal(status_name(STATUS_UNAUTHENTICATED), "UNAUTHENTICATED");
    for (int code = STATUS_OK; code <= STATUS_UNAUTHENTICATED; code++) {
        assert_non_null(status_name((enum status)code));
        assert_int_equal(status_from_wire(code), code);
    }
    assert_string_equal(status_name((enum status)17), "UNKNOWN");
    assert_string_equal(status_name((enum status) - 1), "UNKNOWN");
    assert_int_equal(status_from_wire(17), STATUS_UNKNOWN);
    assert_int_equal(status_from_wire(-1), STATUS_UNKNOWN);
    assert_int_equal(status_from_wire(INT32_MIN), STATUS_UNKNOWN);
}

static void retries_only_what_may_be_sent_again_unchanged(void **state)
{
    (void)state;
    for (int code = STATUS_OK; code <= STATUS_UNAUTHENTICATED; code++) {
        bool want = code == STATUS_UNAVAILABLE || code == STATUS_ABORTED || code == STATUS_RESOURCE_EXHAUSTED;
        assert_int_equal(status_is_transient((enum status)code), want);
    }
}

static int n_freed;

static void counted_freep(char **text)
{
    if (*text != NULL)
        n_freed++;
    free(*text);
}

static char *hand_on(void)
{
    SCOPED(counted_freep) char *text = strdup("kept");
    return TAKE(text);
}

static void scoped_frees_and_take_hands_on(void **state)
{
    (void)state;
    n_freed = 0;
    {
        SCOPED(counted_freep) char *kept = hand_on();
        assert_int_equal(n_freed, 0);
        assert_string_equal(kept, "kept");
    }
    assert_int_equal(n_freed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_code_and_text),
        cmocka_unit_test(chains_from_the_outermost_attempt_to_the_cause),
        cmocka_unit_test(wraps_an_empty_text_without_a_colon),
        cmocka_unit_test(returns_the_code_without_an_error_struct),
        cmocka_unit_test(takes_arguments_from_its_own_text),
        cmocka_unit_test(cuts_a_long_text_between_characters),
        cmocka_unit_test(cuts_the_cause_when_the_chain_is_too_long),
        cmocka_unit_test(shows_a_refused_text_cut_and_without_what_a_log_cannot_carry),
        cmocka_unit_test(names_every_code_and_no_other_number),
        cmocka_unit_test(retries_only_what_may_be_sent_again_unchanged),
        cmocka_unit_test(scoped_frees_and_take_hands_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
