#include "payment_store.h"

#include <string.h>

#include "charge_store.h"
#include "db/db_columns.h"
#include "debit_store.h"
#include "id/id_table.h"
#include "payment_sql.h"
#include "plan_collection.h"
#include "plan_store.h"
#include "stop_store.h"

#define ACCOUNT_COLUMNS 19 /* of account_load, before those of the open promise */
#define PROMISE_COLUMNS 15 /* of promise_load; in account_load those of interest follow */
#define JUDGMENT_COLUMN (ACCOUNT_COLUMNS + PROMISE_COLUMNS + 10) /* the number of its posting; NULL or 0: none */
#define STOP_COLUMN     (JUDGMENT_COLUMN + 1)

static struct money read_money(const struct db_result *result, size_t row, int currency, int minor)
{
    struct money money = {.minor = db_int8(result, row, minor)};

    g_strlcpy(money.currency, db_text(result, row, currency), sizeof(money.currency));
    return money;
}

/* The columns of promise_load, from column `at` on. */
static struct promise read_promise(const struct db_result *result, size_t row, int at)
{
    return (struct promise){
        .promise_id = db_id(result, row, at),
        .account_id = db_id(result, row, at + 1),
        .debtor_id = db_id(result, row, at + 2),
        .agency_id = db_int4(result, row, at + 3),
        .state = (enum promise_state)db_int2(result, row, at + 4),
        .amount = read_money(result, row, at + 5, at + 6),
        .paid_minor = db_int8(result, row, at + 7),
        .due_on_days = db_int4(result, row, at + 8),
        .breaks_at = {db_int8(result, row, at + 9)},
        .made_after = db_int4(result, row, at + 10),
        .made_at = {db_int8(result, row, at + 11)},
        .reason = db_text(result, row, at + 12),
        .tolerance = {(enum tolerance_kind)db_int2(result, row, at + 13), db_int8(result, row, at + 14)},
    };
}

/* One column a charge, from column `at` on. */
static struct charges read_charges(const struct db_result *result, size_t row, int at)
{
    struct charges charges;

    for (int i = 0; i < CHARGES; i++)
        charges.minor[i] = db_int8(result, row, at + i);
    return charges;
}

/* A stored posting without its entries: what follows from it needs none. */
static struct posting read_posting(const struct db_result *result, size_t row)
{
    return (struct posting){
        .draft = {.posting_id = db_id(result, row, 0),
                  .kind = (enum posting_kind)db_int2(result, row, 3),
                  .change = read_money(result, row, 4, 5),
                  .effective_on_days = db_int4(result, row, 7),
                  .reference = db_text(result, row, 8),
                  .reverses = db_id(result, row, 9),
                  .charges = read_charges(result, row, 10),
                  .paid_to = (enum paid_to)db_int2(result, row, 10 + CHARGES),
                  .fee_minor = db_int8(result, row, 11 + CHARGES)},
        .account_id = db_id(result, row, 1),
        .number = db_int4(result, row, 2),
        .balance_minor = db_int8(result, row, 6),
    };
}

/* A promise may be wanted by its id and come with its account too. */
static struct promise *take_promise(struct book *book, const struct promise *promise)
{
    struct promise *known = book_promise(book, &promise->promise_id);

    return known ? known : book_add_promise(book, promise);
}

static void take_accounts(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        struct account account = {
            .account_id = db_id(result, row, 0),
            .agency_id = db_int4(result, row, 1),
            .debtor_id = db_id(result, row, 2),
            .balance = read_money(result, row, 3, 4),
            .n_postings = db_int4(result, row, 5),
            .is_recalled = db_bool(result, row, 6),
            .client = db_text(result, row, 8),
            .age_days = db_int4(result, row, 9),
            .placed_minor = db_int8(result, row, 10),
            .owed = read_charges(result, row, 11),
            .dispute_id = db_id(result, row, 14),
            .plan_id = db_id(result, row, 15),
            .proposed_plan_id = db_id(result, row, 16),
            .held_minor = db_int8(result, row, 17),
            .is_held = db_bool(result, row, 18),
            .is_adjudged = db_int4(result, row, JUDGMENT_COLUMN) > 0,
        };
        stop_store_take(book, &account.debtor_id, result, row, STOP_COLUMN);
        if (book_account(book, &account.account_id))
            continue; /* a further row of what stopped the debtor */
        if (!db_is_null(result, row, ACCOUNT_COLUMNS)) {
            struct promise promise = read_promise(result, row, ACCOUNT_COLUMNS);
            account.open_promise = take_promise(book, &promise);
        }
        (void)book_add_account(book, &account, db_int4(result, row, 7));
        charge_store_take(book->charges, &account.account_id, result, row, ACCOUNT_COLUMNS + PROMISE_COLUMNS);
        if (!id_is_none(&account.plan_id))
            book_want_plan(book, &account.plan_id);
        if (!id_is_none(&account.proposed_plan_id))
            book_want_plan(book, &account.proposed_plan_id);
    }
}

