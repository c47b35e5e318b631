#include "nth_digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glib.h>

#include "db/db.h"

struct digest {
    struct db *owner;
    char *sql, *counts_sql;
};

/* What the failures of nth_database.c call. */
static const char FAIL_SQL[] = "CREATE SCHEMA nth; GRANT USAGE ON SCHEMA nth TO PUBLIC;"
                               "CREATE FUNCTION nth.fail(code text) RETURNS void LANGUAGE plpgsql AS "
                               "$$ BEGIN RAISE EXCEPTION 'the n-th statement' USING ERRCODE = code; END $$";

/* Those that `role` may read; "": all. */
static const struct db_statement TABLES = {
    "nth.tables", "SELECT format('%I.%I', n.nspname, c.relname)::text FROM pg_class c JOIN pg_namespace n ON n.oid = "
                  "c.relnamespace WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> "
                  "'information_schema' AND ($1::text = '' OR has_table_privilege($1, c.oid, 'SELECT')) ORDER BY 1"};

static const struct db_statement LOCK_HEADS = {"nth.heads", "SELECT partition FROM log.head FOR UPDATE NOWAIT"};

static void must(enum status st, const struct error *err)
{
    if (st != STATUS_OK)
        fail_msg("%s", err->text);
}

/* A sum of the rows' hashes does not mind their order, and needs no sorting. */
#define ROWS_AND_SUM "count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)"
#define ROWS         "count(*)::text"

static char *make_sql(struct db *owner, const char *role, const char *expression)
{
    SCOPED(db_result_freep) struct db_result *tables = NULL;
    GString *sql = g_string_new("SELECT string_agg(name || '=' || held, ' ' ORDER BY name) FROM (");
    struct db_args args = {0};
    struct error err = {0};

    db_arg_text(&args, role);
    must(db_exec(owner, &TABLES, &args, &tables, &err), &err);
    for (size_t row = 0; row < db_rows(tables); row++)
        g_string_append_printf(sql, "%sSELECT '%s' AS name, %s AS held FROM %s t", row > 0 ? " UNION ALL " : "",
                               db_text(tables, row, 0), expression, db_text(tables, row, 0));
    g_string_append(sql, ") AS each");
    return g_string_free(sql, FALSE);
}

struct digest *digest_open(const struct test_database *database, const char *role)
{
    struct digest *digest = g_new0(struct digest, 1);

    digest->owner = test_database_connect(database, NULL);
    test_database_script(digest->owner, FAIL_SQL);
    digest->sql = make_sql(digest->owner, "", ROWS_AND_SUM);
    digest->counts_sql = make_sql(digest->owner, role, ROWS);
    return digest;
}

const char *digest_counts_sql(const struct digest *digest)
{
    return digest->counts_sql;
}

void digest_close(struct digest *digest)
{
    if (!digest)
        return;
    db_close(digest->owner);
    g_free(digest->sql);
    g_free(digest->counts_sql);
    g_free(digest);
}

char *digest_take(struct digest *digest)
{
    const struct db_statement look = {"nth.digest", digest->sql};
    struct db_call calls[] = {{.statement = &LOCK_HEADS}, {.statement = &look}};
    struct error err = {0};

    must(db_exec_pipeline(digest->owner, calls, ARRAY_SIZE(calls), &err), &err);
    char *taken = g_strdup(db_text(calls[1].result, 0, 0));
    db_calls_clear(calls, ARRAY_SIZE(calls));
    return taken;
}
