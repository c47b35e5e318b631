#include "intake_store.h"

#include <stdlib.h>
#include <string.h>

#include "intake_sql.h"

#define RECORD_KEPT_BYTES 4096 /* of a refused record: to find it again; the client has the file */

static int16_t partition_of(const struct id *id)
{
    return (int16_t)id_partition(id);
}

/* Arrays of one statement, freed together. */
struct columns {
    struct db_array *array[16];
    size_t n;
};

static void columns_clear(struct columns *columns)
{
    for (size_t i = 0; i < columns->n; i++)
        db_array_free(columns->array[i]);
}

/* Adds an array as the next parameter. */
static struct db_array *add_column(struct columns *columns, enum db_type type)
{
    g_assert(columns->n < ARRAY_SIZE(columns->array));
    return columns->array[columns->n++] = db_array_new(type);
}

static void add_args(struct db_args *args, const struct columns *columns)
{
    for (size_t i = 0; i < columns->n; i++)
        db_arg_array(args, columns->array[i]);
}

/* The parameters ($1 partitions, $2 ids) that most statements begin with. */
static void add_ids(struct columns *columns, const struct id *ids, size_t n)
{
    struct db_array *partitions = add_column(columns, DB_INT2);
    struct db_array *values = add_column(columns, DB_UUID);

    for (size_t i = 0; i < n; i++) {
        db_array_int2(partitions, partition_of(&ids[i]));
        db_array_id(values, &ids[i]);
    }
}

static enum status exec_columns(struct db *db, const struct db_statement *statement, const struct columns *columns,
                                struct db_result **ret_result, struct error *err)
{
    struct db_args args = {0};

    add_args(&args, columns);
    return db_exec(db, statement, &args, ret_result, err);
}

/* --- placements --------------------------------------------------------------------------------------------------- */

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

    db_arg_int2(&args, partition_of(&placement->id));
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
    SCOPED(columns_clear) struct columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    const struct db_statement *statement =
        lock == STORE_SHARE ? &INTAKE_PLACEMENT_LOCK_SHARE : &INTAKE_PLACEMENT_LOCK_UPDATE;

    add_ids(&columns, ids, n);
    enum status st = exec_columns(db, statement, &columns, &result, err);
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

    db_arg_int2(&args, partition_of(&placement->id));
    db_arg_id(&args, &placement->id);
    db_arg_int2(&args, (int16_t)placement->stage);
    add_totals(&args, &placement->totals);
    if (completed_at_us != 0)
        db_arg_int8(&args, completed_at_us);
    else
        db_arg_null(&args, DB_INT8);
    return db_exec(db, &INTAKE_PLACEMENT_SET_STAGE, &args, NULL, err);
}

static guint hash_id(gconstpointer key)
{
    guint hash;
    memcpy(&hash, ((const struct id *)key)->bytes, sizeof(hash));
    return hash;
}

static gboolean ids_are_equal(gconstpointer a, gconstpointer b)
{
    return id_equal(a, b);
}

enum status store_placement_names(struct db *db, const struct id *ids, size_t n, GHashTable **ret_names,
                                  struct error *err)
{
    SCOPED(columns_clear) struct columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    add_ids(&columns, ids, n);
    enum status st = exec_columns(db, &INTAKE_PLACEMENT_NAMES, &columns, &result, err);
    if (st != STATUS_OK)
        return st;
    *ret_names = g_hash_table_new_full(hash_id, ids_are_equal, g_free, g_free);
    for (size_t row = 0; row < db_rows(result); row++) {
        struct id id = db_id(result, row, 0);
        (void)g_hash_table_insert(*ret_names, g_memdup2(&id, sizeof(id)), g_strdup(db_text(result, row, 1)));
    }
    return STATUS_OK;
}

/* --- batches ------------------------------------------------------------------------------------------------------ */

/* $1 partitions, $2 placements, $3 is_check, $4 batches. */
struct batch_columns {
    struct columns ids;
    struct columns rest;
};

static void batch_columns_clear(struct batch_columns *columns)
{
    columns_clear(&columns->ids);
    columns_clear(&columns->rest);
}

static void add_batches(struct batch_columns *columns, const struct batch_key *keys, size_t n)
{
    struct db_array *partitions = add_column(&columns->ids, DB_INT2);
    struct db_array *placements = add_column(&columns->ids, DB_UUID);
    struct db_array *batches = add_column(&columns->rest, DB_INT4);

    for (size_t i = 0; i < n; i++) {
        db_array_int2(partitions, partition_of(&keys[i].placement_id));
        db_array_id(placements, &keys[i].placement_id);
        db_array_int4(batches, (int32_t)keys[i].batch);
    }
}