static void take_promises(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        struct promise promise = read_promise(result, row, 0);
        (void)take_promise(book, &promise);
        book_want_account(book, &promise.account_id);
    }
}

static void take_postings(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        struct posting posting = read_posting(result, row);
        (void)book_add_posting(book, &posting, false);
        book_want_account(book, &posting.account_id);
    }
}

static struct suspense read_suspense(const struct db_result *result, size_t row)
{
    return (struct suspense){
        .item_id = db_id(result, row, 0),
        .agency_id = db_int4(result, row, 1),
        .state = (enum suspense_state)db_int2(result, row, 2),
        .source = (enum suspense_source)db_int2(result, row, 3),
        .amount = read_money(result, row, 4, 5),
        .client = db_text(result, row, 6),
        .account_id = db_id(result, row, 7),
        .payer = db_text(result, row, 8),
        .reference = db_text(result, row, 9),
        .received_on_days = db_int4(result, row, 10),
        .reason = db_text(result, row, 11),
        .held_at = {db_int8(result, row, 12)},
        .assigned_id = db_id(result, row, 13),
    };
}

static void take_suspense(struct book *book, const struct db_result *result)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct suspense item = read_suspense(result, row);
        (void)book_add_suspense(book, &item);
        if (item.state != SUSPENSE_ASSIGNED)
            continue;
        /* Whether it is posted already, in whatever partition that account is. */
        const struct id payment_id = suspense_payment_id(&item.item_id, &item.assigned_id);
        book_want_posting(book, &payment_id);
    }
}

typedef void take_fn(struct book *book, const struct db_result *result);

/* What may be wanted. */
struct load {
    const struct db_statement *statement;
    GHashTable *wanted;
    take_fn *take;
};

#define LOADS_MAX 6

static enum status run_loads(struct db *db, struct book *book, const struct load *loads, size_t n_loads,
                             struct error *err)
{
    struct db_columns keys[LOADS_MAX] = {0};
    struct db_call calls[LOADS_MAX];
    take_fn *takes[LOADS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < n_loads; i++) {
        if (g_hash_table_size(loads[i].wanted) == 0)
            continue;
        db_columns_add_keys(&keys[n]);
        db_columns_push_id_set(&keys[n], loads[i].wanted);
        db_columns_bind(&keys[n], loads[i].statement, &calls[n]);
        takes[n++] = loads[i].take;
    }
    enum status st = n > 0 ? db_exec_pipeline(db, calls, n, err) : STATUS_OK;
    for (size_t i = 0; i < n; i++)
        db_columns_fini(&keys[i]);
    if (st != STATUS_OK)
        return st;
    /* All wants are consumed; what is found may add new ones. */
    for (size_t i = 0; i < n_loads; i++)
        g_hash_table_remove_all(loads[i].wanted);
    for (size_t i = 0; i < n; i++) {
        g_ptr_array_add(book->results, calls[i].result);
        takes[i](book, calls[i].result);
    }
    return STATUS_OK;
}

static gboolean is_known(gpointer id, gpointer value, gpointer rows)
{
    (void)value;
    return g_hash_table_contains(rows, id);
}

/* What was found may have wanted what is there already. */
static bool wants_more(struct book *book)
{
    (void)g_hash_table_foreach_remove(book->wanted_accounts, is_known, book->accounts);
    (void)g_hash_table_foreach_remove(book->wanted_plans, is_known, book->plans);
    (void)g_hash_table_foreach_remove(book->wanted_postings, is_known, book->postings);
    return g_hash_table_size(book->wanted_accounts) + g_hash_table_size(book->wanted_plans) +
               g_hash_table_size(book->wanted_postings) >
           0;
}

