#include "debtor_payment_store.h"

#include "db/db_columns.h"
#include "id/id_table.h"
#include "payment_sql.h"

struct debtor_payment *debtor_payment_new(const struct id *payment_id)
{
    struct debtor_payment *payment = g_new0(struct debtor_payment, 1);

    payment->payment_id = *payment_id;
    payment->debts = g_array_new(FALSE, FALSE, sizeof(struct debtor_debt));
    return payment;
}

static void free_payment(gpointer payment)
{
    g_array_unref(((struct debtor_payment *)payment)->debts);
    g_free(payment);
}

GHashTable *debtor_payments_new(void)
{
    return id_table_new(free_payment);
}

static void take_debt(GHashTable *payments, const struct db_result *result, size_t row)
{
    const struct id payment_id = db_id(result, row, 0);
    const struct debtor_debt debt = {.account_id = db_id(result, row, 1),
                                     .left_out = (enum debt_left_out)db_int2(result, row, 3)};
    struct debtor_payment *payment = g_hash_table_lookup(payments, &payment_id);

    if (!payment) {
        payment = debtor_payment_new(&payment_id);
        payment->agency_id = db_int4(result, row, 2);
        g_strlcpy(payment->amount.currency, db_text(result, row, 4), sizeof(payment->amount.currency));
        payment->amount.minor = db_int8(result, row, 5);
        payment->held_minor = db_int8(result, row, 6);
        (void)id_table_put(payments, &payment->payment_id, payment);
    }
    g_array_append_val(payment->debts, debt);
}

static enum status load(struct db *db, const struct db_statement *statement, GHashTable *ids,
                        struct db_result **ret_result, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};

    db_columns_add_keys(&keys);
    db_columns_push_id_set(&keys, ids);
    return db_columns_exec(db, statement, &keys, ret_result, err);
}

enum status debtor_payment_store_load(struct db *db, GHashTable *payment_ids, GHashTable *payments, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    const enum status st = load(db, &PAYMENT_DEBTOR_PAYMENT_LOAD, payment_ids, &result, err);

    if (st != STATUS_OK)
        return error_wrap(err, st, "read payments for several debts");
    for (size_t row = 0; row < db_rows(result); row++)
        take_debt(payments, result, row);
    return STATUS_OK;
}

enum status debtor_payment_store_due(struct db *db, GHashTable *account_ids, GHashTable **ret_due, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    const enum status st = load(db, &PAYMENT_DUE_LOAD, account_ids, &result, err);

    if (st != STATUS_OK)
        return error_wrap(err, st, "read when debts became due");
    *ret_due = id_table_new(NULL);
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct id account_id = db_id(result, row, 0);
        (void)id_table_put(*ret_due, &account_id, GINT_TO_POINTER(db_int4(result, row, 1)));
    }
    return STATUS_OK;
}

static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_INT2, DB_UUID, DB_INT4, DB_INT2, DB_TEXT, DB_INT8, DB_INT8};

static void push(struct db_columns *columns, const struct debtor_payment *payment)
{
    struct db_array *const *column = columns->column;

    for (guint i = 0; i < payment->debts->len; i++) {
        const struct debtor_debt *debt = &g_array_index(payment->debts, struct debtor_debt, i);
        db_columns_push_key(columns, &payment->payment_id);
        db_array_int2(column[2], (int16_t)(i + 1));
        db_array_id(column[3], &debt->account_id);
        db_array_int4(column[4], payment->agency_id);
        db_array_int2(column[5], (int16_t)debt->left_out);
        db_array_text(column[6], payment->amount.currency);
        db_array_int8(column[7], payment->amount.minor);
        db_array_int8(column[8], payment->held_minor);
    }
}

enum status debtor_payment_store_save(struct db *db, GHashTable *payments, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    g_autoptr(GPtrArray) sorted = id_table_sorted(payments);

    db_columns_add_all(&columns, TYPES, ARRAY_SIZE(TYPES));
    for (guint i = 0; i < sorted->len; i++) {
        const struct debtor_payment *payment = g_ptr_array_index(sorted, i);
        if (payment->is_new)
            push(&columns, payment);
    }
    const enum status st = db_columns_copy(db, &PAYMENT_DEBTOR_PAYMENT_COPY, &columns, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "save payments for several debts");
}