static enum status exec_batches(struct db *db, const struct db_statement *statement,
                                const struct batch_columns *columns, bool is_check, struct db_result **ret_result,
                                struct error *err)
{
    struct db_args args = {0};

    add_args(&args, &columns->ids);
    db_arg_bool(&args, is_check);
    add_args(&args, &columns->rest);
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
    struct db_array *agencies = add_column(&columns.rest, DB_INT4);
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
    struct db_array *accepted = add_column(&columns.rest, DB_INT4);
    struct db_array *rejected = add_column(&columns.rest, DB_INT4);
    struct db_array *skipped = add_column(&columns.rest, DB_INT4);
    struct db_array *amounts = add_column(&columns.rest, DB_INT8);
    struct db_array *currencies = add_column(&columns.rest, DB_TEXT);
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

    db_arg_int2(&args, partition_of(placement_id));
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

/* --- rejects ------------------------------------------------------------------------------------------------------ */

static const char *column_name(const struct mapping *mapping, int field)
{
    if (field == FIELD_NONE || mapping->fields[field].origin != MAPPING_COLUMN)
        return "";
    return mapping->fields[field].text;
}

static void add_reject(struct columns *c, const struct reject_line *line, size_t ordinal)
{
    const struct row *row = line->row;
    const struct row_reject *reject = &row->rejects[ordinal];

    db_array_int2(c->array[0], partition_of(line->placement_id));
    db_array_id(c->array[1], line->placement_id);
    db_array_int8(c->array[2], row->raw.line);
    db_array_int2(c->array[3], (int16_t)ordinal);
    db_array_int4(c->array[4], line->agency_id);
    db_array_text(c->array[5], reject->field == FIELD_NONE ? "" : field_spec((enum field)reject->field)->name);
    db_array_text(c->array[6], column_name(line->mapping, reject->field));
    db_array_text(c->array[7], reject_code_name(reject->code));
    db_array_text(c->array[8], reject->reason);
    /* Only once a record. */
    db_array_bytes(c->array[9], ordinal == 0 && row->raw.len > 0 ? (const void *)row->raw.bytes : "",
                   ordinal == 0 ? MIN(row->raw.len, RECORD_KEPT_BYTES) : 0);
}

enum status store_rejects_insert(struct db *db, const struct reject_line *lines, size_t n, struct error *err)
{
    static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_INT8, DB_INT2, DB_INT4,
                                         DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_BYTEA};
    SCOPED(columns_clear) struct columns columns = {0};

    if (n == 0)
        return STATUS_OK;
    for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++)
        (void)add_column(&columns, TYPES[i]);
    for (size_t i = 0; i < n; i++)
        for (size_t ordinal = 0; ordinal < lines[i].row->n_rejects; ordinal++)
            add_reject(&columns, &lines[i], ordinal);
    return exec_columns(db, &INTAKE_REJECT_INSERT, &columns, NULL, err);
}

enum status store_rejects_list(struct db *db, const struct id *placement_id, int64_t after_line, int32_t limit,
                               struct db_result **ret_rejects, struct error *err)
{
    struct db_args args = {0};

    db_arg_int2(&args, partition_of(placement_id));
    db_arg_id(&args, placement_id);
    db_arg_int8(&args, after_line);
    db_arg_int4(&args, limit);
    return db_exec(db, &INTAKE_REJECT_LIST, &args, ret_rejects, err);
}

/* --- references --------------------------------------------------------------------------------------------------- */

/* $1 partitions, $2 agencies, $3 references, $4 clients. */
static void add_references(struct columns *columns, const struct reference *references, size_t n)
{
    struct db_array *partitions = add_column(columns, DB_INT2);
    struct db_array *agencies = add_column(columns, DB_INT4);
    struct db_array *texts = add_column(columns, DB_TEXT);
    struct db_array *clients = add_column(columns, DB_TEXT);

    for (size_t i = 0; i < n; i++) {
        db_array_int2(partitions, (int16_t)references[i].partition);
        db_array_int4(agencies, references[i].agency_id);
        db_array_text(texts, references[i].client_reference);
        db_array_text(clients, references[i].client);
    }
}

