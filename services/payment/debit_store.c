#include "debit_store.h"

#include <string.h>

#include "db/db_columns.h"
#include "payment_sql.h"

/* Columns of a joined row: those of a debit, then of a presentment, then of an instrument. */
#define DEBIT_COLUMNS       15
#define PRESENTMENT_COLUMNS 8

/* --- rows */

static struct debit read_debit(const struct db_result *result, size_t row)
{
    struct debit debit = {
        .debit_id = db_id(result, row, 0),
        .account_id = db_id(result, row, 1),
        .debtor_id = db_id(result, row, 2),
        .agency_id = db_int4(result, row, 3),
        .instrument_id = db_id(result, row, 4),
        .state = (enum debit_state)db_int2(result, row, 5),
        .amount.minor = db_int8(result, row, 7),
        .due_on_days = db_int4(result, row, 8),
        .plan_id = db_id(result, row, 9),
        .instalment = db_int4(result, row, 10),
        .n_presented = db_int2(result, row, 11),
        .scheduled_at = {db_int8(result, row, 12)},
        .reason = db_text(result, row, 13),
    };

    g_strlcpy(debit.amount.currency, db_text(result, row, 6), sizeof(debit.amount.currency));
    return debit;
}

/* The columns of presentment_load from column `at` on, where the debit's id stands. */
static struct presentment read_presentment(const struct db_result *result, size_t row, int at)
{
    struct presentment presentment = {
        .file_id = db_id(result, row, at + 2),
        .effective_on_days = db_int4(result, row, at + 4),
    };

    if (!db_is_null(result, row, at + 3)) {
        g_strlcpy(presentment.trace, db_text(result, row, at + 3), sizeof(presentment.trace));
        presentment.sent_on_days = db_int4(result, row, at + 5);
    }
    if (!db_is_null(result, row, at + 6)) {
        g_strlcpy(presentment.return_code, db_text(result, row, at + 6), sizeof(presentment.return_code));
        presentment.returned_on_days = db_int4(result, row, at + 7);
    }
    return presentment;
}

static struct instrument read_instrument(const struct db_result *result, size_t row, int at)
{
    size_t len;

    return (struct instrument){
        .instrument_id = db_id(result, row, at),
        .account_id = db_id(result, row, at + 1),
        .debtor_id = db_id(result, row, at + 2),
        .agency_id = db_int4(result, row, at + 3),
        .state = (enum instrument_state)db_int2(result, row, at + 4),
        .kind = (enum instrument_kind)db_int2(result, row, at + 5),
        .routing = db_text(result, row, at + 6),
        .token = db_text(result, row, at + 7),
        .last4 = db_text(result, row, at + 8),
        .holder = db_text(result, row, at + 9),
        .class = (enum debit_class)db_int2(result, row, at + 10),
        .authorization_hash = db_bytes(result, row, at + 11, &len),
        .authorized_on_days = db_int4(result, row, at + 12),
        .registered_at = {db_int8(result, row, at + 13)},
        .reason = db_text(result, row, at + 14),
    };
}

/* --- loading */

static void take_debits(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct debit read = read_debit(result, row);
        const struct debit *debit = debit_book_add_debit(book->debits, &read, db_int4(result, row, 14));
        debit_book_want_instrument(book->debits, &debit->instrument_id);
        book_want_account(book, &debit->account_id);
    }
}

static void take_presentments(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct id debit_id = db_id(result, row, 0);
        struct debit *debit = debit_book_debit(book->debits, &debit_id);
        debit->presented[db_int2(result, row, 1) - 1] = read_presentment(result, row, 0);
    }
}

static void take_instruments(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct instrument instrument = read_instrument(result, row, 0);
        (void)debit_book_add_instrument(book->debits, &instrument, db_int4(result, row, 15));
    }
}

struct debit_load {
    const struct db_statement *statement;
    GHashTable *keys; /* read, not changed */
    void (*take)(struct book *book, const struct db_result *result);
};
#define DEBIT_LOADS_MAX 5

