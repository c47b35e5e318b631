#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "metrics/metrics.h"

/* Who asks is a scraper, a probe and now and then a person. */
#define CONNECTIONS_MAX    32u
#define CONNECTIONS_LIMIT  (2 * CONNECTIONS_MAX) /* of microhttpd, which then accepts nobody: never reached */
#define IDLE_TIMEOUT_S     10u
#define LISTEN_BACKLOG     128
#define READY_REASON_BYTES 256

struct metrics_server {
    struct MHD_Daemon *daemon;
    uint16_t port;
    metrics_ready_fn *is_ready; /* may be NULL */
    void *context;
    int open_fds[CONNECTIONS_LIMIT]; /* oldest first; of the daemon's thread */
    unsigned n_open;
};

/* Answers */

static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned status, const char *type,
                                     struct MHD_Response *response)
{
    if (response == NULL)
        return MHD_NO;
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status, const char *text)
{
    char body[READY_REASON_BYTES + 2];
    int len = snprintf(body, sizeof(body), "%s\n", text);
    if (len < 0)
        return MHD_NO;
    /* microhttpd 0.9.75 takes a copy but wants a pointer to non-const. */
    struct MHD_Response *response = MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_MUST_COPY);
    return send_response(connection, status, "text/plain; charset=utf-8", response);
}

static enum MHD_Result send_metrics(const struct metrics_server *server, struct MHD_Connection *connection)
{
    (void)server;
    char *page = metrics_render();
    if (page == NULL)
        return send_text(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory");
    struct MHD_Response *response = MHD_create_response_from_buffer(strlen(page), page, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(page);
    return send_response(connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", response);
}

static enum MHD_Result send_health(const struct metrics_server *server, struct MHD_Connection *connection)
{
    (void)server;
    return send_text(connection, MHD_HTTP_OK, "ok");
}

static enum MHD_Result send_readiness(const struct metrics_server *server, struct MHD_Connection *connection)
{
    char reason[READY_REASON_BYTES] = "";
    if (server->is_ready == NULL || server->is_ready(server->context, reason, sizeof(reason)) == 1)
        return send_text(connection, MHD_HTTP_OK, "ready");
    return send_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE, reason[0] != '\0' ? reason : "not ready");
}

static const struct {
    const char *path;
    enum MHD_Result (*send)(const struct metrics_server *server, struct MHD_Connection *connection);
} PAGES[] = {
    {"/metrics", send_metrics},
    {"/healthz", send_health},
    {"/readyz", send_readiness},
};

/* Called by microhttpd when the head of a request is there. It is answered at once, whatever body may follow; for HEAD
 * microhttpd leaves the body of the answer out. */
static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **request_context)
{
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)request_context;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return send_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET and HEAD only");
    for (size_t i = 0; i < ARRAY_SIZE(PAGES); i++)
        if (strcmp(path, PAGES[i].path) == 0)
            return PAGES[i].send(context, connection);
    return send_text(connection, MHD_HTTP_NOT_FOUND, "there are /metrics, /healthz and /readyz");
}

/* Connections. An honest one lives for milliseconds. Whoever keeps many open, sending a byte now and then, must not
 * keep the probes out on whose word the process lives or dies: one too many, and the oldest is ended. */

static void note_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                            enum MHD_ConnectionNotificationCode code)
{
    struct metrics_server *server = context;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    (void)socket_context;
    if (info == NULL)
        return;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        if (server->n_open < CONNECTIONS_LIMIT)
            server->open_fds[server->n_open++] = info->connect_fd;
        return;
    }
    for (unsigned i = 0; i < server->n_open; i++)
        if (server->open_fds[i] == info->connect_fd) {
            server->n_open--;
            memmove(&server->open_fds[i], &server->open_fds[i + 1], (server->n_open - i) * sizeof(server->open_fds[0]));
            return;
        }
}

