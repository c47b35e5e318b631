#include "dispute_store.h"

#include "db/db_columns.h"
#include "dispute_codec.h"
#include "dispute_sql.h"
#include "escalation_store.h"
#include "id/id_table.h"

#define ACCOUNT_COLUMNS 17 /* of account_load, before those of the dispute */
#define VERSION_COLUMN  13 /* of dispute_load */
#define REPEATS_COLUMN  14
#define KIND_COLUMN     15
#define DETAIL_COLUMN   16

/* The columns of dispute_load, from column `at` on. */
static enum status read_dispute(struct book *book, const struct db_result *result, size_t row, int at,
                                struct dispute *ret_dispute, struct error *err)
{
    size_t n = 0;
    const uint8_t *detail = db_bytes(result, row, at + DETAIL_COLUMN, &n);

    *ret_dispute = (struct dispute){
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
        .kind = (enum dispute_kind)db_int2(result, row, at + KIND_COLUMN),
    };
    return codec_detail_unpack(book, detail, n, ret_dispute, err);
}

/* A dispute may be wanted by its id and come with its account too. */
static enum status take_dispute(struct book *book, const struct db_result *result, size_t row, int at,
                                struct dispute **ret_dispute, struct error *err)
{
    struct id dispute_id = db_id(result, row, at);
    struct dispute dispute, *known = book_dispute(book, &dispute_id);
    enum status st = known ? STATUS_OK : read_dispute(book, result, row, at, &dispute, err);

    if (st == STATUS_OK)
        *ret_dispute = known ? known : book_add_dispute(book, &dispute, db_int4(result, row, at + VERSION_COLUMN));
    return st;
}

static int32_t read_day(const struct db_result *result, size_t row, int column)
{
    return db_is_null(result, row, column) ? DAY_UNKNOWN : db_int4(result, row, column);
}

static const char *read_text(const struct db_result *result, size_t row, int column)
{
    return db_is_null(result, row, column) ? "" : db_text(result, row, column);
}

static void read_standing(const struct db_result *result, size_t row, struct account *account)
{
    account->due_on = read_day(result, row, 5);
    account->placed_on = read_day(result, row, 6);
    account->client = read_text(result, row, 7);
    account->payments = db_int4(result, row, 8);
    account->last_paid_on = read_day(result, row, 9);
    account->broken_promises = db_int4(result, row, 10);
    account->failed_contacts = db_int4(result, row, 11);
    account->reached_on = read_day(result, row, 12);
    account->class = read_text(result, row, 13);
    account->check_on = read_day(result, row, 14);
    account->is_ceased = db_bool(result, row, 15);
    account->is_recalled = db_bool(result, row, 16);
}

static enum status take_account(struct book *book, const struct db_result *result, size_t row, struct error *err)
{
    struct account account = {
        .account_id = db_id(result, row, 0),
        .agency_id = db_int4(result, row, 1),
        .debtor_id = db_id(result, row, 2),
        .is_balance_known = !db_is_null(result, row, 4),
        .balance_minor = db_int8(result, row, 4),
    };
    enum status st = STATUS_OK;

    read_standing(result, row, &account);
    if (!db_is_null(result, row, 3))
        (void)g_strlcpy(account.currency, db_text(result, row, 3), sizeof(account.currency));
    if (!db_is_null(result, row, ACCOUNT_COLUMNS))
        st = take_dispute(book, result, row, ACCOUNT_COLUMNS, &account.last, err);
    if (st != STATUS_OK)
        return st;
    if (account.last && account.last->state != DISPUTE_RESOLVED)
        account.unresolved = account.last;
    (void)book_add_account(book, &account, false);
    return STATUS_OK;
}

static enum status take_accounts(struct book *book, const struct db_result *result, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t row = 0; row < db_rows(result) && st == STATUS_OK; row++)
        st = take_account(book, result, row, err);
    return st;
}

static enum status take_disputes(struct book *book, const struct db_result *result, struct error *err)
{
    enum status st = STATUS_OK;
    struct dispute *dispute = NULL;

    for (size_t row = 0; row < db_rows(result) && st == STATUS_OK; row++) {
        st = take_dispute(book, result, row, 0, &dispute, err);
        if (st == STATUS_OK && !book_account(book, &dispute->account_id))
            book_want_account(book, &dispute->account_id);
    }
    return st;
}