static enum status run(struct db *db, struct book *book, const struct debit_load *loads, size_t n_loads,
                       struct error *err)
{
    struct db_columns keys[DEBIT_LOADS_MAX] = {0};
    struct db_call calls[DEBIT_LOADS_MAX];
    const struct debit_load *made[DEBIT_LOADS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < n_loads; i++) {
        if (g_hash_table_size(loads[i].keys) == 0)
            continue;
        db_columns_add_keys(&keys[n]);
        db_columns_push_id_set(&keys[n], loads[i].keys);
        db_columns_bind(&keys[n], loads[i].statement, &calls[n]);
        made[n++] = &loads[i];
    }
    enum status st = n > 0 ? db_exec_pipeline(db, calls, n, err) : STATUS_OK;
    for (size_t i = 0; i < n; i++)
        db_columns_fini(&keys[i]);
    for (size_t i = 0; i < n && st == STATUS_OK; i++) {
        g_ptr_array_add(book->results, calls[i].result);
        made[i]->take(book, calls[i].result);
    }
    return st;
}

enum status debit_store_load(struct db *db, struct book *book, struct error *err)
{
    const struct debit_book *debits = book->debits;
    const struct debit_load first[] = {
        {&PAYMENT_DEBIT_LOAD, debits->wanted_debits, take_debits},
        {&PAYMENT_DEBIT_SIBLINGS, debits->wanted_siblings, take_debits},
        {&PAYMENT_DEBITS_OF_INSTRUMENTS, debits->wanted_drawn, take_debits},
        {&PAYMENT_DEBITS_PENDING, debits->wanted_pending, take_debits},
        {&PAYMENT_DEBITS_OF_PLANS, debits->wanted_of_plans, take_debits},
    };
    const struct debit_load second[] = {
        {&PAYMENT_PRESENTMENT_LOAD, debits->debits, take_presentments},
        {&PAYMENT_INSTRUMENT_LOAD, debits->wanted_instruments, take_instruments},
    };
    _Static_assert(ARRAY_SIZE(first) <= DEBIT_LOADS_MAX && ARRAY_SIZE(second) <= DEBIT_LOADS_MAX, "room for each");
    enum status st = run(db, book, first, ARRAY_SIZE(first), err);

    if (st == STATUS_OK)
        st = run(db, book, second, ARRAY_SIZE(second), err);
    return st == STATUS_OK ? st : error_wrap(err, st, "load debits");
}

enum status debit_store_due(struct db *db, struct book *book, uint16_t partition, int32_t agency_id,
                            int32_t due_on_days, struct error *err)
{
    struct db_args args = {0};
    struct db_result *result = NULL;

    db_arg_int2(&args, (int16_t)partition);
    db_arg_int4(&args, agency_id);
    db_arg_int4(&args, due_on_days);
    enum status st = db_exec(db, &PAYMENT_DEBITS_DUE, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read debits that are due");
    g_ptr_array_add(book->results, result);
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct id account_id = db_id(result, row, 1);
        debit_book_want_pending(book->debits, &account_id);
    }
    take_debits(book, result);
    return STATUS_OK;
}

/* --- saving */

static const enum db_type INSTRUMENT_TYPES[] = {DB_INT2,  DB_UUID, DB_UUID, DB_UUID, DB_INT4, DB_INT2,
                                                DB_INT2,  DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT2,
                                                DB_BYTEA, DB_INT4, DB_INT8, DB_TEXT, DB_INT4};

static void push_instrument(struct db_columns *columns, const struct book_instrument *row)
{
    struct db_array *const *column = columns->column;
    const struct instrument *instrument = &row->instrument;

    db_columns_push_key(columns, &instrument->instrument_id);
    db_array_id(column[2], &instrument->account_id);
    db_array_id(column[3], &instrument->debtor_id);
    db_array_int4(column[4], instrument->agency_id);
    db_array_int2(column[5], (int16_t)instrument->state);
    db_array_int2(column[6], (int16_t)instrument->kind);
    db_array_text(column[7], instrument->routing);
    db_array_text(column[8], instrument->token);
    db_array_text(column[9], instrument->last4);
    db_array_text(column[10], instrument->holder);
    db_array_int2(column[11], (int16_t)instrument->class);
    db_array_bytes(column[12], instrument->authorization_hash, INSTRUMENT_AUTHORIZATION_BYTES);
    db_array_int4(column[13], instrument->authorized_on_days);
    db_array_int8(column[14], instrument->registered_at.us);
    db_array_text(column[15], instrument->reason);
    db_array_int4(column[16], row->version + 1);
}

