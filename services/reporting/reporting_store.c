#include "reporting_store.h"

#include <inttypes.h>
#include <string.h>

#include "db/db_columns.h"
#include "id/id_table.h"
#include "reporting_sql.h"
#include "reporting_words.h"

static void free_account(gpointer account)
{
    account_free(account);
}

static void clear_timeline_row(gpointer row)
{
    g_free(((struct timeline_row *)row)->seqs);
}

struct working_set *working_set_new(void)
{
    struct working_set *set = g_new0(struct working_set, 1);
    set->accounts = id_table_new(free_account);
    set->timeline = g_array_new(FALSE, TRUE, sizeof(struct timeline_row));
    g_array_set_clear_func(set->timeline, clear_timeline_row);
    set->tally = tally_new();
    return set;
}

void working_set_free(struct working_set *set)
{
    if (!set)
        return;
    g_hash_table_destroy(set->accounts);
    g_array_free(set->timeline, TRUE);
    tally_free(set->tally);
    g_free(set);
}

void working_set_freep(struct working_set **set)
{
    working_set_free(*set);
    *set = NULL;
}

void working_set_want(struct working_set *set, const struct id *account_id)
{
    if (!id_is_none(account_id) && !g_hash_table_contains(set->accounts, account_id))
        (void)id_table_put(set->accounts, account_id, NULL);
}

struct account *working_set_account(const struct working_set *set, const struct id *account_id)
{
    return g_hash_table_lookup(set->accounts, account_id);
}

void working_set_touch(struct working_set *set, struct account *account)
{
    if (account->is_touched)
        return;
    account->is_touched = true;
    account_contribute(account, -1, set->tally);
}

struct account *working_set_add_account(struct working_set *set, const struct id *account_id)
{
    struct account *account = account_new(account_id);
    account->is_new = true;
    account->is_touched = true;
    (void)id_table_put(set->accounts, account_id, account);
    return account;
}

void working_set_note(struct working_set *set, const struct id *subject_id, int64_t seq, int32_t agency_id)
{
    struct account *account = working_set_account(set, subject_id);
    char *seqs = account ? account_note_event(account, seq) : g_strdup_printf("%" PRId64, seq);
    const struct timeline_row row = {.subject_id = *subject_id, .agency_id = agency_id, .seqs = seqs};
    if (seqs)
        g_array_append_val(set->timeline, row);
}

/* In the order of their columns. */
static const enum stage STAGES_STORED[STAGE_END] = {STAGE_PLACED,  STAGE_CLASSIFIED, STAGE_PLANNED,  STAGE_PERMITTED,
                                                    STAGE_REACHED, STAGE_PROMISED,   STAGE_DISPUTED, STAGE_PAID};

static void push_place(const struct db_columns *columns, const struct place *place)
{
    db_array_int2(columns->column[0], (int16_t)place->partition);
    db_array_int4(columns->column[1], place->agency_id);
}

/* What may be NULL: 0 in memory. */
static int64_t read_number(const struct db_result *rows, size_t row, int column)
{
    return db_is_null(rows, row, column) ? 0 : db_int8(rows, row, column);
}

static void take_milestones(struct account *account, const struct db_result *rows, size_t row)
{
    int column = 13;
    for (size_t i = 0; i < ARRAY_SIZE(STAGES_STORED); i++)
        account->at_us[STAGES_STORED[i]] = read_number(rows, row, column++);
    account->settled_at_us = read_number(rows, row, column++);
    account->resolved_at_us = read_number(rows, row, column++);
    account->closed_at_us = read_number(rows, row, column++);
    account->promise_minor = read_number(rows, row, column++);
    account->promise_made_at_us = read_number(rows, row, column++);
    account->placed_recorded_us = db_int8(rows, row, column++);
    account->classified_recorded_us = read_number(rows, row, column);
}