static enum status take_notices(struct book *book, const struct db_result *result, struct error *err)
{
    (void)err;
    for (size_t row = 0; row < db_rows(result); row++) {
        size_t n = 0;
        const uint8_t *account_ids = db_bytes(result, row, 6, &n);
        const struct notice notice = {
            .debtor_id = db_id(result, row, 0),
            .notice_id = db_id(result, row, 1),
            .agency_id = db_int4(result, row, 2),
            .is_return = db_bool(result, row, 3),
            .at = {db_int8(result, row, 4)},
            .ends_on = {db_int4(result, row, 5)},
            .account_ids = account_ids,
            .n_accounts = n / ID_BYTES,
            .is_void = db_bool(result, row, 7),
        };
        book_add_notice(book, &notice, false);
    }
    return STATUS_OK;
}

/* What may be wanted, in the order in which it is taken: disputes may want further accounts. */
struct load {
    const struct db_statement *statement;
    GHashTable *wanted;
    enum status (*take)(struct book *book, const struct db_result *result, struct error *err);
};
#define LOADS_MAX         7
#define LOADS_OF_ACCOUNTS 3 /* the first ones */

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
        st = run[i]->take(book, calls[i].result, err);
    }
    return st;
}

enum status dispute_store_load(struct db *db, struct book *book, struct error *err)
{
    const struct load all[LOADS_MAX] = {
        {&DISPUTE_ACCOUNT_LOAD, book->wanted_accounts, take_accounts},
        {&DISPUTE_CASE_LOAD, book->wanted_cases, escalation_take_cases},
        {&DISPUTE_ESCALATIONS_OF_ACCOUNTS, book->wanted_of_accounts, escalation_take_of_accounts},
        {&DISPUTE_STOPPED_LOAD, book->wanted_stops, escalation_take_stops},
        {&DISPUTE_DISPUTE_LOAD, book->wanted_disputes, take_disputes},
        {&DISPUTE_NOTICE_LOAD, book->wanted_notices, take_notices},
        {&DISPUTE_ESCALATION_LOAD, book->wanted_escalations, escalation_take},
    };
    enum status st = run_loads(db, book, all, LOADS_MAX, err);

    if (st == STATUS_OK)
        st = run_loads(db, book, all, LOADS_OF_ACCOUNTS, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "load disputes");
}