static const enum db_type DEBIT_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_UUID, DB_INT4, DB_UUID, DB_INT2, DB_TEXT,
                                           DB_INT8, DB_INT4, DB_UUID, DB_INT4, DB_INT2, DB_INT8, DB_TEXT, DB_INT4};

static void push_debit(struct db_columns *columns, const struct book_debit *row)
{
    struct db_array *const *column = columns->column;
    const struct debit *debit = &row->debit;

    db_columns_push_key(columns, &debit->debit_id);
    db_array_id(column[2], &debit->account_id);
    db_array_id(column[3], &debit->debtor_id);
    db_array_int4(column[4], debit->agency_id);
    db_array_id(column[5], &debit->instrument_id);
    db_array_int2(column[6], (int16_t)debit->state);
    db_array_text(column[7], debit->amount.currency);
    db_array_int8(column[8], debit->amount.minor);
    db_array_int4(column[9], debit->due_on_days);
    db_array_id(column[10], &debit->plan_id);
    db_array_int4(column[11], debit->instalment);
    db_array_int2(column[12], (int16_t)debit->n_presented);
    db_array_int8(column[13], debit->scheduled_at.us);
    db_array_text(column[14], debit->reason);
    db_array_int4(column[15], row->version + 1);
}

static const enum db_type PRESENTMENT_TYPES[] = {DB_INT2, DB_UUID, DB_INT2, DB_INT4, DB_UUID,
                                                 DB_TEXT, DB_INT4, DB_INT4, DB_TEXT, DB_INT4};

/* A text and a day that come together; neither where the text is empty. */
static void push_dated(struct db_array *text, const char *value, struct db_array *day, int32_t on_days)
{
    if (value[0] == '\0') {
        db_array_null(text);
        db_array_null(day);
        return;
    }
    db_array_text(text, value);
    db_array_int4(day, on_days);
}

/* The last one: those before have come back and do not change any more. */
static void push_presentment(struct db_columns *columns, const struct debit *debit)
{
    struct db_array *const *column = columns->column;

    if (debit->n_presented == 0)
        return;
    const struct presentment *presentment = &debit->presented[debit->n_presented - 1];
    db_columns_push_key(columns, &debit->debit_id);
    db_array_int2(column[2], (int16_t)debit->n_presented);
    db_array_int4(column[3], debit->agency_id);
    db_array_id(column[4], &presentment->file_id);
    push_dated(column[5], presentment->trace, column[7], presentment->sent_on_days);
    db_array_int4(column[6], presentment->effective_on_days);
    push_dated(column[8], presentment->return_code, column[9], presentment->returned_on_days);
}

enum debit_write {
    WRITE_INSTRUMENTS,
    WRITE_DEBITS,
    WRITE_PRESENTMENTS,
    DEBIT_WRITES_END,
};

static const struct db_write WRITES[DEBIT_WRITES_END] = {
    [WRITE_INSTRUMENTS] = {&PAYMENT_INSTRUMENT_SAVE, INSTRUMENT_TYPES, ARRAY_SIZE(INSTRUMENT_TYPES), .is_copy = false},
    [WRITE_DEBITS] = {&PAYMENT_DEBIT_SAVE, DEBIT_TYPES, ARRAY_SIZE(DEBIT_TYPES), .is_copy = false},
    [WRITE_PRESENTMENTS] = {&PAYMENT_PRESENTMENT_SAVE, PRESENTMENT_TYPES, ARRAY_SIZE(PRESENTMENT_TYPES),
                            .is_copy = false},
};

enum status debit_store_save(struct db *db, const struct debit_book *book, struct error *err)
{
    struct db_columns writes[DEBIT_WRITES_END];
    GHashTableIter iter;
    gpointer row;

    db_writes_init(writes, WRITES, DEBIT_WRITES_END);
    g_hash_table_iter_init(&iter, book->instruments);
    while (g_hash_table_iter_next(&iter, NULL, &row))
        if (((const struct book_instrument *)row)->is_changed)
            push_instrument(&writes[WRITE_INSTRUMENTS], row);
    g_hash_table_iter_init(&iter, book->debits);
    while (g_hash_table_iter_next(&iter, NULL, &row)) {
        const struct book_debit *debit = row;
        if (!debit->is_changed)
            continue;
        push_debit(&writes[WRITE_DEBITS], debit);
        push_presentment(&writes[WRITE_PRESENTMENTS], &debit->debit);
    }
    enum status st = db_writes_run_all(db, WRITES, writes, DEBIT_WRITES_END, err);
    db_writes_fini(writes, DEBIT_WRITES_END);
    return st == STATUS_OK ? st : error_wrap(err, st, "save debits");
}