static void take_timeline(struct account *account, const char *seqs)
{
    g_string_assign(account->timeline, seqs);
    for (const char *c = seqs; *c; c++)
        account->timeline_events += *c == ' ';
    account->timeline_events += seqs[0] != '\0';
}

/* A row of account_select. */
static struct account *read_account(const struct db_result *rows, size_t row)
{
    const struct id account_id = db_id(rows, row, 0);
    struct account *account = account_new(&account_id);
    account->debtor_id = db_id(rows, row, 1);
    account->agency_id = db_int4(rows, row, 2);
    text_copy(account->client, sizeof(account->client), db_text(rows, row, 3));
    text_copy(account->currency, sizeof(account->currency), db_text(rows, row, 4));
    text_copy(account->class_code, sizeof(account->class_code), db_text(rows, row, 5));
    account->placed_minor = db_int8(rows, row, 6);
    account->balance_minor = db_int8(rows, row, 7);
    account->opened_on_days = db_int4(rows, row, 8);
    account->due_on_days = db_int4(rows, row, 9);
    account->is_recalled = db_bool(rows, row, 10);
    account->is_upheld = db_bool(rows, row, 11);
    account->is_disputed = db_bool(rows, row, 12);
    take_milestones(account, rows, row);
    take_timeline(account, db_text(rows, row, 28));
    account_open(account);
    return account;
}

static void take_movements(const struct working_set *set, const struct db_result *rows)
{
    for (size_t row = 0; row < db_rows(rows); row++) {
        const struct id account_id = db_id(rows, row, 0);
        account_add_movement(working_set_account(set, &account_id), db_int4(rows, row, 1), db_int8(rows, row, 2));
    }
    GHashTableIter iter;
    gpointer account = NULL;
    g_hash_table_iter_init(&iter, set->accounts);
    while (g_hash_table_iter_next(&iter, NULL, &account))
        if (account)
            account_keep_movements(account);
}

enum status working_set_load(struct working_set *set, struct db *db, struct error *err)
{
    if (g_hash_table_size(set->accounts) == 0)
        return STATUS_OK;
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    struct db_call calls[2];
    db_columns_add_keys(&keys);
    db_columns_push_id_set(&keys, set->accounts);
    db_columns_bind(&keys, &REPORTING_ACCOUNT_SELECT, &calls[0]);
    db_columns_bind(&keys, &REPORTING_MOVEMENT_SELECT, &calls[1]);
    const enum status st = db_exec_pipeline(db, calls, ARRAY_SIZE(calls), err);
    if (st == STATUS_OK) {
        for (size_t row = 0; row < db_rows(calls[0].result); row++) {
            struct account *account = read_account(calls[0].result, row);
            (void)id_table_put(set->accounts, &account->account_id, account);
        }
        take_movements(set, calls[1].result);
    }
    db_calls_clear(calls, ARRAY_SIZE(calls));
    return st;
}

/* The statements of one save, in the order in which they run. */
enum save {
    SAVE_NEW_ACCOUNTS,
    SAVE_ACCOUNTS,
    SAVE_MOVEMENTS,
    SAVE_TIMELINE,
    SAVE_COUNTERS,
    SAVE_HISTOGRAMS,
    SAVE_AGING,
    SAVE_PROGRESS,
    SAVE_END,
};

/* The columns that may change, from class to timeline, as both statements have them last. */
#define CHANGING_TYPES                                                                                                 \
    DB_TEXT, DB_INT8, DB_INT4, DB_BOOL, DB_BOOL, DB_BOOL, DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT8,        \
        DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_TEXT
static const enum db_type NEW_ACCOUNT_TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_TEXT,       DB_TEXT,
                                                 DB_INT8, DB_INT4, DB_INT8, DB_INT8, CHANGING_TYPES};