/* One statement with keys; the book keeps its result, which is lent. */
static enum status read_by_keys(struct db *db, struct book *book, const struct db_statement *statement,
                                const struct id *ids, size_t n, struct db_result **ret_result, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    struct db_call call;

    db_columns_add_keys(&keys);
    db_columns_push_ids(&keys, ids, n);
    db_columns_bind(&keys, statement, &call);
    enum status st = db_exec(db, call.statement, &call.args, &call.result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read disputes");
    g_ptr_array_add(book->results, call.result);
    *ret_result = call.result;
    return STATUS_OK;
}

enum status dispute_store_history(struct db *db, struct book *book, const struct id *account_ids, size_t n_accounts,
                                  GArray **ret_disputes, struct error *err)
{
    g_autoptr(GArray) disputes = g_array_new(FALSE, FALSE, sizeof(struct dispute));
    struct db_result *result = NULL;
    enum status st = read_by_keys(db, book, &DISPUTE_DISPUTES_OF_ACCOUNTS, account_ids, n_accounts, &result, err);

    for (size_t row = 0; st == STATUS_OK && row < db_rows(result); row++) {
        struct dispute dispute;
        st = read_dispute(book, result, row, 0, &dispute, err);
        if (st == STATUS_OK)
            g_array_append_val(disputes, dispute);
    }
    if (st == STATUS_OK)
        *ret_disputes = g_steal_pointer(&disputes);
    return st;
}

static struct evidence read_evidence(const struct db_result *result, size_t row)
{
    size_t n = 0;
    const uint8_t *hash = db_bytes(result, row, 4, &n);

    return (struct evidence){
        .dispute_id = db_id(result, row, 0),
        .evidence_id = db_id(result, row, 1),
        .step = (enum dispute_step)db_int2(result, row, 2),
        .document = db_text(result, row, 3),
        .hash = n == EVIDENCE_HASH_BYTES ? hash : NULL,
        .algorithm = (enum hash_algorithm)db_int2(result, row, 5),
        .medium = (enum medium)db_int2(result, row, 6),
        .recorded_by = db_text(result, row, 7),
        .recorded_at = {db_int8(result, row, 8)},
    };
}

enum status dispute_store_evidence(struct db *db, struct book *book, const struct id *dispute_ids, size_t n_disputes,
                                   GArray **ret_evidence, struct error *err)
{
    struct db_result *result = NULL;
    enum status st = read_by_keys(db, book, &DISPUTE_EVIDENCE_LOAD, dispute_ids, n_disputes, &result, err);

    if (st != STATUS_OK)
        return st;
    *ret_evidence = g_array_new(FALSE, FALSE, sizeof(struct evidence));
    for (size_t row = 0; row < db_rows(result); row++) {
        struct evidence evidence = read_evidence(result, row);
        g_array_append_val(*ret_evidence, evidence);
    }
    return STATUS_OK;
}

static void push_day(struct db_array *column, int32_t day)
{
    if (day == DAY_UNKNOWN)
        db_array_null(column);
    else
        db_array_int4(column, day);
}

/* 0 and nothing are NULL: they take no room. */
static void push_count(struct db_array *column, int32_t count)
{
    push_day(column, count == 0 ? DAY_UNKNOWN : count);
}

static void push_known(struct db_array *column, const char *text)
{
    db_array_text(column, text[0] == '\0' ? NULL : text);
}

static void push_flag(struct db_array *column, bool is_set)
{
    if (is_set)
        db_array_bool(column, true);
    else
        db_array_null(column);
}

static const enum db_type ACCOUNT_TYPES[] = {DB_INT2, DB_UUID, DB_INT4, DB_UUID, DB_TEXT,
                                             DB_INT8, DB_INT4, DB_INT4, DB_TEXT};

static void push_account(struct db_columns *columns, const struct account *account)
{
    db_columns_push_key(columns, &account->account_id);
    db_array_int4(columns->column[2], account->agency_id);
    db_array_id(columns->column[3], &account->debtor_id);
    db_array_text(columns->column[4], account->currency);
    db_array_int8(columns->column[5], account->balance_minor);
    push_day(columns->column[6], account->due_on);
    push_day(columns->column[7], account->placed_on);
    push_known(columns->column[8], account->client);
}

static const enum db_type DUE_TYPES[] = {DB_INT2, DB_UUID, DB_INT4};

static void push_due(struct db_columns *columns, const struct account *account)
{
    db_columns_push_key(columns, &account->account_id);
    push_day(columns->column[2], account->due_on);
}

static const enum db_type BALANCE_TYPES[] = {DB_INT2, DB_UUID, DB_INT8, DB_INT4, DB_INT4, DB_INT4,
                                             DB_INT4, DB_INT4, DB_TEXT, DB_INT4, DB_BOOL, DB_BOOL};

static void push_balance(struct db_columns *columns, const struct account *account)
{
    struct db_array *const *column = columns->column;

    db_columns_push_key(columns, &account->account_id);
    if (account->is_balance_known)
        db_array_int8(column[2], account->balance_minor);
    else
        db_array_null(column[2]);
    push_count(column[3], account->payments);
    push_day(column[4], account->last_paid_on);
    push_count(column[5], account->broken_promises);
    push_count(column[6], account->failed_contacts);
    push_day(column[7], account->reached_on);
    push_known(column[8], account->class);
    push_day(column[9], account->check_on);
    push_flag(column[10], account->is_ceased);
    push_flag(column[11], account->is_recalled);
}

static const enum db_type STOPPED_TYPES[] = {DB_INT2, DB_UUID, DB_INT2};

static void collect_stops(const struct book *book, struct db_columns *columns)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, book->stops);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct book_stops *row = value;
        if (!row->is_changed)
            continue;
        db_columns_push_key(columns, &row->debtor_id);
        db_array_int2(columns->column[2], (int16_t)row->stops);
    }
}

static const enum db_type DISPUTE_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_UUID, DB_INT4, DB_INT2,
                                             DB_INT2, DB_INT2, DB_TEXT, DB_BOOL, DB_INT8, DB_INT8,
                                             DB_BOOL, DB_TEXT, DB_INT4, DB_UUID, DB_INT2, DB_BYTEA};

static void push_dispute(struct db_columns *columns, const struct book_dispute *row)
{
    struct db_array *const *column = columns->column;
    const struct dispute *dispute = &row->dispute;
    size_t n = 0;
    g_autofree uint8_t *detail = codec_detail_pack(dispute, &n);

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
    db_array_int2(column[16], (int16_t)dispute->kind);
    db_array_bytes(column[17], detail, n);
}

static const enum db_type NOTICE_TYPES[] = {DB_INT2, DB_UUID, DB_UUID,  DB_INT4, DB_BOOL,
                                            DB_INT8, DB_INT4, DB_BYTEA, DB_BOOL};

static void push_notice(struct db_columns *columns, const struct notice *notice)
{
    struct db_array *const *column = columns->column;

    db_columns_push_key(columns, &notice->debtor_id);
    db_array_id(column[2], &notice->notice_id);
    db_array_int4(column[3], notice->agency_id);
    db_array_bool(column[4], notice->is_return);
    db_array_int8(column[5], notice->at.us);
    db_array_int4(column[6], notice->ends_on.days);
    db_array_bytes(column[7], notice->n_accounts ? notice->account_ids : (const uint8_t *)"",
                   notice->n_accounts * ID_BYTES);
    db_array_bool(column[8], notice->is_void);
}