/* --- files */

enum status debit_store_part(struct db *db, uint16_t partition, const struct id *file_id, bool *ret_is_there,
                             struct debit_file_part *ret_part, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_args args = {0};

    db_arg_int2(&args, (int16_t)partition);
    db_arg_id(&args, file_id);
    enum status st = db_exec(db, &PAYMENT_DEBIT_FILE_PART_LOAD, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read what is reserved");
    *ret_is_there = db_rows(result) > 0;
    if (*ret_is_there)
        *ret_part = (struct debit_file_part){db_int4(result, 0, 0), db_int8(result, 0, 1)};
    return STATUS_OK;
}

static enum status write_row(struct db *db, const struct db_statement *statement, const struct db_args *args,
                             struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    const enum status st = db_exec(db, statement, args, &result, err);

    return st == STATUS_OK ? st : error_wrap(err, st, "save a file of debits");
}

enum status debit_store_add_part(struct db *db, uint16_t partition, const struct id *file_id, int32_t agency_id,
                                 const struct debit_file_part *part, struct error *err)
{
    struct db_args args = {0};

    db_arg_int2(&args, (int16_t)partition);
    db_arg_id(&args, file_id);
    db_arg_int4(&args, agency_id);
    db_arg_int4(&args, part->n_debits);
    db_arg_int8(&args, part->amount_minor);
    return write_row(db, &PAYMENT_DEBIT_FILE_PART_SAVE, &args, err);
}

static struct debit_file read_file(const struct db_result *result, size_t row)
{
    struct debit_file file = {
        .file_id = db_id(result, row, 0),
        .agency_id = db_int4(result, row, 1),
        .ordinal = db_int4(result, row, 2),
        .due_on_days = db_int4(result, row, 3),
        .n_entries = db_int4(result, row, 4),
        .first_sequence = db_int4(result, row, 5),
        .numbered_at = {db_int8(result, row, 7)},
    };
    size_t len;
    const uint8_t *hash = db_bytes(result, row, 6, &len);

    memcpy(file.originator_hash, hash, MIN(len, sizeof(file.originator_hash)));
    return file;
}

enum status debit_store_file(struct db *db, const struct id *file_id, int32_t agency_id, struct debit_file *ret_file,
                             struct debit_file *ret_last, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_args args = {0};

    *ret_file = *ret_last = (struct debit_file){0};
    db_arg_int2(&args, (int16_t)id_partition(file_id));
    db_arg_int4(&args, agency_id);
    db_arg_id(&args, file_id);
    enum status st = db_exec(db, &PAYMENT_DEBIT_FILE_LOAD, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read a file of debits");
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct debit_file file = read_file(result, row);
        if (id_equal(&file.file_id, file_id))
            *ret_file = file;
        if (file.agency_id == agency_id && file.ordinal > ret_last->ordinal)
            *ret_last = file;
    }
    return STATUS_OK;
}

enum status debit_store_add_file(struct db *db, const struct debit_file *file, struct error *err)
{
    struct db_args args = {0};

    db_arg_int2(&args, (int16_t)id_partition(&file->file_id));
    db_arg_id(&args, &file->file_id);
    db_arg_int4(&args, file->agency_id);
    db_arg_int4(&args, file->ordinal);
    db_arg_int4(&args, file->due_on_days);
    db_arg_int4(&args, file->n_entries);
    db_arg_int4(&args, file->first_sequence);
    db_arg_bytes(&args, file->originator_hash, sizeof(file->originator_hash));
    db_arg_int8(&args, file->numbered_at.us);
    return write_row(db, &PAYMENT_DEBIT_FILE_SAVE, &args, err);
}

/* --- questions */

/* The presentment that the row is listed for becomes the last one; what another says is not listed. */
static void read_joined(struct book *book, struct db_result *result, GArray **ret_rows)
{
    g_ptr_array_add(book->results, result);
    *ret_rows = g_array_new(FALSE, FALSE, sizeof(struct debit_row));
    for (size_t row = 0; row < db_rows(result); row++) {
        struct debit_row joined = {
            .debit = read_debit(result, row),
            .instrument = read_instrument(result, row, DEBIT_COLUMNS + PRESENTMENT_COLUMNS),
        };
        joined.debit.n_presented = 0;
        if (!db_is_null(result, row, DEBIT_COLUMNS)) {
            joined.debit.n_presented = db_int2(result, row, DEBIT_COLUMNS + 1);
            joined.debit.presented[joined.debit.n_presented - 1] = read_presentment(result, row, DEBIT_COLUMNS);
        }
        g_array_append_val(*ret_rows, joined);
    }
}

static enum status list(struct db *db, const struct debit_query *query, struct db_result **ret_result,
                        struct error *err)
{
    struct db_args args = {0};

    db_arg_int4(&args, query->agency_id);
    if (!id_is_none(&query->file_id)) {
        db_arg_id(&args, &query->file_id);
        db_arg_id(&args, &query->after);
        db_arg_int4(&args, query->limit);
        return db_exec(db, &PAYMENT_DEBITS_OF_FILE, &args, ret_result, err);
    }
    db_arg_int2(&args, query->state);
    if (query->has_due)
        db_arg_int4(&args, query->due_on_days);
    else
        db_arg_null(&args, DB_INT4);
    db_arg_id(&args, &query->account_id);
    db_arg_id(&args, &query->after);
    db_arg_int4(&args, query->limit);
    return db_exec(db, &PAYMENT_DEBIT_LIST, &args, ret_result, err);
}

enum status debit_store_list(struct db *db, struct book *book, const struct debit_query *query, GArray **ret_rows,
                             struct error *err)
{
    struct db_result *result = NULL;
    const enum status st = list(db, query, &result, err);

    if (st != STATUS_OK)
        return error_wrap(err, st, "list debits");
    read_joined(book, result, ret_rows);
    return STATUS_OK;
}

enum status debit_store_find(struct db *db, struct book *book, int32_t agency_id, char *const *traces, size_t n_traces,
                             GArray **ret_rows, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *wanted = db_array_new(DB_TEXT);
    struct db_result *result = NULL;
    struct db_args args = {0};

    for (size_t i = 0; i < n_traces; i++)
        db_array_text(wanted, traces[i]);
    db_arg_int4(&args, agency_id);
    db_arg_array(&args, wanted);
    enum status st = db_exec(db, &PAYMENT_DEBITS_BY_TRACE, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "find debits by their traces");
    read_joined(book, result, ret_rows);
    return STATUS_OK;
}

enum status debit_store_instruments(struct db *db, struct book *book, const struct id *account_id,
                                    GArray **ret_instruments, struct error *err)
{
    struct db_result *result = NULL;
    struct db_args args = {0};

    db_arg_int2(&args, (int16_t)id_partition(account_id));
    db_arg_id(&args, account_id);
    enum status st = db_exec(db, &PAYMENT_INSTRUMENTS_OF_DEBTOR, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "list instruments");
    g_ptr_array_add(book->results, result);
    *ret_instruments = g_array_new(FALSE, FALSE, sizeof(struct instrument));
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct instrument instrument = read_instrument(result, row, 0);
        g_array_append_val(*ret_instruments, instrument);
    }
    return STATUS_OK;
}

enum status debit_store_rates(struct db *db, struct book *book, int32_t agency_id, int32_t from_on_days,
                              int32_t through_on_days, int32_t *ret_sent, GArray **ret_returns, struct error *err)
{
    struct db_result *result = NULL;
    struct db_args args = {0};

    db_arg_int4(&args, agency_id);
    db_arg_int4(&args, from_on_days);
    db_arg_int4(&args, through_on_days);
    enum status st = db_exec(db, &PAYMENT_RETURN_RATES, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "count returns");
    g_ptr_array_add(book->results, result);
    *ret_returns = g_array_new(FALSE, FALSE, sizeof(struct debit_returns));
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct debit_returns returns = {db_text(result, row, 0), db_int4(result, row, 1)};
        if (db_is_null(result, row, 0))
            *ret_sent = returns.n;
        else
            g_array_append_val(*ret_returns, returns);
    }
    return STATUS_OK;
}
