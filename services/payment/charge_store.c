#include "charge_store.h"

#include "db/db_columns.h"
#include "id/id_table.h"
#include "payment_sql.h"

/* One column a charge, from column `at` on. */
static struct charges read_charges(const struct db_result *result, size_t row, int at)
{
    struct charges charges;

    for (int i = 0; i < CHARGES; i++)
        charges.minor[i] = db_int8(result, row, at + i);
    return charges;
}

void charge_store_take(struct charge_book *book, const struct id *account_id, const struct db_result *result,
                       size_t row, int at)
{
    if (db_is_null(result, row, at))
        return;
    struct book_charges *charges = charge_book_get(book, account_id);
    charges->accrual = (struct accrual){
        .series = db_int2(result, row, at),
        .basis = (enum agreement_basis)db_int2(result, row, at + 1),
        .day_count = (enum day_count)db_int2(result, row, at + 2),
        .starts = {db_int4(result, row, at + 3)},
        .cap_minor = db_is_null(result, row, at + 4) ? INT64_MAX : db_int8(result, row, at + 4),
        .posted_through = {db_int4(result, row, at + 5)},
        .posted_minor = db_int8(result, row, at + 6),
        .stops = {db_is_null(result, row, at + 7) ? ACCRUAL_GOES_ON : db_int4(result, row, at + 7)},
        .has_timer = db_bool(result, row, at + 8),
        .judgment_minor = db_int8(result, row, at + 9),
        .judgment_number = db_int4(result, row, at + 10),
    };
    charges->high = charges->accrual.posted_through;
}

static void take_moves(struct charge_book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct id account_id = db_id(result, row, 0);
        const struct accrual_move move = {
            .number = db_int4(result, row, 1),
            .kind = (enum posting_kind)db_int2(result, row, 2),
            .value_on = {db_int4(result, row, 3)},
            .change_minor = db_int8(result, row, 4),
            .charges = read_charges(result, row, 5),
        };
        g_array_append_vals(charge_book_get(book, &account_id)->moves, &move, 1);
    }
}

static void take_rates(struct charge_book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct id account_id = db_id(result, row, 0);
        const struct accrual_rate rate = {
            .rate = {{db_int4(result, row, 1)}, {db_int8(result, row, 2)}},
            .agreement_version = db_text(result, row, 3),
        };
        g_array_append_vals(charge_book_get(book, &account_id)->rates, &rate, 1);
    }
}

static void take_fees(struct charge_book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct fee fee = {
            .fee_id = db_id(result, row, 0),
            .account_id = db_id(result, row, 1),
            .code = db_text(result, row, 2),
            .bucket = (enum agreement_bucket)db_int2(result, row, 3),
            .amount_minor = db_int8(result, row, 4),
            .basis = (enum agreement_basis)db_int2(result, row, 5),
            .evidence = db_text(result, row, 6),
            .agreement_version = db_text(result, row, 7),
            .charged_on_days = db_int4(result, row, 8),
            .reason = db_text(result, row, 9),
            .charged_at = {db_int8(result, row, 10)},
            .waived_at = {db_int8(result, row, 11)},
            .waived_reason = db_text(result, row, 12),
        };
        (void)charge_book_add_fee(charge_book_get(book, &fee.account_id), &fee, false);
    }
}

static void take_judgments(struct charge_book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        struct judgment_record judgment = {
            .judgment_id = db_id(result, row, 0),
            .account_id = db_id(result, row, 1),
            .terms = {.entered = {db_int4(result, row, 2)},
                      .amount_minor = db_int8(result, row, 4),
                      .rate = {db_int8(result, row, 9)},
                      .day_count = (enum day_count)db_int2(result, row, 10)},
            .charges = read_charges(result, row, 5),
            .balance = {.minor = db_int8(result, row, 8)},
            .court = db_text(result, row, 11),
            .case_number = db_text(result, row, 12),
            .recorded_at = {db_int8(result, row, 14)},
        };
        g_strlcpy(judgment.balance.currency, db_text(result, row, 3), sizeof(judgment.balance.currency));
        judgment.document_hash = db_bytes(result, row, 13, &judgment.document_hash_len);
        (void)charge_book_add_judgment(charge_book_get(book, &judgment.account_id), &judgment, false);
    }
}

