#include "classification_store.h"

#include "classification_sql.h"
#include "db/db_columns.h"
#include "id/id_table.h"

static void free_family(gpointer family)
{
    g_ptr_array_free(family, TRUE);
}

struct working_set *working_set_new(void)
{
    struct working_set *set = g_new0(struct working_set, 1);
    set->accounts = id_table_new(g_free);
    set->debtors = id_table_new(g_free);
    set->families = id_table_new(free_family);
    return set;
}

void working_set_free(struct working_set *set)
{
    if (!set)
        return;
    g_hash_table_destroy(set->families);
    g_hash_table_destroy(set->accounts);
    g_hash_table_destroy(set->debtors);
    g_free(set);
}

void working_set_freep(struct working_set **set)
{
    working_set_free(*set);
    *set = NULL;
}

void working_set_want_account(struct working_set *set, const struct id *account_id)
{
    if (!id_is_none(account_id) && !g_hash_table_contains(set->accounts, account_id))
        (void)id_table_put(set->accounts, account_id, NULL);
}

void working_set_want_debtor(struct working_set *set, const struct id *debtor_id)
{
    if (!id_is_none(debtor_id) && !g_hash_table_contains(set->debtors, debtor_id))
        (void)id_table_put(set->debtors, debtor_id, NULL);
}

static void take_account(struct working_set *set, const struct db_result *rows, size_t row)
{
    const struct id account_id = db_id(rows, row, 0);
    const struct id debtor_id = db_id(rows, row, 1);
    if (working_set_account(set, &account_id))
        return; /* asked for by itself and with its debtor */
    struct account_facts *account = working_set_add_account(set, &account_id, &debtor_id);
    account->agency_id = db_int4(rows, row, 2);
    account->due_on.days = db_int4(rows, row, 3);
    account->balance_minor = db_int8(rows, row, 4);
    g_strlcpy(account->currency, db_text(rows, row, 5), sizeof(account->currency));
    account->payments = db_int4(rows, row, 6);
    account->last_payment_on = db_int4(rows, row, 7);
    account->broken_promises = db_int4(rows, row, 8);
    account->open_disputes = db_int4(rows, row, 9);
    account->is_upheld = db_bool(rows, row, 10);
    account->is_recalled = db_bool(rows, row, 11);
    account->counts_as_late = db_bool(rows, row, 12);
    g_strlcpy(account->class_code, db_text(rows, row, 13), sizeof(account->class_code));
    g_strlcpy(account->segment, db_text(rows, row, 14), sizeof(account->segment));
    account->risk = (enum sop_risk)db_int2(rows, row, 15);
    account->priority = db_int4(rows, row, 16);
    g_strlcpy(account->strategy, db_text(rows, row, 17), sizeof(account->strategy));
    g_strlcpy(account->bucket, db_text(rows, row, 18), sizeof(account->bucket));
    account->days_past_due = db_int4(rows, row, 19);
    g_strlcpy(account->reasons, db_text(rows, row, 20), sizeof(account->reasons));
    g_strlcpy(account->sop_version, db_text(rows, row, 21), sizeof(account->sop_version));

    struct debtor_facts *debtor = working_set_ensure_debtor(set, &debtor_id);
    debtor->accounts++;
    debtor->late_accounts += account->counts_as_late;
}

enum read {
    READ_ACCOUNTS,
    READ_FAMILIES,
    READ_END,
};

enum status working_set_load(struct working_set *set, struct db *db, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns accounts = {0};
    SCOPED(db_columns_fini) struct db_columns debtors = {0};
    struct db_call calls[READ_END];
    db_columns_add_keys(&accounts);
    db_columns_push_id_set(&accounts, set->accounts);
    db_columns_bind(&accounts, &CLASSIFICATION_ACCOUNT_SELECT, &calls[READ_ACCOUNTS]);
    db_columns_add_keys(&debtors);
    db_columns_push_id_set(&debtors, set->debtors);
    db_columns_bind(&debtors, &CLASSIFICATION_ACCOUNT_SELECT_OF_DEBTOR, &calls[READ_FAMILIES]);
    const enum status st = db_exec_pipeline(db, calls, READ_END, err);
    if (st != STATUS_OK)
        return st;
    for (size_t row = 0; row < db_rows(calls[READ_ACCOUNTS].result); row++)
        take_account(set, calls[READ_ACCOUNTS].result, row);
    for (size_t row = 0; row < db_rows(calls[READ_FAMILIES].result); row++)
        take_account(set, calls[READ_FAMILIES].result, row);
    db_calls_clear(calls, READ_END);
    return STATUS_OK;
}

struct account_facts *working_set_account(const struct working_set *set, const struct id *account_id)
{
    return g_hash_table_lookup(set->accounts, account_id);
}

struct debtor_facts *working_set_debtor(const struct working_set *set, const struct id *debtor_id)
{
    return g_hash_table_lookup(set->debtors, debtor_id);
}

static gint compare_accounts(gconstpointer a, gconstpointer b)
{
    const struct account_facts *const *x = a, *const *y = b;
    return id_compare(&(*x)->account_id, &(*y)->account_id);
}

