#include <stdlib.h>
#include <string.h>

#include "db/db_columns.h"
#include "id/id_table.h"
#include "intake_sql.h"
#include "intake_store.h"

/* New rows that another transaction has written first: it has committed by now, and a second look finds them. */
static enum status insert_new(struct db *db, const struct db_statement *statement, const struct db_columns *columns,
                              struct error *err)
{
    enum status st = db_columns_copy(db, statement, columns, err);

    return st == STATUS_ALREADY_EXISTS ? error_wrap(err, STATUS_ABORTED, "placed at the same time elsewhere") : st;
}

/* $1 partitions, $2 agencies, $3 references, $4 clients. */
static void add_references(struct db_columns *columns, const struct reference *const *references, size_t n)
{
    struct db_array *partitions = db_columns_add(columns, DB_INT2);
    struct db_array *agencies = db_columns_add(columns, DB_INT4);
    struct db_array *texts = db_columns_add(columns, DB_TEXT);
    struct db_array *clients = db_columns_add(columns, DB_TEXT);

    for (size_t i = 0; i < n; i++) {
        db_array_int2(partitions, (int16_t)references[i]->partition);
        db_array_int4(agencies, references[i]->agency_id);
        db_array_text(texts, references[i]->client_reference);
        db_array_text(clients, references[i]->client);
    }
}

/* The set of ids in the first column of a result. */
static GHashTable *id_set(const struct db_result *result)
{
    GHashTable *set = id_set_new();

    for (size_t row = 0; row < db_rows(result); row++) {
        struct id id = db_id(result, row, 0);
        (void)id_set_add(set, &id);
    }
    return set;
}

static int compare_references(const void *a, const void *b)
{
    const struct reference *x = *(const struct reference *const *)a;
    const struct reference *y = *(const struct reference *const *)b;

    if (x->partition != y->partition)
        return x->partition < y->partition ? -1 : 1;
    if (x->agency_id != y->agency_id)
        return x->agency_id < y->agency_id ? -1 : 1;
    int order = strcmp(x->client_reference, y->client_reference);
    return order != 0 ? order : strcmp(x->client, y->client);
}

enum status store_references_insert(struct db *db, const struct reference *const *references, size_t n,
                                    struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    g_autofree const struct reference **sorted = g_new(const struct reference *, n + 1);

    memcpy(sorted, references, n * sizeof(*references));
    qsort(sorted, n, sizeof(*sorted), compare_references);
    add_references(&columns, sorted, n);
    struct db_array *accounts = db_columns_add(&columns, DB_UUID);
    for (size_t i = 0; i < n; i++)
        db_array_id(accounts, &sorted[i]->account_id);
    return insert_new(db, &INTAKE_REFERENCE_COPY, &columns, err);
}