/* The debits of plans that collect by them; their accounts are those of the plans. */
static enum status load_collected(struct db *db, struct book *book, struct error *err)
{
    return plan_collection_want(book) ? debit_store_load(db, book, err) : STATUS_OK;
}

enum status payment_store_load(struct db *db, struct book *book, struct error *err)
{
    const struct load all[] = {
        {&PAYMENT_ACCOUNT_LOAD, book->wanted_accounts, take_accounts},
        {&PAYMENT_PROMISE_LOAD, book->wanted_promises, take_promises},
        {&PAYMENT_POSTING_LOAD, book->wanted_postings, take_postings},
        {&PAYMENT_SUSPENSE_LOAD, book->wanted_suspense, take_suspense},
        {&PAYMENT_PLAN_LOAD, book->wanted_plans, plan_store_take},
        {&PAYMENT_PLAN_INSTALMENT_LOAD, book->wanted_plans, plan_store_take_instalments},
    };
    _Static_assert(ARRAY_SIZE(all) <= LOADS_MAX, "room for each");
    enum status st = stop_store_load(db, book, err);

    if (st == STATUS_OK)
        st = debit_store_load(db, book, err);
    if (st == STATUS_OK)
        st = run_loads(db, book, all, ARRAY_SIZE(all), err);
    while (st == STATUS_OK && wants_more(book))
        st = run_loads(db, book, all, ARRAY_SIZE(all), err);
    if (st == STATUS_OK)
        st = load_collected(db, book, err);
    if (st == STATUS_OK)
        st = charge_store_load(db, book->charges, book->results, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "load accounts");
}

enum status payment_store_history(struct db *db, struct book *book, const struct id *account_ids, size_t n_accounts,
                                  GArray **ret_postings, GArray **ret_promises, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    struct db_call calls[2];

    db_columns_add_keys(&keys);
    db_columns_push_ids(&keys, account_ids, n_accounts);
    db_columns_bind(&keys, &PAYMENT_POSTINGS_OF_ACCOUNTS, &calls[0]);
    db_arg_int4(&calls[0].args, ACCOUNT_POSTINGS_MAX);
    db_columns_bind(&keys, &PAYMENT_PROMISES_OF_ACCOUNTS, &calls[1]);
    enum status st = db_exec_pipeline(db, calls, ARRAY_SIZE(calls), err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read postings and promises");
    *ret_postings = g_array_new(FALSE, FALSE, sizeof(struct posting));
    *ret_promises = g_array_new(FALSE, FALSE, sizeof(struct promise));
    for (size_t row = 0; row < db_rows(calls[0].result); row++) {
        struct posting posting = read_posting(calls[0].result, row);
        g_array_append_val(*ret_postings, posting);
    }
    for (size_t row = 0; row < db_rows(calls[1].result); row++) {
        struct promise promise = read_promise(calls[1].result, row, 0);
        g_array_append_val(*ret_promises, promise);
    }
    for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
        g_ptr_array_add(book->results, calls[i].result);
    return STATUS_OK;
}

enum status payment_store_suspense(struct db *db, struct book *book, int32_t agency_id, bool with_ended, int32_t limit,
                                   GArray **ret_items, struct error *err)
{
    struct db_args args = {0};
    struct db_result *result = NULL;

    db_arg_int4(&args, agency_id);
    db_arg_bool(&args, with_ended);
    db_arg_int4(&args, limit);
    enum status st = db_exec(db, &PAYMENT_SUSPENSE_LIST, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "list money in suspense");
    g_ptr_array_add(book->results, result);
    *ret_items = g_array_new(FALSE, FALSE, sizeof(struct suspense));
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct suspense item = read_suspense(result, row);
        g_array_append_val(*ret_items, item);
    }
    return STATUS_OK;
}