/* The set of ids in the first column of a result. */
static GHashTable *id_set(const struct db_result *result)
{
    GHashTable *set = g_hash_table_new_full(hash_id, ids_are_equal, g_free, NULL);

    for (size_t row = 0; row < db_rows(result); row++) {
        struct id id = db_id(result, row, 0);
        (void)g_hash_table_add(set, g_memdup2(&id, sizeof(id)));
    }
    return set;
}

enum status store_references_claim(struct db *db, const struct reference *references, size_t n, bool *ret_is_ours,
                                   struct error *err)
{
    SCOPED(columns_clear) struct columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    add_references(&columns, references, n);
    struct db_array *accounts = add_column(&columns, DB_UUID);
    struct db_array *placements = add_column(&columns, DB_UUID);
    struct db_array *lines = add_column(&columns, DB_INT8);
    for (size_t i = 0; i < n; i++) {
        db_array_id(accounts, &references[i].account_id);
        db_array_id(placements, &references[i].placement_id);
        db_array_int8(lines, references[i].line);
    }
    enum status st = exec_columns(db, &INTAKE_REFERENCE_CLAIM, &columns, &result, err);
    if (st != STATUS_OK)
        return st;
    /* An account's id comes from client and reference: it stands for them. */
    g_autoptr(GHashTable) ours = id_set(result);
    for (size_t i = 0; i < n; i++)
        ret_is_ours[i] = g_hash_table_contains(ours, &references[i].account_id);
    return STATUS_OK;
}

enum status store_references_release(struct db *db, const struct reference *references, size_t n, struct error *err)
{
    SCOPED(columns_clear) struct columns columns = {0};

    if (n == 0)
        return STATUS_OK;
    add_references(&columns, references, n);
    return exec_columns(db, &INTAKE_REFERENCE_RELEASE, &columns, NULL, err);
}

enum status store_references_find(struct db *db, struct reference *references, size_t n, struct error *err)
{
    SCOPED(columns_clear) struct columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    add_references(&columns, references, n);
    enum status st = exec_columns(db, &INTAKE_REFERENCE_FIND, &columns, &result, err);
    for (size_t row = 0; st == STATUS_OK && row < db_rows(result); row++) {
        struct reference *reference = &references[db_int4(result, row, 0) - 1];
        reference->account_id = db_id(result, row, 1);
        reference->placement_id = db_id(result, row, 2);
        reference->line = db_int8(result, row, 3);
    }
    return st;
}

enum status store_reference_any(struct db *db, int32_t agency_id, const char *client, const char *client_reference,
                                struct id ret_ids[static 2], size_t *ret_n, struct error *err)
{
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_args args = {0};

    db_arg_int2(&args, (int16_t)identity_reference_partition(agency_id, client_reference));
    db_arg_int4(&args, agency_id);
    db_arg_text(&args, client_reference);
    db_arg_text(&args, client);
    enum status st = db_exec(db, &INTAKE_REFERENCE_ANY, &args, &result, err);
    if (st != STATUS_OK)
        return st;
    *ret_n = db_rows(result);
    for (size_t i = 0; i < *ret_n; i++)
        ret_ids[i] = db_id(result, i, 0);
    return STATUS_OK;
}

/* --- debtors ------------------------------------------------------------------------------------------------------ */

static void add_debtors(struct columns *columns, struct debtor *const *debtors, size_t n)
{
    struct db_array *partitions = add_column(columns, DB_INT2);
    struct db_array *ids = add_column(columns, DB_UUID);

    for (size_t i = 0; i < n; i++) {
        db_array_int2(partitions, partition_of(&debtors[i]->id));
        db_array_id(ids, &debtors[i]->id);
    }
}

/* id -> struct debtor, both borrowed. */
static GHashTable *index_debtors(struct debtor *const *debtors, size_t n)
{
    GHashTable *index = g_hash_table_new(hash_id, ids_are_equal);

    for (size_t i = 0; i < n; i++)
        (void)g_hash_table_insert(index, &debtors[i]->id, debtors[i]);
    return index;
}

static void read_contacts(GHashTable *index, const struct db_result *result, GStringChunk *texts)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        struct id debtor_id = db_id(result, row, 0);
        struct id id = db_id(result, row, 1);
        struct debtor *debtor = g_hash_table_lookup(index, &debtor_id);
        struct contact contact = {
            .kind = (enum contact_kind)db_int2(result, row, 2),
            .value = g_string_chunk_insert(texts, db_text(result, row, 3)),
            .phone_kind = (enum phone_kind)db_int2(result, row, 4),
            .zones = g_string_chunk_insert_const(texts, db_text(result, row, 5)),
        };
        if (debtor)
            debtor_load_contact(debtor, &id, &contact);
    }
}

