#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cache/cache.h"
#include "clock/clock.h"

/* A server of one connection that answers each request with the next of `replies` and hangs up after the last. */
struct fake_server {
    int listener;
    char url[64];
    const char *const *replies;
    pthread_t thread;
    char requests[4096]; /* all that came in */
};

static void *serve(void *arg)
{
    struct fake_server *server = arg;
    int peer = accept(server->listener, NULL, NULL);
    size_t len = 0;
    for (const char *const *reply = server->replies; *reply != NULL; reply++) {
        ssize_t n = recv(peer, server->requests + len, sizeof(server->requests) - 1 - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
        (void)send(peer, *reply, strlen(*reply), MSG_NOSIGNAL);
    }
    /* An end and then a reset: the client's next write meets EPIPE, with its signal, and not only ECONNRESET. */
    (void)shutdown(peer, SHUT_WR);
    const struct linger linger = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(peer, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    (void)close(peer);
    return NULL;
}

static void listen_on_loopback(struct fake_server *server, const char *url_format)
{
    *server = (struct fake_server){.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(server->listener, 4), 0);
    socklen_t len = sizeof(address);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &len), 0);
    (void)snprintf(server->url, sizeof(server->url), "redis://%s127.0.0.1:%d", url_format, ntohs(address.sin_port));
}

static void start(struct fake_server *server, const char *login, const char *const *replies)
{
    listen_on_loopback(server, login);
    server->replies = replies;
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void join(struct fake_server *server)
{
    (void)pthread_join(server->thread, NULL);
    (void)close(server->listener);
}

static struct cache *cache_to(const char *url, int64_t command_timeout_ms, int64_t retry_ms)
{
    struct cache *cache = NULL;
    const struct cache_options options = {.url = url, .command_timeout_ms = command_timeout_ms, .retry_ms = retry_ms};
    assert_int_equal(cache_new(&options, &cache, NULL), STATUS_OK);
    return cache;
}

static void refuses_a_bad_url(void **state)
{
    (void)state;
    struct cache *cache = NULL;
    assert_int_equal(cache_new(&(struct cache_options){.url = "http://h"}, &cache, NULL), STATUS_INVALID_ARGUMENT);
    assert_null(cache);
    cache_free(NULL);
    cache_freep(&cache);
}

static void fails_at_once_after_a_lost_connection_until_the_retry_is_due(void **state)
{
    (void)state;
    struct fake_server server;
    listen_on_loopback(&server, "");
    (void)close(server.listener); /* nobody there */
    struct cache *cache = cache_to(server.url, 0, 600000);
    struct error err = {0};
    assert_int_equal(cache_ping(cache, &err), STATUS_UNAVAILABLE);
    assert_non_null(strstr(err.text, "127.0.0.1"));
    assert_null(strstr(err.text, "not tried"));
    assert_int_equal(cache_ping(cache, &err), STATUS_UNAVAILABLE);
    assert_non_null(strstr(err.text, "not tried"));
    cache_free(cache);
}

static void gives_up_on_a_silent_server_after_the_timeout(void **state)
{
    (void)state;
    struct fake_server server;
    listen_on_loopback(&server, ""); /* the kernel connects, nobody answers */
    struct cache *cache = cache_to(server.url, 30, 600000);
    struct monotonic before = clock_monotonic();
    struct error err = {0};
    assert_int_equal(cache_ping(cache, &err), STATUS_UNAVAILABLE);
    int64_t took_ms = (clock_monotonic().us - before.us) / US_PER_MS;
    assert_in_range((uint64_t)took_ms, 29, 5000);
    assert_non_null(strstr(err.text, "no answer in time"));
    cache_free(cache);
    (void)close(server.listener);
}

static void survives_a_server_that_has_hung_up_and_connects_again(void **state)
{
    (void)state;
    struct fake_server server;
    start(&server, "", (const char *const[]){"+PONG\r\n", NULL});
    struct cache *cache = cache_to(server.url, 5000, 1);
    assert_int_equal(cache_ping(cache, NULL), STATUS_OK);
    (void)pthread_join(server.thread, NULL);
    /* Without MSG_NOSIGNAL this write ends the process. */
    assert_int_equal(cache_set(cache, "k", "v", 1, 0, NULL), STATUS_UNAVAILABLE);

    server.replies = (const char *const[]){"+PONG\r\n", NULL};
    assert_int_equal(pthread_create(&server.thread, NULL, serve, &server), 0);
    struct monotonic deadline = clock_deadline_ms(10000);
    enum status st;
    while ((st = cache_ping(cache, NULL)) == STATUS_UNAVAILABLE && clock_remaining_ms(deadline) > 0)
        (void)poll(NULL, 0, 1);
    assert_int_equal(st, STATUS_OK);
    join(&server);
    cache_free(cache);
}

static const struct {
    const char *reply;
    enum status want;
} ERROR_REPLIES[] = {
    {"-LOADING Redis is loading the dataset in memory\r\n", STATUS_UNAVAILABLE},
    {"-READONLY You can't write against a read only replica.\r\n", STATUS_UNAVAILABLE},
    {"-OOM command not allowed when used memory > 'maxmemory'.\r\n", STATUS_RESOURCE_EXHAUSTED},
    {"-NOAUTH Authentication required.\r\n", STATUS_UNAUTHENTICATED},
    {"-NOPERM this user has no permissions\r\n", STATUS_PERMISSION_DENIED},
    {"-WRONGTYPE Operation against a key\r\n", STATUS_INTERNAL},
};

static void keeps_the_connection_after_an_error_reply(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ERROR_REPLIES); i++) {
        struct fake_server server;
        start(&server, "", (const char *const[]){ERROR_REPLIES[i].reply, "+OK\r\n", NULL});
        struct cache *cache = cache_to(server.url, 5000, 600000);
        assert_int_equal(cache_set(cache, "k", "v", 1, 5, NULL), ERROR_REPLIES[i].want);
        assert_int_equal(cache_set(cache, "k", "v", 1, 0, NULL), STATUS_OK);
        join(&server);
        assert_non_null(strstr(server.requests, "SET\r\n$1\r\nk\r\n$1\r\nv\r\n$2\r\nPX\r\n$1\r\n5\r\n"));
        cache_free(cache);
    }
}

