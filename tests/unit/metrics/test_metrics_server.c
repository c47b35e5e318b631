#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "metrics/metrics.h"

static const struct metric METRICS[] = {
    {"dunlin_requests_total", METRIC_COUNTER, "method", "Requests."},
    {.name = NULL},
};

struct fixture {
    struct metrics_server *server;
    _Atomic int readiness;      /* what is_ready answers */
    const char *_Atomic reason; /* what it says with it */
    _Atomic int blocks_sigterm; /* seen on the server's thread */
    int patience_s; /* for an answer */
    char answer[16384];
};

static int say_readiness(void *context, char *reason, size_t reason_size)
{
    struct fixture *fixture = context;
    sigset_t mask;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
    fixture->blocks_sigterm = sigismember(&mask, SIGTERM);
    (void)snprintf(reason, reason_size, "%s", fixture->reason);
    return fixture->readiness;
}

static int start(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    if (fixture == NULL)
        return -1;
    fixture->readiness = 1;
    fixture->patience_s = 20;
    fixture->reason = "";
    *state = fixture;
    struct error err = {0};
    return metrics_server_start("127.0.0.1", 0, say_readiness, fixture, &fixture->server, &err) == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    struct fixture *fixture = *state;
    metrics_server_stop(fixture->server);
    free(fixture);
    return 0;
}

