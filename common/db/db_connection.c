#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "db/db_internal.h"

#define DEFAULT_CONNECT_TIMEOUT_MS   5000
#define DEFAULT_STATEMENT_TIMEOUT_MS 30000

/* A process that stands still in the middle of a transaction (stopped, swapped out, its machine suspended) holds a
 * partition's head, or timers that its heir waits for. After REGISTRY_TTL_MS it has an heir: the server lets go of what
 * it holds soon after. No unit thinks that long between two statements. */
#define IDLE_IN_TRANSACTION_TIMEOUT_MS 10000

/* A peer that vanished without a word is noticed after 30 + 3 * 10 s when idle, after 20 s with data unacknowledged. */
#define KEEPALIVES_IDLE_S     "30"
#define KEEPALIVES_INTERVAL_S "10"
#define KEEPALIVES_COUNT      "3"
#define TCP_USER_TIMEOUT_MS   "20000"

static void ignore_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static void free_info(PQconninfoOption **info)
{
    PQconninfoFree(*info);
}

static const char *find_option(const PQconninfoOption *info, const char *keyword)
{
    for (; info->keyword != NULL; info++)
        if (strcmp(info->keyword, keyword) == 0)
            return info->val;
    return NULL;
}

#define KEYED_PLANS                                                                                                    \
    " -c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off"                   \
    " -c enable_material=off"

/* The URL's own `options` and then ours, which win. JIT compiles for tens of milliseconds what then runs for one, and a
 * parallel worker is a process that is started for it: our statements are short, and the planner cannot know the length
 * of an array. */
static enum status make_server_options(const struct db_options *options, int64_t statement_timeout_ms,
                                       char **ret_options, struct error *err)
{
    char *message = NULL;
    SCOPED(free_info) PQconninfoOption *info = PQconninfoParse(options->url, &message);
    if (info == NULL) {
        /* libpq's message quotes the text it was given, and that may hold a password. */
        PQfreemem(message);
        return error_set(err, STATUS_INVALID_ARGUMENT, "database url: not a libpq URL or conninfo");
    }
    const char *own = find_option(info, "options");
    *ret_options = g_strdup_printf("%s -c statement_timeout=%" G_GINT64_FORMAT
                                   " -c idle_in_transaction_session_timeout=%d -c TimeZone=UTC -c jit=off"
                                   " -c max_parallel_workers_per_gather=0%s",
                                   own == NULL ? "" : own, statement_timeout_ms, IDLE_IN_TRANSACTION_TIMEOUT_MS,
                                   options->is_keyed ? KEYED_PLANS : "");
    return STATUS_OK;
}

static PGconn *start_connect(const struct db_options *options, const char *server_options)
{
    /* libpq takes the later value of a keyword; a NULL value is passed over. connect_timeout is not here because
     * PQconnectPoll leaves it to its caller: finish_connect. */
    const char *keywords[] = {
        "dbname",           "user",       "password",        "application_name",    "options",
        "client_encoding",  "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
        "tcp_user_timeout", NULL,
    };
    const char *values[] = {
        options->url, options->user,     options->password,     options->application, server_options,      "UTF8",
        "1",          KEEPALIVES_IDLE_S, KEEPALIVES_INTERVAL_S, KEEPALIVES_COUNT,     TCP_USER_TIMEOUT_MS, NULL,
    };
    _Static_assert(sizeof(keywords) == sizeof(values), "a value each");
    return PQconnectStartParams(keywords, values, 1);
}

static enum status poll_socket(PGconn *conn, short events, struct monotonic deadline, struct error *err)
{
    struct pollfd fd = {.fd = PQsocket(conn), .events = events};
    for (;;) {
        int n = poll(&fd, 1, clock_remaining_ms(deadline));
        if (n > 0)
            return STATUS_OK;
        if (n < 0 && errno != EINTR)
            return error_set(err, STATUS_INTERNAL, "connect to PostgreSQL: poll: %s", strerror(errno));
        if (clock_remaining_ms(deadline) == 0)
            return error_set(err, STATUS_UNAVAILABLE, "connect to PostgreSQL: no answer in time");
    }
}

static enum status finish_connect(PGconn *conn, struct monotonic deadline, struct error *err)
{
    if (PQstatus(conn) == CONNECTION_BAD)
        return db_fail_connect(conn, err);
    /* With the SQLSTATE in its text: a failed log-in has no result to ask for it. */
    (void)PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
    PostgresPollingStatusType step = PGRES_POLLING_WRITING;
    while (step != PGRES_POLLING_OK) {
        enum status st = poll_socket(conn, step == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline, err);
        if (st != STATUS_OK)
            return st;
        step = PQconnectPoll(conn);
        if (step == PGRES_POLLING_FAILED)
            return db_fail_connect(conn, err);
    }
    (void)PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
    if (PQsetnonblocking(conn, 1) != 0)
        return db_fail_connect(conn, err);
    return STATUS_OK;
}

enum status db_open(const struct db_options *options, struct db **ret_db, struct error *err)
{
    int64_t connect_ms = options->connect_timeout_ms > 0 ? options->connect_timeout_ms : DEFAULT_CONNECT_TIMEOUT_MS;
    int64_t statement_ms =
        options->statement_timeout_ms > 0 ? options->statement_timeout_ms : DEFAULT_STATEMENT_TIMEOUT_MS;
    g_autofree char *server_options = NULL;
    enum status st = make_server_options(options, statement_ms, &server_options, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(db_closep) struct db *db = g_new0(struct db, 1);
    db->call_timeout_ms = statement_ms + DB_DEADLINE_GRACE_MS;
    db->prepared = prepared_table_new();
    db->conn = start_connect(options, server_options);
    if (db->conn == NULL)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "connect to PostgreSQL: out of memory");
    (void)PQsetNoticeProcessor(db->conn, ignore_notice, NULL);
    st = finish_connect(db->conn, clock_deadline_ms(connect_ms), err);
    if (st != STATUS_OK)
        return st;
    db->is_alive = true;
    *ret_db = TAKE(db);
    return STATUS_OK;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    PQfinish(db->conn);
    g_hash_table_destroy(db->prepared);
    g_free(db);
}

void db_closep(struct db **db)
{
    db_close(*db);
    *db = NULL;
}

bool db_is_alive(const struct db *db)
{
    return db->is_alive && PQstatus(db->conn) == CONNECTION_OK;
}