static void logs_in_and_chooses_the_database_before_the_first_command(void **state)
{
    (void)state;
    struct fake_server server;
    start(&server, ":hidden@", (const char *const[]){"+OK\r\n", "+OK\r\n", "+PONG\r\n", NULL});
    char url[80];
    (void)snprintf(url, sizeof(url), "%s/9", server.url);
    struct cache *cache = cache_to(url, 5000, 600000);
    assert_int_equal(cache_ping(cache, NULL), STATUS_OK);
    join(&server);
    const char *auth = strstr(server.requests, "AUTH\r\n$6\r\nhidden\r\n");
    assert_non_null(auth);
    assert_non_null(strstr(auth, "SELECT\r\n$1\r\n9\r\n"));
    cache_free(cache);
}

static void a_refused_log_in_is_no_connection_and_does_not_show_the_password(void **state)
{
    (void)state;
    struct fake_server server;
    start(&server, ":hidden@", (const char *const[]){"-WRONGPASS invalid username-password pair\r\n", NULL});
    struct cache *cache = cache_to(server.url, 5000, 600000);
    struct error err = {0};
    assert_int_equal(cache_ping(cache, &err), STATUS_UNAUTHENTICATED);
    assert_null(strstr(err.text, "hidden"));
    assert_int_equal(cache_ping(cache, &err), STATUS_UNAVAILABLE);
    join(&server);
    cache_free(cache);
}

