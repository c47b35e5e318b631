#ifndef DUNLIN_TESTS_INTEGRATION_INTAKE_FIXTURE_H
#define DUNLIN_TESTS_INTEGRATION_INTAKE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "dunlin/intake/v1/intake.pb-c.h"
#include "id/id_table.h"
#include "intake_mapping.h"
#include "intake_service.h"
#include "intake_sql.h"
#include "platform/platform.h"
#include "recordfile/recordfile.h"
#include "service/service_internal.h"
#include "test_database.h"
#include "unit_run.h"

/* Intake's handlers in real units of work on a real PostgreSQL, without threads and sockets, and a sender that cuts
 * files. A fresh database a program; business time is driven. */

#define FIXTURE_TODAY 20458 /* 2026-01-05: the sample portfolio's day */
#define FIXTURE_BATCH 500

struct intake_fixture {
    struct test_database database;
    struct db *owner; /* may look at everything */
    struct agency agency;
};

/* One instance of the service: a connection and a context. */
struct intake_instance {
    const struct test_database *database;
    struct db *db;
    struct service service;
    struct unit_owner owner;
    struct intake_context context;
    char last_error[ERROR_TEXT_MAX];
    uint16_t partition;
};

static inline void must(enum status st, const struct error *err)
{
    if (st != STATUS_OK)
        fail_msg("%s: %s", status_name(st), err->text);
}

static inline void free_mapping(gpointer mapping)
{
    mapping_free(mapping);
}

static inline struct intake_instance *instance_open(const struct intake_fixture *fixture)
{
    struct intake_instance *instance = g_new0(struct intake_instance, 1);

    instance->database = &fixture->database;
    instance->db = test_database_connect(&fixture->database, "dunlin_intake");
    instance->service.spec = &INTAKE_SPEC;
    (void)g_strlcpy(instance->service.actor, "service:intake", sizeof(instance->service.actor));
    instance->context.mappings = id_table_new(free_mapping);
    instance->context.max_lag_events = 50000;
    instance->owner =
        (struct unit_owner){.service = &instance->service, .db = instance->db, .context = &instance->context};
    return instance;
}

static inline void instance_close(struct intake_instance *instance)
{
    g_hash_table_unref(instance->context.mappings);
    db_closep(&instance->db);
    g_free(instance);
}

static inline int fixture_open(void **state)
{
    struct intake_fixture *fixture = g_new0(struct intake_fixture, 1);
    struct error err = {0};
    int32_t agency_id = 0;

    test_database_open(&fixture->database, "intake");
    fixture->owner = test_database_connect(&fixture->database, NULL);
    struct db *service = test_database_connect(&fixture->database, "dunlin_intake");
    must(db_migrate(service, "intake", INTAKE_MIGRATIONS, &err), &err);
    db_closep(&service);
    must(platform_agency_ensure(fixture->owner, "demo", "Demo", &agency_id, &err), &err);
    must(platform_agency_by_slug(fixture->owner, "demo", &fixture->agency, &err), &err);
    assert_true(clock_drive((struct instant){FIXTURE_TODAY * US_PER_DAY + 15 * US_PER_HOUR}));
    *state = fixture;
    return 0;
}

static inline int fixture_close(void **state)
{
    struct intake_fixture *fixture = *state;

    clock_release();
    unit_run_end(&INTAKE_SPEC);
    db_closep(&fixture->owner);
    test_database_close(&fixture->database);
    g_free(fixture);
    return 0;
}

/* Every test begins with empty tables and an empty log. */
static inline int fixture_clean(void **state)
{
    struct intake_fixture *fixture = *state;

    test_database_script(fixture->owner,
                         "TRUNCATE intake.placement, intake.batch, intake.reject, intake.reference, intake.debtor, "
                         "intake.account, intake.payment, log.event, log.cursor;"
                         "UPDATE log.head SET next_seq = 1, hash = decode(repeat('00', 32), 'hex')");
    return 0;
}

static inline service_handler_fn *handler_of(const char *method)
{
    for (const struct service_method *row = INTAKE_SPEC.methods; row->name; row++)
        if (strcmp(row->name, method) == 0)
            return row->handle;
    fail_msg("no method %s", method);
    return NULL;
}