static int connect_to(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    /* A server that does not answer fails the test instead of holding it. */
    const struct timeval deadline = {.tv_sec = 20};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* Sends `request` and reads until the server closes. */
static const char *exchange(struct fixture *fixture, const char *request)
{
    int fd = connect_to(metrics_server_port(fixture->server));
    const struct timeval deadline = {.tv_sec = fixture->patience_s};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    size_t len = 0;
    ssize_t n = 0;
    while (len < sizeof(fixture->answer) - 1 &&
           (n = recv(fd, fixture->answer + len, sizeof(fixture->answer) - 1 - len, 0)) > 0)
        len += (size_t)n;
    (void)close(fd);
    assert_int_equal(n, 0);
    fixture->answer[len] = '\0';
    return fixture->answer;
}

#define REQUEST(method, path) method " " path " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

static void assert_begins(const char *text, const char *beginning)
{
    if (strncmp(text, beginning, strlen(beginning)) != 0)
        fail_msg("'%s' does not begin with '%s'", text, beginning);
}

static void assert_ends(const char *text, const char *ending)
{
    if (strlen(text) < strlen(ending) || strcmp(text + strlen(text) - strlen(ending), ending) != 0)
        fail_msg("'%s' does not end with '%s'", text, ending);
}

static void shows_the_metrics(void **state)
{
    metrics_register(METRICS);
    metrics_add(&METRICS[0], "ping", 3);
    const char *answer = exchange(*state, REQUEST("GET", "/metrics"));
    assert_begins(answer, "HTTP/1.1 200 OK\r\n");
    assert_non_null(strstr(answer, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    assert_ends(answer, "\r\n\r\n# HELP dunlin_requests_total Requests.\n# TYPE dunlin_requests_total counter\n"
                        "dunlin_requests_total{method=\"ping\"} 3\n");
}

static void ignores_a_query_behind_the_path(void **state)
{
    assert_begins(exchange(*state, REQUEST("GET", "/healthz?full=1")), "HTTP/1.1 200 OK\r\n");
}

static void head_has_the_length_but_no_body(void **state)
{
    const char *answer = exchange(*state, REQUEST("HEAD", "/healthz"));
    assert_begins(answer, "HTTP/1.1 200 OK\r\n");
    assert_non_null(strstr(answer, "Content-Length: 3\r\n"));
    assert_ends(answer, "\r\n\r\n");
}

static void is_healthy_while_it_is_not_ready(void **state)
{
    struct fixture *fixture = *state;
    assert_ends(exchange(fixture, REQUEST("GET", "/readyz")), "\r\n\r\nready\n");
    fixture->reason = "waiting for the database";
    fixture->readiness = 0;
    const char *answer = exchange(fixture, REQUEST("GET", "/readyz"));
    assert_begins(answer, "HTTP/1.1 503 Service Unavailable\r\n");
    assert_ends(answer, "\r\n\r\nwaiting for the database\n");
    fixture->reason = "";
    assert_ends(exchange(fixture, REQUEST("GET", "/readyz")), "\r\n\r\nnot ready\n");
    answer = exchange(fixture, REQUEST("GET", "/healthz"));
    assert_begins(answer, "HTTP/1.1 200 OK\r\n");
    assert_ends(answer, "\r\n\r\nok\n");
}

static void refuses_other_paths_and_methods(void **state)
{
    static const struct {
        const char *request;
        const char *want;
    } CASES[] = {
        {REQUEST("GET", "/"), "HTTP/1.1 404 Not Found\r\n"},
        {REQUEST("GET", "/metrics/"), "HTTP/1.1 404 Not Found\r\n"},
        {REQUEST("HEAD", "/nothing"), "HTTP/1.1 404 Not Found\r\n"},
        {REQUEST("DELETE", "/metrics"), "HTTP/1.1 405 Method Not Allowed\r\n"},
        {REQUEST("OPTIONS", "/metrics"), "HTTP/1.1 405 Method Not Allowed\r\n"},
        {"POST /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
         "HTTP/1.1 405 Method Not Allowed\r\n"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(CASES); i++)
        assert_begins(exchange(*state, CASES[i].request), CASES[i].want);
    assert_non_null(strstr(exchange(*state, REQUEST("PUT", "/metrics")), "Allow: GET, HEAD\r\n"));
}

static void survives_what_is_no_http(void **state)
{
    (void)exchange(*state, "\x16\x03\x01 no http\r\n\r\n");
    assert_begins(exchange(*state, REQUEST("GET", "/healthz")), "HTTP/1.1 200 OK\r\n");
}

/* Without room made for it, the probe waits until the server has given up the silent ones, twice ten seconds. */
static void serves_a_probe_while_others_hold_connections_open(void **state)
{
    enum { HOLDERS = 160 };
    struct fixture *fixture = *state;
    int fds[HOLDERS];
    for (int i = 0; i < HOLDERS; i++) {
        fds[i] = connect_to(metrics_server_port(fixture->server));
        (void)send(fds[i], "GET /", 5, MSG_NOSIGNAL);
    }
    fixture->patience_s = 8;
    assert_begins(exchange(fixture, REQUEST("GET", "/healthz")), "HTTP/1.1 200 OK");
    for (int i = 0; i < HOLDERS; i++)
        (void)close(fds[i]);
}

static void leaves_signals_to_the_program(void **state)
{
    struct fixture *fixture = *state;
    sigset_t mask;
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
    assert_int_equal(sigismember(&mask, SIGTERM), 0);
    (void)exchange(fixture, REQUEST("GET", "/readyz"));
    assert_int_equal(fixture->blocks_sigterm, 1);
}

static void is_ready_without_a_question_to_ask(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    assert_int_equal(metrics_server_start("127.0.0.1", 0, NULL, NULL, &fixture.server, NULL), STATUS_OK);
    const char *answer = exchange(&fixture, REQUEST("GET", "/readyz"));
    metrics_server_stop(fixture.server);
    assert_begins(answer, "HTTP/1.1 200 OK\r\n");
}

/* The answered connection was closed by the server first and lingers in TIME_WAIT on its port; the other one is in the
 * middle of a request. */
static void stops_at_any_time_and_can_have_its_port_again(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    assert_int_equal(metrics_server_start("127.0.0.1", 0, NULL, NULL, &fixture.server, NULL), STATUS_OK);
    uint16_t port = metrics_server_port(fixture.server);
    (void)exchange(&fixture, REQUEST("GET", "/healthz"));
    int fd = connect_to(port);
    assert_int_equal(send(fd, "GET /met", 8, MSG_NOSIGNAL), 8);
    metrics_server_stop(fixture.server);
    (void)close(fd);
    assert_int_equal(metrics_server_start("127.0.0.1", port, NULL, NULL, &fixture.server, NULL), STATUS_OK);
    assert_int_equal(metrics_server_port(fixture.server), port);
    metrics_server_stop(fixture.server);
    metrics_server_stop(NULL);
}

static void says_why_it_cannot_listen(void **state)
{
    struct fixture *fixture = *state;
    struct metrics_server *server = NULL;
    struct error err = {0};
    uint16_t taken = metrics_server_port(fixture->server);
    assert_int_equal(metrics_server_start("127.0.0.1", taken, NULL, NULL, &server, &err), STATUS_UNAVAILABLE);
    char want[128];
    (void)snprintf(want, sizeof(want), "listen on 127.0.0.1 port %u: Address already in use", (unsigned)taken);
    assert_string_equal(err.text, want);
    static const char *const NO_ADDRESSES[] = {"", "300.0.0.1", "::g", "localhost"};
    for (size_t i = 0; i < ARRAY_SIZE(NO_ADDRESSES); i++)
        assert_int_equal(metrics_server_start(NO_ADDRESSES[i], 0, NULL, NULL, &server, &err), STATUS_INVALID_ARGUMENT);
    assert_begins(err.text, "admin address 'localhost' is no IP address: ");
    assert_null(server);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(shows_the_metrics),
        SERVED(ignores_a_query_behind_the_path),
        SERVED(head_has_the_length_but_no_body),
        SERVED(is_healthy_while_it_is_not_ready),
        SERVED(refuses_other_paths_and_methods),
        SERVED(survives_what_is_no_http),
        SERVED(serves_a_probe_while_others_hold_connections_open),
        SERVED(leaves_signals_to_the_program),
        cmocka_unit_test(is_ready_without_a_question_to_ask),
        cmocka_unit_test(stops_at_any_time_and_can_have_its_port_again),
        SERVED(says_why_it_cannot_listen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