static void get_tells_an_empty_value_from_none(void **state)
{
    (void)state;
    struct fake_server server;
    start(&server, "", (const char *const[]){"$0\r\n\r\n", "$-1\r\n", "$4\r\nab\tc\r\n", ":1\r\n", NULL});
    struct cache *cache = cache_to(server.url, 5000, 600000);
    char *value = NULL;
    size_t len = 99;
    assert_int_equal(cache_get(cache, "k", &value, &len, NULL), STATUS_OK);
    assert_int_equal(len, 0);
    assert_string_equal(value, "");
    free(TAKE(value));
    assert_int_equal(cache_get(cache, "k", &value, &len, NULL), STATUS_NOT_FOUND);
    assert_null(value);
    assert_int_equal(cache_get(cache, "k", &value, &len, NULL), STATUS_OK);
    assert_int_equal(len, 4);
    assert_string_equal(value, "ab\tc");
    free(TAKE(value));
    assert_int_equal(cache_get(cache, "k", &value, &len, NULL), STATUS_UNAVAILABLE);
    join(&server);
    cache_free(cache);
}

static void scan_gives_each_key_once_in_order_and_leaves_out_those_that_have_vanished(void **state)
{
    (void)state;
    struct fake_server server;
    start(&server, "",
          (const char *const[]){"*2\r\n$2\r\n17\r\n*3\r\n$3\r\np:c\r\n$3\r\np:a\r\n$3\r\np:c\r\n",
                                "*2\r\n$1\r\n0\r\n*2\r\n$3\r\np:b\r\n$3\r\np:a\r\n",
                                "*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n3\r\n", NULL});
    struct cache *cache = cache_to(server.url, 5000, 600000);
    struct cache_entry *entries = NULL;
    size_t n = 0;
    assert_int_equal(cache_scan(cache, "p:[*", &entries, &n, NULL), STATUS_OK);
    join(&server);
    assert_int_equal(n, 2);
    assert_string_equal(entries[0].key, "p:a");
    assert_string_equal(entries[0].value, "1");
    assert_string_equal(entries[1].key, "p:c");
    assert_string_equal(entries[1].value, "3");
    assert_non_null(strstr(server.requests, "MATCH\r\n$7\r\np:\\[\\**\r\n"));
    assert_non_null(strstr(server.requests, "SCAN\r\n$2\r\n17\r\n"));
    cache_entries_free(entries, n);
    cache_free(cache);
}

static const char *const ODD_SCANS[] = {
    "+OK\r\n",
    "*1\r\n$1\r\n0\r\n",
    "*2\r\n:0\r\n*0\r\n",
    "*2\r\n$1\r\n0\r\n$1\r\nx\r\n",
    "*2\r\n$1\r\n0\r\n*1\r\n:1\r\n",
};

static void scan_refuses_replies_of_another_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ODD_SCANS); i++) {
        struct fake_server server;
        start(&server, "", (const char *const[]){ODD_SCANS[i], NULL});
        struct cache *cache = cache_to(server.url, 5000, 600000);
        struct cache_entry *entries = NULL;
        size_t n = 0;
        assert_int_equal(cache_scan(cache, "p", &entries, &n, NULL), STATUS_UNAVAILABLE);
        assert_null(entries);
        join(&server);
        cache_free(cache);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_a_bad_url),
        cmocka_unit_test(fails_at_once_after_a_lost_connection_until_the_retry_is_due),
        cmocka_unit_test(gives_up_on_a_silent_server_after_the_timeout),
        cmocka_unit_test(survives_a_server_that_has_hung_up_and_connects_again),
        cmocka_unit_test(keeps_the_connection_after_an_error_reply),
        cmocka_unit_test(logs_in_and_chooses_the_database_before_the_first_command),
        cmocka_unit_test(a_refused_log_in_is_no_connection_and_does_not_show_the_password),
        cmocka_unit_test(get_tells_an_empty_value_from_none),
        cmocka_unit_test(scan_gives_each_key_once_in_order_and_leaves_out_those_that_have_vanished),
        cmocka_unit_test(scan_refuses_replies_of_another_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
