#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "db/db_internal.h"

#define HASH_BYTES 32

/* Names an advisory lock; its owner is this module alone. */
#define LOCK_PREFIX "dunlin.migrate."

/* Begins the line of a migration that says which is the oldest version that can run with it. */
#define NEEDS_PREFIX "-- needs:"

static void hash_text(const char *text, uint8_t ret_hash[static HASH_BYTES])
{
    (void)crypto_generichash(ret_hash, HASH_BYTES, (const unsigned char *)text, strlen(text), NULL, 0);
}

/* The schema's name goes into SQL as an identifier. */
static enum status check_schema_name(const char *schema, struct error *err)
{
    size_t len = strspn(schema, "abcdefghijklmnopqrstuvwxyz_");
    if (len > 0 && schema[len] == '\0' && len < 60)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "schema name '%s': lower-case letters and _ only", schema);
}

/* Unnamed statements: used once in the life of a connection. */
static enum status ask(struct db *db, const char *sql, const struct db_args *args, struct db_result **ret_result,
                       struct error *err)
{
    return db_exec(db, &(struct db_statement){"", sql}, args, ret_result, err);
}

static enum status lock_schema(struct db *db, const char *schema, struct error *err)
{
    g_autofree char *name = g_strconcat(LOCK_PREFIX, schema, NULL);
    struct db_args args = {0};
    db_arg_text(&args, name);
    return ask(db, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", &args, NULL, err);
}

struct version {
    int part[3];
};

static bool read_version(const char *text, struct version *ret_version)
{
    int n = 0;
    int *part = ret_version->part;
    return sscanf(text, "%d.%d.%d%n", &part[0], &part[1], &part[2], &n) == 3 && text[n] == '\0';
}

/* False where `needs` is of a form that this version does not know. */
static bool is_new_enough(const char *needs)
{
    struct version needed, own;
    if (needs[0] == '\0')
        return true;
    if (!read_version(needs, &needed) || !read_version(DUNLIN_VERSION, &own))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(own.part); i++)
        if (own.part[i] != needed.part[i])
            return own.part[i] > needed.part[i];
    return true;
}

/* "0.3.0" of the line "-- needs: 0.3.0", or "" where the migration has none; g_free. */
static char *needs_of(const struct db_migration *migration)
{
    const char *line = migration->sql;
    while (line && !g_str_has_prefix(line, NEEDS_PREFIX)) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    if (!line)
        return g_strdup("");
    line += strlen(NEEDS_PREFIX);
    return g_strstrip(g_strndup(line, strcspn(line, "\n")));
}

/* Looks before it makes: CREATE ... IF NOT EXISTS asks for the right to create even where nothing is to be made. */
static enum status ensure_table(struct db *db, const char *schema, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *found = NULL;
    struct db_args args = {0};
    db_arg_text(&args, schema);
    enum status st =
        ask(db,
            "SELECT to_regnamespace($1) IS NOT NULL, "
            "EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relname = 'migration'), "
            "EXISTS (SELECT FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE relnamespace = "
            "to_regnamespace($1) AND relname = 'migration' AND attname = 'needs')",
            &args, &found, err);
    if (st != STATUS_OK)
        return st;
    if (!db_bool(found, 0, 0)) {
        g_autofree char *sql = g_strdup_printf("CREATE SCHEMA %s", schema);
        st = db_exec_script(db, sql, err);
    }
    if (st == STATUS_OK && !db_bool(found, 0, 1)) {
        g_autofree char *sql =
            g_strdup_printf("CREATE TABLE %s.migration (number integer PRIMARY KEY, name text NOT NULL, "
                            "hash bytea NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
                            schema);
        st = db_exec_script(db, sql, err);
    }
    if (st == STATUS_OK && !db_bool(found, 0, 2)) {
        g_autofree char *sql =
            g_strdup_printf("ALTER TABLE %s.migration ADD COLUMN needs text NOT NULL DEFAULT ''", schema);
        st = db_exec_script(db, sql, err);
    }
    return st;
}

/* An older program may have made the table, without the column `needs`. */
static enum status read_applied(struct db *db, const char *schema, struct db_result **ret_applied, struct error *err)
{
    g_autofree char *sql = g_strdup_printf("SELECT number, name, hash, coalesce(to_jsonb(m) ->> 'needs', '') FROM "
                                           "%s.migration AS m ORDER BY number",
                                           schema);
    return ask(db, sql, NULL, ret_applied, err);
}

static enum status check_row(const struct db_result *applied, size_t row, const struct db_migration *migration,
                             const char *schema, struct error *err)
{
    int32_t number = db_int4(applied, row, 0);
    const char *name = db_text(applied, row, 1);
    if (number != migration->number)
        return error_set(err, STATUS_FAILED_PRECONDITION, "schema %s has migration %d (%s) where %d (%s) was due",
                         schema, number, name, migration->number, migration->name);
    uint8_t hash[HASH_BYTES];
    hash_text(migration->sql, hash);
    size_t len;
    const uint8_t *applied_hash = db_bytes(applied, row, 2, &len);
    if (len != HASH_BYTES || memcmp(applied_hash, hash, HASH_BYTES) != 0)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "migration %d (%s) of schema %s has changed since it was applied: write a new one instead",
                         number, migration->name, schema);
    return STATUS_OK;
}