static struct trust_entry read_totals(const struct db_result *result, size_t row)
{
    struct trust_entry total = {
        .client = db_text(result, row, 0),
        .amounts = {.cash_minor = db_int8(result, row, 2),
                    .payable_minor = db_int8(result, row, 3),
                    .earned_minor = db_int8(result, row, 4),
                    .suspense_minor = db_int8(result, row, 5),
                    .transit_minor = db_int8(result, row, 6)},
    };

    g_strlcpy(total.currency, db_text(result, row, 1), sizeof(total.currency));
    return total;
}

enum status payment_store_trust(struct db *db, struct book *book, int32_t agency_id, const char *client,
                                GArray **ret_totals, struct error *err)
{
    struct db_args args = {0};
    struct db_result *result = NULL;

    db_arg_int4(&args, agency_id);
    db_arg_text(&args, client);
    enum status st = db_exec(db, &PAYMENT_TRUST_TOTALS, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "sum up the clients' money");
    g_ptr_array_add(book->results, result);
    *ret_totals = g_array_new(FALSE, FALSE, sizeof(struct trust_entry));
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct trust_entry total = read_totals(result, row);
        g_array_append_val(*ret_totals, total);
    }
    return STATUS_OK;
}

enum status payment_store_balances(struct db *db, const struct id *account_ids, size_t n,
                                   const struct balance_moment *moment, struct balance_parts *parts, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_args args = {0};

    db_columns_add_keys(&keys);
    db_columns_push_ids(&keys, account_ids, n);
    db_columns_args(&keys, &args);
    if (moment->has_day)
        db_arg_int4(&args, moment->day.days);
    else
        db_arg_null(&args, DB_INT4);
    if (moment->has_instant)
        db_arg_int8(&args, moment->posted.us);
    else
        db_arg_null(&args, DB_INT8);
    enum status st = db_exec(db, &PAYMENT_BALANCE_LOAD, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read balances");
    for (size_t row = 0; row < db_rows(result); row++)
        parts[db_int4(result, row, 0) - 1] = (struct balance_parts){
            .account_id = db_id(result, row, 1),
            .balance = read_money(result, row, 2, 3),
            .placed_minor = db_int8(result, row, 4),
            .charged_minor = db_int8(result, row, 5),
            .paid_minor = db_int8(result, row, 6),
            .credited_minor = db_int8(result, row, 7),
            .interest_minor = db_int8(result, row, 8),
        };
    return STATUS_OK;
}

static const enum db_type POSTING_TYPES[] = {
    DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_INT4, DB_INT2, DB_INT2,  DB_TEXT, DB_INT8, DB_INT8, DB_INT4, DB_TEXT,
    DB_UUID, DB_INT8, DB_INT8, DB_UUID, DB_TEXT, DB_INT8, DB_BYTEA, DB_INT8, DB_INT8, DB_INT8, DB_INT2, DB_INT8,
};

/* A date in PostgreSQL's binary format is days since 2000-01-01. */
#define POSTGRES_EPOCH_DAYS 10957

static void push_provenance(struct db_array *const *column, const struct provenance *provenance)
{
    if (id_is_none(&provenance->placement_id)) {
        for (size_t i = 0; i < 4; i++)
            db_array_null(column[i]);
        return;
    }
    db_array_id(column[0], &provenance->placement_id);
    db_array_text(column[1], provenance->file_name);
    db_array_int8(column[2], provenance->line);
    db_array_bytes(column[3], provenance->record_hash_len > 0 ? provenance->record_hash : NULL,
                   provenance->record_hash_len);
}

/* Nothing is no number: most rows have none. */
static void push_charges(struct db_array *const *column, const struct charges *charges)
{
    for (size_t i = 0; i < CHARGES; i++) {
        if (charges->minor[i] == 0)
            db_array_null(column[i]);
        else
            db_array_int8(column[i], charges->minor[i]);
    }
}

static void push_posting(struct db_columns *columns, const struct posting *posting, int32_t agency_id)
{
    struct db_array *const *column = columns->column;
    const struct posting_draft *draft = &posting->draft;

    db_columns_push_key(columns, &draft->posting_id);
    db_array_id(column[2], &posting->account_id);
    db_array_int4(column[3], agency_id);
    db_array_int4(column[4], posting->number);
    db_array_int2(column[5], (int16_t)draft->kind);
    db_array_int2(column[6], (int16_t)posting->entries[POSTING_AGAINST].ledger_account);
    db_array_text(column[7], draft->change.currency);
    db_array_int8(column[8], draft->change.minor);
    db_array_int8(column[9], posting->balance_minor);
    db_array_int4(column[10], draft->effective_on_days - POSTGRES_EPOCH_DAYS);
    db_array_text(column[11], draft->reference);
    db_array_id(column[12], &draft->reverses);
    db_array_int8(column[13], draft->cause_seq);
    db_array_int8(column[14], draft->posted_at.us);
    push_provenance(&column[15], &draft->provenance);
    push_charges(&column[19], &draft->charges);
    if (draft->paid_to == PAID_TO_NOBODY)
        db_array_null(column[22]);
    else
        db_array_int2(column[22], (int16_t)draft->paid_to);
    db_array_int8(column[23], draft->fee_minor);
}

static const enum db_type NEW_ACCOUNT_TYPES[] = {DB_INT2, DB_UUID, DB_INT4, DB_UUID, DB_TEXT, DB_INT8,
                                                 DB_INT4, DB_BOOL, DB_UUID, DB_INT4, DB_TEXT, DB_INT4,
                                                 DB_INT8, DB_UUID, DB_INT8, DB_BOOL};

static const struct id *open_promise_id(const struct account *account)
{
    return account->open_promise ? &account->open_promise->promise_id : NULL;
}

/* NULL, which takes no room, where a dispute holds nothing. */
static void push_held(struct db_array *const *column, const struct account *account)
{
    if (account->held_minor != 0)
        db_array_int8(column[0], account->held_minor);
    else
        db_array_null(column[0]);
    if (account->is_held)
        db_array_bool(column[1], true);
    else
        db_array_null(column[1]);
}

static void push_new_account(struct db_columns *columns, const struct book_account *row)
{
    struct db_array *const *column = columns->column;
    const struct account *account = &row->account;

    db_columns_push_key(columns, &account->account_id);
    db_array_int4(column[2], account->agency_id);
    db_array_id(column[3], &account->debtor_id);
    db_array_text(column[4], account->balance.currency);
    db_array_int8(column[5], account->balance.minor);
    db_array_int4(column[6], account->n_postings);
    db_array_bool(column[7], account->is_recalled);
    db_array_id(column[8], open_promise_id(account));
    db_array_int4(column[9], row->version + 1);
    db_array_text(column[10], account->client);
    db_array_int4(column[11], account->age_days);
    db_array_int8(column[12], account->placed_minor);
    db_array_id(column[13], &account->dispute_id);
    push_held(&column[14], account);
}

static const enum db_type ACCOUNT_TYPES[] = {DB_INT2, DB_UUID, DB_INT8, DB_INT4, DB_BOOL, DB_UUID, DB_INT4, DB_INT8,
                                             DB_INT8, DB_INT8, DB_UUID, DB_UUID, DB_UUID, DB_INT8, DB_BOOL};

static void push_account(struct db_columns *columns, const struct book_account *row)
{
    struct db_array *const *column = columns->column;
    const struct account *account = &row->account;

    db_columns_push_key(columns, &account->account_id);
    db_array_int8(column[2], account->balance.minor);
    db_array_int4(column[3], account->n_postings);
    db_array_bool(column[4], account->is_recalled);
    db_array_id(column[5], open_promise_id(account));
    db_array_int4(column[6], row->version + 1);
    push_charges(&column[7], &account->owed);
    db_array_id(column[10], &account->dispute_id);
    db_array_id(column[11], &account->plan_id);
    db_array_id(column[12], &account->proposed_plan_id);
    push_held(&column[13], account);
}

static const enum db_type PROMISE_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_UUID, DB_INT4, DB_INT2, DB_TEXT, DB_INT8,
                                             DB_INT8, DB_INT4, DB_INT8, DB_INT4, DB_INT8, DB_TEXT, DB_INT2, DB_INT8};

