#include "intake_store.h"

#include <string.h>

#include "db/db_columns.h"
#include "id/id_table.h"
#include "intake_sql.h"

#define RECORD_KEPT_BYTES 4096 /* of a refused record: to find it again; the client has the file */

static void add_totals(struct db_args *args, const struct control_totals *totals)
{
    if (totals->has_count)
        db_arg_int8(args, totals->count);
    else
        db_arg_null(args, DB_INT8);
    if (totals->has_sum)
        db_arg_int8(args, totals->sum_minor);
    else
        db_arg_null(args, DB_INT8);
}

enum status store_placement_insert(struct db *db, const struct placement_new *placement, struct error *err)
{
    struct db_args args = {0};

    db_arg_int2(&args, (int16_t)id_partition(&placement->id));
    db_arg_id(&args, &placement->id);
    db_arg_int4(&args, placement->agency_id);
    db_arg_int2(&args, (int16_t)placement->kind);
    db_arg_int2(&args, (int16_t)placement->stage);
    db_arg_text(&args, placement->file_name);
    db_arg_bytes(&args, placement->file_hash, placement->file_hash_len);
    db_arg_int8(&args, placement->file_size_bytes);
    db_arg_text(&args, placement->mapping_name);
    db_arg_text(&args, placement->mapping_text);
    db_arg_bytes(&args, placement->mapping_hash, MAPPING_HASH_BYTES);
    db_arg_bytes(&args, placement->header ? placement->header : (const uint8_t *)"", placement->header_len);
    db_arg_int4(&args, (int32_t)placement->batch_rows);
    add_totals(&args, &placement->totals);
    db_arg_int8(&args, placement->opened_at_us);
    return db_exec(db, &INTAKE_PLACEMENT_INSERT, &args, NULL, err);
}

static struct placement read_placement(const struct db_result *result, size_t row)
{
    struct placement placement = {
        .id = db_id(result, row, 0),
        .agency_id = db_int4(result, row, 1),
        .kind = (enum file_kind)db_int2(result, row, 2),
        .stage = (enum placement_stage)db_int2(result, row, 3),
        .file_name = db_text(result, row, 4),
        .mapping_name = db_text(result, row, 6),
        .mapping_text = db_text(result, row, 7),
        .batch_rows = (uint32_t)db_int4(result, row, 9),
        .totals = {.has_count = !db_is_null(result, row, 10),
                   .count = db_int8(result, row, 10),
                   .has_sum = !db_is_null(result, row, 11),
                   .sum_minor = db_int8(result, row, 11)},
        .opened_at_us = db_int8(result, row, 13),
    };
    size_t key_len = 0;
    const uint8_t *key = db_bytes(result, row, 12, &key_len);

    placement.file_hash = db_bytes(result, row, 5, &placement.file_hash_len);
    placement.header = db_bytes(result, row, 8, &placement.header_len);
    memcpy(placement.agency_key, key, MIN(key_len, sizeof(placement.agency_key)));
    return placement;
}

enum status store_placements_lock(struct db *db, const struct id *ids, size_t n, enum store_lock lock,
                                  struct placement **ret_placements, size_t *ret_n, struct db_result **ret_result,
                                  struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    const struct db_statement *statement =
        lock == STORE_SHARE ? &INTAKE_PLACEMENT_LOCK_SHARE : &INTAKE_PLACEMENT_LOCK_UPDATE;

    db_columns_add_keys(&columns);
    db_columns_push_ids(&columns, ids, n);
    enum status st = db_columns_exec(db, statement, &columns, &result, err);
    if (st != STATUS_OK)
        return st;
    *ret_n = db_rows(result);
    *ret_placements = g_new0(struct placement, *ret_n + 1);
    for (size_t i = 0; i < *ret_n; i++)
        (*ret_placements)[i] = read_placement(result, i);
    *ret_result = TAKE(result);
    return STATUS_OK;
}

enum status store_placement_set_stage(struct db *db, const struct placement *placement, int64_t completed_at_us,
                                      struct error *err)
{
    struct db_args args = {0};

    db_arg_int2(&args, (int16_t)id_partition(&placement->id));
    db_arg_id(&args, &placement->id);
    db_arg_int2(&args, (int16_t)placement->stage);
    add_totals(&args, &placement->totals);
    if (completed_at_us != 0)
        db_arg_int8(&args, completed_at_us);
    else
        db_arg_null(&args, DB_INT8);
    return db_exec(db, &INTAKE_PLACEMENT_SET_STAGE, &args, NULL, err);
}

enum status store_placement_names(struct db *db, const struct id *ids, size_t n, GHashTable **ret_names,
                                  struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    db_columns_add_keys(&columns);
    db_columns_push_ids(&columns, ids, n);
    enum status st = db_columns_exec(db, &INTAKE_PLACEMENT_NAMES, &columns, &result, err);
    if (st != STATUS_OK)
        return st;
    *ret_names = id_table_new(g_free);
    for (size_t row = 0; row < db_rows(result); row++) {
        struct id id = db_id(result, row, 0);
        (void)id_table_put(*ret_names, &id, g_strdup(db_text(result, row, 1)));
    }
    return STATUS_OK;
}