enum status store_references_find(struct db *db, const struct reference *const *references, size_t n,
                                  struct id *ret_ids, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    add_references(&columns, references, n);
    enum status st = db_columns_exec(db, &INTAKE_REFERENCE_FIND, &columns, &result, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        ret_ids[i] = (struct id){{0}};
    for (size_t row = 0; row < db_rows(result); row++)
        ret_ids[db_int4(result, row, 0) - 1] = db_id(result, row, 1);
    return STATUS_OK;
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

enum status store_references_any(struct db *db, int32_t agency_id, char *const *references, size_t n,
                                 GArray **ret_places, GArray **ret_ids, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *partitions = db_array_new(DB_INT2);
    SCOPED(db_array_freep) struct db_array *texts = db_array_new(DB_TEXT);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct db_args args = {0};

    for (size_t i = 0; i < n; i++) {
        db_array_int2(partitions, (int16_t)identity_reference_partition(agency_id, references[i]));
        db_array_text(texts, references[i]);
    }
    db_arg_int4(&args, agency_id);
    db_arg_array(&args, partitions);
    db_arg_array(&args, texts);
    const enum status st = db_exec(db, &INTAKE_REFERENCE_FIND_ANY, &args, &result, err);
    if (st != STATUS_OK)
        return st;
    *ret_places = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    *ret_ids = g_array_new(FALSE, FALSE, sizeof(struct id));
    for (size_t row = 0; row < db_rows(result); row++) {
        const uint32_t place = (uint32_t)db_int4(result, row, 0) - 1;
        const struct id id = db_id(result, row, 1);
        g_array_append_val(*ret_places, place);
        g_array_append_val(*ret_ids, id);
    }
    return STATUS_OK;
}

/* id -> struct debtor, both borrowed. */
static GHashTable *index_debtors(struct debtor *const *debtors, size_t n)
{
    GHashTable *index = id_table_new(NULL);

    for (size_t i = 0; i < n; i++)
        (void)id_table_put(index, &debtors[i]->id, debtors[i]);
    return index;
}

static const char *next_text(struct db_elements *elements, GStringChunk *texts)
{
    size_t len;
    const char *text = db_next_text(elements, &len);

    return len == 0 ? "" : g_string_chunk_insert_len(texts, text, (gssize)len);
}

static void read_debtor(const struct db_result *result, size_t row, struct debtor *debtor, GStringChunk *texts)
{
    struct db_elements kinds = db_elements(result, row, 3, DB_INT2);
    struct db_elements phone_kinds = db_elements(result, row, 4, DB_INT2);
    struct db_elements values = db_elements(result, row, 5, DB_TEXT);
    struct db_elements zones = db_elements(result, row, 6, DB_TEXT);

    debtor->is_known = true;
    debtor->name = g_string_chunk_insert(texts, db_text(result, row, 1));
    debtor->is_natural_person = db_bool(result, row, 2);
    while (kinds.n_left > 0) {
        struct contact contact = {
            .kind = (enum contact_kind)db_next_int2(&kinds),
            .value = next_text(&values, texts),
            .phone_kind = (enum phone_kind)db_next_int2(&phone_kinds),
            .zones = next_text(&zones, texts),
        };
        debtor_load_contact(debtor, &contact);
    }
}

static enum status load_debtors(struct db *db, const struct db_statement *statement, struct debtor *const *debtors,
                                size_t n, GStringChunk *texts, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    db_columns_add_keys(&columns);
    for (size_t i = 0; i < n; i++)
        db_columns_push_key(&columns, &debtors[i]->id);
    enum status st = db_columns_exec(db, statement, &columns, &result, err);
    if (st != STATUS_OK || db_rows(result) == 0)
        return st;
    g_autoptr(GHashTable) index = index_debtors(debtors, n);
    for (size_t row = 0; row < db_rows(result); row++) {
        struct id id = db_id(result, row, 0);
        read_debtor(result, row, g_hash_table_lookup(index, &id), texts);
    }
    return STATUS_OK;
}

enum status store_debtors_lock(struct db *db, struct debtor *const *debtors, size_t n, GStringChunk *texts,
                               struct error *err)
{
    return load_debtors(db, &INTAKE_DEBTOR_LOCK, debtors, n, texts, err);
}

enum status store_debtors_load(struct db *db, struct debtor *const *debtors, size_t n, GStringChunk *texts,
                               struct error *err)
{
    return load_debtors(db, &INTAKE_DEBTOR_LOAD, debtors, n, texts, err);
}

/* A debtor's contact points as arrays, in the order of the columns. */
enum { KINDS, PHONE_KINDS, VALUES, ZONES, N_POINT_ARRAYS };

static const enum db_type POINT_TYPES[N_POINT_ARRAYS] = {DB_INT2, DB_INT2, DB_TEXT, DB_TEXT};

/* True where a phone's kind is known; else their array is written as NULL. */
static bool fill_points(const struct debtor *debtor, struct db_array *const *arrays)
{
    bool has_phone_kinds = false;

    for (size_t i = 0; i < N_POINT_ARRAYS; i++)
        db_array_clear(arrays[i]);
    for (guint i = 0; i < debtor->contacts->len; i++) {
        const struct contact *contact = &g_array_index(debtor->contacts, struct contact_point, i).contact;
        db_array_int2(arrays[KINDS], (int16_t)contact->kind);
        db_array_int2(arrays[PHONE_KINDS], (int16_t)contact->phone_kind);
        db_array_text(arrays[VALUES], contact->value);
        db_array_text(arrays[ZONES], contact->zones);
        has_phone_kinds |= contact->phone_kind != PHONE_UNKNOWN;
    }
    return has_phone_kinds;
}

static int compare_debtors(const void *a, const void *b)
{
    const struct debtor *x = *(struct debtor *const *)a;
    const struct debtor *y = *(struct debtor *const *)b;
    int order = (int)id_partition(&x->id) - (int)id_partition(&y->id);

    return order != 0 ? order : id_compare(&x->id, &y->id);
}

static enum status insert_debtors(struct db *db, struct debtor *const *debtors, size_t n, struct error *err)
{
    static const enum db_type TYPES[] = {DB_INT2,  DB_UUID,  DB_INT4,  DB_TEXT, DB_BOOL,
                                         DB_ARRAY, DB_ARRAY, DB_ARRAY, DB_ARRAY};
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    SCOPED(db_columns_fini) struct db_columns points = {0};

    db_columns_add_all(&columns, TYPES, ARRAY_SIZE(TYPES));
    db_columns_add_all(&points, POINT_TYPES, N_POINT_ARRAYS);
    for (size_t i = 0; i < n; i++) {
        bool has_phone_kinds = fill_points(debtors[i], points.column);
        db_columns_push_key(&columns, &debtors[i]->id);
        db_array_int4(columns.column[2], debtors[i]->agency_id);
        db_array_text(columns.column[3], debtors[i]->name);
        db_array_bool(columns.column[4], debtors[i]->is_natural_person);
        for (size_t j = 0; j < N_POINT_ARRAYS; j++)
            db_array_array(columns.column[5 + j], j == PHONE_KINDS && !has_phone_kinds ? NULL : points.column[j]);
    }
    return insert_new(db, &INTAKE_DEBTOR_COPY, &columns, err);
}

/* One statement a debtor: PostgreSQL knows no array of arrays of several lengths. Few change once they are known. */
static enum status update_debtors(struct db *db, struct debtor *const *debtors, size_t n, struct error *err)
{
    g_autofree struct db_call *calls = g_new0(struct db_call, n);
    g_autofree struct db_columns *points = g_new0(struct db_columns, n);

    for (size_t i = 0; i < n; i++) {
        struct db_args *args = &calls[i].args;
        calls[i].statement = &INTAKE_DEBTOR_UPDATE;
        db_columns_add_all(&points[i], POINT_TYPES, N_POINT_ARRAYS);
        (void)fill_points(debtors[i], points[i].column);
        db_arg_int2(args, (int16_t)id_partition(&debtors[i]->id));
        db_arg_id(args, &debtors[i]->id);
        db_arg_text(args, debtors[i]->name);
        db_arg_bool(args, debtors[i]->is_natural_person);
        db_columns_args(&points[i], args);
    }
    enum status st = db_exec_pipeline(db, calls, n, err);
    db_calls_clear(calls, n);
    for (size_t i = 0; i < n; i++)
        db_columns_fini(&points[i]);
    return st;
}

enum status store_debtors_save(struct db *db, struct debtor *const *debtors, size_t n, struct error *err)
{
    g_autofree struct debtor **unknown = g_new(struct debtor *, n + 1);
    g_autofree struct debtor **changed = g_new(struct debtor *, n + 1);
    size_t n_unknown = 0, n_changed = 0;

    for (size_t i = 0; i < n; i++)
        if (!debtors[i]->is_known)
            unknown[n_unknown++] = debtors[i];
        else if (debtors[i]->is_changed)
            changed[n_changed++] = debtors[i];
    qsort(unknown, n_unknown, sizeof(*unknown), compare_debtors);
    enum status st = insert_debtors(db, unknown, n_unknown, err);
    return st == STATUS_OK ? update_debtors(db, changed, n_changed, err) : st;
}

static void add_account(struct db_columns *c, const struct account *account)
{
    db_columns_push_key(c, &account->id);
    db_array_id(c->column[2], &account->debtor_id);
    db_array_int4(c->column[3], account->agency_id);
    db_array_text(c->column[4], account->client);
    db_array_text(c->column[5], account->client_reference);
    db_array_int8(c->column[6], account->balance.minor);
    db_array_text(c->column[7], account->balance.currency);
    db_array_int4(c->column[8], account->due_on.days);
    db_array_int4(c->column[9], account->opened_on.days);
    db_array_bool(c->column[10], account->is_disputed);
    db_array_bool(c->column[11], account->is_recalled);
    db_array_id(c->column[12], &account->provenance.placement_id);
    db_array_int8(c->column[13], account->provenance.line);
    db_array_bytes(c->column[14], account->provenance.record_hash, sizeof(account->provenance.record_hash));
    db_array_int8(c->column[15], account->placed_at_us);
    db_array_int2(c->column[16], (int16_t)account->debt_kind);
}

enum status store_accounts_insert(struct db *db, const struct account *accounts, size_t n, struct error *err)
{
    static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_UUID,  DB_INT4, DB_TEXT, DB_TEXT,
                                         DB_INT8, DB_TEXT, DB_INT4,  DB_INT4, DB_BOOL, DB_BOOL,
                                         DB_UUID, DB_INT8, DB_BYTEA, DB_INT8, DB_INT2};
    SCOPED(db_columns_fini) struct db_columns columns = {0};

    db_columns_add_all(&columns, TYPES, ARRAY_SIZE(TYPES));
    for (size_t i = 0; i < n; i++)
        add_account(&columns, &accounts[i]);
    return insert_new(db, &INTAKE_ACCOUNT_COPY, &columns, err);
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
        .debt_kind = (enum debt_kind)db_int2(result, row, 15),
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
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    g_autofree struct id *sorted = g_new0(struct id, n + 1);
    size_t n_sorted = 0;

    if (n > 0)
        memcpy(sorted, ids, n * sizeof(*ids));
    qsort(sorted, n, sizeof(*sorted), compare_ids);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !id_equal(&sorted[i], &sorted[n_sorted - 1]))
            sorted[n_sorted++] = sorted[i];
    db_columns_add_keys(&columns);
    db_columns_push_ids(&columns, sorted, n_sorted);
    enum status st =
        db_columns_exec(db, is_locked ? &INTAKE_ACCOUNT_LOCK : &INTAKE_ACCOUNT_LOAD, &columns, &result, err);
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
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    db_columns_add_keys(&columns);
    struct db_array *balances = db_columns_add(&columns, DB_INT8);
    struct db_array *due = db_columns_add(&columns, DB_INT4);
    struct db_array *recalled = db_columns_add(&columns, DB_BOOL);

    for (size_t i = 0; i < n; i++) {
        if (!accounts[i].is_changed)
            continue;
        db_columns_push_key(&columns, &accounts[i].id);
        db_array_int8(balances, accounts[i].balance.minor);
        db_array_int4(due, accounts[i].due_on.days);
        db_array_bool(recalled, accounts[i].is_recalled);
    }
    if (db_columns_rows(&columns) == 0)
        return STATUS_OK;
    return db_columns_exec(db, &INTAKE_ACCOUNT_UPDATE, &columns, NULL, err);
}