static void read_debtors(GHashTable *index, const struct db_result *result, bool has_person, GStringChunk *texts)
{
    for (size_t row = 0; row < db_rows(result); row++) {
        struct id id = db_id(result, row, 0);
        struct debtor *debtor = g_hash_table_lookup(index, &id);
        if (!debtor)
            continue;
        debtor->name = g_string_chunk_insert(texts, db_text(result, row, 1));
        if (has_person)
            debtor->is_natural_person = db_bool(result, row, 2);
    }
}

/* `first` locks the debtors; their contact points come in the same round trip. */
static enum status exec_with_contacts(struct db *db, struct db_call *first, struct debtor *const *debtors, size_t n,
                                      bool has_person, GStringChunk *texts, struct error *err)
{
    SCOPED(columns_clear) struct columns columns = {0};
    struct db_call calls[2] = {*first, {.statement = &INTAKE_CONTACT_POINT_LOAD}};

    add_debtors(&columns, debtors, n);
    add_args(&calls[1].args, &columns);
    enum status st = db_exec_pipeline(db, calls, ARRAY_SIZE(calls), err);
    if (st == STATUS_OK) {
        g_autoptr(GHashTable) index = index_debtors(debtors, n);
        read_debtors(index, calls[0].result, has_person, texts);
        read_contacts(index, calls[1].result, texts);
    }
    db_calls_clear(calls, ARRAY_SIZE(calls));
    return st;
}

enum status store_debtors_upsert(struct db *db, struct debtor *const *debtors, size_t n, GStringChunk *texts,
                                 struct error *err)
{
    SCOPED(columns_clear) struct columns columns = {0};
    struct db_call call = {.statement = &INTAKE_DEBTOR_UPSERT};

    if (n == 0)
        return STATUS_OK;
    add_debtors(&columns, debtors, n);
    struct db_array *agencies = add_column(&columns, DB_INT4);
    struct db_array *keys = add_column(&columns, DB_BYTEA);
    struct db_array *names = add_column(&columns, DB_TEXT);
    struct db_array *persons = add_column(&columns, DB_BOOL);
    for (size_t i = 0; i < n; i++) {
        db_array_int4(agencies, debtors[i]->agency_id);
        db_array_bytes(keys, debtors[i]->identity_key, sizeof(debtors[i]->identity_key));
        db_array_text(names, debtors[i]->name);
        db_array_bool(persons, debtors[i]->is_natural_person);
    }
    add_args(&call.args, &columns);
    return exec_with_contacts(db, &call, debtors, n, false, texts, err);
}

static enum status load_debtors(struct db *db, const struct db_statement *statement, struct debtor *const *debtors,
                                size_t n, GStringChunk *texts, struct error *err)
{
    SCOPED(columns_clear) struct columns columns = {0};
    struct db_call call = {.statement = statement};

    if (n == 0)
        return STATUS_OK;
    add_debtors(&columns, debtors, n);
    add_args(&call.args, &columns);
    return exec_with_contacts(db, &call, debtors, n, true, texts, err);
}

enum status store_debtors_lock(struct db *db, struct debtor *const *debtors, size_t n, GStringChunk *texts,
                               struct error *err)
{
    return load_debtors(db, &INTAKE_DEBTOR_LOCK, debtors, n, texts, err);
}

enum status store_debtor_load(struct db *db, struct debtor *debtor, GStringChunk *texts, struct error *err)
{
    return load_debtors(db, &INTAKE_DEBTOR_LOAD, &debtor, 1, texts, err);
}

static void add_contact(struct columns *c, const struct debtor *debtor, const struct contact_point *point)
{
    db_array_int2(c->array[0], partition_of(&debtor->id));
    db_array_id(c->array[1], &debtor->id);
    db_array_id(c->array[2], &point->id);
    db_array_int4(c->array[3], debtor->agency_id);
    db_array_int2(c->array[4], (int16_t)point->contact.kind);
    db_array_text(c->array[5], point->contact.value);
    db_array_int2(c->array[6], (int16_t)point->contact.phone_kind);
    db_array_text(c->array[7], point->contact.zones);
    db_array_id(c->array[8], &point->placement_id);
    db_array_int8(c->array[9], point->line);
}

