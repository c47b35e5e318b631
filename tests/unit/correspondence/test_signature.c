#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "email_message.h"
#include "signature.h"

#define SECRET "sixteen characters"

static void a_request_is_taken_with_its_signature_and_in_its_time_alone(void **state)
{
    char good[SIGNATURE_HEX_SIZE], other[SIGNATURE_HEX_SIZE];
    signature_make(SECRET, "1000000", "body", 4, good);
    signature_make("another secret", "1000000", "body", 4, other);
    const struct {
        const char *timestamp, *signature, *body;
        int64_t now_s;
        enum status expected;
    } rows[] = {
        {"1000000", good, "body", 1000000, STATUS_OK},
        {"1000000", good, "body", 1000300, STATUS_OK},
        {"1000000", good, "body", 999700, STATUS_OK},
        {"1000000", good, "body", 1000301, STATUS_DEADLINE_EXCEEDED},
        {"1000000", good, "body", 999699, STATUS_DEADLINE_EXCEEDED},
        {"1000001", good, "body", 1000000, STATUS_UNAUTHENTICATED},
        {"1000000", good, "bodz", 1000000, STATUS_UNAUTHENTICATED},
        {"1000000", other, "body", 1000000, STATUS_UNAUTHENTICATED},
        {"1000000", "", "body", 1000000, STATUS_UNAUTHENTICATED},
        {"", good, "body", 1000000, STATUS_UNAUTHENTICATED},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (signature_check(SECRET, rows[i].timestamp, rows[i].signature, rows[i].body, 4, rows[i].now_s, NULL) !=
            rows[i].expected)
            fail_msg("row %zu", i);
}

static void a_link_says_whom_it_is_of_and_cannot_be_made_up(void **state)
{
    const struct id account = {{1, 2, 3, [15] = 7}}, point = {{4, 5, 6, [15] = 7}};
    struct id read_account, read_point;
    char token[UNSUBSCRIBE_TOKEN_SIZE];
    (void)state;
    unsubscribe_token_make(SECRET, &account, &point, token);
    assert_int_equal(unsubscribe_token_read(SECRET, token, &read_account, &read_point, NULL), STATUS_OK);
    assert_memory_equal(&read_account, &account, ID_BYTES);
    assert_memory_equal(&read_point, &point, ID_BYTES);
    token[0] = token[0] == '0' ? '1' : '0';
    assert_int_equal(unsubscribe_token_read(SECRET, token, &read_account, &read_point, NULL), STATUS_UNAUTHENTICATED);
    assert_int_equal(unsubscribe_token_read(SECRET, "", &read_account, &read_point, NULL), STATUS_UNAUTHENTICATED);
}

static struct email_message plain_message(void)
{
    return (struct email_message){.from_name = "Jörg & Söhne",
                                  .from_address = "service@agency.example",
                                  .to_address = "jo@example.org",
                                  .subject = "Ihre Rechnung über 1.234,50 € bei der Größten Firma von allen",
                                  .body = "Guten Tag\n\n.\nEnde",
                                  .message_domain = "agency.example",
                                  .unsubscribe_url = "https://agency.example/unsubscribe/1",
                                  .permit_id = {{9, [15] = 7}},
                                  .date_us = INT64_C(1767632400000000)};
}

static void an_e_mail_has_what_the_rules_want(void **state)
{
    static const char *const PARTS[] = {
        "Date: Mon, 5 Jan 2026 17:00:00 +0000\r\n",
        "To: <jo@example.org>\r\n",
        "Message-ID: <09000000-0000-0000-0000-000000000007@agency.example>\r\n",
        "List-Unsubscribe: <https://agency.example/unsubscribe/1>\r\n",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        "Subject: =?UTF-8?B?",
        "R3V0ZW4gVGFnDQoNCi4NCkVuZGU=\r\n", /* the body, CRLF, in base64: no line of a single dot */
    };
    struct email_message message = plain_message();
    char *bytes = NULL;
    size_t len = 0;
    (void)state;
    assert_int_equal(email_message_write(&message, &bytes, &len, NULL), STATUS_OK);
    for (size_t i = 0; i < ARRAY_SIZE(PARTS); i++)
        if (!strstr(bytes, PARTS[i]))
            fail_msg("no '%s' in: %s", PARTS[i], bytes);
    for (const char *line = bytes, *end; (end = strstr(line, "\r\n")); line = end + 2)
        assert_true(end - line <= 130);
    free(bytes);
}

static void nothing_breaks_out_of_its_header(void **state)
{
    struct email_message message = plain_message();
    char *bytes = NULL;
    size_t len = 0;
    (void)state;
    message.to_address = "jo@example.org>\r\nRCPT TO:<other@example.org";
    assert_int_equal(email_message_write(&message, &bytes, &len, NULL), STATUS_INVALID_ARGUMENT);
    message = plain_message();
    message.subject = "a\r\nBcc: other@example.org";
    assert_int_equal(email_message_write(&message, &bytes, &len, NULL), STATUS_INVALID_ARGUMENT);
    message = plain_message();
    message.unsubscribe_url = NULL;
    assert_int_equal(email_message_write(&message, &bytes, &len, NULL), STATUS_INVALID_ARGUMENT);
    message = plain_message();
    message.subject = "";
    assert_int_equal(email_message_write(&message, &bytes, &len, NULL), STATUS_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_taken_with_its_signature_and_in_its_time_alone),
        cmocka_unit_test(a_link_says_whom_it_is_of_and_cannot_be_made_up),
        cmocka_unit_test(an_e_mail_has_what_the_rules_want),
        cmocka_unit_test(nothing_breaks_out_of_its_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
