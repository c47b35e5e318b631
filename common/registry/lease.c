#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "registry/registry.h"
#include "registry_sql.h"

static enum status read_leases(const struct db_result *result, const uint16_t *partitions, size_t n,
                               struct lease *leases, struct error *err)
{
    struct lease by_partition[PARTITION_COUNT] = {0};
    for (size_t row = 0; row < db_rows(result); row++) {
        uint16_t partition = (uint16_t)db_int2(result, row, 0);
        if (partition >= PARTITION_COUNT)
            return error_set(err, STATUS_INTERNAL, "partition %u is not below %d", partition, PARTITION_COUNT);
        by_partition[partition] = (struct lease){
            .partition = partition, .epoch = db_int8(result, row, 1), .cursor_seq = db_int8(result, row, 2)};
    }
    for (size_t i = 0; i < n; i++) {
        leases[i] = by_partition[partitions[i]];
        if (leases[i].epoch == 0)
            return error_set(err, STATUS_INTERNAL, "no lease of partition %u came back", partitions[i]);
    }
    return STATUS_OK;
}

enum status lease_take(struct db *db, const char *service, const char *instance_id, const uint16_t *partitions,
                       size_t n, struct lease **ret_leases, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *array = db_array_new(DB_INT2);
    for (size_t i = 0; i < n; i++)
        db_array_int2(array, (int16_t)partitions[i]);
    struct db_args args = {0};
    db_arg_text(&args, service);
    db_arg_text(&args, instance_id);
    db_arg_array(&args, array);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    enum status st = db_exec(db, &REGISTRY_CURSOR_TAKE, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "take over %zu partitions of %s", n, service);
    g_autofree struct lease *leases = g_new0(struct lease, n);
    st = read_leases(result, partitions, n, leases, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "take over %zu partitions of %s", n, service);
    *ret_leases = TAKE(leases);
    return STATUS_OK;
}

enum status lease_release(struct db *db, const char *service, const struct lease *leases, size_t n, struct error *err)
{
    SCOPED(db_array_freep) struct db_array *partitions = db_array_new(DB_INT2);
    SCOPED(db_array_freep) struct db_array *epochs = db_array_new(DB_INT8);
    for (size_t i = 0; i < n; i++) {
        db_array_int2(partitions, (int16_t)leases[i].partition);
        db_array_int8(epochs, leases[i].epoch);
    }
    struct db_args args = {0};
    db_arg_text(&args, service);
    db_arg_array(&args, partitions);
    db_arg_array(&args, epochs);
    enum status st = db_exec(db, &REGISTRY_CURSOR_RELEASE, &args, NULL, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "give back %zu partitions of %s", n, service);
}

enum status lease_holders(struct db *db, const char *service, struct lease_holder ret_holders[static PARTITION_COUNT],
                          struct error *err)
{
    struct db_args args = {0};
    db_arg_text(&args, service);
    SCOPED(db_result_freep) struct db_result *result = NULL;
    enum status st = db_exec(db, &REGISTRY_CURSOR_SELECT_OWNERS, &args, &result, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "read who holds the partitions of %s", service);
    memset(ret_holders, 0, PARTITION_COUNT * sizeof(*ret_holders));
    for (size_t row = 0; row < db_rows(result); row++) {
        uint16_t partition = (uint16_t)db_int2(result, row, 0);
        if (partition < PARTITION_COUNT)
            (void)g_strlcpy(ret_holders[partition].instance_id, db_text(result, row, 1), REGISTRY_NAME_SIZE);
    }
    return STATUS_OK;
}
