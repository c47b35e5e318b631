#ifndef DUNLIN_TESTS_INTEGRATION_PAYMENT_UNIT_FIXTURE_H
#define DUNLIN_TESTS_INTEGRATION_PAYMENT_UNIT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "service/service_internal.h"
#include "test_database.h"

/* A service's handlers in real units of work on a real PostgreSQL, without threads and sockets: what a worker does
 * between two messages. A fresh database a program; business time is driven. */

#define FIXTURE_PARTITION 7
#define FIXTURE_AGENCY    1
#define FIXTURE_TODAY     20600 /* 2026-05-27 */

struct unit_fixture {
    struct test_database database;
    struct db *db;    /* as the service's role */
    struct db *owner; /* may tamper */
    struct service service;
    struct unit_owner unit_owner;
    int64_t seq;      /* of the last event that was made up */
    int64_t read_seq; /* of the last emitted event that a test has looked at */
    char last_error[ERROR_TEXT_MAX];
};

/* `context` is what unit_context gives to the handlers; borrowed. */
static inline int fixture_open(void **state, const struct service_spec *spec, void *context)
{
    struct unit_fixture *fixture = calloc(1, sizeof(*fixture));
    char program[64], role[64];
    struct error err = {0};

    g_snprintf(program, sizeof(program), "unit_%s", spec->name);
    g_snprintf(role, sizeof(role), "dunlin_%s", spec->name);
    test_database_open(&fixture->database, program);
    fixture->db = test_database_connect(&fixture->database, role);
    fixture->owner = test_database_connect(&fixture->database, NULL);
    fixture->service.spec = spec;
    g_snprintf(fixture->service.actor, sizeof(fixture->service.actor), "service:%s", spec->name);
    fixture->unit_owner = (struct unit_owner){.service = &fixture->service, .db = fixture->db, .context = context};
    if (db_migrate(fixture->db, spec->name, spec->migrations, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    if (!clock_drive((struct instant){FIXTURE_TODAY * US_PER_DAY + 9 * US_PER_HOUR}))
        fail_msg("business time ran backwards");
    *state = fixture;
    return 0;
}

static inline int fixture_close(void **state)
{
    struct unit_fixture *fixture = *state;

    clock_release();
    db_closep(&fixture->db);
    db_closep(&fixture->owner);
    test_database_close(&fixture->database);
    free(fixture);
    return 0;
}

/* --- units --- */

static inline struct unit *fixture_begin(struct unit_fixture *fixture)
{
    struct error err = {0};
    struct unit *unit = unit_begin(&fixture->unit_owner, &err);

    if (!unit)
        fail_msg("%s", err.text);
    return unit;
}

/* Commits where `st` is OK, else rolls back; returns what the unit ended with. */
static inline enum status fixture_end(struct unit_fixture *fixture, struct unit *unit, enum status st,
                                      struct error *err)
{
    GArray *publications = NULL, *cursors = NULL;

    if (st != STATUS_OK)
        unit_rollback(unit);
    else
        st = unit_commit(&unit, &publications, &cursors, err);
    if (st != STATUS_OK) {
        g_strlcpy(fixture->last_error, err->text, sizeof(fixture->last_error));
        return st;
    }
    for (guint i = 0; i < publications->len; i++)
        outgoing_events_free(g_array_index(publications, struct unit_publication, i).events);
    g_array_free(publications, TRUE);
    g_array_free(cursors, TRUE);
    return STATUS_OK;
}

/* --- events in --- */

/* Makes n events of messages, in order, and applies them as one batch. */
static inline enum status fixture_apply(struct unit_fixture *fixture, const ProtobufCMessage *const *messages, size_t n)
{
    struct event *events = g_new0(struct event, n);
    struct service_event *batch = g_new0(struct service_event, n);
    struct error err = {0};

    for (size_t i = 0; i < n; i++) {
        events[i] = (struct event){
            .partition = FIXTURE_PARTITION,
            .seq = ++fixture->seq,
            .occurred_at_us = clock_now().us,
            .agency_id = FIXTURE_AGENCY,
            .type = messages[i]->descriptor->name,
        };
        batch[i] = (struct service_event){&events[i], messages[i]};
    }
    struct unit *unit = fixture_begin(fixture);
    enum status st = fixture->service.spec->apply(unit, batch, n, &err);
    st = fixture_end(fixture, unit, st, &err);
    g_free(events);
    g_free(batch);
    return st;
}

static inline void fixture_apply_ok(struct unit_fixture *fixture, const ProtobufCMessage *message)
{
    if (fixture_apply(fixture, &message, 1) != STATUS_OK)
        fail_msg("%s: %s", message->descriptor->name, fixture->last_error);
}

/* --- commands --- */

struct fixture_answer {
    enum status code;
    char text[ERROR_TEXT_MAX];
    ProtobufCMessage *reply; /* NULL unless code is OK; protobuf_c_message_free_unpacked */
};

static inline service_handler_fn *fixture_handler(const struct unit_fixture *fixture, const char *method)
{
    for (const struct service_method *row = fixture->service.spec->methods; row->name; row++)
        if (strcmp(row->name, method) == 0)
            return row->handle;
    fail_msg("no method %s", method);
    return NULL;
}

#define FIXTURE_CALLS_MAX 8

/* Runs n calls of one method as one batch in one unit. */
static inline void fixture_call_many(struct unit_fixture *fixture, const char *method,
                                     const ProtobufCMessage *const *requests, size_t n,
                                     struct fixture_answer *ret_answers)
{
    const ProtobufCMethodDescriptor *descriptor =
        protobuf_c_service_descriptor_get_method_by_name(fixture->service.spec->rpc, method);
    struct service_answer answers[FIXTURE_CALLS_MAX] = {0};
    struct service_call calls[FIXTURE_CALLS_MAX] = {0};
    struct error err = {0};

    for (size_t i = 0; i < n; i++)
        calls[i] = (struct service_call){.request = requests[i],
                                         .partition = FIXTURE_PARTITION,
                                         .peer = "dunlin",
                                         .role = "operator",
                                         .principal = "user:anna",
                                         .idempotency_key = "",
                                         .traceparent = "",
                                         .answer = &answers[i]};
    struct unit *unit = fixture_begin(fixture);
    enum status st = fixture_handler(fixture, method)(unit, calls, n, &err);
    st = fixture_end(fixture, unit, st, &err);
    for (size_t i = 0; i < n; i++) {
        ret_answers[i] = (struct fixture_answer){.code = st};
        if (st != STATUS_OK) {
            g_strlcpy(ret_answers[i].text, err.text, sizeof(ret_answers[i].text));
        } else if (!answers[i].is_given) {
            fail_msg("call %zu of %s was not answered", i, method);
        } else {
            ret_answers[i].code = answers[i].code;
            g_strlcpy(ret_answers[i].text, answers[i].message ? answers[i].message : "", sizeof(ret_answers[i].text));
            if (answers[i].code == STATUS_OK)
                ret_answers[i].reply =
                    protobuf_c_message_unpack(descriptor->output, NULL, answers[i].body_len, answers[i].body);
        }
        service_answer_clear(&answers[i]);
    }
}

/* One call; the reply is owned by the caller, NULL where it was refused. */
static inline ProtobufCMessage *fixture_call(struct unit_fixture *fixture, const char *method,
                                             const ProtobufCMessage *request, enum status expected)
{
    struct fixture_answer answer;

    fixture_call_many(fixture, method, &request, 1, &answer);
    if (answer.code != expected)
        fail_msg("%s: %s '%s', not %s", method, status_name(answer.code), answer.text, status_name(expected));
    g_strlcpy(fixture->last_error, answer.text, sizeof(fixture->last_error));
    return answer.reply;
}

static inline void fixture_free_reply(void *reply)
{
    protobuf_c_message_free_unpacked(reply, NULL);
}

/* --- timers --- */

/* Business time goes on to `now`; what is due fires. Returns how many timers did. */
static inline size_t fixture_fire(struct unit_fixture *fixture, struct instant now)
{
    static const uint16_t partition = FIXTURE_PARTITION;
    struct error err = {0};
    SCOPED(timers_freep) struct timers *due = NULL;

    assert_true(clock_drive(now));
    struct unit *unit = fixture_begin(fixture);
    enum status st = timer_take_due(unit_tx(unit), fixture->service.spec->name, &partition, 1, now, 100, &due, &err);
    size_t n = st == STATUS_OK ? due->n : 0;
    if (st == STATUS_OK && n > 0)
        st = fixture->service.spec->timers(unit, due->timers, n, &err);
    if (fixture_end(fixture, unit, st, &err) != STATUS_OK)
        fail_msg("%s", fixture->last_error);
    return n;
}

/* --- events out --- */

/* The events emitted since the last look, by the last part of their type's name: "PaymentPosted BalanceChanged".
 * Static. */
static inline const char *fixture_emitted(struct unit_fixture *fixture)
{
    static char names[2048];
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    struct error err = {0};

    names[0] = '\0';
    if (eventlog_read(fixture->owner, FIXTURE_PARTITION, fixture->read_seq, 1000, &batch, &err) != STATUS_OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < batch->n; i++) {
        if (names[0])
            g_strlcat(names, " ", sizeof(names));
        g_strlcat(names, strrchr(batch->events[i].type, '.') + 1, sizeof(names));
        assert_int_equal(batch->events[i].agency_id, FIXTURE_AGENCY);
        assert_false(id_is_none(&batch->events[i].debtor_id));
        assert_false(id_is_none(&batch->events[i].account_id));
        fixture->read_seq = batch->events[i].seq;
    }
    return names;
}

/* The last emitted event, of the given type, unpacked; owned by the caller (fixture_free_reply). */
static inline void *fixture_last_event(struct unit_fixture *fixture, const ProtobufCMessageDescriptor *type)
{
    SCOPED(eventlog_batch_freep) struct eventlog_batch *batch = NULL;
    void *message = NULL;

    assert_int_equal(eventlog_read(fixture->owner, FIXTURE_PARTITION, 0, 10000, &batch, NULL), STATUS_OK);
    for (size_t i = batch->n; i > 0 && !message; i--)
        if (strcmp(batch->events[i - 1].type, type->name) == 0)
            message =
                protobuf_c_message_unpack(type, NULL, batch->events[i - 1].payload_len, batch->events[i - 1].payload);
    if (!message)
        fail_msg("no event %s", type->name);
    return message;
}

/* The one number that an SQL text gives. */
static inline int64_t fixture_number(struct unit_fixture *fixture, const char *sql)
{
    const struct db_statement statement = {"", sql};
    SCOPED(db_result_freep) struct db_result *result = NULL;
    struct error err = {0};

    if (db_exec(fixture->owner, &statement, NULL, &result, &err) != STATUS_OK)
        fail_msg("%s: %s", sql, err.text);
    assert_int_equal(db_rows(result), 1);
    return db_int8(result, 0, 0);
}

/* --- ids --- */

/* A different account, debtor, payment, ... a name; in the fixture's partition. */
static inline struct id named(const char *name)
{
    return id_derive_root(FIXTURE_PARTITION, "test", name, strlen(name));
}

static inline ProtobufCBinaryData lend_id(const struct id *id)
{
    return (ProtobufCBinaryData){.len = ID_BYTES, .data = (uint8_t *)(uintptr_t)id->bytes};
}

static inline char *lend_text(const char *text)
{
    return (char *)(uintptr_t)text;
}

#endif