static const enum db_type ACCOUNT_TYPES[] = {DB_INT2, DB_UUID, CHANGING_TYPES};
static const enum db_type MOVEMENT_TYPES[] = {DB_INT2, DB_UUID, DB_INT4, DB_INT4, DB_INT8};
static const enum db_type TIMELINE_TYPES[] = {DB_INT2, DB_UUID, DB_INT8, DB_INT4, DB_TEXT};
static const enum db_type COUNTER_TYPES[] = {DB_INT2, DB_INT4, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT8, DB_INT8, DB_TEXT};
static const enum db_type HISTOGRAM_TYPES[] = {DB_INT2, DB_INT4, DB_TEXT, DB_INT8, DB_INT8, DB_INT8};
static const enum db_type AGING_TYPES[] = {DB_INT2, DB_INT4, DB_TEXT, DB_INT4, DB_INT4, DB_INT8, DB_INT8};
static const enum db_type PROGRESS_TYPES[] = {DB_INT2, DB_INT4, DB_INT8, DB_INT8, DB_INT8};

static const struct db_write SAVES[SAVE_END] = {
    [SAVE_NEW_ACCOUNTS] = {&REPORTING_ACCOUNT_COPY, NEW_ACCOUNT_TYPES, ARRAY_SIZE(NEW_ACCOUNT_TYPES), .is_copy = true},
    [SAVE_ACCOUNTS] = {&REPORTING_ACCOUNT_UPDATE, ACCOUNT_TYPES, ARRAY_SIZE(ACCOUNT_TYPES), .is_copy = false},
    [SAVE_MOVEMENTS] = {&REPORTING_MOVEMENT_UPSERT, MOVEMENT_TYPES, ARRAY_SIZE(MOVEMENT_TYPES), .is_copy = false},
    [SAVE_TIMELINE] = {&REPORTING_TIMELINE_INSERT, TIMELINE_TYPES, ARRAY_SIZE(TIMELINE_TYPES), .is_copy = false},
    [SAVE_COUNTERS] = {&REPORTING_COUNTER_ADD, COUNTER_TYPES, ARRAY_SIZE(COUNTER_TYPES), .is_copy = false},
    [SAVE_HISTOGRAMS] = {&REPORTING_HISTOGRAM_ADD, HISTOGRAM_TYPES, ARRAY_SIZE(HISTOGRAM_TYPES), .is_copy = false},
    [SAVE_AGING] = {&REPORTING_AGING_ADD, AGING_TYPES, ARRAY_SIZE(AGING_TYPES), .is_copy = false},
    [SAVE_PROGRESS] = {&REPORTING_PROGRESS_ADD, PROGRESS_TYPES, ARRAY_SIZE(PROGRESS_TYPES), .is_copy = false},
};

static void push_number(struct db_array *column, int64_t number)
{
    if (number == 0)
        db_array_null(column);
    else
        db_array_int8(column, number);
}

/* CHANGING_TYPES, from column `c` on. */
static void push_changing(const struct account *account, struct db_array *const *c)
{
    db_array_text(*c++, account->class_code);
    db_array_int8(*c++, account->balance_minor);
    db_array_int4(*c++, account->due_on_days);
    db_array_bool(*c++, account->is_recalled);
    db_array_bool(*c++, account->is_upheld);
    db_array_bool(*c++, account->is_disputed);
    for (size_t i = 1; i < ARRAY_SIZE(STAGES_STORED); i++) /* but when it was placed */
        push_number(*c++, account->at_us[STAGES_STORED[i]]);
    push_number(*c++, account->settled_at_us);
    push_number(*c++, account->resolved_at_us);
    push_number(*c++, account->closed_at_us);
    push_number(*c++, account->promise_minor);
    push_number(*c++, account->promise_made_at_us);
    push_number(*c++, account->classified_recorded_us);
    db_array_text(*c, account->timeline->str);
}

