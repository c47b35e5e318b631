#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "dunlin/platform/v1/platform.pb-c.h"
#include "service/service_internal.h"

struct fixture {
    struct service_answer answer;
    struct service_call call;
};

static int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    fixture->call.answer = &fixture->answer;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    service_answer_clear(&fixture->answer);
    g_free(fixture);
    return 0;
}

static void reply_with(struct service_call *call, const char *text)
{
    char copy[64];
    Dunlin__Platform__V1__PingReply reply;
    dunlin__platform__v1__ping_reply__init(&reply);
    g_strlcpy(copy, text, sizeof(copy));
    reply.text = copy;
    service_reply(call, &reply.base);
}

static void a_new_call_has_no_answer(void **state)
{
    struct fixture *fixture = *state;
    assert_false(service_is_answered(&fixture->call));
}

static void a_reply_is_packed_at_once(void **state)
{
    struct fixture *fixture = *state;
    reply_with(&fixture->call, "hello");
    assert_true(service_is_answered(&fixture->call));
    assert_int_equal(fixture->answer.code, STATUS_OK);
    Dunlin__Platform__V1__PingReply *reply =
        dunlin__platform__v1__ping_reply__unpack(NULL, fixture->answer.body_len, fixture->answer.body);
    assert_non_null(reply);
    assert_string_equal(reply->text, "hello");
    dunlin__platform__v1__ping_reply__free_unpacked(reply, NULL);
}

static void an_empty_reply_has_a_body_of_no_bytes(void **state)
{
    struct fixture *fixture = *state;
    Dunlin__Platform__V1__SetClockReply reply;
    dunlin__platform__v1__set_clock_reply__init(&reply);
    service_reply(&fixture->call, &reply.base);
    assert_true(service_is_answered(&fixture->call));
    assert_non_null(fixture->answer.body);
    assert_int_equal(fixture->answer.body_len, 0);
}

static void a_failure_says_why(void **state)
{
    struct fixture *fixture = *state;
    service_fail(&fixture->call, STATUS_NOT_FOUND, "account '%s'", "A-7");
    assert_true(service_is_answered(&fixture->call));
    assert_int_equal(fixture->answer.code, STATUS_NOT_FOUND);
    assert_string_equal(fixture->answer.message, "account 'A-7'");
    assert_null(fixture->answer.body);
}

static void a_failure_takes_an_error_over(void **state)
{
    struct fixture *fixture = *state;
    struct error err;
    (void)error_set(&err, STATUS_FAILED_PRECONDITION, "on hold");
    service_fail_error(&fixture->call, &err);
    assert_int_equal(fixture->answer.code, STATUS_FAILED_PRECONDITION);
    assert_string_equal(fixture->answer.message, "on hold");
}

static void a_long_text_is_cut(void **state)
{
    struct fixture *fixture = *state;
    char text[2 * ERROR_TEXT_MAX];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    service_fail(&fixture->call, STATUS_INTERNAL, "%s", text);
    assert_int_equal(strlen(fixture->answer.message), ERROR_TEXT_MAX - 1);
}

static void the_last_answer_counts(void **state)
{
    struct fixture *fixture = *state;
    reply_with(&fixture->call, "hello");
    service_fail(&fixture->call, STATUS_INTERNAL, "after all not");
    assert_int_equal(fixture->answer.code, STATUS_INTERNAL);
    assert_null(fixture->answer.body);
    reply_with(&fixture->call, "once more");
    assert_int_equal(fixture->answer.code, STATUS_OK);
    assert_null(fixture->answer.message);
}

static void a_cleared_answer_is_none(void **state)
{
    struct fixture *fixture = *state;
    reply_with(&fixture->call, "hello");
    service_answer_clear(&fixture->answer);
    assert_false(service_is_answered(&fixture->call));
    service_answer_clear(&fixture->answer);
}

static void messages_between_threads_free_what_they_hold(void **state)
{
    (void)state;
    outgoing_reply_free(NULL);
    outgoing_events_free(NULL);
    published_frame_free(NULL);
    struct outgoing_reply *reply = g_new0(struct outgoing_reply, 1);
    *reply = (struct outgoing_reply){
        .peer = zframe_new("peer", 4), .message = g_strdup("m"), .owner = g_strdup("o"), .body = g_malloc(1)};
    outgoing_reply_free(reply);
    struct published_frame *frame = g_new0(struct published_frame, 1);
    frame->frame = zframe_new("bytes", 5);
    published_frame_free(frame);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_new_call_has_no_answer),
        TEST(a_reply_is_packed_at_once),
        TEST(an_empty_reply_has_a_body_of_no_bytes),
        TEST(a_failure_says_why),
        TEST(a_failure_takes_an_error_over),
        TEST(a_long_text_is_cut),
        TEST(the_last_answer_counts),
        TEST(a_cleared_answer_is_none),
        cmocka_unit_test(messages_between_threads_free_what_they_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
