#include "permit_store.h"

#include "contact_sql.h"

static struct permit *read_permit(const struct db_result *rows, size_t row, struct contact_book *book)
{
    struct id id = db_id(rows, row, 0);
    struct permit *permit = contact_find_permit(book, &id);
    if (permit != NULL)
        return permit;
    permit = contact_add_permit(book, &id);
    permit->agency_id = db_int4(rows, row, 1);
    permit->account_id = db_id(rows, row, 2);
    permit->debtor_id = db_id(rows, row, 3);
    permit->contact_point_id = db_id(rows, row, 4);
    permit->channel = db_int2(rows, row, 5);
    permit->purpose = db_int2(rows, row, 6);
    permit->dialer = contact_text(book, db_text(rows, row, 7));
    permit->granted_at_us = db_int8(rows, row, 8);
    permit->valid_until_us = db_int8(rows, row, 9);
    permit->strategy = contact_text(book, db_text(rows, row, 10));
    permit->step = contact_text(book, db_text(rows, row, 11));
    permit->rule_version = contact_text(book, db_text(rows, row, 12));
    permit->state = (enum permit_state)db_int2(rows, row, 13);
    permit->occurred_at_us = db_int8(rows, row, 14);
    permit->telephony = db_int2(rows, row, 15);
    permit->party = db_int2(rows, row, 16);
    permit->outcome = db_int2(rows, row, 17);
    permit->started_at_us = db_int8(rows, row, 18);
    permit->duration_s = db_int4(rows, row, 19);
    permit->counts = db_bool(rows, row, 20);
    permit->is_conversation = db_bool(rows, row, 21);
    permit->delivery = db_int2(rows, row, 22);
    permit->campaign = contact_text(book, db_text(rows, row, 23));
    return permit;
}

enum status permit_store_load(struct db *db, const struct id *ids, size_t n, struct contact_book *book,
                              struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    db_columns_add_keys(&keys);
    db_columns_push_ids(&keys, ids, n);
    enum status st = db_columns_exec(db, &CONTACT_PERMIT_SELECT, &keys, &rows, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "load permits");
    for (size_t row = 0; row < db_rows(rows); row++)
        (void)read_permit(rows, row, book);
    return STATUS_OK;
}

void contact_discussions_init(struct db_columns *keys)
{
    *keys = (struct db_columns){0};
    db_columns_add_keys(keys);
    (void)db_columns_add(keys, DB_UUID);
}

void contact_discussions_add(struct db_columns *keys, const struct id *account_id, const struct id *permit_id)
{
    db_columns_push_key(keys, account_id);
    db_array_id(keys->column[2], permit_id);
}

enum status permit_store_load_discussions(struct db *db, const struct db_columns *keys, struct contact_book *book,
                                          struct error *err)
{
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    if (db_columns_rows(keys) == 0)
        return STATUS_OK;
    enum status st = db_columns_exec(db, &CONTACT_DISCUSSION_SELECT, keys, &rows, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "load discussions");
    for (size_t row = 0; row < db_rows(rows); row++) {
        struct id account_id = db_id(rows, row, 0);
        struct id permit_id = db_id(rows, row, 1);
        *permit_add_discussion(contact_find_permit(book, &permit_id), &account_id) = (struct discussion){
            .account_id = account_id,
            .occurred_at_us = db_int8(rows, row, 2),
            .counts = db_bool(rows, row, 3),
            .is_conversation = db_bool(rows, row, 4),
            .is_disputed = db_bool(rows, row, 5),
        };
    }
    return STATUS_OK;
}

enum status permit_store_recent(struct db *db, const struct id *account_id, int32_t limit, struct contact_book *book,
                                GPtrArray **ret_permits, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    struct db_args args = {0};
    db_arg_int2(&args, (int16_t)id_partition(account_id));
    db_arg_id(&args, account_id);
    db_arg_int4(&args, limit);
    enum status st = db_exec(db, &CONTACT_PERMIT_SELECT_BY_ACCOUNT, &args, &rows, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "load the attempts of an account");
    *ret_permits = g_ptr_array_new();
    for (size_t row = 0; row < db_rows(rows); row++)
        g_ptr_array_add(*ret_permits, read_permit(rows, row, book));
    return STATUS_OK;
}

static void push_permit(const struct permit *permit, const struct db_columns *columns)
{
    struct db_array *const *c = &columns->column[2];
    db_columns_push_key(columns, &permit->id);
    db_array_int4(*c++, permit->agency_id);
    db_array_id(*c++, &permit->account_id);
    db_array_id(*c++, &permit->debtor_id);
    db_array_id(*c++, &permit->contact_point_id);
    db_array_int2(*c++, (int16_t)permit->channel);
    db_array_int2(*c++, (int16_t)permit->purpose);
    db_array_text(*c++, permit->dialer);
    db_array_int8(*c++, permit->granted_at_us);
    db_array_int8(*c++, permit->valid_until_us);
    db_array_text(*c++, permit->strategy);
    db_array_text(*c++, permit->step);
    db_array_text(*c++, permit->rule_version);
    db_array_int2(*c++, (int16_t)permit->state);
    db_array_int8(*c++, permit->occurred_at_us);
    db_array_int2(*c++, (int16_t)permit->telephony);
    db_array_int2(*c++, (int16_t)permit->party);
    db_array_int2(*c++, (int16_t)permit->outcome);
    db_array_int8(*c++, permit->started_at_us);
    db_array_int4(*c++, permit->duration_s);
    db_array_bool(*c++, permit->counts);
    db_array_bool(*c++, permit->is_conversation);
    db_array_text(*c, permit->campaign);
}

static void push_report(const struct permit *permit, const struct db_columns *columns)
{
    struct db_array *const *c = &columns->column[2];
    db_columns_push_key(columns, &permit->id);
    db_array_int2(*c++, (int16_t)permit->state);
    db_array_int8(*c++, permit->occurred_at_us);
    db_array_int2(*c++, (int16_t)permit->telephony);
    db_array_int2(*c++, (int16_t)permit->party);
    db_array_int2(*c++, (int16_t)permit->outcome);
    db_array_int8(*c++, permit->started_at_us);
    db_array_int4(*c++, permit->duration_s);
    db_array_bool(*c++, permit->counts);
    db_array_bool(*c++, permit->is_conversation);
    db_array_int2(*c, (int16_t)permit->delivery);
}

static void push_discussions(const struct permit *permit, const struct db_columns *columns)
{
    struct db_array *const *c = columns->column;
    for (guint i = 0; permit->discussions != NULL && i < permit->discussions->len; i++) {
        const struct discussion *discussion = &g_array_index(permit->discussions, struct discussion, i);
        if (!discussion->is_changed)
            continue;
        db_columns_push_key(columns, &discussion->account_id);
        db_array_id(c[2], &permit->id);
        db_array_int4(c[3], permit->agency_id);
        db_array_id(c[4], &permit->contact_point_id);
        db_array_int8(c[5], discussion->occurred_at_us);
        db_array_bool(c[6], discussion->counts);
        db_array_bool(c[7], discussion->is_conversation);
        db_array_bool(c[8], discussion->is_disputed);
    }
}

void permit_store_push(const struct contact_book *book, struct db_columns columns[static WRITE_END])
{
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, book->permits);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct permit *permit = value;
        if (permit->is_new)
            push_permit(permit, &columns[WRITE_PERMITS]);
        else if (permit->is_changed)
            push_report(permit, &columns[WRITE_REPORTS]);
        push_discussions(permit, &columns[WRITE_DISCUSSIONS]);
    }
}