static void push_new_account(const struct db_columns *columns, const struct account *account)
{
    struct db_array *const *c = &columns->column[2];
    db_columns_push_key(columns, &account->account_id);
    db_array_id(*c++, &account->debtor_id);
    db_array_int4(*c++, account->agency_id);
    db_array_text(*c++, account->client);
    db_array_text(*c++, account->currency);
    db_array_int8(*c++, account->placed_minor);
    db_array_int4(*c++, account->opened_on_days);
    db_array_int8(*c++, account->at_us[STAGE_PLACED]);
    db_array_int8(*c++, account->placed_recorded_us);
    push_changing(account, c);
}

static void push_account(const struct db_columns *columns, const struct account *account)
{
    db_columns_push_key(columns, &account->account_id);
    push_changing(account, &columns->column[2]);
}

/* The placement's own movement is the account's row. */
static void push_movements(const struct db_columns *columns, const struct account *account)
{
    struct db_array *const *c = columns->column;
    for (guint i = 0; i < account->movements->len; i++) {
        const struct movement *movement = &g_array_index(account->movements, struct movement, i);
        const bool is_opening = movement->effective_on_days == account->opened_on_days;
        const int64_t change_minor = movement->change_minor - (is_opening ? account->placed_minor : 0);
        if (!movement->is_changed || (account->is_new && is_opening && change_minor == 0))
            continue;
        db_columns_push_key(columns, &account->account_id);
        db_array_int4(c[2], movement->effective_on_days);
        db_array_int4(c[3], account->agency_id);
        db_array_int8(c[4], change_minor);
    }
}

static void push_accounts(struct working_set *set, const struct db_columns *columns)
{
    g_autoptr(GPtrArray) accounts = id_table_sorted(set->accounts);
    for (guint i = 0; i < accounts->len; i++) {
        const struct account *account = g_ptr_array_index(accounts, i);
        if (!account->is_touched && !account->is_noted)
            continue;
        if (account->is_touched)
            account_contribute(account, 1, set->tally);
        if (account->is_new)
            push_new_account(&columns[SAVE_NEW_ACCOUNTS], account);
        else
            push_account(&columns[SAVE_ACCOUNTS], account);
        push_movements(&columns[SAVE_MOVEMENTS], account);
    }
}

static void push_timeline(const struct working_set *set, const struct db_columns *columns)
{
    for (guint i = 0; i < set->timeline->len; i++) {
        const struct timeline_row *row = &g_array_index(set->timeline, struct timeline_row, i);
        db_columns_push_key(columns, &row->subject_id);
        db_array_int8(columns->column[2], g_ascii_strtoll(row->seqs, NULL, 10));
        db_array_int4(columns->column[3], row->agency_id);
        db_array_text(columns->column[4], row->seqs);
    }
}

static void push_counter(const struct counter *counter, const struct db_columns *columns)
{
    if (counter->n == 0 && counter->amount_minor == 0)
        return;
    push_place(columns, &counter->place);
    db_array_text(columns->column[2], measure_name(counter->measure));
    db_array_text(columns->column[3], counter->key);
    db_array_text(columns->column[4], counter->currency);
    db_array_int8(columns->column[5], counter->n);
    db_array_int8(columns->column[6], counter->amount_minor);
    db_array_text(columns->column[7], counter->label);
}

static void push_bar(const struct span_bar *bar, const struct db_columns *columns)
{
    if (bar->bar.n == 0)
        return;
    push_place(columns, &bar->place);
    db_array_text(columns->column[2], SPANS[bar->span].name);
    db_array_int8(columns->column[3], bar->bar.bucket);
    db_array_int8(columns->column[4], bar->bar.n);
    db_array_int8(columns->column[5], bar->bar.max);
}

static void push_cell(const struct aging_cell *cell, const struct db_columns *columns)
{
    if (cell->accounts == 0 && cell->balance_minor == 0)
        return;
    push_place(columns, &cell->place);
    db_array_text(columns->column[2], cell->currency);
    db_array_int4(columns->column[3], cell->due_on_days);
    db_array_int4(columns->column[4], cell->effective_on_days);
    db_array_int8(columns->column[5], cell->accounts);
    db_array_int8(columns->column[6], cell->balance_minor);
}

