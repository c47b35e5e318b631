#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock/clock.h"
#include "logging/logging.h"

#define LINE_MAX_BYTES 4096

/* Standard error as a packet socket: every write(2) comes out as one packet, so that the test sees how a line was
 * written. */
struct capture {
    int real_stderr;
    int reader;
};

static int start_capture(void **state)
{
    struct capture *capture = calloc(1, sizeof(*capture));
    int ends[2];
    if (capture == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
        return -1;
    capture->real_stderr = dup(STDERR_FILENO);
    (void)dup2(ends[1], STDERR_FILENO);
    (void)close(ends[1]);
    capture->reader = ends[0];
    *state = capture;
    logging_set_level(LOG_LEVEL_DEBUG);
    return 0;
}

static int end_capture(void **state)
{
    struct capture *capture = *state;
    (void)dup2(capture->real_stderr, STDERR_FILENO);
    (void)close(capture->real_stderr);
    (void)close(capture->reader);
    free(capture);
    return 0;
}

/* The next packet, NULL where none is there. */
static const char *next_packet(struct capture *capture, char packet[static LINE_MAX_BYTES + 2])
{
    ssize_t n = recv(capture->reader, packet, LINE_MAX_BYTES + 1, MSG_DONTWAIT);
    if (n <= 0)
        return NULL;
    packet[n] = '\0';
    return packet;
}

/* The next line as JSON. It must be one packet that ends with its only line feed. */
static json_t *next_line(struct capture *capture)
{
    char packet[LINE_MAX_BYTES + 2];
    assert_non_null(next_packet(capture, packet));
    size_t len = strlen(packet);
    assert_true(len <= LINE_MAX_BYTES);
    assert_ptr_equal(strchr(packet, '\n'), packet + len - 1);
    json_error_t error;
    json_t *line = json_loads(packet, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    assert_non_null(line);
    return line;
}

static const char *text_of(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

/* Must stand first: logging_init has not been called yet. */
static void works_before_it_is_initialised(void **state)
{
    log_info("early");
    json_t *line = next_line(*state);
    assert_string_equal(text_of(line, "service"), "-");
    assert_string_equal(text_of(line, "instance"), "-");
    assert_string_equal(text_of(line, "msg"), "early");
    json_decref(line);
}

static void writes_every_kind_of_field(void **state)
{
    logging_init("intake", "host-1:77", LOG_LEVEL_DEBUG);
    struct id id = {{0}};
    assert_int_equal(id_parse("0193545e-b000-7abc-8def-01234567003f", &id, NULL), STATUS_OK);
    log_warn("placed", log_number("accounts", INT64_MIN), log_id("placement", &id), log_flag("is_new", true),
             log_flag("is_late", false), log_text("code", "R-1"), log_text("none", NULL));
    json_t *line = next_line(*state);
    assert_string_equal(text_of(line, "service"), "intake");
    assert_string_equal(text_of(line, "instance"), "host-1:77");
    assert_string_equal(text_of(line, "level"), "warn");
    assert_string_equal(text_of(line, "msg"), "placed");
    assert_true(json_integer_value(json_object_get(line, "accounts")) == INT64_MIN);
    assert_string_equal(text_of(line, "placement"), "0193545e-b000-7abc-8def-01234567003f");
    assert_true(json_is_true(json_object_get(line, "is_new")));
    assert_true(json_is_false(json_object_get(line, "is_late")));
    assert_string_equal(text_of(line, "code"), "R-1");
    assert_true(json_is_null(json_object_get(line, "none")));
    assert_null(json_object_get(line, "cut"));
    json_decref(line);
}

static void error_field_carries_chain_and_code(void **state)
{
    struct error err = {0};
    (void)error_set(&err, STATUS_UNAVAILABLE, "connection lost");
    (void)error_wrap(&err, STATUS_UNAVAILABLE, "place \"A-7\"");
    log_error("cannot place, ignoring", log_error_text(&err), log_number("attempt", 3));
    json_t *line = next_line(*state);
    assert_string_equal(text_of(line, "error"), "place \"A-7\": connection lost");
    assert_string_equal(text_of(line, "code"), "UNAVAILABLE");
    assert_int_equal(json_integer_value(json_object_get(line, "attempt")), 3);
    json_decref(line);
}

static void time_is_the_machines_in_utc_with_microseconds(void **state)
{
    assert_true(clock_drive((struct instant){0}));
    log_info("now");
    clock_release();
    json_t *line = next_line(*state);
    const char *ts = text_of(line, "ts");
    assert_int_equal(strlen(ts), strlen("2026-11-22T16:00:00.123456Z"));
    static const char SHAPE[] = "dddd-dd-ddTdd:dd:dd.ddddddZ";
    for (size_t i = 0; i < sizeof(SHAPE) - 1; i++)
        assert_true(SHAPE[i] == 'd' ? ts[i] >= '0' && ts[i] <= '9' : ts[i] == SHAPE[i]);
    assert_true(strcmp(ts, "2024") > 0);
    json_decref(line);
}

static void any_bytes_leave_one_line_of_valid_json(void **state)
{
    static const struct {
        const char *text;
        const char *want;
    } CASES[] = {
        {"", ""},
        {"plain", "plain"},
        {"quote \" backslash \\ slash /", "quote \" backslash \\ slash /"},
        {"line\nfeed\r\ttab \x01 \x1F \x7F", "line\nfeed\r\ttab \x01 \x1F \x7F"},
        {"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\xA6", "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\xA6"},
        {"a\xFFz", "a\xEF\xBF\xBDz"},
        {"a\x80z", "a\xEF\xBF\xBDz"},
        {"overlong \xC0\xAF", "overlong \xEF\xBF\xBD\xEF\xBF\xBD"},
        {"overlong \xE0\x80\xAF", "overlong \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"surrogate \xED\xA0\x80", "surrogate \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"above \xF4\x90\x80\x80", "above \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"ends early \xE2\x82", "ends early \xEF\xBF\xBD\xEF\xBF\xBD"},
        {"ends early \xF0", "ends early \xEF\xBF\xBD"},
        {"{\"level\":\"fake\"}", "{\"level\":\"fake\"}"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++) {
        log_info(CASES[i].text, log_text("field", CASES[i].text), log_text(i == 0 ? "key" : CASES[i].text, "x"));
        json_t *line = next_line(*state);
        assert_string_equal(text_of(line, "msg"), CASES[i].want);
        assert_string_equal(text_of(line, "field"), CASES[i].want);
        assert_non_null(json_object_get(line, i == 0 ? "key" : CASES[i].want));
        json_decref(line);
    }
}

/* Every length around the limit, with characters of every width and escapes: the cut must never leave half a character
 * or half an escape. */
static void long_texts_are_cut_and_say_so(void **state)
{
    static const char *const CHARACTERS[] = {"x", "\"", "\x01", "\xC3\xA9", "\xF0\x9F\x90\xA6", "\xFF"};
    for (size_t c = 0; c < ARRAY_SIZE(CHARACTERS); c++) {
        for (size_t n_before = 0; n_before < 6; n_before++) {
            char text[2 * LINE_MAX_BYTES] = "";
            memset(text, '.', n_before);
            for (size_t len = n_before; len < LINE_MAX_BYTES; len += strlen(CHARACTERS[c]))
                memcpy(text + len, CHARACTERS[c], strlen(CHARACTERS[c]) + 1);
            log_info("long", log_number("before", 1), log_text("text", text), log_number("after", 2));
            json_t *line = next_line(*state);
            assert_true(json_is_true(json_object_get(line, "cut")));
            assert_int_equal(json_integer_value(json_object_get(line, "before")), 1);
            assert_true(strlen(text_of(line, "text")) > 500);
            json_decref(line);
        }
    }
}

static void a_text_up_to_the_limit_is_not_cut(void **state)
{
    size_t longest_whole = 0;
    for (size_t len = 3700; len < LINE_MAX_BYTES; len++) {
        char text[LINE_MAX_BYTES];
        memset(text, 'x', len);
        text[len] = '\0';
        log_info(text);
        json_t *line = next_line(*state);
        bool is_cut = json_object_get(line, "cut") != NULL;
        assert_int_equal(strlen(text_of(line, "msg")) < len, is_cut);
        if (!is_cut)
            longest_whole = len;
        json_decref(line);
    }
    assert_true(longest_whole > 3800);
}

static void fields_that_do_not_fit_are_left_out_whole(void **state)
{
    struct log_field fields[201];
    for (size_t i = 0; i < 200; i++)
        fields[i] = log_number("a_rather_long_key_of_a_number", INT64_MAX);
    fields[200] = (struct log_field){0};
    char packet[LINE_MAX_BYTES + 2];
    logging_write(LOG_LEVEL_INFO, "many", fields);
    assert_non_null(next_packet(*state, packet));
    json_t *line = json_loads(packet, 0, NULL);
    assert_non_null(line);
    assert_true(json_is_true(json_object_get(line, "cut")));
    assert_true(json_integer_value(json_object_get(line, "a_rather_long_key_of_a_number")) == INT64_MAX);
    json_decref(line);
}

static void writes_nothing_below_the_level(void **state)
{
    static const char *const MESSAGES[] = {"d", "i", "w", "e"};
    char packet[LINE_MAX_BYTES + 2];
    for (int level = LOG_LEVEL_DEBUG; level <= LOG_LEVEL_ERROR; level++) {
        logging_set_level((enum log_level)level);
        log_debug("d");
        log_info("i");
        log_warn("w");
        log_error("e");
        for (int written = level; written <= LOG_LEVEL_ERROR; written++) {
            json_t *line = next_line(*state);
            assert_string_equal(text_of(line, "msg"), MESSAGES[written]);
            json_decref(line);
        }
        assert_null(next_packet(*state, packet));
    }
}

static void leaves_errno_alone_and_survives_a_closed_standard_error(void **state)
{
    (void)state;
    int real = dup(STDERR_FILENO);
    assert_int_equal(close(STDERR_FILENO), 0);
    errno = ENOENT;
    log_error("nobody hears this");
    int seen = errno;
    assert_int_equal(dup2(real, STDERR_FILENO), STDERR_FILENO);
    (void)close(real);
    assert_int_equal(seen, ENOENT);
}

#define N_THREADS 4
#define N_EACH    500

static void *write_lines(void *arg)
{
    char text[3000];
    memset(text, 'a' + (int)(intptr_t)arg, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < N_EACH; i++)
        log_info("from a thread", log_number("thread", (intptr_t)arg), log_text("text", text));
    return NULL;
}

/* The reader takes packets while the writers write, for the socket holds only some of them. */
static void lines_of_several_threads_never_mix(void **state)
{
    struct capture *capture = *state;
    pthread_t threads[N_THREADS];
    for (intptr_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, (void *)i), 0);
    size_t n_bad = 0;
    size_t n_of[N_THREADS] = {0};
    for (size_t i = 0; i < N_THREADS * N_EACH; i++) {
        char packet[LINE_MAX_BYTES + 2];
        ssize_t n = recv(capture->reader, packet, sizeof(packet) - 1, 0);
        json_t *line = n <= 0 ? NULL : json_loadb(packet, (size_t)n, 0, NULL);
        json_int_t thread = json_integer_value(json_object_get(line, "thread"));
        const char *text = text_of(line, "text");
        if (text == NULL || strspn(text, (char[]){(char)('a' + thread), '\0'}) != 2999)
            n_bad++;
        else
            n_of[thread]++;
        json_decref(line);
    }
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(n_bad, 0);
    for (size_t i = 0; i < N_THREADS; i++)
        assert_int_equal(n_of[i], N_EACH);
}

static void reads_levels_in_any_case_and_names_the_allowed_ones(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"debug", "INFO", "Warn", "error"};
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
        enum log_level level = LOG_LEVEL_DEBUG;
        assert_int_equal(logging_parse_level(NAMES[i], &level, NULL), STATUS_OK);
        assert_int_equal(level, i);
    }
    enum log_level level = LOG_LEVEL_WARN;
    struct error err = {0};
    assert_int_equal(logging_parse_level("loud", &level, &err), STATUS_INVALID_ARGUMENT);
    assert_string_equal(err.text, "log level 'loud': debug, info, warn or error is expected");
    assert_int_equal(level, LOG_LEVEL_WARN);
    assert_int_equal(logging_parse_level("", &level, &err), STATUS_INVALID_ARGUMENT);
}

#define CAPTURED(test) cmocka_unit_test_setup_teardown(test, start_capture, end_capture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAPTURED(works_before_it_is_initialised),
        CAPTURED(writes_every_kind_of_field),
        CAPTURED(error_field_carries_chain_and_code),
        CAPTURED(time_is_the_machines_in_utc_with_microseconds),
        CAPTURED(any_bytes_leave_one_line_of_valid_json),
        CAPTURED(long_texts_are_cut_and_say_so),
        CAPTURED(a_text_up_to_the_limit_is_not_cut),
        CAPTURED(fields_that_do_not_fit_are_left_out_whole),
        CAPTURED(writes_nothing_below_the_level),
        CAPTURED(leaves_errno_alone_and_survives_a_closed_standard_error),
        CAPTURED(lines_of_several_threads_never_mix),
        cmocka_unit_test(reads_levels_in_any_case_and_names_the_allowed_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