static const enum db_type EVIDENCE_TYPES[] = {DB_INT2,  DB_UUID, DB_UUID, DB_INT2, DB_TEXT,
                                              DB_BYTEA, DB_INT2, DB_INT2, DB_TEXT, DB_INT8};

static void push_evidence(struct db_columns *columns, const struct evidence *evidence)
{
    struct db_array *const *column = columns->column;

    db_columns_push_key(columns, &evidence->dispute_id);
    db_array_id(column[2], &evidence->evidence_id);
    db_array_int2(column[3], (int16_t)evidence->step);
    db_array_text(column[4], evidence->document);
    db_array_bytes(column[5], evidence->hash, evidence->hash ? EVIDENCE_HASH_BYTES : 0);
    db_array_int2(column[6], (int16_t)evidence->algorithm);
    db_array_int2(column[7], (int16_t)evidence->medium);
    db_array_text(column[8], evidence->recorded_by);
    db_array_int8(column[9], evidence->recorded_at.us);
}

enum table {
    TABLE_ACCOUNT,
    TABLE_EVIDENCE,
    TABLE_DISPUTE,
    TABLE_BALANCE,
    TABLE_NOTICE,
    TABLE_DUE,
    TABLE_STOPPED,
    TABLE_ESCALATION,
    TABLES_END,
};

static const struct db_write WRITES[TABLES_END] = {
    [TABLE_ACCOUNT] = {&DISPUTE_ACCOUNT_COPY, ACCOUNT_TYPES, ARRAY_SIZE(ACCOUNT_TYPES), .is_copy = true},
    [TABLE_EVIDENCE] = {&DISPUTE_EVIDENCE_COPY, EVIDENCE_TYPES, ARRAY_SIZE(EVIDENCE_TYPES), .is_copy = true},
    [TABLE_DISPUTE] = {&DISPUTE_DISPUTE_SAVE, DISPUTE_TYPES, ARRAY_SIZE(DISPUTE_TYPES), .is_copy = false},
    [TABLE_BALANCE] = {&DISPUTE_BALANCE_SAVE, BALANCE_TYPES, ARRAY_SIZE(BALANCE_TYPES), .is_copy = false},
    [TABLE_NOTICE] = {&DISPUTE_NOTICE_SAVE, NOTICE_TYPES, ARRAY_SIZE(NOTICE_TYPES), .is_copy = false},
    [TABLE_DUE] = {&DISPUTE_ACCOUNT_DUE_SAVE, DUE_TYPES, ARRAY_SIZE(DUE_TYPES), .is_copy = false},
    [TABLE_STOPPED] = {&DISPUTE_STOPPED_SAVE, STOPPED_TYPES, ARRAY_SIZE(STOPPED_TYPES), .is_copy = false},
    [TABLE_ESCALATION] = {&DISPUTE_ESCALATION_SAVE, ESCALATION_TYPES, ESCALATION_COLUMNS, .is_copy = false},
};

static void collect_notices(struct book *book, struct db_columns *columns)
{
    GHashTableIter iter;
    gpointer notices;

    g_hash_table_iter_init(&iter, book->notices);
    while (g_hash_table_iter_next(&iter, NULL, &notices))
        for (guint i = 0; i < ((const GPtrArray *)notices)->len; i++) {
            const struct book_notice *row = g_ptr_array_index((GPtrArray *)notices, i);
            if (row->is_changed)
                push_notice(columns, &row->notice);
        }
}

static void collect_changes(struct book *book, struct db_columns tables[static TABLES_END])
{
    g_autoptr(GPtrArray) accounts = id_table_sorted(book->accounts);
    GHashTableIter iter;
    gpointer row;

    for (guint i = 0; i < accounts->len; i++) {
        const struct book_account *account = g_ptr_array_index(accounts, i);
        if (account->is_new)
            push_account(&tables[TABLE_ACCOUNT], &account->account);
        if (account->is_balance_changed)
            push_balance(&tables[TABLE_BALANCE], &account->account);
        if (account->is_due_changed && !account->is_new)
            push_due(&tables[TABLE_DUE], &account->account);
    }
    collect_stops(book, &tables[TABLE_STOPPED]);
    escalation_push_changes(book, &tables[TABLE_ESCALATION]);
    collect_notices(book, &tables[TABLE_NOTICE]);
    for (guint i = 0; i < book->evidence->len; i++)
        push_evidence(&tables[TABLE_EVIDENCE], &g_array_index(book->evidence, struct evidence, i));
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