static void push_promise(struct db_columns *columns, const struct promise *promise)
{
    struct db_array *const *column = columns->column;

    db_columns_push_key(columns, &promise->promise_id);
    db_array_id(column[2], &promise->account_id);
    db_array_id(column[3], &promise->debtor_id);
    db_array_int4(column[4], promise->agency_id);
    db_array_int2(column[5], (int16_t)promise->state);
    db_array_text(column[6], promise->amount.currency);
    db_array_int8(column[7], promise->amount.minor);
    db_array_int8(column[8], promise->paid_minor);
    db_array_int4(column[9], promise->due_on_days);
    db_array_int8(column[10], promise->breaks_at.us);
    db_array_int4(column[11], promise->made_after);
    db_array_int8(column[12], promise->made_at.us);
    db_array_text(column[13], promise->reason);
    if (promise->tolerance.kind == TOLERANCE_NONE) {
        db_array_null(column[14]);
        db_array_null(column[15]);
        return;
    }
    db_array_int2(column[14], (int16_t)promise->tolerance.kind);
    db_array_int8(column[15], promise->tolerance.value);
}

static const enum db_type SUSPENSE_TYPES[] = {DB_INT2, DB_UUID, DB_INT4, DB_INT2, DB_INT2, DB_TEXT, DB_INT8, DB_TEXT,
                                              DB_UUID, DB_TEXT, DB_TEXT, DB_INT4, DB_TEXT, DB_INT8, DB_UUID};

