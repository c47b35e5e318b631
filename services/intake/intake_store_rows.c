#include <stdlib.h>
#include <string.h>

#include "db/db_columns.h"
#include "id/id_table.h"
#include "intake_sql.h"
#include "intake_store.h"

/* $1 partitions, $2 agencies, $3 references, $4 clients. */
static void add_references(struct db_columns *columns, const struct reference *references, size_t n)
{
    struct db_array *partitions = db_columns_add(columns, DB_INT2);
    struct db_array *agencies = db_columns_add(columns, DB_INT4);
    struct db_array *texts = db_columns_add(columns, DB_TEXT);
    struct db_array *clients = db_columns_add(columns, DB_TEXT);

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
    GHashTable *set = id_set_new();

    for (size_t row = 0; row < db_rows(result); row++) {
        struct id id = db_id(result, row, 0);
        (void)id_set_add(set, &id);
    }
    return set;
}

enum status store_references_claim(struct db *db, const struct reference *references, size_t n, bool *ret_is_ours,
                                   struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    add_references(&columns, references, n);
    struct db_array *accounts = db_columns_add(&columns, DB_UUID);
    struct db_array *placements = db_columns_add(&columns, DB_UUID);
    struct db_array *lines = db_columns_add(&columns, DB_INT8);
    for (size_t i = 0; i < n; i++) {
        db_array_id(accounts, &references[i].account_id);
        db_array_id(placements, &references[i].placement_id);
        db_array_int8(lines, references[i].line);
    }
    enum status st = db_columns_exec(db, &INTAKE_REFERENCE_CLAIM, &columns, &result, err);
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
    SCOPED(db_columns_fini) struct db_columns columns = {0};

    if (n == 0)
        return STATUS_OK;
    add_references(&columns, references, n);
    return db_columns_exec(db, &INTAKE_REFERENCE_RELEASE, &columns, NULL, err);
}

enum status store_references_find(struct db *db, struct reference *references, size_t n, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    SCOPED(db_result_freep) struct db_result *result = NULL;

    add_references(&columns, references, n);
    enum status st = db_columns_exec(db, &INTAKE_REFERENCE_FIND, &columns, &result, err);
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

static void add_debtors(struct db_columns *columns, struct debtor *const *debtors, size_t n)
{
    db_columns_add_keys(columns);
    for (size_t i = 0; i < n; i++)
        db_columns_push_key(columns, &debtors[i]->id);
}

/* id -> struct debtor, both borrowed. */
static GHashTable *index_debtors(struct debtor *const *debtors, size_t n)
{
    GHashTable *index = id_table_new(NULL);

    for (size_t i = 0; i < n; i++)
        (void)id_table_put(index, &debtors[i]->id, debtors[i]);
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
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    struct db_call calls[2] = {*first, {.statement = &INTAKE_CONTACT_POINT_LOAD}};

    add_debtors(&columns, debtors, n);
    db_columns_args(&columns, &calls[1].args);
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
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    struct db_call call = {.statement = &INTAKE_DEBTOR_UPSERT};

    if (n == 0)
        return STATUS_OK;
    add_debtors(&columns, debtors, n);
    struct db_array *agencies = db_columns_add(&columns, DB_INT4);
    struct db_array *keys = db_columns_add(&columns, DB_BYTEA);
    struct db_array *names = db_columns_add(&columns, DB_TEXT);
    struct db_array *persons = db_columns_add(&columns, DB_BOOL);
    for (size_t i = 0; i < n; i++) {
        db_array_int4(agencies, debtors[i]->agency_id);
        db_array_bytes(keys, debtors[i]->identity_key, sizeof(debtors[i]->identity_key));
        db_array_text(names, debtors[i]->name);
        db_array_bool(persons, debtors[i]->is_natural_person);
    }
    db_columns_args(&columns, &call.args);
    return exec_with_contacts(db, &call, debtors, n, false, texts, err);
}

static enum status load_debtors(struct db *db, const struct db_statement *statement, struct debtor *const *debtors,
                                size_t n, GStringChunk *texts, struct error *err)
{
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    struct db_call call = {.statement = statement};

    if (n == 0)
        return STATUS_OK;
    add_debtors(&columns, debtors, n);
    db_columns_args(&columns, &call.args);
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

static void add_contact(struct db_columns *c, const struct debtor *debtor, const struct contact_point *point)
{
    db_columns_push_key(c, &debtor->id);
    db_array_id(c->column[2], &point->id);
    db_array_int4(c->column[3], debtor->agency_id);
    db_array_int2(c->column[4], (int16_t)point->contact.kind);
    db_array_text(c->column[5], point->contact.value);
    db_array_int2(c->column[6], (int16_t)point->contact.phone_kind);
    db_array_text(c->column[7], point->contact.zones);
    db_array_id(c->column[8], &point->placement_id);
    db_array_int8(c->column[9], point->line);
}

enum status store_contacts_save(struct db *db, struct debtor *const *debtors, size_t n, struct instant now,
                                struct error *err)
{
    static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_INT2,
                                         DB_TEXT, DB_INT2, DB_TEXT, DB_UUID, DB_INT8};
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    struct db_args args = {0};

    db_columns_add_all(&columns, TYPES, ARRAY_SIZE(TYPES));
    for (size_t i = 0; i < n; i++)
        for (guint j = 0; j < debtors[i]->contacts->len; j++) {
            const struct contact_point *point = &g_array_index(debtors[i]->contacts, struct contact_point, j);
            if (point->is_changed)
                add_contact(&columns, debtors[i], point);
        }
    if (db_array_length(columns.column[0]) == 0)
        return STATUS_OK;
    db_columns_args(&columns, &args);
    db_arg_int8(&args, now.us);
    return db_exec(db, &INTAKE_CONTACT_POINT_UPSERT, &args, NULL, err);
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
    db_array_id(c->column[11], &account->provenance.placement_id);
    db_array_int8(c->column[12], account->provenance.line);
    db_array_bytes(c->column[13], account->provenance.record_hash, sizeof(account->provenance.record_hash));
}

enum status store_accounts_insert(struct db *db, const struct account *accounts, size_t n, struct error *err)
{
    static const enum db_type TYPES[] = {DB_INT2, DB_UUID, DB_UUID, DB_INT4, DB_TEXT, DB_TEXT, DB_INT8,
                                         DB_TEXT, DB_INT4, DB_INT4, DB_BOOL, DB_UUID, DB_INT8, DB_BYTEA};
    SCOPED(db_columns_fini) struct db_columns columns = {0};
    struct db_args args = {0};

    if (n == 0)
        return STATUS_OK;
    db_columns_add_all(&columns, TYPES, ARRAY_SIZE(TYPES));
    for (size_t i = 0; i < n; i++)
        add_account(&columns, &accounts[i]);
    db_columns_args(&columns, &args);
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