static void push_progress(const struct progress *progress, const struct db_columns *columns)
{
    push_place(columns, &progress->place);
    db_array_int8(columns->column[2], progress->last_seq);
    db_array_int8(columns->column[3], progress->as_of_us);
    db_array_int8(columns->column[4], progress->events);
}

static void push_tally(const struct tally *tally, const struct db_columns *columns)
{
    GHashTableIter iter;
    gpointer cell = NULL;
    g_hash_table_iter_init(&iter, tally->counters);
    while (g_hash_table_iter_next(&iter, &cell, NULL))
        push_counter(cell, &columns[SAVE_COUNTERS]);
    g_hash_table_iter_init(&iter, tally->bars);
    while (g_hash_table_iter_next(&iter, &cell, NULL))
        push_bar(cell, &columns[SAVE_HISTOGRAMS]);
    g_hash_table_iter_init(&iter, tally->cells);
    while (g_hash_table_iter_next(&iter, &cell, NULL))
        push_cell(cell, &columns[SAVE_AGING]);
    g_hash_table_iter_init(&iter, tally->progress);
    while (g_hash_table_iter_next(&iter, &cell, NULL))
        push_progress(cell, &columns[SAVE_PROGRESS]);
}

enum status working_set_save(struct working_set *set, struct db *db, struct error *err)
{
    struct db_columns columns[SAVE_END];
    db_writes_init(columns, SAVES, SAVE_END);
    push_accounts(set, columns);
    push_timeline(set, &columns[SAVE_TIMELINE]);
    push_tally(set->tally, columns);
    const enum status st = db_writes_run(db, SAVES, columns, SAVE_END, err);
    db_writes_fini(columns, SAVE_END);
    return st;
}

/* Columns and kinds of figures_select. */
enum {
    WHAT,
    NAME,
    KEY,
    CURRENCY,
    NUMBER,
    N,
    AMOUNT,
    LABEL,
};
enum {
    WHAT_COUNTER = 1,
    WHAT_HISTOGRAM,
    WHAT_AGING,
    WHAT_PROGRESS,
    WHAT_REBUILDING,
};

static void take_counter(struct figures *figures, const struct db_result *rows, size_t row)
{
    struct figure figure = {.n = db_int8(rows, row, N), .amount_minor = db_int8(rows, row, AMOUNT)};
    if (!measure_find(db_text(rows, row, NAME), &figure.measure))
        return;
    text_copy(figure.key, sizeof(figure.key), db_text(rows, row, KEY));
    text_copy(figure.currency, sizeof(figure.currency), db_text(rows, row, CURRENCY));
    text_copy(figure.label, sizeof(figure.label), db_text(rows, row, LABEL));
    g_array_append_val(figures->counters, figure);
}

static void take_bar(struct figures *figures, const struct db_result *rows, size_t row)
{
    enum span span;
    const struct bar bar = {
        .bucket = db_int8(rows, row, NUMBER), .n = db_int8(rows, row, N), .max = db_int8(rows, row, AMOUNT)};
    if (span_find(db_text(rows, row, NAME), &span))
        g_array_append_val(figures->spans[span], bar);
}

static void take_aging(struct figures *figures, const struct db_result *rows, size_t row)
{
    struct aging_row aging = {.due_on_days = (int32_t)db_int8(rows, row, NUMBER),
                              .accounts = db_int8(rows, row, N),
                              .balance_minor = db_int8(rows, row, AMOUNT)};
    text_copy(aging.currency, sizeof(aging.currency), db_text(rows, row, CURRENCY));
    g_array_append_val(figures->aging, aging);
}