static void add_to_family(struct working_set *set, struct account_facts *account)
{
    GPtrArray *family = g_hash_table_lookup(set->families, &account->debtor_id);
    if (!family) {
        family = g_ptr_array_new();
        (void)id_table_put(set->families, &account->debtor_id, family);
    }
    g_ptr_array_add(family, account);
    g_ptr_array_sort(family, compare_accounts);
}

struct account_facts *working_set_add_account(struct working_set *set, const struct id *account_id,
                                              const struct id *debtor_id)
{
    struct account_facts *account = g_new0(struct account_facts, 1);
    account->account_id = *account_id;
    account->debtor_id = *debtor_id;
    (void)id_table_put(set->accounts, account_id, account);
    add_to_family(set, account);
    return account;
}

const GPtrArray *working_set_family(const struct working_set *set, const struct id *debtor_id)
{
    return g_hash_table_lookup(set->families, debtor_id);
}

struct debtor_facts *working_set_ensure_debtor(struct working_set *set, const struct id *debtor_id)
{
    struct debtor_facts *debtor = working_set_debtor(set, debtor_id);
    if (debtor)
        return debtor;
    debtor = g_new0(struct debtor_facts, 1);
    debtor->debtor_id = *debtor_id;
    (void)id_table_put(set->debtors, debtor_id, debtor);
    return debtor;
}

static const enum db_type NEW_ACCOUNT_TYPES[] = {
    DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_INT4, DB_INT8, DB_TEXT, DB_INT4, DB_INT4, DB_INT4, DB_INT4, DB_BOOL,
    DB_BOOL, DB_BOOL, DB_TEXT, DB_TEXT, DB_INT2, DB_INT4, DB_TEXT, DB_TEXT, DB_INT4, DB_TEXT, DB_TEXT,
};
/* Without debtor and agency, which never change. */
static const enum db_type ACCOUNT_TYPES[] = {
    DB_INT2, DB_UUID, DB_INT4, DB_INT8, DB_TEXT, DB_INT4, DB_INT4, DB_INT4, DB_INT4, DB_BOOL, DB_BOOL,
    DB_BOOL, DB_TEXT, DB_TEXT, DB_INT2, DB_INT4, DB_TEXT, DB_TEXT, DB_INT4, DB_TEXT, DB_TEXT,
};

static void push_facts(struct db_array *const *c, const struct account_facts *account)
{
    db_array_int4(*c++, account->due_on.days);
    db_array_int8(*c++, account->balance_minor);
    db_array_text(*c++, account->currency);
    db_array_int4(*c++, account->payments);
    db_array_int4(*c++, account->last_payment_on);
    db_array_int4(*c++, account->broken_promises);
    db_array_int4(*c++, account->open_disputes);
    db_array_bool(*c++, account->is_upheld);
    db_array_bool(*c++, account->is_recalled);
    db_array_bool(*c++, account->counts_as_late);
    db_array_text(*c++, account->class_code);
    db_array_text(*c++, account->segment);
    db_array_int2(*c++, (int16_t)account->risk);
    db_array_int4(*c++, account->priority);
    db_array_text(*c++, account->strategy);
    db_array_text(*c++, account->bucket);
    db_array_int4(*c++, account->days_past_due);
    db_array_text(*c++, account->reasons);
    db_array_text(*c, account->sop_version);
}

enum write {
    WRITE_NEW_ACCOUNTS,
    WRITE_ACCOUNTS,
    WRITE_END,
};

static const struct db_write WRITES[WRITE_END] = {
    [WRITE_NEW_ACCOUNTS] = {&CLASSIFICATION_ACCOUNT_COPY, NEW_ACCOUNT_TYPES, ARRAY_SIZE(NEW_ACCOUNT_TYPES),
                            .is_copy = true},
    [WRITE_ACCOUNTS] = {&CLASSIFICATION_ACCOUNT_UPDATE, ACCOUNT_TYPES, ARRAY_SIZE(ACCOUNT_TYPES), .is_copy = false},
};

static void push_account(const struct db_columns writes[static WRITE_END], const struct account_facts *account)
{
    const struct db_columns *columns = &writes[account->is_new ? WRITE_NEW_ACCOUNTS : WRITE_ACCOUNTS];
    struct db_array *const *c = &columns->column[2];
    db_columns_push_key(columns, &account->account_id);
    if (account->is_new) {
        db_array_id(*c++, &account->debtor_id);
        db_array_int4(*c++, account->agency_id);
    }
    push_facts(c, account);
}

enum status working_set_save(const struct working_set *set, struct db *db, struct error *err)
{
    struct db_columns columns[WRITE_END];
    g_autoptr(GPtrArray) accounts = id_table_sorted(set->accounts);
    db_writes_init(columns, WRITES, WRITE_END);
    for (guint i = 0; i < accounts->len; i++)
        if (((const struct account_facts *)g_ptr_array_index(accounts, i))->is_changed)
            push_account(columns, g_ptr_array_index(accounts, i));
    const enum status st = db_writes_run(db, WRITES, columns, WRITE_END, err);
    db_writes_fini(columns, WRITE_END);
    return st;
}
