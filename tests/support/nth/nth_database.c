#include "nth_database.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <libpq-fe.h>

static __thread struct {
    bool is_armed;
    enum nth_failure failure;
    size_t n;
    enum nth_commit commit;
    bool has_erred; /* the server, by itself; or the unit, which rolls back */
    void (*look)(PGconn *conn);
    struct nth_seen seen;
} plan;

void nth_database_arm(enum nth_failure failure, size_t n, enum nth_commit commit)
{
    memset(&plan, 0, sizeof(plan));
    plan.failure = failure;
    plan.n = n;
    plan.commit = commit;
    plan.is_armed = true;
}

struct nth_seen nth_database_disarm(void)
{
    plan.is_armed = false;
    return plan.seen;
}

void nth_database_before_commit(void (*look)(PGconn *conn))
{
    plan.look = look;
}

static bool is_of_server(void)
{
    return plan.failure >= NTH_TERMINATED;
}

static void note_failure(const char *call)
{
    plan.seen.has_failed = true;
    plan.seen.failed_call = call;
    plan.seen.is_after_error = plan.has_erred;
}

/* Counts a call; true where it shall say no. */
static bool refuses(PGconn *conn, const char *call)
{
    if (!plan.is_armed)
        return false;
    plan.seen.calls++;
    if (is_of_server() || plan.seen.calls != plan.n)
        return false;
    note_failure(call);
    if (plan.failure == NTH_CUT)
        (void)shutdown(PQsocket(conn), SHUT_RDWR);
    return plan.failure == NTH_REFUSED;
}

/* Counts a statement; the one to send instead where it shall fail at the server. */
static const char *replacement(const char *call)
{
    static const char *const SQL[] = {[NTH_TERMINATED] = "SELECT pg_terminate_backend(pg_backend_pid())",
                                      [NTH_SERVER_FULL] = "SELECT nth.fail('53200')",
                                      [NTH_CONFLICT] = "SELECT nth.fail('40001')"};
    if (!plan.is_armed)
        return NULL;
    plan.seen.statements++;
    if (!is_of_server() || plan.seen.statements != plan.n)
        return NULL;
    note_failure(call);
    return SQL[plan.failure];
}

int __real_PQsendQueryParams(PGconn *conn, const char *sql, int n, const Oid *types, const char *const *values,
                             const int *lengths, const int *formats, int format);
int __wrap_PQsendQueryParams(PGconn *conn, const char *sql, int n, const Oid *types, const char *const *values,
                             const int *lengths, const int *formats, int format);
int __real_PQsendPrepare(PGconn *conn, const char *name, const char *sql, int n, const Oid *types);
int __wrap_PQsendPrepare(PGconn *conn, const char *name, const char *sql, int n, const Oid *types);
int __real_PQsendQueryPrepared(PGconn *conn, const char *name, int n, const char *const *values, const int *lengths,
                               const int *formats, int format);
int __wrap_PQsendQueryPrepared(PGconn *conn, const char *name, int n, const char *const *values, const int *lengths,
                               const int *formats, int format);
int __real_PQsendQuery(PGconn *conn, const char *sql);
int __wrap_PQsendQuery(PGconn *conn, const char *sql);
PGresult *__real_PQgetResult(PGconn *conn);
PGresult *__wrap_PQgetResult(PGconn *conn);
char *__real_PQcmdStatus(PGresult *result);
char *__wrap_PQcmdStatus(PGresult *result);
int __real_PQflush(PGconn *conn);
int __real_PQputCopyData(PGconn *conn, const char *bytes, int len);
int __wrap_PQputCopyData(PGconn *conn, const char *bytes, int len);
int __real_PQputCopyEnd(PGconn *conn, const char *error);
int __wrap_PQputCopyEnd(PGconn *conn, const char *error);

static int send_instead(PGconn *conn, const char *sql)
{
    return __real_PQsendQueryParams(conn, sql, 0, NULL, NULL, NULL, NULL, 1);
}

int __wrap_PQsendQueryParams(PGconn *conn, const char *sql, int n, const Oid *types, const char *const *values,
                             const int *lengths, const int *formats, int format)
{
    if (refuses(conn, "PQsendQueryParams"))
        return 0;
    const char *instead = replacement("PQsendQueryParams");
    if (instead)
        return send_instead(conn, instead);
    return __real_PQsendQueryParams(conn, sql, n, types, values, lengths, formats, format);
}

int __wrap_PQsendPrepare(PGconn *conn, const char *name, const char *sql, int n, const Oid *types)
{
    if (refuses(conn, "PQsendPrepare"))
        return 0;
    const char *instead = replacement("PQsendPrepare");
    return instead ? send_instead(conn, instead) : __real_PQsendPrepare(conn, name, sql, n, types);
}

