#include <string.h>

#include "db/db_internal.h"

const char DB_BEGIN_TEXT[] = "BEGIN ISOLATION LEVEL READ COMMITTED";

static const struct db_args NO_ARGS;

/* What goes out, in order; the server answers each with one result. */
enum op_kind {
    OP_BEGIN,
    OP_PREPARE,
    OP_EXECUTE,
};

struct op {
    enum op_kind kind;
    const struct db_statement *statement; /* NULL for OP_BEGIN */
    struct prepared *prepared;            /* NULL: not kept, the unnamed statement */
    size_t call;
};

/* One call of the pipeline: what db_exec and db_exec_pipeline have in common. */
struct call {
    const struct db_statement *statement;
    const struct db_args *args;
    PGresult *result;
};

struct pipeline {
    struct db *db;
    struct call *calls;
    size_t n_calls;
    struct op *ops;
    size_t n_ops;
    struct monotonic deadline;
    bool prepares_only;
};

static bool is_unnamed(const struct db_statement *statement)
{
    return statement->name[0] == '\0';
}

static const char *name_of(const struct db_statement *statement)
{
    if (statement == NULL)
        return "begin";
    return is_unnamed(statement) ? "statement" : statement->name;
}

/* Planning: nothing has been sent yet, so that a refused call leaves the connection as it was. */

static enum status check_args(const struct call *call, struct error *err)
{
    for (size_t i = 0; i < call->args->n; i++)
        if (call->args->arg[i].length == DB_LENGTH_TOO_LONG)
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: parameter $%zu is longer than %zu bytes",
                             name_of(call->statement), i + 1, DB_VALUE_MAX_BYTES);
    return STATUS_OK;
}

static void add_op(struct pipeline *pipeline, struct op op)
{
    pipeline->ops[pipeline->n_ops++] = op;
}

static enum status plan_call(struct pipeline *pipeline, size_t i, struct error *err)
{
    const struct call *call = &pipeline->calls[i];
    enum status st = check_args(call, err);
    if (st != STATUS_OK)
        return st;
    struct op op = {.statement = call->statement, .call = i};
    if (!is_unnamed(call->statement) && !pipeline->prepares_only) {
        st = prepared_find(pipeline->db->prepared, call->statement, call->args, &op.prepared, err);
        if (st != STATUS_OK)
            return st;
    }
    if (op.prepared == NULL || op.prepared->state == PREPARED_NEW) {
        op.kind = OP_PREPARE;
        add_op(pipeline, op);
        if (op.prepared != NULL)
            op.prepared->state = PREPARED_SENT;
    }
    op.kind = OP_EXECUTE;
    if (!pipeline->prepares_only)
        add_op(pipeline, op);
    return STATUS_OK;
}

