#ifndef DUNLIN_TESTS_INTEGRATION_INTAKE_FIXTURE_H
#define DUNLIN_TESTS_INTEGRATION_INTAKE_FIXTURE_H

#include "unit_fixture.h"

#include <glib/gstdio.h>

#include "dunlin/intake/v1/intake.pb-c.h"
#include "id/id_table.h"
#include "intake_mapping.h"
#include "intake_service.h"
#include "platform/platform.h"
#include "recordfile/recordfile.h"

/* Intake's handlers, and a sender that cuts files. Each test opens an instance of its own, which knows no mapping yet.
 */

#define SAMPLE_DAY 20458 /* 2026-01-05: the sample portfolio's */
#define BATCH_ROWS 500

static inline void free_mapping(gpointer mapping)
{
    mapping_free(mapping);
}

static inline struct unit_fixture *instance_open(const struct unit_fixture *fixture)
{
    struct intake_context *context = g_new0(struct intake_context, 1);

    context->mappings = id_table_new(free_mapping);
    context->max_lag_events = 50000;
    return fixture_another(fixture, context);
}

static inline void instance_close(struct unit_fixture *instance)
{
    struct intake_context *context = instance->unit_owner.context;

    g_hash_table_unref(context->mappings);
    g_free(context);
    fixture_another_free(instance);
}

static inline int intake_open(void **state)
{
    struct error err = {0};
    int32_t agency_id = 0;

    (void)fixture_open_undriven(state, &INTAKE_SPEC, NULL);
    const struct unit_fixture *fixture = *state;
    must(platform_agency_ensure(fixture->owner, "demo", "Demo", &agency_id, &err), &err);
    assert_true(clock_drive((struct instant){SAMPLE_DAY * US_PER_DAY + 15 * US_PER_HOUR}));
    return 0;
}

/* Every test begins with empty tables and an empty log. */
static inline int intake_empty(void **state)
{
    fixture_empty(*state, "intake.placement, intake.batch, intake.reject, intake.reference, intake.debtor, "
                          "intake.account, intake.payment");
    return 0;
}

/* A file in memory, cut into records. */
struct sent_file {
    char *name;
    char *mapping;
    char *mapping_name;
    uint8_t hash[RECORDFILE_HASH_BYTES];
    GPtrArray *records; /* Dunlin__Intake__V1__Row, the header first */
    char *path;
};

static inline void free_row(gpointer data)
{
    Dunlin__Intake__V1__Row *row = data;
    g_free(row->record.data);
    g_free(row);
}

static inline struct sent_file *file_open(const char *mapping_path, const char *path)
{
    SCOPED(recordfile_freep) struct recordfile *file = NULL;
    struct sent_file *sent = g_new0(struct sent_file, 1);
    struct recordfile_record record;
    struct error err = {0};

    sent->path = g_strdup(path);
    sent->name = g_path_get_basename(path);
    sent->mapping_name = g_path_get_basename(mapping_path);
    assert_true(g_file_get_contents(mapping_path, &sent->mapping, NULL, NULL));
    must(recordfile_hash(path, sent->hash, &err), &err);
    must(recordfile_open(path, RECORDFILE_CSV, '"', &file, &err), &err);
    sent->records = g_ptr_array_new_with_free_func(free_row);
    while (recordfile_next(file, &record, &err) == STATUS_OK) {
        Dunlin__Intake__V1__Row *row = g_new0(Dunlin__Intake__V1__Row, 1);
        dunlin__intake__v1__row__init(row);
        row->line = record.line;
        row->record.data = g_memdup2(record.bytes, record.len);
        row->record.len = record.len;
        row->is_oversize = record.is_oversize;
        row->is_unterminated = record.is_unterminated;
        g_ptr_array_add(sent->records, row);
    }
    return sent;
}

/* A file made from text: `rows` are its lines after the header. */
static inline struct sent_file *file_from_text(const char *mapping, const char *text)
{
    char folder[] = "/tmp/dunlin-intake-XXXXXX";
    assert_non_null(g_mkdtemp(folder));
    g_autofree char *mapping_path = g_build_filename(folder, "map.yaml", NULL);
    g_autofree char *path = g_build_filename(folder, "file.csv", NULL);
    assert_true(g_file_set_contents(mapping_path, mapping, -1, NULL));
    assert_true(g_file_set_contents(path, text, -1, NULL));
    struct sent_file *sent = file_open(mapping_path, path);
    (void)g_unlink(mapping_path);
    (void)g_unlink(path);
    (void)g_rmdir(folder);
    return sent;
}

