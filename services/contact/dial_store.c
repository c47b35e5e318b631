#include "dial_store.h"

#include "contact_sql.h"

static void read_entry(const struct db_result *rows, size_t row, GArray *entries)
{
    struct dial_entry entry = {
        .account_id = db_id(rows, row, 0),
        .contact_point_id = db_id(rows, row, 1),
        .debtor_id = db_id(rows, row, 2),
        .priority = db_int4(rows, row, 3),
        .due_at_us = db_int8(rows, row, 6),
        .channel = (enum channel)db_int2(rows, row, 7),
        .held_minor = db_int8(rows, row, 8),
    };
    g_strlcpy(entry.strategy, db_text(rows, row, 4), sizeof(entry.strategy));
    g_strlcpy(entry.step, db_text(rows, row, 5), sizeof(entry.step));
    g_strlcpy(entry.held_currency, db_text(rows, row, 9), sizeof(entry.held_currency));
    g_array_append_val(entries, entry);
}

enum status dial_store_reserve(struct db *db, const uint16_t *partitions, size_t n_partitions,
                               const struct contact_reservation *wanted, GArray **ret_entries, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *array = db_array_new(DB_INT2);
    SCOPED(db_array_freep) struct db_array *channels = db_array_new(DB_INT2);
    SCOPED(db_array_freep) struct db_array *kinds = db_array_new(DB_INT2);
    SCOPED(db_result_freep) struct db_result *rows = NULL;
    struct db_args args = {0};
    for (size_t i = 0; i < n_partitions; i++)
        db_array_int2(array, (int16_t)partitions[i]);
    for (int channel = CHANNEL_CALL; channel < CHANNEL_END; channel++) {
        if (!wanted->is_wanted[channel])
            continue;
        db_array_int2(channels, (int16_t)channel);
        db_array_int2(kinds, (int16_t)channel_traits((enum channel)channel)->point_kind);
    }
    db_arg_array(&args, array);
    db_arg_int8(&args, wanted->now_us);
    db_arg_int4(&args, wanted->limit);
    db_arg_int8(&args, wanted->until_us);
    db_arg_text(&args, wanted->dialer);
    db_arg_int4(&args, wanted->agency_id);
    db_arg_array(&args, channels);
    db_arg_array(&args, kinds);
    enum status st = db_exec(db, &CONTACT_DIAL_RESERVE, &args, &rows, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "reserve a dial list");
    *ret_entries = g_array_new(FALSE, FALSE, sizeof(struct dial_entry));
    for (size_t row = 0; row < db_rows(rows); row++)
        read_entry(rows, row, *ret_entries);
    return STATUS_OK;
}