static enum status plan(struct pipeline *pipeline, struct error *err)
{
    pipeline->ops = g_new(struct op, 2 * pipeline->n_calls + 1);
    if (pipeline->db->is_begin_due)
        add_op(pipeline, (struct op){.kind = OP_BEGIN});
    for (size_t i = 0; i < pipeline->n_calls; i++) {
        enum status st = plan_call(pipeline, i, err);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

/* Sending: into libpq's buffer, which grows; the connection is non-blocking. */

static int send_prepare(PGconn *conn, const struct op *op, const struct db_args *args)
{
    Oid types[DB_ARGS_MAX];
    for (size_t i = 0; i < args->n; i++)
        types[i] = args->arg[i].oid;
    return PQsendPrepare(conn, op->prepared == NULL ? "" : op->prepared->name, op->statement->sql, (int)args->n, types);
}

static int send_execute(PGconn *conn, const struct op *op, const struct db_args *args)
{
    const char *values[DB_ARGS_MAX];
    int lengths[DB_ARGS_MAX];
    int formats[DB_ARGS_MAX];
    for (size_t i = 0; i < args->n; i++) {
        const struct db_arg *arg = &args->arg[i];
        const void *value = arg->value != NULL ? arg->value : arg->scalar;
        values[i] = arg->length == DB_LENGTH_NULL ? NULL : value;
        lengths[i] = arg->length == DB_LENGTH_NULL ? 0 : arg->length;
        formats[i] = 1;
    }
    return PQsendQueryPrepared(conn, op->prepared == NULL ? "" : op->prepared->name, (int)args->n, values, lengths,
                               formats, 1);
}

static int send_op(struct pipeline *pipeline, const struct op *op)
{
    PGconn *conn = pipeline->db->conn;
    switch (op->kind) {
    case OP_BEGIN:
        return PQsendQueryParams(conn, DB_BEGIN_TEXT, 0, NULL, NULL, NULL, NULL, 1);
    case OP_PREPARE:
        return send_prepare(conn, op, pipeline->calls[op->call].args);
    case OP_EXECUTE:
        return send_execute(conn, op, pipeline->calls[op->call].args);
    }
    return 0;
}

static enum status send_all(struct pipeline *pipeline, struct error *err)
{
    PGconn *conn = pipeline->db->conn;
    for (size_t i = 0; i < pipeline->n_ops; i++)
        if (send_op(pipeline, &pipeline->ops[i]) != 1)
            return db_fail_connection(pipeline->db, name_of(pipeline->ops[i].statement), err);
    if (PQpipelineSync(conn) != 1)
        return db_fail_connection(pipeline->db, "pipeline", err);
    return STATUS_OK;
}

/* Takes one operation's result. *first_failure keeps the status of the pipeline's first failed statement, `err` its
 * text; the return value is not OK only where the connection is lost. */
static enum status take_result(struct pipeline *pipeline, const struct op *op, PGresult **result,
                               enum status *first_failure, struct error *err)
{
    struct db *db = pipeline->db;
    const char *what = name_of(op->statement);
    switch (PQresultStatus(*result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        if (op->kind == OP_BEGIN)
            db->is_begin_due = false;
        if (op->kind == OP_PREPARE && op->prepared != NULL)
            op->prepared->state = PREPARED_READY;
        if (op->kind == OP_EXECUTE)
            pipeline->calls[op->call].result = TAKE(*result);
        return STATUS_OK;
    case PGRES_PIPELINE_ABORTED:
        return STATUS_OK;
    case PGRES_FATAL_ERROR:
        if (*first_failure != STATUS_OK)
            return STATUS_OK;
        *first_failure = db_fail_result(db, *result, what, err);
        return db_is_alive(db) ? STATUS_OK : *first_failure;
    default:
        return db_fail_protocol(db, what, "COPY and the like cannot run in a pipeline", err);
    }
}

static enum status receive_op(struct pipeline *pipeline, const struct op *op, enum status *first_failure,
                              struct error *err)
{
    SCOPED(db_pg_clearp) PGresult *result = NULL;
    const char *what = name_of(op->statement);
    enum status st = db_next_result(pipeline->db, pipeline->deadline, what, &result, err);
    if (st != STATUS_OK)
        return st;
    st = take_result(pipeline, op, &result, first_failure, err);
    if (st != STATUS_OK)
        return st;
    /* Each operation's results end with a NULL, or with libpq's word that it cannot go on. */
    SCOPED(db_pg_clearp) PGresult *end = NULL;
    st = db_next_result(pipeline->db, pipeline->deadline, what, &end, err);
    if (st != STATUS_OK || end == NULL)
        return st;
    if (PQresultStatus(end) == PGRES_FATAL_ERROR)
        return db_fail_result(pipeline->db, end, what, err);
    return db_fail_protocol(pipeline->db, what, "two results where one was due", err);
}

static enum status receive_sync(struct pipeline *pipeline, struct error *err)
{
    SCOPED(db_pg_clearp) PGresult *result = NULL;
    enum status st = db_next_result(pipeline->db, pipeline->deadline, "pipeline", &result, err);
    if (st != STATUS_OK)
        return st;
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        return STATUS_OK;
    case PGRES_FATAL_ERROR:
        /* Outside a transaction the sync commits, and what commits may fail: a deferred constraint, the server itself.
         */
        return db_fail_result(pipeline->db, result, "pipeline", err);
    default:
        return db_fail_protocol(pipeline->db, "pipeline", "no answer to the sync", err);
    }
}

static enum status receive_all(struct pipeline *pipeline, struct error *err)
{
    enum status first_failure = STATUS_OK;
    for (size_t i = 0; i < pipeline->n_ops; i++) {
        enum status st = receive_op(pipeline, &pipeline->ops[i], &first_failure, err);
        if (st != STATUS_OK)
            return st;
    }
    struct error sync_err = {0};
    enum status st = receive_sync(pipeline, &sync_err);
    if (st == STATUS_OK || first_failure != STATUS_OK)
        return first_failure;
    return error_set(err, st, "%s", sync_err.text);
}

static enum status run_in_pipeline_mode(struct pipeline *pipeline, struct error *err)
{
    struct db *db = pipeline->db;
    if (PQenterPipelineMode(db->conn) != 1)
        return db_fail_connection(db, "pipeline", err);
    pipeline->deadline = db_deadline(db);
    enum status st = send_all(pipeline, err);
    if (st == STATUS_OK)
        st = receive_all(pipeline, err);
    if (!db_is_alive(db))
        return st;
    if (PQexitPipelineMode(db->conn) != 1)
        return db_fail_connection(db, "pipeline", err);
    return st;
}

static enum status run(struct pipeline *pipeline, struct error *err)
{
    struct db *db = pipeline->db;
    if (pipeline->n_calls == 0)
        return STATUS_OK;
    enum status st = db_check_alive(db, name_of(pipeline->calls[0].statement), err);
    if (st != STATUS_OK)
        return st;
    st = plan(pipeline, err);
    if (st == STATUS_OK)
        st = run_in_pipeline_mode(pipeline, err);
    g_free(pipeline->ops);
    if (st == STATUS_OK)
        return STATUS_OK;
    prepared_forget_unready(db->prepared);
    for (size_t i = 0; i < pipeline->n_calls; i++)
        db_pg_clearp(&pipeline->calls[i].result);
    return st;
}

static struct db_result *wrap_result(PGresult *pg)
{
    struct db_result *result = g_new(struct db_result, 1);
    result->pg = pg;
    return result;
}

enum status db_exec(struct db *db, const struct db_statement *statement, const struct db_args *args,
                    struct db_result **ret_result, struct error *err)
{
    struct call call = {.statement = statement, .args = args != NULL ? args : &NO_ARGS};
    struct pipeline pipeline = {.db = db, .calls = &call, .n_calls = 1};
    enum status st = run(&pipeline, err);
    if (st != STATUS_OK)
        return st;
    if (ret_result != NULL)
        *ret_result = wrap_result(call.result);
    else
        PQclear(call.result);
    return STATUS_OK;
}

enum status db_exec_pipeline(struct db *db, struct db_call *calls, size_t n_calls, struct error *err)
{
    g_autofree struct call *own = g_new0(struct call, n_calls);
    for (size_t i = 0; i < n_calls; i++) {
        own[i].statement = calls[i].statement;
        own[i].args = &calls[i].args;
        calls[i].result = NULL;
    }
    struct pipeline pipeline = {.db = db, .calls = own, .n_calls = n_calls};
    enum status st = run(&pipeline, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < n_calls; i++)
        calls[i].result = wrap_result(own[i].result);
    return STATUS_OK;
}

void db_calls_clear(struct db_call *calls, size_t n_calls)
{
    for (size_t i = 0; i < n_calls; i++)
        db_result_freep(&calls[i].result);
}

/* Under no name: the parameters' types come with the first call, and are not known here. */
enum status db_prepare_all(struct db *db, const struct db_statement *const *statements, struct error *err)
{
    size_t n = 0;
    while (statements[n] != NULL)
        n++;
    g_autofree struct call *calls = g_new0(struct call, n);
    for (size_t i = 0; i < n; i++)
        calls[i] = (struct call){.statement = statements[i], .args = &NO_ARGS};
    struct pipeline pipeline = {.db = db, .calls = calls, .n_calls = n, .prepares_only = true};
    return run(&pipeline, err);
}