static inline void file_close(struct sent_file *sent)
{
    g_free(sent->name);
    g_free(sent->mapping);
    g_free(sent->mapping_name);
    g_free(sent->path);
    g_ptr_array_unref(sent->records);
    g_free(sent);
}

static inline void file_closep(struct sent_file **sent)
{
    file_close(*sent);
}

static inline Dunlin__Intake__V1__OpenPlacementRequest open_request(const struct sent_file *sent, int64_t count,
                                                                    const char *sum)
{
    const Dunlin__Intake__V1__Row *header = sent->records->pdata[0];
    Dunlin__Intake__V1__OpenPlacementRequest request;

    dunlin__intake__v1__open_placement_request__init(&request);
    request.agency = wire_text("demo");
    request.file_name = sent->name;
    request.file_hash = (ProtobufCBinaryData){sizeof(sent->hash), (uint8_t *)(uintptr_t)sent->hash};
    request.mapping = sent->mapping;
    request.mapping_name = sent->mapping_name;
    request.header = header->record;
    request.batch_rows = BATCH_ROWS;
    if (count >= 0) {
        request.control_count_presence_case =
            DUNLIN__INTAKE__V1__OPEN_PLACEMENT_REQUEST__CONTROL_COUNT_PRESENCE_CONTROL_COUNT;
        request.control_count = count;
    }
    if (sum) {
        request.control_sum_presence_case =
            DUNLIN__INTAKE__V1__OPEN_PLACEMENT_REQUEST__CONTROL_SUM_PRESENCE_CONTROL_SUM;
        request.control_sum = wire_text(sum);
    }
    return request;
}

static inline Dunlin__Intake__V1__OpenPlacementReply *
open_file(struct unit_fixture *instance, const struct sent_file *sent, int64_t count, const char *sum)
{
    Dunlin__Intake__V1__OpenPlacementRequest request = open_request(sent, count, sum);
    return fixture_call(instance, "OpenPlacement", &request.base, STATUS_OK);
}

static inline uint32_t batches_of(const struct sent_file *sent)
{
    return (sent->records->len - 1 + BATCH_ROWS - 1) / BATCH_ROWS;
}

static inline Dunlin__Intake__V1__RowsRequest rows_request(const struct sent_file *sent, ProtobufCBinaryData placement,
                                                           uint32_t batch)
{
    Dunlin__Intake__V1__RowsRequest request;
    guint first = 1 + batch * BATCH_ROWS;

    dunlin__intake__v1__rows_request__init(&request);
    request.placement_id = placement;
    request.batch = batch;
    request.n_rows = MIN(BATCH_ROWS, sent->records->len - first);
    request.rows = (Dunlin__Intake__V1__Row **)(void *)&sent->records->pdata[first];
    return request;
}

static inline Dunlin__Intake__V1__PlacementSummary *
close_file(struct unit_fixture *instance, ProtobufCBinaryData placement, uint32_t batches, enum status expected)
{
    Dunlin__Intake__V1__ClosePlacementRequest request;

    dunlin__intake__v1__close_placement_request__init(&request);
    request.placement_id = placement;
    request.batches = batches;
    return fixture_call(instance, "ClosePlacement", &request.base, expected);
}

/* Places a whole file that has no totals; the summary is the caller's. *ret_placement, where asked for, is the
 * placement's id. */
static inline Dunlin__Intake__V1__PlacementSummary *place_file(struct unit_fixture *instance,
                                                               const struct sent_file *sent, struct id *ret_placement)
{
    Dunlin__Intake__V1__OpenPlacementReply *opened = open_file(instance, sent, -1, NULL);
    struct error err = {0};

    if (ret_placement)
        must(id_from_bytes(opened->placement_id.data, opened->placement_id.len, "id", ret_placement, &err), &err);
    for (uint32_t batch = 0; batch < batches_of(sent); batch++) {
        Dunlin__Intake__V1__RowsRequest request = rows_request(sent, opened->placement_id, batch);
        fixture_free_reply(fixture_call(instance, "PlaceRows", &request.base, STATUS_OK));
    }
    Dunlin__Intake__V1__PlacementSummary *summary =
        close_file(instance, opened->placement_id, batches_of(sent), STATUS_OK);
    fixture_free_reply(opened);
    return summary;
}

static inline int64_t events_of(struct unit_fixture *fixture, const char *type)
{
    g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM log.event WHERE type = 'dunlin.intake.v1.%s'", type);
    return fixture_number(fixture, sql);
}

#endif