static void push_suspense(struct db_columns *columns, const struct suspense *item)
{
    struct db_array *const *column = columns->column;

    db_columns_push_key(columns, &item->item_id);
    db_array_int4(column[2], item->agency_id);
    db_array_int2(column[3], (int16_t)item->state);
    db_array_int2(column[4], (int16_t)item->source);
    db_array_text(column[5], item->amount.currency);
    db_array_int8(column[6], item->amount.minor);
    db_array_text(column[7], item->client);
    db_array_id(column[8], &item->account_id);
    db_array_text(column[9], item->payer);
    db_array_text(column[10], item->reference);
    db_array_int4(column[11], item->received_on_days);
    db_array_text(column[12], item->reason);
    db_array_int8(column[13], item->held_at.us);
    db_array_id(column[14], &item->assigned_id);
}

static const enum db_type TRUST_TYPES[] = {DB_INT2, DB_INT4, DB_TEXT, DB_TEXT, DB_INT2, DB_UUID, DB_INT4, DB_UUID,
                                           DB_INT4, DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT4};

static void push_trust(struct db_columns *columns, const struct trust_entry *entry, int32_t place)
{
    struct db_array *const *column = columns->column;
    const struct id *subject = id_is_none(&entry->account_id) ? &entry->item_id : &entry->account_id;

    db_array_int2(column[0], (int16_t)id_partition(subject));
    db_array_int4(column[1], entry->agency_id);
    db_array_text(column[2], entry->client);
    db_array_text(column[3], entry->currency);
    db_array_int2(column[4], (int16_t)entry->kind);
    db_array_id(column[5], &entry->account_id);
    db_array_int4(column[6], entry->posting_number);
    db_array_id(column[7], &entry->item_id);
    db_array_int4(column[8], entry->effective_on_days);
    db_array_int8(column[9], entry->posted_at.us);
    db_array_int8(column[10], entry->amounts.cash_minor);
    db_array_int8(column[11], entry->amounts.payable_minor);
    db_array_int8(column[12], entry->amounts.earned_minor);
    db_array_int8(column[13], entry->amounts.suspense_minor);
    db_array_int8(column[14], entry->amounts.transit_minor);
    db_array_int4(column[15], place);
}

enum write {
    WRITE_NEW_ACCOUNTS,
    WRITE_ACCOUNTS,
    WRITE_PROMISES,
    WRITE_NEW_POSTINGS,
    WRITE_SUSPENSE,
    WRITE_TRUST,
    WRITE_PLANS,
    WRITE_INSTALMENTS,
    WRITE_STOPS,
    WRITES_END,
};