static const struct load {
    const struct db_statement *statement;
    void (*take)(struct charge_book *book, const struct db_result *result);
    bool is_wanted; /* only of accounts whose charges are wanted by name */
} LOADS[] = {
    {&PAYMENT_CHARGE_MOVES_OF_ACCOUNTS, take_moves, false},
    {&PAYMENT_INTEREST_RATES_OF_ACCOUNTS, take_rates, false},
    {&PAYMENT_DEBTOR_FEES_OF_ACCOUNTS, take_fees, true},
    {&PAYMENT_JUDGMENTS_OF_ACCOUNTS, take_judgments, true},
};

static GHashTable *accounts_to_load(const struct charge_book *book)
{
    GHashTable *ids = id_set_new();
    GHashTableIter iter;
    gpointer id;

    g_hash_table_iter_init(&iter, book->wanted);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        (void)id_set_add(ids, id);
    g_hash_table_iter_init(&iter, book->accounts);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        (void)id_set_add(ids, id);
    return ids;
}

static enum status run_loads(struct db *db, struct charge_book *book, GHashTable *ids, GPtrArray *results,
                             struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns all = {0};
    SCOPED(db_columns_fini) struct db_columns wanted = {0};
    struct db_call calls[ARRAY_SIZE(LOADS)];
    const size_t n = g_hash_table_size(book->wanted) > 0 ? ARRAY_SIZE(LOADS) : 2;

    db_columns_add_keys(&all);
    db_columns_push_id_set(&all, ids);
    db_columns_add_keys(&wanted);
    db_columns_push_id_set(&wanted, book->wanted);
    for (size_t i = 0; i < n; i++)
        db_columns_bind(LOADS[i].is_wanted ? &wanted : &all, LOADS[i].statement, &calls[i]);
    enum status st = db_exec_pipeline(db, calls, n, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "load charges");
    for (size_t i = 0; i < n; i++) {
        g_ptr_array_add(results, calls[i].result);
        LOADS[i].take(book, calls[i].result);
    }
    return STATUS_OK;
}

enum status charge_store_load(struct db *db, struct charge_book *book, GPtrArray *results, struct error *err)
{
    g_autoptr(GHashTable) ids = accounts_to_load(book);

    return g_hash_table_size(ids) > 0 ? run_loads(db, book, ids, results, err) : STATUS_OK;
}

static const enum db_type INTEREST_TYPES[] = {DB_INT2, DB_UUID, DB_INT2, DB_INT2, DB_INT2, DB_INT4, DB_INT8,
                                              DB_INT4, DB_INT8, DB_INT4, DB_BOOL, DB_INT8, DB_INT4};

static void push_interest(struct db_columns *columns, const struct book_charges *charges)
{
    struct db_array *const *column = columns->column;
    const struct accrual *accrual = &charges->accrual;

    db_columns_push_key(columns, &charges->account_id);
    db_array_int2(column[2], accrual->series);
    db_array_int2(column[3], (int16_t)accrual->basis);
    db_array_int2(column[4], (int16_t)accrual->day_count);
    db_array_int4(column[5], accrual->starts.days);
    if (accrual->cap_minor == INT64_MAX)
        db_array_null(column[6]);
    else
        db_array_int8(column[6], accrual->cap_minor);
    db_array_int4(column[7], accrual->posted_through.days);
    db_array_int8(column[8], accrual->posted_minor);
    if (accrual->stops.days == ACCRUAL_GOES_ON)
        db_array_null(column[9]);
    else
        db_array_int4(column[9], accrual->stops.days);
    db_array_bool(column[10], accrual->has_timer);
    db_array_int8(column[11], accrual->judgment_minor);
    db_array_int4(column[12], accrual->judgment_number);
}

static const enum db_type RATE_TYPES[] = {DB_INT2, DB_UUID, DB_INT2, DB_INT4, DB_INT8, DB_TEXT};

static void push_rates(struct db_columns *columns, const struct book_charges *charges)
{
    struct db_array *const *column = columns->column;

    for (guint i = 0; i < charges->rates->len; i++) {
        const struct accrual_rate *rate = &g_array_index(charges->rates, struct accrual_rate, i);
        if (!rate->is_new)
            continue;
        db_columns_push_key(columns, &charges->account_id);
        db_array_int2(column[2], charges->accrual.series);
        db_array_int4(column[3], rate->rate.from.days);
        db_array_int8(column[4], rate->rate.rate.millionths);
        db_array_text(column[5], rate->agreement_version);
    }
}

static const enum db_type FEE_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_TEXT, DB_INT2, DB_INT8, DB_INT2,
                                         DB_TEXT, DB_TEXT, DB_INT4, DB_TEXT, DB_INT8, DB_INT8, DB_TEXT};