enum status store_contacts_save(struct db *db, struct debtor *const *debtors, size_t n, struct instant now,
                                struct error *err)
{
    static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_INT2,
                                         DB_TEXT, DB_INT2, DB_TEXT, DB_UUID, DB_INT8};
    SCOPED(columns_clear) struct columns columns = {0};
    struct db_args args = {0};

    for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++)
        (void)add_column(&columns, TYPES[i]);
    for (size_t i = 0; i < n; i++)
        for (guint j = 0; j < debtors[i]->contacts->len; j++) {
            const struct contact_point *point = &g_array_index(debtors[i]->contacts, struct contact_point, j);
            if (point->is_changed)
                add_contact(&columns, debtors[i], point);
        }
    if (db_array_length(columns.array[0]) == 0)
        return STATUS_OK;
    add_args(&args, &columns);
    db_arg_int8(&args, now.us);
    return db_exec(db, &INTAKE_CONTACT_POINT_UPSERT, &args, NULL, err);
}

/* --- accounts ----------------------------------------------------------------------------------------------------- */

static void add_account(struct columns *c, const struct account *account)
{
    db_array_int2(c->array[0], partition_of(&account->id));
    db_array_id(c->array[1], &account->id);
    db_array_id(c->array[2], &account->debtor_id);
    db_array_int4(c->array[3], account->agency_id);
    db_array_text(c->array[4], account->client);
    db_array_text(c->array[5], account->client_reference);
    db_array_int8(c->array[6], account->balance.minor);
    db_array_text(c->array[7], account->balance.currency);
    db_array_int4(c->array[8], account->due_on.days);
    db_array_int4(c->array[9], account->opened_on.days);
    db_array_bool(c->array[10], account->is_disputed);
    db_array_id(c->array[11], &account->provenance.placement_id);
    db_array_int8(c->array[12], account->provenance.line);
    db_array_bytes(c->array[13], account->provenance.record_hash, sizeof(account->provenance.record_hash));
}

enum status store_accounts_insert(struct db *db, const struct account *accounts, size_t n, struct error *err)
{
    static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_TEXT, DB_TEXT, DB_INT8,
                                         DB_TEXT, DB_INT4, DB_INT4, DB_BOOL, DB_UUID, DB_INT8, DB_BYTEA};
    SCOPED(columns_clear) struct columns columns = {0};
    struct db_args args = {0};

    if (n == 0)
        return STATUS_OK;
    for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++)
        (void)add_column(&columns, TYPES[i]);
    for (size_t i = 0; i < n; i++)
        add_account(&columns, &accounts[i]);
    add_args(&args, &columns);
    db_arg_int8(&args, accounts[0].placed_at_us);
    return db_exec(db, &INTAKE_ACCOUNT_INSERT, &args, NULL, err);
}

static struct account read_account(const struct db_result *result, size_t row, GStringChunk *texts)
{
    struct account account = {
        .id = db_id(result, row, 0),
        .debtor_id = db_id(result, row, 1),
        .agency_id = db_int4(result, row, 2),
        .client = g_string_chunk_insert_const(texts, db_text(result, row, 3)),
        .client_reference = g_string_chunk_insert(texts, db_text(result, row, 4)),
        .balance = {.minor = db_int8(result, row, 5)},
        .due_on = {db_int4(result, row, 7)},
        .opened_on = {db_int4(result, row, 8)},
        .is_disputed = db_bool(result, row, 9),
        .is_recalled = db_bool(result, row, 10),
        .provenance = {.placement_id = db_id(result, row, 11), .file_name = "", .line = db_int8(result, row, 12)},
        .placed_at_us = db_int8(result, row, 14),
    };
    size_t len = 0;
    const uint8_t *hash = db_bytes(result, row, 13, &len);

    (void)g_strlcpy(account.balance.currency, db_text(result, row, 6), sizeof(account.balance.currency));
    memcpy(account.provenance.record_hash, hash, MIN(len, sizeof(account.provenance.record_hash)));
    return account;
}

static int compare_ids(const void *a, const void *b)
{
    return id_compare(a, b);
}

enum status store_accounts_load(struct db *db, const struct id *ids, size_t n, bool is_locked, GStringChunk *texts,
                                struct account **ret_accounts, size_t *ret_n, struct error *err)
{
    SCOPED(columns_clear) struct columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    g_autofree struct id *sorted = g_new0(struct id, n + 1);
    size_t n_sorted = 0;

