#include "remittance_store.h"

#include "db/db_columns.h"
#include "payment_sql.h"

static struct db_array *const *add_columns(struct db_columns *columns, const enum db_type *types, size_t n)
{
    db_columns_add_all(columns, types, n);
    return columns->column;
}

static const enum db_type WANT_TYPES[] = {DB_INT2, DB_INT4, DB_TEXT, DB_TEXT, DB_UUID, DB_INT4};

static void push_wants(struct db_columns *columns, const struct remittance_want *wants, size_t n)
{
    struct db_array *const *column = add_columns(columns, WANT_TYPES, ARRAY_SIZE(WANT_TYPES));

    for (size_t i = 0; i < n; i++) {
        const struct remittance_subject *subject = &wants[i].part.subject;
        db_array_int2(column[0], (int16_t)subject->partition);
        db_array_int4(column[1], subject->agency_id);
        db_array_text(column[2], subject->client);
        db_array_text(column[3], subject->currency);
        db_array_id(column[4], &wants[i].part.part_id);
        db_array_int4(column[5], (int32_t)i);
    }
}

/* n_lines to payable_minor, from column `at` on. */
static struct remittance_figures read_figures(const struct db_result *result, size_t row, int at)
{
    return (struct remittance_figures){
        .n_lines = db_int8(result, row, at),
        .collected_minor = db_int8(result, row, at + 1),
        .reversed_minor = db_int8(result, row, at + 2),
        .collected_elsewhere_minor = db_int8(result, row, at + 3),
        .reversed_elsewhere_minor = db_int8(result, row, at + 4),
        .fees_minor = db_int8(result, row, at + 5),
        .payable_minor = db_int8(result, row, at + 6),
    };
}

/* The same with remitted_minor and invoiced_minor. */
static struct remittance_figures read_settled(const struct db_result *result, size_t row, int at)
{
    struct remittance_figures figures = read_figures(result, row, at);

    figures.remitted_minor = db_int8(result, row, at + 7);
    figures.invoiced_minor = db_int8(result, row, at + 8);
    return figures;
}

static void read_known(const struct db_result *result, size_t row, struct remittance_part *part)
{
    part->method = (enum agreement_method)db_int2(result, row, 2);
    part->first_entry = db_int8(result, row, 3);
    part->last_entry = db_int8(result, row, 4);
    part->figures = read_settled(result, row, 5);
    part->remitted_at.us = db_int8(result, row, 14);
}

static struct remittance_head read_head(const struct db_result *result, size_t row)
{
    return (struct remittance_head){
        .n_entries = db_int8(result, row, 15),
        .payable_minor = db_int8(result, row, 16),
        .earned_minor = db_int8(result, row, 17),
        .n_parts = db_int4(result, row, 18),
        .last_entry = db_int8(result, row, 19),
        .since = read_figures(result, row, 20),
    };
}

enum status remittance_store_load(struct db *db, struct remittance_want *wants, size_t n, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    if (n == 0)
        return STATUS_OK;
    push_wants(&columns, wants, n);
    enum status st = db_columns_exec(db, &PAYMENT_REMITTANCE_LOAD, &columns, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "load what is to be remitted");
    for (size_t row = 0; row < db_rows(result); row++) {
        struct remittance_want *want = &wants[db_int4(result, row, 0)];
        want->is_known = !db_is_null(result, row, 1);
        if (want->is_known)
            read_known(result, row, &want->part);
        else
            want->head = read_head(result, row);
    }
    return STATUS_OK;
}

static const enum db_type PART_TYPES[] = {DB_INT2, DB_INT4, DB_TEXT, DB_TEXT, DB_INT4, DB_UUID, DB_TEXT, DB_INT2,
                                          DB_TEXT, DB_TEXT, DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT8,
                                          DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT8, DB_INT8};

static void push_part(struct db_array *const *column, const struct remittance_part *part)
{
    const struct remittance_figures *figures = &part->figures;

    db_array_int2(column[0], (int16_t)part->subject.partition);
    db_array_int4(column[1], part->subject.agency_id);
    db_array_text(column[2], part->subject.client);
    db_array_text(column[3], part->subject.currency);
    db_array_int4(column[4], part->number);
    db_array_id(column[5], &part->part_id);
    db_array_text(column[6], part->run_key);
    db_array_int2(column[7], (int16_t)part->method);
    db_array_text(column[8], part->payee);
    db_array_text(column[9], part->reference);
    db_array_int8(column[10], part->first_entry);
    db_array_int8(column[11], part->last_entry);
    db_array_int8(column[12], figures->n_lines);
    db_array_int8(column[13], figures->collected_minor);
    db_array_int8(column[14], figures->reversed_minor);
    db_array_int8(column[15], figures->collected_elsewhere_minor);
    db_array_int8(column[16], figures->reversed_elsewhere_minor);
    db_array_int8(column[17], figures->fees_minor);
    db_array_int8(column[18], figures->payable_minor);
    db_array_int8(column[19], figures->remitted_minor);
    db_array_int8(column[20], figures->invoiced_minor);
    db_array_int8(column[21], part->remitted_at.us);
}

