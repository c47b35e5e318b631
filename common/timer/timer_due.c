#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "timer/timer.h"
#include "timer_sql.h"

struct timers_storage {
    struct timers timers;
    struct db_result *result; /* lends the kinds */
    struct timer due[];
};

void timers_free(struct timers *timers)
{
    if (timers == NULL)
        return;
    struct timers_storage *storage = timers->storage;
    db_result_free(storage->result);
    g_free(storage);
}

void timers_freep(struct timers **timers)
{
    timers_free(TAKE(*timers));
}

static struct db_array *partition_array(const uint16_t *partitions, size_t n)
{
    struct db_array *array = db_array_new(DB_INT2);
    for (size_t i = 0; i < n; i++)
        db_array_int2(array, (int16_t)partitions[i]);
    return array;
}

/* Equal times in the order of subject and kind: what follows from the timers must not depend on where rows lie. */
static int compare_due(const void *a, const void *b)
{
    const struct timer *x = a;
    const struct timer *y = b;
    if (x->due_at.us != y->due_at.us)
        return x->due_at.us < y->due_at.us ? -1 : 1;
    int order = id_compare(&x->subject_id, &y->subject_id);
    return order != 0 ? order : strcmp(x->kind, y->kind);
}

static struct timers *timers_of_result(struct db_result **result)
{
    size_t n = db_rows(*result);
    struct timers_storage *storage = g_malloc0(sizeof(*storage) + n * sizeof(storage->due[0]));
    storage->result = TAKE(*result);
    storage->timers = (struct timers){.timers = storage->due, .n = n, .storage = storage};
    for (size_t row = 0; row < n; row++) {
        storage->due[row] = (struct timer){
            .kind = db_text(storage->result, row, 0),
            .subject_id = db_id(storage->result, row, 1),
            .debtor_id = db_id(storage->result, row, 2),
            .agency_id = db_int4(storage->result, row, 3),
            .due_at = {db_int8(storage->result, row, 4)},
        };
    }
    qsort(storage->due, n, sizeof(storage->due[0]), compare_due);
    return &storage->timers;
}

enum status timer_take_due(struct db_tx *tx, const char *service, const uint16_t *partitions, size_t n_partitions,
                           struct instant now, int32_t limit, struct timers **ret_due, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *array = partition_array(partitions, n_partitions);
    struct db_args args = {0};
    db_arg_text(&args, service);
    db_arg_array(&args, array);
    db_arg_int8(&args, now.us);
    db_arg_int4(&args, limit);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    enum status st = db_exec(tx->db, &TIMER_TIMER_TAKE_DUE, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "take the timers of %s that are due", service);
    *ret_due = timers_of_result(&result);
    return STATUS_OK;
}

enum status timer_next_due(struct db *db, const char *service, const uint16_t *partitions, size_t n_partitions,
                           struct instant *ret_due, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *array = partition_array(partitions, n_partitions);
    struct db_args args = {0};
    db_arg_text(&args, service);
    db_arg_array(&args, array);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    enum status st = db_exec(db, &TIMER_TIMER_NEXT_DUE, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read when the next timer of %s is due", service);
    bool is_none = db_rows(result) == 0 || db_is_null(result, 0, 0);
    *ret_due = (struct instant){is_none ? INT64_MAX : db_int8(result, 0, 0)};
    return STATUS_OK;
}