    if (n > 0)
        memcpy(sorted, ids, n * sizeof(*ids));
    qsort(sorted, n, sizeof(*sorted), compare_ids);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !id_equal(&sorted[i], &sorted[n_sorted - 1]))
            sorted[n_sorted++] = sorted[i];
    add_ids(&columns, sorted, n_sorted);
    enum status st = exec_columns(db, is_locked ? &INTAKE_ACCOUNT_LOCK : &INTAKE_ACCOUNT_LOAD, &columns, &result, err);
    if (st != STATUS_OK)
        return st;
    *ret_n = db_rows(result);
    *ret_accounts = g_new0(struct account, *ret_n + 1);
    for (size_t row = 0; row < *ret_n; row++)
        (*ret_accounts)[row] = read_account(result, row, texts);
    qsort(*ret_accounts, *ret_n, sizeof(**ret_accounts), compare_ids);
    return STATUS_OK;
}

enum status store_accounts_update(struct db *db, const struct account *accounts, size_t n, struct error *err)
{
    SCOPED(columns_clear) struct columns columns = {0};
    struct db_array *partitions = add_column(&columns, DB_INT2);
    struct db_array *ids = add_column(&columns, DB_UUID);
    struct db_array *balances = add_column(&columns, DB_INT8);
    struct db_array *due = add_column(&columns, DB_INT4);
    struct db_array *recalled = add_column(&columns, DB_BOOL);

    for (size_t i = 0; i < n; i++) {
        if (!accounts[i].is_changed)
            continue;
        db_array_int2(partitions, partition_of(&accounts[i].id));
        db_array_id(ids, &accounts[i].id);
        db_array_int8(balances, accounts[i].balance.minor);
        db_array_int4(due, accounts[i].due_on.days);
        db_array_bool(recalled, accounts[i].is_recalled);
    }
    if (db_array_length(ids) == 0)
        return STATUS_OK;
    return exec_columns(db, &INTAKE_ACCOUNT_UPDATE, &columns, NULL, err);
}

/* --- payments ----------------------------------------------------------------------------------------------------- */

static void add_payment(struct columns *c, const struct payment *payment)
{
    db_array_int2(c->array[0], partition_of(&payment->id));
    db_array_id(c->array[1], &payment->id);
    db_array_id(c->array[2], &payment->account_id);
    db_array_int4(c->array[3], payment->agency_id);
    db_array_int8(c->array[4], payment->amount.minor);
    db_array_text(c->array[5], payment->amount.currency);
    db_array_int4(c->array[6], payment->paid_on.days);
    db_array_text(c->array[7], payment->reference);
    db_array_id(c->array[8], &payment->placement_id);
    db_array_int8(c->array[9], payment->line);
}

enum status store_payments_claim(struct db *db, const struct payment *payments, size_t n, bool *ret_is_new,
                                 struct error *err)
{
    static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_INT8,
                                         DB_TEXT, DB_INT4, DB_TEXT, DB_UUID, DB_INT8};
    SCOPED(columns_clear) struct columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++)
        (void)add_column(&columns, TYPES[i]);
    for (size_t i = 0; i < n; i++)
        add_payment(&columns, &payments[i]);
    enum status st = exec_columns(db, &INTAKE_PAYMENT_CLAIM, &columns, &result, err);
    if (st != STATUS_OK)
        return st;
    g_autoptr(GHashTable) claimed = id_set(result);
    for (size_t i = 0; i < n; i++)
        ret_is_new[i] = g_hash_table_contains(claimed, &payments[i].id);
    return STATUS_OK;
}

enum status store_payments_find(struct db *db, struct payment *payments, size_t n, struct error *err)
{
    SCOPED(columns_clear) struct columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_array *partitions = add_column(&columns, DB_INT2);
    struct db_array *ids = add_column(&columns, DB_UUID);

    for (size_t i = 0; i < n; i++) {
        db_array_int2(partitions, partition_of(&payments[i].id));
        db_array_id(ids, &payments[i].id);
    }
    enum status st = exec_columns(db, &INTAKE_PAYMENT_FIND, &columns, &result, err);
    for (size_t row = 0; st == STATUS_OK && row < db_rows(result); row++) {
        struct id id = db_id(result, row, 0);
        for (size_t i = 0; i < n; i++)
            if (id_equal(&payments[i].id, &id)) {
                payments[i].placement_id = db_id(result, row, 1);
                payments[i].line = db_int8(result, row, 2);
            }
    }
    return st;
}

/* --- the log ------------------------------------------------------------------------------------------------------ */

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
