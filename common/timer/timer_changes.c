#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "timer/timer.h"
#include "timer_sql.h"

struct change {
    struct timer timer; /* `kind` lives in `kinds` of the changes */
    bool is_cancelled;  /* then only kind and subject matter */
};

struct timer_changes {
    GPtrArray *changes;   /* of struct change, in the order of their first mention */
    GHashTable *by_timer; /* the same, by kind and subject */
    GStringChunk *kinds;
};

static guint hash_change(const void *key)
{
    const struct change *change = key;
    guint hash = g_str_hash(change->timer.kind);
    for (size_t i = 0; i < ID_BYTES; i++)
        hash = hash * 31 + change->timer.subject_id.bytes[i];
    return hash;
}

static gboolean equal_changes(const void *a, const void *b)
{
    const struct change *x = a;
    const struct change *y = b;
    return id_equal(&x->timer.subject_id, &y->timer.subject_id) && strcmp(x->timer.kind, y->timer.kind) == 0;
}

struct timer_changes *timer_changes_new(void)
{
    struct timer_changes *changes = g_new0(struct timer_changes, 1);
    changes->changes = g_ptr_array_new_with_free_func(g_free);
    changes->by_timer = g_hash_table_new(hash_change, equal_changes);
    changes->kinds = g_string_chunk_new(256);
    return changes;
}

void timer_changes_free(struct timer_changes *changes)
{
    if (changes == NULL)
        return;
    g_hash_table_destroy(changes->by_timer);
    g_ptr_array_free(changes->changes, TRUE);
    g_string_chunk_free(changes->kinds);
    g_free(changes);
}

void timer_changes_freep(struct timer_changes **changes)
{
    timer_changes_free(TAKE(*changes));
}

static void put(struct timer_changes *changes, const struct timer *timer, bool is_cancelled)
{
    struct change *known = g_hash_table_lookup(changes->by_timer, &(struct change){.timer = *timer});
    struct change *change = known;
    if (change == NULL) {
        change = g_new0(struct change, 1);
        g_ptr_array_add(changes->changes, change);
    }
    const char *kind = known != NULL ? known->timer.kind : g_string_chunk_insert_const(changes->kinds, timer->kind);
    change->timer = *timer;
    change->timer.kind = kind;
    change->is_cancelled = is_cancelled;
    if (known == NULL)
        g_hash_table_add(changes->by_timer, change);
}

void timer_set(struct timer_changes *changes, const struct timer *timer)
{
    put(changes, timer, false);
}

void timer_cancel(struct timer_changes *changes, const char *kind, const struct id *subject_id)
{
    put(changes, &(struct timer){.kind = kind, .subject_id = *subject_id}, true);
}

size_t timer_changes_count(const struct timer_changes *changes)
{
    return changes->changes->len;
}

/* The key's columns, first in both statements. */
enum { PARTITION, KIND, SUBJECT_ID, N_KEY_COLUMNS, DUE_AT_US = N_KEY_COLUMNS, DEBTOR_ID, AGENCY_ID };

static const enum db_type COLUMN_TYPES[TIMER_COLUMNS] = {
    [PARTITION] = DB_INT2, [KIND] = DB_TEXT,      [SUBJECT_ID] = DB_UUID,
    [DUE_AT_US] = DB_INT8, [DEBTOR_ID] = DB_UUID, [AGENCY_ID] = DB_INT4,
};

static void push_key(struct db_array **columns, const struct timer *timer)
{
    db_array_int2(columns[PARTITION], (int16_t)id_partition(&timer->subject_id));
    db_array_text(columns[KIND], timer->kind);
    db_array_id(columns[SUBJECT_ID], &timer->subject_id);
}

static void push_rest(struct db_array **columns, const struct timer *timer)
{
    db_array_int8(columns[DUE_AT_US], timer->due_at.us);
    db_array_id(columns[DEBTOR_ID], &timer->debtor_id);
    db_array_int4(columns[AGENCY_ID], timer->agency_id);
}

static void new_columns(struct db_array **columns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        columns[i] = db_array_new(COLUMN_TYPES[i]);
}

/* Makes `call` of the columns; false, and no call, where they are empty. */
static bool prepare_call(const struct db_statement *statement, const char *service, struct db_array *const *columns,
                         size_t n_columns, struct db_call *call)
{
    if (db_array_length(columns[0]) == 0)
        return false;
    *call = (struct db_call){.statement = statement};
    db_arg_text(&call->args, service);
    for (size_t i = 0; i < n_columns; i++)
        db_arg_array(&call->args, columns[i]);
    return true;
}

size_t timer_changes_prepare(const char *service, const struct timer_changes *changes,
                             struct timer_changes_call *storage, struct db_call calls[static TIMER_CHANGES_CALLS])
{
    new_columns(storage->set, TIMER_COLUMNS);
    new_columns(storage->cancelled, N_KEY_COLUMNS);
    for (size_t i = 0; i < changes->changes->len; i++) {
        const struct change *change = changes->changes->pdata[i];
        push_key(change->is_cancelled ? storage->cancelled : storage->set, &change->timer);
        if (!change->is_cancelled)
            push_rest(storage->set, &change->timer);
    }
    size_t n = 0;
    if (prepare_call(&TIMER_TIMER_UPSERT, service, storage->set, TIMER_COLUMNS, &calls[n]))
        n++;
    if (prepare_call(&TIMER_TIMER_DELETE, service, storage->cancelled, N_KEY_COLUMNS, &calls[n]))
        n++;
    return n;
}

void timer_changes_call_clear(struct timer_changes_call *storage)
{
    for (size_t i = 0; i < ARRAY_SIZE(storage->set); i++)
        db_array_freep(&storage->set[i]);
    for (size_t i = 0; i < ARRAY_SIZE(storage->cancelled); i++)
        db_array_freep(&storage->cancelled[i]);
}

enum status timer_changes_write(struct db_tx *tx, const char *service, const struct timer_changes *changes,
                                struct error *err)
{
    SCOPED(timer_changes_call_clear) struct timer_changes_call storage = {0};
    struct db_call calls[TIMER_CHANGES_CALLS] = {0};
    size_t n = timer_changes_prepare(service, changes, &storage, calls);
    if (n == 0)
        return STATUS_OK;
    enum status st = db_exec_pipeline(tx->db, calls, n, err);
    db_calls_clear(calls, n);
    return st == STATUS_OK ? st : error_wrap(err, st, "write %zu timers of %s", timer_changes_count(changes), service);
}
