#include <string.h>

#include "db/db_internal.h"

/* The binary COPY format: signature, flags, length of a header extension; rows; a field count of -1. */
static const uint8_t HEADER[] = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t TRAILER[] = {0xff, 0xff};

/* Large enough that the calls do not matter, small enough to stay in the cache. */
#define CHUNK_BYTES ((size_t)64 * 1024)

struct copy {
    struct db *db;
    const char *what;
    struct monotonic deadline;
    GByteArray *chunk;
    const uint8_t **next; /* a cursor a column */
    size_t n_columns;
};

static enum status send_chunk(struct copy *copy, struct error *err)
{
    if (copy->chunk->len == 0)
        return STATUS_OK;
    if (copy->chunk->len > G_MAXINT ||
        PQputCopyData(copy->db->conn, (const char *)copy->chunk->data, (int)copy->chunk->len) != 1)
        return db_fail_connection(copy->db, copy->what, err);
    g_byte_array_set_size(copy->chunk, 0);
    return db_flush(copy->db, copy->deadline, copy->what, err);
}

/* An array's element stands there as COPY wants it: length (-1: NULL) and value. */
static void add_field(struct copy *copy, size_t column)
{
    const uint8_t *at = copy->next[column];
    uint32_t length = (uint32_t)db_get_be(at, 4);
    uint32_t bytes = 4 + (length == UINT32_MAX ? 0 : length);
    g_byte_array_append(copy->chunk, at, bytes);
    copy->next[column] = at + bytes;
}

static enum status send_rows(struct copy *copy, size_t n_rows, struct error *err)
{
    uint8_t n_fields[2];
    db_put_be16(n_fields, (uint16_t)copy->n_columns);
    g_byte_array_append(copy->chunk, HEADER, sizeof(HEADER));
    for (size_t row = 0; row < n_rows; row++) {
        g_byte_array_append(copy->chunk, n_fields, sizeof(n_fields));
        for (size_t column = 0; column < copy->n_columns; column++) {
            add_field(copy, column);
            if (copy->chunk->len < CHUNK_BYTES)
                continue;
            enum status st = send_chunk(copy, err);
            if (st != STATUS_OK)
                return st;
        }
    }
    g_byte_array_append(copy->chunk, TRAILER, sizeof(TRAILER));
    return send_chunk(copy, err);
}

static enum status start(struct copy *copy, const char *sql, struct error *err)
{
    SCOPED(db_pg_clearp) PGresult *result = NULL;
    if (PQsendQuery(copy->db->conn, sql) != 1)
        return db_fail_connection(copy->db, copy->what, err);
    enum status st = db_next_result(copy->db, copy->deadline, copy->what, &result, err);
    if (st != STATUS_OK)
        return st;
    if (PQresultStatus(result) == PGRES_FATAL_ERROR) {
        st = db_fail_result(copy->db, result, copy->what, err);
        /* What failed first is said; where the rest is lost as well, the connection is dead and that is known. */
        if (db_is_alive(copy->db))
            (void)!db_drain(copy->db, copy->deadline, copy->what, NULL, 0, NULL);
        return st;
    }
    if (PQresultStatus(result) != PGRES_COPY_IN || PQbinaryTuples(result) != 1)
        return db_fail_protocol(copy->db, copy->what, "is no COPY FROM STDIN (FORMAT binary)", err);
    return STATUS_OK;
}

static enum status finish(struct copy *copy, struct error *err)
{
    if (PQputCopyEnd(copy->db->conn, NULL) != 1)
        return db_fail_connection(copy->db, copy->what, err);
    return db_drain(copy->db, copy->deadline, copy->what, NULL, 0, err);
}

static enum status check_columns(const struct db_statement *statement, const struct db_array *const *columns,
                                 size_t n_columns, struct error *err)
{
    g_assert(n_columns > 0 && n_columns <= G_MAXINT16);
    for (size_t i = 0; i < n_columns; i++) {
        g_assert(db_array_length(columns[i]) == db_array_length(columns[0]));
        if (db_array_has_too_long(columns[i]))
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: a value of column %zu is longer than %zu bytes",
                             statement->name, i + 1, DB_VALUE_MAX_BYTES);
    }
    return STATUS_OK;
}

enum status db_copy_in(struct db *db, const struct db_statement *statement, const struct db_array *const *columns,
                       size_t n_columns, struct error *err)
{
    enum status st = check_columns(statement, columns, n_columns, err);
    if (st == STATUS_OK)
        st = db_check_alive(db, statement->name, err);
    if (st == STATUS_OK)
        st = db_begin_now(db, err);
    if (st != STATUS_OK)
        return st;
    g_autofree const uint8_t **next = g_new(const uint8_t *, n_columns);
    for (size_t i = 0; i < n_columns; i++) {
        size_t len;
        next[i] = db_array_elements(columns[i], &len);
    }
    g_autoptr(GByteArray) chunk = g_byte_array_sized_new((guint)CHUNK_BYTES);
    struct copy copy = {db, statement->name, db_deadline(db), chunk, next, n_columns};
    st = start(&copy, statement->sql, err);
    if (st == STATUS_OK)
        st = send_rows(&copy, db_array_length(columns[0]), err);
    return st == STATUS_OK ? finish(&copy, err) : st;
}