/* $1 partitions, $2 placements, $3 is_check, $4 batches. */
struct batch_columns {
    struct db_columns ids;
    struct db_columns rest;
};

static void batch_columns_clear(struct batch_columns *columns)
{
    db_columns_fini(&columns->ids);
    db_columns_fini(&columns->rest);
}

static void add_batches(struct batch_columns *columns, const struct batch_key *keys, size_t n)
{
    struct db_array *partitions = db_columns_add(&columns->ids, DB_INT2);
    struct db_array *placements = db_columns_add(&columns->ids, DB_UUID);
    struct db_array *batches = db_columns_add(&columns->rest, DB_INT4);

    for (size_t i = 0; i < n; i++) {
        db_array_int2(partitions, (int16_t)id_partition(&keys[i].placement_id));
        db_array_id(placements, &keys[i].placement_id);
        db_array_int4(batches, (int32_t)keys[i].batch);
    }
}

static enum status exec_batches(struct db *db, const struct db_statement *statement,
                                const struct batch_columns *columns, bool is_check, struct db_result **ret_result,
                                struct error *err)
{
    struct db_args args = {0};

    db_columns_args(&columns->ids, &args);
    db_arg_bool(&args, is_check);
    db_columns_args(&columns->rest, &args);
    return db_exec(db, statement, &args, ret_result, err);
}

static size_t find_batch(const struct batch_key *keys, size_t n, const struct id *placement_id, int32_t batch)
{
    for (size_t i = 0; i < n; i++)
        if ((int32_t)keys[i].batch == batch && id_equal(&keys[i].placement_id, placement_id))
            return i;
    return n;
}

enum status store_batches_claim(struct db *db, bool is_check, const struct batch_key *keys, size_t n, bool *ret_is_ours,
                                struct error *err)
{
    SCOPED(batch_columns_clear) struct batch_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    add_batches(&columns, keys, n);
    struct db_array *agencies = db_columns_add(&columns.rest, DB_INT4);
    for (size_t i = 0; i < n; i++)
        db_array_int4(agencies, keys[i].agency_id);
    enum status st = exec_batches(db, &INTAKE_BATCH_CLAIM, &columns, is_check, &result, err);
    if (st != STATUS_OK)
        return st;
    memset(ret_is_ours, 0, n * sizeof(*ret_is_ours));
    for (size_t row = 0; row < db_rows(result); row++) {
        struct id placement_id = db_id(result, row, 0);
        size_t i = find_batch(keys, n, &placement_id, db_int4(result, row, 1));
        if (i < n)
            ret_is_ours[i] = true;
    }
    return STATUS_OK;
}

enum status store_batches_select(struct db *db, bool is_check, const struct batch_key *keys, size_t n,
                                 struct row_counts *ret_counts, struct error *err)
{
    SCOPED(batch_columns_clear) struct batch_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    add_batches(&columns, keys, n);
    enum status st = exec_batches(db, &INTAKE_BATCH_SELECT, &columns, is_check, &result, err);
    for (size_t row = 0; st == STATUS_OK && row < db_rows(result); row++) {
        struct id placement_id = db_id(result, row, 0);
        size_t i = find_batch(keys, n, &placement_id, db_int4(result, row, 1));
        if (i == n)
            continue;
        ret_counts[i].accepted = db_int4(result, row, 2);
        ret_counts[i].rejected = db_int4(result, row, 3);
        ret_counts[i].skipped = db_int4(result, row, 4);
    }
    return st;
}

enum status store_batches_finish(struct db *db, bool is_check, const struct batch_key *keys,
                                 const struct row_counts *counts, size_t n, struct error *err)
{
    SCOPED(batch_columns_clear) struct batch_columns columns = {0};

    add_batches(&columns, keys, n);
    struct db_array *accepted = db_columns_add(&columns.rest, DB_INT4);
    struct db_array *rejected = db_columns_add(&columns.rest, DB_INT4);
    struct db_array *skipped = db_columns_add(&columns.rest, DB_INT4);
    struct db_array *amounts = db_columns_add(&columns.rest, DB_INT8);
    struct db_array *currencies = db_columns_add(&columns.rest, DB_TEXT);
    for (size_t i = 0; i < n; i++) {
        db_array_int4(accepted, (int32_t)counts[i].accepted);
        db_array_int4(rejected, (int32_t)counts[i].rejected);
        db_array_int4(skipped, (int32_t)counts[i].skipped);
        db_array_int8(amounts, counts[i].amount_minor);
        db_array_text(currencies, counts[i].has_amount ? counts[i].currency : NULL);
    }
    return exec_batches(db, &INTAKE_BATCH_FINISH, &columns, is_check, NULL, err);
}

