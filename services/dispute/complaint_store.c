#include "complaint_store.h"

#include "cardmask/cardmask.h"
#include "complaint_codec.h"
#include "db/db_columns.h"
#include "dispute_sql.h"
#include "id/id_table.h"
#include "service/wire.h"

static void free_message(gpointer message)
{
    protobuf_c_message_free_unpacked(message, NULL);
}

void complaints_init(struct complaints *complaints)
{
    complaints->rows = id_table_new(g_free);
    complaints->in_order = g_ptr_array_new();
    complaints->messages = g_ptr_array_new_with_free_func(free_message);
    complaints->texts = g_ptr_array_new_with_free_func(g_free);
}

void complaints_fini(struct complaints *complaints)
{
    g_hash_table_destroy(complaints->rows);
    g_ptr_array_free(complaints->in_order, TRUE);
    g_ptr_array_free(complaints->messages, TRUE);
    g_ptr_array_free(complaints->texts, TRUE);
}

struct complaint *complaints_find(const struct complaints *complaints, const struct id *complaint_id)
{
    struct complaint_row *row = g_hash_table_lookup(complaints->rows, complaint_id);

    return row ? &row->complaint : NULL;
}

static struct complaint *add(struct complaints *complaints, const struct complaint *complaint, int32_t version)
{
    struct complaint_row *row = g_new0(struct complaint_row, 1);

    row->complaint = *complaint;
    row->version = version;
    (void)id_table_put(complaints->rows, &complaint->complaint_id, row);
    g_ptr_array_add(complaints->in_order, row);
    return &row->complaint;
}

struct complaint *complaints_add(struct complaints *complaints, const struct complaint *complaint)
{
    struct complaint *added = add(complaints, complaint, 0);

    complaints_touch(added);
    return added;
}

void complaints_touch(struct complaint *complaint)
{
    ((struct complaint_row *)complaint)->is_changed = true;
}

const char *complaints_keep_words(struct complaints *complaints, const char *words)
{
    char *kept = g_strdup(words);

    (void)mask_card_numbers(kept);
    g_ptr_array_add(complaints->texts, kept);
    return kept;
}

bool complaints_hold(const struct complaints *complaints, const struct id *account_id)
{
    for (guint i = 0; i < complaints->in_order->len; i++) {
        const struct complaint_row *row = g_ptr_array_index(complaints->in_order, i);
        if (id_equal(&row->complaint.account_id, account_id) && complaint_is_holding(&row->complaint))
            return true;
    }
    return false;
}

static enum status take_row(struct complaints *complaints, const struct db_result *result, size_t row,
                            struct error *err)
{
    size_t n = 0;
    const uint8_t *bytes = db_bytes(result, row, 0, &n);
    ProtobufCMessage *message = wire_unpack(&dunlin__dispute__v1__complaint__descriptor, n, bytes);

    if (!message)
        return error_set(err, STATUS_DATA_LOSS, "a complaint cannot be read");
    g_ptr_array_add(complaints->messages, message);
    const struct complaint complaint = complaint_read((const void *)message);
    if (!complaints_find(complaints, &complaint.complaint_id))
        (void)add(complaints, &complaint, db_int4(result, row, 1));
    return STATUS_OK;
}

/* Takes the result. */
static enum status take_rows(struct complaints *complaints, enum status st, struct db_result *result, struct error *err)
{
    if (st != STATUS_OK)
        return error_wrap(err, st, "read complaints");
    for (size_t row = 0; row < db_rows(result) && st == STATUS_OK; row++)
        st = take_row(complaints, result, row, err);
    db_result_free(result);
    return st;
}

static enum status load_by_keys(struct db *db, struct complaints *complaints, const struct db_statement *statement,
                                GHashTable *ids, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    struct db_result *result = NULL;

    if (g_hash_table_size(ids) == 0)
        return STATUS_OK;
    db_columns_add_keys(&keys);
    db_columns_push_id_set(&keys, ids);
    enum status st = db_columns_exec(db, statement, &keys, &result, err);
    return take_rows(complaints, st, result, err);
}

enum status complaints_load(struct db *db, struct complaints *complaints, GHashTable *ids, struct error *err)
{
    return load_by_keys(db, complaints, &DISPUTE_COMPLAINT_LOAD, ids, err);
}

enum status complaints_load_accounts(struct db *db, struct complaints *complaints, GHashTable *account_ids,
                                     struct error *err)
{
    return load_by_keys(db, complaints, &DISPUTE_COMPLAINTS_OF_ACCOUNTS, account_ids, err);
}

enum status complaints_load_due(struct db *db, struct complaints *complaints, int32_t agency_id, struct error *err)
{
    struct db_result *result = NULL;
    struct db_args args = {0};

    db_arg_int4(&args, agency_id);
    enum status st = db_exec(db, &DISPUTE_COMPLAINTS_DUE, &args, &result, err);
    return take_rows(complaints, st, result, err);
}

static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_INT4, DB_UUID, DB_INT2, DB_INT2, DB_INT8, DB_BYTEA, DB_INT4};
static const struct db_write WRITE = {&DISPUTE_COMPLAINT_SAVE, TYPES, ARRAY_SIZE(TYPES), .is_copy = false};

static void push(struct db_columns *columns, const struct complaint_row *row)
{
    struct db_array *const *column = columns->column;
    const struct complaint *complaint = &row->complaint;
    Dunlin__Dispute__V1__Complaint wire;

    complaint_write(complaint, &wire);
    const size_t n = protobuf_c_message_get_packed_size(&wire.base);
    g_autofree uint8_t *body = g_malloc(n);
    (void)protobuf_c_message_pack(&wire.base, body);
    db_columns_push_key(columns, &complaint->complaint_id);
    db_array_int4(column[2], complaint->agency_id);
    db_array_id(column[3], &complaint->account_id);
    db_array_int2(column[4], (int16_t)complaint->state);
    db_array_int2(column[5], (int16_t)complaint->severity);
    db_array_int8(column[6], complaint->due_at.us);
    db_array_bytes(column[7], body, n);
    db_array_int4(column[8], row->version + 1);
}

enum status complaints_save(struct db *db, struct complaints *complaints, struct error *err)
{
    struct db_columns columns;

    db_writes_init(&columns, &WRITE, 1);
    for (guint i = 0; i < complaints->in_order->len; i++) {
        const struct complaint_row *row = g_ptr_array_index(complaints->in_order, i);
        if (row->is_changed)
            push(&columns, row);
    }
    enum status st = db_writes_run_all(db, &WRITE, &columns, 1, err);
    db_writes_fini(&columns, 1);
    return st == STATUS_OK ? st : error_wrap(err, st, "save complaints");
}