enum status remittance_store_save(struct db *db, const GPtrArray *parts, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    struct db_array *const *column = add_columns(&columns, PART_TYPES, ARRAY_SIZE(PART_TYPES));

    for (guint i = 0; i < parts->len; i++)
        push_part(column, g_ptr_array_index(parts, i));
    enum status st = db_columns_copy(db, &PAYMENT_REMITTANCE_COPY, &columns, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "save remittances");
}

enum status remittance_store_open(struct db *db, int32_t agency_id, const char *client, const char *run_key,
                                  GArray **ret_rows, struct db_result **ret_result, struct error *err)
{
    struct db_args args = {0};
    struct db_result *result = NULL;

    db_arg_int4(&args, agency_id);
    db_arg_text(&args, client);
    db_arg_text(&args, run_key);
    enum status st = db_exec(db, &PAYMENT_REMITTANCE_PREVIEW, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "sum up what is to be remitted");
    *ret_result = result;
    *ret_rows = g_array_new(FALSE, FALSE, sizeof(struct remittance_open));
    for (size_t row = 0; row < db_rows(result); row++) {
        struct remittance_open open = {
            .client = db_text(result, row, 0),
            .figures = {.payable_minor = db_int8(result, row, 2), .fees_minor = db_int8(result, row, 3)},
            .n_parts = db_int4(result, row, 4),
        };
        g_strlcpy(open.currency, db_text(result, row, 1), sizeof(open.currency));
        g_array_append_val(*ret_rows, open);
    }
    return STATUS_OK;
}

static struct remittance_run read_run(const struct db_result *result, size_t row)
{
    struct remittance_run run = {
        .total = {.subject.client = db_text(result, row, 1),
                  .run_key = db_text(result, row, 0),
                  .method = (enum agreement_method)db_int2(result, row, 3),
                  .payee = db_text(result, row, 4),
                  .reference = db_text(result, row, 5),
                  .figures = read_settled(result, row, 7),
                  .remitted_at = {db_int8(result, row, 17)}},
        .n_parts = db_int4(result, row, 6),
        .begun_at = {db_int8(result, row, 16)},
    };

    g_strlcpy(run.total.subject.currency, db_text(result, row, 2), sizeof(run.total.subject.currency));
    return run;
}

enum status remittance_store_runs(struct db *db, int32_t agency_id, const char *client, const char *run_key,
                                  int32_t limit, GArray **ret_rows, struct db_result **ret_result, struct error *err)
{
    struct db_args args = {0};
    struct db_result *result = NULL;

    db_arg_int4(&args, agency_id);
    db_arg_text(&args, client);
    db_arg_text(&args, run_key);
    db_arg_int4(&args, limit);
    enum status st = db_exec(db, &PAYMENT_REMITTANCE_RUNS, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "list remittances");
    *ret_result = result;
    *ret_rows = g_array_new(FALSE, FALSE, sizeof(struct remittance_run));
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct remittance_run run = read_run(result, row);
        g_array_append_val(*ret_rows, run);
    }
    return STATUS_OK;
}

static struct remittance_line read_line(const struct db_result *result, size_t row)
{
    const bool is_of_file = !db_is_null(result, row, 12);

    return (struct remittance_line){
        .partition = (uint16_t)db_int2(result, row, 0),
        .entry = db_int8(result, row, 1),
        .account_id = db_id(result, row, 2),
        .posting_id = db_id(result, row, 3),
        .kind = (enum trust_kind)db_int2(result, row, 4),
        .paid_to = (enum paid_to)db_int2(result, row, 5),
        .effective_on_days = db_int4(result, row, 6),
        .posted_at = {db_int8(result, row, 7)},
        .change_minor = db_int8(result, row, 8),
        .fee_minor = db_int8(result, row, 9),
        .payable_minor = db_int8(result, row, 10),
        .reference = db_text(result, row, 11),
        .file_name = is_of_file ? db_text(result, row, 12) : "",
        .line = is_of_file ? db_int8(result, row, 13) : 0,
    };
}

enum status remittance_store_lines(struct db *db, const struct remittance_part *run, uint16_t after_partition,
                                   int64_t after_entry, int32_t limit, GArray **ret_rows, struct db_result **ret_result,
                                   struct error *err)
{
    struct db_args args = {0};
    struct db_result *result = NULL;

    db_arg_int4(&args, run->subject.agency_id);
    db_arg_text(&args, run->run_key);
    db_arg_text(&args, run->subject.client);
    db_arg_text(&args, run->subject.currency);
    db_arg_int2(&args, (int16_t)after_partition);
    db_arg_int8(&args, after_entry);
    db_arg_int4(&args, limit);
    enum status st = db_exec(db, &PAYMENT_REMITTANCE_LINES, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read the lines of a remittance");
    *ret_result = result;
    *ret_rows = g_array_new(FALSE, FALSE, sizeof(struct remittance_line));
    for (size_t row = 0; row < db_rows(result); row++) {
        const struct remittance_line line = read_line(result, row);
        g_array_append_val(*ret_rows, line);
    }
    return STATUS_OK;
}
