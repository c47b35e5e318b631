#include "dispute_store.h"

#include "db/db_columns.h"
#include "dispute_sql.h"
#include "id/id_table.h"

#define ACCOUNT_COLUMNS 3  /* of account_load, before those of the unresolved dispute */
#define VERSION_COLUMN  13 /* of dispute_load */
#define REPEATS_COLUMN  14

/* The columns of dispute_load, from column `at` on. */
static struct dispute read_dispute(const struct db_result *result, size_t row, int at)
{
    return (struct dispute){
        .dispute_id = db_id(result, row, at),
        .account_id = db_id(result, row, at + 1),
        .debtor_id = db_id(result, row, at + 2),
        .agency_id = db_int4(result, row, at + 3),
        .state = (enum dispute_state)db_int2(result, row, at + 4),
        .outcome = (enum dispute_outcome)db_int2(result, row, at + 5),
        .source = (enum dispute_source)db_int2(result, row, at + 6),
        .reason = db_text(result, row, at + 7),
        .is_written = db_bool(result, row, at + 8),
        .opened_at = {db_int8(result, row, at + 9)},
        .deadline_at = {db_int8(result, row, at + 10)},
        .is_escalated = db_bool(result, row, at + 11),
        .note = db_text(result, row, at + 12),
        .repeats = db_id(result, row, at + REPEATS_COLUMN),
    };
}

/* A dispute may be wanted by its id and come with its account too. */
static struct dispute *take_dispute(struct book *book, const struct db_result *result, size_t row, int at)
{
    struct dispute dispute = read_dispute(result, row, at);
    struct dispute *known = book_dispute(book, &dispute.dispute_id);

    return known ? known : book_add_dispute(book, &dispute, db_int4(result, row, at + VERSION_COLUMN));
}

static void take_accounts(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        struct account account = {
            .account_id = db_id(result, row, 0),
            .agency_id = db_int4(result, row, 1),
            .debtor_id = db_id(result, row, 2),
        };
        if (!db_is_null(result, row, ACCOUNT_COLUMNS))
            account.unresolved = take_dispute(book, result, row, ACCOUNT_COLUMNS);
        (void)book_add_account(book, &account, false);
    }
}

static void take_disputes(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        struct dispute *dispute = take_dispute(book, result, row, 0);
        if (!book_account(book, &dispute->account_id))
            book_want_account(book, &dispute->account_id);
    }
}

/* What may be wanted, in the order in which it is taken: disputes may want further accounts. */
struct load {
    const struct db_statement *statement;
    GHashTable *wanted;
    void (*take)(struct book *book, const struct db_result *result);
};
#define LOADS_MAX 2

static enum status run_loads(struct db *db, struct book *book, const struct load *loads, size_t n_loads,
                             struct error *err)
{
    struct db_columns keys[LOADS_MAX] = {0};
    struct db_call calls[LOADS_MAX];
    const struct load *run[LOADS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < n_loads; i++) {
        if (g_hash_table_size(loads[i].wanted) == 0)
            continue;
        db_columns_add_keys(&keys[n]);
        db_columns_push_id_set(&keys[n], loads[i].wanted);
        db_columns_bind(&keys[n], loads[i].statement, &calls[n]);
        g_hash_table_remove_all(loads[i].wanted);
        run[n++] = &loads[i];
    }
    enum status st = n > 0 ? db_exec_pipeline(db, calls, n, err) : STATUS_OK;
    for (size_t i = 0; i < n; i++)
        db_columns_fini(&keys[i]);
    for (size_t i = 0; i < n && st == STATUS_OK; i++) {
        g_ptr_array_add(book->results, calls[i].result);
        run[i]->take(book, calls[i].result);
    }
    return st;
}

enum status dispute_store_load(struct db *db, struct book *book, struct error *err)
{
    const struct load all[LOADS_MAX] = {
        {&DISPUTE_ACCOUNT_LOAD, book->wanted_accounts, take_accounts},
        {&DISPUTE_DISPUTE_LOAD, book->wanted_disputes, take_disputes},
    };
    enum status st = run_loads(db, book, all, LOADS_MAX, err);

    if (st == STATUS_OK)
        st = run_loads(db, book, all, 1, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "load disputes");
}