static void push_fee(struct db_columns *columns, const struct fee *fee)
{
    struct db_array *const *column = columns->column;

    db_columns_push_key(columns, &fee->fee_id);
    db_array_id(column[2], &fee->account_id);
    db_array_text(column[3], fee->code);
    db_array_int2(column[4], (int16_t)fee->bucket);
    db_array_int8(column[5], fee->amount_minor);
    db_array_int2(column[6], (int16_t)fee->basis);
    db_array_text(column[7], fee->evidence);
    db_array_text(column[8], fee->agreement_version);
    db_array_int4(column[9], fee->charged_on_days);
    db_array_text(column[10], fee->reason);
    db_array_int8(column[11], fee->charged_at.us);
    if (fee_is_waived(fee))
        db_array_int8(column[12], fee->waived_at.us);
    else
        db_array_null(column[12]);
    db_array_text(column[13], fee_is_waived(fee) ? fee->waived_reason : NULL);
}

static const enum db_type JUDGMENT_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_INT8, DB_INT8,  DB_INT8, DB_INT8,
                                              DB_INT8, DB_INT8, DB_INT2, DB_TEXT, DB_TEXT, DB_BYTEA, DB_INT8, DB_TEXT};

static void push_judgment(struct db_columns *columns, const struct judgment_record *judgment)
{
    struct db_array *const *column = columns->column;

    db_columns_push_key(columns, &judgment->judgment_id);
    db_array_id(column[2], &judgment->account_id);
    db_array_int4(column[3], judgment->terms.entered.days);
    db_array_int8(column[4], judgment->terms.amount_minor);
    for (size_t i = 0; i < CHARGES; i++)
        db_array_int8(column[5 + i], judgment->charges.minor[i]);
    db_array_int8(column[8], judgment->balance.minor);
    db_array_int8(column[9], judgment->terms.rate.millionths);
    db_array_int2(column[10], (int16_t)judgment->terms.day_count);
    db_array_text(column[11], judgment->court);
    db_array_text(column[12], judgment->case_number);
    db_array_bytes(column[13], judgment->document_hash, judgment->document_hash_len);
    db_array_int8(column[14], judgment->recorded_at.us);
    db_array_text(column[15], judgment->balance.currency);
}

enum write {
    WRITE_INTEREST,
    WRITE_RATES,
    WRITE_FEES,
    WRITE_JUDGMENTS,
    WRITES_END,
};

static const struct db_write WRITES[WRITES_END] = {
    [WRITE_INTEREST] = {&PAYMENT_INTEREST_SAVE, INTEREST_TYPES, ARRAY_SIZE(INTEREST_TYPES), .is_copy = false},
    [WRITE_RATES] = {&PAYMENT_INTEREST_RATE_ADD, RATE_TYPES, ARRAY_SIZE(RATE_TYPES), .is_copy = false},
    [WRITE_FEES] = {&PAYMENT_DEBTOR_FEE_SAVE, FEE_TYPES, ARRAY_SIZE(FEE_TYPES), .is_copy = false},
    [WRITE_JUDGMENTS] = {&PAYMENT_JUDGMENT_ADD, JUDGMENT_TYPES, ARRAY_SIZE(JUDGMENT_TYPES), .is_copy = false},
};

static void collect(const struct book_charges *charges, struct db_columns writes[static WRITES_END])
{
    if (charges->is_changed) {
        push_interest(&writes[WRITE_INTEREST], charges);
        push_rates(&writes[WRITE_RATES], charges);
    }
    for (guint i = 0; i < charges->fees->len; i++) {
        const struct book_fee *row = g_ptr_array_index(charges->fees, i);
        if (row->is_changed)
            push_fee(&writes[WRITE_FEES], &row->fee);
    }
    for (guint i = 0; i < charges->judgments->len; i++) {
        const struct book_judgment *row = g_ptr_array_index(charges->judgments, i);
        if (row->is_new)
            push_judgment(&writes[WRITE_JUDGMENTS], &row->judgment);
    }
}

enum status charge_store_save(struct db *db, struct charge_book *book, struct error *err)
{
    struct db_columns writes[WRITES_END];

    if (g_hash_table_size(book->accounts) == 0)
        return STATUS_OK;
    g_autoptr(GPtrArray) accounts = id_table_sorted(book->accounts);
    db_writes_init(writes, WRITES, WRITES_END);
    for (guint i = 0; i < accounts->len; i++)
        collect(g_ptr_array_index(accounts, i), writes);
    enum status st = db_writes_run_all(db, WRITES, writes, WRITES_END, err);
    db_writes_fini(writes, WRITES_END);
    return st == STATUS_OK ? st : error_wrap(err, st, "save charges");
}