static const struct db_write WRITES[WRITES_END] = {
    [WRITE_NEW_ACCOUNTS] = {&PAYMENT_ACCOUNT_COPY, NEW_ACCOUNT_TYPES, ARRAY_SIZE(NEW_ACCOUNT_TYPES), .is_copy = true},
    [WRITE_ACCOUNTS] = {&PAYMENT_ACCOUNT_UPDATE, ACCOUNT_TYPES, ARRAY_SIZE(ACCOUNT_TYPES), .is_copy = false},
    [WRITE_PROMISES] = {&PAYMENT_PROMISE_SAVE, PROMISE_TYPES, ARRAY_SIZE(PROMISE_TYPES), .is_copy = false},
    [WRITE_NEW_POSTINGS] = {&PAYMENT_POSTING_COPY, POSTING_TYPES, ARRAY_SIZE(POSTING_TYPES), .is_copy = true},
    [WRITE_SUSPENSE] = {&PAYMENT_SUSPENSE_SAVE, SUSPENSE_TYPES, ARRAY_SIZE(SUSPENSE_TYPES), .is_copy = false},
    [WRITE_TRUST] = {&PAYMENT_TRUST_APPEND, TRUST_TYPES, ARRAY_SIZE(TRUST_TYPES), .is_copy = false},
    [WRITE_PLANS] = {&PAYMENT_PLAN_SAVE, PLAN_TYPES, PLAN_COLUMNS, .is_copy = false},
    [WRITE_INSTALMENTS] = {&PAYMENT_PLAN_INSTALMENT_SAVE, INSTALMENT_TYPES, INSTALMENT_COLUMNS, .is_copy = false},
    [WRITE_STOPS] = {&PAYMENT_STOPPED_SAVE, STOP_TYPES, STOP_COLUMNS, .is_copy = false},
};

static void collect_account(const struct book_account *row, struct db_columns writes[static WRITES_END])
{
    if (!row->is_changed)
        return;
    if (row->version == 0)
        push_new_account(&writes[WRITE_NEW_ACCOUNTS], row);
    else
        push_account(&writes[WRITE_ACCOUNTS], row);
}

static gint compare_postings(gconstpointer a, gconstpointer b)
{
    const struct posting *x = &(*(const struct book_posting *const *)a)->posting;
    const struct posting *y = &(*(const struct book_posting *const *)b)->posting;
    const int order = id_compare(&x->account_id, &y->account_id);
    return order != 0 ? order : x->number < y->number ? -1 : x->number > y->number;
}

static void collect_changes(struct book *book, struct db_columns writes[static WRITES_END])
{
    g_autoptr(GPtrArray) accounts = id_table_sorted(book->accounts);
    GHashTableIter iter;
    gpointer row;

    for (guint i = 0; i < accounts->len; i++)
        collect_account(g_ptr_array_index(accounts, i), writes);
    g_ptr_array_sort(book->new_postings, compare_postings);
    g_hash_table_iter_init(&iter, book->promises);
    while (g_hash_table_iter_next(&iter, NULL, &row))
        if (((const struct book_promise *)row)->is_changed)
            push_promise(&writes[WRITE_PROMISES], &((const struct book_promise *)row)->promise);
    for (guint i = 0; i < book->new_postings->len; i++) {
        const struct posting *posting = &((const struct book_posting *)book->new_postings->pdata[i])->posting;
        push_posting(&writes[WRITE_NEW_POSTINGS], posting, book_account(book, &posting->account_id)->agency_id);
    }
    g_hash_table_iter_init(&iter, book->suspense);
    while (g_hash_table_iter_next(&iter, NULL, &row))
        if (((const struct book_suspense *)row)->is_changed)
            push_suspense(&writes[WRITE_SUSPENSE], &((const struct book_suspense *)row)->item);
    plan_store_collect(book, &writes[WRITE_PLANS], &writes[WRITE_INSTALMENTS]);
    stop_store_collect(book, &writes[WRITE_STOPS]);
    for (guint i = 0; i < book->trust->len; i++)
        push_trust(&writes[WRITE_TRUST], &g_array_index(book->trust, struct trust_entry, i), (int32_t)i);
}

enum status payment_store_save(struct db *db, struct book *book, struct error *err)
{
    struct db_columns writes[WRITES_END];

    db_writes_init(writes, WRITES, WRITES_END);
    collect_changes(book, writes);
    enum status st = db_writes_run_all(db, WRITES, writes, WRITES_END, err);
    db_writes_fini(writes, WRITES_END);
    if (st == STATUS_OK)
        st = charge_store_save(db, book->charges, err);
    if (st == STATUS_OK)
        st = debit_store_save(db, book->debits, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "save accounts");
}