static inline enum status end_unit(struct unit *unit, enum status st, bool is_crash, struct error *err)
{
    GArray *publications = NULL, *cursors = NULL;

    if (st != STATUS_OK || is_crash) {
        unit_rollback(unit);
        return st;
    }
    st = unit_commit(&unit, &publications, &cursors, err);
    if (st != STATUS_OK)
        return st;
    for (guint i = 0; i < publications->len; i++)
        outgoing_events_free(g_array_index(publications, struct unit_publication, i).events);
    g_array_free(publications, TRUE);
    g_array_free(cursors, TRUE);
    return STATUS_OK;
}

struct intake_answer {
    enum status code;
    char text[ERROR_TEXT_MAX];
    ProtobufCMessage *reply;
};

static inline void read_answer(const char *method, enum status st, struct service_answer *from,
                               const struct intake_instance *instance, struct intake_answer *ret)
{
    const ProtobufCMethodDescriptor *descriptor =
        protobuf_c_service_descriptor_get_method_by_name(INTAKE_SPEC.rpc, method);

    *ret = (struct intake_answer){.code = st};
    (void)g_strlcpy(ret->text, instance->last_error, sizeof(ret->text));
    if (st == STATUS_OK) {
        assert_true(from->is_given);
        ret->code = from->code;
        (void)g_strlcpy(ret->text, from->message ? from->message : "", sizeof(ret->text));
        if (from->code == STATUS_OK)
            ret->reply = protobuf_c_message_unpack(descriptor->output, NULL, from->body_len, from->body);
    }
    service_answer_clear(from);
}

#define CALLS_MAX 16

struct intake_batch {
    struct intake_instance *instance;
    service_handler_fn *handle;
    bool is_crash;
    size_t n;
    struct service_call calls[CALLS_MAX];
    struct service_answer answers[CALLS_MAX];
};

static inline enum status attempt_batch(void *context, struct error *err)
{
    struct intake_batch *batch = context;

    for (size_t i = 0; i < batch->n; i++)
        service_answer_clear(&batch->answers[i]);
    struct unit *unit = unit_begin(&batch->instance->owner, err);
    if (!unit)
        return err->code;
    enum status st = batch->handle(unit, batch->calls, batch->n, err);
    return end_unit(unit, st, batch->is_crash, err);
}

/* n calls of one method in one unit; is_crash: the process dies before the commit. */
static inline void call_many(struct intake_instance *instance, const char *method,
                             const ProtobufCMessage *const *requests, size_t n, bool is_crash,
                             struct intake_answer *ret_answers)
{
    struct intake_batch batch = {.instance = instance, .handle = handler_of(method), .is_crash = is_crash, .n = n};
    const struct unit_run run = {.what = method,
                                 .database = instance->database,
                                 .owner = &instance->owner,
                                 .db = &instance->db,
                                 .attempt = attempt_batch,
                                 .context = &batch,
                                 .answers = batch.answers,
                                 .n_answers = n};
    struct error err = {0};

    assert_true(n <= CALLS_MAX);
    for (size_t i = 0; i < n; i++)
        batch.calls[i] = (struct service_call){.request = requests[i],
                                               .peer = "dunlin",
                                               .role = "operator",
                                               .principal = "user:anna",
                                               .idempotency_key = "",
                                               .traceparent = "",
                                               .answer = &batch.answers[i]};
    enum status st = unit_run(&run, &err);
    (void)g_strlcpy(instance->last_error, st == STATUS_OK ? "" : err.text, sizeof(instance->last_error));
    for (size_t i = 0; i < n; i++)
        read_answer(method, st, &batch.answers[i], instance, &ret_answers[i]);
}

/* One call; the reply is the caller's (free_reply), NULL where it was refused. */
static inline void *call(struct intake_instance *instance, const char *method, const ProtobufCMessage *request,
                         enum status expected)
{
    struct intake_answer answer;

    call_many(instance, method, &request, 1, false, &answer);
    if (answer.code != expected)
        fail_msg("%s: %s '%s', not %s", method, status_name(answer.code), answer.text, status_name(expected));
    (void)g_strlcpy(instance->last_error, answer.text, sizeof(instance->last_error));
    return answer.reply;
}

static inline void free_reply(void *reply)
{
    if (reply)
        protobuf_c_message_free_unpacked(reply, NULL);
}