int __wrap_PQsendQueryPrepared(PGconn *conn, const char *name, int n, const char *const *values, const int *lengths,
                               const int *formats, int format)
{
    plan.seen.executions++;
    if (refuses(conn, "PQsendQueryPrepared"))
        return 0;
    const char *instead = replacement("PQsendQueryPrepared");
    if (instead)
        return send_instead(conn, instead);
    return __real_PQsendQueryPrepared(conn, name, n, values, lengths, formats, format);
}

/* The server has answered before the connection goes: what it did is done. */
static int send_and_lose_answer(PGconn *conn, const char *sql)
{
    char answer[256];
    struct pollfd server = {.fd = PQsocket(conn), .events = POLLIN};
    int sent = __real_PQsendQuery(conn, sql);

    while (sent == 1 && __real_PQflush(conn) > 0)
        (void)poll(&server, 1, 1);
    if (sent == 1 && poll(&server, 1, 10000) == 1)
        while (recv(server.fd, answer, sizeof(answer), MSG_DONTWAIT) > 0)
            continue;
    (void)shutdown(server.fd, SHUT_RDWR);
    plan.seen.has_lost_answer = true;
    return sent;
}

static int send_commit(PGconn *conn, const char *instead)
{
    const bool is_pretended = plan.commit == NTH_COMMIT_PRETENDED && (!plan.seen.has_failed || instead);
    char sql[128] = "";

    if (is_pretended && plan.look)
        plan.look(conn);
    if (plan.commit == NTH_COMMIT_ANSWER_LOST)
        return send_and_lose_answer(conn, "COMMIT");
    if (!is_pretended)
        return __real_PQsendQuery(conn, "COMMIT");
    if (instead)
        (void)snprintf(sql, sizeof(sql), "ROLLBACK;%s", instead);
    return __real_PQsendQuery(conn, instead ? sql : "ROLLBACK");
}

int __wrap_PQsendQuery(PGconn *conn, const char *sql)
{
    if (plan.is_armed && strcmp(sql, "ROLLBACK") == 0)
        plan.has_erred = true;
    plan.seen.is_commit_sent |= plan.is_armed && strcmp(sql, "COMMIT") == 0;
    if (refuses(conn, "PQsendQuery"))
        return 0;
    const char *instead = replacement("PQsendQuery");
    if (plan.is_armed && strcmp(sql, "COMMIT") == 0)
        return send_commit(conn, instead);
    return __real_PQsendQuery(conn, instead ? instead : sql);
}

char *__wrap_PQcmdStatus(PGresult *result)
{
    static char commit[] = "COMMIT";
    char *tag = __real_PQcmdStatus(result);
    const bool is_pretended = plan.is_armed && plan.seen.is_commit_sent && plan.commit == NTH_COMMIT_PRETENDED;
    return is_pretended && strcmp(tag, "ROLLBACK") == 0 ? commit : tag;
}

/* As libpq itself: an error that is not the server's. */
PGresult *__wrap_PQgetResult(PGconn *conn)
{
    if (refuses(conn, "PQgetResult"))
        return PQmakeEmptyPGresult(conn, PGRES_FATAL_ERROR);
    PGresult *result = __real_PQgetResult(conn);
    plan.has_erred |= plan.is_armed && PQresultErrorField(result, PG_DIAG_SQLSTATE) != NULL;
    return result;
}

int __wrap_PQputCopyData(PGconn *conn, const char *bytes, int len)
{
    return refuses(conn, "PQputCopyData") ? -1 : __real_PQputCopyData(conn, bytes, len);
}

int __wrap_PQputCopyEnd(PGconn *conn, const char *error)
{
    return refuses(conn, "PQputCopyEnd") ? -1 : __real_PQputCopyEnd(conn, error);
}

/* Those that take nothing but the connection. */
#define WRAP_PLAIN(call, refusal)                                                                                      \
    int __real_##call(PGconn *conn);                                                                                   \
    int __wrap_##call(PGconn *conn);                                                                                   \
    int __wrap_##call(PGconn *conn)                                                                                    \
    {                                                                                                                  \
        return refuses(conn, #call) ? (refusal) : __real_##call(conn);                                                 \
    }                                                                                                                  \
    _Static_assert(sizeof(#call) > 0, "")

WRAP_PLAIN(PQpipelineSync, 0);
WRAP_PLAIN(PQenterPipelineMode, 0);
WRAP_PLAIN(PQexitPipelineMode, 0);
WRAP_PLAIN(PQflush, -1);
WRAP_PLAIN(PQconsumeInput, 0);