/* A migration of a newer program than this: programs of before it run with it, but where it says otherwise. */
static enum status check_newer(const struct db_result *applied, size_t row, const char *schema, struct error *err)
{
    const char *needs = db_text(applied, row, 3);
    if (is_new_enough(needs))
        return STATUS_OK;
    return error_set(err, STATUS_FAILED_PRECONDITION,
                     "schema %s is newer than this program: its migration %d (%s) needs version %s, this is %s", schema,
                     db_int4(applied, row, 0), db_text(applied, row, 1), needs, DUNLIN_VERSION);
}

/* *ret_next is the first that has not been applied; number 0 where all have. */
static enum status compare(const struct db_result *applied, const struct db_migration *migrations, const char *schema,
                           const struct db_migration **ret_next, struct error *err)
{
    const struct db_migration *next = migrations;
    for (size_t row = 0; row < db_rows(applied); row++) {
        enum status st =
            next->number == 0 ? check_newer(applied, row, schema, err) : check_row(applied, row, next++, schema, err);
        if (st != STATUS_OK)
            return st;
    }
    *ret_next = next;
    return STATUS_OK;
}

static enum status record(struct db *db, const char *schema, const struct db_migration *migration, const char *needs,
                          struct error *err)
{
    uint8_t hash[HASH_BYTES];
    hash_text(migration->sql, hash);
    struct db_args args = {0};
    db_arg_int4(&args, migration->number);
    db_arg_text(&args, migration->name);
    db_arg_bytes(&args, hash, sizeof(hash));
    db_arg_text(&args, needs);
    g_autofree char *sql =
        g_strdup_printf("INSERT INTO %s.migration (number, name, hash, needs) VALUES ($1, $2, $3, $4)", schema);
    return ask(db, sql, &args, NULL, err);
}

static enum status apply(struct db *db, const char *schema, const struct db_migration *migration, struct error *err)
{
    g_autofree char *needs = needs_of(migration);
    enum status st = is_new_enough(needs) ? db_exec_script(db, migration->sql, err)
                                          : error_set(err, STATUS_INTERNAL,
                                                      "it needs version '%s', and this is %s: a program runs with its "
                                                      "own migrations",
                                                      needs, DUNLIN_VERSION);
    if (st == STATUS_OK && PQtransactionStatus(db->conn) != PQTRANS_INTRANS)
        st = error_set(err, STATUS_INTERNAL, "it ends the transaction that it runs in");
    if (st == STATUS_OK)
        st = record(db, schema, migration, needs, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "migration %d (%s) of schema %s", migration->number, migration->name, schema);
    return STATUS_OK;
}

/* One transaction: waits for its turn, looks what is there now, applies at most one. */
static enum status migrate_one(struct db *db, const char *schema, const struct db_migration *migrations, bool *ret_done,
                               struct error *err)
{
    SCOPED(db_result_freep) struct db_result *applied = NULL;
    SCOPED(db_tx_rollback) struct db_tx tx = {0};
    const struct db_migration *next = NULL;
    enum status st = db_tx_begin(db, &tx, err);
    if (st == STATUS_OK)
        st = lock_schema(db, schema, err);
    if (st == STATUS_OK)
        st = ensure_table(db, schema, err);
    if (st == STATUS_OK)
        st = read_applied(db, schema, &applied, err);
    if (st == STATUS_OK)
        st = compare(applied, migrations, schema, &next, err);
    if (st == STATUS_OK && next->number != 0)
        st = apply(db, schema, next, err);
    if (st == STATUS_OK)
        st = db_tx_commit(&tx, err);
    if (st == STATUS_OK)
        *ret_done = next->number == 0 || next[1].number == 0;
    return st;
}

enum status db_migrate(struct db *db, const char *schema, const struct db_migration *migrations, struct error *err)
{
    bool is_done = false;
    enum status st = check_schema_name(schema, err);
    while (st == STATUS_OK && !is_done)
        st = migrate_one(db, schema, migrations, &is_done, err);
    return st == STATUS_OK ? STATUS_OK : error_wrap(err, st, "migrate schema %s", schema);
}

enum status db_migrate_check(struct db *db, const char *schema, const struct db_migration *migrations,
                             struct error *err)
{
    SCOPED(db_result_freep) struct db_result *applied = NULL;
    struct error asked = {0};
    const struct db_migration *next = migrations;
    enum status st = check_schema_name(schema, err);
    if (st != STATUS_OK)
        return st;
    st = read_applied(db, schema, &applied, &asked);
    /* INTERNAL is what a missing table says: class 42, an error of whoever wrote the statement. */
    if (st == STATUS_INTERNAL)
        return error_set(err, STATUS_FAILED_PRECONDITION, "schema %s has not been made", schema);
    if (st != STATUS_OK)
        return error_set(err, st, "%s", asked.text);
    st = compare(applied, migrations, schema, &next, err);
    if (st == STATUS_OK && next->number != 0)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "schema %s is older than this program: it lacks migration %d (%s)", schema, next->number,
                         next->name);
    return st;
}