static inline char *lend_text(const char *text)
{
    return (char *)(uintptr_t)text;
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
    request.agency = lend_text("demo");
    request.file_name = sent->name;
    request.file_hash = (ProtobufCBinaryData){sizeof(sent->hash), (uint8_t *)(uintptr_t)sent->hash};
    request.mapping = sent->mapping;
    request.mapping_name = sent->mapping_name;
    request.header = header->record;
    request.batch_rows = FIXTURE_BATCH;
    if (count >= 0) {
        request.control_count_presence_case =
            DUNLIN__INTAKE__V1__OPEN_PLACEMENT_REQUEST__CONTROL_COUNT_PRESENCE_CONTROL_COUNT;
        request.control_count = count;
    }
    if (sum) {
        request.control_sum_presence_case =
            DUNLIN__INTAKE__V1__OPEN_PLACEMENT_REQUEST__CONTROL_SUM_PRESENCE_CONTROL_SUM;
        request.control_sum = lend_text(sum);
    }
    return request;
}

static inline Dunlin__Intake__V1__OpenPlacementReply *
open_file(struct intake_instance *instance, const struct sent_file *sent, int64_t count, const char *sum)
{
    Dunlin__Intake__V1__OpenPlacementRequest request = open_request(sent, count, sum);
    return call(instance, "OpenPlacement", &request.base, STATUS_OK);
}

static inline uint32_t batches_of(const struct sent_file *sent)
{
    return (sent->records->len - 1 + FIXTURE_BATCH - 1) / FIXTURE_BATCH;
}

static inline Dunlin__Intake__V1__RowsRequest rows_request(const struct sent_file *sent, ProtobufCBinaryData placement,
                                                           uint32_t batch)
{
    Dunlin__Intake__V1__RowsRequest request;
    guint first = 1 + batch * FIXTURE_BATCH;

    dunlin__intake__v1__rows_request__init(&request);
    request.placement_id = placement;
    request.batch = batch;
    request.n_rows = MIN(FIXTURE_BATCH, sent->records->len - first);
    request.rows = (Dunlin__Intake__V1__Row **)(void *)&sent->records->pdata[first];
    return request;
}

static inline Dunlin__Intake__V1__PlacementSummary *
close_file(struct intake_instance *instance, ProtobufCBinaryData placement, uint32_t batches, enum status expected)
{
    Dunlin__Intake__V1__ClosePlacementRequest request;

    dunlin__intake__v1__close_placement_request__init(&request);
    request.placement_id = placement;
    request.batches = batches;
    return call(instance, "ClosePlacement", &request.base, expected);
}

/* Places a whole file that has no totals; the summary is the caller's. *ret_placement, where asked for, is the
 * placement's id. */
static inline Dunlin__Intake__V1__PlacementSummary *place_file(struct intake_instance *instance,
                                                               const struct sent_file *sent, struct id *ret_placement)
{
    Dunlin__Intake__V1__OpenPlacementReply *opened = open_file(instance, sent, -1, NULL);
    struct error err = {0};

    if (ret_placement)
        must(id_from_bytes(opened->placement_id.data, opened->placement_id.len, "id", ret_placement, &err), &err);
    for (uint32_t batch = 0; batch < batches_of(sent); batch++) {
        Dunlin__Intake__V1__RowsRequest request = rows_request(sent, opened->placement_id, batch);
        free_reply(call(instance, "PlaceRows", &request.base, STATUS_OK));
    }
    Dunlin__Intake__V1__PlacementSummary *summary =
        close_file(instance, opened->placement_id, batches_of(sent), STATUS_OK);
    free_reply(opened);
    return summary;
}

/* The first column of the first row, a bigint, of any SQL. */
static inline int64_t look(const struct intake_fixture *fixture, const char *sql)
{
    g_autofree char *name = g_strdup_printf("test.%u", g_str_hash(sql));
    struct db_statement statement = {name, sql};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct error err = {0};

    must(db_exec(fixture->owner, &statement, NULL, &result, &err), &err);
    return db_rows(result) > 0 ? db_int8(result, 0, 0) : 0;
}

static inline int64_t events_of(const struct intake_fixture *fixture, const char *type)
{
    g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM log.event WHERE type = 'dunlin.intake.v1.%s'", type);
    return look(fixture, sql);
}

#endif