enum status dispute_store_history(struct db *db, struct book *book, const struct id *account_ids, size_t n_accounts,
                                  GArray **ret_disputes, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    struct db_call call;

    db_columns_add_keys(&keys);
    db_columns_push_ids(&keys, account_ids, n_accounts);
    db_columns_bind(&keys, &DISPUTE_DISPUTES_OF_ACCOUNTS, &call);
    enum status st = db_exec(db, call.statement, &call.args, &call.result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read disputes");
    g_ptr_array_add(book->results, call.result);
    *ret_disputes = g_array_new(FALSE, FALSE, sizeof(struct dispute));
    for (size_t row = 0; row < db_rows(call.result); row++) {
        struct dispute dispute = read_dispute(call.result, row, 0);
        g_array_append_val(*ret_disputes, dispute);
    }
    return STATUS_OK;
}

static const enum db_type ACCOUNT_TYPES[] = {DB_INT2, DB_UUID, DB_INT4, DB_UUID};

static void push_account(struct db_columns *columns, const struct account *account)
{
    db_columns_push_key(columns, &account->account_id);
    db_array_int4(columns->column[2], account->agency_id);
    db_array_id(columns->column[3], &account->debtor_id);
}

static const enum db_type DISPUTE_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_UUID, DB_INT4, DB_INT2, DB_INT2, DB_INT2,
                                             DB_TEXT, DB_BOOL, DB_INT8, DB_INT8, DB_BOOL, DB_TEXT, DB_INT4, DB_UUID};

static void push_dispute(struct db_columns *columns, const struct book_dispute *row)
{
    struct db_array *const *column = columns->column;
    const struct dispute *dispute = &row->dispute;

    db_columns_push_key(columns, &dispute->dispute_id);
    db_array_id(column[2], &dispute->account_id);
    db_array_id(column[3], &dispute->debtor_id);
    db_array_int4(column[4], dispute->agency_id);
    db_array_int2(column[5], (int16_t)dispute->state);
    db_array_int2(column[6], (int16_t)dispute->outcome);
    db_array_int2(column[7], (int16_t)dispute->source);
    db_array_text(column[8], dispute->reason);
    db_array_bool(column[9], dispute->is_written);
    db_array_int8(column[10], dispute->opened_at.us);
    db_array_int8(column[11], dispute->deadline_at.us);
    db_array_bool(column[12], dispute->is_escalated);
    db_array_text(column[13], dispute->note);
    db_array_int4(column[14], row->version + 1);
    db_array_id(column[15], &dispute->repeats);
}

enum table {
    TABLE_ACCOUNT,
    TABLE_DISPUTE,
    TABLES_END,
};

static const struct db_write WRITES[TABLES_END] = {
    [TABLE_ACCOUNT] = {&DISPUTE_ACCOUNT_COPY, ACCOUNT_TYPES, ARRAY_SIZE(ACCOUNT_TYPES), .is_copy = true},
    [TABLE_DISPUTE] = {&DISPUTE_DISPUTE_SAVE, DISPUTE_TYPES, ARRAY_SIZE(DISPUTE_TYPES), .is_copy = false},
};

static void collect_changes(struct book *book, struct db_columns tables[static TABLES_END])
{
    g_autoptr(GPtrArray) accounts = id_table_sorted(book->accounts);
    GHashTableIter iter;
    gpointer row;

    for (guint i = 0; i < accounts->len; i++) {
        const struct book_account *account = g_ptr_array_index(accounts, i);
        if (account->is_new)
            push_account(&tables[TABLE_ACCOUNT], &account->account);
    }
    g_hash_table_iter_init(&iter, book->disputes);
    while (g_hash_table_iter_next(&iter, NULL, &row))
        if (((const struct book_dispute *)row)->is_changed)
            push_dispute(&tables[TABLE_DISPUTE], row);
}

enum status dispute_store_save(struct db *db, struct book *book, struct error *err)
{
    struct db_columns tables[TABLES_END];

    db_writes_init(tables, WRITES, TABLES_END);
    collect_changes(book, tables);
    enum status st = db_writes_run_all(db, WRITES, tables, TABLES_END, err);
    db_writes_fini(tables, TABLES_END);
    return st == STATUS_OK ? st : error_wrap(err, st, "save disputes");
}