static void add_payment(struct db_columns *c, const struct payment *payment)
{
    db_columns_push_key(c, &payment->id);
    db_array_id(c->column[2], &payment->account_id);
    db_array_int4(c->column[3], payment->agency_id);
    db_array_int8(c->column[4], payment->amount.minor);
    db_array_text(c->column[5], payment->amount.currency);
    db_array_int4(c->column[6], payment->paid_on.days);
    db_array_text(c->column[7], payment->reference);
    db_array_id(c->column[8], &payment->placement_id);
    db_array_int8(c->column[9], payment->line);
}

enum status store_payments_claim(struct db *db, const struct payment *payments, size_t n, bool *ret_is_new,
                                 struct error *err)
{
    static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_INT8,
                                         DB_TEXT, DB_INT4, DB_TEXT, DB_UUID, DB_INT8};
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    db_columns_add_all(&columns, TYPES, ARRAY_SIZE(TYPES));
    for (size_t i = 0; i < n; i++)
        add_payment(&columns, &payments[i]);
    enum status st = db_columns_exec(db, &INTAKE_PAYMENT_CLAIM, &columns, &result, err);
    if (st != STATUS_OK)
        return st;
    g_autoptr(GHashTable) claimed = id_set(result);
    for (size_t i = 0; i < n; i++)
        ret_is_new[i] = g_hash_table_contains(claimed, &payments[i].id);
    return STATUS_OK;
}

enum status store_payments_find(struct db *db, struct payment *payments, size_t n, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    db_columns_add_keys(&columns);

    for (size_t i = 0; i < n; i++)
        db_columns_push_key(&columns, &payments[i].id);
    enum status st = db_columns_exec(db, &INTAKE_PAYMENT_FIND, &columns, &result, err);
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
