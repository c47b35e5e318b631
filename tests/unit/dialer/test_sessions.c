#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "dialer_sessions.h"

/* Machine time is this test's. The module clock, whose machine time cannot be driven, is not linked: all that the
 * tested code and common/id want of it stands here. */
static int64_t machine_us;

struct monotonic clock_monotonic(void)
{
    return (struct monotonic){machine_us};
}

int64_t clock_wall_us(void)
{
    return machine_us;
}

static int open_sessions(void **state)
{
    machine_us = 1000 * US_PER_S;
    *state = sessions_new();
    return 0;
}

static int close_sessions(void **state)
{
    sessions_free(*state);
    return 0;
}

static struct id account(uint32_t number)
{
    struct id id = {{1, [15] = 7}};
    memcpy(id.bytes + 8, &number, sizeof(number));
    return id;
}

static void hear(struct sessions *sessions, const char *dialer, const char *peer, bool is_hello)
{
    zframe_t *frame = zframe_from(peer);
    sessions_hear(sessions, dialer, frame, is_hello);
    zframe_destroy(&frame);
}

static void hand_out(struct sessions *sessions, const char *dialer, uint32_t number)
{
    const struct id id = account(number);
    sessions_hand_out(sessions, dialer, &id);
}

/* Peers are single letters here: those who get a notification, in the order of the alphabet. */
struct heard {
    bool letters[128];
};

static void note_peer(void *context, zframe_t *peer)
{
    struct heard *heard = context;
    assert_int_equal(zframe_size(peer), 1);
    const uint8_t letter = zframe_data(peer)[0];
    assert_false(heard->letters[letter]); /* told once */
    heard->letters[letter] = true;
}

static void expect_notified(const struct sessions *sessions, uint32_t number, const char *peers)
{
    struct heard heard = {0};
    char got[sizeof(heard.letters) + 1] = "";
    const struct id id = account(number);
    sessions_notify(sessions, &id, note_peer, &heard);
    for (size_t letter = 0, n = 0; letter < sizeof(heard.letters); letter++)
        if (heard.letters[letter])
            got[n++] = (char)letter;
    if (strcmp(got, peers) != 0)
        fail_msg("account %u: told '%s', not '%s'", number, got, peers);
}

static void only_dialers_that_were_handed_the_account_are_told_on_all_their_connections(void **state)
{
    struct sessions *sessions = *state;
    hear(sessions, "acme", "a", true);
    hear(sessions, "acme", "b", true);
    hear(sessions, "other", "c", true);
    hand_out(sessions, "acme", 1);
    hand_out(sessions, "other", 2);
    hand_out(sessions, "acme", 3);
    hand_out(sessions, "other", 3);
    expect_notified(sessions, 1, "ab");
    expect_notified(sessions, 2, "c");
    expect_notified(sessions, 3, "abc");
    expect_notified(sessions, 4, "");
}

static void a_connection_is_told_from_its_hello_on_and_said_hello_twice_once(void **state)
{
    struct sessions *sessions = *state;
    hand_out(sessions, "acme", 1);
    hear(sessions, "acme", "a", false);
    assert_int_equal(sessions_connections(sessions), 0);
    expect_notified(sessions, 1, "");
    hear(sessions, "acme", "a", true);
    hear(sessions, "acme", "a", true);
    hear(sessions, "acme", "a", false);
    assert_int_equal(sessions_connections(sessions), 1);
    expect_notified(sessions, 1, "a");
}

static void accounts_outlive_a_lost_connection(void **state)
{
    struct sessions *sessions = *state;
    hear(sessions, "acme", "a", true);
    hand_out(sessions, "acme", 1);
    machine_us += (SESSION_SILENCE_MS + 1) * US_PER_MS;
    sessions_forget_silent(sessions);
    expect_notified(sessions, 1, "");
    hear(sessions, "acme", "b", true);
    expect_notified(sessions, 1, "b");
}

