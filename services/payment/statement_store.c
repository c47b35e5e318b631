#include "statement_store.h"

#include "db/db_columns.h"
#include "id/id_table.h"
#include "payment_sql.h"

static void add_day(struct db_args *args, int32_t day)
{
    if (day == 0)
        db_arg_null(args, DB_INT4);
    else
        db_arg_int4(args, day);
}

static void add_balance(struct db_args *args, bool is_there, int64_t minor)
{
    if (is_there)
        db_arg_int8(args, minor);
    else
        db_arg_null(args, DB_INT8);
}

enum status statement_store_save(struct db *db, const struct statement *statement, struct statement_record *ret_record,
                                 struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_args args = {0};

    db_arg_int2(&args, (int16_t)id_partition(&statement->statement_id));
    db_arg_id(&args, &statement->statement_id);
    db_arg_int4(&args, statement->agency_id);
    db_arg_id(&args, &statement->bank_account_id);
    db_arg_text(&args, statement->bank_account);
    db_arg_text(&args, statement->currency);
    db_arg_text(&args, statement->name);
    db_arg_int8(&args, statement->sequence_number);
    add_day(&args, statement->first_on_days);
    add_day(&args, statement->last_on_days);
    add_balance(&args, statement->has_opening, statement->opening_minor);
    add_balance(&args, statement->has_closing, statement->closing_minor);
    db_arg_int4(&args, statement->debits);
    db_arg_int8(&args, statement->debit_minor);
    db_arg_int8(&args, statement->credit_minor);
    db_arg_text(&args, statement->file_name);
    db_arg_int8(&args, statement->imported_at.us);
    const enum status st = db_exec(db, &PAYMENT_STATEMENT_SAVE, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "record a bank statement");
    *ret_record = (struct statement_record){
        .is_new = db_bool(result, 0, 0),
        .imported_at = {db_int8(result, 0, 1)},
        .previous_sequence_number = db_int8(result, 0, 2),
    };
    return STATUS_OK;
}

static const enum db_type CREDIT_TYPES[] = {DB_INT2, DB_UUID, DB_INT4, DB_UUID, DB_UUID, DB_INT8, DB_TEXT};

static void push_credit(struct db_columns *columns, const struct statement *statement,
                        const struct statement_credit *credit)
{
    struct db_array *const *column = columns->column;

    db_columns_push_key(columns, &credit->credit_id);
    db_array_int4(column[2], statement->agency_id);
    db_array_id(column[3], &statement->statement_id);
    db_array_id(column[4], &credit->account_id);
    db_array_int8(column[5], credit->amount_minor);
    db_array_text(column[6], *credit->end_to_end_id ? credit->end_to_end_id : NULL);
}

static void take_decisions(const struct db_call calls[static 2], struct statement_credit *credits, size_t n)
{
    g_autoptr(GHashTable) claimed = id_set_new();

    for (size_t row = 0; row < db_rows(calls[0].result); row++) {
        const struct id credit_id = db_id(calls[0].result, row, 0);
        (void)id_set_add(claimed, &credit_id);
    }
    for (size_t i = 0; i < n; i++)
        credits[i].is_new = g_hash_table_contains(claimed, &credits[i].credit_id);
    for (size_t row = 0; row < db_rows(calls[1].result); row++) {
        struct statement_credit *credit = &credits[db_int4(calls[1].result, row, 0) - 1];
        credit->account_id = db_id(calls[1].result, row, 1);
        credit->amount_minor = db_int8(calls[1].result, row, 2);
    }
}

enum status statement_store_decide(struct db *db, const struct statement *statement, struct statement_credit *credits,
                                   size_t n, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns rows = {0};
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    struct db_call calls[2];

    if (n == 0)
        return STATUS_OK;
    db_columns_add_all(&rows, CREDIT_TYPES, ARRAY_SIZE(CREDIT_TYPES));
    db_columns_add_keys(&keys);
    for (size_t i = 0; i < n; i++) {
        push_credit(&rows, statement, &credits[i]);
        db_columns_push_key(&keys, &credits[i].credit_id);
    }
    db_columns_bind(&rows, &PAYMENT_STATEMENT_CREDIT_CLAIM, &calls[0]);
    db_columns_bind(&keys, &PAYMENT_STATEMENT_CREDIT_LOAD, &calls[1]);
    const enum status st = db_exec_pipeline(db, calls, ARRAY_SIZE(calls), err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "keep what was decided of a bank statement");
    take_decisions(calls, credits, n);
    db_calls_clear(calls, ARRAY_SIZE(calls));
    return STATUS_OK;
}

enum status statement_store_find(struct db *db, const struct statement *statement, struct statement_credit *returned,
                                 size_t n, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *references = db_array_new(DB_TEXT);
    SCOPED(db_array_freep) struct db_array *amounts = db_array_new(DB_INT8);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_args args = {0};

    if (n == 0)
        return STATUS_OK;
    for (size_t i = 0; i < n; i++) {
        db_array_text(references, returned[i].end_to_end_id);
        db_array_int8(amounts, returned[i].amount_minor);
    }
    db_arg_int4(&args, statement->agency_id);
    db_arg_int2(&args, (int16_t)id_partition(&statement->statement_id));
    db_arg_array(&args, references);
    db_arg_array(&args, amounts);
    const enum status st = db_exec(db, &PAYMENT_STATEMENT_CREDIT_RETURNED, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "find payments that came back");
    for (size_t row = 0; row < db_rows(result); row++) {
        struct statement_credit *found = &returned[db_int4(result, row, 0) - 1];
        found->credit_id = db_id(result, row, 1);
        found->account_id = db_id(result, row, 2);
    }
    return STATUS_OK;
}

static struct statement read_statement(const struct db_result *result, size_t row)
{
    return (struct statement){
        .statement_id = db_id(result, row, 0),
        .bank_account = db_text(result, row, 1),
        .currency = db_text(result, row, 2),
        .name = db_text(result, row, 3),
        .sequence_number = db_int8(result, row, 4),
        .first_on_days = db_int4(result, row, 5),
        .last_on_days = db_int4(result, row, 6),
        .has_opening = !db_is_null(result, row, 7),
        .has_closing = !db_is_null(result, row, 8),
        .opening_minor = db_is_null(result, row, 7) ? 0 : db_int8(result, row, 7),
        .closing_minor = db_is_null(result, row, 8) ? 0 : db_int8(result, row, 8),
        .file_name = db_text(result, row, 9),
        .imported_at = {db_int8(result, row, 10)},
        .debit_minor = db_int8(result, row, 11),
        .credit_minor = db_int8(result, row, 12),
        .debits = db_int4(result, row, 13),
    };
}

enum status statement_store_list(struct db *db, int32_t agency_id, int32_t limit, GArray **ret_statements,
                                 struct db_result **ret_result, struct error *err)
{
    struct db_args args = {0};

    db_arg_int4(&args, agency_id);
    db_arg_int4(&args, limit);
    const enum status st = db_exec(db, &PAYMENT_STATEMENT_LIST, &args, ret_result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "list bank statements");
    *ret_statements = g_array_new(FALSE, FALSE, sizeof(struct statement));
    for (size_t row = 0; row < db_rows(*ret_result); row++) {
        const struct statement statement = read_statement(*ret_result, row);
        g_array_append_val(*ret_statements, statement);
    }
    return STATUS_OK;
}
