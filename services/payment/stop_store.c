#include "stop_store.h"

#include "payment_sql.h"

void stop_store_take(struct book *book, const struct id *debtor_id, const struct db_result *result, size_t row, int at)
{
    if (db_is_null(result, row, at))
        return;
    const struct stop stop = {
        .cause = (enum stop_cause)db_int2(result, row, at),
        .from = {db_int4(result, row, at + 1)},
        .last = {db_is_null(result, row, at + 2) ? STOP_STANDS : db_int4(result, row, at + 2)},
    };
    stops_add(book_stops_of(book, debtor_id), &stop);
}

static void take_stopped(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct id debtor_id = db_id(result, row, 0);
        stop_store_take(book, &debtor_id, result, row, 1);
    }
}

static void take_collected(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct id account_id = db_id(result, row, 0);
        book_want_account(book, &account_id);
        debit_book_want_pending(book->debits, &account_id);
    }
}

enum status stop_store_load(struct db *db, struct book *book, struct error *err)
{
    static const struct {
        const struct db_statement *statement;
        void (*take)(struct book *book, const struct db_result *result);
    } LOADS[] = {
        {&PAYMENT_STOPPED_LOAD, take_stopped},
        {&PAYMENT_COLLECTED_OF_DEBTORS, take_collected},
    };
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    struct db_call calls[ARRAY_SIZE(LOADS)];

    if (g_hash_table_size(book->wanted_stops) == 0)
        return STATUS_OK;
    db_columns_add_keys(&keys);
    db_columns_push_id_set(&keys, book->wanted_stops);
    for (size_t i = 0; i < ARRAY_SIZE(LOADS); i++)
        db_columns_bind(&keys, LOADS[i].statement, &calls[i]);
    const enum status st = db_exec_pipeline(db, calls, ARRAY_SIZE(LOADS), err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "load what stops debtors");
    for (size_t i = 0; i < ARRAY_SIZE(LOADS); i++) {
        g_ptr_array_add(book->results, calls[i].result);
        LOADS[i].take(book, calls[i].result);
    }
    return STATUS_OK;
}

const enum db_type STOP_TYPES[STOP_COLUMNS] = {DB_INT2, DB_UUID, DB_INT2, DB_INT4, DB_INT4};

static void push_stop(struct db_columns *columns, const struct id *debtor_id, const struct stop *stop)
{
    struct db_array *const *column = columns->column;

    db_columns_push_key(columns, debtor_id);
    db_array_int2(column[2], (int16_t)stop->cause);
    db_array_int4(column[3], stop->from.days);
    if (stop->last.days == STOP_STANDS)
        db_array_null(column[4]);
    else
        db_array_int4(column[4], stop->last.days);
}

void stop_store_collect(const struct book *book, struct db_columns *columns)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, book->stops);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct stops *stops = value;
        for (guint i = 0; i < stops->all->len; i++) {
            const struct stop *stop = &g_array_index(stops->all, struct stop, i);
            if (stop->is_changed)
                push_stop(columns, &stops->debtor_id, stop);
        }
    }
}
