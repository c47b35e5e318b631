#include "escalation_store.h"

#include "dispute_sql.h"
#include "escalation_codec.h"
#include "service/wire.h"

static enum status read_row(struct book *book, const struct db_result *result, size_t row,
                            struct escalation *ret_escalation, struct error *err)
{
    size_t n = 0;
    const uint8_t *bytes = db_bytes(result, row, 0, &n);
    ProtobufCMessage *message = wire_unpack(&dunlin__dispute__v1__escalation__descriptor, n, bytes);

    if (!message)
        return error_set(err, STATUS_DATA_LOSS, "an escalation cannot be read");
    book_keep_message(book, message);
    *ret_escalation = escalation_read((const void *)message);
    return STATUS_OK;
}

enum status escalation_take_cases(struct book *book, const struct db_result *result, struct error *err)
{
    (void)err;
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct id account_id = db_id(result, row, 0);
        struct account *account = book_account(book, &account_id);
        if (!account)
            continue;
        account->open_complaints = db_int4(result, row, 2);
        book_take_stops(book, &account->debtor_id, (unsigned)db_int2(result, row, 1));
    }
    return STATUS_OK;
}

enum status escalation_take_stops(struct book *book, const struct db_result *result, struct error *err)
{
    (void)err;
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct id debtor_id = db_id(result, row, 0);
        book_take_stops(book, &debtor_id, (unsigned)db_int2(result, row, 1));
    }
    return STATUS_OK;
}

enum status escalation_take_of_accounts(struct book *book, const struct db_result *result, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t row = 0; row < db_rows(result) && st == STATUS_OK; row++) {
        struct escalation escalation;
        st = read_row(book, result, row, &escalation, err);
        if (st == STATUS_OK)
            (void)book_add_escalation(book, &escalation, db_int4(result, row, 1));
    }
    return st;
}

enum status escalation_take(struct book *book, const struct db_result *result, struct error *err)
{
    enum status st = STATUS_OK;

    for (size_t row = 0; row < db_rows(result) && st == STATUS_OK; row++) {
        struct escalation escalation;
        st = read_row(book, result, row, &escalation, err);
        if (st == STATUS_OK && !book_account(book, &escalation.account_id))
            book_want_case(book, &escalation.account_id);
    }
    return st;
}

const enum db_type ESCALATION_TYPES[ESCALATION_COLUMNS] = {DB_INT2, DB_UUID, DB_INT4, DB_UUID, DB_INT2,  DB_INT2,
                                                           DB_TEXT, DB_TEXT, DB_TEXT, DB_INT8, DB_BYTEA, DB_INT4};

static void push(struct db_columns *columns, const struct book_escalation *row)
{
    struct db_array *const *column = columns->column;
    const struct escalation *escalation = &row->escalation;
    Dunlin__Dispute__V1__Escalation wire;

    escalation_write(escalation, &wire);
    const size_t n = protobuf_c_message_get_packed_size(&wire.base);
    g_autofree uint8_t *body = g_malloc(n);
    (void)protobuf_c_message_pack(&wire.base, body);
    db_columns_push_key(columns, &escalation->escalation_id);
    db_array_int4(column[2], escalation->agency_id);
    db_array_id(column[3], &escalation->account_id);
    db_array_int2(column[4], (int16_t)escalation->route);
    db_array_int2(column[5], (int16_t)escalation->state);
    db_array_text(column[6], escalation->target);
    db_array_text(column[7], escalation->owner);
    db_array_text(column[8], escalation->file_id);
    db_array_int8(column[9], escalation->raised_at.us);
    db_array_bytes(column[10], body, n);
    db_array_int4(column[11], row->version + 1);
}

void escalation_push_changes(const struct book *book, struct db_columns *columns)
{
    GHashTableIter iter;
    gpointer row;

    g_hash_table_iter_init(&iter, book->escalations);
    while (g_hash_table_iter_next(&iter, NULL, &row))
        if (((const struct book_escalation *)row)->is_changed)
            push(columns, row);
}

static enum status run_of_account(struct db *db, const struct id *account_id, struct db_result **ret_result,
                                  struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};

    db_columns_add_keys(&keys);
    db_columns_push_ids(&keys, account_id, 1);
    return db_columns_exec(db, &DISPUTE_ESCALATIONS_OF_ACCOUNTS, &keys, ret_result, err);
}

static enum status run_open(struct db *db, const struct escalation_filter *filter, struct db_result **ret_result,
                            struct error *err)
{
    struct db_args args = {0};

    db_arg_int4(&args, filter->agency_id);
    db_arg_int2(&args, filter->route);
    db_arg_text(&args, filter->target);
    db_arg_text(&args, filter->owner);
    db_arg_int2(&args, filter->state);
    db_arg_text(&args, filter->file_id);
    db_arg_int8(&args, filter->after_raised_at.us);
    db_arg_id(&args, &filter->after_id);
    db_arg_int4(&args, filter->limit);
    return db_exec(db, &DISPUTE_ESCALATIONS_OPEN, &args, ret_result, err);
}

enum status escalation_store_list(struct db *db, struct book *book, const struct id *account_id,
                                  const struct escalation_filter *filter, GArray **ret_escalations, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    g_autoptr(GArray) escalations = g_array_new(FALSE, FALSE, sizeof(struct escalation));
    enum status st =
        id_is_none(account_id) ? run_open(db, filter, &result, err) : run_of_account(db, account_id, &result, err);

    if (st != STATUS_OK)
        return error_wrap(err, st, "list escalations");
    for (size_t row = 0; row < db_rows(result) && st == STATUS_OK; row++) {
        struct escalation escalation;
        st = read_row(book, result, row, &escalation, err);
        if (st == STATUS_OK)
            g_array_append_val(escalations, escalation);
    }
    if (st == STATUS_OK)
        *ret_escalations = g_steal_pointer(&escalations);
    return st;
}