static enum MHD_Result make_room(void *context, const struct sockaddr *address, socklen_t address_len)
{
    const struct metrics_server *server = context;
    (void)address;
    (void)address_len;
    if (server->n_open >= CONNECTIONS_MAX) /* those before it end already, but microhttpd has not seen it yet */
        (void)shutdown(server->open_fds[server->n_open - CONNECTIONS_MAX], SHUT_RDWR);
    return MHD_YES;
}

/* Start and stop */

static void free_addressp(struct addrinfo **address)
{
    if (*address != NULL)
        freeaddrinfo(*address);
}

static void close_fdp(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static enum status resolve(const char *bind_address, uint16_t port, struct addrinfo **ret_address, struct error *err)
{
    char service[8];
    (void)snprintf(service, sizeof(service), "%u", (unsigned)port);
    /* No names: looking one up may block, and may answer something else tomorrow. */
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    int error = getaddrinfo(bind_address, service, &hints, ret_address);
    if (error != 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "admin address '%.64s' is no IP address: %s", bind_address,
                         gai_strerror(error));
    return STATUS_OK;
}

static enum status read_port(int fd, uint16_t *ret_port, struct error *err)
{
    struct sockaddr_storage bound = {0};
    socklen_t size = sizeof(bound);
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (getsockname(fd, (struct sockaddr *)&bound, &size) != 0)
        return error_set(err, STATUS_UNAVAILABLE, "ask for the admin port: %s", strerror(errno));
    if (bound.ss_family == AF_INET6) {
        memcpy(&in6, &bound, sizeof(in6));
        *ret_port = ntohs(in6.sin6_port);
    } else {
        memcpy(&in, &bound, sizeof(in));
        *ret_port = ntohs(in.sin_port);
    }
    return STATUS_OK;
}

/* A socket of our own rather than microhttpd's: it would not say why the port cannot be had. */
static enum status listen_on(const char *bind_address, uint16_t port, int *ret_fd, uint16_t *ret_port,
                             struct error *err)
{
    SCOPED(free_addressp) struct addrinfo *address = NULL;
    enum status st = resolve(bind_address, port, &address, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(close_fdp) int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* A restarted service takes its port back at once, although old connections linger in TIME_WAIT. */
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) != 0 ||
        bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, LISTEN_BACKLOG) != 0)
        return error_set(err, STATUS_UNAVAILABLE, "listen on %s port %u: %s", bind_address, (unsigned)port,
                         strerror(errno));
    st = read_port(fd, ret_port, err);
    if (st != STATUS_OK)
        return st;
    *ret_fd = fd;
    fd = -1;
    return STATUS_OK;
}

/* Consumes `fd`. Signals belong to the program's main thread: the new thread is born with all of them blocked. */
static struct MHD_Daemon *start_daemon(struct metrics_server *server, int fd)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD, 0, make_room, server, answer, server, MHD_OPTION_LISTEN_SOCKET,
                         fd, MHD_OPTION_NOTIFY_CONNECTION, note_connection, server, MHD_OPTION_CONNECTION_LIMIT,
                         CONNECTIONS_LIMIT, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT_S, MHD_OPTION_END);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

enum status metrics_server_start(const char *bind_address, uint16_t port, metrics_ready_fn *is_ready, void *context,
                                 struct metrics_server **ret_server, struct error *err)
{
    struct metrics_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "admin port: out of memory");
    server->is_ready = is_ready;
    server->context = context;
    int fd = -1;
    enum status st = listen_on(bind_address, port, &fd, &server->port, err);
    if (st == STATUS_OK) {
        server->daemon = start_daemon(server, fd);
        if (server->daemon == NULL)
            st = error_set(err, STATUS_UNAVAILABLE, "start the admin port's thread: %s", strerror(errno));
    }
    if (st != STATUS_OK) {
        free(server);
        return st;
    }
    *ret_server = server;
    return STATUS_OK;
}

uint16_t metrics_server_port(const struct metrics_server *server)
{
    return server->port;
}

void metrics_server_stop(struct metrics_server *server)
{
    if (server == NULL)
        return;
    MHD_stop_daemon(server->daemon);
    free(server);
}