static struct row_counts read_counts(const struct db_result *result, size_t row)
{
    struct row_counts counts = {
        .accepted = db_int4(result, row, 2),
        .rejected = db_int4(result, row, 3),
        .skipped = db_int4(result, row, 4),
        .amount_minor = db_int8(result, row, 5),
        .has_amount = !db_is_null(result, row, 6),
    };

    if (counts.has_amount) {
        (void)g_strlcpy(counts.currency, db_text(result, row, 6), sizeof(counts.currency));
        counts.has_several_currencies = !*counts.currency;
    }
    return counts;
}

enum status store_progress(struct db *db, const struct id *placement_id, struct placement_progress *ret_progress,
                           struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_args args = {0};

    db_arg_int2(&args, (int16_t)id_partition(placement_id));
    db_arg_id(&args, placement_id);
    enum status st = db_exec(db, &INTAKE_BATCH_LIST, &args, &result, err);
    if (st != STATUS_OK)
        return st;
    *ret_progress = (struct placement_progress){.checked = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
                                                .placed = g_array_new(FALSE, FALSE, sizeof(uint32_t))};
    for (size_t row = 0; row < db_rows(result); row++) {
        bool is_check = db_bool(result, row, 0);
        uint32_t batch = (uint32_t)db_int4(result, row, 1);
        struct row_counts counts = read_counts(result, row);
        g_array_append_val(is_check ? ret_progress->checked : ret_progress->placed, batch);
        row_counts_add(is_check ? &ret_progress->checked_counts : &ret_progress->placed_counts, &counts);
    }
    return STATUS_OK;
}

void placement_progress_fini(struct placement_progress *progress)
{
    g_clear_pointer(&progress->checked, g_array_unref);
    g_clear_pointer(&progress->placed, g_array_unref);
}

static const char *column_name(const struct mapping *mapping, int field)
{
    if (field == FIELD_NONE || mapping->fields[field].origin != MAPPING_COLUMN)
        return "";
    return mapping->fields[field].text;
}

static void add_reject(struct db_columns *c, const struct reject_line *line, size_t ordinal)
{
    const struct row *row = line->row;
    const struct row_reject *reject = &row->rejects[ordinal];

    db_columns_push_key(c, line->placement_id);
    db_array_int8(c->column[2], row->raw.line);
    db_array_int2(c->column[3], (int16_t)ordinal);
    db_array_int4(c->column[4], line->agency_id);
    db_array_text(c->column[5], reject->field == FIELD_NONE ? "" : field_spec((enum field)reject->field)->name);
    db_array_text(c->column[6], column_name(line->mapping, reject->field));
    db_array_text(c->column[7], reject_code_name(reject->code));
    db_array_text(c->column[8], reject->reason);
    /* Only once a record. */
    db_array_bytes(c->column[9], ordinal == 0 && row->raw.len > 0 ? (const void *)row->raw.bytes : "",
                   ordinal == 0 ? MIN(row->raw.len, RECORD_KEPT_BYTES) : 0);
}

enum status store_rejects_insert(struct db *db, const struct reject_line *lines, size_t n, struct error *err)
{
    static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_INT8, DB_INT2, DB_INT4,
                                         DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_BYTEA};
    SCOPED(db_columns_fini) struct db_columns columns = {0};

    if (n == 0)
        return STATUS_OK;
    db_columns_add_all(&columns, TYPES, ARRAY_SIZE(TYPES));
    for (size_t i = 0; i < n; i++)
        for (size_t ordinal = 0; ordinal < lines[i].row->n_rejects; ordinal++)
            add_reject(&columns, &lines[i], ordinal);
    return db_columns_exec(db, &INTAKE_REJECT_INSERT, &columns, NULL, err);
}

enum status store_rejects_list(struct db *db, const struct id *placement_id, int64_t after_line, int32_t limit,
                               struct db_result **ret_rejects, struct error *err)
{
    struct db_args args = {0};

    db_arg_int2(&args, (int16_t)id_partition(placement_id));
    db_arg_id(&args, placement_id);
    db_arg_int8(&args, after_line);
    db_arg_int4(&args, limit);
    return db_exec(db, &INTAKE_REJECT_LIST, &args, ret_rejects, err);
}

enum status store_lag(struct db *db, char *consumer, size_t consumer_size, int64_t *ret_events, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    enum status st = db_exec(db, &INTAKE_LAG, NULL, &result, err);

    if (st != STATUS_OK)
        return st;
    (void)g_strlcpy(consumer, db_rows(result) > 0 ? db_text(result, 0, 0) : "", consumer_size);
    *ret_events = db_rows(result) > 0 ? db_int8(result, 0, 1) : 0;
    return STATUS_OK;
}