static void take_figure(struct figures *figures, const struct db_result *rows, size_t row)
{
    switch (db_int2(rows, row, WHAT)) {
    case WHAT_COUNTER:
        take_counter(figures, rows, row);
        break;
    case WHAT_HISTOGRAM:
        take_bar(figures, rows, row);
        break;
    case WHAT_AGING:
        take_aging(figures, rows, row);
        break;
    case WHAT_PROGRESS:
        figures->as_of_us = db_int8(rows, row, NUMBER);
        figures->events = db_int8(rows, row, N);
        break;
    case WHAT_REBUILDING:
        figures->is_rebuilding = db_int8(rows, row, N) > 0;
        break;
    default:
        break;
    }
}

enum status store_read_figures(struct db *db, int32_t agency_id, int32_t as_of_days, struct figures **ret_figures,
                               struct error *err)
{
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    SCOPED(db_array_freep) struct db_array *partitions = db_array_new(DB_INT2);
    struct db_args args = {0};
    for (int16_t partition = 0; partition < PARTITION_COUNT; partition++)
        db_array_int2(partitions, partition);
    db_arg_int4(&args, agency_id);
    db_arg_int4(&args, as_of_days);
    db_arg_array(&args, partitions);
    const enum status st = db_exec(db, &REPORTING_FIGURES_SELECT, &args, &rows, err);
    if (st != STATUS_OK)
        return st;
    struct figures *figures = figures_new();
    for (size_t row = 0; row < db_rows(rows); row++)
        take_figure(figures, rows, row);
    *ret_figures = figures;
    return STATUS_OK;
}

enum status store_read_account(struct db *db, const struct id *account_id, struct account **ret_account,
                               struct error *err)
{
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    SCOPED(db_columns_fini) struct db_columns keys = {0};
    db_columns_add_keys(&keys);
    db_columns_push_key(&keys, account_id);
    const enum status st = db_columns_exec(db, &REPORTING_ACCOUNT_SELECT, &keys, &rows, err);
    if (st != STATUS_OK)
        return st;
    char text[ID_TEXT_SIZE];
    if (db_rows(rows) == 0)
        return error_set(err, STATUS_NOT_FOUND, "no account %s is known to reporting", id_format(account_id, text));
    *ret_account = read_account(rows, 0);
    return STATUS_OK;
}

static void append_seqs(GArray *seqs, const char *text)
{
    for (char *end = NULL; *text; text = end) {
        const int64_t seq = g_ascii_strtoll(text, &end, 10);
        g_array_append_val(seqs, seq);
    }
}

static gint compare_seqs(gconstpointer a, gconstpointer b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

enum status store_read_timeline(struct db *db, const struct account *account, int32_t limit, GArray **ret_seqs,
                                struct error *err)
{
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    struct db_args args = {0};
    db_arg_int2(&args, (int16_t)id_partition(&account->account_id));
    db_arg_id(&args, &account->account_id);
    db_arg_id(&args, &account->debtor_id);
    db_arg_int4(&args, limit);
    const enum status st = db_exec(db, &REPORTING_TIMELINE_SELECT, &args, &rows, err);
    if (st != STATUS_OK)
        return st;
    GArray *seqs = g_array_new(FALSE, FALSE, sizeof(int64_t));
    append_seqs(seqs, account->timeline->str);
    for (size_t row = 0; row < db_rows(rows); row++)
        append_seqs(seqs, db_text(rows, row, 0));
    g_array_sort(seqs, compare_seqs);
    if (seqs->len > (guint)limit)
        g_array_remove_range(seqs, 0, seqs->len - (guint)limit);
    *ret_seqs = seqs;
    return STATUS_OK;
}

enum status store_delete_models(struct db *db, const uint16_t *partitions, size_t n, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *array = db_array_new(DB_INT2);
    struct db_args args = {0};
    for (size_t i = 0; i < n; i++)
        db_array_int2(array, (int16_t)partitions[i]);
    db_arg_array(&args, array);
    return db_exec(db, &REPORTING_MODELS_DELETE, &args, NULL, err);
}