static void a_connection_is_forgotten_only_after_its_silence(void **state)
{
    struct sessions *sessions = *state;
    hear(sessions, "acme", "a", true);
    hear(sessions, "acme", "b", true);
    hear(sessions, "acme", "c", true);
    hear(sessions, "other", "d", true);
    hand_out(sessions, "acme", 1);

    machine_us += SESSION_SILENCE_MS * US_PER_MS;
    sessions_forget_silent(sessions);
    assert_int_equal(sessions_connections(sessions), 4);

    hear(sessions, "acme", "b", false); /* any message is a sign of life */
    hear(sessions, "other", "d", true);
    machine_us += 1;
    sessions_forget_silent(sessions);
    assert_int_equal(sessions_connections(sessions), 2);
    expect_notified(sessions, 1, "b");

    machine_us += SESSION_SILENCE_MS * US_PER_MS;
    sessions_forget_silent(sessions);
    assert_int_equal(sessions_connections(sessions), 0);
}

/* Who connects again and again, a Hello each time, costs no more than so many connections. */
static void the_most_silent_connection_makes_room_for_one_too_many(void **state)
{
    struct sessions *sessions = *state;
    hear(sessions, "other", "o", true);
    hand_out(sessions, "acme", 1);
    for (int i = 0; i < SESSION_CONNECTIONS_MAX; i++) {
        const char peer[] = {(char)(' ' + 1 + i), '\0'};
        machine_us++;
        hear(sessions, "acme", peer, true);
    }
    hear(sessions, "acme", "!", false); /* the first: now the second is the most silent */
    machine_us++;
    hear(sessions, "acme", "~", true);
    assert_int_equal(sessions_connections(sessions), SESSION_CONNECTIONS_MAX + 1);
    char expected[SESSION_CONNECTIONS_MAX + 1] = "!";
    for (int i = 2; i < SESSION_CONNECTIONS_MAX; i++)
        expected[i - 1] = (char)(' ' + 1 + i);
    expected[SESSION_CONNECTIONS_MAX - 1] = '~';
    expect_notified(sessions, 1, expected);
}

static void hand_out_range(struct sessions *sessions, const char *dialer, uint32_t from, uint32_t to)
{
    for (uint32_t number = from; number < to; number++)
        hand_out(sessions, dialer, number);
}

static void the_older_generation_is_forgotten_when_the_younger_is_full(void **state)
{
    struct sessions *sessions = *state;
    hear(sessions, "acme", "a", true);
    hear(sessions, "other", "b", true);
    hand_out(sessions, "other", 0);

    hand_out_range(sessions, "acme", 0, 2 * SESSION_ACCOUNTS_MAX);
    expect_notified(sessions, 0, "ab");
    expect_notified(sessions, 2 * SESSION_ACCOUNTS_MAX - 1, "a");

    hand_out(sessions, "acme", 2 * SESSION_ACCOUNTS_MAX);
    expect_notified(sessions, 0, "b"); /* another dialer's accounts are its own */
    expect_notified(sessions, SESSION_ACCOUNTS_MAX - 1, "");
    expect_notified(sessions, SESSION_ACCOUNTS_MAX, "a");
    expect_notified(sessions, 2 * SESSION_ACCOUNTS_MAX, "a");
}

static void an_account_handed_out_again_is_young_again(void **state)
{
    struct sessions *sessions = *state;
    hear(sessions, "acme", "a", true);
    hand_out_range(sessions, "acme", 0, SESSION_ACCOUNTS_MAX + 1); /* 0 is old now */
    hand_out(sessions, "acme", 0);
    hand_out_range(sessions, "acme", SESSION_ACCOUNTS_MAX + 1, 2 * SESSION_ACCOUNTS_MAX);
    expect_notified(sessions, 1, ""); /* went with the older generation */
    expect_notified(sessions, 0, "a");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_sessions, close_sessions)
    const struct CMUnitTest tests[] = {
        TEST(only_dialers_that_were_handed_the_account_are_told_on_all_their_connections),
        TEST(a_connection_is_told_from_its_hello_on_and_said_hello_twice_once),
        TEST(accounts_outlive_a_lost_connection),
        TEST(a_connection_is_forgotten_only_after_its_silence),
        TEST(the_most_silent_connection_makes_room_for_one_too_many),
        TEST(the_older_generation_is_forgotten_when_the_younger_is_full),
        TEST(an_account_handed_out_again_is_young_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
